//! The tests of a policy: cases made from its input.
//!
//! A test is a form of its own that gives a map of what it changes; `each` beside it gives a list of such maps.

use std::borrow::Cow;
use std::sync::Arc;

use crate::data::{Map, Text, Type, Value};
use crate::diag::{Diagnostic, codes};
use crate::engine::yaml::{Entry, Node, NodeKind};
use crate::form::FormKind;
use crate::form::Position;
use crate::form::parse::{Parse, Shape};
use crate::program::{Env, Fault, Form, Lower, Lowered, Op, Origin, Telling, TemplateText};
use crate::source::Span;

/// A test, as a form beside which modifiers stand. Its head is its name.
const KIND: FormKind = FormKind {
    head: "name",
    options: &["on", "set", "drop", "want"],
    draws: false,
    parse: test,
    doc: "A case of a policy.",
    example: "",
    schema: "{}",
};

/// One row of `tests`.
pub(super) struct Test {
    pub(super) span: Span,
    pub(super) form: Box<dyn Form>,
}

/// Reads `tests`; `results` are the rules that `want` may name.
pub(super) fn parse(cx: &mut Parse<'_>, node: &Node, results: &[Text]) -> Option<Vec<Test>> {
    let NodeKind::List(rows) = &node.kind else {
        cx.expected(node, "a list of tests");
        return None;
    };
    if rows.is_empty() {
        cx.report(Diagnostic::error(codes::EMPTY_CHOICE, node.span, "there are no tests"));
        return None;
    }
    let read = |row: &Node| {
        let form = cx.row_of(row, &KIND);
        let known = row.get("want").is_none_or(|want| wanted(cx, want, results));
        known.then_some(Test { span: row.span, form: form? })
    };
    rows.iter().map(read).collect::<Vec<_>>().into_iter().collect()
}

/// Whether all that is wanted is a result.
fn wanted(cx: &mut Parse<'_>, node: &Node, results: &[Text]) -> bool {
    let NodeKind::Map(entries) = &node.kind else { return true };
    let unknown: Vec<&Entry> = entries.iter().filter(|entry| !results.contains(&entry.key.text)).collect();
    for entry in &unknown {
        let message = format!("`{}` is no result of this policy", entry.key.text);
        let diagnostic = Diagnostic::error(codes::UNKNOWN_KEY, entry.key_span, message);
        cx.report(
            diagnostic.suggest(&entry.key.text, results.iter().map(Text::as_str)).hint("`want` names the rules of `results`"),
        );
    }
    unknown.is_empty()
}

fn test(cx: &mut Parse<'_>, shape: &Shape<'_>) -> Option<Box<dyn Form>> {
    let name = match shape.head.scalar() {
        Some(scalar) => Some(TemplateText::new(&scalar)),
        None => {
            cx.expected(shape.head, "the name of a test");
            None
        }
    };
    let on = shape.option("on").map(|node| cx.data(node, Position::Pure));
    let drop = shape.option("drop").map(|node| cx.data(node, Position::Pure));
    let set = shape.option("set").map(|node| changes(cx, node));
    let want = shape.option("want").map(|node| match &node.kind {
        NodeKind::Map(_) => cx.data(node, Position::Pure),
        _ => {
            cx.expected(node, "a map of results, such as `{allow: false}`");
            None
        }
    });
    Some(Box::new(Changes {
        span: shape.span,
        name: name?,
        on: flat(on)?,
        set: flat(set)?,
        drop: flat(drop)?,
        want: flat(want)?,
    }))
}

/// `None` where something that is there did not read.
#[expect(clippy::option_option, reason = "not there, there, or there and refused")]
fn flat<T>(read: Option<Option<T>>) -> Option<Option<T>> {
    read.map_or(Some(None), |one| one.map(Some))
}

/// Values at paths, as `set` takes them.
enum Set {
    /// Paths written out, each a template.
    Paths(Vec<(TemplateText, Box<dyn Form>)>),
    /// An expression that gives a map from paths to values.
    Map(Box<dyn Form>),
}

fn changes(cx: &mut Parse<'_>, node: &Node) -> Option<Set> {
    let NodeKind::Map(entries) = &node.kind else { return cx.data(node, Position::Pure).map(Set::Map) };
    let read = |entry: &Entry| Some((TemplateText::new(&entry.key), cx.data(&entry.value, Position::Pure)?));
    let paths = entries.iter().map(read).collect::<Vec<_>>();
    Some(Set::Paths(paths.into_iter().collect::<Option<_>>()?))
}

/// What a test changes.
struct Changes {
    span: Span,
    name: TemplateText,
    on: Option<Box<dyn Form>>,
    set: Option<Set>,
    drop: Option<Box<dyn Form>>,
    want: Option<Box<dyn Form>>,
}

impl Form for Changes {
    fn span(&self) -> Span {
        self.span
    }

