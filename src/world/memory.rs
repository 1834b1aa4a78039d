//! A disk in memory, for tests: the same promises as the real one, and writes that fail when they are told to.
//!
//! Folders exist by the files in them. Paths are compared as they are written.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::io::{self, Cursor, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{Input, PathError, Scratch, Stage, Stamp, World, WorldError, normal};

/// Files by path.
type Files = BTreeMap<PathBuf, Vec<u8>>;

/// A world whose files are a map. Clones share it.
#[derive(Debug, Clone, Default)]
pub struct MemoryWorld {
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    files: Files,
    accessed: BTreeSet<PathBuf>,
    /// Output folders with an open stage.
    staged: BTreeSet<PathBuf>,
    /// Writes that still succeed; `None` for all.
    room: Option<u64>,
    forbidden: BTreeSet<PathBuf>,
}

impl State {
    /// Counts one write of `path`; fails once the disk is full.
    fn write(&mut self, path: &Path) -> Result<(), WorldError> {
        match &mut self.room {
            Some(0) => Err(WorldError::io("write", path, ErrorKind::StorageFull)),
            Some(left) => {
                *left -= 1;
                Ok(())
            }
            None => Ok(()),
        }
    }

    fn create(&self, path: &Path) -> Result<(), WorldError> {
        let forbidden = path.ancestors().any(|part| self.forbidden.contains(part));
        if forbidden { Err(WorldError::io("create", path, ErrorKind::PermissionDenied)) } else { Ok(()) }
    }
}

impl MemoryWorld {
    /// The same world with one file more.
    #[must_use]
    pub fn with(self, path: impl Into<PathBuf>, content: impl Into<Vec<u8>>) -> Self {
        self.state().files.insert(path.into(), content.into());
        self
    }

    /// All files as they now are.
    #[must_use]
    pub fn files(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        self.state().files.clone()
    }

    /// Lets `writes` more writes succeed; every later one finds the disk full.
    pub fn full_after(&self, writes: u64) {
        self.state().room = Some(writes);
    }

    /// Refuses the creation of this file, or of any below this folder.
    pub fn forbid(&self, path: impl Into<PathBuf>) {
        self.state().forbidden.insert(path.into());
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn remember(&self, path: &Path) -> MutexGuard<'_, State> {
        let mut state = self.state();
        state.accessed.insert(path.to_path_buf());
        state
    }
}

impl World for MemoryWorld {
    fn read(&self, path: &Path) -> Result<Vec<u8>, WorldError> {
        let state = self.remember(path);
        state.files.get(path).cloned().ok_or_else(|| WorldError::io("read", path, ErrorKind::NotFound))
    }

    fn open(&self, path: &Path) -> Result<Box<dyn Input>, WorldError> {
        self.read(path).map(|content| Box::new(Cursor::new(content)) as Box<dyn Input>)
    }

    fn list(&self, folder: &Path) -> Result<Vec<String>, WorldError> {
        let state = self.remember(folder);
        let below = state.files.keys().filter_map(|path| path.strip_prefix(folder).ok()?.iter().next()?.to_str());
        let names: BTreeSet<&str> = below.collect();
        if names.is_empty() {
            return Err(WorldError::io("list", folder, ErrorKind::NotFound));
        }
        Ok(names.into_iter().map(str::to_owned).collect())
    }

    fn is_file(&self, path: &Path) -> bool {
        self.remember(path).files.contains_key(path)
    }

    fn is_dir(&self, path: &Path) -> bool {
        self.remember(path).files.keys().any(|file| file != path && file.starts_with(path))
    }

    fn stamp(&self, path: &Path) -> Stamp {
        let state = self.state();
        if let Some(content) = state.files.get(path) {
            return Stamp::of_file(content);
        }
        let below = state.files.keys().filter_map(|file| file.strip_prefix(path).ok()?.iter().next());
        let names: BTreeSet<&[u8]> = below.map(OsStr::as_encoded_bytes).collect();
        if names.is_empty() {
            return Stamp::MISSING;
        }
        Stamp::of_folder(names.into_iter())
    }

    fn accessed(&self) -> Vec<PathBuf> {
        self.state().accessed.iter().cloned().collect()
    }

    fn current_folder(&self) -> Result<PathBuf, WorldError> {
        Ok(PathBuf::from("/"))
    }

    fn inside(&self, root: &Path, relative: &str) -> Result<PathBuf, PathError> {
        normal(relative).map(|plain| root.join(plain))
    }

    fn stage(&self, out: &Path) -> Result<Box<dyn Stage>, WorldError> {
        let mut state = self.state();
        if state.files.contains_key(out) {
            return Err(WorldError::NotFolder(out.to_path_buf()));
        }
        state.create(out)?;
        if !state.staged.insert(out.to_path_buf()) {
            return Err(WorldError::Locked(out.to_path_buf()));
        }
        let new = Arc::default();
        Ok(Box::new(MemoryStage { world: self.clone(), out: out.to_path_buf(), new, replaced: BTreeSet::new() }))
    }

