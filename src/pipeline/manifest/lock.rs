//! The lock: what the committed specs are known to give, by digest.
//!
//! In: the manifests of a build, one a format, before they were merged with older ones. Out: the text of `dictum.lock`, and a
//! lock that took the new findings in. What must hold: every digest in one entry belongs to the same specs and the same program.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{DatasetEntry, LAYOUT, Manifest, Origin, ParseError, parse, pretty};
use crate::digest::Digest;

/// What stands in [`super::LOCK_FILE`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lock {
    layout: u32,
    /// By dataset name.
    pub datasets: BTreeMap<String, LockEntry>,
}

/// One dataset at the size of its spec and seed 0.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LockEntry {
    /// What, besides the specs, decided the bytes.
    pub built_with: Origin,
    /// Every file of the spec closure, by its path in the workspace.
    pub specs: BTreeMap<String, Digest>,
    /// Records, as the spec states them.
    pub size: u64,
    /// SHA-256 over the records as canonical JSON lines (sorted keys).
    pub record_digest: Digest,
    /// By format: every file by its path in that format's folder.
    pub formats: BTreeMap<String, BTreeMap<String, Digest>>,
}

impl LockEntry {
    fn of(entry: &DatasetEntry) -> Self {
        let DatasetEntry { built_with, specs, size, record_digest, .. } = entry.clone();
        Self { built_with, specs, size, record_digest, formats: BTreeMap::new() }
    }

    /// Whether the files that `other` speaks of are still those that this entry's specs and program give.
    fn agrees(&self, other: &Self) -> bool {
        let Self { built_with, specs, size, record_digest, formats: _ } = self;
        built_with.same_bytes(&other.built_with)
            && (specs, size, record_digest) == (&other.specs, &other.size, &other.record_digest)
    }
}

impl Default for Lock {
    fn default() -> Self {
        Self { layout: LAYOUT, datasets: BTreeMap::new() }
    }
}

impl Lock {
    /// The lock that a whole build (spec sizes, seed 0) gives: its manifests with the names of their formats.
    #[must_use]
    pub fn of<'a>(built: impl IntoIterator<Item = (&'a str, &'a Manifest)>) -> Self {
        let mut lock = Self::default();
        for (format, manifest) in built {
            for (name, entry) in &manifest.datasets {
                let files = entry.files.iter().map(|(path, file)| (path.clone(), file.sha256)).collect();
                let locked = lock.datasets.entry(name.clone()).or_insert_with(|| LockEntry::of(entry));
                locked.formats.insert(format.to_owned(), files);
            }
        }
        lock
    }

    /// The file's text: indented JSON, keys in fixed order, a newline at the end.
    ///
    /// # Errors
    /// Never for values of this type; the JSON writer's error is passed on all the same.
    pub fn to_json(&self) -> Result<String, serde_json::Error> {
        pretty(self)
    }

    /// Reads the file's text.
    ///
    /// # Errors
    /// When it is not a lock of this program's layout.
    pub fn parse(text: &[u8]) -> Result<Self, ParseError> {
        parse("lock", text)
    }

    /// Takes a fresh build in. Formats of a dataset that were not built now stay only where nothing that decides their bytes
    /// has changed; datasets that the workspace no longer has go.
    pub fn update(&mut self, fresh: Self, workspace: &BTreeSet<String>) {
        for (name, mut entry) in fresh.datasets {
            if let Some(old) = self.datasets.remove(&name).filter(|old| entry.agrees(old)) {
                for (format, files) in old.formats {
                    entry.formats.entry(format).or_insert(files);
                }
            }
            self.datasets.insert(name, entry);
        }
        self.datasets.retain(|name, _| workspace.contains(name));
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{entry, manifest};
    use super::*;

    fn built(spec: &str, values: &str, format: &str) -> Lock {
        Lock::of([(format, &manifest(&[("a", entry(spec, values, &[("data/a", format)]))]))])
    }

    #[test]
    fn a_lock_gathers_the_formats_and_is_read_back() {
        let one = manifest(&[("a", entry("s", "v", &[("data/a.jsonl", "x")]))]);
        let two = manifest(&[("a", entry("s", "v", &[("data/a.csv", "y")]))]);
        let lock = Lock::of([("jsonl", &one), ("csv", &two)]);
        let formats: Vec<_> = lock.datasets["a"].formats.keys().map(String::as_str).collect();
        assert_eq!(formats, ["csv", "jsonl"]);
        assert_eq!(Lock::parse(lock.to_json().unwrap().as_bytes()).unwrap(), lock);
        assert!(Lock::parse(b"layout: 1").unwrap_err().to_string().starts_with("not a lock of this program"));
    }

    #[test]
    fn an_update_keeps_only_what_still_holds() {
        let workspace = BTreeSet::from(["a".to_owned()]);
        let formats = |lock: &Lock| lock.datasets["a"].formats.keys().cloned().collect::<Vec<_>>();
        let mut lock = built("s", "v", "jsonl");
        lock.update(built("s", "v", "csv"), &workspace);
        assert_eq!(formats(&lock), ["csv", "jsonl"]);
        lock.update(built("s", "other values", "csv"), &workspace);
        assert_eq!(formats(&lock), ["csv"], "the digest of the old jsonl file says nothing about the new values");
        lock.update(Lock::default(), &BTreeSet::new());
        assert_eq!(lock, Lock::default());
    }
}
