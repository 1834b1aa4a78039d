//! Values of the language to values of the policy engine, and back.

use std::collections::BTreeMap;

use regorus::{Rc, Value as Rego};

use super::Fault;
use crate::data::{Map, Text, Value};
use crate::diag::codes;

/// A value as the engine takes it. What is absent in a map is left out.
pub(super) fn to_rego(value: &Value) -> Rego {
    match value {
        Value::Undefined => Rego::Undefined,
        Value::Null => Rego::Null,
        Value::Bool(truth) => Rego::Bool(*truth),
        Value::Int(number) => i64::try_from(*number).map_or_else(|_| Rego::from(*number), Rego::from),
        Value::Float(number) => Rego::from(*number),
        Value::Text(text) => Rego::String(Rc::from(text.as_str())),
        Value::List(items) => Rego::from(items.iter().map(to_rego).collect::<Vec<_>>()),
        Value::Map(map) => {
            let there = map.iter().filter(|(_, value)| !value.is_undefined());
            let entries = there.map(|(key, value)| (Rego::String(Rc::from(key.as_str())), to_rego(value)));
            Rego::from(entries.collect::<BTreeMap<_, _>>())
        }
    }
}

/// A value of the engine: a set is a list in the engine's order, an undefined value is absent.
///
/// # Errors
/// For keys that are no text, and numbers beyond 128 bits.
pub(super) fn from_rego(value: &Rego) -> Result<Value, Fault> {
    Ok(match value {
        Rego::Undefined => Value::Undefined,
        Rego::Null => Value::Null,
        Rego::Bool(truth) => Value::Bool(*truth),
        Rego::Number(number) => match (number.as_i128(), number.as_f64()) {
            (Some(whole), _) => Value::Int(whole),
            (None, Some(float)) if float.is_finite() => Value::Float(float),
            _ => return Err(odd(format!("a rule gives the number {}, which no record can hold", number.format_decimal()))),
        },
        Rego::String(text) => Value::Text(Text::from(&**text)),
        Rego::Array(items) => Value::list(items.iter().map(from_rego).collect::<Result<Vec<_>, _>>()?),
        Rego::Set(items) => Value::list(items.iter().map(from_rego).collect::<Result<Vec<_>, _>>()?),
        Rego::Object(fields) => {
            let mut map = Map::with_capacity(fields.len());
            for (key, value) in fields.iter() {
                let Rego::String(key) = key else {
                    return Err(odd("a rule gives an object with keys that are no text".to_owned()));
                };
                map.insert(Text::from(&**key), from_rego(value)?);
            }
            Value::Map(map.into())
        }
    })
}

fn odd(message: String) -> Fault {
    Fault::new(codes::POLICY_RESULT, message)
}
