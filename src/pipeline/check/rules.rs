//! Checks and expectations, lowered.

use crate::data::{Text, Type, Value};
use crate::diag::{Diagnostic, codes, quoted_list};
use crate::json;
use crate::program::{ExprText, Lower, Op};
use crate::record::Node;
use crate::source::Span;
use crate::spec::{Band, ExpectationKind, Spec};

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
}

/// A lowered expectation.
pub struct Expectation {
    /// Its place.
    pub span: Span,
    /// Judged in builds of at least so many records.
    pub at_size: u64,
    /// What is counted.
    pub of: Box<dyn Op>,
    /// The text of what is counted, for messages.
    pub name: String,
    /// How it is judged.
    pub counted: Counted,
}

/// What an expectation counts.
pub enum Counted {
    /// The share of records for single values.
    Share {
        /// The bands of single values.
        bands: Vec<(Value, Span, Band)>,
        /// The band of every value.
        every: Option<Band>,
        /// The values that can occur, where they are known: those that never do have a share of 0.
        possible: Vec<Value>,
        /// Judged apart for each value of this; with its text, for messages.
        by: Option<(Box<dyn Op>, String)>,
    },
    /// The share of different values.
    Distinct {
        /// The least share.
        at_least: f64,
    },
}

/// Lowers the checks of a spec.
pub(super) fn checks(spec: &Spec, cx: &mut Lower<'_>) -> Vec<Rule> {
    let mut rules = Vec::with_capacity(spec.checks.len());
    for check in &spec.checks {
        let that = match check.scenario.and_then(|at| spec.scenarios.get(at)) {
            Some(scenario) => cx.only_in(&scenario.name, |cx| condition(&check.that, cx)),
            None => condition(&check.that, cx),
        };
        let span = check.that.span();
        rules.push(Rule { id: check.id.clone(), span, that, because: check.because.clone(), scenario: check.scenario });
    }
    rules
}

fn condition(that: &ExprText, cx: &mut Lower<'_>) -> Box<dyn Op> {
    cx.demands(that, "this condition can never hold").op
}

/// Reports a band of a value that can never occur.
fn occurs(value: &Value, span: Span, ty: &Type, cx: &mut Lower<'_>) {
    let own = Type::of(value);
    if ty.is_any() || ty.is_never() || own.can_equal(ty) {
        return;
    }
    let mut shown = String::new();
    json::write_node(Node::of(value), &mut shown);
    let diagnostic = Diagnostic::error(codes::NEVER_EQUAL, span, format!("{shown} never occurs here"));
    let diagnostic = match (ty.vocabulary(), value.as_text(), ty.int) {
        (Some(words), Some(word), _) => {
            let known = || words.iter().map(Text::as_str);
            diagnostic.suggest(word, known()).hint(format!("what occurs is {}", quoted_list(known())))
        }
        (_, _, Some(range)) if own.int.is_some() => diagnostic.hint(format!("what occurs is {} to {}", range.min, range.max)),
        _ => diagnostic.hint(format!("what occurs is {}", ty.describe())),
    };
    cx.report(diagnostic);
}

/// Lowers the expectations of a spec.
pub(super) fn expectations(spec: &Spec, cx: &mut Lower<'_>) -> Vec<Expectation> {
    let mut list = Vec::with_capacity(spec.expectations.len());
    for expectation in &spec.expectations {
        let (of, counted) = match &expectation.kind {
            ExpectationKind::Distinct { of, at_least } => (of, Counted::Distinct { at_least: *at_least }),
            ExpectationKind::Share { of, bands, every, by } => {
                let by = by.as_ref().map(|by| (cx.guarded(true, |cx| by.lower(cx)).0, by.text().to_owned()));
                let counted = Counted::Share { bands: bands.clone(), every: *every, possible: Vec::new(), by };
                (of, counted)
            }
        };
        let (op, ty, _) = cx.guarded(true, |cx| of.lower(cx));
        // A list counts each of its elements.
        let ty = if ty.is_list() { ty.item() } else { ty };
        let words = ty.only_words();
        let counted = match counted {
            Counted::Share { bands, every, by, .. } => {
                for (value, span, _) in &bands {
                    occurs(value, *span, &ty, cx);
                }
                let possible = words.into_iter().flatten().map(|word| Value::Text(word.clone())).collect();
                Counted::Share { bands, every, possible, by }
            }
            distinct @ Counted::Distinct { .. } => distinct,
        };
        let name = of.text().to_owned();
        list.push(Expectation { span: expectation.span, at_size: expectation.at_size, of: op, name, counted });
    }
    list
}
