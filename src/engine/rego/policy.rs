//! One module, compiled: the machine's program, or the interpreter where the compiler has no form for it.

use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use regorus::languages::rego::compiler::Compiler;
use regorus::rvm::Program;
use regorus::rvm::vm::RegoVM;
use regorus::utils::limits::ExecutionTimerConfig;
use regorus::{Engine, PolicyLengthConfig, Rc, Value as Rego};

use super::convert::{from_rego, to_rego};
use super::reads::Kind;
use super::{Fault, Outline, Question, Reads, Version, inspect, syntax};
use crate::data::{Text, Value};
use crate::diag::codes;

/// Instructions that one evaluation may take before it counts as endless: some seconds.
const INSTRUCTIONS: usize = 20_000_000;
/// The same for the interpreter, which counts no steps. It only ever ends a build.
const PATIENCE: Duration = Duration::from_secs(20);
/// Work of the interpreter between two looks at the clock.
const INTERVAL: u32 = 1024;
/// Verdicts that one module remembers; a module of a whole dataset sees many inputs, few of them again.
const MOST_VERDICTS: usize = 1024;

/// How a module runs.
enum Runs {
    /// On the machine; each rule is an entry point.
    Compiled(Arc<Program>),
    /// By the interpreter.
    Interpreted(Box<Engine>),
}

/// A compiled module with what it has answered.
pub(super) struct Policy {
    text: String,
    outline: Outline,
    reads: Reads,
    rules: Vec<Text>,
    paths: Vec<String>,
    runs: Runs,
    verdicts: BTreeMap<Vec<Rego>, Arc<[Value]>>,
}

impl Policy {
    /// Parses and compiles the module of a question.
    ///
    /// # Errors
    /// Text that does not parse or compile, and rules that it does not have.
    pub(super) fn new(question: &Question<'_>) -> Result<Self, Fault> {
        let mut engine = engine(question)?;
        let outline = match engine.get_modules().first() {
            Some(module) => inspect::outline(module)?,
            None => Outline::default(),
        };
        if let Some(rule) = question.rules.iter().find(|rule| !outline.rules.contains_key(*rule)) {
            return Err(Fault::new(codes::POLICY_RULE_MISSING, format!("the module defines no rule `{rule}`")));
        }
        let paths: Vec<String> = question.rules.iter().map(|rule| format!("{}.{rule}", outline.package)).collect();
        let program = compiled(&mut engine, &paths, question.module)?.filter(|_| !question.plain && !outline.may_conflict);
        let runs = match program {
            Some(program) => Runs::Compiled(program),
            None => Runs::Interpreted(Box::new(self::engine(question)?)),
        };
        let reads = outline.reads();
        let (text, rules) = (question.module.to_owned(), question.rules.to_vec());
        Ok(Self { text, outline, reads, rules, paths, runs, verdicts: BTreeMap::new() })
    }

    /// Whether it is the module of a question.
    pub(super) fn is(&self, question: &Question<'_>) -> bool {
        self.text == question.module && self.rules == question.rules
    }

    /// The values of the rules for an input, undefined where a rule has none.
    ///
    /// # Errors
    /// What ends an evaluation, and values that no record can hold.
    pub(super) fn answers(&mut self, question: &Question<'_>, vm: &mut RegoVM, input: &Value) -> Result<Arc<[Value]>, Fault> {
        if question.fitting {
            self.fits(input)?;
        }
        let input = to_rego(input);
        if question.plain {
            return self.evaluate(vm, input);
        }
        let key = self.key(&input);
        if let Some(found) = self.verdicts.get(&key) {
            return Ok(Arc::clone(found));
        }
        let answers = self.evaluate(vm, input)?;
        if self.verdicts.len() < MOST_VERDICTS {
            self.verdicts.insert(key, Arc::clone(&answers));
        }
        Ok(answers)
    }

    /// What the module reads of an input: inputs with one key have one verdict.
    fn key(&self, input: &Rego) -> Vec<Rego> {
        match self.reads.whole {
            Some(_) => vec![input.clone()],
            None => self.reads.paths.keys().map(|path| at(input, path)).collect(),
        }
    }

