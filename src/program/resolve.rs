//! Names to what they stand for: locals, facts, files, entries, and the reserved names.
//!
//! What may be read where is decided here: wording not by derivations, the record by checks and views only, a name that may be absent
//! only under a `when`.

use std::sync::Arc;

use super::Code;
use super::depth::LINK;
use super::infer::{Typed, refused};
use super::lower::{Lower, Purpose};
use super::names::Section;
use crate::data::{Text, Type, Value};
use crate::diag::{Diagnostic, codes, quoted_list};
use crate::engine::jinja::tree::{Expr, ExprKind, Name};
use crate::source::Span;

impl Lower<'_> {
    /// Notes a free name for the plain evaluator: what the engine would look up by `name`.
    fn root(&mut self, name: &str, code: &Code) {
        if !self.roots.iter().any(|(one, _)| one == name) {
            self.roots.push((Text::from(name), code.clone()));
        }
    }

    pub(super) fn var(&mut self, name: &str, span: Span) -> Typed {
        let (code, ty) = match self.local(name, span) {
            Some(found) => found,
            None => self.outer(name, span),
        };
        self.root(name, &code);
        (code, ty)
    }

    fn outer(&mut self, name: &str, span: Span) -> Typed {
        let world = self.world;
        if let Some(fact) = world.facts.get(name) {
            self.mark_used(name);
            return (Code::Const(fact.value.clone()), fact.ty.clone());
        }
        if let Some(stem) = world.stems.get(name) {
            let ty = if world.incomplete { Type::any() } else { stem.ty.clone() };
            return (Code::Const(stem.value.clone()), ty);
        }
        if world.datasets.contains_key(name) {
            return self.whole_dataset(name, span);
        }
        let entry = world.entries.get_index_of(name);
        let reserved = matches!(name, "scenario" | "index" | "context" | "say" | "record" | "params" | "aim");
        if self.behind_barrier() && (entry.is_some() || reserved) {
            self.report(
                Diagnostic::error(codes::UNDEFINED_NAME, span, format!("a function does not see `{name}`"))
                    .hint("a function sees its arguments and facts only: pass the value as an argument"),
            );
            return refused();
        }
        if let Some(at) = entry {
            return self.entry_value(at, name, span);
        }
        match name {
            "scenario" => {
                self.cause("scenario");
                let names: Arc<[Value]> = world.scenarios.iter().map(|one| Value::Text(one.clone())).collect();
                let known = || Type::words(world.scenarios.iter().cloned());
                (Code::Scenario(names, span), if world.incomplete { Type::any_text() } else { known() })
            }
            "index" => {
                self.cause("index");
                (Code::Index, Type::int_range(0, i128::from(u64::MAX)))
            }
            "context" => {
                let (slots, ty) = self.gathered(&[Section::Context], "");
                (Code::Gather(slots.into()), ty)
            }
            "say" => {
                self.wording_allowed(span);
                let (slots, ty) = self.gathered(&[Section::Say], "say.");
                (Code::Gather(slots.into()), ty)
            }
            "record" => self.record_value(span),
            "params" => self.all_params(),
            "aim" => {
                let message = "`aim` is read name by name";
                self.report(Diagnostic::error(codes::UNDEFINED_NAME, span, message).hint("write `aim.name`"));
                refused()
            }
            _ if world.incomplete => refused(),
            _ => {
                let known = self.names_in_sight();
                let diagnostic = Diagnostic::error(codes::UNDEFINED_NAME, span, format!("`{name}` is not defined"));
                let diagnostic = diagnostic.suggest(name, known);
                self.report(diagnostic);
                refused()
            }
        }
    }

    fn record_value(&mut self, span: Span) -> Typed {
        if self.purpose() != Purpose::Check {
            self.report(
                Diagnostic::error(codes::UNDEFINED_NAME, span, "`record` can be read in checks, expectations and views only")
                    .hint("read the names that the record is made of"),
            );
            return refused();
        }
        let ty = self.record_type();
        self.cause("record");
        (Code::Slot(self.record_slot(), Text::from("record"), span), ty)
    }

    pub(super) fn wording_allowed(&mut self, span: Span) {
        let what = match self.purpose() {
            Purpose::Entry(Section::Derive) => "a derivation",
            Purpose::Requirement => "a requirement",
            _ => return,
        };
        self.report(
            Diagnostic::error(codes::SAY_IN_DERIVE, span, format!("{what} reads wording"))
                .hint("labels are computed from facts; read the facts that the wording is made of"),
        );
    }

    fn entry_value(&mut self, at: usize, name: &str, span: Span) -> Typed {
        let compared = self.is_compared();
        self.mark_used(name);
        let Some(entry) = self.deeper(LINK, span, |cx| cx.entry(at)) else { return refused() };
        let Some(known) = entry else {
            let path = self.cycle(name);
            self.report(Diagnostic::error(codes::DEPENDENCY_CYCLE, span, format!("these names need each other: {path}")));
            return refused();
        };
        if !self.reaches(known.depth, span) {
            return refused();
        }
        for cause in &known.causes {
            self.cause(cause);
        }
        if let Some((_, entry)) = self.world.entries.get_index(at) {
            self.read(at, entry.section, &known);
        }
        self.note_reading(at, compared);
        if !self.may_read(&known.present) {
            let missing: Vec<&str> = self
                .world
                .scenarios
                .iter()
                .zip(&known.present)
                .filter(|(_, there)| !**there)
                .map(|(one, _)| one.as_str())
                .collect();
            let hint = if missing.len() < known.present.len() {
                format!("it is not always there in {}; guard the reader with `when`", quoted_list(missing))
            } else {
                "it has a `when` of its own; guard the reader with `when`".to_owned()
            };
            let message = format!("`{name}` may be absent here");
            let given = self.world.entries.get_index(at).map(|(_, entry)| entry.span);
            let diagnostic = Diagnostic::error(codes::NEEDS_WHEN, span, message).hint(hint);
            self.report(given.into_iter().fold(diagnostic, |one, given| one.label(given, "given here")));
        }
        (Code::Slot(at, Text::from(name), span), known.ty)
    }

    /// `say.x`, `context.x`: a slot rather than a field of a map.
    fn member(&mut self, object: &str, name: &Name, span: Span) -> Option<Typed> {
        let world = self.world;
        let (key, section) = match object {
            "params" => return Some(self.param(name, span)),
            "aim" => return Some(self.planned(name, span)),
            "say" => (format!("say.{}", name.text), Section::Say),
            "context" => (name.text.to_string(), Section::Context),
            _ => return None,
        };
        if object == "say" {
            self.wording_allowed(span);
        }
        let found = world.entries.get_full(key.as_str()).filter(|(_, _, entry)| entry.section == section);
        let Some((at, ..)) = found else {
            if world.incomplete {
                return Some(refused());
            }
            let known = world.entries.values().filter(|entry| entry.section == section);
            let names = known.map(|entry| entry.name.strip_prefix("say.").unwrap_or(&entry.name));
            let message = format!("`{object}` has no `{}`", name.text);
            let diagnostic = Diagnostic::error(codes::UNDEFINED_ATTRIBUTE, name.span, message).suggest(&name.text, names);
            self.report(diagnostic);
            return Some(refused());
        };
        let before = self.roots.len();
        let typed = self.entry_value(at, &key, span);
        self.roots.truncate(before);
        Some(typed)
    }

    pub(super) fn attr(&mut self, inner: &Expr, name: &Name) -> Typed {
        let span = inner.span.union(name.span);
        if let Some(typed) = self.of_dataset(inner, name) {
            return typed;
        }
        if let ExprKind::Var(object) = &inner.kind
            && self.local(object, inner.span).is_none()
            && !self.behind_barrier()
            && let Some((code, ty)) = self.member(object, name, span)
        {
            self.member_root(object, &name.text, &code);
            return (code, ty);
        }
        let (code, ty) = self.expr(inner);
        let field = self.field(&ty, &name.text, name.span);
        (Code::Attr(Box::new(code), name.text.clone(), span), field)
    }

    /// `aim.x`: the label that is planned for the record, null where its scenario plans none.
    fn planned(&mut self, name: &Name, span: Span) -> Typed {
        if !matches!(self.purpose(), Purpose::Entry(section) if section.drawn()) {
            let message = "only a draw may read a planned label";
            self.report(
                Diagnostic::error(codes::AIM_READ, span, message)
                    .hint("a label follows from the facts: read the name itself, or let a draw read its aim"),
            );
            return refused();
        }
        let world = self.world;
        let code = |at| Code::Aim(at, name.text.clone(), span);
        if let Some((at, _, labels)) = world.aims.get_full(name.text.as_str()) {
            let live = labels.iter().zip(&self.place.live).filter(|(_, live)| **live);
            return (code(at), Type::join_all(live.map(|(label, _)| label.clone().unwrap_or_else(Type::null))));
        }
        // A module may speak of an aim that this dataset does not have.
        if !world.incomplete && !world.entries.contains_key(name.text.as_str()) {
            let known = world.aims.keys().chain(world.entries.keys()).map(Text::as_str);
            let message = format!("nothing is called `{}`, so nothing can be aimed at", name.text);
            self.report(Diagnostic::error(codes::UNDEFINED_ATTRIBUTE, name.span, message).suggest(&name.text, known));
        }
        (code(usize::MAX), Type::any())
    }

    /// The plain evaluator looks `say` up as one map: of the members that the expression reads.
    fn member_root(&mut self, object: &str, member: &Text, code: &Code) {
        let key = Code::Const(Value::Text(member.clone()));
        match self.roots.iter_mut().find(|(one, _)| one == object) {
            Some((_, Code::Map(members, _))) => members.push((key, code.clone())),
            Some(_) => {}
            None => {
                let (Code::Slot(_, _, span) | Code::Aim(_, _, span)) = code else { return };
                self.roots.push((Text::from(object), Code::Map(vec![(key, code.clone())], *span)));
            }
        }
    }
}
