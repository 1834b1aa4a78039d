//! The constitutional decision procedure, written a second time.
//!
//! In: records of `constitutional_ai` as JSON. Out: whether a record says what the procedure says of its `input`, and whether a
//! dataset's mix lies in its bands. Nothing here is read from the specs: rules, points and tables are those of the written
//! procedure, in integers (shares are counts, the score is a fraction), so that an error in one of the two shows.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;

use serde_json::Value;

mod balance;
mod built;
mod quotes;
mod worked;

pub(crate) use balance::bands;

/// The principles in their fixed order.
const PRINCIPLES: [&str; 8] =
    ["transparency", "accountability", "fairness", "privacy", "safety", "reliability", "efficiency", "adaptability"];

/// Scenarios with their two primary principles.
const SCENARIOS: [(&str, [&str; 2]); 8] = [
    ("data_access_request", ["privacy", "accountability"]),
    ("policy_decision", ["fairness", "transparency"]),
    ("ethical_dilemma", ["fairness", "safety"]),
    ("privacy_concern", ["privacy", "transparency"]),
    ("safety_assessment", ["safety", "reliability"]),
    ("bias_detection", ["fairness", "accountability"]),
    ("transparency_requirement", ["transparency", "accountability"]),
    ("accountability_measure", ["accountability", "reliability"]),
];

const HASH: &str = "cdd01ef066bc6cf2";

/// A multiple of every number of checks that one principle can have, so that shares add up in integers.
const PARTS: u64 = 60;

/// The facts that the procedure reads.
struct Facts<'a> {
    scenario: &'a str,
    role: &'a str,
    data: &'a str,
    purpose: &'a str,
    sensitivity: &'a str,
    basis: &'a str,
    scope: &'a str,
    reversibility: &'a str,
    urgency: &'a str,
    automated: bool,
    gap: f64,
    severity: u64,
    likelihood: u64,
    safeguards: BTreeSet<&'a str>,
}

/// What the procedure says.
#[derive(Debug, PartialEq)]
pub(crate) struct Verdict {
    /// The decision code.
    pub(crate) decision: &'static str,
    /// The score in ten-thousandths.
    pub(crate) score: u64,
    /// Ids of the failed checks.
    pub(crate) failed: Vec<&'static str>,
    /// Ids of the satisfied checks.
    pub(crate) satisfied: Vec<&'static str>,
    /// Ids of the hard violations.
    pub(crate) hard: Vec<&'static str>,
    /// Ids of the escalations; none beside a hard violation.
    pub(crate) escalations: Vec<&'static str>,
    /// Satisfied and applicable checks of every principle that has one.
    pub(crate) alignment: BTreeMap<&'static str, (u64, u64)>,
    /// The primary principles, then the others with an applicable check.
    pub(crate) principles: Vec<&'static str>,
    /// Risk, 0-10.
    pub(crate) risk: u64,
    /// Harm, 0-16.
    pub(crate) harm: u64,
}

fn at<'a>(value: &'a Value, pointer: &str) -> Result<&'a Value, String> {
    value.pointer(pointer).ok_or_else(|| format!("{pointer} is missing"))
}

fn text<'a>(value: &'a Value, pointer: &str) -> Result<&'a str, String> {
    at(value, pointer)?.as_str().ok_or_else(|| format!("{pointer} is not text"))
}

fn texts<'a>(value: &'a Value, pointer: &str) -> Result<Vec<&'a str>, String> {
    let items = at(value, pointer)?.as_array().ok_or_else(|| format!("{pointer} is not a list"))?;
    items.iter().map(|item| item.as_str().ok_or_else(|| format!("{pointer} holds what is not text"))).collect()
}

fn whole(value: &Value, pointer: &str) -> Result<u64, String> {
    at(value, pointer)?.as_u64().ok_or_else(|| format!("{pointer} is not a natural number"))
}

fn number(value: &Value, pointer: &str) -> Result<f64, String> {
    at(value, pointer)?.as_f64().ok_or_else(|| format!("{pointer} is not a number"))
}

