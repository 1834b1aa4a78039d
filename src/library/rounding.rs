//! Rounding: to even on the exact binary value, as templates do it, and on the shortest decimal digits, as on paper.
//!
//! Integers stay integers; floats stay floats, save for `floor` and `ceil`, which give integers.

use super::decimal::{Decimal, Tie};
use super::numbers::{no_number, to_int};
use super::{Builtin, Call, Kinds, Misfit, Param, Roles, TypeCall, known};
use crate::data::{Type, Value};
use crate::diag::codes;

const NUMBER: Kinds = Kinds::NUMBER;

pub(super) static ROWS: &[Builtin] = &[
    Builtin::new("round", Roles::Both, ROUND, round_type, round).doc(
        "Rounded to `precision` decimals (default 0), ties to the even digit of the exact binary value: 2.5 gives 2.0. `method` \
         is `common`, `ceil` or `floor`. Integers stay integers; a negative precision rounds to tens, hundreds and so on. May give -0.0, which `fixed` never does.",
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

static ROUND: &[Param] = &[Param::need("x", NUMBER), Param::may("precision", Kinds::INT), Param::may("method", Kinds::TEXT)];
static DIGITS: &[Param] = &[Param::need("x", NUMBER), Param::may("digits", Kinds::INT)];

fn round_type(call: &TypeCall<'_>) -> Result<Type, Misfit> {
    let ty = known::numbers(&call.ty(0));
    if call.builtin.name == "round" && call.literal(2).is_some_and(|method| !METHODS.contains(&method)) {
        return Err(call.misfit(2, codes::BAD_ARGUMENTS, WRONG_METHOD));
    }
    if call.builtin.name != "round" {
        call.small(1)?;
    }
    let keeps = call.get(1).is_none_or(|digits| digits.int.is_some_and(|range| range.min >= 0));
    Ok(if keeps || ty.int.is_none() { ty } else { ty.join(&Type::int()) })
}

const METHODS: [&str; 3] = ["common", "ceil", "floor"];
const TOO_LARGE: &str = "`x` of `round` is too large for an integer of 128 bits";
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
        (_, Ok(places)) => call.finite(0, round_places(call.float(0)?, places, method)),
        (_, Err(_)) => {
            let number = call.float(0)?;
            let Some(Value::Int(whole)) = to_int(number.floor()) else { return Ok(value.clone()) };
            let rounded = Value::Int(round_to_multiple(whole, number.fract() != 0.0, places, method)?);
            rounded.as_float().map(Value::Float).ok_or_else(|| TOO_LARGE.to_owned())
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
    let too_large = || TOO_LARGE.to_owned();
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
    call.finite(0, number)
}

fn whole(call: &Call<'_>, round: fn(f64) -> f64) -> Result<Value, String> {
    match call.value(0)? {
        Value::Int(number) => Ok(Value::Int(*number)),
        _ => to_int(round(call.float(0)?)).ok_or_else(|| call.refuse(0, "is too large for an integer of 128 bits")),
    }
}

fn whole_type(call: &TypeCall<'_>) -> Result<Type, Misfit> {
    let ty = known::numbers(&call.ty(0));
    let ints = Type { int: ty.int, ..Type::default() };
    Ok(if ty.float { ints.join(&Type::int()) } else { ints })
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
    fn kinds_stay() {
        assert_eq!(typed("round", &[Type::float()]), Type::float());
        assert_eq!(typed("round", &[Type::int_range(1, 5)]), Type::int_range(1, 5));
        assert_eq!(typed("floor", &[Type::float()]), Type::int());
        assert_eq!(misfit("round", &[Type::float(), Type::int(), words(&["up"])]).code, codes::BAD_ARGUMENTS);
        assert_eq!(
            misfit("fixed", &[Type::float(), Type::int_range(-1, -1)]).message,
            "`digits` of `fixed` is from 0 to 1000, found -1"
        );
        assert_eq!(
            run("fixed", &[Value::Float(1.5), Value::Int(-1)]).unwrap_err(),
            "`digits` of `fixed` is from 0 to 1000, found -1"
        );
        assert_eq!(run("ceil", &[Value::Float(1e300)]).unwrap_err(), "`x` of `ceil` is too large for an integer of 128 bits");
    }
}
