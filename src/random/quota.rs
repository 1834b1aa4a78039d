//! Exact shares: which choice each index has, and the how-manieth of its choice it is.
//!
//! In: a key, weights, an index. Out: a [`Share`], a pure function of the three; the size of the dataset takes no part, so every
//! prefix is stable, and any index can be asked alone in constant time. What must hold: every block of `B` indices (the sum
//! of the weights in lowest terms) has each choice exactly as often as its weight, at every place with the same probability.
//!
//! # The scheme
//!
//! Index `i` is position `p = i mod B` of block `b = i / B`. A block is cut into chunks of 4096 positions, the last one shorter;
//! most have only one. A chunk holds each choice a fixed number of times: the choices in order, each repeated so often, are
//! shuffled by the stream of the key at `Address::record(b)` folded with the number of the chunk, and position `p` has what then
//! stands at `p mod 4096`.
//!
//! How often a chunk from position `x` to `y` holds a choice is `N(y) - N(x)`, where `N(x)` counts the choice before position
//! `x`. Choices take from what the choices before them left: with `l` left (at first `x`) of room `r` (at first `B`), a choice
//! of weight `w` takes `N = (l * w + f) / r`, rounded down, and leaves `l - N` of room `r - w`. Its phase `f` is `below(r)`,
//! drawn choice by choice from the stream at `Address::record(b)`: systematic sampling with a random start. `N(0)` is 0, `N(B)`
//! is `w`, `N` never falls, and the phases make every position equally likely; where there is one chunk they do not matter.
//!
//! One permutation of a long block would spread its choices as well, but counting ranks would mean walking through it.

use super::address::{Address, Key};
use super::permute::TABLE;
use super::weights::Weights;

/// Positions of a chunk.
const CHUNK: u64 = TABLE;

/// What an index has been given.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Share {
    /// Which of the weighted choices, counted from 0.
    pub choice: usize,
    /// How many earlier indices have the same choice.
    pub rank: u64,
}

/// An exact division of all indices among weighted choices. Its key must be its own: a draw of the same path would follow it.
#[derive(Debug, Clone)]
pub struct Quota {
    key: Key,
    weights: Weights,
}

/// The chunk that was asked last: makes a walk through neighbouring indices cheap. One may serve several quotas in turn.
#[derive(Debug, Default)]
pub struct QuotaCache(Option<Chunk>);

#[derive(Debug)]
struct Chunk {
    quota: Quota,
    block: u64,
    number: u64,
    shares: Vec<Share>,
}

/// Where an index lies.
#[derive(Clone, Copy)]
struct Place {
    block: u64,
    chunk: u64,
    offset: usize,
}

impl Quota {
    /// A quota by these weights.
    #[must_use]
    pub fn new(key: Key, weights: Weights) -> Self {
        Self { key, weights }
    }

    /// The choice of an index and its rank within the choice; shuffles one chunk where the cache holds another.
    #[must_use]
    pub fn at(&self, index: u64, cache: &mut QuotaCache) -> Share {
        let place = self.place(index);
        if !cache.0.as_ref().is_some_and(|chunk| chunk.is(self, place)) {
            cache.0 = Some(Chunk { quota: self.clone(), block: place.block, number: place.chunk, shares: self.chunk(place) });
        }
        cache.0.as_ref().and_then(|chunk| chunk.shares.get(place.offset)).copied().unwrap_or_default()
    }

    /// How many of the indices below `size` have each choice.
    #[must_use]
    pub fn counts(&self, size: u64) -> Vec<u64> {
        let place = self.place(size);
        let mut counts = self.ranks(place, &self.phases(place.block));
        for share in self.chunk(place).iter().take(place.offset) {
            if let Some(count) = counts.get_mut(share.choice) {
                *count += 1;
            }
        }
        counts
    }

    fn place(&self, index: u64) -> Place {
        let total = self.weights.total();
        let position = index % total;
        // Less than 4096.
        let offset = usize::try_from(position % CHUNK).unwrap_or(0);
        Place { block: index / total, chunk: position / CHUNK, offset }
    }

