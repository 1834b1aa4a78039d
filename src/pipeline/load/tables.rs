//! Facts that are tables: `{csv: file}`, or `{columns, rows}` with typed cells.
//!
//! In: an entry of `facts` that has `csv` or `columns`. Out: its value without templates and draws, its type from the declared
//! columns, and, where rows have keys, the cells that `cases` chooses from. A cell that does not fit is reported where it stands.

use indexmap::IndexMap;

use super::columns::{self, Column, Kind};
use super::csv_table;
use super::facts::{Made, constant};
use super::files::Reader;
use super::rego_cells;
use super::sections::parse;
use crate::data::{Field, Fields, Map, Text, Type, Value};
use crate::diag::{Diagnostic, codes, quoted_list};
use crate::engine::yaml::{Entry, Node, NodeKind};
use crate::form::{Key, Position, literal};
use crate::program::{self, Form, ReadPath, Table};
use crate::source::Span;

/// The keys of a fact that is a table.
pub const TABLE_KEYS: &[Key] = &[
    Key::new(
        "csv",
        r#"{"type": "string", "minLength": 1}"#,
        "A CSV file under `scenarios/`: a header, then one row a line. Cells read like YAML scalars (quotes make text), an empty \
         cell is null, and a column has one type. The value is a list of maps.",
    ).example("cities: {csv: cities.csv}"),
    Key::new(
        "columns",
        r##"{"type": "object", "additionalProperties": {"anyOf": [{"$ref": "#/$defs/column_type"}, {"$ref": "#/$defs/column"}]}}"##,
        "The columns, each with its type: `any`, `text`, `int`, `number`, `bool`, `list`, `map`, a list of the values that may \
         occur, `template` (text that sees the names where it is used), `draw` (a form as under `draw`), `rego` (a template that \
         gives the condition of a Rego rule) or `rego_rules` (one that gives Rego rules). Beside `csv`, columns that are not \
         declared take the type of their cells.",
    ).example("rules: {columns: {limit: int}, rows: {notify_authority: {limit: 72}}}"),
    Key::new(
        "rows",
        r#"{"anyOf": [{"type": "object", "minProperties": 1, "additionalProperties": {"type": "object"}}, {"type": "array", "minItems": 1, "items": {"type": "object"}}]}"#,
        "The rows by key, or a list of rows. Cells of type `template`, `draw` and `rego` need keys: `cases` and `column` choose \
         them. A row with Rego has `reads`, too: by column, the input paths that its condition reads, through the rules of the row.",
    ).example("rules: {columns: {limit: int}, rows: {notify_authority: {limit: 72}}}")
    .needs(&["columns"]),
];

/// Whether an entry of `facts` is a table rather than data.
pub(super) fn is_table(node: &Node) -> bool {
    node.get("csv").is_some() || node.get("columns").is_some()
}

/// Reads a table; `None` after a mistake.
pub(super) fn read(entry: &Entry, reader: &mut Reader<'_>) -> Option<Made> {
    let known = known_keys(&entry.value, reader);
    let columns = entry.value.get("columns").map(|node| columns::read(node, reader));
    let (csv, rows) = (entry.value.entry("csv"), entry.value.entry("rows"));
    if !known {
        return None;
    }
    match (csv, rows, columns) {
        (Some(csv), Some(rows), _) => {
            let message = "`rows` beside `csv`: the rows of this table stand in the file";
            reader.report(Diagnostic::error(codes::FOREIGN_KEY, rows.key_span, message).label(csv.key_span, "the file"));
            None
        }
        (Some(csv), None, None) => csv_table::read(&csv.value, &[], reader),
        (Some(csv), None, Some(columns)) => {
            let columns = columns?;
            by_key_only(&columns, "the rows of a CSV file have no keys", reader).then_some(())?;
            csv_table::read(&csv.value, &columns, reader)
        }
        (None, Some(rows), Some(columns)) => of_rows(&rows.value, entry.key_span, &columns?, reader),
        (None, ..) => {
            let message = format!("the table `{}` has no rows", entry.key.text);
            let diagnostic = Diagnostic::error(codes::MISSING_KEY, entry.key_span, message);
            reader.report(diagnostic.hint("write them under `rows`, or name a file: `csv: file.csv`"));
            None
        }
    }
}

