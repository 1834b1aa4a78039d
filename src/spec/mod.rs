//! A dataset's spec as it was loaded: plain data with places, forms parsed but nothing checked against anything else.

mod params;

use std::sync::Arc;

use indexmap::IndexMap;

use crate::data::{Text, Type, Value};
use crate::program::{ExprText, Form, FunctionParam, Section, Stem, Table};
use crate::random::Weights;
use crate::source::{SourceId, Span};

pub use crate::form::LANGUAGE_VERSION;
pub use params::{Allowed, Misfit, Param, Profile};

/// A dataset's spec with everything that its modules bring in.
pub struct Spec {
    /// Name of the dataset, and where it is given.
    pub name: Text,
    /// Where the name is given.
    pub name_span: Span,
    /// Title for people.
    pub title: Option<String>,
    /// How many records a plain build makes.
    pub size: u64,
    /// First part of addresses, where it is not the name.
    pub stream: Option<Text>,
    /// The JSON Schema file, by source.
    pub schema: Option<SourceId>,
    /// The constitution, where a module brings one.
    pub constitution: Option<Constitution>,
    /// Constants.
    pub facts: IndexMap<Text, Fact>,
    /// The facts among them that are tables with rows by key.
    pub tables: IndexMap<Text, Arc<Table>>,
    /// Constants that a build can set, by name.
    pub params: IndexMap<Text, Param>,
    /// What builds set together, by name.
    pub profiles: IndexMap<Text, Profile>,
    /// Context, draws, derivations and wording (`say.x`).
    pub entries: IndexMap<Text, Entry>,
    /// Scenarios in order; empty where there are none.
    pub scenarios: Vec<Scenario>,
    /// How scenarios share the records; `None` where there are none.
    pub weights: Option<Weights>,
    /// Functions.
    pub functions: IndexMap<Text, Function>,
    /// The names of used files.
    pub stems: IndexMap<Text, Stem>,
    /// The datasets that it uses, each with its own spec.
    pub used: Vec<Used>,
    /// The record, and its place.
    pub record: Option<(Span, Box<dyn Form>)>,
    /// The labels that are planned, by the derived name.
    pub aims: IndexMap<Text, Aim>,
    /// What a record is drawn anew for.
    pub requirements: Vec<Requirement>,
    /// How many attempts a record may take.
    pub attempts: u32,
    /// What must hold for every record.
    pub checks: Vec<Check>,
    /// Worked cases.
    pub examples: Vec<Example>,
    /// What must hold for the whole dataset.
    pub expectations: Vec<Expectation>,
    /// Other shapes of the same records, by name.
    pub views: IndexMap<Text, View>,
    /// Every file of the spec closure: path in the workspace and content digest, sorted by path.
    pub closure: Vec<SourceId>,
    /// Whether something did not read that may have given names, so that a name that is not found is no second mistake.
    pub incomplete: bool,
    /// Functions that did not read.
    pub refused: Vec<Text>,
}

/// A dataset under `use`.
pub struct Used {
    /// The name that its record is read under.
    pub stem: Text,
    /// The place that uses it.
    pub span: Span,
    /// Its spec.
    pub spec: Spec,
    /// Whether all of it could be read.
    pub whole: bool,
}

/// A constant.
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

/// A named entry with its specialisations.
pub struct Entry {
    /// Where its name is given first.
    pub span: Span,
    /// Its section.
    pub section: Section,
    /// What holds where a scenario does not say otherwise.
    pub base: Option<(Span, Box<dyn Form>)>,
    /// What holds in single scenarios, by their order.
    pub overlays: Vec<(usize, Span, Box<dyn Form>)>,
    /// Whether the dataset's own file declares it.
    pub own: bool,
}

/// A scenario: exactly one for each record.
pub struct Scenario {
    /// Its name.
    pub name: Text,
    /// Where it is declared.
    pub span: Span,
}

/// A function.
pub struct Function {
    /// Where it is declared.
    pub span: Span,
    /// Its arguments in order.
    pub params: Vec<FunctionParam>,
    /// What it gives.
    pub body: Box<dyn Form>,
    /// Whether the dataset's own file declares it.
    pub own: bool,
}

/// How many attempts a record may take where a spec does not say.
pub const ATTEMPTS: u32 = 1_000;

