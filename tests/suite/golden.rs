//! The bytes of this format epoch, as they were when they were last looked at.
//!
//! In: builds of the specs' own sizes with seed 0. Out: a failure that names what differs from `tests/golden`. Bytes that change
//! on purpose are taken over with `DICTUM_BLESS=1 cargo test golden`, and reviewed like any other change.

use std::env;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use dictum::build::Request;
use dictum::digest::Digest;
use dictum::pipeline::manifest::Manifest;

use super::workbench::{DATASETS, SHIPPED, built, files, request, shipped, stream, world};

/// The records that are kept as text: dataset by its place in [`SHIPPED`], and index.
const RECORDS: [(usize, u64); 3] = [(0, 0), (0, 999_999_999_999), (1, 3)];

fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name)
}

/// Compares a text with a golden file, line by line, or takes it over.
fn assert_golden(name: &str, text: &str) {
    if env::var_os("DICTUM_BLESS").is_some() {
        fs::create_dir_all(path("")).unwrap();
        fs::write(path(name), text).unwrap();
        return;
    }
    let golden = fs::read_to_string(path(name)).unwrap_or_default();
    for (at, (golden, now)) in golden.lines().zip(text.lines()).enumerate() {
        assert_eq!(golden, now, "{name}, line {}: bytes changed; take them over with DICTUM_BLESS=1 if they should", at + 1);
    }
    assert_eq!(golden.lines().count(), text.lines().count(), "{name}");
}

#[test]
fn files_and_record_streams_have_their_digests() {
    let mut text = String::new();
    let incident = SHIPPED[1];
    let shipped = DATASETS.map(|name| (name, shipped(name))).into_iter().chain([(incident.1, files(incident.0))]);
    for (name, workspace) in shipped {
        let files = built(&world(workspace), request());
        let manifest = Manifest::parse(&files["jsonl/dictum-manifest.json"]).unwrap();
        writeln!(text, "{} {name}: records", manifest.datasets[name].record_digest).unwrap();
        for (path, content) in files.iter().filter(|(path, _)| path.contains("/data/")) {
            writeln!(text, "{} {path}", Digest::of(content)).unwrap();
        }
    }
    assert_golden("digests.txt", &text);
}

#[test]
fn records_read_as_they_did() {
    let record = |(at, index): (usize, u64)| {
        let (folder, name, _) = SHIPPED[at];
        let line = stream(&world(files(folder)), name, Request { from: index, count: Some(1), ..request() });
        let record: serde_json::Value = serde_json::from_str(&line).unwrap();
        serde_json::to_string_pretty(&record).unwrap() + "\n"
    };
    assert_golden("records.json", &RECORDS.map(record).concat());
}
