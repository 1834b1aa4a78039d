//! Rows that take another function's name: a filter for every element, or a test that chooses among them.
//!
//! Authors' own functions are reached like the table's, so they stand in for lambdas.

use super::attributes::Absent;
use super::{Builtin, Call, Kinds, Misfit, Param, Place, Role, Roles, TypeCall, attributes, known};
use crate::data::{Text, Type, Value};
use crate::diag::{codes, nearest};

const LIST: Kinds = Kinds::LIST;
const TEXT: Kinds = Kinds::TEXT;
const KEY: Kinds = Kinds::TEXT.or(Kinds::INT);

pub(super) static ROWS: &[Builtin] = &[
    Builtin::new("map", Roles::Filter, MAP, map_type, map_each).rest("arguments", Kinds::ANY).open("arguments", Kinds::ANY).doc(
        "The list with a filter or function applied to every element, further arguments passed on; or with `attribute=`, that \
         attribute of every element, where an element without it is an error unless `default=` is given.",
        "['a_b', 'c'] | map('words')",
        "[\"a b\",\"c\"]",
    ),
    Builtin::new("select", Roles::Filter, SELECT, |call| chosen_type(call, 1, false), |call| choose(call, true))
        .rest("arguments", Kinds::ANY)
        .open("arguments", Kinds::ANY)
        .doc(
            "The elements that pass a test (left out: that are true), arguments passed on.",
            "[1, 2, 3] | select('odd')",
            "[1,3]",
        ),
    Builtin::new("reject", Roles::Filter, SELECT, |call| chosen_type(call, 1, false), |call| choose(call, false))
        .rest("arguments", Kinds::ANY)
        .open("arguments", Kinds::ANY)
        .doc(
            "The elements that fail a test (left out: that are false), arguments passed on.",
            "[1, 2, 3] | reject('odd')",
            "[2]",
        ),
    Builtin::new("selectattr", Roles::Filter, SELECTATTR, |call| chosen_type(call, 2, true), |call| choose(call, true))
        .rest("arguments", Kinds::ANY)
        .open("arguments", Kinds::ANY)
        .doc(
            "The elements with an attribute that passes a test (left out: that is true). An element without the attribute is an \
             error, unless the test is `defined` or `undefined`.",
            "[{'n': 1}, {'n': 2}] | selectattr('n', 'ge', 2)",
            "[{\"n\":2}]",
        ),
    Builtin::new("rejectattr", Roles::Filter, SELECTATTR, |call| chosen_type(call, 2, true), |call| choose(call, false))
        .rest("arguments", Kinds::ANY)
        .open("arguments", Kinds::ANY)
        .doc(
            "The elements with an attribute that fails a test (left out: that is false). An element without the attribute is an \
             error, unless the test is `defined` or `undefined`.",
            "[{'n': 1}, {'n': 2}] | rejectattr('n', 'ge', 2)",
            "[{\"n\":1}]",
        ),
];

static MAP: &[Param] = &[
    Param::need("list", LIST),
    Param::may("filter", TEXT),
    Param::keyword("attribute", KEY),
    Param::keyword("default", Kinds::ANY),
];
static SELECT: &[Param] = &[Param::need("list", LIST), Param::may("test", TEXT)];
static SELECTATTR: &[Param] = &[Param::need("list", LIST), Param::need("attribute", TEXT), Param::may("test", TEXT)];

const FILTER_OR_ATTRIBUTE: &str = "`map` takes either the name of a filter or `attribute=`";

fn map_each(call: &Call<'_>) -> Result<Value, String> {
    let items = call.list(0)?;
    let mapped: Result<Vec<Value>, String> = match (call.get(1), attributes::path(call, 2)?) {
        (None, Some(path)) => items.iter().map(|item| attribute_or_default(call, item, &path)).collect(),
        (Some(_), None) => {
            let (name, named) = (call.text(1)?, passed_on(call));
            items.iter().map(|item| call.scope.call(Role::Filter, name, &before(item, call.args.rest()), &named)).collect()
        }
        _ => return Err(FILTER_OR_ATTRIBUTE.to_owned()),
    };
    mapped.map(Value::list)
}

fn attribute_or_default(call: &Call<'_>, item: &Value, path: &str) -> Result<Value, String> {
    match (item.at(path), call.get(3)) {
        (None, Some(default)) => Ok(default.clone()),
        _ => attributes::get(item, path).cloned(),
    }
}

/// One element and the further arguments of a call.
fn before<T: Clone>(item: &T, rest: &[T]) -> Vec<T> {
    std::iter::once(item).chain(rest).cloned().collect()
}

fn passed_on(call: &Call<'_>) -> Vec<(Text, Value)> {
    call.args.open().cloned().collect()
}

