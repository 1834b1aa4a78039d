//! `aim`, `require` and `attempts`: which labels are planned, what a record must meet, how often it may be drawn anew.

use super::checks::only;
use super::collect::Draft;
use super::files::Reader;
use super::sections::{names, parse};
use crate::data::Text;
use crate::diag::{Diagnostic, codes};
use crate::engine::yaml::{Entry, Node, NodeKind};
use crate::form::{Key, bad_name, is_name, weighted_values};
use crate::source::Span;
use crate::spec::{Aim, Distribution, Requirement};

/// What an aim may be, as JSON Schema.
pub(super) const AIMS: &str =
    r##"{"type": "object", "propertyNames": {"$ref": "#/$defs/key"}, "additionalProperties": {"$ref": "#/$defs/aim"}}"##;
/// A list of requirements.
pub(super) const REQUIREMENTS: &str = r##"{"type": "array", "items": {"$ref": "#/$defs/requirement"}}"##;

/// The keys of a requirement.
pub const REQUIREMENT_KEYS: &[Key] = &[
    Key::new("id", r#"{"type": ["string", "number", "boolean"]}"#, "Its name, for messages.")
        .example("{id: seen_in_time, that: waited < 120}")
        .required(),
    Key::new("that", r##"{"$ref": "#/$defs/expression"}"##, "What a record must meet; it is drawn anew until it does.")
        .example("{id: seen_in_time, that: waited < 120}")
        .required(),
    Key::new(
        "redraw",
        r##"{"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/name"}}"##,
        "The draws that are made anew. Without it: every draw that the condition depends on.",
    )
    .example("{id: seen_in_time, that: waited < 120, redraw: [waited]}"),
];

/// What an entry of `aim` may be: the editor's definition.
pub const AIM_SCHEMA: &str = r##"{"anyOf": [
  {"type": ["string", "number", "boolean"]},
  {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/literal"}},
  {"type": "object", "properties": {"pick": {"description": "The labels that are planned: in equal shares, or each with its weight.", "examples": ["decision: {pick: {escalate: 3, close: 2}}"], "anyOf": [
    {"type": "array", "minItems": 1},
    {"type": "object", "minProperties": 1, "additionalProperties": {"$ref": "#/$defs/weight"}}]}},
   "required": ["pick"], "additionalProperties": false},
  {"type": "object", "properties": {"given": {"description": "Labels that differ by scenario.", "examples": ["level: {given: scenario, cases: {child: [red]}, else: [green]}"], "const": "scenario"},
    "cases": {"description": "The labels of each scenario.", "examples": ["level: {given: scenario, cases: {child: [red]}, else: [green]}"], "type": "object", "minProperties": 1, "additionalProperties": {"$ref": "#/$defs/aim"}}, "else": {"description": "The labels of every other scenario.", "examples": ["level: {given: scenario, cases: {child: [red]}, else: [green]}"], "$ref": "#/$defs/aim"}},
   "required": ["given", "cases"], "additionalProperties": false}]}"##;

/// An aim while files are being read: scenarios by name.
pub(super) struct Aimed {
    span: Span,
    base: Option<Distribution>,
    overlays: Vec<(Text, Span, Distribution)>,
}

/// Reads `aim`, at the top of a file or inside a scenario.
pub(super) fn read(node: &Node, scenario: Option<&str>, draft: &mut Draft, reader: &mut Reader<'_>) {
    for entry in names(node, "aim", reader) {
        let name = entry.key.text.as_str();
        if !is_name(name) {
            reader.report(bad_name(name, entry.key_span));
            continue;
        }
        match (scenario, by_scenario(&entry.value)) {
            (None, true) => cases(entry, draft, reader),
            (Some(_), true) => {
                let message = "an aim inside a scenario is for that scenario alone";
                let diagnostic = Diagnostic::error(codes::WRONG_POSITION, entry.value.span, message);
                reader.report(diagnostic.hint("give the labels: `[a, b]` or `{pick: {a: 2, b: 1}}`"));
            }
            (_, false) => {
                let Some(distribution) = distribution(&entry.value, reader) else { continue };
                let scenario = scenario.map(|name| (Text::from(name), entry.key_span));
                add(&entry.key.text, entry.key_span, scenario, distribution, draft, reader);
            }
        }
    }
}

fn by_scenario(node: &Node) -> bool {
    node.get("given").is_some() || node.get("cases").is_some()
}

/// `{given: scenario, cases: {a: …}, else: …}`: scenarios are known before any draw, so an aim may differ by them.
fn cases(entry: &Entry, draft: &mut Draft, reader: &mut Reader<'_>) {
    let node = &entry.value;
    if !only(node, "an aim by scenario", &["given", "cases", "else"], reader) {
        return;
    }
    let scenario = node.get("given").filter(|given| given.scalar_text() == Some("scenario"));
    let (Some(_), Some(list)) = (scenario, node.get("cases")) else {
        let message = "an aim can differ by `scenario` only";
        let diagnostic = Diagnostic::error(codes::WRONG_POSITION, node.span, message);
        return reader.report(diagnostic.hint("write `{given: scenario, cases: {name: [label, …]}, else: [label, …]}`"));
    };
    for case in names(list, "cases", reader) {
        if let Some(labels) = distribution(&case.value, reader) {
            let scenario = Some((case.key.text.clone(), case.key_span));
            add(&entry.key.text, entry.key_span, scenario, labels, draft, reader);
        }
    }
    if let Some(labels) = node.get("else").and_then(|node| distribution(node, reader)) {
        add(&entry.key.text, entry.key_span, None, labels, draft, reader);
    }
}

/// One label, labels in equal shares, or labels by weight.
fn distribution(node: &Node, reader: &mut Reader<'_>) -> Option<Distribution> {
    let (labels, weights) = parse(reader, |cx| weighted_values(cx, node))?;
    Some(Distribution { span: node.span, labels, weights })
}

fn add(
    name: &Text,
    span: Span,
    scenario: Option<(Text, Span)>,
    distribution: Distribution,
    draft: &mut Draft,
    reader: &mut Reader<'_>,
) {
    let aim = draft.aims.entry(name.clone()).or_insert_with(|| Aimed { span, base: None, overlays: Vec::new() });
    let first = match &scenario {
        None => aim.base.as_ref().map(|one| one.span),
        Some((name, _)) => aim.overlays.iter().find(|(one, ..)| one == name).map(|(_, span, _)| *span),
    };
    if let Some(first) = first {
        let message = format!("`{name}` is aimed at twice");
        return reader.report(Diagnostic::error(codes::NAME_COLLISION, span, message).label(first, "first here"));
    }
    match scenario {
        None => aim.base = Some(distribution),
        Some((name, span)) => aim.overlays.push((name, span, distribution)),
    }
}

/// Puts scenarios in the place of their names.
pub(super) fn finish(draft: &mut Draft, reader: &mut Reader<'_>) -> indexmap::IndexMap<Text, Aim> {
    let aims = std::mem::take(&mut draft.aims);
    let known: Vec<Text> = draft.scenarios.iter().map(|one| one.name.clone()).collect();
    let resolve = |aimed: Aimed, reader: &mut Reader<'_>| {
        let mut overlays = Vec::with_capacity(aimed.overlays.len());
        for (name, span, distribution) in aimed.overlays {
            match known.iter().position(|one| *one == name) {
                Some(at) => overlays.push((at, distribution)),
                None => {
                    let diagnostic = Diagnostic::error(codes::UNREACHABLE, span, format!("there is no scenario `{name}`"));
                    reader.report(diagnostic.suggest(&name, known.iter().map(Text::as_str)));
                }
            }
        }
        Aim { span: aimed.span, base: aimed.base, overlays }
    };
    aims.into_iter().map(|(name, aimed)| (name, resolve(aimed, reader))).collect()
}

