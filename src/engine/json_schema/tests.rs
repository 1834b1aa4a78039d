//! The validator over records agrees with the validator over JSON trees, and faulty schema files are told apart.

use super::*;
use crate::data::{Text, Value as Data};
use crate::source::Location;
use serde_json::json;
use std::collections::BTreeSet;

fn data(json: &Value) -> Data {
    match json {
        Value::Null => Data::Null,
        Value::Bool(truth) => Data::Bool(*truth),
        Value::Number(number) => number.as_i128().map_or_else(|| Data::Float(number.as_f64().unwrap()), Data::Int),
        Value::String(text) => Data::text(text),
        Value::Array(items) => Data::list(items.iter().map(data)),
        Value::Object(entries) => Data::map(entries.iter().map(|(key, value)| (Text::from(key.as_str()), data(value)))),
    }
}

fn schema(json: &Value) -> Schema {
    Schema::compile_text(&json.to_string()).unwrap()
}

/// Validates both ways, asserts that they agree and tells whether the record is valid.
fn agreed(schema_json: &Value, record_json: &Value) -> bool {
    let ours = schema(schema_json);
    let plain = jsonschema::draft202012::options().should_validate_formats(true).build(schema_json).unwrap();
    let record = data(record_json);
    let record = Node::of(&record);
    let told: BTreeSet<_> = ours.violations(record).into_iter().map(|one| (one.path, one.schema_path)).collect();
    let expected: BTreeSet<_> = plain
        .iter_errors(record_json)
        .map(|error| (message::dotted(error.instance_path().as_str()), error.schema_path().as_str().to_owned()))
        .collect();
    assert_eq!(told, expected, "{schema_json} over {record_json}");
    assert_eq!(ours.accepts(record), expected.is_empty(), "{schema_json} over {record_json}");
    expected.is_empty()
}

/// Asserts that every record is judged alike both ways, and as valid or invalid.
fn judged(schema: &Value, valid: &[Value], invalid: &[Value]) {
    for record in valid {
        assert!(agreed(schema, record), "{schema} takes {record}");
    }
    for record in invalid {
        assert!(!agreed(schema, record), "{schema} refuses {record}");
    }
}

#[test]
fn kinds_and_numbers() {
    judged(
        &json!({"type": "integer"}),
        &[json!(1), json!(1.0), json!(-0.0), json!(u64::MAX)],
        &[json!(1.5), json!("1"), json!(true)],
    );
    judged(&json!({"type": ["number", "null"]}), &[json!(1.5), json!(null)], &[json!([]), json!({})]);
    judged(&json!({"const": 1}), &[json!(1), json!(1.0)], &[json!(true), json!("1"), json!(1.1)]);
    judged(
        &json!({"enum": [1, 2.0, "a", null, [1], {"k": 1}]}),
        &[json!(2), json!([1.0]), json!({"k": 1.0}), json!(null)],
        &[json!(3), json!([])],
    );
    judged(&json!({"enum": [1, 2, 3]}), &[json!(2), json!(2.0)], &[json!(4), json!(2.5)]);
    judged(&json!({"const": 18_446_744_073_709_551_615_u64}), &[json!(u64::MAX)], &[json!(u64::MAX - 1)]);
    judged(&json!({"minimum": 0, "exclusiveMaximum": 10}), &[json!(0), json!(9.99)], &[json!(-1), json!(10), json!(10.0)]);
    judged(
        &json!({"maximum": 9_007_199_254_740_992_i64}),
        &[json!(9_007_199_254_740_992_i64)],
        &[json!(9_007_199_254_740_993_i64), json!(u64::MAX)],
    );
    judged(&json!({"multipleOf": 0.1}), &[json!(0.3), json!(7)], &[json!(0.35)]);
}

#[test]
fn texts_and_formats() {
    judged(&json!({"minLength": 2, "maxLength": 3}), &[json!("éü"), json!("🦀🦀🦀")], &[json!("é"), json!("abcd")]);
    judged(&json!({"pattern": "^[a-z]+_\\d{6}$"}), &[json!("case_000001")], &[json!("case_1")]);
    let big: Vec<String> = (0..40).map(|n| format!("w{n}")).collect();
    judged(&json!({"enum": big}), &[json!("w39")], &[json!("w40"), json!(39)]);
    judged(&json!({"format": "uuid"}), &[json!("7f8f6a3e-8a3d-4b39-9d7c-0d5a6f1f9b11"), json!(3)], &[json!("7f8f6a3e")]);
    judged(&json!({"format": "date-time"}), &[json!("2026-11-22T15:00:00Z")], &[json!("2026-13-22T15:00:00Z"), json!("today")]);
    judged(&json!({"format": "email"}), &[json!("a@example.org")], &[json!("a.example.org")]);
}

