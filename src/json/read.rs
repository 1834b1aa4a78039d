//! JSON text to a value: integers stay integers, keys keep their order, a key given twice is refused or told.

use std::cell::RefCell;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use crate::data::{List, Map, Text, Value};

/// Reads one JSON text (RFC 8259). Numbers without point and exponent are integers where 64 bits hold them.
///
/// # Errors
/// Where the text is no JSON, goes on after its value, or gives a key twice; with line and column.
pub fn read(text: &str) -> Result<Value, serde_json::Error> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let value = Any { repeated: None }.deserialize(&mut deserializer)?;
    deserializer.end()?;
    Ok(value)
}

/// Reads any value.
#[derive(Clone, Copy)]
pub(super) struct Any<'r> {
    /// Where to note the first key that is given twice in one map; without it such a key is refused, and ends the text.
    pub(super) repeated: Option<&'r RefCell<Option<Text>>>,
}

impl<'de> DeserializeSeed<'de> for Any<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Any<'_> {
    type Value = Value;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
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
        while let Some(item) = items.next_element_seed(self)? {
            list.push(item);
        }
        Ok(Value::list(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut map = Map::default();
        while let Some(key) = entries.next_key::<String>()? {
            let (key, value) = (Text::from(key), entries.next_value_seed(self)?);
            if map.insert(key.clone(), value).is_some() {
                self.note(key)?;
            }
        }
        Ok(Value::Map(std::sync::Arc::new(map)))
    }
}

impl Any<'_> {
    /// Notes a key that is given twice.
    ///
    /// # Errors
    /// Where there is no place for notes.
    pub(super) fn note<E: Error>(self, key: Text) -> Result<(), E> {
        match self.repeated {
            Some(noted) => {
                noted.borrow_mut().get_or_insert(key);
                Ok(())
            }
            None => Err(E::custom(format_args!("the key `{key}` is given twice"))),
        }
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
