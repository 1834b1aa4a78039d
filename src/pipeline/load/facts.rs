//! The section `facts`: constants, written in place, read from a CSV file, or as tables with typed columns.

use std::sync::Arc;

use super::collect::Draft;
use super::files::Reader;
use super::sections::names;
use super::tables;
use crate::data::{Text, Type, Value};
use crate::diag::{Diagnostic, codes};
use crate::engine::yaml::{Node, NodeKind};
use crate::form::{bad_name, is_name};
use crate::program::Table;
use crate::spec::Fact;

/// What one entry of `facts` comes to.
pub(super) struct Made {
    /// Its value.
    pub(super) value: Value,
    /// What is known of it.
    pub(super) ty: Type,
    /// Its rows by key, where it is a table that has them.
    pub(super) table: Option<Table>,
}

/// Reads `facts`.
pub(super) fn read(node: &Node, own: bool, draft: &mut Draft, reader: &mut Reader<'_>) {
    for entry in names(node, "facts", reader) {
        let name = entry.key.text.as_str();
        if !is_name(name) {
            reader.report(bad_name(name, entry.key_span));
            reader.incomplete = true;
            continue;
        }
        let made = if tables::is_table(&entry.value) { tables::read(entry, reader) } else { plain(&entry.value, reader) };
        let Some(made) = made else {
            reader.incomplete = true;
            continue;
        };
        if draft.claim(name, entry.key_span, reader) {
            draft.facts.insert(Text::from(name), Fact { value: made.value, ty: made.ty, span: entry.key_span, own });
            draft.tables.extend(made.table.map(|table| (Text::from(name), Arc::new(table))));
        }
    }
}

fn plain(node: &Node, reader: &mut Reader<'_>) -> Option<Made> {
    if !constant(node, reader, "a fact", "compute it under `derive`") {
        return None;
    }
    let value = node.value();
    Some(Made { ty: Type::of(&value), value, table: None })
}

/// Whether a node is a constant: no expressions and no values left out. `what` it is goes into the message, and `instead` into
/// the hint of one that is computed.
pub(super) fn constant(node: &Node, reader: &mut Reader<'_>, what: &str, instead: &str) -> bool {
    match &node.kind {
        NodeKind::Text(scalar) if scalar.text.contains("{{") => {
            let message = format!("{what} is a constant and cannot hold an expression");
            reader.report(Diagnostic::error(codes::WRONG_POSITION, node.span, message).hint(instead));
            false
        }
        NodeKind::Null if node.implicit => {
            reader.report(Diagnostic::error(codes::IMPLICIT_NULL, node.span, format!("{what} without a value")));
            false
        }
        NodeKind::List(items) => items.iter().all(|item| constant(item, reader, what, instead)),
        NodeKind::Map(entries) => entries.iter().all(|entry| constant(&entry.value, reader, what, instead)),
        _ => true,
    }
}
