//! What an unquoted scalar is.
//!
//! In: the text of a plain scalar. Out: null, boolean, number or text by the core schema of YAML 1.2, with one deviation: a
//! number with a leading zero (`017`) is text, because readers of YAML disagree whether it is octal. What must hold: no
//! whole number is rounded, and no float is infinite.

/// What a plain scalar says.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Plain {
    /// `null`, `~` or nothing.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A whole number.
    Int(i128),
    /// A finite number.
    Float(f64),
    /// A number that is not finite as binary64.
    NotFinite,
    /// A whole number beyond 128 bits.
    TooLarge,
    /// None of these.
    Text,
}

/// Reads a plain scalar.
#[must_use]
pub fn resolve(text: &str) -> Plain {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Plain::Null,
        "true" | "True" | "TRUE" => Plain::Bool(true),
        "false" | "False" | "FALSE" => Plain::Bool(false),
        ".nan" | ".NaN" | ".NAN" => Plain::NotFinite,
        _ => radix(text).or_else(|| decimal(text)).unwrap_or(Plain::Text),
    }
}

/// `0x1F` and `0o17`, which have no sign.
fn radix(text: &str) -> Option<Plain> {
    let (digits, base) = match text.strip_prefix("0x") {
        Some(digits) => (digits, 16),
        None => (text.strip_prefix("0o")?, 8),
    };
    if digits.is_empty() || !digits.chars().all(|digit| digit.is_digit(base)) {
        return None;
    }
    Some(i128::from_str_radix(digits, base).map_or(Plain::TooLarge, Plain::Int))
}

fn decimal(text: &str) -> Option<Plain> {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    if matches!(unsigned, ".inf" | ".Inf" | ".INF") {
        return Some(Plain::NotFinite);
    }
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent.strip_prefix(['-', '+']).unwrap_or(exponent))),
        None => (unsigned, None),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa, None),
    };
    let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let has_digits = !whole.is_empty() || fraction.is_some_and(|fraction| !fraction.is_empty());
    let leading_zero = whole.len() > 1 && whole.starts_with('0');
    let exponent_fits = exponent.is_none_or(|digits| !digits.is_empty() && all_digits(digits));
    if !has_digits || leading_zero || !exponent_fits || !all_digits(whole) || !fraction.is_none_or(all_digits) {
        return None;
    }
    if fraction.is_none() && exponent.is_none() {
        return Some(text.parse().map_or(Plain::TooLarge, Plain::Int));
    }
    let number: f64 = text.parse().ok()?;
    Some(if number.is_finite() { Plain::Float(number) } else { Plain::NotFinite })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_not_booleans_and_leading_zeros_are_not_numbers() {
        for text in ["no", "NO", "on", "yes", "y", "tRUE", "017", "-017", "00", "01.5", "0..3", "1..2", "2024-01-01", "1_000"] {
            assert_eq!(resolve(text), Plain::Text, "{text}");
        }
        for text in [".", "-", "+", "e5", "1e", "1e+", ".e5", "0x", "0xg", "-0x1", "0o8", "1.2.3", "inf", "nan", "12:30", "٣"] {
            assert_eq!(resolve(text), Plain::Text, "{text}");
        }
    }

    #[test]
    fn numbers_are_exact() {
        assert_eq!(resolve("18446744073709551615"), Plain::Int(i128::from(u64::MAX)));
        assert_eq!(resolve("-170141183460469231731687303715884105728"), Plain::Int(i128::MIN));
        assert_eq!(resolve("170141183460469231731687303715884105728"), Plain::TooLarge);
        assert_eq!(resolve("+12"), Plain::Int(12));
        assert_eq!(resolve("0"), Plain::Int(0));
        assert_eq!(resolve("0x1F"), Plain::Int(31));
        assert_eq!(resolve("0o17"), Plain::Int(15));
        assert_eq!(resolve("1.10"), Plain::Float(1.1));
        assert_eq!(resolve(".5"), Plain::Float(0.5));
        assert_eq!(resolve("1."), Plain::Float(1.0));
        assert_eq!(resolve("-1E-3"), Plain::Float(-0.001));
        assert_eq!(resolve("1e3"), Plain::Float(1000.0));
    }

    #[test]
    fn what_is_not_finite_is_told_apart() {
        for text in [".nan", ".inf", "-.INF", "+.Inf", "1e400", "-1e400"] {
            assert!(matches!(resolve(text), Plain::NotFinite), "{text}");
        }
    }
}