#[test]
fn lists() {
    judged(
        &json!({"uniqueItems": true}),
        &[json!([1, "1", true, null, [1]])],
        &[json!([1, 2, 1.0]), json!([{"a": 1, "b": 2}, {"b": 2, "a": 1}])],
    );
    let long: Vec<i32> = (0..50).collect();
    judged(&json!({"uniqueItems": true, "maxItems": 60}), &[json!(long)], &[json!([long.clone(), vec![7]].concat())]);
    judged(
        &json!({"prefixItems": [{"type": "string"}], "items": {"type": "integer"}}),
        &[json!(["a", 1])],
        &[json!([1, "a", 2, "b"])],
    );
    judged(&json!({"contains": {"const": 1}, "minContains": 2}), &[json!([1, 1])], &[json!([1, 2])]);
    judged(&json!({"prefixItems": [true], "unevaluatedItems": false}), &[json!([1])], &[json!([1, 2])]);
}

#[test]
fn objects() {
    let person = json!({
        "type": "object",
        "properties": {"name": {"type": "string"}, "votes": {"type": "array", "items": {"required": ["agent", "weight"]}}},
        "required": ["name", "votes"],
        "additionalProperties": false,
        "propertyNames": {"maxLength": 5}
    });
    judged(
        &person,
        &[json!({"name": "é", "votes": [{"agent": 1, "weight": 2}]}), json!({"votes": [], "name": ""})],
        &[
            json!({"name": 1}),
            json!({"name": "", "votes": [{}, {"agent": 1}]}),
            json!({"name": "", "votes": [], "number": 1, "x": 2}),
            json!([]),
        ],
    );
    judged(
        &json!({"patternProperties": {"^n_": {"type": "integer"}}, "minProperties": 1}),
        &[json!({"n_a": 1})],
        &[json!({"n_a": "x"}), json!({})],
    );
    judged(
        &json!({"dependentRequired": {"a": ["b"]}, "dependentSchemas": {"c": {"required": ["d"]}}}),
        &[json!({"a": 1, "b": 1})],
        &[json!({"a": 1, "c": 1})],
    );
    judged(&json!({"required": ["a", "b", "c", "d"]}), &[json!({"a": 1, "b": 2, "c": 3, "d": 4})], &[json!({"d": 1})]);
    judged(
        &json!({"allOf": [{"properties": {"a": true}}], "unevaluatedProperties": false}),
        &[json!({"a": 1})],
        &[json!({"a": 1, "b": 1})],
    );
    judged(
        &json!({"properties": {"a/b": {"properties": {"~é": {"type": "null"}}}}}),
        &[json!({"a/b": {"~é": null}})],
        &[json!({"a/b": {"~é": 1}})],
    );
}

#[test]
fn combinations() {
    judged(&json!({"anyOf": [{"type": "string"}, {"minimum": 5}]}), &[json!("a"), json!(5)], &[json!(4)]);
    judged(&json!({"oneOf": [{"multipleOf": 2}, {"multipleOf": 3}]}), &[json!(2), json!(3)], &[json!(6), json!(5)]);
    judged(&json!({"not": {"required": ["a"]}}), &[json!({})], &[json!({"a": 1})]);
    let conditional =
        json!({"if": {"properties": {"kind": {"const": "a"}}}, "then": {"required": ["x"]}, "else": {"required": ["y"]}});
    judged(
        &conditional,
        &[json!({"kind": "a", "x": 1}), json!({"kind": "b", "y": 1})],
        &[json!({"kind": "a", "y": 1}), json!({"kind": "b"})],
    );
    judged(&json!({"properties": {"a": false}}), &[json!({})], &[json!({"a": 1})]);
    judged(&json!(true), &[json!(1)], &[]);
    judged(&json!(false), &[], &[json!(1)]);
}

#[test]
fn recursion_follows_the_record_however_deep() {
    let tree = json!({
        "$ref": "#/$defs/tree",
        "$defs": {"tree": {
            "type": "object",
            "properties": {"value": {"type": "integer"}, "children": {"type": "array", "items": {"$ref": "#/$defs/tree"}}},
            "required": ["value"]
        }}
    });
    let nested = |leaf: Value| (0..60).fold(leaf, |below, value| json!({"value": value, "children": [below]}));
    judged(&tree, &[nested(json!({"value": 1}))], &[nested(json!({"value": "x"})), nested(json!({}))]);
    // A name can meet a reference that turns in a circle, too.
    judged(
        &json!({"propertyNames": {"$ref": "#/$defs/a"}, "$defs": {"a": {"anyOf": [{"$ref": "#/$defs/b"}]}, "b": {"anyOf": [{"$ref": "#/$defs/a"}]}}}),
        &[json!({"k": 1})],
        &[],
    );
}

#[test]
fn one_list_in_two_places_is_judged_in_each() {
    let shared = Data::list([Data::Int(1), Data::text("x")]);
    let record = Data::map([(Text::from("a"), shared.clone()), (Text::from("b"), shared)]);
    let ours = schema(&json!({
        "properties": {"a": {"$ref": "#/$defs/n"}, "b": {"$ref": "#/$defs/n"}},
        "$defs": {"n": {"items": {"type": "integer"}}}
    }));
    let paths: Vec<String> = ours.violations(Node::of(&record)).into_iter().map(|one| one.path).collect();
    assert_eq!(paths, ["a.1", "b.1"]);
    assert!(!ours.accepts(Node::of(&record)));
}

