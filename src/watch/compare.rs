//! Records before and after: which changed, which of their fields moved, and how the shares of the labels did.
//!
//! In: the same indices of two programs. Out: plain numbers, in the order of records and fields. A label with more different
//! values than fit a line is a text or a quantity, not a label, and is not counted.

use std::collections::{BTreeMap, BTreeSet};

use super::diff::{Moved, moved};
use super::sample::{Made, Records};
use crate::data::Text;
use crate::json;

/// A label has at most so many different values.
const MOST_VALUES: usize = 12;

/// What changed from some records to others.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Comparison {
    /// How many records there were.
    pub before: u64,
    /// How many there are.
    pub after: u64,
    /// The records that changed, by index.
    pub changed: Vec<Change>,
    /// In how many records each field moved, the most moved first.
    pub fields: Vec<(String, u64)>,
    /// The labels whose shares moved.
    pub shares: Vec<FieldShares>,
}

/// A record that changed.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// Its index.
    pub index: u64,
    /// Its scenario now, or before it went; empty where there is none.
    pub scenario: Text,
    /// How it changed.
    pub kind: Kind,
    /// What moved in it; nothing where the whole record came or went.
    pub moved: Vec<Moved>,
}

/// How a record changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Fields of it moved.
    Changed,
    /// There was none of this index.
    Added,
    /// There is none of this index.
    Removed,
}

/// The shares of a label, as far as they moved.
#[derive(Debug, Clone, PartialEq)]
pub struct FieldShares {
    /// The name, or the path in the record.
    pub field: String,
    /// The values, in the order of their texts.
    pub values: Vec<MovedShare>,
}

/// One value of a label.
#[derive(Debug, Clone, PartialEq)]
pub struct MovedShare {
    /// The value as JSON.
    pub value: String,
    /// Its share among the records before, from 0 to 1.
    pub before: f64,
    /// Its share among the records after.
    pub after: f64,
}

/// Compares records of the same first index.
#[must_use]
pub fn compare(before: &Records, after: &Records) -> Comparison {
    let changed = changes(&before.made, &after.made);
    let mut fields: BTreeMap<&str, u64> = BTreeMap::new();
    for change in &changed {
        let own: BTreeSet<&str> = change.moved.iter().map(|moved| moved.field.as_str()).collect();
        for field in own {
            *fields.entry(field).or_default() += 1;
        }
    }
    let mut fields: Vec<(String, u64)> = fields.into_iter().map(|(field, count)| (field.to_owned(), count)).collect();
    fields.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let (old, new) = (before.made.len() as u64, after.made.len() as u64);
    Comparison { before: old, after: new, changed, fields, shares: shares(before, after) }
}

fn changes(before: &[Made], after: &[Made]) -> Vec<Change> {
    let mut changed = Vec::new();
    for at in 0..before.len().max(after.len()) {
        let (kind, of, moved) = match (before.get(at), after.get(at)) {
            (Some(was), Some(now)) => (Kind::Changed, now, moved(&was.value, &now.value)),
            (None, Some(now)) => (Kind::Added, now, Vec::new()),
            (Some(was), None) => (Kind::Removed, was, Vec::new()),
            (None, None) => break,
        };
        if kind != Kind::Changed || !moved.is_empty() {
            changed.push(Change { index: of.index, scenario: of.scenario.clone(), kind, moved });
        }
    }
    changed
}

/// How many records have each value.
type Counts = BTreeMap<String, u64>;

/// The counts of each label.
fn counted(records: &Records) -> BTreeMap<&str, Counts> {
    let mut all: BTreeMap<&str, Counts> = BTreeMap::new();
    for made in &records.made {
        for (field, value) in records.labels.iter().zip(&made.labels).filter(|(_, value)| !value.is_undefined()) {
            let counts = all.entry(field).or_default();
            // One more tells that there are too many.
            if counts.len() <= MOST_VALUES {
                *counts.entry(json::shown(Some(value))).or_default() += 1;
            }
        }
    }
    all
}

