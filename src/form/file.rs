//! `file`: a template from a file under `templates/`.

use super::FormKind;
use super::data::Templated;
use super::parse::{Parse, Shape};
use crate::program::{Form, TemplateText};

/// The form.
pub(super) const KIND: FormKind = FormKind {
    head: "file",
    options: &[],
    draws: false,
    parse,
    doc: "The text of a template file; its path is relative to `templates/` and never leaves the workspace. It sees the same \
          names as a template written in place.",
    example: "reasoning: {file: reasoning.j2}",
    schema: r#"{"file": {"type": "string"}}"#,
};

fn parse(cx: &mut Parse<'_>, shape: &Shape<'_>) -> Option<Box<dyn Form>> {
    let Some(path) = shape.head.as_text() else {
        cx.expected(shape.head, "the path of a template");
        return None;
    };
    let (text, span) = cx.files.template(path, shape.head.span, cx.diagnostics)?;
    Some(Box::new(Templated::text(TemplateText::file(&text, span))))
}
