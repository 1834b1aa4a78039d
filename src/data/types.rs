//! What is known of a value before there is one.
//!
//! A [`Type`] is a set of kinds, each with what is known of it: which booleans, which integers, which words, which fields.
//! The empty type has no value at all. Copies share what they hold. Types only ever widen by [`Type::join`]; they decide which comparisons can never hold,
//! which attributes exist and which columns a record has.

use std::collections::BTreeSet;
use std::sync::Arc;

use indexmap::IndexMap;

use super::value::{Text, Value};

mod lists;

pub use lists::ListType;

/// More words than this are no longer a vocabulary.
const MOST_WORDS: usize = 512;

/// The texts that may occur.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Words {
    /// Any text.
    Any,
    /// Exactly these.
    Known(Arc<BTreeSet<Text>>),
}

/// The integers that may occur, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IntRange {
    /// Least.
    pub min: i128,
    /// Greatest.
    pub max: i128,
}

/// The greatest integer up to which all are exact in every reader of JSON: 2^53.
const MOST_EXACT: i128 = 1 << 53;

impl IntRange {
    /// Its least and its greatest integer, as far as they can be told: an end beyond 2^53 is rounded by readers of JSON, and
    /// comes from arithmetic that knows no better.
    #[must_use]
    pub fn ends(self) -> (Option<i128>, Option<i128>) {
        let told = |end: i128| (-MOST_EXACT..=MOST_EXACT).contains(&end).then_some(end);
        (told(self.min), told(self.max))
    }
}

/// One field of a map.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    /// Its type when it is there.
    pub ty: Type,
    /// Whether it may be missing.
    pub optional: bool,
}

/// What is known of a map.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Fields {
    /// The fields known by name, in the order in which they are written.
    pub known: IndexMap<Text, Field>,
    /// The type of fields whose names are not known; `None` when there are none.
    pub rest: Option<Box<Type>>,
}

/// A set of possible values. See the module documentation.
#[derive(Debug, Clone, PartialEq, Default)]
#[expect(clippy::struct_excessive_bools, reason = "a set of kinds: each is there or not")]
pub struct Type {
    /// Null may occur.
    pub null: bool,
    /// `true` may occur.
    pub yes: bool,
    /// `false` may occur.
    pub no: bool,
    /// These integers may occur.
    pub int: Option<IntRange>,
    /// Floats may occur.
    pub float: bool,
    /// These texts may occur.
    pub text: Option<Words>,
    /// Such lists may occur.
    pub list: Option<Arc<ListType>>,
    /// Such maps may occur.
    pub map: Option<Arc<Fields>>,
}

impl Type {
    /// The type of no value.
    #[must_use]
    pub fn never() -> Self {
        Self::default()
    }

    /// Every value.
    #[must_use]
    pub fn any() -> Self {
        let mut ty = Self::bool().join(&Self::number()).join(&Self::any_text());
        ty.null = true;
        // One level of "any" inside: deeper levels are looked up as any again by `item` and `field`.
        ty.list = Some(Arc::new(ListType { item: Self::never(), min: 0, max: None, distinct: false }));
        ty.map = Some(Arc::new(Fields { known: IndexMap::new(), rest: Some(Box::new(Self::never())) }));
        ty
    }

    /// Null.
    #[must_use]
    pub fn null() -> Self {
        Self { null: true, ..Self::default() }
    }

    /// Both booleans.
    #[must_use]
    pub fn bool() -> Self {
        Self { yes: true, no: true, ..Self::default() }
    }

    /// One boolean.
    #[must_use]
    pub fn truth(truth: bool) -> Self {
        Self { yes: truth, no: !truth, ..Self::default() }
    }

    /// All integers.
    #[must_use]
    pub fn int() -> Self {
        Self::int_range(i128::MIN, i128::MAX)
    }

    /// The integers from `min` to `max`, both included.
    #[must_use]
    pub fn int_range(min: i128, max: i128) -> Self {
        Self { int: Some(IntRange { min, max }), ..Self::default() }
    }

