//! The worked cases of the procedure: one request and changes to it, each judged by hand beforehand.

use serde_json::{Value, json};

use super::quotes::{contradiction, invented_number};
use super::{bands, judge};

fn request() -> Value {
    json!({
        "scenario": "data_access_request",
        "context": {
            "user_role": "clinician", "data_type": "medical", "access_purpose": "research", "sensitivity_level": "restricted",
            "legal_basis": "consent", "affected_scope": "organization", "reversibility": "reversible", "urgency": "medium",
            "automated": false, "group_gap": 0.0, "harm_severity": 2, "harm_likelihood": 2,
            "safeguards": ["owner_named", "audit_log", "encryption", "pseudonymisation", "notice_given", "monitoring"]
        }
    })
}

fn with(changes: &Value) -> Value {
    let mut input = request();
    let context = input.pointer_mut("/context").and_then(Value::as_object_mut).unwrap();
    for (name, value) in changes.as_object().unwrap() {
        context.insert(name.clone(), value.clone());
    }
    input
}

#[test]
fn a_missing_time_limit_is_a_condition() {
    let verdict = judge(&request()).unwrap();
    assert_eq!((verdict.decision, verdict.score, verdict.risk, verdict.harm), ("approve_with_conditions", 8_571, 7, 4));
    assert_eq!(verdict.failed, ["D1"]);
    assert_eq!(verdict.principles, ["privacy", "accountability", "transparency", "reliability", "adaptability"]);
}

#[test]
fn all_checks_met_is_an_approval() {
    let all = json!(["owner_named", "audit_log", "encryption", "pseudonymisation", "notice_given", "monitoring", "time_limit"]);
    let verdict = judge(&with(&json!({"safeguards": all}))).unwrap();
    assert_eq!((verdict.decision, verdict.score), ("approve", 10_000));
    assert!(verdict.failed.is_empty());
}

#[test]
fn no_legal_basis_is_denied() {
    let verdict = judge(&with(&json!({"legal_basis": "none"}))).unwrap();
    assert_eq!((verdict.decision, verdict.score, verdict.hard.as_slice()), ("deny", 4_900, ["H1"].as_slice()));
}

#[test]
fn outside_the_need_to_know_is_denied() {
    let verdict = judge(&with(&json!({"user_role": "employee"}))).unwrap();
    assert_eq!((verdict.decision, verdict.score, verdict.hard.as_slice()), ("deny", 4_900, ["H2"].as_slice()));
}

#[test]
fn a_poorly_guarded_request_goes_to_a_person() {
    let few = json!({"reversibility": "costly", "safeguards": ["owner_named", "audit_log", "encryption"]});
    let verdict = judge(&with(&few)).unwrap();
    assert_eq!((verdict.decision, verdict.score, verdict.risk), ("escalate", 4_500, 8));
    assert_eq!(verdict.escalations, ["X1", "X4"]);
    assert_eq!(verdict.failed, ["T2", "P3", "S2", "R2", "D1"]);
}

#[test]
fn the_role_matters_only_through_what_it_needs_to_know() {
    for data in ["operational", "personal", "financial", "medical"] {
        let as_role = |role: &str| judge(&with(&json!({"user_role": role, "data_type": data}))).unwrap();
        assert_eq!(as_role("auditor"), as_role("manager"));
    }
}

#[test]
fn texts_are_held_against_the_facts() {
    let context = request()["context"].clone();
    assert_eq!(contradiction("A clinician asks for restricted medical data.", &context), None);
    assert_eq!(contradiction("A clinician asks for financial data.", &context).as_deref(), Some("financial"));
    assert_eq!(invented_number("severity 2", &context), None);
    assert_eq!(invented_number("severity 3.", &context).as_deref(), Some("3"));
}

#[test]
fn an_unbalanced_dataset_is_outside_its_bands() {
    let one = json!({"input": with(&json!({})), "target_output": {"reasoning": "x"}});
    let mut one = one;
    one["input"]["user_request"] = json!("x");
    let outside = bands(&[one.clone(), one]);
    assert!(outside.iter().any(|line| line.starts_with("data_access_request deny: 0.0000")), "{outside:?}");
}
