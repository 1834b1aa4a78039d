//! CSV back to records: the reverse of [`super::super::csv`].
//!
//! Where the type of the records is known, each column is read as that type was written, and columns that are missing or that it
//! does not have are told once. Where it is not known, dots in the header nest, and a field without quotes that is a number, a
//! truth or a list or map of JSON is that value; everything else is text. An empty field is nothing, a quoted one empty text.

use std::collections::BTreeMap;
use std::io;

use super::super::columns::{Column, Shape, columns_of};
use super::super::csv::{name_columns, spread};
use super::text::{Line, Lines, endless, utf8};
use super::{Piece, Place, Take};
use crate::data::{Text, Type, Value};
use crate::diag::quoted_list;
use crate::engine::csv::{Cell, rows};
use crate::json;
use crate::source::{SourceId, Sources};
use crate::world::Input;

/// Reads a file.
pub(in super::super) fn read(input: Box<dyn Input>, record: Option<&Type>, take: &mut Take<'_>) -> io::Result<()> {
    let mut lines = Lines::new(input);
    // Rows are read one at a time, so places in a text mean nothing.
    let source = Sources::default().add("row", "");
    let mut header: Option<Header> = None;
    loop {
        let begin = lines.number() + 1;
        match row(&mut lines)? {
            Line::End => return Ok(()),
            Line::Endless => {
                take(Piece::Fault(Place::Line(begin), endless()));
                return Ok(());
            }
            Line::Read => {}
        }
        if lines.bytes().trim_ascii().is_empty() {
            continue;
        }
        let cells = cells(lines.bytes(), source);
        let go_on = match (&header, cells) {
            (Some(header), cells) => take(Piece::Record(Place::Line(begin), cells.and_then(|cells| header.record(&cells)))),
            (None, Ok(cells)) => {
                let (read, faults) = Header::of(&cells, record);
                header = Some(read);
                faults.into_iter().all(|fault| take(Piece::Fault(Place::Line(begin), fault)))
            }
            (None, Err(why)) => {
                take(Piece::Fault(Place::Line(begin), format!("the header cannot be read: {why}")));
                return Ok(());
            }
        };
        if !go_on {
            return Ok(());
        }
    }
}

/// Reads the lines of one row: a line break inside quotes belongs to its field.
fn row(lines: &mut Lines<Box<dyn Input>>) -> io::Result<Line> {
    let mut read = lines.next()?;
    let mut seen = 0;
    let mut open = false;
    while matches!(read, Line::Read) {
        let quotes = lines.bytes().iter().skip(seen).filter(|byte| **byte == b'"').count();
        seen = lines.bytes().len();
        open ^= quotes % 2 == 1;
        if !open {
            return Ok(Line::Read);
        }
        read = lines.more()?;
    }
    // A quote that nothing closes is for the reader of the cells to tell.
    Ok(if matches!(read, Line::End) && open { Line::Read } else { read })
}

fn cells(bytes: &[u8], source: SourceId) -> Result<Vec<Cell>, String> {
    let rows = rows(source, utf8(bytes)?).map_err(|wrong| format!("not CSV: {}", wrong.message))?;
    Ok(rows.into_iter().next().unwrap_or_default())
}

/// What the first row says of the others.
struct Header {
    /// The names of all columns, in their order.
    names: Vec<Text>,
    /// The columns of the record's type; `None` where it is not known.
    columns: Option<Vec<Column>>,
    /// Where each column of the type stands.
    places: BTreeMap<String, usize>,
    /// The columns that the type does not have, or all where there is none.
    others: Vec<usize>,
}

impl Header {
    fn of(cells: &[Cell], record: Option<&Type>) -> (Self, Vec<String>) {
        let names: Vec<Text> = cells.iter().map(|cell| cell.text.clone()).collect();
        let mut faults = Vec::new();
        let mut places = BTreeMap::new();
        for (at, name) in names.iter().enumerate() {
            if places.insert(name.to_string(), at).is_some() {
                faults.push(format!("the header has the column `{name}` twice"));
            }
        }
        let columns = record.and_then(|record| columns_of("csv", record).ok());
        let Some(columns) = columns else {
            let others = (0..names.len()).collect();
            return (Self { names, columns: None, places: BTreeMap::new(), others }, faults);
        };
        let mut known = Vec::new();
        name_columns(&columns, "", &mut known);
        let missing: Vec<&str> = known.iter().map(String::as_str).filter(|name| !places.contains_key(*name)).collect();
        if !missing.is_empty() {
            faults.push(format!("the header lacks {}", quoted_list(missing)));
        }
        let foreign = |(_, name): &(usize, &Text)| !known.iter().any(|one| one == name.as_str());
        let others: Vec<usize> = names.iter().enumerate().filter(foreign).map(|(at, _)| at).collect();
        if !others.is_empty() {
            let others = others.iter().filter_map(|at| names.get(*at)).map(Text::as_str);
            faults.push(format!("the records have no {}, which the header names", quoted_list(others)));
        }
        places.retain(|name, _| known.contains(name));
        (Self { names, columns: Some(columns), places, others }, faults)
    }

    fn record(&self, cells: &[Cell]) -> Result<Value, String> {
        if cells.len() != self.names.len() {
            return Err(format!("expected {} cells, as the header has, found {}", self.names.len(), cells.len()));
        }
        let mut record = self.columns.as_ref().map_or_else(|| Value::map([]), |columns| self.fields(columns, "", cells));
        for at in &self.others {
            if let (Some(name), Some(cell)) = (self.names.get(*at), cells.get(*at))
                && let Some(value) = guessed(cell)
            {
                record = record.with(name, value);
            }
        }
        Ok(record)
    }

