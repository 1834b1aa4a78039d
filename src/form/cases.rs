//! The cases of `given` as a table of facts: one row a case, one column of the table the bodies.
//!
//! A cell is lowered where it is used: a template sees the names in sight there, a draw is addressed inside the key of its row,
//! so that a row more moves no value of another. Rows without that cell are not cases.

use std::borrow::Cow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use indexmap::IndexMap;

use super::Position;
use super::given::{Otherwise, open_values};
use super::parse::{Parse, Shape, is_name};
use crate::data::{Text, Type, Value};
use crate::diag::{Diagnostic, codes, quoted_list};
use crate::engine::yaml::{Node, Scalar};
use crate::program::{Column, Env, ExprText, Fault, Form, Lower, Lowered, Op, Origin, Part, Table, Telling};
use crate::source::Span;

/// Reads `cases: table` with its `column`.
pub(super) fn parse(
    cx: &mut Parse<'_>,
    shape: &Shape<'_>,
    of: Option<ExprText>,
    (node, table): (&Node, &Scalar),
    otherwise: Option<Otherwise>,
) -> Option<Box<dyn Form>> {
    let named = table.text.split('.').all(is_name);
    if !named {
        let message = format!("expected a map of cases, or the name of a table, found `{}`", table.text);
        cx.report(Diagnostic::error(codes::WRONG_TYPE, node.span, message));
    }
    let Some(column) = shape.option("column") else {
        let message = format!("`cases` names the table `{}`, and no `column` of it", table.text);
        cx.report(Diagnostic::error(codes::MISSING_KEY, node.span, message).hint("add `column: name` beside it"));
        return None;
    };
    let name = cx.name(column)?;
    let column = (name, column.span);
    let undrawn = (shape.position != Position::Draw).then_some((shape.position, shape.dollar));
    let table = (table.text.clone(), node.span);
    named.then_some(Box::new(TableCases { span: shape.span, of: of?, table, column, undrawn, otherwise: otherwise? }))
}

struct TableCases {
    span: Span,
    of: ExprText,
    table: (Text, Span),
    column: (Text, Span),
    /// The position and whether keys carry a `$`, where nothing may draw.
    undrawn: Option<(Position, bool)>,
    otherwise: Otherwise,
}

impl Form for TableCases {
    fn span(&self) -> Span {
        self.span
    }

    fn lower(&self, cx: &mut Lower<'_>) -> Lowered {
        let (given, ty, _) = self.of.lower(cx);
        let Some((table, column)) = self.find(cx) else { return Lowered::refused() };
        let key = |key: &Text| Type::words([key.clone()]);
        let rows = || table.rows.iter().filter_map(|(key, row)| Some((key, &**row.get(&self.column.0)?)));
        let (mut result, mut optional) = (column.ty.clone().unwrap_or_default(), false);
        let mut cells = IndexMap::new();
        for (key, cell) in rows().filter(|(one, _)| ty.is_any() || ty.is_never() || ty.can_equal(&key(one))) {
            let lowered = if column.ty.is_some() { cell.lower(cx) } else { self.cell(key, cell, cx) };
            optional |= lowered.optional;
            if column.ty.is_none() {
                result = result.join(&lowered.ty);
            }
            let tried = column.rego.then(|| cx.choose_rule(&self.table.0, key));
            cells.insert(key.clone(), Cell { place: cell.span(), op: lowered.op, tried });
        }
        if cells.is_empty() {
            self.none_fits(&ty, table, cx);
            if !self.otherwise.is_there() {
                return Lowered::refused();
            }
        }
        let covered = |value: &Value| value.as_text().is_some_and(|key| cells.contains_key(key));
        let open = open_values(&ty, &covered);
        let otherwise = self.otherwise.lower(open, (self.span, "rows"), cx).map(|lowered| {
            optional |= lowered.optional;
            result = std::mem::take(&mut result).join(&lowered.ty);
            lowered.op
        });
        Lowered {
            op: Box::new(CellsOp { span: self.span, used: self.column.1, of: given, cells, otherwise }),
            ty: result,
            optional,
        }
    }

    fn draws(&self) -> bool {
        self.undrawn.is_none()
    }
}

