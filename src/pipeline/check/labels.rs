//! Labels come from the input: a target is computed from what the record itself shows.
//!
//! A target that is a draw, or that reaches a draw (or the scenario, or the index) which the input does not hold, could not be
//! learnt and could not be checked again. A draw is held where an input leaf is exactly `{{ name }}`, `{{ name.path }}` or
//! `{{ context }}`; text and arithmetic do not hold it. Wording is exempt. The other way round, an input that reads what is
//! emitted as a target holds its answer (`leak`).
//!
//! In: the record's forms. Out: diagnostics, and a [`Rederivation`]: how to read the facts back from an emitted input, and what
//! computes each target from them.

use std::collections::BTreeSet;

use super::Checked;
use super::used::Tried;
use crate::data::Text;
use crate::diag::{Diagnostic, Severity, codes};
use crate::program::{Form, Lower, Op, Section, each_leaf};
use crate::source::Span;
use crate::spec::{Entry, Spec};

/// How targets are computed again from an emitted record.
#[derive(Default)]
pub struct Rederivation {
    /// The input leaves that hold facts: path in the record, and what stands there.
    pub held: Vec<(String, Held)>,
    /// Every target leaf.
    pub targets: Vec<Target>,
    /// Whether the input holds every fact that a target depends on as a whole: then equal facts give equal targets, and nothing
    /// need be computed twice to know it.
    pub whole: bool,
}

/// What an input leaf holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Held {
    /// The value of a slot.
    Slot(usize),
    /// A part of the value of a slot, by its path.
    Part(usize, String),
    /// Every slot of `context`, as one map.
    Context,
    /// The scenario.
    Scenario,
    /// What a value of a used dataset, by number, holds of it: path in the value, and what stands there.
    Used(usize, Vec<(String, Held)>),
}

impl Held {
    /// Whether no value of it is held in part only.
    fn is_whole(&self) -> bool {
        match self {
            Self::Part(..) => false,
            Self::Used(_, inner) => inner.iter().all(|(_, held)| held.is_whole()),
            Self::Slot(_) | Self::Context | Self::Scenario => true,
        }
    }
}

/// One leaf under `target_output`.
pub struct Target {
    /// Its path in the record.
    pub path: String,
    /// Where it stands in the spec.
    pub span: Span,
    /// What computes it.
    pub op: Box<dyn Op>,
    /// Whether it holds wording, of which another alternative would be as right.
    pub worded: bool,
}

/// A target leaf with what it reads.
struct Leaf {
    target: Target,
    held: Option<Text>,
    causes: BTreeSet<Text>,
}

/// Checks the targets of the record against its input.
pub(super) fn check(spec: &Spec, used: &[Tried], cx: &mut Lower<'_>) -> Rederivation {
    let Some((_, record)) = &spec.record else { return Rederivation::default() };
    let part = |name: &str| record.fields().iter().find(|(key, _)| key == name).map(|(_, form)| &**form);
    let (Some(input), Some(target)) = (part("input"), part("target_output")) else { return Rederivation::default() };
    // An input leaf that was refused holds nothing, which says nothing of the targets.
    let refused =
        |one: &Diagnostic| one.severity == Severity::Error && one.primary.as_ref().is_some_and(|at| input.span().holds(at.span));
    if cx.diagnostics.iter().any(refused) {
        return Rederivation::default();
    }
    let used: Used<'_> = used.iter().map(|one| (&one.stem, one.checked.as_ref())).collect();
    let (held, names) = held(spec, &used, input, "input");
    let mut leaves = Vec::new();
    each_leaf(target, "target_output", &mut |path, leaf| {
        let (lowered, causes) = cx.causes_of(|cx| leaf.lower(cx));
        let worded = causes.iter().any(|cause| is_wording(cause));
        let target = Target { path: path.to_owned(), span: leaf.span(), op: lowered.op, worded };
        leaves.push(Leaf { target, held: leaf.held().map(Text::from), causes });
    });
    for leaf in &leaves {
        caused(leaf, (spec, &used), &names, cx);
    }
    leaks(spec, input, &leaves, cx);
    let whole = held.iter().all(|(_, held)| held.is_whole());
    Rederivation { held, targets: leaves.into_iter().map(|leaf| leaf.target).collect(), whole }
}

