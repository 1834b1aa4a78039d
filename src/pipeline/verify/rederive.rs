//! Targets derived again from the emitted input alone.
//!
//! In: a record as it was emitted, with its index. Out: every target that its own input does not give. The input leaves that
//! hold facts are read back, nothing else is known, and each target is computed from them as the spec says.

use std::cell::OnceCell;

use super::rules::broken;
use crate::data::{Text, Value};
use crate::diag::{Diagnostic, RecordPlace, codes};
use crate::json;
use crate::pipeline::check::{Checked, Held, Rederivation, Target};
use crate::program::{Draws, Env, Frame, RecordAt, Shared};
use crate::random::Key;

/// Derives the targets of one dataset's records again, as they stand in a file.
pub struct Rederiver<'c> {
    checked: &'c Checked,
    keys: Vec<Key>,
    used: Vec<Self>,
}

impl<'c> Rederiver<'c> {
    /// For records that were drawn with this seed.
    #[must_use]
    pub fn new(checked: &'c Checked, seed: u64) -> Self {
        Self { checked, keys: checked.keys(seed), used: checked.used.iter().map(|one| Self::new(&one.checked, seed)).collect() }
    }

    /// Everything in the record of an index that its input does not give.
    #[must_use]
    pub fn record(&self, index: u64, record: &Value) -> Vec<Diagnostic> {
        self.judge(index, record, Reading::MADE).wrong
    }

    /// The same for a record of which no more is known than this; a file's record keeps the checks of its spec, too.
    #[must_use]
    pub fn judge(&self, index: u64, record: &Value, reading: Reading) -> Judged {
        let mut judged = Judged::default();
        rederive(&self.program(), index, record, reading, &|path| self.place(index, path), &mut judged);
        judged
    }

    /// A place in the record of an index.
    pub(super) fn place(&self, index: u64, path: &str) -> RecordPlace {
        RecordPlace { dataset: self.checked.spec.name.to_string(), index, path: path.to_owned() }
    }

    /// The dataset.
    pub(super) fn checked(&self) -> &'c Checked {
        self.checked
    }

    fn program(&self) -> Program<'_> {
        let shared = self.checked.shared(&self.keys, false);
        Program { checked: self.checked, shared, used: self.used.iter().map(Self::program).collect() }
    }
}

/// What is known of how a record was made and kept.
#[derive(Debug, Clone, Copy)]
pub struct Reading {
    /// Whether it comes from a file, which may be anyone's: what its input does not hold at all is open, not wrong.
    pub file: bool,
    /// Whether the seed that it was drawn with is known, so that its wording can be said again.
    pub seeded: bool,
    /// Whether it stood in fixed columns: absent and null are one there, and whole floats and integers.
    pub columns: bool,
}

impl Reading {
    /// A record as it was just made.
    const MADE: Self = Self { file: false, seeded: true, columns: false };
}

/// What came of judging a record by its own input.
#[derive(Debug, Default)]
pub struct Judged {
    /// What is wrong.
    pub wrong: Vec<Diagnostic>,
    /// What could be judged, and was.
    pub settled: u64,
    /// What could not: targets and modules by their paths, checks by their names.
    pub open: Vec<String>,
    /// The scenario, where the input shows it.
    pub scenario: Option<usize>,
}

/// A dataset with what its records share under the seed that they were drawn with, and those that it uses.
struct Program<'p> {
    checked: &'p Checked,
    shared: Shared<'p>,
    used: Vec<Self>,
}

impl<'p> Program<'p> {
    /// The program that a record is made by.
    fn of(checked: &'p Checked, frame: &Frame<'p>) -> Self {
        let used = checked.used.iter().zip(frame.used).map(|(one, frame)| Self::of(&one.checked, frame));
        Self { checked, shared: *frame.shared, used: used.collect() }
    }
}

/// What an emitted input holds of one dataset's record.
struct Emitted {
    scenario: Option<usize>,
    cells: Vec<OnceCell<Value>>,
    used: Vec<Self>,
}

impl Emitted {
    fn nothing(checked: &Checked) -> Self {
        let scenario = if checked.spec.scenarios.is_empty() { Some(0) } else { None };
        let cells = checked.slots.iter().map(|_| OnceCell::new()).collect();
        Self { scenario, cells, used: checked.used.iter().map(|one| Self::nothing(&one.checked)).collect() }
    }

