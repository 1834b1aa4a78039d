//! Diagnostics: an author's mistakes as data.
//!
//! A [`Diagnostic`] has a stable [`Code`], a headline that stands alone, a primary place, further places, hints and, for a
//! generated record, the record's place. [`Diagnostics`] collects them; nothing stops at the first. Rendering is apart, one
//! file a form, in [`render`].

pub mod codes;
pub mod explained;
pub mod render;
mod suggest;

use std::collections::BTreeMap;

use crate::source::{Sources, Span};
pub use codes::Code;
pub use suggest::{nearest, quoted_list};

/// How bad it is: an error stops the build, a warning does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Nothing is written.
    Error,
    /// Printed, and the build goes on.
    Warning,
}

impl Severity {
    /// The word that renderers print.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
        }
    }
}

/// A place with a short remark.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// Where.
    pub span: Span,
    /// What to see there; may be empty at the primary place.
    pub text: String,
}

/// The generated record that a diagnostic speaks of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordPlace {
    /// Dataset name.
    pub dataset: String,
    /// Record index.
    pub index: u64,
    /// Path inside the record in dots, such as `input.context.role`; empty for the whole record.
    pub path: String,
}

impl std::fmt::Display for RecordPlace {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}#{}", self.dataset, self.index)?;
        if self.path.is_empty() { Ok(()) } else { write!(f, " {}", self.path) }
    }
}

/// One mistake of an author, or one violation of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// Stable name of the kind of mistake.
    pub code: Code,
    /// Error or warning.
    pub severity: Severity,
    /// One lower-case phrase, no full stop, names in backticks.
    pub message: String,
    /// The place to mend; `None` only where no file is to blame.
    pub primary: Option<Label>,
    /// Further places that explain the first.
    pub secondary: Vec<Label>,
    /// Why, and how to mend it.
    pub hints: Vec<String>,
    /// The record it was found in.
    pub record: Option<RecordPlace>,
}

impl Diagnostic {
    /// An error at `span`.
    pub fn error(code: Code, span: Span, message: impl Into<String>) -> Self {
        Self::new(code, Severity::Error, Some(span), message.into())
    }

    /// A warning at `span`.
    pub fn warning(code: Code, span: Span, message: impl Into<String>) -> Self {
        Self::new(code, Severity::Warning, Some(span), message.into())
    }

    /// An error that no place in a file is to blame for.
    pub fn unplaced(code: Code, message: impl Into<String>) -> Self {
        Self::new(code, Severity::Error, None, message.into())
    }

    fn new(code: Code, severity: Severity, span: Option<Span>, message: String) -> Self {
        let primary = span.map(|span| Label { span, text: String::new() });
        Self { code, severity, message, primary, secondary: Vec::new(), hints: Vec::new(), record: None }
    }

    /// Adds a remark at the primary place.
    #[must_use]
    pub fn remark(mut self, text: impl Into<String>) -> Self {
        if let Some(primary) = &mut self.primary {
            primary.text = text.into();
        }
        self
    }

    /// Adds a further place.
    #[must_use]
    pub fn label(mut self, span: Span, text: impl Into<String>) -> Self {
        self.secondary.push(Label { span, text: text.into() });
        self
    }

    /// Adds a hint.
    #[must_use]
    pub fn hint(mut self, text: impl Into<String>) -> Self {
        self.hints.push(text.into());
        self
    }

    /// Adds "did you mean `x`?" where a known name is near.
    #[must_use]
    pub fn suggest<'a>(self, wrong: &str, known: impl IntoIterator<Item = &'a str>) -> Self {
        match nearest(wrong, known) {
            Some(name) => self.hint(format!("did you mean `{name}`?")),
            None => self,
        }
    }

    /// Names the record it was found in.
    #[must_use]
    pub fn in_record(mut self, place: RecordPlace) -> Self {
        self.record = Some(place);
        self
    }
}

/// Diagnostics as they come in.
#[derive(Debug, Clone, Default)]
pub struct Diagnostics {
    list: Vec<Diagnostic>,
}

