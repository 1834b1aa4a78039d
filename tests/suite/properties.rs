//! Edits move nothing but what they are about.
//!
//! In: random small specs and edits of them. Out: a failure that names the edit, the record, the name and both texts, where a
//! value outside the edit's closure changed. Beside them stand the rules of addresses, each on the smallest spec that shows it.

mod addresses;
mod edits;
mod forms;
mod spec;
mod tabulated;

use dictum::pipeline::expand::Expander;
use dictum::pipeline::plan::plan;
use proptest::prelude::*;

use super::workbench::{Names, compile, names, world};
use edits::{Condition, Edited};
use spec::{FILE, Spec};

/// Records that are compared: a run from the start, and some far away.
fn indices() -> Vec<u64> {
    (0..40).chain([1_000_000, 999_999_999_999, u64::MAX / 3, u64::MAX]).collect()
}

fn values(spec: &Spec) -> Vec<Names> {
    let checked = compile(&world(spec.files()), FILE).unwrap_or_else(|wrong| panic!("{wrong}\n{}", shown(spec)));
    names(&checked, 7, &indices())
}

fn shown(spec: &Spec) -> String {
    let files: Vec<String> = spec.files().into_iter().map(|(path, text)| format!("--- {path}\n{text}")).collect();
    files.concat()
}

/// The first value that an edit moved although it may not.
fn moved(before: &[Names], after: &[Names], edit: &Edited) -> Option<String> {
    for ((index, before), after) in indices().into_iter().zip(before).zip(after) {
        let concerned = match &edit.only_where {
            None => true,
            Some(Condition::True(name)) => before[name] == "true",
            Some(Condition::Scenario(name)) => before["scenario"] == *name,
        };
        for name in before.keys().chain(after.keys()) {
            // The record holds every name by design, so it moves with any of them.
            if name == "record" || (concerned && edit.may_move.contains(name)) {
                continue;
            }
            let renamed = edit.renamed.as_ref();
            let [old, new] = match renamed.filter(|(old, new)| name == old || name == new) {
                Some((old, new)) => [before.get(old), after.get(new)],
                None => [before.get(name), after.get(name)],
            };
            if old != new {
                return Some(format!("{}: record {index}, `{name}`: {old:?} became {new:?}", edit.what));
            }
        }
    }
    None
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn edits_move_only_what_they_are_about(spec in forms::specs(), choice in any::<(u8, u8, u8)>()) {
        let before = values(&spec);
        for edit in edits::edits(&spec, choice) {
            let after = values(&edit.spec);
            if let Some(found) = moved(&before, &after, &edit) {
                prop_assert!(false, "{found}\n{}\n=== after\n{}", shown(&spec), shown(&edit.spec));
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn every_record_keeps_the_schema_of_its_forms(spec in forms::specs()) {
        let checked = compile(&world(spec.files()), FILE).unwrap();
        let plan = plan(&checked, 7, 0, u64::MAX);
        let mut expander = Expander::new(&plan, false);
        for index in indices() {
            let record = expander.record(index, |_, _| Ok(())).unwrap();
            let violations = checked.schema.violations(record.root());
            prop_assert!(violations.is_empty(), "record {index}: {violations:?}\n{}", shown(&spec));
        }
    }
}

#[test]
fn another_dataset_beside_it_changes_nothing() {
    let text = "dictum: 1\ndataset: alone\nsize: 10\ncontext: {n: {int: 0..999999}}\nrecord: {input: \"{{ context }}\"}\n";
    let beside = text.replace("alone", "beside").replace("999999", "9");
    let alone = compile(&world([("scenarios/alone.yaml", text)]), "alone.yaml").unwrap();
    let both = [("scenarios/alone.yaml", text.to_owned()), ("scenarios/beside.yaml", beside)];
    let both = compile(&world(both), "alone.yaml").unwrap();
    assert_eq!(names(&alone, 0, &indices()), names(&both, 0, &indices()));
}
