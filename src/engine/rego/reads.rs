//! What a module, or a part of one, reads and names.

use std::collections::{BTreeMap, BTreeSet};

use crate::data::Text;

/// What is read of the input.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Reads {
    /// Paths in dots, each the longest that is certain: `input.a[_].b` reads `a`. With a byte of the text that reads it.
    pub paths: BTreeMap<Text, usize>,
    /// A byte of the text that reads the input by a key which is computed, or as a whole.
    pub whole: Option<usize>,
}

impl Reads {
    /// Adds what another part reads.
    pub fn extend(&mut self, other: &Self) {
        for (path, at) in &other.paths {
            self.paths.entry(path.clone()).or_insert(*at);
        }
        self.whole = self.whole.or(other.whole);
    }
}

/// A module, or a part of one, in outline.
#[derive(Debug, Clone, Default)]
pub struct Outline {
    /// The package in dots, such as `data.acgs.breach`; empty for a part.
    pub package: String,
    /// Every rule with what its definitions read of the input themselves, and the names that they use.
    pub rules: BTreeMap<Text, Rule>,
    /// Comparisons of an input path with a constant.
    pub comparisons: Vec<Comparison>,
    /// Whether definitions of one rule can give it two values, which ends an evaluation.
    pub may_conflict: bool,
}

/// One rule of an outline.
#[derive(Debug, Clone, Default)]
pub struct Rule {
    /// What its definitions read themselves.
    pub reads: Reads,
    /// Names that its definitions use, rules and functions among them.
    pub names: BTreeSet<Text>,
}

/// An input path compared with a constant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comparison {
    /// The path in dots.
    pub path: Text,
    /// The kind of the constant.
    pub kind: Kind,
    /// A byte of the text that compares.
    pub at: usize,
}

/// The kind of a scalar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Text.
    Text,
    /// A number.
    Number,
    /// A boolean.
    Bool,
}

impl Kind {
    /// The kind in words.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Number => "a number",
            Self::Bool => "a boolean",
        }
    }
}

impl Outline {
    /// What a rule reads, itself and through the rules that it uses, as far as they stand in `parts`. The places of what stands
    /// in other parts are lost.
    #[must_use]
    pub fn reads_through<'o>(&'o self, parts: &[&'o Self]) -> Reads {
        let mut reads = Reads::default();
        let mut open: Vec<&Rule> = self.rules.values().collect();
        let mut seen: BTreeSet<&Text> = BTreeSet::new();
        while let Some(rule) = open.pop() {
            reads.extend(&rule.reads);
            for name in rule.names.iter().filter(|name| seen.insert(name)) {
                open.extend(parts.iter().filter_map(|part| part.rules.get(name)));
            }
        }
        reads
    }

    /// What all rules read.
    #[must_use]
    pub fn reads(&self) -> Reads {
        let mut reads = Reads::default();
        self.rules.values().for_each(|rule| reads.extend(&rule.reads));
        reads
    }
}
