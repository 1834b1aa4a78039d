//! One dataset as an editor sees it: what is wrong, what its names mean, and what they were in its first records.
//!
//! In: a workspace and the path of a spec. Out: an [`Analysis`], and the diagnostics of every file it reads. What must hold: the
//! diagnostics are those of `dictum check`, but that rules which few records reach are not sought; what takes trials of many
//! records is left out while somebody types (`deep` is false).

use std::collections::BTreeMap;

use crate::build::{piloted, warn_unfit};
use crate::data::{Text, Value};
use crate::diag::{Diagnostic, Diagnostics};
use crate::pipeline;
use crate::pipeline::check::Checked;
use crate::pipeline::expand::Expander;
use crate::pipeline::load::Workspace;
use crate::pipeline::plan::plan;
use crate::pipeline::verify::expectations::Tally;
use crate::program::{Name, Notes};
use crate::source::{SourceId, Sources};

/// Records that are made and verified while somebody types.
const TRIED: u64 = 8;
/// Records that are made and verified when a text is opened or saved.
const TRIED_DEEPLY: u64 = 32;

/// A value that a name had.
#[derive(Debug, Clone)]
pub(super) struct Sample {
    /// The value.
    pub(super) value: Value,
    /// The record and its scenario; `None` for a constant.
    pub(super) record: Option<(u64, Text)>,
}

/// A dataset as it was last understood.
pub(super) struct Analysis {
    /// The texts of that time.
    pub(super) sources: Sources,
    /// What its names mean.
    pub(super) notes: Notes,
    /// Values of its names, from the last time it was sound.
    pub(super) samples: BTreeMap<Text, Sample>,
}

impl Analysis {
    /// The text of a file by its path in the workspace.
    pub(super) fn source(&self, path: &str) -> Option<SourceId> {
        self.sources.iter().find(|(_, source)| source.path() == path).map(|(id, _)| id)
    }

    /// A value that a name had, or the part of one that a path leads to.
    pub(super) fn sample(&self, path: &str) -> Option<(Value, &Sample)> {
        let path = path.strip_prefix("context.").unwrap_or(path);
        if let Some(sample) = self.samples.get(path) {
            return Some((sample.value.clone(), sample));
        }
        let mut heads = path.rmatch_indices('.').map(|(at, _)| at);
        heads.find_map(|at| {
            let sample = self.samples.get(path.get(..at)?)?;
            Some((sample.value.at(path.get(at + 1..)?)?.clone(), sample))
        })
    }
}

/// What became of reading a dataset once more.
pub(super) struct Outcome {
    /// What is wrong.
    pub(super) diagnostics: Diagnostics,
    /// The texts that the diagnostics point into, where no analysis holds them.
    pub(super) sources: Sources,
    /// How it is understood now; `None` where its file does not read.
    pub(super) analysis: Option<Analysis>,
}

/// Reads, checks and tries a dataset. `before` is how it was understood last: of a spec with mistakes it tells what its names
/// were.
pub(super) fn analyse(workspace: &Workspace<'_>, path: &str, deep: bool, before: Option<&Analysis>) -> Outcome {
    let (mut sources, mut diagnostics) = (Sources::default(), Diagnostics::default());
    let Some((mut notes, checked)) = pipeline::noted(workspace, path, &mut sources, &mut diagnostics) else {
        return Outcome { diagnostics: diagnostics.sorted(&sources), sources, analysis: None };
    };
    let samples = match &checked {
        Some(checked) => {
            if deep {
                warn_unfit(checked, &mut diagnostics);
                piloted(workspace, checked, &sources, &mut diagnostics);
            }
            let mut samples = constants(checked);
            tried(checked, if deep { TRIED_DEEPLY } else { TRIED }, &mut samples, &mut diagnostics);
            for used in &checked.used {
                let plan = plan(&used.checked, 0, 0, 1);
                let before = format!("{}.", used.stem);
                sampled(&used.checked, &mut Expander::new(&plan, false), 0, &before, &mut samples);
            }
            samples
        }
        None => {
            remember(&mut notes, before.map_or(&[], |before| &before.notes.names));
            before.map(|before| before.samples.clone()).unwrap_or_default()
        }
    };
    let diagnostics = diagnostics.sorted(&sources);
    Outcome { diagnostics, sources: sources.clone(), analysis: Some(Analysis { sources, notes, samples }) }
}

/// Names that a spec with mistakes has lost, or of which it no longer knows anything.
fn remember(notes: &mut Notes, before: &[Name]) {
    for old in before {
        match notes.names.iter_mut().find(|one| one.name == old.name) {
            Some(name) if name.ty.is_any() => name.ty = old.ty.clone(),
            Some(_) => {}
            // Its place is one of another text.
            None => notes.names.push(Name { given: None, ..old.clone() }),
        }
    }
}

/// The values of facts, parameters and used files.
fn constants(checked: &Checked) -> BTreeMap<Text, Sample> {
    let spec = &checked.spec;
    let facts = spec.facts.iter().map(|(name, fact)| (name.clone(), fact.value.clone()));
    let params = spec.params.iter().map(|(name, param)| (Text::from(format!("params.{name}")), param.value.clone()));
    let stems = spec.stems.iter().map(|(name, stem)| (name.clone(), stem.value.clone()));
    facts.chain(params).chain(stems).map(|(name, value)| (name, Sample { value, record: None })).collect()
}

/// Makes and verifies the first records; keeps for each name its value in the first that has it. What is wrong with many of them
/// is told once.
fn tried(checked: &Checked, most: u64, samples: &mut BTreeMap<Text, Sample>, diagnostics: &mut Diagnostics) {
    let most = most.min(checked.spec.size);
    let plan = plan(checked, 0, 0, most);
    let mut expander = Expander::new(&plan, false);
    let mut tally = Tally::default();
    let mut told = Vec::new();
    for index in 0..most {
        let wrong = pipeline::tried(checked, &mut expander, &mut tally, index).err().unwrap_or_default();
        for one in wrong {
            let place = (one.code, one.primary.as_ref().map(|label| label.span));
            if !told.contains(&place) {
                told.push(place);
                diagnostics.push(one);
            }
        }
        sampled(checked, &mut expander, index, "", samples);
        // The next record is unlikely to tell anything else.
        if !told.is_empty() && index >= TRIED {
            break;
        }
    }
}

/// Keeps the values of a record for the names that have none yet; `before` is what stands before each name.
fn sampled(checked: &Checked, expander: &mut Expander<'_>, index: u64, before: &str, samples: &mut BTreeMap<Text, Sample>) {
    let full = |name: &str| Text::from(format!("{before}{name}"));
    if checked.slots.iter().all(|slot| samples.contains_key(&full(&slot.name))) {
        return;
    }
    let mut found: Vec<(Text, Value)> = Vec::new();
    let made = expander.record(index, |frame, _| {
        for (at, slot) in frame.shared.slots.iter().enumerate() {
            // A name that cannot be computed is told where a record needs it.
            if let Ok(value) = frame.slot(at)
                && !value.is_undefined()
            {
                found.push((full(&slot.name), value.clone()));
            }
        }
        Ok::<(), Vec<Diagnostic>>(())
    });
    let scenario = made.map(|record| Text::from(checked.scenario(record.scenario))).unwrap_or_default();
    for (name, value) in found {
        samples.entry(name).or_insert_with(|| Sample { value, record: Some((index, scenario.clone())) });
    }
}
