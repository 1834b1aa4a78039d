//! Builds that are stopped: by a signal, or by a reader that has enough.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, ChildStderr, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use super::tiny;
use crate::workspace::Workspace;

const BIG: &str = "1000000000";
const LIMIT: Duration = Duration::from_mins(1);

/// Waits until something is so.
#[track_caller]
fn wait_until(mut so: impl FnMut() -> bool) {
    let began = Instant::now();
    while !so() {
        assert!(began.elapsed() < LIMIT, "it took too long");
        thread::sleep(Duration::from_millis(5));
    }
}

fn start(workspace: &Workspace, args: &[&str]) -> Child {
    workspace.command(args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

fn send(child: &Child, signal: Signal) {
    kill_process(Pid::from_child(child), signal).unwrap();
}

/// The exit code of a child that is about to end, and what it said on standard error.
fn end(mut child: Child, stderr: Option<ChildStderr>) -> (Option<i32>, String) {
    let mut text = String::new();
    stderr.unwrap().read_to_string(&mut text).unwrap();
    (child.wait().unwrap().code(), text)
}

#[test]
fn an_interrupted_build_leaves_the_old_folder_whole_and_no_trace() {
    let workspace = tiny();
    workspace.run(&["build", "--format", "jsonl"]).ends(0);
    let before = workspace.files("out");
    for signal in [Signal::INT, Signal::TERM] {
        let mut child = start(&workspace, &["build", "--format", "jsonl", "--size", BIG]);
        // Records are on the disk, though not where anybody looks.
        wait_until(|| workspace.files(".out.dictum").values().any(|bytes| bytes.len() > 1000));
        send(&child, signal);
        let stderr = child.stderr.take();
        assert_eq!(end(child, stderr), (Some(130), "error: interrupted; nothing was written\n".to_owned()));
        assert_eq!(workspace.files("out"), before);
        assert_eq!(workspace.names(), ["out", "scenarios"]);
    }
}

#[test]
fn a_second_interruption_ends_a_build_that_waits_for_its_reader() {
    let workspace = tiny();
    let mut child = start(&workspace, &["build", "tiny", "--out", "-", "--size", BIG]);
    child.stdout.as_mut().unwrap().read_exact(&mut [0]).unwrap();
    // Nobody reads on, so the first signal finds the build waiting for room in the pipe.
    wait_until(|| {
        send(&child, Signal::INT);
        thread::sleep(Duration::from_millis(20));
        child.try_wait().unwrap().is_some()
    });
    assert_eq!(child.wait().unwrap().code(), Some(130));
}

#[test]
fn a_reader_that_has_enough_is_no_failure() {
    let workspace = tiny();
    let cases: [&[&str]; 2] = [&["build", "tiny", "--out", "-", "--size", BIG], &["preview", "tiny", "-n", BIG, "--quiet"]];
    for args in cases {
        let mut child = start(&workspace, args);
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        assert!(line.starts_with('{'));
        let stderr = child.stderr.take();
        assert_eq!(end(child, stderr), (Some(0), String::new()), "{args:?}");
    }
}
