//! `lognormal`: a number above zero whose logarithm is normal, as sizes and durations often are.

use super::FormKind;
use super::distribution::{self, Family, Second};
use super::number::Least;
use super::parse::{Parse, Shape};
use crate::program::Form;
use crate::random::Distribution;

/// The form.
pub(super) const KIND: FormKind = FormKind {
    head: "lognormal",
    options: &["sigma", "min", "max", "step", "digits"],
    draws: true,
    parse,
    doc: "A number above zero whose logarithm is normal: half of all numbers lie above this median, and two thirds within a factor \
          of `exp(sigma)` of it. `step`, `digits`, `min` and `max` as with `normal`.",
    example: "response_ms: {lognormal: 180, sigma: 0.6, max: 5000, digits: 0}",
    schema: r##"{"lognormal": {"$ref": "#/$defs/positive"}, "sigma": {"description": "The standard deviation of the logarithm: two thirds lie within a factor of `exp(sigma)` of the median.", "examples": ["response_ms: {lognormal: 180, sigma: 0.6}"], "$ref": "#/$defs/size"}, "min": {"description": "What lies below is drawn again.", "examples": ["response_ms: {lognormal: 180, sigma: 0.6, min: 20}"], "$ref": "#/$defs/number"}, "max": {"description": "What does not lie below is drawn again.", "examples": ["response_ms: {lognormal: 180, sigma: 0.6, max: 5000}"], "$ref": "#/$defs/number"}, "step": {"description": "Rounded to the nearest multiple of this number.", "examples": ["response_ms: {lognormal: 180, sigma: 0.6, step: 10}"], "type": "number", "exclusiveMinimum": 0}, "digits": {"description": "Rounded to so many digits behind the point.", "examples": ["response_ms: {lognormal: 180, sigma: 0.6, digits: 0}"], "type": "integer", "minimum": 0, "maximum": 9}}"##,
};

static FAMILY: Family = Family {
    head: "lognormal",
    main: ("the median", Least::AboveZero),
    second: Some(Second {
        key: "sigma",
        named: "`sigma`",
        least: Least::Zero,
        missing: "say how far logarithms lie from that of the median: `sigma: 0.5`",
    }),
    make: |median, sigma| Distribution::LogNormal { median, sigma },
    whole: false,
};

fn parse(cx: &mut Parse<'_>, shape: &Shape<'_>) -> Option<Box<dyn Form>> {
    distribution::parse(cx, shape, &FAMILY)
}
