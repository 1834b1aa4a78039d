//! Compiled modules for each thread, each on a machine of its own.
//!
//! Modules are kept by their shape: one that differs only in the constants that it compares with costs no compilation. What is
//! kept reaches no output.

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

struct Cache {
    policies: HashMap<String, Policy>,
    /// The module that was asked last, and its shape: it is asked several times in a row.
    last: (String, Shape),
}

thread_local! {
    static CACHE: RefCell<Cache> = RefCell::new(Cache {
        policies: HashMap::new(),
        last: (String::new(), shape("")),
    });
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
        if self.last.0 != question.module {
            self.last = (question.module.to_owned(), shape(question.module));
        }
        let Shape { text, constants } = &self.last.1;
        let known = self.policies.get(text).is_some_and(|policy| policy.answers_to(question));
        if !known {
            let Some(policy) = Policy::shaped(question, text)? else { return Ok(None) };
            if self.policies.len() >= MOST_MODULES {
                self.policies.clear();
            }
            self.policies.insert(text.clone(), policy);
        }
        let constants: &[Rego] = constants;
        match self.policies.get_mut(text) {
            Some(policy) => policy.answers(question, constants, input).map_or_else(told, |one| Ok(Some(one))),
            None => Ok(None),
        }
    }
}

/// A fault that holds for the module as it is; others are asked of the module itself.
fn told(fault: Fault) -> Result<Option<Arc<[Value]>>, Fault> {
    if fault.at.is_none() { Err(fault) } else { Ok(None) }
}
