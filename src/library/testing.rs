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

/// Calls whose results are numbers or chosen elements.
fn number_calls() -> Vec<(&'static str, Vec<Value>)> {
    let (one, two, half) = (Value::Int(1), Value::Int(2), Value::Float(0.5));
    let numbers = Value::list([two.clone(), half.clone(), Value::Int(-3)]);
    let entry = map(&[("b", two.clone()), ("a", half.clone())]);
    vec![
        ("sum", vec![numbers.clone()]),
        ("sum", vec![ints(&[])]),
        ("sum", vec![ints(&[3, -4, 5])]),
        ("sum", vec![votes(), text("weight"), half.clone()]),
        ("min", vec![numbers.clone()]),
        ("max", vec![one.clone(), half.clone()]),
        ("min", vec![one.clone(), two.clone()]),
        ("argmax", vec![votes(), text("weight")]),
        ("argmin", vec![entry.clone()]),
        ("sort", vec![votes(), Value::Bool(true), text("weight, option")]),
        ("clamp", vec![Value::Int(7), one.clone(), two.clone()]),
        ("clamp", vec![Value::Int(7), half.clone(), one.clone()]),
        ("round", vec![Value::Float(1234.5), Value::Int(-2)]),
        ("round", vec![Value::Int(1234), Value::Int(-2)]),
        ("floor", vec![half.clone()]),
        ("abs", vec![Value::Int(-100)]),
        ("pow", vec![Value::Int(1000), Value::Int(9)]),
        ("pow", vec![half.clone(), two.clone()]),
        ("pow", vec![Value::Int(0), Value::Int(0)]),
        ("pow", vec![two.clone(), Value::Int(-2)]),
        ("div_exact", vec![Value::Int(-140), Value::Int(7)]),
        ("div_exact", vec![Value::Int(140), Value::Int(-7)]),
        ("dot", vec![numbers.clone(), ints(&[1, 2, 3])]),
        ("dot", vec![ints(&[4, -5]), ints(&[1, 2])]),
        ("norm2", vec![ints(&[3, 4])]),
        ("harmonic", vec![Value::Int(100), half.clone()]),
        ("gram_off_diagonal", vec![Value::list([ints(&[1, 2]), ints(&[-3, 4])])]),
        ("gram_off_diagonal", vec![Value::list([numbers.clone()])]),
        ("int", vec![half.clone()]),
        ("int", vec![text("x"), half.clone()]),
        ("range", vec![Value::Int(90), Value::Int(150)]),
        ("range", vec![Value::Int(9), Value::Int(1), Value::Int(-3)]),
        ("range", vec![Value::Int(100), Value::Int(310), Value::Int(70)]),
        ("range", vec![Value::Int(1), Value::Int(9), Value::Int(-3)]),
    ]
}

