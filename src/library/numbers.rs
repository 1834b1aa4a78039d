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
    Builtin::new("div", Roles::Both, PAIR, div_type, div).doc(
        "`a / b` as a float; zero as `b` is an error.",
        "div(1, 4)",
        "0.25",
    ),
    Builtin::new("div_exact", Roles::Both, INTEGERS, div_exact_type, div_exact).doc(
        "`a / b` of integers as an integer; a remainder is an error, and so is zero as `b`.",
        "div_exact(14, 7)",
        "2",
    ),
    Builtin::new("sqrt", Roles::Both, &[Param::need("x", NUMBER)], |call| domain(call, 0, NEGATIVE), sqrt).doc(
        "The square root, a float; of a negative number an error.",
        "sqrt(9)",
        "3.0",
    ),
    Builtin::new("exp", Roles::Both, &[Param::need("x", NUMBER)], floats, |call| call.finite(0, libm::exp(call.float(0)?)))
        .doc("e to the power of `x`, a float, the same on every platform; above 709.78 an error.", "exp(0)", "1.0"),
    Builtin::new("ln", Roles::Both, &[Param::need("x", NUMBER)], |call| domain(call, 1, NOT_POSITIVE), ln).doc(
        "The natural logarithm, a float, the same on every platform; of zero or less an error.",
        "ln(1)",
        "0.0",
    ),
    Builtin::new("pow", Roles::Both, PAIR, pow_type, pow).doc(
        "`a` to the power of `b`, the same on every platform; of two integers, `b` not negative, an integer, otherwise a float. \
         Errors: a fractional power of a negative number, a negative power of zero, a result too large.",
        "pow(2, 10)",
        "1024",
    ),
];

static CONVERT: &[Param] = &[Param::need("value", SCALAR), Param::may("default", NUMBER)];
static CLAMP: &[Param] = &[Param::need("x", NUMBER), Param::need("low", NUMBER), Param::need("high", NUMBER)];
static PAIR: &[Param] = &[Param::need("a", NUMBER), Param::need("b", NUMBER)];
static INTEGERS: &[Param] = &[Param::need("a", Kinds::INT), Param::need("b", Kinds::INT)];

const NEGATIVE: &str = "is negative";
const NOT_POSITIVE: &str = "is not above zero";
const TOO_LARGE: &str = "is too large: the result does not fit an integer of 128 bits";

fn div(call: &Call<'_>) -> Result<Value, String> {
    let (a, b) = (call.float(0)?, call.float(1)?);
    if b == 0.0 { Err(call.refuse(1, "is zero")) } else { call.finite(0, a / b) }
}

fn div_exact(call: &Call<'_>) -> Result<Value, String> {
    let (a, b) = (call.int_or(0, 0)?, call.int_or(1, 1)?);
    match (a.checked_rem(b), a.checked_div(b)) {
        (Some(0), Some(quotient)) => Ok(Value::Int(quotient)),
        (Some(_), _) => Err(call.refuse(0, &format!("is {a}, which {b} does not divide"))),
        (None, _) if b == 0 => Err(call.refuse(1, "is zero")),
        (None, _) => Err(call.refuse(0, TOO_LARGE)),
    }
}

fn div_exact_type(call: &TypeCall<'_>) -> Result<Type, Misfit> {
    div_type(call)?;
    let range = |at| known::only_ints(&call.ty(at)).unwrap_or(IntRange { min: i128::MIN, max: i128::MAX });
    let (a, b) = (range(0), range(1));
    let quotients = if b.min > 0 {
        // Towards zero, the ends of the real range are never inside of the range of exact quotients.
        IntRange { min: (a.min / b.min).min(a.min / b.max), max: (a.max / b.min).max(a.max / b.max) }
    } else {
        let most = a.min.saturating_abs().max(a.max.saturating_abs());
        IntRange { min: -most, max: most }
    };
    known::pointwise(call, Type::int_range(quotients.min, quotients.max))
}

fn sqrt(call: &Call<'_>) -> Result<Value, String> {
    let x = call.float(0)?;
    if x < 0.0 { Err(call.refuse(0, NEGATIVE)) } else { call.finite(0, libm::sqrt(x)) }
}

fn ln(call: &Call<'_>) -> Result<Value, String> {
    let x = call.float(0)?;
    if x <= 0.0 { Err(call.refuse(0, NOT_POSITIVE)) } else { call.finite(0, libm::log(x)) }
}

/// Floats, unless every integer that may come is below the `least` that the function takes.
fn domain(call: &TypeCall<'_>, least: i128, why: &str) -> Result<Type, Misfit> {
    let outside = known::only_ints(&call.ty(0)).is_some_and(|range| range.max < least);
    if outside { Err(call.refuse(0, why)) } else { Ok(Type::float()) }
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
        Value::Int(number) => number.checked_abs().map(Value::Int).ok_or_else(|| call.refuse(0, TOO_LARGE)),
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
        return Err(call.refuse(1, "is above `high`"));
    }
    let inside = if less(x, low) { low } else { x };
    Ok(if less(high, inside) { high } else { inside }.clone())
}

