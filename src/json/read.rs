//! JSON text to a value: integers stay integers, keys keep their order, a key given twice is refused.

use serde::Deserialize;
use serde::de::{Deserializer, Error, MapAccess, SeqAccess, Visitor};

use crate::data::{List, Map, Text, Value};

/// Reads one JSON text (RFC 8259). Numbers without point and exponent are integers where 64 bits hold them.
///
/// # Errors
/// Where the text is no JSON, goes on after its value, or gives a key twice; with line and column.
pub fn read(text: &str) -> Result<Value, serde_json::Error> {
    serde_json::from_str::<Read>(text).map(|read| read.0)
}

struct Read(Value);

impl<'de> Deserialize<'de> for Read {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ReadVisitor).map(Self)
    }
}

struct ReadVisitor;

impl<'de> Visitor<'de> for ReadVisitor {
    type Value = Value;

    fn expecting(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, truth: bool) -> Result<Value, E> {
        Ok(Value::Bool(truth))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Value, E> {
        Ok(Value::Int(i128::from(number)))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Value, E> {
        Ok(Value::Int(i128::from(number)))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Value, E> {
        Ok(Value::Float(number))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(Value::text(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = List::new();
        while let Some(item) = items.next_element::<Read>()? {
            list.push(item.0);
        }
        Ok(Value::list(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut map = Map::default();
        while let Some((key, value)) = entries.next_entry::<String, Read>()? {
            let key = Text::from(key);
            if map.insert(key.clone(), value.0).is_some() {
                return Err(A::Error::custom(format_args!("the key `{key}` is given twice")));
            }
        }
        Ok(Value::Map(std::sync::Arc::new(map)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::write_node;
    use crate::record::Node;

    #[test]
    fn what_is_written_is_read_back() {
        for text in ["null", "[true,-1,1.0,18446744073709551615,1e21]", r#"{"b":"é\n","a":{"c":[]}}"#] {
            let mut again = String::new();
            write_node(Node::of(&read(text).unwrap()), &mut again);
            assert_eq!(again, text);
        }
    }

    #[test]
    fn a_key_given_twice_is_refused() {
        let told = read("{\"a\": 1, \"a\": 2}").unwrap_err().to_string();
        assert!(told.starts_with("the key `a` is given twice at line 1"), "{told}");
        assert!(read("1 2").is_err());
    }
}
