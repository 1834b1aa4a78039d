//! The policies in a record: each module parses and gives the stated answers on its test cases, as they were emitted.
//!
//! While records are made, it is enough that the record holds the module and the outcomes that were evaluated for it; with
//! `--plain`, and wherever a record comes from a file, every case is evaluated again.

use super::field_span;
use super::rederive::Judged;
use crate::data::{Text, Value};
use crate::diag::{Diagnostic, RecordPlace, codes};
use crate::engine::rego::{self, Question};
use crate::json;
use crate::pipeline::check::{Checked, HeldPolicy};
use crate::program::Frame;

/// Reports every module of a record that does not answer as it is said to.
pub(super) fn check(
    checked: &Checked,
    frame: &Frame<'_>,
    record: &Value,
    place: &dyn Fn(&str) -> RecordPlace,
    wrong: &mut Vec<Diagnostic>,
) {
    let plain = frame.shared.plain;
    for policy in &checked.policies {
        let scenario = frame.at.scenario.unwrap_or_default();
        if policy.scenarios.as_ref().is_some_and(|list| !list.contains(&scenario)) {
            continue;
        }
        if !plain && holds(policy, frame, record) {
            continue;
        }
        tested(policy, record, plain, &mut |path, code, message| {
            let span = field_span(checked, path).unwrap_or(checked.spec.name_span);
            wrong.push(Diagnostic::error(code, span, message).in_record(place(path)));
        });
    }
}

/// Whether a record holds just the module that was evaluated, and the outcomes that it gave: evaluating the same again gives the
/// same.
fn holds(policy: &HeldPolicy, frame: &Frame<'_>, record: &Value) -> bool {
    let Some((module, of)) = policy.slots else { return false };
    let slot = |at: usize| frame.slot(at).unwrap_or(&Value::Undefined);
    let cases = || slot(of).as_map().and_then(|verdict| verdict.get("tests"));
    record.at(&policy.module) == Some(slot(module)) && policy.tests.as_ref().is_none_or(|path| record.at(path) == cases())
}

/// Evaluates every module of a record from a file anew: it is known by nothing but its text.
pub(super) fn emitted(checked: &Checked, record: &Value, place: &dyn Fn(&str) -> RecordPlace, judged: &mut Judged) {
    for policy in &checked.policies {
        match (&policy.scenarios, judged.scenario) {
            (Some(list), Some(scenario)) if !list.contains(&scenario) => continue,
            (Some(_), None) => {
                judged.open.push(policy.module.clone());
                continue;
            }
            _ => {}
        }
        if record.at(&policy.module).and_then(Value::as_text).is_none() {
            judged.open.push(policy.module.clone());
            continue;
        }
        if let Some(path) = policy.tests.as_ref().filter(|path| record.at(path).and_then(Value::as_list).is_none()) {
            judged.open.push(path.clone());
        }
        judged.settled += 1;
        tested(policy, record, false, &mut |path, code, message| {
            let span = field_span(checked, path).unwrap_or(checked.spec.name_span);
            judged.wrong.push(Diagnostic::error(code, span, message).in_record(place(path)));
        });
    }
}

/// Evaluates the tests of one policy as they stand in a record; tells the path, the code and what is wrong.
fn tested(policy: &HeldPolicy, record: &Value, plain: bool, report: &mut dyn FnMut(&str, crate::diag::Code, String)) {
    let Some(module) = record.at(&policy.module).and_then(Value::as_text) else { return };
    let question = policy.question(module, plain);
    let cases = policy.tests.as_ref().and_then(|path| Some((path, record.at(path)?.as_list()?)));
    let Some((path, cases)) = cases else {
        // It was compiled when it was asked; whoever holds it without its tests sees at least that it compiles.
        if let Err(fault) = rego::answers(&question, &Value::map([])) {
            report(&policy.module, fault.code, fault.message);
        }
        return;
    };
    for (at, case) in cases.iter().enumerate() {
        match mistake(&question, case) {
            Ok(None) => {}
            Ok(Some(message)) => report(&format!("{path}.{at}"), codes::POLICY_TEST, message),
            Err(fault) => report(&format!("{path}.{at}"), fault.code, fault.message),
        }
    }
}

/// What is wrong with one case as it was emitted; `None` where the module answers as stated.
///
/// # Errors
/// A module that the engine does not take, or cannot evaluate.
pub fn mistake(question: &Question<'_>, case: &Value) -> Result<Option<String>, rego::Fault> {
    let text = |key: &str| case.at(key).and_then(Value::as_text).unwrap_or_default();
    let Ok(input) = json::read(text("input")) else {
        return Ok(Some(format!("the input of the test `{}` is not JSON", text("name"))));
    };
    let answers = rego::answers(question, &input)?;
    let stated = |rule: &Text| case.at("expected").and_then(|expected| expected.as_map()?.get(rule));
    let agrees = |rule: &Text, answer: &Value| {
        // A rule that the module does not define has the default that the spec states.
        stated(rule) == Some(answer) || (answer.is_undefined() && question.optional.contains(rule))
    };
    let differs = question.rules.iter().zip(answers.iter()).find(|(rule, answer)| !agrees(rule, answer));
    Ok(differs.map(|(rule, answer)| {
        let (stated, found) = (json::shown(stated(rule)), json::shown(Some(answer)));
        format!("the test `{}` states {stated} for `{rule}`, and the module gives {found}", text("name"))
    }))
}
