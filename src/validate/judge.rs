//! One record to what is wrong with it.

use std::collections::BTreeSet;

use super::known::{Dataset, Spec, number};
use super::report::{FileReport, Finding, Kind, Scope};
use super::{hash, metadata, worded};
use crate::data::{Field, Text, Type, Value};
use crate::engine::json_schema::Schema;
use crate::pipeline::check::View;
use crate::pipeline::verify::emitted::{self, Reading};
use crate::pipeline::verify::rederive::Rederiver;
use crate::record::Node;

/// By what the records of a file are judged.
pub(super) struct Terms<'t> {
    /// The spec of its dataset, and what is known of the build.
    pub(super) dataset: Option<(&'t Spec, &'t Dataset)>,
    /// A schema of the request.
    pub(super) schema: Option<&'t Schema>,
    /// The hash of the request.
    pub(super) hash: Option<Text>,
    /// The hash that the datasets of the workspace agree in.
    pub(super) common: Option<Text>,
}

/// What is wrong with a record, and what could not be judged.
pub(super) struct Verdict {
    pub(super) findings: Vec<Finding>,
    /// How many parts of the content were judged.
    pub(super) settled: u64,
    /// Parts of the content that could not be judged.
    pub(super) open: Vec<String>,
}

/// The judge of one file.
pub(super) struct Judge<'t> {
    known: Option<(&'t Spec, &'t Dataset, Rederiver<'t>)>,
    /// The view that the records are shown by; the inner is `None` where the spec has none of that name.
    view: Option<Option<&'t View>>,
    schemas: Vec<&'t Schema>,
    expected: Option<Text>,
    /// The metadata that the spec declares.
    metadata: Option<Field>,
    reading: Reading,
}

impl<'t> Judge<'t> {
    /// `columns` says that the file has fixed columns.
    pub(super) fn new(columns: bool, terms: Terms<'t>) -> Self {
        let Terms { dataset, schema, hash, common } = terms;
        let mut schemas = Vec::new();
        let mut expected = hash;
        let view = dataset.and_then(|(spec, dataset)| Some(spec.checked.view(dataset.view.as_ref()?)));
        if let Some((spec, _)) = dataset {
            match view {
                Some(view) => schemas.extend(view.map(|view| &view.schema)),
                None => schemas.extend(std::iter::once(&spec.checked.schema).chain(&spec.inferred)),
            }
            expected = expected.or_else(|| Some(spec.checked.spec.constitution.as_ref()?.hash.clone()));
        } else {
            expected = expected.or(common);
        }
        schemas.extend(schema);
        let seed = dataset.and_then(|(_, dataset)| dataset.seed);
        let reading = Reading { file: true, seeded: seed.is_some(), columns };
        Self {
            known: dataset.map(|(spec, dataset)| (spec, dataset, Rederiver::new(&spec.checked, seed.unwrap_or(0)))),
            view,
            schemas,
            expected,
            metadata: dataset.and_then(|(spec, _)| shape(spec, view)?.field(metadata::KEY)),
            reading,
        }
    }

