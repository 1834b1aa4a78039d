//! `use`: modules merged into a draft, datasets read beside it, each under its stem or under another name.
//!
//! A module reached twice merges once. Reached under another name it offers its facts and its constitution as `name.x` only;
//! reached both ways it is offered both ways.

use super::collect::{self, Asked, Draft};
use super::files::{Document, Reader};
use crate::data::Text;
use crate::diag::{Diagnostic, codes};
use crate::engine::yaml::{Node, NodeKind};
use crate::form::{bad_name, is_name};
use crate::source::Span;
use crate::spec::Used;
use crate::world::normal;

/// Files that may use one another in a row.
const MOST_USES: usize = 64;
/// Datasets that one spec may bring in, through others or itself.
const MOST_DATASETS: usize = 32;

/// `use: [a.yaml, b.yaml]`, `use: {name: a.yaml}`, or both: `use: [a.yaml, {name: b.yaml}]`.
pub(super) fn read(node: &Node, draft: &mut Draft, reader: &mut Reader<'_>) {
    let items = match &node.kind {
        NodeKind::List(items) => items.as_slice(),
        NodeKind::Map(_) => std::slice::from_ref(node),
        _ => {
            let message = format!("expected a list of files, found {}", node.kind_word());
            reader.report(Diagnostic::error(codes::WRONG_TYPE, node.span, message).hint("write `use: [constitution.yaml]`"));
            reader.incomplete = true;
            return;
        }
    };
    for item in items {
        match &item.kind {
            NodeKind::Map(entries) => {
                for entry in entries {
                    renamed(&entry.key.text, entry.key_span, &entry.value, draft, reader);
                }
            }
            _ => named(item, None, draft, reader),
        }
    }
}

fn renamed(name: &str, span: Span, file: &Node, draft: &mut Draft, reader: &mut Reader<'_>) {
    let reserved = collect::RESERVED.contains(&name);
    if reserved || !is_name(name) {
        let message = format!("`{name}` is a reserved name");
        let diagnostic = Diagnostic::error(codes::BAD_NAME, span, message).hint("choose another name");
        reader.report(if reserved { diagnostic } else { bad_name(name, span) });
        reader.incomplete = true;
        return;
    }
    named(file, Some(Text::from(name)), draft, reader);
}

fn named(file: &Node, rename: Option<Text>, draft: &mut Draft, reader: &mut Reader<'_>) {
    match file.as_text() {
        Some(path) => one(path, &Asked { span: file.span, rename }, draft, reader),
        None => {
            let message = format!("expected the path of a file, found {}", file.kind_word());
            reader.report(Diagnostic::error(codes::WRONG_TYPE, file.span, message));
            reader.incomplete = true;
        }
    }
}

fn one(path: &str, asked: &Asked, draft: &mut Draft, reader: &mut Reader<'_>) {
    let plain = normal(path).unwrap_or_else(|_| path.to_owned());
    let path = plain.as_str();
    if draft.reading.iter().any(|one| one == path) {
        let around = draft.reading.iter().map(String::as_str).skip_while(|one| *one != path).chain([path]);
        let around = around.collect::<Vec<_>>().join(" -> ");
        let message = format!("these files use each other: {around}");
        reader.report(Diagnostic::error(codes::USE_CYCLE, asked.span, message));
        reader.incomplete = true;
        return;
    }
    if draft.reading.len() > MOST_USES {
        let message = format!("files that use each other through more than {MOST_USES} others");
        reader.report(Diagnostic::error(codes::TOO_DEEP, asked.span, message));
        reader.incomplete = true;
        return;
    }
    let Some(document) = reader.document(path, Some(asked.span)) else { return };
    if document.root.get("dataset").is_some() {
        dataset(&document, asked, draft, reader);
    } else {
        collect::file(&document, Some(asked), draft, reader);
    }
}

/// Reads a dataset as a spec of its own, whose names are read under its stem.
fn dataset(document: &Document, asked: &Asked, draft: &mut Draft, reader: &mut Reader<'_>) {
    let stem = asked.stem(document);
    if !draft.bind(&stem, document.source, asked.span, reader) || draft.used.iter().any(|one| one.stem == stem) {
        return;
    }
    reader.datasets += 1;
    if reader.datasets > MOST_DATASETS {
        let message = format!("more than {MOST_DATASETS} datasets are used through one another");
        reader.report(Diagnostic::error(codes::TOO_DEEP, asked.span, message).hint("move what they share into modules"));
        reader.incomplete = true;
        return;
    }
    let errors = reader.diagnostics.counts().0;
    let mut inner = draft.inside();
    let around = reader.begin(document.source);
    collect::file(document, None, &mut inner, reader);
    let spec = inner.finish(document, reader);
    reader.end(around);
    let whole = reader.diagnostics.counts().0 == errors;
    draft.used.push(Used { stem, span: asked.span, spec, whole });
}
