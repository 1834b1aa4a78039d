//! Lowered expressions and how they are evaluated.
//!
//! Names are resolved, functions are found, constants are folded into place. Undefined never leaves an expression: whatever
//! reads an absent name or attribute is a fault, except `is defined` and `default`.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::sync::Arc;

use super::arithmetic;
use super::env::Env;
use super::function::UserFunction;
use super::{Fault, Op, Telling, told};
use crate::data::{Map, Text, Value};
use crate::diag::{self, Diagnostic, codes};
use crate::engine::jinja::tree::{Arithmetic, Comparison};
use crate::library::{self, Builtin};
use crate::source::Span;

type Evaluated<'e> = Result<Cow<'e, Value>, Fault>;

/// A lowered expression.
#[derive(Clone)]
pub enum Code {
    /// A constant.
    Const(Value),
    /// A bare name.
    Slot(usize, Text, Span),
    /// A local name: how many levels out, and which there.
    Local(usize, usize, Text, Span),
    /// The record's scenario.
    Scenario(Arc<[Value]>, Span),
    /// The record's index.
    Index,
    /// The planned label of an aimed name, by number.
    Aim(usize, Text, Span),
    /// Several slots as one map, without those that are absent: `context` and `say`.
    Gather(Arc<[(Text, usize)]>),
    /// Something of a used dataset's record of the same index: the dataset's number, and what it is there.
    Used(usize, Box<Code>, Text, Span),
    /// `a.b`.
    Attr(Box<Code>, Text, Span),
    /// `a[b]`.
    Item(Box<Code>, Box<Code>, Span),
    /// `a[b:c]`.
    Slice(Box<Code>, Box<[Option<Code>; 2]>, Span),
    /// `[a, b]`.
    List(Vec<Code>),
    /// `{'a': b}`.
    Map(Vec<(Code, Code)>, Span),
    /// `not a`.
    Not(Box<Code>),
    /// `-a`.
    Negate(Box<Code>, Span),
    /// `a and b`.
    And(Box<Code>, Box<Code>),
    /// `a or b`.
    Or(Box<Code>, Box<Code>),
    /// `a + b`.
    Arithmetic(Arithmetic, Box<Code>, Box<Code>, Span),
    /// `a < b < c`.
    Compare(Box<Code>, Vec<(Comparison, Code)>, Span),
    /// `a if b else c`: test, yes, no.
    If(Box<[Code; 3]>),
    /// A library function: each argument with the number of its parameter.
    Builtin(&'static Builtin, Vec<(usize, Code)>, Span),
    /// A library function with arguments that are no parameters: positional ones, and those by keyword.
    Variadic(&'static Builtin, Vec<Code>, Vec<(Text, Code)>, Span),
    /// A function of the spec.
    User(Arc<UserFunction>, Vec<Code>, Span),
    /// `a is defined` (or, negated, `is undefined`).
    Defined(Box<Code>, bool),
    /// `a | default(b)`.
    Default(Box<Code>, Box<Code>),
}

impl Op for Code {
    fn eval<'e>(&'e self, env: &Env<'e>) -> Evaluated<'e> {
        let value = match self.place(env)? {
            Some(value) => Cow::Borrowed(value),
            None => self.lenient(env)?,
        };
        if value.is_undefined() { Err(self.undefined()) } else { Ok(value) }
    }

    fn truth(&self, env: &Env<'_>) -> Result<bool, Fault> {
        Ok(match self {
            Self::Not(inner) => !inner.truth(env)?,
            Self::And(left, right) => left.truth(env)? && right.truth(env)?,
            Self::Or(left, right) => left.truth(env)? || right.truth(env)?,
            Self::Compare(first, rest, span) => compare_chain(first, rest, env, *span)?,
            _ => self.eval(env)?.is_true(),
        })
    }

    fn tell(&self, env: &Env<'_>, telling: &mut Telling) -> Result<usize, Fault> {
        told::code(self, env, telling)
    }
}

impl Code {
    /// What stands where a name, or an attribute of one, leads to; `None` where it takes more to tell. Most of what is evaluated is
    /// a name, and this way is short.
    fn place<'e>(&'e self, env: &Env<'e>) -> Result<Option<&'e Value>, Fault> {
        Ok(match self {
            Self::Const(value) => Some(value),
            Self::Slot(at, ..) => Some(env.frame.slot(*at)?),
            Self::Local(up, at, ..) => Some(env.local(*up, *at)?),
            Self::Attr(inner, name, _) => match inner.place(env)? {
                Some(Value::Map(map)) => map.get(name),
                _ => None,
            },
            _ => None,
        })
    }

    /// Evaluates; an absent name or attribute at the very top comes back as undefined.
    ///
    /// # Errors
    /// A diagnostic at whatever cannot be evaluated.
    pub fn lenient<'e>(&'e self, env: &Env<'e>) -> Evaluated<'e> {
        Ok(match self {
            Self::Const(value) => Cow::Borrowed(value),
            Self::Slot(at, ..) => Cow::Borrowed(env.frame.slot(*at)?),
            Self::Local(up, at, ..) => Cow::Borrowed(env.local(*up, *at)?),
            Self::Scenario(names, span) => match env.frame.at.scenario {
                Some(at) => Cow::Borrowed(names.get(at).unwrap_or(&Value::Undefined)),
                None => return Err(env.frame.left_open("scenario", Some(*span))),
            },
            Self::Index => Cow::Owned(Value::Int(i128::from(env.frame.at.index))),
            Self::Aim(at, ..) => match env.frame.aims.get(*at) {
                Some(planned) if !planned.is_undefined() => Cow::Borrowed(planned),
                _ => Cow::Owned(Value::Null),
            },
            Self::Gather(slots) => Cow::Owned(gather(slots, env)?),
            Self::Used(dataset, inner, name, span) => match env.frame.used.get(*dataset) {
                Some(frame) => {
                    inner.lenient(&Env::root(frame)).map_err(|inner| read_at(inner, name, *span, frame.is_example()))?
                }
                None => return Err(env.frame.left_open(name, Some(*span))),
            },
            Self::Attr(inner, name, span) => attribute(inner.eval(env)?, name, *span)?,
            Self::Item(inner, key, span) => item_of(inner, key, env, *span)?,
            Self::Slice(inner, bounds, span) => Cow::Owned(slice(inner, bounds, env, *span)?),
            Self::List(items) => Cow::Owned(list(items, env)?),
            Self::Map(entries, span) => Cow::Owned(map_literal(entries, env, *span)?),
            Self::Not(inner) => Cow::Owned(Value::Bool(!inner.truth(env)?)),
            Self::Negate(inner, span) => Cow::Owned(negated(inner, env, *span)?),
            Self::And(left, right) => {
                let first = left.eval(env)?;
                if first.is_true() { right.eval(env)? } else { first }
            }
            Self::Or(left, right) => {
                let first = left.eval(env)?;
                if first.is_true() { first } else { right.eval(env)? }
            }
            Self::Arithmetic(op, left, right, span) => Cow::Owned(computed(*op, left, right, env, *span)?),
            Self::Compare(first, rest, span) => Cow::Owned(Value::Bool(compare_chain(first, rest, env, *span)?)),
            Self::If(parts) => {
                let [test, yes, no] = &**parts;
                if test.truth(env)? { yes.eval(env)? } else { no.eval(env)? }
            }
            Self::Builtin(builtin, args, span) => Cow::Owned(call_builtin(builtin, args, env, *span)?),
            Self::Variadic(builtin, args, named, span) => Cow::Owned(call_variadic(builtin, args, named, env, *span)?),
            Self::User(function, args, span) => Cow::Owned(call_user(function, args, env, *span)?),
            Self::Defined(inner, wanted) => Cow::Owned(Value::Bool(inner.lenient(env)?.is_undefined() != *wanted)),
            Self::Default(inner, otherwise) => {
                let value = inner.lenient(env)?;
                if value.is_undefined() { otherwise.eval(env)? } else { value }
            }
        })
    }

    fn owned(&self, env: &Env<'_>) -> Result<Value, Fault> {
        self.eval(env).map(Cow::into_owned)
    }

    fn undefined(&self) -> Fault {
        match self {
            Self::Slot(_, name, span) | Self::Local(_, _, name, span) | Self::Used(_, _, name, span) => Fault::from(
                Diagnostic::error(codes::EVALUATION, *span, format!("`{name}` is absent here"))
                    .hint(format!("guard it with `when`, or ask `{name} is defined` first")),
            ),
            Self::Attr(_, name, span) => fault(codes::EVALUATION, *span, format!("the value has no attribute `{name}`")),
            Self::Item(_, _, span) => fault(codes::EVALUATION, *span, "the value has no such item".to_owned()),
            _ => Box::new(Diagnostic::unplaced(codes::EVALUATION, "the value is undefined")),
        }
    }
}

fn fault(code: diag::Code, span: Span, message: String) -> Fault {
    Box::new(Diagnostic::error(code, span, message))
}

fn called_at(mut inner: Fault, span: Span) -> Fault {
    inner.secondary.push(diag::Label { span, text: "called here".to_owned() });
    inner
}

/// A fault inside a used dataset, with the place that reads it.
fn read_at(mut inner: Fault, name: &str, span: Span, example: bool) -> Fault {
    inner.secondary.push(diag::Label { span, text: format!("read here as `{name}`") });
    if example && inner.code == codes::EXAMPLE_FAILED {
        let stem = name.split('.').next().unwrap_or(name);
        inner.hints = vec![format!("it is a name of `{stem}`: state it under `set` as `{stem}.name`")];
    }
    inner
}

#[inline(never)]
fn gather(slots: &[(Text, usize)], env: &Env<'_>) -> Result<Value, Fault> {
    let mut map = Map::with_capacity(slots.len());
    for (name, at) in slots {
        let value = env.frame.slot(*at)?;
        if !value.is_undefined() {
            map.push_new(name.clone(), value.clone());
        }
    }
    Ok(Value::Map(Arc::new(map)))
}

fn attribute<'e>(value: Cow<'e, Value>, name: &str, span: Span) -> Evaluated<'e> {
    let found = |map: &Map| map.get(name).cloned().unwrap_or_default();
    match value {
        Cow::Borrowed(Value::Map(map)) => Ok(map.get(name).map_or(Cow::Owned(Value::Undefined), Cow::Borrowed)),
        Cow::Owned(Value::Map(map)) => Ok(Cow::Owned(found(&map))),
        other => Err(fault(codes::TYPE_MISMATCH, span, format!("{} has no attributes", other.kind()))),
    }
}

