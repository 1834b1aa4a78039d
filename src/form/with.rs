//! `with`: something evaluated again in a world where some names differ.
//!
//! What must hold: draws keep their values, nothing is drawn, and what does not follow from a named name is not computed again.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};

use super::parse::{Parse, Shape};
use super::{FormKind, give};
use crate::data::{Map, Text, Type, Value};
use crate::diag::{Diagnostic, codes};
use crate::engine::yaml::NodeKind;
use crate::program::{Env, ExprText, Fault, Form, Frame, Lower, Lowered, Op, Origin, Part, SlotId, Telling, misfits};
use crate::source::Span;

/// The form.
pub(super) const KIND: FormKind = FormKind {
    head: "with",
    options: &["give"],
    draws: false,
    parse,
    doc: "What `give` is in a world where the named names differ: draws keep their values, whatever is derived from the names is \
          derived again, and nothing is drawn. The new values are those of the world around; a name whose value is absent stays \
          as it is. One whole `{{ … }}` may give the names and values as a map whose keys are known. Any name under `context`, \
          `draw`, `derive` or `say` may differ, and `stem.name` of a used dataset.",
    example: "as_auditor: {with: {role: auditor}, give: \"{{ decision }}\"}",
    schema: r##"{"with": {"anyOf": [{"type": "object", "minProperties": 1, "additionalProperties": {"$ref": "#/$defs/value"}}, {"type": "string", "pattern": "\\{\\{"}]}, "give": {"description": "What is computed in the other world.", "examples": ["as_auditor: {with: {role: auditor}, give: '{{ decision }}'}"], "$ref": "#/$defs/value"}}"##,
};

fn parse(cx: &mut Parse<'_>, shape: &Shape<'_>) -> Option<Box<dyn Form>> {
    if !shape.position.computes() {
        let message = format!("`with` computes in another world, and {} is of this one", shape.position.what());
        let diagnostic = Diagnostic::error(codes::WRONG_POSITION, shape.head_span, message);
        cx.report(diagnostic.hint("write it under `derive` and read its name here"));
        return None;
    }
    let differs = match &shape.head.kind {
        NodeKind::Map(entries) if entries.is_empty() => {
            cx.report(Diagnostic::error(codes::EMPTY_CHOICE, shape.head.span, "no name differs"));
            None
        }
        NodeKind::Map(entries) => {
            let names: Vec<_> = entries
                .iter()
                .map(|entry| Some((entry.key.text.clone(), entry.key_span, give::body(cx, shape, &entry.value)?)))
                .collect();
            names.into_iter().collect::<Option<_>>().map(Differs::Names)
        }
        NodeKind::Text(scalar) => match ExprText::inside_braces(scalar) {
            Some(map) => Some(Differs::Map(map)),
            None => {
                cx.expected(shape.head, "a map of names or one whole `{{ … }}`");
                None
            }
        },
        _ => {
            cx.expected(shape.head, "a map of names or one whole `{{ … }}`");
            None
        }
    };
    let Some(wanted) = shape.option("give") else {
        let diagnostic = Diagnostic::error(codes::MISSING_KEY, shape.head_span, "`with` without `give`");
        cx.report(diagnostic.hint("say what is wanted of that world: `give: …`"));
        return None;
    };
    let body = give::body(cx, shape, wanted)?;
    Some(Box::new(With { span: shape.span, differs: differs?, body }))
}

/// The names that differ.
enum Differs {
    /// Written one by one.
    Names(Vec<(Text, Span, Box<dyn Form>)>),
    /// The keys of a computed map.
    Map(ExprText),
}

struct With {
    span: Span,
    differs: Differs,
    body: Box<dyn Form>,
}

impl Form for With {
    fn span(&self) -> Span {
        self.span
    }

    fn lower(&self, cx: &mut Lower<'_>) -> Lowered {
        let (values, named) = match &self.differs {
            Differs::Names(names) => lower_names(names, cx),
            Differs::Map(map) => lower_map(map, cx),
        };
        let (body, read) = cx.following(|cx| self.body.lower(cx));
        self.idle(&named, &read, cx);
        let ids: BTreeSet<SlotId> = named.iter().map(|(id, _)| *id).collect();
        let mut derived: BTreeMap<Option<usize>, Vec<usize>> = ids.iter().map(|id| (id.dataset, Vec::new())).collect();
        for id in cx.derived_anew(&read, &ids) {
            derived.entry(id.dataset).or_default().push(id.slot);
        }
        Lowered { op: Box::new(WithOp { span: self.span, values, derived, body: body.op }), ty: body.ty, optional: body.optional }
    }

