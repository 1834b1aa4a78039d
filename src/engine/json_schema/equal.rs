//! Equality of parts of a record, with each other and with the literals of a schema.
//!
//! Numbers compare by value, maps without order. Nothing is built: records are read where they stand.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use serde_json::Value;

use crate::record::{Items, Node, View};

use super::number::Number;

/// Lists up to this length are searched pair by pair, which needs no memory.
const PAIRWISE_UP_TO: usize = 16;

/// Whether a part of a record equals a literal of a schema.
pub(super) fn equals_literal(node: Node<'_>, literal: &Value) -> bool {
    match (node.view(), literal) {
        (View::Null, Value::Null) => true,
        (View::Bool(a), Value::Bool(b)) => a == *b,
        (View::Int(a), Value::Number(b)) => Number::of(b) == Some(Number::Int(a)),
        (View::Float(a), Value::Number(b)) => Number::of(b) == Some(Number::Float(a)),
        (View::Text(a), Value::String(b)) => a == b,
        (View::List(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(x, y)| equals_literal(x, y)),
        (View::Map(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(key, x)| b.get(key).is_some_and(|y| equals_literal(x, y)))
        }
        _ => false,
    }
}

/// Whether no element of a list equals another.
pub(super) fn all_differ(items: Items<'_>) -> bool {
    if items.len() > PAIRWISE_UP_TO {
        let mut seen = HashSet::with_capacity(items.len());
        return items.iter().all(|item| seen.insert(ByValue(item)));
    }
    let mut rest = items.iter();
    while let Some(item) = rest.next() {
        if rest.clone().any(|other| ByValue(item) == ByValue(other)) {
            return false;
        }
    }
    true
}

/// A part of a record, compared and hashed by its value.
struct ByValue<'a>(Node<'a>);

impl PartialEq for ByValue<'_> {
    fn eq(&self, other: &Self) -> bool {
        match (self.0.view(), other.0.view()) {
            (View::Null, View::Null) => true,
            (View::Bool(a), View::Bool(b)) => a == b,
            (View::Text(a), View::Text(b)) => a == b,
            (View::List(a), View::List(b)) => a.len() == b.len() && a.iter().zip(b.iter()).all(|(x, y)| Self(x) == Self(y)),
            (View::Map(a), View::Map(b)) => {
                a.len() == b.len() && a.iter().all(|(key, x)| b.get(key).is_some_and(|y| Self(x) == Self(y)))
            }
            (a, b) => match (number(a), number(b)) {
                (Some(a), Some(b)) => a == b,
                _ => false,
            },
        }
    }
}

impl Eq for ByValue<'_> {}

impl Hash for ByValue<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        match self.0.view() {
            View::Null => state.write_u8(0),
            View::Bool(truth) => truth.hash(state),
            View::Int(whole) => Number::Int(whole).hash(state),
            View::Float(float) => Number::Float(float).hash(state),
            View::Text(text) => text.hash(state),
            View::List(items) => items.iter().for_each(|item| Self(item).hash(state)),
            // Equal maps may differ in order, so the hashes of their entries are added up.
            View::Map(entries) => state.write_u64(entries.iter().map(entry_hash).fold(0, u64::wrapping_add)),
        }
    }
}

fn number(view: View<'_>) -> Option<Number> {
    match view {
        View::Int(whole) => Some(Number::Int(whole)),
        View::Float(float) => Some(Number::Float(float)),
        _ => None,
    }
}

fn entry_hash((key, value): (&str, Node<'_>)) -> u64 {
    let mut hasher = DefaultHasher::new();
    key.hash(&mut hasher);
    ByValue(value).hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{Text, Value as Data};

    fn differ(items: Vec<Data>) -> bool {
        let list = Data::list(items);
        let View::List(items) = Node::of(&list).view() else { panic!("a list") };
        all_differ(items)
    }

    fn point(x: i128, y: Data) -> Data {
        Data::map([(Text::from("x"), Data::Int(x)), (Text::from("y"), y)])
    }

    #[test]
    fn short_and_long_lists_find_the_same_repetitions() {
        for length in [0, 1, 2, 5, 16, 17, 100] {
            let numbers: Vec<Data> = (0..length).map(Data::Int).collect();
            assert!(differ(numbers.clone()));
            assert!(length == 0 || !differ([numbers, vec![Data::Float(0.0)]].concat()));
            let points: Vec<Data> = (0..length).map(|at| point(at, Data::Null)).collect();
            let turned = Data::map([(Text::from("y"), Data::Null), (Text::from("x"), Data::Float(0.0))]);
            assert!(differ(points.clone()));
            assert!(length == 0 || !differ([points, vec![turned]].concat()));
        }
        assert!(differ(vec![Data::Int(1), Data::Bool(true), Data::text("1"), Data::Null, Data::list([Data::Int(1)])]));
    }

    #[test]
    fn literals_compare_by_value_and_kind() {
        let value = point(1, Data::list([Data::Float(2.0), Data::text("é")]));
        let is = |text: &str| equals_literal(Node::of(&value), &serde_json::from_str(text).unwrap());
        assert!(is(r#"{"y": [2, "é"], "x": 1.0}"#));
        assert!(!is(r#"{"y": [2, "é"], "x": true}"#));
        assert!(!is(r#"{"y": [2, "é"]}"#));
        assert!(!is(r#"{"y": [2], "x": 1}"#));
    }
}
