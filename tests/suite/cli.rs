//! The command line, as a person and a CI job meet it: the real program in small workspaces.

mod build;
mod params;
mod policy;
mod schema;
mod stop;
mod validate;

use serde_json::Value;

use crate::workspace::{Output, Workspace};

const TINY: &str = "\
dictum: 1
dataset: tiny
title: Tiny
size: 20
context:
  level: [low, high]
  count: {int: 1..9}
derive:
  verdict: {first: [{when: level == 'high' and count > 5, give: stop}, {give: go}]}
record:
  input: {context: \"{{ context }}\"}
  target_output: {verdict: \"{{ verdict }}\"}
";

/// A check that about one record in nine breaks.
const BROKEN_CHECK: &str = "checks:\n  - {id: below_nine, that: count < 9, because: nine is too many}\n";

fn tiny() -> Workspace {
    Workspace::new().file("scenarios/tiny.yaml", TINY)
}

/// Two datasets.
fn pair() -> Workspace {
    tiny().file("scenarios/other.yaml", &TINY.replace("dataset: tiny", "dataset: other"))
}

/// The lines of a text as JSON.
#[track_caller]
fn json_lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"))).collect()
}

/// The summary that ends JSON messages.
#[track_caller]
fn json_summary(text: &str) -> Value {
    json_lines(text).last().expect("a last line")["summary"].clone()
}

#[test]
fn help_has_examples_and_exit_codes() {
    let workspace = Workspace::new();
    let help = workspace.run(&["--help"]).ends(0).stdout;
    for code in ["0    done", "1    ", "2    ", "3    the build differs from the lock", "130  interrupted"] {
        assert!(help.contains(&format!("\n  {code}")), "{code} is missing:\n{help}");
    }
    for command in ["build", "check", "preview", "list", "completions", "man"] {
        let help = workspace.run(&[command, "--help"]).ends(0).stdout;
        assert!(help.contains(&format!("Examples:\n  dictum {command}")), "{help}");
    }
}

#[test]
fn wrong_usage_ends_with_two() {
    let workspace = pair();
    let cases: [(&[&str], &str); 11] = [
        (&[], "Usage: dictum"),
        (&["bild"], "unrecognized subcommand"),
        (&["build", "--formt", "csv"], "--format"),
        (&["build", "tiny", "other", "--out", "-"], "one dataset and one format"),
        (&["build", "--out", "-"], "one dataset and one format"),
        (&["build", "tiny", "--format", "csv,json", "--out", "-"], "one dataset and one format"),
        (&["build", "tiny", "--locked", "--out", "-"], "the lock is about files"),
        (&["build", "--locked", "--seed", "1"], "seed 0"),
        (&["build", "--quality", "medium"], "the quality level `medium` is not built yet"),
        (&["build", "--quality", "best"], "invalid value 'best'"),
        (&["build", "--from", "18446744073709551615", "--count", "1"], "64 bits"),
    ];
    for (args, says) in cases {
        let output = workspace.run(args).ends(2);
        assert!(output.stderr.contains(says) && output.stdout.is_empty(), "{args:?}: {output:?}");
    }
    assert_eq!(workspace.names(), ["scenarios"]);
}

#[test]
fn a_workspace_is_found_upwards_or_named() {
    let workspace = tiny().file("notes/deep/x", "");
    let mut below = workspace.command(&["list"]);
    below.current_dir(workspace.path("notes/deep"));
    assert!(Output::of(below).ends(0).stdout.contains("tiny"));

    let empty = Workspace::new();
    let output = empty.run(&["check"]).ends(2);
    assert!(output.stderr.starts_with("error: no workspace: neither `"), "{}", output.stderr);
    assert!(empty.run(&["check", "--workspace", "none"]).ends(2).stderr.contains("`none` is no workspace"));
    let root = workspace.path("").display().to_string();
    assert!(empty.run(&["list", "--workspace", &root]).ends(0).stdout.contains("tiny"));
    assert_eq!(json_summary(&empty.run(&["check", "--message-format", "json"]).ends(2).stdout)["exit"], 2);

    let no_specs = Workspace::new().file("scenarios/readme.txt", "");
    assert!(no_specs.run(&["build"]).ends(2).stderr.contains("no file in"));
}

#[test]
fn completions_and_the_manual_need_no_workspace() {
    let empty = Workspace::new();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = empty.run(&["completions", shell]).ends(0);
        assert!(script.stdout.contains("message-format") && script.stdout.contains("preview"), "{shell}");
        assert_eq!(script.stderr, "");
    }
    assert!(empty.run(&["completions", "cmd"]).ends(2).stderr.contains("possible values: bash, elvish"));
    let page = empty.run(&["man", "--message-format", "json"]).ends(0);
    assert!(page.stdout.contains(".SH NAME\ndictum \\- ") && page.stdout.is_ascii(), "{}", page.stdout);
    assert_eq!(json_summary(&page.stderr)["command"], "man");
}

