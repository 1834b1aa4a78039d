//! The source tree keeps the architecture.
//!
//! In: every `.rs` file of the checkout, as text, and the dataset names of the shipped specs. Out: a failure that lists all
//! breaches with file and line. The rules are pure functions over [`SourceFile`]s in [`rules`], tried on planted breaches there.

mod code;
mod paths;
mod rules;

use std::fs;
use std::path::{Path, PathBuf};

use rules::{Breach, Order, SourceFile};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// All files of a folder with one extension, folders below included, in the order of their paths.
fn files(folder: &str, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![root().join(folder)];
    while let Some(folder) = open.pop() {
        let Ok(entries) = fs::read_dir(&folder) else { continue };
        for path in entries.map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|found| found == extension) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

fn sources(folder: &str) -> Vec<SourceFile> {
    let read = |path: PathBuf| {
        let name = path.strip_prefix(root()).unwrap().to_string_lossy().replace('\\', "/");
        SourceFile::new(name, fs::read_to_string(path).unwrap())
    };
    let mut sources: Vec<SourceFile> = files(folder, "rs").into_iter().map(read).collect();
    rules::set_tests_apart(&mut sources);
    sources
}

fn assert_none(breaches: &[Breach]) {
    let list: Vec<String> = breaches.iter().map(ToString::to_string).collect();
    assert!(list.is_empty(), "{} breaches:\n{}", list.len(), list.join("\n"));
}

fn check(folder: &str, rule: impl Fn(&SourceFile) -> Vec<Breach>) {
    let sources = sources(folder);
    assert!(folder != "src" || sources.len() > 10, "the source tree was not found");
    assert_none(&sources.iter().flat_map(rule).collect::<Vec<_>>());
}

#[test]
fn every_file_says_what_it_is() {
    check("src", rules::opens_with_docs);
}

#[test]
fn modules_use_only_what_is_declared_above_them() {
    let declared = |path: &str| rules::declared_modules(&fs::read_to_string(root().join(path)).unwrap());
    let order = Order { modules: declared("src/lib.rs"), stages: declared("src/pipeline/mod.rs") };
    assert!(order.modules.len() > 5 && order.stages.len() > 1, "the declarations were not found: {order:?}");
    check("src", |file| rules::direction(file, &order));
}

#[test]
fn every_dependency_has_one_door() {
    check("src", rules::doors);
}

#[test]
fn no_dataset_is_known_to_the_program() {
    let specs = files("scenarios", "yaml").into_iter().map(|path| fs::read_to_string(path).unwrap());
    let names: Vec<String> = specs.filter_map(|text| rules::dataset_name(&text)).collect();
    check("src", |file| rules::names_no_dataset(file, &names));
}

#[test]
fn records_are_never_json_trees() {
    check("src", rules::builds_no_json_tree);
}

#[test]
fn files_stay_short() {
    let sources = sources("src");
    for file in sources.iter().filter(|file| file.lines() > rules::LONG) {
        eprintln!("look again: {} has {} lines", file.path, file.lines());
    }
    assert_none(&sources.iter().flat_map(rules::is_short).collect::<Vec<_>>());
}

#[test]
fn nothing_is_left_unfinished() {
    for folder in ["src", "tests", "benches", "fuzz/src", "fuzz/targets"] {
        check(folder, rules::no_leftovers);
    }
}
