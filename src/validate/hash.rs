//! The constitutional hash of a record, at every place that carries it.

use super::report::{Finding, Kind};
use crate::data::Value;
use crate::json;

/// The key under which anything carries the hash.
pub(super) const KEY: &str = "constitutional_hash";

/// The halves of a record: trainers read the hash in each.
const HALVES: [&str; 2] = ["input", "target_output"];

/// Reports places of a record that carry another hash, and those that carry none and must. Without places of a constitution each
/// half must, or, in a record without halves, anything.
pub(super) fn check(record: &Value, expected: &str, places: Option<&[&str]>, findings: &mut Vec<Finding>) {
    let mut carried: Vec<(String, bool)> = Vec::new();
    walk(record, "", expected, &mut carried, findings);
    let is_carried = |place: &str| carried.iter().any(|(path, _)| path == place);
    let missing = |place: &str| {
        let message = format!("`{place}` does not carry the constitutional hash `{expected}`");
        Finding::new(Kind::Hash, place, message)
    };
    if let Some(places) = places {
        for place in places.iter().filter(|place| !is_carried(place)) {
            match record.at(place) {
                // A place may have a name of its own.
                Some(value) if is(value, expected) => {}
                Some(value) => findings.push(other(place, value, expected)),
                None => findings.push(missing(place)),
            }
        }
        return;
    }
    let halves = HALVES.iter().filter(|half| record.at(half).and_then(Value::as_map).is_some());
    let places: Vec<String> = halves.map(|half| format!("{half}.{KEY}")).collect();
    for place in places.iter().filter(|place| !is_carried(place)) {
        findings.push(missing(place));
    }
    if places.is_empty() && carried.is_empty() {
        let message = format!("nothing in the record carries the constitutional hash `{expected}`");
        findings.push(Finding::new(Kind::Hash, "", message));
    }
}

/// Finds every key of that name, at any depth.
fn walk(value: &Value, path: &str, expected: &str, carried: &mut Vec<(String, bool)>, findings: &mut Vec<Finding>) {
    let inner = |key: &str| if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
    match value {
        Value::Map(map) => {
            for (key, value) in map.iter() {
                if key == KEY {
                    let holds = is(value, expected);
                    if !holds {
                        findings.push(other(&inner(key), value, expected));
                    }
                    carried.push((inner(key), holds));
                } else if matches!(value, Value::Map(_) | Value::List(_)) {
                    walk(value, &inner(key), expected, carried, findings);
                }
            }
        }
        Value::List(items) => {
            for (at, item) in items.iter().enumerate().filter(|(_, item)| matches!(item, Value::Map(_) | Value::List(_))) {
                walk(item, &inner(&at.to_string()), expected, carried, findings);
            }
        }
        _ => {}
    }
}

/// Whether a value is the hash. A file without types may read a hash of digits as a number.
pub(super) fn is(value: &Value, expected: &str) -> bool {
    match value {
        Value::Text(text) => text == expected,
        Value::Int(number) => number.to_string() == expected,
        _ => false,
    }
}

fn other(place: &str, value: &Value, expected: &str) -> Finding {
    let message = format!("`{place}` carries {}, not the constitutional hash `{expected}`", json::shown(Some(value)));
    Finding::new(Kind::Hash, place, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(record: &str, places: Option<&[&str]>) -> Vec<String> {
        let mut findings = Vec::new();
        check(&json::read(record).unwrap(), "ab", places, &mut findings);
        findings.into_iter().map(|finding| finding.path).collect()
    }

    #[test]
    fn every_key_and_every_place_is_looked_at() {
        let record = r#"{"input": {"constitutional_hash": "ab", "list": [{"constitutional_hash": "cd"}]}, "target_output": {}}"#;
        assert_eq!(found(record, None), ["input.list.0.constitutional_hash", "target_output.constitutional_hash"]);
        assert_eq!(found(record, Some(&["input.constitutional_hash"])), ["input.list.0.constitutional_hash"]);
        assert_eq!(found(r#"{"a": 1}"#, None), [""]);
        assert_eq!(found(r#"{"a": {"constitutional_hash": "ab"}}"#, None), [] as [&str; 0]);
        assert_eq!(found(r#"{"seal": "ab", "mark": "x"}"#, Some(&["seal", "mark", "none"])), ["mark", "none"]);
    }
}
