//! Real numbers drawn from a stream: uniform and log-uniform, and integers on a logarithmic scale.
//!
//! Only IEEE arithmetic and the logarithms and exponentials of the `libm` crate are used, which give the same bits on every
//! platform that computes in binary64. Open ends stay open: no rounding reaches them.

use super::stream::Stream;

/// Distance of two neighbours of [`Stream::unit`]: 2^-53.
const UNIT_STEP: f64 = 1.0 / 9_007_199_254_740_992.0;
/// From here on (2^40) a logarithmic draw is completed by an integer draw. Bins of this coarseness hold about a hundred steps
/// of `unit` where the range spans 63 octaves, so none is missed.
const FINE: i128 = 1 << 40;

impl Stream {
    /// A number in [0, 1): a multiple of 2^-53.
    #[expect(clippy::cast_precision_loss, reason = "53 bits fit a binary64 number exactly")]
    pub fn unit(&mut self) -> f64 {
        (self.next_u64() >> 11) as f64 * UNIT_STEP
    }

    /// A number in [min, max), uniform; `min` where `max` is not greater. Both must be finite.
    pub fn float(&mut self, min: f64, max: f64) -> f64 {
        let unit = self.unit();
        let width = max - min;
        let number = if width.is_finite() { min + width * unit } else { 2.0 * (min * 0.5 + (max * 0.5 - min * 0.5) * unit) };
        half_open(number, min, max)
    }

    /// A number in [min, max) whose logarithm is uniform; `min` where `max` is not greater. Both must be finite and above 0.
    pub fn log_float(&mut self, min: f64, max: f64) -> f64 {
        let low = libm::log(min);
        let number = libm::exp(low + (libm::log(max) - low) * self.unit());
        half_open(number, min, max)
    }

    /// An integer from `min` to `max`, both included, as if a log-uniform number in [min, max + 1) were rounded down: the
    /// probability of `k` is proportional to `ln((k + 1) / k)`. A `min` below 1 counts as 1, a `max` below `min` as `min`.
    #[expect(clippy::cast_precision_loss, reason = "relative errors of 2^-53; the ends are clamped as integers")]
    #[expect(clippy::cast_possible_truncation, reason = "rounding down is meant; the cast saturates")]
    pub fn log_int(&mut self, min: i128, max: i128) -> i128 {
        let min = min.max(1);
        let max = max.max(min);
        // Growth over `min` instead of the number itself: narrow ranges of large numbers keep their precision.
        let growth = libm::expm1(self.unit() * libm::log1p((max - min + 1) as f64 / min as f64));
        let number = min + ((min as f64 * growth) as i128).clamp(0, max - min);
        if number < FINE {
            return number;
        }
        let bin = 1 << (number.ilog2() - FINE.ilog2());
        let start = number - number % bin;
        // `start + (bin - 1)` cannot overflow: it has the highest bit of `number`.
        self.int(start.max(min), (start + (bin - 1)).min(max))
    }
}

/// The number, kept in [min, max) against rounding.
fn half_open(number: f64, min: f64, max: f64) -> f64 {
    if number >= max { max.next_down().max(min) } else { number.max(min) }
}

#[cfg(test)]
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "counts are small")]
#[expect(clippy::float_cmp, reason = "exact results are meant")]
mod tests {
    use proptest::prelude::*;

    use super::super::{Address, Key};
    use super::*;

    fn stream(index: u64) -> Stream {
        Key::new(2, ["test", "real"]).stream(Address::record(index))
    }

    #[test]
    fn units_are_uniform() {
        let (mut sum, mut squares, mut tenths) = (0.0, 0.0, [0_u32; 10]);
        for index in 0..100_000 {
            let unit = stream(index).unit();
            assert!((0.0..1.0).contains(&unit));
            sum += unit;
            squares += unit * unit;
            tenths[(unit * 10.0) as usize] += 1;
        }
        // Five standard deviations each.
        assert!((sum / 1e5 - 0.5).abs() < 0.0046);
        assert!((squares / 1e5 - 1.0 / 3.0).abs() < 0.0048);
        assert!(tenths.iter().all(|count| count.abs_diff(10_000) < 475), "{tenths:?}");
    }

    #[test]
    fn the_open_end_stays_open() {
        let next = 1.0_f64.next_up();
        for index in 0..1_000 {
            assert_eq!(stream(index).float(1.0, next), 1.0);
            assert!(stream(index).float(0.0, f64::from_bits(2)) < f64::from_bits(2));
            assert_eq!(stream(index).log_float(1.0, next), 1.0);
        }
        assert_eq!(stream(0).float(3.0, 3.0), 3.0);
        assert_eq!(stream(0).log_float(3.0, 2.0), 3.0);
    }

    #[test]
    fn the_widest_range_neither_overflows_nor_leans() {
        let mut negative = 0_u32;
        for index in 0..10_000 {
            let number = stream(index).float(f64::MIN, f64::MAX);
            assert!(number.is_finite());
            negative += u32::from(number < 0.0);
        }
        assert!(negative.abs_diff(5_000) < 250);
    }

    #[test]
    fn decades_are_equally_likely_on_a_log_scale() {
        let (mut ints, mut floats) = ([0_u32; 4], [0_u32; 4]);
        for index in 0..40_000 {
            // [1, 10^4) in integers is 1..=9999.
            ints[stream(index).log_int(1, 9_999).ilog10() as usize] += 1;
            floats[(libm::log10(stream(index).log_float(0.01, 100.0)) + 2.0) as usize] += 1;
        }
        // A standard deviation of 87; bounds at five.
        for counts in [ints, floats] {
            assert!(counts.iter().all(|count| count.abs_diff(10_000) < 435), "{counts:?}");
        }
    }

    #[test]
    fn every_integer_is_reached_and_so_are_both_ends() {
        let mut counts = [0_u32; 7];
        for index in 0..20_000 {
            counts[stream(index).log_int(1, 6) as usize] += 1;
        }
        for (k, count) in counts.iter().enumerate().skip(1) {
            let k = k as f64;
            let expected = 20_000.0 * libm::log((k + 1.0) / k) / libm::log(7.0);
            assert!((f64::from(*count) - expected).abs() < 5.0 * libm::sqrt(expected), "{counts:?}");
        }
        // Where neighbouring floats are 2^10 apart.
        let low = 1_i128 << 62;
        let mut ends = [0_u32; 6];
        for index in 0..6_000 {
            ends[usize::try_from(stream(index).log_int(low - 2, low + 3) - (low - 2)).unwrap()] += 1;
        }
        assert_eq!(ends.iter().sum::<u32>(), 6_000);
        // Uniform, for all that floats can tell.
        assert!(ends.iter().all(|count| count.abs_diff(1_000) < 150), "{ends:?}");
    }

    proptest! {
        #[test]
        fn floats_stay_in_their_range(index: u64, a in -1e300_f64..1e300, b in -1e300_f64..1e300) {
            let (min, max) = (a.min(b), a.max(b));
            let number = stream(index).float(min, max);
            prop_assert!(min <= number && (number < max || min == max));
        }

        #[test]
        fn log_integers_stay_in_their_range(index: u64, a in 1_i128..=i128::MAX, b in 1_i128..=i128::MAX, shift in 0_u32..127) {
            let (a, b) = ((a >> shift).max(1), (b >> (shift / 2)).max(1));
            let number = stream(index).log_int(a.min(b), a.max(b));
            prop_assert!(a.min(b) <= number && number <= a.max(b));
        }
    }
}
