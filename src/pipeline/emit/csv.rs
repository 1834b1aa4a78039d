//! CSV (RFC 4180, UTF-8, LF): a header, then one record a line.
//!
//! Columns come from the record type. A nested map becomes dotted columns (`input.context.role`); a list, a map whose keys are
//! not known, a value of several kinds, and a map that may be missing without leaving a mark in its columns are compact JSON text
//! in one column. An absent or null value is an empty field; empty text is a quoted one (`""`), as in `COPY` of `PostgreSQL`.
//! The `csv` crate quotes by content alone and cannot tell these two apart, which is why the quoting is done here.

use std::collections::BTreeSet;
use std::io::{self, Write};

use super::byte_file::ByteFile;
use super::columns::{self, Cell, Column, Misfit, Shape};
use super::{Chunk, Content, EmitError, Encoder, FileWriter, Format, Head, ShapeError, read};
use crate::data::{Type, number};
use crate::json;
use crate::record::{Node, Record};
use crate::world::Input;

/// The format `csv`.
pub(super) struct Csv;

impl Format for Csv {
    fn name(&self) -> &'static str {
        "csv"
    }

    fn extension(&self) -> &'static str {
        "csv"
    }

    fn has_columns(&self) -> bool {
        true
    }

    fn describe(&self) -> &'static str {
        "one record a line, nested maps as dotted columns, lists as JSON text"
    }

    fn encoder(&self, head: &Head<'_>) -> Result<Box<dyn Encoder>, ShapeError> {
        let columns = columns::columns_of(self.name(), head.record)?;
        let mut names = Vec::new();
        name_columns(&columns, "", &mut names);
        let refuse =
            |path: &str, reason: &str| Err(ShapeError { format: self.name(), path: path.to_owned(), reason: reason.to_owned() });
        let mut seen = BTreeSet::new();
        if let Some(twice) = names.iter().find(|name| !seen.insert(name.as_str())) {
            return refuse(twice, "two columns would have this name");
        }
        if let ([name], true) = (names.as_slice(), columns.iter().all(may_be_blank)) {
            return refuse(name, "it is the only column and may be empty, and readers skip empty lines");
        }
        let mut header = Rows::default();
        for name in &names {
            header.text(name);
        }
        header.end();
        Ok(Box::new(Table { header: header.out, columns }))
    }

    fn read(&self, input: Box<dyn Input>, record: Option<&Type>, take: &mut read::Take<'_>) -> io::Result<()> {
        read::csv::read(input, record, take)
    }
}

struct Table {
    header: String,
    columns: Vec<Column>,
}

impl Encoder for Table {
    fn encode(&self, records: &[Record]) -> Result<Chunk, EmitError> {
        let mut rows = Rows::default();
        columns::for_each(records, |entries| {
            columns::for_each_field(&self.columns, entries, |_, column, node| write_column(column, node, &mut rows))?;
            rows.end();
            Ok(())
        })?;
        Ok(Chunk(Content::Text(rows.out)))
    }

    fn writer(&self, sink: Box<dyn Write + Send>) -> Result<Box<dyn FileWriter>, EmitError> {
        Ok(Box::new(ByteFile::open(Csv.name(), sink, &self.header, 0, "")?))
    }
}

/// The fields of a column that is spread over dotted columns. A map that may be missing is spread only where its columns show
/// whether it is there.
pub(super) fn spread(column: &Column) -> Option<&[Column]> {
    match &column.shape {
        Shape::Struct(fields) if !column.nullable || Column::leave_a_mark(fields) => Some(fields),
        _ => None,
    }
}

/// The names of all columns, in their order.
pub(super) fn name_columns(columns: &[Column], prefix: &str, names: &mut Vec<String>) {
    for column in columns {
        let name = format!("{prefix}{}", column.name);
        match spread(column) {
            Some(fields) => name_columns(fields, &format!("{name}."), names),
            None => names.push(name),
        }
    }
}

/// Whether all fields that this column fills may be empty at once.
fn may_be_blank(column: &Column) -> bool {
    column.nullable || spread(column).is_some_and(|fields| fields.iter().all(may_be_blank))
}

