//! Where a place lies in a YAML text.
//!
//! In: a text and a byte of it. Out: the keys and items around that byte, outermost first. What must hold: a text that does not read
//! has no places; nothing here reports a mistake.

use crate::diag::Diagnostics;
use crate::engine::yaml::{self, Entry, Node, NodeKind};
use crate::source::{Source, Sources, Span};

/// One level of a tree on the way to a place.
#[derive(Clone, Copy)]
pub(super) enum Step<'n> {
    /// An entry of a map.
    Entry(&'n Node, &'n Entry),
    /// An element of a list.
    Item(&'n Node),
}

impl Step<'_> {
    /// The key, of an entry, without the `$` that it may carry.
    pub(super) fn key(&self) -> Option<&str> {
        match self {
            Self::Entry(_, entry) => Some(entry.key.text.strip_prefix('$').unwrap_or(&entry.key.text)),
            Self::Item(_) => None,
        }
    }
}

/// The way to a place.
pub(super) struct Way<'n> {
    /// The levels, outermost first.
    pub(super) steps: Vec<Step<'n>>,
    /// Whether the place lies on the key of the last entry.
    pub(super) on_key: bool,
}

/// A text as a tree; `None` where it does not read.
pub(super) fn read(text: &str) -> Option<Node> {
    let mut sources = Sources::default();
    let source = sources.add("", text);
    yaml::read(source, &sources, &mut Diagnostics::default())
}

/// The tree of a text of a dataset; its places are those of the dataset's own sources.
pub(super) fn of_source(source: &Source) -> Option<Node> {
    read(source.text())
}

fn touches(span: Span, at: usize) -> bool {
    span.start as usize <= at && at <= span.end as usize
}

/// The way to byte `at`.
pub(super) fn way(root: &Node, at: usize) -> Way<'_> {
    let mut way = Way { steps: Vec::new(), on_key: false };
    let mut open = Some(root);
    while let Some(node) = open.take() {
        match &node.kind {
            NodeKind::Map(entries) => {
                let on_key = entries.iter().find(|entry| touches(entry.key_span, at));
                // The last one that begins before the place: an entry reaches to the next.
                let inside = || {
                    let reaches = |entry: &&Entry| entry.key_span.start as usize <= at && at <= entry.value.span.end as usize;
                    entries.iter().rev().find(reaches)
                };
                way.on_key = on_key.is_some();
                if let Some(entry) = on_key.or_else(inside) {
                    way.steps.push(Step::Entry(node, entry));
                    open = (!way.on_key).then_some(&entry.value);
                }
            }
            NodeKind::List(items) => {
                if let Some(item) = items.iter().find(|item| touches(item.span, at)) {
                    way.steps.push(Step::Item(item));
                    open = Some(item);
                }
            }
            _ => {}
        }
    }
    way
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_leads_through_maps_and_lists() {
        let text = "a: 1\nb:\n  - {c: x, $d: y}\n  - e:\n      f: long\n";
        let root = read(text).unwrap();
        let way = |piece: &str| {
            let way = way(&root, text.find(piece).unwrap());
            let steps: Vec<String> = way.steps.iter().map(|step| step.key().unwrap_or("-").to_owned()).collect();
            (steps.join(" "), way.on_key)
        };
        assert_eq!(way("y}"), ("b - d".to_owned(), false));
        assert_eq!(way("f: l"), ("b - e f".to_owned(), true));
        assert_eq!(way("long"), ("b - e f".to_owned(), false));
        assert_eq!(way("1"), ("a".to_owned(), false));
        assert!(read("a: [").is_none());
    }
}
