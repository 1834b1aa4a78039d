//! One file after the other into one draft of a spec: `use`, merging, collisions.

use std::collections::BTreeMap;
use std::sync::Arc;

use indexmap::IndexMap;

use super::files::{Document, Reader};
use super::{aims, checks, expectations, facts, functions, header, params, profiles, sections, uses, views};
use crate::data::{Map, Text, Type, Value};
use crate::diag::{Diagnostic, codes};
use crate::engine::yaml::{Node, NodeKind};
use crate::program::{Stem, Table};
use crate::random::{Weight, Weights};
use crate::source::{SourceId, Span};
use crate::spec::{
    ATTEMPTS, Check, Constitution, Entry, Example, Expectation, Fact, Function, Param, Profile, Requirement, Scenario, Spec,
    Used, View,
};

/// The names that no entry may take.
pub(super) const RESERVED: &[&str] = &["context", "say", "scenario", "record", "params", "index", "aim"];

/// A spec while its files are being read.
#[derive(Default)]
pub(super) struct Draft {
    pub(super) constitution: Option<Constitution>,
    pub(super) facts: IndexMap<Text, Fact>,
    pub(super) tables: IndexMap<Text, Arc<Table>>,
    pub(super) params: IndexMap<Text, Param>,
    pub(super) profiles: IndexMap<Text, Profile>,
    pub(super) entries: IndexMap<Text, Entry>,
    pub(super) scenarios: Vec<Scenario>,
    pub(super) weights: Vec<Option<(Span, Weight)>>,
    pub(super) functions: IndexMap<Text, Function>,
    pub(super) stems: IndexMap<Text, Stem>,
    pub(super) used: Vec<Used>,
    pub(super) aims: IndexMap<Text, aims::Aimed>,
    pub(super) requirements: Vec<Requirement>,
    pub(super) checks: Vec<Check>,
    pub(super) examples: Vec<Example>,
    pub(super) expectations: Vec<Expectation>,
    pub(super) views: IndexMap<Text, View>,
    /// Where every name was first given.
    names: BTreeMap<Text, Span>,
    /// The file that each name of a used file stands for.
    bound: BTreeMap<Text, SourceId>,
    /// The files being read, each used by the one before it.
    pub(super) reading: Vec<String>,
    modules: BTreeMap<SourceId, Module>,
}

/// A file that was read.
struct Module {
    /// What its stem stands for.
    stem: Stem,
    /// Whether its names are offered bare.
    bare: bool,
}

impl Draft {
    /// An empty draft of a spec that is read for this one.
    pub(super) fn inside(&self) -> Self {
        Self { reading: self.reading.clone(), ..Self::default() }
    }

    /// Takes a bare name for something; `false` (and a diagnostic) where it is taken or reserved.
    pub(super) fn claim(&mut self, name: &str, span: Span, reader: &mut Reader<'_>) -> bool {
        if RESERVED.contains(&name) {
            let message = format!("`{name}` is a reserved name");
            reader.report(Diagnostic::error(codes::BAD_NAME, span, message).hint("choose another name"));
            return false;
        }
        if self.bound.contains_key(name) {
            let message = format!("`{name}` is the name of a used file");
            reader
                .report(Diagnostic::error(codes::NAME_COLLISION, span, message).hint("choose another name, or rename the file"));
            return false;
        }
        match self.names.get(name) {
            Some(first) => {
                let message = format!("the name `{name}` is given twice");
                reader.report(
                    Diagnostic::error(codes::NAME_COLLISION, span, message)
                        .label(*first, "first here")
                        .hint("facts, context, draws, derivations and functions share one set of names"),
                );
                false
            }
            None => {
                self.names.insert(Text::from(name), span);
                true
            }
        }
    }

    /// Takes the name of a used file; `false` (and a diagnostic) where something else has it.
    pub(super) fn bind(&mut self, name: &Text, source: SourceId, asked: Span, reader: &mut Reader<'_>) -> bool {
        let taken = self.names.get(name).copied();
        let other = self.bound.insert(name.clone(), source).filter(|one| *one != source);
        if taken.is_none() && other.is_none() {
            return true;
        }
        let message = format!("the name `{name}` of this file is given twice");
        let diagnostic = Diagnostic::error(codes::NAME_COLLISION, asked, message);
        let diagnostic = taken.into_iter().fold(diagnostic, |one, first| one.label(first, "first here"));
        reader.report(diagnostic.hint("read it under another name: `use: {other_name: file.yaml}`"));
        false
    }

    /// The number of a scenario, new or known.
    pub(super) fn scenario(&mut self, name: &str, span: Span) -> usize {
        if let Some(at) = self.scenarios.iter().position(|one| one.name == name) {
            return at;
        }
        self.scenarios.push(Scenario { name: Text::from(name), span });
        self.weights.push(None);
        self.scenarios.len() - 1
    }

