//! Sound specs, damaged a little in every place: nothing stops the program, and nothing is lost in silence.
//!
//! In: the shipped workspace and the example workspace. Out: whatever the damage, checking ends; a spec that is refused comes
//! with an error, one that is accepted without any; and every diagnostic keeps its manners.

use std::collections::BTreeMap;
use std::path::Path;

use dictum::diag::Diagnostics;
use dictum::pipeline::load::{Workspace, datasets};
use dictum::pipeline::sound;
use dictum::source::Sources;
use dictum::world::MemoryWorld;

use super::fixture::below;
use super::run::Found;

type Files = BTreeMap<String, Vec<u8>>;

/// The files that a workspace's specs are made of.
fn workspace(folder: &str) -> Files {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let folders = ["scenarios", "templates", "schemas"].into_iter().filter(|name| root.join(name).is_dir());
    folders
        .flat_map(|name| below(&root.join(name)).into_iter().map(move |(path, bytes)| (format!("{name}/{path}"), bytes)))
        .collect()
}

/// Checks every dataset; `Err` with what is wrong with the answer itself.
fn check(files: &Files) -> Result<Found, String> {
    let world = files
        .iter()
        .fold(MemoryWorld::default(), |world, (path, bytes)| world.with(Path::new("/workspace").join(path), bytes.clone()));
    let workspace = Workspace { world: &world, root: "/workspace".into() };
    let (mut sources, mut diagnostics) = (Sources::default(), Diagnostics::default());
    let mut accepted = true;
    for (_, path) in datasets(&workspace, &mut diagnostics) {
        accepted &= sound(&workspace, &path, &mut sources, &mut diagnostics).is_some();
    }
    let diagnostics = diagnostics.sorted(&sources);
    let found = Found { sources, diagnostics, built: false };
    if accepted == found.diagnostics.has_errors() {
        return Err(format!("accepted: {accepted}, errors: {}", found.human()));
    }
    match found.bad_manners().as_slice() {
        [] => Ok(found),
        complaints => Err(complaints.join("\n")),
    }
}

/// Each file with each of the damages, one at a time.
fn all_answer(folder: &str, damages: impl Fn(&str) -> Vec<(String, String)>) {
    let files = workspace(folder);
    let mut complaints = Vec::new();
    for (path, bytes) in files.iter().filter(|(path, _)| !path.starts_with("schemas/")) {
        for (what, text) in damages(std::str::from_utf8(bytes).unwrap()) {
            let mut damaged = files.clone();
            damaged.insert(path.clone(), text.into_bytes());
            complaints.extend(check(&damaged).err().map(|why| format!("{path}, {what}: {why}")));
        }
    }
    assert!(complaints.is_empty(), "{} complaints:\n{}", complaints.len(), complaints.join("\n"));
}

fn without_each_line(text: &str) -> Vec<(String, String)> {
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let without = |at: usize| lines.iter().enumerate().filter(|(one, _)| *one != at).map(|(_, line)| *line).collect::<String>();
    (0..lines.len()).map(|at| (format!("without line {}", at + 1), without(at))).collect()
}

#[test]
fn the_shipped_workspaces_are_sound() {
    for folder in [".", "tests/workspaces/incident"] {
        let found = check(&workspace(folder)).unwrap();
        assert!(found.diagnostics.is_empty(), "{folder}:\n{}", found.human());
    }
}

#[test]
fn without_any_line() {
    // Every third: the shipped specs are long, and their files are read anew for each.
    all_answer(".", |text| without_each_line(text).into_iter().step_by(3).collect());
    all_answer("tests/workspaces/incident", without_each_line);
}

#[test]
fn with_any_line_twice() {
    all_answer("tests/workspaces/incident", |text| {
        let lines: Vec<&str> = text.split_inclusive('\n').collect();
        let twice =
            |at: usize| lines.iter().enumerate().flat_map(|(one, line)| vec![*line; 1 + usize::from(one == at)]).collect();
        (0..lines.len()).map(|at| (format!("line {} twice", at + 1), twice(at))).collect()
    });
}

#[test]
fn without_any_mark() {
    all_answer("tests/workspaces/incident", |text| {
        let marks = text.char_indices().filter(|(_, one)| !one.is_alphanumeric() && !one.is_whitespace());
        let without = |(at, one): (usize, char)| {
            (format!("without `{one}` at byte {at}"), format!("{}{}", &text[..at], &text[at + one.len_utf8()..]))
        };
        marks.map(without).collect()
    });
}

#[test]
fn with_another_mark_anywhere() {
    all_answer("tests/workspaces/incident", |text| {
        let places = text.char_indices().map(|(at, _)| at).step_by(11).enumerate();
        let with = |(number, at): (usize, usize)| {
            let mark = ["{", "}", "\"", "'", ":", "-", "\t", "[", "$", "{{", "%}", "\u{feff}", "é", "0", "\n"][number % 15];
            (format!("with {mark:?} at byte {at}"), format!("{}{mark}{}", &text[..at], &text[at..]))
        };
        places.map(with).collect()
    });
}
