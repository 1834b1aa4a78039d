//! `dictum build`: arguments to a [`Request`], an [`Outcome`] to an ending.

use std::io;
use std::path::{Path, PathBuf};

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::{ValueEnum, ValueHint};
use serde::Serialize;

use super::Exit;
use super::args::Values;
use super::interrupt;
use super::messages::{Ending, Messages};
use super::report::Report;
use crate::build::{Built, Failure, LockMode, Out, Outcome, Request, build};
use crate::pipeline::emit::{self, Format};
use crate::pipeline::load::Workspace;
use crate::pipeline::manifest::LOCK_FILE;
use crate::random;

const NAME: &str = "build";

const EXAMPLES: &str = "\
Examples:
  dictum build                                  everything, in every format, into out/
  dictum build reviews --format jsonl,parquet   one dataset in two formats
  dictum build reviews --out - | head -n 5      records on standard output
  dictum build reviews --from 500 --count 500   a part, with the records of the whole
  dictum build --profile testing                with the sizes and parameters of a profile
  dictum build reviews --set strictness=3       with another value of a parameter
  dictum build --view legacy                    the same records in the shape of a view
  dictum build --locked                         fail where a byte differs from dictum.lock";

/// Arguments of `build`.
#[derive(clap::Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag that is typed or not")]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// Datasets to build [default: all]
    #[arg(value_name = "DATASET")]
    pub(super) datasets: Vec<String>,
    /// Build every dataset, as without names, and report on all of them
    #[arg(long, conflicts_with = "datasets")]
    pub(super) all: bool,
    #[command(flatten)]
    pub(super) values: Values,
    /// Write this view of the records instead of the records themselves
    #[arg(long, value_name = "NAME")]
    pub(super) view: Option<String>,
    /// Records to make instead of the size that the profile or the spec states
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub(super) size: Option<u64>,
    /// Another seed gives other records
    #[arg(long, value_name = "S", default_value_t = 0)]
    pub(super) seed: u64,
    /// Take a seed from the operating system, and print it
    #[arg(long, conflicts_with = "seed")]
    pub(super) random: bool,
    /// Formats to write, separated by commas [default: those of the profile, or all; with `--out -` jsonl]
    #[arg(long, value_name = "FORMAT", value_delimiter = ',', value_parser = format_names())]
    pub(super) format: Vec<&'static dyn Format>,
    /// Folder to write to, or `-` for standard output [default: `out` in the workspace]
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub(super) out: Option<PathBuf>,
    /// Threads to use; the bytes are the same with any number [default: one a core]
    #[arg(long, value_name = "N", value_parser = clap::builder::RangedU64ValueParser::<usize>::new().range(1..=1024))]
    pub(super) threads: Option<usize>,
    /// First record to make, counted from 0
    #[arg(long, value_name = "I", default_value_t = 0)]
    pub(super) from: u64,
    /// Records to make from there on [default: up to the size]
    #[arg(long, value_name = "N", conflicts_with = "size", value_parser = clap::value_parser!(u64).range(1..))]
    pub(super) count: Option<u64>,
    /// How good records must be: `synthetic` wants schema, hash, checks and expectations
    #[arg(long, value_name = "LEVEL", value_enum, hide_possible_values = true, default_value_t = Quality::Synthetic)]
    pub(super) quality: Quality,
    /// Fail, and write nothing, where a byte differs from `dictum.lock`
    #[arg(long, conflicts_with_all = ["update_lock", "random"])]
    pub(super) locked: bool,
    /// Write what was built into `dictum.lock`
    #[arg(long, conflicts_with = "random")]
    pub(super) update_lock: bool,
    /// Refuse specs whose constitution has another hash
    #[arg(long, value_name = "HASH")]
    pub(super) constitutional_hash: Option<String>,
    /// Evaluate everything by the template engine itself: slower, the same bytes
    #[arg(long)]
    pub(super) plain: bool,
}

impl Args {
    /// Whether records go to standard output.
    pub(super) fn is_stream(&self) -> bool {
        self.out.as_ref().is_some_and(|out| out.as_os_str() == "-")
    }
}

/// A level of quality. Those that do not exist yet are hidden, and refused by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Quality {
    /// Schema and hash only
    #[value(hide = true)]
    Low,
    /// Schema, hash, checks and expectations
    Synthetic,
    /// Gates on duplicates, diversity and balance, too
    #[value(hide = true)]
    Medium,
    /// Only records that a person approved
    #[value(hide = true)]
    High,
}

/// A dataset in the summary for programs.
#[derive(Serialize)]
struct Made {
    dataset: String,
    records: u64,
    /// How many more were made, which a view leaves out.
    left_out: u64,
    /// How many attempts they took together to meet what is planned and required; null where nothing is.
    attempts: Option<u64>,
    /// Whether its expectations were judged: only whole datasets can be.
    judged: bool,
    files: Vec<File>,
}

#[derive(Serialize)]
struct File {
    /// Relative to the output folder; `-` for standard output.
    path: String,
    bytes: u64,
}

pub(super) fn run(workspace: &Workspace<'_>, current: &Path, args: &Args, messages: &Messages) -> Exit {
    match begin(workspace, current, args, messages) {
        Ok(exit) => exit,
        Err(failure) => messages.end(&Ending::failed(NAME, failure)),
    }
}

