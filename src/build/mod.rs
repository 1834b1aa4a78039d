//! A whole build: from a request to an output folder, all or nothing.
//!
//! Every dataset asked for is loaded and checked before any record is made; records go to a staged folder; manifests are
//! written last, the lock is compared or updated, and the folder is exchanged in one step. Nothing here prints: what happens
//! goes to a [`Reporter`], what is wrong into the [`Outcome`].

mod datasets;
mod folder;
mod locking;
mod piloted;
pub mod policies;
mod stream;
mod targets;
mod views;

use std::path::PathBuf;
use std::sync::atomic::AtomicBool;

use crate::diag::Diagnostics;
use crate::ordered::Pool;
use crate::pipeline::emit::{EmitError, Format};
use crate::pipeline::load::{Overrides, Workspace};
use crate::pipeline::manifest::{Drift, ParseError};
use crate::pipeline::{Making, Stopped};
use crate::source::Sources;
use crate::world::WorldError;

pub use datasets::{Selected, listing, named, select, unknown_dataset};
pub use piloted::piloted;
pub use targets::warn_unfit;
pub use views::{choose, select_one};

/// What to build.
pub struct Request {
    /// Dataset names; empty for all.
    pub datasets: Vec<String>,
    /// A profile and values of parameters.
    pub overrides: Overrides,
    /// A view to write instead of the records.
    pub view: Option<String>,
    /// How many records instead of the profile's or the spec's size.
    pub size: Option<u64>,
    /// The seed.
    pub seed: u64,
    /// The first index.
    pub from: u64,
    /// How many records from there on, instead of up to the size.
    pub count: Option<u64>,
    /// The formats, in order and without repetition; empty for those of the profile, or all.
    pub formats: Vec<&'static dyn Format>,
    /// Where to.
    pub out: Out,
    /// How many threads; `None` for one a core.
    pub threads: Option<usize>,
    /// What to do with the lock.
    pub lock: LockMode,
    /// A constitutional hash that the specs must have.
    pub hash: Option<String>,
    /// Evaluate everything by the template engine itself.
    pub plain: bool,
}

impl Request {
    /// Whether it makes just what the specs say, with the seed that locks are of.
    #[must_use]
    pub fn is_standard(&self) -> bool {
        self.overrides.is_empty()
            && self.view.is_none()
            && self.size.is_none()
            && self.seed == 0
            && self.from == 0
            && self.count.is_none()
    }
}

/// Where a build goes.
pub enum Out {
    /// A folder.
    Folder(PathBuf),
    /// One dataset's records to a stream.
    Stream(Box<dyn std::io::Write + Send>),
}

/// What to do with the lock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LockMode {
    /// Leave it alone.
    Ignore,
    /// Fail on any difference, and write nothing.
    Check,
    /// Write what was built into it.
    Update,
}

/// What happens while a build runs.
pub trait Reporter {
    /// A dataset begins: its name and how many records it will have.
    fn start(&mut self, dataset: &str, records: u64);
    /// So many more records are done.
    fn advance(&mut self, records: u64);
    /// The dataset is done.
    fn finish(&mut self, built: &Built);
    /// Something worth knowing, in a line.
    fn note(&mut self, text: &str);
}

/// A dataset that was built.
#[derive(Debug, Clone)]
pub struct Built {
    /// Its name.
    pub dataset: String,
    /// How many records were written.
    pub records: u64,
    /// How many more were made, which a view leaves out.
    pub left_out: u64,
    /// How many attempts all of them took together; `None` where nothing is planned or required.
    pub attempts: Option<u64>,
    /// Path under the output folder and length in bytes of every file of records.
    pub files: Vec<(String, u64)>,
    /// Whether its expectations were judged.
    pub judged: bool,
}

