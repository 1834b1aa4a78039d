//! The records that the README shows are the first ones of the shipped datasets.
//!
//! In: a build of one record of each. Out: a failure where the section between the marks differs; `DICTUM_BLESS=1 cargo test`
//! renews it.

use std::env;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use dictum::build::Request;
use dictum::json;
use dictum::record::Node;

use super::workbench::{DATASETS, request, shipped, stream, world};

const BEGIN: &str = "<!-- records: made by the tests -->\n";
const END: &str = "<!-- end of records -->\n";

/// A dataset's first record, folded away.
fn shown(dataset: &str) -> String {
    let line = stream(&world(shipped(dataset)), dataset, Request { count: Some(1), ..request() });
    let mut record = String::new();
    json::write_indented(Node::of(&json::read(&line).unwrap()), &mut record);
    format!("<details><summary>{dataset}</summary>\n\n```json\n{record}\n```\n\n</details>\n")
}

#[test]
fn the_readme_shows_the_first_record_of_each_dataset() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let readme = fs::read_to_string(&path).unwrap();
    let (before, rest) = readme.split_once(BEGIN).unwrap();
    let (found, after) = rest.split_once(END).unwrap();
    let mut records = String::new();
    for dataset in DATASETS {
        writeln!(records, "{}", shown(dataset).trim_end()).unwrap();
    }
    if env::var_os("DICTUM_BLESS").is_some() {
        fs::write(&path, [before, BEGIN, &records, END, after].concat()).unwrap();
        return;
    }
    assert!(found == records, "renew the records of the README with DICTUM_BLESS=1 cargo test");
}
