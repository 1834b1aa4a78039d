//! Keys of specs: what each says, and which may stand at a place.
//!
//! In: the editor schema, generated from the tables that the parser reads by, and a place in a YAML tree. Out: the keys that the
//! schema offers there, with their documentation. What must hold: where a mapping is already one form, only keys of that form are
//! offered; a key whose meaning depends on what is not written yet has the meaning of any form that takes it.

use std::fmt::Write as _;

use lsp_types::{CompletionItem, CompletionItemKind, CompletionTextEdit, Documentation, MarkupContent, MarkupKind, TextEdit};
use serde_json::{Map, Value};

use super::positions::Lines;
use super::tree::{self, Step, Way};
use crate::editor;
use crate::engine::yaml::Node;
use crate::source::Span;

type Object = Map<String, Value>;

/// How often references may lead on.
const MOST_STEPS: usize = 16;
/// What stands for the key that is being written, so that the text reads.
const WRITTEN: &str = "key_being_written";

/// The editor schema, read once.
pub(super) struct Keys {
    schema: Value,
}

impl Keys {
    /// The schema of this program.
    pub(super) fn new() -> Self {
        let text = editor::schema().unwrap_or_default();
        Self { schema: serde_json::from_str(&text).unwrap_or_default() }
    }

    /// What is told of the key at byte `at` of a text, and where the key stands.
    pub(super) fn hover(&self, text: &str, at: usize) -> Option<(Span, String)> {
        let root = tree::read(text)?;
        let way = tree::way(&root, at);
        let (Step::Entry(map, entry), true) = (way.steps.last()?, way.on_key) else { return None };
        let shapes = fitting(&self.shapes(&way), map);
        let key = entry.key.text.as_str();
        let told = shapes.iter().find_map(|shape| self.told(shape.get("properties")?.get(key)?))?;
        Some((entry.key_span, format!("**`{key}`**\n\n{told}")))
    }

    /// The keys that may be written at byte `at` of a text, in the place of the letters before it.
    pub(super) fn items(&self, text: &str, at: usize, lines: &Lines<'_>) -> Vec<CompletionItem> {
        let Some(written) = Written::at(text, at) else { return Vec::new() };
        let Some(root) = tree::read(&written.text) else { return Vec::new() };
        let way = tree::way(&root, written.at);
        let (Some(Step::Entry(map, _)), true) = (way.steps.last(), way.on_key) else { return Vec::new() };
        let taken = |name: &str| map.entry(name).is_some();
        let mut items: Vec<CompletionItem> = Vec::new();
        for shape in fitting(&self.shapes(&way), map) {
            for (name, property) in shape.get("properties").and_then(Value::as_object).into_iter().flatten() {
                if !taken(name) && !items.iter().any(|item| item.label == *name) {
                    let edit = TextEdit::new(lines.area(&(written.start..at)), format!("{name}{}", written.colon));
                    items.push(self.item(name, property, items.len(), edit));
                }
            }
        }
        items
    }

    fn item(&self, name: &str, property: &Value, rank: usize, edit: TextEdit) -> CompletionItem {
        let markup = |value| Documentation::MarkupContent(MarkupContent { kind: MarkupKind::Markdown, value });
        CompletionItem {
            label: name.to_owned(),
            kind: Some(CompletionItemKind::PROPERTY),
            documentation: self.told(property).map(markup),
            text_edit: Some(CompletionTextEdit::Edit(edit)),
            sort_text: Some(format!("{rank:04}")),
            ..CompletionItem::default()
        }
    }

    /// The description of a property with its examples.
    fn told(&self, property: &Value) -> Option<String> {
        let mut one = property;
        for _ in 0..MOST_STEPS {
            if let Some(description) = one.get("description").and_then(Value::as_str) {
                let mut text = description.to_owned();
                for example in one.get("examples").and_then(Value::as_array).into_iter().flatten() {
                    let example = example.as_str().map_or_else(|| example.to_string(), str::to_owned);
                    let _ = write!(text, "\n```yaml\n{example}\n```");
                }
                return Some(text);
            }
            one = self.target(one)?;
        }
        None
    }

    /// What a reference leads to.
    fn target<'a>(&'a self, schema: &'a Value) -> Option<&'a Value> {
        self.schema.pointer(schema.get("$ref")?.as_str()?.strip_prefix('#')?)
    }

    /// What the map may be in which the last step of a way lies.
    fn shapes(&self, way: &Way<'_>) -> Vec<&Object> {
        let mut shapes = self.spread(&self.schema);
        let inner = way.steps.split_last().map_or(&[][..], |(_, inner)| inner);
        for step in inner {
            let next: Vec<&Value> = match step {
                Step::Entry(map, entry) => {
                    let key = entry.key.text.as_str();
                    fitting(&shapes, map).into_iter().filter_map(|shape| below(shape, key)).collect()
                }
                Step::Item(_) => shapes.iter().filter_map(|shape| shape.get("items")).collect(),
            };
            shapes = next.into_iter().flat_map(|one| self.spread(one)).collect();
        }
        shapes
    }

    /// Every alternative of a schema, references followed.
    fn spread<'a>(&'a self, schema: &'a Value) -> Vec<&'a Object> {
        let mut found = Vec::new();
        let mut open = vec![(schema, 0)];
        while let Some((one, depth)) = open.pop() {
            let Some(object) = one.as_object().filter(|_| depth < MOST_STEPS) else { continue };
            if !found.iter().any(|known: &&Object| std::ptr::eq(*known, object)) {
                found.push(object);
                let lists = ["allOf", "oneOf", "anyOf"].into_iter().filter_map(|key| one.get(key)?.as_array());
                let parts = lists.flatten().rev().chain(["else", "then"].into_iter().filter_map(|key| one.get(key)));
                open.extend(parts.map(|part| (part, depth + 1)));
                open.extend(self.target(one).map(|target| (target, depth + 1)));
            }
        }
        found
    }
}

