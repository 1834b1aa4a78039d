//! Where events are told: standard output.
//!
//! In: events. Out: an object each in JSON, a line each elsewhere, and on a terminal the page that belongs to it below the line. What
//! must hold: an event is written at once and as a whole, and a reader that went away ends the watch, which is no failure.

use std::io::{self, Write as _};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::event::{Compared, Event, Told};
use super::page;
use crate::cli::messages::Messages;
use crate::cli::progress::{count, elapsed, plural};
use crate::cli::terminal::Stream;
use crate::diag::render::MessageFormat;
use crate::watch::{Change, Made};

/// Where events are told.
pub(super) struct Screen {
    form: MessageFormat,
    quiet: bool,
    color: bool,
    closed: AtomicBool,
}

impl Screen {
    pub(super) fn new(messages: &Messages) -> Self {
        let (form, color) = (messages.form_among_data(), messages.colors_data());
        Self { form, quiet: messages.is_quiet(), color, closed: AtomicBool::new(false) }
    }

    /// Whether a person looks at it.
    pub(super) fn is_for_eyes(&self) -> bool {
        matches!(self.form, MessageFormat::Human { .. })
    }

    /// Whether nobody reads any more.
    pub(super) fn is_closed(&self) -> bool {
        self.closed.load(Ordering::Relaxed)
    }

    /// Tells an event.
    pub(super) fn tell(&self, event: &Event<'_>) {
        if self.form == MessageFormat::Json {
            return self.print(&serde_json::to_string(event).unwrap_or_default());
        }
        if let Some(told) = event.diagnostics() {
            self.write(&told.rendered(self.form));
        }
        let loud = matches!(event, Event::Failed { .. } | Event::Changed { .. });
        if self.quiet && !loud {
            return;
        }
        let mut text = event.line(self.is_for_eyes());
        if let MessageFormat::Human { width, .. } = self.form {
            text = event.page(&text, width, self.color);
        }
        self.print(&text);
    }

    /// Tells a person something.
    pub(super) fn say(&self, line: &str) {
        if self.is_for_eyes() && !self.quiet {
            self.print(line);
        }
    }

    /// Shows whole records.
    pub(super) fn show_records(&self, dataset: &str, records: &[Made]) {
        for made in records {
            self.print(&page::record(dataset, made, self.color));
        }
    }

    /// Shows records that changed.
    pub(super) fn show_changes(&self, dataset: &str, changes: &[Change]) {
        for change in changes {
            self.print(&page::change(dataset, change, Stream::Stdout.width(), self.color));
        }
    }

    fn print(&self, text: &str) {
        self.write(&format!("{text}\n"));
    }

    fn write(&self, text: &str) {
        let mut out = io::stdout().lock();
        if out.write_all(text.as_bytes()).and_then(|()| out.flush()).is_err() {
            self.closed.store(true, Ordering::Relaxed);
        }
    }
}

impl Event<'_> {
    fn diagnostics(&self) -> Option<&Told> {
        match self {
            Self::Compiled { diagnostics, .. } | Self::Warned { diagnostics, .. } | Self::Failed { diagnostics, .. } => {
                Some(diagnostics)
            }
            Self::Watching { .. } | Self::Polling { .. } | Self::Gone { .. } | Self::Changed { .. } | Self::Verified { .. } => {
                None
            }
        }
    }

    /// The event in a line; for a person what belongs on the page below it is left out.
    fn line(&self, for_eyes: bool) -> String {
        match self {
            Self::Watching { datasets, paths, notified } => {
                let names = if datasets.is_empty() { "no dataset yet".to_owned() } else { datasets.join(", ") };
                let how = if *notified { "" } else { ", looked at ten times a second" };
                format!("watching {names}: {}{how}", plural(*paths as u64, "path"))
            }
            Self::Polling { why } => {
                format!("the system tells of no changes ({why}): the files are looked at ten times a second")
            }
            Self::Gone { dataset } => format!("{dataset}: no file declares it any more"),
            Self::Compiled { dataset, because, milliseconds, .. } => {
                format!("{dataset}: compiled in {}{}", time(*milliseconds), after(because))
            }
            Self::Changed { dataset, sampled, fields, records, milliseconds } => {
                let of = format!("{} of {} changed", records.len(), plural(*sampled, "sample record"));
                format!("{dataset}: {of}{} ({})", page::fields(fields), time(*milliseconds))
            }
            Self::Verified { dataset, records, comparison, milliseconds } => {
                let time = time(*milliseconds);
                let records = plural(*records, "record");
                match comparison {
                    None => format!("{dataset}: {records} verified ({time})"),
                    Some(Compared(same)) if same.changed.is_empty() => format!("{dataset}: none of {records} changed ({time})"),
                    Some(Compared(comparison)) => {
                        let changed = count(comparison.changed.len() as u64);
                        let fields = page::fields(&comparison.fields);
                        let shares = page::shares(&comparison.shares);
                        let shares =
                            if for_eyes || shares.is_empty() { String::new() } else { format!("; {}", shares.join("; ")) };
                        format!("{dataset}: {changed} of {records} changed{fields}{shares} ({time})")
                    }
                }
            }
            Self::Warned { dataset, diagnostics, .. } => {
                format!("{dataset}: {}", diagnostics.counted())
            }
            Self::Failed { dataset, keeps, diagnostics, milliseconds, .. } => {
                let name = dataset.as_ref().map_or_else(String::new, |dataset| format!("{dataset}: "));
                let keeps = if *keeps { "; the last good result stands" } else { "" };
                let found = diagnostics.counted();
                format!("{name}{found}{keeps} ({})", time(*milliseconds))
            }
        }
    }

    /// The line as a headline, and what belongs below it.
    fn page(&self, line: &str, width: usize, color: bool) -> String {
        let mut lines = vec![page::headline(line, matches!(self, Self::Failed { .. }), color)];
        match self {
            Self::Changed { dataset, records, .. } => {
                lines.extend(records.iter().map(|change| page::change(dataset, change, width, color)));
            }
            Self::Verified { comparison: Some(Compared(comparison)), .. } => {
                lines.extend(page::shares(&comparison.shares).iter().map(|line| format!("  {line}")));
            }
            _ => {}
        }
        lines.join("\n")
    }
}

/// `, after a change of a.yaml and 2 more`.
fn after(because: &[String]) -> String {
    match because {
        [] => String::new(),
        [one] => format!(" after a change of {one}"),
        [one, rest @ ..] => format!(" after a change of {one} and {} more", rest.len()),
    }
}

fn time(milliseconds: f64) -> String {
    elapsed(Duration::from_secs_f64(milliseconds / 1000.0))
}
