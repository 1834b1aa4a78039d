//! Functions: those of the library and those that a spec defines, under one roof.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use super::env::Env;
use super::frame::{Frame, Shared};
use super::lower::{Lower, Purpose};
use super::{Fault, Op};
use crate::data::{Text, Type, Value};
use crate::diag::{Diagnostic, codes, nearest, quoted_list};
use crate::engine::jinja::{self, Engine};
use crate::library::{self, Misfit, Names, Role};
use crate::source::Span;

/// A function that a spec defines: arguments in, one value out, nothing else seen but facts.
pub struct UserFunction {
    /// Its name.
    pub name: Text,
    /// Its arguments in order.
    pub params: Vec<Text>,
    /// What it takes for each.
    pub types: Vec<Type>,
    /// What it gives.
    pub body: Box<dyn Op>,
    /// What is known of what it gives.
    pub ty: Type,
    /// Levels of expressions and functions below it.
    pub depth: usize,
}

impl UserFunction {
    /// Calls it at a place.
    ///
    /// # Errors
    /// The fault of its body.
    pub fn call(&self, args: &[Value], env: &Env<'_>) -> Result<Value, Fault> {
        let level = env.arguments(args);
        self.body.eval(&env.inside(&level)).map(Cow::into_owned)
    }

    /// The first argument that is none of what the function takes.
    #[must_use]
    pub fn misfit(&self, args: &[Type]) -> Option<(usize, Misfit)> {
        let all = self.params.iter().zip(&self.types).zip(args).enumerate();
        all.into_iter().find_map(|(at, ((param, wanted), given))| Some((at, self.unfit(param, wanted, given)?)))
    }

    fn unfit(&self, param: &str, wanted: &Type, given: &Type) -> Option<Misfit> {
        if wanted.is_any() || given.is_any() || given.is_never() {
            return None;
        }
        let misfit = |code, expected: String, found: String, hint| {
            let message = format!("the argument `{param}` of `{}` takes {expected}, found {found}", self.name);
            Some(Misfit { place: None, message, hint, code })
        };
        let (kinds, taken) = (given.kinds(), wanted.kinds());
        if !kinds.iter().any(|kind| taken.contains(kind) || (*kind == "integer" && wanted.float)) {
            return misfit(codes::TYPE_MISMATCH, wanted.describe(), given.describe(), None);
        }
        let (known, words) = (wanted.only_words()?, given.only_words()?);
        let other = words.iter().find(|word| !known.contains(*word))?;
        let hint = nearest(other, known.iter().map(Text::as_str)).map(|near| format!("did you mean `{near}`?"));
        misfit(codes::NEVER_EQUAL, quoted_list(known.iter().map(Text::as_str)), format!("`{other}`"), hint)
    }

    /// Puts arguments by keyword in their places.
    ///
    /// # Errors
    /// A phrase, where one is missing, unknown or given twice.
    pub fn arrange<T: Clone>(&self, args: &[T], named: &[(Text, T)]) -> Result<Vec<T>, String> {
        if let Some((unknown, _)) = named.iter().find(|(name, _)| !self.params.contains(name)) {
            return Err(format!("`{}` has no argument `{unknown}`", self.name));
        }
        if args.len() > self.params.len() {
            return Err(format!("`{}` takes {} arguments, found {}", self.name, self.params.len(), args.len()));
        }
        let find = |(at, param): (usize, &Text)| {
            let by_name = named.iter().find(|(name, _)| name == param).map(|(_, value)| value);
            match (args.get(at), by_name) {
                (Some(_), Some(_)) => Err(format!("`{}` got its argument `{param}` twice", self.name)),
                (Some(value), None) | (None, Some(value)) => Ok(value.clone()),
                (None, None) => Err(format!("`{}` lacks its argument `{param}`", self.name)),
            }
        };
        self.params.iter().enumerate().map(find).collect()
    }
}

/// Every function that the expressions of a spec may call.
#[derive(Clone, Default)]
pub struct Functions {
    user: Arc<BTreeMap<Text, Arc<UserFunction>>>,
}

impl Functions {
    /// The library and these.
    #[must_use]
    pub fn new(user: BTreeMap<Text, Arc<UserFunction>>) -> Self {
        Self { user: Arc::new(user) }
    }

    /// A function of the spec.
    #[must_use]
    pub fn user(&self, name: &str) -> Option<&Arc<UserFunction>> {
        self.user.get(name)
    }

