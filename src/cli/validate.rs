//! `dictum validate`: files of records, judged.
//!
//! Out: a table on standard output with a line a file, below it what could not be judged and the first records that do not
//! comply; or a JSON object a file with the keys of [`FileReport`], and the summary with `total`.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use clap::ValueHint;
use serde::Serialize;

use super::Exit;
use super::messages::{Ending, Messages};
use super::progress::{count, plural};
use super::table::{Column, table};
use super::terminal;
use crate::build::Failure;
use crate::diag::Diagnostics;
use crate::diag::render::one_line;
use crate::pipeline::load::Workspace;
use crate::source::Sources;
use crate::validate::{FileReport, Kind, Offender, Request, Total, validate};
use crate::world::World;

const NAME: &str = "validate";
const COLUMNS: [Column; 8] = [
    ("FILE", false),
    ("RECORDS", true),
    ("OK", true),
    ("HASH", true),
    ("STRUCTURE", true),
    ("CONTENT", true),
    ("METADATA", true),
    ("RATE", true),
];

const EXAMPLES: &str = "\
A record complies when nothing is wrong with it: the hash stands wherever it must and nowhere another, the schemas hold, the
targets follow from the input, the checks of the spec and the test cases of policies hold, the metadata is complete. What
cannot be judged says so. What is wrong with a file as a whole fails at any rate: it holds no record or cannot be read to its
end, its header is another one, its envelope carries another hash or none.

Examples:
  dictum validate out                                    everything that was built
  dictum validate old/data.json --min-rate 0.95          a file of others, by the hash of this workspace
  dictum validate old --hash cafe0123 --schema old.json  outside of any workspace
  dictum validate new.csv --dataset reviews              by a spec of the workspace
  dictum validate out --message-format json              a JSON object a file";

/// Arguments of `validate`.
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// Files and folders of JSON, JSON Lines, CSV or Parquet
    #[arg(value_name = "PATH", required = true, value_hint = ValueHint::AnyPath)]
    pub(super) paths: Vec<PathBuf>,
    /// The share of records that must comply, from 0 to 1
    #[arg(long, value_name = "RATE", default_value = "1", value_parser = share)]
    pub(super) min_rate: f64,
    /// Records that do not comply to show, in all
    #[arg(long, value_name = "N", default_value_t = 10)]
    pub(super) offenders: usize,
    /// The dataset that all files are of [default: the folder below `data/`, or what the first id begins with]
    #[arg(long, value_name = "DATASET")]
    pub(super) dataset: Option<String>,
    /// The constitutional hash that records must carry [default: that of the dataset or the workspace]
    #[arg(long, value_name = "HASH")]
    pub(super) hash: Option<String>,
    /// A JSON Schema that every record must pass, besides that of its dataset
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(super) schema: Option<PathBuf>,
}

/// The totals, with what was asked for.
#[derive(Serialize)]
struct Sum<'t> {
    #[serde(flatten)]
    total: &'t Total,
    min_rate: f64,
    passed: bool,
}

pub(super) fn run(world: &dyn World, current: &Path, root: Option<PathBuf>, args: &Args, messages: &Messages) -> Exit {
    let workspace = root.map(|root| Workspace { world, root });
    let request = Request {
        current: current.to_path_buf(),
        paths: args.paths.clone(),
        dataset: args.dataset.clone(),
        hash: args.hash.clone(),
        schema: args.schema.clone(),
        offenders: args.offenders,
    };
    let (mut sources, mut diagnostics) = (Sources::default(), Diagnostics::default());
    let mut reports = Vec::new();
    let mut printed = Ok(());
    let mut each = |report: FileReport| {
        if !messages.is_json() {
            reports.push(report);
        } else if printed.is_ok() {
            printed = line(&report).and_then(|line| terminal::print(line.as_bytes()));
        }
    };
    let judged = validate(world, workspace.as_ref(), &request, &mut sources, &mut diagnostics, &mut each);
    let judged = judged.and_then(|total| printed.map(|()| total));
    let judged = judged.and_then(|total| {
        if !messages.is_json() {
            terminal::print(page(&reports, &total, messages.colors_data()).as_bytes())?;
        }
        Ok(total)
    });
    let (result, total) = match judged {
        Ok(total) => {
            let passed = total.faults == 0 && total.rate.is_some_and(|rate| rate >= args.min_rate);
            let sum = serde_json::to_value(Sum { total: &total, min_rate: args.min_rate, passed }).ok();
            (if passed { Ok(Vec::<()>::new()) } else { Err(fails(&total, args.min_rate)) }, sum)
        }
        Err(failure) => (Err(failure), None),
    };
    messages.end(&Ending { total, ..Ending::new(NAME, sources, diagnostics, result) })
}

/// Why data does not pass.
fn fails(total: &Total, least: f64) -> Failure {
    let mut why = Vec::new();
    if total.rate.is_some_and(|rate| rate < least) {
        let wanted = format!("{:.2}", least * 100.0);
        let wanted = wanted.trim_end_matches('0').trim_end_matches('.');
        let (ok, all) = (count(total.ok), plural(total.records, "record"));
        why.push(format!("{ok} of {all} comply ({}), at least {wanted} % must", percent(total.ok, total.records)));
    }
    if total.faults > 0 {
        why.push(format!("{} of whole files", plural(total.faults, "fault")));
    }
    Failure::Invalid(why.join("; "))
}

