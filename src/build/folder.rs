//! Datasets into an output folder: staged, with a manifest a format, exchanged in one step.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::datasets::Selected;
use super::targets::prepare;
use super::{Built, Failure, LockMode, Reporter, Request, locking, stopped};
use crate::data::Value;
use crate::data::distinct::ReadWriteSeek;
use crate::diag::Diagnostics;
use crate::digest::Digest;
use crate::pipeline::check::Checked;
use crate::pipeline::emit::Format;
use crate::pipeline::emit::output::{Output, Target, Written};
use crate::pipeline::load::Workspace;
use crate::pipeline::manifest::{
    DatasetEntry, Expectations, FileEntry, Judged, MANIFEST_FILE, Manifest, Origin, ViewEntry, schema_file,
};
use crate::pipeline::plan::{Plan, plan};
use crate::pipeline::verify::expectations::Judge;
use crate::pipeline::{Made as Records, Making, make};
use crate::source::Sources;
use crate::world::{Stage, World};

/// What one dataset came to, for manifests.
struct Made {
    dataset: String,
    /// Without the files of records, of which each format has its own.
    entry: DatasetEntry,
    /// One file a format, in the order of the formats.
    files: Vec<(String, Written)>,
}

#[expect(clippy::too_many_arguments, reason = "one call, from the build above")]
pub(super) fn write(
    workspace: &Workspace<'_>,
    selected: &[Selected],
    request: &Request,
    folder: &Path,
    making: &Making<'_>,
    reporter: &mut dyn Reporter,
    sources: &Sources,
    diagnostics: &mut Diagnostics,
) -> Result<Vec<Built>, Failure> {
    if workspace.root.starts_with(folder) {
        let message =
            format!("the output folder {} holds the workspace: choose a folder inside it or beside it", folder.display());
        return Err(Failure::Usage(message));
    }
    let targets: Vec<Vec<Target>> = selected.iter().map(|one| prepare(one, &request.formats, diagnostics)).collect();
    if diagnostics.has_errors() {
        return Err(Failure::Mistakes);
    }
    let layout = Layout::of(&request.formats);
    let mut stage = workspace.world.stage(folder)?;
    let old = previous(&*stage, &layout)?;
    let names: BTreeSet<String> = selected.iter().map(|one| one.checked.spec.name.to_string()).collect();
    stage.replaces(old.iter().flat_map(|(root, manifest)| manifest.listed_paths(root, &names)).collect());

    let mut made = Vec::new();
    for (one, targets) in selected.iter().zip(&targets) {
        made.push(dataset(workspace.world, one, request, targets, &layout, &mut *stage, making, reporter, sources, diagnostics)?);
    }
    if diagnostics.has_errors() {
        return Err(Failure::Mistakes);
    }
    let manifests = manifests(&made, &request.formats);
    if request.lock == LockMode::Check {
        locking::compare(workspace, &request.formats, &manifests, &names, request.datasets.is_empty())?;
    }
    for ((root, old), manifest) in old.into_iter().zip(&manifests) {
        for one in selected {
            let path = join(&root, &schema_file(&one.checked.spec.name));
            put(&mut *stage, &path, one.checked.shape(one.view()).inferred, "write the record's schema")?;
        }
        let merged = manifest.clone().merge(old);
        let text = merged.to_json().map_err(|error| Failure::Other { doing: "write the manifest", cause: error.to_string() })?;
        put(&mut *stage, &join(&root, MANIFEST_FILE), &text, "write the manifest")?;
    }
    stage.commit()?;
    if request.lock == LockMode::Update {
        locking::update(workspace, &request.formats, &manifests)?;
    }
    Ok(made.iter().map(|one| built(one, &layout)).collect())
}

/// Where the files of each format go.
struct Layout {
    roots: Vec<String>,
    endings: Vec<&'static str>,
}