    fn lower(&self, cx: &mut Lower<'_>) -> Lowered {
        let name = self.name.lower(cx, true).op;
        let set = match &self.set {
            Some(Set::Paths(paths)) => paths.iter().map(|(path, value)| (path.lower(cx, true).op, value.lower(cx).op)).collect(),
            _ => Vec::new(),
        };
        let mut part = |form: Option<&Box<dyn Form>>, what: &str, fits: fn(&Type) -> bool| {
            let form = form?;
            let lowered = form.lower(cx);
            if !lowered.ty.is_any() && !lowered.ty.is_never() && !fits(&lowered.ty) {
                let message = format!("expected {what}, found {}", lowered.ty.describe());
                cx.report(Diagnostic::error(codes::TYPE_MISMATCH, form.span(), message));
            }
            Some(lowered.op)
        };
        let on = part(self.on.as_ref(), "a map for the input of a test", Type::is_map);
        let drop = part(self.drop.as_ref(), "a list of paths", Type::is_list);
        let want = part(self.want.as_ref(), "a map of results", Type::is_map);
        let map = if let Some(Set::Map(form)) = &self.set { Some(form) } else { None };
        let set_map = part(map, "a map of paths with their values", Type::is_map);
        Lowered::new(ChangesOp { name, on, set, set_map, drop, want }, Type::map_to(Type::any()))
    }

    fn draws(&self) -> bool {
        false
    }
}

struct ChangesOp {
    name: Box<dyn Op>,
    on: Option<Box<dyn Op>>,
    set: Vec<(Box<dyn Op>, Box<dyn Op>)>,
    set_map: Option<Box<dyn Op>>,
    drop: Option<Box<dyn Op>>,
    want: Option<Box<dyn Op>>,
}

impl Op for ChangesOp {
    fn eval<'e>(&'e self, env: &Env<'e>) -> Result<Cow<'e, Value>, Fault> {
        let mut map = Map::with_capacity(5);
        map.push_new(Text::from("name"), self.name.eval(env)?.into_owned());
        for (key, op) in [("on", &self.on), ("drop", &self.drop), ("want", &self.want)] {
            if let Some(op) = op {
                map.push_new(Text::from(key), op.eval(env)?.into_owned());
            }
        }
        let mut set = Vec::with_capacity(self.set.len());
        for (path, value) in &self.set {
            set.push(Value::list([path.eval(env)?.into_owned(), value.eval(env)?.into_owned()]));
        }
        if let Some(op) = &self.set_map {
            let paths = op.eval(env)?;
            let pairs = paths.as_map().into_iter().flat_map(Map::iter);
            set.extend(pairs.map(|(path, value)| Value::list([Value::Text(path.clone()), value.clone()])));
        }
        map.push_new(Text::from("set"), Value::list(set));
        Ok(Cow::Owned(Value::Map(Arc::new(map))))
    }

    fn tell(&self, env: &Env<'_>, telling: &mut Telling) -> Result<usize, Fault> {
        Ok(telling.add(Origin::new("tests", None, self.eval(env)?.into_owned())))
    }
}

/// A case that is ready to be evaluated.
pub(super) struct Case<'v> {
    pub(super) name: Text,
    pub(super) input: Value,
    pub(super) want: Option<&'v Map>,
}

/// Makes the cases of a row, which is absent, one map, or a list of maps, from the input of the policy.
pub(super) fn cases<'v>(
    row: &'v Value,
    input: &Value,
    span: Span,
    visit: &mut dyn FnMut(Case<'v>) -> Result<(), Fault>,
) -> Result<(), Fault> {
    match row {
        Value::List(rows) => rows.iter().try_for_each(|one| cases(one, input, span, visit)),
        Value::Map(changes) => visit(case(changes, input, span)?),
        _ => Ok(()),
    }
}

fn case<'v>(changes: &'v Map, input: &Value, span: Span) -> Result<Case<'v>, Fault> {
    let name = changes.get("name").and_then(Value::as_text).map(Text::from).unwrap_or_default();
    let mut changed = changes.get("on").unwrap_or(input).clone();
    for pair in changes.get("set").and_then(Value::as_list).into_iter().flatten() {
        if let Some([path, value]) = pair.as_list()
            && let Some(path) = path.as_text()
        {
            changed = changed.with(path, value.clone());
        }
    }
    for path in changes.get("drop").and_then(Value::as_list).into_iter().flatten() {
        let dropped = path.as_text().and_then(|path| changed.without(path));
        let Some(dropped) = dropped else {
            let message = format!("the test `{name}` drops {}, which its input does not have", crate::json::shown(Some(path)));
            return Err(Box::new(Diagnostic::error(codes::POLICY_TEST, span, message)));
        };
        changed = dropped;
    }
    Ok(Case { name, input: changed, want: changes.get("want").and_then(Value::as_map) })
}
