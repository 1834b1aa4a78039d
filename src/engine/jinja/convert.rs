//! Our values to the template engine's and back. Lists and maps are shared, not copied, on the way in.

use std::sync::Arc;

use minijinja::Value as Engine;
use minijinja::value::{Enumerator, Object, ObjectExt, ObjectRepr, ValueKind};

use crate::data::{List, Map, Text, Value};

#[derive(Debug)]
struct ListView(Arc<List>);

impl Object for ListView {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Seq
    }

    fn get_value(self: &Arc<Self>, key: &Engine) -> Option<Engine> {
        self.0.get(key.as_usize()?).map(to_engine)
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Seq(self.0.len())
    }
}

#[derive(Debug)]
struct MapView(Arc<Map>);

impl Object for MapView {
    fn get_value(self: &Arc<Self>, key: &Engine) -> Option<Engine> {
        self.get_value_by_str(key.as_str()?)
    }

    fn get_value_by_str(self: &Arc<Self>, key: &str) -> Option<Engine> {
        self.0.get(key).map(to_engine)
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        self.mapped_enumerator(|view| Box::new(view.0.keys().map(|key| Engine::from(key.as_str()))))
    }
}

/// A value as the template engine holds it.
pub(super) fn to_engine(value: &Value) -> Engine {
    match value {
        Value::Undefined => Engine::UNDEFINED,
        Value::Null => Engine::from(()),
        Value::Bool(truth) => Engine::from(*truth),
        Value::Int(number) => i64::try_from(*number).map_or_else(|_| Engine::from(*number), Engine::from),
        Value::Float(number) => Engine::from(*number),
        Value::Text(text) => Engine::from(text.as_str()),
        Value::List(items) => Engine::from_object(ListView(Arc::clone(items))),
        Value::Map(map) => Engine::from_object(MapView(Arc::clone(map))),
    }
}

/// A value of the template engine as ours.
///
/// # Errors
/// A phrase, where it is something that records cannot hold: undefined, not finite, bytes, or an object.
pub(super) fn from_engine(value: &Engine) -> Result<Value, String> {
    if let Some(view) = value.downcast_object_ref::<ListView>() {
        return Ok(Value::List(Arc::clone(&view.0)));
    }
    if let Some(view) = value.downcast_object_ref::<MapView>() {
        return Ok(Value::Map(Arc::clone(&view.0)));
    }
    match value.kind() {
        ValueKind::Undefined => Err("the value is undefined".to_owned()),
        ValueKind::None => Ok(Value::Null),
        ValueKind::Bool => Ok(Value::Bool(value.is_true())),
        ValueKind::Number => number(value),
        ValueKind::String => Ok(Value::text(value.as_str().unwrap_or_default())),
        ValueKind::Seq | ValueKind::Iterable => {
            let items = value.try_iter().map_err(|error| error.to_string())?;
            Ok(Value::list(items.map(|item| from_engine(&item)).collect::<Result<Vec<_>, _>>()?))
        }
        ValueKind::Map => {
            let keys = value.try_iter().map_err(|error| error.to_string())?;
            let entry = |key: Engine| {
                let name = key.as_str().ok_or_else(|| format!("the map key `{key}` is not text"))?;
                let item = value.get_item(&key).map_err(|error| error.to_string())?;
                Ok((Text::from(name), from_engine(&item)?))
            };
            Ok(Value::map(keys.map(entry).collect::<Result<Vec<_>, String>>()?))
        }
        kind => Err(format!("a value of kind `{kind}` cannot stand in a record")),
    }
}

fn number(value: &Engine) -> Result<Value, String> {
    if value.is_integer() {
        return i128::try_from(value.clone()).map(Value::Int).map_err(|_| format!("the integer {value} is too large"));
    }
    match f64::try_from(value.clone()) {
        Ok(number) if number.is_finite() => Ok(Value::Float(number)),
        _ => Err(format!("the number {value} is not finite")),
    }
}
