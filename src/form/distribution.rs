//! What the forms that draw from a named distribution share: their numbers, their bounds, and the grid they are rounded to.
//!
//! A number outside `min` and `max` is drawn again from the same stream. Bounds that hardly any number meets are refused: while
//! checking where everything is written in the spec, and otherwise by the record that finds none.

use std::borrow::Cow;

use super::grid::Grid;
use super::number::{Least, Number, NumberOp};
use super::parse::{Parse, Shape};
use crate::data::{Type, Value};
use crate::diag::{Diagnostic, codes};
use crate::engine::yaml::NodeKind;
use crate::program::{Env, Fault, Form, Lower, Lowered, Op, Origin, Telling};
use crate::random::Distribution;
use crate::source::Span;

/// How often a number is drawn until it lies within its bounds.
const MOST_DRAWS: u32 = 10_000;
/// Fewer numbers than this among [`MOST_DRAWS`] may lie within fixed bounds: with a hundred, one record in 10^43 finds none.
const FEWEST: f64 = 100.0;

/// One of the distributions, as a form of the language.
pub(super) struct Family {
    /// The head key.
    pub(super) head: &'static str,
    /// The main argument: what it is, and which numbers it may be.
    pub(super) main: (&'static str, Least),
    /// The second number, where the distribution has one.
    pub(super) second: Option<Second>,
    /// The distribution of these two numbers.
    pub(super) make: fn(f64, f64) -> Distribution,
    /// Whether its numbers are whole: they are integers then, and `max` is included.
    pub(super) whole: bool,
}

/// The number beside the main argument.
pub(super) struct Second {
    /// Its key.
    pub(super) key: &'static str,
    /// Its key in backticks.
    pub(super) named: &'static str,
    /// Which numbers it may be.
    pub(super) least: Least,
    /// What to write where it is missing.
    pub(super) missing: &'static str,
}

/// Reads such a form.
pub(super) fn parse(cx: &mut Parse<'_>, shape: &Shape<'_>, family: &'static Family) -> Option<Box<dyn Form>> {
    let main = match &shape.head.kind {
        NodeKind::Map(_) => {
            let message = format!("expected {} first, found a map", family.main.0);
            let diagnostic = Diagnostic::error(codes::WRONG_TYPE, shape.head.span, message);
            cx.report(diagnostic.hint("the main argument stands at the head, options beside it: `{normal: 40, sd: 10}`"));
            None
        }
        _ => Number::parse(cx, shape.head, family.main.0, family.main.1),
    };
    let second = match &family.second {
        None => Some(None),
        Some(second) => match shape.option(second.key) {
            Some(node) => Number::parse(cx, node, second.named, second.least).map(Some),
            None => {
                let message = format!("this distribution needs {}", second.named);
                cx.report(Diagnostic::error(codes::MISSING_KEY, shape.span, message).hint(second.missing));
                None
            }
        },
    };
    let mut bound = |key: &str, named: &'static str| match shape.option(key) {
        Some(node) => Number::parse(cx, node, named, Least::Any).map(Some),
        None => Some(None),
    };
    let (min, max) = (bound("min", "`min`"), bound("max", "`max`"));
    let grid = Grid::parse(cx, shape);
    let form = Drawn { span: shape.span, family, main: main?, second: second?, min: min?, max: max?, grid: grid? };
    form.is_possible(cx).then(|| Box::new(form) as Box<dyn Form>)
}

struct Drawn {
    span: Span,
    family: &'static Family,
    main: Number,
    second: Option<Number>,
    min: Option<Number>,
    max: Option<Number>,
    grid: Option<Grid>,
}

impl Drawn {
    /// Refuses bounds that lie the wrong way round, or that hardly any number meets, as far as they are written in the spec.
    fn is_possible(&self, cx: &mut Parse<'_>) -> bool {
        let fixed = |number: &Option<Number>| number.as_ref().map_or(Some(None), |one| one.fixed().map(Some));
        let (Some(min), Some(max)) = (fixed(&self.min), fixed(&self.max)) else { return true };
        let bounds = Bounds { min, max, whole: self.family.whole };
        if let Some(wrong) = bounds.reversed() {
            cx.report(Diagnostic::error(codes::BAD_RANGE, self.span, wrong));
            return false;
        }
        let (Some(main), Some(second)) = (self.main.fixed(), fixed(&self.second)) else { return true };
        let (from, to) = bounds.half_open();
        let (from, to) = self.grid.map_or((from, to), |grid| grid.around(from, to));
        let share = if from < to { (self.family.make)(main, second.unwrap_or_default()).share_between(from, to) } else { 0.0 };
        let met = share * f64::from(MOST_DRAWS);
        if met < FEWEST {
            let about = if met < 0.5 { "none".to_owned() } else { format!("about {met:.0}") };
            cx.report(too_few(self.span, &about, bounds));
        }
        met >= FEWEST
    }
}

fn too_few(span: Span, how_many: &str, bounds: Bounds) -> Diagnostic {
    let message = format!("{how_many} of {MOST_DRAWS} draws lie {bounds}");
    Diagnostic::error(codes::BAD_RANGE, span, message)
        .hint("numbers outside are drawn again: widen the bounds, or draw nearer to them")
}

