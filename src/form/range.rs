//! Ranges of numbers: `a..b`, `{min, max}` with expressions, or one number.

use super::parse::Parse;
use crate::data::{Type, Value};
use crate::diag::{Diagnostic, codes};
use crate::engine::yaml::{Node, NodeKind};
use crate::program::{Env, ExprText, Fault, Lower, Op, Origin, Telling};
use crate::source::Span;

/// The two ends of a range.
pub(super) struct Range {
    /// Its place.
    pub(super) span: Span,
    /// The lower end.
    pub(super) min: Bound,
    /// The upper end.
    pub(super) max: Bound,
}

/// One end.
pub(super) enum Bound {
    /// A number.
    Number(Value),
    /// An expression that gives one.
    Expr(ExprText),
}

impl Range {
    /// Reads a range whose literal ends are integers (or, where `floats`, any numbers).
    pub(super) fn parse(cx: &mut Parse<'_>, node: &Node, floats: bool) -> Option<Self> {
        let range = match &node.kind {
            NodeKind::Map(_) => Self::of_map(cx, node, floats),
            NodeKind::List(_) | NodeKind::Null => {
                cx.expected(node, "a range such as `0..9`");
                None
            }
            _ => Self::of_scalar(cx, node, floats),
        }?;
        range.in_order(cx).then_some(range)
    }

    fn of_map(cx: &mut Parse<'_>, node: &Node, floats: bool) -> Option<Self> {
        let NodeKind::Map(entries) = &node.kind else { return None };
        for entry in entries {
            if !matches!(entry.key.text.as_str(), "min" | "max") {
                let message = format!("a range does not take `{}`", entry.key.text);
                cx.report(Diagnostic::error(codes::UNKNOWN_KEY, entry.key_span, message).hint("write `{min: …, max: …}`"));
                return None;
            }
        }
        let mut end = |name: &str| {
            let Some(node) = node.get(name) else {
                let message = format!("a range without `{name}`");
                cx.report(Diagnostic::error(codes::MISSING_KEY, node.span, message));
                return None;
            };
            Bound::parse(cx, node, floats)
        };
        let (min, max) = (end("min"), end("max"));
        Some(Self { span: node.span, min: min?, max: max? })
    }

    fn of_scalar(cx: &mut Parse<'_>, node: &Node, floats: bool) -> Option<Self> {
        let text = node.scalar_text().unwrap_or_default().to_owned();
        let wrong = |cx: &mut Parse<'_>| {
            let what = if floats { "0.5..2" } else { "0..9" };
            cx.report(
                Diagnostic::error(codes::BAD_RANGE, node.span, format!("expected a range such as `{what}`, found `{text}`"))
                    .hint("where an end is computed write `{min: \"{{ a }}\", max: \"{{ b }}\"}`"),
            );
            None
        };
        let Some((min, max)) = text.split_once("..") else {
            return match Bound::parse_quietly(node, floats) {
                Some((min, max)) => Some(Self { span: node.span, min, max }),
                None => wrong(cx),
            };
        };
        match (number(min.trim(), floats), number(max.trim(), floats)) {
            (Some(min), Some(max)) => Some(Self { span: node.span, min: Bound::Number(min), max: Bound::Number(max) }),
            _ => wrong(cx),
        }
    }

    fn in_order(&self, cx: &mut Parse<'_>) -> bool {
        if let (Bound::Number(min), Bound::Number(max)) = (&self.min, &self.max)
            && min.compare(max) == Some(std::cmp::Ordering::Greater)
        {
            cx.report(Diagnostic::error(codes::BAD_RANGE, self.span, "the range is reversed").hint("write the lower end first"));
            return false;
        }
        self.fits(cx)
    }

    /// Integers beyond 64 bits have no place in any format.
    fn fits(&self, cx: &mut Parse<'_>) -> bool {
        let fits =
            [&self.min, &self.max].iter().all(|end| !matches!(end, Bound::Number(Value::Int(number)) if !is_portable(*number)));
        if !fits {
            cx.report(Diagnostic::error(codes::BAD_RANGE, self.span, "an end of this range is beyond 64 bits"));
        }
        fits
    }

    /// Lowers both ends.
    pub(super) fn lower(&self, cx: &mut Lower<'_>, floats: bool) -> Ends {
        let min = self.min.lower(cx, floats);
        let max = self.max.lower(cx, floats);
        Ends { span: self.span, min, max }
    }

    /// The ends, where both are integers of the spec.
    pub(super) fn fixed_ints(&self) -> Option<(i128, i128)> {
        match (&self.min, &self.max) {
            (Bound::Number(min), Bound::Number(max)) => min.as_int().zip(max.as_int()),
            _ => None,
        }
    }

    /// The ends as floats, where both are numbers of the spec.
    pub(super) fn fixed_floats(&self) -> Option<(f64, f64)> {
        match (&self.min, &self.max) {
            (Bound::Number(min), Bound::Number(max)) => min.as_float().zip(max.as_float()),
            _ => None,
        }
    }
}

/// Whether every format can hold an integer.
pub(super) fn is_portable(number: i128) -> bool {
    (i128::from(i64::MIN)..=i128::from(u64::MAX)).contains(&number)
}

fn number(text: &str, floats: bool) -> Option<Value> {
    if let Ok(number) = text.parse::<i128>() {
        return Some(Value::Int(number));
    }
    let digits = text.chars().any(|c| c.is_ascii_digit());
    text.parse::<f64>().ok().filter(|number| floats && digits && number.is_finite()).map(Value::Float)
}

