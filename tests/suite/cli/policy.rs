//! `policy test` and `policy eval`.

use serde_json::{Value, json};

use super::json_lines;
use crate::workspace::Workspace;

pub(super) const SPEC: &str = "\
dictum: 1
dataset: notices
size: 30
facts:
  rules:
    columns: {must: rego}
    rows:
      late_notice: {must: \"input.hours <= {{ limit }}\"}
      no_owner: {must: input.owner == true}
context:
  rule: [late_notice, no_owner]
  limit: [24, 72]
  hours: {int: 1..100}
  owner: {bool: 0.5}
derive:
  must: {given: rule, cases: rules, column: must}
  module: |
    package notices
    import rego.v1
    default allow := false
    allow if count(violations) == 0
    violations contains \"{{ rule }}\" if { not {{ rule }}_ok }
    {{ rule }}_ok if { {{ must }} }
  verdict:
    policy: module
    input: {hours: \"{{ hours }}\", owner: \"{{ owner }}\"}
    results: {allow: bool, violations: list of rules}
    tests:
      - {name: \"{{ rule }} kept\", set: {hours: 1, owner: true}, want: {allow: true}}
      - {name: \"{{ rule }} unknown\", drop: [hours, owner], want: {allow: false}}
record:
  input: {context: \"{{ context }}\"}
  target_output: {rule: \"{{ module }}\", allow: \"{{ verdict.allow }}\"}
  test_cases: \"{{ verdict.tests }}\"
";

fn workspace() -> Workspace {
    Workspace::new().file("scenarios/notices.yaml", SPEC)
}

#[test]
fn every_rule_is_listed_with_its_cases_and_its_coverage() {
    let output = workspace().run(&["policy", "test", "-n", "30"]).ends(0);
    let rows: Vec<Vec<&str>> = output.stdout.lines().map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(rows[0], ["DATASET", "RULE", "MODULES", "CASES", "PASSED", "LINES", "COVERAGE"]);
    let row = |rule: &str| rows.iter().find(|row| row[1] == rule).unwrap().clone();
    for rule in ["late_notice", "no_owner"] {
        let row = row(rule);
        assert_eq!((row[3], row[5], row[6]), (row[4], "2", "100"), "{row:?}");
        assert!(row[2].parse::<u64>().unwrap() > 5, "{row:?}");
    }
    let json = workspace().run(&["policy", "test", "--message-format", "json"]).ends(0);
    let rules: Vec<Value> = json_lines(&json.stdout);
    assert_eq!(
        rules.iter().map(|rule| rule["rule"].as_str().unwrap()).collect::<Vec<_>>(),
        ["(module)", "late_notice", "no_owner"]
    );
}

#[test]
fn lines_that_no_case_reaches_are_shown() {
    let line = "    {{ rule }}_ok if { {{ must }} }\n";
    let spare = SPEC.replace(line, &format!("{line}    {{{{ rule }}}}_spare if {{ input.hours > 1000 }}\n"));
    let output = Workspace::new().file("scenarios/notices.yaml", &spare).run(&["policy", "test"]).ends(0);
    assert!(
        output.stdout.contains("\nlate_notice: no case reaches\n  late_notice_spare if { input.hours > 1000 }\n"),
        "{}",
        output.stdout
    );
}

#[test]
fn a_test_that_fails_is_told_and_fails_the_command() {
    let broken = SPEC.replace("drop: [hours, owner], want: {allow: false}", "drop: [hours, owner], want: {allow: true}");
    let output = Workspace::new().file("scenarios/notices.yaml", &broken).run(&["policy", "test"]).ends(1);
    assert!(output.stderr.contains("error[policy-test]"), "{}", output.stderr);
}

#[test]
fn one_rule_is_evaluated_for_an_input() {
    let workspace = workspace()
        .file("kept.json", r#"{"hours": 3, "owner": true}"#)
        .file("gate.rego", "package gate\nimport rego.v1\nallow if input.hours > 2\nlevel := 3\n");
    let answer = |args: [&str; 5]| -> Value { serde_json::from_str(&workspace.run(&args).ends(0).stdout).unwrap() };
    let kept = answer(["policy", "eval", "late_notice", "--input", "kept.json"]);
    assert_eq!(kept, json!({"allow": true, "violations": []}));
    assert_eq!(answer(["policy", "eval", "gate.rego", "--input", "kept.json"]), json!({"allow": true, "level": 3}));
    let unknown = workspace.run(&["policy", "eval", "late_notise", "--input", "kept.json"]).ends(2);
    assert!(unknown.stderr.contains("did you mean `late_notice`?"), "{}", unknown.stderr);
    workspace.run(&["policy", "eval", "late_notice", "--input", "missing.json"]).ends(2);
}
