//! Bytes of a text and the positions that editors count.
//!
//! In: a text and an [`Encoding`] that was agreed on. Out: line and character of a byte, and back. What must hold: lines end with
//! `\n`, `\r\n` or `\r`; a position beyond a line is its end, one beyond the text the end of the text; and a byte offset always
//! lies on the border of a character.

use std::ops::Range;

use lsp_types::{Position, PositionEncodingKind, Range as Area};

/// What a character of a position counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Encoding {
    /// Bytes.
    Utf8,
    /// Code units of UTF-16: what every editor understands.
    Utf16,
    /// Characters.
    Utf32,
}

impl Encoding {
    /// The cheapest of those that an editor offers.
    pub(super) fn of(offered: Option<&[PositionEncodingKind]>) -> Self {
        let offered = offered.unwrap_or_default();
        let known = [(PositionEncodingKind::UTF8, Self::Utf8), (PositionEncodingKind::UTF32, Self::Utf32)];
        known.into_iter().find(|(kind, _)| offered.contains(kind)).map_or(Self::Utf16, |(_, encoding)| encoding)
    }

    /// Its name in the protocol.
    pub(super) fn kind(self) -> PositionEncodingKind {
        match self {
            Self::Utf8 => PositionEncodingKind::UTF8,
            Self::Utf16 => PositionEncodingKind::UTF16,
            Self::Utf32 => PositionEncodingKind::UTF32,
        }
    }

    fn width(self, character: char) -> usize {
        match self {
            Self::Utf8 => character.len_utf8(),
            Self::Utf16 => character.len_utf16(),
            Self::Utf32 => 1,
        }
    }
}

/// Where the lines of a text begin and end.
pub(super) struct Lines<'t> {
    text: &'t str,
    starts: Vec<usize>,
    encoding: Encoding,
}

impl<'t> Lines<'t> {
    pub(super) fn new(text: &'t str, encoding: Encoding) -> Self {
        let bytes = text.as_bytes();
        let ends = |(at, byte): (usize, &u8)| match byte {
            b'\n' => Some(at + 1),
            b'\r' if bytes.get(at + 1) != Some(&b'\n') => Some(at + 1),
            _ => None,
        };
        let starts = std::iter::once(0).chain(bytes.iter().enumerate().filter_map(ends)).collect();
        Self { text, starts, encoding }
    }

    /// The text of a line without its end.
    fn line(&self, at: usize) -> Option<(usize, &'t str)> {
        let start = *self.starts.get(at)?;
        let end = self.starts.get(at + 1).copied().unwrap_or(self.text.len());
        Some((start, self.text.get(start..end)?.trim_end_matches(['\n', '\r'])))
    }

    /// The byte of a position.
    pub(super) fn offset(&self, position: Position) -> usize {
        let Some((start, line)) = self.line(position.line as usize) else { return self.text.len() };
        let mut left = position.character as usize;
        for (at, character) in line.char_indices() {
            let width = self.encoding.width(character);
            // A position inside a character is its beginning.
            if left < width {
                return start + at;
            }
            left -= width;
        }
        start + line.len()
    }

    /// The position of a byte.
    pub(super) fn position(&self, offset: usize) -> Position {
        let offset = self.text.floor_char_boundary(offset.min(self.text.len()));
        let line = self.starts.partition_point(|start| *start <= offset).saturating_sub(1);
        let start = self.starts.get(line).copied().unwrap_or(0);
        let head = self.text.get(start..offset).unwrap_or_default();
        let character: usize = head.chars().map(|one| self.encoding.width(one)).sum();
        Position::new(u32::try_from(line).unwrap_or(u32::MAX), u32::try_from(character).unwrap_or(u32::MAX))
    }

    /// The positions of a range of bytes.
    pub(super) fn area(&self, range: &Range<usize>) -> Area {
        Area::new(self.position(range.start), self.position(range.end))
    }

    /// The bytes between two positions, in order whichever comes first.
    pub(super) fn range(&self, area: Area) -> Range<usize> {
        let (one, other) = (self.offset(area.start), self.offset(area.end));
        one.min(other)..one.max(other)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "a: ü😀x\r\nb: é\n\rend";

    fn position(line: u32, character: u32) -> Position {
        Position::new(line, character)
    }

    #[test]
    fn characters_count_as_agreed() {
        let x = TEXT.find('x').unwrap();
        for (encoding, character) in [(Encoding::Utf8, 9), (Encoding::Utf16, 6), (Encoding::Utf32, 5)] {
            let lines = Lines::new(TEXT, encoding);
            assert_eq!(lines.position(x), position(0, character), "{encoding:?}");
            assert_eq!(lines.offset(position(0, character)), x, "{encoding:?}");
        }
    }

    #[test]
    fn lines_end_in_every_way() {
        let lines = Lines::new(TEXT, Encoding::Utf16);
        assert_eq!(lines.position(TEXT.find("b:").unwrap()), position(1, 0));
        assert_eq!(lines.position(TEXT.find("end").unwrap()), position(3, 0));
        assert_eq!(lines.offset(position(2, 0)), TEXT.find("\rend").unwrap());
        assert_eq!(lines.position(TEXT.len()), position(3, 3));
    }

    #[test]
    fn positions_beyond_and_inside_are_mended() {
        let lines = Lines::new(TEXT, Encoding::Utf16);
        assert_eq!(lines.offset(position(0, 99)), TEXT.find('\r').unwrap());
        assert_eq!(lines.offset(position(99, 0)), TEXT.len());
        // Between the two halves of the face.
        assert_eq!(lines.offset(position(0, 5)), TEXT.find('😀').unwrap());
        assert_eq!(lines.position(TEXT.find('😀').unwrap() + 2), position(0, 4));
        assert_eq!(lines.range(Area::new(position(1, 1), position(0, 0))), 0..TEXT.find("b:").unwrap() + 1);
    }

    #[test]
    fn every_border_comes_back() {
        for encoding in [Encoding::Utf8, Encoding::Utf16, Encoding::Utf32] {
            let lines = Lines::new(TEXT, encoding);
            // The end of a line that is `\r\n` is one place.
            for (at, _) in TEXT.char_indices().filter(|(at, _)| !TEXT[..*at].ends_with("x\r")) {
                assert_eq!(lines.offset(lines.position(at)), at, "{encoding:?} {at}");
            }
        }
    }

    #[test]
    fn bytes_are_taken_where_they_are_offered() {
        let offered = [PositionEncodingKind::UTF16, PositionEncodingKind::UTF32, PositionEncodingKind::UTF8];
        assert_eq!(Encoding::of(Some(&offered)), Encoding::Utf8);
        assert_eq!(Encoding::of(Some(&offered[..1])), Encoding::Utf16);
        assert_eq!(Encoding::of(None), Encoding::Utf16);
    }
}
