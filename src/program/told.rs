//! What expressions and templates tell: their text, and the names that they read in this record.
//!
//! In: lowered code and the place it is evaluated in. Out: an origin with a part for every name that was read, in the order of
//! reading. What must hold: what is not reached (`a and b` where `a` is false) is not told, for it was not read either.

use super::env::Env;
use super::function::UserFunction;
use super::origin::{Origin, Part, Role};
use super::telling::Telling;
use super::{Code, Fault};
use crate::data::{Text, Value};
use crate::source::Span;

/// An expression or a template as it is written.
pub(super) struct Source<'s> {
    pub(super) text: &'s str,
    pub(super) span: Span,
    /// Its free names; those of facts stand for constants in the code.
    pub(super) names: &'s [(Text, Code)],
}

/// Tells an expression.
pub(super) fn expression(code: &Code, source: &Source<'_>, env: &Env<'_>, telling: &mut Telling) -> Result<usize, Fault> {
    use super::Op as _;
    let value = code.eval(env)?.into_owned();
    let mut reads = Reads { env, facts: source.names, parts: Vec::new() };
    reads.code(code, telling)?;
    let mut parts = reads.parts;
    // An expression that is one name is what the name is.
    if let (true, [part]) = (is_name(code), parts.as_mut_slice()) {
        part.role = Role::Result;
    }
    let text = Some(Text::from(source.text.trim()));
    Ok(telling.add(Origin { text, parts, ..Origin::new("expression", Some(source.span), value) }))
}

/// Tells a template that reads these codes.
pub(super) fn template<'c>(
    value: Value,
    read: impl Iterator<Item = &'c Code>,
    source: &Source<'_>,
    env: &Env<'_>,
    telling: &mut Telling,
) -> Result<usize, Fault> {
    let mut reads = Reads { env, facts: source.names, parts: Vec::new() };
    for code in read {
        reads.code(code, telling)?;
    }
    let text = Some(Text::from(source.text));
    Ok(telling.add(Origin { text, parts: reads.parts, ..Origin::new("text", Some(source.span), value) }))
}

/// Tells code that stands without a text.
pub(super) fn code(code: &Code, env: &Env<'_>, telling: &mut Telling) -> Result<usize, Fault> {
    let value = code.lenient(env)?.into_owned();
    let mut reads = Reads { env, facts: &[], parts: Vec::new() };
    reads.code(code, telling)?;
    let form = if matches!(code, Code::Const(_)) { "literal" } else { "expression" };
    Ok(telling.add(Origin { parts: reads.parts, ..Origin::new(form, None, value) }))
}

/// Whether code is a name, or a path that begins with one.
fn is_name(code: &Code) -> bool {
    match code {
        Code::Attr(inner, ..) => is_name(inner),
        other => matches!(
            other,
            Code::Slot(..)
                | Code::Local(..)
                | Code::Scenario(..)
                | Code::Index
                | Code::Aim(..)
                | Code::Gather(_)
                | Code::Used(..)
                | Code::Const(_)
        ),
    }
}

/// A name that was read: what it is called, and its origin.
struct Named {
    name: Text,
    span: Option<Span>,
    at: usize,
}

/// The names that are read, in the order of reading.
struct Reads<'r> {
    env: &'r Env<'r>,
    facts: &'r [(Text, Code)],
    parts: Vec<Part>,
}

