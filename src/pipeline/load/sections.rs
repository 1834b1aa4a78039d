//! The sections that give names: context, draw, derive, say, scenarios, and the constitution.

use super::aims::{self, AIMS, REQUIREMENTS};
use super::checks;
use super::collect::Draft;
use super::files::Reader;
use super::header;
use crate::data::Text;
use crate::diag::{Diagnostic, Diagnostics, codes, quoted_list};
use crate::engine::yaml::{self, Node, NodeKind};
use crate::form::{Key, Parse, Position, bad_name, is_name, refused};
use crate::program::{Form, Section};
use crate::random::Weight;
use crate::source::Span;
use crate::spec::{Constitution, Entry};

/// Parses forms with the files of `reader` at hand.
pub(super) fn parse<T>(reader: &mut Reader<'_>, parse: impl FnOnce(&mut Parse<'_>) -> T) -> T {
    let mut diagnostics = Diagnostics::default();
    let result = parse(&mut Parse { diagnostics: &mut diagnostics, files: reader });
    reader.diagnostics.append(diagnostics);
    result
}

/// The entries of a map of names; a diagnostic for anything else.
pub(super) fn names<'n>(node: &'n Node, what: &str, reader: &mut Reader<'_>) -> &'n [yaml::Entry] {
    match &node.kind {
        NodeKind::Map(entries) => return entries,
        NodeKind::Null => {
            let message = format!("`{what}` is empty");
            reader.report(Diagnostic::error(codes::IMPLICIT_NULL, node.span, message).hint("leave the section out"));
        }
        _ => {
            let message = format!("expected a map of names under `{what}`, found {}", node.kind_word());
            reader.report(Diagnostic::error(codes::WRONG_TYPE, node.span, message));
        }
    }
    reader.incomplete = true;
    &[]
}

fn section_of(key: &str) -> Option<(Section, Position)> {
    match key {
        "context" => Some((Section::Context, Position::Draw)),
        "draw" => Some((Section::Draw, Position::Draw)),
        "derive" => Some((Section::Derive, Position::Pure)),
        "say" => Some((Section::Say, Position::Say)),
        _ => None,
    }
}

/// Reads a section of entries, at the top of a file or inside a scenario.
pub(super) fn entries(section: &yaml::Entry, scenario: Option<usize>, own: bool, draft: &mut Draft, reader: &mut Reader<'_>) {
    let Some((kind, position)) = section_of(&section.key.text) else { return };
    for entry in names(&section.value, &section.key.text, reader) {
        let short = entry.key.text.as_str();
        if !is_name(short) {
            reader.report(bad_name(short, entry.key_span));
            reader.incomplete = true;
            continue;
        }
        let form = parse(reader, |cx| cx.form(&entry.value, position)).unwrap_or_else(|| refused(entry.value.span));
        let name = if kind == Section::Say { Text::from(format!("say.{short}")) } else { Text::from(short) };
        add(name, entry.key_span, kind, scenario, own, form, draft, reader);
    }
}

#[expect(clippy::too_many_arguments, reason = "one entry with all that is said of it")]
fn add(
    name: Text,
    span: Span,
    section: Section,
    scenario: Option<usize>,
    own: bool,
    form: Box<dyn Form>,
    draft: &mut Draft,
    reader: &mut Reader<'_>,
) {
    let Some(known) = draft.entries.get_mut(&name) else {
        if !draft.claim(&name, span, reader) {
            return;
        }
        let mut entry = Entry { span, section, base: None, overlays: Vec::new(), own };
        match scenario {
            None => entry.base = Some((span, form)),
            Some(at) => entry.overlays.push((at, span, form)),
        }
        draft.entries.insert(name, entry);
        return;
    };
    let taken = match scenario {
        None => known.base.as_ref().map(|(span, _)| *span),
        Some(at) => known.overlays.iter().find(|(one, ..)| *one == at).map(|(_, span, _)| *span),
    };
    let clash = if known.section == section { taken } else { Some(known.span) };
    if let Some(first) = clash {
        let message = format!("the name `{name}` is given twice");
        let diagnostic = Diagnostic::error(codes::NAME_COLLISION, span, message).label(first, "first here");
        reader.report(if known.section == section {
            diagnostic
        } else if scenario.is_none() {
            diagnostic.hint("facts, context, draws, derivations and functions share one set of names")
        } else {
            diagnostic.hint(format!(
                "it stands under `{}` there: a scenario specialises an entry in its own section",
                known.section.key()
            ))
        });
        return;
    }
    match scenario {
        None => {
            known.base = Some((span, form));
            known.span = span;
        }
        Some(at) => known.overlays.push((at, span, form)),
    }
}

