//! Attribute paths, strictly: an element that lacks the attribute is an error, for values and for types.
//!
//! A path is names and list indices in dots: `weight`, `address.city`, `0`.

use std::borrow::Cow;

use super::{Call, Misfit, Place, TypeCall, known};
use crate::data::{Text, Type, Value};
use crate::diag::{codes, nearest, quoted_list};

/// What stands at `path` in `item`.
///
/// # Errors
/// A phrase, where nothing stands there.
pub fn get<'v>(item: &'v Value, path: &str) -> Result<&'v Value, String> {
    if let Some(value) = item.at(path) {
        return Ok(value);
    }
    let Some(map) = item.as_map() else {
        return Err(format!("expected an element with attribute `{path}`, found {}", item.kind()));
    };
    let names = quoted_list(map.keys().map(Text::as_str));
    Err(format!("an element has no attribute `{path}`; it has {names}"))
}

/// A key argument (an attribute path or an index) as a path; `None` where it was left out.
pub(super) fn path<'a>(call: &Call<'a>, at: usize) -> Result<Option<Cow<'a, str>>, String> {
    match call.get(at) {
        None => Ok(None),
        Some(Value::Int(index)) => Ok(Some(Cow::Owned(index.to_string()))),
        Some(_) => call.text(at).map(|text| Some(Cow::Borrowed(text))),
    }
}

/// `item` itself where there is no path, else what stands there.
pub(super) fn keyed<'v>(item: &'v Value, path: Option<&str>) -> Result<&'v Value, String> {
    path.map_or(Ok(item), |path| get(item, path))
}

/// Whether an attribute that only some elements have may be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Absent {
    /// It is an error, and a misfit beforehand.
    Refused,
    /// The row asks for its presence or has a default.
    Allowed,
}

/// The type of the keys that argument `at` (left out: the element itself) chooses from elements of type `item`.
pub(super) fn key_type(call: &TypeCall<'_>, at: usize, item: &Type) -> Result<Type, Misfit> {
    attribute_type(call, at, item, Absent::Refused)
}

/// The same, where an absent attribute may be allowed.
pub(super) fn attribute_type(call: &TypeCall<'_>, at: usize, item: &Type, absent: Absent) -> Result<Type, Misfit> {
    let Some(key) = call.get(at) else { return Ok(item.clone()) };
    let path = match known::values(key).as_deref() {
        Some([Value::Text(path)]) => path.to_string(),
        Some([Value::Int(index)]) => index.to_string(),
        _ => return Ok(Type::any()),
    };
    follow(item, &path, absent).map_err(|misfit| call.blame(at, misfit))
}

/// The type at `path` in values of type `item`.
///
/// # Errors
/// An attribute that none of them has, or only some; with the nearest that there is.
pub fn field(item: &Type, path: &str) -> Result<Type, Misfit> {
    follow(item, path, Absent::Refused)
}

fn follow(item: &Type, path: &str, absent: Absent) -> Result<Type, Misfit> {
    path.split('.').filter(|part| !part.is_empty()).try_fold(item.clone(), |ty, part| one_field(&ty, part, absent))
}

fn one_field(ty: &Type, part: &str, absent: Absent) -> Result<Type, Misfit> {
    if ty.is_any() || ty.is_never() {
        return Ok(ty.clone());
    }
    let index = part.parse::<usize>().ok().filter(|index| known::elements(ty).2.is_none_or(|max| *index < max));
    let element = index.filter(|_| ty.list.is_some()).map_or_else(Type::never, |_| ty.item());
    match ty.field(part) {
        Some(found) => {
            let named = ty.map.as_ref().is_some_and(|map| map.known.contains_key(part));
            if found.optional && named && absent == Absent::Refused {
                return Err(sometimes_absent(part));
            }
            Ok(element.join(&found.ty))
        }
        None if element.is_never() => Err(no_field(ty, part)),
        None => Ok(element),
    }
}

fn sometimes_absent(part: &str) -> Misfit {
    let hint = format!("keep those that have it with `selectattr('{part}', 'defined')`");
    Misfit::new(codes::NEEDS_WHEN, format!("some elements have no attribute `{part}`")).hint(Some(hint))
}

fn no_field(ty: &Type, part: &str) -> Misfit {
    let Some(map) = &ty.map else {
        let message = format!("expected an element with attribute `{part}`, found {}", ty.describe());
        return Misfit::new(codes::UNDEFINED_ATTRIBUTE, message);
    };
    let names = || map.known.keys().map(Text::as_str);
    let hint = match nearest(part, names()) {
        Some(near) => format!("did you mean `{near}`?"),
        None if map.known.is_empty() => "the elements are empty maps".to_owned(),
        None => format!("they have {}", quoted_list(names())),
    };
    Misfit::new(codes::UNDEFINED_ATTRIBUTE, format!("the elements have no attribute `{part}`")).hint(Some(hint))
}

/// Checks keyword conditions (`rows(table, col=v)`): each keyword a field of `item`, each value one that it can have.
pub(super) fn check_conditions(call: &TypeCall<'_>, item: &Type) -> Result<(), Misfit> {
    for (name, wanted) in call.args.open() {
        let field = field(item, name).map_err(|misfit| misfit.at(Place::Keyword(name.clone())))?;
        if let Some(misfit) = super::never_equal(&field, wanted) {
            return Err(misfit.at(Place::Named(name.clone())));
        }
    }
    Ok(())
}

/// Whether an element meets every keyword condition of the call.
pub(super) fn meets(call: &Call<'_>, item: &Value) -> Result<bool, String> {
    for (name, wanted) in call.args.open() {
        if !get(item, name)?.equals(wanted) {
            return Ok(false);
        }
    }
    Ok(true)
}
