//! `pick` from `[{give, weight}]`: anything by weight, the weights written or computed.
//!
//! Where all is written in the spec, it is the plain weighted pick. Otherwise the choice is drawn in the same way from the
//! weights of the record, and only what was chosen is computed.

use std::borrow::Cow;

use super::choices::literal;
use super::find;
use super::parse::{Parse, Shape, row_key, spelt};
use super::pick::{Weighted, weight, weights};
use super::range::inner;
use crate::data::{Type, Value};
use crate::diag::{Diagnostic, codes};
use crate::engine::yaml::{Entry, Node, NodeKind};
use crate::program::{Env, ExprText, Fault, Form, Lower, Lowered, Op, Origin, Part, Telling, TemplateText};
use crate::random::{Weight, Weights};
use crate::source::Span;

/// Whether a list is one of weighted choices rather than of values.
pub(super) fn is_weighted(items: &[Node]) -> bool {
    let choice = |item: &Node, dollar: bool| ["give", "weight"].iter().any(|key| row_key(item, key, dollar).is_some());
    items.iter().any(|item| choice(item, false) || choice(item, true))
}

/// Reads weighted choices.
pub(super) fn parse(cx: &mut Parse<'_>, shape: &Shape<'_>, items: &[Node]) -> Option<Box<dyn Form>> {
    let read: Vec<_> = items.iter().map(|item| choice(cx, shape, item)).collect();
    let choices = read.into_iter().collect::<Option<Vec<_>>>()?;
    let written: Option<Vec<Weight>> = choices.iter().map(|one| one.weight.written()).collect();
    let fixed = match written {
        Some(list) => Some(weights(cx, shape.head.span, &list)?),
        None => None,
    };
    let values: Option<Vec<Value>> = choices.iter().map(|one| one.value.clone()).collect();
    Some(match (values, fixed) {
        (Some(values), Some(weights)) => Box::new(Weighted { span: shape.span, values, weights }),
        (_, fixed) => Box::new(Choices { span: shape.span, head: shape.head.span, rows: choices, fixed }),
    })
}

/// One choice.
struct Choice {
    /// What it gives.
    give: Box<dyn Form>,
    /// The same, where it is a value of the spec.
    value: Option<Value>,
    weight: Heft,
}

/// A weight as it was parsed.
enum Heft {
    Written(Weight),
    Expr(ExprText),
}

impl Heft {
    fn parse(cx: &mut Parse<'_>, node: &Node) -> Option<Self> {
        if node.as_text().is_some_and(|text| text.contains("{{")) {
            return inner(cx, node, "a weight").map(Self::Expr);
        }
        weight(cx, node).map(Self::Written)
    }

    fn written(&self) -> Option<Weight> {
        match self {
            Self::Written(weight) => Some(*weight),
            Self::Expr(_) => None,
        }
    }
}

/// A weighted choice of which all must be written in the spec.
pub(super) fn written(cx: &mut Parse<'_>, item: &Node) -> Option<(Value, Weight)> {
    let (give, heft) = parts(cx, item, false)?;
    let weight = heft.map_or_else(|| Weight::of_int(1).ok(), |node| weight(cx, node));
    Some((literal(cx, give)?, weight?))
}

/// What stands under `give` and under `weight`.
fn parts<'n>(cx: &mut Parse<'_>, item: &'n Node, dollar: bool) -> Option<(&'n Node, Option<&'n Node>)> {
    let keys = ["give", "weight"].map(|key| spelt(key, dollar));
    let [give, weight] = &keys;
    let NodeKind::Map(entries) = &item.kind else {
        cx.expected(item, &format!("`{{{give}: …, {weight}: …}}`"));
        return None;
    };
    if let Some(entry) = entries.iter().find(|entry| !keys.iter().any(|key| *key == entry.key.text)) {
        let message = format!("a weighted choice does not take `{}`", entry.key.text);
        let known = keys.iter().map(String::as_str);
        cx.report(Diagnostic::error(codes::UNKNOWN_KEY, entry.key_span, message).suggest(&entry.key.text, known));
        return None;
    }
    let given = item.get(give);
    if given.is_none() {
        cx.report(Diagnostic::error(codes::MISSING_KEY, item.span, format!("a weighted choice without `{give}`")));
    }
    Some((given?, item.get(weight)))
}

fn choice(cx: &mut Parse<'_>, shape: &Shape<'_>, item: &Node) -> Option<Choice> {
    let (node, heft) = parts(cx, item, shape.dollar)?;
    let give = if shape.dollar { cx.data(node, shape.position) } else { cx.given(node, shape.position) };
    let weight = heft.map_or_else(|| Weight::of_int(1).ok().map(Heft::Written), |node| Heft::parse(cx, node));
    let form = !shape.dollar && node.as_map().is_some_and(has_head);
    let value = (!form && is_value(node)).then(|| node.value());
    Some(Choice { give: give?, value, weight: weight? })
}

fn has_head(entries: &[Entry]) -> bool {
    entries.iter().any(|entry| find(&entry.key.text).is_some())
}

/// Whether nothing in a node is a template or a form.
fn is_value(node: &Node) -> bool {
    match &node.kind {
        NodeKind::Text(scalar) => TemplateText::new(scalar).is_literal(),
        NodeKind::List(items) => items.iter().all(is_value),
        NodeKind::Map(entries) => entries.iter().all(|entry| !entry.key.text.starts_with('$') && is_value(&entry.value)),
        _ => true,
    }
}

