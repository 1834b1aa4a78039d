//! The mix of a dataset, as the procedure judges its inputs, against the bands that keep it balanced.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{SCENARIOS, at, judge, text};

/// How labels, checks and texts are spread over a dataset.
#[derive(Debug, Default)]
pub(crate) struct Mix {
    /// Records.
    pub(crate) total: usize,
    /// Decisions by scenario.
    pub(crate) decisions: BTreeMap<String, BTreeMap<&'static str, usize>>,
    /// Records in which a check failed.
    pub(crate) failed: BTreeMap<&'static str, usize>,
    /// Records in which a check was satisfied.
    pub(crate) satisfied: BTreeMap<&'static str, usize>,
    /// Different requests.
    pub(crate) requests: usize,
    /// Different reasonings.
    pub(crate) reasonings: usize,
}

/// Counts what the procedure says of every record's input.
pub(crate) fn mix(records: &[Value]) -> Result<Mix, String> {
    let mut mix = Mix { total: records.len(), ..Mix::default() };
    let (mut requests, mut reasonings) = (BTreeSet::new(), BTreeSet::new());
    for record in records {
        let input = at(record, "/input")?;
        let verdict = judge(input)?;
        let scenario = mix.decisions.entry(text(input, "/scenario")?.to_owned()).or_default();
        *scenario.entry(verdict.decision).or_default() += 1;
        for id in verdict.failed {
            *mix.failed.entry(id).or_default() += 1;
        }
        for id in verdict.satisfied {
            *mix.satisfied.entry(id).or_default() += 1;
        }
        requests.insert(text(input, "/user_request")?);
        reasonings.insert(text(record, "/target_output/reasoning")?);
    }
    (mix.requests, mix.reasonings) = (requests.len(), reasonings.len());
    Ok(mix)
}

fn share(part: usize, whole: usize) -> f64 {
    #[allow(clippy::cast_precision_loss, reason = "counts of records are far below 2^52")]
    let share = part as f64 / whole.max(1) as f64;
    share
}

/// What lies outside the bands, in sentences with the measured share; empty where the dataset is balanced.
pub(crate) fn bands(records: &[Value]) -> Vec<String> {
    let mix = match mix(records) {
        Ok(mix) => mix,
        Err(reason) => return vec![reason],
    };
    let mut outside = Vec::new();
    let mut within = |what: &str, share: f64, low: f64, high: f64| {
        if !(low..=high).contains(&share) {
            outside.push(format!("{what}: {share:.4} is outside {low} to {high}"));
        }
    };
    for (scenario, _) in SCENARIOS {
        let decisions = mix.decisions.get(scenario).cloned().unwrap_or_default();
        let total = decisions.values().sum();
        let of = |code: &str| share(decisions.get(code).copied().unwrap_or_default(), total);
        within(scenario, share(total, mix.total), 0.10, 0.16);
        within(&format!("{scenario} deny"), of("deny"), 0.15, 0.35);
        within(&format!("{scenario} escalate"), of("escalate"), 0.08, 0.20);
        within(&format!("{scenario} approve"), of("approve"), 0.12, 1.0);
    }
    for id in ["T1", "T2", "A1", "A2", "F1", "F2", "P1", "P2", "P3", "P4", "P5", "S1", "S2", "R1", "R2", "E1", "D1"] {
        let of = |counts: &BTreeMap<&str, usize>| share(counts.get(id).copied().unwrap_or_default(), mix.total);
        within(&format!("{id} failed"), of(&mix.failed), 0.03, 1.0);
        within(&format!("{id} satisfied"), of(&mix.satisfied), 0.10, 1.0);
    }
    within("distinct requests", share(mix.requests, mix.total), 0.95, 1.0);
    within("distinct reasonings", share(mix.reasonings, mix.total), 0.95, 1.0);
    outside
}
