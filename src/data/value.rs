//! One value: what expressions compute with and records are made of.

use std::borrow::Cow;
use std::sync::Arc;

use compact_str::CompactString;

use super::map::Map;

/// Short text held in place (up to 24 bytes), longer text on the heap.
pub type Text = CompactString;

/// The elements of a list.
pub type List = Vec<Value>;

/// A value of the language.
///
/// Integers are 128 bits wide inside so that arithmetic cannot wrap unseen; records may hold only what fits 64 bits.
/// Floats are always finite. `Undefined` is what an absent name reads as; it never enters a list, a map or a record.
// The tag fills a word: values are moved in whole words, and a word that was written in pieces is slow to read.
#[derive(Debug, Clone, Default)]
#[repr(u64)]
pub enum Value {
    /// Absent: not a value, and not null.
    #[default]
    Undefined,
    /// JSON's null.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A whole number.
    Int(i128),
    /// A finite binary64 number.
    Float(f64),
    /// Text.
    Text(Text),
    /// A list, shared.
    List(Arc<List>),
    /// A map from text in insertion order, shared.
    Map(Arc<Map>),
}

impl Value {
    /// A text value.
    #[must_use]
    pub fn text(text: impl AsRef<str>) -> Self {
        Self::Text(Text::from(text.as_ref()))
    }

    /// A list value.
    #[must_use]
    pub fn list(items: impl IntoIterator<Item = Self>) -> Self {
        Self::List(Arc::new(items.into_iter().collect()))
    }

    /// A map value; of two equal keys the last stays.
    #[must_use]
    pub fn map(entries: impl IntoIterator<Item = (Text, Self)>) -> Self {
        Self::Map(Arc::new(entries.into_iter().collect()))
    }

    /// Whether it is absent.
    #[must_use]
    pub fn is_undefined(&self) -> bool {
        matches!(self, Self::Undefined)
    }

    /// The truth of a value, as in templates: empty, zero, null and absent are false.
    #[must_use]
    pub fn is_true(&self) -> bool {
        match self {
            Self::Undefined | Self::Null => false,
            Self::Bool(truth) => *truth,
            Self::Int(number) => *number != 0,
            Self::Float(number) => *number != 0.0,
            Self::Text(text) => !text.is_empty(),
            Self::List(items) => !items.is_empty(),
            Self::Map(map) => !map.is_empty(),
        }
    }

