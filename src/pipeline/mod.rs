//! The seven stages, in order.
//!
//! `load -> check -> plan -> expand -> verify -> emit -> manifest`: [`sound`] runs the first two for a dataset, [`make`] the
//! middle ones shard by shard on all cores, in order and with bounded memory. The manifest closes a whole build (`build`).

pub mod load;
pub mod check;
pub mod plan;
pub mod expand;
pub mod verify;
pub mod emit;
pub mod manifest;

use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::data::Value;
use crate::diag::{Diagnostic, Diagnostics, codes, quoted_list};
use crate::digest::{Digest, Hasher};
use crate::json;
use crate::ordered::{Pool, ordered};
use crate::program::{Frame, Notes};
use crate::record::Record;
use crate::source::Sources;
use crate::spec::Spec;
use check::Checked;
use emit::output::{Output, Target};
use emit::{Chunk, EmitError};
use expand::Expander;
use load::{Overrides, Seen, Workspace};
use plan::Plan;
use verify::expectations::{Judge, Tally};

/// At most so many wrong records are reported; the first ones say enough.
const MOST_WRONG: usize = 10;

/// Loads and checks one dataset; `None` where there is an error among the diagnostics.
pub fn sound(workspace: &Workspace<'_>, path: &str, sources: &mut Sources, diagnostics: &mut Diagnostics) -> Option<Checked> {
    sound_with(workspace, path, &Overrides::default(), &mut Seen::default(), sources, diagnostics)
}

/// The same with values of this build in the place of the spec's own; `seen` learns which parameters the spec has.
pub fn sound_with(
    workspace: &Workspace<'_>,
    path: &str,
    overrides: &Overrides,
    seen: &mut Seen,
    sources: &mut Sources,
    diagnostics: &mut Diagnostics,
) -> Option<Checked> {
    let errors = diagnostics.counts().0;
    let Some(mut spec) = load::load(workspace, path, sources, diagnostics) else {
        seen.unreadable();
        return None;
    };
    overrides.apply(&mut spec, seen, diagnostics);
    known_formats(&spec, diagnostics);
    let whole = diagnostics.counts().0 == errors;
    check::check(spec, whole, sources, diagnostics)
}

/// Loads and checks one dataset as [`sound`] does; `notes` learns what its names mean, also where there are errors. `None` twice
/// over: the outer one where the file does not read, so that nothing is noted.
pub fn noted(
    workspace: &Workspace<'_>,
    path: &str,
    sources: &mut Sources,
    diagnostics: &mut Diagnostics,
) -> Option<(Notes, Option<Checked>)> {
    let errors = diagnostics.counts().0;
    let spec = load::load(workspace, path, sources, diagnostics)?;
    known_formats(&spec, diagnostics);
    let whole = diagnostics.counts().0 == errors;
    let mut notes = Notes::default();
    let checked = check::check_noting(spec, whole, sources, diagnostics, Some(&mut notes));
    Some((notes, checked))
}

/// Reports formats of profiles that do not exist.
fn known_formats(spec: &Spec, diagnostics: &mut Diagnostics) {
    let all = || emit::FORMATS.iter().map(|format| format.name());
    for (name, span) in spec.profiles.values().flat_map(|profile| profile.formats.iter().flat_map(|(list, _)| list)) {
        if emit::format(name).is_none() {
            let diagnostic = Diagnostic::error(codes::FORMAT_UNKNOWN, *span, format!("there is no format `{name}`"));
            diagnostics.push(diagnostic.suggest(name, all()).hint(format!("there is {}", quoted_list(all()))));
        }
    }
}

/// How records are made.
pub struct Making<'m> {
    /// The threads to make them on.
    pub pool: &'m Pool,
    /// Evaluate everything by the template engine itself.
    pub plain: bool,
    /// Set from outside to stop.
    pub stop: &'m AtomicBool,
}

/// Why records could not be made.
#[derive(Debug)]
pub enum Stopped {
    /// Records were wrong.
    Wrong(Vec<Diagnostic>),
    /// A file could not be written, or a value has no form in a format.
    Emit(EmitError),
    /// Temporary storage failed.
    Storage(std::io::Error),
    /// It was asked to stop.
    Interrupted,
}

/// One shard, made.
struct Shard {
    /// Records that were made; what a view leaves out is not among the written ones.
    made: u64,
    /// Records that are written, by scenario.
    scenarios: Vec<u64>,
    chunks: Vec<Chunk>,
    digests: Vec<Digest>,
    tally: Tally,
    attempts: u64,
}

/// What the records of a dataset came to.
pub struct Made {
    /// SHA-256 over the SHA-256 of each record's canonical JSON, in order.
    pub digest: Digest,
    /// How many attempts all records took together.
    pub attempts: u64,
    /// How many records were written, by scenario: all of them, or those that a view does not leave out.
    pub scenarios: Vec<u64>,
}

impl Made {
    /// How many records were written.
    #[must_use]
    pub fn written(&self) -> u64 {
        self.scenarios.iter().sum()
    }
}

