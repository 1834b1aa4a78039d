//! A record as indented JSON for the eye.
//!
//! In: a node. Out: JSON text (RFC 8259) with two spaces a level, coloured on request. What must hold: without colours it reads
//! back as the same value. A list or map of scalars stands on one line where it fits, for a column of short words is hard to
//! read.

use super::terminal::PLAIN;
use crate::json;
use crate::record::{Entries, Items, Node, View};

/// Columns that a line of several values may take.
const WIDTH: usize = 100;

const KEY: &str = "\x1b[1;34m";
const TEXT: &str = "\x1b[32m";
const OTHER: &str = "\x1b[33m";

/// The text of a node, without a line end.
pub(super) fn text(node: Node<'_>, color: bool) -> String {
    let mut page = Page { out: String::new(), color };
    page.node(node, 0, 0);
    page.out
}

struct Page {
    out: String,
    color: bool,
}

impl Page {
    /// Writes a node that begins in some column of a line indented by some levels.
    fn node(&mut self, node: Node<'_>, level: usize, column: usize) {
        let short = one_line(node).is_some_and(|length| column + length <= WIDTH);
        match node.view() {
            View::List(items) => self.list(items, (!short).then_some(level), column),
            View::Map(entries) => self.map(entries, (!short).then_some(level), column),
            View::Text(_) => self.scalar(node, TEXT),
            View::Null | View::Bool(_) | View::Int(_) | View::Float(_) => self.scalar(node, OTHER),
        }
    }

    /// `level` is that of a list that takes several lines.
    fn list(&mut self, items: Items<'_>, level: Option<usize>, column: usize) {
        let level = level.filter(|_| !items.is_empty());
        self.out.push('[');
        for (at, item) in items.iter().enumerate() {
            let column = self.next(at, level, column);
            self.node(item, level.unwrap_or(0) + 1, column);
        }
        self.close(']', level);
    }

    fn map(&mut self, entries: Entries<'_>, level: Option<usize>, column: usize) {
        let level = level.filter(|_| !entries.is_empty());
        self.out.push('{');
        for (at, (key, value)) in entries.iter().enumerate() {
            let column = self.next(at, level, column);
            let mut quoted = String::new();
            json::write_text(key, &mut quoted);
            self.colored(&quoted, KEY);
            self.out.push_str(": ");
            self.node(value, level.unwrap_or(0) + 1, column + quoted.chars().count() + 2);
        }
        self.close('}', level);
    }

    /// Goes to where the next element begins, and gives its column. In a line the column no longer matters.
    fn next(&mut self, at: usize, level: Option<usize>, column: usize) -> usize {
        let Some(level) = level else {
            self.out.push_str(if at > 0 { ", " } else { "" });
            return column;
        };
        self.out.push_str(if at > 0 { ",\n" } else { "\n" });
        self.indent(level + 1)
    }

    fn close(&mut self, bracket: char, level: Option<usize>) {
        if let Some(level) = level {
            self.out.push('\n');
            self.indent(level);
        }
        self.out.push(bracket);
    }

    fn indent(&mut self, level: usize) -> usize {
        self.out.extend(std::iter::repeat_n("  ", level));
        level * 2
    }

    fn scalar(&mut self, node: Node<'_>, color: &str) {
        let mut text = String::new();
        json::write_node(node, &mut text);
        self.colored(&text, color);
    }

    fn colored(&mut self, text: &str, color: &str) {
        if self.color {
            self.out.extend([color, text, PLAIN]);
        } else {
            self.out.push_str(text);
        }
    }
}

/// How many columns a node takes on one line; `None` where it holds lists or maps that are not empty.
fn one_line(node: Node<'_>) -> Option<usize> {
    let empty = |node: Node<'_>| match node.view() {
        View::List(items) => items.is_empty(),
        View::Map(entries) => entries.is_empty(),
        View::Null | View::Bool(_) | View::Int(_) | View::Float(_) | View::Text(_) => true,
    };
    let (flat, spaces) = match node.view() {
        View::List(items) => (items.iter().all(empty), items.len().saturating_sub(1)),
        View::Map(entries) => (entries.iter().all(|(_, value)| empty(value)), (2 * entries.len()).saturating_sub(1)),
        View::Null | View::Bool(_) | View::Int(_) | View::Float(_) | View::Text(_) => (true, 0),
    };
    flat.then(|| {
        let mut compact = String::new();
        json::write_node(node, &mut compact);
        compact.chars().count() + spaces
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Value;

    fn sample() -> Value {
        let words = |count: usize| Value::list((0..count).map(|_| Value::text("customer_request")));
        Value::map([
            ("id".into(), Value::text("a\"b")),
            ("none".into(), Value::list([])),
            ("few".into(), words(3)),
            ("many".into(), words(5)),
            ("rows".into(), Value::list([Value::map([("a".into(), Value::Int(1)), ("b".into(), Value::Float(1.0))])])),
        ])
    }

    #[test]
    fn short_lists_and_maps_stand_on_a_line() {
        let expected = r#"{
  "id": "a\"b",
  "none": [],
  "few": ["customer_request", "customer_request", "customer_request"],
  "many": [
    "customer_request",
    "customer_request",
    "customer_request",
    "customer_request",
    "customer_request"
  ],
  "rows": [
    {"a": 1, "b": 1.0}
  ]
}"#;
        assert_eq!(text(Node::of(&sample()), false), expected);
    }

    #[test]
    fn lines_are_filled_to_the_width_and_no_further() {
        let line = |letters: usize| {
            let value = Value::map([("k".into(), Value::list([Value::text("x".repeat(letters)), Value::Null]))]);
            text(Node::of(&Value::list([value])), false).lines().map(|line| line.chars().count()).max().unwrap()
        };
        // Four columns of indent and `"k": ["` before the word, `", null]` behind it.
        let fits = WIDTH - 4 - 7 - 8;
        assert_eq!(line(fits), WIDTH);
        assert!(line(fits + 1) < WIDTH);
    }

    #[test]
    fn it_reads_back_and_colours_change_nothing_but_the_look() {
        let value = sample();
        let plain = text(Node::of(&value), false);
        let mut compact = String::new();
        json::write_node(Node::of(&value), &mut compact);
        let read = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
        assert_eq!(read(&plain), read(&compact));
        let mut colored = text(Node::of(&value), true);
        for code in [KEY, TEXT, OTHER, PLAIN] {
            assert!(colored.contains(code));
            colored = colored.replace(code, "");
        }
        assert_eq!(colored, plain);
    }
}
