//! The header of a spec file and the table of its sections.

use super::aims::{AIMS, REQUIREMENTS};
use super::files::Reader;
use super::sections::{CHECKS, DERIVES, DRAWS, SAYS};
use crate::data::Text;
use crate::diag::{Diagnostic, codes, quoted_list};
use crate::engine::yaml::{Entry, Node, NodeKind};
use crate::form::{Key, is_name};
use crate::spec::LANGUAGE_VERSION;

/// A key at the top of a file.
#[derive(Debug)]
pub struct TopKey {
    /// The key.
    pub key: Key,
    /// Whether a module may have it.
    pub module: bool,
}

const fn anywhere(name: &'static str, schema: &'static str, doc: &'static str, example: &'static str) -> TopKey {
    TopKey { key: Key::new(name, schema, doc).example(example), module: true }
}

const fn dataset_only(name: &'static str, schema: &'static str, doc: &'static str, example: &'static str) -> TopKey {
    TopKey { key: Key::new(name, schema, doc).example(example), module: false }
}

const NAME: &str = r##"{"$ref": "#/$defs/name"}"##;
const LINE: &str = r#"{"type": "string"}"#;

/// Every key that may stand at the top of a file.
pub const TOP_KEYS: &[TopKey] = &[
    TopKey {
        key: Key::new("dictum", r#"{"const": 1}"#, "The version of the language: 1. Others are refused.")
            .example("dictum: 1")
            .required(),
        module: true,
    },
    TopKey {
        key: Key::new(
            "dataset",
            NAME,
            "The name of the dataset, which is also its folder in the output. A file without it is a module.",
        )
        .example("dataset: incident_reports")
        .needs(&["size", "record"]),
        module: false,
    },
    dataset_only("title", LINE, "What the dataset is, in words.", "title: Incident response decisions"),
    dataset_only("size", r#"{"type": "integer", "minimum": 0}"#, "How many records a plain build makes.", "size: 500"),
    dataset_only(
        "stream",
        NAME,
        "The first part of all addresses instead of the name: a renamed dataset keeps its records.",
        "stream: old_name",
    ),
    anywhere(
        "use",
        r##"{"anyOf": [{"$ref": "#/$defs/renamed"}, {"type": "array", "items": {"anyOf": [{"type": "string"}, {"$ref": "#/$defs/renamed"}]}}]}"##,
        "Files under `scenarios/`. The sections of a module are merged in; a name given twice is an error. The stem of a file names \
         its facts and its constitution (`constitution.hash`), or, of a dataset, the record of the same index. `{name: file}` reads \
         a file under another name.",
        "use: [constitution.yaml, {regs: regulations.yaml}]",
    ),
    dataset_only(
        "schema",
        LINE,
        "A JSON Schema under `schemas/` (2020-12, formats asserted) that every record must pass.",
        "schema: incident_reports.schema.json",
    ),
    anywhere(
        "constitution",
        r##"{"$ref": "#/$defs/constitution"}"##,
        "What every record answers to: a hash, the places that carry it, the principles.",
        "constitution: {hash: '5d41402abc4b2a76', places: [input.constitutional_hash]}",
    ),
    anywhere(
        "facts",
        r##"{"type": "object", "propertyNames": {"$ref": "#/$defs/key"}, "additionalProperties": {"$ref": "#/$defs/fact"}}"##,
        "Constants by name: data, or a table with `csv` or `columns`. An unused one is an error.",
        "facts: {proofs: [logs_saved, image_taken], cities: {csv: cities.csv}}",
    ),
    anywhere(
        "params",
        r##"{"type": "object", "propertyNames": {"$ref": "#/$defs/key"}, "additionalProperties": {"anyOf": [{"$ref": "#/$defs/param_value"}, {"$ref": "#/$defs/param"}]}}"##,
        "Constants that a build can set (`--set name=value`), each with its default, or with `{default: …, of: …}`. Read as \
         `params.name`. An unused one is an error.",
        "params: {longest_wait: 72, strictness: {default: strict, of: [strict, lenient]}}",
    ),
    anywhere(
        "profiles",
        r##"{"type": "object", "propertyNames": {"$ref": "#/$defs/key"}, "additionalProperties": {"$ref": "#/$defs/profile"}}"##,
        "Sizes, formats and parameters that a build takes together (`--profile name`). Profiles of one name in several files \
         become one.",
        "profiles: {development: {size: 25}}",
    ),
    anywhere(
        "context",
        DRAWS,
        "Draws that go into the record's input; each is a name, and `context` is the map of all of them.",
        "context: {channel: [mail, phone], people: {int: 1..500}}",
    ),
    anywhere("draw", DRAWS, "Draws that shape others but do not stand in `context`.", "draw: {haste: {bool: 0.3}}"),
    anywhere(
        "scenarios",
        r##"{"type": "object", "propertyNames": {"$ref": "#/$defs/key"}, "additionalProperties": {"$ref": "#/$defs/scenario"}}"##,
        "Kinds of records, exactly one for each record, in exact shares by weight. A scenario adds entries to the sections or \
         replaces them by name; what it replaces keeps its address.",
        "scenarios: {data_leak: {weight: 3}, outage: {weight: 1}}",
    ),
    anywhere(
        "say",
        SAYS,
        "Wording: a list are alternatives, each a text or a form with `when` and `weight`. Read as `say.name`.",
        "say: {request: ['{{ people }} people wait', '{{ people }} are waiting']}",
    ),
    anywhere(
        "derive",
        DERIVES,
        "What is computed. The order is inferred; a cycle is an error.",
        "derive: {late: '{{ hours > 72 }}', decision: {first: [{when: late, give: report}, {give: file}]}}",
    ),
    anywhere(
        "functions",
        r##"{"type": "object", "propertyNames": {"$ref": "#/$defs/key"}, "additionalProperties": {"$ref": "#/$defs/function"}}"##,
        "Functions by name: `args` and a form. Each can be called as function, filter and test.",
        "functions: {late_by: {args: {hours: int}, give: '{{ max([hours - 72, 0]) }}'}}",
    ),
    anywhere(
        "aim",
        AIMS,
        "The planned labels: derived names, each with one label, labels in equal shares, or `{pick: {label: weight}}`; \
         `{given: scenario, cases: …, else: …}` where scenarios differ. Each record is drawn anew until its derivation meets its \
         label; shares are exact in every whole block. Draws may read `aim.name` to make it likely.",
        "aim: {decision: {pick: {escalate: 3, close: 2}}}",
    ),
    anywhere(
        "require",
        REQUIREMENTS,
        "What a record must meet: the draws that it depends on are made anew until it does.",
        "require: [{id: seen_in_time, that: waited < 120}]",
    ),
    dataset_only(
        "attempts",
        r#"{"type": "integer", "minimum": 1}"#,
        "How many attempts a record may take to meet its aims and requirements (default 1,000).",
        "attempts: 5000",
    ),
    dataset_only(
        "record",
        r##"{"$ref": "#/$defs/data"}"##,
        "The record as data, in which keys with a `$` make forms. Without an `id` it gets `<dataset>_<six digits>`. Its \
         `metadata`, where it has them, end with `quality_level`, `language_version` and `address` (dataset, index, seed), which are all that \
         it takes to make it again.",
        "record: {input: {context: '{{ context }}'}, target_output: {decision: '{{ decision }}'}}",
    ),
    anywhere(
        "checks",
        CHECKS,
        "What must hold for every record.",
        "checks: [{id: closed_is_done, that: decision != 'close' or not duties}]",
    ),
    anywhere(
        "examples",
        r##"{"type": "object", "additionalProperties": {"$ref": "#/$defs/example"}}"##,
        "Cases worked by hand: names set, names wanted. They run before any record is made.",
        "examples: {late: {set: {hours: 80}, want: {decision: report}}}",
    ),
    anywhere(
        "expect",
        r##"{"type": "array", "items": {"$ref": "#/$defs/expectation"}}"##,
        "What must hold for the whole dataset; the build fails outside the bands. Judged for builds that start at 0 and reach the \
         spec's size.",
        "expect: [{distinct: say.request, at_least: 0.95}]",
    ),
    anywhere(
        "views",
        r##"{"type": "object", "propertyNames": {"$ref": "#/$defs/key"}, "additionalProperties": {"$ref": "#/$defs/view"}}"##,
        "The same records in other shapes, by name: `dictum build --view name` writes one instead. A view projects and filters; \
         it reads every name and `record`, and draws nothing.",
        "views: {short: {record: {label: '{{ decision }}'}}}",
    ),
];

/// Keys that the language will have; until then they are refused by name.
pub(super) const LATER: &[&str] = &["cover", "splits", "levels"];

/// Checks the keys at the top of a file and its language version; whether the file is worth reading on.
pub(super) fn check(root: &Node, own: bool, reader: &mut Reader<'_>) -> bool {
    let NodeKind::Map(entries) = &root.kind else {
        let message = format!("expected a map of sections, found {}", root.kind_word());
        reader.report(Diagnostic::error(codes::WRONG_TYPE, root.span, message));
        reader.incomplete = true;
        return false;
    };
    for entry in entries {
        known(entry, own, reader);
    }
    let spoken = version(root, reader);
    reader.incomplete |= !spoken;
    spoken
}

fn known(entry: &Entry, own: bool, reader: &mut Reader<'_>) {
    let key = entry.key.text.as_str();
    let found = TOP_KEYS.iter().find(|one| one.key.name == key);
    if let Some(top) = found {
        if !own && !top.module {
            let message = format!("a module cannot have `{key}`");
            reader.report(
                Diagnostic::error(codes::WRONG_POSITION, entry.key_span, message).hint("only the dataset's own file says this"),
            );
        }
        return;
    }
    let known = TOP_KEYS.iter().map(|one| one.key.name);
    let diagnostic = if LATER.contains(&key) {
        Diagnostic::error(codes::UNKNOWN_KEY, entry.key_span, format!("`{key}` is not built yet"))
            .hint("it belongs to a later version of the language")
    } else {
        reader.incomplete |= entry.value.is_collection();
        Diagnostic::error(codes::UNKNOWN_KEY, entry.key_span, format!("unknown key `{key}`"))
            .suggest(key, known.clone())
            .hint(format!("a spec has {}", quoted_list(known)))
    };
    reader.report(diagnostic);
}

fn version(root: &Node, reader: &mut Reader<'_>) -> bool {
    let hint = format!("this program speaks version {LANGUAGE_VERSION}: write `dictum: {LANGUAGE_VERSION}`");
    match root.get("dictum") {
        None => {
            let start = crate::source::Span { end: root.span.start, ..root.span };
            reader.report(Diagnostic::error(codes::MISSING_KEY, start, "the language version is missing").hint(hint));
            false
        }
        Some(node) if node.as_int() == Some(i128::from(LANGUAGE_VERSION)) => true,
        Some(node) => {
            let found = node.scalar_text().unwrap_or(node.kind_word()).to_owned();
            reader.report(
                Diagnostic::error(codes::LANGUAGE_VERSION, node.span, format!("unknown language version {found}")).hint(hint),
            );
            false
        }
    }
}

/// A name at the top of a file (`dataset`, `stream`): letters, digits, `_` and, for folders, `-`.
pub(super) fn name(node: &Node, reader: &mut Reader<'_>) -> Option<Text> {
    match node.as_text() {
        Some(text) if is_name(text) => Some(Text::from(text)),
        Some(text) => {
            reader.report(
                Diagnostic::error(codes::BAD_NAME, node.span, format!("`{text}` cannot be a name"))
                    .hint("a name has letters, digits and `_`, and does not begin with a digit"),
            );
            None
        }
        None => {
            let message = format!("expected a name, found {}", node.kind_word());
            reader.report(Diagnostic::error(codes::WRONG_TYPE, node.span, message));
            None
        }
    }
}

/// A whole number at the top of a file.
pub(super) fn count(node: &Node, reader: &mut Reader<'_>) -> Option<u64> {
    match node.as_int().and_then(|number| u64::try_from(number).ok()) {
        Some(number) => Some(number),
        None => {
            let found = node.scalar_text().unwrap_or(node.kind_word()).to_owned();
            reader.report(Diagnostic::error(codes::WRONG_TYPE, node.span, format!("expected a count, found {found}")));
            None
        }
    }
}

/// A line of text at the top of a file.
pub(super) fn line(node: &Node, reader: &mut Reader<'_>) -> Option<String> {
    match node.as_text() {
        Some(text) => Some(text.to_owned()),
        None => {
            let message = format!("expected text, found {}", node.kind_word());
            reader.report(Diagnostic::error(codes::WRONG_TYPE, node.span, message));
            None
        }
    }
}
