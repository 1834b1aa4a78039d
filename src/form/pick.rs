//! `pick`: one of several values, uniformly or by weight.

use std::borrow::Cow;

use super::choices::{Pool, Values, literal, mixed};
use super::parse::{Parse, Shape};
use super::say::alternatives;
use super::{FormKind, Position, weighted};
use crate::data::{Type, Value};
use crate::diag::{Diagnostic, codes};
use crate::engine::yaml::{Entry, Node, NodeKind};
use crate::program::{Env, Fault, Form, Lower, Lowered, Op, Origin, Telling};
use crate::random::{Weight, Weights};
use crate::source::Span;

/// The form.
pub(super) const KIND: FormKind = FormKind {
    head: "pick",
    options: &[],
    draws: true,
    parse,
    doc: "One of several values. A list is uniform; a map gives each value its weight (keys keep their YAML type); \
          `[{give, weight}]` weighs anything else, templates and forms among it; a bare expression names a list to pick from. \
          Weights are decimals, compared exactly; in `[{give, weight}]` they may be computed: `weight: \"{{ … }}\"`. Under `say` \
          its list are alternatives, so that `stream` and other modifiers can stand beside them.",
    example: "affected: {pick: {none: 1, internal: 2, personal: 4}}",
    schema: r##"{"pick": {"anyOf": [{"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/literal"}}, {"type": "array", "minItems": 1, "items": {"type": "object", "properties": {"give": {"description": "The value: data, a template, or a form.", "examples": ["affected: {pick: [{give: none, weight: 1}, {give: personal, weight: 4}]}"], "$ref": "#/$defs/value"}, "weight": {"description": "How often it is picked, among the others.", "examples": ["affected: {pick: [{give: none, weight: 1}, {give: personal, weight: 4}]}"], "anyOf": [{"$ref": "#/$defs/weight"}, {"type": "string", "pattern": "\\{\\{"}]}}, "required": ["give"], "additionalProperties": false}}, {"type": "object", "minProperties": 1, "additionalProperties": {"$ref": "#/$defs/weight"}}, {"type": "string"}]}}"##,
};

/// A uniform pick: a list in a form position that draws.
pub(super) fn uniform(cx: &mut Parse<'_>, node: &Node) -> Option<Box<dyn Form>> {
    Some(Box::new(Uniform { span: node.span, pool: Pool::parse(cx, node)? }))
}

fn parse(cx: &mut Parse<'_>, shape: &Shape<'_>) -> Option<Box<dyn Form>> {
    match &shape.head.kind {
        NodeKind::List(items) if shape.position == Position::Say => alternatives(cx, shape.span, items),
        _ if shape.position == Position::Say => {
            cx.expected(shape.head, "a list of alternatives");
            None
        }
        NodeKind::Map(entries) => weighted_map(cx, shape, entries),
        NodeKind::List(items) if weighted::is_weighted(items) => weighted::parse(cx, shape, items),
        _ => uniform(cx, shape.head),
    }
}

/// A weight as it is written.
pub(super) fn weight(cx: &mut Parse<'_>, node: &Node) -> Option<Weight> {
    let read = match node.kind {
        NodeKind::Int(_) | NodeKind::Float(_) => Weight::parse(&node.raw).or_else(|error| match node.kind {
            NodeKind::Float(number) => Weight::of_float(number),
            _ => Err(error),
        }),
        _ => {
            cx.report(
                Diagnostic::error(codes::BAD_WEIGHT, node.span, format!("expected a weight, found {}", node.kind_word()))
                    .hint("a weight is a decimal number such as `3` or `0.5`"),
            );
            return None;
        }
    };
    match read {
        Ok(weight) => Some(weight),
        Err(error) => {
            cx.report(Diagnostic::error(codes::BAD_WEIGHT, node.span, error.to_string()));
            None
        }
    }
}

/// Weights that go together; all zero is a mistake.
pub(super) fn weights(cx: &mut Parse<'_>, span: Span, list: &[Weight]) -> Option<Weights> {
    match Weights::new(list) {
        Ok(weights) => Some(weights),
        Err(error) => {
            cx.report(Diagnostic::error(codes::BAD_WEIGHT, span, error.to_string()));
            None
        }
    }
}

fn weighted_map(cx: &mut Parse<'_>, shape: &Shape<'_>, entries: &[Entry]) -> Option<Box<dyn Form>> {
    if entries.is_empty() {
        cx.report(Diagnostic::error(codes::EMPTY_CHOICE, shape.head.span, "there is nothing to choose from"));
        return None;
    }
    let read: Vec<_> = entries.iter().map(|entry| weight(cx, &entry.value)).collect();
    let list = read.into_iter().collect::<Option<Vec<_>>>()?;
    let weights = weights(cx, shape.head.span, &list)?;
    let values: Vec<Value> = entries.iter().map(|entry| entry.key_value.clone()).collect();
    mixed(cx, shape.head.span, values.iter());
    Some(Box::new(Weighted { span: shape.span, values, weights }))
}

/// A planned value with its place, and its weight.
type Planned = ((Value, Span), Weight);

