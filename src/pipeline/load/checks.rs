//! `checks` and `examples`.

use super::collect::Draft;
use super::files::Reader;
use super::sections::{names, parse};
use crate::data::Text;
use crate::diag::{Diagnostic, codes};
use crate::engine::yaml::{Node, NodeKind};
use crate::form::{Key, unwritten};
use crate::spec::{Check, Example, Stated};

/// The keys of a check.
pub const CHECK_KEYS: &[Key] = &[
    Key::new("id", r#"{"type": ["string", "number", "boolean"]}"#, "Its name, for messages.").example("{id: closed_is_done, that: decision != 'close' or not duties}").required(),
    Key::new("that", r##"{"$ref": "#/$defs/expression"}"##, "What must be true of every record.").example("{id: closed_is_done, that: decision != 'close' or not duties}").required(),
    Key::new("because", r#"{"type": "string"}"#, "Why, for the message of a record that breaks it.").example("{id: closed_is_done, that: decision != 'close' or not duties, because: an incident is closed when nothing is left to do}"),
];

/// The keys of a worked example.
pub const EXAMPLE_KEYS: &[Key] = &[
    Key::new(
        "set",
        r#"{"type": "object"}"#,
        "Names and their values, `scenario` among them. A name left open is an error only where the answer reads it.",
    )
    .example("{set: {affected: medical, hours_since: 80}, want: {decision: escalate}}"),
    Key::new("want", r#"{"type": "object"}"#, "Derived names and the values they must have.")
        .example("{set: {affected: medical, hours_since: 80}, want: {decision: escalate}}")
        .required(),
];

/// Reports keys of a mapping that are not among `known`; whether all were.
pub(super) fn only(node: &Node, what: &str, known: &[&'static str], reader: &mut Reader<'_>) -> bool {
    let NodeKind::Map(entries) = &node.kind else {
        let message = format!("expected {what}, found {}", node.kind_word());
        reader.report(Diagnostic::error(codes::WRONG_TYPE, node.span, message));
        return false;
    };
    let mut fine = true;
    for entry in entries.iter().filter(|entry| !known.contains(&entry.key.text.as_str())) {
        fine = false;
        let message = format!("{what} does not take `{}`", entry.key.text);
        reader.report(
            Diagnostic::error(codes::UNKNOWN_KEY, entry.key_span, message).suggest(&entry.key.text, known.iter().copied()),
        );
    }
    fine
}

/// Reads `checks`, at the top of a file or inside a scenario.
pub(super) fn read(node: &Node, scenario: Option<usize>, draft: &mut Draft, reader: &mut Reader<'_>) {
    let NodeKind::List(items) = &node.kind else {
        let message = format!("expected a list of checks, found {}", node.kind_word());
        reader.report(Diagnostic::error(codes::WRONG_TYPE, node.span, message).hint("write `- {id: …, that: …, because: …}`"));
        return;
    };
    for item in items {
        if !only(item, "a check", &Key::names(CHECK_KEYS), reader) {
            continue;
        }
        let missing = |key: &str, reader: &mut Reader<'_>| {
            reader.report(Diagnostic::error(codes::MISSING_KEY, item.span, format!("a check needs `{key}`")));
        };
        let Some(id) = item.get("id") else {
            missing("id", reader);
            continue;
        };
        let Some(that) = item.get("that") else {
            missing("that", reader);
            continue;
        };
        let name = id.scalar_text().map(Text::from);
        if name.is_none() {
            let message = format!("expected a name, found {}", id.kind_word());
            reader.report(Diagnostic::error(codes::WRONG_TYPE, id.span, message));
        }
        let because = item.get("because").and_then(|node| super::header::line(node, reader));
        let (Some(name), Some(that)) = (name, parse(reader, |cx| cx.expression(that))) else { continue };
        if let Some(first) = draft.checks.iter().find(|one| one.id == name) {
            let diagnostic = Diagnostic::error(codes::NAME_COLLISION, id.span, format!("the check `{name}` is given twice"));
            reader.report(diagnostic.label(first.span, "first here"));
            continue;
        }
        draft.checks.push(Check { id: name, span: id.span, that, because, scenario });
    }
}

/// Reads `examples`.
pub(super) fn examples(node: &Node, draft: &mut Draft, reader: &mut Reader<'_>) {
    for entry in names(node, "examples", reader) {
        if !only(&entry.value, "an example", &Key::names(EXAMPLE_KEYS), reader) {
            continue;
        }
        let Some(want) = entry.value.get("want").filter(|node| node.as_map().is_none_or(|map| !map.is_empty())) else {
            let message = format!("the example `{}` wants nothing", entry.key.text);
            reader.report(
                Diagnostic::error(codes::MISSING_KEY, entry.key_span, message).hint("say what must come out: `want: {…}`"),
            );
            continue;
        };
        let set = entry.value.get("set").map_or_else(Vec::new, |node| values(node, "set", reader));
        let example = Example { name: entry.key.text.clone(), span: entry.key_span, set, want: values(want, "want", reader) };
        draft.examples.push(example);
    }
}

fn values(node: &Node, what: &str, reader: &mut Reader<'_>) -> Vec<Stated> {
    let mut list = Vec::new();
    for entry in names(node, what, reader) {
        if let Some(node) = entry.value.unwritten() {
            reader.report(unwritten(node));
            continue;
        }
        list.push(Stated {
            name: entry.key.text.clone(),
            name_span: entry.key_span,
            value: entry.value.value(),
            span: entry.value.span,
        });
    }
    list
}
