//! The plan that follows from a decision: phases, protocol, outcome, escalation, assignments.

use serde_json::{Map, Value, json};

use super::decide::{Decision, Kind};
use super::request::Request;

pub(super) struct Plan {
    pub(super) phases: Vec<Value>,
    pub(super) minutes: u64,
    pub(super) feasible: bool,
    pub(super) outcome: &'static str,
    pub(super) protocol: &'static str,
    pub(super) messages: u64,
    pub(super) work: u64,
    pub(super) assignments: Map<String, Value>,
    logged: bool,
    load: u64,
}

/// What an agent does in every plan, and what the one who carries it out does besides, each with its units.
fn skills(agent: &str) -> [(&'static str, u64); 2] {
    match agent {
        "ethics" => [("policy_review", 3), ("impact_review", 4)],
        "legal" => [("policy_review", 3), ("compliance_check", 2)],
        "operational" => [("implementation_planning", 4), ("rollout", 6)],
        "security" => [("risk_assessment", 3), ("access_review", 2)],
        _ => [("load_test", 5), ("monitoring", 2)],
    }
}

fn implementer(request: &Request, decision: &Decision) -> String {
    if decision.found == "contract_net" {
        decision.awardee.clone()
    } else if request.agents.iter().any(|one| one == "operational") {
        "operational".to_owned()
    } else {
        decision.decider.clone()
    }
}

/// The phases in order: name, minutes, agents.
fn steps(request: &Request, decision: &Decision, implementer: &str, work: u64) -> Vec<(&'static str, u64, Vec<String>)> {
    let logger = request.agents.iter().find(|one| ["operational", "security"].contains(&one.as_str()));
    let logger = logger.filter(|_| request.asks("Must keep an audit log"));
    let voters: Vec<String> = request.active().iter().map(|one| one.agent.clone()).collect();
    let mut steps: Vec<(&'static str, u64, Vec<String>)> = Vec::new();
    if let Some(victim) = decision.victim(request) {
        steps.push(("recovery", 5, vec![victim]));
    }
    if decision.kind != Kind::Escalation {
        steps.push(("analysis", 10 * request.options.len() as u64, request.agents.clone()));
        steps.push(("deliberation", 15 * decision.rounds, voters));
    }
    if decision.found == "none" {
        steps.push(("escalation", 5, vec![decision.speaker.clone()]));
    } else {
        steps.push(("decision", 5, vec![decision.decider.clone()]));
        steps.push(("implementation", work, vec![implementer.to_owned()]));
    }
    if let Some(logger) = logger {
        steps.push(("logging", 5, vec![logger.clone()]));
    }
    steps
}

impl Plan {
    pub(super) fn of(request: &Request, decision: &Decision) -> Self {
        let n = request.agents.len() as u64;
        let bid = request.bids.iter().find(|bid| bid.agent == decision.awardee);
        let work = bid.map_or(request.work, |bid| bid.minutes);
        let implementer = implementer(request, decision);
        let steps = steps(request, decision, &implementer, work);
        let logged = steps.iter().any(|step| step.0 == "logging");
        let mut minutes = 0;
        let mut phases = Vec::new();
        for (phase, length, agents) in steps {
            phases.push(json!({"phase": phase, "minutes": length, "agents": agents, "start": minutes}));
            minutes += length;
        }
        let outcome = match decision.found {
            "none" => "escalated",
            _ if minutes > decision.deadline() => "escalated",
            "contract_net" => "awarded",
            _ => "adopted",
        };
        let protocol = match (decision.kind, request.scenario.as_str()) {
            (Kind::Bidding, _) => "contract_net",
            (_, "emergency_response" | "escalation_handling") => "hierarchical",
            (_, "quorum_decision") => "broadcast",
            _ if n == 2 => "broadcast",
            _ => "blackboard_system",
        };
        let each = match protocol {
            "contract_net" => 2 * (n - 1) + request.bids.len() as u64,
            "hierarchical" => 2 * (n - 1),
            "broadcast" => n * (n - 1),
            _ => 2 * n,
        };
        let messages = each * decision.rounds + if protocol == "contract_net" { 2 } else { 0 };
        let (mut assignments, mut load) = (Map::new(), 0);
        for agent in &request.agents {
            let both = outcome != "escalated" && *agent == implementer;
            let tasks = &skills(agent)[..if both { 2 } else { 1 }];
            load += tasks.iter().map(|task| task.1).sum::<u64>();
            assignments.insert(agent.clone(), json!(tasks.iter().map(|task| task.0).collect::<Vec<_>>()));
        }
        let feasible = minutes <= request.deadline;
        Self { phases, minutes, feasible, outcome, protocol, messages, work, assignments, logged, load }
    }

    pub(super) fn method<'a>(&self, decision: &Decision) -> &'a str {
        if self.outcome == "escalated" { "escalation" } else { decision.found }
    }

    /// The methods that came before the one that produced the outcome.
    pub(super) fn attempted(&self, request: &Request, decision: &Decision) -> Vec<String> {
        let all = request.failed.iter().cloned().chain(decision.tried.iter().map(|one| (*one).to_owned()));
        all.filter(|one| one != self.method(decision)).collect()
    }

    pub(super) fn escalation(&self, request: &Request, decision: &Decision) -> Value {
        let vetoes = request.vetoes();
        let late = 4 * (request.deadline - request.elapsed) < request.deadline;
        let (level, to) = if vetoes.iter().any(|(agent, _)| *agent == "ethics") || request.priority == "critical" {
            ("L3", "constitutional_review_board")
        } else if late || self.attempted(request, decision).len() >= 2 {
            ("L2", "human_owner")
        } else {
            ("L1", "coordinator_agent")
        };
        let reason = match decision.kind {
            _ if decision.found != "none" => "over_deadline",
            _ if decision.open.is_empty() => "no_option_left",
            Kind::Escalation if !vetoes.is_empty() => "veto",
            Kind::Escalation if late => "timeout",
            Kind::Escalation => "methods_exhausted",
            Kind::Bidding => "no_eligible_bid",
            Kind::Unanimity => "no_unanimity",
            _ if !decision.quorum_met => "no_quorum",
            _ if decision.leader.is_none() => "tie",
            _ => "below_threshold",
        };
        json!({"level": level, "to": to, "reason": reason})
    }

    /// The constraints that are not satisfied, in the order of the rules.
    pub(super) fn unmet(&self, request: &Request, decision: &Decision) -> Vec<&'static str> {
        let unanimous = self.outcome == "adopted" && (decision.consensus() - 1.0).abs() < 1e-9;
        let overridden = |by: &str| request.vetoes().iter().any(|(agent, option)| *agent == by && *option == decision.chosen);
        let all = [
            ("Must complete within deadline", self.feasible),
            ("Must stay within available resources", self.load <= request.capacity),
            ("Must keep an audit log", self.logged),
            ("Requires unanimous agent agreement", unanimous),
            ("Cannot compromise security protocols", !overridden("security")),
            ("Must maintain constitutional compliance", !overridden("ethics")),
        ];
        all.into_iter().filter(|(constraint, met)| request.asks(constraint) && !met).map(|one| one.0).collect()
    }

    pub(super) fn criteria(&self, request: &Request) -> Vec<String> {
        let _ = self;
        let (num, den, strict) = request.threshold();
        let share = format!("the decision carries {} {num}/{den} of the weight", if strict { "more than" } else { "at least" });
        let in_time = format!("all phases end within {} minutes", request.deadline);
        let in_means = format!("assigned tasks stay within {} units", request.capacity);
        let asked = [
            ("Must complete within deadline", in_time.as_str()),
            ("Must stay within available resources", in_means.as_str()),
            ("Must keep an audit log", "a phase keeps the log"),
            ("Requires unanimous agent agreement", "every active agent stands behind the option"),
            ("Cannot compromise security protocols", "no veto of security is overridden"),
            ("Must maintain constitutional compliance", "no veto of ethics is overridden"),
        ];
        let asked = asked.into_iter().filter(|(constraint, _)| request.asks(constraint)).map(|one| one.1.to_owned());
        let contract = ["task_delegation", "resource_allocation", "escalation_handling"].contains(&request.scenario.as_str());
        (!contract).then_some(share).into_iter().chain(asked).collect()
    }
}

/// What stands beside the record, from its request and what was settled.
pub(super) fn metadata(request: &Request, settled: &Value) -> Value {
    let (n, m) = (request.agents.len(), request.options.len());
    let hard = settled["conflict_level"] == "high" || settled.get("deadlock").is_some() || !request.vetoes().is_empty();
    let complexity = match (n, m) {
        (2, 2) => "simple",
        (4 | 5, _) if hard => "complex",
        _ => "moderate",
    };
    json!({
        "scenario_type": request.scenario,
        "domain": request.domain,
        "complexity": complexity,
        "agent_count": n,
        "conflict_level": settled["conflict_level"],
        "option_count": m,
        "outcome": settled["outcome"],
        "resolution_method": settled["resolution_method"],
        "priority": request.priority,
    })
}
