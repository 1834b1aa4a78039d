//! Names of used datasets: `stem.name`, `stem.context`, `stem.say.name`, `stem.scenario`, `stem.record` and paths into them.
//!
//! In: a path that begins with the name of a used dataset. Out: code that reads that dataset's record of the same index, with
//! what its own lowering found of it.

use std::sync::Arc;

use super::Code;
use super::differing::{cause_of, lifted};
use super::infer::{Typed, refused};
use super::lower::{Known, Lower};
use super::names::{Dataset, Section, SlotId};
use crate::data::{Field, Fields, Text, Type, Value};
use crate::diag::{Diagnostic, codes};
use crate::engine::jinja::tree::{Expr, ExprKind, Name};
use crate::source::Span;

/// A used dataset, as a path names it.
#[derive(Clone, Copy)]
struct Used<'s> {
    number: usize,
    stem: &'s str,
    dataset: &'s Dataset,
}

/// What the first names of a path stand for, and how many they are.
struct Member {
    code: Code,
    ty: Type,
    names: usize,
}

impl Lower<'_> {
    /// The name of a used dataset where a value must stand.
    pub(super) fn whole_dataset(&mut self, stem: &str, span: Span) -> Typed {
        self.mark_used(stem);
        let message = format!("`{stem}` is a dataset, not a value");
        let hint = format!("read `{stem}.record`, `{stem}.context`, or one of its names as `{stem}.name`");
        self.report(Diagnostic::error(codes::UNDEFINED_NAME, span, message).hint(hint));
        refused()
    }

    /// What is known of a name of a used dataset that an example states (`stem.name`, `stem.scenario`); an unknown one is reported.
    /// `None` as well where the name is no such path.
    pub fn stated_of_dataset(&mut self, path: &str, span: Span) -> Option<Type> {
        let (stem, name) = path.split_once('.')?;
        let world = self.world;
        let dataset = world.datasets.get(stem)?;
        if name == "scenario" {
            self.mark_used(stem);
            return Some(Type::words(dataset.scenarios.iter().cloned()));
        }
        self.differing(path, span).map(|(_, ty)| ty)
    }

    /// `inner.name` where the path begins with the name of a used dataset.
    pub(super) fn of_dataset(&mut self, inner: &Expr, name: &Name) -> Option<Typed> {
        let mut path = vec![name];
        let mut first = inner;
        while let ExprKind::Attr(deeper, name) = &first.kind {
            path.push(name);
            first = deeper;
        }
        path.reverse();
        let ExprKind::Var(stem) = &first.kind else { return None };
        let world = self.world;
        let (number, stem, dataset) = world.datasets.get_full(stem.as_str())?;
        self.mark_used(stem);
        if self.behind_barrier() {
            let message = format!("a function does not see `{stem}`");
            let hint = "a function sees its arguments and facts only: pass the value as an argument";
            self.report(Diagnostic::error(codes::UNDEFINED_NAME, first.span, message).hint(hint));
            return Some(refused());
        }
        if dataset.refused {
            return Some(refused());
        }
        let used = Used { number, stem, dataset };
        let Some(member) = self.dataset_member(used, &path, first.span) else { return Some(refused()) };
        let (read, rest) = path.split_at(member.names);
        self.dataset_root(stem, read, &member.code, first.span);
        let (mut code, mut ty) = (member.code, member.ty);
        for name in rest {
            ty = self.field(&ty, &name.text, name.span);
            code = Code::Attr(Box::new(code), name.text.clone(), first.span.union(name.span));
        }
        Some((code, ty))
    }

    fn dataset_member(&mut self, used: Used<'_>, path: &[&Name], start: Span) -> Option<Member> {
        let Used { number, stem, dataset } = used;
        let (name, next) = (path.first()?, path.get(1));
        let span = start.union(name.span);
        let whole = Text::from(format!("{stem}.{}", name.text));
        let read = |inner, ty| Some(Member { code: Code::Used(number, Box::new(inner), whole.clone(), span), ty, names: 1 });
        match (name.text.as_str(), next) {
            ("scenario", _) => {
                self.cause(&whole);
                let names: Arc<[Value]> = dataset.scenarios.iter().map(|one| Value::Text(one.clone())).collect();
                read(Code::Scenario(names, span), Type::words(dataset.scenarios.iter().cloned()))
            }
            ("record", _) => {
                let slot = dataset.record_slot;
                self.record_causes_of(used, path);
                self.read_of(used, slot, Section::Derive, &dataset.record);
                if !self.reaches(dataset.record.depth, span) {
                    return None;
                }
                read(Code::Slot(slot, whole.clone(), span), dataset.record.ty.clone())
            }
            ("say" | "context", Some(member)) => {
                let section = if name.text == "say" { Section::Say } else { Section::Context };
                let key = if section == Section::Say { format!("say.{}", member.text) } else { member.text.to_string() };
                let found = dataset.entries.get(key.as_str()).filter(|(one, _)| *one == section);
                if found.is_none() {
                    let known = dataset.entries.iter().filter(|(_, (one, _))| *one == section).map(|(key, _)| short(key));
                    let message = format!("`{whole}` has no `{}`", member.text);
                    let diagnostic = Diagnostic::error(codes::UNDEFINED_ATTRIBUTE, member.span, message);
                    self.report(diagnostic.suggest(&member.text, known));
                    return None;
                }
                let (code, ty) = self.dataset_entry(used, &key, start.union(member.span))?;
                Some(Member { code, ty, names: 2 })
            }
            ("say" | "context", None) => {
                let section = if name.text == "say" { Section::Say } else { Section::Context };
                let (slots, ty) = self.gathered_of(used, section, span);
                read(Code::Gather(slots.into()), ty)
            }
            (fact, _) if dataset.facts.contains_key(fact) => {
                let (value, ty) = dataset.facts.get(fact).cloned().unwrap_or_default();
                Some(Member { code: Code::Const(value), ty, names: 1 })
            }
            (entry, _) if dataset.entries.contains_key(entry) => {
                let (code, ty) = self.dataset_entry(used, entry, span)?;
                Some(Member { code, ty, names: 1 })
            }
            (unknown, _) => {
                let entries = dataset.entries.keys().map(Text::as_str).filter(|key| !key.starts_with("say."));
                let known = entries.chain(dataset.facts.keys().map(Text::as_str)).chain(["record", "context", "say", "scenario"]);
                let message = format!("the dataset `{stem}` has no `{unknown}`");
                self.report(Diagnostic::error(codes::UNDEFINED_ATTRIBUTE, name.span, message).suggest(unknown, known));
                None
            }
        }
    }

    /// One entry of a used dataset.
    fn dataset_entry(&mut self, used: Used<'_>, key: &str, span: Span) -> Option<Typed> {
        let (slot, _, (section, known)) = used.dataset.entries.get_full(key)?;
        if *section == Section::Say {
            self.wording_allowed(span);
        }
        if !self.reaches(known.depth, span) {
            return None;
        }
        let shown = Text::from(format!("{}.{key}", used.stem));
        self.read_of(used, slot, *section, known);
        for cause in &known.causes {
            self.cause(&cause_of(used.stem, cause));
        }
        if !self.sure(known) {
            let message = format!("`{shown}` may be absent here");
            let hint = format!("not every record of `{}` has it; guard the reader with `when: {shown} is defined`", used.stem);
            self.report(Diagnostic::error(codes::NEEDS_WHEN, span, message).hint(hint));
        }
        let slot = Code::Slot(slot, shown.clone(), span);
        Some((Code::Used(used.number, Box::new(slot), shown, span), known.ty.clone()))
    }

    /// `stem.context` and `stem.say`: slots and fields.
    fn gathered_of(&mut self, used: Used<'_>, section: Section, span: Span) -> (Vec<(Text, usize)>, Type) {
        if section == Section::Say {
            self.wording_allowed(span);
        }
        let mut slots = Vec::new();
        let mut fields = Fields::default();
        for (slot, (key, (own, known))) in used.dataset.entries.iter().enumerate() {
            if *own != section {
                continue;
            }
            for cause in &known.causes {
                self.cause(&cause_of(used.stem, cause));
            }
            self.read_of(used, slot, section, known);
            let optional = !known.present.iter().all(|there| *there);
            fields.known.insert(Text::from(short(key)), Field { ty: known.ty.clone(), optional });
            slots.push((Text::from(short(key)), slot));
        }
        (slots, Type::of_fields(fields))
    }

    /// Whether a name of a used dataset may be read here.
    fn sure(&self, known: &Known) -> bool {
        self.place.guarded || known.present.iter().all(|there| *there)
    }

    fn read_of(&mut self, used: Used<'_>, slot: usize, section: Section, known: &Known) {
        self.follows.insert(SlotId { dataset: Some(used.number), slot });
        if !section.drawn() {
            self.follows.extend(lifted(used.number, known));
        }
    }

    /// Notes the causes of the leaves of a used record that a path reaches.
    fn record_causes_of(&mut self, used: Used<'_>, path: &[&Name]) {
        let path: Vec<&str> = path.iter().skip(1).map(|name| name.text.as_str()).collect();
        for (leaf, causes) in &used.dataset.leaves {
            if leaf.is_empty() || leaf.split('.').zip(&path).all(|(part, wanted)| part == *wanted) {
                for cause in causes {
                    self.cause(&cause_of(used.stem, cause));
                }
            }
        }
    }

    /// The causes of each leaf of the record, by path: what a dataset that uses this one must know of it.
    pub fn record_leaves(&mut self) -> Vec<(Text, std::collections::BTreeSet<Text>)> {
        let Some(record) = self.world.record else { return Vec::new() };
        let mut leaves = Vec::new();
        super::each_leaf(record, "", &mut |path, leaf| leaves.push((Text::from(path), leaf)));
        let lowered = leaves.into_iter().map(|(path, leaf)| {
            // It was lowered with the record already: only what it reads is wanted.
            let mark = self.mark();
            let (_, causes) = self.causes_of(|cx| leaf.lower(cx));
            self.reset(mark);
            (path, causes)
        });
        lowered.collect()
    }

    /// The plain evaluator looks a dataset up as one map: of what the expression reads of it.
    fn dataset_root(&mut self, stem: &str, path: &[&Name], code: &Code, span: Span) {
        if !self.roots.iter().any(|(one, _)| one == stem) {
            self.roots.push((Text::from(stem), Code::Map(Vec::new(), span)));
        }
        if let Some((_, Code::Map(members, _))) = self.roots.iter_mut().find(|(one, _)| one == stem) {
            insert(members, path, code, span);
        }
    }
}

/// Puts what a path stands for into maps inside maps; a whole takes the place of its parts.
fn insert(members: &mut Vec<(Code, Code)>, path: &[&Name], code: &Code, span: Span) {
    let Some((first, rest)) = path.split_first() else { return };
    let is = |key: &Code| matches!(key, Code::Const(Value::Text(name)) if *name == first.text);
    match members.iter_mut().find(|(key, _)| is(key)).map(|(_, member)| member) {
        Some(Code::Map(inner, _)) if !rest.is_empty() => insert(inner, rest, code, span),
        Some(whole) if rest.is_empty() => *whole = code.clone(),
        Some(_) => {}
        None => {
            let member = if rest.is_empty() {
                code.clone()
            } else {
                let mut inner = Vec::new();
                insert(&mut inner, rest, code, span);
                Code::Map(inner, span)
            };
            members.push((Code::Const(Value::Text(first.text.clone())), member));
        }
    }
}

/// The name of an entry inside its section.
fn short(key: &str) -> &str {
    key.strip_prefix("say.").unwrap_or(key)
}
