//! The data files among files and folders.
//!
//! In: paths as they were typed. Out: every file whose ending is that of a format, folders walked in the order of their names.
//! Hidden files, our manifests and the schemas beside them are no data, nor is what a workspace makes its data of.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::build::Failure;
use crate::pipeline::emit::{self, Format};
use crate::pipeline::manifest::{MANIFEST_FILE, SCHEMA_FOLDER};
use crate::world::World;

/// The endings of data files, whether or not this program can read them.
const ENDINGS: [&str; 4] = ["json", "jsonl", "csv", "parquet"];

/// The folder that makes another a workspace, and those beside it that hold no data either.
const WORKSPACE: &str = "scenarios";
const SOURCES: [&str; 3] = [WORKSPACE, "schemas", "templates"];

/// Folders deeper than this lead back into themselves.
const DEEPEST: usize = 64;

/// A file of records.
pub(super) struct DataFile {
    /// Where it is, absolute.
    pub(super) path: PathBuf,
    /// The same as it was typed.
    pub(super) shown: String,
    /// The format that its ending says.
    pub(super) format: &'static dyn Format,
}

/// Every data file under the paths, each once.
///
/// # Errors
/// A path that is not there or no data file, a folder that cannot be listed, or no data file at all.
pub(super) fn find(world: &dyn World, current: &Path, paths: &[PathBuf]) -> Result<Vec<DataFile>, Failure> {
    let mut found = Found { world, files: Vec::new(), seen: BTreeSet::new() };
    for typed in paths {
        let path: PathBuf = current.join(typed).components().collect();
        if world.is_dir(&path) {
            found.folder(&path, typed, 0)?;
        } else if world.is_file(&path) {
            if !found.file(&path, typed)? {
                let message = "is no data file: its name must end with .json, .jsonl, .csv or .parquet";
                return Err(Failure::Usage(format!("`{}` {message}", typed.display())));
            }
        } else {
            // Whatever it is, opening it says why it is none.
            world.open(&path)?;
        }
    }
    if found.files.is_empty() {
        let list = paths.iter().map(|path| format!("`{}`", path.display())).collect::<Vec<_>>().join(", ");
        return Err(Failure::Usage(format!(
            "no data file in {list}: files of records end with .json, .jsonl, .csv or .parquet; `dictum build` writes them"
        )));
    }
    Ok(found.files)
}

struct Found<'w> {
    world: &'w dyn World,
    files: Vec<DataFile>,
    seen: BTreeSet<PathBuf>,
}

impl Found<'_> {
    fn folder(&mut self, path: &Path, shown: &Path, depth: usize) -> Result<(), Failure> {
        if depth > DEEPEST {
            return Err(Failure::Usage(format!("`{}` is too deep: does a link lead back into its folder?", shown.display())));
        }
        let ours = self.world.is_file(&path.join(MANIFEST_FILE));
        let workspace = self.world.is_dir(&path.join(WORKSPACE));
        for name in self.world.list(path)? {
            let is_source = (ours && name == SCHEMA_FOLDER) || (workspace && SOURCES.contains(&name.as_str()));
            if name.starts_with('.') || is_source {
                continue;
            }
            let (inner, shown) = (path.join(&name), shown.join(&name));
            if self.world.is_dir(&inner) {
                self.folder(&inner, &shown, depth + 1)?;
            } else if self.world.is_file(&inner) {
                self.file(&inner, &shown)?;
            }
        }
        Ok(())
    }

    /// Adds a file; false where it is no data.
    fn file(&mut self, path: &Path, shown: &Path) -> Result<bool, Failure> {
        let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
        if !ENDINGS.contains(&ending) || path.file_name().is_some_and(|name| name == MANIFEST_FILE) {
            return Ok(false);
        }
        let Some(format) = emit::FORMATS.iter().copied().find(|format| format.extension() == ending) else {
            let shown = shown.display();
            return Err(Failure::Usage(format!("`{shown}` cannot be read: this program was built without `{ending}`")));
        };
        if self.seen.insert(path.to_path_buf()) {
            self.files.push(DataFile { path: path.to_path_buf(), shown: shown.display().to_string(), format });
        }
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::MemoryWorld;

    fn found(paths: &[&str]) -> Result<Vec<String>, String> {
        let files = ["out/dictum-manifest.json", "out/schemas/a.schema.json", "out/data/a/t.jsonl", "out/data/.t.jsonl"];
        let more = ["other/schemas/b.json", "other/a.csv", "other/notes.txt", "empty/notes.txt"];
        let more = [&more[..], &["home/scenarios/t.csv", "home/schemas/s.json", "home/mine/t.csv"]].concat();
        let world = files.iter().chain(&more).fold(MemoryWorld::default(), |world, path| world.with(format!("/w/{path}"), ""));
        let paths: Vec<PathBuf> = paths.iter().map(PathBuf::from).collect();
        let found = find(&world, Path::new("/w"), &paths).map_err(|failure| failure.to_string())?;
        Ok(found.into_iter().map(|file| format!("{} {}", file.format.name(), file.shown)).collect())
    }

    #[test]
    fn data_is_told_from_what_stands_beside_it() {
        assert_eq!(found(&["out"]).unwrap(), ["jsonl out/data/a/t.jsonl"]);
        assert_eq!(found(&["other", "./out", "other/a.csv"]).unwrap().len(), 3);
        assert_eq!(found(&["home"]).unwrap(), ["csv home/mine/t.csv"]);
        assert_eq!(found(&["home/scenarios"]).unwrap(), ["csv home/scenarios/t.csv"]);
        assert_eq!(found(&["other"]).unwrap(), ["csv other/a.csv", "json other/schemas/b.json"]);
        assert!(found(&["empty"]).unwrap_err().starts_with("no data file in `empty`: "));
        assert!(found(&["other/notes.txt"]).unwrap_err().starts_with("`other/notes.txt` is no data file"));
        assert!(found(&["out/dictum-manifest.json"]).is_err());
        assert_eq!(found(&["none"]).unwrap_err(), "failed to read `/w/none`: entity not found");
    }
}
