//! What a build tells while it runs, and the report at its end.

use std::time::Duration;

use super::progress::{Progress, Run, count, elapsed, plural};
use super::table::{Column, table};
use crate::build::{Built, Reporter};

const COLUMNS: [Column; 7] = [
    ("DATASET", false),
    ("RECORDS", true),
    ("ATTEMPTS", true),
    ("FILES", true),
    ("BYTES", true),
    ("TIME", true),
    ("COMPLIANT", true),
];

/// A bar or lines on standard error, and notes kept for the end: a note must not fall into a bar.
pub(super) struct Report {
    progress: Progress,
    run: Option<Run>,
    notes: Vec<String>,
    made: Vec<Made>,
}

/// What became of one dataset.
struct Made {
    dataset: String,
    records: u64,
    /// Records that a view leaves out.
    left_out: u64,
    attempts: Option<u64>,
    files: u64,
    bytes: u64,
    time: Duration,
}

impl Report {
    pub(super) fn new(progress: Progress) -> Self {
        Self { progress, run: None, notes: Vec::new(), made: Vec::new() }
    }

    /// What was made, as a table with a line for all together. Every record was verified before it was written, so a build that
    /// ends well complies as a whole.
    pub(super) fn table(&self) -> String {
        let sum = |of: fn(&Made) -> u64| self.made.iter().map(of).sum();
        let all = Made {
            dataset: "all".to_owned(),
            records: sum(|one| one.records),
            left_out: sum(|one| one.left_out),
            attempts: None,
            files: sum(|one| one.files),
            bytes: sum(|one| one.bytes),
            time: self.made.iter().map(|one| one.time).sum(),
        };
        let rows: Vec<[String; 7]> = self.made.iter().chain([&all]).map(cells).collect();
        table(&COLUMNS, &rows, false)
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
            let time = run.finish(&made(built));
            let files = built.files.iter().filter(|(path, _)| path != "-").count() as u64;
            let bytes = built.files.iter().map(|(_, bytes)| bytes).sum();
            self.made.push(Made {
                dataset: built.dataset.clone(),
                records: built.records,
                left_out: built.left_out,
                attempts: built.attempts,
                files,
                bytes,
                time,
            });
        }
    }

    fn note(&mut self, text: &str) {
        self.notes.push(text.to_owned());
    }
}

fn cells(made: &Made) -> [String; 7] {
    [
        made.dataset.clone(),
        count(made.records),
        made.attempts.map_or_else(|| "-".to_owned(), |attempts| tenths(attempts, made.records + made.left_out)),
        count(made.files),
        count(made.bytes),
        elapsed(made.time),
        "100 %".to_owned(),
    ]
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
