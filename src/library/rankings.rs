//! Preference rankings: Borda points, pairwise majorities, the Condorcet winner, and how far rankings agree.
//!
//! A ranking is a list of options, best first. All rankings of a call hold the same options, each once: no ties inside one.

use super::voting::{add, by_option, multiply, weight};
use super::{Builtin, Call, Kinds, Misfit, Param, Roles, TypeCall, known};
use crate::data::{Map, Text, Type, Value};
use crate::diag::codes;

const LISTS: Kinds = Kinds::LIST;

pub(super) static ROWS: &[Builtin] = &[
    Builtin::new("borda", Roles::Both, WEIGHTED, |call| options_to(call, &counts()), borda).doc(
        "The Borda points of every option: of m options the best of a ranking gets m - 1 points, the worst 0, each times the \
         ranking's weight (Borda, 1781). Rankings hold the same options; weights are integers, one a ranking, 1 where left out. A \
         tally, in the order of the first ranking.",
        "borda([['a', 'b', 'c'], ['b', 'c', 'a']], [3, 2])",
        "{\"a\":6,\"b\":7,\"c\":2}",
    ),
    Builtin::new("pairwise", Roles::Both, WEIGHTED, pairwise_type, pairwise).doc(
        "For every option the weight of the rankings that put it before each other option: a map of maps, in the order of the \
         first ranking.",
        "pairwise([['a', 'b'], ['b', 'a']], [3, 2])",
        "{\"a\":{\"b\":3},\"b\":{\"a\":2}}",
    ),
    Builtin::new("condorcet", Roles::Both, WEIGHTED, condorcet_type, condorcet).doc(
        "The Condorcet winner: the option that more weight puts before each other option than behind it (Condorcet, 1785). Null \
         where there is none: in a cycle, and where a pair is tied.",
        "condorcet([['a', 'b', 'c'], ['b', 'c', 'a']], [3, 2])",
        "\"a\"",
    ),
    Builtin::new("kendall_w", Roles::Both, RANKINGS, kendall_type, kendall_w).doc(
        "Kendall's coefficient of concordance of k rankings of m options, a float from 0 (no agreement) to 1 (all alike): \
         W = 12 S / (k² (m³ - m)), S the sum of squared deviations of the options' rank sums from their mean (Kendall and \
         Babington Smith, 1939). Fewer than two rankings or options are errors.",
        "kendall_w([['a', 'b', 'c'], ['a', 'b', 'c']])",
        "1.0",
    ),
];

static WEIGHTED: &[Param] = &[Param::need("rankings", LISTS).of(Kinds::LIST), Param::may("weights", LISTS).of(Kinds::INT)];
static RANKINGS: &[Param] = &[Param::need("rankings", LISTS).of(Kinds::LIST)];

fn counts() -> Type {
    Type::int_range(0, i128::MAX)
}

/// Rankings of the same options: for each its weight, and the place of every option in it, best 0.
struct Ballots<'a> {
    /// The options in the order of the first ranking.
    options: Vec<&'a Text>,
    ballots: Vec<(i128, Vec<usize>)>,
}

impl Ballots<'_> {
    /// The weight of the ballots that put option `one` before option `other`.
    fn before(&self, call: &Call<'_>, one: usize, other: usize) -> Result<i128, String> {
        let prefers = |places: &[usize]| places.get(one) < places.get(other);
        let mut sum = 0;
        for (weight, _) in self.ballots.iter().filter(|(_, places)| prefers(places)) {
            sum = add(call, 1, sum, *weight)?;
        }
        Ok(sum)
    }
}

fn options<'a>(call: &Call<'a>, ranking: &'a Value) -> Result<Vec<&'a Text>, String> {
    let ranking = ranking.as_list().ok_or_else(|| call.refuse(0, "holds what is no ranking"))?;
    let mut options: Vec<&Text> = Vec::with_capacity(ranking.len());
    for option in ranking {
        let Value::Text(option) = option else { return Err(call.refuse(0, "ranks what is no text")) };
        if options.contains(&option) {
            return Err(call.refuse(0, &format!("ranks `{option}` twice")));
        }
        options.push(option);
    }
    Ok(options)
}

