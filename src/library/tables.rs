//! Tables: lists of maps, or maps of maps. Rows by condition, counts, groups.
//!
//! A map of maps is a table whose rows get their key as the attribute `key`, in front, unless they have one of that name.

use std::collections::BTreeMap;

use super::print::to_text;
use super::{Builtin, Call, Kinds, Misfit, Param, Roles, TypeCall, attributes, known, sequences};
use crate::data::{Field, Fields, Map, Text, Type, Value};
use crate::diag::codes;

const LIST: Kinds = Kinds::LIST;
const TABLE: Kinds = Kinds::LIST.or(Kinds::MAP);
const KEY: Kinds = Kinds::TEXT.or(Kinds::INT);

pub(super) static ROWS: &[Builtin] = &[
    Builtin::new("row", Roles::Both, &[Param::need("table", TABLE)], |call| Ok(conditions(call)?.0), row)
        .open("columns", Kinds::ANY)
        .doc(
            "The one row of a table (a list of maps, or a map of maps whose rows get their key as `key`) whose columns have the \
         given values; none or several are an error.",
            "row([{'id': 'a', 'n': 1}, {'id': 'b', 'n': 2}], id='b')",
            "{\"id\":\"b\",\"n\":2}",
        ),
    Builtin::new("rows", Roles::Both, &[Param::need("table", TABLE)], rows_type, |call| matching(call).map(Value::list))
        .open("columns", Kinds::ANY)
        .doc(
            "The rows of a table whose columns have the given values, in order.",
            "rows({'a': {'n': 1}, 'b': {'n': 2}}, n=1)",
            "[{\"key\":\"a\",\"n\":1}]",
        ),
    Builtin::new("count", Roles::Both, &[Param::need("list", TABLE.or(Kinds::TEXT))], count_type, count)
        .open("columns", Kinds::ANY)
        .doc(
            "How many elements, entries or characters; with columns, how many rows of a table have the given values.",
            "count([{'n': 1}, {'n': 2}], n=1)",
            "1",
        ),
    Builtin::new("ids", Roles::Both, &[Param::need("list", LIST)], ids_type, ids).doc(
        "The attribute `id` of every element.",
        "ids([{'id': 'a'}, {'id': 'b'}])",
        "[\"a\",\"b\"]",
    ),
    Builtin::new("tally", Roles::Both, KEYED, tally_type, tally).doc(
        "A map from each value (of `key`, an attribute or an index) to how often it occurs, in the order of first occurrence. \
         Keys are written as text.",
        "tally(['a', 'b', 'a'])",
        "{\"a\":2,\"b\":1}",
    ),
    Builtin::new("group", Roles::Both, NEED_KEY, group_type, group).doc(
        "A map from each value of `key` (an attribute or an index) to the list of its elements, in the order of first \
         occurrence. Keys are written as text.",
        "group([{'k': 'a', 'n': 1}, {'k': 'a', 'n': 2}], 'k')",
        "{\"a\":[{\"k\":\"a\",\"n\":1},{\"k\":\"a\",\"n\":2}]}",
    ),
    Builtin::new("groupby", Roles::Filter, ATTRIBUTE, groupby_type, groupby).doc(
        "The groups of elements with equal values of an attribute, sorted by it: maps of `grouper` (the value) and `list`.",
        "[{'k': 'b'}, {'k': 'a'}] | groupby('k')",
        "[{\"grouper\":\"a\",\"list\":[{\"k\":\"a\"}]},{\"grouper\":\"b\",\"list\":[{\"k\":\"b\"}]}]",
    ),
];

static KEYED: &[Param] = &[Param::need("list", LIST), Param::may("key", KEY)];
static NEED_KEY: &[Param] = &[Param::need("list", LIST), Param::need("key", KEY)];
static ATTRIBUTE: &[Param] = &[Param::need("list", LIST), Param::need("attribute", KEY)];

const KEY_COLUMN: &str = "key";

/// A row of a map of maps, with its key in front.
fn with_key(key: &Text, row: &Value) -> Result<Value, String> {
    let Value::Map(row) = row else { return Err(format!("a row is {}, not a map", row.kind())) };
    if row.get(KEY_COLUMN).is_some() {
        return Ok(Value::Map(row.clone()));
    }
    let mut all = Map::with_capacity(row.len() + 1);
    all.push_new(Text::from(KEY_COLUMN), Value::Text(key.clone()));
    for (name, value) in row.iter() {
        all.push_new(name.clone(), value.clone());
    }
    Ok(Value::Map(all.into()))
}

