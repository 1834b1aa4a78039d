//! The values that stand for a draw.
//!
//! In: what is known of a draw, and how it is read. Out: a list of values such that whatever the draw can be, a reader of that
//! kind sees the same as with one of them. Values that never occur may be among them; none that can occur is missed.

use std::collections::BTreeSet;

use crate::data::{Field, IntRange, ListType, Text, Type, Value};
use crate::program::Reading;

/// More values than these for one draw are not tried.
const MOST_VALUES: usize = 512;

/// Values that stand for a draw.
pub(super) struct Domain {
    /// The values.
    pub(super) values: Vec<Value>,
    /// Whether they are just the values that can occur, as far as the type tells.
    pub(super) exact: bool,
}

/// The values of a type for one reading; `None` where there are too many.
pub(super) fn domain(ty: &Type, reading: &Reading) -> Option<Domain> {
    match reading {
        Reading::Whole => {
            let values = values(ty, MOST_VALUES)?;
            Some(Domain { values, exact: ty.list.is_none() })
        }
        Reading::Against(limits) => {
            let rest = Type { int: None, float: false, ..ty.clone() };
            let mut list = values(&rest, MOST_VALUES)?;
            let mut exact = ty.list.is_none() && !ty.float;
            if let Some(range) = ty.int {
                let sides = integers(range, limits);
                exact &= range.max.checked_sub(range.min) == Some(sides.len() as i128 - 1);
                list.extend(sides.into_iter().map(Value::Int));
            }
            if ty.float {
                list.extend(floats(limits).into_iter().map(Value::Float));
            }
            Some(Domain { values: list, exact })
        }
    }
}

/// Integers of a range, on every side of every limit.
fn integers(range: IntRange, limits: &[Value]) -> BTreeSet<i128> {
    let mut sides = BTreeSet::from([range.min, range.max]);
    for limit in limits {
        let whole = match limit {
            Value::Int(number) => *number,
            #[expect(clippy::cast_possible_truncation, reason = "limits are integers, or floats below 2^53")]
            other => other.as_float().map_or(0, |number| number.floor() as i128),
        };
        let near = [whole.saturating_sub(1), whole, whole.saturating_add(1)];
        sides.extend(near.into_iter().filter(|side| (range.min..=range.max).contains(side)));
    }
    sides
}

/// Floats on every side of every limit; any one where there is no limit.
fn floats(limits: &[Value]) -> Vec<f64> {
    let near = |limit: f64| [limit.next_down(), limit, limit.next_up()];
    let sides: Vec<f64> = limits.iter().filter_map(Value::as_float).flat_map(near).collect();
    if sides.is_empty() { vec![0.0] } else { sides }
}

/// Every value of a type, `most` at most.
fn values(ty: &Type, most: usize) -> Option<Vec<Value>> {
    if ty.is_any() || ty.float {
        return None;
    }
    let mut all = Vec::new();
    let flags = [(ty.null, Value::Null), (ty.yes, Value::Bool(true)), (ty.no, Value::Bool(false))];
    all.extend(flags.into_iter().filter(|(there, _)| *there).map(|(_, value)| value));
    if ty.text.is_some() {
        all.extend(ty.vocabulary()?.iter().cloned().map(Value::Text));
    }
    if let Some(range) = ty.int {
        let count = range.max.checked_sub(range.min).and_then(|steps| usize::try_from(steps).ok())?;
        if count >= most {
            return None;
        }
        all.extend((range.min..=range.max).map(Value::Int));
    }
    if let Some(list) = &ty.list {
        all.extend(lists(list, most)?);
    }
    if let Some(map) = &ty.map {
        if map.rest.is_some() {
            return None;
        }
        all.extend(maps(&map.known.iter().collect::<Vec<_>>(), most)?);
    }
    (all.len() <= most).then_some(all)
}