    /// The name of the dataset.
    pub(super) fn dataset(&self) -> Option<&'t str> {
        self.known.as_ref().map(|(spec, ..)| spec.checked.spec.name.as_str())
    }

    /// The type of the records, where it is known.
    pub(super) fn record_type(&self) -> Option<&'t Type> {
        self.known.as_ref().and_then(|(spec, ..)| shape(spec, self.view))
    }

    /// Says which kinds are judged at all, and why others are not.
    pub(super) fn scopes(&self, report: &mut FileReport) {
        const UNKNOWN: &str = "the dataset is not known: name it with `--dataset NAME`";
        let unless = |judged: bool, why: &str| if judged { Scope::default() } else { Scope::not(why) };
        report.hash = unless(
            self.expected.is_some(),
            if self.known.is_some() {
                "the spec has no constitution"
            } else {
                "the hash is not known: say it with `--hash HASH`"
            },
        );
        report.structure = unless(!self.schemas.is_empty(), "no schema is known: name one with `--schema FILE`");
        let Some((spec, ..)) = &self.known else {
            report.content = Scope::not(UNKNOWN);
            return;
        };
        report.metadata = unless(self.metadata.is_some(), "the spec declares no metadata");
        match self.view {
            Some(Some(view)) => {
                report.content = Scope::not(&format!("the view `{}` does not show all that targets are derived from", view.name));
                return;
            }
            Some(None) => {
                report.structure = Scope::not("the spec has no view of the name that the manifest says");
                report.content = report.structure.clone();
                return;
            }
            None => {}
        }
        let checked = &spec.checked;
        let states = !(checked.rederivation.targets.is_empty() && checked.rules.is_empty() && checked.policies.is_empty());
        report.content = unless(states, "the spec has no targets, checks or policies");
    }

    /// Judges the record at a place in the order of its file, from 0.
    pub(super) fn record(&self, at: u64, record: &Value) -> Verdict {
        let mut verdict = Verdict { findings: Vec::new(), settled: 0, open: Vec::new() };
        let findings = &mut verdict.findings;
        if record.as_map().is_none() {
            findings.push(Finding::new(Kind::Structure, "", format!("expected a record, found {}", record.kind())));
            return verdict;
        }
        let places = self.places();
        if let Some(expected) = &self.expected {
            hash::check(record, expected, places.as_deref(), findings);
        }
        self.structure(record, findings);
        if self.known.is_none() || self.metadata.is_some() {
            metadata::check(record, self.metadata.as_ref(), findings);
        }
        if let Some((spec, dataset, rederiver)) = self.known.as_ref().filter(|_| self.view.is_none()) {
            let id = record.at("id").and_then(Value::as_text);
            let index = id.and_then(|id| number(id, &spec.checked.spec.name)).unwrap_or(dataset.from.saturating_add(at));
            let judged = emitted::judge(rederiver, index, record, self.reading);
            findings.extend(judged.wrong.into_iter().map(|wrong| {
                let path = wrong.record.as_ref().map(|place| place.path.as_str()).unwrap_or_default();
                let because = if path.is_empty() { wrong.hints.first() } else { None };
                let message = worded(wrong.code, &wrong.message);
                Finding::new(Kind::Content, path, because.map_or(message.clone(), |because| format!("{message}: {because}")))
            }));
            (verdict.settled, verdict.open) = (judged.settled, judged.open);
        }
        verdict
    }

    /// What is wrong with the hash of an envelope.
    pub(super) fn envelope(&self, found: Option<&Value>) -> Option<Finding> {
        let expected = self.expected.as_ref()?;
        let message = match found {
            Some(found) if hash::is(found, expected) => return None,
            Some(found) => {
                let shown = crate::json::shown(Some(found));
                format!("the envelope carries {shown}, not the constitutional hash `{expected}`")
            }
            None => format!("the envelope does not carry the constitutional hash `{expected}`"),
        };
        Some(Finding::new(Kind::Hash, hash::KEY, message))
    }

    /// The places that the constitution declares. A view shows what it likes, but nothing wrong.
    fn places(&self) -> Option<Vec<&str>> {
        if self.view.is_some() {
            return Some(Vec::new());
        }
        let constitution = self.known.as_ref()?.0.checked.spec.constitution.as_ref()?;
        Some(constitution.places.iter().map(|(place, _)| place.as_str()).collect())
    }

    fn structure(&self, record: &Value, findings: &mut Vec<Finding>) {
        let root = Node::of(record);
        let mut told = BTreeSet::new();
        for schema in self.schemas.iter().filter(|schema| !schema.accepts(root)) {
            for violation in schema.violations(root) {
                // Two schemas, or two branches of one, may ask for the same; another hash is told already.
                let is_told = findings.iter().any(|one| one.kind == Kind::Hash && one.path == violation.path);
                if !is_told && told.insert((violation.path.clone(), violation.message.clone())) {
                    findings.push(Finding::new(Kind::Structure, &violation.path, violation.message));
                }
            }
        }
    }
}

/// The type of what a file of a dataset holds.
fn shape<'t>(spec: &'t Spec, view: Option<Option<&'t View>>) -> Option<&'t Type> {
    match view {
        Some(view) => view.map(|view| &view.ty),
        None => Some(&spec.checked.record),
    }
}
