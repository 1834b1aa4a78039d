//! One JSON text with any number of records in it, read record by record.
//!
//! In: bytes as they come. Out: the records of an object with a list `examples`, of a list, or the one record that the object
//! is, each with the line that it begins in; then what stands beside `examples`. What must hold: a record is handed over before
//! the next is read, so memory does not grow with their number.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::io::{self, BufReader, Read};

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use super::read::Any;
use crate::data::{Map, Text, Value};

/// The key under which an envelope holds its records.
const RECORDS: &str = "examples";

/// What a text holds.
#[derive(Debug, PartialEq)]
pub enum Piece {
    /// A record.
    Record {
        /// The line that it begins in, from 1.
        line: u64,
        /// Its content.
        value: Value,
        /// A key that is given twice in one of its maps.
        repeated: Option<Text>,
    },
    /// What stands beside the records of an envelope: line, key and value. It comes once, after all records.
    Envelope(Vec<(u64, Text, Value)>),
}

/// Reads a text to its end, or until `take` says that it is enough.
///
/// # Errors
/// Where the text is no JSON or holds no records; what was handed over by then stands. A failure of the input is an error of
/// the category `Io`.
pub fn stream(input: impl Read, take: &mut dyn FnMut(Piece) -> bool) -> Result<(), serde_json::Error> {
    let line = Cell::new(1);
    let stopped = Cell::new(false);
    let lines = Lines { input: BufReader::new(input), line: &line };
    let mut deserializer = serde_json::Deserializer::from_reader(lines);
    let records = Records { line: &line, stopped: &stopped, take };
    let read = deserializer.deserialize_any(records).and_then(|()| deserializer.end());
    if stopped.get() { Ok(()) } else { read }
}

/// Counts the lines of what passes through. The parser takes one byte at a time and looks one ahead, so that the count is right
/// at the first byte of every value.
struct Lines<'c, R> {
    input: BufReader<R>,
    line: &'c Cell<u64>,
}

impl<R: Read> Read for Lines<'_, R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.input.read(into)?;
        let ends = into.iter().take(count).filter(|byte| **byte == b'\n').count();
        self.line.set(self.line.get() + ends as u64);
        Ok(count)
    }
}

/// The whole text, or the value of [`RECORDS`].
struct Records<'s> {
    line: &'s Cell<u64>,
    stopped: &'s Cell<bool>,
    take: &'s mut dyn FnMut(Piece) -> bool,
}

impl Records<'_> {
    fn give<E: Error>(&mut self, piece: Piece) -> Result<(), E> {
        if (self.take)(piece) {
            return Ok(());
        }
        self.stopped.set(true);
        Err(E::custom("enough"))
    }

    fn all<'de, A: SeqAccess<'de>>(&mut self, mut items: A) -> Result<(), A::Error> {
        while let Some((line, value, repeated)) = items.next_element_seed(Placed { line: self.line })? {
            self.give(Piece::Record { line, value, repeated })?;
        }
        Ok(())
    }
}

impl<'de> Visitor<'de> for Records<'_> {
    type Value = ();

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "records: an object with `{RECORDS}`, a list, or one record")
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, items: A) -> Result<(), A::Error> {
        self.all(items)
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut entries: A) -> Result<(), A::Error> {
        let begin = self.line.get();
        let mut around: Vec<(u64, Text, Value)> = Vec::new();
        let mut repeated: Option<Text> = None;
        let mut enveloped = false;
        while let Some(key) = entries.next_key::<String>()? {
            let (line, key) = (self.line.get(), Text::from(key));
            if around.iter().any(|(_, known, _)| *known == key) || (enveloped && key == RECORDS) {
                repeated.get_or_insert(key.clone());
            }
            if key == RECORDS {
                match entries.next_value_seed(List { records: &mut self })? {
                    Some((value, inner)) => {
                        repeated = repeated.or(inner);
                        around.push((line, key, value));
                    }
                    None => enveloped = true,
                }
                continue;
            }
            let (_, value, inner) = entries.next_value_seed(Placed { line: self.line })?;
            repeated = repeated.or(inner);
            around.push((line, key, value));
        }
        if !enveloped {
            let value = Value::Map(std::sync::Arc::new(around.into_iter().map(|(_, key, value)| (key, value)).collect::<Map>()));
            return self.give(Piece::Record { line: begin, value, repeated });
        }
        if let Some(key) = repeated {
            return Err(A::Error::custom(format_args!("the key `{key}` is given twice beside the records")));
        }
        self.give(Piece::Envelope(around))
    }
}

/// Any value, with the line that it begins in and a key given twice in it.
struct Placed<'s> {
    line: &'s Cell<u64>,
}

