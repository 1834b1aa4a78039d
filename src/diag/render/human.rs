//! The human form: what an author reads in the terminal.
//!
//! In: one diagnostic. Out: a headline, the source lines it points at with their places marked, the record and the hints
//! below, and an empty line. This file is the only door to `annotate-snippets`.
//!
//! What must hold: every byte range handed to that crate lies inside the text and on character borders (it panics otherwise),
//! and fits the width, so that a line of any length is cut around the place it is quoted for.

use std::borrow::Cow;
use std::io::{self, Write};
use std::ops::Range;

use annotate_snippets::{Annotation, AnnotationKind, Element, Group, Level, Renderer, Snippet, normalize_untrusted_str};

use super::super::{Diagnostic, Label, Severity};
use super::{in_record, one_line};
use crate::source::{Source, SourceId, Sources};

/// Columns that are lost to the source text: line numbers, and the six on either side that annotate-snippets keeps for dots.
const MARGIN: usize = 24;
/// The least number of columns of source text worth showing, however narrow the terminal.
const LEAST: usize = 20;

/// Writes one diagnostic and an empty line.
pub(super) fn write(one: &Diagnostic, sources: &Sources, color: bool, width: usize, out: &mut dyn Write) -> io::Result<()> {
    let room = width.saturating_sub(MARGIN).max(LEAST);
    let renderer = if color { Renderer::styled() } else { Renderer::plain() }.term_width(room + MARGIN);
    let level = match one.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let report = Group::with_title(level.primary_title(one_line(&one.message)).id(one.code.name))
        .elements(excerpts(one, sources, room).into_iter().map(Excerpt::into_snippet))
        .elements(notes(one));
    writeln!(out, "{}\n", renderer.render(&[report]))
}

/// What stands below the source lines: the record, then the hints.
fn notes(one: &Diagnostic) -> impl Iterator<Item = Element<'_>> {
    let record = one.record.iter().map(|place| Level::NOTE.message(normalize_untrusted_str(&in_record(place))).into());
    let hints = one.hints.iter().map(|hint| Level::HELP.message(normalize_untrusted_str(hint)).into());
    record.chain(hints)
}

/// A place to mark in a source line.
struct Mark<'a> {
    kind: AnnotationKind,
    /// Bytes of the text; at most one line.
    bytes: Range<usize>,
    /// Zero-based columns of that line.
    columns: Range<usize>,
    text: &'a str,
}

impl<'a> Mark<'a> {
    /// The first line of a label's span, cut to `room` columns.
    fn new(kind: AnnotationKind, label: &'a Label, source: &Source, room: usize) -> Self {
        let text = source.text();
        let start = text.floor_char_boundary(label.span.range().start);
        let whole = text.get(start..text.floor_char_boundary(label.span.range().end)).unwrap_or("");
        let head = match whole.split_once('\n') {
            Some((line, _)) => line.trim_end(),
            None => whole,
        };
        let shown: usize = head.chars().take(room).map(char::len_utf8).sum();
        let column = source.line_column(start).1 - 1;
        let columns = column..column + head.chars().take(room).count();
        Self { kind, bytes: start..start + shown, columns, text: &label.text }
    }
}

/// Lines of one file that are shown in one piece.
struct Excerpt<'a> {
    id: SourceId,
    source: &'a Source,
    marks: Vec<Mark<'a>>,
}

/// The places of a diagnostic, primary first. Marks share an excerpt where they lie in one file and fit the room side by side;
/// two ends of one long line are shown apart, for neither could be read otherwise.
fn excerpts<'a>(one: &'a Diagnostic, sources: &'a Sources, room: usize) -> Vec<Excerpt<'a>> {
    let primary = one.primary.iter().map(|label| (AnnotationKind::Primary, label));
    let secondary = one.secondary.iter().map(|label| (AnnotationKind::Context, label));
    let mut list: Vec<Excerpt> = Vec::new();
    for (kind, label) in primary.chain(secondary) {
        let id = label.span.source;
        let Some(source) = sources.get(id) else { continue };
        let mark = Mark::new(kind, label, source, room);
        match list.iter_mut().find(|excerpt| excerpt.id == id && excerpt.fits(&mark, room)) {
            Some(excerpt) => excerpt.marks.push(mark),
            None => list.push(Excerpt { id, source, marks: vec![mark] }),
        }
    }
    list
}

