//! The datasets that are watched: which there are, which of them a change touches, and what they compile to.
//!
//! In: a workspace whose files change. Out: programs or diagnostics, dataset by dataset. What must hold: a dataset is compiled
//! again when an answer that its last compile got of the disk may be another one now, and only then.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::build::{named, warn_unfit};
use crate::diag::Diagnostics;
use crate::pipeline::check::Checked;
use crate::pipeline::load::{Declared, Workspace, datasets_again};
use crate::pipeline::sound;
use crate::source::Sources;
use crate::world::{Look, Looks, RecordingWorld, World};

/// Datasets being watched.
pub struct Session<'w> {
    world: &'w dyn World,
    root: PathBuf,
    /// The datasets asked for; empty for all.
    wanted: Vec<String>,
    declared: Declared,
    /// What was looked at to find the datasets; `None` before the first time.
    listing: Option<Looks>,
    tracked: BTreeMap<String, Tracked>,
}

/// One dataset.
struct Tracked {
    /// Path of its spec under `scenarios/`.
    path: String,
    /// What its last compile looked at; `None` before the first.
    looks: Option<Looks>,
}

/// What a look at the disk found.
#[derive(Default)]
pub struct Found {
    /// The datasets to compile, by name.
    pub stale: Vec<Stale>,
    /// Datasets that are no longer declared.
    pub gone: Vec<String>,
    /// What is wrong with the list of datasets; `None` where it is as it was.
    pub listing: Option<Diagnostics>,
}

/// A dataset that is to be compiled, again or for the first time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stale {
    /// Its name.
    pub dataset: String,
    /// What changed of what its last compile looked at, relative to the workspace; empty the first time.
    pub because: Vec<String>,
    /// Whether a file changed, and not only the names in a folder.
    pub by_file: bool,
}

/// What a dataset compiled to.
pub struct Compiled {
    /// Every text that was read.
    pub sources: Sources,
    /// What was found wrong.
    pub diagnostics: Diagnostics,
    /// Its program, where there is no error.
    pub checked: Option<Checked>,
}

impl<'w> Session<'w> {
    /// Watches the datasets of these names, or all there are.
    #[must_use]
    pub fn new(workspace: &Workspace<'w>, wanted: Vec<String>) -> Self {
        let (world, root) = (workspace.world, workspace.root.clone());
        Self { world, root, wanted, declared: Declared::default(), listing: None, tracked: BTreeMap::new() }
    }

    /// Looks at the disk; `touched` are paths that are known to have been written to, however they look.
    pub fn find(&mut self, touched: &BTreeSet<PathBuf>) -> Found {
        let mut found = Found::default();
        if self.listing.as_ref().is_none_or(|looks| !self.changed(looks, touched).is_empty()) {
            self.list(&mut found);
        }
        for (name, tracked) in &self.tracked {
            let Some(looks) = &tracked.looks else {
                found.stale.push(Stale { dataset: name.clone(), because: Vec::new(), by_file: true });
                continue;
            };
            let changed = self.changed(looks, touched);
            if !changed.is_empty() {
                let by_file = changed.iter().any(|(_, look)| !look.listed);
                let because = changed.iter().map(|(path, _)| self.shown(path)).collect();
                found.stale.push(Stale { dataset: name.clone(), because, by_file });
            }
        }
        found
    }

    /// Whether a look at the disk would find something.
    #[must_use]
    pub fn is_stale(&self) -> bool {
        let none = BTreeSet::new();
        self.all_looks().any(|looks| !self.changed(looks, &none).is_empty())
    }

    /// Forgets what was read, so that the next look finds everything stale.
    pub fn forget(&mut self) {
        self.listing = None;
        for tracked in self.tracked.values_mut() {
            tracked.looks = None;
        }
    }

    /// Everything that was looked at for the present list of datasets and programs.
    #[must_use]
    pub fn looks(&self) -> Looks {
        let mut all = Looks::new();
        for (path, look) in self.all_looks().flatten() {
            let listed = all.get(path).is_some_and(|known: &Look| known.listed) || look.listed;
            all.insert(path.clone(), Look { listed, ..*look });
        }
        all
    }

    /// How many datasets there are.
    #[must_use]
    pub fn datasets(&self) -> Vec<&str> {
        self.tracked.keys().map(String::as_str).collect()
    }

    /// Compiles a dataset; `None` where there is none of that name.
    pub fn compile(&mut self, dataset: &str) -> Option<Compiled> {
        let tracked = self.tracked.get_mut(dataset)?;
        let world = RecordingWorld::new(self.world);
        let workspace = Workspace { world: &world, root: self.root.clone() };
        let (mut sources, mut diagnostics) = (Sources::default(), Diagnostics::default());
        let checked = sound(&workspace, &tracked.path, &mut sources, &mut diagnostics);
        if let Some(checked) = &checked {
            warn_unfit(checked, &mut diagnostics);
        }
        tracked.looks = Some(world.into_looks());
        Some(Compiled { sources, diagnostics, checked })
    }

    /// Lists the datasets anew.
    fn list(&mut self, found: &mut Found) {
        let world = RecordingWorld::new(self.world);
        let workspace = Workspace { world: &world, root: self.root.clone() };
        let mut diagnostics = Diagnostics::default();
        let known = datasets_again(&workspace, &mut self.declared, &mut diagnostics);
        let listed: BTreeMap<String, String> = named(known, &self.wanted, &mut diagnostics).into_iter().collect();
        self.listing = Some(world.into_looks());
        found.listing = Some(diagnostics);
        found.gone = self.tracked.keys().filter(|name| !listed.contains_key(*name)).cloned().collect();
        self.tracked.retain(|name, _| listed.contains_key(name));
        for (name, path) in listed {
            match self.tracked.get_mut(&name) {
                Some(tracked) if tracked.path == path => {}
                // Under another path it is read anew.
                _ => {
                    self.tracked.insert(name, Tracked { path, looks: None });
                }
            }
        }
    }

