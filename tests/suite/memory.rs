//! The peak of memory does not grow with the number of records.
//!
//! In: the real program on the shipped dataset, watched through `/proc` while it runs. Out: a failure with both peaks. The
//! bounds are those of an optimised build and hold for this one, too.

#![cfg(target_os = "linux")]

use std::fs;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

/// No build may need more, in kibibytes: 50 megabytes.
const MOST: u64 = 50_000_000 / 1_024;

/// The greatest resident size of a build, in kibibytes.
fn peak(size: &str) -> u64 {
    let out = tempfile::tempdir().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_dictum"));
    command.args(["build", "constitutional_ai", "--quiet", "--format", "jsonl", "--threads", "2", "--size", size]);
    command.args(["--workspace", env!("CARGO_MANIFEST_DIR"), "--out"]).arg(out.path().join("out"));
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::inherit()).spawn().unwrap();
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0;
    let ended = loop {
        // The kernel keeps the greatest size so far; a child that has ended has none.
        let now = fs::read_to_string(&status).unwrap_or_default();
        let line = now.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        peak = line.and_then(|line| line.trim().strip_suffix(" kB")?.parse().ok()).unwrap_or(peak);
        if let Some(ended) = child.try_wait().unwrap() {
            break ended;
        }
        thread::sleep(Duration::from_millis(2));
    };
    assert!(ended.success());
    peak
}

#[test]
fn ten_times_the_records_need_no_more_memory() {
    let [few, many] = ["10000", "100000"].map(peak);
    eprintln!("peak: {few} kB for 10,000 records, {many} kB for 100,000");
    assert!(few > 1_000, "nothing was measured");
    assert!(many * 100 <= few * 115, "{few} kB for 10,000 records, {many} kB for 100,000");
    assert!(many <= MOST, "{many} kB");
}
