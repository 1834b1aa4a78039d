//! The JSON Schema (2020-12) that editors complete, explain and check specs with.
//!
//! In: the tables that the parser reads by: [`FORMS`], [`MODIFIERS`] and the keys of the loader. Out: one text, the same every
//! time. What must hold: a spec that loads passes it; what it refuses would be refused by loading, too. Names, types and places
//! are beyond it: those are for `check`.

use serde_json::{Map, Value, json};

use crate::form::{FORMS, FormKind, Key, MODIFIERS};
use crate::pipeline::load::{AIM_SCHEMA, CELL_TYPES, FUNCTION_KEYS, KEY_TABLES, TOP_KEYS, TYPES};

type Object = Map<String, Value>;

/// A place that takes forms, and what forms look like there.
struct Place {
    /// What its definitions are called: `draw`, and `draw_pick` for a form in it.
    name: &'static str,
    /// Whether forms may draw.
    draws: bool,
    /// Whether keys carry a `$`.
    dollar: bool,
    /// What a list is, where it is no form.
    list: Option<&'static str>,
    /// What stands for `form`, `body` and `value` in the fragments of the forms.
    inner: [&'static str; 3],
    /// Keys of the place beside those of the form.
    beside: &'static [Key],
}

const PLACES: &[Place] = &[
    Place {
        name: "draw",
        draws: true,
        dollar: false,
        list: Some(r##"{"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/literal"}}"##),
        inner: ["draw", "draw", "draw_value"],
        beside: &[],
    },
    Place {
        name: "derive",
        draws: false,
        dollar: false,
        list: Some(r##"{"type": "array", "items": {"$ref": "#/$defs/data"}}"##),
        inner: ["derive", "derive", "derive_value"],
        beside: &[],
    },
    Place { name: "say", draws: false, dollar: false, list: Some(SAID), inner: ["say", "say", "say_value"], beside: &[] },
    Place {
        name: "alternative",
        draws: false,
        dollar: false,
        list: Some(SAID),
        inner: ["say", "say", "say_value"],
        beside: WEIGHED,
    },
    Place {
        name: "function",
        draws: false,
        dollar: false,
        list: None,
        inner: ["derive", "derive", "derive_value"],
        beside: FUNCTION_KEYS,
    },
    Place {
        name: "data",
        draws: false,
        dollar: true,
        list: Some(r##"{"type": "array", "items": {"$ref": "#/$defs/data"}}"##),
        inner: ["derive", "data", "data"],
        beside: &[],
    },
];

const SAID: &str = r##"{"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/alternative"}}"##;

/// A pick among alternatives of wording.
const WORDED: &str = "greeting: {pick: [Hello, {text: Good morning, weight: 2}], stream: old_name}";

const WEIGHED: &[Key] =
    &[Key::new("weight", r##"{"$ref": "#/$defs/weight"}"##, "How often it is said, among those that may be said (default 1).")
        .example("request: [{text: Good morning, weight: 2}, Hello]")];

/// Definitions that the fragments of the tables speak of.
const SHARED: &[(&str, &str)] = &[
    ("name", r#"{"type": "string", "pattern": "^[A-Za-z_][A-Za-z0-9_]*$"}"#),
    // Editors look at a merge (`<<: *x`) as at a key of that name.
    ("key", r#"{"type": "string", "pattern": "^([A-Za-z_][A-Za-z0-9_]*|<<)$"}"#),
    ("scalar", r#"{"type": ["string", "number", "boolean", "null"]}"#),
    ("expression", r#"{"type": ["string", "number", "boolean"], "pattern": "\\S"}"#),
    ("literal", r#"{"not": {"type": "string", "pattern": "\\{\\{"}}"#),
    (
        "constant",
        r##"{"allOf": [{"$ref": "#/$defs/literal"}], "items": {"$ref": "#/$defs/constant"}, "additionalProperties": {"$ref": "#/$defs/constant"}}"##,
    ),
    (
        "fact",
        r##"{"if": {"type": "object", "anyOf": [{"required": ["csv"]}, {"required": ["columns"]}]}, "then": {"$ref": "#/$defs/table"}, "else": {"$ref": "#/$defs/constant"}}"##,
    ),
    (
        "pool",
        r##"{"anyOf": [{"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/literal"}}, {"$ref": "#/$defs/expression"}]}"##,
    ),
    ("renamed", r##"{"type": "object", "propertyNames": {"$ref": "#/$defs/key"}, "additionalProperties": {"type": "string"}}"##),
    (
        "param_value",
        r##"{"anyOf": [{"$ref": "#/$defs/param_scalar"}, {"type": "array", "items": {"$ref": "#/$defs/param_scalar"}}]}"##,
    ),
    ("param_scalar", r##"{"type": ["string", "number", "boolean"], "allOf": [{"$ref": "#/$defs/literal"}]}"##),
    ("weight", r#"{"type": "number", "minimum": 0}"#),
    ("number", r#"{"anyOf": [{"type": "number"}, {"type": "string", "pattern": "\\{\\{"}]}"#),
    ("size", r#"{"anyOf": [{"type": "number", "minimum": 0}, {"type": "string", "pattern": "\\{\\{"}]}"#),
    ("positive", r#"{"anyOf": [{"type": "number", "exclusiveMinimum": 0}, {"type": "string", "pattern": "\\{\\{"}]}"#),
    ("probability", r#"{"anyOf": [{"type": "number", "minimum": 0, "maximum": 1}, {"type": "string", "pattern": "\\{\\{"}]}"#),
    ("band", r#"{"type": "string", "pattern": "^[0-9. ]+\\.\\.[0-9. ]+$"}"#),
    ("range", r##"{"anyOf": [{"type": "integer"}, {"type": "string", "pattern": "\\.\\.|\\{\\{"}, {"$ref": "#/$defs/ends"}]}"##),
    (
        "float_range",
        r##"{"anyOf": [{"type": "number"}, {"type": "string", "pattern": "\\.\\.|\\{\\{"}, {"$ref": "#/$defs/ends"}]}"##,
    ),
    (
        "ends",
        r#"{"type": "object", "properties": {"min": {"description": "The lower end; a number, or `{{ … }}` that gives one.", "examples": ["hours: {int: {min: 1, max: '{{ limit }}'}}"], "type": ["number", "string"]}, "max": {"description": "The upper end; a number, or `{{ … }}` that gives one.", "examples": ["hours: {int: {min: 1, max: '{{ limit }}'}}"], "type": ["number", "string"]}}, "required": ["min", "max"], "additionalProperties": false}"#,
    ),
];

/// The text of `schemas/scenario.schema.json`.
///
/// # Errors
/// A fragment of a table that is no JSON.
pub fn schema() -> Result<String, serde_json::Error> {
    let top: Vec<Key> = TOP_KEYS.iter().map(|top| if top.module { top.key } else { dataset_only(top.key) }).collect();
    let mut root = object([
        ("$schema", json!("https://json-schema.org/draft/2020-12/schema")),
        ("title", json!("dictum spec")),
        (
            "description",
            json!("A dataset type, or a module that dataset types use. Generated: `DICTUM_BLESS=1 cargo test` renews it."),
        ),
    ]);
    root.extend(keyed(&top, false)?);
    root.insert("$defs".to_owned(), Value::Object(definitions()?));
    let mut text = serde_json::to_string_pretty(&root)?;
    text.push('\n');
    Ok(text)
}

/// A key that only files with a `dataset` may have.
fn dataset_only(key: Key) -> Key {
    if key.needs.is_empty() { key.needs(&["dataset"]) } else { key }
}

fn definitions() -> Result<Object, serde_json::Error> {
    let mut definitions = Object::new();
    for (name, fragment) in SHARED {
        definitions.insert((*name).to_owned(), serde_json::from_str(fragment)?);
    }
    definitions.insert("type".to_owned(), argument_type());
    definitions.insert("column_type".to_owned(), column_type());
    definitions.insert("aim".to_owned(), serde_json::from_str(AIM_SCHEMA)?);
    // What stands beside forms is a part of them.
    for table in KEY_TABLES.iter().filter(|table| !PLACES.iter().any(|place| place.name == table.definition)) {
        definitions.insert(table.definition.to_owned(), Value::Object(keyed(table.keys, false)?));
    }
    for (name, one, other) in [("expectation", "share", "distinct"), ("table", "csv", "rows")] {
        if let Some(Value::Object(definition)) = definitions.get_mut(name) {
            definition.insert("oneOf".to_owned(), json!([{"required": [one]}, {"required": [other]}]));
        }
    }
    for place in PLACES {
        definitions.insert(place.name.to_owned(), choice(place)?);
        for key in MODIFIERS {
            let mut modifier = property(key)?;
            point(&mut modifier, place);
            definitions.insert(format!("{}_{}", place.name, key.name), modifier);
        }
        for kind in forms(place) {
            definitions.insert(form_name(place, kind), form(place, kind)?);
        }
        if !place.dollar && place.beside.is_empty() {
            definitions.insert(format!("{}_value", place.name), under_give(place));
        }
    }
    Ok(definitions)
}

fn forms(place: &Place) -> impl Iterator<Item = &'static FormKind> {
    FORMS.iter().filter(|kind| place.draws || !kind.draws || worded(place, kind))
}

/// Whether this is a pick among alternatives of wording.
fn worded(place: &Place, kind: &FormKind) -> bool {
    kind.head == "pick" && place.list == Some(SAID)
}

fn form_name(place: &Place, kind: &FormKind) -> String {
    format!("{}_{}", place.name, kind.head)
}

fn references(place: &Place) -> Vec<Value> {
    forms(place).map(|kind| reference(&form_name(place, kind))).collect()
}

fn reference(name: &str) -> Value {
    json!({"$ref": format!("#/$defs/{name}")})
}

/// What a place takes: a scalar, a list, or one of its forms; in data also a plain map.
fn choice(place: &Place) -> Result<Value, serde_json::Error> {
    let mut choices = Vec::new();
    if let Some(list) = place.list {
        choices.push(reference("scalar"));
        choices.push(serde_json::from_str(list)?);
    }
    if place.dollar {
        // `$$x` writes the key `$x`; any other `$` makes a form.
        let plain = json!({"pattern": r"^([^$]|\$\$|$)"});
        choices.push(json!({"type": "object", "propertyNames": plain, "additionalProperties": reference(place.name)}));
    }
    choices.extend(references(place));
    Ok(json!({"anyOf": choices}))
}

/// What stands directly under `give`: a form where a head key stands, data otherwise.
fn under_give(place: &Place) -> Value {
    let heads: Vec<&str> = FORMS.iter().map(|kind| kind.head).collect();
    let mut choices = references(place);
    choices.push(json!({"allOf": [reference("data")], "propertyNames": {"not": {"enum": heads}}}));
    json!({"anyOf": choices})
}

/// One form in one place: its head, its options, the modifiers and the keys of the place.
fn form(place: &Place, kind: &FormKind) -> Result<Value, serde_json::Error> {
    let mut own: Object = serde_json::from_str(kind.schema)?;
    if worded(place, kind) {
        own.insert(kind.head.to_owned(), serde_json::from_str(SAID)?);
    }
    if let Some(Value::Object(head)) = own.get_mut(kind.head) {
        head.insert("description".to_owned(), json!(kind.doc));
        let example = if worded(place, kind) { WORDED } else { kind.example };
        head.insert("examples".to_owned(), json!([example]));
    }
    let own: Object = own.into_iter().map(|(name, value)| (written(&name, place.dollar), value)).collect();
    let mut form = keyed(place.beside, false)?;
    let beside: Vec<Key> = kind.modifiers().copied().collect();
    let modifiers = keyed(&beside, place.dollar)?;
    if let Some(Value::Object(properties)) = form.get_mut("properties") {
        properties.extend(own);
        for key in &beside {
            properties.insert(written(key.name, place.dollar), reference(&format!("{}_{}", place.name, key.name)));
        }
    }
    if let Some(Value::Array(required)) = form.get_mut("required") {
        required.push(json!(written(kind.head, place.dollar)));
    }
    form.extend(modifiers.into_iter().filter(|(name, _)| name == "dependentRequired"));
    let mut form = Value::Object(form);
    point(&mut form, place);
    Ok(form)
}

/// Points `form`, `body` and `value` at what they are in this place.
fn point(fragment: &mut Value, place: &Place) {
    match fragment {
        Value::Object(map) => {
            if let Some(Value::String(target)) = map.get_mut("$ref") {
                let [form, body, value] = place.inner;
                for (generic, here) in [("form", form), ("body", body), ("value", value)] {
                    if target.strip_prefix("#/$defs/") == Some(generic) {
                        *target = format!("#/$defs/{here}");
                        break;
                    }
                }
            }
            map.values_mut().for_each(|inner| point(inner, place));
        }
        Value::Array(items) => items.iter_mut().for_each(|inner| point(inner, place)),
        _ => {}
    }
}

fn written(name: &str, dollar: bool) -> String {
    if dollar { format!("${name}") } else { name.to_owned() }
}

/// What a key's value may be, with what the key says.
fn property(key: &Key) -> Result<Value, serde_json::Error> {
    let mut value: Object = serde_json::from_str(key.schema)?;
    value.insert("description".to_owned(), json!(key.doc));
    value.insert("examples".to_owned(), json!([key.example]));
    Ok(Value::Object(value))
}

/// A mapping that takes these keys and no others.
fn keyed(keys: &[Key], dollar: bool) -> Result<Object, serde_json::Error> {
    let mut properties = Object::new();
    let mut needs = Object::new();
    for key in keys {
        properties.insert(written(key.name, dollar), property(key)?);
        if !key.needs.is_empty() {
            let names: Vec<_> = key.needs.iter().map(|name| written(name, dollar)).collect();
            needs.insert(written(key.name, dollar), json!(names));
        }
    }
    let required: Vec<_> = keys.iter().filter(|key| key.required).map(|key| written(key.name, dollar)).collect();
    Ok(object([
        ("type", json!("object")),
        ("properties", Value::Object(properties)),
        ("required", json!(required)),
        ("dependentRequired", Value::Object(needs)),
        ("additionalProperties", json!(false)),
    ]))
}

/// A type of an argument: a word, a list of the values it can have, or a map of fields.
fn argument_type() -> Value {
    let fields = json!({"type": "object", "additionalProperties": reference("type")});
    json!({"anyOf": [{"enum": TYPES}, {"type": "array"}, fields, {"type": "null"}]})
}

/// The type of a column: a word, or a list of the values it can have.
fn column_type() -> Value {
    let words: Vec<&str> = TYPES.iter().chain(CELL_TYPES).copied().collect();
    json!({"anyOf": [{"enum": words}, {"type": "array", "minItems": 1}]})
}

fn object<const N: usize>(entries: [(&str, Value); N]) -> Object {
    entries.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}
