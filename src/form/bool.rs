//! `bool`: true with a probability.

use std::borrow::Cow;

use super::FormKind;
use super::parse::{Parse, Shape};
use super::sample::{Share, ShareOp};
use crate::data::{Type, Value};
use crate::program::{Env, Fault, Form, Lower, Lowered, Op, Origin, Telling};
use crate::source::Span;

/// The form.
pub(super) const KIND: FormKind = FormKind {
    head: "bool",
    options: &[],
    draws: true,
    parse,
    doc: "`true` with the given probability, a decimal from 0 to 1, else `false`.",
    example: "contained: {bool: 0.5}",
    schema: r##"{"bool": {"$ref": "#/$defs/probability"}}"##,
};

fn parse(cx: &mut Parse<'_>, shape: &Shape<'_>) -> Option<Box<dyn Form>> {
    Some(Box::new(Bool { span: shape.span, share: Share::parse(cx, shape.head)? }))
}

struct Bool {
    span: Span,
    share: Share,
}

impl Form for Bool {
    fn span(&self) -> Span {
        self.span
    }

    fn lower(&self, cx: &mut Lower<'_>) -> Lowered {
        let ty = match &self.share {
            Share::Exact(0, _) => Type::truth(false),
            Share::Exact(numerator, denominator) if numerator == denominator => Type::truth(true),
            _ => Type::bool(),
        };
        Lowered::new(BoolOp { span: self.span, draw: cx.draw(), share: self.share.lower(cx) }, ty)
    }

    fn draws(&self) -> bool {
        true
    }
}

struct BoolOp {
    span: Span,
    draw: usize,
    share: ShareOp,
}

impl Op for BoolOp {
    fn eval<'e>(&'e self, env: &Env<'e>) -> Result<Cow<'e, Value>, Fault> {
        let share = self.share.eval(env)?;
        Ok(Cow::Owned(Value::Bool(share.happens(&mut env.stream(self.draw)))))
    }

    fn tell(&self, env: &Env<'_>, telling: &mut Telling) -> Result<usize, Fault> {
        let origin = Origin::new("bool", Some(self.span), self.eval(env)?.into_owned());
        let origin = self.share.tell(env, telling, origin.drawn(telling.drawn(env, self.draw)))?;
        Ok(telling.add(origin))
    }
}
