//! `dictum explain`: where the values of a record came from, and what a code of a diagnostic means.
//!
//! Explanations go to standard output, as a tree for people or as a JSON object for programs. What is wrong with a record goes
//! to the diagnostics, and it is explained all the same. A code needs no workspace.

use std::path::PathBuf;

use super::Exit;
use super::args::Values;
use super::messages::{Ending, Messages};
use super::terminal::{self, Stream};
use super::{meanings, tree};
use crate::build::{Failure, Selected, listing, select_one};
use crate::diag::{Code, Diagnostics, codes, explained, nearest};
use crate::explain::{document, explain, lines};
use crate::json;
use crate::pipeline::load::Workspace;
use crate::record::Node;
use crate::source::Sources;
use crate::world::World;

/// What an index is written behind.
const AT: char = '#';

const EXAMPLES: &str = "\
FIELD is a path in the record, or a bare name of the spec with a path into its value.

Examples:
  dictum explain reviews#3                            every value of a record, with where it came from
  dictum explain reviews#3 target_output.decision     why one field is what it is
  dictum explain reviews#3 duties.0 --depth 2         a name of the spec, two levels of it
  dictum explain unknown-key                          what a code of a diagnostic means
  dictum explain                                      all codes, a line each";

/// Arguments of `explain`.
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// `DATASET#INDEX`, a dataset for its first record, or the code of a diagnostic [default: list all codes]
    #[arg(value_name = "WHAT")]
    pub(super) what: Option<String>,
    /// The field or name to explain [default: the whole record]
    #[arg(value_name = "FIELD", requires = "what")]
    pub(super) field: Option<String>,
    /// List all codes with their meanings
    #[arg(long, conflicts_with = "what")]
    pub(super) list: bool,
    #[command(flatten)]
    pub(super) values: Values,
    /// Another seed gives other records
    #[arg(long, value_name = "S", requires = "what")]
    pub(super) seed: Option<u64>,
    /// Levels to show below the value itself [default: all]
    #[arg(long, value_name = "N", requires = "what")]
    pub(super) depth: Option<usize>,
}

/// What was asked for.
enum Asked<'a> {
    Codes,
    Code(Code),
    Record(&'a str, u64),
}

pub(super) fn run(world: &dyn World, place: &dyn Fn() -> Result<PathBuf, Failure>, args: &Args, messages: &Messages) -> Exit {
    let (mut sources, mut diagnostics) = (Sources::default(), Diagnostics::default());
    let asked = asked(args);
    let result = asked.and_then(|asked| match asked {
        Asked::Codes => meanings::list(messages),
        Asked::Code(code) => meanings::code(code, messages),
        Asked::Record(dataset, index) => {
            let root = place().map_err(|failure| no_such(args, failure))?;
            let workspace = Workspace { world, root };
            known(&workspace, dataset, args, &mut diagnostics)?;
            let overrides = args.values.overrides()?;
            let one = select_one(&workspace, dataset, None, &overrides, &mut sources, &mut diagnostics)?;
            record(&one, index, args, messages, &sources, &mut diagnostics)
        }
    });
    let seed = args.what.is_some().then(|| args.seed.unwrap_or_default());
    let result = result.map(|()| Vec::<()>::new());
    messages.end(&Ending { seed, ..Ending::new("explain", sources, diagnostics, result) })
}

fn asked(args: &Args) -> Result<Asked<'_>, Failure> {
    let Some(what) = &args.what else {
        return if args.values.are_given() { Err(Failure::Usage(IDLE.to_owned())) } else { Ok(Asked::Codes) };
    };
    if let Some((dataset, index)) = what.split_once(AT) {
        let number = index.parse().map_err(|_| {
            Failure::Usage(format!("expected an index behind `{dataset}{AT}`, a whole number from 0, found `{index}`"))
        })?;
        return Ok(Asked::Record(dataset, number));
    }
    let Some(code) = explained::code(what) else { return Ok(Asked::Record(what, 0)) };
    if let Some(field) = &args.field {
        return Err(Failure::Usage(format!("`{what}` is a code, which has no `{field}`; for a dataset write `{what}{AT}0`")));
    }
    if args.seed.is_some() || args.depth.is_some() || args.values.are_given() {
        return Err(Failure::Usage(IDLE.to_owned()));
    }
    Ok(Asked::Code(code))
}

const IDLE: &str = "`--seed`, `--depth`, `--set` and `--profile` are for records, and change nothing about a code";

/// Whether a bare word is a dataset: it may as well be meant as a code.
fn known(workspace: &Workspace<'_>, dataset: &str, args: &Args, diagnostics: &mut Diagnostics) -> Result<(), Failure> {
    let known = listing(workspace, diagnostics)?;
    if args.what.as_deref() != Some(dataset) || known.iter().any(|(name, _)| name == dataset) {
        return Ok(());
    }
    let all = known.iter().map(|(name, _)| name.as_str()).chain(codes::ALL.iter().map(|code| code.name));
    Err(Failure::Usage(neither(dataset, nearest(dataset, all))))
}

fn neither(what: &str, near: Option<&str>) -> String {
    let rest = match near {
        Some(near) => format!("did you mean `{near}`?"),
        None => "`dictum explain` lists the codes, `dictum list` the datasets".to_owned(),
    };
    format!("`{what}` is neither the code of a diagnostic nor a dataset; {rest}")
}

/// Outside of a workspace a word can only be meant as a code.
fn no_such(args: &Args, failure: Failure) -> Failure {
    let what = args.what.as_deref().unwrap_or_default();
    match nearest(what, codes::ALL.iter().map(|code| code.name)).filter(|_| !what.contains(AT)) {
        Some(near) => Failure::Usage(neither(what, Some(near))),
        None => failure,
    }
}

fn record(
    one: &Selected,
    index: u64,
    args: &Args,
    messages: &Messages,
    sources: &Sources,
    diagnostics: &mut Diagnostics,
) -> Result<(), Failure> {
    let (explanation, wrong) = explain(&one.checked, args.seed.unwrap_or_default(), index);
    diagnostics.extend(wrong);
    let Some(explanation) = explanation else { return Ok(()) };
    let place = explanation.find(args.field.as_deref().unwrap_or_default()).map_err(Failure::Usage)?;
    if messages.is_json() {
        let mut text = String::new();
        json::write_node(Node::of(&document(&explanation, &place, sources)), &mut text);
        text.push('\n');
        return terminal::print(text.as_bytes());
    }
    messages.say(&tree::headline(&explanation));
    let lines = lines(&explanation, &place, sources, args.depth.unwrap_or(usize::MAX));
    let width = Stream::Stdout.is_terminal().then(|| Stream::Stdout.width());
    terminal::print(tree::text(&lines, messages.colors_data(), width).as_bytes())
}
