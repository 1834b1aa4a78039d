//! The disk.
#![expect(clippy::disallowed_methods, reason = "this is the door to the disk")]

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use super::stage::SystemStage;
use super::{Input, PathError, Scratch, Stage, Stamp, World, WorldError, lock, path, tree};

/// The world of the running system. One is made for each compile, so that [`World::accessed`] is that compile's list.
#[derive(Debug, Default)]
pub struct SystemWorld {
    accessed: Mutex<BTreeSet<PathBuf>>,
}

impl SystemWorld {
    fn remember(&self, path: &Path) {
        let mut accessed = self.accessed.lock().unwrap_or_else(PoisonError::into_inner);
        if !accessed.contains(path) {
            accessed.insert(path.to_path_buf());
        }
    }
}

impl World for SystemWorld {
    fn read(&self, path: &Path) -> Result<Vec<u8>, WorldError> {
        self.remember(path);
        fs::read(path).map_err(|cause| WorldError::io("read", path, cause))
    }

    fn open(&self, path: &Path) -> Result<Box<dyn Input>, WorldError> {
        self.remember(path);
        let failed = |cause: io::Error| WorldError::io("read", path, cause);
        let file = File::open(path).map_err(failed)?;
        // A folder can be opened, and fails only when it is read.
        if file.metadata().map_err(failed)?.is_dir() {
            return Err(failed(ErrorKind::IsADirectory.into()));
        }
        Ok(Box::new(file))
    }

    fn list(&self, folder: &Path) -> Result<Vec<String>, WorldError> {
        self.remember(folder);
        let failed = |cause: io::Error| WorldError::io("list", folder, cause);
        let mut names = Vec::new();
        for entry in fs::read_dir(folder).map_err(failed)? {
            let name = entry.map_err(failed)?.file_name();
            let not_text = |name: OsString| {
                WorldError::io("read the name of", &folder.join(name), io::Error::from(ErrorKind::InvalidFilename))
            };
            names.push(name.into_string().map_err(not_text)?);
        }
        names.sort_unstable();
        Ok(names)
    }

    fn is_file(&self, path: &Path) -> bool {
        self.remember(path);
        path.is_file()
    }

    fn is_dir(&self, path: &Path) -> bool {
        self.remember(path);
        path.is_dir()
    }

    fn stamp(&self, path: &Path) -> Stamp {
        Stamp::of_disk(path)
    }

    fn accessed(&self) -> Vec<PathBuf> {
        self.accessed.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }

    fn current_folder(&self) -> Result<PathBuf, WorldError> {
        std::env::current_dir().map_err(|cause| WorldError::io("find the current folder", Path::new("."), cause))
    }

    fn inside(&self, root: &Path, relative: &str) -> Result<PathBuf, PathError> {
        path::inside(root, relative)
    }

    fn stage(&self, out: &Path) -> Result<Box<dyn Stage>, WorldError> {
        Ok(Box::new(SystemStage::open(out)?))
    }

    fn make_folder(&self, path: &Path) -> Result<(), WorldError> {
        fs::create_dir_all(path).map_err(|cause| WorldError::io("make", path, cause))
    }

    fn replace(&self, path: &Path, bytes: &[u8]) -> Result<(), WorldError> {
        // Where the path is a link, the file that it leads to is replaced, and the link stays.
        let target = path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
        let sibling = sibling(&target);
        let file = lock::claim(&sibling, path)?;
        let folder = target.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        replace_through(&file, &sibling, &target, bytes)
            .map_err(|cause| {
                let _ = fs::remove_file(&sibling);
                WorldError::io("write", path, cause)
            })
            .and_then(|()| tree::sync_folder(folder))
    }

