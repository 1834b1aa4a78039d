//! `dictum new`: a new dataset in the workspace.
//!
//! In: its name and title. Out: the files that were written, told as `init` tells them.

use super::Exit;
use super::init::end;
use super::messages::{Ending, Messages};
use crate::pipeline::load::Workspace;
use crate::starter;

const NAME: &str = "new";

const EXAMPLES: &str = "\
It builds as it is: a spec, a JSON Schema and a template, whose comments say what to change into what. Nothing is overwritten.

Examples:
  dictum new sourdough
  dictum new sourdough --title \"Will the bread rise?\"";

/// Arguments of `new`.
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// The name of the dataset: letters, digits and `_`
    #[arg(value_name = "DATASET")]
    pub(super) dataset: String,
    /// What the dataset is, in words
    #[arg(long, value_name = "TEXT")]
    pub(super) title: Option<String>,
}

pub(super) fn run(workspace: &Workspace<'_>, args: &Args, messages: &Messages) -> Exit {
    match starter::add(workspace, &args.dataset, args.title.as_deref()) {
        Ok(written) => {
            let name = &args.dataset;
            let next = [format!("dictum preview {name}"), format!("dictum build {name}")];
            end(NAME, written, &format!("{name}: a dataset that builds as it is"), &next, messages)
        }
        Err(failure) => messages.end(&Ending::failed(NAME, failure)),
    }
}
