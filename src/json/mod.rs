//! JSON text: written straight from a record, and read back.
//!
//! A node comes in, compact JSON (RFC 8259) goes out: no space outside of strings, keys in record order, and only what must be
//! escaped is escaped. The canonical form sorts the keys of every map by code point, so that it depends on values alone; record
//! digests are taken over it. The indented form is for files that people read.

mod read;
mod stream;
mod text;

use crate::data::{Value, number};
use crate::record::{Entries, Node, Record, View};

pub use read::read;
pub use stream::{Piece, stream};
pub use text::write_text;

/// Appends a node as compact JSON.
pub fn write_node(node: Node<'_>, out: &mut String) {
    write(node, out, write_entries);
}

/// A value as messages show it: compact JSON, or `absent`.
#[must_use]
pub fn shown(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Undefined) => "absent".to_owned(),
        Some(value) => {
            let mut text = String::new();
            write_node(Node::of(value), &mut text);
            text
        }
    }
}

/// Appends a node as canonical JSON: compact, the keys of every map sorted by code point.
pub fn write_canonical(node: Node<'_>, out: &mut String) {
    write(node, out, write_sorted);
}

/// Appends a node as JSON for people: two spaces a level, a line an entry, keys in record order; lists of scalars on one line.
pub fn write_indented(node: Node<'_>, out: &mut String) {
    write_level(node, 0, out);
}

fn write_level(node: Node<'_>, level: usize, out: &mut String) {
    let line = |level: usize, out: &mut String| {
        out.push('\n');
        out.extend(std::iter::repeat_n("  ", level));
    };
    let nested = |node: Node<'_>| matches!(node.view(), View::List(_) | View::Map(_));
    match node.view() {
        View::Map(entries) if !entries.is_empty() => {
            out.push('{');
            for (at, (key, value)) in entries.iter().enumerate() {
                out.push_str(if at > 0 { "," } else { "" });
                line(level + 1, out);
                write_text(key, out);
                out.push_str(": ");
                write_level(value, level + 1, out);
            }
            line(level, out);
            out.push('}');
        }
        View::List(items) => {
            let broken = items.iter().any(nested);
            out.push('[');
            for (at, item) in items.iter().enumerate() {
                out.push_str(if at == 0 {
                    ""
                } else if broken {
                    ","
                } else {
                    ", "
                });
                if broken {
                    line(level + 1, out);
                }
                write_level(item, level + 1, out);
            }
            if broken {
                line(level, out);
            }
            out.push(']');
        }
        _ => write_node(node, out),
    }
}

/// A record as canonical JSON.
#[must_use]
pub fn canonical(record: &Record) -> String {
    let mut out = String::new();
    write_canonical(record.root(), &mut out);
    out
}

/// Appends a node; `map` writes the entries of a map, which is all in which the two forms differ.
fn write(node: Node<'_>, out: &mut String, map: fn(Entries<'_>, &mut String)) {
    match node.view() {
        View::Null => out.push_str("null"),
        View::Bool(truth) => out.push_str(if truth { "true" } else { "false" }),
        View::Int(int) => number::write_int(int, out),
        View::Float(float) => number::write_float_json(float, out),
        View::Text(text) => write_text(text, out),
        View::List(items) => {
            out.push('[');
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                write(item, out, map);
            }
            out.push(']');
        }
        View::Map(entries) => {
            out.push('{');
            map(entries, out);
            out.push('}');
        }
    }
}

fn write_entries(entries: Entries<'_>, out: &mut String) {
    for (at, (key, value)) in entries.iter().enumerate() {
        write_key(at, key, out);
        write_node(value, out);
    }
}

fn write_sorted(entries: Entries<'_>, out: &mut String) {
    let mut sorted: Vec<_> = entries.iter().collect();
    // Bytes of UTF-8 sort as their code points do.
    sorted.sort_unstable_by_key(|(key, _)| *key);
    for (at, (key, value)) in sorted.into_iter().enumerate() {
        write_key(at, key, out);
        write_canonical(value, out);
    }
}

fn write_key(at: usize, key: &str, out: &mut String) {
    if at > 0 {
        out.push(',');
    }
    write_text(key, out);
    out.push(':');
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(value: &Value) -> String {
        let mut out = String::new();
        write_node(Node::of(value), &mut out);
        out
    }

    #[test]
    fn text_and_keys_are_read_back_by_an_independent_reader() {
        let all: String = (0..0x3000).filter_map(char::from_u32).chain("🦀\u{10FFFF}".chars()).collect();
        let read: std::collections::BTreeMap<String, String> =
            serde_json::from_str(&json(&Value::map([(all.as_str().into(), Value::text(&all))]))).unwrap();
        assert_eq!(read.into_iter().next(), Some((all.clone(), all)));
    }

    #[test]
    fn numbers_keep_their_kind() {
        let numbers = [Value::Int(1), Value::Float(1.0), Value::Int(u64::MAX.into()), Value::Float(1e21), Value::Float(-0.0)];
        assert_eq!(json(&Value::list(numbers)), "[1,1.0,18446744073709551615,1e21,-0.0]");
    }

    #[test]
    fn the_indented_form_breaks_what_is_nested() {
        let value = Value::map([
            ("none".into(), Value::map([])),
            ("flat".into(), Value::list([Value::Int(1), Value::Null])),
            ("deep".into(), Value::list([Value::map([("a".into(), Value::from(true))])])),
        ]);
        let mut out = String::new();
        write_indented(Node::of(&value), &mut out);
        assert_eq!(out, "{\n  \"none\": {},\n  \"flat\": [1, null],\n  \"deep\": [\n    {\n      \"a\": true\n    }\n  ]\n}");
    }

    #[test]
    fn the_canonical_form_sorts_keys_at_every_level() {
        let inner = Value::map([("z".into(), Value::Null), ("é".into(), Value::from(true)), ("Z".into(), Value::list([]))]);
        let value = Value::map([("b".into(), Value::list([inner])), ("a".into(), Value::map([]))]);
        assert_eq!(json(&value), r#"{"b":[{"z":null,"é":true,"Z":[]}],"a":{}}"#);
        let record = Record { index: 0, scenario: 0, value };
        assert_eq!(canonical(&record), r#"{"a":{},"b":[{"Z":[],"z":null,"é":true}]}"#);
    }
}
