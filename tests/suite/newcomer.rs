//! A dataset type is added by one YAML file and its schema.
//!
//! In: the example workspace and two texts. Out: the new dataset beside the old one; and where its author slips, words that
//! name the place.

use serde_json::Value;

use super::workbench::{ROOT, build_at, built, compile, files, request, world};

const SPEC: &str = "\
dictum: 1
dataset: refunds
title: Refund decisions
size: 40
schema: refunds.schema.json
use: [constitution.yaml]
context:
  days: {int: 0..60}
  damaged: {bool: 0.3}
derive:
  decision: {first: [{when: damaged or days <= 30, give: refund}, {give: refuse}]}
say:
  request: [\"Bought {{ days }} days ago. Can I return it?\", \"May I send it back after {{ days }} days?\"]
record:
  input: {context: \"{{ context }}\", user_request: \"{{ say.request }}\", constitutional_hash: \"{{ constitution.hash }}\"}
  target_output: {decision: \"{{ decision }}\", constitutional_hash: \"{{ constitution.hash }}\"}
examples:
  late: {set: {days: 31, damaged: false}, want: {decision: refuse}}
  broken: {set: {days: 31, damaged: true}, want: {decision: refund}}
";

const SCHEMA: &str = r#"{
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "type": "object",
  "required": ["id", "input", "target_output"],
  "properties": {
    "target_output": {
      "properties": {
        "decision": {"enum": ["refund", "refuse"]}
      }
    },
    "input": {
      "properties": {
        "context": {
          "properties": {
            "days": {"type": "integer", "maximum": 60}
          }
        }
      }
    }
  }
}
"#;

/// The example workspace with a dataset more.
fn workspace(spec: &str, schema: &str) -> dictum::world::MemoryWorld {
    let added = [("scenarios/refunds.yaml", spec), ("schemas/refunds.schema.json", schema)];
    let added = added.map(|(path, text)| (path.to_owned(), text.as_bytes().to_vec()));
    world(files("tests/workspaces/incident").into_iter().chain(added))
}

fn wrong(spec: &str, schema: &str) -> String {
    build_at(&workspace(spec, schema), ROOT, request()).expect_err("a slip")
}

#[test]
fn one_spec_and_its_schema_are_a_dataset() {
    let files = built(&workspace(SPEC, SCHEMA), request());
    let text = std::str::from_utf8(&files["jsonl/data/refunds/train-00000-of-00001.jsonl"]).unwrap();
    let records: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(records.len(), 40);
    for record in &records {
        let context = &record["input"]["context"];
        let due = if context["damaged"] == true || context["days"].as_u64().unwrap() <= 30 { "refund" } else { "refuse" };
        assert_eq!(record["target_output"]["decision"], due);
    }
    assert!(files.contains_key("jsonl/data/incident_response/train-00000-of-00001.jsonl"), "the old dataset stays");
}

#[test]
fn a_wrong_example_is_told_with_both_values_and_its_line() {
    let spec = SPEC.replace("want: {decision: refund}", "want: {decision: refuse}");
    let wrong = compile(&workspace(&spec, SCHEMA), "refunds.yaml").err().expect("a wrong example");
    for part in [
        "error[example-failed]: `decision` is \"refund\", expected \"refuse\"",
        "scenarios/refunds.yaml:19:61",
        "in the example `broken`",
    ] {
        assert!(wrong.contains(part), "no `{part}` in\n{wrong}");
    }
}

#[test]
fn a_record_that_breaks_the_schema_is_told_by_record_path_and_spec_line() {
    let wrong = wrong(SPEC, &SCHEMA.replace("\"maximum\": 60", "\"maximum\": 40"));
    // Records with more days, the field inside it, the line of the spec that writes it, and the schema's own line.
    for part in [
        "error[schema-violation]",
        "refunds#",
        "input.context.days",
        "scenarios/refunds.yaml:15:21",
        "schemas/refunds.schema.json:15",
    ] {
        assert!(wrong.contains(part), "no `{part}` in\n{wrong}");
    }
}

#[test]
fn an_example_with_a_word_that_never_occurs_is_told() {
    let spec = SPEC.replace("want: {decision: refuse}", "want: {decision: refuze}");
    let wrong = compile(&workspace(&spec, SCHEMA), "refunds.yaml").err().expect("a wrong word");
    assert!(wrong.contains("`decision` is never `refuze`") && wrong.contains("did you mean `refuse`?"), "{wrong}");
}
