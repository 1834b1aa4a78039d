//! Four encodings of one truth: the files of a build, read back by other people's readers, hold the same values.
//!
//! In: a spec whose records hold what formats get wrong. Out: one digest, whichever file is read. Absent and null are one here,
//! because a format with fixed columns has only one word for both; that JSON tells them apart is checked on its own.

use std::collections::BTreeMap;
use std::io::Write as _;

use arrow::array::{Array, AsArray};
use arrow::datatypes::{DataType, Field, Float64Type, Int64Type, UInt64Type};
use dictum::digest::Digest;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use serde_json::{Map, Value, json};

use super::workbench::{built, request, world};

const SPEC: &str = r#"
dictum: 1
dataset: awkward
size: 300
context:
  big: {int: 18446744073709551600..18446744073709551615}
  small: {int: -9223372036854775808..-9223372036854775800}
  either: {int: -3..3}
  number: [1.0, 1e21, -0.5, 0.1, 1e-7, 123456789012345680.0]
  grid: {float: -1..1, digits: 2}
  truth: {bool: 0.5}
  nothing: {pick: [{give: null}, {give: 7}]}
  text: ["", "NO", "2024-01-01", "2024-01-01T00:00:00Z", "1.0", "true", "null", "~", " lead", "a,b", "\"q\"", "line\nline", "cr\r\n", "tab\t", "é漢🦀", "\u0001", "[]", "{}", "0x1F", "1e3", "=1+1"]
  words: {sample: ["NO", "", "a,b", "漢"], count: 0..3}
  points: {each: words, as: w, object: {word: {give: "{{ w }}"}, n: {int: 0..9}, now_and_then: {int: 0..9, when: truth}}}
  sometimes: {int: 0..99, when: truth}
  seldom: {pick: ["x", "y z"], when: either == 3}
  by_word: {each: words, as: w, key: "{{ w }}", int: 0..9}
  deep: {give: {inner: {flag: "{{ truth }}", list: "{{ words }}"}, label: "{{ text }}"}}
record:
  input: {context: "{{ context }}"}
  optional: {$when: truth, $give: {n: "{{ either }}", t: "é, {{ either }}"}}
  empty: {$each: words, $as: w, $where: w == 'NO', $give: "{{ w }}"}
"#;

/// The columns of the CSV file that hold text: the others hold JSON.
const TEXT_COLUMNS: [&str; 5] = ["id", "input.context.text", "input.context.seldom", "input.context.deep.label", "optional.t"];
/// Those of them that are never absent, so that nothing between two commas is empty text.
const NEVER_ABSENT: [&str; 3] = ["id", "input.context.text", "input.context.deep.label"];

/// A map that is always there, even where none of its columns has a value.
const ALWAYS_THERE: &str = "input.context.by_word";

/// The same record with absent and null as one.
pub(super) fn settled(value: &Value) -> Value {
    match value {
        Value::Object(map) => {
            let kept = map.iter().filter(|(_, value)| !value.is_null());
            let mut kept: Vec<_> = kept.map(|(key, value)| (key.clone(), settled(value))).collect();
            kept.sort_by(|one, other| one.0.cmp(&other.0));
            Value::Object(kept.into_iter().collect())
        }
        Value::Array(items) => Value::Array(items.iter().map(settled).collect()),
        other => other.clone(),
    }
}

fn digest(records: &[Value]) -> Digest {
    let lines: Vec<String> = records.iter().map(|record| settled(record).to_string()).collect();
    Digest::of(lines.join("\n").as_bytes())
}

