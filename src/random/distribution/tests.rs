//! Drawn numbers have the moments and quantiles of their distribution: every bound is five standard deviations wide.
#![expect(clippy::float_cmp, reason = "where exact results are meant")]

use super::super::{Address, Key};
use super::*;

const DRAWS: u32 = 100_000;

fn stream(index: u32) -> Stream {
    Key::new(3, ["test", "distribution"]).stream(Address::record(u64::from(index)))
}

/// One number for each of many records, ascending.
fn drawn(distribution: Distribution) -> Vec<f64> {
    let mut numbers: Vec<f64> = (0..DRAWS).map(|index| distribution.draw(&mut stream(index))).collect();
    numbers.sort_by(f64::total_cmp);
    numbers
}

/// Mean and variance.
fn moments(numbers: &[f64]) -> (f64, f64) {
    let count = f64::from(DRAWS);
    let mean = numbers.iter().sum::<f64>() / count;
    (mean, numbers.iter().map(|one| (one - mean) * (one - mean)).sum::<f64>() / count)
}

/// Fails where a mean or variance is further off than five of its standard deviations. `kurtosis` is the fourth central moment
/// over the squared variance.
fn assert_moments(numbers: &[f64], mean: f64, variance: f64, kurtosis: f64) {
    let count = f64::from(DRAWS);
    let found = moments(numbers);
    assert!((found.0 - mean).abs() < 5.0 * libm::sqrt(variance / count), "mean {found:?}");
    assert!((found.1 - variance).abs() < 5.0 * variance * libm::sqrt((kurtosis - 1.0) / count), "variance {found:?}");
}

/// Fails where the share of numbers below `end` is further from `share` than five standard deviations.
fn assert_share(numbers: &[f64], end: f64, share: f64) {
    let count = f64::from(DRAWS);
    let found = f64::from(u32::try_from(numbers.partition_point(|one| *one < end)).unwrap()) / count;
    assert!((found - share).abs() < 5.0 * libm::sqrt(share * (1.0 - share) / count), "below {end}: {found}, not {share}");
}

/// Quantiles of the standard normal distribution, from tables.
const NORMAL: [(f64, f64); 5] = [(-2.326_348, 0.01), (-1.281_552, 0.1), (0.0, 0.5), (0.674_490, 0.75), (3.090_232, 0.999)];

#[test]
fn normal_numbers() {
    let numbers = drawn(Distribution::Normal { mean: 40.0, sd: 10.0 });
    assert_moments(&numbers, 40.0, 100.0, 3.0);
    for (z, share) in NORMAL {
        assert_share(&numbers, 40.0 + 10.0 * z, share);
    }
    let still = drawn(Distribution::Normal { mean: -2.0, sd: 0.0 });
    assert!(still.iter().all(|one| one.to_bits() == (-2.0_f64).to_bits()));
}

#[test]
fn lognormal_numbers() {
    let numbers = drawn(Distribution::LogNormal { median: 40.0, sigma: 0.5 });
    for (z, share) in NORMAL {
        assert_share(&numbers, 40.0 * libm::exp(0.5 * z), share);
    }
    // Mean m e^(s²/2), variance m² e^(s²) (e^(s²) - 1), kurtosis w⁴ + 2 w³ + 3 w² - 3 with w = e^(s²).
    let w = libm::exp(0.25);
    let kurtosis = libm::pow(w, 4.0) + 2.0 * libm::pow(w, 3.0) + 3.0 * w * w - 3.0;
    assert_moments(&numbers, 40.0 * libm::exp(0.125), 1600.0 * w * (w - 1.0), kurtosis);
}

#[test]
fn exponential_numbers() {
    let numbers = drawn(Distribution::Exponential { mean: 12.0 });
    assert!(numbers[0] >= 0.0);
    assert_moments(&numbers, 12.0, 144.0, 9.0);
    for share in [0.01, 0.25, 0.5, 0.9, 0.999] {
        assert_share(&numbers, -12.0 * libm::log1p(-share), share);
    }
}

#[test]
fn counts() {
    for mean in [0.3, 3.5, 9.99, 10.0, 47.5, 1234.5, 1e6] {
        let numbers = drawn(Distribution::Poisson { mean });
        assert!(numbers.iter().all(|one| *one >= 0.0 && one.fract() == 0.0));
        assert_moments(&numbers, mean, mean, 3.0 + 1.0 / mean);
    }
    assert_eq!(moments(&drawn(Distribution::Poisson { mean: 0.0 })), (0.0, 0.0));
}

