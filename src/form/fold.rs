//! `fold`: one value carried through the elements of a list.
//!
//! The type of the value is the smallest that holds what it starts as and what every step makes of it; see `Lower::settled`.
//! A fold ends with its list, and what it carries is bounded, because a value that doubles with every element would not fit
//! any machine.

use std::borrow::Cow;
use std::cell::OnceCell;

use super::each::{Loop, elements, named_element, named_entry, no_elements};
use super::modifiers::named;
use super::parse::{Parse, Shape};
use super::{FormKind, Position, give};
use crate::data::{Text, Value};
use crate::diag::{Diagnostic, codes};
use crate::engine::yaml::Node;
use crate::program::{Env, Fault, Form, Locals, Lower, Lowered, Named, Op, Origin, Part, Telling};
use crate::source::Span;

/// The most that a fold carries: one for each value in it, and one for each 32 bytes of its text.
const MOST: usize = 1_000_000;
/// How deep lists and maps may lie in one another.
const DEEPEST: usize = 100;

/// The form.
pub(super) const KIND: FormKind = FormKind {
    head: "fold",
    options: &["as", "into", "start", "let", "give"],
    draws: false,
    parse,
    doc: "One value carried through the elements of a list, or the entries of a map (`as: [key, value]`): `into` names it, `start` \
          is what it is before the first element, `give` what each element makes of it. The result is what it is after the last. \
          `let` beside it is evaluated for each element and sees the element and the value so far. It cannot stand where values \
          are drawn.",
    example: "total: {fold: duties, as: d, into: sum, start: 0, give: \"{{ sum + d.hours }}\"}",
    schema: r##"{"fold": {"$ref": "#/$defs/expression"}, "as": {"description": "The name of the element, or two names: of key (or index) and element.", "examples": ["total: {fold: duties, as: d, into: sum, start: 0, give: '{{ sum + d.hours }}'}"], "anyOf": [{"$ref": "#/$defs/name"}, {"type": "array", "items": {"$ref": "#/$defs/name"}, "minItems": 2, "maxItems": 2}]}, "into": {"description": "The name of the value that is carried along.", "examples": ["total: {fold: duties, as: d, into: sum, start: 0, give: '{{ sum + d.hours }}'}"], "$ref": "#/$defs/name"}, "start": {"description": "The value before the first element.", "examples": ["total: {fold: duties, as: d, into: sum, start: 0, give: '{{ sum + d.hours }}'}"], "$ref": "#/$defs/data"}, "let": {"description": "Local names of each element; they see the element and the value so far.", "examples": ["total: {fold: duties, as: d, into: sum, start: 0, let: {hours: '{{ d.hours }}'}, give: '{{ sum + hours }}'}"], "type": "object", "propertyNames": {"$ref": "#/$defs/key"}, "additionalProperties": {"$ref": "#/$defs/form"}}, "give": {"description": "The value after an element.", "examples": ["total: {fold: duties, as: d, into: sum, start: 0, give: '{{ sum + d.hours }}'}"], "$ref": "#/$defs/value"}}"##,
};

fn parse(cx: &mut Parse<'_>, shape: &Shape<'_>) -> Option<Box<dyn Form>> {
    if shape.position == Position::Draw {
        cx.report(
            Diagnostic::error(codes::WRONG_POSITION, shape.head_span, "`fold` computes, and cannot stand where values are drawn")
                .hint("compute it under `derive` and read its name here"),
        );
        return None;
    }
    let around = Loop::parse(cx, shape, "fold", shape.head);
    let into = required(cx, shape, "into", "name what is carried: `into: sum`").map(|node| Some((cx.name(node)?, node.span)));
    let start = required(cx, shape, "start", "say what it is before the first element: `start: 0`");
    let start = start.map(|node| cx.data(node, shape.position));
    let body = required(cx, shape, "give", "say what each element makes of it: `give: \"{{ sum + x }}\"`");
    let body = body.map(|node| give::body(cx, shape, node));
    let lets = shape.option("let").map(|node| named(cx, node, shape.position));
    let (around, (into, into_span)) = (around?, into??);
    if let Some((_, first)) = around.names().iter().find(|(name, _)| *name == into) {
        let message = format!("the name `{into}` is given twice");
        cx.report(Diagnostic::error(codes::NAME_COLLISION, into_span, message).label(*first, "first here"));
        return None;
    }
    Some(Box::new(Fold {
        span: shape.span,
        around,
        into,
        into_span,
        start: start??,
        lets: lets.map_or(Some(Vec::new()), |one| one)?,
        body: body??,
    }))
}

