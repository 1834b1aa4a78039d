//! Numbers as JSON Schema sees them.
//!
//! Two numbers are equal when they are the same number, whatever their spelling: `1` is `1.0`, and a float with no fraction is
//! an integer. Comparisons are exact, so that integers beyond 2^53 are told apart.

use std::borrow::Cow;
use std::hash::{Hash, Hasher};

use jsonschema::json::JsonNumber;

use crate::data::number::{write_float_json, write_int};

/// A number of a record.
#[derive(Debug, Clone, Copy)]
pub(super) enum Number {
    /// Written without a fraction.
    Int(i128),
    /// Written with a fraction; always finite.
    Float(f64),
}

impl Number {
    /// The number of a schema; `None` where it is neither a 64-bit integer nor finite.
    pub(super) fn of(number: &serde_json::Number) -> Option<Self> {
        number.as_i128().map(Self::Int).or_else(|| number.as_f64().map(Self::Float))
    }

    #[expect(clippy::cast_precision_loss, reason = "the nearest float is what is asked for")]
    fn nearest_float(self) -> f64 {
        match self {
            Self::Int(number) => number as f64,
            Self::Float(number) => number,
        }
    }
}

impl PartialEq for Number {
    fn eq(&self, other: &Self) -> bool {
        match (*self, *other) {
            (Self::Int(a), Self::Int(b)) => a == b,
            (Self::Float(a), Self::Float(b)) => a == b,
            (Self::Int(whole), Self::Float(float)) | (Self::Float(float), Self::Int(whole)) => whole_of(float) == Some(whole),
        }
    }
}

impl Eq for Number {}

/// Equal numbers have one nearest float, so it is what is hashed.
impl Hash for Number {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let float = self.nearest_float();
        // Zero has two spellings.
        state.write_u64(if float == 0.0 { 0 } else { float.to_bits() });
    }
}

/// The integer that a float is.
#[expect(clippy::cast_possible_truncation, reason = "in range, and without a fraction")]
fn whole_of(float: f64) -> Option<i128> {
    const LIMIT: f64 = 1.7e38;
    (float.fract() == 0.0 && float.abs() < LIMIT).then_some(float as i128)
}

impl JsonNumber for Number {
    fn as_u64(&self) -> Option<u64> {
        match self {
            Self::Int(number) => u64::try_from(*number).ok(),
            Self::Float(_) => None,
        }
    }

    fn as_i64(&self) -> Option<i64> {
        match self {
            Self::Int(number) => i64::try_from(*number).ok(),
            Self::Float(_) => None,
        }
    }

    fn as_f64(&self) -> Option<f64> {
        Some(self.nearest_float())
    }

    fn as_str(&self) -> Cow<'_, str> {
        let mut digits = String::new();
        match self {
            Self::Int(number) => write_int(*number, &mut digits),
            Self::Float(number) => write_float_json(*number, &mut digits),
        }
        Cow::Owned(digits)
    }

    fn to_number(&self) -> Cow<'_, serde_json::Number> {
        let exact = match self {
            Self::Int(number) => serde_json::Number::from_i128(*number),
            Self::Float(_) => None,
        };
        let number = exact.or_else(|| serde_json::Number::from_f64(self.nearest_float()));
        Cow::Owned(number.unwrap_or_else(|| serde_json::Number::from(0)))
    }

    fn is_integer(&self) -> bool {
        match self {
            Self::Int(_) => true,
            Self::Float(number) => number.fract() == 0.0,
        }
    }

    fn is_written_as_integer(&self) -> bool {
        matches!(self, Self::Int(_))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equality_is_exact_across_spellings() {
        assert_eq!(Number::Int(1), Number::Float(1.0));
        assert_eq!(Number::Int(0), Number::Float(-0.0));
        assert_eq!(Number::Int(1 << 53), Number::Float(9_007_199_254_740_992.0));
        assert_ne!(Number::Int((1 << 53) + 1), Number::Float(9_007_199_254_740_992.0));
        assert_ne!(Number::Int(1), Number::Float(1.5));
        assert_ne!(Number::Int(i128::MAX), Number::Float(1.8e38));
    }

    #[test]
    fn integers_keep_all_their_digits() {
        let most = Number::Int(i128::from(u64::MAX));
        assert_eq!(most.as_u64(), Some(u64::MAX));
        assert_eq!(most.as_i64(), None);
        assert_eq!(most.as_str(), "18446744073709551615");
        assert_eq!(most.to_number().as_u64(), Some(u64::MAX));
        assert!(Number::Float(2.0).is_integer() && !Number::Float(2.5).is_integer());
    }
}
