//! `--set` and `--profile`: values of one run, and what the manifest and the lock say of them.

use serde_json::{Value, json};

use super::{json_lines, json_summary, tiny};
use crate::workspace::Workspace;

const PROFILES: &str = "\
dictum: 1
profiles:
  development: {size: 5, formats: [jsonl]}
  production: {size: 60}
";

const SPEC: &str = "\
dictum: 1
dataset: levels
size: 20
use: [profiles.yaml]
params:
  limit: {default: 3, of: 1..9}
  mode: {default: strict, of: [strict, lenient]}
  share: 0.5
  note: plain
profiles:
  development: {params: {mode: lenient, limit: 2}}
context:
  count: {int: {min: 0, max: \"{{ params.limit }}\"}}
  is_open: {bool: \"{{ params.share }}\"}
derive:
  verdict: {first: [{when: params.mode == 'strict' and count > 1, give: stop}, {when: params.mode == 'lenient', give: wait}, {give: go}]}
record:
  input: {context: \"{{ context }}\"}
  metadata: {params: \"{{ params }}\", verdict: \"{{ verdict }}\", note: \"{{ params.note }}\"}
examples:
  strict: {set: {count: 2}, want: {verdict: stop}}
  lenient: {set: {count: 2, params.mode: lenient}, want: {verdict: wait}}
expect:
  - {distinct: index, at_least: 1.0}
";

fn levels() -> Workspace {
    Workspace::new().file("scenarios/levels.yaml", SPEC).file("scenarios/profiles.yaml", PROFILES)
}

/// The records of a stream.
#[track_caller]
fn records(workspace: &Workspace, args: &[&str]) -> Vec<Value> {
    json_lines(&workspace.run(&[&["build", "levels", "--out", "-", "--quiet"], args].concat()).ends(0).stdout)
}

#[track_caller]
fn first_params(workspace: &Workspace, args: &[&str]) -> Value {
    records(workspace, args)[0]["metadata"]["params"].clone()
}

#[test]
fn values_are_those_of_the_run_and_everything_else_stays() {
    let workspace = levels();
    let plain = records(&workspace, &[]);
    assert_eq!(plain.len(), 20);
    assert_eq!(plain[0]["metadata"]["params"], json!({"limit": 3, "mode": "strict", "share": 0.5, "note": "plain"}));
    let set = records(&workspace, &["--set", "mode=lenient", "--set", "note=other words"]);
    assert!(set.iter().all(|record| record["metadata"]["verdict"] == "wait" && record["metadata"]["note"] == "other words"));
    let contexts = |records: &[Value]| records.iter().map(|record| record["input"]["context"].clone()).collect::<Vec<_>>();
    assert_eq!(contexts(&set), contexts(&plain), "a parameter that no draw reads moves none");
    let wide = records(&workspace, &["--set", "limit=9", "--set", "share=1", "--plain"]);
    assert!(wide.iter().any(|record| record["input"]["context"]["count"].as_u64() > Some(3)));
    assert!(wide.iter().all(|record| record["metadata"]["params"]["share"] == json!(1.0)));
    let shown = workspace.run(&["preview", "levels", "-n", "1", "--set", "mode=lenient", "--field", "metadata.verdict", "-q"]);
    assert_eq!(shown.ends(0).stdout, "\"wait\"\n");
    workspace.run(&["check", "--set", "limit=1", "--set", "mode=lenient"]).ends(0);
}

#[test]
fn a_profile_gives_what_is_not_said() {
    let workspace = levels();
    let lenient = json!({"limit": 2, "mode": "lenient", "share": 0.5, "note": "plain"});
    assert_eq!(first_params(&workspace, &["--profile", "development"]), lenient);
    assert_eq!(records(&workspace, &["--profile", "development"]).len(), 5);
    assert_eq!(records(&workspace, &["--profile", "production"]).len(), 60);
    assert_eq!(records(&workspace, &["--profile", "development", "--size", "7"]).len(), 7);
    assert_eq!(first_params(&workspace, &["--profile", "development", "--set", "mode=strict"])["mode"], "strict");

    let output = workspace.run(&["build", "--profile", "development"]).ends(0);
    assert!(output.stderr.contains("levels: 5 records, 1 file"), "{}", output.stderr);
    assert!(output.stderr.contains("note: levels: expectations not judged"), "{}", output.stderr);
    let manifest: Value = serde_json::from_str(&workspace.read("out/dictum-manifest.json")).unwrap();
    let entry = &manifest["datasets"]["levels"];
    assert_eq!((&entry["params"], &entry["size"], &entry["records"]), (&lenient, &20.into(), &5.into()));
    let formats = workspace.run(&["build", "--profile", "development", "--format", "csv,json", "--out", "two"]).ends(0);
    assert!(formats.stderr.contains("5 records, 2 files"), "{}", formats.stderr);
    workspace.run(&["preview", "levels", "--profile", "development"]).ends(0);
    workspace.run(&["check", "--profile", "production"]).ends(0);
}

#[test]
fn values_of_a_run_have_no_lock() {
    let workspace = levels();
    workspace.run(&["build", "--update-lock", "--quiet"]).ends(0);
    for lock in ["--locked", "--update-lock"] {
        for value in [["--set", "limit=3"], ["--profile", "production"]] {
            let output = workspace.run(&[&["build", lock], &value[..]].concat()).ends(2);
            assert!(output.stderr.contains("`--set` or `--profile`"), "{}", output.stderr);
        }
    }
    workspace.run(&["build", "--locked"]).ends(0);
}

#[test]
fn what_does_not_fit_is_told_with_what_would() {
    let workspace = levels();
    let cases: [(&[&str], i32, &str); 10] = [
        (
            &["--set", "limit=10"],
            1,
            "scenarios/levels.yaml:6:3: error[param-value]: `--set limit=10`: expected an integer from 1 to 9",
        ),
        (&["--set", "mode=strct"], 1, "found \"strct\" (did you mean `strict`?)"),
        (&["--set", "note=3"], 1, "expected text, found 3 (for text write `--set 'note=\"3\"'`)"),
        (&["--set", "note={"], 1, "expected text, found text that is not YAML"),
        (&["--set", "limt=3"], 1, "no dataset asked for has this parameter (did you mean `limit`?; there is `limit`, `mode`"),
        (&["--set", "limit"], 2, "write `--set name=value`"),
        (&["--set", "limit=1", "--set", "limit=2"], 2, "error: `--set limit` is given twice"),
        (
            &["--profile", "prodution"],
            1,
            "`levels` has no profile `prodution` (did you mean `production`?; it has `development`, `production`)",
        ),
        (&["--set", "share=half"], 1, "expected a number, found \"half\""),
        (&["--set", "share=.inf"], 1, "found text that is not YAML"),
    ];
    for (args, exit, says) in cases {
        for command in [&["build"][..], &["check"], &["preview", "levels"]] {
            let output = workspace.run(&[command, args, &["--message-format", "short"]].concat()).ends(exit);
            assert!(output.stderr.contains(says) && output.stdout.is_empty(), "{args:?}: {output:?}");
        }
    }
    assert_eq!(workspace.names(), ["scenarios"]);
}

#[test]
fn several_datasets_share_what_all_of_them_have() {
    let workspace = levels();
    workspace.write("scenarios/tiny.yaml", super::TINY);
    workspace.run(&["build", "--set", "limit=2", "--quiet"]).ends(0);
    let lacks = workspace.run(&["build", "--profile", "production", "--message-format", "short"]).ends(1);
    assert!(
        lacks.stderr.contains("tiny.yaml:2:10: error[profile-unknown]: `tiny` has no profile `production` (it has none:"),
        "{lacks:?}"
    );
    workspace.write("scenarios/tiny.yaml", &super::TINY.replace("title:", "profiles: {development: {formats: [csv]}}\ntitle:"));
    let differ = workspace.run(&["build", "--profile", "development"]).ends(2);
    assert!(differ.stderr.contains("the profile gives `levels` and `tiny` different formats"), "{}", differ.stderr);
    let json = workspace.run(&["build", "--profile", "development", "--format", "json", "--message-format", "json"]).ends(0);
    let records: Vec<_> =
        json_summary(&json.stdout)["datasets"].as_array().unwrap().iter().map(|one| one["records"].clone()).collect();
    assert_eq!(records, [5, 20]);
    let none = tiny().run(&["check", "--set", "limit=2"]).ends(1);
    assert!(none.stderr.contains("none has any: declare it"), "{}", none.stderr);
}
