//! Lists as such: lengths, ends, ranges, joining and regrouping.

use super::{Builtin, Call, Kinds, Misfit, Param, Roles, TypeCall, known};
use crate::data::{IntRange, Map, Type, Value};
use crate::diag::codes;

const LIST: Kinds = Kinds::LIST;
const INT: Kinds = Kinds::INT;
const SIZED: Kinds = Kinds::LIST.or(Kinds::MAP).or(Kinds::TEXT);

/// `range` gives at most this many integers.
const MOST_INTEGERS: i128 = 1_000_000;

/// `batch` gives lists of at most this many elements.
const MOST_IN_BATCH: usize = 100_000;
const WRONG_BATCH: &str = "is not from 1 to 100000";

pub(super) static ROWS: &[Builtin] = &[
    Builtin::new("length", Roles::Filter, &[Param::need("value", SIZED)], length_type, length).doc(
        "How many elements, entries or characters.",
        "[1, 2] | length",
        "2",
    ),
    Builtin::new("first", Roles::Filter, &[Param::need("value", LIST.or(Kinds::TEXT))], end_type, |call| end(call, true)).doc(
        "The first element or character; of nothing an error.",
        "[1, 2] | first",
        "1",
    ),
    Builtin::new("last", Roles::Filter, &[Param::need("value", LIST.or(Kinds::TEXT))], end_type, |call| end(call, false)).doc(
        "The last element or character; of nothing an error.",
        "[1, 2] | last",
        "2",
    ),
    Builtin::new("reverse", Roles::Filter, &[Param::need("value", LIST.or(Kinds::TEXT))], reverse_type, reverse).doc(
        "The elements or characters in opposite order.",
        "[1, 2] | reverse",
        "[2,1]",
    ),
    Builtin::new("list", Roles::Filter, &[Param::need("value", SIZED)], list_type, list).doc(
        "A list as it is, the keys of a map, the characters of a text.",
        "{'a': 1} | list",
        "[\"a\"]",
    ),
    Builtin::new("range", Roles::Function, RANGE, range_type, range).doc(
        "The integers from `start` (default 0) up to, without, `stop`, by `step` (default 1); above 1,000,000 of them an error.",
        "range(2, 5)",
        "[2,3,4]",
    ),
    Builtin::new("batch", Roles::Filter, BATCH, batch_type, batch).doc(
        "Lists of `count` elements each, in order; the last is filled up with `fill` where given.",
        "[1, 2, 3] | batch(2)",
        "[[1,2],[3]]",
    ),
    Builtin::new("zip", Roles::Both, &[Param::need("list", LIST)], zip_type, zip).rest("others", LIST).doc(
        "Lists of the elements at equal places, as many as the shortest list has.",
        "zip([1, 2], ['a', 'b'])",
        "[[1,\"a\"],[2,\"b\"]]",
    ),
    Builtin::new("chain", Roles::Both, &[Param::need("first", LIST.or(Kinds::MAP))], chain_type, chain)
        .aliases(&["concat"])
        .rest("others", LIST.or(Kinds::MAP))
        .doc(
            "Lists one after another, or maps put together, the later value of a key winning.",
            "[1] | chain([2, 3])",
            "[1,2,3]",
        ),
    Builtin::new("index_of", Roles::Both, &[Param::need("list", LIST), Param::need("item", Kinds::ANY)], index_type, index_of)
        .doc(
            "The place of the first element equal to `item`, from 0; an error where there is none.",
            "index_of(['a', 'b'], 'b')",
            "1",
        ),
];

static RANGE: &[Param] = &[Param::need("start", INT), Param::may("stop", INT), Param::may("step", INT)];
static BATCH: &[Param] = &[Param::need("list", LIST), Param::need("count", INT), Param::may("fill", Kinds::ANY)];

/// How many elements, entries or characters; `None` for other kinds.
pub(super) fn size(value: &Value) -> Option<usize> {
    match value {
        Value::List(items) => Some(items.len()),
        Value::Map(map) => Some(map.len()),
        Value::Text(text) => Some(text.chars().count()),
        _ => None,
    }
}

fn length(call: &Call<'_>) -> Result<Value, String> {
    let size = size(call.value(0)?).ok_or("expected a list, a map or text")?;
    Ok(Value::Int(known::length(size)))
}

pub(super) fn length_type(call: &TypeCall<'_>) -> Result<Type, Misfit> {
    let ty = call.ty(0);
    let mut sizes = Type::never();
    if let Some(list) = &ty.list {
        sizes = sizes.join(&known::length_type(list.min, list.max));
    }
    if ty.map.is_some() {
        let (min, max) = known::entries(&ty);
        sizes = sizes.join(&known::length_type(min, max));
    }
    if ty.text.is_some() {
        let words = ty.vocabulary().map(|words| Type::join_all(words.iter().map(|word| length_of(word))));
        sizes = sizes.join(&words.unwrap_or_else(|| known::length_type(0, None)));
    }
    Ok(if sizes.is_never() { known::length_type(0, None) } else { sizes })
}

