//! Functions: names, arguments with their types, a body.

use super::collect::Draft;
use super::files::Reader;
use super::sections::{names, parse};
use crate::data::{Text, Type};
use crate::diag::{Diagnostic, codes, quoted_list};
use crate::engine::yaml::{Entry, Node, NodeKind};
use crate::form::{Key, Position, bad_name, is_name};
use crate::library::{self, Role};
use crate::program::FunctionParam;
use crate::spec::Function;

/// The keys of a function besides those of its form.
pub const FUNCTION_KEYS: &[Key] = &[Key::new(
    "args",
    r##"{"anyOf": [{"type": "array", "items": {"$ref": "#/$defs/name"}}, {"type": "object", "propertyNames": {"$ref": "#/$defs/key"}, "additionalProperties": {"$ref": "#/$defs/type"}}]}"##,
    "Names of the arguments, or names with their types.",
).example("late_by: {args: {hours: int}, give: '{{ max([hours - 72, 0]) }}'}")
.required()];

/// The words for types of arguments.
pub const TYPES: &[&str] = &["any", "text", "int", "number", "bool", "list", "map"];

/// Reads `functions`.
pub(super) fn read(node: &Node, own: bool, draft: &mut Draft, reader: &mut Reader<'_>) {
    for entry in names(node, "functions", reader) {
        let known = draft.functions.len();
        one(entry, own, draft, reader);
        if draft.functions.len() == known {
            reader.refused.push(entry.key.text.clone());
        }
    }
}

fn one(entry: &Entry, own: bool, draft: &mut Draft, reader: &mut Reader<'_>) {
    let name = entry.key.text.as_str();
    if !is_name(name) {
        reader.report(bad_name(name, entry.key_span));
        return;
    }
    let roles = [Role::Function, Role::Filter, Role::Test];
    if roles.into_iter().any(|role| library::find(role, name).is_some()) {
        let message = format!("`{name}` is a function of the standard library");
        reader.report(Diagnostic::error(codes::NAME_COLLISION, entry.key_span, message).hint("choose another name"));
        return;
    }
    let NodeKind::Map(parts) = &entry.value.kind else {
        let message = format!("expected `{{args: …, give: …}}`, found {}", entry.value.kind_word());
        reader.report(Diagnostic::error(codes::WRONG_TYPE, entry.value.span, message));
        return;
    };
    let params = match entry.value.get("args") {
        Some(node) => params(node, reader),
        None => {
            reader.report(Diagnostic::error(codes::MISSING_KEY, entry.key_span, "a function needs `args`"));
            None
        }
    };
    // What is left once `args` is read is one form with its modifiers.
    let rest: Vec<Entry> = parts.iter().filter(|part| part.key.text != "args").cloned().collect();
    if rest.is_empty() {
        let message = format!("the function `{name}` gives nothing");
        reader.report(Diagnostic::error(codes::MISSING_KEY, entry.key_span, message).hint("say what it gives: `give: …`"));
        return;
    }
    let body = Node::new(entry.value.span, NodeKind::Map(rest));
    let form = parse(reader, |cx| cx.form(&body, Position::Pure));
    let (Some(params), Some(body)) = (params, form) else { return };
    if draft.claim(name, entry.key_span, reader) {
        draft.functions.insert(Text::from(name), Function { span: entry.key_span, params, body, own });
    }
}

/// `args: [a, b]`, or `args: {a: int, b: [x, y]}` with types.
fn params(node: &Node, reader: &mut Reader<'_>) -> Option<Vec<FunctionParam>> {
    let list: Vec<FunctionParam> = match &node.kind {
        NodeKind::List(items) => items.iter().map(|item| bare(item, reader)).collect::<Option<_>>()?,
        NodeKind::Map(entries) => entries.iter().map(|entry| typed(entry, reader)).collect::<Option<_>>()?,
        _ => {
            let message = format!("expected names of arguments, found {}", node.kind_word());
            reader.report(Diagnostic::error(codes::WRONG_TYPE, node.span, message));
            return None;
        }
    };
    for (at, param) in list.iter().enumerate() {
        if let Some(first) = list.iter().take(at).find(|one| one.name == param.name) {
            let message = format!("the argument `{}` is given twice", param.name);
            reader.report(Diagnostic::error(codes::NAME_COLLISION, param.span, message).label(first.span, "first here"));
            return None;
        }
    }
    Some(list)
}

fn bare(item: &Node, reader: &mut Reader<'_>) -> Option<FunctionParam> {
    match item.as_text().filter(|name| is_name(name)) {
        Some(name) => Some(FunctionParam { name: Text::from(name), span: item.span, ty: Type::any() }),
        None => {
            reader.report(bad_name(item.scalar_text().unwrap_or(item.kind_word()), item.span));
            None
        }
    }
}

fn typed(entry: &Entry, reader: &mut Reader<'_>) -> Option<FunctionParam> {
    if !is_name(&entry.key.text) {
        reader.report(bad_name(&entry.key.text, entry.key_span));
        return None;
    }
    Some(FunctionParam { name: entry.key.text.clone(), span: entry.key_span, ty: type_of(&entry.value, reader)? })
}

/// A type as an author writes it: a word, a list of words (a vocabulary), or a map of fields.
fn type_of(node: &Node, reader: &mut Reader<'_>) -> Option<Type> {
    match &node.kind {
        NodeKind::Text(word) => match word.text.as_str() {
            "any" => Some(Type::any()),
            "text" => Some(Type::any_text()),
            "int" => Some(Type::int()),
            "number" => Some(Type::number()),
            "bool" => Some(Type::bool()),
            "list" => Some(Type::list_of(Type::any())),
            "map" => Some(Type::map_to(Type::any())),
            other => {
                let message = format!("unknown type `{other}`");
                let diagnostic = Diagnostic::error(codes::WRONG_TYPE, node.span, message).suggest(other, TYPES.iter().copied());
                reader.report(diagnostic.hint(format!("a type is one of {}", quoted_list(TYPES.iter().copied()))));
                None
            }
        },
        NodeKind::List(words) => Some(Type::join_all(words.iter().map(|word| Type::of(&word.value())))),
        NodeKind::Map(entries) => {
            let fields = entries.iter().map(|entry| Some((entry.key.text.clone(), type_of(&entry.value, reader)?)));
            Some(Type::map_of(fields.collect::<Option<Vec<_>>>()?))
        }
        NodeKind::Null if node.implicit => {
            let message = "an argument without a type";
            reader.report(
                Diagnostic::error(codes::IMPLICIT_NULL, node.span, message)
                    .hint("write `any`, or list the names: `args: [a, b]`"),
            );
            None
        }
        _ => {
            let message = format!("expected a type, found {}", node.kind_word());
            reader.report(Diagnostic::error(codes::WRONG_TYPE, node.span, message));
            None
        }
    }
}
