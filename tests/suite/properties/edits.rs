//! Edits of a spec, each with what it may move.
//!
//! What an edit may move is its closure: the names that it is about and those that read them. Everything else must keep its
//! value in every record.

use std::collections::BTreeSet;

use super::forms::{Choice, drawn, other};
use super::spec::{Body, Entry, Gives, Spec, replace_word};

/// A spec after an edit.
#[derive(Debug)]
pub(super) struct Edited {
    pub(super) what: &'static str,
    pub(super) spec: Spec,
    /// Slots that may have another value, or be on one side only.
    pub(super) may_move: BTreeSet<String>,
    /// Old and new name of a slot.
    pub(super) renamed: Option<(String, String)>,
    /// Only records in which this holds may differ at all.
    pub(super) only_where: Option<Condition>,
}

/// Which records an edit is about.
#[derive(Debug)]
pub(super) enum Condition {
    /// Those in which a name is true.
    True(String),
    /// Those of one scenario.
    Scenario(String),
}

impl Edited {
    fn new(what: &'static str, spec: Spec) -> Self {
        Self { what, spec, may_move: BTreeSet::new(), renamed: None, only_where: None }
    }
}

/// Every edit that the spec allows, filled in by the numbers.
pub(super) fn edits(spec: &Spec, choice: Choice) -> Vec<Edited> {
    let at = usize::from(choice.1);
    let all = [
        Some(inserted(spec, choice)),
        Some(reordered(spec, at)),
        Some(to_module(spec, choice)),
        Some(dataset_renamed(spec)),
        removed(spec, at),
        Some(renamed(spec, at)),
        row_inserted(spec, at),
        wrapped(spec, at),
        replaced(spec, at),
        field_added(spec, choice),
        field_removed(spec, at),
        overlaid(spec, at),
        scenario_renamed(spec, at),
    ];
    all.into_iter().flatten().collect()
}

/// The drawn base entries.
fn draws(spec: &Spec) -> Vec<&Entry> {
    spec.entries.iter().filter(|entry| ["context", "draw"].contains(&entry.section)).collect()
}

fn entry_mut<'s>(spec: &'s mut Spec, name: &str) -> &'s mut Entry {
    spec.entries.iter_mut().find(|entry| entry.name == name).unwrap()
}

/// A draw more, somewhere.
fn inserted(spec: &Spec, choice: Choice) -> Edited {
    let section = if choice.2.is_multiple_of(2) { "context" } else { "draw" };
    let mut edited = Edited::new("a draw inserted", spec.clone());
    let at = usize::from(choice.1) % (spec.entries.len() + 1);
    edited.spec.entries.insert(at, drawn(section, "fresh".to_owned(), choice, &spec.entries));
    edited.may_move.insert("fresh".to_owned());
    edited
}

/// Entries, sections, scenarios' fields and the record's fields in another order.
fn reordered(spec: &Spec, by: usize) -> Edited {
    let mut edited = Edited::new("everything reordered", spec.clone());
    let length = spec.entries.len();
    edited.spec.entries.rotate_left(by % length);
    edited.spec.scenarios.iter_mut().for_each(|scenario| scenario.entries.reverse());
    edited.spec.reversed = true;
    edited
}

/// Some entries in a module instead.
fn to_module(spec: &Spec, choice: Choice) -> Edited {
    let mut edited = Edited::new("entries moved to a module", spec.clone());
    let bits = u16::from_le_bytes([choice.1, choice.2]);
    for (at, entry) in edited.spec.entries.iter_mut().enumerate() {
        entry.in_module = bits >> (at % 16) & 1 == 1;
    }
    edited
}

/// Another name for the dataset, and the old one as its stream.
fn dataset_renamed(spec: &Spec) -> Edited {
    let mut edited = Edited::new("the dataset renamed", spec.clone());
    edited.spec.stream = Some(std::mem::replace(&mut edited.spec.dataset, "another".to_owned()));
    // Ids carry the name of the dataset.
    edited.may_move.insert("record".to_owned());
    edited
}

/// An entry and its readers removed.
fn removed(spec: &Spec, at: usize) -> Option<Edited> {
    // The first entry is read by the wording, and a record's context holds something.
    let entries: Vec<&Entry> = spec.entries.iter().filter(|entry| entry.name != "n0" && entry.section != "say").collect();
    let name = &entries.get(at % entries.len().max(1))?.name;
    let mut edited = Edited::new("an entry removed", spec.clone());
    edited.may_move = spec.closure(name);
    edited.spec.remove(&edited.may_move);
    Some(edited)
}

/// A draw renamed, with a stream that keeps its values.
fn renamed(spec: &Spec, at: usize) -> Edited {
    let draws = draws(spec);
    let name = draws[at % draws.len()].name.clone();
    let mut edited = Edited::new("a draw renamed with `stream`", spec.clone());
    for entry in edited.spec.all_mut() {
        entry.body.yaml = replace_word(&entry.body.yaml, &name, "renamed");
        entry.body.reads.iter_mut().filter(|read| **read == name).for_each(|read| "renamed".clone_into(read));
        if entry.name == name {
            "renamed".clone_into(&mut entry.name);
            let form = match entry.body.yaml.strip_prefix('{') {
                Some(rest) => rest.to_owned(),
                None => format!("pick: {}}}", entry.body.yaml),
            };
            entry.body.yaml = format!("{{stream: {name}, {form}");
        }
    }
    edited.renamed = Some((name, "renamed".to_owned()));
    edited
}