fn length_of(word: &str) -> Type {
    let length = word.chars().count();
    known::length_type(length, Some(length))
}

fn end(call: &Call<'_>, first: bool) -> Result<Value, String> {
    let found = if let Value::Text(text) = call.value(0)? {
        let c = if first { text.chars().next() } else { text.chars().next_back() };
        c.map(|c| Value::text(c.to_string()))
    } else {
        let items = call.list(0)?;
        if first { items.first() } else { items.last() }.cloned()
    };
    found.ok_or_else(|| call.refuse(0, "is empty"))
}

fn end_type(call: &TypeCall<'_>) -> Result<Type, Misfit> {
    known::need_element(call, 0)?;
    let ty = call.ty(0);
    let item = known::elements(&ty).0;
    if ty.text.is_none() { Ok(item) } else { known::pointwise(call, item.join(&Type::any_text())) }
}

fn reverse(call: &Call<'_>) -> Result<Value, String> {
    match call.value(0)? {
        Value::Text(text) => Ok(Value::text(text.chars().rev().collect::<String>())),
        _ => Ok(Value::list(call.list(0)?.iter().rev().cloned())),
    }
}

fn reverse_type(call: &TypeCall<'_>) -> Result<Type, Misfit> {
    let ty = call.ty(0);
    let (item, min, max) = known::elements(&ty);
    let text = if ty.text.is_some() { Type::any_text() } else { Type::never() };
    let list = if ty.list.is_some() { Type::list_between(item, min, max) } else { Type::never() };
    known::pointwise(call, text.join(&list))
}

fn list(call: &Call<'_>) -> Result<Value, String> {
    match call.value(0)? {
        Value::Map(map) => Ok(Value::list(map.keys().map(|key| Value::Text(key.clone())))),
        Value::Text(text) => Ok(Value::list(text.chars().map(|c| Value::text(c.to_string())))),
        other => Ok(other.clone()),
    }
}

fn list_type(call: &TypeCall<'_>) -> Result<Type, Misfit> {
    let ty = call.ty(0);
    let mut lists = Type { list: ty.list.clone(), ..Type::default() };
    if ty.map.is_some() {
        let (min, max) = known::entries(&ty);
        lists = lists.join(&Type::list_between(known::keys(&ty), min, max));
    }
    if ty.text.is_some() {
        lists = lists.join(&Type::list_of(Type::any_text()));
    }
    if ty.is_any() { Ok(Type::list_of(Type::any())) } else { Ok(lists) }
}

/// First, last (excluded) and step of a `range` call.
fn bounds(call: &Call<'_>) -> Result<(i128, i128, i128), String> {
    let first = call.int_or(0, 0)?;
    let (start, stop) = if call.get(1).is_some() { (first, call.int_or(1, 0)?) } else { (0, first) };
    match call.int_or(2, 1)? {
        0 => Err("`step` of `range` is zero".to_owned()),
        by => Ok((start, stop, by)),
    }
}

fn range(call: &Call<'_>) -> Result<Value, String> {
    let (start, stop, by) = bounds(call)?;
    let too_many = || format!("`range` gives at most {MOST_INTEGERS} integers");
    let span = if by > 0 { stop.checked_sub(start) } else { start.checked_sub(stop) }.ok_or_else(too_many)?;
    let width = by.checked_abs().ok_or_else(too_many)?;
    let count = if span > 0 { (span - 1) / width + 1 } else { 0 };
    if count > MOST_INTEGERS {
        return Err(too_many());
    }
    Ok(Value::list((0..count).map(|at| Value::Int(start + at * by))))
}

fn range_type(call: &TypeCall<'_>) -> Result<Type, Misfit> {
    let ints = |at: usize| known::numbers(&call.ty(at)).int;
    let (start, stop) = if call.get(1).is_some() { (ints(0), ints(1)) } else { (Type::int_range(0, 0).int, ints(0)) };
    let step = call.get(2).map_or(Some(1), known::one_int);
    if step == Some(0) {
        return Err(call.refuse(2, "is zero"));
    }
    let (Some(start), Some(stop), Some(step)) = (start, stop, step) else {
        return Ok(Type::list_of(Type::int()).distinct());
    };
    let size = |from: i128, to: i128| {
        let span = if step > 0 { to.saturating_sub(from) } else { from.saturating_sub(to) };
        let count = if span > 0 { (span - 1) / step.saturating_abs() + 1 } else { 0 };
        usize::try_from(count.min(MOST_INTEGERS)).unwrap_or(0)
    };
    let (fewest, most, least, greatest) = if step > 0 {
        (size(start.max, stop.min), size(start.min, stop.max), start.min, stop.max.saturating_sub(1))
    } else {
        (size(start.min, stop.max), size(start.max, stop.min), stop.min.saturating_add(1), start.max)
    };
    let item = if greatest < least { Type::never() } else { Type::int_range(least, greatest) };
    Ok(Type::list_between(item, fewest, Some(most)).distinct())
}

