//! load: YAML text to [`Spec`].
//!
//! In: a workspace and the path of a spec. Out: the spec with everything its modules bring in, forms parsed, or diagnostics.
//! Unknown keys, duplicate keys and colliding names are found here; what names refer to is for `check`.

mod aims;
mod checks;
mod collect;
mod csv_table;
mod columns;
mod expectations;
mod facts;
mod files;
mod functions;
mod header;
mod key_tables;
mod overrides;
mod params;
mod profiles;
mod rego_cells;
mod sections;
mod tables;
mod uses;
mod views;

use std::collections::BTreeMap;

use crate::diag::{Diagnostic, Diagnostics, codes};
use crate::engine::yaml;
use crate::source::{Sources, Span};
use crate::spec::Spec;

pub use aims::{AIM_SCHEMA, REQUIREMENT_KEYS};
pub use checks::{CHECK_KEYS, EXAMPLE_KEYS};
pub use columns::{CELL_TYPES, COLUMN_KEYS};
pub use expectations::EXPECTATION_KEYS;
pub use files::Workspace;
pub use functions::{FUNCTION_KEYS, TYPES};
pub use header::{TOP_KEYS, TopKey};
pub use key_tables::{KEY_TABLES, KeyTable};
pub use overrides::{Overrides, Seen};
pub use params::PARAM_KEYS;
pub use profiles::PROFILE_KEYS;
pub use sections::{CONSTITUTION_KEYS, SCENARIO_KEYS};
pub use tables::TABLE_KEYS;
pub use views::VIEW_KEYS;

/// Loads one dataset's spec; `None` where its file does not read. After other mistakes there still is a spec, with what could
/// be read, so that it can be checked in the same run.
pub fn load(workspace: &Workspace<'_>, path: &str, sources: &mut Sources, diagnostics: &mut Diagnostics) -> Option<Spec> {
    let mut reader = files::Reader::new(workspace, sources, diagnostics);
    let document = reader.document(path, None)?;
    let mut draft = collect::Draft::default();
    collect::file(&document, None, &mut draft, &mut reader);
    Some(draft.finish(&document, &mut reader))
}

/// The dataset name that a spec file declares: `None` for modules and for files that do not read.
#[must_use]
pub fn dataset_name(text: &str) -> Option<&str> {
    let text = text.trim_start_matches('\u{feff}');
    let line = text.lines().find_map(|line| line.strip_prefix("dataset:"))?;
    let name = line.split(" #").next()?.trim().trim_matches(['"', '\'']);
    (!name.is_empty()).then_some(name)
}

/// What each file of `scenarios/` was found to declare, so that a second look reads only the files that changed.
#[derive(Default)]
pub struct Declared(BTreeMap<String, (Vec<u8>, Option<String>)>);

impl Declared {
    /// The dataset that a file of this content declares.
    fn of(&mut self, file: &str, bytes: Vec<u8>) -> Option<String> {
        match self.0.get(file) {
            Some((known, name)) if *known == bytes => name.clone(),
            _ => {
                let name = declared(file, &bytes);
                self.0.insert(file.to_owned(), (bytes, name.clone()));
                name
            }
        }
    }
}

/// Every dataset of a workspace: name and path under `scenarios/`, sorted by name. Two files with one name are reported.
pub fn datasets(workspace: &Workspace<'_>, diagnostics: &mut Diagnostics) -> Vec<(String, String)> {
    datasets_again(workspace, &mut Declared::default(), diagnostics)
}

/// The same, with what an earlier look has found.
pub fn datasets_again(workspace: &Workspace<'_>, known: &mut Declared, diagnostics: &mut Diagnostics) -> Vec<(String, String)> {
    let folder = workspace.root.join("scenarios");
    let names = match workspace.world.list(&folder) {
        Ok(names) => names,
        Err(error) => {
            diagnostics.push(Diagnostic::unplaced(codes::FILE_UNREADABLE, error.to_string()));
            return Vec::new();
        }
    };
    let mut found: Vec<(String, String)> = Vec::new();
    for file in names.into_iter().filter(|name| has_yaml_ending(name)) {
        let Ok(bytes) = workspace.world.read(&folder.join(&file)) else { continue };
        let Some(name) = known.of(&file, bytes) else { continue };
        if let Some((_, other)) = found.iter().find(|(one, _)| *one == name) {
            let message = format!("the dataset `{name}` is declared in `{other}` and in `{file}`");
            diagnostics.push(Diagnostic::unplaced(codes::DATASET_DUPLICATE, message));
            continue;
        }
        found.push((name, file));
    }
    found.sort();
    found
}

/// The dataset that a file declares, even where it cannot be read to its end: then it is found, and the reason is said.
fn declared(file: &str, bytes: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(bytes);
    if let Some(name) = dataset_name(&text) {
        return Some(name.to_owned());
    }
    let mut sources = Sources::default();
    let source = sources.add(file, text.as_ref());
    let root = yaml::read(source, &sources, &mut Diagnostics::default())?;
    root.get("dataset")?.scalar_text().map(str::to_owned)
}

/// Reads every file of `scenarios/` that no dataset has read, as a module: what nothing uses is checked as far as that goes.
pub fn strays(workspace: &Workspace<'_>, sources: &mut Sources, diagnostics: &mut Diagnostics) {
    let names = workspace.world.list(&workspace.root.join("scenarios")).unwrap_or_default();
    for file in names.into_iter().filter(|name| has_yaml_ending(name)) {
        let shown = format!("scenarios/{file}");
        // A link out of the workspace is nothing that a module could be.
        let outside = workspace.world.inside(&workspace.root.join("scenarios"), &file).is_err();
        if outside || sources.iter().any(|(_, source)| source.path() == shown) {
            continue;
        }
        let errors = diagnostics.counts().0;
        let mut reader = files::Reader::new(workspace, sources, diagnostics);
        let Some(document) = reader.document(&file, None) else { continue };
        if header::check(&document.root, false, &mut reader) && errors == 0 {
            let start = Span::new(document.source, 0..0);
            let message = format!("no dataset uses `{file}`");
            reader.report(Diagnostic::warning(codes::UNUSED, start, message).hint("name it under `use`, or remove it"));
        }
    }
}

fn has_yaml_ending(name: &str) -> bool {
    std::path::Path::new(name).extension().is_some_and(|ending| ending == "yaml" || ending == "yml")
}