// What is evaluated deep inside keeps its own values on the stack only where it needs them: hence the functions that stay apart.

#[inline(never)]
fn item_of<'e>(inner: &'e Code, key: &'e Code, env: &Env<'e>, span: Span) -> Evaluated<'e> {
    item(&inner.eval(env)?, &*key.eval(env)?, span)
}

#[inline(never)]
fn list(items: &[Code], env: &Env<'_>) -> Result<Value, Fault> {
    Ok(Value::list(items.iter().map(|one| one.owned(env)).collect::<Result<Vec<_>, _>>()?))
}

#[inline(never)]
fn negated(inner: &Code, env: &Env<'_>, span: Span) -> Result<Value, Fault> {
    arithmetic::negate(&*inner.eval(env)?).map_err(|(code, text)| fault(code, span, text))
}

#[inline(never)]
fn computed(op: Arithmetic, left: &Code, right: &Code, env: &Env<'_>, span: Span) -> Result<Value, Fault> {
    let (left, right) = (left.eval(env)?, right.eval(env)?);
    arithmetic::compute(op, &left, &right).map_err(|(code, text)| fault(code, span, text))
}

#[inline(never)]
fn call_user(function: &UserFunction, args: &[Code], env: &Env<'_>, span: Span) -> Result<Value, Fault> {
    let args = args.iter().map(|one| one.owned(env)).collect::<Result<Vec<_>, _>>()?;
    function.call(&args, env).map_err(|inner| called_at(inner, span))
}

