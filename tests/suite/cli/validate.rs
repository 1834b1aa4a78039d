//! `validate`: what was built complies in every format, and one thing spoilt is found where it stands.

use std::fs;

use serde_json::{Value, json};

use super::{json_lines, json_summary};
use crate::workspace::{Output, Workspace};

const HASH: &str = "00c0ffee00c0ffee";

const CONSTITUTION: &str = "\
dictum: 1
constitution:
  hash: \"00c0ffee00c0ffee\"
  places: [input.constitutional_hash, target_output.constitutional_hash]
";

const SPEC: &str = "\
dictum: 1
dataset: parcels
size: 60
schema: parcels.schema.json
use: [constitution.yaml]
context:
  kind: [letter, box]
  weight: {int: 1..40}
  share: [0.5, 1, 2.25]
  sometimes: {int: 0..9, when: weight > 20}
  words: {sample: [a, b, \"\", \"c, d\"], count: 0..3}
derive:
  ruling: {first: [{when: kind == 'letter' and weight > 5, give: refuse}, {give: accept}]}
  note: \"{{ ruling }} {{ kind }} of {{ weight }}, {{ words | length }} words\"
say:
  request: [\"May it go?\", \"Is {{ weight }} too much?\"]
  reply: [\"It is so: {{ ruling }}.\", \"So be it: {{ ruling }}.\"]
record:
  input: {context: \"{{ context }}\", request: \"{{ say.request }}\", constitutional_hash: \"{{ constitution.hash }}\"}
  target_output: {decision: \"{{ ruling }}\", note: \"{{ note }}\", reply: \"{{ say.reply }}\", constitutional_hash: \"{{ constitution.hash }}\"}
  metadata: {kind: \"{{ kind }}\", heavy: \"{{ weight > 20 }}\", risk: \"{{ weight * 2 }}\", tags: \"{{ words }}\"}
checks:
  - {id: letters_are_light, that: ruling == 'refuse' or kind == 'box' or weight < 6, because: a letter is light}
";

const SCHEMA: &str = r#"{
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "type": "object",
  "required": ["id", "input", "target_output"],
  "properties": {"id": {"type": "string", "pattern": "^parcels_[0-9]{6}$"}}
}"#;

fn workspace() -> Workspace {
    Workspace::new()
        .file("scenarios/constitution.yaml", CONSTITUTION)
        .file("scenarios/parcels.yaml", SPEC)
        .file("schemas/parcels.schema.json", SCHEMA)
}

/// A workspace in which everything is built.
fn built() -> Workspace {
    let workspace = workspace();
    workspace.run(&["build", "--quiet"]).ends(0);
    workspace
}

fn data(format: &str) -> String {
    format!("out/{format}/data/parcels/train-00000-of-00001.{format}")
}

/// The report of each file and the totals.
fn reports(workspace: &Workspace, args: &[&str], ends: i32) -> (Vec<Value>, Value) {
    let output = workspace.run(&[&["validate", "--message-format", "json"], args].concat()).ends(ends);
    let mut lines = json_lines(&output.stdout);
    lines.pop();
    (lines, json_summary(&output.stdout)["total"].clone())
}

/// Line, record, kind and path of every finding in a report.
fn findings(report: &Value) -> Vec<(Value, Value, String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let of = |offender: &Value| {
        let findings = offender["findings"].as_array().unwrap().clone();
        let (line, record) = (offender["line"].clone(), offender["record"].clone());
        findings.into_iter().map(move |one| (line.clone(), record.clone(), text(&one["kind"]), text(&one["path"])))
    };
    report["offenders"].as_array().unwrap().iter().flat_map(of).collect()
}

#[test]
fn what_was_built_complies_in_every_format() {
    let workspace = built();
    let (files, total) = reports(&workspace, &["out"], 0);
    let names: Vec<&str> = files.iter().map(|file| file["file"].as_str().unwrap()).collect();
    assert_eq!(names, ["csv", "json", "jsonl", "parquet"].map(data));
    for file in &files {
        assert_eq!(
            (&file["records"], &file["ok"], &file["rate"], &file["faults"]),
            (&json!(60), &json!(60), &json!(1.0), &json!(0))
        );
        assert_eq!((&file["dataset"], &file["offenders"]), (&json!("parcels"), &json!([])), "{file}");
        for kind in ["hash", "structure", "content", "metadata"] {
            assert_eq!((&file[kind]["not_checked"], &file[kind]["failed"]), (&json!(null), &json!(0)), "{kind} of {file}");
            // Two checks of pairs ask what was drawn, which no input holds.
            let open: Vec<&str> = file[kind]["open"].as_object().into_iter().flatten().map(|(part, _)| part.as_str()).collect();
            let drawn = file["dataset"] == "constitutional_ai_pairs" && kind == "content";
            assert_eq!(
                open,
                if drawn { &["check fault_is_found", "check preferred_is_dealt"][..] } else { &[] },
                "{kind} of {file}"
            );
        }
    }
    let expected = json!({"files": 4, "records": 240, "ok": 240, "rate": 1.0, "faults": 0, "failed": {"hash": 0, "structure": 0, "content": 0, "metadata": 0}, "min_rate": 1.0, "passed": true});
    assert_eq!(total, expected);
    let table = workspace.run(&["validate", "out/jsonl"]).ends(0);
    let expected = "\
FILE                                               RECORDS  OK  HASH  STRUCTURE  CONTENT  METADATA      RATE
out/jsonl/data/parcels/train-00000-of-00001.jsonl       60  60     0          0        0         0  100.00 %
";
    assert_eq!((table.stdout.as_str(), table.stderr.as_str()), (expected, ""));
}

#[test]
fn the_shipped_datasets_comply() {
    let out = tempfile::tempdir().unwrap();
    let run = |args: &[&str]| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_dictum"));
        command.args(args).args(["--workspace", env!("CARGO_MANIFEST_DIR"), "--quiet"]).current_dir(out.path());
        Output::of(command)
    };
    run(&["build", "--size", "40", "--seed", "5", "--from", "10", "--count", "30", "--out", "o"]).ends(2);
    run(&["build", "--from", "10", "--count", "30", "--seed", "5", "--out", "o"]).ends(0);
    let output = run(&["validate", "o", "--message-format", "json"]).ends(0);
    let files = json_lines(&output.stdout);
    for file in files.iter().filter(|line| line["file"].is_string()) {
        for kind in ["hash", "structure", "content", "metadata"] {
            assert_eq!((&file[kind]["not_checked"], &file[kind]["failed"]), (&json!(null), &json!(0)), "{kind} of {file}");
            // Two checks of pairs ask what was drawn, which no input holds.
            let drawn = file["dataset"] == "constitutional_ai_pairs" && kind == "content";
            let open = json!({"check fault_is_found": 30, "check preferred_is_dealt": 30});
            assert_eq!(file[kind]["open"], if drawn { open } else { json!(null) }, "{kind} of {file}");
        }
    }
}

/// Changes the line of a record, in a copy of the JSON Lines file.
fn spoilt(workspace: &Workspace, at: usize, change: impl Fn(&str) -> String) {
    let text = workspace.read(&data("jsonl"));
    let lines = text.lines().enumerate().map(|(line, text)| if line == at { change(text) } else { text.to_owned() });
    workspace.write("copy.jsonl", &(lines.collect::<Vec<_>>().join("\n") + "\n"));
}

#[test]
fn one_thing_spoilt_of_each_kind_is_found_where_it_stands() {
    let workspace = built();
    let replace = |from: &'static str, to: &'static str| {
        move |line: &str| {
            assert!(line.contains(from), "{line}");
            line.replacen(from, to, 1)
        }
    };
    let hash = "\"constitutional_hash\":\"00c0ffee00c0ffee\"";
    let found = |change: &dyn Fn(&str) -> String| {
        spoilt(&workspace, 16, change);
        let (files, total) = reports(&workspace, &["copy.jsonl"], 1);
        assert_eq!(
            (&files[0]["records"], &files[0]["ok"], &total["passed"]),
            (&json!(60), &json!(59), &json!(false)),
            "{}",
            files[0]
        );
        assert_eq!(files[0]["dataset"], "parcels");
        let found = findings(&files[0]);
        assert!(found.iter().all(|(line, record, ..)| (line, record) == (&json!(17), &json!(17))), "{found:?}");
        found.into_iter().map(|(.., kind, path)| format!("{kind} {path}")).collect::<Vec<_>>()
    };
    assert_eq!(found(&replace(hash, "\"constitutional_hash\":\"00c0ffee00c0ffe0\"")), ["hash input.constitutional_hash"]);
    let none = |line: &str| line.replacen(&format!(",{hash}}},\"target"), "},\"target", 1);
    assert_eq!(found(&none), ["hash input.constitutional_hash", "structure input"]);
    assert_eq!(found(&replace("parcels_000016", "parcels_16")), ["structure id"]);
    assert_eq!(found(&replace("{\"id\"", "{\"more\":1,\"id\"")), ["structure "]);
    let note = found(&replace(" words\"", " word\""));
    assert_eq!(note, ["content target_output.note"]);
    let unheard_of = found(&replace("\"kind\":\"", "\"kind\":\"x"));
    for kind in ["structure ", "content "] {
        assert!(unheard_of.iter().any(|one| one.starts_with(kind)), "{unheard_of:?}");
    }
    assert_eq!(
        found(&replace("\"risk\":", "\"risks\":")),
        ["structure metadata", "structure metadata", "metadata metadata.risk"]
    );
    assert_eq!(found(&replace("{\"id\"", "{\"id\":\"x\",\"id\"")), ["structure "]);
    assert_eq!(found(&|_: &str| "3".to_owned()), ["structure "]);
    assert_eq!(found(&|line: &str| line[..line.len() / 2].to_owned()), ["structure "]);
}

#[test]
fn a_fact_that_was_changed_breaks_what_follows_from_it() {
    let workspace = built();
    let text = workspace.read(&data("jsonl"));
    let at = text.lines().position(|line| line.contains("\"decision\":\"refuse\"")).unwrap();
    spoilt(&workspace, at, |line| line.replace("\"decision\":\"refuse\"", "\"decision\":\"accept\""));
    let output = workspace.run(&["validate", "copy.jsonl"]).ends(1);
    let expected = format!(
        "copy.jsonl:{}: parcels_{at:06}: content: `target_output.decision` is \"accept\", but the input gives \"refuse\"\n",
        at + 1
    );
    assert!(output.stdout.contains(&expected), "{}", output.stdout);
    assert_eq!(output.stderr, "error: 59 of 60 records comply (98.33 %), at least 100 % must\n");
    workspace.run(&["validate", "copy.jsonl", "--min-rate", "0.95", "--quiet"]).ends(0);
    workspace.run(&["validate", "copy.jsonl", "--min-rate", "0.99"]).ends(1);
    for wrong in ["1.01", "-1", "many", "NaN"] {
        let output = workspace.run(&["validate", "copy.jsonl", &format!("--min-rate={wrong}")]).ends(2);
        assert!(output.stderr.contains("write a share from 0 to 1"), "{}", output.stderr);
    }
}

#[test]
fn wording_is_open_where_nobody_knows_the_seed() {
    let workspace = built();
    workspace.run(&["build", "--seed", "1", "--format", "jsonl", "--out", "other", "--quiet"]).ends(0);
    workspace.run(&["validate", "other"]).ends(0);
    fs::copy(workspace.path("other/data/parcels/train-00000-of-00001.jsonl"), workspace.path("lone.jsonl")).unwrap();
    let output = workspace.run(&["validate", "lone.jsonl"]).ends(0);
    assert!(output.stdout.contains("\nlone.jsonl: content not re-derivable: target_output.reply ("), "{}", output.stdout);
}

#[test]
fn a_check_that_the_targets_share_a_mistake_with_is_judged_from_the_input() {
    let workspace = built();
    // The spec became stricter since the data was built.
    workspace.write(
        "scenarios/parcels.yaml",
        &SPEC.replace("that: ruling == 'refuse' or", "that: weight < 30 and ruling == 'refuse' or"),
    );
    let (files, _) = reports(&workspace, &["out/jsonl"], 1);
    let found = findings(&files[0]);
    assert!(!found.is_empty() && found.iter().all(|(_, _, kind, path)| kind == "content" && path.is_empty()), "{found:?}");
    assert!(
        files[0]["offenders"][0]["findings"][0]["message"]
            .as_str()
            .unwrap()
            .contains("`letters_are_light` does not hold: a letter is light")
    );
}

#[test]
fn the_same_fault_is_found_in_rows_and_columns() {
    let workspace = built();
    let csv = workspace.read(&data("csv")).replacen(",accept,", ",refuse,", 1);
    workspace.write(&data("csv"), &csv);
    let (files, _) = reports(&workspace, &["out"], 1);
    let found = findings(&files[0]);
    assert!(found.iter().any(|(_, _, kind, path)| kind == "content" && path == "target_output.decision"), "{found:?}");
    let line = csv.lines().position(|line| line.contains(",refuse,\"accept ")).unwrap() + 1;
    assert_eq!(found[0].0, json!(line));
    assert!(files[1..].iter().all(|file| file["ok"] == 60));
    // Parquet of another seed, said to be of this one.
    workspace.run(&["build", "--seed", "1", "--format", "parquet", "--out", "other", "--quiet"]).ends(0);
    fs::copy(workspace.path("other/data/parcels/train-00000-of-00001.parquet"), workspace.path(&data("parquet"))).unwrap();
    let (files, _) = reports(&workspace, &["out/parquet"], 1);
    let found = findings(&files[0]);
    assert!(
        found.iter().all(|(line, record, kind, path)| {
            line.is_null() && record.is_u64() && kind == "content" && path == "target_output.reply"
        }),
        "{found:?}"
    );
    assert!(workspace.run(&["validate", "out/parquet"]).ends(1).stdout.contains(".parquet: record "));
}

const OLD: &str = r#"{
  "constitutional_hash": "00c0ffee00c0ffee",
  "generated_by": "another program",
  "examples": [
    {"id": "old_1", "input": {"scenario": "x", "constitutional_hash": "00c0ffee00c0ffee"},
     "target_output": {"decision": "y", "constitutional_hash": "00c0ffee00c0ffee"}, "metadata": {"domain": "z"}},
    {"id": "old_2", "input": {"scenario": "x", "constitutional_hash": "00c0ffee00c0ffee"},
     "target_output": {"decision": "y", "constitutional_hash": "0000000000000000"}, "metadata": {"domain": "z"}},
    {"id": "old_3", "input": {"scenario": "x", "constitutional_hash": "00c0ffee00c0ffee"},
     "target_output": {"decision": "y"}}
  ]
}
"#;

#[test]
fn the_envelope_of_others_is_judged_as_far_as_it_is_known() {
    let workspace = workspace().file("old/data.json", OLD);
    let (files, total) = reports(&workspace, &["old"], 1);
    assert_eq!(
        (&files[0]["dataset"], &files[0]["ok"], &total["failed"]),
        (&Value::Null, &json!(1), &json!({"hash": 2, "structure": 0, "content": 0, "metadata": 1}))
    );
    let expected = [
        (json!(7), json!(2), "hash".to_owned(), "target_output.constitutional_hash".to_owned()),
        (json!(9), json!(3), "hash".to_owned(), "target_output.constitutional_hash".to_owned()),
        (json!(9), json!(3), "metadata".to_owned(), "metadata".to_owned()),
    ];
    assert_eq!(findings(&files[0]), expected);
    assert!(files[0]["structure"]["not_checked"].as_str().unwrap().contains("--schema FILE"));
    assert!(files[0]["content"]["not_checked"].as_str().unwrap().contains("--dataset NAME"));
    let page = workspace.run(&["validate", "old", "--min-rate", "0.3", "--offenders", "1"]).ends(0).stdout;
    for part in [
        "     -        -         1",
        "old/data.json: content not checked: ",
        "old/data.json:7: old_2: hash: ",
        "\n1 more do not comply: see them with `--offenders 2`\n",
    ] {
        assert!(page.contains(part), "{part} in\n{page}");
    }
    // Outside of any workspace the hash must be said.
    let lone = Workspace::new().file("data.json", OLD).file("strict.json", r#"{"required": ["metadata"]}"#);
    let (files, _) = reports(&lone, &["data.json", "--min-rate", "0.6"], 0);
    assert!(files[0]["hash"]["not_checked"].as_str().unwrap().contains("--hash HASH"));
    let (files, _) = reports(&lone, &["data.json", "--hash", HASH, "--schema", "strict.json"], 1);
    assert_eq!((&files[0]["hash"]["failed"], &files[0]["structure"]["failed"]), (&json!(2), &json!(1)));
    assert!(lone.run(&["validate", "data.json", "--dataset", "x"]).ends(2).stderr.contains("needs a workspace"));
    assert!(workspace.run(&["validate", "old", "--dataset", "parcel"]).ends(1).stderr.contains("did you mean `parcels`?"));
    // Of a dataset that they are not of, nothing is said to be derived.
    let (files, _) = reports(&workspace, &["old", "--dataset", "parcels"], 1);
    assert!(files[0]["content"]["not_checked"].as_str().unwrap().starts_with("not re-derivable"), "{}", files[0]);
}

#[test]
fn an_envelope_without_its_hash_fails_at_any_rate() {
    let good = OLD.replace("0000000000000000", HASH).replace(
        "\"decision\": \"y\"}",
        &format!("\"decision\": \"y\", \"constitutional_hash\": \"{HASH}\"}}, \"metadata\": {{\"a\": 1}}"),
    );
    let workspace = workspace().file("good.json", &good);
    workspace.run(&["validate", "good.json"]).ends(0);
    let without = good.replacen("\"constitutional_hash\": \"00c0ffee00c0ffee\",", "", 1);
    let other = good.replacen(HASH, "0", 1);
    for (text, line) in [(without, Value::Null), (other, json!(2))] {
        workspace.write("bad.json", &text);
        let (files, total) = reports(&workspace, &["bad.json", "--min-rate", "0"], 1);
        assert_eq!((&files[0]["ok"], &files[0]["faults"], &total["passed"]), (&json!(3), &json!(1), &json!(false)));
        assert_eq!(findings(&files[0]), [(line, Value::Null, "hash".to_owned(), "constitutional_hash".to_owned())]);
    }
    // A list and a lone record are read as well.
    let list = good.split_once("\"examples\": ").unwrap().1.trim_end().strip_suffix('}').unwrap();
    workspace.write("list.json", list);
    assert_eq!(reports(&workspace, &["list.json"], 0).1["records"], 3);
    let record = list.trim().trim_start_matches('[').split("},\n    {\"id\"").next().unwrap().to_owned() + "}";
    workspace.write("record.json", &record);
    assert_eq!(reports(&workspace, &["record.json"], 0).1["records"], 1);
}

#[test]
fn broken_files_are_told_and_the_others_are_read() {
    let workspace = workspace();
    fs::create_dir(workspace.path("bad")).unwrap();
    let write = |name: &str, bytes: &[u8]| fs::write(workspace.path("bad").join(name), bytes).unwrap();
    write("a.jsonl", b"");
    write("b.json", b"{\"constitutional_hash\": \"00c0ffee00c0ffee\", \"examples\": [{\"a\": 1},\n{\"a\":");
    write("c.jsonl", b"\x1f\x8b\x08\x00garbage");
    write("d.parquet", b"PAR1 this is none of it PAR1");
    write("e.parquet", b"");
    write("f.csv", b"id,\"a\n");
    write("g.json", b"[]");
    write("h.jsonl", b"{\"a\": NaN}\n{\"a\": \"\xff\"}\n{\"a\": 1, \"a\": 1}\n[1]\n");
    let (files, total) = reports(&workspace, &["bad", "--min-rate", "0", "--offenders", "100"], 1);
    assert_eq!((files.len(), &total["ok"]), (8, &json!(0)));
    let faults: Vec<u64> = files.iter().map(|file| file["faults"].as_u64().unwrap()).collect();
    assert_eq!(faults, [1, 1, 0, 1, 1, 1, 1, 0]);
    let told = |at: usize, offender: usize| {
        let one = &files[at]["offenders"][offender];
        (one["line"].clone(), one["findings"][0]["message"].as_str().unwrap().to_owned())
    };
    assert_eq!(told(0, 0), (Value::Null, "the file holds no record".to_owned()));
    assert_eq!(told(1, 1).0, json!(2));
    assert!(told(1, 1).1.starts_with("not JSON of records: EOF"), "{:?}", told(1, 1));
    assert!(told(2, 0).1.starts_with("not UTF-8 text"), "{:?}", told(2, 0));
    assert!(
        told(3, 0).1.starts_with("not Parquet: ") && told(4, 0).1.starts_with("not Parquet: "),
        "{:?} {:?}",
        told(3, 0),
        told(4, 0)
    );
    assert!(told(5, 0).1.starts_with("the header cannot be read: "));
    let lines: Vec<Value> = (0..4).map(|at| told(7, at).0).collect();
    assert_eq!(lines, [json!(1), json!(2), json!(3), json!(4)]);
    assert!(told(7, 2).1.contains("the key `a` is given twice") && told(7, 3).1 == "expected a record, found a list");
}

#[test]
fn a_table_with_other_columns_is_told_once() {
    let workspace = built();
    let csv = workspace.read(&data("csv")).replacen("metadata.risk", "metadata.risks", 1);
    workspace.write(&data("csv"), &csv);
    let (files, _) = reports(&workspace, &["out/csv", "--min-rate", "0", "--offenders", "1000"], 1);
    assert_eq!((&files[0]["faults"], &files[0]["metadata"]["failed"]), (&json!(2), &json!(60)));
    let told: Vec<&str> = (0..2).map(|at| files[0]["offenders"][at]["findings"][0]["message"].as_str().unwrap()).collect();
    assert_eq!(told, ["the header lacks `metadata.risk`", "the records have no `metadata.risks`, which the header names"]);
}

#[test]
fn no_data_and_no_file_are_errors() {
    let workspace = workspace().file("empty/notes.txt", "");
    let none = workspace.run(&["validate", "empty"]).ends(2);
    assert!(none.stderr.starts_with("error: no data file in `empty`: files of records end with"), "{}", none.stderr);
    assert_eq!(none.stdout, "");
    let missing = workspace.run(&["validate", "empty", "none.jsonl"]).ends(2).stderr;
    assert!(missing.contains("none.jsonl`: no such file or directory"), "{missing}");
    assert!(workspace.run(&["validate", "empty/notes.txt"]).ends(2).stderr.contains("is no data file"));
    assert!(workspace.run(&["validate"]).ends(2).stderr.contains("<PATH>..."));
    let json = workspace.run(&["validate", "empty", "--message-format", "json"]).ends(2).stdout;
    assert!(json_summary(&json)["failure"].as_str().unwrap().starts_with("no data file"));
    assert_eq!(json_summary(&json).get("total"), None);
    workspace.write("scenarios/parcels.yaml", &SPEC.replace("weight > 5", "wight > 5"));
    workspace.write("parcels.jsonl", "{\"id\": \"parcels_000000\"}\n");
    assert!(workspace.run(&["validate", "parcels.jsonl"]).ends(1).stderr.contains("did you mean `weight`?"));
}

const NOTICES: &str = super::policy::SPEC;

#[test]
fn policies_are_evaluated_from_their_own_text() {
    let workspace = Workspace::new().file("scenarios/notices.yaml", NOTICES);
    workspace.run(&["build", "--format", "jsonl", "--quiet"]).ends(0);
    let file = "out/data/notices/train-00000-of-00001.jsonl";
    workspace.run(&["validate", "out"]).ends(0);
    let text = workspace.read(file);
    let line = text.lines().position(|line| line.contains("late_notice")).unwrap();
    let change = |from: &str, to: &str| {
        let changed =
            text.lines().enumerate().map(|(at, text)| if at == line { text.replacen(from, to, 1) } else { text.to_owned() });
        workspace.write(file, &(changed.collect::<Vec<_>>().join("\n") + "\n"));
        let (files, _) = reports(&workspace, &["out"], 1);
        let found = findings(&files[0]);
        assert!(found.iter().all(|(at, _, kind, _)| *at == json!(line + 1) && kind == "content"), "{found:?}");
        found.into_iter().map(|(.., path)| path).collect::<Vec<_>>()
    };
    let limit = change("input.hours <= ", "input.hours > ");
    assert!(
        limit.contains(&"target_output.rule".to_owned()) && limit.iter().any(|path| path.starts_with("test_cases.")),
        "{limit:?}"
    );
    assert_eq!(change("\"expected\":{\"allow\":true", "\"expected\":{\"allow\":false"), ["test_cases.0"]);
}

const VIEWS: &str = "\
views:
  plain:
    record: {question: \"{{ say.request }}\", ruling: \"{{ ruling }}\", constitutional_hash: \"{{ constitution.hash }}\"}
";

#[test]
fn a_view_is_judged_by_a_schema_of_its_own() {
    let workspace = workspace();
    workspace.write("scenarios/parcels.yaml", &format!("{SPEC}{VIEWS}"));
    workspace.run(&["build", "--view", "plain", "--quiet"]).ends(0);
    let (files, total) = reports(&workspace, &["out"], 0);
    assert_eq!((files.len(), &total["ok"]), (4, &json!(240)));
    for file in &files {
        assert_eq!((&file["structure"]["not_checked"], &file["hash"]["not_checked"]), (&Value::Null, &Value::Null));
        assert!(file["content"]["not_checked"].as_str().unwrap().contains("the view `plain`"), "{file}");
    }
    let text = fs::read_to_string(workspace.path(&data("jsonl"))).unwrap();
    workspace.write(&data("jsonl"), &text.replacen("\"ruling\":\"", "\"ruling\":\"never ", 1).replacen(HASH, "beef", 2));
    let (files, _) = reports(&workspace, &["out/jsonl"], 1);
    let found: Vec<(String, String)> = findings(&files[0]).into_iter().map(|(.., kind, path)| (kind, path)).collect();
    let expected = [("hash", "constitutional_hash"), ("structure", "ruling"), ("hash", "constitutional_hash")];
    assert_eq!(found, expected.map(|(kind, path)| (kind.to_owned(), path.to_owned())));
}

/// Bytes of a file, some of them changed by a recorded rule.
fn spoilt_bytes(bytes: &[u8], seed: u64) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    let mut bytes = bytes.to_vec();
    let length = bytes.len() as u64;
    // What a file says of itself stands at its end.
    let ends = [length, length.min(6_000)];
    for round in 0..=next() % 8 {
        let at = length - 1 - next() % ends[(round % 2) as usize];
        bytes[usize::try_from(at).unwrap()] = (next() & 0xff) as u8;
    }
    bytes
}

#[test]
fn no_spoilt_file_ends_the_program() {
    let workspace = built();
    let whole = fs::read(workspace.path(&data("parquet"))).unwrap();
    fs::create_dir(workspace.path("spoilt")).unwrap();
    for seed in 0..600 {
        fs::write(workspace.path(&format!("spoilt/{seed:04}.parquet")), spoilt_bytes(&whole, seed)).unwrap();
    }
    let output = workspace.run(&["validate", "spoilt", "--message-format", "json", "--dataset", "parcels"]).ends(1);
    assert!(!output.stdout.contains("panicked") && output.stderr.is_empty(), "{}", output.stderr);
    let total = json_summary(&output.stdout)["total"].clone();
    assert_eq!(total["files"], 600);
    assert!(total["faults"].as_u64().unwrap() > 100, "{total}");
}

/// The greatest resident size while a file is judged, in kibibytes.
#[cfg(target_os = "linux")]
fn peak(workspace: &Workspace, path: &str) -> u64 {
    let mut child = workspace.command(&["validate", path, "--quiet"]).stdout(std::process::Stdio::null()).spawn().unwrap();
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0;
    loop {
        let now = fs::read_to_string(&status).unwrap_or_default();
        let line = now.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        peak = line.and_then(|line| line.trim().strip_suffix(" kB")?.parse().ok()).unwrap_or(peak);
        if let Some(ended) = child.try_wait().unwrap() {
            assert!(ended.success());
            return peak;
        }
        std::thread::sleep(std::time::Duration::from_millis(2));
    }
}

#[cfg(target_os = "linux")]
#[test]
fn memory_does_not_grow_with_a_file() {
    let workspace = workspace();
    for size in ["2000", "40000"] {
        workspace.run(&["build", "--size", size, "--out", size, "--quiet"]).ends(0);
    }
    for format in ["json", "jsonl", "csv", "parquet"] {
        let [few, many] = ["2000", "40000"].map(|size| peak(&workspace, &format!("{size}/{format}")));
        eprintln!("{format}: {few} kB for 2,000 records, {many} kB for 40,000");
        // A row group of Parquet has 16,384 rows.
        let room = if format == "parquet" { 30_000 } else { 4_000 };
        assert!(few > 1_000 && many < few + room, "{format}: {few} kB and {many} kB");
    }
}