    fn scratch(&self) -> Result<Box<dyn Scratch>, WorldError> {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let folder = std::env::temp_dir();
        loop {
            let name = format!("dictum-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
            let path = folder.join(name);
            match OpenOptions::new().read(true).write(true).create_new(true).mode(0o600).open(&path) {
                // Without its name the file lives exactly as long as it is open, however the process ends.
                Ok(file) => {
                    fs::remove_file(&path).map_err(|cause| WorldError::io("remove", &path, cause))?;
                    return Ok(Box::new(file));
                }
                Err(cause) if cause.kind() == ErrorKind::AlreadyExists => {}
                Err(cause) => return Err(WorldError::io("create", &path, cause)),
            }
        }
    }
}

/// The hidden name beside `target` under which its new content is written.
fn sibling(target: &Path) -> PathBuf {
    let mut name = OsString::from(".");
    name.push(target.file_name().unwrap_or_default());
    name.push(".new");
    target.with_file_name(name)
}

/// Writes `bytes` into the open `file`, named `sibling`, and gives it the name `target`.
fn replace_through(mut file: &File, sibling: &Path, target: &Path, bytes: &[u8]) -> io::Result<()> {
    file.set_len(0)?;
    file.write_all(bytes)?;
    if let Ok(found) = target.metadata() {
        file.set_permissions(found.permissions())?;
    }
    file.sync_all()?;
    fs::rename(sibling, target)
}

#[cfg(test)]
mod tests {
    use std::io::{Read as _, Seek as _};

    use super::*;

    #[test]
    fn what_was_looked_at_is_remembered() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        fs::create_dir(root.join("scenarios")).unwrap();
        fs::write(root.join("scenarios/b.yaml"), "b").unwrap();
        fs::write(root.join("scenarios/a.yaml"), "a").unwrap();
        let world = SystemWorld::default();
        assert_eq!(world.workspace(&root.join("scenarios")), Some(root.to_path_buf()));
        assert_eq!(world.list(&root.join("scenarios")).unwrap(), ["a.yaml", "b.yaml"]);
        assert_eq!(world.read(&root.join("scenarios/a.yaml")).unwrap(), b"a");
        let missing = world.read(&root.join("none")).unwrap_err();
        assert!(missing.is_missing());
        assert_eq!(missing.to_string(), format!("failed to read `{}`: no such file or directory", root.join("none").display()));
        assert!(!world.is_file(&root.join("also-none")));
        let expected = ["also-none", "none", "scenarios", "scenarios/a.yaml", "scenarios/scenarios"].map(|name| root.join(name));
        assert_eq!(world.accessed(), expected);
    }

    #[test]
    fn a_file_is_replaced_in_one_step_and_keeps_link_and_permissions() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let (path, link) = (folder.path().join("dictum.lock"), folder.path().join("link"));
        let world = SystemWorld::default();
        world.replace(&path, b"one, and long").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o604)).unwrap();
        fs::write(folder.path().join(".dictum.lock.new"), "left by a killed process, longer than anything else").unwrap();
        std::os::unix::fs::symlink("dictum.lock", &link).unwrap();
        world.replace(&link, b"two").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"two");
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o604);
        assert!(link.symlink_metadata().unwrap().is_symlink());
        assert_eq!(world.list(folder.path()).unwrap(), ["dictum.lock", "link"]);
        assert!(world.replace(&folder.path().join("none/x"), b"").is_err());
    }

    #[test]
    fn a_stamp_tells_content_names_and_files_of_the_same_look_apart() {
        let folder = tempfile::tempdir().unwrap();
        let (path, other) = (folder.path().join("a"), folder.path().join("b"));
        let world = SystemWorld::default();
        assert!(world.stamp(&path).is_missing());
        fs::write(&path, "one").unwrap();
        let (file, names) = (world.stamp(&path), world.stamp(folder.path()));
        assert!(!file.is_folder() && names.is_folder() && file == world.stamp(&path));
        let time = path.metadata().unwrap().modified().unwrap();
        fs::write(&path, "longer").unwrap();
        let longer = world.stamp(&path);
        assert!(longer != file && longer.is_same_node(file));
        fs::write(&other, "other!").unwrap();
        File::options().write(true).open(&other).unwrap().set_modified(time).unwrap();
        fs::rename(&other, &path).unwrap();
        assert!(world.stamp(&path) != longer && !world.stamp(&path).is_same_node(longer));
        assert!(world.accessed().is_empty());
    }

    #[test]
    fn scratch_files_have_no_name_and_hold_what_was_written() {
        let mut file = SystemWorld::default().scratch().unwrap();
        file.write_all(b"spilled").unwrap();
        file.rewind().unwrap();
        let mut text = String::new();
        file.read_to_string(&mut text).unwrap();
        assert_eq!(text, "spilled");
    }
}
