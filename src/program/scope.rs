//! Local names while lowering: `let`, `each`, `object`, arguments, and what templates bind themselves.
//!
//! Names of one level may read each other in any order: a name that is read before it is lowered makes the attempt at its
//! reader void, it is lowered first, and the reader again.

use std::collections::BTreeSet;

use super::lower::Lower;
use super::{Code, Form, Lowered, Op};
use crate::data::{Text, Type};
use crate::diag::{Diagnostic, Diagnostics, codes};
use crate::source::Span;

/// Most names of one `let` or `object`.
const MOST_LOCALS: usize = 200;

/// Local names of one level while lowering.
pub(super) struct Scope {
    pub(super) names: Vec<(Text, Option<Type>)>,
    /// Nothing outside is seen (function arguments).
    pub(super) barrier: bool,
    /// The template engine binds these itself: there is no level for them at run time.
    hidden: bool,
}

impl Scope {
    /// The arguments of a function, behind which nothing else is seen.
    pub(super) fn barrier(names: Vec<(Text, Type)>) -> Self {
        let names = names.into_iter().map(|(name, ty)| (name, Some(ty))).collect();
        Self { names, barrier: true, hidden: false }
    }
}

/// A point to go back to when an attempt at lowering turns out to be premature.
struct Mark {
    diagnostics: Diagnostics,
    keys: usize,
    templates: usize,
    causes: BTreeSet<Text>,
    reads: BTreeSet<usize>,
}

