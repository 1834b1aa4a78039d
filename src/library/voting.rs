//! Votes with whole weights: what each option has, its share, who leads, and whether a threshold is met.
//!
//! A tally is a map from option to weight. Everything that decides is compared in integers, so no rounding ever decides.

use std::cmp::Ordering;

use super::{Builtin, Call, Kinds, Misfit, Param, Roles, TypeCall, attributes, known};
use crate::data::{Field, Fields, Map, Text, Type, Value};
use crate::diag::codes;

const INT: Kinds = Kinds::INT;
const KEY: Kinds = Kinds::TEXT.or(Kinds::INT);

pub(super) static ROWS: &[Builtin] = &[
    Builtin::new("weighted_tally", Roles::Both, WEIGHTED_TALLY, weighted_tally_type, weighted_tally).doc(
        "A map from each option (the attribute `option` of every vote, text) to the sum of the weights (the attribute `weight`, \
         integers of at least 0) of its votes, in the order of first occurrence; with `of`, of exactly those options in their \
         order, 0 where nobody chose one. No votes, and a vote for an option that `of` lacks, are errors.",
        "weighted_tally([{'o': 'a', 'w': 3}, {'o': 'b', 'w': 2}, {'o': 'a', 'w': 1}], 'o', 'w', of=['a', 'b', 'c'])",
        "{\"a\":4,\"b\":2,\"c\":0}",
    ),
    Builtin::new("shares", Roles::Both, TALLY, shares_type, shares).doc(
        "The share of each option of a tally in its total, floats from 0 to 1, for showing. A total of zero is an error. \
         Compare with `reaches`, which rounds nothing.",
        "shares({'a': 3, 'b': 1})",
        "{\"a\":0.75,\"b\":0.25}",
    ),
    Builtin::new("leaders", Roles::Both, TALLY, leaders_type, leaders).doc(
        "The options of a tally with the greatest weight, in the order of the tally: one, or several where there is a tie.",
        "leaders({'a': 2, 'b': 3, 'c': 3})",
        "[\"b\",\"c\"]",
    ),
    Builtin::new("reaches", Roles::Both, THRESHOLD, threshold_type, |call| threshold(call, false)).doc(
        "Whether `part` is at least `num` / `den` of `whole`, in integers: `part * den >= whole * num`. `whole` and `den` are \
         greater than zero.",
        "reaches(6, 9, 2, 3)",
        "true",
    ),
    Builtin::new("exceeds", Roles::Both, THRESHOLD, threshold_type, |call| threshold(call, true)).doc(
        "Whether `part` is more than `num` / `den` of `whole`, in integers: `part * den > whole * num`. `whole` and `den` are \
         greater than zero.",
        "exceeds(5, 10, 1, 2)",
        "false",
    ),
    Builtin::new("majority", Roles::Both, MAJORITY, majority_type, majority).doc(
        "The option of a tally that alone has the greatest weight and at least `num` / `den` of the total (with `strict`, more \
         than that); null where there is none. A plurality below the threshold and a tie carry nothing.",
        "majority({'a': 6, 'b': 3}, 2, 3)",
        "\"a\"",
    ),
];

static WEIGHTED_TALLY: &[Param] = &[
    Param::need("votes", Kinds::LIST),
    Param::need("option", KEY),
    Param::need("weight", KEY),
    Param::may("of", Kinds::LIST).of(Kinds::TEXT),
];
static TALLY: &[Param] = &[Param::need("tally", Kinds::MAP).of(INT)];
static THRESHOLD: &[Param] =
    &[Param::need("part", INT), Param::need("whole", INT), Param::need("num", INT), Param::need("den", INT)];
static MAJORITY: &[Param] = &[
    Param::need("tally", Kinds::MAP).of(INT),
    Param::need("num", INT),
    Param::need("den", INT),
    Param::may("strict", Kinds::BOOL),
];

const TOO_MUCH: &str = "sums up to more than an integer of 128 bits";

/// `a + b`, laid on an argument where it overflows.
pub(super) fn add(call: &Call<'_>, at: usize, a: i128, b: i128) -> Result<i128, String> {
    a.checked_add(b).ok_or_else(|| call.refuse(at, TOO_MUCH))
}

/// `a * b`, laid on an argument where it overflows.
pub(super) fn multiply(call: &Call<'_>, at: usize, a: i128, b: i128) -> Result<i128, String> {
    a.checked_mul(b).ok_or_else(|| call.refuse(at, "is too large"))
}

