//! What the server knows, and what it answers.
//!
//! In: requests and notifications of an editor. Out: answers, and diagnostics that changed. What must hold: every request is
//! answered once, whatever stands in it; text outside a workspace is held and nothing is said of it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use lsp_types::{
    CompletionItem, CompletionTextEdit, DocumentSymbol, Hover, HoverContents, Location, MarkupContent, MarkupKind, Position,
    PublishDiagnosticsParams, Range, TextDocumentContentChangeEvent, TextDocumentItem, TextEdit, Uri,
};

use super::analysis::Analysis;
use super::definition::{self, Target};
use super::diagnostics::address;
use super::documents::{Document, Documents};
use super::edits::moved;
use super::keys::Keys;
use super::positions::{Encoding, Lines};
use super::project::Project;
use super::sight::Place;
use super::{completion, cursor, hover, symbols, uri};
use crate::source::Span;
use crate::world::World as _;

/// A server for one editor.
pub(super) struct Server {
    encoding: Encoding,
    documents: Documents,
    /// The workspaces of open texts, by their folder.
    projects: BTreeMap<PathBuf, Project>,
    keys: Keys,
    /// Whether keys are offered, too, and not expressions alone.
    offers_keys: bool,
}

/// An open text with its workspace.
struct Opened<'s> {
    path: PathBuf,
    /// The path in the workspace.
    inside: String,
    text: Arc<str>,
    project: &'s mut Project,
    documents: &'s Documents,
}

impl Opened<'_> {
    /// Whether it is a spec or a module, rather than a template.
    fn is_yaml(&self) -> bool {
        self.inside.starts_with("scenarios/")
    }

    fn place(&mut self, at: usize, newest: bool) -> Option<Place<'_>> {
        let analysis = self.project.understood(&self.path, newest, self.documents)?;
        Place::new(analysis, &self.inside, &self.text, at)
    }
}

impl Server {
    pub(super) fn new(encoding: Encoding, offers_keys: bool) -> Self {
        let (documents, projects) = (Documents::default(), BTreeMap::new());
        Self { encoding, documents, projects, keys: Keys::new(), offers_keys }
    }

    /// The text of a file was opened.
    pub(super) fn open(&mut self, item: TextDocumentItem) {
        let uri = item.uri.as_str().to_owned();
        let Some(path) = uri::to_path(&uri) else { return };
        let document = Document { uri, version: item.version, text: item.text.into() };
        self.documents.open(path.clone(), document);
        if let Some(root) = self.root_of(&path) {
            let encoding = self.encoding;
            self.projects.entry(root.clone()).or_insert_with(|| Project::new(root, encoding)).change(&path, true);
        }
    }

    /// An open text was changed.
    pub(super) fn edit(&mut self, uri: &Uri, version: i32, edits: Vec<TextDocumentContentChangeEvent>) {
        let Some(path) = uri::to_path(uri.as_str()) else { return };
        if self.documents.change(&path, version, edits, self.encoding) {
            self.touch(&path, false);
        }
    }

    /// A text was closed: from now on its file counts. Gives what is to be taken back where it was the last of its workspace.
    pub(super) fn close(&mut self, uri: &Uri) -> Vec<PublishDiagnosticsParams> {
        let Some(path) = uri::to_path(uri.as_str()) else { return Vec::new() };
        let root = self.root_of(&path);
        self.documents.close(&path);
        self.touch(&path, false);
        let Some(root) = root.filter(|root| !self.documents.paths().any(|path| path.starts_with(root))) else {
            return Vec::new();
        };
        let withdrawn = self.projects.remove(&root).map(|mut project| project.withdraw()).unwrap_or_default();
        withdrawn.into_iter().filter_map(|(path, list)| self.published(&path, list)).collect()
    }

    /// A file was saved, or changed on the disk.
    pub(super) fn saved(&mut self, uri: &Uri) {
        if let Some(path) = uri::to_path(uri.as_str()) {
            self.touch(&path, true);
        }
    }

    fn touch(&mut self, path: &Path, deep: bool) {
        for project in self.projects.values_mut().filter(|project| path.starts_with(project.root())) {
            project.change(path, deep);
        }
    }

    /// The workspace of a file that one could read: a spec, a template, a schema.
    fn root_of(&self, path: &Path) -> Option<PathBuf> {
        let root = self.documents.world().workspace(path.parent()?)?;
        let inside = path.strip_prefix(&root).ok()?;
        ["scenarios", "templates", "schemas"].iter().any(|folder| inside.starts_with(folder)).then_some(root)
    }

    /// Whether something is left to compile.
    pub(super) fn is_behind(&self) -> bool {
        self.projects.values().any(Project::is_behind)
    }

    /// Compiles one more dataset; gives the diagnostics of files in which they are others now.
    pub(super) fn step(&mut self) -> Vec<PublishDiagnosticsParams> {
        let behind = self.projects.values_mut().find(|project| project.is_behind());
        let Some(project) = behind else { return Vec::new() };
        project.step(&self.documents);
        let news = project.news();
        news.into_iter().filter_map(|(path, list)| self.published(&path, list)).collect()
    }