    fn call_user(&self, function: &UserFunction, args: &[Value], named: &[(Text, Value)]) -> Result<Value, String> {
        let args = function.arrange(args, named)?;
        let shared = Shared {
            slots: &[],
            keys: &[],
            paths: &[],
            engine: bare_engine(),
            functions: self,
            texts: &[],
            plain: false,
            seed: 0,
        };
        let frame = Frame::bare(&shared);
        function.call(&args, &Env::root(&frame)).map_err(|fault| fault.message)
    }
}

impl Lower<'_> {
    /// A function of the spec, lowered now if it was not yet; a recursive one is refused.
    pub(super) fn function(&mut self, name: &str, span: Span) -> Option<Arc<UserFunction>> {
        if let Some(known) = self.functions.get(name).cloned() {
            if known.is_none() {
                let path = self.cycle(name);
                let message = match path.matches(" -> ").count() {
                    1 => format!("the function `{name}` calls itself"),
                    _ => format!("these functions call each other: {path}"),
                };
                self.report(
                    Diagnostic::error(codes::DEPENDENCY_CYCLE, span, message).hint("recursion is not part of the language"),
                );
            }
            return known;
        }
        let world = self.world;
        let entry = world.functions.get(name)?;
        self.functions.insert(entry.name.clone(), None);
        self.busy.push(entry.name.clone());
        let (lowered, depth) = self.apart(Purpose::Function, &[&entry.name], |cx| {
            let taken = |name: &Text| world.facts.contains_key(name) || world.stems.contains_key(name);
            for param in entry.params.iter().filter(|param| taken(&param.name)) {
                cx.binds_own(&param.name, param.span);
            }
            cx.arguments(entry.params, |cx| entry.body.lower(cx))
        });
        self.busy.pop();
        let (params, types) = entry.params.iter().map(|param| (param.name.clone(), param.ty.clone())).unzip();
        let function =
            Arc::new(UserFunction { name: entry.name.clone(), params, types, body: lowered.op, ty: lowered.ty, depth });
        self.functions.insert(entry.name.clone(), Some(Arc::clone(&function)));
        Some(function)
    }

    /// The functions lowered so far, for static calls by name.
    pub(super) fn functions_so_far(&self) -> Functions {
        let done = self.functions.iter().filter_map(|(name, function)| Some((name.clone(), Arc::clone(function.as_ref()?))));
        Functions::new(done.collect())
    }
}

/// An engine without templates: functions hold none.
fn bare_engine() -> &'static Engine {
    static ENGINE: OnceLock<Engine> = OnceLock::new();
    ENGINE.get_or_init(|| {
        let none: Arc<dyn jinja::Functions> = Arc::new(Functions::default());
        Engine::new(&none)
    })
}

impl Names for Functions {
    fn call(&self, role: Role, name: &str, args: &[Value], named: &[(Text, Value)]) -> Result<Value, String> {
        if let Some(function) = self.user.get(name) {
            return self.call_user(function, args, named);
        }
        match library::find(role, name) {
            Some(builtin) => library::invoke(builtin, args, named, self),
            None => Err(format!("there is no `{name}`")),
        }
    }

    fn result(&self, role: Role, name: &str, args: &[Type], named: &[(Text, Type)]) -> Result<Type, Misfit> {
        if let Some(function) = self.user.get(name) {
            return match function.arrange(args, named) {
                Ok(args) => match function.misfit(&args) {
                    Some((_, misfit)) => Err(misfit),
                    None => Ok(function.ty.clone()),
                },
                Err(message) => Err(Misfit { place: None, message, hint: None, code: codes::BAD_ARGUMENTS }),
            };
        }
        match library::find(role, name) {
            Some(builtin) => library::infer(builtin, args, named, self),
            None => Err(library::unknown(role, name, self.user.keys().map(Text::as_str))),
        }
    }
}

impl jinja::Functions for Functions {
    fn names(&self) -> Vec<(Role, Text)> {
        let roles = [Role::Function, Role::Filter, Role::Test];
        let library = roles.into_iter().flat_map(|role| library::names(role).map(move |name| (role, Text::from(name))));
        let user = roles.into_iter().flat_map(|role| self.user.keys().map(move |name| (role, name.clone())));
        library.chain(user).collect()
    }

    fn call(&self, role: Role, name: &str, args: &[Value], named: &[(Text, Value)]) -> Result<Value, String> {
        Names::call(self, role, name, args, named)
    }
}
