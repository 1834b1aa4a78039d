//! One file after the other into one draft of a spec: `use`, merging, collisions.

use std::collections::BTreeMap;

use indexmap::IndexMap;

use super::files::{Document, Reader};
use super::{aims, checks, expectations, facts, functions, header, params, profiles, sections};
use crate::data::{Map, Text, Type, Value};
use crate::diag::{Diagnostic, codes};
use crate::engine::yaml::{Node, NodeKind};
use crate::program::{Stem, Table};
use crate::random::{Weight, Weights};
use crate::source::{SourceId, Span};
use crate::spec::{
    ATTEMPTS, Check, Constitution, Entry, Example, Expectation, Fact, Function, Param, Profile, Requirement, Scenario, Spec,
};
use crate::world::normal;

/// The names that no entry may take.
pub(super) const RESERVED: &[&str] = &["context", "say", "scenario", "record", "params", "index", "aim"];

/// Files that may use one another in a row.
const MOST_USES: usize = 64;

/// A spec while its files are being read.
#[derive(Default)]
pub(super) struct Draft {
    pub(super) constitution: Option<Constitution>,
    pub(super) facts: IndexMap<Text, Fact>,
    pub(super) tables: IndexMap<Text, Table>,
    pub(super) params: IndexMap<Text, Param>,
    pub(super) profiles: IndexMap<Text, Profile>,
    pub(super) entries: IndexMap<Text, Entry>,
    pub(super) scenarios: Vec<Scenario>,
    pub(super) weights: Vec<Option<(Span, Weight)>>,
    pub(super) functions: IndexMap<Text, Function>,
    pub(super) stems: IndexMap<Text, Stem>,
    pub(super) aims: IndexMap<Text, aims::Aimed>,
    pub(super) requirements: Vec<Requirement>,
    pub(super) checks: Vec<Check>,
    pub(super) examples: Vec<Example>,
    pub(super) expectations: Vec<Expectation>,
    /// Where every name was first given.
    names: BTreeMap<Text, Span>,
    reading: Vec<String>,
    done: Vec<SourceId>,
}

impl Draft {
    /// Takes a bare name for something; `false` (and a diagnostic) where it is taken or reserved.
    pub(super) fn claim(&mut self, name: &str, span: Span, reader: &mut Reader<'_>) -> bool {
        if RESERVED.contains(&name) {
            let message = format!("`{name}` is a reserved name");
            reader.report(Diagnostic::error(codes::BAD_NAME, span, message).hint("choose another name"));
            return false;
        }
        if self.stems.contains_key(name) {
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

    /// Takes the name of a used file.
    fn stem(&mut self, name: &Text, asked: Span, reader: &mut Reader<'_>) {
        let taken = self.names.get(name).copied();
        if taken.is_some() || self.stems.contains_key(name) {
            let message = format!("the name `{name}` of this file is given twice");
            let diagnostic = Diagnostic::error(codes::NAME_COLLISION, asked, message);
            reader.report(
                taken.into_iter().fold(diagnostic, |one, first| one.label(first, "first here")).hint("rename one of the two"),
            );
        }
        self.stems.insert(name.clone(), Stem { value: Value::Undefined, ty: Type::never() });
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
            record,
            aims,
            requirements: self.requirements,
            attempts: attempts.unwrap_or(ATTEMPTS),
            checks: self.checks,
            examples: self.examples,
            expectations: self.expectations,
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

/// Reads one file, its modules first, into the draft; `asked` is the place that uses it, for a module.
pub(super) fn file(document: &Document, asked: Option<Span>, draft: &mut Draft, reader: &mut Reader<'_>) {
    if draft.done.contains(&document.source) {
        return;
    }
    let own = asked.is_none();
    let stem = stem_name(&document.path);
    if let Some(asked) = asked {
        draft.stem(&stem, asked, reader);
    }
    draft.reading.push(document.path.clone());
    if header::check(&document.root, own, reader) {
        if let Some(node) = document.root.get("use") {
            uses(node, draft, reader);
        }
        let before = draft.facts.len();
        content(&document.root, own, draft, reader);
        if !own {
            let value = stem_of(draft.facts.iter().skip(before), &document.root);
            draft.stems.insert(stem, value);
        }
    }
    draft.reading.pop();
    draft.done.push(document.source);
}

fn content(root: &Node, own: bool, draft: &mut Draft, reader: &mut Reader<'_>) {
    let NodeKind::Map(entries) = &root.kind else { return };
    for entry in entries {
        let value = &entry.value;
        match entry.key.text.as_str() {
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
            _ => {}
        }
    }
}

fn stem_name(path: &str) -> Text {
    let file = path.rsplit('/').next().unwrap_or(path);
    Text::from(file.split('.').next().unwrap_or(file))
}

/// What a used file's name stands for: its facts, and the content of a constitution.
fn stem_of<'f>(facts: impl Iterator<Item = (&'f Text, &'f Fact)>, root: &Node) -> Stem {
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
    Stem { value: Value::map(values), ty: Type::map_of(types) }
}

/// `use: [a.yaml, b.yaml]`, or `use: {name: a.yaml}` to rename.
fn uses(node: &Node, draft: &mut Draft, reader: &mut Reader<'_>) {
    let files: Vec<(Option<Text>, &Node)> = match &node.kind {
        NodeKind::List(items) => items.iter().map(|item| (None, item)).collect(),
        NodeKind::Map(entries) => entries.iter().map(|entry| (Some(entry.key.text.clone()), &entry.value)).collect(),
        _ => {
            let message = format!("expected a list of files, found {}", node.kind_word());
            reader.report(Diagnostic::error(codes::WRONG_TYPE, node.span, message).hint("write `use: [constitution.yaml]`"));
            reader.incomplete = true;
            return;
        }
    };
    for (rename, node) in files {
        let Some(path) = node.as_text() else {
            let message = format!("expected the path of a file, found {}", node.kind_word());
            reader.report(Diagnostic::error(codes::WRONG_TYPE, node.span, message));
            reader.incomplete = true;
            continue;
        };
        if let Some(rename) = rename {
            let message = format!("renaming the module `{path}` to `{rename}` is not built yet");
            reader.report(Diagnostic::error(codes::UNKNOWN_KEY, node.span, message).hint("write `use: [file.yaml]`"));
            reader.incomplete = true;
            continue;
        }
        one(path, node.span, draft, reader);
    }
}

fn one(path: &str, span: Span, draft: &mut Draft, reader: &mut Reader<'_>) {
    let plain = normal(path).unwrap_or_else(|_| path.to_owned());
    let path = plain.as_str();
    if draft.reading.iter().any(|one| one == path) {
        let around = draft.reading.iter().map(String::as_str).skip_while(|one| *one != path).chain([path]);
        let around = around.collect::<Vec<_>>().join(" -> ");
        reader.report(Diagnostic::error(codes::USE_CYCLE, span, format!("these files use each other: {around}")));
        return;
    }
    if draft.reading.len() > MOST_USES {
        let message = format!("files that use each other through more than {MOST_USES} others");
        reader.report(Diagnostic::error(codes::TOO_DEEP, span, message));
        reader.incomplete = true;
        return;
    }
    let Some(document) = reader.document(path, Some(span)) else { return };
    if document.root.get("dataset").is_some() {
        let message = format!("`{path}` is a dataset: using one from another is not built yet");
        reader.report(
            Diagnostic::error(codes::UNKNOWN_KEY, span, message).hint("move what both need into a module without `dataset`"),
        );
        reader.incomplete = true;
        return;
    }
    file(&document, Some(span), draft, reader);
}
