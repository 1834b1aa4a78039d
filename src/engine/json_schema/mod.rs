//! JSON Schema over borrowed records: the only door to the validator.
//!
//! In: the text of a JSON Schema 2020-12 file. Out: a [`Schema`], compiled once and shared by all threads, that accepts a record
//! or tells its violations, each with its place in the record and in the schema file. Formats are asserted; nothing is fetched;
//! what a schema says is either understood or an error. A record is read where it stands and never copied to be accepted.
//! Where the author wrote no schema, [`inferred`] writes one of the record's type.

mod equal;
mod infer;
mod keywords;
mod message;
mod node;
mod number;
mod place;
mod vocabulary;
#[cfg(test)]
mod tests;

use std::ops::Range;

use jsonschema::{Draft, ValidationError, Validator};
use serde_json::Value;

use crate::diag::{Code, Diagnostic, Diagnostics, codes};
use crate::record::Node;
use crate::source::{SourceId, Sources, Span};

pub use infer::inferred;
use keywords::Finding;
use node::{Part, RecordJson};
use place::Places;

/// A compiled JSON Schema.
#[derive(Debug)]
pub struct Schema {
    validator: Validator<RecordJson>,
    file: File,
}

/// One way in which a record breaks its schema.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Violation {
    /// Where in the record, in dots (`input.context.role`, `votes.0.agent`); empty for the whole record.
    pub path: String,
    /// The violated keyword as a JSON pointer into the schema, such as `/properties/id/pattern`.
    pub schema_path: String,
    /// The keyword in the schema file; `None` where the schema has no file.
    pub schema_span: Option<Span>,
    /// One phrase of at most 200 characters that names the path, what was expected and what was found.
    pub message: String,
}

/// A text that is no usable schema.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the schema cannot be used: {reason}")]
pub struct SchemaError {
    /// What is wrong with it, in one phrase.
    pub reason: String,
}

impl Schema {
    /// Compiles a schema file. Every mistake becomes a diagnostic that points into the file; `None` when there is one.
    pub fn compile(source: SourceId, sources: &Sources, diagnostics: &mut Diagnostics) -> Option<Self> {
        let text = sources.get(source)?.text();
        match Self::read(text, Some(source)) {
            Ok(schema) => Some(schema),
            Err(found) => {
                diagnostics.append(found.into_iter().collect());
                None
            }
        }
    }

    /// Compiles a schema that has no file, such as one that was inferred.
    ///
    /// # Errors
    /// The first mistake in the text.
    pub fn compile_text(text: &str) -> Result<Self, SchemaError> {
        Self::read(text, None).map_err(|found| {
            let reason = found.into_iter().next().map(|first| first.message).unwrap_or_default();
            SchemaError { reason }
        })
    }

    fn read(text: &str, source: Option<SourceId>) -> Result<Self, Vec<Diagnostic>> {
        let schema: Value = serde_json::from_str(text).map_err(|error| vec![not_json(&error, text, source)])?;
        let file = File { source, places: Places::read(text) };
        let found = file.mistakes(&schema);
        if !found.is_empty() {
            return Err(found);
        }
        let validator = jsonschema::options_for::<RecordJson>()
            .with_draft(Draft::Draft202012)
            .should_validate_formats(true)
            .should_ignore_unknown_formats(false)
            .offline()
            .build(&schema)
            .map_err(|error| vec![file.broken_rule(&error)])?;
        Ok(Self { validator, file })
    }

    /// Whether a record keeps the schema. Nothing is built on the way.
    #[must_use]
    pub fn accepts(&self, record: Node<'_>) -> bool {
        self.validator.is_valid(Part::Value(record))
    }

    /// All violations of a record, in the order of their places; empty for a record that [`Schema::accepts`] takes.
    #[must_use]
    pub fn violations(&self, record: Node<'_>) -> Vec<Violation> {
        let errors = self.validator.iter_errors(Part::Value(record));
        let mut found: Vec<Violation> = errors.map(|error| self.violation(&error)).collect();
        found.sort();
        found.dedup();
        found
    }

    fn violation(&self, error: &ValidationError<'_>) -> Violation {
        let schema_path = error.schema_path().as_str().to_owned();
        Violation {
            path: message::dotted(error.instance_path().as_str()),
            schema_span: self.file.span(&schema_path, true),
            schema_path,
            message: message::describe(error),
        }
    }
}

/// The schema file: its name and where its parts stand.
#[derive(Debug)]
struct File {
    source: Option<SourceId>,
    places: Places,
}

impl File {
    /// The key at a pointer, or the value where there is none or the value is asked for.
    fn span(&self, pointer: &str, key: bool) -> Option<Span> {
        let place = self.places.nearest(pointer)?;
        let range = place.key.clone().filter(|_| key).unwrap_or_else(|| place.value.clone());
        self.source.map(|source| Span::new(source, range))
    }

    /// All that is wrong with the schema: our own rules first, then those of the meta-schema that say something new.
    fn mistakes(&self, schema: &Value) -> Vec<Diagnostic> {
        let repeated = self.places.repeated.iter().map(|(name, key)| {
            let span = self.source.map(|source| Span::new(source, key.clone()));
            diagnostic(codes::DUPLICATE_KEY, span, format!("`{name}` stands twice in one object"))
        });
        let findings = keywords::inspect(schema);
        let meta = jsonschema::draft202012::meta::validator();
        let mut found: Vec<Diagnostic> = repeated.chain(findings.iter().map(|finding| self.finding(finding))).collect();
        for error in meta.iter_errors(schema) {
            let pointer = error.instance_path().as_str();
            let new = !findings.iter().any(|finding| {
                finding.pointer == pointer || lies_in(pointer, &finding.pointer) || lies_in(&finding.pointer, pointer)
            });
            let rule = self.broken_rule(&error);
            if new && !found.contains(&rule) {
                found.push(rule);
            }
        }
        found
    }

    fn finding(&self, finding: &Finding) -> Diagnostic {
        let found = diagnostic(finding.code, self.span(&finding.pointer, finding.at_key), finding.message.clone());
        match &finding.hint {
            Some(hint) => found.hint(hint.clone()),
            None => found,
        }
    }

    /// A rule of JSON Schema itself that the schema breaks.
    fn broken_rule(&self, error: &ValidationError<'_>) -> Diagnostic {
        let span = self.span(error.instance_path().as_str(), false);
        diagnostic(codes::SCHEMA_INVALID, span, message::describe(error))
    }
}

/// Whether `inner` points to a part of what `outer` points to.
fn lies_in(inner: &str, outer: &str) -> bool {
    inner.strip_prefix(outer).is_some_and(|rest| rest.starts_with('/'))
}

fn not_json(error: &serde_json::Error, text: &str, source: Option<SourceId>) -> Diagnostic {
    let place: Range<usize> = place::at_line(text, error.line(), error.column());
    let whole = error.to_string();
    // The place is shown by the span.
    let reason = whole.split_once(" at line ").map_or(whole.as_str(), |(reason, _)| reason);
    diagnostic(codes::SCHEMA_INVALID, source.map(|source| Span::new(source, place)), format!("not JSON: {reason}"))
}

fn diagnostic(code: Code, span: Option<Span>, message: String) -> Diagnostic {
    match span {
        Some(span) => Diagnostic::error(code, span, message),
        None => Diagnostic::unplaced(code, message),
    }
}
