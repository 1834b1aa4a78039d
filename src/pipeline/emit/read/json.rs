//! JSON back to records: our envelope, that of others, a list of records, or one record.

use std::io;

use super::{Piece, Place, Take, reason};
use crate::json;
use crate::world::Input;

/// Reads a file; where its JSON ends too early, the records before that were taken.
pub(in super::super) fn read(input: Box<dyn Input>, take: &mut Take<'_>) -> io::Result<()> {
    let mut enough = false;
    let mut give = |piece: Piece| {
        enough = !take(piece);
        !enough
    };
    let read = json::stream(input, &mut |piece| match piece {
        json::Piece::Record { line, value, repeated } => {
            let record = repeated.map_or(Ok(value), |key| Err(format!("the key `{key}` is given twice")));
            give(Piece::Record(Place::Line(line), record))
        }
        json::Piece::Envelope(entries) => {
            let mut go_on = true;
            for (line, key, value) in entries {
                go_on = go_on && give(Piece::Around(Place::Line(line), key, value));
            }
            go_on && give(Piece::Envelope)
        }
    });
    match read {
        Err(error) if error.is_io() => Err(error.into()),
        Err(error) if !enough => {
            take(Piece::Fault(Place::Line(error.line() as u64), format!("not JSON of records: {}", reason(&error))));
            Ok(())
        }
        _ => Ok(()),
    }
}
