//! The world in which a record is computed: its slots, its local names, its address.
//!
//! Every bare name of a spec is a slot. A slot is computed when it is first read and then kept for the record; there is no
//! order to get wrong, and what nothing reads costs nothing. Local names (`let`, `each`, function arguments) live in levels
//! that point to the level around them.

use std::borrow::Cow;
use std::cell::OnceCell;

use super::function::Functions;
use super::{Fault, Op};
use crate::data::{Text, Value};
use crate::diag::{Diagnostic, codes};
use crate::engine::jinja::Engine;
use crate::random::{Address, Key, Stream};
use crate::source::Span;

/// Where a bare name's value comes from, scenario by scenario.
pub struct Slot {
    /// The bare name, or a reserved one.
    pub name: Text,
    /// Where it is declared.
    pub span: Option<Span>,
    /// What computes it where the scenario does not say otherwise.
    pub base: Option<Box<dyn Op>>,
    /// What computes it in single scenarios.
    pub overlays: Vec<(usize, Box<dyn Op>)>,
    /// Whether it is drawn (context and draw sections).
    pub drawn: bool,
}

impl Slot {
    fn op(&self, scenario: usize) -> Option<&dyn Op> {
        let own = self.overlays.iter().find(|(one, _)| *one == scenario).map(|(_, op)| &**op);
        own.or(self.base.as_deref())
    }
}

/// What all records of a build share.
pub struct Shared<'p> {
    /// Every slot.
    pub slots: &'p [Slot],
    /// The key of every draw, by number.
    pub keys: &'p [Key],
    /// Templates with statements.
    pub engine: &'p Engine,
    /// Every callable function.
    pub functions: &'p Functions,
    /// Evaluate everything by the template engine itself.
    pub plain: bool,
}

/// One record while it is being computed.
pub struct Frame<'f> {
    /// What it shares with all others.
    pub shared: &'f Shared<'f>,
    /// The values so far, one cell a slot.
    pub cells: &'f [OnceCell<Value>],
    /// The scenario; `None` in an example that leaves it open.
    pub scenario: Option<usize>,
    /// The record's index.
    pub index: u64,
    /// The record's mixed address.
    pub address: Address,
    /// In a worked example, draws that it does not set are open: reading one is an error.
    pub example: bool,
}

impl<'f> Frame<'f> {
    /// The value of a slot, computed now if nobody has read it yet; undefined where it is absent.
    ///
    /// # Errors
    /// The fault of whatever computes it.
    pub fn slot(&'f self, at: usize) -> Result<&'f Value, Fault> {
        const ABSENT: &Value = &Value::Undefined;
        let (Some(cell), Some(slot)) = (self.cells.get(at), self.shared.slots.get(at)) else {
            return Ok(ABSENT);
        };
        if let Some(value) = cell.get() {
            return Ok(value);
        }
        if self.example && slot.drawn {
            return Err(Self::left_open(slot));
        }
        let op = match self.scenario {
            Some(scenario) => slot.op(scenario),
            None if slot.overlays.is_empty() => slot.base.as_deref(),
            None => return Err(Self::left_open(slot)),
        };
        let value = match op {
            Some(op) => op.eval(&Env::root(self))?.into_owned(),
            None => Value::Undefined,
        };
        Ok(cell.get_or_init(|| value))
    }

    fn left_open(slot: &Slot) -> Fault {
        let open = if slot.drawn { slot.name.as_str() } else { "scenario" };
        let message = format!("`{open}` is left open, and evaluation reads it");
        let hint = format!("add `{open}` to `set`");
        Box::new(match slot.span {
            Some(span) => Diagnostic::error(codes::EXAMPLE_FAILED, span, message).hint(hint),
            None => Diagnostic::unplaced(codes::EXAMPLE_FAILED, message).hint(hint),
        })
    }
}

/// Local names of one level, and the level around it.
pub struct Level<'e> {
    parent: Option<&'e Level<'e>>,
    names: Locals<'e>,
    address: Address,
}

/// How the names of a level get their values.
#[derive(Clone, Copy)]
pub enum Locals<'e> {
    /// They have them: loop names and arguments.
    Bound(&'e [Value]),
    /// They are computed when first read.
    Lazy(&'e [Box<dyn Op>], &'e [OnceCell<Value>]),
}

/// Where an operation is evaluated: the record, the local names in sight, and the address that `each` levels have folded.
#[derive(Clone, Copy)]
pub struct Env<'e> {
    /// The record.
    pub frame: &'e Frame<'e>,
    level: Option<&'e Level<'e>>,
    /// The record's address with every `each` element around folded in.
    pub address: Address,
}

impl<'e> Env<'e> {
    /// The outermost place of a record.
    #[must_use]
    pub fn root(frame: &'e Frame<'e>) -> Self {
        Self { frame, level: None, address: frame.address }
    }

    /// A new level of local names inside this place, with its own address.
    #[must_use]
    pub fn level(&self, names: Locals<'e>, address: Address) -> Level<'e> {
        Level { parent: self.level, names, address }
    }

    /// The place inside a level.
    #[must_use]
    pub fn inside<'i>(&self, level: &'i Level<'i>) -> Env<'i>
    where
        'e: 'i,
    {
        Env { frame: self.frame, level: Some(level), address: level.address }
    }

    /// A level that sees nothing around it: the arguments of a function.
    #[must_use]
    pub fn arguments<'a>(&self, values: &'a [Value]) -> Level<'a> {
        Level { parent: None, names: Locals::Bound(values), address: self.address }
    }

    /// The local name `at` of the level `up` levels out.
    ///
    /// # Errors
    /// The fault of whatever computes it.
    pub fn local(&self, up: usize, at: usize) -> Result<&'e Value, Fault> {
        const ABSENT: &Value = &Value::Undefined;
        let mut level = self.level;
        for _ in 0..up {
            level = level.and_then(|one| one.parent);
        }
        let Some(level) = level else { return Ok(ABSENT) };
        match level.names {
            Locals::Bound(values) => Ok(values.get(at).unwrap_or(ABSENT)),
            Locals::Lazy(ops, cells) => {
                let (Some(cell), Some(op)) = (cells.get(at), ops.get(at)) else { return Ok(ABSENT) };
                if let Some(value) = cell.get() {
                    return Ok(value);
                }
                let value = op.eval(&Env { frame: self.frame, level: Some(level), address: level.address })?.into_owned();
                Ok(cell.get_or_init(|| value))
            }
        }
    }

    /// The stream of a draw at this place.
    #[must_use]
    pub fn stream(&self, draw: usize) -> Stream {
        let key = self.frame.shared.keys.get(draw).copied().unwrap_or_default();
        key.stream(self.address)
    }
}

/// The value of an operation, owned, in a place.
///
/// # Errors
/// The operation's fault.
pub fn owned(op: &dyn Op, env: &Env<'_>) -> Result<Value, Fault> {
    op.eval(env).map(Cow::into_owned)
}
