//! What comparisons and arithmetic can come out as, from what is known of both sides.
//!
//! A comparison with a word outside the other side's vocabulary is never true: it would become a wrong label in silence, so it
//! is an error with the nearest word.

use crate::data::{Field, IntRange, Text, Type, Value};
use crate::diag::{Code, Diagnostic, codes, quoted_list};
use crate::engine::jinja::tree::{Arithmetic, Comparison, Expr, ExprKind};
use crate::source::Span;

/// How a comparison can come out.
pub(super) struct Outcome {
    /// The booleans that may occur.
    pub(super) truth: Type,
    /// What is wrong with it.
    pub(super) mistakes: Vec<Diagnostic>,
}

impl Outcome {
    fn open() -> Self {
        Self { truth: Type::bool(), mistakes: Vec::new() }
    }

    fn known(yes: bool, no: bool) -> Self {
        Self { truth: Type { yes, no, ..Type::never() }, mistakes: Vec::new() }
    }

    fn wrong(mistake: Diagnostic) -> Self {
        Self { truth: Type::bool(), mistakes: vec![mistake] }
    }
}

type Side<'a> = (&'a Expr, &'a Type);

/// Judges one comparison.
pub(super) fn check(op: Comparison, left: Side<'_>, right: Side<'_>) -> Outcome {
    if left.1.is_any() || right.1.is_any() || left.1.is_never() || right.1.is_never() {
        return Outcome::open();
    }
    match op {
        Comparison::Equal => equal(left, right),
        Comparison::NotEqual => negated(equal(left, right)),
        Comparison::In => contained(left, right),
        Comparison::NotIn => negated(contained(left, right)),
        Comparison::Less | Comparison::AtMost | Comparison::Greater | Comparison::AtLeast => ordered(op, left, right),
    }
}

fn negated(mut outcome: Outcome) -> Outcome {
    outcome.truth = Type { yes: outcome.truth.no, no: outcome.truth.yes, ..Type::never() };
    outcome
}

/// The one value of a type, as far as that can be seen.
pub(super) fn single(ty: &Type) -> Option<Value> {
    match (ty.kinds().as_slice(), ty.only_words(), ty.int) {
        (["text"], Some(words), _) if words.len() == 1 => words.first().map(|word| Value::Text(word.clone())),
        (["integer"], _, Some(IntRange { min, max })) if min == max => Some(Value::Int(min)),
        (["boolean"], ..) if ty.yes != ty.no => Some(Value::Bool(ty.yes)),
        _ => None,
    }
}

fn equal(left: Side<'_>, right: Side<'_>) -> Outcome {
    if !left.1.can_equal(right.1) {
        return Outcome::wrong(never_equal(left, right));
    }
    let same = single(left.1).zip(single(right.1)).is_some_and(|(a, b)| a.equals(&b));
    Outcome::known(true, !same)
}

/// The diagnostic for two sides that can never be equal; the literal side is to blame.
fn never_equal(left: Side<'_>, right: Side<'_>) -> Diagnostic {
    let (blamed, other) = if matches!(right.0.kind, ExprKind::Const(_)) { (right, left) } else { (left, right) };
    if !blamed.1.shares_kind(other.1) {
        let message = format!("{} is never equal to {}", blamed.1.describe(), other.1.describe());
        let hint = match (blamed.1.only_words().and_then(|words| words.first()), other.1.int.is_some() || other.1.float) {
            (Some(word), true) if word.parse::<f64>().is_ok() => Some(format!("write the number without quotes: {word}")),
            _ => None,
        };
        let diagnostic = Diagnostic::error(codes::NEVER_EQUAL, blamed.0.span, message);
        return hint.into_iter().fold(diagnostic, Diagnostic::hint);
    }
    outside(codes::NEVER_EQUAL, blamed.0.span, blamed.1, other.1)
}

