//! What the types of arguments say: literals, small sets of values, element types and lengths.

use std::collections::BTreeSet;

use super::arguments::{Bound, MOST_PARAMS};
use super::{Call, Misfit, TypeCall};
use crate::data::{IntRange, Text, Type, Value};
use crate::diag::codes;

/// A result is worked out value by value up to this many combinations of arguments.
const MOST_CASES: usize = 64;

/// The one text that a type holds.
pub(super) fn literal(ty: &Type) -> Option<&str> {
    let words = ty.only_words()?;
    if words.len() == 1 { words.first().map(Text::as_str) } else { None }
}

/// Every value of a type, where there are at most 64 and all are known.
pub(super) fn values(ty: &Type) -> Option<Vec<Value>> {
    if ty.float || ty.list.is_some() || ty.map.is_some() || ty.is_never() {
        return None;
    }
    let mut all = Vec::new();
    all.extend(ty.null.then_some(Value::Null));
    all.extend(ty.yes.then_some(Value::Bool(true)));
    all.extend(ty.no.then_some(Value::Bool(false)));
    if let Some(IntRange { min, max }) = ty.int {
        if max.checked_sub(min)? >= 64 {
            return None;
        }
        all.extend((min..=max).map(Value::Int));
    }
    if ty.text.is_some() {
        let words = ty.vocabulary().filter(|words| words.len() <= MOST_CASES)?;
        all.extend(words.iter().map(|word| Value::Text(word.clone())));
    }
    Some(all)
}

/// The result type of a row that works on scalars: where every argument has few known values, the results themselves;
/// elsewhere `otherwise`.
pub(super) fn pointwise(call: &TypeCall<'_>, otherwise: Type) -> Result<Type, Misfit> {
    let Some(columns) = columns(call) else { return Ok(otherwise) };
    let cases: usize = columns.iter().flatten().map(Vec::len).product();
    if cases == 0 || cases > MOST_CASES {
        return Ok(otherwise);
    }
    let mut result = Type::never();
    let mut refused = None;
    for case in 0..cases {
        match (call.builtin.call)(&Call { builtin: call.builtin, args: pick(call, &columns, case), scope: call.scope }) {
            Ok(value) => result = result.join(&Type::of(&value)),
            Err(message) => refused = Some(message),
        }
    }
    match refused {
        Some(message) if result.is_never() => Err(Misfit::new(codes::BAD_ARGUMENTS, message)),
        _ => Ok(result),
    }
}

type Columns = [Option<Vec<Value>>; MOST_PARAMS];

/// The possible values of each argument; `None` where one has too many.
fn columns(call: &TypeCall<'_>) -> Option<Columns> {
    if !call.args.rest().is_empty() || call.args.open().next().is_some() {
        return None;
    }
    let mut columns: Columns = [const { None }; MOST_PARAMS];
    for (at, column) in columns.iter_mut().enumerate() {
        if let Some(ty) = call.get(at) {
            *column = Some(values(ty)?);
        }
    }
    Some(columns)
}

/// The arguments of one case: the case number in mixed radix, one digit an argument.
fn pick<'v>(call: &TypeCall<'_>, columns: &'v Columns, mut case: usize) -> Bound<'v, Value> {
    let mut slots = [None; MOST_PARAMS];
    for (slot, column) in slots.iter_mut().zip(columns) {
        if let Some(column) = column {
            *slot = column.get(case % column.len());
            case /= column.len();
        }
    }
    Bound::of_slots(call.builtin, slots)
}

/// Element type and fewest and most elements of the lists of a type.
pub(super) fn elements(ty: &Type) -> (Type, usize, Option<usize>) {
    match &ty.list {
        Some(list) => (ty.item(), list.min, list.max),
        None => (Type::never(), 0, None),
    }
}

/// Refuses lists and maps that are always empty, for rows that need an element.
pub(super) fn need_element(call: &TypeCall<'_>, at: usize) -> Result<(), Misfit> {
    let empty = |ty: &Type| (ty.is_list() && elements(ty).2 == Some(0)) || (ty.is_map() && entries(ty).1 == Some(0));
    if call.get(at).is_some_and(empty) { Err(call.refuse(at, "is always empty")) } else { Ok(()) }
}

/// The integers of a type that holds nothing else.
pub(super) fn only_ints(ty: &Type) -> Option<IntRange> {
    ty.int.filter(|_| ty.is_int())
}

/// The one integer that a type holds: a literal.
pub(super) fn one_int(ty: &Type) -> Option<i128> {
    only_ints(ty).filter(|range| range.min == range.max).map(|range| range.min)
}

/// The one number of elements that a list of the type has.
pub(super) fn exact_length(ty: &Type) -> Option<usize> {
    let (_, min, max) = elements(ty);
    max.filter(|max| ty.is_list() && *max == min)
}

/// The words that every list of a type holds: as many different elements as there are words.
pub(super) fn certain_words(list: &Type) -> Option<BTreeSet<Text>> {
    let known = list.list.as_ref().filter(|known| list.is_list() && known.distinct)?;
    known.item.only_words().filter(|words| words.len() == known.min).cloned()
}

/// Only the numbers of a type; all numbers where it has none.
pub(super) fn numbers(ty: &Type) -> Type {
    let numbers = Type { int: ty.int, float: ty.float, ..Type::default() };
    if numbers.is_never() { Type::number() } else { numbers }
}

/// A number of elements as an integer of the language.
pub(super) fn length(count: usize) -> i128 {
    i128::try_from(count).unwrap_or(i128::MAX)
}

/// The integers from `min` to `max` elements.
pub(super) fn length_type(min: usize, max: Option<usize>) -> Type {
    Type::int_range(length(min), max.map_or(i128::from(i64::MAX), length))
}

/// The keys of the maps of a type.
pub(super) fn keys(ty: &Type) -> Type {
    match &ty.map {
        Some(map) if map.rest.is_none() => Type::words(map.known.keys().cloned()),
        Some(_) => Type::any_text(),
        None => Type::never(),
    }
}

/// Fewest and most entries of the maps of a type.
pub(super) fn entries(ty: &Type) -> (usize, Option<usize>) {
    let Some(map) = &ty.map else { return (0, None) };
    let certain = map.known.values().filter(|field| !field.optional).count();
    (certain, map.rest.is_none().then_some(map.known.len()))
}
