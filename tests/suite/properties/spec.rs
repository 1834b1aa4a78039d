//! A small spec as a value: what it says, what reads what, and how it is written as YAML.

use std::collections::BTreeSet;
use std::fmt::Write as _;

/// The dataset's own file under `scenarios/`.
pub(super) const FILE: &str = "small.yaml";
/// The module that entries can be moved to.
const MODULE: &str = "part.yaml";
/// The words that forms choose from, as facts, and a table with a row for each colour.
const FACTS: &str = "facts:
  colours: [red, green, blue, black]
  sizes: [small, medium, large]
  towns: [{name: a, people: 5}, {name: b, people: 0.5}]
  shades:
    columns: {how: draw, line: template}
    rows:
      black: {how: {int: 0..99}, line: \"{{ sizes | length }} of black\"}
      green: {how: 7, line: green}
      blue: {how: {int: 0..9999}, line: blue}
      red: {how: {near: [20], within: 3}, line: \"red of {{ colours | first }}\"}
";

/// What an entry gives, as far as other entries want to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Gives {
    /// Integers from 0 to at least 60.
    Int,
    Bool,
    /// Words among `colours`.
    Word,
    /// Lists of words among `colours`.
    Words,
    Other,
}

/// A form as flow YAML and the names that it reads.
#[derive(Debug, Clone)]
pub(super) struct Body {
    pub(super) yaml: String,
    pub(super) reads: Vec<String>,
}

/// One named entry of a section.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) section: &'static str,
    pub(super) name: String,
    pub(super) gives: Gives,
    pub(super) body: Body,
    /// Whether it may be absent, so that nothing but the record reads it.
    pub(super) optional: bool,
    pub(super) in_module: bool,
}

/// A scenario: what it adds and what it replaces.
#[derive(Debug, Clone)]
pub(super) struct Scenario {
    pub(super) name: String,
    pub(super) weight: u8,
    pub(super) entries: Vec<Entry>,
}

/// A spec.
#[derive(Debug, Clone)]
pub(super) struct Spec {
    pub(super) dataset: String,
    pub(super) stream: Option<String>,
    pub(super) entries: Vec<Entry>,
    pub(super) scenarios: Vec<Scenario>,
    /// Sections, and fields of the record, in the other order.
    pub(super) reversed: bool,
}

impl Entry {
    /// The name of its slot: wording has a name of its own.
    pub(super) fn slot(&self) -> String {
        if self.section == "say" { format!("say.{}", self.name) } else { self.name.clone() }
    }
}

impl Spec {
    /// Entries of the base and of scenarios.
    pub(super) fn all(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter().chain(self.scenarios.iter().flat_map(|scenario| &scenario.entries))
    }

    /// Entries of the base and of scenarios.
    pub(super) fn all_mut(&mut self) -> impl Iterator<Item = &mut Entry> {
        self.entries.iter_mut().chain(self.scenarios.iter_mut().flat_map(|scenario| &mut scenario.entries))
    }

    /// The slots of a name and of everything that reads it, directly or through others.
    pub(super) fn closure(&self, name: &str) -> BTreeSet<String> {
        let mut names = BTreeSet::from([name.to_owned()]);
        loop {
            let before = names.len();
            let readers: Vec<String> = self
                .all()
                .filter(|entry| entry.body.reads.iter().any(|read| names.contains(read)))
                .map(|entry| entry.name.clone())
                .collect();
            names.extend(readers);
            if names.len() == before {
                return self.all().filter(|entry| names.contains(&entry.name)).map(Entry::slot).collect();
            }
        }
    }

    /// Removes entries from the base and from every scenario.
    pub(super) fn remove(&mut self, slots: &BTreeSet<String>) {
        self.entries.retain(|entry| !slots.contains(&entry.slot()));
        for scenario in &mut self.scenarios {
            scenario.entries.retain(|entry| !slots.contains(&entry.slot()));
        }
    }

    /// The files of the workspace. The facts stand in the module, because what a module offers may be left unread.
    pub(super) fn files(&self) -> Vec<(String, String)> {
        let stream = self.stream.as_ref().map_or_else(String::new, |stream| format!("stream: {stream}\n"));
        let header = format!("dictum: 1\ndataset: {}\nsize: 10\n{stream}use: [{MODULE}]\n", self.dataset);
        let mut parts = [self.sections(false), self.scenarios(), self.record()];
        if self.reversed {
            parts.reverse();
        }
        let own = format!("{header}{}", parts.concat());
        let module = format!("dictum: 1\n{FACTS}{}", self.sections(true));
        vec![(format!("scenarios/{FILE}"), own), (format!("scenarios/{MODULE}"), module)]
    }

    fn sections(&self, in_module: bool) -> String {
        let entries: Vec<&Entry> = self.entries.iter().filter(|entry| entry.in_module == in_module).collect();
        sections(&entries, "", self.reversed)
    }

    fn scenarios(&self) -> String {
        if self.scenarios.is_empty() {
            return String::new();
        }
        let mut out = "scenarios:\n".to_owned();
        for scenario in &self.scenarios {
            writeln!(out, "  {}:\n    weight: {}", scenario.name, scenario.weight).unwrap();
            out += &sections(&scenario.entries.iter().collect::<Vec<_>>(), "    ", self.reversed);
        }
        out
    }

    /// A record that reads every name, so that none is unused.
    fn record(&self) -> String {
        let mut fields = vec!["  input: {context: \"{{ context }}\"}\n".to_owned()];
        let mut seen = BTreeSet::new();
        for entry in self.all().filter(|entry| entry.section != "context") {
            let slot = entry.slot();
            if !seen.insert(slot.clone()) {
                continue;
            }
            let always = self.entries.iter().any(|one| one.slot() == slot && !one.optional);
            let key = slot.replace('.', "_");
            fields.push(if always {
                format!("  of_{key}: \"{{{{ {slot} }}}}\"\n")
            } else {
                format!("  of_{key}: {{$when: \"{slot} is defined\", $give: \"{{{{ {slot} }}}}\"}}\n")
            });
        }
        if self.reversed {
            fields.reverse();
        }
        format!("record:\n{}", fields.concat())
    }
}

fn sections(entries: &[&Entry], indent: &str, reversed: bool) -> String {
    let mut names = ["context", "draw", "derive", "say"];
    if reversed {
        names.reverse();
    }
    let mut out = String::new();
    for section in names {
        let mut here = entries.iter().filter(|entry| entry.section == section).peekable();
        if here.peek().is_some() {
            writeln!(out, "{indent}{section}:").unwrap();
        }
        for entry in here {
            writeln!(out, "{indent}  {}: {}", entry.name, entry.body.yaml).unwrap();
        }
    }
    out
}

/// A text in which a whole word is another.
pub(super) fn replace_word(text: &str, from: &str, to: &str) -> String {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(from) {
        let (head, tail) = (&rest[..at], &rest[at + from.len()..]);
        let alone = !head.ends_with(is_word) && !tail.starts_with(is_word);
        out += head;
        out += if alone { to } else { from };
        rest = tail;
    }
    out + rest
}
