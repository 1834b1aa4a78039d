//! What the names of a spec mean, span by span: what an editor asks for.
//!
//! In: a spec while it is lowered, where [`Lower::noting`] asked for it. Out: [`Notes`]: what each name in an expression stands
//! for, what is known of its value and where it is given; which local names each expression sees; and every name of the spec.
//! What must hold: noting changes nothing about what is lowered, and costs nothing where nobody asked.

use std::collections::BTreeMap;

use super::lower::{Lower, Purpose};
use super::names::Section;
use crate::data::{Text, Type};
use crate::engine::jinja::tree::{Call, Expr, ExprKind};
use crate::library::Role;
use crate::source::Span;

/// What a name stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Means {
    /// An entry of a section.
    Entry(Section),
    /// A constant.
    Fact,
    /// A constant of the build.
    Param,
    /// A used module: its facts and its constitution.
    File,
    /// A used dataset.
    Dataset,
    /// A name of the language: `scenario`, `index`, `context`, `say`, `record`, `params`, `aim`.
    Reserved,
    /// A name of a `let`, a loop, an `object`, an argument.
    Local,
    /// A field of a value.
    Field,
    /// A function of the spec.
    Function,
    /// A function, filter or test of the library.
    Builtin(Role),
}

/// A name that is read at some place.
#[derive(Debug, Clone)]
pub struct Noted {
    /// The name; of a field the whole path from a bare name on (`rules.late.limit`), as far as there is one.
    pub name: Text,
    /// What it stands for.
    pub means: Means,
    /// What is known of its value; of a function, of its result here.
    pub ty: Type,
    /// Where it is given, if a file of the spec says so.
    pub given: Option<Span>,
}

/// A name of the spec, whether or not anything reads it.
#[derive(Debug, Clone)]
pub struct Name {
    /// The name as expressions write it: `hours`, `say.request`, `params.limit`, `constitution`.
    pub name: Text,
    /// What it stands for.
    pub means: Means,
    /// What is known of its value; of a function, of its result.
    pub ty: Type,
    /// Where it is given.
    pub given: Option<Span>,
    /// The arguments of a function.
    pub args: Vec<(Text, Type)>,
}

/// A local name as an expression sees it.
#[derive(Debug, Clone)]
pub struct LocalName {
    /// The name.
    pub name: Text,
    /// What is known of its value.
    pub ty: Type,
    /// Where it is given.
    pub given: Option<Span>,
}

/// An expression or a template, and what is in sight there.
#[derive(Debug, Clone, Default)]
pub struct Sight {
    /// The local names, innermost first.
    pub locals: Vec<LocalName>,
    /// Whether nothing else is in sight but facts and functions: the body of a function.
    pub closed: bool,
}

/// Everything that was noted. Where a place was lowered more than once, the last time counts.
#[derive(Debug, Clone, Default)]
pub struct Notes {
    /// The names in expressions, by their place.
    pub reads: BTreeMap<Span, Noted>,
    /// The expressions and templates, by their place.
    pub sights: BTreeMap<Span, Sight>,
    /// The names that templates bind themselves (`{% for %}`, `{% set %}`), by their place.
    pub bound: BTreeMap<Span, LocalName>,
    /// The names of the spec, in the order of its sections.
    pub names: Vec<Name>,
    /// Where each local name was given last.
    recent: BTreeMap<Text, Span>,
}

impl Notes {
    /// What a name of the spec is.
    #[must_use]
    pub fn name(&self, name: &str) -> Option<&Name> {
        self.names.iter().find(|one| one.name == name)
    }
}

