//! The tree of an explanation, as text.
//!
//! In: the lines of an explanation. Out: a line each: branches, name, value, how it came about, and the place, coloured on
//! request. What must hold: without colours nothing is lost.

use crate::explain::{Explanation, Line, Mark};
use crate::json;

const NAME: &str = "\x1b[1;34m";
const VALUE: &str = "\x1b[32m";
const FAILS: &str = "\x1b[31m";
const FAINT: &str = "\x1b[2m";
const PLAIN: &str = "\x1b[0m";

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

/// The lines as text.
pub(super) fn text(lines: &[Line], color: bool) -> String {
    lines.iter().map(|line| one(line, color)).collect()
}

fn one(line: &Line, color: bool) -> String {
    let tint = |text: &str, with: &str| {
        if color && !text.is_empty() { format!("{with}{text}{PLAIN}") } else { text.to_owned() }
    };
    let name = match line.mark {
        Mark::Value => format!("{} = {}", tint(&line.name, NAME), tint(&line.value, VALUE)),
        Mark::Holds => format!("{} {}", tint("yes:", VALUE), line.name),
        Mark::Fails => format!("{} {}", tint("no:", FAILS), line.name),
    };
    let how = match (line.mark, line.how.as_str()) {
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
        assert_eq!(text(&lines, false), plain);
        let mut colored = text(&lines, true);
        for code in [NAME, VALUE, FAILS, FAINT, PLAIN] {
            assert!(colored.contains(code));
            colored = colored.replace(code, "");
        }
        assert_eq!(colored, plain);
    }
}
