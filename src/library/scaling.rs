//! How performance grows: speed-up by Amdahl, scaling with contention by Gunther, hit rates of caches under Zipf's law.

use super::{Builtin, Call, Kinds, Misfit, Param, Roles, TypeCall, known};
use crate::data::{Type, Value};

const NUMBER: Kinds = Kinds::NUMBER;

pub(super) static ROWS: &[Builtin] = &[
    Builtin::new("amdahl", Roles::Function, AMDAHL, amdahl_type, amdahl).doc(
        "The speed-up of a task of which a share `f` (0 to 1) becomes `s` times as fast: 1 / ((1 - f) + f / s), at most \
         1 / (1 - f) (Amdahl 1967).",
        "amdahl(f=0.8, s=4)",
        "2.5",
    ),
    Builtin::new("usl", Roles::Function, USL, usl_type, usl).doc(
        "The capacity of `n` nodes (at least 1) as a multiple of the capacity of one: n / (1 + alpha (n - 1) + beta n (n - 1)), \
         where `alpha` (0 to 1) is contention and `beta` (not negative) the cost of coherence (Gunther's universal scalability law).",
        "usl(n=32, alpha=0.05, beta=0.001) | round(1)",
        "9.0",
    ),
    Builtin::new("usl_peak", Roles::Function, PEAK, peak_type, usl_peak).doc(
        "The number of nodes, a float, at which `usl` is greatest: the root of (1 - alpha) / beta; without a cost of coherence \
         there is none, which is an error.",
        "usl_peak(alpha=0.05, beta=0.001) | round(1)",
        "30.8",
    ),
    Builtin::new("zipf_hit", Roles::Function, ZIPF, zipf_type, zipf_hit).doc(
        "The share of requests, 0 to 1, that a cache of the `cached` most popular of `keys` keys answers, where key number k is \
         asked for in proportion to 1 / k to the power of `alpha` (not negative): a perfect least-frequently-used cache. Both \
         sums by the formula of Euler and Maclaurin, to 12 digits and as fast for a billion keys as for a hundred.",
        "zipf_hit(keys=100000, cached=10000, alpha=1) | round(3)",
        "0.81",
    ),
];

static AMDAHL: &[Param] = &[Param::named("f", NUMBER), Param::named("s", NUMBER)];
static USL: &[Param] = &[Param::named("n", NUMBER), Param::named("alpha", NUMBER), Param::named("beta", NUMBER)];
static PEAK: &[Param] = &[Param::named("alpha", NUMBER), Param::named("beta", NUMBER)];
static ZIPF: &[Param] = &[Param::named("keys", Kinds::INT), Param::named("cached", Kinds::INT), Param::named("alpha", NUMBER)];

const NEGATIVE: &str = "is negative";
const NOT_POSITIVE: &str = "is not above zero";
const NO_SHARE: &str = "is not from 0 to 1";
const BELOW_ONE: &str = "is below 1";
const TOO_MANY: &str = "is above `keys`";

fn share(call: &Call<'_>, at: usize) -> Result<f64, String> {
    let x = call.float(at)?;
    if (0.0..=1.0).contains(&x) { Ok(x) } else { Err(call.refuse(at, NO_SHARE)) }
}

fn not_negative(call: &Call<'_>, at: usize) -> Result<f64, String> {
    let x = call.float(at)?;
    if x < 0.0 { Err(call.refuse(at, NEGATIVE)) } else { Ok(x) }
}

fn amdahl(call: &Call<'_>) -> Result<Value, String> {
    let (f, s) = (share(call, 0)?, call.float(1)?);
    if s <= 0.0 {
        return Err(call.refuse(1, NOT_POSITIVE));
    }
    call.finite(1, 1.0 / ((1.0 - f) + f / s))
}

fn usl(call: &Call<'_>) -> Result<Value, String> {
    let (n, alpha, beta) = (call.float(0)?, share(call, 1)?, not_negative(call, 2)?);
    if n < 1.0 {
        return Err(call.refuse(0, BELOW_ONE));
    }
    call.finite(0, n / (1.0 + alpha * (n - 1.0) + beta * n * (n - 1.0)))
}