/// The diagnostic for a value outside a vocabulary or range.
fn outside(code: Code, span: Span, value: &Type, known: &Type) -> Diagnostic {
    if let (Some(words), Some(vocabulary)) = (value.only_words(), known.vocabulary()) {
        let shown = quoted_list(words.iter().map(Text::as_str));
        let diagnostic = Diagnostic::error(code, span, format!("{shown} never occurs here"));
        let diagnostic =
            words.iter().fold(diagnostic, |diagnostic, word| diagnostic.suggest(word, vocabulary.iter().map(Text::as_str)));
        return diagnostic.hint(format!("what occurs is {}", quoted_list(vocabulary.iter().map(Text::as_str))));
    }
    let range = known.int.map(|range| format!("what occurs is {} to {}", range.min, range.max));
    let shown = match (value.int.filter(|range| range.min == range.max), known.int) {
        (Some(one), Some(_)) => format!("`{}` never occurs here", one.min),
        _ => "this value never occurs here".to_owned(),
    };
    let diagnostic = Diagnostic::error(code, span, shown);
    range.into_iter().fold(diagnostic, Diagnostic::hint)
}

fn contained(left: Side<'_>, right: Side<'_>) -> Outcome {
    if let ExprKind::List(items) = &right.0.kind {
        return in_literal(left, items, right.1);
    }
    if right.1.is_list() {
        let item = right.1.item();
        if item.is_never() || item.is_any() || left.1.can_equal(&item) {
            return Outcome::open();
        }
        return Outcome::wrong(never_equal_or_kind(left, &item));
    }
    if let (Some(fields), Some(words)) = (&right.1.map, left.1.only_words()) {
        let missing = words.iter().all(|word| !fields.known.contains_key(word)) && fields.rest.is_none();
        if missing {
            let keys = Type::words(fields.known.keys().cloned());
            return Outcome::wrong(outside(codes::NEVER_EQUAL, left.0.span, left.1, &keys));
        }
        let sure = words.iter().all(|word| matches!(fields.known.get(word), Some(Field { optional: false, .. })));
        return Outcome::known(true, !sure);
    }
    let fits = (right.1.text.is_some() && left.1.text.is_some()) || right.1.list.is_some() || right.1.map.is_some();
    if fits {
        return Outcome::open();
    }
    let message = format!("{} cannot be in {}", left.1.describe(), right.1.describe());
    Outcome::wrong(Diagnostic::error(codes::TYPE_MISMATCH, left.0.span.union(right.0.span), message))
}

fn never_equal_or_kind(left: Side<'_>, item: &Type) -> Diagnostic {
    if left.1.shares_kind(item) {
        return outside(codes::NEVER_EQUAL, left.0.span, left.1, item);
    }
    let message = format!("{} is never in a list of {}", left.1.describe(), item.describe());
    Diagnostic::error(codes::NEVER_EQUAL, left.0.span, message)
}

fn in_literal(left: Side<'_>, items: &[Expr], list: &Type) -> Outcome {
    let mut mistakes = Vec::new();
    for item in items {
        let ExprKind::Const(value) = &item.kind else { continue };
        let ty = Type::of(value);
        if !left.1.can_equal(&ty) {
            mistakes.push(never_equal(left, (item, &ty)));
        }
    }
    let item = list.item();
    if mistakes.is_empty() && !items.is_empty() && !item.is_any() && !item.is_never() && !left.1.can_equal(&item) {
        mistakes.push(never_equal_or_kind(left, &item));
    }
    let all = match (left.1.only_words(), list.item().only_words()) {
        (Some(words), Some(listed)) => {
            words.is_subset(listed) && items.iter().all(|item| matches!(item.kind, ExprKind::Const(_)))
        }
        _ => false,
    };
    Outcome { truth: Type { yes: !items.is_empty(), no: !all, ..Type::never() }, mistakes }
}

