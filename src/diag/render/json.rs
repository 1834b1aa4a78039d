//! The JSON form: one object a line, for programs.
//!
//! In: one diagnostic. Out: a JSON object and a line end. What must hold: every object has the same keys in the same order;
//! what is unknown is null, never absent. Lines and columns are one-based and columns count characters, bytes are zero-based;
//! an end is one past the last. No key is ever renamed.

use std::io::{self, Write};

use serde::Serialize;

use super::super::{Diagnostic, Label, RecordPlace};
use crate::source::{Sources, Span};

/// One diagnostic as it is written.
#[derive(Serialize)]
struct Line<'a> {
    code: &'a str,
    severity: &'a str,
    message: &'a str,
    #[serde(flatten)]
    place: Place<'a>,
    remark: &'a str,
    labels: Vec<Further<'a>>,
    hints: &'a [String],
    record: Option<Record<'a>>,
}

/// A place in a file; all null where there is none.
#[derive(Default, Serialize)]
struct Place<'a> {
    file: Option<&'a str>,
    line: Option<usize>,
    column: Option<usize>,
    end_line: Option<usize>,
    end_column: Option<usize>,
    byte_start: Option<usize>,
    byte_end: Option<usize>,
}

/// A further place with what to see there.
#[derive(Serialize)]
struct Further<'a> {
    #[serde(flatten)]
    place: Place<'a>,
    text: &'a str,
}

/// The record that a diagnostic speaks of.
#[derive(Serialize)]
struct Record<'a> {
    dataset: &'a str,
    index: u64,
    path: &'a str,
}

/// Writes one diagnostic as one JSON object.
pub(super) fn write(one: &Diagnostic, sources: &Sources, out: &mut dyn Write) -> io::Result<()> {
    let primary = one.primary.as_ref();
    let line = Line {
        code: one.code.name,
        severity: one.severity.word(),
        message: &one.message,
        place: primary.map(|label| place(label.span, sources)).unwrap_or_default(),
        remark: primary.map_or("", |label| &label.text),
        labels: one.secondary.iter().map(|Label { span, text }| Further { place: place(*span, sources), text }).collect(),
        hints: &one.hints,
        record: one.record.as_ref().map(|RecordPlace { dataset, index, path }| Record { dataset, index: *index, path }),
    };
    serde_json::to_writer(&mut *out, &line)?;
    writeln!(out)
}

/// Where a span lies; bytes past the end of the text mean its end, so that a reader can always slice by them.
fn place(span: Span, sources: &Sources) -> Place<'_> {
    let Some(source) = sources.get(span.source) else { return Place::default() };
    let start = span.range().start.min(source.text().len());
    let end = span.range().end.min(source.text().len());
    let (line, column) = source.line_column(start);
    let (end_line, end_column) = source.line_column(end);
    Place {
        file: Some(source.path()),
        line: Some(line),
        column: Some(column),
        end_line: Some(end_line),
        end_column: Some(end_column),
        byte_start: Some(start),
        byte_end: Some(end),
    }
}

#[cfg(test)]
mod tests {
    use super::super::MessageFormat;
    use super::super::tests::{find, text};
    use super::*;
    use crate::diag::codes;

    #[test]
    fn objects_have_fixed_keys_in_a_fixed_order() {
        let mut sources = Sources::default();
        let id = sources.add("scenarios/x.yaml", "é: ü\nsize: 3\n");
        let other = sources.add("constitution.yaml", "a: 1\nb: [\n 2]\n");
        let record = RecordPlace { dataset: "x".into(), index: u64::MAX, path: "input.role".into() };
        let list = [
            Diagnostic::error(codes::NAME_COLLISION, find(&sources, id, "ü"), "`ü` is \"given\" twice")
                .remark("again here")
                .label(find(&sources, other, "b: [\n 2]"), "first here")
                .hint("rename one")
                .in_record(record),
            Diagnostic::warning(codes::UNUSED, Span::new(id, 700..900), "past the end"),
            Diagnostic::unplaced(codes::EXPECT_FAILED, "no file to blame"),
        ];
        let expected = [
            r#"{"code":"name-collision","severity":"error","message":"`ü` is \"given\" twice","file":"scenarios/x.yaml","#,
            r#""line":1,"column":4,"end_line":1,"end_column":5,"byte_start":4,"byte_end":6,"remark":"again here","#,
            r#""labels":[{"file":"constitution.yaml","line":2,"column":1,"end_line":3,"end_column":4,"byte_start":5,"#,
            r#""byte_end":13,"text":"first here"}],"hints":["rename one"],"#,
            r#""record":{"dataset":"x","index":18446744073709551615,"path":"input.role"}}"#,
            "\n",
            r#"{"code":"unused","severity":"warning","message":"past the end","file":"scenarios/x.yaml","line":3,"column":1,"#,
            r#""end_line":3,"end_column":1,"byte_start":15,"byte_end":15,"remark":"","labels":[],"hints":[],"record":null}"#,
            "\n",
            r#"{"code":"expect-failed","severity":"error","message":"no file to blame","file":null,"line":null,"column":null,"#,
            r#""end_line":null,"end_column":null,"byte_start":null,"byte_end":null,"remark":"","labels":[],"hints":[],"#,
            r#""record":null}"#,
            "\n",
        ]
        .concat();
        assert_eq!(text(list, &sources, MessageFormat::Json), expected);
    }
}
