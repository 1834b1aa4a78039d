//! Messages: diagnostics, notes, failures, and how a command ends.
//!
//! In: an [`Ending`]. Out: text for people on standard error, or JSON lines for programs, and the exit code. JSON lines are
//! diagnostics as `diag::render` writes them and, last, one line `{"summary": {…}}` whose keys are those of [`Summary`]. They go
//! to standard output where the command has no data for it, else to standard error, and in either case no other text goes
//! there. GitHub's workflow commands go where JSON goes, the words for people to standard error. What must hold: a message that cannot be written changes nothing about the exit code.

use std::error::Error;
use std::io::{self, Write};

use serde::Serialize;

use super::Exit;
use super::args::{Everywhere, Form};
use super::progress::Progress;
use super::terminal::{PLAIN, Stream};
use crate::build::Failure;
use crate::diag::render::{MessageFormat, github_failure, render, summary};
use crate::diag::{Diagnostics, Severity};
use crate::source::Sources;

const ERROR: &str = "\x1b[1;31m";
const NOTE: &str = "\x1b[1;32m";

/// How a command ended, whatever the command.
pub(super) struct Ending<T> {
    /// The command's name.
    pub(super) command: &'static str,
    /// The texts that the diagnostics point into.
    pub(super) sources: Sources,
    /// What was found wrong.
    pub(super) diagnostics: Diagnostics,
    /// What it gave, a JSON object each, or why it gave nothing.
    pub(super) result: Result<Vec<T>, Failure>,
    /// The seed, where one was used.
    pub(super) seed: Option<u64>,
    /// Things worth knowing, a line each.
    pub(super) notes: Vec<String>,
    /// What to tell a person of the result, a line each; programs read the result itself.
    pub(super) lines: Vec<String>,
    /// What the command counted in all, a JSON object.
    pub(super) total: Option<serde_json::Value>,
    /// Whether a build that fails by mistakes, drift or interruption leaves the output as it was.
    pub(super) all_or_nothing: bool,
}

impl<T> Ending<T> {
    /// An ending with diagnostics and a result, and nothing else to tell.
    pub(super) fn new(
        command: &'static str,
        sources: Sources,
        diagnostics: Diagnostics,
        result: Result<Vec<T>, Failure>,
    ) -> Self {
        Self {
            command,
            diagnostics: diagnostics.sorted(&sources),
            sources,
            result,
            seed: None,
            notes: Vec::new(),
            lines: Vec::new(),
            total: None,
            all_or_nothing: false,
        }
    }
}

impl Ending<()> {
    /// A command that could not begin.
    pub(super) fn failed(command: &'static str, failure: Failure) -> Self {
        Self::new(command, Sources::default(), Diagnostics::default(), Err(failure))
    }
}

/// The last JSON line of a command. Keys are never renamed; what does not apply is null or empty.
#[derive(Serialize)]
struct Summary<'a, T> {
    command: &'a str,
    exit: u8,
    /// Why it failed, with its causes.
    failure: Option<String>,
    /// The differences that `--locked` found.
    drift: Vec<String>,
    errors: usize,
    warnings: usize,
    notes: &'a [String],
    seed: Option<u64>,
    /// What the command gave: a dataset each.
    datasets: &'a [T],
    /// What it counted in all, where it does: `validate`.
    #[serde(skip_serializing_if = "Option::is_none")]
    total: Option<&'a serde_json::Value>,
}

/// Where messages go and in which form.
pub(super) struct Messages {
    form: MessageFormat,
    /// Where diagnostics go; words for people always go to standard error.
    to: Stream,
    color: bool,
    quiet: bool,
    everywhere: Everywhere,
}

impl Messages {
    /// Messages as the options ask for them; `stdout_taken` when the command writes data there.
    pub(super) fn new(everywhere: &Everywhere, stdout_taken: bool) -> Self {
        let color = Stream::Stderr.is_colored(everywhere.color);
        let form = match everywhere.message_format {
            Form::Human => MessageFormat::Human { color, width: Stream::Stderr.width() },
            Form::Short => MessageFormat::Short,
            Form::Json => MessageFormat::Json,
            Form::Github => MessageFormat::Github,
        };
        let for_programs = matches!(form, MessageFormat::Json | MessageFormat::Github);
        let to = if for_programs && !stdout_taken { Stream::Stdout } else { Stream::Stderr };
        Self { form, to, color, quiet: everywhere.quiet, everywhere: everywhere.clone() }
    }

    /// Whether programs read the messages.
    pub(super) fn is_json(&self) -> bool {
        self.form == MessageFormat::Json
    }

    /// The form of diagnostics among data on standard output: where no person looks at it directly, lines rather than pages.
    pub(super) fn form_among_data(&self) -> MessageFormat {
        match self.form {
            MessageFormat::Human { .. } if Stream::Stdout.is_terminal() => {
                MessageFormat::Human { color: self.colors_data(), width: Stream::Stdout.width() }
            }
            MessageFormat::Human { .. } => MessageFormat::Short,
            other => other,
        }
    }

    /// Whether only data, errors and warnings are wanted.
    pub(super) fn is_quiet(&self) -> bool {
        self.quiet
    }

    /// Whether to colour data on standard output.
    pub(super) fn colors_data(&self) -> bool {
        Stream::Stdout.is_colored(self.everywhere.color)
    }

