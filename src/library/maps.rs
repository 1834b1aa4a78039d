//! Maps: made, merged, and as pairs; and the value that stands in for an absent one.

use std::cmp::Ordering;

use super::order::order;
use super::{Builtin, Call, Kinds, Misfit, Param, Roles, TypeCall, known};
use crate::data::{Field, Fields, Type, Value};
use crate::diag::codes;

const MAP: Kinds = Kinds::MAP;

pub(super) static ROWS: &[Builtin] = &[
    Builtin::new("dict", Roles::Function, &[Param::may("map", MAP)], dict_type, dict).open("entries", Kinds::ANY).doc(
        "The entries of `map`, if given, and then the keywords; a keyword wins.",
        "dict({'a': 1}, b=2)",
        "{\"a\":1,\"b\":2}",
    ),
    Builtin::new(
        "merge",
        Roles::Both,
        &[Param::need("a", MAP), Param::need("b", MAP)],
        |call| Ok(merged(&call.ty(0), &call.ty(1))),
        merge,
    )
    .doc(
        "The entries of both maps; of a key in both, the value of `b` at the place of `a`.",
        "merge({'a': 1}, {'a': 2})",
        "{\"a\":2}",
    ),
    Builtin::new("pairs", Roles::Both, &[Param::need("map", MAP)], pairs_type, |call| Ok(pairs(call.map(0)?.iter())))
        .aliases(&["items"])
        .doc("The entries of a map as lists of key and value, in their order.", "pairs({'a': 1})", "[[\"a\",1]]"),
    Builtin::new("dictsort", Roles::Filter, DICTSORT, pairs_type, dictsort).doc(
        "The entries of a map as lists of key and value, sorted `by` `key` (default) or `value`; `reverse` for descending order.",
        "{'b': 1, 'a': 2} | dictsort",
        "[[\"a\",2],[\"b\",1]]",
    ),
    Builtin::new(
        "default",
        Roles::Filter,
        &[Param::need("value", Kinds::ANY), Param::need("fallback", Kinds::ANY)],
        default_type,
        default,
    )
    .aliases(&["d"])
    .lenient()
    .doc("The value, or `fallback` where it is absent. Null is not absent.", "none | default(1)", "null"),
];

static DICTSORT: &[Param] = &[Param::need("map", MAP), Param::may("by", Kinds::TEXT), Param::may("reverse", Kinds::BOOL)];

fn dict(call: &Call<'_>) -> Result<Value, String> {
    let mut map = if call.get(0).is_some() { call.map(0)?.clone() } else { crate::data::Map::default() };
    for (key, value) in call.args.open() {
        map.insert(key.clone(), value.clone());
    }
    Ok(Value::Map(map.into()))
}

fn dict_type(call: &TypeCall<'_>) -> Result<Type, Misfit> {
    let keywords = Type::map_of(call.args.open().cloned());
    Ok(call.get(0).map_or(keywords.clone(), |map| merged(map, &keywords)))
}

fn merge(call: &Call<'_>) -> Result<Value, String> {
    Ok(Value::map(call.map(0)?.iter().chain(call.map(1)?).cloned()))
}

/// The maps of type `a` with those of type `b` laid over them.
pub(super) fn merged(a: &Type, b: &Type) -> Type {
    if a.is_any() || b.is_any() {
        return Type::map_to(Type::any());
    }
    let (Some(under), Some(over)) = (&a.map, &b.map) else { return Type::map_to(Type::any()) };
    let mut known = under.known.clone();
    if let Some(rest) = &over.rest {
        for field in known.values_mut() {
            field.ty = std::mem::take(&mut field.ty).join(rest);
        }
    }
    for (name, field) in &over.known {
        let below = under.known.get(name).cloned().or_else(|| a.field(name));
        let ty = below.as_ref().filter(|_| field.optional).map_or(field.ty.clone(), |below| field.ty.clone().join(&below.ty));
        let optional = field.optional && below.is_none_or(|below| below.optional);
        known.insert(name.clone(), Field { ty, optional });
    }
    let rest = match (&under.rest, &over.rest) {
        (Some(x), Some(y)) => Some(Box::new((**x).clone().join(y))),
        (x, y) => x.clone().or_else(|| y.clone()),
    };
    Type::of_fields(Fields { known, rest })
}

