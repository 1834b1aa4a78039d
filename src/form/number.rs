//! A number that a form takes: written in the spec, or computed by `"{{ … }}"`.

use super::parse::Parse;
use super::range::inner;
use crate::data::Value;
use crate::diag::{Diagnostic, codes};
use crate::engine::yaml::{Node, NodeKind};
use crate::program::{Env, ExprText, Fault, Lower, Op, Origin, Telling};
use crate::source::Span;

/// Which numbers a form takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Least {
    /// Every finite one.
    Any,
    /// Zero and above.
    Zero,
    /// Above zero.
    AboveZero,
    /// From zero to a mean that can be counted.
    Counted,
}

impl Least {
    fn allows(self, number: f64) -> bool {
        match self {
            Self::Any => true,
            Self::Zero => number >= 0.0,
            Self::AboveZero => number > 0.0,
            Self::Counted => (0.0..=crate::random::MOST_COUNTED).contains(&number),
        }
    }

    fn words(self) -> &'static str {
        match self {
            Self::Any => "a number",
            Self::Zero => "a number of at least 0",
            Self::AboveZero => "a number above 0",
            Self::Counted => "a number from 0 to 1000000000",
        }
    }
}

/// A number as it was parsed.
pub(super) struct Number {
    /// What it is for, in words: `the mean`, or a key in backticks.
    what: &'static str,
    least: Least,
    source: Source,
}

enum Source {
    Fixed(f64),
    Expr(ExprText),
}

impl Number {
    /// Reads one.
    pub(super) fn parse(cx: &mut Parse<'_>, node: &Node, what: &'static str, least: Least) -> Option<Self> {
        if node.as_text().is_some_and(|text| text.contains("{{")) {
            return inner(cx, node, what).map(|expr| Self { what, least, source: Source::Expr(expr) });
        }
        match node.value().as_float().filter(|_| matches!(node.kind, NodeKind::Int(_) | NodeKind::Float(_))) {
            Some(number) if least.allows(number) => Some(Self { what, least, source: Source::Fixed(number) }),
            Some(_) => {
                cx.report(misfit(node.span, what, least, &node.raw));
                None
            }
            None => {
                let message = format!("expected {} as {what}, found {}", least.words(), node.kind_word());
                let diagnostic = Diagnostic::error(codes::WRONG_TYPE, node.span, message);
                cx.report(match node.as_text() {
                    Some(text) => diagnostic.hint(format!("where it is computed write `\"{{{{ {} }}}}\"`", text.trim())),
                    None => diagnostic,
                });
                None
            }
        }
    }

    /// The number, where it is written in the spec.
    pub(super) fn fixed(&self) -> Option<f64> {
        match self.source {
            Source::Fixed(number) => Some(number),
            Source::Expr(_) => None,
        }
    }

    /// Lowers it.
    pub(super) fn lower(&self, cx: &mut Lower<'_>) -> NumberOp {
        match &self.source {
            Source::Fixed(number) => NumberOp::Fixed(*number),
            Source::Expr(expr) => {
                let (op, ty, _) = expr.lower(cx);
                if !ty.is_any() && !ty.is_never() && ty.int.is_none() && !ty.float {
                    let message = format!("{} must be a number, found {}", self.what, ty.describe());
                    cx.report(Diagnostic::error(codes::TYPE_MISMATCH, expr.span(), message));
                }
                NumberOp::Computed(op, expr.span(), self.what, self.least)
            }
        }
    }
}

/// A lowered number.
pub(super) enum NumberOp {
    /// Written in the spec.
    Fixed(f64),
    /// Computed: by what, where, what for, and which numbers it may be.
    Computed(Box<dyn Op>, Span, &'static str, Least),
}

impl NumberOp {
    /// Adds the number, under its key, to what is told of a draw.
    pub(super) fn tell(&self, key: &'static str, env: &Env<'_>, telling: &mut Telling, origin: Origin) -> Result<Origin, Fault> {
        match self {
            Self::Fixed(number) => Ok(origin.detail(key, Value::Float(*number))),
            Self::Computed(op, ..) => telling.argument(key, &**op, env, origin),
        }
    }

    /// The number in this place.
    pub(super) fn eval(&self, env: &Env<'_>) -> Result<f64, Fault> {
        let (op, span, what, least) = match self {
            Self::Fixed(number) => return Ok(*number),
            Self::Computed(op, span, what, least) => (op, span, what, least),
        };
        let value = op.eval(env)?;
        match value.as_float() {
            Some(number) if least.allows(number) => Ok(number),
            Some(number) => Err(Box::new(misfit(*span, what, *least, &number.to_string()))),
            None => Err(Box::new(misfit(*span, what, *least, value.kind()))),
        }
    }
}

fn misfit(span: Span, what: &str, least: Least, found: &str) -> Diagnostic {
    Diagnostic::error(codes::BAD_RANGE, span, format!("expected {} as {what}, found {found}", least.words()))
}