fn clamp_type(call: &TypeCall<'_>) -> Result<Type, Misfit> {
    if let (Some(low), Some(high)) = (known::only_ints(&call.ty(1)), known::only_ints(&call.ty(2)))
        && low.min > high.max
    {
        return Err(call.refuse(1, "is always above `high`"));
    }
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
        return base.checked_pow(exponent).map(Value::Int).ok_or_else(|| call.refuse(1, TOO_LARGE));
    }
    let (base, exponent) = (call.float(0)?, call.float(1)?);
    if base == 0.0 && exponent < 0.0 {
        return Err(call.refuse(1, "is negative, and `a` is zero"));
    }
    if base < 0.0 && exponent.fract() != 0.0 {
        return Err(call.refuse(0, "is negative, and `b` is no whole number"));
    }
    call.finite(1, libm::pow(base, exponent))
}

fn pow_type(call: &TypeCall<'_>) -> Result<Type, Misfit> {
    let (base, exponent) = (known::numbers(&call.ty(0)), known::numbers(&call.ty(1)));
    let ints = base.int.is_some() && exponent.int.is_some_and(|range| range.max >= 0);
    let floats = base.float || exponent.float || exponent.int.is_some_and(|range| range.min < 0);
    let range = base.int.zip(exponent.int).map_or(Type::int(), |(base, exponent)| power_range(base, exponent));
    let fallback = if ints { range } else { Type::never() };
    let fallback = if floats { fallback.join(&Type::float()) } else { fallback };
    known::pointwise(call, fallback)
}

/// The integers that powers of integers can be: above zero, greater bases and exponents give greater ones.
fn power_range(base: IntRange, exponent: IntRange) -> Type {
    let power = |base: i128, exponent: i128| match u32::try_from(exponent.max(0)) {
        Ok(exponent) => base.saturating_pow(exponent),
        Err(_) => base.saturating_pow(u32::MAX),
    };
    if base.min < 0 {
        return Type::int();
    }
    // The power 0 is 1 even of 0.
    let least = if base.min == 0 { 0 } else { power(base.min, exponent.min) };
    Type::int_range(least, power(base.max, exponent.max).max(1))
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
        let (int, float) = (Value::Int, Value::Float);
        let refused = |name: &str, args: &[Value]| run(name, args).unwrap_err();
        assert_eq!(refused("div", &[int(1), int(0)]), "`b` of `div` is zero");
        assert_eq!(refused("div", &[float(1e300), float(1e-300)]), "`a` of `div` gives no finite number");
        assert_eq!(refused("sqrt", &[int(-1)]), "`x` of `sqrt` is negative");
        assert_eq!(refused("ln", &[int(0)]), "`x` of `ln` is not above zero");
        assert_eq!(refused("exp", &[int(710)]), "`x` of `exp` gives no finite number");
        assert_eq!(run("pow", &[int(2), int(-1)]).unwrap(), float(0.5));
        assert!(refused("pow", &[int(10), int(60)]).starts_with("`b` of `pow` is too large"));
        assert_eq!(refused("pow", &[int(0), int(-1)]), "`b` of `pow` is negative, and `a` is zero");
        assert_eq!(refused("pow", &[float(-2.0), float(0.5)]), "`a` of `pow` is negative, and `b` is no whole number");
        assert_eq!(refused("pow", &[float(10.0), int(400)]), "`b` of `pow` gives no finite number");
        assert_eq!(refused("clamp", &[int(1), int(5), int(2)]), "`low` of `clamp` is above `high`");
        assert_eq!(misfit("div", &[Type::int(), Type::int_range(0, 0)]).code, codes::DIVISION_BY_ZERO);
        assert_eq!(misfit("sqrt", &[Type::int_range(-900, -1)]).message, "`x` of `sqrt` is negative");
        assert_eq!(misfit("ln", &[Type::int_range(-900, 0)]).place, Some(crate::library::Place::At(0)));
    }

    #[test]
    fn exact_division_has_no_remainder() {
        assert_eq!(run("div_exact", &[Value::Int(-14), Value::Int(7)]).unwrap(), Value::Int(-2));
        let refused = |a, b| run("div_exact", &[Value::Int(a), Value::Int(b)]).unwrap_err();
        assert_eq!(refused(15, 7), "`a` of `div_exact` is 15, which 7 does not divide");
        assert_eq!(refused(15, 0), "`b` of `div_exact` is zero");
        assert!(refused(i128::MIN, -1).contains("too large"));
        assert!(run("div_exact", &[Value::Float(14.0), Value::Int(7)]).is_err());
        assert_eq!(misfit("div_exact", &[Type::int(), Type::int_range(0, 0)]).code, codes::DIVISION_BY_ZERO);
        assert_eq!(typed("div_exact", &[Type::int_range(-100, 200), Type::int_range(2, 5)]), Type::int_range(-50, 100));
        assert_eq!(typed("div_exact", &[Type::int_range(-100, 20), Type::int_range(-5, 5)]), Type::int_range(-100, 100));
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
        assert_eq!(typed("pow", &[Type::int_range(2, 100), Type::int_range(1, 2)]), Type::int_range(2, 10_000));
        assert_eq!(typed("pow", &[Type::int_range(0, 100), Type::int_range(0, 2)]), Type::int_range(0, 10_000));
        assert_eq!(misfit("clamp", &[Type::int(), Type::int_range(9, 9), Type::int_range(0, 5)]).code, codes::BAD_ARGUMENTS);
        assert_eq!(typed("bool", &[Type::list_between(Type::int(), 1, None)]), Type::truth(true));
    }
}