fn known_keys(node: &Node, reader: &mut Reader<'_>) -> bool {
    let known = Key::names(TABLE_KEYS);
    let foreign = node.as_map().unwrap_or_default().iter().filter(|part| !known.contains(&part.key.text.as_str()));
    let mut whole = true;
    for part in foreign {
        let message = format!("a table does not take `{}`", part.key.text);
        let diagnostic = Diagnostic::error(codes::UNKNOWN_KEY, part.key_span, message);
        let hint = format!("a fact with `csv` or `columns` is a table: it takes {}", quoted_list(known.iter().copied()));
        reader.report(diagnostic.suggest(&part.key.text, known.iter().copied()).hint(hint));
        whole = false;
    }
    whole
}

/// Reports columns of templates and draws in a table without keys.
fn by_key_only(columns: &[Column], why: &str, reader: &mut Reader<'_>) -> bool {
    let mut whole = true;
    for column in columns.iter().filter(|column| !column.kind.is_data()) {
        let message = format!("the cells of `{}` are chosen by the key of their row, and {why}", column.name);
        let hint = "write the rows as a map: `rows: {key: {…}}`";
        reader.report(Diagnostic::error(codes::WRONG_POSITION, column.span, message).hint(hint));
        whole = false;
    }
    whole
}

/// The cells of one row: those that are data, and all of them as forms.
#[derive(Default)]
struct Row {
    data: Map,
    forms: IndexMap<Text, Box<dyn Form>>,
    reads: Vec<ReadPath>,
}

fn of_rows(node: &Node, span: Span, columns: &[Column], reader: &mut Reader<'_>) -> Option<Made> {
    match &node.kind {
        NodeKind::Map(entries) if !entries.is_empty() => {
            let read = |entry: &Entry| Some((entry.key.text.clone(), row(&entry.value, entry.key_span, columns, reader)?));
            let rows: Vec<_> = entries.iter().map(read).collect();
            Some(keyed(rows.into_iter().collect::<Option<_>>()?, span, columns))
        }
        NodeKind::List(items) if !items.is_empty() => {
            let listed = by_key_only(columns, "these rows have none", reader);
            let rows: Vec<_> = items.iter().map(|item| row(item, item.span, columns, reader)).collect();
            let rows: Vec<Row> = rows.into_iter().collect::<Option<_>>()?;
            listed.then(|| list(rows, columns))
        }
        NodeKind::Map(_) | NodeKind::List(_) => {
            reader.report(Diagnostic::error(codes::EMPTY_CHOICE, node.span, "there are no rows"));
            None
        }
        _ => {
            let message = format!("expected a map of rows or a list of rows, found {}", node.kind_word());
            reader.report(Diagnostic::error(codes::WRONG_TYPE, node.span, message));
            None
        }
    }
}

/// Reads one row; `place` is its key, or the row itself.
fn row(node: &Node, place: Span, columns: &[Column], reader: &mut Reader<'_>) -> Option<Row> {
    let NodeKind::Map(entries) = &node.kind else {
        let message = format!("expected a row: a map of cells by column, found {}", node.kind_word());
        reader.report(Diagnostic::error(codes::WRONG_TYPE, node.span, message));
        return None;
    };
    let mut whole = true;
    let known = || columns.iter().map(|column| column.name.as_str());
    for entry in entries.iter().filter(|entry| known().all(|name| name != entry.key.text)) {
        let message = format!("the table has no column `{}`", entry.key.text);
        let diagnostic = Diagnostic::error(codes::UNKNOWN_KEY, entry.key_span, message).suggest(&entry.key.text, known());
        reader.report(diagnostic.hint(format!("it has {}", quoted_list(known()))));
        whole = false;
    }
    let mut read = Row::default();
    let mut rego = rego_cells::Cells::default();
    for column in columns {
        match node.get(&column.name) {
            Some(node) => match cell(node, column, reader) {
                Some(form) => {
                    if column.kind.is_data() {
                        read.data.push_new(column.name.clone(), node.value());
                    }
                    whole &= rego.read(node, column, reader);
                    read.forms.insert(column.name.clone(), form);
                }
                None => whole = false,
            },
            None if column.optional => {}
            None => {
                let message = format!("this row has no `{}`", column.name);
                reader.report(
                    Diagnostic::error(codes::MISSING_KEY, place, message)
                        .label(column.span, "the column")
                        .hint("a column that rows may leave out is `{type: …, optional: true}`"),
                );
                whole = false;
            }
        }
    }
    if let Some(paths) = rego.paths() {
        read.data.push_new(Text::from(rego_cells::READS), paths);
    }
    read.reads = rego.into_reads();
    whole.then_some(read)
}

