//! `dictum list`: the datasets of the workspace.
//!
//! Out: a table on standard output, or a JSON object a line with the keys of [`Row`]. A dataset whose spec has errors is listed
//! with what is known of it; its diagnostics are `check`'s to tell.

use std::fmt::Write as _;

use serde::Serialize;

use super::Exit;
use super::messages::{Ending, Messages};
use super::progress::count;
use super::terminal;
use crate::build::{Failure, listing};
use crate::diag::Diagnostics;
use crate::pipeline::check::Checked;
use crate::pipeline::load::Workspace;
use crate::pipeline::sound;
use crate::source::Sources;

const HEADER: [&str; 5] = ["DATASET", "SIZE", "SCENARIOS", "FIELDS", "TITLE"];
/// The columns that hold numbers.
const NUMBERS: [usize; 2] = [1, 2];
const BOLD: &str = "\x1b[1m";
const PLAIN: &str = "\x1b[0m";

/// One dataset; what is not known because its spec has errors is null.
#[derive(Serialize)]
struct Row {
    dataset: String,
    /// Path of its spec in the workspace.
    spec: String,
    sound: bool,
    title: Option<String>,
    size: Option<u64>,
    scenarios: Option<Vec<String>>,
    /// The record's own fields, in order.
    fields: Option<Vec<String>>,
}

pub(super) fn run(workspace: &Workspace<'_>, messages: &Messages) -> Exit {
    let mut diagnostics = Diagnostics::default();
    let mut notes = Vec::new();
    let result = listing(workspace, &mut diagnostics).and_then(|found| {
        let rows: Vec<Row> = found.into_iter().map(|(name, path)| row(workspace, name, &path)).collect();
        let wrong = rows.iter().filter(|row| !row.sound);
        notes.extend(wrong.map(|row| format!("`{0}` has errors: see `dictum check {0}`", row.dataset)));
        print(&rows, messages)?;
        Ok(Vec::<()>::new())
    });
    messages.end(&Ending { notes, ..Ending::new("list", Sources::default(), diagnostics, result) })
}

fn row(workspace: &Workspace<'_>, dataset: String, path: &str) -> Row {
    let checked = sound(workspace, path, &mut Sources::default(), &mut Diagnostics::default());
    let checked = checked.as_ref();
    let fields = |checked: &Checked| {
        let map = checked.record.map.as_ref();
        map.map(|fields| fields.known.keys().map(ToString::to_string).collect()).unwrap_or_default()
    };
    Row {
        dataset,
        spec: format!("scenarios/{path}"),
        sound: checked.is_some(),
        title: checked.and_then(|checked| checked.spec.title.clone()),
        size: checked.map(|checked| checked.spec.size),
        scenarios: checked.map(|checked| checked.spec.scenarios.iter().map(|one| one.name.to_string()).collect()),
        fields: checked.map(fields),
    }
}

fn print(rows: &[Row], messages: &Messages) -> Result<(), Failure> {
    let text = if messages.is_json() {
        let lines: Result<Vec<String>, _> = rows.iter().map(serde_json::to_string).collect();
        let failed = |error: serde_json::Error| Failure::Other { doing: "write the list", cause: error.to_string() };
        lines.map_err(failed)?.join("\n") + "\n"
    } else {
        table(rows, messages.colors_data())
    };
    terminal::print(text.as_bytes())
}

fn table(rows: &[Row], color: bool) -> String {
    let unknown = || "-".to_owned();
    let cells = |row: &Row| {
        [
            row.dataset.clone(),
            row.size.map_or_else(unknown, count),
            row.scenarios.as_ref().map_or_else(unknown, |names| count(names.len() as u64)),
            row.fields.as_ref().map_or_else(unknown, |names| names.join(", ")),
            row.title.clone().unwrap_or_default(),
        ]
    };
    let lines: Vec<[String; 5]> = std::iter::once(HEADER.map(str::to_owned)).chain(rows.iter().map(cells)).collect();
    let width = |column: usize| lines.iter().filter_map(|line| line.get(column)).map(|cell| cell.chars().count()).max();
    let widths: Vec<usize> = (0..HEADER.len()).map(|column| width(column).unwrap_or(0)).collect();
    let mut text = String::new();
    for (at, line) in lines.iter().enumerate() {
        let mut row = String::new();
        for (column, (cell, width)) in line.iter().zip(&widths).enumerate() {
            // Writing into a string cannot fail.
            let _ = if NUMBERS.contains(&column) { write!(row, "{cell:>width$}  ") } else { write!(row, "{cell:<width$}  ") };
        }
        let row = row.trim_end();
        let _ = if at == 0 && color { writeln!(text, "{BOLD}{row}{PLAIN}") } else { writeln!(text, "{row}") };
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let row = |name: &str, size| Row {
            dataset: name.to_owned(),
            spec: String::new(),
            sound: size != Some(0),
            title: Some("Führung".to_owned()),
            size,
            scenarios: size.map(|_| vec!["a".to_owned()]),
            fields: size.map(|_| vec!["input".to_owned(), "target".to_owned()]),
        };
        let expected = "\
DATASET   SIZE  SCENARIOS  FIELDS         TITLE
reviews  1,000          1  input, target  Führung
x            -          -  -              Führung
";
        assert_eq!(table(&[row("reviews", Some(1000)), row("x", None)], false), expected);
    }
}
