//! What can go wrong between a verified record and its file.

use std::error::Error;
use std::io;

/// A record type that a format cannot hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{format} cannot hold `{path}`: {reason}")]
pub struct ShapeError {
    /// The format.
    pub format: &'static str,
    /// The field, its keys joined by dots; `record` where it is the whole record.
    pub path: String,
    /// Why not.
    pub reason: String,
}

/// A file that could not be written.
#[derive(Debug, thiserror::Error)]
pub enum EmitError {
    /// The sink failed.
    #[error("writing {format} failed")]
    Sink {
        /// The format of the file.
        format: &'static str,
        /// What the sink said.
        #[source]
        source: io::Error,
    },
    /// The library of a binary format failed.
    #[error("encoding {format} failed")]
    Encoding {
        /// The format of the file.
        format: &'static str,
        /// What the library said.
        #[source]
        source: Box<dyn Error + Send + Sync>,
    },
    /// A value does not fit its column.
    #[error("record {record}, field `{path}`: expected {expected}, found {found}")]
    Value {
        /// The index of the record in its dataset.
        record: u64,
        /// The field, keys and indices joined by dots.
        path: String,
        /// What the column holds.
        expected: &'static str,
        /// What the record holds.
        found: String,
    },
    /// A writer got a chunk of another format.
    #[error("expected a chunk of {format}, found one of another format")]
    Chunk {
        /// The format of the writer.
        format: &'static str,
    },
}

impl EmitError {
    /// Whether the reader of a pipe went away, which is no fault where output goes to one.
    #[must_use]
    pub fn is_closed_pipe(&self) -> bool {
        let mut cause: Option<&(dyn Error + 'static)> = Some(self);
        while let Some(error) = cause {
            if error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe) {
                return true;
            }
            cause = error.source();
        }
        false
    }
}
