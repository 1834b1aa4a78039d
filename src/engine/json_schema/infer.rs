//! A record's type as a JSON Schema: what its forms promise, for readers of the data and for the check of every record.
//!
//! In: what is known of a record before there is one. Out: the text of a JSON Schema 2020-12 that every such record passes. What
//! must hold: the schema never says more than the type knows, so that no sound record is refused; and the text depends on the
//! type alone. Its order is fixed: `$schema` and `title`, then keywords in the order of this file, fields as they are written in
//! the record, words by code point.

use crate::data::{Fields, IntRange, ListType, Text, Type, Value};
use crate::json;
use crate::record::Node;

use super::vocabulary::DIALECT;

/// The schema of records of a type, as indented JSON with a newline at the end.
#[must_use]
pub fn inferred(title: &str, record: &Type) -> String {
    let mut keywords = vec![(key("$schema"), Value::text(DIALECT)), (key("title"), Value::text(title))];
    keywords.extend(keywords_of(record));
    let mut text = String::new();
    json::write_indented(Node::of(&Value::map(keywords)), &mut text);
    text.push('\n');
    text
}

/// A keyword and its value.
type Keyword = (Text, Value);

fn key(name: &'static str) -> Text {
    Text::const_new(name)
}

fn schema(ty: &Type) -> Value {
    Value::map(keywords_of(ty))
}

/// Whether the type says nothing that a schema could.
fn is_open(ty: &Type) -> bool {
    ty.is_any() || ty.is_never()
}

fn keywords_of(ty: &Type) -> Vec<Keyword> {
    if is_open(ty) {
        return Vec::new();
    }
    let words = ty.vocabulary().filter(|words| !words.is_empty());
    let values = || words.into_iter().flatten().map(|word| Value::Text(word.clone()));
    let rest = Type { text: if words.is_some() { None } else { ty.text.clone() }, ..ty.clone() };
    match (words, listed(&rest)) {
        (_, Some(scalars)) => one_of(scalars.into_iter().chain(values()).collect()),
        (None, None) => kinds(&rest),
        (Some(_), None) => {
            let branches = [Value::map(one_of(values().collect())), Value::map(kinds(&rest))];
            vec![(key("anyOf"), Value::list(branches))]
        }
    }
}

/// The values of a type that has few enough to write each down: null, one boolean, one integer. `None` where there are more.
fn listed(ty: &Type) -> Option<Vec<Value>> {
    let many = (ty.yes && ty.no) || ty.float || ty.text.is_some() || ty.list.is_some() || ty.map.is_some();
    let int = ty.int.map(|range| (range.min == range.max).then_some(range.ends().0).flatten());
    if many || int == Some(None) {
        return None;
    }
    let scalars = [
        ty.null.then_some(Value::Null),
        ty.no.then_some(Value::Bool(false)),
        ty.yes.then_some(Value::Bool(true)),
        int.flatten().map(Value::Int),
    ];
    Some(scalars.into_iter().flatten().collect())
}

fn one_of(mut values: Vec<Value>) -> Vec<Keyword> {
    match (values.pop(), values.is_empty()) {
        (Some(only), true) => vec![(key("const"), only)],
        (last, _) => vec![(key("enum"), Value::list(values.into_iter().chain(last)))],
    }
}

/// `type`, and for each kind what is known of it: JSON Schema asks each keyword of its own kind only.
fn kinds(ty: &Type) -> Vec<Keyword> {
    let names = [
        (ty.null, "null"),
        (ty.yes || ty.no, "boolean"),
        (ty.int.is_some() && !ty.float, "integer"),
        (ty.float, "number"),
        (ty.text.is_some(), "string"),
        (ty.list.is_some(), "array"),
        (ty.map.is_some(), "object"),
    ];
    let mut names: Vec<Value> = names.iter().filter(|(there, _)| *there).map(|(_, name)| Value::text(name)).collect();
    let named = match (names.pop(), names.is_empty()) {
        (Some(only), true) => only,
        (last, _) => Value::list(names.into_iter().chain(last)),
    };
    let mut keywords = vec![(key("type"), named)];
    keywords.extend(ty.int.filter(|_| !ty.float).into_iter().flat_map(ends));
    keywords.extend(ty.list.as_deref().into_iter().flat_map(elements));
    keywords.extend(ty.map.as_deref().into_iter().flat_map(fields));
    keywords
}

fn ends(range: IntRange) -> Vec<Keyword> {
    let (least, greatest) = range.ends();
    let keyword = |name, end: Option<i128>| end.map(|end| (key(name), Value::Int(end)));
    [keyword("minimum", least), keyword("maximum", greatest)].into_iter().flatten().collect()
}

fn elements(list: &ListType) -> Vec<Keyword> {
    let count = |number: usize| i128::try_from(number).map(Value::Int).unwrap_or_default();
    let keywords = [
        (!is_open(&list.item)).then(|| (key("items"), schema(&list.item))),
        (list.min > 0).then(|| (key("minItems"), count(list.min))),
        list.max.map(|max| (key("maxItems"), count(max))),
    ];
    keywords.into_iter().flatten().collect()
}

