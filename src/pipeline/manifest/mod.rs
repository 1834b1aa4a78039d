//! The manifest of an output folder and the lock beside the specs.
//!
//! In: what a build read (specs by content), counted and wrote. Out: `dictum-manifest.json`, which stands in the output folder
//! and names every file of ours in it, and `dictum.lock`, which is committed beside the specs and against which `--locked`
//! compares. Neither holds a time, a machine's path or the number of threads: a rebuild gives the same bytes.

pub mod lock;
pub mod drift;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

use crate::digest::Digest;
use crate::spec::LANGUAGE_VERSION;
pub use drift::Drift;
pub use lock::Lock;

/// The manifest's name, at the root of each complete output folder.
pub const MANIFEST_FILE: &str = "dictum-manifest.json";

/// The lock's name, at the root of the workspace.
pub const LOCK_FILE: &str = "dictum.lock";

/// The folder of the schemas, relative to the manifest.
pub const SCHEMA_FOLDER: &str = "schemas";

/// Where the JSON Schema that was inferred from a dataset's records stands, relative to the manifest: outside `data/`, where those
/// who load data do not look.
#[must_use]
pub fn schema_file(dataset: &str) -> String {
    format!("{SCHEMA_FOLDER}/{dataset}.schema.json")
}

/// The epoch of everything that decides bytes and is not a crate: random streams, sampling, number text, encodings. Raised when
/// one of them changes, never otherwise.
pub const FORMAT_EPOCH: u32 = 1;

/// The crates that decide bytes, with their exact versions; the same as the `=` pins of `Cargo.toml`.
pub const GENERATORS: &[(&str, &str)] = &[
    ("arrow", "60.1.0"),
    ("csv", "1.4.0"),
    ("granit-parser", "2.2.0"),
    ("jsonschema", "0.60.2"),
    ("libm", "0.2.16"),
    ("minijinja", "3.0.5"),
    ("parquet", "60.1.0"),
    ("rand_pcg", "0.10.2"),
    ("regorus", "0.14.1"),
    ("serde-saphyr", "2.1.1"),
    ("serde_json", "1.0.154"),
];

/// The layout of the manifest file itself.
const LAYOUT: u32 = 1;

/// Why a manifest or a lock cannot be read. The caller adds the path.
#[derive(Debug, thiserror::Error)]
pub enum ParseError {
    /// Not JSON, or not of this layout.
    #[error("not a {what} of this program: {cause}")]
    Shape {
        /// `manifest` or `lock`.
        what: &'static str,
        /// What is wrong, with line and column.
        #[source]
        cause: serde_json::Error,
    },
    /// Written by a program of another time.
    #[error("{what} of layout {found}, expected layout {newest}; it was written by another version of dictum")]
    Layout {
        /// `manifest` or `lock`.
        what: &'static str,
        /// The layout that the file states.
        found: u32,
        /// The layout that this program writes.
        newest: u32,
    },
}

/// What stands in [`MANIFEST_FILE`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    layout: u32,
    /// By dataset name. Each entry says by itself what wrote it, since a build of one dataset keeps the entries of the others.
    pub datasets: BTreeMap<String, DatasetEntry>,
}

/// One dataset in one output folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DatasetEntry {
    /// Its title.
    pub title: String,
    /// What, besides the specs, decided the bytes.
    pub built_with: Origin,
    /// Every file of the spec closure, by its path in the workspace.
    pub specs: BTreeMap<String, Digest>,
    /// The size that the spec states, in records.
    pub size: u64,
    /// Every parameter with the value of this build; left out where there are none.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub params: BTreeMap<String, serde_json::Value>,
    /// The view that was written instead of the records; `None` for the records themselves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub view: Option<ViewEntry>,
    /// Index of the first record built.
    pub from: u64,
    /// Records written.
    pub records: u64,
    /// Records written, by scenario; empty where there are no scenarios.
    pub scenarios: BTreeMap<String, u64>,
    /// Attempts that all records took together to meet what is planned and required; `None` where nothing is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attempts: Option<u64>,
    /// SHA-256 over the records as canonical JSON lines (sorted keys), whatever the format of the files.
    pub record_digest: Digest,
    /// Records by verdict, those not written included.
    pub verdicts: BTreeMap<String, u64>,
    /// How the expectations of the whole dataset came out.
    pub expectations: Expectations,
    /// Every file of this dataset, by its path relative to the manifest: those of its records, and [`schema_file`].
    pub files: BTreeMap<String, FileEntry>,
}

