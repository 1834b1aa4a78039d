//! One condition, or one case: whether it ever holds, and whether it ever fails.

use std::ops::ControlFlow;

use super::constant::Constants;
use super::grid::{Ground, Walk};
use super::severity;
use super::trial::{Trial, all};
use crate::diag::{Diagnostic, codes};
use crate::program::{Kind, Site, SiteRow};

/// In how many combinations a condition comes out how.
#[derive(Default)]
struct Seen {
    /// Its place is not reached.
    beside: usize,
    /// It holds.
    holds: usize,
    /// It fails.
    fails: usize,
}

/// What is wrong with a condition or a case.
pub(super) fn judge(ground: &Ground<'_>, constants: &Constants<'_>, site: &Site, row: &SiteRow) -> Option<Diagnostic> {
    let severity = severity(ground, row.span, &row.terms)?;
    let trial = Trial::new(ground, site, &row.terms, [])?;
    let whole = row.whole && trial.asked.len() == row.terms.len() && trial.grid.varies();
    let pointless = whole && matches!(site.kind, Kind::Decides { pointless: true, .. });
    let mut seen = Seen::default();
    let walk = trial.grid.walk(ground, |frame| {
        if !all(trial.assumed.iter().copied(), frame)? {
            seen.beside += 1;
        } else if all(trial.asked.iter().copied(), frame)? {
            seen.holds += 1;
        } else {
            seen.fails += 1;
        }
        let enough = seen.holds > 0 && (seen.fails > 0 || !pointless);
        Ok(if enough { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
    });
    // Where the place itself is never reached, what is around it is to blame.
    if walk != Walk::Through || seen.holds + seen.fails == 0 {
        return None;
    }
    let reads = trial.reads();
    let tried = format!("{}{}", trial.describe(ground), if seen.beside > 0 { " that lead here" } else { "" });
    if seen.holds > 0 {
        // Why it is always true is said where the constant stands.
        return constants.of(&reads).is_none().then(|| {
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