fn required<'n>(cx: &mut Parse<'_>, shape: &Shape<'n>, key: &str, hint: &str) -> Option<&'n Node> {
    let found = shape.option(key);
    if found.is_none() {
        cx.report(Diagnostic::error(codes::MISSING_KEY, shape.span, format!("`fold` without `{key}`")).hint(hint));
    }
    found
}

struct Fold {
    span: Span,
    around: Loop,
    into: Text,
    into_span: Span,
    start: Box<dyn Form>,
    lets: Vec<Named>,
    body: Box<dyn Form>,
}

impl Form for Fold {
    fn span(&self) -> Span {
        self.span
    }

    fn lower(&self, cx: &mut Lower<'_>) -> Lowered {
        let (over, ty, names) = self.around.lower("fold", cx);
        cx.binds_own(&self.into, self.into_span);
        let start = self.start.lower(cx);
        let ((lets, body), carried) = cx.settled(&start.ty, |cx, so_far| {
            let names = names.iter().cloned().chain([(self.into.clone(), so_far.clone())]).collect();
            let parts = cx.bound(names, |cx| cx.lets(&self.lets, self.body.span(), |cx| self.body.lower(cx)));
            let made = parts.1.ty.clone();
            (parts, made)
        });
        for absent in [(&self.start, start.optional), (&self.body, body.optional)].iter().filter(|(_, optional)| *optional) {
            let message = format!("this may be absent, and `{}` needs a value in every step", self.into);
            let diagnostic = Diagnostic::error(codes::NEEDS_WHEN, absent.0.span(), message);
            cx.report(
                diagnostic.hint(format!("say what it is otherwise: `first` with an else that gives `{{{{ {} }}}}`", self.into)),
            );
        }
        let some = ty.list.as_ref().is_some_and(|list| list.min > 0) && ty.is_list();
        let op = FoldOp {
            span: self.span,
            over_span: self.around.span(),
            both: self.around.both(),
            into: self.into.clone(),
            over,
            start: start.op,
            lets,
            body: body.op,
        };
        Lowered::new(op, if some { body.ty } else { carried })
    }

    fn draws(&self) -> bool {
        false
    }
}

struct FoldOp {
    span: Span,
    over_span: Span,
    both: bool,
    into: Text,
    over: Box<dyn Op>,
    start: Box<dyn Op>,
    lets: Vec<Box<dyn Op>>,
    body: Box<dyn Op>,
}

impl Op for FoldOp {
    fn eval<'e>(&'e self, env: &Env<'e>) -> Result<Cow<'e, Value>, Fault> {
        let over = self.over.eval(env)?;
        let mut carried = self.start.eval(env)?.into_owned();
        match &*over {
            Value::List(items) => {
                for (at, item) in (0_i128..).zip(items.iter()) {
                    carried = self.step(named_element(self.both, || Value::Int(at), item), carried, env)?;
                }
            }
            Value::Map(map) => {
                for (key, item) in map.iter() {
                    carried = self.step(named_entry(self.both, key, item), carried, env)?;
                }
            }
            other => return Err(no_elements("fold", other, self.over_span)),
        }
        Ok(Cow::Owned(carried))
    }

