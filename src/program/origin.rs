//! Where a value of a record came from, as data.
//!
//! In: what operations tell of themselves (`Op::tell`). Out: [`Origins`], a graph in which every value stands once, with the
//! place of the spec that gives it, how it came about, and the values that it was made from. What must hold: the value of an
//! origin is the one in the record, and a part that is a field is what stands under that key in it.

use super::names::Section;
use crate::data::{Text, Value};
use crate::source::Span;

/// One value and where it came from.
#[derive(Debug, Clone)]
pub struct Origin {
    /// The value; undefined where it is absent.
    pub value: Value,
    /// How it came about: the head key of a form, or `text`, `expression`, `literal`, `list`, `map`, `fact` and the like.
    pub form: &'static str,
    /// Where that is written.
    pub span: Option<Span>,
    /// The bare name whose value it is, where it is one.
    pub name: Option<Text>,
    /// Where the name is declared.
    pub declared: Option<Span>,
    /// The section of the name.
    pub section: Option<Section>,
    /// Whether the scenario of the record says it otherwise than the others.
    pub overlaid: bool,
    /// The expression or the template, as it is written.
    pub text: Option<Text>,
    /// The address of the draw.
    pub drawn: Option<DrawnFrom>,
    /// The row, case or alternative that was chosen.
    pub row: Option<Chosen>,
    /// What else is known: bounds, options, weights, by their keys.
    pub details: Vec<(&'static str, Value)>,
    /// The values that it was made from.
    pub parts: Vec<Part>,
}

/// One of several rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Chosen {
    /// Which one, counted from 1.
    pub number: usize,
    /// How many there are.
    pub of: usize,
    /// Where it is written.
    pub span: Option<Span>,
}

/// The address of a draw: with the seed and the path it is a key, the rest selects the stream (see `random`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DrawnFrom {
    /// The seed.
    pub seed: u64,
    /// Dataset, bare name and inner names; `*` for every level of `each`.
    pub path: Vec<Text>,
    /// The record.
    pub index: u64,
    /// The attempt; 0 for what is not drawn anew.
    pub attempt: u32,
    /// The elements that it stands in, from the outside in.
    pub elements: Vec<Element>,
    /// Where a walk through a pool stands: the record's rank in its scenario, and how many there are to walk through.
    pub walk: Option<(u64, u64)>,
}

/// An element of a loop, as addresses name it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Element {
    /// By its place in a list, counted from 0.
    At(u32),
    /// By its key.
    Key(Text),
}

/// A value that another one was made from.
#[derive(Debug, Clone)]
pub struct Part {
    /// What it is to the other.
    pub role: Role,
    /// The name, key or path that it goes by there.
    pub name: Text,
    /// The row that it belongs to, counted from 1.
    pub row: Option<usize>,
    /// Whether the condition that it is holds.
    pub holds: Option<bool>,
    /// Where it is read.
    pub span: Option<Span>,
    /// Its number among the origins.
    pub at: usize,
}

/// What a part is to the value that it is a part of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// A name that is read.
    Name,
    /// A field of it, or an element.
    Field,
    /// A condition that was asked.
    Condition,
    /// The same value: what was chosen, or the one name that the expression is.
    Result,
    /// Something else that it takes: a bound, a pool, an input.
    Argument,
}

impl Role {
    /// The word that programs read.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Field => "field",
            Self::Condition => "condition",
            Self::Result => "result",
            Self::Argument => "argument",
        }
    }
}

impl Origin {
    /// A value that came about in some way.
    #[must_use]
    pub fn new(form: &'static str, span: Option<Span>, value: Value) -> Self {
        Self {
            value,
            form,
            span,
            name: None,
            declared: None,
            section: None,
            overlaid: false,
            text: None,
            drawn: None,
            row: None,
            details: Vec::new(),
            parts: Vec::new(),
        }
    }

    /// The same with a detail.
    #[must_use]
    pub fn detail(mut self, key: &'static str, value: Value) -> Self {
        self.details.push((key, value));
        self
    }

    /// The same with a part.
    #[must_use]
    pub fn part(mut self, part: Part) -> Self {
        self.parts.push(part);
        self
    }

    /// The same, drawn there.
    #[must_use]
    pub fn drawn(mut self, from: DrawnFrom) -> Self {
        self.drawn = Some(from);
        self
    }

