//! Why a module could not be parsed, compiled or evaluated.

use crate::diag::{Code, codes};

/// What is wrong with a module, or with an input for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The kind of mistake.
    pub code: Code,
    /// One lower-case phrase.
    pub message: String,
    /// The byte of the module's text to look at, where there is one.
    pub at: Option<usize>,
    /// How to mend it, where that is known.
    pub hint: Option<&'static str>,
}

impl Fault {
    /// A fault without a place.
    #[must_use]
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), at: None, hint: None }
    }

    /// The same fault at a byte of the module.
    #[must_use]
    pub fn at(self, at: usize) -> Self {
        Self { at: Some(at), ..self }
    }

    /// The same fault with a hint.
    #[must_use]
    pub fn hint(self, hint: &'static str) -> Self {
        Self { hint: Some(hint), ..self }
    }

    /// A fault as the engine words it: a line `--> file:line:column`, the line quoted, and `error: reason`.
    #[must_use]
    pub fn worded(code: Code, text: &str, worded: &str) -> Self {
        let place = worded.split_once("--> ").and_then(|(_, rest)| {
            let mut parts = rest.lines().next()?.rsplitn(3, ':');
            let column: usize = parts.next()?.trim().parse().ok()?;
            let line: usize = parts.next()?.parse().ok()?;
            Some((line, column))
        });
        let said = worded.rsplit_once("error: ").map_or(worded, |(_, said)| said);
        let said = said.lines().next().unwrap_or_default().trim();
        let said = if said.is_empty() { worded.trim() } else { said };
        let message = in_lines(said.strip_suffix('.').unwrap_or(said));
        let at = place.map(|(line, column)| offset(text, line, column));
        let endless = ENDLESS.iter().any(|one| message.contains(one));
        let code = if endless { codes::POLICY_ENDLESS } else { code };
        let message = if endless { "the evaluation does not end".to_owned() } else { message };
        Self { code, message, at, hint: hint_for(worded) }
    }
}

/// What the engine says of an evaluation that it has ended.
const ENDLESS: &[&str] = &["instruction limit", "time limit"];

/// Names the lines that the engine calls `module:line:column`.
fn in_lines(said: &str) -> String {
    let Some((before, after)) = said.split_once("module:") else { return said.to_owned() };
    let digits = after.find(|c: char| !c.is_ascii_digit()).unwrap_or(after.len());
    let (line, rest) = after.split_at(digits);
    let rest = rest.trim_start_matches(|c: char| c == ':' || c.is_ascii_digit());
    format!("{before}line {line}{rest}")
}

fn hint_for(worded: &str) -> Option<&'static str> {
    let has = |part: &str| worded.contains(part);
    if has("complete rules should not produce multiple outputs") || has("multiple outputs") || has("onflict") {
        Some("two rules of one name give different values: make their conditions exclude each other")
    } else if ENDLESS.iter().any(|one| has(one)) {
        Some("loops inside loops multiply: walk smaller collections")
    } else if has("`if` keyword is required") || has("`contains` keyword is required") {
        Some("this is Rego v0; rewrite it, or say `rego_version: v0` beside `policy`")
    } else {
        None
    }
}

/// The byte of a line and column, both from 1, columns in characters.
fn offset(text: &str, line: usize, column: usize) -> usize {
    let start: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    let rest = text.get(start..).unwrap_or_default();
    let ahead: usize = rest.chars().take(column.saturating_sub(1)).map(char::len_utf8).sum();
    (start + ahead).min(text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn worded_faults_give_their_place_and_reason() {
        let text = "package a\nö := x +\n";
        let fault =
            Fault::worded(codes::REGO_SYNTAX, text, "\n--> rule:2:8\n  |\n2 | ö := x +\n  |        ^\nerror: expecting term");
        assert_eq!(fault.message, "expecting term");
        assert_eq!(fault.at, Some(10 + "ö := x ".len()));
        let conflict =
            Fault::worded(codes::REGO_SYNTAX, text, "\n--> module:2:1\n  |\nerror: rule conflicts with rule at module:1:1");
        assert_eq!(conflict.message, "rule conflicts with rule at line 1");
        let plain = Fault::worded(codes::REGO_SYNTAX, text, "no place here");
        assert_eq!((plain.message.as_str(), plain.at), ("no place here", None));
    }
}
