//! Which lines of a module its inputs reach.

use super::policy::engine;
use super::{Coverage, Fault, Question, convert};
use crate::data::Value;
use crate::diag::codes;

/// Evaluates the rules of a question for every input and tells which lines were evaluated.
///
/// # Errors
/// As for [`super::answers`].
pub fn coverage(question: &Question<'_>, inputs: &[Value]) -> Result<Coverage, Fault> {
    let outline = super::module(question.module, question.version)?;
    let worded = |error: &dyn std::fmt::Display| Fault::worded(codes::POLICY_EVALUATION, question.module, &error.to_string());
    let mut engine = engine(question)?;
    engine.set_enable_coverage(true);
    for input in inputs {
        engine.set_input(convert::to_rego(input));
        for rule in question.rules.iter().filter(|rule| outline.rules.contains_key(*rule)) {
            engine.eval_rule(format!("{}.{rule}", outline.package)).map_err(|error| worded(&error))?;
        }
    }
    let report = engine.get_coverage_report().map_err(|error| worded(&error))?;
    let mut coverage = Coverage::default();
    for file in report.files {
        coverage.covered.extend(file.covered);
        coverage.missed.extend(file.not_covered);
    }
    Ok(coverage)
}
