//! `schema`: what records are, a file of it to tighten, and how the tightened one differs.

use serde_json::{Value, json};

use super::json_lines;
use crate::workbench::{DATASETS, ROOT, compile, shipped, world};
use crate::workspace::{Output, Workspace};

const SPEC: &str = "\
dictum: 1
dataset: parcels
size: 40
context:
  kind: [letter, box]
  weight: {int: 1..40}
  note: {sample: [fragile, cold], count: 0..2}
derive:
  ruling: {first: [{when: kind == 'letter' and weight > 5, give: refuse}, {give: accept}]}
record:
  input: {kind: \"{{ kind }}\", weight: \"{{ weight }}\", note: \"{{ note }}\"}
  output: {ruling: \"{{ ruling }}\", heavy: {$when: weight > 20, $give: true}}
";

fn workspace() -> Workspace {
    Workspace::new().file("scenarios/parcels.yaml", SPEC)
}

/// The schema of the forms, changed, as the one that the spec names.
fn tightened(change: impl Fn(&mut Value)) -> Workspace {
    let workspace = workspace();
    workspace.run(&["schema", "parcels", "--write"]).ends(0);
    let mut schema: Value = serde_json::from_str(&workspace.read("schemas/parcels.schema.json")).unwrap();
    change(&mut schema);
    workspace.write("schemas/parcels.schema.json", &schema.to_string());
    workspace.write("scenarios/parcels.yaml", &SPEC.replace("size: 40\n", "size: 40\nschema: parcels.schema.json\n"));
    workspace
}

/// Relation, path and what of every difference.
fn differences(output: &Output) -> Vec<(String, String, Value)> {
    let mut lines = json_lines(&output.stdout);
    lines.retain(|line| line.get("relation").is_some());
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    lines.into_iter().map(|line| (text(&line["relation"]), text(&line["path"]), line["what"].clone())).collect()
}

fn compared(workspace: &Workspace, ends: i32) -> Vec<(String, String, Value)> {
    differences(&workspace.run(&["schema", "parcels", "--diff", "--message-format", "json"]).ends(ends))
}

#[test]
fn the_schema_is_printed_and_starts_a_file_once() {
    let workspace = workspace();
    let printed = workspace.run(&["schema", "parcels"]).ends(0).stdout;
    let schema: Value = serde_json::from_str(&printed).unwrap();
    assert_eq!(schema["properties"]["input"]["properties"]["kind"], json!({"enum": ["box", "letter"]}));
    let told = workspace.run(&["schema", "parcels", "--write"]).ends(0).stderr;
    assert!(told.contains("wrote `schemas/parcels.schema.json`") && told.contains("`schema: parcels.schema.json`"), "{told}");
    assert_eq!(workspace.read("schemas/parcels.schema.json"), printed);
    let again = workspace.run(&["schema", "parcels", "--write"]).ends(2).stderr;
    assert!(again.contains("is there already"), "{again}");
    assert!(workspace.run(&["schema", "parcels", "--diff"]).ends(2).stderr.contains("no schema of its own"));
    assert!(workspace.run(&["schema", "parcel"]).ends(1).stderr.contains("did you mean `parcels`?"));
}

#[test]
fn a_schema_as_it_was_started_does_not_differ() {
    let workspace = tightened(|_| {});
    assert_eq!(compared(&workspace, 0), []);
    let told = workspace.run(&["schema", "parcels", "--diff"]).ends(0).stdout;
    assert!(told.starts_with("`parcels`: no difference found in 300 records"), "{told}");
}

#[test]
fn what_is_allowed_and_no_record_can_be_is_told() {
    let workspace = tightened(|schema| {
        let input = &mut schema["properties"]["input"];
        input["properties"]["kind"] = json!({"type": "string"});
        input["properties"]["weight"] = json!({"type": "integer", "minimum": 1});
        input["required"] = json!(["kind", "weight"]);
        schema["properties"]["output"]["additionalProperties"] = json!(true);
    });
    let told = |path: &str, what: &[&str]| ("allows".to_owned(), path.to_owned(), json!(what));
    let expected = [
        told("input.kind", &["other words than `box`, `letter`"]),
        told("input.weight", &["41, beyond 40"]),
        told("input.note", &["that it is missing"]),
        told("output", &["other fields"]),
    ];
    assert_eq!(compared(&workspace, 0), expected);
}

#[test]
fn what_is_forbidden_and_some_records_are_fails() {
    let workspace = tightened(|schema| {
        let input = &mut schema["properties"]["input"];
        input["properties"]["weight"]["maximum"] = json!(39);
        input["properties"]["note"]["maxItems"] = json!(1);
    });
    let found = compared(&workspace, 1);
    let paths: Vec<(&str, &str)> = found.iter().map(|(relation, path, _)| (relation.as_str(), path.as_str())).collect();
    assert!(paths.contains(&("forbids", "input.note")) && paths.contains(&("forbids", "input.weight")), "{found:?}");
    let told = workspace.run(&["schema", "parcels", "--diff"]).ends(1);
    assert!(
        told.stdout.contains("record ") && told.stderr.contains("refuses records at 2 places"),
        "{}{}",
        told.stdout,
        told.stderr
    );
}

#[test]
fn a_word_that_no_record_showed_may_be_forbidden() {
    let workspace = tightened(|schema| schema["properties"]["input"]["properties"]["kind"] = json!({"enum": ["box"]}));
    workspace.write(
        "scenarios/parcels.yaml",
        &workspace.read("scenarios/parcels.yaml").replace("[letter, box]", "{pick: {letter: 1, box: 100000}}"),
    );
    let told = ("forbids".to_owned(), "input.kind".to_owned(), json!(["\"letter\""]));
    assert_eq!(compared(&workspace, 0), [told]);
}

#[test]
fn shipped_schemas_take_nothing_that_no_record_can_be() {
    for dataset in DATASETS {
        let checked = compile(&world(shipped(dataset)), &format!("{dataset}.yaml")).unwrap();
        let comparison = dictum::schema::compare(&checked, 0, 60).unwrap();
        assert!(comparison.trials > 300 && !comparison.refuses(), "{dataset} in {ROOT}: {comparison:?}");
        let allowed: Vec<&str> = comparison
            .differences
            .iter()
            .filter(|one| one.relation == dictum::schema::Relation::Allows)
            .map(|one| one.path.as_str())
            .collect();
        assert_eq!(allowed, [] as [&str; 0], "{dataset}");
    }
}
