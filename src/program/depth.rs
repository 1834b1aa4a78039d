//! How deep values may need one another: what is lowered and computed by recursion fits any stack.

use super::lower::Lower;
use crate::diag::{Diagnostic, codes};
use crate::source::Span;

/// Levels below the outermost expression that a value may need: what is lowered and computed by recursion fits any stack.
const DEEPEST: usize = 700;
/// How many levels a name or function counts for, besides its expressions.
pub(super) const LINK: usize = 4;

/// How deep lowering is.
#[derive(Default)]
pub(super) struct Depth {
    /// Levels from the outermost entry to here.
    pub(super) here: usize,
    /// Levels from the outermost entry to the one that is being lowered.
    pub(super) entry: usize,
    /// The most levels found below that one.
    pub(super) below: usize,
    /// Whether too many were reported: every reader of the same chain would find them again.
    pub(super) reported: bool,
}

impl Lower<'_> {
    /// Lowers something some levels further down; `None`, and a diagnostic, where that is too deep.
    pub(super) fn deeper<T>(&mut self, levels: usize, span: Span, lower: impl FnOnce(&mut Self) -> T) -> Option<T> {
        if !self.reaches(levels, span) {
            return None;
        }
        self.depth.here += levels;
        let result = lower(self);
        self.depth.here -= levels;
        Some(result)
    }

    /// Notes that something read here has so many levels below it; `false`, and a diagnostic, where that is too deep.
    pub(super) fn reaches(&mut self, levels: usize, span: Span) -> bool {
        let whole = self.depth.here - self.depth.entry + levels;
        let fits = self.depth.here + levels <= DEEPEST && whole <= DEEPEST;
        if fits {
            self.depth.below = self.depth.below.max(whole);
        } else if !self.depth.reported {
            self.depth.reported = true;
            let message = "this needs names that need names, through too many levels";
            self.report(
                Diagnostic::error(codes::TOO_DEEP, span, message).hint("compute over a list: `each` with a filter or function"),
            );
        }
        fits
    }
}
