//! The words of JSON Schema 2020-12: its keywords and what stands under each, its kinds of value, its formats.

/// The one dialect.
pub(super) const DIALECT: &str = "https://json-schema.org/draft/2020-12/schema";

/// The kinds of value.
pub(super) const TYPES: &[&str] = &["array", "boolean", "integer", "null", "number", "object", "string"];

/// The formats that are checked.
pub(super) const FORMATS: &[&str] = &[
    "date",
    "date-time",
    "duration",
    "email",
    "hostname",
    "ipv4",
    "ipv6",
    "iri",
    "iri-reference",
    "json-pointer",
    "regex",
    "relative-json-pointer",
    "time",
    "uri",
    "uri-reference",
    "uri-template",
    "uuid",
];

/// What stands under a keyword.
#[derive(Debug, Clone, Copy)]
pub(super) enum Under {
    /// No schema.
    Data,
    /// A schema.
    Schema,
    /// A list of schemas.
    List,
    /// Schemas by name.
    Names,
}

const KEYWORDS: &[(Under, &[&str])] = &[
    (
        Under::Schema,
        &[
            "additionalProperties",
            "contains",
            "contentSchema",
            "else",
            "if",
            "items",
            "not",
            "propertyNames",
            "then",
            "unevaluatedItems",
            "unevaluatedProperties",
        ],
    ),
    (Under::List, &["allOf", "anyOf", "oneOf", "prefixItems"]),
    (Under::Names, &["$defs", "dependentSchemas", "patternProperties", "properties"]),
    (
        Under::Data,
        &[
            "$anchor",
            "$comment",
            "$dynamicAnchor",
            "$dynamicRef",
            "$id",
            "$ref",
            "$schema",
            "const",
            "contentEncoding",
            "contentMediaType",
            "default",
            "dependentRequired",
            "deprecated",
            "description",
            "enum",
            "examples",
            "exclusiveMaximum",
            "exclusiveMinimum",
            "format",
            "maxContains",
            "maxItems",
            "maxLength",
            "maxProperties",
            "maximum",
            "minContains",
            "minItems",
            "minLength",
            "minProperties",
            "minimum",
            "multipleOf",
            "pattern",
            "readOnly",
            "required",
            "title",
            "type",
            "uniqueItems",
            "writeOnly",
        ],
    ),
];

/// What 2020-12 says for a keyword of another draft or of a neighbouring language.
pub(super) fn renamed(keyword: &str) -> Option<&'static str> {
    Some(match keyword {
        "definitions" => "$defs",
        "dependencies" => "dependentRequired` or `dependentSchemas",
        "additionalItems" => "items` beside `prefixItems",
        "$recursiveRef" => "$dynamicRef",
        "$recursiveAnchor" => "$dynamicAnchor",
        "example" => "examples",
        "nullable" => "\"type\": [\"…\", \"null\"]",
        _ => return None,
    })
}

/// What stands under a keyword; `None` for a word that is none.
pub(super) fn under(keyword: &str) -> Option<Under> {
    KEYWORDS.iter().find(|(_, names)| names.contains(&keyword)).map(|(under, _)| *under)
}

/// All keywords.
pub(super) fn keywords() -> impl Iterator<Item = &'static str> {
    KEYWORDS.iter().flat_map(|(_, names)| names.iter().copied())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_listed_format_is_checked_by_the_validator() {
        let options = jsonschema::options();
        for format in FORMATS {
            assert!(options.is_known_format(jsonschema::Draft::Draft202012, format), "{format}");
        }
    }

    #[test]
    fn no_keyword_stands_in_the_list_twice() {
        let mut names: Vec<_> = keywords().collect();
        names.sort_unstable();
        assert!(names.windows(2).all(|pair| pair[0] != pair[1]));
    }
}
