//! The JSON Schema of a record or a view: the file that the spec names, else the schema that was inferred from its forms.

use std::collections::BTreeSet;

use crate::diag::{Diagnostic, RecordPlace, codes};
use crate::engine::json_schema::Schema;
use crate::program::Form;
use crate::record::Node;

/// Where a schema comes from that no file holds.
pub(super) const INFERRED: &str = "the schema was inferred from the record's forms; a file named by `schema:` takes its place";

/// Reports every violation, at the schema's line, with the record's line of the spec beside it.
pub(super) fn check(
    (schema, hint): (&Schema, Option<&str>),
    form: Option<&dyn Form>,
    root: Node<'_>,
    place: &dyn Fn(&str) -> RecordPlace,
    wrong: &mut Vec<Diagnostic>,
) {
    if schema.accepts(root) {
        return;
    }
    let mut told = BTreeSet::new();
    for violation in schema.violations(root) {
        // Two branches of a schema may ask for the same.
        if !told.insert((violation.path.clone(), violation.message.clone())) {
            continue;
        }
        let spec = form.map(|form| super::span_in(form, &violation.path));
        let diagnostic = match (spec, violation.schema_span) {
            (Some(spec), Some(schema)) => {
                Diagnostic::error(codes::SCHEMA_VIOLATION, spec, violation.message).label(schema, "the schema says so here")
            }
            (Some(span), None) | (None, Some(span)) => Diagnostic::error(codes::SCHEMA_VIOLATION, span, violation.message),
            (None, None) => Diagnostic::unplaced(codes::SCHEMA_VIOLATION, violation.message),
        };
        let diagnostic = hint.iter().fold(diagnostic, |one, hint| one.hint(*hint));
        wrong.push(diagnostic.in_record(place(&violation.path)));
    }
}
