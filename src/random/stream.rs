//! A stream of words and the integers, choices and orders drawn from it.
//!
//! In: the state and sequence that a [`Key`](super::Key) and an [`Address`](super::Address) give. Out: unbiased draws by the
//! exact steps that the module above lists. Nothing panics: empty ranges have a stated answer, and `check` refuses them before.

use std::collections::BTreeSet;

use rand::Rng;
use rand_pcg::Pcg64Dxsm;

/// The random words of one draw at one position.
#[derive(Debug, Clone)]
pub struct Stream(Pcg64Dxsm);

impl Stream {
    #[inline]
    pub(super) fn new(state: u128, stream: u128) -> Self {
        Self(Pcg64Dxsm::new(state, stream))
    }

    /// The next 64 bits.
    #[inline]
    pub fn next_u64(&mut self) -> u64 {
        self.0.next_u64()
    }

    fn next_u128(&mut self) -> u128 {
        let high = u128::from(self.next_u64());
        (high << 64) | u128::from(self.next_u64())
    }

    /// An integer in [0, n), each equally likely; 0 for `n` = 0.
    ///
    /// Multiply-high with rejection (Lemire, "Fast Random Integer Generation in an Interval", 2019).
    #[inline]
    pub fn below(&mut self, n: u64) -> u64 {
        let n = n.max(1);
        let mut product = u128::from(self.next_u64()) * u128::from(n);
        if low(product) < n {
            let surplus = n.wrapping_neg() % n;
            while low(product) < surplus {
                product = u128::from(self.next_u64()) * u128::from(n);
            }
        }
        (product >> 64) as u64
    }

    /// An integer in [0, n) for `n` of any width; 0 for `n` = 0.
    pub fn below_wide(&mut self, n: u128) -> u128 {
        if let Ok(n) = u64::try_from(n) {
            return u128::from(self.below(n));
        }
        let surplus_bits = (n - 1).leading_zeros();
        loop {
            let number = self.next_u128() >> surplus_bits;
            if number < n {
                return number;
            }
        }
    }

    /// An integer from `min` to `max`, both included; `min` where `max` is less.
    pub fn int(&mut self, min: i128, max: i128) -> i128 {
        let width = max.max(min).wrapping_sub(min).cast_unsigned();
        let offset = match width.checked_add(1) {
            Some(count) => self.below_wide(count),
            None => self.next_u128(),
        };
        min.wrapping_add(offset.cast_signed())
    }

    /// True in exactly `numerator` of `denominator` cases; a denominator of 0 counts as 1.
    pub fn chance(&mut self, numerator: u64, denominator: u64) -> bool {
        self.below(denominator) < numerator
    }

    /// A choice by weight, given the sums of the weights up to and with each choice. A weight of 0 is never chosen.
    ///
    /// With equal weights of 1 this is `below(n)`: a weighted pick and a plain one agree.
    pub fn weighted(&mut self, cumulative: &[u64]) -> usize {
        let number = self.below(cumulative.last().copied().unwrap_or(0));
        cumulative.partition_point(|sum| *sum <= number)
    }

    /// Puts the items in random order, every order equally likely as far as 128 bits of state can tell.
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            let other = self.place_below(last + 1);
            items.swap(last, other);
        }
    }

    /// `k` different numbers below `n`, ascending; every such set is equally likely. All of them where `k` exceeds `n`.
    ///
    /// Robert Floyd's method (Bentley and Floyd, "A Sample of Brilliance", 1987).
    pub fn sample(&mut self, n: usize, k: usize) -> Vec<usize> {
        let mut taken = BTreeSet::new();
        for last in n - k.min(n)..n {
            let one = self.place_below(last + 1);
            if !taken.insert(one) {
                taken.insert(last);
            }
        }
        taken.into_iter().collect()
    }

    /// [`below`](Self::below) for places in a list: drawn as 64 bits whatever the width of `usize`.
    fn place_below(&mut self, n: usize) -> usize {
        // The number is less than `n`, so it fits.
        usize::try_from(self.below(n as u64)).unwrap_or(0)
    }
}

#[expect(clippy::cast_possible_truncation, reason = "the low half is meant")]
fn low(product: u128) -> u64 {
    product as u64
}

#[cfg(test)]
#[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "counts are small")]
mod tests {
    use proptest::prelude::*;

    use super::super::{Address, Key, Weight, Weights};
    use super::*;

    fn stream(index: u64) -> Stream {
        Key::new(1, ["test", "stream"]).stream(Address::record(index))
    }

    /// Pearson's statistic against equal shares.
    fn chi_square(counts: &[u32]) -> f64 {
        let mean = f64::from(counts.iter().sum::<u32>()) / counts.len() as f64;
        counts.iter().map(|count| f64::from(*count) - mean).map(|distance| distance * distance / mean).sum()
    }

