//! How operations tell where their values came from.
//!
//! In: a frame whose record is made, and the operations that made it: each evaluates itself once more, in the same place, and
//! says what it chose and read. Out: [`Origins`]. What must hold: telling is apart from evaluating, so that nothing is slower
//! for it; evaluation is pure, so that what is told is what happened; each bare name is told once.

use std::collections::BTreeMap;

use super::env::Env;
use super::frame::Frame;
use super::origin::{DrawnFrom, Element, Origin, Origins, Part};
use super::{Fault, Op};
use crate::data::{Text, Value};

/// From so many origins on values are told without their parts: what is larger nobody reads.
const MOST: usize = 200_000;

/// Origins while they are told.
#[derive(Default)]
pub struct Telling {
    origins: Origins,
    /// The bare names that are told: by the cells they stand in, and by slot.
    known: BTreeMap<(usize, usize), usize>,
    /// The facts that are told.
    facts: BTreeMap<Text, usize>,
    /// The levels of local names in sight, innermost last; those of the present entry or function begin at `base`.
    levels: Vec<Locals>,
    base: usize,
    /// Whether the entry that is told is drawn anew with each attempt.
    redrawn: bool,
}

/// Local names of one level.
struct Locals {
    /// Those that are told.
    nodes: Vec<Option<usize>>,
    /// The element of a loop that the level is of.
    element: Option<Element>,
}

impl Telling {
    /// Takes an origin; gives its number.
    pub fn add(&mut self, origin: Origin) -> usize {
        self.origins.add(origin)
    }

    /// The value of an origin.
    #[must_use]
    pub fn value(&self, at: usize) -> Value {
        self.origins.get(at).map(|origin| origin.value.clone()).unwrap_or_default()
    }

    /// An origin that was told, to add to.
    pub fn edit(&mut self, at: usize, edit: impl FnOnce(&mut Origin)) {
        if let Some(origin) = self.origins.get_mut(at) {
            edit(origin);
        }
    }

    /// All that was told.
    #[must_use]
    pub fn finish(self) -> Origins {
        self.origins
    }

    /// What was told so far.
    #[must_use]
    pub fn origins(&self) -> &Origins {
        &self.origins
    }

