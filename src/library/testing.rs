//! Short ways to call rows in tests, and the test that types hold for values.

use super::{Library, Misfit, Names, Role, find};
use crate::data::{Text, Type, Value};

/// The first role that has the name.
fn role(name: &str) -> Role {
    let roles = [Role::Filter, Role::Function, Role::Test];
    roles.into_iter().find(|role| find(*role, name).is_some()).unwrap()
}

pub(super) fn run(name: &str, args: &[Value]) -> Result<Value, String> {
    Library.call(role(name), name, args, &[])
}

pub(super) fn run_with(name: &str, args: &[Value], named: &[(&str, Value)]) -> Result<Value, String> {
    let named: Vec<(Text, Value)> = named.iter().map(|(name, value)| (Text::from(*name), value.clone())).collect();
    Library.call(role(name), name, args, &named)
}

pub(super) fn test(name: &str, args: &[Value]) -> Result<Value, String> {
    Library.call(Role::Test, name, args, &[])
}

pub(super) fn typed(name: &str, args: &[Type]) -> Type {
    Library.result(role(name), name, args, &[]).unwrap()
}

pub(super) fn typed_with(name: &str, args: &[Type], named: &[(&str, Type)]) -> Result<Type, Misfit> {
    let named: Vec<(Text, Type)> = named.iter().map(|(name, ty)| (Text::from(*name), ty.clone())).collect();
    Library.result(role(name), name, args, &named)
}

pub(super) fn misfit(name: &str, args: &[Type]) -> Misfit {
    Library.result(role(name), name, args, &[]).unwrap_err()
}

pub(super) fn text(text: &str) -> Value {
    Value::text(text)
}

pub(super) fn texts(texts: &[&str]) -> Value {
    Value::list(texts.iter().map(Value::text))
}

pub(super) fn ints(ints: &[i128]) -> Value {
    Value::list(ints.iter().map(|int| Value::Int(*int)))
}

pub(super) fn floats(floats: &[f64]) -> Value {
    Value::list(floats.iter().map(|float| Value::Float(*float)))
}

pub(super) fn map(entries: &[(&str, Value)]) -> Value {
    Value::map(entries.iter().map(|(key, value)| (Text::from(*key), value.clone())))
}

pub(super) fn words(words: &[&str]) -> Type {
    Type::words(words.iter().copied())
}

/// Three votes: option a with weight 3, b with 4, a with 5.
pub(super) fn votes() -> Value {
    let vote = |option: &str, weight| map(&[("option", text(option)), ("weight", Value::Int(weight))]);
    Value::list([vote("a", 3), vote("b", 4), vote("a", 5)])
}

pub(super) fn votes_type() -> Type {
    Type::of(&votes())
}

/// Whether the result of a call is of the type inferred from the exact types of its arguments. Joining only widens, so a type
/// holds a value where joining the value's type changes nothing.
fn is_sound(name: &str, args: &[Value]) -> bool {
    let result = run(name, args).unwrap();
    let types: Vec<Type> = args.iter().map(Type::of).collect();
    let inferred = typed(name, &types);
    inferred.clone().join(&Type::of(&result)) == inferred
}

#[test]
fn results_are_of_the_inferred_type() {
    let (one, two, half) = (Value::Int(1), Value::Int(2), Value::Float(0.5));
    let numbers = Value::list([two.clone(), half.clone(), Value::Int(-3)]);
    let entry = map(&[("b", two.clone()), ("a", half.clone())]);
    let cases: &[(&str, &[Value])] = &[
        ("sum", &[numbers.clone()]),
        ("sum", &[ints(&[])]),
        ("sum", &[ints(&[3, -4, 5])]),
        ("sum", &[votes(), text("weight"), half.clone()]),
        ("min", &[numbers.clone()]),
        ("max", &[one.clone(), half.clone()]),
        ("min", &[one.clone(), two.clone()]),
        ("argmax", &[votes(), text("weight")]),
        ("argmin", &[entry.clone()]),
        ("sort", &[votes(), Value::Bool(true), text("weight, option")]),
        ("clamp", &[Value::Int(7), one.clone(), two.clone()]),
        ("clamp", &[Value::Int(7), half.clone(), one.clone()]),
        ("round", &[Value::Float(1234.5), Value::Int(-2)]),
        ("round", &[Value::Int(1234), Value::Int(-2)]),
        ("floor", &[half.clone()]),
        ("abs", &[Value::Int(-100)]),
        ("pow", &[Value::Int(1000), Value::Int(9)]),
        ("pow", &[half.clone(), two.clone()]),
        ("int", &[half.clone()]),
        ("int", &[text("x"), half.clone()]),
        ("range", &[Value::Int(90), Value::Int(170)]),
        ("range", &[Value::Int(9), Value::Int(1), Value::Int(-3)]),
        ("batch", &[numbers.clone(), two.clone(), text("-")]),
        ("zip", &[numbers.clone(), texts(&["a"])]),
        ("chain", &[numbers.clone(), texts(&["a"])]),
        ("chain", &[entry.clone(), map(&[("a", one.clone())])]),
        ("merge", &[entry.clone(), map(&[("c", one.clone())])]),
        ("reverse", &[numbers.clone()]),
        ("list", &[entry.clone()]),
        ("pairs", &[entry.clone()]),
        ("dictsort", &[entry.clone(), text("value")]),
        ("length", &[text("four")]),
        ("first", &[numbers.clone()]),
        ("index_of", &[numbers.clone(), half.clone()]),
        ("unique", &[votes(), text("option")]),
        ("unique", &[ints(&[1, 1, 1])]),
        ("union", &[texts(&["a", "b"]), texts(&["b"])]),
        ("intersect", &[texts(&["a", "b"]), texts(&["b"])]),
        ("minus", &[texts(&["a", "b"]), texts(&["b", "a"])]),
        ("flags", &[texts(&["a", "b"]), texts(&["b"])]),
        ("flags", &[texts(&["a", "b"]), texts(&[])]),
        ("tally", &[votes(), text("option")]),
        ("tally", &[ints(&[5, 5])]),
        ("group", &[votes(), text("option")]),
        ("groupby", &[votes(), text("option")]),
        ("rows", &[map(&[("x", map(&[("n", one.clone())]))])]),
        ("row", &[map(&[("x", map(&[("n", one.clone())]))])]),
        ("count", &[entry.clone()]),
        ("select", &[numbers.clone(), text("gt"), one.clone()]),
        ("selectattr", &[votes(), text("weight"), text("in"), ints(&[3, 4])]),
        ("map", &[texts(&["a_b"]), text("a")]),
        ("split", &[text("a b")]),
        ("listing", &[texts(&["a"])]),
        ("percent", &[half.clone()]),
        ("default", &[Value::Undefined, one.clone()]),
        ("json", &[entry]),
    ];
    let unsound: Vec<_> = cases.iter().filter(|(name, args)| !is_sound(name, args)).collect();
    assert!(unsound.is_empty(), "{unsound:#?}");
}
