//! The files of a workspace, as loading reads them: paths that stay inside, text that is UTF-8, each file read once.

use std::path::{Path, PathBuf};

use crate::data::Text;
use crate::diag::{Diagnostic, Diagnostics, codes};
use crate::engine::yaml::{self, Node};
use crate::form::Files;
use crate::source::{SourceId, Sources, Span};
use crate::world::{World, normal};

/// A folder with `scenarios/`, `templates/` and `schemas/`.
#[derive(Clone)]
pub struct Workspace<'w> {
    /// The door to the disk.
    pub world: &'w dyn World,
    /// Its folder.
    pub root: PathBuf,
}

/// A file that was read as a YAML document.
pub(super) struct Document {
    /// Path under `scenarios/`.
    pub(super) path: String,
    /// Its text.
    pub(super) source: SourceId,
    /// Its content.
    pub(super) root: Node,
}

/// Files being read for one spec.
pub(super) struct Reader<'a> {
    workspace: &'a Workspace<'a>,
    /// Every text read.
    pub(super) sources: &'a mut Sources,
    /// What was found wrong.
    pub(super) diagnostics: &'a mut Diagnostics,
    /// The files of the spec closure.
    pub(super) closure: Vec<SourceId>,
    /// Whether something did not read that may have given names: a name that is not found is then no second mistake.
    pub(super) incomplete: bool,
    /// Functions that did not read.
    pub(super) refused: Vec<Text>,
    /// How many used datasets were read.
    pub(super) datasets: usize,
}

/// What was read for a spec whose used dataset is being read.
pub(super) struct Around {
    closure: Vec<SourceId>,
    incomplete: bool,
    refused: Vec<Text>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(workspace: &'a Workspace<'a>, sources: &'a mut Sources, diagnostics: &'a mut Diagnostics) -> Self {
        Self { workspace, sources, diagnostics, closure: Vec::new(), incomplete: false, refused: Vec::new(), datasets: 0 }
    }

    /// Begins to read a dataset that the present one uses: what is missing there is not missing here.
    pub(super) fn begin(&mut self, source: SourceId) -> Around {
        Around {
            closure: std::mem::replace(&mut self.closure, vec![source]),
            incomplete: std::mem::take(&mut self.incomplete),
            refused: std::mem::take(&mut self.refused),
        }
    }

    /// Goes on with the spec that uses it, whose closure has all its files.
    pub(super) fn end(&mut self, around: Around) {
        let read = std::mem::replace(&mut self.closure, around.closure);
        let more: Vec<SourceId> = read.into_iter().filter(|id| !self.closure.contains(id)).collect();
        self.closure.extend(more);
        self.incomplete = around.incomplete;
        self.refused = around.refused;
    }

    /// Reports a mistake.
    pub(super) fn report(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    /// Reads a text file of one of the workspace's folders; `asked` is the place that names it.
    pub(super) fn text(&mut self, folder: &str, path: &str, asked: Option<Span>) -> Option<SourceId> {
        let place = |code, message: String| match asked {
            Some(span) => Diagnostic::error(code, span, message),
            None => Diagnostic::unplaced(code, message),
        };
        let root = self.workspace.root.join(folder);
        let (path, full) = match normal(path).and_then(|plain| Ok((plain, self.workspace.world.inside(&root, path)?))) {
            Ok(both) => both,
            Err(error) => {
                self.report(
                    place(codes::FILE_OUTSIDE, error.to_string())
                        .hint(format!("paths are relative to `{folder}/` and never leave it")),
                );
                return None;
            }
        };
        let shown = format!("{folder}/{path}");
        if let Some((id, _)) = self.sources.iter().find(|(_, source)| source.path() == shown) {
            if !self.closure.contains(&id) {
                self.closure.push(id);
            }
            return Some(id);
        }
        if !self.workspace.world.is_file(&full) {
            let near = self.beside(&root, &path);
            let diagnostic = place(codes::FILE_MISSING, format!("there is no file `{shown}`"));
            self.report(diagnostic.suggest(&path, near.iter().map(String::as_str)));
            return None;
        }
        let bytes = match self.workspace.world.read(&full) {
            Ok(bytes) => bytes,
            Err(error) => {
                self.report(place(codes::FILE_UNREADABLE, error.to_string()));
                return None;
            }
        };
        match yaml::decode(&bytes) {
            Ok(text) => {
                let id = self.sources.add(shown, text);
                self.closure.push(id);
                // YAML and CSV say so themselves.
                (folder == "scenarios" || !self.byte_order_mark(id, text)).then_some(id)
            }
            Err(offset) => {
                let id = self.sources.add(shown, String::from_utf8_lossy(&bytes).as_ref());
                let span = Span::new(id, offset..offset);
                let message = format!("not UTF-8 text: byte {offset} is no part of a character");
                self.report(Diagnostic::error(codes::NOT_UTF8, span, message).hint("save the file as UTF-8"));
                None
            }
        }
    }

    /// What stands in the folder of a path, as paths under `root`.
    fn beside(&self, root: &Path, path: &str) -> Vec<String> {
        let (folder, prefix) = match path.rsplit_once('/') {
            Some((folder, _)) => (root.join(folder), format!("{folder}/")),
            None => (root.to_path_buf(), String::new()),
        };
        let names = self.workspace.world.list(&folder).unwrap_or_default();
        names.into_iter().map(|name| format!("{prefix}{name}")).collect()
    }

    /// Reports a byte order mark, which would become a part of the text.
    pub(super) fn byte_order_mark(&mut self, id: SourceId, text: &str) -> bool {
        let marked = text.starts_with('\u{feff}');
        if marked {
            let span = Span::new(id, 0..'\u{feff}'.len_utf8());
            let diagnostic = Diagnostic::error(codes::BYTE_ORDER_MARK, span, "expected text, found a byte order mark");
            self.report(diagnostic.hint("save the file as UTF-8 without a byte order mark"));
        }
        marked
    }

    /// Reads a file under `scenarios/` as one YAML document.
    pub(super) fn document(&mut self, path: &str, asked: Option<Span>) -> Option<Document> {
        let errors = self.diagnostics.counts().0;
        let document = self.text("scenarios", path, asked).and_then(|source| {
            let root = yaml::read(source, self.sources, self.diagnostics)?;
            let shown = self.sources.get(source)?.path();
            let path = shown.strip_prefix("scenarios/").unwrap_or(shown).to_owned();
            Some(Document { path, source, root })
        });
        self.incomplete |= self.diagnostics.counts().0 > errors;
        document
    }
}

impl Files for Reader<'_> {
    fn template(&mut self, path: &str, asked: Span, _: &mut Diagnostics) -> Option<(String, Span)> {
        let id = self.text("templates", path, Some(asked))?;
        let text = self.sources.get(id)?.text().to_string();
        let span = Span::new(id, 0..text.len());
        Some((text, span))
    }
}