/// Values that are planned rather than drawn: one, several in equal shares, or `{pick: …}` by weight.
pub fn weighted_values(cx: &mut Parse<'_>, node: &Node) -> Option<(Vec<(Value, Span)>, Weights)> {
    let head = node.as_map().and_then(|entries| match entries {
        [entry] if entry.key.text == "pick" => Some(&entry.value),
        _ => None,
    });
    let read: Vec<Option<Planned>> = match &head.unwrap_or(node).kind {
        NodeKind::Map(labels) if head.is_some() && !labels.is_empty() => {
            labels.iter().map(|one| Some(((one.key_value.clone(), one.key_span), weight(cx, &one.value)?))).collect()
        }
        NodeKind::Map(_) => {
            cx.expected(node, "a label, a list of labels, or `{pick: {label: weight}}`");
            return None;
        }
        NodeKind::List(items) if items.is_empty() => {
            cx.report(Diagnostic::error(codes::EMPTY_CHOICE, node.span, "there is nothing to aim at"));
            return None;
        }
        NodeKind::List(items) if head.is_some() && weighted::is_weighted(items) => {
            let written = |item| weighted::written(cx, item).map(|(value, weight)| ((value, item.span), weight));
            items.iter().map(written).collect()
        }
        NodeKind::List(items) => items.iter().map(|item| equal(cx, item)).collect(),
        _ => vec![equal(cx, head.unwrap_or(node))],
    };
    let (labels, list): (Vec<_>, Vec<_>) = read.into_iter().collect::<Option<Vec<_>>>()?.into_iter().unzip();
    Some((labels, weights(cx, node.span, &list)?))
}

/// A label in equal shares with the others.
fn equal(cx: &mut Parse<'_>, item: &Node) -> Option<Planned> {
    Some(((literal(cx, item)?, item.span), Weight::of_int(1).ok()?))
}

struct Uniform {
    span: Span,
    pool: Pool,
}

impl Form for Uniform {
    fn span(&self) -> Span {
        self.span
    }

    fn lower(&self, cx: &mut Lower<'_>) -> Lowered {
        let (values, ty, _) = self.pool.lower(cx);
        Lowered::new(UniformOp { draw: cx.draw(), span: self.span, values }, ty)
    }

    fn draws(&self) -> bool {
        true
    }
}

struct UniformOp {
    draw: usize,
    span: Span,
    values: Values,
}

impl Op for UniformOp {
    fn eval<'e>(&'e self, env: &Env<'e>) -> Result<Cow<'e, Value>, Fault> {
        self.values.with(env, |items| {
            let at = env.stream(self.draw).below(items.len() as u64);
            let chosen = usize::try_from(at).ok().and_then(|at| items.get(at)).cloned();
            chosen.map(Cow::Owned).ok_or_else(|| {
                let span = self.values.span().unwrap_or(self.span);
                Box::new(Diagnostic::error(codes::EMPTY_CHOICE, span, "there is nothing to choose from"))
            })
        })
    }

    fn tell(&self, env: &Env<'_>, telling: &mut Telling) -> Result<usize, Fault> {
        let origin = Origin::new("pick", Some(self.span), self.eval(env)?.into_owned());
        let origin = self.values.tell(env, telling, origin.drawn(telling.drawn(env, self.draw)))?;
        Ok(telling.add(origin))
    }
}

/// A pick among values of the spec, by weight.
pub(super) struct Weighted {
    /// Its place.
    pub(super) span: Span,
    /// What is picked from.
    pub(super) values: Vec<Value>,
    /// A weight for each value.
    pub(super) weights: Weights,
}

impl Form for Weighted {
    fn span(&self) -> Span {
        self.span
    }

    fn lower(&self, cx: &mut Lower<'_>) -> Lowered {
        let possible = self.values.iter().zip(self.weights.each()).filter(|(_, weight)| *weight > 0);
        let ty = Type::join_all(possible.map(|(value, _)| Type::of(value)));
        Lowered::new(
            WeightedOp { span: self.span, draw: cx.draw(), values: self.values.clone(), weights: self.weights.clone() },
            ty,
        )
    }

    fn draws(&self) -> bool {
        true
    }
}

struct WeightedOp {
    span: Span,
    draw: usize,
    values: Vec<Value>,
    weights: Weights,
}

impl Op for WeightedOp {
    fn eval<'e>(&'e self, env: &Env<'e>) -> Result<Cow<'e, Value>, Fault> {
        let at = env.stream(self.draw).weighted(self.weights.cumulative());
        Ok(self.values.get(at).map_or(Cow::Owned(Value::Undefined), Cow::Borrowed))
    }

    fn tell(&self, env: &Env<'_>, telling: &mut Telling) -> Result<usize, Fault> {
        let weights = self.weights.each().map(|weight| Value::Int(i128::from(weight)));
        let origin = Origin::new("pick", Some(self.span), self.eval(env)?.into_owned());
        let origin = origin.drawn(telling.drawn(env, self.draw)).detail("options", Value::list(self.values.iter().cloned()));
        Ok(telling.add(origin.detail("weights", Value::list(weights))))
    }
}