#[test]
fn integers_beyond_64_bits_are_numbers() {
    let record = Data::Int(i128::from(u64::MAX) + 1);
    assert!(schema(&json!({"type": "integer", "minimum": 0})).accepts(Node::of(&record)));
    assert!(!schema(&json!({"maximum": 1})).accepts(Node::of(&record)));
    assert!(!schema(&json!({"const": u64::MAX})).accepts(Node::of(&record)));
}

/// The mistakes of a schema file: code, the text they point at, line, message.
fn mistakes(text: &str) -> Vec<(&'static str, String, usize, String)> {
    let mut sources = Sources::default();
    let source = sources.add("schemas/a.json", text);
    let mut diagnostics = Diagnostics::default();
    assert!(Schema::compile(source, &sources, &mut diagnostics).is_none());
    let seen = |one: &Diagnostic| {
        let span = one.primary.as_ref().unwrap().span;
        let Location { line, .. } = sources.locate(span).unwrap();
        (one.code.name, sources.slice(span).to_owned(), line, one.message.clone())
    };
    diagnostics.sorted(&sources).iter().map(seen).collect()
}

fn mistake(code: &'static str, at: &str, line: usize, message: &str) -> (&'static str, String, usize, String) {
    (code, at.to_owned(), line, message.to_owned())
}

#[test]
fn all_mistakes_of_a_file_are_told_at_their_places() {
    let text = r#"{
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "type": "objct",
  "requred": ["id"],
  "properties": {
    "id": {"type": "string", "minLength": "3"},
    "when": {"format": "datetime"},
    "role": {"$ref": "https://example.org/role.json"},
    "code": {"pattern": "(", "pattern": "["},
    "list": {"items": [{}], "required": "id"}
  }
}"#;
    assert_eq!(
        mistakes(text),
        [
            mistake("schema-invalid", "\"objct\"", 3, "unknown type `objct`"),
            mistake("unknown-key", "\"requred\"", 4, "unknown keyword `requred`"),
            mistake("schema-invalid", "\"3\"", 6, "`properties.id.minLength`: expected integer, found \"3\""),
            mistake("schema-invalid", "\"datetime\"", 7, "unknown format `datetime`"),
            mistake(
                "schema-remote",
                "\"https://example.org/role.json\"",
                8,
                "`$ref` leaves the file for `https://example.org/role.json`"
            ),
            mistake("duplicate-key", "\"pattern\"", 9, "`pattern` stands twice in one object"),
            mistake("schema-invalid", "\"[\"", 9, "`[` is not a regular expression"),
            mistake(
                "schema-invalid",
                "[{}]",
                10,
                "`properties.list.items`: expected boolean or object, found a list of 1 element"
            ),
            mistake("schema-invalid", "\"id\"", 10, "`properties.list.required`: expected array, found \"id\""),
        ]
    );
}

#[test]
fn text_that_is_not_json_is_told_at_its_place() {
    assert_eq!(mistakes("{\n  \"é\": 1,\n}"), [mistake("schema-invalid", "}", 3, "not JSON: trailing comma")]);
    assert_eq!(mistakes("")[0].3, "not JSON: EOF while parsing a value");
    assert_eq!(mistakes("3")[0].3, "expected boolean or object, found 3");
    let deep = format!("{}{}", "[".repeat(500), "]".repeat(500));
    assert_eq!(mistakes(&deep)[0].3, "not JSON: recursion limit exceeded");
}

#[test]
fn a_violation_names_the_record_and_the_line_of_the_schema() {
    let text = r##"{
  "properties": {
    "a/b": {"$ref": "#/$defs/~0role"}
  },
  "$defs": {
    "~role": {
      "title": "é",
      "enum": ["x", "y"]
    }
  }
}"##;
    let mut sources = Sources::default();
    let source = sources.add("schemas/a.json", text);
    let ours = Schema::compile(source, &sources, &mut Diagnostics::default()).unwrap();
    let record = data(&json!({"a/b": "z"}));
    let violation = ours.violations(Node::of(&record)).remove(0);
    assert_eq!(violation.path, "a/b");
    assert_eq!(violation.schema_path, "/$defs/~0role/enum");
    assert_eq!(violation.message, "`a/b`: expected one of \"x\", \"y\", found \"z\"");
    let span = violation.schema_span.unwrap();
    assert_eq!(sources.slice(span), "\"enum\"");
    assert_eq!(sources.locate(span).unwrap().line, 8);
}

#[test]
fn a_schema_without_a_file_has_no_spans() {
    let ours = schema(&json!({"required": ["a"]}));
    let record = data(&json!({}));
    assert_eq!(ours.violations(Node::of(&record))[0].schema_span, None);
    let error = Schema::compile_text("{\"requred\": []}").unwrap_err();
    assert_eq!(error.to_string(), "the schema cannot be used: unknown keyword `requred`");
}
