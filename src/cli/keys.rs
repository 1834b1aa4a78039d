//! Single keys from the terminal, as they are pressed.
//!
//! In: a terminal on standard input. Out: keys, told from a thread of their own, and the terminal as it was once the keyboard is
//! dropped or [`restore`] is called. What must hold: only line editing and echo are switched off, so that Ctrl-C and Ctrl-Z do
//! what they always do; a program in the background leaves the terminal alone.

use std::io::{self, IsTerminal as _, Read as _};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;

use rustix::process::getpgrp;
use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcgetpgrp, tcsetattr};

/// The end of input, as Ctrl-D types it.
const END: u8 = 4;

/// What the keys mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Key {
    /// Do it again.
    Again,
    /// Show more.
    Next,
    /// Tell the keys.
    Help,
    /// End.
    Quit,
}

/// The keys in a line.
pub(super) const KEYS: &str = "keys: r rebuild, n next records, q quit, ? these keys";

/// How the terminal was.
static SAVED: Mutex<Option<Termios>> = Mutex::new(None);

/// The terminal while single keys are read from it.
pub(super) struct Keyboard(());

impl Key {
    fn of(byte: u8) -> Option<Self> {
        match byte.to_ascii_lowercase() {
            b'r' => Some(Self::Again),
            b'n' | b' ' => Some(Self::Next),
            b'?' | b'h' => Some(Self::Help),
            b'q' | END => Some(Self::Quit),
            _ => None,
        }
    }
}

impl Keyboard {
    /// Reads keys from now on, and gives each to `press` until it says that nobody listens; `None` where there is no terminal to
    /// read from.
    pub(super) fn open(press: impl Fn(Key) -> bool + Send + 'static) -> Option<Self> {
        let input = io::stdin();
        // A terminal that is not this session's own has no program in front.
        let in_front = || tcgetpgrp(&input).map_or(true, |front| front == getpgrp());
        if !input.is_terminal() || !in_front() {
            return None;
        }
        let found = tcgetattr(&input).ok()?;
        let mut single = found.clone();
        single.local_modes.remove(LocalModes::ICANON | LocalModes::ECHO);
        *saved() = Some(found);
        let keyboard = Self(());
        tcsetattr(&input, OptionalActions::Now, &single).ok()?;
        thread::spawn(move || {
            let mut byte = [0];
            while io::stdin().read_exact(&mut byte).is_ok() {
                let [byte] = byte;
                if Key::of(byte).is_some_and(|key| !press(key)) {
                    return;
                }
            }
            press(Key::Quit);
        });
        Some(keyboard)
    }
}

impl Drop for Keyboard {
    fn drop(&mut self) {
        restore();
    }
}

/// Makes the terminal as it was; nothing where it was left alone.
pub(super) fn restore() {
    if let Some(found) = saved().take() {
        // Where it is gone there is nothing to restore.
        let _ = tcsetattr(io::stdin(), OptionalActions::Now, &found);
    }
}

fn saved() -> MutexGuard<'static, Option<Termios>> {
    SAVED.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_letters_of_any_case_and_the_end_of_input_quits() {
        let keys = [b'R', b'r', b' ', b'N', b'?', b'q', END].map(Key::of);
        let expected = [Key::Again, Key::Again, Key::Next, Key::Next, Key::Help, Key::Quit, Key::Quit];
        assert_eq!(keys, expected.map(Some));
        assert_eq!(Key::of(b'x'), None);
        restore();
    }
}
