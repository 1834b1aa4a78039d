//! plan: [`Checked`] to [`Plan`]: which scenario and which planned labels each index has, one key a draw, fixed shards.
//!
//! Everything here is a pure function of the spec, the seed and an index, in constant time: no record depends on another, on
//! how many there are, or on where a build begins.

use std::ops::Range;

use super::check::{Aimed, Checked, Labels, View};
use crate::data::Value;
use crate::random::{Key, Quota, QuotaCache, Share};

/// Records in a shard: what one worker makes at a time, few enough to stay in its cache. It reaches no output.
pub const SHARD: u64 = 64;

/// The labels of one aim with how they are dealt, by scenario; `None` where it plans none.
type Dealt<'c> = Vec<Option<(Quota, &'c [Value])>>;

/// What is to be made.
pub struct Plan<'c> {
    /// The program.
    pub checked: &'c Checked,
    /// The seed.
    pub seed: u64,
    /// The first index.
    pub from: u64,
    /// How many records.
    pub count: u64,
    /// The key of every draw, by number.
    pub keys: Vec<Key>,
    /// The view that is written instead of the records, where one is.
    pub view: Option<&'c View>,
    /// The same records of the used datasets.
    pub used: Vec<Plan<'c>>,
    quota: Option<Quota>,
    /// The planned labels: by aim and scenario.
    aims: Vec<Dealt<'c>>,
}

/// Plans the records `from`, `from + 1`, … of a dataset, `count` of them.
#[must_use]
pub fn plan(checked: &Checked, seed: u64, from: u64, count: u64) -> Plan<'_> {
    let keys = checked.keys(seed);
    // `scenario` is a reserved name, so no draw has this address.
    let key = Key::new(seed, [checked.address().as_str(), "scenario"]);
    let quota = checked.spec.weights.clone().map(|weights| Quota::new(key, weights));
    let used = checked.used.iter().map(|one| plan(&one.checked, seed, from, count)).collect();
    Plan { checked, seed, from, count, keys, view: None, used, quota, aims: aims(checked, seed) }
}

/// One quota for each name aimed at in each scenario, over the ranks of the scenario. `aim` is a reserved name, so no draw has
/// these addresses; they differ by the scenario's number, which decides who gets which index, too: with one for all, the
/// records of one block would all be given the same label.
fn aims(checked: &Checked, seed: u64) -> Vec<Dealt<'_>> {
    let address = checked.address().as_str();
    let of = |aimed: &'_ Aimed, scenario: usize, labels: &Labels| {
        let path = [address, "aim", &aimed.name, &scenario.to_string()];
        Quota::new(Key::new(seed, path), labels.weights.clone())
    };
    let all = checked.settling.aims.iter().map(|aimed| {
        let each = aimed.labels.iter().enumerate();
        each.map(|(at, labels)| labels.as_ref().map(|labels| (of(aimed, at, labels), labels.values.as_slice()))).collect()
    });
    all.collect()
}

/// The chunks that a walk through neighbouring indices asks for again and again.
#[derive(Default)]
pub struct PlanCache {
    scenarios: QuotaCache,
    aims: Vec<QuotaCache>,
}

impl<'c> Plan<'c> {
    /// The same plan, of which a view is written instead of the records.
    #[must_use]
    pub fn showing(self, view: Option<&'c View>) -> Self {
        Self { view, ..self }
    }
}

impl Plan<'_> {
    /// The scenario of an index, by the order of the spec, and how many earlier indices have it.
    #[must_use]
    pub fn share(&self, index: u64, cache: &mut PlanCache) -> Share {
        self.quota.as_ref().map_or(Share { choice: 0, rank: index }, |quota| quota.at(index, &mut cache.scenarios))
    }

    /// The planned value of every name aimed at, for an index with this share; undefined where its scenario plans none.
    pub fn planned(&self, share: Share, cache: &mut PlanCache, planned: &mut Vec<Value>) {
        planned.clear();
        let scenarios = self.checked.spec.scenarios.len().max(1);
        cache.aims.resize_with(self.aims.len() * scenarios, QuotaCache::default);
        for (at, aim) in self.aims.iter().enumerate() {
            let cache = cache.aims.get_mut(at * scenarios + share.choice);
            let found = aim
                .get(share.choice)
                .and_then(Option::as_ref)
                .zip(cache)
                .and_then(|((quota, labels), cache)| labels.get(quota.at(share.rank, cache).choice));
            planned.push(found.cloned().unwrap_or(Value::Undefined));
        }
    }

    /// The shards in order: fixed ranges of indices.
    pub fn shards(&self) -> impl Iterator<Item = Range<u64>> + Send + use<> {
        let (from, end) = (self.from, self.from.saturating_add(self.count));
        (0..self.count.div_ceil(SHARD)).map(move |shard| {
            let start = from + shard * SHARD;
            start..end.min(start.saturating_add(SHARD))
        })
    }

    /// Whether this is the whole dataset: what expectations are judged for.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.from == 0 && self.count >= self.checked.spec.size
    }
}
