//! The mistakes an author can make, each with the diagnostics that it must give.
//!
//! In: `tests/diagnostics/<topic>/`. A fixture is one spec (`name.yaml`) or a folder that is a workspace (`scenarios/`,
//! `templates/`, `schemas/`). What must be reported stands as a comment on the faulty line, see [`expected`]. Every fixture is
//! built into a world in memory; what is reported and was not expected fails as what is missing does. Faults that no file in a
//! repository can hold (bytes that are not UTF-8, 20,000 brackets, a link out of the workspace) are made in [`generated`]; what
//! becomes of sound specs that are damaged is tried in [`super::mutation`].
//!
//! Where a file `<name>.stderr` stands beside a fixture, it is what a person reads in the terminal; `DICTUM_BLESS=1` renews it.

mod expected;
mod fixture;
mod generated;
pub(super) mod run;

use std::collections::BTreeSet;

use dictum::diag::codes;

use fixture::Fixture;

/// Codes that need more than a workspace: a command line, or a disk that refuses.
const ELSEWHERE: &[&str] = &[
    "dataset-unknown",
    "profile-unknown",
    "view-unknown",
    "dataset-duplicate",
    "hash-mismatch",
    "file-unreadable",
    "rego-absent",
];

#[test]
fn every_fixture_gives_its_diagnostics_and_no_others() {
    let fixtures = Fixture::all();
    assert!(fixtures.len() > 90, "the fixtures were not found");
    let complaints: Vec<String> = fixtures.iter().flat_map(Fixture::complaints).collect();
    assert!(complaints.is_empty(), "{} fixtures, {} complaints:\n{}", fixtures.len(), complaints.len(), complaints.join("\n"));
}

#[test]
fn every_code_has_a_fixture() {
    let fixtures = Fixture::all();
    let seen: BTreeSet<&str> = fixtures.iter().flat_map(|one| &one.expected).map(|one| one.code.as_str()).collect();
    let known: BTreeSet<&str> = codes::ALL.iter().map(|code| code.name).collect();
    let unknown: Vec<_> = seen.difference(&known).collect();
    assert!(unknown.is_empty(), "fixtures expect codes that do not exist: {unknown:?}");
    let missing = known.iter().filter(|name| !seen.contains(**name));
    let missing: Vec<_> = missing.filter(|name| !ELSEWHERE.contains(name) && !generated::CODES.contains(name)).collect();
    assert!(missing.is_empty(), "codes without a fixture: {missing:?}");
}
