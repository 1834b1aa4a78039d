//! `dictum check`: every mistake that can be found without building.

use std::collections::BTreeSet;

use serde::Serialize;

use super::Exit;
use super::args::Values;
use super::attempts::{self, Cell};
use super::messages::{Ending, Messages};
use super::progress::plural;
use crate::build::{Selected, piloted, select, warn_unfit};
use crate::diag::{Diagnostic, Diagnostics, codes};
use crate::pipeline;
use crate::pipeline::check::Checked;
use crate::pipeline::expand::Expander;
use crate::pipeline::load::Workspace;
use crate::pipeline::plan::plan;
use crate::pipeline::verify::expectations::Tally;
use crate::source::Sources;

/// Records that are made of each dataset, so that what only shows in a record shows.
const TRIED: u64 = 32;
/// So many more are made at most until each rule of a policy was evaluated in one.
const MOST_TRIED: u64 = 2_000;

const EXAMPLES: &str = "\
Expectations speak of a whole dataset, so `dictum build` judges them.

Examples:
  dictum check                                  every dataset
  dictum check reviews --message-format short   a line for each mistake, as editors read them
  dictum check --message-format github          annotations in GitHub Actions";

/// Arguments of `check`.
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// Datasets to check [default: all]
    #[arg(value_name = "DATASET")]
    pub(super) datasets: Vec<String>,
    #[command(flatten)]
    pub(super) values: Values,
}

/// A dataset without mistakes.
#[derive(Serialize)]
struct Sound {
    dataset: String,
    scenarios: usize,
    examples: usize,
    /// How many records were made and verified.
    records: u64,
    /// How the planned labels came out in trials; empty where none are planned.
    pilot: Vec<Cell>,
}

pub(super) fn run(workspace: &Workspace<'_>, args: &Args, messages: &Messages) -> Exit {
    let mut sources = Sources::default();
    let mut diagnostics = Diagnostics::default();
    let selected = args
        .values
        .overrides()
        .and_then(|overrides| select(workspace, &args.datasets, &overrides, &mut sources, &mut diagnostics));
    let mut lines = Vec::new();
    let mut found = |one: &Selected| {
        warn_unfit(&one.checked, &mut diagnostics);
        let cells = piloted(workspace, &one.checked, &sources, &mut diagnostics);
        let sound = tried(&one.checked, &mut diagnostics);
        lines.extend(sound.iter().map(line));
        lines.extend(attempts::table(&one.checked, &cells));
        Some(Sound { pilot: attempts::cells(&one.checked, &cells), ..sound? })
    };
    let result = selected.map(|selected| selected.iter().filter_map(&mut found).collect::<Vec<_>>());
    messages.end(&Ending { lines, ..Ending::new("check", sources, diagnostics, result) })
}

/// Makes and verifies the first records. What is wrong with many of them is told once.
fn tried(checked: &Checked, diagnostics: &mut Diagnostics) -> Option<Sound> {
    let most = checked.spec.size.min(MOST_TRIED);
    let plan = plan(checked, 0, 0, most);
    let untried = || checked.rule_rows.iter().filter(|rule| !rule.is_tried());
    let mut records = 0;
    let mut expander = Expander::new(&plan, false);
    let mut tally = Tally::default();
    let mut told = BTreeSet::new();
    while records < most.min(TRIED) || (records < most && told.is_empty() && untried().next().is_some()) {
        let index = records;
        records += 1;
        let wrong = pipeline::tried(checked, &mut expander, &mut tally, index).err().unwrap_or_default();
        for one in wrong {
            if told.insert((one.code, one.primary.as_ref().map(|label| label.span))) {
                diagnostics.push(one);
            }
        }
    }
    for rule in untried().filter(|_| told.is_empty()) {
        let message = format!("none of the first {records} records reaches the rule `{}`", rule.key);
        let diagnostic = Diagnostic::warning(codes::UNREACHABLE, rule.span, message);
        diagnostics.push(diagnostic.hint("it was not evaluated, so nothing is known of it: choose it more often"));
    }
    told.is_empty().then(|| Sound {
        dataset: checked.spec.name.to_string(),
        scenarios: checked.spec.scenarios.len(),
        examples: checked.spec.examples.len(),
        records,
        pilot: Vec::new(),
    })
}

fn line(sound: &Sound) -> String {
    let Sound { dataset, scenarios, examples, records, .. } = sound;
    let counted = [(*scenarios as u64, "scenario"), (*examples as u64, "example")];
    let counted = counted.map(|(number, noun)| plural(number, noun)).join(", ");
    format!("{dataset}: sound; {counted}, {} tried", plural(*records, "record"))
}