impl Bound {
    fn parse(cx: &mut Parse<'_>, node: &Node, floats: bool) -> Option<Self> {
        match &node.kind {
            NodeKind::Text(scalar) if scalar.text.contains("{{") => inner(cx, node, "an end of a range").map(Self::Expr),
            NodeKind::Int(_) => Some(Self::Number(node.value())),
            NodeKind::Float(_) if floats => Some(Self::Number(node.value())),
            _ => {
                cx.expected(node, if floats { "a number, or `\"{{ … }}\"`" } else { "an integer, or `\"{{ … }}\"`" });
                None
            }
        }
    }

    /// A lone number or `{{ … }}` is a range of one.
    fn parse_quietly(node: &Node, floats: bool) -> Option<(Self, Self)> {
        match &node.kind {
            NodeKind::Int(_) => Some((Self::Number(node.value()), Self::Number(node.value()))),
            NodeKind::Float(_) if floats => Some((Self::Number(node.value()), Self::Number(node.value()))),
            NodeKind::Text(_) => {
                let expr = ExprText::inside_braces(node.as_scalar()?)?;
                Some((Self::Expr(expr.clone()), Self::Expr(expr)))
            }
            _ => None,
        }
    }

    fn lower(&self, cx: &mut Lower<'_>, floats: bool) -> End {
        match self {
            Self::Number(value) => End::Number(value.clone()),
            Self::Expr(expr) => {
                let (op, ty, _) = expr.lower(cx);
                let fits = ty.is_any() || ty.int.is_some() || (floats && ty.float);
                if !fits {
                    let message = format!("an end of a range must be a number, found {}", ty.describe());
                    cx.report(Diagnostic::error(codes::TYPE_MISMATCH, expr.span(), message));
                }
                End::Computed(op, ty)
            }
        }
    }
}

/// The expression inside one whole `{{ … }}`, which `what` must be.
pub(super) fn inner(cx: &mut Parse<'_>, node: &Node, what: &str) -> Option<ExprText> {
    let expr = node.as_scalar().and_then(ExprText::inside_braces);
    if expr.is_none() {
        let message = format!("{what} must be a number, found text around `{{{{ … }}}}`");
        cx.report(Diagnostic::error(codes::WRONG_TYPE, node.span, message).hint("leave only the braces and what is in them"));
    }
    expr
}

/// Both ends, lowered.
pub(super) struct Ends {
    span: Span,
    min: End,
    max: End,
}

enum End {
    Number(Value),
    Computed(Box<dyn Op>, Type),
}

impl End {
    fn eval(&self, env: &Env<'_>) -> Result<Value, Fault> {
        match self {
            Self::Number(value) => Ok(value.clone()),
            Self::Computed(op, _) => op.eval(env).map(std::borrow::Cow::into_owned),
        }
    }

    fn ints(&self) -> (i128, i128) {
        match self {
            Self::Number(value) => value.as_int().map_or((i128::MIN, i128::MAX), |number| (number, number)),
            Self::Computed(_, ty) => ty.int.map_or((i128::MIN, i128::MAX), |range| (range.min, range.max)),
        }
    }
}

impl Ends {
    /// The least and greatest integer that the range can hold in any record.
    pub(super) fn reach(&self) -> (i128, i128) {
        (self.min.ints().0, self.max.ints().1)
    }

    /// Both ends as integers, in order.
    pub(super) fn ints(&self, env: &Env<'_>) -> Result<(i128, i128), Fault> {
        let (min, max) = (self.min.eval(env)?, self.max.eval(env)?);
        match (min.as_int(), max.as_int()) {
            (Some(min), Some(max)) if !is_portable(min) || !is_portable(max) => {
                Err(self.fault(format!("the range {min}..{max} reaches beyond 64 bits")))
            }
            (Some(min), Some(max)) if min <= max => Ok((min, max)),
            (Some(min), Some(max)) => Err(self.fault(format!("the range {min}..{max} is reversed"))),
            _ => Err(self.fault("the ends of this range must be integers".to_owned())),
        }
    }

    /// Both ends as floats, in order.
    pub(super) fn floats(&self, env: &Env<'_>) -> Result<(f64, f64), Fault> {
        let (min, max) = (self.min.eval(env)?, self.max.eval(env)?);
        match (min.as_float(), max.as_float()) {
            (Some(min), Some(max)) if min <= max => Ok((min, max)),
            (Some(min), Some(max)) => Err(self.fault(format!("the range {min}..{max} is reversed"))),
            _ => Err(self.fault("the ends of this range must be numbers".to_owned())),
        }
    }

    /// Adds both ends to what is told of a draw.
    pub(super) fn tell(&self, env: &Env<'_>, telling: &mut Telling, mut origin: Origin) -> Result<Origin, Fault> {
        for (key, end) in [("min", &self.min), ("max", &self.max)] {
            origin = match end {
                End::Number(value) => origin.detail(key, value.clone()),
                End::Computed(op, _) => telling.argument(key, &**op, env, origin)?,
            };
        }
        Ok(origin)
    }

    /// A fault at this range.
    pub(super) fn fault(&self, message: String) -> Fault {
        Box::new(Diagnostic::error(codes::BAD_RANGE, self.span, message))
    }
}
