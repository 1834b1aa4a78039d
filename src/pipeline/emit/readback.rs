//! Tests across formats: awkward records are written to each, read back, and compared. (`tests/suite/formats.rs` reads with other
//! people's readers.)

use std::io::{self, Cursor, Write};

use super::read::Piece;
use super::samples::{AWKWARD, awkward_head, awkward_records, fields, many, records, write_to, written};
use super::{FORMATS, Format, Head, format};
use crate::data::{Type, Value};
use crate::json::write_canonical;
use crate::record::Node;

/// One form for all formats: absent and null are one, and a number column holds floats.
fn settled(record: &Value) -> String {
    let present = drop_nulls(record);
    let entries = present.as_map().unwrap().iter().map(|(key, value)| match (key.as_str(), value.as_float()) {
        ("number", Some(float)) => (key.clone(), Value::Float(float)),
        _ => (key.clone(), value.clone()),
    });
    let mut out = String::new();
    write_canonical(Node::of(&Value::map(entries)), &mut out);
    out
}

fn drop_nulls(value: &Value) -> Value {
    match value {
        Value::Map(map) => {
            let kept = map.iter().filter(|(_, value)| *value != Value::Null);
            Value::map(kept.map(|(key, value)| (key.clone(), drop_nulls(value))))
        }
        Value::List(items) => Value::list(items.iter().map(drop_nulls)),
        other => other.clone(),
    }
}

/// The records of a file, by the reader of its format.
fn read(format: &dyn Format, bytes: &[u8], ty: &Type) -> Vec<Value> {
    let mut records = Vec::new();
    let mut take = |piece| {
        match piece {
            Piece::Record(_, record) => records.push(record.unwrap()),
            Piece::Around(..) | Piece::Envelope => {}
            Piece::Fault(place, why) => panic!("{place:?}: {why}"),
        }
        true
    };
    format.read(Box::new(Cursor::new(bytes.to_vec())), Some(ty), &mut take).unwrap();
    records
}

#[test]
fn every_format_reads_back_as_the_same_values() {
    let records = awkward_records();
    let expected: Vec<_> = records.iter().map(|record| settled(&record.value)).collect();
    for format in FORMATS {
        let bytes = written(*format, &awkward_head(), &records, 3);
        let found: Vec<_> = read(*format, &bytes, &AWKWARD).iter().map(settled).collect();
        assert_eq!(found, expected, "{}", format.name());
    }
}

