//! `near`: whole numbers around limits, where decisions flip.

use std::borrow::Cow;

use super::FormKind;
use super::parse::{Parse, Shape};
use super::range::is_portable;
use super::sample::{Share, ShareOp};
use crate::data::{Type, Value};
use crate::diag::{Diagnostic, codes};
use crate::engine::yaml::{Node, NodeKind};
use crate::program::{Env, ExprText, Fault, Form, Lower, Lowered, Op};
use crate::source::Span;

/// The form.
pub(super) const KIND: FormKind = FormKind {
    head: "near",
    options: &["within", "share", "else"],
    draws: true,
    parse,
    doc: "A whole number at most `within` (default 1) away from one of the limits, uniformly over all such numbers. With \
          `share`, only with that probability; otherwise what `else` draws.",
    example: "hours_since: {near: [24, 72], within: 2, share: 0.4, else: {int: 0..120}}",
    schema: r##"{"near": {"anyOf": [{"type": "array", "items": {"type": "integer"}, "minItems": 1}, {"type": ["integer", "string"]}]}, "within": {"type": "integer", "minimum": 0}, "share": {"$ref": "#/$defs/probability"}, "else": {"$ref": "#/$defs/form"}}"##,
};

fn parse(cx: &mut Parse<'_>, shape: &Shape<'_>) -> Option<Box<dyn Form>> {
    let limits = limits(cx, shape.head);
    let within = match shape.option("within") {
        None => Some(1),
        Some(node) => match node.kind {
            NodeKind::Int(within) if within >= 0 && is_portable(within) => Some(within),
            _ => {
                cx.report(Diagnostic::error(codes::BAD_RANGE, node.span, "expected a distance of at least 0"));
                None
            }
        },
    };
    let (share, otherwise) = match (shape.option("share"), shape.option("else")) {
        (None, None) => (Some(None), Some(None)),
        (Some(share), Some(node)) => (Share::parse(cx, share).map(Some), cx.form(node, shape.position).map(Some)),
        (Some(share), None) => {
            cx.report(
                Diagnostic::error(codes::MISSING_ELSE, share.span, "`share` without `else`")
                    .hint("say what to draw otherwise: `else: {int: 0..120}`"),
            );
            (None, None)
        }
        (None, Some(node)) => {
            cx.report(
                Diagnostic::error(codes::NEEDLESS_ELSE, node.span, "`else` without `share` is never drawn")
                    .hint("say how often to draw near a limit: `share: 0.4`"),
            );
            (None, None)
        }
    };
    Some(Box::new(Near { span: shape.span, limits: limits?, within: within?, share: share?, otherwise: otherwise? }))
}

fn limits(cx: &mut Parse<'_>, node: &Node) -> Option<Limits> {
    match &node.kind {
        NodeKind::List(items) if items.is_empty() => {
            cx.report(Diagnostic::error(codes::EMPTY_CHOICE, node.span, "there is no limit to be near"));
            None
        }
        NodeKind::List(items) => {
            let number = |item: &Node| match item.kind {
                NodeKind::Int(limit) if is_portable(limit) => Some(limit),
                NodeKind::Int(_) => {
                    cx.report(Diagnostic::error(codes::BAD_RANGE, item.span, "this limit is beyond 64 bits"));
                    None
                }
                _ => {
                    cx.expected(item, "an integer");
                    None
                }
            };
            Some(Limits::Fixed(items.iter().map(number).collect::<Option<Vec<_>>>()?))
        }
        NodeKind::Int(limit) if is_portable(*limit) => Some(Limits::Fixed(vec![*limit])),
        NodeKind::Text(_) => cx.expression(node).map(Limits::Expr),
        _ => {
            cx.expected(node, "a list of integers");
            None
        }
    }
}

enum Limits {
    Fixed(Vec<i128>),
    Expr(ExprText),
}

struct Near {
    span: Span,
    limits: Limits,
    within: i128,
    share: Option<Share>,
    otherwise: Option<Box<dyn Form>>,
}

impl Form for Near {
    fn span(&self) -> Span {
        self.span
    }

