//! Used datasets: each is checked and lowered as a program of its own, then offered by name to the dataset that uses it.

use indexmap::IndexMap;

use super::Checked;
use crate::data::Text;
use crate::diag::{Diagnostic, Diagnostics, codes};
use crate::program::{Dataset, Known};
use crate::source::{Sources, Span};
use crate::spec::Spec;

/// A used dataset that was found sound.
pub struct UsedDataset {
    /// The name that it is read under.
    pub stem: Text,
    /// Its program.
    pub checked: Checked,
}

/// A used dataset as it was checked; `None` where there is an error in it.
pub(super) struct Tried {
    pub(super) stem: Text,
    pub(super) span: Span,
    pub(super) checked: Option<Checked>,
}

/// Checks the datasets that a spec uses.
pub(super) fn check(spec: &mut Spec, sources: &Sources, diagnostics: &mut Diagnostics) -> Vec<Tried> {
    let mut tried = Vec::with_capacity(spec.used.len());
    for used in std::mem::take(&mut spec.used) {
        let (name, size) = (used.spec.name.clone(), used.spec.size);
        if spec.size > size && used.whole {
            let message = format!("`{}` has {} records, and `{name}`, which it uses, only {size}", spec.name, spec.size);
            let hint = "a record is made from the one of the same index: make this dataset smaller, or that one larger";
            diagnostics.push(Diagnostic::error(codes::BAD_RANGE, used.span, message).hint(hint));
        }
        let checked = super::check(used.spec, used.whole, sources, diagnostics);
        tried.push(Tried { stem: used.stem, span: used.span, checked });
    }
    tried
}

/// What can be read of each, by name.
pub(super) fn offered(used: &[Tried]) -> IndexMap<Text, Dataset> {
    used.iter().map(|one| (one.stem.clone(), one.checked.as_ref().map_or_else(unknown, dataset))).collect()
}

fn dataset(checked: &Checked) -> Dataset {
    let entries = checked.spec.entries.iter().zip(&checked.known);
    Dataset {
        scenarios: super::world::scenarios(&checked.spec),
        entries: entries.map(|((name, entry), known)| (name.clone(), (entry.section, known.clone()))).collect(),
        record_slot: checked.record_slot(),
        record: checked.known.last().cloned().unwrap_or_else(Known::nothing),
        leaves: checked.leaves.clone(),
        facts: checked.spec.facts.iter().map(|(name, fact)| (name.clone(), (fact.value.clone(), fact.ty.clone()))).collect(),
        refused: false,
    }
}

/// What stands in for a dataset that is not sound.
fn unknown() -> Dataset {
    Dataset {
        scenarios: Vec::new(),
        entries: IndexMap::new(),
        record_slot: 0,
        record: Known::nothing(),
        leaves: Vec::new(),
        facts: IndexMap::new(),
        refused: true,
    }
}

/// Reports datasets that nothing reads.
pub(super) fn unread(used: &[Tried], read: &std::collections::BTreeSet<Text>, diagnostics: &mut Diagnostics) {
    for one in used.iter().filter(|one| !read.contains(&one.stem)) {
        let message = format!("nothing reads the dataset `{}`", one.stem);
        diagnostics.push(
            Diagnostic::error(codes::UNUSED, one.span, message)
                .hint(format!("read `{0}.record` or one of its names as `{0}.name`, or leave it out of `use`", one.stem)),
        );
    }
}