fn shares(before: &Records, after: &Records) -> Vec<FieldShares> {
    let (old, new) = (counted(before), counted(after));
    let none = Counts::new();
    let mut told: Vec<FieldShares> = Vec::new();
    let gone = before.labels.iter().filter(|field| !after.labels.contains(field));
    for field in after.labels.iter().chain(gone) {
        let (was, now) = (old.get(field.as_str()).unwrap_or(&none), new.get(field.as_str()).unwrap_or(&none));
        if was.len() > MOST_VALUES || now.len() > MOST_VALUES {
            continue;
        }
        let values: BTreeSet<&String> = was.keys().chain(now.keys()).collect();
        let moved = |value: &&String| {
            let before = share(was.get(*value), before.made.len());
            let after = share(now.get(*value), after.made.len());
            MovedShare { value: (*value).clone(), before, after }
        };
        let values = values.iter().map(moved).filter(|one| one.before.to_bits() != one.after.to_bits());
        let values: Vec<MovedShare> = values.collect();
        // A target is often just the name that is aimed at.
        if !values.is_empty() && told.iter().all(|known| known.values != values) {
            told.push(FieldShares { field: field.clone(), values });
        }
    }
    told
}

#[expect(clippy::cast_precision_loss, reason = "counts of a few thousand records")]
fn share(part: Option<&u64>, whole: usize) -> f64 {
    if whole == 0 { 0.0 } else { part.copied().unwrap_or(0) as f64 / whole as f64 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Value;

    /// Records with one label and one text each.
    fn records(rows: &[(&str, &str)]) -> Records {
        let made = |(at, (label, text)): (usize, &(&str, &str))| {
            let value = Value::map([("label".into(), Value::text(label)), ("text".into(), Value::text(text))]);
            Made { index: at as u64, scenario: Text::default(), value, labels: vec![Value::text(label), Value::text(label)] }
        };
        Records {
            labels: vec!["label".to_owned(), "target_output.label".to_owned()],
            made: rows.iter().enumerate().map(made).collect(),
        }
    }

    #[test]
    fn changed_records_fields_and_shares_are_told() {
        let before = records(&[("yes", "a"), ("yes", "b"), ("no", "c"), ("no", "d")]);
        let after = records(&[("yes", "a"), ("no", "b"), ("no", "c!"), ("no", "d"), ("no", "e")]);
        let told = compare(&before, &after);
        assert_eq!((told.before, told.after), (4, 5));
        let changed: Vec<(u64, Kind)> = told.changed.iter().map(|one| (one.index, one.kind)).collect();
        assert_eq!(changed, [(1, Kind::Changed), (2, Kind::Changed), (4, Kind::Added)]);
        assert_eq!(told.fields, [("label".to_owned(), 1), ("text".to_owned(), 1)]);
        let value = |value: &str, before, after| MovedShare { value: value.to_owned(), before, after };
        let values = vec![value("\"no\"", 0.5, 0.8), value("\"yes\"", 0.5, 0.2)];
        assert_eq!(told.shares, [FieldShares { field: "label".to_owned(), values }], "the target says the same");
        assert_eq!(compare(&after, &before).changed.last().unwrap().kind, Kind::Removed);
    }

    #[test]
    fn equal_records_tell_nothing_and_texts_are_no_labels() {
        let same = records(&[("yes", "a"), ("no", "b")]);
        assert_eq!(compare(&same, &same), Comparison { before: 2, after: 2, ..Comparison::default() });
        let texts: Vec<String> = (0..=MOST_VALUES).map(|number| format!("text {number}")).collect();
        let rows: Vec<(&str, &str)> = texts.iter().map(|text| (text.as_str(), "")).collect();
        assert_eq!(compare(&same, &records(&rows)).shares, []);
    }
}
