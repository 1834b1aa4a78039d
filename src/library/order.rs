//! Order: sorting and the least and the greatest. Text is ordered by code point; text against numbers is an error.

use std::cmp::Ordering;

use super::{Builtin, Call, Kinds, Misfit, Param, Roles, TypeCall, attributes, incomparable, known};
use crate::data::{IntRange, Type, Value};
use crate::diag::codes;

const KEY: Kinds = Kinds::TEXT.or(Kinds::INT);

pub(super) static ROWS: &[Builtin] = &[
    Builtin::new("sort", Roles::Both, SORT, sort_type, sort).doc(
        "The elements in ascending order, by themselves or by attributes (`'age, name'`), equal ones in their old order; \
         `reverse` for descending order. Text is ordered by code point.",
        "[3, 1, 2] | sort",
        "[1,2,3]",
    ),
    Builtin::new("min", Roles::Both, EXTREME, extreme_type, |call| extreme(call, Ordering::Less))
        .rest("further", Kinds::ANY)
        .doc(
            "The least element of a list (by an attribute, where given), or the least argument; of nothing an error.",
            "min(3, 1, 2)",
            "1",
        ),
    Builtin::new("max", Roles::Both, EXTREME, extreme_type, |call| extreme(call, Ordering::Greater))
        .rest("further", Kinds::ANY)
        .doc(
            "The greatest element of a list (by an attribute, where given), or the greatest argument; of nothing an error.",
            "[3, 1, 2] | max",
            "3",
        ),
    Builtin::new("argmin", Roles::Both, ARG, arg_type, |call| arg(call, Ordering::Less)).doc(
        "The element whose `key` (an attribute or an index) is least, the first of equals; of a map, the key of its least \
         value. Of nothing an error.",
        "argmin([{'id': 'a', 'cost': 3}, {'id': 'b', 'cost': 2}], 'cost')",
        "{\"id\":\"b\",\"cost\":2}",
    ),
    Builtin::new("argmax", Roles::Both, ARG, arg_type, |call| arg(call, Ordering::Greater)).doc(
        "The element whose `key` (an attribute or an index) is greatest, the first of equals; of a map, the key of its \
         greatest value. Of nothing an error.",
        "argmax({'yes': 3, 'no': 5})",
        "\"no\"",
    ),
];

static SORT: &[Param] = &[Param::need("list", Kinds::LIST), Param::may("reverse", Kinds::BOOL), Param::may("attribute", KEY)];
static EXTREME: &[Param] = &[Param::need("first", Kinds::ANY), Param::keyword("attribute", KEY)];
static ARG: &[Param] = &[Param::need("list", Kinds::LIST.or(Kinds::MAP)), Param::may("key", KEY)];

/// The order of two values.
pub(super) fn order(a: &Value, b: &Value) -> Result<Ordering, String> {
    a.compare(b).ok_or_else(|| format!("{} and {} have no order", a.kind(), b.kind()))
}

fn sort(call: &Call<'_>) -> Result<Value, String> {
    let path = attributes::path(call, 2)?;
    let paths: Vec<&str> = path.iter().flat_map(|path| path.split(',')).map(str::trim).collect();
    let key = |item: &Value| match paths.as_slice() {
        [] => Ok(item.clone()),
        [path] => attributes::get(item, path).cloned(),
        paths => paths.iter().map(|path| attributes::get(item, path).cloned()).collect::<Result<Vec<_>, _>>().map(Value::list),
    };
    let mut keyed = call.list(0)?.iter().map(|item| Ok((key(item)?, item))).collect::<Result<Vec<_>, String>>()?;
    let mut refused = None;
    keyed.sort_by(|(a, _), (b, _)| {
        let found = order(a, b).unwrap_or_else(|message| {
            refused = Some(message);
            Ordering::Equal
        });
        if call.truth(1) { found.reverse() } else { found }
    });
    match refused {
        Some(message) => Err(message),
        None => Ok(Value::list(keyed.into_iter().map(|(_, item)| item.clone()))),
    }
}