    fn chunk(&self, place: Place) -> Vec<Share> {
        let start = place.chunk * CHUNK;
        let end = start.saturating_add(CHUNK).min(self.weights.total());
        let phases = self.phases(place.block);
        let before = self.counts_in_block(start, &phases);
        let after = self.counts_in_block(end, &phases);
        let mut choices: Vec<usize> = Vec::new();
        for (choice, (before, after)) in before.iter().zip(&after).enumerate() {
            choices.extend((*before..*after).map(|_| choice));
        }
        self.key.stream(Address::record(place.block).fold(place.chunk)).shuffle(&mut choices);

        let mut ranks = self.ranks(place, &phases);
        let share = |choice: usize| {
            // Wraps only behind the last index of all, which nobody asks for.
            let rank = ranks.get_mut(choice).map_or(0, |rank| std::mem::replace(rank, rank.wrapping_add(1)));
            Share { choice, rank }
        };
        choices.into_iter().map(share).collect()
    }

    /// How many indices before the chunk have each choice: no count exceeds the index, so none overflows.
    fn ranks(&self, place: Place, phases: &[u64]) -> Vec<u64> {
        let in_block = self.counts_in_block(place.chunk * CHUNK, phases);
        self.weights.each().zip(in_block).map(|(weight, count)| place.block * weight + count).collect()
    }

    /// One phase a choice; zeros where a block is one chunk and no phase matters.
    fn phases(&self, block: u64) -> Vec<u64> {
        let total = self.weights.total();
        if total <= CHUNK {
            return vec![0; self.weights.cumulative().len()];
        }
        let mut stream = self.key.stream(Address::record(block));
        let before = std::iter::once(0).chain(self.weights.cumulative().iter().copied());
        before.zip(self.weights.cumulative()).map(|(before, _)| stream.below(total - before)).collect()
    }

    /// How often each choice stands before a position of the block.
    fn counts_in_block(&self, position: u64, phases: &[u64]) -> Vec<u64> {
        let mut left = position;
        let mut room = self.weights.total();
        let mut counts = Vec::with_capacity(phases.len());
        for (weight, phase) in self.weights.each().zip(phases) {
            // At most `left`, because `phase < room` and `weight <= room`.
            let taken = (u128::from(left) * u128::from(weight) + u128::from(*phase)) / u128::from(room.max(1));
            let taken = u64::try_from(taken).unwrap_or(left);
            counts.push(taken);
            left -= taken;
            room -= weight;
        }
        counts
    }
}

