//! load: YAML text to [`Spec`].
//!
//! In: a workspace and the path of a spec. Out: the spec with everything its modules bring in, forms parsed, or diagnostics.
//! Unknown keys, duplicate keys and colliding names are found here; what names refer to is for `check`.

mod checks;
mod collect;
mod expectations;
mod files;
mod functions;
mod header;
mod sections;

use crate::diag::{Diagnostics, codes};
use crate::source::Sources;
use crate::spec::Spec;

pub use checks::{CHECK_KEYS, EXAMPLE_KEYS};
pub use expectations::EXPECTATION_KEYS;
pub use files::Workspace;
pub use functions::{FUNCTION_KEYS, TYPES};
pub use header::{TOP_KEYS, TopKey};
pub use sections::{CONSTITUTION_KEYS, SCENARIO_KEYS};

/// Loads one dataset's spec; `None` where its file does not read. After other mistakes there still is a spec, with what could
/// be read, so that it can be checked in the same run.
pub fn load(workspace: &Workspace<'_>, path: &str, sources: &mut Sources, diagnostics: &mut Diagnostics) -> Option<Spec> {
    let mut reader = files::Reader::new(workspace, sources, diagnostics);
    let document = reader.document(path, None)?;
    let mut draft = collect::Draft::default();
    collect::file(&document, true, &mut draft, &mut reader);
    Some(draft.finish(&document, &mut reader))
}

/// The dataset name that a spec file declares: `None` for modules and for files that do not read.
#[must_use]
pub fn dataset_name(text: &str) -> Option<&str> {
    let line = text.lines().find_map(|line| line.strip_prefix("dataset:"))?;
    let name = line.split(" #").next()?.trim().trim_matches(['"', '\'']);
    (!name.is_empty()).then_some(name)
}

/// Every dataset of a workspace: name and path under `scenarios/`, sorted by name. Two files with one name are reported.
pub fn datasets(workspace: &Workspace<'_>, diagnostics: &mut Diagnostics) -> Vec<(String, String)> {
    let folder = workspace.root.join("scenarios");
    let names = match workspace.world.list(&folder) {
        Ok(names) => names,
        Err(error) => {
            diagnostics.push(crate::diag::Diagnostic::unplaced(codes::FILE_UNREADABLE, error.to_string()));
            return Vec::new();
        }
    };
    let mut found: Vec<(String, String)> = Vec::new();
    for file in names.into_iter().filter(|name| has_yaml_ending(name)) {
        let Ok(bytes) = workspace.world.read(&folder.join(&file)) else { continue };
        let Some(name) = std::str::from_utf8(&bytes).ok().and_then(dataset_name) else { continue };
        if let Some((_, other)) = found.iter().find(|(one, _)| one == name) {
            let message = format!("the dataset `{name}` is declared in `{other}` and in `{file}`");
            diagnostics.push(crate::diag::Diagnostic::unplaced(codes::DATASET_DUPLICATE, message));
            continue;
        }
        found.push((name.to_owned(), file));
    }
    found.sort();
    found
}

fn has_yaml_ending(name: &str) -> bool {
    std::path::Path::new(name).extension().is_some_and(|ending| ending == "yaml" || ending == "yml")
}
