//! A workspace whose files are open: its datasets, how each is understood, and what is wrong with them.
//!
//! In: paths of files that changed. Out: datasets compiled again, one at a step, and the diagnostics of files that changed by it.
//! What must hold: a dataset is compiled again exactly where it read, or looked for, what changed; every mistake is shown in its
//! own file, whichever dataset found it, once; a mistake that is mended disappears.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use lsp_types::{Diagnostic as Shown, DiagnosticSeverity};

use super::analysis::{Analysis, Outcome, analyse};
use super::diagnostics::{ByFile, by_file};
use super::documents::Documents;
use super::positions::Encoding;
use crate::diag::{Diagnostics, codes};
use crate::pipeline::load::{Workspace, datasets, strays};
use crate::source::Sources;
use crate::world::World as _;

/// One dataset of a workspace.
#[derive(Default)]
struct State {
    /// Whether something that it read changed since.
    changed: bool,
    /// Whether it is to be tried as thoroughly as `check` does.
    deep: bool,
    /// How it was last understood.
    analysis: Option<Analysis>,
    /// What it read and looked for.
    accessed: BTreeSet<PathBuf>,
    /// What is wrong with it.
    found: ByFile,
}

/// A workspace.
pub(super) struct Project {
    root: PathBuf,
    encoding: Encoding,
    /// The datasets, by the path of their file under `scenarios/`.
    specs: BTreeMap<String, State>,
    /// Whether files may have come, gone or changed names.
    unlisted: bool,
    /// Whether modules that nothing uses are to be looked at.
    unsearched: bool,
    /// Whether two files declare one dataset, so that it is not known what is a module.
    ambiguous: bool,
    /// What is wrong with the names of datasets.
    listed: ByFile,
    /// What is wrong with modules that nothing uses.
    stray: ByFile,
    /// What the editor was told last, by file.
    told: ByFile,
}

impl Project {
    pub(super) fn new(root: PathBuf, encoding: Encoding) -> Self {
        let [listed, stray, told] = [(); 3].map(|()| ByFile::new());
        Self { root, encoding, specs: BTreeMap::new(), unlisted: true, unsearched: true, ambiguous: false, listed, stray, told }
    }

    /// The folder that holds `scenarios/`.
    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    /// Notes that a file changed; `deep` asks for a thorough look.
    pub(super) fn change(&mut self, path: &Path, deep: bool) {
        let scenario = path.starts_with(self.root.join("scenarios"));
        self.unlisted |= scenario;
        self.unsearched |= scenario;
        for (spec, state) in &mut self.specs {
            if state.accessed.contains(path) || path == self.root.join("scenarios").join(spec) {
                state.changed = true;
                state.deep |= deep;
            }
        }
    }

    /// Whether a step is left to do.
    pub(super) fn is_behind(&self) -> bool {
        self.unlisted || self.unsearched || self.specs.values().any(|state| state.changed)
    }

    /// Does one step: compiles the dataset whose file is open before all others.
    pub(super) fn step(&mut self, documents: &Documents) {
        if self.unlisted {
            self.list(documents);
            return;
        }
        let open = |spec: &str| documents.get(&self.root.join("scenarios").join(spec)).is_some();
        let mut changed: Vec<&String> = self.specs.iter().filter(|(_, state)| state.changed).map(|(spec, _)| spec).collect();
        changed.sort_by_key(|spec| !open(spec));
        match changed.first().map(|spec| (*spec).clone()) {
            Some(spec) => self.compile(&spec, documents),
            None => self.search(documents),
        }
    }

    /// Finds the datasets that there are now.
    fn list(&mut self, documents: &Documents) {
        self.unlisted = false;
        let world = documents.world();
        let mut diagnostics = Diagnostics::default();
        let found = datasets(&Workspace { world: &world, root: self.root.clone() }, &mut diagnostics);
        let found: BTreeSet<String> = found.into_iter().map(|(_, path)| path).collect();
        self.specs.retain(|spec, _| found.contains(spec));
        for spec in found {
            self.specs.entry(spec).or_insert_with(|| State { changed: true, deep: true, ..State::default() });
        }
        self.listed.clear();
        self.ambiguous = diagnostics.has_errors();
        // What is wrong with two files is shown in those of them that are open.
        let scenarios = self.root.join("scenarios");
        for one in diagnostics.iter() {
            let names = |path: &&PathBuf| {
                let name = path.strip_prefix(&scenarios).ok().and_then(Path::to_str);
                name.is_some_and(|name| one.message.contains(&format!("`{name}`")))
            };
            for path in documents.paths().filter(names) {
                let single: Diagnostics = [one.clone()].into_iter().collect();
                let shown = by_file(&single, &Sources::default(), &self.root, path, self.encoding);
                merge(&mut self.listed, shown);
            }
        }
    }

