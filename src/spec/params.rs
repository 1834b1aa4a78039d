//! Parameters: constants of a build that can be set without editing the spec; and profiles, which set some of them by name.
//!
//! In: a declaration and a value. Out: what is known of the parameter before any value is, and the value as the parameter holds
//! it. What must hold: the type is that of the declaration, never that of one value, so that a spec that is sound with one
//! value is sound with all.

use indexmap::IndexMap;

use super::Stated;
use crate::data::{Text, Type, Value};
use crate::diag::{nearest, quoted_list};
use crate::json;
use crate::source::Span;

/// A constant of a build.
pub struct Param {
    /// Where it is declared.
    pub span: Span,
    /// Whether the dataset's own file declares it.
    pub own: bool,
    /// The value that holds where nobody sets another.
    pub default: Value,
    /// The value of this build.
    pub value: Value,
    /// What it may be.
    pub of: Allowed,
}

/// What a parameter may be.
#[derive(Debug, Clone, PartialEq)]
pub enum Allowed {
    /// Anything: what stands in for a declaration that did not read.
    Anything,
    /// Any value of the kind of this one; a list: elements of the kinds of its elements.
    Like(Value),
    /// Integers from the first to the second, both included.
    Ints(i128, i128),
    /// Numbers from the first to the second, both included; they are kept as floats.
    Numbers(f64, f64),
    /// One of these.
    OneOf(Vec<Value>),
}

/// Some parameters and the size, set under one name.
pub struct Profile {
    /// Where it is named first.
    pub span: Span,
    /// How many records a build makes, and where that is said.
    pub size: Option<(u64, Span)>,
    /// The formats that a build writes, and where they are said.
    pub formats: Option<(Vec<(Text, Span)>, Span)>,
    /// Values of parameters, by name.
    pub params: IndexMap<Text, Stated>,
}

/// Why a value does not fit a parameter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misfit {
    /// `expected X, found Y`.
    pub message: String,
    /// The nearest value that fits, in a question.
    pub hint: Option<String>,
}

impl Allowed {
    /// The value as the parameter holds it: a number among floats is a float.
    ///
    /// # Errors
    /// Where it does not fit.
    pub fn fit(&self, value: &Value) -> Result<Value, Misfit> {
        let held = match self {
            Self::Anything => Some(value.clone()),
            Self::Like(Value::List(known)) => value
                .as_list()
                .filter(|items| items.iter().all(|item| known.is_empty() || known.iter().any(|one| one.kind() == item.kind())))
                .map(|_| value.clone()),
            Self::Like(Value::Float(_)) => value.as_float().map(Value::Float),
            Self::Like(known) => Some(value.clone()).filter(|value| value.kind() == known.kind()),
            Self::Ints(min, max) => value.as_int().filter(|number| (min..=max).contains(&number)).map(Value::Int),
            Self::Numbers(min, max) => value.as_float().filter(|number| (min..=max).contains(&number)).map(Value::Float),
            Self::OneOf(list) => list.iter().find(|one| one.equals(value)).cloned(),
        };
        held.ok_or_else(|| self.misfit(value))
    }

    fn misfit(&self, value: &Value) -> Misfit {
        let near = match (self, value.as_text()) {
            (Self::OneOf(list), Some(word)) => nearest(word, list.iter().filter_map(Value::as_text)),
            _ => None,
        };
        let message = format!("expected {}, found {}", self.describe(), json::shown(Some(value)));
        Misfit { message, hint: near.map(|word| format!("did you mean `{word}`?")) }
    }

