//! How changes look to a person: what moved in a record, field by field, and how shares did.
//!
//! In: changes as plain data. Out: text, coloured on request: what went in red, what came in green, what both have in common cut
//! short. What must hold: nothing of a record steers the terminal; values are shown as JSON.

use crate::cli::terminal::PLAIN;
use std::fmt::Write as _;

use crate::cli::pretty;
use crate::cli::progress::{count, plural};
use crate::json;
use crate::record::Node;
use crate::watch::{Change, FieldShares, Kind, Made, Moved, MovedShare};

const WENT: &str = "\x1b[31m";
const CAME: &str = "\x1b[32m";
const FIELD: &str = "\x1b[1;34m";
const STRONG: &str = "\x1b[1m";
const WRONG: &str = "\x1b[1;31m";

/// Fields of one record that are shown.
const MOST_FIELDS: usize = 8;
/// Fields that a line names.
const MOST_NAMED: usize = 4;
/// Letters of what two values have in common that are shown on either side of what moved.
const AROUND: usize = 24;
/// Letters of a value that are shown.
const MOST_LETTERS: usize = 400;

fn tint(text: &str, code: &str, color: bool) -> String {
    if color { format!("{code}{text}{PLAIN}") } else { text.to_owned() }
}

/// The first line of an event.
pub(super) fn headline(line: &str, wrong: bool, color: bool) -> String {
    tint(line, if wrong { WRONG } else { STRONG }, color)
}

/// `: a 3, b 2 and 4 more fields`: in how many records fields moved; empty where none did.
pub(super) fn fields(fields: &[(String, u64)]) -> String {
    if fields.is_empty() {
        return String::new();
    }
    let named = fields.iter().take(MOST_NAMED).map(|(field, number)| format!("{} {}", named(field), count(*number)));
    let named = named.collect::<Vec<_>>().join(", ");
    match fields.len().saturating_sub(MOST_NAMED) {
        0 => format!(": {named}"),
        more => format!(": {named} and {}", plural(more as u64, "more field")),
    }
}

/// A path, where there is one.
fn named(path: &str) -> &str {
    if path.is_empty() { "the record" } else { path }
}

/// A line a label: `decision: "close" 20.0 -> 25.0 %, "escalate" 30.0 -> 25.0 %`.
pub(super) fn shares(shares: &[FieldShares]) -> Vec<String> {
    let value = |one: &MovedShare| format!("{} {:.1} -> {:.1} %", one.value, one.before * 100.0, one.after * 100.0);
    let line = |one: &FieldShares| format!("{}: {}", one.field, one.values.iter().map(value).collect::<Vec<_>>().join(", "));
    shares.iter().map(line).collect()
}

/// Where in a list one is.
pub(super) fn position(dataset: &str, from: usize, to: usize, of: usize, changed: bool) -> String {
    let what = if changed { "records that changed" } else { "records" };
    format!("{dataset}: {what} {} to {} of {}", count(from as u64 + 1), count(to as u64), count(of as u64))
}

/// A whole record under its name.
pub(super) fn record(dataset: &str, made: &Made, color: bool) -> String {
    format!("  {}\n{}", name(dataset, made.index, &made.scenario), pretty::text(Node::of(&made.value), color))
}

/// A record that changed: its name and what moved in it.
pub(super) fn change(dataset: &str, change: &Change, width: usize, color: bool) -> String {
    let name = name(dataset, change.index, &change.scenario);
    let mut text = match change.kind {
        Kind::Changed => format!("  {name}"),
        Kind::Added => format!("  {} {name}", tint("+", CAME, color)),
        Kind::Removed => format!("  {} {name}", tint("-", WENT, color)),
    };
    for moved in change.moved.iter().take(MOST_FIELDS) {
        text.push('\n');
        text.push_str(&field(moved, width, color));
    }
    let more = change.moved.len().saturating_sub(MOST_FIELDS);
    if more > 0 {
        let _ = write!(text, "\n    and {}", plural(more as u64, "more field"));
    }
    text
}

fn name(dataset: &str, index: u64, scenario: &str) -> String {
    if scenario.is_empty() { format!("{dataset}#{index}") } else { format!("{dataset}#{index}, scenario {scenario}") }
}

/// `path: 1 -> 2` where that fits a line, else a line for each side.
fn field(moved: &Moved, width: usize, color: bool) -> String {
    let path = named(&moved.path);
    let shown = |value: &Option<_>| value.as_ref().map(|value| json::shown(Some(value)));
    let (before, after) = (shown(&moved.before), shown(&moved.after));
    let head = tint(path, FIELD, color);
    if let (Some(before), Some(after)) = (&before, &after) {
        let letters = |text: &str| text.chars().count();
        if 10 + letters(path) + letters(before) + letters(after) <= width {
            return format!("    {head}: {} -> {}", tint(before, WENT, color), tint(after, CAME, color));
        }
    }
    let (start, end) = common(before.as_deref().unwrap_or(""), after.as_deref().unwrap_or(""));
    let mut text = format!("    {head}");
    for (sign, code, side) in [('-', WENT, &before), ('+', CAME, &after)] {
        if let Some(side) = side {
            let _ = write!(text, "\n      {}{}", tint(&format!("{sign} "), code, color), cut(side, start, end, code, color));
        }
    }
    text
}

