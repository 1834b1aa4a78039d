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
use super::shape::CONSTANTS;
use super::{Fault, Outline, Question, Reads, Version, inspect, syntax};
use crate::data::{Text, Value};
use crate::diag::codes;

/// Instructions that one evaluation may take before it counts as endless; rules take hundreds.
const INSTRUCTIONS: usize = 2_000_000;
/// The same for the interpreter, which counts no steps. It only ever ends a build.
const PATIENCE: Duration = Duration::from_secs(20);
/// Work of the interpreter between two looks at the clock.
const INTERVAL: u32 = 1024;
/// Verdicts that one shape remembers before it begins anew.
const MOST_VERDICTS: usize = 1024;
/// So many are asked for before it shows whether any comes again.
const TRIED: u64 = 64;
/// The rule that lists the values of all that are asked for, so that one evaluation gives them. It stands in a module of its own
/// in the same package. Authors cannot mean it.
const ALL: &str = "answers__";

/// How a module runs.
enum Runs {
    /// On a machine with its program; each rule is an entry point.
    Compiled(Box<RegoVM>),
    /// By the interpreter.
    Interpreted(Box<Engine>),
}

/// What a module is asked for.
struct Entries {
    /// The path of each rule; `None` where the module does not define it and need not.
    rules: Vec<Option<String>>,
    /// The path of the list of all values.
    all: String,
}

/// Evaluates the rule at a path.
type Run<'r> = Box<dyn FnMut(&str) -> Result<Rego, Fault> + 'r>;

/// A compiled module with what it has answered.
pub(super) struct Policy {
    /// The text that was compiled.
    text: String,
    outline: Outline,
    reads: Reads,
    /// The question that it was made for.
    rules: Vec<Text>,
    optional: Vec<Text>,
    version: Version,
    entries: Entries,
    runs: Runs,
    verdicts: BTreeMap<Vec<Rego>, Arc<[Value]>>,
    /// How many verdicts were asked for while they were remembered, and how many of them were.
    asked: u64,
    remembered: u64,
}

impl Policy {
    /// The module of a question as it is written, for the interpreter where it may not be compiled.
    ///
    /// # Errors
    /// Text that does not parse or compile, and rules that it does not have.
    pub(super) fn exact(question: &Question<'_>) -> Result<Self, Fault> {
        let (mut engine, outline) = parsed(question)?;
        let entries = Entries::new(question, &outline)?;
        list_all(&mut engine, &outline.package, &entries)?;
        // Compiling finds what is unsafe or unknown, also where the interpreter evaluates.
        let program = compiled(&mut engine, &entries, question.module)?;
        let program = program.filter(|_| !question.plain && !outline.may_conflict);
        let runs = program.map_or_else(|| Runs::Interpreted(Box::new(engine)), |program| Runs::Compiled(machine(program)));
        Ok(Self::new(question, question.module, outline, entries, runs))
    }

    /// The shape of the module of a question, compiled; `None` where the compiler has no form for it.
    ///
    /// # Errors
    /// A module that does not parse, and rules that it does not have.
    pub(super) fn shaped(question: &Question<'_>, shape: &str) -> Result<Option<Self>, Fault> {
        let (_, outline) = parsed(question)?;
        let entries = Entries::new(question, &outline)?;
        if outline.may_conflict {
            return Ok(None);
        }
        let Ok(mut engine) = engine(&Question { module: shape, ..*question }) else { return Ok(None) };
        list_all(&mut engine, &outline.package, &entries)?;
        let Ok(Some(program)) = compiled(&mut engine, &entries, shape) else { return Ok(None) };
        Ok(Some(Self::new(question, shape, outline, entries, Runs::Compiled(machine(program)))))
    }

    fn new(question: &Question<'_>, text: &str, outline: Outline, entries: Entries, runs: Runs) -> Self {
        let (rules, optional) = (question.rules.to_vec(), question.optional.to_vec());
        let (text, reads, version) = (text.to_owned(), outline.reads(), question.version);
        Self { text, outline, reads, rules, optional, version, entries, runs, verdicts: BTreeMap::new(), asked: 0, remembered: 0 }
    }

    /// Whether it was made for what a question asks.
    pub(super) fn answers_to(&self, question: &Question<'_>) -> bool {
        self.rules == question.rules && self.optional == question.optional && self.version == question.version
    }

    /// The values of the rules for an input, undefined where a rule has none, with these constants of the shape.
    ///
    /// # Errors
    /// What ends an evaluation, and values that no record can hold.
    pub(super) fn answers(&mut self, question: &Question<'_>, constants: &[Rego], input: &Value) -> Result<Arc<[Value]>, Fault> {
        if question.fitting {
            self.fits(input)?;
        }
        let input = to_rego(input);
        if question.plain || !self.worth_remembering() {
            self.verdicts.clear();
            return self.evaluate(constants, input);
        }
        let key = self.key(constants, &input);
        self.asked += 1;
        if let Some(found) = self.verdicts.get(&key) {
            self.remembered += 1;
            return Ok(Arc::clone(found));
        }
        let answers = self.evaluate(constants, input)?;
        if self.verdicts.len() >= MOST_VERDICTS {
            self.verdicts.clear();
        }
        self.verdicts.insert(key, Arc::clone(&answers));
        Ok(answers)
    }