fn cell(node: &Node, column: &Column, reader: &mut Reader<'_>) -> Option<Box<dyn Form>> {
    if node.is_null() && node.implicit {
        reader.report(Diagnostic::error(codes::IMPLICIT_NULL, node.span, "a cell without a value"));
        return None;
    }
    match &column.kind {
        Kind::Draw => parse(reader, |cx| cx.form(node, Position::Draw)),
        Kind::Template | Kind::Rego(_) if node.as_text().is_some() => parse(reader, |cx| cx.data(node, Position::Pure)),
        kind => {
            let instead = format!("declare the column as a template: `{}: template`", column.name);
            let what = format!("a cell of `{}`", column.name);
            if kind.is_data() && !constant(node, reader, &what, &instead) {
                return None;
            }
            let value = node.value();
            if kind.takes(&value) {
                return Some(literal(node));
            }
            reader.report(kind.misfit(&value, &column.name, node.span).label(column.span, "the column"));
            None
        }
    }
}

/// The types of the columns of data, by name.
fn types<'r>(columns: &'r [Column], rows: &[&Row]) -> IndexMap<&'r str, Type> {
    let data = columns.iter().filter(|column| column.kind.is_data());
    let types = data.map(|column| {
        let values = rows.iter().filter_map(|row| row.data.get(&column.name));
        (column.name.as_str(), column.kind.ty(values))
    });
    let reads = columns.iter().any(|column| matches!(column.kind, Kind::Rego(_)));
    let reads = reads.then(|| {
        (rego_cells::READS, Type::join_all(rows.iter().filter_map(|row| row.data.get(rego_cells::READS)).map(Type::of)))
    });
    types.chain(reads).collect()
}

/// A table whose rows have keys. What is known of a row says exactly which of its optional cells are there.
fn keyed(rows: Vec<(Text, Row)>, span: Span, columns: &[Column]) -> Made {
    let types = types(columns, &rows.iter().map(|(_, row)| row).collect::<Vec<_>>());
    let known = |row: &Row| {
        let there = types.iter().filter(|(name, _)| row.data.get(name).is_some());
        Type::map_of(there.map(|(name, ty)| (*name, ty.clone())))
    };
    let ty = Type::map_of(rows.iter().map(|(key, row)| (key.clone(), known(row))));
    let declared = |column: &Column| {
        let (draws, rego) = (matches!(column.kind, Kind::Draw), matches!(column.kind, Kind::Rego(_)));
        (column.name.clone(), program::Column { span: column.span, ty: types.get(column.name.as_str()).cloned(), draws, rego })
    };
    let columns = columns.iter().map(declared).collect();
    let mut cells = IndexMap::with_capacity(rows.len());
    let mut value = Map::with_capacity(rows.len());
    let mut reads = Vec::new();
    for (key, mut row) in rows {
        reads.append(&mut row.reads);
        value.push_new(key.clone(), Value::Map(row.data.into()));
        cells.insert(key, row.forms);
    }
    Made { value: Value::Map(value.into()), ty, table: Some(Table { span, columns, rows: cells, reads }) }
}

/// A table whose rows are a list.
fn list(rows: Vec<Row>, columns: &[Column]) -> Made {
    let fields = types(columns, &rows.iter().collect::<Vec<_>>()).into_iter().map(|(name, ty)| {
        let optional = rows.iter().any(|row| row.data.get(name).is_none());
        (Text::from(name), Field { ty, optional })
    });
    let row = Type::of_fields(Fields { known: fields.collect(), rest: None });
    let ty = Type::list_between(row, rows.len(), Some(rows.len()));
    Made { value: Value::list(rows.into_iter().map(|row| Value::Map(row.data.into()))), ty, table: None }
}
