//! Numbers of a list summed up: sum, mean, spread, quantiles, weights, interpolation.
//!
//! Floats are added in the order of the list, so a result has the same bits everywhere.

use super::numbers::{add, div, finite};
use super::{Builtin, Call, Kinds, Misfit, Param, Roles, TypeCall, attributes, known};
use crate::data::{IntRange, Type, Value};
use crate::diag::codes;

const NUMBER: Kinds = Kinds::NUMBER;
const KEY: Kinds = Kinds::TEXT.or(Kinds::INT);

pub(super) static ROWS: &[Builtin] = &[
    Builtin::new("sum", Roles::Both, SUM, sum_type, sum).doc(
        "The sum of the numbers, or of an attribute of each element, and `start` (default 0). Of integers an integer; of \
         nothing `start`.",
        "[1, 2, 3] | sum",
        "6",
    ),
    Builtin::new("mean", Roles::Both, NUMBERS, float_of_some, mean).doc(
        "The arithmetic mean; of nothing an error.",
        "mean([1, 2, 6])",
        "3.0",
    ),
    Builtin::new("stdev", Roles::Both, NUMBERS, float_of_some, stdev).doc(
        "The sample standard deviation (divided by n - 1); of fewer than two numbers an error.",
        "stdev([2, 4, 6])",
        "2.0",
    ),
    Builtin::new("quantile", Roles::Both, QUANTILE, float_of_some, quantile).doc(
        "The `p`-quantile, `p` from 0 to 1, linear between neighbours (0.5 is the median); of nothing an error.",
        "quantile([4, 1, 3, 2], 0.5)",
        "2.5",
    ),
    Builtin::new("weighted_mean", Roles::Both, WEIGHTED, float_of_some, weighted_mean).doc(
        "The mean of `values` weighted by `weights`: two lists of one length or two maps of equal keys. Negative weights and \
         a sum of zero are errors.",
        "weighted_mean([1, 3], [3, 1])",
        "1.5",
    ),
    Builtin::new("interpolate", Roles::Both, INTERPOLATE, float_of_some, interpolate).doc(
        "The value at `x` of the line through the points (`xs`, `ys`), `xs` ascending; outside of them an error.",
        "interpolate([0, 10], [1, 2], 5)",
        "1.5",
    ),
];

static SUM: &[Param] = &[Param::need("list", Kinds::LIST), Param::may("attribute", KEY), Param::may("start", NUMBER)];
static NUMBERS: &[Param] = &[Param::need("list", Kinds::LIST).of(NUMBER)];
static QUANTILE: &[Param] = &[Param::need("list", Kinds::LIST).of(NUMBER), Param::need("p", NUMBER)];
static WEIGHTED: &[Param] = &[
    Param::need("values", Kinds::LIST.or(Kinds::MAP)).of(NUMBER),
    Param::need("weights", Kinds::LIST.or(Kinds::MAP)).of(NUMBER),
];
static INTERPOLATE: &[Param] =
    &[Param::need("xs", Kinds::LIST).of(NUMBER), Param::need("ys", Kinds::LIST).of(NUMBER), Param::need("x", NUMBER)];

fn sum(call: &Call<'_>) -> Result<Value, String> {
    let path = attributes::path(call, 1)?;
    let start = call.get(2).cloned().unwrap_or(Value::Int(0));
    call.list(0)?.iter().try_fold(start, |total, item| add(&total, attributes::keyed(item, path.as_deref())?))
}

fn sum_type(call: &TypeCall<'_>) -> Result<Type, Misfit> {
    let (item, min, max) = known::elements(&call.ty(0));
    let key = attributes::key_type(call, 1, &item)?;
    if !NUMBER.may_take(&key) {
        return Err(call.misfit(0, codes::TYPE_MISMATCH, format!("`sum` takes numbers, found {}", key.describe())));
    }
    let start = call.get(2).map_or(Type::int_range(0, 0), known::numbers);
    let terms = if key.is_never() { Type::never() } else { known::numbers(&key) };
    let mut total = Type { float: start.float || terms.float, ..Type::default() };
    // With a float start every sum is a float; float terms still leave the start alone where there are none.
    if let (Some(start), true) = (start.int, terms.int.is_some() || min == 0) {
        let term = terms.int.unwrap_or(IntRange { min: 0, max: 0 });
        let (fewest, most) = (known::length(min), max.map_or(i128::from(i64::MAX), known::length));
        let least = term.min.saturating_mul(if term.min < 0 { most } else { fewest });
        let greatest = term.max.saturating_mul(if term.max > 0 { most } else { fewest });
        total.int = Some(IntRange { min: start.min.saturating_add(least), max: start.max.saturating_add(greatest) });
    }
    Ok(total)
}

