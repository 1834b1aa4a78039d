//! `dictum list`: the datasets of the workspace.
//!
//! Out: a table on standard output, all that is known of the datasets that were named, or a JSON object a line with the keys of
//! [`Row`]. A dataset whose spec has errors is listed with what is known of it; its diagnostics are `check`'s to tell.

use std::fmt::Write as _;

use serde::Serialize;

use super::Exit;
use super::messages::{Ending, Messages};
use super::progress::count;
use super::table::{Column, table};
use super::terminal;
use crate::build::{Failure, listing, named};
use crate::diag::Diagnostics;
use crate::pipeline::check::Checked;
use crate::pipeline::emit;
use crate::pipeline::load::Workspace;
use crate::pipeline::sound;
use crate::source::Sources;

const COLUMNS: [Column; 6] =
    [("DATASET", false), ("SIZE", true), ("SCENARIOS", true), ("PRINCIPLES", true), ("FORMATS", false), ("TITLE", false)];

const EXAMPLES: &str = "\
Examples:
  dictum list                         a line a dataset
  dictum list reviews                 its scenarios, principles, fields and formats
  dictum list --message-format json   one JSON object a dataset";

/// Arguments of `list`.
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// Datasets to tell everything of [default: a line of each]
    #[arg(value_name = "DATASET")]
    pub(super) datasets: Vec<String>,
}

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
    /// Of the constitution, in its order.
    principles: Option<Vec<String>>,
    formats: Vec<&'static str>,
    /// The record's own fields, in order.
    fields: Option<Vec<String>>,
    /// The other shapes of its records.
    views: Option<Vec<String>>,
}

pub(super) fn run(workspace: &Workspace<'_>, args: &Args, messages: &Messages) -> Exit {
    let mut diagnostics = Diagnostics::default();
    let mut notes = Vec::new();
    let found = listing(workspace, &mut diagnostics).map(|found| named(found, &args.datasets, &mut diagnostics));
    let result = found.and_then(|found| {
        if diagnostics.has_errors() {
            return Err(Failure::Mistakes);
        }
        let rows: Vec<Row> = found.into_iter().map(|(name, path)| row(workspace, name, &path)).collect();
        let wrong = rows.iter().filter(|row| !row.sound);
        notes.extend(wrong.map(|row| format!("`{0}` has errors: see `dictum check {0}`", row.dataset)));
        print(&rows, !args.datasets.is_empty(), messages)?;
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
    let principles = |checked: &Checked| {
        let constitution = checked.spec.constitution.as_ref();
        constitution.map(|one| one.principles.iter().map(|(name, _)| name.to_string()).collect()).unwrap_or_default()
    };
    Row {
        dataset,
        spec: format!("scenarios/{path}"),
        sound: checked.is_some(),
        title: checked.and_then(|checked| checked.spec.title.clone()),
        size: checked.map(|checked| checked.spec.size),
        scenarios: checked.map(|checked| checked.spec.scenarios.iter().map(|one| one.name.to_string()).collect()),
        principles: checked.map(principles),
        formats: emit::FORMATS.iter().map(|format| format.name()).collect(),
        fields: checked.map(fields),
        views: checked.map(|checked| checked.views.iter().map(|view| view.name.to_string()).collect()),
    }
}

fn print(rows: &[Row], whole: bool, messages: &Messages) -> Result<(), Failure> {
    let text = if messages.is_json() {
        let lines: Result<Vec<String>, _> = rows.iter().map(serde_json::to_string).collect();
        let failed = |error: serde_json::Error| Failure::Other { doing: "write the list", cause: error.to_string() };
        lines.map_err(failed)?.join("\n") + "\n"
    } else if whole {
        rows.iter().map(described).collect::<Vec<_>>().join("\n")
    } else {
        let cells: Vec<[String; 6]> = rows.iter().map(cells).collect();
        table(&COLUMNS, &cells, messages.colors_data())
    };
    terminal::print(text.as_bytes())
}

fn cells(row: &Row) -> [String; 6] {
    let unknown = || "-".to_owned();
    let number = |names: &Option<Vec<String>>| names.as_ref().map_or_else(unknown, |names| count(names.len() as u64));
    [
        row.dataset.clone(),
        row.size.map_or_else(unknown, count),
        number(&row.scenarios),
        number(&row.principles),
        row.formats.join(" "),
        row.title.clone().unwrap_or_default(),
    ]
}

/// All that is known of a dataset, a line each.
fn described(row: &Row) -> String {
    let unknown = || "unknown: its spec has errors".to_owned();
    let list = |names: &Option<Vec<String>>| match names.as_deref() {
        None => unknown(),
        Some([]) => "none".to_owned(),
        Some(names) => names.join(", "),
    };
    let lines = [
        ("title", row.title.clone().unwrap_or_else(|| "none".to_owned())),
        ("spec", row.spec.clone()),
        ("size", row.size.map_or_else(unknown, count)),
        ("scenarios", list(&row.scenarios)),
        ("principles", list(&row.principles)),
        ("fields", list(&row.fields)),
        ("views", list(&row.views)),
        ("formats", row.formats.join(", ")),
    ];
    let mut text = format!("{}\n", row.dataset);
    for (head, value) in lines {
        // Writing into a string cannot fail.
        let _ = writeln!(text, "  {head:<12}{value}");
    }
    text
}
