//! One dataset's records to a stream, verified before they leave.

use std::io::{self, BufWriter, SeekFrom, Write};
use std::sync::{Arc, Mutex, PoisonError};

use super::datasets::Selected;
use super::folder::{judge, judged, planned};
use super::targets::prepare;
use super::{Built, Failure, Reporter, stopped};
use crate::diag::Diagnostics;
use crate::pipeline::emit::output::Output;
use crate::pipeline::emit::{EmitError, Format};
use crate::pipeline::load::Workspace;
use crate::pipeline::manifest::Expectations;
use crate::pipeline::{Making, make};
use crate::world::Scratch;

/// Seed, first index, count, size.
type Range = (u64, u64, Option<u64>, Option<u64>);

#[expect(clippy::too_many_arguments, reason = "one call, from the build above")]
pub(super) fn write(
    workspace: &Workspace<'_>,
    selected: &[Selected],
    (seed, from, count, size): Range,
    formats: &[&'static dyn Format],
    sink: Box<dyn Write + Send>,
    making: &Making<'_>,
    reporter: &mut dyn Reporter,
    diagnostics: &mut Diagnostics,
) -> Result<Vec<Built>, Failure> {
    let ([one], [_]) = (selected, formats) else {
        return Err(Failure::Usage(
            "a stream takes one dataset and one format: `dictum build DATASET --format jsonl --out -`".to_owned(),
        ));
    };
    let targets = prepare(one, formats, diagnostics);
    if diagnostics.has_errors() {
        return Err(Failure::Mistakes);
    }
    let plan = planned(&one.checked, seed, from, count, size.or(one.size)).showing(one.view());
    reporter.start(&one.checked.spec.name, plan.count);
    // A whole dataset may still be refused for its expectations, so nothing may leave before they are judged.
    let held = plan.is_whole() && !one.checked.expectations.is_empty();
    let (sink, spool) = if held {
        let spool = Spool(Arc::new(Mutex::new(workspace.world.scratch()?)));
        (Box::new(BufWriter::new(spool.clone())) as Box<dyn Write + Send>, Some((spool, sink)))
    } else {
        (sink, None)
    };
    let mut output = Output::open(&targets, vec![sink])?;
    let mut judge = judge(workspace.world, &one.checked);
    let mut advance = |records| reporter.advance(records);
    let records = make(&plan, &targets, &mut output, &mut judge, making, &mut advance);
    let records = records.map_err(|why| stopped(why, diagnostics))?;
    let written = output.finish()?;
    let expectations = judged(&plan, judge, diagnostics, reporter)?;
    if diagnostics.has_errors() {
        return Err(Failure::Mistakes);
    }
    if let Some((spool, mut sink)) = spool {
        let format = formats.first().map_or("jsonl", |format| format.name());
        spool.pour(&mut *sink).map_err(|source| Failure::Emit(EmitError::Sink { format, source }))?;
    }
    let built = Built {
        dataset: one.checked.spec.name.to_string(),
        records: records.written(),
        left_out: plan.count - records.written(),
        attempts: (!one.checked.settling.is_idle()).then_some(records.attempts),
        files: written.iter().map(|file| ("-".to_owned(), file.bytes)).collect(),
        judged: matches!(expectations, Expectations::Judged(_)),
    };
    reporter.finish(&built);
    Ok(vec![built])
}

/// Temporary storage that is written first and poured out at the end.
#[derive(Clone)]
struct Spool(Arc<Mutex<Box<dyn Scratch>>>);

impl Spool {
    fn pour(&self, sink: &mut dyn Write) -> io::Result<()> {
        let mut file = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        file.seek(SeekFrom::Start(0))?;
        io::copy(&mut *file, sink)?;
        sink.flush()
    }
}

impl Write for Spool {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).flush()
    }
}
