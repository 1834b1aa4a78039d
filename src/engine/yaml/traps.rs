//! What an author runs into with YAML, and how to mend it.
//!
//! In: the parser's error, which ends the reading of a file, and the text around it. Out: one diagnostic in our own words
//! with the exact place and, wherever the mistake is a known one, the line as it should be. What must hold: the place is
//! the character to look at, even where the parser noticed later.

use serde_saphyr::granit_parser::{ErrorKind, ScanError};

use super::stop::{Bytes, Stop};
use crate::diag::{Code, Diagnostic, codes};
use crate::source::{SourceId, Span};

const APOSTROPHE: &str = "inside '…' an apostrophe is written twice: `'it''s'`";

/// A collection inside more collections than any spec has.
pub(super) fn too_deep(span: Span) -> Diagnostic {
    Diagnostic::error(codes::YAML_TOO_LARGE, span, "lists and maps nested too deeply to be a spec")
}

/// More nodes or text than any spec has.
pub(super) fn too_large(span: Span) -> Diagnostic {
    let report = Diagnostic::error(codes::YAML_TOO_LARGE, span, "a document too large to be a spec");
    report.hint("an alias counts with all that it stands for")
}

/// A tab in the indentation.
pub(super) fn tab(span: Span) -> Diagnostic {
    Diagnostic::error(codes::YAML_TAB, span, "expected spaces as indentation, found a tab")
        .hint("YAML is indented with spaces only; two for each level are usual")
}

/// The keys that take a bare expression.
const ASKING: &[&str] = &["when", "where", "that", "given", "each", "by", "fold"];

/// A `{{ … }}` that YAML reads as a mapping, under a key or in a list.
pub(super) fn unquoted_template(span: Span, written: &str, key: Option<&str>) -> Diagnostic {
    let report = Diagnostic::error(codes::TEMPLATE_UNQUOTED, span, "an unquoted `{{ … }}`, which YAML reads as a mapping");
    let inner = written.strip_prefix("{{").and_then(|rest| rest.strip_suffix("}}"));
    match (key.filter(|key| ASKING.contains(&key.trim_start_matches('$'))), inner) {
        (Some(key), Some(inner)) => report.hint(format!("`{key}` takes an expression as it is: `{}`", inner.trim())),
        _ => report.hint(format!("quote it: `{}`", quoted(written))),
    }
}

/// A comment that may go on with the unquoted text before it: `Ticket #12`, `Room #{{ n }}`, `n > 3 # 2`.
pub(super) fn cut(text: &str, comment: Span, source: &str) -> Option<Diagnostic> {
    let written = source.get(comment.range())?;
    let rest = written.strip_prefix('#')?;
    let joined = rest.starts_with(|first: char| first.is_ascii_digit()) || rest.starts_with("{{");
    let number = rest.trim().parse::<f64>().is_ok();
    let operator = |word: &str| matches!(word, "<" | ">" | "<=" | ">=" | "==" | "!=" | "+" | "-" | "*" | "/" | "and" | "or");
    if !text.contains(char::is_alphabetic) || !(joined || (number && text.split_whitespace().any(operator))) {
        return None;
    }
    let report = Diagnostic::warning(codes::YAML_COMMENT, comment, "` #` begins a comment: the value ends before it");
    Some(report.hint("quote the whole value if this belongs to it; if it does not, say in words what it is"))
}

/// A text as a quoted scalar on one line.
pub(super) fn quoted(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.contains(['"', '\\']) { format!("'{}'", line.replace('\'', "''")) } else { format!("\"{line}\"") }
}

/// The diagnostic of a parse failure. `open` is where the innermost open bracket stands, as far as reading has come.
pub(super) fn explain(error: &ScanError, source: SourceId, text: &str, open: Option<usize>) -> Diagnostic {
    let stop = Stop::new(source, text, error.marker().byte_offset().unwrap_or(0), open);
    stop.template()
        .or_else(|| stop.value(error.kind()))
        .or_else(|| stop.bracket(error.kind()))
        .or_else(|| stop.layout(error.kind()))
        .unwrap_or_else(|| {
            let report = stop.syntax(stop.token(), "text that is not YAML");
            report.hint(format!("the parser stopped here: {}", error.info()))
        })
}

