//! Weights as exact integers.
//!
//! In: weights as an author writes them (`3`, `0.25`). Out: integers in the same proportion, as small as possible, and their
//! running sums. No float takes part in a choice, so shares are exact and the same everywhere.

use std::sync::Arc;

/// Decimals that a weight may have.
const DECIMALS: usize = 9;
const BILLION: u128 = 1_000_000_000;

/// Why some weights cannot be used: each is a phrase for a diagnostic.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WeightError {
    /// Not a decimal number.
    #[error("expected a weight such as `3` or `0.25`, found `{0}`")]
    NotANumber(String),
    /// Less than zero.
    #[error("expected a weight of zero or more, found `{0}`")]
    Negative(String),
    /// Infinite, or not a number at all.
    #[error("expected a finite weight, found `{0}`")]
    NotFinite(String),
    /// More decimals than can be kept.
    #[error("expected a weight with at most 9 decimals, found `{0}`")]
    TooFine(String),
    /// Nothing to choose from.
    #[error("expected at least one weight, found none")]
    Empty,
    /// Nothing can be chosen.
    #[error("expected a weight above zero, found only zeros")]
    AllZero,
    /// One weight, or the sum of all after reduction, exceeds 64 bits.
    #[error("expected weights whose sum in lowest terms fits 64 bits, found a larger one")]
    TooLarge,
}

/// One weight, exact: a count of billionths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Weight(u128);

impl Weight {
    /// Reads a plain decimal: digits, and a point with digits. No exponent.
    ///
    /// # Errors
    /// When it is not such a number, is below zero, has more than 9 decimals (final zeros do not count) or exceeds 64 bits.
    pub fn parse(text: &str) -> Result<Self, WeightError> {
        let (negative, digits) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (whole, decimals) = digits.split_once('.').unwrap_or((digits, ""));
        let mut bytes = whole.bytes().chain(decimals.bytes());
        if (whole.is_empty() && decimals.is_empty()) || !bytes.all(|byte| byte.is_ascii_digit()) {
            return Err(WeightError::NotANumber(text.to_owned()));
        }
        let decimals = decimals.trim_end_matches('0');
        if negative && whole.bytes().chain(decimals.bytes()).any(|byte| byte != b'0') {
            return Err(WeightError::Negative(text.to_owned()));
        }
        if decimals.len() > DECIMALS {
            return Err(WeightError::TooFine(text.to_owned()));
        }
        let whole = if whole.is_empty() { 0 } else { whole.parse::<u64>().map_err(|_| WeightError::TooLarge)? };
        let padding = std::iter::repeat_n(b'0', DECIMALS - decimals.len());
        let billionths = decimals.bytes().chain(padding).fold(0, |sum, digit| sum * 10 + u128::from(digit - b'0'));
        Ok(Self(u128::from(whole) * BILLION + billionths))
    }

    /// Whether it is above zero.
    #[must_use]
    pub fn is_possible(self) -> bool {
        self.0 > 0
    }

    /// A whole weight.
    ///
    /// # Errors
    /// When it is below zero or exceeds 64 bits.
    pub fn of_int(number: i128) -> Result<Self, WeightError> {
        if number < 0 {
            return Err(WeightError::Negative(number.to_string()));
        }
        let whole = u64::try_from(number).map_err(|_| WeightError::TooLarge)?;
        Ok(Self(u128::from(whole) * BILLION))
    }

    /// The decimal that a float is written as: 0.1 is one tenth, not the binary number next to it.
    ///
    /// # Errors
    /// As [`parse`](Self::parse), and when it is not finite.
    pub fn of_float(number: f64) -> Result<Self, WeightError> {
        if !number.is_finite() {
            return Err(WeightError::NotFinite(number.to_string()));
        }
        // Shortest digits that read back to the same float, without exponent.
        Self::parse(&number.to_string())
    }

    /// The weight nearest to a computed number: its decimal, or where that has more than 9 decimals the nearest billionth. What
    /// is above zero stays so.
    ///
    /// # Errors
    /// When it is below zero, not finite or exceeds 64 bits.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "finite, above zero and below 2^64 billions")]
    pub fn nearest(number: f64) -> Result<Self, WeightError> {
        match Self::of_float(number) {
            Err(WeightError::TooFine(_)) => Ok(Self(((number * 1e9).round() as u128).max(1))),
            other => other,
        }
    }
}

/// Weights in lowest terms, with their running sums; at least one is above zero. Cheap to clone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Weights {
    cumulative: Arc<[u64]>,
    total: u64,
}

impl Weights {
    /// Divides the weights by their greatest common divisor and sums them up.
    ///
    /// # Errors
    /// When there are none, all are zero, or the sum does not fit 64 bits.
    pub fn new(weights: &[Weight]) -> Result<Self, WeightError> {
        if weights.is_empty() {
            return Err(WeightError::Empty);
        }
        let divisor = weights.iter().fold(0, |divisor, weight| gcd(divisor, weight.0));
        if divisor == 0 {
            return Err(WeightError::AllZero);
        }
        let mut total = 0_u64;
        let mut cumulative = Vec::with_capacity(weights.len());
        for weight in weights {
            let reduced = u64::try_from(weight.0 / divisor).map_err(|_| WeightError::TooLarge)?;
            total = total.checked_add(reduced).ok_or(WeightError::TooLarge)?;
            cumulative.push(total);
        }
        Ok(Self { cumulative: cumulative.into(), total })
    }