    fn all_looks(&self) -> impl Iterator<Item = &Looks> {
        self.listing.iter().chain(self.tracked.values().filter_map(|tracked| tracked.looks.as_ref()))
    }

    /// The paths whose answer may be another one now.
    fn changed<'l>(&self, looks: &'l Looks, touched: &BTreeSet<PathBuf>) -> Vec<(&'l Path, &'l Look)> {
        let differs = |path: &Path, look: &Look| {
            // Two writes within a tick of the disk's clock look alike, but the second was told of.
            let written = touched.contains(path) && !look.stamp.is_folder() && !look.stamp.is_missing();
            written || look.differs(self.world.stamp(path))
        };
        looks.iter().filter(|(path, look)| differs(path, look)).map(|(path, look)| (path.as_path(), look)).collect()
    }

    /// A path as messages show it.
    fn shown(&self, path: &Path) -> String {
        path.strip_prefix(&self.root).unwrap_or(path).display().to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::MemoryWorld;

    const ROOT: &str = "/w";

    fn spec(name: &str, uses: &str) -> String {
        format!("dictum: 1\ndataset: {name}\nsize: 5\n{uses}context: {{a: [x, y]}}\nrecord:\n  input: {{a: \"{{{{ a }}}}\"}}\n")
    }

    fn disk() -> MemoryWorld {
        MemoryWorld::default()
            .with("/w/scenarios/one.yaml", spec("one", "use: [shared.yaml]\n"))
            .with("/w/scenarios/two.yaml", spec("two", ""))
            .with("/w/scenarios/shared.yaml", "context: {shared: [x, y]}\n")
    }

    fn session<'w>(world: &'w MemoryWorld, wanted: &[&str]) -> Session<'w> {
        let workspace = Workspace { world, root: PathBuf::from(ROOT) };
        Session::new(&workspace, wanted.iter().map(|name| (*name).to_owned()).collect())
    }

    /// Compiles all that is stale; its names, what changed, and whether it compiled.
    fn turn(session: &mut Session<'_>) -> Vec<(String, Vec<String>, bool)> {
        let found = session.find(&BTreeSet::new());
        let mut turned = Vec::new();
        for one in found.stale {
            let compiled = session.compile(&one.dataset).unwrap();
            turned.push((one.dataset, one.because, compiled.checked.is_some()));
        }
        turned
    }

    fn write(disk: &MemoryWorld, path: &str, text: &str) {
        disk.replace(&Path::new(ROOT).join(path), text.as_bytes()).unwrap();
    }

    fn told(name: &str, because: &[&str], sound: bool) -> (String, Vec<String>, bool) {
        (name.to_owned(), because.iter().map(|path| (*path).to_owned()).collect(), sound)
    }

    #[test]
    fn only_what_a_change_touches_is_compiled_again() {
        let disk = disk();
        let mut session = session(&disk, &[]);
        let first = turn(&mut session);
        assert_eq!(first.iter().map(|one| one.0.as_str()).collect::<Vec<_>>(), ["one", "two"]);
        assert!(!session.is_stale() && turn(&mut session).is_empty());
        write(&disk, "scenarios/shared.yaml", "context: {shared: [x, z]}\n");
        assert!(session.is_stale());
        assert_eq!(turn(&mut session)[0].1, ["scenarios/shared.yaml"]);
        write(&disk, "scenarios/two.yaml", &spec("two", "title: T\n"));
        assert_eq!(turn(&mut session), [told("two", &["scenarios/two.yaml"], true)]);
        write(&disk, "scenarios/notes.txt", "unrelated");
        write(&disk, "out/data.jsonl", "output");
        assert!(turn(&mut session).is_empty());
    }

    #[test]
    fn a_broken_file_a_missing_one_and_a_new_name_are_followed() {
        let disk = disk();
        let mut session = session(&disk, &["two"]);
        assert_eq!(turn(&mut session), [told("two", &[], true)]);
        write(&disk, "scenarios/two.yaml", &spec("two", "use: [late.yaml]\n"));
        assert_eq!(turn(&mut session), [told("two", &["scenarios/two.yaml"], false)]);
        write(&disk, "scenarios/late.yaml", "context: {late: [x, y]}\n");
        let [(_, because, _)] = &turn(&mut session)[..] else { panic!("the file was not waited for") };
        assert!(because.contains(&"scenarios/late.yaml".to_owned()), "{because:?}");
        write(&disk, "scenarios/two.yaml", &spec("three", ""));
        let found = session.find(&BTreeSet::new());
        assert_eq!((found.gone, found.stale), (vec!["two".to_owned()], vec![]));
        assert!(found.listing.unwrap().has_errors(), "the name that was asked for is unknown");
        assert!(session.datasets().is_empty());
        write(&disk, "scenarios/four.yaml", &spec("two", ""));
        assert_eq!(turn(&mut session), [told("two", &[], true)]);
    }

    #[test]
    fn a_file_that_was_written_to_counts_however_it_looks() {
        let disk = disk();
        let mut session = session(&disk, &[]);
        turn(&mut session);
        let touched = |path: &str| BTreeSet::from([Path::new(ROOT).join(path)]);
        let stale: Vec<String> = session.find(&touched("scenarios/two.yaml")).stale.into_iter().map(|one| one.dataset).collect();
        assert_eq!(stale, ["two"]);
        assert_eq!(session.find(&touched("scenarios")).stale, []);
        assert_eq!(session.find(&touched("scenarios/none.yaml")).stale, []);
        session.forget();
        assert_eq!(turn(&mut session).len(), 2);
    }
}
