//! The award of a contract net: which bids are eligible, how they score, and which one wins.
//!
//! A task is announced with a deadline and a required skill; agents bid; the best eligible bid is awarded the task (Smith, 1980).
//! Scores are compared as integers over one denominator, so no rounding ever decides.

use std::cmp::Ordering;

use super::voting::{add, by_option, multiply, need_positive};
use super::{Builtin, Call, Kinds, Misfit, Param, Roles, TypeCall, attributes, known};
use crate::data::{Map, Text, Type, Value};
use crate::diag::codes;

const INT: Kinds = Kinds::INT;

pub(super) static ROWS: &[Builtin] = &[
    Builtin::new("bid_scores", Roles::Both, BIDS, scores_type, scores).doc(
        "The score of every eligible bid, a map from agent to a float, in the order of the bids. A bid is a map with `agent` \
         (text), `cost` (any unit), `minutes`, `skill_pct` and `load_pct` (per cent, 0 to 100), all integers; it is eligible where \
         `minutes <= deadline` and `skill_pct >= skill`. Score = 0.5 skill + 0.3 (1 - minutes / deadline) + 0.2 (1 - load); \
         `weights` gives other tenths, such as `{'skill': 5, 'time': 3, 'load': 2}`.",
        "bid_scores([{'agent': 'x', 'cost': 1, 'minutes': 90, 'skill_pct': 90, 'load_pct': 50}], 120, 75)",
        "{\"x\":0.625}",
    ),
    Builtin::new("award", Roles::Both, BIDS, award_type, award).doc(
        "The agent whose eligible bid has the greatest score (see `bid_scores`); of equal scores the lower cost, then the first \
         name. Null where no bid is eligible.",
        "award([{'agent': 'x', 'cost': 1, 'minutes': 90, 'skill_pct': 90, 'load_pct': 50}], 120, 95)",
        "null",
    ),
];

static BIDS: &[Param] = &[
    Param::need("bids", Kinds::LIST).of(Kinds::MAP),
    Param::need("deadline", INT),
    Param::need("skill", INT),
    Param::may("weights", Kinds::MAP).of(INT),
];

const AGENT: &str = "agent";
const FIGURES: [&str; 4] = ["cost", "minutes", "skill_pct", "load_pct"];
const PARTS: [(&str, i128); 3] = [("skill", 5), ("time", 3), ("load", 2)];

/// An eligible bid.
struct Bid<'a> {
    agent: &'a Text,
    cost: i128,
    /// The numerator of its score.
    score: i128,
}

/// The tenths of skill, time and load, in this order.
fn weights(call: &Call<'_>) -> Result<[i128; 3], String> {
    if call.get(3).is_none() {
        return Ok(PARTS.map(|(_, tenths)| tenths));
    }
    let map = call.map(3)?;
    let read = |name: &str| match map.get(name).and_then(Value::as_int) {
        Some(tenths) if tenths >= 0 => Ok(tenths),
        _ => Err(call.refuse(3, &format!("has no `{name}` that is an integer of at least 0"))),
    };
    let [(skill, _), (time, _), (load, _)] = PARTS;
    if map.len() > PARTS.len() {
        return Err(call.refuse(3, "has other keys than `skill`, `time` and `load`"));
    }
    Ok([read(skill)?, read(time)?, read(load)?])
}

fn figure(call: &Call<'_>, bid: &Value, name: &str) -> Result<i128, String> {
    let value = attributes::get(bid, name)?;
    value.as_int().ok_or_else(|| call.refuse(0, &format!("has a `{name}` that is {}, not an integer", value.kind())))
}

fn percentage(call: &Call<'_>, bid: &Value, name: &str) -> Result<i128, String> {
    let value = figure(call, bid, name)?;
    if (0..=100).contains(&value) {
        Ok(value)
    } else {
        Err(call.refuse(0, &format!("has a `{name}` outside of 0 to 100: {value}")))
    }
}

