//! The schema of a dataset's records: what its forms promise, and how one that was written by hand differs from it.
//!
//! In: a sound spec. Out: the JSON Schema that its forms promise, as text to start from; and the differences between that and the
//! author's own, each at a path of the record: what that allows and no record can be, and what it forbids and some are, or could be
//! by what is known of the forms. What must hold: a difference was tried and not guessed, on real records that were changed in one place, so each is one; that there are no
//! others is not proven.

mod places;
mod probes;

use indexmap::IndexMap;
use serde::Serialize;

use crate::build::Failure;
use crate::data::Value;
use crate::engine::json_schema::Schema;
use crate::pipeline::check::Checked;
use crate::pipeline::expand::Expander;
use crate::pipeline::plan::plan;
use crate::record::Node;
use places::{Place, Places};
use probes::{Change, Probe};

/// How the author's schema stands to what records can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Relation {
    /// It forbids what some records are, or can be.
    Forbids,
    /// It allows what no record can be.
    Allows,
}

impl Relation {
    /// Its name.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Forbids => "forbids",
            Self::Allows => "allows",
        }
    }
}

/// One place where the two differ.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// Which way.
    pub relation: Relation,
    /// Where in the record, keys in dots and `*` for any element; empty for the whole.
    pub path: String,
    /// What is allowed or forbidden there.
    pub what: Vec<String>,
    /// The first record that is refused; null where the records that were made are not.
    pub record: Option<u64>,
}

/// How two schemas differ.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Comparison {
    /// Records that were made, the first of the dataset.
    pub records: u64,
    /// Changed records that were tried.
    pub trials: u64,
    /// Where they differ: what is forbidden first, in the order of the record.
    pub differences: Vec<Difference>,
}

impl Comparison {
    /// Whether records that were made are refused.
    #[must_use]
    pub fn refuses(&self) -> bool {
        self.differences.iter().any(|difference| difference.record.is_some())
    }
}

/// Compares the schema that a spec names with the one that its forms promise, on its first `count` records.
///
/// # Errors
/// A spec that names none, or a record that cannot be made.
pub fn compare(checked: &Checked, seed: u64, count: u64) -> Result<Comparison, Failure> {
    let name = &checked.spec.name;
    if checked.spec.schema.is_none() {
        return Err(Failure::Usage(format!(
            "`{name}` has no schema of its own to compare: `dictum schema {name} --write` starts one"
        )));
    }
    let failed = |cause: String| Failure::Other { doing: "compare schemas", cause };
    let inferred = Schema::compile_text(&checked.inferred).map_err(|error| failed(error.reason))?;
    let records = records(checked, seed, count)?;
    let mut found = Found::default();
    for (index, record) in (0..).zip(&records) {
        for violation in checked.schema.violations(Node::of(record)) {
            found.refused(&places::general(&violation.path), violation.message, index);
        }
    }
    let places = Places::of(&checked.record, &records);
    let mut trials = 0;
    for (path, place) in places.iter() {
        for probe in probes::of(place) {
            trials += 1;
            if tried(&probe, place, &records, &inferred, &checked.schema) {
                found.add(probe.relation, path, probe.what);
            }
        }
    }
    Ok(Comparison { records: count, trials, differences: found.ordered() })
}

fn records(checked: &Checked, seed: u64, count: u64) -> Result<Vec<Value>, Failure> {
    let plan = plan(checked, seed, 0, count);
    let mut expander = Expander::new(&plan, false);
    let record = |index| {
        let made = expander.record(index, |_, _| Ok(()));
        let failed = |wrong: Vec<crate::diag::Diagnostic>| Failure::Other {
            doing: "make a record",
            cause: wrong.first().map(|first| first.message.clone()).unwrap_or_default(),
        };
        made.map(|record| record.value).map_err(failed)
    };
    (0..count).map(record).collect()
}

/// Whether a probe shows a difference: what is allowed, in any record that has its place; what is forbidden, in all of them.
fn tried(probe: &Probe, place: &Place, records: &[Value], inferred: &Schema, own: &Schema) -> bool {
    let mut shown = false;
    for (at, path) in place.witnesses(&probe.change) {
        let Some(record) = records.get(*at) else { continue };
        let Some(changed) = changed(record, path, &probe.change) else { continue };
        let node = Node::of(&changed);
        let differs = match probe.relation {
            Relation::Allows => !inferred.accepts(node) && own.accepts(node),
            // A rule that reads other fields refuses at another place.
            Relation::Forbids => inferred.accepts(node) && own.violations(node).iter().any(|one| one.path == *path),
        };
        match probe.relation {
            Relation::Allows if differs => return true,
            Relation::Forbids if !differs => return false,
            _ => shown = differs,
        }
    }
    shown
}

/// A record with one place changed.
fn changed(record: &Value, path: &str, change: &Change) -> Option<Value> {
    match change {
        Change::Set(value) => places::with(record, path, Some(value)),
        Change::Remove => places::with(record, path, None),
        Change::AddField => {
            record.at(path)?.as_map()?;
            places::with(record, &places::inner(path, probes::STRANGE), Some(&Value::Null))
        }
        Change::Lengthen(length) => {
            let items = record.at(path)?.as_list()?;
            let first = items.first()?;
            let longer = items.iter().chain(std::iter::repeat(first)).take(*length).cloned();
            places::with(record, path, Some(&Value::list(longer)))
        }
    }
}

/// Differences as they are found, each place once a relation.
#[derive(Default)]
struct Found(IndexMap<(Relation, String), Difference>);

impl Found {
    fn add(&mut self, relation: Relation, path: &str, what: String) {
        self.entry(relation, path, what, None);
    }

    fn refused(&mut self, path: &str, message: String, index: u64) {
        self.entry(Relation::Forbids, path, message, Some(index));
    }

    fn entry(&mut self, relation: Relation, path: &str, what: String, record: Option<u64>) {
        let fresh = || Difference { relation, path: path.to_owned(), what: Vec::new(), record };
        let difference = self.0.entry((relation, path.to_owned())).or_insert_with(fresh);
        if !difference.what.contains(&what) {
            difference.what.push(what);
        }
    }

    fn ordered(self) -> Vec<Difference> {
        let mut differences: Vec<Difference> = self.0.into_values().collect();
        differences.sort_by_key(|difference| difference.relation);
        differences
    }
}
