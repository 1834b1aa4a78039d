//! An explanation for people: a tree of lines, each a value with how it came about and where that is written.
//!
//! In: an explanation and a place in it. Out: [`Line`]s from the top down; how they look is up to who prints them. What must
//! hold: a value is explained once, and referred to afterwards; no line is longer than a person reads.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::{Explanation, Place, section_word};
use crate::data::{Text, Value};
use crate::json;
use crate::program::{DrawnFrom, Element, Origin, Part, Role};
use crate::source::{Sources, Span};

/// Characters that are shown of a value, of an expression, and of a value among several.
const VALUE: usize = 56;
const TEXT: usize = 64;
const SHORT: usize = 28;
/// Characters that are shown of all options of a draw.
const OPTIONS: usize = 40;
/// Values that are shown beside a condition.
const BESIDE: usize = 6;
/// Deeper levels are not shown, however many are asked for.
const DEEPEST: usize = 60;

/// What kind of line it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// A value.
    Value,
    /// A condition that holds.
    Holds,
    /// A condition that does not.
    Fails,
}

/// One line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The branches of the tree before it.
    pub branch: String,
    /// What kind it is.
    pub mark: Mark,
    /// The name, the key, or the condition.
    pub name: String,
    /// The value; empty for a condition.
    pub value: String,
    /// How it came about.
    pub how: String,
    /// Where that is written: `file:line:column`; empty where it is nowhere.
    pub place: String,
}

/// The lines of a place, so many levels below it.
#[must_use]
pub fn lines(explanation: &Explanation, place: &Place, sources: &Sources, depth: usize) -> Vec<Line> {
    let mut page = Page { explanation, sources, depth: depth.min(DEEPEST), seen: BTreeSet::new(), lines: Vec::new() };
    let whole = explanation.origins.get(place.at);
    if let Some(origin) = whole {
        let name = if place.name.is_empty() { "record" } else { &place.name };
        if place.inside.is_empty() {
            page.origin(name, place.at, origin, &Stem::default());
        } else {
            let how = format!("`{}` of the value below", place.inside);
            page.push(&Stem::default(), Mark::Value, name.to_owned(), shown(&place.value, VALUE), how, None);
            let below = Stem { rest: "   ".to_owned(), branch: "└─ ".to_owned(), level: 1 };
            page.origin(origin.name.as_deref().unwrap_or("whole"), place.at, origin, &below);
        }
    }
    page.lines
}

/// Where in the tree a line stands.
#[derive(Default)]
struct Stem {
    /// What stands before the line, and before those below it.
    branch: String,
    rest: String,
    level: usize,
}

impl Stem {
    fn below(&self, last: bool) -> Self {
        let (branch, rest) = if last { ("└─ ", "   ") } else { ("├─ ", "│  ") };
        Self { branch: format!("{}{branch}", self.rest), rest: format!("{}{rest}", self.rest), level: self.level + 1 }
    }
}

/// A line to come.
enum Child<'e> {
    Value(String, usize, &'e Origin),
    Condition(&'e Part, &'e Origin),
}

struct Page<'e> {
    explanation: &'e Explanation,
    sources: &'e Sources,
    depth: usize,
    seen: BTreeSet<usize>,
    lines: Vec<Line>,
}

impl<'e> Page<'e> {
    fn push(&mut self, stem: &Stem, mark: Mark, name: String, value: String, how: String, span: Option<Span>) {
        let place = span.and_then(|span| self.sources.locate(span));
        let place = place.map(|place| format!("{}:{}:{}", place.path, place.line, place.column)).unwrap_or_default();
        self.lines.push(Line { branch: stem.branch.clone(), mark, name, value, how, place });
    }

