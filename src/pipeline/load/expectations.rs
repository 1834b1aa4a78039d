//! `expect`: what must hold for the whole dataset.

use super::checks::only;
use super::collect::Draft;
use super::files::Reader;
use super::sections::parse;
use crate::data::Text;
use crate::diag::{Diagnostic, codes};
use crate::engine::yaml::{Entry, Node, NodeKind};
use crate::form::Key;
use crate::program::ExprText;
use crate::source::Span;
use crate::spec::{Band, Expectation, ExpectationKind};

/// The keys of an expectation.
pub const EXPECTATION_KEYS: &[Key] = &[
    Key::new(
        "share",
        r##"{"anyOf": [{"type": "string"}, {"type": "object", "minProperties": 1, "maxProperties": 1, "additionalProperties": {"anyOf": [{"$ref": "#/$defs/band"}, {"type": "object", "additionalProperties": {"$ref": "#/$defs/band"}}]}}]}"##,
        "An expression whose values are counted (each element of a list once), `{expression: {value: band}}`, or `{condition: band}`. A name alone is expected as its `aim` plans it.",
    ).example("{share: {decision: {close: 0.2..0.4}}}"),
    Key::new("of", r#"{"type": "string"}"#, "The attribute by which maps, or a list of maps, are counted.").example("{share: duties, of: id, every: 0.03..1}").needs(&["share"]),
    Key::new("every", r##"{"$ref": "#/$defs/band"}"##, "The band of every value that can occur, seen or not.").example("{share: duties, of: id, every: 0.03..1}").needs(&["share"]),
    Key::new("by", r##"{"$ref": "#/$defs/expression"}"##, "Judged apart for each value of this expression.").example("{share: decision, by: scenario}").needs(&["share"]),
    Key::new("distinct", r##"{"$ref": "#/$defs/expression"}"##, "An expression of which different values are counted.").example("{distinct: say.request, at_least: 0.95}")
        .needs(&["at_least"]),
    Key::new(
        "at_least",
        r#"{"type": "number", "minimum": 0, "maximum": 1}"#,
        "The least share of different values among all records.",
    ).example("{distinct: say.request, at_least: 0.95}")
    .needs(&["distinct"]),
    Key::new("at_size", r#"{"type": "integer", "minimum": 0}"#, "Judged only in builds of at least so many records.").example("{distinct: say.request, at_least: 0.95, at_size: 500}"),
];

/// Reads `expect`.
pub(super) fn read(node: &Node, draft: &mut Draft, reader: &mut Reader<'_>) {
    let NodeKind::List(items) = &node.kind else {
        let message = format!("expected a list of expectations, found {}", node.kind_word());
        reader.report(Diagnostic::error(codes::WRONG_TYPE, node.span, message));
        return;
    };
    for item in items {
        if only(item, "an expectation", &Key::names(EXPECTATION_KEYS), reader)
            && let Some(expectation) = one(item, reader)
        {
            draft.expectations.push(expectation);
        }
    }
}

fn one(item: &Node, reader: &mut Reader<'_>) -> Option<Expectation> {
    let at_size = match item.get("at_size") {
        Some(node) => super::header::count(node, reader)?,
        None => 0,
    };
    let kind = match (item.get("share"), item.get("distinct")) {
        (Some(share), None) => share_kind(item, share, reader)?,
        (None, Some(of)) => {
            let allowed: &[&'static str] = &["distinct", "at_least", "at_size"];
            if !only(item, "`distinct`", allowed, reader) {
                return None;
            }
            let at_least = match item.get("at_least").map(|node| (node, node.value().as_float())) {
                Some((_, Some(least))) if (0.0..=1.0).contains(&least) => least,
                Some((node, _)) => {
                    let found = node.scalar_text().unwrap_or(node.kind_word());
                    let message = format!("expected a share from 0 to 1, found {found}");
                    reader.report(Diagnostic::error(codes::BAD_RANGE, node.span, message));
                    return None;
                }
                None => {
                    let message = "`distinct` needs `at_least`, a share from 0 to 1";
                    reader.report(Diagnostic::error(codes::MISSING_KEY, item.span, message));
                    return None;
                }
            };
            ExpectationKind::Distinct { of: parse(reader, |cx| cx.expression(of))?, at_least }
        }
        _ => {
            let message = "an expectation has either `share` or `distinct`";
            reader.report(Diagnostic::error(codes::MISSING_KEY, item.span, message));
            return None;
        }
    };
    Some(Expectation { span: item.span, kind, at_size })
}

/// `share` of a name with `every`, of values with their bands, or of a condition with its band.
fn share_kind(item: &Node, share: &Node, reader: &mut Reader<'_>) -> Option<ExpectationKind> {
    let NodeKind::Map(entries) = &share.kind else { return every_value(item, share, reader) };
    let [entry] = entries.as_slice() else {
        let message = "`share` takes one name with its bands: `share: {decision: {deny: 0.15..0.35}}`";
        reader.report(Diagnostic::error(codes::WRONG_TYPE, share.span, message));
        return None;
    };
    match &entry.value.kind {
        NodeKind::Map(bands) => banded(item, entry, bands, reader),
        NodeKind::List(_) => {
            let message = format!("expected a band or bands such as `{{deny: 0.15..0.35}}`, found {}", entry.value.kind_word());
            reader.report(Diagnostic::error(codes::WRONG_TYPE, entry.value.span, message));
            None
        }
        _ => condition(item, entry, reader),
    }
}

/// `{share: failed, of: id, every: 0.03..1}`; without `every` the shares are those that the name is aimed at.
fn every_value(item: &Node, share: &Node, reader: &mut Reader<'_>) -> Option<ExpectationKind> {
    let Options { attribute, every, by } = options(item, reader)?;
    let of = parse(reader, |cx| cx.expression(share))?;
    if attribute.is_some() && every.is_none() {
        let message = "`share` by an attribute needs `every`, the band of each value";
        reader.report(
            Diagnostic::error(codes::MISSING_KEY, item.span, message).hint("or give bands: `share: {failed: {C1: 0.1..0.4}}`"),
        );
        return None;
    }
    Some(ExpectationKind::Share { of, attribute, bands: Vec::new(), every, by })
}

/// `{share: {decision: {deny: 0.15..0.35}}}`.
fn banded(item: &Node, entry: &Entry, bands: &[Entry], reader: &mut Reader<'_>) -> Option<ExpectationKind> {
    let Options { attribute, every, by } = options(item, reader)?;
    if bands.is_empty() && every.is_none() {
        let message = "`share` without a band expects nothing";
        reader.report(
            Diagnostic::error(codes::MISSING_KEY, entry.value.span, message)
                .hint("write `{deny: 0.15..0.35}`, or `every: 0.1..0.4`"),
        );
        return None;
    }
    let read: Vec<_> = bands.iter().map(|one| Some((one.key_value.clone(), one.key_span, band(&one.value, reader)?))).collect();
    let bands = read.into_iter().collect::<Option<_>>()?;
    Some(ExpectationKind::Share { of: ExprText::new(&entry.key), attribute, bands, every, by })
}

/// `{share: {"rho > 0.9": 0.05..1}}`.
fn condition(item: &Node, entry: &Entry, reader: &mut Reader<'_>) -> Option<ExpectationKind> {
    if !only(item, "`share` of a condition", &["share", "by", "at_size"], reader) {
        return None;
    }
    let Options { by, .. } = options(item, reader)?;
    let band = (entry.value.span, band(&entry.value, reader)?);
    Some(ExpectationKind::Holds { that: ExprText::new(&entry.key), band, by })
}

/// What may stand beside `share`.
struct Options {
    attribute: Option<(Text, Span)>,
    every: Option<Band>,
    by: Option<ExprText>,
}

fn options(item: &Node, reader: &mut Reader<'_>) -> Option<Options> {
    if !only(item, "`share`", &["share", "of", "by", "every", "at_size"], reader) {
        return None;
    }
    let attribute = match item.get("of") {
        Some(node) => Some((Text::from(super::header::line(node, reader)?), node.span)),
        None => None,
    };
    let by = match item.get("by") {
        Some(node) => Some(parse(reader, |cx| cx.expression(node))?),
        None => None,
    };
    let every = match item.get("every") {
        Some(node) => Some(band(node, reader)?),
        None => None,
    };
    Some(Options { attribute, every, by })
}

/// `0.15..0.35`: shares from 0 to 1.
fn band(node: &Node, reader: &mut Reader<'_>) -> Option<Band> {
    let text = node.scalar_text().unwrap_or_default();
    let ends = text.split_once("..").and_then(|(min, max)| Some((min.trim().parse().ok()?, max.trim().parse().ok()?)));
    match ends {
        Some((min, max)) if (0.0..=1.0).contains(&min) && min <= max && max <= 1.0 => Some(Band { min, max }),
        _ => {
            let message = format!("expected a band such as `0.15..0.35`, found `{text}`");
            reader.report(
                Diagnostic::error(codes::BAD_RANGE, node.span, message).hint("shares go from 0 to 1, the lower end first"),
            );
            None
        }
    }
}
