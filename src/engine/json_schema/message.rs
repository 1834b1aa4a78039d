//! What a violation says: one short phrase that names the place, what was expected and what was found.

use jsonschema::ValidationError;
use jsonschema::error::{TypeKind, ValidationErrorKind as Kind};
use serde_json::Value;

use crate::diag::quoted_list;

use super::place::parts;

/// The longest message, in characters.
const LONGEST: usize = 200;
/// The longest value or pattern inside a message, in characters.
const LONGEST_VALUE: usize = 60;

/// A JSON pointer written in dots, as records are spoken of: `votes.0.agent`.
pub(super) fn dotted(pointer: &str) -> String {
    parts(pointer).collect::<Vec<_>>().join(".")
}

/// The message of an error: its place, then what is wrong there.
pub(super) fn describe(error: &ValidationError<'_>) -> String {
    let path = dotted(error.instance_path().as_str());
    let fault = lower_first(fault(error));
    let message = if path.is_empty() { fault } else { format!("`{path}`: {fault}") };
    shortened(message, LONGEST)
}

/// Words of the schema's own library begin like sentences.
fn lower_first(mut phrase: String) -> String {
    let capital = phrase.chars().next().filter(char::is_ascii_uppercase);
    // An abbreviation keeps its capitals.
    if let Some(first) = capital.filter(|_| phrase.chars().nth(1).is_some_and(|second| second.is_ascii_lowercase())) {
        phrase.replace_range(..1, &first.to_ascii_lowercase().to_string());
    }
    phrase
}

fn fault(error: &ValidationError<'_>) -> String {
    let value = error.instance().as_ref();
    match error.kind() {
        Kind::Required { property } => format!("missing `{}`", property.as_str().unwrap_or_default()),
        Kind::AdditionalProperties { unexpected } | Kind::UnevaluatedProperties { unexpected } => {
            format!("unexpected {}", quoted_list(unexpected.iter().map(String::as_str)))
        }
        Kind::UnevaluatedItems { unexpected } => {
            format!("unexpected elements {}", shortened(unexpected.join(", "), LONGEST_VALUE))
        }
        Kind::AdditionalItems { limit } => format!("expected {}, found {}", at_most(*limit as u64, "element"), shown(value)),
        Kind::PropertyNames { error } => format!("the name {}: {}", literal(error.instance()), fault(error)),
        Kind::FalseSchema => format!("expected nothing, found {}", shown(value)),
        Kind::Not { .. } => format!("{} matches what `not` rules out", shown(value)),
        Kind::OneOfMultipleValid { .. } => format!("{} matches more than one of `oneOf`", shown(value)),
        Kind::AnyOf { .. } => format!("{} matches none of `anyOf`", shown(value)),
        Kind::OneOfNotValid { .. } => format!("{} matches none of `oneOf`", shown(value)),
        Kind::Contains => "too few or too many elements match `contains`".to_owned(),
        Kind::UniqueItems => "an element stands there twice".to_owned(),
        kind => match expectation(kind) {
            Some(expected) => format!("expected {expected}, found {}", shown(value)),
            None => phrase(&error.to_string()),
        },
    }
}

/// The validator's own words as the phrase that messages are.
fn phrase(words: &str) -> String {
    let mut rest = words.trim_end_matches('.').chars();
    let first: String = rest.next().map(|first| first.to_lowercase().collect()).unwrap_or_default();
    first + rest.as_str()
}

/// What a single value was expected to be.
fn expectation(kind: &Kind) -> Option<String> {
    Some(match kind {
        Kind::Type { kind: TypeKind::Single(one) } => one.as_str().to_owned(),
        Kind::Type { kind: TypeKind::Multiple(several) } => {
            several.iter().map(jsonschema::JsonType::as_str).collect::<Vec<_>>().join(" or ")
        }
        Kind::Constant { expected_value } => literal(expected_value),
        Kind::Enum { options } => one_of(options),
        Kind::Format { format } => format!("format `{format}`"),
        Kind::Pattern { pattern } => format!("text like `{}`", shortened(pattern.clone(), LONGEST_VALUE)),
        Kind::Minimum { limit } => format!("at least {limit}"),
        Kind::Maximum { limit } => format!("at most {limit}"),
        Kind::ExclusiveMinimum { limit } => format!("more than {limit}"),
        Kind::ExclusiveMaximum { limit } => format!("less than {limit}"),
        Kind::MultipleOf { multiple_of } => format!("a multiple of {multiple_of}"),
        Kind::MinLength { limit } => at_least(*limit, "character"),
        Kind::MaxLength { limit } => at_most(*limit, "character"),
        Kind::MinItems { limit } => at_least(*limit, "element"),
        Kind::MaxItems { limit } => at_most(*limit, "element"),
        Kind::MinProperties { limit } => at_least(*limit, "field"),
        Kind::MaxProperties { limit } => at_most(*limit, "field"),
        _ => return None,
    })
}