#[test]
fn an_unknown_dataset_is_answered_with_the_nearest() {
    let workspace = tiny();
    for args in [["build", "tiyn"], ["check", "tiyn"], ["preview", "tiyn"]] {
        let output = workspace.run(&args).ends(1);
        assert!(output.stderr.contains("there is no dataset `tiyn`"), "{}", output.stderr);
        assert!(output.stderr.contains("did you mean `tiny`?"), "{}", output.stderr);
    }
}

#[test]
fn check_tells_what_is_sound_and_what_is_not() {
    let workspace = pair();
    let output = workspace.run(&["check"]).ends(0);
    let expected =
        "other: sound; 0 scenarios, 0 examples, 20 records tried\ntiny: sound; 0 scenarios, 0 examples, 20 records tried\n";
    assert_eq!((output.stdout.as_str(), output.stderr.as_str()), ("", expected));
    assert_eq!(workspace.run(&["check", "--quiet"]).ends(0).stderr, "");

    workspace.write("scenarios/tiny.yaml", &TINY.replace("count > 5", "conut > 5"));
    let output = workspace.run(&["check"]).ends(1);
    for part in ["`conut`", "did you mean `count`?", "scenarios/tiny.yaml:9:", "other: sound", "\n1 error\n"] {
        assert!(output.stderr.contains(part), "{part} is missing:\n{}", output.stderr);
    }
    let short = workspace.run(&["check", "tiny", "--message-format", "short"]).ends(1).stderr;
    assert!(short.starts_with("scenarios/tiny.yaml:9:") && short.ends_with("\n1 error\n"), "{short}");
    let json = workspace.run(&["check", "--message-format", "json"]).ends(1);
    assert_eq!(json.stderr, "");
    let lines = json_lines(&json.stdout);
    assert_eq!((lines.len(), &lines[0]["line"], &lines[0]["severity"]), (2, &9.into(), &"error".into()));
    let summary = json_summary(&json.stdout);
    assert_eq!((&summary["command"], &summary["exit"], &summary["errors"]), (&"check".into(), &1.into(), &1.into()));
    assert_eq!(summary["datasets"][0]["dataset"], "other");
    assert_eq!(workspace.names(), ["scenarios"]);
}

#[test]
fn github_reads_commands_and_people_words() {
    let workspace = tiny();
    let github = |args: &[&str]| workspace.run(&[args, &["--message-format", "github"]].concat());
    let sound = github(&["check"]).ends(0);
    assert_eq!((sound.stdout.as_str(), sound.stderr.starts_with("tiny: sound")), ("", true), "{sound:?}");
    let drift = github(&["build", "--locked"]).ends(3).stdout;
    assert!(drift.starts_with("::error title=dictum build::the build differs from the lock%0Adataset `tiny` is not"), "{drift}");
    assert_eq!(drift.lines().count(), 1);
    workspace.write("scenarios/tiny.yaml", &TINY.replace("count > 5", "conut > 5"));
    let wrong = github(&["check"]).ends(1);
    let place = "::error file=scenarios/tiny.yaml,line=9,endLine=9,col=48,endColumn=53,title=error[undefined-name]::";
    let says = "`conut` is not defined%0Ahint: did you mean `count`?\n";
    assert_eq!((wrong.stdout, wrong.stderr.as_str()), (format!("{place}{says}"), "1 error\n"));
    let data = github(&["preview", "tiny"]).ends(1);
    assert!(data.stdout.is_empty() && data.stderr.starts_with("::error file="), "{data:?}");
}

#[test]
fn check_warns_of_formats_that_cannot_hold_the_records() {
    let spec = TINY.split("record:").next().unwrap().to_owned()
        + "record: {$each: \"['a', 'b']\", $as: x, $key: \"{{ x }}{{ index }}\", $give: \"{{ verdict }} {{ level }}\"}\n";
    let workspace = Workspace::new().file("scenarios/tiny.yaml", &spec);
    let json = workspace.run(&["check", "--message-format", "json"]).ends(0).stdout;
    let warned: Vec<Value> = json_lines(&json).into_iter().filter(|line| line["severity"] == "warning").collect();
    let said: Vec<&str> = warned.iter().map(|line| line["message"].as_str().unwrap().split(':').next().unwrap()).collect();
    assert_eq!(said, ["csv cannot hold `record`", "parquet cannot hold `record`"], "{json}");
    assert_eq!((&warned[0]["code"], &warned[0]["line"]), (&"not-columnar".into(), &10.into()));
    let refused = workspace.run(&["build", "--format", "csv"]).ends(1).stderr;
    assert!(refused.contains("error[not-columnar]: csv cannot hold `record`"), "{refused}");
    workspace.run(&["build", "--format", "jsonl"]).ends(0);
}

