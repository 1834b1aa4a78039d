//! The command line: what a person or a CI job types, and what they are told.
//!
//! In: arguments and signals. Out: records on standard output where they were asked for, everything else on standard error
//! (JSON messages: see [`messages`]), and an exit code of [`Exit`]. Each command is one file: its arguments, how they become one
//! call of the library, and its outcome an [`messages::Ending`]. What must hold: nothing here reaches a dataset but what an
//! option says, and a reader that goes away (`| head`) is no failure. This folder is the only door to `clap` with its generators,
//! `ctrlc` and `terminal_size`; [`keys`] is the door to the modes of a terminal.

pub mod progress;
pub mod exit;
mod terminal;
mod interrupt;
mod keys;
mod messages;
mod args;
mod pretty;
mod tree;
mod meanings;
mod table;
mod report;
mod attempts;
mod build;
mod check;
mod preview;
mod explain;
mod list;
mod init;
mod new;
mod policy;
mod schema;
mod validate;
mod watch;
mod lsp;
mod completions;
mod man;
mod command;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{CommandFactory as _, Parser as _};

use crate::build::Failure;
use crate::pipeline::load::Workspace;
use crate::world::{SystemWorld, World};
use command::{Cli, Command};
use messages::{Ending, Messages};

pub use exit::Exit;

/// Runs the command that the process was started with.
#[must_use]
pub fn main() -> ExitCode {
    match Cli::try_parse() {
        Ok(cli) => run(cli).into(),
        Err(told) => {
            // Help and mistakes alike; nobody is left to tell where printing fails.
            let _ = told.print();
            u8::try_from(told.exit_code()).map_or(Exit::Refused.into(), ExitCode::from)
        }
    }
}

fn run(cli: Cli) -> Exit {
    let Cli { command, everywhere } = cli;
    let messages = Messages::new(&everywhere, command.takes_stdout());
    let name = command.name();
    let within = |run: &mut dyn FnMut(&Workspace<'_>, &Path) -> Exit| {
        let world = SystemWorld::default();
        match place(&world, everywhere.workspace.as_deref()) {
            Ok((current, root)) => run(&Workspace { world: &world, root }, &current),
            Err(failure) => messages.end(&Ending::failed(name, failure)),
        }
    };
    match command {
        Command::Build(args) => within(&mut |workspace, current| build::run(workspace, current, &args, &messages)),
        Command::Check(args) => within(&mut |workspace, _| check::run(workspace, &args, &messages)),
        Command::Preview(args) => within(&mut |workspace, _| preview::run(workspace, &args, &messages)),
        Command::Explain(args) => {
            let world = SystemWorld::default();
            let root = || place(&world, everywhere.workspace.as_deref()).map(|(_, root)| root);
            explain::run(&world, &root, &args, &messages)
        }
        Command::Policy(args) => within(&mut |workspace, current| policy::run(workspace, current, &args, &messages)),
        Command::Validate(args) => {
            let world = SystemWorld::default();
            match place_if_any(&world, everywhere.workspace.as_deref()) {
                Ok((current, root)) => validate::run(&world, &current, root, &args, &messages),
                Err(failure) => messages.end(&Ending::failed(name, failure)),
            }
        }
        Command::Init(args) => init::run(&SystemWorld::default(), everywhere.workspace.as_deref(), &args, &messages),
        Command::New(args) => within(&mut |workspace, _| new::run(workspace, &args, &messages)),
        Command::Schema(args) => within(&mut |workspace, _| schema::run(workspace, &args, &messages)),
        Command::Watch(args) => within(&mut |workspace, _| watch::run(workspace, &args, &messages)),
        Command::List(args) => within(&mut |workspace, _| list::run(workspace, &args, &messages)),
        Command::Lsp => lsp::run(&messages),
        Command::Completions(args) => completions::run(&args, Cli::command(), &messages),
        Command::Man => man::run(Cli::command(), &messages),
    }
}

/// The current folder and, where it lies in one or one is named, the root of the workspace.
fn place_if_any(world: &dyn World, named: Option<&Path>) -> Result<(PathBuf, Option<PathBuf>), Failure> {
    let current = world.current_folder()?;
    if named.is_none() && world.workspace(&current).is_none() {
        return Ok((current, None));
    }
    place(world, named).map(|(current, root)| (current, Some(root)))
}

/// The current folder and the root of the workspace, both absolute.
fn place(world: &dyn World, named: Option<&Path>) -> Result<(PathBuf, PathBuf), Failure> {
    let current = world.current_folder()?;
    let root = match named {
        Some(folder) => Some(current.join(folder)).filter(|root| world.is_dir(&root.join("scenarios"))),
        None => world.workspace(&current),
    };
    let missing = || {
        if let Some(folder) = named {
            return format!("`{}` is no workspace: it holds no folder `scenarios`", folder.display());
        }
        let current = current.display();
        format!(
            "no workspace: neither `{current}` nor a folder above it holds a folder `scenarios`; name one with `--workspace DIR`"
        )
    };
    let root = root.ok_or_else(|| Failure::Usage(missing()))?;
    Ok((current, root))
}
