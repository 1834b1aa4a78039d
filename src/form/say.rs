//! Alternatives of wording: a list under `say`, or under `pick` there.

use std::borrow::Cow;

use super::Position;
use super::first::{RowOp, tell_condition};
use super::parse::{Parse, row_key};
use super::pick::{weight, weights};
use crate::data::{Type, Value};
use crate::diag::{Diagnostic, codes};
use crate::engine::yaml::Node;
use crate::program::{Env, ExprText, Fault, Form, Lower, Lowered, Op, Origin, Part, Telling};
use crate::random::{Weight, Weights};
use crate::source::Span;

struct Alternatives {
    span: Span,
    rows: Vec<(Option<ExprText>, Box<dyn Form>)>,
    weights: Weights,
}

/// Reads alternatives: texts, or rows with `when` and `weight` beside a form.
pub(super) fn alternatives(cx: &mut Parse<'_>, span: Span, items: &[Node]) -> Option<Box<dyn Form>> {
    if items.is_empty() {
        cx.report(Diagnostic::error(codes::EMPTY_CHOICE, span, "there is nothing to say"));
        return None;
    }
    let read: Vec<_> = items.iter().map(|item| alternative(cx, item)).collect();
    let (rows, list): (Vec<_>, Vec<_>) = read.into_iter().collect::<Option<Vec<_>>>()?.into_iter().unzip();
    let weights = weights(cx, span, &list)?;
    Some(Box::new(Alternatives { span, rows, weights }))
}

type Alternative = ((Option<ExprText>, Box<dyn Form>), Weight);

fn alternative(cx: &mut Parse<'_>, node: &Node) -> Option<Alternative> {
    let when = row_key(node, "when", false).map(|node| cx.expression(node));
    let weight = match row_key(node, "weight", false) {
        Some(node) => weight(cx, node),
        None => Weight::of_int(1).ok(),
    };
    let body = cx.row(node, Position::Say, false, &["when", "weight"])?;
    Some(((when.map_or(Some(None), |one| one.map(Some))?, body), weight?))
}

impl Form for Alternatives {
    fn span(&self) -> Span {
        self.span
    }

    fn lower(&self, cx: &mut Lower<'_>) -> Lowered {
        let draw = cx.draw();
        let mut ty = Type::never();
        let mut rows = Vec::with_capacity(self.rows.len());
        for (when, body) in &self.rows {
            let (condition, guarded) = match when {
                Some(when) => {
                    let decided = cx.decides(when, "this is never said: its condition is never true");
                    (Some(decided.op), decided.guards)
                }
                None => (None, false),
            };
            // What an alternative draws itself must not hang on the draw that chose it.
            let lowered = cx.guarded(guarded, |cx| cx.inside("said", |cx| body.lower(cx)));
            ty = ty.join(&lowered.ty);
            rows.push((condition, lowered.op));
        }
        if self.rows.iter().all(|(when, _)| when.is_some()) {
            cx.report(
                Diagnostic::error(codes::MISSING_ELSE, self.span, "nothing is said where every condition fails")
                    .hint("add an alternative without `when`"),
            );
        }
        let places = self.rows.iter().map(|(_, body)| body.span()).collect();
        Lowered::new(SayOp { span: self.span, draw, rows, places, weights: self.weights.each().collect() }, ty)
    }

    fn draws(&self) -> bool {
        true
    }
}

struct SayOp {
    span: Span,
    draw: usize,
    rows: Vec<RowOp>,
    /// Where each alternative is written.
    places: Vec<Span>,
    weights: Vec<u64>,
}

impl Op for SayOp {
    fn eval<'e>(&'e self, env: &Env<'e>) -> Result<Cow<'e, Value>, Fault> {
        let mut total = 0;
        let mut eligible = Vec::with_capacity(self.rows.len());
        for ((when, body), weight) in self.rows.iter().zip(&self.weights) {
            let applies = match when {
                Some(condition) => condition.truth(env)?,
                None => true,
            };
            if applies {
                total += weight;
                eligible.push((total, body));
            }
        }
        let at = env.stream(self.draw).below(total);
        match eligible.iter().find(|(upto, _)| at < *upto) {
            Some((_, body)) => body.eval(env),
            None => Err(Box::new(Diagnostic::error(codes::EMPTY_CHOICE, self.span, "there is nothing to say here"))),
        }
    }

    fn tell(&self, env: &Env<'_>, telling: &mut Telling) -> Result<usize, Fault> {
        let mut origin = Origin::new("say", Some(self.span), Value::Undefined).drawn(telling.drawn(env, self.draw));
        let (mut total, mut eligible) = (0, Vec::with_capacity(self.rows.len()));
        for ((number, (when, body)), weight) in (1..).zip(&self.rows).zip(&self.weights) {
            if tell_condition(when.as_deref(), number, env, telling, &mut origin)? {
                total += weight;
                eligible.push((total, number, body));
            }
        }
        let uneven = self.weights.iter().any(|weight| Some(weight) != self.weights.first());
        if uneven {
            origin = origin.detail("weights", Value::list(self.weights.iter().map(|weight| Value::Int(i128::from(*weight)))));
        }
        let at = env.stream(self.draw).below(total);
        let Some((_, number, body)) = eligible.into_iter().find(|(upto, ..)| at < *upto) else {
            origin.value = self.eval(env)?.into_owned();
            return Ok(telling.add(origin));
        };
        let node = body.tell(env, telling)?;
        origin.value = telling.value(node);
        let place = self.places.get(number - 1).copied();
        Ok(telling.add(origin.chosen(number, self.rows.len(), place).part(Part::result("said", node).of_row(number))))
    }
}
