//! Values changed at a path in dots; everything else is shared with the value as it was.

use std::sync::Arc;

use super::map::Map;
use super::value::{Text, Value};

impl Value {
    /// The same value with another at a path in dots (`incident.hours`). Maps on the way are made where there are none; what is
    /// no map gives way to one.
    #[must_use]
    pub fn with(self, path: &str, value: Self) -> Self {
        let (key, rest) = path.split_once('.').map_or((path, None), |(key, rest)| (key, Some(rest)));
        let mut map = match self {
            Self::Map(map) => Arc::unwrap_or_clone(map),
            _ => Map::default(),
        };
        let inner = match rest {
            // Taken out meanwhile, so that a map that nobody else holds is not copied.
            Some(rest) => map.insert(Text::from(key), Self::Undefined).unwrap_or_default().with(rest, value),
            None => value,
        };
        map.insert(Text::from(key), inner);
        Self::Map(Arc::new(map))
    }

    /// The same value without what stands at a path in dots; `None` where nothing does. Maps that become empty stay.
    #[must_use]
    pub fn without(&self, path: &str) -> Option<Self> {
        let Self::Map(map) = self else { return None };
        let (key, rest) = path.split_once('.').map_or((path, None), |(key, rest)| (key, Some(rest)));
        let found = map.get(key)?;
        let left = match rest {
            Some(rest) => Some(found.without(rest)?),
            None => None,
        };
        let kept = map.iter().filter_map(|(name, value)| {
            let value = if name == key { left.clone()? } else { value.clone() };
            Some((name.clone(), value))
        });
        Some(Self::map(kept))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_set_and_left_out() {
        let value = Value::default().with("a.b", Value::Int(1)).with("a.c", Value::Int(2)).with("d", Value::Int(3));
        assert_eq!(value.at("a.c"), Some(&Value::Int(2)));
        let less = value.without("a.b").unwrap();
        assert_eq!((less.at("a.b"), less.at("a.c"), less.at("d")), (None, Some(&Value::Int(2)), Some(&Value::Int(3))));
        assert_eq!(value.without("a.x"), None);
        assert_eq!(value.without("d.x"), None);
        assert_eq!(less.without("a.c").unwrap().at("a"), Some(&Value::map([])));
    }
}