/// Every list of the lengths that occur, whatever its order, elements repeated or not.
fn lists(list: &ListType, most: usize) -> Option<Vec<Value>> {
    let longest = list.max?;
    let items = if longest == 0 { Vec::new() } else { values(&list.item, most)? };
    let mut of_length = vec![Vec::new()];
    let mut all = Vec::new();
    for length in 0..=longest {
        if length >= list.min {
            all.extend(of_length.iter().map(|items: &Vec<Value>| Value::list(items.iter().cloned())));
        }
        if length == longest {
            break;
        }
        if of_length.len().checked_mul(items.len()).is_none_or(|next| next + all.len() > most) {
            return None;
        }
        let longer = |head: &Vec<Value>| {
            let head = head.clone();
            items.iter().map(move |item| head.iter().chain([item]).cloned().collect()).collect::<Vec<Vec<Value>>>()
        };
        of_length = of_length.iter().flat_map(longer).collect();
    }
    Some(all)
}

/// Every map of these fields.
fn maps(fields: &[(&Text, &Field)], most: usize) -> Option<Vec<Value>> {
    let mut all: Vec<Vec<(Text, Value)>> = vec![Vec::new()];
    for (name, field) in fields {
        let there = values(&field.ty, most)?;
        if all.len().checked_mul(there.len() + usize::from(field.optional)).is_none_or(|next| next > most) {
            return None;
        }
        let without = if field.optional { all.clone() } else { Vec::new() };
        let with = |head: &Vec<(Text, Value)>| {
            let head = head.clone();
            let longer = |value: &Value| head.iter().cloned().chain([((*name).clone(), value.clone())]).collect();
            there.iter().map(longer).collect::<Vec<Vec<(Text, Value)>>>()
        };
        all = all.iter().flat_map(with).chain(without).collect();
    }
    Some(all.into_iter().map(Value::map).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(ty: &Type, reading: &Reading) -> Option<usize> {
        domain(ty, reading).map(|domain| domain.values.len())
    }

    #[test]
    fn finite_types_are_listed_and_others_are_not() {
        assert_eq!(shown(&Type::words(["a", "b"]).join(&Type::bool()), &Reading::Whole), Some(4));
        assert_eq!(shown(&Type::int_range(-3, 3), &Reading::Whole), Some(7));
        assert_eq!(shown(&Type::int_range(0, 200_000), &Reading::Whole), None);
        assert_eq!(shown(&Type::int(), &Reading::Whole), None);
        assert_eq!(shown(&Type::float(), &Reading::Whole), None);
        assert_eq!(shown(&Type::any_text(), &Reading::Whole), None);
        assert_eq!(shown(&Type::any(), &Reading::Whole), None);
    }

    #[test]
    fn lists_and_maps_are_multiplied_out() {
        let pair = Type::list_between(Type::words(["a", "b", "c"]), 1, Some(2));
        assert_eq!(shown(&pair, &Reading::Whole), Some(3 + 9));
        assert_eq!(shown(&Type::list_of(Type::bool()), &Reading::Whole), None);
        assert_eq!(shown(&Type::list_between(Type::bool(), 0, Some(20)), &Reading::Whole), None);
        assert_eq!(shown(&Type::list_between(Type::never(), 0, Some(0)), &Reading::Whole), Some(1));
        let bid = Type::map_of([("cost", Type::int_range(1, 3)), ("late", Type::bool())]);
        assert_eq!(shown(&bid, &Reading::Whole), Some(6));
    }

    #[test]
    fn limits_take_the_place_of_the_numbers() {
        let limits = |list: &[Value]| Reading::Against(list.to_vec());
        let people = Type::int_range(1, 200_000);
        let found = domain(&people, &limits(&[Value::Int(5000), Value::Float(9.5)])).unwrap();
        let wanted: Vec<Value> = [1, 8, 9, 10, 4999, 5000, 5001, 200_000].map(Value::Int).to_vec();
        assert_eq!(found.values, wanted);
        assert!(!found.exact);
        assert!(domain(&Type::int_range(1, 3), &limits(&[Value::Int(2)])).unwrap().exact);
        let load = domain(&Type::float(), &limits(&[Value::Float(0.5)])).unwrap();
        assert!(load.values.iter().filter_map(Value::as_float).any(|number| number < 0.5));
        assert!(load.values.iter().filter_map(Value::as_float).any(|number| number > 0.5));
    }
}
