//! One watch: compiles what is stale, shows how its sample moved, and catches up with the first 1,000 records when there is time.
//!
//! In: word that the disk may have changed. Out: events on the screen. What must hold: the sample comes first; whatever takes longer
//! is given up as soon as something else changed, and taken up again afterwards.

use std::collections::{BTreeMap, VecDeque};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::event::{Compared, Event, Phase, Told};
use super::screen::Screen;
use super::{Args, LOOK, POLL, SAMPLES, SAMPLES_OF_MANY};
use crate::build::piloted;
use crate::cli::progress::Stopwatch;
use crate::diag::Diagnostics;
use crate::ordered::Pool;
use crate::pipeline::check::Checked;
use crate::pipeline::load::Workspace;
use crate::source::Sources;
use crate::watch::{Change, Compiled, Halt, Notices, Records, Session, Stale, compare, records};

/// Records that shares are counted over.
const COUNTED: u64 = 1000;

/// A watch and what it knows.
pub(super) struct Watch<'w> {
    workspace: &'w Workspace<'w>,
    session: Session<'w>,
    notices: Notices,
    pool: Pool,
    screen: &'w Screen,
    stop: &'w AtomicBool,
    clock: Stopwatch,
    samples: Option<u64>,
    /// The records of the last good compile, by dataset.
    good: BTreeMap<String, Records>,
    /// What was last told to be wrong, by dataset; `None` for the list of datasets.
    wrong: BTreeMap<Option<String>, String>,
    /// Datasets whose samples were told and whose other records were not yet.
    behind: VecDeque<Behind>,
    pages: Pages,
}

/// A sound dataset of which more is to be told.
struct Behind {
    dataset: String,
    checked: Checked,
    sources: Sources,
    /// When its change was noticed.
    first: Duration,
}

/// What the key for the next records shows.
#[derive(Default)]
struct Pages {
    dataset: String,
    changed: Vec<Change>,
    shown: usize,
}

impl<'w> Watch<'w> {
    pub(super) fn new(
        workspace: &'w Workspace<'w>,
        args: &Args,
        notices: Notices,
        pool: Pool,
        screen: &'w Screen,
        stop: &'w AtomicBool,
        clock: Stopwatch,
    ) -> Self {
        Self {
            workspace,
            session: Session::new(workspace, args.datasets.clone()),
            notices,
            pool,
            screen,
            stop,
            clock,
            samples: args.count,
            good: BTreeMap::new(),
            wrong: BTreeMap::new(),
            behind: VecDeque::new(),
            pages: Pages::default(),
        }
    }

    /// Whether a signal asked to end.
    pub(super) fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    /// Whether the disk is another one than at the last turn.
    pub(super) fn is_stale(&self) -> bool {
        self.session.is_stale()
    }

    /// Whether there is more to tell of a dataset.
    pub(super) fn is_behind(&self) -> bool {
        !self.behind.is_empty()
    }

    /// How long not to look at the disk without being told to.
    pub(super) fn pause(&self) -> Duration {
        if self.notices.is_notified() { LOOK } else { POLL }
    }

    /// Takes everything for changed.
    pub(super) fn forget(&mut self) {
        self.session.forget();
        self.wrong.clear();
    }

    /// Tells what is watched, once.
    pub(super) fn begin(&self) {
        let (datasets, paths) = (self.session.datasets(), self.session.looks().len());
        self.screen.tell(&Event::Watching { datasets, paths, notified: self.notices.is_notified() });
    }

    /// Looks at the disk, and compiles what a change touches; `first` is when the change was noticed.
    pub(super) fn turn(&mut self, first: Duration) {
        let touched = self.notices.take();
        let found = self.session.find(&touched);
        if let Some(diagnostics) = found.listing {
            self.listed(diagnostics, first);
        }
        for dataset in found.gone {
            // Its records are kept: a file that is being written is empty for a moment, and may come back.
            self.behind.retain(|one| one.dataset != dataset);
            self.wrong.remove(&Some(dataset.clone()));
            self.screen.tell(&Event::Gone { dataset });
        }
        for stale in &found.stale {
            if self.is_stopped() {
                return;
            }
            if let Some(compiled) = self.session.compile(&stale.dataset) {
                self.compiled(stale, compiled, first);
            }
        }
        self.notices.watch(&self.session.looks(), &self.workspace.root, self.workspace.world);
        if let Some(why) = self.notices.take_refusal() {
            self.screen.tell(&Event::Polling { why });
        }
    }

    fn listed(&mut self, diagnostics: Diagnostics, first: Duration) {
        if diagnostics.has_errors() {
            self.failed(None, Phase::Datasets, Sources::default(), diagnostics, first, false);
        } else {
            self.wrong.remove(&None);
        }
    }

