//! `dictum watch` as an author and a program meet it: the real program in a workspace whose files change under it.
//!
//! A file that is written in place is empty for a moment, which a watch may see; where a test tells events apart, it saves by renaming.
//! Nothing here asserts a time: events are waited for, and a program that tells none fails its test after a long while.

mod program;
mod terminal;

use std::fs;

use serde_json::Value;

use crate::workspace::Workspace;
use program::Watch;

/// A dataset of forty records, with a module and a template.
const SPEC: &str = r#"dictum: 1
dataset: triage
size: 40
use: [wards.yaml]
context:
  pain: {int: 0..10}
say:
  note: {file: note.j2}
derive:
  level: {first: [{when: pain >= 8, give: red}, {give: green}]}
record:
  input: {pain: "{{ pain }}", ward: "{{ ward }}", note: "{{ say.note }}"}
  target_output: {level: "{{ level }}"}
"#;
const WARDS: &str = "dictum: 1\ncontext:\n  ward: [north, south]\n";
const NOTE: &str = "Pain {{ pain }} in the {{ ward }} ward.";
/// Another dataset, which shares nothing with the first.
const OTHER: &str = "dictum: 1\ndataset: other\nsize: 3\ncontext: {word: [a, b]}\nrecord:\n  input: {word: \"{{ word }}\"}\n";

const TRIAGE: &str = "scenarios/triage.yaml";

fn workspace() -> Workspace {
    Workspace::new().file(TRIAGE, SPEC).file("scenarios/wards.yaml", WARDS).file("templates/note.j2", NOTE)
}

/// The spec with another limit between red and green.
fn limit(pain: u8) -> String {
    SPEC.replace("pain >= 8", &format!("pain >= {pain}"))
}

/// Saves as many editors do: a new file takes the name of the old one.
fn save_by_rename(workspace: &Workspace, path: &str, text: &str) {
    let aside = format!("{path}.new~");
    workspace.write(&aside, text);
    fs::rename(workspace.path(&aside), workspace.path(path)).unwrap();
}

/// Begins a watch that has verified what there is.
fn begun(workspace: &Workspace, args: &[&str], datasets: usize) -> Watch {
    let mut watch = Watch::start(workspace, args);
    watch.until("watching", |_| true);
    for _ in 0..datasets {
        watch.until("verified", |event| event["comparison"].is_null());
    }
    watch
}

/// How many records of `triage` the last good result and the present one differ in.
fn changed(event: &Value) -> u64 {
    event["comparison"]["changed"].as_u64().unwrap_or_else(|| panic!("nothing was compared: {event}"))
}

#[test]
fn an_edit_a_break_and_a_repair_are_shown_as_they_are_saved() {
    let workspace = workspace();
    let mut watch = begun(&workspace, &["triage", "-n", "40"], 1);
    save_by_rename(&workspace, TRIAGE, &limit(5));
    let compiled = watch.until("compiled", |_| true);
    assert_eq!((&compiled["dataset"], &compiled["because"]), (&"triage".into(), &serde_json::json!([TRIAGE])));
    assert!(compiled["milliseconds"].as_f64().unwrap() > 0.0);
    let moved = watch.until("changed", |_| true);
    let records = moved["records"].as_array().unwrap();
    assert!(!records.is_empty() && records.len() < 40, "{moved}");
    for record in records {
        let expected = serde_json::json!([{"path": "target_output.level", "before": "green", "after": "red"}]);
        assert_eq!((&record["fields"], &record["kind"]), (&expected, &"changed".into()));
    }
    assert_eq!(moved["fields"]["target_output.level"], records.len());
    let verified = watch.until("verified", |_| true);
    assert_eq!(changed(&verified), records.len() as u64);
    let shares = &verified["comparison"]["shares"][0];
    assert_eq!(shares["field"], "target_output.level");
    let green = &shares["values"][0];
    assert_eq!(green["value"], "green");
    assert!(green["before"].as_f64() > green["after"].as_f64());

    save_by_rename(&workspace, TRIAGE, &limit(5).replace("derive:", "dervie:"));
    let failed = watch.until("failed", |_| true);
    assert_eq!((&failed["phase"], &failed["keeps"]), (&"check".into(), &true.into()));
    assert!(failed["diagnostics"].as_array().unwrap().iter().any(|one| one["code"] == "unknown-key"), "{failed}");

    save_by_rename(&workspace, TRIAGE, &limit(8));
    let back = watch.until("verified", |_| true);
    assert_eq!(changed(&back), records.len() as u64, "it is compared with the last good result");
    watch.ends(2, 130);
}

