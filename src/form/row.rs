//! `row`: one row of a table.

use std::borrow::Cow;

use super::FormKind;
use super::parse::{Parse, Shape};
use super::weighted::of_value;
use crate::data::{Text, Type, Value};
use crate::diag::{Diagnostic, codes};
use crate::engine::jinja::tree::{Expr, ExprKind};
use crate::program::{Env, ExprText, Fault, Form, Lower, Lowered, Op, Origin, Telling};
use crate::random::Weights;
use crate::source::Span;

/// The form.
pub(super) const KIND: FormKind = FormKind {
    head: "row",
    options: &["weight"],
    draws: true,
    parse,
    doc: "One row of a table, as a map: of a list of maps, or of a map of maps (its keys are not part of the rows). Every row is as \
          likely as any other; `weight` names a column whose numbers weigh them.",
    example: "city: {row: cities, weight: people}",
    schema: r##"{"row": {"$ref": "#/$defs/expression"}, "weight": {"description": "The column whose numbers weigh the rows.", "examples": ["city: {row: cities, weight: people}"], "type": "string"}}"##,
};

fn parse(cx: &mut Parse<'_>, shape: &Shape<'_>) -> Option<Box<dyn Form>> {
    let table = if shape.head.as_text().is_some() {
        cx.expression(shape.head)
    } else {
        let message = format!("expected an expression that gives a table, found {}", shape.head.kind_word());
        let diagnostic = Diagnostic::error(codes::WRONG_TYPE, shape.head.span, message);
        cx.report(diagnostic.hint("name a table of `facts`; a list written in place goes under `pick`"));
        None
    };
    let weight = match shape.option("weight") {
        None => Some(None),
        Some(node) => match node.as_text() {
            Some(name) => Some(Some((Text::from(name), node.span))),
            None => {
                cx.expected(node, "the name of a column");
                None
            }
        },
    };
    Some(Box::new(Row { span: shape.span, table: table?, weight: weight? }))
}

struct Row {
    span: Span,
    table: ExprText,
    weight: Option<(Text, Span)>,
}

impl Form for Row {
    fn span(&self) -> Span {
        self.span
    }

    fn lower(&self, cx: &mut Lower<'_>) -> Lowered {
        let (op, ty, expr) = self.table.lower(cx);
        let span = self.table.span();
        let mut row = if ty.is_any() { Type::any() } else { ty.item().join(&ty.values()) };
        let draw = cx.draw();
        let table = |weights| RowOp { span: self.span, table: op, table_span: span, draw, weights };
        if ty.is_any() || ty.is_never() {
            return Lowered::new(table(self.computed()), row);
        }
        if is_empty(&ty) {
            cx.report(Diagnostic::error(codes::EMPTY_CHOICE, span, "the table has no rows"));
            return Lowered::refused();
        }
        if !row.is_any() && !row.is_map() {
            let found = if ty.list.is_some() || ty.map.is_some() { format!("rows of {}", row.describe()) } else { ty.describe() };
            let message = format!("expected a table, which is a list or a map of maps, found {found}");
            cx.report(Diagnostic::error(codes::TYPE_MISMATCH, span, message));
            return Lowered::refused();
        }
        let Some((column, at)) = &self.weight else { return Lowered::new(table(None), row) };
        if !is_column(cx, &row, column, *at) {
            return Lowered::refused();
        }
        let Some(constant) = expr.as_ref().and_then(|expr| constant(cx, expr)) else {
            return Lowered::new(table(self.computed()), row);
        };
        match weigh(&rows(constant), column, *at) {
            Ok(weights) => {
                // Rows that are never drawn give no words.
                if weights.each().any(|weight| weight == 0) {
                    let possible = rows(constant).into_iter().zip(weights.each()).filter(|(_, weight)| *weight > 0);
                    row = Type::join_all(possible.map(|(row, _)| Type::of(row)));
                }
                Lowered::new(table(Some(WeightsOp::Fixed(weights))), row)
            }
            Err(wrong) => {
                cx.report(*wrong);
                Lowered::refused()
            }
        }
    }

    fn draws(&self) -> bool {
        true
    }
}

impl Row {
    fn computed(&self) -> Option<WeightsOp> {
        self.weight.as_ref().map(|(column, span)| WeightsOp::Computed(column.clone(), *span))
    }
}

/// Whether a table surely has no rows.
fn is_empty(ty: &Type) -> bool {
    let no_list = ty.list.as_ref().is_none_or(|list| list.max == Some(0));
    let no_map = ty.map.as_ref().is_none_or(|map| map.known.is_empty() && map.rest.is_none());
    (ty.is_list() || ty.is_map()) && no_list && no_map
}