#[test]
fn every_count_is_as_likely_as_it_should_be() {
    for mean in [3.5, 12.0] {
        let numbers = drawn(Distribution::Poisson { mean });
        let mut probability = libm::exp(-mean);
        let mut below = 0.0;
        for count in 0..20_u32 {
            assert_share(&numbers, f64::from(count) + 0.5, below + probability);
            below += probability;
            probability *= mean / f64::from(count + 1);
        }
    }
}

#[test]
fn ranks_fall_with_their_power() {
    for s in [0.0, 0.5, 1.0, 1.000_000_001, 1.1, 2.5, 40.0] {
        let zipf = Zipf::new(20, s);
        let mut counts = [0_u32; 21];
        for index in 0..DRAWS {
            counts[usize::try_from(zipf.draw(&mut stream(index))).unwrap()] += 1;
        }
        let power = |rank: u32| libm::exp(-s * libm::log(f64::from(rank)));
        let all: f64 = (1..=20).map(power).sum();
        assert_eq!(counts[0], 0);
        for rank in 1..=20_u32 {
            let share = power(rank) / all;
            let spread = libm::sqrt(f64::from(DRAWS) * share * (1.0 - share));
            let found = f64::from(counts[rank as usize]);
            assert!((found - share * f64::from(DRAWS)).abs() < 5.0 * spread + 1.0, "rank {rank} at {s}: {found}");
        }
    }
}

#[test]
fn the_widest_pools_of_ranks_are_served() {
    let zipf = Zipf::new(MOST_RANKS, 1.0);
    let mut below = 0_u32;
    for index in 0..DRAWS {
        let rank = zipf.draw(&mut stream(index));
        assert!((1..=MOST_RANKS).contains(&rank));
        below += u32::from(rank <= 1_000_000);
    }
    // The harmonic numbers of 10^6 and 2^53: 14.392 727 and 37.314 012.
    let share = 14.392_727 / 37.314_012;
    assert!((f64::from(below) / f64::from(DRAWS) - share).abs() < 5.0 * libm::sqrt(share * (1.0 - share) / f64::from(DRAWS)));
    let one = Zipf::new(1, 1.0);
    assert!((0..100).all(|index| one.draw(&mut stream(index)) == 1));
    assert_eq!(Zipf::new(0, 1.0).draw(&mut stream(0)), 1);
}

#[test]
fn shares_are_those_of_the_draws() {
    let cases = [
        (Distribution::Normal { mean: 40.0, sd: 10.0 }, 35.0, 52.0),
        (Distribution::LogNormal { median: 40.0, sigma: 0.5 }, 0.0, 30.0),
        (Distribution::Exponential { mean: 12.0 }, -3.0, 4.0),
        (Distribution::Poisson { mean: 3.5 }, 2.0, 5.0),
        (Distribution::Poisson { mean: 250_000.0 }, 249_800.0, 250_300.0),
    ];
    for (distribution, min, max) in cases {
        let numbers = drawn(distribution);
        let share = distribution.share_between(min, max);
        let low = numbers.partition_point(|one| *one < min);
        let inside: Vec<f64> = numbers.iter().skip(low).copied().take_while(|one| *one < max).collect();
        let found = f64::from(u32::try_from(inside.len()).unwrap()) / f64::from(DRAWS);
        assert!((found - share).abs() < 5.0 * libm::sqrt(share * (1.0 - share) / f64::from(DRAWS)), "{distribution:?}");
        assert!((distribution.share_between(f64::NEG_INFINITY, f64::INFINITY) - 1.0).abs() < 1e-9, "{distribution:?}");
    }
    let normal = Distribution::Normal { mean: 0.0, sd: 1.0 };
    // Twenty standard deviations out there is still a share, not zero.
    assert!(normal.share_between(20.0, 21.0) > 1e-90 && normal.share_between(-21.0, -20.0) > 1e-90);
    let still = Distribution::Normal { mean: 5.0, sd: 0.0 };
    assert_eq!([still.share_between(5.0, 6.0), still.share_between(4.0, 5.0), still.share_between(6.0, 7.0)], [1.0, 0.0, 0.0]);
    let none = Distribution::Poisson { mean: 0.0 };
    assert_eq!([none.share_between(0.0, 1.0), none.share_between(1.0, 9.0)], [1.0, 0.0]);
}
