//! Modules and parts of modules to outlines.
//!
//! A part is parsed inside a module of our own; its places are those of the part.

use std::num::NonZeroU32;

use regorus::unstable::{Module, Parser, Source};

use super::inspect;
use super::{Fault, Outline, Version};
use crate::diag::codes;

/// The longest line of a module: a whole module may stand in one.
pub(super) const LONGEST_LINE: NonZeroU32 = NonZeroU32::MAX;

/// The name of the rule that a condition is parsed in. Authors cannot mean it.
const HOLDER: &str = "condition__";

/// A whole module.
///
/// # Errors
/// Text that does not parse, and what is not reproducible.
pub fn module(text: &str, version: Version) -> Result<Outline, Fault> {
    inspect::outline(&parse(text, version)?)
}

/// A condition: what stands between the braces of a rule, `a == 1; b > 2`.
///
/// # Errors
/// As for [`module`], and text that closes the rule around it.
pub fn condition(text: &str, version: Version) -> Result<Outline, Fault> {
    let opening = if version == Version::V1 { " if {\n" } else { " {\n" };
    part(text, &format!("{HOLDER}{opening}"), "\n}\n", version).and_then(|outline| {
        let alone = outline.rules.len() == 1 && outline.rules.keys().all(|name| name == HOLDER);
        if alone { Ok(outline) } else { Err(Fault::new(codes::REGO_SYNTAX, "a condition cannot define rules").at(0)) }
    })
}

/// Rules that stand in a module beside others: `name if { … }`.
///
/// # Errors
/// As for [`module`].
pub fn definitions(text: &str, version: Version) -> Result<Outline, Fault> {
    part(text, "", "\n", version)
}

/// Parses a part between two texts.
fn part(text: &str, before: &str, after: &str, version: Version) -> Result<Outline, Fault> {
    let import = if version == Version::V1 { "import rego.v1\n" } else { "" };
    let head = format!("package part\n{import}{before}");
    let shift = |mut fault: Fault| {
        fault.at = fault.at.map(|at| at.saturating_sub(head.len()).min(text.len()));
        fault
    };
    let whole = format!("{head}{text}{after}");
    let mut outline = module(&whole, version).map_err(shift)?;
    outline.package.clear();
    inspect::shift(&mut outline, head.len());
    Ok(outline)
}

fn parse(text: &str, version: Version) -> Result<Module, Fault> {
    let worded = |error: &dyn std::fmt::Display| Fault::worded(codes::REGO_SYNTAX, text, &error.to_string());
    let source = Source::from_contents("module".to_owned(), text.to_owned()).map_err(|error| worded(&error))?;
    let mut parser = Parser::new(&source).map_err(|error| worded(&error))?;
    parser.set_max_col(LONGEST_LINE);
    if version == Version::V1 {
        parser.enable_rego_v1().map_err(|error| worded(&error))?;
    }
    parser.parse().map_err(|error| worded(&error))
}