fn sort_type(call: &TypeCall<'_>) -> Result<Type, Misfit> {
    let ty = call.ty(0);
    let (item, min, max) = known::elements(&ty);
    let keys = match call.literal(2) {
        Some(paths) => paths
            .split(',')
            .map(|path| attributes::field(&item, path.trim()))
            .collect::<Result<Vec<_>, _>>()
            .map_err(|misfit| call.blame(2, misfit))?,
        None => vec![attributes::key_type(call, 2, &item)?],
    };
    for key in keys {
        need_order(call, &key)?;
    }
    Ok(Type::list_between(item, min, max))
}

/// Refuses elements that have no order among themselves.
fn need_order(call: &TypeCall<'_>, key: &Type) -> Result<(), Misfit> {
    match incomparable(key, key) {
        Some(misfit) => Err(call.blame(0, misfit)),
        None => Ok(()),
    }
}

/// The first key that is in order `wanted` to all before it and not passed by any after it.
fn position(keys: &[&Value], wanted: Ordering) -> Result<Option<usize>, String> {
    let mut best: Option<(usize, &Value)> = None;
    for (at, key) in keys.iter().enumerate() {
        match best {
            Some((_, held)) if order(key, held)? != wanted => {}
            _ => best = Some((at, key)),
        }
    }
    Ok(best.map(|(at, _)| at))
}

fn extreme(call: &Call<'_>, wanted: Ordering) -> Result<Value, String> {
    let further = call.args.rest();
    let path = attributes::path(call, 1)?;
    let items: Vec<&Value> = match call.value(0)? {
        first if !further.is_empty() => std::iter::once(first).chain(further).collect(),
        _ => call.list(0)?.iter().collect(),
    };
    let keys = items.iter().map(|item| attributes::keyed(item, path.as_deref())).collect::<Result<Vec<_>, _>>()?;
    let found = position(&keys, wanted)?.and_then(|at| items.get(at));
    found.map(|item| (*item).clone()).ok_or_else(|| call.refuse(0, "is empty"))
}

fn extreme_type(call: &TypeCall<'_>) -> Result<Type, Misfit> {
    let first = call.ty(0);
    if call.args.rest().is_empty() {
        if !Kinds::LIST.may_take(&first) {
            let message = format!("`{}` takes a list or several arguments, found {}", call.builtin.name, first.describe());
            return Err(call.misfit(0, codes::TYPE_MISMATCH, message));
        }
        known::need_element(call, 0)?;
        let item = known::elements(&first).0;
        need_order(call, &attributes::key_type(call, 1, &item)?)?;
        return Ok(item);
    }
    let all: Vec<&Type> = std::iter::once(&first).chain(call.args.rest()).collect();
    let key = attributes::key_type(call, 1, &first)?;
    for other in call.args.rest() {
        if let Some(misfit) = incomparable(&key, &attributes::key_type(call, 1, other)?) {
            return Err(misfit);
        }
    }
    let joined = Type::join_all(all.iter().map(|ty| (*ty).clone()));
    let ranges: Option<Vec<IntRange>> = all.iter().map(|ty| ty.int.filter(|_| ty.is_int())).collect();
    let (Some(ranges), least) = (ranges, call.builtin.name == "min") else { return Ok(joined) };
    let ends = |end: fn(&IntRange) -> i128| {
        let ends = ranges.iter().map(end);
        if least { ends.min() } else { ends.max() }
    };
    Ok(ends(|range| range.min).zip(ends(|range| range.max)).map_or(joined, |(min, max)| Type::int_range(min, max)))
}

fn arg(call: &Call<'_>, wanted: Ordering) -> Result<Value, String> {
    let path = attributes::path(call, 1)?;
    let nothing = || call.refuse(0, "is empty");
    if let Value::Map(map) = call.value(0)? {
        let keys = map.values().map(|value| attributes::keyed(value, path.as_deref())).collect::<Result<Vec<_>, _>>()?;
        let found = position(&keys, wanted)?.and_then(|at| map.entries().get(at));
        return found.map(|(key, _)| Value::Text(key.clone())).ok_or_else(nothing);
    }
    let items = call.list(0)?;
    let keys = items.iter().map(|item| attributes::keyed(item, path.as_deref())).collect::<Result<Vec<_>, _>>()?;
    position(&keys, wanted)?.and_then(|at| items.get(at)).cloned().ok_or_else(nothing)
}

