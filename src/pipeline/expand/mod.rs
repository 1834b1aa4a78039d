//! expand: [`Plan`] and an index to a record.
//!
//! One [`Expander`] a worker; it reuses its cells from record to record. The record and everything it was computed from can be
//! looked at while the frame is alive: that is when `verify` looks.

use std::cell::OnceCell;

use super::plan::Plan;
use crate::data::Value;
use crate::diag::{Diagnostic, RecordPlace};
use crate::program::{Frame, RecordAt, Shared};
use crate::random::QuotaCache;
use crate::record::Record;

/// Makes records of one plan.
pub struct Expander<'p> {
    plan: &'p Plan<'p>,
    shared: Shared<'p>,
    cells: Vec<OnceCell<Value>>,
    cache: QuotaCache,
    /// The record that is being made.
    at: RecordAt,
    /// The used datasets, whose records of the same index are made as far as they are read.
    used: Vec<Expander<'p>>,
}

impl<'p> Expander<'p> {
    /// A new worker; `plain` evaluates everything by the template engine itself.
    #[must_use]
    pub fn new(plan: &'p Plan<'p>, plain: bool) -> Self {
        let checked = plan.checked;
        let shared =
            Shared { slots: &checked.slots, keys: &plan.keys, engine: &checked.engine, functions: &checked.functions, plain };
        let cells = checked.slots.iter().map(|_| OnceCell::new()).collect();
        let used = plan.used.iter().map(|one| Expander::new(one, plain)).collect();
        Self { plan, shared, cells, cache: QuotaCache::default(), at: RecordAt::new(None, 0, 0), used }
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
        let scenario = self.begin(index);
        let slot = self.plan.checked.record_slot();
        let place = || RecordPlace { dataset: self.plan.checked.spec.name.to_string(), index, path: String::new() };
        let mut look = Some(look);
        frames(&self.used, &[], &mut |used| {
            let frame = Frame::new(&self.shared, &self.cells, self.at, &[]).using(used);
            match (frame.slot(slot), look.take()) {
                (Ok(value), Some(look)) => look(&frame, value),
                (Ok(_), None) => Ok(()),
                (Err(fault), _) => Err(vec![fault.in_record(place())]),
            }
        })?;
        let value = self.cells.get_mut(slot).and_then(OnceCell::take).unwrap_or_default();
        Ok(Record { index, scenario, value })
    }

    /// Turns to the record of an index, with those of the used datasets; gives its scenario.
    fn begin(&mut self, index: u64) -> usize {
        for used in &mut self.used {
            used.begin(index);
        }
        for cell in &mut self.cells {
            cell.take();
        }
        let share = self.plan.share(index, &mut self.cache);
        self.at = RecordAt::new(Some(share.choice), share.rank, index);
        share.choice
    }
}

/// Shows the frames of used datasets, after those in `before`, to `look`: each stands on the frames of what it uses itself.
fn frames<R>(used: &[Expander<'_>], before: &[Frame<'_>], look: &mut dyn FnMut(&[Frame<'_>]) -> R) -> R {
    let Some((first, rest)) = used.split_first() else { return look(before) };
    frames(&first.used, &[], &mut |inner| {
        let frame = Frame::new(&first.shared, &first.cells, first.at, &[]).using(inner);
        frames(rest, &[before, &[frame]].concat(), look)
    })
}
