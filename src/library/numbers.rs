//! Numbers: conversion and arithmetic that does not depend on the platform.
//!
//! Integers stay integers where the result is one; a result that is not finite is an error.

use super::{Builtin, Call, Kinds, Misfit, Param, Roles, TypeCall, known};
use crate::data::{IntRange, Type, Value};
use crate::diag::codes;

const NUMBER: Kinds = Kinds::NUMBER;
const SCALAR: Kinds = Kinds::PRINTED;

pub(super) static ROWS: &[Builtin] = &[
    Builtin::new("int", Roles::Filter, CONVERT, |call| convert_type(call, Type::int()), int).doc(
        "A whole number: floats lose their fraction, text is read, booleans are 0 or 1. Text that is no number is an error, or `default`.",
        "'42' | int",
        "42",
    ),
    Builtin::new("float", Roles::Filter, CONVERT, |call| convert_type(call, Type::float()), float).doc(
        "A float: integers are converted, text is read. Text that is no number is an error, or `default`.",
        "'2' | float",
        "2.0",
    ),
    Builtin::new("bool", Roles::Filter, &[Param::need("value", Kinds::ANY)], bool_type, |call| Ok(call.value(0)?.is_true().into()))
        .doc("The truth of a value: zero, null and whatever is empty are false.", "[] | bool", "false"),
    Builtin::new("abs", Roles::Both, &[Param::need("x", NUMBER)], abs_type, abs).doc("Without its sign.", "-3 | abs", "3"),
    Builtin::new("clamp", Roles::Both, CLAMP, clamp_type, clamp).doc(
        "`x`, but at least `low` and at most `high`; `low` above `high` is an error.",
        "clamp(12, 0, 10)",
        "10",
    ),
    Builtin::new("div", Roles::Both, PAIR, div_type, |call| div(call.float(0)?, call.float(1)?)).doc(
        "`a / b` as a float; a division by zero is an error.",
        "div(1, 4)",
        "0.25",
    ),
    Builtin::new("sqrt", Roles::Both, &[Param::need("x", NUMBER)], floats, |call| finite(libm::sqrt(call.float(0)?), "sqrt"))
        .doc("The square root; of a negative number an error.", "sqrt(9)", "3.0"),
    Builtin::new("exp", Roles::Both, &[Param::need("x", NUMBER)], floats, |call| finite(libm::exp(call.float(0)?), "exp"))
        .doc("e to the power of `x`, the same on every platform.", "exp(0)", "1.0"),
    Builtin::new("ln", Roles::Both, &[Param::need("x", NUMBER)], floats, |call| finite(libm::log(call.float(0)?), "ln"))
        .doc("The natural logarithm, the same on every platform; of zero or less an error.", "ln(1)", "0.0"),
    Builtin::new("pow", Roles::Both, PAIR, pow_type, pow).doc(
        "`a` to the power of `b`, the same on every platform; of two integers, `b` not negative, an integer.",
        "pow(2, 10)",
        "1024",
    ),
];

static CONVERT: &[Param] = &[Param::need("value", SCALAR), Param::may("default", NUMBER)];
static CLAMP: &[Param] = &[Param::need("x", NUMBER), Param::need("low", NUMBER), Param::need("high", NUMBER)];
static PAIR: &[Param] = &[Param::need("a", NUMBER), Param::need("b", NUMBER)];
/// A float as a value, or an error where it is none.
pub(super) fn finite(number: f64, what: &str) -> Result<Value, String> {
    if number.is_finite() { Ok(Value::Float(number)) } else { Err(format!("the result of `{what}` is not a finite number")) }
}

/// `a + b`: an integer of two integers, else a float.
pub(super) fn add(a: &Value, b: &Value) -> Result<Value, String> {
    if let (Value::Int(a), Value::Int(b)) = (a, b) {
        return a.checked_add(*b).map(Value::Int).ok_or_else(|| "a sum is too large".to_owned());
    }
    match (a.as_float(), b.as_float()) {
        (Some(a), Some(b)) => finite(a + b, "sum"),
        (Some(_), None) => Err(format!("expected a number, found {}", b.kind())),
        _ => Err(format!("expected a number, found {}", a.kind())),
    }
}