fn item<'e>(value: &Cow<'e, Value>, key: &Value, span: Span) -> Evaluated<'e> {
    let position = |length: usize, at: i128| {
        let length = i128::try_from(length).unwrap_or(i128::MAX);
        usize::try_from(if at < 0 { at + length } else { at }).ok()
    };
    match (&**value, key) {
        (Value::Map(_), Value::Text(name)) => attribute(value.clone(), name, span),
        (Value::List(items), Value::Int(at)) => {
            let found = position(items.len(), *at).and_then(|at| items.get(at));
            Ok(Cow::Owned(found.cloned().unwrap_or_default()))
        }
        (_, key) => Err(fault(codes::TYPE_MISMATCH, span, format!("{} has no item for {}", value.kind(), key.kind()))),
    }
}

#[inline(never)]
fn slice(of: &Code, bounds: &[Option<Code>; 2], env: &Env<'_>, span: Span) -> Result<Value, Fault> {
    let value = of.eval(env)?;
    let mut numbers = [None; 2];
    for (number, bound) in numbers.iter_mut().zip(bounds) {
        if let Some(code) = bound {
            let value = code.eval(env)?;
            *number =
                Some(value.as_int().ok_or_else(|| {
                    fault(codes::TYPE_MISMATCH, span, format!("a slice takes integers, found {}", value.kind()))
                })?);
        }
    }
    let [start, stop] = numbers;
    let cut = |length: usize| {
        let length = i128::try_from(length).unwrap_or(i128::MAX);
        let clamp = |at: i128| usize::try_from(if at < 0 { at + length } else { at }.clamp(0, length)).unwrap_or(0);
        (clamp(start.unwrap_or(0)), clamp(stop.unwrap_or(length)))
    };
    match &*value {
        Value::List(items) => {
            let (from, to) = cut(items.len());
            Ok(Value::list(items.get(from..to.max(from)).unwrap_or_default().iter().cloned()))
        }
        Value::Text(text) => {
            let (from, to) = cut(text.chars().count());
            Ok(Value::Text(text.chars().skip(from).take(to.saturating_sub(from)).collect()))
        }
        other => Err(fault(codes::TYPE_MISMATCH, span, format!("{} cannot be sliced", other.kind()))),
    }
}