fn batch(call: &Call<'_>) -> Result<Value, String> {
    let count = usize::try_from(call.int_or(1, 0)?).ok().filter(|count| (1..=MOST_IN_BATCH).contains(count));
    let count = count.ok_or_else(|| call.refuse(1, WRONG_BATCH))?;
    let batches = call.list(0)?.chunks(count).map(|chunk| {
        let mut batch = chunk.to_vec();
        if let Some(fill) = call.get(2) {
            batch.resize(count, fill.clone());
        }
        Value::list(batch)
    });
    Ok(Value::list(batches))
}

fn batch_type(call: &TypeCall<'_>) -> Result<Type, Misfit> {
    let (item, min, max) = known::elements(&call.ty(0));
    let item = call.get(2).map_or(item.clone(), |fill| item.join(fill));
    let Some(IntRange { min: least, max: greatest }) = known::only_ints(&call.ty(1)) else {
        return Ok(Type::list_of(Type::list_between(item, 1, Some(MOST_IN_BATCH))));
    };
    let size = |count: i128| usize::try_from(count).ok().filter(|count| *count <= MOST_IN_BATCH);
    if greatest < 1 || (least > 1 && size(least).is_none()) {
        return Err(call.refuse(1, WRONG_BATCH));
    }
    let (least, greatest) = (size(least.max(1)).unwrap_or(1), size(greatest).unwrap_or(MOST_IN_BATCH));
    let batch = Type::list_between(item, if call.get(2).is_some() { least } else { 1 }, Some(greatest));
    Ok(Type::list_between(batch, min.div_ceil(greatest), max.map(|max| max.div_ceil(least))))
}

fn zip(call: &Call<'_>) -> Result<Value, String> {
    let lists: Vec<&[Value]> = std::iter::once(call.value(0)?).chain(call.args.rest()).filter_map(Value::as_list).collect();
    let shortest = lists.iter().map(|list| list.len()).min().unwrap_or(0);
    let at_place = |at: usize| Value::list(lists.iter().filter_map(|list| list.get(at)).cloned());
    Ok(Value::list((0..shortest).map(at_place)))
}

fn zip_type(call: &TypeCall<'_>) -> Result<Type, Misfit> {
    let lists: Vec<_> = std::iter::once(&call.ty(0)).chain(call.args.rest()).map(known::elements).collect();
    let item = Type::join_all(lists.iter().map(|(item, _, _)| item.clone()));
    let min = lists.iter().map(|(_, min, _)| *min).min().unwrap_or(0);
    let max = lists.iter().filter_map(|(_, _, max)| *max).min();
    Ok(Type::list_between(Type::list_between(item, lists.len(), Some(lists.len())), min, max))
}

fn chain(call: &Call<'_>) -> Result<Value, String> {
    let parts: Vec<&Value> = std::iter::once(call.value(0)?).chain(call.args.rest()).collect();
    let lists: Option<Vec<&[Value]>> = parts.iter().map(|part| part.as_list()).collect();
    if let Some(lists) = lists {
        return Ok(Value::list(lists.concat()));
    }
    let maps: Option<Vec<&Map>> = parts.iter().map(|part| part.as_map()).collect();
    let maps = maps.ok_or_else(|| format!("`{}` takes lists only or maps only", call.builtin.name))?;
    Ok(Value::map(maps.iter().flat_map(|map| map.iter()).cloned()))
}

fn chain_type(call: &TypeCall<'_>) -> Result<Type, Misfit> {
    let first = call.ty(0);
    let mut chained = first.clone();
    for other in call.args.rest() {
        if !chained.is_never() && !other.is_never() && !chained.shares_kind(other) {
            let message = format!("`{}` takes lists only or maps only, found {}", call.builtin.name, other.describe());
            return Err(Misfit::new(codes::TYPE_MISMATCH, message));
        }
        chained = chained_pair(&chained, other);
    }
    Ok(chained)
}

fn chained_pair(a: &Type, b: &Type) -> Type {
    if a.is_any() || b.is_any() {
        return Type::list_of(Type::any()).join(&Type::map_to(Type::any()));
    }
    let mut both = Type::never();
    if a.list.is_some() && b.list.is_some() {
        let ((item, min, max), (other, least, most)) = (known::elements(a), known::elements(b));
        both = Type::list_between(item.join(&other), min.saturating_add(least), max.zip(most).map(|(x, y)| x.saturating_add(y)));
    }
    if a.map.is_some() && b.map.is_some() {
        both = both.join(&super::maps::merged(a, b));
    }
    both
}

