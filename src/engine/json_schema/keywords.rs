//! What the language allows in a schema file, beyond what a validator would let pass.
//!
//! In: a schema. Out: findings, each with the pointer of what to mend. JSON Schema ignores keywords and formats that it does not
//! know, so a slip of the pen would check nothing; here they are errors. A schema stands alone: it refers to its own parts only.

use std::collections::BTreeSet;

use jsonschema::Draft;
use serde_json::{Map, Value};

use crate::diag::{Code, codes, nearest, quoted_list};

use super::place::child;
use super::vocabulary::{DIALECT, FORMATS, TYPES, Under, keywords, renamed, under};

/// One mistake in a schema file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Finding {
    /// Which kind of mistake.
    pub(super) code: Code,
    /// Where.
    pub(super) pointer: String,
    /// Whether the key is to blame, and not the value.
    pub(super) at_key: bool,
    /// One phrase.
    pub(super) message: String,
    /// How to mend it.
    pub(super) hint: Option<String>,
}

/// Walks a schema and says what is wrong with it.
pub(super) fn inspect(root: &Value) -> Vec<Finding> {
    let mut walk = Walk { root, anchors: BTreeSet::new(), anchored: Vec::new(), findings: Vec::new() };
    walk.schema(root, "");
    walk.anchors_exist();
    walk.findings
}

struct Walk<'a> {
    root: &'a Value,
    anchors: BTreeSet<&'a str>,
    /// References to anchors, with their places.
    anchored: Vec<(&'a str, String)>,
    findings: Vec<Finding>,
}

impl<'a> Walk<'a> {
    fn report(&mut self, code: Code, pointer: &str, message: String, hint: Option<String>) {
        self.findings.push(Finding { code, pointer: pointer.to_owned(), at_key: false, message, hint });
    }

    fn schema(&mut self, schema: &'a Value, pointer: &str) {
        let Value::Object(entries) = schema else { return };
        for (keyword, value) in entries {
            let place = child(pointer, keyword);
            match (under(keyword), value) {
                (Some(Under::Data), _) => self.data(keyword, value, &place),
                (Some(Under::Schema), _) => self.schema(value, &place),
                (Some(Under::List), Value::Array(schemas)) => {
                    for (index, schema) in schemas.iter().enumerate() {
                        self.schema(schema, &format!("{place}/{index}"));
                    }
                }
                (Some(Under::Names), Value::Object(schemas)) => self.names(keyword, schemas, &place),
                // The meta-schema says what must stand there.
                (Some(Under::List | Under::Names), _) => {}
                (None, _) if keyword.starts_with("x-") => {}
                (None, _) => self.unknown(keyword, value, place),
            }
        }
    }

    fn names(&mut self, keyword: &str, schemas: &'a Map<String, Value>, pointer: &str) {
        for (name, schema) in schemas {
            let place = child(pointer, name);
            if keyword == "patternProperties" {
                self.pattern(name, &place, true);
            }
            self.schema(schema, &place);
        }
    }

    fn data(&mut self, keyword: &str, value: &'a Value, pointer: &str) {
        match (keyword, value) {
            ("$ref" | "$dynamicRef", Value::String(target)) => self.reference(keyword, target, pointer),
            ("$anchor" | "$dynamicAnchor", Value::String(name)) => {
                self.anchors.insert(name);
            }
            ("$id", _) => {
                let hint = "nothing refers to a schema by address; leave `$id` out".to_owned();
                self.report(codes::SCHEMA_REMOTE, pointer, "`$id` gives the schema an address".to_owned(), Some(hint));
            }
            ("$schema", Value::String(dialect)) => self.dialect(dialect, pointer),
            ("format", Value::String(name)) => self.one_of("format", name, FORMATS, pointer),
            ("type", Value::String(name)) => self.one_of("type", name, TYPES, pointer),
            ("type", Value::Array(several)) => {
                for (index, name) in several.iter().enumerate() {
                    if let Value::String(name) = name {
                        self.one_of("type", name, TYPES, &format!("{pointer}/{index}"));
                    }
                }
            }
            ("pattern", Value::String(pattern)) => self.pattern(pattern, pointer, false),
            _ => {}
        }
    }

    fn unknown(&mut self, keyword: &str, value: &Value, pointer: String) {
        // Two letters are near to too much.
        let near = nearest(keyword, keywords()).filter(|_| keyword.len() > 2);
        let hint = Some(match (renamed(keyword), near) {
            (Some(now), _) => format!("JSON Schema 2020-12 writes `{now}`"),
            (None, Some(name)) => format!("did you mean `{name}`?"),
            (None, None) if value.is_object() => "the fields of an object stand under `properties`".to_owned(),
            (None, None) => "a note of your own starts with `x-`".to_owned(),
        });
        let message = format!("unknown keyword `{keyword}`");
        self.findings.push(Finding { code: codes::UNKNOWN_KEY, pointer, at_key: true, message, hint });
    }