#[test]
fn records_that_break_their_rules_fail_and_the_last_good_ones_stand() {
    let workspace = workspace();
    let mut watch = begun(&workspace, &["triage"], 1);
    save_by_rename(&workspace, TRIAGE, &format!("{SPEC}checks:\n  - {{id: mild, that: pain < 10, because: ten is too much}}\n"));
    let failed = watch.until("failed", |_| true);
    assert_eq!((&failed["phase"], &failed["keeps"]), (&"records".into(), &true.into()));
    assert_eq!(failed["diagnostics"][0]["record"]["dataset"], "triage");
    save_by_rename(&workspace, TRIAGE, SPEC);
    assert_eq!(changed(&watch.until("verified", |_| true)), 0);
}

#[test]
fn a_save_by_rename_and_a_file_that_goes_and_comes_back_are_followed() {
    let workspace = workspace();
    let mut watch = begun(&workspace, &[], 1);
    for pain in [5, 8, 4] {
        save_by_rename(&workspace, TRIAGE, &limit(pain));
        assert!(changed(&watch.until("verified", |_| true)) > 0);
    }
    fs::remove_file(workspace.path("scenarios/wards.yaml")).unwrap();
    let failed = watch.until("failed", |_| true);
    assert_eq!(failed["diagnostics"][0]["code"], "file-missing");
    workspace.write("scenarios/wards.yaml", WARDS);
    assert_eq!(changed(&watch.until("verified", |_| true)), 0);
    // The whole folder, as another branch is checked out.
    fs::rename(workspace.path("templates"), workspace.path("aside")).unwrap();
    watch.until("failed", |event| event["diagnostics"][0]["code"] == "file-missing");
    fs::create_dir(workspace.path("templates")).unwrap();
    workspace.write("templates/note.j2", &NOTE.replace("ward.", "ward!"));
    assert_eq!(changed(&watch.until("verified", |_| true)), 40);
    workspace.write("templates/note.j2", NOTE);
    assert_eq!(changed(&watch.until("verified", |_| true)), 40, "the new folder is watched like the old one");
}

#[test]
fn a_template_and_the_reference_to_it_are_renamed() {
    let workspace = workspace();
    let mut watch = begun(&workspace, &["triage"], 1);
    fs::rename(workspace.path("templates/note.j2"), workspace.path("templates/remark.j2")).unwrap();
    let failed = watch.until("failed", |_| true);
    assert_eq!(failed["diagnostics"][0]["code"], "file-missing");
    save_by_rename(&workspace, TRIAGE, &SPEC.replace("note.j2", "remark.j2"));
    assert_eq!(changed(&watch.until("verified", |_| true)), 0);
    workspace.write("templates/remark.j2", &NOTE.replace("Pain", "Strain"));
    assert_eq!(changed(&watch.until("verified", |_| true)), 40);
}

#[test]
fn only_what_a_change_touches_is_compiled() {
    let workspace = workspace().file("scenarios/other.yaml", OTHER);
    let mut watch = begun(&workspace, &[], 2);
    save_by_rename(&workspace, "scenarios/other.yaml", &OTHER.replace("[a, b]", "[a, c]"));
    watch.until("verified", |event| event["dataset"] == "other");
    save_by_rename(&workspace, "templates/note.j2", &NOTE.replace("Pain", "Strain"));
    watch.until("verified", |event| event["dataset"] == "triage");
    let compiled: Vec<&str> = watch.told("compiled").iter().map(|event| event["dataset"].as_str().unwrap()).collect();
    assert_eq!(compiled, ["other", "triage", "other", "triage"]);
}

#[test]
fn a_storm_of_events_is_a_few_compiles_and_foreign_files_are_none() {
    let workspace = workspace();
    let mut watch = begun(&workspace, &["triage"], 1);
    for at in 0..3000 {
        let folder = ["scenarios", "templates", "out", ".dictum", "notes"][at % 5];
        workspace.write(&format!("{folder}/{}.txt", at % 50), &at.to_string());
    }
    for at in 0..2000 {
        workspace.write(TRIAGE, &limit(u8::try_from(at % 10).unwrap()));
    }
    workspace.write(TRIAGE, &limit(1));
    watch.until("verified", |event| event["comparison"]["fields"]["target_output.level"].is_u64());
    // Whatever is still to come belongs to the last save, too.
    workspace.write("templates/note.j2", &NOTE.replace("Pain", "Strain"));
    watch.until("verified", |event| event["comparison"]["fields"]["input.note"].is_u64());
    let compiled = watch.told("compiled");
    assert!(compiled.len() < 500, "{} compiles", compiled.len());
    let foreign = compiled.iter().filter(|event| event["because"].to_string().contains(".txt")).count();
    assert_eq!(foreign, 0);
    let last: Value = watch.told("compiled").last().unwrap()["because"].clone();
    assert_eq!(last, serde_json::json!(["templates/note.j2"]));
}

