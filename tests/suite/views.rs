//! Views: the same records in other shapes, projected and filtered, never drawn.
//!
//! In: a small workspace in memory, and the shipped datasets. Out: a failure where a view shows something else than its record
//! holds, where it changes a byte of the records, or where the old layouts lack one of their keys.

mod legacy;

use std::collections::BTreeMap;

use dictum::build::{LockMode, Request};
use dictum::digest::{Digest, Hasher};
use dictum::pipeline::manifest::Manifest;
use serde_json::{Map, Value, json};

use super::formats::{put, read_json, read_jsonl, read_parquet, settled};
use super::workbench::{ROOT, build_at, built, canonical, compile, formats, request, stream, world};
use super::workspace::Workspace;

/// Records in three shards.
const SIZE: usize = 2_100;

const SPEC: &str = "\
dictum: 1
dataset: desk
size: 2100
context:
  channel: [mail, phone, chat]
  hours: {int: 0..96}
scenarios: {new: {weight: 2}, known: {}}
derive:
  decision: {first: [{when: hours > 48, give: escalate}, {give: answer}]}
say: {request: ['A {{ channel }} ticket is {{ hours }} h old.', 'Open since {{ hours }} h, by {{ channel }}.']}
record:
  input: {context: '{{ context }}', user_request: '{{ say.request }}'}
  target_output: {decision: '{{ decision }}'}
";

const VIEWS: &str = "\
views:
  late:
    where: hours > 48
    record:
      question: '{{ record.input.user_request }}'
      answer: {label: '{{ decision }}', kind: '{{ scenario }}', note: {$when: channel == 'mail', $give: by mail}}
      seen: ['{{ hours }}', '{{ record.input.context.hours + 1 }}']
  first: {where: index < 3, record: {n: '{{ index }}', id: '{{ record.id }}'}}
  labels: {record: {label: '{{ decision }}'}}
";

/// A dataset without views.
const OTHER: &str = "dictum: 1\ndataset: other\nsize: 3\ncontext: {n: {int: 1..9}}\nrecord: {input: '{{ context }}'}\n";

fn spec() -> String {
    format!("{SPEC}{VIEWS}")
}

fn desk() -> dictum::world::MemoryWorld {
    world([("scenarios/desk.yaml", spec())])
}

fn of(view: &str) -> Request {
    Request { view: Some(view.to_owned()), ..request() }
}

/// A record as the view `late` shows it; `None` where it leaves it out.
fn late(record: &Value, kind: &Value) -> Option<Value> {
    let context = &record["input"]["context"];
    let hours = context["hours"].as_i64().filter(|hours| *hours > 48)?;
    let mut answer = json!({"label": record["target_output"]["decision"], "kind": kind});
    if context["channel"] == "mail" {
        answer["note"] = json!("by mail");
    }
    Some(json!({"id": record["id"], "question": record["input"]["user_request"], "answer": answer, "seen": [hours, hours + 1]}))
}

#[test]
fn a_view_projects_and_filters() {
    let world = desk();
    let records = read_jsonl(stream(&world, "desk", request()).as_bytes());
    let text = stream(&world, "desk", of("late"));
    let shown = read_jsonl(text.as_bytes());
    let by_id: BTreeMap<&str, &Value> = shown.iter().map(|one| (one["id"].as_str().unwrap(), &one["answer"]["kind"])).collect();
    let kind = |record: &Value| by_id.get(record["id"].as_str().unwrap()).copied().unwrap_or(&Value::Null);
    let expected: Vec<Value> = records.iter().filter_map(|record| late(record, kind(record))).collect();
    assert_eq!((records.len(), &shown), (SIZE, &expected));
    assert!(shown.len() > SIZE / 3 && shown.len() < SIZE * 2 / 3);
    assert!(text.lines().all(|line| line.starts_with("{\"id\":\"desk_00")), "the id stands first");
    let kinds = |kind: &str| shown.iter().filter(|one| one["answer"]["kind"] == kind).count();
    assert!(kinds("new") > kinds("known") && kinds("new") + kinds("known") == shown.len());
    // An `id` that the view writes stays where it is written.
    let first = stream(&world, "desk", of("first"));
    let written: Vec<String> = (0..3).map(|n| format!("{{\"n\":{n},\"id\":\"desk_{n:06}\"}}\n")).collect();
    assert_eq!(first, written.concat());
}