/// Whether a row of a map of maps meets the conditions, looked up before the row is built.
fn keyed_meets(call: &Call<'_>, key: &Text, row: &Value) -> Result<bool, String> {
    let own = Value::Text(key.clone());
    for (name, wanted) in call.args.open() {
        let found = match row.at(name) {
            None if name == KEY_COLUMN => &own,
            _ => attributes::get(row, name)?,
        };
        if !found.equals(wanted) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// The rows that meet the conditions.
fn matching(call: &Call<'_>) -> Result<Vec<Value>, String> {
    let mut found = Vec::new();
    if let Value::Map(table) = call.value(0)? {
        for (key, row) in table.iter() {
            if keyed_meets(call, key, row)? {
                found.push(with_key(key, row)?);
            }
        }
        return Ok(found);
    }
    for row in call.list(0)? {
        if attributes::meets(call, row)? {
            found.push(row.clone());
        }
    }
    Ok(found)
}

fn row(call: &Call<'_>) -> Result<Value, String> {
    let mut found = matching(call)?;
    if found.len() != 1 && call.args.open().next().is_none() {
        return Err(call.refuse(0, &format!("has {} rows, and no column chooses one", found.len())));
    }
    match (found.pop(), found.len()) {
        (Some(row), 0) => Ok(row),
        (None, _) => Err(format!("no row has {}", written(call)?)),
        (Some(_), others) => Err(format!("{} rows have {}", others + 1, written(call)?)),
    }
}

/// The conditions in words.
fn written(call: &Call<'_>) -> Result<String, String> {
    let mut conditions = Vec::new();
    for (name, value) in call.args.open() {
        let mut json = String::new();
        super::print::write_json(value, &mut json)?;
        conditions.push(format!("{name} = {json}"));
    }
    Ok(conditions.join(" and "))
}

/// The type of a row, and fewest and most rows.
fn row_type(table: &Type) -> (Type, usize, Option<usize>) {
    let (item, min, max) = known::elements(table);
    if table.map.is_none() || table.is_any() {
        return (item, min, max);
    }
    let mut row = table.values();
    if let Some(fields) = row.map_mut().filter(|fields| !fields.known.contains_key(KEY_COLUMN)) {
        fields.known.shift_insert(0, Text::from(KEY_COLUMN), Field { ty: known::keys(table), optional: false });
    }
    let (fewest, most) = known::entries(table);
    let fewest = if table.list.is_some() { min.min(fewest) } else { fewest };
    let most = if table.list.is_some() { most.zip(max).map(|(x, y)| x.max(y)) } else { most };
    (item.join(&row), fewest, most)
}

/// The same, after the conditions of the call were checked: of the rows of a map only those that the key may choose, and of
/// the columns that are asked only the values that are wanted.
fn conditions(call: &TypeCall<'_>) -> Result<(Type, usize, Option<usize>), Misfit> {
    let table = call.ty(0);
    attributes::check_conditions(call, &row_type(&table).0)?;
    let (mut row, min, max) = row_type(&chosen_rows(call, table));
    for (name, wanted) in call.args.open() {
        let column = row.map_mut().and_then(|fields| fields.known.get_mut(name));
        if let Some(Field { ty, optional }) = column {
            *optional = false;
            if let (Some(words), Some(others)) = (ty.only_words(), wanted.only_words()) {
                *ty = Type::words(words.intersection(others).cloned());
            }
        }
    }
    Ok((row, if call.args.open().next().is_some() { 0 } else { min }, max))
}

/// A map of rows without those that the condition on its key leaves out.
fn chosen_rows(call: &TypeCall<'_>, mut table: Type) -> Type {
    let key = call.args.open().find(|(name, _)| name == KEY_COLUMN).and_then(|(_, wanted)| wanted.only_words());
    let own_key = |row: &Field| row.ty.field(KEY_COLUMN).is_some();
    if let (Some(key), Some(rows)) = (key, table.map_mut())
        && rows.rest.is_none()
        && !rows.known.values().any(own_key)
    {
        rows.known.retain(|name, _| key.contains(name));
    }
    table
}

fn rows_type(call: &TypeCall<'_>) -> Result<Type, Misfit> {
    let (row, min, max) = conditions(call)?;
    Ok(Type::list_between(row, min, max))
}

fn count(call: &Call<'_>) -> Result<Value, String> {
    let value = call.value(0)?;
    let number = match (call.args.open().next(), sequences::size(value)) {
        (None, Some(size)) => size,
        _ => matching(call)?.len(),
    };
    Ok(Value::Int(known::length(number)))
}

fn count_type(call: &TypeCall<'_>) -> Result<Type, Misfit> {
    if call.args.open().next().is_none() {
        return sequences::length_type(call);
    }
    let (_, min, max) = conditions(call)?;
    Ok(known::length_type(min, max))
}

fn ids(call: &Call<'_>) -> Result<Value, String> {
    let ids: Result<Vec<Value>, String> = call.list(0)?.iter().map(|item| attributes::get(item, "id").cloned()).collect();
    ids.map(Value::list)
}

fn ids_type(call: &TypeCall<'_>) -> Result<Type, Misfit> {
    let (item, min, max) = known::elements(&call.ty(0));
    let id = attributes::field(&item, "id").map_err(|misfit| call.blame(0, misfit))?;
    Ok(Type::list_between(id, min, max))
}

fn tally(call: &Call<'_>) -> Result<Value, String> {
    let path = attributes::path(call, 1)?;
    let mut counts = Map::default();
    for item in call.list(0)? {
        let key = to_text(attributes::keyed(item, path.as_deref())?)?;
        let before = counts.get(&key).and_then(Value::as_int).unwrap_or(0);
        counts.insert(key, Value::Int(before + 1));
    }
    Ok(Value::Map(counts.into()))
}

/// The type of a map whose keys are values of a type written as text.
fn keyed_type(call: &TypeCall<'_>, key: &Type, value: Type) -> Result<Type, Misfit> {
    if !Kinds::PRINTED.may_take(key) {
        let message = format!("keys are text, numbers or booleans, found {}", key.describe());
        return Err(call.misfit(usize::from(call.get(1).is_some()), codes::TYPE_MISMATCH, message));
    }
    let names = known::values(key).map(|values| values.iter().filter_map(|value| to_text(value).ok()).collect::<Vec<_>>());
    Ok(match names {
        Some(names) => {
            let field = |name| (name, Field { ty: value.clone(), optional: true });
            Type::of_fields(Fields { known: names.into_iter().map(field).collect(), rest: None })
        }
        None => Type::map_to(value),
    })
}

fn tally_type(call: &TypeCall<'_>) -> Result<Type, Misfit> {
    let (item, _, max) = known::elements(&call.ty(0));
    let key = attributes::key_type(call, 1, &item)?;
    keyed_type(call, &key, known::length_type(1, max))
}

fn group(call: &Call<'_>) -> Result<Value, String> {
    let path = attributes::path(call, 1)?;
    let mut groups: Vec<(Text, Vec<Value>)> = Vec::new();
    let mut places: BTreeMap<Text, usize> = BTreeMap::new();
    for item in call.list(0)? {
        let key = to_text(attributes::keyed(item, path.as_deref())?)?;
        let place = *places.entry(key.clone()).or_insert(groups.len());
        match groups.get_mut(place) {
            Some((_, members)) => members.push(item.clone()),
            None => groups.push((key, vec![item.clone()])),
        }
    }
    Ok(Value::map(groups.into_iter().map(|(key, items)| (key, Value::list(items)))))
}

fn group_type(call: &TypeCall<'_>) -> Result<Type, Misfit> {
    let (item, _, max) = known::elements(&call.ty(0));
    let key = attributes::key_type(call, 1, &item)?;
    keyed_type(call, &key, Type::list_between(item, 1, max))
}

fn groupby(call: &Call<'_>) -> Result<Value, String> {
    let path = attributes::path(call, 1)?;
    let mut groups: Vec<(&Value, Vec<Value>)> = Vec::new();
    for item in call.list(0)? {
        let key = attributes::keyed(item, path.as_deref())?;
        match groups.iter_mut().find(|(held, _)| held.equals(key)) {
            Some((_, members)) => members.push(item.clone()),
            None => groups.push((key, vec![item.clone()])),
        }
    }
    let mut refused = None;
    groups.sort_by(|(a, _), (b, _)| {
        super::order::order(a, b).unwrap_or_else(|message| {
            refused = Some(message);
            std::cmp::Ordering::Equal
        })
    });
    let entry = |name: &str, value: Value| (Text::from(name), value);
    let groups =
        groups.into_iter().map(|(key, members)| Value::map([entry("grouper", key.clone()), entry("list", Value::list(members))]));
    refused.map_or_else(|| Ok(Value::list(groups)), Err)
}

fn groupby_type(call: &TypeCall<'_>) -> Result<Type, Misfit> {
    let (item, min, max) = known::elements(&call.ty(0));
    let key = attributes::key_type(call, 1, &item)?;
    if let Some(misfit) = super::incomparable(&key, &key) {
        return Err(call.blame(1, misfit));
    }
    let group = Type::map_of([("grouper", key), ("list", Type::list_between(item, 1, max))]);
    Ok(Type::list_between(group, min.min(1), max))
}

#[cfg(test)]
mod tests {
    use super::super::testing::*;
    use super::*;

    fn rules() -> Value {
        let rule = |severity: &str, hours| map(&[("severity", text(severity)), ("hours", Value::Int(hours))]);
        map(&[("breach", rule("critical", 72)), ("notice", rule("high", 24))])
    }

    #[test]
    fn rows_of_maps_carry_their_key() {
        let found = run_with("row", &[rules()], &[("severity", text("high"))]).unwrap();
        assert_eq!(found.at("key"), Some(&text("notice")));
        assert_eq!(run_with("row", &[rules()], &[("key", text("breach"))]).unwrap().at("hours"), Some(&Value::Int(72)));
        assert_eq!(run_with("row", &[rules()], &[("severity", text("low"))]).unwrap_err(), "no row has severity = \"low\"");
        assert!(run_with("row", &[votes()], &[("option", text("a"))]).unwrap_err().contains("2 rows have"));
        assert_eq!(run("row", &[votes()]).unwrap_err(), "`table` of `row` has 3 rows, and no column chooses one");
        assert!(run_with("rows", &[votes()], &[("optoin", text("a"))]).is_err());
        assert_eq!(run_with("count", &[votes()], &[("option", text("a"))]).unwrap(), Value::Int(2));
        assert_eq!(run("count", &[text("abc")]).unwrap(), Value::Int(3));
    }

    #[test]
    fn conditions_are_checked_against_the_columns() {
        let ty = Type::of(&rules());
        let found = typed_with("row", std::slice::from_ref(&ty), &[("key", words(&["breach"]))]).unwrap();
        assert_eq!(found.field("key").unwrap().ty, words(&["breach"]));
        assert_eq!(found.field("hours").unwrap().ty, Type::int_range(72, 72));
        assert_eq!(found.field("severity").unwrap().ty, words(&["critical"]));
        let high = typed_with("rows", std::slice::from_ref(&ty), &[("severity", words(&["high"]))]).unwrap();
        assert_eq!(high.item().field("severity").unwrap().ty, words(&["high"]));
        let typo = typed_with("row", std::slice::from_ref(&ty), &[("severty", words(&["high"]))]).unwrap_err();
        assert_eq!((typo.code, typo.hint.as_deref()), (codes::UNDEFINED_ATTRIBUTE, Some("did you mean `severity`?")));
        let typo = typed_with("rows", &[ty], &[("severity", words(&["hihg"]))]).unwrap_err();
        assert_eq!((typo.code, typo.hint.as_deref()), (codes::NEVER_EQUAL, Some("did you mean `high`?")));
        assert_eq!(typed_with("count", &[votes_type()], &[("option", words(&["a"]))]).unwrap(), Type::int_range(0, 3));
    }

    #[test]
    fn groups_and_tallies_keep_first_order() {
        assert_eq!(run("tally", &[votes(), text("option")]).unwrap(), map(&[("a", Value::Int(2)), ("b", Value::Int(1))]));
        assert_eq!(run("tally", &[ints(&[2, 2])]).unwrap(), map(&[("2", Value::Int(2))]));
        assert_eq!(run("group", &[votes(), text("option")]).unwrap().at("a.1.weight"), Some(&Value::Int(5)));
        assert!(run("group", &[votes(), text("x")]).is_err());
        assert_eq!(run("groupby", &[votes(), text("option")]).unwrap().at("1.grouper"), Some(&text("b")));
        let ty = typed("tally", &[votes_type(), words(&["option"])]);
        assert_eq!(ty.field("a").unwrap(), Field { ty: Type::int_range(1, 3), optional: true });
        assert!(ty.field("c").is_none());
        assert_eq!(misfit("group", &[votes_type(), words(&["opton"])]).code, codes::UNDEFINED_ATTRIBUTE);
        assert_eq!(typed("groupby", &[votes_type(), words(&["option"])]).item().field("grouper").unwrap().ty, words(&["a", "b"]));
    }

    #[test]
    fn ids_are_read_strictly() {
        assert!(run("ids", &[votes()]).is_err());
        assert_eq!(misfit("ids", &[votes_type()]).code, codes::UNDEFINED_ATTRIBUTE);
        assert_eq!(typed("ids", &[Type::list_of(Type::map_of([("id", words(&["C1"]))]))]), Type::list_of(words(&["C1"])));
    }
}
