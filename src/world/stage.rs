//! A new content for an output folder on the disk: grows in the work folder, then takes the old one's place in one step.
//!
//! What must hold: the content under the name `out` changes by one system call only. Before it nothing of the old content is
//! touched; after it the old content is retired, searched once more for strangers' late files, and removed.
#![expect(clippy::disallowed_methods, reason = "this is the door to the disk")]

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, BufWriter, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use super::lock::WorkFolder;
use super::{Stage, WorldError, exchange, normal, tree};

/// Bytes that gather before they are handed to the system.
const BUFFER: usize = 256 * 1024;

/// How many links to follow before calling it a circle, as the system does.
const LINKS: usize = 40;

/// The stage of [`super::SystemWorld`].
pub(super) struct SystemStage {
    /// The folder as the caller named it, for messages.
    shown: PathBuf,
    /// The folder itself: absolute, no link.
    out: PathBuf,
    work: WorkFolder,
    created: BTreeSet<PathBuf>,
    replaced: BTreeSet<PathBuf>,
    faults: Faults,
}

/// The first fault that a writer met where it could not tell its owner. Each open writer holds a clone.
type Faults = Arc<Mutex<Option<WorldError>>>;

impl SystemStage {
    /// Begins: resolves `shown`, refuses what cannot be exchanged later, locks.
    ///
    /// # Errors
    /// As [`super::World::stage`].
    pub(super) fn open(shown: &Path) -> Result<Self, WorldError> {
        let out = resolve(shown)?;
        match out.symlink_metadata() {
            Ok(found) if !found.is_dir() => return Err(WorldError::NotFolder(shown.to_path_buf())),
            Ok(_) => check_movable(&out, shown)?,
            Err(_) => {}
        }
        let work = WorkFolder::open(&out, shown)?;
        let shown = shown.to_path_buf();
        Ok(Self { shown, out, work, created: BTreeSet::new(), replaced: BTreeSet::new(), faults: Faults::default() })
    }

    fn refuse_obstacle(&self, tree: &Path, relative: &Path) -> Result<(), WorldError> {
        match tree::obstacle(tree, relative, &self.replaced) {
            Some(found) => Err(WorldError::Foreign(self.shown.join(found))),
            None => Ok(()),
        }
    }

    fn refuse_obstacles(&self, tree: &Path) -> Result<(), WorldError> {
        self.created.iter().try_for_each(|relative| self.refuse_obstacle(tree, relative))
    }

    /// Every file that was created must have been written to its end.
    fn check_written(&self) -> Result<(), WorldError> {
        if let Some(fault) = self.faults.lock().unwrap_or_else(PoisonError::into_inner).take() {
            return Err(fault);
        }
        if Arc::strong_count(&self.faults) > 1 {
            return Err(WorldError::io("commit", &self.shown, io::Error::other("a file is still being written")));
        }
        Ok(())
    }

    /// Where no old content stands: the new one gets the name.
    fn put(&self) -> Result<(), WorldError> {
        tree::sync(&self.work.tree(), &self.created)?;
        exchange::put(&self.work.tree(), &self.out)
    }

    /// Completes the new content from the old and exchanges the two.
    fn exchange(&mut self) -> Result<(), WorldError> {
        let new = self.work.tree();
        let ours: BTreeSet<PathBuf> = self.created.union(&self.replaced).cloned().collect();
        self.refuse_obstacles(&self.out)?;
        tree::carry_over(&self.out, &new, &ours)?;
        tree::dress_folders(&self.out, &new, &ours)?;
        tree::sync(&new, &self.created)?;
        self.work.note(&ours)?;
        exchange::swap(&new, &self.out)?;
        self.settle(&ours)
    }

