//! The lock: what the committed specs are known to give, by digest.
//!
//! In: the manifests of a build, one a format, before they were merged with older ones. Out: the text of `dictum.lock`, and a
//! lock that took the new findings in. What must hold: every digest in one entry belongs to the same specs and the same program.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{DatasetEntry, Manifest, Origin, ParseError, parse, pretty, schema_file};
use crate::digest::Digest;

/// The layout of the lock file itself. Locks of layout 1, which hold no schemas, are read, too.
const LAYOUT: u32 = 2;

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
    /// The JSON Schema that was inferred from the records; `None` in locks of layout 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub record_schema: Option<Digest>,
    /// By format: every file of records by its path in that format's folder.
    pub formats: BTreeMap<String, BTreeMap<String, Digest>>,
}

impl LockEntry {
    fn of(entry: &DatasetEntry) -> Self {
        let DatasetEntry { built_with, specs, size, record_digest, .. } = entry.clone();
        Self { built_with, specs, size, record_digest, record_schema: None, formats: BTreeMap::new() }
    }

    /// Whether the files that `other` speaks of are still those that this entry's specs and program give.
    fn agrees(&self, other: &Self) -> bool {
        let Self { built_with, specs, size, record_digest, record_schema: _, formats: _ } = self;
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
                let mut files: BTreeMap<_, _> = entry.files.iter().map(|(path, file)| (path.clone(), file.sha256)).collect();
                let locked = lock.datasets.entry(name.clone()).or_insert_with(|| LockEntry::of(entry));
                locked.record_schema = files.remove(&schema_file(name));
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
    /// When it is not a lock of a layout that this program knows.
    pub fn parse(text: &[u8]) -> Result<Self, ParseError> {
        let lock: Self = parse("lock", text, 1..=LAYOUT)?;
        Ok(Self { layout: LAYOUT, ..lock })
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
    fn the_schema_stands_apart_from_the_files_of_records() {
        let files = [("data/a.jsonl", "x"), ("schemas/a.schema.json", "{}")];
        let lock = Lock::of([("jsonl", &manifest(&[("a", entry("s", "v", &files))]))]);
        assert_eq!(lock.datasets["a"].record_schema, Some(Digest::of(b"{}")));
        assert_eq!(lock.datasets["a"].formats["jsonl"].keys().collect::<Vec<_>>(), ["data/a.jsonl"]);
        assert_eq!(Lock::parse(lock.to_json().unwrap().as_bytes()).unwrap(), lock);
    }

    #[test]
    fn locks_of_the_first_layout_are_read_and_those_to_come_are_refused() {
        let lock = built("s", "v", "jsonl");
        let text = lock.to_json().unwrap();
        let first = text.replace("\"layout\": 2", "\"layout\": 1");
        assert!(text != first && !text.contains("record_schema"));
        assert_eq!(Lock::parse(first.as_bytes()).unwrap(), lock);
        let later = Lock::parse(text.replace("\"layout\": 2", "\"layout\": 3").as_bytes()).unwrap_err();
        assert_eq!(later.to_string(), "lock of layout 3, expected layout 2; it was written by another version of dictum");
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
