//! What is asked of a module, and what comes back beside values.

use crate::data::Text;

/// The version of the language that a module is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Version {
    /// Without `if` and `contains`, as before OPA 1.0.
    V0,
    /// As since OPA 1.0.
    #[default]
    V1,
}

impl Version {
    /// Every version with the word that specs write.
    pub const ALL: &[(&str, Self)] = &[("v0", Self::V0), ("v1", Self::V1)];
}

/// What is asked of a module.
#[derive(Debug, Clone, Copy)]
pub struct Question<'q> {
    /// The text of the module.
    pub module: &'q str,
    /// The version it is written in.
    pub version: Version,
    /// The rules whose values are wanted, as named in its package.
    pub rules: &'q [Text],
    /// Those among them that the module need not define: they are undefined then.
    pub optional: &'q [Text],
    /// Whether the input must fit: what is compared with a constant must be of its kind. Otherwise the comparison just fails, as
    /// in OPA.
    pub fitting: bool,
    /// Whether to evaluate by the interpreter, with nothing remembered: the oracle of what is compiled.
    pub plain: bool,
}

/// Which lines of a module were evaluated.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Coverage {
    /// Lines that were evaluated for some input, from 1.
    pub covered: Vec<u32>,
    /// Lines that no input reached, from 1.
    pub missed: Vec<u32>,
}
