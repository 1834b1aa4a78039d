//! Arithmetic on values, with the template engine's meaning and none of its silence.
//!
//! `/` always gives a float; `//` and `%` round down, as in Python; integers that leave 128 bits and floats that leave the
//! finite numbers are errors. `**` of floats is the portable `pow`, never the platform's.

use crate::data::{Text, Value};
use crate::diag::{Code, codes};
use crate::engine::jinja::print;
use crate::engine::jinja::tree::Arithmetic;

type Outcome = Result<Value, (Code, String)>;

/// Computes `left op right`.
///
/// # Errors
/// A code and a phrase: kinds that do not fit, division by zero, a result out of range.
pub(super) fn compute(op: Arithmetic, left: &Value, right: &Value) -> Outcome {
    match (op, left, right) {
        (Arithmetic::Concat, _, _) => concat(left, right),
        (_, Value::Int(a), Value::Int(b)) => integers(op, *a, *b),
        (Arithmetic::Add, Value::Text(a), Value::Text(b)) => Ok(Value::Text(Text::from(format!("{a}{b}")))),
        (Arithmetic::Add, Value::List(a), Value::List(b)) => Ok(Value::list(a.iter().chain(b.iter()).cloned())),
        _ => match (left.as_float(), right.as_float()) {
            (Some(a), Some(b)) => floats(op, a, b),
            _ => Err((codes::TYPE_MISMATCH, format!("`{}` does not take {} and {}", op.symbol(), left.kind(), right.kind()))),
        },
    }
}

/// Computes `-value`.
///
/// # Errors
/// A code and a phrase, where it is not a number.
pub(super) fn negate(value: &Value) -> Outcome {
    match value {
        Value::Int(number) => number.checked_neg().map(Value::Int).ok_or_else(|| overflow("-")),
        Value::Float(number) => Ok(Value::Float(-number)),
        other => Err((codes::TYPE_MISMATCH, format!("`-` does not take {}", other.kind()))),
    }
}

fn concat(left: &Value, right: &Value) -> Outcome {
    let mut out = String::new();
    print(left, &mut out).and_then(|()| print(right, &mut out)).map_err(|reason| (codes::NOT_TEXT, reason))?;
    Ok(Value::Text(Text::from(out)))
}

fn overflow(symbol: &str) -> (Code, String) {
    (codes::EVALUATION, format!("the result of `{symbol}` does not fit an integer of 128 bits"))
}

fn integers(op: Arithmetic, a: i128, b: i128) -> Outcome {
    if b == 0 && matches!(op, Arithmetic::Divide | Arithmetic::FloorDivide | Arithmetic::Remainder) {
        return Err((codes::DIVISION_BY_ZERO, "division by zero".to_owned()));
    }
    let whole = match op {
        Arithmetic::Add => a.checked_add(b),
        Arithmetic::Subtract => a.checked_sub(b),
        Arithmetic::Multiply => a.checked_mul(b),
        Arithmetic::FloorDivide => a.checked_div_euclid(b).map(|q| if b < 0 && a.rem_euclid(b) != 0 { q - 1 } else { q }),
        Arithmetic::Remainder => a.checked_rem(b).map(|r| if r != 0 && (r < 0) != (b < 0) { r + b } else { r }),
        Arithmetic::Power => match u32::try_from(b) {
            Ok(power) => a.checked_pow(power),
            Err(_) => return as_floats(op, a, b),
        },
        Arithmetic::Divide | Arithmetic::Concat => return as_floats(op, a, b),
    };
    whole.map(Value::Int).ok_or_else(|| overflow(op.symbol()))
}

#[expect(clippy::cast_precision_loss, reason = "division of integers is division of the nearest floats, as in templates")]
fn as_floats(op: Arithmetic, a: i128, b: i128) -> Outcome {
    floats(op, a as f64, b as f64)
}

fn floats(op: Arithmetic, a: f64, b: f64) -> Outcome {
    if b == 0.0 && matches!(op, Arithmetic::Divide | Arithmetic::FloorDivide | Arithmetic::Remainder) {
        return Err((codes::DIVISION_BY_ZERO, "division by zero".to_owned()));
    }
    let result = match op {
        Arithmetic::Add => a + b,
        Arithmetic::Subtract => a - b,
        Arithmetic::Multiply => a * b,
        Arithmetic::Divide => a / b,
        Arithmetic::FloorDivide => (a / b).floor(),
        Arithmetic::Remainder => a - b * (a / b).floor(),
        Arithmetic::Power => libm::pow(a, b),
        Arithmetic::Concat => return Err((codes::NOT_TEXT, "`~` joins text".to_owned())),
    };
    if result.is_finite() {
        Ok(Value::Float(result))
    } else {
        Err((codes::NOT_FINITE, format!("the result of `{}` is not a finite number", op.symbol())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn int(op: Arithmetic, a: i128, b: i128) -> Value {
        compute(op, &Value::Int(a), &Value::Int(b)).unwrap()
    }

    #[test]
    fn integer_division_rounds_down() {
        assert_eq!(int(Arithmetic::FloorDivide, 7, 2), Value::Int(3));
        assert_eq!(int(Arithmetic::FloorDivide, -120, 50), Value::Int(-3));
        assert_eq!(int(Arithmetic::FloorDivide, 7, -2), Value::Int(-4));
        assert_eq!(int(Arithmetic::FloorDivide, -7, -2), Value::Int(3));
        assert_eq!(int(Arithmetic::FloorDivide, 6, -2), Value::Int(-3));
        assert_eq!(int(Arithmetic::Remainder, -7, 3), Value::Int(2));
        assert_eq!(int(Arithmetic::Remainder, 7, -3), Value::Int(-2));
        assert_eq!(int(Arithmetic::Divide, 14, 7), Value::Float(2.0));
        assert_eq!(int(Arithmetic::Power, 2, 10), Value::Int(1024));
    }

    #[test]
    fn what_has_no_value_is_an_error() {
        let error = |op, a, b| compute(op, &a, &b).unwrap_err().0;
        assert_eq!(error(Arithmetic::Divide, Value::Int(1), Value::Int(0)), codes::DIVISION_BY_ZERO);
        assert_eq!(error(Arithmetic::Remainder, Value::Float(1.0), Value::Int(0)), codes::DIVISION_BY_ZERO);
        assert_eq!(error(Arithmetic::Multiply, Value::Float(1e300), Value::Float(1e300)), codes::NOT_FINITE);
        assert_eq!(error(Arithmetic::Add, Value::Int(i128::MAX), Value::Int(1)), codes::EVALUATION);
        assert_eq!(error(Arithmetic::Add, Value::text("12"), Value::Int(1)), codes::TYPE_MISMATCH);
        assert_eq!(error(Arithmetic::Concat, Value::Null, Value::text("x")), codes::NOT_TEXT);
    }
}