pub(super) fn read_jsonl(bytes: &[u8]) -> Vec<Value> {
    std::str::from_utf8(bytes).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

pub(super) fn read_json(bytes: &[u8]) -> Vec<Value> {
    let file: Value = serde_json::from_slice(bytes).unwrap();
    file["examples"].as_array().unwrap().clone()
}

/// Puts a value at a path of keys in dots.
pub(super) fn put(map: &mut Map<String, Value>, path: &str, value: Value) {
    match path.split_once('.') {
        Some((key, rest)) => {
            let inner = map.entry(key.to_owned()).or_insert_with(|| json!({}));
            put(inner.as_object_mut().unwrap(), rest, value);
        }
        None => drop(map.insert(path.to_owned(), value)),
    }
}

fn read_csv(bytes: &[u8]) -> Vec<Value> {
    let mut reader = csv::Reader::from_reader(bytes);
    let header = reader.headers().unwrap().clone();
    let record = |line: csv::Result<csv::StringRecord>| {
        let mut record = Map::new();
        put(&mut record, ALWAYS_THERE, json!({}));
        for (column, field) in header.iter().zip(&line.unwrap()) {
            let text = TEXT_COLUMNS.contains(&column);
            if field.is_empty() && !NEVER_ABSENT.contains(&column) {
                continue;
            }
            let value =
                if text { json!(field) } else { serde_json::from_str(field).unwrap_or_else(|_| panic!("{column}: {field}")) };
            put(&mut record, column, value);
        }
        Value::Object(record)
    };
    reader.records().map(record).collect()
}

pub(super) fn read_parquet(bytes: &[u8]) -> Vec<Value> {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(bytes).unwrap();
    let mut records = Vec::new();
    for batch in ParquetRecordBatchReaderBuilder::try_new(file).unwrap().build().unwrap() {
        let batch = batch.unwrap();
        let schema = batch.schema();
        for row in 0..batch.num_rows() {
            let columns = schema.fields().iter().zip(batch.columns());
            records.push(columns.map(|(field, array)| (field.name().clone(), cell(field, array.as_ref(), row))).collect());
        }
    }
    records
}

fn cell(field: &Field, array: &dyn Array, row: usize) -> Value {
    if array.is_null(row) {
        return Value::Null;
    }
    match field.data_type() {
        DataType::Utf8 => {
            let text = array.as_string::<i32>().value(row);
            let is_json = field.metadata().get("dictum.encoding").is_some_and(|encoding| encoding == "json");
            if is_json { serde_json::from_str(text).unwrap() } else { json!(text) }
        }
        DataType::Boolean => json!(array.as_boolean().value(row)),
        DataType::Int64 => json!(array.as_primitive::<Int64Type>().value(row)),
        DataType::UInt64 => json!(array.as_primitive::<UInt64Type>().value(row)),
        DataType::Float64 => json!(array.as_primitive::<Float64Type>().value(row)),
        DataType::List(element) => {
            let items = array.as_list::<i32>().value(row);
            (0..items.len()).map(|at| cell(element, items.as_ref(), at)).collect()
        }
        DataType::Struct(fields) => {
            let columns = fields.iter().zip(array.as_struct().columns());
            columns.map(|(field, array)| (field.name().clone(), cell(field, array.as_ref(), row))).collect()
        }
        other => panic!("unexpected column of {other}"),
    }
}

fn files() -> BTreeMap<String, Vec<u8>> {
    built(&world([("scenarios/awkward.yaml", SPEC)]), request())
}

fn file<'f>(files: &'f BTreeMap<String, Vec<u8>>, format: &str) -> &'f [u8] {
    &files[&format!("{format}/data/awkward/train-00000-of-00001.{format}")]
}

#[test]
fn every_file_reads_back_as_the_same_values() {
    let files = files();
    let read = [
        ("jsonl", read_jsonl(file(&files, "jsonl"))),
        ("json", read_json(file(&files, "json"))),
        ("csv", read_csv(file(&files, "csv"))),
        ("parquet", read_parquet(file(&files, "parquet"))),
    ];
    let (_, expected) = &read[0];
    assert_eq!(expected.len(), 300);
    for (format, found) in &read {
        for (found, expected) in found.iter().zip(expected) {
            assert_eq!(settled(found), settled(expected), "{format}");
        }
        assert_eq!(digest(found), digest(expected), "{format}");
    }
}

#[test]
fn the_records_hold_what_formats_get_wrong() {
    let files = files();
    let text = std::str::from_utf8(file(&files, "jsonl")).unwrap();
    let parts = [
        "\"big\":18446744073709551615",
        "\"small\":-9223372036854775808",
        "\"number\":1.0,",
        "\"number\":1e21,",
        "\"nothing\":null",
        "\"text\":\"\",",
        "\"text\":\"NO\"",
        "\"text\":\"2024-01-01\"",
        "\"text\":\"é漢🦀\"",
        "\"words\":[]",
        "\"points\":[{\"word\":",
        "\"empty\":[]",
        "\"text\":\"line\\nline\"",
        "\"by_word\":{}",
        "\"text\":\"\\u0001\"",
    ];
    for part in parts {
        assert!(text.contains(part), "no {part} in\n{}", text.lines().take(3).collect::<Vec<_>>().join("\n"));
    }
    let records = read_jsonl(text.as_bytes());
    for key in ["/optional", "/input/context/sometimes", "/input/context/seldom"] {
        let there = records.iter().filter(|record| record.pointer(key).is_some()).count();
        assert!(there > 0 && there < records.len(), "{key} is sometimes absent");
    }
    // Absent is not null.
    assert!(records.iter().all(|record| record.pointer("/input/context/sometimes").is_none_or(|value| !value.is_null())));
    assert!(records.iter().all(|record| record.pointer("/input/context/nothing").is_some()));
}
