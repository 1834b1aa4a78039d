//! `dictum completions`: a script that completes commands and options in a shell.
//!
//! In: the name of a shell. Out: its script on standard output, made from the same definition that parses arguments. No workspace
//! is needed.

use clap::Command;
use clap_complete::{Shell, generate};

use super::Exit;
use super::messages::{Ending, Messages};
use super::terminal::print;
use crate::diag::Diagnostics;
use crate::source::Sources;

const EXAMPLES: &str = "\
Examples:
  dictum completions bash > ~/.local/share/bash-completion/completions/dictum
  dictum completions zsh > ~/.zfunc/_dictum            with ~/.zfunc in fpath
  dictum completions fish > ~/.config/fish/completions/dictum.fish";

/// Arguments of `completions`.
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// The shell that shall complete
    #[arg(value_name = "SHELL")]
    pub(super) shell: Shell,
}

pub(super) fn run(args: &Args, mut definition: Command, messages: &Messages) -> Exit {
    let mut script = Vec::new();
    generate(args.shell, &mut definition, "dictum", &mut script);
    let result = print(&script).map(|()| Vec::<()>::new());
    messages.end(&Ending::new("completions", Sources::default(), Diagnostics::default(), result))
}
