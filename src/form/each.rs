//! `each`: one element for each element of a list or entry of a map, and the loop names that `fold` shares with it.
//!
//! Every level folds its element into the address of what is drawn inside: lists by index, maps and `key` loops by key. That key
//! is needed before anything inside is drawn, so it may not hang on a draw of the loop's own `let`.

mod told;

use std::borrow::Cow;
use std::cell::OnceCell;
use std::sync::Arc;

use super::keyed;
use super::parse::{Parse, Shape};
use crate::data::{List, Map, Text, Type, Value};
use crate::diag::{Diagnostic, codes};
use crate::engine::yaml::{Node, NodeKind};
use crate::program::{Env, ExprText, Fault, Form, Locals, Lower, Lowered, Named, Op, Telling, TemplateText};
use crate::random::Address;
use crate::source::Span;
pub(super) use told::elements;

/// What is looped over, and the names of an element.
pub(super) struct Loop {
    over: ExprText,
    /// Of the element, or of its key (index) and the element.
    names: Vec<(Text, Span)>,
}

impl Loop {
    /// Reads the list or map behind `head` (`each` or `fold`) and the `as` beside it.
    pub(super) fn parse(cx: &mut Parse<'_>, shape: &Shape<'_>, head: &str, node: &Node) -> Option<Self> {
        let over = match &node.kind {
            NodeKind::List(_) | NodeKind::Map(_) => {
                cx.expected(node, "an expression that gives a list or a map");
                None
            }
            _ => cx.expression(node),
        };
        let names = names(cx, shape, head);
        Some(Self { over: over?, names: names? })
    }

    /// Where the list or map stands.
    pub(super) fn span(&self) -> Span {
        self.over.span()
    }

    /// Whether the key (or index) has a name, too.
    pub(super) fn both(&self) -> bool {
        self.names.len() == 2
    }

    /// The names with their places.
    pub(super) fn names(&self) -> &[(Text, Span)] {
        &self.names
    }

    /// Lowers the list or map; gives its type and the names of an element with theirs.
    pub(super) fn lower(&self, head: &str, cx: &mut Lower<'_>) -> (Box<dyn Op>, Type, Vec<(Text, Type)>) {
        let (over, ty, _) = self.over.lower(cx);
        if !ty.is_any() && ty.list.is_none() && ty.map.is_none() {
            let message = format!("`{head}` takes a list or a map, found {}", ty.describe());
            cx.report(Diagnostic::error(codes::TYPE_MISMATCH, self.over.span(), message));
        }
        for (name, span) in &self.names {
            cx.binds_own(name, *span);
        }
        let element = element_types(&ty, self.names.len());
        let names = self.names.iter().map(|(name, _)| name.clone()).zip(element).collect();
        (over, ty, names)
    }
}

fn names(cx: &mut Parse<'_>, shape: &Shape<'_>, head: &str) -> Option<Vec<(Text, Span)>> {
    let Some(node) = shape.option("as") else {
        cx.report(
            Diagnostic::error(codes::MISSING_KEY, shape.span, format!("`{head}` without `as`"))
                .hint("name the element: `as: x`, or `as: [key, value]` for the entries of a map"),
        );
        return None;
    };
    let names = match &node.kind {
        NodeKind::List(pair) if pair.len() == 2 => {
            pair.iter().map(|one| Some((cx.name(one)?, one.span))).collect::<Option<Vec<_>>>()?
        }
        NodeKind::List(_) => {
            cx.expected(node, "a name, or two for key and value");
            return None;
        }
        _ => vec![(cx.name(node)?, node.span)],
    };
    if let [(first, place), (second, span)] = names.as_slice()
        && first == second
    {
        let message = format!("the name `{second}` is given twice");
        cx.report(Diagnostic::error(codes::NAME_COLLISION, *span, message).label(*place, "first here"));
        return None;
    }
    Some(names)
}

/// The values of the names of an element: of its key (or index) where that has a name, and of the element.
pub(super) fn named_element(both: bool, key: impl FnOnce() -> Value, item: &Value) -> Vec<Value> {
    if both { vec![key(), item.clone()] } else { vec![item.clone()] }
}

