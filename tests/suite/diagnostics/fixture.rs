//! The fixtures on disk, and the comparison of what they expect with what is found.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use dictum::diag::Diagnostic;
use dictum::world::MemoryWorld;

use super::expected::{Expected, in_comments, in_list};
use super::run::{Found, pilot, run};

/// One small workspace with what must be reported of it.
pub(super) struct Fixture {
    /// Topic and name.
    name: String,
    /// Its files, by path in the workspace.
    files: BTreeMap<String, Vec<u8>>,
    /// What must be reported.
    pub(super) expected: Vec<Expected>,
    /// The rendering beside it, where there is one.
    stderr: Option<PathBuf>,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/diagnostics")
}

/// The entries of a folder in the order of their names.
fn entries(folder: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

/// Every file below a folder, with its path inside it.
fn below(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut open = vec![folder.to_path_buf()];
    let mut files = Vec::new();
    while let Some(next) = open.pop() {
        for path in entries(&next) {
            if path.is_dir() {
                open.push(path);
            } else {
                files.push((path.strip_prefix(folder).unwrap().to_str().unwrap().to_owned(), fs::read(&path).unwrap()));
            }
        }
    }
    files
}

impl Fixture {
    /// All fixtures, by topic and name.
    pub(super) fn all() -> Vec<Self> {
        let topics = entries(&folder()).into_iter().filter(|path| path.is_dir());
        let paths = topics.flat_map(|topic| entries(&topic));
        paths
            .filter(|path| path.is_dir() || path.extension().is_some_and(|ending| ending == "yaml"))
            .map(|path| Self::read(&path))
            .collect()
    }

    fn read(path: &Path) -> Self {
        let stem = path.file_stem().unwrap().to_str().unwrap();
        let mut files: BTreeMap<String, Vec<u8>> = if path.is_dir() {
            below(path).into_iter().collect()
        } else {
            BTreeMap::from([(format!("scenarios/{stem}.yaml"), fs::read(path).unwrap())])
        };
        let listed = files.remove("expected.txt").map(|bytes| in_list(std::str::from_utf8(&bytes).unwrap()));
        let comments = files.iter().flat_map(|(path, bytes)| in_comments(path, &String::from_utf8_lossy(bytes)));
        let expected = comments.chain(listed.unwrap_or_default()).collect();
        let name = path.with_extension("").strip_prefix(folder()).unwrap().to_str().unwrap().to_owned();
        let stderr = Some(path.with_extension("stderr")).filter(|path| path.exists());
        Self { name, files, expected, stderr }
    }

    /// Everything in which the fixture does not come out as it must.
    pub(super) fn complaints(&self) -> Vec<String> {
        let mut world = MemoryWorld::default();
        for (path, bytes) in &self.files {
            world = world.with(Path::new("/workspace").join(path), bytes.clone());
        }
        let before = world.files();
        // Those of the pilot are found by checking, which remembers what it tried.
        let pilots = self.name.starts_with("pilot/");
        let found = if pilots { pilot(&world, "/workspace") } else { run(&world, "/workspace", "/out") };
        let mut complaints = self.differences(&found);
        complaints.extend(found.bad_manners());
        if found.diagnostics.has_errors() == found.built {
            complaints.push("built although there are errors, or not built although there are none".to_owned());
        }
        if found.diagnostics.has_errors() && !pilots && world.files() != before {
            complaints.push("something was written although there are errors".to_owned());
        }
        complaints.extend(self.rendering(&found));
        complaints.into_iter().map(|one| format!("{}: {one}", self.name)).collect()
    }

    /// What is missing and what was not expected.
    fn differences(&self, found: &Found) -> Vec<String> {
        // The longest text first, so that the vaguer of two expectations takes what the other leaves.
        let mut wanted: Vec<(&Expected, Vec<&Diagnostic>)> = self.expected.iter().map(|one| (one, Vec::new())).collect();
        wanted.sort_by_key(|(one, _)| std::cmp::Reverse(one.text.len()));
        let mut differences = Vec::new();
        for one in found.diagnostics.iter() {
            // Many records may break one rule; everything else is said once.
            let free = |taken: &Vec<&Diagnostic>| {
                taken.is_empty() || (one.record.is_some() && taken.iter().all(|other| other.record.is_some()))
            };
            match wanted.iter_mut().find(|(expected, taken)| free(taken) && fits(expected, one, found)) {
                Some((_, taken)) => taken.push(one),
                None => differences.push(format!("unexpected {}", found.short(one))),
            }
        }
        let missing = wanted.iter().filter(|(_, taken)| taken.is_empty());
        differences.extend(missing.map(|(expected, _)| format!("missing    {expected}")));
        differences
    }

    /// How the rendering differs from the one beside the fixture; with `DICTUM_BLESS`, it is written there.
    fn rendering(&self, found: &Found) -> Option<String> {
        let path = self.stderr.as_ref()?;
        let human = found.human();
        if std::env::var("DICTUM_BLESS").is_ok() {
            fs::write(path, &human).unwrap();
        }
        let kept = fs::read_to_string(path).unwrap();
        (kept != human).then(|| format!("rendered otherwise than {}:\n{human}", path.display()))
    }
}

fn fits(expected: &Expected, one: &Diagnostic, found: &Found) -> bool {
    let place = one.primary.as_ref().and_then(|label| found.sources.locate(label.span));
    let placed = match &place {
        Some(place) => {
            place.path == expected.path
                && expected.line.is_none_or(|line| line == place.line)
                && expected.column.is_none_or(|column| column == place.column)
        }
        None => expected.path.is_empty() || expected.line.is_none(),
    };
    placed
        && one.severity.word() == expected.severity
        && one.code.name == expected.code
        && found.short(one).contains(&expected.text)
}
