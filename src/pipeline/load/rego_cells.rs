//! The cells of Rego in a row: parsed where they stand, and what they read.
//!
//! A cell is a template, and each `{{ … }}` in it stands for a term. To parse the cell before any record exists, a number of the
//! same length takes the place of each, so that every fault keeps its byte.

use super::columns::{Column, Kind, Part};
use super::files::Reader;
use crate::data::{Text, Value};
use crate::diag::{Diagnostic, codes};
use crate::engine::rego::{self, Outline, Version};
use crate::engine::yaml::{Node, Scalar};
use crate::program::ReadPath;

/// The name under which a row has what it reads.
pub(super) const READS: &str = "reads";

/// The cells of a row, as far as they are read.
#[derive(Default)]
pub(super) struct Cells {
    conditions: Vec<(Text, Outline)>,
    rules: Vec<Outline>,
    reads: Vec<ReadPath>,
}

impl Cells {
    /// Parses a cell, if it is one of Rego; whether nothing is wrong with it.
    pub(super) fn read(&mut self, node: &Node, column: &Column, reader: &mut Reader<'_>) -> bool {
        let Kind::Rego(part) = column.kind else { return true };
        let Some(scalar) = node.as_scalar() else { return true };
        let outline = match parsed(scalar, part) {
            Ok(outline) => outline,
            Err(diagnostic) => {
                reader.report(diagnostic.label(column.span, "the column"));
                return false;
            }
        };
        if let Some(table) = &column.reads {
            let reads = outline.reads();
            let path = |(path, at): (&Text, &usize)| {
                let span = scalar.places.span(*at..(*at + "input.".len() + path.len()).min(scalar.text.len()));
                ReadPath { path: Some(path.clone()), span, table: table.clone() }
            };
            self.reads.extend(reads.paths.iter().map(path));
            let whole = reads.whole.map(|at| scalar.places.span(at..(at + "input".len()).min(scalar.text.len())));
            self.reads.extend(whole.map(|span| ReadPath { path: None, span, table: table.clone() }));
        }
        match part {
            Part::Condition => self.conditions.push((column.name.clone(), outline)),
            Part::Rules => self.rules.push(outline),
        }
        true
    }

    /// What each condition reads, by column; `None` where there is none.
    pub(super) fn paths(&self) -> Option<Value> {
        let parts: Vec<&Outline> = self.rules.iter().chain(self.conditions.iter().map(|(_, outline)| outline)).collect();
        let list = |outline: &Outline| {
            let reads = outline.reads_through(&parts);
            Value::list(reads.paths.into_keys().map(Value::Text))
        };
        let any = !self.conditions.is_empty();
        any.then(|| Value::map(self.conditions.iter().map(|(name, outline)| (name.clone(), list(outline)))))
    }

    /// Every path that a cell reads whose column says which there are.
    pub(super) fn into_reads(self) -> Vec<ReadPath> {
        self.reads
    }
}

/// Parses the Rego in a cell.
fn parsed(scalar: &Scalar, part: Part) -> Result<Outline, Box<Diagnostic>> {
    let error =
        |code, range: std::ops::Range<usize>, message: String| Diagnostic::error(code, scalar.places.span(range), message);
    if let Some(at) = scalar.text.find("{%") {
        let message = "a cell of Rego takes `{{ … }}` only: with statements it could not be parsed before a record exists";
        let diagnostic = error(codes::UNSUPPORTED_SYNTAX, at..at + 2, message.to_owned());
        return Err(Box::new(diagnostic.hint("compute the part under `derive`")));
    }
    let stand_in = stand_in(&scalar.text);
    let outline = match part {
        Part::Condition => rego::condition(&stand_in, Version::V1),
        Part::Rules => rego::definitions(&stand_in, Version::V1),
    };
    outline.map_err(|fault| {
        let at = fault.at.unwrap_or(0).min(scalar.text.len());
        let end = scalar.text.get(at..).and_then(|rest| rest.chars().next()).map_or(at, |c| at + c.len_utf8());
        let diagnostic = error(fault.code, at..end, fault.message);
        Box::new(fault.hint.into_iter().fold(diagnostic, Diagnostic::hint))
    })
}

/// The text with a number of the same length in the place of each expression.
fn stand_in(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(open) = rest.find("{{") {
        let Some(length) = rest.get(open..).and_then(|tail| tail.find("}}")).map(|at| at + 2) else { break };
        out.push_str(rest.get(..open).unwrap_or_default());
        out.push('1');
        out.extend(std::iter::repeat_n(' ', length - 1));
        rest = rest.get(open + length..).unwrap_or_default();
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stand_ins_keep_every_byte_in_its_place() {
        let text = "input.a <= {{ limits['a'] }}; input.b in {{ x | json }}";
        let made = stand_in(text);
        assert_eq!(made.len(), text.len());
        assert_eq!(made.find("; input.b"), text.find("; input.b"));
        assert!(!made.contains('{'));
        assert_eq!(stand_in("x in {\"a\"}"), "x in {\"a\"}");
    }
}
