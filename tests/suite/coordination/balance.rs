//! The mix of a dataset against the bands that keep it balanced, counted over records.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

#[allow(clippy::cast_precision_loss, reason = "counts of records are far below 2^52")]
fn share(part: u64, whole: u64) -> f64 {
    part as f64 / whole.max(1) as f64
}

/// The words that must occur, by where they stand.
const WORDS: [(&str, &[&str]); 6] = [
    (
        "/input/coordination_request/trigger",
        &["audit_finding", "customer_complaint", "model_drift", "regulation_change", "incident", "capacity_alert"],
    ),
    ("/input/coordination_request/issue_domain", &["privacy", "contract", "uptime", "intrusion", "latency", "fairness"]),
    ("/input/coordination_request/deadline_minutes", &["15", "30", "60", "120", "240", "480", "1440", "10080"]),
    (
        "/input/coordination_request/resource/kind",
        &["review_hours", "gpu_hours", "change_window", "budget_units", "on_call_slots"],
    ),
    ("/target_output/conflict_resolution/adopted_option", &["proceed", "modify", "defer", "reject", "split_rollout", "rollback"]),
    (
        "/target_output/coordination_plan/communication_protocol",
        &["blackboard_system", "broadcast", "contract_net", "hierarchical"],
    ),
];

fn word(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned)
}

/// How many records there are of each kind that has a band.
fn counts(records: &[Value]) -> BTreeMap<String, u64> {
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    for record in records {
        let (request, settled) = (&record["input"]["coordination_request"], &record["target_output"]["conflict_resolution"]);
        let mut add = |what: String| *counts.entry(what).or_default() += 1;
        add(format!("outcome {}", word(&settled["outcome"])));
        add(format!("panel of {}", request["involved_agents"].as_array().unwrap().len()));
        for (what, truth) in [
            ("tie", settled["leading_options"].as_array().unwrap().len() > 1),
            ("veto", !settled["vetoed_options"].as_array().unwrap().is_empty()),
            ("cycle", settled.get("deadlock").is_some()),
            ("no bid", settled["bidding"]["announcements"] == 2),
            ("other priority", !record["target_output"]["under_other_priority"].as_array().unwrap().is_empty()),
        ] {
            if truth {
                add(what.to_owned());
            }
        }
    }
    counts
}

/// Weight, decisions, places on the winning side and on the losing side, by agent.
fn agents(records: &[Value]) -> BTreeMap<String, [u64; 4]> {
    let mut agents: BTreeMap<String, [u64; 4]> = BTreeMap::new();
    for record in records {
        let settled = &record["target_output"]["conflict_resolution"];
        for position in record["input"]["coordination_request"]["positions"].as_array().unwrap() {
            let figures = agents.entry(word(&position["agent"])).or_default();
            figures[0] += position["weight"].as_u64().unwrap();
            figures[1] += u64::from(settled["outcome"] != "escalated" && settled["decider"] == position["agent"]);
            if let Some(adopted) = settled.get("adopted_option") {
                figures[if *adopted == position["option"] { 2 } else { 3 }] += 1;
            }
        }
    }
    agents
}

/// What lies outside the bands, in sentences with the measured share; empty where the dataset is balanced.
pub(crate) fn bands(records: &[Value]) -> Vec<String> {
    let (counts, total) = (counts(records), records.len() as u64);
    let mut outside = Vec::new();
    let mut within = |what: &str, share: f64, low: f64, high: f64| {
        if !(low..=high).contains(&share) {
            outside.push(format!("{what}: {share:.4} is outside {low} to {high}"));
        }
    };
    for (what, low, high) in [
        ("outcome adopted", 0.55, 0.70),
        ("outcome escalated", 0.15, 0.25),
        ("outcome awarded", 0.10, 0.20),
        ("panel of 2", 0.15, 1.0),
        ("panel of 3", 0.15, 1.0),
        ("panel of 4", 0.15, 1.0),
        ("panel of 5", 0.15, 1.0),
        ("tie", 0.03, 1.0),
        ("veto", 0.03, 1.0),
        ("cycle", 0.03, 1.0),
        ("no bid", 0.03, 1.0),
        ("other priority", 0.10, 1.0),
    ] {
        within(what, share(counts.get(what).copied().unwrap_or(0), total), low, high);
    }
    let agents = agents(records);
    let sum = |at: usize| agents.values().map(|figures| figures[at]).sum::<u64>();
    for (agent, figures) in &agents {
        let of_weight = share(figures[0], sum(0));
        within(&format!("decisions of {agent}"), share(figures[1], sum(1)), of_weight - 0.08, of_weight + 0.08);
        within(&format!("wins of {agent}"), share(figures[2], sum(2)), of_weight - 0.08, of_weight + 0.08);
        within(&format!("losses of {agent}"), share(figures[3], figures[2] + figures[3]), 0.05, 0.6);
    }
    let texts: BTreeSet<_> =
        records.iter().map(|one| word(&one["input"]["coordination_request"]["task"]["description"])).collect();
    within("distinct descriptions", share(texts.len() as u64, total), 0.80, 1.0);
    for (pointer, words) in WORDS {
        let seen: BTreeSet<String> = records.iter().filter_map(|record| record.pointer(pointer)).map(word).collect();
        outside.extend(words.iter().filter(|one| !seen.contains(**one)).map(|one| format!("`{one}` never stands at {pointer}")));
    }
    outside
}
