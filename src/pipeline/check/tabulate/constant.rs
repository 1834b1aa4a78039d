//! Derived names that are the same in every record.
//!
//! In: the derived names of a spec. Out: which of them never vary although they read what does, a word on each, and a word
//! where such a name explains a row that never applies.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

use super::grid::{Grid, Ground, Walk};
use crate::data::Value;
use crate::diag::{Diagnostic, codes};
use crate::json;
use crate::program::{Derived, Env, owned};
use crate::record::Node;
use crate::source::Span;

/// The derived names of a spec, tried when they are first asked about.
pub(super) struct Constants<'c> {
    ground: &'c Ground<'c>,
    known: RefCell<BTreeMap<usize, Option<Constant>>>,
}

/// A name that is always the same.
#[derive(Clone)]
pub(super) struct Constant {
    at: usize,
    /// Its value, as text.
    shown: String,
    /// What was tried.
    tried: String,
}

impl<'c> Constants<'c> {
    /// With nothing tried yet.
    pub(super) fn new(ground: &'c Ground<'c>) -> Self {
        Self { ground, known: RefCell::new(BTreeMap::new()) }
    }

    /// The constant among some slots that reads no other one, if there is one.
    pub(super) fn of(&self, slots: &BTreeSet<usize>) -> Option<Constant> {
        let derived = self.ground.sites.derived.iter().filter(|one| slots.contains(&one.at));
        derived.filter(|one| self.is_root(one)).find_map(|one| self.constant(one))
    }

    /// Whether a constant reads no other one.
    fn is_root(&self, derived: &Derived) -> bool {
        let others = self.ground.sites.derived.iter().filter(|one| one.at != derived.at && derived.probe.reads.contains(&one.at));
        others.into_iter().all(|one| self.constant(one).is_none())
    }

    fn constant(&self, derived: &Derived) -> Option<Constant> {
        if let Some(known) = self.known.borrow().get(&derived.at) {
            return known.clone();
        }
        let found = self.tried(derived);
        self.known.borrow_mut().insert(derived.at, found.clone());
        found
    }

    fn tried(&self, derived: &Derived) -> Option<Constant> {
        // A count of something whose size is fixed is no slip.
        let counted = derived.ty.is_int() && derived.ty.int.is_some_and(|range| range.min == range.max);
        if counted || derived.probe.causes.is_empty() {
            return None;
        }
        let entry = self.entry(derived.at)?;
        let overlaid = |scenario: usize| entry.overlays.iter().any(|(one, ..)| *one == scenario);
        let scenarios = self.ground.checked.spec.scenarios.len().max(1);
        let live: Vec<bool> = (0..scenarios).map(|one| entry.base.is_some() || overlaid(one)).collect();
        let grid = Grid::over(self.ground, &live, [&derived.probe]).filter(Grid::varies)?;
        let mut only: Option<Value> = None;
        let walk = grid.walk(self.ground, |frame| {
            let value = owned(&derived.probe.code, &Env::root(frame))?;
            let same = only.get_or_insert_with(|| value.clone()) == &value;
            Ok(if same { ControlFlow::Continue(()) } else { ControlFlow::Break(()) })
        });
        let value = only.filter(|_| walk == Walk::Through)?;
        if matches!(value, Value::Undefined | Value::List(_) | Value::Map(_)) {
            return None;
        }
        let mut shown = String::new();
        json::write_node(Node::of(&value), &mut shown);
        Some(Constant { at: derived.at, shown, tried: grid.describe(self.ground) })
    }

    fn entry(&self, at: usize) -> Option<&'c crate::spec::Entry> {
        self.ground.checked.spec.entries.get_index(at).map(|(_, entry)| entry)
    }

    fn name(&self, constant: &Constant) -> &'c str {
        self.ground.checked.slots.get(constant.at).map_or("", |slot| slot.name.as_str())
    }

    /// Adds the constant that a site reads, if there is one, to what is said of the site.
    pub(super) fn explain(&self, wrong: Diagnostic, reads: &BTreeSet<usize>) -> Diagnostic {
        match self.of(reads).and_then(|constant| Some((self.entry(constant.at)?.span, constant))) {
            Some((span, constant)) => wrong.label(span, format!("`{}` is always {}", self.name(&constant), constant.shown)),
            None => wrong,
        }
    }

    /// A warning for each constant of the dataset's own file that no error speaks of: neither of the name nor of a row in it.
    pub(super) fn warnings(&self, errors: &[Diagnostic]) -> Vec<Diagnostic> {
        let told = |span: Span, forms: &[Span]| {
            errors.iter().any(|error| {
                let primary = error.primary.as_ref().is_some_and(|label| forms.iter().any(|form| form.holds(label.span)));
                primary || error.secondary.iter().any(|label| label.span == span)
            })
        };
        let warning = |derived: &Derived| {
            let entry = self.entry(derived.at).filter(|entry| entry.own)?;
            let base = entry.base.iter().map(|(_, form)| form.span());
            let forms: Vec<Span> = base.chain(entry.overlays.iter().map(|(.., form)| form.span())).collect();
            if told(entry.span, &forms) || !self.is_root(derived) {
                return None;
            }
            let constant = self.constant(derived)?;
            let message = format!("`{}` is always {}", self.name(&constant), constant.shown);
            let hint = format!("it comes out the same for {}: mend it, or make it a fact", constant.tried);
            Some(Diagnostic::warning(codes::CONSTANT, entry.span, message).hint(hint))
        };
        self.ground.sites.derived.iter().filter_map(warning).collect()
    }
}