/// `a / b`.
pub(super) fn div(a: f64, b: f64) -> Result<Value, String> {
    if b == 0.0 { Err("division by zero".to_owned()) } else { finite(a / b, "div") }
}

fn floats(call: &TypeCall<'_>) -> Result<Type, Misfit> {
    known::pointwise(call, Type::float())
}

fn convert_type(call: &TypeCall<'_>, to: Type) -> Result<Type, Misfit> {
    let ty = call.ty(0);
    // Integers stay as they are; anything else may become any number.
    let to = if ty.is_int() && to.is_int() { ty } else { to };
    let to = call.get(1).map_or(to.clone(), |default| to.join(default));
    known::pointwise(call, to)
}

fn int(call: &Call<'_>) -> Result<Value, String> {
    let value = call.value(0)?;
    let found = match value {
        Value::Int(_) => Some(value.clone()),
        Value::Bool(truth) => Some(Value::Int(i128::from(*truth))),
        Value::Float(number) => to_int(number.trunc()),
        Value::Text(text) => match text.parse::<i128>() {
            Ok(number) => Some(Value::Int(number)),
            Err(_) => read_float(text).and_then(|number| to_int(number.trunc())),
        },
        _ => None,
    };
    found.or_else(|| call.get(1).cloned()).ok_or_else(|| no_number(value, "an integer"))
}

fn float(call: &Call<'_>) -> Result<Value, String> {
    let value = call.value(0)?;
    let found = match value {
        Value::Bool(truth) => Some(if *truth { 1.0 } else { 0.0 }),
        Value::Text(text) => read_float(text),
        other => other.as_float(),
    };
    found.map(Value::Float).or_else(|| call.get(1).cloned()).ok_or_else(|| no_number(value, "a number"))
}

/// A finite number written in digits; "inf" and "nan" are words, not numbers.
fn read_float(text: &str) -> Option<f64> {
    let digits = text.bytes().all(|c| c.is_ascii_digit() || b"+-.eE".contains(&c));
    text.parse().ok().filter(|number: &f64| digits && number.is_finite())
}

pub(super) fn no_number(value: &Value, wanted: &str) -> String {
    match value {
        Value::Text(text) => format!("expected {wanted}, found the text `{text}`"),
        other => format!("expected {wanted}, found {}", other.kind()),
    }
}

fn bool_type(call: &TypeCall<'_>) -> Result<Type, Misfit> {
    let (yes, no) = call.ty(0).truths();
    Ok(if yes == no { Type::bool() } else { Type::truth(yes) })
}

fn abs(call: &Call<'_>) -> Result<Value, String> {
    match call.value(0)? {
        Value::Int(number) => number.checked_abs().map(Value::Int).ok_or_else(|| "an integer is too large".to_owned()),
        _ => Ok(Value::Float(call.float(0)?.abs())),
    }
}

fn abs_type(call: &TypeCall<'_>) -> Result<Type, Misfit> {
    let mut ty = known::numbers(&call.ty(0));
    ty.int = ty.int.map(|IntRange { min, max }| {
        let (a, b) = (min.saturating_abs(), max.saturating_abs());
        IntRange { min: if min <= 0 && max >= 0 { 0 } else { a.min(b) }, max: a.max(b) }
    });
    Ok(ty)
}

fn clamp(call: &Call<'_>) -> Result<Value, String> {
    let (x, low, high) = (call.value(0)?, call.value(1)?, call.value(2)?);
    let less = |a: &Value, b: &Value| a.compare(b) == Some(std::cmp::Ordering::Less);
    if less(high, low) {
        return Err("`low` of `clamp` is above `high`".to_owned());
    }
    let inside = if less(x, low) { low } else { x };
    Ok(if less(high, inside) { high } else { inside }.clone())
}

