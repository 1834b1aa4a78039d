//! Decimal grids: the multiples of a step such as 0.25, written exactly.
//!
//! In: `step` or `digits` beside a form. Out: the numbers of the multiples in a range, and the multiples themselves, each by one
//! division of whole numbers, so that the shortest digits are the exact ones.

use super::parse::{Parse, Shape};
use crate::data::Value;
use crate::diag::{Diagnostic, codes};
use crate::engine::yaml::{Node, NodeKind};

/// From here on (2^53) every float is a whole number.
const WHOLE: f64 = 9_007_199_254_740_992.0;

/// A decimal grid: multiples of `step / scale`.
#[derive(Clone, Copy)]
pub(super) struct Grid {
    step: i128,
    scale: i128,
}

impl Grid {
    /// Reads `step` or `digits`; `Some(None)` where neither is there.
    #[expect(clippy::option_option, reason = "refused, or not there, or there")]
    pub(super) fn parse(cx: &mut Parse<'_>, shape: &Shape<'_>) -> Option<Option<Self>> {
        match (shape.option("step"), shape.option("digits")) {
            (None, None) => Some(None),
            (Some(step), None) => of_step(cx, step).map(Some),
            (None, Some(digits)) => of_digits(cx, digits).map(Some),
            (Some(_), Some(digits)) => {
                let diagnostic = Diagnostic::error(codes::FOREIGN_KEY, digits.span, "`digits` beside `step`");
                cx.report(diagnostic.hint("take one of the two"));
                None
            }
        }
    }

    /// The grid of a decimal step such as `0.25`; `None` where it is not a plain decimal above zero.
    fn of_step(text: &str) -> Option<Self> {
        let (whole, places) = text.split_once('.').unwrap_or((text, ""));
        if places.len() > 9 || !places.chars().all(|c| c.is_ascii_digit()) {
            return None;
        }
        let step: i128 = format!("{whole}{places}").parse().ok()?;
        let scale = 10_i128.checked_pow(u32::try_from(places.len()).ok()?)?;
        (step > 0).then_some(Self { step, scale })
    }

    /// The numbers of the first multiple at or above `min` and of the last one below `max`.
    #[expect(clippy::cast_possible_truncation, reason = "rounded, and the cast saturates")]
    pub(super) fn numbers(self, min: f64, max: f64) -> (i128, i128) {
        let near = |number: f64| {
            let whole = number.round();
            ((number - whole).abs() < 1e-6).then_some(whole as i128)
        };
        let (least, open) = (self.steps(min), self.steps(max));
        let first = near(least).unwrap_or_else(|| least.ceil() as i128);
        let last = near(open).map_or_else(|| open.floor() as i128, |open| open - 1);
        (first, last)
    }

    /// The numbers of the multiples at most `within` away from a limit; the first is greater than the last where there is none.
    #[expect(clippy::cast_possible_truncation, reason = "rounded, and the cast saturates")]
    pub(super) fn window(self, limit: f64, within: f64) -> (i128, i128) {
        // What is written as a decimal lies on the grid even where its binary neighbour does not.
        let slack = 1e-6;
        let (first, last) = (self.steps(limit - within) - slack, self.steps(limit + within) + slack);
        (first.ceil() as i128, last.floor() as i128)
    }

    /// The step.
    pub(super) fn step(self) -> Value {
        Value::Float(self.point(1))
    }

    /// The multiple of that number.
    #[expect(clippy::cast_precision_loss, reason = "grids have far fewer than 2^53 points")]
    pub(super) fn point(self, number: i128) -> f64 {
        (number * self.step) as f64 / self.scale as f64
    }

    /// The multiple nearest to a number, halves away from zero. Numbers too large to lie between two multiples stay.
    #[expect(clippy::cast_possible_truncation, reason = "below 2^53")]
    pub(super) fn nearest(self, number: f64) -> f64 {
        let steps = self.steps(number);
        if steps.abs() < WHOLE { self.point(steps.round() as i128) } else { number }
    }

    /// The range of the numbers whose nearest multiple lies in [min, max); empty where no multiple does.
    #[expect(clippy::cast_precision_loss, reason = "only grids of far fewer than 2^53 points are judged")]
    pub(super) fn around(self, min: f64, max: f64) -> (f64, f64) {
        let (first, last) = self.numbers(min, max);
        let at = |steps: f64| steps * self.step as f64 / self.scale as f64;
        let open = if max.is_finite() { at(last as f64 + 0.5) } else { max };
        (at(first as f64 - 0.5), open)
    }

    /// How many steps a number is from zero.
    #[expect(clippy::cast_precision_loss, reason = "steps are decimals of few digits")]
    fn steps(self, number: f64) -> f64 {
        number * self.scale as f64 / self.step as f64
    }
}

fn of_step(cx: &mut Parse<'_>, node: &Node) -> Option<Grid> {
    let grid = matches!(node.kind, NodeKind::Int(_) | NodeKind::Float(_)).then(|| Grid::of_step(&node.raw)).flatten();
    if grid.is_none() {
        cx.report(Diagnostic::error(codes::BAD_RANGE, node.span, "expected a step above zero, such as 0.25"));
    }
    grid
}

fn of_digits(cx: &mut Parse<'_>, node: &Node) -> Option<Grid> {
    match node.kind {
        NodeKind::Int(digits @ 0..=9) => Some(Grid { step: 1, scale: 10_i128.pow(u32::try_from(digits).ok()?) }),
        _ => {
            cx.report(Diagnostic::error(codes::BAD_RANGE, node.span, "expected a number of digits from 0 to 9"));
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grids_never_reach_the_open_end_and_are_exact() {
        let grid = Grid::of_step("0.25").unwrap();
        assert_eq!(grid.numbers(-3.0, 3.0), (-12, 11));
        assert_eq!(grid.point(11).to_string(), "2.75");
        let tenths = Grid::of_step("0.1").unwrap();
        assert_eq!(tenths.numbers(0.0, 1.0), (0, 9));
        assert_eq!(tenths.point(3).to_string(), "0.3");
        assert_eq!(tenths.numbers(0.05, 0.95), (1, 9));
        assert!(Grid::of_step("0").is_none());
        assert!(Grid::of_step("1e-3").is_none());
    }

    #[test]
    fn the_nearest_multiple_is_exact_and_never_minus_zero() {
        let tenths = Grid::of_step("0.1").unwrap();
        let given: Vec<String> = [0.26, -0.04, 0.25, -0.25, 1e300].iter().map(|one| tenths.nearest(*one).to_string()).collect();
        assert_eq!(given[..4], ["0.3", "0", "0.3", "-0.3"]);
        assert_eq!(given[4], 1e300.to_string());
        let quarters = Grid::of_step("0.25").unwrap();
        assert_eq!(quarters.around(0.0, 1.0), (-0.125, 0.875));
        assert_eq!(quarters.around(0.1, f64::INFINITY), (0.125, f64::INFINITY));
        assert!(quarters.around(0.1, 0.2).0 >= quarters.around(0.1, 0.2).1);
        assert_eq!(tenths.window(0.7, 0.2), (5, 9));
        assert_eq!(quarters.window(0.6, 0.1), (2, 2));
        assert_eq!(quarters.window(0.6, 0.05), (3, 2));
    }
}
