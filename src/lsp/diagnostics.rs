//! Diagnostics as editors show them, file by file.
//!
//! In: what a compile found, and the texts it points into. Out: the protocol's diagnostics by path. What must hold: each stands in
//! the file that is to be mended, with its hints in its text and its further places beside it; what no place is to blame for
//! stands at the beginning of the spec.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use lsp_types::{Diagnostic as Shown, DiagnosticRelatedInformation, DiagnosticSeverity, Location, NumberOrString, Range, Uri};

use super::positions::{Encoding, Lines};
use super::uri;
use crate::diag::{Diagnostic, Diagnostics, Severity};
use crate::source::{Sources, Span};

/// The diagnostics of some files.
pub(super) type ByFile = BTreeMap<PathBuf, Vec<Shown>>;

/// Sorts diagnostics to the files of a workspace; `spec` is the file of those without a place.
pub(super) fn by_file(diagnostics: &Diagnostics, sources: &Sources, root: &Path, spec: &Path, encoding: Encoding) -> ByFile {
    let places = Places { sources, root, encoding };
    let mut found = ByFile::new();
    for one in diagnostics.iter() {
        let place = one.primary.as_ref().and_then(|label| places.of(label.span));
        let (path, range) = place.unwrap_or_else(|| (spec.to_path_buf(), Range::default()));
        found.entry(path).or_default().push(shown(one, range, &places));
    }
    found
}

struct Places<'s> {
    sources: &'s Sources,
    root: &'s Path,
    encoding: Encoding,
}

impl Places<'_> {
    fn of(&self, span: Span) -> Option<(PathBuf, Range)> {
        let source = self.sources.get(span.source)?;
        let range = Lines::new(source.text(), self.encoding).area(&span.range());
        Some((self.root.join(source.path()), range))
    }
}

fn shown(one: &Diagnostic, range: Range, places: &Places<'_>) -> Shown {
    let related = one.secondary.iter().filter_map(|label| {
        let (path, range) = places.of(label.span)?;
        let location = Location::new(address(&path)?, range);
        let message = if label.text.is_empty() { "see also".to_owned() } else { label.text.clone() };
        Some(DiagnosticRelatedInformation { location, message })
    });
    let related: Vec<_> = related.collect();
    Shown {
        range,
        severity: Some(match one.severity {
            Severity::Error => DiagnosticSeverity::ERROR,
            Severity::Warning => DiagnosticSeverity::WARNING,
        }),
        code: Some(NumberOrString::String(one.code.to_string())),
        source: Some("dictum".to_owned()),
        message: message(one),
        related_information: (!related.is_empty()).then_some(related),
        ..Shown::default()
    }
}

/// The headline, what is to be seen at the place, the record, and the hints, a line each.
fn message(one: &Diagnostic) -> String {
    let mut text = one.message.clone();
    let remark = one.primary.as_ref().map(|label| label.text.as_str()).filter(|text| !text.is_empty());
    let record = one.record.as_ref().map(|record| format!("in {record}"));
    let hints = one.hints.iter().map(|hint| format!("help: {hint}"));
    for line in remark.map(str::to_owned).into_iter().chain(record).chain(hints) {
        text.push('\n');
        text.push_str(&line);
    }
    text
}

/// The address of a path.
pub(super) fn address(path: &Path) -> Option<Uri> {
    uri::of_path(path).parse().ok()
}
