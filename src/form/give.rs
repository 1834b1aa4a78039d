//! `give`: a value, with whatever modifiers stand beside it.

use super::FormKind;
use super::parse::{Parse, Shape};
use crate::engine::yaml::Node;
use crate::program::Form;

/// The form.
pub(super) const KIND: FormKind = FormKind {
    head: "give",
    options: &[],
    draws: false,
    parse,
    doc: "A value: data, in which one whole `{{ … }}` keeps its type. Directly under it a head key makes a form; everything \
          deeper is data. Its use is with modifiers: `each`, `let`, `when`.",
    example: "todos: {each: duties, as: d, give: \"{{ d.todo }}\"}",
    schema: r##"{"give": {"$ref": "#/$defs/value"}}"##,
};

fn parse(cx: &mut Parse<'_>, shape: &Shape<'_>) -> Option<Box<dyn Form>> {
    body(cx, shape, shape.head)
}

/// Reads what stands under a `give`.
pub(super) fn body(cx: &mut Parse<'_>, shape: &Shape<'_>, node: &Node) -> Option<Box<dyn Form>> {
    if shape.dollar { cx.data(node, shape.position) } else { cx.given(node, shape.position) }
}