fn begin(workspace: &Workspace<'_>, current: &Path, args: &Args, messages: &Messages) -> Result<Exit, Failure> {
    refuse_misfits(args)?;
    let is_stream = args.is_stream();
    let seed = if args.random { chosen(messages)? } else { args.seed };
    let lock = match (args.locked, args.update_lock) {
        (true, _) => LockMode::Check,
        (false, true) => LockMode::Update,
        (false, false) => LockMode::Ignore,
    };
    let folder = args.out.as_ref().map_or_else(|| workspace.root.join("out"), |out| joined(current, out));
    let request = Request {
        overrides: args.values.overrides()?,
        view: args.view.clone(),
        size: args.size,
        seed,
        from: args.from,
        count: args.count,
        formats: formats(args),
        out: if is_stream { Out::Stream(Box::new(io::stdout())) } else { Out::Folder(folder.clone()) },
        threads: args.threads,
        lock,
        hash: args.constitutional_hash.clone(),
        plain: args.plain,
        datasets: args.datasets.clone(),
    };
    let stop = interrupt::listen()?;
    let mut report = Report::new(messages.progress());
    let Outcome { sources, diagnostics, result } = build(workspace, request, &mut report, &stop);
    let made = if args.all { report.table() } else { String::new() };
    let notes = report.into_notes();
    let result = match result {
        // Whoever reads has enough.
        Err(Failure::Emit(error)) if is_stream && error.is_closed_pipe() => return Ok(Exit::Done),
        result => result.map(|built| built.into_iter().map(Made::from).collect::<Vec<_>>()),
    };
    let lines = if result.is_ok() && !is_stream { outcome(&made, &folder, current, lock) } else { Vec::new() };
    let ending = Ending::new(NAME, sources, diagnostics, result);
    Ok(messages.end(&Ending { seed: Some(seed), notes, lines, all_or_nothing: !is_stream, ..ending }))
}

/// Refuses what no spec needs to be read for.
fn refuse_misfits(args: &Args) -> Result<(), Failure> {
    let usage = |message: &str| Err(Failure::Usage(message.to_owned()));
    if args.quality != Quality::Synthetic {
        let level = args.quality.to_possible_value();
        let level = level.as_ref().map_or("", |value| value.get_name());
        return usage(&format!(
            "the quality level `{level}` is not built yet: leave `--quality` out, or write `--quality synthetic`"
        ));
    }
    if args.is_stream() && (args.datasets.len() > 1 || args.format.len() > 1) {
        return usage("standard output takes one dataset and one format: `dictum build DATASET --format jsonl --out -`");
    }
    if args.is_stream() && (args.locked || args.update_lock) {
        return usage("the lock is about files: `--locked` and `--update-lock` do not go with `--out -`");
    }
    if args.from.checked_add(args.count.unwrap_or(0)).is_none() {
        return usage("`--from` and `--count` add up to more than 64 bits hold");
    }
    Ok(())
}

/// A seed of the operating system. Who asked for one must be able to ask for the same again.
fn chosen(messages: &Messages) -> Result<u64, Failure> {
    let seed = random::os_seed().map_err(|error| Failure::Other { doing: "choose a seed", cause: error.to_string() })?;
    messages.answer(&format!("seed {seed}; repeat with --seed {seed}"));
    Ok(seed)
}

/// The formats asked for, each once; without any those that the build finds, or the one that suits a pipe.
fn formats(args: &Args) -> Vec<&'static dyn Format> {
    let mut formats: Vec<&'static dyn Format> = Vec::new();
    for format in &args.format {
        if !formats.iter().any(|known| known.name() == format.name()) {
            formats.push(*format);
        }
    }
    if formats.is_empty() && args.is_stream() { emit::format("jsonl").into_iter().collect() } else { formats }
}

/// An absolute path, as messages show it: without the `.` that people type.
fn joined(current: &Path, out: &Path) -> PathBuf {
    current.join(out).components().collect()
}

/// What was made, where it was asked for, and where everything went.
fn outcome(made: &str, folder: &Path, current: &Path, lock: LockMode) -> Vec<String> {
    let shown = folder.strip_prefix(current).ok().filter(|path| !path.as_os_str().is_empty()).unwrap_or(folder).display();
    let line = match lock {
        LockMode::Ignore => format!("written to {shown}"),
        LockMode::Check => format!("written to {shown}, as locked"),
        LockMode::Update => format!("written to {shown}, and locked in {LOCK_FILE}"),
    };
    made.lines().map(str::to_owned).chain([line]).collect()
}

impl From<Built> for Made {
    fn from(built: Built) -> Self {
        let Built { dataset, records, left_out, attempts, judged, files } = built;
        let files = files.into_iter().map(|(path, bytes)| File { path, bytes }).collect();
        Self { dataset, records, left_out, attempts, judged, files }
    }
}

/// The parser of a format's name.
fn format_names() -> impl TypedValueParser<Value = &'static dyn Format> {
    let names = emit::FORMATS.iter().map(|format| PossibleValue::new(format.name()).help(format.describe()));
    PossibleValuesParser::new(names).try_map(|name| emit::format(&name).ok_or("unknown format"))
}
