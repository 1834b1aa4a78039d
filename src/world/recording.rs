//! A world that remembers how each path looked when a compile looked at it.
//!
//! In: another world, which does the work. Out: besides what that world answers, the [`Looks`] of one compile: what it depends
//! on, and so what a watcher watches. What must hold: a path is stamped before it is read, so a change during the compile shows
//! as a difference afterwards, never as nothing.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use super::{Input, PathError, Scratch, Stage, Stamp, World, WorldError};

/// Every path that was looked at.
pub type Looks = BTreeMap<PathBuf, Look>;

/// How a path looked when it was looked at first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Look {
    /// How it looked.
    pub stamp: Stamp,
    /// Whether its names were asked for, so that a name more or less is a change.
    pub listed: bool,
}

/// Another world, whose answers are remembered.
pub struct RecordingWorld<'w> {
    inner: &'w dyn World,
    looks: Mutex<Looks>,
}

impl<'w> RecordingWorld<'w> {
    /// Remembers from now on.
    #[must_use]
    pub fn new(inner: &'w dyn World) -> Self {
        Self { inner, looks: Mutex::default() }
    }

    /// What was looked at so far.
    #[must_use]
    pub fn into_looks(self) -> Looks {
        self.looks.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    fn look(&self, path: &Path, listed: bool) {
        let mut looks = self.looks.lock().unwrap_or_else(PoisonError::into_inner);
        match looks.get_mut(path) {
            Some(look) => look.listed |= listed,
            None => {
                looks.insert(path.to_path_buf(), Look { stamp: self.inner.stamp(path), listed });
            }
        }
    }
}

impl Look {
    /// Whether what was asked of the path may have another answer now.
    #[must_use]
    pub fn differs(&self, now: Stamp) -> bool {
        let unlisted_folder = self.stamp.is_folder() && now.is_folder() && !self.listed;
        self.stamp != now && !unlisted_folder
    }
}

impl World for RecordingWorld<'_> {
    fn read(&self, path: &Path) -> Result<Vec<u8>, WorldError> {
        self.look(path, false);
        self.inner.read(path)
    }

    fn open(&self, path: &Path) -> Result<Box<dyn Input>, WorldError> {
        self.look(path, false);
        self.inner.open(path)
    }

    fn list(&self, folder: &Path) -> Result<Vec<String>, WorldError> {
        self.look(folder, true);
        self.inner.list(folder)
    }

    fn is_file(&self, path: &Path) -> bool {
        self.look(path, false);
        self.inner.is_file(path)
    }

    fn is_dir(&self, path: &Path) -> bool {
        self.look(path, false);
        self.inner.is_dir(path)
    }

    fn stamp(&self, path: &Path) -> Stamp {
        self.inner.stamp(path)
    }

    fn accessed(&self) -> Vec<PathBuf> {
        self.looks.lock().unwrap_or_else(PoisonError::into_inner).keys().cloned().collect()
    }

    fn current_folder(&self) -> Result<PathBuf, WorldError> {
        self.inner.current_folder()
    }

    fn inside(&self, root: &Path, relative: &str) -> Result<PathBuf, PathError> {
        self.inner.inside(root, relative)
    }

    fn stage(&self, out: &Path) -> Result<Box<dyn Stage>, WorldError> {
        self.inner.stage(out)
    }

    fn make_folder(&self, path: &Path) -> Result<(), WorldError> {
        self.inner.make_folder(path)
    }

    fn replace(&self, path: &Path, bytes: &[u8]) -> Result<(), WorldError> {
        self.inner.replace(path, bytes)
    }

    fn scratch(&self) -> Result<Box<dyn Scratch>, WorldError> {
        self.inner.scratch()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::MemoryWorld;

    #[test]
    fn what_was_looked_at_differs_when_its_answer_does() {
        let disk = MemoryWorld::default().with("/w/a/x", "one").with("/w/a/y", "two");
        let world = RecordingWorld::new(&disk);
        assert_eq!(world.read(Path::new("/w/a/x")).unwrap(), b"one");
        assert!(!world.is_file(Path::new("/w/none")));
        assert!(world.is_dir(Path::new("/w/a")));
        let looks = world.into_looks();
        let differing = |looks: &Looks| -> Vec<PathBuf> {
            looks.iter().filter(|(path, look)| look.differs(disk.stamp(path))).map(|(path, _)| path.clone()).collect()
        };
        assert!(differing(&looks).is_empty());
        disk.replace(Path::new("/w/a/x"), b"two").unwrap();
        disk.replace(Path::new("/w/none"), b"").unwrap();
        disk.replace(Path::new("/w/a/z"), b"").unwrap();
        assert_eq!(differing(&looks), [PathBuf::from("/w/a/x"), PathBuf::from("/w/none")], "the folder is still one");
        let listed = RecordingWorld::new(&disk);
        listed.is_dir(Path::new("/w/a"));
        listed.list(Path::new("/w/a")).unwrap();
        let looks = listed.into_looks();
        disk.replace(Path::new("/w/a/more"), b"").unwrap();
        assert_eq!(differing(&looks), [PathBuf::from("/w/a")]);
    }

    #[test]
    fn a_change_between_the_look_and_the_end_shows() {
        let disk = MemoryWorld::default().with("/w/x", "one");
        let world = RecordingWorld::new(&disk);
        world.read(Path::new("/w/x")).unwrap();
        disk.replace(Path::new("/w/x"), b"two").unwrap();
        world.read(Path::new("/w/x")).unwrap();
        let looks = world.into_looks();
        assert!(looks[Path::new("/w/x")].differs(disk.stamp(Path::new("/w/x"))));
    }
}
