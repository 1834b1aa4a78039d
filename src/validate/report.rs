//! What came of a file, and of all.

use std::collections::BTreeMap;

use serde::Serialize;

use super::judge::Verdict;
use crate::data::Value;
use crate::pipeline::emit::read::Place;

/// Findings of one kind that are kept of a record; what breaks it at every leaf says enough with these.
const MOST_FINDINGS: usize = 4;

/// A kind of finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// The constitutional hash.
    Hash,
    /// A record that can be read, and keeps its schemas.
    Structure,
    /// Targets, checks and policies.
    Content,
    /// Complete metadata.
    Metadata,
}

impl Kind {
    /// Every kind, in the order of tables.
    pub const ALL: [Self; 4] = [Self::Hash, Self::Structure, Self::Content, Self::Metadata];

    /// Its name.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Hash => "hash",
            Self::Structure => "structure",
            Self::Content => "content",
            Self::Metadata => "metadata",
        }
    }
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Its kind.
    pub kind: Kind,
    /// Where in the record, keys and indices in dots; empty for the whole.
    pub path: String,
    /// What is wrong, in one phrase.
    pub message: String,
}

impl Finding {
    pub(super) fn new(kind: Kind, path: &str, message: impl Into<String>) -> Self {
        Self { kind, path: path.to_owned(), message: message.into() }
    }
}

/// A record that does not comply, or a file that does not as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Offender {
    /// The line that it begins in, from 1; null in a file without lines.
    pub line: Option<u64>,
    /// Which record of the file it is, from 1; null where the file as a whole is meant.
    pub record: Option<u64>,
    /// Its id, where it has one.
    pub id: Option<String>,
    /// What is wrong, the first of each kind.
    pub findings: Vec<Finding>,
}

/// One kind of finding in one file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Scope {
    /// Why it was not judged; null where it was.
    pub not_checked: Option<String>,
    /// Records with such a finding.
    pub failed: u64,
    /// Parts that could not be judged, with the number of records.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub open: BTreeMap<String, u64>,
}

impl Scope {
    pub(super) fn not(why: &str) -> Self {
        Self { not_checked: Some(why.to_owned()), ..Self::default() }
    }
}

/// What came of one file.
#[derive(Debug, Clone, Serialize)]
pub struct FileReport {
    /// The file, as it was typed or found.
    pub file: String,
    /// The name of its format.
    pub format: &'static str,
    /// Its dataset, where that is known.
    pub dataset: Option<String>,
    /// Records, with what could not be read as one.
    pub records: u64,
    /// Records without any finding.
    pub ok: u64,
    /// The share of those; null where there is no record.
    pub rate: Option<f64>,
    /// Findings of the file as a whole: it cannot be read to its end, say.
    pub faults: u64,
    /// The constitutional hash.
    pub hash: Scope,
    /// A record that can be read, and keeps its schemas.
    pub structure: Scope,
    /// Targets, checks and policies.
    pub content: Scope,
    /// Complete metadata.
    pub metadata: Scope,
    /// The first that do not comply.
    pub offenders: Vec<Offender>,
    /// How many of them there is room for.
    #[serde(skip)]
    room: usize,
    /// How many parts of the content were judged.
    #[serde(skip)]
    settled: u64,
}

impl FileReport {
    pub(super) fn new(file: String, format: &'static str, dataset: Option<String>, room: usize) -> Self {
        Self {
            file,
            format,
            dataset,
            records: 0,
            ok: 0,
            rate: None,
            faults: 0,
            hash: Scope::default(),
            structure: Scope::default(),
            content: Scope::default(),
            metadata: Scope::default(),
            offenders: Vec::new(),
            room,
            settled: 0,
        }
    }

    /// One kind of finding.
    #[must_use]
    pub fn scope(&self, kind: Kind) -> &Scope {
        match kind {
            Kind::Hash => &self.hash,
            Kind::Structure => &self.structure,
            Kind::Content => &self.content,
            Kind::Metadata => &self.metadata,
        }
    }

    fn scope_mut(&mut self, kind: Kind) -> &mut Scope {
        match kind {
            Kind::Hash => &mut self.hash,
            Kind::Structure => &mut self.structure,
            Kind::Content => &mut self.content,
            Kind::Metadata => &mut self.metadata,
        }
    }

    /// Counts a record that was judged.
    pub(super) fn record(&mut self, place: Place, id: Option<&Value>, verdict: Verdict) {
        let Verdict { findings, settled, open } = verdict;
        self.records += 1;
        self.settled += settled;
        for part in open {
            *self.content.open.entry(part).or_default() += 1;
        }
        if findings.is_empty() {
            self.ok += 1;
            return;
        }
        for kind in Kind::ALL {
            self.scope_mut(kind).failed += u64::from(findings.iter().any(|finding| finding.kind == kind));
        }
        let id = id.map(|id| id.as_text().map_or_else(|| crate::json::shown(Some(id)), str::to_owned));
        self.offend(place, Some(self.records), id, findings);
    }

    /// Counts a record that could not be read.
    pub(super) fn unread(&mut self, place: Place, why: String) {
        self.records += 1;
        self.structure.failed += 1;
        self.offend(place, Some(self.records), None, vec![Finding::new(Kind::Structure, "", why)]);
    }

    /// Takes something that is wrong with the file as a whole.
    pub(super) fn fault(&mut self, place: Place, finding: Finding) {
        self.faults += 1;
        self.offend(place, None, None, vec![finding]);
    }

    fn offend(&mut self, place: Place, record: Option<u64>, id: Option<String>, mut findings: Vec<Finding>) {
        if self.offenders.len() >= self.room {
            return;
        }
        let mut room = Kind::ALL.map(|kind| (kind, MOST_FINDINGS));
        findings.retain(|finding| {
            let left = room.iter_mut().find(|(kind, left)| *kind == finding.kind && *left > 0);
            left.map(|(_, left)| *left -= 1).is_some()
        });
        let line = match place {
            Place::Line(line) => Some(line),
            Place::Row(_) | Place::File => None,
        };
        self.offenders.push(Offender { line, record, id, findings });
    }

    /// Sums up, once the file is read.
    pub(super) fn close(&mut self) {
        self.rate = rate(self.ok, self.records);
        if self.records > 0 && self.settled == 0 && self.content.not_checked.is_none() {
            self.content.not_checked = Some("not re-derivable: the records do not hold what it takes".to_owned());
        }
    }
}

/// What came of all files.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Total {
    /// How many files.
    pub files: u64,
    /// How many records.
    pub records: u64,
    /// Records without any finding.
    pub ok: u64,
    /// The share of those; null where there is no record.
    pub rate: Option<f64>,
    /// Findings of files as a whole.
    pub faults: u64,
    /// Records with a finding of each kind.
    pub failed: BTreeMap<Kind, u64>,
}

impl Total {
    pub(super) fn add(&mut self, report: &FileReport) {
        self.files += 1;
        self.records += report.records;
        self.ok += report.ok;
        self.faults += report.faults;
        for kind in Kind::ALL {
            *self.failed.entry(kind).or_default() += report.scope(kind).failed;
        }
        self.rate = rate(self.ok, self.records);
    }
}

/// A share as the float nearest to it, so that 19 of 20 is what `0.95` is read as.
#[expect(clippy::cast_precision_loss, reason = "no file has 2^53 records")]
fn rate(ok: u64, records: u64) -> Option<f64> {
    (records > 0).then(|| ok as f64 / records as f64)
}