    /// Whether inputs come again: where none did among the first ones, looking for them costs more than it saves.
    fn worth_remembering(&self) -> bool {
        self.asked < TRIED || self.remembered * 4 > self.asked
    }

    /// The constants, and what the module reads of an input: inputs with one key have one verdict.
    fn key(&self, constants: &[Rego], input: &Rego) -> Vec<Rego> {
        let constants = constants.iter().cloned();
        match self.reads.whole {
            Some(_) => constants.chain([input.clone()]).collect(),
            None => constants.chain(self.reads.paths.keys().map(|path| at(input, path))).collect(),
        }
    }

    fn evaluate(&mut self, constants: &[Rego], input: Rego) -> Result<Arc<[Value]>, Fault> {
        let worded = |error: &dyn std::fmt::Display| Fault::worded(codes::POLICY_EVALUATION, &self.text, &error.to_string());
        let mut run: Run<'_> = match &mut self.runs {
            Runs::Compiled(vm) => {
                let constants = (Rego::from(CONSTANTS), Rego::from(constants.to_vec()));
                vm.set_data(Rego::from(BTreeMap::from([constants]))).map_err(|error| worded(&error))?;
                vm.set_input(input);
                Box::new(|path| vm.execute_entry_point_by_name(path).map_err(|error| worded(&error)))
            }
            Runs::Interpreted(engine) => {
                engine.set_input(input);
                Box::new(|path| engine.eval_rule(path.to_owned()).map_err(|error| worded(&error)))
            }
        };
        // The list is undefined where one of its elements is: then each is asked for by itself.
        let mut listed = match run(&self.entries.all)? {
            Rego::Array(values) => Some(values.to_vec().into_iter()),
            _ => None,
        };
        let mut value = |path: &Option<String>| {
            let Some(path) = path else { return Ok(Value::Undefined) };
            match &mut listed {
                Some(values) => values.next().as_ref().map_or(Ok(Value::Undefined), from_rego),
                None => from_rego(&run(path)?),
            }
        };
        self.entries.rules.iter().map(&mut value).collect()
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

impl Entries {
    fn new(question: &Question<'_>, outline: &Outline) -> Result<Self, Fault> {
        let path = |rule: &Text| {
            let defined = outline.rules.contains_key(rule);
            if !defined && !question.optional.contains(rule) {
                return Err(Fault::new(codes::POLICY_RULE_MISSING, format!("the module defines no rule `{rule}`")));
            }
            Ok(defined.then(|| format!("{}.{rule}", outline.package)))
        };
        let rules = question.rules.iter().map(path).collect::<Result<_, _>>()?;
        Ok(Self { rules, all: format!("{}.{ALL}", outline.package) })
    }

    /// Every path, that of the list first.
    fn paths(&self) -> Vec<&str> {
        std::iter::once(&self.all).chain(self.rules.iter().flatten()).map(String::as_str).collect()
    }
}

/// A machine with a program, for all evaluations of a thread. A builtin that fails is undefined, as in OPA.
fn machine(program: Arc<Program>) -> Box<RegoVM> {
    let mut vm = RegoVM::new();
    vm.set_max_instructions(INSTRUCTIONS);
    vm.set_strict_builtin_errors(false);
    vm.load_program(program);
    Box::new(vm)
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

/// The interpreter with the module of a question, and the outline of that module.
fn parsed(question: &Question<'_>) -> Result<(Engine, Outline), Fault> {
    let mut engine = engine(question)?;
    let outline = engine.get_modules().first().map_or_else(|| Ok(Outline::default()), |module| inspect::outline(module))?;
    Ok((engine, outline))
}

/// Adds the rule that lists the values of others.
fn list_all(engine: &mut Engine, package: &str, entries: &Entries) -> Result<(), Fault> {
    let package = package.strip_prefix("data.").unwrap_or(package);
    let list = entries.rules.iter().flatten().map(String::as_str).collect::<Vec<_>>().join(", ");
    let text = format!("package {package}\n{ALL} := [{list}]\n");
    let added = engine.add_policy("answers".to_owned(), text.clone());
    added.map(|_| ()).map_err(|error| Fault::worded(codes::REGO_SYNTAX, &text, &error.to_string()))
}

/// The program of a module; `None` where the compiler has no form for it.
fn compiled(engine: &mut Engine, entries: &Entries, text: &str) -> Result<Option<Arc<Program>>, Fault> {
    let policy = engine.compile_with_entrypoint(&Rc::from(entries.all.as_str()));
    let policy = policy.map_err(|error| Fault::worded(codes::REGO_INVALID, text, &error.to_string()))?;
    Ok(Compiler::compile_from_policy(&policy, &entries.paths()).ok())
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
