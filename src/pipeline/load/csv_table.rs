//! Facts from CSV files: a header of names, then rows whose columns have one type each.
//!
//! In: the path of a file, and the types of columns that are declared. Out: a list of maps and its type. What must hold: a cell
//! reads like a YAML scalar (quotes make text), an empty cell is null, a column holds values of one type. Every mistake but a
//! missing file points into the CSV file.

use std::sync::Arc;

use super::columns::{Column, Kind};
use super::facts::Made;
use super::files::Reader;
use crate::data::{Map, Text, Type, Value};
use crate::diag::{Diagnostic, codes, quoted_list};
use crate::engine::csv::{Cell, rows};
use crate::engine::yaml::{Node, Plain, resolve};
use crate::form::{bad_name, is_name};
use crate::source::Span;

/// So many rows of the wrong length are shown.
const SHOWN: usize = 3;

/// Reads the table of a file; `None` after a mistake.
pub(super) fn read(node: &Node, declared: &[Column], reader: &mut Reader<'_>) -> Option<Made> {
    let Some(path) = node.as_text() else {
        let message = format!("expected the path of a CSV file, found {}", node.kind_word());
        reader.report(Diagnostic::error(codes::WRONG_TYPE, node.span, message));
        return None;
    };
    let source = reader.text("scenarios", path, Some(node.span))?;
    let text = Arc::clone(reader.sources.get(source)?.text());
    if reader.byte_order_mark(source, &text) {
        return None;
    }
    let lines = rows(source, &text).map_err(|wrong| reader.report(*wrong)).ok()?;
    let Some((header, rows)) = lines.split_first() else {
        let start = Span::new(source, 0..0);
        let diagnostic = Diagnostic::error(codes::CSV_EMPTY, start, "expected a header, found nothing");
        reader.report(diagnostic.hint("the first line names the columns: `name,population`"));
        return None;
    };
    let named = named(header, reader);
    let found = all_found(declared, header, reader);
    if rows.is_empty() {
        let place = header.iter().map(|cell| cell.span).reduce(Span::union)?;
        reader.report(Diagnostic::error(codes::CSV_EMPTY, place, "a header without rows"));
        return None;
    }
    if !even(header, rows, reader) {
        return None;
    }
    let mut columns = Vec::with_capacity(header.len());
    for (at, name) in header.iter().enumerate() {
        let cells: Vec<&Cell> = rows.iter().filter_map(|row| row.get(at)).collect();
        columns.push(match declared.iter().find(|column| column.name == name.text) {
            Some(column) => typed(column, &cells, reader),
            None => inferred(name, &cells, reader),
        });
    }
    let columns: Vec<(Vec<Value>, Type)> = columns.into_iter().collect::<Option<_>>()?;
    (named && found).then(|| table(header, columns, rows.len()))
}

/// Whether every column has a name that expressions can spell, and one of its own.
fn named(header: &[Cell], reader: &mut Reader<'_>) -> bool {
    let mut whole = true;
    for (at, cell) in header.iter().enumerate() {
        let wrong = if cell.text.is_empty() {
            let message = format!("column {} of the header has no name", at + 1);
            Some(Diagnostic::error(codes::BAD_NAME, cell.span, message))
        } else if !is_name(&cell.text) {
            let diagnostic = bad_name(&cell.text, cell.span);
            let other = header.len() == 1 && cell.text.contains([';', '\t', '|']);
            Some(if other { diagnostic.hint("the cells of a CSV file are separated by commas") } else { diagnostic })
        } else {
            let first = header.iter().take(at).find(|other| other.text == cell.text);
            first.map(|first| {
                let message = format!("the column `{}` is named twice", cell.text);
                Diagnostic::error(codes::NAME_COLLISION, cell.span, message).label(first.span, "first here")
            })
        };
        whole &= wrong.is_none();
        if let Some(diagnostic) = wrong {
            reader.report(diagnostic);
        }
    }
    whole
}

