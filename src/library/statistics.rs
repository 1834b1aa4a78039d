//! Numbers of a list summed up: sum, mean, spread, quantiles, weights, interpolation.
//!
//! Floats are added in the order of the list, so a result has the same bits everywhere.

use std::cmp::Ordering;

use super::{Builtin, Call, Kinds, Misfit, Param, Roles, TypeCall, attributes, known};
use crate::data::{IntRange, Text, Type, Value};
use crate::diag::{codes, nearest};

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
        "The arithmetic mean, a float; of nothing an error.",
        "mean([1, 2, 6])",
        "3.0",
    ),
    Builtin::new("stdev", Roles::Both, NUMBERS, stdev_type, stdev).doc(
        "The sample standard deviation: the root of the sum of squared distances from the mean over n - 1 (Bessel's \
         correction), in the unit of the numbers; of fewer than two numbers an error.",
        "stdev([2, 4, 6])",
        "2.0",
    ),
    Builtin::new("quantile", Roles::Both, QUANTILE, quantile_type, quantile).doc(
        "The `p`-quantile of the numbers in any order, `p` from 0 to 1 (0.5 is the median), linear between neighbours \
         (type 7 of Hyndman and Fan, 1996); of nothing an error.",
        "quantile([4, 1, 3, 2], 0.5)",
        "2.5",
    ),
    Builtin::new("weighted_mean", Roles::Both, WEIGHTED, weighted_type, weighted_mean).doc(
        "The mean of `values` weighted by `weights`: two lists of one length or two maps of equal keys in any order. The \
         weights need not sum to one; negative ones and a sum of zero are errors.",
        "weighted_mean([1, 3], [3, 1])",
        "1.5",
    ),
    Builtin::new("interpolate", Roles::Both, INTERPOLATE, interpolate_type, interpolate).doc(
        "The value at `x` of the straight lines between the points (`xs`, `ys`), two lists of one length, `xs` strictly \
         ascending; outside of them an error.",
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

const ONE_NUMBER: &str = "has fewer than two numbers";
const NO_SHARE: &str = "is not from 0 to 1";
const ONE_KIND: &str = "and `values` are two lists or two maps";

fn sum(call: &Call<'_>) -> Result<Value, String> {
    let path = attributes::path(call, 1)?;
    let start = call.get(2).cloned().unwrap_or(Value::Int(0));
    call.list(0)?.iter().try_fold(start, |total, item| add(call, &total, attributes::keyed(item, path.as_deref())?))
}

/// `a + b`: an integer of two integers, else a float.
fn add(call: &Call<'_>, a: &Value, b: &Value) -> Result<Value, String> {
    if let (Value::Int(a), Value::Int(b)) = (a, b) {
        let sum = a.checked_add(*b).map(Value::Int);
        return sum.ok_or_else(|| call.refuse(0, "sums up to more than an integer of 128 bits"));
    }
    match (a.as_float(), b.as_float()) {
        (Some(a), Some(b)) => call.finite(0, a + b),
        (Some(_), None) => Err(call.refuse(0, &format!("holds {}, which is no number", b.kind()))),
        _ => Err(call.refuse(2, &format!("is {}, which is no number", a.kind()))),
    }
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

fn mean_of(numbers: &[f64]) -> f64 {
    numbers.iter().sum::<f64>() / count(numbers.len())
}

#[expect(clippy::cast_precision_loss, reason = "lists are far shorter than 2^53")]
fn count(length: usize) -> f64 {
    length as f64
}

fn mean(call: &Call<'_>) -> Result<Value, String> {
    call.finite(0, mean_of(&call.floats(0)?))
}

fn stdev(call: &Call<'_>) -> Result<Value, String> {
    let numbers = call.floats(0)?;
    if numbers.len() < 2 {
        return Err(call.refuse(0, ONE_NUMBER));
    }
    let mean = mean_of(&numbers);
    let squares: f64 = numbers.iter().map(|number| (number - mean) * (number - mean)).sum();
    call.finite(0, libm::sqrt(squares / count(numbers.len() - 1)))
}

fn stdev_type(call: &TypeCall<'_>) -> Result<Type, Misfit> {
    let ty = call.ty(0);
    let one = ty.is_list() && known::elements(&ty).2.is_some_and(|max| max < 2);
    if one { Err(call.refuse(0, ONE_NUMBER)) } else { Ok(Type::float()) }
}

fn quantile(call: &Call<'_>) -> Result<Value, String> {
    let mut numbers = call.floats(0)?;
    let p = call.float(1)?;
    if !(0.0..=1.0).contains(&p) {
        return Err(call.refuse(1, NO_SHARE));
    }
    numbers.sort_by(f64::total_cmp);
    let position = p * count(numbers.len() - 1);
    let below = numbers.iter().enumerate().rev().find(|(at, _)| count(*at) <= position);
    let (at, low) = below.map_or((0, 0.0), |(at, low)| (at, *low));
    let high = numbers.get(at + 1).copied().unwrap_or(low);
    call.finite(0, low + (high - low) * (position - count(at)))
}

fn quantile_type(call: &TypeCall<'_>) -> Result<Type, Misfit> {
    let outside = known::only_ints(&call.ty(1)).is_some_and(|p| p.min > 1 || p.max < 0);
    if outside { Err(call.refuse(1, NO_SHARE)) } else { float_of_some(call) }
}

fn weighted_mean(call: &Call<'_>) -> Result<Value, String> {
    let (mut total, mut weights) = (0.0, 0.0);
    for (value, weight) in weighted(call)? {
        let (Some(value), Some(weight)) = (value.as_float(), weight.as_float()) else {
            return Err(format!("`weighted_mean` takes numbers, found {} and {}", value.kind(), weight.kind()));
        };
        if weight < 0.0 {
            return Err(call.refuse(1, "holds a negative number"));
        }
        total += value * weight;
        weights += weight;
    }
    if weights == 0.0 { Err(call.refuse(1, "sums up to zero")) } else { call.finite(0, total / weights) }
}

/// Each value with its weight: by place in lists, by key in maps.
fn weighted<'a>(call: &Call<'a>) -> Result<Vec<(&'a Value, &'a Value)>, String> {
    match (call.value(0)?, call.value(1)?) {
        (Value::List(values), Value::List(weights)) if values.len() == weights.len() => {
            Ok(values.iter().zip(weights.iter()).collect())
        }
        (Value::List(values), Value::List(weights)) => Err(call.refuse(1, &other_length(weights.len(), values.len(), "values"))),
        (Value::Map(values), Value::Map(weights)) => {
            if let Some(key) = weights.keys().find(|key| values.get(key).is_none()) {
                return Err(call.refuse(1, &format!("has the key `{key}`, which `values` lacks")));
            }
            let weight = |key: &Text| weights.get(key).ok_or_else(|| call.refuse(1, &format!("lacks the key `{key}`")));
            values.iter().map(|(key, value)| Ok((value, weight(key)?))).collect()
        }
        _ => Err(call.refuse(1, ONE_KIND)),
    }
}

pub(super) fn other_length(found: usize, wanted: usize, of: &str) -> String {
    format!("has {found} elements and `{of}` {wanted}")
}

/// Refuses lists of which no two have one length.
pub(super) fn same_length(call: &TypeCall<'_>, at: usize, other: usize) -> Result<(), Misfit> {
    let (a, b) = (call.ty(at), call.ty(other));
    let ((_, min, max), (_, least, most)) = (known::elements(&a), known::elements(&b));
    let apart = max.is_some_and(|max| max < least) || most.is_some_and(|most| most < min);
    if !(apart && a.is_list() && b.is_list()) {
        return Ok(());
    }
    let of = call.builtin.params.get(at).map_or("", |param| param.name);
    Err(match (known::exact_length(&b), known::exact_length(&a)) {
        (Some(found), Some(wanted)) => call.refuse(other, &other_length(found, wanted, of)),
        _ => call.refuse(other, &format!("never has as many elements as `{of}`")),
    })
}

fn weighted_type(call: &TypeCall<'_>) -> Result<Type, Misfit> {
    let (values, weights) = (call.ty(0), call.ty(1));
    if (values.is_list() && weights.is_map()) || (values.is_map() && weights.is_list()) {
        return Err(call.refuse(1, ONE_KIND));
    }
    same_length(call, 0, 1)?;
    same_keys(call, 0, 1)?;
    same_keys(call, 1, 0)?;
    float_of_some(call)
}

/// Refuses maps that lack a key which the maps of argument `at` always have.
fn same_keys(call: &TypeCall<'_>, at: usize, other: usize) -> Result<(), Misfit> {
    let (a, b) = (call.ty(at), call.ty(other));
    let (true, true, Some(fields)) = (a.is_map(), b.is_map(), &a.map) else { return Ok(()) };
    let certain = fields.known.iter().filter(|(_, field)| !field.optional).map(|(name, _)| name);
    let Some(missing) = certain.into_iter().find(|name| b.field(name).is_none()) else { return Ok(()) };
    let names = b.map.iter().flat_map(|map| map.known.keys()).map(Text::as_str);
    let near = nearest(missing, names).map(|near| format!("it has `{near}`"));
    Err(call.refuse(other, &format!("lacks the key `{missing}`")).hint(near))
}

fn interpolate(call: &Call<'_>) -> Result<Value, String> {
    let (xs, ys, x) = (call.floats(0)?, call.floats(1)?, call.float(2)?);
    if xs.len() != ys.len() {
        return Err(call.refuse(1, &other_length(ys.len(), xs.len(), "xs")));
    }
    let points = || xs.iter().zip(&ys);
    let steps = || points().zip(points().skip(1));
    if steps().any(|((left, _), (right, _))| left >= right) {
        return Err(call.refuse(0, "does not ascend"));
    }
    if let Some((_, y)) = points().find(|(at, _)| x.partial_cmp(at) == Some(Ordering::Equal)) {
        return Ok(Value::Float(*y));
    }
    let Some(((left, low), (right, high))) = steps().find(|((left, _), (right, _))| **left < x && x < **right) else {
        return Err(call.refuse(2, &format!("lies outside of `xs`: {x}")));
    };
    call.finite(1, low + (high - low) * ((x - left) / (right - left)))
}

fn interpolate_type(call: &TypeCall<'_>) -> Result<Type, Misfit> {
    same_length(call, 0, 1)?;
    let (xs, x) = (known::only_ints(&known::elements(&call.ty(0)).0), known::only_ints(&call.ty(2)));
    let outside = xs.zip(x).is_some_and(|(xs, x)| x.max < xs.min || xs.max < x.min);
    if outside { Err(call.refuse(2, "lies outside of `xs`")) } else { float_of_some(call) }
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
    fn what_never_fits_is_refused_beforehand() {
        let lists = |min, max| Type::list_between(Type::int_range(0, 9), min, Some(max));
        assert_eq!(misfit("stdev", &[lists(0, 1)]).message, "`list` of `stdev` has fewer than two numbers");
        assert_eq!(misfit("quantile", &[lists(1, 3), Type::int_range(95, 95)]).message, "`p` of `quantile` is not from 0 to 1");
        let other = misfit("weighted_mean", &[lists(3, 3), lists(2, 2)]);
        assert_eq!(other.message, "`weights` of `weighted_mean` has 2 elements and `values` 3");
        assert!(misfit("weighted_mean", &[lists(3, 4), lists(1, 2)]).message.contains("never has as many"));
        let of = |names: &[&str]| Type::map_of(names.iter().map(|name| (*name, Type::number())));
        let typo = misfit("weighted_mean", &[of(&["speed", "cost"]), of(&["speed", "csot"])]);
        assert_eq!(typo.message, "`weights` of `weighted_mean` lacks the key `cost`");
        assert_eq!(typo.hint.as_deref(), Some("it has `csot`"));
        assert!(misfit("weighted_mean", &[of(&["a"]), lists(1, 1)]).message.contains("two lists or two maps"));
        let texts = Type::map_of([("a", Type::any_text())]);
        assert!(misfit("weighted_mean", &[of(&["a"]), texts]).message.contains("expected elements that are a number"));
        let outside = misfit("interpolate", &[lists(2, 2), lists(2, 2), Type::int_range(10, 12)]);
        assert_eq!(outside.message, "`x` of `interpolate` lies outside of `xs`");
    }

    #[test]
    fn refusals_name_the_argument() {
        let refused = |name: &str, args: &[Value]| run(name, args).unwrap_err();
        assert_eq!(refused("mean", &[ints(&[])]), "`list` of `mean` is empty");
        assert_eq!(refused("mean", &[floats(&[1e308, 1e308])]), "`list` of `mean` gives no finite number");
        assert_eq!(refused("sum", &[floats(&[1e308, 1e308])]), "`list` of `sum` gives no finite number");
        assert!(refused("sum", &[ints(&[i128::MAX, 1])]).contains("128 bits"));
        assert!(refused("sum", &[texts(&["a"])]).starts_with("`list` of `sum` holds text"));
        assert_eq!(
            refused("quantile", &[floats(&[-1e308, 1e308]), Value::Float(0.5)]),
            "`list` of `quantile` gives no finite number"
        );
        assert_eq!(refused("weighted_mean", &[ints(&[1]), ints(&[-1])]), "`weights` of `weighted_mean` holds a negative number");
        assert_eq!(refused("weighted_mean", &[ints(&[1]), ints(&[0])]), "`weights` of `weighted_mean` sums up to zero");
        let one = |key: &str| map(&[(key, Value::Int(1))]);
        assert!(refused("weighted_mean", &[one("a"), one("b")]).contains("has the key `b`, which `values` lacks"));
        assert_eq!(
            refused("interpolate", &[ints(&[0, 2, 1]), ints(&[0, 0, 0]), Value::Int(1)]),
            "`xs` of `interpolate` does not ascend"
        );
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
        assert_eq!(at(20.0).unwrap(), Value::Float(4.0));
        assert!(at(20.5).is_err());
    }
}
