//! Events to nodes.
//!
//! In: a source text. Out: its one document as a [`Node`]. What must hold: the stack of open collections is our own, depth
//! and size are bounded, aliases count with what they stand for, and reading goes on after every mistake that leaves the
//! structure clear; only a parse failure or an exhausted bound ends it.

use std::collections::BTreeMap;

use serde_saphyr::granit_parser::{self, Event, Parser, ScalarStyle, StructureStyle};

use super::mapping::Mapping;
use super::node::{Node, NodeKind, Scalar};
use super::place::{Places, Style};
use super::scalar::{Plain, resolve};
use super::traps;
use crate::data::Text;
use crate::diag::{Diagnostic, Diagnostics, codes};
use crate::source::{SourceId, Sources, Span};

/// How deep collections may nest, aliases expanded: far beyond any spec, and shallow enough for recursion over the tree.
const MAX_DEPTH: usize = 128;
/// How much a document may hold, aliases expanded: one unit for each node and for each 64 bytes of its text.
const MAX_SIZE: usize = 1_000_000;

/// What ends the reading of a file.
type Fatal = Box<Diagnostic>;

/// Reads a source text as one YAML document. `None` means that there is none, and that `diagnostics` says why; a node may
/// come with diagnostics, too.
#[must_use]
pub fn read(source: SourceId, sources: &Sources, diagnostics: &mut Diagnostics) -> Option<Node> {
    let text = sources.get(source)?.text();
    if text.starts_with('\u{feff}') {
        let message = "expected YAML, found a byte order mark";
        let report = Diagnostic::error(codes::BYTE_ORDER_MARK, Span::new(source, 0..'\u{feff}'.len_utf8()), message);
        diagnostics.push(report.hint("save the file as UTF-8 without a byte order mark"));
    }
    let mut reader = Reader {
        source,
        text,
        diagnostics,
        frames: Vec::new(),
        anchors: BTreeMap::new(),
        names: Vec::new(),
        root: None,
        size: 0,
        tab_line: None,
    };
    let read = reader.document();
    let root = reader.root.take();
    match (read, root) {
        (Err(fatal), _) => {
            let place = |one: &Diagnostic| (one.code, one.primary.as_ref().map(|label| label.span.start));
            // An unquoted template may be found first as a mapping and then by what follows it.
            if !diagnostics.iter().any(|one| place(one) == place(&fatal)) {
                diagnostics.push(*fatal);
            }
            None
        }
        (Ok(()), Some(node)) if !node.implicit => Some(node),
        (Ok(()), _) => {
            let report =
                Diagnostic::error(codes::YAML_EMPTY, Span::new(source, 0..0), "expected a YAML document, found an empty file");
            diagnostics.push(report);
            None
        }
    }
}

/// A collection that is still open.
struct Frame {
    /// First byte, the bracket included.
    start: usize,
    /// One past the last byte so far.
    end: usize,
    flow: bool,
    anchor: usize,
    body: Body,
}

enum Body {
    List(Vec<Node>),
    /// The pairs so far, and a key that waits for its value.
    Map(Vec<(Node, Node)>, Option<Node>),
}

struct Reader<'a> {
    source: SourceId,
    text: &'a str,
    diagnostics: &'a mut Diagnostics,
    frames: Vec<Frame>,
    /// Finished nodes by the number of their anchor.
    anchors: BTreeMap<usize, Node>,
    /// The names of all anchors so far.
    names: Vec<String>,
    root: Option<Node>,
    size: usize,
    /// The start of the line whose tab was reported last.
    tab_line: Option<usize>,
}

impl<'a> Reader<'a> {
    fn document(&mut self) -> Result<(), Fatal> {
        let mut options = granit_parser::options! {
            emit_unresolved_aliases: true,
            emit_anchor_events: true,
            flow_nesting_limit: MAX_DEPTH,
            block_nesting_limit: MAX_DEPTH,
        };
        options.set_emit_comments(false);
        let mut documents = 0;
        for event in Parser::new_from_str_with_options(self.text, options) {
            let (event, place) = event.map_err(|error| {
                let open = self.frames.iter().rfind(|frame| frame.flow).map(|frame| frame.start);
                Box::new(traps::explain(&error, self.source, self.text, open))
            })?;
            if matches!(event, Event::DocumentStart(..)) {
                documents += 1;
            }
            if documents > 1 {
                self.second_document(&place);
                return Ok(());
            }
            self.event(event, &place)?;
        }
        Ok(())
    }

