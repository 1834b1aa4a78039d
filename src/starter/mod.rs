//! A first workspace, and a first dataset in a workspace.
//!
//! In: a folder, or the name and the title of a dataset. Out: files that build as they are and teach by their comments; they
//! stand under `files/` as they are written, but for name and title. What must hold: nothing that stands is overwritten; all
//! that is in the way is told at once, before anything is written; and the spec comes last, so that a disk that refuses half way
//! leaves no dataset without its schema.

use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::build::Failure;
use crate::diag::{Diagnostics, quoted_list};
use crate::editor;
use crate::form::is_name;
use crate::pipeline::load::{Workspace, datasets};
use crate::world::{World, WorldError};

/// The dataset that a new workspace begins with.
pub const DATASET: &str = "loan_renewal";
/// The line of its spec that an author's own title replaces.
const TITLE: &str = "title: May a loan be renewed?\n";
/// What explains keys to an editor: the first line of every spec names it.
const EDITOR_SCHEMA: &str = "schemas/scenario.schema.json";
const IGNORED: &str = ".gitignore";

/// The files of a dataset, the spec last; its name stands in paths and texts wherever `loan_renewal` does.
const DATASET_FILES: [(&str, &str); 3] = [
    ("schemas/loan_renewal.schema.json", include_str!("files/schemas/loan_renewal.schema.json")),
    ("templates/loan_renewal/answer.j2", include_str!("files/templates/loan_renewal/answer.j2")),
    ("scenarios/loan_renewal.yaml", include_str!("files/scenarios/loan_renewal.yaml")),
];

/// What a new workspace has besides.
const WORKSPACE_FILES: [(&str, &str); 2] =
    [(IGNORED, include_str!("files/gitignore")), ("README.md", include_str!("files/README.md"))];

/// What was written.
#[derive(Debug, Serialize)]
pub struct Written {
    /// The dataset.
    pub dataset: String,
    /// The workspace, an absolute path.
    pub workspace: PathBuf,
    /// The new files, as paths in the workspace.
    pub files: Vec<String>,
    /// Files that a new workspace has, but that stood already and were left as they are.
    pub kept: Vec<String>,
}

/// A file that is to be written: its path in the workspace, and its text.
type Draft = (String, String);

/// Makes a workspace with one dataset in `folder` (relative to `current`), which is new, or empty but for hidden files.
///
/// # Errors
/// When something else stands there, or the disk refuses.
pub fn init(world: &dyn World, current: &Path, folder: &Path) -> Result<Written, Failure> {
    // Without `.` in it, as paths are printed and compared.
    let root: PathBuf = current.join(folder).components().collect();
    if world.is_file(&root) {
        return Err(Failure::Usage(format!("expected a folder, found a file at `{}`", folder.display())));
    }
    let standing = names(world, &root)?;
    let in_the_way: Vec<&str> = standing.iter().map(String::as_str).filter(|name| !name.starts_with('.')).collect();
    if !in_the_way.is_empty() {
        let advice = if in_the_way.contains(&"scenarios") {
            "it is a workspace already, to which `dictum new NAME` adds a dataset"
        } else {
            "choose a new folder"
        };
        let list = quoted_list(in_the_way.iter().copied());
        return Err(Failure::Usage(format!("`{}` is not empty: it holds {list}; {advice}", folder.display())));
    }
    let (kept, own): (Vec<_>, Vec<_>) = WORKSPACE_FILES.iter().partition(|(path, _)| standing.iter().any(|name| name == path));
    let mut drafts: Vec<Draft> = own.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
    drafts.push((EDITOR_SCHEMA.to_owned(), editor_schema()?));
    drafts.extend(DATASET_FILES.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())));
    let files = write(world, &root, drafts)?;
    let kept = kept.iter().map(|(path, _)| (*path).to_owned()).collect();
    Ok(Written { dataset: DATASET.to_owned(), workspace: root, files, kept })
}