    fn draws(&self) -> bool {
        false
    }
}

/// A name that differs, and where it is written.
type Named = (SlotId, Span);

fn lower_names(names: &[(Text, Span, Box<dyn Form>)], cx: &mut Lower<'_>) -> (Values, Vec<Named>) {
    let mut ops = Vec::with_capacity(names.len());
    let mut named = Vec::with_capacity(names.len());
    for (name, span, form) in names {
        let lowered = form.lower(cx);
        if let Some(id) = differing(name, *span, form.span(), &lowered.ty, cx) {
            named.push((id, *span));
            ops.push((id, lowered.op));
        }
    }
    (Values::Names(ops), named)
}

fn lower_map(map: &ExprText, cx: &mut Lower<'_>) -> (Values, Vec<Named>) {
    let (op, ty, _) = map.lower(cx);
    let fields = ty.map.as_ref().filter(|fields| ty.is_map() && fields.rest.is_none());
    let Some(fields) = fields else {
        // A value of which nothing is known may stand in for one that was refused.
        if !(ty.is_any() && cx.diagnostics.has_errors()) {
            let found = if ty.is_map() { "a map whose keys are not known".to_owned() } else { ty.describe() };
            let message = format!("`with` takes a map whose keys are known, found {found}");
            let hint = "write the names in place: `with: {name: …}`, or choose among such maps with `given` or `first`";
            cx.report(Diagnostic::error(codes::TYPE_MISMATCH, map.span(), message).hint(hint));
        }
        return (Values::Names(Vec::new()), Vec::new());
    };
    let mut ids = Vec::with_capacity(fields.known.len());
    for (name, field) in &fields.known {
        if let Some(id) = differing(name, map.span(), map.span(), &field.ty, cx) {
            ids.push((name.clone(), id));
        }
    }
    let named = ids.iter().map(|(_, id)| (*id, map.span())).collect();
    (Values::Map(op, ids), named)
}

/// The slot of a name that differs; its new value must be one that it can have.
fn differing(name: &str, span: Span, given: Span, ty: &Type, cx: &mut Lower<'_>) -> Option<SlotId> {
    let (id, known) = cx.differing(name, span)?;
    for diagnostic in misfits(name, given, ty, None, &known) {
        cx.report(diagnostic);
    }
    Some(id)
}

impl With {
    /// Reports names that change nothing in the body.
    fn idle(&self, named: &[Named], read: &BTreeSet<SlotId>, cx: &mut Lower<'_>) {
        let idle = |(id, _): &&Named| !read.contains(id);
        let all = named.iter().all(|one| idle(&one));
        let hint = "draws keep their values, and local names keep the world that they were bound in";
        let diagnostics: Vec<Diagnostic> = match &self.differs {
            Differs::Names(names) => named
                .iter()
                .filter(idle)
                .map(|(_, span)| {
                    let name = names.iter().find(|(_, one, _)| one == span).map_or("", |(name, ..)| name.as_str());
                    let message = format!("nothing in `give` follows from `{name}`");
                    Diagnostic::error(codes::UNUSED, *span, message)
                })
                .collect(),
            Differs::Map(map) if all && !named.is_empty() => {
                vec![Diagnostic::error(codes::UNUSED, map.span(), "nothing in `give` follows from these names")]
            }
            Differs::Map(_) => Vec::new(),
        };
        for diagnostic in diagnostics {
            cx.report(diagnostic.hint(hint));
        }
    }
}

/// What computes the new values.
enum Values {
    Names(Vec<(SlotId, Box<dyn Op>)>),
    Map(Box<dyn Op>, Vec<(Text, SlotId)>),
}

impl Values {
    /// The names that differ for this record, with their values.
    fn of(&self, env: &Env<'_>) -> Result<Vec<(SlotId, Value)>, Fault> {
        let mut values = Vec::new();
        match self {
            Self::Names(ops) => {
                for (id, op) in ops {
                    values.push((*id, op.eval(env)?.into_owned()));
                }
            }
            Self::Map(op, ids) => {
                let map = op.eval(env)?;
                for (name, id) in ids {
                    let value = map.as_map().and_then(|map: &Map| map.get(name)).cloned();
                    values.push((*id, value.unwrap_or_default()));
                }
            }
        }
        values.retain(|(_, value)| !value.is_undefined());
        Ok(values)
    }
}

