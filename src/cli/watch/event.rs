//! What happens in a watch, as an object for programs.
//!
//! In: what was found, as plain data. Out: an [`Event`], whose keys as JSON are its own and are never renamed: `event` names the
//! kind, values of records stand as they are, and a side on which nothing stood has no key.

use serde::{Serialize, Serializer};

use crate::data::Value;
use crate::diag::Diagnostics;
use crate::diag::render::{MessageFormat, render, summary};
use crate::json;
use crate::record::Node;
use crate::source::Sources;
use crate::watch::{Change, Comparison, FieldShares, Kind};

/// So many records that changed are listed in an object of the first 1,000.
const LISTED: usize = 100;

/// Something that happened. Where a dataset is null, the list of datasets is meant.
#[derive(Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub(super) enum Event<'e> {
    /// The watch has begun: what it watches, how many paths that is, and whether the system tells of changes.
    Watching { datasets: Vec<&'e str>, paths: usize, notified: bool },
    /// The system tells of no changes any more, so the disk is looked at.
    Polling { why: String },
    /// A dataset is declared no longer.
    Gone { dataset: String },
    /// A dataset was compiled, and its sample records are right; the diagnostics are warnings.
    Compiled { dataset: String, because: Vec<String>, diagnostics: Told, milliseconds: f64 },
    /// Sample records moved.
    Changed {
        dataset: String,
        sampled: u64,
        #[serde(serialize_with = "field_counts")]
        fields: Vec<(String, u64)>,
        #[serde(serialize_with = "change_lines")]
        records: Vec<Change>,
        milliseconds: f64,
    },
    /// The first records are right; compared with those of the last good compile, if there are any.
    Verified { dataset: String, records: u64, comparison: Option<Compared>, milliseconds: f64 },
    /// A dataset has warnings that only show in many records.
    Warned { dataset: String, diagnostics: Told, milliseconds: f64 },
    /// Something is wrong; `keeps` says whether a last good result stands.
    Failed { dataset: Option<String>, phase: Phase, keeps: bool, diagnostics: Told, milliseconds: f64 },
}

/// Where something is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Phase {
    /// In the list of datasets.
    Datasets,
    /// In a spec.
    Check,
    /// In records.
    Records,
    /// In planned labels that cannot be reached.
    Pilot,
}

/// Diagnostics with the texts they point into.
pub(super) struct Told {
    sources: Sources,
    diagnostics: Diagnostics,
}

impl Told {
    pub(super) fn new(sources: Sources, diagnostics: Diagnostics) -> Self {
        Self { diagnostics: diagnostics.sorted(&sources), sources }
    }

    /// Everything they say, to tell whether it was said before.
    pub(super) fn text(&self) -> String {
        self.rendered(MessageFormat::Json)
    }

    /// How many there are, in words.
    pub(super) fn counted(&self) -> String {
        summary(&self.diagnostics).unwrap_or_default()
    }

    pub(super) fn rendered(&self, form: MessageFormat) -> String {
        let mut page = Vec::new();
        // Writing into memory cannot fail.
        let _ = render(&self.diagnostics, &self.sources, form, &mut page);
        String::from_utf8_lossy(&page).into_owned()
    }
}

impl Serialize for Told {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.rendered(MessageFormat::Json).lines().map(parsed))
    }
}

/// JSON text that was written here, as a part of an object.
fn parsed(text: &str) -> serde_json::Value {
    serde_json::from_str(text).unwrap_or_default()
}

fn field_counts<S: Serializer>(fields: &[(String, u64)], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(fields.iter().map(|(field, count)| (field, count)))
}

fn change_lines<S: Serializer>(changes: &[Change], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(changes.iter().map(ChangeLine::of))
}

/// A record that changed. A side on which nothing stands has no key.
#[derive(Serialize)]
struct ChangeLine<'e> {
    index: u64,
    scenario: Option<&'e str>,
    kind: &'static str,
    fields: Vec<MovedLine<'e>>,
}

#[derive(Serialize)]
struct MovedLine<'e> {
    path: &'e str,
    #[serde(skip_serializing_if = "Option::is_none")]
    before: Option<serde_json::Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    after: Option<serde_json::Value>,
}

impl<'e> ChangeLine<'e> {
    fn of(change: &'e Change) -> Self {
        let side = |value: &Option<Value>| {
            value.as_ref().map(|value| {
                let mut text = String::new();
                json::write_node(Node::of(value), &mut text);
                parsed(&text)
            })
        };
        let moved = change.moved.iter();
        let fields = moved.map(|one| MovedLine { path: &one.path, before: side(&one.before), after: side(&one.after) });
        let scenario = Some(change.scenario.as_str()).filter(|name| !name.is_empty());
        Self { index: change.index, scenario, kind: kind(change.kind), fields: fields.collect() }
    }
}

/// A comparison, as an object.
pub(super) struct Compared(pub(super) Comparison);

impl Serialize for Compared {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        ComparisonLine::of(&self.0).serialize(serializer)
    }
}

/// Counts of changed records, and the shares of labels that moved.
#[derive(Serialize)]
struct ComparisonLine<'e> {
    before: u64,
    changed: usize,
    #[serde(serialize_with = "field_counts")]
    fields: &'e Vec<(String, u64)>,
    shares: Vec<SharesLine<'e>>,
    /// The first indices that changed.
    indices: Vec<u64>,
}

#[derive(Serialize)]
struct SharesLine<'e> {
    field: &'e str,
    values: Vec<ShareLine>,
}

#[derive(Serialize)]
struct ShareLine {
    value: serde_json::Value,
    before: f64,
    after: f64,
}

impl<'e> ComparisonLine<'e> {
    fn of(comparison: &'e Comparison) -> Self {
        let line = |one: &'e FieldShares| {
            let values = one.values.iter();
            let values = values.map(|one| ShareLine { value: parsed(&one.value), before: one.before, after: one.after });
            SharesLine { field: &one.field, values: values.collect() }
        };
        Self {
            before: comparison.before,
            changed: comparison.changed.len(),
            fields: &comparison.fields,
            shares: comparison.shares.iter().map(line).collect(),
            indices: comparison.changed.iter().take(LISTED).map(|change| change.index).collect(),
        }
    }
}

fn kind(of: Kind) -> &'static str {
    match of {
        Kind::Changed => "changed",
        Kind::Added => "added",
        Kind::Removed => "removed",
    }
}
