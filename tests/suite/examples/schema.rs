//! The editor schema, walked beside a spec.
//!
//! In: the schema that `dictum::editor` generates, and specs as JSON. Out: every key that the schema knows, and those that a spec uses, as pairs of
//! owner and name. A definition such as `draw_pick` is the form `pick` in one of several places; in all of them it is one owner.
//! Which of several shapes a value has is told by its kind and its keys alone, which is enough to tell forms apart.

use std::collections::BTreeSet;

use dictum::form::{FORMS, FormKind, MODIFIERS};
use serde_json::{Map, Value};

/// An owner and the name of one of its keys.
pub(crate) type Key = (String, String);

/// The owner of what may stand beside any form.
pub(crate) const MODIFIER: &str = "modifier";
/// The owner of the keys beside an alternative of wording.
const ALTERNATIVE: &str = "alternative";
const FUNCTION: &str = "function";

/// Where definitions of forms belong: their names begin with one of these and `_`.
const PLACES: [&str; 6] = ["draw", "derive", "say", ALTERNATIVE, FUNCTION, "data"];

pub(crate) struct Schema(Value);

/// Whose keys are being looked at.
#[derive(Clone)]
struct Owner {
    name: String,
    /// The form, where it is one itself and nothing inside it.
    form: Option<&'static FormKind>,
    /// The place that a form stands in.
    place: &'static str,
}

impl Owner {
    /// The owner that a definition is.
    fn of(definition: &str) -> Self {
        let form = |place: &'static str| {
            let head = definition.strip_prefix(place)?.strip_prefix('_')?;
            FORMS.iter().find(|kind| kind.head == head).map(|kind| (kind, place))
        };
        match PLACES.into_iter().find_map(form) {
            Some((kind, place)) => Self { name: kind.head.to_owned(), form: Some(kind), place },
            None => Self { name: definition.to_owned(), form: None, place: "" },
        }
    }

    /// The owner of what stands inside the value of one of its keys.
    fn inside(&self, key: &str) -> Self {
        let name = if self.name.is_empty() { key.to_owned() } else { format!("{}.{}", self.name, bare(key)) };
        Self { name, form: None, place: "" }
    }

    fn key(&self, written: &str) -> Key {
        let name = bare(written);
        let owner = match self.form {
            Some(kind) if kind.options.contains(&name) || kind.head == name => &self.name,
            Some(_) if MODIFIERS.iter().any(|key| key.name == name) => MODIFIER,
            Some(_) => self.place,
            None => &self.name,
        };
        (owner.to_owned(), name.to_owned())
    }
}

/// A key without the `$` that it has in data.
fn bare(key: &str) -> &str {
    key.strip_prefix('$').unwrap_or(key)
}

impl Schema {
    pub(crate) fn new() -> Self {
        Self(serde_json::from_str(&dictum::editor::schema().unwrap()).unwrap())
    }

    /// Every key of the language.
    pub(crate) fn all_keys(&self) -> BTreeSet<Key> {
        let mut keys = BTreeSet::new();
        let top = Owner { name: String::new(), form: None, place: "" };
        for (name, part) in self.0.as_object().unwrap().iter().filter(|(name, _)| *name != "$defs") {
            if name == "properties" {
                gather_properties(part, &top, &mut keys);
            }
        }
        for (name, definition) in self.0["$defs"].as_object().unwrap() {
            gather(definition, &Owner::of(name), &mut keys);
        }
        keys
    }

    /// The keys that a spec uses.
    pub(crate) fn keys_of(&self, spec: &Value) -> BTreeSet<Key> {
        let mut keys = BTreeSet::new();
        let top = Owner { name: String::new(), form: None, place: "" };
        self.visit(&self.0, spec, &top, &mut keys);
        keys
    }