/// Whether the file has every column that is declared.
fn all_found(declared: &[Column], header: &[Cell], reader: &mut Reader<'_>) -> bool {
    let known = || header.iter().map(|cell| cell.text.as_str());
    let missing: Vec<&Column> = declared.iter().filter(|column| known().all(|name| name != column.name)).collect();
    for column in &missing {
        let message = format!("the file has no column `{}`", column.name);
        let diagnostic = Diagnostic::error(codes::UNKNOWN_KEY, column.span, message).suggest(&column.name, known());
        reader.report(diagnostic.hint(format!("it has {}", quoted_list(known()))));
    }
    missing.is_empty()
}

/// Whether every row has as many cells as the header; the first few that do not are reported.
fn even(header: &[Cell], rows: &[Vec<Cell>], reader: &mut Reader<'_>) -> bool {
    let ragged: Vec<&Vec<Cell>> = rows.iter().filter(|row| row.len() != header.len()).collect();
    for (at, row) in ragged.iter().take(SHOWN).enumerate() {
        // What is too much, or the whole row where something is missing.
        let surplus = row.get(header.len()..).unwrap_or(row.as_slice());
        let Some(place) = surplus.iter().map(|cell| cell.span).reduce(Span::union) else { continue };
        let message = format!("expected {}, found {}", counted(header.len(), "cell"), row.len());
        let diagnostic = Diagnostic::error(codes::CSV_RAGGED, place, message);
        let diagnostic = header.last().into_iter().fold(diagnostic, |one, last| one.label(last.span, "the header ends here"));
        let diagnostic = diagnostic.hint("an empty cell is nothing between two commas; a cell with a comma in it is quoted");
        let more = ragged.len().saturating_sub(SHOWN);
        let last = at + 1 == SHOWN && more > 0;
        reader.report(if last { diagnostic.hint(format!("the same in {}", counted(more, "more row"))) } else { diagnostic });
    }
    ragged.is_empty()
}

fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

/// What an unquoted text says, as an unquoted YAML scalar would.
fn scalar(cell: &Cell) -> Result<Value, Box<Diagnostic>> {
    let hint = "put it in quotes if it is text";
    match resolve(&cell.text) {
        Plain::Null => Ok(Value::Null),
        Plain::Bool(truth) => Ok(Value::Bool(truth)),
        Plain::Int(number) => Ok(Value::Int(number)),
        Plain::Float(number) => Ok(Value::Float(number)),
        Plain::Text => Ok(Value::Text(cell.text.clone())),
        Plain::NotFinite => {
            let message = format!("`{}` is not a finite number", cell.text);
            Err(Box::new(Diagnostic::error(codes::NOT_FINITE, cell.span, message).hint(hint)))
        }
        Plain::TooLarge => {
            let message = format!("`{}` is beyond 128 bits", cell.text);
            Err(Box::new(Diagnostic::error(codes::NUMBER_TOO_LARGE, cell.span, message).hint(hint)))
        }
    }
}