/// The place of a word in an ordered vocabulary, as its points.
fn points(word: &str, vocabulary: &[(&str, u64)]) -> Result<u64, String> {
    vocabulary.iter().find(|(one, _)| *one == word).map(|(_, points)| *points).ok_or_else(|| format!("`{word}` has no points"))
}

impl<'a> Facts<'a> {
    fn read(input: &'a Value) -> Result<Self, String> {
        Ok(Self {
            scenario: text(input, "/scenario")?,
            role: text(input, "/context/user_role")?,
            data: text(input, "/context/data_type")?,
            purpose: text(input, "/context/access_purpose")?,
            sensitivity: text(input, "/context/sensitivity_level")?,
            basis: text(input, "/context/legal_basis")?,
            scope: text(input, "/context/affected_scope")?,
            reversibility: text(input, "/context/reversibility")?,
            urgency: text(input, "/context/urgency")?,
            automated: at(input, "/context/automated")?.as_bool().ok_or("automated is not a boolean")?,
            gap: number(input, "/context/group_gap")?,
            severity: whole(input, "/context/harm_severity")?,
            likelihood: whole(input, "/context/harm_likelihood")?,
            safeguards: texts(input, "/context/safeguards")?.into_iter().collect(),
        })
    }

    fn has(&self, safeguard: &str) -> bool {
        self.safeguards.contains(safeguard)
    }

    fn personal(&self) -> bool {
        ["personal", "financial", "medical", "biometric", "minors"].contains(&self.data)
    }

    /// Confidential or restricted.
    fn guarded(&self) -> bool {
        ["confidential", "restricted"].contains(&self.sensitivity)
    }

    fn risk(&self) -> Result<u64, String> {
        let sensitivity = points(self.sensitivity, &[("public", 0), ("internal", 1), ("confidential", 2), ("restricted", 3)])?;
        let data = match self.data {
            "operational" | "aggregated" => 0,
            "personal" | "financial" => 2,
            _ => 3,
        };
        let scope = points(self.scope, &[("individual", 0), ("team", 0), ("organization", 1), ("public", 2)])?;
        let undoing = points(self.reversibility, &[("reversible", 0), ("costly", 1), ("irreversible", 2)])?;
        Ok(sensitivity + data + scope + undoing)
    }

    fn harm(&self) -> u64 {
        self.severity * self.likelihood
    }

    /// Whether the role needs to know data of this type.
    fn needs_to_know(&self) -> bool {
        let common = ["operational", "aggregated"].contains(&self.data);
        match self.role {
            "admin" => true,
            "clinician" => common || ["medical", "personal", "minors"].contains(&self.data),
            "auditor" | "manager" | "employee" | "automated_agent" => common || ["personal", "financial"].contains(&self.data),
            "external" => common,
            _ => self.data == "aggregated" || self.scope == "individual",
        }
    }

    /// The applicable checks: id, principle, whether it is satisfied.
    fn checks(&self, risk: u64) -> Vec<(&'static str, &'static str, bool)> {
        let harm = self.harm();
        let wide = ["organization", "public"].contains(&self.scope);
        let urgent = ["high", "critical"].contains(&self.urgency);
        let review = self.has("human_review");
        let gap_matters = self.gap > 0.0 || self.scenario == "bias_detection";
        let all = [
            ("T1", "transparency", self.automated, self.has("explanation")),
            ("T2", "transparency", self.personal() || self.scope == "public", self.has("notice_given")),
            ("A1", "accountability", true, self.has("owner_named")),
            ("A2", "accountability", risk >= 3, self.has("audit_log")),
            ("F1", "fairness", gap_matters, self.gap <= 0.10),
            ("F2", "fairness", self.automated && wide, self.has("bias_test")),
            ("P1", "privacy", self.personal(), self.basis != "none"),
            ("P2", "privacy", self.personal(), self.purpose != "unspecified"),
            ("P3", "privacy", self.personal(), self.has("minimised") || self.has("pseudonymisation")),
            ("P4", "privacy", self.guarded(), self.has("encryption")),
            ("P5", "privacy", self.personal() || self.guarded(), self.needs_to_know()),
            ("S1", "safety", harm >= 6, review),
            ("S2", "safety", self.reversibility != "reversible", review || self.has("rollback_plan")),
            ("R1", "reliability", self.automated, self.has("fallback_tested")),
            ("R2", "reliability", risk >= 5, self.has("monitoring")),
            ("E1", "efficiency", urgent, !(review && risk <= 2 && harm < 6)),
            ("D1", "adaptability", risk >= 4, self.has("time_limit")),
        ];
        all.into_iter().filter(|check| check.2).map(|(id, principle, _, met)| (id, principle, met)).collect()
    }