    fn get(&self, at: usize) -> Option<&'e Origin> {
        self.explanation.origins.get(at)
    }

    fn origin(&mut self, name: &str, at: usize, origin: &'e Origin, stem: &Stem) {
        let children = self.children(origin);
        let cut = stem.level >= self.depth && !children.is_empty();
        let again = self.seen.contains(&at);
        // What is cut off is not explained, and what has nothing below it only where it is long itself.
        if !cut && (!children.is_empty() || origin.drawn.is_some()) {
            self.seen.insert(at);
        }
        let mut how = how(origin);
        let mut span = origin.row.and_then(|row| row.span).or(origin.span);
        if let Some((name, whole)) = self.whole(origin) {
            how = format!("a part of {}{name}", if whole.form == "fact" { "the fact " } else { "" });
            span = span.or(whole.span);
        }
        if again {
            how = String::from("explained above");
        } else if cut {
            how.push_str(" …");
        }
        self.push(stem, Mark::Value, name.to_owned(), shown(&origin.value, VALUE), how, span);
        if !again {
            self.all(children, stem);
        }
    }

    /// The value that an element is a part of, and the name it goes by; parts of parts are parts of the whole.
    fn whole(&self, element: &'e Origin) -> Option<(&'e str, &'e Origin)> {
        let part = element.parts.first().filter(|_| element.form == "element")?;
        let whole = self.get(part.at)?;
        self.whole(whole).or(Some((&part.name, whole)))
    }

    fn all(&mut self, children: Vec<Child<'e>>, stem: &Stem) {
        if stem.level >= self.depth {
            return;
        }
        let count = children.len();
        for (number, child) in (1..).zip(children) {
            let below = stem.below(number == count);
            match child {
                Child::Value(name, at, origin) => self.origin(&name, at, origin, &below),
                Child::Condition(part, origin) => self.condition(part, origin, &below),
            }
        }
    }

    fn condition(&mut self, part: &Part, origin: &'e Origin, stem: &Stem) {
        let holds = part.holds == Some(true);
        let row = part.row.map(|row| format!("row {row} ")).unwrap_or_default();
        let text = origin.text.as_deref().map_or_else(|| shown(&origin.value, SHORT), |text| one_line(text, TEXT));
        let beside: Vec<String> = self.reads(origin).into_iter().take(BESIDE).collect();
        let mark = if holds { Mark::Holds } else { Mark::Fails };
        self.push(stem, mark, format!("{row}{} {text}", part.name), String::new(), beside.join(", "), origin.span);
        if holds {
            let children = self.children(origin);
            self.all(children, stem);
        }
    }

    /// The names that a condition read, with their values.
    fn reads(&self, origin: &Origin) -> Vec<String> {
        let names = origin.parts.iter().filter(|part| matches!(part.role, Role::Name | Role::Result));
        let shown = |part: &Part| Some(format!("{} = {}", part.name, shown(&self.get(part.at)?.value, SHORT)));
        names.filter_map(shown).collect()
    }

    fn children(&self, origin: &'e Origin) -> Vec<Child<'e>> {
        let mut origin = origin;
        // Of a part its whole is shown, unless it is a fact, of which all is said.
        while origin.form == "element" {
            let Some((part, whole)) = origin.parts.first().and_then(|part| Some((part, self.get(part.at)?))) else { break };
            if whole.form != "element" {
                let shown = (whole.form != "fact").then(|| Child::Value(part.name.to_string(), part.at, whole));
                return shown.into_iter().collect();
            }
            origin = whole;
        }
        origin.parts.iter().filter_map(|part| self.child(origin, part)).collect()
    }

    fn child(&self, whole: &Origin, part: &'e Part) -> Option<Child<'e>> {
        let origin = self.get(part.at)?;
        match part.role {
            // Elements that a loop leaves out are many, and say little.
            Role::Condition if whole.form == "each" => None,
            Role::Condition => Some(Child::Condition(part, origin)),
            // The value is the same, and so is the place.
            Role::Result if origin.parts.is_empty() && origin.name.is_none() && origin.drawn.is_none() => None,
            Role::Field => {
                let row = part.row.map(|row| format!(" of row {row}")).unwrap_or_default();
                let list = matches!(whole.value, Value::List(_));
                let name = if list { format!("[{}]{row}", part.name) } else { part.name.to_string() };
                Some(Child::Value(name, part.at, origin))
            }
            Role::Argument if origin.parts.is_empty() && origin.form == "literal" => {
                Some(Child::Value(part.name.to_string(), part.at, origin))
            }
            Role::Argument | Role::Name | Role::Result => {
                // An expression that is one name says no more than the name.
                let same = origin.parts.iter().find(|part| part.role == Role::Result);
                match same.filter(|_| origin.form == "expression" && origin.name.is_none()) {
                    Some(same) if part.role == Role::Argument => {
                        let name = format!("{} {}", part.name, same.name);
                        Some(Child::Value(name, same.at, self.get(same.at)?))
                    }
                    Some(same) => Some(Child::Value(same.name.to_string(), same.at, self.get(same.at)?)),
                    None => Some(Child::Value(part.name.to_string(), part.at, origin)),
                }
            }
        }
    }
}

/// How a value came about, in a phrase.
fn how(origin: &Origin) -> String {
    let mut parts: Vec<String> = Vec::new();
    // The head of alternatives says what the section would.
    parts.extend(section_word(origin.section).filter(|section| *section != origin.form).map(str::to_owned));
    if origin.overlaid {
        parts.push("of this scenario".to_owned());
    }
    parts.push(form(origin));
    if let Some(drawn) = &origin.drawn {
        parts.push(format!("drawn at {}", address(drawn)));
    }
    parts.retain(|part| !part.is_empty());
    parts.join(", ")
}

/// What its form did.
fn form(origin: &Origin) -> String {
    let chosen = origin.row.map(|row| format!("{} of {}", row.number, row.of));
    let text = |most| origin.text.as_deref().map(|text| one_line(text, most)).unwrap_or_default();
    match (origin.form, chosen) {
        ("expression", _) if origin.text.is_none() => "computed".to_owned(),
        ("expression", _) => format!("{{{{ {} }}}}", text(TEXT)),
        ("text", _) => match origin.text.as_deref().map(|text| text.trim_end().lines().count()) {
            Some(lines) if lines > 1 => format!("a template of {lines} lines"),
            _ => format!("text {}", shown(&Value::text(text(TEXT)), TEXT)),
        },
        ("literal" | "map" | "list" | "record" | "element", _) => String::new(),
        ("when", _) => "absent: its condition does not hold".to_owned(),
        ("added", _) => "added to every record".to_owned(),
        ("aim", _) => "the planned label".to_owned(),
        ("scenario", _) => "by the quotas of the scenarios".to_owned(),
        ("index", _) => "the index of the record".to_owned(),
        ("name", _) if origin.section.is_none() => "a constant of the build".to_owned(),
        ("key", _) => "a key of the loop".to_owned(),
        ("local", _) => "a local name".to_owned(),
        ("collect", _) => {
            let rows: Vec<String> = origin.parts.iter().filter(|part| part.role == Role::Field).filter_map(row).collect();
            let asked = origin.parts.iter().filter(|part| part.role == Role::Condition).count();
            match rows.as_slice() {
                [] => format!("collect: none of {asked} rows"),
                [row] => format!("collect: row {row}"),
                rows => format!("collect: rows {}", rows.join(", ")),
            }
        }
        ("given", Some(chosen)) => {
            let by = origin.details.first().map(|(key, value)| match *key {
                "else" => "else".to_owned(),
                _ => format!("case {}", shown(value, SHORT)),
            });
            format!("given: {} ({chosen})", by.unwrap_or_default())
        }
        ("say", Some(chosen)) => format!("say: alternative {chosen}"),
        (form, Some(chosen)) if origin.drawn.is_some() => format!("{form}: {chosen}{}", details(origin)),
        (form, Some(chosen)) => format!("{form}: row {chosen}"),
        (form, None) => format!("{form}{}", details(origin)),
    }
}

fn row(part: &Part) -> Option<String> {
    part.row.map(|row| row.to_string())
}

/// Bounds as `0..9`, options with their weights, and the rest by key.
fn details(origin: &Origin) -> String {
    let find = |key: &str| origin.details.iter().find(|(one, _)| *one == key).map(|(_, value)| value);
    let mut told: Vec<String> = Vec::new();
    if let (Some(min), Some(max)) = (find("min"), find("max")) {
        told.push(format!("{}..{}", json::shown(Some(min)), json::shown(Some(max))));
    }
    if let Some(options) = find("options").and_then(Value::as_list) {
        let weights = find("weights").and_then(Value::as_list).unwrap_or_default();
        let option = |(at, option): (usize, &Value)| {
            let weight = weights.get(at).map(|weight| format!(": {}", json::shown(Some(weight)))).unwrap_or_default();
            format!("{}{weight}", bare(option))
        };
        let all: Vec<String> = options.iter().enumerate().map(option).collect();
        told.push(format!("of {} ({})", options.len(), one_line(&all.join(", "), OPTIONS)));
    }
    let said = ["min", "max", "options", "weights"];
    let both = find("min").is_some() && find("max").is_some();
    for (key, value) in &origin.details {
        if !said.contains(key) || (!both && matches!(*key, "min" | "max")) {
            told.push(format!("{key} {}", bare(value)));
        }
    }
    if told.is_empty() { String::new() } else { format!(" {}", told.join(", ")) }
}

/// A value without the quotes of short text.
fn bare(value: &Value) -> String {
    value.as_text().map_or_else(|| shown(value, SHORT), |text| one_line(text, SHORT))
}

/// The address of a draw as one word: the path, the record, the attempt and the elements.
fn address(drawn: &DrawnFrom) -> String {
    let path: Vec<&str> = drawn.path.iter().map(Text::as_str).collect();
    let mut word = format!("{}#{}", path.join("."), drawn.index);
    // Writing into a string cannot fail.
    if drawn.attempt > 0 {
        let _ = write!(word, ", attempt {}", drawn.attempt);
    }
    if !drawn.elements.is_empty() {
        let element = |element: &Element| match element {
            Element::At(at) => at.to_string(),
            Element::Key(key) => key.to_string(),
        };
        let elements: Vec<String> = drawn.elements.iter().map(element).collect();
        let _ = write!(word, ", element {}", elements.join("."));
    }
    if let Some((rank, of)) = drawn.walk {
        let _ = write!(word, ", rank {rank} of a walk through {of}");
    }
    word
}

/// A value as JSON, cut where it is long.
fn shown(value: &Value, most: usize) -> String {
    one_line(&json::shown(Some(value)), most)
}

/// A text on one line, cut where it is long.
fn one_line(text: &str, most: usize) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    let line = words.join(" ");
    if line.chars().count() <= most {
        return line;
    }
    line.chars().take(most.saturating_sub(1)).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_text_is_cut_and_addresses_are_words() {
        assert_eq!(one_line("a\n  b", 9), "a b");
        assert_eq!(one_line("abcdef", 4), "abc…");
        let path = ["d", "bids", "*", "cost"].map(crate::data::Text::from).to_vec();
        let elements = vec![Element::At(2), Element::Key("legal".into())];
        let drawn = DrawnFrom { seed: 0, path, index: 7, attempt: 3, elements, walk: None };
        assert_eq!(address(&drawn), "d.bids.*.cost#7, attempt 3, element 2.legal");
    }

    #[test]
    fn bounds_options_and_weights_are_told_once() {
        let pick = Origin::new("pick", None, Value::text("a"))
            .detail("options", Value::list(["a", "b"].map(Value::text)))
            .detail("weights", Value::list([Value::Int(3), Value::Int(1)]));
        assert_eq!(form(&pick), "pick of 2 (a: 3, b: 1)");
        let int = Origin::new("int", None, Value::Int(4)).detail("min", Value::Int(1)).detail("max", Value::Int(9));
        assert_eq!(form(&int.clone().detail("step", Value::Int(3))), "int 1..9, step 3");
        let half = Origin::new("normal", None, Value::Int(4)).detail("mean", Value::Float(4.0)).detail("min", Value::Float(0.0));
        assert_eq!(form(&half), "normal mean 4.0, min 0.0");
    }
}