/// Adds a dataset to a workspace: spec, schema and template, and the schema for editors where it is missing.
///
/// # Errors
/// When the name is none or is taken, a file stands in the way, or the disk refuses.
pub fn add(workspace: &Workspace<'_>, name: &str, title: Option<&str>) -> Result<Written, Failure> {
    let Workspace { world, root } = workspace;
    check_name(name)?;
    // What is wrong with the specs that there are is for `check` to tell.
    let known = datasets(workspace, &mut Diagnostics::default());
    if let Some((_, file)) = known.iter().find(|(known, _)| known == name) {
        return Err(Failure::Usage(format!("`scenarios/{file}` declares the dataset `{name}` already; choose another name")));
    }
    let mut drafts: Vec<Draft> = DATASET_FILES.iter().map(|(path, text)| named(path, text, name, title)).collect();
    let mut in_the_way = Vec::new();
    for (path, _) in &drafts {
        if stands(*world, root, path)? {
            in_the_way.push(path.as_str());
        }
    }
    if !in_the_way.is_empty() {
        let list = quoted_list(in_the_way);
        return Err(Failure::Usage(format!("nothing is overwritten, and there is {list} already; choose another name")));
    }
    if !stands(*world, root, EDITOR_SCHEMA)? {
        drafts.insert(0, (EDITOR_SCHEMA.to_owned(), editor_schema()?));
    }
    let files = write(*world, root, drafts)?;
    Ok(Written { dataset: name.to_owned(), workspace: root.clone(), files, kept: Vec::new() })
}

/// A name that a spec can have as its `dataset`.
fn check_name(name: &str) -> Result<(), Failure> {
    // YAML reads these as no text at all.
    if is_name(name) && !name.eq_ignore_ascii_case("null") {
        return Ok(());
    }
    let mended: String = name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
    let mended = if mended.starts_with(|c: char| c.is_ascii_digit()) { format!("_{mended}") } else { mended };
    let hint = if is_name(&mended) && mended != name { format!("; `{mended}` would do") } else { String::new() };
    let rule = "it has letters, digits and `_`, does not begin with a digit and is no word of the language";
    Err(Failure::Usage(format!("`{name}` cannot be the name of a dataset: {rule}{hint}")))
}

/// A file of the dataset that is shipped, as one of another name and title.
fn named(path: &str, text: &str, name: &str, title: Option<&str>) -> Draft {
    let text = text.replace(DATASET, name);
    let text = match title {
        // Every JSON text is one of YAML, whatever the title holds.
        Some(title) => text.replace(TITLE, &format!("title: {}\n", serde_json::Value::from(title))),
        None => text,
    };
    (path.replace(DATASET, name), text)
}

fn editor_schema() -> Result<String, Failure> {
    editor::schema().map_err(|error| Failure::Other { doing: "make the schema for editors", cause: error.to_string() })
}

/// The names in a folder; none where there is no folder.
fn names(world: &dyn World, folder: &Path) -> Result<Vec<String>, WorldError> {
    match world.list(folder) {
        Err(error) if error.is_missing() => Ok(Vec::new()),
        listed => listed,
    }
}

/// Whether anything has this path: a file, a folder, or a link that leads nowhere.
fn stands(world: &dyn World, root: &Path, path: &str) -> Result<bool, WorldError> {
    let path = root.join(path);
    let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else { return Ok(true) };
    Ok(names(world, folder)?.iter().any(|one| name == one.as_str()))
}