/// A row more in front of a `first`.
fn row_inserted(spec: &Spec, at: usize) -> Option<Edited> {
    let chosen: Vec<&Entry> = spec.entries.iter().filter(|entry| entry.body.yaml.starts_with("{first: [")).collect();
    let entry = *chosen.get(at % chosen.len().max(1))?;
    let truth = spec.entries.iter().find(|one| one.gives == Gives::Bool && !one.optional)?;
    let head = if entry.section == "derive" {
        "give: other"
    } else if entry.gives == Gives::Int {
        "int: 0..500"
    } else {
        "pick: [green, black]"
    };
    let mut edited = Edited::new("a row inserted into a `first`", spec.clone());
    edited.may_move = spec.closure(&entry.name);
    edited.only_where = Some(Condition::True(truth.name.clone()));
    let changed = entry_mut(&mut edited.spec, &entry.name);
    changed.body.yaml =
        changed.body.yaml.replacen("{first: [", &format!("{{first: [{{when: {} and index % 2 == 0, {head}}}, ", truth.name), 1);
    changed.body.reads.push(truth.name.clone());
    Some(edited)
}

/// A draw that nothing reads made once for each element of a list.
fn wrapped(spec: &Spec, at: usize) -> Option<Edited> {
    let alone: Vec<&Entry> = draws(spec)
        .into_iter()
        .filter(|entry| spec.closure(&entry.name).len() == 1 && entry.body.yaml.starts_with('{') && !entry.optional)
        .filter(|entry| spec.scenarios.iter().flat_map(|scenario| &scenario.entries).all(|one| one.name != entry.name))
        .collect();
    let name = alone.get(at % alone.len().max(1))?.name.clone();
    let mut edited = Edited::new("a draw wrapped in `each`", spec.clone());
    let entry = entry_mut(&mut edited.spec, &name);
    entry.body.yaml = format!("{{each: sizes, as: around, give: {}}}", entry.body.yaml);
    edited.may_move.insert(name);
    Some(edited)
}

/// Another distribution for a draw.
fn replaced(spec: &Spec, at: usize) -> Option<Edited> {
    let fitting: Vec<(&Entry, String)> =
        draws(spec).into_iter().filter(|entry| !entry.optional).filter_map(|entry| Some((entry, other(entry)?))).collect();
    let (entry, yaml) = fitting.get(at % fitting.len().max(1))?.clone();
    let mut edited = Edited::new("a draw from another distribution", spec.clone());
    edited.may_move = spec.closure(&entry.name);
    entry_mut(&mut edited.spec, &entry.name).body = Body { yaml, reads: Vec::new() };
    Some(edited)
}

/// A field more in a scenario.
fn field_added(spec: &Spec, choice: Choice) -> Option<Edited> {
    let mut edited = Edited::new("a field added to a scenario", spec.clone());
    let count = spec.scenarios.len();
    let scenario = edited.spec.scenarios.get_mut(usize::from(choice.1) % count.max(1))?;
    scenario.entries.insert(0, Entry { optional: true, ..drawn("context", "fresh".to_owned(), choice, &spec.entries) });
    edited.only_where = Some(Condition::Scenario(scenario.name.clone()));
    edited.may_move.insert("fresh".to_owned());
    Some(edited)
}

/// A scenario without one of its fields: an addition of its own, or a replacement of a base entry.
fn field_removed(spec: &Spec, at: usize) -> Option<Edited> {
    let filled: Vec<usize> = (0..spec.scenarios.len()).filter(|at| !spec.scenarios[*at].entries.is_empty()).collect();
    let scenario = *filled.get(at % filled.len().max(1))?;
    let mut edited = Edited::new("a scenario's field removed", spec.clone());
    let name = edited.spec.scenarios[scenario].entries.remove(0).name;
    edited.may_move = spec.closure(&name);
    edited.only_where = Some(Condition::Scenario(spec.scenarios[scenario].name.clone()));
    Some(edited)
}

/// A base entry replaced in one scenario.
fn overlaid(spec: &Spec, at: usize) -> Option<Edited> {
    // In the first scenario every base entry stays.
    let scenario = spec.scenarios.len().checked_sub(1).filter(|last| *last > 0)?;
    let here = &spec.scenarios[scenario];
    let free = draws(spec).into_iter().filter(|entry| !entry.optional && here.entries.iter().all(|one| one.name != entry.name));
    let fitting: Vec<(&Entry, String)> = free.filter_map(|entry| Some((entry, other(entry)?))).collect();
    let (entry, yaml) = fitting.get(at % fitting.len().max(1))?.clone();
    let mut edited = Edited::new("a base entry replaced in a scenario", spec.clone());
    let body = Body { yaml, reads: Vec::new() };
    edited.spec.scenarios[scenario].entries.push(Entry { body, in_module: false, ..entry.clone() });
    edited.may_move = spec.closure(&entry.name);
    edited.only_where = Some(Condition::Scenario(here.name.clone()));
    Some(edited)
}

/// Another name for a scenario: which scenario an index has goes by their order and weights.
fn scenario_renamed(spec: &Spec, at: usize) -> Option<Edited> {
    let mut edited = Edited::new("a scenario renamed", spec.clone());
    let count = spec.scenarios.len();
    let scenario = edited.spec.scenarios.get_mut(at % count.max(1))?;
    "another".clone_into(&mut scenario.name);
    edited.may_move.insert("scenario".to_owned());
    Some(edited)
}