    fn lower(&self, cx: &mut Lower<'_>) -> Lowered {
        let (limits, near) = match &self.limits {
            Limits::Fixed(limits) => {
                let least = limits.iter().min().copied().unwrap_or(0).saturating_sub(self.within);
                let most = limits.iter().max().copied().unwrap_or(0).saturating_add(self.within);
                (LimitsOp::Fixed(limits.clone()), Type::int_range(least, most))
            }
            Limits::Expr(expr) => {
                let (op, ty, _) = expr.lower(cx);
                let fits = ty.is_any() || ty.is_never() || (ty.list.is_some() && ty.item().int.is_some());
                if !fits {
                    let message = format!("expected a list of integers to be near, found {}", ty.describe());
                    cx.report(Diagnostic::error(codes::TYPE_MISMATCH, expr.span(), message));
                }
                (LimitsOp::Computed(op), Type::int())
            }
        };
        let draw = cx.draw();
        let share = self.share.as_ref().map(|share| share.lower(cx));
        let otherwise = self.otherwise.as_ref().map(|form| cx.inside("else", |cx| form.lower(cx)));
        let (other, ty) = match otherwise {
            Some(lowered) => (Some(lowered.op), near.join(&lowered.ty)),
            None => (None, near),
        };
        Lowered::new(NearOp { span: self.span, draw, limits, within: self.within, share, otherwise: other }, ty)
    }

    fn draws(&self) -> bool {
        true
    }
}

enum LimitsOp {
    Fixed(Vec<i128>),
    Computed(Box<dyn Op>),
}

struct NearOp {
    span: Span,
    draw: usize,
    limits: LimitsOp,
    within: i128,
    share: Option<ShareOp>,
    otherwise: Option<Box<dyn Op>>,
}

impl Op for NearOp {
    fn eval<'e>(&'e self, env: &Env<'e>) -> Result<Cow<'e, Value>, Fault> {
        let mut stream = env.stream(self.draw);
        if let (Some(share), Some(otherwise)) = (&self.share, &self.otherwise)
            && !share.eval(env)?.happens(&mut stream)
        {
            return otherwise.eval(env);
        }
        let windows = match &self.limits {
            LimitsOp::Fixed(limits) => windows(limits, self.within),
            LimitsOp::Computed(op) => {
                let value = op.eval(env)?;
                let limits = value.as_list().unwrap_or_default().iter().map(Value::as_int).collect::<Option<Vec<_>>>();
                match limits {
                    Some(limits) if !limits.is_empty() && limits.iter().all(|limit| is_portable(*limit)) => {
                        windows(&limits, self.within)
                    }
                    _ => return Err(self.fault()),
                }
            }
        };
        let total: i128 = windows.iter().map(|(from, to)| to - from + 1).sum();
        let mut at = stream.int(0, total - 1);
        for (from, to) in windows {
            if at <= to - from {
                return Ok(Cow::Owned(Value::Int(from + at)));
            }
            at -= to - from + 1;
        }
        Err(self.fault())
    }
}

impl NearOp {
    fn fault(&self) -> Fault {
        Box::new(Diagnostic::error(codes::EMPTY_CHOICE, self.span, "expected a list of integers of 64 bits to be near"))
    }
}

/// The windows around the limits, in order and without overlap, so that every number is as likely as any other.
fn windows(limits: &[i128], within: i128) -> Vec<(i128, i128)> {
    let mut sorted = limits.to_vec();
    sorted.sort_unstable();
    let mut windows: Vec<(i128, i128)> = Vec::with_capacity(sorted.len());
    for limit in sorted {
        let (from, to) = (limit.saturating_sub(within), limit.saturating_add(within));
        match windows.last_mut() {
            Some((_, end)) if from <= *end + 1 => *end = (*end).max(to),
            _ => windows.push((from, to)),
        }
    }
    windows
}

#[cfg(test)]
mod tests {
    use super::windows;

    #[test]
    fn overlapping_windows_count_once() {
        assert_eq!(windows(&[72, 24], 2), vec![(22, 26), (70, 74)]);
        assert_eq!(windows(&[10, 12], 2), vec![(8, 14)]);
        assert_eq!(windows(&[10, 15], 2), vec![(8, 17)]);
        assert_eq!(windows(&[5, 5], 0), vec![(5, 5)]);
    }
}