    /// The definition that a reference leads to, and its name.
    fn definition<'s>(&'s self, reference: &'s Value) -> (&'s Value, &'s str) {
        let name = reference.as_str().unwrap().trim_start_matches("#/$defs/");
        (&self.0["$defs"][name], name)
    }

    fn visit(&self, schema: &Value, value: &Value, owner: &Owner, keys: &mut BTreeSet<Key>) {
        if let Some(reference) = schema.get("$ref") {
            let (definition, name) = self.definition(reference);
            self.visit(definition, value, &Owner::of(name), keys);
        }
        for part in list(schema, "allOf") {
            self.visit(part, value, owner, keys);
        }
        for choice in list(schema, "anyOf").iter().filter(|choice| self.fits(choice, value)) {
            self.visit(choice, value, owner, keys);
        }
        if let Some(condition) = schema.get("if") {
            let branch = if self.fits(condition, value) { "then" } else { "else" };
            self.visit(&schema[branch], value, owner, keys);
        }
        match value {
            Value::Object(map) => {
                for (name, inner) in map {
                    if let Some(property) = schema.get("properties").and_then(|properties| properties.get(name)) {
                        keys.insert(owner.key(name));
                        self.visit(property, inner, &owner.inside(name), keys);
                    } else if let Some(further) = schema.get("additionalProperties").filter(|further| further.is_object()) {
                        self.visit(further, inner, owner, keys);
                    }
                }
            }
            Value::Array(items) => {
                let Some(each) = schema.get("items") else { return };
                for item in items {
                    self.visit(each, item, owner, keys);
                }
            }
            _ => {}
        }
    }

    /// Whether a value may be what a schema describes, by its kind and its keys.
    fn fits(&self, schema: &Value, value: &Value) -> bool {
        let by_reference = schema.get("$ref").is_none_or(|reference| self.fits(self.definition(reference).0, value));
        let all = list(schema, "allOf").iter().all(|part| self.fits(part, value));
        let any = [list(schema, "anyOf"), list(schema, "oneOf")]
            .iter()
            .all(|choices| choices.is_empty() || choices.iter().any(|one| self.fits(one, value)));
        by_reference && all && any && is_of_kind(schema, value) && value.as_object().is_none_or(|map| has_keys(schema, map))
    }
}

fn list<'s>(schema: &'s Value, key: &str) -> &'s [Value] {
    schema.get(key).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn is_of_kind(schema: &Value, value: &Value) -> bool {
    let is = |kind: &Value| match kind.as_str().unwrap() {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "number" => value.is_number(),
        "integer" => value.is_i64() || value.is_u64(),
        "boolean" => value.is_boolean(),
        _ => value.is_null(),
    };
    match schema.get("type") {
        None => true,
        Some(Value::Array(kinds)) => kinds.iter().any(is),
        Some(kind) => is(kind),
    }
}

fn has_keys(schema: &Value, map: &Map<String, Value>) -> bool {
    let required = list(schema, "required").iter().all(|key| map.contains_key(key.as_str().unwrap()));
    let closed = schema.get("additionalProperties") == Some(&Value::Bool(false));
    let known = |key: &String| schema["properties"].get(key).is_some();
    let names = schema.get("propertyNames");
    // The only pattern of names that tells shapes apart: data has no `$` but a doubled one.
    let plain =
        names.and_then(|names| names.get("pattern")).and_then(Value::as_str).is_some_and(|pattern| pattern.contains("[^$]"));
    let is_form = |key: &String| key.starts_with('$') && !key.starts_with("$$");
    let refused = names.and_then(|names| names.pointer("/not/enum")).and_then(Value::as_array);
    required
        && (!closed || map.keys().all(known))
        && !(plain && map.keys().any(is_form))
        && refused.is_none_or(|words| !map.keys().any(|key| words.iter().any(|word| word == key.as_str())))
}

fn gather(schema: &Value, owner: &Owner, keys: &mut BTreeSet<Key>) {
    match schema {
        Value::Object(map) => {
            for (name, part) in map {
                match name.as_str() {
                    "properties" => gather_properties(part, owner, keys),
                    "examples" | "description" | "enum" => {}
                    _ => gather(part, owner, keys),
                }
            }
        }
        Value::Array(parts) => parts.iter().for_each(|part| gather(part, owner, keys)),
        _ => {}
    }
}

fn gather_properties(properties: &Value, owner: &Owner, keys: &mut BTreeSet<Key>) {
    for (name, part) in properties.as_object().unwrap() {
        keys.insert(owner.key(name));
        gather(part, &owner.inside(name), keys);
    }
}
