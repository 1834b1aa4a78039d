//! The decision: who leads, whether it is enough, and which method found it.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::request::{Position, Request};
use super::thousandths;

/// What was decided, and everything that the decision rests on.
pub(super) struct Decision {
    pub(super) kind: Kind,
    /// The method that found a decision, or `none`.
    pub(super) found: &'static str,
    /// The option found, or `none`.
    pub(super) chosen: String,
    /// Who was awarded the task, or `none`.
    pub(super) awardee: String,
    pub(super) decider: String,
    /// The heaviest agent, who speaks for the panel.
    pub(super) speaker: String,
    pub(super) level: &'static str,
    pub(super) leader: Option<String>,
    pub(super) rounds: u64,
    pub(super) announcements: u64,
    /// Methods tried in order, the last one perhaps with success.
    pub(super) tried: Vec<&'static str>,
    pub(super) cycle: Vec<String>,
    pub(super) quorum_met: bool,
    pub(super) open: Vec<String>,
    support: (u64, u64),
    tally: Vec<(String, u64)>,
    standing: Vec<(String, u64)>,
    tops: Vec<String>,
    vetoed: Vec<String>,
    concordance: (u64, u64),
    condorcet: Option<String>,
    quorum: Option<Value>,
    scores: Vec<(String, f64)>,
    bid_deadline: u64,
}

/// How a request is decided.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Kind {
    Unanimity,
    Deliberation,
    Vote,
    Ranking,
    Bidding,
    Escalation,
}

fn kind(request: &Request) -> Kind {
    match request.scenario.as_str() {
        _ if request.unanimity() => Kind::Unanimity,
        "consensus_building" => Kind::Deliberation,
        "priority_negotiation" => Kind::Ranking,
        "task_delegation" | "resource_allocation" => Kind::Bidding,
        "escalation_handling" => Kind::Escalation,
        _ => Kind::Vote,
    }
}

fn weight_for(positions: &[&Position], option: &str) -> u64 {
    positions.iter().filter(|one| one.option == option).map(|one| one.weight).sum()
}

/// The heaviest, of equals the first.
fn heaviest<'a>(positions: &[&'a Position]) -> Option<&'a Position> {
    let most = positions.iter().map(|one| one.weight).max()?;
    positions.iter().find(|one| one.weight == most).copied()
}

/// All options with the greatest number.
fn greatest(numbers: &[(String, u64)]) -> Vec<String> {
    let most = numbers.iter().map(|one| one.1).max().unwrap_or(0);
    numbers.iter().filter(|one| one.1 == most).map(|one| one.0.clone()).collect()
}

fn count(number: usize) -> i64 {
    i64::try_from(number).unwrap()
}

/// Kendall's W as a fraction: three times the sum of squares of twice the deviations, over k² (m³ - m).
fn concordance(request: &Request) -> (u64, u64) {
    let (k, m) = (count(request.positions.len()), count(request.options.len()));
    let rank = |option: &String, one: &Position| count(one.ranking.iter().position(|other| other == option).unwrap()) + 1;
    let sums = request.options.iter().map(|option| request.positions.iter().map(|one| rank(option, one)).sum::<i64>());
    let squares: i64 = sums.map(|sum| (2 * sum - k * (m + 1)).pow(2)).sum();
    (u64::try_from(3 * squares).unwrap(), u64::try_from(k * k * (m * m * m - m)).unwrap())
}

fn behind(one: &Position, option: &String, open: &[String]) -> u64 {
    let place = one.ranking.iter().position(|other| other == option).unwrap();
    one.ranking.iter().skip(place + 1).filter(|other| open.contains(other)).count() as u64
}

fn condorcet(request: &Request, open: &[String]) -> Option<String> {
    let beats = |a: &String, b: &String| {
        let before = |one: &&Position| behind(one, a, open) > behind(one, b, open);
        let all: u64 = request.positions.iter().map(|one| one.weight).sum();
        let ahead: u64 = request.positions.iter().filter(before).map(|one| one.weight).sum();
        2 * ahead > all
    };
    open.iter().find(|a| open.iter().all(|b| *a == b || beats(a, b))).cloned()
}

