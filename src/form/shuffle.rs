//! `shuffle`: all values of a pool in a random order.

use std::borrow::Cow;

use super::FormKind;
use super::choices::{Pool, Values};
use super::parse::{Parse, Shape};
use crate::data::{Type, Value};
use crate::program::{Env, Fault, Form, Lower, Lowered, Op, Origin, Telling};
use crate::source::Span;

/// The form.
pub(super) const KIND: FormKind = FormKind {
    head: "shuffle",
    options: &[],
    draws: true,
    parse,
    doc: "All values of a pool in a random order, every order as likely as any other. A bare name is a list to shuffle.",
    example: "ranking: {shuffle: [proceed, modify, defer]}",
    schema: r##"{"shuffle": {"$ref": "#/$defs/pool"}}"##,
};

fn parse(cx: &mut Parse<'_>, shape: &Shape<'_>) -> Option<Box<dyn Form>> {
    Some(Box::new(Shuffle { span: shape.span, pool: Pool::parse(cx, shape.head)? }))
}

struct Shuffle {
    span: Span,
    pool: Pool,
}

impl Form for Shuffle {
    fn span(&self) -> Span {
        self.span
    }

    fn lower(&self, cx: &mut Lower<'_>) -> Lowered {
        let (values, item, (least, most)) = self.pool.lower(cx);
        Lowered::new(ShuffleOp { span: self.span, draw: cx.draw(), values }, Type::list_between(item, least, most))
    }

    fn draws(&self) -> bool {
        true
    }
}

struct ShuffleOp {
    span: Span,
    draw: usize,
    values: Values,
}

impl Op for ShuffleOp {
    fn eval<'e>(&'e self, env: &Env<'e>) -> Result<Cow<'e, Value>, Fault> {
        let mut items = self.values.with(env, |items| Ok(items.to_vec()))?;
        env.stream(self.draw).shuffle(&mut items);
        Ok(Cow::Owned(Value::list(items)))
    }

    fn tell(&self, env: &Env<'_>, telling: &mut Telling) -> Result<usize, Fault> {
        let origin = Origin::new("shuffle", Some(self.span), self.eval(env)?.into_owned());
        let origin = self.values.tell(env, telling, origin.drawn(telling.drawn(env, self.draw)))?;
        Ok(telling.add(origin))
    }
}
