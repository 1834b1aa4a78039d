//! What stands in for a form that did not parse: any value, so that its name is known and its mistake is reported once.

use crate::program::{Form, Lower, Lowered};
use crate::source::Span;

struct Refused(Span);

/// A form in the place of one that was refused.
#[must_use]
pub fn refused(span: Span) -> Box<dyn Form> {
    Box::new(Refused(span))
}

impl Form for Refused {
    fn span(&self) -> Span {
        self.0
    }

    fn lower(&self, _: &mut Lower<'_>) -> Lowered {
        Lowered::refused()
    }

    fn draws(&self) -> bool {
        false
    }
}