    fn violations(&self) -> Vec<&'static str> {
        let delicate = ["medical", "biometric", "minors"].contains(&self.data);
        named([
            ("H1", self.personal() && self.basis == "none"),
            ("H2", self.sensitivity == "restricted" && !self.needs_to_know()),
            ("H3", self.purpose == "unspecified" && self.guarded()),
            ("H4", self.purpose == "marketing" && delicate),
            ("H5", self.severity == 4 && self.likelihood >= 3),
            ("H6", self.automated && self.gap > 0.20),
        ])
    }
}

fn named<const N: usize>(rules: [(&'static str, bool); N]) -> Vec<&'static str> {
    rules.into_iter().filter(|rule| rule.1).map(|rule| rule.0).collect()
}

/// What the procedure says of the `input` of a record.
pub(crate) fn judge(input: &Value) -> Result<Verdict, String> {
    let facts = Facts::read(input)?;
    let primaries = SCENARIOS.iter().find(|(name, _)| *name == facts.scenario).ok_or("unknown scenario")?.1;
    let risk = facts.risk()?;
    let checks = facts.checks(risk);
    let mut alignment: BTreeMap<&'static str, (u64, u64)> = BTreeMap::new();
    for (_, principle, met) in &checks {
        let share = alignment.entry(principle).or_default();
        *share = (share.0 + u64::from(*met), share.1 + 1);
    }
    let weight = |principle: &str| if primaries.contains(&principle) { 2 } else { 1 };
    let weights: u64 = alignment.keys().map(|principle| weight(principle)).sum();
    let parts: u64 = alignment.iter().map(|(principle, (met, of))| weight(principle) * met * (PARTS / of)).sum();
    // Ties go up; the score is parts / (weights * PARTS).
    let score = (2 * parts * 10_000 + weights * PARTS) / (2 * weights * PARTS);
    let failed: Vec<_> = checks.iter().filter(|check| !check.2).map(|check| check.0).collect();
    let satisfied = checks.iter().filter(|check| check.2).map(|check| check.0).collect();
    let hard = facts.violations();
    let mut escalations = named([
        ("X1", risk >= 8 && !facts.has("impact_assessment")),
        ("X2", facts.harm() >= 6 && facts.reversibility == "irreversible" && !facts.has("human_review")),
        ("X3", facts.urgency == "critical" && failed.len() >= 4),
        ("X4", 2 * parts < weights * PARTS),
    ]);
    if !hard.is_empty() {
        escalations.clear();
    }
    let decision = match (hard.is_empty(), escalations.is_empty(), failed.is_empty()) {
        (false, ..) => "deny",
        (true, false, _) => "escalate",
        (true, true, false) => "approve_with_conditions",
        (true, true, true) => "approve",
    };
    let score = if hard.is_empty() { score } else { score.min(4_900) };
    let others = PRINCIPLES.into_iter().filter(|one| alignment.contains_key(one) && !primaries.contains(one));
    let principles = primaries.into_iter().chain(others).collect();
    Ok(Verdict { decision, score, failed, satisfied, hard, escalations, alignment, principles, risk, harm: facts.harm() })
}

fn same<T: PartialEq<U> + Debug, U: Debug>(what: &str, found: &T, due: &U) -> Result<(), String> {
    if found == due { Ok(()) } else { Err(format!("{what} is {found:?}, due {due:?}")) }
}

fn holds(truth: bool, what: impl FnOnce() -> String) -> Result<(), String> {
    if truth { Ok(()) } else { Err(what()) }
}

/// Whether the target of a record is what the procedure says of its input, and its texts keep to the facts.
pub(crate) fn check(record: &Value) -> Result<(), String> {
    let id = text(record, "/id")?;
    compare(record).map_err(|reason| format!("{id}: {reason}"))
}

fn compare(record: &Value) -> Result<(), String> {
    let (input, target) = (at(record, "/input")?, at(record, "/target_output")?);
    let due = judge(input)?;
    same("input hash", &text(input, "/constitutional_hash")?, &HASH)?;
    same("target hash", &text(target, "/constitutional_hash")?, &HASH)?;
    same("principles", &texts(input, "/constitutional_principles")?, &due.principles)?;
    let (code, clause) = text(target, "/decision")?.split_once(": ").ok_or("the decision has no clause")?;
    same("decision", &code, &due.decision)?;
    holds(!clause.is_empty(), || "the decision has an empty clause".to_owned())?;
    let score = number(target, "/compliance_score")? * 10_000.0;
    holds((score - f64_of(due.score)).abs() < 1e-6, || format!("the score is {score} ten-thousandths, due {}", due.score))?;
    same("failed checks", &texts(target, "/failed_checks")?, &due.failed)?;
    same("hard violations", &texts(target, "/hard_violations")?, &due.hard)?;
    same("escalations", &texts(target, "/escalations")?, &due.escalations)?;
    let conditions = texts(target, "/conditions")?;
    let of: Vec<_> = conditions.iter().map(|one| one.split(": ").next().unwrap_or_default()).collect();
    same("conditions", &of, &due.failed)?;
    aligned(target, &due)?;
    same("risk", &whole(record, "/metadata/risk")?, &due.risk)?;
    same("harm", &whole(record, "/metadata/harm")?, &due.harm)?;
    same("primary principle", &due.principles.first().copied(), &Some(text(record, "/metadata/primary_principle")?))?;
    reasoned(input, target, &due)
}

fn f64_of(number: u64) -> f64 {
    u32::try_from(number).map_or(f64::NAN, f64::from)
}

fn aligned(target: &Value, due: &Verdict) -> Result<(), String> {
    let found = at(target, "/principle_alignment")?.as_object().ok_or("the alignment is not a map")?;
    let names: Vec<&str> = found.keys().map(String::as_str).collect();
    let fixed: Vec<&str> = PRINCIPLES.into_iter().filter(|one| due.alignment.contains_key(one)).collect();
    same("aligned principles", &names, &fixed)?;
    for (principle, (met, of)) in &due.alignment {
        let share = number(target, &format!("/principle_alignment/{principle}"))?;
        holds((share - f64_of(*met) / f64_of(*of)).abs() < 1e-12, || format!("{principle} is {share}, due {met}/{of}"))?;
    }
    Ok(())
}

/// The reasoning names every id once and a principle in every sentence, and neither text says what the context does not.
fn reasoned(input: &Value, target: &Value, due: &Verdict) -> Result<(), String> {
    let (reasoning, request, context) = (text(target, "/reasoning")?, text(input, "/user_request")?, at(input, "/context")?);
    let length = reasoning.chars().count();
    holds((1..=1_200).contains(&length), || format!("the reasoning has {length} characters"))?;
    let size = context.to_string().chars().count() + request.chars().count();
    holds(size <= 1_600, || format!("context and request have {size} characters"))?;
    for id in due.hard.iter().chain(&due.escalations).chain(&due.failed) {
        same(&format!("naming of {id} in the reasoning"), &reasoning.matches(id).count(), &1)?;
    }
    for sentence in reasoning.split_inclusive(").") {
        let principle = sentence.trim_start().split(':').next().unwrap_or_default().to_lowercase();
        holds(PRINCIPLES.contains(&principle.as_str()), || format!("no principle in `{sentence}`"))?;
    }
    let strays = [reasoning, request].map(|written| (quotes::contradiction(written, context), written));
    for (stray, written) in strays.into_iter().chain([(quotes::invented_number(request, context), request)]) {
        if let Some(stray) = stray {
            return Err(format!("`{stray}` is not in the context of `{written}`"));
        }
    }
    Ok(())
}