    /// All floats.
    #[must_use]
    pub fn float() -> Self {
        Self { float: true, ..Self::default() }
    }

    /// All integers and floats.
    #[must_use]
    pub fn number() -> Self {
        Self { float: true, ..Self::int() }
    }

    /// Any text.
    #[must_use]
    pub fn any_text() -> Self {
        Self { text: Some(Words::Any), ..Self::default() }
    }

    /// Exactly these texts.
    #[must_use]
    pub fn words<T: Into<Text>>(words: impl IntoIterator<Item = T>) -> Self {
        let known: BTreeSet<Text> = words.into_iter().map(Into::into).collect();
        let words = if known.len() > MOST_WORDS { Words::Any } else { Words::Known(Arc::new(known)) };
        Self { text: Some(words), ..Self::default() }
    }

    /// Maps with exactly these fields, all there.
    #[must_use]
    pub fn map_of<T: Into<Text>>(fields: impl IntoIterator<Item = (T, Self)>) -> Self {
        let known = fields.into_iter().map(|(name, ty)| (name.into(), Field { ty, optional: false })).collect();
        Self::of_fields(Fields { known, rest: None })
    }

    /// Maps whose keys are not known, with values of one type.
    #[must_use]
    pub fn map_to(value: Self) -> Self {
        Self::of_fields(Fields { known: IndexMap::new(), rest: Some(Box::new(value)) })
    }

    /// Maps of these fields.
    #[must_use]
    pub fn of_fields(fields: Fields) -> Self {
        Self { map: Some(Arc::new(fields)), ..Self::default() }
    }

    /// The exact type of one value.
    #[must_use]
    pub fn of(value: &Value) -> Self {
        match value {
            Value::Undefined => Self::never(),
            Value::Null => Self::null(),
            Value::Bool(truth) => Self::truth(*truth),
            Value::Int(number) => Self::int_range(*number, *number),
            Value::Float(_) => Self::float(),
            Value::Text(text) => Self::words([text.clone()]),
            Value::List(items) => Self::of_list(items),
            Value::Map(map) => Self::map_of(map.iter().map(|(key, value)| (key.clone(), Self::of(value)))),
        }
    }

    /// The union of many.
    #[must_use]
    pub fn join_all(types: impl IntoIterator<Item = Self>) -> Self {
        types.into_iter().fold(Self::never(), |all, one| all.join(&one))
    }

    /// The union: every value of either.
    #[must_use]
    pub fn join(mut self, other: &Self) -> Self {
        if self.is_any() || other.is_never() {
            return self;
        }
        if other.is_any() || self.is_never() {
            return other.clone();
        }
        self.null |= other.null;
        self.yes |= other.yes;
        self.no |= other.no;
        self.float |= other.float;
        self.int = match (self.int, other.int) {
            (Some(a), Some(b)) => Some(IntRange { min: a.min.min(b.min), max: a.max.max(b.max) }),
            (a, b) => a.or(b),
        };
        self.text = match (self.text.take(), &other.text) {
            (Some(Words::Known(a)), Some(Words::Known(b))) => Some(joined(a, b)),
            (Some(_), Some(_)) => Some(Words::Any),
            (a, b) => a.or_else(|| b.clone()),
        };
        self.list = match (self.list.take(), &other.list) {
            (Some(a), Some(b)) => Some(if Arc::ptr_eq(&a, b) { a } else { Arc::new(Arc::unwrap_or_clone(a).join(b)) }),
            (a, b) => a.or_else(|| b.clone()),
        };
        self.map = match (self.map.take(), &other.map) {
            (Some(a), Some(b)) => Some(if Arc::ptr_eq(&a, b) { a } else { Arc::new(Arc::unwrap_or_clone(a).join(b)) }),
            (a, b) => a.or_else(|| b.clone()),
        };
        self
    }

    /// What is known of its maps, to change it.
    pub fn map_mut(&mut self) -> Option<&mut Fields> {
        self.map.as_mut().map(Arc::make_mut)
    }

