//! `permutation`: a walk through a pool in which nothing comes again before everything has come.
//!
//! The place in the walk is the record's rank within its scenario, so no record needs to know another. Every pass has an order
//! of its own; the attempt has no part in it, so a walk is never redrawn. What must hold: the pool is the same in every record.

use std::borrow::Cow;
use std::sync::Arc;

use super::FormKind;
use super::choices::{Pool, Values};
use super::parse::{Parse, Shape};
use super::range::Range;
use crate::data::{Field, Fields, Map, Text, Type, Value};
use crate::diag::{Diagnostic, codes};
use crate::engine::jinja::tree::ExprKind;
use crate::engine::yaml::{Entry, Node, NodeKind};
use crate::program::{Env, ExprText, Fault, Form, Lower, Lowered, Op, Origin, Part, Telling};
use crate::random::PermutationCache;
use crate::source::Span;

/// The form.
pub(super) const KIND: FormKind = FormKind {
    head: "permutation",
    options: &[],
    draws: true,
    parse,
    doc: "The next value of a pool in a random order: among the records of a scenario every value comes once before any comes \
          again, and then in another order. The pool is a list, a range `a..b` of whole numbers however long, an expression \
          that is the same in every record, or a map of pools, which gives every combination of theirs. It cannot be redrawn, and \
          two scenarios walk in the same order.",
    example: "ticket: {permutation: 100000..999999}",
    schema: r##"{"permutation": {"anyOf": [{"$ref": "#/$defs/pool"}, {"type": "object", "minProperties": 1, "propertyNames": {"$ref": "#/$defs/key"}, "additionalProperties": {"$ref": "#/$defs/pool"}}]}}"##,
};

fn parse(cx: &mut Parse<'_>, shape: &Shape<'_>) -> Option<Box<dyn Form>> {
    let axes = match &shape.head.kind {
        NodeKind::Map(entries) if entries.is_empty() => {
            cx.report(Diagnostic::error(codes::EMPTY_CHOICE, shape.head.span, "there is nothing to choose from"));
            None
        }
        NodeKind::Map(entries) => {
            let axes = entries.iter().map(|entry| named(cx, entry)).collect::<Vec<_>>();
            axes.into_iter().collect::<Option<Vec<_>>>().map(Axes::Named)
        }
        _ => Axis::parse(cx, shape.head).map(Axes::One),
    };
    Some(Box::new(Walk { span: shape.span, axes: axes? }))
}

fn named(cx: &mut Parse<'_>, entry: &Entry) -> Option<(Text, Axis)> {
    let named = super::is_name(&entry.key.text);
    if !named {
        cx.report(super::bad_name(&entry.key.text, entry.key_span));
    }
    let axis = Axis::parse(cx, &entry.value);
    named.then_some((Text::from(entry.key.text.as_str()), axis?))
}

/// What is walked through: one pool, or every combination of several.
enum Axes {
    One(Axis),
    Named(Vec<(Text, Axis)>),
}

/// One pool.
enum Axis {
    Pool(Pool),
    /// The least number, and how many there are.
    Range(i128, u64),
}

impl Axis {
    fn parse(cx: &mut Parse<'_>, node: &Node) -> Option<Self> {
        let range = node.as_text().is_some_and(|text| text.contains("..") && !text.contains(['\'', '"', '{']));
        if !range {
            return Pool::parse(cx, node).map(Self::Pool);
        }
        let (min, max) = Range::parse(cx, node, false)?.fixed_ints()?;
        match u64::try_from(max - min + 1) {
            Ok(count) => Some(Self::Range(min, count)),
            Err(_) => {
                cx.report(too_many(node.span));
                None
            }
        }
    }

    fn lower(&self, cx: &mut Lower<'_>) -> (AxisOp, Type, Option<u64>) {
        match self {
            Self::Range(min, count) => {
                (AxisOp::Range(*min, *count), Type::int_range(*min, *min + i128::from(*count) - 1), Some(*count))
            }
            Self::Pool(pool) => {
                let ((values, ty, (least, most)), causes) = cx.causes_of(|cx| pool.lower(cx));
                if let Pool::Expr(expr) = pool {
                    // Ranks count within a scenario, so the pool may differ between scenarios.
                    steady(cx, expr, causes.iter().find(|cause| *cause != "scenario"));
                }
                (AxisOp::Values(values), ty, most.filter(|most| *most == least).map(|count| count as u64))
            }
        }
    }
}

fn too_many(span: Span) -> Diagnostic {
    Diagnostic::error(codes::BAD_RANGE, span, format!("a permutation walks through at most {} values", u64::MAX))
}

/// Reports a pool that may differ from record to record: the walk would skip some of its values and repeat others.
fn steady(cx: &mut Lower<'_>, expr: &ExprText, cause: Option<&Text>) {
    let local = match expr.parse() {
        Ok(parsed) => {
            let mut local = None;
            parsed.walk(&mut |one| {
                if let ExprKind::Var(name) = &one.kind
                    && (name == "aim" || cx.is_local(name))
                {
                    local = Some(name.clone());
                }
            });
            local
        }
        Err(_) => None,
    };
    let Some(read) = cause.or(local.as_ref()) else { return };
    let message = format!("the pool of a permutation reads `{read}`, which may differ from record to record");
    cx.report(
        Diagnostic::error(codes::VARYING_POOL, expr.span(), message)
            .hint("walk through a fact or a list written here; `pick`, `sample` and `shuffle` take any list"),
    );
}

