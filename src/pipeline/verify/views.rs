//! What a view shows of a record that was verified.
//!
//! In: the frame that the record was made in. Out: the shape that the view gives it, or nothing where the view leaves it out. What
//! must hold: it keeps the `id` of the record and the schema that was inferred from the view, and every format can carry it.

use super::{numbers, schema};
use crate::data::Value;
use crate::diag::{Diagnostic, RecordPlace, codes};
use crate::pipeline::check::{Checked, View};
use crate::program::{Env, Frame};
use crate::record::Node;

/// Where the schema of a view comes from.
const INFERRED: &str = "the schema was inferred from the forms of the view";

/// A record as a view shows it; `None` where it is left out.
///
/// # Errors
/// What is wrong with it.
pub fn shown(checked: &Checked, view: &View, frame: &Frame<'_>, record: &Value) -> Result<Option<Value>, Vec<Diagnostic>> {
    let name = &checked.spec.name;
    let place = |path: &str| RecordPlace { dataset: name.to_string(), index: frame.at.index, path: path.to_owned() };
    let told = |one: Diagnostic| one.hint(format!("in the view `{}`", view.name));
    let env = Env::root(frame);
    let faulty = |fault: Box<Diagnostic>| vec![told(fault.in_record(place("")))];
    if let Some(filter) = &view.filter
        && !filter.eval(&env).map_err(faulty)?.is_true()
    {
        return Ok(None);
    }
    let value = view.record.eval(&env).map_err(faulty)?.into_owned();
    let form = checked.spec.views.get(&view.name).map(|view| &*view.record);
    let root = Node::of(&value);
    let mut wrong = Vec::new();
    numbers::check(form, root, &place, &mut wrong);
    schema::check((&view.schema, Some(INFERRED)), form, root, &place, &mut wrong);
    if value.at("id") != record.at("id") {
        let span = form.map_or(checked.spec.name_span, |form| super::span_in(form, "id"));
        let diagnostic = Diagnostic::error(codes::NAME_COLLISION, span, "the `id` of a view is that of its record");
        wrong.push(diagnostic.in_record(place("id")));
    }
    if wrong.is_empty() { Ok(Some(value)) } else { Err(wrong.into_iter().map(told).collect()) }
}
