//! The rules of the source tree, as functions from one file to its breaches.

use super::code::{program_code, test_modules};
use super::paths::{NamedPath, named_paths};

/// From here on a file is looked at again.
pub(super) const LONG: usize = 400;
/// No file is longer.
const LONGEST: usize = 500;

/// Each crate with the only places that may name it. A place is the beginning of a path.
const DOORS: &[(&[&str], &[&str])] = &[
    (&["serde_saphyr", "granit_parser"], &["src/engine/yaml"]),
    (&["minijinja"], &["src/engine/jinja"]),
    (&["jsonschema"], &["src/engine/json_schema"]),
    (&["regorus"], &["src/engine/rego"]),
    (&["mimalloc"], &["src/main.rs"]),
    (&["annotate_snippets"], &["src/diag/render"]),
    (&["arrow", "parquet", "csv"], &["src/pipeline/emit"]),
    (&["rand", "rand_pcg"], &["src/random"]),
    // The disk, and the modes of a terminal.
    (&["rustix"], &["src/world", "src/cli/keys.rs"]),
    (&["notify"], &["src/watch"]),
    (&["clap", "clap_complete", "clap_mangen", "indicatif", "ctrlc", "terminal_size"], &["src/cli"]),
    (&["rayon"], &["src/ordered.rs"]),
    (&["strsim"], &["src/diag"]),
    (&["sha2"], &["src/digest.rs"]),
    (&["lsp_server", "lsp_types"], &["src/lsp"]),
];

/// The same for parts of the standard library.
const STD_DOORS: &[(&[&str], &[&str])] = &[
    (&["std", "fs"], &["src/world"]),
    (&["std", "time", "SystemTime"], &["src/world"]),
    (&["std", "time", "Instant"], &["src/world", "src/cli/progress.rs"]),
];

/// Stages in which a record is read where it stands.
const TREELESS: &[&str] = &["src/pipeline/expand", "src/pipeline/verify", "src/pipeline/emit"];
const TREES: &[&str] = &["Value", "Map", "json", "to_value", "from_value", "value"];

/// Marks of unfinished work, in halves, so that this file holds none.
const LEFTOVERS: &[(&str, &str)] =
    &[("todo", "!("), ("unimplemented", "!("), ("dbg", "!("), ("FIX", "ME"), ("XX", "X"), ("#[ig", "nore")];

/// A source file.
pub(super) struct SourceFile {
    /// Path from the root of the checkout, with forward slashes.
    pub(super) path: String,
    text: String,
    code: String,
}

impl SourceFile {
    pub(super) fn new(path: impl Into<String>, text: impl Into<String>) -> Self {
        let (path, text) = (path.into(), text.into());
        let code = program_code(&text);
        Self { path, text, code }
    }

    pub(super) fn lines(&self) -> usize {
        self.text.lines().count()
    }

    fn paths(&self) -> Vec<NamedPath> {
        named_paths(&self.code)
    }

    fn lies_in(&self, places: &[&str]) -> bool {
        places.iter().any(|place| self.path.starts_with(place))
    }

    /// The module that this file is, such as `pipeline`, `emit`, `json`.
    fn module(&self) -> Vec<&str> {
        let path = self.path.strip_prefix("src/").unwrap_or(&self.path);
        let path = path.strip_suffix(".rs").unwrap_or(path);
        path.split('/').filter(|part| *part != "mod").collect()
    }

    fn breach(&self, line: usize, says: impl Into<String>) -> Breach {
        Breach { path: self.path.clone(), line, says: says.into() }
    }
}

/// Takes the code out of files that are compiled for tests only; their text stays.
pub(super) fn set_tests_apart(files: &mut [SourceFile]) {
    let folder = |file: &SourceFile| {
        let stem = file.path.strip_suffix(".rs").unwrap_or(&file.path).to_owned();
        ["/mod", "/lib", "/main"].iter().find_map(|end| stem.strip_suffix(end)).unwrap_or(&stem).to_owned()
    };
    let declared = |file: &SourceFile| {
        let folder = folder(file);
        test_modules(&file.text).into_iter().map(move |name| format!("{folder}/{name}"))
    };
    let apart: Vec<String> = files.iter().flat_map(declared).collect();
    for file in files {
        let ends = |rest: &str| rest == ".rs" || rest.starts_with('/');
        if apart.iter().any(|module| file.path.strip_prefix(module.as_str()).is_some_and(ends)) {
            file.code.clear();
        }
    }
}