fn at_least(limit: u64, noun: &str) -> String {
    format!("at least {}", counted(limit, noun))
}

fn at_most(limit: u64, noun: &str) -> String {
    format!("at most {}", counted(limit, noun))
}

fn counted(count: u64, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

fn one_of(options: &Value) -> String {
    let options = options.as_array().map(Vec::as_slice).unwrap_or_default();
    match options {
        [only] => literal(only),
        several => {
            let list = several.iter().map(literal).collect::<Vec<_>>().join(", ");
            format!("one of {}", shortened(list, 2 * LONGEST_VALUE))
        }
    }
}

/// A value as it was found: scalars as JSON, the rest by size.
fn shown(value: &Value) -> String {
    match value {
        Value::Array(items) => format!("a list of {}", counted(items.len() as u64, "element")),
        Value::Object(fields) => format!("an object of {}", counted(fields.len() as u64, "field")),
        Value::String(text) if text.chars().count() > LONGEST_VALUE => {
            format!("{} of {}", literal(value), counted(text.chars().count() as u64, "character"))
        }
        scalar => literal(scalar),
    }
}

/// A value as JSON, shortened.
fn literal(value: &Value) -> String {
    shortened(value.to_string(), LONGEST_VALUE)
}

/// At most `most` characters, the last an ellipsis where something was left out.
fn shortened(mut text: String, most: usize) -> String {
    if text.chars().count() > most {
        let kept = text.char_indices().nth(most - 1).map_or(text.len(), |(at, _)| at);
        text.truncate(kept);
        text.push('…');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn said(schema: &Value, record: &Value) -> Vec<String> {
        let validator = jsonschema::draft202012::options().should_validate_formats(true).build(schema).unwrap();
        validator.iter_errors(record).map(|error| describe(&error)).collect()
    }

    #[test]
    fn messages_name_place_expectation_and_finding() {
        let cases = [
            (json!({"required": ["role"]}), json!({}), "missing `role`"),
            (
                json!({"properties": {"a": {"enum": ["employee", "customer"]}}}),
                json!({"a": "employe"}),
                "`a`: expected one of \"employee\", \"customer\", found \"employe\"",
            ),
            (
                json!({"items": {"type": ["string", "null"]}}),
                json!([[1]]),
                "`0`: expected null or string, found a list of 1 element",
            ),
            (
                json!({"additionalProperties": false, "properties": {"a": true}}),
                json!({"a": 1, "b": 2, "c": 3}),
                "unexpected `b`, `c`",
            ),
            (json!({"maxLength": 1}), json!("ab"), "expected at most 1 character, found \"ab\""),
            (json!({"format": "uuid"}), json!("x"), "expected format `uuid`, found \"x\""),
            (
                json!({"propertyNames": {"pattern": "^a"}}),
                json!({"b": 1}),
                "the name \"b\": expected text like `^a`, found \"b\"",
            ),
        ];
        for (schema, record, message) in cases {
            assert_eq!(said(&schema, &record), [message]);
        }
    }

    #[test]
    fn long_values_are_cut_at_a_character() {
        let schema = json!({"properties": {"text": {"enum": ["x".repeat(90), "y".repeat(90), "z".repeat(90)]}}});
        let said = said(&schema, &json!({"text": "ü".repeat(500)})).remove(0);
        assert!(said.chars().count() <= LONGEST, "{said}");
        assert!(said.ends_with('…') || said.ends_with("of 500 characters"), "{said}");
    }
}
