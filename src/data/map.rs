//! A map from text to values in insertion order.
//!
//! Small maps (records, contexts) are searched from front to back, which beats hashing at their size; large ones (fact tables)
//! carry an index.

use std::collections::HashMap;

use super::value::{Text, Value};

/// Above this many entries a map carries an index.
const INDEXED_FROM: usize = 24;

/// A map from text to values; iteration is in insertion order, equality ignores it.
#[derive(Debug, Clone, Default)]
pub struct Map {
    entries: Vec<(Text, Value)>,
    index: Option<HashMap<Text, usize>>,
}

impl Map {
    /// An empty map with room for `capacity` entries.
    #[must_use]
    pub fn with_capacity(capacity: usize) -> Self {
        Self { entries: Vec::with_capacity(capacity), index: None }
    }

    /// How many entries.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    fn position(&self, key: &str) -> Option<usize> {
        match &self.index {
            Some(index) => index.get(key).copied(),
            None => self.entries.iter().position(|(name, _)| name == key),
        }
    }

    /// The value of a key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.position(key).and_then(|at| self.entries.get(at)).map(|(_, value)| value)
    }

    /// Sets a key; a key already there keeps its place and gets the new value, and the old one is returned.
    pub fn insert(&mut self, key: Text, value: Value) -> Option<Value> {
        if let Some((_, slot)) = self.position(&key).and_then(|at| self.entries.get_mut(at)) {
            return Some(std::mem::replace(slot, value));
        }
        self.push_new(key, value);
        None
    }

    /// Adds a key that is known not to be there yet, without looking.
    pub fn push_new(&mut self, key: Text, value: Value) {
        if let Some(index) = &mut self.index {
            index.insert(key.clone(), self.entries.len());
        } else if self.entries.len() >= INDEXED_FROM {
            let index = self.entries.iter().enumerate().map(|(at, (name, _))| (name.clone(), at));
            self.index = Some(index.chain([(key.clone(), self.entries.len())]).collect());
        }
        self.entries.push((key, value));
    }

    /// The entries in insertion order.
    pub fn iter(&self) -> std::slice::Iter<'_, (Text, Value)> {
        self.entries.iter()
    }

    /// The entries in insertion order, as a slice.
    #[must_use]
    pub fn entries(&self) -> &[(Text, Value)] {
        &self.entries
    }

    /// The keys in insertion order.
    pub fn keys(&self) -> impl Iterator<Item = &Text> {
        self.entries.iter().map(|(key, _)| key)
    }

    /// The values in insertion order.
    pub fn values(&self) -> impl Iterator<Item = &Value> {
        self.entries.iter().map(|(_, value)| value)
    }
}

impl FromIterator<(Text, Value)> for Map {
    fn from_iter<T: IntoIterator<Item = (Text, Value)>>(iter: T) -> Self {
        let mut map = Self::default();
        for (key, value) in iter {
            map.insert(key, value);
        }
        map
    }
}

impl<'a> IntoIterator for &'a Map {
    type Item = &'a (Text, Value);
    type IntoIter = std::slice::Iter<'a, (Text, Value)>;
    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl IntoIterator for Map {
    type Item = (Text, Value);
    type IntoIter = std::vec::IntoIter<(Text, Value)>;
    fn into_iter(self) -> Self::IntoIter {
        self.entries.into_iter()
    }
}

impl PartialEq for Map {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len() && self.iter().all(|(key, value)| other.get(key) == Some(value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_maps_find_what_small_ones_do() {
        let mut map = Map::default();
        for number in 0..100 {
            assert!(map.insert(Text::from(format!("k{number}")), Value::Int(number)).is_none());
        }
        assert_eq!(map.get("k7").and_then(Value::as_int), Some(7));
        assert_eq!(map.get("k99").and_then(Value::as_int), Some(99));
        assert!(map.insert(Text::from("k99"), Value::Null).is_some());
        assert_eq!(map.len(), 100);
    }
}
