//! What a workspace knows of a file: its dataset, the seed that it was drawn with, the hash that its records carry.
//!
//! A file is of a dataset because someone says so, because it lies in `data/<dataset>/`, or because the id of its first record
//! begins with the dataset's name. The manifest beside `data/` says how it was built.

use std::path::Path;

use super::files::DataFile;
use crate::build::{Failure, unknown_dataset};
use crate::data::{Text, Value};
use crate::diag::Diagnostics;
use crate::engine::json_schema::Schema;
use crate::pipeline::check::Checked;
use crate::pipeline::emit::read::Piece;
use crate::pipeline::load::{self, Overrides, Seen, Workspace};
use crate::pipeline::manifest::{MANIFEST_FILE, Manifest};
use crate::pipeline::sound_with;
use crate::source::Sources;
use crate::world::{World, WorldError};

/// A spec that files are judged by.
pub(super) struct Spec {
    /// Its name and the parameters that it was read with.
    key: (String, Vec<(String, String)>),
    /// Its program.
    pub(super) checked: Checked,
    /// The schema that its forms promise, where the author wrote another.
    pub(super) inferred: Option<Schema>,
}

/// What is known of one file.
pub(super) struct Dataset {
    /// Which spec.
    spec: usize,
    /// The seed, where a manifest says it.
    pub(super) seed: Option<u64>,
    /// The index of the first record.
    pub(super) from: u64,
    /// The view that the file holds instead of the records, where a manifest says so.
    pub(super) view: Option<String>,
}

/// The datasets of a workspace.
pub(super) struct Known<'w> {
    workspace: Option<&'w Workspace<'w>>,
    /// Name and path of each.
    names: Vec<(String, String)>,
    specs: Vec<Spec>,
}

impl<'w> Known<'w> {
    /// # Errors
    /// Where two specs have one name.
    pub(super) fn new(workspace: Option<&'w Workspace<'w>>, diagnostics: &mut Diagnostics) -> Result<Self, Failure> {
        let names = workspace.map(|workspace| load::datasets(workspace, diagnostics)).unwrap_or_default();
        if diagnostics.has_errors() {
            return Err(Failure::Mistakes);
        }
        Ok(Self { workspace, names, specs: Vec::new() })
    }

    /// # Errors
    /// When there is no such dataset.
    pub(super) fn must_have(&self, name: &str, diagnostics: &mut Diagnostics) -> Result<(), Failure> {
        if self.workspace.is_none() {
            return Err(Failure::Usage(format!("`--dataset {name}` needs a workspace: name one with `--workspace DIR`")));
        }
        if self.names.iter().any(|(one, _)| one == name) {
            return Ok(());
        }
        diagnostics.push(unknown_dataset(name, &self.names));
        Err(Failure::Mistakes)
    }

    /// The spec of a file.
    pub(super) fn spec(&self, dataset: &Dataset) -> Option<&Spec> {
        self.specs.get(dataset.spec)
    }

    /// What is known of a file; `None` where its dataset is not.
    ///
    /// # Errors
    /// A file that cannot be read, or a spec with mistakes.
    pub(super) fn dataset_of(
        &mut self,
        world: &dyn World,
        file: &DataFile,
        named: Option<&str>,
        sources: &mut Sources,
        diagnostics: &mut Diagnostics,
    ) -> Result<Option<Dataset>, Failure> {
        let place = place(&file.path);
        let by_folder = place.map(|(name, _)| name.to_owned());
        let name = match named.map(str::to_owned).or_else(|| by_folder.filter(|name| self.has(name))) {
            Some(name) => Some(name),
            None => self.by_id(world, file)?,
        };
        let Some(name) = name else { return Ok(None) };
        let manifest = place.and_then(|(_, root)| world.read(&root.join(MANIFEST_FILE)).ok());
        let manifest = manifest.and_then(|text| Manifest::parse(&text).ok());
        let entry = manifest.as_ref().and_then(|manifest| manifest.datasets.get(&name));
        let params = entry.map(|entry| entry.params.iter().map(|(name, value)| (name.clone(), value.to_string())).collect());
        let spec = self.load(&name, params.unwrap_or_default(), sources, diagnostics)?;
        let (seed, from) = entry.map_or((None, 0), |entry| (Some(entry.built_with.seed), entry.from));
        let view = entry.and_then(|entry| entry.view.as_ref()).map(|view| view.name.clone());
        Ok(Some(Dataset { spec, seed, from, view }))
    }

