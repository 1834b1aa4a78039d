//! `views`: the same records in other shapes.

use super::checks::only;
use super::collect::Draft;
use super::files::Reader;
use super::sections::{names, parse};
use crate::data::Text;
use crate::diag::{Diagnostic, codes};
use crate::engine::yaml::Entry;
use crate::form::{Key, Position, bad_name, is_name, shown};
use crate::spec::View;

/// The keys of a view.
pub const VIEW_KEYS: &[Key] = &[
    Key::new("where", r##"{"$ref": "#/$defs/expression"}"##, "Which records it shows (default: all).")
        .example("open: {where: decision != 'close', record: {label: '{{ decision }}'}}"),
    Key::new(
        "record",
        r##"{"$ref": "#/$defs/data"}"##,
        "What it shows of a record, as data like `record` itself. It keeps the `id` of the record, which is written first where \
         the view does not write it.",
    )
    .example("open: {where: decision != 'close', record: {label: '{{ decision }}'}}")
    .required(),
];

/// Reads `views`.
pub(super) fn read(section: &Entry, draft: &mut Draft, reader: &mut Reader<'_>) {
    for entry in names(&section.value, "views", reader) {
        let name = entry.key.text.as_str();
        if !is_name(name) {
            reader.report(bad_name(name, entry.key_span));
            continue;
        }
        let Some(view) = one(entry, reader) else { continue };
        if let Some(first) = draft.views.get(name) {
            let diagnostic = Diagnostic::error(codes::NAME_COLLISION, view.span, format!("the view `{name}` is given twice"));
            reader.report(diagnostic.label(first.span, "first here"));
            continue;
        }
        draft.views.insert(Text::from(name), view);
    }
}

fn one(entry: &Entry, reader: &mut Reader<'_>) -> Option<View> {
    if !only(&entry.value, "a view", &Key::names(VIEW_KEYS), reader) {
        return None;
    }
    let Some(record) = entry.value.get("record") else {
        let message = format!("the view `{}` has no `record`", entry.key.text);
        let diagnostic = Diagnostic::error(codes::MISSING_KEY, entry.key_span, message);
        reader.report(diagnostic.hint("say what it shows: `record: {request: \"{{ record.input.request }}\"}`"));
        return None;
    };
    let filter = entry.value.get("where").map(|node| parse(reader, |cx| cx.expression(node)));
    let record = parse(reader, |cx| cx.data(record, Position::View));
    Some(View { span: entry.key_span, filter: filter.map_or(Some(None), |one| one.map(Some))?, record: shown(record?) })
}