    fn event(&mut self, event: Event<'a>, place: &granit_parser::Span) -> Result<(), Fatal> {
        let range = place.byte_range().unwrap_or(0..0);
        if let (Some(_), Some(tag)) = (event.tag(), place.tag_span().and_then(|tag| tag.byte_range())) {
            let written = self.text.get(tag.clone()).unwrap_or("");
            let report = Diagnostic::error(codes::YAML_TAG, self.span(tag), format!("the tag `{written}` has no meaning here"));
            self.diagnostics.push(report.hint("the kind of a value shows in how it is written; quote what must be text"));
        }
        match event {
            Event::Scalar(text, style, anchor, _) => {
                let node = self.scalar(&text, style, place);
                self.finish(node, anchor, range.end)
            }
            Event::SequenceStart(style, anchor, _) => self.open(style, anchor, range.start, Body::List(Vec::new())),
            Event::MappingStart(style, anchor, _) => self.open(style, anchor, range.start, Body::Map(Vec::new(), None)),
            Event::SequenceEnd | Event::MappingEnd => self.close(range.end),
            Event::Anchor(_, name) => {
                self.names.push(name.into_owned());
                Ok(())
            }
            Event::Alias(anchor) => self.alias(anchor, range),
            Event::UnresolvedAlias(name) => {
                let report = Diagnostic::error(
                    codes::YAML_ALIAS,
                    self.span(range.clone()),
                    format!("no anchor `&{name}` comes before this"),
                );
                let report = report.suggest(&name, self.names.iter().map(String::as_str));
                self.diagnostics.push(report.hint("quote text that begins with `*`"));
                let stand_in = Node::new(self.span(range.clone()), NodeKind::Null);
                self.finish(stand_in, 0, range.end)
            }
            _ => Ok(()),
        }
    }

    fn span(&self, range: std::ops::Range<usize>) -> Span {
        Span::new(self.source, range)
    }

    fn second_document(&mut self, place: &granit_parser::Span) {
        let range = place.byte_range().unwrap_or(0..0);
        let report =
            Diagnostic::error(codes::YAML_SECOND_DOCUMENT, self.span(range), "expected one document, found a second one");
        self.diagnostics.push(report.hint("put it into a file of its own, or drop the `---` between them"));
    }

    fn scalar(&mut self, text: &str, style: ScalarStyle, place: &granit_parser::Span) -> Node {
        let range = place.byte_range().unwrap_or(0..0);
        let written = self.text.get(range.clone()).unwrap_or("");
        let quoted = |style: Style| Scalar {
            text: text.into(),
            quoted: true,
            comment: None,
            places: {
                let inner = written.get(1..written.len().saturating_sub(1)).unwrap_or("");
                Places::align(self.source, range.start + 1, inner, text, style)
            },
        };
        match style {
            ScalarStyle::SingleQuoted => Node::new(self.span(range.clone()), NodeKind::Text(quoted(Style::Single))),
            ScalarStyle::DoubleQuoted => Node::new(self.span(range.clone()), NodeKind::Text(quoted(Style::Double))),
            ScalarStyle::Literal | ScalarStyle::Folded => {
                let style = Style::Block(place.indent.unwrap_or(0));
                let places = Places::align(self.source, range.start, written, text, style);
                let shown = range.start..range.start + written.trim_end().len();
                Node::new(self.span(shown), NodeKind::Text(Scalar { text: text.into(), quoted: true, comment: None, places }))
            }
            ScalarStyle::Plain => self.plain(text, written, range),
        }
    }

