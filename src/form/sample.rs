//! `sample`: several values of a pool, in the order of the pool.

use std::borrow::Cow;

use super::FormKind;
use super::choices::{Pool, Values};
use super::parse::{Parse, Shape};
use super::range::{Ends, Range, inner};
use crate::data::{Type, Value};
use crate::diag::{Diagnostic, codes};
use crate::engine::yaml::{Node, NodeKind};
use crate::program::{Env, ExprText, Fault, Form, Lower, Lowered, Op, Origin, Telling};
use crate::source::Span;

/// The form.
pub(super) const KIND: FormKind = FormKind {
    head: "sample",
    options: &["count", "share"],
    draws: true,
    parse,
    doc: "Several different values of a pool, in the pool's order. `count` says how many (a number or a range, cut at the \
          size of the pool); `share` keeps each one with that probability, independently. A bare name is a list to sample from.",
    example: "evidence: {sample: proofs, count: 0..3}",
    schema: r##"{"sample": {"$ref": "#/$defs/pool"}, "count": {"description": "How many: a number or a range, cut at the size of the pool.", "examples": ["evidence: {sample: proofs, count: 0..3}"], "$ref": "#/$defs/range"}, "share": {"description": "The probability of each value to be kept, independently of the others.", "examples": ["evidence: {sample: proofs, share: 0.3}"], "$ref": "#/$defs/probability"}}"##,
};

fn parse(cx: &mut Parse<'_>, shape: &Shape<'_>) -> Option<Box<dyn Form>> {
    let pool = Pool::parse(cx, shape.head);
    let amount = match (shape.option("count"), shape.option("share")) {
        (Some(count), None) => count_of(cx, count).map(Amount::Count),
        (None, Some(share)) => Share::parse(cx, share).map(Amount::Share),
        (Some(_), Some(share)) => {
            cx.report(Diagnostic::error(codes::FOREIGN_KEY, share.span, "`share` beside `count`").hint("take one of the two"));
            None
        }
        (None, None) => {
            cx.report(
                Diagnostic::error(codes::MISSING_KEY, shape.span, "`sample` without `count` or `share`")
                    .hint("say how many: `count: 0..3`, or how likely each one is: `share: 0.5`"),
            );
            None
        }
    };
    Some(Box::new(Sample { span: shape.span, pool: pool?, amount: amount? }))
}

fn count_of(cx: &mut Parse<'_>, node: &Node) -> Option<Range> {
    let range = Range::parse(cx, node, false)?;
    if range.fixed_ints().is_some_and(|(min, _)| min < 0) {
        cx.report(Diagnostic::error(codes::BAD_RANGE, node.span, "a count cannot be negative"));
        return None;
    }
    Some(range)
}

/// A probability: a decimal of the spec, compared exactly, or an expression.
pub(super) enum Share {
    /// `numerator / denominator`.
    Exact(u64, u64),
    /// Computed.
    Expr(ExprText),
}

impl Share {
    /// Reads a probability from 0 to 1.
    pub(super) fn parse(cx: &mut Parse<'_>, node: &Node) -> Option<Self> {
        if node.as_scalar().is_some_and(|scalar| scalar.text.contains("{{")) {
            return inner(cx, node, "a probability").map(Self::Expr);
        }
        let exact = match node.kind {
            NodeKind::Int(_) | NodeKind::Float(_) => fraction(&node.raw),
            _ => None,
        };
        match exact {
            Some((numerator, denominator)) if numerator <= denominator => Some(Self::Exact(numerator, denominator)),
            _ => {
                let found = node.scalar_text().unwrap_or(node.kind_word()).to_owned();
                cx.report(
                    Diagnostic::error(codes::BAD_RANGE, node.span, format!("expected a probability, found {found}"))
                        .hint("a probability is a decimal from 0 to 1"),
                );
                None
            }
        }
    }

    /// Lowers it.
    pub(super) fn lower(&self, cx: &mut Lower<'_>) -> ShareOp {
        match self {
            Self::Exact(numerator, denominator) => ShareOp::Exact(*numerator, *denominator),
            Self::Expr(expr) => {
                let (op, ty, _) = expr.lower(cx);
                if !ty.is_any() && ty.int.is_none() && !ty.float {
                    let message = format!("a probability must be a number, found {}", ty.describe());
                    cx.report(Diagnostic::error(codes::TYPE_MISMATCH, expr.span(), message));
                }
                ShareOp::Computed(op, expr.span())
            }
        }
    }
}

/// `0.35` as 35 of 100; `None` for what is no plain decimal of at most nine places.
fn fraction(text: &str) -> Option<(u64, u64)> {
    let (whole, places) = text.split_once('.').unwrap_or((text, ""));
    if places.len() > 9 || !places.chars().all(|c| c.is_ascii_digit()) {
        return None;
    }
    let denominator = 10_u64.pow(u32::try_from(places.len()).ok()?);
    let digits = format!("{}{places}", if whole.is_empty() { "0" } else { whole });
    Some((digits.parse().ok()?, denominator))
}

