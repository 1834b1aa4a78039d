//! One dataset's files being written: one writer a format, each with the digest and the length of what it wrote.

use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};

use super::{Chunk, EmitError, Encoder, FileWriter, Format};
use crate::digest::{Digest, Hasher};
use crate::record::Record;

/// A format that a build writes, ready to encode the records of one dataset.
pub struct Target {
    /// The format.
    pub format: &'static dyn Format,
    /// Its encoder for this dataset.
    pub encoder: Box<dyn Encoder>,
}

/// Encodes a shard into every target, in their order.
///
/// # Errors
/// A value that a format cannot hold.
pub fn encode(targets: &[Target], records: &[Record]) -> Result<Vec<Chunk>, EmitError> {
    targets.iter().map(|target| target.encoder.encode(records)).collect()
}

/// A writer, and the count of what it writes.
type OpenFile = (Box<dyn FileWriter>, Arc<Mutex<Count>>);

/// The files of one dataset, open for writing.
pub struct Output {
    files: Vec<OpenFile>,
}

/// What became of one file.
pub struct Written {
    /// Length in bytes.
    pub bytes: u64,
    /// SHA-256 of the content.
    pub sha256: Digest,
}

#[derive(Default)]
struct Count {
    hasher: Hasher,
    bytes: u64,
}

/// Counts and digests what passes through.
struct Counted {
    sink: Box<dyn Write + Send>,
    count: Arc<Mutex<Count>>,
}

impl Write for Counted {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let taken = self.sink.write(bytes)?;
        let mut count = self.count.lock().unwrap_or_else(PoisonError::into_inner);
        count.hasher.update(bytes.get(..taken).unwrap_or(bytes));
        count.bytes += taken as u64;
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.sink.flush()
    }
}

impl Output {
    /// Opens a writer for every target; `sinks` are the files, in the order of the targets.
    ///
    /// # Errors
    /// When a header cannot be written.
    pub fn open(targets: &[Target], sinks: Vec<Box<dyn Write + Send>>) -> Result<Self, EmitError> {
        let mut files = Vec::with_capacity(targets.len());
        for (target, sink) in targets.iter().zip(sinks) {
            let count = Arc::new(Mutex::new(Count::default()));
            let sink = Box::new(Counted { sink, count: Arc::clone(&count) });
            files.push((target.encoder.writer(sink)?, count));
        }
        Ok(Self { files })
    }

    /// Writes the encoded shard, in the order of the targets.
    ///
    /// # Errors
    /// When a file cannot be written.
    pub fn write(&mut self, chunks: Vec<Chunk>) -> Result<(), EmitError> {
        self.files.iter_mut().zip(chunks).try_for_each(|((writer, _), chunk)| writer.write(chunk))
    }

    /// Ends every file.
    ///
    /// # Errors
    /// When a file cannot be written to its end.
    pub fn finish(self) -> Result<Vec<Written>, EmitError> {
        let mut written = Vec::with_capacity(self.files.len());
        for (writer, count) in self.files {
            writer.finish()?;
            let count = std::mem::take(&mut *count.lock().unwrap_or_else(PoisonError::into_inner));
            written.push(Written { bytes: count.bytes, sha256: count.hasher.finish() });
        }
        Ok(written)
    }
}