    /// Compiles one dataset.
    fn compile(&mut self, spec: &str, documents: &Documents) {
        let Some(state) = self.specs.get_mut(spec) else { return };
        let world = documents.world();
        let workspace = Workspace { world: &world, root: self.root.clone() };
        let Outcome { diagnostics, sources, analysis } = analyse(&workspace, spec, state.deep, state.analysis.as_ref());
        let file = self.root.join("scenarios").join(spec);
        state.found = by_file(&diagnostics, &sources, &self.root, &file, self.encoding);
        state.accessed = world.accessed().into_iter().collect();
        if analysis.is_some() {
            state.analysis = analysis;
        }
        (state.changed, state.deep) = (false, false);
    }

    /// Looks at the files that no dataset reads.
    fn search(&mut self, documents: &Documents) {
        self.unsearched = false;
        self.stray.clear();
        if self.ambiguous {
            return;
        }
        let (mut sources, mut diagnostics) = (Sources::default(), Diagnostics::default());
        // What a dataset has read is known by its path; its text is of no matter here.
        for state in self.specs.values() {
            let before = state.analysis.iter().flat_map(|analysis| analysis.sources.iter()).map(|(_, source)| source.path());
            let read = state.accessed.iter().filter_map(|path| path.strip_prefix(&self.root).ok()?.to_str());
            read.chain(before).for_each(|path| _ = sources.add(path, ""));
        }
        let world = documents.world();
        strays(&Workspace { world: &world, root: self.root.clone() }, &mut sources, &mut diagnostics);
        // What a dataset with mistakes would use is not known.
        let is_error = |one: &Shown| one.severity == Some(DiagnosticSeverity::ERROR);
        let broken = self.specs.values().any(|state| state.found.values().flatten().any(is_error));
        let told = diagnostics.into_iter().filter(|one| !broken || one.code != codes::UNUSED);
        let told = told.collect::<Diagnostics>().sorted(&sources);
        self.stray = by_file(&told, &sources, &self.root, &self.root, self.encoding);
    }

    /// What the editor is to be told anew: all diagnostics of each file in which they are others than before.
    pub(super) fn news(&mut self) -> Vec<(PathBuf, Vec<Shown>)> {
        let mut now = self.listed.clone();
        merge(&mut now, self.stray.clone());
        for state in self.specs.values() {
            merge(&mut now, state.found.clone());
        }
        let paths: BTreeSet<&PathBuf> = now.keys().chain(self.told.keys()).collect();
        let list = |of: &ByFile, path: &PathBuf| of.get(path).cloned().unwrap_or_default();
        let news = paths.into_iter().filter(|path| list(&now, path) != list(&self.told, path));
        let news = news.map(|path| (path.clone(), list(&now, path))).collect();
        self.told = now;
        news
    }

    /// Everything that was told, taken back.
    pub(super) fn withdraw(&mut self) -> Vec<(PathBuf, Vec<Shown>)> {
        std::mem::take(&mut self.told).into_keys().map(|path| (path, Vec::new())).collect()
    }

    /// The datasets that read a file now, or read it when they were last understood; the one that it is first.
    fn readers(&self, path: &Path, inside: &str) -> Vec<&String> {
        let own = |spec: &str| path == self.root.join("scenarios").join(spec);
        let knew = |state: &State| state.analysis.as_ref().is_some_and(|analysis| analysis.source(inside).is_some());
        let reads = |(spec, state): &(&String, &State)| own(spec) || state.accessed.contains(path) || knew(state);
        let mut readers: Vec<&String> = self.specs.iter().filter(reads).map(|(spec, _)| spec).collect();
        readers.sort_by_key(|spec| !own(spec));
        readers
    }

    /// How a file is understood: by the dataset that it is, or by the first that reads it. Compiles until that is known, and,
    /// where the `newest` state is asked for, until it is that.
    pub(super) fn understood(&mut self, path: &Path, newest: bool, documents: &Documents) -> Option<&Analysis> {
        let inside = path.strip_prefix(&self.root).ok()?.to_str()?.to_owned();
        if self.unlisted {
            self.list(documents);
        }
        loop {
            let readers: Vec<String> = self.readers(path, &inside).into_iter().cloned().collect();
            let knows = |spec: &&String| {
                let state = self.specs.get(*spec);
                state.is_some_and(|state| state.analysis.as_ref().is_some_and(|one| one.source(&inside).is_some()))
            };
            let stale = |spec: &&String| self.specs.get(*spec).is_some_and(|state| state.changed);
            let known = readers.iter().find(knows);
            let next = match known {
                Some(spec) if newest && stale(&spec) => Some(spec.clone()),
                Some(_) => None,
                None => readers.iter().chain(self.specs.keys()).find(stale).cloned(),
            };
            match (next, known.cloned()) {
                (Some(spec), _) => self.compile(&spec, documents),
                (None, known) => return self.specs.get(&known?)?.analysis.as_ref(),
            }
        }
    }
}

/// Adds diagnostics that are not there yet.
fn merge(all: &mut ByFile, more: ByFile) {
    for (path, list) in more {
        let known = all.entry(path).or_default();
        for one in list {
            if !known.contains(&one) {
                known.push(one);
            }
        }
    }
}