    /// The map of some columns.
    fn fields(&self, columns: &[Column], prefix: &str, cells: &[Cell]) -> Value {
        let field = |column: &Column| {
            let name = format!("{prefix}{}", column.name);
            Some((column.name.clone(), self.value(column, &name, cells)?))
        };
        Value::map(columns.iter().filter_map(field))
    }

    fn value(&self, column: &Column, name: &str, cells: &[Cell]) -> Option<Value> {
        if let Some(fields) = spread(column) {
            let prefix = format!("{name}.");
            let there = !column.nullable || self.any(fields, &prefix, cells);
            return if there { Some(self.fields(fields, &prefix, cells)) } else { column.nothing() };
        }
        let cell = cells.get(*self.places.get(name)?)?;
        if cell.text.is_empty() && !cell.quoted {
            return column.nothing();
        }
        let written = match column.shape {
            Shape::Text => None,
            // What is no JSON stays text, and the schema says what it should have been.
            _ => json::read(&cell.text).ok(),
        };
        Some(written.unwrap_or_else(|| Value::Text(cell.text.clone())))
    }

    /// Whether any column below a map has a value: only then was the map there.
    fn any(&self, columns: &[Column], prefix: &str, cells: &[Cell]) -> bool {
        columns.iter().any(|column| {
            let name = format!("{prefix}{}", column.name);
            match spread(column) {
                Some(fields) => self.any(fields, &format!("{name}."), cells),
                None => {
                    let cell = self.places.get(&name).and_then(|at| cells.get(*at));
                    cell.is_some_and(|cell| cell.quoted || !cell.text.is_empty())
                }
            }
        })
    }
}

/// A field of a column that nothing is known of.
fn guessed(cell: &Cell) -> Option<Value> {
    let text = cell.text.as_str();
    if text.is_empty() && !cell.quoted {
        return None;
    }
    let is_nested = text.starts_with(['[', '{']);
    let read = if is_nested || !cell.quoted { json::read(text).ok() } else { None };
    // `007` and `1e3` are text: what a number would not be written as again is none.
    let value = read.filter(|value| match value {
        Value::Null | Value::Text(_) | Value::Undefined => false,
        _ => is_nested || json::shown(Some(value)) == text,
    });
    Some(value.unwrap_or_else(|| Value::Text(cell.text.clone())))
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::super::super::samples::fields;
    use super::*;

    /// The pieces of a text, a line each.
    fn pieces(text: &str, record: Option<&Type>) -> Vec<String> {
        let mut found = Vec::new();
        let mut take = |piece| {
            found.push(match piece {
                Piece::Record(Place::Line(line), Ok(value)) => format!("{line} {}", json::shown(Some(&value))),
                Piece::Record(Place::Line(line), Err(why)) => format!("{line} wrong: {why}"),
                Piece::Fault(Place::Line(line), why) => format!("{line} fault: {why}"),
                other => panic!("{other:?}"),
            });
            true
        };
        read(Box::new(Cursor::new(text.as_bytes().to_vec())), record, &mut take).unwrap();
        found
    }

    #[test]
    fn without_a_type_dots_nest_and_values_are_guessed() {
        let text = "id,a.b,a.c,t\nx,1,\"[1,\"\"q\"\"]\",\"\"\n007,1e3,true,\"2\"\n\"line\nline\",,null,-1.5\n";
        let expected = [
            r#"2 {"id":"x","a":{"b":1,"c":[1,"q"]},"t":""}"#,
            r#"3 {"id":"007","a":{"b":"1e3","c":true},"t":"2"}"#,
            r#"4 {"id":"line\nline","a":{"c":"null"},"t":-1.5}"#,
        ];
        assert_eq!(pieces(text, None), expected);
    }

    #[test]
    fn a_row_that_is_none_does_not_end_the_file() {
        let text = "a,b\n1\nx\"y,2\n3,4\n\"open\n";
        let expected = [
            "2 wrong: expected 2 cells, as the header has, found 1",
            "3 wrong: not CSV: a quote inside a cell that has none around it",
        ];
        let found = pieces(text, None);
        // A lone quote takes the lines up to the next one with it: they cannot be told apart.
        assert_eq!(found[..1], expected[..1]);
        assert!(found[1].starts_with("3 wrong: not CSV: "), "{found:?}");
        assert_eq!(pieces("\"a\nb", None), ["1 fault: the header cannot be read: not CSV: a quote that is never closed"]);
        assert_eq!(pieces("", None), [] as [&str; 0]);
    }

    #[test]
    fn other_columns_than_those_of_the_type_are_told() {
        let inner = fields(vec![("n", Type::int(), false), ("t", Type::any_text(), true)]);
        let ty = fields(vec![("id", Type::any_text(), false), ("in", inner, false), ("maybe", Type::null(), false)]);
        let found = pieces("id,in.n,x,x\na,b,3,4\n", Some(&ty));
        let expected = [
            "1 fault: the header has the column `x` twice",
            "1 fault: the header lacks `in.t`, `maybe`",
            "1 fault: the records have no `x`, `x`, which the header names",
            r#"2 {"id":"a","in":{"n":"b"},"x":4}"#,
        ];
        assert_eq!(found, expected);
    }
}
