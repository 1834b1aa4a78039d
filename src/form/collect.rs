//! `collect`: every row that applies.

use std::borrow::Cow;
use std::sync::Arc;

use super::first::{Row, RowOp, rows, tell_condition};
use super::parse::{Parse, Shape};
use super::{FormKind, Position};
use crate::data::{List, Type, Value};
use crate::diag::{Diagnostic, codes};
use crate::program::{Env, Fault, Form, Lower, Lowered, Op, Origin, Part, Telling};
use crate::source::Span;

/// The form.
pub(super) const KIND: FormKind = FormKind {
    head: "collect",
    options: &[],
    draws: false,
    parse,
    doc: "Rows of `when` and a form; the list of what every row whose condition holds gives, in the order of the rows.",
    example: "duties: {collect: [{when: not contained, give: {id: C1, todo: contain it}}]}",
    schema: r##"{"collect": {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/body"}}}"##,
};

fn parse(cx: &mut Parse<'_>, shape: &Shape<'_>) -> Option<Box<dyn Form>> {
    let rows = rows(cx, shape)?;
    if shape.position == Position::Draw {
        streams(cx, &rows);
    }
    Some(Box::new(Collect { span: shape.span, rows }))
}

/// Several rows may apply at once: each that draws needs a stream, and none that of another.
fn streams(cx: &mut Parse<'_>, rows: &[Row]) {
    for (at, row) in rows.iter().enumerate().filter(|(_, row)| row.body.draws()) {
        let Some(stream) = row.body.stream() else {
            cx.report(
                Diagnostic::error(codes::STREAM_NEEDED, row.span, "a drawing row of `collect` needs a `stream`").hint(
                    "several rows may apply at once; `stream: name` gives each an address that does not move with its place",
                ),
            );
            continue;
        };
        if let Some(first) = rows.iter().take(at).find(|other| other.body.stream() == Some(stream)) {
            let message = format!("the stream `{stream}` is given twice, and both rows would draw the same");
            cx.report(Diagnostic::error(codes::NAME_COLLISION, row.span, message).label(first.span, "first here"));
        }
    }
}

struct Collect {
    span: Span,
    rows: Vec<Row>,
}

impl Form for Collect {
    fn span(&self) -> Span {
        self.span
    }

    fn lower(&self, cx: &mut Lower<'_>) -> Lowered {
        let rows: Vec<_> = self.rows.iter().map(|row| row.lower(cx)).collect();
        let least = rows.iter().filter(|row| !row.truths.1 && !row.body.optional).count();
        let most = rows.len();
        let item = Type::join_all(rows.iter().map(|row| row.body.ty.clone()));
        let rows = rows.into_iter().map(|row| (row.when, row.body.op)).collect();
        let places = self.rows.iter().map(|row| row.span).collect();
        let op = CollectOp { span: self.span, rows, places };
        Lowered::new(op, Type::list_between(item, least, Some(most)))
    }

    fn draws(&self) -> bool {
        self.rows.iter().any(|row| row.body.draws())
    }
}

struct CollectOp {
    span: Span,
    rows: Vec<RowOp>,
    /// Where each row is written.
    places: Vec<Span>,
}

impl Op for CollectOp {
    fn eval<'e>(&'e self, env: &Env<'e>) -> Result<Cow<'e, Value>, Fault> {
        let mut list = List::new();
        for (when, body) in &self.rows {
            let applies = match when {
                Some(condition) => condition.truth(env)?,
                None => true,
            };
            if applies {
                let value = body.eval(env)?;
                if !value.is_undefined() {
                    list.push(value.into_owned());
                }
            }
        }
        Ok(Cow::Owned(Value::List(Arc::new(list))))
    }

    fn tell(&self, env: &Env<'_>, telling: &mut Telling) -> Result<usize, Fault> {
        let mut origin = Origin::new("collect", Some(self.span), self.eval(env)?.into_owned());
        let mut at = 0;
        for (number, (when, body)) in (1..).zip(&self.rows) {
            if tell_condition(when.as_deref(), number, env, telling, &mut origin)? {
                let node = body.tell(env, telling)?;
                if !telling.value(node).is_undefined() {
                    let place = self.places.get(number - 1).copied();
                    origin.parts.push(Part { span: place, ..Part::field(at.to_string(), node).of_row(number) });
                    at += 1;
                }
            }
        }
        Ok(telling.add(origin))
    }
}