/// The values and the type of a column whose type is that of its first cell.
fn inferred(name: &Cell, cells: &[&Cell], reader: &mut Reader<'_>) -> Option<(Vec<Value>, Type)> {
    let mut values = Vec::with_capacity(cells.len());
    let mut first: Option<(&'static str, Span)> = None;
    for cell in cells {
        let value = if cell.quoted { Ok(Value::Text(cell.text.clone())) } else { scalar(cell) };
        let value = value.map_err(|wrong| reader.report(*wrong)).ok()?;
        let kind = if matches!(value, Value::Int(_)) { "a number" } else { value.kind() };
        match first {
            _ if matches!(value, Value::Null) => {}
            None => first = Some((kind, cell.span)),
            Some((known, _)) if known == kind => {}
            Some((known, place)) => {
                reader.report(mixed(name, cell, known, kind).label(place, format!("{known} here")));
                return None;
            }
        }
        values.push(value);
    }
    decimals(&mut values);
    let ty = Type::join_all(values.iter().map(Type::of));
    Some((values, ty))
}

fn mixed(name: &Cell, cell: &Cell, expected: &str, kind: &str) -> Diagnostic {
    let found = if cell.text.is_empty() { "empty text".to_owned() } else { format!("{kind} `{}`", cell.text) };
    let message = format!("expected {expected} in the column `{}`, found {found}", name.text);
    let diagnostic = Diagnostic::error(codes::WRONG_TYPE, cell.span, message);
    let spaced = cell.text.trim() != cell.text && resolve(cell.text.trim()) != Plain::Text;
    if spaced && !cell.quoted {
        return diagnostic.hint("spaces are part of a cell: remove them");
    }
    diagnostic.hint(format!("for text declare it beside `csv`: `columns: {{{}: text}}`", name.text))
}

/// Whole numbers among decimals are decimals.
fn decimals(values: &mut [Value]) {
    if values.iter().any(|value| matches!(value, Value::Float(_))) {
        for value in values {
            if let Value::Int(number) = value {
                #[expect(clippy::cast_precision_loss, reason = "the nearest decimal is what reading it as one gives")]
                let float = *number as f64;
                *value = Value::Float(float);
            }
        }
    }
}

/// The values and the type of a column that is declared.
fn typed(column: &Column, cells: &[&Cell], reader: &mut Reader<'_>) -> Option<(Vec<Value>, Type)> {
    if matches!(column.kind, Kind::Word("list" | "map")) {
        let message = format!("the cells of a CSV file are scalars, and `{}` is not", column.name);
        reader.report(Diagnostic::error(codes::WRONG_TYPE, column.span, message));
        return None;
    }
    let mut values = Vec::with_capacity(cells.len());
    for cell in cells {
        match value(column, cell) {
            Ok(value) => values.push(value),
            Err(wrong) => {
                reader.report(wrong.label(column.span, "declared here"));
                return None;
            }
        }
    }
    if matches!(column.kind, Kind::Word("number")) {
        decimals(&mut values);
    }
    let ty = column.kind.ty(values.iter());
    Some((values, ty))
}

/// A cell as the declared type reads it: quotes are no part of what it says, except that `""` is empty text and not nothing.
fn value(column: &Column, cell: &Cell) -> Result<Value, Box<Diagnostic>> {
    if cell.text.is_empty() && !cell.quoted {
        if column.optional {
            return Ok(Value::Null);
        }
        let message = format!("the column `{}` has no value here", column.name);
        let hint = "a column that may be empty is `{type: …, optional: true}`; empty text is `\"\"`";
        return Err(Box::new(Diagnostic::error(codes::MISSING_KEY, cell.span, message).hint(hint)));
    }
    let text = Value::Text(cell.text.clone());
    if column.kind.takes(&text) && (cell.quoted || !matches!(column.kind, Kind::Word("any"))) {
        return Ok(text);
    }
    let value = scalar(cell)?;
    if column.kind.takes(&value) { Ok(value) } else { Err(Box::new(column.kind.misfit(&value, &column.name, cell.span))) }
}

fn table(header: &[Cell], columns: Vec<(Vec<Value>, Type)>, count: usize) -> Made {
    let (values, types): (Vec<Vec<Value>>, Vec<Type>) = columns.into_iter().unzip();
    let names = || header.iter().map(|cell| cell.text.clone());
    let mut rows: Vec<Map> = (0..count).map(|_| Map::with_capacity(header.len())).collect();
    for (name, column) in names().zip(values) {
        for (row, value) in rows.iter_mut().zip(column) {
            row.push_new(name.clone(), value);
        }
    }
    let row: Vec<(Text, Type)> = names().zip(types).collect();
    let ty = Type::list_between(Type::map_of(row), count, Some(count));
    Made { value: Value::list(rows.into_iter().map(|row| Value::Map(row.into()))), ty, table: None }
}
