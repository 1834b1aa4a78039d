//! What a place of a spec takes: whether forms draw, word or compute there.

use crate::diag::{Code, codes};

/// What a place of a spec takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Position {
    /// `context` and `draw`: forms that draw; a list is a uniform pick.
    Draw,
    /// `say`: wording; a list are alternatives.
    Say,
    /// `derive`, functions, records: forms that compute; a list is a list.
    Pure,
    /// `views`: forms that compute, of a record that is already made.
    View,
}

impl Position {
    /// Whether forms compute here, and nothing is drawn or worded.
    #[must_use]
    pub fn computes(self) -> bool {
        matches!(self, Self::Pure | Self::View)
    }

    /// What stands here, for messages.
    #[must_use]
    pub fn what(self) -> &'static str {
        match self {
            Self::Draw => "a draw",
            Self::Say => "wording",
            Self::Pure => "what is computed",
            Self::View => "a view",
        }
    }

    /// The code of a draw that stands here, where keys carry a `$` or do not.
    #[must_use]
    pub(super) fn drawn(self, dollar: bool) -> Code {
        if dollar && self != Self::View { codes::DRAWN_LABEL } else { codes::WRONG_POSITION }
    }
}