    /// Diagnostics of a file as an editor takes them: under the address that it uses itself, where the file is open.
    fn published(&self, path: &Path, diagnostics: Vec<lsp_types::Diagnostic>) -> Option<PublishDiagnosticsParams> {
        let open = self.documents.get(path);
        let uri = open.and_then(|document| document.uri.parse().ok()).or_else(|| address(path))?;
        Some(PublishDiagnosticsParams { uri, diagnostics, version: open.map(|document| document.version) })
    }

    fn opened(&mut self, uri: &Uri) -> Option<Opened<'_>> {
        let path = uri::to_path(uri.as_str())?;
        let text = Arc::clone(&self.documents.get(&path)?.text);
        let root = self.root_of(&path)?;
        let inside = path.strip_prefix(&root).ok()?.to_str()?.to_owned();
        let project = self.projects.get_mut(&root)?;
        Some(Opened { path, inside, text, project, documents: &self.documents })
    }

    /// What is told of a place.
    pub(super) fn hover(&mut self, uri: &Uri, position: Position) -> Option<Hover> {
        let encoding = self.encoding;
        let mut opened = self.opened(uri)?;
        let (text, yaml) = (Arc::clone(&opened.text), opened.is_yaml());
        let lines = Lines::new(&text, encoding);
        let at = lines.offset(position);
        let told = opened.place(at, true).and_then(|place| {
            let (span, told) = hover::at(&place)?;
            Some((area(&place.analysis.sources, span, &text, &lines)?, told))
        });
        let keys = &self.keys;
        let told = told.or_else(|| {
            let (span, told) = keys.hover(&text, at).filter(|_| yaml)?;
            Some((lines.area(&span.range()), told))
        });
        let (range, value) = told?;
        let contents = HoverContents::Markup(MarkupContent { kind: MarkupKind::Markdown, value });
        Some(Hover { contents, range: Some(range) })
    }

    /// What may be written at a place.
    pub(super) fn complete(&mut self, uri: &Uri, position: Position) -> Vec<CompletionItem> {
        let (encoding, offers_keys) = (self.encoding, self.offers_keys);
        let Some(mut opened) = self.opened(uri) else { return Vec::new() };
        let (text, yaml) = (Arc::clone(&opened.text), opened.is_yaml());
        let lines = Lines::new(&text, encoding);
        let at = lines.offset(position);
        match cursor::spot(&text, at, yaml) {
            Some(spot) => {
                let items = opened.place(at, false).map(|place| completion::items(&spot, &place)).unwrap_or_default();
                // A word may hold what an editor takes for its end.
                let area = lines.area(&(spot.start(&text, at)..at));
                let edit = |item: &CompletionItem| CompletionTextEdit::Edit(TextEdit::new(area, item.label.clone()));
                items.into_iter().map(|item| CompletionItem { text_edit: Some(edit(&item)), ..item }).collect()
            }
            None if yaml && offers_keys => self.keys.items(&text, at, &lines),
            None => Vec::new(),
        }
    }

    /// Where what stands at a place is given.
    pub(super) fn define(&mut self, uri: &Uri, position: Position) -> Vec<Location> {
        let encoding = self.encoding;
        let Some(mut opened) = self.opened(uri) else { return Vec::new() };
        let root = opened.project.root().to_path_buf();
        let documents = opened.documents;
        let at = Lines::new(&opened.text, encoding).offset(position);
        let Some(place) = opened.place(at, true) else { return Vec::new() };
        let located = |target: Target| match target {
            Target::Span(span) => located(place.analysis, span, &root, documents, encoding),
            Target::File(path) => {
                let path = root.join(path);
                documents.world().is_file(&path).then(|| Some(Location::new(address(&path)?, Range::default())))?
            }
        };
        definition::targets(&place).into_iter().filter_map(located).collect()
    }

    /// The outline of a spec.
    pub(super) fn outline(&mut self, uri: &Uri) -> Vec<DocumentSymbol> {
        let encoding = self.encoding;
        let Some(opened) = self.opened(uri).filter(Opened::is_yaml) else { return Vec::new() };
        symbols::outline(&opened.text, &Lines::new(&opened.text, encoding))
    }
}

/// Where a span of an older state of a text is in its present state.
fn area(sources: &crate::source::Sources, span: Span, text: &str, lines: &Lines<'_>) -> Option<Range> {
    let old = sources.get(span.source)?.text();
    let range = span.range();
    Some(lines.area(&(moved(range.start, old, text)..moved(range.end, old, text))))
}

/// A span of a text that a dataset has read, in the file as it is now.
fn located(analysis: &Analysis, span: Span, root: &Path, documents: &Documents, encoding: Encoding) -> Option<Location> {
    let source = analysis.sources.get(span.source)?;
    let path = root.join(source.path());
    let open = documents.get(&path);
    let uri = open.and_then(|document| document.uri.parse().ok()).or_else(|| address(&path))?;
    let text = open.map_or_else(|| Arc::clone(source.text()), |document| Arc::clone(&document.text));
    Some(Location::new(uri, area(&analysis.sources, span, &text, &Lines::new(&text, encoding))?))
}
