//! The codes of diagnostics: all in a line each, or one with all that is told of it.
//!
//! In: a code. Out: text for people, or JSON objects: a line each with `code` and `meaning`, or one with `why`, `wrong` and
//! `right` as well, whose blocks have `language`, `file` (null for the spec itself) and `text`.

use super::terminal::PLAIN;
use std::fmt::Write as _;

use serde::Serialize;

use super::messages::Messages;
use super::table::{Column, table};
use super::terminal;
use crate::build::Failure;
use crate::diag::explained::{Block, Explained, explained};
use crate::diag::{Code, codes};

const COLUMNS: [Column; 2] = [("CODE", false), ("MEANING", false)];
const FILE: &str = "\x1b[1m";
const NAME: &str = "\x1b[1;34m";
const WRONG: &str = "\x1b[31m";
const RIGHT: &str = "\x1b[32m";

#[derive(Serialize)]
struct Meaning {
    code: &'static str,
    meaning: &'static str,
}

#[derive(Serialize)]
struct Told {
    code: &'static str,
    meaning: &'static str,
    why: &'static str,
    wrong: Vec<Shown>,
    right: Vec<Shown>,
}

#[derive(Serialize)]
struct Shown {
    language: &'static str,
    file: Option<&'static str>,
    text: &'static str,
}

/// Prints all codes.
///
/// # Errors
/// What standard output fails with.
pub(super) fn list(messages: &Messages) -> Result<(), Failure> {
    let text = if messages.is_json() {
        let line = |code: &Code| object(&Meaning { code: code.name, meaning: code.meaning });
        codes::ALL.iter().map(line).collect::<Result<Vec<_>, _>>()?.concat()
    } else {
        let rows: Vec<[String; 2]> = codes::ALL.iter().map(|code| [code.name.to_owned(), code.meaning.to_owned()]).collect();
        table(&COLUMNS, &rows, messages.colors_data())
    };
    terminal::print(text.as_bytes())
}

/// Prints all that is told of a code.
///
/// # Errors
/// What standard output fails with.
pub(super) fn code(code: Code, messages: &Messages) -> Result<(), Failure> {
    let Some(told) = explained(code) else { return Ok(()) };
    let text = if messages.is_json() {
        let shown = |block: &Block| Shown { language: block.language, file: block.file, text: block.text };
        let blocks = |blocks: &[Block]| blocks.iter().map(shown).collect();
        let (wrong, right) = (blocks(&told.wrong), blocks(&told.right));
        object(&Told { code: code.name, meaning: code.meaning, why: told.why, wrong, right })?
    } else {
        page(&told, messages.colors_data())
    };
    terminal::print(text.as_bytes())
}

fn object<T: Serialize>(of: &T) -> Result<String, Failure> {
    let failed = |error: serde_json::Error| Failure::Other { doing: "write a code", cause: error.to_string() };
    serde_json::to_string(of).map(|line| line + "\n").map_err(failed)
}

/// A code as people read it.
fn page(told: &Explained, color: bool) -> String {
    let tint = |text: &str, with: &str| if color { format!("{with}{text}{PLAIN}") } else { text.to_owned() };
    let mut out = format!("{}: {}\n\n", tint(told.code.name, NAME), told.code.meaning);
    for line in wrapped(told.why, terminal::WIDTH) {
        out.push_str(&line);
        out.push('\n');
    }
    for (head, with, blocks) in [("Wrong", WRONG, &told.wrong), ("Right", RIGHT, &told.right)] {
        // Writing into a string cannot fail.
        let _ = writeln!(out, "\n{}:", tint(head, with));
        for block in blocks {
            if let Some(file) = block.file {
                let _ = writeln!(out, "\n  {}", tint(file, FILE));
            }
            out.push('\n');
            for line in block.text.lines() {
                let _ = writeln!(out, "{}", format!("    {line}").trim_end());
            }
        }
    }
    out
}

/// Text in lines of at most so many columns.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_page_is_whole_and_no_wider_than_a_terminal() {
        for code in codes::ALL {
            let told = explained(*code).unwrap();
            let text = page(&told, false);
            assert!(text.starts_with(&format!("{}: {}\n\n", code.name, code.meaning)));
            assert!(text.contains("\nWrong:\n") && text.contains("\nRight:\n"), "{code}");
            let why = text.split("\n\n").nth(1).unwrap();
            assert_eq!(why.split_whitespace().collect::<Vec<_>>(), told.why.split_whitespace().collect::<Vec<_>>());
            assert!(why.lines().all(|line| line.chars().count() <= terminal::WIDTH), "{code}");
        }
    }
}
