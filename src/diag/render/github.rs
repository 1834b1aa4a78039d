//! The GitHub form: workflow commands, which GitHub Actions shows beside the changed lines.
//!
//! In: one diagnostic. Out: `::error file=…,line=…,endLine=…,col=…,endColumn=…,title=error[code]::message` and a line end; further
//! places and hints are further lines of the message. What must hold: one line of output, whatever the message quotes: `%`, line
//! ends and, in properties, `:` and `,` are escaped; columns are left out where a place spans lines, as GitHub wants it. An
//! end column is one past the last.

use std::io::{self, Write};

use super::super::Diagnostic;
use super::{in_record, one_line};
use crate::source::{Location, Sources};

/// Writes one diagnostic as one workflow command.
pub(super) fn write(one: &Diagnostic, sources: &Sources, out: &mut dyn Write) -> io::Result<()> {
    let place = one.primary.as_ref().and_then(|label| sources.locate(label.span));
    let title = format!("{}[{}]", one.severity.word(), one.code);
    let record = one.record.as_ref().map(|place| format!(" ({})", in_record(place))).unwrap_or_default();
    let labels = one.secondary.iter().filter_map(|label| {
        let Location { path, line, column, .. } = sources.locate(label.span)?;
        Some(format!("{path}:{line}:{column}: {}", label.text))
    });
    let hints = one.hints.iter().map(|hint| format!("hint: {hint}"));
    let lines: Vec<String> = std::iter::once(format!("{}{record}", one.message)).chain(labels).chain(hints).collect();
    command(one.severity.word(), place.as_ref(), &title, &lines.join("\n"), out)
}

/// Writes one workflow command: its level (`error`, `warning`), the place if there is one, a title, and a message of any lines.
///
/// # Errors
/// Whatever `out` fails with.
pub(super) fn command(level: &str, place: Option<&Location>, title: &str, message: &str, out: &mut dyn Write) -> io::Result<()> {
    write!(out, "::{level} ")?;
    if let Some(Location { path, line, column, end_line, end_column }) = place {
        write!(out, "file={},line={line},endLine={end_line},", property(path))?;
        if line == end_line {
            write!(out, "col={column},endColumn={end_column},")?;
        }
    }
    writeln!(out, "title={}::{}", property(title), data(message))
}

/// Text as a command's message: what stays of it is one line.
fn data(text: &str) -> String {
    let lines: Vec<_> = text.split('\n').map(|line| one_line(line.trim_end_matches('\r'))).collect();
    lines.join("\n").replace('%', "%25").replace('\n', "%0A")
}

/// Text as the value of a command's property.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::super::MessageFormat;
    use super::super::tests::{find, text};
    use crate::diag::{Diagnostic, RecordPlace, codes};
    use crate::source::Sources;

    #[test]
    fn a_diagnostic_is_one_command_with_what_commands_are_made_of_escaped() {
        let mut sources = Sources::default();
        let id = sources.add("scenarios/a,b:c%.yaml", "é: ü\nsize: 3\nrecord: [\n 1]\n");
        let record = RecordPlace { dataset: "x".into(), index: 3, path: "input.role".into() };
        let list = [
            Diagnostic::error(codes::NAME_COLLISION, find(&sources, id, "ü"), "100 % of `a::b, c`\r\nfail \u{1b}[0m")
                .label(find(&sources, id, "size"), "first here")
                .hint("one\ntwo"),
            Diagnostic::warning(codes::UNUSED, find(&sources, id, "[\n 1]"), "nothing reads it"),
            Diagnostic::unplaced(codes::EXPECT_FAILED, "no file to blame").in_record(record),
        ];
        let expected = [
            "::error file=scenarios/a%2Cb%3Ac%25.yaml,line=1,endLine=1,col=4,endColumn=5,title=error[name-collision]::",
            "100 %25 of `a::b, c`%0Afail \\u{1b}[0m%0Ascenarios/a,b:c%25.yaml:2:1: first here%0Ahint: one%0Atwo\n",
            "::warning file=scenarios/a%2Cb%3Ac%25.yaml,line=3,endLine=4,title=warning[unused]::nothing reads it\n",
            "::error title=error[expect-failed]::no file to blame (in record x#3 at input.role)\n",
        ];
        assert_eq!(text(list, &sources, MessageFormat::Github), expected.concat());
    }
}
