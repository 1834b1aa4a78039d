//! Which draws an aim or a requirement depends on, and what changes when they are drawn anew.

use std::collections::BTreeSet;

use super::Op;
use super::lower::{Lower, Purpose};
use super::text::ExprText;
use crate::data::Text;

impl Lower<'_> {
    /// Whether a slot is drawn.
    #[must_use]
    pub fn is_drawn(&self, at: usize) -> bool {
        self.slots.get(at).is_some_and(|slot| slot.drawn)
    }

    /// The draws that a slot depends on, itself or through others.
    pub fn drawn_below(&mut self, at: usize) -> BTreeSet<usize> {
        let reads = self.entry(at).map(|known| known.reads).unwrap_or_default();
        reads.into_iter().filter(|at| self.is_drawn(*at)).collect()
    }

    /// Lowers something on its own and gives the slots that it reads, itself or through others.
    pub fn reads_of<T>(&mut self, lower: impl FnOnce(&mut Self) -> T) -> (T, BTreeSet<usize>) {
        let before = std::mem::take(&mut self.reads);
        let result = lower(self);
        let reads = std::mem::replace(&mut self.reads, before);
        self.reads.extend(&reads);
        (result, reads)
    }

    /// Lowers a condition that records are drawn anew for, in one scenario or in all; gives the slots that it reads, too.
    pub fn requirement(&mut self, scenario: Option<&Text>, that: &ExprText) -> (Box<dyn Op>, BTreeSet<usize>) {
        let (lowered, _) = self.apart(Purpose::Requirement, &["require"], |cx| {
            let demand = |cx: &mut Self| cx.demands(that, "this condition can never hold").op;
            let op = match scenario {
                Some(name) => cx.only_in(name, demand),
                None => demand(cx),
            };
            (op, std::mem::take(&mut cx.reads))
        });
        lowered
    }

    /// Notes which slots are drawn anew with each attempt; gives all that change with them, themselves included.
    pub fn redraw(&mut self, redrawn: &BTreeSet<usize>) -> Vec<usize> {
        for at in redrawn {
            if let Some(slot) = self.slots.get_mut(*at) {
                slot.redrawn = true;
            }
        }
        let changes = |cx: &mut Self, at: usize| {
            redrawn.contains(&at) || cx.entry(at).is_some_and(|known| !known.reads.is_disjoint(redrawn))
        };
        (0..self.world.entries.len()).filter(|at| changes(self, *at)).collect()
    }
}