fn write_column(column: &Column, node: Option<Node<'_>>, rows: &mut Rows) -> Result<(), Misfit> {
    match (spread(column), column.read(node)?) {
        (Some(fields), Cell::Struct(entries)) => {
            return columns::for_each_field(fields, entries, |_, field, node| write_column(field, node, rows));
        }
        (_, Cell::Null) => write_nothing(column, rows),
        (_, Cell::Bool(truth)) => rows.bare(|out| out.push_str(if truth { "true" } else { "false" })),
        (_, Cell::Int(int)) => rows.bare(|out| number::write_int(int, out)),
        (_, Cell::Float(float)) => rows.bare(|out| number::write_float_json(float, out)),
        (_, Cell::Text(text)) => rows.text(text),
        (_, Cell::Json(node)) => rows.json(node),
        // Both were read from a node.
        (_, Cell::List(_) | Cell::Struct(_)) => node.into_iter().for_each(|node| rows.json(node)),
    }
    Ok(())
}

fn write_nothing(column: &Column, rows: &mut Rows) {
    match spread(column) {
        Some(fields) => fields.iter().for_each(|field| write_nothing(field, rows)),
        None => rows.bare(|_| ()),
    }
}

/// Lines in the making.
#[derive(Default)]
struct Rows {
    out: String,
    /// Whether the line in hand has a field already.
    inside: bool,
    /// Room for JSON text before it is quoted.
    scratch: String,
}

impl Rows {
    /// A field that never needs quotes.
    fn bare(&mut self, write: impl FnOnce(&mut String)) {
        if std::mem::replace(&mut self.inside, true) {
            self.out.push(',');
        }
        write(&mut self.out);
    }

    fn text(&mut self, text: &str) {
        self.bare(|out| write_field(text, out));
    }

    fn json(&mut self, node: Node<'_>) {
        let mut json = std::mem::take(&mut self.scratch);
        json.clear();
        json::write_node(node, &mut json);
        self.text(&json);
        self.scratch = json;
    }

    fn end(&mut self) {
        self.out.push('\n');
        self.inside = false;
    }
}

/// Text as a field, in quotes where it must be, and where it is empty.
fn write_field(text: &str, out: &mut String) {
    if !text.is_empty() && !text.bytes().any(|byte| matches!(byte, b',' | b'"' | b'\r' | b'\n')) {
        out.push_str(text);
        return;
    }
    out.push('"');
    for (at, part) in text.split('"').enumerate() {
        if at > 0 {
            out.push_str("\"\"");
        }
        out.push_str(part);
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::super::samples::{small_head, small_records, written};
    use super::*;
    use crate::data::{Field, Fields, Type};

    #[test]
    fn maps_are_dotted_columns_and_empty_text_is_quoted() {
        let bytes = written(&Csv, &small_head(), &small_records(), 1);
        let expected = "id,n,tags,input.share,input.note\n\
             \"a, \"\"b\"\"\",1,[],1.0,\"\"\n\
             \"é\n\",-2,\"[\"\"x\"\",\"\"y\"\"]\",1e21,\n";
        assert_eq!(String::from_utf8(bytes).unwrap(), expected);
    }

    fn header(record: &Type) -> Result<String, String> {
        let head = Head { record, ..small_head() };
        Csv.encoder(&head).map_err(|error| error.to_string())?;
        Ok(String::from_utf8(written(&Csv, &head, &[], 1)).unwrap())
    }

    fn maybe(ty: Type) -> Field {
        Field { ty, optional: true }
    }

    #[test]
    fn an_optional_map_is_spread_only_where_it_leaves_a_mark() {
        let marked = Type::map_of([("x", Type::int())]);
        let blank = Type::of_fields(Fields { known: [("y".into(), maybe(Type::int()))].into(), rest: None });
        let always = Field { ty: blank.clone(), optional: false };
        let known = [("a".into(), maybe(marked)), ("b".into(), maybe(blank)), ("c".into(), always)];
        assert_eq!(header(&Type::of_fields(Fields { known: known.into(), rest: None })).unwrap(), "a.x,b,c.y\n");
    }

    #[test]
    fn columns_that_cannot_be_told_apart_are_refused() {
        let clash = Type::map_of([("a.b", Type::int()), ("a", Type::map_of([("b", Type::int())]))]);
        assert_eq!(header(&clash).unwrap_err(), "csv cannot hold `a.b`: two columns would have this name");
        let lone = Type::of_fields(Fields { known: [("a".into(), maybe(Type::any_text()))].into(), rest: None });
        assert!(header(&lone).unwrap_err().starts_with("csv cannot hold `a`: it is the only column and may be empty"));
        assert_eq!(header(&Type::map_of([("a", Type::any_text())])).unwrap(), "a\n");
    }
}
