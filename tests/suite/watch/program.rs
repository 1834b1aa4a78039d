//! A running watch on pipes: its events as they come.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use crate::workspace::Workspace;

/// Longer than anything takes.
const LIMIT: Duration = Duration::from_mins(1);

/// A watch, ended when it is dropped.
pub(super) struct Watch {
    child: Child,
    lines: Receiver<String>,
    /// Tells the reader to let go of the pipe.
    leave: Arc<AtomicBool>,
    /// Every event so far.
    events: Vec<Value>,
}

impl Watch {
    /// Begins to watch; events are JSON.
    pub(super) fn start(workspace: &Workspace, args: &[&str]) -> Self {
        Self::lines(workspace, &[args, &["--message-format", "json"]].concat())
    }

    /// Begins to watch; events are lines.
    pub(super) fn lines(workspace: &Workspace, args: &[&str]) -> Self {
        let args = [&["watch"], args].concat();
        let mut command = workspace.command(&args);
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        let (sender, lines) = mpsc::channel();
        let leave = Arc::new(AtomicBool::new(false));
        let left = Arc::clone(&leave);
        thread::spawn(move || {
            for line in stdout.lines().map_while(Result::ok) {
                if left.load(Ordering::Relaxed) || sender.send(line).is_err() {
                    return;
                }
            }
        });
        Self { child, lines, leave, events: Vec::new() }
    }

    /// The next line that is as wanted.
    #[track_caller]
    pub(super) fn line(&mut self, wanted: impl Fn(&str) -> bool) -> String {
        let began = Instant::now();
        let mut seen = Vec::new();
        loop {
            match self.lines.recv_timeout(LIMIT.saturating_sub(began.elapsed())) {
                Ok(line) if wanted(&line) => return line,
                Ok(line) => seen.push(line),
                Err(why) => panic!("{why}; the last lines were\n{}", seen.join("\n")),
            }
        }
    }

    /// The next event of a kind that is as wanted.
    #[track_caller]
    pub(super) fn until(&mut self, kind: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        let began = Instant::now();
        let from = self.events.len();
        loop {
            let Ok(line) = self.lines.recv_timeout(LIMIT.saturating_sub(began.elapsed())) else {
                panic!("no event `{kind}` came; what came was {:#?}", &self.events[from..])
            };
            let event: Value = serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}"));
            self.events.push(event.clone());
            if event["event"] == kind && wanted(&event) {
                return event;
            }
        }
    }

    /// Every event of a kind so far.
    pub(super) fn told(&self, kind: &str) -> Vec<&Value> {
        self.events.iter().filter(|event| event["event"] == kind).collect()
    }

    /// Sends the signal of a number and waits for the exit code; the last line is a summary.
    #[track_caller]
    pub(super) fn ends(mut self, signal: i32, code: i32) {
        kill_process(Pid::from_child(&self.child), Signal::from_named_raw(signal).unwrap()).unwrap();
        let summary = self.line(|line| line.starts_with("{\"summary\":"));
        assert_eq!(serde_json::from_str::<Value>(&summary).unwrap()["summary"]["exit"], code);
        self.ended(code);
    }

    /// Reads no more: the pipe is closed with the next line.
    pub(super) fn stop_reading(&self) {
        self.leave.store(true, Ordering::Relaxed);
    }

    /// Waits for the end.
    #[track_caller]
    pub(super) fn ended(mut self, code: i32) {
        let began = Instant::now();
        while self.child.try_wait().unwrap().is_none() {
            assert!(began.elapsed() < LIMIT, "it does not end");
            thread::sleep(Duration::from_millis(5));
        }
        assert_eq!(self.child.wait().unwrap().code(), Some(code));
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        // It has ended already where a test waited for it.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
