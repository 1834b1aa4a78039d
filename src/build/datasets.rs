//! Which datasets a command is about: found, loaded, checked.

use super::Failure;
use crate::diag::{Diagnostic, Diagnostics, codes, quoted_list};
use crate::pipeline::check::Checked;
use crate::pipeline::load::{Workspace, datasets, strays};
use crate::pipeline::sound;
use crate::source::Sources;

/// A dataset that was found sound.
pub struct Selected {
    /// Path of its spec under `scenarios/`.
    pub path: String,
    /// Its program.
    pub checked: Checked,
}

/// Every dataset of the workspace: name and path under `scenarios/`, sorted by name.
///
/// # Errors
/// When there are none.
pub fn listing(workspace: &Workspace<'_>, diagnostics: &mut Diagnostics) -> Result<Vec<(String, String)>, Failure> {
    let found = datasets(workspace, diagnostics);
    if diagnostics.has_errors() {
        return Err(Failure::Mistakes);
    }
    if found.is_empty() {
        let folder = workspace.root.join("scenarios");
        return Err(Failure::Usage(format!("no file in {} declares a `dataset`", folder.display())));
    }
    Ok(found)
}

/// Loads and checks the datasets named, or all; every mistake of every one is reported, and, where all are asked for, those of
/// modules that nothing uses.
///
/// # Errors
/// When a name is unknown. Mistakes in specs are among the diagnostics.
pub fn select(
    workspace: &Workspace<'_>,
    names: &[String],
    sources: &mut Sources,
    diagnostics: &mut Diagnostics,
) -> Result<Vec<Selected>, Failure> {
    let known = listing(workspace, diagnostics)?;
    for name in names {
        if !known.iter().any(|(one, _)| one == name) {
            let all = || known.iter().map(|(one, _)| one.as_str());
            let diagnostic = Diagnostic::unplaced(codes::DATASET_UNKNOWN, format!("there is no dataset `{name}`"));
            diagnostics.push(diagnostic.suggest(name, all()).hint(format!("there is {}", quoted_list(all()))));
        }
    }
    let wanted = known.into_iter().filter(|(name, _)| names.is_empty() || names.contains(name));
    let mut selected = Vec::new();
    for (_, path) in wanted {
        if let Some(checked) = sound(workspace, &path, sources, diagnostics) {
            selected.push(Selected { path, checked });
        }
    }
    if names.is_empty() {
        strays(workspace, sources, diagnostics);
    }
    Ok(selected)
}

/// Reports datasets whose constitution has another hash than the one asked for.
pub(super) fn require_hash(selected: &[Selected], wanted: Option<&str>, diagnostics: &mut Diagnostics) {
    let Some(wanted) = wanted else { return };
    for one in selected {
        let spec = &one.checked.spec;
        match &spec.constitution {
            Some(constitution) if constitution.hash == wanted => {}
            Some(constitution) => {
                let message = format!("the constitution has the hash `{}`, asked for was `{wanted}`", constitution.hash);
                diagnostics.push(
                    Diagnostic::error(codes::HASH_MISMATCH, constitution.span, message)
                        .hint("records carry the constitution's hash and no other; leave the option out, or use the constitution it belongs to"),
                );
            }
            None => {
                let message = format!("`{}` has no constitution, asked for was the hash `{wanted}`", spec.name);
                diagnostics.push(Diagnostic::error(codes::HASH_MISMATCH, spec.name_span, message));
            }
        }
    }
}