    /// What is known of its lists, to change it.
    pub fn list_mut(&mut self) -> Option<&mut ListType> {
        self.list.as_mut().map(Arc::make_mut)
    }

    /// Whether no value is of this type.
    #[must_use]
    pub fn is_never(&self) -> bool {
        *self == Self::default()
    }

    /// Whether nothing is known: every kind may occur.
    #[must_use]
    pub fn is_any(&self) -> bool {
        self.null
            && self.yes
            && self.float
            && self.text == Some(Words::Any)
            && self.list.is_some()
            && self.map.as_ref().is_some_and(|fields| fields.rest.is_some())
    }

    /// Whether only booleans occur.
    #[must_use]
    pub fn is_bool(&self) -> bool {
        (self.yes || self.no) && self.kinds() == vec!["boolean"]
    }

    /// Whether only numbers occur.
    #[must_use]
    pub fn is_number(&self) -> bool {
        (self.int.is_some() || self.float) && self.kinds().iter().all(|kind| *kind == "integer" || *kind == "number")
    }

    /// Whether only text occurs.
    #[must_use]
    pub fn is_text(&self) -> bool {
        self.text.is_some() && self.kinds() == vec!["text"]
    }

    /// Whether only integers occur.
    #[must_use]
    pub fn is_int(&self) -> bool {
        self.int.is_some() && self.kinds() == vec!["integer"]
    }

    /// Whether only lists occur.
    #[must_use]
    pub fn is_list(&self) -> bool {
        self.list.is_some() && self.kinds() == vec!["list"]
    }

    /// Whether only maps occur.
    #[must_use]
    pub fn is_map(&self) -> bool {
        self.map.is_some() && self.kinds() == vec!["map"]
    }

    /// Whether text or numbers may occur: what may enter text (booleans are printed, too).
    #[must_use]
    pub fn may_print(&self) -> bool {
        self.text.is_some() || self.int.is_some() || self.float || self.yes || self.no
    }