#[inline(never)]
fn map_literal(entries: &[(Code, Code)], env: &Env<'_>, span: Span) -> Result<Value, Fault> {
    let mut map = Map::with_capacity(entries.len());
    for (key, value) in entries {
        let key = key.eval(env)?;
        let Some(name) = key.as_text() else {
            return Err(fault(codes::TYPE_MISMATCH, span, format!("a map key must be text, found {}", key.kind())));
        };
        map.insert(Text::from(name), value.owned(env)?);
    }
    Ok(Value::Map(Arc::new(map)))
}

#[inline(never)]
fn compare_chain(first: &Code, rest: &[(Comparison, Code)], env: &Env<'_>, span: Span) -> Result<bool, Fault> {
    let mut left = first.eval(env)?;
    for (op, right) in rest {
        let right = right.eval(env)?;
        if !compare(*op, &left, &right, span)? {
            return Ok(false);
        }
        left = right;
    }
    Ok(true)
}

fn compare(op: Comparison, left: &Value, right: &Value, span: Span) -> Result<bool, Fault> {
    let ordered = |holds: fn(Ordering) -> bool| {
        left.compare(right)
            .map(holds)
            .ok_or_else(|| fault(codes::TYPE_MISMATCH, span, format!("{} and {} have no order", left.kind(), right.kind())))
    };
    let contained = || {
        right
            .contains(left)
            .ok_or_else(|| fault(codes::TYPE_MISMATCH, span, format!("{} cannot be in {}", left.kind(), right.kind())))
    };
    match op {
        Comparison::Equal => Ok(left.equals(right)),
        Comparison::NotEqual => Ok(!left.equals(right)),
        Comparison::Less => ordered(Ordering::is_lt),
        Comparison::AtMost => ordered(Ordering::is_le),
        Comparison::Greater => ordered(Ordering::is_gt),
        Comparison::AtLeast => ordered(Ordering::is_ge),
        Comparison::In => contained(),
        Comparison::NotIn => contained().map(|holds| !holds),
    }
}

#[inline(never)]
fn call_builtin(builtin: &'static Builtin, args: &[(usize, Code)], env: &Env<'_>, span: Span) -> Result<Value, Fault> {
    const ABSENT: &Value = &Value::Undefined;
    let mut values = [const { Cow::Borrowed(ABSENT) }; library::MOST_PARAMS];
    for (value, (_, code)) in values.iter_mut().zip(args) {
        *value = code.eval(env)?;
    }
    let mut slots = [None; library::MOST_PARAMS];
    for (value, (at, _)) in values.iter().zip(args) {
        if let Some(slot) = slots.get_mut(*at) {
            *slot = Some(&**value);
        }
    }
    library::invoke_placed(builtin, slots, env.frame.shared.functions)
        .map_err(|message| fault(codes::EVALUATION, span, builtin.signed(message)))
}

#[inline(never)]
fn call_variadic(
    builtin: &'static Builtin,
    args: &[Code],
    named: &[(Text, Code)],
    env: &Env<'_>,
    span: Span,
) -> Result<Value, Fault> {
    let args = args.iter().map(|one| one.owned(env)).collect::<Result<Vec<_>, _>>()?;
    let named = named.iter().map(|(name, one)| Ok((name.clone(), one.owned(env)?))).collect::<Result<Vec<_>, Fault>>()?;
    library::invoke(builtin, &args, &named, env.frame.shared.functions)
        .map_err(|message| fault(codes::EVALUATION, span, builtin.signed(message)))
}
