//! Elements under keys: the map that `key` makes of a loop, and the maps inside maps that `path` makes.
//!
//! Where the key is the loop's own word, what is known of an element is known word by word: `{each: fields, as: f, key: "{{ f }}",
//! given: f, cases: {name: …, age: …}}` is a map of a text and a number.

use std::sync::Arc;

use crate::data::{Field, Fields, Map, Text, Type, Value};
use crate::diag::{Diagnostic, codes};
use crate::program::Fault;
use crate::source::Span;

/// What is known of the elements by key; `None` where their keys are not known.
pub(super) type Known = Option<Vec<(Text, Type)>>;

/// The type of a map with such elements, each of which may be missing.
pub(super) fn flat(known: Known, element: &Type) -> Type {
    let Some(known) = known else { return Type::map_to(element.clone()) };
    let field = |(key, ty)| (key, Field { ty, optional: true });
    Type::of_fields(Fields { known: known.into_iter().map(field).collect(), rest: None })
}

/// The type of maps inside maps in which such elements stand at paths, each of which may be missing.
pub(super) fn nested(known: Known) -> Type {
    let Some(known) = known else { return Type::map_to(Type::any()) };
    let mut root = Fields::default();
    for (path, ty) in &known {
        insert(&mut root, path, ty);
    }
    Type::of_fields(root)
}

fn insert(fields: &mut Fields, path: &str, element: &Type) {
    let (key, rest) = path.split_once('.').map_or((path, None), |(key, rest)| (key, Some(rest)));
    let field = fields.known.entry(Text::from(key)).or_insert_with(|| Field { ty: Type::never(), optional: true });
    match rest {
        None => field.ty = std::mem::take(&mut field.ty).join(element),
        Some(rest) => {
            let mut inner = field.ty.map.take().map(Arc::unwrap_or_clone).unwrap_or_default();
            insert(&mut inner, rest, element);
            field.ty.map = Some(Arc::new(inner));
        }
    }
}

/// Puts values at paths in dots into maps inside maps.
///
/// # Errors
/// A path that runs through a value, or ends where others go on.
pub(super) fn unfold(flat: &Map, span: Span) -> Result<Value, Fault> {
    let mut whole = Value::map([]);
    for (path, value) in flat {
        let around = path.rsplit_once('.').map(|(around, _)| around);
        let blocked = whole.at(path).is_some() || around.is_some_and(|around| !open(&whole, around));
        if blocked {
            let message = format!("`path` gives `{path}` beside a path that it runs through");
            return Err(Box::new(Diagnostic::error(codes::DUPLICATE_KEY, span, message)));
        }
        whole = whole.with(path, value.clone());
    }
    Ok(whole)
}

/// Whether all that stands on the way to a path is a map.
fn open(whole: &Value, path: &str) -> bool {
    let mut found = whole;
    for key in path.split('.') {
        match found.as_map().map(|map| map.get(key)) {
            Some(Some(inner)) => found = inner,
            Some(None) => return true,
            None => return false,
        }
    }
    found.as_map().is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flat(paths: &[(&str, i128)]) -> Map {
        paths.iter().map(|(path, number)| (Text::from(*path), Value::Int(*number))).collect()
    }

    fn span() -> Span {
        Span::new(crate::source::Sources::default().add("x".to_owned(), String::new()), 0..0)
    }

    #[test]
    fn paths_become_maps_in_maps() {
        let value = unfold(&flat(&[("a.b", 1), ("c", 2), ("a.d.e", 3)]), span()).unwrap();
        assert_eq!(crate::json::shown(Some(&value)), r#"{"a":{"b":1,"d":{"e":3}},"c":2}"#);
        for crossing in [[("a", 1), ("a.b", 2)], [("a.b", 1), ("a", 2)], [("a.b", 1), ("a.b.c", 2)]] {
            assert!(unfold(&flat(&crossing), span()).is_err(), "{crossing:?}");
        }
    }

    #[test]
    fn types_have_the_paths() {
        let ty = nested(Some(vec![(Text::from("a.b"), Type::int()), (Text::from("a.c"), Type::bool())]));
        let inner = ty.field("a").unwrap().ty;
        assert_eq!((inner.field("b").unwrap().ty, inner.field("c").unwrap().ty), (Type::int(), Type::bool()));
    }
}
