//! The writer of every text format: a header, chunks of text, a footer.

use std::io::{self, Write};

use super::{Chunk, Content, EmitError, FileWriter};

/// A text file in the making.
pub(super) struct ByteFile {
    format: &'static str,
    sink: Box<dyn Write + Send>,
    /// How many leading bytes of the next chunk are left out: a separator that has nothing before it.
    skip: usize,
    footer: &'static str,
}

impl ByteFile {
    /// Begins a file with a header. Of the first chunk with content `skip` bytes are left out.
    pub(super) fn open(
        format: &'static str,
        sink: Box<dyn Write + Send>,
        header: &str,
        skip: usize,
        footer: &'static str,
    ) -> Result<Self, EmitError> {
        let mut file = Self { format, sink, skip, footer };
        let written = file.sink.write_all(header.as_bytes());
        file.checked(written)?;
        Ok(file)
    }

    fn write_text(&mut self, text: &str) -> Result<(), EmitError> {
        if text.is_empty() {
            return Ok(());
        }
        let skip = std::mem::take(&mut self.skip);
        let written = self.sink.write_all(text.as_bytes().get(skip..).unwrap_or_default());
        self.checked(written)
    }

    fn checked(&self, result: io::Result<()>) -> Result<(), EmitError> {
        result.map_err(|source| EmitError::Sink { format: self.format, source })
    }
}

impl FileWriter for ByteFile {
    fn write(&mut self, chunk: Chunk) -> Result<(), EmitError> {
        match chunk.0 {
            Content::Text(text) => self.write_text(&text),
            #[cfg(feature = "parquet")]
            Content::Batch(_) => Err(EmitError::Chunk { format: self.format }),
        }
    }

    fn finish(mut self: Box<Self>) -> Result<(), EmitError> {
        let written = self.sink.write_all(self.footer.as_bytes()).and_then(|()| self.sink.flush());
        self.checked(written)
    }
}
