//! One wrong letter is found when a spec is checked, at its place, with the right word beside it.
//!
//! In: every name, attribute and compared word that the shipped specs and their templates spell in an expression. Out: a failure
//! that lists the spellings which `check` let pass, blamed elsewhere, or did not mend.

mod sites;

use std::collections::BTreeSet;
use std::thread;

use dictum::diag::{Diagnostic, Diagnostics, Severity};
use dictum::pipeline::load::Workspace;
use dictum::pipeline::sound;
use dictum::source::Sources;

use super::workbench::{ROOT, SHIPPED, files, world};
use sites::{Kind, Site};

type Files = Vec<(String, Vec<u8>)>;

/// A word with one other letter in its middle; no word of the specs is as near to another.
fn misspelt(word: &str) -> String {
    let at = word.chars().count() / 2;
    word.chars()
        .enumerate()
        .map(|(here, c)| {
            if here != at {
                c
            } else if c == 'q' {
                'z'
            } else {
                'q'
            }
        })
        .collect()
}

/// What `check` says of a workspace.
fn diagnosed(files: Files, spec: &str) -> (Sources, Diagnostics) {
    let world = world(files);
    let (mut sources, mut diagnostics) = (Sources::default(), Diagnostics::default());
    sound(&Workspace { world: &world, root: ROOT.into() }, spec, &mut sources, &mut diagnostics);
    (sources, diagnostics)
}

/// What is wrong with what `check` says of one misspelling; `None` where all is well.
fn complaint(files: &Files, spec: &str, site: &Site) -> Option<String> {
    let wrong = misspelt(&site.word);
    let mut files = files.clone();
    let (_, content) = files.iter_mut().find(|(path, _)| *path == site.file).unwrap();
    content.splice(site.start..site.start + site.word.len(), wrong.bytes());
    let (sources, diagnostics) = diagnosed(files, spec);
    let there = |one: &Diagnostic| {
        let places = one.primary.iter().chain(&one.secondary).map(|label| label.span);
        let here = |span: dictum::source::Span| {
            let same_file = sources.get(span.source).is_some_and(|source| source.path() == site.file);
            same_file && span.range().start < site.start + wrong.len() && span.range().end > site.start
        };
        one.severity == Severity::Error && places.into_iter().any(here)
    };
    let found: Vec<&Diagnostic> = diagnostics.iter().filter(|one| there(one)).collect();
    let mended = found.iter().any(|one| one.hints.iter().any(|hint| hint.contains(&format!("`{}`", site.word))));
    let text = &files_text(&sources, site);
    let place = format!("{} {}: `{}` as `{wrong}` in `{text}`", site.kind.word(), site.file, site.word);
    match (diagnostics.has_errors(), found.is_empty(), mended) {
        (false, ..) => Some(format!("{place}: passes")),
        (true, true, _) => {
            let first = diagnostics.iter().next().map_or("", |one| one.message.as_str());
            Some(format!("{place}: blamed elsewhere ({first})"))
        }
        (true, false, false) if site.word.len() > 1 => {
            Some(format!("{place}: not mended ({}; {:?})", found[0].message, found[0].hints))
        }
        _ => None,
    }
}

/// The line that a site stands in, after the misspelling.
fn files_text(sources: &Sources, site: &Site) -> String {
    let source = sources.iter().find(|(_, source)| source.path() == site.file);
    let text = source.map_or("", |(_, source)| source.text());
    let start = text[..site.start.min(text.len())].rfind('\n').map_or(0, |at| at + 1);
    let line = text[start..].lines().next().unwrap_or("");
    line.trim().chars().take(120).collect()
}

/// Every complaint about every site of a kind, over all threads.
fn complaints(kinds: &[Kind]) -> (usize, Vec<String>) {
    let mut count = 0;
    let mut all = Vec::new();
    for (folder, _, spec) in SHIPPED {
        let files = files(folder);
        assert!(!diagnosed(files.clone(), spec).1.has_errors(), "{spec} is sound");
        let mut sites: Vec<Site> = sites::of(&files).into_iter().filter(|site| kinds.contains(&site.kind)).collect();
        if kinds.contains(&Kind::Name) {
            // Names stand in hundreds of places and are all looked up in one way: one place a file for each.
            let mut seen = BTreeSet::new();
            sites.retain(|site| seen.insert((site.file.clone(), site.word.clone())));
        }
        count += sites.len();
        let parts = sites.chunks(sites.len().div_ceil(2).max(1));
        thread::scope(|scope| {
            let working: Vec<_> = parts
                .map(|part| scope.spawn(|| part.iter().filter_map(|site| complaint(&files, spec, site)).collect::<Vec<_>>()))
                .collect();
            all.extend(working.into_iter().flat_map(|one| one.join().unwrap()));
        });
    }
    (count, all)
}

fn assert_found(kinds: &[Kind], at_least: usize) {
    let (count, complaints) = complaints(kinds);
    assert!(count >= at_least, "only {count} places were found");
    assert!(complaints.is_empty(), "{} of {count}:\n{}", complaints.len(), complaints.join("\n"));
}

#[test]
fn misspelt_words_in_comparisons_are_found() {
    assert_found(&[Kind::Compared, Kind::Case], 80);
}

#[test]
fn misspelt_attributes_are_found() {
    assert_found(&[Kind::Attribute, Kind::Keyword, Kind::Place], 80);
}

#[test]
fn misspelt_names_are_found() {
    assert_found(&[Kind::Name, Kind::Callable], 100);
}
