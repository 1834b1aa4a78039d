//! The expression and template language: the only door to the template engine.
//!
//! [`parse`] turns text into our own tree with exact places ([`tree`]); everything that is checked or lowered is checked and
//! lowered there. What is left to the engine at run time are templates with statements, and, with `--plain`, everything: the
//! engine is then the oracle that the lowered program must agree with byte for byte.

mod convert;
mod keyword;
mod bounds;
pub mod parse;
pub mod tree;

use std::sync::Arc;

use minijinja::value::{Kwargs, Rest};
use minijinja::{Environment, Error, ErrorKind, UndefinedBehavior, Value as EngineValue};

use crate::data::{Text, Value};
use crate::diag::render::count;
use crate::diag::{Code, codes};
use crate::library::Role;

/// Steps a template may take before it counts as endless.
const FUEL: u64 = 1_000_000;

/// What expressions may call: the standard library and the functions of a spec.
pub trait Functions: Send + Sync + 'static {
    /// Every callable name, by role.
    fn names(&self) -> Vec<(Role, Text)>;
    /// Calls one.
    ///
    /// # Errors
    /// A phrase that says what was wrong with the arguments.
    fn call(&self, role: Role, name: &str, args: &[Value], named: &[(Text, Value)]) -> Result<Value, String>;
}

/// Why a template or expression could not be evaluated.
#[derive(Debug, Clone)]
pub struct Failure {
    /// What went wrong, as a phrase.
    pub message: String,
    /// Byte range in the template's text, where the engine names one.
    pub range: Option<std::ops::Range<usize>>,
    /// The kind of mistake.
    pub code: Code,
}

/// Templates with statements, compiled once, and the functions they may call.
pub struct Engine {
    environment: Environment<'static>,
}

/// Prints a value into text, as both evaluators do.
///
/// # Errors
/// A phrase, for values other than text, numbers and booleans.
pub fn print(value: &Value, out: &mut String) -> Result<(), String> {
    match value {
        Value::Text(text) => out.push_str(text),
        Value::Int(number) => crate::data::number::write_int(*number, out),
        Value::Float(number) => crate::data::number::write_float_text(*number, out),
        Value::Bool(truth) => out.push_str(if *truth { "true" } else { "false" }),
        Value::Undefined => return Err("the value is undefined".to_owned()),
        Value::Null | Value::List(_) | Value::Map(_) => {
            return Err(format!("only text, numbers and booleans may stand in text, found {}", value.kind()));
        }
    }
    Ok(())
}

impl Engine {
    /// An engine with nothing of its own: every function comes from `functions`.
    #[must_use]
    pub fn new(functions: &Arc<dyn Functions>) -> Self {
        let mut environment = Environment::empty();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment.set_syntax(parse::syntax());
        environment.set_fuel(Some(FUEL));
        environment.set_formatter(|out, _, value| {
            let mut text = String::new();
            convert::from_engine(value).and_then(|value| print(&value, &mut text)).map_err(invalid)?;
            out.write_str(&text).map_err(Error::from)
        });
        for (role, name) in functions.names() {
            register(&mut environment, role, name, Arc::clone(functions));
        }
        Self { environment }
    }

    /// Adds a template under a name.
    ///
    /// # Errors
    /// The engine's own words, for text that [`parse::template`] would have refused.
    pub fn add(&mut self, name: String, source: &str) -> Result<(), String> {
        let source = keyword::spell(source).into_owned();
        self.environment.add_template_owned(name, source).map_err(|error| error.to_string())
    }

    /// Renders a template that was added, appending to `out`.
    ///
    /// # Errors
    /// A [`Failure`] with the place in the template.
    pub fn render(&self, name: &str, names: &[(Text, Value)], out: &mut String) -> Result<(), Failure> {
        let template = self.environment.get_template(name).map_err(|error| failure(&error))?;
        let rendered = template.render(context(names)).map_err(|error| failure(&error))?;
        out.push_str(&rendered);
        Ok(())
    }

    /// Evaluates an expression from its text. Slow: the oracle's way.
    ///
    /// # Errors
    /// A [`Failure`] with the place in the expression.
    pub fn evaluate(&self, expression: &str, names: &[(Text, Value)]) -> Result<Value, Failure> {
        let expression = keyword::spell(expression).into_owned();
        let compiled = self.environment.compile_expression_owned(expression).map_err(|error| failure(&error))?;
        let value = compiled.eval(context(names)).map_err(|error| failure(&error))?;
        convert::from_engine(&value).map_err(|message| Failure { message, range: None, code: codes::EVALUATION })
    }
}

fn context(names: &[(Text, Value)]) -> EngineValue {
    EngineValue::from_pairs(names.iter().map(|(name, value)| (name.as_str(), convert::to_engine(value))))
}

fn invalid(message: String) -> Error {
    Error::new(ErrorKind::InvalidOperation, message)
}

fn failure(error: &Error) -> Failure {
    let mut innermost = error;
    while let Some(inner) = std::error::Error::source(innermost).and_then(|inner| inner.downcast_ref::<Error>()) {
        innermost = inner;
    }
    let detail = innermost.detail().map_or_else(|| innermost.kind().to_string(), str::to_owned);
    let (code, message) = if innermost.kind() == ErrorKind::OutOfFuel {
        (codes::OUT_OF_FUEL, format!("this template takes more than {} steps", count(FUEL)))
    } else if divides_by_zero(&detail) {
        (codes::DIVISION_BY_ZERO, "division by zero".to_owned())
    } else {
        (codes::EVALUATION, detail)
    };
    Failure { message, range: error.range(), code }
}

/// Whether the engine's words are those of `10 // 0`: it has one kind of error for all arithmetic.
fn divides_by_zero(detail: &str) -> bool {
    let Some(sum) = detail.strip_prefix("unable to calculate ") else { return false };
    let mut parts = sum.rsplit(' ');
    let zero = parts.next().is_some_and(|divisor| divisor.parse() == Ok(0.0));
    zero && parts.next().is_some_and(|operator| matches!(operator, "/" | "//" | "%"))
}

fn register(environment: &mut Environment<'static>, role: Role, name: Text, functions: Arc<dyn Functions>) {
    let label = name.to_string();
    let call = move |args: &[EngineValue], keywords: &Kwargs| -> Result<EngineValue, Error> {
        let ours = |arg: &EngineValue| {
            if arg.is_undefined() { Ok(Value::Undefined) } else { convert::from_engine(arg).map_err(invalid) }
        };
        let positional = args.iter().map(ours).collect::<Result<Vec<_>, _>>()?;
        let named = keywords.args().map(|key| Ok((Text::from(keyword::written(key)), ours(&keywords.peek(key)?)?)));
        let named = named.collect::<Result<Vec<_>, Error>>()?;
        let result = functions.call(role, &name, &positional, &named).map_err(invalid)?;
        Ok(convert::to_engine(&result))
    };
    let with = |first: EngineValue, rest: &[EngineValue]| std::iter::once(first).chain(rest.iter().cloned()).collect::<Vec<_>>();
    match role {
        Role::Function => {
            environment.add_function(label, move |args: Rest<EngineValue>, keywords: Kwargs| call(&args, &keywords));
        }
        Role::Filter => environment.add_filter(label, move |piped: EngineValue, rest: Rest<EngineValue>, keywords: Kwargs| {
            call(&with(piped, &rest), &keywords)
        }),
        Role::Test => environment.add_test(label, move |tested: EngineValue, rest: Rest<EngineValue>, keywords: Kwargs| {
            call(&with(tested, &rest), &keywords).map(|value| value.is_true())
        }),
    }
}
