//! What an editor holds: open texts, and a world in which they stand in the place of their files.
//!
//! In: the notifications of an editor about its buffers. Out: [`Overlay`], a [`World`] that reads an open text instead of the disk
//! and everything else from the disk. What must hold: a compile sees one state of all buffers; an unsaved new file is a file; and
//! what was looked for is remembered, open or not.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use lsp_types::TextDocumentContentChangeEvent;

use super::positions::{Encoding, Lines};
use crate::world::{Input, PathError, Scratch, Stage, Stamp, SystemWorld, World, WorldError};

/// An open text.
#[derive(Debug, Clone)]
pub(super) struct Document {
    /// Its address, as the editor writes it.
    pub(super) uri: String,
    /// The editor's count of its changes.
    pub(super) version: i32,
    /// The text.
    pub(super) text: Arc<str>,
}

/// The open texts, by path.
#[derive(Debug, Clone, Default)]
pub(super) struct Documents {
    open: BTreeMap<PathBuf, Document>,
}

impl Documents {
    /// The text that is open at a path.
    pub(super) fn get(&self, path: &Path) -> Option<&Document> {
        self.open.get(path)
    }

    /// The paths of all open texts.
    pub(super) fn paths(&self) -> impl Iterator<Item = &PathBuf> {
        self.open.keys()
    }

    pub(super) fn open(&mut self, path: PathBuf, document: Document) {
        self.open.insert(path, document);
    }

    pub(super) fn close(&mut self, path: &Path) {
        self.open.remove(path);
    }

    /// Changes an open text, one edit after the other; `false` where none is open at the path.
    pub(super) fn change(
        &mut self,
        path: &Path,
        version: i32,
        edits: Vec<TextDocumentContentChangeEvent>,
        encoding: Encoding,
    ) -> bool {
        let Some(document) = self.open.get_mut(path) else { return false };
        for edit in edits {
            document.text = match edit.range {
                None => edit.text.into(),
                Some(area) => {
                    let range = Lines::new(&document.text, encoding).range(area);
                    let mut text = document.text.to_string();
                    text.replace_range(range, &edit.text);
                    text.into()
                }
            };
        }
        document.version = version;
        true
    }

    /// The world as it would be if everything were saved.
    pub(super) fn world(&self) -> Overlay {
        let open = self.open.iter().map(|(path, document)| (path.clone(), Arc::clone(&document.text)));
        Overlay { disk: SystemWorld::default(), open: open.collect() }
    }
}

/// The disk, with open texts in the place of their files.
pub(super) struct Overlay {
    disk: SystemWorld,
    open: BTreeMap<PathBuf, Arc<str>>,
}

impl Overlay {
    /// The open text at a path; the disk remembers that it was looked for.
    fn held(&self, path: &Path) -> Option<&Arc<str>> {
        let held = self.open.get(path);
        if held.is_some() {
            self.disk.is_file(path);
        }
        held
    }

    /// The names of open texts in a folder, or of the folders below it that lead to them.
    fn names_below(&self, folder: &Path) -> BTreeSet<String> {
        let below = self.open.keys().filter_map(|path| path.strip_prefix(folder).ok()?.iter().next()?.to_str());
        below.map(str::to_owned).collect()
    }
}

impl World for Overlay {
    fn read(&self, path: &Path) -> Result<Vec<u8>, WorldError> {
        self.held(path).map_or_else(|| self.disk.read(path), |text| Ok(text.as_bytes().to_vec()))
    }

    fn open(&self, path: &Path) -> Result<Box<dyn Input>, WorldError> {
        match self.held(path) {
            Some(text) => Ok(Box::new(Cursor::new(text.as_bytes().to_vec()))),
            None => self.disk.open(path),
        }
    }

    fn list(&self, folder: &Path) -> Result<Vec<String>, WorldError> {
        let mut names = self.names_below(folder);
        match self.disk.list(folder) {
            Ok(found) => names.extend(found),
            Err(error) if names.is_empty() => return Err(error),
            Err(_) => {}
        }
        Ok(names.into_iter().collect())
    }

    fn is_file(&self, path: &Path) -> bool {
        self.disk.is_file(path) || self.open.contains_key(path)
    }

    fn is_dir(&self, path: &Path) -> bool {
        self.disk.is_dir(path) || !self.names_below(path).is_empty()
    }

