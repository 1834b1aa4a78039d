//! Every combination of what some conditions read.
//!
//! In: probes, and the scenarios in which they can be reached. Out: a [`Grid`], which shows each combination of scenario and
//! draws as a record in which just these are stated. Draws are taken to be independent, so a grid may hold combinations that
//! never occur together; it misses none that does.

use std::cell::{Cell, OnceCell};
use std::collections::BTreeSet;
use std::ops::ControlFlow;

use super::domain::{Domain, domain};
use crate::data::{Text, Type, Value};
use crate::diag::quoted_list;
use crate::pipeline::check::Checked;
use crate::program::{Draws, Fault, Frame, Probe, Reading, Readings, RecordAt, Shared, Sites, join};

/// More combinations than these are not tried for one question.
const MOST_CELLS: usize = 4_096;
/// What may be spent on one spec: a unit for each slot read in a combination, and for each dozen values of a grid.
const MOST_IN_ALL: usize = 500_000;

/// What grids are laid over.
pub(super) struct Ground<'c> {
    /// The spec.
    pub(super) checked: &'c Checked,
    /// What can be tried.
    pub(super) sites: &'c Sites,
    /// What all records share.
    pub(super) shared: Shared<'c>,
    /// What may still be spent.
    left: Cell<usize>,
}

impl<'c> Ground<'c> {
    /// The ground of a spec, with everything still to try.
    pub(super) fn new(checked: &'c Checked, sites: &'c Sites) -> Self {
        Self { checked, sites, shared: checked.shared(&[], false), left: Cell::new(MOST_IN_ALL) }
    }

    /// Spends so much; `None` where too little is left.
    fn spend(&self, units: usize) -> Option<()> {
        self.left.set(self.left.get().checked_sub(units)?);
        Some(())
    }

    /// The values that stand for a draw in a scenario.
    fn domain(&self, at: usize, scenario: usize, reading: &Reading) -> Option<Domain> {
        let drawn = &self.sites.drawn;
        let form = drawn.get(&(at, Some(scenario))).or_else(|| drawn.get(&(at, None)));
        let mut found = if self.sites.differing.contains(&at) {
            let forms = drawn.range((at, None)..=(at, Some(usize::MAX)));
            let all = domain(&Type::join_all(forms.map(|(_, form)| form.ty.clone())), reading)?;
            Domain { exact: false, ..all }
        } else {
            match form {
                Some(form) => domain(&form.ty, reading)?,
                None => Domain { values: Vec::new(), exact: true },
            }
        };
        if form.is_none_or(|form| form.optional) {
            found.values.push(Value::Undefined);
        }
        (!found.values.is_empty()).then_some(found)
    }
}

/// The combinations of one scenario.
struct Board {
    scenario: usize,
    /// The slots that are stated, each with its values.
    axes: Vec<(usize, Vec<Value>)>,
    cells: usize,
}

/// Every combination of what some conditions read.
pub(super) struct Grid {
    boards: Vec<Board>,
    causes: BTreeSet<Text>,
    reads: BTreeSet<usize>,
    readings: Readings,
    exact: bool,
}

/// How a walk over a grid ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Walk {
    /// Every combination was seen.
    Through,
    /// What was looked for was found.
    Stopped,
    /// Something cannot be evaluated, or there is too much of it.
    Open,
}

