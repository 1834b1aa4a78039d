//! Records of a program, verified as a build verifies them, with what is counted of each.
//!
//! In: a program and a range of indices. Out: the records in order, or what is wrong with the first of them that are. What is
//! counted is the scenario, every name that is aimed at, and every target that is a single word, number or truth: the labels that
//! a trainer reads.

use std::collections::BTreeSet;

use crate::data::{Text, Value};
use crate::diag::Diagnostic;
use crate::ordered::{Pool, ordered};
use crate::pipeline::check::Checked;
use crate::pipeline::expand::Expander;
use crate::pipeline::plan::{Plan, plan};
use crate::pipeline::verify::verify;

/// At most so many different mistakes are told.
const MOST_WRONG: usize = 10;

/// Records in order, from the first index on.
#[derive(Debug, Clone, Default)]
pub struct Records {
    /// What is counted, by name or by path in the record.
    pub labels: Vec<String>,
    /// The records.
    pub made: Vec<Made>,
}

impl Records {
    /// The first so many.
    #[must_use]
    pub fn first(&self, count: u64) -> Self {
        let count = usize::try_from(count).unwrap_or(usize::MAX);
        Self { labels: self.labels.clone(), made: self.made.iter().take(count).cloned().collect() }
    }
}

/// One record.
#[derive(Debug, Clone)]
pub struct Made {
    /// Its index.
    pub index: u64,
    /// Its scenario; empty where there is none.
    pub scenario: Text,
    /// Its content.
    pub value: Value,
    /// What is counted of it, in the order of [`Records::labels`]; undefined where it has none.
    pub labels: Vec<Value>,
}

/// Why there are no records.
#[derive(Debug)]
pub enum Halt {
    /// Records are wrong.
    Wrong(Vec<Diagnostic>),
    /// It was asked to stop.
    Stopped,
}

/// Makes the first `count` records on all threads; `stop` is asked between records.
///
/// # Errors
/// What is wrong with the records, or that it was stopped.
pub fn records(checked: &Checked, count: u64, pool: &Pool, stop: &(dyn Fn() -> bool + Sync)) -> Result<Records, Halt> {
    let plan = plan(checked, 0, 0, count.min(checked.spec.size));
    let labels = labels(checked);
    let mut made = Vec::with_capacity(usize::try_from(plan.count).unwrap_or(0));
    ordered(
        pool,
        plan.shards(),
        |range| shard(&plan, &labels, range, stop),
        |shard| {
            made.extend(shard?);
            Ok(())
        },
    )?;
    Ok(Records { labels: labels.into_iter().map(|(name, _)| name).collect(), made })
}

/// Where a label is read.
enum Read {
    Scenario,
    Slot(usize),
    Path,
}

fn labels(checked: &Checked) -> Vec<(String, Read)> {
    let scenario = (checked.spec.scenarios.len() > 1).then(|| ("scenario".to_owned(), Read::Scenario));
    let aimed = checked.settling.aims.iter().map(|aimed| (aimed.name.to_string(), Read::Slot(aimed.slot)));
    let targets = checked.rederivation.targets.iter().map(|target| (target.path.clone(), Read::Path));
    scenario.into_iter().chain(aimed).chain(targets).collect()
}

fn shard(
    plan: &Plan<'_>,
    labels: &[(String, Read)],
    range: std::ops::Range<u64>,
    stop: &(dyn Fn() -> bool + Sync),
) -> Result<Vec<Made>, Halt> {
    let checked = plan.checked;
    let mut expander = Expander::new(plan, false);
    let (mut made, mut wrong, mut told) = (Vec::new(), Vec::new(), BTreeSet::new());
    for index in range {
        if stop() {
            return Err(Halt::Stopped);
        }
        let mut read = Vec::with_capacity(labels.len());
        let record = expander.record(index, |frame, value| {
            verify(checked, frame, value)?;
            for (path, label) in labels {
                let found = match label {
                    Read::Scenario => frame.at.scenario.map(|at| Value::text(checked.scenario(at))),
                    Read::Slot(slot) => Some(frame.slot(*slot).map_err(|fault| vec![*fault])?.clone()),
                    Read::Path => value.at(path).cloned(),
                };
                read.push(found.filter(is_single).unwrap_or_default());
            }
            Ok(())
        });
        match record {
            Ok(record) => {
                let scenario = checked.scenario(record.scenario).into();
                made.push(Made { index, scenario, value: record.value, labels: read });
            }
            // One mistake of the spec breaks many records: it is told of the first.
            Err(found) => {
                let new = |one: &Diagnostic| told.insert((one.code, one.primary.as_ref().map(|label| label.span)));
                wrong.extend(found.into_iter().filter(new));
                if wrong.len() >= MOST_WRONG {
                    break;
                }
            }
        }
    }
    if wrong.is_empty() { Ok(made) } else { Err(Halt::Wrong(wrong)) }
}

fn is_single(value: &Value) -> bool {
    matches!(value, Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Text(_))
}
