//! Files of records, judged: whoever wrote them, and as far as is known what they are.
//!
//! In: paths of files and folders, and a workspace where there is one. Out: for each file how many records comply and what is
//! wrong with the first that do not, by four kinds of findings: the constitutional hash, the structure against JSON Schemas, the
//! content by its spec, and metadata. What must hold: records stream, so memory does not grow with a file; a kind that could not
//! be judged says so, and never counts as judged.

mod files;
mod hash;
mod judge;
mod known;
mod metadata;
mod report;

use std::convert::Infallible;
use std::path::PathBuf;

use crate::build::Failure;
use crate::data::{Text, Value};
use crate::diag::{Diagnostics, codes};
use crate::engine::json_schema::Schema;
use crate::ordered::{Pool, ordered};
use crate::pipeline::emit::read::{Piece, Place};
use crate::pipeline::load::Workspace;
use crate::source::Sources;
use crate::world::{World, WorldError};
use files::DataFile;
use judge::{Judge, Terms};
use known::{Dataset, Known};
pub use report::{FileReport, Finding, Kind, Offender, Scope, Total};

/// Records that are read before they are judged together.
const BATCH: usize = 256;

/// A record that was read and not yet judged, or why it is none.
type Waiting = (Place, Result<Value, String>);

/// What to judge, and by what.
pub struct Request {
    /// The folder that relative paths start from, absolute.
    pub current: PathBuf,
    /// Files and folders as they were typed.
    pub paths: Vec<PathBuf>,
    /// The dataset that all files are of.
    pub dataset: Option<String>,
    /// The hash that records must carry, instead of the one that the workspace knows.
    pub hash: Option<String>,
    /// A JSON Schema that every record must pass besides those that are known.
    pub schema: Option<PathBuf>,
    /// How many records that do not comply are shown.
    pub offenders: usize,
}

/// Judges every data file; `each` hears of one as soon as it is read.
///
/// # Errors
/// When there is no data file, one cannot be read, or a spec or the schema has mistakes, which are among the diagnostics.
pub fn validate(
    world: &dyn World,
    workspace: Option<&Workspace<'_>>,
    request: &Request,
    sources: &mut Sources,
    diagnostics: &mut Diagnostics,
    each: &mut dyn FnMut(FileReport),
) -> Result<Total, Failure> {
    let schema = request.schema.as_ref().map(|path| schema(world, request, path, sources, diagnostics)).transpose()?;
    let files = files::find(world, &request.current, &request.paths)?;
    let mut known = Known::new(workspace, diagnostics)?;
    if let Some(name) = &request.dataset {
        known.must_have(name, diagnostics)?;
    }
    let mut datasets: Vec<Option<Dataset>> = Vec::with_capacity(files.len());
    for file in &files {
        datasets.push(known.dataset_of(world, file, request.dataset.as_deref(), sources, diagnostics)?);
    }
    let common = if request.hash.is_none() && datasets.iter().any(Option::is_none) { known.common_hash() } else { None };
    let pool = Pool::new(0).map_err(|cause| Failure::Other { doing: "start threads", cause })?;
    let mut total = Total::default();
    let mut room = request.offenders;
    for (file, dataset) in files.iter().zip(&datasets) {
        let terms = Terms {
            dataset: dataset.as_ref().and_then(|dataset| Some((known.spec(dataset)?, dataset))),
            schema: schema.as_ref(),
            hash: request.hash.as_deref().map(Text::from),
            common: common.clone(),
        };
        let report = judged(world, &pool, file, terms, room)?;
        room -= report.offenders.len().min(room);
        total.add(&report);
        each(report);
    }
    Ok(total)
}

/// Compiles the schema of the request.
fn schema(
    world: &dyn World,
    request: &Request,
    path: &std::path::Path,
    sources: &mut Sources,
    diagnostics: &mut Diagnostics,
) -> Result<Schema, Failure> {
    let bytes = world.read(&request.current.join(path))?;
    let shown = path.display().to_string();
    let text = String::from_utf8(bytes).map_err(|_| Failure::Usage(format!("`{shown}` is not UTF-8 text")))?;
    let source = sources.add(shown, text);
    Schema::compile(source, sources, diagnostics).ok_or(Failure::Mistakes)
}

/// Reads one file and judges what it holds: records by the hundreds on all threads, told in their order.
fn judged(world: &dyn World, pool: &Pool, file: &DataFile, terms: Terms<'_>, room: usize) -> Result<FileReport, Failure> {
    let judge = Judge::new(file.format.has_columns(), terms);
    let mut report = FileReport::new(file.shown.clone(), file.format.name(), judge.dataset().map(str::to_owned), room);
    judge.scopes(&mut report);
    let mut waiting: Vec<Waiting> = Vec::with_capacity(BATCH);
    let mut envelope_hash: Option<(Place, Value)> = None;
    let input = world.open(&file.path)?;
    let read = file.format.read(input, judge.record_type(), &mut |piece| {
        if let Piece::Record(place, record) = piece {
            waiting.push((place, record));
            if waiting.len() == BATCH {
                tell(&judge, pool, &mut waiting, &mut report);
            }
            return true;
        }
        tell(&judge, pool, &mut waiting, &mut report);
        match piece {
            Piece::Around(place, key, value) if key == hash::KEY => envelope_hash = Some((place, value)),
            Piece::Record(..) | Piece::Around(..) => {}
            Piece::Envelope => {
                let (place, value) = envelope_hash.take().map_or((Place::File, None), |(place, value)| (place, Some(value)));
                if let Some(finding) = judge.envelope(value.as_ref()) {
                    report.fault(place, finding);
                }
            }
            Piece::Fault(place, why) => report.fault(place, Finding::new(Kind::Structure, "", why)),
        }
        true
    });
    tell(&judge, pool, &mut waiting, &mut report);
    read.map_err(|cause| WorldError::unread(&file.path, cause))?;
    if report.records == 0 && report.faults == 0 {
        report.fault(Place::File, Finding::new(Kind::Structure, "", "the file holds no record"));
    }
    report.close();
    Ok(report)
}

/// Judges the records that wait, and reports them in their order.
fn tell(judge: &Judge<'_>, pool: &Pool, waiting: &mut Vec<Waiting>, report: &mut FileReport) {
    let first = report.records;
    let work = |(at, (place, record)): (u64, Waiting)| match record {
        Ok(record) => (place, Ok((record.at("id").cloned(), judge.record(first + at, &record)))),
        Err(why) => (place, Err(why)),
    };
    let Ok(()) = ordered(pool, (0..).zip(waiting.drain(..)), work, |(place, told)| {
        match told {
            Ok((id, verdict)) => report.record(place, id.as_ref(), verdict),
            Err(why) => report.unread(place, why),
        }
        Ok::<(), Infallible>(())
    });
}

/// The code of a content finding in words.
fn worded(code: crate::diag::Code, message: &str) -> String {
    // The codes of the others say no more than their messages.
    if code == codes::NOT_REDERIVED || code == codes::CHECK_FAILED || code == codes::POLICY_TEST {
        message.to_owned()
    } else {
        format!("{message} ({code})")
    }
}