/// Writes the files in their order; their paths, sorted.
fn write(world: &dyn World, root: &Path, drafts: Vec<Draft>) -> Result<Vec<String>, Failure> {
    let mut files = Vec::new();
    for (path, text) in drafts {
        let place = world.inside(root, &path).map_err(WorldError::from)?;
        if let Some(folder) = place.parent() {
            world.make_folder(folder)?;
        }
        world.replace(&place, text.as_bytes())?;
        files.push(path);
    }
    files.sort();
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::MemoryWorld;

    fn paths(world: &MemoryWorld) -> Vec<String> {
        world.files().keys().map(|path| path.display().to_string()).collect()
    }

    fn refusal(result: Result<Written, Failure>) -> String {
        match result {
            Err(Failure::Usage(message)) => message,
            other => panic!("{other:?}"),
        }
    }

    fn workspace(world: &MemoryWorld) -> Workspace<'_> {
        Workspace { world, root: "/w".into() }
    }

    #[test]
    fn the_name_and_the_title_stand_where_they_are_replaced() {
        for (path, text) in DATASET_FILES {
            assert!(path.contains(DATASET));
            assert_eq!(text.contains(TITLE), text.contains("\ndataset: "), "{path}");
        }
        let (path, text) = named("scenarios/loan_renewal.yaml", DATASET_FILES[2].1, "birds", Some("\"Who\": sings?\n"));
        assert_eq!(path, "scenarios/birds.yaml");
        assert!(text.contains("\ndataset: birds\ntitle: \"\\\"Who\\\": sings?\\n\"\n") && !text.contains(DATASET));
    }

    #[test]
    fn a_folder_is_taken_where_it_is_new_empty_or_holds_hidden_files_only() {
        let world = MemoryWorld::default().with("/git/.git/config", "").with("/git/.gitignore", "own");
        let written = init(&world, Path::new("/"), Path::new("./new/")).unwrap();
        assert_eq!(written.workspace, Path::new("/new"));
        assert_eq!(written.files.len(), 6);
        assert!(written.kept.is_empty() && world.is_file(Path::new("/new/scenarios/loan_renewal.yaml")));
        let written = init(&world, Path::new("/git"), Path::new(".")).unwrap();
        assert_eq!((written.workspace, written.kept), (PathBuf::from("/git"), vec![".gitignore".to_owned()]));
        assert_eq!(world.read(Path::new("/git/.gitignore")).unwrap(), b"own");
    }

    #[test]
    fn what_is_in_the_way_is_told_at_once_and_nothing_is_written() {
        let world = MemoryWorld::default().with("/w/b", "").with("/w/a/x", "").with("/v/scenarios/x.yaml", "").with("/file", "");
        let before = world.files();
        let at = |folder: &str| refusal(init(&world, Path::new("/"), Path::new(folder)));
        assert_eq!(at("w"), "`w` is not empty: it holds `a`, `b`; choose a new folder");
        assert!(at("v").ends_with("it is a workspace already, to which `dictum new NAME` adds a dataset"));
        assert_eq!(at("file"), "expected a folder, found a file at `file`");
        assert_eq!(world.files(), before);
    }

    #[test]
    fn a_dataset_is_added_once_and_never_over_a_file() {
        let world = MemoryWorld::default()
            .with("/w/scenarios/old.yaml", "dictum: 1\ndataset: taken\n")
            .with("/w/schemas/birds.schema.json", "{}")
            .with("/w/templates/birds/answer.j2/x", "");
        let before = world.files();
        let new = |name: &str| add(&workspace(&world), name, None);
        assert_eq!(
            refusal(new("birds")),
            "nothing is overwritten, and there is `schemas/birds.schema.json`, `templates/birds/answer.j2` already; choose another name"
        );
        assert_eq!(refusal(new("taken")), "`scenarios/old.yaml` declares the dataset `taken` already; choose another name");
        assert!(refusal(new("old")).contains("`scenarios/old.yaml`"));
        for (name, hint) in [("two words", "; `two_words` would do"), ("3d", "; `_3d` would do"), ("null", "language"), ("", "")]
        {
            assert!(refusal(new(name)).ends_with(hint), "{name}");
        }
        assert_eq!(world.files(), before);
        assert_eq!(new("bees").unwrap().files.len(), 4, "with the schema for editors");
        assert_eq!(new("wasps").unwrap().files.len(), 3);
        assert!(refusal(new("bees")).contains("declares the dataset"));
    }

    #[test]
    fn a_full_disk_leaves_no_spec() {
        let world = MemoryWorld::default();
        world.full_after(5);
        assert!(matches!(init(&world, Path::new("/"), Path::new("w")), Err(Failure::World(_))));
        assert!(!paths(&world).iter().any(|path| path.contains("/scenarios/")), "{:?}", paths(&world));
    }
}
