//! `object`: a map of named draws.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::sync::Arc;

use super::FormKind;
use super::modifiers::named;
use super::parse::{Parse, Shape};
use crate::data::{Field, Fields, Map, Text, Type, Value};
use crate::program::{Env, Fault, Form, Locals, Lower, Lowered, Named, Op, Origin, Part, Telling};
use crate::source::Span;

/// The form.
pub(super) const KIND: FormKind = FormKind {
    head: "object",
    options: &[],
    draws: true,
    parse,
    doc: "A map of named draws that may read each other by name, in any order; outside they are read as `name.field`. With \
          `each` it makes one map for each element.",
    example: "bids: {each: panel, as: agent, object: {minutes: {int: 10..90}, cost: {int: 1..50}}}",
    schema: r##"{"object": {"type": "object", "propertyNames": {"$ref": "#/$defs/key"}, "additionalProperties": {"$ref": "#/$defs/form"}}}"##,
};

fn parse(cx: &mut Parse<'_>, shape: &Shape<'_>) -> Option<Box<dyn Form>> {
    Some(Box::new(Object { span: shape.span, names: named(cx, shape.head, shape.position)? }))
}

struct Object {
    span: Span,
    names: Vec<Named>,
}

impl Form for Object {
    fn span(&self) -> Span {
        self.span
    }

    fn lower(&self, cx: &mut Lower<'_>) -> Lowered {
        let (ops, fields) = cx.fields(&self.names, |lowered| {
            let field = |((name, ..), one): (&(Text, Span, _), &Lowered)| {
                (name.clone(), Field { ty: one.ty.clone(), optional: one.optional })
            };
            self.names.iter().zip(lowered).map(field).collect()
        });
        let names = self.names.iter().map(|(name, ..)| name.clone()).collect();
        Lowered::new(ObjectOp { span: self.span, names, ops }, Type::of_fields(Fields { known: fields, rest: None }))
    }

    fn draws(&self) -> bool {
        true
    }
}

struct ObjectOp {
    span: Span,
    names: Vec<Text>,
    ops: Vec<Box<dyn Op>>,
}

impl Op for ObjectOp {
    fn eval<'e>(&'e self, env: &Env<'e>) -> Result<Cow<'e, Value>, Fault> {
        let cells: Vec<OnceCell<Value>> = self.ops.iter().map(|_| OnceCell::new()).collect();
        let level = env.level(Locals::Lazy(&self.ops, &cells), env.address);
        let inside = env.inside(&level);
        let mut map = Map::with_capacity(self.names.len());
        for (at, name) in self.names.iter().enumerate() {
            let value = inside.local(0, at)?;
            if !value.is_undefined() {
                map.push_new(name.clone(), value.clone());
            }
        }
        Ok(Cow::Owned(Value::Map(Arc::new(map))))
    }

    fn tell(&self, env: &Env<'_>, telling: &mut Telling) -> Result<usize, Fault> {
        let mut origin = Origin::new("object", Some(self.span), self.eval(env)?.into_owned());
        let cells: Vec<OnceCell<Value>> = self.ops.iter().map(|_| OnceCell::new()).collect();
        let level = env.level(Locals::Lazy(&self.ops, &cells), env.address);
        let inside = env.inside(&level);
        telling.lazy(self.ops.len(), |telling| {
            for (at, name) in self.names.iter().enumerate() {
                if !inside.local(0, at)?.is_undefined() {
                    origin.parts.push(Part::field(name, telling.local(&inside, 0, at)?));
                }
            }
            Ok(telling.add(origin))
        })
    }
}
