//! The machine's failures, each with the path and the cause.
//!
//! Messages are lower-case phrases that fit after "error: ".

use std::io;
use std::path::{Path, PathBuf};

use super::path::PathError;

/// Why the disk did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum WorldError {
    /// The system refused.
    #[error("failed to {action} `{}`: {}", path.display(), reason(cause))]
    Io {
        /// What was being done, as a verb: `read`, `write`.
        action: &'static str,
        /// The path, as the caller named it where it did.
        path: PathBuf,
        /// What the system said.
        #[source]
        cause: io::Error,
    },
    /// Another process holds the lock of this folder or file.
    #[error("another build is writing into `{}`", .0.display())]
    Locked(PathBuf),
    /// Something that no manifest of ours lists stands where a file is to be written.
    #[error("`{}` is in the way: the build would write there, but no manifest lists it; move it or choose another folder", .0.display())]
    Foreign(PathBuf),
    /// The output folder is something else.
    #[error("expected an output folder, found a file at `{}`", .0.display())]
    NotFolder(PathBuf),
    /// The output folder, or a folder inside it, cannot be moved: something is mounted there, or it comes from the lower layer
    /// of a layered file system.
    #[error("`{}` is a mount point or comes from an image, so it cannot be replaced in one step; choose a folder inside it", .0.display())]
    MountPoint(PathBuf),
    /// The output folder holds the folder that the command was started in, or is the root of the disk.
    #[error("`{}` holds the current folder and cannot be replaced as a whole; choose a folder inside it", .0.display())]
    TooHigh(PathBuf),
    /// The file system cannot exchange two folders.
    #[error("the file system of `{}` cannot exchange two folders in one step; choose a folder on another one", .0.display())]
    NoExchange(PathBuf),
    /// A path that is not a plain relative one.
    #[error(transparent)]
    Path(#[from] PathError),
}

impl WorldError {
    /// Wraps what the system said about `path`.
    pub(super) fn io(action: &'static str, path: &Path, cause: impl Into<io::Error>) -> Self {
        Self::Io { action, path: path.to_path_buf(), cause: cause.into() }
    }

    /// A file that was open and could not be read to its end.
    #[must_use]
    pub fn unread(path: &Path, cause: io::Error) -> Self {
        Self::io("read", path, cause)
    }

    /// Whether another build holds the lock, so that trying again later may help.
    #[must_use]
    pub fn is_locked(&self) -> bool {
        matches!(self, Self::Locked(_))
    }

    /// Whether a signal broke the operation off, rather than a fault.
    #[must_use]
    pub fn is_interrupted(&self) -> bool {
        matches!(self, Self::Io { cause, .. } if cause.kind() == io::ErrorKind::Interrupted)
    }

    /// Whether the path does not exist.
    #[must_use]
    pub fn is_missing(&self) -> bool {
        matches!(self, Self::Io { cause, .. } if cause.kind() == io::ErrorKind::NotFound)
    }
}

/// The system's text in the style of our messages: lower-case and without the error number.
fn reason(cause: &io::Error) -> String {
    let text = cause.to_string();
    let text = text.split(" (os error").next().unwrap_or(&text);
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_name_action_path_and_cause() {
        let full = WorldError::io("write", Path::new("out/x"), io::Error::from_raw_os_error(28));
        assert_eq!(full.to_string(), "failed to write `out/x`: no space left on device");
        let stopped = WorldError::io("write", Path::new("out/x"), io::ErrorKind::Interrupted);
        assert!(stopped.is_interrupted() && !stopped.is_locked() && !stopped.is_missing());
        assert!(WorldError::Locked(PathBuf::from("out")).is_locked());
    }
}
