//! An explanation for programs: one JSON object, the origins as a list in which parts name others by number.
//!
//! In: an explanation and a place in it. Out: a value that is written as JSON. What must hold: only what the place hangs on is
//! listed, the place's own origin first; keys are never renamed; what does not apply is left out.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::{Explanation, Place, section_word};
use crate::data::{Map, Text, Value};
use crate::program::{DrawnFrom, Element, Origin, Part};
use crate::source::{Sources, Span};

/// The explanation of a place as a value with these keys: `dataset`, `index`, `seed`, `scenario`, `rank`, `attempts`, `planned`,
/// `field`, `value`, `inside`, `origins`.
#[must_use]
pub fn document(explanation: &Explanation, place: &Place, sources: &Sources) -> Value {
    let order = reachable(explanation, place.at);
    let numbers: BTreeMap<usize, usize> = order.iter().enumerate().map(|(new, old)| (*old, new)).collect();
    let origins = order.iter().filter_map(|at| explanation.origins.get(*at)).map(|origin| told(origin, &numbers, sources));
    let mut map = Map::default();
    put(&mut map, "dataset", Value::Text(explanation.dataset.clone()));
    put(&mut map, "index", number(explanation.index));
    put(&mut map, "seed", number(explanation.seed));
    if !explanation.scenario.is_empty() {
        put(&mut map, "scenario", Value::Text(explanation.scenario.clone()));
        put(&mut map, "rank", number(explanation.rank));
    }
    put(&mut map, "attempts", number(explanation.attempts.into()));
    put(&mut map, "planned", Value::map(explanation.planned.iter().cloned()));
    put(&mut map, "field", Value::text(&place.name));
    put(&mut map, "value", place.value.clone());
    if !place.inside.is_empty() {
        put(&mut map, "inside", Value::text(&place.inside));
    }
    put(&mut map, "origins", Value::list(origins));
    Value::Map(Arc::new(map))
}

fn put(map: &mut Map, key: &'static str, value: Value) {
    map.push_new(Text::const_new(key), value);
}

fn number(number: u64) -> Value {
    Value::Int(i128::from(number))
}

/// The origins that one hangs on, itself first, each once.
fn reachable(explanation: &Explanation, root: usize) -> Vec<usize> {
    let mut order = Vec::new();
    let mut seen = BTreeSet::new();
    let mut open = vec![root];
    while let Some(at) = open.pop() {
        if !seen.insert(at) {
            continue;
        }
        order.push(at);
        let parts = explanation.origins.get(at).into_iter().flat_map(|origin| origin.parts.iter().rev());
        open.extend(parts.map(|part| part.at));
    }
    order
}

fn told(origin: &Origin, numbers: &BTreeMap<usize, usize>, sources: &Sources) -> Value {
    let mut map = Map::default();
    if let Some(name) = &origin.name {
        put(&mut map, "name", Value::Text(name.clone()));
    }
    if let Some(section) = section_word(origin.section) {
        put(&mut map, "section", Value::text(section));
    }
    if !origin.value.is_undefined() {
        put(&mut map, "value", origin.value.clone());
    }
    put(&mut map, "form", Value::text(origin.form));
    for (key, span) in [("at", origin.span), ("declared", origin.declared)] {
        if let Some(place) = place(span, sources) {
            put(&mut map, key, place);
        }
    }
    if origin.overlaid {
        put(&mut map, "of_scenario", Value::Bool(true));
    }
    if let Some(text) = &origin.text {
        put(&mut map, "text", Value::Text(text.clone()));
    }
    if let Some(drawn) = &origin.drawn {
        put(&mut map, "draw", draw(drawn));
    }
    if let Some(row) = origin.row {
        let mut chosen = Map::default();
        put(&mut chosen, "row", number(row.number as u64));
        put(&mut chosen, "of", number(row.of as u64));
        if let Some(place) = place(row.span, sources) {
            put(&mut chosen, "at", place);
        }
        put(&mut map, "chosen", Value::Map(Arc::new(chosen)));
    }
    if !origin.details.is_empty() {
        let details = origin.details.iter().map(|(key, value)| (Text::const_new(key), value.clone()));
        put(&mut map, "details", Value::map(details));
    }
    let parts = origin.parts.iter().filter_map(|one| part(one, numbers, sources));
    put(&mut map, "parts", Value::list(parts));
    Value::Map(Arc::new(map))
}

fn part(part: &Part, numbers: &BTreeMap<usize, usize>, sources: &Sources) -> Option<Value> {
    let mut map = Map::default();
    put(&mut map, "role", Value::text(part.role.word()));
    put(&mut map, "name", Value::Text(part.name.clone()));
    if let Some(row) = part.row {
        put(&mut map, "row", number(row as u64));
    }
    if let Some(holds) = part.holds {
        put(&mut map, "holds", Value::Bool(holds));
    }
    if let Some(place) = place(part.span, sources) {
        put(&mut map, "at", place);
    }
    put(&mut map, "origin", number(*numbers.get(&part.at)? as u64));
    Some(Value::Map(Arc::new(map)))
}

fn place(span: Option<Span>, sources: &Sources) -> Option<Value> {
    let place = sources.locate(span?)?;
    let mut map = Map::default();
    put(&mut map, "file", Value::text(place.path));
    put(&mut map, "line", number(place.line as u64));
    put(&mut map, "column", number(place.column as u64));
    Some(Value::Map(Arc::new(map)))
}

fn draw(drawn: &DrawnFrom) -> Value {
    let mut map = Map::default();
    put(&mut map, "seed", number(drawn.seed));
    put(&mut map, "path", Value::list(drawn.path.iter().map(|part| Value::Text(part.clone()))));
    put(&mut map, "index", number(drawn.index));
    put(&mut map, "attempt", number(drawn.attempt.into()));
    let element = |element: &Element| match element {
        Element::At(at) => number(u64::from(*at)),
        Element::Key(key) => Value::Text(key.clone()),
    };
    put(&mut map, "elements", Value::list(drawn.elements.iter().map(element)));
    if let Some((rank, of)) = drawn.walk {
        put(&mut map, "rank", number(rank));
        put(&mut map, "walk_of", number(of));
    }
    Value::Map(Arc::new(map))
}
