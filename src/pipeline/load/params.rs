//! `params`: constants of a build, each with its default and what else it may be.

use super::collect::Draft;
use super::files::Reader;
use super::sections::names;
use crate::data::{Text, Value};
use crate::diag::{Diagnostic, codes, quoted_list};
use crate::engine::yaml::{Entry, Node, NodeKind};
use crate::form::{Key, bad_name, is_name};
use crate::source::Span;
use crate::spec::{Allowed, Misfit, Param};

/// The keys of a parameter that says what it may be.
pub const PARAM_KEYS: &[Key] = &[
    Key::new("default", r##"{"$ref": "#/$defs/param_value"}"##, "The value that holds where nobody sets another.").example("strictness: {default: strict, of: [strict, lenient]}").required(),
    Key::new(
        "of",
        r##"{"anyOf": [{"type": "string", "pattern": "\\.\\."}, {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/param_scalar"}}]}"##,
        "What it may be: a range such as `1..10` (both ends included; of floats where an end or the default is one), or a list of \
         values.",
    ).example("strictness: {default: strict, of: [strict, lenient]}"),
];

/// Reads `params`.
pub(super) fn read(node: &Node, own: bool, draft: &mut Draft, reader: &mut Reader<'_>) {
    for entry in names(node, "params", reader) {
        let name = entry.key.text.as_str();
        if !is_name(name) {
            reader.report(bad_name(name, entry.key_span));
            continue;
        }
        if let Some(first) = draft.params.get(name) {
            let message = format!("the parameter `{name}` is given twice");
            reader.report(Diagnostic::error(codes::NAME_COLLISION, entry.key_span, message).label(first.span, "first here"));
            continue;
        }
        let (default, of) = declaration(entry, reader).unwrap_or((Value::Undefined, Allowed::Anything));
        let param = Param { span: entry.key_span, own, value: default.clone(), default, of };
        draft.params.insert(Text::from(name), param);
    }
}

/// `name: default`, or `name: {default: …, of: …}`.
fn declaration(entry: &Entry, reader: &mut Reader<'_>) -> Option<(Value, Allowed)> {
    let node = &entry.value;
    let NodeKind::Map(parts) = &node.kind else {
        let default = constant(node, reader)?;
        return Some((default.clone(), Allowed::Like(default)));
    };
    for part in parts.iter().filter(|part| !matches!(part.key.text.as_str(), "default" | "of")) {
        let key = part.key.text.as_str();
        let known = Key::names(PARAM_KEYS);
        let message = format!("a parameter does not take `{key}`");
        let diagnostic = Diagnostic::error(codes::UNKNOWN_KEY, part.key_span, message).suggest(key, known.iter().copied());
        reader.report(diagnostic.hint(format!("it takes {}", quoted_list(known))));
    }
    let Some(default) = node.get("default") else {
        let message = format!("the parameter `{}` needs `default`", entry.key.text);
        reader.report(Diagnostic::error(codes::MISSING_KEY, entry.key_span, message).hint("write `{default: 3, of: 1..10}`"));
        return None;
    };
    let value = constant(default, reader)?;
    let of = match node.get("of") {
        None => Allowed::Like(value.clone()),
        Some(of) => allowed(of, &value, reader)?,
    };
    match of.fit(&value) {
        Ok(held) => Some((held, of)),
        Err(misfit) => {
            reader.report(misfitting(misfit, default.span));
            None
        }
    }
}

/// The diagnostic for a value that does not fit its parameter.
pub(super) fn misfitting(misfit: Misfit, span: Span) -> Diagnostic {
    let diagnostic = Diagnostic::error(codes::PARAM_VALUE, span, misfit.message);
    misfit.hint.into_iter().fold(diagnostic, Diagnostic::hint)
}

/// A value that a parameter may have: a scalar, or a list of scalars.
pub(super) fn constant(node: &Node, reader: &mut Reader<'_>) -> Option<Value> {
    let diagnostic = match &node.kind {
        NodeKind::Text(scalar) if scalar.text.contains("{{") => {
            Diagnostic::error(codes::WRONG_POSITION, node.span, "a parameter is a constant and cannot hold an expression")
                .hint("compute it under `derive`")
        }
        NodeKind::Null if node.implicit => Diagnostic::error(codes::IMPLICIT_NULL, node.span, "a parameter without a value")
            .hint("say its default: `strength: 3`"),
        NodeKind::Null | NodeKind::Map(_) => {
            let message = format!("a parameter is a scalar or a list of scalars, found {}", node.kind_word());
            Diagnostic::error(codes::WRONG_TYPE, node.span, message)
        }
        NodeKind::List(items) => {
            let values: Vec<Option<Value>> = items.iter().map(|item| scalar(item, reader)).collect();
            return values.into_iter().collect::<Option<Vec<_>>>().map(Value::list);
        }
        _ => return Some(node.value()),
    };
    reader.report(diagnostic);
    None
}

fn scalar(node: &Node, reader: &mut Reader<'_>) -> Option<Value> {
    if node.is_collection() {
        let message = format!("expected a scalar, found {}", node.kind_word());
        reader.report(Diagnostic::error(codes::WRONG_TYPE, node.span, message));
        return None;
    }
    constant(node, reader)
}

/// A list of values, or a range of the default's kind.
fn allowed(node: &Node, default: &Value, reader: &mut Reader<'_>) -> Option<Allowed> {
    let diagnostic = match &node.kind {
        NodeKind::List(items) if items.is_empty() => {
            Diagnostic::error(codes::EMPTY_CHOICE, node.span, "a parameter that may have no value")
        }
        NodeKind::List(items) => {
            let values: Vec<Option<Value>> = items.iter().map(|item| scalar(item, reader)).collect();
            return values.into_iter().collect::<Option<Vec<_>>>().map(Allowed::OneOf);
        }
        _ => {
            let text = node.scalar_text().unwrap_or(node.kind_word());
            match range(text, default) {
                Some(Ok(range)) => return Some(range),
                Some(Err(())) => {
                    Diagnostic::error(codes::BAD_RANGE, node.span, "the range is reversed").hint("write the lower end first")
                }
                None => {
                    let message = format!("expected a range such as `1..10` or a list of values, found `{text}`");
                    Diagnostic::error(codes::BAD_RANGE, node.span, message)
                }
            }
        }
    };
    reader.report(diagnostic);
    None
}

/// `1..10` or `0..0.5`; `None` where it is no range, an error where it is reversed.
fn range(text: &str, default: &Value) -> Option<Result<Allowed, ()>> {
    let (min, max) = text.split_once("..")?;
    let (min, max) = (min.trim(), max.trim());
    if let (Ok(min), Ok(max)) = (min.parse::<i128>(), max.parse::<i128>())
        && !matches!(default, Value::Float(_))
    {
        return Some(if min <= max { Ok(Allowed::Ints(min, max)) } else { Err(()) });
    }
    let number = |text: &str| {
        let number = text.parse::<f64>().ok()?;
        (number.is_finite() && text.contains(|c: char| c.is_ascii_digit())).then_some(number)
    };
    let (min, max) = (number(min)?, number(max)?);
    Some(if min <= max { Ok(Allowed::Numbers(min, max)) } else { Err(()) })
}
