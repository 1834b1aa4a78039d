//! Arguments: what can be asked for, and how it is explained.
//!
//! In: what was typed. Out: plain values, checked as far as one argument, or two that exclude each other, can be checked. The
//! doc comments of these types are the help texts.

use std::collections::BTreeSet;
use std::path::PathBuf;

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::{Args, Parser, Subcommand, ValueEnum, ValueHint};
use clap_complete::Shell;

use super::Exit;
use super::terminal::Color;
use crate::build::Failure;
use crate::pipeline::emit::{self, FORMATS, Format};
use crate::pipeline::load::Overrides;

/// Compiles YAML scenario specs into verified, reproducible datasets.
#[derive(Parser)]
#[command(name = "dictum", version, max_term_width = 100, after_help = after_help())]
pub(super) struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub(super) command: Command,
    #[command(flatten)]
    pub(super) everywhere: Everywhere,
}

/// The headline of what is in [`Everywhere`].
pub(super) const EVERYWHERE: &str = "Options of every command";

/// Options of every command.
#[derive(Args, Clone)]
#[command(next_help_heading = EVERYWHERE)]
pub(super) struct Everywhere {
    /// The folder that holds `scenarios/` [default: the nearest one from the current folder upwards]
    #[arg(long, global = true, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub(super) workspace: Option<PathBuf>,
    /// How to print diagnostics
    #[arg(long, global = true, value_name = "FORM", value_enum, default_value_t = Form::Human)]
    pub(super) message_format: Form,
    /// When to use colours: `always`, `never`, or `auto`: on a terminal, unless `NO_COLOR` or `TERM=dumb` is set
    #[arg(long, global = true, value_name = "WHEN", value_enum, hide_possible_values = true, default_value_t = Color::Auto)]
    pub(super) color: Color,
    /// Print nothing but data, errors and warnings
    #[arg(long, short, global = true)]
    pub(super) quiet: bool,
}

/// A form of messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Form {
    /// Source lines with the places marked, and hints
    Human,
    /// A line each: `file:line:column: severity[code]: message`
    Short,
    /// A JSON object a line and no other text, last `{"summary": {…}}`; on standard output, or on standard error where standard
    /// output holds data (`build --out -`, `preview`, `list`)
    Json,
    /// GitHub workflow commands, which a pull request shows beside its lines; on the streams of `json`, other text on standard
    /// error
    Github,
}

/// The commands.
#[derive(Subcommand)]
pub(super) enum Command {
    /// Make datasets and write them, all or nothing
    Build(Build),
    /// Find mistakes in specs, and try their first records, without writing any dataset
    Check(Check),
    /// Print a few records, from anywhere in a dataset
    Preview(Preview),
    /// List the datasets of the workspace
    List(List),
    /// Judge files of records: hash, structure, content and metadata
    Validate(Validate),
    /// Test the rules of policies, or evaluate one
    #[command(subcommand, after_help = POLICY_EXAMPLES)]
    Policy(Policy),
    /// Print a script that completes commands and options in a shell
    Completions(Completions),
    /// Print the manual page, in roff
    #[command(after_help = MAN_EXAMPLES)]
    Man,
}

impl Command {
    /// The name it is typed with.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Build(_) => "build",
            Self::Check(_) => "check",
            Self::Preview(_) => "preview",
            Self::List(_) => "list",
            Self::Validate(_) => "validate",
            Self::Policy(Policy::Test(_)) => "policy test",
            Self::Policy(Policy::Eval(_)) => "policy eval",
            Self::Completions(_) => "completions",
            Self::Man => "man",
        }
    }

    /// Whether it writes data to standard output.
    pub(super) fn takes_stdout(&self) -> bool {
        match self {
            Self::Build(build) => build.is_stream(),
            Self::Check(_) | Self::Validate(_) => false,
            Self::Preview(_) | Self::List(_) | Self::Policy(_) | Self::Completions(_) | Self::Man => true,
        }
    }
}

/// What changes specs for one run without editing them.
#[derive(Args)]
pub(super) struct Values {
    /// A profile of the specs: their sizes, parameters and formats of that name
    #[arg(long, value_name = "NAME")]
    profile: Option<String>,
    /// The value of a parameter, as YAML; may be given for several
    #[arg(long = "set", value_name = "NAME=VALUE", value_parser = setting)]
    set: Vec<(String, String)>,
}

impl Values {
    /// The same for the library.
    ///
    /// # Errors
    /// A parameter that is set twice.
    pub(super) fn overrides(&self) -> Result<Overrides, Failure> {
        let mut seen = BTreeSet::new();
        if let Some((name, _)) = self.set.iter().find(|(name, _)| !seen.insert(name)) {
            return Err(Failure::Usage(format!("`--set {name}` is given twice")));
        }
        Ok(Overrides { profile: self.profile.clone(), params: self.set.clone() })
    }
}