fn index_of(call: &Call<'_>) -> Result<Value, String> {
    let item = call.value(1)?;
    let found = call.list(0)?.iter().position(|one| one.equals(item));
    found.map(|at| Value::Int(known::length(at))).ok_or_else(|| "`item` of `index_of` is not in the list".to_owned())
}

fn index_type(call: &TypeCall<'_>) -> Result<Type, Misfit> {
    let (item, _, max) = known::elements(&call.ty(0));
    if let Some(misfit) = super::never_equal(&item, &call.ty(1)) {
        return Err(call.blame(1, misfit));
    }
    Ok(known::length_type(0, max.map(|max| max.saturating_sub(1))))
}

#[cfg(test)]
mod tests {
    use super::super::testing::*;
    use super::*;

    #[test]
    fn ends_and_lengths() {
        assert_eq!(run("length", &[text("äb")]).unwrap(), Value::Int(2));
        assert!(run("first", &[ints(&[])]).is_err());
        assert_eq!(run("last", &[text("ab")]).unwrap(), text("b"));
        assert!(run("length", &[Value::Int(1)]).is_err());
        assert_eq!(typed("length", &[Type::list_between(Type::int(), 1, Some(3))]), Type::int_range(1, 3));
        assert_eq!(typed("first", &[votes_type()]), votes_type().item());
        assert_eq!(typed("first", &[words(&["ab", "cd"])]), words(&["a", "c"]));
        assert!(misfit("first", &[Type::of(&ints(&[]))]).message.contains("always empty"));
        assert!(typed("first", &[Type::any()]).is_any());
        assert_eq!(typed("list", &[Type::map_of([("a", Type::int())])]), Type::list_between(words(&["a"]), 1, Some(1)));
    }

    #[test]
    fn ranges_are_capped() {
        assert_eq!(run("range", &[Value::Int(3)]).unwrap(), ints(&[0, 1, 2]));
        assert_eq!(run("range", &[Value::Int(5), Value::Int(0), Value::Int(-2)]).unwrap(), ints(&[5, 3, 1]));
        assert_eq!(run("range", &[Value::Int(3), Value::Int(1)]).unwrap(), ints(&[]));
        assert!(run("range", &[Value::Int(1_000_001)]).is_err());
        assert!(run("range", &[Value::Int(i128::MIN), Value::Int(i128::MAX)]).is_err());
        assert_eq!(typed("range", &[Type::int_range(0, 4)]), Type::list_between(Type::int_range(0, 3), 0, Some(4)).distinct());
        let one = |number| Type::int_range(number, number);
        let down = typed("range", &[one(9), Type::int_range(1, 2), one(-3)]);
        assert_eq!(down, Type::list_between(Type::int_range(2, 9), 3, Some(3)).distinct());
        assert_eq!(misfit("range", &[one(1), one(2), one(0)]).message, "`step` of `range` is zero");
    }

    #[test]
    fn regrouping() {
        assert_eq!(
            run("batch", &[ints(&[1, 2, 3]), Value::Int(2), Value::Int(0)]).unwrap(),
            Value::list([ints(&[1, 2]), ints(&[3, 0])])
        );
        let five = Type::list_between(Type::int_range(1, 9), 5, Some(5));
        let batches = typed("batch", &[five.clone(), Type::int_range(2, 2)]);
        assert_eq!(batches, Type::list_between(Type::list_between(Type::int_range(1, 9), 1, Some(2)), 3, Some(3)));
        assert_eq!(misfit("batch", &[five, Type::int_range(0, 0)]).message, "`count` of `batch` is not from 1 to 100000");
        assert_eq!(run("concat", &[ints(&[1]), ints(&[2]), ints(&[])]).unwrap(), ints(&[1, 2]));
        assert!(run("chain", &[ints(&[1]), map(&[])]).is_err());
        assert_eq!(
            run("chain", &[map(&[("a", Value::Int(1))]), map(&[("a", Value::Int(2))])]).unwrap(),
            map(&[("a", Value::Int(2))])
        );
        assert_eq!(
            typed("concat", &[Type::of(&texts(&["a"])), Type::of(&texts(&["b"]))]),
            Type::list_between(words(&["a", "b"]), 2, Some(2))
        );
        assert_eq!(run("index_of", &[texts(&["a", "b"]), text("b")]).unwrap(), Value::Int(1));
        assert_eq!(misfit("index_of", &[Type::of(&texts(&["alpha"])), words(&["alhpa"])]).code, codes::NEVER_EQUAL);
    }
}