    fn plain(&mut self, text: &str, written: &str, range: std::ops::Range<usize>) -> Node {
        if written.is_empty() {
            return Node { implicit: true, ..Node::new(self.unwritten(range.start), NodeKind::Null) };
        }
        let span = self.span(range.clone());
        let kind = match resolve(text) {
            Plain::Null => NodeKind::Null,
            Plain::Bool(truth) => NodeKind::Bool(truth),
            Plain::Int(number) => NodeKind::Int(number),
            Plain::Float(number) => NodeKind::Float(number),
            Plain::NotFinite => {
                let report = Diagnostic::error(codes::NOT_FINITE, span, format!("`{text}` is not a finite number"));
                self.diagnostics.push(report.hint("quote it if it is text"));
                // One is a weight, a share and a bound like any other: the mistake is said once.
                NodeKind::Float(1.0)
            }
            Plain::TooLarge => {
                let report = Diagnostic::error(codes::NUMBER_TOO_LARGE, span, format!("`{text}` is beyond 128 bits"));
                self.diagnostics.push(report.hint("quote it if it is text"));
                NodeKind::Int(i128::MAX)
            }
            Plain::Text => {
                let places = Places::align(self.source, range.start, written, text, Style::Plain);
                let comment = self.comment_after(range.end);
                if let Some(comment) = comment {
                    self.diagnostics.extend(traps::cut(text, comment, self.text));
                }
                return Node::new(span, NodeKind::Text(Scalar { text: text.into(), quoted: false, comment, places }));
            }
        };
        Node { raw: Text::from(text), ..Node::new(span, kind) }
    }

    /// The comment that follows byte `end` in its line.
    fn comment_after(&self, end: usize) -> Option<Span> {
        let rest = self.text.get(end..)?;
        let line = rest.lines().next().unwrap_or("");
        let before = line.len() - line.trim_start_matches([' ', '\t']).len();
        let comment = line.get(before..).filter(|comment| before > 0 && comment.starts_with('#'))?;
        Some(self.span(end + before..end + before + comment.trim_end().len()))
    }

    /// The place of a null that is not written: its key, or the dash of its item.
    fn unwritten(&self, at: usize) -> Span {
        match self.frames.last().map(|frame| &frame.body) {
            Some(Body::Map(_, Some(key))) => key.span,
            Some(Body::List(_)) => {
                let before = self.text.get(..at).unwrap_or("").trim_end_matches(['\n', '\r']);
                let line = before.rfind('\n').map_or(0, |newline| newline + 1);
                let dashes = before.get(line..).unwrap_or("");
                let dashes = dashes.get(..dashes.len() - dashes.trim_start_matches([' ', '-']).len()).unwrap_or("");
                match dashes.rfind('-') {
                    Some(dash) => self.span(line + dash..line + dash + 1),
                    None => self.span(at.saturating_sub(1)..at),
                }
            }
            _ => self.span(at..at),
        }
    }

    fn open(&mut self, style: StructureStyle, anchor: usize, start: usize, body: Body) -> Result<(), Fatal> {
        let flow = style == StructureStyle::Flow;
        if self.frames.len() >= MAX_DEPTH {
            return Err(Box::new(traps::too_deep(self.span(start..start))));
        }
        let before = self.text.get(..start).unwrap_or("");
        let start = match body {
            // A list in the column of its key is announced behind its first dash.
            Body::List(_) if !flow && !self.text.get(start..).is_some_and(|rest| rest.starts_with('-')) => {
                before.trim_end().strip_suffix('-').map_or(start, str::len)
            }
            _ => start,
        };
        if !flow {
            self.refuse_tab(start);
        }
        self.frames.push(Frame { start, end: start, flow, anchor, body });
        Ok(())
    }

    /// Reports a tab in the indentation of a block collection that begins at `start`, once for each line.
    fn refuse_tab(&mut self, start: usize) {
        let before = self.text.get(..start).unwrap_or("");
        let line = before.rfind('\n').map_or(0, |at| at + 1);
        let indent = before.get(line..).unwrap_or("");
        let Some(tab) = indent.find('\t').filter(|_| indent.trim_matches([' ', '\t', '-', '?', '\u{feff}']).is_empty()) else {
            return;
        };
        if self.tab_line.replace(line) != Some(line) {
            self.diagnostics.push(traps::tab(self.span(line + tab..line + tab + 1)));
        }
    }

    fn close(&mut self, end: usize) -> Result<(), Fatal> {
        let Some(frame) = self.frames.pop() else {
            return Ok(());
        };
        let end = if frame.flow { end } else { frame.end };
        let span = self.span(frame.start..end);
        let node = match frame.body {
            Body::List(items) => Node::new(span, NodeKind::List(items)),
            Body::Map(pairs, _) => self.map(span, frame.flow, pairs),
        };
        self.finish(node, frame.anchor, end)
    }