impl Layout {
    /// One format stands in the folder itself, several in a folder each.
    fn of(formats: &[&'static dyn Format]) -> Self {
        let root = |format: &&'static dyn Format| if formats.len() == 1 { String::new() } else { format.name().to_owned() };
        Self { roots: formats.iter().map(root).collect(), endings: formats.iter().map(|format| format.extension()).collect() }
    }

    /// The paths of a dataset's files, relative to each format's root.
    fn files(&self, dataset: &str) -> Vec<String> {
        self.endings.iter().map(|ending| format!("data/{dataset}/train-00000-of-00001.{ending}")).collect()
    }
}

fn join(root: &str, path: &str) -> String {
    if root.is_empty() { path.to_owned() } else { format!("{root}/{path}") }
}

/// Writes a file of one piece.
fn put(stage: &mut dyn Stage, path: &str, text: &str, doing: &'static str) -> Result<(), Failure> {
    let mut file = stage.create(path)?;
    let written = file.write_all(text.as_bytes()).and_then(|()| file.flush());
    written.map_err(|error| Failure::Other { doing, cause: error.to_string() })
}

/// The manifests that stand in the folder now, one a root.
fn previous(stage: &dyn Stage, layout: &Layout) -> Result<Vec<(String, Manifest)>, Failure> {
    let read = |root: &String| {
        let path = join(root, MANIFEST_FILE);
        let manifest = match stage.previous(&path)? {
            Some(text) => Manifest::parse(&text).map_err(|cause| Failure::Unreadable { path, cause })?,
            None => Manifest::new(BTreeMap::new()),
        };
        Ok((root.clone(), manifest))
    };
    layout.roots.iter().map(read).collect()
}

/// The plan of a dataset under a request.
pub(super) fn planned(checked: &Checked, seed: u64, from: u64, count: Option<u64>, size: Option<u64>) -> Plan<'_> {
    let size = size.unwrap_or(checked.spec.size);
    plan(checked, seed, from, count.unwrap_or(size.saturating_sub(from)))
}

#[expect(clippy::too_many_arguments, reason = "one call, from the build above")]
fn dataset(
    world: &dyn World,
    selected: &Selected,
    request: &Request,
    targets: &[Target],
    layout: &Layout,
    stage: &mut dyn Stage,
    making: &Making<'_>,
    reporter: &mut dyn Reporter,
    sources: &Sources,
    diagnostics: &mut Diagnostics,
) -> Result<Made, Failure> {
    let checked = &selected.checked;
    let plan =
        planned(checked, request.seed, request.from, request.count, request.size.or(selected.size)).showing(selected.view());
    let paths = layout.files(&checked.spec.name);
    let mut sinks = Vec::with_capacity(paths.len());
    for (root, path) in layout.roots.iter().zip(&paths) {
        sinks.push(stage.create(&join(root, path))?);
    }
    reporter.start(&checked.spec.name, plan.count);
    let mut output = Output::open(targets, sinks)?;
    let mut judge = judge(world, checked);
    let mut advance = |records| reporter.advance(records);
    let records = make(&plan, targets, &mut output, &mut judge, making, &mut advance);
    let records = records.map_err(|why| stopped(why, diagnostics))?;
    let written = output.finish()?;
    let expectations = judged(&plan, judge, diagnostics, reporter)?;
    let files: Vec<(String, Written)> = paths.into_iter().zip(written).collect();
    let made = Made { dataset: checked.spec.name.to_string(), entry: entry(&plan, &records, expectations, sources), files };
    if !diagnostics.has_errors() {
        reporter.finish(&built(&made, layout));
    }
    Ok(made)
}

/// A judge with temporary storage of this world.
pub(super) fn judge<'c>(world: &'c dyn World, checked: &'c Checked) -> Judge<'c> {
    Judge::new(checked, || {
        Box::new(move || match world.scratch() {
            Ok(file) => Ok(Box::new(file) as Box<dyn ReadWriteSeek>),
            Err(error) => Err(std::io::Error::other(error)),
        })
    })
}

