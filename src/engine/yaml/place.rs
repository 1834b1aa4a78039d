//! From bytes of a decoded scalar back to bytes of the file.
//!
//! In: the decoded text of a scalar, its bytes in the file and its style. Out: [`Places`], which turns a range of the text
//! into a span of the file. What must hold: every span lies inside the scalar, starts and ends on character borders, and
//! later text never maps before earlier text, whatever range is asked for.

use std::ops::Range;
use std::sync::Arc;

use crate::source::{SourceId, Span};

/// The way from a decoded text back to the file; cheap to clone.
#[derive(Debug, Clone)]
pub struct Places {
    source: SourceId,
    /// Where the text begins and ends in the file, without quotes.
    start: u32,
    end: u32,
    /// How many bytes of the decoded text come before the part that is spoken of.
    skip: u32,
    /// `None` where the text is written as it reads, byte for byte.
    runs: Option<Arc<[Run]>>,
}

/// A stretch of text beside its stretch of the file. Stretches of one length run in step; of two lengths they are one
/// thing (an escape, a line fold) that is only ever pointed at as a whole.
#[derive(Debug, Clone, Copy)]
struct Run {
    text: u32,
    text_len: u32,
    file: u32,
    file_len: u32,
}

impl Run {
    /// The first byte in the file of what stands at `at`.
    fn starts(self, at: u32) -> u32 {
        let inside = at.saturating_sub(self.text).min(self.text_len);
        if self.text_len == self.file_len { self.file + inside } else { self.file }
    }

    /// One past the last byte in the file of what ends at `at`.
    fn ends(self, at: u32) -> u32 {
        let inside = at.saturating_sub(self.text).min(self.text_len);
        if self.text_len == self.file_len { self.file + inside } else { self.file + self.file_len }
    }
}

/// How a scalar is written, as far as places differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    /// Without quotes.
    Plain,
    /// `'…'`.
    Single,
    /// `"…"`.
    Double,
    /// `|` or `>`, its lines indented by so many spaces.
    Block(usize),
}

impl Places {
    /// Text that stands in the file exactly as it reads, at `span`.
    #[must_use]
    pub fn verbatim(span: Span) -> Self {
        Self { source: span.source, start: span.start, end: span.end, skip: 0, runs: None }
    }

    /// The places of `text`, which was decoded from `written` (no quotes), whose first byte is byte `start` of the file.
    pub(super) fn align(source: SourceId, start: usize, written: &str, text: &str, style: Style) -> Self {
        let whole = Self::verbatim(Span::new(source, start..start + written.len()));
        if written == text {
            return whole;
        }
        let aligner = Aligner { text, written, at: 0, from: 0, runs: Vec::new(), base: whole.start };
        let runs = match style {
            Style::Block(indent) => aligner.block(indent),
            _ => aligner.flow(style),
        };
        Self { runs: Some(runs.into()), ..whole }
    }

    /// The places of the text from byte `offset` on.
    #[must_use]
    pub fn from(&self, offset: usize) -> Self {
        Self { skip: self.skip.saturating_add(u32::try_from(offset).unwrap_or(u32::MAX)), ..self.clone() }
    }

    /// Where a range of the decoded text is written; a range beyond the text is cut to it.
    #[must_use]
    pub fn span(&self, range: Range<usize>) -> Span {
        let first = u32::try_from(range.start).unwrap_or(u32::MAX).saturating_add(self.skip);
        let last = u32::try_from(range.end).unwrap_or(u32::MAX).saturating_add(self.skip).max(first);
        let (start, end) = match &self.runs {
            None => (self.start.saturating_add(first), self.start.saturating_add(last)),
            Some(runs) => {
                let run_of = |at: u32| {
                    let position = runs.partition_point(|run| run.text <= at).saturating_sub(1);
                    runs.get(position).copied()
                };
                let start = run_of(first).map_or(self.end, |run| run.starts(first));
                let end = run_of(last.saturating_sub(1)).map_or(self.end, |run| run.ends(last));
                (start, if first == last { start } else { end })
            }
        };
        let start = start.clamp(self.start, self.end);
        Span { source: self.source, start, end: end.clamp(start, self.end) }
    }
}

/// Walks a decoded text and what was written side by side.
struct Aligner<'a> {
    text: &'a str,
    written: &'a str,
    /// How far the text is done.
    at: usize,
    /// How far what was written is done.
    from: usize,
    runs: Vec<Run>,
    /// Where what was written begins in the file.
    base: u32,
}