/// One broken rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Breach {
    path: String,
    line: usize,
    says: String,
}

impl std::fmt::Display for Breach {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "  {}:{}: {}", self.path, self.line, self.says)
    }
}

/// The orders that are the architecture.
#[derive(Debug)]
pub(super) struct Order {
    /// The modules of the crate, lowest first.
    pub(super) modules: Vec<String>,
    /// The stages of the pipeline, first to last.
    pub(super) stages: Vec<String>,
}

/// The modules that a file declares, in order, but for its tests.
pub(super) fn declared_modules(text: &str) -> Vec<String> {
    let declared = |line: &str| {
        let line = line.trim();
        let line = line.strip_prefix("pub(crate) ").or_else(|| line.strip_prefix("pub ")).unwrap_or(line);
        line.strip_prefix("mod ")?.strip_suffix(';').map(str::to_owned)
    };
    program_code(text).lines().filter_map(declared).collect()
}

/// A file opens with `//!`.
pub(super) fn opens_with_docs(file: &SourceFile) -> Vec<Breach> {
    let opens = file.text.starts_with("//! ");
    (!opens).then(|| file.breach(1, "does not open with `//!`")).into_iter().collect()
}

/// A module uses only modules declared above it, and a stage only stages declared above it.
pub(super) fn direction(file: &SourceFile, order: &Order) -> Vec<Breach> {
    let module = file.module();
    let Some(own) = module.first().filter(|name| !matches!(**name, "lib" | "main")) else { return Vec::new() };
    let Some(own_rank) = rank(&order.modules, own) else {
        return vec![file.breach(1, format!("`{own}` is not declared in src/lib.rs"))];
    };
    let own_stage = module.get(1).and_then(|stage| rank(&order.stages, stage)).filter(|_| *own == "pipeline");
    let judge = |path: NamedPath| {
        let target = absolute(&path, &module)?;
        let first = target.first()?;
        let said = path.parts.join("::");
        match rank(&order.modules, first) {
            None => return Some(file.breach(path.line, format!("`{said}` is no module of src/lib.rs"))),
            Some(used) if used > own_rank => {
                return Some(file.breach(path.line, format!("`{own}` uses `{said}`, which is declared below it")));
            }
            Some(_) => {}
        }
        let used = target.get(1).and_then(|stage| rank(&order.stages, stage)).filter(|_| first == "pipeline")?;
        (used > own_stage?).then(|| file.breach(path.line, format!("a stage uses `{said}`, which is declared below it")))
    };
    file.paths().into_iter().filter_map(judge).collect()
}

fn rank(list: &[String], name: &str) -> Option<usize> {
    list.iter().position(|one| one == name)
}

/// A path from the root of the crate; `None` where it does not lead there.
fn absolute(path: &NamedPath, module: &[&str]) -> Option<Vec<String>> {
    let ups = path.parts.iter().take_while(|part| *part == "super").count();
    let rest = match path.parts.first()?.as_str() {
        "crate" => return Some(path.parts[1..].to_vec()),
        "super" => &path.parts[ups..],
        _ => return None,
    };
    let base = &module[..module.len().checked_sub(ups)?];
    Some(base.iter().map(|part| (*part).to_owned()).chain(rest.iter().cloned()).collect())
}

/// Third-party crates, disk and clock are named only at their doors.
pub(super) fn doors(file: &SourceFile) -> Vec<Breach> {
    let mut found = Vec::new();
    for path in file.paths() {
        let by_crate = DOORS.iter().find(|(crates, _)| crates.contains(&path.parts[0].as_str()));
        let by_path = STD_DOORS.iter().find(|(parts, _)| path.begins(parts));
        if let Some((_, places)) = by_crate.or(by_path).filter(|(_, places)| !file.lies_in(places)) {
            let said = path.parts.join("::");
            found.push(file.breach(path.line, format!("`{said}` belongs to {}", places.join(", "))));
        }
    }
    found
}

/// The dataset that a spec declares.
pub(super) fn dataset_name(spec: &str) -> Option<String> {
    let value = spec.lines().find_map(|line| line.strip_prefix("dataset:"))?;
    let value = value.split(" #").next().unwrap_or(value).trim().trim_matches(['"', '\'']);
    (!value.is_empty()).then(|| value.to_owned())
}