/// Makes every record of a plan: expands, verifies and encodes shard by shard in parallel, and hands the shards in order to the
/// output and the judge.
///
/// # Errors
/// The first shard, in order, that is wrong or cannot be written; whatever was written by then is not to be kept.
pub fn make(
    plan: &Plan<'_>,
    targets: &[Target],
    output: &mut Output,
    judge: &mut Judge<'_>,
    making: &Making<'_>,
    advance: &mut dyn FnMut(u64),
) -> Result<Made, Stopped> {
    let mut hasher = Hasher::default();
    let mut attempts = 0;
    let mut scenarios = vec![0; plan.checked.spec.scenarios.len().max(1)];
    let work = |range: Range<u64>| shard(plan, targets, making, range);
    ordered(making.pool, plan.shards(), work, |made| {
        let made = made?;
        if making.stop.load(Ordering::Relaxed) {
            return Err(Stopped::Interrupted);
        }
        for digest in &made.digests {
            hasher.update(digest.bytes());
        }
        attempts += made.attempts;
        output.write(made.chunks).map_err(Stopped::Emit)?;
        for (all, own) in scenarios.iter_mut().zip(&made.scenarios) {
            *all += own;
        }
        judge.add(made.tally, made.made).map_err(Stopped::Storage)?;
        advance(made.made);
        Ok(())
    })?;
    Ok(Made { digest: hasher.finish(), attempts, scenarios })
}

fn shard(plan: &Plan<'_>, targets: &[Target], making: &Making<'_>, range: Range<u64>) -> Result<Shard, Stopped> {
    let mut expander = Expander::new(plan, making.plain);
    let mut tally = Tally::default();
    let made = range.end - range.start;
    let mut scenarios = vec![0; plan.checked.spec.scenarios.len().max(1)];
    let mut records: Vec<Record> = Vec::with_capacity(usize::try_from(made).unwrap_or(0));
    let mut digests = Vec::with_capacity(records.capacity());
    let mut wrong = Vec::new();
    let mut text = String::new();
    for index in range {
        if making.stop.load(Ordering::Relaxed) {
            return Err(Stopped::Interrupted);
        }
        match shown(plan, &mut expander, &mut tally, index) {
            Ok(None) => {}
            Ok(Some(record)) => {
                if let Some(count) = scenarios.get_mut(record.scenario) {
                    *count += 1;
                }
                text.clear();
                json::write_canonical(record.root(), &mut text);
                digests.push(Digest::of(text.as_bytes()));
                records.push(record);
            }
            Err(found) => {
                wrong.push(found);
                if wrong.len() >= MOST_WRONG {
                    break;
                }
            }
        }
    }
    if !wrong.is_empty() {
        return Err(Stopped::Wrong(gathered(wrong.into_iter().flatten())));
    }
    // A view may leave out a whole shard.
    let chunks = if records.is_empty() { Ok(Vec::new()) } else { emit::output::encode(targets, &records) };
    let chunks = chunks.map_err(Stopped::Emit)?;
    Ok(Shard { made, scenarios, chunks, digests, tally, attempts: expander.attempts })
}

/// One mistake of the spec breaks many records: it is told of the first, with the others named.
fn gathered(wrong: impl Iterator<Item = Diagnostic>) -> Vec<Diagnostic> {
    let mut told: Vec<(Diagnostic, Vec<u64>)> = Vec::new();
    for one in wrong {
        let path = |of: &Diagnostic| of.record.as_ref().map(|record| record.path.clone());
        let span = |of: &Diagnostic| of.primary.as_ref().map(|label| label.span);
        let same = |first: &Diagnostic| first.code == one.code && span(first) == span(&one) && path(first) == path(&one);
        match told.iter_mut().find(|(first, _)| same(first)) {
            Some((_, others)) => others.extend(one.record.map(|record| record.index)),
            None => told.push((one, Vec::new())),
        }
    }
    let tell = |(first, others): (Diagnostic, Vec<u64>)| {
        let list = others.iter().map(u64::to_string).collect::<Vec<_>>().join(", ");
        if list.is_empty() { first } else { first.hint(format!("the same in the records {list}")) }
    };
    told.into_iter().map(tell).collect()
}

/// One record, verified and counted.
///
/// # Errors
/// Everything that is wrong with it.
pub fn record(checked: &Checked, expander: &mut Expander<'_>, tally: &mut Tally, index: u64) -> Result<Record, Vec<Diagnostic>> {
    looked_at(checked, expander, tally, index, |_, _| Ok(()))
}

/// One record, verified and counted, as a plan writes it; `None` where its view leaves it out.
///
/// # Errors
/// Everything that is wrong with it.
pub fn shown(
    plan: &Plan<'_>,
    expander: &mut Expander<'_>,
    tally: &mut Tally,
    index: u64,
) -> Result<Option<Record>, Vec<Diagnostic>> {
    let Some(view) = plan.view else { return record(plan.checked, expander, tally, index).map(Some) };
    let mut shown = None;
    let record = looked_at(plan.checked, expander, tally, index, |frame, value| {
        shown = verify::views::shown(plan.checked, view, frame, value)?;
        Ok(())
    })?;
    Ok(shown.map(|value| Record { value, ..record }))
}

/// One record, verified and counted, that every view of its dataset was tried on.
///
/// # Errors
/// Everything that is wrong with it, or with what a view shows of it.
pub fn tried(checked: &Checked, expander: &mut Expander<'_>, tally: &mut Tally, index: u64) -> Result<Record, Vec<Diagnostic>> {
    looked_at(checked, expander, tally, index, |frame, value| {
        let shown = checked.views.iter().map(|view| verify::views::shown(checked, view, frame, value));
        let wrong: Vec<Diagnostic> = shown.filter_map(Result::err).flatten().collect();
        if wrong.is_empty() { Ok(()) } else { Err(wrong) }
    })
}

fn looked_at(
    checked: &Checked,
    expander: &mut Expander<'_>,
    tally: &mut Tally,
    index: u64,
    look: impl FnOnce(&Frame<'_>, &Value) -> Result<(), Vec<Diagnostic>>,
) -> Result<Record, Vec<Diagnostic>> {
    expander.record(index, |frame, value| {
        verify::verify(checked, frame, value)?;
        tally.count(checked, frame).map_err(|fault| vec![*fault])?;
        look(frame, value)
    })
}