/// What, besides the specs, decides the bytes of a build.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Origin {
    /// See [`FORMAT_EPOCH`].
    pub format_epoch: u32,
    /// See [`LANGUAGE_VERSION`].
    pub language: u32,
    /// The version of this program; for information, never compared.
    pub engine: String,
    /// See [`GENERATORS`].
    pub generators: BTreeMap<String, String>,
    /// The seed.
    pub seed: u64,
}

impl Origin {
    /// What this very program stands for.
    #[must_use]
    pub fn current(seed: u64) -> Self {
        let own = |(name, version): &(&str, &str)| ((*name).to_owned(), (*version).to_owned());
        Self {
            format_epoch: FORMAT_EPOCH,
            language: LANGUAGE_VERSION,
            engine: env!("CARGO_PKG_VERSION").to_owned(),
            generators: GENERATORS.iter().map(own).collect(),
            seed,
        }
    }

    /// Whether both make the same bytes of the same specs; the engine's version alone decides nothing.
    #[must_use]
    pub fn same_bytes(&self, other: &Self) -> bool {
        let Self { format_epoch, language, engine: _, generators, seed } = self;
        (*format_epoch, *language, *seed) == (other.format_epoch, other.language, other.seed) && *generators == other.generators
    }
}

/// How the expectations of a dataset came out. A build that breaks one writes nothing, so those recorded were met.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Expectations {
    /// Only a build from record 0 to the spec's size can be judged.
    #[serde(rename = "not judged")]
    NotJudged,
    /// Each expectation, as one line, with what was found, in the spec's order.
    Judged(Vec<Judged>),
}

/// One expectation that was met.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Judged {
    /// The expectation in one line.
    pub expected: String,
    /// The value found, as text.
    pub found: String,
}

/// The view that a build wrote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ViewEntry {
    /// Its name.
    pub name: String,
    /// Records that were made and verified, and that the view leaves out.
    pub left_out: u64,
}

/// One file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileEntry {
    /// Its length.
    pub bytes: u64,
    /// Its content.
    pub sha256: Digest,
}

