//! The metadata of a record: complete, and of the kinds that its spec declares.

use super::report::{Finding, Kind};
use crate::data::{Field, Value};

/// The key of a record's metadata.
pub(super) const KEY: &str = "metadata";

/// Reports what the metadata of a record lacks. Where nothing is known of it, it must be there and not empty; where it is
/// declared as optional, it may be absent.
pub(super) fn check(record: &Value, declared: Option<&Field>, findings: &mut Vec<Finding>) {
    if declared.is_some_and(|field| field.optional || field.ty.null) && record.at(KEY).is_none_or(|found| *found == Value::Null) {
        return;
    }
    let Some(map) = record.at(KEY).and_then(Value::as_map).filter(|map| !map.is_empty()) else {
        let message = if record.at(KEY).is_some() { "`metadata` is empty, or no map" } else { "there is no `metadata`" };
        findings.push(Finding::new(Kind::Metadata, KEY, message));
        return;
    };
    let fields = declared.and_then(|field| field.ty.map.as_ref());
    for (key, field) in fields.iter().flat_map(|fields| &fields.known) {
        if let Some(why) = lacking(map.get(key), field) {
            let path = format!("{KEY}.{key}");
            findings.push(Finding::new(Kind::Metadata, &path, format!("`{path}` {why}")));
        }
    }
}

/// What is wrong with a value. What its own type says may be empty, may be empty.
fn lacking(value: Option<&Value>, Field { ty, optional }: &Field) -> Option<String> {
    let Some(value) = value else { return (!optional).then(|| "is missing".to_owned()) };
    let fits = match value {
        Value::Undefined | Value::Null => ty.null,
        Value::Bool(truth) => {
            if *truth {
                ty.yes
            } else {
                ty.no
            }
        }
        Value::Int(_) => ty.int.is_some() || ty.float,
        Value::Float(_) => ty.float,
        Value::Text(_) => ty.text.is_some(),
        Value::List(_) => ty.list.is_some(),
        Value::Map(_) => ty.map.is_some(),
    };
    if *value == Value::Null && !fits {
        return Some("is null".to_owned());
    }
    if !fits {
        return Some(format!("is {}, expected {}", value.kind(), ty.describe()));
    }
    let is_empty = match value {
        Value::Text(text) => text.trim().is_empty() && !ty.vocabulary().is_some_and(|words| words.contains(text)),
        Value::List(items) => items.is_empty() && ty.list.as_ref().is_some_and(|list| list.min > 0),
        Value::Map(map) => {
            let needed = ty.map.as_ref().is_some_and(|fields| fields.known.values().any(|field| !field.optional));
            map.is_empty() && needed
        }
        _ => false,
    };
    is_empty.then(|| "is empty".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Type;
    use crate::json;

    #[test]
    fn what_is_declared_must_be_there_and_say_something() {
        let declared = Type::map_of([
            ("kind", Type::words(["a", "b"])),
            ("note", Type::any_text()),
            ("risk", Type::int()),
            ("tags", Type::list_of(Type::any_text())),
            ("maybe", Type::int().join(&Type::null())),
        ]);
        let declared = Field { ty: declared, optional: false };
        let found = |record: &str, declared: Option<&Field>| {
            let mut findings = Vec::new();
            check(&json::read(record).unwrap(), declared, &mut findings);
            findings.into_iter().map(|finding| finding.message).collect::<Vec<_>>()
        };
        let whole = r#"{"metadata": {"kind": "a", "note": "x", "risk": 0, "tags": [], "maybe": null}}"#;
        assert_eq!(found(whole, Some(&declared)), [] as [&str; 0]);
        let wrong = r#"{"metadata": {"kind": null, "note": " ", "risk": "high", "maybe": 1}}"#;
        let expected = [
            "`metadata.kind` is null",
            "`metadata.note` is empty",
            "`metadata.risk` is text, expected integer",
            "`metadata.tags` is missing",
        ];
        assert_eq!(found(wrong, Some(&declared)), expected);
        let optional = Field { optional: true, ..declared.clone() };
        assert_eq!(found("{}", Some(&optional)), [] as [&str; 0]);
        assert_eq!(found(r#"{"metadata": {}}"#, Some(&optional)), ["`metadata` is empty, or no map"]);
        assert_eq!(found("{}", None), ["there is no `metadata`"]);
        assert_eq!(found(r#"{"metadata": {}}"#, None), ["`metadata` is empty, or no map"]);
        assert_eq!(found(r#"{"metadata": {"x": null}}"#, None), [] as [&str; 0]);
    }
}
