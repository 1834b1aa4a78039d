//! A keyed order of `0..n`: which number stands at which place.
//!
//! In: a key, a position (the round, once `n` places are used up) and `n`. Out: a bijection, asked one place at a time.
//! Up to [`TABLE`] numbers it is a shuffled table, where all orders are equally likely; above, a Feistel network over the
//! bits of `n - 1` with cycle walking, which needs no memory. Small networks are visibly biased over keys, hence the table.

use std::sync::Mutex;

use super::address::{Address, Key, mix};

/// The largest `n` that is kept as a table.
pub(super) const TABLE: u64 = 4096;
const ROUNDS: usize = 8;
/// How many tables a cache holds: workers stand in different passes of one walk.
const KEPT: usize = 8;

/// A keyed bijection of `0..n`.
#[derive(Debug, Clone)]
pub struct Permutation {
    count: u64,
    form: Form,
}

#[derive(Debug, Clone)]
enum Form {
    Table(Vec<u16>),
    Network { bits: u32, keys: [u64; ROUNDS] },
}

impl Permutation {
    /// The order of `0..n` that a key gives at a position; a caller that starts over after `n` places passes
    /// `Address::record(round)`.
    ///
    /// The table is the identity, shuffled. The network takes its round keys from the first eight words of the stream.
    #[must_use]
    pub fn new(key: Key, address: Address, n: u64) -> Self {
        let mut stream = key.stream(address);
        let form = if n <= TABLE {
            let mut table: Vec<u16> = (0..=u16::MAX).take_while(|one| u64::from(*one) < n).collect();
            stream.shuffle(&mut table);
            Form::Table(table)
        } else {
            Form::Network { bits: u64::BITS - (n - 1).leading_zeros(), keys: std::array::from_fn(|_| stream.next_u64()) }
        };
        Self { count: n, form }
    }

    /// The number at a place; a place outside `0..n` keeps its own.
    #[must_use]
    pub fn at(&self, place: u64) -> u64 {
        if place >= self.count {
            return place;
        }
        match &self.form {
            Form::Table(table) => {
                let number = usize::try_from(place).ok().and_then(|place| table.get(place));
                number.map_or(place, |number| u64::from(*number))
            }
            Form::Network { bits, keys } => {
                // Less than two steps on average: at least half of the network's domain lies below `count`.
                let mut number = network(place, *bits, keys);
                while number >= self.count {
                    number = network(number, *bits, keys);
                }
                number
            }
        }
    }
}

/// The tables that were asked last, so that neighbouring records do not shuffle the same one again.
///
/// Shared by all workers; it holds nothing but what [`Permutation::new`] would give, and nobody waits for it.
#[derive(Debug, Default)]
pub struct PermutationCache([Mutex<Option<(Key, Address, Permutation)>>; KEPT]);

impl PermutationCache {
    /// The number at a place of the order of `0..n` that a key gives at a position.
    #[must_use]
    pub fn at(&self, key: Key, address: Address, n: u64, place: u64) -> u64 {
        let order = || Permutation::new(key, address, n);
        let slot = usize::try_from(address.mixed % KEPT as u64).ok().and_then(|slot| self.0.get(slot));
        // A network costs eight words, a small table not many more.
        let Some(Ok(mut kept)) = slot.filter(|_| (KEPT as u64..=TABLE).contains(&n)).map(Mutex::try_lock) else {
            return order().at(place);
        };
        match &*kept {
            Some((of, at, known)) if (*of, *at, known.count) == (key, address, n) => known.at(place),
            _ => kept.insert((key, address, order())).2.at(place),
        }
    }
}

/// One pass: the upper half (the wider one, where they differ) is changed by a function of the lower, then they change places.
/// The number of rounds is even, so both halves end with the width they began with.
fn network(number: u64, bits: u32, keys: &[u64; ROUNDS]) -> u64 {
    let mut low_bits = bits / 2;
    let mut high_bits = bits - low_bits;
    let mut high = number >> low_bits;
    let mut low = number & mask(low_bits);
    for key in keys {
        (high, low) = (low, high ^ ((mix(low ^ key) >> 20) & mask(high_bits)));
        (high_bits, low_bits) = (low_bits, high_bits);
    }
    (high << low_bits) | low
}

fn mask(bits: u32) -> u64 {
    (1 << bits) - 1
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn permutation(round: u64, n: u64) -> Permutation {
        Permutation::new(Key::new(0, ["test", "permutation"]), Address::record(round), n)
    }

    fn assert_bijective(permutation: &Permutation, n: u64) {
        let mut seen = vec![false; usize::try_from(n).unwrap()];
        for place in 0..n {
            let number = usize::try_from(permutation.at(place)).unwrap();
            assert!(!std::mem::replace(&mut seen[number], true), "{number} twice");
        }
    }

    #[test]
    fn every_number_stands_at_one_place() {
        for n in [0, 1, 2, 5, 4_095, 4_096, 4_097, 8_191, 8_192, 8_193, 100_000, 300_001] {
            assert_bijective(&permutation(3, n), n);
        }
    }

    #[test]
    fn the_widest_domain_is_served() {
        let widest = permutation(0, u64::MAX);
        let mut numbers: Vec<u64> = (0..10_000).map(|place| widest.at(place)).collect();
        numbers.sort_unstable();
        numbers.dedup();
        assert_eq!(numbers.len(), 10_000);
        assert_eq!(widest.at(u64::MAX), u64::MAX);
    }

    #[test]
    fn small_orders_are_equally_likely_over_rounds() {
        let mut counts = [0_u32; 64];
        for round in 0..24_000 {
            let order = permutation(round, 4);
            counts[usize::try_from(order.at(0) << 4 | order.at(1) << 2 | order.at(2)).unwrap()] += 1;
        }
        let met: Vec<u32> = counts.into_iter().filter(|count| *count > 0).collect();
        assert_eq!(met.len(), 24);
        // A standard deviation of 31; bounds at five.
        assert!(met.iter().all(|count| count.abs_diff(1_000) < 155), "{met:?}");
    }

    #[test]
    fn large_orders_look_like_chance() {
        let n = 50_000;
        let order = permutation(1, n);
        let ascents = (1..n).filter(|place| order.at(*place) > order.at(place - 1)).count();
        // Mean n / 2, variance n / 12: a standard deviation of 65.
        assert!(ascents.abs_diff(25_000) < 325, "{ascents}");
        let fixed = (0..n).filter(|place| order.at(*place) == *place).count();
        assert!(fixed < 9, "{fixed}");
        let other = permutation(2, n);
        let shared = (0..n).filter(|place| order.at(*place) == other.at(*place)).count();
        assert!(shared < 9, "{shared}");
    }

    #[test]
    fn a_cache_gives_what_it_stands_for() {
        let (key, cache) = (Key::new(0, ["test", "permutation"]), PermutationCache::default());
        for n in [1, 5, 8, 100, 4_096, 5_000] {
            for place in (0..40).map(|step| step * 7) {
                let address = Address::record(0).element(u32::try_from(place % 3).unwrap()).pass(place / n);
                assert_eq!(cache.at(key, address, n, place % n), Permutation::new(key, address, n).at(place % n));
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn bijective_at_any_length(round: u64, n in 0_u64..20_000) {
            assert_bijective(&permutation(round, n), n);
        }
    }
}