    /// Ends reading. What could not be read is reported and left out: the spec is whole only where nothing was reported.
    pub(super) fn finish(mut self, document: &Document, reader: &mut Reader<'_>) -> Spec {
        let root = &document.root;
        let weights = self.scenario_weights(reader);
        let aims = aims::finish(&mut self, reader);
        let attempts = root.get("attempts").and_then(|node| aims::attempts(node, reader));
        let schema = root.get("schema").and_then(|node| {
            let path = header::line(node, reader)?;
            reader.text("schemas", &path, Some(node.span))
        });
        let record = root.get("record").and_then(|node| {
            let inner = sections::parse(reader, |cx| cx.data(node, crate::form::Position::Pure))?;
            let dataset = root.get("dataset").and_then(Node::as_text).unwrap_or_default();
            Some((node.span, crate::form::record(dataset, inner)))
        });
        let name = root.get("dataset").and_then(|node| header::name(node, reader));
        let size = root.get("size").and_then(|node| header::count(node, reader));
        let title = root.get("title").and_then(|node| header::line(node, reader));
        let stream = root.get("stream").and_then(|node| header::name(node, reader));
        missing_keys(root, reader);
        profiles::check(&mut self.profiles, &self.params, reader);
        let mut closure = reader.closure.clone();
        closure.sort_by_key(|id| reader.sources.get(*id).map(|source| source.path().to_owned()));
        Spec {
            name: name.unwrap_or_default(),
            name_span: root.get("dataset").map_or(root.span, |node| node.span),
            title,
            size: size.unwrap_or(0),
            stream,
            schema,
            constitution: self.constitution,
            facts: self.facts,
            tables: self.tables,
            params: self.params,
            profiles: self.profiles,
            entries: self.entries,
            scenarios: self.scenarios,
            weights,
            functions: self.functions,
            stems: self.stems,
            used: self.used,
            record,
            aims,
            requirements: self.requirements,
            attempts: attempts.unwrap_or(ATTEMPTS),
            checks: self.checks,
            examples: self.examples,
            expectations: self.expectations,
            views: self.views,
            closure,
            incomplete: reader.incomplete,
            refused: std::mem::take(&mut reader.refused),
        }
    }

    /// The weights of all scenarios together; `None` where there are no scenarios, or after a mistake.
    fn scenario_weights(&self, reader: &mut Reader<'_>) -> Option<Weights> {
        let first = self.scenarios.first()?;
        let weights = self.weights.iter().map(|one| one.map_or_else(|| Weight::of_int(1), |(_, weight)| Ok(weight)));
        match weights.collect::<Result<Vec<_>, _>>().and_then(|list| Weights::new(&list)) {
            Ok(weights) => {
                let zero = weights.each().zip(&self.scenarios).filter(|(weight, _)| *weight == 0);
                for (_, scenario) in zero {
                    let message = format!("the scenario `{}` has weight 0 and never occurs", scenario.name);
                    reader.report(Diagnostic::error(codes::UNREACHABLE, scenario.span, message));
                }
                Some(weights)
            }
            Err(error) => {
                let span = self.weights.iter().flatten().next().map_or(first.span, |(span, _)| *span);
                reader.report(Diagnostic::error(codes::BAD_WEIGHT, span, error.to_string()));
                None
            }
        }
    }
}

fn missing_keys(root: &Node, reader: &mut Reader<'_>) {
    if root.as_map().is_none() {
        return;
    }
    for (key, what) in [("dataset", "its name"), ("size", "how many records it has"), ("record", "its record")] {
        if root.get(key).is_none() {
            let start = Span { end: root.span.start, ..root.span };
            let message = format!("a dataset needs `{key}`: {what}");
            reader.report(Diagnostic::error(codes::MISSING_KEY, start, message));
        }
    }
}

/// How a file is used.
pub(super) struct Asked {
    /// The place that uses it.
    pub(super) span: Span,
    /// The name that it is read under instead of its stem.
    pub(super) rename: Option<Text>,
}

impl Asked {
    /// The name that the file is read under.
    pub(super) fn stem(&self, document: &Document) -> Text {
        self.rename.clone().unwrap_or_else(|| stem_name(&document.path))
    }
}

