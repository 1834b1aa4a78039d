//! The shipped dataset, held against the independent recomputation.

use std::collections::BTreeSet;

use dictum::build::Request;
use serde_json::Value;

use super::balance::bands;
use super::check;
use crate::workbench::{request, shipped, stream, world};

const RECORDS: u64 = 10_000;

#[test]
fn every_record_says_what_the_rules_say() {
    let text = stream(
        &world(shipped("multi_agent_coordination")),
        "multi_agent_coordination",
        Request { size: Some(RECORDS), ..request() },
    );
    let records: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(records.len() as u64, RECORDS);
    let wrong: Vec<String> = records.iter().filter_map(|record| check(record).err()).collect();
    assert!(wrong.is_empty(), "{} records are wrong, the first: {}", wrong.len(), wrong[0]);
    let inputs: BTreeSet<String> = records.iter().map(|record| record["input"].to_string()).collect();
    assert_eq!(inputs.len(), records.len(), "inputs repeat");
    assert_eq!(bands(&records), Vec::<String>::new());
}
