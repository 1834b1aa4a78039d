//! What an output folder goes through, on the disk and in memory alike.
#![expect(clippy::disallowed_methods, reason = "these tests look at the disk behind the door")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write as _;
use std::os::unix::fs::{MetadataExt as _, symlink};
use std::path::{Path, PathBuf};

use super::{MemoryWorld, Stage, SystemWorld, World, WorldError};

fn write(stage: &mut dyn Stage, path: &str, text: &str) {
    let mut file = stage.create(path).unwrap();
    file.write_all(text.as_bytes()).unwrap();
    file.flush().unwrap();
}

/// One whole build: replaces `old`, writes `new`.
fn build(world: &dyn World, out: &Path, old: &[&str], new: &[(&str, &str)]) -> Result<(), WorldError> {
    let mut stage = world.stage(out)?;
    stage.replaces(old.iter().map(|path| (*path).to_owned()).collect());
    for (path, text) in new {
        let mut file = stage.create(path)?;
        file.write_all(text.as_bytes()).unwrap();
    }
    stage.commit()
}

/// Every file below a folder with its text.
fn content(folder: &Path) -> BTreeMap<PathBuf, String> {
    let mut found = BTreeMap::new();
    let Ok(entries) = fs::read_dir(folder) else { return found };
    for entry in entries {
        let path = entry.unwrap().path();
        if path.symlink_metadata().unwrap().is_dir() {
            found.extend(content(&path));
        } else {
            found.insert(path.clone(), fs::read_to_string(&path).unwrap_or_default());
        }
    }
    found
}

fn texts<const N: usize>(out: &Path, files: [(&str, &str); N]) -> BTreeMap<PathBuf, String> {
    files.into_iter().map(|(path, text)| (out.join(path), text.to_owned())).collect()
}

/// Runs the same story on the disk and in memory; `look` shows all files.
fn on_both(story: impl Fn(&dyn World, &Path, &dyn Fn() -> BTreeMap<PathBuf, String>)) {
    let root = tempfile::tempdir().unwrap();
    story(&SystemWorld::default(), &root.path().join("deep/out"), &|| content(root.path()));
    assert_eq!(fs::read_dir(root.path().join("deep")).unwrap().count(), 1, "no work folder is left");
    let memory = MemoryWorld::default();
    let look = || memory.files().into_iter().map(|(path, bytes)| (path, String::from_utf8(bytes).unwrap())).collect();
    story(&memory, Path::new("/deep/out"), &look);
}

#[test]
fn a_fresh_folder_appears_and_is_then_replaced_file_by_file() {
    on_both(|world, out, look| {
        build(world, out, &[], &[("data/a", "1"), ("data/b", "1"), ("manifest", "1")]).unwrap();
        assert_eq!(look(), texts(out, [("data/a", "1"), ("data/b", "1"), ("manifest", "1")]));
        build(world, out, &["data/a", "manifest"], &[("data/c", "2"), ("manifest", "2")]).unwrap();
        assert_eq!(look(), texts(out, [("data/b", "1"), ("data/c", "2"), ("manifest", "2")]));
    });
}

#[test]
fn a_stage_that_is_dropped_leaves_nothing() {
    on_both(|world, out, look| {
        let mut stage = world.stage(out).unwrap();
        write(&mut *stage, "a", "never seen");
        assert_eq!(stage.previous("a").unwrap(), None);
        drop(stage);
        assert!(look().is_empty());
        build(world, out, &[], &[("a", "old")]).unwrap();
        let mut stage = world.stage(out).unwrap();
        stage.replaces(BTreeSet::from(["a".to_owned()]));
        write(&mut *stage, "a", "new");
        assert_eq!(stage.previous("a").unwrap().as_deref(), Some(b"old".as_slice()));
        drop(stage);
        assert_eq!(look(), texts(out, [("a", "old")]));
    });
}

#[test]
fn two_stages_at_once_are_refused() {
    on_both(|world, out, _| {
        build(world, out, &[], &[("a", "1")]).unwrap();
        let first = world.stage(out).unwrap();
        let second = world.stage(out).err().unwrap();
        assert!(second.is_locked());
        assert_eq!(second.to_string(), format!("another build is writing into `{}`", out.display()));
        drop(first);
        build(world, out, &["a"], &[("a", "2")]).unwrap();
    });
}

#[test]
fn a_strangers_file_in_the_way_is_never_overwritten() {
    on_both(|world, out, look| {
        build(world, out, &[], &[("data", "stranger"), ("folder/x", "stranger")]).unwrap();
        let before = look();
        for path in ["data", "data/a", "folder", "folder/x"] {
            let refused = build(world, out, &[], &[(path, "ours")]).unwrap_err();
            assert!(matches!(refused, WorldError::Foreign(_)), "{path}: {refused}");
        }
        assert_eq!(look(), before);
        build(world, out, &["data"], &[("data/a", "ours")]).unwrap();
    });
}

