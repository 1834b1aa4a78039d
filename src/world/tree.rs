//! Whole folders: carry over what is not ours, rescue what came late, keep, remove.
//!
//! "Ours" are the paths, relative to the output folder, of the files that this build replaces, drops or writes. All else is a
//! stranger's: it is carried over by hard link, so that it stays the same file to whoever holds it open, or by copy where the
//! file system cannot link.
#![expect(clippy::disallowed_methods, reason = "this is the door to the disk")]

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs::{self, File, FileTimes, Metadata, Permissions};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use super::lock::same_file;
use super::{WorldError, exchange};

/// Carries every stranger's file, link and empty folder of `from` over into `to`.
///
/// # Errors
/// When a folder in it is a mount point, or an entry can be neither linked nor copied.
pub(super) fn carry_over(from: &Path, to: &Path, ours: &BTreeSet<PathBuf>) -> Result<(), WorldError> {
    Walk { from, to, ours, place: &link_or_copy }.folder(Path::new("")).map(|_| ())
}

/// Brings into `out` what strangers wrote into `retired` after it had been carried over: entries that `out` lacks, and entries
/// that were replaced by newer ones. Files of ours are left alone.
///
/// # Errors
/// As [`carry_over`].
pub(super) fn rescue(retired: &Path, out: &Path, ours: &BTreeSet<PathBuf>) -> Result<(), WorldError> {
    let place = |source: &Path, target: &Path, found: &Metadata| match target.symlink_metadata() {
        Ok(there) if same_file(found, &there) || !newer(found, &there) => Ok(()),
        Ok(_) => fs::rename(source, target),
        Err(_) => link_or_copy(source, target, found),
    };
    Walk { from: retired, to: out, ours, place: &place }.folder(Path::new("")).map(|_| ())
}

fn newer(one: &Metadata, other: &Metadata) -> bool {
    (one.mtime(), one.mtime_nsec()) > (other.mtime(), other.mtime_nsec())
}

/// One walk over a tree, in the order of names.
struct Walk<'a> {
    from: &'a Path,
    to: &'a Path,
    ours: &'a BTreeSet<PathBuf>,
    place: &'a dyn Fn(&Path, &Path, &Metadata) -> io::Result<()>,
}

impl Walk<'_> {
    /// Walks one folder; says whether anything in it, or the folder itself for being empty, is a stranger's. A folder that
    /// held nothing but our files does not live on without them.
    fn folder(&self, relative: &Path) -> Result<bool, WorldError> {
        let source = self.from.join(relative);
        let names = names(&source)?;
        let mut foreign = names.is_empty() && !relative.as_os_str().is_empty();
        if foreign {
            self.make(relative)?;
        }
        for name in names {
            foreign |= self.entry(&relative.join(name))?;
        }
        Ok(foreign)
    }

    fn entry(&self, relative: &Path) -> Result<bool, WorldError> {
        let source = self.from.join(relative);
        let found = match source.symlink_metadata() {
            Ok(found) => found,
            Err(cause) if cause.kind() == ErrorKind::NotFound => return Ok(false),
            Err(cause) => return Err(WorldError::io("read", &source, cause)),
        };
        if found.is_dir() {
            // The mounted content would go out of sight with the retired tree.
            if exchange::is_mount_point(&source) {
                return Err(WorldError::MountPoint(source));
            }
            return self.folder(relative);
        }
        if self.ours.contains(relative) {
            return Ok(false);
        }
        self.make(relative.parent().unwrap_or(Path::new("")))?;
        match (self.place)(&source, &self.to.join(relative), &found) {
            // Taken away while we looked, as editors do with their temporary files.
            Err(cause) if cause.kind() == ErrorKind::NotFound && source.symlink_metadata().is_err() => Ok(false),
            Err(cause) => Err(WorldError::io("keep", &source, cause)),
            Ok(()) => Ok(true),
        }
    }

    fn make(&self, relative: &Path) -> Result<(), WorldError> {
        let target = self.to.join(relative);
        fs::create_dir_all(&target).map_err(|cause| WorldError::io("create", &target, cause))
    }
}

/// The names in a folder, sorted; none when it is gone.
fn names(folder: &Path) -> Result<Vec<OsString>, WorldError> {
    let listed = match fs::read_dir(folder) {
        Err(cause) if cause.kind() == ErrorKind::NotFound => Ok(Vec::new()),
        Err(cause) => Err(cause),
        Ok(entries) => entries.map(|entry| Ok(entry?.file_name())).collect::<io::Result<Vec<_>>>(),
    };
    let mut names = listed.map_err(|cause| WorldError::io("list", folder, cause))?;
    names.sort_unstable();
    Ok(names)
}