/// Of what a map may be, that which it is so far: the alternatives whose required keys are all there, else all.
fn fitting<'a>(shapes: &[&'a Object], map: &Node) -> Vec<&'a Object> {
    let required = |shape: &&Object| {
        let names = shape.get("required").and_then(Value::as_array);
        names.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect::<Vec<_>>()
    };
    let takes = |shape: &&Object| {
        // A form that is decided has a head; what requires nothing is decided by nothing.
        let names = required(shape);
        !names.is_empty() && names.iter().all(|name| map.entry(name).is_some())
    };
    let keyed: Vec<&Object> = shapes.iter().copied().filter(|shape| shape.contains_key("properties")).collect();
    let decided: Vec<&Object> = keyed.iter().copied().filter(takes).collect();
    let open = |shape: &&Object| shape.get("additionalProperties").is_some_and(Value::is_object);
    if decided.is_empty() {
        let named = shapes.iter().copied().filter(|shape| !shape.contains_key("properties") && open(shape));
        return keyed.iter().copied().chain(named).collect();
    }
    decided
}
/// What a map of this shape has under a key.
fn below<'a>(shape: &'a Object, key: &str) -> Option<&'a Value> {
    let own = shape.get("properties").and_then(|all| all.get(key));
    own.or_else(|| shape.get("additionalProperties").filter(|one| one.is_object()))
}

/// A text in which a whole key stands where one is being written.
struct Written {
    text: String,
    /// A byte of that key.
    at: usize,
    /// Where the key begins in the text as it was.
    start: usize,
    /// What is to be written behind the key.
    colon: &'static str,
}

impl Written {
    /// The text with a key at byte `at`, in the place of the letters before it; `None` where no key could stand.
    fn at(text: &str, at: usize) -> Option<Self> {
        let letter = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let written = text.get(..at)?.trim_end_matches(|c: char| letter(c) || c == '$');
        let line = written.rsplit(['\n', '\r']).next().unwrap_or_default();
        let before = line.trim_end();
        let begins = before.trim_start().trim_start_matches(['-', ' ']).is_empty();
        let inside = before.ends_with(['{', ',']);
        if !begins && !inside {
            return None;
        }
        let rest = text.get(at..)?.trim_start_matches(letter);
        // A key that has its colon already is only to be named anew.
        let named = rest.starts_with(':');
        let (value, colon) = if named { ("", "") } else { (": 0", ": ") };
        let gap = if inside && !written.ends_with(' ') { " " } else { "" };
        let text = format!("{written}{gap}{WRITTEN}{value}{rest}");
        Some(Self { text, at: written.len() + gap.len() + 1, start: written.len(), colon })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lsp::positions::Encoding;

    fn split(text: &str) -> (String, usize) {
        (text.replace('^', ""), text.find('^').unwrap())
    }

    fn labels(text: &str) -> Vec<String> {
        let (text, at) = split(text);
        let lines = Lines::new(&text, Encoding::Utf16);
        Keys::new().items(&text, at, &lines).into_iter().map(|item| item.label).collect()
    }

    fn has(text: &str, wanted: &[&str], unwanted: &[&str]) {
        let labels = labels(text);
        let there = |name: &&&str| labels.iter().any(|label| label == **name);
        assert_eq!(wanted.iter().find(|name| !there(name)), None, "{text}: {labels:?}");
        assert_eq!(unwanted.iter().find(there), None, "{text}: {labels:?}");
    }

    #[test]
    fn the_keys_of_a_place_are_offered() {
        has("dictum: 1\n^\n", &["dataset", "derive", "use"], &["dictum", "pick", "weight"]);
        has("dictum: 1\nderive:\n  a: {fi^}\n", &["first", "given", "collect"], &["pick", "dataset"]);
        has("dictum: 1\ncontext:\n  a: {int: 1..5, ^}\n", &["scale", "step", "when"], &["int", "pick", "cases"]);
        has("dictum: 1\nscenarios:\n  a:\n    we^\n", &["weight", "say"], &["size"]);
        has("dictum: 1\nderive:\n  a:\n    first:\n      - {when: x, ^}\n", &["give", "text"], &["when", "pick"]);
        has("dictum: 1\nchecks:\n  - id: x\n    ^\n", &["that", "because"], &["id"]);
        has("dictum: 1\nrecord:\n  a: {$e^: b}\n", &["$each", "$first"], &["each"]);
        has("dictum: 1\ntitle: wor^\n", &[], &["dataset"]);
    }

    #[test]
    fn keys_say_what_they_do() {
        let told = |text: &str| {
            let (text, at) = split(text);
            Keys::new().hover(&text, at).map(|(span, told)| (text[span.range()].to_owned(), told))
        };
        let (key, text) = told("dictum: 1\nderive:\n  a: {gi^ven: x, cases: {b: c}}\n").unwrap();
        assert!(key == "given" && text.contains("One of several cases") && text.contains("```yaml"), "{text}");
        let (_, text) = told("dictum: 1\nsi^ze: 3\n").unwrap();
        assert!(text.contains("How many records"), "{text}");
        let (_, text) = told("dictum: 1\nderive:\n  a: {give: 1, wh^en: x}\n").unwrap();
        assert!(text.contains("Whether there is a value at all"), "{text}");
        assert_eq!(told("dictum: 1\nderive:\n  na^me: 1\n"), None);
    }
}