/// Reads `require`, at the top of a file or inside a scenario.
pub(super) fn requirements(node: &Node, scenario: Option<usize>, draft: &mut Draft, reader: &mut Reader<'_>) {
    let NodeKind::List(items) = &node.kind else {
        let message = format!("expected a list of requirements, found {}", node.kind_word());
        return reader.report(Diagnostic::error(codes::WRONG_TYPE, node.span, message).hint("write `- {id: …, that: …}`"));
    };
    for item in items {
        if let Some(requirement) = requirement(item, scenario, reader) {
            if let Some(first) = draft.requirements.iter().find(|one| one.id == requirement.id) {
                let message = format!("the requirement `{}` is given twice", requirement.id);
                let diagnostic = Diagnostic::error(codes::NAME_COLLISION, requirement.span, message);
                reader.report(diagnostic.label(first.span, "first here"));
                continue;
            }
            draft.requirements.push(requirement);
        }
    }
}

fn requirement(item: &Node, scenario: Option<usize>, reader: &mut Reader<'_>) -> Option<Requirement> {
    if !only(item, "a requirement", &Key::names(REQUIREMENT_KEYS), reader) {
        return None;
    }
    let mut needed = |key: &str| {
        let found = item.get(key);
        if found.is_none() {
            reader.report(Diagnostic::error(codes::MISSING_KEY, item.span, format!("a requirement needs `{key}`")));
        }
        found
    };
    let (id, that) = (needed("id"), needed("that"));
    let (id, that) = (id?, that?);
    let Some(name) = id.scalar_text().map(Text::from) else {
        let message = format!("expected a name, found {}", id.kind_word());
        reader.report(Diagnostic::error(codes::WRONG_TYPE, id.span, message));
        return None;
    };
    let that = parse(reader, |cx| cx.expression(that))?;
    let redraw = match item.get("redraw") {
        None => Vec::new(),
        Some(node) => match &node.kind {
            NodeKind::List(list) if !list.is_empty() => {
                let named = |one: &Node| Some((parse(reader, |cx| cx.name(one))?, one.span));
                list.iter().map(named).collect::<Option<Vec<_>>>()?
            }
            _ => {
                let message = format!("expected a list of draws, found {}", node.kind_word());
                reader.report(Diagnostic::error(codes::WRONG_TYPE, node.span, message));
                return None;
            }
        },
    };
    Some(Requirement { id: name, span: id.span, that, redraw, scenario })
}

/// Reads `attempts`: at least one.
pub(super) fn attempts(node: &Node, reader: &mut Reader<'_>) -> Option<u32> {
    match node.as_int().and_then(|number| u32::try_from(number).ok()).filter(|number| *number > 0) {
        Some(number) => Some(number),
        None => {
            let found = node.scalar_text().unwrap_or(node.kind_word()).to_owned();
            let message = format!("expected a number of attempts from 1 to {}, found {found}", u32::MAX);
            reader.report(Diagnostic::error(codes::WRONG_TYPE, node.span, message));
            None
        }
    }
}
