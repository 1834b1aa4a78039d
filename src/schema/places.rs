//! The places of a record, by its type: where each stands in which records.
//!
//! In: the type of records, and some of them. Out: every place that the type knows by name, with a few records that have it and a
//! few that do not. Elements of a list are one place, `*`.

use std::collections::BTreeSet;

use indexmap::IndexMap;

use super::probes::Change;
use crate::data::{Map, Text, Type, Value};

/// So many records stand for all that have a place.
const WITNESSES: usize = 3;

/// Where a place stands: the number of a record, and the path in it.
pub(super) type Witness = (usize, String);

/// One place.
pub(super) struct Place {
    /// What can stand there.
    pub(super) ty: Type,
    /// Whether nothing may stand there.
    pub(super) optional: bool,
    /// Whether it is a field, which can be left out; an element cannot.
    pub(super) is_field: bool,
    /// Texts that stand there in some record.
    pub(super) seen: BTreeSet<Text>,
    /// Records that have it.
    present: Vec<Witness>,
    /// Records that do not, where it would stand.
    absent: Vec<Witness>,
}

impl Place {
    /// The records in which a change can be tried: first those that have the place.
    pub(super) fn witnesses(&self, change: &Change) -> impl Iterator<Item = &Witness> {
        let may_be_added = if matches!(change, Change::Set(_)) { self.absent.as_slice() } else { &[] };
        self.present.iter().chain(may_be_added)
    }

    /// Whether some record lacks it.
    pub(super) fn is_ever_absent(&self) -> bool {
        !self.absent.is_empty()
    }
}

/// Every place, by its path.
#[derive(Default)]
pub(super) struct Places(IndexMap<String, Place>);

impl Places {
    pub(super) fn of(ty: &Type, records: &[Value]) -> Self {
        let mut places = Self::default();
        for (at, record) in records.iter().enumerate() {
            places.walk(ty, Kind::Whole, Some(record), (at, String::new()), "");
        }
        places
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &Place)> {
        self.0.iter().map(|(path, place)| (path.as_str(), place))
    }

    fn walk(&mut self, ty: &Type, kind: Kind, value: Option<&Value>, witness: Witness, general: &str) {
        let fresh = || Place {
            ty: ty.clone(),
            optional: kind == Kind::Optional,
            is_field: matches!(kind, Kind::Optional | Kind::Required),
            seen: BTreeSet::new(),
            present: Vec::new(),
            absent: Vec::new(),
        };
        let place = self.0.entry(general.to_owned()).or_insert_with(fresh);
        let list = if value.is_some() { &mut place.present } else { &mut place.absent };
        if list.len() < WITNESSES {
            list.push(witness.clone());
        }
        let (at, path) = witness;
        match value {
            Some(Value::Text(text)) if !place.seen.contains(text) => {
                place.seen.insert(text.clone());
            }
            Some(Value::Map(map)) => {
                for (key, field) in ty.map.iter().flat_map(|fields| &fields.known) {
                    let kind = if field.optional { Kind::Optional } else { Kind::Required };
                    self.walk(&field.ty, kind, map.get(key), (at, inner(&path, key)), &inner(general, key));
                }
            }
            Some(Value::List(items)) => {
                let item = ty.list.as_ref().map(|list| list.item.clone()).unwrap_or_default();
                for (number, one) in items.iter().enumerate() {
                    self.walk(&item, Kind::Element, Some(one), (at, inner(&path, &number.to_string())), &inner(general, "*"));
                }
            }
            _ => {}
        }
    }
}

/// What a place is of the one around it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Whole,
    Required,
    Optional,
    Element,
}

/// The path of a field or an element of what stands at a path.
pub(super) fn inner(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") }
}

/// A path with `*` for the number of any element.
pub(super) fn general(path: &str) -> String {
    let step = |step: &str| if step.bytes().all(|byte| byte.is_ascii_digit()) { "*".to_owned() } else { step.to_owned() };
    path.split('.').map(step).collect::<Vec<_>>().join(".")
}

/// A value with another at a path, or without what stands there; `None` where the path leads nowhere.
pub(super) fn with(value: &Value, path: &str, new: Option<&Value>) -> Option<Value> {
    if path.is_empty() {
        return new.cloned();
    }
    let (key, rest) = path.split_once('.').unwrap_or((path, ""));
    match value {
        Value::Map(map) => {
            let part = if rest.is_empty() { new.cloned() } else { Some(with(map.get(key)?, rest, new)?) };
            let mut changed = Map::default();
            for (name, old) in map.iter() {
                match &part {
                    Some(part) if name == key => drop(changed.insert(name.clone(), part.clone())),
                    None if name == key => {}
                    _ => drop(changed.insert(name.clone(), old.clone())),
                }
            }
            if let Some(part) = part.filter(|_| map.get(key).is_none()) {
                changed.insert(key.into(), part);
            }
            Some(Value::Map(changed.into()))
        }
        Value::List(items) => {
            let at: usize = key.parse().ok()?;
            let old = items.get(at)?;
            let part = if rest.is_empty() { new?.clone() } else { with(old, rest, new)? };
            Some(Value::list(items.iter().enumerate().map(|(one, old)| if one == at { part.clone() } else { old.clone() })))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;

    #[test]
    fn one_place_is_changed_and_the_rest_stays() {
        let value = json::read(r#"{"a": [{"b": 1}, {"b": 2}], "c": 3}"#).unwrap();
        let text = |value: Option<Value>| value.map(|value| json::shown(Some(&value)));
        let new = Value::Int(9);
        assert_eq!(with(&value, "a.1.b", Some(&new)), json::read(r#"{"a": [{"b": 1}, {"b": 9}], "c": 3}"#).ok());
        assert_eq!(with(&value, "a.0.b", None), json::read(r#"{"a": [{}, {"b": 2}], "c": 3}"#).ok());
        assert_eq!(with(&value, "a.0.x", Some(&new)), json::read(r#"{"a": [{"b": 1, "x": 9}, {"b": 2}], "c": 3}"#).ok());
        assert_eq!((text(with(&value, "a.2", Some(&new))), text(with(&value, "c.d", Some(&new)))), (None, None));
        assert_eq!(general("a.10.b"), "a.*.b");
    }

    #[test]
    fn places_are_those_of_the_type() {
        let item = Type::map_of([("b", Type::int())]);
        let ty = Type::map_of([("a", Type::list_of(item)), ("c", Type::words(["x", "y"]))]);
        let records =
            [r#"{"a": [{"b": 1}, {"b": 2}], "c": "x"}"#, r#"{"a": [], "c": "x"}"#].map(|text| json::read(text).unwrap());
        let places = Places::of(&ty, &records);
        let found: Vec<(&str, usize)> = places.iter().map(|(path, place)| (path, place.present.len())).collect();
        assert_eq!(found, [("", 2), ("a", 2), ("a.*", 2), ("a.*.b", 2), ("c", 2)]);
        assert!(places.0["c"].seen.contains("x") && !places.0["c"].is_ever_absent());
    }
}
