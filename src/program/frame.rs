//! One record while it is being computed: a cell for every bare name, filled when it is first read.
//!
//! Every bare name of a spec is a slot. A slot is computed when it is first read and then kept for the record; there is no
//! order to get wrong, and what nothing reads costs nothing. What must hold: a cell never changes while anything can see it.

use std::cell::OnceCell;

use super::env::Env;
use super::function::Functions;
use super::{Fault, Op, Section, TemplateText};
use crate::data::{Text, Value};
use crate::diag::{Diagnostic, codes};
use crate::engine::jinja::Engine;
use crate::random::{Address, Key};
use crate::source::Span;

/// Where a bare name's value comes from, scenario by scenario.
pub struct Slot {
    /// The bare name, or a reserved one.
    pub name: Text,
    /// Where it is declared.
    pub span: Option<Span>,
    /// Its section; `None` for a parameter and the record.
    pub section: Option<Section>,
    /// What computes it where the scenario does not say otherwise.
    pub base: Option<Box<dyn Op>>,
    /// What computes it in single scenarios.
    pub overlays: Vec<(usize, Box<dyn Op>)>,
    /// Whether it is drawn (context and draw sections).
    pub drawn: bool,
    /// Whether it is drawn anew with each attempt to meet an aim or a requirement.
    pub redrawn: bool,
}

impl Slot {
    /// What computes it in a scenario.
    pub(super) fn op(&self, scenario: usize) -> Option<&dyn Op> {
        let own = self.overlays.iter().find(|(one, _)| *one == scenario).map(|(_, op)| &**op);
        own.or(self.base.as_deref())
    }

    /// Whether a scenario says it otherwise.
    pub(super) fn is_overlaid(&self, scenario: usize) -> bool {
        self.overlays.iter().any(|(one, _)| *one == scenario)
    }
}

/// What all records of a build share.
#[derive(Clone, Copy)]
pub struct Shared<'p> {
    /// Every slot.
    pub slots: &'p [Slot],
    /// The key of every draw, by number.
    pub keys: &'p [Key],
    /// The address path of every draw, by number: what is told of draws.
    pub paths: &'p [Vec<Text>],
    /// Templates with statements.
    pub engine: &'p Engine,
    /// Every callable function.
    pub functions: &'p Functions,
    /// Every template, to tell where a rendered text came from.
    pub texts: &'p [TemplateText],
    /// Evaluate everything by the template engine itself.
    pub plain: bool,
    /// The seed, for records that say it.
    pub seed: u64,
}

/// Which record it is.
#[derive(Debug, Clone, Copy)]
pub struct RecordAt {
    /// The scenario; `None` in an example that leaves it open.
    pub scenario: Option<usize>,
    /// How many earlier records have the same scenario.
    pub rank: u64,
    /// The record's index.
    pub index: u64,
    /// The record's mixed address.
    pub address: Address,
    /// The address of what is drawn anew with each attempt.
    pub attempt: Address,
}

impl RecordAt {
    /// The first attempt at the record of an index.
    #[must_use]
    pub fn new(scenario: Option<usize>, rank: u64, index: u64) -> Self {
        let address = Address::record(index);
        Self { scenario, rank, index, address, attempt: address }
    }

    /// The number of the attempt that it is, from 0. It is looked for: nothing but explanations asks.
    #[must_use]
    pub fn attempt_number(&self) -> u32 {
        (0..u32::MAX).find(|attempt| self.address.attempt(*attempt) == self.attempt).unwrap_or_default()
    }
}

/// Where the draws of a record come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Draws {
    /// From their addresses.
    Drawn,
    /// A worked example states them: reading one that it leaves open is an error.
    Stated,
    /// They are read back from an emitted input: reading one that it does not hold is an error.
    Emitted,
}

/// One record while it is being computed.
#[derive(Clone, Copy)]
pub struct Frame<'f> {
    /// What it shares with all others.
    pub shared: &'f Shared<'f>,
    /// The values so far, one cell a slot.
    pub cells: &'f [OnceCell<Value>],
    /// Which record it is.
    pub at: RecordAt,
    /// The planned value of every aimed name, by number; undefined where the scenario plans none.
    pub aims: &'f [Value],
    /// Where its draws come from.
    pub draws: Draws,
    /// The records of the same index of the used datasets, by number.
    pub used: &'f [Frame<'f>],
    /// In a world where some names differ: the world around, and which slots are not the same there.
    around: Option<(&'f Frame<'f>, &'f [bool])>,
}

