//! How a panel of agents decides, written a second time.
//!
//! In: records of `multi_agent_coordination` as JSON. Out: whether everything under `target_output` and `metadata` is what the
//! rules say of `input`. Nothing here is read from the specs, and no function of the library is called: sums, rankings, bids
//! and cycles are computed by plain loops in integers, so that an error in one of the two shows.

use serde_json::{Value, json};

mod balance;
mod built;
mod decide;
mod plan;
mod request;
mod worked;

use decide::Decision;
use request::Request;

const HASH: &str = "cdd01ef066bc6cf2";

/// `part / whole` in thousandths, ties up, as a float of three decimals.
fn thousandths(part: u64, whole: u64) -> f64 {
    let rounded = u32::try_from((2_000 * part + whole) / (2 * whole)).unwrap();
    f64::from(rounded) / 1_000.0
}

/// What the rules say of the input of a record: its whole target.
pub(crate) fn target(input: &Value) -> Value {
    let request = Request::read(&input["coordination_request"]);
    let decision = Decision::of(&request);
    let plan = plan::Plan::of(&request, &decision);
    let method = plan.method(&decision);
    let mut settled = decision.settled(&request);
    let resolution = settled.as_object_mut().unwrap();
    resolution.insert("resolution_method".to_owned(), json!(method));
    resolution.insert("attempted_methods".to_owned(), json!(plan.attempted(&request, &decision)));
    resolution.insert("outcome".to_owned(), json!(plan.outcome));
    resolution.insert("unmet_constraints".to_owned(), json!(plan.unmet(&request, &decision)));
    match plan.outcome {
        "adopted" => resolution.insert("adopted_option".to_owned(), json!(decision.chosen)),
        "awarded" => resolution.insert("awarded_to".to_owned(), json!(decision.awardee)),
        _ => resolution.insert("escalation".to_owned(), plan.escalation(&request, &decision)),
    };
    let mut others = Vec::new();
    for priority in &request.what_if {
        let mut other = request.clone();
        other.priority.clone_from(priority);
        let decision = Decision::of(&other);
        let plan = plan::Plan::of(&other, &decision);
        let (num, den, strict) = other.threshold();
        others.push(json!({
            "priority": priority,
            "threshold": {"num": num, "den": den, "strict": strict},
            "outcome": plan.outcome,
            "method": plan.method(&decision),
            "conflict_level": decision.level,
        }));
    }
    let unmet = plan.unmet(&request, &decision).len() as u64;
    let asked = request.constraints.len() as u64;
    json!({
        "coordination_plan": {
            "communication_protocol": plan.protocol,
            "conflict_resolution_method": method,
            "phases": plan.phases,
            "planned_minutes": plan.minutes,
            "feasible": plan.feasible,
            "success_criteria": plan.criteria(&request),
        },
        "conflict_resolution": settled,
        "success_metrics": {
            "coordination_efficiency": thousandths(plan.work, plan.work + plan.messages),
            "consensus_score": decision.consensus(),
            "constitutional_compliance": thousandths(asked - unmet, asked),
        },
        "agent_assignments": plan.assignments,
        "under_other_priority": others,
        "constitutional_hash": HASH,
    })
}

/// Where two values differ: the path and both, in words.
fn difference(path: &str, found: &Value, due: &Value) -> Option<String> {
    match (found, due) {
        (Value::Object(a), Value::Object(b)) => {
            let missing = b.keys().find(|key| !a.contains_key(*key)).map(|key| format!("{path}.{key} is missing"));
            let one = |(key, value): (&String, &Value)| match b.get(key) {
                Some(due) => difference(&format!("{path}.{key}"), value, due),
                None => Some(format!("{path}.{key} is {value}, not due")),
            };
            missing.or_else(|| a.iter().find_map(one))
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            a.iter().zip(b).enumerate().find_map(|(at, (a, b))| difference(&format!("{path}[{at}]"), a, b))
        }
        (Value::Number(a), Value::Number(b)) if (a.as_f64().unwrap() - b.as_f64().unwrap()).abs() < 1e-9 => None,
        _ if found == due => None,
        _ => Some(format!("{path} is {found}, due {due}")),
    }
}

/// Whether a record says what the rules say of its input.
pub(crate) fn check(record: &Value) -> Result<(), String> {
    let (input, id) = (&record["input"], &record["id"]);
    let request = Request::read(&input["coordination_request"]);
    let (num, den, strict) = request.threshold();
    let shown = json!({"num": num, "den": den, "strict": strict});
    let wrong = difference("threshold", &input["coordination_request"]["threshold"], &shown)
        .or_else(|| (input["constitutional_hash"] != HASH).then(|| "the input lacks the hash".to_owned()))
        .or_else(|| request.oddity())
        .or_else(|| difference("target_output", &record["target_output"], &target(input)))
        .or_else(|| {
            let found = &record["metadata"];
            let due = plan::metadata(&request, &record["target_output"]["conflict_resolution"]);
            due.as_object().unwrap().iter().find_map(|(key, value)| difference(key, &found[key], value))
        });
    wrong.map_or(Ok(()), |wrong| Err(format!("{id}: {wrong}")))
}