/// `name=value`.
fn setting(text: &str) -> Result<(String, String), &'static str> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("write `--set name=value`"),
    }
}

/// Arguments of `build`.
#[derive(Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag that is typed or not")]
#[command(after_help = BUILD_EXAMPLES)]
pub(super) struct Build {
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
    #[arg(long, value_name = "FORMAT", value_delimiter = ',', value_parser = formats())]
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

impl Build {
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

/// Arguments of `list`.
#[derive(Args)]
#[command(after_help = LIST_EXAMPLES)]
pub(super) struct List {
    /// Datasets to tell everything of [default: a line of each]
    #[arg(value_name = "DATASET")]
    pub(super) datasets: Vec<String>,
}

/// Arguments of `check`.
#[derive(Args)]
#[command(after_help = CHECK_EXAMPLES)]
pub(super) struct Check {
    /// Datasets to check [default: all]
    #[arg(value_name = "DATASET")]
    pub(super) datasets: Vec<String>,
    #[command(flatten)]
    pub(super) values: Values,
}

/// Arguments of `preview`.
#[derive(Args)]
#[command(after_help = PREVIEW_EXAMPLES)]
pub(super) struct Preview {
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

/// Arguments of `validate`.
#[derive(Args)]
#[command(after_help = VALIDATE_EXAMPLES)]
pub(super) struct Validate {
    /// Files and folders of JSON, JSON Lines, CSV or Parquet
    #[arg(value_name = "PATH", required = true, value_hint = ValueHint::AnyPath)]
    pub(super) paths: Vec<PathBuf>,
    /// The share of records that must comply, from 0 to 1
    #[arg(long, value_name = "RATE", default_value = "1", value_parser = share)]
    pub(super) min_rate: f64,
    /// Records that do not comply to show, in all
    #[arg(long, value_name = "N", default_value_t = 10)]
    pub(super) offenders: usize,
    /// The dataset that all files are of [default: the folder below `data/`, or what the first id begins with]
    #[arg(long, value_name = "DATASET")]
    pub(super) dataset: Option<String>,
    /// The constitutional hash that records must carry [default: that of the dataset or the workspace]
    #[arg(long, value_name = "HASH")]
    pub(super) hash: Option<String>,
    /// A JSON Schema that every record must pass, besides that of its dataset
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(super) schema: Option<PathBuf>,
}

/// A share from 0 to 1.
fn share(text: &str) -> Result<f64, &'static str> {
    text.parse().ok().filter(|share| (0.0..=1.0).contains(share)).ok_or("write a share from 0 to 1, such as 0.95")
}

/// What to do with policies.
#[derive(Subcommand)]
pub(super) enum Policy {
    /// Evaluate the test cases of every rule, and print which pass and which lines of the rule they reach
    #[command(after_help = POLICY_TEST_EXAMPLES)]
    Test(PolicyTest),
    /// Evaluate one rule for an input, and print its answers as JSON
    #[command(after_help = POLICY_EVAL_EXAMPLES)]
    Eval(PolicyEval),
}

/// Arguments of `policy test`.
#[derive(Args)]
pub(super) struct PolicyTest {
    /// Datasets whose rules to test [default: all that have some]
    #[arg(value_name = "DATASET")]
    pub(super) datasets: Vec<String>,

    /// Records of each dataset whose modules and cases are evaluated
    #[arg(short = 'n', long, value_name = "N", default_value_t = 300, value_parser = clap::value_parser!(u64).range(1..))]
    pub(super) count: u64,
}

/// Arguments of `policy eval`.
#[derive(Args)]
pub(super) struct PolicyEval {
    /// The key of a rule, the name of a dataset, or a file that ends in `.rego`
    #[arg(value_name = "RULE")]
    pub(super) rule: String,

    /// The input document, a JSON file, or `-` for standard input
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(super) input: PathBuf,

