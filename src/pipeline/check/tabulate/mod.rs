//! Conditions, cases and derived names over finite draws, tried on every combination of what they read.
//!
//! In: the sites that lowering kept. Out: diagnostics for rows and cases that never apply, for rows that earlier ones always
//! take, for conditions that are always true, and for derived names that are always the same. A site that reads something
//! unbounded, or that cannot be evaluated for some combination, is passed over in silence. What must hold: nothing is called
//! unreachable that any record reaches.

mod alone;
mod constant;
mod domain;
mod grid;
mod trial;
mod turn;

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use super::Checked;
use crate::diag::{Diagnostic, Diagnostics, Severity};
use crate::program::{Kind, Sites, Term};
use crate::source::Span;
use constant::Constants;
use grid::Ground;

/// Tries everything that can be tried.
pub(super) fn check(checked: &Checked, sites: &Sites, diagnostics: &mut Diagnostics) {
    let ground = Ground::new(checked, sites);
    let constants = Constants::new(&ground);
    let mut verdicts = Verdicts::default();
    for site in &sites.sites {
        for (at, row) in site.rows.iter().enumerate() {
            verdicts.keep(
                row.span,
                match &site.kind {
                    Kind::InTurn => turn::judge(&ground, &constants, site, at),
                    Kind::Decides { .. } | Kind::Case(..) => alone::judge(&ground, &constants, site, row),
                },
            );
        }
    }
    let (errors, warnings): (Vec<_>, Vec<_>) = verdicts.found().partition(|one| one.severity == Severity::Error);
    // A condition that an error points at is no second mistake.
    let told = |span: Span| errors.iter().any(|error| error.secondary.iter().any(|label| label.span == span));
    let fresh = |one: &Diagnostic| one.primary.as_ref().is_none_or(|label| !told(label.span));
    let warnings: Vec<_> = warnings.into_iter().filter(fresh).chain(constants.warnings(&errors)).collect();
    errors.into_iter().chain(warnings).for_each(|one| diagnostics.push(one));
}

/// What is wrong, by place.
#[derive(Default)]
struct Verdicts(BTreeMap<Span, Option<Diagnostic>>);

impl Verdicts {
    /// Keeps what is wrong with a place. One place may be lowered several times (a YAML alias, a leaf of the record): it is
    /// wrong where it is so each time.
    fn keep(&mut self, span: Span, verdict: Option<Diagnostic>) {
        match self.0.entry(span) {
            Entry::Vacant(free) => {
                free.insert(verdict);
            }
            Entry::Occupied(mut known) if *known.get() != verdict => {
                known.insert(None);
            }
            Entry::Occupied(_) => {}
        }
    }

    fn found(self) -> impl Iterator<Item = Diagnostic> {
        self.0.into_values().flatten()
    }
}

/// How loudly a site is judged that reads these terms; `None` where it is not.
fn severity<'t>(ground: &Ground<'_>, span: Span, terms: impl IntoIterator<Item = &'t Term>) -> Option<Severity> {
    let spec = &ground.checked.spec;
    if span.source == spec.name_span.source {
        return Some(Severity::Error);
    }
    // A row of a module may be there for others; but not where all that it reads stands in the module itself.
    let here = |at: &usize| {
        spec.entries.get_index(*at).is_none_or(|(_, entry)| {
            let base = entry.base.iter().map(|(_, form)| form.span());
            let spans = base.chain(entry.overlays.iter().map(|(.., form)| form.span()));
            spans.chain([entry.span]).all(|one| one.source == span.source)
        })
    };
    let closed = |term: &Term| !term.probe.causes.contains("scenario") && term.probe.reads.iter().all(here);
    terms.into_iter().all(closed).then_some(Severity::Warning)
}