struct WithOp {
    span: Span,
    values: Values,
    /// The slots that are derived again, of the record's own dataset and of used ones by their number.
    derived: BTreeMap<Option<usize>, Vec<usize>>,
    body: Box<dyn Op>,
}

/// The cells of another world, and which of its slots are not those of the world around.
struct World {
    cells: Vec<OnceCell<Value>>,
    changed: Vec<bool>,
}

impl World {
    fn new<'v>(slots: usize, derived: &[usize], named: impl Iterator<Item = (usize, &'v Value)>) -> Self {
        let mut changed = vec![false; slots];
        let mut cells: Vec<OnceCell<Value>> = std::iter::repeat_with(OnceCell::new).take(slots).collect();
        for at in derived {
            changed.get_mut(*at).into_iter().for_each(|flag| *flag = true);
        }
        for (at, value) in named {
            changed.get_mut(at).into_iter().for_each(|flag| *flag = true);
            cells.get_mut(at).into_iter().for_each(|cell| *cell = OnceCell::from(value.clone()));
        }
        Self { cells, changed }
    }
}

impl WithOp {
    /// Looks at the world in which the names have these values.
    fn inside<T>(
        &self,
        env: &Env<'_>,
        values: &[(SlotId, Value)],
        look: impl FnOnce(&Env<'_>) -> Result<T, Fault>,
    ) -> Result<T, Fault> {
        let mut worlds = Vec::with_capacity(self.derived.len());
        for (dataset, derived) in &self.derived {
            let around = dataset.map_or(Some(env.frame), |number| env.frame.used.get(number));
            let named = values.iter().filter(|(id, _)| id.dataset == *dataset).map(|(id, value)| (id.slot, value));
            worlds.extend(around.map(|around| (*dataset, around, World::new(around.shared.slots.len(), derived, named))));
        }
        let mut frame = *env.frame;
        let mut used: Vec<Frame<'_>> = env.frame.used.to_vec();
        for (dataset, around, world) in &worlds {
            let differing = around.differing(&world.cells, &world.changed);
            match dataset {
                None => frame = differing,
                Some(number) => used.get_mut(*number).into_iter().for_each(|one| *one = differing),
            }
        }
        let frame = frame.using(&used);
        look(&env.over(&frame))
    }
}

impl Op for WithOp {
    fn eval<'e>(&'e self, env: &Env<'e>) -> Result<Cow<'e, Value>, Fault> {
        let values = self.values.of(env)?;
        self.inside(env, &values, |inside| self.body.eval(inside).map(Cow::into_owned)).map(Cow::Owned)
    }

    fn tell(&self, env: &Env<'_>, telling: &mut Telling) -> Result<usize, Fault> {
        let mut origin = Origin::new("with", Some(self.span), Value::Undefined);
        let mut told = Vec::new();
        match &self.values {
            Values::Names(ops) => {
                for (id, op) in ops {
                    told.push((*id, op.tell(env, telling)?));
                }
            }
            Values::Map(op, ids) => {
                let whole = op.tell(env, telling)?;
                let map = telling.value(whole);
                for (name, id) in ids {
                    let value = map.as_map().and_then(|map: &Map| map.get(name)).cloned().unwrap_or_default();
                    told.push((*id, telling.inside(whole, "with", name, &value)));
                }
            }
        }
        told.retain(|(_, node)| !telling.value(*node).is_undefined());
        let values: Vec<_> = told.iter().map(|(id, node)| (*id, telling.value(*node))).collect();
        self.inside(env, &values, |inside| {
            let of = |dataset: Option<usize>| dataset.map_or(Some(inside.frame), |number| inside.frame.used.get(number));
            for (id, node) in &told {
                let Some(frame) = of(id.dataset) else { continue };
                telling.preset(frame, id.slot, *node);
                let name = frame.shared.slots.get(id.slot).map(|slot| slot.name.clone()).unwrap_or_default();
                origin.parts.push(Part::argument(name, *node));
            }
            let node = self.body.tell(inside, telling)?;
            for dataset in self.derived.keys() {
                if let Some(frame) = of(*dataset) {
                    telling.forget(frame);
                }
            }
            origin.value = telling.value(node);
            Ok(telling.add(origin.part(Part::result("give", node))))
        })
    }
}
