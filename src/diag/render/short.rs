//! The short form: one line a diagnostic, for editors, `grep` and CI logs.
//!
//! In: one diagnostic. Out: `file:line:column: severity[code]: message (remarks)` and a line end. What must hold: exactly one
//! line, whatever the message quotes; a hint of several lines is left out.

use std::io::{self, Write};

use super::super::Diagnostic;
use super::{in_record, one_line};
use crate::source::Sources;

/// Writes one diagnostic as one line.
pub(super) fn write(one: &Diagnostic, sources: &Sources, out: &mut dyn Write) -> io::Result<()> {
    if let Some(place) = one.primary.as_ref().and_then(|label| sources.locate(label.span)) {
        write!(out, "{}:{}:{}: ", one_line(&place.path), place.line, place.column)?;
    }
    write!(out, "{}[{}]: {}", one.severity.word(), one.code, one_line(&one.message))?;
    let hints = one.hints.iter().filter(|hint| !hint.contains('\n')).cloned();
    let remarks: Vec<String> = one.record.iter().map(in_record).chain(hints).collect();
    if !remarks.is_empty() {
        write!(out, " ({})", one_line(&remarks.join("; ")))?;
    }
    writeln!(out)
}

#[cfg(test)]
mod tests {
    use super::super::MessageFormat;
    use super::super::tests::{find, text};
    use super::*;
    use crate::diag::{RecordPlace, codes};
    use crate::source::Span;

    #[test]
    fn each_diagnostic_is_one_line_with_its_hints_and_record() {
        let mut sources = Sources::default();
        let id = sources.add("scenarios/x.yaml", "dataset: x\nrecord:\n  é: ü\n\tsize: 3\n");
        let empty = sources.add("empty.yaml", "");
        let record = RecordPlace { dataset: "x".into(), index: 17, path: "input.role".into() };
        let whole = RecordPlace { dataset: "x".into(), index: 17, path: String::new() };
        let list = [
            Diagnostic::error(codes::UNKNOWN_KEY, find(&sources, id, "dataset"), "unknown key `dataset`")
                .hint("did you mean `datasets`?")
                .hint("first\nsecond")
                .hint("keys are listed in the manual"),
            Diagnostic::warning(codes::UNUSED, find(&sources, id, "ü"), "`é` is never read"),
            Diagnostic::error(codes::YAML_TAB, find(&sources, id, "size"), "tab before `size`"),
            Diagnostic::error(codes::MISSING_KEY, Span::new(id, 37..37), "missing key `size`"),
            Diagnostic::error(codes::YAML_SYNTAX, Span::new(id, 900..999), "unexpected end"),
            Diagnostic::error(codes::YAML_EMPTY, Span::new(empty, 0..0), "no document"),
            Diagnostic::unplaced(codes::EXPECT_FAILED, "expected 3 labels, found \"a\nb\u{1b}[0m\"").in_record(whole),
            Diagnostic::error(codes::SCHEMA_VIOLATION, find(&sources, id, "record"), "expected text, found 3")
                .in_record(record)
                .hint("see the schema"),
        ];
        let expected = "\
scenarios/x.yaml:1:1: error[unknown-key]: unknown key `dataset` (did you mean `datasets`?; keys are listed in the manual)
scenarios/x.yaml:3:6: warning[unused]: `é` is never read
scenarios/x.yaml:4:2: error[yaml-tab]: tab before `size`
scenarios/x.yaml:5:1: error[missing-key]: missing key `size`
scenarios/x.yaml:5:1: error[yaml-syntax]: unexpected end
empty.yaml:1:1: error[yaml-empty]: no document
error[expect-failed]: expected 3 labels, found \"a\\nb\\u{1b}[0m\" (in record x#17)
scenarios/x.yaml:2:1: error[schema-violation]: expected text, found 3 (in record x#17 at input.role; see the schema)
";
        assert_eq!(text(list, &sources, MessageFormat::Short), expected);
    }
}
