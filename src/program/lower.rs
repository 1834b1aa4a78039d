//! Lowering: names to slots, forms to operations, mistakes to diagnostics.
//!
//! In: a [`World`] of names. Out: a [`Lowering`], the slots and operations that a plan turns into records. Entries are lowered
//! when they are first read, so their order in the file does not matter, and a cycle shows as the path that closes it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use super::Code;
use super::depth::{Depth, LINK};
use super::frame::Slot;
use super::function::{Functions, UserFunction};
use super::names::{Entry, Section, SlotId, World};
use super::notes::Notes;
use super::params;
use super::reading::Seen;
use super::scope::Scope;
use super::site::{Asked, Reports, Sites};
use super::text::TemplateText;
use crate::data::{Text, Type};
use crate::diag::{Diagnostic, Diagnostics, codes};
use crate::source::Span;

/// What lowering is busy with, which decides what may be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// An entry of a section.
    Entry(Section),
    /// The body of a function: its arguments and facts only.
    Function,
    /// The record.
    Record,
    /// What a record is drawn anew for: facts, draws and derivations.
    Requirement,
    /// Checks, examples, expectations, views: everything, the record included.
    Check,
}

/// What is known of an entry once it is lowered.
#[derive(Clone)]
pub struct Known {
    /// The type in every scenario that has it.
    pub ty: Type,
    /// In which scenarios it is surely there.
    pub present: Vec<bool>,
    /// The draws, `say`s and reserved causes that it reads, itself or through others.
    pub causes: BTreeSet<Text>,
    /// The slots that it reads, itself or through others.
    pub reads: BTreeSet<usize>,
    /// The slots that it follows from where every draw keeps its value: what it reads, itself or through what is not drawn.
    pub follows: BTreeSet<SlotId>,
    /// Levels of expressions and names below it.
    pub depth: usize,
}

impl Known {
    /// What stands in for something that was refused.
    #[must_use]
    pub fn nothing() -> Self {
        let (causes, reads, follows) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
        Self { ty: Type::any(), present: Vec::new(), causes, reads, follows, depth: 0 }
    }
}

enum State {
    Waiting,
    Busy,
    Known(Box<Known>),
}

/// The place where lowering is.
#[derive(Clone)]
pub(super) struct Place {
    purpose: Purpose,
    pub(super) path: Vec<Text>,
    pub(super) live: Vec<bool>,
    pub(super) guarded: bool,
    /// What holds wherever this place is reached, as far as that is known.
    pub(super) assumed: Vec<Asked>,
}

impl Place {
    fn new(purpose: Purpose, path: Vec<Text>, scenarios: usize) -> Self {
        Self { purpose, path, live: vec![true; scenarios], guarded: false, assumed: Vec::new() }
    }
}

/// A spec while it is being lowered.
pub struct Lower<'s> {
    /// What was found wrong so far.
    pub diagnostics: Diagnostics,
    /// Everything names can refer to.
    pub world: &'s World<'s>,
    states: Vec<State>,
    pub(super) busy: Vec<Text>,
    pub(super) slots: Vec<Slot>,
    pub(super) scopes: Vec<Scope>,
    pub(super) place: Place,
    pub(super) causes: BTreeSet<Text>,
    /// The slots that what is being lowered reads, itself or through others.
    pub(super) reads: BTreeSet<usize>,
    /// The slots that it follows from where every draw keeps its value.
    pub(super) follows: BTreeSet<SlotId>,
    /// How draws are read.
    pub(super) seen: Seen,
    /// What can be tried, as it is reported.
    pub(super) sites: Reports,
    /// The entry that every draw belongs to, and its path.
    pub(super) keys: Vec<(Text, Vec<Text>)>,
    pub(super) templates: Vec<(String, String)>,
    /// Every template, to tell where a rendered text came from.
    pub(super) texts: Vec<TemplateText>,
    pub(super) functions: BTreeMap<Text, Option<Arc<UserFunction>>>,
    pub(super) wanted: Option<(usize, usize)>,
    /// What was found wrong in entries and functions that are done: it stays, whatever becomes of the attempt that read them.
    pub(super) settled: Vec<Diagnostic>,
    /// The innermost level of which a name was read whose value is drawn there.
    pub(super) own_draw: Option<usize>,
    /// Whether the type of a carried value is still sought.
    pub(super) tentative: bool,
    /// Local names that nothing reads.
    pub(super) unread: Vec<Unread>,
    /// The rows of Rego that `cases` can choose, by table.
    pub(super) rules: Rules,
    used: BTreeSet<Text>,
    pub(super) roots: Vec<(Text, Code)>,
    record: Option<Known>,
    pub(super) depth: Depth,
    /// What names mean, where somebody asked.
    pub(super) notes: Option<Box<Notes>>,
}

