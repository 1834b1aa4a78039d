//! `near`: numbers around limits, where decisions flip.

use std::borrow::Cow;

use super::FormKind;
use super::grid::Grid;
use super::number::{Least, Number};
use super::parse::{Parse, Shape};
use super::range::is_portable;
use super::sample::{Share, ShareOp};
use crate::data::{Type, Value};
use crate::diag::{Diagnostic, codes};
use crate::engine::yaml::{Node, NodeKind};
use crate::program::{Env, ExprText, Fault, Form, Lower, Lowered, Op, Origin, Part, Telling};
use crate::source::Span;

/// The form.
pub(super) const KIND: FormKind = FormKind {
    head: "near",
    options: &["within", "share", "else", "step", "digits"],
    draws: true,
    parse,
    doc: "A whole number at most `within` (default 1) away from one of the limits, uniformly over all such numbers. With \
          `share`, only with that probability; otherwise what `else` draws. `step: 0.25` or `digits: 1` draws multiples as `float` \
          does, around limits that are any numbers, by default at most one step away.",
    example: "hours_since: {near: [24, 72], within: 2, share: 0.4, else: {int: 0..120}}",
    schema: r##"{"near": {"anyOf": [{"type": "array", "items": {"type": "number"}, "minItems": 1}, {"type": ["number", "string"]}]}, "within": {"description": "How far from a limit at most (default 1, or one step).", "examples": ["hours: {near: [24, 72], within: 2}"], "type": "number", "minimum": 0}, "share": {"description": "The probability of a value near a limit; otherwise what `else` draws.", "examples": ["hours: {near: [24], share: 0.4, else: {int: 0..120}}"], "$ref": "#/$defs/probability"}, "else": {"description": "What is drawn where it is not near a limit.", "examples": ["hours: {near: [24], share: 0.4, else: {int: 0..120}}"], "$ref": "#/$defs/form"}, "step": {"description": "Only multiples of this number.", "examples": ["load: {near: [0.8], step: 0.05}"], "type": "number", "exclusiveMinimum": 0}, "digits": {"description": "So many digits behind the point.", "examples": ["load: {near: [0.8], within: 0.1, digits: 2}"], "type": "integer", "minimum": 0, "maximum": 9}}"##,
};

fn parse(cx: &mut Parse<'_>, shape: &Shape<'_>) -> Option<Box<dyn Form>> {
    let points = points(cx, shape);
    let limits = match &points {
        Some(points) => limits(cx, shape.head, *points),
        None => None,
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
    Some(Box::new(Near { span: shape.span, limits: limits?, points: points?, share: share?, otherwise: otherwise? }))
}

/// Which numbers are drawn, and how far from a limit.
#[derive(Clone, Copy)]
enum Points {
    Whole(i128),
    Grid(Grid, f64),
}

impl Points {
    /// The numbers of the points around a limit, first and last; `None` where it is no such limit or has none.
    fn window(self, limit: &Value) -> Option<(i128, i128)> {
        let (first, last) = match self {
            Self::Whole(within) => {
                let limit = limit.as_int().filter(|limit| is_portable(*limit))?;
                (limit.saturating_sub(within), limit.saturating_add(within))
            }
            Self::Grid(grid, within) => grid.window(limit.as_float()?, within),
        };
        (first <= last).then_some((first, last))
    }

    fn value(self, number: i128) -> Value {
        match self {
            Self::Whole(_) => Value::Int(number),
            Self::Grid(grid, _) => Value::Float(grid.point(number)),
        }
    }

    /// What limits must be, in words.
    fn wanted(self) -> &'static str {
        match self {
            Self::Whole(_) => "integer",
            Self::Grid(..) => "number",
        }
    }
}

