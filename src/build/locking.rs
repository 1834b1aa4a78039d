//! The lock beside the specs: compared, or brought up to date.

use std::collections::BTreeSet;

use super::Failure;
use crate::diag::Diagnostics;
use crate::pipeline::emit::Format;
use crate::pipeline::load::{Workspace, datasets};
use crate::pipeline::manifest::{LOCK_FILE, Lock, Manifest, drift};

fn fresh(formats: &[&'static dyn Format], manifests: &[Manifest]) -> Lock {
    Lock::of(formats.iter().map(|format| format.name()).zip(manifests))
}

fn read(workspace: &Workspace<'_>) -> Result<Lock, Failure> {
    let path = workspace.root.join(LOCK_FILE);
    if !workspace.world.is_file(&path) {
        return Ok(Lock::default());
    }
    let text = workspace.world.read(&path)?;
    Lock::parse(&text).map_err(|cause| Failure::Unreadable { path: LOCK_FILE.to_owned(), cause })
}

/// Compares a build with the lock; `all` when the whole workspace was built, so that what the lock has besides is drift, too.
///
/// # Errors
/// The differences, where there are any.
pub(super) fn compare(
    workspace: &Workspace<'_>,
    formats: &[&'static dyn Format],
    manifests: &[Manifest],
    names: &BTreeSet<String>,
    all: bool,
) -> Result<(), Failure> {
    let lock = read(workspace)?;
    let mut names = names.clone();
    if all {
        names.extend(lock.datasets.keys().cloned());
    }
    match drift::compare(&lock, &fresh(formats, manifests), &names) {
        found if found.is_empty() => Ok(()),
        found => Err(Failure::Drift(found)),
    }
}

/// Takes a build into the lock.
///
/// # Errors
/// When the lock cannot be read or written.
pub(super) fn update(workspace: &Workspace<'_>, formats: &[&'static dyn Format], manifests: &[Manifest]) -> Result<(), Failure> {
    let mut lock = read(workspace)?;
    let known = datasets(workspace, &mut Diagnostics::default());
    lock.update(fresh(formats, manifests), &known.into_iter().map(|(name, _)| name).collect());
    let text = lock.to_json().map_err(|error| Failure::Other { doing: "write the lock", cause: error.to_string() })?;
    workspace.world.replace(&workspace.root.join(LOCK_FILE), text.as_bytes())?;
    Ok(())
}