/// Whether rows have such a column of numbers; reports it where they have not.
fn is_column(cx: &mut Lower<'_>, row: &Type, column: &Text, span: Span) -> bool {
    let Some(field) = row.field(column) else {
        let columns = row.map.iter().flat_map(|fields| fields.known.keys()).map(Text::as_str);
        let message = format!("the table has no column `{column}`");
        cx.report(Diagnostic::error(codes::UNDEFINED_ATTRIBUTE, span, message).suggest(column, columns));
        return false;
    };
    let number = field.ty.is_any() || field.ty.is_number();
    if !number {
        let message = format!("the weights in `{column}` must be numbers, found {}", field.ty.describe());
        cx.report(Diagnostic::error(codes::TYPE_MISMATCH, span, message));
    }
    number
}

/// The value of an expression that is a fact, or a part of one.
fn constant<'w>(cx: &Lower<'w>, expr: &Expr) -> Option<&'w Value> {
    match &expr.kind {
        ExprKind::Var(name) => {
            let world = cx.world;
            world.facts.get(name).map(|fact| &fact.value).or_else(|| world.stems.get(name).map(|stem| &stem.value))
        }
        ExprKind::Attr(inner, name) => constant(cx, inner)?.as_map()?.get(&name.text),
        _ => None,
    }
}

/// The rows of a table; none where it is not one.
fn rows(table: &Value) -> Vec<&Value> {
    match table {
        Value::List(items) => items.iter().collect(),
        Value::Map(map) => map.values().collect(),
        _ => Vec::new(),
    }
}

/// The weights of the rows, which stand in a column.
fn weigh(rows: &[&Value], column: &str, span: Span) -> Result<Weights, Fault> {
    let wrong = |message: String| Box::new(Diagnostic::error(codes::BAD_WEIGHT, span, message));
    let mut list = Vec::with_capacity(rows.len());
    for (at, row) in rows.iter().enumerate() {
        let cell = row.as_map().and_then(|row| row.get(column)).unwrap_or(&Value::Undefined);
        list.push(of_value(cell).map_err(|why| wrong(format!("row {} of the table: {why}", at + 1)))?);
    }
    Weights::new(&list).map_err(|why| wrong(why.to_string()))
}

enum WeightsOp {
    Fixed(Weights),
    /// By a column of rows that differ from record to record.
    Computed(Text, Span),
}

struct RowOp {
    span: Span,
    table: Box<dyn Op>,
    table_span: Span,
    draw: usize,
    weights: Option<WeightsOp>,
}

impl Op for RowOp {
    fn eval<'e>(&'e self, env: &Env<'e>) -> Result<Cow<'e, Value>, Fault> {
        let table = self.table.eval(env)?;
        let rows = rows(&table);
        let mut stream = env.stream(self.draw);
        let at = match &self.weights {
            _ if rows.is_empty() => None,
            None => usize::try_from(stream.below(rows.len() as u64)).ok(),
            Some(WeightsOp::Fixed(weights)) => Some(stream.weighted(weights.cumulative())),
            Some(WeightsOp::Computed(column, span)) => Some(stream.weighted(weigh(&rows, column, *span)?.cumulative())),
        };
        let row = at.and_then(|at| rows.get(at));
        match row {
            Some(row) if row.as_map().is_some() => Ok(Cow::Owned((*row).clone())),
            Some(row) => {
                let message = format!("expected rows that are maps, found {}", row.kind());
                Err(Box::new(Diagnostic::error(codes::TYPE_MISMATCH, self.table_span, message)))
            }
            None => Err(Box::new(Diagnostic::error(codes::EMPTY_CHOICE, self.span, "the table has no rows"))),
        }
    }

    fn tell(&self, env: &Env<'_>, telling: &mut Telling) -> Result<usize, Fault> {
        let value = self.eval(env)?.into_owned();
        let table = self.table.eval(env)?;
        let rows = rows(&table);
        let found = rows.iter().position(|row| **row == value);
        let mut origin = Origin::new("row", Some(self.span), value).drawn(telling.drawn(env, self.draw));
        origin = telling.argument("table", &*self.table, env, origin)?;
        let weights = match &self.weights {
            None => None,
            Some(WeightsOp::Fixed(weights)) => Some(weights.clone()),
            Some(WeightsOp::Computed(column, span)) => Some(weigh(&rows, column, *span)?),
        };
        if let Some(weights) = weights {
            origin = origin.detail("weights", Value::list(weights.each().map(|weight| Value::Int(i128::from(weight)))));
        }
        if let Some(at) = found {
            origin = origin.chosen(at + 1, rows.len(), None);
        }
        Ok(telling.add(origin))
    }
}
