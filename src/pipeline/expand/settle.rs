//! A record drawn anew, attempt by addressed attempt, until it meets its planned labels and requirements.

use std::cell::OnceCell;
use std::collections::BTreeMap;

use crate::data::Value;
use crate::diag::{Diagnostic, codes};
use crate::json;
use crate::pipeline::check::{Aimed, Settling, Unmet, remedies};
use crate::program::{Fault, Frame, RecordAt, Shared};

/// Most values that are told of a label which no attempt met.
const MOST_TOLD: usize = 4;

/// What stays the same from attempt to attempt.
#[derive(Clone, Copy)]
pub(super) struct Around<'a> {
    pub(super) shared: &'a Shared<'a>,
    /// The scenario's name; empty where there is none.
    pub(super) scenario: &'a str,
    /// The planned labels.
    pub(super) planned: &'a [Value],
    /// The records of the used datasets.
    pub(super) used: &'a [Frame<'a>],
}

impl<'a> Around<'a> {
    fn frame(self, cells: &'a [OnceCell<Value>], at: RecordAt) -> Frame<'a> {
        Frame::new(self.shared, cells, at, self.planned).using(self.used)
    }

    /// Where the record is, for messages.
    fn place(&self) -> String {
        if self.scenario.is_empty() { String::new() } else { format!(" in the scenario `{}`", self.scenario) }
    }
}

/// Finds the first attempt that meets the plan and leaves it in `at`, with the cells of that attempt; gives how many it took.
///
/// # Errors
/// What could not be evaluated, or that no attempt met the plan.
pub(super) fn settle(
    settling: &Settling,
    around: &Around<'_>,
    cells: &mut [OnceCell<Value>],
    at: &mut RecordAt,
) -> Result<u32, Fault> {
    if settling.is_idle() {
        return Ok(1);
    }
    for attempt in 0..settling.attempts {
        begin(settling, cells, at, attempt);
        if settling.unmet(&around.frame(cells, *at))?.is_none() {
            return Ok(attempt + 1);
        }
    }
    Err(exhausted(settling, around, cells, at))
}

/// Empties what changes with an attempt.
fn begin(settling: &Settling, cells: &mut [OnceCell<Value>], at: &mut RecordAt, attempt: u32) {
    at.attempt = at.address.attempt(attempt);
    if attempt > 0 {
        for slot in &settling.volatile {
            if let Some(cell) = cells.get_mut(*slot) {
                cell.take();
            }
        }
    }
}

/// Goes through the attempts once more, to say what came instead.
fn exhausted(settling: &Settling, around: &Around<'_>, cells: &mut [OnceCell<Value>], at: &mut RecordAt) -> Fault {
    let mut missed: BTreeMap<(usize, usize), u32> = BTreeMap::new();
    let mut instead: BTreeMap<String, u32> = BTreeMap::new();
    for attempt in 0..settling.attempts {
        begin(settling, cells, at, attempt);
        let frame = around.frame(cells, *at);
        match settling.unmet(&frame) {
            Err(fault) => return fault,
            Ok(None) => {}
            Ok(Some(Unmet::Required(one))) => *missed.entry((1, one)).or_default() += 1,
            Ok(Some(Unmet::Aim(one))) => {
                *missed.entry((0, one)).or_default() += 1;
                let found = settling.aims.get(one).and_then(|aimed| frame.slot(aimed.slot).ok());
                *instead.entry(json::shown(found)).or_default() += 1;
            }
        }
    }
    let most = missed.into_iter().max_by_key(|(which, times)| (*times, std::cmp::Reverse(*which)));
    let told = match most {
        Some(((0, one), _)) => never_aimed(settling, one, at, around, instead),
        Some(((_, one), times)) => never_required(settling, one, times, around),
        None => None,
    };
    let unplaced = || Diagnostic::unplaced(codes::ATTEMPTS_EXHAUSTED, "no attempt meets the plan");
    Box::new(told.unwrap_or_else(unplaced))
}

/// What to tell of a label that no attempt met, with what came instead.
fn never_aimed(
    settling: &Settling,
    one: usize,
    at: &RecordAt,
    around: &Around<'_>,
    instead: BTreeMap<String, u32>,
) -> Option<Diagnostic> {
    let aimed = settling.aims.get(one)?;
    let label = json::shown(around.planned.get(one));
    let labels = at.scenario.and_then(|scenario| aimed.labels.get(scenario)).and_then(Option::as_ref);
    let span = labels.map_or(aimed.span, |labels| labels.span);
    let mut counted: Vec<(String, u32)> = instead.into_iter().collect();
    counted.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    let told: Vec<String> = counted.iter().take(MOST_TOLD).map(|(value, times)| format!("{value} {times} times")).collect();
    let Aimed { name, .. } = aimed;
    let message = format!("`{name}` never became {label} in {} attempts{}", settling.attempts, around.place());
    let diagnostic = Diagnostic::error(codes::ATTEMPTS_EXHAUSTED, span, message);
    Some(diagnostic.hint(format!("it was {}", told.join(", "))).hint(remedies(name)))
}

/// What to tell of a requirement that most attempts did not meet.
fn never_required(settling: &Settling, one: usize, times: u32, around: &Around<'_>) -> Option<Diagnostic> {
    let required = settling.required.get(one)?;
    let attempts = settling.attempts;
    let place = around.place();
    let message = format!("`{}` stood in the way of {times} of {attempts} attempts{place}, and none was left", required.id);
    let diagnostic = Diagnostic::error(codes::ATTEMPTS_EXHAUSTED, required.span, message);
    Some(diagnostic.hint("draw what it asks for more often, or allow more `attempts`"))
}
