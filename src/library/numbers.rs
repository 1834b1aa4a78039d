//! Numbers: conversion, rounding and arithmetic that does not depend on the platform.
//!
//! Integers stay integers where the result is one; a result that is not finite is an error.

use super::decimal::{Decimal, Tie};
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

pub(super) static ROUNDING: &[Builtin] = &[
    Builtin::new("round", Roles::Both, ROUND, round_type, round).doc(
        "Rounded to `precision` decimals (default 0), ties to the even digit of the exact binary value: 2.5 gives 2.0. `method` \
         is `common`, `ceil` or `floor`. Integers stay integers; a negative precision rounds to tens, hundreds and so on.",
        "2.675 | round(2)",
        "2.67",
    ),
    Builtin::new("fixed", Roles::Both, DIGITS, round_type, |call| decimal(call, Tie::AwayFromZero)).doc(
        "Rounded to `digits` decimals (default 0) as on paper: by the shortest decimal digits, ties away from zero, never -0.0.",
        "fixed(2.675, 2)",
        "2.68",
    ),
    Builtin::new("round_half_up", Roles::Both, DIGITS, round_type, |call| decimal(call, Tie::Up)).doc(
        "Like `fixed`, with ties towards the greater number: -2.5 gives -2.0.",
        "round_half_up(-2.5)",
        "-2.0",
    ),
    Builtin::new("floor", Roles::Both, &[Param::need("x", NUMBER)], whole_type, |call| whole(call, f64::floor)).doc(
        "The greatest integer not above `x`.",
        "floor(-1.5)",
        "-2",
    ),
    Builtin::new("ceil", Roles::Both, &[Param::need("x", NUMBER)], whole_type, |call| whole(call, f64::ceil)).doc(
        "The least integer not below `x`.",
        "ceil(1.2)",
        "2",
    ),
];

static CONVERT: &[Param] = &[Param::need("value", SCALAR), Param::may("default", NUMBER)];
static CLAMP: &[Param] = &[Param::need("x", NUMBER), Param::need("low", NUMBER), Param::need("high", NUMBER)];
static PAIR: &[Param] = &[Param::need("a", NUMBER), Param::need("b", NUMBER)];
static ROUND: &[Param] = &[Param::need("x", NUMBER), Param::may("precision", Kinds::INT), Param::may("method", Kinds::TEXT)];
static DIGITS: &[Param] = &[Param::need("x", NUMBER), Param::may("digits", Kinds::INT)];

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

fn no_number(value: &Value, wanted: &str) -> String {
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

fn round_type(call: &TypeCall<'_>) -> Result<Type, Misfit> {
    let ty = known::numbers(&call.ty(0));
    if call.builtin.name == "round" && call.literal(2).is_some_and(|method| !METHODS.contains(&method)) {
        return Err(call.misfit(2, codes::BAD_ARGUMENTS, WRONG_METHOD));
    }
    let keeps = call.get(1).is_none_or(|digits| digits.int.is_some_and(|range| range.min >= 0));
    Ok(if keeps || ty.int.is_none() { ty } else { ty.join(&Type::int()) })
}

const METHODS: [&str; 3] = ["common", "ceil", "floor"];
const WRONG_METHOD: &str = "`method` of `round` is `common`, `ceil` or `floor`";

fn round(call: &Call<'_>) -> Result<Value, String> {
    let places = call.int_or(1, 0)?.clamp(-40, 1000);
    let method = call.text_or(2, "common")?;
    if !METHODS.contains(&method) {
        return Err(WRONG_METHOD.to_owned());
    }
    let value = call.value(0)?;
    match (value, usize::try_from(places)) {
        (Value::Int(_), Ok(_)) => Ok(value.clone()),
        (Value::Int(number), Err(_)) => round_to_multiple(*number, false, places, method).map(Value::Int),
        (_, Ok(places)) => finite(round_places(call.float(0)?, places, method), "round"),
        (_, Err(_)) => {
            let number = call.float(0)?;
            let Some(Value::Int(whole)) = to_int(number.floor()) else { return Ok(value.clone()) };
            let rounded = Value::Int(round_to_multiple(whole, number.fract() != 0.0, places, method)?);
            rounded.as_float().map(Value::Float).ok_or_else(|| "the result of `round` is too large".to_owned())
        }
    }
}

/// The powers of ten that a float holds exactly.
const POWERS: [f64; 23] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21,
    1e22,
];

fn round_places(number: f64, places: usize, method: &str) -> f64 {
    let Some(scale) = POWERS.get(places) else {
        return if method == "common" { written(number, places) } else { number };
    };
    let scaled = number * scale;
    match method {
        "common" => round_half_even(number, places, scaled, *scale),
        _ if !scaled.is_finite() => number,
        "ceil" => (scaled.ceil() + 0.0) / scale,
        _ => (scaled.floor() + 0.0) / scale,
    }
}

/// Rounds the exact binary value, ties to even. Away from ties the scaled number decides, which is much faster than writing
/// the digits and gives the same bits: both operands of the division are exact.
fn round_half_even(number: f64, places: usize, scaled: f64, scale: f64) -> f64 {
    let distance = (scaled.abs().fract() - 0.5).abs();
    if distance > 1e-3 && scaled.abs() < 1e12 {
        return scaled.round() / scale;
    }
    written(number, places)
}