/// The rows of Rego that `cases` can choose, by table and key, and whether a record has chosen them.
pub type Rules = BTreeMap<Text, BTreeMap<Text, Arc<AtomicBool>>>;

/// A local name that nothing reads.
pub struct Unread {
    /// The name.
    pub name: Text,
    /// Where it is given.
    pub span: Span,
    /// Whether it is an argument of a function, rather than a name of a `let`.
    pub argument: bool,
}

/// A lowered spec.
pub struct Lowering {
    /// Every slot: the entries in order, the parameters, then the record.
    pub slots: Vec<Slot>,
    /// What is known of each slot: the entries in order, then the record.
    pub known: Vec<Known>,
    /// The address path of every draw, by number.
    pub keys: Vec<Vec<Text>>,
    /// Templates with statements, by name.
    pub templates: Vec<(String, String)>,
    /// Every callable function.
    pub functions: Functions,
    /// Every template, to tell where a rendered text came from.
    pub texts: Vec<TemplateText>,
    /// What is known of the record.
    pub record: Type,
    /// Which names anything reads.
    pub used: BTreeSet<Text>,
    /// What can be tried before any record is made; nothing where there is an error.
    pub sites: Sites,
    /// Local names that nothing reads.
    pub unread: Vec<Unread>,
    /// The rows of Rego that `cases` can choose, by table.
    pub rules: Rules,
    /// What names mean, where somebody asked.
    pub notes: Option<Box<Notes>>,
    /// What was found wrong.
    pub diagnostics: Diagnostics,
}

