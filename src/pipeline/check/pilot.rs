//! The pilot: how many attempts each planned label takes, tried before any dataset is built.
//!
//! In: a checked spec. Out: one [`Cell`] for each scenario and planned label, with how many trial records met it, and
//! diagnostics for labels that none met, or few. What must hold: cells are a pure function of the spec, so that they can be
//! remembered by its digest.

use std::cell::OnceCell;
use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::Checked;
use super::settling::{Aimed, Labels, Settling, remedies};
use crate::data::Value;
use crate::diag::{Diagnostic, Diagnostics, codes};
use crate::engine::jinja::print;
use crate::program::{Fault, Frame, RecordAt, Shared};
use crate::random::{Address, Key};

/// Trial records of a cell, and of all cells together.
const TRIALS: u32 = 200;
const ALL_TRIALS: usize = 20_000;
/// A cell that nothing met is tried so often before it is called unreachable, or as often as a record may be.
const LAST_TRIALS: u32 = 1_000;
/// A record that takes more attempts than this is worth a warning.
const COSTLY: u32 = 20;

/// One scenario with one planned label, and how its trials came out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cell {
    /// The scenario, by its order.
    pub scenario: usize,
    /// The name aimed at and its label, by their order; `None` where only requirements are to be met.
    pub label: Option<(usize, usize)>,
    /// How many trial records were drawn.
    pub tried: u32,
    /// How many of them met everything that is planned and required.
    pub met: u32,
}

impl Cell {
    /// How many attempts a record takes in the mean; `None` where none was met.
    #[must_use]
    pub fn attempts(&self) -> Option<f64> {
        (self.met > 0).then(|| f64::from(self.tried) / f64::from(self.met))
    }
}

/// Tries every cell of a spec.
///
/// # Errors
/// The first thing that could not be evaluated.
pub fn pilot(checked: &Checked) -> Result<Vec<Cell>, Fault> {
    // A record of a used dataset is settled by its own plan, which is made after the check.
    if !checked.used.is_empty() {
        return Ok(Vec::new());
    }
    let keys = checked.keys(0);
    let shared = checked.shared(&keys, false);
    let mut cells = planned(checked);
    let each = u32::try_from(ALL_TRIALS / cells.len().max(1)).unwrap_or(TRIALS).clamp(1, TRIALS);
    let mut values: Vec<OnceCell<Value>> = checked.slots.iter().map(|_| OnceCell::new()).collect();
    for cell in &mut cells {
        let most = LAST_TRIALS.max(checked.settling.attempts);
        while cell.tried < each || (cell.met == 0 && cell.tried < most) {
            cell.met += u32::from(trial(checked, &shared, &mut values, cell)?);
            cell.tried += 1;
        }
    }
    Ok(cells)
}

/// Every cell, untried.
fn planned(checked: &Checked) -> Vec<Cell> {
    let Settling { aims, required, .. } = &checked.settling;
    let mut cells = Vec::new();
    for scenario in 0..checked.spec.scenarios.len().max(1) {
        let before = cells.len();
        for (at, aimed) in aims.iter().enumerate() {
            let Some(labels) = labels_of(aimed, scenario) else { continue };
            let wanted = labels.weights.each().enumerate().filter(|(_, weight)| *weight > 0);
            cells.extend(wanted.map(|(label, _)| Cell { scenario, label: Some((at, label)), tried: 0, met: 0 }));
        }
        let concerned = required.iter().any(|one| one.scenario.is_none_or(|one| one == scenario));
        if cells.len() == before && concerned {
            cells.push(Cell { scenario, label: None, tried: 0, met: 0 });
        }
    }
    cells
}

fn labels_of(aimed: &Aimed, scenario: usize) -> Option<&Labels> {
    aimed.labels.get(scenario).and_then(Option::as_ref)
}

/// Draws one trial record of a cell; whether it meets its plan.
fn trial(checked: &Checked, shared: &Shared<'_>, values: &mut [OnceCell<Value>], cell: &Cell) -> Result<bool, Fault> {
    let index = u64::from(cell.tried);
    let label = |(at, aimed): (usize, &Aimed)| {
        let labels = labels_of(aimed, cell.scenario)?;
        let chosen = match cell.label {
            Some((aim, label)) if aim == at => label,
            // Where several names are aimed at, the others take their labels by weight.
            _ => Key::new(0, ["pilot", &aimed.name]).stream(Address::record(index)).weighted(labels.weights.cumulative()),
        };
        labels.values.get(chosen).cloned()
    };
    let aims = checked.settling.aims.iter().enumerate().map(label).map(|one| one.unwrap_or(Value::Undefined));
    let aims: Vec<Value> = aims.collect();
    for value in values.iter_mut() {
        value.take();
    }
    let frame = Frame::new(shared, values, RecordAt::new(Some(cell.scenario), index, index), &aims);
    Ok(checked.settling.unmet(&frame)?.is_none())
}

/// Reports what the cells say: labels out of reach, and labels that take many attempts.
pub fn judge(checked: &Checked, cells: &[Cell], diagnostics: &mut Diagnostics) {
    let mut told = BTreeSet::new();
    for cell in cells {
        let costly = cell.met > 0 && cell.met.saturating_mul(COSTLY) < cell.tried;
        if (cell.met > 0 && !costly) || !told.insert((cell.scenario, cell.label)) {
            continue;
        }
        let place = match checked.scenario(cell.scenario) {
            "" => String::new(),
            name => format!(" in the scenario `{name}`"),
        };
        let Cell { tried, met, .. } = cell;
        let (code, what) = if costly {
            (codes::AIM_COSTLY, format!("in {met} of {tried} attempts only{place}"))
        } else {
            (codes::AIM_UNREACHABLE, format!("in none of {tried} attempts{place}"))
        };
        let report = |span, message| {
            if costly { Diagnostic::warning(code, span, message) } else { Diagnostic::error(code, span, message) }
        };
        let diagnostic = match cell.label.and_then(|(aim, label)| aimed(checked, cell.scenario, aim, label)) {
            Some((aimed, shown, span)) => {
                report(span, format!("`{}` becomes {shown} {what}", aimed.name)).hint(remedies(&aimed.name))
            }
            None => {
                let span = checked.settling.required.iter().find(|one| one.scenario.is_none_or(|at| at == cell.scenario));
                let span = span.map_or(checked.spec.name_span, |one| one.span);
                report(span, format!("what is required is met {what}")).hint("draw what it asks for more often")
            }
        };
        diagnostics.push(diagnostic);
    }
}

/// The name, label and place of a cell.
fn aimed(checked: &Checked, scenario: usize, aim: usize, label: usize) -> Option<(&Aimed, String, crate::source::Span)> {
    let aimed = checked.settling.aims.get(aim)?;
    let labels = labels_of(aimed, scenario)?;
    let mut shown = String::new();
    let value = labels.values.get(label)?;
    let shown = if print(value, &mut shown).is_ok() { format!("`{shown}`") } else { value.kind().to_owned() };
    Some((aimed, shown, labels.spans.get(label).copied()?))
}
