//! Records and sinks for the tests of the formats.

use std::io::{self, Write};
use std::sync::{Arc, LazyLock, Mutex};

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

use super::{EmitError, Format, Head};
use crate::data::{Field, Fields, Map, Type, Value};
use crate::record::Record;

/// A sink whose bytes outlive it.
#[derive(Clone, Default)]
pub(super) struct Shared(pub(super) Arc<Mutex<Vec<u8>>>);

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Writes a whole file whose records are encoded `chunk` at a time.
pub(super) fn write_to(
    sink: Box<dyn Write + Send>,
    format: &dyn Format,
    head: &Head<'_>,
    records: &[Record],
    chunk: usize,
) -> Result<(), EmitError> {
    let encoder = format.encoder(head).unwrap();
    let mut writer = encoder.writer(sink)?;
    for records in records.chunks(chunk) {
        writer.write(encoder.encode(records)?)?;
    }
    writer.write(encoder.encode(&[])?)?;
    writer.finish()
}

/// A whole file whose records were encoded `chunk` at a time.
pub(super) fn written(format: &dyn Format, head: &Head<'_>, records: &[Record], chunk: usize) -> Vec<u8> {
    let sink = Shared::default();
    write_to(Box::new(sink.clone()), format, head, records, chunk).unwrap();
    let bytes = sink.0.lock().unwrap();
    bytes.clone()
}

/// A map type from (name, type, optional).
pub(super) fn fields(all: Vec<(&str, Type, bool)>) -> Type {
    let known = all.into_iter().map(|(name, ty, optional)| (name.into(), Field { ty, optional }));
    Type::of_fields(Fields { known: known.collect(), rest: None })
}

static SMALL: LazyLock<Type> = LazyLock::new(|| {
    let input = fields(vec![("share", Type::float(), false), ("note", Type::any_text(), true)]);
    let tags = Type::list_of(Type::any_text());
    fields(vec![("id", Type::any_text(), false), ("n", Type::int(), false), ("tags", tags, false), ("input", input, false)])
});

/// The head of [`small_records`].
pub(super) fn small_head() -> Head<'static> {
    Head { dataset: "small", title: Some("Small"), constitutional_hash: Some("00ff"), record: &SMALL }
}

/// Two records for golden bytes.
pub(super) fn small_records() -> Vec<Record> {
    records(&[
        r#"{"id": "a, \"b\"", "n": 1, "tags": [], "input": {"share": 1.0, "note": ""}}"#,
        r#"{"id": "é\n", "n": -2, "tags": ["x", "y"], "input": {"share": 1e21}}"#,
    ])
}

/// Records from JSON text.
pub(super) fn records(all: &[&str]) -> Vec<Record> {
    all.iter().zip(0..).map(|(text, index)| Record { index, scenario: 0, value: parse(text) }).collect()
}

/// The type of [`awkward_records`]: every kind of column, and every way of being absent.
pub(super) static AWKWARD: LazyLock<Type> = LazyLock::new(|| {
    let step = fields(vec![("id", Type::any_text(), false), ("n", Type::int(), true)]);
    let deep = fields(vec![("x", Type::bool(), true), ("y", Type::any_text(), true)]);
    let context = fields(vec![("user_role", Type::any_text(), false), ("deep", deep, false)]);
    let marked = fields(vec![("x", Type::int_range(0, 9), false), ("l", Type::list_of(Type::int()), true)]);
    let unmarked = fields(vec![("y", Type::int(), true)]);
    fields(vec![
        ("id", Type::any_text(), false),
        ("big", Type::int_range(0, u64::MAX.into()), false),
        ("signed", Type::int(), false),
        ("share", Type::float(), false),
        ("number", Type::number(), false),
        ("flag", Type::bool(), true),
        ("word", Type::any_text(), false),
        ("maybe", Type::any_text().join(&Type::null()), true),
        ("nothing", Type::null(), true),
        ("tags", Type::list_of(Type::any_text()), false),
        ("steps", Type::list_of(step), true),
        ("matrix", Type::list_of(Type::list_of(Type::int().join(&Type::null()))), true),
        ("input", fields(vec![("context", context, false)]), false),
        ("extra", Type::map_to(Type::int()), false),
        ("any", Type::any(), true),
        ("anys", Type::list_of(Type::any()), true),
        ("mixed", Type::int().join(&Type::any_text()), false),
        ("hollow", Type::map_of::<&str>([]), true),
        ("marked", marked, true),
        ("unmarked", unmarked, true),
    ])
});

