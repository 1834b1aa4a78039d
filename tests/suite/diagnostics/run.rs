//! One build of a fixture, in memory, and what every diagnostic must keep whatever it says.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;

use dictum::build::{Failure, Out, Request, build, piloted, select};
use dictum::diag::render::{MessageFormat, render, summary};
use dictum::diag::{Diagnostic, Diagnostics, codes};
use dictum::pipeline::load::{Overrides, Workspace};
use dictum::pipeline::sound;
use dictum::source::Sources;
use dictum::world::World;

use crate::workbench::{Quiet, request};

/// Codes of faults that no place in a file is to blame for.
const UNPLACED: &[dictum::diag::Code] = &[codes::DATASET_DUPLICATE, codes::DATASET_UNKNOWN, codes::FILE_MISSING];

/// Columns of the terminal in which people read.
const WIDTH: usize = 120;

/// What a build came to.
pub(crate) struct Found {
    /// Every text that was read.
    pub(crate) sources: Sources,
    /// What was reported, in order.
    pub(crate) diagnostics: Diagnostics,
    /// Whether the build says that it wrote an output.
    pub(crate) built: bool,
}

/// Builds every dataset of a workspace, at its own size, in all formats; a workspace whose only file declares no dataset is
/// loaded from that file.
pub(crate) fn run(world: &dyn World, root: &str, out: &str) -> Found {
    let workspace = Workspace { world, root: PathBuf::from(root) };
    let request = Request { out: Out::Folder(PathBuf::from(out)), threads: Some(1), ..request() };
    let outcome = build(&workspace, request, &mut Quiet, &AtomicBool::new(false));
    match outcome.result {
        Ok(_) => Found { sources: outcome.sources, diagnostics: outcome.diagnostics, built: true },
        Err(Failure::Mistakes) => Found { sources: outcome.sources, diagnostics: outcome.diagnostics, built: false },
        Err(Failure::Usage(_)) => alone(&workspace),
        Err(other) => panic!("{other}"),
    }
}

/// Checks every dataset of a workspace with its pilot, as `dictum check` does, and builds nothing.
pub(crate) fn pilot(world: &dyn World, root: &str) -> Found {
    let workspace = Workspace { world, root: PathBuf::from(root) };
    let (mut sources, mut diagnostics) = (Sources::default(), Diagnostics::default());
    let selected = select(&workspace, &[], &Overrides::default(), &mut sources, &mut diagnostics).unwrap();
    for one in &selected {
        piloted(&workspace, &one.checked, &sources, &mut diagnostics);
    }
    let built = !diagnostics.has_errors();
    Found { diagnostics: diagnostics.sorted(&sources), sources, built }
}

fn alone(workspace: &Workspace<'_>) -> Found {
    let files = workspace.world.list(&workspace.root.join("scenarios")).unwrap();
    let [file] = files.as_slice() else { panic!("no dataset in {files:?}") };
    let (mut sources, mut diagnostics) = (Sources::default(), Diagnostics::default());
    sound(workspace, file, &mut sources, &mut diagnostics);
    let diagnostics = diagnostics.sorted(&sources);
    Found { sources, diagnostics, built: false }
}

impl Found {
    /// One diagnostic in its short form.
    pub(super) fn short(&self, one: &Diagnostic) -> String {
        self.rendered(&[one.clone()].into_iter().collect(), MessageFormat::Short).trim_end().to_owned()
    }

    /// What a person reads in the terminal.
    pub(crate) fn human(&self) -> String {
        let text = self.rendered(&self.diagnostics, MessageFormat::Human { color: false, width: WIDTH });
        let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
        format!("{}\n{}\n", lines.join("\n"), summary(&self.diagnostics).unwrap_or_default())
    }

    fn rendered(&self, diagnostics: &Diagnostics, format: MessageFormat) -> String {
        let mut out = Vec::new();
        render(diagnostics, &self.sources, format, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    /// What is wrong with the diagnostics themselves.
    pub(crate) fn bad_manners(&self) -> Vec<String> {
        let mut complaints: Vec<String> = self.diagnostics.iter().filter_map(|one| self.bad_one(one)).collect();
        let mut seen = BTreeSet::new();
        for one in self.diagnostics.iter() {
            if !seen.insert((self.short(one), one.record.as_ref().map(|record| record.index))) {
                complaints.push(format!("said twice: {}", self.short(one)));
            }
        }
        let short = self.rendered(&self.diagnostics, MessageFormat::Short);
        let json = self.rendered(&self.diagnostics, MessageFormat::Json);
        let count = self.diagnostics.iter().count();
        if short.lines().count() != count || json.lines().count() != count {
            complaints.push(format!("{count} diagnostics are not {count} lines: {short}{json}"));
        }
        let broken = json.lines().filter(|line| serde_json::from_str::<serde_json::Value>(line).is_err());
        complaints.extend(broken.map(|line| format!("not JSON: {line}")));
        complaints
    }

    fn bad_one(&self, one: &Diagnostic) -> Option<String> {
        let says = |what: &str| Some(format!("{what}: {}", self.short(one)));
        let Some(primary) = &one.primary else {
            return if UNPLACED.contains(&one.code) { None } else { says("without a place") };
        };
        let Some(source) = self.sources.get(primary.span.source) else { return says("a place in no file") };
        if source.text().get(primary.span.range()).is_none() {
            return says("a place outside the text");
        }
        if one.message.ends_with('.') || one.message.starts_with(|first: char| first.is_uppercase()) {
            return says("not a lower-case phrase without a full stop");
        }
        None
    }
}