/// Calls whose results are lists, maps or text.
fn collection_calls() -> Vec<(&'static str, Vec<Value>)> {
    let (one, two, half) = (Value::Int(1), Value::Int(2), Value::Float(0.5));
    let numbers = Value::list([two.clone(), half.clone(), Value::Int(-3)]);
    let entry = map(&[("b", two.clone()), ("a", half.clone())]);
    vec![
        ("products", vec![numbers.clone(), ints(&[7, 8, 9])]),
        ("mask", vec![numbers.clone(), ints(&[0, 1])]),
        ("mask", vec![ints(&[4, 5]), ints(&[])]),
        ("top_k", vec![numbers.clone(), two.clone()]),
        ("matvec", vec![Value::list([numbers.clone(), ints(&[1, 0, 0])]), floats(&[0.5, 1.0, 2.0])]),
        ("matmul", vec![Value::list([ints(&[1, 2])]), Value::list([ints(&[3, 4]), Value::list([one.clone(), half.clone()])])]),
        ("transpose", vec![Value::list([numbers.clone(), ints(&[1, 0, 0])])]),
        ("column_norms", vec![Value::list([numbers.clone()])]),
        ("batch", vec![numbers.clone(), two.clone(), text("-")]),
        ("batch", vec![numbers.clone(), two.clone()]),
        ("batch", vec![ints(&[]), two.clone()]),
        ("zip", vec![numbers.clone(), texts(&["a"])]),
        ("chain", vec![numbers.clone(), texts(&["a"])]),
        ("chain", vec![entry.clone(), map(&[("a", one.clone())])]),
        ("merge", vec![entry.clone(), map(&[("c", one.clone())])]),
        ("reverse", vec![numbers.clone()]),
        ("list", vec![entry.clone()]),
        ("pairs", vec![entry.clone()]),
        ("dictsort", vec![entry.clone(), text("value")]),
        ("length", vec![text("four")]),
        ("first", vec![numbers.clone()]),
        ("index_of", vec![numbers.clone(), half.clone()]),
        ("unique", vec![votes(), text("option")]),
        ("unique", vec![ints(&[1, 1, 1])]),
        ("union", vec![texts(&["a", "b"]), texts(&["b"])]),
        ("intersect", vec![texts(&["a", "b"]), texts(&["b"])]),
        ("intersect", vec![ints(&[1, 2, 9]), ints(&[2, 3])]),
        ("minus", vec![texts(&["a", "b"]), texts(&["b", "b"])]),
        ("minus", vec![ints(&[1, 2, 9]), ints(&[2, 3])]),
        ("minus", vec![texts(&["a", "b"]), texts(&["b", "a"])]),
        ("flags", vec![texts(&["a", "b"]), texts(&["b"])]),
        ("flags", vec![texts(&["a", "b"]), texts(&[])]),
        ("tally", vec![votes(), text("option")]),
        ("tally", vec![ints(&[5, 5])]),
        ("group", vec![votes(), text("option")]),
        ("groupby", vec![votes(), text("option")]),
        ("rows", vec![map(&[("x", map(&[("n", one.clone())]))])]),
        ("row", vec![map(&[("x", map(&[("n", one.clone())]))])]),
        ("count", vec![entry.clone()]),
        ("select", vec![numbers.clone(), text("gt"), one.clone()]),
        ("selectattr", vec![votes(), text("weight"), text("in"), ints(&[3, 4])]),
        ("map", vec![texts(&["a_b"]), text("a")]),
        ("split", vec![text("a b")]),
        ("split", vec![text(""), text(",")]),
        ("split", vec![text("a b c"), text(" "), one.clone()]),
        ("plural", vec![Value::Int(100), text("server")]),
        ("plural", vec![half.clone(), text("ox"), text("oxen")]),
        ("plural", vec![Value::Float(1.0), text("ox"), text("oxen")]),
        ("listing", vec![texts(&["a"])]),
        ("percent", vec![half.clone()]),
        ("default", vec![Value::Undefined, one.clone()]),
        ("json", vec![entry]),
    ]
}

/// Calls whose results are tallies, winners or cycles.
fn decision_calls() -> Vec<(&'static str, Vec<Value>)> {
    let tally = map(&[("b", Value::Int(2)), ("a", Value::Int(2))]);
    let rankings = Value::list([texts(&["a", "b"]), texts(&["b", "a"])]);
    let figures = ["cost", "minutes", "skill_pct", "load_pct"].map(|name| (name, Value::Int(9)));
    let bid = map(&[("agent", text("x"))].into_iter().chain(figures).collect::<Vec<_>>());
    let wait = |from: &str, to: &str| map(&[("agent", text(from)), ("held_by", text(to))]);
    vec![
        ("weighted_tally", vec![votes(), text("option"), text("weight")]),
        ("weighted_tally", vec![votes(), text("option"), text("weight"), texts(&["c", "b", "a"])]),
        ("shares", vec![tally.clone()]),
        ("leaders", vec![tally.clone()]),
        ("reaches", vec![Value::Int(200), Value::Int(300), Value::Int(2), Value::Int(3)]),
        ("exceeds", vec![Value::Int(200), Value::Int(300), Value::Int(2), Value::Int(3)]),
        ("majority", vec![tally.clone(), Value::Int(1), Value::Int(2)]),
        ("majority", vec![map(&[("a", Value::Int(2))]), Value::Int(1), Value::Int(2)]),
        ("borda", vec![rankings.clone(), ints(&[3, 2])]),
        ("pairwise", vec![rankings.clone()]),
        ("condorcet", vec![rankings.clone(), ints(&[3, 2])]),
        ("condorcet", vec![rankings.clone()]),
        ("kendall_w", vec![rankings]),
        ("bid_scores", vec![Value::list([bid.clone()]), Value::Int(10), Value::Int(5)]),
        ("award", vec![Value::list([bid.clone()]), Value::Int(10), Value::Int(5)]),
        ("award", vec![Value::list([bid]), Value::Int(10), Value::Int(50)]),
        ("wait_cycle", vec![Value::list([wait("a", "b"), wait("b", "a")]), text("agent"), text("held_by")]),
        ("wait_cycle", vec![Value::list([wait("a", "b")]), text("agent"), text("held_by")]),
    ]
}

#[test]
fn results_are_of_the_inferred_type() {
    let calls = number_calls().into_iter().chain(collection_calls()).chain(decision_calls());
    let unsound: Vec<_> = calls.filter(|(name, args)| !is_sound(name, args)).collect();
    assert!(unsound.is_empty(), "{unsound:#?}");
}