    /// The kinds that may occur, in words.
    #[must_use]
    pub fn kinds(&self) -> Vec<&'static str> {
        let kinds = [
            (self.null, "null"),
            (self.yes || self.no, "boolean"),
            (self.int.is_some(), "integer"),
            (self.float, "number"),
            (self.text.is_some(), "text"),
            (self.list.is_some(), "list"),
            (self.map.is_some(), "map"),
        ];
        kinds.into_iter().filter(|(there, _)| *there).map(|(_, kind)| kind).collect()
    }

    /// The kinds in words, for messages: `text or null`.
    #[must_use]
    pub fn describe(&self) -> String {
        if self.is_any() {
            return "any value".to_owned();
        }
        match self.kinds().as_slice() {
            [] => "no value".to_owned(),
            kinds => kinds.join(" or "),
        }
    }

    /// Whether the two share a kind (integers and floats count as one kind).
    #[must_use]
    pub fn shares_kind(&self, other: &Self) -> bool {
        (self.null && other.null)
            || ((self.yes || self.no) && (other.yes || other.no))
            || ((self.int.is_some() || self.float) && (other.int.is_some() || other.float))
            || (self.text.is_some() && other.text.is_some())
            || (self.list.is_some() && other.list.is_some())
            || (self.map.is_some() && other.map.is_some())
    }

    /// Whether a value of one can equal a value of the other.
    #[must_use]
    pub fn can_equal(&self, other: &Self) -> bool {
        let words = match (&self.text, &other.text) {
            (Some(Words::Known(a)), Some(Words::Known(b))) => !a.is_disjoint(b),
            (Some(_), Some(_)) => true,
            _ => false,
        };
        let ints = match (self.int, other.int) {
            (Some(a), Some(b)) => a.min <= b.max && b.min <= a.max,
            _ => false,
        };
        words
            || ints
            || (self.null && other.null)
            || (self.yes && other.yes)
            || (self.no && other.no)
            || (self.float && (other.float || other.int.is_some()))
            || (other.float && self.int.is_some())
            || (self.list.is_some() && other.list.is_some())
            || (self.map.is_some() && other.map.is_some())
    }

    /// The words, where text is a closed vocabulary.
    #[must_use]
    pub fn vocabulary(&self) -> Option<&BTreeSet<Text>> {
        match &self.text {
            Some(Words::Known(words)) => Some(words),
            _ => None,
        }
    }

    /// The words, where nothing but a closed vocabulary of text occurs.
    #[must_use]
    pub fn only_words(&self) -> Option<&BTreeSet<Text>> {
        if self.is_text() { self.vocabulary() } else { None }
    }

    /// What truth a value of this type can have: (can be true, can be false).
    #[must_use]
    pub fn truths(&self) -> (bool, bool) {
        let words_true = match &self.text {
            Some(Words::Known(words)) => words.iter().any(|word| !word.is_empty()),
            other => other.is_some(),
        };
        let words_false = match &self.text {
            Some(Words::Known(words)) => words.contains(""),
            other => other.is_some(),
        };
        let int = self.int.unwrap_or(IntRange { min: 1, max: 0 });
        let int_true = self.int.is_some() && (int.min, int.max) != (0, 0);
        let int_false = self.int.is_some() && int.min <= 0 && int.max >= 0;
        let list_true = self.list.as_ref().is_some_and(|list| list.max != Some(0));
        let list_false = self.list.as_ref().is_some_and(|list| list.min == 0);
        let map_true = self.map.as_ref().is_some_and(|map| !map.known.is_empty() || map.rest.is_some());
        let map_false = self.map.as_ref().is_some_and(|map| map.known.values().all(|field| field.optional));
        let can_be_true = self.yes || self.float || words_true || int_true || list_true || map_true;
        let can_be_false = self.null || self.no || self.float || words_false || int_false || list_false || map_false;
        (can_be_true, can_be_false)
    }

    /// The type of an element of the lists (or of a character of the texts, or a key of the maps) of this type.
    #[must_use]
    pub fn item(&self) -> Self {
        if self.is_any() {
            return Self::any();
        }
        self.list.as_ref().map_or_else(Self::never, |list| list.item.clone())
    }

    /// The type of the values of the maps of this type.
    #[must_use]
    pub fn values(&self) -> Self {
        if self.is_any() {
            return Self::any();
        }
        let Some(map) = &self.map else { return Self::never() };
        let known = Self::join_all(map.known.values().map(|field| field.ty.clone()));
        map.rest.as_ref().map_or(known.clone(), |rest| known.join(rest))
    }

    /// A field of the maps of this type: `None` where no map of it has such a field.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<Field> {
        if self.is_any() {
            return Some(Field { ty: Self::any(), optional: true });
        }
        let map = self.map.as_ref()?;
        match map.known.get(name) {
            Some(field) => Some(field.clone()),
            None => map.rest.as_ref().map(|rest| Field { ty: (**rest).clone(), optional: true }),
        }
    }
}

/// The words of either.
fn joined(mut a: Arc<BTreeSet<Text>>, b: &Arc<BTreeSet<Text>>) -> Words {
    if !b.is_subset(&a) {
        Arc::make_mut(&mut a).extend(b.iter().cloned());
    }
    if a.len() > MOST_WORDS { Words::Any } else { Words::Known(a) }
}

impl Fields {
    fn join(self, other: &Self) -> Self {
        let rest = match (self.rest, &other.rest) {
            (Some(a), Some(b)) => Some(Box::new(a.join(b))),
            (a, b) => a.or_else(|| b.clone()),
        };
        let mut known = self.known;
        for (name, field) in &mut known {
            match other.known.get(name) {
                Some(theirs) => {
                    field.ty = std::mem::take(&mut field.ty).join(&theirs.ty);
                    field.optional |= theirs.optional;
                }
                None => field.optional = true,
            }
        }
        for (name, theirs) in &other.known {
            if !known.contains_key(name) {
                known.insert(name.clone(), Field { ty: theirs.ty.clone(), optional: true });
            }
        }
        Self { known, rest }
    }
}

mod widen;

#[cfg(test)]
mod tests;
