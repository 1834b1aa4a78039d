//! `int`: a whole number from a range.

use std::borrow::Cow;

use super::FormKind;
use super::parse::{Parse, Shape};
use super::range::{Ends, Range};
use crate::data::{Type, Value};
use crate::diag::{Diagnostic, codes};
use crate::engine::yaml::NodeKind;
use crate::program::{Env, Fault, Form, Lower, Lowered, Op, Origin, Telling};
use crate::source::Span;

/// The form.
pub(super) const KIND: FormKind = FormKind {
    head: "int",
    options: &["scale", "step"],
    draws: true,
    parse,
    doc: "A whole number from `a..b`, both ends included, uniformly; `scale: log` makes every factor as likely as any other \
          (the ends must be above zero), `step: n` takes every n-th number from the lower end on. Computed ends are written \
          `{min: \"{{ a }}\", max: \"{{ b }}\"}`.",
    example: "people: {int: 1..200000, scale: log}",
    schema: r##"{"int": {"$ref": "#/$defs/range"}, "scale": {"description": "`log` makes every factor as likely as any other; the ends must be above zero.", "examples": ["people: {int: 1..200000, scale: log}"], "const": "log"}, "step": {"description": "Only every so many numbers, from the lower end on.", "examples": ["minutes: {int: 0..60, step: 5}"], "type": "integer", "minimum": 1}}"##,
};

fn parse(cx: &mut Parse<'_>, shape: &Shape<'_>) -> Option<Box<dyn Form>> {
    let range = Range::parse(cx, shape.head, false);
    let log = scale(cx, shape);
    let step = match shape.option("step") {
        None => Some(1),
        Some(node) => match node.kind {
            NodeKind::Int(step) if step >= 1 => Some(step),
            _ => {
                cx.report(Diagnostic::error(codes::BAD_RANGE, node.span, "expected a step of at least 1"));
                None
            }
        },
    };
    let (range, log, step) = (range?, log?, step?);
    if log && step != 1 {
        let span = shape.entry("step").map_or(shape.span, |entry| entry.key_span);
        cx.report(Diagnostic::error(codes::FOREIGN_KEY, span, "`step` beside `scale: log`").hint("take one of the two"));
        return None;
    }
    if log && range.fixed_ints().is_some_and(|(min, _)| min < 1) {
        cx.report(Diagnostic::error(codes::BAD_RANGE, range.span, "a logarithmic range must begin above zero"));
        return None;
    }
    Some(Box::new(Int { span: shape.span, range, log, step }))
}

/// Reads `scale`; `true` for `log`.
pub(super) fn scale(cx: &mut Parse<'_>, shape: &Shape<'_>) -> Option<bool> {
    let Some(node) = shape.option("scale") else { return Some(false) };
    if node.as_text() == Some("log") {
        return Some(true);
    }
    cx.report(Diagnostic::error(codes::WRONG_TYPE, node.span, "expected `log`").hint("leave `scale` out for a uniform draw"));
    None
}

struct Int {
    span: Span,
    range: Range,
    log: bool,
    step: i128,
}

impl Form for Int {
    fn span(&self) -> Span {
        self.span
    }

    fn lower(&self, cx: &mut Lower<'_>) -> Lowered {
        let ends = self.range.lower(cx, false);
        let (min, max) = ends.reach();
        let max = if self.step > 1 && self.range.fixed_ints().is_some() { max - (max - min) % self.step } else { max };
        Lowered::new(IntOp { span: self.span, draw: cx.draw(), ends, log: self.log, step: self.step }, Type::int_range(min, max))
    }

    fn draws(&self) -> bool {
        true
    }
}

struct IntOp {
    span: Span,
    draw: usize,
    ends: Ends,
    log: bool,
    step: i128,
}

impl Op for IntOp {
    fn eval<'e>(&'e self, env: &Env<'e>) -> Result<Cow<'e, Value>, Fault> {
        let (min, max) = self.ends.ints(env)?;
        let mut stream = env.stream(self.draw);
        let number = if self.log {
            if min < 1 {
                return Err(self.ends.fault("a logarithmic range must begin above zero".to_owned()));
            }
            stream.log_int(min, max)
        } else if self.step == 1 {
            stream.int(min, max)
        } else {
            min + self.step * stream.int(0, (max - min) / self.step)
        };
        Ok(Cow::Owned(Value::Int(number)))
    }

    fn tell(&self, env: &Env<'_>, telling: &mut Telling) -> Result<usize, Fault> {
        let origin = Origin::new("int", Some(self.span), self.eval(env)?.into_owned());
        let mut origin = self.ends.tell(env, telling, origin.drawn(telling.drawn(env, self.draw)))?;
        if self.log {
            origin = origin.detail("scale", Value::text("log"));
        }
        if self.step != 1 {
            origin = origin.detail("step", Value::Int(self.step));
        }
        Ok(telling.add(origin))
    }
}
