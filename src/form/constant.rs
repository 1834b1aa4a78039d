//! `const`: data as it is written.

use super::FormKind;
use super::data::Literal;
use super::parse::{Parse, Shape};
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

#[expect(clippy::unnecessary_wraps, reason = "the signature of every form's parser")]
fn parse(_: &mut Parse<'_>, shape: &Shape<'_>) -> Option<Box<dyn Form>> {
    Some(Box::new(Literal::of(shape.head)))
}
