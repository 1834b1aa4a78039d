//! Types of lists: their elements, how many there are, and whether they are all different.

use std::sync::Arc;

use super::{Type, Value};

/// What is known of a list.
#[derive(Debug, Clone, PartialEq)]
pub struct ListType {
    /// The type of every element.
    pub item: Type,
    /// Fewest elements.
    pub min: usize,
    /// Most elements; `None` where unknown.
    pub max: Option<usize>,
    /// Whether no two elements are equal. As many distinct elements as there are words are all of the words.
    pub distinct: bool,
}

impl ListType {
    pub(super) fn join(self, other: &Self) -> Self {
        Self {
            item: self.item.join(&other.item),
            min: self.min.min(other.min),
            max: self.max.zip(other.max).map(|(x, y)| x.max(y)),
            distinct: self.distinct && other.distinct,
        }
    }
}

impl Type {
    /// Lists of `item` of any length.
    #[must_use]
    pub fn list_of(item: Self) -> Self {
        Self::list_between(item, 0, None)
    }

    /// Lists of `item` with `min` to `max` elements.
    #[must_use]
    pub fn list_between(item: Self, min: usize, max: Option<usize>) -> Self {
        let distinct = max.is_some_and(|max| max < 2);
        Self { list: Some(Arc::new(ListType { item, min, max, distinct })), ..Self::default() }
    }

    /// Lists with one element of each of these types, of which at least `min` are there.
    #[must_use]
    pub fn list_of_each(types: Vec<Self>, min: usize) -> Self {
        let count = types.len();
        let words = types.iter().all(|ty| ty.only_words().is_some_and(|words| words.len() == 1));
        let item = Self::join_all(types);
        let distinct = words && item.only_words().is_some_and(|words| words.len() == count);
        let lists = Self::list_between(item, min, Some(count));
        if distinct { lists.distinct() } else { lists }
    }

    /// The same, its lists without equal elements.
    #[must_use]
    pub fn distinct(mut self) -> Self {
        if let Some(list) = self.list_mut() {
            list.distinct = true;
        }
        self
    }

    /// The exact type of one list.
    pub(super) fn of_list(items: &[Value]) -> Self {
        let lists = Self::list_of_each(items.iter().map(Self::of).collect(), items.len());
        if all_different(items) { lists.distinct() } else { lists }
    }
}

/// Whether no two of at most 64 elements are equal.
fn all_different(items: &[Value]) -> bool {
    let new = |(at, item): (usize, &Value)| items.iter().take(at).all(|other| !other.equals(item));
    items.len() <= 64 && items.iter().enumerate().all(new)
}
