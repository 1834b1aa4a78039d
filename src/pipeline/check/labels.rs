//! Labels come from the input: a target is computed from what the record itself shows.
//!
//! A target that is a draw, or that reaches a draw (or the scenario, or the index) which the input does not hold, could not be
//! learnt and could not be checked again. A draw is held where an input leaf is exactly `{{ name }}`, `{{ name.path }}` or
//! `{{ context }}`; text and arithmetic do not hold it. Wording is exempt.

use std::collections::BTreeSet;

use super::Checked;
use super::used::Tried;
use crate::data::Text;
use crate::diag::{Diagnostic, Severity, codes};
use crate::program::{Form, Lower, Section, each_leaf};
use crate::spec::Spec;

/// Checks the targets of the record against its input.
pub(super) fn check(spec: &Spec, used: &[Tried], cx: &mut Lower<'_>) {
    let Some((_, record)) = &spec.record else { return };
    let part = |name: &str| record.fields().iter().find(|(key, _)| key == name).map(|(_, form)| &**form);
    let (Some(input), Some(target)) = (part("input"), part("target_output")) else { return };
    // An input leaf that was refused holds nothing, which says nothing of the targets.
    let refused =
        |one: &Diagnostic| one.severity == Severity::Error && one.primary.as_ref().is_some_and(|at| input.span().holds(at.span));
    if cx.diagnostics.iter().any(refused) {
        return;
    }
    let used: Vec<_> = used.iter().filter_map(|one| Some((&one.stem, one.checked.as_ref()?))).collect();
    let held = held(spec, &used, input);
    each_leaf(target, "target_output", &mut |path, leaf| {
        target_leaf(path, leaf, (spec, &used), &held, cx);
    });
}

/// The names that the leaves of an input hold; those of a used dataset begin with its name.
fn held(spec: &Spec, used: &[(&Text, &Checked)], input: &dyn Form) -> BTreeSet<Text> {
    let mut held = BTreeSet::new();
    each_leaf(input, "", &mut |_, leaf| {
        let Some(path) = leaf.path() else { return };
        let (first, rest) = path.split_once('.').unwrap_or((path, ""));
        match used.iter().find(|(stem, _)| *stem == first) {
            Some((stem, checked)) => held.extend(held_of(checked, rest).iter().map(|name| Text::from(format!("{stem}.{name}")))),
            None => hold(spec, path, &mut held),
        }
    });
    held
}

/// The names that a path of the spec itself holds.
fn hold(spec: &Spec, path: &str, held: &mut BTreeSet<Text>) {
    let mut names = path.split('.');
    match (names.next(), names.next()) {
        (Some("context"), Some(name)) | (Some(name), _) if name != "context" => {
            held.insert(Text::from(name));
        }
        _ => {
            let context = spec.entries.iter().filter(|(_, entry)| entry.section == Section::Context);
            held.extend(context.map(|(name, _)| name.clone()));
        }
    }
}

/// The names of a used dataset that a path into it holds: those that the leaves of its own record there hold, or the path's own.
fn held_of(checked: &Checked, path: &str) -> BTreeSet<Text> {
    let mut held = BTreeSet::new();
    let Some(inner) = path.strip_prefix("record").filter(|rest| rest.is_empty() || rest.starts_with('.')) else {
        hold(&checked.spec, path, &mut held);
        return held;
    };
    let Some((_, record)) = &checked.spec.record else { return held };
    let mut form: &dyn Form = &**record;
    for part in inner.split('.').filter(|part| !part.is_empty()) {
        match form.fields().iter().find(|(name, _)| name == part) {
            Some((_, field)) => form = &**field,
            // Only a part of a leaf.
            None => return held,
        }
    }
    let used: Vec<_> = checked.used.iter().map(|one| (&one.stem, &one.checked)).collect();
    self::held(&checked.spec, &used, form)
}

fn target_leaf(
    path: &str,
    leaf: &dyn Form,
    (spec, used): (&Spec, &[(&Text, &Checked)]),
    held: &BTreeSet<Text>,
    cx: &mut Lower<'_>,
) {
    let entry = |name: &str| match name.split_once('.').and_then(|(stem, rest)| Some((used.iter().find(|(one, _)| *one == stem)?, rest))) {
        Some(((_, checked), rest)) => checked.spec.entries.get(rest.split('.').next().unwrap_or(rest)),
        None => spec.entries.get(name.split('.').next().unwrap_or(name)),
    };
    if let Some(name) = leaf.path()
        && let Some(entry) = entry(name).filter(|entry| entry.section == Section::Draw)
    {
        cx.report(
            Diagnostic::error(codes::DRAWN_LABEL, leaf.span(), format!("the target `{path}` is the draw `{name}`"))
                .label(entry.span, "drawn here")
                .hint("a label must follow from the input: derive it"),
        );
        return;
    }
    let (_, causes) = cx.causes_of(|cx| leaf.lower(cx));
    for cause in causes.difference(held).filter(|cause| !is_wording(cause)) {
        let message = format!("the target `{path}` depends on `{cause}`, which the input does not hold");
        let diagnostic = Diagnostic::error(codes::HIDDEN_CAUSE, leaf.span(), message);
        let diagnostic = match entry(cause) {
            Some(entry) => diagnostic.label(entry.span, "drawn here"),
            None => diagnostic,
        };
        cx.report(
            diagnostic.hint(format!("put `{cause}` into the input as one whole `{{{{ {cause} }}}}`, or do not derive from it")),
        );
    }
}

/// Whether a cause is wording, of the dataset itself or of a used one.
fn is_wording(cause: &str) -> bool {
    cause.split('.').rev().skip(1).any(|part| part == "say")
}
