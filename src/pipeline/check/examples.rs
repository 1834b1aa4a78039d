//! Worked examples: cases computed by hand, run whenever a spec is checked.

use std::cell::OnceCell;

use super::Checked;
use crate::data::{Text, Type, Value};
use crate::diag::{Diagnostic, Diagnostics, codes};
use crate::json;
use crate::program::{Draws, Frame, Lower, RecordAt, Shared, Slot, misfits};
use crate::random::Key;
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
                continue;
            }
            let ty = match stated.name.split_once('.') {
                Some((stem, _)) if cx.world.datasets.contains_key(stem) => cx.stated_of_dataset(&stated.name, stated.name_span),
                _ => type_of(spec, &stated.name, stated.name_span, cx),
            };
            if let Some(ty) = ty {
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
    for diagnostic in misfits(&stated.name, stated.span, &Type::of(&stated.value), Some(&stated.value), ty) {
        cx.report(diagnostic);
    }
}

/// Runs every example.
pub(super) fn run(checked: &Checked, diagnostics: &mut Diagnostics) {
    let keys = checked.keys(0);
    let shared = checked.shared(&keys, false);
    let used_keys: Vec<Vec<Key>> = checked.used.iter().map(|one| one.checked.keys(0)).collect();
    let used: Vec<Shared<'_>> = checked.used.iter().zip(&used_keys).map(|(one, keys)| one.checked.shared(keys, false)).collect();
    for example in &checked.spec.examples {
        one(checked, &shared, &used, example, diagnostics);
    }
}

/// What an example states of one dataset, under names with this prefix: its scenario, and the cells of its names.
fn stated(checked: &Checked, prefix: &str, example: &Example) -> (RecordAt, Vec<OnceCell<Value>>) {
    let set = |name: &str| {
        let found = example.set.iter().find(|one| one.name.strip_prefix(prefix) == Some(name));
        found.map(|one| &one.value)
    };
    let scenario = match set("scenario").and_then(Value::as_text) {
        Some(name) => checked.spec.scenarios.iter().position(|one| one.name == name),
        None if checked.spec.scenarios.is_empty() => Some(0),
        None => None,
    };
    let value = |slot: &Slot| {
        let stated = set(&slot.name).cloned();
        // Cases are worked by hand for the defaults, whatever this build sets.
        match param(&checked.spec, &slot.name) {
            Some(param) => Some(stated.and_then(|value| param.of.fit(&value).ok()).unwrap_or_else(|| param.default.clone())),
            None => stated,
        }
    };
    let cell = |slot: &Slot| value(slot).map_or_else(OnceCell::new, OnceCell::from);
    (RecordAt::new(scenario, 0, 0), checked.slots.iter().map(cell).collect())
}

fn one(checked: &Checked, shared: &Shared<'_>, used: &[Shared<'_>], example: &Example, diagnostics: &mut Diagnostics) {
    let theirs: Vec<_> = checked.used.iter().map(|one| stated(&one.checked, &format!("{}.", one.stem), example)).collect();
    let frames = used.iter().zip(&theirs).map(|(shared, (at, cells))| Frame::stated(shared, cells, *at, Draws::Stated));
    let frames: Vec<Frame<'_>> = frames.collect();
    let (at, cells) = stated(checked, "", example);
    let frame = Frame::stated(shared, &cells, at, Draws::Stated).using(&frames);
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
    let message = format!("`{path}` is {}, expected {}", json::shown(found), json::shown(Some(want)));
    Some(Diagnostic::error(codes::EXAMPLE_FAILED, span, message))
}
