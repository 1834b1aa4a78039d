//! What is known of the terminal: whether there is one, how wide it is, whether colours are wanted.
//!
//! Nothing here reaches a dataset; it decides how a page looks.

use std::io::{self, IsTerminal as _, Write as _};

use crate::build::Failure;

/// What ends a colour.
pub(super) const PLAIN: &str = "\x1b[0m";

/// Columns where there is no terminal to ask.
pub(super) const WIDTH: usize = 100;

/// A standard stream that is written to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stream {
    /// Standard output: data.
    Stdout,
    /// Standard error: messages.
    Stderr,
}

/// When to use colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Color {
    /// On a terminal, unless the environment refuses them.
    Auto,
    /// Also in files and pipes.
    Always,
    /// Nowhere.
    Never,
}

impl Stream {
    /// Whether a person looks at it directly.
    pub(super) fn is_terminal(self) -> bool {
        match self {
            Self::Stdout => io::stdout().is_terminal(),
            Self::Stderr => io::stderr().is_terminal(),
        }
    }

    /// Columns of its terminal; a fixed number where there is none, so that files and pipes are alike everywhere.
    pub(super) fn width(self) -> usize {
        let size = match self {
            Self::Stdout => terminal_size::terminal_size_of(io::stdout()),
            Self::Stderr => terminal_size::terminal_size_of(io::stderr()),
        };
        size.map_or(WIDTH, |(width, _)| usize::from(width.0))
    }

    /// Whether to write ANSI colour codes to it.
    pub(super) fn is_colored(self, choice: Color) -> bool {
        match choice {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => self.is_terminal() && !refuses_color(),
        }
    }
}

/// Writes data to standard output at once. A reader that went away has enough.
///
/// # Errors
/// Whatever else standard output fails with.
pub(super) fn print(data: &[u8]) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    match out.write_all(data).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Failure::Other { doing: "write to standard output", cause: error.to_string() })
        }
        _ => Ok(()),
    }
}

/// The two conventions by which people ask every program for plain text: <https://no-color.org> and `TERM=dumb`.
fn refuses_color() -> bool {
    let set = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    set || std::env::var_os("TERM").is_some_and(|value| value == "dumb")
}