    /// How much to tell of a build that runs.
    pub(super) fn progress(&self) -> Progress {
        Progress::new(Stream::Stderr.is_terminal(), self.quiet || self.is_json())
    }

    /// A line for a person, at once.
    pub(super) fn say(&self, line: &str) {
        if !self.quiet && !self.is_json() {
            write(Stream::Stderr, |out| writeln!(out, "{line}"));
        }
    }

    /// A line for a person who asked for it, so also where quiet is wanted.
    pub(super) fn answer(&self, line: &str) {
        if !self.is_json() {
            write(Stream::Stderr, |out| writeln!(out, "{line}"));
        }
    }

    /// Tells everything about how a command ended.
    pub(super) fn end<T: Serialize>(&self, ending: &Ending<T>) -> Exit {
        let exit = match &ending.result {
            Err(failure) => Exit::from(failure),
            Ok(_) if ending.diagnostics.has_errors() => Exit::Mistakes,
            Ok(_) => Exit::Done,
        };
        write(self.to, |out| render(&ending.diagnostics, &ending.sources, self.form, out));
        if self.is_json() {
            write(self.to, |out| summarize(ending, exit, out));
            return exit;
        }
        for note in &ending.notes {
            self.say(&format!("{} {note}", self.tint("note:", NOTE)));
        }
        for line in &ending.lines {
            self.say(line);
        }
        self.close(ending, exit);
        exit
    }

    /// The last words: why it failed, or how many warnings there are.
    fn close<T>(&self, ending: &Ending<T>, exit: Exit) {
        let counts = summary(&ending.diagnostics);
        let last = match (&ending.result, counts) {
            (Ok(_), None) => return,
            (Ok(_), Some(counts)) if exit == Exit::Done => return self.say(&counts),
            (Ok(_) | Err(Failure::Mistakes), Some(counts)) => counts,
            (Err(failure), _) if self.form == MessageFormat::Github => {
                let lines: Vec<String> = std::iter::once(chain(failure)).chain(drift(&ending.result)).collect();
                let title = format!("dictum {}", ending.command);
                return write(self.to, |out| github_failure(&title, &lines.join("\n"), out));
            }
            (Err(failure), _) => format!("{} {}", self.tint("error:", ERROR), chain(failure)),
        };
        let spared = ending.all_or_nothing && matches!(exit, Exit::Mistakes | Exit::Drift | Exit::Interrupted);
        let rest = if spared { "; nothing was written" } else { "" };
        write(Stream::Stderr, |out| {
            writeln!(out, "{last}{rest}")?;
            drift(&ending.result).iter().try_for_each(|line| writeln!(out, "  {line}"))?;
            self.more(&ending.diagnostics).map_or(Ok(()), |line| writeln!(out, "{line}"))
        });
    }

    /// Where to read on about the first error.
    fn more(&self, diagnostics: &Diagnostics) -> Option<String> {
        let first = diagnostics.iter().find(|one| one.severity == Severity::Error)?;
        let human = matches!(self.form, MessageFormat::Human { .. });
        human.then(|| format!("for more on a code: `dictum explain {}`", first.code))
    }

    fn tint(&self, word: &str, color: &str) -> String {
        if self.color { format!("{color}{word}{PLAIN}") } else { word.to_owned() }
    }
}

/// Writes to a stream. Where nobody listens there is nobody to tell.
fn write(to: Stream, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) {
    let mut page = Vec::new();
    let _ = write(&mut page).and_then(|()| match to {
        Stream::Stdout => io::stdout().write_all(&page),
        Stream::Stderr => io::stderr().write_all(&page),
    });
}

fn summarize<T: Serialize>(ending: &Ending<T>, exit: Exit, out: &mut dyn Write) -> io::Result<()> {
    let (errors, warnings) = ending.diagnostics.counts();
    let summary = Summary {
        command: ending.command,
        exit: exit.code(),
        failure: ending.result.as_ref().err().map(|failure| chain(failure)),
        drift: drift(&ending.result),
        errors,
        warnings,
        notes: &ending.notes,
        seed: ending.seed,
        datasets: ending.result.as_deref().unwrap_or_default(),
        total: ending.total.as_ref(),
    };
    serde_json::to_writer(&mut *out, &std::collections::BTreeMap::from([("summary", summary)]))?;
    writeln!(out)
}

fn drift<T>(result: &Result<T, Failure>) -> Vec<String> {
    match result {
        Err(Failure::Drift(found)) => found.iter().map(ToString::to_string).collect(),
        _ => Vec::new(),
    }
}

/// An error with its causes in one line, each said once: many errors quote their cause themselves.
fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let said = error.to_string();
        let bare = said.split(" (os error").next().unwrap_or(&said);
        if !text.to_lowercase().contains(&bare.to_lowercase()) {
            text = format!("{text}: {bare}");
        }
        cause = error.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pipeline::emit::EmitError;

    #[test]
    fn a_chain_says_every_cause_once() {
        let full = || io::Error::from_raw_os_error(28);
        let sink = Failure::Emit(EmitError::Sink { format: "csv", source: full() });
        assert_eq!(chain(&sink), "writing csv failed: No space left on device");
        let quoted = io::Error::new(full().kind(), Failure::Other { doing: "write", cause: "no space left".into() });
        let nested = Failure::Emit(EmitError::Sink { format: "csv", source: quoted });
        assert_eq!(chain(&nested), "writing csv failed: failed to write: no space left");
    }
}
