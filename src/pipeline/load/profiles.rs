//! `profiles`: sizes, formats and parameters that a build takes together, by one name.
//!
//! Profiles of one name in several files become one, key by key: a module gives what all its datasets share, a dataset adds what
//! is its own. What must hold: a key said twice is an error, and so is a parameter that the dataset does not have.

use indexmap::IndexMap;

use super::collect::Draft;
use super::files::Reader;
use super::header;
use super::params::{constant, misfitting};
use super::sections::names;
use crate::data::Text;
use crate::diag::{Diagnostic, codes, quoted_list};
use crate::engine::yaml::{Entry, Node};
use crate::form::{Key, bad_name, is_name};
use crate::source::Span;
use crate::spec::{Param, Profile, Stated};

/// The keys of a profile.
pub const PROFILE_KEYS: &[Key] = &[
    Key::new("size", r#"{"type": "integer", "minimum": 1}"#, "How many records a build makes instead of the dataset's `size`.").example("development: {size: 25}"),
    Key::new(
        "params",
        r##"{"type": "object", "propertyNames": {"$ref": "#/$defs/key"}, "additionalProperties": {"$ref": "#/$defs/param_value"}}"##,
        "Values of parameters.",
    ).example("development: {params: {strictness: lenient}}"),
    Key::new("formats", r#"{"type": "array", "minItems": 1, "items": {"type": "string"}}"#, "The formats that a build writes.").example("development: {formats: [jsonl]}"),
];

/// Reads `profiles`.
pub(super) fn read(node: &Node, draft: &mut Draft, reader: &mut Reader<'_>) {
    for entry in names(node, "profiles", reader) {
        let name = entry.key.text.as_str();
        if !is_name(name) {
            reader.report(bad_name(name, entry.key_span));
            continue;
        }
        let new = || Profile { span: entry.key_span, size: None, formats: None, params: IndexMap::new() };
        let profile = draft.profiles.entry(Text::from(name)).or_insert_with(new);
        for part in names(&entry.value, name, reader) {
            one(part, profile, reader);
        }
    }
}

fn one(part: &Entry, profile: &mut Profile, reader: &mut Reader<'_>) {
    match part.key.text.as_str() {
        "size" => {
            if let Some((_, first)) = profile.size {
                return twice("size", part.key_span, first, reader);
            }
            profile.size = header::count(&part.value, reader).map(|size| (size, part.key_span));
            if let Some((0, _)) = profile.size {
                reader.report(Diagnostic::error(codes::WRONG_TYPE, part.value.span, "expected a count above 0, found 0"));
            }
        }
        "formats" => {
            if let Some((_, first)) = &profile.formats {
                return twice("formats", part.key_span, *first, reader);
            }
            profile.formats = formats(&part.value, reader).map(|list| (list, part.key_span));
        }
        "params" => {
            for entry in names(&part.value, "params", reader) {
                if let Some(first) = profile.params.get(&entry.key.text) {
                    twice(&entry.key.text, entry.key_span, first.name_span, reader);
                    continue;
                }
                let Some(value) = constant(&entry.value, reader) else { continue };
                let stated = Stated { name: entry.key.text.clone(), name_span: entry.key_span, value, span: entry.value.span };
                profile.params.insert(entry.key.text.clone(), stated);
            }
        }
        other => {
            let known = Key::names(PROFILE_KEYS);
            let message = format!("a profile does not take `{other}`");
            let diagnostic = Diagnostic::error(codes::UNKNOWN_KEY, part.key_span, message).suggest(other, known.iter().copied());
            reader.report(diagnostic.hint(format!("it takes {}", quoted_list(known))));
        }
    }
}

fn twice(key: &str, span: Span, first: Span, reader: &mut Reader<'_>) {
    let diagnostic = Diagnostic::error(codes::NAME_COLLISION, span, format!("this profile says `{key}` twice"));
    reader.report(diagnostic.label(first, "first here"));
}

fn formats(node: &Node, reader: &mut Reader<'_>) -> Option<Vec<(Text, Span)>> {
    let Some(items) = node.as_list().filter(|items| !items.is_empty()) else {
        let message = format!("expected a list of formats, found {}", node.kind_word());
        reader.report(Diagnostic::error(codes::WRONG_TYPE, node.span, message).hint("write `formats: [jsonl]`"));
        return None;
    };
    items.iter().map(|item| Some((Text::from(header::line(item, reader)?), item.span))).collect()
}

/// Holds the parameters that profiles set against those that there are.
pub(super) fn check(profiles: &mut IndexMap<Text, Profile>, params: &IndexMap<Text, Param>, reader: &mut Reader<'_>) {
    for (name, profile) in profiles {
        for stated in profile.params.values_mut() {
            let Some(param) = params.get(&stated.name) else {
                if !reader.incomplete {
                    let message = format!("the profile `{name}` sets `{}`, which is no parameter", stated.name);
                    let diagnostic = Diagnostic::error(codes::PARAM_UNKNOWN, stated.name_span, message);
                    reader.report(diagnostic.suggest(&stated.name, params.keys().map(Text::as_str)));
                }
                continue;
            };
            match param.of.fit(&stated.value) {
                Ok(held) => stated.value = held,
                Err(misfit) => reader.report(misfitting(misfit, stated.span).label(param.span, "declared here")),
            }
        }
    }
}
