//! Why a record is what it is: each of its values with where it came from.
//!
//! In: a sound dataset, a seed and an index, any index. Out: an [`Explanation`], which holds a graph of origins
//! (`program::Origins`) whose root is the record, and what was planned for it. What must hold: the values are those that a build
//! writes; what is wrong with a record is given beside its explanation, for who asks for a record often looks for its fault.

mod lines;
mod machine;

use std::collections::BTreeMap;

use crate::data::{Absent, Text, Value};
use crate::diag::{Diagnostic, nearest, quoted_list};
use crate::pipeline::check::Checked;
use crate::pipeline::expand::Expander;
use crate::pipeline::plan::{PlanCache, plan};
use crate::pipeline::verify::verify;
use crate::program::{Frame, Origin, Origins, Section, Telling};
use crate::source::Span;

pub use lines::{Line, Mark, lines};
pub use machine::document;

/// A record with the origins of its values.
pub struct Explanation {
    /// The dataset.
    pub dataset: Text,
    /// The record.
    pub index: u64,
    /// The seed.
    pub seed: u64,
    /// Its scenario; empty where the dataset has none.
    pub scenario: Text,
    /// How many earlier records have the same scenario.
    pub rank: u64,
    /// How many attempts it took to meet its plan.
    pub attempts: u32,
    /// The planned labels by name.
    pub planned: Vec<(Text, Value)>,
    /// Where every value came from.
    pub origins: Origins,
    /// The origin of the record.
    pub root: usize,
    /// The origins of the bare names of the spec, those of other worlds left out.
    pub names: BTreeMap<Text, usize>,
}

/// A value that was asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct Place {
    /// The path or name it was asked for by; empty for the record.
    pub name: String,
    /// The value.
    pub value: Value,
    /// Its origin, or that of the value that it lies in.
    pub at: usize,
    /// Where it lies in the value of that origin; empty where it is that value.
    pub inside: String,
}

/// Explains a record; what is wrong with it comes beside, and nothing else where it could not be made.
#[must_use]
pub fn explain(checked: &Checked, seed: u64, index: u64) -> (Option<Explanation>, Vec<Diagnostic>) {
    let plan = plan(checked, seed, index, 1);
    let share = plan.share(index, &mut PlanCache::default());
    let mut told = None;
    let made = Expander::new(&plan, false).record(index, |frame, value| {
        let mut telling = Telling::default();
        let root = telling.slot(frame, checked.record_slot()).map_err(|fault| vec![*fault])?;
        let aims = checked.settling.aims.iter().zip(frame.aims);
        let planned = aims.filter(|(_, label)| !label.is_undefined()).map(|(aim, label)| (aim.name.clone(), label.clone()));
        told = Some(Explanation {
            dataset: checked.spec.name.clone(),
            index,
            seed,
            scenario: Text::from(checked.scenario(share.choice)),
            rank: share.rank,
            attempts: frame.at.attempt_number() + 1,
            planned: planned.collect(),
            names: names(checked, frame, &mut telling),
            origins: telling.finish(),
            root,
        });
        verify(checked, frame, value)
    });
    if let Some(told) = &mut told {
        place_facts(checked, &mut told.origins);
    }
    (told, made.err().unwrap_or_default())
}

/// The bare names of the spec as far as they have a value, those that the record does not read among them: an author may ask for
/// any.
fn names(checked: &Checked, frame: &Frame<'_>, telling: &mut Telling) -> BTreeMap<Text, usize> {
    let all = checked.spec.entries.keys().enumerate();
    // What cannot be computed here and is not in the record is nobody's fault.
    all.filter_map(|(at, name)| Some((name.clone(), telling.slot(frame, at).ok()?))).collect()
}

/// Facts are constants of the program: where they are written, the spec knows.
fn place_facts(checked: &Checked, origins: &mut Origins) {
    for at in 0..origins.len() {
        let Some(origin) = origins.get_mut(at).filter(|origin| origin.form == "fact") else { continue };
        origin.span = origin.name.as_ref().and_then(|name| fact(checked, name, &origin.value));
    }
}

/// Where a constant is written that goes by a name, in this spec or in one that it uses.
fn fact(checked: &Checked, name: &Text, value: &Value) -> Option<Span> {
    let spec = &checked.spec;
    let own = spec.facts.get(name).filter(|fact| fact.value == *value).map(|fact| fact.span);
    let constitution = || {
        let found = spec.constitution.as_ref()?;
        value.at("hash").is_some_and(|hash| hash.as_text() == Some(&found.hash)).then_some(found.span)
    };
    own.or_else(constitution).or_else(|| checked.used.iter().find_map(|used| fact(&used.checked, name, value)))
}

impl Explanation {
    /// What a path in the record leads to, or a bare name of the spec.
    ///
    /// # Errors
    /// Why there is nothing, and what there is instead.
    pub fn find(&self, path: &str) -> Result<Place, String> {
        let record = self.origins.get(self.root).map(|origin| origin.value.clone()).unwrap_or_default();
        if path.is_empty() {
            return Ok(Place { name: String::new(), value: record, at: self.root, inside: String::new() });
        }
        if let Some(value) = record.at(path) {
            return Ok(self.place(self.root, path, path, value.clone()));
        }
        // The longest name that the path begins with: those of wording have a dot in them.
        let starts = path.match_indices('.').map(|(at, _)| at).chain([path.len()]);
        let mut names = starts.filter_map(|end| path.get(..end)).collect::<Vec<_>>();
        names.reverse();
        for name in names {
            let Some((at, origin)) = self.named(name) else { continue };
            let rest = path.get(name.len()..).unwrap_or_default().trim_start_matches('.');
            if let Some(value) = origin.value.at(rest) {
                return Ok(self.place(at, path, rest, value.clone()));
            }
        }
        Err(self.absent(path, &record))
    }

    fn place(&self, root: usize, name: &str, path: &str, value: Value) -> Place {
        let steps: Vec<&str> = path.split('.').filter(|step| !step.is_empty()).collect();
        let (at, walked) = self.origins.find(root, &steps);
        Place { name: name.to_owned(), value, at, inside: steps.get(walked..).unwrap_or_default().join(".") }
    }

    fn named(&self, name: &str) -> Option<(usize, &Origin)> {
        let at = *self.names.get(name)?;
        self.origins.get(at).map(|origin| (at, origin))
    }

    fn absent(&self, path: &str, record: &Value) -> String {
        let first = path.split('.').next().unwrap_or_default();
        let fields: Vec<&str> = record.as_map().into_iter().flat_map(|map| map.keys().map(Text::as_str)).collect();
        let Absent { walked, step, rest } = record.absent(path);
        let record = format!("{}#{}", self.dataset, self.index);
        if walked.is_empty() {
            let known = fields.iter().copied().chain(self.names.keys().map(Text::as_str));
            let rest = match nearest(first, known) {
                Some(name) => format!("did you mean `{name}`?"),
                None => format!("its fields are {}", quoted_list(fields.iter().copied())),
            };
            return format!("{record} has no `{first}`, and no name of its spec is `{first}`; {rest}");
        }
        format!("{record} has no `{path}`: `{walked}` has no `{step}`; {rest}")
    }
}

/// The key of a section, as origins name it.
fn section_word(section: Option<Section>) -> Option<&'static str> {
    section.map(Section::key)
}