    fn tell(&self, env: &Env<'_>, telling: &mut Telling) -> Result<usize, Fault> {
        let value = self.eval(env)?.into_owned();
        let mut origin = telling.argument("fold", &*self.over, env, Origin::new("fold", Some(self.span), value))?;
        let start = self.start.tell(env, telling)?;
        origin.parts.push(Part::argument("start", start));
        let over = origin.parts.first().map_or(start, |part| part.at);
        let whole = self.over.eval(env)?;
        let mut carried = (start, self.start.eval(env)?.into_owned());
        for (names, element) in elements(&whole, self.both) {
            if telling.is_full() {
                return Ok(telling.add(origin));
            }
            let nodes = telling.element(over, &names, &element);
            carried = self.tell_step(names, nodes, carried, env, telling)?;
        }
        Ok(telling.add(origin.part(Part::result("give", carried.0))))
    }
}

impl FoldOp {
    /// Tells what an element makes of what is carried, which is given as its number and its value.
    fn tell_step(
        &self,
        mut names: Vec<Value>,
        mut nodes: Vec<usize>,
        (node, carried): (usize, Value),
        env: &Env<'_>,
        telling: &mut Telling,
    ) -> Result<(usize, Value), Fault> {
        names.push(carried);
        nodes.push(node);
        let level = env.level(Locals::Bound(&names), env.address);
        let bound = env.inside(&level);
        let cells: Vec<OnceCell<Value>> = self.lets.iter().map(|_| OnceCell::new()).collect();
        let level = bound.level(Locals::Lazy(&self.lets, &cells), env.address);
        let inside = bound.inside(&level);
        let node =
            telling.bound(nodes, None, |telling| telling.lazy(self.lets.len(), |telling| self.body.tell(&inside, telling)))?;
        let value = telling.value(node);
        Ok((node, value))
    }

    fn step(&self, mut names: Vec<Value>, carried: Value, env: &Env<'_>) -> Result<Value, Fault> {
        names.push(carried);
        let level = env.level(Locals::Bound(&names), env.address);
        let bound = env.inside(&level);
        let cells: Vec<OnceCell<Value>> = self.lets.iter().map(|_| OnceCell::new()).collect();
        let level = bound.level(Locals::Lazy(&self.lets, &cells), env.address);
        let value = self.body.eval(&bound.inside(&level))?.into_owned();
        let grown = |what: String| {
            let message = format!("`{}` {what}", self.into);
            let diagnostic = Diagnostic::error(codes::FOLD_GROWS, self.span, message);
            Err(diagnostic.hint("carry only what later elements need").into())
        };
        match weight(&value, DEEPEST, MOST) {
            Weight::Fits(_) => Ok(value),
            Weight::TooMuch => grown(format!("grows beyond {MOST} values")),
            Weight::TooDeep => grown(format!("grows to more than {DEEPEST} lists and maps in one another")),
        }
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Weight {
    /// So much is left of the bound.
    Fits(usize),
    TooMuch,
    TooDeep,
}

/// What is left of a bound once a value is counted; ends where the bound is reached.
fn weight(value: &Value, levels: usize, left: usize) -> Weight {
    let own = 1 + value.as_text().map_or(0, |text| text.len() / 32);
    let Some(left) = left.checked_sub(own) else { return Weight::TooMuch };
    let below = |mut items: &mut dyn Iterator<Item = &Value>| {
        let Some(levels) = levels.checked_sub(1) else { return Weight::TooDeep };
        let counted = (&mut items).try_fold(left, |left, item| match weight(item, levels, left) {
            Weight::Fits(left) => Ok(left),
            other => Err(other),
        });
        counted.map_or_else(|stopped| stopped, Weight::Fits)
    };
    match value {
        Value::List(items) => below(&mut items.iter()),
        Value::Map(map) => below(&mut map.iter().map(|(_, item)| item)),
        _ => Weight::Fits(left),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shared_is_counted_each_time() {
        let pair = Value::list([Value::Int(1), Value::Int(2)]);
        let shared = Value::list([pair.clone(), pair]);
        assert_eq!(weight(&shared, 2, 7), Weight::Fits(0));
        assert_eq!(weight(&shared, 2, 6), Weight::TooMuch);
        assert_eq!(weight(&shared, 1, 7), Weight::TooDeep);
        assert_eq!(weight(&Value::text("x".repeat(64)), 0, 3), Weight::Fits(0));
    }
}