/// Links what can be linked; else recreates a link or copies a file.
fn link_or_copy(source: &Path, target: &Path, found: &Metadata) -> io::Result<()> {
    match fs::hard_link(source, target) {
        Err(cause) if cause.kind() == ErrorKind::AlreadyExists => Err(cause),
        Err(_) if found.is_symlink() => std::os::unix::fs::symlink(fs::read_link(source)?, target),
        Err(_) if found.is_file() => copy(source, target, found),
        other => other,
    }
}

/// A copy with content, permissions, times and, where allowed, owner.
fn copy(source: &Path, target: &Path, found: &Metadata) -> io::Result<()> {
    fs::copy(source, target)?;
    dress(target, found, true)?;
    File::open(target)?.sync_all()
}

/// Gives `target` the owner, permissions and, if asked, the time of last change of what was `found`.
fn dress(target: &Path, found: &Metadata, times: bool) -> io::Result<()> {
    // Only a privileged user may give files away; for everyone else the owner is right already or cannot be helped.
    let _ = std::os::unix::fs::chown(target, Some(found.uid()), Some(found.gid()));
    if times {
        File::open(target)?.set_times(FileTimes::new().set_modified(found.modified()?))?;
    }
    fs::set_permissions(target, found.permissions())
}

/// Gives every folder of `to` that `from` has too the owner and permissions it has there, and its time unless a file of ours
/// comes, changes or goes in it. Done last, since a folder may be read-only.
///
/// # Errors
/// When the disk refuses.
pub(super) fn dress_folders(from: &Path, to: &Path, ours: &BTreeSet<PathBuf>) -> Result<(), WorldError> {
    let changed: BTreeSet<&Path> = ours.iter().flat_map(|path| path.ancestors().skip(1)).collect();
    dress_folder(from, to, Path::new(""), &changed)
}

fn dress_folder(from: &Path, to: &Path, relative: &Path, changed: &BTreeSet<&Path>) -> Result<(), WorldError> {
    let (source, target) = (from.join(relative), to.join(relative));
    for name in names(&target)? {
        let inner = relative.join(name);
        let is_folder = |root: &Path| root.join(&inner).symlink_metadata().is_ok_and(|found| found.is_dir());
        if is_folder(to) && is_folder(from) {
            dress_folder(from, to, &inner, changed)?;
        }
    }
    source
        .symlink_metadata()
        .and_then(|found| dress(&target, &found, !changed.contains(relative)))
        .map_err(|cause| WorldError::io("set permissions of", &target, cause))
}

/// Waits until the given files of a tree, and all its folders, are on the disk.
///
/// # Errors
/// When the disk failed to take them.
pub(super) fn sync<'a>(tree: &Path, files: impl IntoIterator<Item = &'a PathBuf>) -> Result<(), WorldError> {
    for file in files {
        let path = tree.join(file);
        File::open(&path).and_then(|file| file.sync_all()).map_err(|cause| WorldError::io("write", &path, cause))?;
    }
    sync_folders(tree)
}

fn sync_folders(folder: &Path) -> Result<(), WorldError> {
    for name in names(folder)? {
        let inner = folder.join(name);
        if inner.symlink_metadata().is_ok_and(|found| found.is_dir()) {
            sync_folders(&inner)?;
        }
    }
    sync_folder(folder)
}

/// Waits until the names in one folder are on the disk.
///
/// # Errors
/// When the disk failed to take them.
pub(super) fn sync_folder(folder: &Path) -> Result<(), WorldError> {
    match File::open(folder).and_then(|handle| handle.sync_all()) {
        // Some network file systems have no such call for folders; they write names through.
        Err(cause) if cause.kind() != ErrorKind::InvalidInput => Err(WorldError::io("write", folder, cause)),
        _ => Ok(()),
    }
}

/// Removes a folder with all that is in it, read-only folders too; it need not exist.
///
/// # Errors
/// When something in it cannot be removed.
pub(super) fn remove(tree: &Path) -> Result<(), WorldError> {
    unlock(tree)?;
    match fs::remove_dir_all(tree) {
        Err(cause) if cause.kind() != ErrorKind::NotFound => Err(WorldError::io("remove", tree, cause)),
        _ => Ok(()),
    }
}

/// Makes every folder of a tree writable for its owner.
fn unlock(folder: &Path) -> Result<(), WorldError> {
    const OWNER: u32 = 0o700;
    let Ok(found) = folder.symlink_metadata() else { return Ok(()) };
    if !found.is_dir() {
        return Ok(());
    }
    let mode = found.permissions().mode();
    if mode & OWNER != OWNER {
        fs::set_permissions(folder, Permissions::from_mode(mode | OWNER))
            .map_err(|cause| WorldError::io("remove", folder, cause))?;
    }
    names(folder)?.into_iter().try_for_each(|name| unlock(&folder.join(name)))
}

