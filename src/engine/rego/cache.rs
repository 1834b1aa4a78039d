//! Compiled modules for each thread, each on a machine of its own.
//!
//! Modules are kept by their shape: one that differs only in the constants that it compares with costs no compilation. What the
//! last module said of its last inputs is kept as well. What is kept reaches no output.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;

use regorus::Value as Rego;

use super::policy::Policy;
use super::shape::{Shape, shape};
use super::{Fault, Question};
use crate::data::Value;

/// Shapes that a thread keeps compiled; beyond that it begins anew.
const MOST_MODULES: usize = 512;
/// Answers of the last module that are kept; beyond that they begin anew.
const MOST_ANSWERS: usize = 32;

#[derive(Default)]
struct Cache {
    policies: Vec<Policy>,
    /// The place of the policy of each shape.
    places: HashMap<String, usize>,
    last: Option<Last>,
}

/// The module that was asked last: it is asked several times in a row, often of the same input.
struct Last {
    module: String,
    /// The place of its policy.
    at: usize,
    constants: Vec<Rego>,
    answered: Vec<Answered>,
}

/// What a module said of an input.
struct Answered {
    input: Value,
    /// Whether the input was found to fit the module.
    fitted: bool,
    answers: Arc<[Value]>,
}

thread_local! {
    static CACHE: RefCell<Cache> = RefCell::default();
}

/// The values of the rules of a question for an input, in their order, undefined where a rule has none.
///
/// # Errors
/// A module that does not parse or compile, a rule that it does not have, an evaluation that fails or does not end.
pub fn answers(question: &Question<'_>, input: &Value) -> Result<Arc<[Value]>, Fault> {
    CACHE.with_borrow_mut(|cache| {
        // A fault of a shape speaks of the shape: the module itself tells it in its own words and places.
        let found = if question.plain { None } else { cache.shaped(question, input)? };
        match found {
            Some(answers) => Ok(answers),
            None => Policy::exact(question)?.answers(question, &[], input),
        }
    })
}

impl Cache {
    /// The answers of the shape of a module; `None` where only the module itself can give them.
    fn shaped(&mut self, question: &Question<'_>, input: &Value) -> Result<Option<Arc<[Value]>>, Fault> {
        let Some((policy, last)) = self.policy(question)? else { return Ok(None) };
        if let Some(found) = last.answered(question, input) {
            return Ok(Some(found));
        }
        match policy.answers(question, &last.constants, input) {
            Ok(answers) => {
                last.keep(Answered { input: input.clone(), fitted: question.fitting, answers: Arc::clone(&answers) });
                Ok(Some(answers))
            }
            Err(fault) => told(fault),
        }
    }

    /// The policy of the shape of a module, which is the last one now.
    fn policy(&mut self, question: &Question<'_>) -> Result<Option<(&mut Policy, &mut Last)>, Fault> {
        let known = self.last.as_ref().filter(|last| last.module == question.module).and_then(|last| self.policies.get(last.at));
        if !known.is_some_and(|policy| policy.answers_to(question)) {
            let Shape { text, constants } = shape(question.module);
            let Some(at) = self.place(question, text)? else { return Ok(None) };
            self.last = Some(Last { module: question.module.to_owned(), at, constants, answered: Vec::new() });
        }
        Ok(self.last.as_mut().and_then(|last| Some((self.policies.get_mut(last.at)?, last))))
    }

    /// The place of the policy of a shape, which is compiled where there is none for such a question.
    fn place(&mut self, question: &Question<'_>, shape: String) -> Result<Option<usize>, Fault> {
        if let Some(at) = self.places.get(&shape)
            && self.policies.get(*at).is_some_and(|policy| policy.answers_to(question))
        {
            return Ok(Some(*at));
        }
        let Some(policy) = Policy::shaped(question, &shape)? else { return Ok(None) };
        if self.policies.len() >= MOST_MODULES {
            *self = Self::default();
        }
        let at = self.policies.len();
        self.policies.push(policy);
        self.places.insert(shape, at);
        Ok(Some(at))
    }
}

impl Last {
    fn answered(&self, question: &Question<'_>, input: &Value) -> Option<Arc<[Value]>> {
        let same = |one: &&Answered| (one.fitted || !question.fitting) && one.input == *input;
        self.answered.iter().find(same).map(|one| Arc::clone(&one.answers))
    }

    fn keep(&mut self, answered: Answered) {
        if self.answered.len() >= MOST_ANSWERS {
            self.answered.clear();
        }
        self.answered.push(answered);
    }
}

/// A fault that holds for the module as it is; others are asked of the module itself.
fn told(fault: Fault) -> Result<Option<Arc<[Value]>>, Fault> {
    if fault.at.is_none() { Err(fault) } else { Ok(None) }
}
