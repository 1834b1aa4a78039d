//! Data in value positions: literals, templates, lists and maps.

use std::borrow::Cow;
use std::sync::Arc;

use crate::data::{Field, Fields, List, Map, Text, Type, Value};
use crate::engine::yaml::Node;
use crate::program::{Env, Fault, Form, Lower, Lowered, Op, Origin, Part, Telling, TemplateText};
use crate::source::Span;

/// A constant.
pub(super) struct Literal {
    span: Span,
    value: Value,
}

impl Literal {
    /// The constant that a whole node is.
    #[must_use]
    pub(super) fn of(node: &Node) -> Self {
        Self { span: node.span, value: node.value() }
    }
}

impl Form for Literal {
    fn span(&self) -> Span {
        self.span
    }

    fn lower(&self, _: &mut Lower<'_>) -> Lowered {
        Lowered::constant(self.span, self.value.clone())
    }

    fn draws(&self) -> bool {
        false
    }
}

/// Data as a form, whatever it holds.
#[must_use]
pub fn literal(node: &Node) -> Box<dyn Form> {
    Box::new(Literal::of(node))
}

/// A template: typed where it is one whole `{{ … }}`, unless text is asked for.
pub(super) struct Templated {
    template: TemplateText,
    text: bool,
}

impl Templated {
    /// One that keeps the type of a whole `{{ … }}`.
    #[must_use]
    pub(super) fn typed(template: TemplateText) -> Self {
        Self { template, text: false }
    }

    /// One that is always text.
    #[must_use]
    pub(super) fn text(template: TemplateText) -> Self {
        Self { template, text: true }
    }
}

impl Form for Templated {
    fn span(&self) -> Span {
        self.template.span()
    }

    fn lower(&self, cx: &mut Lower<'_>) -> Lowered {
        self.template.lower(cx, self.text)
    }

    fn draws(&self) -> bool {
        false
    }

    fn held(&self) -> Option<&str> {
        self.template.held()
    }
}

/// A list of data; an element that is absent is left out.
pub(super) struct ListData {
    span: Span,
    items: Vec<Box<dyn Form>>,
}

impl ListData {
    /// A list of these.
    #[must_use]
    pub(super) fn new(span: Span, items: Vec<Box<dyn Form>>) -> Self {
        Self { span, items }
    }
}

impl Form for ListData {
    fn span(&self) -> Span {
        self.span
    }

    fn lower(&self, cx: &mut Lower<'_>) -> Lowered {
        let mut items = Vec::with_capacity(self.items.len());
        let mut drawn = Vec::with_capacity(self.items.len());
        for (at, item) in self.items.iter().enumerate() {
            let shown = format!("the element {}", at + 1);
            let (lowered, part) = cx.drawing(shown, item.span(), |cx| cx.inside(&at.to_string(), |cx| item.lower(cx)));
            items.push(lowered);
            drawn.push(part);
        }
        cx.apart_from_each_other(&drawn);
        let least = items.iter().filter(|one| !one.optional).count();
        let ty = Type::list_of_each(items.iter().map(|one| one.ty.clone()).collect(), least);
        let items = items.into_iter().map(|one| one.op).collect();
        Lowered::new(ListOp { span: self.span, items }, ty)
    }

    fn draws(&self) -> bool {
        self.items.iter().any(|item| item.draws())
    }
}

struct ListOp {
    span: Span,
    items: Vec<Box<dyn Op>>,
}

impl Op for ListOp {
    fn eval<'e>(&'e self, env: &Env<'e>) -> Result<Cow<'e, Value>, Fault> {
        let mut list = List::with_capacity(self.items.len());
        for op in &self.items {
            let value = op.eval(env)?;
            if !value.is_undefined() {
                list.push(value.into_owned());
            }
        }
        Ok(Cow::Owned(Value::List(Arc::new(list))))
    }

    fn tell(&self, env: &Env<'_>, telling: &mut Telling) -> Result<usize, Fault> {
        let mut origin = Origin::new("list", Some(self.span), Value::Undefined);
        let mut list = List::with_capacity(self.items.len());
        for op in &self.items {
            let node = op.tell(env, telling)?;
            let value = telling.value(node);
            if !value.is_undefined() {
                origin.parts.push(Part::field(list.len().to_string(), node));
                list.push(value);
            }
        }
        origin.value = Value::List(Arc::new(list));
        Ok(telling.add(origin))
    }
}

/// A map of data; a field that is absent is left out.
pub(super) struct MapData {
    span: Span,
    /// The fields in the order written.
    pub fields: Vec<(Text, Box<dyn Form>)>,
}

impl MapData {
    /// A map of these.
    #[must_use]
    pub(super) fn new(span: Span, fields: Vec<(Text, Box<dyn Form>)>) -> Self {
        Self { span, fields }
    }
}

impl Form for MapData {
    fn span(&self) -> Span {
        self.span
    }

    fn lower(&self, cx: &mut Lower<'_>) -> Lowered {
        let mut fields = Fields::default();
        let mut ops = Vec::with_capacity(self.fields.len());
        let mut drawn = Vec::with_capacity(self.fields.len());
        for (name, form) in &self.fields {
            let (lowered, part) = cx.drawing(format!("`{name}`"), form.span(), |cx| cx.inside(name, |cx| form.lower(cx)));
            drawn.push(part);
            fields.known.insert(name.clone(), Field { ty: lowered.ty, optional: lowered.optional });
            ops.push((name.clone(), lowered.op));
        }
        cx.apart_from_each_other(&drawn);
        Lowered::new(MapOp { span: self.span, fields: ops }, Type::of_fields(fields))
    }

    fn draws(&self) -> bool {
        self.fields.iter().any(|(_, form)| form.draws())
    }

    fn fields(&self) -> &[(Text, Box<dyn Form>)] {
        &self.fields
    }
}

/// Computes a map from its fields.
struct MapOp {
    span: Span,
    fields: Vec<(Text, Box<dyn Op>)>,
}

impl Op for MapOp {
    fn eval<'e>(&'e self, env: &Env<'e>) -> Result<Cow<'e, Value>, Fault> {
        let mut map = Map::with_capacity(self.fields.len());
        for (name, op) in &self.fields {
            let value = match op.eval(env) {
                // A field that reads an open name is open, too; only who reads the field is at fault.
                Err(fault) if env.frame.is_open(&fault) => continue,
                other => other?,
            };
            if !value.is_undefined() {
                map.push_new(name.clone(), value.into_owned());
            }
        }
        Ok(Cow::Owned(Value::Map(Arc::new(map))))
    }

    fn tell(&self, env: &Env<'_>, telling: &mut Telling) -> Result<usize, Fault> {
        let mut origin = Origin::new("map", Some(self.span), Value::Undefined);
        let mut map = Map::with_capacity(self.fields.len());
        for (name, op) in &self.fields {
            let node = op.tell(env, telling)?;
            let value = telling.value(node);
            if !value.is_undefined() {
                origin.parts.push(Part::field(name, node));
                map.push_new(name.clone(), value);
            }
        }
        origin.value = Value::Map(Arc::new(map));
        Ok(telling.add(origin))
    }
}
