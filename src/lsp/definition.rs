//! Where what stands at a place is given: names, attributes of facts, used files, templates, schemas, tables.
//!
//! In: a place, and the tree of its text. Out: places in files of the workspace. What must hold: a place leads to what the compiler
//! would read there; what is given nowhere in a file (the library, the names of the language) leads nowhere.

use std::path::PathBuf;

use super::sight::Place;
use super::tree::{self, Step, Way};
use crate::engine::yaml::{Entry, Node};
use crate::program::Means;
use crate::source::{SourceId, Span};
use crate::world::normal;

/// Where something is given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Target {
    /// At a place of a text that the dataset has read.
    Span(Span),
    /// In a file of the workspace, at its beginning.
    File(PathBuf),
}

/// The sections whose keys are names.
const SECTIONS: &[&str] = &["facts", "params", "context", "draw", "derive", "functions"];
/// The keys below which keys are names that are given elsewhere.
const NAMING: &[&str] = &["with", "aim", "set", "want", "params", "context", "draw", "derive", "say"];

/// Where what stands at a place is given.
pub(super) fn targets(place: &Place<'_>) -> Vec<Target> {
    if let Some((_, noted)) = place.read() {
        let given = noted.given.map(Target::Span);
        let found = given.or_else(|| match noted.means {
            Means::File | Means::Dataset => Some(Target::Span(Span::new(used(place, &noted.name)?.0, 0..0))),
            Means::Field => attribute(place, &noted.name).map(Target::Span),
            _ => None,
        });
        return found.into_iter().chain(overlays(place, noted.means, &noted.name)).collect();
    }
    let source = place.analysis.sources.get(place.source);
    let Some(root) = source.and_then(tree::of_source) else { return Vec::new() };
    written(place, &tree::way(&root, place.at as usize)).into_iter().collect()
}

/// Where scenarios give a name anew.
fn overlays(place: &Place<'_>, means: Means, name: &str) -> Vec<Target> {
    let Means::Entry(section) = means else { return Vec::new() };
    let short = name.strip_prefix("say.").or_else(|| name.strip_prefix("context.")).unwrap_or(name);
    let given = place.analysis.notes.name(name).and_then(|name| name.given);
    let mut found = Vec::new();
    for (id, source) in place.analysis.sources.iter().filter(|(_, source)| source.path().starts_with("scenarios/")) {
        let Some(root) = tree::of_source(source) else { continue };
        for scenario in root.get("scenarios").and_then(Node::as_map).unwrap_or_default() {
            if let Some(entry) = scenario.value.get(section.key()).and_then(|entries| entries.entry(short)) {
                found.push(Span { source: id, ..entry.key_span });
            }
        }
    }
    found.into_iter().filter(|span| given != Some(*span)).map(Target::Span).collect()
}

/// What a place outside expressions names: a file, a table, a name.
fn written(place: &Place<'_>, way: &Way<'_>) -> Option<Target> {
    let (last, around) = way.steps.split_last()?;
    if way.on_key {
        let Step::Entry(_, entry) = last else { return None };
        // A scenario's own section, an example's names, and the like.
        let naming = around.iter().rev().find_map(Step::key).is_some_and(|key| NAMING.contains(&key));
        let wording = around.last().and_then(Step::key) == Some("say") && around.len() > 1;
        let name = if wording { format!("say.{}", entry.key.text) } else { entry.key.text.to_string() };
        return if naming { named(place, &name) } else { None };
    }
    let key = way.steps.iter().rev().find_map(Step::key)?;
    let text = match last {
        Step::Entry(_, entry) => entry.value.as_text(),
        Step::Item(node) => node.as_text(),
    }?;
    let file = |folder: &str| Some(Target::File(PathBuf::from(folder).join(text)));
    let top = way.steps.first().and_then(Step::key);
    match key {
        _ if top == Some("use") => file("scenarios"),
        "schema" if way.steps.len() == 1 => file("schemas"),
        "csv" => file("scenarios"),
        "file" => file("templates"),
        "cases" | "reads" | "redraw" => named(place, text),
        "column" => {
            let Step::Entry(map, _) = last else { return None };
            let table = map.get("cases").or_else(|| map.get("$cases"))?.as_text()?;
            attribute(place, &format!("{table}.{text}")).map(Target::Span)
        }
        _ => None,
    }
}

