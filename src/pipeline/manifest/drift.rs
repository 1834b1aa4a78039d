//! What `--locked` found: the ways in which a build differs from the lock, told apart.
//!
//! In: the committed lock and the lock that a fresh build gives. Out: one [`Drift`] for each fact, in the order of dataset names
//! and formats; none means that every byte is as committed.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::Origin;
use super::lock::{Lock, LockEntry};
use crate::diag::quoted_list;
use crate::digest::Digest;

/// One difference between a build and the lock. Its text is one line that says what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Drift {
    /// Files of the spec closure changed, came or went.
    SpecsChanged {
        /// Dataset name.
        dataset: String,
        /// Their paths in the workspace.
        files: Vec<String>,
        /// Whether the values changed with them.
        values: bool,
    },
    /// The specs are the same, yet some record is not.
    ValuesChanged {
        /// Dataset name.
        dataset: String,
        /// What changed in the program, such as `minijinja 3.0.5 -> 3.0.6`.
        program: Vec<String>,
    },
    /// The JSON Schema that is inferred from the records is another one.
    SchemaChanged {
        /// Dataset name.
        dataset: String,
        /// Whether the specs changed with it.
        specs: bool,
        /// What changed in the program.
        program: Vec<String>,
    },
    /// The records are the same, yet files of one format are not.
    EncodingChanged {
        /// Dataset name.
        dataset: String,
        /// Format name.
        format: String,
        /// The files' paths in the folder of the format.
        files: Vec<String>,
        /// What changed in the program.
        program: Vec<String>,
    },
    /// The lock does not hold what was built.
    Missing {
        /// Dataset name.
        dataset: String,
        /// What of it, where the dataset itself is in the lock.
        part: Option<String>,
    },
    /// The lock holds a dataset that was asked for and does not exist.
    Removed {
        /// Dataset name.
        dataset: String,
    },
}

/// Compares a fresh build with the lock for the given datasets: those asked for, or for a build of everything also those of the
/// lock. Formats that were not built are not judged.
#[must_use]
pub fn compare(lock: &Lock, fresh: &Lock, datasets: &BTreeSet<String>) -> Vec<Drift> {
    let mut found = Vec::new();
    for name in datasets {
        match (lock.datasets.get(name), fresh.datasets.get(name)) {
            (Some(locked), Some(built)) => compare_dataset(name, locked, built, &mut found),
            (None, Some(_)) => found.push(Drift::Missing { dataset: name.clone(), part: None }),
            (Some(_), None) => found.push(Drift::Removed { dataset: name.clone() }),
            (None, None) => {}
        }
    }
    found
}

fn compare_dataset(name: &str, locked: &LockEntry, built: &LockEntry, found: &mut Vec<Drift>) {
    let dataset = || name.to_owned();
    let specs = different(&locked.specs, &built.specs);
    let values = (locked.record_digest, locked.size) != (built.record_digest, built.size);
    let program = upgrades(&locked.built_with, &built.built_with);
    let changed = !specs.is_empty();
    if changed {
        found.push(Drift::SpecsChanged { dataset: dataset(), files: specs, values });
    } else if values {
        found.push(Drift::ValuesChanged { dataset: dataset(), program: program.clone() });
    }
    if locked.record_schema.is_none() && built.record_schema.is_some() {
        found.push(Drift::Missing { dataset: dataset(), part: Some("record schema".to_owned()) });
    } else if locked.record_schema != built.record_schema {
        found.push(Drift::SchemaChanged { dataset: dataset(), specs: changed, program: program.clone() });
    }
    for (format, files) in &built.formats {
        let Some(known) = locked.formats.get(format) else {
            found.push(Drift::Missing { dataset: dataset(), part: Some(format!("format {format}")) });
            continue;
        };
        let files = different(known, files);
        // Other values are in other files; that is no news about the encoding.
        if !values && !files.is_empty() {
            found.push(Drift::EncodingChanged { dataset: dataset(), format: format.clone(), files, program: program.clone() });
        }
    }
}

/// The paths whose digests differ, or that only one side has.
fn different(old: &BTreeMap<String, Digest>, new: &BTreeMap<String, Digest>) -> Vec<String> {
    let paths: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    paths.into_iter().filter(|path| old.get(*path) != new.get(*path)).cloned().collect()
}

/// What changed in the program between two builds, engine first; empty when nothing did.
fn upgrades(old: &Origin, new: &Origin) -> Vec<String> {
    let mut found = Vec::new();
    let mut note = |what: &str, old: &str, new: &str| {
        if old != new {
            found.push(format!("{what} {old} -> {new}"));
        }
    };
    note("engine", &old.engine, &new.engine);
    note("format epoch", &old.format_epoch.to_string(), &new.format_epoch.to_string());
    note("language", &old.language.to_string(), &new.language.to_string());
    note("seed", &old.seed.to_string(), &new.seed.to_string());
    let names: BTreeSet<&String> = old.generators.keys().chain(new.generators.keys()).collect();
    for name in names {
        let version = |origin: &Origin| origin.generators.get(name).cloned().unwrap_or_else(|| "none".to_owned());
        note(name, &version(old), &version(new));
    }
    found
}

/// What to do when the difference is wanted.
const ACCEPT: &str = "if that is meant, run `dictum build --update-lock`";

