//! `dictum completions`: a script that completes commands and options in a shell.
//!
//! In: the name of a shell. Out: its script on standard output, made from the same definition that parses arguments. No workspace
//! is needed.

use clap::CommandFactory as _;
use clap_complete::generate;

use super::Exit;
use super::args::{Cli, Completions as Args};
use super::messages::{Ending, Messages};
use super::terminal::print;
use crate::diag::Diagnostics;
use crate::source::Sources;

pub(super) fn run(args: &Args, messages: &Messages) -> Exit {
    let mut script = Vec::new();
    generate(args.shell, &mut Cli::command(), "dictum", &mut script);
    let result = print(&script).map(|()| Vec::<()>::new());
    messages.end(&Ending::new("completions", Sources::default(), Diagnostics::default(), result))
}
