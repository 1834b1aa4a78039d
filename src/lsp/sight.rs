//! What is in sight at a place of a text: names, and what expressions over them can give.
//!
//! In: how a dataset was last understood, and a place in one of its texts. Out: the names that an expression there may read, and
//! the type of an expression as far as it is known. What must hold: what is not known is any value, never a guess.

use super::analysis::Analysis;
use super::edits::moved;
use crate::data::{Text, Type};
use crate::engine::jinja::parse;
use crate::engine::jinja::tree::{Expr, ExprKind};
use crate::engine::yaml::Places;
use crate::library::{self, Library};
use crate::program::{LocalName, Means, Name, Noted, Sight};
use crate::source::{SourceId, Span};

/// A place in a text of a dataset.
pub(super) struct Place<'a> {
    /// How the dataset was last understood.
    pub(super) analysis: &'a Analysis,
    /// The text of that time.
    pub(super) source: SourceId,
    /// The place in it.
    pub(super) at: u32,
}

impl<'a> Place<'a> {
    /// The place of byte `at` of `text`, which is the present state of the file `path`.
    pub(super) fn new(analysis: &'a Analysis, path: &str, text: &str, at: usize) -> Option<Self> {
        let source = analysis.source(path)?;
        let old = analysis.sources.get(source)?.text();
        let at = u32::try_from(moved(at, text, old)).ok()?;
        Some(Self { analysis, source, at })
    }

    /// The text of that time.
    pub(super) fn text(&self) -> &'a str {
        self.analysis.sources.get(self.source).map_or("", |source| source.text())
    }

    fn touches(&self, span: Span) -> bool {
        span.source == self.source && span.start <= self.at && self.at <= span.end
    }

    /// The name that is read here.
    pub(super) fn read(&self) -> Option<(Span, &'a Noted)> {
        let reads = self.analysis.notes.reads.iter().filter(|(span, _)| self.touches(**span));
        // Where two names meet, as around a dot, the one that begins here is meant.
        let found = reads.max_by_key(|(span, _)| (span.start, std::cmp::Reverse(span.end)))?;
        Some((*found.0, found.1))
    }

    /// The name that is given here.
    pub(super) fn given(&self) -> Option<(Span, &'a Name)> {
        let names = self.analysis.notes.names.iter();
        names.filter_map(|name| Some((name.given?, name))).find(|(span, _)| self.touches(*span))
    }

    /// The local name that is given here, as anything reads it.
    pub(super) fn local_given(&self) -> Option<(Span, &'a Noted)> {
        let locals = self.analysis.notes.reads.values().filter(|noted| noted.means == Means::Local);
        locals.filter_map(|noted| Some((noted.given?, noted))).find(|(span, _)| self.touches(*span))
    }

    /// What is in sight here: of the innermost expression, or of one in the same line.
    fn sight(&self) -> Option<(Span, &'a Sight)> {
        let sights = || self.analysis.notes.sights.iter().filter(|(span, _)| span.source == self.source);
        let around = sights().filter(|(span, _)| self.touches(**span)).min_by_key(|(span, _)| span.end - span.start);
        let beside = || {
            let before = sights().filter(|(span, _)| span.end <= self.at).max_by_key(|(span, _)| span.end)?;
            let between = self.text().get(before.0.end as usize..self.at as usize)?;
            (between.matches('\n').count() <= 1).then_some(before)
        };
        around.or_else(beside).map(|(span, sight)| (*span, sight))
    }

    /// The local names in sight here.
    pub(super) fn locals(&self) -> Vec<&'a LocalName> {
        let Some((span, sight)) = self.sight() else { return Vec::new() };
        let bound = self.analysis.notes.bound.iter().filter(|(given, _)| span.holds(**given) && given.end <= self.at);
        bound.map(|(_, local)| local).chain(&sight.locals).collect()
    }

    /// The names of the spec that may be read here.
    pub(super) fn names(&self) -> Vec<&'a Name> {
        let closed = self.sight().is_some_and(|(_, sight)| sight.closed);
        let open = |name: &&Name| !closed || matches!(name.means, Means::Fact | Means::File | Means::Function);
        self.analysis.notes.names.iter().filter(open).collect()
    }

    /// What the text of an expression can give here.
    pub(super) fn type_of(&self, text: &str) -> Type {
        let span = Span::new(self.source, 0..text.len());
        parse::expression(text, &Places::verbatim(span)).map_or_else(|_| Type::any(), |expr| self.infer(&expr))
    }

    fn infer(&self, expr: &Expr) -> Type {
        match &expr.kind {
            ExprKind::Const(value) => Type::of(value),
            ExprKind::Var(name) => self.named(name),
            ExprKind::Attr(inner, name) => self.infer(inner).field(&name.text).map_or_else(Type::any, |field| field.ty),
            ExprKind::Item(inner, key) => {
                let ty = self.infer(inner);
                match &key.kind {
                    ExprKind::Const(value) if value.as_text().is_some() => {
                        ty.field(value.as_text().unwrap_or_default()).map_or_else(Type::any, |field| field.ty)
                    }
                    _ if ty.map.is_some() => ty.values(),
                    _ => ty.item(),
                }
            }
            ExprKind::Call(call) => {
                let own = self.analysis.notes.name(&call.name.text).filter(|name| name.means == Means::Function);
                if let Some(own) = own {
                    return own.ty.clone();
                }
                let args: Vec<Type> = call.args.iter().map(|one| self.infer(one)).collect();
                let named: Vec<(Text, Type)> = call.named.iter().map(|(key, one)| (key.text.clone(), self.infer(one))).collect();
                let row = library::find(call.role, &call.name.text);
                row.and_then(|row| library::infer(row, &args, &named, &Library).ok()).unwrap_or_else(Type::any)
            }
            _ => Type::any(),
        }
    }

    fn named(&self, name: &str) -> Type {
        let local = self.locals().into_iter().find(|local| local.name == name).map(|local| local.ty.clone());
        let global = || self.analysis.notes.name(name).map(|name| name.ty.clone());
        local.or_else(global).unwrap_or_else(Type::any)
    }
}
