//! `dictum build`: folders, streams, seeds, locks.

use std::path::Path;

use super::{BROKEN_CHECK, TINY, json_lines, json_summary, pair, tiny};
use crate::workspace::Workspace;

const JSONL: &str = "out/jsonl/data/tiny/train-00000-of-00001.jsonl";

/// The standard error of a build without the time it took.
fn untimed(stderr: &str) -> String {
    let cut = |line: &str| line.split(" in ").next().unwrap_or(line).to_owned();
    stderr.lines().map(cut).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_plain_build_writes_everything_and_again_the_same() {
    let workspace = pair();
    let output = workspace.run(&["build"]).ends(0);
    assert_eq!(output.stdout, "");
    assert_eq!(untimed(&output.stderr), "other: 20 records, 4 files\ntiny: 20 records, 4 files\nwritten to out");
    let first = workspace.files("out");
    let formats = ["json", "jsonl", "csv", "parquet"];
    for format in formats {
        for dataset in ["tiny", "other"] {
            let path = format!("{format}/data/{dataset}/train-00000-of-00001.{format}");
            assert!(first.contains_key(Path::new(&path)), "{path} is missing");
        }
        assert!(first.contains_key(Path::new(&format!("{format}/dictum-manifest.json"))));
        assert!(first.contains_key(Path::new(&format!("{format}/schemas/tiny.schema.json"))));
    }
    assert_eq!(first.len(), formats.len() * 5);
    workspace.run(&["build", "--all", "--threads", "3", "--plain", "--quality", "synthetic", "--quiet"]).ends(0);
    assert_eq!(workspace.files("out"), first);
    assert_eq!(workspace.names(), ["out", "scenarios"]);
}

#[test]
fn one_format_stands_in_the_folder_itself_and_folders_are_relative_to_the_current_one() {
    let workspace = tiny();
    let mut command = workspace.command(&["build", "--format", "csv,csv", "--out", "./made/here/"]);
    command.current_dir(workspace.path("scenarios"));
    let output = crate::workspace::Output::of(command).ends(0);
    assert_eq!(untimed(&output.stderr), "tiny: 20 records, 1 file\nwritten to made/here");
    let csv = workspace.read("scenarios/made/here/data/tiny/train-00000-of-00001.csv");
    assert_eq!(csv.lines().count(), 21);
    assert_eq!(workspace.names(), ["scenarios"]);
}

#[test]
fn a_stream_holds_records_and_nothing_else() {
    let workspace = tiny();
    let output = workspace.run(&["build", "tiny", "--out", "-"]).ends(0);
    assert_eq!(untimed(&output.stderr), "tiny: 20 records");
    assert_eq!(json_lines(&output.stdout).len(), 20);
    let json = workspace.run(&["build", "tiny", "--out", "-", "--message-format", "json"]).ends(0);
    assert_eq!(json.stdout, output.stdout);
    assert_eq!(json_summary(&json.stderr)["datasets"][0]["files"][0]["path"], "-");
    assert_eq!(json_lines(&json.stderr).len(), 1);
    let csv = workspace.run(&["build", "tiny", "--out", "-", "--format", "csv", "--quiet"]).ends(0);
    assert_eq!((csv.stdout.lines().count(), csv.stderr.as_str()), (21, ""));
    assert_eq!(workspace.names(), ["scenarios"]);
}

#[test]
fn parts_are_parts_of_the_whole() {
    let workspace = tiny();
    let stream = |args: &[&str]| workspace.run(&[&["build", "tiny", "--out", "-"], args].concat()).ends(0).stdout;
    let whole = stream(&[]);
    assert_eq!(stream(&["--from", "0", "--count", "7"]) + &stream(&["--from", "7"]), whole);
    assert!(stream(&["--size", "3000"]).starts_with(&whole));
    assert_ne!(stream(&["--seed", "1"]), whole);
}

#[test]
fn a_random_seed_is_told_and_repeats() {
    let workspace = tiny();
    let random = workspace.run(&["build", "tiny", "--random", "--out", "-", "--quiet"]).ends(0);
    let told = random.stderr.strip_prefix("seed ").expect("the seed comes first");
    let (seed, rest) = told.split_once(';').unwrap();
    assert_eq!(rest, format!(" repeat with --seed {seed}\n"));
    assert_eq!(workspace.run(&["build", "tiny", "--seed", seed, "--out", "-"]).ends(0).stdout, random.stdout);
    let again = workspace.run(&["build", "--random", "--message-format", "json"]).ends(0);
    assert_eq!(again.stderr, "");
    assert_ne!(json_summary(&again.stdout)["seed"].to_string(), seed);
}

#[test]
fn json_messages_say_what_was_built() {
    let workspace = tiny();
    let output = workspace.run(&["build", "--message-format", "json", "--format", "jsonl,csv"]).ends(0);
    assert_eq!(output.stderr, "");
    let summary = json_summary(&output.stdout);
    assert_eq!((&summary["exit"], &summary["seed"], &summary["failure"]), (&0.into(), &0.into(), &serde_json::Value::Null));
    let dataset = &summary["datasets"][0];
    assert_eq!((&dataset["dataset"], &dataset["records"]), (&"tiny".into(), &20.into()));
    let file = &dataset["files"][0];
    assert_eq!(file["path"], JSONL.strip_prefix("out/").unwrap());
    assert_eq!(file["bytes"], workspace.read(JSONL).len());
}

#[test]
fn a_record_that_breaks_a_rule_leaves_the_output_as_it_was() {
    let workspace = tiny();
    workspace.run(&["build"]).ends(0);
    let before = workspace.files("out");
    workspace.write("scenarios/tiny.yaml", &format!("{TINY}{BROKEN_CHECK}"));
    let output = workspace.run(&["build"]).ends(1);
    assert!(output.stderr.contains("nine is too many"), "{}", output.stderr);
    assert!(output.stderr.contains("; nothing was written\n"), "{}", output.stderr);
    assert_eq!(workspace.files("out"), before);
    assert_eq!(workspace.names(), ["out", "scenarios"]);
    let streamed = workspace.run(&["build", "--out", "-"]).ends(1);
    assert!(streamed.stdout.is_empty() && !streamed.stderr.contains("nothing was written"), "{streamed:?}");
}

#[test]
fn the_machine_s_refusals_end_with_two_and_name_their_cause() {
    let workspace = tiny().file("taken", "a file");
    let output = workspace.run(&["build", "--out", "taken"]).ends(2);
    assert!(output.stderr.starts_with("error: expected an output folder, found a file at `"), "{}", output.stderr);
    for format in ["json", "jsonl", "csv", "parquet"] {
        let mut full = std::process::Command::new("sh");
        let dictum = env!("CARGO_BIN_EXE_dictum");
        let script = format!("'{dictum}' build tiny --quiet --format {format} --out - > /dev/full");
        full.args(["-c", &script]).current_dir(workspace.path(""));
        let output = crate::workspace::Output::of(full).ends(2);
        assert_eq!(output.stderr, format!("error: writing {format} failed: No space left on device\n"));
    }
    let none = workspace.run(&["build", "--constitutional-hash", "0123456789abcdef"]).ends(1);
    assert!(none.stderr.contains("0123456789abcdef"), "{}", none.stderr);
}

#[test]
fn a_lock_is_written_kept_and_missed() {
    let workspace = tiny();
    assert!(workspace.run(&["build", "--locked"]).ends(3).stderr.contains("is not in the lock"));
    assert_eq!(workspace.names(), ["scenarios"]);
    let output = workspace.run(&["build", "--update-lock"]).ends(0);
    assert!(output.stderr.ends_with("written to out, and locked in dictum.lock\n"), "{}", output.stderr);
    let lock = workspace.read("dictum.lock");
    let output = workspace.run(&["build", "--locked", "--threads", "2"]).ends(0);
    assert!(output.stderr.ends_with("written to out, as locked\n"), "{}", output.stderr);

    workspace.write("scenarios/tiny.yaml", &format!("{TINY}# A remark.\n"));
    assert!(workspace.run(&["build", "--locked"]).ends(3).stderr.contains("but no value did"));
    let before = workspace.files("out");
    workspace.write("scenarios/tiny.yaml", &TINY.replace("count > 5", "count > 1"));
    let output = workspace.run(&["build", "--locked"]).ends(3);
    let last: Vec<&str> = output.stderr.lines().skip(1).collect();
    let line = "  specs of `tiny` changed (`scenarios/tiny.yaml`), and its values with them; \
                if that is meant, run `dictum build --update-lock`";
    assert_eq!(last, ["error: the build differs from the lock; nothing was written", line]);
    assert_eq!(workspace.files("out"), before);
    let json = workspace.run(&["build", "--locked", "--message-format", "json"]).ends(3);
    assert_eq!(json_summary(&json.stdout)["drift"][0], line.trim());

    let lowered = TINY.replace("int: 1..9", "int: 1..8");
    assert_ne!(lowered, TINY);
    workspace.write("scenarios/tiny.yaml", &lowered);
    let drift = json_summary(&workspace.run(&["build", "--locked", "--message-format", "json"]).ends(3).stdout)["drift"].take();
    let schema = "the record's schema of `tiny` changed with its specs; if that is meant, run `dictum build --update-lock`";
    assert_eq!((drift[1].as_str(), &drift[2]), (Some(schema), &serde_json::Value::Null), "{drift}");

    workspace.run(&["build", "--update-lock", "--quiet"]).ends(0);
    assert_ne!(workspace.read("dictum.lock"), lock);
    workspace.run(&["build", "--locked"]).ends(0);
    workspace.write("dictum.lock", "{}");
    assert!(workspace.run(&["build", "--locked"]).ends(2).stderr.contains("dictum.lock"));
}

#[test]
fn what_is_not_ours_in_the_output_folder_stays() {
    let workspace = Workspace::new().file("scenarios/tiny.yaml", TINY).file("out/notes.txt", "mine");
    workspace.run(&["build"]).ends(0);
    assert_eq!(workspace.read("out/notes.txt"), "mine");
    let other = Workspace::new().file("scenarios/tiny.yaml", TINY).file(JSONL, "mine");
    assert!(other.run(&["build"]).ends(2).stderr.contains("is in the way"));
    assert_eq!(other.read(JSONL), "mine");
}