    fn frame<'e>(&'e self, program: &'e Program<'_>, index: u64, used: &'e [Frame<'e>]) -> Frame<'e> {
        let at = RecordAt::new(self.scenario, 0, index);
        Frame::stated(&program.shared, &self.cells, at, Draws::Emitted).using(used)
    }
}

/// Shows the frames of used datasets, after those in `before`, to `look`.
fn frames(used: (&[Program<'_>], &[Emitted]), index: u64, before: &[Frame<'_>], look: &mut dyn FnMut(&[Frame<'_>])) {
    let (Some((program, programs)), Some((emitted, more))) = (used.0.split_first(), used.1.split_first()) else {
        return look(before);
    };
    frames((&program.used, &emitted.used), index, &[], &mut |inner| {
        let frame = emitted.frame(program, index, inner);
        frames((programs, more), index, &[before, &[frame]].concat(), look);
    });
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
    let Rederivation { held, whole, .. } = &checked.rederivation;
    if !whole || frame.shared.plain || !holds(checked, held, frame, record) {
        let mut judged = Judged::default();
        rederive(&Program::of(checked, frame), frame.at.index, record, Reading::MADE, place, &mut judged);
        wrong.append(&mut judged.wrong);
    }
}

/// Whether every fact in a value of the input is that of the frame.
fn holds(checked: &Checked, list: &[(String, Held)], frame: &Frame<'_>, whole: &Value) -> bool {
    let slot = |at: usize| frame.slot(at).unwrap_or(&Value::Undefined);
    list.iter().all(|(path, held)| match held {
        Held::Slot(at) => whole.at(path).unwrap_or(&Value::Undefined) == slot(*at),
        Held::Part(..) => false,
        Held::Context => {
            let map = whole.at(path).and_then(Value::as_map);
            let name = |at: usize| checked.slots.get(at).map_or("", |slot| slot.name.as_str());
            let field = |at: usize| map.and_then(|map| map.get(name(at))).unwrap_or(&Value::Undefined);
            checked.context.iter().all(|at| field(*at) == slot(*at))
        }
        Held::Scenario => frame.at.scenario.is_some_and(|at| {
            let name = whole.at(path).and_then(Value::as_text);
            checked.spec.scenarios.is_empty() || name == Some(checked.scenario(at))
        }),
        Held::Used(number, inner) => {
            let theirs = checked.used.get(*number).zip(frame.used.get(*number)).zip(whole.at(path));
            theirs.is_some_and(|((one, frame), value)| holds(&one.checked, inner, frame, value))
        }
    })
}

/// Reports every target of a record that its input does not give and, where it comes from a file, every check that it breaks.
fn rederive(
    program: &Program<'_>,
    index: u64,
    record: &Value,
    reading: Reading,
    place: &dyn Fn(&str) -> RecordPlace,
    judged: &mut Judged,
) {
    let checked = program.checked;
    if checked.rederivation.targets.is_empty() && !reading.file {
        return;
    }
    let mut emitted = Emitted::nothing(checked);
    read_back(checked, &checked.rederivation.held, record, &mut emitted);
    if reading.file {
        fill(&mut emitted.cells, checked.record_slot(), record.clone());
    }
    judged.scenario = emitted.scenario;
    frames((&program.used, &emitted.used), index, &[], &mut |used| {
        let frame = emitted.frame(program, index, used);
        judge(checked, &frame, record, reading, place, judged);
        if reading.file {
            keeps(checked, &frame, reading, place, judged);
        }
    });
}

fn judge(
    checked: &Checked,
    frame: &Frame<'_>,
    record: &Value,
    reading: Reading,
    place: &dyn Fn(&str) -> RecordPlace,
    judged: &mut Judged,
) {
    let env = Env::root(frame);
    // A leaf that is not there at all is another layout, not another fact.
    let gap = reading.file && checked.rederivation.held.iter().any(|(path, _)| record.at(path).is_none());
    // The hash follows from no input, and has a check of its own.
    let places = checked.spec.constitution.as_ref().map_or(&[][..], |constitution| &constitution.places);
    let is_hash = |target: &&Target| reading.file && places.iter().any(|(place, _)| *place == target.path);
    for target in checked.rederivation.targets.iter().filter(|target| !is_hash(target)) {
        let emitted = record.at(&target.path);
        let found = match target.op.eval(&env) {
            Ok(value) => value,
            // Wording may say what the input does not hold.
            Err(fault) if gap || (target.worded && fault.code == codes::NOT_REDERIVED) => {
                judged.open.push(target.path.clone());
                continue;
            }
            Err(fault) => {
                judged.wrong.push(underivable(target, *fault).in_record(place(&target.path)));
                continue;
            }
        };
        let there = emitted.unwrap_or(&Value::Undefined);
        if there == &*found || (reading.columns && alike(there, &found)) {
            judged.settled += 1;
        } else if target.worded && !reading.seeded {
            judged.open.push(target.path.clone());
        } else {
            judged.settled += 1;
            judged.wrong.push(differs(target, emitted, &found).in_record(place(&target.path)));
        }
    }
}

/// Reports every check that the facts of an emitted record break. Those that read what the input does not hold are open.
fn keeps(checked: &Checked, frame: &Frame<'_>, reading: Reading, place: &dyn Fn(&str) -> RecordPlace, judged: &mut Judged) {
    let env = Env::root(frame);
    let held = |name: &Text| {
        let cell = checked.spec.entries.get_index_of(name).and_then(|at| frame.cells.get(at));
        cell.is_some_and(|cell| cell.get().is_some())
    };
    for rule in &checked.rules {
        if rule.scenario.is_some() && frame.at.scenario.is_some() && rule.scenario != frame.at.scenario {
            continue;
        }
        let is_open =
            (rule.scenario.is_some() && frame.at.scenario.is_none()) || (!reading.seeded && !rule.wording.iter().all(held));
        match if is_open { None } else { rule.that.eval(&env).ok() } {
            None => judged.open.push(format!("check {}", rule.id)),
            Some(value) => {
                judged.settled += 1;
                if !value.is_true() {
                    judged.wrong.push(broken(rule).in_record(place("")));
                }
            }
        }
    }
}

/// Whether two values are one in fixed columns.
fn alike(one: &Value, other: &Value) -> bool {
    const ABSENT: &Value = &Value::Undefined;
    match (one, other) {
        (Value::Undefined | Value::Null, Value::Undefined | Value::Null) => true,
        (Value::List(a), Value::List(b)) => a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| alike(a, b)),
        (Value::Map(a), Value::Map(b)) => {
            a.keys().chain(b.keys()).all(|key| alike(a.get(key).unwrap_or(ABSENT), b.get(key).unwrap_or(ABSENT)))
        }
        _ => one.equals(other),
    }
}

/// What the input does not hold stays absent there, so whatever stops a target from being computed is a gap of the input.
fn underivable(target: &Target, fault: Diagnostic) -> Diagnostic {
    if fault.code == codes::NOT_REDERIVED {
        return fault;
    }
    let message = format!("the input does not give `{}`: {}", target.path, fault.message);
    let diagnostic = Diagnostic::error(codes::NOT_REDERIVED, target.span, message);
    let diagnostic = fault.primary.into_iter().fold(diagnostic, |one, label| one.label(label.span, "here"));
    diagnostic.hint("put all that it is computed from into the input, each as one whole `{{ name }}`")
}

fn differs(target: &Target, emitted: Option<&Value>, found: &Value) -> Diagnostic {
    let Target { path, span, .. } = target;
    let message = format!("`{path}` is {}, but the input gives {}", json::shown(emitted), json::shown(Some(found)));
    Diagnostic::error(codes::NOT_REDERIVED, *span, message)
}

/// Fills what a value of the input holds.
fn read_back(checked: &Checked, list: &[(String, Held)], whole: &Value, into: &mut Emitted) {
    let cells = &mut into.cells;
    for (path, held) in list {
        let value = whole.at(path);
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
                into.scenario = name.and_then(|name| checked.spec.scenarios.iter().position(|one| one.name == name));
            }
            Held::Used(number, inner) => {
                if let (Some(one), Some(theirs)) = (checked.used.get(*number), into.used.get_mut(*number)) {
                    read_back(&one.checked, inner, value.unwrap_or(&Value::Undefined), theirs);
                }
            }
        }
    }
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
    *cell = OnceCell::from(whole.with(path, value.clone()));
}