    /// The sum of the weights up to and with each choice, as [`Stream::weighted`](super::Stream::weighted) takes it.
    #[must_use]
    pub fn cumulative(&self) -> &[u64] {
        &self.cumulative
    }

    /// The sum of all, never 0: the length of a quota's block.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.total
    }

    /// Each weight in lowest terms.
    pub fn each(&self) -> impl Iterator<Item = u64> {
        let before = std::iter::once(0).chain(self.cumulative.iter().copied());
        self.cumulative.iter().zip(before).map(|(sum, before)| sum - before)
    }

    /// Whether both are the same list in memory.
    pub(super) fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.cumulative, &other.cumulative)
    }
}

fn gcd(mut a: u128, mut b: u128) -> u128 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn reduced(texts: &[&str]) -> Result<Vec<u64>, WeightError> {
        let weights = texts.iter().map(|text| Weight::parse(text)).collect::<Result<Vec<_>, _>>()?;
        Ok(Weights::new(&weights)?.each().collect())
    }

    #[test]
    fn decimals_become_the_smallest_integers() {
        assert_eq!(reduced(&["3", "0.25"]), Ok(vec![12, 1]));
        assert_eq!(reduced(&["0.5", "0.30", ".2"]), Ok(vec![5, 3, 2]));
        assert_eq!(reduced(&["1", "1", "1"]), Ok(vec![1, 1, 1]));
        assert_eq!(reduced(&["0", "40", "-0.0"]), Ok(vec![0, 1, 0]));
        assert_eq!(reduced(&["0.000000001", "1."]), Ok(vec![1, 1_000_000_000]));
        assert_eq!(reduced(&["18446744073709551615", "0.00"]), Ok(vec![1, 0]));
        let mixed = [Weight::of_float(1.5).unwrap(), Weight::of_int(3).unwrap(), Weight::of_float(0.1).unwrap()];
        let weights = Weights::new(&mixed).unwrap();
        assert_eq!((weights.cumulative(), weights.total()), (&[15, 45, 46][..], 46));
    }

    #[test]
    fn computed_weights_are_rounded_to_billionths() {
        assert_eq!(Weight::nearest(0.25), Weight::parse("0.25"));
        assert_eq!(Weight::nearest(0.1 + 0.2), Weight::parse("0.3"));
        assert_eq!(Weight::nearest(2.0 / 3.0), Weight::parse("0.666666667"));
        assert_eq!(Weight::nearest(1e-300), Weight::parse("0.000000001"));
        assert_eq!(Weight::nearest(-0.0), Weight::of_int(0));
        assert_eq!(Weight::nearest(-1e-12), Err(WeightError::Negative("-0.000000000001".to_owned())));
        assert_eq!(Weight::nearest(1e20), Err(WeightError::TooLarge));
    }

    #[test]
    fn what_is_no_weight_says_why() {
        for text in ["", ".", "-", "1e3", "+1", "1_000", "0x1", "nan", "1.2.3", " 1"] {
            assert_eq!(Weight::parse(text), Err(WeightError::NotANumber(text.to_owned())));
        }
        assert_eq!(Weight::parse("-0.5"), Err(WeightError::Negative("-0.5".to_owned())));
        assert_eq!(Weight::of_int(-1), Err(WeightError::Negative("-1".to_owned())));
        assert_eq!(Weight::parse("0.0000000001"), Err(WeightError::TooFine("0.0000000001".to_owned())));
        assert_eq!(Weight::of_float(0.1 + 0.2), Err(WeightError::TooFine("0.30000000000000004".to_owned())));
        assert_eq!(Weight::of_float(f64::INFINITY), Err(WeightError::NotFinite("inf".to_owned())));
        assert_eq!(Weight::parse("18446744073709551616"), Err(WeightError::TooLarge));
        assert_eq!(Weight::of_int(i128::MAX), Err(WeightError::TooLarge));
        assert_eq!(reduced(&[]), Err(WeightError::Empty));
        assert_eq!(reduced(&["0", "0.0"]), Err(WeightError::AllZero));
        assert_eq!(reduced(&["18446744073709551615", "1"]), Err(WeightError::TooLarge));
        assert_eq!(reduced(&["18446744073709551615", "0.000000001"]), Err(WeightError::TooLarge));
    }

    proptest! {
        #[test]
        fn proportions_are_kept(parts in prop::collection::vec(0_u64..1_000_000, 1..8), scale in 1_u64..1_000) {
            prop_assume!(parts.iter().any(|part| *part > 0));
            let text = |part: &u64| format!("{}.{:03}", part * scale / 1_000, part * scale % 1_000);
            let texts: Vec<String> = parts.iter().map(text).collect();
            let reduced = reduced(&texts.iter().map(String::as_str).collect::<Vec<_>>()).unwrap();
            for (a, x) in parts.iter().zip(&reduced) {
                for (b, y) in parts.iter().zip(&reduced) {
                    prop_assert_eq!(u128::from(*a) * u128::from(*y), u128::from(*b) * u128::from(*x));
                }
            }
            prop_assert_eq!(reduced.iter().fold(0, |divisor, one| gcd(divisor, u128::from(*one))), 1);
        }
    }
}
