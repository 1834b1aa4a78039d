//! Which kinds of value a parameter takes.
//!
//! One set serves both times: it accepts or refuses a value, and it refuses a type of which no value would be accepted.

use crate::data::{Type, Value};

/// A set of kinds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kinds(u8);

impl Kinds {
    /// Null.
    pub const NULL: Self = Self(1);
    /// Booleans.
    pub const BOOL: Self = Self(2);
    /// Integers.
    pub const INT: Self = Self(4);
    /// Floats.
    pub const FLOAT: Self = Self(8);
    /// Integers and floats.
    pub const NUMBER: Self = Self(4 | 8);
    /// Text.
    pub const TEXT: Self = Self(16);
    /// Lists.
    pub const LIST: Self = Self(32);
    /// Maps.
    pub const MAP: Self = Self(64);
    /// What may enter text: text, numbers and booleans.
    pub const PRINTED: Self = Self::TEXT.or(Self::NUMBER).or(Self::BOOL);
    /// Every kind.
    pub const ANY: Self = Self(127);

    /// The kinds of either.
    #[must_use]
    pub const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// The kinds that are not of it.
    pub(super) const fn other(self) -> Self {
        Self(Self::ANY.0 & !self.0)
    }

    const fn overlaps(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// Whether it takes this value. Undefined is of no kind.
    #[must_use]
    pub fn takes(self, value: &Value) -> bool {
        let kind = match value {
            Value::Undefined => return false,
            Value::Null => Self::NULL,
            Value::Bool(_) => Self::BOOL,
            Value::Int(_) => Self::INT,
            Value::Float(_) => Self::FLOAT,
            Value::Text(_) => Self::TEXT,
            Value::List(_) => Self::LIST,
            Value::Map(_) => Self::MAP,
        };
        self.overlaps(kind)
    }

    /// Whether it may take a value of this type; a type without values (nothing is known, or an error was reported) fits.
    #[must_use]
    pub fn may_take(self, ty: &Type) -> bool {
        let parts = [
            (ty.null, Self::NULL),
            (ty.yes || ty.no, Self::BOOL),
            (ty.int.is_some(), Self::INT),
            (ty.float, Self::FLOAT),
            (ty.text.is_some(), Self::TEXT),
            (ty.list.is_some(), Self::LIST),
            (ty.map.is_some(), Self::MAP),
        ];
        ty.is_never() || parts.iter().any(|(there, kind)| *there && self.overlaps(*kind))
    }

    /// The kinds in words, for messages and the reference: `text or a list`.
    #[must_use]
    pub fn describe(self) -> String {
        if self == Self::ANY {
            return "any value".to_owned();
        }
        let words = [
            (Self::NULL, "null"),
            (Self::BOOL, "a boolean"),
            (Self::FLOAT, "a number"),
            (Self::TEXT, "text"),
            (Self::LIST, "a list"),
            (Self::MAP, "a map"),
        ];
        let mut words: Vec<&str> = words.iter().filter(|(kind, _)| self.overlaps(*kind)).map(|(_, word)| *word).collect();
        if self.overlaps(Self::INT) && !self.overlaps(Self::FLOAT) {
            words.push("an integer");
        }
        words.join(" or ")
    }
}
