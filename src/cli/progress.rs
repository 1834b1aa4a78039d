//! Progress of a build on standard error.
//!
//! In: the number of records to make, and how many more are done, told from any thread. Out: one line a dataset when it is
//! done and, on a terminal, a bar with count, rate and time left until then. What must hold: nothing here reaches a dataset,
//! and a standard error that cannot be written to stops no build. This file is the only door to `indicatif` and the only one
//! that reads a clock.

use std::fmt;
use std::io::{self, Write as _};
use std::time::{Duration, Instant};

use indicatif::{HumanDuration, HumanFloatCount, ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

pub use crate::diag::render::{count, plural};

/// The line of a running bar; `{pace}` is [`pace`].
const TEMPLATE: &str = "{prefix} [{wide_bar}] {human_pos}/{human_len} records{pace}";
/// How often a bar is drawn anew.
const TICK: Duration = Duration::from_millis(100);

/// How much to tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// A bar while a dataset is made, and a line when it is done: for a terminal.
    Bar,
    /// Only the line: for files and pipes.
    Lines,
    /// Nothing.
    Silent,
}

impl Progress {
    /// A bar where standard error is a terminal, lines elsewhere, nothing where the caller asked for quiet.
    #[must_use]
    pub fn new(stderr_is_terminal: bool, quiet: bool) -> Self {
        match (quiet, stderr_is_terminal) {
            (true, _) => Self::Silent,
            (false, true) => Self::Bar,
            (false, false) => Self::Lines,
        }
    }

    /// Begins a dataset of `total` records. Dropping the run without [`Run::finish`] removes its bar and prints nothing.
    #[must_use]
    pub fn start(self, label: &str, total: u64) -> Run {
        let target = if self == Self::Bar { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let bar = ProgressBar::with_draw_target(Some(total), target).with_prefix(label.to_owned()).with_style(style());
        if self == Self::Bar {
            bar.enable_steady_tick(TICK);
        }
        Run { progress: self, label: label.to_owned(), bar, began: Stopwatch::start() }
    }
}

/// Tells how long ago it was started.
#[derive(Debug, Clone, Copy)]
pub struct Stopwatch(Instant);

impl Stopwatch {
    /// Starts it.
    #[must_use]
    pub fn start() -> Self {
        #[expect(clippy::disallowed_methods, reason = "the time taken is told to the user and goes nowhere else")]
        let began = Instant::now();
        Self(began)
    }

    /// The time since it was started.
    #[must_use]
    pub fn elapsed(self) -> Duration {
        self.0.elapsed()
    }
}

/// One dataset in the making. Shared by the threads that make it.
#[derive(Debug)]
pub struct Run {
    progress: Progress,
    label: String,
    bar: ProgressBar,
    began: Stopwatch,
}

impl Run {
    /// Counts `records` more as done.
    pub fn advance(&self, records: u64) {
        self.bar.inc(records);
    }

    /// Replaces the bar by one line, such as `reviews: 1,000 records, 4 files in 0.4 s`; `done` is what was made. Gives
    /// the time it took.
    #[must_use]
    pub fn finish(self, done: &str) -> Duration {
        self.bar.finish_and_clear();
        let time = self.began.elapsed();
        if self.progress != Progress::Silent {
            let line = format!("{}: {done} in {}\n", self.label, Elapsed(time));
            // A closed standard error is no reason to fail: the datasets are written.
            let _ = io::stderr().write_all(line.as_bytes());
        }
        time
    }
}

/// How a bar looks. A template that does not parse would be a plain bar; a test holds that it parses.
fn style() -> ProgressStyle {
    let style = ProgressStyle::with_template(TEMPLATE).unwrap_or_else(|_| ProgressStyle::default_bar());
    style.progress_chars("=> ").with_key("pace", pace)
}

/// `, 4,795/s, 12s left`; nothing before the first record, when there is no rate to reckon by.
fn pace(state: &ProgressState, out: &mut dyn fmt::Write) {
    if state.pos() > 0 {
        // Writing into the line of the bar, which is a string, cannot fail.
        let _ = write!(out, ", {:.0}/s, {:#} left", HumanFloatCount(state.per_sec()), HumanDuration(state.eta()));
    }
}

/// A time taken, as a person says it.
#[must_use]
pub fn elapsed(time: Duration) -> String {
    Elapsed(time).to_string()
}

/// A time taken, as a person says it: `38 ms`, `0.4 s`, `2 min 5 s`, `1 h 2 min`.
struct Elapsed(Duration);

impl fmt::Display for Elapsed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let millis = self.0.as_millis();
        let tenths = (millis + 50) / 100;
        let seconds = (millis + 500) / 1000;
        let minutes = (seconds + 30) / 60;
        match millis {
            0..100 => write!(f, "{millis} ms"),
            100..59_950 => write!(f, "{}.{} s", tenths / 10, tenths % 10),
            59_950..3_599_500 => write!(f, "{} min {} s", seconds / 60, seconds % 60),
            _ => write!(f, "{} h {} min", minutes / 60, minutes % 60),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_rounded_to_what_a_person_reads() {
        let cases = [
            (0, "0 ms"),
            (99, "99 ms"),
            (100, "0.1 s"),
            (449, "0.4 s"),
            (59_949, "59.9 s"),
            (59_950, "1 min 0 s"),
            (125_400, "2 min 5 s"),
            (3_599_499, "59 min 59 s"),
            (3_599_500, "1 h 0 min"),
            (3_750_000, "1 h 3 min"),
        ];
        for (millis, text) in cases {
            assert_eq!(Elapsed(Duration::from_millis(millis)).to_string(), text);
        }
    }

    #[test]
    fn a_bar_is_for_terminals_and_quiet_is_silent() {
        assert_eq!(Progress::new(true, false), Progress::Bar);
        assert_eq!(Progress::new(false, false), Progress::Lines);
        assert_eq!(Progress::new(true, true), Progress::Silent);
        assert!(ProgressStyle::with_template(TEMPLATE).is_ok());
    }

    #[test]
    fn threads_share_a_run() {
        let run = Progress::Silent.start("reviews", 400);
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| (0..10).for_each(|_| run.advance(10)));
            }
        });
        assert_eq!(run.bar.position(), 400);
        let _ = run.finish("400 records");
    }
}
