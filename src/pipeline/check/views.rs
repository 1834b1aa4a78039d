//! The views of a spec, lowered.
//!
//! In: what each view shows, as forms. Out: a [`View`] that can be evaluated beside the record that it shows, with a JSON Schema
//! of its own. What must hold: a view draws nothing and changes nothing, so the record is the same whether there are views or not.

use super::Checked;
use crate::data::{Text, Type};
use crate::diag::{Diagnostic, Diagnostics, codes};
use crate::engine::json_schema::{Schema, inferred};
use crate::program::{Answer, Code, ExprText, Lower, Op};
use crate::source::Span;
use crate::spec::{self, Spec};

/// Another shape of the records of a dataset.
pub struct View {
    /// Its name.
    pub name: Text,
    /// Which records it shows; `None` for all.
    pub filter: Option<Box<dyn Op>>,
    /// What it shows of each.
    pub record: Box<dyn Op>,
    /// What is known of that.
    pub ty: Type,
    /// The JSON Schema that was inferred from it, as text.
    pub inferred: String,
    /// What everything that it shows must pass.
    pub schema: Schema,
}

/// What records look like as they are written.
#[derive(Clone, Copy)]
pub struct Shape<'c> {
    /// What is known of them.
    pub ty: &'c Type,
    /// Their JSON Schema, as text.
    pub inferred: &'c str,
    /// Where the spec says so.
    pub span: Span,
}

impl Checked {
    /// A view by its name.
    #[must_use]
    pub fn view(&self, name: &str) -> Option<&View> {
        self.views.iter().find(|view| view.name == name)
    }

    /// What records look like as they are written, in the shape of a view or in their own.
    #[must_use]
    pub fn shape<'c>(&'c self, view: Option<&'c View>) -> Shape<'c> {
        match view {
            Some(view) => {
                let span = self.spec.views.get(&view.name).map_or(self.spec.name_span, |view| view.span);
                Shape { ty: &view.ty, inferred: &view.inferred, span }
            }
            None => {
                let span = self.spec.record.as_ref().map_or(self.spec.name_span, |(span, _)| *span);
                Shape { ty: &self.record, inferred: &self.inferred, span }
            }
        }
    }
}

/// A view before its schema is known.
pub(super) struct Lowered {
    name: Text,
    span: Span,
    filter: Option<Box<dyn Op>>,
    record: Box<dyn Op>,
    ty: Type,
}

/// Lowers the views of a spec.
pub(super) fn lower(spec: &Spec, cx: &mut Lower<'_>) -> Vec<Lowered> {
    spec.views.iter().map(|(name, view)| one(name, view, cx)).collect()
}

fn one(name: &Text, view: &spec::View, cx: &mut Lower<'_>) -> Lowered {
    let filter = view.filter.as_ref().map(|that| condition(that, cx));
    let (outside, errors) = (cx.assumed(), cx.diagnostics.counts().0);
    if let Some(that) = &view.filter {
        cx.assume(that, Answer::Yes);
    }
    let ((lowered, reads), causes) =
        cx.causes_of(|cx| cx.reads_of(|cx| cx.guarded(view.filter.is_some(), |cx| view.record.lower(cx))));
    cx.forget(outside);
    if reads.is_empty() && causes.is_empty() && cx.diagnostics.counts().0 == errors {
        let message = format!("the view `{name}` reads nothing of the record");
        let hint = "read its names, or `record`: `request: \"{{ record.input.request }}\"`";
        cx.report(Diagnostic::error(codes::CONSTANT, view.span, message).hint(hint));
    }
    Lowered { name: name.clone(), span: view.span, filter, record: lowered.op, ty: lowered.ty }
}

/// The condition under which a record is shown.
fn condition(that: &ExprText, cx: &mut Lower<'_>) -> Box<dyn Op> {
    let ty = cx.type_of(|cx| cx.guarded(true, |cx| that.lower(cx).1));
    if ty.is_any() || ty.is_never() || ty.is_bool() {
        return cx.guarded(true, |cx| cx.decides(that, "this condition is never true")).op;
    }
    let message = format!("expected a condition, found {}", ty.describe());
    let diagnostic = Diagnostic::error(codes::TYPE_MISMATCH, that.span(), message);
    cx.report(diagnostic.hint("compare it: `where` takes what is true or false"));
    Box::new(Code::Const(crate::data::Value::Bool(true)))
}

/// Infers the schema of each view.
pub(super) fn finish(dataset: &str, lowered: Vec<Lowered>, diagnostics: &mut Diagnostics) -> Vec<View> {
    let mut views = Vec::with_capacity(lowered.len());
    for Lowered { name, span, filter, record, ty } in lowered {
        let inferred = inferred(&format!("{dataset}, view {name}"), &ty);
        match Schema::compile_text(&inferred) {
            Ok(schema) => views.push(View { name, filter, record, ty, inferred, schema }),
            Err(error) => {
                let message = format!("no schema can be inferred from the view `{name}`: {}", error.reason);
                diagnostics.push(Diagnostic::error(codes::SCHEMA_INVALID, span, message));
            }
        }
    }
    views
}
