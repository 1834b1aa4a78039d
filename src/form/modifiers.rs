//! What may stand beside any form: `when`, `let`, `each` with `as`, `where`, `key` and `path`, and `stream`.
//!
//! `when` decides whether there is a value at all. `each` makes one element for each element of a list (or entry of a map), see
//! [`super::each`]. `let` gives local names, inside `each` where there is one.

use std::borrow::Cow;
use std::cell::OnceCell;

use super::each::Each;
use super::parse::{Parse, Shape, bad_name, is_name};
use super::{Key, Position};
use crate::data::{Text, Value};
use crate::diag::{Diagnostic, codes};
use crate::engine::yaml::{Node, NodeKind};
use crate::program::{Answer, Env, ExprText, Fault, Form, Locals, Lower, Lowered, Named, Op, Origin, Part, PolicyForm, Telling};
use crate::source::Span;

/// The modifiers.
pub(super) const KEYS: &[Key] = &[
    Key::new(
        "when",
        r##"{"$ref": "#/$defs/expression"}"##,
        "Whether there is a value at all. Where it is false the name, map key or list element is absent, which is not null; \
         reading an absent name needs `is defined`. Beside `each` it is asked once; `where` asks for each element.",
    ).example("channel: {when: contained, text: closed}"),
    Key::new(
        "each",
        r##"{"$ref": "#/$defs/expression"}"##,
        "An expression that gives a list or a map: one element is made for each of its elements. Draws inside are addressed by \
         index, or by key where a map or `key` gives one.",
    ).example("todos: {each: duties, as: d, give: '{{ d.todo }}'}")
    .needs(&["as"]),
    Key::new(
        "as",
        r##"{"anyOf": [{"$ref": "#/$defs/name"}, {"type": "array", "items": {"$ref": "#/$defs/name"}, "minItems": 2, "maxItems": 2}]}"##,
        "The name of the element, or two names: of key (or index) and element. One name over a map is the key.",
    ).example("todos: {each: duties, as: d, give: '{{ d.todo }}'}")
    .needs(&["each"]),
    Key::new(
        "where",
        r##"{"$ref": "#/$defs/expression"}"##,
        "Which elements are taken.",
    ).example("urgent: {each: duties, as: d, where: d.hours < 24, give: '{{ d.todo }}'}")
    .needs(&["each"]),
    Key::new(
        "key",
        r#"{"type": "string"}"#,
        "A template for a key: the result is a map instead of a list, and draws are addressed by that key.",
    ).example("hours: {each: duties, as: d, key: '{{ d.id }}', give: '{{ d.hours }}'}")
    .needs(&["each"]),
    Key::new(
        "path",
        r#"{"type": "string"}"#,
        "Like `key`, with a path in dots: `incident.hours` stands as `hours` in the map `incident`.",
    ).example("facts: {each: paths, as: path, path: '{{ path }}', give: '{{ path }}'}")
    .needs(&["each"]),
    Key::new(
        "let",
        r##"{"type": "object", "propertyNames": {"$ref": "#/$defs/key"}, "additionalProperties": {"$ref": "#/$defs/form"}}"##,
        "Local names, each a form; their order is inferred. Inside `each` where there is one.",
    ).example("late: {let: {limit: 72}, give: '{{ hours > limit }}'}"),
    Key::new(
        "stream",
        r##"{"$ref": "#/$defs/name"}"##,
        "Another name for the address of the draws inside: a renamed draw keeps its values under its old name.",
    ).example("people: {int: 1..500, stream: persons}"),
];

/// A form with its modifiers.
struct Modified {
    span: Span,
    stream: Option<Text>,
    when: Option<ExprText>,
    each: Option<Each>,
    lets: Vec<Named>,
    inner: Box<dyn Form>,
}

/// Reads the modifiers beside a form; gives the form itself where there are none. `known` says that no other key stands there,
/// which may be a modifier misspelt.
pub(super) fn parse(cx: &mut Parse<'_>, shape: &Shape<'_>, inner: Option<Box<dyn Form>>, known: bool) -> Option<Box<dyn Form>> {
    let stream = shape.option("stream").map(|node| cx.name(node));
    let when = shape.option("when").map(|node| cx.expression(node));
    let own = |key: &str| shape.kind.options.contains(&key);
    let lets = shape.option("let").filter(|_| !own("let")).map(|node| named(cx, node, shape.position));
    let each = match shape.option("each") {
        Some(node) => Some(Each::parse(cx, shape, node)),
        None => {
            for orphan in ["as", "where", "key", "path"].into_iter().filter(|key| known && !own(key)) {
                if let Some(entry) = shape.entry(orphan) {
                    let message = format!("`{orphan}` without `each`");
                    cx.report(Diagnostic::error(codes::FOREIGN_KEY, entry.key_span, message));
                }
            }
            None
        }
    };
    if stream.is_none() && when.is_none() && lets.is_none() && each.is_none() {
        return inner;
    }
    Some(Box::new(Modified {
        span: shape.span,
        stream: stream.map_or(Some(None), |one| one.map(Some))?,
        when: when.map_or(Some(None), |one| one.map(Some))?,
        each: each.map_or(Some(None), |one| one.map(Some))?,
        lets: lets.map_or(Some(Vec::new()), |one| one)?,
        inner: inner?,
    }))
}

