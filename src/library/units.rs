//! Units: a number of one unit as a number of another of the same quantity.
//!
//! Factors are ratios of integers, so a conversion has one rounding where one of both is a multiple of the other.

use super::{Builtin, Call, Kinds, Misfit, Param, Roles, TypeCall};
use crate::data::{Type, Value};
use crate::diag::{codes, nearest, quoted_list};

pub(super) static ROWS: &[Builtin] = &[Builtin::new("convert", Roles::Both, CONVERT, convert_type, convert).doc(
    "`x` of the unit `from` in the unit `to`, a float. Units of one quantity: time `ns us ms s min h d`; rates `/d /h /min /s \
     /ms`; data `bit B kB MB GB TB KiB MiB GiB TiB`; energy `J kJ MJ Wh kWh MWh`; power `mW W kW MW`; frequency `Hz kHz MHz \
     GHz`; operations `FLOP MFLOP GFLOP TFLOP PFLOP`; mass `mg g kg t`; shares `ratio percent ppm`. Others, and two of \
     different quantities, are errors.",
    "convert(250, 'ms', 's')",
    "0.25",
)];

static CONVERT: &[Param] = &[Param::need("x", Kinds::NUMBER), Param::need("from", Kinds::TEXT), Param::need("to", Kinds::TEXT)];

/// A unit: its name and how many of the smallest unit of its quantity it is.
type Unit = (&'static str, u64);

const DAY: u64 = 86_400;
const KIBI: u64 = 1 << 10;

/// The quantities. Rates are counted a day, in the smallest that is a multiple of all.
static QUANTITIES: [(&str, &[Unit]); 9] = [
    (
        "time",
        &[
            ("ns", 1),
            ("us", 1_000),
            ("ms", 1_000_000),
            ("s", 1_000_000_000),
            ("min", 60_000_000_000),
            ("h", 3_600_000_000_000),
            ("d", DAY * 1_000_000_000),
        ],
    ),
    ("rate", &[("/d", 1), ("/h", 24), ("/min", 1_440), ("/s", DAY), ("/ms", DAY * 1_000)]),
    (
        "data",
        &[
            ("bit", 1),
            ("B", 8),
            ("kB", 8_000),
            ("MB", 8_000_000),
            ("GB", 8_000_000_000),
            ("TB", 8_000_000_000_000),
            ("KiB", 8 * KIBI),
            ("MiB", 8 * KIBI * KIBI),
            ("GiB", 8 * KIBI * KIBI * KIBI),
            ("TiB", 8 * KIBI * KIBI * KIBI * KIBI),
        ],
    ),
    ("energy", &[("J", 1), ("kJ", 1_000), ("MJ", 1_000_000), ("Wh", 3_600), ("kWh", 3_600_000), ("MWh", 3_600_000_000)]),
    ("power", &[("mW", 1), ("W", 1_000), ("kW", 1_000_000), ("MW", 1_000_000_000)]),
    ("frequency", &[("Hz", 1), ("kHz", 1_000), ("MHz", 1_000_000), ("GHz", 1_000_000_000)]),
    (
        "operations",
        &[
            ("FLOP", 1),
            ("MFLOP", 1_000_000),
            ("GFLOP", 1_000_000_000),
            ("TFLOP", 1_000_000_000_000),
            ("PFLOP", 1_000_000_000_000_000),
        ],
    ),
    ("mass", &[("mg", 1), ("g", 1_000), ("kg", 1_000_000), ("t", 1_000_000_000)]),
    ("share", &[("ppm", 1), ("percent", 10_000), ("ratio", 1_000_000)]),
];

/// The quantity and the size of a unit.
fn unit(name: &str) -> Option<(&'static str, u64)> {
    QUANTITIES.iter().find_map(|(quantity, units)| units.iter().find(|(one, _)| *one == name).map(|(_, size)| (*quantity, *size)))
}

fn names() -> impl Iterator<Item = &'static str> {
    QUANTITIES.iter().flat_map(|(_, units)| units.iter().map(|(name, _)| *name))
}