/// A lowered probability.
pub(super) enum ShareOp {
    /// `numerator / denominator`.
    Exact(u64, u64),
    /// Computed.
    Computed(Box<dyn Op>, Span),
}

/// A probability in one record.
#[derive(Clone, Copy)]
pub(super) enum Probability {
    /// `numerator / denominator`.
    Exact(u64, u64),
    /// A float.
    Float(f64),
}

impl ShareOp {
    /// Adds the probability to what is told of a draw.
    pub(super) fn tell(&self, env: &Env<'_>, telling: &mut Telling, origin: Origin) -> Result<Origin, Fault> {
        match self {
            #[expect(clippy::cast_precision_loss, reason = "of at most nine digits each")]
            Self::Exact(numerator, denominator) => {
                Ok(origin.detail("probability", Value::Float(*numerator as f64 / *denominator as f64)))
            }
            Self::Computed(op, _) => telling.argument("probability", &**op, env, origin),
        }
    }

    /// The probability in this place.
    pub(super) fn eval(&self, env: &Env<'_>) -> Result<Probability, Fault> {
        match self {
            Self::Exact(numerator, denominator) => Ok(Probability::Exact(*numerator, *denominator)),
            Self::Computed(op, span) => {
                let value = op.eval(env)?;
                match value.as_float() {
                    Some(share) if (0.0..=1.0).contains(&share) => Ok(Probability::Float(share)),
                    found => {
                        let found = found.map_or_else(|| value.kind().to_owned(), |number| number.to_string());
                        let message = format!("a probability must be a number from 0 to 1, found {found}");
                        Err(Box::new(Diagnostic::error(codes::BAD_RANGE, *span, message)))
                    }
                }
            }
        }
    }
}

impl Probability {
    /// Draws.
    pub(super) fn happens(self, stream: &mut crate::random::Stream) -> bool {
        match self {
            Self::Exact(numerator, denominator) => stream.chance(numerator, denominator),
            Self::Float(share) => stream.unit() < share,
        }
    }
}

enum Amount {
    Count(Range),
    Share(Share),
}

struct Sample {
    span: Span,
    pool: Pool,
    amount: Amount,
}

impl Form for Sample {
    fn span(&self) -> Span {
        self.span
    }

    fn lower(&self, cx: &mut Lower<'_>) -> Lowered {
        let (values, item, (_, most)) = self.pool.lower(cx);
        let (amount, ty) = match &self.amount {
            Amount::Share(share) => (AmountOp::Share(share.lower(cx)), Type::list_between(item, 0, most)),
            Amount::Count(range) => {
                let ends = range.lower(cx, false);
                let (least, greatest) = ends.reach();
                let least = usize::try_from(least.max(0)).unwrap_or(0).min(most.unwrap_or(usize::MAX));
                let greatest = usize::try_from(greatest.max(0)).unwrap_or(usize::MAX).min(most.unwrap_or(usize::MAX));
                (AmountOp::Count(Box::new(ends)), Type::list_between(item, least, Some(greatest)))
            }
        };
        Lowered::new(SampleOp { span: self.span, draw: cx.draw(), values, amount }, ty)
    }

    fn draws(&self) -> bool {
        true
    }
}

enum AmountOp {
    Count(Box<Ends>),
    Share(ShareOp),
}

struct SampleOp {
    span: Span,
    draw: usize,
    values: Values,
    amount: AmountOp,
}

impl Op for SampleOp {
    fn eval<'e>(&'e self, env: &Env<'e>) -> Result<Cow<'e, Value>, Fault> {
        let mut stream = env.stream(self.draw);
        let chosen = match &self.amount {
            AmountOp::Share(share) => {
                let share = share.eval(env)?;
                self.values
                    .with(env, |items| Ok(items.iter().filter(|_| share.happens(&mut stream)).cloned().collect::<Vec<_>>()))?
            }
            AmountOp::Count(ends) => {
                let (min, max) = ends.ints(env)?;
                let count = usize::try_from(stream.int(min, max).max(0)).unwrap_or(usize::MAX);
                self.values.with(env, |items| {
                    let places = stream.sample(items.len(), count.min(items.len()));
                    Ok(places.into_iter().filter_map(|at| items.get(at).cloned()).collect())
                })?
            }
        };
        Ok(Cow::Owned(Value::list(chosen)))
    }

    fn tell(&self, env: &Env<'_>, telling: &mut Telling) -> Result<usize, Fault> {
        let origin = Origin::new("sample", Some(self.span), self.eval(env)?.into_owned());
        let origin = origin.drawn(telling.drawn(env, self.draw));
        let origin = match &self.amount {
            AmountOp::Share(share) => share.tell(env, telling, origin)?,
            AmountOp::Count(ends) => ends.tell(env, telling, origin)?,
        };
        let origin = self.values.tell(env, telling, origin)?;
        Ok(telling.add(origin))
    }
}
