//! What a request says: its facts, read from JSON, and whether they fit together.

use std::collections::BTreeSet;

use serde_json::Value;

#[derive(Clone)]
pub(super) struct Position {
    pub(super) agent: String,
    pub(super) option: String,
    pub(super) weight: u64,
    pub(super) ranking: Vec<String>,
    pub(super) veto: bool,
    pub(super) fallback: String,
}

#[derive(Clone)]
pub(super) struct Bid {
    pub(super) agent: String,
    pub(super) cost: u64,
    pub(super) minutes: u64,
    pub(super) skill: u64,
    pub(super) load: u64,
}

#[derive(Clone)]
pub(super) struct Request {
    pub(super) scenario: String,
    pub(super) domain: String,
    pub(super) agents: Vec<String>,
    pub(super) priority: String,
    pub(super) work: u64,
    pub(super) constraints: Vec<String>,
    pub(super) options: Vec<String>,
    pub(super) positions: Vec<Position>,
    pub(super) deadline: u64,
    pub(super) elapsed: u64,
    pub(super) rounds: u64,
    pub(super) capacity: u64,
    pub(super) bids: Vec<Bid>,
    pub(super) skill: u64,
    /// Who waits for whom.
    pub(super) waits: Vec<(String, String)>,
    pub(super) fault: String,
    pub(super) faulty: u64,
    pub(super) failed: Vec<String>,
    pub(super) what_if: Vec<String>,
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text")).to_owned()
}

fn number(value: &Value) -> u64 {
    value.as_u64().unwrap_or_else(|| panic!("{value} is no natural number"))
}

fn texts(value: &Value) -> Vec<String> {
    value.as_array().unwrap().iter().map(text).collect()
}

/// The agent whose domain it is.
fn expert(domain: &str) -> &'static str {
    match domain {
        "privacy" | "contract" => "legal",
        "uptime" => "operational",
        "intrusion" => "security",
        "latency" => "performance",
        _ => "ethics",
    }
}

impl Request {
    pub(super) fn read(value: &Value) -> Self {
        let position = |one: &Value| Position {
            agent: text(&one["agent"]),
            option: text(&one["option"]),
            weight: number(&one["weight"]),
            ranking: texts(&one["ranking"]),
            veto: one["veto"].as_bool().unwrap(),
            fallback: text(&one["fallback_option"]),
        };
        let bid = |one: &Value| Bid {
            agent: text(&one["agent"]),
            cost: number(&one["cost"]),
            minutes: number(&one["minutes"]),
            skill: number(&one["skill_pct"]),
            load: number(&one["load_pct"]),
        };
        Self {
            scenario: text(&value["scenario"]),
            domain: text(&value["issue_domain"]),
            agents: texts(&value["involved_agents"]),
            priority: text(&value["task"]["priority"]),
            work: number(&value["task"]["work_minutes"]),
            constraints: texts(&value["constraints"]),
            options: texts(&value["options"]),
            positions: value["positions"].as_array().unwrap().iter().map(position).collect(),
            deadline: number(&value["deadline_minutes"]),
            elapsed: number(&value["elapsed_minutes"]),
            rounds: number(&value["max_rounds"]),
            capacity: number(&value["resource"]["capacity"]),
            bids: value["bids"].as_array().unwrap().iter().map(bid).collect(),
            skill: number(&value["required_skill_pct"]),
            waits: value["waits_for"]
                .as_array()
                .unwrap()
                .iter()
                .map(|one| (text(&one["agent"]), text(&one["held_by"])))
                .collect(),
            fault: text(&value["fault_kind"]),
            faulty: number(&value["faulty_bound"]),
            failed: texts(&value["failed_methods"]),
            what_if: texts(&value["what_if_priorities"]),
        }
    }

    pub(super) fn asks(&self, constraint: &str) -> bool {
        self.constraints.iter().any(|one| one == constraint)
    }

    pub(super) fn unanimity(&self) -> bool {
        self.asks("Requires unanimous agent agreement")
    }

    /// Numerator, denominator, and whether more than that is needed.
    pub(super) fn threshold(&self) -> (u64, u64, bool) {
        match self.priority.as_str() {
            _ if self.unanimity() => (1, 1, false),
            "high" => (2, 3, false),
            "critical" => (3, 4, false),
            _ => (1, 2, true),
        }
    }

    pub(super) fn passes(&self, part: u64, whole: u64) -> bool {
        let (num, den, strict) = self.threshold();
        if strict { part * den > whole * num } else { part * den >= whole * num }
    }

    pub(super) fn expert(&self) -> &'static str {
        expert(&self.domain)
    }

    /// The votes that count.
    pub(super) fn active(&self) -> Vec<&Position> {
        self.positions.iter().filter(|one| one.option != "abstain").collect()
    }

    /// Who removed which option: security and ethics, each by the constraint that gives it a veto, the option ranked last.
    pub(super) fn vetoes(&self) -> Vec<(&str, &str)> {
        let grants =
            [("security", "Cannot compromise security protocols"), ("ethics", "Must maintain constitutional compliance")];
        let used = self
            .positions
            .iter()
            .filter(|one| one.veto && grants.iter().any(|(agent, constraint)| one.agent == *agent && self.asks(constraint)));
        used.map(|one| (one.agent.as_str(), one.ranking.last().unwrap().as_str())).collect()
    }

    /// What does not fit together in the facts themselves.
    pub(super) fn oddity(&self) -> Option<String> {
        let members: BTreeSet<&String> = self.agents.iter().collect();
        if members.len() != self.agents.len() || !(2..=5).contains(&members.len()) {
            return Some("the agents are not two to five different ones".to_owned());
        }
        let named: Vec<&String> = self.positions.iter().map(|one| &one.agent).collect();
        if named != self.agents.iter().collect::<Vec<_>>() {
            return Some("the positions are not those of the agents".to_owned());
        }
        let strange = |agent: &String| !members.contains(agent);
        if self.bids.iter().any(|bid| strange(&bid.agent)) || self.waits.iter().any(|(a, b)| strange(a) || strange(b) || a == b) {
            return Some("a bid or a wait names a stranger".to_owned());
        }
        let base = |agent: &str| match agent {
            "performance" => 1,
            "operational" => 2,
            _ => 3,
        };
        for one in &self.positions {
            let weight = base(&one.agent) + if one.agent == self.expert() { 2 } else { 0 };
            let mut ranked = one.ranking.clone();
            ranked.sort();
            let whole = ranked == self.options && (one.option == "abstain" || one.option == one.ranking[0]);
            let fallback = one.fallback == "none" || (one.fallback != one.option && self.options.contains(&one.fallback));
            if one.weight != weight || !whole || !fallback {
                return Some(format!("the position of {} is inconsistent", one.agent));
            }
        }
        if self.elapsed > self.deadline {
            return Some("more time has passed than there was".to_owned());
        }
        let priorities_differ = self.what_if.iter().all(|other| *other != self.priority);
        (!priorities_differ).then(|| "the other priority is the same".to_owned())
    }
}