    /// The same, of that row of so many.
    #[must_use]
    pub fn chosen(mut self, number: usize, of: usize, span: Option<Span>) -> Self {
        self.row = Some(Chosen { number, of, span });
        self
    }
}

impl Part {
    fn new(role: Role, name: Text, at: usize) -> Self {
        Self { role, name, row: None, holds: None, span: None, at }
    }

    /// A name that is read somewhere.
    #[must_use]
    pub fn read(name: Text, span: Option<Span>, at: usize) -> Self {
        Self { span, ..Self::new(Role::Name, name, at) }
    }

    /// What stands under a key.
    #[must_use]
    pub fn field(key: impl AsRef<str>, at: usize) -> Self {
        Self::new(Role::Field, Text::from(key.as_ref()), at)
    }

    /// A condition, of a row where there are several.
    #[must_use]
    pub fn condition(key: &'static str, row: Option<usize>, holds: bool, at: usize) -> Self {
        Self { row, holds: Some(holds), ..Self::new(Role::Condition, Text::const_new(key), at) }
    }

    /// What the value is, under the key that gives it.
    #[must_use]
    pub fn result(key: impl AsRef<str>, at: usize) -> Self {
        Self::new(Role::Result, Text::from(key.as_ref()), at)
    }

    /// Something that it takes, under its key.
    #[must_use]
    pub fn argument(key: impl AsRef<str>, at: usize) -> Self {
        Self::new(Role::Argument, Text::from(key.as_ref()), at)
    }

    /// The same, of a row.
    #[must_use]
    pub fn of_row(mut self, row: usize) -> Self {
        self.row = Some(row);
        self
    }
}

/// Origins by number.
#[derive(Debug, Clone, Default)]
pub struct Origins(Vec<Origin>);

impl Origins {
    /// Takes one more; gives its number.
    pub fn add(&mut self, origin: Origin) -> usize {
        self.0.push(origin);
        self.0.len() - 1
    }

    /// The origin of a number.
    #[must_use]
    pub fn get(&self, at: usize) -> Option<&Origin> {
        self.0.get(at)
    }

    /// The same, to add to.
    pub fn get_mut(&mut self, at: usize) -> Option<&mut Origin> {
        self.0.get_mut(at)
    }

    /// All, by number.
    pub fn iter(&self) -> impl Iterator<Item = &Origin> {
        self.0.iter()
    }

    /// How many.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The origin of what stands at a path in an origin's value, as far as origins tell parts of it: its number, and how many
    /// steps of the path lead there. The rest lies inside of its value.
    #[must_use]
    pub fn find(&self, mut at: usize, path: &[&str]) -> (usize, usize) {
        let mut walked = 0;
        while let Some(rest) = path.get(walked..).filter(|rest| !rest.is_empty()) {
            let Some((next, steps)) = self.step(at, rest) else { break };
            (at, walked) = (next, walked + steps);
        }
        (at, walked)
    }

    /// The part of an origin under the first steps of a path, or of what it is the same as.
    fn step(&self, at: usize, path: &[&str]) -> Option<(usize, usize)> {
        let origin = self.get(at)?;
        // A field may be named by a path of its own: `path:` beside `each` makes such.
        for steps in (1..=path.len()).rev() {
            let key = path.get(..steps)?.join(".");
            if let Some(part) = origin.parts.iter().find(|part| part.role == Role::Field && part.name == key) {
                return Some((part.at, steps));
            }
        }
        let same = origin.parts.iter().find(|part| part.role == Role::Result)?;
        self.step(same.at, path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_lead_through_what_is_the_same_and_through_dotted_keys() {
        let mut origins = Origins::default();
        let leaf = origins.add(Origin::new("int", None, Value::Int(3)));
        let inner = origins.add(Origin::new("each", None, Value::Null).part(Part::field("incident.hours", leaf)));
        let name = origins.add(Origin::new("expression", None, Value::Null).part(Part::result("facts", inner)));
        let root = origins.add(Origin::new("map", None, Value::Null).part(Part::field("input", name)));
        assert_eq!(origins.find(root, &["input", "incident", "hours"]), (leaf, 3));
        assert_eq!(origins.find(root, &["input", "other"]), (name, 1));
        assert_eq!(origins.find(root, &[]), (root, 0));
    }
}