impl Lower<'_> {
    /// Lowers something inside a level of names whose types are known.
    pub fn bound<T>(&mut self, names: Vec<(Text, Type)>, lower: impl FnOnce(&mut Self) -> T) -> T {
        let names = names.into_iter().map(|(name, ty)| (name, Some(ty))).collect();
        self.scopes.push(Scope { names, barrier: false, hidden: false });
        let result = lower(self);
        self.scopes.pop();
        result
    }

    /// Reports a local name that something in sight has already: a reader could not tell which one is meant.
    pub fn binds_own(&mut self, name: &str, span: Span) {
        let around = self.scopes.iter().rposition(|scope| scope.barrier);
        let inner = self.scopes.get(around.map_or(0, |at| at + 1)..).unwrap_or_default();
        // The innermost scope is the one that the name is bound in, where an engine may bind it twice.
        let (own, outer) = inner.split_last().map_or((None, inner), |(own, outer)| (Some(own), outer));
        let here = |scope: &Scope| scope.names.iter().any(|(one, _)| one == name);
        let local = outer.iter().any(here) || own.is_some_and(|scope| !scope.hidden && here(scope));
        let world = self.world;
        let entry = world.entries.get(name).filter(|_| around.is_none()).map(|entry| entry.span);
        let fact = world.facts.get(name).map(|fact| fact.span);
        let reserved = matches!(name, "scenario" | "index" | "context" | "say" | "record" | "params" | "aim");
        if !local && !reserved && entry.is_none() && fact.is_none() && !world.stems.contains_key(name) {
            return;
        }
        let diagnostic = Diagnostic::error(codes::NAME_COLLISION, span, format!("`{name}` is already a name here"));
        let diagnostic = entry.or(fact).into_iter().fold(diagnostic, |one, first| one.label(first, "first here"));
        self.report(diagnostic.hint("choose another name for the local one"));
    }

    /// Lowers a part of a template in which the engine itself binds names; gives their names.
    pub(super) fn engine_scope(&mut self, lower: impl FnOnce(&mut Self)) -> Vec<Text> {
        self.scopes.push(Scope { names: Vec::new(), barrier: false, hidden: true });
        lower(self);
        let names = self.scopes.pop().map(|scope| scope.names).unwrap_or_default();
        names.into_iter().map(|(name, _)| name).collect()
    }

    /// Binds a name in the innermost scope, in the place of one that it has already.
    pub(super) fn bind(&mut self, name: &str, ty: Type) {
        let Some(scope) = self.scopes.last_mut() else { return };
        match scope.names.iter_mut().find(|(one, _)| one == name) {
            Some((_, known)) => *known = Some(ty),
            None => scope.names.push((Text::from(name), Some(ty))),
        }
    }

    /// Lowers names that may read each other in any order, then something inside their level. Gives their operations in the
    /// order written, with what is known of each. `addressed` puts each name into the address of its draws.
    pub fn locals<T>(
        &mut self,
        names: &[(Text, Span, Box<dyn Form>)],
        lower: impl FnOnce(&mut Self, &[Lowered]) -> T,
    ) -> (Vec<Box<dyn Op>>, T) {
        if let Some((_, span, _)) = names.get(MOST_LOCALS) {
            let message = format!("more than {MOST_LOCALS} names in one mapping");
            self.report(Diagnostic::error(codes::TOO_DEEP, *span, message));
            let unknown = names.iter().map(|(name, ..)| (name.clone(), Type::any())).collect();
            return (Vec::new(), self.bound(unknown, |cx| lower(cx, &[])));
        }
        for (name, span, _) in names {
            self.binds_own(name, *span);
        }
        let depth = self.scopes.len();
        let unknown = names.iter().map(|(name, ..)| (name.clone(), None)).collect();
        self.scopes.push(Scope { names: unknown, barrier: false, hidden: false });
        let mut done: Vec<Option<Lowered>> = names.iter().map(|_| None).collect();
        for at in 0..names.len() {
            self.local_entry(names, at, depth, &mut done, &mut Vec::new());
        }
        let done: Vec<Lowered> = done.into_iter().map(|one| one.unwrap_or_else(Lowered::refused)).collect();
        let result = lower(self, &done);
        self.scopes.pop();
        (done.into_iter().map(|one| one.op).collect(), result)
    }

    fn local_entry(
        &mut self,
        names: &[(Text, Span, Box<dyn Form>)],
        at: usize,
        depth: usize,
        done: &mut Vec<Option<Lowered>>,
        path: &mut Vec<usize>,
    ) {
        let Some((name, span, form)) = names.get(at) else { return };
        if done.get(at).is_some_and(Option::is_some) {
            return;
        }
        if path.contains(&at) {
            let around = path.iter().chain([&at]).filter_map(|one| names.get(*one)).map(|(name, ..)| name.as_str());
            let shown = around.collect::<Vec<_>>().join(" -> ");
            self.report(Diagnostic::error(codes::DEPENDENCY_CYCLE, *span, format!("these names need each other: {shown}")));
            self.learn(depth, at, Type::any());
            if let Some(slot) = done.get_mut(at) {
                *slot = Some(Lowered::refused());
            }
            return;
        }
        path.push(at);
        loop {
            let mark = self.mark();
            let lowered = self.inside(name, |cx| form.lower(cx));
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
                    self.learn(depth, at, lowered.ty.clone());
                    if let Some(slot) = done.get_mut(at) {
                        *slot = Some(lowered);
                    }
                    break;
                }
            }
        }
        path.pop();
    }

    fn learn(&mut self, depth: usize, at: usize, ty: Type) {
        if let Some((_, known)) = self.scopes.get_mut(depth).and_then(|scope| scope.names.get_mut(at)) {
            *known = Some(ty);
        }
    }

    fn mark(&self) -> Mark {
        Mark {
            diagnostics: self.diagnostics.clone(),
            keys: self.keys.len(),
            templates: self.templates.len(),
            causes: self.causes.clone(),
            reads: self.reads.clone(),
        }
    }

    fn reset(&mut self, mark: Mark) {
        self.diagnostics = mark.diagnostics;
        self.keys.truncate(mark.keys);
        self.templates.truncate(mark.templates);
        self.causes = mark.causes;
        self.reads = mark.reads;
    }

    /// A local name: its code and type, if there is one in sight.
    pub(super) fn local(&mut self, name: &str, span: Span) -> Option<(Code, Type)> {
        let mut up = 0;
        for (depth, scope) in self.scopes.iter().enumerate().rev() {
            if let Some(at) = scope.names.iter().position(|(one, _)| one == name) {
                let code = Code::Local(up, at, Text::from(name), span);
                let known = scope.names.get(at).and_then(|(_, ty)| ty.clone());
                if known.is_none() && self.wanted.is_none() {
                    self.wanted = Some((depth, at));
                }
                return Some((code, known.unwrap_or_else(Type::any)));
            }
            if scope.barrier {
                break;
            }
            up += usize::from(!scope.hidden);
        }
        None
    }

    /// Whether only arguments and facts are in sight.
    pub(super) fn behind_barrier(&self) -> bool {
        self.scopes.iter().any(|scope| scope.barrier)
    }
}