impl<'a> Excerpt<'a> {
    /// Whether the columns of all marks, with this one, span no more than `room`.
    fn fits(&self, mark: &Mark, room: usize) -> bool {
        let columns = self.marks.iter().chain([mark]).map(|mark| &mark.columns);
        let left = columns.clone().map(|columns| columns.start).min().unwrap_or(0);
        let right = columns.map(|columns| columns.end).max().unwrap_or(0);
        right - left <= room
    }

    /// The whole lines from the first to the last mark (annotate-snippets reads all it is given, so it is given no more).
    fn into_snippet(self) -> Snippet<'a, Annotation<'a>> {
        let text: &'a str = self.source.text();
        let first = self.marks.iter().map(|mark| mark.bytes.start).min().unwrap_or(0);
        let last = self.marks.iter().map(|mark| mark.bytes.end).max().unwrap_or(0);
        let start = text.get(..first).and_then(|before| before.rfind('\n')).map_or(0, |at| at + 1);
        let end = text.get(last..).and_then(|after| after.find('\n')).map_or(text.len(), |at| last + at + 1);
        let lines = text.get(start..end).unwrap_or("");
        // A mark behind the last line end stands on a line of its own, which annotate-snippets does not count.
        let lines =
            if last == text.len() && lines.ends_with('\n') { Cow::Owned(format!("{lines}\n")) } else { Cow::Borrowed(lines) };
        let marks = self.marks.into_iter().map(|mark| {
            let mark_text = (!mark.text.is_empty()).then(|| one_line(mark.text));
            mark.kind.span(mark.bytes.start - start..mark.bytes.end - start).label(mark_text)
        });
        Snippet::source(lines).line_start(self.source.line_column(first).0).path(self.source.path()).annotations(marks)
    }
}

#[cfg(test)]
mod tests {
    use super::super::MessageFormat;
    use super::super::tests::{find, text};
    use super::*;
    use crate::diag::{RecordPlace, codes};
    use crate::source::Span;

    fn human(sources: &Sources, width: usize, one: Diagnostic) -> String {
        text([one], sources, MessageFormat::Human { color: false, width })
    }

    #[test]
    fn headline_place_source_and_hints() {
        let mut sources = Sources::default();
        let id = sources.add("scenarios/x.yaml", "dataset: x\ncontxt:\n  a: [1, 2]\n");
        let one = Diagnostic::error(codes::UNKNOWN_KEY, find(&sources, id, "contxt"), "unknown key `contxt`")
            .suggest("contxt", ["context"])
            .hint("first line\nsecond line");
        let expected = "\
error[unknown-key]: unknown key `contxt`
 --> scenarios/x.yaml:2:1
  |
2 | contxt:
  | ^^^^^^
  |
  = help: did you mean `context`?
  = help: first line
          second line

";
        assert_eq!(human(&sources, 100, one.clone()), expected);
        let colored = text([one], &sources, MessageFormat::Human { color: true, width: 100 });
        assert!(colored.starts_with("\u{1b}[1m") && colored.contains("unknown key `contxt`"), "{colored}");
    }

    #[test]
    fn places_in_several_files_and_the_first_line_of_long_spans() {
        let mut sources = Sources::default();
        let id = sources.add("scenarios/x.yaml", "record:\n  a: 1\nderive:\r\n  b: 3\n  c: 4\nsize: 1\n");
        let module = sources.add("constitution.yaml", "dictum: 1\nhash: cdd\n");
        let mapping = find(&sources, id, "derive:\r\n  b: 3\n  c: 4");
        let one = Diagnostic::warning(codes::NAME_COLLISION, mapping, "`hash` is given twice")
            .remark("again here")
            .label(find(&sources, module, "hash"), "first here")
            .label(find(&sources, id, "a: 1"), "read here");
        let expected = "\
warning[name-collision]: `hash` is given twice
 --> scenarios/x.yaml:3:1
  |
2 |   a: 1
  |   ---- read here
3 | derive:
  | ^^^^^^^ again here
  |
 ::: constitution.yaml:2:1
  |
2 | hash: cdd
  | ---- first here

";
        assert_eq!(human(&sources, 100, one), expected);
    }

