//! Targets derived again from the emitted input alone.
//!
//! In: a record as it was emitted, with its index. Out: every target that its own input does not give. The input leaves that
//! hold facts are read back, nothing else is known, and each target is computed from them as the spec says.

use std::cell::OnceCell;
use std::sync::Arc;

use crate::data::{Map, Text, Value};
use crate::diag::{Diagnostic, RecordPlace, codes};
use crate::json;
use crate::pipeline::check::{Checked, Held, Target};
use crate::program::{Draws, Env, Frame, RecordAt, Shared};
use crate::random::Key;
use crate::record::Node;

/// Derives the targets of one dataset's records again, as they stand in a file.
pub struct Rederiver<'c> {
    checked: &'c Checked,
    keys: Vec<Key>,
}

impl<'c> Rederiver<'c> {
    /// For records that were drawn with this seed.
    #[must_use]
    pub fn new(checked: &'c Checked, seed: u64) -> Self {
        let keys = checked.keys.iter().map(|path| Key::new(seed, path.iter().map(Text::as_str))).collect();
        Self { checked, keys }
    }

    /// Everything in the record of an index that its input does not give.
    #[must_use]
    pub fn record(&self, index: u64, record: &Value) -> Vec<Diagnostic> {
        let Checked { slots, engine, functions, spec, .. } = self.checked;
        let shared = Shared { slots, keys: &self.keys, engine, functions, plain: false };
        let place = |path: &str| RecordPlace { dataset: spec.name.to_string(), index, path: path.to_owned() };
        let mut wrong = Vec::new();
        rederive(self.checked, &shared, index, record, &place, &mut wrong);
        wrong
    }
}

/// The same for a record that was just made from `frame`. Where the input holds whole facts, and they are the facts of the
/// frame, the targets follow from them as they did before: a target depends on nothing else (`hidden-cause`).
pub(super) fn made(
    checked: &Checked,
    frame: &Frame<'_>,
    record: &Value,
    place: &dyn Fn(&str) -> RecordPlace,
    wrong: &mut Vec<Diagnostic>,
) {
    let same = checked.rederivation.whole && !frame.shared.plain && holds(checked, frame, record);
    if !same {
        rederive(checked, frame.shared, frame.at.index, record, place, wrong);
    }
}

/// Whether every fact in the input is that of the frame.
fn holds(checked: &Checked, frame: &Frame<'_>, record: &Value) -> bool {
    let slot = |at: usize| frame.slot(at).unwrap_or(&Value::Undefined);
    checked.rederivation.held.iter().all(|(path, held)| match held {
        Held::Slot(at) => record.at(path).unwrap_or(&Value::Undefined) == slot(*at),
        Held::Part(..) => false,
        Held::Context => {
            let map = record.at(path).and_then(Value::as_map);
            let name = |at: usize| checked.slots.get(at).map_or("", |slot| slot.name.as_str());
            let field = |at: usize| map.and_then(|map| map.get(name(at))).unwrap_or(&Value::Undefined);
            checked.context.iter().all(|at| field(*at) == slot(*at))
        }
        Held::Scenario => frame.at.scenario.is_some_and(|at| {
            let name = record.at(path).and_then(Value::as_text);
            checked.spec.scenarios.is_empty() || name == Some(checked.scenario(at))
        }),
    })
}

/// Reports every target of a record that its input does not give. `shared` is what the records of its dataset share, under
/// the seed that they were drawn with.
fn rederive(
    checked: &Checked,
    shared: &Shared<'_>,
    index: u64,
    record: &Value,
    place: &dyn Fn(&str) -> RecordPlace,
    wrong: &mut Vec<Diagnostic>,
) {
    if checked.rederivation.targets.is_empty() {
        return;
    }
    let mut cells: Vec<OnceCell<Value>> = checked.slots.iter().map(|_| OnceCell::new()).collect();
    let scenario = read_back(checked, record, &mut cells);
    let frame = Frame::stated(shared, &cells, RecordAt::new(scenario, 0, index), Draws::Emitted);
    let env = Env::root(&frame);
    for target in &checked.rederivation.targets {
        let emitted = record.at(&target.path);
        let found = match target.op.eval(&env) {
            Ok(value) => value,
            // Wording may say what the input does not hold.
            Err(fault) if target.worded && fault.code == codes::NOT_REDERIVED => continue,
            Err(fault) => {
                wrong.push(fault.in_record(place(&target.path)));
                continue;
            }
        };
        if emitted.unwrap_or(&Value::Undefined) != &*found {
            wrong.push(differs(target, emitted, &found).in_record(place(&target.path)));
        }
    }
}

fn differs(target: &Target, emitted: Option<&Value>, found: &Value) -> Diagnostic {
    let Target { path, span, .. } = target;
    let message = format!("`{path}` is {}, but the input gives {}", shown(emitted), shown(Some(found)));
    Diagnostic::error(codes::NOT_REDERIVED, *span, message)
}

fn shown(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Undefined) => "absent".to_owned(),
        Some(value) => {
            let mut text = String::new();
            json::write_node(Node::of(value), &mut text);
            text
        }
    }
}

/// Fills the cells that the input holds; gives the scenario, where it is held.
fn read_back(checked: &Checked, record: &Value, cells: &mut [OnceCell<Value>]) -> Option<usize> {
    let spec = &checked.spec;
    let mut scenario = if spec.scenarios.is_empty() { Some(0) } else { None };
    for (path, held) in &checked.rederivation.held {
        let value = record.at(path);
        match held {
            Held::Slot(at) => fill(cells, *at, value.cloned().unwrap_or_default()),
            Held::Part(at, inner) => part(cells, *at, inner, value),
            Held::Context => {
                let map = value.and_then(Value::as_map);
                for at in &checked.context {
                    let name = checked.slots.get(*at).map_or("", |slot| slot.name.as_str());
                    fill(cells, *at, map.and_then(|map| map.get(name)).cloned().unwrap_or_default());
                }
            }
            Held::Scenario => {
                let name = value.and_then(Value::as_text);
                scenario = name.and_then(|name| spec.scenarios.iter().position(|one| one.name == name));
            }
        }
    }
    scenario
}

fn fill(cells: &mut [OnceCell<Value>], at: usize, value: Value) {
    if let Some(cell) = cells.get_mut(at) {
        *cell = OnceCell::from(value);
    }
}

/// Fills a part of a value: what the input does not hold of it stays absent.
fn part(cells: &mut [OnceCell<Value>], at: usize, path: &str, value: Option<&Value>) {
    let (Some(cell), Some(value)) = (cells.get_mut(at), value) else { return };
    let whole = cell.take().unwrap_or_default();
    *cell = OnceCell::from(with(whole, path, value));
}

fn with(whole: Value, path: &str, value: &Value) -> Value {
    let (key, rest) = path.split_once('.').map_or((path, None), |(key, rest)| (key, Some(rest)));
    let mut map = match whole {
        Value::Map(map) => Arc::unwrap_or_clone(map),
        _ => Map::default(),
    };
    let inner = match rest {
        Some(rest) => with(map.get(key).cloned().unwrap_or_default(), rest, value),
        None => value.clone(),
    };
    map.insert(Text::from(key), inner);
    Value::Map(Arc::new(map))
}
