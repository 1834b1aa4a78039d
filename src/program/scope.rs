//! Local names while lowering: `let`, `each`, `object`, arguments, and what templates bind themselves.
//!
//! Names of one level may read each other in any order: a name that is read before it is lowered makes the attempt at its
//! reader void, it is lowered first, and the reader again.

use std::collections::BTreeSet;

use super::lower::{Lower, Unread};
use super::names::{FunctionParam, SlotId};
use super::reading::Readings;
use super::{Code, Drawn, Form, Lowered, Op};
use crate::data::{Text, Type};
use crate::diag::{Diagnostic, Diagnostics, codes};
use crate::source::Span;

/// A local name: how it is called, where, and the form that gives its value.
pub type Named = (Text, Span, Box<dyn Form>);

/// A local name that is lowered, with the addresses that it draws at.
type Done = (Lowered, Drawn);

/// Most names of one `let` or `object`.
const MOST_LOCALS: usize = 200;

/// Local names of one level while lowering.
pub(super) struct Scope {
    pub(super) names: Vec<Local>,
    /// Nothing outside is seen (function arguments).
    pub(super) barrier: bool,
    /// The template engine binds these itself: there is no level for them at run time.
    hidden: bool,
}

/// A local name while lowering.
pub(super) struct Local {
    pub(super) name: Text,
    /// What is known of it; `None` until it is lowered.
    ty: Option<Type>,
    /// Whether its value hangs on a draw at the address of its level.
    drawn: bool,
    /// Whether anything reads it.
    read: bool,
    /// Where it is given, where that is noted.
    pub(super) given: Option<Span>,
}

impl Local {
    fn new(name: Text, ty: Option<Type>) -> Self {
        Self { name, ty, drawn: false, read: false, given: None }
    }

    /// What is known of it so far.
    pub(super) fn known(&self) -> Type {
        self.ty.clone().unwrap_or_else(Type::any)
    }
}

impl Scope {
    fn new(names: impl IntoIterator<Item = (Text, Option<Type>)>) -> Self {
        let names = names.into_iter().map(|(name, ty)| Local::new(name, ty)).collect();
        Self { names, barrier: false, hidden: false }
    }
}

/// A point to go back to when an attempt at lowering turns out to be premature.
pub(super) struct Mark {
    diagnostics: Diagnostics,
    settled: usize,
    causes: BTreeSet<Text>,
    reads: BTreeSet<usize>,
    follows: BTreeSet<SlotId>,
    readings: Readings,
    sites: usize,
}