impl fmt::Display for Drift {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = |files: &[String]| quoted_list(files.iter().map(String::as_str));
        let causes = |program: &[String]| if program.is_empty() { String::new() } else { format!(" ({})", program.join(", ")) };
        match self {
            Self::SpecsChanged { dataset, files, values: true } => {
                write!(f, "specs of `{dataset}` changed ({}), and its values with them; {ACCEPT}", names(files))
            }
            Self::SpecsChanged { dataset, files, values: false } => {
                write!(f, "specs of `{dataset}` changed ({}), but no value did; {ACCEPT}", names(files))
            }
            Self::ValuesChanged { dataset, program } => {
                write!(f, "values of `{dataset}` changed, though its specs did not{}; {ACCEPT}", causes(program))
            }
            Self::SchemaChanged { dataset, specs: true, program: _ } => {
                write!(f, "the record's schema of `{dataset}` changed with its specs; {ACCEPT}")
            }
            Self::SchemaChanged { dataset, specs: false, program } => {
                write!(f, "the record's schema of `{dataset}` changed, though its specs did not{}; {ACCEPT}", causes(program))
            }
            Self::EncodingChanged { dataset, format, files, program } => {
                let (files, causes) = (names(files), causes(program));
                write!(f, "only the {format} encoding of `{dataset}` changed ({files}), its values did not{causes}; {ACCEPT}")
            }
            Self::Missing { dataset, part: None } => {
                write!(f, "dataset `{dataset}` is not in the lock; add it with `dictum build --update-lock`")
            }
            Self::Missing { dataset, part: Some(part) } => {
                write!(f, "{part} of `{dataset}` is not in the lock; add it with `dictum build --update-lock`")
            }
            Self::Removed { dataset } => {
                write!(f, "dataset `{dataset}` is in the lock but not in the workspace; {ACCEPT}")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::DatasetEntry;
    use super::super::tests::{entry, manifest};
    use super::*;

    fn lock(entry: DatasetEntry) -> Lock {
        Lock::of([("jsonl", &manifest(&[("a", entry)]))])
    }

    fn lines(old: &Lock, new: &Lock) -> Vec<String> {
        let datasets = BTreeSet::from(["a".to_owned()]);
        compare(old, new, &datasets).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn each_kind_of_difference_is_told_in_one_line() {
        let base = || entry("spec", "values", &[("data/a", "text")]);
        let old = lock(base());
        assert_eq!(lines(&old, &lock(base())), [""; 0]);
        let both = lock(entry("spec 2", "values 2", &[("data/a", "text 2")]));
        let both_line = "specs of `a` changed (`scenarios/a.yaml`), and its values with them; \
                         if that is meant, run `dictum build --update-lock`";
        assert_eq!(lines(&old, &both), [both_line]);
        let comment = lock(entry("spec 2", "values", &[("data/a", "text")]));
        let comment_line = "specs of `a` changed (`scenarios/a.yaml`), but no value did; \
                            if that is meant, run `dictum build --update-lock`";
        assert_eq!(lines(&old, &comment), [comment_line]);
        let mut upgraded = entry("spec", "values 2", &[("data/a", "text 2")]);
        upgraded.built_with.generators.insert("minijinja".to_owned(), "9.0.0".to_owned());
        let values_line = "values of `a` changed, though its specs did not (minijinja 3.0.5 -> 9.0.0); \
                           if that is meant, run `dictum build --update-lock`";
        assert_eq!(lines(&old, &lock(upgraded)), [values_line]);
        let encoding = lock(entry("spec", "values", &[("data/b", "text")]));
        let encoding_line = "only the jsonl encoding of `a` changed (`data/a`, `data/b`), its values did not; \
                             if that is meant, run `dictum build --update-lock`";
        assert_eq!(lines(&old, &encoding), [encoding_line]);
    }

    #[test]
    fn a_schema_that_changed_is_a_kind_of_its_own() {
        let with = |spec: &str, schema: &str| lock(entry(spec, "values", &[("schemas/a.schema.json", schema)]));
        let old = with("spec", "{}");
        assert_eq!(lines(&old, &with("spec", "{}")), [""; 0]);
        let accept = "if that is meant, run `dictum build --update-lock`";
        let alone = format!("the record's schema of `a` changed, though its specs did not; {accept}");
        assert_eq!(lines(&old, &with("spec", "{\"type\": \"object\"}")), [alone]);
        let specs = format!("specs of `a` changed (`scenarios/a.yaml`), but no value did; {accept}");
        let both = [specs, format!("the record's schema of `a` changed with its specs; {accept}")];
        assert_eq!(lines(&old, &with("spec 2", "true")), both);
        let unpinned = lock(entry("spec", "values", &[]));
        let missing = "record schema of `a` is not in the lock; add it with `dictum build --update-lock`";
        assert_eq!(lines(&unpinned, &old), [missing]);
    }

    #[test]
    fn what_one_side_lacks_is_named_and_what_was_not_built_is_not_judged() {
        let base = manifest(&[("a", entry("spec", "values", &[("data/a", "text")]))]);
        let (one, two) = (Lock::of([("csv", &base)]), Lock::of([("csv", &base), ("jsonl", &base)]));
        assert_eq!(lines(&one, &two), ["format jsonl of `a` is not in the lock; add it with `dictum build --update-lock`"]);
        assert_eq!(lines(&two, &one), [""; 0]);
        let none = Lock::default();
        assert_eq!(lines(&none, &one), ["dataset `a` is not in the lock; add it with `dictum build --update-lock`"]);
        let gone = "dataset `a` is in the lock but not in the workspace; if that is meant, run `dictum build --update-lock`";
        assert_eq!(lines(&one, &none), [gone]);
    }

    #[test]
    fn an_upgrade_that_changes_no_byte_is_no_drift() {
        let old = entry("spec", "values", &[("data/a", "text")]);
        let mut new = old.clone();
        new.built_with.engine = "99.0.0".to_owned();
        new.built_with.generators.insert("csv".to_owned(), "9.9.9".to_owned());
        assert_eq!(lines(&lock(old), &lock(new)), [""; 0]);
    }
}