/// Formatting with a precision rounds the exact value half to even.
fn written(number: f64, places: usize) -> f64 {
    format!("{number:.places$}").parse().unwrap_or(number)
}

/// `whole` (and a little more where `above`) to a multiple of ten to the power of `-places`.
fn round_to_multiple(whole: i128, above: bool, places: i128, method: &str) -> Result<i128, String> {
    let too_large = || "the result of `round` is too large".to_owned();
    let exponent = u32::try_from(-places).map_err(|_| too_large())?;
    let Some(factor) = 10_i128.checked_pow(exponent) else {
        let away = (method == "ceil" && whole > 0) || (method == "floor" && whole < 0);
        return if away { Err(too_large()) } else { Ok(0) };
    };
    let (quotient, rest) = (whole.div_euclid(factor), whole.rem_euclid(factor));
    let up = match method {
        "ceil" => rest > 0 || above,
        "floor" => false,
        _ => rest > factor - rest || (rest == factor - rest && (above || quotient % 2 != 0)),
    };
    (quotient + i128::from(up)).checked_mul(factor).ok_or_else(too_large)
}

fn decimal(call: &Call<'_>, tie: Tie) -> Result<Value, String> {
    let value = call.value(0)?;
    let places = call.small_or(1, 0)?;
    if matches!(value, Value::Int(_)) {
        return Ok(value.clone());
    }
    let rounded = Decimal::of(value).map(|number| number.rounded(places, tie).write(""));
    let number = rounded.and_then(|digits| digits.parse().ok()).ok_or_else(|| no_number(value, "a number"))?;
    finite(number, call.builtin.name)
}

fn whole(call: &Call<'_>, round: fn(f64) -> f64) -> Result<Value, String> {
    match call.value(0)? {
        Value::Int(number) => Ok(Value::Int(*number)),
        _ => to_int(round(call.float(0)?)).ok_or_else(|| format!("the result of `{}` is too large", call.builtin.name)),
    }
}

fn whole_type(call: &TypeCall<'_>) -> Result<Type, Misfit> {
    let ty = known::numbers(&call.ty(0));
    let ints = Type { int: ty.int, ..Type::default() };
    Ok(if ty.float { ints.join(&Type::int()) } else { ints })
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

    fn rounded(number: f64, places: i128) -> f64 {
        run("round", &[Value::Float(number), Value::Int(places)]).unwrap().as_float().unwrap()
    }

    #[test]
    fn round_is_half_even_on_the_exact_value() {
        assert_eq!(run("round", &[Value::Float(2.5)]).unwrap(), Value::Float(2.0));
        assert_eq!(run("round", &[Value::Int(7), Value::Int(2)]).unwrap(), Value::Int(7));
        assert_eq!(run("round", &[Value::Int(1250), Value::Int(-2)]).unwrap(), Value::Int(1200));
        let exact = [
            (2.675, 2, 2.67),
            (1.15, 1, 1.1),
            (0.5, 0, 0.0),
            (1.5, 0, 2.0),
            (0.125, 2, 0.12),
            (1250.1, -2, 1300.0),
            (-1250.0, -2, -1200.0),
        ];
        for (number, places, wanted) in exact {
            assert_eq!(rounded(number, places).to_bits(), f64::to_bits(wanted), "{number} to {places}");
        }
        let up = run("round", &[Value::Float(1.21), Value::Int(1), text("ceil")]);
        assert_eq!(up.unwrap(), Value::Float(1.3));
    }

    #[test]
    fn the_fast_path_of_round_gives_the_bits_of_the_slow_one() {
        let mut state = 1_u64;
        for at in 0..200_000_usize {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let places = at % 7;
            let whole = i32::try_from(state >> 40).unwrap() - (1 << 23);
            let number = f64::from(whole) / [1.0, 2.0, 8.0, 1000.0, 2e5, 3.0, 7e4][(state % 7) as usize];
            assert_eq!(
                round_places(number, places, "common").to_bits(),
                written(number, places).to_bits(),
                "{number} to {places}"
            );
        }
    }

    #[test]
    fn paper_rounding() {
        assert_eq!(run("fixed", &[Value::Float(2.675), Value::Int(2)]).unwrap(), Value::Float(2.68));
        assert_eq!(run("fixed", &[Value::Float(-0.001), Value::Int(2)]).unwrap(), Value::Float(0.0));
        assert_eq!(run("fixed", &[Value::Float(-2.5)]).unwrap(), Value::Float(-3.0));
        assert_eq!(run("round_half_up", &[Value::Float(-2.5)]).unwrap(), Value::Float(-2.0));
        assert_eq!(run("ceil", &[Value::Float(1.01)]).unwrap(), Value::Int(2));
    }

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
        assert_eq!(typed("round", &[Type::float()]), Type::float());
        assert_eq!(typed("pow", &[Type::int_range(2, 2), Type::int_range(1, 3)]), Type::int_range(2, 8));
        assert_eq!(typed("bool", &[Type::list_between(Type::int(), 1, None)]), Type::truth(true));
    }
}
