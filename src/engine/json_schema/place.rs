//! Where things stand in a JSON text.
//!
//! In: a text that the JSON reader accepted. Out: for each JSON pointer (RFC 6901) the bytes of its key and of its value, and
//! the keys that occur twice in one object, which the reader merges without a word. Nothing here judges the text: what is not
//! JSON gives places that mean nothing.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;

/// Where one value stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    /// The quoted key in front of it, where it is a member of an object.
    pub(super) key: Option<Range<usize>>,
    /// The value itself.
    pub(super) value: Range<usize>,
}

/// The places of a whole text.
#[derive(Debug, Clone, Default)]
pub(super) struct Places {
    by_pointer: BTreeMap<String, Place>,
    /// Keys that stand a second time in one object, with their names.
    pub(super) repeated: Vec<(String, Range<usize>)>,
}

impl Places {
    /// Reads the places of a text. Depth is bounded by the reader that accepted it.
    pub(super) fn read(text: &str) -> Self {
        let mut scanner = Scanner { text, at: 0, places: Self::default() };
        scanner.value("", None);
        scanner.places
    }

    /// The place of a pointer, or of the nearest value around it.
    pub(super) fn nearest(&self, mut pointer: &str) -> Option<&Place> {
        loop {
            if let Some(place) = self.by_pointer.get(pointer) {
                return Some(place);
            }
            pointer = pointer.rsplit_once('/')?.0;
        }
    }
}

/// The parts of a pointer, with `~1` and `~0` read as `/` and `~`.
pub(super) fn parts(pointer: &str) -> impl Iterator<Item = Cow<'_, str>> {
    pointer
        .split('/')
        .skip(1)
        .map(|part| if part.contains('~') { Cow::Owned(part.replace("~1", "/").replace("~0", "~")) } else { Cow::Borrowed(part) })
}

/// The pointer of a member or an element of what stands at `parent`.
pub(super) fn child(parent: &str, part: &str) -> String {
    format!("{parent}/{}", part.replace('~', "~0").replace('/', "~1"))
}

/// The character at a one-based line and a one-based column in bytes; empty at the end of the text.
pub(super) fn at_line(text: &str, line: usize, column: usize) -> Range<usize> {
    let line_start = match line.checked_sub(2) {
        Some(breaks) => text.match_indices('\n').nth(breaks).map_or(text.len(), |(at, _)| at + 1),
        None => 0,
    };
    let start = text.floor_char_boundary(line_start + column.saturating_sub(1));
    let length = text.get(start..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
    start..start + length
}

struct Scanner<'t> {
    text: &'t str,
    at: usize,
    places: Places,
}

impl Scanner<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn skip_while(&mut self, wanted: impl Fn(u8) -> bool) {
        while self.peek().is_some_and(&wanted) {
            self.at += 1;
        }
    }

    fn space(&mut self) {
        self.skip_while(|byte| byte.is_ascii_whitespace());
    }

    fn value(&mut self, pointer: &str, key: Option<Range<usize>>) {
        self.space();
        let start = self.at;
        match self.peek() {
            Some(b'{') => self.object(pointer),
            Some(b'[') => self.array(pointer),
            Some(b'"') => self.string(),
            _ => self.skip_while(|byte| !matches!(byte, b',' | b']' | b'}') && !byte.is_ascii_whitespace()),
        }
        self.places.by_pointer.insert(pointer.to_owned(), Place { key, value: start..self.at });
    }

    /// Steps over a quoted text.
    fn string(&mut self) {
        self.at += 1;
        loop {
            match self.peek() {
                None => return,
                Some(b'"') => break,
                Some(b'\\') => self.at += 2,
                Some(_) => self.at += 1,
            }
        }
        self.at += 1;
    }

    fn object(&mut self, pointer: &str) {
        self.at += 1;
        loop {
            self.space();
            if self.peek() != Some(b'"') {
                break;
            }
            let start = self.at;
            self.string();
            let key = start..self.at;
            let quoted = self.text.get(key.clone()).unwrap_or_default();
            let name: String = serde_json::from_str(quoted).unwrap_or_default();
            let member = child(pointer, &name);
            if self.places.by_pointer.contains_key(&member) {
                self.places.repeated.push((name, key.clone()));
            }
            self.space();
            self.at += 1;
            self.value(&member, Some(key));
            self.space();
            self.skip_while(|byte| byte == b',');
        }
        self.at += 1;
    }

    fn array(&mut self, pointer: &str) {
        self.at += 1;
        let mut index = 0_usize;
        loop {
            self.space();
            if matches!(self.peek(), None | Some(b']')) {
                break;
            }
            self.value(&format!("{pointer}/{index}"), None);
            index += 1;
            self.space();
            self.skip_while(|byte| byte == b',');
        }
        self.at += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen<'t>(text: &'t str, pointer: &str) -> (&'t str, &'t str) {
        let places = Places::read(text);
        let place = places.nearest(pointer).unwrap();
        (place.key.clone().map_or("", |key| &text[key]), &text[place.value.clone()])
    }

    #[test]
    fn every_pointer_leads_to_its_key_and_value() {
        let text = r#" {"a": {"b/c": [1, {"~": "x\"}"}], "é\u00e9": -1.5e3}, "": [] } "#;
        assert_eq!(seen(text, "/a/b~1c/0"), ("", "1"));
        assert_eq!(seen(text, "/a/b~1c/1/~0"), (r#""~""#, r#""x\"}""#));
        assert_eq!(seen(text, "/a/éé"), (r#""é\u00e9""#, "-1.5e3"));
        assert_eq!(seen(text, "/"), (r#""""#, "[]"));
        assert_eq!(seen(text, "").1, text.trim());
    }

    #[test]
    fn a_pointer_into_nothing_gives_what_stands_around_it() {
        assert_eq!(seen(r#"{"a": {"b": 1}}"#, "/a/c/d"), (r#""a""#, r#"{"b": 1}"#));
    }

    #[test]
    fn a_key_written_twice_is_told() {
        let text = r#"{"a": 1, "b": {"a": 2, "\u0061": 3}}"#;
        let repeated = Places::read(text).repeated;
        assert_eq!(repeated.len(), 1);
        assert_eq!(&text[repeated[0].1.clone()], r#""\u0061""#);
    }

    #[test]
    fn parts_and_children_escape_and_unescape() {
        assert_eq!(child("/x", "a/b~c"), "/x/a~1b~0c");
        assert_eq!(parts("/x/a~1b~0c").collect::<Vec<_>>(), ["x", "a/b~c"]);
        assert_eq!(parts("/~01").collect::<Vec<_>>(), ["~1"]);
        assert_eq!(parts("").count(), 0);
    }

    #[test]
    fn lines_and_byte_columns_lead_to_one_character() {
        let text = "{\n \"é\": x\n}";
        assert_eq!(&text[at_line(text, 1, 1)], "{");
        assert_eq!(&text[at_line(text, 2, 8)], "x");
        assert_eq!(at_line(text, 9, 9), text.len()..text.len());
    }
}
