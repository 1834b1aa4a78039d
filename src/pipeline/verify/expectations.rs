//! Expectations: what must hold for the whole dataset, counted shard by shard and judged at the end.

mod shares;

use std::collections::BTreeMap;

use crate::data::distinct::{DistinctCounter, Spill, fingerprint};
use crate::data::{Text, Value};
use crate::diag::{Diagnostic, Diagnostics, codes};
use crate::json;
use crate::library;
use crate::pipeline::check::{Checked, Counted, Expectation, Shares};
use crate::program::{Env, Fault, Frame};
use crate::record::Node;
use crate::source::Span;

/// What was counted in some records; two tallies add up.
#[derive(Default)]
pub struct Tally {
    counts: Vec<Counts>,
}

#[derive(Default)]
struct Counts {
    /// Records by group (empty where there is none).
    totals: BTreeMap<String, u64>,
    /// Records by group and value.
    values: BTreeMap<String, BTreeMap<String, u64>>,
    /// One fingerprint a record, for distinct counts.
    fingerprints: Vec<u128>,
}

/// A value as it is counted and shown: its JSON text.
fn shown(value: &Value) -> String {
    let mut text = String::new();
    json::write_canonical(Node::of(value), &mut text);
    text
}

impl Tally {
    /// Counts one record.
    ///
    /// # Errors
    /// What could not be evaluated.
    pub fn count(&mut self, checked: &Checked, frame: &Frame<'_>) -> Result<(), Fault> {
        self.counts.resize_with(checked.expectations.len(), Counts::default);
        let env = Env::root(frame);
        for (expectation, counts) in checked.expectations.iter().zip(&mut self.counts) {
            // How many values differ depends on how many there are: the spec speaks of its own size.
            if frame.at.index < checked.spec.size || matches!(expectation.counted, Counted::Share { .. }) {
                counts.add(expectation, &env)?;
            }
        }
        Ok(())
    }
}

impl Counts {
    fn add(&mut self, expectation: &Expectation, env: &Env<'_>) -> Result<(), Fault> {
        let value = expectation.of.eval(env)?;
        let Counted::Share { expected, attribute, by } = &expectation.counted else {
            self.fingerprints.push(fingerprint(&shown(&value)));
            return Ok(());
        };
        let mut group = String::new();
        if let Some((by, _)) = by {
            json::write_canonical(Node::of(&*by.eval(env)?), &mut group);
        }
        bump(&mut self.totals, &group);
        if !self.values.contains_key(&group) {
            self.values.insert(group.clone(), BTreeMap::new());
        }
        let Some(values) = self.values.get_mut(&group) else { return Ok(()) };
        if let Shares::Aimed(planned) = expected {
            bump(values, &shown(planned.label(&value)));
            return Ok(());
        }
        let items = value.as_list().unwrap_or(std::slice::from_ref(&*value));
        let mut seen: Vec<&Value> = Vec::with_capacity(items.len());
        for item in items {
            let counted = counted(item, attribute.as_ref())?;
            // A value that stands twice in one record is one record that has it.
            if !seen.contains(&counted) {
                bump(values, &shown(counted));
                seen.push(counted);
            }
        }
        Ok(())
    }
}

/// The value itself, or its attribute.
fn counted<'v>(value: &'v Value, attribute: Option<&(Text, Span)>) -> Result<&'v Value, Fault> {
    let Some((path, span)) = attribute else { return Ok(value) };
    library::attribute(value, path).map_err(|reason| Box::new(Diagnostic::error(codes::EVALUATION, *span, reason)))
}

/// Adds one to a count, without making a key that is there already.
fn bump(counts: &mut BTreeMap<String, u64>, key: &str) {
    match counts.get_mut(key) {
        Some(count) => *count += 1,
        None => {
            counts.insert(key.to_owned(), 1);
        }
    }
}

/// All records of a build together.
pub struct Judge<'c> {
    checked: &'c Checked,
    counts: Vec<Counts>,
    distinct: Vec<Option<DistinctCounter<'c>>>,
    records: u64,
}

/// One expectation as it came out, for the manifest.
pub struct Outcome {
    /// What was expected, in a line.
    pub expected: String,
    /// What was found, in a line.
    pub found: String,
}

impl<'c> Judge<'c> {
    /// Begins; `spill` makes temporary storage for counting distinct values in bounded memory.
    pub fn new(checked: &'c Checked, spill: impl Fn() -> Spill<'c>) -> Self {
        let counter = |expectation: &Expectation| match expectation.counted {
            Counted::Distinct { .. } => Some(DistinctCounter::new(spill())),
            Counted::Share { .. } => None,
        };
        Self {
            checked,
            counts: checked.expectations.iter().map(|_| Counts::default()).collect(),
            distinct: checked.expectations.iter().map(counter).collect(),
            records: 0,
        }
    }

    /// Adds the tally of `records` records.
    ///
    /// # Errors
    /// When the temporary storage fails.
    pub fn add(&mut self, tally: Tally, records: u64) -> std::io::Result<()> {
        self.records += records;
        for ((mine, distinct), theirs) in self.counts.iter_mut().zip(&mut self.distinct).zip(tally.counts) {
            for (group, count) in theirs.totals {
                *mine.totals.entry(group).or_default() += count;
            }
            for (group, values) in theirs.values {
                let mine = mine.values.entry(group).or_default();
                for (value, count) in values {
                    *mine.entry(value).or_default() += count;
                }
            }
            if let Some(counter) = distinct {
                theirs.fingerprints.into_iter().try_for_each(|one| counter.add(one))?;
            }
        }
        Ok(())
    }

    /// Judges; what is not met becomes a diagnostic.
    ///
    /// # Errors
    /// When the temporary storage fails.
    pub fn judge(self, diagnostics: &mut Diagnostics) -> std::io::Result<Vec<Outcome>> {
        let mut outcomes = Vec::new();
        let all = self.checked.expectations.iter().zip(&self.counts).zip(self.distinct);
        for ((expectation, counts), distinct) in all {
            if self.records < expectation.at_size {
                outcomes.push(Outcome {
                    expected: expectation.name.clone(),
                    found: format!("not judged below {} records", expectation.at_size),
                });
                continue;
            }
            match (&expectation.counted, distinct) {
                (Counted::Distinct { at_least }, Some(counter)) => {
                    let records = counter.seen();
                    let different = counter.finish()?;
                    outcomes.push(judge_distinct(expectation, *at_least, different, records, diagnostics));
                }
                (Counted::Share { expected, by, .. }, _) => {
                    let by = by.as_ref().map(|(_, by)| by.as_str());
                    shares::Sheet { expectation, by, counts, outcomes: &mut outcomes, diagnostics }.judge(expected, self.checked);
                }
                (Counted::Distinct { .. }, None) => {}
            }
        }
        Ok(outcomes)
    }
}

#[expect(clippy::cast_precision_loss, reason = "shares of counts far below 2^53")]
fn share(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

fn judge_distinct(of: &Expectation, at_least: f64, different: u64, records: u64, diagnostics: &mut Diagnostics) -> Outcome {
    let found = share(different, records);
    let outcome = Outcome {
        expected: format!("distinct {} at least {at_least}", of.name),
        found: format!("{different} of {records} ({found:.4})"),
    };
    if found < at_least && records > 0 {
        let message = format!(
            "`{}`: {different} different values in {records} records ({found:.4}), expected at least {at_least}",
            of.name
        );
        diagnostics.push(
            Diagnostic::error(codes::EXPECT_FAILED, of.span, message).hint("add alternatives, or facts that the text names"),
        );
    }
    outcome
}
