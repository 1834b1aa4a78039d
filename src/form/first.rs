//! `first`: the first row that applies.

use std::borrow::Cow;

use super::parse::{Parse, Shape, row_key};
use super::{FormKind, Position};
use crate::data::{Type, Value};
use crate::diag::{Diagnostic, codes};
use crate::engine::yaml::{Node, NodeKind};
use crate::program::{Answer, Env, ExprText, Fault, Form, Lower, Lowered, Op, Origin, Part, Telling};
use crate::source::Span;

/// The form.
pub(super) const KIND: FormKind = FormKind {
    head: "first",
    options: &[],
    draws: false,
    parse,
    doc: "Rows of `when` and a form; the first row whose condition holds gives the value. The last row has no `when`: it is the \
          else. A row that can never be reached is an error.",
    example: "decision: {first: [{when: personal and not contained, give: escalate}, {give: close}]}",
    schema: r##"{"first": {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/body"}}}"##,
};

/// One row of `first` or `collect`.
pub(super) struct Row {
    /// Its place.
    pub(super) span: Span,
    /// Its condition; `None` where it always applies.
    pub(super) when: Option<ExprText>,
    /// What it gives.
    pub(super) body: Box<dyn Form>,
}

/// Reads the rows of `first` or `collect`.
pub(super) fn rows(cx: &mut Parse<'_>, shape: &Shape<'_>) -> Option<Vec<Row>> {
    let NodeKind::List(items) = &shape.head.kind else {
        cx.expected(shape.head, "a list of rows");
        return None;
    };
    if items.is_empty() {
        cx.report(Diagnostic::error(codes::EMPTY_CHOICE, shape.head.span, "there are no rows"));
        return None;
    }
    let read: Vec<_> = items.iter().map(|item| row(cx, item, shape.position, shape.dollar)).collect();
    read.into_iter().collect()
}

fn row(cx: &mut Parse<'_>, node: &Node, position: Position, dollar: bool) -> Option<Row> {
    let when = row_key(node, "when", dollar).map(|node| cx.expression(node));
    let body = cx.row(node, position, dollar, &["when"])?;
    Some(Row { span: node.span, when: when.map_or(Some(None), |one| one.map(Some))?, body })
}

/// A lowered row.
pub(super) struct LoweredRow {
    /// Its condition.
    pub(super) when: Option<Box<dyn Op>>,
    /// What it gives.
    pub(super) body: Lowered,
    /// Whether the condition (can hold, can fail).
    pub(super) truths: (bool, bool),
}

impl Row {
    /// Lowers it; a condition that never holds is an error.
    pub(super) fn lower(&self, cx: &mut Lower<'_>) -> LoweredRow {
        self.lower_after(&[], cx)
    }

    /// Lowers a row that applies only where those before it do not.
    fn lower_after(&self, before: &[Self], cx: &mut Lower<'_>) -> LoweredRow {
        let decided = self.when.as_ref().map(|when| cx.decides(when, "this row never applies: its condition is never true"));
        let outside = cx.assumed();
        if let Some(when) = &self.when {
            cx.assume(when, Answer::Yes);
        }
        for earlier in before.iter().filter_map(|row| row.when.as_ref()) {
            cx.assume(earlier, Answer::No);
        }
        let guarded = decided.as_ref().is_some_and(|decided| decided.guards);
        let body = cx.guarded(guarded, |cx| self.body.lower(cx));
        cx.forget(outside);
        match decided {
            Some(decided) => LoweredRow { when: Some(decided.op), body, truths: decided.truths },
            None => LoweredRow { when: None, body, truths: (true, false) },
        }
    }
}

fn parse(cx: &mut Parse<'_>, shape: &Shape<'_>) -> Option<Box<dyn Form>> {
    Some(Box::new(First { span: shape.span, rows: rows(cx, shape)? }))
}

struct First {
    span: Span,
    rows: Vec<Row>,
}

impl Form for First {
    fn span(&self) -> Span {
        self.span
    }

    fn lower(&self, cx: &mut Lower<'_>) -> Lowered {
        let mut ty = Type::never();
        let mut optional = false;
        let mut rows = Vec::with_capacity(self.rows.len());
        let mut decided: Option<Span> = None;
        cx.in_turn(self.rows.iter().map(|row| (row.span, row.when.as_ref())));
        for (at, row) in self.rows.iter().enumerate() {
            if let Some(by) = decided {
                let message = "this row is never reached";
                cx.report(Diagnostic::error(codes::UNREACHABLE, row.span, message).label(by, "this row always applies"));
            }
            let lowered = row.lower_after(self.rows.get(..at).unwrap_or_default(), cx);
            if !lowered.truths.1 && decided.is_none() {
                decided = Some(row.when.as_ref().map_or(row.span, ExprText::span));
            }
            ty = ty.join(&lowered.body.ty);
            optional |= lowered.body.optional;
            rows.push((lowered.when, lowered.body.op));
        }
        if decided.is_none() {
            cx.report(
                Diagnostic::error(codes::MISSING_ELSE, self.span, "no row applies where every condition fails")
                    .hint("end with a row without `when`: it is the else"),
            );
        }
        let places = self.rows.iter().map(|row| row.span).collect();
        Lowered { op: Box::new(FirstOp { span: self.span, rows, places }), ty, optional }
    }

    fn draws(&self) -> bool {
        self.rows.iter().any(|row| row.body.draws())
    }
}

/// A condition (`None` where the row always applies) and what the row gives.
pub(super) type RowOp = (Option<Box<dyn Op>>, Box<dyn Op>);

/// Tells whether a row applies, with its condition as a part of what is told of the rows.
pub(super) fn tell_condition(
    when: Option<&dyn Op>,
    row: usize,
    env: &Env<'_>,
    telling: &mut Telling,
    origin: &mut Origin,
) -> Result<bool, Fault> {
    let Some(when) = when else { return Ok(true) };
    let holds = when.truth(env)?;
    origin.parts.push(Part::condition("when", Some(row), holds, when.tell(env, telling)?));
    Ok(holds)
}

struct FirstOp {
    span: Span,
    rows: Vec<RowOp>,
    /// Where each row is written.
    places: Vec<Span>,
}

impl Op for FirstOp {
    fn eval<'e>(&'e self, env: &Env<'e>) -> Result<Cow<'e, Value>, Fault> {
        for (when, body) in &self.rows {
            let applies = match when {
                Some(condition) => condition.truth(env)?,
                None => true,
            };
            if applies {
                return body.eval(env);
            }
        }
        Err(Box::new(Diagnostic::error(codes::MISSING_ELSE, self.span, "no row applies")))
    }

    fn tell(&self, env: &Env<'_>, telling: &mut Telling) -> Result<usize, Fault> {
        let mut origin = Origin::new("first", Some(self.span), Value::Undefined);
        for (number, (when, body)) in (1..).zip(&self.rows) {
            if tell_condition(when.as_deref(), number, env, telling, &mut origin)? {
                let node = body.tell(env, telling)?;
                origin.value = telling.value(node);
                let place = self.places.get(number - 1).copied();
                let origin = origin.chosen(number, self.rows.len(), place).part(Part::result("give", node).of_row(number));
                return Ok(telling.add(origin));
            }
        }
        // None applies: that is a fault, which evaluating tells.
        origin.value = self.eval(env)?.into_owned();
        Ok(telling.add(origin))
    }
}