#[test]
fn paths_that_leave_the_folder_are_refused() {
    on_both(|world, out, _| {
        build(world, out, &[], &[("a", "1")]).unwrap();
        for path in ["../x", "/x", "", "a\\b"] {
            assert!(matches!(build(world, out, &[], &[(path, "")]), Err(WorldError::Path(_))), "{path}");
        }
    });
}

#[test]
fn a_strangers_files_stay_the_same_files() {
    let root = tempfile::tempdir().unwrap();
    let out = root.path().join("out");
    let world = SystemWorld::default();
    build(&world, &out, &[], &[("data/a", "1")]).unwrap();
    fs::create_dir_all(out.join("notes/empty")).unwrap();
    fs::write(out.join("notes/mine"), "mine").unwrap();
    fs::write(out.join("data/mine"), "mine").unwrap();
    symlink("/nowhere", out.join("link")).unwrap();
    let before = out.join("notes/mine").metadata().unwrap();
    build(&world, &out, &["data/a"], &[("data/b", "2")]).unwrap();
    let after = out.join("notes/mine").metadata().unwrap();
    assert_eq!((before.ino(), before.modified().unwrap()), (after.ino(), after.modified().unwrap()));
    assert!(out.join("notes/empty").is_dir());
    assert_eq!(fs::read_link(out.join("link")).unwrap(), Path::new("/nowhere"));
    let expected = texts(&out, [("data/b", "2"), ("data/mine", "mine"), ("link", ""), ("notes/mine", "mine")]);
    assert_eq!(content(&out), expected);
}

#[test]
fn what_a_killed_build_left_is_swept() {
    let root = tempfile::tempdir().unwrap();
    let out = root.path().join("out");
    let left = root.path().join(".out.dictum");
    fs::create_dir_all(left.join("new/data")).unwrap();
    fs::create_dir_all(left.join("probe")).unwrap();
    fs::write(left.join("new/data/half"), "half").unwrap();
    fs::write(left.join("lock"), "").unwrap();
    build(&SystemWorld::default(), &out, &[], &[("data/a", "1")]).unwrap();
    assert_eq!(content(root.path()), texts(&out, [("data/a", "1")]));
    assert!(!left.exists());
}

#[test]
fn a_link_to_the_folder_is_followed_and_stays() {
    let root = tempfile::tempdir().unwrap();
    let (link, dangling) = (root.path().join("link"), root.path().join("dangling"));
    fs::create_dir(root.path().join("real")).unwrap();
    symlink("real", &link).unwrap();
    symlink("later/made", &dangling).unwrap();
    let world = SystemWorld::default();
    build(&world, &link, &[], &[("a", "1")]).unwrap();
    build(&world, &dangling, &[], &[("a", "2")]).unwrap();
    assert!(link.symlink_metadata().unwrap().is_symlink() && dangling.symlink_metadata().unwrap().is_symlink());
    assert_eq!(fs::read_to_string(root.path().join("real/a")).unwrap(), "1");
    assert_eq!(fs::read_to_string(root.path().join("later/made/a")).unwrap(), "2");
}

#[test]
fn what_cannot_be_an_output_folder_is_refused_at_once() {
    let root = tempfile::tempdir().unwrap();
    let world = SystemWorld::default();
    fs::write(root.path().join("file"), "").unwrap();
    let refused = |path: &Path| world.stage(path).err().unwrap();
    assert!(matches!(refused(&root.path().join("file")), WorldError::NotFolder(_)));
    let below = refused(&root.path().join("file/out")).to_string();
    assert!(below.ends_with("file/out`: not a directory"), "{below}");
    assert!(matches!(refused(Path::new(".")), WorldError::TooHigh(_)));
    assert!(matches!(refused(Path::new("/")), WorldError::TooHigh(_)));
    #[cfg(target_os = "linux")]
    assert!(matches!(refused(Path::new("/proc")), WorldError::MountPoint(_)));
    assert_eq!(fs::read_dir(root.path()).unwrap().count(), 1);
}

#[test]
fn a_parent_that_cannot_be_written_is_named() {
    use std::os::unix::fs::PermissionsExt as _;
    if rustix::process::geteuid().is_root() {
        return;
    }
    let root = tempfile::tempdir().unwrap();
    fs::create_dir(root.path().join("out")).unwrap();
    fs::set_permissions(root.path(), fs::Permissions::from_mode(0o555)).unwrap();
    let error = SystemWorld::default().stage(&root.path().join("out")).err().unwrap().to_string();
    assert!(error.contains(&root.path().display().to_string()) && error.ends_with("permission denied"), "{error}");
    fs::set_permissions(root.path(), fs::Permissions::from_mode(0o755)).unwrap();
}
