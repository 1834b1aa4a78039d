//! What `dictum explain CODE` says is so.
//!
//! In: the texts of all codes. Out: a failure where a wrong example is not refused with its code, and with no other, where a
//! right one gives any diagnostic, or where `docs/codes.md` is not what the texts say (`DICTUM_BLESS=1` renews it).

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use dictum::diag::codes::ALL;
use dictum::diag::explained::{Block, Explained, HEAD, RECORD, explained};
use dictum::diag::{Code, codes};
use dictum::world::MemoryWorld;

use crate::diagnostics::run::{Found, pilot, run};
use crate::workbench::ROOT;

const FILE: &str = "docs/codes.md";

/// Codes that no spec can show: they need a command line, another program, or bytes that are no text.
const ELSEWHERE: &[Code] = &[
    codes::FILE_UNREADABLE,
    codes::NOT_UTF8,
    codes::BYTE_ORDER_MARK,
    codes::DATASET_UNKNOWN,
    codes::HASH_MISMATCH,
    codes::PROFILE_UNKNOWN,
    codes::VIEW_UNKNOWN,
    codes::TOO_DEEP,
    codes::REGO_ABSENT,
];

/// Codes that the pilot of `check` gives: a build finds something else, or nothing.
const PILOTED: &[Code] = &[codes::AIM_UNREACHABLE, codes::AIM_COSTLY];

fn all() -> impl Iterator<Item = Explained> {
    ALL.iter().map(|code| explained(*code).unwrap())
}

fn is_shown(blocks: &[Block]) -> bool {
    blocks.iter().any(|block| block.language == "sh")
}

/// What is found in the workspace of an example: when it is built, or by the pilot.
fn found(blocks: &[Block], piloted: bool) -> Found {
    let file = |block: &Block| block.file.unwrap_or("scenarios/example.yaml");
    let with = |world: MemoryWorld, block: &Block| world.with(Path::new(ROOT).join(file(block)), block.whole());
    let world = blocks.iter().fold(MemoryWorld::default(), with);
    if piloted { pilot(&world, ROOT) } else { run(&world, ROOT, "/out") }
}

fn lines(found: &Found) -> Vec<String> {
    found.diagnostics.iter().map(|one| format!("{}[{}]: {}", one.severity.word(), one.code, one.message)).collect()
}

#[test]
fn every_wrong_example_is_refused_with_its_code_alone() {
    let mut complaints = Vec::new();
    for told in all().filter(|told| !is_shown(&told.wrong)) {
        let found = found(&told.wrong, PILOTED.contains(&told.code));
        let others = found.diagnostics.iter().any(|one| one.code != told.code);
        if others || found.diagnostics.is_empty() {
            complaints.push(format!("{}: {:?}", told.code, lines(&found)));
        }
    }
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

#[test]
fn every_right_example_is_built_without_a_word() {
    let mut complaints = Vec::new();
    for told in all().filter(|told| !is_shown(&told.right)) {
        let (built, checked) = (found(&told.right, false), found(&told.right, true));
        if !built.built || !built.diagnostics.is_empty() || !checked.diagnostics.is_empty() {
            complaints.push(format!("{}: {:?} {:?}", told.code, lines(&built), lines(&checked)));
        }
    }
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

#[test]
fn few_codes_are_shown_in_words_only() {
    let shown: Vec<Code> = all().filter(|told| is_shown(&told.wrong) || is_shown(&told.right)).map(|told| told.code).collect();
    assert_eq!(shown, ELSEWHERE);
}

#[test]
fn every_text_is_of_a_code() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/diag/codes");
    let mut files: Vec<String> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    files.sort();
    let mut names: Vec<String> = ALL.iter().map(|code| format!("{code}.md")).collect();
    names.sort();
    assert_eq!(files, names);
}

#[test]
fn the_index_of_codes_is_up_to_date() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(FILE);
    let renewed = index();
    if std::env::var_os("DICTUM_BLESS").is_some() {
        fs::write(&path, &renewed).unwrap();
        return;
    }
    let committed = fs::read_to_string(&path).unwrap_or_default();
    assert!(committed == renewed, "{FILE} is not what the codes say: DICTUM_BLESS=1 cargo test renews it");
}

fn index() -> String {
    let mut text = format!(
        "# Codes of diagnostics\n\nEvery error and warning carries a code in brackets. A code is never renamed and never reused. \
         `dictum explain CODE` prints what stands here.\n\nAn example that names no dataset stands behind this head:\n\n\
         ```yaml\n{HEAD}```\n\nand, where it has no `record`, before this line:\n\n```yaml\n{RECORD}```\n\n\
         This file is generated from `src/diag/codes/`.\n\n| code | meaning |\n| --- | --- |\n"
    );
    for code in ALL {
        let _ = writeln!(text, "| [`{code}`](#{code}) | {} |", code.meaning.replace('|', "\\|"));
    }
    for told in all() {
        let _ = write!(text, "\n## {}\n\n{}: {}\n", told.code, upper(told.code.meaning), told.why);
        for (title, blocks) in [("Wrong:", &told.wrong), ("Right:", &told.right)] {
            let _ = write!(text, "\n{title}\n");
            for block in blocks {
                let file = block.file.map(|file| format!("\n`{file}`:\n")).unwrap_or_default();
                let _ = write!(text, "{file}\n```{}\n{}```\n", block.language, block.text);
            }
        }
    }
    text
}

/// The same phrase as the beginning of a sentence.
fn upper(phrase: &str) -> String {
    let mut letters = phrase.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
