//! JSON Lines back to records: a line that is no record says so, and the next is read.

use std::io;

use super::text::{Line, Lines, endless, utf8};
use super::{Piece, Place, Take, reason};
use crate::data::Value;
use crate::json;
use crate::world::Input;

/// Reads a file. Empty lines are no records.
pub(in super::super) fn read(input: Box<dyn Input>, take: &mut Take<'_>) -> io::Result<()> {
    let mut lines = Lines::new(input);
    loop {
        match lines.next()? {
            Line::End => return Ok(()),
            Line::Endless => {
                take(Piece::Fault(Place::Line(lines.number()), endless()));
                return Ok(());
            }
            Line::Read => {}
        }
        if lines.bytes().trim_ascii().is_empty() {
            continue;
        }
        if !take(Piece::Record(Place::Line(lines.number()), record(lines.bytes()))) {
            return Ok(());
        }
    }
}

fn record(line: &[u8]) -> Result<Value, String> {
    json::read(utf8(line)?).map_err(|error| format!("not JSON: {} (column {})", reason(&error), error.column()))
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    #[test]
    fn a_bad_line_does_not_end_the_file() {
        let text = b"{\"a\": 1}\n\n{\"a\": NaN}\n{\"\xff\": 1}\n{\"a\": 1, \"a\": 2}\r\n{\"b\": 2}";
        let mut found = Vec::new();
        let mut take = |piece| {
            if let Piece::Record(Place::Line(line), record) = piece {
                found.push((
                    line,
                    record.map_err(|why| why.split(':').next().unwrap().to_owned()).map(|one| json::shown(Some(&one))),
                ));
            }
            true
        };
        read(Box::new(Cursor::new(text.to_vec())), &mut take).unwrap();
        let wrong = |why: &str| Err(why.to_owned());
        let expected = [
            (1, Ok("{\"a\":1}".to_owned())),
            (3, wrong("not JSON")),
            (4, wrong("not UTF-8 text from byte 3 of the line on")),
            (5, wrong("not JSON")),
            (6, Ok("{\"b\":2}".to_owned())),
        ];
        assert_eq!(found, expected);
    }
}