    /// Datasets to look for the rule in [default: all]
    #[arg(long = "dataset", value_name = "DATASET")]
    pub(super) datasets: Vec<String>,
}

/// Arguments of `completions`.
#[derive(Args)]
#[command(after_help = COMPLETIONS_EXAMPLES)]
pub(super) struct Completions {
    /// The shell that shall complete
    #[arg(value_name = "SHELL")]
    pub(super) shell: Shell,
}

const BUILD_EXAMPLES: &str = "\
Examples:
  dictum build                                  everything, in every format, into out/
  dictum build reviews --format jsonl,parquet   one dataset in two formats
  dictum build reviews --out - | head -n 5      records on standard output
  dictum build reviews --from 500 --count 500   a part, with the records of the whole
  dictum build --profile testing                with the sizes and parameters of a profile
  dictum build reviews --set strictness=3       with another value of a parameter
  dictum build --view legacy                    the same records in the shape of a view
  dictum build --locked                         fail where a byte differs from dictum.lock";

const CHECK_EXAMPLES: &str = "\
Expectations speak of a whole dataset, so `dictum build` judges them.

Examples:
  dictum check                                  every dataset
  dictum check reviews --message-format short   a line for each mistake, as editors read them
  dictum check --message-format github          annotations in GitHub Actions";

const PREVIEW_EXAMPLES: &str = "\
Examples:
  dictum preview reviews                            the first three records
  dictum preview reviews --index 999999999999       one record from far away
  dictum preview reviews -n 20 --field input.text   one field of twenty records
  dictum preview reviews --view legacy              as a view shows them";

const LIST_EXAMPLES: &str = "\
Examples:
  dictum list                         a line a dataset
  dictum list reviews                 its scenarios, principles, fields and formats
  dictum list --message-format json   one JSON object a dataset";

const VALIDATE_EXAMPLES: &str = "\
A record complies when nothing is wrong with it: the hash stands wherever it must and nowhere another, the schemas hold, the
targets follow from the input, the checks of the spec and the test cases of policies hold, the metadata is complete. What
cannot be judged says so. What is wrong with a file as a whole fails at any rate: it holds no record or cannot be read to its
end, its header is another one, its envelope carries another hash or none.

Examples:
  dictum validate out                                    everything that was built
  dictum validate old/data.json --min-rate 0.95          a file of others, by the hash of this workspace
  dictum validate old --hash cafe0123 --schema old.json  outside of any workspace
  dictum validate new.csv --dataset reviews              by a spec of the workspace
  dictum validate out --message-format json              a JSON object a file";

const POLICY_EXAMPLES: &str = "\
Examples:
  dictum policy test                                       every rule of the workspace
  dictum policy eval late_notice --input case.json         one rule on one input";

const POLICY_TEST_EXAMPLES: &str = "\
Examples:
  dictum policy test
  dictum policy test reviews -n 1000                       the cases of a thousand records
  dictum policy test --message-format json                 a JSON object a rule";

const POLICY_EVAL_EXAMPLES: &str = "\
The module is that of the first records which holds the rule with the fewest others; it is shown on standard error.

Examples:
  dictum policy eval late_notice --input case.json
  echo '{\"hours\": 80}' | dictum policy eval rules/late.rego --input -";

const COMPLETIONS_EXAMPLES: &str = "\
Examples:
  dictum completions bash > ~/.local/share/bash-completion/completions/dictum
  dictum completions zsh > ~/.zfunc/_dictum            with ~/.zfunc in fpath
  dictum completions fish > ~/.config/fish/completions/dictum.fish";

const MAN_EXAMPLES: &str = "\
Examples:
  dictum man > dictum.1
  dictum man | man -l -";

/// The parser of a format's name.
fn formats() -> impl TypedValueParser<Value = &'static dyn Format> {
    let names = FORMATS.iter().map(|format| PossibleValue::new(format.name()).help(format.describe()));
    PossibleValuesParser::new(names).try_map(|name| emit::format(&name).ok_or("unknown format"))
}

fn after_help() -> String {
    let codes = Exit::ALL.map(|exit| format!("  {:<5}{}", exit.code(), exit.meaning()));
    let examples = "\
Examples:
  dictum build                    make every dataset, in every format, into out/
  dictum check                    find mistakes without building
  dictum preview reviews          look at three records
  dictum build --help             all options, with examples";
    format!("Exit codes:\n{}\n\n{examples}", codes.join("\n"))
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_definition_is_sound_and_every_command_has_examples() {
        Cli::command().debug_assert();
        let command = Cli::command();
        for one in command.get_subcommands() {
            let help = one.get_after_help().map(ToString::to_string).unwrap_or_default();
            assert!(help.contains(&format!("  dictum {}", one.get_name())), "{}", one.get_name());
        }
    }

    #[test]
    fn arguments_that_exclude_each_other_are_refused() {
        let parse = |line: &str| Cli::try_parse_from(line.split(' ')).map(|_| ()).map_err(|error| error.kind());
        let conflict = Err(clap::error::ErrorKind::ArgumentConflict);
        for line in ["--random --seed 1", "--random --locked", "--locked --update-lock", "--size 1 --count 1", "--all x"] {
            assert_eq!(parse(&format!("dictum build {line}")), conflict, "{line}");
        }
        for line in ["--size 0", "--threads 0", "--threads 5000", "--format text", "--seed -1", "--count 0"] {
            assert!(parse(&format!("dictum build {line}")).is_err(), "{line}");
        }
        assert_eq!(parse("dictum build x y --format json,csv --format jsonl --quiet --color never"), Ok(()));
    }
}