/// The cycle that somebody waits in, smallest name first. Everybody waits for at most one other.
fn cycle(request: &Request) -> Vec<String> {
    let mut names: Vec<&String> = request.waits.iter().map(|wait| &wait.0).collect();
    names.sort();
    for start in names {
        let mut way = vec![start.clone()];
        while let Some((_, next)) = request.waits.iter().find(|(from, _)| Some(from) == way.last()) {
            if next == start {
                return way;
            }
            if way.contains(next) {
                break;
            }
            way.push(next.clone());
        }
    }
    Vec::new()
}

/// The eligible bids with the numerator of their score, best first.
fn eligible(request: &Request, deadline: u64) -> Vec<(String, u64)> {
    let mut fit: Vec<_> = request
        .bids
        .iter()
        .filter(|bid| bid.minutes <= deadline && bid.skill >= request.skill)
        .map(|bid| {
            let score = 5 * bid.skill * deadline + 300 * (deadline - bid.minutes) + 2 * (100 - bid.load) * deadline;
            (std::cmp::Reverse(score), bid.cost, bid.agent.clone())
        })
        .collect();
    fit.sort();
    fit.into_iter().map(|(score, _, agent)| (agent, score.0)).collect()
}

/// What each option that is still open has, by weight or by Borda points, and the most that one could have.
fn standing(request: &Request, kind: Kind, open: &[String]) -> (Vec<(String, u64)>, u64) {
    let active = request.active();
    if kind == Kind::Ranking {
        let points = |option: &String| request.positions.iter().map(|one| one.weight * behind(one, option, open)).sum();
        let all: u64 = request.positions.iter().map(|one| one.weight).sum();
        return (open.iter().map(|one| (one.clone(), points(one))).collect(), all * (open.len() as u64 - 1));
    }
    let total = active.iter().map(|one| one.weight).sum();
    (open.iter().map(|one| (one.clone(), weight_for(&active, one))).collect(), total)
}

impl Decision {
    pub(super) fn of(request: &Request) -> Self {
        let kind = kind(request);
        let active = request.active();
        let total: u64 = active.iter().map(|one| one.weight).sum();
        let tally: Vec<_> = request.options.iter().map(|one| (one.clone(), weight_for(&active, one))).collect();
        let most = tally.iter().map(|one| one.1).max().unwrap();
        let mut vetoed: Vec<String> = Vec::new();
        for (_, option) in request.vetoes() {
            if !vetoed.iter().any(|one| one == option) {
                vetoed.push(option.to_owned());
            }
        }
        let open: Vec<String> = request.options.iter().filter(|one| !vetoed.contains(one)).cloned().collect();
        let concordance = concordance(request);
        let (standing, whole) = standing(request, kind, &open);
        let tops = if open.is_empty() { Vec::new() } else { greatest(&standing) };
        let leader = (tops.len() == 1).then(|| tops[0].clone());
        let part = standing.iter().map(|one| one.1).max().unwrap_or(0);
        let quorum = Quorum::of(request, &active, leader.as_deref());
        let mut decision = Self {
            kind,
            found: "none",
            chosen: "none".to_owned(),
            awardee: "none".to_owned(),
            decider: String::new(),
            speaker: heaviest(&request.positions.iter().collect::<Vec<_>>()).unwrap().agent.clone(),
            level: level(if kind == Kind::Ranking { concordance } else { (most, total) }),
            rounds: 1,
            announcements: 1,
            tried: Vec::new(),
            cycle: cycle(request),
            quorum_met: quorum.as_ref().is_none_or(|quorum| quorum.met),
            support: if leader.is_some() { (part, whole) } else { (0, total) },
            condorcet: (kind == Kind::Ranking).then(|| condorcet(request, &open)).flatten(),
            quorum: quorum.map(|quorum| quorum.shown),
            scores: Vec::new(),
            bid_deadline: request.deadline,
            leader,
            open,
            tally,
            standing,
            tops,
            vetoed,
            concordance,
        };
        decision.find(request, &active, (part, whole), (most, total));
        let backers: Vec<&Position> = active.iter().filter(|one| one.option == decision.chosen).copied().collect();
        decision.decider = match decision.found {
            "contract_net" => decision.awardee.clone(),
            "expert_arbitration" => request.expert().to_owned(),
            _ => heaviest(&backers).map_or_else(|| decision.speaker.clone(), |one| one.agent.clone()),
        };
        decision
    }

