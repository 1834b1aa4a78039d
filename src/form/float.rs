//! `float`: a number from a range, or from a decimal grid in it.

use std::borrow::Cow;

use super::FormKind;
use super::int::scale;
use super::parse::{Parse, Shape};
use super::range::{Ends, Range};
use crate::data::{Type, Value};
use crate::diag::{Diagnostic, codes};
use crate::engine::yaml::{Node, NodeKind};
use crate::program::{Env, Fault, Form, Lower, Lowered, Op};
use crate::source::Span;

/// The form.
pub(super) const KIND: FormKind = FormKind {
    head: "float",
    options: &["scale", "step", "digits"],
    draws: true,
    parse,
    doc: "A number from `a..b`, the lower end included and the upper one not. `scale: log` makes every factor as likely as any \
          other; `step: 0.25` takes multiples of the step, `digits: 2` multiples of 0.01, both written exactly (0.3, never \
          0.30000000000000004).",
    example: "load: {float: 0.1..0.95, digits: 2}",
    schema: r##"{"float": {"$ref": "#/$defs/float_range"}, "scale": {"const": "log"}, "step": {"type": "number", "exclusiveMinimum": 0}, "digits": {"type": "integer", "minimum": 0, "maximum": 9}}"##,
};

/// A decimal grid: multiples of `step / scale`.
#[derive(Clone, Copy)]
pub(super) struct Grid {
    step: i128,
    scale: i128,
}

impl Grid {
    /// The grid of a decimal step such as `0.25`; `None` where it is not a plain decimal above zero.
    fn of_step(text: &str) -> Option<Self> {
        let (whole, places) = text.split_once('.').unwrap_or((text, ""));
        if places.len() > 9 || !places.chars().all(|c| c.is_ascii_digit()) {
            return None;
        }
        let step: i128 = format!("{whole}{places}").parse().ok()?;
        let scale = 10_i128.checked_pow(u32::try_from(places.len()).ok()?)?;
        (step > 0).then_some(Self { step, scale })
    }

    /// The numbers of the first multiple at or above `min` and of the last one below `max`.
    #[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "grids have far fewer than 2^53 points")]
    fn numbers(self, min: f64, max: f64) -> (i128, i128) {
        let at = |number: f64| number * self.scale as f64 / self.step as f64;
        let near = |number: f64| {
            let whole = number.round();
            ((number - whole).abs() < 1e-6).then_some(whole as i128)
        };
        let first = near(at(min)).unwrap_or_else(|| at(min).ceil() as i128);
        let last = near(at(max)).map_or_else(|| at(max).floor() as i128, |open| open - 1);
        (first, last)
    }

    /// The multiple of that number: one division, so the shortest digits are the exact ones.
    #[expect(clippy::cast_precision_loss, reason = "grids have far fewer than 2^53 points")]
    fn point(self, number: i128) -> f64 {
        (number * self.step) as f64 / self.scale as f64
    }
}

fn parse(cx: &mut Parse<'_>, shape: &Shape<'_>) -> Option<Box<dyn Form>> {
    let range = Range::parse(cx, shape.head, true);
    let log = scale(cx, shape);
    let grid = match (shape.option("step"), shape.option("digits")) {
        (None, None) => Some(None),
        (Some(step), None) => step_grid(cx, step).map(Some),
        (None, Some(digits)) => digit_grid(cx, digits).map(Some),
        (Some(_), Some(digits)) => {
            cx.report(Diagnostic::error(codes::FOREIGN_KEY, digits.span, "`digits` beside `step`").hint("take one of the two"));
            None
        }
    };
    let (range, log, grid) = (range?, log?, grid?);
    if log && grid.is_some() {
        let message = "`step` and `digits` do not go with `scale: log`";
        cx.report(Diagnostic::error(codes::FOREIGN_KEY, shape.span, message).hint("round where the number is used"));
        return None;
    }
    fits(cx, &range, log, grid).then(|| Box::new(Float { span: shape.span, range, log, grid }) as Box<dyn Form>)
}

fn fits(cx: &mut Parse<'_>, range: &Range, log: bool, grid: Option<Grid>) -> bool {
    let Some((min, max)) = range.fixed_floats() else { return true };
    let wrong = if log && min <= 0.0 {
        Some("a logarithmic range must begin above zero")
    } else if min >= max {
        Some("a float range needs an upper end above its lower end")
    } else if grid.is_some_and(|grid| grid.numbers(min, max).0 > grid.numbers(min, max).1) {
        Some("no multiple of the step lies in this range")
    } else {
        None
    };
    if let Some(wrong) = wrong {
        cx.report(Diagnostic::error(codes::BAD_RANGE, range.span, wrong));
    }
    wrong.is_none()
}

fn step_grid(cx: &mut Parse<'_>, node: &Node) -> Option<Grid> {
    let grid = matches!(node.kind, NodeKind::Int(_) | NodeKind::Float(_)).then(|| Grid::of_step(&node.raw)).flatten();
    if grid.is_none() {
        cx.report(Diagnostic::error(codes::BAD_RANGE, node.span, "expected a step above zero, such as 0.25"));
    }
    grid
}

fn digit_grid(cx: &mut Parse<'_>, node: &Node) -> Option<Grid> {
    match node.kind {
        NodeKind::Int(digits @ 0..=9) => Some(Grid { step: 1, scale: 10_i128.pow(u32::try_from(digits).ok()?) }),
        _ => {
            cx.report(Diagnostic::error(codes::BAD_RANGE, node.span, "expected a number of digits from 0 to 9"));
            None
        }
    }
}

struct Float {
    span: Span,
    range: Range,
    log: bool,
    grid: Option<Grid>,
}

impl Form for Float {
    fn span(&self) -> Span {
        self.span
    }

    fn lower(&self, cx: &mut Lower<'_>) -> Lowered {
        let ends = self.range.lower(cx, true);
        Lowered::new(FloatOp { draw: cx.draw(), ends, log: self.log, grid: self.grid }, Type::float())
    }

    fn draws(&self) -> bool {
        true
    }
}

struct FloatOp {
    draw: usize,
    ends: Ends,
    log: bool,
    grid: Option<Grid>,
}

impl Op for FloatOp {
    fn eval<'e>(&'e self, env: &Env<'e>) -> Result<Cow<'e, Value>, Fault> {
        let (min, max) = self.ends.floats(env)?;
        let mut stream = env.stream(self.draw);
        if self.log && min <= 0.0 {
            return Err(self.ends.fault("a logarithmic range must begin above zero".to_owned()));
        }
        let number = match self.grid {
            Some(grid) => {
                let (first, last) = grid.numbers(min, max);
                if first > last {
                    return Err(self.ends.fault("no multiple of the step lies in this range".to_owned()));
                }
                grid.point(stream.int(first, last))
            }
            None if self.log => stream.log_float(min, max),
            None => stream.float(min, max),
        };
        Ok(Cow::Owned(Value::Float(number)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grids_never_reach_the_open_end_and_are_exact() {
        let grid = Grid::of_step("0.25").unwrap();
        assert_eq!(grid.numbers(-3.0, 3.0), (-12, 11));
        assert_eq!(grid.point(11).to_string(), "2.75");
        let tenths = Grid::of_step("0.1").unwrap();
        assert_eq!(tenths.numbers(0.0, 1.0), (0, 9));
        assert_eq!(tenths.point(3).to_string(), "0.3");
        assert_eq!(tenths.numbers(0.05, 0.95), (1, 9));
        assert!(Grid::of_step("0").is_none());
        assert!(Grid::of_step("1e-3").is_none());
    }
}