impl Form for Drawn {
    fn span(&self) -> Span {
        self.span
    }

    fn lower(&self, cx: &mut Lower<'_>) -> Lowered {
        let main = self.main.lower(cx);
        let mut lower = |number: &Option<Number>| number.as_ref().map(|one| one.lower(cx));
        let (second, min, max) = (lower(&self.second), lower(&self.min), lower(&self.max));
        let draw = cx.draw();
        let ty = if self.family.whole { self.counts() } else { Type::float() };
        let op = DrawnOp { span: self.span, draw, family: self.family, main, second, min, max, grid: self.grid };
        Lowered::new(op, ty)
    }

    fn draws(&self) -> bool {
        true
    }
}

impl Drawn {
    fn counts(&self) -> Type {
        let fixed = |number: &Option<Number>| number.as_ref().and_then(Number::fixed);
        let least = fixed(&self.min).map_or(0, |min| whole(min.ceil())).max(0);
        let most = fixed(&self.max).map_or(i128::from(u64::MAX), |max| whole(max.floor()));
        Type::int_range(least, most.max(least))
    }
}

#[expect(clippy::cast_possible_truncation, reason = "the number is whole, and the cast saturates")]
fn whole(number: f64) -> i128 {
    number as i128
}

/// Where numbers must lie.
#[derive(Clone, Copy)]
struct Bounds {
    min: Option<f64>,
    max: Option<f64>,
    whole: bool,
}

impl Bounds {
    /// What is wrong with bounds that nothing lies between.
    fn reversed(self) -> Option<&'static str> {
        let (min, max) = (self.min?, self.max?);
        match self.whole {
            true if min.ceil() > max.floor() => Some("no whole number lies between `min` and `max`"),
            false if min >= max => Some("`max` must be above `min`"),
            _ => None,
        }
    }

    /// The range [from, to) that they stand for. What is not finite lies outside.
    fn half_open(self) -> (f64, f64) {
        let to = self.max.map_or(f64::INFINITY, |max| if self.whole { max.floor() + 1.0 } else { max });
        (self.min.unwrap_or(f64::MIN), to)
    }
}

impl std::fmt::Display for Bounds {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (self.min, self.max) {
            (Some(min), Some(max)) => write!(f, "between {min} and {max}"),
            (Some(min), None) => write!(f, "at {min} or above"),
            (None, Some(max)) if self.whole => write!(f, "at {max} or below"),
            (None, Some(max)) => write!(f, "below {max}"),
            (None, None) => write!(f, "within what a number can hold"),
        }
    }
}

struct DrawnOp {
    span: Span,
    draw: usize,
    family: &'static Family,
    main: NumberOp,
    second: Option<NumberOp>,
    min: Option<NumberOp>,
    max: Option<NumberOp>,
    grid: Option<Grid>,
}

impl Op for DrawnOp {
    fn eval<'e>(&'e self, env: &Env<'e>) -> Result<Cow<'e, Value>, Fault> {
        let number = |op: &Option<NumberOp>| op.as_ref().map(|one| one.eval(env)).transpose();
        let distribution = (self.family.make)(self.main.eval(env)?, number(&self.second)?.unwrap_or_default());
        let bounds = Bounds { min: number(&self.min)?, max: number(&self.max)?, whole: self.family.whole };
        if let Some(wrong) = bounds.reversed() {
            return Err(Box::new(Diagnostic::error(codes::BAD_RANGE, self.span, wrong)));
        }
        let (from, to) = bounds.half_open();
        let mut stream = env.stream(self.draw);
        for _ in 0..MOST_DRAWS {
            let drawn = distribution.draw(&mut stream);
            let number = self.grid.map_or(drawn, |grid| grid.nearest(drawn));
            if from <= number && number < to {
                // The sum turns -0.0 into 0.0.
                let value = if self.family.whole { Value::Int(whole(number)) } else { Value::Float(number + 0.0) };
                return Ok(Cow::Owned(value));
            }
        }
        Err(Box::new(too_few(self.span, "none", bounds)))
    }

    fn tell(&self, env: &Env<'_>, telling: &mut Telling) -> Result<usize, Fault> {
        let origin = Origin::new(self.family.head, Some(self.span), self.eval(env)?.into_owned());
        let (name, _) = self.family.main;
        let name = name.strip_prefix("the ").unwrap_or(name);
        let mut origin = self.main.tell(name, env, telling, origin.drawn(telling.drawn(env, self.draw)))?;
        if let (Some(second), Some(number)) = (&self.family.second, &self.second) {
            origin = number.tell(second.key, env, telling, origin)?;
        }
        for (key, bound) in [("min", &self.min), ("max", &self.max)] {
            if let Some(bound) = bound {
                origin = bound.tell(key, env, telling, origin)?;
            }
        }
        if let Some(grid) = self.grid {
            origin = origin.detail("step", grid.step());
        }
        Ok(telling.add(origin))
    }
}
