//! What is expected of a whole dataset, as it is judged and written into the manifest.

use dictum::build::Request;
use dictum::pipeline::manifest::{Expectations, Judged, Manifest};

use super::workbench::{ROOT, build_at, built, formats, request, world};

const SPEC: &str = "\
dictum: 1
dataset: expected
size: 84
context:
  ok: {bool: 0.5}
  load: {float: 0..1, digits: 2}
scenarios:
  near: {weight: 2}
  far: {weight: 1, aim: {decision: {pick: {1: 3, 2: 1}}}}
derive:
  failed: {collect: [{when: not ok, give: {id: C1, why: it is not ok}}, {when: load > 0.4, give: {id: C2, why: too much}}, {when: load > 0.6, give: {id: C2, why: far too much}}]}
  decision: \"{{ (1.0 if ok else 2) if scenario == 'far' else (1 if ok else 2) }}\"
aim: {decision: [1, 2]}
record:
  input: {scenario: \"{{ scenario }}\", context: \"{{ context }}\"}
  target_output: {decision: \"{{ decision }}\", failed: \"{{ failed }}\"}
expect:
";

/// The expectations of the spec above as they were judged, or what was said instead.
fn judged(expect: &str) -> Result<Vec<(String, String)>, String> {
    let world = world([("scenarios/expected.yaml", format!("{SPEC}{expect}"))]);
    let request = || Request { formats: formats("jsonl"), ..request() };
    build_at(&world, ROOT, request())?;
    let manifest = Manifest::parse(&built(&world, request())["dictum-manifest.json"]).unwrap();
    match &manifest.datasets["expected"].expectations {
        Expectations::Judged(all) => Ok(all.iter().map(|Judged { expected, found }| (expected.clone(), found.clone())).collect()),
        Expectations::NotJudged => panic!("not judged"),
    }
}

fn count(found: &str) -> u64 {
    found.split(' ').next().unwrap().parse().unwrap()
}

#[test]
fn a_list_of_maps_is_counted_by_an_attribute_once_a_record() {
    let found =
        judged("  - {share: failed, of: id, every: 0.3..0.8}\n  - {share: {failed: {C2: 0..1}}, of: id, by: ok}\n").unwrap();
    let expected: Vec<&str> = found.iter().map(|(expected, _)| expected.as_str()).collect();
    assert_eq!(
        expected,
        [
            "share of failed.id = \"C1\" from 0.3 to 0.8",
            "share of failed.id = \"C2\" from 0.3 to 0.8",
            "share of failed.id = \"C2\" where `ok` is false from 0 to 1",
            "share of failed.id = \"C2\" where `ok` is true from 0 to 1",
        ]
    );
    // Two rows give C2 where the load is above 0.6, and yet it is one record.
    assert!(found.iter().all(|(_, found)| count(found) < 84), "{found:?}");
    assert_eq!(count(&found[1].1), count(&found[2].1) + count(&found[3].1));
}

#[test]
fn a_condition_is_counted_where_it_holds() {
    let found = judged("  - {share: {\"load > 0.4\": 0.4..0.8}}\n  - {share: {load > 0.4: 0..1}, by: ok}\n").unwrap();
    assert_eq!(found[0].0, "share of load > 0.4 = true from 0.4 to 0.8");
    assert_eq!(count(&found[0].1), count(&found[1].1) + count(&found[2].1));
    let wrong = judged("  - {share: {load > 0.4: 0..0.1}}\n").unwrap_err();
    assert!(wrong.contains("`load > 0.4` is true in ") && wrong.contains("expected 0 to 0.1"), "{wrong}");
}

#[test]
fn a_name_alone_is_expected_as_it_is_aimed_at() {
    let found = judged("  - {share: decision}\n  - {share: decision, by: scenario}\n").unwrap();
    let line = |expected: &str, found: &str| (expected.to_owned(), found.to_owned());
    assert_eq!(
        found,
        [
            line("decision = 1 in 49 records, as aimed", "49 of 84 (0.5833)"),
            line("decision = 2 in 35 records, as aimed", "35 of 84 (0.4167)"),
            line("decision = 1 where `scenario` is \"far\" in 21 records, as aimed", "21 of 28 (0.7500)"),
            line("decision = 2 where `scenario` is \"far\" in 7 records, as aimed", "7 of 28 (0.2500)"),
            line("decision = 1 where `scenario` is \"near\" in 28 records, as aimed", "28 of 56 (0.5000)"),
            line("decision = 2 where `scenario` is \"near\" in 28 records, as aimed", "28 of 56 (0.5000)"),
        ]
    );
}
