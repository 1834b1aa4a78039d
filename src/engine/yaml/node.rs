//! The tree that reading gives.
//!
//! In: nothing; these are the types. Out: [`Node`], [`Entry`] and [`Scalar`] with the questions that a lowering asks of
//! them. What must hold: the keys of a map are distinct, numbers are finite, and the tree is shallow enough for recursion.

use super::place::Places;
use crate::data::{Text, Value};
use crate::source::Span;

/// A YAML node with the place it stands at. A node read through an alias stands where it was defined.
#[derive(Debug, Clone)]
pub struct Node {
    /// Where it is written: scalars with their quotes, flow collections with their brackets, block collections from the
    /// first key or item to the end of the last value, block scalars from their first to their last line of text. A null
    /// that is not written has the place of its key.
    pub span: Span,
    /// What it is.
    pub kind: NodeKind,
    /// A plain scalar as it was written (`1.10`, `0x1F`, `~`); empty for other nodes.
    pub raw: Text,
    /// A null that nobody wrote: `key:` with nothing behind it.
    pub implicit: bool,
}

/// What a node is.
#[derive(Debug, Clone)]
pub enum NodeKind {
    /// `null`, `~`, or nothing at all.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A whole number, exact.
    Int(i128),
    /// Any other number; finite.
    Float(f64),
    /// Text, quoted or not.
    Text(Scalar),
    /// A list.
    List(Vec<Node>),
    /// A map, in the order of the file and with distinct keys.
    Map(Vec<Entry>),
}

/// One key of a map and its value.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The key as text.
    pub key: Scalar,
    /// Where the key is written, with its quotes.
    pub key_span: Span,
    /// The key with its kind: `15` is an integer, `true` a boolean, `"15"` text.
    pub key_value: Value,
    /// What it maps to.
    pub value: Node,
}

/// Text with a way back to its bytes in the file.
#[derive(Debug, Clone)]
pub struct Scalar {
    /// The text after escapes and line folds.
    pub text: Text,
    /// Whether it was written in quotes or as a block (`|`, `>`).
    pub quoted: bool,
    /// The comment behind it in its line, from its `#` on, where it was written without quotes: it may have been meant as text.
    pub comment: Option<Span>,
    /// From bytes of `text` to bytes of the file.
    pub places: Places,
}

impl Node {
    /// A node that was written out, and not as a plain scalar.
    #[must_use]
    pub fn new(span: Span, kind: NodeKind) -> Self {
        Self { span, kind, raw: Text::default(), implicit: false }
    }

    /// The kind in a word, for messages.
    #[must_use]
    pub fn kind_word(&self) -> &'static str {
        match self.kind {
            NodeKind::Null if self.implicit => "nothing",
            NodeKind::Null => "null",
            NodeKind::Bool(_) => "a boolean",
            NodeKind::Int(_) => "an integer",
            NodeKind::Float(_) => "a number",
            NodeKind::Text(_) => "text",
            NodeKind::List(_) => "a list",
            NodeKind::Map(_) => "a map",
        }
    }

    /// Whether it is null, written or not.
    #[must_use]
    pub fn is_null(&self) -> bool {
        matches!(self.kind, NodeKind::Null)
    }

    /// The first null in it that nobody wrote: an end of a line or a comma where a value was meant.
    #[must_use]
    pub fn unwritten(&self) -> Option<&Self> {
        match &self.kind {
            NodeKind::Null if self.implicit => Some(self),
            NodeKind::List(items) => items.iter().find_map(Self::unwritten),
            NodeKind::Map(entries) => entries.iter().find_map(|entry| entry.value.unwritten()),
            _ => None,
        }
    }

    /// Whether it is a list or a map.
    #[must_use]
    pub fn is_collection(&self) -> bool {
        matches!(self.kind, NodeKind::List(_) | NodeKind::Map(_))
    }

    /// The truth inside, if it is a boolean.
    #[must_use]
    pub fn as_bool(&self) -> Option<bool> {
        match self.kind {
            NodeKind::Bool(truth) => Some(truth),
            _ => None,
        }
    }

    /// The whole number inside, if it is one.
    #[must_use]
    pub fn as_int(&self) -> Option<i128> {
        match self.kind {
            NodeKind::Int(number) => Some(number),
            _ => None,
        }
    }

    /// The text inside, if it is text.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        self.as_scalar().map(|scalar| scalar.text.as_str())
    }

    /// The text inside with its places, if it is text.
    #[must_use]
    pub fn as_scalar(&self) -> Option<&Scalar> {
        match &self.kind {
            NodeKind::Text(scalar) => Some(scalar),
            _ => None,
        }
    }

    /// Any scalar as text: a number, a boolean and a null as they were written. `None` for lists, maps and what nobody wrote.
    #[must_use]
    pub fn scalar(&self) -> Option<Scalar> {
        match &self.kind {
            NodeKind::Text(scalar) => Some(scalar.clone()),
            NodeKind::List(_) | NodeKind::Map(_) => None,
            _ if self.implicit => None,
            _ => Some(Scalar { text: self.raw.clone(), quoted: false, comment: None, places: Places::verbatim(self.span) }),
        }
    }

    /// The text of any scalar, as [`Node::scalar`].
    #[must_use]
    pub fn scalar_text(&self) -> Option<&str> {
        match &self.kind {
            NodeKind::Text(scalar) => Some(&scalar.text),
            NodeKind::List(_) | NodeKind::Map(_) => None,
            _ if self.implicit => None,
            _ => Some(&self.raw),
        }
    }

    /// The elements, if it is a list.
    #[must_use]
    pub fn as_list(&self) -> Option<&[Self]> {
        match &self.kind {
            NodeKind::List(items) => Some(items),
            _ => None,
        }
    }

    /// The entries, if it is a map.
    #[must_use]
    pub fn as_map(&self) -> Option<&[Entry]> {
        match &self.kind {
            NodeKind::Map(entries) => Some(entries),
            _ => None,
        }
    }

    /// The entry of a key, if this is a map that has it.
    #[must_use]
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        self.as_map()?.iter().find(|entry| entry.key.text == key)
    }

    /// The value of a key, if this is a map that has it.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.entry(key).map(|entry| &entry.value)
    }

    /// The whole subtree as data; keys become text as they were written.
    #[must_use]
    pub fn value(&self) -> Value {
        match &self.kind {
            NodeKind::Null => Value::Null,
            NodeKind::Bool(truth) => Value::Bool(*truth),
            NodeKind::Int(number) => Value::Int(*number),
            NodeKind::Float(number) => Value::Float(*number),
            NodeKind::Text(scalar) => Value::Text(scalar.text.clone()),
            NodeKind::List(items) => Value::list(items.iter().map(Self::value)),
            NodeKind::Map(entries) => Value::map(entries.iter().map(|entry| (entry.key.text.clone(), entry.value.value()))),
        }
    }
}
