//! The worked cases: requests judged by hand beforehand.

use serde_json::{Value, json};

use super::balance::bands;
use super::target;

fn position(agent: &str, weight: u64, ranking: &[&str]) -> Value {
    json!({"agent": agent, "option": ranking[0], "weight": weight, "ranking": ranking, "veto": false, "fallback_option": "none"})
}

/// A request in which these agents vote.
fn request(scenario: &str, positions: &[Value]) -> Value {
    let agents: Vec<&Value> = positions.iter().map(|one| &one["agent"]).collect();
    let mut options: Vec<Value> = positions[0]["ranking"].as_array().unwrap().clone();
    options.sort_by_key(ToString::to_string);
    json!({"coordination_request": {
        "scenario": scenario, "issue_domain": "uptime", "involved_agents": agents,
        "task": {"priority": "medium", "work_minutes": 120}, "constraints": ["Must complete within deadline"], "options": options,
        "positions": positions, "deadline_minutes": 480, "elapsed_minutes": 0, "max_rounds": 2, "resource": {"capacity": 99},
        "bids": [], "required_skill_pct": 0, "waits_for": [], "fault_kind": "none", "faulty_bound": 0, "failed_methods": [],
        "what_if_priorities": []
    }})
}

fn with(mut input: Value, changes: &Value) -> Value {
    let request = input["coordination_request"].as_object_mut().unwrap();
    for (name, value) in changes.as_object().unwrap() {
        request.insert(name.clone(), value.clone());
    }
    input
}

fn settled(input: &Value) -> Value {
    target(input)["conflict_resolution"].clone()
}

#[test]
fn a_plurality_is_not_a_majority() {
    let three = [
        position("ethics", 4, &["defer", "modify", "reject"]),
        position("legal", 3, &["modify", "defer", "reject"]),
        position("security", 3, &["reject", "defer", "modify"]),
    ];
    let found = settled(&request("conflict_resolution", &three));
    assert_eq!((&found["outcome"], &found["escalation"]["reason"]), (&json!("escalated"), &json!("below_threshold")));
    assert_eq!((&found["conflict_level"], &found["support"]), (&json!("high"), &json!({"part": 4, "whole": 10})));
}

#[test]
fn borda_can_miss_the_condorcet_winner() {
    let mut agents = ["ethics", "legal", "security"].map(|agent| position(agent, 1, &["a", "b", "c"])).to_vec();
    agents.extend(["operational", "performance"].map(|agent| position(agent, 1, &["b", "c", "a"])));
    let found = settled(&request("priority_negotiation", &agents));
    let ranking = json!({"borda_points": {"a": 6, "b": 7, "c": 2}, "condorcet_winner": "a", "kendall_w": 0.28});
    assert_eq!((&found["ranking"], &found["adopted_option"]), (&ranking, &json!("b")));
}

#[test]
fn the_best_eligible_bid_is_awarded() {
    let bid = |agent: &str, cost: u64, minutes: u64, skill: u64, load: u64| json!({"agent": agent, "cost": cost, "minutes": minutes, "skill_pct": skill, "load_pct": load});
    let agents = ["legal", "security", "operational"].map(|agent| position(agent, 3, &["a", "b"]));
    let bids = json!({
        "deadline_minutes": 120, "required_skill_pct": 75,
        "bids": [bid("legal", 3, 90, 90, 50), bid("security", 4, 60, 80, 20), bid("operational", 1, 150, 70, 0)]
    });
    let found = settled(&with(request("task_delegation", &agents), &bids));
    assert_eq!(found["awarded_to"], "security");
    assert_eq!(found["bidding"]["scores"], json!({"legal": 0.625, "security": 0.71}));
}

#[test]
fn overhead_lowers_efficiency() {
    let agents = ["ethics", "legal", "security", "performance"].map(|agent| position(agent, 3, &["a", "b"])).to_vec();
    let mut split = agents.clone();
    split[3] = position("performance", 3, &["b", "a"]);
    let efficiency = |input: &Value| target(input)["success_metrics"]["coordination_efficiency"].as_f64().unwrap();
    // No consensus, so both rounds are used: 120 / (120 + 16).
    assert!((efficiency(&request("consensus_building", &split)) - 0.882).abs() < 1e-9);
    // One round on the board: 120 / (120 + 8).
    assert!((efficiency(&request("consensus_building", &agents)) - 0.938).abs() < 1e-9);
}

#[test]
fn a_used_veto_removes_the_option_ranked_last() {
    let mut agents =
        [position("security", 3, &["b", "a"]), position("legal", 3, &["a", "b"]), position("ethics", 3, &["a", "b"])];
    agents[0]["veto"] = json!(true);
    let plain = settled(&request("conflict_resolution", &agents));
    assert_eq!(plain["adopted_option"], "a", "nothing grants a veto");
    let granted = json!({"constraints": ["Cannot compromise security protocols"]});
    let found = settled(&with(request("conflict_resolution", &agents), &granted));
    assert_eq!((&found["vetoed_options"], &found["outcome"]), (&json!(["a"]), &json!("escalated")));
}

#[test]
fn the_expert_decides_between_two_equals() {
    let mut agents =
        [position("legal", 3, &["a", "b"]), position("ethics", 3, &["b", "a"]), position("operational", 4, &["b", "a"])];
    agents[2]["option"] = json!("abstain");
    let found = settled(&request("conflict_resolution", &agents));
    assert_eq!((&found["resolution_method"], &found["adopted_option"]), (&json!("expert_arbitration"), &json!("b")));
    assert_eq!(found["support"], json!({"part": 7, "whole": 10}));
}

#[test]
fn one_liar_needs_four_agents() {
    let agents = |n: usize| {
        ["ethics", "legal", "security", "performance"]
            .iter()
            .take(n)
            .map(|agent| position(agent, 3, &["a", "b"]))
            .collect::<Vec<_>>()
    };
    let fault = json!({"fault_kind": "byzantine", "faulty_bound": 1});
    let of = |n: usize| settled(&with(request("quorum_decision", &agents(n)), &fault));
    assert_eq!(of(3)["escalation"]["reason"], "no_quorum");
    assert_eq!(of(4)["outcome"], "adopted");
}

#[test]
fn a_circle_of_waits_is_broken_at_the_least_weight() {
    let agents =
        [position("security", 3, &["a", "b"]), position("legal", 3, &["a", "b"]), position("performance", 1, &["a", "b"])];
    let waits = json!({"waits_for": [
        {"agent": "security", "resource": "gpu_hours", "held_by": "legal"},
        {"agent": "legal", "resource": "change_window", "held_by": "performance"},
        {"agent": "performance", "resource": "review_hours", "held_by": "security"}
    ]});
    let found = settled(&with(request("deadlock_recovery", &agents), &waits));
    assert_eq!(found["deadlock"], json!({"cycle": ["legal", "performance", "security"], "preempted": "performance"}));
}

#[test]
fn an_unbalanced_dataset_is_outside_its_bands() {
    let agents = [position("security", 3, &["a", "b"]), position("legal", 3, &["a", "b"])];
    let input = request("conflict_resolution", &agents);
    let record = json!({"target_output": target(&input), "input": input});
    let outside = bands(&[record]);
    assert!(outside.iter().any(|line| line.starts_with("outcome adopted: 1.0000")), "{outside:?}");
}