/// A weight: an integer of at least zero.
pub(super) fn weight(call: &Call<'_>, at: usize, value: &Value) -> Result<i128, String> {
    match value.as_int() {
        Some(weight) if weight >= 0 => Ok(weight),
        Some(weight) => Err(call.refuse(at, &format!("has a negative weight, {weight}"))),
        None => Err(call.refuse(at, &format!("has a weight that is {}, not an integer", value.kind()))),
    }
}

/// A map whose keys are the values of `key`, each there or not, with values of type `value`.
pub(super) fn by_option(key: &Type, value: &Type) -> Type {
    match key.only_words() {
        Some(words) => {
            let field = |word: &Text| (word.clone(), Field { ty: value.clone(), optional: true });
            Type::of_fields(Fields { known: words.iter().map(field).collect(), rest: None })
        }
        None => Type::map_to(value.clone()),
    }
}

fn weighted_tally(call: &Call<'_>) -> Result<Value, String> {
    let (option, by) = (attributes::path(call, 1)?, attributes::path(call, 2)?);
    let votes = call.list(0)?;
    if votes.is_empty() {
        return Err(call.refuse(0, "is empty"));
    }
    let mut sums: Vec<(&Text, i128)> = Vec::new();
    if call.get(3).is_some() {
        for option in call.list(3)? {
            let Value::Text(option) = option else { return Err(call.refuse(3, "holds an option that is no text")) };
            if sums.iter().all(|(name, _)| *name != option) {
                sums.push((option, 0));
            }
        }
    }
    for vote in votes {
        let Value::Text(option) = attributes::keyed(vote, option.as_deref())? else {
            return Err(call.refuse(0, "has an option that is no text"));
        };
        let weight = weight(call, 0, attributes::keyed(vote, by.as_deref())?)?;
        match sums.iter_mut().find(|(name, _)| *name == option) {
            Some((_, sum)) => *sum = add(call, 0, *sum, weight)?,
            None if call.get(3).is_none() => sums.push((option, weight)),
            None => return Err(call.refuse(3, &format!("lacks the option `{option}`"))),
        }
    }
    Ok(Value::map(sums.into_iter().map(|(name, sum)| (name.clone(), Value::Int(sum)))))
}

fn weighted_tally_type(call: &TypeCall<'_>) -> Result<Type, Misfit> {
    known::need_element(call, 0)?;
    let (item, _, most) = known::elements(&call.ty(0));
    let option = attributes::key_type(call, 1, &item)?;
    let weight = attributes::key_type(call, 2, &item)?;
    if !Kinds::TEXT.may_take(&option) {
        return Err(call.misfit(1, codes::TYPE_MISMATCH, format!("options are text, found {}", option.describe())));
    }
    if !INT.may_take(&weight) {
        return Err(call.misfit(2, codes::TYPE_MISMATCH, format!("weights are integers, found {}", weight.describe())));
    }
    let most = most.map_or(i128::from(i64::MAX), known::length);
    let sum = Type::int_range(0, weight.int.map_or(i128::MAX, |range| range.max.max(0).saturating_mul(most)));
    let Some(of) = call.get(3) else { return Ok(by_option(&option, &sum)) };
    let mut tally = by_option(&known::elements(of).0, &sum);
    if let (Some(certain), Some(fields)) = (known::certain_words(of), tally.map_mut()) {
        fields.known.iter_mut().for_each(|(name, field)| field.optional = !certain.contains(name));
    }
    Ok(tally)
}

/// The options of a tally with their weights, at least one, and the total.
fn read<'a>(call: &Call<'a>) -> Result<(&'a Map, i128), String> {
    let tally = call.map(0)?;
    if tally.is_empty() {
        return Err(call.refuse(0, "is empty"));
    }
    let total = tally.values().try_fold(0, |total, value| add(call, 0, total, weight(call, 0, value)?))?;
    Ok((tally, total))
}

fn shares(call: &Call<'_>) -> Result<Value, String> {
    let (tally, total) = read(call)?;
    let total = Value::Int(total).as_float().filter(|total| *total > 0.0).ok_or_else(|| call.refuse(0, "sums up to zero"))?;
    let mut shares = Map::with_capacity(tally.len());
    for (name, weight) in tally {
        let weight = weight.as_float().ok_or_else(|| call.refuse(0, "holds what is no number"))?;
        shares.push_new(name.clone(), Value::Float(weight / total));
    }
    Ok(Value::Map(shares.into()))
}

