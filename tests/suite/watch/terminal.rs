//! A watch at a terminal: pages, colours and keys.

use std::fs::{self, File, OpenOptions};
use std::io::{Read as _, Write as _};
use std::os::fd::OwnedFd;
use std::process::Child;
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{LocalModes, Winsize, tcgetattr, tcsetwinsize};

use super::{NOTE, TRIAGE, limit, save_by_rename, workspace};
use crate::workspace::Workspace;

const LIMIT: Duration = Duration::from_mins(1);

/// A terminal with a watch in it.
struct Terminal {
    child: Child,
    keyboard: File,
    /// The terminal as the program has it.
    device: File,
    shown: Receiver<String>,
    /// What was shown since the last wait.
    page: String,
}

impl Terminal {
    fn start(workspace: &Workspace, args: &[&str]) -> Self {
        let master: OwnedFd = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&master).unwrap();
        unlockpt(&master).unwrap();
        tcsetwinsize(&master, Winsize { ws_row: 40, ws_col: 100, ws_xpixel: 0, ws_ypixel: 0 }).unwrap();
        let name = ptsname(&master, Vec::new()).unwrap().into_string().unwrap();
        let device = OpenOptions::new().read(true).write(true).open(name).unwrap();
        let mut command = workspace.command(&[&["watch"], args].concat());
        command.env_remove("NO_COLOR").env("TERM", "xterm");
        command.stdin(device.try_clone().unwrap()).stdout(device.try_clone().unwrap()).stderr(device.try_clone().unwrap());
        let child = command.spawn().unwrap();
        let keyboard = File::from(master);
        let mut screen = keyboard.try_clone().unwrap();
        let (sender, shown) = mpsc::channel();
        thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(length) = screen.read(&mut bytes) {
                if length == 0 || sender.send(String::from_utf8_lossy(&bytes[..length]).into_owned()).is_err() {
                    return;
                }
            }
        });
        Self { child, keyboard, device, shown, page: String::new() }
    }

    fn press(&mut self, key: &str) {
        self.keyboard.write_all(key.as_bytes()).unwrap();
    }

    /// Waits until a text is shown; gives everything up to there, and forgets it.
    #[track_caller]
    fn until(&mut self, text: &str) -> String {
        let began = Instant::now();
        loop {
            if let Some(at) = self.page.find(text) {
                let rest = self.page.split_off(at + text.len());
                return std::mem::replace(&mut self.page, rest);
            }
            match self.shown.recv_timeout(LIMIT.saturating_sub(began.elapsed())) {
                Ok(more) => self.page.push_str(&more),
                Err(why) => panic!("{why}; `{text}` is not in\n{}", self.page),
            }
        }
    }

    /// Whether the terminal edits lines and shows what is typed.
    fn is_itself(&self) -> bool {
        let modes = tcgetattr(&self.device).unwrap().local_modes;
        modes.contains(LocalModes::ICANON) && modes.contains(LocalModes::ECHO)
    }

    #[track_caller]
    fn ends(&mut self, code: i32) {
        let began = Instant::now();
        while self.child.try_wait().unwrap().is_none() {
            assert!(began.elapsed() < LIMIT, "it does not end");
            thread::sleep(Duration::from_millis(5));
        }
        assert_eq!(self.child.wait().unwrap().code(), Some(code));
        assert!(self.is_itself(), "the terminal is as it was");
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn an_author_edits_breaks_repairs_renames_and_pages_through_what_changed() {
    let workspace = workspace();
    let mut terminal = Terminal::start(&workspace, &["triage", "-n", "4"]);
    terminal.until("watching triage");
    terminal.until("keys: r rebuild, n next records, q quit");
    assert!(!terminal.is_itself(), "single keys are read");
    terminal.until("triage: 40 records verified");

    terminal.press("n");
    terminal.until("triage: records 1 to 4 of 40");
    terminal.until("\"level\"");
    terminal.press("?");
    terminal.until("keys: ");

    save_by_rename(&workspace, TRIAGE, &limit(5));
    terminal.until(" of 40 records changed");
    let page = terminal.until(" %");
    assert!(page.contains("target_output.level: \"green\" "), "{page}");
    terminal.press("n");
    terminal.until("triage: records that changed 1 to 4 of ");
    let page = terminal.until("target_output.level\u{1b}[0m: \u{1b}[31m\"green\"\u{1b}[0m -> \u{1b}[32m\"red\"\u{1b}[0m");
    assert!(page.contains("  triage#"), "{page}");

    save_by_rename(&workspace, TRIAGE, &limit(5).replace("derive:", "dervie:"));
    let page = terminal.until("the last good result stands");
    for part in ["error[unknown-key]", "dervie:", "help", "derive"] {
        assert!(page.contains(part), "{part} is not in\n{page}");
    }
    save_by_rename(&workspace, TRIAGE, &limit(5));
    terminal.until("none of 40 records changed");

    fs::rename(workspace.path("templates/note.j2"), workspace.path("templates/remark.j2")).unwrap();
    terminal.until("error[file-missing]");
    save_by_rename(&workspace, TRIAGE, &limit(5).replace("note.j2", "remark.j2"));
    terminal.until("none of 40 records changed");
    save_by_rename(&workspace, "templates/remark.j2", &NOTE.replace("Pain", "Strain"));
    let page = terminal.until("40 of 40 records changed");
    assert!(page.contains("4 of 4 sample records changed") && page.contains("input.note"), "{page}");

    terminal.press("r");
    terminal.until("none of 40 records changed");
    terminal.press("q");
    terminal.ends(0);
}

#[test]
fn an_interrupted_watch_leaves_the_terminal_as_it_was() {
    let workspace = workspace();
    let mut terminal = Terminal::start(&workspace, &[]);
    terminal.until("keys: ");
    kill_process(Pid::from_child(&terminal.child), Signal::INT).unwrap();
    terminal.ends(130);
}
