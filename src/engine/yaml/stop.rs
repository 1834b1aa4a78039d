//! The text around the place where the parser stopped.
//!
//! In: a text and an offset in it. Out: the line, the token, the value and the open bracket at that place, as ranges of
//! bytes. What must hold: every range lies in the text and on character borders; nothing here decides what is wrong.

use crate::source::SourceId;

/// A range of bytes of the text.
pub(super) type Bytes = std::ops::Range<usize>;

/// A place where the parser stopped.
pub(super) struct Stop<'a> {
    pub(super) source: SourceId,
    pub(super) text: &'a str,
    /// The offset of the place.
    pub(super) at: usize,
    /// Where the innermost bracket stands that is open there.
    pub(super) open: Option<usize>,
}

impl<'a> Stop<'a> {
    /// The place `at`; `open` is the innermost open bracket that reading has seen.
    pub(super) fn new(source: SourceId, text: &'a str, at: usize, open: Option<usize>) -> Self {
        let mut stop = Self { source, text, at: floor(text, at), open };
        // The parser looks ahead: a bracket on this line may be open that reading has not seen yet.
        let line = stop.line(stop.at).start;
        stop.open = open_bracket(stop.slice(line..stop.at)).map(|bracket| line + bracket).max(open);
        stop
    }

    /// The text from a byte on.
    pub(super) fn from(&self, start: usize) -> &'a str {
        self.text.get(start..).unwrap_or("")
    }

    /// The text of some bytes.
    pub(super) fn slice(&self, bytes: Bytes) -> &'a str {
        self.text.get(bytes).unwrap_or("")
    }

    /// The line around a byte, without its break.
    pub(super) fn line(&self, at: usize) -> Bytes {
        let start = self.slice(0..at).rfind('\n').map_or(0, |newline| newline + 1);
        let end = self.from(at).find(['\n', '\r']).map_or(self.text.len(), |newline| at + newline);
        start..end
    }

    /// From `start` to the end of its line, a comment and blanks left out.
    pub(super) fn rest_of_line(&self, start: usize) -> Bytes {
        let rest = self.slice(start..self.line(start).end);
        let rest = rest.split(" #").next().unwrap_or(rest).trim_end();
        start..start + rest.len()
    }

    /// The comment behind a byte, in its line.
    pub(super) fn comment_in(&self, at: usize) -> Option<Bytes> {
        let line = self.line(at);
        let text = self.slice(line.clone());
        // What is neither quoted nor in a comment ends before the comment.
        let end = unquoted(text).last().map_or(0, |(at, character, _)| at + character.len_utf8());
        let comment = text.get(end..).filter(|rest| rest.starts_with('#'))?;
        let start = line.start + end;
        (start > at).then(|| start..start + comment.trim_end().len())
    }

    /// The first comma with no value before it, in the line of the bracket at `open` and behind it.
    pub(super) fn needless_comma(&self, open: usize) -> Option<Bytes> {
        let mut before = '[';
        let text = self.slice(open + 1..self.line(open).end);
        for (at, character) in text.char_indices().filter(|(_, character)| *character != ' ') {
            if character == ',' && matches!(before, '[' | '{' | ',') {
                return Some(open + 1 + at..open + 2 + at);
            }
            if matches!(character, '#' | '"' | '\'') {
                return None;
            }
            before = character;
        }
        None
    }

    /// The character where the parser stopped; nothing at the end of the text.
    pub(super) fn token(&self) -> Bytes {
        self.at..self.at + self.from(self.at).chars().next().filter(|c| !c.is_control()).map_or(0, char::len_utf8)
    }

    /// The value that a quote of this line opened, to where it seems to end; `None` if the quote stands further up.
    pub(super) fn quoted_value(&self, quote: char) -> Option<Bytes> {
        let line = self.line(self.at);
        let before = self.slice(line.start..self.at);
        let close = before.rfind(quote)?;
        let open = before.get(..close)?.rmatch_indices(quote).map(|(at, _)| at).find(|at| {
            let head = before.get(..*at).unwrap_or("").trim_end();
            head.is_empty() || head.ends_with([':', ',', '[', '{', '-', '?'])
        })?;
        let end = self.rest_of_line(self.at).end;
        // In brackets the value ends before whatever closes or separates.
        let stop = self.open.and_then(|_| self.slice(self.at..end).find([',', '}', ']'])).map_or(end, |at| self.at + at);
        Some(line.start + open..stop)
    }

    /// Where an unquoted `{{` stands on this line.
    pub(super) fn unquoted_braces(&self) -> Option<usize> {
        let bytes = self.line(self.at);
        let line = self.slice(bytes.clone());
        let found = unquoted(line).map(|(at, _, _)| at).find(|at| line.get(*at..).is_some_and(|rest| rest.starts_with("{{")));
        found.map(|at| bytes.start + at)
    }
}

/// The nearest character border at or below `at`.
fn floor(text: &str, at: usize) -> usize {
    let at = at.min(text.len());
    (0..=at).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

/// The characters of a line that are neither quoted nor in a comment, each with whether a value may begin there.
fn unquoted(line: &str) -> impl Iterator<Item = (usize, char, bool)> {
    let mut quote = None;
    let mut before = ':';
    let mut comment = false;
    line.char_indices().filter_map(move |(at, character)| {
        let begins = ":,[{-".contains(before);
        comment |=
            quote.is_none() && character == '#' && line.get(..at).is_some_and(|head| head.is_empty() || head.ends_with(' '));
        if comment {
            return None;
        }
        if character != ' ' {
            before = character;
        }
        match quote {
            Some(open) => {
                quote = Some(open).filter(|open| *open != character);
                None
            }
            None if begins && matches!(character, '"' | '\'') => {
                quote = Some(character);
                None
            }
            None => Some((at, character, begins)),
        }
    })
}

/// The last bracket of a line that begins a value and is still open at its end.
fn open_bracket(line: &str) -> Option<usize> {
    let mut open = Vec::new();
    for (at, character, begins) in unquoted(line) {
        match character {
            '[' | '{' if begins => open.push(at),
            ']' | '}' => drop(open.pop()),
            _ => {}
        }
    }
    open.pop()
}