fn clamp_type(call: &TypeCall<'_>) -> Result<Type, Misfit> {
    let (x, low, high) = (known::numbers(&call.ty(0)), known::numbers(&call.ty(1)), known::numbers(&call.ty(2)));
    if let (false, false, false, Some(x), Some(low), Some(high)) = (x.float, low.float, high.float, x.int, low.int, high.int) {
        let inside = |number: i128, low: i128, high: i128| number.max(low).min(high);
        return Ok(Type::int_range(inside(x.min, low.min, high.min), inside(x.max, low.max, high.max)));
    }
    Ok(x.join(&low).join(&high))
}

fn div_type(call: &TypeCall<'_>) -> Result<Type, Misfit> {
    let divisor = call.ty(1);
    if !divisor.float && divisor.int == Some(IntRange { min: 0, max: 0 }) {
        return Err(call.misfit(1, codes::DIVISION_BY_ZERO, "division by zero"));
    }
    Ok(Type::float())
}

fn pow(call: &Call<'_>) -> Result<Value, String> {
    if let (Value::Int(base), Value::Int(exponent)) = (call.value(0)?, call.value(1)?)
        && let Ok(exponent) = u32::try_from(*exponent)
    {
        return base.checked_pow(exponent).map(Value::Int).ok_or_else(|| "the result of `pow` is too large".to_owned());
    }
    finite(libm::pow(call.float(0)?, call.float(1)?), "pow")
}

fn pow_type(call: &TypeCall<'_>) -> Result<Type, Misfit> {
    let (base, exponent) = (known::numbers(&call.ty(0)), known::numbers(&call.ty(1)));
    let ints = base.int.is_some() && exponent.int.is_some_and(|range| range.max >= 0);
    let floats = base.float || exponent.float || exponent.int.is_some_and(|range| range.min < 0);
    let fallback = if ints { Type::int() } else { Type::never() };
    let fallback = if floats { fallback.join(&Type::float()) } else { fallback };
    known::pointwise(call, fallback)
}

/// A whole float as an integer, where it is small enough to be one.
#[expect(clippy::cast_possible_truncation, reason = "the bounds are checked before")]
pub(super) fn to_int(whole: f64) -> Option<Value> {
    (whole.abs() < 1e38).then_some(Value::Int(whole as i128))
}

#[cfg(test)]
mod tests {
    use super::super::testing::*;
    use super::*;

    #[test]
    fn arithmetic_refuses_what_is_not_finite() {
        assert_eq!(run("div", &[Value::Int(1), Value::Int(0)]).unwrap_err(), "division by zero");
        assert!(run("sqrt", &[Value::Int(-1)]).is_err());
        assert!(run("ln", &[Value::Int(0)]).is_err());
        assert_eq!(run("pow", &[Value::Int(2), Value::Int(-1)]).unwrap(), Value::Float(0.5));
        assert!(run("pow", &[Value::Int(10), Value::Int(60)]).is_err());
        assert_eq!(misfit("div", &[Type::int(), Type::int_range(0, 0)]).code, codes::DIVISION_BY_ZERO);
    }

    #[test]
    fn conversions() {
        assert_eq!(run("int", &[text("3.9")]).unwrap(), Value::Int(3));
        assert_eq!(run("int", &[Value::Float(-3.9)]).unwrap(), Value::Int(-3));
        assert_eq!(run("int", &[text("n/a"), Value::Int(0)]).unwrap(), Value::Int(0));
        assert!(run("float", &[text("nan")]).is_err());
        assert!(misfit("int", &[words(&["x", "y"])]).message.contains("expected an integer"));
        assert_eq!(typed("int", &[words(&["1", "3"])]), Type::int_range(1, 3));
    }

    #[test]
    fn ranges_flow() {
        assert_eq!(typed("abs", &[Type::int_range(-3, 2)]), Type::int_range(0, 3));
        assert_eq!(typed("clamp", &[Type::int(), Type::int_range(0, 0), Type::int_range(9, 9)]), Type::int_range(0, 9));
        assert_eq!(typed("pow", &[Type::int_range(2, 2), Type::int_range(1, 3)]), Type::int_range(2, 8));
        assert_eq!(typed("bool", &[Type::list_between(Type::int(), 1, None)]), Type::truth(true));
    }
}