    #[test]
    fn small_ranges_are_uniform_over_records_and_within_a_stream() {
        let mut counts = [[0_u32; 7]; 2];
        let mut one = stream(0);
        for index in 0..70_000 {
            counts[0][one.below(7) as usize] += 1;
            counts[1][stream(index).below(7) as usize] += 1;
        }
        // 6 degrees of freedom: above 27.9 once in 10 000 seeds.
        for counts in counts {
            assert!(chi_square(&counts) < 27.9, "{counts:?}");
        }
    }

    #[test]
    fn rejection_keeps_wide_ranges_uniform() {
        // With plain multiply-high the lower half of [0, 3 * 2^62) would be chosen half as often again.
        let n = 3 << 62;
        let mut one = stream(1);
        let mut thirds = [0_u32; 3];
        let mut wide = [0_u32; 3];
        for _ in 0..30_000 {
            thirds[(one.below(n) >> 62) as usize] += 1;
            wide[(one.below_wide(3 << 90) >> 90) as usize] += 1;
        }
        assert!(chi_square(&thirds) < 18.4, "{thirds:?}");
        assert!(chi_square(&wide) < 18.4, "{wide:?}");
    }

    #[test]
    fn empty_and_single_ranges_have_an_answer() {
        let mut one = stream(2);
        assert_eq!((one.below(0), one.below(1), one.below_wide(0)), (0, 0, 0));
        assert_eq!((one.int(5, 5), one.int(5, 4), one.int(i128::MAX, i128::MAX)), (5, 5, i128::MAX));
        assert!(!one.chance(0, 10) && one.chance(10, 10) && one.chance(1, 0));
        assert_eq!((one.weighted(&[]), one.weighted(&[0, 1, 1])), (0, 1));
        assert!(one.sample(0, 3).is_empty() && one.sample(3, 0).is_empty());
        one.shuffle::<u8>(&mut []);
    }

    #[test]
    fn equal_weights_pick_as_a_plain_pick_does() {
        let weights = Weights::new(&[Weight::of_int(2).unwrap(); 9]).unwrap();
        for index in 0..1_000 {
            assert_eq!(stream(index).weighted(weights.cumulative()) as u64, stream(index).below(9));
        }
    }

    #[test]
    fn weights_and_chances_are_met() {
        let (mut counts, mut heads) = ([0_u32; 4], 0_u32);
        for index in 0..60_000 {
            counts[stream(index).weighted(&[1, 1, 3, 6])] += 1;
            heads += u32::from(stream(index).chance(1, 3));
        }
        // Standard deviations of 91, 115 and 122; bounds at five of them.
        assert_eq!(counts[1], 0);
        assert!(counts[0].abs_diff(10_000) < 456 && counts[2].abs_diff(20_000) < 577 && counts[3].abs_diff(30_000) < 612);
        assert!(heads.abs_diff(20_000) < 577);
    }

    #[test]
    fn all_orders_and_all_sets_are_equally_likely() {
        let (mut orders, mut sets) = ([0_u32; 64], [0_u32; 32]);
        for index in 0..24_000 {
            let mut items = [0, 1, 2, 3];
            stream(index).shuffle(&mut items);
            orders[items[0] << 4 | items[1] << 2 | items[2]] += 1;
            sets[stream(index).sample(5, 2).iter().map(|one| 1 << one).sum::<usize>()] += 1;
        }
        let orders: Vec<u32> = orders.into_iter().filter(|count| *count > 0).collect();
        let sets: Vec<u32> = sets.into_iter().filter(|count| *count > 0).collect();
        assert_eq!((orders.len(), sets.len()), (24, 10));
        // 23 and 9 degrees of freedom, one seed in 10 000.
        assert!(chi_square(&orders) < 58.6, "{orders:?}");
        assert!(chi_square(&sets) < 33.7, "{sets:?}");
    }

    proptest! {
        #[test]
        fn integers_stay_in_their_range(index: u64, a: i128, b: i128) {
            let (min, max) = (a.min(b), a.max(b));
            let number = stream(index).int(min, max);
            prop_assert!(min <= number && number <= max);
        }

        #[test]
        fn full_width_is_allowed(index: u64) {
            let mut words = stream(index);
            let (high, low) = (words.next_u64(), words.next_u64());
            let both = (u128::from(high) << 64 | u128::from(low)).cast_signed();
            prop_assert_eq!(stream(index).int(i128::MIN, i128::MAX), i128::MIN.wrapping_add(both));
        }

        #[test]
        fn samples_are_ascending_and_complete(index: u64, n in 0_usize..200, k in 0_usize..220) {
            let sample = stream(index).sample(n, k);
            prop_assert_eq!(sample.len(), k.min(n));
            prop_assert!(sample.windows(2).all(|pair| pair[0] < pair[1]));
            prop_assert!(sample.iter().all(|one| *one < n));
        }
    }
}