#[test]
fn check_finds_what_only_a_record_shows_and_tells_it_once() {
    let workspace = Workspace::new().file("scenarios/tiny.yaml", &format!("{TINY}{BROKEN_CHECK}"));
    let json = workspace.run(&["check", "--message-format", "json"]).ends(1).stdout;
    let lines = json_lines(&json);
    assert_eq!(lines.len(), 2, "{json}");
    assert_eq!((&lines[0]["code"], &lines[0]["record"]["dataset"]), (&"check-failed".into(), &"tiny".into()));
}

#[test]
fn preview_shows_the_records_of_a_build() {
    let workspace = tiny();
    let output = workspace.run(&["preview", "tiny"]).ends(0);
    assert_eq!(output.stderr, "tiny#0\ntiny#1\ntiny#2\n");
    let shown: Vec<Value> = serde_json::Deserializer::from_str(&output.stdout).into_iter().map(Result::unwrap).collect();
    let built = workspace.run(&["build", "tiny", "--size", "3", "--out", "-"]).ends(0).stdout;
    assert_eq!(shown, json_lines(&built));
    assert!(output.stdout.starts_with("{\n  \"id\": \"tiny_000000\",\n"), "{}", output.stdout);

    let far = ["preview", "tiny", "--index", "999999999999", "--seed", "7", "--message-format", "json"];
    let built = ["build", "tiny", "--from", "999999999999", "--count", "1", "--seed", "7", "--out", "-"];
    let far = workspace.run(&far).ends(0);
    assert_eq!(far.stdout, workspace.run(&built).ends(0).stdout);
    assert_eq!(json_summary(&far.stderr)["seed"], 7);
    let last = workspace.run(&["preview", "tiny", "--index", "18446744073709551615", "-n", "5"]).ends(0);
    assert_eq!(last.stderr, "tiny#18446744073709551615\n");
}

#[test]
fn preview_shows_one_field_and_says_where_a_path_ends() {
    let workspace = tiny();
    let levels = workspace.run(&["preview", "tiny", "-n", "20", "--field", "input.context.level", "--quiet"]).ends(0);
    assert_eq!(levels.stderr, "");
    assert_eq!(levels.stdout.lines().count(), 20);
    assert!(levels.stdout.lines().all(|line| line == "\"low\"" || line == "\"high\""));
    let wrong = workspace.run(&["preview", "tiny", "--field", "input.contxt"]).ends(2);
    let says = "error: no record shown has `input.contxt`: `input` has no `contxt`; did you mean `context`?\n";
    assert_eq!((wrong.stdout.as_str(), wrong.stderr.as_str()), ("", says));
}

#[test]
fn preview_shows_a_record_that_breaks_a_rule_and_says_so() {
    let workspace = Workspace::new().file("scenarios/tiny.yaml", &format!("{TINY}{BROKEN_CHECK}"));
    let output = workspace.run(&["preview", "tiny", "-n", "20"]).ends(1);
    assert_eq!(output.stdout.matches("\"id\"").count(), 20);
    assert!(output.stderr.contains("nine is too many") && output.stderr.contains("in record tiny#"), "{}", output.stderr);
}

#[test]
fn list_is_a_table_for_people_and_lines_for_programs() {
    let workspace = pair();
    let table = "\
DATASET  SIZE  SCENARIOS  PRINCIPLES  FORMATS                 TITLE
other      20          0           0  json jsonl csv parquet  Tiny
tiny       20          0           0  json jsonl csv parquet  Tiny
";
    assert_eq!(workspace.run(&["list"]).ends(0).stdout, table);
    workspace.write("scenarios/other.yaml", "dictum: 1\ndataset: other\nsize: many\n");
    let output = workspace.run(&["list"]).ends(0);
    assert!(output.stdout.contains("other       -          -           -  json jsonl csv parquet\n"), "{}", output.stdout);
    assert_eq!(output.stderr, "note: `other` has errors: see `dictum check other`\n");
    let rows = json_lines(&workspace.run(&["list", "--message-format", "json"]).ends(0).stdout);
    assert_eq!((&rows[0]["sound"], &rows[0]["size"]), (&false.into(), &Value::Null));
    assert_eq!((&rows[1]["dataset"], &rows[1]["size"], &rows[1]["fields"][1]), (&"tiny".into(), &20.into(), &"input".into()));
}

#[test]
fn colours_come_only_when_asked_for() {
    let workspace = tiny();
    for args in [&["preview", "tiny"][..], &["list"], &["build", "none"]] {
        let plain = workspace.run(args);
        assert!(!plain.stdout.contains('\x1b') && !plain.stderr.contains('\x1b'), "{plain:?}");
        let colored = workspace.run(&[args, &["--color", "always"]].concat());
        assert!(colored.stdout.contains('\x1b') || colored.stderr.contains('\x1b'), "{colored:?}");
    }
}
