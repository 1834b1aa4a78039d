//! Workspaces in memory: compiled, built, and asked for values, without a disk.
//!
//! In: the files of a workspace of this checkout, or texts that a test writes. Out: programs, output files by path, and the
//! value of every bare name of a record.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex};

use dictum::build::{self, Built, LockMode, Out, Outcome, Reporter, Request};
use dictum::data::Value;
use dictum::diag::Diagnostics;
use dictum::diag::render::{MessageFormat, render};
use dictum::json;
use dictum::pipeline::check::Checked;
use dictum::pipeline::emit::{FORMATS, Format, format};
use dictum::pipeline::expand::Expander;
use dictum::pipeline::load::{Overrides, Workspace};
use dictum::pipeline::{plan, sound};
use dictum::record::Node;
use dictum::source::Sources;
use dictum::world::MemoryWorld;

/// Where a workspace stands in memory.
pub(crate) const ROOT: &str = "/workspace";
/// Where builds in memory go.
pub(crate) const OUT: &str = "/out";
/// The workspaces with datasets that tests build: folder in the checkout, dataset, file of its spec.
pub(crate) const SHIPPED: [(&str, &str, &str); 2] = [
    (".", "constitutional_ai", "constitutional_ai.yaml"),
    ("tests/workspaces/incident", "incident_response", "incident_response.yaml"),
];

/// The shipped datasets.
pub(crate) const DATASETS: [&str; 7] = [
    "constitutional_ai",
    "constitutional_ai_pairs",
    "multi_agent_coordination",
    "performance_optimization",
    "policy_governance",
    "transformer_efficiency",
    "wina_optimization",
];

/// The files that a workspace of this checkout consists of: path inside it, and content. Of the shipped datasets only the first:
/// the others stand apart, in [`shipped`], so that a test of one does not check all of them.
pub(crate) fn files(folder: &str) -> Vec<(String, Vec<u8>)> {
    if folder == "." { shipped(SHIPPED[0].1) } else { all(folder) }
}

/// The files that a shipped dataset is made from.
pub(crate) fn shipped(dataset: &str) -> Vec<(String, Vec<u8>)> {
    let all = all(".");
    let mut specs = vec![format!("{dataset}.yaml")];
    let mut at = 0;
    while let Some(spec) = specs.get(at) {
        let (_, content) = all.iter().find(|(path, _)| *path == format!("scenarios/{spec}")).unwrap();
        let used = std::str::from_utf8(content).unwrap().lines().find_map(|line| line.strip_prefix("use: [")?.strip_suffix(']'));
        let used: Vec<String> = used.into_iter().flat_map(|list| list.split(", ")).map(str::to_owned).collect();
        specs.extend(used.into_iter().filter(|used| !specs.contains(used)).collect::<Vec<_>>());
        at += 1;
    }
    let stems: Vec<&str> = specs.iter().filter_map(|spec| spec.strip_suffix(".yaml")).collect();
    let of_one = |path: &str| {
        let mut parts = path.split(['/', '.']).skip(1);
        parts.next().is_some_and(|stem| stems.contains(&stem) || stem == "scenario")
    };
    all.iter().filter(|(path, _)| of_one(path)).cloned().collect()
}

fn all(folder: &str) -> Vec<(String, Vec<u8>)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut open: Vec<PathBuf> = ["scenarios", "schemas", "templates"].map(|name| root.join(name)).to_vec();
    let mut found = Vec::new();
    while let Some(folder) = open.pop() {
        let Ok(entries) = fs::read_dir(&folder) else { continue };
        for path in entries.map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                open.push(path);
            } else {
                let name = path.strip_prefix(&root).unwrap().to_str().unwrap().to_owned();
                found.push((name, fs::read(path).unwrap()));
            }
        }
    }
    found.sort();
    found
}

/// These files as a workspace under `root`.
pub(crate) fn world_at<P: AsRef<Path>, C: Into<Vec<u8>>>(root: &str, files: impl IntoIterator<Item = (P, C)>) -> MemoryWorld {
    files.into_iter().fold(MemoryWorld::default(), |world, (path, content)| world.with(Path::new(root).join(path), content))
}

/// These files as a workspace under [`ROOT`].
pub(crate) fn world<P: AsRef<Path>, C: Into<Vec<u8>>>(files: impl IntoIterator<Item = (P, C)>) -> MemoryWorld {
    world_at(ROOT, files)
}

