//! Rego, the language of Open Policy Agent: the only door to the policy engine.
//!
//! In: the text of a module and an input document. Out: [`answers`], the values of the rules that are asked for. A module is
//! parsed and compiled once for each distinct text and thread; an input that was answered before is not evaluated again, and
//! two inputs are the same where all that the module reads of them is. What is not reproducible (random numbers, the clock, the
//! network) is refused when a module is parsed. Without the cargo feature `rego` everything here says so.

mod fault;
mod lists;
mod reads;
#[cfg(feature = "rego")]
mod cache;
#[cfg(feature = "rego")]
mod convert;
#[cfg(feature = "rego")]
mod coverage;
#[cfg(feature = "rego")]
mod inspect;
#[cfg(feature = "rego")]
mod policy;
#[cfg(feature = "rego")]
mod shape;
#[cfg(feature = "rego")]
mod syntax;
#[cfg(not(feature = "rego"))]
mod absent;
#[cfg(all(test, feature = "rego"))]
mod tests;

#[cfg(not(feature = "rego"))]
pub use absent::{answers, condition, coverage, definitions, module};
#[cfg(feature = "rego")]
pub use cache::answers;
#[cfg(feature = "rego")]
pub use coverage::coverage;
#[cfg(feature = "rego")]
pub use syntax::{condition, definitions, module};

pub use fault::Fault;
pub use lists::{Coverage, Question, Version};
pub use reads::{Outline, Reads};