fn line(report: &FileReport) -> Result<String, Failure> {
    let failed = |error: serde_json::Error| Failure::Other { doing: "write the report", cause: error.to_string() };
    serde_json::to_string(report).map(|line| line + "\n").map_err(failed)
}

/// A share in percent, never rounded up.
fn percent(part: u64, whole: u64) -> String {
    let Some(hundredths) = (u128::from(part) * 10_000).checked_div(u128::from(whole)) else { return "-".to_owned() };
    format!("{}.{:02} %", hundredths / 100, hundredths % 100)
}

/// The table, what could not be judged, and the first offenders.
fn page(reports: &[FileReport], total: &Total, color: bool) -> String {
    let mut rows: Vec<[String; 8]> = reports.iter().map(row).collect();
    if rows.len() > 1 {
        let [hash, structure, content, metadata] =
            Kind::ALL.map(|kind| count(total.failed.get(&kind).copied().unwrap_or_default()));
        let name = plural(total.files, "file");
        let rate = percent(total.ok, total.records);
        rows.push([name, count(total.records), count(total.ok), hash, structure, content, metadata, rate]);
    }
    let mut out = table(&COLUMNS, &rows, color);
    let gaps: Vec<String> = reports.iter().flat_map(gaps).collect();
    let offenders: Vec<String> =
        reports.iter().flat_map(|report| report.offenders.iter().flat_map(|one| offences(report, one))).collect();
    for lines in [gaps, offenders].iter().filter(|lines| !lines.is_empty()) {
        out.push('\n');
        for line in lines {
            let _ = writeln!(out, "{}", one_line(line));
        }
    }
    let shown: usize = reports.iter().map(|report| report.offenders.len()).sum();
    let all = total.records - total.ok + total.faults;
    if let Some(more) = all.checked_sub(shown as u64).filter(|more| *more > 0) {
        let _ = writeln!(out, "{} more do not comply: see them with `--offenders {all}`", count(more));
    }
    out
}

fn row(report: &FileReport) -> [String; 8] {
    let [hash, structure, content, metadata] = Kind::ALL.map(|kind| {
        let scope = report.scope(kind);
        if scope.not_checked.is_some() && scope.failed == 0 { "-".to_owned() } else { count(scope.failed) }
    });
    let rate = percent(report.ok, report.records);
    [one_line(&report.file).into_owned(), count(report.records), count(report.ok), hash, structure, content, metadata, rate]
}

/// What could not be judged in a file.
fn gaps(report: &FileReport) -> Vec<String> {
    let mut lines = Vec::new();
    for kind in Kind::ALL {
        let scope = report.scope(kind);
        if let Some(why) = &scope.not_checked {
            lines.push(format!("{}: {} not checked: {why}", report.file, kind.word()));
        } else if !scope.open.is_empty() {
            let parts = scope.open.iter().map(|(part, records)| format!("{part} ({})", plural(*records, "record")));
            lines.push(format!("{}: {} not re-derivable: {}", report.file, kind.word(), parts.collect::<Vec<_>>().join(", ")));
        }
    }
    lines
}

/// A line for each finding: where, of which kind, what.
fn offences(report: &FileReport, offender: &Offender) -> Vec<String> {
    let place = match (offender.line, offender.record) {
        (Some(line), _) => format!("{}:{line}", report.file),
        (None, Some(record)) => format!("{}: record {record}", report.file),
        (None, None) => report.file.clone(),
    };
    let id = offender.id.as_ref().map_or_else(String::new, |id| format!(" {id}:"));
    let line = |finding: &crate::validate::Finding| {
        // Most messages name their path already.
        let path = if finding.path.is_empty() || finding.message.contains(&format!("`{}`", finding.path)) {
            String::new()
        } else {
            format!("`{}`: ", finding.path)
        };
        format!("{place}:{id} {}: {path}{}", finding.kind.word(), finding.message)
    };
    offender.findings.iter().map(line).collect()
}

/// A share from 0 to 1.
fn share(text: &str) -> Result<f64, &'static str> {
    text.parse().ok().filter(|share| (0.0..=1.0).contains(share)).ok_or("write a share from 0 to 1, such as 0.95")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_never_rounded_up() {
        assert_eq!(percent(19_999, 20_000), "99.99 %");
        assert_eq!((percent(60, 60), percent(0, 3), percent(0, 0)), ("100.00 %".to_owned(), "0.00 %".to_owned(), "-".to_owned()));
    }

    #[test]
    fn a_failure_says_the_rate_and_the_faults() {
        let total =
            Total { files: 1, records: 60, ok: 59, rate: Some(59.0 / 60.0), faults: 0, failed: [(Kind::Structure, 1)].into() };
        assert_eq!(fails(&total, 1.0).to_string(), "59 of 60 records comply (98.33 %), at least 100 % must");
        let broken = Total { faults: 2, ..total };
        assert_eq!(fails(&broken, 0.95).to_string(), "2 faults of whole files");
    }
}
