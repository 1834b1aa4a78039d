//! The record: a map of data, with an `id` of its own where the spec gives none.

use std::borrow::Cow;
use std::sync::Arc;

use crate::data::{Field, Map, Text, Type, Value};
use crate::diag::{Diagnostic, codes};
use crate::program::{Env, Fault, Form, Lower, Lowered, Op};
use crate::source::Span;

struct Identified {
    dataset: Text,
    inner: Box<dyn Form>,
}

/// A record whose `id`, where it has none, is the dataset's name and the index in at least six digits.
#[must_use]
pub fn record(dataset: &str, inner: Box<dyn Form>) -> Box<dyn Form> {
    Box::new(Identified { dataset: Text::from(dataset), inner })
}

impl Form for Identified {
    fn span(&self) -> Span {
        self.inner.span()
    }

    fn lower(&self, cx: &mut Lower<'_>) -> Lowered {
        let lowered = self.inner.lower(cx);
        if lowered.ty.is_any() {
            return lowered;
        }
        let Some(fields) = lowered.ty.map.as_deref().filter(|_| lowered.ty.is_map()) else {
            let message = format!("a record must be a map, found {}", lowered.ty.describe());
            cx.report(Diagnostic::error(codes::WRONG_TYPE, self.span(), message));
            return Lowered::refused();
        };
        if fields.known.contains_key("id") {
            return lowered;
        }
        let mut with_id = fields.clone();
        with_id.known.shift_insert(0, Text::from("id"), Field { ty: Type::any_text(), optional: false });
        Lowered::new(IdentifiedOp { dataset: self.dataset.clone(), inner: lowered.op }, Type::of_fields(with_id))
    }

    fn draws(&self) -> bool {
        self.inner.draws()
    }

    fn fields(&self) -> &[(Text, Box<dyn Form>)] {
        self.inner.fields()
    }
}

struct IdentifiedOp {
    dataset: Text,
    inner: Box<dyn Op>,
}

impl Op for IdentifiedOp {
    fn eval<'e>(&'e self, env: &Env<'e>) -> Result<Cow<'e, Value>, Fault> {
        let value = self.inner.eval(env)?.into_owned();
        let Value::Map(inner) = value else { return Ok(Cow::Owned(value)) };
        let mut map = Map::with_capacity(inner.len() + 1);
        let id = Text::from(format!("{}_{:06}", self.dataset, env.frame.at.index));
        map.push_new(Text::from("id"), Value::Text(id));
        match Arc::try_unwrap(inner) {
            Ok(fields) => fields.into_iter().for_each(|(key, value)| map.push_new(key, value)),
            Err(shared) => shared.iter().for_each(|(key, value)| map.push_new(key.clone(), value.clone())),
        }
        Ok(Cow::Owned(Value::Map(Arc::new(map))))
    }
}
