//! The only door to the disk.
//!
//! In: paths. Out: bytes read, a record of every path that was looked at (the list that a watcher watches), and output folders
//! that are replaced as a whole or not at all. [`SystemWorld`] is the disk, [`MemoryWorld`] a disk for tests whose writes can
//! be made to fail. What must hold: no reader of an output folder, at no moment, not even after the process was killed, finds
//! anything but the whole old content or the whole new one; and a file that no manifest of ours lists is never lost.

mod error;
mod path;
mod stamp;
mod lock;
mod exchange;
mod tree;
mod stage;
mod system;
mod memory;
mod recording;

use std::collections::BTreeSet;
use std::io::{Read, Seek, Write};
use std::path::{Path, PathBuf};

pub use error::WorldError;
pub use memory::MemoryWorld;
pub use path::{PathError, normal};
pub use recording::{Look, Looks, RecordingWorld};
pub use stamp::Stamp;
pub use system::SystemWorld;

/// What a compile can see and change outside itself.
pub trait World: Send + Sync {
    /// Reads a file, and remembers that it did.
    ///
    /// # Errors
    /// When there is no such file or it cannot be read.
    fn read(&self, path: &Path) -> Result<Vec<u8>, WorldError>;

    /// Opens a file to be read piece by piece, and remembers that it did.
    ///
    /// # Errors
    /// When there is no such file, it is none, or it cannot be opened.
    fn open(&self, path: &Path) -> Result<Box<dyn Input>, WorldError>;

    /// The names in a folder (files, folders and links alike), sorted by bytes; remembers that it looked.
    ///
    /// # Errors
    /// When there is no such folder, it cannot be read, or a name is not UTF-8.
    fn list(&self, folder: &Path) -> Result<Vec<String>, WorldError>;

    /// Whether a file stands there (links are followed); remembers that it looked.
    fn is_file(&self, path: &Path) -> bool;

    /// Whether a folder stands there (links are followed); remembers that it looked.
    fn is_dir(&self, path: &Path) -> bool;

    /// How a path looks now (links are followed), to be compared with how it looks later; this look is not remembered.
    fn stamp(&self, path: &Path) -> Stamp;

    /// Every path read or looked for so far, sorted, also those where nothing stood.
    fn accessed(&self) -> Vec<PathBuf>;

    /// The current folder, absolute.
    ///
    /// # Errors
    /// When it was removed or cannot be read.
    fn current_folder(&self) -> Result<PathBuf, WorldError>;

    /// `root` joined with a relative path as a spec writes it: forward slashes, and never out of `root`, not by `..` and not
    /// by a symbolic link.
    ///
    /// # Errors
    /// When the path is empty, absolute, leaves `root`, or holds a backslash or a control character.
    fn inside(&self, root: &Path, relative: &str) -> Result<PathBuf, PathError>;

    /// Begins a new content for the output folder `out`, which nobody sees before [`Stage::commit`]. `out` and its parents
    /// need not exist; where `out` is a symbolic link, the folder it leads to is meant.
    ///
    /// # Errors
    /// [`WorldError::Locked`] when another build writes into the same folder, and whatever makes an exchange impossible: a file
    /// or mount point at `out`, a parent that cannot be written, a file system without exchange.
    fn stage(&self, out: &Path) -> Result<Box<dyn Stage>, WorldError>;

    /// Makes a folder and those it lies in, where they are missing.
    ///
    /// # Errors
    /// When something else stands there or the disk refuses.
    fn make_folder(&self, path: &Path) -> Result<(), WorldError>;

    /// Replaces one file in one step; it need not exist, but its folder must.
    ///
    /// # Errors
    /// When anything fails; the file then still holds what it held.
    fn replace(&self, path: &Path, bytes: &[u8]) -> Result<(), WorldError>;

    /// An empty temporary file without a name; it is gone when it is dropped.
    ///
    /// # Errors
    /// When the folder for temporary files cannot be written.
    fn scratch(&self) -> Result<Box<dyn Scratch>, WorldError>;

    /// The workspace that `start` (an absolute path) lies in: the nearest folder, from `start` upwards, that holds `scenarios/`.
    fn workspace(&self, start: &Path) -> Option<PathBuf> {
        start.ancestors().find(|folder| self.is_dir(&folder.join("scenarios"))).map(Path::to_path_buf)
    }
}

/// The new content of an output folder while it is being written. Dropped without [`Stage::commit`], it leaves no trace.
///
/// Order of use: [`previous`](Self::previous) to read the old manifests, [`replaces`](Self::replaces) with the paths that they
/// list for what is built anew, [`create`](Self::create) for each new file, [`commit`](Self::commit). The folder is locked from
/// first to last, so what the manifests said stays true.
pub trait Stage: Send {
    /// Reads a file of the present content; `None` when there is none.
    ///
    /// # Errors
    /// When the path is not a plain relative one, or the file is there but cannot be read.
    fn previous(&self, relative: &str) -> Result<Option<Vec<u8>>, WorldError>;

    /// Names files of the present content, by their paths relative to the folder, that are ours to drop or overwrite. Whatever
    /// is not named here is kept.
    fn replaces(&mut self, paths: BTreeSet<String>);

    /// Opens a new file; its folders are made. The file is complete once the writer was flushed and dropped.
    ///
    /// # Errors
    /// [`WorldError::Foreign`] when a file that [`replaces`](Self::replaces) did not name stands there; when the path is not a
    /// plain relative one or was created before; when the disk refuses.
    fn create(&mut self, relative: &str) -> Result<Box<dyn Write + Send>, WorldError>;

    /// Puts the new content in the place of the old in one step, together with all that is kept.
    ///
    /// # Errors
    /// When a file could not be written to its end, something stands in the way, or the exchange failed; the folder then still
    /// holds what it held. A failure after the exchange (a stranger's late file that cannot be kept, say) leaves the new content
    /// in its place, and the next build finishes the rest.
    fn commit(self: Box<Self>) -> Result<(), WorldError>;
}

/// A file open to be read, from any place of it.
pub trait Input: Read + Seek + Send {}

impl<T: Read + Seek + Send> Input for T {}

/// A temporary file that can be written, read and sought in.
pub trait Scratch: Read + Write + Seek + Send {}

impl<T: Read + Write + Seek + Send> Scratch for T {}

#[cfg(test)]
mod tests;