    fn make_folder(&self, path: &Path) -> Result<(), WorldError> {
        // Folders are where files are.
        let state = self.state();
        if state.files.contains_key(path) { Err(WorldError::io("make", path, ErrorKind::AlreadyExists)) } else { Ok(()) }
    }

    fn replace(&self, path: &Path, bytes: &[u8]) -> Result<(), WorldError> {
        let mut state = self.state();
        state.create(path)?;
        state.write(path)?;
        state.files.insert(path.to_path_buf(), bytes.to_vec());
        Ok(())
    }

    fn scratch(&self) -> Result<Box<dyn Scratch>, WorldError> {
        Ok(Box::new(Cursor::new(Vec::new())))
    }
}

/// The stage of a [`MemoryWorld`].
struct MemoryStage {
    world: MemoryWorld,
    out: PathBuf,
    new: Arc<Mutex<Files>>,
    replaced: BTreeSet<PathBuf>,
}

impl MemoryStage {
    /// A stranger's file at `path`, above it, or below it.
    fn check_free(&self, state: &State, path: &Path) -> Result<(), WorldError> {
        let in_the_way = |file: &&PathBuf| {
            let touches = file.starts_with(path) || (path.starts_with(file) && file.starts_with(&self.out));
            touches && !self.replaced.contains(*file)
        };
        state.files.keys().find(in_the_way).map_or(Ok(()), |file| Err(WorldError::Foreign(file.clone())))
    }
}

impl Stage for MemoryStage {
    fn previous(&self, relative: &str) -> Result<Option<Vec<u8>>, WorldError> {
        Ok(self.world.state().files.get(&self.out.join(normal(relative)?)).cloned())
    }

    fn replaces(&mut self, paths: BTreeSet<String>) {
        self.replaced.extend(paths.into_iter().map(|path| self.out.join(path)));
    }

    fn create(&mut self, relative: &str) -> Result<Box<dyn Write + Send>, WorldError> {
        let path = self.out.join(normal(relative)?);
        let state = self.world.state();
        state.create(&path)?;
        self.check_free(&state, &path)?;
        if self.new.lock().unwrap_or_else(PoisonError::into_inner).insert(path.clone(), Vec::new()).is_some() {
            return Err(WorldError::io("create", &path, ErrorKind::AlreadyExists));
        }
        Ok(Box::new(MemoryFile { world: self.world.clone(), new: Arc::clone(&self.new), path }))
    }

    fn commit(self: Box<Self>) -> Result<(), WorldError> {
        let mut state = self.world.state();
        let mut new = self.new.lock().unwrap_or_else(PoisonError::into_inner);
        new.keys().try_for_each(|path| self.check_free(&state, path))?;
        state.files.retain(|path, _| !self.replaced.contains(path));
        state.files.append(&mut new);
        Ok(())
    }
}

impl Drop for MemoryStage {
    fn drop(&mut self) {
        self.world.state().staged.remove(&self.out);
    }
}

struct MemoryFile {
    world: MemoryWorld,
    new: Arc<Mutex<Files>>,
    path: PathBuf,
}

impl Write for MemoryFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.world.state().write(&self.path).map_err(|full| io::Error::new(ErrorKind::StorageFull, full))?;
        let mut new = self.new.lock().unwrap_or_else(PoisonError::into_inner);
        new.entry(self.path.clone()).or_default().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_and_a_forbidden_file_leave_everything_as_it_was() {
        let world = MemoryWorld::default().with("/out/old", "old");
        let before = world.files();
        world.full_after(1);
        let mut stage = world.stage(Path::new("/out")).unwrap();
        let mut file = stage.create("new").unwrap();
        file.write_all(b"one").unwrap();
        let full = file.write_all(b"two").unwrap_err();
        assert_eq!(
            (full.kind(), full.to_string().as_str()),
            (ErrorKind::StorageFull, "failed to write `/out/new`: no storage space")
        );
        drop((file, stage));
        world.forbid("/out/secret");
        let denied = world.stage(Path::new("/out")).unwrap().create("secret/x").err().unwrap();
        assert_eq!(denied.to_string(), "failed to create `/out/secret/x`: permission denied");
        assert_eq!(world.files(), before);
    }

    #[test]
    fn it_lists_and_remembers_like_a_disk() {
        let world = MemoryWorld::default().with("/w/scenarios/b.yaml", "b").with("/w/scenarios/a/x", "x");
        assert_eq!(world.workspace(Path::new("/w/scenarios/a")), Some(PathBuf::from("/w")));
        assert_eq!(world.list(Path::new("/w/scenarios")).unwrap(), ["a", "b.yaml"]);
        assert!(world.list(Path::new("/none")).unwrap_err().is_missing());
        assert!(world.accessed().contains(&PathBuf::from("/none")));
        assert!(!world.is_dir(Path::new("/w/scenarios/b.yaml")) && world.is_file(Path::new("/w/scenarios/b.yaml")));
    }
}