fn usl_peak(call: &Call<'_>) -> Result<Value, String> {
    let (alpha, beta) = (share(call, 0)?, call.float(1)?);
    if beta <= 0.0 {
        return Err(call.refuse(1, NOT_POSITIVE));
    }
    call.finite(1, libm::sqrt((1.0 - alpha) / beta))
}

fn zipf_hit(call: &Call<'_>) -> Result<Value, String> {
    let (keys, cached, alpha) = (call.int_or(0, 1)?, call.int_or(1, 0)?, not_negative(call, 2)?);
    match (keys, cached) {
        (..1, _) => Err(call.refuse(0, BELOW_ONE)),
        (_, ..0) => Err(call.refuse(1, NEGATIVE)),
        _ if cached > keys => Err(call.refuse(1, TOO_MANY)),
        _ => call.finite(2, harmonic(cached, alpha) / harmonic(keys, alpha)),
    }
}

/// Terms that are added one by one; the rest of a harmonic sum is a formula.
const HEAD: i128 = 32;

/// The sum of k to the power of `-alpha` for k from 1 to `count`: the first terms, then an integral, half of both ends and four
/// corrections (Euler and Maclaurin; what is left out is below 1e-15 of the sum for any `alpha`).
fn harmonic(count: i128, alpha: f64) -> f64 {
    let head = (1..=count.min(HEAD)).map(|k| libm::pow(float(k), -alpha)).sum::<f64>();
    if count <= HEAD {
        return head;
    }
    let (first, last) = (float(HEAD), float(count));
    let (low, high) = (libm::pow(first, -alpha), libm::pow(last, -alpha));
    let steps = libm::log(last / first);
    let power = 1.0 - alpha;
    let stretched = if power == 0.0 { steps } else { libm::expm1(power * steps) / power };
    let integral = first * low * stretched;
    // Derivatives of odd order at both ends, times Bernoulli numbers over factorials.
    let odd = |order: f64, product: f64| product * (low / libm::pow(first, order) - high / libm::pow(last, order));
    let (a1, a3) = (alpha, alpha * (alpha + 1.0) * (alpha + 2.0));
    let a5 = a3 * (alpha + 3.0) * (alpha + 4.0);
    let a7 = a5 * (alpha + 5.0) * (alpha + 6.0);
    let corrections = odd(1.0, a1) / 12.0 - odd(3.0, a3) / 720.0 + odd(5.0, a5) / 30_240.0 - odd(7.0, a7) / 1_209_600.0;
    // `first` is in the head already, so half of it is taken away.
    head + integral + (high - low) / 2.0 + corrections
}

#[expect(clippy::cast_precision_loss, reason = "a key beyond 2^53 is as popular as its neighbour")]
fn float(count: i128) -> f64 {
    count as f64
}

/// Refuses integers that are all below what an argument takes; floats are left to the run.
fn at_least(call: &TypeCall<'_>, at: usize, least: i128, why: &str) -> Result<(), Misfit> {
    let outside = known::only_ints(&call.ty(at)).is_some_and(|range| range.max < least);
    if outside { Err(call.refuse(at, why)) } else { Ok(()) }
}

fn amdahl_type(call: &TypeCall<'_>) -> Result<Type, Misfit> {
    at_least(call, 0, 0, NO_SHARE)?;
    at_least(call, 1, 1, NOT_POSITIVE)?;
    known::pointwise(call, Type::float())
}

fn usl_type(call: &TypeCall<'_>) -> Result<Type, Misfit> {
    at_least(call, 0, 1, BELOW_ONE)?;
    at_least(call, 1, 0, NO_SHARE)?;
    at_least(call, 2, 0, NEGATIVE)?;
    known::pointwise(call, Type::float())
}

fn peak_type(call: &TypeCall<'_>) -> Result<Type, Misfit> {
    at_least(call, 0, 0, NO_SHARE)?;
    at_least(call, 1, 1, NOT_POSITIVE)?;
    known::pointwise(call, Type::float())
}

