//! The expectations of a spec, lowered.

use super::planned::Planned;
use crate::data::{Text, Type, Value};
use crate::diag::{Diagnostic, codes, quoted_list};
use crate::json;
use crate::library;
use crate::program::{ExprText, Lower, Op};
use crate::record::Node;
use crate::source::Span;
use crate::spec::{self, Band, ExpectationKind, Spec};

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
        /// What the shares are held against.
        expected: Shares,
        /// The attribute by which maps are counted, and its place.
        attribute: Option<(Text, Span)>,
        /// Judged apart for each value of this; with its text, for messages.
        by: Option<(Box<dyn Op>, String)>,
    },
    /// The share of different values.
    Distinct {
        /// The least share.
        at_least: f64,
    },
}

/// What shares are held against.
pub enum Shares {
    /// Bands.
    Banded {
        /// The bands of single values.
        bands: Vec<(Value, Span, Band)>,
        /// The band of every value.
        every: Option<Band>,
        /// The values that can occur, where they are known: those that never do have a share of 0.
        possible: Vec<Value>,
    },
    /// The plan of a name that is aimed at.
    Aimed(Planned),
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
pub(super) fn lower(spec: &Spec, cx: &mut Lower<'_>) -> Vec<Expectation> {
    let lowered = |expectation: &spec::Expectation| {
        let (of, name, counted) = match &expectation.kind {
            ExpectationKind::Distinct { of, at_least } => {
                (named(of, cx).0, of.text().to_owned(), Counted::Distinct { at_least: *at_least })
            }
            ExpectationKind::Share { of, attribute: None, bands, every: None, by } if bands.is_empty() => {
                let errors = cx.diagnostics.counts().0;
                let (op, _) = named(of, cx);
                let known = cx.diagnostics.counts().0 == errors;
                let planned = if known { as_aimed(spec, of, by.as_ref(), expectation.span, cx) } else { Planned::default() };
                let counted = Counted::Share { expected: Shares::Aimed(planned), attribute: None, by: grouped(by.as_ref(), cx) };
                (op, of.text().to_owned(), counted)
            }
            ExpectationKind::Share { of, attribute, bands, every, by } => {
                let by = grouped(by.as_ref(), cx);
                let (op, ty) = named(of, cx);
                let ty = counted_type(&ty, attribute.as_ref(), cx);
                for (value, span, _) in bands {
                    occurs(value, *span, &ty, cx);
                }
                let possible = ty.only_words().into_iter().flatten().map(|word| Value::Text(word.clone())).collect();
                let name = attribute.iter().fold(of.text().to_owned(), |name, (attribute, _)| format!("{name}.{attribute}"));
                let expected = Shares::Banded { bands: bands.clone(), every: *every, possible };
                (op, name, Counted::Share { expected, attribute: attribute.clone(), by })
            }
            ExpectationKind::Holds { that, band: (span, band), by } => {
                let by = grouped(by.as_ref(), cx);
                let (op, ty) = named(that, cx);
                holds(that, &ty, cx);
                let bands = vec![(Value::Bool(true), *span, *band)];
                let expected = Shares::Banded { bands, every: None, possible: Vec::new() };
                (op, that.text().to_owned(), Counted::Share { expected, attribute: None, by })
            }
        };
        Expectation { span: expectation.span, at_size: expectation.at_size, of, name, counted }
    };
    spec.expectations.iter().map(lowered).collect()
}

/// The expression by whose values records are judged apart, with its text.
fn grouped(by: Option<&ExprText>, cx: &mut Lower<'_>) -> Option<(Box<dyn Op>, String)> {
    by.map(|by| (named(by, cx).0, by.text().trim().to_owned()))
}

/// The plan of a name without bands: its aim. A name that was refused is no second mistake.
fn as_aimed(spec: &Spec, of: &ExprText, by: Option<&ExprText>, span: Span, cx: &mut Lower<'_>) -> Planned {
    let name = of.text().trim();
    let aim = spec.aims.get(name);
    if aim.is_none() && !spec.incomplete {
        let message = "`share` of a name needs `every`, the band of each value";
        cx.report(
            Diagnostic::error(codes::MISSING_KEY, span, message)
                .hint("or give bands: `share: {decision: {deny: 0.15..0.35}}`")
                .hint("without either, the name must have an `aim`, and its shares are those aimed at"),
        );
    }
    if let Some(by) = by.filter(|by| aim.is_some() && by.text().trim() != "scenario") {
        let message = format!("`{name}` is aimed at by scenario only, so its shares by `{}` are not known", by.text());
        let diagnostic = Diagnostic::error(codes::MISSING_KEY, by.span(), message);
        cx.report(diagnostic.hint("write `by: scenario`, or say what to expect with `every`"));
    }
    aim.map(|aim| Planned::of(spec, aim)).unwrap_or_default()
}

/// An expression of an expectation. It may read names that are absent in some records.
fn named(of: &ExprText, cx: &mut Lower<'_>) -> (Box<dyn Op>, Type) {
    let (op, ty, _) = cx.guarded(true, |cx| of.lower(cx));
    (op, ty)
}

/// The type of what is counted: a list counts each of its elements, a map by an attribute where one is given.
fn counted_type(ty: &Type, attribute: Option<&(Text, Span)>, cx: &mut Lower<'_>) -> Type {
    let ty = if ty.is_list() { ty.item() } else { ty.clone() };
    let Some((path, span)) = attribute else { return ty };
    match library::attribute_type(&ty, path) {
        Ok(ty) => ty,
        Err(misfit) => {
            let diagnostic = Diagnostic::error(misfit.code, *span, misfit.message);
            cx.report(misfit.hint.into_iter().fold(diagnostic, Diagnostic::hint));
            Type::any()
        }
    }
}

/// Reports a band of something that is no condition, or that can never hold.
fn holds(that: &ExprText, ty: &Type, cx: &mut Lower<'_>) {
    if ty.is_any() || ty.is_never() {
        return;
    }
    let text = that.text();
    if !ty.is_bool() {
        let value = ty.vocabulary().and_then(|words| words.first()).map_or("value", Text::as_str);
        let message = format!("expected a condition, found {}", ty.describe());
        cx.report(
            Diagnostic::error(codes::TYPE_MISMATCH, that.span(), message)
                .hint(format!("bands of its values stand in a map: `share: {{{text}: {{{value}: 0.1..0.4}}}}`")),
        );
    } else if !ty.yes {
        cx.report(Diagnostic::error(codes::UNREACHABLE, that.span(), "this condition can never hold"));
    }
}