impl TableCases {
    /// The table and its column, as the world has them.
    fn find<'s>(&self, cx: &mut Lower<'s>) -> Option<(&'s Table, &'s Column)> {
        let world = cx.world;
        let (name, span) = &self.table;
        let found = match name.split_once('.') {
            Some((stem, inner)) => world.stems.get(stem).and_then(|stem| stem.tables.get(inner)),
            None => world.tables.get(name),
        };
        let Some(table) = found else {
            if !world.incomplete {
                cx.report(no_table(name, *span, cx));
            }
            return None;
        };
        cx.mark_used(name);
        let (wanted, place) = &self.column;
        let Some(column) = table.columns.get(wanted) else {
            let known = || table.columns.keys().map(Text::as_str);
            let message = format!("the table `{name}` has no column `{wanted}`");
            let diagnostic = Diagnostic::error(codes::UNDEFINED_ATTRIBUTE, *place, message).suggest(wanted, known());
            cx.report(diagnostic.label(table.span, "the table").hint(format!("it has {}", quoted_list(known()))));
            return None;
        };
        cx.mark_used(&format!("{name}.{wanted}"));
        if let (true, Some((position, dollar))) = (column.draws, self.undrawn) {
            let message = format!("the column `{wanted}` draws, and {} cannot", position.what());
            let diagnostic = Diagnostic::error(position.drawn(dollar), *place, message).label(column.span, "declared here");
            cx.report(diagnostic.hint("draw it under `context` or `draw` and read its name here"));
            return None;
        }
        Some((table, column))
    }

    /// Lowers a template or a draw. A mistake in it points into the cell and says where it is used.
    fn cell(&self, key: &Text, cell: &dyn Form, cx: &mut Lower<'_>) -> Lowered {
        let by_scenario = self.of.text().trim() == "scenario";
        let before = std::mem::take(&mut cx.diagnostics);
        let lowered = cx.inside(key, |cx| if by_scenario { cx.only_in(key, |cx| cell.lower(cx)) } else { cell.lower(cx) });
        for one in std::mem::replace(&mut cx.diagnostics, before) {
            let inside = one.primary.as_ref().is_some_and(|label| cell.span().holds(label.span));
            cx.report(if inside { one.label(self.column.1, "used here") } else { one });
        }
        lowered
    }

    fn none_fits(&self, ty: &Type, table: &Table, cx: &mut Lower<'_>) {
        let message = format!("no row of `{}` with a `{}` can occur", self.table.0, self.column.0);
        let keys = quoted_list(table.rows.keys().map(Text::as_str));
        let found = ty.vocabulary().map_or_else(|| ty.describe(), |words| quoted_list(words.iter().map(Text::as_str)));
        cx.report(
            Diagnostic::error(codes::UNREACHABLE, self.of.span(), message)
                .label(table.span, "the table")
                .hint(format!("its keys are {keys}; this value is {found}")),
        );
    }
}

fn no_table(name: &str, span: Span, cx: &Lower<'_>) -> Diagnostic {
    let world = cx.world;
    let hint = "`cases` takes a map of cases, or a fact with `columns` whose `rows` have keys";
    let fact = world.facts.get(name).map(|fact| fact.span);
    let of_file = name.split_once('.').and_then(|(stem, inner)| world.stems.get(stem)?.value.at(inner));
    if fact.is_some() || of_file.is_some() {
        let message = format!("the fact `{name}` has no typed rows by key");
        let diagnostic = Diagnostic::error(codes::WRONG_TYPE, span, message).hint(hint);
        return fact.into_iter().fold(diagnostic, |one, place| one.label(place, "the fact"));
    }
    let of_files = world.stems.iter().flat_map(|(stem, file)| file.tables.keys().map(move |name| format!("{stem}.{name}")));
    let known: Vec<String> = world.tables.keys().map(ToString::to_string).chain(of_files).collect();
    let diagnostic = Diagnostic::error(codes::UNDEFINED_NAME, span, format!("there is no table `{name}`"));
    diagnostic.suggest(name, known.iter().map(String::as_str)).hint(hint)
}

/// Chooses a cell by the key of its row.
struct CellsOp {
    span: Span,
    /// The place of the column's name, where cells are used.
    used: Span,
    of: Box<dyn Op>,
    cells: IndexMap<Text, Cell>,
    otherwise: Option<Box<dyn Op>>,
}

/// One cell.
struct Cell {
    place: Span,
    op: Box<dyn Op>,
    /// Set when it is chosen, where anybody asks.
    tried: Option<Arc<AtomicBool>>,
}

impl Op for CellsOp {
    fn eval<'e>(&'e self, env: &Env<'e>) -> Result<Cow<'e, Value>, Fault> {
        let value = self.of.eval(env)?;
        let chosen = value.as_text().and_then(|key| self.cells.get(key));
        match (chosen, &self.otherwise) {
            (Some(cell), _) => {
                if let Some(tried) = &cell.tried {
                    tried.store(true, Ordering::Relaxed);
                }
                cell.op.eval(env).map_err(|fault| {
                    let here = fault.primary.as_ref().is_some_and(|label| cell.place.holds(label.span));
                    if here { Box::new(fault.label(self.used, "used here")) } else { fault }
                })
            }
            (None, Some(op)) => op.eval(env),
            (None, None) => {
                Err(Box::new(Diagnostic::error(codes::MISSING_ELSE, self.span, "no row fits, and there is no `else`")))
            }
        }
    }

    fn tell(&self, env: &Env<'_>, telling: &mut Telling) -> Result<usize, Fault> {
        let value = self.of.eval(env)?.into_owned();
        let origin = Origin::new("given", Some(self.span), self.eval(env)?.into_owned());
        let origin = telling.argument("given", &*self.of, env, origin)?;
        let of = self.cells.len() + usize::from(self.otherwise.is_some());
        let found = value.as_text().and_then(|key| self.cells.get_full(key));
        let (number, place, key, op) = match (found, &self.otherwise) {
            (Some((at, _, cell)), _) => (at + 1, Some(cell.place), "case", &cell.op),
            (None, Some(op)) => (of, None, "else", op),
            (None, None) => return Ok(telling.add(origin)),
        };
        let node = op.tell(env, telling)?;
        let origin = origin.chosen(number, of, place).detail(key, value).part(Part::result(key, node).of_row(number));
        Ok(telling.add(origin))
    }
}