fn ordered(op: Comparison, left: Side<'_>, right: Side<'_>) -> Outcome {
    let numeric: fn(&Type) -> bool = |ty| ty.int.is_some() || ty.float;
    let both = |there: fn(&Type) -> bool| there(left.1) && there(right.1);
    if !both(numeric) && !both(|ty| ty.text.is_some()) && !both(|ty| ty.list.is_some()) {
        let message = format!("{} and {} have no order", left.1.describe(), right.1.describe());
        let quoted = [left, right]
            .into_iter()
            .find(|side| side.1.only_words().is_some_and(|words| words.iter().all(|word| word.parse::<f64>().is_ok())));
        let diagnostic = Diagnostic::error(codes::TYPE_MISMATCH, left.0.span.union(right.0.span), message);
        return Outcome::wrong(match quoted {
            Some(_) => diagnostic.hint("write the number without quotes"),
            None => diagnostic,
        });
    }
    let (true, true, Some(a), Some(b)) = (left.1.is_int(), right.1.is_int(), left.1.int, right.1.int) else {
        return Outcome::open();
    };
    match op {
        Comparison::Less => Outcome::known(a.min < b.max, a.max >= b.min),
        Comparison::AtMost => Outcome::known(a.min <= b.max, a.max > b.min),
        Comparison::Greater => Outcome::known(a.max > b.min, a.min <= b.max),
        _ => Outcome::known(a.max >= b.min, a.min < b.max),
    }
}

/// The type of `a op b`; `None` where no values of these types fit.
pub(super) fn arithmetic(op: Arithmetic, a: &Type, b: &Type) -> Option<Type> {
    if op == Arithmetic::Concat {
        let fits = |ty: &Type| ty.is_any() || ty.may_print();
        return (fits(a) && fits(b)).then(Type::any_text);
    }
    if a.is_any() || b.is_any() {
        return Some(if op == Arithmetic::Add { Type::any() } else { Type::number() });
    }
    // Nothing is ever computed from a value that there never is, such as an element of an empty list.
    if a.is_never() || b.is_never() {
        return Some(Type::never());
    }
    let mut result = Type::never();
    if let (Some(x), Some(y)) = (a.int, b.int) {
        result = result.join(&integers(op, x, y));
    }
    let numeric = |ty: &Type| ty.int.is_some() || ty.float;
    if numeric(a) && numeric(b) && (a.float || b.float) {
        result = result.join(&Type::float());
    }
    if op == Arithmetic::Add {
        if a.text.is_some() && b.text.is_some() {
            result = result.join(&Type::any_text());
        }
        if let (Some(x), Some(y)) = (&a.list, &b.list) {
            let item = x.item.clone().join(&y.item);
            let most = x.max.zip(y.max).map(|(x, y)| x.saturating_add(y));
            result = result.join(&Type::list_between(item, x.min.saturating_add(y.min), most));
        }
    }
    (!result.is_never()).then_some(result)
}

fn integers(op: Arithmetic, a: IntRange, b: IntRange) -> Type {
    let corners = |f: fn(i128, i128) -> i128| {
        let all = [f(a.min, b.min), f(a.min, b.max), f(a.max, b.min), f(a.max, b.max)];
        let min = all.iter().copied().min().unwrap_or(i128::MIN);
        Type::int_range(min, all.iter().copied().max().unwrap_or(i128::MAX))
    };
    match op {
        Arithmetic::Add => corners(i128::saturating_add),
        Arithmetic::Subtract => corners(i128::saturating_sub),
        Arithmetic::Multiply => corners(i128::saturating_mul),
        Arithmetic::FloorDivide if b.min > 0 => corners(i128::div_euclid),
        Arithmetic::Remainder if b.min > 0 => Type::int_range(0, b.max - 1),
        Arithmetic::FloorDivide | Arithmetic::Remainder => Type::int(),
        Arithmetic::Power if b.min >= 0 => Type::int(),
        Arithmetic::Power => Type::number(),
        Arithmetic::Divide | Arithmetic::Concat => Type::float(),
    }
}
