//! plan: [`Checked`] to [`Plan`]: which scenario each index has, one key a draw, fixed shards.
//!
//! Everything here is a pure function of the spec, the seed and an index, in constant time: no record depends on another, on
//! how many there are, or on where a build begins.

use std::collections::BTreeMap;
use std::ops::Range;

use super::check::Checked;
use crate::data::Text;
use crate::random::{Key, Quota, QuotaCache, Share};

/// Records in a shard: what one worker makes at a time. Part of the byte contract only where a format says so.
pub const SHARD: u64 = 1024;

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
    /// The same records of the used datasets.
    pub used: Vec<Plan<'c>>,
    quota: Option<Quota>,
}

/// Plans the records `from`, `from + 1`, … of a dataset, `count` of them.
#[must_use]
pub fn plan(checked: &Checked, seed: u64, from: u64, count: u64) -> Plan<'_> {
    let keys = checked.keys.iter().map(|path| Key::new(seed, path.iter().map(Text::as_str))).collect();
    // `scenario` is a reserved name, so no draw has this address.
    let key = Key::new(seed, [checked.address().as_str(), "scenario"]);
    let quota = checked.spec.weights.clone().map(|weights| Quota::new(key, weights));
    let used = checked.used.iter().map(|one| plan(&one.checked, seed, from, count)).collect();
    Plan { checked, seed, from, count, keys, used, quota }
}

impl Plan<'_> {
    /// The scenario of an index, by the order of the spec, and how many earlier indices have it.
    #[must_use]
    pub fn share(&self, index: u64, cache: &mut QuotaCache) -> Share {
        self.quota.as_ref().map_or(Share { choice: 0, rank: index }, |quota| quota.at(index, cache))
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

    /// How many records each scenario has, by name.
    #[must_use]
    pub fn scenario_counts(&self) -> BTreeMap<String, u64> {
        let Some(quota) = &self.quota else { return BTreeMap::new() };
        let upto = quota.counts(self.from.saturating_add(self.count));
        let before = quota.counts(self.from);
        let names = self.checked.spec.scenarios.iter().map(|scenario| scenario.name.to_string());
        names.zip(upto.into_iter().zip(before).map(|(upto, before)| upto - before)).collect()
    }
}
