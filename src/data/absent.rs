//! Why a path in dots leads to nothing.

use super::value::{Text, Value};
use crate::diag::{nearest, quoted_list};

/// Where a path ends too early.
pub struct Absent {
    /// As far as it leads; empty where its first step is missing.
    pub walked: String,
    /// The step that is missing.
    pub step: String,
    /// What there is instead, in a phrase.
    pub rest: String,
}

impl Value {
    /// Where a path in dots that leads to nothing ends, and what there is instead.
    #[must_use]
    pub fn absent(&self, path: &str) -> Absent {
        let mut at = self;
        let mut walked: Vec<&str> = Vec::new();
        let mut steps = path.split('.');
        let mut missing = steps.next();
        while let Some((step, inner)) = missing.and_then(|step| Some((step, at.at(step)?))) {
            at = inner;
            walked.push(step);
            missing = steps.next();
        }
        let step = missing.unwrap_or_default();
        let known: Vec<&str> = at.as_map().into_iter().flat_map(|map| map.keys().map(Text::as_str)).collect();
        let rest = match (nearest(step, known.iter().copied()), at) {
            (Some(name), _) => format!("did you mean `{name}`?"),
            (None, Self::Map(_)) if !known.is_empty() => format!("there is {}", quoted_list(known)),
            (None, Self::List(items)) => format!("it is a list of {}", items.len()),
            (None, other) => format!("it is {}", other.kind()),
        };
        Absent { walked: walked.join("."), step: step.to_owned(), rest }
    }
}
