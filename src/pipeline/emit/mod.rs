//! Records to files, one file a format; [`read`] is the way back.
//!
//! Verified records come in; JSON, JSONL, CSV and Parquet go out, with the same values in each. An [`Encoder`] turns any run of
//! records into a [`Chunk`] and may be called from many threads; a [`FileWriter`] takes the chunks in record order on one.
//! What must hold: the bytes of a file depend on its head and its sequence of records alone, never on how the records were cut
//! into chunks, and no writer holds more than one row group. A value that a format cannot hold is an error, never a silent change.

mod error;
pub mod output;
pub mod read;
mod byte_file;
#[cfg_attr(not(feature = "parquet"), expect(dead_code, reason = "only nested columns need ranges and elements"))]
mod columns;
#[cfg(feature = "parquet")]
mod arrays;
mod json;
mod jsonl;
mod csv;
#[cfg(feature = "parquet")]
mod parquet;
#[cfg(test)]
mod samples;
#[cfg(test)]
mod readback;

use std::io::{self, Write};

use crate::data::Type;
use crate::record::Record;
use crate::world::Input;
pub use error::{EmitError, ShapeError};

/// What a file says of the dataset whose records it holds.
#[derive(Debug, Clone, Copy)]
pub struct Head<'a> {
    /// The name of the dataset.
    pub dataset: &'a str,
    /// Its title in words.
    pub title: Option<&'a str>,
    /// The hash of the constitution that its records follow.
    pub constitutional_hash: Option<&'a str>,
    /// The type of every record: formats with fixed columns take theirs from it.
    pub record: &'a Type,
}

/// One output format. Adding one is adding a file and a line in [`FORMATS`].
pub trait Format: Sync {
    /// The name by which it is asked for.
    fn name(&self) -> &'static str;

    /// The extension of its files, without the dot.
    fn extension(&self) -> &'static str;

    /// Whether its columns are fixed: absent and null are one there, and whole floats and integers may be.
    fn has_columns(&self) -> bool {
        false
    }

    /// What it holds, in one phrase for help texts.
    fn describe(&self) -> &'static str;

    /// Prepares the encoding of records of one type.
    ///
    /// # Errors
    /// The first field that this format cannot hold.
    fn encoder(&self, head: &Head<'_>) -> Result<Box<dyn Encoder>, ShapeError>;

    /// Reads a file of this format back, piece by piece; `record` is the type of its records where that is known. Whatever is
    /// wrong with the file is a piece, too.
    ///
    /// # Errors
    /// An input that cannot be read.
    fn read(&self, input: Box<dyn Input>, record: Option<&Type>, take: &mut read::Take<'_>) -> io::Result<()>;
}

/// The encoding of one dataset in one format.
pub trait Encoder: Send + Sync {
    /// Encodes a run of records of any length.
    ///
    /// # Errors
    /// The first value that does not fit the format.
    fn encode(&self, records: &[Record]) -> Result<Chunk, EmitError>;

    /// Begins a file that takes the chunks of this encoder. The sink needs no buffer of its own.
    ///
    /// # Errors
    /// A sink that does not take the head of the file.
    fn writer(&self, sink: Box<dyn Write + Send>) -> Result<Box<dyn FileWriter>, EmitError>;
}

/// A file in the making.
pub trait FileWriter: Send {
    /// Adds the chunk that is next in record order.
    ///
    /// # Errors
    /// A sink that fails, or a chunk of another format.
    fn write(&mut self, chunk: Chunk) -> Result<(), EmitError>;

    /// Completes the file and flushes the sink; without it the file is not whole.
    ///
    /// # Errors
    /// A sink that fails.
    fn finish(self: Box<Self>) -> Result<(), EmitError>;
}

/// A run of encoded records. Only the writers of the same format can open it.
#[derive(Debug)]
pub struct Chunk(Content);

/// What a chunk holds.
#[derive(Debug)]
enum Content {
    /// Text as it stands in the file.
    Text(String),
    /// Columns that the file still compresses.
    #[cfg(feature = "parquet")]
    Batch(arrow::array::RecordBatch),
}

/// Every format, in the order in which help texts list them.
pub const FORMATS: &[&dyn Format] = &[
    &json::Json,
    &jsonl::JsonLines,
    &csv::Csv,
    #[cfg(feature = "parquet")]
    &parquet::Parquet,
];

/// The format of that name.
#[must_use]
pub fn format(name: &str) -> Option<&'static dyn Format> {
    FORMATS.iter().copied().find(|format| format.name() == name)
}
