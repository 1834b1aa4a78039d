//! Datasets into an output folder: staged, with a manifest a format, exchanged in one step.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::datasets::Selected;
use super::{Built, Failure, LockMode, Reporter, Request, locking, stopped};
use crate::data::distinct::ReadWriteSeek;
use crate::diag::{Diagnostic, Diagnostics, codes};
use crate::digest::Digest;
use crate::pipeline::check::Checked;
use crate::pipeline::emit::output::{Output, Target, Written};
use crate::pipeline::emit::{Format, Head};
use crate::pipeline::load::Workspace;
use crate::pipeline::manifest::{DatasetEntry, Expectations, FileEntry, Judged, MANIFEST_FILE, Manifest, Origin};
use crate::pipeline::plan::{Plan, plan};
use crate::pipeline::verify::expectations::Judge;
use crate::pipeline::{Made as Records, Making, make};
use crate::source::Sources;
use crate::world::{Stage, World};

/// What one dataset came to, for manifests.
struct Made {
    dataset: String,
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
    let targets: Vec<Vec<Target>> = selected.iter().map(|one| prepare(&one.checked, &request.formats, diagnostics)).collect();
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
        let merged = manifest.clone().merge(old);
        let text = merged.to_json().map_err(|error| Failure::Other { doing: "write the manifest", cause: error.to_string() })?;
        let mut file = stage.create(&join(&root, MANIFEST_FILE))?;
        file.write_all(text.as_bytes())
            .and_then(|()| file.flush())
            .map_err(|error| Failure::Other { doing: "write the manifest", cause: error.to_string() })?;
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

/// An encoder a format; a record shape that a format cannot hold is a mistake of the spec.
pub(super) fn prepare(checked: &Checked, formats: &[&'static dyn Format], diagnostics: &mut Diagnostics) -> Vec<Target> {
    let spec = &checked.spec;
    let head = Head {
        dataset: &spec.name,
        title: spec.title.as_deref(),
        constitutional_hash: spec.constitution.as_ref().map(|constitution| constitution.hash.as_str()),
        record: &checked.record,
    };
    let mut targets = Vec::with_capacity(formats.len());
    for format in formats {
        match format.encoder(&head) {
            Ok(encoder) => targets.push(Target { format: *format, encoder }),
            Err(error) => {
                let span = spec.record.as_ref().map_or(spec.name_span, |(span, _)| *span);
                let hint = "leave the format out with `--format`, or give the record a fixed shape";
                diagnostics.push(Diagnostic::error(codes::NOT_COLUMNAR, span, error.to_string()).hint(hint));
            }
        }
    }
    targets
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
    let plan = planned(checked, request.seed, request.from, request.count, request.size);
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
    DatasetEntry {
        title: spec.title.clone().unwrap_or_else(|| spec.name.to_string()),
        built_with: Origin::current(plan.seed),
        specs: specs.map(|source| (source.path().to_owned(), Digest::of(source.text().as_bytes()))).collect(),
        size: spec.size,
        from: plan.from,
        records: plan.count,
        scenarios: plan.scenario_counts(),
        attempts: (!plan.checked.settling.is_idle()).then_some(records.attempts),
        record_digest: records.digest,
        verdicts: BTreeMap::from([("verified".to_owned(), plan.count)]),
        expectations,
        files: BTreeMap::new(),
    }
}

/// One manifest a format.
fn manifests(made: &[Made], formats: &[&'static dyn Format]) -> Vec<Manifest> {
    let of = |at: usize| {
        let datasets = made.iter().map(|one| {
            let file = one
                .files
                .get(at)
                .map(|(path, written)| (path.clone(), FileEntry { bytes: written.bytes, sha256: written.sha256 }));
            let entry = DatasetEntry { files: file.into_iter().collect(), ..one.entry.clone() };
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
        attempts: made.entry.attempts,
        files: layout.roots.iter().zip(&made.files).map(file).collect(),
        judged: matches!(made.entry.expectations, Expectations::Judged(_)),
    }
}