/// Where a bare name, or the first name of a path, is given.
fn named(place: &Place<'_>, name: &str) -> Option<Target> {
    let known = |name: &str| place.analysis.notes.name(name)?.given;
    let first = name.split('.').next().unwrap_or(name);
    known(name).or_else(|| known(first)).or_else(|| attribute(place, name)).map(Target::Span)
}

/// Where an attribute is given: a name of a used file, or a part of a fact as it is written.
fn attribute(place: &Place<'_>, path: &str) -> Option<Span> {
    let (root, rest) = path.split_once('.')?;
    if let Some(file) = used(place, root) {
        return with_modules(place, file).iter().find_map(|(source, tree)| {
            let span = member(tree, rest)?;
            Some(Span { source: *source, ..span })
        });
    }
    let given = place.analysis.notes.name(root)?.given?;
    let tree = tree::of_source(place.analysis.sources.get(given.source)?)?;
    let way = tree::way(&tree, given.start as usize);
    let Some(Step::Entry(_, entry)) = way.steps.last() else { return None };
    let found = part(entry, rest.split('.'));
    (found != entry.key_span).then_some(Span { source: given.source, ..found })
}

/// Where a file gives a name, or a part of one: `limit`, `say.request`, `record.input`.
fn member(tree: &Node, path: &str) -> Option<Span> {
    let mut parts = path.split('.');
    let first = parts.next()?;
    let entry = if first == "say" {
        tree.get("say")?.entry(parts.next()?)
    } else {
        let mut sections = SECTIONS.iter().chain(&["constitution"]);
        sections.find_map(|key| tree.get(key)?.entry(first)).or_else(|| tree.entry(first))
    };
    Some(part(entry?, parts))
}

/// A file with the modules that it uses, and those that they use.
fn with_modules(place: &Place<'_>, file: (SourceId, Node)) -> Vec<(SourceId, Node)> {
    let sources = &place.analysis.sources;
    let mut files = vec![file];
    let mut at = 0;
    while let Some((_, tree)) = files.get(at) {
        let node = tree.get("use");
        let items = node.map_or(&[][..], |node| node.as_list().unwrap_or(std::slice::from_ref(node)));
        let texts = |item: &Node| match item.as_map() {
            Some(entries) => entries.iter().filter_map(|entry| entry.value.as_text().map(str::to_owned)).collect(),
            None => item.as_text().map(str::to_owned).into_iter().collect::<Vec<_>>(),
        };
        let paths: Vec<String> = items.iter().flat_map(texts).filter_map(|path| normal(&path).ok()).collect();
        for path in paths {
            let found = sources.iter().find(|(_, source)| source.path().strip_prefix("scenarios/") == Some(&path));
            let new = found.filter(|(id, _)| files.iter().all(|(known, _)| known != id));
            files.extend(new.and_then(|(id, source)| Some((id, tree::of_source(source)?))));
        }
        at += 1;
    }
    files
}

/// The key of the part of an entry that a path leads to, as far as it is written out.
fn part<'p>(entry: &Entry, path: impl Iterator<Item = &'p str>) -> Span {
    let mut entry = entry;
    for name in path {
        let below = |key: &str| entry.value.get(key).and_then(|inner| inner.entry(name));
        let inner = entry.value.entry(name);
        match inner.or_else(|| ["rows", "columns", "object", "give", "$object"].into_iter().find_map(below)) {
            Some(inner) => entry = inner,
            None => break,
        }
    }
    entry.key_span
}

/// The used file that a name stands for, with its tree.
fn used(place: &Place<'_>, name: &str) -> Option<(SourceId, Node)> {
    let sources = &place.analysis.sources;
    let files = || sources.iter().filter_map(|(id, source)| Some((id, source.path().strip_prefix("scenarios/")?, source)));
    let stem = |path: &str| path.rsplit('/').next().and_then(|file| file.split('.').next()).map(str::to_owned);
    let means = place.analysis.notes.name(name)?.means;
    if !matches!(means, Means::File | Means::Dataset) {
        return None;
    }
    let renamed = files().find_map(|(_, _, source)| {
        let tree = tree::of_source(source)?;
        let node = tree.get("use")?;
        let item = |item: &Node| Some(item.get(name)?.as_text()?.to_owned());
        item(node).or_else(|| node.as_list()?.iter().find_map(item))
    });
    let wanted = |path: &str| match &renamed {
        Some(file) => path == file,
        None => stem(path).as_deref() == Some(name),
    };
    let (id, _, source) = files().find(|(_, path, _)| wanted(path))?;
    Some((id, tree::of_source(source)?))
}
