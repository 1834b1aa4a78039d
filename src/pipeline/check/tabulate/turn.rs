//! A row of `first`: whether the rows before it leave it anything.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use super::constant::Constants;
use super::grid::{Ground, Walk};
use super::severity;
use super::trial::{Trial, all};
use crate::diag::{Diagnostic, codes};
use crate::program::Site;

/// More rows before a row than these are not looked at.
const MOST_BEFORE: usize = 64;

/// What is wrong with the row `at` of a site.
pub(super) fn judge(ground: &Ground<'_>, constants: &Constants<'_>, site: &Site, at: usize) -> Option<Diagnostic> {
    let row = site.rows.get(at).filter(|_| at > 0)?;
    let before = || site.rows.iter().take(at).rev().take(MOST_BEFORE);
    let severity = severity(ground, row.span, before().chain([row]).flat_map(|row| &row.terms))?;
    let trial = Trial::new(ground, site, &row.terms, before())?;
    // The rows that apply whenever this one would.
    let mut takers: Option<BTreeSet<usize>> = None;
    let walk = trial.grid.walk(ground, |frame| {
        if !all(trial.assumed.iter().chain(&trial.asked).copied(), frame)? {
            return Ok(ControlFlow::Continue(()));
        }
        let mut taking = BTreeSet::new();
        for (at, one) in trial.before.iter().enumerate() {
            if all(&one.terms, frame)? {
                taking.insert(at);
            }
        }
        let left = taking.is_empty();
        takers = Some(takers.take().map_or_else(|| taking.clone(), |known| &known & &taking));
        Ok(if left { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
    });
    // A row whose own condition is never true is told there.
    let takers = takers.filter(|_| walk == Walk::Through)?;
    let single = takers.last().and_then(|at| trial.before.get(*at)).and_then(|one| one.when);
    let message = match (single, row.when) {
        (Some(_), Some(_)) => "this row is never reached: an earlier row applies wherever its condition holds",
        (Some(_), None) => "this row is never reached: an earlier row always applies",
        (None, Some(_)) => "this row is never reached: earlier rows apply wherever its condition holds",
        (None, None) => "this row is never reached: the rows before it leave nothing over",
    };
    let wrong = Diagnostic { severity, ..Diagnostic::error(codes::UNREACHABLE, row.span, message) };
    let wrong = single.into_iter().fold(wrong, |wrong, span| wrong.label(span, "whenever it would apply, this row does"));
    let mend = match row.when {
        Some(_) => "put the narrower condition first, or remove the row",
        None => "remove it and the `when` of the row before it",
    };
    Some(constants.explain(wrong.hint(format!("tried for {}", trial.describe(ground))).hint(mend), &trial.reads()))
}