fn map_type(call: &TypeCall<'_>) -> Result<Type, Misfit> {
    let (item, min, max) = known::elements(&call.ty(0));
    let mapped = match (call.get(1), call.get(2)) {
        (None, Some(_)) => attribute_type(call, &item)?,
        (Some(_), None) => match call.literal(1) {
            Some(name) => {
                let named: Vec<(Text, Type)> = call.args.open().cloned().collect();
                let result = call.scope.result(Role::Filter, name, &before(&item, call.args.rest()), &named);
                result.map_err(|misfit| outward(call, misfit, 0, 1))?
            }
            None => Type::any(),
        },
        _ => return Err(neither(call)),
    };
    Ok(Type::list_between(mapped, min, max))
}

/// Neither a filter nor an attribute, or both; a keyword that is nearly one of ours is a slip of it.
fn neither(call: &TypeCall<'_>) -> Misfit {
    let misfit = Misfit::new(codes::BAD_ARGUMENTS, FILTER_OR_ATTRIBUTE);
    let known = || call.builtin.params.iter().filter(|param| param.keyword).map(|param| param.name);
    let near = call.args.open().find_map(|(name, _)| Some((name, nearest(name, known())?)));
    match near {
        Some((name, near)) => misfit.at(Place::Keyword(name.clone())).hint(Some(format!("did you mean `{near}`?"))),
        None => misfit,
    }
}

fn attribute_type(call: &TypeCall<'_>, item: &Type) -> Result<Type, Misfit> {
    match call.get(3) {
        Some(default) => Ok(attributes::attribute_type(call, 2, item, Absent::Allowed)?.join(default)),
        None => attributes::key_type(call, 2, item),
    }
}

/// Lays the misfit of an inner call on the outer one: the inner element comes from parameter `element`, the inner name from
/// parameter `name`, and further arguments follow that.
fn outward(call: &TypeCall<'_>, mut misfit: Misfit, element: usize, name: usize) -> Misfit {
    match misfit.place.take() {
        Some(Place::At(0)) => call.blame(element, misfit),
        Some(Place::At(at)) => misfit.at(Place::At(at + name)),
        Some(named) => misfit.at(named),
        None => call.blame(name, misfit),
    }
}

fn asks_presence(test: &str) -> bool {
    matches!(test, "defined" | "undefined")
}

fn choose(call: &Call<'_>, wanted: bool) -> Result<Value, String> {
    let by_attribute = call.builtin.params.len() == SELECTATTR.len();
    let attribute = if by_attribute { Some(call.text(1)?) } else { None };
    let test_at = if by_attribute { 2 } else { 1 };
    let test = if call.get(test_at).is_some() { Some(call.text(test_at)?) } else { None };
    let named = passed_on(call);
    let absent = Value::Undefined;
    let mut chosen = Vec::new();
    for item in call.list(0)? {
        let subject = match attribute {
            Some(path) if test.is_some_and(asks_presence) => item.at(path).unwrap_or(&absent),
            path => attributes::keyed(item, path)?,
        };
        let passes = match test {
            Some(test) => match same_text(test, subject, call.args.rest()) {
                Some(same) => same,
                None => call.scope.call(Role::Test, test, &before(subject, call.args.rest()), &named)?.is_true(),
            },
            None => subject.is_true(),
        };
        if passes == wanted {
            chosen.push(item.clone());
        }
    }
    Ok(Value::list(chosen))
}

/// `eq` of two texts, by far the most frequent test, without the detour over its row.
fn same_text(test: &str, subject: &Value, args: &[Value]) -> Option<bool> {
    match (test, subject, args) {
        ("eq", Value::Text(subject), [Value::Text(other)]) => Some(subject == other),
        _ => None,
    }
}

fn chosen_type(call: &TypeCall<'_>, test_at: usize, by_attribute: bool) -> Result<Type, Misfit> {
    let (item, _, max) = known::elements(&call.ty(0));
    let test = call.literal(test_at);
    let absent = if test.is_some_and(asks_presence) { Absent::Allowed } else { Absent::Refused };
    let subject = if by_attribute { attributes::attribute_type(call, 1, &item, absent)? } else { item.clone() };
    if let Some(test) = test {
        let named: Vec<(Text, Type)> = call.args.open().cloned().collect();
        let result = call.scope.result(Role::Test, test, &before(&subject, call.args.rest()), &named);
        result.map_err(|misfit| outward(call, misfit, test_at - 1, test_at))?;
    }
    let present = match call.builtin.name {
        "selectattr" => "defined",
        _ => "undefined",
    };
    let narrowed = match call.literal(1) {
        Some(attribute) if by_attribute && test == Some(present) => with_attribute(item, attribute),
        _ => item,
    };
    Ok(Type::list_between(narrowed, 0, max))
}

/// The elements that have an attribute: it is optional no longer.
fn with_attribute(mut item: Type, attribute: &str) -> Type {
    if let Some(field) = item.map_mut().and_then(|map| map.known.get_mut(attribute)) {
        field.optional = false;
    }
    item
}

#[cfg(test)]
mod tests {
    use super::super::testing::*;
    use super::*;