impl Chunk {
    fn is(&self, quota: &Quota, place: Place) -> bool {
        (self.block, self.number) == (place.block, place.chunk)
            && self.quota.key == quota.key
            && self.quota.weights.is(&quota.weights)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::Weight;
    use super::*;

    fn quota(seed: u64, weights: &[i128]) -> Quota {
        let weights: Vec<Weight> = weights.iter().map(|weight| Weight::of_int(*weight).unwrap()).collect();
        Quota::new(Key::new(seed, ["test", "quota"]), Weights::new(&weights).unwrap())
    }

    /// Walks all indices below `size` and compares every rank with a count.
    fn walk(quota: &Quota, size: u64) -> Vec<u64> {
        let mut counts = vec![0; quota.weights.cumulative().len()];
        let mut cache = QuotaCache::default();
        for index in 0..size {
            let share = quota.at(index, &mut cache);
            assert_eq!(share.rank, counts[share.choice], "index {index}");
            counts[share.choice] += 1;
        }
        counts
    }

    #[test]
    fn every_block_is_exact_and_ranks_count() {
        for weights in
            [&[1][..], &[1, 2, 3], &[0, 7, 0, 1], &[4_000, 96], &[4_000, 97], &[5_000, 1, 1, 8_000, 0], &vec![1; 5_000]]
        {
            let quota = quota(1, weights);
            let total = quota.weights.total();
            for blocks in 1..=3 {
                let counts = walk(&quota, blocks * total);
                let expected: Vec<u64> = quota.weights.each().map(|weight| weight * blocks).collect();
                assert_eq!(counts, expected);
                assert_eq!(quota.counts(blocks * total), expected);
            }
        }
    }

    #[test]
    fn blocks_differ_and_a_cache_never_confuses_quotas() {
        let (a, b) = (quota(1, &[1, 1, 2]), quota(1, &[2, 1, 1]));
        let mut cache = QuotaCache::default();
        let mut orders = std::collections::BTreeSet::new();
        for block in 0..40 {
            let order: Vec<usize> = (0..4).map(|place| a.at(block * 4 + place, &mut cache).choice).collect();
            let fresh: Vec<usize> = (0..4).map(|place| a.at(block * 4 + place, &mut QuotaCache::default()).choice).collect();
            assert_eq!(order, fresh);
            let other = b.at(block * 4, &mut cache);
            assert_eq!(other, b.at(block * 4, &mut QuotaCache::default()));
            orders.insert(order);
        }
        // Of the 12 orders, 40 blocks miss one with a probability of 12 * (11/12)^40 = 0.37 each; most are met.
        assert!(orders.len() >= 9, "{}", orders.len());
    }

    #[test]
    fn the_last_index_of_all_is_served() {
        for weights in [&[1, 2, 4][..], &[6_000, 1_000], &[i128::from(u64::MAX) - 1, 1], &[1, i128::from(u64::MAX) - 1]] {
            let quota = quota(2, weights);
            let share = quota.at(u64::MAX, &mut QuotaCache::default());
            let counts = quota.counts(u64::MAX);
            assert_eq!(share.rank, counts[share.choice]);
            assert_eq!(counts.iter().map(|count| u128::from(*count)).sum::<u128>(), u128::from(u64::MAX));
        }
    }

    #[test]
    fn every_place_is_equally_likely_over_keys() {
        // Places 0, in the middle of, and at the end of a block of one, and of a block of three chunks.
        for (weights, places) in [(&[1, 2, 7][..], [0, 5, 9]), (&[900, 1_800, 6_301], [0, 4_500, 9_000])] {
            let keys = 3_000_u32;
            for place in places {
                let mut counts = [0_u32; 3];
                for seed in 0..keys {
                    counts[quota(u64::from(seed), weights).at(place, &mut QuotaCache::default()).choice] += 1;
                }
                // A standard deviation of 25 at most; bounds at five.
                assert!(counts[0].abs_diff(300) < 83 && counts[1].abs_diff(600) < 110, "{counts:?} at {place}");
            }
        }
    }

    #[test]
    fn rare_choices_spread_over_a_long_block() {
        // A block of twelve chunks, cut in its middle: within a chunk, places are chance.
        // After a large choice the rest is evenly spread: one of the two in each half, either one in either.
        let mut second = 0_u32;
        // Before it, their places are independent: both in one half for half of the keys.
        let mut together = 0_u32;
        for seed in 0..1_000 {
            let after = quota(seed, &[49_150, 1, 1]).counts(24_576);
            assert_eq!(after[1] + after[2], 1);
            second += u32::try_from(after[1]).unwrap();
            let before = quota(seed, &[1, 1, 49_150]).counts(24_576);
            together += u32::from(before[0] == before[1]);
        }
        // A standard deviation of 16; bounds at five.
        assert!(second.abs_diff(500) < 80 && together.abs_diff(500) < 80, "{second} {together}");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]
        #[test]
        fn ranks_and_counts_agree_anywhere(seed: u64, index: u64, weights in prop::collection::vec(0_i128..9_000, 1..6)) {
            prop_assume!(weights.iter().any(|weight| *weight > 0));
            let quota = quota(seed, &weights);
            let index = index.min(u64::MAX - 1);
            let share = quota.at(index, &mut QuotaCache::default());
            let (before, after) = (quota.counts(index), quota.counts(index + 1));
            for (choice, (before, after)) in before.iter().zip(&after).enumerate() {
                prop_assert_eq!(after - before, u64::from(choice == share.choice));
            }
            prop_assert_eq!(share.rank, before[share.choice]);
        }
    }
}
