//! `zipf`: ranks of which few are common and many are rare, as words, customers and cache keys are.

use std::borrow::Cow;

use super::FormKind;
use super::choices::{Pool, Values};
use super::number::{Least, Number, NumberOp};
use super::parse::{Parse, Shape};
use super::range::inner;
use crate::data::{Type, Value};
use crate::diag::{Diagnostic, codes};
use crate::engine::yaml::NodeKind;
use crate::program::{Env, ExprText, Fault, Form, Lower, Lowered, Op, Origin, Telling};
use crate::random::{MOST_RANKS, Zipf};
use crate::source::Span;

/// The form.
pub(super) const KIND: FormKind = FormKind {
    head: "zipf",
    options: &["s"],
    draws: true,
    parse,
    doc: "A rank from 1 to the given number, rank `k` in proportion to `k` to the power of `-s` (default 1). Of a list, or a bare \
          expression that gives one, it draws the values: the first is the most common. The number and `s` may be computed.",
    example: "requested_key: {zipf: 100000, s: 1.1}",
    schema: r##"{"zipf": {"anyOf": [{"type": "integer", "minimum": 1}, {"$ref": "#/$defs/pool"}]}, "s": {"description": "How steep it is: rank `k` occurs in proportion to `k` to the power of `-s` (default 1).", "examples": ["requested_key: {zipf: 100000, s: 1.1}"], "$ref": "#/$defs/size"}}"##,
};

fn parse(cx: &mut Parse<'_>, shape: &Shape<'_>) -> Option<Box<dyn Form>> {
    let ranks = match &shape.head.kind {
        NodeKind::Int(number) => match count(*number) {
            Some(count) => Some(Ranks::Fixed(count)),
            None => {
                cx.report(wrong_count(shape.head.span, &shape.head.raw));
                None
            }
        },
        NodeKind::Text(scalar) if scalar.text.contains("{{") => inner(cx, shape.head, "the number of ranks").map(Ranks::Expr),
        NodeKind::Text(_) | NodeKind::List(_) => Pool::parse(cx, shape.head).map(Ranks::Pool),
        _ => {
            cx.expected(shape.head, "a number of ranks, or a list of values");
            None
        }
    };
    let s = match shape.option("s") {
        Some(node) => Number::parse(cx, node, "`s`", Least::Zero).map(Some),
        None => Some(None),
    };
    Some(Box::new(Ranked { span: shape.span, ranks: ranks?, s: s? }))
}

/// A number of ranks, where it is one.
fn count(number: i128) -> Option<u64> {
    u64::try_from(number).ok().filter(|count| (1..=MOST_RANKS).contains(count))
}

fn wrong_count(span: Span, found: &str) -> Diagnostic {
    Diagnostic::error(codes::BAD_RANGE, span, format!("expected a number of ranks from 1 to {MOST_RANKS}, found {found}"))
}

enum Ranks {
    Fixed(u64),
    Expr(ExprText),
    Pool(Pool),
}

struct Ranked {
    span: Span,
    ranks: Ranks,
    s: Option<Number>,
}

impl Form for Ranked {
    fn span(&self) -> Span {
        self.span
    }

    fn lower(&self, cx: &mut Lower<'_>) -> Lowered {
        let (ranks, ty) = match &self.ranks {
            Ranks::Fixed(count) => (RanksOp::Fixed(*count), Type::int_range(1, i128::from(*count))),
            Ranks::Expr(expr) => {
                let (op, ty, _) = expr.lower(cx);
                if !ty.is_any() && !ty.is_never() && ty.int.is_none() {
                    let message = format!("the number of ranks must be an integer, found {}", ty.describe());
                    cx.report(Diagnostic::error(codes::TYPE_MISMATCH, expr.span(), message));
                }
                let most = ty.int.map_or(i128::MAX, |range| range.max).clamp(1, i128::from(MOST_RANKS));
                (RanksOp::Computed(op, expr.span()), Type::int_range(1, most))
            }
            Ranks::Pool(pool) => {
                let (values, ty, _) = pool.lower(cx);
                (RanksOp::Pool(values), ty)
            }
        };
        let s = self.s.as_ref().map_or(NumberOp::Fixed(1.0), |s| s.lower(cx));
        Lowered::new(RankedOp { span: self.span, draw: cx.draw(), ranks, s }, ty)
    }

    fn draws(&self) -> bool {
        true
    }
}

enum RanksOp {
    Fixed(u64),
    Computed(Box<dyn Op>, Span),
    Pool(Values),
}

struct RankedOp {
    span: Span,
    draw: usize,
    ranks: RanksOp,
    s: NumberOp,
}

impl Op for RankedOp {
    fn eval<'e>(&'e self, env: &Env<'e>) -> Result<Cow<'e, Value>, Fault> {
        let s = self.s.eval(env)?;
        let rank = |count: u64| Zipf::new(count, s).draw(&mut env.stream(self.draw));
        let number = match &self.ranks {
            RanksOp::Fixed(count) => rank(*count),
            RanksOp::Computed(op, span) => {
                let value = op.eval(env)?;
                let found = || value.as_int().map_or_else(|| value.kind().to_owned(), |number| number.to_string());
                rank(value.as_int().and_then(count).ok_or_else(|| Box::new(wrong_count(*span, &found())))?)
            }
            RanksOp::Pool(values) => {
                return values.with(env, |items| {
                    let at = usize::try_from(rank(items.len() as u64) - 1).ok();
                    at.and_then(|at| items.get(at)).cloned().map(Cow::Owned).ok_or_else(|| {
                        let span = values.span().unwrap_or(self.span);
                        Box::new(Diagnostic::error(codes::EMPTY_CHOICE, span, "there is nothing to choose from"))
                    })
                });
            }
        };
        Ok(Cow::Owned(Value::Int(i128::from(number))))
    }

    fn tell(&self, env: &Env<'_>, telling: &mut Telling) -> Result<usize, Fault> {
        let origin = Origin::new("zipf", Some(self.span), self.eval(env)?.into_owned());
        let origin = origin.drawn(telling.drawn(env, self.draw));
        let origin = match &self.ranks {
            RanksOp::Fixed(count) => origin.detail("ranks", Value::Int(i128::from(*count))),
            RanksOp::Computed(op, _) => telling.argument("ranks", &**op, env, origin)?,
            RanksOp::Pool(values) => values.tell(env, telling, origin)?,
        };
        let origin = self.s.tell("s", env, telling, origin)?;
        Ok(telling.add(origin))
    }
}