    fn stamp(&self, path: &Path) -> Stamp {
        match self.open.get(path) {
            Some(text) => Stamp::of_file(text.as_bytes()),
            None => self.disk.stamp(path),
        }
    }

    fn accessed(&self) -> Vec<PathBuf> {
        self.disk.accessed()
    }

    fn current_folder(&self) -> Result<PathBuf, WorldError> {
        self.disk.current_folder()
    }

    fn inside(&self, root: &Path, relative: &str) -> Result<PathBuf, PathError> {
        self.disk.inside(root, relative)
    }

    fn stage(&self, out: &Path) -> Result<Box<dyn Stage>, WorldError> {
        self.disk.stage(out)
    }

    fn make_folder(&self, path: &Path) -> Result<(), WorldError> {
        self.disk.make_folder(path)
    }

    fn replace(&self, path: &Path, bytes: &[u8]) -> Result<(), WorldError> {
        self.disk.replace(path, bytes)
    }

    fn scratch(&self) -> Result<Box<dyn Scratch>, WorldError> {
        self.disk.scratch()
    }
}

#[cfg(test)]
#[allow(clippy::disallowed_methods, reason = "tests write files themselves")]
mod tests {
    use std::fs;

    use lsp_types::{Position, Range};

    use super::*;

    fn document(text: &str) -> Document {
        Document { uri: String::new(), version: 1, text: text.into() }
    }

    #[test]
    fn open_texts_stand_in_the_place_of_files() {
        let folder = tempfile::tempdir().unwrap();
        let scenarios = folder.path().join("scenarios");
        fs::create_dir(&scenarios).unwrap();
        fs::write(scenarios.join("a.yaml"), "saved").unwrap();
        fs::write(scenarios.join("b.yaml"), "saved").unwrap();
        let mut documents = Documents::default();
        documents.open(scenarios.join("a.yaml"), document("unsaved"));
        documents.open(scenarios.join("new.yaml"), document("new"));
        documents.open(folder.path().join("templates/t.j2"), document("template"));
        let world = documents.world();
        assert_eq!(world.read(&scenarios.join("a.yaml")).unwrap(), b"unsaved");
        assert_eq!(world.read(&scenarios.join("b.yaml")).unwrap(), b"saved");
        assert_eq!(world.list(&scenarios).unwrap(), ["a.yaml", "b.yaml", "new.yaml"]);
        assert_eq!(world.list(&folder.path().join("templates")).unwrap(), ["t.j2"]);
        assert!(world.is_dir(&folder.path().join("templates")) && world.is_file(&scenarios.join("new.yaml")));
        assert!(world.list(&folder.path().join("none")).is_err() && !world.is_file(&scenarios));
        for looked_at in ["a.yaml", "b.yaml", "new.yaml"] {
            assert!(world.accessed().contains(&scenarios.join(looked_at)), "{looked_at}");
        }
        documents.close(&scenarios.join("a.yaml"));
        assert_eq!(documents.world().read(&scenarios.join("a.yaml")).unwrap(), b"saved");
        assert_eq!(world.read(&scenarios.join("a.yaml")).unwrap(), b"unsaved", "a compile sees one state");
    }

    #[test]
    fn edits_are_made_in_order_and_count_utf_16() {
        let mut documents = Documents::default();
        let path = Path::new("/w/a.yaml");
        documents.open(path.to_owned(), document("a: 😀\r\nb: 1\r\n"));
        let edit = |line, from, to, text: &str| TextDocumentContentChangeEvent {
            range: Some(Range::new(Position::new(line, from), Position::new(line, to))),
            range_length: None,
            text: text.to_owned(),
        };
        let edits = vec![edit(0, 5, 5, "!"), edit(1, 3, 4, "22"), edit(1, 3, 3, "1")];
        assert!(documents.change(path, 2, edits, Encoding::Utf16));
        assert_eq!(&*documents.get(path).unwrap().text, "a: 😀!\r\nb: 122\r\n");
        let whole = TextDocumentContentChangeEvent { range: None, range_length: None, text: "c".to_owned() };
        assert!(documents.change(path, 3, vec![whole], Encoding::Utf16));
        assert_eq!((&*documents.get(path).unwrap().text, documents.get(path).unwrap().version), ("c", 3));
        assert!(!documents.change(Path::new("/w/b.yaml"), 1, Vec::new(), Encoding::Utf16));
    }
}
