//! `dictum schema`: what records of a dataset are, as a JSON Schema.
//!
//! Out: the schema that the forms promise, on standard output; or a file of it to tighten by hand; or a table of how the author's
//! schema differs from it, as JSON an object a difference with the keys of [`Difference`] and its dataset.

use std::path::Path;

use serde::Serialize;

use super::Exit;
use super::args::Values;
use super::messages::{Ending, Messages};
use super::progress::{count, plural};
use super::table::{Column, table};
use super::terminal;
use crate::build::{Failure, Selected, select_one};
use crate::diag::Diagnostics;
use crate::diag::render::one_line;
use crate::pipeline::load::Workspace;
use crate::schema::{Comparison, Difference, compare};
use crate::source::Sources;

const COLUMNS: [Column; 3] = [("", false), ("PATH", false), ("WHAT", false)];

/// Whats of one place that are told in the table.
const TOLD: usize = 5;

const EXAMPLES: &str = "\
`--diff` changes real records in one place each, and tells what one of the two schemas takes and the other does not: `allows` is
what the schema of the spec takes and no record can be, `forbids` what it refuses and some record is, or could be by what is known
of its forms. It fails where a record that was made is refused. What it finds was tried; that there is no more is not proven.

Examples:
  dictum schema reviews                      what the forms promise
  dictum schema reviews --write              schemas/reviews.schema.json to tighten by hand
  dictum schema reviews --diff               what the tightened one allows and forbids
  dictum schema reviews --view legacy        of the records as a view shows them";

/// Arguments of `schema`.
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// The dataset whose records are meant
    #[arg(value_name = "DATASET")]
    dataset: String,
    #[command(flatten)]
    values: Values,
    /// Write it to `schemas/DATASET.schema.json`, which must not be there yet
    #[arg(long, conflicts_with_all = ["diff", "view"])]
    write: bool,
    /// Compare it with the schema that the spec names
    #[arg(long, conflicts_with = "view")]
    diff: bool,
    /// Records to make for the comparison
    #[arg(short = 'n', long, value_name = "N", default_value_t = 300, value_parser = clap::value_parser!(u64).range(1..), requires = "diff")]
    count: u64,
    /// The schema of this view
    #[arg(long, value_name = "NAME")]
    view: Option<String>,
}

impl Args {
    /// Whether the schema goes to standard output.
    pub(super) fn prints(&self) -> bool {
        !self.write && !self.diff
    }
}

/// A difference with its dataset.
#[derive(Serialize)]
struct Row<'d> {
    dataset: &'d str,
    #[serde(flatten)]
    difference: &'d Difference,
}

pub(super) fn run(workspace: &Workspace<'_>, args: &Args, messages: &Messages) -> Exit {
    let (mut sources, mut diagnostics) = (Sources::default(), Diagnostics::default());
    let mut notes = Vec::new();
    let view = args.view.as_deref();
    let selected = args
        .values
        .overrides()
        .and_then(|overrides| select_one(workspace, &args.dataset, view, &overrides, &mut sources, &mut diagnostics));
    let answered = selected.and_then(|one| answer(workspace, &one, args, messages, &mut notes));
    let result = answered.map(|()| Vec::<()>::new());
    messages.end(&Ending { notes, ..Ending::new("schema", sources, diagnostics, result) })
}

fn answer(
    workspace: &Workspace<'_>,
    one: &Selected,
    args: &Args,
    messages: &Messages,
    notes: &mut Vec<String>,
) -> Result<(), Failure> {
    let text = one.checked.shape(one.view()).inferred;
    if args.write {
        return write(workspace, &args.dataset, text, one.checked.spec.schema.is_some(), notes);
    }
    if !args.diff {
        return terminal::print(text.as_bytes());
    }
    let comparison = compare(&one.checked, 0, args.count)?;
    let shown = if messages.is_json() {
        lines(&args.dataset, &comparison)?
    } else {
        page(&args.dataset, &comparison, messages.colors_data())
    };
    terminal::print(shown.as_bytes())?;
    let refused = comparison.differences.iter().filter(|difference| difference.record.is_some()).count();
    if refused == 0 {
        return Ok(());
    }
    Err(Failure::Invalid(format!("the schema of `{}` refuses records at {}", args.dataset, plural(refused as u64, "place"))))
}

/// Starts a schema file; one that is there is never written over.
fn write(workspace: &Workspace<'_>, dataset: &str, text: &str, is_named: bool, notes: &mut Vec<String>) -> Result<(), Failure> {
    let name = format!("{dataset}.schema.json");
    let shown = Path::new("schemas").join(&name);
    let path = workspace.root.join(&shown);
    if workspace.world.is_file(&path) {
        let shown = shown.display();
        return Err(Failure::Usage(format!("`{shown}` is there already: `dictum schema {dataset} --diff` compares it")));
    }
    workspace.world.make_folder(&workspace.root.join("schemas"))?;
    workspace.world.replace(&path, text.as_bytes())?;
    notes.push(format!("wrote `{}`", shown.display()));
    if !is_named {
        notes.push(format!("name it in the spec, and every record is held against it: `schema: {name}`"));
    }
    Ok(())
}

fn lines(dataset: &str, comparison: &Comparison) -> Result<String, Failure> {
    let failed = |error: serde_json::Error| Failure::Other { doing: "write the differences", cause: error.to_string() };
    let rows = comparison.differences.iter().map(|difference| serde_json::to_string(&Row { dataset, difference }));
    rows.map(|line| line.map(|line| line + "\n").map_err(failed)).collect()
}

fn page(dataset: &str, comparison: &Comparison, color: bool) -> String {
    let rows: Vec<[String; 3]> = comparison.differences.iter().map(row).collect();
    let tried = format!("{}, {} with one change", plural(comparison.records, "record"), count(comparison.trials));
    if rows.is_empty() {
        return format!("`{dataset}`: no difference found in {tried}\n");
    }
    format!("{}\n{tried} tried\n", table(&COLUMNS, &rows, color))
}

fn row(difference: &Difference) -> [String; 3] {
    let mut what = difference.what.iter().take(TOLD).cloned().collect::<Vec<_>>().join("; ");
    if let Some(more) = difference.what.len().checked_sub(TOLD).filter(|more| *more > 0) {
        what = format!("{what}; {more} more");
    }
    if let Some(record) = difference.record {
        what = format!("record {record}: {what}");
    }
    let path = if difference.path.is_empty() { "(the record)" } else { &difference.path };
    [difference.relation.word().to_owned(), path.to_owned(), one_line(&what).into_owned()]
}
