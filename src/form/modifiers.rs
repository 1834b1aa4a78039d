//! What may stand beside any form: `when`, `let`, `each` with `as`, `where` and `key`, and `stream`.
//!
//! `when` decides whether there is a value at all. `each` makes one element for each element of a list (or entry of a map);
//! every level folds its element into the address of what is drawn inside: lists by index, maps and `key` loops by key. `let`
//! gives local names, inside `each` where there is one.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::sync::Arc;

use super::parse::{Parse, Shape, bad_name, is_name};
use super::{Key, Position};
use crate::data::{Field, Fields, List, Map, Text, Type, Value};
use crate::diag::{Diagnostic, codes};
use crate::engine::yaml::{Node, NodeKind};
use crate::program::{Answer, Env, ExprText, Fault, Form, Locals, Lower, Lowered, Op, TemplateText};
use crate::random::Address;
use crate::source::Span;

/// The modifiers.
pub(super) const KEYS: &[Key] = &[
    Key::new(
        "when",
        r##"{"$ref": "#/$defs/expression"}"##,
        "Whether there is a value at all. Where it is false the name, map key or list element is absent, which is not null; \
         reading an absent name needs `is defined`. Beside `each` it is asked once; `where` asks for each element.",
    ),
    Key::new(
        "each",
        r##"{"$ref": "#/$defs/expression"}"##,
        "An expression that gives a list or a map: one element is made for each of its elements. Draws inside are addressed by \
         index, or by key where a map or `key` gives one.",
    )
    .needs(&["as"]),
    Key::new(
        "as",
        r##"{"anyOf": [{"$ref": "#/$defs/name"}, {"type": "array", "items": {"$ref": "#/$defs/name"}, "minItems": 2, "maxItems": 2}]}"##,
        "The name of the element, or two names: of key (or index) and element. One name over a map is the key.",
    )
    .needs(&["each"]),
    Key::new(
        "where",
        r##"{"$ref": "#/$defs/expression"}"##,
        "Which elements are taken.",
    )
    .needs(&["each"]),
    Key::new(
        "key",
        r#"{"type": "string"}"#,
        "A template for a key: the result is a map instead of a list, and draws are addressed by that key.",
    )
    .needs(&["each"]),
    Key::new(
        "let",
        r##"{"type": "object", "propertyNames": {"$ref": "#/$defs/name"}, "additionalProperties": {"$ref": "#/$defs/form"}}"##,
        "Local names, each a form; their order is inferred. Inside `each` where there is one.",
    ),
    Key::new(
        "stream",
        r##"{"$ref": "#/$defs/name"}"##,
        "Another name for the address of the draws inside: a renamed draw keeps its values under its old name.",
    ),
];

type Named = (Text, Span, Box<dyn Form>);

/// A form with its modifiers.
struct Modified {
    span: Span,
    stream: Option<Text>,
    when: Option<ExprText>,
    each: Option<Each>,
    lets: Vec<Named>,
    inner: Box<dyn Form>,
}

struct Each {
    over: ExprText,
    names: Vec<(Text, Span)>,
    filter: Option<ExprText>,
    key: Option<TemplateText>,
}