/// The first thing on the way to `relative` that a file of that path would have to overwrite, and that is not among `replaced`.
pub(super) fn obstacle(tree: &Path, relative: &Path, replaced: &BTreeSet<PathBuf>) -> Option<PathBuf> {
    let mut upwards: Vec<&Path> = relative.ancestors().filter(|part| !part.as_os_str().is_empty()).collect();
    upwards.reverse();
    for part in upwards {
        let Ok(found) = tree.join(part).symlink_metadata() else { return None };
        if found.is_dir() && part != relative {
            continue;
        }
        let ours = replaced.contains(part) && !found.is_dir();
        return (!ours).then(|| part.to_path_buf());
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(list: &[&str]) -> BTreeSet<PathBuf> {
        list.iter().map(PathBuf::from).collect()
    }

    #[test]
    fn strangers_are_carried_over_with_links_folders_times_and_permissions() {
        let root = tempfile::tempdir().unwrap();
        let (old, new) = (root.path().join("old"), root.path().join("new"));
        fs::create_dir_all(old.join("notes/empty")).unwrap();
        fs::create_dir_all(old.join("data")).unwrap();
        fs::create_dir(&new).unwrap();
        fs::write(old.join("notes/mine.txt"), "mine").unwrap();
        fs::write(old.join("data/ours.jsonl"), "ours").unwrap();
        std::os::unix::fs::symlink("nowhere", old.join("notes/link")).unwrap();
        fs::set_permissions(old.join("notes"), Permissions::from_mode(0o550)).unwrap();
        let ours = paths(&["data/ours.jsonl"]);
        carry_over(&old, &new, &ours).unwrap();
        dress_folders(&old, &new, &ours).unwrap();
        let look = |path: &str| (old.join(path).symlink_metadata().unwrap(), new.join(path).symlink_metadata().unwrap());
        let (before, after) = look("notes/mine.txt");
        assert!(same_file(&before, &after));
        let (before, after) = look("notes");
        assert_eq!((before.mode(), before.modified().unwrap()), (after.mode(), after.modified().unwrap()));
        assert!(new.join("notes/empty").is_dir());
        assert_eq!(fs::read_link(new.join("notes/link")).unwrap(), Path::new("nowhere"));
        assert!(!new.join("data").exists(), "a folder of our files only does not outlive them");
        remove(&old).unwrap();
        assert!(!old.exists());
    }

    #[test]
    fn what_came_late_is_rescued_and_nothing_newer_is_overwritten() {
        let root = tempfile::tempdir().unwrap();
        let (retired, out) = (root.path().join("retired"), root.path().join("out"));
        fs::create_dir_all(retired.join("late")).unwrap();
        fs::create_dir(&out).unwrap();
        let put = |path: PathBuf, text: &str, seconds: u64| {
            fs::write(&path, text).unwrap();
            let time = std::time::UNIX_EPOCH + std::time::Duration::from_secs(seconds);
            File::options().write(true).open(&path).unwrap().set_modified(time).unwrap();
        };
        put(retired.join("late/new.txt"), "late", 5);
        put(retired.join("saved"), "after", 9);
        put(out.join("saved"), "before", 8);
        put(retired.join("edited"), "old", 1);
        put(out.join("edited"), "edited since", 2);
        put(retired.join("ours"), "stale", 99);
        rescue(&retired, &out, &paths(&["ours"])).unwrap();
        let read = |path: &str| fs::read_to_string(out.join(path)).ok();
        assert_eq!(read("late/new.txt").as_deref(), Some("late"));
        assert_eq!(read("saved").as_deref(), Some("after"));
        assert_eq!(read("edited").as_deref(), Some("edited since"));
        assert_eq!(read("ours"), None);
    }

    #[test]
    fn a_copy_keeps_content_times_and_permissions() {
        let root = tempfile::tempdir().unwrap();
        let (source, target) = (root.path().join("a"), root.path().join("b"));
        fs::write(&source, "text").unwrap();
        fs::set_permissions(&source, Permissions::from_mode(0o440)).unwrap();
        let found = source.metadata().unwrap();
        copy(&source, &target, &found).unwrap();
        let copied = target.metadata().unwrap();
        assert_eq!((copied.mode(), copied.modified().unwrap()), (found.mode(), found.modified().unwrap()));
        assert_eq!(fs::read_to_string(&target).unwrap(), "text");
    }

    #[test]
    fn obstacles_are_found_at_every_level() {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir_all(root.path().join("data/folder")).unwrap();
        fs::write(root.path().join("data/file"), "").unwrap();
        let found = |path: &str, replaced: &[&str]| obstacle(root.path(), Path::new(path), &paths(replaced));
        assert_eq!(found("data/other", &[]), None);
        assert_eq!(found("data/file", &[]), Some("data/file".into()));
        assert_eq!(found("data/file", &["data/file"]), None);
        assert_eq!(found("data/file/deeper", &[]), Some("data/file".into()));
        assert_eq!(found("data/file/deeper", &["data/file"]), None);
        assert_eq!(found("data/folder", &["data/folder"]), Some("data/folder".into()));
    }
}
