//! Planned labels: exact shares in every block of every scenario, and nothing else moved by them.

use std::collections::BTreeMap;

use dictum::build::Request;
use dictum::diag::Diagnostics;
use dictum::pipeline::check::pilot;

use super::workbench::{compile, files, names, request, stream, world};

const SPEC: &str = r#"
dictum: 1
dataset: triage
size: 100
context:
  pain: {int: 0..10}
  waited: {int: 0..200}
  ward: [north, south]
draw:
  luck: {int: 0..1000000}
scenarios:
  child: {weight: 1}
  adult: {weight: 2, AIM_ADULT}
derive:
  level: {first: [{when: pain >= 8, give: red}, {when: pain >= 5 or waited > 150, give: yellow}, {give: green}]}
AIM
record:
  input: {context: "{{ context }}", scenario: "{{ scenario }}"}
  target_output: {level: "{{ level }}"}
  metadata: {luck: "{{ luck }}"}
"#;

fn spec(aim: &str, adult: &str) -> String {
    let adult = if adult.is_empty() { String::new() } else { format!("aim: {adult}") };
    SPEC.replace(", AIM_ADULT", if adult.is_empty() { "" } else { ", AIM_ADULT" })
        .replace("AIM_ADULT", &adult)
        .replace("AIM", aim)
}

fn levels(spec: &str, indices: &[u64]) -> Vec<BTreeMap<String, String>> {
    let world = world([("scenarios/triage.yaml", spec)]);
    let checked = compile(&world, "triage.yaml").unwrap_or_else(|wrong| panic!("{wrong}"));
    names(&checked, 7, indices)
}

#[test]
fn every_whole_block_of_every_scenario_has_the_planned_shares() {
    let spec = spec("aim: {level: {pick: {red: 3, yellow: 2, green: 5}}}", "{level: [red, green]}");
    let indices: Vec<u64> = (0..900).collect();
    let records = levels(&spec, &indices);
    for (scenario, block, planned) in
        [("child", 10, &[("red", 3), ("yellow", 2), ("green", 5)][..]), ("adult", 2, &[("red", 1), ("green", 1)])]
    {
        let own: Vec<&str> =
            records.iter().filter(|one| one["scenario"] == scenario).map(|one| one["level"].trim_matches('"')).collect();
        assert!(own.len() >= 300);
        for block in own.chunks_exact(block) {
            for (label, times) in planned {
                assert_eq!(block.iter().filter(|one| *one == label).count(), *times, "{scenario}: {block:?}");
            }
        }
    }
    // The records of one place in the blocks are not all given the same label.
    let first: Vec<&str> = records.iter().take(30).map(|one| one["level"].as_str()).collect();
    assert!(first.windows(6).any(|window| window.iter().any(|one| one != &window[0])), "{first:?}");
}

#[test]
fn draws_that_no_aim_depends_on_keep_their_values() {
    let indices: Vec<u64> = (0..300).collect();
    let plain = levels(&spec("", ""), &indices);
    let aimed = levels(&spec("aim: {level: [red, yellow, green]}", ""), &indices);
    let mut moved = 0;
    for (one, other) in plain.iter().zip(&aimed) {
        for name in ["luck", "ward", "scenario"] {
            assert_eq!(one[name], other[name]);
        }
        moved += usize::from(one["pain"] != other["pain"]);
    }
    assert!(moved > 50, "{moved}");
    // A record whose first attempt meets its label is the record without an aim.
    assert!(plain.iter().zip(&aimed).any(|(one, other)| one == other));
}

#[test]
fn any_part_can_be_made_alone_and_plainly() {
    let spec = spec("aim: {level: {pick: {red: 1, green: 4}}}\nrequire: [{id: short, that: waited < 190, redraw: [waited]}]", "");
    let world = world([("scenarios/triage.yaml", spec)]);
    let whole = stream(&world, "triage", Request { size: Some(60), ..request() });
    let part = stream(&world, "triage", Request { from: 20, count: Some(30), threads: Some(1), ..request() });
    let lines: Vec<&str> = whole.lines().collect();
    assert_eq!(lines[20..50].join("\n"), part.trim_end());
    let plain = stream(&world, "triage", Request { size: Some(60), plain: true, ..request() });
    assert_eq!(plain, whole);
    let longer = stream(&world, "triage", Request { size: Some(90), ..request() });
    assert!(longer.starts_with(&whole));
}