impl<'a> Aligner<'a> {
    /// Pairs the next bytes of the text with the next bytes of what was written.
    fn pair(&mut self, text_len: usize, file_len: usize) {
        let text_len = text_len.min(self.text.len() - self.at);
        let file_len = file_len.min(self.written.len() - self.from);
        let small = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        let run = Run {
            text: small(self.at),
            text_len: small(text_len),
            file: self.base.saturating_add(small(self.from)),
            file_len: small(file_len),
        };
        self.at += text_len;
        self.from += file_len;
        if text_len == 0 {
            return;
        }
        match self.runs.last_mut() {
            Some(last) if last.text_len == last.file_len && text_len == file_len && last.file + last.file_len == run.file => {
                last.text_len += run.text_len;
                last.file_len += run.file_len;
            }
            _ => self.runs.push(run),
        }
    }

    /// What is left of the text, as one thing.
    fn finish(mut self) -> Vec<Run> {
        self.pair(usize::MAX, usize::MAX);
        self.runs
    }

    fn rest(&self) -> &'a str {
        self.written.get(self.from..).unwrap_or("")
    }

    fn text_rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or("")
    }

    /// Plain and quoted scalars: characters, escapes and line folds.
    fn flow(mut self, style: Style) -> Vec<Run> {
        while self.from < self.written.len() {
            let blank = self.rest().len() - self.rest().trim_start_matches([' ', '\t']).len();
            let fold = fold_length(self.rest());
            if fold > 0 {
                let breaks = line_breaks(self.rest().get(..fold).unwrap_or(""));
                self.pair(if breaks == 1 { 1 } else { breaks - 1 }, fold);
            } else if blank > 0 {
                self.pair(blank, blank);
            } else if style == Style::Double && self.rest().starts_with('\\') {
                self.escape();
            } else if style == Style::Single && self.rest().starts_with("''") {
                self.pair(1, 2);
            } else {
                let length = self.rest().chars().next().map_or(1, char::len_utf8);
                self.pair(length, length);
            }
        }
        self.finish()
    }

    /// A backslash and what belongs to it.
    fn escape(&mut self) {
        let after = self.rest().get(1..).unwrap_or("");
        let fold = fold_length(after);
        if fold > 0 {
            // An escaped line end is dropped; empty lines after it are not.
            let breaks = line_breaks(after.get(..fold).unwrap_or(""));
            self.pair(breaks - 1, 1 + fold);
            return;
        }
        let length = match after.chars().next() {
            Some('x') => 4,
            Some('u') if is_high_surrogate(after) => 12,
            Some('u') => 6,
            Some('U') => 10,
            Some(other) => 1 + other.len_utf8(),
            None => 1,
        };
        let decoded = self.text_rest().chars().next().map_or(0, char::len_utf8);
        self.pair(decoded, length);
    }

    /// Block scalars: lines without their indent, and the breaks between them, folded or not.
    fn block(mut self, indent: usize) -> Vec<Run> {
        // Empty lines before the first text lie before the scalar's own bytes.
        let leading = if self.rest().starts_with(['\n', '\r']) { 0 } else { newlines(self.text) };
        self.pair(leading, 0);
        let mut line_end = 0;
        for line in self.written.split_inclusive('\n') {
            let line_start = line_end;
            line_end += line.len();
            let spaces = line.len() - line.trim_start_matches(' ').len();
            // The first line begins behind its indent.
            let skipped = if line_start == 0 { 0 } else { spaces.min(indent) };
            let body = line.get(skipped..).unwrap_or("").trim_end_matches(['\n', '\r']);
            if body.is_empty() {
                continue;
            }
            self.from = line_start + skipped;
            if !self.text_rest().starts_with(body) {
                break;
            }
            self.pair(body.len(), body.len());
            let breaks = if self.text_rest().starts_with(' ') { 1 } else { newlines(self.text_rest()) };
            self.pair(breaks, line_end - self.from);
        }
        self.finish()
    }
}

fn newlines(text: &str) -> usize {
    text.len() - text.trim_start_matches('\n').len()
}

/// The length of the blanks around one or more line breaks at the head of `text`; 0 where no break comes.
fn fold_length(text: &str) -> usize {
    if !text.trim_start_matches([' ', '\t']).starts_with(['\n', '\r']) {
        return 0;
    }
    text.len() - text.trim_start_matches([' ', '\t', '\n', '\r']).len()
}

/// How many line breaks (`\n`, `\r\n` or `\r`) a text has.
fn line_breaks(text: &str) -> usize {
    let pairs = text.matches("\r\n").count();
    text.matches(['\n', '\r']).count() - pairs
}

/// Whether `uXXXX` at the head of `text` is the first half of a pair.
fn is_high_surrogate(text: &str) -> bool {
    let code = text.get(1..5).and_then(|digits| u32::from_str_radix(digits, 16).ok());
    code.is_some_and(|code| (0xD800..0xDC00).contains(&code))
}