    #[test]
    fn filters_and_attributes_are_mapped() {
        assert_eq!(run("map", &[texts(&["a_b"]), text("replace"), text("_"), text("-")]).unwrap(), texts(&["a-b"]));
        assert_eq!(run("map", &[ints(&[-1, 2]), text("abs")]).unwrap(), ints(&[1, 2]));
        assert_eq!(run_with("map", &[votes()], &[("attribute", text("weight"))]).unwrap(), ints(&[3, 4, 5]));
        assert!(run_with("map", &[votes()], &[("attribute", text("wieght"))]).unwrap_err().contains("no attribute `wieght`"));
        let default = [("attribute", text("x")), ("default", Value::Int(0))];
        assert_eq!(run_with("map", &[votes()], &default).unwrap(), ints(&[0, 0, 0]));
        assert!(run("map", &[votes()]).is_err());
        assert!(run("map", &[votes(), text("uppr")]).unwrap_err().contains("uppr"));
    }

    #[test]
    fn vocabularies_flow_through() {
        let options = typed_with("map", &[votes_type()], &[("attribute", words(&["option"]))]).unwrap();
        assert_eq!(options, Type::list_between(words(&["a", "b"]), 3, Some(3)));
        assert_eq!(typed("map", &[options.clone(), words(&["upper"])]).item(), words(&["A", "B"]));
        let kept = typed("selectattr", &[votes_type(), words(&["option"]), words(&["eq"]), words(&["a"])]);
        assert_eq!(kept, Type::list_between(votes_type().item(), 0, Some(3)));
        assert_eq!(typed("select", &[options, words(&["eq"]), words(&["b"])]).item(), words(&["a", "b"]));
    }

    #[test]
    fn misspelt_attributes_tests_and_words_are_misfits() {
        let typo = misfit("selectattr", &[votes_type(), words(&["optoin"]), words(&["eq"]), words(&["a"])]);
        assert_eq!(
            (typo.code, typo.place, typo.hint.as_deref()),
            (codes::UNDEFINED_ATTRIBUTE, Some(Place::At(1)), Some("did you mean `option`?"))
        );
        let typo = misfit("selectattr", &[votes_type(), words(&["option"]), words(&["equals"]), words(&["a"])]);
        assert_eq!((typo.code, typo.place), (codes::UNKNOWN_TEST, Some(Place::At(2))));
        let decisions = Type::list_of(Type::map_of([("decision", words(&["approve", "deny"]))]));
        let typo = misfit("rejectattr", &[decisions, words(&["decision"]), words(&["eq"]), words(&["aprove"])]);
        assert_eq!(
            (typo.code, typo.place, typo.hint.as_deref()),
            (codes::NEVER_EQUAL, Some(Place::At(3)), Some("did you mean `approve`?"))
        );
        let typo = misfit("select", &[Type::list_of(words(&["alpha"])), words(&["in"]), Type::of(&texts(&["alpa"]))]);
        assert_eq!((typo.code, typo.place), (codes::NEVER_EQUAL, Some(Place::At(2))));
        assert_eq!(misfit("map", &[votes_type(), words(&["uppr"])]).hint.unwrap(), "did you mean `upper`?");
        assert_eq!(misfit("map", &[votes_type(), words(&["upper"])]).place, Some(Place::At(0)));
    }

    #[test]
    fn optional_attributes_need_defined() {
        let some = Value::list([map(&[("id", text("a")), ("due", Value::Int(3))]), map(&[("id", text("b"))])]);
        let ty = Type::of(&some);
        assert_eq!(misfit("selectattr", &[ty.clone(), words(&["due"])]).code, codes::NEEDS_WHEN);
        let having = typed("selectattr", &[ty.clone(), words(&["due"]), words(&["defined"])]);
        assert_eq!(typed_with("map", &[having], &[("attribute", words(&["due"]))]).unwrap().item(), Type::int_range(3, 3));
        let or_zero = [("attribute", words(&["due"])), ("default", Type::int_range(0, 0))];
        assert_eq!(typed_with("map", std::slice::from_ref(&ty), &or_zero).unwrap().item(), Type::int_range(0, 3));
        assert_eq!(misfit("selectattr", &[ty, words(&["deu"]), words(&["defined"])]).code, codes::UNDEFINED_ATTRIBUTE);
        let kept = run("selectattr", &[some.clone(), text("due"), text("defined")]).unwrap();
        assert_eq!(run("length", &[kept]).unwrap(), Value::Int(1));
        assert!(run("selectattr", &[some, text("due")]).is_err());
    }

    #[test]
    fn truth_and_tests_choose() {
        assert_eq!(run("select", &[ints(&[0, 1])]).unwrap(), ints(&[1]));
        assert_eq!(run("reject", &[ints(&[0, 1])]).unwrap(), ints(&[0]));
        assert_eq!(run("select", &[ints(&[1, 5, 9]), text("gt"), Value::Int(4)]).unwrap(), ints(&[5, 9]));
        assert!(run("select", &[ints(&[1]), text("gt"), text("4")]).is_err());
    }
}