/// Judges the expectations of a whole dataset; a part of one is not judged.
pub(super) fn judged(
    plan: &Plan<'_>,
    judge: Judge<'_>,
    diagnostics: &mut Diagnostics,
    reporter: &mut dyn Reporter,
) -> Result<Expectations, Failure> {
    if !plan.is_whole() {
        if !plan.checked.expectations.is_empty() {
            reporter.note(&format!("{}: expectations not judged (a part of the dataset)", plan.checked.spec.name));
        }
        return Ok(Expectations::NotJudged);
    }
    let outcomes = judge.judge(diagnostics);
    let outcomes = outcomes.map_err(|error| Failure::Other { doing: "count distinct values", cause: error.to_string() })?;
    Ok(Expectations::Judged(outcomes.into_iter().map(|one| Judged { expected: one.expected, found: one.found }).collect()))
}

fn entry(plan: &Plan<'_>, records: &Records, expectations: Expectations, sources: &Sources) -> DatasetEntry {
    let spec = &plan.checked.spec;
    let specs = spec.closure.iter().filter_map(|id| sources.get(*id));
    let schema = plan.checked.shape(plan.view).inferred.as_bytes();
    let schema = FileEntry { bytes: schema.len() as u64, sha256: Digest::of(schema) };
    DatasetEntry {
        title: spec.title.clone().unwrap_or_else(|| spec.name.to_string()),
        built_with: Origin::current(plan.seed),
        specs: specs.map(|source| (source.path().to_owned(), Digest::of(source.text().as_bytes()))).collect(),
        size: spec.size,
        params: spec.params.iter().map(|(name, param)| (name.to_string(), plain(&param.value))).collect(),
        view: plan.view.map(|view| ViewEntry { name: view.name.to_string(), left_out: plan.count - records.written() }),
        from: plan.from,
        records: records.written(),
        scenarios: spec.scenarios.iter().zip(&records.scenarios).map(|(one, count)| (one.name.to_string(), *count)).collect(),
        attempts: (!plan.checked.settling.is_idle()).then_some(records.attempts),
        record_digest: records.digest,
        verdicts: BTreeMap::from([("verified".to_owned(), plan.count)]),
        expectations,
        files: BTreeMap::from([(schema_file(&spec.name), schema)]),
    }
}

/// A parameter's value as JSON: a scalar, or a list of scalars.
fn plain(value: &Value) -> serde_json::Value {
    let number = |number: Option<serde_json::Number>| number.map_or(serde_json::Value::Null, serde_json::Value::Number);
    match value {
        Value::Bool(truth) => (*truth).into(),
        Value::Int(int) => number(serde_json::Number::from_i128(*int)),
        Value::Float(float) => number(serde_json::Number::from_f64(*float)),
        Value::Text(text) => text.as_str().into(),
        Value::List(items) => items.iter().map(plain).collect(),
        Value::Undefined | Value::Null | Value::Map(_) => serde_json::Value::Null,
    }
}

/// One manifest a format.
fn manifests(made: &[Made], formats: &[&'static dyn Format]) -> Vec<Manifest> {
    let of = |at: usize| {
        let datasets = made.iter().map(|one| {
            let mut entry = one.entry.clone();
            let file = one.files.get(at);
            entry
                .files
                .extend(file.map(|(path, written)| (path.clone(), FileEntry { bytes: written.bytes, sha256: written.sha256 })));
            (one.dataset.clone(), entry)
        });
        Manifest::new(datasets.collect())
    };
    (0..formats.len()).map(of).collect()
}

fn built(made: &Made, layout: &Layout) -> Built {
    let file = |(root, (path, written)): (&String, &(String, Written))| (join(root, path), written.bytes);
    Built {
        dataset: made.dataset.clone(),
        records: made.entry.records,
        left_out: made.entry.view.as_ref().map_or(0, |view| view.left_out),
        attempts: made.entry.attempts,
        files: layout.roots.iter().zip(&made.files).map(file).collect(),
        judged: matches!(made.entry.expectations, Expectations::Judged(_)),
    }
}