    /// After the exchange: keeps what strangers wrote into the old content while it was being carried over. Where one of them
    /// took a path of ours in that moment, the exchange is taken back.
    fn settle(&mut self, ours: &BTreeSet<PathBuf>) -> Result<(), WorldError> {
        let retired = self.work.tree();
        if let Err(obstacle) = self.refuse_obstacles(&retired) {
            exchange::swap(&retired, &self.out).inspect_err(|_| self.work.keep())?;
            return Err(obstacle);
        }
        tree::rescue(&retired, &self.out, ours).inspect_err(|_| self.work.keep())
    }
}

impl Stage for SystemStage {
    fn previous(&self, relative: &str) -> Result<Option<Vec<u8>>, WorldError> {
        let relative = normal(relative)?;
        match fs::read(self.out.join(&relative)) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(cause) if matches!(cause.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => Ok(None),
            Err(cause) => Err(WorldError::io("read", &self.shown.join(relative), cause)),
        }
    }

    fn replaces(&mut self, paths: BTreeSet<String>) {
        self.replaced.extend(paths.into_iter().map(PathBuf::from));
    }

    fn create(&mut self, relative: &str) -> Result<Box<dyn Write + Send>, WorldError> {
        let relative = PathBuf::from(normal(relative)?);
        self.refuse_obstacle(&self.out, &relative)?;
        let (path, shown) = (self.work.tree().join(&relative), self.shown.join(&relative));
        let opened = match path.parent() {
            Some(folder) => fs::create_dir_all(folder).and_then(|()| File::create_new(&path)),
            None => File::create_new(&path),
        };
        let file = opened.map_err(|cause| WorldError::io("create", &shown, cause))?;
        self.created.insert(relative);
        Ok(Box::new(StagedFile { inner: BufWriter::with_capacity(BUFFER, file), shown, faults: Arc::clone(&self.faults) }))
    }

    fn commit(mut self: Box<Self>) -> Result<(), WorldError> {
        self.check_written()?;
        if self.out.symlink_metadata().is_ok() { self.exchange() } else { self.put() }?;
        self.out.parent().map_or(Ok(()), tree::sync_folder)
    }
}

/// The folder that a path means: links followed, absolute. It need not exist, and neither need its parents.
fn resolve(shown: &Path) -> Result<PathBuf, WorldError> {
    let failed = |cause: io::Error| WorldError::io("resolve", shown, cause);
    let mut path = std::path::absolute(shown).map_err(failed)?;
    for _ in 0..LINKS {
        match path.canonicalize() {
            Ok(found) => return Ok(found),
            Err(cause) if cause.kind() != ErrorKind::NotFound => return Err(failed(cause)),
            Err(_) => {}
        }
        let folder = path.parent().unwrap_or(Path::new("/"));
        let Ok(target) = fs::read_link(&path) else {
            // Not a link, so it does not exist: its parent decides, down to one that does exist.
            let name = path.file_name().ok_or_else(|| failed(ErrorKind::NotFound.into()))?;
            return Ok(resolve(folder)?.join(name));
        };
        path = folder.join(target);
    }
    Err(failed(io::Error::other("too many symbolic links")))
}

/// Refuses, before any work is done, a folder that the exchange at the end would fail on or should not touch.
fn check_movable(out: &Path, shown: &Path) -> Result<(), WorldError> {
    // A shell that stands in the folder would be left in the retired one.
    if std::env::current_dir().is_ok_and(|current| current.starts_with(out)) {
        return Err(WorldError::TooHigh(shown.to_path_buf()));
    }
    if exchange::is_mount_point(out) {
        return Err(WorldError::MountPoint(shown.to_path_buf()));
    }
    exchange::check_writable(out, shown)
}

/// One new file. Its errors name the path at which the file will stand.
struct StagedFile<W: Write> {
    inner: BufWriter<W>,
    shown: PathBuf,
    faults: Faults,
}

impl<W: Write> StagedFile<W> {
    fn fault(&self, cause: io::Error) -> WorldError {
        WorldError::io("write", &self.shown, cause)
    }
}