/// Reads one file, its modules first, into the draft; `asked` is how it is used, for a module.
pub(super) fn file(document: &Document, asked: Option<&Asked>, draft: &mut Draft, reader: &mut Reader<'_>) {
    if let Some(asked) = asked {
        draft.bind(&asked.stem(document), document.source, asked.span, reader);
    }
    let renamed = asked.is_some_and(|asked| asked.rename.is_some());
    if let Some(asked) = asked.filter(|_| renamed) {
        unnamed(&document.root, asked, reader);
    }
    let known = draft.modules.get(&document.source).is_some_and(|module| module.bare || renamed);
    draft.reading.push(document.path.clone());
    if !known && header::check(&document.root, asked.is_none(), reader) {
        if let Some(node) = document.root.get("use") {
            uses::read(node, draft, reader);
        }
        let stem = match asked {
            Some(_) if renamed => apart(&document.root, draft, reader),
            _ => {
                let (facts, tables) = (draft.facts.len(), draft.tables.len());
                content(&document.root, asked.is_none(), draft, reader);
                stem_of(draft.facts.iter().skip(facts), draft.tables.iter().skip(tables), &document.root)
            }
        };
        draft.modules.insert(document.source, Module { stem, bare: !renamed });
    }
    draft.reading.pop();
    if let (Some(asked), Some(module)) = (asked, draft.modules.get(&document.source)) {
        draft.stems.insert(asked.stem(document), module.stem.clone());
    }
}

/// Refuses another name for a module whose names would then be nowhere: those of facts only are read through it.
fn unnamed(root: &Node, asked: &Asked, reader: &mut Reader<'_>) {
    let read = ["dictum", "use", "facts", "constitution"];
    for entry in root.as_map().unwrap_or_default() {
        let key = entry.key.text.as_str();
        if read.contains(&key) || !header::TOP_KEYS.iter().any(|top| top.module && top.key.name == key) {
            continue;
        }
        let name = asked.rename.as_deref().unwrap_or_default();
        let message = format!("a module with `{key}` cannot be read as `{name}`: its names would be nowhere");
        let diagnostic = Diagnostic::error(codes::WRONG_POSITION, asked.span, message).label(entry.key_span, "here");
        reader.report(
            diagnostic.hint("only facts and a constitution are read under another name: use the file without renaming it"),
        );
    }
}

/// Reads a module under another name: its facts are no names of the spec. Gives what the name stands for.
fn apart(root: &Node, draft: &mut Draft, reader: &mut Reader<'_>) -> Stem {
    let mut alone = Draft::default();
    for entry in root.as_map().unwrap_or_default() {
        match entry.key.text.as_str() {
            "facts" => facts::read(&entry.value, false, &mut alone, reader),
            "constitution" => sections::constitution(entry, draft, reader),
            _ => {}
        }
    }
    stem_of(alone.facts.iter(), alone.tables.iter(), root)
}

fn content(root: &Node, own: bool, draft: &mut Draft, reader: &mut Reader<'_>) {
    let NodeKind::Map(entries) = &root.kind else { return };
    for entry in entries {
        let value = &entry.value;
        match entry.key.text.as_str() {
            // Read already, under another name.
            "constitution" if draft.constitution.as_ref().is_some_and(|one| one.span == entry.key_span) => {}
            "constitution" => sections::constitution(entry, draft, reader),
            "facts" => facts::read(value, own, draft, reader),
            "params" => params::read(value, own, draft, reader),
            "profiles" => profiles::read(value, draft, reader),
            "context" | "draw" | "derive" | "say" => sections::entries(entry, None, own, draft, reader),
            "scenarios" => sections::scenarios(value, own, draft, reader),
            "aim" => aims::read(value, None, draft, reader),
            "require" => aims::requirements(value, None, draft, reader),
            "functions" => functions::read(value, own, draft, reader),
            "checks" => checks::read(value, None, draft, reader),
            "examples" => checks::examples(value, draft, reader),
            "expect" => expectations::read(value, draft, reader),
            "views" => views::read(entry, draft, reader),
            _ => {}
        }
    }
}

fn stem_name(path: &str) -> Text {
    let file = path.rsplit('/').next().unwrap_or(path);
    Text::from(file.split('.').next().unwrap_or(file))
}

/// What a used file's name stands for: its facts, and the content of a constitution.
fn stem_of<'f>(
    facts: impl Iterator<Item = (&'f Text, &'f Fact)>,
    tables: impl Iterator<Item = (&'f Text, &'f Arc<Table>)>,
    root: &Node,
) -> Stem {
    let (mut values, mut types) = (Vec::new(), Vec::new());
    for (name, fact) in facts {
        values.push((name.clone(), fact.value.clone()));
        types.push((name.clone(), fact.ty.clone()));
    }
    let constitution = root.get("constitution").map(Node::value);
    for (name, value) in constitution.as_ref().and_then(Value::as_map).into_iter().flat_map(Map::iter) {
        values.push((name.clone(), value.clone()));
        types.push((name.clone(), Type::of(value)));
    }
    let tables = tables.map(|(name, table)| (name.clone(), Arc::clone(table))).collect();
    Stem { value: Value::map(values), ty: Type::map_of(types), tables }
}
