//! Which datasets a view is written of.
//!
//! In: the datasets of a command and the name of a view. Out: those that have it. Where datasets were named, one that does not have
//! the view is a mistake; of all datasets those that do not have it are left out, and it is a mistake where none has it.

use std::collections::BTreeSet;

use super::Failure;
use super::datasets::{Selected, select};
use crate::data::Text;
use crate::diag::{Diagnostic, Diagnostics, codes, quoted_list};
use crate::pipeline::load::{Overrides, Workspace};
use crate::source::Sources;

/// Chooses a view of the datasets; gives the names of those that are left out.
pub fn choose(selected: &mut Vec<Selected>, name: &str, named: bool, diagnostics: &mut Diagnostics) -> Vec<Text> {
    let mut without = Vec::new();
    for one in selected.iter_mut() {
        one.view = one.checked.view(name).map(|view| view.name.clone());
        if one.view.is_none() {
            without.push(one);
        }
    }
    if named {
        for one in without {
            let known: BTreeSet<&str> = one.checked.views.iter().map(|view| view.name.as_str()).collect();
            diagnostics.push(unknown(format!("`{}` has no view `{name}`", one.checked.spec.name), name, &known, "it has"));
        }
        return Vec::new();
    }
    if selected.iter().all(|one| one.view.is_none()) {
        let views = selected.iter().flat_map(|one| &one.checked.views);
        let known: BTreeSet<&str> = views.map(|view| view.name.as_str()).collect();
        diagnostics.push(unknown(format!("no dataset has a view `{name}`"), name, &known, "there is"));
        return Vec::new();
    }
    let left_out = selected.iter().filter(|one| one.view.is_none()).map(|one| one.checked.spec.name.clone()).collect();
    selected.retain(|one| one.view.is_some());
    left_out
}

/// Loads and checks one dataset, with a view of it where one is asked for.
///
/// # Errors
/// When the name is unknown, or anything is wrong, a value of this run that nothing takes among it: it would show records as if
/// it had been taken. What is wrong is among the diagnostics.
pub fn select_one(
    workspace: &Workspace<'_>,
    name: &str,
    view: Option<&str>,
    overrides: &Overrides,
    sources: &mut Sources,
    diagnostics: &mut Diagnostics,
) -> Result<Selected, Failure> {
    let mut selected = select(workspace, &[name.to_owned()], overrides, sources, diagnostics)?;
    if let Some(view) = view {
        choose(&mut selected, view, true, diagnostics);
    }
    selected.pop().filter(|_| !diagnostics.has_errors()).ok_or(Failure::Mistakes)
}

fn unknown(message: String, name: &str, known: &BTreeSet<&str>, there: &str) -> Diagnostic {
    let diagnostic = Diagnostic::unplaced(codes::VIEW_UNKNOWN, message).suggest(name, known.iter().copied());
    if known.is_empty() {
        diagnostic.hint("there are no views: they are declared under `views`")
    } else {
        diagnostic.hint(format!("{there} {}", quoted_list(known.iter().copied())))
    }
}
