//! One generated record, and the one way in which later stages read it.
//!
//! Checks and encoders walk a record through [`Node`], a borrowed view that can be copied freely. They never see how a record is
//! stored, so that it can come to be stored otherwise (flat slots) without touching them.

use crate::data::{Map, Text, Value};

/// One record of a dataset.
#[derive(Debug, Clone)]
pub struct Record {
    /// Its index in the dataset.
    pub index: u64,
    /// Which scenario it is, by the order of the spec; 0 where there are none.
    pub scenario: usize,
    /// Its content.
    pub value: Value,
}

impl Record {
    /// The whole content.
    #[must_use]
    pub fn root(&self) -> Node<'_> {
        Node(&self.value)
    }
}

/// A borrowed part of a record.
#[derive(Debug, Clone, Copy)]
pub struct Node<'a>(&'a Value);

/// What a node is.
#[derive(Debug, Clone, Copy)]
pub enum View<'a> {
    /// JSON's null.
    Null,
    /// A boolean.
    Bool(bool),
    /// An integer; verified records hold 64-bit ones only (signed or unsigned).
    Int(i128),
    /// A finite float.
    Float(f64),
    /// Text.
    Text(&'a str),
    /// A list.
    List(Items<'a>),
    /// A map.
    Map(Entries<'a>),
}

impl<'a> Node<'a> {
    /// A view of a value. An undefined one reads as null (verified records hold none).
    #[must_use]
    pub fn of(value: &'a Value) -> Self {
        Self(value)
    }

    /// What this node is.
    #[must_use]
    pub fn view(self) -> View<'a> {
        match self.0 {
            Value::Undefined | Value::Null => View::Null,
            Value::Bool(truth) => View::Bool(*truth),
            Value::Int(number) => View::Int(*number),
            Value::Float(number) => View::Float(*number),
            Value::Text(text) => View::Text(text),
            Value::List(items) => View::List(Items(items)),
            Value::Map(map) => View::Map(Entries(map)),
        }
    }

    /// What stands at a path of keys and indices in dots.
    #[must_use]
    pub fn at(self, path: &str) -> Option<Self> {
        self.0.at(path).map(Node)
    }

    /// The text, if it is text.
    #[must_use]
    pub fn as_text(self) -> Option<&'a str> {
        self.0.as_text()
    }

    /// The field of a map.
    #[must_use]
    pub fn get(self, key: &str) -> Option<Self> {
        self.0.as_map().and_then(|map| map.get(key)).map(Node)
    }

    /// A number that no other live node of the same record has.
    #[must_use]
    pub fn identity(self) -> usize {
        std::ptr::from_ref(self.0) as usize
    }
}

/// The elements of a list.
#[derive(Debug, Clone, Copy)]
pub struct Items<'a>(&'a [Value]);

impl<'a> Items<'a> {
    /// How many.
    #[must_use]
    pub fn len(self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.0.is_empty()
    }

    /// The elements in order.
    #[must_use]
    pub fn iter(self) -> ItemIter<'a> {
        ItemIter(self.0.iter())
    }
}

/// Walks the elements of a list.
#[derive(Debug, Clone)]
pub struct ItemIter<'a>(std::slice::Iter<'a, Value>);

impl<'a> Iterator for ItemIter<'a> {
    type Item = Node<'a>;

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next().map(Node)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}

impl ExactSizeIterator for ItemIter<'_> {}

/// The entries of a map.
#[derive(Debug, Clone, Copy)]
pub struct Entries<'a>(&'a Map);

impl<'a> Entries<'a> {
    /// How many.
    #[must_use]
    pub fn len(self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.0.is_empty()
    }

    /// The value of a key.
    #[must_use]
    pub fn get(self, key: &str) -> Option<Node<'a>> {
        self.0.get(key).map(Node)
    }

    /// The entries in the order in which they are written.
    #[must_use]
    pub fn iter(self) -> EntryIter<'a> {
        EntryIter(self.0.iter())
    }
}

/// Walks the entries of a map.
#[derive(Debug, Clone)]
pub struct EntryIter<'a>(std::slice::Iter<'a, (Text, Value)>);

impl<'a> Iterator for EntryIter<'a> {
    type Item = (&'a str, Node<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next().map(|(key, value)| (key.as_str(), Node(value)))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}

impl ExactSizeIterator for EntryIter<'_> {}
