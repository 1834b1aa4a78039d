//! A record as the validator sees it: its own tree, read where it stands.
//!
//! [`Part`] is copied, never built; a tree of JSON values is made of it only for the message of a violation.

use std::borrow::Cow;

use jsonschema::JsonType;
use jsonschema::json::{Array, Json, Node as JsonNode, NodeIdentity, Object};
use serde_json::Value;

use crate::record::{Entries, EntryIter, ItemIter, Items, Node, View};

use super::equal::{all_differ, equals_literal};
use super::number::Number;

/// Records as a form of JSON.
pub(super) struct RecordJson;

/// A part of a record.
#[derive(Debug, Clone, Copy)]
pub(super) enum Part<'a> {
    /// A value.
    Value(Node<'a>),
    /// The name of a field, which `propertyNames` checks like a value.
    Name(&'a str),
}

impl Json for RecordJson {
    type Node<'a> = Part<'a>;
    type PreparedKey = String;
    type StringBuffer = ();

    // A look-up walks the entries of a small map, so one walk in place of several is soon cheaper.
    const KEYS_PER_LOOKUP: usize = 2;

    fn prepare_key(key: &str) -> String {
        key.to_owned()
    }

    fn with_string_node<T>((): &mut (), string: &str, f: impl FnOnce(Part<'_>) -> T) -> T {
        f(Part::Name(string))
    }
}

impl<'a> Part<'a> {
    fn view(self) -> View<'a> {
        match self {
            Self::Value(node) => node.view(),
            Self::Name(name) => View::Text(name),
        }
    }
}

impl<'a> JsonNode<'a, RecordJson> for Part<'a> {
    type Object = Entries<'a>;
    type Array = Items<'a>;
    type Number = Number;

    fn as_object(&self) -> Option<Entries<'a>> {
        match self.view() {
            View::Map(entries) => Some(entries),
            _ => None,
        }
    }

    fn as_array(&self) -> Option<Items<'a>> {
        match self.view() {
            View::List(items) => Some(items),
            _ => None,
        }
    }

    fn as_string(&self) -> Option<Cow<'a, str>> {
        match self.view() {
            View::Text(text) => Some(Cow::Borrowed(text)),
            _ => None,
        }
    }

    fn as_number(&self) -> Option<Number> {
        match self.view() {
            View::Int(number) => Some(Number::Int(number)),
            View::Float(number) => Some(Number::Float(number)),
            _ => None,
        }
    }

    fn as_boolean(&self) -> Option<bool> {
        match self.view() {
            View::Bool(truth) => Some(truth),
            _ => None,
        }
    }

    fn is_null(&self) -> bool {
        matches!(self.view(), View::Null)
    }

    fn json_type(&self) -> JsonType {
        match self.view() {
            View::Null => JsonType::Null,
            View::Bool(_) => JsonType::Boolean,
            View::Int(_) | View::Float(_) => JsonType::Number,
            View::Text(_) => JsonType::String,
            View::List(_) => JsonType::Array,
            View::Map(_) => JsonType::Object,
        }
    }

    fn equals_value(&self, expected: &Value) -> bool {
        match self {
            Self::Value(node) => equals_literal(*node, expected),
            Self::Name(name) => expected.as_str() == Some(*name),
        }
    }

    fn to_value(&self) -> Cow<'a, Value> {
        Cow::Owned(tree(self.view()))
    }

    /// Two places may share one list, and so the identity of its elements; no value lies within itself, so a recursion never
    /// meets one identity twice on its way down, and what is remembered of one holds for the other.
    fn identity(&self) -> Option<NodeIdentity> {
        Some(match self {
            Self::Value(node) => NodeIdentity::new(node.identity()),
            Self::Name(name) => NodeIdentity::tagged(name.as_ptr() as usize, 1),
        })
    }
}

impl<'a> Object<'a, RecordJson> for Entries<'a> {
    type Node = Part<'a>;
    type MemberName = &'a str;
    type MembersIter = Members<'a>;

    fn len(&self) -> usize {
        Entries::len(*self)
    }

    fn get(&self, key: &String) -> Option<Part<'a>> {
        Entries::get(*self, key).map(Part::Value)
    }

    fn members(&self) -> Members<'a> {
        Members(self.iter())
    }
}

/// The fields of a map.
pub(super) struct Members<'a>(EntryIter<'a>);

impl<'a> Iterator for Members<'a> {
    type Item = (&'a str, Part<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next().map(|(name, node)| (name, Part::Value(node)))
    }
}

impl<'a> Array<'a, RecordJson> for Items<'a> {
    type Node = Part<'a>;
    type ElementsIter = Elements<'a>;

    fn len(&self) -> usize {
        Items::len(*self)
    }

    fn elements(&self) -> Elements<'a> {
        Elements(self.iter())
    }

    fn is_unique(&self) -> bool {
        all_differ(*self)
    }
}

/// The elements of a list.
pub(super) struct Elements<'a>(ItemIter<'a>);

impl<'a> Iterator for Elements<'a> {
    type Item = Part<'a>;

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next().map(Part::Value)
    }
}

/// A tree of its own, for messages only.
fn tree(view: View<'_>) -> Value {
    use jsonschema::json::JsonNumber;
    match view {
        View::Null => Value::Null,
        View::Bool(truth) => Value::Bool(truth),
        View::Int(number) => Value::Number(Number::Int(number).to_number().into_owned()),
        View::Float(number) => Value::Number(Number::Float(number).to_number().into_owned()),
        View::Text(text) => Value::String(text.to_owned()),
        View::List(items) => Value::Array(items.iter().map(|item| tree(item.view())).collect()),
        View::Map(entries) => Value::Object(entries.iter().map(|(key, item)| (key.to_owned(), tree(item.view()))).collect()),
    }
}