/// No dataset is named, not even in a comment.
pub(super) fn names_no_dataset(file: &SourceFile, datasets: &[String]) -> Vec<Breach> {
    let lines = file.text.lines().enumerate();
    let mentioned = |(at, line): (usize, &str)| {
        let name = datasets.iter().find(|name| line.contains(name.as_str()))?;
        Some(file.breach(at + 1, format!("names the dataset `{name}`")))
    };
    lines.filter_map(mentioned).collect()
}

/// The stages that handle records never make JSON trees of them.
pub(super) fn builds_no_json_tree(file: &SourceFile) -> Vec<Breach> {
    if !file.lies_in(TREELESS) {
        return Vec::new();
    }
    let paths = file.paths().into_iter().filter(|path| {
        path.parts[0] == "serde_json" && path.parts.get(1).is_some_and(|part| part == "*" || TREES.contains(&part.as_str()))
    });
    paths.map(|path| file.breach(path.line, format!("`{}` makes a tree of a record", path.parts.join("::")))).collect()
}

/// A file is short enough to be read at a sitting.
pub(super) fn is_short(file: &SourceFile) -> Vec<Breach> {
    let lines = file.lines();
    (lines > LONGEST).then(|| file.breach(lines, format!("{lines} lines, at most {LONGEST} are allowed"))).into_iter().collect()
}

/// Nothing is marked as unfinished, in code or comment.
pub(super) fn no_leftovers(file: &SourceFile) -> Vec<Breach> {
    let marks: Vec<String> = LEFTOVERS.iter().map(|(head, tail)| format!("{head}{tail}")).collect();
    let lines = file.text.lines().enumerate();
    let marked = |(at, line): (usize, &str)| {
        let mark = marks.iter().find(|mark| stands_alone(line, mark))?;
        Some(file.breach(at + 1, format!("`{mark}` is left over")))
    };
    lines.filter_map(marked).collect()
}

/// Whether a mark is no part of a longer word.
fn stands_alone(line: &str, mark: &str) -> bool {
    line.match_indices(mark).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let after = line[at + mark.len()..].chars().next().filter(|_| mark.ends_with(char::is_alphanumeric));
        !before.into_iter().chain(after).any(char::is_alphanumeric)
    })
}

#[cfg(test)]
mod planted {
    use super::*;

    /// No line at all. Typed, because other crates of this binary compare integers with their own types.
    const NONE: [usize; 0] = [];

    fn file(path: &str, text: &str) -> SourceFile {
        SourceFile::new(path, text)
    }

    fn lines(breaches: &[Breach]) -> Vec<usize> {
        breaches.iter().map(|breach| breach.line).collect()
    }

    fn order() -> Order {
        let modules =
            declared_modules("pub mod source;\npub mod data;\npub(crate) mod engine;\nmod pipeline;\n#[cfg(test)]\nmod tests;\n");
        assert_eq!(modules, ["source", "data", "engine", "pipeline"]);
        Order { modules, stages: declared_modules("pub mod load;\npub mod check;\npub mod emit;\n") }
    }

    fn upward(path: &str, text: &str) -> Vec<usize> {
        lines(&direction(&file(path, text), &order()))
    }

    #[test]
    fn uses_of_lower_modules_pass() {
        let text = "use crate::{data::Value, source::Span};\nuse super::data::Map;\nlet x = crate::engine::y();";
        assert_eq!(upward("src/engine/mod.rs", text), NONE);
        assert_eq!(upward("src/pipeline/mod.rs", "use emit::x; use self::emit::y; use crate::pipeline::load::z;"), NONE);
        assert_eq!(
            upward("src/pipeline/emit/json.rs", "use super::super::check::X; use super::csv; use crate::pipeline::load;"),
            NONE
        );
        assert_eq!(upward("src/lib.rs", "pub use crate::pipeline::compile;"), NONE);
    }

    #[test]
    fn uses_of_higher_modules_are_found_in_every_spelling() {
        assert_eq!(
            upward("src/data/map.rs", "//! crate::engine\nuse crate::engine;\n\nlet x = crate::pipeline::y(\"crate::engine\");"),
            [2, 4]
        );
        assert_eq!(upward("src/data/map.rs", "use crate::{\n    source::Span,\n    engine::{self, yaml},\n};"), [3, 3]);
        assert_eq!(upward("src/data/map.rs", "use super::super::engine::X;"), [1]);
        assert_eq!(upward("src/data/mod.rs", "use super::engine::X;\n#[cfg(test)]\nmod tests { use crate::pipeline; }"), [1]);
    }