/// Reads the modifiers beside a form; gives the form itself where there are none. `known` says that no other key stands there,
/// which may be a modifier misspelt.
pub(super) fn parse(cx: &mut Parse<'_>, shape: &Shape<'_>, inner: Option<Box<dyn Form>>, known: bool) -> Option<Box<dyn Form>> {
    let stream = shape.option("stream").map(|node| cx.name(node));
    let when = shape.option("when").map(|node| cx.expression(node));
    let lets = shape.option("let").map(|node| named(cx, node, shape.position));
    let each = match shape.option("each") {
        Some(node) => Some(each(cx, shape, node)),
        None => {
            for orphan in ["as", "where", "key"].into_iter().filter(|_| known) {
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

fn each(cx: &mut Parse<'_>, shape: &Shape<'_>, node: &Node) -> Option<Each> {
    let over = match &node.kind {
        NodeKind::List(_) | NodeKind::Map(_) => {
            cx.expected(node, "an expression that gives a list or a map");
            None
        }
        _ => cx.expression(node),
    };
    let names = match shape.option("as") {
        Some(node) => match &node.kind {
            NodeKind::List(pair) if pair.len() == 2 => {
                pair.iter().map(|one| Some((cx.name(one)?, one.span))).collect::<Option<Vec<_>>>()
            }
            NodeKind::List(_) => {
                cx.expected(node, "a name, or two for key and value");
                None
            }
            _ => cx.name(node).map(|name| vec![(name, node.span)]),
        },
        None => {
            let message = "`each` without `as`";
            cx.report(
                Diagnostic::error(codes::MISSING_KEY, shape.span, message)
                    .hint("name the element: `as: x`, or `as: [key, value]` for the entries of a map"),
            );
            None
        }
    };
    let filter = shape.option("where").map(|node| cx.expression(node));
    let key = shape.option("key").map(|node| match node.as_scalar() {
        Some(scalar) => Some(TemplateText::new(scalar)),
        None => {
            cx.expected(node, "text");
            None
        }
    });
    Some(Each {
        over: over?,
        names: names?,
        filter: filter.map_or(Some(None), |one| one.map(Some))?,
        key: key.map_or(Some(None), |one| one.map(Some))?,
    })
}

impl Form for Modified {
    fn span(&self) -> Span {
        self.span
    }

    fn lower(&self, cx: &mut Lower<'_>) -> Lowered {
        cx.streamed(self.stream.as_ref(), |cx| match &self.each {
            Some(each) => self.guard(cx, |cx| self.lower_each(each, cx)),
            None if self.lets.is_empty() => self.guard(cx, |cx| self.inner.lower(cx)),
            None => {
                let (lets, body) = cx.locals(&self.lets, |cx, _| self.guard(cx, |cx| self.inner.lower(cx)));
                Lowered { op: Box::new(LetOp { lets, body: body.op }), ty: body.ty, optional: body.optional }
            }
        })
    }

    fn draws(&self) -> bool {
        self.inner.draws()
    }

    fn stream(&self) -> Option<&str> {
        self.stream.as_deref()
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
        Lowered { op: Box::new(WhenOp { condition: decided.op, body: body.op }), ty: body.ty, optional }
    }

    fn lower_each(&self, each: &Each, cx: &mut Lower<'_>) -> Lowered {
        let (over, ty, _) = each.over.lower(cx);
        let keyed = ty.is_map();
        if !ty.is_any() && ty.list.is_none() && ty.map.is_none() {
            let message = format!("`each` takes a list or a map, found {}", ty.describe());
            cx.report(Diagnostic::error(codes::TYPE_MISMATCH, each.over.span(), message));
        }
        let element = element_types(&ty, each.names.len());
        for (name, span) in &each.names {
            cx.binds_own(name, *span);
        }
        let names: Vec<_> = each.names.iter().map(|(name, _)| name.clone()).zip(element).collect();
        let parts = cx.inside("*", |cx| cx.bound(names, |cx| self.lower_element(each, cx)));
        let (least, most) = match &ty.list {
            Some(list) if each.filter.is_none() && !parts.body.optional => (list.min, list.max),
            Some(list) => (0, list.max),
            None => (0, None),
        };
        let result = match &parts.key {
            Some((_, words)) => map_type(words.as_ref(), &parts.body),
            None => Type::list_between(parts.body.ty.clone(), least, most),
        };
        let op = EachOp {
            span: each.over.span(),
            over,
            both: each.names.len() == 2,
            keyed,
            filter: parts.filter,
            key: parts.key.map(|(op, _)| op),
            lets: parts.lets,
            body: parts.body.op,
        };
        Lowered::new(op, result)
    }

    fn lower_element(&self, each: &Each, cx: &mut Lower<'_>) -> Parts {
        let lower = |cx: &mut Lower<'_>| {
            let filter = each.filter.as_ref().map(|filter| cx.decides(filter, "this condition is never true").op);
            let key = each.key.as_ref().map(|key| {
                let lowered = key.lower(cx, true);
                (lowered.op, lowered.ty.only_words().cloned().map(|words| words.into_iter().collect::<Vec<Text>>()))
            });
            let body = cx.guarded(each.filter.is_some(), |cx| self.inner.lower(cx));
            (filter, key, body)
        };
        let (lets, (filter, key, body)) = cx.locals(&self.lets, |cx, _| lower(cx));
        Parts { lets, filter, key, body }
    }
}

/// The key of an element, and the words it can be, where they are known.
type ElementKey = (Box<dyn Op>, Option<Vec<Text>>);

struct Parts {
    lets: Vec<Box<dyn Op>>,
    filter: Option<Box<dyn Op>>,
    key: Option<ElementKey>,
    body: Lowered,
}

fn element_types(ty: &Type, names: usize) -> Vec<Type> {
    if ty.is_any() {
        return vec![Type::any(); names];
    }
    let key = match &ty.map {
        Some(map) if map.rest.is_none() => Type::words(map.known.keys().cloned()),
        Some(_) => Type::any_text(),
        None => Type::int_range(0, i128::from(u32::MAX)),
    };
    match (names, ty.map.is_some()) {
        (1, true) => vec![key],
        (1, false) => vec![ty.item()],
        (_, true) => vec![key, ty.values()],
        (_, false) => vec![key, ty.item()],
    }
}

fn map_type(words: Option<&Vec<Text>>, body: &Lowered) -> Type {
    match words {
        Some(words) => {
            let field = || Field { ty: body.ty.clone(), optional: true };
            let known = words.iter().map(|word| (word.clone(), field())).collect();
            Type::of_fields(Fields { known, rest: None })
        }
        None => Type::map_to(body.ty.clone()),
    }
}

struct WhenOp {
    condition: Box<dyn Op>,
    body: Box<dyn Op>,
}

impl Op for WhenOp {
    fn eval<'e>(&'e self, env: &Env<'e>) -> Result<Cow<'e, Value>, Fault> {
        if self.condition.eval(env)?.is_true() { self.body.eval(env) } else { Ok(Cow::Owned(Value::Undefined)) }
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
}

struct EachOp {
    span: Span,
    over: Box<dyn Op>,
    both: bool,
    keyed: bool,
    filter: Option<Box<dyn Op>>,
    key: Option<Box<dyn Op>>,
    lets: Vec<Box<dyn Op>>,
    body: Box<dyn Op>,
}

impl Op for EachOp {
    fn eval<'e>(&'e self, env: &Env<'e>) -> Result<Cow<'e, Value>, Fault> {
        let over = self.over.eval(env)?;
        let mut made = Made::new(self.key.is_some());
        match &*over {
            Value::List(items) => {
                for (at, item) in (0_u32..).zip(items.iter()) {
                    let names = if self.both { vec![Value::Int(i128::from(at)), item.clone()] } else { vec![item.clone()] };
                    self.element(&names, env.address.element(at), env, &mut made)?;
                }
            }
            Value::Map(map) => {
                for (key, item) in map.iter() {
                    let name = Value::Text(key.clone());
                    let names = if self.both { vec![name, item.clone()] } else { vec![name] };
                    self.element(&names, env.address.keyed(key), env, &mut made)?;
                }
            }
            other => {
                let message = format!("`each` takes a list or a map, found {}", other.kind());
                return Err(Box::new(Diagnostic::error(codes::TYPE_MISMATCH, self.span, message)));
            }
        }
        Ok(Cow::Owned(made.finish()))
    }
}

impl EachOp {
    fn element(&self, names: &[Value], address: Address, env: &Env<'_>, made: &mut Made) -> Result<(), Fault> {
        let level = env.level(Locals::Bound(names), address);
        let bound = env.inside(&level);
        let Some(key) = &self.key else {
            return self.body_of(&bound, address, made, None);
        };
        // A `key` loop over a list is addressed by key: inserting an element moves no other element's draws.
        let cells: Vec<OnceCell<Value>> = self.lets.iter().map(|_| OnceCell::new()).collect();
        let lets = bound.level(Locals::Lazy(&self.lets, &cells), address);
        let name = key.eval(&bound.inside(&lets))?.into_owned();
        let Value::Text(name) = name else {
            return Err(Box::new(Diagnostic::error(codes::TYPE_MISMATCH, self.span, "a `key` must be text")));
        };
        let address = if self.keyed { address } else { env.address.keyed(&name) };
        let level = env.level(Locals::Bound(names), address);
        self.body_of(&env.inside(&level), address, made, Some(name))
    }

    fn body_of(&self, bound: &Env<'_>, address: Address, made: &mut Made, key: Option<Text>) -> Result<(), Fault> {
        let cells: Vec<OnceCell<Value>> = self.lets.iter().map(|_| OnceCell::new()).collect();
        let level = bound.level(Locals::Lazy(&self.lets, &cells), address);
        let inside = bound.inside(&level);
        if let Some(filter) = &self.filter
            && !filter.eval(&inside)?.is_true()
        {
            return Ok(());
        }
        let value = self.body.eval(&inside)?.into_owned();
        if value.is_undefined() {
            return Ok(());
        }
        made.add(key, value, self.span)
    }
}

enum Made {
    List(List),
    Map(Map),
}

impl Made {
    fn new(keyed: bool) -> Self {
        if keyed { Self::Map(Map::default()) } else { Self::List(List::new()) }
    }

    fn add(&mut self, key: Option<Text>, value: Value, span: Span) -> Result<(), Fault> {
        match self {
            Self::List(list) => list.push(value),
            Self::Map(map) => {
                let key = key.unwrap_or_default();
                if map.insert(key.clone(), value).is_some() {
                    let message = format!("`key` gives `{key}` twice");
                    return Err(Box::new(Diagnostic::error(codes::DUPLICATE_KEY, span, message)));
                }
            }
        }
        Ok(())
    }

    fn finish(self) -> Value {
        match self {
            Self::List(list) => Value::List(Arc::new(list)),
            Self::Map(map) => Value::Map(Arc::new(map)),
        }
    }
}