/// What a unit is multiplied with and divided by to become another, in lowest terms; or what is wrong with which argument.
fn ratio(from: &str, to: &str) -> Result<(u64, u64), (usize, String)> {
    let unknown = |at, name: &str| (at, format!("is `{name}`, which is no unit"));
    let (of, a) = unit(from).ok_or_else(|| unknown(1, from))?;
    let (other, b) = unit(to).ok_or_else(|| unknown(2, to))?;
    if of != other {
        return Err((2, format!("is a unit of {other}, and `{from}` one of {of}")));
    }
    let shared = divisor(a, b);
    Ok((a / shared, b / shared))
}

/// The greatest common divisor of two numbers above zero.
fn divisor(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { divisor(b, a % b) }
}

fn convert(call: &Call<'_>) -> Result<Value, String> {
    let (times, over) = ratio(call.text(1)?, call.text(2)?).map_err(|(at, why)| call.refuse(at, &why))?;
    call.finite(0, call.float(0)? * float(times) / float(over))
}

#[expect(clippy::cast_precision_loss, reason = "ratios of the table are below 2^53, which a test counts")]
fn float(number: u64) -> f64 {
    number as f64
}

fn convert_type(call: &TypeCall<'_>) -> Result<Type, Misfit> {
    for at in [1, 2] {
        if let Some(name) = call.literal(at).filter(|name| unit(name).is_none()) {
            let hint = match nearest(name, names()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("the units are {}", quoted_list(names())),
            };
            return Err(call.misfit(at, codes::BAD_ARGUMENTS, format!("there is no unit `{name}`")).hint(Some(hint)));
        }
    }
    if let (Some(from), Some(to)) = (call.literal(1), call.literal(2)) {
        ratio(from, to).map_err(|(at, why)| call.refuse(at, &why))?;
    }
    Ok(Type::float())
}

#[cfg(test)]
mod tests {
    use super::super::testing::*;
    use super::*;

    fn converted(x: f64, from: &str, to: &str) -> Result<f64, String> {
        run("convert", &[Value::Float(x), text(from), text(to)]).map(|value| value.as_float().unwrap())
    }

    #[test]
    fn units_of_one_quantity() {
        for (x, from, to, due) in [
            (1.5, "h", "min", 90.0),
            (400.0, "/s", "/ms", 0.4),
            (3.6, "MJ", "kWh", 1.0),
            (2.0, "GiB", "MiB", 2048.0),
            (1.0, "GiB", "GB", 1.073_741_824),
            (8.0, "bit", "B", 1.0),
            (85.0, "percent", "ratio", 0.85),
            (2.5, "TFLOP", "GFLOP", 2500.0),
            (7.3, "ns", "ns", 7.3),
        ] {
            assert_eq!(converted(x, from, to), Ok(due), "{x} {from} in {to}");
        }
        let largest = QUANTITIES.iter().flat_map(|(_, units)| units.iter().map(|(_, size)| *size)).max();
        assert!(largest.unwrap() < 1 << 53, "every size is exact as a float");
    }

    #[test]
    fn what_is_no_unit_or_another_quantity_is_refused() {
        assert_eq!(converted(1.0, "ms", "kg").unwrap_err(), "`to` of `convert` is a unit of mass, and `ms` one of time");
        assert_eq!(converted(1.0, "msec", "s").unwrap_err(), "`from` of `convert` is `msec`, which is no unit");
        let found = misfit("convert", &[Type::int(), words(&["Mib"]), words(&["B"])]);
        assert_eq!(found.message, "there is no unit `Mib`");
        assert_eq!(found.hint.unwrap(), "did you mean `MiB`?");
        let found = misfit("convert", &[Type::int(), words(&["s"]), words(&["W"])]);
        assert_eq!(found.message, "`to` of `convert` is a unit of power, and `s` one of time");
        assert_eq!(converted(f64::MAX, "d", "ns").unwrap_err(), "`x` of `convert` gives no finite number");
    }
}