/// The eligible bids in order, and the denominator of their scores.
fn eligible<'a>(call: &Call<'a>) -> Result<(Vec<Bid<'a>>, i128), String> {
    let (deadline, skill) = (call.int_or(1, 0)?, call.int_or(2, 0)?);
    if deadline <= 0 {
        return Err(call.refuse(1, "is not greater than zero"));
    }
    let [by_skill, by_time, by_load] = weights(call)?;
    let mut bids: Vec<Bid<'a>> = Vec::new();
    for bid in call.list(0)? {
        let Value::Text(agent) = attributes::get(bid, AGENT)? else {
            return Err(call.refuse(0, "has an `agent` that is no text"));
        };
        if bids.iter().any(|other| other.agent == agent) {
            return Err(call.refuse(0, &format!("has two bids of `{agent}`")));
        }
        let [cost, minutes, _, _] = FIGURES.map(|name| figure(call, bid, name));
        let (cost, minutes) = (cost?, minutes?);
        if minutes < 0 {
            return Err(call.refuse(0, "has negative `minutes`"));
        }
        let (skilled, load) = (percentage(call, bid, "skill_pct")?, percentage(call, bid, "load_pct")?);
        if minutes > deadline || skilled < skill {
            continue;
        }
        // Everything over 10 tenths * 100 per cent * deadline.
        let of_skill = multiply(call, 1, by_skill * skilled, deadline)?;
        let of_time = multiply(call, 1, by_time * 100, deadline - minutes)?;
        let of_load = multiply(call, 1, by_load * (100 - load), deadline)?;
        let score = add(call, 1, add(call, 1, of_skill, of_time)?, of_load)?;
        bids.push(Bid { agent, cost, score });
    }
    Ok((bids, multiply(call, 1, 1000, deadline)?))
}

fn scores(call: &Call<'_>) -> Result<Value, String> {
    let (bids, whole) = eligible(call)?;
    let mut scores = Map::with_capacity(bids.len());
    for bid in bids {
        let (Some(part), Some(whole)) = (Value::Int(bid.score).as_float(), Value::Int(whole).as_float()) else {
            return Err(call.refuse(0, "holds what is no number"));
        };
        scores.push_new(bid.agent.clone(), Value::Float(part / whole));
    }
    Ok(Value::Map(scores.into()))
}

/// The better of two bids comes first.
fn better(one: &Bid<'_>, other: &Bid<'_>) -> Ordering {
    other.score.cmp(&one.score).then(one.cost.cmp(&other.cost)).then_with(|| one.agent.as_str().cmp(other.agent.as_str()))
}

fn award(call: &Call<'_>) -> Result<Value, String> {
    let best = eligible(call)?.0.into_iter().min_by(better);
    Ok(best.map_or(Value::Null, |bid| Value::Text(bid.agent.clone())))
}

/// The type of the bidders, once every argument can fit.
fn bidders(call: &TypeCall<'_>) -> Result<Type, Misfit> {
    need_positive(call, 1)?;
    let bids = call.ty(0);
    let bid = bids.item();
    let field = |name: &str| attributes::field(&bid, name).map_err(|misfit| call.blame(0, misfit));
    if bid.is_never() {
        return Ok(Type::any_text());
    }
    for name in FIGURES {
        let ty = field(name)?;
        if !INT.may_take(&ty) {
            return Err(call.misfit(0, codes::TYPE_MISMATCH, format!("`{name}` is an integer, found {}", ty.describe())));
        }
    }
    if let Some((name, _)) = PARTS.iter().find(|(name, _)| call.get(3).is_some_and(|weights| weights.field(name).is_none())) {
        return Err(call.refuse(3, &format!("lacks `{name}`")));
    }
    let agent = field(AGENT)?;
    if !Kinds::TEXT.may_take(&agent) {
        return Err(call.misfit(0, codes::TYPE_MISMATCH, format!("`agent` is text, found {}", agent.describe())));
    }
    Ok(if agent.is_any() { Type::any_text() } else { Type { text: agent.text, ..Type::default() } })
}

fn scores_type(call: &TypeCall<'_>) -> Result<Type, Misfit> {
    Ok(by_option(&bidders(call)?, &Type::float()))
}

fn award_type(call: &TypeCall<'_>) -> Result<Type, Misfit> {
    let certain = known::elements(&call.ty(0)).2 == Some(0);
    let bidders = bidders(call)?;
    Ok(if certain { Type::null() } else { bidders.join(&Type::null()) })
}