/// A line for each diagnostic, as editors read them, with its hints below.
pub(crate) fn lines(diagnostics: &Diagnostics, sources: &Sources) -> String {
    let mut out = Vec::new();
    render(diagnostics, sources, MessageFormat::Human { color: false, width: 200 }, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// Loads and checks one spec.
pub(crate) fn compile(world: &MemoryWorld, path: &str) -> Result<Checked, String> {
    let workspace = Workspace { world, root: PathBuf::from(ROOT) };
    let (mut sources, mut diagnostics) = (Sources::default(), Diagnostics::default());
    sound(&workspace, path, &mut sources, &mut diagnostics).ok_or_else(|| lines(&diagnostics.sorted(&sources), &sources))
}

/// The values of every bare name in one record, as canonical JSON; `scenario` among them, absent ones not.
pub(crate) type Names = BTreeMap<String, String>;

/// The values of every name in the records of these indices.
pub(crate) fn names(checked: &Checked, seed: u64, indices: &[u64]) -> Vec<Names> {
    let plan = plan::plan(checked, seed, 0, u64::MAX);
    let mut expander = Expander::new(&plan, false);
    let mut all = Vec::with_capacity(indices.len());
    for index in indices {
        let mut names = Names::new();
        let made = expander.record(*index, |frame, _| {
            for (at, slot) in frame.shared.slots.iter().enumerate() {
                let value = frame.slot(at).map_err(|fault| vec![*fault])?;
                if !value.is_undefined() {
                    names.insert(slot.name.to_string(), canonical(value));
                }
            }
            Ok(())
        });
        let record = made.unwrap_or_else(|wrong| panic!("record {index}: {wrong:?}"));
        names.insert("scenario".to_owned(), checked.scenario(record.scenario).to_owned());
        all.push(names);
    }
    all
}

/// A value as canonical JSON.
pub(crate) fn canonical(value: &Value) -> String {
    let mut out = String::new();
    json::write_canonical(Node::of(value), &mut out);
    out
}

/// A build of everything in the workspace, in all formats, with seed 0, into [`OUT`].
pub(crate) fn request() -> Request {
    Request {
        datasets: Vec::new(),
        overrides: Overrides::default(),
        view: None,
        size: None,
        seed: 0,
        from: 0,
        count: None,
        formats: FORMATS.to_vec(),
        out: Out::Folder(PathBuf::from(OUT)),
        threads: Some(2),
        lock: LockMode::Ignore,
        hash: None,
        plain: false,
    }
}

/// One format by its name.
pub(crate) fn formats(name: &str) -> Vec<&'static dyn Format> {
    vec![format(name).unwrap()]
}

/// Hears nothing.
pub(crate) struct Quiet;

impl Reporter for Quiet {
    fn start(&mut self, _: &str, _: u64) {}
    fn advance(&mut self, _: u64) {}
    fn finish(&mut self, _: &Built) {}
    fn note(&mut self, _: &str) {}
}

/// Builds from the workspace under `root`; what is wrong, in words.
pub(crate) fn build_at(world: &MemoryWorld, root: &str, request: Request) -> Result<Vec<Built>, String> {
    let workspace = Workspace { world, root: PathBuf::from(root) };
    let Outcome { sources, diagnostics, result } = build::build(&workspace, request, &mut Quiet, &AtomicBool::new(false));
    result.map_err(|failure| format!("{}\n{}", with_causes(&failure), lines(&diagnostics, &sources)))
}

/// An error and what caused it, outermost first.
fn with_causes(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |one| one.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

/// The files of [`OUT`] after a build from [`ROOT`], by path.
pub(crate) fn built(world: &MemoryWorld, request: Request) -> BTreeMap<String, Vec<u8>> {
    build_at(world, ROOT, request).unwrap_or_else(|wrong| panic!("{wrong}"));
    output(world)
}

/// The files of [`OUT`], by path.
pub(crate) fn output(world: &MemoryWorld) -> BTreeMap<String, Vec<u8>> {
    let files = world.files().into_iter();
    files.filter_map(|(path, content)| Some((path.strip_prefix(OUT).ok()?.to_str()?.to_owned(), content))).collect()
}

/// A stream whose bytes can be looked at.
#[derive(Clone, Default)]
struct Shared(Arc<Mutex<Vec<u8>>>);

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The JSONL text of one dataset, as `--out -` writes it.
pub(crate) fn stream(world: &MemoryWorld, dataset: &str, request: Request) -> String {
    let sink = Shared::default();
    let out = Out::Stream(Box::new(sink.clone()));
    let request = Request { datasets: vec![dataset.to_owned()], formats: formats("jsonl"), out, ..request };
    build_at(world, ROOT, request).unwrap_or_else(|wrong| panic!("{wrong}"));
    let bytes = std::mem::take(&mut *sink.0.lock().unwrap());
    String::from_utf8(bytes).unwrap()
}