#[test]
fn every_format_holds_the_same_values() {
    for view in ["late", "first", "labels"] {
        let files = built(&desk(), of(view));
        let file = |format: &str| files[&format!("{format}/data/desk/train-00000-of-00001.{format}")].as_slice();
        let expected: Vec<Value> = read_jsonl(file("jsonl")).iter().map(settled).collect();
        let settle = |records: Vec<Value>| records.iter().map(settled).collect::<Vec<_>>();
        assert_eq!(settle(read_json(file("json"))), expected, "{view}");
        assert_eq!(settle(read_parquet(file("parquet"))), expected, "{view}");
        assert_eq!(settle(read_csv(file("csv"))), expected, "{view}");
        assert_eq!(read_jsonl(stream(&desk(), "desk", of(view)).as_bytes()), read_jsonl(file("jsonl")), "{view}");
    }
}

fn read_csv(bytes: &[u8]) -> Vec<Value> {
    let mut reader = csv::Reader::from_reader(bytes);
    let header = reader.headers().unwrap().clone();
    let record = |line: csv::Result<csv::StringRecord>| {
        let mut record = Map::new();
        for (column, field) in header.iter().zip(&line.unwrap()).filter(|(_, field)| !field.is_empty()) {
            put(&mut record, column, serde_json::from_str(field).unwrap_or_else(|_| json!(field)));
        }
        Value::Object(record)
    };
    reader.records().map(record).collect()
}

#[test]
fn a_view_changes_no_byte_of_the_records() {
    let plain = built(&world([("scenarios/desk.yaml", SPEC)]), request());
    let beside = built(&desk(), request());
    let data = |path: &&String| path.contains("/data/") || path.contains("/schemas/");
    assert_eq!(plain.keys().filter(data).count(), 8);
    for path in plain.keys().filter(data) {
        assert!(plain[path] == beside[path], "{path}");
    }
    let digest = |files: &BTreeMap<String, Vec<u8>>| {
        Manifest::parse(&files["jsonl/dictum-manifest.json"]).unwrap().datasets["desk"].record_digest
    };
    assert_eq!(digest(&plain), digest(&beside));
}

#[test]
fn the_manifest_says_which_view_was_written_and_what_it_leaves_out() {
    let files = built(&desk(), of("late"));
    let text = std::str::from_utf8(&files["jsonl/data/desk/train-00000-of-00001.jsonl"]).unwrap();
    let entry = &Manifest::parse(&files["jsonl/dictum-manifest.json"]).unwrap().datasets["desk"];
    let (written, view) = (text.lines().count() as u64, entry.view.as_ref().unwrap());
    assert_eq!((view.name.as_str(), view.left_out, entry.records), ("late", SIZE as u64 - written, written));
    assert_eq!(entry.scenarios.values().sum::<u64>(), written);
    assert_eq!(entry.verdicts["verified"], SIZE as u64);
    // The digest is over what was written.
    let mut hasher = Hasher::default();
    for line in text.lines() {
        hasher.update(Digest::of(canonical(&dictum::json::read(line).unwrap()).as_bytes()).bytes());
    }
    assert_eq!(entry.record_digest, hasher.finish());
    // The schema beside the data is that of the view.
    let checked = compile(&desk(), "desk.yaml").unwrap();
    let schema = &files["jsonl/schemas/desk.schema.json"];
    assert_eq!(std::str::from_utf8(schema).unwrap(), checked.view("late").unwrap().inferred);
    let validator = jsonschema::validator_for(&serde_json::from_slice(schema).unwrap()).unwrap();
    assert!(read_jsonl(text.as_bytes()).iter().all(|record| validator.is_valid(record)));
    assert!(!validator.is_valid(&json!({"id": "desk_000000"})));
    // The records themselves have no view.
    let files = built(&desk(), request());
    assert!(!std::str::from_utf8(&files["jsonl/dictum-manifest.json"]).unwrap().contains("\"view\""));
}

#[test]
fn threads_parts_and_the_template_engine_make_no_difference() {
    let world = desk();
    let whole = stream(&world, "desk", of("late"));
    for request in [Request { threads: Some(1), ..of("late") }, Request { plain: true, ..of("late") }] {
        assert!(stream(&world, "desk", request) == whole);
    }
    let part = |from, count| stream(&world, "desk", Request { from, count: Some(count), ..of("late") });
    assert!(part(0, 700) + &part(700, 1_400) == whole);
    let [one, two] = [1, 2].map(|threads| built(&world, Request { threads: Some(threads), ..of("late") }));
    assert!(one == two);
}

#[test]
fn what_does_not_go_with_a_view_is_refused() {
    let refused = |request: Request| build_at(&desk(), ROOT, request).unwrap_err();
    let typo = refused(Request { datasets: vec!["desk".to_owned()], ..of("lte") });
    assert!(typo.contains("error[view-unknown]: `desk` has no view `lte`"), "{typo}");
    assert!(typo.contains("did you mean `late`?") && typo.contains("it has `first`, `labels`, `late`"), "{typo}");
    let all = refused(of("legacy"));
    assert!(all.contains("error[view-unknown]: no dataset has a view `legacy`"), "{all}");
    for lock in [LockMode::Check, LockMode::Update] {
        let locked = refused(Request { lock, ..of("late") });
        assert!(locked.contains("it does not go with") && locked.contains("`--view`"), "{locked}");
    }
}

