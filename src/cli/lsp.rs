//! `dictum lsp`: the language server, for editors.
//!
//! In: messages of the Language Server Protocol on standard input. Out: its messages on standard output, and nothing else there.
//! The workspace is that of each open file, so none is asked for.

use super::Exit;
use super::messages::{Ending, Messages};
use crate::build::Failure;
use crate::lsp::{self, Leave};

pub(super) const EXAMPLES: &str = "\
An editor starts it and speaks the Language Server Protocol with it: diagnostics while you type,
names and their values, definitions, completion in expressions. docs/editors.md has the settings
of VS Code, Neovim and Helix.

Ends with 0 where the editor has asked it to shut down, with 1 where it has not.

Examples:
  dictum lsp                                    what an editor runs";

pub(super) fn run(messages: &Messages) -> Exit {
    match lsp::serve() {
        Ok(Leave::InOrder) => Exit::Done,
        Ok(Leave::Abrupt) => Exit::Mistakes,
        Err(cause) => messages.end(&Ending::failed("lsp", Failure::Other { doing: "read what the editor says", cause })),
    }
}
