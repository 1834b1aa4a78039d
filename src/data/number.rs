//! How numbers are written: the two spellings, each in one place, because bytes are a contract.
//!
//! Both use the shortest digits that read back to the same binary64 number. Text never has an exponent; JSON has one below
//! 1e-5 and from 1e16 on. A float always shows that it is one (`1.0`), so that kinds survive every format.

use std::fmt::Write;

/// Appends an integer.
pub fn write_int(number: i128, out: &mut String) {
    // Writing to a String cannot fail.
    let _ = match i64::try_from(number) {
        Ok(short) => write!(out, "{short}"),
        Err(_) => write!(out, "{number}"),
    };
}

/// Appends a float as it stands in text: shortest digits, no exponent, at least one decimal.
pub fn write_float_text(number: f64, out: &mut String) {
    let start = out.len();
    let _ = write!(out, "{number}");
    if !out.get(start..).is_some_and(|digits| digits.contains('.')) {
        out.push_str(".0");
    }
}

/// Appends a float as it stands in JSON: shortest digits, an exponent where the plain spelling would be long.
pub fn write_float_json(number: f64, out: &mut String) {
    let size = number.abs();
    if size == 0.0 || (1e-5..1e16).contains(&size) {
        write_float_text(number, out);
    } else {
        let _ = write!(out, "{number:e}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(number: f64) -> String {
        let mut out = String::new();
        write_float_text(number, &mut out);
        out
    }

    fn json(number: f64) -> String {
        let mut out = String::new();
        write_float_json(number, &mut out);
        out
    }

    #[test]
    fn floats_keep_their_kind_and_their_value() {
        assert_eq!(text(1.0), "1.0");
        assert_eq!(text(0.1 + 0.2), "0.30000000000000004");
        assert_eq!(text(1e21), "1000000000000000000000.0");
        assert_eq!(text(1e-7), "0.0000001");
        assert_eq!(text(-0.0), "-0.0");
        assert_eq!(json(1.0), "1.0");
        assert_eq!(json(1e21), "1e21");
        assert_eq!(json(1e-7), "1e-7");
        assert_eq!(json(123_456_789.125), "123456789.125");
        for number in [5e-324, 1.797e308, 0.3, 1e15, 1e16, 9_007_199_254_740_993.0] {
            assert_eq!(json(number).parse::<f64>().unwrap().to_bits(), number.to_bits());
            assert_eq!(text(number).parse::<f64>().unwrap().to_bits(), number.to_bits());
        }
    }

    #[test]
    fn integers_beyond_64_bits_are_written_whole() {
        let mut out = String::new();
        write_int(i128::from(u64::MAX), &mut out);
        assert_eq!(out, "18446744073709551615");
    }
}