fn float_of_some(call: &TypeCall<'_>) -> Result<Type, Misfit> {
    known::need_element(call, 0)?;
    Ok(Type::float())
}

fn numbers_of(call: &Call<'_>, at: usize) -> Result<Vec<f64>, String> {
    let numbers = call.list(at)?.iter().filter_map(Value::as_float).collect::<Vec<_>>();
    if numbers.is_empty() { Err(format!("`{}` of nothing", call.builtin.name)) } else { Ok(numbers) }
}

fn mean_of(numbers: &[f64]) -> f64 {
    numbers.iter().sum::<f64>() / count(numbers.len())
}

#[expect(clippy::cast_precision_loss, reason = "lists are far shorter than 2^53")]
fn count(length: usize) -> f64 {
    length as f64
}

fn mean(call: &Call<'_>) -> Result<Value, String> {
    finite(mean_of(&numbers_of(call, 0)?), "mean")
}

fn stdev(call: &Call<'_>) -> Result<Value, String> {
    let numbers = numbers_of(call, 0)?;
    if numbers.len() < 2 {
        return Err("`stdev` needs at least two numbers".to_owned());
    }
    let mean = mean_of(&numbers);
    let squares: f64 = numbers.iter().map(|number| (number - mean) * (number - mean)).sum();
    finite(libm::sqrt(squares / count(numbers.len() - 1)), "stdev")
}

fn quantile(call: &Call<'_>) -> Result<Value, String> {
    let mut numbers = numbers_of(call, 0)?;
    let p = call.float(1)?;
    if !(0.0..=1.0).contains(&p) {
        return Err("`p` of `quantile` is from 0 to 1".to_owned());
    }
    numbers.sort_by(f64::total_cmp);
    let position = p * count(numbers.len() - 1);
    let below = numbers.iter().enumerate().rev().find(|(at, _)| count(*at) <= position);
    let (at, low) = below.map_or((0, 0.0), |(at, low)| (at, *low));
    let high = numbers.get(at + 1).copied().unwrap_or(low);
    finite(low + (high - low) * (position - count(at)), "quantile")
}

fn weighted_mean(call: &Call<'_>) -> Result<Value, String> {
    let (mut total, mut weights) = (0.0, 0.0);
    for (value, weight) in weighted(call)? {
        let (Some(value), Some(weight)) = (value.as_float(), weight.as_float()) else {
            return Err("`weighted_mean` takes numbers".to_owned());
        };
        if weight < 0.0 {
            return Err("a weight is negative".to_owned());
        }
        total += value * weight;
        weights += weight;
    }
    if weights == 0.0 { Err("the weights sum up to zero".to_owned()) } else { div(total, weights) }
}

fn weighted<'a>(call: &Call<'a>) -> Result<Vec<(&'a Value, &'a Value)>, String> {
    let unequal = || "`values` and `weights` do not match each other".to_owned();
    match (call.value(0)?, call.value(1)?) {
        (Value::List(values), Value::List(weights)) if values.len() == weights.len() => {
            Ok(values.iter().zip(weights.iter()).collect())
        }
        (Value::Map(values), Value::Map(weights)) if values.len() == weights.len() => {
            values.iter().map(|(key, value)| weights.get(key).map(|weight| (value, weight)).ok_or_else(unequal)).collect()
        }
        _ => Err(unequal()),
    }
}