#[test]
fn datasets_without_the_view_are_left_out_of_all_and_refused_by_name() {
    let workspace = Workspace::new().file("scenarios/desk.yaml", &spec()).file("scenarios/other.yaml", OTHER);
    let output = workspace.run(&["build", "--view", "first", "--format", "jsonl"]).ends(0);
    assert!(output.stderr.contains("desk: 3 of 2,100 records, 1 file"), "{}", output.stderr);
    assert!(output.stderr.contains("other: left out, it has no view `first`"), "{}", output.stderr);
    assert_eq!(workspace.files("out/data").len(), 1);
    let named = workspace.run(&["build", "other", "desk", "--view", "first"]).ends(1);
    assert!(
        named.stderr.contains("`other` has no view `first`") && named.stderr.contains("there are no views"),
        "{}",
        named.stderr
    );
    let preview = workspace.run(&["preview", "desk", "--view", "first", "-n", "4", "--message-format", "json"]).ends(0);
    assert_eq!(preview.stdout.lines().count(), 3);
    let person = workspace.run(&["preview", "desk", "--view", "first", "--index", "3"]).ends(0);
    assert!(person.stdout.is_empty() && person.stderr.contains("desk#3, scenario"), "{person:?}");
    assert!(person.stderr.contains("left out of the view"), "{}", person.stderr);
    assert!(workspace.run(&["preview", "desk", "--view", "frist"]).ends(1).stderr.contains("did you mean `first`?"));
    workspace.run(&["check", "--quiet"]).ends(0);
}

#[test]
fn what_only_shows_in_a_record_is_told_with_its_view() {
    let broken = "views:\n  odd: {record: {n: '{{ 10 // hours }}'}}\n  huge: {record: {n: '{{ hours * 2 ** 70 }}'}}\n";
    let world = world([("scenarios/desk.yaml", format!("{SPEC}{broken}"))]);
    stream(&world, "desk", request());
    for (view, says) in [("odd", "error[division-by-zero]"), ("huge", "does not fit 64 bits")] {
        let wrong = build_at(&world, ROOT, of(view)).unwrap_err();
        assert!(wrong.contains(says) && wrong.contains(&format!("in the view `{view}`")), "{wrong}");
        assert!(wrong.contains("scenarios/desk.yaml:"), "{wrong}");
    }
    let workspace = Workspace::new().file("scenarios/desk.yaml", &format!("{SPEC}{broken}"));
    let checked = workspace.run(&["check"]).ends(1);
    assert!(checked.stderr.contains("in the view `huge`"), "{}", checked.stderr);
}

#[test]
fn a_module_gives_views_to_the_datasets_that_use_it() {
    let module = "dictum: 1\nfacts: {names: {mail: letters, phone: calls, chat: chats}}\nviews: {short: {record: {by: '{{ names[channel] }}'}}}\n";
    let used = SPEC.replace("size: 2100\n", "size: 9\nuse: [shapes.yaml]\n");
    let twin = used.replace("dataset: desk", "dataset: twin");
    let world =
        world([("scenarios/desk.yaml", used), ("scenarios/twin.yaml", twin), ("scenarios/shapes.yaml", module.to_owned())]);
    let files = built(&world, Request { formats: formats("jsonl"), ..of("short") });
    for name in ["desk", "twin"] {
        let records = read_jsonl(&files[&format!("data/{name}/train-00000-of-00001.jsonl")]);
        assert_eq!(records.len(), 9);
        assert!(records.iter().all(|record| ["letters", "calls", "chats"].iter().any(|by| record["by"] == *by)), "{records:?}");
        assert_eq!(records[8]["id"], format!("{name}_000008"));
    }
}

#[test]
fn names_that_only_a_view_reads_are_read() {
    let counted = SPEC.replace("derive:\n", "draw: {tone: [kind, stern]}\nderive:\n");
    let wrong = compile(&world([("scenarios/desk.yaml", counted.clone())]), "desk.yaml").err().unwrap();
    assert!(wrong.contains("nothing reads `tone`"), "{wrong}");
    let view = "views: {toned: {record: {tone: '{{ tone }}'}}}\n";
    assert!(compile(&world([("scenarios/desk.yaml", format!("{counted}{view}"))]), "desk.yaml").is_ok());
}
