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
use crate::program::{Frame, RecordAt, Shared};
use crate::record::Record;

/// Makes records of one plan.
pub struct Expander<'p> {
    plan: &'p Plan<'p>,
    shared: Shared<'p>,
    cells: Vec<OnceCell<Value>>,
    cache: PlanCache,
    planned: Vec<Value>,
    /// How many attempts all records so far took together.
    pub attempts: u64,
}

impl<'p> Expander<'p> {
    /// A new worker; `plain` evaluates everything by the template engine itself.
    #[must_use]
    pub fn new(plan: &'p Plan<'p>, plain: bool) -> Self {
        let checked = plan.checked;
        let shared =
            Shared { slots: &checked.slots, keys: &plan.keys, engine: &checked.engine, functions: &checked.functions, plain };
        let cells = checked.slots.iter().map(|_| OnceCell::new()).collect();
        Self { plan, shared, cells, cache: PlanCache::default(), planned: Vec::new(), attempts: 0 }
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
        let share = self.plan.share(index, &mut self.cache);
        self.plan.planned(share, &mut self.cache, &mut self.planned);
        for cell in &mut self.cells {
            cell.take();
        }
        let mut at = RecordAt::new(Some(share.choice), share.rank, index);
        let place = || RecordPlace { dataset: self.plan.checked.spec.name.to_string(), index, path: String::new() };
        match settle::settle(&self.plan.checked.settling, &self.shared, &mut self.cells, &mut at, &self.planned) {
            Ok(attempts) => self.attempts += u64::from(attempts),
            Err(fault) => return Err(vec![fault.in_record(place())]),
        }
        let slot = self.plan.checked.record_slot();
        let frame = Frame::new(&self.shared, &self.cells, at, &self.planned);
        match frame.slot(slot) {
            Ok(value) => look(&frame, value)?,
            Err(fault) => return Err(vec![fault.in_record(place())]),
        }
        let value = self.cells.get_mut(slot).and_then(OnceCell::take).unwrap_or_default();
        Ok(Record { index, scenario: share.choice, value })
    }
}
