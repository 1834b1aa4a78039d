//! `normal`: a number around a mean.

use super::FormKind;
use super::distribution::{self, Family, Second};
use super::number::Least;
use super::parse::{Parse, Shape};
use crate::program::Form;
use crate::random::Distribution;

/// The form.
pub(super) const KIND: FormKind = FormKind {
    head: "normal",
    options: &["sd", "min", "max", "step", "digits"],
    draws: true,
    parse,
    doc: "A number from the normal distribution with this mean and the standard deviation `sd`. `digits: 1` or `step: 0.5` rounds \
          it to the nearest multiple. What then lies below `min`, or not below `max`, is drawn again. Each number may be \
          computed: `\"{{ … }}\"`.",
    example: "latency: {normal: 40, sd: 12.5, min: 0, digits: 1}",
    schema: r##"{"normal": {"$ref": "#/$defs/number"}, "sd": {"description": "The standard deviation.", "examples": ["latency: {normal: 40, sd: 12.5, digits: 1}"], "$ref": "#/$defs/size"}, "min": {"description": "What lies below is drawn again.", "examples": ["latency: {normal: 40, sd: 12.5, min: 0}"], "$ref": "#/$defs/number"}, "max": {"description": "What does not lie below is drawn again.", "examples": ["latency: {normal: 40, sd: 12.5, max: 90}"], "$ref": "#/$defs/number"}, "step": {"description": "Rounded to the nearest multiple of this number.", "examples": ["latency: {normal: 40, sd: 12.5, step: 0.5}"], "type": "number", "exclusiveMinimum": 0}, "digits": {"description": "Rounded to so many digits behind the point.", "examples": ["latency: {normal: 40, sd: 12.5, digits: 1}"], "type": "integer", "minimum": 0, "maximum": 9}}"##,
};

static FAMILY: Family = Family {
    head: "normal",
    main: ("the mean", Least::Any),
    second: Some(Second {
        key: "sd",
        named: "`sd`",
        least: Least::Zero,
        missing: "say how far numbers lie from the mean: `sd: 10`",
    }),
    make: |mean, sd| Distribution::Normal { mean, sd },
    whole: false,
};

fn parse(cx: &mut Parse<'_>, shape: &Shape<'_>) -> Option<Box<dyn Form>> {
    distribution::parse(cx, shape, &FAMILY)
}
