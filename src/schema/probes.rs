//! What is tried at one place: values just outside of its type, and those inside that no record showed.

use super::Relation;
use super::places::Place;
use crate::data::{IntRange, Text, Type, Value, Words};
use crate::diag::quoted_list;
use crate::json;

/// Words of a vocabulary that are told by name.
const TOLD: usize = 4;

/// A text that no vocabulary holds.
pub(super) const STRANGE: &str = "~ no such word ~";

/// What becomes of a place.
pub(super) enum Change {
    /// Another value stands there.
    Set(Value),
    /// Nothing does.
    Remove,
    /// A map there has one field more.
    AddField,
    /// A list there repeats its first element until it has so many.
    Lengthen(usize),
}

/// One trial.
pub(super) struct Probe {
    /// What it would show.
    pub(super) relation: Relation,
    /// The change.
    pub(super) change: Change,
    /// The same in words.
    pub(super) what: String,
}

/// Everything that is tried at a place.
pub(super) fn of(place: &Place) -> Vec<Probe> {
    let ty = &place.ty;
    if ty.is_any() || ty.is_never() {
        return Vec::new();
    }
    let mut probes = Vec::new();
    if place.is_field {
        let relation = if place.optional { Relation::Forbids } else { Relation::Allows };
        if !(place.optional && place.is_ever_absent()) {
            probes.push(Probe { relation, change: Change::Remove, what: "that it is missing".to_owned() });
        }
    }
    let mut add = |relation, value: Value, what: String| probes.push(Probe { relation, change: Change::Set(value), what });
    for (value, what) in others(ty) {
        add(Relation::Allows, value, what.to_owned());
    }
    if let Some(Words::Known(words)) = &ty.text {
        let told = quoted_list(words.iter().take(TOLD).map(Text::as_str));
        let more = words.len().checked_sub(TOLD).filter(|more| *more > 0);
        let told = more.map_or(told.clone(), |more| format!("{told} and {more} more"));
        add(Relation::Allows, Value::text(STRANGE), format!("other words than {told}"));
        for word in words.difference(&place.seen) {
            add(Relation::Forbids, Value::Text(word.clone()), json::shown(Some(&Value::Text(word.clone()))));
        }
    }
    if let Some(range) = ty.int.filter(|_| !ty.float) {
        for (number, end) in beyond(range) {
            add(Relation::Allows, Value::Int(number), format!("{number}, beyond {end}"));
        }
        for end in ends(range) {
            add(Relation::Forbids, Value::Int(end), end.to_string());
        }
    }
    for (may_be, value) in [(ty.null, Value::Null), (ty.yes, Value::Bool(true)), (ty.no, Value::Bool(false))] {
        if may_be {
            add(Relation::Forbids, value.clone(), json::shown(Some(&value)));
        }
    }
    let mut change = |change, what: String| probes.push(Probe { relation: Relation::Allows, change, what });
    if ty.map.as_ref().is_some_and(|fields| fields.rest.is_none()) {
        change(Change::AddField, "other fields".to_owned());
    }
    if let Some(list) = &ty.list {
        if list.min > 0 {
            change(Change::Set(Value::list([])), "an empty list".to_owned());
        }
        if let Some(max) = list.max {
            change(Change::Lengthen(max + 1), format!("more than {max} elements"));
        }
    }
    probes
}

/// A value of each kind that the type does not have.
fn others(ty: &Type) -> impl Iterator<Item = (Value, &'static str)> {
    let kinds = [
        (ty.null, Value::Null, "null"),
        (ty.yes || ty.no, Value::Bool(true), "booleans"),
        (ty.int.is_some() || ty.float, Value::Int(7), "numbers"),
        (ty.float || ty.int.is_none(), Value::Float(0.5), "fractions"),
        (ty.text.is_some(), Value::text(STRANGE), "text"),
        (ty.list.is_some(), Value::list([]), "lists"),
        (ty.map.is_some(), Value::map([]), "maps"),
    ];
    kinds.into_iter().filter(|(may_be, ..)| !may_be).map(|(_, value, what)| (value, what))
}

/// The integers next to a range, with the end that they pass.
fn beyond(range: IntRange) -> impl Iterator<Item = (i128, i128)> {
    let (least, greatest) = range.ends();
    [least.map(|end| (end - 1, end)), greatest.map(|end| (end + 1, end))].into_iter().flatten()
}

fn ends(range: IntRange) -> impl Iterator<Item = i128> {
    let (least, greatest) = range.ends();
    [least, greatest].into_iter().flatten()
}

#[cfg(test)]
mod tests {
    use super::super::places::Places;
    use super::*;

    fn probed(ty: Type, value: Value) -> Vec<String> {
        let ty = Type::map_of([("x", ty)]);
        let record = Value::map([("x".into(), value)]);
        let places = Places::of(&ty, &[record]);
        let place = places.iter().find(|(path, _)| *path == "x").unwrap().1;
        of(place).into_iter().map(|probe| format!("{} {}", probe.relation.word(), probe.what)).collect()
    }

    #[test]
    fn a_type_is_tried_at_its_edges() {
        let found = probed(Type::int_range(0, 9), Value::Int(3));
        let expected = ["null", "booleans", "fractions", "text", "lists", "maps", "-1, beyond 0", "10, beyond 9"];
        assert!(expected.iter().all(|what| found.contains(&format!("allows {what}"))), "{found:?}");
        assert!(found.contains(&"allows that it is missing".to_owned()) && found.contains(&"forbids 9".to_owned()));
        let found = probed(Type::words(["a", "b"]), Value::text("a"));
        assert!(found.contains(&"allows other words than `a`, `b`".to_owned()), "{found:?}");
        assert!(found.contains(&"forbids \"b\"".to_owned()) && !found.contains(&"forbids \"a\"".to_owned()));
        assert_eq!(probed(Type::any(), Value::Null), [] as [&str; 0]);
    }
}
