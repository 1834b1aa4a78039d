//! Labels come from the input: a target is computed from what the record itself shows.
//!
//! A target that is a draw, or that reaches a draw (or the scenario, or the index) which the input does not hold, could not be
//! learnt and could not be checked again. A draw is held where an input leaf is exactly `{{ name }}`, `{{ name.path }}` or
//! `{{ context }}`; text and arithmetic do not hold it. Wording is exempt.

use std::collections::BTreeSet;

use crate::data::Text;
use crate::diag::{Diagnostic, Severity, codes};
use crate::program::{Form, Lower, Section};
use crate::spec::Spec;

/// Checks the targets of the record against its input.
pub(super) fn check(spec: &Spec, cx: &mut Lower<'_>) {
    let Some((_, record)) = &spec.record else { return };
    let part = |name: &str| record.fields().iter().find(|(key, _)| key == name).map(|(_, form)| &**form);
    let (Some(input), Some(target)) = (part("input"), part("target_output")) else { return };
    // An input leaf that was refused holds nothing, which says nothing of the targets.
    let refused =
        |one: &Diagnostic| one.severity == Severity::Error && one.primary.as_ref().is_some_and(|at| input.span().holds(at.span));
    if cx.diagnostics.iter().any(refused) {
        return;
    }
    let held = held(spec, input);
    each_leaf(target, "target_output", &mut |path, leaf| {
        target_leaf(path, leaf, spec, &held, cx);
    });
}

/// The names that the input holds.
fn held(spec: &Spec, input: &dyn Form) -> BTreeSet<Text> {
    let mut held = BTreeSet::new();
    each_leaf(input, "input", &mut |_, leaf| match leaf.held() {
        Some("context") => {
            let context = spec.entries.iter().filter(|(_, entry)| entry.section == Section::Context);
            held.extend(context.map(|(name, _)| name.clone()));
        }
        Some(name) => {
            held.insert(Text::from(name));
        }
        None => {}
    });
    held
}

fn each_leaf<'f>(form: &'f dyn Form, path: &str, visit: &mut impl FnMut(&str, &'f dyn Form)) {
    let fields = form.fields();
    if fields.is_empty() {
        return visit(path, form);
    }
    for (name, field) in fields {
        each_leaf(&**field, &format!("{path}.{name}"), visit);
    }
}

fn target_leaf(path: &str, leaf: &dyn Form, spec: &Spec, held: &BTreeSet<Text>, cx: &mut Lower<'_>) {
    if let Some(name) = leaf.held()
        && let Some(entry) = spec.entries.get(name).filter(|entry| entry.section == Section::Draw)
    {
        cx.report(
            Diagnostic::error(codes::DRAWN_LABEL, leaf.span(), format!("the target `{path}` is the draw `{name}`"))
                .label(entry.span, "drawn here")
                .hint("a label must follow from the input: derive it"),
        );
        return;
    }
    let (_, causes) = cx.causes_of(|cx| leaf.lower(cx));
    for cause in causes.difference(held).filter(|cause| !cause.starts_with("say.")) {
        let message = format!("the target `{path}` depends on `{cause}`, which the input does not hold");
        let diagnostic = Diagnostic::error(codes::HIDDEN_CAUSE, leaf.span(), message);
        let diagnostic = match spec.entries.get(cause) {
            Some(entry) => diagnostic.label(entry.span, "drawn here"),
            None => diagnostic,
        };
        cx.report(
            diagnostic.hint(format!("put `{cause}` into the input as one whole `{{{{ {cause} }}}}`, or do not derive from it")),
        );
    }
}