impl<W: Write> Write for StagedFile<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.inner.write(bytes).map_err(|cause| io::Error::new(cause.kind(), self.fault(cause)))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush().map_err(|cause| io::Error::new(cause.kind(), self.fault(cause)))
    }
}

impl<W: Write> Drop for StagedFile<W> {
    fn drop(&mut self) {
        if let Err(cause) = self.inner.flush() {
            let fault = self.fault(cause);
            self.faults.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(fault);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A disk that takes some bytes and is then full.
    struct Small(usize);

    impl Write for Small {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let taken = bytes.len().min(self.0);
            self.0 -= taken;
            if taken == 0 { Err(ErrorKind::StorageFull.into()) } else { Ok(taken) }
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_full_disk_is_told_at_the_write_and_again_at_the_commit() {
        let root = tempfile::tempdir().unwrap();
        let out = root.path().join("out");
        fs::create_dir(&out).unwrap();
        fs::write(out.join("old"), "old").unwrap();
        for flushed in [true, false] {
            let stage = SystemStage::open(&out).unwrap();
            let inner = BufWriter::with_capacity(8, Small(10));
            let mut file = StagedFile { inner, shown: out.join("new"), faults: Arc::clone(&stage.faults) };
            file.write_all(b"twelve").unwrap();
            file.write_all(b"bytes").unwrap();
            assert!(!flushed || file.flush().is_err_and(|full| full.kind() == ErrorKind::StorageFull));
            drop(file);
            let told = Box::new(stage).commit().unwrap_err();
            assert_eq!(told.to_string(), format!("failed to write `{}`: no storage space", out.join("new").display()));
        }
        assert_eq!(fs::read_dir(root.path()).unwrap().count(), 1);
        assert_eq!(fs::read(out.join("old")).unwrap(), b"old");
    }

    #[test]
    fn a_file_that_is_still_open_stops_the_commit() {
        let root = tempfile::tempdir().unwrap();
        let mut stage = SystemStage::open(&root.path().join("out")).unwrap();
        let file = stage.create("a").unwrap();
        assert!(Box::new(stage).commit().is_err());
        drop(file);
        assert_eq!(fs::read_dir(root.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_stranger_at_our_path_in_the_last_moment_undoes_the_exchange() {
        let root = tempfile::tempdir().unwrap();
        let out = root.path().join("out");
        fs::create_dir(&out).unwrap();
        let mut stage = SystemStage::open(&out).unwrap();
        stage.create("data/a").unwrap().write_all(b"ours").unwrap();
        let ours = stage.created.clone();
        exchange::swap(&stage.work.tree(), &out).unwrap();
        fs::write(stage.work.tree().join("data"), "stranger").unwrap();
        assert!(matches!(stage.settle(&ours), Err(WorldError::Foreign(path)) if path == out.join("data")));
        drop(stage);
        assert_eq!(fs::read(out.join("data")).unwrap(), b"stranger");
        assert_eq!(fs::read_dir(root.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_build_killed_after_the_exchange_is_finished_by_the_next() {
        let root = tempfile::tempdir().unwrap();
        let out = root.path().join("out");
        fs::create_dir(&out).unwrap();
        fs::write(out.join("a"), "old").unwrap();
        let mut stage = SystemStage::open(&out).unwrap();
        stage.replaces(BTreeSet::from(["a".to_owned()]));
        stage.create("a").unwrap().write_all(b"new").unwrap();
        stage.work.note(&stage.created).unwrap();
        exchange::swap(&stage.work.tree(), &out).unwrap();
        fs::write(stage.work.tree().join("late"), "stranger").unwrap();
        stage.work.keep();
        drop(stage);
        drop(SystemStage::open(&out).unwrap());
        assert_eq!(fs::read(out.join("late")).unwrap(), b"stranger");
        assert_eq!(fs::read(out.join("a")).unwrap(), b"new");
        assert_eq!(fs::read_dir(root.path()).unwrap().count(), 1);
    }
}
