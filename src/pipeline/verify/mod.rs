//! verify: a record to a verdict. Nothing unverified is written.
//!
//! Every record passes its JSON Schema (a file of the author, or the one inferred from its forms), carries the constitutional hash
//! at every declared place, satisfies the checks of its spec, has the targets that its own input gives, modules that answer their
//! tests as stated, and only numbers that every format can carry. What does not is a diagnostic that names the record, the path
//! inside it and the line of the spec or schema.

mod constitution;
pub mod emitted;
pub mod expectations;
mod numbers;
pub mod policies;
pub mod rederive;
mod rules;
mod schema;
pub mod views;

use super::check::Checked;
use crate::data::Value;
use crate::diag::{Diagnostic, RecordPlace};
use crate::program::{Form, Frame};
use crate::record::Node;
use crate::source::Span;

/// Checks one record; the diagnostics of everything that is wrong with it.
///
/// # Errors
/// What is wrong.
pub fn verify(checked: &Checked, frame: &Frame<'_>, value: &Value) -> Result<(), Vec<Diagnostic>> {
    let root = Node::of(value);
    let mut wrong = Vec::new();
    let place = |path: &str| RecordPlace { dataset: checked.spec.name.to_string(), index: frame.at.index, path: path.to_owned() };
    let form = checked.spec.record.as_ref().map(|(_, form)| &**form);
    numbers::check(form, root, &place, &mut wrong);
    let hint = checked.spec.schema.is_none().then_some(schema::INFERRED);
    schema::check((&checked.schema, hint), form, root, &place, &mut wrong);
    constitution::check(checked, root, &place, &mut wrong);
    rules::check(checked, frame, &place, &mut wrong);
    policies::check(checked, frame, value, &place, &mut wrong);
    rederive::made(checked, frame, value, &place, &mut wrong);
    if wrong.is_empty() { Ok(()) } else { Err(wrong) }
}

/// The line of the spec that gives what stands at a path of the record: the deepest field on the way there.
fn field_span(checked: &Checked, path: &str) -> Option<Span> {
    checked.spec.record.as_ref().map(|(_, record)| span_in(&**record, path))
}

/// The same in a form: that of the record, or of a view.
fn span_in(form: &dyn Form, path: &str) -> Span {
    let mut form = form;
    for part in path.split('.') {
        match form.fields().iter().find(|(name, _)| name == part) {
            Some((_, field)) => form = &**field,
            None => break,
        }
    }
    form.span()
}