    fn one_of(&mut self, what: &str, name: &str, known: &[&'static str], pointer: &str) {
        if known.contains(&name) {
            return;
        }
        let hint = match nearest(name, known.iter().copied()) {
            Some(name) => format!("did you mean `{name}`?"),
            None => format!("known are {}", quoted_list(known.iter().copied())),
        };
        self.report(codes::SCHEMA_INVALID, pointer, format!("unknown {what} `{name}`"), Some(hint));
    }

    fn dialect(&mut self, dialect: &str, pointer: &str) {
        let plain = dialect.strip_suffix('#').unwrap_or(dialect);
        if plain == DIALECT {
            return;
        }
        let code = if plain.contains("json-schema.org/") { codes::SCHEMA_INVALID } else { codes::SCHEMA_REMOTE };
        let message = format!("expected JSON Schema 2020-12, found `{dialect}`");
        self.report(code, pointer, message, Some(format!("write \"$schema\": \"{DIALECT}\", or leave it out")));
    }

    fn pattern(&mut self, pattern: &str, pointer: &str, at_key: bool) {
        if is_regex(pattern) {
            return;
        }
        let message = format!("`{pattern}` is not a regular expression");
        let pointer = pointer.to_owned();
        self.findings.push(Finding { code: codes::SCHEMA_INVALID, pointer, at_key, message, hint: None });
    }

    fn reference(&mut self, keyword: &str, target: &'a str, pointer: &str) {
        let Some(fragment) = target.strip_prefix('#') else {
            let hint = "put the definition under `$defs` and refer to it as `#/$defs/name`".to_owned();
            self.report(codes::SCHEMA_REMOTE, pointer, format!("`{keyword}` leaves the file for `{target}`"), Some(hint));
            return;
        };
        let Some(plain) = unescaped(fragment) else {
            let hint = "write other characters as `%` and two hexadecimal digits".to_owned();
            self.report(codes::SCHEMA_INVALID, pointer, format!("`{target}` is not a reference"), Some(hint));
            return;
        };
        if !fragment.is_empty() && !fragment.starts_with('/') {
            self.anchored.push((fragment, pointer.to_owned()));
            return;
        }
        if self.root.pointer(&plain).is_some() {
            return;
        }
        let definitions = self.root.get("$defs").and_then(Value::as_object);
        let known: Vec<String> =
            definitions.into_iter().flat_map(Map::keys).map(|name| format!("#{}", child("/$defs", name))).collect();
        self.dangling(target, known.iter().map(String::as_str), pointer);
    }

    fn anchors_exist(&mut self) {
        for (name, pointer) in std::mem::take(&mut self.anchored) {
            if !self.anchors.contains(name) {
                let known = self.anchors.clone();
                self.dangling(name, known.into_iter(), &pointer);
            }
        }
    }

    fn dangling<'k>(&mut self, target: &str, known: impl Iterator<Item = &'k str>, pointer: &str) {
        let hint = nearest(target, known).map(|name| format!("did you mean `{name}`?"));
        self.report(codes::SCHEMA_INVALID, pointer, format!("nothing stands at `{target}`"), hint);
    }
}

/// The fragment of a URI without escapes; `None` where a character may not stand there (RFC 3986, 3.5).
fn unescaped(fragment: &str) -> Option<String> {
    let mut bytes = fragment.bytes();
    let mut plain = Vec::with_capacity(fragment.len());
    while let Some(byte) = bytes.next() {
        plain.push(match byte {
            b'%' => {
                let mut digit = || char::from(bytes.next()?).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
                digit()? * 16 + digit()?
            }
            _ if byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@/?".contains(&byte) => byte,
            _ => return None,
        });
    }
    String::from_utf8(plain).ok()
}

