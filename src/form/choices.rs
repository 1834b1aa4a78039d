//! What draws choose from: a pool written in the spec, or one that an expression gives.

use std::borrow::Cow;

use super::parse::{Parse, unwritten};
use crate::data::{Type, Value};
use crate::diag::{Diagnostic, codes};
use crate::engine::yaml::{Node, NodeKind};
use crate::program::{Env, ExprText, Fault, Lower, Op, Origin, Telling};
use crate::source::Span;

/// A pool: literal values, or a bare expression that gives a list.
pub(super) enum Pool {
    /// Values in the order written.
    Values(Span, Vec<Value>),
    /// An expression.
    Expr(ExprText),
}

impl Pool {
    /// Reads a pool; an empty list is a mistake.
    pub(super) fn parse(cx: &mut Parse<'_>, node: &Node) -> Option<Self> {
        match &node.kind {
            NodeKind::List(items) if items.is_empty() => {
                cx.report(Diagnostic::error(codes::EMPTY_CHOICE, node.span, "there is nothing to choose from"));
                None
            }
            NodeKind::List(items) => {
                let values = items.iter().map(|item| literal(cx, item)).collect::<Vec<_>>();
                let pool = Self::Values(node.span, values.into_iter().collect::<Option<_>>()?);
                pool.one_kind(cx);
                Some(pool)
            }
            NodeKind::Text(_) => cx.expression(node).map(Self::Expr),
            _ => {
                cx.expected(node, "a list, or an expression that gives one");
                None
            }
        }
    }

    /// A pool of several kinds is a slip more often than not (`[no, 1.0, "x"]`).
    fn one_kind(&self, cx: &mut Parse<'_>) {
        if let Self::Values(span, values) = self {
            mixed(cx, *span, values.iter());
        }
    }

    /// Lowers it: the operation that gives the list, its element type, and how many elements there are.
    pub(super) fn lower(&self, cx: &mut Lower<'_>) -> (Values, Type, (usize, Option<usize>)) {
        match self {
            Self::Values(_, values) => {
                let ty = Type::join_all(values.iter().map(Type::of));
                (Values::Fixed(values.clone()), ty, (values.len(), Some(values.len())))
            }
            Self::Expr(expr) => {
                let (op, ty, _) = expr.lower(cx);
                if !ty.is_any() && ty.list.is_none() {
                    let message = format!("expected a list to choose from, found {}", ty.describe());
                    cx.report(Diagnostic::error(codes::TYPE_MISMATCH, expr.span(), message));
                }
                let sizes = ty.list.as_ref().map_or((0, None), |list| (list.min, list.max));
                if sizes.1 == Some(0) && !ty.is_any() {
                    cx.report(Diagnostic::error(codes::EMPTY_CHOICE, expr.span(), "there is nothing to choose from"));
                }
                (Values::Computed(op, expr.span()), ty.item(), sizes)
            }
        }
    }
}

/// A literal value: templates are for `give`.
pub(super) fn literal(cx: &mut Parse<'_>, node: &Node) -> Option<Value> {
    if node.as_text().is_some_and(|text| text.contains("{{")) {
        cx.report(
            Diagnostic::error(codes::WRONG_POSITION, node.span, "an expression cannot stand in a pool of values")
                .hint("give the whole pool as an expression, or choose by `[{give: …, weight: …}]`"),
        );
        return None;
    }
    if let Some(node) = node.unwritten() {
        cx.report(unwritten(node));
        return None;
    }
    Some(node.value())
}

/// Reports a pool whose values are of several kinds.
pub(super) fn mixed<'v>(cx: &mut Parse<'_>, span: Span, values: impl Iterator<Item = &'v Value>) {
    let ty = Type::join_all(values.map(Type::of));
    let kinds = ty.kinds();
    let numbers = kinds.iter().all(|kind| matches!(*kind, "integer" | "number"));
    if kinds.iter().filter(|kind| **kind != "null").count() > 1 && !numbers {
        let message = format!("a pool of several kinds: {}", kinds.join(", "));
        cx.report(
            Diagnostic::error(codes::WRONG_TYPE, span, message)
                .hint("quote the values that are meant as text; YAML reads bare numbers, `true` and `null` as such"),
        );
    }
}

/// The values of a pool while a record is made.
pub(super) enum Values {
    /// The same for every record.
    Fixed(Vec<Value>),
    /// Computed.
    Computed(Box<dyn Op>, Span),
}

impl Values {
    /// Calls `choose` with the values of this place.
    pub(super) fn with<'e, T>(&'e self, env: &Env<'e>, choose: impl FnOnce(&[Value]) -> Result<T, Fault>) -> Result<T, Fault> {
        match self {
            Self::Fixed(values) => choose(values),
            Self::Computed(op, span) => {
                let value: Cow<'e, Value> = op.eval(env)?;
                match value.as_list() {
                    Some(items) => choose(items),
                    None => {
                        let message = format!("expected a list to choose from, found {}", value.kind());
                        Err(Box::new(Diagnostic::error(codes::TYPE_MISMATCH, *span, message)))
                    }
                }
            }
        }
    }

    /// Adds what there is to choose from to what is told of a choice.
    pub(super) fn tell(&self, env: &Env<'_>, telling: &mut Telling, origin: Origin) -> Result<Origin, Fault> {
        match self {
            Self::Fixed(values) => Ok(origin.detail("options", Value::list(values.iter().cloned()))),
            Self::Computed(op, _) => telling.argument("options", &**op, env, origin),
        }
    }

    /// The place of a computed pool.
    pub(super) fn span(&self) -> Option<Span> {
        match self {
            Self::Fixed(_) => None,
            Self::Computed(_, span) => Some(*span),
        }
    }
}
