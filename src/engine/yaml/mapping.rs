//! Keys and values to the entries of a map.
//!
//! In: the pairs of one mapping in file order. Out: its entries, with merge keys (`<<`) expanded. What must hold: keys of
//! the result are distinct; every key that is lost on the way (the second of two equal ones, a collection, a bare word
//! between commas) is reported; an entry written out wins over a merged one, an earlier merge over a later one.

use std::collections::HashMap;

use super::node::{Entry, Node, NodeKind};
use super::place::Places;
use super::traps;
use crate::data::{Text, Value, number};
use crate::diag::{Diagnostic, Diagnostics, codes};
use crate::source::Span;

/// One mapping as it was read.
pub(super) struct Mapping<'a> {
    /// The whole file.
    pub(super) text: &'a str,
    /// Whether it stands in braces.
    pub(super) flow: bool,
    /// Keys and values, in order.
    pub(super) pairs: Vec<(Node, Node)>,
}

impl Mapping<'_> {
    /// The entries; complaints go to `diagnostics`.
    pub(super) fn entries(self, diagnostics: &mut Diagnostics) -> Vec<Entry> {
        let mut seen: HashMap<Text, Span> = HashMap::with_capacity(self.pairs.len());
        let mut entries: Vec<Entry> = Vec::with_capacity(self.pairs.len());
        let mut merges: Vec<(usize, Node)> = Vec::new();
        for (key, value) in self.pairs {
            if self.flow && value.implicit && is_bare(self.text, &key) {
                diagnostics.push(bare_key(self.text, &key, entries.last()));
                if let Some(before) = entries.last_mut() {
                    rejoin(self.text, &mut before.value, &key);
                }
                continue;
            }
            let Some(entry) = entry(&key, value, diagnostics) else {
                continue;
            };
            if let Some(first) = seen.get(&identity(&entry)) {
                diagnostics.push(duplicate(&entry, *first));
                continue;
            }
            seen.insert(identity(&entry), entry.key_span);
            if !entry.key.quoted && entry.key.text == "<<" {
                merges.push((entries.len(), entry.value));
            } else {
                entries.push(entry);
            }
        }
        if merges.is_empty() { entries } else { merged(self.text, entries, merges, seen, diagnostics) }
    }
}

/// An entry of a key that is a scalar; anything else is reported.
fn entry(key: &Node, value: Node, diagnostics: &mut Diagnostics) -> Option<Entry> {
    let fault = match &key.kind {
        NodeKind::List(_) | NodeKind::Map(_) => format!("expected text as a key, found {}", key.kind_word()),
        NodeKind::Null if key.implicit => "expected a key before `:`".to_owned(),
        _ => String::new(),
    };
    let scalar = key.scalar().filter(|_| fault.is_empty());
    let Some(scalar) = scalar else {
        diagnostics
            .push(Diagnostic::error(codes::YAML_KEY, key.span, fault).hint("quote text that begins with a bracket or a brace"));
        return None;
    };
    Some(Entry { key_span: key.span, key_value: key.value(), key: scalar, value })
}

/// What makes two keys one: `0x10` and `16` are, `true` and `"true"` are, because data has text keys.
fn identity(entry: &Entry) -> Text {
    match &entry.key_value {
        Value::Int(whole) => {
            let mut text = String::new();
            number::write_int(*whole, &mut text);
            text.into()
        }
        Value::Bool(truth) => Text::const_new(if *truth { "true" } else { "false" }),
        Value::Null => Text::const_new("null"),
        _ => entry.key.text.clone(),
    }
}

fn duplicate(entry: &Entry, first: Span) -> Diagnostic {
    let text = &entry.key.text;
    let report = Diagnostic::error(codes::DUPLICATE_KEY, entry.key_span, format!("`{text}` is already a key of this mapping"));
    let report = report.label(first, "first written here");
    if text == "<<" { report.hint("merge several mappings with a list: `<<: [*a, *b]`") } else { report }
}

/// Whether no colon follows a key.
fn is_bare(text: &str, key: &Node) -> bool {
    let after = text.get(key.span.end as usize..).unwrap_or("");
    !key.implicit && !after.trim_start().starts_with(':')
}

/// Puts a text that a comma has cut together again, so that it is read as it was meant.
fn rejoin(text: &str, before: &mut Node, key: &Node) {
    if let NodeKind::Text(scalar) = &mut before.kind
        && !scalar.quoted
    {
        before.span = before.span.union(key.span);
        scalar.text = text.get(before.span.range()).unwrap_or("").into();
        scalar.places = Places::verbatim(before.span);
    }
}

/// The report of a word between commas that is not a key of anything.
fn bare_key(text: &str, key: &Node, before: Option<&Entry>) -> Diagnostic {
    let word = text.get(key.span.range()).unwrap_or("");
    let report = Diagnostic::error(codes::IMPLICIT_NULL, key.span, format!("`{word}` is a key without a value"));
    let broken = before.and_then(|entry| entry.value.as_scalar().filter(|scalar| !scalar.quoted).map(|_| entry.value.span));
    match broken {
        Some(start) => {
            let whole = text.get(start.start as usize..key.span.end as usize).unwrap_or(word);
            let report = report.label(start, "this text ends at the comma");
            report.hint(format!("inside braces, text with a comma must be quoted: `{}`", traps::quoted(whole)))
        }
        None => report.hint("inside braces every key needs `: value`; a list stands in brackets, `[a, b]`"),
    }
}

/// Puts the entries of merged mappings where their `<<` stood.
fn merged(
    text: &str,
    entries: Vec<Entry>,
    merges: Vec<(usize, Node)>,
    mut seen: HashMap<Text, Span>,
    diagnostics: &mut Diagnostics,
) -> Vec<Entry> {
    let mut result = Vec::with_capacity(entries.len());
    let mut merges = merges.into_iter().peekable();
    let mut rest = entries.into_iter();
    let mut taken = 0;
    loop {
        while let Some((_, node)) = merges.next_if(|(at, _)| *at == taken) {
            for entry in mergeable(text, node, diagnostics) {
                if let std::collections::hash_map::Entry::Vacant(place) = seen.entry(identity(&entry)) {
                    place.insert(entry.key_span);
                    result.push(entry);
                }
            }
        }
        let Some(entry) = rest.next() else {
            return result;
        };
        result.push(entry);
        taken += 1;
    }
}

/// The entries that a `<<` brings: those of a map, or of a list of maps.
fn mergeable(text: &str, node: Node, diagnostics: &mut Diagnostics) -> Vec<Entry> {
    let (span, word) = (node.span, node.kind_word());
    let maps = match node.kind {
        NodeKind::Map(entries) => return entries,
        NodeKind::List(items) if items.iter().all(|item| item.as_map().is_some()) => items,
        // An alias that stands for nothing was reported already.
        NodeKind::Null if text.get(span.range()).is_some_and(|written| written.starts_with('*')) => return Vec::new(),
        _ => {
            let message = format!("expected a map or a list of maps after `<<`, found {word}");
            diagnostics.push(Diagnostic::error(codes::YAML_MERGE, span, message));
            return Vec::new();
        }
    };
    let entries = maps.into_iter().map(|item| match item.kind {
        NodeKind::Map(entries) => entries,
        _ => Vec::new(),
    });
    entries.flatten().collect()
}
