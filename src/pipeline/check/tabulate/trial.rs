//! Terms that are tried together.
//!
//! In: a site, the terms that are asked, and rows before it. Out: a [`Trial`], as many of them as one grid holds. What does not
//! fit is left out, so that more combinations count as reached than there are, never fewer.

use std::collections::BTreeSet;

use super::grid::{Grid, Ground};
use crate::data::Value;
use crate::program::{Answer, Env, Fault, Frame, Probe, Site, SiteRow, Term, owned};

/// Terms, and the grid that they are tried on.
pub(super) struct Trial<'s> {
    /// What holds around the site.
    pub(super) assumed: Vec<&'s Term>,
    /// What is asked.
    pub(super) asked: Vec<&'s Term>,
    /// The rows before the site that are known whole.
    pub(super) before: Vec<&'s SiteRow>,
    /// The combinations of what all these read.
    pub(super) grid: Grid,
}

impl<'s> Trial<'s> {
    /// The trial of `asked`; `None` where nothing of it can be tried.
    pub(super) fn new(
        ground: &Ground<'_>,
        site: &'s Site,
        asked: &'s [Term],
        before: impl IntoIterator<Item = &'s SiteRow>,
    ) -> Option<Self> {
        let mut widening = Widening { ground, live: &site.live, probes: Vec::new(), grid: None };
        let some = asked.iter().filter(|term| widening.take(&[*term])).collect::<Vec<_>>();
        if some.is_empty() && !asked.is_empty() {
            return None;
        }
        let assumed = site.assumed.iter().filter(|term| widening.take(&[*term])).collect();
        let whole = |row: &&'s SiteRow| row.whole && widening.take(&row.terms.iter().collect::<Vec<_>>());
        let before = before.into_iter().filter(whole).collect();
        Some(Self { assumed, asked: some, before, grid: widening.grid? })
    }

    /// The slots that the asked terms read.
    pub(super) fn reads(&self) -> BTreeSet<usize> {
        self.asked.iter().flat_map(|term| term.probe.reads.iter().copied()).collect()
    }

    /// What was tried, in words.
    pub(super) fn describe(&self, ground: &Ground<'_>) -> String {
        if self.grid.varies() { self.grid.describe(ground) } else { "what is read, which never varies".to_owned() }
    }
}

/// A grid that grows by the terms that fit.
struct Widening<'g, 's> {
    ground: &'g Ground<'g>,
    live: &'g [bool],
    probes: Vec<&'s Probe>,
    grid: Option<Grid>,
}

impl<'s> Widening<'_, 's> {
    /// Takes terms in, all or none.
    fn take(&mut self, terms: &[&'s Term]) -> bool {
        if self.grid.as_ref().is_some_and(|grid| terms.iter().all(|term| grid.covers(&term.probe))) {
            return true;
        }
        let before = self.probes.len();
        self.probes.extend(terms.iter().map(|term| &term.probe));
        match Grid::over(self.ground, self.live, self.probes.iter().copied()) {
            Some(grid) => {
                self.grid = Some(grid);
                true
            }
            None => {
                self.probes.truncate(before);
                false
            }
        }
    }
}

/// Whether terms come out as they must, asked in order until one does not.
///
/// # Errors
/// The fault of a term.
pub(super) fn all<'t>(terms: impl IntoIterator<Item = &'t Term>, frame: &Frame<'_>) -> Result<bool, Fault> {
    for term in terms {
        let value = owned(&term.probe.code, &Env::root(frame))?;
        let holds = match &term.answer {
            Answer::Yes => value.is_true(),
            Answer::No => !value.is_true(),
            Answer::Equal(wanted) => Value::equals(wanted, &value),
        };
        if !holds {
            return Ok(false);
        }
    }
    Ok(true)
}