#[test]
fn a_draw_that_reads_the_aim_makes_it_likely_and_a_requirement_holds() {
    let spec = spec("aim: {level: {pick: {red: 1, green: 1}}}\nrequire: [{id: short, that: waited < 100}]", "")
        .replace("pain: {int: 0..10}", "pain: {given: aim.level, cases: {red: {int: 8..10}, green: {int: 0..4}}}");
    for record in levels(&spec, &(0..200).collect::<Vec<_>>()) {
        assert!(record["waited"].parse::<u32>().unwrap() < 100);
    }
}

#[test]
fn the_newcomers_spec_has_exactly_its_mix() {
    let world = world(files("tests/workspaces/incident"));
    let checked = compile(&world, "incident_response.yaml").unwrap_or_else(|wrong| panic!("{wrong}"));
    let records = names(&checked, 0, &(0..440).collect::<Vec<_>>());
    let mut counts: BTreeMap<(String, String), usize> = BTreeMap::new();
    for record in &records {
        *counts.entry((record["scenario"].clone(), record["decision"].clone())).or_default() += 1;
    }
    let found: Vec<(&str, &str, usize)> = counts.iter().map(|((a, b), n)| (a.as_str(), b.trim_matches('"'), *n)).collect();
    // 330 data leaks are 33 blocks of ten, 110 outages 36 blocks of three and two records more.
    assert_eq!(
        found[..4],
        [("data_leak", "close", 66), ("data_leak", "contain", 66), ("data_leak", "escalate", 99), ("data_leak", "follow_up", 99)]
    );
    assert_eq!(found[4..].iter().map(|one| one.2).sum::<usize>(), 110);
    assert!(found[4..].iter().all(|one| (36..=37).contains(&one.2)), "{found:?}");
}

/// The pilot of a spec: its table as numbers, and what it says.
fn piloted(spec: &str) -> (Vec<pilot::Cell>, Vec<(&'static str, String)>) {
    let world = world([("scenarios/triage.yaml", spec)]);
    let checked = compile(&world, "triage.yaml").unwrap_or_else(|wrong| panic!("{wrong}"));
    let cells = pilot::pilot(&checked).unwrap();
    let mut diagnostics = Diagnostics::default();
    pilot::judge(&checked, &cells, &mut diagnostics);
    (cells, diagnostics.iter().map(|one| (one.code.name, one.message.clone())).collect())
}

#[test]
fn the_pilot_measures_every_cell_and_names_those_out_of_reach() {
    let (cells, told) = piloted(&spec("aim: {level: [red, yellow, green]}", ""));
    assert_eq!(cells.len(), 6);
    assert_eq!(told, []);
    // Red is 3 of 11 pains.
    let red = cells[0].attempts().unwrap();
    assert!((2.5..5.5).contains(&red), "{red}");

    let (_, told) = piloted(
        &spec("aim: {level: [red, green]}", "").replace("adult: {weight: 2}", "adult: {weight: 2, context: {pain: {int: 0..4}}}"),
    );
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!(told[0].0, "aim-unreachable");
    assert_eq!(told[0].1, "`level` becomes `red` in none of 1000 attempts in the scenario `adult`");

    let (_, told) = piloted(
        &spec("aim: {level: [red, green]}", "")
            .replace("pain: {int: 0..10}", "pain: {int: 0..300}")
            .replace("pain >= 8", "pain >= 292"),
    );
    assert!(told.iter().any(|(code, text)| *code == "aim-costly" && text.starts_with("`level` becomes `red` in ")), "{told:?}");
}
