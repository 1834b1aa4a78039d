//! Aims and requirements: what a record is drawn anew for, and what of it changes with an attempt.
//!
//! In: the names aimed at with their labels, the conditions required. Out: a [`Settling`], which tells whether an attempt at a
//! record meets its plan. What must hold: only draws that an aimed name or a required condition depends on are drawn anew, so
//! every other value is that of the first attempt.

use std::collections::BTreeSet;

use super::examples::type_of;
use crate::data::{Text, Type, Value};
use crate::diag::{Diagnostic, codes};
use crate::program::{Env, Fault, Frame, Lower, Op, Section, misfits};
use crate::random::Weights;
use crate::source::Span;
use crate::spec::{Aim, Distribution, Requirement, Spec};

/// What records of a dataset are drawn anew for.
#[derive(Default)]
pub struct Settling {
    /// The names aimed at.
    pub aims: Vec<Aimed>,
    /// The conditions required.
    pub required: Vec<Required>,
    /// The slots that change from attempt to attempt.
    pub volatile: Vec<usize>,
    /// How many attempts a record may take.
    pub attempts: u32,
}

/// A name that is aimed at.
pub struct Aimed {
    /// The name.
    pub name: Text,
    /// Where it is aimed at first.
    pub span: Span,
    /// Its slot.
    pub slot: usize,
    /// The labels of each scenario, by its order; `None` where it aims at none.
    pub labels: Vec<Option<Labels>>,
}

/// Labels with their shares.
#[derive(Clone)]
pub struct Labels {
    /// Where they stand.
    pub span: Span,
    /// The labels.
    pub values: Vec<Value>,
    /// Where each stands.
    pub spans: Vec<Span>,
    /// One weight a label.
    pub weights: Weights,
}

/// A condition that is required.
pub struct Required {
    /// Its name.
    pub id: Text,
    /// Where it stands.
    pub span: Span,
    /// The scenario it is limited to.
    pub scenario: Option<usize>,
    that: Box<dyn Op>,
}

/// What an attempt does not meet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unmet {
    /// The planned label of a name, by number.
    Aim(usize),
    /// A required condition, by number.
    Required(usize),
}

impl Settling {
    /// Whether records are taken as they are drawn.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.aims.is_empty() && self.required.is_empty()
    }

    /// The first thing that the present attempt does not meet.
    ///
    /// # Errors
    /// What could not be evaluated.
    pub fn unmet(&self, frame: &Frame<'_>) -> Result<Option<Unmet>, Fault> {
        for (at, aimed) in self.aims.iter().enumerate() {
            let planned = frame.aims.get(at).unwrap_or(&Value::Undefined);
            if !planned.is_undefined() && !frame.slot(aimed.slot)?.equals(planned) {
                return Ok(Some(Unmet::Aim(at)));
            }
        }
        let env = Env::root(frame);
        for (at, required) in self.required.iter().enumerate() {
            let concerned = required.scenario.is_none() || required.scenario == frame.at.scenario;
            if concerned && !required.that.truth(&env)? {
                return Ok(Some(Unmet::Required(at)));
            }
        }
        Ok(None)
    }
}

/// What an author can do about a label that is hard to reach.
#[must_use]
pub fn remedies(name: &str) -> String {
    format!("aim at other labels in this scenario, or let a draw read `aim.{name}` to make it likely")
}

/// Lowers aims and requirements, and says which slots are drawn anew.
pub(super) fn lower(spec: &Spec, cx: &mut Lower<'_>) -> Settling {
    let mut redrawn = BTreeSet::new();
    let aims = spec.aims.iter().filter_map(|(name, aim)| aimed(spec, name, aim, cx, &mut redrawn)).collect();
    let required = spec.requirements.iter().map(|one| required(spec, one, cx, &mut redrawn)).collect();
    let volatile = cx.redraw(&redrawn);
    Settling { aims, required, volatile, attempts: spec.attempts }
}

fn aimed(spec: &Spec, name: &Text, aim: &Aim, cx: &mut Lower<'_>, redrawn: &mut BTreeSet<usize>) -> Option<Aimed> {
    let ty = type_of(spec, name, aim.span, cx)?;
    let (slot, _, entry) = spec.entries.get_full(name)?;
    if entry.section != Section::Derive {
        let message = format!("`{name}` stands under `{}`: only what is derived can be aimed at", entry.section.key());
        let diagnostic = Diagnostic::error(codes::WRONG_POSITION, aim.span, message).label(entry.span, "given here");
        cx.report(diagnostic.hint("weigh a draw with `pick: {…}` where it is drawn"));
        return None;
    }
    for distribution in aim.distributions() {
        for (label, span) in &distribution.labels {
            for diagnostic in misfits(name, *span, &Type::of(label), Some(label), &ty) {
                cx.report(diagnostic);
            }
        }
    }
    redrawn.extend(cx.drawn_below(slot));
    let scenarios = spec.scenarios.len().max(1);
    let labels = (0..scenarios).map(|scenario| aim.of(scenario).map(labels)).collect();
    Some(Aimed { name: name.clone(), span: aim.span, slot, labels })
}

fn labels(distribution: &Distribution) -> Labels {
    let (values, spans) = distribution.labels.iter().cloned().unzip();
    Labels { span: distribution.span, values, spans, weights: distribution.weights.clone() }
}

fn required(spec: &Spec, one: &Requirement, cx: &mut Lower<'_>, redrawn: &mut BTreeSet<usize>) -> Required {
    let scenario = one.scenario.and_then(|at| spec.scenarios.get(at)).map(|scenario| scenario.name.clone());
    let (that, reads) = cx.requirement(scenario.as_ref(), &one.that);
    let draws: BTreeSet<usize> = reads.into_iter().filter(|at| cx.is_drawn(*at)).collect();
    for (name, span) in &one.redraw {
        match spec.entries.get_index_of(name).filter(|at| draws.contains(at)) {
            Some(at) => {
                redrawn.insert(at);
            }
            None if spec.incomplete => {}
            None => {
                let known = draws.iter().filter_map(|at| spec.entries.get_index(*at)).map(|(name, _)| name.as_str());
                let message = format!("drawing `{name}` anew changes nothing: `{}` does not depend on such a draw", one.id);
                cx.report(Diagnostic::error(codes::UNUSED, *span, message).suggest(name, known));
            }
        }
    }
    if one.redraw.is_empty() {
        redrawn.extend(draws);
    }
    Required { id: one.id.clone(), span: one.that.span(), scenario: one.scenario, that }
}
