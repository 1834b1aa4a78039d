//! How draws are read: for their values, or only against limits.
//!
//! In: the comparisons that lowering meets. Out: a [`Reading`] for every draw that something reads, itself or through derived
//! names. `people > 5000` asks one thing of a draw from 1 to 200,000, so a few numbers stand for all of them; `people % 7` asks
//! for the number itself. What must hold: of a draw that is read against limits nothing sees more than which side of each limit
//! it is on.

use std::collections::BTreeMap;

use super::Code;
use super::infer::Typed;
use super::lower::Lower;
use crate::data::{Type, Value};
use crate::engine::jinja::tree::{Expr, ExprKind};

/// Integers up to here, and no further, are told apart as floats.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// How a draw is read.
#[derive(Debug, Clone, PartialEq)]
pub enum Reading {
    /// For its value.
    Whole,
    /// Only for whether it is there, and whether it is below, at or above each of these numbers.
    Against(Vec<Value>),
}

impl Reading {
    /// Takes another reading of the same draw in.
    pub fn join(&mut self, other: &Self) {
        match (&mut *self, other) {
            (Self::Whole, _) => {}
            (Self::Against(_), Self::Whole) => *self = Self::Whole,
            (Self::Against(limits), Self::Against(more)) => {
                for limit in more {
                    if !limits.contains(limit) {
                        limits.push(limit.clone());
                    }
                }
            }
        }
    }
}

/// The draws that something reads, by slot, and how.
pub type Readings = BTreeMap<usize, Reading>;

/// Takes the readings of another part in.
pub fn join(readings: &mut Readings, more: &Readings) {
    for (at, reading) in more {
        readings.entry(*at).and_modify(|known| known.join(reading)).or_insert_with(|| reading.clone());
    }
}

/// What lowering has seen of how draws are read.
#[derive(Default)]
pub(super) struct Seen {
    /// By what is being lowered.
    pub(super) here: Readings,
    /// By every derived name, by slot.
    pub(super) of: BTreeMap<usize, Readings>,
    /// Whether the bare name that is about to be lowered is an operand of a comparison.
    compared: bool,
}

/// An operand of a comparison: the draw that it is, and the number that it always is.
pub(super) struct Operand {
    draw: Option<usize>,
    limit: Option<Value>,
}

impl Lower<'_> {
    fn read_as(&mut self, at: usize, reading: Reading) {
        match self.seen.here.get_mut(&at) {
            Some(known) => known.join(&reading),
            None => {
                self.seen.here.insert(at, reading);
            }
        }
    }

    /// Whether the name that is being lowered is an operand of a comparison, which then tells how it is read.
    pub(super) fn is_compared(&mut self) -> bool {
        std::mem::take(&mut self.seen.compared)
    }

    /// Notes that an entry is read; `compared` where [`Self::compared`] will tell how.
    pub(super) fn note_reading(&mut self, at: usize, compared: bool) {
        if !self.is_drawn(at) {
            if let Some(theirs) = self.seen.of.get(&at) {
                join(&mut self.seen.here, theirs);
            }
        } else if !compared {
            self.read_as(at, Reading::Whole);
        }
    }

    /// Lowers an operand of a comparison, or what `is defined` asks for.
    pub(super) fn operand(&mut self, expr: &Expr) -> (Typed, Operand) {
        self.seen.compared = matches!(expr.kind, ExprKind::Var(_));
        let (code, ty) = self.expr(expr);
        self.seen.compared = false;
        let draw = match &code {
            Code::Slot(at, ..) if self.is_drawn(*at) => Some(*at),
            _ => None,
        };
        let limit = limit(&code, &ty);
        ((code, ty), Operand { draw, limit })
    }

    /// Notes how the operands of one chain of comparisons are read: against numbers where these stand on both sides.
    pub(super) fn compared(&mut self, operands: &[Operand]) {
        for (at, operand) in operands.iter().enumerate() {
            let Some(draw) = operand.draw else { continue };
            let beside = [at.checked_sub(1), at.checked_add(1)].into_iter().flatten().filter_map(|one| operands.get(one));
            let limits: Option<Vec<Value>> = beside.map(|one| one.limit.clone()).collect();
            self.read_as(draw, limits.map_or(Reading::Whole, Reading::Against));
        }
    }
}

/// The number that an expression always is.
fn limit(code: &Code, ty: &Type) -> Option<Value> {
    match constant(code) {
        Some(Value::Int(number)) => Some(Value::Int(number)),
        Some(Value::Float(number)) if number.abs() < EXACT => Some(Value::Float(number)),
        Some(_) => None,
        None => ty.int.filter(|range| ty.is_int() && range.min == range.max).map(|range| Value::Int(range.min)),
    }
}

fn constant(code: &Code) -> Option<Value> {
    match code {
        Code::Const(value) => Some(value.clone()),
        Code::Negate(inner, _) => match constant(inner)? {
            Value::Int(number) => number.checked_neg().map(Value::Int),
            Value::Float(number) => Some(Value::Float(-number)),
            _ => None,
        },
        Code::Attr(inner, name, _) => constant(inner)?.as_map()?.get(name).cloned(),
        _ => None,
    }
}
