//! Compiled modules and a machine for each thread.
//!
//! A few modules at a time are kept: most datasets render one for each record and ask it several times in a row. What is kept
//! reaches no output.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::sync::Arc;

use regorus::rvm::vm::RegoVM;

use super::policy::{Policy, machine};
use super::{Fault, Question};
use crate::data::Value;

/// Modules that a thread keeps compiled.
const MOST_MODULES: usize = 64;

struct Cache {
    vm: RegoVM,
    /// The latest at the front.
    policies: VecDeque<Policy>,
}

thread_local! {
    static CACHE: RefCell<Cache> = RefCell::new(Cache { vm: machine(), policies: VecDeque::new() });
}

/// The values of the rules of a question for an input, in their order, undefined where a rule has none.
///
/// # Errors
/// A module that does not parse or compile, a rule that it does not have, an evaluation that fails or does not end.
pub fn answers(question: &Question<'_>, input: &Value) -> Result<Arc<[Value]>, Fault> {
    CACHE.with_borrow_mut(|cache| {
        if question.plain {
            return Policy::new(question)?.answers(question, &mut cache.vm, input);
        }
        if let Some(at) = cache.policies.iter().position(|policy| policy.is(question)) {
            cache.policies.swap(0, at);
        } else {
            cache.policies.truncate(MOST_MODULES - 1);
            cache.policies.push_front(Policy::new(question)?);
        }
        match cache.policies.front_mut() {
            Some(policy) => policy.answers(question, &mut cache.vm, input),
            None => Ok(Arc::from([])),
        }
    })
}