    /// What may stand there, in words.
    #[must_use]
    pub fn describe(&self) -> String {
        match self {
            Self::Anything => "any value".to_owned(),
            Self::Like(Value::List(items)) => match items.first() {
                Some(item) => format!("a list with values such as {}", json::shown(Some(item))),
                None => "a list".to_owned(),
            },
            Self::Like(value) => value.kind().to_owned(),
            Self::Ints(min, max) => format!("an integer from {min} to {max}"),
            Self::Numbers(min, max) => {
                format!("a number from {} to {}", json::shown(Some(&Value::Float(*min))), json::shown(Some(&Value::Float(*max))))
            }
            Self::OneOf(list) => {
                let words: Vec<String> =
                    list.iter().map(|one| one.as_text().map_or_else(|| json::shown(Some(one)), str::to_owned)).collect();
                format!("one of {}", quoted_list(words.iter().map(String::as_str)))
            }
        }
    }

    /// What is known of every value that fits.
    #[must_use]
    pub fn ty(&self) -> Type {
        match self {
            Self::Anything => Type::any(),
            Self::Like(value) => kind(value),
            Self::Ints(min, max) => Type::int_range(*min, *max),
            Self::Numbers(..) => Type::float(),
            Self::OneOf(list) => Type::join_all(list.iter().map(Type::of)),
        }
    }
}

/// Every value of a value's kind.
fn kind(value: &Value) -> Type {
    match value {
        Value::Bool(_) => Type::bool(),
        Value::Int(_) => Type::int(),
        Value::Float(_) => Type::float(),
        Value::Text(_) => Type::any_text(),
        Value::List(items) if !items.is_empty() => Type::list_of(Type::join_all(items.iter().map(kind))),
        Value::List(_) => Type::list_of(Type::any()),
        Value::Undefined | Value::Null | Value::Map(_) => Type::any(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(words: &[&str]) -> Vec<Value> {
        words.iter().map(|word| Value::text(*word)).collect()
    }

    #[test]
    fn values_fit_by_declaration_and_are_held_as_declared() {
        let three = Value::Int(3);
        let fits = [
            (Allowed::Like(Value::Int(1)), three.clone(), three.clone()),
            (Allowed::Like(Value::Float(0.5)), three.clone(), Value::Float(3.0)),
            (Allowed::Ints(1, 3), three.clone(), three.clone()),
            (Allowed::Numbers(0.0, 3.0), three.clone(), Value::Float(3.0)),
            (Allowed::OneOf(vec![Value::Float(3.0)]), three.clone(), Value::Float(3.0)),
            (Allowed::Like(Value::list(texts(&["a"]))), Value::list(texts(&["b", "c"])), Value::list(texts(&["b", "c"]))),
        ];
        for (of, value, held) in fits {
            assert_eq!(of.fit(&value), Ok(held.clone()), "{of:?}");
            assert!(Type::of(&held).can_equal(&of.ty()), "{of:?}");
        }
    }

    #[test]
    fn what_does_not_fit_is_told_with_what_would() {
        let cases = [
            (Allowed::Like(Value::Int(1)), Value::Float(0.5), "expected an integer, found 0.5"),
            (Allowed::Like(Value::text("a")), Value::Int(1), "expected text, found 1"),
            (Allowed::Like(Value::Bool(true)), Value::text("yes"), "expected a boolean, found \"yes\""),
            (Allowed::Ints(1, 9), Value::Int(10), "expected an integer from 1 to 9, found 10"),
            (Allowed::Numbers(0.0, 0.5), Value::Int(1), "expected a number from 0.0 to 0.5, found 1"),
            (
                Allowed::Like(Value::list(texts(&["a"]))),
                Value::list([Value::Int(1)]),
                "expected a list with values such as \"a\", found [1]",
            ),
        ];
        for (of, value, message) in cases {
            assert_eq!(of.fit(&value), Err(Misfit { message: message.to_owned(), hint: None }));
        }
        let misfit = Allowed::OneOf(texts(&["strict", "lenient"])).fit(&Value::text("strct")).unwrap_err();
        assert_eq!(misfit.message, "expected one of `strict`, `lenient`, found \"strct\"");
        assert_eq!(misfit.hint.as_deref(), Some("did you mean `strict`?"));
    }
}
