//! `dictum preview`: a few records for the eye.
//!
//! Records go to standard output as they would be built, from any index in constant time; what is wrong with them goes to the
//! diagnostics, and they are shown all the same, for who looks at a record often looks for its fault.

use std::io::{self, Write};

use super::Exit;
use super::args::Values;
use super::messages::{Ending, Messages};
use super::pretty;
use crate::build::{Failure, Selected, select_one};
use crate::data::{Absent, Value};
use crate::diag::Diagnostics;
use crate::json;
use crate::pipeline::expand::Expander;
use crate::pipeline::load::Workspace;
use crate::pipeline::plan::PlanCache;
use crate::pipeline::plan::plan;
use crate::pipeline::verify::{verify, views};
use crate::record::Node;
use crate::source::Sources;

/// Records that are shown where neither a number nor an index is given.
const SHOWN: u64 = 3;

const EXAMPLES: &str = "\
Examples:
  dictum preview reviews                            the first three records
  dictum preview reviews --index 999999999999       one record from far away
  dictum preview reviews -n 20 --field input.text   one field of twenty records
  dictum preview reviews --view legacy              as a view shows them";

/// Arguments of `preview`.
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// Dataset to show
    #[arg(value_name = "DATASET")]
    pub(super) dataset: String,
    #[command(flatten)]
    pub(super) values: Values,
    /// Records to show [default: 3, or 1 with `--index`]
    #[arg(short = 'n', long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub(super) count: Option<u64>,
    /// First record to show, counted from 0; any index answers at once
    #[arg(long, value_name = "I")]
    pub(super) index: Option<u64>,
    /// Another seed gives other records
    #[arg(long, value_name = "S", default_value_t = 0)]
    pub(super) seed: u64,
    /// Show this view of the records instead of the records themselves
    #[arg(long, value_name = "NAME")]
    pub(super) view: Option<String>,
    /// Show only what stands at this path, such as `input.context` or `steps.0.name`
    #[arg(long, value_name = "PATH")]
    pub(super) field: Option<String>,
}

pub(super) fn run(workspace: &Workspace<'_>, args: &Args, messages: &Messages) -> Exit {
    let (mut sources, mut diagnostics) = (Sources::default(), Diagnostics::default());
    let view = args.view.as_deref();
    let selected = args
        .values
        .overrides()
        .and_then(|overrides| select_one(workspace, &args.dataset, view, &overrides, &mut sources, &mut diagnostics));
    let shown = selected.and_then(|one| show(&one, args, messages, &mut diagnostics));
    let result = shown.map(|()| Vec::<()>::new());
    messages.end(&Ending { seed: Some(args.seed), ..Ending::new("preview", sources, diagnostics, result) })
}

fn show(one: &Selected, args: &Args, messages: &Messages, diagnostics: &mut Diagnostics) -> Result<(), Failure> {
    let (checked, view) = (&one.checked, one.view());
    let from = args.index.unwrap_or(0);
    let count = args.count.unwrap_or(if args.index.is_some() { 1 } else { SHOWN });
    let plan = plan(checked, args.seed, from, count);
    let mut expander = Expander::new(&plan, false);
    let mut scenarios = PlanCache::default();
    let mut page = Page { messages, color: messages.colors_data(), printed: false };
    let mut last = Value::Undefined;
    for index in from..=from.saturating_add(count - 1) {
        let (mut made, mut left_out) = (Value::Undefined, false);
        let verified = expander.record(index, |frame, value| {
            let shown = match view {
                Some(view) => views::shown(checked, view, frame, value),
                None => Ok(Some(value.clone())),
            };
            left_out = matches!(shown, Ok(None));
            let found = [verify(checked, frame, value).err(), shown.map(|shown| made = shown.unwrap_or_default()).err()];
            let wrong: Vec<_> = found.into_iter().flatten().flatten().collect();
            if wrong.is_empty() { Ok(()) } else { Err(wrong) }
        });
        for one in verified.err().into_iter().flatten() {
            diagnostics.push(one);
        }
        let name = match checked.scenario(plan.share(index, &mut scenarios).choice) {
            "" => format!("{}#{index}", checked.spec.name),
            scenario => format!("{}#{index}, scenario {scenario}", checked.spec.name),
        };
        if left_out {
            messages.say(&format!("{name}: left out of the view"));
        }
        match page.record(&name, &made, args.field.as_deref()) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => return Ok(()),
            Err(error) => return Err(Failure::Other { doing: "write to standard output", cause: error.to_string() }),
        }
        last = made;
    }
    match &args.field {
        Some(path) if !page.printed && !last.is_undefined() => Err(Failure::Usage(absent(path, &last))),
        _ => Ok(()),
    }
}

/// Standard output with headlines on standard error between the records.
struct Page<'m> {
    messages: &'m Messages,
    color: bool,
    printed: bool,
}

impl Page<'_> {
    fn record(&mut self, name: &str, value: &Value, field: Option<&str>) -> io::Result<()> {
        // A record that could not be made has a diagnostic and nothing to show.
        let Some(shown) = Some(value).filter(|value| !value.is_undefined()).and_then(|value| value.at(field.unwrap_or("")))
        else {
            return Ok(());
        };
        self.messages.say(name);
        self.printed = true;
        let mut text = String::new();
        if self.messages.is_json() {
            json::write_node(Node::of(shown), &mut text);
        } else {
            text = pretty::text(Node::of(shown), self.color);
        }
        text.push('\n');
        let mut out = io::stdout().lock();
        out.write_all(text.as_bytes())?;
        out.flush()
    }
}

/// Why a path shows nothing: the first step of it that the record does not have, and what there is instead.
fn absent(path: &str, record: &Value) -> String {
    let Absent { walked, step, rest } = record.absent(path);
    let place = if walked.is_empty() { "the record".to_owned() } else { format!("`{walked}`") };
    format!("no record shown has `{path}`: {place} has no `{step}`; {rest}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_absent_path_is_explained_where_it_ends() {
        let context = Value::map([("level".into(), Value::text("low")), ("rows".into(), Value::list([Value::Null]))]);
        let record = Value::map([("input".into(), context), ("id".into(), Value::Int(1))]);
        let cases = [
            ("inptu.level", "the record has no `inptu`; did you mean `input`?"),
            ("input.colour", "`input` has no `colour`; there is `level`, `rows`"),
            ("input.rows.1", "`input.rows` has no `1`; it is a list of 1"),
            ("input.level.x", "`input.level` has no `x`; it is text"),
        ];
        for (path, expected) in cases {
            assert_eq!(absent(path, &record), format!("no record shown has `{path}`: {expected}"));
        }
    }
}
