//! The commands, and how the program explains itself.
//!
//! In: what was typed. Out: one command with its arguments, checked as far as one argument, or two that exclude each other, can
//! be checked. What a command takes, and its examples, stand in its own file.

use clap::{Parser, Subcommand};

use super::Exit;
use super::args::Everywhere;
use super::{build, check, completions, explain, init, list, lsp, man, new, policy, preview, schema, validate, watch};

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

/// The commands.
#[derive(Subcommand)]
pub(super) enum Command {
    /// Make a workspace with one small dataset
    Init(init::Args),
    /// Add a dataset to the workspace: spec, schema and template
    New(new::Args),
    /// Make datasets and write them, all or nothing
    Build(build::Args),
    /// Find mistakes in specs, and try their first records, without writing any dataset
    Check(check::Args),
    /// Print a few records, from anywhere in a dataset
    Preview(preview::Args),
    /// Show what each save does to the records
    Watch(watch::Args),
    /// Tell where the values of a record came from, or what the code of a diagnostic means
    Explain(explain::Args),
    /// List the datasets of the workspace
    List(list::Args),
    /// Print the JSON Schema of a dataset's records, start one to write by hand, or compare the two
    Schema(schema::Args),
    /// Judge files of records: hash, structure, content and metadata
    Validate(validate::Args),
    /// Test the rules of policies, or evaluate one
    #[command(subcommand, after_help = policy::EXAMPLES)]
    Policy(policy::Args),
    /// Serve an editor: diagnostics, hovers, definitions, completion
    #[command(after_help = lsp::EXAMPLES)]
    Lsp,
    /// Print a script that completes commands and options in a shell
    Completions(completions::Args),
    /// Print the manual page, in roff
    #[command(after_help = man::EXAMPLES)]
    Man,
}

impl Command {
    /// The name it is typed with.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Init(_) => "init",
            Self::New(_) => "new",
            Self::Build(_) => "build",
            Self::Check(_) => "check",
            Self::Preview(_) => "preview",
            Self::Watch(_) => "watch",
            Self::Explain(_) => "explain",
            Self::List(_) => "list",
            Self::Schema(_) => "schema",
            Self::Validate(_) => "validate",
            Self::Policy(policy::Args::Test(_)) => "policy test",
            Self::Policy(policy::Args::Eval(_)) => "policy eval",
            Self::Lsp => "lsp",
            Self::Completions(_) => "completions",
            Self::Man => "man",
        }
    }

    /// Whether it writes data to standard output.
    pub(super) fn takes_stdout(&self) -> bool {
        match self {
            Self::Build(build) => build.is_stream(),
            Self::Schema(schema) => schema.prints(),
            Self::Check(_) | Self::Init(_) | Self::New(_) | Self::Validate(_) | Self::Watch(_) => false,
            Self::Completions(_)
            | Self::Explain(_)
            | Self::List(_)
            | Self::Lsp
            | Self::Man
            | Self::Policy(_)
            | Self::Preview(_) => true,
        }
    }
}

fn after_help() -> String {
    let codes = Exit::ALL.map(|exit| format!("  {:<5}{}", exit.code(), exit.meaning()));
    let examples = "\
Examples:
  dictum init bakery              begin: a workspace with one small dataset
  dictum build                    make every dataset, in every format, into out/
  dictum check                    find mistakes without building
  dictum preview reviews          look at three records
  dictum explain reviews#3        see where the values of a record came from
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