fn zipf_type(call: &TypeCall<'_>) -> Result<Type, Misfit> {
    at_least(call, 0, 1, BELOW_ONE)?;
    at_least(call, 1, 0, NEGATIVE)?;
    at_least(call, 2, 0, NEGATIVE)?;
    let (keys, cached) = (known::only_ints(&call.ty(0)), known::only_ints(&call.ty(1)));
    if keys.zip(cached).is_some_and(|(keys, cached)| cached.min > keys.max) {
        return Err(call.refuse(1, TOO_MANY));
    }
    known::pointwise(call, Type::float())
}

#[cfg(test)]
mod tests {
    use super::super::testing::*;
    use super::*;

    fn ask(name: &str, values: &[(&'static str, Value)]) -> Result<f64, String> {
        run_with(name, &[], values).map(|value| value.as_float().unwrap())
    }

    fn zipf(keys: i128, cached: i128, alpha: f64) -> Result<f64, String> {
        ask("zipf_hit", &[("keys", Value::Int(keys)), ("cached", Value::Int(cached)), ("alpha", Value::Float(alpha))])
    }

    #[test]
    fn harmonic_sums_are_those_of_the_terms() {
        for alpha in [0.0, 0.3, 0.8, 0.999_999, 1.0, 1.2, 2.0, 7.5] {
            for count in [1, 31, 32, 33, 40, 1000, 100_000] {
                let due: f64 = (1..=count).rev().map(|k| libm::pow(float(k), -alpha)).sum();
                let found = harmonic(count, alpha);
                assert!((found / due - 1.0).abs() < 1e-12, "{count} {alpha}: {found} {due}");
            }
        }
    }

    #[test]
    fn hit_rates_of_the_tables() {
        for (alpha, due) in [(1.0, [0.752, 0.810, 0.867]), (0.8, [0.505, 0.595, 0.698])] {
            for (cached, due) in [5_000, 10_000, 20_000].into_iter().zip(due) {
                let found = zipf(100_000, cached, alpha).unwrap();
                assert!((found - due).abs() < 5e-4, "{alpha} {cached}: {found}");
            }
        }
        assert_eq!(zipf(1_000, 1_000, 0.7), Ok(1.0));
        assert_eq!(zipf(1_000, 0, 0.7), Ok(0.0));
        assert_eq!(zipf(10, 11, 1.0).unwrap_err(), "`cached` of `zipf_hit` is above `keys`");
        assert_eq!(zipf(0, 0, 1.0).unwrap_err(), "`keys` of `zipf_hit` is below 1");
        assert_eq!(zipf(10, 1, -1.0).unwrap_err(), "`alpha` of `zipf_hit` is negative");
    }

    #[test]
    fn speed_ups_of_the_textbooks() {
        let float = Value::Float;
        assert_eq!(ask("amdahl", &[("f", float(0.0)), ("s", float(9.0))]), Ok(1.0));
        assert!((ask("amdahl", &[("f", float(0.9)), ("s", Value::Int(8))]).unwrap() - 4.71).abs() < 5e-3);
        let nodes = |n| ask("usl", &[("n", Value::Int(n)), ("alpha", float(0.05)), ("beta", float(0.001))]).unwrap();
        assert!(
            (nodes(64) - 7.8).abs() < 0.05 && (nodes(1) - 1.0).abs() < 1e-9 && nodes(31) > nodes(30) && nodes(31) > nodes(32)
        );
        assert_eq!(ask("amdahl", &[("f", float(1.5)), ("s", float(2.0))]).unwrap_err(), "`f` of `amdahl` is not from 0 to 1");
        assert_eq!(
            ask("usl_peak", &[("alpha", float(0.1)), ("beta", Value::Int(0))]).unwrap_err(),
            "`beta` of `usl_peak` is not above zero"
        );
        let many = [("keys", Type::int_range(1, 9)), ("cached", Type::int_range(10, 12)), ("alpha", Type::float())];
        assert_eq!(typed_with("zipf_hit", &[], &many).unwrap_err().message, "`cached` of `zipf_hit` is above `keys`");
    }
}
