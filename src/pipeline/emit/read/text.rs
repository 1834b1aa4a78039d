//! Lines of bytes, one at a time and none without bound.

use std::io::{self, BufRead, BufReader, Read};

/// No line is longer; what is has lost its line ends.
const MOST_BYTES: usize = 256 * 1_024 * 1_024;

/// The lines of a file.
pub(super) struct Lines<R> {
    input: BufReader<R>,
    bytes: Vec<u8>,
    /// The number of the line that was read last, from 1.
    number: u64,
}

/// A line that was read.
pub(super) enum Line {
    /// There is one.
    Read,
    /// The file ended.
    End,
    /// It is longer than any line should be.
    Endless,
}

impl<R: Read> Lines<R> {
    pub(super) fn new(input: R) -> Self {
        Self { input: BufReader::with_capacity(64 * 1_024, input), bytes: Vec::new(), number: 0 }
    }

    /// Reads a line, with its end.
    pub(super) fn next(&mut self) -> io::Result<Line> {
        self.bytes.clear();
        self.more()
    }

    /// Reads one more line behind the one in hand.
    pub(super) fn more(&mut self) -> io::Result<Line> {
        let room = (MOST_BYTES + 1).saturating_sub(self.bytes.len());
        let count = self.input.by_ref().take(room as u64).read_until(b'\n', &mut self.bytes)?;
        if count == 0 && room > 0 {
            return Ok(Line::End);
        }
        self.number += 1;
        Ok(if self.bytes.len() > MOST_BYTES { Line::Endless } else { Line::Read })
    }

    /// The bytes in hand.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The number of the line read last.
    pub(super) fn number(&self) -> u64 {
        self.number
    }
}

/// What is wrong with a line longer than any should be.
pub(super) fn endless() -> String {
    format!("a line of more than {} MiB: what follows was not read", MOST_BYTES / (1_024 * 1_024))
}

/// Bytes as text.
pub(super) fn utf8(bytes: &[u8]) -> Result<&str, String> {
    std::str::from_utf8(bytes).map_err(|error| format!("not UTF-8 text from byte {} of the line on", error.valid_up_to() + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_counted_and_joined() {
        let mut lines = Lines::new("a\nb\n\nc".as_bytes());
        assert!(matches!(lines.next().unwrap(), Line::Read));
        assert_eq!((lines.bytes(), lines.number()), (&b"a\n"[..], 1));
        lines.next().unwrap();
        lines.more().unwrap();
        assert_eq!((lines.bytes(), lines.number()), (&b"b\n\n"[..], 3));
        lines.next().unwrap();
        assert_eq!(lines.bytes(), b"c");
        assert!(matches!(lines.next().unwrap(), Line::End));
    }

    #[test]
    fn a_line_without_end_is_given_up() {
        assert!(matches!(Lines::new(io::repeat(b'x')).next().unwrap(), Line::Endless));
        assert_eq!(utf8(b"ab\xff").unwrap_err(), "not UTF-8 text from byte 3 of the line on");
    }
}