/// Why nothing was written.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The diagnostics say why.
    #[error("the specs have errors")]
    Mistakes,
    /// What was asked for cannot be done.
    #[error("{0}")]
    Usage(String),
    /// The disk refused.
    #[error(transparent)]
    World(#[from] WorldError),
    /// A file could not be written, or a value has no form in a format.
    #[error(transparent)]
    Emit(#[from] EmitError),
    /// A manifest or lock could not be read.
    #[error("{path}: {cause}")]
    Unreadable {
        /// The file.
        path: String,
        /// Why.
        cause: ParseError,
    },
    /// Something else failed.
    #[error("failed to {doing}: {cause}")]
    Other {
        /// What was being done.
        doing: &'static str,
        /// Why it failed.
        cause: String,
    },
    /// Data that was validated does not comply.
    #[error("{0}")]
    Invalid(String),
    /// The build differs from the lock.
    #[error("the build differs from the lock")]
    Drift(Vec<Drift>),
    /// It was asked to stop.
    #[error("interrupted")]
    Interrupted,
}

/// How a build ended.
pub struct Outcome {
    /// Every text that was read.
    pub sources: Sources,
    /// What was found wrong, sorted by place.
    pub diagnostics: Diagnostics,
    /// What was built, or why nothing was.
    pub result: Result<Vec<Built>, Failure>,
}

/// Builds.
pub fn build(workspace: &Workspace<'_>, request: Request, reporter: &mut dyn Reporter, stop: &AtomicBool) -> Outcome {
    let mut sources = Sources::default();
    let mut diagnostics = Diagnostics::default();
    let result = run(workspace, request, reporter, stop, &mut sources, &mut diagnostics);
    let diagnostics = diagnostics.sorted(&sources);
    Outcome { sources, diagnostics, result }
}

fn run(
    workspace: &Workspace<'_>,
    mut request: Request,
    reporter: &mut dyn Reporter,
    stop: &AtomicBool,
    sources: &mut Sources,
    diagnostics: &mut Diagnostics,
) -> Result<Vec<Built>, Failure> {
    if request.lock != LockMode::Ignore && !request.is_standard() {
        return Err(Failure::Usage(
            "the lock holds seed 0 and the specs' own records, sizes and parameters: it does not go with `--seed`, `--size`, \
             `--from`, `--count`, `--view`, `--set` or `--profile`"
                .to_owned(),
        ));
    }
    let mut selected = select(workspace, &request.datasets, &request.overrides, sources, diagnostics)?;
    datasets::require_hash(&selected, request.hash.as_deref(), diagnostics);
    if diagnostics.has_errors() {
        return Err(Failure::Mistakes);
    }
    if let Some(view) = &request.view {
        for name in choose(&mut selected, view, !request.datasets.is_empty(), diagnostics) {
            reporter.note(&format!("{name}: left out, it has no view `{view}`"));
        }
        if diagnostics.has_errors() {
            return Err(Failure::Mistakes);
        }
    }
    if request.count.is_none() {
        for (one, spec) in selected.iter().map(|one| (one, &one.checked.spec)) {
            let size = request.size.or(one.size).unwrap_or(spec.size);
            if request.from >= size {
                let message =
                    format!("`{}` has {size} records, so none from {} on: say how many with `--count`", spec.name, request.from);
                return Err(Failure::Usage(message));
            }
        }
    }
    if request.formats.is_empty() {
        request.formats = datasets::common_formats(&selected)?;
    }
    let pool = Pool::new(request.threads.unwrap_or(0));
    let pool = pool.map_err(|cause| Failure::Other { doing: "start threads", cause })?;
    let making = Making { pool: &pool, plain: request.plain, stop };
    match request.out {
        Out::Stream(sink) => {
            let range = (request.seed, request.from, request.count, request.size);
            stream::write(workspace, &selected, range, &request.formats, sink, &making, reporter, diagnostics)
        }
        Out::Folder(ref folder) => {
            let folder = folder.clone();
            folder::write(workspace, &selected, &request, &folder, &making, reporter, sources, diagnostics)
        }
    }
}

/// What stopped the making of records, as a failure of the build.
fn stopped(why: Stopped, diagnostics: &mut Diagnostics) -> Failure {
    match why {
        Stopped::Wrong(wrong) => {
            diagnostics.append(wrong.into_iter().collect());
            Failure::Mistakes
        }
        Stopped::Emit(error) => Failure::Emit(error),
        Stopped::Storage(error) => Failure::Other { doing: "write temporary storage", cause: error.to_string() },
        Stopped::Interrupted => Failure::Interrupted,
    }
}