#[test]
fn builds_beside_a_watch_are_none_of_its_business() {
    let workspace = workspace();
    let mut watch = begun(&workspace, &["triage"], 1);
    workspace.run(&["build", "--format", "jsonl", "--quiet"]).ends(0);
    workspace.run(&["build", "--format", "jsonl", "--quiet", "--out", "scenarios/out"]).ends(0);
    workspace.run(&["check", "--quiet"]).ends(0);
    save_by_rename(&workspace, TRIAGE, &limit(5));
    watch.until("verified", |event| !event["comparison"].is_null());
    assert_eq!(watch.told("compiled").len(), 2, "{:#?}", watch.told("compiled"));
    assert_eq!(watch.told("failed").len(), 0);
}

#[test]
fn what_does_not_exist_yet_is_waited_for() {
    let workspace = Workspace::new().file("scenarios/other.yaml", OTHER);
    let mut watch = Watch::start(&workspace, &["triage"]);
    let failed = watch.until("failed", |_| true);
    assert_eq!((&failed["phase"], &failed["dataset"]), (&"datasets".into(), &Value::Null));
    assert_eq!(failed["diagnostics"][0]["code"], "dataset-unknown");
    workspace.write(TRIAGE, SPEC);
    watch.until("failed", |event| event["phase"] == "check");
    workspace.write("scenarios/wards.yaml", WARDS);
    watch.until("failed", |event| event["diagnostics"].to_string().contains("note.j2"));
    workspace.write("templates/note.j2", NOTE);
    let verified = watch.until("verified", |_| true);
    assert_eq!((&verified["records"], &verified["comparison"]), (&40.into(), &Value::Null));
    workspace.write(TRIAGE, &SPEC.replace("dataset: triage", "dataset: sorting"));
    assert_eq!(watch.until("gone", |_| true)["dataset"], "triage");
    workspace.write(TRIAGE, SPEC);
    assert_eq!(changed(&watch.until("verified", |_| true)), 0, "it is compared with what it was");
}

#[test]
fn where_the_disk_tells_of_nothing_it_is_looked_at() {
    let workspace = workspace();
    let mut watch = Watch::start(&workspace, &["triage", "--poll"]);
    assert_eq!(watch.until("watching", |_| true)["notified"], false);
    watch.until("verified", |_| true);
    workspace.write(TRIAGE, &limit(5));
    assert!(changed(&watch.until("verified", |_| true)) > 0);
    workspace.write(TRIAGE, "dictum: 1\ndataset: triage\n");
    watch.until("failed", |_| true);
    save_by_rename(&workspace, TRIAGE, &limit(5));
    assert_eq!(changed(&watch.until("verified", |_| true)), 0);
    fs::remove_file(workspace.path("templates/note.j2")).unwrap();
    watch.until("failed", |_| true);
    workspace.write("templates/note.j2", NOTE);
    assert_eq!(changed(&watch.until("verified", |_| true)), 0);
}

#[test]
fn without_a_terminal_each_event_is_a_line_and_a_reader_that_leaves_ends_it() {
    let workspace = workspace();
    let mut watch = Watch::lines(&workspace, &["triage"]);
    watch.line(|line| line.starts_with("triage: 40 records verified ("));
    save_by_rename(&workspace, TRIAGE, &limit(5));
    watch.line(|line| line.starts_with("triage: compiled in ") && line.ends_with(" after a change of scenarios/triage.yaml"));
    let line = watch.line(|line| line.contains(" of 40 records changed: target_output.level "));
    assert!(line.contains("; target_output.level: \"green\" "), "{line}");
    save_by_rename(&workspace, TRIAGE, &limit(5).replace("derive:", "dervie:"));
    watch.line(|line| line.starts_with("scenarios/triage.yaml:") && line.contains("error[unknown-key]"));
    watch.line(|line| line.starts_with("triage: ") && line.contains("; the last good result stands ("));
    watch.stop_reading();
    save_by_rename(&workspace, TRIAGE, &limit(6));
    watch.ended(0);
}
