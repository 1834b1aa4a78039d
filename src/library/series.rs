//! Sums of series in closed form.

use super::{Builtin, Call, Kinds, Misfit, Param, Roles, TypeCall, known};
use crate::data::{Type, Value};

pub(super) static ROWS: &[Builtin] = &[Builtin::new("harmonic", Roles::Both, HARMONIC, harmonic_type, harmonic).doc(
    "The generalised harmonic number: the sum of `i` to the power of `-s` for `i` from 1 to `n`, a float; the share of the first \
     `k` ranks of a Zipf law is `harmonic(k, s) / harmonic(n, s)`. `n` is at least 0 (an empty sum) and `s` not negative. Beyond \
     64 terms by the Euler-Maclaurin formula, to 14 digits, in constant time.",
    "harmonic(4, 1) | round(4)",
    "2.0833",
)];

static HARMONIC: &[Param] = &[Param::need("n", Kinds::INT), Param::need("s", Kinds::NUMBER)];

const NEGATIVE: &str = "is negative";

/// So many terms are added one by one.
const DIRECT: u32 = 64;

/// Bernoulli numbers of even index over factorials of the same index: 1/6 / 2!, -1/30 / 4!, 1/42 / 6!, -1/30 / 8!.
const BERNOULLI: [f64; 4] = [1.0 / 12.0, -1.0 / 720.0, 1.0 / 30_240.0, -1.0 / 1_209_600.0];

fn harmonic(call: &Call<'_>) -> Result<Value, String> {
    let (n, s) = (call.int_or(0, 0)?, call.float(1)?);
    if n < 0 {
        return Err(call.refuse(0, NEGATIVE));
    }
    if s < 0.0 {
        return Err(call.refuse(1, NEGATIVE));
    }
    let direct = u32::try_from(n).unwrap_or(DIRECT).min(DIRECT);
    let first: f64 = (1..=direct).map(|i| libm::pow(f64::from(i), -s)).sum();
    let Some(last) = Value::Int(n).as_float().filter(|_| n > i128::from(DIRECT)) else {
        return call.finite(0, first);
    };
    call.finite(0, first + tail(f64::from(DIRECT), last, s))
}

/// The sum of `i` to the power of `-s` over the integers above `low` up to `high`.
fn tail(low: f64, high: f64, s: f64) -> f64 {
    let (at_low, at_high) = (libm::pow(low, -s), libm::pow(high, -s));
    let logarithm = libm::log(high / low);
    // The integral of x^-s from `low` to `high`, also where s is 1.
    let exponent = (1.0 - s) * logarithm;
    let growth = if exponent == 0.0 { 1.0 } else { libm::expm1(exponent) / exponent };
    let mut sum = at_low * low * logarithm * growth + (at_high - at_low) / 2.0;
    // Derivatives of odd order 2k - 1: -s (s + 1) … (s + 2k - 2) x^(-s - 2k + 1).
    let (mut factor, mut low_power, mut high_power, mut order) = (s, at_low / low, at_high / high, 0.0);
    for bernoulli in BERNOULLI {
        sum += bernoulli * factor * (low_power - high_power);
        factor *= (s + order + 1.0) * (s + order + 2.0);
        low_power /= low * low;
        high_power /= high * high;
        order += 2.0;
    }
    sum
}

fn harmonic_type(call: &TypeCall<'_>) -> Result<Type, Misfit> {
    for at in [0, 1] {
        if known::only_ints(&call.ty(at)).is_some_and(|range| range.max < 0) {
            return Err(call.refuse(at, NEGATIVE));
        }
    }
    Ok(Type::float())
}

#[cfg(test)]
mod tests {
    use super::super::testing::*;
    use super::*;

    #[test]
    fn the_closed_form_is_the_sum() {
        for s in [0.0, 0.5, 0.999_999, 1.0, 1.5, 2.0, 3.25, 8.0] {
            for n in [0_u32, 1, 63, 64, 65, 100, 4096, 100_000] {
                // From the smallest terms to the greatest, as exactly as floats add.
                let due: f64 = (1..=n).rev().map(|i| libm::pow(f64::from(i), -s)).sum();
                let found = run("harmonic", &[Value::Int(n.into()), Value::Float(s)]).unwrap().as_float().unwrap();
                assert!((found - due).abs() <= 1e-13 * due.max(1.0), "H({n}, {s}) is {found}, due {due}");
            }
        }
    }

    #[test]
    fn negative_arguments_are_refused() {
        assert_eq!(run("harmonic", &[Value::Int(-1), Value::Int(1)]).unwrap_err(), "`n` of `harmonic` is negative");
        assert_eq!(run("harmonic", &[Value::Int(1), Value::Float(-0.5)]).unwrap_err(), "`s` of `harmonic` is negative");
        assert_eq!(misfit("harmonic", &[Type::int_range(-3, -1), Type::float()]).message, "`n` of `harmonic` is negative");
    }
}
