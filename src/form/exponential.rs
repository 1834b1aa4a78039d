//! `exponential`: the time until the next of events that come independently.

use super::FormKind;
use super::distribution::{self, Family};
use super::number::Least;
use super::parse::{Parse, Shape};
use crate::program::Form;
use crate::random::Distribution;

/// The form.
pub(super) const KIND: FormKind = FormKind {
    head: "exponential",
    options: &["min", "max", "step", "digits"],
    draws: true,
    parse,
    doc: "A number of at least zero with this mean, as the time between events that come independently. `step`, `digits`, `min` and \
          `max` as with `normal`.",
    example: "minutes_between: {exponential: 12, digits: 1}",
    schema: r##"{"exponential": {"$ref": "#/$defs/positive"}, "min": {"description": "What lies below is drawn again.", "examples": ["minutes_between: {exponential: 12, min: 1}"], "$ref": "#/$defs/number"}, "max": {"description": "What does not lie below is drawn again.", "examples": ["minutes_between: {exponential: 12, max: 120}"], "$ref": "#/$defs/number"}, "step": {"description": "Rounded to the nearest multiple of this number.", "examples": ["minutes_between: {exponential: 12, step: 0.5}"], "type": "number", "exclusiveMinimum": 0}, "digits": {"description": "Rounded to so many digits behind the point.", "examples": ["minutes_between: {exponential: 12, digits: 1}"], "type": "integer", "minimum": 0, "maximum": 9}}"##,
};

static FAMILY: Family = Family {
    head: "exponential",
    main: ("the mean", Least::AboveZero),
    second: None,
    make: |mean, _| Distribution::Exponential { mean },
    whole: false,
};

fn parse(cx: &mut Parse<'_>, shape: &Shape<'_>) -> Option<Box<dyn Form>> {
    distribution::parse(cx, shape, &FAMILY)
}