fn arg_type(call: &TypeCall<'_>) -> Result<Type, Misfit> {
    known::need_element(call, 0)?;
    let ty = call.ty(0);
    let item = if ty.list.is_some() { ty.item() } else { Type::never() };
    let values = if ty.map.is_some() { ty.values() } else { Type::never() };
    need_order(call, &attributes::key_type(call, 1, &item.clone().join(&values))?)?;
    Ok(if ty.map.is_some() { item.join(&known::keys(&ty)) } else { item })
}

#[cfg(test)]
mod tests {
    use super::super::testing::*;
    use super::*;

    #[test]
    fn sorting_is_stable_and_strict() {
        let by = |attribute: &str, reverse| {
            let named = [("attribute", text(attribute)), ("reverse", Value::Bool(reverse))];
            let sorted = run_with("sort", &[votes()], &named).unwrap();
            run_with("map", &[sorted], &[("attribute", text("weight"))]).unwrap()
        };
        assert_eq!(by("option", false), ints(&[3, 5, 4]));
        assert_eq!(by("option", true), ints(&[4, 3, 5]));
        assert_eq!(by("option, weight", true), ints(&[4, 5, 3]));
        assert!(run("sort", &[Value::list([Value::Int(1), text("a")])]).unwrap_err().contains("no order"));
        assert!(run_with("sort", &[votes()], &[("attribute", text("x"))]).is_err());
        assert_eq!(misfit("sort", &[votes_type()]).code, codes::TYPE_MISMATCH);
        assert_eq!(
            typed_with("sort", &[votes_type()], &[("attribute", words(&["weigt"]))]).unwrap_err().hint.unwrap(),
            "did you mean `weight`?"
        );
    }

    #[test]
    fn extremes() {
        assert_eq!(run("max", &[Value::Int(1), Value::Float(2.5)]).unwrap(), Value::Float(2.5));
        assert!(run("min", &[ints(&[])]).is_err());
        assert!(run("min", &[Value::Int(1), text("a")]).is_err());
        let heaviest = run_with("max", &[votes()], &[("attribute", text("weight"))]).unwrap();
        assert_eq!(heaviest.at("option"), Some(&text("a")));
        assert_eq!(run("argmax", &[votes(), text("option")]).unwrap().at("weight"), Some(&Value::Int(4)));
        assert_eq!(run("argmin", &[Value::list([ints(&[2, 9]), ints(&[1, 9])]), Value::Int(1)]).unwrap(), ints(&[2, 9]));
        assert_eq!(run("argmax", &[map(&[])]).unwrap_err(), "`list` of `argmax` is empty");
        assert_eq!(run("max", &[ints(&[])]).unwrap_err(), "`first` of `max` is empty");
        let (cheap, dear) = (map(&[("cost", Value::Int(1))]), map(&[("cost", Value::Int(2))]));
        assert_eq!(run_with("max", &[cheap, dear.clone()], &[("attribute", text("cost"))]).unwrap(), dear);
    }

    #[test]
    fn types_of_extremes() {
        assert_eq!(typed("min", &[Type::int_range(0, 9), Type::int_range(3, 5)]), Type::int_range(0, 5));
        assert_eq!(typed("max", &[Type::list_of(words(&["a", "b"]))]), words(&["a", "b"]));
        assert_eq!(typed("argmax", &[votes_type(), words(&["weight"])]), votes_type().item());
        assert_eq!(typed("argmax", &[Type::map_of([("yes", Type::int()), ("no", Type::int())])]), words(&["yes", "no"]));
        assert_eq!(misfit("argmax", &[votes_type(), words(&["weigth"])]).code, codes::UNDEFINED_ATTRIBUTE);
        assert_eq!(misfit("max", &[Type::any_text(), Type::int()]).code, codes::TYPE_MISMATCH);
        assert_eq!(misfit("argmin", &[Type::map_of::<&str>([])]).message, "`list` of `argmin` is always empty");
        let cost = Type::map_of([("cost", Type::int())]);
        assert!(typed_with("max", &[cost.clone(), cost.clone()], &[("attribute", words(&["cost"]))]).is_ok());
        assert!(typed_with("max", &[cost.clone(), cost], &[("attribute", words(&["csot"]))]).is_err());
    }
}
