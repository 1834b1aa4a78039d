//! The outline of a spec: its sections and what each gives a name to.
//!
//! In: a YAML text. Out: the protocol's symbols, two levels deep (three in scenarios). A text that does not read has none.

use lsp_types::{DocumentSymbol, SymbolKind};

use super::positions::Lines;
use super::tree;
use crate::engine::yaml::{Entry, Node, NodeKind};

/// The outline of a text.
pub(super) fn outline(text: &str, lines: &Lines<'_>) -> Vec<DocumentSymbol> {
    let root = tree::read(text);
    let entries = root.as_ref().and_then(Node::as_map).unwrap_or_default();
    entries.iter().map(|entry| section(entry, lines)).collect()
}

fn section(entry: &Entry, lines: &Lines<'_>) -> DocumentSymbol {
    let kind = match entry.key.text.as_str() {
        "facts" | "params" => Some(SymbolKind::CONSTANT),
        "context" | "draw" => Some(SymbolKind::FIELD),
        "derive" => Some(SymbolKind::PROPERTY),
        "say" => Some(SymbolKind::STRING),
        "functions" => Some(SymbolKind::FUNCTION),
        "scenarios" | "examples" | "views" | "profiles" => Some(SymbolKind::OBJECT),
        _ => None,
    };
    let mut symbol = symbol(entry, if kind.is_some() { SymbolKind::NAMESPACE } else { SymbolKind::KEY }, lines);
    if let (Some(kind), NodeKind::Map(inner)) = (kind, &entry.value.kind) {
        let scenarios = entry.key.text.as_str() == "scenarios";
        let child = |one: &Entry| {
            let mut child = self::symbol(one, kind, lines);
            if let (true, Some(sections)) = (scenarios, one.value.as_map()) {
                child.children = Some(sections.iter().map(|entry| section(entry, lines)).collect());
            }
            child
        };
        symbol.children = Some(inner.iter().map(child).collect());
    }
    symbol
}

#[expect(deprecated, reason = "the protocol's type has a field that it no longer wants")]
fn symbol(entry: &Entry, kind: SymbolKind, lines: &Lines<'_>) -> DocumentSymbol {
    let key = entry.key_span.range();
    let end = key.end.max(entry.value.span.range().end);
    DocumentSymbol {
        name: entry.key.text.to_string(),
        detail: None,
        kind,
        tags: None,
        deprecated: None,
        range: lines.area(&(key.start..end)),
        selection_range: lines.area(&key),
        children: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lsp::positions::Encoding;

    #[test]
    fn sections_hold_their_names() {
        let text = "dictum: 1\ncontext:\n  a: [x]\n  b: {int: 1..2}\nscenarios:\n  s: {derive: {c: 1}}\n";
        let symbols = outline(text, &Lines::new(text, Encoding::Utf16));
        let names = |list: &[DocumentSymbol]| list.iter().map(|one| one.name.clone()).collect::<Vec<_>>().join(" ");
        assert_eq!(names(&symbols), "dictum context scenarios");
        assert_eq!(names(symbols[1].children.as_ref().unwrap()), "a b");
        let scenario = &symbols[2].children.as_ref().unwrap()[0];
        assert_eq!(names(scenario.children.as_ref().unwrap()), "derive");
        assert_eq!((symbols[1].range.start.line, symbols[1].range.end.line), (1, 3));
        assert!(outline("a: [", &Lines::new("a: [", Encoding::Utf16)).is_empty());
    }
}