    fn evaluate(&mut self, vm: &mut RegoVM, input: Rego) -> Result<Arc<[Value]>, Fault> {
        let worded = |error: &dyn std::fmt::Display| Fault::worded(codes::POLICY_EVALUATION, &self.text, &error.to_string());
        let values: Vec<Rego> = match &mut self.runs {
            Runs::Compiled(program) => {
                vm.load_program(Arc::clone(program));
                vm.set_input(input);
                let run = |path: &String| vm.execute_entry_point_by_name(path).map_err(|error| worded(&error));
                self.paths.iter().map(run).collect::<Result<_, _>>()?
            }
            Runs::Interpreted(engine) => {
                engine.set_input(input);
                let run = |path: &String| engine.eval_rule(path.clone()).map_err(|error| worded(&error));
                self.paths.iter().map(run).collect::<Result<_, _>>()?
            }
        };
        let values = values.iter().map(from_rego).collect::<Result<Vec<_>, _>>()?;
        Ok(values.into())
    }

    /// Whether what is compared with constants is of their kinds.
    fn fits(&self, input: &Value) -> Result<(), Fault> {
        for one in &self.outline.comparisons {
            let Some(value) = input.at(&one.path) else { continue };
            let kind = match value {
                Value::Text(_) => Kind::Text,
                Value::Int(_) | Value::Float(_) => Kind::Number,
                Value::Bool(_) => Kind::Bool,
                _ => continue,
            };
            if kind != one.kind {
                let (found, wanted) = (kind.words(), one.kind.words());
                let message = format!("`input.{}` is {found}, and the rule compares it with {wanted}", one.path);
                let fault = Fault::new(codes::POLICY_INPUT, message).at(one.at);
                return Err(fault.hint("values of different kinds are never equal, and are ordered by kind"));
            }
        }
        Ok(())
    }
}

/// A machine for all programs of a thread. A builtin that fails is undefined, as in OPA.
pub(super) fn machine() -> RegoVM {
    let mut vm = RegoVM::new();
    vm.set_max_instructions(INSTRUCTIONS);
    vm.set_strict_builtin_errors(false);
    vm
}

/// The interpreter with the module of a question.
pub(super) fn engine(question: &Question<'_>) -> Result<Engine, Fault> {
    let mut engine = Engine::new();
    engine.set_rego_v0(question.version == Version::V0);
    engine.set_strict_builtin_errors(false);
    engine.set_policy_length_config(PolicyLengthConfig { max_col: syntax::LONGEST_LINE, ..PolicyLengthConfig::default() });
    if let Some(check_interval) = NonZeroU32::new(INTERVAL) {
        engine.set_execution_timer_config(ExecutionTimerConfig { limit: PATIENCE, check_interval });
    }
    let added = engine.add_policy("module".to_owned(), question.module.to_owned());
    added.map_err(|error| Fault::worded(codes::REGO_SYNTAX, question.module, &error.to_string()))?;
    Ok(engine)
}

/// The program of a module; `None` where the compiler has no form for it.
fn compiled(engine: &mut Engine, paths: &[String], text: &str) -> Result<Option<Arc<Program>>, Fault> {
    let Some(first) = paths.first() else { return Ok(None) };
    let policy = engine.compile_with_entrypoint(&Rc::from(first.as_str()));
    let policy = policy.map_err(|error| Fault::worded(codes::REGO_INVALID, text, &error.to_string()))?;
    let entries: Vec<&str> = paths.iter().map(String::as_str).collect();
    Ok(Compiler::compile_from_policy(&policy, &entries).ok())
}

/// The part of a value at a path in dots; undefined where there is none.
fn at(value: &Rego, path: &str) -> Rego {
    let mut found = value;
    for part in path.split('.') {
        let Rego::Object(fields) = found else { return Rego::Undefined };
        match fields.get(&Rego::from(part)) {
            Some(inner) => found = inner,
            None => return Rego::Undefined,
        }
    }
    found.clone()
}