#[test]
fn what_may_be_absent_reads_back_as_absent_and_everything_else_as_null() {
    let ty = fields(vec![
        ("id", Type::any_text(), false),
        ("always", Type::int().join(&Type::null()), false),
        ("maybe", Type::int(), true),
        ("count", Type::number(), false),
        ("list", Type::list_of(Type::int().join(&Type::null())), false),
    ]);
    let head = Head { record: &ty, ..awkward_head() };
    let few = records(&[r#"{"id": "a", "always": null, "count": 2, "list": [null]}"#]);
    for format in FORMATS {
        let found = read(*format, &written(*format, &head, &few, 1), &ty);
        assert_eq!(found, [few[0].value.clone()], "{}", format.name());
    }
}

#[test]
fn json_tells_absent_from_null() {
    let records = awkward_records();
    for name in ["json", "jsonl"] {
        let format = format(name).unwrap();
        let found = read(format, &written(format, &awkward_head(), &records, 3), &AWKWARD);
        assert!(found.iter().eq(records.iter().map(|record| &record.value)));
    }
}

#[test]
fn chunks_do_not_reach_the_bytes() {
    let records = many(2_500);
    for format in FORMATS {
        let whole = written(*format, &awkward_head(), &records, 2_500);
        for chunk in [1, 7, 1_000, 1_024] {
            assert!(written(*format, &awkward_head(), &records, chunk) == whole, "{} by {chunk}", format.name());
        }
    }
}

#[test]
fn a_closed_pipe_is_recognised() {
    struct Closed;
    impl Write for Closed {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::BrokenPipe.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    for format in FORMATS {
        let error = write_to(Box::new(Closed), *format, &awkward_head(), &awkward_records(), 1).unwrap_err();
        assert!(error.is_closed_pipe(), "{}: {error:?}", format.name());
    }
}

#[test]
fn formats_are_found_by_name() {
    for one in FORMATS {
        assert_eq!(format(one.name()).unwrap().extension(), one.extension());
    }
    assert!(format("xml").is_none());
}

#[cfg(feature = "parquet")]
mod parquet_files {
    use super::super::EmitError;
    use super::super::samples::{Shared, small_head, small_records};
    use super::*;
    use crate::digest::Digest;
    use ::parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

    fn open(bytes: &[u8]) -> ParquetRecordBatchReaderBuilder<std::fs::File> {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(bytes).unwrap();
        ParquetRecordBatchReaderBuilder::try_new(file).unwrap()
    }

    fn error(ty: Type, json: &str) -> String {
        let ty = fields(vec![("a", fields(vec![("b", Type::list_of(ty), false)]), false)]);
        let head = Head { record: &ty, ..awkward_head() };
        let records = records(&[json]);
        let encoder = format("parquet").unwrap().encoder(&head).unwrap();
        encoder.encode(&records).unwrap_err().to_string()
    }

    #[test]
    fn a_number_that_does_not_fit_is_named() {
        let beyond = r#"{"a": {"b": [1, 18446744073709551615]}}"#;
        assert_eq!(
            error(Type::int(), beyond),
            "record 0, field `a.b.1`: expected an integer of 64 bits with sign, found 18446744073709551615"
        );
        assert!(error(Type::number(), r#"{"a": {"b": [9007199254740993]}}"#).ends_with("found 9007199254740993"));
        let unsigned = Type::int_range(0, u64::MAX.into());
        assert!(error(unsigned, r#"{"a": {"b": [-1]}}"#).contains("64 bits without sign, found -1"));
    }

    #[test]
    fn a_row_group_has_16384_records_and_the_file_names_its_dataset() {
        let few = small_records();
        let records: Vec<_> = few.iter().cycle().take(16_385).cloned().collect();
        let reader = open(&written(format("parquet").unwrap(), &small_head(), &records, 5_000));
        let metadata = reader.metadata();
        let rows: Vec<_> = metadata.row_groups().iter().map(parquet::file::metadata::RowGroupMetaData::num_rows).collect();
        assert_eq!(rows, [16_384, 1]);
        let file = metadata.file_metadata();
        assert_eq!(file.created_by(), Some("dictum"));
        let said = |key: &str| file.key_value_metadata().unwrap().iter().find(|pair| pair.key == key).unwrap().value.clone();
        assert_eq!(said("dictum.dataset").as_deref(), Some("small"));
        assert_eq!(said("dictum.title").as_deref(), Some("Small"));
        assert_eq!(said("dictum.constitutional_hash").as_deref(), Some("00ff"));
    }

    #[test]
    fn no_records_are_a_file_with_columns() {
        let bytes = written(format("parquet").unwrap(), &awkward_head(), &[], 1);
        assert_eq!(open(&bytes).schema().fields().len(), AWKWARD.map.as_ref().unwrap().known.len());
        assert!(read(format("parquet").unwrap(), &bytes, &AWKWARD).is_empty());
    }

    /// When this fails after an upgrade of `arrow`, `parquet` or zstd, the upgrade changes what users built: a format epoch.
    #[test]
    fn the_bytes_are_those_of_this_format_epoch() {
        let bytes = written(format("parquet").unwrap(), &awkward_head(), &many(3_000), 1_000);
        assert_eq!(Digest::of(&bytes).to_string(), "683ab127888835e9107b355e71cbf9de65cb3e75918bc044c41166dbe071db07");
    }

    #[test]
    fn chunks_of_another_format_are_refused() {
        let (text, columns) = (format("jsonl").unwrap(), format("parquet").unwrap());
        for (one, other) in [(text, columns), (columns, text)] {
            let chunk = one.encoder(&awkward_head()).unwrap().encode(&awkward_records()).unwrap();
            let mut writer = other.encoder(&awkward_head()).unwrap().writer(Box::new(Shared::default())).unwrap();
            assert!(matches!(writer.write(chunk), Err(EmitError::Chunk { .. })));
        }
    }
}
