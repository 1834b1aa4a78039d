//! Parquet: nested columns, compressed with zstd, one row group each 16,384 records.
//!
//! Chunks of any length come in; the library gets batches of exactly [`BATCH_ROWS`] rows, because it looks at page and dictionary
//! limits after each batch and so batch ends reach the bytes. Every setting that reaches the bytes is stated here, defaults included.
//! Maps are groups and lists are lists; an absent value reads back as null; whatever has no fixed columns is text whose field
//! carries `dictum.encoding=json` in the Arrow schema. The metadata of the file name the dataset.

use std::io::{self, Write};
use std::sync::Arc;

use ::parquet::arrow::ArrowWriter;
use ::parquet::basic::{Compression, ZstdLevel};
use ::parquet::errors::ParquetError;
use ::parquet::file::metadata::KeyValue;
use ::parquet::file::properties::{EnabledStatistics, WriterProperties, WriterVersion};
use arrow::array::RecordBatch;
use arrow::compute::concat_batches;
use arrow::datatypes::SchemaRef;
use arrow::error::ArrowError;

use super::arrays::{Rows, schema_of};
use super::columns::{self, Column};
use super::{Chunk, Content, EmitError, Encoder, FileWriter, Format, Head, ShapeError, read};
use crate::data::Type;
use crate::record::Record;
use crate::world::Input;

/// Rows that the library takes at a time. Part of the byte contract.
const BATCH_ROWS: usize = 1_024;
/// Rows of a row group: what a writer holds at most. Part of the byte contract.
const ROW_GROUP_ROWS: usize = 16 * BATCH_ROWS;
/// Bytes of a page and of a dictionary, at which they are closed: what a column holds before it is compressed.
const PAGE_BYTES: usize = 256 * 1_024;
const ZSTD_LEVEL: i32 = 3;
/// Bytes to which the least and greatest values of a page or column are cut.
const STATISTICS_BYTES: usize = 64;

/// The format `parquet`.
pub(super) struct Parquet;

impl Format for Parquet {
    fn name(&self) -> &'static str {
        "parquet"
    }

    fn extension(&self) -> &'static str {
        "parquet"
    }

    fn has_columns(&self) -> bool {
        true
    }

    fn describe(&self) -> &'static str {
        "nested columns, compressed with zstd"
    }

    fn encoder(&self, head: &Head<'_>) -> Result<Box<dyn Encoder>, ShapeError> {
        let columns = columns::columns_of(self.name(), head.record)?;
        let schema = Arc::new(schema_of(&columns));
        let metadata = [
            ("dictum.dataset", Some(head.dataset)),
            ("dictum.title", head.title),
            ("dictum.constitutional_hash", head.constitutional_hash),
        ];
        let metadata = metadata.into_iter().filter_map(|(key, value)| Some(KeyValue::new(key.to_owned(), value?.to_owned())));
        Ok(Box::new(Batches { columns, schema, metadata: metadata.collect() }))
    }

    fn read(&self, input: Box<dyn Input>, record: Option<&Type>, take: &mut read::Take<'_>) -> io::Result<()> {
        read::parquet::read(input, record, take)
    }
}

struct Batches {
    columns: Vec<Column>,
    schema: SchemaRef,
    metadata: Vec<KeyValue>,
}

impl Batches {
    fn properties(&self) -> Result<WriterProperties, ParquetError> {
        Ok(WriterProperties::builder()
            .set_writer_version(WriterVersion::PARQUET_1_0)
            .set_created_by("dictum".to_owned())
            .set_key_value_metadata(Some(self.metadata.clone()))
            .set_compression(Compression::ZSTD(ZstdLevel::try_new(ZSTD_LEVEL)?))
            .set_max_row_group_row_count(Some(ROW_GROUP_ROWS))
            .set_max_row_group_bytes(None)
            .set_write_batch_size(BATCH_ROWS)
            .set_data_page_size_limit(PAGE_BYTES)
            .set_data_page_row_count_limit(ROW_GROUP_ROWS)
            .set_dictionary_enabled(true)
            .set_dictionary_page_size_limit(PAGE_BYTES)
            .set_statistics_enabled(EnabledStatistics::Page)
            .set_statistics_truncate_length(Some(STATISTICS_BYTES))
            .set_column_index_truncate_length(Some(STATISTICS_BYTES))
            .set_offset_index_disabled(false)
            .set_bloom_filter_enabled(false)
            .set_coerce_types(false)
            .build())
    }
}

impl Encoder for Batches {
    fn encode(&self, records: &[Record]) -> Result<Chunk, EmitError> {
        let mut rows = Rows::new(&self.columns);
        columns::for_each(records, |entries| rows.append(entries))?;
        Ok(Chunk(Content::Batch(rows.finish(&self.schema)?)))
    }

    fn writer(&self, sink: Box<dyn Write + Send>) -> Result<Box<dyn FileWriter>, EmitError> {
        let file = ArrowWriter::try_new(sink, Arc::clone(&self.schema), Some(self.properties()?))?;
        Ok(Box::new(ParquetFile { file, schema: Arc::clone(&self.schema), pending: Vec::new(), rows: 0 }))
    }
}

/// A Parquet file in the making.
struct ParquetFile {
    file: ArrowWriter<Box<dyn Write + Send>>,
    schema: SchemaRef,
    /// Pieces of the batch in hand, and how many rows they have together (fewer than [`BATCH_ROWS`]).
    pending: Vec<RecordBatch>,
    rows: usize,
}

impl ParquetFile {
    fn write_pending(&mut self) -> Result<(), EmitError> {
        let batch = concat_batches(&self.schema, &self.pending)?;
        self.pending.clear();
        self.rows = 0;
        Ok(self.file.write(&batch)?)
    }
}

impl FileWriter for ParquetFile {
    fn write(&mut self, chunk: Chunk) -> Result<(), EmitError> {
        let Content::Batch(mut rest) = chunk.0 else { return Err(EmitError::Chunk { format: Parquet.name() }) };
        while rest.num_rows() > 0 {
            let taken = rest.num_rows().min(BATCH_ROWS - self.rows);
            self.pending.push(rest.slice(0, taken));
            self.rows += taken;
            rest = rest.slice(taken, rest.num_rows() - taken);
            if self.rows == BATCH_ROWS {
                self.write_pending()?;
            }
        }
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> Result<(), EmitError> {
        if self.rows > 0 {
            self.write_pending()?;
        }
        self.file.close()?;
        Ok(())
    }
}

impl From<ParquetError> for EmitError {
    /// The library wraps what the sink said, which is no fault of the encoding.
    fn from(source: ParquetError) -> Self {
        let format = Parquet.name();
        match source {
            ParquetError::External(cause) => match cause.downcast::<io::Error>() {
                Ok(source) => Self::Sink { format, source: *source },
                Err(source) => Self::Encoding { format, source },
            },
            source => Self::Encoding { format, source: Box::new(source) },
        }
    }
}

impl From<ArrowError> for EmitError {
    fn from(source: ArrowError) -> Self {
        Self::Encoding { format: Parquet.name(), source: Box::new(source) }
    }
}
