//! The named distributions: numbers drawn from them, and how likely a stretch of numbers is.
//!
//! In: a stream and the parameters, which callers have checked. Out: numbers, the same on every platform: only IEEE arithmetic
//! and the functions of the `libm` crate are used. Every method is exact up to the rounding of binary64.

use std::f64::consts::{FRAC_1_SQRT_2, TAU};

use super::stream::Stream;

/// The greatest mean of counted events; beyond, the logarithms of the acceptance test lose the digits that decide.
pub const MOST_COUNTED: f64 = 1e9;
/// The greatest number of ranks: 2^53, up to where every whole number is a float.
pub const MOST_RANKS: u64 = 1 << 53;
/// From this mean on counts are drawn by rejection, whose cost does not grow with the mean.
const MANY: f64 = 10.0;
/// Up to this mean the probabilities of counts are summed; beyond, the normal curve is near enough for a share.
const SUMMED: f64 = 1e4;

/// A distribution with its parameters.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Distribution {
    /// The bell curve around `mean`; `sd` is at least 0.
    Normal {
        /// The mean.
        mean: f64,
        /// The standard deviation.
        sd: f64,
    },
    /// Numbers whose logarithm is normal; `median` is above 0, `sigma` at least 0.
    LogNormal {
        /// The median: half of all numbers lie above.
        median: f64,
        /// The standard deviation of the logarithm.
        sigma: f64,
    },
    /// The time to the next of events that come independently; `mean` is above 0.
    Exponential {
        /// The mean.
        mean: f64,
    },
    /// How many independent events there are; `mean` is from 0 to [`MOST_COUNTED`], numbers are whole.
    Poisson {
        /// The mean.
        mean: f64,
    },
}

impl Distribution {
    /// Draws a number. Parameters near the ends of binary64 may give an infinite one.
    pub fn draw(self, stream: &mut Stream) -> f64 {
        match self {
            Self::Normal { mean, sd } => mean + sd * normal(stream),
            Self::LogNormal { median, sigma } => median * libm::exp(sigma * normal(stream)),
            Self::Exponential { mean } => -mean * libm::log1p(-stream.unit()),
            Self::Poisson { mean } if mean < MANY => few(mean, stream),
            Self::Poisson { mean } => many(mean, stream),
        }
    }

    /// The probability of a number in [min, max); either end may be infinite.
    #[must_use]
    pub fn share_between(self, min: f64, max: f64) -> f64 {
        let log = |end: f64| if end > 0.0 { libm::log(end) } else { f64::NEG_INFINITY };
        match self {
            Self::Normal { mean, sd } => bell(min, max, mean, sd),
            Self::LogNormal { median, sigma } => bell(log(min), log(max), log(median), sigma),
            Self::Exponential { mean } => libm::exp(-min.max(0.0) / mean) - libm::exp(-max.max(0.0) / mean),
            Self::Poisson { mean } if mean > SUMMED => bell(min.ceil() - 0.5, max.ceil() - 0.5, mean, libm::sqrt(mean)),
            Self::Poisson { mean } => counted(min, max, mean),
        }
    }
}

/// A number of mean 0 and standard deviation 1 (Box and Muller, "A Note on the Generation of Random Normal Deviates", 1958).
fn normal(stream: &mut Stream) -> f64 {
    let radius = libm::sqrt(-2.0 * libm::log(1.0 - stream.unit()));
    radius * libm::cos(TAU * stream.unit())
}

/// A count of small mean: how many units can be multiplied before the product falls to `exp(-mean)` (Knuth, "The Art of Computer
/// Programming", volume 2, section 3.4.1).
fn few(mean: f64, stream: &mut Stream) -> f64 {
    let end = libm::exp(-mean);
    let (mut product, mut count) = (stream.unit(), 0.0);
    while product > end {
        product *= stream.unit();
        count += 1.0;
    }
    count
}

/// A count of mean 10 or more: transformed rejection with squeeze (Hörmann, "The transformed rejection method for generating
/// Poisson random variables", 1993, algorithm PTRS, whose constants these are).
fn many(mean: f64, stream: &mut Stream) -> f64 {
    let b = 0.931 + 2.53 * libm::sqrt(mean);
    let a = -0.059 + 0.024_83 * b;
    let within = 0.9277 - 3.6224 / (b - 2.0);
    let scale = 1.1239 + 1.1328 / (b - 3.4);
    loop {
        let side = stream.unit() - 0.5;
        let height = stream.unit();
        let room = 0.5 - side.abs();
        let count = libm::floor((2.0 * a / room + b) * side + mean + 0.43);
        if room >= 0.07 && height <= within {
            return count;
        }
        if count < 0.0 || (room < 0.013 && height > room) {
            continue;
        }
        let hat = libm::log(height * scale / (a / (room * room) + b));
        if hat <= log_probability(count, mean) {
            return count;
        }
    }
}

