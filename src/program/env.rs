//! The place in which an operation is evaluated: the record, the local names in sight, its address.
//!
//! Local names (`let`, `each`, function arguments) live in levels that point to the level around them.

use std::borrow::Cow;
use std::cell::OnceCell;

use super::frame::Frame;
use super::{Fault, Op};
use crate::data::Value;
use crate::random::{Address, Key, PermutationCache, Stream};

/// Local names of one level, and the level around it.
pub struct Level<'e> {
    parent: Option<&'e Level<'e>>,
    /// The record of its names: inside `with` the body sees another one.
    frame: &'e Frame<'e>,
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
        Self { frame, level: None, address: frame.at.address }
    }

    /// The outermost place of a record for what is drawn anew with each attempt.
    #[must_use]
    pub fn redrawn(frame: &'e Frame<'e>) -> Self {
        Self { frame, level: None, address: frame.at.attempt }
    }

    /// The same place, local names included, over another frame.
    #[must_use]
    pub fn over<'i>(&self, frame: &'i Frame<'i>) -> Env<'i>
    where
        'e: 'i,
    {
        Env { frame, level: self.level, address: self.address }
    }

    /// A new level of local names inside this place, with its own address.
    #[must_use]
    pub fn level(&self, names: Locals<'e>, address: Address) -> Level<'e> {
        Level { parent: self.level, frame: self.frame, names, address }
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
    pub fn arguments<'a>(&self, values: &'a [Value]) -> Level<'a>
    where
        'e: 'a,
    {
        Level { parent: None, frame: self.frame, names: Locals::Bound(values), address: self.address }
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
                let value = op.eval(&Env { frame: level.frame, level: Some(level), address: level.address })?.into_owned();
                Ok(cell.get_or_init(|| value))
            }
        }
    }

    /// What computes the local name `at` of the level `up` levels out, and where; `None` for one that has its value.
    pub(super) fn local_source(&self, up: usize, at: usize) -> Option<(&'e dyn Op, Env<'e>)> {
        let mut level = self.level;
        for _ in 0..up {
            level = level.and_then(|one| one.parent);
        }
        let level = level?;
        let Locals::Lazy(ops, _) = level.names else { return None };
        Some((&**ops.get(at)?, Env { frame: level.frame, level: Some(level), address: level.address }))
    }

    /// The stream of a draw at this place.
    #[must_use]
    pub fn stream(&self, draw: usize) -> Stream {
        self.key(draw).stream(self.address)
    }

    /// Where a walk through `0..n` stands in this record. The records of a scenario have each number once, in an order of its
    /// own for every pass; the attempt has no part in it.
    #[must_use]
    pub fn walk(&self, draw: usize, n: u64, orders: &PermutationCache) -> u64 {
        let (rank, n) = (self.frame.at.rank, n.max(1));
        orders.at(self.key(draw), self.address.pass(rank / n), n, rank % n)
    }

    fn key(&self, draw: usize) -> Key {
        self.frame.shared.keys.get(draw).copied().unwrap_or_default()
    }
}

/// The value of an operation, owned, in a place.
///
/// # Errors
/// The operation's fault.
pub fn owned(op: &dyn Op, env: &Env<'_>) -> Result<Value, Fault> {
    op.eval(env).map(Cow::into_owned)
}
