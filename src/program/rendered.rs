//! From a line of rendered text back to the template that it came from.
//!
//! A module is rendered from a skeleton, table cells and values. What stands between the expressions of a template is found in
//! the rendered text as it was written, so the longest such piece around a byte tells where that byte came from.

use super::text::TemplateText;
use crate::source::Span;

/// Pieces shorter than this say nothing.
const SHORTEST: usize = 2;
/// Characters that are shown on each side of a byte.
const NEAR: usize = 60;

/// Where a byte of a rendered text came from: the place in the template that has the longest literal piece around it, the
/// first of equal ones. A byte of a value came from the expression behind the piece that ends nearest before it in its line.
#[must_use]
pub fn place(texts: &[TemplateText], rendered: &str, at: usize) -> Option<Span> {
    let mut best: Option<(usize, Span)> = None;
    for text in texts {
        for (start, piece) in pieces(text.text()) {
            if best.as_ref().is_some_and(|(length, _)| *length >= piece.len()) {
                continue;
            }
            let around = rendered.match_indices(piece).find(|(found, _)| (*found..=found + piece.len()).contains(&at));
            if let Some((found, _)) = around {
                let inside = start + (at - found).min(piece.len());
                let end = token_end(text.text(), inside).min(start + piece.len()).max(inside);
                best = Some((piece.len(), text.span_of(inside..end)));
            }
        }
    }
    best.map(|(_, span)| span).or_else(|| expression(texts, rendered, at))
}

/// The expression that a byte of a value came from.
fn expression(texts: &[TemplateText], rendered: &str, at: usize) -> Option<Span> {
    let line = rendered.get(..at)?.rfind('\n').map_or(0, |end| end + 1);
    let mut nearest: Option<(usize, usize, Span)> = None;
    for text in texts {
        for (start, piece) in pieces(text.text()) {
            let behind = text.text().get(start + piece.len()..).unwrap_or_default();
            let open = behind.len() - behind.trim_start_matches(' ').len();
            let Some(close) = behind.find("}}").filter(|_| behind.get(open..).is_some_and(|rest| rest.starts_with("{{"))) else {
                continue;
            };
            let before = rendered.get(line..at)?.rfind(piece).map(|found| line + found + piece.len());
            let better = |end: &usize| nearest.as_ref().is_none_or(|(best, length, _)| (*best, *length) < (*end, piece.len()));
            if let Some(end) = before.filter(better) {
                let from = start + piece.len();
                nearest = Some((end, piece.len(), text.span_of(from + open..from + close + 2)));
            }
        }
    }
    nearest.map(|(.., span)| span)
}

/// The line around a byte, numbered from 1, without the space around it; of a long line what stands near the byte.
#[must_use]
pub fn line(text: &str, at: usize) -> Option<(usize, String)> {
    let at = at.min(text.len());
    let before = text.get(..at)?;
    let number = before.matches('\n').count();
    let line = text.lines().nth(number)?;
    let column = before.rsplit('\n').next().map_or(0, |head| head.chars().count());
    let from = column.saturating_sub(NEAR);
    let near: String = line.chars().skip(from).take(2 * NEAR).collect();
    let rest = line.chars().count() > from + 2 * NEAR;
    let (open, close) = (if from > 0 { "…" } else { "" }, if rest { "…" } else { "" });
    Some((number + 1, format!("{open}{}{close}", near.trim())))
}

/// What stands literally in a template, line by line without the space around it, with its first byte.
fn pieces(text: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    let mut from = 0;
    let mut rest = text;
    while let Some(open) = ["{{", "{%", "{#"].iter().filter_map(|mark| rest.find(mark)).min() {
        let close = match rest.get(open..open + 2) {
            Some("{{") => "}}",
            Some("{%") => "%}",
            _ => "#}",
        };
        lines(rest.get(..open).unwrap_or_default(), from, &mut found);
        let past = rest.get(open..).and_then(|tail| tail.find(close)).map_or(rest.len(), |at| open + at + close.len());
        from += past;
        rest = rest.get(past..).unwrap_or_default();
    }
    lines(rest, from, &mut found);
    found
}

fn lines<'t>(text: &'t str, from: usize, found: &mut Vec<(usize, &'t str)>) {
    let mut at = from;
    for line in text.split_inclusive('\n') {
        let piece = line.trim();
        if piece.len() >= SHORTEST {
            found.push((at + (line.len() - line.trim_start().len()), piece));
        }
        at += line.len();
    }
}

fn token_end(text: &str, from: usize) -> usize {
    let rest = text.get(from..).unwrap_or_default();
    let word = rest.find(|c: char| !c.is_alphanumeric() && c != '_' && c != '.').unwrap_or(rest.len());
    let one = rest.chars().next().map_or(0, char::len_utf8);
    from + word.max(one)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literal_pieces_are_those_between_expressions() {
        let text = "allow if {\n  {{ a }} <= {{ b }}; ok }{% if x %}\nmore{% endif %}";
        let found: Vec<_> = pieces(text);
        assert_eq!(found.iter().map(|(_, piece)| *piece).collect::<Vec<_>>(), ["allow if {", "<=", "; ok }", "more"]);
        assert!(found.iter().all(|(at, piece)| text[*at..].starts_with(piece)), "{found:?}");
    }

    #[test]
    fn a_byte_is_placed_in_the_longest_piece_around_it() {
        let mut sources = crate::source::Sources::default();
        let mut text = |content: &str| {
            let id = sources.add("x".to_owned(), content.to_owned());
            TemplateText::file(content, Span::new(id, 0..content.len()))
        };
        let texts = [text("a <= {{ b }}"), text("rule if { {{ x }}; input.late }"), text("late")];
        let rendered = "rule if { a <= 3; input.late }";
        let found = |part: &str| place(&texts, rendered, rendered.find(part).unwrap()).map(|span| (span.source, span.range()));
        let id = |at: usize| texts[at].span().source;
        // A sign is marked by its first byte, a word as a whole.
        assert_eq!(found("<="), Some((id(0), 2..3)));
        assert_eq!(found("late"), Some((id(1), 25..29)));
        // The value of `b`, behind `a <=`.
        assert_eq!(found("3"), Some((id(0), 5..12)));
        assert_eq!(place(&texts, "nothing of it", 3), None);
    }

    #[test]
    fn lines_are_numbered() {
        assert_eq!(line("a\n  b\nc", 5), Some((2, "b".to_owned())));
        assert_eq!(line("a\n", 9), None);
        let long = format!("{}x{}", "a".repeat(100), "b".repeat(100));
        assert_eq!(line(&long, 100), Some((1, format!("…{}x{}…", "a".repeat(60), "b".repeat(59)))));
    }
}
