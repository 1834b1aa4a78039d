//! Short ways to call rows in tests.

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
