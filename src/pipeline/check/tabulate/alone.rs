//! One condition, or one case: whether it ever holds, and whether it ever fails.

use std::ops::ControlFlow;

use super::constant::Constants;
use super::grid::{Ground, Walk};
use super::trial::{Trial, all};
use super::severity;
use crate::diag::{Diagnostic, codes};
use crate::program::{Kind, Site, SiteRow};

/// What is seen of a condition.
#[derive(Default)]
struct Seen {
    /// Its place is reached.
    reached: bool,
    /// Its place is not reached.
    beside: bool,
    /// It holds.
    holds: bool,
    /// It fails.
    fails: bool,
}

/// What is wrong with a condition or a case.
pub(super) fn judge(ground: &Ground<'_>, constants: &Constants<'_>, site: &Site, row: &SiteRow) -> Option<Diagnostic> {
    let severity = severity(ground, row.span, &row.terms)?;
    let trial = Trial::new(ground, site, &row.terms, [])?;
    let whole = row.whole && trial.asked.len() == row.terms.len() && trial.grid.varies();
    let pointless = whole && matches!(site.kind, Kind::Decides { pointless: true, .. });
    let mut seen = Seen { fails: !pointless, ..Seen::default() };
    let walk = trial.grid.walk(ground, |frame| {
        if !all(trial.assumed.iter().copied(), frame)? {
            seen.beside = true;
            return Ok(ControlFlow::Continue(()));
        }
        seen.reached = true;
        if all(trial.asked.iter().copied(), frame)? {
            seen.holds = true;
        } else {
            seen.fails = true;
        }
        Ok(if seen.holds && seen.fails { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
    });
    // Where the place itself is never reached, what is around it is to blame.
    if walk != Walk::Through || !seen.reached {
        return None;
    }
    let reads = trial.reads();
    let tried = format!("{}{}", trial.describe(ground), if seen.beside { " that lead here" } else { "" });
    if seen.holds {
        // Why it is always true is said where the constant stands.
        return (!seen.fails && constants.of(&reads).is_none()).then(|| {
            let hint = format!("it is true for {tried}: leave it out, or mend it");
            Diagnostic::warning(codes::CONSTANT, row.span, "this condition is always true").hint(hint)
        });
    }
    let wrong = |message: String| Diagnostic { severity, ..Diagnostic::error(codes::UNREACHABLE, row.span, message) };
    let wrong = match &site.kind {
        Kind::Case(shown, of) => wrong(format!("the case `{shown}` cannot occur")).label(*of, "by this value"),
        Kind::Decides { never, .. } => wrong((*never).to_owned()),
        Kind::InTurn => return None,
    };
    Some(constants.explain(wrong.hint(format!("tried for {tried}")), &reads))
}
