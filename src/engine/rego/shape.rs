//! The shape of a module: its text less the constants that it compares with.
//!
//! A dataset renders one rule with many limits and lists. `input.hours <= 72` and `input.hours <= 48` have one shape, compiled
//! once; the numbers behind a comparison and the lists behind `in` are handed to it as data. Nothing else of a module varies that
//! way, so whatever parses in one module of a shape parses in all of them.

use regorus::Value as Rego;

/// Where the constants of a shape stand. Authors cannot mean it.
pub(super) const CONSTANTS: &str = "constants__";

/// A module taken apart.
#[derive(Debug, PartialEq)]
pub(super) struct Shape {
    /// The module with a reference in the place of each constant.
    pub(super) text: String,
    /// The constants, in order.
    pub(super) constants: Vec<Rego>,
}

/// What stood last before a token.
#[derive(Clone, Copy, PartialEq)]
enum Before {
    Comparison,
    In,
    Other,
}

/// Takes a module apart.
pub(super) fn shape(module: &str) -> Shape {
    let mut shape = Shape { text: String::with_capacity(module.len() + 64), constants: Vec::new() };
    let mut before = Before::Other;
    let mut rest = module;
    while let Some(first) = rest.chars().next() {
        let length = token(rest, first);
        let (found, behind) = rest.split_at(length);
        if first.is_whitespace() {
            shape.text.push_str(found);
            rest = behind;
            continue;
        }
        let constant = match before {
            Before::Comparison if first.is_ascii_digit() => Rego::from_json_str(found).ok().map(|value| (value, length)),
            Before::In if first == '[' => list(rest),
            _ => None,
        };
        before = match found {
            "==" | "!=" | "<" | "<=" | ">" | ">=" => Before::Comparison,
            "in" => Before::In,
            _ => Before::Other,
        };
        if let Some((value, length)) = constant {
            let reference = format!("data.{CONSTANTS}[{}]", shape.constants.len());
            shape.text.push_str(&reference);
            shape.constants.push(value);
            rest = rest.get(length..).unwrap_or_default();
            before = Before::Other;
            continue;
        }
        shape.text.push_str(found);
        rest = behind;
    }
    shape
}

/// The length of the token that begins a text.
fn token(text: &str, first: char) -> usize {
    let run = |fits: fn(char) -> bool| text.find(|c: char| !fits(c)).unwrap_or(text.len());
    match first {
        '"' => quoted(text),
        '`' => text.get(1..).and_then(|rest| rest.find('`')).map_or(text.len(), |at| at + 2),
        '#' => text.find('\n').unwrap_or(text.len()),
        '0'..='9' => run(|c| c.is_ascii_alphanumeric() || c == '.'),
        '=' | '!' | '<' | '>' | ':' => run(|c| matches!(c, '=' | '!' | '<' | '>' | ':')),
        c if c.is_whitespace() => run(char::is_whitespace),
        c if c.is_alphanumeric() || c == '_' => run(|c| c.is_alphanumeric() || c == '_' || c == '.'),
        c => c.len_utf8(),
    }
}

/// The length of a text in quotes, with them.
fn quoted(text: &str) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            '"' if !escaped => return at + 1,
            '\\' => escaped = !escaped,
            _ => escaped = false,
        }
    }
    text.len()
}

/// A list of texts and numbers that begins a text, with its length.
fn list(text: &str) -> Option<(Rego, usize)> {
    let mut at = 1;
    loop {
        let rest = text.get(at..)?;
        match rest.chars().next()? {
            ']' => break,
            '"' => at += quoted(rest),
            c if c.is_ascii_digit() || c.is_whitespace() || matches!(c, ',' | '.') => at += c.len_utf8(),
            _ => return None,
        }
    }
    let length = at + 1;
    let value = Rego::from_json_str(text.get(..length)?).ok()?;
    Some((value, length))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(module: &str) -> (String, Vec<String>) {
        let Shape { text, constants } = shape(module);
        (text, constants.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn only_constants_of_comparisons_are_taken_out() {
        let (text, constants) =
            taken("x if { input.a<=72; input.b in [\"p]\", \"q\"]; input.c == \"in [1]\"; count(y) > 0.5 } # <= 3\nz := 4\n");
        assert_eq!(
            text,
            "x if { input.a<=data.constants__[0]; input.b in data.constants__[1]; input.c == \"in [1]\"; count(y) > data.constants__[2] } # <= 3\nz := 4\n"
        );
        assert_eq!(constants, ["72", "[\"p]\",\"q\"]", "0.5"]);
        for same in
            ["a in [x, 1]", "a in {\"b\"}", "x := 1", "v[0] == y", "`a <= 1`", "\"a <= 1\"", "a <= x1", "within [1]", "e == 1x"]
        {
            assert_eq!(taken(same), (same.to_owned(), Vec::new()), "{same}");
        }
    }
}
