//! The checks of the spec.

use crate::diag::{Diagnostic, RecordPlace, codes};
use crate::pipeline::check::{Checked, Rule};
use crate::program::{Env, Frame};

/// Reports every check that does not hold.
pub(super) fn check(checked: &Checked, frame: &Frame<'_>, place: &dyn Fn(&str) -> RecordPlace, wrong: &mut Vec<Diagnostic>) {
    let env = Env::root(frame);
    for rule in &checked.rules {
        if rule.scenario.is_some() && rule.scenario != frame.at.scenario {
            continue;
        }
        match rule.that.eval(&env) {
            Ok(value) if value.is_true() => {}
            Ok(_) => wrong.push(broken(rule).in_record(place(""))),
            Err(fault) => wrong.push(fault.in_record(place(""))),
        }
    }
}

/// A check that does not hold.
pub(super) fn broken(rule: &Rule) -> Diagnostic {
    let diagnostic = Diagnostic::error(codes::CHECK_FAILED, rule.span, format!("the check `{}` does not hold", rule.id));
    rule.because.iter().fold(diagnostic, |one, because| one.hint(because.clone()))
}