    /// Goes through the methods that the kind of decision allows.
    fn find(&mut self, request: &Request, active: &[&Position], (part, whole): (u64, u64), (most, total): (u64, u64)) {
        match self.kind {
            Kind::Unanimity => {
                self.deliberate(request, active, total);
            }
            Kind::Deliberation => {
                if !self.deliberate(request, active, total) {
                    self.vote(request, part, total);
                }
            }
            Kind::Vote => self.vote(request, part, total),
            Kind::Ranking => {
                self.tried.push("borda");
                if self.leader.is_some() && request.passes(part, whole) {
                    self.found = "borda";
                    self.chosen = self.leader.clone().unwrap();
                }
            }
            Kind::Bidding => self.award(request, most, total),
            Kind::Escalation => {}
        }
    }

    /// Tries consensus: who has the leading option as fallback moves to it.
    fn deliberate(&mut self, request: &Request, active: &[&Position], total: u64) -> bool {
        self.tried.push("consensus");
        let moved = active.iter().map(|one| match &self.leader {
            Some(leader) if one.fallback == *leader => leader.clone(),
            _ => one.option.clone(),
        });
        let stands: BTreeSet<String> = moved.collect();
        let agreed = stands.len() == 1 && stands.iter().all(|one| self.open.contains(one));
        if agreed {
            self.found = "consensus";
            self.chosen = stands.into_iter().next().unwrap();
            self.support = (total, total);
        } else {
            self.rounds = request.rounds;
        }
        agreed
    }

    /// Tries a weighted vote, and then the judgement of the expert between two leading options.
    fn vote(&mut self, request: &Request, part: u64, total: u64) {
        self.tried.push("weighted_voting");
        if let Some(leader) = self.leader.clone().filter(|_| self.quorum_met && request.passes(part, total)) {
            self.found = "weighted_voting";
            self.chosen = leader;
            return;
        }
        let judge = request.positions.iter().find(|one| one.agent == request.expert());
        let Some(judge) = judge.filter(|_| request.faulty == 0) else { return };
        let mut weights: Vec<u64> = self.standing.iter().map(|one| one.1).collect();
        weights.sort_unstable();
        let Some(second) = weights.iter().rev().nth(1).copied().filter(|second| *second > 0) else { return };
        let rivals: Vec<&String> = self.standing.iter().filter(|one| one.1 >= second).map(|one| &one.0).collect();
        if rivals.len() != 2 || rivals.contains(&&judge.option) {
            return;
        }
        self.tried.push("expert_arbitration");
        let better = judge.ranking.iter().find(|one| rivals.contains(one)).unwrap().clone();
        let part = self.standing.iter().find(|one| one.0 == better).unwrap().1 + judge.weight;
        let whole = if judge.option == "abstain" { total + judge.weight } else { total };
        if request.passes(part, whole) {
            self.found = "expert_arbitration";
            self.chosen = better;
            self.support = (part, whole);
        }
    }