    fn compiled(&mut self, stale: &Stale, compiled: Compiled, first: Duration) {
        let dataset = &stale.dataset;
        self.behind.retain(|one| one.dataset != *dataset);
        let Compiled { sources, diagnostics, checked } = compiled;
        let again = stale.by_file;
        let Some(checked) = checked else {
            return self.failed(Some(dataset), Phase::Check, sources, diagnostics, first, again);
        };
        let wanted = self.samples.unwrap_or(if self.session.datasets().len() == 1 { SAMPLES } else { SAMPLES_OF_MANY });
        let stop = self.stop;
        let sample = match records(&checked, wanted, &self.pool, &|| stop.load(Ordering::Relaxed)) {
            Ok(sample) => sample,
            Err(Halt::Stopped) => return,
            Err(Halt::Wrong(wrong)) => {
                return self.failed(Some(dataset), Phase::Records, sources, wrong.into_iter().collect(), first, again);
            }
        };
        self.wrong.remove(&Some(dataset.clone()));
        let told = Told::new(sources.clone(), diagnostics);
        self.screen.tell(&Event::Compiled {
            dataset: dataset.clone(),
            because: stale.because.clone(),
            diagnostics: told,
            milliseconds: self.since(first),
        });
        if let Some(before) = self.good.get(dataset) {
            let comparison = compare(&before.first(wanted), &sample);
            if !comparison.changed.is_empty() {
                let event = Event::Changed {
                    dataset: dataset.clone(),
                    sampled: comparison.before.max(comparison.after),
                    fields: comparison.fields,
                    records: comparison.changed,
                    milliseconds: self.since(first),
                };
                self.screen.tell(&event);
            }
        }
        self.behind.push_back(Behind { dataset: dataset.clone(), checked, sources, first });
    }

    /// Tells the rest of one dataset, unless something happens on the way.
    pub(super) fn catch_up(&mut self) {
        let Some(one) = self.behind.pop_front() else { return };
        let (stop, pending) = (self.stop, self.notices.pending());
        let stop = move || stop.load(Ordering::Relaxed) || pending();
        let after = match records(&one.checked, COUNTED, &self.pool, &stop) {
            Ok(after) => after,
            Err(Halt::Stopped) => return self.behind.push_front(one),
            Err(Halt::Wrong(wrong)) => {
                let diagnostics = wrong.into_iter().collect();
                return self.failed(Some(&one.dataset), Phase::Records, one.sources, diagnostics, one.first, true);
            }
        };
        let comparison = self.good.get(&one.dataset).map(|before| compare(before, &after));
        let changed = comparison.as_ref().map_or_else(Vec::new, |comparison| comparison.changed.clone());
        let milliseconds = self.since(one.first);
        let (dataset, count) = (one.dataset.clone(), after.made.len() as u64);
        self.screen.tell(&Event::Verified { dataset, records: count, comparison: comparison.map(Compared), milliseconds });
        self.pages = Pages { dataset: one.dataset.clone(), changed, shown: 0 };
        let mut diagnostics = Diagnostics::default();
        piloted(self.workspace, &one.checked, &one.sources, &mut diagnostics);
        if diagnostics.has_errors() {
            return self.failed(Some(&one.dataset), Phase::Pilot, one.sources, diagnostics, one.first, true);
        }
        if !diagnostics.is_empty() {
            let (dataset, milliseconds) = (one.dataset.clone(), self.since(one.first));
            self.screen.tell(&Event::Warned { dataset, diagnostics: Told::new(one.sources, diagnostics), milliseconds });
        }
        self.good.insert(one.dataset, after);
    }

    /// Tells what is wrong; not `again` what was told already and no file changed since.
    fn failed(
        &mut self,
        dataset: Option<&String>,
        phase: Phase,
        sources: Sources,
        diagnostics: Diagnostics,
        first: Duration,
        again: bool,
    ) {
        let told = Told::new(sources, diagnostics);
        let text = told.text();
        if self.wrong.insert(dataset.cloned(), text.clone()).is_some_and(|known| known == text && !again) {
            return;
        }
        let keeps = dataset.is_some_and(|dataset| self.good.contains_key(dataset));
        let milliseconds = self.since(first);
        self.screen.tell(&Event::Failed { dataset: dataset.cloned(), phase, keeps, diagnostics: told, milliseconds });
    }

    /// Shows the next records that changed; where none did, the next records.
    pub(super) fn next(&mut self) {
        let wanted = usize::try_from(self.samples.unwrap_or(SAMPLES)).unwrap_or(1);
        let Pages { dataset, changed, shown } = &mut self.pages;
        let Some(good) = self.good.get(dataset.as_str()) else { return self.screen.say("no records yet") };
        let of = if changed.is_empty() { good.made.len() } else { changed.len() };
        if *shown >= of {
            *shown = 0;
        }
        let from = *shown;
        *shown = (from + wanted).min(of);
        self.screen.say(&super::page::position(dataset, from, *shown, of, !changed.is_empty()));
        if changed.is_empty() {
            self.screen.show_records(dataset, good.made.get(from..*shown).unwrap_or_default());
        } else {
            self.screen.show_changes(dataset, changed.get(from..*shown).unwrap_or_default());
        }
    }

    fn since(&self, first: Duration) -> f64 {
        let micros = self.clock.elapsed().saturating_sub(first).as_micros();
        // A tenth of a millisecond says enough.
        f64::from(u32::try_from(micros / 100).unwrap_or(u32::MAX)) / 10.0
    }
}