fn shares_type(call: &TypeCall<'_>) -> Result<Type, Misfit> {
    known::need_element(call, 0)?;
    let mut ty = call.ty(0);
    if ty.is_any() {
        return Ok(Type::map_to(Type::float()));
    }
    if let Some(fields) = ty.map_mut() {
        fields.known.values_mut().for_each(|field| field.ty = Type::float());
        fields.rest = fields.rest.take().map(|_| Box::new(Type::float()));
    }
    Ok(Type { map: ty.map, ..Type::default() })
}

/// The options with the greatest weight, and that weight.
fn leading<'a>(call: &Call<'a>) -> Result<(Vec<&'a Text>, i128, i128), String> {
    let (tally, total) = read(call)?;
    let most = tally.values().filter_map(Value::as_int).max().unwrap_or(0);
    let first = tally.iter().filter(|(_, weight)| weight.as_int() == Some(most)).map(|(name, _)| name).collect();
    Ok((first, most, total))
}

fn leaders(call: &Call<'_>) -> Result<Value, String> {
    let (first, ..) = leading(call)?;
    Ok(Value::list(first.into_iter().map(|name| Value::Text(name.clone()))))
}

fn leaders_type(call: &TypeCall<'_>) -> Result<Type, Misfit> {
    known::need_element(call, 0)?;
    let most = known::entries(&call.ty(0)).1;
    Ok(Type::list_between(known::keys(&call.ty(0)), 1, most).distinct())
}

/// How `part / whole` compares with `num / den`; the arguments at `places` are `part`, `whole`, `num` and `den`.
fn against(call: &Call<'_>, values: [i128; 4], places: [usize; 4]) -> Result<Ordering, String> {
    let ([part, whole, num, den], [part_at, whole_at, num_at, den_at]) = (values, places);
    if part < 0 {
        return Err(call.refuse(part_at, "is negative"));
    }
    if whole <= 0 {
        return Err(call.refuse(whole_at, NO_WHOLE));
    }
    if num < 0 {
        return Err(call.refuse(num_at, "is negative"));
    }
    if den <= 0 {
        return Err(call.refuse(den_at, NO_WHOLE));
    }
    Ok(multiply(call, part_at, part, den)?.cmp(&multiply(call, whole_at, whole, num)?))
}

const NO_WHOLE: &str = "is not greater than zero";

fn int(call: &Call<'_>, at: usize) -> Result<i128, String> {
    call.value(at)?;
    call.int_or(at, 0)
}

fn threshold(call: &Call<'_>, strict: bool) -> Result<Value, String> {
    let order = against(call, [int(call, 0)?, int(call, 1)?, int(call, 2)?, int(call, 3)?], [0, 1, 2, 3])?;
    Ok(Value::Bool(meets(order, strict)))
}

fn meets(order: Ordering, strict: bool) -> bool {
    order == Ordering::Greater || (order == Ordering::Equal && !strict)
}

fn threshold_type(call: &TypeCall<'_>) -> Result<Type, Misfit> {
    need_positive(call, 1)?;
    need_positive(call, 3)?;
    known::pointwise(call, Type::bool())
}

/// Refuses an integer that is never above zero.
pub(super) fn need_positive(call: &TypeCall<'_>, at: usize) -> Result<(), Misfit> {
    let never = known::only_ints(&call.ty(at)).is_some_and(|range| range.max <= 0);
    if never { Err(call.refuse(at, NO_WHOLE)) } else { Ok(()) }
}

fn majority(call: &Call<'_>) -> Result<Value, String> {
    let (first, most, total) = leading(call)?;
    if total == 0 {
        return Err(call.refuse(0, "sums up to zero"));
    }
    let order = against(call, [most, total, int(call, 1)?, int(call, 2)?], [0, 0, 1, 2])?;
    Ok(match first.as_slice() {
        [one] if meets(order, call.truth(3)) => Value::Text((*one).clone()),
        _ => Value::Null,
    })
}

fn majority_type(call: &TypeCall<'_>) -> Result<Type, Misfit> {
    known::need_element(call, 0)?;
    need_positive(call, 2)?;
    Ok(known::keys(&call.ty(0)).join(&Type::null()))
}

#[cfg(test)]
mod tests {
    use super::super::testing::*;
    use super::*;

