//! Whether a value is one that a name can have: a stated, planned or replaced value outside it makes a case of nothing.

use super::compare::single;
use crate::data::{IntRange, Text, Type, Value};
use crate::diag::{Diagnostic, codes, quoted_list};
use crate::engine::jinja::print;
use crate::source::Span;

/// What is wrong with giving `name` a value of the type `given`, where it can have what is `known`. `value` is the value itself
/// where it is written: a computed one must be of the name's own kinds, too.
#[must_use]
pub fn misfits(name: &str, span: Span, given: &Type, value: Option<&Value>, known: &Type) -> Vec<Diagnostic> {
    if given.is_any() || given.is_never() || known.is_any() || known.is_never() {
        return Vec::new();
    }
    if let (Some(items), true, true) = (value.and_then(Value::as_list), given.is_list(), known.list.is_some()) {
        return items.iter().flat_map(|item| misfits(name, span, &Type::of(item), Some(item), &known.item())).collect();
    }
    if given.is_list() && known.list.is_some() {
        return misfits(name, span, &given.item(), None, &known.item());
    }
    if let (Some(words), Some(vocabulary)) = (given.vocabulary(), known.vocabulary()) {
        let outside: Vec<&Text> = words.difference(vocabulary).collect();
        if !outside.is_empty() {
            return outside.into_iter().map(|word| unknown_word(name, span, word, vocabulary.iter().map(Text::as_str))).collect();
        }
    }
    let written = value.cloned().or_else(|| single(given));
    if given.can_equal(known) && (written.is_some() || of_kinds(given, known)) {
        return Vec::new();
    }
    let Some(written) = written else {
        let message = format!("expected {} for `{name}`, found {}", described(known), described(given));
        return vec![Diagnostic::error(codes::TYPE_MISMATCH, span, message)];
    };
    let mut printed = String::new();
    let shown = if print(&written, &mut printed).is_ok() { format!("`{printed}`") } else { written.kind().to_owned() };
    let diagnostic = Diagnostic::error(codes::NEVER_EQUAL, span, format!("`{name}` is never {shown}"));
    vec![match known.int.filter(|_| known.is_int() && given.is_int()) {
        Some(range) => diagnostic.hint(format!("it is {}", between(range))),
        None => diagnostic,
    }]
}

/// What is known of a value, with its range where it is a whole number of one.
fn described(ty: &Type) -> String {
    match ty.int.filter(|range| ty.is_int() && range.min != i128::MIN) {
        Some(range) => format!("integer of {}", between(range)),
        None => ty.describe(),
    }
}

fn between(range: IntRange) -> String {
    format!("{} to {}", range.min, range.max)
}

fn unknown_word<'w>(name: &str, span: Span, word: &str, known: impl Iterator<Item = &'w str> + Clone) -> Diagnostic {
    Diagnostic::error(codes::NEVER_EQUAL, span, format!("`{name}` is never `{word}`"))
        .suggest(word, known.clone())
        .hint(format!("it is one of {}", quoted_list(known)))
}

/// Whether every kind of the one is a kind of the other; whole numbers are numbers.
fn of_kinds(given: &Type, known: &Type) -> bool {
    let kinds = known.kinds();
    given.kinds().iter().all(|kind| kinds.contains(kind) || (*kind == "integer" && known.float))
}