/// Reads a mapping of names to forms, as `let` and `object` have one.
pub(super) fn named(cx: &mut Parse<'_>, node: &Node, position: Position) -> Option<Vec<Named>> {
    let NodeKind::Map(entries) = &node.kind else {
        cx.expected(node, "a map of names");
        return None;
    };
    let mut list = Vec::with_capacity(entries.len());
    let mut whole = true;
    for entry in entries {
        if !is_name(&entry.key.text) {
            cx.report(bad_name(&entry.key.text, entry.key_span));
            whole = false;
        }
        match cx.form(&entry.value, position) {
            Some(form) => list.push((Text::from(entry.key.text.as_str()), entry.key_span, form)),
            None => whole = false,
        }
    }
    whole.then_some(list)
}

impl Form for Modified {
    fn span(&self) -> Span {
        self.span
    }

    fn lower(&self, cx: &mut Lower<'_>) -> Lowered {
        cx.streamed(self.stream.as_ref(), |cx| match &self.each {
            Some(each) => self.guard(cx, |cx| each.lower(&self.lets, &*self.inner, cx)),
            None if self.lets.is_empty() => self.guard(cx, |cx| self.inner.lower(cx)),
            None => {
                let (lets, body) = cx.lets(&self.lets, self.inner.span(), |cx| self.guard(cx, |cx| self.inner.lower(cx)));
                Lowered { op: Box::new(LetOp { lets, body: body.op }), ty: body.ty, optional: body.optional }
            }
        })
    }

    fn draws(&self) -> bool {
        self.inner.draws() || self.lets.iter().any(|(.., form)| form.draws())
    }

    fn stream(&self) -> Option<&str> {
        self.stream.as_deref()
    }

    fn policy(&self) -> Option<PolicyForm<'_>> {
        self.inner.policy().filter(|_| self.each.is_none())
    }
}

impl Modified {
    /// Lowers something under `when`, which makes it optional.
    fn guard(&self, cx: &mut Lower<'_>, lower: impl FnOnce(&mut Lower<'_>) -> Lowered) -> Lowered {
        let Some(when) = &self.when else { return lower(cx) };
        let decided = cx.guarded(true, |cx| cx.decides(when, "this condition is never true"));
        let outside = cx.assumed();
        cx.assume(when, Answer::Yes);
        let body = cx.guarded(true, lower);
        cx.forget(outside);
        let optional = body.optional || decided.truths.1;
        Lowered { op: Box::new(WhenOp { span: self.span, condition: decided.op, body: body.op }), ty: body.ty, optional }
    }
}

struct WhenOp {
    span: Span,
    condition: Box<dyn Op>,
    body: Box<dyn Op>,
}

impl Op for WhenOp {
    fn eval<'e>(&'e self, env: &Env<'e>) -> Result<Cow<'e, Value>, Fault> {
        if self.condition.truth(env)? { self.body.eval(env) } else { Ok(Cow::Owned(Value::Undefined)) }
    }

    fn tell(&self, env: &Env<'_>, telling: &mut Telling) -> Result<usize, Fault> {
        let holds = self.condition.truth(env)?;
        let condition = Part::condition("when", None, holds, self.condition.tell(env, telling)?);
        if !holds {
            return Ok(telling.add(Origin::new("when", Some(self.span), Value::Undefined).part(condition)));
        }
        let node = self.body.tell(env, telling)?;
        telling.edit(node, |origin| origin.parts.insert(0, condition));
        Ok(node)
    }
}

struct LetOp {
    lets: Vec<Box<dyn Op>>,
    body: Box<dyn Op>,
}

impl Op for LetOp {
    fn eval<'e>(&'e self, env: &Env<'e>) -> Result<Cow<'e, Value>, Fault> {
        let cells: Vec<OnceCell<Value>> = self.lets.iter().map(|_| OnceCell::new()).collect();
        let level = env.level(Locals::Lazy(&self.lets, &cells), env.address);
        self.body.eval(&env.inside(&level)).map(|value| Cow::Owned(value.into_owned()))
    }

    fn tell(&self, env: &Env<'_>, telling: &mut Telling) -> Result<usize, Fault> {
        let cells: Vec<OnceCell<Value>> = self.lets.iter().map(|_| OnceCell::new()).collect();
        let level = env.level(Locals::Lazy(&self.lets, &cells), env.address);
        telling.lazy(self.lets.len(), |telling| self.body.tell(&env.inside(&level), telling))
    }
}
