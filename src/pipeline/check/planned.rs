//! What the aim of a name lets expect of a whole dataset: how often each label can occur among the first so many records.
//!
//! In: the weights of the scenarios and of the labels in each. Out: for a label the least and the greatest count. Scenarios are
//! dealt in exact shares in each block, labels in exact shares over the records of a scenario, so the counts are exact but for
//! blocks that are not finished; what such a block can hold more or less is all that the two counts differ by.

use crate::data::Value;
use crate::random::Weights;
use crate::spec::{Aim, Spec};

/// The planned labels of one name.
#[derive(Default)]
pub struct Planned {
    /// Every label, in the order in which it is aimed at first.
    pub labels: Vec<Value>,
    scenarios: Vec<Mix>,
}

/// One scenario.
struct Mix {
    share: Part,
    /// The part of each label; `None` where the scenario aims at none.
    labels: Option<Vec<Part>>,
}

/// So many of each block of so many.
#[derive(Clone, Copy)]
struct Part {
    weight: u64,
    block: u64,
}

impl Planned {
    /// The plan of an aim.
    #[must_use]
    pub fn of(spec: &Spec, aim: &Aim) -> Self {
        let mut labels: Vec<Value> = Vec::new();
        for (label, _) in aim.distributions().flat_map(|one| &one.labels) {
            if !labels.iter().any(|known| known.equals(label)) {
                labels.push(label.clone());
            }
        }
        let shares = spec.weights.as_ref().map_or_else(|| vec![Part { weight: 1, block: 1 }], parts);
        let mix = |(scenario, share): (usize, Part)| {
            let of = aim.of(scenario).map(|one| (parts(&one.weights), &one.labels));
            // A label may be written twice; its parts add up.
            let part = |label: &Value, (parts, written): &(Vec<Part>, &Vec<(Value, _)>)| {
                let same = parts.iter().zip(*written).filter(|(_, (one, _))| one.equals(label));
                let block = parts.first().map_or(1, |part| part.block);
                Part { weight: same.map(|(part, _)| part.weight).sum(), block }
            };
            let labels = of.map(|of| labels.iter().map(|label| part(label, &of)).collect());
            Mix { share, labels }
        };
        let scenarios = shares.into_iter().enumerate().map(mix).collect();
        Self { labels, scenarios }
    }

    /// The label that a value is, as it is counted: 1 and 1.0 are one label.
    #[must_use]
    pub fn label<'v>(&'v self, value: &'v Value) -> &'v Value {
        self.labels.iter().find(|label| label.equals(value)).unwrap_or(value)
    }

    /// How often a label can occur among the first `records`, least and greatest; of one scenario, or of all.
    #[must_use]
    pub fn between(&self, label: usize, scenario: Option<usize>, records: u64) -> (u64, u64) {
        let mut sum = (0, 0);
        for (at, mix) in self.scenarios.iter().enumerate() {
            let (fewest, most) = match scenario {
                None => mix.share.of(records),
                Some(one) if one == at => (records, records),
                Some(_) => continue,
            };
            match mix.labels.as_ref().map(|parts| parts.get(label)) {
                Some(Some(part)) => sum = (sum.0 + part.of(fewest).0, sum.1 + part.of(most).1),
                Some(None) => {}
                // Nothing is planned there, so all of them may be this label, or none.
                None => sum.1 += most,
            }
        }
        (sum.0, sum.1.min(records))
    }
}

impl Part {
    /// How many of the first `records` it can have: its share of whole blocks, and what the last block can hold by then.
    fn of(self, records: u64) -> (u64, u64) {
        let (whole, rest) = (records / self.block * self.weight, records % self.block);
        (whole + rest.saturating_sub(self.block - self.weight), whole + rest.min(self.weight))
    }
}

fn parts(weights: &Weights) -> Vec<Part> {
    weights.each().map(|weight| Part { weight, block: weights.total() }).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::random::{Key, Quota, QuotaCache, Weight};

    fn weights(of: &[u64]) -> Weights {
        let each: Vec<Weight> = of.iter().map(|weight| Weight::of_int(i128::from(*weight)).unwrap()).collect();
        Weights::new(&each).unwrap()
    }

    fn planned(scenarios: &[u64], labels: &[u64]) -> Planned {
        let mix = |share| Mix { share, labels: Some(parts(&weights(labels))) };
        let names = (0..labels.len()).map(|at| Value::Int(at as i128)).collect();
        Planned { labels: names, scenarios: parts(&weights(scenarios)).into_iter().map(mix).collect() }
    }

    proptest! {
        #[test]
        fn what_is_dealt_lies_between(
            scenarios in prop::collection::vec(1_u64..9, 1..4),
            labels in prop::collection::vec(1_u64..9, 1..4),
            records in 0_u64..400,
            seed: u64,
        ) {
            let planned = planned(&scenarios, &labels);
            let quota = |name: &str, of: &[u64]| Quota::new(Key::new(seed, [name]), weights(of));
            let dealt = quota("scenario", &scenarios);
            let mut counts = vec![0; labels.len()];
            for index in 0..records {
                let share = dealt.at(index, &mut QuotaCache::default());
                let label = quota(&share.choice.to_string(), &labels).at(share.rank, &mut QuotaCache::default());
                counts[label.choice] += 1;
            }
            for (label, count) in counts.into_iter().enumerate() {
                let (least, most) = planned.between(label, None, records);
                prop_assert!((least..=most).contains(&count), "{count} of {least} to {most}");
            }
        }
    }

    #[test]
    fn whole_blocks_leave_no_room() {
        let planned = planned(&[2, 1], &[3, 1]);
        assert_eq!(planned.between(0, None, 12), (9, 9));
        assert_eq!(planned.between(1, None, 12), (3, 3));
        assert_eq!(planned.between(1, Some(0), 8), (2, 2));
        let (least, most) = planned.between(1, None, 13);
        assert!(least < most && most - least <= 2, "{least} to {most}");
    }

    #[test]
    fn a_scenario_without_an_aim_may_hold_any_label() {
        let mut planned = planned(&[1, 1], &[1, 1]);
        planned.scenarios[1].labels = None;
        assert_eq!(planned.between(0, None, 20), (5, 15));
        assert_eq!(planned.between(0, Some(1), 10), (0, 10));
    }
}
