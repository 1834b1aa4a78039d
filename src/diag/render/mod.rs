//! Renderers of diagnostics, one file a form.
//!
//! In: diagnostics in the order in which they shall be printed, and the sources that they point into. Out: text, written to
//! whatever the caller opened. What must hold: the text is a function of the input alone (no clock, locale or terminal is
//! asked), and no place, however wrong, stops a renderer: offsets past the end mean the end.
//!
//! A further form is one more file, one more variant of [`MessageFormat`] and one more line in [`render`].

mod github;
mod human;
mod json;
mod short;

use std::borrow::Cow;
use std::io::{self, Write};

use super::{Diagnostics, RecordPlace};
use crate::source::Sources;

/// A form in which diagnostics are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MessageFormat {
    /// Headline, quoted source lines with the places marked, and hints below.
    Human {
        /// Whether to write ANSI colour codes.
        color: bool,
        /// Columns of the terminal; longer source lines are cut around the marked place.
        width: usize,
    },
    /// One line each, as compilers print them and editors parse them: `file:line:column: severity[code]: message`.
    Short,
    /// One JSON object a line, with its keys in a fixed order.
    Json,
    /// One GitHub workflow command a line, which CI shows beside the changed lines.
    Github,
}

/// Prints every diagnostic in the given form.
///
/// # Errors
/// Whatever `out` fails with.
pub fn render(diagnostics: &Diagnostics, sources: &Sources, format: MessageFormat, out: &mut dyn Write) -> io::Result<()> {
    for one in diagnostics.iter() {
        match format {
            MessageFormat::Human { color, width } => human::write(one, sources, color, width, out)?,
            MessageFormat::Short => short::write(one, sources, out)?,
            MessageFormat::Json => json::write(one, sources, out)?,
            MessageFormat::Github => github::write(one, sources, out)?,
        }
    }
    Ok(())
}

/// Prints a failure that is no diagnostic in the GitHub form; `message` may have several lines.
///
/// # Errors
/// Whatever `out` fails with.
pub fn github_failure(title: &str, message: &str, out: &mut dyn Write) -> io::Result<()> {
    github::command("error", None, title, message, out)
}

/// `3 errors, 1 warning`: what to print last; `None` where there is nothing to sum up.
#[must_use]
pub fn summary(diagnostics: &Diagnostics) -> Option<String> {
    match diagnostics.counts() {
        (0, 0) => None,
        (errors, 0) => Some(plural(errors as u64, "error")),
        (0, warnings) => Some(plural(warnings as u64, "warning")),
        (errors, warnings) => Some(format!("{}, {}", plural(errors as u64, "error"), plural(warnings as u64, "warning"))),
    }
}

/// `1 record`, `1,000 records`: a count with its noun, which must take a plain `s`.
#[must_use]
pub fn plural(number: u64, noun: &str) -> String {
    let ending = if number == 1 { "" } else { "s" };
    format!("{} {noun}{ending}", count(number))
}

/// `1,234,567`: a count with commas, so that its size can be read at a glance.
#[must_use]
pub fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// The record a diagnostic speaks of, as a phrase.
fn in_record(place: &RecordPlace) -> String {
    let RecordPlace { dataset, index, path } = place;
    if path.is_empty() { format!("in record {dataset}#{index}") } else { format!("in record {dataset}#{index} at {path}") }
}

/// The text with control characters written as escapes: a message may quote data, and data must neither break a line nor
/// steer a terminal.
#[must_use]
pub fn one_line(text: &str) -> Cow<'_, str> {
    if !text.contains(char::is_control) {
        return Cow::Borrowed(text);
    }
    let mut line = String::with_capacity(text.len() + 8);
    for symbol in text.chars() {
        if symbol.is_control() { line.extend(symbol.escape_default()) } else { line.push(symbol) }
    }
    Cow::Owned(line)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::{Diagnostic, codes};
    use crate::source::{SourceId, Span};

    /// What a form prints for these diagnostics.
    pub(super) fn text(list: impl IntoIterator<Item = Diagnostic>, sources: &Sources, format: MessageFormat) -> String {
        let mut out = Vec::new();
        render(&list.into_iter().collect(), sources, format, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    /// A span over the first `needle` in a source.
    pub(super) fn find(sources: &Sources, id: SourceId, needle: &str) -> Span {
        let start = sources.get(id).unwrap().text().find(needle).unwrap();
        Span::new(id, start..start + needle.len())
    }

    #[test]
    fn the_summary_counts_errors_and_warnings_apart() {
        let mut sources = Sources::default();
        let span = Span::new(sources.add("a.yaml", "a"), 0..1);
        let error = Diagnostic::error(codes::UNKNOWN_KEY, span, "unknown key");
        let warning = Diagnostic::warning(codes::UNUSED, span, "nothing reads it");
        let of = |errors, warnings| {
            let errors = std::iter::repeat_n(error.clone(), errors);
            summary(&errors.chain(std::iter::repeat_n(warning.clone(), warnings)).collect())
        };
        assert_eq!(of(0, 0), None);
        assert_eq!(of(1, 0).as_deref(), Some("1 error"));
        assert_eq!(of(0, 1).as_deref(), Some("1 warning"));
        assert_eq!(of(3, 1).as_deref(), Some("3 errors, 1 warning"));
        assert_eq!(of(1200, 2).as_deref(), Some("1,200 errors, 2 warnings"));
    }

    #[test]
    fn counts_are_grouped_by_thousands() {
        let cases = [(0, "0"), (999, "999"), (1_000, "1,000"), (12_345, "12,345"), (123_456, "123,456")];
        for (number, text) in cases {
            assert_eq!(count(number), text);
        }
        assert_eq!(count(u64::MAX), "18,446,744,073,709,551,615");
        assert_eq!(plural(0, "record"), "0 records");
        assert_eq!(plural(1, "record"), "1 record");
    }

    #[test]
    fn a_place_in_another_store_is_left_out_of_every_form() {
        let mut other = Sources::default();
        let span = Span::new(other.add("a.yaml", "a"), 0..1);
        let one = Diagnostic::error(codes::UNUSED, span, "nothing reads it").label(span, "here");
        let formats = [MessageFormat::Human { color: false, width: 80 }, MessageFormat::Short, MessageFormat::Json];
        for format in formats {
            let text = text([one.clone()], &Sources::default(), format);
            assert!(text.contains("nothing reads it") && !text.contains("a.yaml"), "{text}");
        }
    }
}
