//! Files to records, the way back of each format.
//!
//! An open file comes in; its records go out one by one, each with its place, in the order of the file, and with them whatever is
//! wrong with the file as a whole. Ours and those of others are read alike. What must hold: a record is handed over before the
//! next is read, and no reader holds more than a line, a row group or a record; what a record holds of a file with fixed columns
//! is what was written, but that null and absent are one there: an empty field is absent where the type says that it may be.

pub(super) mod csv;
pub(super) mod json;
pub(super) mod lines;
#[cfg(feature = "parquet")]
mod unwind;
#[cfg(feature = "parquet")]
pub(super) mod parquet;
mod text;

use crate::data::{Text, Value};

/// Where something stands in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// A line, from 1.
    Line(u64),
    /// A row of a file without lines, from 1.
    Row(u64),
    /// The file as a whole.
    File,
}

/// What a file holds.
#[derive(Debug)]
pub enum Piece {
    /// A record, or why what stands there is none.
    Record(Place, Result<Value, String>),
    /// An entry beside the records, in an envelope of JSON.
    Around(Place, Text, Value),
    /// That all entries beside the records were told.
    Envelope,
    /// Something wrong with the file as a whole.
    Fault(Place, String),
}

/// Takes the pieces of a file; false where that is enough.
pub type Take<'t> = dyn FnMut(Piece) -> bool + 't;

/// What an author is told of a text that is no JSON; the place is told apart.
fn reason(error: &serde_json::Error) -> String {
    let whole = error.to_string();
    whole.rsplit_once(" at line ").map_or(whole.as_str(), |(reason, _)| reason).to_owned()
}
