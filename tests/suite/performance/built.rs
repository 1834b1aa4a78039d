//! The shipped dataset, held against the independent recomputation, and the published numbers of the model.

use std::collections::{BTreeMap, BTreeSet};
use std::thread;

use dictum::build::Request;
use serde_json::{Value, json};

use super::model::Around;
use super::{check, text};
use crate::workbench::{request, shipped, stream, world};

const RECORDS: u64 = 10_000;
const NAME: &str = "performance_optimization";

#[test]
fn every_label_follows_from_its_input() {
    let shipped = stream(&world(shipped(NAME)), NAME, Request { size: Some(RECORDS), ..request() });
    let records: Vec<Value> = shipped.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(records.len() as u64, RECORDS);
    let (one, other) = records.split_at(records.len() / 2);
    let wrong_of = |records: &[Value]| records.iter().filter_map(|record| check(record).err()).collect::<Vec<_>>();
    let wrong = thread::scope(|scope| {
        let other = scope.spawn(|| wrong_of(other));
        [wrong_of(one), other.join().unwrap()].concat()
    });
    assert!(wrong.is_empty(), "{} records are wrong, the first: {}", wrong.len(), wrong[0]);
    no_input_twice(&records);
    every_technique_is_judged_in_every_way(&records);
}

fn no_input_twice(records: &[Value]) {
    let inputs: BTreeSet<String> = records.iter().map(|record| record["input"]["optimization_scenario"].to_string()).collect();
    assert_eq!(inputs.len(), records.len());
}

fn every_technique_is_judged_in_every_way(records: &[Value]) {
    let mut verdicts: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for record in records {
        let technique = text(record, "/target_output/proposal/technique").unwrap();
        verdicts.entry(technique).or_default().insert(text(record, "/target_output/proposal/verdict").unwrap());
    }
    assert_eq!(verdicts.len(), 10);
    assert!(verdicts.values().all(|ways| ways.len() == 4), "{verdicts:?}");
}

/// 400 requests a second, hits of 0.3 ms: the p99 for hit ratio, service time and servers.
#[test]
fn published_tails() {
    for (hit, service, servers, p99, within) in [
        (0.6, 12.0, 4, 45.85, 5e-3),
        (0.95, 12.0, 4, 19.31, 5e-3),
        (0.6, 3.0, 4, 11.07, 5e-3),
        (0.95, 3.0, 4, 4.828, 5e-4),
        (0.6, 12.0, 8, 44.27, 5e-3),
        (0.85, 1.5, 4, 4.062, 5e-4),
        (0.85, 2.0, 4, 5.416, 5e-4),
    ] {
        let scenario = json!({
            "type": "database_tuning", "station": {"servers": servers, "contention": 0.0, "coherence": 0.0},
            "system_context": {"arrival_cv": 1.0, "peak_factor": 1.0, "cold_start_ms": 0, "cold_start_share": 0.0},
            "workload": {"arrival_rps": 400, "fan_out": 1, "keys": 1000, "popularity": 1.0},
            "cache": {"hit_ratio": hit, "hit_ms": 0.3}, "memory": {"live_mb": 90, "resident_mb": 100},
            "parts": {"db_ms": service, "compute_ms": 0, "serialise_ms": 0, "connect_ms": 0, "network_ms": 0},
            "constraints": {"memory_limit_mb": 200}
        });
        let (around, parts) = Around::read(&scenario).unwrap();
        let found = around.measure(&parts).p99;
        assert!((found - p99).abs() <= within, "{hit} {service} {servers}: {found}");
    }
}

#[test]
fn a_changed_label_is_found() {
    let shipped = stream(&world(shipped(NAME)), NAME, Request { size: Some(40), ..request() });
    for line in shipped.lines() {
        let record: Value = serde_json::from_str(line).unwrap();
        assert_eq!(check(&record), Ok(()));
        for (place, value) in [
            ("/target_output/bottleneck", json!("store")),
            ("/target_output/optimized_metrics/capacity_rps", json!(0.001)),
            ("/target_output/proposal/helps", json!(null)),
            ("/target_output/meets_targets/overall", json!(null)),
            ("/target_output/constitutional_compliance", json!(0.123)),
        ] {
            let mut changed = record.clone();
            *changed.pointer_mut(place).unwrap() = value;
            assert!(check(&changed).is_err(), "{place}");
        }
    }
}