    fn map(&mut self, span: Span, flow: bool, pairs: Vec<(Node, Node)>) -> Node {
        let written = self.text.get(span.range()).unwrap_or("");
        if flow && written.starts_with("{{") && written.ends_with("}}") {
            // Read on with what was meant, so that the template itself is still looked at.
            let value = if self.frames.iter().any(|frame| frame.flow) { written } else { self.line_from(span) };
            let key = match self.frames.last().map(|frame| &frame.body) {
                Some(Body::Map(_, Some(key))) => key.as_text(),
                _ => None,
            };
            self.diagnostics.push(traps::unquoted_template(span, value, key));
            let scalar = Scalar { text: written.into(), quoted: false, comment: None, places: Places::verbatim(span) };
            return Node::new(span, NodeKind::Text(scalar));
        }
        let inside_template = self.frames.last().is_some_and(|outer| {
            outer.flow && matches!(outer.body, Body::Map(_, None)) && outer.start + 1 == span.start as usize
        });
        if flow && inside_template {
            return Node::new(span, NodeKind::Map(Vec::new()));
        }
        let entries = Mapping { text: self.text, flow, pairs }.entries(self.diagnostics);
        Node::new(span, NodeKind::Map(entries))
    }

    /// From the start of a span to the end of its last line, a comment left out.
    fn line_from(&self, span: Span) -> &'a str {
        let end = self.text.get(span.end as usize..).and_then(|rest| rest.lines().next()).unwrap_or("");
        let end = span.end as usize + end.split(" #").next().unwrap_or("").trim_end().len();
        self.text.get(span.start as usize..end).unwrap_or("")
    }

    fn alias(&mut self, anchor: usize, range: std::ops::Range<usize>) -> Result<(), Fatal> {
        let span = self.span(range.clone());
        let Some(node) = self.anchors.get(&anchor) else {
            let message = "an alias inside the value that it stands for";
            self.diagnostics.push(Diagnostic::error(codes::YAML_ALIAS, span, message));
            self.put(Node::new(span, NodeKind::Null), range.end);
            return Ok(());
        };
        let (size, depth) = extent(node);
        if self.frames.len() + depth > MAX_DEPTH {
            return Err(Box::new(traps::too_deep(span)));
        }
        // Counted before it is copied: the copy is what an alias bomb makes expensive.
        self.size = self.size.saturating_add(size);
        self.within_bounds(span)?;
        let node = node.clone();
        self.put(node, range.end);
        Ok(())
    }

    /// Takes a node that is complete: counts it, keeps it for aliases, and puts it where it belongs.
    fn finish(&mut self, node: Node, anchor: usize, end: usize) -> Result<(), Fatal> {
        self.size = self.size.saturating_add(if anchor == 0 { weight(&node) } else { weight(&node) + extent(&node).0 });
        self.within_bounds(node.span)?;
        if anchor != 0 {
            self.anchors.insert(anchor, node.clone());
        }
        self.put(node, end);
        Ok(())
    }

    fn within_bounds(&self, span: Span) -> Result<(), Fatal> {
        if self.size <= MAX_SIZE { Ok(()) } else { Err(Box::new(traps::too_large(span))) }
    }

    /// Puts a node into the innermost open collection; `end` is where it ends in the file, by alias or in full.
    fn put(&mut self, node: Node, end: usize) {
        let Some(frame) = self.frames.last_mut() else {
            self.root = Some(node);
            return;
        };
        frame.end = frame.end.max(end);
        match &mut frame.body {
            Body::List(items) => items.push(node),
            Body::Map(pairs, key) => match key.take() {
                Some(key) => pairs.push((key, node)),
                None => *key = Some(node),
            },
        }
    }
}

/// What one node counts, its children left out.
fn weight(node: &Node) -> usize {
    1 + node.scalar_text().map_or(0, |text| text.len() / 64)
}

/// What a subtree counts, and how many collections deep it is.
fn extent(node: &Node) -> (usize, usize) {
    let sum = |sum: (usize, usize), one: (usize, usize)| (sum.0 + one.0, sum.1.max(one.1));
    let (size, depth) = match &node.kind {
        NodeKind::List(items) => items.iter().map(extent).fold((0, 0), sum),
        NodeKind::Map(entries) => {
            let keys: usize = entries.iter().map(|entry| 1 + entry.key.text.len() / 64).sum();
            entries.iter().map(|entry| extent(&entry.value)).fold((keys, 0), sum)
        }
        _ => return (weight(node), 0),
    };
    (weight(node) + size, depth + 1)
}