/// The keys of a scenario.
pub const SCENARIO_KEYS: &[Key] = &[
    Key::new(
        "weight",
        r##"{"$ref": "#/$defs/weight"}"##,
        "Its share of the records, among the weights of all scenarios (default 1).",
    )
    .example("data_leak: {weight: 3}"),
    Key::new("context", DRAWS, "Entries of `context` that this scenario adds or replaces.")
        .example("data_leak: {context: {channel: [misdirected_mail, open_bucket]}}"),
    Key::new("draw", DRAWS, "Entries of `draw` that this scenario adds or replaces.")
        .example("data_leak: {draw: {haste: {bool: 0.8}}}"),
    Key::new("derive", DERIVES, "Entries of `derive` that this scenario adds or replaces.")
        .example("data_leak: {derive: {personal: true}}"),
    Key::new("say", SAYS, "Entries of `say` that this scenario adds or replaces.")
        .example("data_leak: {say: {request: ['{{ channel }} leaked', 'leaked by {{ channel }}']}}"),
    Key::new("aim", AIMS, "Planned labels of this scenario, in the place of those that all have.")
        .example("data_leak: {aim: {decision: [escalate, follow_up]}}"),
    Key::new("require", REQUIREMENTS, "What this scenario's records must meet.")
        .example("data_leak: {require: [{id: known, that: hours_since > 0}]}"),
    Key::new("checks", CHECKS, "Checks of this scenario's records.")
        .example("data_leak: {checks: [{id: never_closed, that: decision != 'close'}]}"),
];

/// What sections hold, as JSON Schema: names of draws.
pub(super) const DRAWS: &str =
    r##"{"type": "object", "propertyNames": {"$ref": "#/$defs/key"}, "additionalProperties": {"$ref": "#/$defs/draw"}}"##;
/// Names of what is computed.
pub(super) const DERIVES: &str =
    r##"{"type": "object", "propertyNames": {"$ref": "#/$defs/key"}, "additionalProperties": {"$ref": "#/$defs/derive"}}"##;
/// Names of wording.
pub(super) const SAYS: &str =
    r##"{"type": "object", "propertyNames": {"$ref": "#/$defs/key"}, "additionalProperties": {"$ref": "#/$defs/say"}}"##;
/// A list of checks.
pub(super) const CHECKS: &str = r##"{"type": "array", "items": {"$ref": "#/$defs/check"}}"##;