fn pairs<'a>(entries: impl Iterator<Item = &'a (crate::data::Text, Value)>) -> Value {
    Value::list(entries.map(|(key, value)| Value::list([Value::Text(key.clone()), value.clone()])))
}

fn pairs_type(call: &TypeCall<'_>) -> Result<Type, Misfit> {
    let ty = call.ty(0);
    if call.builtin.name == "dictsort" && call.literal(1).is_some_and(|by| !matches!(by, "key" | "value")) {
        return Err(call.misfit(1, codes::BAD_ARGUMENTS, WRONG_BY));
    }
    let (min, max) = known::entries(&ty);
    let pair = known::keys(&ty).join(&ty.values());
    Ok(Type::list_between(Type::list_between(pair, 2, Some(2)), min, max))
}

const WRONG_BY: &str = "`by` of `dictsort` is `key` or `value`";

fn dictsort(call: &Call<'_>) -> Result<Value, String> {
    let by_value = match call.text_or(1, "key")? {
        "key" => false,
        "value" => true,
        _ => return Err(WRONG_BY.to_owned()),
    };
    let mut entries: Vec<_> = call.map(0)?.iter().collect();
    let mut refused = None;
    entries.sort_by(|(key, value), (other, than)| {
        let found = if by_value { order(value, than) } else { Ok(key.as_str().cmp(other.as_str())) };
        let found = found.unwrap_or_else(|message| {
            refused = Some(message);
            Ordering::Equal
        });
        if call.truth(2) { found.reverse() } else { found }
    });
    refused.map_or_else(|| Ok(pairs(entries.into_iter())), Err)
}

fn default(call: &Call<'_>) -> Result<Value, String> {
    let value = call.value(0)?;
    Ok(if value.is_undefined() { call.value(1)? } else { value }.clone())
}

fn default_type(call: &TypeCall<'_>) -> Result<Type, Misfit> {
    Ok(call.ty(0).join(&call.ty(1)))
}

#[cfg(test)]
mod tests {
    use super::super::testing::*;
    use super::*;

    #[test]
    fn later_entries_win_and_keep_their_place() {
        let merged = run(
            "merge",
            &[map(&[("a", Value::Int(1)), ("b", Value::Int(1))]), map(&[("c", Value::Int(2)), ("a", Value::Int(2))])],
        );
        let Value::Map(merged) = merged.unwrap() else { panic!("a map") };
        assert_eq!(merged.keys().map(crate::data::Text::as_str).collect::<Vec<_>>(), ["a", "b", "c"]);
        let made = run_with("dict", &[map(&[("a", Value::Int(1))])], &[("map", Value::Int(3))]).unwrap();
        assert_eq!(made, map(&[("a", Value::Int(1)), ("map", Value::Int(3))]));
        assert_eq!(run("default", &[Value::Undefined, Value::Int(1)]).unwrap(), Value::Int(1));
        let sorted = run_with(
            "dictsort",
            &[map(&[("a", Value::Int(1)), ("b", Value::Int(2))])],
            &[("by", text("value")), ("reverse", Value::Bool(true))],
        );
        assert_eq!(sorted.unwrap().at("0.0"), Some(&text("b")));
    }

    #[test]
    fn merged_types_know_their_fields() {
        let a = Type::map_of([("id", words(&["x"])), ("n", Type::int())]);
        let b = Type::map_of([("id", words(&["y"])), ("m", Type::float())]);
        let both = typed("merge", &[a.clone(), b]);
        assert_eq!(both.field("id").unwrap().ty, words(&["y"]));
        assert!(!both.field("n").unwrap().optional && !both.field("m").unwrap().optional);
        assert!(both.field("k").is_none());
        let with = typed_with("dict", &[a], &[("start", Type::int_range(1, 1))]).unwrap();
        assert_eq!(with.field("start").unwrap().ty, Type::int_range(1, 1));
    }
}
