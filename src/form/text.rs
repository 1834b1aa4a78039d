//! `text`: a template that is text whatever it holds.

use super::FormKind;
use super::data::Templated;
use super::parse::{Parse, Shape};
use crate::program::{Form, TemplateText};

/// The form.
pub(super) const KIND: FormKind = FormKind {
    head: "text",
    options: &[],
    draws: false,
    parse,
    doc: "A template whose result is text, even where it is one whole `{{ … }}`.",
    example: "label: {text: \"{{ index }}\"}",
    schema: r#"{"text": {"type": ["string", "number", "boolean"]}}"#,
};

fn parse(cx: &mut Parse<'_>, shape: &Shape<'_>) -> Option<Box<dyn Form>> {
    match shape.head.scalar() {
        Some(scalar) => Some(Box::new(Templated::text(TemplateText::new(&scalar)))),
        None => {
            cx.expected(shape.head, "text");
            None
        }
    }
}
