//! Tests across formats: awkward records are written to each, read back by independent readers, and compared.

use std::collections::BTreeMap;
use std::io::{self, Write};

use super::samples::{AWKWARD, awkward_head, awkward_records, many, parse, write_to, written};
use super::{FORMATS, Format, format};
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

/// Lines of fields; a field is its text and whether it stood in quotes.
fn csv_lines(text: &str) -> Vec<Vec<(String, bool)>> {
    let (mut lines, mut line, mut field, mut was_quoted, mut inside) = (Vec::new(), Vec::new(), String::new(), false, false);
    let mut chars = text.chars().peekable();
    while let Some(next) = chars.next() {
        match next {
            '"' if inside && chars.peek() == Some(&'"') => field.extend(chars.next()),
            '"' => (inside, was_quoted) = (!inside, true),
            ',' | '\n' if !inside => {
                line.push((std::mem::take(&mut field), std::mem::take(&mut was_quoted)));
                if next == '\n' {
                    lines.push(std::mem::take(&mut line));
                }
            }
            _ => field.push(next),
        }
    }
    assert!(line.is_empty() && field.is_empty());
    lines
}

fn csv_value(ty: &Type, optional: bool, name: &str, cells: &BTreeMap<&str, &(String, bool)>) -> Option<Value> {
    if let Some((text, was_quoted)) = cells.get(name) {
        let is_text = Type { null: false, ..ty.clone() }.is_text();
        return match text.as_str() {
            "" if !was_quoted => None,
            _ if is_text => Some(Value::text(text)),
            json => Some(parse(json)),
        };
    }
    let known = &ty.map.as_ref().unwrap().known;
    let inner = known.iter().map(|(key, field)| {
        let name = if name.is_empty() { key.to_string() } else { format!("{name}.{key}") };
        (key.clone(), csv_value(&field.ty, field.optional, &name, cells).unwrap_or(Value::Null))
    });
    let inner: Vec<_> = inner.collect();
    let is_there = !optional || inner.iter().any(|(_, value)| *value != Value::Null);
    is_there.then(|| Value::map(inner))
}

fn read_csv(bytes: &[u8], ty: &Type) -> Vec<Value> {
    let lines = csv_lines(std::str::from_utf8(bytes).unwrap());
    let mut crate_reader = csv::ReaderBuilder::new().has_headers(false).from_reader(bytes);
    for (line, theirs) in lines.iter().zip(crate_reader.records()) {
        assert!(theirs.unwrap().iter().eq(line.iter().map(|(text, _)| text.as_str())));
    }
    let (header, rows) = lines.split_first().unwrap();
    let cells = |row| header.iter().map(|(name, _)| name.as_str()).zip(row).collect();
    rows.iter().map(|row| csv_value(ty, false, "", &cells(row)).unwrap()).collect()
}

#[cfg(feature = "parquet")]
mod columnar {
    use arrow::array::{Array, AsArray};
    use arrow::datatypes::{DataType, Float64Type, Int64Type, UInt64Type};
    use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

    use super::super::arrays::JSON_COLUMN;
    use super::*;

    pub(super) fn open(bytes: &[u8]) -> ParquetRecordBatchReaderBuilder<std::fs::File> {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(bytes).unwrap();
        ParquetRecordBatchReaderBuilder::try_new(file).unwrap()
    }

    pub(super) fn read(bytes: &[u8]) -> Vec<Value> {
        let mut records = Vec::new();
        for batch in open(bytes).build().unwrap() {
            let batch = batch.unwrap();
            let schema = batch.schema();
            for row in 0..batch.num_rows() {
                let columns = schema.fields().iter().zip(batch.columns());
                records.push(Value::map(
                    columns.map(|(field, array)| (field.name().as_str().into(), value(field, array.as_ref(), row))),
                ));
            }
        }
        records
    }

    fn value(field: &arrow::datatypes::Field, array: &dyn Array, row: usize) -> Value {
        if array.is_null(row) {
            return Value::Null;
        }
        let is_json = field.metadata().get(JSON_COLUMN.0).is_some_and(|value| value.as_str() == JSON_COLUMN.1);
        match field.data_type() {
            DataType::Utf8 if is_json => parse(array.as_string::<i32>().value(row)),
            DataType::Utf8 => Value::text(array.as_string::<i32>().value(row)),
            DataType::Boolean => Value::Bool(array.as_boolean().value(row)),
            DataType::Int64 => Value::Int(array.as_primitive::<Int64Type>().value(row).into()),
            DataType::UInt64 => Value::Int(array.as_primitive::<UInt64Type>().value(row).into()),
            DataType::Float64 => Value::Float(array.as_primitive::<Float64Type>().value(row)),
            DataType::List(element) => {
                let items = array.as_list::<i32>().value(row);
                Value::list((0..items.len()).map(|at| value(element, items.as_ref(), at)))
            }
            DataType::Struct(fields) => {
                let columns = fields.iter().zip(array.as_struct().columns());
                Value::map(columns.map(|(field, array)| (field.name().as_str().into(), value(field, array.as_ref(), row))))
            }
            other => panic!("unexpected column of {other}"),
        }
    }
}

fn read(format: &dyn Format, bytes: &[u8], ty: &Type) -> Vec<Value> {
    match format.name() {
        "json" => {
            let file = parse(std::str::from_utf8(bytes).unwrap());
            file.at("examples").unwrap().as_list().unwrap().to_vec()
        }
        "jsonl" => std::str::from_utf8(bytes).unwrap().lines().map(parse).collect(),
        "csv" => read_csv(bytes, ty),
        #[cfg(feature = "parquet")]
        "parquet" => columnar::read(bytes),
        other => panic!("no reader for {other}"),
    }
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
    use super::super::samples::{Shared, fields, records, small_head, small_records};
    use super::super::{EmitError, Head};
    use super::*;
    use crate::digest::Digest;

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
        let reader = columnar::open(&written(format("parquet").unwrap(), &small_head(), &records, 5_000));
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
        assert_eq!(columnar::open(&bytes).schema().fields().len(), AWKWARD.map.as_ref().unwrap().known.len());
        assert!(columnar::read(&bytes).is_empty());
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