struct Walk {
    span: Span,
    axes: Axes,
}

impl Form for Walk {
    fn span(&self) -> Span {
        self.span
    }

    fn lower(&self, cx: &mut Lower<'_>) -> Lowered {
        let mut counts = Vec::new();
        let mut lower = |cx: &mut Lower<'_>, axis: &Axis| {
            let (op, ty, count) = axis.lower(cx);
            counts.extend(count);
            (op, ty)
        };
        let (axes, ty) = match &self.axes {
            Axes::One(axis) => {
                let (op, ty) = lower(cx, axis);
                (AxesOp::One(op), ty)
            }
            Axes::Named(named) => {
                let mut fields = Fields::default();
                let mut axes = Vec::with_capacity(named.len());
                for (name, axis) in named {
                    let (op, ty) = lower(cx, axis);
                    fields.known.insert(name.clone(), Field { ty, optional: false });
                    axes.push((name.clone(), op));
                }
                (AxesOp::Named(axes), Type::of_fields(fields))
            }
        };
        if product(counts).is_none() {
            cx.report(too_many(self.span));
        }
        Lowered::new(WalkOp { span: self.span, draw: cx.draw(), axes, orders: PermutationCache::default() }, ty)
    }

    fn draws(&self) -> bool {
        true
    }
}

/// How many combinations there are, where 64 bits hold it.
fn product(counts: impl IntoIterator<Item = u64>) -> Option<u64> {
    counts.into_iter().try_fold(1, u64::checked_mul)
}

enum AxesOp {
    One(AxisOp),
    Named(Vec<(Text, AxisOp)>),
}

enum AxisOp {
    Values(Values),
    Range(i128, u64),
}

impl AxisOp {
    fn count(&self, env: &Env<'_>) -> Result<u64, Fault> {
        match self {
            Self::Range(_, count) => Ok(*count),
            Self::Values(values) => values.with(env, |items| match items.len() {
                0 => Err(nothing(values)),
                count => Ok(count as u64),
            }),
        }
    }

    fn value(&self, at: u64, env: &Env<'_>) -> Result<Value, Fault> {
        match self {
            Self::Range(min, _) => Ok(Value::Int(min + i128::from(at))),
            Self::Values(values) => values.with(env, |items| {
                let item = usize::try_from(at).ok().and_then(|at| items.get(at));
                item.cloned().ok_or_else(|| nothing(values))
            }),
        }
    }
}

fn nothing(values: &Values) -> Fault {
    let message = "there is nothing to choose from";
    Box::new(match values.span() {
        Some(span) => Diagnostic::error(codes::EMPTY_CHOICE, span, message),
        None => Diagnostic::unplaced(codes::EMPTY_CHOICE, message),
    })
}

struct WalkOp {
    span: Span,
    draw: usize,
    axes: AxesOp,
    orders: PermutationCache,
}

impl Op for WalkOp {
    fn eval<'e>(&'e self, env: &Env<'e>) -> Result<Cow<'e, Value>, Fault> {
        let named = match &self.axes {
            AxesOp::One(axis) => {
                let count = axis.count(env)?;
                return axis.value(env.walk(self.draw, count, &self.orders), env).map(Cow::Owned);
            }
            AxesOp::Named(named) => named,
        };
        let counts = named.iter().map(|(_, axis)| axis.count(env)).collect::<Result<Vec<_>, _>>()?;
        let total = product(counts.iter().copied()).ok_or_else(|| Box::new(too_many(self.span)))?;
        // One number below the product of all counts, taken apart digit by digit.
        let mut number = env.walk(self.draw, total, &self.orders);
        let mut map = Map::with_capacity(named.len());
        for ((name, axis), count) in named.iter().zip(counts) {
            map.push_new(name.clone(), axis.value(number % count, env)?);
            number /= count;
        }
        Ok(Cow::Owned(Value::Map(Arc::new(map))))
    }

    fn tell(&self, env: &Env<'_>, telling: &mut Telling) -> Result<usize, Fault> {
        let mut origin = Origin::new("permutation", Some(self.span), self.eval(env)?.into_owned());
        let (axes, named): (Vec<_>, bool) = match &self.axes {
            AxesOp::One(axis) => (vec![("", axis)], false),
            AxesOp::Named(named) => (named.iter().map(|(name, axis)| (name.as_str(), axis)).collect(), true),
        };
        let counts = axes.iter().map(|(_, axis)| axis.count(env)).collect::<Result<Vec<_>, _>>()?;
        origin = origin.drawn(telling.walked(env, self.draw, product(counts).unwrap_or_default()));
        for (name, axis) in axes {
            origin = match axis {
                AxisOp::Range(min, count) if !named => {
                    origin.detail("min", Value::Int(*min)).detail("max", Value::Int(min + i128::from(*count) - 1))
                }
                AxisOp::Values(values) if !named => values.tell(env, telling, origin)?,
                AxisOp::Values(Values::Computed(op, _)) => origin.part(Part::argument(name, op.tell(env, telling)?)),
                AxisOp::Range(..) | AxisOp::Values(_) => origin,
            };
        }
        Ok(telling.add(origin))
    }
}
