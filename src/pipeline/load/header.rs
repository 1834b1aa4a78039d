//! The header of a spec file and the table of its sections.

use super::files::Reader;
use crate::data::Text;
use crate::diag::{Diagnostic, codes, quoted_list};
use crate::engine::yaml::{Entry, Node, NodeKind};
use crate::form::is_name;
use crate::spec::LANGUAGE_VERSION;

/// A key at the top of a file.
pub(super) struct TopKey {
    pub(super) name: &'static str,
    /// Whether a module may have it.
    pub(super) module: bool,
}

const fn anywhere(name: &'static str) -> TopKey {
    TopKey { name, module: true }
}

const fn dataset_only(name: &'static str) -> TopKey {
    TopKey { name, module: false }
}

/// Every key that may stand at the top of a file.
pub(super) const KEYS: &[TopKey] = &[
    anywhere("dictum"),
    dataset_only("dataset"),
    dataset_only("title"),
    dataset_only("size"),
    dataset_only("stream"),
    anywhere("use"),
    dataset_only("schema"),
    anywhere("constitution"),
    anywhere("facts"),
    anywhere("context"),
    anywhere("draw"),
    anywhere("scenarios"),
    anywhere("say"),
    anywhere("derive"),
    anywhere("functions"),
    dataset_only("record"),
    anywhere("checks"),
    anywhere("examples"),
    anywhere("expect"),
];

/// Keys that the language will have; until then they are refused by name.
pub(super) const LATER: &[&str] =
    &["aim", "require", "params", "cover", "views", "policy", "tests", "attempts", "splits", "levels", "profiles"];

/// Checks the keys at the top of a file and its language version; whether the file is worth reading on.
pub(super) fn check(root: &Node, own: bool, reader: &mut Reader<'_>) -> bool {
    let NodeKind::Map(entries) = &root.kind else {
        let message = format!("expected a map of sections, found {}", root.kind_word());
        reader.report(Diagnostic::error(codes::WRONG_TYPE, root.span, message));
        reader.incomplete = true;
        return false;
    };
    for entry in entries {
        known(entry, own, reader);
    }
    let spoken = version(root, reader);
    reader.incomplete |= !spoken;
    spoken
}

fn known(entry: &Entry, own: bool, reader: &mut Reader<'_>) {
    let key = entry.key.text.as_str();
    let found = KEYS.iter().find(|one| one.name == key);
    if let Some(top) = found {
        if !own && !top.module {
            let message = format!("a module cannot have `{key}`");
            reader.report(
                Diagnostic::error(codes::WRONG_POSITION, entry.key_span, message).hint("only the dataset's own file says this"),
            );
        }
        return;
    }
    let known = KEYS.iter().map(|one| one.name);
    let diagnostic = if LATER.contains(&key) {
        Diagnostic::error(codes::UNKNOWN_KEY, entry.key_span, format!("`{key}` is not built yet"))
            .hint("it belongs to a later version of the language")
    } else {
        reader.incomplete |= entry.value.is_collection();
        Diagnostic::error(codes::UNKNOWN_KEY, entry.key_span, format!("unknown key `{key}`"))
            .suggest(key, known.clone())
            .hint(format!("a spec has {}", quoted_list(known)))
    };
    reader.report(diagnostic);
}

fn version(root: &Node, reader: &mut Reader<'_>) -> bool {
    let hint = format!("this program speaks version {LANGUAGE_VERSION}: write `dictum: {LANGUAGE_VERSION}`");
    match root.get("dictum") {
        None => {
            let start = crate::source::Span { end: root.span.start, ..root.span };
            reader.report(Diagnostic::error(codes::MISSING_KEY, start, "the language version is missing").hint(hint));
            false
        }
        Some(node) if node.as_int() == Some(LANGUAGE_VERSION) => true,
        Some(node) => {
            let found = node.scalar_text().unwrap_or(node.kind_word()).to_owned();
            reader.report(Diagnostic::error(codes::LANGUAGE_VERSION, node.span, format!("unknown language version {found}")).hint(hint));
            false
        }
    }
}

/// A name at the top of a file (`dataset`, `stream`): letters, digits, `_` and, for folders, `-`.
pub(super) fn name(node: &Node, reader: &mut Reader<'_>) -> Option<Text> {
    match node.as_text() {
        Some(text) if is_name(text) => Some(Text::from(text)),
        Some(text) => {
            reader.report(
                Diagnostic::error(codes::BAD_NAME, node.span, format!("`{text}` cannot be a name"))
                    .hint("a name has letters, digits and `_`, and does not begin with a digit"),
            );
            None
        }
        None => {
            let message = format!("expected a name, found {}", node.kind_word());
            reader.report(Diagnostic::error(codes::WRONG_TYPE, node.span, message));
            None
        }
    }
}

/// A whole number at the top of a file.
pub(super) fn count(node: &Node, reader: &mut Reader<'_>) -> Option<u64> {
    match node.as_int().and_then(|number| u64::try_from(number).ok()) {
        Some(number) => Some(number),
        None => {
            let found = node.scalar_text().unwrap_or(node.kind_word()).to_owned();
            reader.report(Diagnostic::error(codes::WRONG_TYPE, node.span, format!("expected a count, found {found}")));
            None
        }
    }
}

/// A line of text at the top of a file.
pub(super) fn line(node: &Node, reader: &mut Reader<'_>) -> Option<String> {
    match node.as_text() {
        Some(text) => Some(text.to_owned()),
        None => {
            let message = format!("expected text, found {}", node.kind_word());
            reader.report(Diagnostic::error(codes::WRONG_TYPE, node.span, message));
            None
        }
    }
}
