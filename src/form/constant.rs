//! `const`: data as it is written.

use super::FormKind;
use super::data::Literal;
use super::parse::{Parse, Shape, unwritten};
use crate::program::Form;

/// The form.
pub(super) const KIND: FormKind = FormKind {
    head: "const",
    options: &[],
    draws: false,
    parse,
    doc: "Data as it is written: nothing in it is a form or an expression. Needed for data with a key that is also a head key, \
          and for a list where a list would be a pick.",
    example: "frameworks: {const: [utilitarian, deontological]}",
    schema: r#"{"const": {}}"#,
};

fn parse(cx: &mut Parse<'_>, shape: &Shape<'_>) -> Option<Box<dyn Form>> {
    if let Some(node) = shape.head.unwritten() {
        cx.report(unwritten(node));
        return None;
    }
    Some(Box::new(Literal::of(shape.head)))
}
