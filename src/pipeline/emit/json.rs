//! JSON: one object that names the dataset and holds every record, one a line.
//!
//! `{"constitutional_hash": "…", "dataset": "…", "examples": [` opens the file and `]}` closes it; a dataset without a
//! constitution has no hash in it. The file is written as a stream although it is one object.

use std::io::{self, Write};

use super::byte_file::ByteFile;
use super::{Chunk, Content, EmitError, Encoder, FileWriter, Format, Head, ShapeError, read};
use crate::data::Type;
use crate::record::Record;
use crate::world::Input;

/// What stands before a record; the comma is left out before the first.
const SEPARATOR: &str = ",\n";

/// The format `json`.
pub(super) struct Json;

impl Format for Json {
    fn name(&self) -> &'static str {
        "json"
    }

    fn extension(&self) -> &'static str {
        "json"
    }

    fn describe(&self) -> &'static str {
        "one JSON object with all records under `examples`"
    }

    fn encoder(&self, head: &Head<'_>) -> Result<Box<dyn Encoder>, ShapeError> {
        let mut header = String::from("{");
        if let Some(hash) = head.constitutional_hash {
            header.push_str("\"constitutional_hash\": ");
            crate::json::write_text(hash, &mut header);
            header.push_str(", ");
        }
        header.push_str("\"dataset\": ");
        crate::json::write_text(head.dataset, &mut header);
        header.push_str(", \"examples\": [");
        Ok(Box::new(Envelope { header }))
    }

    fn read(&self, input: Box<dyn Input>, _record: Option<&Type>, take: &mut read::Take<'_>) -> io::Result<()> {
        read::json::read(input, take)
    }
}

struct Envelope {
    header: String,
}

impl Encoder for Envelope {
    fn encode(&self, records: &[Record]) -> Result<Chunk, EmitError> {
        let mut out = String::new();
        for record in records {
            out.push_str(SEPARATOR);
            crate::json::write_node(record.root(), &mut out);
        }
        Ok(Chunk(Content::Text(out)))
    }

    fn writer(&self, sink: Box<dyn Write + Send>) -> Result<Box<dyn FileWriter>, EmitError> {
        Ok(Box::new(ByteFile::open(Json.name(), sink, &self.header, ",".len(), "\n]}\n")?))
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples::{small_head, small_records, written};
    use super::*;

    #[test]
    fn the_envelope_holds_one_record_a_line() {
        let bytes = written(&Json, &small_head(), &small_records(), 1);
        let expected = "{\"constitutional_hash\": \"00ff\", \"dataset\": \"small\", \"examples\": [\n\
             {\"id\":\"a, \\\"b\\\"\",\"n\":1,\"tags\":[],\"input\":{\"share\":1.0,\"note\":\"\"}},\n\
             {\"id\":\"é\\n\",\"n\":-2,\"tags\":[\"x\",\"y\"],\"input\":{\"share\":1e21}}\n]}\n";
        assert_eq!(String::from_utf8(bytes).unwrap(), expected);
    }

    #[test]
    fn no_records_and_no_hash_are_still_an_envelope() {
        let bytes = written(&Json, &Head { constitutional_hash: None, ..small_head() }, &[], 1);
        assert_eq!(String::from_utf8(bytes).unwrap(), "{\"dataset\": \"small\", \"examples\": [\n]}\n");
    }
}