impl<'de> DeserializeSeed<'de> for Placed<'_> {
    type Value = (u64, Value, Option<Text>);

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        let line = self.line.get();
        let noted = RefCell::new(None);
        let value = Any { repeated: Some(&noted) }.deserialize(deserializer)?;
        Ok((line, value, noted.into_inner()))
    }
}

/// The value of [`RECORDS`]: a list is handed over record by record; anything else comes back.
struct List<'s, 'r> {
    records: &'r mut Records<'s>,
}

impl<'de> DeserializeSeed<'de> for List<'_, '_> {
    type Value = Option<(Value, Option<Text>)>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for List<'_, '_> {
    type Value = Option<(Value, Option<Text>)>;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a list of records")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<Self::Value, A::Error> {
        self.records.all(items).map(|()| None)
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Some((Value::Null, None)))
    }

    fn visit_bool<E>(self, truth: bool) -> Result<Self::Value, E> {
        Ok(Some((Value::Bool(truth), None)))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Self::Value, E> {
        Ok(Some((Value::Int(i128::from(number)), None)))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Self::Value, E> {
        Ok(Some((Value::Int(i128::from(number)), None)))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Self::Value, E> {
        Ok(Some((Value::Float(number), None)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Some((Value::text(text), None)))
    }

    fn visit_map<A: MapAccess<'de>>(self, entries: A) -> Result<Self::Value, A::Error> {
        let noted = RefCell::new(None);
        let value = Any { repeated: Some(&noted) }.visit_map(entries)?;
        Ok(Some((value, noted.into_inner())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The pieces of a text, and what ended it.
    fn pieces(text: &str) -> (Vec<Piece>, Option<String>) {
        let mut found = Vec::new();
        let ended = stream(text.as_bytes(), &mut |piece| {
            found.push(piece);
            true
        });
        (found, ended.err().map(|error| error.to_string()))
    }

    fn record(line: u64, text: &str) -> Piece {
        Piece::Record { line, value: super::super::read(text).unwrap(), repeated: None }
    }

    #[test]
    fn an_envelope_a_list_and_one_record_are_read() {
        let around = Piece::Envelope(vec![(2, "h".into(), Value::text("x")), (6, "n".into(), Value::Int(2))]);
        let text = "{\n \"h\": \"x\", \"examples\": [\n{\"a\": 1},\n\n {\"a\":\n2}],\"n\": 2}\n";
        assert_eq!(pieces(text), (vec![record(3, "{\"a\":1}"), record(5, "{\"a\":2}"), around], None));
        assert_eq!(pieces("[{},\n3]"), (vec![record(1, "{}"), record(2, "3")], None));
        assert_eq!(pieces("\n{\"a\": {\"b\": 1}}"), (vec![record(2, "{\"a\":{\"b\":1}}")], None));
        assert_eq!(pieces("{\"examples\": 3}"), (vec![record(1, "{\"examples\":3}")], None));
    }

    #[test]
    fn what_was_read_before_a_fault_is_handed_over() {
        let (found, fault) = pieces("[{\"a\": 1},\n{\"a\": NaN}]");
        assert_eq!(found, [record(1, "{\"a\":1}")]);
        assert!(fault.unwrap().ends_with("at line 2 column 7"));
        assert!(pieces("").1.unwrap().starts_with("EOF"));
        assert!(pieces("3").1.unwrap().contains("expected records"));
        assert!(pieces("[] []").1.unwrap().starts_with("trailing"));
    }

    #[test]
    fn a_key_given_twice_is_told_with_its_record() {
        let (found, fault) = pieces("[{\"a\": {\"b\": 1, \"b\": 2}}, {}]");
        assert!(matches!(&found[0], Piece::Record { repeated: Some(key), .. } if key == "b"), "{found:?}");
        assert_eq!((found.len(), fault), (2, None));
        assert!(pieces("{\"h\": 1, \"examples\": [], \"h\": 2}").1.unwrap().starts_with("the key `h` is given twice"));
    }

    /// Bytes without end: a reader that waits for it never comes back.
    struct Endless(u64);

    impl Read for Endless {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            let text = if self.0 == 0 { "{\"examples\": [{}".as_bytes() } else { b",\n{}" };
            self.0 += 1;
            into[..text.len()].copy_from_slice(text);
            Ok(text.len())
        }
    }

    #[test]
    fn records_come_before_the_end() {
        let mut count = 0;
        let ended = stream(Endless(0), &mut |_| {
            count += 1;
            count < 1_000
        });
        assert_eq!((ended.is_ok(), count), (true, 1_000));
    }
}
