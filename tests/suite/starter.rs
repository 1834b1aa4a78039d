//! What `init` and `new` write builds as it is, in every size, without a word of warning.
//!
//! In: the real program in an empty folder. Out: a failure where a command after them finds anything to say, or where they write
//! over what is there.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use dictum::starter::DATASET;
use serde_json::Value;

use super::editor;
use crate::workspace::{Output, Workspace};

const NEW_FILES: [&str; 6] = [
    ".gitignore",
    "README.md",
    "scenarios/loan_renewal.yaml",
    "schemas/loan_renewal.schema.json",
    "schemas/scenario.schema.json",
    "templates/loan_renewal/answer.j2",
];

/// A folder with a workspace `w` in it.
fn begun() -> Workspace {
    let folder = Workspace::new();
    folder.run(&["init", "w"]).ends(0);
    folder
}

fn within(folder: &Workspace, args: &[&str]) -> Output {
    let mut command = folder.command(args);
    command.current_dir(folder.path("w"));
    Output::of(command)
}

/// Checks, builds and validates; nothing may be warned of.
fn assert_good(folder: &Workspace, datasets: &[&str]) {
    for command in [&["check"] as &[&str], &["build", "--update-lock"], &["build", "--locked"], &["validate", "out"]] {
        let output = within(folder, command).ends(0);
        assert!(!output.stderr.contains("warning"), "{command:?}: {}", output.stderr);
        let said = output.stdout + &output.stderr;
        for dataset in datasets {
            assert!(said.contains(dataset), "{command:?} says nothing of {dataset}: {said}");
        }
    }
}

#[test]
fn a_new_workspace_builds_as_it_is() {
    let folder = Workspace::new();
    let told = folder.run(&["init", "w"]).ends(0);
    let files = folder.files("w").into_keys().map(|path| path.to_str().unwrap().to_owned());
    assert_eq!(files.collect::<Vec<_>>(), NEW_FILES);
    for part in
        NEW_FILES.map(|path| format!("  {path}\n")).iter().chain(&["next: cd w\n      dictum preview loan_renewal\n".to_owned()])
    {
        assert!(told.stderr.contains(part), "{part} is not told:\n{}", told.stderr);
    }
    assert_good(&folder, &[DATASET]);
}

#[test]
fn ten_thousand_records_of_it_ask_ten_thousand_different_things() {
    let folder = begun();
    let output = within(&folder, &["build", DATASET, "--size", "10000", "--out", "-", "--seed", "7"]).ends(0);
    assert!(!output.stderr.contains("warning"), "{}", output.stderr);
    let records: Vec<Value> = output.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let inputs: BTreeSet<String> = records.iter().map(|one| one["input"].to_string()).collect();
    let requests: BTreeSet<&str> = records.iter().map(|one| one["input"]["user_request"].as_str().unwrap()).collect();
    assert_eq!((records.len(), inputs.len(), requests.len()), (10_000, 10_000, 10_000));
    for one in &records {
        let (context, target) = (&one["input"]["context"], &one["target_output"]);
        let late = context["days_late"].as_i64().unwrap();
        let fee = context["kind"].as_str().map(|kind| match kind {
            "book" => 10,
            "film" => 100,
            _ => 30,
        });
        let fee = if context["reader"] == "child" { 0 } else { late.max(0) * fee.unwrap() };
        let refused = context["reserved"] == true || context["renewed"].as_i64().unwrap() >= 2 || late > 14;
        let decision = if refused {
            "bring_back"
        } else if fee > 0 {
            "pay_first"
        } else {
            "renew"
        };
        assert_eq!((&target["decision"], &target["fee_cents"]), (&Value::from(decision), &Value::from(fee)), "{one}");
    }
}

#[test]
fn a_dataset_is_added_beside_it() {
    let folder = begun();
    let told = within(&folder, &["new", "bees", "--title", "Who: \"buzzes\"?"]).ends(0).stderr;
    assert!(told.ends_with("next: dictum preview bees\n      dictum build bees\n"), "{told}");
    assert_good(&folder, &[DATASET, "bees"]);
    assert!(within(&folder, &["list"]).ends(0).stdout.contains("Who: \"buzzes\"?"));
    let first = within(&folder, &["preview", "bees", "--count", "1", "--message-format", "json"]).ends(0).stdout;
    assert!(first.contains("bees_000000") && !first.contains(DATASET), "{first}");
    // The schema that it wrote is the one that holds.
    let schema = folder.read("w/schemas/bees.schema.json").replace("\"maximum\": 40", "\"maximum\": 13");
    folder.write("w/schemas/bees.schema.json", &schema);
    assert!(within(&folder, &["build", "bees"]).ends(1).stderr.contains("days_late"));
}

#[test]
fn nothing_is_written_over() {
    let folder = begun();
    let before = folder.files("w");
    let again = folder.run(&["init", "w"]).ends(2).stderr;
    assert!(again.contains("`README.md`, `scenarios`, `schemas`, `templates`") && again.contains("dictum new NAME"), "{again}");
    within(&folder, &["new", DATASET]).ends(2);
    let dashed = within(&folder, &["new", "my-data"]).ends(2).stderr;
    assert!(dashed.contains("`my_data` would do"), "{dashed}");
    assert!(folder.run(&["init", "x", "--workspace", "w"]).ends(2).stderr.contains("without `--workspace`"));
    assert!(folder.run(&["new", "bees"]).ends(2).stderr.contains("no workspace"));
    assert_eq!(folder.files("w"), before);
}

#[test]
fn a_folder_of_git_keeps_what_it_has() {
    let folder = Workspace::new().file(".git/config", "").file(".gitignore", "target\n");
    let told = folder.run(&["init", "."]).ends(0).stderr;
    assert!(told.contains("note: `.gitignore` stood there") && !told.contains("cd ."), "{told}");
    assert_eq!(folder.read(".gitignore"), "target\n");
    folder.run(&["check"]).ends(0);
}

#[test]
fn programs_are_told_in_json() {
    let folder = Workspace::new();
    let output = folder.run(&["init", "w", "--message-format", "json"]).ends(0);
    assert_eq!(output.stderr, "");
    let summary = serde_json::from_str::<Value>(&output.stdout).unwrap()["summary"].take();
    assert_eq!((&summary["command"], &summary["exit"]), (&Value::from("init"), &Value::from(0)));
    assert_eq!(summary["datasets"][0]["dataset"], DATASET);
    assert_eq!(summary["datasets"][0]["files"], Value::from(NEW_FILES.to_vec()));
    let output = within(&folder, &["new", "bees", "--message-format", "json"]).ends(0);
    let summary = serde_json::from_str::<Value>(&output.stdout).unwrap()["summary"].take();
    assert_eq!(summary["datasets"][0]["files"][0], "scenarios/bees.yaml");
}

#[test]
fn the_files_are_plain_files_that_editors_understand() {
    let folder = begun();
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/starter/files");
    for path in NEW_FILES.iter().filter(|path| **path != "schemas/scenario.schema.json") {
        assert_eq!(folder.read(&format!("w/{path}")), fs::read_to_string(own.join(path.trim_start_matches('.'))).unwrap());
    }
    assert_eq!(folder.read("w/schemas/scenario.schema.json"), dictum::editor::schema().unwrap());
    let spec = folder.read("w/scenarios/loan_renewal.yaml");
    assert!(spec.starts_with("# yaml-language-server: $schema=../schemas/scenario.schema.json\n"));
    assert_eq!(editor::faults(&editor::validator(), &spec), [] as [String; 0]);
    assert!((60..=90).contains(&spec.lines().count()), "{} lines", spec.lines().count());
}
