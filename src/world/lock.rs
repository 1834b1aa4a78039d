//! The folder beside an output folder in which its new content grows, and the lock on it.
//!
//! Beside `out` stands, while a build runs, `.out.dictum/` with `lock` (held by this process), `new/` (the new content; after
//! the exchange the old one) and, around the exchange only, `ours` (the paths of our files in both). The system frees the lock
//! of a killed process, so leftovers without a holder are swept by the next build; `ours` tells it that `new/` may hold a
//! stranger's file that came into the old content at the last moment and must still be carried over.
#![expect(clippy::disallowed_methods, reason = "this is the door to the disk")]

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs::{self, File, Metadata, OpenOptions, TryLockError};
use std::io::ErrorKind;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use super::{WorldError, exchange, tree};

/// How often a lock is sought whose file vanishes in between. Each vanishing is another build that has just ended.
const ATTEMPTS: usize = 1000;

/// Opens the file at `path`, making it where it is missing, and locks it. The content is left as it is.
///
/// # Errors
/// [`WorldError::Locked`], naming `subject`, when another process holds it; else what the system said.
pub(super) fn claim(path: &Path, subject: &Path) -> Result<File, WorldError> {
    for _ in 0..ATTEMPTS {
        if let Some(file) = try_claim(path, subject)? {
            return Ok(file);
        }
    }
    Err(WorldError::Locked(subject.to_path_buf()))
}

/// `None` when the file, or its folder, was taken away between opening and locking: the lock then guards nothing.
fn try_claim(path: &Path, subject: &Path) -> Result<Option<File>, WorldError> {
    let file = match OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path) {
        Ok(file) => file,
        Err(cause) if cause.kind() == ErrorKind::NotFound => return Ok(None),
        Err(cause) => return Err(WorldError::io("open", path, cause)),
    };
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Err(WorldError::Locked(subject.to_path_buf())),
        Err(TryLockError::Error(cause)) => return Err(WorldError::io("lock", path, cause)),
    }
    let held = file.metadata().map_err(|cause| WorldError::io("lock", path, cause))?;
    let named = path.symlink_metadata().is_ok_and(|named| same_file(&named, &held));
    Ok(named.then_some(file))
}

/// Whether two looks at the disk saw one file.
pub(super) fn same_file(one: &Metadata, other: &Metadata) -> bool {
    (one.dev(), one.ino()) == (other.dev(), other.ino())
}

/// The locked folder beside an output folder. Dropped, it is removed with all that is in it.
pub(super) struct WorkFolder {
    folder: PathBuf,
    /// Held open: closing the file frees the lock.
    _lock: File,
    /// Folders made on the way to the output folder, outermost first; those that stay empty are removed again.
    made: Vec<PathBuf>,
    kept: bool,
}

impl WorkFolder {
    /// Makes and locks the folder beside `out` (whose parent is made where missing), finishes or sweeps what a killed build
    /// left there, and makes sure that the file system can exchange folders.
    ///
    /// # Errors
    /// As [`claim`], with `shown` as the subject; [`WorldError::TooHigh`] when `out` has no name to put a folder beside.
    pub(super) fn open(out: &Path, shown: &Path) -> Result<Self, WorldError> {
        let (Some(parent), Some(name)) = (out.parent(), out.file_name()) else {
            return Err(WorldError::TooHigh(shown.to_path_buf()));
        };
        let mut hidden = OsString::from(".");
        hidden.push(name);
        hidden.push(".dictum");
        let made = make_folders(parent)?;
        let folder = parent.join(hidden);
        let lock = lock_folder(&folder, shown).inspect_err(|_| remove_empty(&made))?;
        let mut work = Self { folder, _lock: lock, made, kept: false };
        if let Err(error) = work.recover(out) {
            work.keep();
            return Err(error);
        }
        work.prepare(shown).map(|()| work)
    }

    /// Where the new content grows; after the exchange, where the old content is.
    pub(super) fn tree(&self) -> PathBuf {
        self.folder.join("new")
    }

    fn notes(&self) -> PathBuf {
        self.folder.join("ours")
    }

    /// Writes down which paths are ours, so that a later build can finish what this one may not come to.
    ///
    /// # Errors
    /// When the disk refuses.
    pub(super) fn note(&self, ours: &BTreeSet<PathBuf>) -> Result<(), WorldError> {
        let lines: Vec<&str> = ours.iter().filter_map(|path| path.to_str()).collect();
        let notes = self.notes();
        fs::write(&notes, lines.join("\n"))
            .and_then(|()| File::open(&notes)?.sync_all())
            .map_err(|cause| WorldError::io("write", &notes, cause))?;
        tree::sync_folder(&self.folder)
    }

    /// Takes the note back: from here on everything in this folder may be removed.
    ///
    /// # Errors
    /// When the disk refuses.
    pub(super) fn strike_note(&self) -> Result<(), WorldError> {
        match fs::remove_file(self.notes()) {
            Err(cause) if cause.kind() != ErrorKind::NotFound => Err(WorldError::io("remove", &self.notes(), cause)),
            _ => Ok(()),
        }
    }