    /// Announces the task, and once more with half as much time again.
    fn award(&mut self, request: &Request, most: u64, total: u64) {
        self.tried.push("contract_net");
        let mut fit = eligible(request, request.deadline);
        if fit.is_empty() {
            self.announcements = 2;
            self.bid_deadline = request.deadline + request.deadline / 2;
            fit = eligible(request, self.bid_deadline);
        }
        self.rounds = self.announcements;
        let whole = f64::from(u32::try_from(1_000 * self.bid_deadline).unwrap());
        self.scores =
            fit.iter().map(|(agent, score)| (agent.clone(), f64::from(u32::try_from(*score).unwrap()) / whole)).collect();
        if let Some((best, _)) = fit.into_iter().next() {
            self.found = "contract_net";
            self.awardee = best;
            self.support = (most, total);
        }
    }

    pub(super) fn consensus(&self) -> f64 {
        let (part, whole) = self.support;
        match self.kind {
            Kind::Ranking if self.leader.is_none() => 0.0,
            Kind::Ranking => thousandths(self.concordance.0, self.concordance.1),
            _ => thousandths(part, whole),
        }
    }

    /// What was settled and how, without what depends on the plan.
    pub(super) fn settled(&self, request: &Request) -> Value {
        let counts =
            |numbers: &[(String, u64)]| numbers.iter().map(|(name, count)| (name.clone(), json!(count))).collect::<Map<_, _>>();
        let mut settled = json!({
            "support": {"part": self.support.0, "whole": self.support.1},
            "tally": counts(&self.tally),
            "conflict_level": self.level,
            "vetoed_options": self.vetoed,
            "leading_options": self.tops,
            "decider": self.decider,
        });
        let map = settled.as_object_mut().unwrap();
        if self.kind == Kind::Ranking {
            let w = thousandths(self.concordance.0, self.concordance.1);
            let ranking = json!({"borda_points": counts(&self.standing), "condorcet_winner": self.condorcet, "kendall_w": w});
            map.insert("ranking".to_owned(), ranking);
        }
        if self.kind == Kind::Bidding {
            let scores: Map<_, _> = self.scores.iter().map(|(agent, score)| (agent.clone(), json!(score))).collect();
            let deadline = self.bid_deadline;
            map.insert(
                "bidding".to_owned(),
                json!({"announcements": self.announcements, "deadline_minutes": deadline, "scores": scores}),
            );
        }
        if let Some(victim) = self.victim(request) {
            map.insert("deadlock".to_owned(), json!({"cycle": self.cycle, "preempted": victim}));
        }
        if let Some(quorum) = &self.quorum {
            map.insert("quorum".to_owned(), quorum.clone());
        }
        settled
    }

    /// Who on the cycle has the least weight, of equals the first by name.
    pub(super) fn victim(&self, request: &Request) -> Option<String> {
        let on_it = request.positions.iter().filter(|one| self.cycle.contains(&one.agent));
        on_it.map(|one| (one.weight, one.agent.clone())).min().map(|least| least.1)
    }

    /// The deadline that holds for the plan.
    pub(super) fn deadline(&self) -> u64 {
        self.bid_deadline
    }
}

fn level((part, whole): (u64, u64)) -> &'static str {
    match part {
        _ if part == whole => "none",
        _ if 4 * part >= 3 * whole => "low",
        _ if 2 * part >= whole => "medium",
        _ => "high",
    }
}

struct Quorum {
    met: bool,
    shown: Value,
}

impl Quorum {
    fn of(request: &Request, active: &[&Position], leader: Option<&str>) -> Option<Self> {
        if request.faulty == 0 {
            return None;
        }
        let (n, f) = (request.agents.len() as u64, request.faulty);
        let (agents, due) = if request.fault == "byzantine" { (3 * f + 1, 2 * f + 1) } else { (2 * f + 1, n / 2 + 1) };
        let answers = active.iter().filter(|one| Some(one.option.as_str()) == leader).count() as u64;
        let met = n >= agents && answers >= due;
        let shown = json!({"required_agents": agents, "required_answers": due, "answers": answers, "met": met});
        Some(Self { met, shown })
    }
}
