//! `dictum watch`: what a save does to the records, at once.
//!
//! In: the files of a workspace while they are edited, and single keys on a terminal. Out, on standard output: diagnostics as soon
//! as there are any, else the sample records that moved, then the shares of the labels over the first 1,000 records. On a
//! terminal these are pages for the eye, elsewhere one line an event, and with `--message-format json` one object an event (see
//! [`event`]). What must hold: only what a change touches is compiled; the last good result is kept through every mistake; nothing
//! is written but the remembered pilot that `check` writes, too.

mod event;
mod page;
mod screen;
mod turn;

use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;

use super::Exit;
use super::interrupt;
use super::keys::{self, KEYS, Key, Keyboard};
use super::messages::{Ending, Messages};
use super::progress::Stopwatch;
use crate::build::Failure;
use crate::diag::Diagnostics;
use crate::ordered::Pool;
use crate::pipeline::load::Workspace;
use crate::source::Sources;
use crate::watch::{Notices, Settle};
use screen::Screen;
use turn::Watch;

/// So long nothing may happen before a change is taken for complete: editors save in several steps.
const QUIET: Duration = Duration::from_millis(15);
/// So long after its first event a change is taken as it is, even if more follow.
const MOST: Duration = Duration::from_millis(100);
/// How often the disk is looked at where the system tells of nothing.
const POLL: Duration = Duration::from_millis(100);
/// How often it is looked at all the same where the system tells of changes: some disks have none to tell.
const LOOK: Duration = Duration::from_secs(1);

/// Sample records of one dataset.
const SAMPLES: u64 = 5;
/// Sample records of each of several datasets.
const SAMPLES_OF_MANY: u64 = 1;

const EXAMPLES: &str = "\
Keys on a terminal: r compiles everything again, n shows the next records, q ends. Ctrl-C ends with exit code 130.
Without a terminal each event is a line. With `--message-format json` it is an object; its `event` is `watching`,
`compiled`, `changed` (sample records that moved, with each field before and after), `verified` (the first 1,000
records against the last good ones: how many changed, in which fields, and how the shares of labels moved),
`failed` (with `diagnostics`, and the `phase`: datasets, check, records or pilot), `warned`, `gone` or `polling`;
`milliseconds` count from the first notice of the change.
Expectations speak of a whole dataset, so `dictum build` judges them.

Examples:
  dictum watch                                  every dataset
  dictum watch reviews -n 10                    ten sample records of one
  dictum watch reviews --message-format json    events for a program
  dictum watch --poll                           where the disk tells of no changes";

/// Arguments of `watch`.
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// Datasets to watch; they need not exist yet [default: all]
    #[arg(value_name = "DATASET")]
    datasets: Vec<String>,
    /// Sample records that are compared at once [default: 5 of one dataset, 1 of each of several]
    #[arg(short = 'n', long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=1000))]
    count: Option<u64>,
    /// Look at the files ten times a second instead of waiting to be told of changes
    #[arg(long)]
    poll: bool,
}

/// What wakes a watch.
enum Signal {
    /// Something happened on the disk, at this time.
    Disk(Duration),
    /// A key was pressed.
    Key(Key),
}

pub(super) fn run(workspace: &Workspace<'_>, args: &Args, messages: &Messages) -> Exit {
    let result = watch(workspace, args, messages).map(|()| Vec::<()>::new());
    // That is how a person ends it; nothing was broken off.
    if matches!(result, Err(Failure::Interrupted)) && !messages.is_json() {
        return Exit::Interrupted;
    }
    messages.end(&Ending::new("watch", Sources::default(), Diagnostics::default(), result))
}

fn watch(workspace: &Workspace<'_>, args: &Args, messages: &Messages) -> Result<(), Failure> {
    let stop = interrupt::listen_and(keys::restore)?;
    let clock = Stopwatch::start();
    let (sender, signals) = mpsc::channel();
    let waker = sender.clone();
    let notices = Notices::open(!args.poll, move || {
        // The watch is over where nobody listens.
        let _ = waker.send(Signal::Disk(clock.elapsed()));
    });
    let pool = Pool::new(0).map_err(|cause| Failure::Other { doing: "start threads", cause })?;
    let screen = Screen::new(messages);
    let mut watch = Watch::new(workspace, args, notices, pool, &screen, &stop, clock);
    watch.turn(Duration::ZERO);
    watch.begin();
    let _keyboard = screen.is_for_eyes().then(|| {
        let keyboard = Keyboard::open(move |key| sender.send(Signal::Key(key)).is_ok());
        if keyboard.is_some() {
            screen.say(KEYS);
        }
        keyboard
    });
    let mut settle = Settle::new(QUIET, MOST);
    let mut looked = clock.elapsed();
    loop {
        if watch.is_stopped() {
            return Err(Failure::Interrupted);
        }
        if screen.is_closed() {
            return Ok(());
        }
        let now = clock.elapsed();
        let wait = if watch.is_behind() && settle.is_idle() { Duration::ZERO } else { POLL };
        let wait = settle.due().map_or(wait, |due| due.saturating_sub(now).min(wait));
        let first = match signals.recv_timeout(wait) {
            Ok(signal) => Some(signal),
            Err(RecvTimeoutError::Timeout) => None,
            // The notices hold a sender, so this is the end of the process.
            Err(RecvTimeoutError::Disconnected) => return Ok(()),
        };
        for signal in first.into_iter().chain(signals.try_iter()) {
            match signal {
                Signal::Disk(at) => settle.event(at),
                Signal::Key(Key::Quit) => return Ok(()),
                Signal::Key(Key::Help) => screen.say(KEYS),
                Signal::Key(Key::Next) => watch.next(),
                Signal::Key(Key::Again) => {
                    watch.forget();
                    settle.event(clock.elapsed());
                }
            }
        }
        let now = clock.elapsed();
        if now.saturating_sub(looked) >= watch.pause() {
            looked = now;
            if settle.is_idle() && watch.is_stale() {
                settle.event(now);
            }
        }
        if let Some(first) = settle.take(now) {
            watch.turn(first);
            // What changed while it was being read, or before its folder was watched, is told by no one.
            if watch.is_stale() {
                settle.event(clock.elapsed());
            }
        } else if settle.is_idle() && watch.is_behind() {
            watch.catch_up();
        }
    }
}