impl Manifest {
    /// A manifest of these datasets.
    #[must_use]
    pub fn new(datasets: BTreeMap<String, DatasetEntry>) -> Self {
        Self { layout: LAYOUT, datasets }
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
    /// When it is not a manifest of this program's layout.
    pub fn parse(text: &[u8]) -> Result<Self, ParseError> {
        parse("manifest", text, LAYOUT..=LAYOUT)
    }

    /// This build's manifest together with the datasets of the `old` one that this build did not make.
    #[must_use]
    pub fn merge(mut self, old: Self) -> Self {
        for (name, entry) in old.datasets {
            self.datasets.entry(name).or_insert(entry);
        }
        self
    }

    /// The paths that this manifest, standing in `folder` of the output (empty for its root), lists for the given datasets, and
    /// the manifest's own: what a build of these datasets may drop or overwrite. Relative to the output folder.
    #[must_use]
    pub fn listed_paths(&self, folder: &str, datasets: &BTreeSet<String>) -> BTreeSet<String> {
        let built = self.datasets.iter().filter(|(name, _)| datasets.contains(*name));
        let files = built.flat_map(|(_, entry)| entry.files.keys().map(String::as_str));
        let placed = |path: &str| if folder.is_empty() { path.to_owned() } else { format!("{folder}/{path}") };
        files.chain([MANIFEST_FILE]).map(placed).collect()
    }
}

fn pretty(value: &impl Serialize) -> Result<String, serde_json::Error> {
    serde_json::to_string_pretty(value).map(|text| text + "\n")
}

/// Reads a manifest or lock; looks at the layout before anything else, so that a file of another time is called so.
fn parse<'a, T: Deserialize<'a>>(what: &'static str, text: &'a [u8], layouts: RangeInclusive<u32>) -> Result<T, ParseError> {
    #[derive(Deserialize)]
    struct Stated {
        layout: u32,
    }
    let shape = |cause| ParseError::Shape { what, cause };
    let Stated { layout: found } = serde_json::from_slice(text).map_err(shape)?;
    if !layouts.contains(&found) {
        return Err(ParseError::Layout { what, found, newest: *layouts.end() });
    }
    serde_json::from_slice(text).map_err(shape)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn entry(spec: &str, values: &str, files: &[(&str, &str)]) -> DatasetEntry {
        let file = |(path, text): &(&str, &str)| {
            ((*path).to_owned(), FileEntry { bytes: text.len() as u64, sha256: Digest::of(text.as_bytes()) })
        };
        DatasetEntry {
            title: "A dataset".to_owned(),
            built_with: Origin::current(0),
            specs: BTreeMap::from([("scenarios/a.yaml".to_owned(), Digest::of(spec.as_bytes()))]),
            size: 2,
            params: BTreeMap::new(),
            view: None,
            from: 0,
            records: 2,
            scenarios: BTreeMap::from([("only".to_owned(), 2)]),
            attempts: None,
            record_digest: Digest::of(values.as_bytes()),
            verdicts: BTreeMap::from([("passed".to_owned(), 2)]),
            expectations: Expectations::NotJudged,
            files: files.iter().map(file).collect(),
        }
    }

    pub(crate) fn manifest(datasets: &[(&str, DatasetEntry)]) -> Manifest {
        Manifest::new(datasets.iter().map(|(name, entry)| ((*name).to_owned(), entry.clone())).collect())
    }

    #[test]
    fn generators_are_exactly_the_pins_of_cargo_toml() {
        let pins = include_str!("../../../Cargo.toml").lines().filter_map(|line| {
            let (name, rest) = line.split_once(" = ")?;
            let (_, pinned) = rest.split_once("\"=")?;
            Some((name, pinned.split('"').next()?))
        });
        assert_eq!(pins.collect::<BTreeSet<_>>(), GENERATORS.iter().copied().collect());
        assert!(GENERATORS.is_sorted());
    }

    #[test]
    fn a_manifest_is_read_back_as_it_was_written() {
        let mut judged = entry("spec", "values", &[("data/a.jsonl", "text")]);
        let found = Judged { expected: "distinct say.request at least 0.95".to_owned(), found: "0.97".to_owned() };
        judged.expectations = Expectations::Judged(vec![found]);
        let written = manifest(&[("b", judged), ("a", entry("x", "y", &[]))]);
        let text = written.to_json().unwrap();
        assert!(text.ends_with("}\n") && text.contains("\"not judged\"") && text.contains("\"judged\": ["));
        assert!(text.find("\"a\": {").unwrap() < text.find("\"b\": {").unwrap());
        assert_eq!(Manifest::parse(text.as_bytes()).unwrap(), written);
    }

    #[test]
    fn files_of_another_kind_or_time_are_refused() {
        let other = Manifest::parse(b"{\"layout\": 2, \"news\": []}").unwrap_err().to_string();
        assert_eq!(other, "manifest of layout 2, expected layout 1; it was written by another version of dictum");
        let unknown = Manifest::parse(b"{\"layout\": 1, \"datasets\": {}, \"more\": 1}").unwrap_err().to_string();
        assert!(unknown.starts_with("not a manifest of this program: unknown field `more`"), "{unknown}");
        assert!(Manifest::parse(b"").is_err());
    }

    #[test]
    fn merging_keeps_what_was_not_built_and_lists_what_may_go() {
        let old = manifest(&[("a", entry("1", "1", &[("data/a", "old")])), ("b", entry("1", "1", &[("data/b", "old")]))]);
        let only_a = BTreeSet::from(["a".to_owned()]);
        let at_root = BTreeSet::from(["data/a".to_owned(), MANIFEST_FILE.to_owned()]);
        assert_eq!(old.listed_paths("", &only_a), at_root);
        let below = at_root.iter().map(|path| format!("csv/{path}")).collect();
        assert_eq!(old.listed_paths("csv", &only_a), below);
        let fresh = manifest(&[("a", entry("2", "2", &[("data/a", "new")]))]);
        let merged = fresh.clone().merge(old.clone());
        assert_eq!(merged.datasets.get("a"), fresh.datasets.get("a"));
        assert_eq!(merged.datasets.get("b"), old.datasets.get("b"));
    }
}