/// The values of the names of an entry; one name over a map is the key.
pub(super) fn named_entry(both: bool, key: &Text, item: &Value) -> Vec<Value> {
    let name = Value::Text(key.clone());
    if both { vec![name, item.clone()] } else { vec![name] }
}

/// The fault of a loop over something that has no elements.
pub(super) fn no_elements(head: &str, found: &Value, span: Span) -> Fault {
    let message = format!("`{head}` takes a list or a map, found {}", found.kind());
    Box::new(Diagnostic::error(codes::TYPE_MISMATCH, span, message))
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

/// `each` with what belongs to it.
pub(super) struct Each {
    around: Loop,
    filter: Option<ExprText>,
    key: Option<TemplateText>,
    /// Whether the key is a path into maps.
    nested: bool,
}

impl Each {
    /// Reads `each` and the `as`, `where`, `key` and `path` beside it.
    pub(super) fn parse(cx: &mut Parse<'_>, shape: &Shape<'_>, node: &Node) -> Option<Self> {
        let around = Loop::parse(cx, shape, "each", node);
        let filter = shape.option("where").map(|node| cx.expression(node));
        let nested = shape.entry("path");
        if let (Some(path), Some(key)) = (nested, shape.entry("key")) {
            let message = "`path` beside `key`: each of them names the element";
            cx.report(Diagnostic::error(codes::FOREIGN_KEY, path.key_span, message).label(key.key_span, "the key"));
            return None;
        }
        let key = shape.option("key").or(nested.map(|entry| &entry.value)).map(|node| match node.as_scalar() {
            Some(scalar) => Some(TemplateText::new(scalar)),
            None => {
                cx.expected(node, "text");
                None
            }
        });
        Some(Self {
            around: around?,
            filter: filter.map_or(Some(None), |one| one.map(Some))?,
            key: key.map_or(Some(None), |one| one.map(Some))?,
            nested: nested.is_some(),
        })
    }

    /// Lowers the loop around a form with its local names.
    pub(super) fn lower(&self, lets: &[Named], inner: &dyn Form, cx: &mut Lower<'_>) -> Lowered {
        let (over, ty, names) = self.around.lower("each", cx);
        let keyed = ty.is_map();
        let element = |names: Vec<(Text, Type)>, cx: &mut Lower<'_>| {
            cx.each_element(|cx| cx.bound(names, |cx| self.element(keyed, lets, inner, cx)))
        };
        let parts = element(names.clone(), cx);
        let known = parts.key.as_ref().and_then(|(_, words)| words.clone()).map(|words| {
            let own = self.key.as_ref().and_then(TemplateText::held);
            let own = names.iter().position(|(name, _)| own == Some(name.as_str()));
            let of = |word: Text| match own {
                Some(at) => {
                    let mut names = names.clone();
                    if let Some((_, ty)) = names.get_mut(at) {
                        *ty = Type::words([word.clone()]);
                    }
                    let ty = cx.type_of(|cx| element(names, cx).body.ty);
                    (word, ty)
                }
                None => (word, parts.body.ty.clone()),
            };
            words.into_iter().map(of).collect()
        });
        let (least, most) = match &ty.list {
            Some(list) if self.filter.is_none() && !parts.body.optional => (list.min, list.max),
            Some(list) => (0, list.max),
            None => (0, None),
        };
        let result = match &parts.key {
            Some(_) if self.nested => keyed::nested(known),
            Some(_) => keyed::flat(known, &parts.body.ty),
            None => Type::list_between(parts.body.ty.clone(), least, most),
        };
        let op = EachOp {
            span: self.around.span(),
            over,
            both: self.around.both(),
            keyed,
            filter: parts.filter,
            key: parts.key.map(|(op, _)| op),
            nested: self.nested,
            lets: parts.lets,
            body: parts.body.op,
            draws: inner.draws() || lets.iter().any(|(.., form)| form.draws()),
        };
        Lowered::new(op, result)
    }

    fn element(&self, keyed: bool, lets: &[Named], inner: &dyn Form, cx: &mut Lower<'_>) -> Parts {
        let lower = |cx: &mut Lower<'_>| {
            let filter = self.filter.as_ref().map(|filter| cx.decides(filter, "this condition is never true").op);
            let key = self.key.as_ref().map(|key| {
                let (lowered, own_draw) = cx.reads_own_draw(|cx| key.lower(cx, true));
                if own_draw && !keyed {
                    cx.report(drawn_key(key.span()));
                }
                (lowered.op, lowered.ty.only_words().cloned().map(|words| words.into_iter().collect::<Vec<Text>>()))
            });
            let body = cx.guarded(self.filter.is_some(), |cx| inner.lower(cx));
            (filter, key, body)
        };
        let (lets, (filter, key, body)) = cx.lets(lets, inner.span(), lower);
        Parts { lets, filter, key, body }
    }
}

