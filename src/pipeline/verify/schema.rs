//! The record's JSON Schema.

use crate::diag::{Diagnostic, RecordPlace, codes};
use crate::pipeline::check::Checked;
use crate::record::Node;

/// Reports every violation, at the schema's line, with the record's line of the spec beside it.
pub(super) fn check(checked: &Checked, root: Node<'_>, place: &dyn Fn(&str) -> RecordPlace, wrong: &mut Vec<Diagnostic>) {
    let Some(schema) = &checked.schema else { return };
    if schema.accepts(root) {
        return;
    }
    for violation in schema.violations(root) {
        let spec = super::field_span(checked, &violation.path);
        let diagnostic = match (spec, violation.schema_span) {
            (Some(spec), Some(schema)) => {
                Diagnostic::error(codes::SCHEMA_VIOLATION, spec, violation.message).label(schema, "the schema says so here")
            }
            (Some(span), None) | (None, Some(span)) => Diagnostic::error(codes::SCHEMA_VIOLATION, span, violation.message),
            (None, None) => Diagnostic::unplaced(codes::SCHEMA_VIOLATION, violation.message),
        };
        wrong.push(diagnostic.in_record(place(&violation.path)));
    }
}
