//! What the names of a spec refer to: the input of lowering.

use std::collections::BTreeSet;
use std::sync::Arc;

use indexmap::IndexMap;

use super::Form;
use super::lower::Known;
use crate::data::{Text, Type, Value};
use crate::source::Span;

/// The section that an entry stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Section {
    /// What goes into the input.
    Context,
    /// What shapes context and wording.
    Draw,
    /// What is computed.
    Derive,
    /// How things are worded.
    Say,
}

impl Section {
    /// Its key in a spec.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Context => "context",
            Self::Draw => "draw",
            Self::Derive => "derive",
            Self::Say => "say",
        }
    }

    /// Whether its entries are draws.
    #[must_use]
    pub fn drawn(self) -> bool {
        matches!(self, Self::Context | Self::Draw)
    }
}

/// One named entry with its specialisations.
pub struct Entry<'s> {
    /// The bare name; `say.x` for wording.
    pub name: Text,
    /// Where the name is given first.
    pub span: Span,
    /// Its section.
    pub section: Section,
    /// What holds where a scenario does not say otherwise.
    pub base: Option<&'s dyn Form>,
    /// What holds in single scenarios, by their order.
    pub overlays: Vec<(usize, &'s dyn Form)>,
    /// Whether the dataset's own file declares it (rather than a module).
    pub own: bool,
}

/// One argument of a function.
pub struct FunctionParam {
    /// Its name.
    pub name: Text,
    /// Where it is declared.
    pub span: Span,
    /// What the function takes for it.
    pub ty: Type,
}

/// One function of a spec.
pub struct FunctionEntry<'s> {
    /// Its name.
    pub name: Text,
    /// Where it is declared.
    pub span: Span,
    /// Its arguments in order.
    pub params: &'s [FunctionParam],
    /// What it gives.
    pub body: &'s dyn Form,
}

/// A constant with its place.
pub struct Fact {
    /// Its value.
    pub value: Value,
    /// What is known of the value, and of what else may stand in its columns.
    pub ty: Type,
    /// Where it is declared.
    pub span: Span,
    /// Whether the dataset's own file declares it.
    pub own: bool,
}

/// What the name of a used file stands for.
#[derive(Clone)]
pub struct Stem {
    /// Its facts, and the content of a constitution.
    pub value: Value,
    /// What is known of them.
    pub ty: Type,
    /// The facts among them that are tables with rows by key.
    pub tables: IndexMap<Text, Arc<Table>>,
}

/// A fact whose rows are chosen by key: `cases: table, column: name`.
pub struct Table {
    /// Where it is declared.
    pub span: Span,
    /// Its columns in order.
    pub columns: IndexMap<Text, Column>,
    /// The cells of each row by column, by the key of the row; a cell that is optional may be missing.
    pub rows: IndexMap<Text, IndexMap<Text, Box<dyn Form>>>,
    /// What its cells of Rego read, where their columns say which paths there are.
    pub reads: Vec<ReadPath>,
}

/// A path of the input that a cell of Rego reads.
pub struct ReadPath {
    /// The path in dots; `None` where the cell reads the input as a whole, or by a key that is computed.
    pub path: Option<Text>,
    /// Where it stands.
    pub span: Span,
    /// The table whose keys are the paths that there are, and where it is named.
    pub table: (Text, Span),
}

/// A column of a table.
pub struct Column {
    /// Where it is declared.
    pub span: Span,
    /// What is known of its cells where they are constants; `None` where they are templates or draws.
    pub ty: Option<Type>,
    /// Whether its cells are draws.
    pub draws: bool,
    /// Whether its cells are parts of a Rego module.
    pub rego: bool,
}

/// A constant of a build.
pub struct Param {
    /// Its value in this build.
    pub value: Value,
    /// What is known of it whatever a build sets.
    pub ty: Type,
    /// Where it is declared.
    pub span: Span,
}

/// A slot of the dataset that is being lowered, or of one that it uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct SlotId {
    /// The number of the used dataset.
    pub dataset: Option<usize>,
    /// The slot there.
    pub slot: usize,
}

/// A dataset under `use`: what can be read of its record of the same index.
pub struct Dataset {
    /// Its scenarios in order; one nameless scenario where it has none.
    pub scenarios: Vec<Text>,
    /// Context, draws, derivations and wording in the order of their slots.
    pub entries: IndexMap<Text, (Section, Known)>,
    /// The slot of its record.
    pub record_slot: usize,
    /// What is known of its record.
    pub record: Known,
    /// The causes of each leaf of its record, by path.
    pub leaves: Vec<(Text, BTreeSet<Text>)>,
    /// Its constants, with what is known of them.
    pub facts: IndexMap<Text, (Value, Type)>,
    /// Whether it has mistakes of its own: what is read of it is then not judged.
    pub refused: bool,
}

/// Everything that names can refer to.
pub struct World<'s> {
    /// First part of every address: the dataset's name or its `stream`.
    pub address: Text,
    /// The scenarios in order; one nameless scenario where a spec has none.
    pub scenarios: Vec<Text>,
    /// Context, draws, derivations and wording, by name.
    pub entries: IndexMap<Text, Entry<'s>>,
    /// The planned labels of each aimed name, scenario by scenario; `None` where a scenario does not aim at it.
    pub aims: IndexMap<Text, Vec<Option<Type>>>,
    /// Constants, by name.
    pub facts: IndexMap<Text, Fact>,
    /// The facts among them that are tables with rows by key, by name.
    pub tables: &'s IndexMap<Text, Arc<Table>>,
    /// Constants of the build, by name: `params.name`.
    pub params: IndexMap<Text, Param>,
    /// The names of used files, each with its facts (and, for the constitution, its content).
    pub stems: &'s IndexMap<Text, Stem>,
    /// The names of used datasets.
    pub datasets: IndexMap<Text, Dataset>,
    /// Functions, by name.
    pub functions: IndexMap<Text, FunctionEntry<'s>>,
    /// The record.
    pub record: Option<&'s dyn Form>,
    /// Whether names may be missing because something did not read: a name that is not found is then not reported.
    pub incomplete: bool,
    /// Functions that did not read: calling one is no second mistake.
    pub refused: &'s [Text],
}