/// Choices of which something is computed.
struct Choices {
    span: Span,
    head: Span,
    rows: Vec<Choice>,
    /// The weights, where all are written.
    fixed: Option<Weights>,
}

impl Form for Choices {
    fn span(&self) -> Span {
        self.span
    }

    fn lower(&self, cx: &mut Lower<'_>) -> Lowered {
        let draw = cx.draw();
        let mut ty = Type::never();
        let mut optional = false;
        let mut gives = Vec::with_capacity(self.rows.len());
        for choice in &self.rows {
            // One is computed at a time, so all share an address: their order in the file does not matter.
            let lowered = cx.inside("give", |cx| choice.give.lower(cx));
            if choice.weight.written().is_none_or(Weight::is_possible) {
                ty = ty.join(&lowered.ty);
                optional |= lowered.optional;
            }
            gives.push(lowered.op);
        }
        let weights = match &self.fixed {
            Some(weights) => WeightsOp::Fixed(weights.clone()),
            None => WeightsOp::Computed(self.head, self.rows.iter().map(|choice| choice.weight.lower(cx)).collect()),
        };
        let places = self.rows.iter().map(|choice| choice.give.span()).collect();
        Lowered { op: Box::new(ChoicesOp { span: self.span, draw, gives, places, weights }), ty, optional }
    }

    fn draws(&self) -> bool {
        true
    }
}

impl Heft {
    fn lower(&self, cx: &mut Lower<'_>) -> HeftOp {
        match self {
            Self::Written(weight) => HeftOp::Written(*weight),
            Self::Expr(expr) => {
                let (op, ty, _) = expr.lower(cx);
                if !ty.is_any() && !ty.is_never() && ty.int.is_none() && !ty.float {
                    let message = format!("a weight must be a number, found {}", ty.describe());
                    cx.report(Diagnostic::error(codes::TYPE_MISMATCH, expr.span(), message));
                }
                HeftOp::Computed(op, expr.span())
            }
        }
    }
}

enum HeftOp {
    Written(Weight),
    Computed(Box<dyn Op>, Span),
}

impl HeftOp {
    fn eval(&self, env: &Env<'_>) -> Result<Weight, Fault> {
        match self {
            Self::Written(weight) => Ok(*weight),
            Self::Computed(op, span) => {
                let value = op.eval(env)?;
                of_value(&value).map_err(|wrong| Box::new(Diagnostic::error(codes::BAD_WEIGHT, *span, wrong)))
            }
        }
    }
}

/// A computed number as a weight; what is wrong with it, as a phrase.
pub(super) fn of_value(value: &Value) -> Result<Weight, String> {
    match value {
        Value::Int(number) => Weight::of_int(*number).map_err(|wrong| wrong.to_string()),
        Value::Float(number) => Weight::nearest(*number).map_err(|wrong| wrong.to_string()),
        other => Err(format!("expected a weight, found {}", other.kind())),
    }
}

enum WeightsOp {
    Fixed(Weights),
    Computed(Span, Vec<HeftOp>),
}

struct ChoicesOp {
    span: Span,
    draw: usize,
    gives: Vec<Box<dyn Op>>,
    /// Where each is written.
    places: Vec<Span>,
    weights: WeightsOp,
}

impl ChoicesOp {
    /// The number of the choice in this place, and the weights that it was made by.
    fn choose(&self, env: &Env<'_>) -> Result<(usize, Cow<'_, Weights>), Fault> {
        let weights = match &self.weights {
            WeightsOp::Fixed(weights) => Cow::Borrowed(weights),
            WeightsOp::Computed(span, list) => {
                let list = list.iter().map(|one| one.eval(env)).collect::<Result<Vec<_>, _>>()?;
                let wrong = |wrong: crate::random::WeightError| Diagnostic::error(codes::BAD_WEIGHT, *span, wrong.to_string());
                Cow::Owned(Weights::new(&list).map_err(|error| Box::new(wrong(error)))?)
            }
        };
        Ok((env.stream(self.draw).weighted(weights.cumulative()), weights))
    }
}

impl Op for ChoicesOp {
    fn eval<'e>(&'e self, env: &Env<'e>) -> Result<Cow<'e, Value>, Fault> {
        let (at, _) = self.choose(env)?;
        match self.gives.get(at) {
            Some(give) => give.eval(env),
            None => Ok(Cow::Owned(Value::Undefined)),
        }
    }

    fn tell(&self, env: &Env<'_>, telling: &mut Telling) -> Result<usize, Fault> {
        let (at, weights) = self.choose(env)?;
        let weights = weights.each().map(|weight| Value::Int(i128::from(weight)));
        let mut origin = Origin::new("pick", Some(self.span), Value::Undefined).drawn(telling.drawn(env, self.draw));
        origin = origin.detail("weights", Value::list(weights));
        if let WeightsOp::Computed(_, list) = &self.weights {
            for (row, one) in (1..).zip(list) {
                if let HeftOp::Computed(op, _) = one {
                    origin = origin.part(Part::argument("weight", op.tell(env, telling)?).of_row(row));
                }
            }
        }
        if let Some((give, place)) = self.gives.get(at).zip(self.places.get(at)) {
            let node = give.tell(env, telling)?;
            origin.value = telling.value(node);
            origin = origin.chosen(at + 1, self.gives.len(), Some(*place)).part(Part::result("give", node).of_row(at + 1));
        }
        Ok(telling.add(origin))
    }
}
