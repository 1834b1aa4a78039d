//! Worked examples: cases computed by hand, run whenever a spec is checked.

use std::cell::OnceCell;
use std::collections::BTreeMap;

use super::Checked;
use crate::data::{Text, Type, Value};
use crate::diag::{Diagnostic, Diagnostics, codes, quoted_list};
use crate::engine::jinja::print;
use crate::json;
use crate::program::{Draws, Frame, Lower, RecordAt, Shared};
use crate::random::Key;
use crate::record::Node;
use crate::source::Span;
use crate::spec::{Example, Param, Spec, Stated};

/// Checks the names and values of every example.
pub(super) fn names(spec: &Spec, cx: &mut Lower<'_>) {
    for example in &spec.examples {
        for stated in &example.set {
            if let Some(param) = param(spec, &stated.name) {
                if let Err(misfit) = param.of.fit(&stated.value) {
                    let diagnostic = Diagnostic::error(codes::PARAM_VALUE, stated.span, misfit.message);
                    cx.report(misfit.hint.into_iter().fold(diagnostic, Diagnostic::hint).label(param.span, "declared here"));
                }
            } else if let Some(ty) = type_of(spec, &stated.name, stated.name_span, cx) {
                fits(stated, &ty, cx);
            }
        }
        for stated in &example.want {
            let name = stated.name.split('.').next().unwrap_or(&stated.name);
            if let Some(ty) = type_of(spec, name, stated.name_span, cx).filter(|_| stated.name == name) {
                fits(stated, &ty, cx);
            }
        }
    }
}

/// The parameter of a name such as `params.strictness`.
fn param<'s>(spec: &'s Spec, name: &str) -> Option<&'s Param> {
    name.strip_prefix("params.").and_then(|name| spec.params.get(name))
}

/// What is known of a name that an example or an aim speaks of; an unknown one is reported.
pub(super) fn type_of(spec: &Spec, name: &str, span: Span, cx: &mut Lower<'_>) -> Option<Type> {
    cx.mark_used(name);
    if name == "scenario" && !spec.scenarios.is_empty() {
        return Some(Type::words(spec.scenarios.iter().map(|scenario| scenario.name.clone())));
    }
    if name == "record" {
        return Some(cx.record_type());
    }
    match spec.entries.get_index_of(name) {
        Some(at) => cx.entry(at).map(|known| known.ty),
        None if spec.incomplete => None,
        None => {
            let params: Vec<String> = spec.params.keys().map(|name| format!("params.{name}")).collect();
            let known = spec.entries.keys().map(Text::as_str).chain(["scenario", "record"]);
            let known = known.chain(params.iter().map(String::as_str));
            cx.report(Diagnostic::error(codes::UNDEFINED_NAME, span, format!("`{name}` is not defined")).suggest(name, known));
            None
        }
    }
}

/// A value that the name can never have makes an example of nothing.
fn fits(stated: &Stated, ty: &Type, cx: &mut Lower<'_>) {
    let items = match &stated.value {
        Value::List(items) if ty.list.is_some() => items.iter().map(|item| (item, ty.item())).collect(),
        other => vec![(other, ty.clone())],
    };
    for (value, ty) in items {
        if let Some(diagnostic) = never(&stated.name, value, stated.span, &ty) {
            cx.report(diagnostic);
        }
    }
}

/// The diagnostic for a value that a name never has.
pub(super) fn never(name: &str, value: &Value, span: Span, ty: &Type) -> Option<Diagnostic> {
    if ty.is_any() || ty.is_never() || Type::of(value).can_equal(ty) {
        return None;
    }
    let mut shown = String::new();
    let shown = if print(value, &mut shown).is_ok() { format!("`{shown}`") } else { value.kind().to_owned() };
    let diagnostic = Diagnostic::error(codes::NEVER_EQUAL, span, format!("`{name}` is never {shown}"));
    Some(match (ty.vocabulary(), value.as_text()) {
        (Some(words), Some(word)) => {
            let known = || words.iter().map(Text::as_str);
            diagnostic.suggest(word, known()).hint(format!("it is one of {}", quoted_list(known())))
        }
        _ => diagnostic,
    })
}

/// Runs every example.
pub(super) fn run(checked: &Checked, diagnostics: &mut Diagnostics) {
    let parts = |path: &Vec<Text>| Key::new(0, path.iter().map(Text::as_str));
    let keys: Vec<Key> = checked.keys.iter().map(parts).collect();
    let shared =
        Shared { slots: &checked.slots, keys: &keys, engine: &checked.engine, functions: &checked.functions, plain: false };
    for example in &checked.spec.examples {
        one(checked, &shared, example, diagnostics);
    }
}

fn one(checked: &Checked, shared: &Shared<'_>, example: &Example, diagnostics: &mut Diagnostics) {
    let set: BTreeMap<&str, &Value> = example.set.iter().map(|one| (one.name.as_str(), &one.value)).collect();
    let wanted = set.get("scenario").and_then(|value| value.as_text());
    let scenario = match wanted {
        Some(name) => checked.spec.scenarios.iter().position(|one| one.name == name),
        None if checked.spec.scenarios.is_empty() => Some(0),
        None => None,
    };
    let cells: Vec<OnceCell<Value>> = checked.slots.iter().map(|_| OnceCell::new()).collect();
    for (slot, cell) in checked.slots.iter().zip(&cells) {
        let stated = set.get(slot.name.as_str()).map(|value| (*value).clone());
        // Cases are worked by hand for the defaults, whatever this build sets.
        let value = match param(&checked.spec, &slot.name) {
            Some(param) => Some(stated.and_then(|value| param.of.fit(&value).ok()).unwrap_or_else(|| param.default.clone())),
            None => stated,
        };
        if let Some(value) = value {
            cell.get_or_init(|| value);
        }
    }
    let frame = Frame::stated(shared, &cells, RecordAt::new(scenario, 0, 0), Draws::Stated);
    for want in &example.want {
        if let Some(diagnostic) = compare(checked, &frame, want) {
            diagnostics.push(diagnostic.label(example.span, format!("in the example `{}`", example.name)));
        }
    }
}

fn compare(checked: &Checked, frame: &Frame<'_>, stated: &Stated) -> Option<Diagnostic> {
    let Stated { name: path, value: want, span, .. } = stated;
    let (path, span) = (path.as_str(), *span);
    let (name, rest) = path.split_once('.').unwrap_or((path, ""));
    let at = checked.slots.iter().position(|slot| slot.name == name)?;
    let found = match frame.slot(at) {
        Ok(value) => value.at(rest),
        Err(fault) => {
            let message = format!("`{path}` cannot be computed: {}", fault.message);
            let diagnostic = Diagnostic::error(codes::EXAMPLE_FAILED, span, message);
            let diagnostic = fault.primary.iter().fold(diagnostic, |one, label| one.label(label.span, "here"));
            return Some(fault.hints.iter().fold(diagnostic, |one, hint| one.hint(hint.clone())));
        }
    };
    if found.is_some_and(|found| found.equals(want)) {
        return None;
    }
    let shown = |value: Option<&Value>| match value {
        None | Some(Value::Undefined) => "absent".to_owned(),
        Some(value) => {
            let mut text = String::new();
            json::write_node(Node::of(value), &mut text);
            text
        }
    };
    let message = format!("`{path}` is {}, expected {}", shown(found), shown(Some(want)));
    Some(Diagnostic::error(codes::EXAMPLE_FAILED, span, message))
}