impl Grid {
    /// The grid under some probes; `None` where one of them reads what is not finite, or a derived name that is something else
    /// in another world, or where there are too many combinations.
    pub(super) fn over<'p>(ground: &Ground<'_>, live: &[bool], probes: impl IntoIterator<Item = &'p Probe>) -> Option<Self> {
        let (mut causes, mut reads, mut readings) = (BTreeSet::new(), BTreeSet::new(), Readings::new());
        for probe in probes {
            causes.extend(probe.causes.iter().cloned());
            reads.extend(&probe.reads);
            join(&mut readings, &probe.readings);
        }
        let derived = |at: &usize| ground.checked.slots.get(*at).is_some_and(|slot| !slot.drawn);
        if ground.sites.differing.iter().any(|at| reads.contains(at) && derived(at)) {
            return None;
        }
        let by_scenario = causes.contains("scenario");
        let mut slots = BTreeSet::new();
        for cause in causes.iter().filter(|cause| *cause != "scenario") {
            let (at, _, entry) = ground.checked.spec.entries.get_full(cause)?;
            slots.insert(entry.section.drawn().then_some(at)?);
        }
        let mut grid = Self { boards: Vec::new(), causes, reads, readings, exact: true };
        let scenarios = grid.scenarios(ground, live, by_scenario);
        for scenario in scenarios {
            let board = grid.board(ground, scenario, &slots)?;
            grid.boards.push(board);
        }
        (grid.cells() <= MOST_CELLS && !grid.boards.is_empty()).then_some(grid)
    }

    /// The scenarios that can make a difference: those with a form of their own for something that is read, and one of the rest.
    fn scenarios(&mut self, ground: &Ground<'_>, live: &[bool], by_scenario: bool) -> Vec<usize> {
        let live: Vec<usize> = live.iter().enumerate().filter(|(_, live)| **live).map(|(at, _)| at).collect();
        let own = |scenario: usize| {
            let slots = self.reads.iter().filter_map(|at| ground.checked.slots.get(*at));
            by_scenario || slots.flat_map(|slot| &slot.overlays).any(|(one, _)| *one == scenario)
        };
        let mut common = true;
        let all = live.len();
        let kept: Vec<usize> = live.into_iter().filter(|at| own(*at) || std::mem::take(&mut common)).collect();
        self.exact &= kept.len() == 1 || kept.len() == all;
        kept
    }

    fn board(&mut self, ground: &Ground<'_>, scenario: usize, slots: &BTreeSet<usize>) -> Option<Board> {
        let mut axes = Vec::with_capacity(slots.len());
        let mut cells = 1_usize;
        for at in slots {
            let reading = self.readings.get(at).unwrap_or(&Reading::Whole);
            let found = ground.domain(*at, scenario, reading)?;
            ground.spend(found.values.len() / 12 + 1)?;
            self.exact &= found.exact;
            cells = cells.checked_mul(found.values.len()).filter(|cells| *cells <= MOST_CELLS)?;
            axes.push((*at, found.values));
        }
        Some(Board { scenario, axes, cells })
    }

    /// Whether a probe reads nothing that this grid does not vary already, in no other way.
    pub(super) fn covers(&self, probe: &Probe) -> bool {
        let same = |(at, reading): (&usize, &Reading)| {
            let mut known = self.readings.get(at).cloned();
            known.as_mut().is_some_and(|joined| {
                joined.join(reading);
                self.readings.get(at) == Some(joined)
            })
        };
        probe.causes.is_subset(&self.causes) && probe.reads.is_subset(&self.reads) && probe.readings.iter().all(same)
    }

    /// How many combinations there are.
    fn cells(&self) -> usize {
        self.boards.iter().map(|board| board.cells).fold(0, usize::saturating_add)
    }

    /// Whether there is anything to vary.
    pub(super) fn varies(&self) -> bool {
        self.cells() > 1
    }

    /// What is varied, in words.
    pub(super) fn describe(&self, ground: &Ground<'_>) -> String {
        let mut names: Vec<&str> = if self.boards.len() > 1 { vec!["scenario"] } else { Vec::new() };
        let axes = self.boards.iter().flat_map(|board| &board.axes).map(|(at, _)| *at).collect::<BTreeSet<usize>>();
        names.extend(axes.into_iter().filter_map(|at| ground.checked.slots.get(at)).map(|slot| slot.name.as_str()));
        let noun = if names.len() == 1 { "value" } else { "combination" };
        let list = quoted_list(names);
        if self.exact { format!("each of the {} {noun}s of {list}", self.cells()) } else { format!("every {noun} of {list}") }
    }

    /// Shows every combination as a record until `see` has seen enough.
    pub(super) fn walk(&self, ground: &Ground<'_>, mut see: impl FnMut(&Frame<'_>) -> Result<ControlFlow<()>, Fault>) -> Walk {
        for board in &self.boards {
            // Far apart from one to the next, so that what occurs at all is seen soon.
            let step = step(board.cells);
            for turn in 0..board.cells {
                if ground.spend(self.reads.len() + 1).is_none() {
                    return Walk::Open;
                }
                let cells = board.cells_of(ground, turn * step % board.cells);
                let at = RecordAt::new(Some(board.scenario), 0, 0);
                match see(&Frame::stated(&ground.shared, &cells, at, Draws::Stated)) {
                    Ok(ControlFlow::Continue(())) => {}
                    Ok(ControlFlow::Break(())) => return Walk::Stopped,
                    Err(_) => return Walk::Open,
                }
            }
        }
        Walk::Through
    }
}

impl Board {
    /// The cells of a record in which the combination of this number is stated.
    fn cells_of(&self, ground: &Ground<'_>, number: usize) -> Vec<OnceCell<Value>> {
        let mut cells = vec![OnceCell::new(); ground.checked.slots.len()];
        let mut rest = number;
        for (at, values) in &self.axes {
            let value = values.get(rest % values.len());
            rest /= values.len();
            if let (Some(cell), Some(value)) = (cells.get_mut(*at), value) {
                *cell = OnceCell::from(value.clone());
            }
        }
        cells
    }
}

/// A step that reaches all of so many places, about two fifths of them long.
fn step(places: usize) -> usize {
    let common = |mut a: usize, mut b: usize| {
        while b > 0 {
            (a, b) = (b, a % b);
        }
        a
    };
    let wanted = (places * 2 / 5).max(1);
    (1..=wanted).rev().find(|step| common(*step, places) == 1).unwrap_or(1)
}

#[cfg(test)]
mod tests {
    use super::step;

    #[test]
    fn a_step_reaches_every_place() {
        for places in 1..200 {
            let step = step(places);
            let seen: std::collections::BTreeSet<usize> = (0..places).map(|turn| turn * step % places).collect();
            assert_eq!(seen.len(), places, "{places} by {step}");
        }
    }
}