    /// The kind in a word, for messages.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Undefined => "undefined",
            Self::Null => "null",
            Self::Bool(_) => "a boolean",
            Self::Int(_) => "an integer",
            Self::Float(_) => "a number",
            Self::Text(_) => "text",
            Self::List(_) => "a list",
            Self::Map(_) => "a map",
        }
    }

    /// The text inside, if it is text.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The integer inside, if it is one.
    #[must_use]
    pub fn as_int(&self) -> Option<i128> {
        match self {
            Self::Int(number) => Some(*number),
            _ => None,
        }
    }

    /// The number inside as a float, if it is a number. Integers beyond 2^53 are rounded.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "documented: the nearest float is what arithmetic with floats uses")]
    pub fn as_float(&self) -> Option<f64> {
        match self {
            Self::Int(number) => Some(*number as f64),
            Self::Float(number) => Some(*number),
            _ => None,
        }
    }

    /// The elements, if it is a list.
    #[must_use]
    pub fn as_list(&self) -> Option<&[Self]> {
        match self {
            Self::List(items) => Some(items),
            _ => None,
        }
    }

    /// The entries, if it is a map.
    #[must_use]
    pub fn as_map(&self) -> Option<&Map> {
        match self {
            Self::Map(map) => Some(map),
            _ => None,
        }
    }

    /// What stands at a path of keys and indices written in dots, such as `input.context.role` or `votes.0`.
    #[must_use]
    pub fn at(&self, path: &str) -> Option<&Self> {
        // Most paths are one key.
        if let Self::Map(map) = self
            && let Some(value) = map.get(path)
        {
            return Some(value);
        }
        path.split('.').filter(|part| !part.is_empty()).try_fold(self, |value, part| match value {
            Self::Map(map) => map.get(part),
            Self::List(items) => part.parse::<usize>().ok().and_then(|at| items.get(at)),
            _ => None,
        })
    }

    /// Equality as templates see it: `1 == 1.0`, and otherwise like kinds only.
    #[must_use]
    pub fn equals(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Undefined, Self::Undefined) | (Self::Null, Self::Null) => true,
            (Self::Bool(a), Self::Bool(b)) => a == b,
            (Self::Int(a), Self::Int(b)) => a == b,
            (Self::Int(_) | Self::Float(_), Self::Int(_) | Self::Float(_)) => {
                self.compare(other) == Some(std::cmp::Ordering::Equal)
            }
            (Self::Text(a), Self::Text(b)) => a == b,
            (Self::List(a), Self::List(b)) => a.len() == b.len() && a.iter().zip(b.iter()).all(|(x, y)| x.equals(y)),
            (Self::Map(a), Self::Map(b)) => {
                a.len() == b.len() && a.iter().all(|(key, x)| b.get(key).is_some_and(|y| x.equals(y)))
            }
            _ => false,
        }
    }

    /// Order of two numbers, two texts (by code point), two booleans or two lists; `None` where the kinds do not fit.
    #[must_use]
    pub fn compare(&self, other: &Self) -> Option<std::cmp::Ordering> {
        match (self, other) {
            (Self::Int(a), Self::Int(b)) => Some(a.cmp(b)),
            (Self::Int(_) | Self::Float(_), Self::Int(_) | Self::Float(_)) => self.as_float()?.partial_cmp(&other.as_float()?),
            (Self::Text(a), Self::Text(b)) => Some(a.as_str().cmp(b.as_str())),
            (Self::Bool(a), Self::Bool(b)) => Some(a.cmp(b)),
            (Self::List(a), Self::List(b)) => {
                for (x, y) in a.iter().zip(b.iter()) {
                    match x.compare(y)? {
                        std::cmp::Ordering::Equal => {}
                        other => return Some(other),
                    }
                }
                Some(a.len().cmp(&b.len()))
            }
            _ => None,
        }
    }

    /// Whether `item` is an element of this list, a key of this map, or a part of this text; `None` for other kinds.
    #[must_use]
    pub fn contains(&self, item: &Self) -> Option<bool> {
        match (self, item) {
            (Self::List(items), _) => Some(items.iter().any(|one| one.equals(item))),
            (Self::Map(map), Self::Text(key)) => Some(map.get(key).is_some()),
            (Self::Text(text), Self::Text(part)) => Some(text.contains(part.as_str())),
            _ => None,
        }
    }
}

/// Same kind and same bits: `1` is not `1.0`. Tests and golden comparisons use this; templates use [`Value::equals`].
impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Undefined, Self::Undefined) | (Self::Null, Self::Null) => true,
            (Self::Bool(a), Self::Bool(b)) => a == b,
            (Self::Int(a), Self::Int(b)) => a == b,
            (Self::Float(a), Self::Float(b)) => a.to_bits() == b.to_bits(),
            (Self::Text(a), Self::Text(b)) => a == b,
            // What is shared is equal without a look inside.
            (Self::List(a), Self::List(b)) => Arc::ptr_eq(a, b) || a == b,
            (Self::Map(a), Self::Map(b)) => Arc::ptr_eq(a, b) || a == b,
            _ => false,
        }
    }
}

impl From<bool> for Value {
    fn from(truth: bool) -> Self {
        Self::Bool(truth)
    }
}

impl From<i128> for Value {
    fn from(number: i128) -> Self {
        Self::Int(number)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::text(text)
    }
}

impl From<Value> for Cow<'_, Value> {
    fn from(value: Value) -> Self {
        Cow::Owned(value)
    }
}