    fn tally(entries: &[(&str, i128)]) -> Value {
        Value::map(entries.iter().map(|(name, weight)| (Text::from(*name), Value::Int(*weight))))
    }

    #[test]
    fn weights_add_up_by_option() {
        let args = [votes(), text("option"), text("weight")];
        assert_eq!(run("weighted_tally", &args).unwrap(), tally(&[("a", 8), ("b", 4)]));
        let with = |of: &[&str]| run_with("weighted_tally", &args, &[("of", texts(of))]);
        assert_eq!(with(&["c", "b", "a"]).unwrap(), tally(&[("c", 0), ("b", 4), ("a", 8)]));
        assert_eq!(with(&["a"]).unwrap_err(), "`of` of `weighted_tally` lacks the option `b`");
        let none = run("weighted_tally", &[Value::list([]), text("option"), text("weight")]);
        assert_eq!(none.unwrap_err(), "`votes` of `weighted_tally` is empty");
        let vote = |weight| Value::list([map(&[("option", text("a")), ("weight", weight)])]);
        assert!(run("weighted_tally", &[vote(Value::Int(-1)), text("option"), text("weight")]).unwrap_err().contains("negative"));
        assert!(run("weighted_tally", &[vote(Value::Float(0.5)), text("option"), text("weight")]).is_err());
    }

    #[test]
    fn a_plurality_is_no_majority() {
        let three = tally(&[("a", 4), ("b", 3), ("c", 3)]);
        assert_eq!(run("majority", &[three.clone(), Value::Int(1), Value::Int(2)]).unwrap(), Value::Null);
        assert_eq!(run("shares", std::slice::from_ref(&three)).unwrap().at("a"), Some(&Value::Float(0.4)));
        assert_eq!(run("leaders", &[three]).unwrap(), texts(&["a"]));
        let even = tally(&[("a", 5), ("b", 5)]);
        assert_eq!(run("leaders", std::slice::from_ref(&even)).unwrap(), texts(&["a", "b"]));
        assert_eq!(run("majority", &[even, Value::Int(1), Value::Int(2)]).unwrap(), Value::Null);
        let half = [tally(&[("a", 4), ("b", 2), ("c", 2)]), Value::Int(1), Value::Int(2)];
        assert_eq!(run("majority", &half).unwrap(), text("a"));
        assert_eq!(run_with("majority", &half, &[("strict", Value::Bool(true))]).unwrap(), Value::Null);
    }

    #[test]
    fn thresholds_are_exact_and_refuse_an_empty_whole() {
        let ask = |name, ints: [i128; 4]| run(name, &ints.map(Value::Int));
        assert_eq!(ask("reaches", [2, 3, 2, 3]).unwrap(), Value::Bool(true));
        assert_eq!(ask("exceeds", [2, 3, 2, 3]).unwrap(), Value::Bool(false));
        assert_eq!(ask("reaches", [0, 0, 1, 2]).unwrap_err(), "`whole` of `reaches` is not greater than zero");
        assert!(ask("reaches", [i128::MAX, 3, 1, 2]).is_err());
        assert!(run("majority", &[tally(&[("a", 0)]), Value::Int(1), Value::Int(2)]).is_err());
        assert!(run("leaders", &[tally(&[])]).is_err());
    }

    #[test]
    fn what_is_known_of_options_stays_known() {
        let args = [votes_type(), words(&["option"]), words(&["weight"])];
        let open = typed("weighted_tally", &args);
        assert_eq!(open.field("a").unwrap(), Field { ty: Type::int_range(0, 15), optional: true });
        assert_eq!(typed("leaders", std::slice::from_ref(&open)).item(), words(&["a", "b"]));
        let of = typed_with("weighted_tally", &args, &[("of", Type::of(&texts(&["a", "b"])))]).unwrap();
        assert!(!of.field("b").unwrap().optional);
        let typo = misfit("weighted_tally", &[votes_type(), words(&["optoin"]), words(&["weight"])]);
        assert_eq!(typo.code, codes::UNDEFINED_ATTRIBUTE);
        assert_eq!(misfit("weighted_tally", &[votes_type(), words(&["option"]), words(&["option"])]).code, codes::TYPE_MISMATCH);
        let zero = Type::int_range(0, 0);
        assert_eq!(misfit("reaches", &[zero.clone(), zero.clone(), zero.clone(), zero]).code, codes::BAD_ARGUMENTS);
    }
}