/// The used datasets by name; `None` where one is not sound.
type Used<'u> = Vec<(&'u Text, Option<&'u Checked>)>;

/// What the leaves of an input hold, and the names of all that; those of a used dataset begin with its name.
fn held(spec: &Spec, used: &Used<'_>, input: &dyn Form, path: &str) -> (Vec<(String, Held)>, BTreeSet<Text>) {
    let mut found = Vec::new();
    let mut names = BTreeSet::new();
    each_leaf(input, path, &mut |path, leaf| {
        let Some(whole) = leaf.held() else { return };
        let (first, rest) = whole.split_once('.').unwrap_or((whole, ""));
        let held = match used.iter().enumerate().find(|(_, (stem, _))| *stem == first) {
            Some((number, (stem, Some(checked)))) => {
                let (held, inner) = held_of(checked, rest);
                names.extend(inner.iter().map(|name| Text::from(format!("{stem}.{name}"))));
                Some(Held::Used(number, held))
            }
            Some(_) => None,
            None => holds(spec, whole, &mut names),
        };
        found.extend(held.map(|held| (path.to_owned(), held)));
    });
    (found, names)
}

/// What a path into a used dataset holds of it: what the leaves of its record there hold, or the path itself.
fn held_of(checked: &Checked, path: &str) -> (Vec<(String, Held)>, BTreeSet<Text>) {
    let mut names = BTreeSet::new();
    let Some(inner) = path.strip_prefix("record").filter(|rest| rest.is_empty() || rest.starts_with('.')) else {
        let held = holds(&checked.spec, path, &mut names);
        return (held.map(|held| (String::new(), held)).into_iter().collect(), names);
    };
    let Some((_, record)) = &checked.spec.record else { return (Vec::new(), names) };
    let mut form: &dyn Form = &**record;
    for part in inner.split('.').filter(|part| !part.is_empty()) {
        match form.fields().iter().find(|(name, _)| name == part) {
            Some((_, field)) => form = &**field,
            // Only a part of a leaf.
            None => return (Vec::new(), names),
        }
    }
    let used: Used<'_> = checked.used.iter().map(|one| (&one.stem, Some(&one.checked))).collect();
    held(&checked.spec, &used, form, "")
}

fn holds(spec: &Spec, path: &str, names: &mut BTreeSet<Text>) -> Option<Held> {
    match path {
        "context" => {
            let context = spec.entries.iter().filter(|(_, entry)| entry.section == Section::Context);
            names.extend(context.map(|(name, _)| name.clone()));
            return Some(Held::Context);
        }
        "scenario" => {
            names.insert(Text::from(path));
            return Some(Held::Scenario);
        }
        "params" => {
            names.extend(spec.params.keys().map(|name| Text::from(format!("params.{name}"))));
            return None;
        }
        _ => {}
    }
    if let Some(name) = path.strip_prefix("params.") {
        let (at, ..) = spec.params.get_full(name)?;
        names.insert(Text::from(path));
        return Some(Held::Slot(spec.entries.len() + at));
    }
    let path = path.strip_prefix("context.").unwrap_or(path);
    // Wording is one name with its dot: `say.request`.
    let end = if path.starts_with("say.") { "say.".len() } else { 0 };
    let end = path.get(end..)?.find('.').map_or(path.len(), |at| at + end);
    let (name, rest) = path.split_at(end);
    names.insert(Text::from(name));
    let at = spec.entries.get_index_of(name)?;
    Some(match rest.strip_prefix('.') {
        Some(rest) => Held::Part(at, rest.to_owned()),
        None => Held::Slot(at),
    })
}

