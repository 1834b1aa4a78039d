//! The decision of a record once more, from the verdict of its rule alone.

use std::sync::Arc;

use dictum::data::Value;

use super::{at, text, texts};

/// Rules whose violation denies, as the sources of the rules have it.
const CRITICAL: [&str; 14] = [
    "gdpr_lawful_basis",
    "gdpr_consent_valid",
    "gdpr_special_category",
    "gdpr_breach_72h",
    "gdpr_transfer",
    "hipaa_unique_id",
    "hipaa_breach_60d",
    "sox_302_cert",
    "sox_404_icfr",
    "sox_802_retention",
    "pci_no_sad",
    "pci_pan_unreadable",
    "pci_mfa_cde",
    "acgs_human_review",
];
const MEDIUM: [&str; 6] =
    ["gdpr_storage_limit", "hipaa_encryption", "hipaa_doc_6y", "pci_password_12", "pci_ir_tested", "acgs_explained"];

/// Whether a person must decide: the fact that each of these rules leaves open.
fn open(facts: &Value, applicable: &[String]) -> bool {
    let is = |path: &str, value: &Value| facts.at(path) == Some(value);
    applicable.iter().any(|id| match id.as_str() {
        "gdpr_transfer" => is("transfer.mechanism", &Value::text("art49_derogation")),
        "gdpr_dpia" => is("dpia.residual_risk", &Value::text("high")),
        "hipaa_breach_60d" => is("incident.assessment", &Value::text("undecided")),
        "sox_404_icfr" => is("icfr.material_weakness", &Value::Bool(true)),
        "sox_802_retention" => is("record.hold_disputed", &Value::Bool(true)),
        _ => false,
    })
}

fn sensitive(facts: &Value) -> bool {
    let card = |one: &Value| ["track", "cvv", "pin", "pin_block"].iter().any(|name| one.as_text() == Some(name));
    let elements = facts.at("data.elements").and_then(Value::as_list);
    let flag = |path: &str| facts.at(path) == Some(&Value::Bool(true));
    flag("data.special") || flag("data.phi") || elements.is_some_and(|list| list.iter().any(card))
}

fn close(value: &Value, expected: f64) -> bool {
    value.as_float().is_some_and(|found| (found - expected).abs() < 0.000_51)
}

/// Every label of a record that does not follow from the verdict of its rule.
pub(super) fn mistakes(record: &Value, verdict: &Arc<[Value]>) -> Vec<String> {
    let list =
        |value: &Value| -> Vec<String> { value.as_list().unwrap().iter().map(|one| one.as_text().unwrap().to_owned()).collect() };
    let (applicable, violations) = (list(&verdict[1]), list(&verdict[2]));
    let facts = at(record, "input.policy_request.context.facts");
    let critical = violations.iter().any(|id| CRITICAL.contains(&id.as_str()));
    let decision = if critical {
        "deny"
    } else if applicable.is_empty() || open(facts, &applicable) {
        "escalate"
    } else if violations.is_empty() {
        "approve"
    } else {
        "approve_with_conditions"
    };
    let risk = if critical || violations.len() >= 3 || (sensitive(facts) && !violations.is_empty()) {
        ("high", "monthly")
    } else if !violations.is_empty() || sensitive(facts) {
        ("medium", "quarterly")
    } else {
        ("low", "annually")
    };
    let strongest = |id: &String| if CRITICAL.contains(&id.as_str()) { 2 } else { i32::from(!MEDIUM.contains(&id.as_str())) };
    let level =
        ["advisory", "mandatory", "critical"][usize::try_from(applicable.iter().map(strongest).max().unwrap_or(0)).unwrap()];
    let complexity = ["simple", "moderate", "complex"][usize::from(applicable.len() > 1) + usize::from(applicable.len() > 3)];
    let (ruled, judged) = ("target_output.governance_decision", "target_output.compliance_assessment");
    let rationale = text(record, &format!("{ruled}.rationale"));
    let principles = texts(record, "input.policy_request.context.principles");
    let named =
        principles.iter().any(|one| rationale.split("Principles: ").nth(1).is_some_and(|said| said.contains(one.as_str())));
    let share = if applicable.is_empty() { 0.0 } else { ratio(applicable.len() - violations.len(), applicable.len()) };
    let conditions = texts(record, &format!("{ruled}.conditions"));
    let wanted = if decision == "approve_with_conditions" { violations.len() } else { 0 };
    let found = [
        ("decision", text(record, &format!("{ruled}.decision")) == decision),
        ("allow", verdict[0] == Value::Bool(decision == "approve")),
        ("escalation_required", at(record, &format!("{ruled}.escalation_required")) == &Value::Bool(decision == "escalate")),
        ("conditions", conditions.len() == wanted),
        ("review_period", text(record, &format!("{ruled}.review_period")) == risk.1),
        ("risk_level", text(record, &format!("{judged}.risk_level")) == risk.0),
        ("applicable", texts(record, &format!("{judged}.applicable")) == applicable),
        ("violations", texts(record, &format!("{judged}.violations")) == violations),
        ("framework_compliance", close(at(record, &format!("{judged}.framework_compliance")), share)),
        (
            "constitutional_compliance",
            close(at(record, &format!("{judged}.constitutional_compliance")), if named { 1.0 } else { 0.667 }),
        ),
        ("rationale", violations.iter().all(|id| rationale.contains(id.as_str()))),
        ("enforcement_level", text(record, "metadata.enforcement_level") == level),
        ("complexity", text(record, "metadata.complexity") == complexity),
    ];
    let wrong = found.into_iter().filter(|(_, right)| !right);
    wrong.map(|(label, _)| format!("`{label}` does not follow from {decision} of {violations:?} among {applicable:?}")).collect()
}

#[expect(clippy::cast_precision_loss, reason = "a handful of rules")]
fn ratio(part: usize, whole: usize) -> f64 {
    part as f64 / whole as f64
}