fn points(cx: &mut Parse<'_>, shape: &Shape<'_>) -> Option<Points> {
    let within = shape.option("within");
    if let Some(grid) = Grid::parse(cx, shape)? {
        let within = match within {
            None => Some(grid.point(1)),
            Some(node) => Number::parse(cx, node, "`within`", Least::Zero).and_then(|within| {
                let fixed = within.fixed();
                if fixed.is_none() {
                    cx.expected(node, "a distance");
                }
                fixed
            }),
        };
        return within.map(|within| Points::Grid(grid, within));
    }
    match within.map(|node| (&node.kind, node)) {
        None => Some(Points::Whole(1)),
        Some((NodeKind::Int(within), _)) if *within >= 0 && is_portable(*within) => Some(Points::Whole(*within)),
        Some((_, node)) => {
            cx.report(Diagnostic::error(codes::BAD_RANGE, node.span, "expected a distance of at least 0"));
            None
        }
    }
}

fn limits(cx: &mut Parse<'_>, node: &Node, points: Points) -> Option<Limits> {
    match &node.kind {
        NodeKind::List(items) if items.is_empty() => {
            cx.report(Diagnostic::error(codes::EMPTY_CHOICE, node.span, "there is no limit to be near"));
            None
        }
        NodeKind::List(items) => {
            let windows: Vec<_> = items.iter().map(|item| window(cx, item, points)).collect();
            windows.into_iter().collect::<Option<Vec<_>>>().map(Limits::Fixed)
        }
        NodeKind::Int(_) | NodeKind::Float(_) => window(cx, node, points).map(|window| Limits::Fixed(vec![window])),
        NodeKind::Text(_) => cx.expression(node).map(Limits::Expr),
        _ => {
            cx.expected(node, &format!("a list of {}s", points.wanted()));
            None
        }
    }
}

/// The window around one limit of the spec.
fn window(cx: &mut Parse<'_>, node: &Node, points: Points) -> Option<(i128, i128)> {
    let window = points.window(&node.value());
    if window.is_none() {
        match (&node.kind, points) {
            (NodeKind::Int(_), Points::Whole(_)) => {
                cx.report(Diagnostic::error(codes::BAD_RANGE, node.span, "this limit is beyond 64 bits"));
            }
            (NodeKind::Int(_) | NodeKind::Float(_), Points::Grid(..)) => {
                let message = "no multiple of the step lies near this limit";
                cx.report(Diagnostic::error(codes::BAD_RANGE, node.span, message).hint("a greater `within` reaches one"));
            }
            _ => cx.expected(node, if matches!(points, Points::Whole(_)) { "an integer" } else { "a number" }),
        }
    }
    window
}

enum Limits {
    /// The windows around them.
    Fixed(Vec<(i128, i128)>),
    Expr(ExprText),
}

struct Near {
    span: Span,
    limits: Limits,
    points: Points,
    share: Option<Share>,
    otherwise: Option<Box<dyn Form>>,
}

impl Form for Near {
    fn span(&self) -> Span {
        self.span
    }

    fn lower(&self, cx: &mut Lower<'_>) -> Lowered {
        let grid = matches!(self.points, Points::Grid(..));
        let (limits, near) = match &self.limits {
            Limits::Fixed(windows) => {
                let least = windows.iter().map(|(first, _)| *first).min().unwrap_or(0);
                let most = windows.iter().map(|(_, last)| *last).max().unwrap_or(0);
                (LimitsOp::Fixed(merged(windows.clone())), Type::int_range(least, most))
            }
            Limits::Expr(expr) => {
                let (op, ty, _) = expr.lower(cx);
                let item = ty.item();
                let numbers = ty.list.is_some() && (item.int.is_some() || (grid && item.float));
                if !(ty.is_any() || ty.is_never() || numbers) {
                    let message = format!("expected a list of {}s to be near, found {}", self.points.wanted(), ty.describe());
                    cx.report(Diagnostic::error(codes::TYPE_MISMATCH, expr.span(), message));
                }
                (LimitsOp::Computed(op), Type::int())
            }
        };
        let near = if grid { Type::float() } else { near };
        let draw = cx.draw();
        let share = self.share.as_ref().map(|share| share.lower(cx));
        let otherwise = self.otherwise.as_ref().map(|form| cx.inside("else", |cx| form.lower(cx)));
        let (other, ty) = match otherwise {
            Some(lowered) => (Some(lowered.op), near.join(&lowered.ty)),
            None => (None, near),
        };
        Lowered::new(NearOp { span: self.span, draw, limits, points: self.points, share, otherwise: other }, ty)
    }

