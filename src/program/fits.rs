//! Whether a value is one that a name can have: a stated, planned or replaced value outside it makes a case of nothing.

use crate::data::{Text, Type, Value};
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
    if given.can_equal(known) && (value.is_some() || of_kinds(given, known)) {
        return Vec::new();
    }
    let mut printed = String::new();
    let shown = match value.map(|value| (value, print(value, &mut printed))) {
        Some((_, Ok(()))) => format!("`{printed}`"),
        Some((value, Err(_))) => value.kind().to_owned(),
        None => given.describe(),
    };
    let diagnostic = Diagnostic::error(codes::NEVER_EQUAL, span, format!("`{name}` is never {shown}"));
    vec![match known.int.filter(|_| value.is_none()) {
        Some(range) if given.is_int() => diagnostic.hint(format!("it is {} to {}", range.min, range.max)),
        _ if value.is_none() => diagnostic.hint(format!("it is {}", known.describe())),
        _ => diagnostic,
    }]
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