impl<'s> Lower<'s> {
    /// Starts with nothing lowered.
    #[must_use]
    pub fn new(world: &'s World<'s>) -> Self {
        let slot = |entry: &Entry<'_>| Slot {
            name: entry.name.clone(),
            span: Some(entry.span),
            section: Some(entry.section),
            base: None,
            overlays: Vec::new(),
            drawn: entry.section.drawn(),
            redrawn: false,
        };
        let (name, overlays) = (Text::from("record"), Vec::new());
        let record = Slot { name, span: None, section: None, base: None, overlays, drawn: false, redrawn: false };
        Self {
            diagnostics: Diagnostics::default(),
            world,
            states: world.entries.iter().map(|_| State::Waiting).collect(),
            busy: Vec::new(),
            slots: world.entries.values().map(slot).chain(params::slots(world)).chain([record]).collect(),
            scopes: Vec::new(),
            place: Place::new(Purpose::Check, Vec::new(), world.scenarios.len()),
            causes: BTreeSet::new(),
            reads: BTreeSet::new(),
            follows: BTreeSet::new(),
            seen: Seen::default(),
            sites: Reports::default(),
            keys: Vec::new(),
            templates: Vec::new(),
            texts: Vec::new(),
            functions: BTreeMap::new(),
            wanted: None,
            settled: Vec::new(),
            own_draw: None,
            tentative: false,
            unread: Vec::new(),
            rules: BTreeMap::new(),
            used: BTreeSet::new(),
            roots: Vec::new(),
            record: None,
            depth: Depth::default(),
            notes: None,
        }
    }

    /// The slot that holds the record.
    #[must_use]
    pub fn record_slot(&self) -> usize {
        self.world.entries.len() + self.world.params.len()
    }

    /// Lowers every entry, every function and the record.
    pub fn everything(&mut self) {
        for at in 0..self.world.entries.len() {
            self.entry(at);
        }
        for name in self.world.functions.keys() {
            let span = self.world.functions.get(name).map(|function| function.span);
            if let Some(span) = span {
                self.function(name, span);
            }
        }
        self.record_type();
        self.addresses();
    }

    /// Ends lowering.
    #[must_use]
    pub fn finish(mut self) -> Lowering {
        let notes = self.noted();
        let sites = if self.diagnostics.has_errors() { Sites::default() } else { self.all_sites() };
        let record = self.record.unwrap_or_else(Known::nothing);
        let entries = self.states.into_iter().map(|state| match state {
            State::Known(known) => *known,
            State::Waiting | State::Busy => Known::nothing(),
        });
        let functions = self.functions.into_iter().filter_map(|(name, function)| Some((name, function?))).collect();
        Lowering {
            slots: self.slots,
            record: record.ty.clone(),
            known: entries.chain([record]).collect(),
            keys: self.keys.into_iter().map(|(_, path)| path).collect(),
            templates: self.templates,
            texts: self.texts,
            functions: Functions::new(functions),
            used: self.used,
            sites,
            unread: self.unread,
            rules: self.rules,
            notes,
            diagnostics: self.diagnostics,
        }
    }

    /// Reports a mistake.
    pub fn report(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    /// What lowering is busy with.
    #[must_use]
    pub fn purpose(&self) -> Purpose {
        self.place.purpose
    }

    /// Lowers something that a condition guards.
    pub fn guarded<T>(&mut self, guarded: bool, lower: impl FnOnce(&mut Self) -> T) -> T {
        let before = self.place.guarded;
        self.place.guarded |= guarded;
        let result = lower(self);
        self.place.guarded = before;
        result
    }

    /// Lowers something that only the named scenario reaches.
    pub fn only_in<T>(&mut self, scenario: &str, lower: impl FnOnce(&mut Self) -> T) -> T {
        let here = self.world.scenarios.iter().map(|name| name == scenario).collect();
        let before = std::mem::replace(&mut self.place.live, here);
        let result = lower(self);
        self.place.live = before;
        result
    }

    /// Keeps a template with statements for the engine; gives its name.
    pub(super) fn template(&mut self, source: &str) -> String {
        let name = format!("t{}", self.templates.len());
        self.templates.push((name.clone(), source.to_owned()));
        name
    }

    /// Every name in sight, for suggestions.
    pub(super) fn names_in_sight(&self) -> Vec<&str> {
        let locals = self.scopes.iter().flat_map(|scope| scope.names.iter().map(|local| local.name.as_str()));
        let entries = self.world.entries.keys().map(Text::as_str);
        let facts = self.world.facts.keys().map(Text::as_str);
        let stems = self.world.stems.keys().map(Text::as_str);
        let datasets = self.world.datasets.keys().map(Text::as_str);
        let reserved = ["scenario", "index", "context", "say", "record", "params", "aim"];
        locals.chain(entries).chain(facts).chain(stems).chain(datasets).chain(reserved).collect()
    }

    /// Notes that something reads a name.
    pub fn mark_used(&mut self, name: &str) {
        self.used.insert(Text::from(name));
    }

    /// Notes that a row of Rego can be chosen; gives what is to be set when a record does.
    pub fn choose_rule(&mut self, table: &Text, key: &Text) -> Arc<AtomicBool> {
        let rules = self.rules.entry(table.clone()).or_default();
        Arc::clone(rules.entry(key.clone()).or_default())
    }

    /// Notes a cause that what is being lowered reads.
    pub(super) fn cause(&mut self, name: &str) {
        self.causes.insert(Text::from(name));
    }

    /// Lowers something on its own and gives the causes that it reads.
    pub fn causes_of<T>(&mut self, lower: impl FnOnce(&mut Self) -> T) -> (T, BTreeSet<Text>) {
        let before = std::mem::take(&mut self.causes);
        let result = lower(self);
        let causes = std::mem::replace(&mut self.causes, before);
        self.causes.extend(causes.iter().cloned());
        (result, causes)
    }

    /// What is known of an entry, lowered now if it was not yet.
    pub fn entry(&mut self, at: usize) -> Option<Known> {
        match self.states.get(at)? {
            State::Known(known) => return Some((**known).clone()),
            State::Busy => return None,
            State::Waiting => {}
        }
        let world = self.world;
        let (_, entry) = world.entries.get_index(at)?;
        self.set_state(at, State::Busy);
        self.busy.push(entry.name.clone());
        let purpose = Purpose::Entry(entry.section);
        let (mut known, depth) = self.apart(purpose, &[&entry.name], |cx| cx.lower_entry(at, entry));
        known.depth = depth;
        self.busy.pop();
        self.set_state(at, State::Known(Box::new(known.clone())));
        Some(known)
    }

    fn set_state(&mut self, at: usize, state: State) {
        if let Some(slot) = self.states.get_mut(at) {
            *slot = state;
        }
    }

    /// The path of names that closes at `name`, for the message about a cycle.
    pub(super) fn cycle(&self, name: &str) -> String {
        let from = self.busy.iter().position(|one| one == name).unwrap_or(0);
        let around = self.busy.iter().skip(from).map(Text::as_str).chain([name]);
        around.collect::<Vec<_>>().join(" -> ")
    }

    /// Lowers something in a place of its own; gives the levels below it, too.
    pub(super) fn apart<T>(&mut self, purpose: Purpose, path: &[&str], lower: impl FnOnce(&mut Self) -> T) -> (T, usize) {
        let parts = std::iter::once(self.world.address.clone()).chain(path.iter().map(|part| Text::from(*part)));
        let place = Place::new(purpose, parts.collect(), self.world.scenarios.len());
        let place = std::mem::replace(&mut self.place, place);
        let scopes = std::mem::take(&mut self.scopes);
        let causes = std::mem::take(&mut self.causes);
        let reads = std::mem::take(&mut self.reads);
        let follows = std::mem::take(&mut self.follows);
        let seen = std::mem::take(&mut self.seen.here);
        let sites = std::mem::take(&mut self.sites.open);
        let roots = std::mem::take(&mut self.roots);
        let wanted = self.wanted.take();
        let own_draw = self.own_draw.take();
        let tentative = std::mem::take(&mut self.tentative);
        let diagnostics = std::mem::take(&mut self.diagnostics);
        let (entry, below) = (self.depth.entry, self.depth.below);
        (self.depth.entry, self.depth.below) = (self.depth.here, 0);
        let result = lower(self);
        let depth = LINK + self.depth.below;
        (self.depth.entry, self.depth.below) = (entry, below);
        self.place = place;
        self.scopes = scopes;
        self.causes = causes;
        self.reads = reads;
        self.follows = follows;
        self.seen.here = seen;
        self.sites.close(sites);
        self.roots = roots;
        self.wanted = wanted;
        self.own_draw = own_draw;
        self.tentative = tentative;
        let found = std::mem::replace(&mut self.diagnostics, diagnostics);
        self.settled.extend(found.iter().cloned());
        self.diagnostics.append(found);
        (result, depth)
    }

    fn lower_entry(&mut self, at: usize, entry: &Entry<'_>) -> Known {
        let mut present = vec![false; self.world.scenarios.len()];
        let mut ty = Type::never();
        if let Some(form) = entry.base {
            for (scenario, live) in self.place.live.iter_mut().enumerate() {
                *live = !entry.overlays.iter().any(|(one, _)| *one == scenario);
            }
            let lowered = form.lower(self);
            for (here, live) in present.iter_mut().zip(&self.place.live) {
                *here = *live && !lowered.optional;
            }
            ty = ty.join(&lowered.ty);
            self.note_drawn(at, None, &lowered);
            if let Some(slot) = self.slots.get_mut(at) {
                slot.base = Some(lowered.op);
            }
        }
        for (scenario, form) in &entry.overlays {
            let name = self.world.scenarios.get(*scenario).cloned().unwrap_or_default();
            let lowered = self.only_in(&name, |cx| form.lower(cx));
            if let Some(here) = present.get_mut(*scenario) {
                *here = !lowered.optional;
            }
            ty = ty.join(&lowered.ty);
            self.note_drawn(at, Some(*scenario), &lowered);
            if let Some(slot) = self.slots.get_mut(at) {
                slot.overlays.push((*scenario, lowered.op));
            }
        }
        if entry.section == Section::Say && !ty.is_any() && !ty.is_never() && !ty.is_text() {
            let message = format!("wording must be text, found {}", ty.describe());
            self.report(Diagnostic::error(codes::TYPE_MISMATCH, entry.span, message).hint("quote it, or write `text: …`"));
        }
        let mut causes = std::mem::take(&mut self.causes);
        if entry.section != Section::Derive {
            causes = BTreeSet::from([entry.name.clone()]);
        }
        let readings = std::mem::take(&mut self.seen.here);
        self.seen.of.insert(at, readings);
        let (reads, follows) = (std::mem::take(&mut self.reads), std::mem::take(&mut self.follows));
        Known { ty, present, causes, reads, follows, depth: 0 }
    }

    /// Whether a name with this presence may be read here.
    pub(super) fn may_read(&self, present: &[bool]) -> bool {
        self.place.guarded || self.place.live.iter().zip(present).all(|(live, there)| !live || *there)
    }

    /// What is known of the record, lowered now if it was not yet.
    pub fn record_type(&mut self) -> Type {
        if let Some(known) = &self.record {
            return known.ty.clone();
        }
        let Some(form) = self.world.record else { return Type::any() };
        self.record = Some(Known::nothing());
        let ((lowered, known), depth) = self.apart(Purpose::Record, &["record"], |cx| {
            let lowered = form.lower(cx);
            let (causes, reads) = (std::mem::take(&mut cx.causes), std::mem::take(&mut cx.reads));
            let present = vec![!lowered.optional; cx.world.scenarios.len()];
            let known =
                Known { ty: lowered.ty.clone(), present, causes, reads, follows: std::mem::take(&mut cx.follows), depth: 0 };
            (lowered, known)
        });
        let at = self.record_slot();
        if let Some(slot) = self.slots.get_mut(at) {
            slot.base = Some(lowered.op);
        }
        self.record = Some(Known { depth, ..known });
        lowered.ty
    }
}
