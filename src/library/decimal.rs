//! Rounding and writing of numbers by their shortest decimal digits, so that 1.15 is one and fifteen hundredths.

use crate::data::Value;

/// A decimal number: digits, of which the last `scale` stand behind the point.
#[derive(Debug, Clone)]
pub(super) struct Decimal {
    negative: bool,
    digits: Vec<u8>,
    scale: usize,
}

/// What happens to a number exactly between two neighbours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tie {
    /// 0.5 to 1 and -0.5 to -1.
    AwayFromZero,
    /// 0.5 to 1 and -0.5 to 0.
    Up,
}

impl Decimal {
    /// The shortest digits that read back to this number; `None` for other kinds.
    pub(super) fn of(value: &Value) -> Option<Self> {
        let written = match value {
            Value::Int(number) => number.to_string(),
            // `Display` writes the shortest digits and never an exponent.
            Value::Float(number) => number.to_string(),
            _ => return None,
        };
        let (negative, plain) = written.strip_prefix('-').map_or((false, written.as_str()), |plain| (true, plain));
        let scale = plain.split_once('.').map_or(0, |(_, fraction)| fraction.len());
        let digits = plain.bytes().filter(u8::is_ascii_digit).map(|digit| digit - b'0').collect();
        Some(Self { negative, digits, scale })
    }

    /// A hundred times the number.
    pub(super) fn hundredfold(mut self) -> Self {
        if self.scale < 2 {
            self.digits.resize(self.digits.len() + 2 - self.scale, 0);
        }
        self.scale = self.scale.saturating_sub(2);
        self
    }

    /// Keeps at most `places` digits behind the point.
    pub(super) fn rounded(mut self, places: usize, tie: Tie) -> Self {
        if self.scale <= places {
            return self;
        }
        let keep = self.digits.len() - (self.scale - places);
        let dropped = self.digits.split_off(keep);
        let half = dropped.first().is_some_and(|digit| *digit == 5) && dropped.iter().skip(1).all(|digit| *digit == 0);
        let at_least_half = dropped.first().is_some_and(|digit| *digit >= 5);
        if at_least_half && !(half && tie == Tie::Up && self.negative) {
            self.increment();
        }
        self.scale = places;
        self
    }

    fn increment(&mut self) {
        for digit in self.digits.iter_mut().rev() {
            if *digit < 9 {
                *digit += 1;
                return;
            }
            *digit = 0;
        }
        self.digits.insert(0, 1);
    }

    /// Drops zeros at the end of the fraction.
    pub(super) fn trimmed(mut self) -> Self {
        while self.scale > 0 && self.digits.last() == Some(&0) {
            self.digits.pop();
            self.scale -= 1;
        }
        self
    }

    /// Writes it, with `group` between thousands; zero has no sign.
    pub(super) fn write(&self, group: &str) -> String {
        let mut out = String::new();
        if self.negative && self.digits.iter().any(|digit| *digit != 0) {
            out.push('-');
        }
        let whole = self.digits.len().saturating_sub(self.scale);
        let leading = self.digits.iter().take(whole.saturating_sub(1)).take_while(|digit| **digit == 0).count();
        for (at, digit) in self.digits.iter().enumerate().skip(leading) {
            if at == whole {
                out.push('.');
            } else if at > leading && at < whole && (whole - at).is_multiple_of(3) {
                out.push_str(group);
            }
            out.push(char::from(b'0' + digit));
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(number: f64, places: usize, tie: Tie) -> String {
        Decimal::of(&Value::Float(number)).unwrap().rounded(places, tie).write("")
    }

    #[test]
    fn ties_follow_the_written_digits() {
        assert_eq!(written(1.15, 1, Tie::AwayFromZero), "1.2");
        assert_eq!(written(2.675, 2, Tie::AwayFromZero), "2.68");
        assert_eq!(written(-2.5, 0, Tie::AwayFromZero), "-3");
        assert_eq!(written(-2.5, 0, Tie::Up), "-2");
        assert_eq!(written(-2.51, 0, Tie::Up), "-3");
        assert_eq!(written(9.995, 2, Tie::AwayFromZero), "10.00");
        assert_eq!(written(-0.001, 2, Tie::AwayFromZero), "0.00");
        assert_eq!(written(0.05, 1, Tie::AwayFromZero), "0.1");
    }

    #[test]
    fn hundredfold_and_groups_are_exact() {
        let share = |number: f64| Decimal::of(&Value::Float(number)).unwrap().hundredfold().trimmed().write("");
        assert_eq!(share(0.285), "28.5");
        assert_eq!(share(0.07), "7");
        assert_eq!(share(1.0), "100");
        assert_eq!(Decimal::of(&Value::Int(-1_234_567)).unwrap().write(","), "-1,234,567");
        assert_eq!(Decimal::of(&Value::Int(100)).unwrap().write(","), "100");
        assert_eq!(Decimal::of(&Value::Float(1234.5)).unwrap().write(","), "1,234.5");
    }
}
