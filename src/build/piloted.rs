//! The pilot of a dataset's aims, remembered by what it depends on.
//!
//! Trials take time and depend on nothing but the spec closure and this program, so their outcome is kept in `.dictum/` of the
//! workspace. What must hold: nothing else is kept there, a memory that does not read is made anew, and one that cannot be
//! written is no failure.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::diag::Diagnostics;
use crate::digest::Digest;
use crate::json;
use crate::pipeline::check::Checked;
use crate::pipeline::check::pilot::{self, Cell};
use crate::pipeline::load::Workspace;
use crate::pipeline::manifest::Origin;
use crate::record::Node;
use crate::source::Sources;

const FOLDER: &str = ".dictum";
const FILE: &str = "pilot.json";

/// What was found, by dataset.
#[derive(Default, Serialize, Deserialize)]
struct Memory(BTreeMap<String, Remembered>);

#[derive(Serialize, Deserialize)]
struct Remembered {
    /// Digest of everything that the cells depend on.
    of: String,
    cells: Vec<Cell>,
}

/// The cells of a dataset, tried now or remembered; what they say becomes diagnostics.
pub fn piloted(workspace: &Workspace<'_>, checked: &Checked, sources: &Sources, diagnostics: &mut Diagnostics) -> Vec<Cell> {
    if checked.settling.is_idle() {
        return Vec::new();
    }
    let of = dependencies(checked, sources);
    let mut memory = read(workspace);
    let name = checked.spec.name.as_str();
    let cells = match memory.0.get(name).filter(|known| known.of == of) {
        Some(known) => known.cells.clone(),
        None => match pilot::pilot(checked) {
            Ok(cells) => {
                memory.0.insert(name.to_owned(), Remembered { of, cells: cells.clone() });
                keep(workspace, &memory);
                cells
            }
            Err(fault) => {
                diagnostics.push(*fault);
                return Vec::new();
            }
        },
    };
    pilot::judge(checked, &cells, diagnostics);
    cells
}

/// One digest over the spec closure, the parameters of this build and the program.
fn dependencies(checked: &Checked, sources: &Sources) -> String {
    let origin = Origin::current(0);
    let mut parts = vec![origin.engine, origin.format_epoch.to_string(), origin.language.to_string()];
    for source in checked.spec.closure.iter().filter_map(|id| sources.get(*id)) {
        parts.push(source.path().to_owned());
        parts.push(source.text().to_string());
    }
    for (name, param) in &checked.spec.params {
        let mut value = String::new();
        json::write_node(Node::of(&param.value), &mut value);
        parts.extend([name.to_string(), value]);
    }
    Digest::of_parts(parts.iter().map(String::as_bytes)).to_string()
}

fn read(workspace: &Workspace<'_>) -> Memory {
    let path = workspace.root.join(FOLDER).join(FILE);
    let bytes = workspace.world.read(&path).unwrap_or_default();
    serde_json::from_slice(&bytes).unwrap_or_default()
}

/// Keeps the memory where it can; the folder tells version control to leave it out.
fn keep(workspace: &Workspace<'_>, memory: &Memory) {
    let folder = workspace.root.join(FOLDER);
    if let Ok(text) = serde_json::to_vec(memory)
        && workspace.world.make_folder(&folder).is_ok()
    {
        let ignore = folder.join(".gitignore");
        if !workspace.world.is_file(&ignore) {
            let _ = workspace.world.replace(&ignore, b"*\n");
        }
        let _ = workspace.world.replace(&folder.join(FILE), &text);
    }
}
