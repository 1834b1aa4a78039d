//! Wait-for graphs: who waits for whom, and whether they wait in a circle.
//!
//! With resources of a single unit, a cycle of the wait-for graph is necessary and sufficient for a deadlock (Coffman, Elphick
//! and Shoshani, 1971).

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::{Builtin, Call, Kinds, Misfit, Param, Roles, TypeCall, attributes, known};
use crate::data::{Text, Type, Value};
use crate::diag::codes;

const KEY: Kinds = Kinds::TEXT.or(Kinds::INT);

pub(super) static ROWS: &[Builtin] = &[Builtin::new("wait_cycle", Roles::Both, WAITS, cycle_type, cycle).doc(
    "A cycle of the wait-for graph, as the names on it, each waiting for the next and the last for the first; empty where nobody \
     waits in a circle. `waits` are maps with who waits and for whom (attributes `waiting` and `holder`, text). The smallest name \
     comes first; of several cycles it is the one with the smallest first name, and through that name the shortest.",
    "wait_cycle([{'agent': 'b', 'held_by': 'a'}, {'agent': 'a', 'held_by': 'b'}], 'agent', 'held_by')",
    "[\"a\",\"b\"]",
)];

static WAITS: &[Param] = &[Param::need("waits", Kinds::LIST), Param::need("waiting", KEY), Param::need("holder", KEY)];

type Graph<'a> = BTreeMap<&'a Text, BTreeSet<&'a Text>>;

fn graph<'a>(call: &Call<'a>) -> Result<Graph<'a>, String> {
    let (waiting, holder) = (attributes::path(call, 1)?, attributes::path(call, 2)?);
    let mut graph = Graph::new();
    for wait in call.list(0)? {
        let (from, to) = (attributes::keyed(wait, waiting.as_deref())?, attributes::keyed(wait, holder.as_deref())?);
        let (Value::Text(from), Value::Text(to)) = (from, to) else { return Err(call.refuse(0, "has a name that is no text")) };
        graph.entry(from).or_default().insert(to);
    }
    Ok(graph)
}

/// The shortest way from `start` back to it, without the return; of equally short ones the first by name.
fn way_back<'a>(graph: &Graph<'a>, start: &'a Text) -> Option<Vec<&'a Text>> {
    let mut came_from: BTreeMap<&Text, &'a Text> = BTreeMap::new();
    let mut open = VecDeque::from([start]);
    while let Some(at) = open.pop_front() {
        for next in graph.get(at).into_iter().flatten() {
            if *next == start {
                let back = std::iter::successors(Some(at), |one| came_from.get(*one).copied());
                let mut way: Vec<&Text> = back.collect();
                way.reverse();
                return Some(way);
            }
            if !came_from.contains_key(*next) {
                came_from.insert(next, at);
                open.push_back(next);
            }
        }
    }
    None
}

fn cycle(call: &Call<'_>) -> Result<Value, String> {
    let graph = graph(call)?;
    // Names come in order, so the first name on a cycle is the smallest of that cycle.
    let way = graph.keys().find_map(|start| way_back(&graph, start)).unwrap_or_default();
    Ok(Value::list(way.into_iter().map(|name| Value::Text(name.clone()))))
}

fn cycle_type(call: &TypeCall<'_>) -> Result<Type, Misfit> {
    let (wait, _, most) = known::elements(&call.ty(0));
    let mut names = [Type::never(), Type::never()];
    for (at, slot) in [1, 2].into_iter().zip(&mut names) {
        *slot = attributes::key_type(call, at, &wait)?;
        if !Kinds::TEXT.may_take(slot) {
            return Err(call.misfit(at, codes::TYPE_MISMATCH, format!("names are text, found {}", slot.describe())));
        }
    }
    let [waiting, _] = names;
    let waiting = if waiting.is_any() { Type::any_text() } else { Type { text: waiting.text, ..Type::default() } };
    Ok(Type::list_between(waiting, 0, most).distinct())
}

#[cfg(test)]
mod tests {
    use super::super::testing::*;
    use super::*;

    fn waits(edges: &[(&str, &str)]) -> Value {
        Value::list(edges.iter().map(|(from, to)| map(&[("agent", text(from)), ("held_by", text(to))])))
    }

    fn found(edges: &[(&str, &str)]) -> Value {
        run("wait_cycle", &[waits(edges), text("agent"), text("held_by")]).unwrap()
    }

    #[test]
    fn the_cycle_begins_with_its_smallest_name() {
        assert_eq!(found(&[("c", "b"), ("b", "a"), ("a", "c")]), texts(&["a", "c", "b"]));
        assert_eq!(found(&[("a", "b"), ("b", "c"), ("c", "b")]), texts(&["b", "c"]));
        assert_eq!(found(&[("x", "x")]), texts(&["x"]));
        assert_eq!(found(&[("a", "b"), ("b", "c")]), texts(&[]));
        assert_eq!(found(&[]), texts(&[]));
    }

    #[test]
    fn of_several_cycles_the_first_by_name_and_then_the_shortest() {
        assert_eq!(found(&[("d", "c"), ("c", "d"), ("b", "a"), ("a", "b")]), texts(&["a", "b"]));
        assert_eq!(found(&[("a", "b"), ("b", "c"), ("c", "a"), ("a", "z"), ("z", "a")]), texts(&["a", "z"]));
    }

    #[test]
    fn names_are_text_and_keep_their_words() {
        let typo = run("wait_cycle", &[waits(&[("a", "b")]), text("agent"), text("held")]).unwrap_err();
        assert!(typo.contains("no attribute `held`"), "{typo}");
        let ty = typed("wait_cycle", &[Type::of(&waits(&[("a", "b"), ("b", "a")])), words(&["agent"]), words(&["held_by"])]);
        assert_eq!(ty.item(), words(&["a", "b"]));
        let numbers = Type::list_of(Type::map_of([("agent", Type::int()), ("held_by", Type::int())]));
        assert_eq!(misfit("wait_cycle", &[numbers, words(&["agent"]), words(&["held_by"])]).code, codes::TYPE_MISMATCH);
    }
}