impl<'f> Frame<'f> {
    /// A record whose draws come from their addresses.
    #[must_use]
    pub fn new(shared: &'f Shared<'f>, cells: &'f [OnceCell<Value>], at: RecordAt, aims: &'f [Value]) -> Self {
        Self { shared, cells, at, aims, draws: Draws::Drawn, used: &[], around: None }
    }

    /// The same record beside these of the used datasets.
    #[must_use]
    pub fn using(self, used: &'f [Frame<'f>]) -> Self {
        Self { used, ..self }
    }

    /// No record at all: what functions are called in.
    #[must_use]
    pub fn bare(shared: &'f Shared<'f>) -> Self {
        Self::new(shared, &[], RecordAt::new(None, 0, 0), &[])
    }

    /// A record whose draws are stated by an example, or read back from an emitted input, in the cells already.
    #[must_use]
    pub fn stated(shared: &'f Shared<'f>, cells: &'f [OnceCell<Value>], at: RecordAt, draws: Draws) -> Self {
        Self { draws, ..Self::new(shared, cells, at, &[]) }
    }

    /// The same record in a world where the slots of `changed` are not the same: `cells` holds what they are set to, and is
    /// empty where they are derived again.
    #[must_use]
    pub fn differing<'i>(&'i self, cells: &'i [OnceCell<Value>], changed: &'i [bool]) -> Frame<'i>
    where
        'f: 'i,
    {
        Frame { cells, around: Some((self, changed)), ..*self }
    }

    /// Whether names may be open: who reads one is at fault, and nobody else.
    #[must_use]
    pub fn is_example(&self) -> bool {
        self.draws == Draws::Stated
    }

    /// Whether a fault says only that a name is open here.
    #[must_use]
    pub fn is_open(&self, fault: &Fault) -> bool {
        match self.draws {
            Draws::Drawn => false,
            Draws::Stated => fault.code == codes::EXAMPLE_FAILED,
            Draws::Emitted => fault.code == codes::NOT_REDERIVED,
        }
    }

    /// The frame that a slot's value stands in: in another world, what does not differ there is that of the world around.
    pub(super) fn owner(&'f self, at: usize) -> &'f Frame<'f> {
        match self.around {
            Some((around, changed)) if !changed.get(at).copied().unwrap_or(false) => around.owner(at),
            _ => self,
        }
    }

    /// The value of a slot, computed now if nobody has read it yet; undefined where it is absent.
    ///
    /// # Errors
    /// The fault of whatever computes it.
    pub fn slot(&'f self, at: usize) -> Result<&'f Value, Fault> {
        const ABSENT: &Value = &Value::Undefined;
        if let Some((around, changed)) = self.around
            && !changed.get(at).copied().unwrap_or(false)
        {
            return around.slot(at);
        }
        let (Some(cell), Some(slot)) = (self.cells.get(at), self.shared.slots.get(at)) else {
            return Ok(ABSENT);
        };
        if let Some(value) = cell.get() {
            return Ok(value);
        }
        if slot.drawn && self.draws != Draws::Drawn {
            return Err(self.left_open(&slot.name, slot.span));
        }
        let op = match self.at.scenario {
            Some(scenario) => slot.op(scenario),
            None if slot.overlays.is_empty() => slot.base.as_deref(),
            None => return Err(self.left_open("scenario", slot.span)),
        };
        let env = if slot.redrawn { Env::redrawn(self) } else { Env::root(self) };
        let value = match op {
            Some(op) => op.eval(&env)?.into_owned(),
            None => Value::Undefined,
        };
        Ok(cell.get_or_init(|| value))
    }

    /// The fault of reading a name that nothing states.
    #[must_use]
    pub fn left_open(&self, name: &str, span: Option<Span>) -> Fault {
        let (code, message, hint) = match self.draws {
            Draws::Emitted => (
                codes::NOT_REDERIVED,
                format!("the input does not hold `{name}`, and a target reads it"),
                format!("put `{name}` into the input as one whole `{{{{ {name} }}}}`"),
            ),
            Draws::Stated | Draws::Drawn => (
                codes::EXAMPLE_FAILED,
                format!("`{name}` is left open, and evaluation reads it"),
                format!("add `{name}` to `set`"),
            ),
        };
        let diagnostic = span
            .map_or_else(|| Diagnostic::unplaced(code, message.clone()), |span| Diagnostic::error(code, span, message.clone()));
        Box::new(diagnostic.hint(hint))
    }
}
