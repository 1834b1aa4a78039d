//! Arguments that several commands take, and how they are explained.
//!
//! In: what was typed. Out: plain values. The doc comments of these types are the help texts. What one command alone takes
//! stands in its own file.

use std::collections::BTreeSet;
use std::path::PathBuf;

use clap::{Args, ValueEnum, ValueHint};

use super::terminal::Color;
use crate::build::Failure;
use crate::pipeline::load::Overrides;

/// The headline of what is in [`Everywhere`].
pub(super) const EVERYWHERE: &str = "Options of every command";

/// Options of every command.
#[derive(Args, Clone)]
#[command(next_help_heading = EVERYWHERE)]
pub(super) struct Everywhere {
    /// The folder that holds `scenarios/` [default: the nearest one from the current folder upwards]
    #[arg(long, global = true, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub(super) workspace: Option<PathBuf>,
    /// How to print diagnostics
    #[arg(long, global = true, value_name = "FORM", value_enum, default_value_t = Form::Human)]
    pub(super) message_format: Form,
    /// When to use colours: `always`, `never`, or `auto`: on a terminal, unless `NO_COLOR` or `TERM=dumb` is set
    #[arg(long, global = true, value_name = "WHEN", value_enum, hide_possible_values = true, default_value_t = Color::Auto)]
    pub(super) color: Color,
    /// Print nothing but data, errors and warnings
    #[arg(long, short, global = true)]
    pub(super) quiet: bool,
}

/// A form of messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Form {
    /// Source lines with the places marked, and hints
    Human,
    /// A line each: `file:line:column: severity[code]: message`
    Short,
    /// A JSON object a line and no other text, last `{"summary": {…}}`; on standard output, or on standard error where standard
    /// output holds data (`build --out -`, `preview`, `list`)
    Json,
    /// GitHub workflow commands, which a pull request shows beside its lines; on the streams of `json`, other text on standard
    /// error
    Github,
}

/// What changes specs for one run without editing them.
#[derive(Args)]
pub(super) struct Values {
    /// A profile of the specs: their sizes, parameters and formats of that name
    #[arg(long, value_name = "NAME")]
    profile: Option<String>,
    /// The value of a parameter, as YAML; may be given for several
    #[arg(long = "set", value_name = "NAME=VALUE", value_parser = setting)]
    set: Vec<(String, String)>,
}

impl Values {
    /// Whether any is given.
    pub(super) fn are_given(&self) -> bool {
        self.profile.is_some() || !self.set.is_empty()
    }

    /// The same for the library.
    ///
    /// # Errors
    /// A parameter that is set twice.
    pub(super) fn overrides(&self) -> Result<Overrides, Failure> {
        let mut seen = BTreeSet::new();
        if let Some((name, _)) = self.set.iter().find(|(name, _)| !seen.insert(name)) {
            return Err(Failure::Usage(format!("`--set {name}` is given twice")));
        }
        Ok(Overrides { profile: self.profile.clone(), params: self.set.clone() })
    }
}

/// `name=value`.
fn setting(text: &str) -> Result<(String, String), &'static str> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("write `--set name=value`"),
    }
}
