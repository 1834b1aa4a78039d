//! The tree of an explanation, as text.
//!
//! In: the lines of an explanation. Out: a line each: branches, name, value, how it came about, and the place, coloured on
//! request. What must hold: without colours nothing is lost.

use super::terminal::PLAIN;
use crate::explain::{Explanation, Line, Mark};
use crate::json;

const NAME: &str = "\x1b[1;34m";
const VALUE: &str = "\x1b[32m";
const FAILS: &str = "\x1b[31m";
const FAINT: &str = "\x1b[2m";
/// Columns that marks and the space between the parts of a line take.
const MARGIN: usize = 11;
/// Fewer columns than these are left empty.
const LEAST: usize = 8;

/// What stands above the tree: which record it is, and what was planned for it.
pub(super) fn headline(explanation: &Explanation) -> String {
    let mut parts = vec![format!("{}#{}, seed {}", explanation.dataset, explanation.index, explanation.seed)];
    if !explanation.scenario.is_empty() {
        parts.push(format!("scenario {}", explanation.scenario));
    }
    if explanation.attempts > 1 {
        parts.push(format!("made in {} attempts", explanation.attempts));
    }
    let planned = explanation.planned.iter().map(|(name, label)| format!("planned {name} = {}", json::shown(Some(label))));
    parts.extend(planned);
    parts.join(", ")
}

/// The lines as text; on a terminal of so many columns, how a value came about is cut where a line would be broken.
pub(super) fn text(lines: &[Line], color: bool, width: Option<usize>) -> String {
    lines.iter().map(|line| one(line, color, width)).collect()
}

/// A phrase, cut to what is left of a line.
fn fitted(line: &Line, width: Option<usize>) -> String {
    let Some(width) = width else { return line.how.clone() };
    let taken: usize = [&line.branch, &line.name, &line.value, &line.place].map(|part| part.chars().count()).iter().sum();
    let left = width.saturating_sub(taken + MARGIN);
    if line.how.chars().count() <= left {
        return line.how.clone();
    }
    // A few letters say nothing.
    if left < LEAST { String::new() } else { line.how.chars().take(left - 1).chain(['…']).collect() }
}

fn one(line: &Line, color: bool, width: Option<usize>) -> String {
    let how = fitted(line, width);
    let tint = |text: &str, with: &str| {
        if color && !text.is_empty() { format!("{with}{text}{PLAIN}") } else { text.to_owned() }
    };
    let name = match line.mark {
        Mark::Value => format!("{} = {}", tint(&line.name, NAME), tint(&line.value, VALUE)),
        Mark::Holds => format!("{} {}", tint("yes:", VALUE), line.name),
        Mark::Fails => format!("{} {}", tint("no:", FAILS), line.name),
    };
    let how = match (line.mark, how.as_str()) {
        (_, "") => String::new(),
        (Mark::Value, how) => format!("   {how}"),
        (Mark::Holds | Mark::Fails, how) => format!("   [{how}]"),
    };
    let place = if line.place.is_empty() { String::new() } else { format!("   {}", tint(&line.place, FAINT)) };
    format!("{}{name}{how}{place}\n", tint(&line.branch, FAINT))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_change_nothing_but_the_look() {
        let line = |mark, name: &str, value: &str| Line {
            branch: "└─ ".to_owned(),
            mark,
            name: name.to_owned(),
            value: value.to_owned(),
            how: "given".to_owned(),
            place: "scenarios/a.yaml:3:5".to_owned(),
        };
        let lines = [line(Mark::Value, "a", "1"), line(Mark::Holds, "when x", ""), line(Mark::Fails, "when y", "")];
        let plain = "└─ a = 1   given   scenarios/a.yaml:3:5\n\
                     └─ yes: when x   [given]   scenarios/a.yaml:3:5\n\
                     └─ no: when y   [given]   scenarios/a.yaml:3:5\n";
        assert_eq!(text(&lines, false, None), plain);
        assert_eq!(text(&lines, false, Some(50)), plain);
        let mut colored = text(&lines, true, None);
        for code in [NAME, VALUE, FAILS, FAINT, PLAIN] {
            assert!(colored.contains(code));
            colored = colored.replace(code, "");
        }
        assert_eq!(colored, plain);
    }

    #[test]
    fn on_a_terminal_lines_are_cut_and_places_stay() {
        let line = Line {
            branch: "│  └─ ".to_owned(),
            mark: Mark::Value,
            name: "level".to_owned(),
            value: "\"high\"".to_owned(),
            how: "given: case \"manager\" (1 of 2), drawn at reviews.level#3".to_owned(),
            place: "scenarios/a.yaml:3:5".to_owned(),
        };
        for width in [60, 80, 100] {
            let shown = text(std::slice::from_ref(&line), false, Some(width));
            assert!(shown.trim_end().chars().count() <= width && shown.ends_with("scenarios/a.yaml:3:5\n"), "{shown}");
        }
        assert!(text(&[line], false, Some(60)).contains("given: c"));
    }
}
