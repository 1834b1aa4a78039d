//! The shipped dataset, held against the independent recomputation.

use std::thread;

use dictum::build::Request;
use serde_json::Value;

use super::{bands, check};
use crate::workbench::{SHIPPED, files, request, stream, world};

const RECORDS: u64 = 20_000;

#[test]
fn every_record_says_what_the_procedure_says() {
    let (folder, name, _) = SHIPPED[0];
    let text = stream(&world(files(folder)), name, Request { size: Some(RECORDS), ..request() });
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len() as u64, RECORDS);
    let (one, other) = lines.split_at(lines.len() / 2);
    let checked = |lines: &[&str]| {
        let record = |line: &&str| {
            let record: Value = serde_json::from_str(line).unwrap();
            (check(&record).err(), record)
        };
        lines.iter().map(record).unzip::<_, _, Vec<_>, Vec<_>>()
    };
    let (one, other) = thread::scope(|scope| {
        let other = scope.spawn(|| checked(other));
        (checked(one), other.join().unwrap())
    });
    let wrong: Vec<String> = one.0.into_iter().chain(other.0).flatten().collect();
    assert!(wrong.is_empty(), "{} records are wrong, the first: {}", wrong.len(), wrong[0]);
    let records: Vec<Value> = one.1.into_iter().chain(other.1).collect();
    assert_eq!(bands(&records), Vec::<String>::new());
}
