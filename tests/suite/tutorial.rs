//! The tutorial is done step by step, as its reader does it.
//!
//! In: the blocks of `docs/tutorial.md`, in order, and an empty folder. A block `yaml file=PATH` (or of any language) writes a file, `add=PATH` adds to its end,
//! `diff file=PATH` changes it; a `console` block runs its commands with the real program, the last one ending with the code that `exit=` says. Out: a failure where a command does not print what the tutorial
//! shows (messages before data), but for times (`DICTUM_BLESS=1` renews it), or where the dataset that comes out does not hold.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::markdown::{Block, blocks, replaced};
use crate::workspace::{Output, Workspace};

const FILE: &str = "docs/tutorial.md";

/// The reader: a folder, and the place in it where commands run.
struct Reader {
    folder: Workspace,
    place: PathBuf,
}

impl Reader {
    fn path(&self, relative: &str) -> String {
        self.place.join(relative).to_str().unwrap().to_owned()
    }

    /// Does what a block says; what the block shall hold.
    fn step(&mut self, block: &Block<'_>) -> String {
        if block.language == "console" {
            return self.console(block);
        }
        if let Some(path) = block.value("add") {
            let path = self.path(path);
            let old = self.folder.read(&path);
            self.folder.write(&path, &(old + block.text));
        } else if let Some(path) = block.value("file") {
            let path = self.path(path);
            let new = if block.language == "diff" { changed(&self.folder.read(&path), block) } else { block.text.to_owned() };
            self.folder.write(&path, &new);
        }
        block.text.to_owned()
    }

    /// Runs the commands of a block; the block with what they print.
    fn console(&mut self, block: &Block<'_>) -> String {
        let commands: Vec<&str> = block.text.lines().filter_map(|line| line.strip_prefix("$ ")).collect();
        assert!(!commands.is_empty(), "line {}: no command", block.line);
        let mut shown = String::new();
        for (at, command) in commands.iter().enumerate() {
            let last = at + 1 == commands.len();
            let exit = block.value("exit").filter(|_| last).map_or(0, |code| code.parse().unwrap());
            writeln!(shown, "$ {command}").unwrap();
            shown.push_str(&self.run(command, exit));
        }
        shown
    }

    fn run(&mut self, command: &str, exit: i32) -> String {
        let words = words(command);
        match words.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
            ["cd", folder] => {
                self.place.push(folder);
                String::new()
            }
            ["dictum", args @ ..] => {
                let mut program = self.folder.command(args);
                program.current_dir(self.folder.path(self.place.to_str().unwrap()));
                let Output { stdout, stderr, .. } = Output::of(program).ends(exit);
                without_times(&(stderr + &stdout))
            }
            _ => panic!("the tutorial shows `{command}`, which the test cannot run"),
        }
    }
}

/// The words of a command; quotes keep spaces.
fn words(command: &str) -> Vec<String> {
    let (mut words, mut quoted) = (vec![String::new()], false);
    for c in command.chars() {
        match c {
            '"' => quoted = !quoted,
            ' ' if !quoted => words.push(String::new()),
            c => words.last_mut().unwrap().push(c),
        }
    }
    words
}

/// A text after the change of a `diff` block, whose old lines stand in it once.
fn changed(text: &str, block: &Block<'_>) -> String {
    let side = |gone: char| -> String {
        let kept = block.text.split_inclusive('\n').filter(|line| !line.starts_with(gone));
        kept.map(|line| line.get(1..).unwrap()).collect()
    };
    let (old, new) = (side('+'), side('-'));
    assert_eq!(text.matches(&old).count(), 1, "line {}: the lines to change do not stand once in the file:\n{old}", block.line);
    text.replace(&old, &new)
}

/// The text with every time taken as the same one: `in 38 ms` as `in 0.1 s`.
fn without_times(text: &str) -> String {
    let line = |line: &str| match line.rsplit_once(" in ") {
        Some((before, time)) if is_time(time) => format!("{before} in 0.1 s\n"),
        _ => format!("{line}\n"),
    };
    text.lines().map(line).collect()
}

fn is_time(text: &str) -> bool {
    let mut words = text.split(' ');
    let number = |word: &str| word.parse::<f64>().is_ok();
    matches!((words.next(), words.next()), (Some(time), Some("ms" | "s" | "min")) if number(time))
}

/// The reader at the end of the tutorial, and the text as it should be.
fn read_through() -> (Reader, String, String) {
    let text = fs::read_to_string(path()).unwrap();
    let mut reader = Reader { folder: Workspace::new(), place: PathBuf::new() };
    let steps: Vec<_> = blocks(&text).iter().map(|block| (block.range.clone(), reader.step(block))).collect();
    let renewed = replaced(&text, &steps);
    (reader, text, renewed)
}

fn path() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(FILE)
}

#[test]
fn every_step_prints_what_the_tutorial_shows_and_the_dataset_is_there() {
    let (reader, text, renewed) = read_through();
    if std::env::var_os("DICTUM_BLESS").is_some() {
        fs::write(path(), &renewed).unwrap();
    } else {
        let differs = text.lines().zip(renewed.lines()).enumerate().find(|(_, (old, new))| old != new);
        assert!(text == renewed, "{FILE}: {differs:?}; DICTUM_BLESS=1 cargo test renews it");
    }
    let built = reader.folder.read(&reader.path("out/jsonl/data/sourdough/train-00000-of-00001.jsonl"));
    let records: Vec<Value> = built.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(records.len(), 300);
    for record in &records {
        let (context, target) = (&record["input"]["context"], &record["target_output"]);
        let grams = |name: &str| context[name].as_f64().unwrap();
        // Bakers weigh everything against the flour, starter included: it is half flour, half water.
        let half = grams("starter_g") / 2.0;
        let hydration = 100.0 * (grams("water_g") + half) / (grams("flour_g") + half);
        assert!((target["hydration_percent"].as_f64().unwrap() - hydration).abs() < 0.051, "{record}");
        let salt = 100.0 * grams("salt_g") / (grams("flour_g") + half);
        assert!((target["salt_percent"].as_f64().unwrap() - salt).abs() < 0.051, "{record}");
    }
    let verdict = |word: &str| records.iter().filter(|one| one["target_output"]["verdict"] == word).count();
    assert_eq!(["bake", "wait", "adjust"].map(verdict), [150, 75, 75]);
}

#[test]
fn the_reader_can_read_diffs_commands_and_times() {
    let text = "```diff file=x\n a\n-b\n+c\n```\n";
    assert_eq!(changed("z\na\nb\n", &blocks(text)[0]), "z\na\nc\n");
    assert_eq!(words("dictum new x --title \"A b?\""), ["dictum", "new", "x", "--title", "A b?"]);
    assert_eq!(without_times("x: 3 records in 38 ms\nheld in 2 places\n"), "x: 3 records in 0.1 s\nheld in 2 places\n");
}