/// Where a name of the spec, or of a used dataset, is declared.
fn declared<'s>(name: &str, spec: &'s Spec, used: &Used<'s>) -> Option<&'s Entry> {
    let entry = |spec: &'s Spec, path: &str| spec.entries.get(path.split('.').next().unwrap_or(path));
    let inner = name.split_once('.').and_then(|(stem, rest)| Some((used.iter().find(|(one, _)| *one == stem)?, rest)));
    match inner {
        Some(((_, checked), rest)) => entry(&(*checked)?.spec, rest),
        None => entry(spec, name),
    }
}

/// Reports a target that is a draw, or that depends on what the input does not hold.
fn caused(leaf: &Leaf, (spec, used): (&Spec, &Used<'_>), held: &BTreeSet<Text>, cx: &mut Lower<'_>) {
    let Target { path, span, .. } = &leaf.target;
    if let Some(name) = &leaf.held
        && let Some(entry) = declared(name, spec, used).filter(|entry| entry.section == Section::Draw)
    {
        cx.report(
            Diagnostic::error(codes::DRAWN_LABEL, *span, format!("the target `{path}` is the draw `{name}`"))
                .label(entry.span, "drawn here")
                .hint("a label must follow from the input: derive it"),
        );
        return;
    }
    for cause in leaf.causes.difference(held).filter(|cause| !is_wording(cause)) {
        let message = format!("the target `{path}` depends on `{cause}`, which the input does not hold");
        let diagnostic = Diagnostic::error(codes::HIDDEN_CAUSE, *span, message);
        let diagnostic = match declared(cause, spec, used) {
            Some(entry) => diagnostic.label(entry.span, "drawn here"),
            None => diagnostic,
        };
        cx.report(
            diagnostic.hint(format!("put `{cause}` into the input as one whole `{{{{ {cause} }}}}`, or do not derive from it")),
        );
    }
}

/// Whether a cause is wording, of the dataset itself or of a used one.
pub(super) fn is_wording(cause: &str) -> bool {
    cause.split('.').rev().skip(1).any(|part| part == "say")
}

/// Reports input leaves that read a name emitted as a target or aimed at, and wording of the input that reads any derivation.
fn leaks(spec: &Spec, input: &dyn Form, targets: &[Leaf], cx: &mut Lower<'_>) {
    let is_derived = |name: &str| spec.entries.get(name).is_some_and(|entry| entry.section == Section::Derive);
    let held = targets.iter().filter_map(|leaf| leaf.held.as_ref()?.split('.').next().map(Text::from));
    let emitted: BTreeSet<Text> = held.chain(spec.aims.keys().cloned()).filter(|name| is_derived(name)).collect();
    each_leaf(input, "input", &mut |path, leaf| {
        let (_, reads) = cx.reads_of(|cx| leaf.lower(cx));
        let names: Vec<&Text> = reads.iter().filter_map(|at| spec.entries.get_index(*at)).map(|(name, _)| name).collect();
        if let Some(name) = names.iter().find(|name| emitted.contains(**name)) {
            let message = format!("`{path}` reads `{name}`, which is a target: the question would hold its answer");
            cx.report(
                Diagnostic::error(codes::LEAK, leaf.span(), message)
                    .hint("read the facts that it is derived from, or leave it to the target"),
            );
            return;
        }
        for said in names.iter().filter(|name| name.starts_with("say.")) {
            let Some(at) = spec.entries.get_index_of(said.as_str()) else { continue };
            // What shapes a draw is no answer: only what the words follow from counts.
            let follows = cx.entry(at).map(|known| known.follows).unwrap_or_default();
            let own = follows.iter().filter(|one| one.dataset.is_none()).filter_map(|one| spec.entries.get_index(one.slot));
            let derived = own.into_iter().find(|(name, _)| is_derived(name));
            if let Some((name, entry)) = derived {
                let message = format!("`{path}` holds the wording `{said}`, which reads the derivation `{name}`");
                cx.report(
                    Diagnostic::error(codes::LEAK, leaf.span(), message)
                        .label(entry.span, "derived here")
                        .hint("a question is worded from facts: read those that it is derived from"),
                );
                return;
            }
        }
    });
}
