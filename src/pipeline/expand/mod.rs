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
}

impl<'p> Expander<'p> {
    /// A new worker; `plain` evaluates everything by the template engine itself.
    #[must_use]
    pub fn new(plan: &'p Plan<'p>, plain: bool) -> Self {
        let checked = plan.checked;
        let shared =
            Shared { slots: &checked.slots, keys: &plan.keys, engine: &checked.engine, functions: &checked.functions, plain };
        let cells = checked.slots.iter().map(|_| OnceCell::new()).collect();
        Self { plan, shared, cells, cache: QuotaCache::default() }
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
        for cell in &mut self.cells {
            cell.take();
        }
        let slot = self.plan.checked.record_slot();
        let at = RecordAt::new(Some(share.choice), share.rank, index);
        let frame = Frame::new(&self.shared, &self.cells, at, &[]);
        let place = || RecordPlace { dataset: self.plan.checked.spec.name.to_string(), index, path: String::new() };
        match frame.slot(slot) {
            Ok(value) => look(&frame, value)?,
            Err(fault) => return Err(vec![fault.in_record(place())]),
        }
        let value = self.cells.get_mut(slot).and_then(OnceCell::take).unwrap_or_default();
        Ok(Record { index, scenario: share.choice, value })
    }
}
