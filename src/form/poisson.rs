//! `poisson`: how many of many rare events happen.

use super::FormKind;
use super::distribution::{self, Family};
use super::number::Least;
use super::parse::{Parse, Shape};
use crate::program::Form;
use crate::random::Distribution;

/// The form.
pub(super) const KIND: FormKind = FormKind {
    head: "poisson",
    options: &["min", "max"],
    draws: true,
    parse,
    doc: "A whole number of at least zero with this mean, as the number of independent events in some time. What lies below `min` or \
          above `max` is drawn again; both ends are included, as with `int`.",
    example: "tickets: {poisson: 3.5, max: 12}",
    schema: r##"{"poisson": {"$ref": "#/$defs/size"}, "min": {"description": "What lies below is drawn again.", "examples": ["tickets: {poisson: 3.5, min: 1}"], "$ref": "#/$defs/number"}, "max": {"description": "What lies above is drawn again.", "examples": ["tickets: {poisson: 3.5, max: 12}"], "$ref": "#/$defs/number"}}"##,
};

static FAMILY: Family = Family {
    head: "poisson",
    main: ("the mean", Least::Counted),
    second: None,
    make: |mean, _| Distribution::Poisson { mean },
    whole: true,
};

fn parse(cx: &mut Parse<'_>, shape: &Shape<'_>) -> Option<Box<dyn Form>> {
    distribution::parse(cx, shape, &FAMILY)
}
