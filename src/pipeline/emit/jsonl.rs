//! JSON Lines: one record a line, each line a compact JSON object that ends in LF.

use std::io::{self, Write};

use super::byte_file::ByteFile;
use super::{Chunk, Content, EmitError, Encoder, FileWriter, Format, Head, ShapeError, read};
use crate::data::Type;
use crate::json;
use crate::record::Record;
use crate::world::Input;

/// The format `jsonl`.
pub(super) struct JsonLines;

impl Format for JsonLines {
    fn name(&self) -> &'static str {
        "jsonl"
    }

    fn extension(&self) -> &'static str {
        "jsonl"
    }

    fn describe(&self) -> &'static str {
        "one JSON object a line"
    }

    fn encoder(&self, _head: &Head<'_>) -> Result<Box<dyn Encoder>, ShapeError> {
        Ok(Box::new(Lines))
    }

    fn read(&self, input: Box<dyn Input>, _record: Option<&Type>, take: &mut read::Take<'_>) -> io::Result<()> {
        read::lines::read(input, take)
    }
}

struct Lines;

impl Encoder for Lines {
    fn encode(&self, records: &[Record]) -> Result<Chunk, EmitError> {
        let mut out = String::new();
        for record in records {
            json::write_node(record.root(), &mut out);
            out.push('\n');
        }
        Ok(Chunk(Content::Text(out)))
    }

    fn writer(&self, sink: Box<dyn Write + Send>) -> Result<Box<dyn FileWriter>, EmitError> {
        Ok(Box::new(ByteFile::open(JsonLines.name(), sink, "", 0, "")?))
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples::{small_head, small_records, written};
    use super::*;

    #[test]
    fn one_record_a_line() {
        let bytes = written(&JsonLines, &small_head(), &small_records(), 1);
        let expected = "{\"id\":\"a, \\\"b\\\"\",\"n\":1,\"tags\":[],\"input\":{\"share\":1.0,\"note\":\"\"}}\n\
             {\"id\":\"é\\n\",\"n\":-2,\"tags\":[\"x\",\"y\"],\"input\":{\"share\":1e21}}\n";
        assert_eq!(String::from_utf8(bytes).unwrap(), expected);
    }
}