    /// Whether so much is told that parts are left out from now on.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.origins.len() >= MOST
    }

    /// The part of a value under one key, where that is told apart.
    #[must_use]
    pub fn inner(&self, at: usize, key: &str) -> Option<usize> {
        let (found, steps) = self.origins.find(at, &[key]);
        (steps > 0).then_some(found)
    }

    /// Tells the value of a bare name.
    ///
    /// # Errors
    /// The fault of whatever computes it.
    pub fn slot(&mut self, frame: &Frame<'_>, at: usize) -> Result<usize, Fault> {
        let frame = frame.owner(at);
        let key = (frame.cells.as_ptr() as usize, at);
        if let Some(node) = self.known.get(&key) {
            return Ok(*node);
        }
        let value = frame.slot(at)?.clone();
        let node = match frame.shared.slots.get(at) {
            Some(slot) => {
                let env = if slot.redrawn { Env::redrawn(frame) } else { Env::root(frame) };
                let scenario = frame.at.scenario;
                let op = scenario.map_or(slot.base.as_deref(), |scenario| slot.op(scenario)).filter(|_| !self.is_full());
                let node = match op {
                    Some(op) => self.apart(slot.redrawn, Vec::new(), |telling| op.tell(&env, telling))?,
                    None => self.add(Origin::new("name", slot.span, value)),
                };
                let overlaid = scenario.is_some_and(|scenario| slot.is_overlaid(scenario));
                self.edit(node, |origin| {
                    origin.name = Some(slot.name.clone());
                    (origin.declared, origin.section, origin.overlaid) = (slot.span, slot.section, overlaid);
                });
                node
            }
            None => self.add(Origin::new("name", None, value)),
        };
        self.known.insert(key, node);
        Ok(node)
    }

    /// Says what a bare name is in another world.
    pub fn preset(&mut self, frame: &Frame<'_>, at: usize, node: usize) {
        self.known.insert((frame.cells.as_ptr() as usize, at), node);
    }

    /// Forgets the names of a world that ends: its cells may become those of another one.
    pub fn forget(&mut self, frame: &Frame<'_>) {
        let cells = frame.cells.as_ptr() as usize;
        self.known.retain(|(one, _), _| *one != cells);
    }

    /// Tells a local name.
    ///
    /// # Errors
    /// The fault of whatever computes it.
    pub fn local(&mut self, env: &Env<'_>, up: usize, at: usize) -> Result<usize, Fault> {
        let level = self.levels.len().checked_sub(up + 1);
        let told = level.and_then(|level| self.levels.get(level)?.nodes.get(at).copied().flatten());
        if let Some(node) = told {
            return Ok(node);
        }
        let value = env.local(up, at)?.clone();
        let node = match (env.local_source(up, at).filter(|_| !self.is_full()), level) {
            (Some((op, inside)), Some(level)) => {
                let inner = self.levels.split_off((level + 1).min(self.levels.len()));
                let node = op.tell(&inside, self);
                self.levels.extend(inner);
                node?
            }
            _ => self.add(Origin::new("local", None, value)),
        };
        if let Some(slot) = level.and_then(|level| self.levels.get_mut(level)?.nodes.get_mut(at)) {
            *slot = Some(node);
        }
        Ok(node)
    }

    /// Tells something inside a level of so many names that are told when they are read.
    pub fn lazy<T>(&mut self, names: usize, tell: impl FnOnce(&mut Self) -> T) -> T {
        self.level(vec![None; names], None, tell)
    }

    /// Tells something inside a level whose names are told already, those of an element where it is one of a loop.
    pub fn bound<T>(&mut self, names: Vec<usize>, element: Option<Element>, tell: impl FnOnce(&mut Self) -> T) -> T {
        self.level(names.into_iter().map(Some).collect(), element, tell)
    }

    fn level<T>(&mut self, nodes: Vec<Option<usize>>, element: Option<Element>, tell: impl FnOnce(&mut Self) -> T) -> T {
        self.levels.push(Locals { nodes, element });
        let result = tell(self);
        self.levels.pop();
        result
    }

    /// Tells the body of a function, which sees nothing but its arguments.
    pub fn called<T>(&mut self, arguments: Vec<usize>, tell: impl FnOnce(&mut Self) -> T) -> T {
        let redrawn = self.redrawn;
        self.apart(redrawn, arguments, tell)
    }

    fn apart<T>(&mut self, redrawn: bool, arguments: Vec<usize>, tell: impl FnOnce(&mut Self) -> T) -> T {
        let before = (self.base, self.redrawn);
        (self.base, self.redrawn) = (self.levels.len(), redrawn);
        let result = if arguments.is_empty() { tell(self) } else { self.bound(arguments, None, tell) };
        (self.base, self.redrawn) = before;
        result
    }

    /// The address of a draw in this place.
    #[must_use]
    pub fn drawn(&self, env: &Env<'_>, draw: usize) -> DrawnFrom {
        let Frame { shared, at, .. } = env.frame;
        let attempt = if self.redrawn { at.attempt_number() } else { 0 };
        let levels = self.levels.get(self.base..).unwrap_or_default();
        DrawnFrom {
            seed: shared.seed,
            path: shared.paths.get(draw).cloned().unwrap_or_default(),
            index: at.index,
            attempt,
            elements: levels.iter().filter_map(|level| level.element.clone()).collect(),
            walk: None,
        }
    }

    /// The address of a walk through `n` values in this place.
    #[must_use]
    pub fn walked(&self, env: &Env<'_>, draw: usize, n: u64) -> DrawnFrom {
        DrawnFrom { attempt: 0, walk: Some((env.frame.at.rank, n)), ..self.drawn(env, draw) }
    }

    /// Takes a fact; each is told once.
    pub(super) fn fact(&mut self, origin: Origin) -> usize {
        let name = origin.name.clone().unwrap_or_default();
        match self.facts.get(&name).filter(|at| self.value(**at) == origin.value) {
            Some(at) => *at,
            None => {
                let at = self.add(origin);
                self.facts.insert(name, at);
                at
            }
        }
    }

    /// Tells an operation as a part of an origin, under a key.
    ///
    /// # Errors
    /// The fault of the operation.
    pub fn argument(&mut self, key: &'static str, op: &dyn Op, env: &Env<'_>, origin: Origin) -> Result<Origin, Fault> {
        let at = op.tell(env, self)?;
        Ok(origin.part(Part::argument(key, at)))
    }

    /// The names of an element of a loop over a whole: of the element, or of its key (or index) and the element.
    pub fn element(&mut self, whole: usize, names: &[Value], element: &Element) -> Vec<usize> {
        let key = match element {
            Element::At(at) => Text::from(at.to_string()),
            Element::Key(key) => key.clone(),
        };
        let is_key = |at: usize, value: &Value| {
            let pair = names.len() == 2 && at == 0;
            pair || (matches!(element, Element::Key(_)) && names.len() == 1 && value.as_text() == Some(&key))
        };
        let mut nodes = Vec::with_capacity(names.len());
        for (at, value) in names.iter().enumerate() {
            nodes.push(if is_key(at, value) {
                self.add(Origin::new("key", None, value.clone()))
            } else {
                self.inside(whole, "each", &key, value)
            });
        }
        nodes
    }

    /// A value whose origin is the place where it stands in another one.
    pub fn inside(&mut self, whole: usize, name: &str, key: &str, value: &Value) -> usize {
        if let Some(found) = self.inner(whole, key) {
            return found;
        }
        let part = Part::read(Text::from(name), None, whole);
        self.add(Origin::new("element", None, value.clone()).part(part))
    }
}