    /// Leaves everything on the disk for the next build to finish.
    pub(super) fn keep(&mut self) {
        self.kept = true;
    }

    /// Finishes or sweeps what a killed build left.
    fn recover(&self, out: &Path) -> Result<(), WorldError> {
        let left = self.tree();
        match fs::read_to_string(self.notes()) {
            Ok(lines) if left.is_dir() && out.is_dir() => {
                tree::rescue(&left, out, &lines.lines().map(PathBuf::from).collect())?;
            }
            Ok(_) => {}
            Err(cause) if cause.kind() == ErrorKind::NotFound => {}
            Err(cause) => return Err(WorldError::io("read", &self.notes(), cause)),
        }
        self.strike_note()?;
        tree::remove(&left)?;
        tree::remove(&self.probe())
    }

    fn probe(&self) -> PathBuf {
        self.folder.join("probe")
    }

    /// Makes the empty tree, and exchanges it with another empty folder, which finds out early whether that can be done here.
    fn prepare(&self, shown: &Path) -> Result<(), WorldError> {
        for folder in [self.tree(), self.probe()] {
            fs::create_dir(&folder).map_err(|cause| WorldError::io("create", &folder, cause))?;
        }
        exchange::swap(&self.probe(), &self.tree()).map_err(|error| match error {
            WorldError::NoExchange(_) | WorldError::MountPoint(_) => WorldError::NoExchange(shown.to_path_buf()),
            other => other,
        })?;
        tree::remove(&self.probe())
    }
}

impl Drop for WorkFolder {
    fn drop(&mut self) {
        if self.kept {
            return;
        }
        // The lock file goes last: once it is gone the folder may be another build's, and removing it then fails, rightly.
        // What cannot be removed stays for the next build, which reports it.
        let swept = self.strike_note().and_then(|()| tree::remove(&self.tree())).and_then(|()| tree::remove(&self.probe()));
        if swept.is_ok() && fs::remove_file(self.folder.join("lock")).is_ok() {
            let _ = fs::remove_dir(&self.folder);
            remove_empty(&self.made);
        }
    }
}

/// Makes the work folder where it is missing and locks it.
fn lock_folder(folder: &Path, shown: &Path) -> Result<File, WorldError> {
    for _ in 0..ATTEMPTS {
        match fs::create_dir(folder) {
            Err(cause) if cause.kind() != ErrorKind::AlreadyExists => return Err(WorldError::io("create", folder, cause)),
            _ => {}
        }
        // A link or file of that name is not ours, and following it would sweep another folder.
        if folder.symlink_metadata().is_ok_and(|found| !found.is_dir()) {
            return Err(WorldError::Foreign(folder.to_path_buf()));
        }
        if let Some(lock) = try_claim(&folder.join("lock"), shown)? {
            return Ok(lock);
        }
    }
    Err(WorldError::Locked(shown.to_path_buf()))
}

/// Makes a folder and its parents; returns those that were missing, outermost first.
fn make_folders(folder: &Path) -> Result<Vec<PathBuf>, WorldError> {
    let mut made: Vec<PathBuf> = folder.ancestors().take_while(|part| !part.exists()).map(Path::to_path_buf).collect();
    made.reverse();
    fs::create_dir_all(folder).map_err(|cause| {
        remove_empty(&made);
        WorldError::io("create", folder, cause)
    })?;
    Ok(made)
}

/// Removes folders from the innermost out; those that are not empty stay.
fn remove_empty(folders: &[PathBuf]) {
    for folder in folders.iter().rev() {
        let _ = fs::remove_dir(folder);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_is_held_by_one_and_freed_by_dropping() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lock");
        let held = claim(&path, folder.path()).unwrap();
        assert!(claim(&path, folder.path()).unwrap_err().is_locked());
        drop(held);
        assert!(claim(&path, folder.path()).is_ok());
    }

    #[test]
    fn many_builds_at_once_never_share_a_work_folder() {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("deep/out");
        let inside = std::sync::atomic::AtomicUsize::new(0);
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    for _ in 0..40 {
                        match WorkFolder::open(&out, &out) {
                            Ok(work) => {
                                assert_eq!(inside.fetch_add(1, std::sync::atomic::Ordering::SeqCst), 0);
                                assert!(work.tree().is_dir());
                                inside.fetch_sub(1, std::sync::atomic::Ordering::SeqCst);
                            }
                            // A parent that another build made and removes again may vanish under this one.
                            Err(error) => assert!(error.is_locked() || error.is_missing(), "{error}"),
                        }
                    }
                });
            }
        });
        // A build that made the parent leaves it to another that is inside; that one did not make it, so it may stay, empty.
        let parent = folder.path().join("deep");
        let left = fs::read_dir(&parent).map_or(0, Iterator::count);
        assert_eq!(left, 0, "every work folder is removed again");
        let _ = fs::remove_dir(&parent);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "nothing else is left");
    }
}