/// The logarithm of the probability of a count.
fn log_probability(count: f64, mean: f64) -> f64 {
    count * libm::log(mean) - mean - libm::lgamma(count + 1.0)
}

/// The share of the bell curve in [min, max), computed on the side of its lighter tail.
fn bell(min: f64, max: f64, mean: f64, sd: f64) -> f64 {
    let distance = |end: f64| match (end - mean) / sd {
        // Without spread everything lies at the mean.
        far if far.is_nan() || sd == 0.0 => f64::INFINITY.copysign(if end > mean { 1.0 } else { -1.0 }),
        far => far * FRAC_1_SQRT_2,
    };
    let (low, high) = (distance(min), distance(max));
    let share = if low > 0.0 { libm::erfc(low) - libm::erfc(high) } else { libm::erfc(-high) - libm::erfc(-low) };
    (share * 0.5).max(0.0)
}

/// The share of the counts in [min, max), summed within 40 standard deviations.
fn counted(min: f64, max: f64, mean: f64) -> f64 {
    if mean == 0.0 {
        return if min <= 0.0 && max > 0.0 { 1.0 } else { 0.0 };
    }
    let reach = 40.0 * (libm::sqrt(mean) + 1.0);
    let mut count = libm::ceil(min).max(libm::floor(mean - reach)).max(0.0);
    let end = libm::ceil(max).min(mean + reach);
    let mut share = 0.0;
    while count < end {
        share += libm::exp(log_probability(count, mean));
        count += 1.0;
    }
    share
}

/// Ranks from 1 to `n`, rank `k` in proportion to `k^-s`.
///
/// Rejection from an inverted hat: the curve `x^-s` is integrated and inverted, and what lies above a rank's bar is drawn again
/// (Hörmann and Derflinger, "Rejection-inversion to generate variates from monotone discrete distributions", 1996). It needs no
/// table, and fewer than two tries on average, whatever `n` is.
#[derive(Debug, Clone, Copy)]
pub struct Zipf {
    ranks: f64,
    s: f64,
    /// The integral at the outer edge of the first bar, less the bar.
    first: f64,
    /// The integral at the outer edge of the last bar.
    last: f64,
    /// A rank at most this far above its number lies surely below the curve.
    squeeze: f64,
}

impl Zipf {
    /// `n` ranks, of which 1 to [`MOST_RANKS`] are possible, and an exponent of at least 0.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "at most 2^53")]
    pub fn new(n: u64, s: f64) -> Self {
        let ranks = n.clamp(1, MOST_RANKS) as f64;
        let mut zipf = Self { ranks, s, first: 0.0, last: 0.0, squeeze: 0.0 };
        zipf.first = zipf.integral(1.5) - 1.0;
        zipf.last = zipf.integral(ranks + 0.5);
        zipf.squeeze = 2.0 - zipf.inverse(zipf.integral(2.5) - zipf.bar(2.0));
        zipf
    }

    /// Draws a rank.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to 1..=2^53")]
    pub fn draw(&self, stream: &mut Stream) -> u64 {
        loop {
            let at = self.last + stream.unit() * (self.first - self.last);
            let number = self.inverse(at);
            let rank = libm::round(number).clamp(1.0, self.ranks);
            if rank - number <= self.squeeze || at >= self.integral(rank + 0.5) - self.bar(rank) {
                return rank as u64;
            }
        }
    }

    /// `x^-s`.
    fn bar(&self, x: f64) -> f64 {
        libm::exp(-self.s * libm::log(x))
    }

    /// The integral of the curve from 1: `(x^(1-s) - 1) / (1 - s)`, `ln x` at `s` = 1, and precise between the two.
    fn integral(&self, x: f64) -> f64 {
        let log = libm::log(x);
        let power = (1.0 - self.s) * log;
        if power.abs() < 1e-8 { log * (1.0 + power * 0.5) } else { log * libm::expm1(power) / power }
    }

    /// The number at which the integral has a value.
    fn inverse(&self, value: f64) -> f64 {
        // Rounding may not lead beyond the pole.
        let power = ((1.0 - self.s) * value).max(-1.0);
        let log = if power.abs() < 1e-8 { value * (1.0 - power * 0.5) } else { value * libm::log1p(power) / power };
        libm::exp(log)
    }
}

#[cfg(test)]
mod tests;