impl Diagnostics {
    /// Takes one more.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.list.push(diagnostic);
    }

    /// Takes all of another collection.
    pub fn append(&mut self, other: Self) {
        self.list.extend(other.list);
    }

    /// Takes some more.
    pub fn extend(&mut self, more: impl IntoIterator<Item = Diagnostic>) {
        self.list.extend(more);
    }

    /// Whether any stops the build.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.list.iter().any(|one| one.severity == Severity::Error)
    }

    /// How many errors and how many warnings.
    #[must_use]
    pub fn counts(&self) -> (usize, usize) {
        let errors = self.list.iter().filter(|one| one.severity == Severity::Error).count();
        (errors, self.list.len() - errors)
    }

    /// Whether there is none at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// All, in their present order.
    pub fn iter(&self) -> impl Iterator<Item = &Diagnostic> {
        self.list.iter()
    }

    /// Sorts by file and place and drops those said twice: a base entry is checked once for each scenario, a cell of a table
    /// wherever it is used. Of one name that is wrong in many places the first few are kept.
    #[must_use]
    pub fn sorted(mut self, sources: &Sources) -> Self {
        let key = |one: &Diagnostic| {
            let place = one.primary.as_ref().and_then(|label| sources.locate(label.span));
            let record = one.record.as_ref().map(|record| (record.dataset.clone(), record.index, record.path.clone()));
            (place.is_none(), place, record, one.severity, one.code, one.message.clone())
        };
        self.list.sort_by_cached_key(key);
        let said = |one: &Diagnostic| (one.code, one.severity, one.message.clone(), one.primary.clone(), one.record.clone());
        self.list.dedup_by(|later, first| said(later) == said(first));
        self.fold_comments();
        self.fold_names();
        self
    }

    /// Drops what is said of a comment where an error shows that comment as its cause.
    fn fold_comments(&mut self) {
        let shown: Vec<Span> = self.list.iter().flat_map(|one| one.secondary.iter().map(|label| label.span)).collect();
        let place = |one: &Diagnostic| one.primary.as_ref().map(|label| label.span);
        self.list.retain(|one| one.code != codes::YAML_COMMENT || !place(one).is_some_and(|span| shown.contains(&span)));
    }

    /// Keeps the first places of each wrong name; the last one kept says how many more there are.
    fn fold_names(&mut self) {
        let mut seen: BTreeMap<(Code, String), (usize, usize)> = BTreeMap::new();
        let mut kept: Vec<Diagnostic> = Vec::with_capacity(self.list.len());
        for one in self.list.drain(..) {
            if !OF_NAMES.contains(&one.code) {
                kept.push(one);
                continue;
            }
            let (count, last) = seen.entry((one.code, one.message.clone())).or_default();
            *count += 1;
            if *count <= PLACES {
                *last = kept.len();
                kept.push(one);
            }
        }
        for (count, last) in seen.into_values().filter(|(count, _)| *count > PLACES) {
            if let Some(diagnostic) = kept.get_mut(last) {
                let more = count - PLACES;
                diagnostic.hints.push(format!("the same in {more} more place{}", if more == 1 { "" } else { "s" }));
            }
        }
        self.list = kept;
    }
}

/// Kinds of mistake whose message names a name: one slip where it is given shows wherever it is read.
const OF_NAMES: &[Code] = &[
    codes::UNDEFINED_NAME,
    codes::UNDEFINED_ATTRIBUTE,
    codes::UNKNOWN_FUNCTION,
    codes::UNKNOWN_FILTER,
    codes::UNKNOWN_TEST,
    codes::NEEDS_WHEN,
];
/// So many places of one wrong name are shown.
const PLACES: usize = 3;

impl FromIterator<Diagnostic> for Diagnostics {
    fn from_iter<T: IntoIterator<Item = Diagnostic>>(iter: T) -> Self {
        Self { list: iter.into_iter().collect() }
    }
}

impl IntoIterator for Diagnostics {
    type Item = Diagnostic;
    type IntoIter = std::vec::IntoIter<Diagnostic>;
    fn into_iter(self) -> Self::IntoIter {
        self.list.into_iter()
    }
}