fn drawn_key(span: Span) -> Diagnostic {
    let message = "the key of an element hangs on a draw whose address is that key";
    Diagnostic::error(codes::DEPENDENCY_CYCLE, span, message)
        .hint("draw it in a loop of its own, under a name of its own, and read that name in `key`")
}

/// The key of an element, and the words it can be, where they are known.
type ElementKey = (Box<dyn Op>, Option<Vec<Text>>);

struct Parts {
    lets: Vec<Box<dyn Op>>,
    filter: Option<Box<dyn Op>>,
    key: Option<ElementKey>,
    body: Lowered,
}

#[expect(clippy::struct_excessive_bools, reason = "each is a way of looping that is asked for or not")]
struct EachOp {
    span: Span,
    over: Box<dyn Op>,
    both: bool,
    keyed: bool,
    filter: Option<Box<dyn Op>>,
    key: Option<Box<dyn Op>>,
    /// Whether the key is a path into maps.
    nested: bool,
    lets: Vec<Box<dyn Op>>,
    body: Box<dyn Op>,
    /// Whether an element draws: only then it needs an address.
    draws: bool,
}

impl Op for EachOp {
    fn eval<'e>(&'e self, env: &Env<'e>) -> Result<Cow<'e, Value>, Fault> {
        let over = self.over.eval(env)?;
        let mut made = Made::new(self.key.is_some());
        match &*over {
            Value::List(items) => {
                for (at, item) in (0_u32..).zip(items.iter()) {
                    let names = named_element(self.both, || Value::Int(i128::from(at)), item);
                    self.element(&names, env.address.element(at), env, &mut made)?;
                }
            }
            Value::Map(map) => {
                for (key, item) in map.iter() {
                    let names = named_entry(self.both, key, item);
                    self.element(&names, self.keyed_address(key, env), env, &mut made)?;
                }
            }
            other => return Err(no_elements("each", other, self.span)),
        }
        match made.finish() {
            Value::Map(flat) if self.nested => keyed::unfold(&flat, self.span).map(Cow::Owned),
            value => Ok(Cow::Owned(value)),
        }
    }

    fn tell(&self, env: &Env<'_>, telling: &mut Telling) -> Result<usize, Fault> {
        self.told(env, telling)
    }
}

impl EachOp {
    fn keyed_address(&self, key: &str, env: &Env<'_>) -> Address {
        if self.draws { env.address.keyed(key) } else { env.address }
    }

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
        let address = if self.keyed { address } else { self.keyed_address(&name, env) };
        let level = env.level(Locals::Bound(names), address);
        self.body_of(&env.inside(&level), address, made, Some(name))
    }

    fn body_of(&self, bound: &Env<'_>, address: Address, made: &mut Made, key: Option<Text>) -> Result<(), Fault> {
        let cells: Vec<OnceCell<Value>> = self.lets.iter().map(|_| OnceCell::new()).collect();
        let level = bound.level(Locals::Lazy(&self.lets, &cells), address);
        let inside = bound.inside(&level);
        if let Some(filter) = &self.filter
            && !filter.truth(&inside)?
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
