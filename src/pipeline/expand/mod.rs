//! expand: [`Plan`] and an index to a record.
//!
//! One [`Expander`] a worker; it reuses its cells from record to record. A record is drawn anew, attempt by addressed attempt,
//! until it meets its planned labels and requirements (`settle`). The record and everything it was computed from can be looked
//! at while the frame is alive: that is when `verify` looks.

mod settle;

use std::cell::OnceCell;

use super::plan::{Plan, PlanCache};
use crate::data::Value;
use crate::diag::{Diagnostic, RecordPlace};
use crate::program::{Fault, Frame, RecordAt, Shared};
use crate::record::Record;
use settle::Around;

/// Makes records of one plan.
pub struct Expander<'p> {
    plan: &'p Plan<'p>,
    shared: Shared<'p>,
    cells: Vec<OnceCell<Value>>,
    cache: PlanCache,
    planned: Vec<Value>,
    /// The record that is being made.
    at: RecordAt,
    /// The used datasets, whose records of the same index are made as far as they are read.
    used: Vec<Expander<'p>>,
    /// How many attempts all records so far took together.
    pub attempts: u64,
}

impl<'p> Expander<'p> {
    /// A new worker; `plain` evaluates everything by the template engine itself.
    #[must_use]
    pub fn new(plan: &'p Plan<'p>, plain: bool) -> Self {
        let checked = plan.checked;
        let shared = Shared { seed: plan.seed, ..checked.shared(&plan.keys, plain) };
        let cells = checked.slots.iter().map(|_| OnceCell::new()).collect();
        let used = plan.used.iter().map(|one| Expander::new(one, plain)).collect();
        let at = RecordAt::new(None, 0, 0);
        Self { plan, shared, cells, cache: PlanCache::default(), planned: Vec::new(), at, used, attempts: 0 }
    }

    /// Makes the record of an index, shows it to `look` together with what it was made from, and gives it away.
    ///
    /// # Errors
    /// What could not be evaluated, or what `look` found, with the record's place.
    pub fn record(
        &mut self,
        index: u64,
        look: impl FnOnce(&Frame<'_>, &Value) -> Result<(), Vec<Diagnostic>>,
    ) -> Result<Record, Vec<Diagnostic>> {
        let scenario = self.begin(index).map_err(|fault| vec![*fault])?;
        let slot = self.plan.checked.record_slot();
        let place = || self.place(index);
        let mut look = Some(look);
        frames(&self.used, &[], &mut |used| {
            let frame = Frame::new(&self.shared, &self.cells, self.at, &self.planned).using(used);
            match (frame.slot(slot), look.take()) {
                (Ok(value), Some(look)) => look(&frame, value),
                (Ok(_), None) => Ok(()),
                (Err(fault), _) => Err(vec![fault.in_record(place())]),
            }
        })?;
        let value = self.cells.get_mut(slot).and_then(OnceCell::take).unwrap_or_default();
        Ok(Record { index, scenario, value })
    }

    /// Turns to the record of an index and settles it, those of the used datasets first; gives its scenario.
    fn begin(&mut self, index: u64) -> Result<usize, Fault> {
        for used in &mut self.used {
            used.begin(index)?;
        }
        for cell in &mut self.cells {
            cell.take();
        }
        let share = self.plan.share(index, &mut self.cache);
        self.plan.planned(share, &mut self.cache, &mut self.planned);
        self.at = RecordAt::new(Some(share.choice), share.rank, index);
        let checked = self.plan.checked;
        let (scenario, cells, at) = (checked.scenario(share.choice), &mut self.cells, &mut self.at);
        let settled = frames(&self.used, &[], &mut |used| {
            let around = Around { shared: &self.shared, scenario, planned: &self.planned, used };
            settle::settle(&checked.settling, &around, cells, at)
        });
        match settled {
            Ok(attempts) => self.attempts += u64::from(attempts),
            Err(fault) => return Err(Box::new(fault.in_record(self.place(index)))),
        }
        Ok(share.choice)
    }

    fn place(&self, index: u64) -> RecordPlace {
        RecordPlace { dataset: self.plan.checked.spec.name.to_string(), index, path: String::new() }
    }
}

/// Shows the frames of used datasets, after those in `before`, to `look`: each stands on the frames of what it uses itself.
fn frames<R>(used: &[Expander<'_>], before: &[Frame<'_>], look: &mut dyn FnMut(&[Frame<'_>]) -> R) -> R {
    let Some((first, rest)) = used.split_first() else { return look(before) };
    frames(&first.used, &[], &mut |inner| {
        let frame = Frame::new(&first.shared, &first.cells, first.at, &first.planned).using(inner);
        frames(rest, &[before, &[frame]].concat(), look)
    })
}
