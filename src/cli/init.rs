//! `dictum init`: a new workspace with one small dataset.
//!
//! In: a folder. Out: the files that were written, told to people a line each with what to do next, to programs as one object
//! with the keys of [`Written`]. No workspace is needed, and none may be named.

use std::path::{Path, PathBuf};

use clap::ValueHint;

use super::Exit;
use super::messages::{Ending, Messages};
use crate::build::Failure;
use crate::diag::Diagnostics;
use crate::source::Sources;
use crate::starter::{self, Written};
use crate::world::World;

const NAME: &str = "init";

const EXAMPLES: &str = "\
The folder is new, or empty but for hidden files such as `.git`. Nothing is overwritten.

Examples:
  dictum init bakery     a workspace in the new folder bakery/
  dictum init .          in the current folder";

/// Arguments of `init`.
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// The folder of the workspace; `.` for the current one
    #[arg(value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub(super) folder: PathBuf,
}

pub(super) fn run(world: &dyn World, named: Option<&Path>, args: &Args, messages: &Messages) -> Exit {
    match begin(world, named, &args.folder) {
        Ok(written) => {
            let shown = args.folder.display();
            let head = format!("{shown}: a workspace with the dataset `{}`", written.dataset);
            let enter = (args.folder != Path::new(".")).then(|| format!("cd {shown}"));
            let next = [format!("dictum preview {}", written.dataset), "dictum build".to_owned()];
            let next: Vec<String> = enter.into_iter().chain(next).collect();
            end(NAME, written, &head, &next, messages)
        }
        Err(failure) => messages.end(&Ending::failed(NAME, failure)),
    }
}

fn begin(world: &dyn World, named: Option<&Path>, folder: &Path) -> Result<Written, Failure> {
    if let Some(named) = named {
        let named = named.display();
        return Err(Failure::Usage(format!("`init` makes a workspace: write `dictum init {named}` without `--workspace`")));
    }
    starter::init(world, &world.current_folder()?, folder)
}

/// Tells what was written and which commands come next.
pub(super) fn end(command: &'static str, written: Written, head: &str, next: &[String], messages: &Messages) -> Exit {
    let mut lines = vec![head.to_owned()];
    lines.extend(written.files.iter().map(|path| format!("  {path}")));
    lines.extend(next.iter().enumerate().map(|(at, one)| format!("{} {one}", if at == 0 { "next:" } else { "     " })));
    let left =
        |path: &String| format!("`{path}` stood there and was left alone; it should keep `out/` and `.dictum/` out of git");
    let notes = written.kept.iter().map(left).collect();
    let ending = Ending::new(command, Sources::default(), Diagnostics::default(), Ok(vec![written]));
    messages.end(&Ending { notes, lines, ..ending })
}