    #[test]
    fn marks_stand_under_wide_characters_and_tabs() {
        let mut sources = Sources::default();
        let id = sources.add("x.yaml", "é: \"日本 ü\" # x\n\tsize: 3\n");
        let record = RecordPlace { dataset: "reviews".into(), index: 17, path: "input.context.role".into() };
        let one = Diagnostic::error(codes::SCHEMA_VIOLATION, find(&sources, id, "ü"), "expected text, found 3").in_record(record);
        let expected = "\
error[schema-violation]: expected text, found 3
 --> x.yaml:1:8
  |
1 | é: \"日本 ü\" # x
  |          ^
  |
  = note: in record reviews#17 at input.context.role

";
        assert_eq!(human(&sources, 100, one), expected);
        let one = Diagnostic::error(codes::YAML_TAB, find(&sources, id, "size"), "tab before `size`").remark("here");
        let expected = "\
error[yaml-tab]: tab before `size`
 --> x.yaml:2:2
  |
2 |     size: 3
  |     ^^^^ here

";
        assert_eq!(human(&sources, 100, one), expected);
    }

    #[test]
    fn a_long_line_is_cut_around_its_mark() {
        let mut sources = Sources::default();
        let id = sources
            .add("x.yaml", format!("say: [{}\"of {{{{ poeple }}}} people\"{}]\n", "word, ".repeat(20), ", word".repeat(20)));
        let one = Diagnostic::error(codes::UNDEFINED_NAME, find(&sources, id, "poeple"), "undefined name `poeple`");
        let expected = "\
error[undefined-name]: undefined name `poeple`
 --> x.yaml:1:134
  |
1 | ...word, word, word, \"of {{ poeple }} people\", word, word, ...
  |                             ^^^^^^
  |
 ::: x.yaml:1:1
  |
1 | say: [word, word, word, word, word, word, word, word, word,...
  | --- in this text

";
        let far = one.label(find(&sources, id, "say"), "in this text");
        assert_eq!(human(&sources, 66, far), expected);
        let whole =
            Diagnostic::error(codes::WRONG_TYPE, Span::new(id, 5..260), "expected text, found a list").remark("this list");
        let shown = human(&sources, 66, whole);
        assert!(shown.lines().all(|line| line.chars().count() <= 66), "{shown}");
    }

    #[test]
    fn ends_and_places_past_the_end_are_shown_at_the_end() {
        let mut sources = Sources::default();
        let id = sources.add("x.yaml", "size: ü\n");
        let empty = sources.add("empty.yaml", "");
        let end = "\
error[missing-key]: missing key `dataset`
 --> x.yaml:2:1
  |
2 |
  | ^

";
        for span in [Span::new(id, 9..9), Span::new(id, 70..90), Span::new(id, 9..usize::MAX)] {
            assert_eq!(human(&sources, 80, Diagnostic::error(codes::MISSING_KEY, span, "missing key `dataset`")), end);
        }
        let one = Diagnostic::error(codes::MISSING_KEY, Span::new(id, 9..9), "missing key `dataset`");
        let expected = "\
error[missing-key]: missing key `dataset`
 --> x.yaml:2:1
  |
1 | size: ü
  | ---- after this
2 |
  | ^

";
        assert_eq!(human(&sources, 80, one.label(find(&sources, id, "size"), "after this")), expected);
        let one = Diagnostic::error(codes::YAML_EMPTY, Span::new(empty, 0..0), "no document");
        assert_eq!(human(&sources, 80, one), "error[yaml-empty]: no document\n --> empty.yaml:1:1\n  |\n1 |\n  | ^\n\n");
    }

    #[test]
    fn no_range_panics() {
        let mut sources = Sources::default();
        let id = sources.add("x.yaml", "é: 日\r\n\r\n\tü");
        let length = sources.get(id).unwrap().text().len();
        for start in 0..length + 2 {
            for end in start..length + 2 {
                let one = Diagnostic::error(codes::WRONG_TYPE, Span::new(id, start..end), "x").label(Span::new(id, 3..5), "y");
                assert!(human(&sources, start, one).starts_with("error[wrong-type]: x\n --> x.yaml:"));
            }
        }
    }

    #[test]
    fn without_a_place_the_headline_stands_alone_and_data_cannot_steer_the_terminal() {
        let one = Diagnostic::unplaced(codes::EXPECT_FAILED, "expected 3 labels, found \"a\nb\u{1b}[0m\"");
        let headline = "error[expect-failed]: expected 3 labels, found \"a\\nb\\u{1b}[0m\"\n";
        assert_eq!(human(&Sources::default(), 80, one.clone()), format!("{headline}\n"));
        let whole = RecordPlace { dataset: "reviews".into(), index: 4, path: String::new() };
        let text = human(&Sources::default(), 80, one.in_record(whole).hint("\u{1b}[31mred"));
        assert_eq!(text, format!("{headline} |\n = note: in record reviews#4\n = help: ␛[31mred\n\n"));
    }
}