/// The keys of a constitution.
pub const CONSTITUTION_KEYS: &[Key] = &[
    Key::new("hash", r#"{"type": "string", "minLength": 1}"#, "The hash that records carry. Quote it.")
        .example("constitution: {hash: '5d41402abc4b2a76', places: [input.constitutional_hash]}")
        .required(),
    Key::new(
        "places",
        r#"{"type": "array", "items": {"type": "string"}}"#,
        "The places of a record that must carry the hash, as paths in dots.",
    )
    .example("constitution: {hash: '5d41402abc4b2a76', places: [input.constitutional_hash]}")
    .required(),
    Key::new(
        "principles",
        r#"{"type": "object", "additionalProperties": {"type": "string"}}"#,
        "The principles in order, each with its statement.",
    )
    .example("constitution: {hash: '5d41402abc4b2a76', places: [input.constitutional_hash], principles: {safety: Do no harm.}}"),
];

/// Reads `scenarios`.
pub(super) fn scenarios(node: &Node, own: bool, draft: &mut Draft, reader: &mut Reader<'_>) {
    for entry in names(node, "scenarios", reader) {
        let name = entry.key.text.as_str();
        if !is_name(name) {
            reader.report(bad_name(name, entry.key_span));
            reader.incomplete = true;
            continue;
        }
        let at = draft.scenario(name, entry.key_span);
        if matches!(&entry.value.kind, NodeKind::Map(inner) if inner.is_empty()) {
            continue;
        }
        if entry.value.is_null() {
            let message = format!("the scenario `{name}` has no value");
            let hint = "write `{}` for a scenario that changes nothing";
            reader.report(Diagnostic::error(codes::IMPLICIT_NULL, entry.value.span, message).hint(hint));
            continue;
        }
        for part in names(&entry.value, name, reader) {
            match part.key.text.as_str() {
                "weight" => weight(&part.value, at, draft, reader),
                "context" | "draw" | "derive" | "say" => entries(part, Some(at), own, draft, reader),
                "aim" => aims::read(&part.value, Some(name), draft, reader),
                "require" => aims::requirements(&part.value, Some(at), draft, reader),
                "checks" => checks::read(&part.value, Some(at), draft, reader),
                other => {
                    reader.incomplete |= part.value.is_collection() && !header::LATER.contains(&other);
                    let diagnostic =
                        Diagnostic::error(codes::UNKNOWN_KEY, part.key_span, format!("a scenario does not take `{other}`"));
                    reader.report(if header::LATER.contains(&other) {
                        diagnostic.hint(format!("`{other}` is not built yet"))
                    } else {
                        let known = Key::names(SCENARIO_KEYS);
                        diagnostic.suggest(other, known.iter().copied()).hint(format!("it takes {}", quoted_list(known)))
                    });
                }
            }
        }
    }
}

fn weight(node: &Node, at: usize, draft: &mut Draft, reader: &mut Reader<'_>) {
    let read = match &node.kind {
        NodeKind::Int(_) | NodeKind::Float(_) => Weight::parse(&node.raw).map_err(|error| error.to_string()),
        _ => Err(format!("expected a weight, found {}", node.kind_word())),
    };
    match read {
        Ok(weight) => {
            if let Some(slot) = draft.weights.get_mut(at) {
                if let Some((first, _)) = slot {
                    let diagnostic = Diagnostic::error(codes::NAME_COLLISION, node.span, "this scenario has its weight already");
                    reader.report(diagnostic.label(*first, "first here"));
                }
                *slot = Some((node.span, weight));
            }
        }
        Err(message) => reader.report(Diagnostic::error(codes::BAD_WEIGHT, node.span, message)),
    }
}

/// Reads `constitution`: the hash, the places that carry it, the principles.
pub(super) fn constitution(entry: &yaml::Entry, draft: &mut Draft, reader: &mut Reader<'_>) {
    let known = Key::names(CONSTITUTION_KEYS);
    let node = &entry.value;
    for part in names(node, "constitution", reader) {
        if !known.contains(&part.key.text.as_str()) {
            let message = format!("a constitution does not take `{}`", part.key.text);
            reader.report(
                Diagnostic::error(codes::UNKNOWN_KEY, part.key_span, message).suggest(&part.key.text, known.iter().copied()),
            );
        }
    }
    let missing = |key: &str, reader: &mut Reader<'_>| {
        reader.incomplete = true;
        reader.report(Diagnostic::error(codes::MISSING_KEY, entry.key_span, format!("a constitution needs `{key}`")));
    };
    let Some(hash) = node.get("hash") else { return missing("hash", reader) };
    let Some(hash) = hash.scalar().filter(|_| !hash.is_null()) else {
        let message = format!("expected a hash, found {}", hash.kind_word());
        return reader.report(Diagnostic::error(codes::WRONG_TYPE, hash.span, message));
    };
    let Some(places) = node.get("places") else { return missing("places", reader) };
    let NodeKind::List(places) = &places.kind else {
        let message = format!("expected a list of paths, found {}", places.kind_word());
        return reader.report(
            Diagnostic::error(codes::WRONG_TYPE, places.span, message).hint("write `places: [input.constitutional_hash]`"),
        );
    };
    let places = places.iter().filter_map(|place| Some((Text::from(header::line(place, reader)?), place.span))).collect();
    let principles = node.get("principles").map_or(&[][..], |node| names(node, "principles", reader));
    let principles =
        principles.iter().filter_map(|one| Some((one.key.text.clone(), header::line(&one.value, reader)?))).collect();
    if let Some(first) = &draft.constitution {
        let diagnostic = Diagnostic::error(codes::NAME_COLLISION, entry.key_span, "a second constitution");
        reader.report(diagnostic.label(first.span, "first here"));
        return;
    }
    draft.constitution = Some(Constitution { span: entry.key_span, hash: hash.text, places, principles });
}