/// Whether the validator can use a pattern; its own reader is asked, because dialects differ.
fn is_regex(pattern: &str) -> bool {
    let schema = serde_json::json!({ "pattern": pattern });
    jsonschema::options().with_draft(Draft::Draft202012).build(&schema).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn found(schema: &Value) -> Vec<(String, String, Option<String>)> {
        inspect(schema).into_iter().map(|one| (one.pointer, one.message, one.hint)).collect()
    }

    #[test]
    fn slips_are_found_wherever_a_schema_stands() {
        let schema = json!({
            "propertis": {},
            "properties": {"requred": {"requred": []}, "x": {"items": {"minLenght": 1}}},
            "anyOf": [{"x-note": 1, "definitions": {}}],
            "enum": [{"requred": 1}],
            "default": {"requred": 1}
        });
        let found = found(&schema);
        let pointers: Vec<&str> = found.iter().map(|(pointer, ..)| pointer.as_str()).collect();
        assert_eq!(
            pointers,
            ["/propertis", "/properties/requred/requred", "/properties/x/items/minLenght", "/anyOf/0/definitions"]
        );
        assert_eq!(found[0].2.as_deref(), Some("did you mean `properties`?"));
        assert_eq!(found[3].2.as_deref(), Some("JSON Schema 2020-12 writes `$defs`"));
        let bare = inspect(&json!({"type": "object", "id": {"type": "string"}})).remove(0);
        assert_eq!(bare.hint.as_deref(), Some("the fields of an object stand under `properties`"));
    }

    #[test]
    fn formats_types_and_patterns_must_be_known() {
        let schema = json!({
            "properties": {
                "a": {"format": "datetime"},
                "b": {"type": "strng"},
                "c": {"type": ["string", "nul"]},
                "d": {"pattern": "[a-"}
            },
            "patternProperties": {"(": {}}
        });
        let found = found(&schema);
        let messages: Vec<&str> = found.iter().map(|(_, message, _)| message.as_str()).collect();
        assert_eq!(
            messages,
            [
                "unknown format `datetime`",
                "unknown type `strng`",
                "unknown type `nul`",
                "`[a-` is not a regular expression",
                "`(` is not a regular expression"
            ]
        );
        assert_eq!(found[0].2.as_deref(), Some("did you mean `date-time`?"));
        assert_eq!(found[2].0, "/properties/c/type/1");
    }

    #[test]
    fn references_stay_inside_the_file() {
        let schema = json!({
            "$schema": DIALECT,
            "$defs": {"role": {"$anchor": "role"}},
            "allOf": [
                {"$ref": "#"}, {"$ref": "#/$defs/role"}, {"$ref": "#role"},
                {"$ref": "#/$defs/rolle"}, {"$ref": "#rolle"},
                {"$ref": "https://example.org/a.json"}, {"$ref": "other.json#/x"}, {"$dynamicRef": "file:///a.json"},
                {"$id": "https://example.org/b.json"}
            ]
        });
        let found: Vec<_> = inspect(&schema).into_iter().map(|one| (one.pointer, one.code)).collect();
        let expected = [
            ("/allOf/3/$ref", codes::SCHEMA_INVALID),
            ("/allOf/5/$ref", codes::SCHEMA_REMOTE),
            ("/allOf/6/$ref", codes::SCHEMA_REMOTE),
            ("/allOf/7/$dynamicRef", codes::SCHEMA_REMOTE),
            ("/allOf/8/$id", codes::SCHEMA_REMOTE),
            ("/allOf/4/$ref", codes::SCHEMA_INVALID),
        ];
        assert_eq!(found, expected.map(|(pointer, code)| (pointer.to_owned(), code)));
    }

    #[test]
    fn references_are_read_with_their_escapes() {
        let schema = json!({
            "$defs": {"a role": {}},
            "allOf": [
                {"$ref": "#/$defs/a%20role"}, {"$ref": "#/$defs/a%20rle"}, {"$ref": "#/$defs/a role"}, {"$ref": "#/$d%fs/a"},
                {"$ref": "#/$defs/a%2"}, {"$ref": "#/$defs/%ff"}
            ]
        });
        let found: Vec<_> = inspect(&schema).into_iter().map(|one| one.message).collect();
        let dangling = "nothing stands at `#/$defs/a%20rle`".to_owned();
        let wrong =
            ["#/$defs/a role", "#/$d%fs/a", "#/$defs/a%2", "#/$defs/%ff"].map(|one| format!("`{one}` is not a reference"));
        assert_eq!(found, [vec![dangling], wrong.to_vec()].concat());
    }

    #[test]
    fn one_dialect_is_spoken() {
        assert!(inspect(&json!({"$schema": format!("{DIALECT}#")})).is_empty());
        assert_eq!(inspect(&json!({"$schema": "http://json-schema.org/draft-07/schema#"}))[0].code, codes::SCHEMA_INVALID);
        assert_eq!(inspect(&json!({"$schema": "https://example.org/mine"}))[0].code, codes::SCHEMA_REMOTE);
    }
}
