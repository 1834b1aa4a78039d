//! Source texts and places in them.
//!
//! In: the files that a compile read. Out: [`Span`]s that every later stage carries along, and the line and column that a
//! renderer prints for them. Lines and columns are one-based; columns count characters, offsets count bytes.

use std::ops::Range;
use std::sync::Arc;

/// Names one source text of a [`Sources`] store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SourceId(u32);

/// A range of bytes in one source text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The text this range lies in.
    pub source: SourceId,
    /// First byte.
    pub start: u32,
    /// One past the last byte; never below `start`.
    pub end: u32,
}

impl Span {
    /// A span over `range` of `source`; offsets beyond four gigabytes saturate.
    #[must_use]
    pub fn new(source: SourceId, range: Range<usize>) -> Self {
        let start = u32::try_from(range.start).unwrap_or(u32::MAX);
        let end = u32::try_from(range.end).unwrap_or(u32::MAX);
        Self { source, start, end: end.max(start) }
    }

    /// The smallest span that holds both; `self` when they lie in different texts.
    #[must_use]
    pub fn union(self, other: Self) -> Self {
        if self.source != other.source {
            return self;
        }
        Self { source: self.source, start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    /// Whether `inner` lies in this span.
    #[must_use]
    pub fn holds(self, inner: Self) -> bool {
        self.source == inner.source && self.start <= inner.start && inner.end <= self.end
    }

    /// The bytes of this span as a range.
    #[must_use]
    pub fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// One source text, with the path that diagnostics print.
#[derive(Debug, Clone)]
pub struct Source {
    path: String,
    text: Arc<str>,
    line_starts: Vec<usize>,
}

impl Source {
    fn new(path: String, text: Arc<str>) -> Self {
        let line_starts = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        Self { path, text, line_starts }
    }

    /// The path as diagnostics print it: relative to the workspace, with forward slashes.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The whole text.
    #[must_use]
    pub fn text(&self) -> &Arc<str> {
        &self.text
    }

    /// One-based line and column (in characters) of a byte offset; an offset past the end gives the end.
    #[must_use]
    pub fn line_column(&self, offset: usize) -> (usize, usize) {
        let offset = offset.min(self.text.len());
        let line = self.line_starts.partition_point(|start| *start <= offset);
        let start = self.line_starts.get(line.saturating_sub(1)).copied().unwrap_or(0);
        let column = self.text.get(start..offset).map_or(offset - start, |head| head.chars().count());
        (line, column + 1)
    }
}

/// Where a span lies, in the words of a person.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Location {
    /// Path as diagnostics print it.
    pub path: String,
    /// One-based line of the first byte.
    pub line: usize,
    /// One-based column, in characters, of the first byte.
    pub column: usize,
    /// One-based line of the end.
    pub end_line: usize,
    /// One-based column, in characters, one past the last byte.
    pub end_column: usize,
}

/// The store of every source text of a compile, from which renderers quote.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    list: Vec<Source>,
}

impl Sources {
    /// Adds a text and returns its name. A path added twice gives two sources.
    pub fn add(&mut self, path: impl Into<String>, text: impl Into<Arc<str>>) -> SourceId {
        let id = SourceId(u32::try_from(self.list.len()).unwrap_or(u32::MAX));
        self.list.push(Source::new(path.into(), text.into()));
        id
    }

    /// The source of that name; `None` for a name of another store.
    #[must_use]
    pub fn get(&self, id: SourceId) -> Option<&Source> {
        self.list.get(id.0 as usize)
    }

    /// The text under a span; empty when the span is not of this store.
    #[must_use]
    pub fn slice(&self, span: Span) -> &str {
        self.get(span.source).and_then(|source| source.text.get(span.range())).unwrap_or("")
    }

    /// Path, line and column of a span.
    #[must_use]
    pub fn locate(&self, span: Span) -> Option<Location> {
        let source = self.get(span.source)?;
        let (line, column) = source.line_column(span.start as usize);
        let (end_line, end_column) = source.line_column(span.end as usize);
        Some(Location { path: source.path.clone(), line, column, end_line, end_column })
    }

    /// All sources in the order they were read.
    pub fn iter(&self) -> impl Iterator<Item = (SourceId, &Source)> {
        self.list.iter().enumerate().map(|(at, source)| (SourceId(u32::try_from(at).unwrap_or(u32::MAX)), source))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters_and_lines_start_at_one() {
        let mut sources = Sources::default();
        let id = sources.add("a.yaml", "é: x\nb: ü!\n");
        let source = sources.get(id).unwrap();
        assert_eq!(source.line_column(0), (1, 1));
        assert_eq!(source.line_column(4), (1, 4));
        assert_eq!(source.line_column(6), (2, 1));
        assert_eq!(source.line_column(11), (2, 5));
        assert_eq!(source.line_column(999), (3, 1));
    }
}