fn read<'a>(call: &Call<'a>) -> Result<Ballots<'a>, String> {
    let rankings = call.list(0)?;
    let Some(first) = rankings.first() else { return Err(call.refuse(0, "is empty")) };
    let all = options(call, first)?;
    if all.is_empty() {
        return Err(call.refuse(0, "ranks no option"));
    }
    let weights = if call.get(1).is_some() { Some(call.list(1)?) } else { None };
    if let Some(weights) = weights.filter(|weights| weights.len() != rankings.len()) {
        return Err(call.refuse(1, &format!("has {} elements and `rankings` {}", weights.len(), rankings.len())));
    }
    let mut ballots = Vec::with_capacity(rankings.len());
    for (at, ranking) in rankings.iter().enumerate() {
        let ranked = options(call, ranking)?;
        let place = |option: &&Text| ranked.iter().position(|one| one == option);
        let places: Option<Vec<usize>> = all.iter().map(place).collect();
        let places = places.filter(|_| ranked.len() == all.len());
        let places = places.ok_or_else(|| call.refuse(0, "holds rankings of different options"))?;
        let weight = weights.and_then(|weights| weights.get(at)).map_or(Ok(1), |value| weight(call, 1, value))?;
        ballots.push((weight, places));
    }
    Ok(Ballots { options: all, ballots })
}

fn borda(call: &Call<'_>) -> Result<Value, String> {
    let Ballots { options, ballots } = read(call)?;
    let mut points = Map::with_capacity(options.len());
    for (at, option) in options.iter().enumerate() {
        let mut sum = 0;
        for (weight, places) in &ballots {
            let behind = options.len() - 1 - places.get(at).copied().unwrap_or(0);
            sum = add(call, 1, sum, multiply(call, 1, *weight, known::length(behind))?)?;
        }
        points.push_new((*option).clone(), Value::Int(sum));
    }
    Ok(Value::Map(points.into()))
}

fn pairwise(call: &Call<'_>) -> Result<Value, String> {
    let ballots = read(call)?;
    let mut all = Map::with_capacity(ballots.options.len());
    for (one, name) in ballots.options.iter().enumerate() {
        let mut row = Map::with_capacity(ballots.options.len());
        for (other, against) in ballots.options.iter().enumerate().filter(|(other, _)| *other != one) {
            row.push_new((*against).clone(), Value::Int(ballots.before(call, one, other)?));
        }
        all.push_new((*name).clone(), Value::Map(row.into()));
    }
    Ok(Value::Map(all.into()))
}

fn condorcet(call: &Call<'_>) -> Result<Value, String> {
    let ballots = read(call)?;
    for (one, name) in ballots.options.iter().enumerate() {
        let mut beats_all = true;
        for other in (0..ballots.options.len()).filter(|other| *other != one) {
            beats_all &= ballots.before(call, one, other)? > ballots.before(call, other, one)?;
        }
        if beats_all {
            return Ok(Value::Text((*name).clone()));
        }
    }
    Ok(Value::Null)
}

fn kendall_w(call: &Call<'_>) -> Result<Value, String> {
    let Ballots { options, ballots } = read(call)?;
    let (k, m) = (known::length(ballots.len()), known::length(options.len()));
    if k < 2 {
        return Err(call.refuse(0, ONE_RANKING));
    }
    if m < 2 {
        return Err(call.refuse(0, "ranks a single option"));
    }
    // Twice the deviation of each rank sum from the mean k (m + 1) / 2 is a whole number; places count from 0.
    let sum =
        |at: usize| ballots.iter().filter_map(|(_, places)| places.get(at)).map(|place| known::length(*place) + 1).sum::<i128>();
    let squares: i128 = (0..options.len()).map(|at| 2 * sum(at) - k * (m + 1)).map(|twice| twice * twice).sum();
    let (above, below) = (Value::Int(3 * squares).as_float(), Value::Int(k * k * (m * m * m - m)).as_float());
    let (Some(above), Some(below)) = (above, below) else { return Err(call.refuse(0, "is too long")) };
    call.finite(0, above / below)
}

const ONE_RANKING: &str = "has fewer than two rankings";

/// The type of the options, once both arguments can fit.
fn option_type(call: &TypeCall<'_>) -> Result<Type, Misfit> {
    known::need_element(call, 0)?;
    let (ranking, fewest, most) = known::elements(&call.ty(0));
    let option = ranking.item();
    if !option.is_never() && !Kinds::TEXT.may_take(&option) {
        return Err(call.misfit(0, codes::TYPE_MISMATCH, format!("options are text, found {}", option.describe())));
    }
    if let Some(weights) = call.get(1) {
        let (_, least, highest) = known::elements(weights);
        if most.is_some_and(|most| most < least) || highest.is_some_and(|highest| highest < fewest) {
            return Err(call.refuse(1, "never has as many elements as `rankings`"));
        }
    }
    Ok(if option.text.is_some() { Type { text: option.text, ..Type::default() } } else { Type::any_text() })
}

fn options_to(call: &TypeCall<'_>, value: &Type) -> Result<Type, Misfit> {
    Ok(by_option(&option_type(call)?, value))
}

fn pairwise_type(call: &TypeCall<'_>) -> Result<Type, Misfit> {
    let row = options_to(call, &counts())?;
    options_to(call, &row)
}