fn interpolate(call: &Call<'_>) -> Result<Value, String> {
    let (xs, ys, x) = (numbers_of(call, 0)?, numbers_of(call, 1)?, call.float(2)?);
    if xs.len() != ys.len() {
        return Err("`xs` and `ys` of `interpolate` differ in length".to_owned());
    }
    let mut points = xs.iter().zip(&ys);
    let Some((mut left, mut low)) = points.next() else { return Err("`interpolate` of nothing".to_owned()) };
    if x.total_cmp(left).is_eq() {
        return Ok(Value::Float(*low));
    }
    for (right, high) in points {
        if left >= right {
            return Err("`xs` of `interpolate` do not ascend".to_owned());
        }
        if (*left..=*right).contains(&x) {
            let share = (x - left) / (right - left);
            return finite(low + (high - low) * share, "interpolate");
        }
        (left, low) = (right, high);
    }
    Err(format!("`x` of `interpolate` lies outside of `xs`: {x}"))
}

#[cfg(test)]
mod tests {
    use super::super::testing::*;
    use super::*;

    #[test]
    fn sums() {
        assert_eq!(run("sum", &[ints(&[])]).unwrap(), Value::Int(0));
        assert_eq!(run("sum", &[Value::list([Value::Int(1), Value::Float(0.5)])]).unwrap(), Value::Float(1.5));
        assert_eq!(run_with("sum", &[votes()], &[("attribute", text("weight"))]).unwrap(), Value::Int(12));
        let typo = run_with("sum", &[votes()], &[("attribute", text("wieght"))]).unwrap_err();
        assert_eq!(typo, "an element has no attribute `wieght`; it has `option`, `weight`");
        let typo = typed_with("sum", &[votes_type()], &[("attribute", words(&["wieght"]))]).unwrap_err();
        assert_eq!((typo.code, typo.place), (codes::UNDEFINED_ATTRIBUTE, Some(super::super::Place::Named("attribute".into()))));
        assert_eq!(misfit("sum", &[votes_type()]).code, codes::TYPE_MISMATCH);
        assert_eq!(misfit("sum", &[votes_type(), words(&["option"])]).code, codes::TYPE_MISMATCH);
        assert_eq!(typed("sum", &[votes_type(), words(&["weight"])]), Type::int_range(9, 15));
        assert_eq!(typed("sum", &[Type::list_of(Type::float())]), Type { float: true, ..Type::int_range(0, 0) });
        assert_eq!(typed("sum", &[Type::list_between(Type::float(), 1, None)]), Type::float());
    }

    #[test]
    fn spread_and_quantiles() {
        assert_eq!(run("mean", &[ints(&[1, 2])]).unwrap(), Value::Float(1.5));
        assert!(run("mean", &[ints(&[])]).is_err());
        assert!(run("stdev", &[ints(&[1])]).is_err());
        assert_eq!(run("quantile", &[ints(&[3, 1, 2]), Value::Int(1)]).unwrap(), Value::Float(3.0));
        assert_eq!(run("quantile", &[ints(&[1, 2]), Value::Float(0.25)]).unwrap(), Value::Float(1.25));
        assert!(run("quantile", &[ints(&[1]), Value::Float(1.5)]).is_err());
        assert!(misfit("mean", &[Type::of(&ints(&[]))]).message.contains("always empty"));
    }

    #[test]
    fn weights_and_lines() {
        let values = map(&[("a", Value::Int(1)), ("b", Value::Int(3))]);
        let weights = map(&[("b", Value::Int(1)), ("a", Value::Int(1))]);
        assert_eq!(run("weighted_mean", &[values.clone(), weights]).unwrap(), Value::Float(2.0));
        assert!(run("weighted_mean", &[values, map(&[("a", Value::Int(1))])]).is_err());
        assert!(run("weighted_mean", &[ints(&[1]), ints(&[0])]).is_err());
        let at = |x: f64| run("interpolate", &[ints(&[0, 10, 20]), floats(&[1.0, 2.0, 4.0]), Value::Float(x)]);
        assert_eq!(at(0.0).unwrap(), Value::Float(1.0));
        assert_eq!(at(15.0).unwrap(), Value::Float(3.0));
        assert!(at(20.5).is_err());
    }
}