impl Lower<'_> {
    /// Notes from now on what names mean.
    pub fn noting(&mut self) {
        self.notes = Some(Box::default());
    }

    /// Remembers where a local name is given that is about to come into sight.
    pub(super) fn note_given(&mut self, name: &str, span: Span) {
        if let Some(notes) = &mut self.notes {
            notes.recent.insert(Text::from(name), span);
        }
    }

    /// Where a local name that comes into sight is given.
    pub(super) fn recently_given(&self, name: &str) -> Option<Span> {
        self.notes.as_ref()?.recent.get(name).copied()
    }

    /// Notes a name that a template binds itself.
    pub(super) fn note_bound(&mut self, name: &str, ty: &Type) {
        if let Some(notes) = &mut self.notes
            && let Some(span) = notes.recent.get(name).copied()
        {
            notes.bound.insert(span, LocalName { name: Text::from(name), ty: ty.clone(), given: Some(span) });
        }
    }

    /// Notes what an expression or a template sees.
    pub(super) fn note_sight(&mut self, span: Span) {
        if self.notes.is_none() {
            return;
        }
        let mut sight = Sight { closed: self.purpose() == Purpose::Function, ..Sight::default() };
        for scope in self.scopes.iter().rev() {
            sight.locals.extend(scope.names.iter().map(|local| LocalName {
                name: local.name.clone(),
                ty: local.known(),
                given: local.given,
            }));
            if scope.barrier {
                break;
            }
        }
        if let Some(notes) = &mut self.notes {
            notes.sights.insert(span, sight);
        }
    }

    /// Notes the names that an expression is made of, but for those of the expressions inside it.
    pub(super) fn note(&mut self, expr: &Expr, ty: &Type) {
        if self.notes.is_none() {
            return;
        }
        let (span, noted) = match &expr.kind {
            ExprKind::Var(name) => (expr.span, self.bare(name, ty)),
            ExprKind::Attr(inner, name) => {
                // `say.x`, `base.x` and their like are one name: what stands before the dot is not lowered on its own.
                if let ExprKind::Var(root) = &inner.kind {
                    let noted = self.bare(root, &Type::any());
                    self.insert(inner.span, noted, false);
                }
                (name.span, self.field_of(inner, &name.text, ty))
            }
            ExprKind::Call(call) => (call.name.span, self.called(call, ty)),
            _ => return,
        };
        self.insert(span, noted, true);
    }

    fn insert(&mut self, span: Span, noted: Noted, again: bool) {
        if let Some(notes) = &mut self.notes
            && (again || !notes.reads.contains_key(&span))
        {
            notes.reads.insert(span, noted);
        }
    }

    fn bare(&self, name: &str, ty: &Type) -> Noted {
        let noted = |means, given| Noted { name: Text::from(name), means, ty: ty.clone(), given };
        for scope in self.scopes.iter().rev() {
            if let Some(local) = scope.names.iter().find(|local| local.name == name) {
                return noted(Means::Local, local.given);
            }
            if scope.barrier {
                break;
            }
        }
        let world = self.world;
        if let Some(fact) = world.facts.get(name) {
            return noted(Means::Fact, Some(fact.span));
        }
        if let Some(entry) = world.entries.get(name) {
            return noted(Means::Entry(entry.section), Some(entry.span));
        }
        let means = if world.stems.contains_key(name) {
            Means::File
        } else if world.datasets.contains_key(name) {
            Means::Dataset
        } else {
            Means::Reserved
        };
        noted(means, None)
    }

    fn field_of(&self, inner: &Expr, field: &Text, ty: &Type) -> Noted {
        let path = path_of(inner);
        let name = path.as_ref().map_or_else(|| field.clone(), |path| Text::from(format!("{path}.{field}")));
        let (means, given) = match path.as_deref().filter(|root| !self.is_local(root)) {
            Some("params") => (Means::Param, self.world.params.get(field.as_str()).map(|param| param.span)),
            Some("say") => (Means::Entry(Section::Say), self.world.entries.get(name.as_str()).map(|entry| entry.span)),
            Some("context") => (Means::Entry(Section::Context), self.world.entries.get(field.as_str()).map(|entry| entry.span)),
            Some("aim") => (Means::Field, self.world.entries.get(field.as_str()).map(|entry| entry.span)),
            _ => (Means::Field, None),
        };
        Noted { name, means, ty: ty.clone(), given }
    }

    fn called(&self, call: &Call, ty: &Type) -> Noted {
        let name = call.name.text.clone();
        let (means, given) = match self.world.functions.get(&name) {
            Some(function) => (Means::Function, Some(function.span)),
            None => (Means::Builtin(call.role), None),
        };
        Noted { name, means, ty: ty.clone(), given }
    }

    /// Ends noting with the names of the spec; nothing where nobody asked.
    pub(super) fn noted(&mut self) -> Option<Box<Notes>> {
        let mut notes = self.notes.take()?;
        let world = self.world;
        let name = |name: &Text, means, ty, given| Name { name: name.clone(), means, ty, given, args: Vec::new() };
        let mut names = Vec::new();
        for (at, (key, entry)) in world.entries.iter().enumerate() {
            let ty = self.entry(at).map_or_else(Type::any, |known| known.ty);
            names.push(name(key, Means::Entry(entry.section), ty, Some(entry.span)));
        }
        names.extend(world.facts.iter().map(|(key, fact)| name(key, Means::Fact, fact.ty.clone(), Some(fact.span))));
        for (key, param) in &world.params {
            names.push(name(&Text::from(format!("params.{key}")), Means::Param, param.ty.clone(), Some(param.span)));
        }
        names.extend(world.stems.iter().map(|(key, stem)| name(key, Means::File, stem.ty.clone(), None)));
        for (key, dataset) in &world.datasets {
            let entries = dataset.entries.iter().map(|(name, (_, known))| (name.clone(), known.ty.clone()));
            let facts = dataset.facts.iter().map(|(name, (_, ty))| (name.clone(), ty.clone()));
            let record = [(Text::from("record"), dataset.record.ty.clone())];
            names.push(name(key, Means::Dataset, grouped(entries.chain(facts).chain(record)), None));
        }
        for (key, function) in &world.functions {
            let ty = self.functions.get(key).and_then(Option::as_ref).map_or_else(Type::any, |known| known.ty.clone());
            let args = function.params.iter().map(|param| (param.name.clone(), param.ty.clone())).collect();
            names.push(Name { args, ..name(key, Means::Function, ty, Some(function.span)) });
        }
        names.extend(self.reserved(&names));
        notes.names = names;
        Some(notes)
    }

    /// The names of the language, with what is known of their values.
    fn reserved(&mut self, names: &[Name]) -> Vec<Name> {
        let of = |wanted: &dyn Fn(&Name) -> bool| {
            let short = |one: &Name| Text::from(one.name.rsplit('.').next().unwrap_or_default());
            Type::map_of(names.iter().filter(|one| wanted(one)).map(|one| (short(one), one.ty.clone())))
        };
        let scenarios = self.world.scenarios.iter().filter(|name| !name.is_empty()).cloned().collect::<Vec<_>>();
        let aims = self.world.aims.iter().map(|(name, labels)| {
            (name.clone(), Type::join_all(labels.iter().map(|label| label.clone().unwrap_or_else(Type::null))))
        });
        let known = [
            ("scenario", if scenarios.is_empty() { Type::any_text() } else { Type::words(scenarios) }),
            ("index", Type::int_range(0, i128::from(u64::MAX))),
            ("context", of(&|one| one.means == Means::Entry(Section::Context))),
            ("say", of(&|one| one.means == Means::Entry(Section::Say))),
            ("record", self.record_type()),
            ("params", of(&|one| one.means == Means::Param)),
            ("aim", Type::map_of(aims)),
        ];
        let name = |(name, ty)| Name { name: Text::from(name), means: Means::Reserved, ty, given: None, args: Vec::new() };
        known.into_iter().map(name).collect()
    }
}

/// The names of a used dataset as the fields of a map; `say.x` is a field of `say`.
fn grouped(names: impl Iterator<Item = (Text, Type)>) -> Type {
    let (says, others): (Vec<_>, Vec<_>) = names.partition(|(name, _)| name.starts_with("say."));
    let says = says.into_iter().map(|(name, ty)| (Text::from(name.strip_prefix("say.").unwrap_or(&name)), ty));
    Type::map_of(others.into_iter().chain([(Text::from("say"), Type::map_of(says))]))
}

/// The path of attributes from a bare name on: `a.b` of `a.b.c`'s inner expression.
fn path_of(expr: &Expr) -> Option<String> {
    match &expr.kind {
        ExprKind::Var(name) => Some(name.to_string()),
        ExprKind::Attr(inner, name) => Some(format!("{}.{}", path_of(inner)?, name.text)),
        _ => None,
    }
}