impl Stop<'_> {
    fn report(&self, code: Code, bytes: Bytes, message: impl Into<String>) -> Diagnostic {
        Diagnostic::error(code, Span::new(self.source, bytes), message)
    }

    fn syntax(&self, bytes: Bytes, message: impl Into<String>) -> Diagnostic {
        self.report(codes::YAML_SYNTAX, bytes, message)
    }

    /// An unquoted template on this line, whatever the parser says of it.
    fn template(&self) -> Option<Diagnostic> {
        let start = self.unquoted_braces().filter(|start| *start <= self.at + 1).or_else(|| {
            self.open
                .map(|open| if self.slice(0..open).ends_with('{') { open - 1 } else { open })
                .filter(|open| self.from(*open).starts_with("{{"))
        })?;
        let end = self.line(start).end;
        let end = self.slice(start..end).find("}}").map_or(self.rest_of_line(start).end, |at| start + at + 2);
        let report = self.report(codes::TEMPLATE_UNQUOTED, start..end, "an unquoted `{{ … }}`, which YAML reads as a mapping");
        Some(report.hint("quote the whole value: `\"… {{ x }} …\"`"))
    }

    /// Values that must be quoted.
    fn value(&self, kind: &ErrorKind) -> Option<Diagnostic> {
        match kind {
            ErrorKind::MappingValueNotAllowed => Some(self.second_colon()),
            ErrorKind::ExpectedFlowMappingSeparator | ErrorKind::InvalidColonPlacement if self.from(self.at).starts_with(':') => {
                Some(self.second_colon())
            }
            ErrorKind::InvalidTrailingSingleQuotedScalar => Some(self.after_quote('\'')),
            ErrorKind::InvalidTrailingDoubleQuotedScalar => Some(self.after_quote('"')),
            ErrorKind::UnclosedQuotedScalar | ErrorKind::DocumentIndicatorInQuotedScalar => {
                let report = self.syntax(self.token(), "a quote that is never closed");
                Some(report.hint(APOSTROPHE))
            }
            ErrorKind::UnknownQuotedScalarEscape
            | ErrorKind::InvalidQuotedScalarHexEscape
            | ErrorKind::InvalidUnicodeEscape
            | ErrorKind::UnpairedLowSurrogate
            | ErrorKind::MissingLowSurrogate => Some(self.escape()),
            ErrorKind::UnexpectedCharacter { character } if character.is_control() => {
                // The parser may stop where the text around the character begins.
                let found = self.from(self.at).find(*character).map(|ahead| self.at + ahead);
                let bytes = found.map_or(self.token(), |at| at..at + character.len_utf8());
                let report = self.syntax(bytes, format!("the control character `{}`", character.escape_unicode()));
                Some(report.hint("write it as an escape in double quotes"))
            }
            ErrorKind::UnexpectedCharacter { character } => {
                let report = self.syntax(self.token(), format!("a value cannot begin with `{character}`"));
                Some(report.hint(format!("quote it: `{}`", quoted(self.slice(self.rest_of_line(self.at))))))
            }
            ErrorKind::MissingAnchorOrAliasName => {
                let report = self.syntax(self.token(), format!("expected a name after `{}`", self.slice(self.token())));
                Some(report.hint("quote text that begins with `*` or `&`"))
            }
            ErrorKind::CommentInterceptedScalar => {
                let report = self.syntax(self.at..self.line(self.at).end, "a comment inside text that goes on in the next line");
                Some(report.hint("quote the text if `#` belongs to it, or move the comment above"))
            }
            ErrorKind::InvalidBlockScalarHeader => {
                let report = self.syntax(self.token(), "expected the end of the line after `|` or `>`");
                Some(report.hint("the text of a block begins on the next line; quote text that begins with `|` or `>`"))
            }
            ErrorKind::BomInsideDocument => {
                Some(self.report(codes::BYTE_ORDER_MARK, self.token(), "a byte order mark inside the text"))
            }
            _ => None,
        }
    }

    fn second_colon(&self) -> Diagnostic {
        let report = self.syntax(self.token(), "expected the end of the value, found a second `:`");
        let report = match self.open.filter(|open| self.line(*open) != self.line(self.at)) {
            Some(open) => report.label(Span::new(self.source, open..open + 1), "is this bracket closed?"),
            None => report,
        };
        let above = self.slice(0..self.line(self.at).start).trim_end().rsplit('\n').next().unwrap_or("").trim();
        match above.split_once(':').filter(|(_, value)| !value.is_empty() && !value.contains(": ")) {
            Some((key, value)) if !value.starts_with([' ', '\t', '/']) => {
                report.hint(format!("a colon needs a space after it: `{key}: {value}`"))
            }
            _ => report
                .hint("quote text that contains `: `; a key below its parent is indented further and its parent has no text"),
        }
    }

    fn after_quote(&self, quote: char) -> Diagnostic {
        let value = self.quoted_value(quote);
        let end = value.as_ref().map_or(self.rest_of_line(self.at).end, |value| value.end);
        let report = self.syntax(self.at..end.max(self.token().end), "expected the end of the value after the closing quote");
        match value {
            Some(_) if quote == '\'' && self.slice(0..self.at).ends_with(quote) => report.hint(APOSTROPHE),
            Some(value) => report.hint(format!("quote the whole expression: `{}`", quoted(self.slice(value)))),
            None => report.hint("this quote closes one that was opened further up; is that one meant to be closed before?"),
        }
    }

    /// The first escape after the opening quote that YAML does not have.
    fn escape(&self) -> Diagnostic {
        let mut pairs = self.from(self.at).char_indices().skip(1);
        let mut found = self.token();
        while let Some((at, character)) = pairs.next() {
            if character != '\\' {
                continue;
            }
            let Some((next, escaped)) = pairs.next() else {
                break;
            };
            found = self.at + at..self.at + next + escaped.len_utf8();
            if !"0abt\tnvfre \"/\\N_LP\n\r".contains(escaped) && !hexadecimal(escaped, self.from(found.end)) {
                break;
            }
        }
        let report = self.syntax(found.clone(), format!("`{}` is not an escape of YAML", self.slice(found)));
        report.hint("write a backslash as `\\\\`, or use single quotes, where it is an ordinary character")
    }

    /// Brackets that do not match, and what may not stand between them.
    fn bracket(&self, kind: &ErrorKind) -> Option<Diagnostic> {
        match kind {
            ErrorKind::ExpectedFlowMappingSeparator => Some(self.separator("`,` or `}`")),
            ErrorKind::ExpectedFlowSequenceSeparator => Some(self.separator("`,` or `]`")),
            ErrorKind::InvalidColonPlacement => Some(self.separator("`,` or a closing bracket")),
            ErrorKind::UnclosedFlowCollection { open } => {
                let report = self.syntax(self.token(), format!("a `{open}` that is never closed"));
                Some(self.hidden_by_comment(report))
            }
            ErrorKind::UnexpectedEofFlowSequence
            | ErrorKind::UnexpectedEofFlowMapping
            | ErrorKind::UnexpectedEofImplicitFlowMapping => {
                if let Some(comma) = self.open.and_then(|open| self.needless_comma(open)) {
                    let report = self.syntax(comma, "expected a value, found `,`");
                    return Some(report.hint("write the value, or leave the comma out; a text that is a comma is quoted"));
                }
                let bytes = self.open.map_or(self.token(), |open| open..open + 1);
                Some(self.hidden_by_comment(self.syntax(bytes, "a bracket that is never closed")))
            }
            ErrorKind::MismatchedFlowCollectionEnd { open, close } => {
                Some(self.syntax(self.token(), format!("a `{open}` that is closed by `{close}`")))
            }
            ErrorKind::MisplacedFlowCollectionEnd => {
                let bracket = self.slice(self.token());
                let report = self.syntax(self.token(), format!("a closing `{bracket}` without an opening one"));
                Some(report.hint(format!("quote text that begins with `{bracket}`")))
            }
            ErrorKind::RecursionLimitExceeded => Some(too_deep(Span::new(self.source, self.token()))),
            _ => None,
        }
    }

    /// Adds that a comment in the line of the open bracket hides what closes it.
    fn hidden_by_comment(&self, report: Diagnostic) -> Diagnostic {
        let comment = self.comment_in(self.open.unwrap_or(self.at));
        let Some(comment) = comment.filter(|comment| self.slice(comment.clone()).contains([']', '}'])) else { return report };
        let report = report.label(Span::new(self.source, comment), "a comment from here on");
        report.hint("quote text that contains ` #`")
    }

    fn separator(&self, expected: &str) -> Diagnostic {
        let found = self.slice(self.token());
        let found = if found.trim().is_empty() { "the end of the line".to_owned() } else { format!("`{found}`") };
        let report = self.syntax(self.token(), format!("expected {expected}, found {found}"));
        let report = match self.open {
            Some(open) => report.label(Span::new(self.source, open..open + 1), "inside this bracket"),
            None => report,
        };
        report.hint("inside brackets, text that holds `[ ] { } ,` must be quoted as a whole; in block style it need not")
    }

    /// Indentation, tabs and list dashes.
    fn layout(&self, kind: &ErrorKind) -> Option<Diagnostic> {
        match kind {
            ErrorKind::TabNotAllowed
            | ErrorKind::TabInBlockIndentation
            | ErrorKind::TabInIndentation
            | ErrorKind::TabInPlainScalar
            | ErrorKind::TabAtBlockScalarStart
            | ErrorKind::InvalidBlockEntryWhitespace
            | ErrorKind::InvalidMappingValueWhitespace => {
                let line = self.line(self.at).start;
                let bytes = self.from(line).find('\t').map_or(self.token(), |tab| line + tab..line + tab + 1);
                Some(tab(Span::new(self.source, bytes)))
            }
            ErrorKind::ExpectedBlockMappingKey => Some(self.no_key()),
            ErrorKind::ExpectedDocumentStart if self.text.starts_with('%') => {
                let report = self.syntax(self.token(), "expected `---` after a directive");
                Some(report.hint("a spec needs no directives; quote text that begins with `%`"))
            }
            ErrorKind::ExpectedDocumentStart => {
                let report = self
                    .syntax(self.rest_of_line(self.at), "expected the end of the file, or indentation that fits a line above");
                Some(report.hint("the keys of a mapping begin in the same column"))
            }
            ErrorKind::ExpectedBlockSequenceEntry => {
                let report = self.syntax(self.rest_of_line(self.at), "expected a list item, found something else");
                Some(report.hint("a list and a mapping cannot share one indentation: begin the item with `- `, or indent"))
            }
            ErrorKind::BlockSequenceEntryNotAllowed | ErrorKind::BlockEntryInFlowCollection => {
                let report = self.syntax(self.token(), "a list item cannot begin here");
                Some(report.hint("begin the list on the next line, write it as `[a, b]`, or quote text that begins with `- `"))
            }
            ErrorKind::SimpleKeyExpected | ErrorKind::InvalidSimpleKey => {
                let report =
                    self.syntax(self.rest_of_line(self.at), "a line that is neither `key: value` nor part of the value above");
                Some(report.hint("indent text that goes on further than its key"))
            }
            ErrorKind::InvalidIndentation
            | ErrorKind::InvalidFlowScalarIndent
            | ErrorKind::InvalidQuotedScalarIndent
            | ErrorKind::InvalidBlockScalarIndent => {
                let line = self.line(self.at);
                let report = self.syntax(self.rest_of_line(self.at.min(line.end)), "indentation that fits nothing above");
                Some(report.hint("what belongs together begins in the same column"))
            }
            ErrorKind::UndeclaredTagHandle | ErrorKind::InvalidTagTerminator | ErrorKind::MissingTagUri => {
                let report = self.report(codes::YAML_TAG, self.token(), "a YAML tag, which the language does not have");
                Some(report.hint("quote text that begins with `!`"))
            }
            _ => None,
        }
    }

    fn no_key(&self) -> Diagnostic {
        let line = self.line(self.at);
        let before = self.slice(line.start..self.at);
        if before.trim_matches([' ', '-', '?']).is_empty() {
            let start = line.start + (before.len() - before.trim_start().len());
            let report = self.syntax(self.rest_of_line(start), "expected a key, or indentation that fits a line above");
            return report.hint("the keys of a mapping begin in the same column, what belongs to a key further right");
        }
        let report = self.syntax(self.rest_of_line(self.at), "expected the end of the value after the closing bracket");
        report.hint("quote the whole value if the bracket is part of a text or an expression")
    }
}

/// Whether `letter` begins an escape by number and `rest` has its digits.
fn hexadecimal(letter: char, rest: &str) -> bool {
    let digits = match letter {
        'x' => 2,
        'u' => 4,
        'U' => 8,
        _ => return false,
    };
    let code = rest.get(..digits).and_then(|digits| u32::from_str_radix(digits, 16).ok());
    code.is_some_and(|code| char::from_u32(code).is_some() || (0xD800..0xDC00).contains(&code))
}
