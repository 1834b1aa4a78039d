//! Interruptions: SIGINT, SIGTERM and SIGHUP ask a build to stop.
//!
//! The first one sets a flag; the build looks at it between records, drops what it staged and ends. A second one ends the
//! process at once, for whoever waits on a pipe that nobody reads; the output folder is whole then, too, and the next build
//! sweeps what was staged.

use std::process;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::Exit;
use crate::build::Failure;

/// Listens from now on; the flag is set when the process is asked to stop. Called once a process.
///
/// # Errors
/// When the system refuses the handler.
pub(super) fn listen() -> Result<Arc<AtomicBool>, Failure> {
    listen_and(|| ())
}

/// The same; a second signal calls `leave` before it ends the process.
///
/// # Errors
/// When the system refuses the handler.
pub(super) fn listen_and(leave: fn()) -> Result<Arc<AtomicBool>, Failure> {
    let stop = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&stop);
    let handler = move || {
        if flag.swap(true, Ordering::Relaxed) {
            leave();
            process::exit(i32::from(Exit::Interrupted.code()));
        }
    };
    ctrlc::set_handler(handler)
        .map_err(|error| Failure::Other { doing: "listen for interruptions", cause: error.to_string() })?;
    Ok(stop)
}
