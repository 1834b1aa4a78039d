//! The checks of a spec, lowered.

use super::labels::is_wording;
use crate::data::Text;
use crate::program::{ExprText, Lower, Op};
use crate::source::Span;
use crate::spec::Spec;

/// A condition that every record must meet.
pub struct Rule {
    /// Its name.
    pub id: Text,
    /// The place of the condition.
    pub span: Span,
    /// The condition.
    pub that: Box<dyn Op>,
    /// Why, for the message.
    pub because: Option<String>,
    /// The scenario it is limited to.
    pub scenario: Option<usize>,
    /// The wording that it depends on, by name.
    pub wording: Vec<Text>,
}

/// Lowers the checks of a spec.
pub(super) fn checks(spec: &Spec, cx: &mut Lower<'_>) -> Vec<Rule> {
    let mut rules = Vec::with_capacity(spec.checks.len());
    for check in &spec.checks {
        let (that, causes) = cx.causes_of(|cx| match check.scenario.and_then(|at| spec.scenarios.get(at)) {
            Some(scenario) => cx.only_in(&scenario.name, |cx| condition(&check.that, cx)),
            None => condition(&check.that, cx),
        });
        let (span, because) = (check.that.span(), check.because.clone());
        let wording = causes.into_iter().filter(|cause| is_wording(cause)).collect();
        rules.push(Rule { id: check.id.clone(), span, that, because, scenario: check.scenario, wording });
    }
    rules
}

fn condition(that: &ExprText, cx: &mut Lower<'_>) -> Box<dyn Op> {
    cx.demands(that, "this condition can never hold").op
}