/// How many letters two texts have in common at their start and, apart from that, at their end; whole words only.
fn common(one: &str, other: &str) -> (usize, usize) {
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    let most = one.len().min(other.len());
    let same = one.iter().zip(&other).take_while(|(a, b)| a == b).count();
    let start = if same == one.len() && same == other.len() { same } else { word(&one, same) };
    let backwards = one.iter().rev().zip(other.iter().rev());
    let same = backwards.take_while(|(a, b)| a == b).count().min(most - start);
    let reversed: Vec<char> = one.iter().rev().copied().collect();
    (start, word(&reversed, same))
}

/// The last end of a word at or before a place.
fn word(letters: &[char], at: usize) -> usize {
    let head = letters.get(..at).unwrap_or(letters);
    let inside = letters.get(at).is_some_and(|letter| letter.is_alphanumeric());
    if !inside {
        return at;
    }
    head.iter().rposition(|letter| !letter.is_alphanumeric()).map_or(0, |place| place + 1)
}

/// A text with what it has in common with another cut short, and the rest coloured.
fn cut(text: &str, start: usize, end: usize, code: &str, color: bool) -> String {
    let letters: Vec<char> = text.chars().collect();
    let middle_end = letters.len().saturating_sub(end).max(start);
    let part = |range: std::ops::Range<usize>| letters.get(range).unwrap_or_default().iter().collect::<String>();
    let head = if start > AROUND { format!("…{}", part(start - AROUND..start)) } else { part(0..start) };
    let tail =
        if end > AROUND { format!("{}…", part(middle_end..middle_end + AROUND)) } else { part(middle_end..letters.len()) };
    let length = middle_end - start;
    let middle = if length > MOST_LETTERS {
        format!("{}… ({})", part(start..start + MOST_LETTERS), plural(length as u64, "letter"))
    } else {
        part(start..middle_end)
    };
    format!("{head}{}{tail}", tint(&middle, code, color))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Value;

    fn moved(path: &str, before: Option<&str>, after: Option<&str>) -> Moved {
        let side = |text: Option<&str>| text.map(Value::text);
        Moved { path: path.into(), field: path.into(), before: side(before), after: side(after) }
    }

    #[test]
    fn short_values_stand_on_a_line_and_long_ones_show_what_moved() {
        assert_eq!(field(&moved("a.b", Some("yes"), Some("no")), 80, false), "    a.b: \"yes\" -> \"no\"");
        let long = |word: &str| format!("{} {word} {}", "before ".repeat(10).trim(), "after ".repeat(10).trim());
        let shown = field(&moved("text", Some(&long("seventeen")), Some(&long("seventy"))), 80, false);
        let expected = "    text\n      - …re before before before seventeen after after after after…\n      \
                        + …re before before before seventy after after after after…";
        assert_eq!(shown, expected);
        assert_eq!(field(&moved("new", None, Some("x")), 80, false), "    new\n      + \"x\"");
        assert_eq!(field(&moved("", Some("x"), None), 80, false), "    the record\n      - \"x\"");
    }

    #[test]
    fn colours_change_nothing_but_the_look() {
        let one = moved("p", Some(&"a ".repeat(60)), Some(&format!("{}b\u{1b}[2J", "a ".repeat(60))));
        let mut colored = field(&one, 60, true);
        assert!(!colored.contains("\u{1b}[2J"), "data does not steer the terminal");
        for code in [WENT, CAME, FIELD, PLAIN] {
            assert!(colored.contains(code));
            colored = colored.replace(code, "");
        }
        assert_eq!(colored, field(&one, 60, false));
    }

    #[test]
    fn what_two_texts_share_ends_with_a_word() {
        assert_eq!(common("one two", "one three"), (4, 0));
        assert_eq!(common("a red car", "a blue car"), (2, 4));
        assert_eq!(common("same", "same"), (4, 0));
        assert_eq!(common("", "x"), (0, 0));
        assert_eq!(common("x x", "x x x"), (3, 0));
    }

    #[test]
    fn counts_and_shares_are_told_in_a_line() {
        let counted: Vec<(String, u64)> = (1..=6).map(|at| (format!("f{at}"), 1000 * at)).collect();
        assert_eq!(fields(&counted), ": f1 1,000, f2 2,000, f3 3,000, f4 4,000 and 2 more fields");
        assert_eq!(fields(&[]), "");
        let values = vec![MovedShare { value: "\"x\"".into(), before: 0.25, after: 0.3333 }];
        assert_eq!(shares(&[FieldShares { field: "d".into(), values }]), ["d: \"x\" 25.0 -> 33.3 %"]);
    }
}