fn fields(map: &Fields) -> Vec<Keyword> {
    // A computed key can be any, also one that is known by name.
    let of = |ty: &Type| map.rest.as_deref().map_or_else(|| schema(ty), |rest| schema(&open_join(ty, rest)));
    let properties = || Value::map(map.known.iter().map(|(name, field)| (name.clone(), of(&field.ty))));
    let required = map.known.iter().filter(|(_, field)| !field.optional).map(|(name, _)| Value::Text(name.clone()));
    let required: Vec<Value> = required.collect();
    let others = match map.rest.as_deref() {
        None => Some(Value::Bool(false)),
        Some(rest) if is_open(rest) => None,
        Some(rest) => Some(schema(rest)),
    };
    let keywords = [
        (!map.known.is_empty()).then(|| (key("properties"), properties())),
        (!required.is_empty()).then(|| (key("required"), Value::list(required))),
        others.map(|others| (key("additionalProperties"), others)),
    ];
    keywords.into_iter().flatten().collect()
}

/// The values of both, where nothing known of one is nothing known of both.
fn open_join(a: &Type, b: &Type) -> Type {
    if is_open(a) || is_open(b) { Type::any() } else { a.clone().join(b) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Field;
    use crate::engine::json_schema::Schema;

    fn said(ty: &Type) -> String {
        let text = inferred("t", ty);
        Schema::compile_text(&text).unwrap();
        let mut compact = String::new();
        json::write_node(Node::of(&schema(ty)), &mut compact);
        compact
    }

    #[test]
    fn every_kind_says_what_is_known_of_it() {
        let open = Type { int: Some(IntRange { min: 0, max: i128::MAX }), ..Type::never() };
        let optional = Field { ty: Type::bool(), optional: true };
        let mut part = Fields::default();
        part.known.insert("b".into(), optional);
        let cases = [
            (Type::any(), "{}"),
            (Type::null(), r#"{"const":null}"#),
            (Type::truth(true), r#"{"const":true}"#),
            (Type::bool(), r#"{"type":"boolean"}"#),
            (Type::int_range(7, 7), r#"{"const":7}"#),
            (Type::int_range(-3, 9), r#"{"type":"integer","minimum":-3,"maximum":9}"#),
            (Type::int(), r#"{"type":"integer"}"#),
            (open, r#"{"type":"integer","minimum":0}"#),
            (Type::number(), r#"{"type":"number"}"#),
            (Type::any_text(), r#"{"type":"string"}"#),
            (Type::words(["b", "a"]), r#"{"enum":["a","b"]}"#),
            (Type::words(["a"]), r#"{"const":"a"}"#),
            (Type::words(["a"]).join(&Type::null()), r#"{"enum":[null,"a"]}"#),
            (Type::words(["a"]).join(&Type::int()), r#"{"anyOf":[{"const":"a"},{"type":"integer"}]}"#),
            (Type::any_text().join(&Type::null()), r#"{"type":["null","string"]}"#),
            (
                Type::list_between(Type::words(["a"]), 1, Some(3)),
                r#"{"type":"array","items":{"const":"a"},"minItems":1,"maxItems":3}"#,
            ),
            (Type::list_between(Type::never(), 0, Some(0)), r#"{"type":"array","maxItems":0}"#),
            (Type::map_to(Type::float()), r#"{"type":"object","additionalProperties":{"type":"number"}}"#),
            (Type::map_to(Type::any()), r#"{"type":"object"}"#),
            (Type::of_fields(part), r#"{"type":"object","properties":{"b":{"type":"boolean"}},"additionalProperties":false}"#),
        ];
        for (ty, expected) in cases {
            assert_eq!(said(&ty), expected);
        }
    }

    #[test]
    fn a_computed_key_may_be_one_that_is_known_by_name() {
        let mut fields = Fields { rest: Some(Box::new(Type::any_text())), ..Fields::default() };
        fields.known.insert("n".into(), Field { ty: Type::int_range(0, 9), optional: true });
        let expected = r#"{"type":"object","properties":{"n":{"type":["integer","string"],"minimum":0,"maximum":9}},"additionalProperties":{"type":"string"}}"#;
        assert_eq!(said(&Type::of_fields(fields)), expected);
    }

    #[test]
    fn the_text_is_for_people_and_the_fields_keep_their_order() {
        let text = inferred("helpdesk", &Type::map_of([("id", Type::any_text()), ("a", Type::words(["y", "x"]))]));
        let expected = r#"{
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "title": "helpdesk",
  "type": "object",
  "properties": {
    "id": {
      "type": "string"
    },
    "a": {
      "enum": ["x", "y"]
    }
  },
  "required": ["id", "a"],
  "additionalProperties": false
}
"#;
        assert_eq!(text, expected);
    }
}