fn condorcet_type(call: &TypeCall<'_>) -> Result<Type, Misfit> {
    Ok(option_type(call)?.join(&Type::null()))
}

fn kendall_type(call: &TypeCall<'_>) -> Result<Type, Misfit> {
    option_type(call)?;
    let ty = call.ty(0);
    let one = ty.is_list() && known::elements(&ty).2.is_some_and(|most| most < 2);
    if one { Err(call.refuse(0, ONE_RANKING)) } else { Ok(Type::float()) }
}

#[cfg(test)]
mod tests {
    use super::super::testing::*;
    use super::*;

    /// Three agents say A > B > C, two say B > C > A.
    fn five() -> Value {
        let (one, other) = (texts(&["A", "B", "C"]), texts(&["B", "C", "A"]));
        Value::list([one.clone(), one.clone(), one, other.clone(), other])
    }

    fn cycle() -> Value {
        Value::list([texts(&["A", "B", "C"]), texts(&["B", "C", "A"]), texts(&["C", "A", "B"])])
    }

    #[test]
    fn borda_can_miss_the_condorcet_winner() {
        let points = run("borda", &[five()]).unwrap();
        assert_eq!(points, map(&[("A", Value::Int(6)), ("B", Value::Int(7)), ("C", Value::Int(2))]));
        assert_eq!(run("condorcet", &[five()]).unwrap(), text("A"));
        assert_eq!(run("pairwise", &[five()]).unwrap().at("A.B"), Some(&Value::Int(3)));
    }

    #[test]
    fn a_cycle_has_no_winner() {
        assert_eq!(run("condorcet", &[cycle()]).unwrap(), Value::Null);
        assert_eq!(run("borda", &[cycle()]).unwrap(), map(&[("A", Value::Int(3)), ("B", Value::Int(3)), ("C", Value::Int(3))]));
        let tied = Value::list([texts(&["A", "B"]), texts(&["B", "A"])]);
        assert_eq!(run("condorcet", std::slice::from_ref(&tied)).unwrap(), Value::Null);
        assert_eq!(run("condorcet", &[tied, ints(&[1, 2])]).unwrap(), text("B"));
    }

    #[test]
    fn agreement_goes_from_none_to_all() {
        assert_eq!(run("kendall_w", &[five()]).unwrap(), Value::Float(0.28));
        assert_eq!(run("kendall_w", &[cycle()]).unwrap(), Value::Float(0.0));
        let alike = Value::list([texts(&["A", "B"]), texts(&["A", "B"])]);
        assert_eq!(run("kendall_w", &[alike]).unwrap(), Value::Float(1.0));
        assert!(run("kendall_w", &[Value::list([texts(&["A", "B"])])]).unwrap_err().contains("fewer than two rankings"));
        assert!(run("kendall_w", &[Value::list([texts(&["A"]), texts(&["A"])])]).unwrap_err().contains("single option"));
    }

    #[test]
    fn rankings_that_do_not_fit_are_refused() {
        let asked = |rankings: &[&[&str]]| run("borda", &[Value::list(rankings.iter().map(|ranking| texts(ranking)))]);
        assert_eq!(asked(&[]).unwrap_err(), "`rankings` of `borda` is empty");
        assert_eq!(asked(&[&["A", "A"]]).unwrap_err(), "`rankings` of `borda` ranks `A` twice");
        assert_eq!(asked(&[&["A", "B"], &["A"]]).unwrap_err(), "`rankings` of `borda` holds rankings of different options");
        assert_eq!(run("borda", &[five(), ints(&[1])]).unwrap_err(), "`weights` of `borda` has 1 elements and `rankings` 5");
        assert!(run("borda", &[cycle(), ints(&[1, -1, 1])]).unwrap_err().contains("negative"));
        let huge = ints(&[i128::MAX, 1, 1]);
        assert!(run("borda", &[cycle(), huge]).is_err());
    }

    #[test]
    fn options_keep_their_words() {
        let ty = typed("borda", &[Type::of(&five())]);
        assert_eq!(known::keys(&ty), words(&["A", "B", "C"]));
        assert_eq!(typed("condorcet", &[Type::of(&five())]), words(&["A", "B", "C"]).join(&Type::null()));
        assert!(misfit("kendall_w", &[Type::of(&Value::list([texts(&["A"])]))]).message.contains("fewer than two"));
        assert_eq!(misfit("borda", &[Type::of(&Value::list([ints(&[1])]))]).code, codes::TYPE_MISMATCH);
        assert!(misfit("borda", &[Type::of(&five()), Type::of(&ints(&[1]))]).message.contains("never has as many"));
    }
}