#[cfg(test)]
mod tests {
    use super::super::testing::*;
    use super::*;

    fn bid(agent: &str, figures: [i128; 4]) -> Value {
        let figures = FIGURES.iter().zip(figures).map(|(name, figure)| (*name, Value::Int(figure)));
        map(&[(AGENT, text(agent))].into_iter().chain(figures).collect::<Vec<_>>())
    }

    /// Deadline 120, skill at least 75: the worked case of the contract net.
    fn bids() -> Value {
        Value::list([bid("legal", [3, 90, 90, 50]), bid("security", [4, 60, 80, 20]), bid("operational", [1, 150, 70, 0])])
    }

    #[test]
    fn the_best_eligible_bid_is_awarded() {
        let (deadline, skill) = (Value::Int(120), Value::Int(75));
        let scores = run("bid_scores", &[bids(), deadline.clone(), skill.clone()]).unwrap();
        assert_eq!(scores, map(&[("legal", Value::Float(0.625)), ("security", Value::Float(0.71))]));
        assert_eq!(run("award", &[bids(), deadline.clone(), skill]).unwrap(), text("security"));
        assert_eq!(run("award", &[bids(), deadline, Value::Int(95)]).unwrap(), Value::Null);
        assert_eq!(run("award", &[Value::list([]), Value::Int(1), Value::Int(1)]).unwrap(), Value::Null);
        let by_load = map(&[("skill", Value::Int(0)), ("time", Value::Int(0)), ("load", Value::Int(10))]);
        let found = run("award", &[bids(), Value::Int(150), Value::Int(50), by_load]).unwrap();
        assert_eq!(found, text("operational"));
    }

    #[test]
    fn equal_scores_go_to_the_lower_cost_and_then_to_the_first_name() {
        let of = |costs: [i128; 2]| Value::list([bid("y", [costs[0], 30, 80, 10]), bid("x", [costs[1], 30, 80, 10])]);
        let ask = |bids| run("award", &[bids, Value::Int(60), Value::Int(50)]).unwrap();
        assert_eq!(ask(of([1, 2])), text("y"));
        assert_eq!(ask(of([2, 2])), text("x"));
    }

    #[test]
    fn bids_that_make_no_sense_are_refused() {
        let ask = |bids, deadline| run("award", &[bids, Value::Int(deadline), Value::Int(50)]);
        assert_eq!(ask(bids(), 0).unwrap_err(), "`deadline` of `award` is not greater than zero");
        assert!(ask(Value::list([bid("x", [1, 1, 101, 0])]), 9).unwrap_err().contains("outside of 0 to 100"));
        assert!(ask(Value::list([bid("x", [1, -1, 50, 0])]), 9).unwrap_err().contains("negative `minutes`"));
        assert!(ask(Value::list([bid("x", [1, 1, 50, 0]), bid("x", [1, 1, 50, 0])]), 9).unwrap_err().contains("two bids"));
        assert!(ask(Value::list([map(&[("agent", text("x"))])]), 9).unwrap_err().contains("no attribute `cost`"));
        let few = map(&[("skill", Value::Int(1))]);
        assert!(run("award", &[bids(), Value::Int(9), Value::Int(5), few]).unwrap_err().contains("no `time`"));
    }

    #[test]
    fn bidders_keep_their_names() {
        let types = |skill: &str| {
            [
                Type::list_of(Type::map_of([
                    ("agent", words(&["x", "y"])),
                    ("cost", Type::int()),
                    ("minutes", Type::int()),
                    (skill, Type::int()),
                    ("load_pct", Type::int()),
                ])),
                Type::int_range(1, 9),
                Type::int(),
            ]
        };
        assert_eq!(typed("award", &types("skill_pct")), words(&["x", "y"]).join(&Type::null()));
        assert_eq!(known::keys(&typed("bid_scores", &types("skill_pct"))), words(&["x", "y"]));
        assert_eq!(misfit("award", &types("skil_pct")).code, codes::UNDEFINED_ATTRIBUTE);
        assert!(misfit("award", &[Type::any(), Type::int_range(0, 0), Type::int()]).message.contains("not greater than zero"));
    }
}