    #[test]
    fn files_of_tests_are_set_apart_by_their_declaration() {
        let mut files = [
            file("src/data/mod.rs", "pub mod map;\n#[cfg(test)]\nmod again;"),
            file("src/data/map.rs", "use crate::pipeline;\n#[cfg(test)]\nmod tests;"),
            file("src/data/again.rs", "use crate::pipeline;"),
            file("src/data/again/deep.rs", "use crate::pipeline;"),
            file("src/data/map/tests.rs", "use crate::pipeline;"),
            file("src/data/again_not.rs", "use crate::pipeline;"),
        ];
        set_tests_apart(&mut files);
        let found: Vec<_> = files.iter().flat_map(|file| direction(file, &order())).map(|breach| breach.path).collect();
        assert_eq!(found, ["src/data/map.rs", "src/data/again_not.rs"]);
    }

    #[test]
    fn stages_use_only_earlier_stages() {
        assert_eq!(upward("src/pipeline/check/mod.rs", "use crate::pipeline::load::A;\nuse crate::pipeline::emit::B;"), [2]);
        assert_eq!(upward("src/pipeline/load/mod.rs", "use super::check::A;"), [1]);
        assert_eq!(upward("src/pipeline/check/names.rs", "use super::super::{load::A, emit::B};"), [1]);
        assert_eq!(upward("src/pipeline/load.rs", "use super::emit;"), [1]);
    }

    #[test]
    fn roads_past_the_list_are_found() {
        assert_eq!(upward("src/engine/yaml.rs", "use crate::Span;"), [1]);
        assert_eq!(upward("src/engine/mod.rs", "use super::*;"), [1]);
        assert_eq!(upward("src/stray.rs", ""), [1]);
    }

    #[test]
    fn crates_are_refused_outside_their_doors() {
        let at = |path: &str, text: &str| lines(&doors(&file(path, text)));
        assert_eq!(at("src/engine/jinja/walk.rs", "use minijinja::Environment;\nuse std::collections::BTreeMap;"), NONE);
        assert_eq!(at("src/library/text.rs", "use minijinja::Environment;\nlet x = jsonschema::options();"), [1, 2]);
        assert_eq!(at("src/main.rs", "use clap::Parser; use ctrlc;"), [1, 1]);
        assert_eq!(at("src/data/map.rs", "use crate::pipeline::emit::csv::Row; let y = x.rand::<T>(); let csv = csv(z);"), NONE);
        assert_eq!(at("src/data/map.rs", "use std::{io, fs::File};\nuse std::time::{Duration, Instant};"), [1, 2]);
        assert_eq!(at("src/cli/progress.rs", "use std::time::Instant;\nuse std::time::SystemTime;"), [2]);
        assert_eq!(at("src/data/map.rs", "// rand::x\n#[cfg(test)]\nmod tests { use std::fs; }"), NONE);
    }

    #[test]
    fn dataset_names_are_found_even_in_comments() {
        assert_eq!(dataset_name("dictum: 1\ndataset: \"bird_calls\" # note\n").as_deref(), Some("bird_calls"));
        assert_eq!(dataset_name("use: []\n"), None);
        let names = ["bird_calls".to_owned()];
        assert_eq!(lines(&names_no_dataset(&file("src/a.rs", "//! A.\n// as bird_calls needs it\n"), &names)), [2]);
    }

    #[test]
    fn json_trees_are_refused_in_the_record_stages() {
        let text = "use serde_json::{Value, to_writer};\nlet x = serde_json::json!({});\nuse crate::data::Value as V;";
        assert_eq!(lines(&builds_no_json_tree(&file("src/pipeline/verify/schema.rs", text))), [1, 2]);
        assert_eq!(builds_no_json_tree(&file("src/pipeline/manifest/mod.rs", text)), []);
    }

    #[test]
    fn form_is_kept() {
        assert_eq!(lines(&opens_with_docs(&file("src/a.rs", "\n//! Late.\n"))), [1]);
        assert_eq!(opens_with_docs(&file("src/a.rs", "//! Said.\n")), []);
        assert_eq!(lines(&is_short(&file("src/a.rs", &"//! x\n".repeat(501)))), [501]);
        assert_eq!(is_short(&file("src/a.rs", &"//! x\n".repeat(500))), []);
        assert_eq!(no_leftovers(&file("src/a.rs", "//! `uXXXX` is an escape.")), []);
        for (head, tail) in LEFTOVERS {
            assert_eq!(lines(&no_leftovers(&file("src/a.rs", &format!("//! A.\n    {head}{tail}")))), [2]);
        }
    }
}
