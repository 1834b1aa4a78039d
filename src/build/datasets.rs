//! Which datasets a command is about: found, loaded, checked.

use super::Failure;
use crate::data::Text;
use crate::diag::{Diagnostic, Diagnostics, codes, quoted_list};
use crate::pipeline::check::{Checked, View};
use crate::pipeline::emit::{self, FORMATS, Format};
use crate::pipeline::load::{Overrides, Seen, Workspace, datasets, strays};
use crate::pipeline::sound_with;
use crate::source::Sources;
use crate::spec::Profile;

/// A dataset that was found sound.
pub struct Selected {
    /// Path of its spec under `scenarios/`.
    pub path: String,
    /// Its program.
    pub checked: Checked,
    /// The view that is written instead of its records, by name.
    pub view: Option<Text>,
    /// How many records the chosen profile makes, where it says so.
    pub size: Option<u64>,
    /// The formats that the chosen profile writes, in order and each once; empty where it does not say.
    pub formats: Vec<&'static dyn Format>,
}

impl Selected {
    /// The view that is written instead of its records.
    #[must_use]
    pub fn view(&self) -> Option<&View> {
        self.view.as_ref().and_then(|name| self.checked.view(name))
    }
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

/// Those of a listing that are named, or all; names that are not in it are reported.
#[must_use]
pub fn named(known: Vec<(String, String)>, names: &[String], diagnostics: &mut Diagnostics) -> Vec<(String, String)> {
    for name in names {
        if !known.iter().any(|(one, _)| one == name) {
            diagnostics.push(unknown_dataset(name, &known));
        }
    }
    known.into_iter().filter(|(name, _)| names.is_empty() || names.contains(name)).collect()
}

/// Loads and checks the datasets named, or all, with the values of this build; every mistake of every one is reported, and, where all are asked for, those of
/// modules that nothing uses.
///
/// # Errors
/// When a name is unknown. Mistakes in specs and in values of this build are among the diagnostics.
pub fn select(
    workspace: &Workspace<'_>,
    names: &[String],
    overrides: &Overrides,
    sources: &mut Sources,
    diagnostics: &mut Diagnostics,
) -> Result<Vec<Selected>, Failure> {
    let wanted = named(listing(workspace, diagnostics)?, names, diagnostics);
    let mut selected = Vec::new();
    let mut seen = Seen::default();
    for (_, path) in wanted {
        if let Some(checked) = sound_with(workspace, &path, overrides, &mut seen, sources, diagnostics) {
            let profile = overrides.profile.as_ref().and_then(|name| checked.spec.profiles.get(name.as_str()));
            let size = profile.and_then(|profile| profile.size).map(|(size, _)| size);
            let formats = profile.map(formats).unwrap_or_default();
            selected.push(Selected { path, checked, view: None, size, formats });
        }
    }
    overrides.unknown(&seen, diagnostics);
    if names.is_empty() {
        strays(workspace, sources, diagnostics);
    }
    Ok(selected)
}

/// A name that no dataset has, with the nearest of those that there are.
#[must_use]
pub fn unknown_dataset(name: &str, known: &[(String, String)]) -> Diagnostic {
    let all = || known.iter().map(|(one, _)| one.as_str());
    let diagnostic = Diagnostic::unplaced(codes::DATASET_UNKNOWN, format!("there is no dataset `{name}`"));
    diagnostic.suggest(name, all()).hint(format!("there is {}", quoted_list(all())))
}

/// The formats of a profile, each once.
fn formats(profile: &Profile) -> Vec<&'static dyn Format> {
    let mut formats: Vec<&'static dyn Format> = Vec::new();
    for format in profile.formats.iter().flat_map(|(list, _)| list).filter_map(|(name, _)| emit::format(name)) {
        if !formats.iter().any(|known| known.name() == format.name()) {
            formats.push(format);
        }
    }
    formats
}

/// The formats that the chosen profile gives all datasets of a build, or all formats there are where it says none.
///
/// # Errors
/// When datasets differ in them: a build writes the same formats of all.
pub(super) fn common_formats(selected: &[Selected]) -> Result<Vec<&'static dyn Format>, Failure> {
    let names = |one: &Selected| one.formats.iter().map(|format| format.name()).collect::<Vec<_>>();
    let Some((first, rest)) = selected.split_first() else { return Ok(FORMATS.to_vec()) };
    if let Some(other) = rest.iter().find(|other| names(other) != names(first)) {
        let (first, other) = (&first.checked.spec.name, &other.checked.spec.name);
        let message = format!("the profile gives `{first}` and `{other}` different formats: say which with `--format`");
        return Err(Failure::Usage(message));
    }
    Ok(if first.formats.is_empty() { FORMATS.to_vec() } else { first.formats.clone() })
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