    fn has(&self, name: &str) -> bool {
        self.names.iter().any(|(one, _)| one == name)
    }

    /// The dataset that the id of the first record names.
    fn by_id(&self, world: &dyn World, file: &DataFile) -> Result<Option<String>, Failure> {
        if self.names.is_empty() {
            return Ok(None);
        }
        let mut id: Option<Text> = None;
        let read = file.format.read(world.open(&file.path)?, None, &mut |piece| match piece {
            Piece::Record(_, record) => {
                id = record.ok().and_then(|record| record.at("id").and_then(Value::as_text).map(Text::from));
                false
            }
            _ => true,
        });
        read.map_err(|cause| WorldError::unread(&file.path, cause))?;
        let named = |name: &&(String, String)| id.as_ref().is_some_and(|id| number(id, &name.0).is_some());
        Ok(self.names.iter().filter(named).max_by_key(|(name, _)| name.len()).map(|(name, _)| name.clone()))
    }

    /// The number of a spec that was found sound, read now if it was not yet.
    fn load(
        &mut self,
        name: &str,
        params: Vec<(String, String)>,
        sources: &mut Sources,
        diagnostics: &mut Diagnostics,
    ) -> Result<usize, Failure> {
        let key = (name.to_owned(), params);
        if let Some(at) = self.specs.iter().position(|spec| spec.key == key) {
            return Ok(at);
        }
        let path = self.names.iter().find(|(one, _)| one == name).map(|(_, path)| path.clone());
        let (Some(workspace), Some(path)) = (self.workspace, path) else { return Err(Failure::Mistakes) };
        let overrides = Overrides { profile: None, params: key.1.clone() };
        let mut found = Diagnostics::default();
        let Some(checked) = sound_with(workspace, &path, &overrides, &mut Seen::default(), sources, &mut found) else {
            diagnostics.append(found);
            return Err(Failure::Mistakes);
        };
        // It was compiled when the spec was checked, or would not have been written.
        let inferred = checked.spec.schema.and_then(|_| Schema::compile_text(&checked.inferred).ok());
        self.specs.push(Spec { key, checked, inferred });
        Ok(self.specs.len() - 1)
    }

    /// The hash that all datasets of the workspace agree in.
    pub(super) fn common_hash(&self) -> Option<Text> {
        let workspace = self.workspace?;
        let mut hashes: Vec<Text> = Vec::new();
        for (_, path) in &self.names {
            let spec = load::load(workspace, path, &mut Sources::default(), &mut Diagnostics::default());
            hashes.extend(spec.and_then(|spec| spec.constitution).map(|constitution| constitution.hash));
        }
        hashes.sort_unstable();
        hashes.dedup();
        hashes.pop().filter(|_| hashes.is_empty())
    }
}

/// The name of the folder below `data/` that a file lies in, and the folder that `data/` lies in.
fn place(path: &Path) -> Option<(&str, &Path)> {
    let folder = path.parent()?;
    let data = folder.parent().filter(|data| data.file_name().is_some_and(|name| name == "data"))?;
    Some((folder.file_name()?.to_str()?, data.parent()?))
}

/// The index in the id of a record of a dataset: `name_000123`.
pub(super) fn number(id: &str, dataset: &str) -> Option<u64> {
    let digits = id.strip_prefix(dataset)?.strip_prefix('_')?;
    digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_folder_and_the_id_name_a_dataset() {
        assert_eq!(place(Path::new("/w/out/data/a/t.jsonl")), Some(("a", Path::new("/w/out"))));
        assert_eq!(place(Path::new("/w/out/a/t.jsonl")), None);
        assert_eq!(number("a_b_000120", "a_b"), Some(120));
        assert_eq!((number("a_b_000120", "a"), number("a_b", "a_b"), number("a_b_", "a_b")), (None, None, None));
    }
}