    fn draws(&self) -> bool {
        true
    }
}

enum LimitsOp {
    Fixed(Vec<(i128, i128)>),
    Computed(Box<dyn Op>),
}

struct NearOp {
    span: Span,
    draw: usize,
    limits: LimitsOp,
    points: Points,
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
            LimitsOp::Fixed(windows) => Cow::Borrowed(windows),
            LimitsOp::Computed(op) => {
                let value = op.eval(env)?;
                let limits = value.as_list().unwrap_or_default().iter().map(|limit| self.points.window(limit));
                match limits.collect::<Option<Vec<_>>>() {
                    Some(windows) if !windows.is_empty() => Cow::Owned(merged(windows)),
                    _ => return Err(self.fault()),
                }
            }
        };
        let total: i128 = windows.iter().map(|(from, to)| to - from + 1).sum();
        let mut at = stream.int(0, total - 1);
        for (from, to) in windows.iter() {
            if at <= to - from {
                return Ok(Cow::Owned(self.points.value(from + at)));
            }
            at -= to - from + 1;
        }
        Err(self.fault())
    }

    fn tell(&self, env: &Env<'_>, telling: &mut Telling) -> Result<usize, Fault> {
        let value = self.eval(env)?.into_owned();
        let mut origin = Origin::new("near", Some(self.span), value).drawn(telling.drawn(env, self.draw));
        origin = match &self.limits {
            LimitsOp::Fixed(windows) => {
                let end = |number: i128| self.points.value(number);
                let windows = windows.iter().map(|(first, last)| Value::list([end(*first), end(*last)]));
                origin.detail("windows", Value::list(windows))
            }
            LimitsOp::Computed(op) => telling.argument("limits", &**op, env, origin)?,
        };
        if let (Some(share), Some(otherwise)) = (&self.share, &self.otherwise) {
            let happens = share.eval(env)?.happens(&mut env.stream(self.draw));
            origin = share.tell(env, telling, origin)?.detail("near", Value::Bool(happens));
            if !happens {
                origin = origin.part(Part::result("else", otherwise.tell(env, telling)?));
            }
        }
        Ok(telling.add(origin))
    }
}

impl NearOp {
    fn fault(&self) -> Fault {
        let message = match self.points {
            Points::Whole(_) => "expected a list of integers of 64 bits to be near",
            Points::Grid(..) => "expected a list of numbers to be near, each with a multiple of the step within reach",
        };
        Box::new(Diagnostic::error(codes::EMPTY_CHOICE, self.span, message))
    }
}

/// Windows in order and without overlap, so that every number is as likely as any other.
fn merged(mut sorted: Vec<(i128, i128)>) -> Vec<(i128, i128)> {
    sorted.sort_unstable();
    let mut windows: Vec<(i128, i128)> = Vec::with_capacity(sorted.len());
    for (from, to) in sorted {
        match windows.last_mut() {
            Some((_, end)) if from <= *end + 1 => *end = (*end).max(to),
            _ => windows.push((from, to)),
        }
    }
    windows
}

#[cfg(test)]
mod tests {
    use super::merged;

    #[test]
    fn overlapping_windows_count_once() {
        assert_eq!(merged(vec![(70, 74), (22, 26)]), vec![(22, 26), (70, 74)]);
        assert_eq!(merged(vec![(8, 12), (10, 14)]), vec![(8, 14)]);
        assert_eq!(merged(vec![(8, 12), (13, 17)]), vec![(8, 17)]);
        assert_eq!(merged(vec![(5, 5), (5, 5)]), vec![(5, 5)]);
    }
}
