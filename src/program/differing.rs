//! Worlds in which some names differ: which names may, and what is derived anew there.
//!
//! What must hold: a draw keeps its value unless it is named itself, so what follows from a name never leads through a draw.

use std::collections::BTreeSet;

use super::depth::LINK;
use super::lower::{Known, Lower};
use super::names::{Section, SlotId};
use crate::data::{Text, Type};
use crate::diag::{Diagnostic, codes};
use crate::source::Span;

impl Lower<'_> {
    /// Notes that what is being lowered reads a slot of its own dataset.
    pub(super) fn read(&mut self, slot: usize, section: Section, known: &Known) {
        self.reads.insert(slot);
        self.reads.extend(&known.reads);
        self.follows.insert(SlotId { dataset: None, slot });
        if !section.drawn() {
            self.follows.extend(&known.follows);
        }
    }

    /// Lowers something on its own and gives the slots that it follows from where every draw keeps its value.
    pub fn following<T>(&mut self, lower: impl FnOnce(&mut Self) -> T) -> (T, BTreeSet<SlotId>) {
        let before = std::mem::take(&mut self.follows);
        let result = lower(self);
        let follows = std::mem::replace(&mut self.follows, before);
        self.follows.extend(follows.iter().copied());
        (result, follows)
    }

    /// The slot of a name that may differ in another world, with what the name can be; any other name is reported.
    pub fn differing(&mut self, name: &str, span: Span) -> Option<(SlotId, Type)> {
        let world = self.world;
        if self.scopes.iter().any(|scope| scope.names.iter().any(|local| local.name == name)) {
            let message = format!("`{name}` is a local name, which has one value");
            self.report(Diagnostic::error(codes::WRONG_POSITION, span, message).hint("only names of the spec can differ"));
            return None;
        }
        if self.behind_barrier() {
            let message = format!("a function does not see `{name}`");
            let hint = "a function sees its arguments and facts only: let an entry under `derive` have the `with`";
            self.report(Diagnostic::error(codes::UNDEFINED_NAME, span, message).hint(hint));
            return None;
        }
        if let Some(slot) = world.entries.get_index_of(name) {
            self.mark_used(name);
            let Some(known) = self.deeper(LINK, span, |cx| cx.entry(slot))? else {
                let path = self.cycle(name);
                self.report(Diagnostic::error(codes::DEPENDENCY_CYCLE, span, format!("these names need each other: {path}")));
                return None;
            };
            self.note_differing(slot);
            return Some((SlotId { dataset: None, slot }, known.ty));
        }
        let inner = name.split_once('.').and_then(|(stem, inner)| Some((world.datasets.get_full(stem)?, inner)));
        if let Some(((number, stem, dataset), inner)) = inner {
            self.mark_used(stem);
            if let Some((slot, _, (_, known))) = dataset.entries.get_full(inner) {
                return Some((SlotId { dataset: Some(number), slot }, known.ty.clone()));
            }
            if dataset.refused {
                return None;
            }
        }
        self.never_differs(name, span);
        None
    }

    /// Says why a name cannot differ.
    fn never_differs(&mut self, name: &str, span: Span) {
        let world = self.world;
        let (stem, inner) = name.split_once('.').unwrap_or(("", name));
        let dataset = world.datasets.get(stem);
        let facts =
            dataset.map_or(world.facts.contains_key(name) || world.stems.contains_key(stem), |one| one.facts.contains_key(inner));
        let reserved = ["scenario", "index", "context", "say", "record", "params", "aim"];
        let file = world.stems.contains_key(name) || world.datasets.contains_key(name);
        let (what, hint) = if facts {
            ("a fact, and a constant", "a name that differs stands under `context`, `draw`, `derive` or `say`")
        } else if world.functions.contains_key(name) {
            ("a function", "let what differs be one of its arguments")
        } else if file {
            ("the name of a used file", "name what differs in it")
        } else if reserved.contains(&inner) {
            ("a reserved name", "name the entries that differ")
        } else {
            if !world.incomplete {
                let own = world.entries.keys().map(ToString::to_string);
                let theirs =
                    world.datasets.iter().flat_map(|(stem, one)| one.entries.keys().map(move |key| format!("{stem}.{key}")));
                let known: Vec<String> = own.chain(theirs).collect();
                let diagnostic = Diagnostic::error(codes::UNDEFINED_NAME, span, format!("`{name}` is not defined"));
                self.report(diagnostic.suggest(name, known.iter().map(String::as_str)));
            }
            return;
        };
        let message = format!("`{name}` is {what}: it is the same in every world");
        self.report(Diagnostic::error(codes::WRONG_POSITION, span, message).hint(hint));
    }

    /// Of what is read, what is derived anew in a world where these names differ.
    pub fn derived_anew(&mut self, read: &BTreeSet<SlotId>, named: &BTreeSet<SlotId>) -> Vec<SlotId> {
        let follows = |cx: &mut Self, id: &SlotId| match id.dataset {
            None => {
                let derived = cx.world.entries.get_index(id.slot).is_some_and(|(_, entry)| !entry.section.drawn());
                derived && cx.entry(id.slot).is_some_and(|known| !known.follows.is_disjoint(named))
            }
            Some(number) => {
                let Some((_, dataset)) = cx.world.datasets.get_index(number) else { return false };
                let known = match dataset.entries.get_index(id.slot) {
                    Some((_, (section, _))) if section.drawn() => return false,
                    Some((_, (_, known))) => known,
                    None => &dataset.record,
                };
                lifted(number, known).any(|one| named.contains(&one))
            }
        };
        read.iter().filter(|id| !named.contains(id) && follows(self, id)).copied().collect()
    }
}

/// The slots of a used dataset that something there follows from, as its user counts them.
pub(super) fn lifted(number: usize, known: &Known) -> impl Iterator<Item = SlotId> + '_ {
    let own = known.follows.iter().filter(|id| id.dataset.is_none());
    own.map(move |id| SlotId { dataset: Some(number), slot: id.slot })
}

/// The cause of a used dataset, as its user names it.
pub(super) fn cause_of(stem: &str, cause: &str) -> Text {
    // The record of the same index is read.
    if cause == "index" { Text::from(cause) } else { Text::from(format!("{stem}.{cause}")) }
}
