//! What is known of a value that is made from itself: the value that a `fold` carries.

use super::lower::Lower;
use crate::data::Type;

/// Rounds in which the type may still come to rest by itself, and after which whatever still grows is taken as unbounded.
const JOINED: usize = 3;
/// Rounds after which nothing is known any more: a value that nests deeper each time never comes to rest.
const WIDENED: usize = 8;

impl Lower<'_> {
    /// Lowers a step that makes a value from the one before, again and again, until its type holds what it starts as and all
    /// that the step makes of it; gives the last lowering and that type. Only what the last one finds wrong is reported: what is
    /// wrong with the first value alone may well be right for all (`best.cost if best else 0`, which starts as null).
    pub fn settled<T>(&mut self, start: &Type, mut step: impl FnMut(&mut Self, &Type) -> (T, Type)) -> (T, Type) {
        let around = self.tentative;
        let mut known = start.clone();
        let mut round = 0;
        loop {
            let mark = self.mark();
            let errors = self.diagnostics.counts().0;
            self.tentative = true;
            let (lowered, made) = step(self, &known);
            self.tentative = around;
            if self.wanted.is_some() {
                return (lowered, known);
            }
            let joined = known.clone().join(&made);
            let next = match round {
                _ if joined == known => joined,
                0..JOINED => joined,
                JOINED..WIDENED => joined.widened(&known),
                _ => Type::any(),
            };
            if next != known {
                self.reset(mark);
                known = next;
                round += 1;
            } else if self.diagnostics.counts().0 == errors {
                return (lowered, known);
            } else {
                self.reset(mark);
                return (step(self, &known).0, known);
            }
        }
    }

    /// The type of an expression in which something is wrong: while the type of a carried value is still sought, none at all, so
    /// that a mistake does not hide what is known.
    pub(super) fn despite(&self, errors: usize, ty: Type) -> Type {
        if self.tentative && ty.is_any() && self.diagnostics.counts().0 > errors { Type::never() } else { ty }
    }
}
