//! What stands in for the policy engine in a program that was built without it.

use std::sync::Arc;

use super::{Coverage, Fault, Outline, Question, Version};
use crate::data::Value;
use crate::diag::codes;

fn absent() -> Fault {
    let fault = Fault::new(codes::REGO_ABSENT, "this program was built without the policy engine");
    fault.hint("build it with the cargo feature `rego`")
}

/// Refused.
///
/// # Errors
/// Always.
pub fn module(_: &str, _: Version) -> Result<Outline, Fault> {
    Err(absent())
}

/// Refused.
///
/// # Errors
/// Always.
pub fn condition(_: &str, _: Version) -> Result<Outline, Fault> {
    Err(absent())
}

/// Refused.
///
/// # Errors
/// Always.
pub fn definitions(_: &str, _: Version) -> Result<Outline, Fault> {
    Err(absent())
}

/// Refused.
///
/// # Errors
/// Always.
pub fn answers(_: &Question<'_>, _: &Value) -> Result<Arc<[Value]>, Fault> {
    Err(absent())
}

/// Refused.
///
/// # Errors
/// Always.
pub fn coverage(_: &Question<'_>, _: &[Value]) -> Result<Coverage, Fault> {
    Err(absent())
}
