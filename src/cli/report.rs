//! What a build tells while it runs.

use super::progress::{Progress, Run, count, plural};
use crate::build::{Built, Reporter};

/// A bar or lines on standard error, and notes kept for the end: a note must not fall into a bar.
pub(super) struct Report {
    progress: Progress,
    run: Option<Run>,
    notes: Vec<String>,
}

impl Report {
    pub(super) fn new(progress: Progress) -> Self {
        Self { progress, run: None, notes: Vec::new() }
    }

    /// Removes a bar that a failure left, and gives the notes.
    pub(super) fn into_notes(self) -> Vec<String> {
        self.notes
    }
}

impl Reporter for Report {
    fn start(&mut self, dataset: &str, records: u64) {
        self.run = Some(self.progress.start(dataset, records));
    }

    fn advance(&mut self, records: u64) {
        if let Some(run) = &self.run {
            run.advance(records);
        }
    }

    fn finish(&mut self, built: &Built) {
        if let Some(run) = self.run.take() {
            run.finish(&made(built));
        }
    }

    fn note(&mut self, text: &str) {
        self.notes.push(text.to_owned());
    }
}

/// `1,000 records, 2.3 attempts a record, 4 files`, of a view `250 of 1,000 records`; a stream is no file.
fn made(built: &Built) -> String {
    let made = built.records + built.left_out;
    let mut records = plural(made, "record");
    if built.left_out > 0 {
        records = format!("{} of {records}", count(built.records));
    }
    if let Some(attempts) = built.attempts.filter(|_| made > 0) {
        records = format!("{records}, {} attempts a record", tenths(attempts, made));
    }
    match built.files.iter().filter(|(path, _)| path != "-").count() {
        0 => records,
        files => format!("{records}, {}", plural(files as u64, "file")),
    }
}

/// A quotient with one decimal.
fn tenths(whole: u64, parts: u64) -> String {
    let tenths = (u128::from(whole) * 10 + u128::from(parts) / 2) / u128::from(parts.max(1));
    format!("{}.{}", tenths / 10, tenths % 10)
}