impl Reads<'_> {
    fn push(&mut self, named: Named) {
        if !self.parts.iter().any(|part| part.name == named.name) {
            self.parts.push(Part::read(named.name, named.span, named.at));
        }
    }

    fn all<'c>(&mut self, codes: impl IntoIterator<Item = &'c Code>, telling: &mut Telling) -> Result<(), Fault> {
        codes.into_iter().try_for_each(|code| self.code(code, telling))
    }

    fn code(&mut self, code: &Code, telling: &mut Telling) -> Result<(), Fault> {
        use super::Op as _;
        if let Some(named) = self.named(code, telling)? {
            self.push(named);
            return self.keys(code, telling);
        }
        match code {
            Code::Attr(inner, ..) | Code::Not(inner) | Code::Negate(inner, _) | Code::Defined(inner, _) => {
                self.code(inner, telling)
            }
            Code::Item(inner, key, _) => self.all([&**inner, &**key], telling),
            Code::Slice(inner, bounds, _) => {
                self.code(inner, telling)?;
                self.all(bounds.iter().flatten(), telling)
            }
            Code::List(items) => self.all(items, telling),
            Code::Map(entries, _) => self.all(entries.iter().flat_map(|(key, value)| [key, value]), telling),
            Code::And(left, right) => self.unless(left, false, right, telling),
            Code::Or(left, right) => self.unless(left, true, right, telling),
            Code::Arithmetic(_, left, right, _) => self.all([&**left, &**right], telling),
            Code::Compare(first, rest, _) => {
                self.code(first, telling)?;
                self.all(rest.iter().map(|(_, code)| code), telling)
            }
            Code::If(parts) => {
                let [test, yes, no] = &**parts;
                self.code(test, telling)?;
                let chosen = if test.truth(self.env)? { yes } else { no };
                self.code(chosen, telling)
            }
            Code::Builtin(_, args, _) => self.all(args.iter().map(|(_, code)| code), telling),
            Code::Variadic(_, args, named, _) => {
                self.all(args, telling)?;
                self.all(named.iter().map(|(_, code)| code), telling)
            }
            Code::User(function, args, span) => self.call(function, args, *span, telling),
            Code::Default(inner, otherwise) => {
                self.code(inner, telling)?;
                if inner.lenient(self.env)?.is_undefined() { self.code(otherwise, telling) } else { Ok(()) }
            }
            _ => Ok(()),
        }
    }

    /// Both sides, the right one unless the left one decides.
    fn unless(&mut self, left: &Code, decides: bool, right: &Code, telling: &mut Telling) -> Result<(), Fault> {
        use super::Op as _;
        self.code(left, telling)?;
        if left.truth(self.env)? == decides { Ok(()) } else { self.code(right, telling) }
    }

    /// The names in the keys of a path: `limits[level]` reads `level`.
    fn keys(&mut self, code: &Code, telling: &mut Telling) -> Result<(), Fault> {
        match code {
            Code::Attr(inner, ..) => self.keys(inner, telling),
            Code::Item(inner, key, _) => {
                self.keys(inner, telling)?;
                self.code(key, telling)
            }
            _ => Ok(()),
        }
    }

    /// The name that code is, with its origin; a path into a name leads to the part of its value, where that is told apart.
    fn named(&self, code: &Code, telling: &mut Telling) -> Result<Option<Named>, Fault> {
        let env = self.env;
        let told = |name: &str, span: Option<Span>, at| Ok(Some(Named { name: Text::from(name), span, at }));
        match code {
            Code::Slot(at, name, span) => told(name, Some(*span), telling.slot(env.frame, *at)?),
            Code::Local(up, at, name, span) => told(name, Some(*span), telling.local(env, *up, *at)?),
            Code::Scenario(_, span) => told("scenario", Some(*span), reserved("scenario", code, env, telling)?),
            Code::Index => told("index", None, reserved("index", code, env, telling)?),
            Code::Aim(_, name, span) => told(&format!("aim.{name}"), Some(*span), reserved("aim", code, env, telling)?),
            Code::Gather(slots) => gathered(slots, code, env, telling).map(Some),
            Code::Used(dataset, inner, name, span) => {
                let Some(frame) = env.frame.used.get(*dataset) else { return Ok(None) };
                let inside = Env::root(frame);
                let reads = Reads { env: &inside, facts: &[], parts: Vec::new() };
                let found = reads.named(inner, telling)?;
                Ok(found.map(|found| Named { name: name.clone(), span: Some(*span), ..found }))
            }
            Code::Attr(inner, key, span) => self.inside(inner, key, code, *span, telling),
            Code::Item(inner, key, span) => {
                let key = key.lenient(env)?.into_owned();
                let key = key.as_text().map(Text::from).or_else(|| key.as_int().map(|at| Text::from(at.to_string())));
                key.map_or(Ok(None), |key| self.inside(inner, &key, code, *span, telling))
            }
            Code::Const(value) => Ok(self.fact(value).map(|name| {
                let origin = Origin { name: Some(name.clone()), ..Origin::new("fact", None, value.clone()) };
                Named { name, span: None, at: telling.fact(origin) }
            })),
            _ => Ok(None),
        }
    }

    fn inside(&self, inner: &Code, key: &str, code: &Code, span: Span, telling: &mut Telling) -> Result<Option<Named>, Fault> {
        let Some(whole) = self.named(inner, telling)? else { return Ok(None) };
        let value = code.lenient(self.env)?.into_owned();
        let at = telling.inside(whole.at, &whole.name, key, &value);
        Ok(Some(Named { name: Text::from(format!("{}.{key}", whole.name)), span: Some(span), at }))
    }

    /// The name of the fact that a constant is, if the text names one.
    fn fact(&self, value: &Value) -> Option<Text> {
        let is = |code: &Code| matches!(code, Code::Const(one) if one == value);
        self.facts.iter().find(|(_, code)| is(code)).map(|(name, _)| name.clone())
    }

    /// A function of the spec, with what each argument is and what its body makes of them.
    fn call(&mut self, function: &UserFunction, args: &[Code], span: Span, telling: &mut Telling) -> Result<(), Fault> {
        use super::Op as _;
        let mut nodes = Vec::with_capacity(args.len());
        let mut values = Vec::with_capacity(args.len());
        for arg in args {
            values.push(arg.eval(self.env)?.into_owned());
            nodes.push(match self.named(arg, telling)? {
                Some(named) => named.at,
                None => {
                    let mut reads = Reads { env: self.env, facts: self.facts, parts: Vec::new() };
                    reads.code(arg, telling)?;
                    let origin = Origin::new("expression", None, values.last().cloned().unwrap_or_default());
                    telling.add(Origin { parts: reads.parts, ..origin })
                }
            });
        }
        let arguments: Vec<Part> = function.params.iter().zip(&nodes).map(|(name, at)| Part::argument(name, *at)).collect();
        let level = self.env.arguments(&values);
        let inside = self.env.inside(&level);
        let body = telling.called(nodes, |telling| function.body.tell(&inside, telling))?;
        let mut origin = Origin::new("function", None, telling.value(body));
        origin.name = Some(function.name.clone());
        origin.parts = arguments;
        origin.parts.push(Part::result("give", body));
        let at = telling.add(origin);
        // Two calls of one function may differ: each is told.
        self.parts.push(Part::read(Text::from(format!("{}()", function.name)), Some(span), at));
        Ok(())
    }
}

/// The scenario, the index, a planned label.
fn reserved(form: &'static str, code: &Code, env: &Env<'_>, telling: &mut Telling) -> Result<usize, Fault> {
    let value = code.lenient(env)?.into_owned();
    Ok(telling.add(Origin::new(form, None, value)))
}

/// `context`, `say` or `params`: a map of what stands in their slots.
fn gathered(slots: &[(Text, usize)], code: &Code, env: &Env<'_>, telling: &mut Telling) -> Result<Named, Fault> {
    let value = code.lenient(env)?.into_owned();
    let full = slots.first().and_then(|(_, at)| env.frame.shared.slots.get(*at)).map(|slot| slot.name.as_str());
    let name = match full.and_then(|name| name.split_once('.')) {
        Some(("say", _)) => "say",
        Some(("params", _)) => "params",
        _ => "context",
    };
    let mut origin = Origin::new("map", None, Value::Undefined);
    for (key, at) in slots.iter().filter(|(key, _)| value.as_map().is_some_and(|map| map.get(key).is_some())) {
        origin.parts.push(Part::field(key, telling.slot(env.frame, *at)?));
    }
    origin.value = value;
    Ok(Named { name: Text::const_new(name), span: None, at: telling.add(origin) })
}
