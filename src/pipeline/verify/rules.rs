//! The checks of the spec.

use crate::diag::{Diagnostic, RecordPlace, codes};
use crate::pipeline::check::Checked;
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
            Ok(_) => {
                let diagnostic =
                    Diagnostic::error(codes::CHECK_FAILED, rule.span, format!("the check `{}` does not hold", rule.id));
                let diagnostic = rule.because.iter().fold(diagnostic, |one, because| one.hint(because.clone()));
                wrong.push(diagnostic.in_record(place("")));
            }
            Err(fault) => wrong.push(fault.in_record(place(""))),
        }
    }
}