impl Lower<'_> {
    /// Lowers the body of a function: its arguments are in sight, and nothing around it.
    pub(super) fn arguments<T>(&mut self, params: &[FunctionParam], lower: impl FnOnce(&mut Self) -> T) -> T {
        let names = params.iter().map(|param| (param.name.clone(), Some(param.ty.clone())));
        for param in params {
            self.note_given(&param.name, param.span);
        }
        let scope = self.scope(names);
        self.scopes.push(Scope { barrier: true, ..scope });
        let result = lower(self);
        let read = self.scopes.pop().map(|scope| scope.names).unwrap_or_default();
        for (param, local) in params.iter().zip(read) {
            self.note_unread(&param.name, param.span, local.read, true);
        }
        result
    }

    /// Lowers something inside a level of names whose types are known.
    pub fn bound<T>(&mut self, names: Vec<(Text, Type)>, lower: impl FnOnce(&mut Self) -> T) -> T {
        let scope = self.scope(names.into_iter().map(|(name, ty)| (name, Some(ty))));
        self.scopes.push(scope);
        let result = lower(self);
        self.scopes.pop();
        result
    }

    /// A level of names.
    fn scope(&self, names: impl IntoIterator<Item = (Text, Option<Type>)>) -> Scope {
        let mut scope = Scope::new(names);
        for local in &mut scope.names {
            local.given = self.recently_given(&local.name);
        }
        scope
    }

    /// Reports a local name that something in sight has already: a reader could not tell which one is meant.
    pub fn binds_own(&mut self, name: &str, span: Span) {
        self.note_given(name, span);
        let around = self.scopes.iter().rposition(|scope| scope.barrier);
        let inner = self.scopes.get(around.map_or(0, |at| at + 1)..).unwrap_or_default();
        // The innermost scope is the one that the name is bound in, where an engine may bind it twice.
        let (own, outer) = inner.split_last().map_or((None, inner), |(own, outer)| (Some(own), outer));
        let here = |scope: &Scope| scope.names.iter().any(|local| local.name == name);
        let local = outer.iter().any(here) || own.is_some_and(|scope| !scope.hidden && here(scope));
        let world = self.world;
        let entry = world.entries.get(name).filter(|_| around.is_none()).map(|entry| entry.span);
        let fact = world.facts.get(name).map(|fact| fact.span);
        let reserved = matches!(name, "scenario" | "index" | "context" | "say" | "record" | "params" | "aim");
        let file = world.stems.contains_key(name) || world.datasets.contains_key(name);
        if !local && !reserved && entry.is_none() && fact.is_none() && !file {
            return;
        }
        let diagnostic = Diagnostic::error(codes::NAME_COLLISION, span, format!("`{name}` is already a name here"));
        let diagnostic = entry.or(fact).into_iter().fold(diagnostic, |one, first| one.label(first, "first here"));
        self.report(diagnostic.hint("choose another name for the local one"));
    }

    /// Lowers a part of a template in which the engine itself binds names; gives their names.
    pub(super) fn engine_scope(&mut self, lower: impl FnOnce(&mut Self)) -> Vec<Text> {
        self.scopes.push(Scope { hidden: true, ..Scope::new([]) });
        lower(self);
        let names = self.scopes.pop().map(|scope| scope.names).unwrap_or_default();
        names.into_iter().map(|local| local.name).collect()
    }

    /// Binds a name in the innermost scope, in the place of one that it has already.
    pub(super) fn bind(&mut self, name: &str, ty: Type) {
        self.note_bound(name, &ty);
        let given = self.recently_given(name);
        let Some(scope) = self.scopes.last_mut() else { return };
        match scope.names.iter_mut().find(|local| local.name == name) {
            Some(local) => local.ty = Some(ty),
            None => scope.names.push(Local { given, ..Local::new(Text::from(name), Some(ty)) }),
        }
    }

    /// Lowers the names of a `let`, which may read each other in any order, then something inside their level. Gives their
    /// operations in the order written. `span` is the place of what sees them. A name that nothing reads is noted.
    pub fn lets<T>(&mut self, names: &[Named], span: Span, lower: impl FnOnce(&mut Self) -> T) -> (Vec<Box<dyn Op>>, T) {
        let (ops, (result, parts), read) = self.level(names, |cx, _, mut parts| {
            let (result, body) = cx.drawing("this form".to_owned(), span, lower);
            parts.push(body);
            (result, parts)
        });
        self.apart_from_each_other(&parts);
        for ((name, span, _), read) in names.iter().zip(read) {
            self.note_unread(name, *span, read, false);
        }
        (ops, result)
    }

    /// Lowers the names of an `object`, as those of a `let`. Gives their operations in the order written, with what `inspect`
    /// makes of them.
    pub fn fields<T>(&mut self, names: &[Named], inspect: impl FnOnce(&[Lowered]) -> T) -> (Vec<Box<dyn Op>>, T) {
        let (ops, (result, parts), _) = self.level(names, |_, lowered, parts| (inspect(lowered), parts));
        self.apart_from_each_other(&parts);
        (ops, result)
    }

    /// Lowers names that may read each other, then something inside their level; tells of each whether it was read.
    fn level<T>(
        &mut self,
        names: &[Named],
        lower: impl FnOnce(&mut Self, &[Lowered], Vec<Drawn>) -> T,
    ) -> (Vec<Box<dyn Op>>, T, Vec<bool>) {
        if let Some((_, span, _)) = names.get(MOST_LOCALS) {
            let message = format!("more than {MOST_LOCALS} names in one mapping");
            self.report(Diagnostic::error(codes::TOO_DEEP, *span, message));
            let unknown = names.iter().map(|(name, ..)| (name.clone(), Type::any())).collect();
            return (Vec::new(), self.bound(unknown, |cx| lower(cx, &[], Vec::new())), Vec::new());
        }
        for (name, span, _) in names {
            self.binds_own(name, *span);
        }
        let depth = self.scopes.len();
        let scope = self.scope(names.iter().map(|(name, ..)| (name.clone(), None)));
        self.scopes.push(scope);
        let mut done: Vec<Option<Done>> = names.iter().map(|_| None).collect();
        for at in 0..names.len() {
            self.local_entry(names, at, depth, &mut done, &mut Vec::new());
        }
        let (lowered, parts): (Vec<Lowered>, Vec<Drawn>) = done.into_iter().flatten().unzip();
        let result = lower(self, &lowered, parts);
        let scope = self.scopes.pop();
        let read = scope.into_iter().flat_map(|scope| scope.names).map(|local| local.read).collect();
        (lowered.into_iter().map(|one| one.op).collect(), result, read)
    }

    /// Notes a local name that nothing reads. What is lowered again is noted anew.
    fn note_unread(&mut self, name: &Text, span: Span, read: bool, argument: bool) {
        self.unread.retain(|one| one.span != span);
        if !read {
            self.unread.push(Unread { name: name.clone(), span, argument });
        }
    }

    fn local_entry(&mut self, names: &[Named], at: usize, depth: usize, done: &mut Vec<Option<Done>>, path: &mut Vec<usize>) {
        let Some((name, span, form)) = names.get(at) else { return };
        if done.get(at).is_some_and(Option::is_some) {
            return;
        }
        if path.contains(&at) {
            let around = path.iter().chain([&at]).filter_map(|one| names.get(*one)).map(|(name, ..)| name.as_str());
            let shown = around.collect::<Vec<_>>().join(" -> ");
            self.report(Diagnostic::error(codes::DEPENDENCY_CYCLE, *span, format!("these names need each other: {shown}")));
            let (lowered, drawn) = self.drawing(String::new(), *span, |_| Lowered::refused());
            self.learn(depth, at, Type::any(), false);
            if let Some(slot) = done.get_mut(at) {
                *slot = Some((lowered, drawn));
            }
            return;
        }
        path.push(at);
        loop {
            let mark = self.mark();
            let around = self.own_draw.take();
            let (lowered, drawn) = self.drawing(format!("`{name}`"), *span, |cx| cx.inside(name, |cx| form.lower(cx)));
            let hangs = form.draws() || self.own_draw >= Some(depth);
            self.own_draw = self.own_draw.max(around);
            match self.wanted {
                Some((wanted_depth, wanted)) if wanted_depth == depth => {
                    self.wanted = None;
                    self.reset(mark);
                    self.local_entry(names, wanted, depth, done, path);
                    if done.get(at).is_some_and(Option::is_some) {
                        break;
                    }
                }
                _ => {
                    self.learn(depth, at, lowered.ty.clone(), hangs);
                    if let Some(slot) = done.get_mut(at) {
                        *slot = Some((lowered, drawn));
                    }
                    break;
                }
            }
        }
        path.pop();
    }

    fn learn(&mut self, depth: usize, at: usize, ty: Type, drawn: bool) {
        if let Some(local) = self.scopes.get_mut(depth).and_then(|scope| scope.names.get_mut(at)) {
            local.ty = Some(ty);
            local.drawn = drawn;
        }
    }

    /// Lowers something and tells whether it reads a name of the innermost level whose value hangs on a draw there.
    pub fn reads_own_draw<T>(&mut self, lower: impl FnOnce(&mut Self) -> T) -> (T, bool) {
        let around = self.own_draw.take();
        let result = lower(self);
        let own = self.own_draw.is_some_and(|depth| depth + 1 == self.scopes.len());
        self.own_draw = self.own_draw.max(around);
        (result, own)
    }

    /// Lowers something for its type alone.
    pub fn type_of(&mut self, lower: impl FnOnce(&mut Self) -> Type) -> Type {
        let mark = self.mark();
        let (unread, texts) = (self.unread.len(), self.texts.len());
        let ty = lower(self);
        self.reset(mark);
        self.unread.truncate(unread);
        self.texts.truncate(texts);
        ty
    }

    /// The present point, to go back to.
    pub(super) fn mark(&self) -> Mark {
        Mark {
            diagnostics: self.diagnostics.clone(),
            settled: self.settled.len(),
            causes: self.causes.clone(),
            reads: self.reads.clone(),
            follows: self.follows.clone(),
            readings: self.seen.here.clone(),
            sites: self.sites.open.len(),
        }
    }

    /// Goes back to a point. What entries and functions came to that were lowered since stays, as do the numbers of draws and
    /// templates, because those entries hold some of them.
    pub(super) fn reset(&mut self, mark: Mark) {
        self.diagnostics = mark.diagnostics;
        for diagnostic in self.settled.iter().skip(mark.settled) {
            self.diagnostics.push(diagnostic.clone());
        }
        self.depth.reported = self.diagnostics.iter().any(|one| one.code == codes::TOO_DEEP);
        self.causes = mark.causes;
        self.reads = mark.reads;
        self.follows = mark.follows;
        self.seen.here = mark.readings;
        self.sites.open.truncate(mark.sites);
    }

    /// A local name: its code and type, if there is one in sight.
    pub(super) fn local(&mut self, name: &str, span: Span) -> Option<(Code, Type)> {
        let mut up = 0;
        for (depth, scope) in self.scopes.iter_mut().enumerate().rev() {
            if let Some((at, local)) = scope.names.iter_mut().enumerate().find(|(_, local)| local.name == name) {
                local.read = true;
                if local.drawn {
                    self.own_draw = self.own_draw.max(Some(depth));
                }
                if local.ty.is_none() && self.wanted.is_none() {
                    self.wanted = Some((depth, at));
                }
                let ty = local.ty.clone().unwrap_or_else(Type::any);
                return Some((Code::Local(up, at, Text::from(name), span), ty));
            }
            if scope.barrier {
                break;
            }
            up += usize::from(!scope.hidden);
        }
        None
    }

    /// Whether a name is a local one here.
    #[must_use]
    pub fn is_local(&self, name: &str) -> bool {
        self.scopes.iter().any(|scope| scope.names.iter().any(|one| one.name == name))
    }

    /// Whether only arguments and facts are in sight.
    pub(super) fn behind_barrier(&self) -> bool {
        self.scopes.iter().any(|scope| scope.barrier)
    }
}