/// The planned values of a derived name.
pub struct Aim {
    /// Where the name is aimed at first.
    pub span: Span,
    /// What is planned where a scenario does not say otherwise.
    pub base: Option<Distribution>,
    /// What is planned in single scenarios, by their order.
    pub overlays: Vec<(usize, Distribution)>,
}

impl Aim {
    /// What is planned in a scenario; `None` where nothing is.
    #[must_use]
    pub fn of(&self, scenario: usize) -> Option<&Distribution> {
        let own = self.overlays.iter().find(|(one, _)| *one == scenario).map(|(_, distribution)| distribution);
        own.or(self.base.as_ref())
    }

    /// Every distribution.
    pub fn distributions(&self) -> impl Iterator<Item = &Distribution> {
        self.base.iter().chain(self.overlays.iter().map(|(_, distribution)| distribution))
    }
}

/// Labels and their shares, exact in every block of as many records as the weights add up to.
pub struct Distribution {
    /// Where it stands.
    pub span: Span,
    /// The labels, each with its place.
    pub labels: Vec<(Value, Span)>,
    /// One weight a label.
    pub weights: Weights,
}

/// Something that a record must meet: it is drawn anew until it does.
pub struct Requirement {
    /// Its name.
    pub id: Text,
    /// Where the name is given.
    pub span: Span,
    /// The condition.
    pub that: ExprText,
    /// The draws that are made anew; empty for all that the condition depends on.
    pub redraw: Vec<(Text, Span)>,
    /// The scenario it is limited to.
    pub scenario: Option<usize>,
}

/// Something that must hold for every record.
pub struct Check {
    /// Its name.
    pub id: Text,
    /// Where the name is given.
    pub span: Span,
    /// The condition.
    pub that: ExprText,
    /// Why, for the message.
    pub because: Option<String>,
    /// The scenario it is limited to.
    pub scenario: Option<usize>,
}

/// Another shape of the same records.
pub struct View {
    /// Where it is named.
    pub span: Span,
    /// Which records it shows; `None` for all.
    pub filter: Option<ExprText>,
    /// What it shows of each.
    pub record: Box<dyn Form>,
}

/// A worked case.
pub struct Example {
    /// Its name.
    pub name: Text,
    /// Where it stands.
    pub span: Span,
    /// The names it sets.
    pub set: Vec<Stated>,
    /// What must come out, by name or by path.
    pub want: Vec<Stated>,
}

/// A name with the value that an example states for it.
pub struct Stated {
    /// The name, or a path that begins with one.
    pub name: Text,
    /// Where the name is written.
    pub name_span: Span,
    /// The value.
    pub value: Value,
    /// Where the value is written.
    pub span: Span,
}

/// Something that must hold for the whole dataset.
pub struct Expectation {
    /// Where it stands.
    pub span: Span,
    /// What is counted.
    pub kind: ExpectationKind,
    /// Judged in builds of at least so many records.
    pub at_size: u64,
}

/// What an expectation counts.
pub enum ExpectationKind {
    /// The share of records for values of an expression; without a band, a name is expected as it is aimed at.
    Share {
        /// The expression; a list counts each of its elements once.
        of: ExprText,
        /// The attribute by which maps are counted, and its place.
        attribute: Option<(Text, Span)>,
        /// The bands of single values.
        bands: Vec<(Value, Span, Band)>,
        /// The band of every value that occurs or can occur.
        every: Option<Band>,
        /// Judged apart for each value of this expression.
        by: Option<ExprText>,
    },
    /// The share of records in which a condition holds.
    Holds {
        /// The condition.
        that: ExprText,
        /// The band of the share, and its place.
        band: (Span, Band),
        /// Judged apart for each value of this expression.
        by: Option<ExprText>,
    },
    /// The share of different values among all.
    Distinct {
        /// The expression.
        of: ExprText,
        /// The least share.
        at_least: f64,
    },
}

/// A share from `min` to `max`, both included.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Band {
    /// Least.
    pub min: f64,
    /// Greatest.
    pub max: f64,
}

/// The constitution: what every record answers to.
#[derive(Debug, Clone)]
pub struct Constitution {
    /// Where it is declared.
    pub span: Span,
    /// The hash that records carry.
    pub hash: Text,
    /// The places of a record that must carry the hash, as paths in dots, with their own places.
    pub places: Vec<(Text, Span)>,
    /// Principles in order, each with its statement.
    pub principles: Vec<(Text, String)>,
}