/// The head of [`awkward_records`].
pub(super) fn awkward_head() -> Head<'static> {
    Head { dataset: "awkward", title: None, constitutional_hash: Some("cafe"), record: &AWKWARD }
}

/// Records whose values formats like to change.
pub(super) fn awkward_records() -> Vec<Record> {
    records(&[
        r#"{"id": "1", "big": 18446744073709551615, "signed": -1, "share": 1.0, "number": 1, "flag": true, "word": "2024-01-01",
            "maybe": null, "nothing": null, "tags": [], "steps": [{"id": "a", "n": 1}, {"id": ""}], "matrix": [[1, null], []],
            "input": {"context": {"user_role": "nurse", "deep": {"x": false, "y": ""}}}, "extra": {"b": 1, "a": -2},
            "any": {"k": [1, 1.0, "1", true]}, "anys": [1, "a, \"b\"", {"x": []}, 2.5], "mixed": "1", "hollow": {},
            "marked": {"x": 0, "l": [9223372036854775807, -9223372036854775808]}, "unmarked": {"y": 1}}"#,
        r#"{"id": "2", "big": 0, "signed": 9223372036854775807, "share": 1e21, "number": 1.5, "word": "NO", "tags": [""],
            "input": {"context": {"user_role": "", "deep": {}}}, "extra": {}, "mixed": 1}"#,
        r#"{"id": "3", "big": 9223372036854775808, "signed": -9223372036854775808, "share": -0.0, "number": -9007199254740992,
            "flag": false, "word": "", "maybe": "", "tags": ["a,b", "\"", "line\nline\r\n", "ü 日本 🦀\u0000"], "steps": [],
            "matrix": [], "input": {"context": {"user_role": "a \"b\", c\r\n", "deep": {"x": true}}}, "extra": {"ключ": 3},
            "any": "null", "anys": [], "mixed": "", "unmarked": {}, "marked": {"x": 9}}"#,
        r#"{"id": "null", "big": 7, "signed": 0, "share": 5e-324, "number": 0.1, "word": " true ", "maybe": "null",
            "tags": ["null", "1.0", "{}"], "input": {"context": {"user_role": "🧑‍⚕️", "deep": {"y": "\t\\"}}}, "extra": {"a.b": 0},
            "any": [], "mixed": "a\nb", "marked": {"x": 1, "l": []}}"#,
    ])
}

/// The awkward records over and over until there are `count`, each with a long text of its own, so that pages and dictionaries
/// reach their limits.
pub(super) fn many(count: u64) -> Vec<Record> {
    let few = awkward_records();
    let record = |index: u64| {
        let mut map = few[usize::try_from(index).unwrap() % few.len()].value.as_map().unwrap().clone();
        map.insert("word".into(), Value::text(format!("record {index} ").repeat(1 + usize::try_from(index % 40).unwrap())));
        Record { index, scenario: 0, value: Value::Map(Arc::new(map)) }
    };
    (0..count).map(record).collect()
}

/// A value as an independent JSON reader sees it.
struct Parsed(Value);

struct AnyValue;

impl<'de> Visitor<'de> for AnyValue {
    type Value = Parsed;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Parsed, E> {
        Ok(Parsed(Value::Null))
    }

    fn visit_bool<E>(self, truth: bool) -> Result<Parsed, E> {
        Ok(Parsed(Value::Bool(truth)))
    }

    fn visit_i64<E>(self, int: i64) -> Result<Parsed, E> {
        Ok(Parsed(Value::Int(int.into())))
    }

    fn visit_u64<E>(self, int: u64) -> Result<Parsed, E> {
        Ok(Parsed(Value::Int(int.into())))
    }

    fn visit_f64<E>(self, float: f64) -> Result<Parsed, E> {
        Ok(Parsed(Value::Float(float)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Parsed, E> {
        Ok(Parsed(Value::text(text)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Parsed, A::Error> {
        let mut items = Vec::new();
        while let Some(Parsed(item)) = list.next_element()? {
            items.push(item);
        }
        Ok(Parsed(Value::list(items)))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Parsed, A::Error> {
        let mut entries = Map::default();
        while let Some((key, Parsed(value))) = map.next_entry::<String, Parsed>()? {
            assert!(entries.insert(key.into(), value).is_none(), "a key stands twice");
        }
        Ok(Parsed(Value::Map(Arc::new(entries))))
    }
}

impl<'de> Deserialize<'de> for Parsed {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(AnyValue)
    }
}

/// The value of some JSON text, by an independent reader.
pub(super) fn parse(json: &str) -> Value {
    serde_json::from_str::<Parsed>(json).unwrap().0
}
