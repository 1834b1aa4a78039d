//! `float`: a number from a range, or from a decimal grid in it.

use std::borrow::Cow;

use super::FormKind;
use super::grid::Grid;
use super::int::scale;
use super::parse::{Parse, Shape};
use super::range::{Ends, Range};
use crate::data::{Type, Value};
use crate::diag::{Diagnostic, codes};
use crate::program::{Env, Fault, Form, Lower, Lowered, Op, Origin, Telling};
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
    schema: r##"{"float": {"$ref": "#/$defs/float_range"}, "scale": {"description": "`log` makes every factor as likely as any other; the ends must be above zero.", "examples": ["seconds: {float: 0.001..10, scale: log}"], "const": "log"}, "step": {"description": "Only multiples of this number.", "examples": ["hours: {float: 0..8, step: 0.25}"], "type": "number", "exclusiveMinimum": 0}, "digits": {"description": "So many digits behind the point.", "examples": ["load: {float: 0..1, digits: 2}"], "type": "integer", "minimum": 0, "maximum": 9}}"##,
};

fn parse(cx: &mut Parse<'_>, shape: &Shape<'_>) -> Option<Box<dyn Form>> {
    let range = Range::parse(cx, shape.head, true);
    let log = scale(cx, shape);
    let grid = Grid::parse(cx, shape);
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
        Lowered::new(FloatOp { span: self.span, draw: cx.draw(), ends, log: self.log, grid: self.grid }, Type::float())
    }

    fn draws(&self) -> bool {
        true
    }
}

struct FloatOp {
    span: Span,
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

    fn tell(&self, env: &Env<'_>, telling: &mut Telling) -> Result<usize, Fault> {
        let origin = Origin::new("float", Some(self.span), self.eval(env)?.into_owned());
        let mut origin = self.ends.tell(env, telling, origin.drawn(telling.drawn(env, self.draw)))?;
        if self.log {
            origin = origin.detail("scale", Value::text("log"));
        }
        if let Some(grid) = self.grid {
            origin = origin.detail("step", grid.step());
        }
        Ok(telling.add(origin))
    }
}
