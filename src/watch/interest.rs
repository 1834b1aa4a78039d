//! Which paths on the disk concern what was compiled, and which folders must be watched to hear of them.
//!
//! In: what compiles looked at. Out: whether an event at a path concerns them, and the folders: those of the files, those whose
//! names were asked for, and for whatever is missing the nearest folder that is there. Folders are watched, not files, for editors
//! save by renaming, which takes a watched file away.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::world::{Looks, World};

/// The paths that matter.
#[derive(Debug, Default)]
pub(super) struct Interest {
    paths: BTreeSet<PathBuf>,
    /// Folders whose names matter.
    listed: BTreeSet<PathBuf>,
}

impl Interest {
    pub(super) fn of(looks: &Looks) -> Self {
        let listed = looks.iter().filter(|(_, look)| look.listed).map(|(path, _)| path.clone());
        Self { paths: looks.keys().cloned().collect(), listed: listed.collect() }
    }

    /// Whether something at a path concerns us; `names` says that a name may have come or gone there.
    pub(super) fn concerns(&self, path: &Path, names: bool) -> bool {
        let at_or_below = self.paths.range(path.to_path_buf()..).next().is_some_and(|next| next.starts_with(path));
        at_or_below || (names && path.parent().is_some_and(|folder| self.listed.contains(folder)))
    }
}

/// The folders to watch, `root` and those below it.
pub(super) fn folders(looks: &Looks, root: &Path, world: &dyn World) -> BTreeSet<PathBuf> {
    let mut found = BTreeSet::from([root.to_path_buf()]);
    for (path, look) in looks {
        let from = if look.listed { Some(path.as_path()) } else { path.parent() };
        // The folders above are watched, too: to hear of a folder that comes back.
        for folder in from.into_iter().flat_map(Path::ancestors).take_while(|folder| folder.starts_with(root)) {
            if !found.contains(folder) && world.stamp(folder).is_folder() {
                found.insert(folder.to_path_buf());
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::{MemoryWorld, RecordingWorld};

    fn looks(disk: &MemoryWorld) -> Looks {
        let world = RecordingWorld::new(disk);
        world.list(Path::new("/w/scenarios")).unwrap();
        world.read(Path::new("/w/scenarios/a.yaml")).unwrap();
        assert!(!world.is_file(Path::new("/w/templates/deep/x.j2")));
        world.into_looks()
    }

    fn disk() -> MemoryWorld {
        MemoryWorld::default().with("/w/scenarios/a.yaml", "a").with("/w/scenarios/sub/b", "b").with("/w/out/data", "d")
    }

    #[test]
    fn what_was_looked_at_concerns_and_so_do_folders_on_the_way() {
        let interest = Interest::of(&looks(&disk()));
        let concerns = |path: &str, names| interest.concerns(Path::new(path), names);
        for path in ["/w/scenarios/a.yaml", "/w/templates/deep/x.j2", "/w/templates/deep", "/w/templates", "/w"] {
            assert!(concerns(path, false), "{path}");
        }
        for path in ["/w/out", "/w/out/data", "/w/scenarios/a.yaml~", "/w/templates/deep/x", "/w/scenarios/sub/c", "/w/scen"] {
            assert!(!concerns(path, false), "{path}");
        }
        assert!(concerns("/w/scenarios/new.yaml", true) && !concerns("/w/scenarios/new.yaml", false));
        assert!(!concerns("/w/out/data", true) && !concerns("/w/new", true));
    }

    #[test]
    fn folders_are_watched_up_to_the_root_and_the_nearest_one_for_what_is_missing() {
        let disk = disk();
        let found = folders(&looks(&disk), Path::new("/w"), &disk);
        assert_eq!(found, BTreeSet::from(["/w", "/w/scenarios"].map(PathBuf::from)));
        let disk = disk.with("/w/templates/y.j2", "y");
        let found = folders(&looks(&disk), Path::new("/w"), &disk);
        assert_eq!(found, BTreeSet::from(["/w", "/w/scenarios", "/w/templates"].map(PathBuf::from)));
    }
}
