//! The rules of a module that are wanted, with the types of their values.

use crate::data::{Text, Type, Value, Words};
use crate::diag::{Diagnostic, codes, quoted_list};
use crate::engine::yaml::{Entry, Node, NodeKind, Scalar};
use crate::form::parse::{Parse, bad_name, is_name};
use crate::program::{ExprText, Lower};
use crate::source::Span;

/// The words for types.
const WORDS: &[&str] = &["any", "text", "int", "number", "bool", "list", "map"];
/// How a list of known words is written, before the name that has them.
const LIST_OF: &str = "list of ";

/// A result and what its value may be.
pub(super) struct ResultType {
    pub(super) name: Text,
    /// Where the name is written.
    pub(super) span: Span,
    of: Of,
    /// What it is where a module does not define it.
    pub(super) default: Option<Value>,
}

enum Of {
    /// A type that is known at once.
    Known(Type),
    /// A list of the keys or elements of something.
    ListOf(ExprText),
}

/// Reads `results`.
pub(super) fn parse(cx: &mut Parse<'_>, node: &Node) -> Option<Vec<ResultType>> {
    let NodeKind::Map(entries) = &node.kind else {
        cx.expected(node, "a map of rules with the types of their values");
        return None;
    };
    if entries.is_empty() {
        cx.report(Diagnostic::error(codes::EMPTY_CHOICE, node.span, "no rule is wanted"));
    }
    let results: Vec<_> = entries.iter().map(|entry| result(cx, entry)).collect();
    results.into_iter().collect::<Option<Vec<_>>>().filter(|list| !list.is_empty())
}

fn result(cx: &mut Parse<'_>, entry: &Entry) -> Option<ResultType> {
    let (name, span) = (entry.key.text.clone(), entry.key_span);
    if !is_name(&name) || name == "tests" {
        cx.report(if name == "tests" {
            Diagnostic::error(codes::NAME_COLLISION, span, "the tests of a policy are `tests`: no rule can be")
                .hint("rename the rule")
        } else {
            bad_name(&name, span)
        });
        return None;
    }
    let (node, default) = match &entry.value.kind {
        NodeKind::Map(keys) => defaulted(cx, &entry.value, keys)?,
        _ => (&entry.value, None),
    };
    let of = match &node.kind {
        NodeKind::List(words) if !words.is_empty() && !words.iter().any(Node::is_collection) => {
            Of::Known(Type::join_all(words.iter().map(|word| Type::of(&word.value()))))
        }
        NodeKind::Text(scalar) => word(cx, node, scalar)?,
        _ => {
            unknown(cx, node, node.kind_word());
            return None;
        }
    };
    Some(ResultType { name, span, of, default })
}

/// `{type: …, default: …}`: the type, and the value where a module does not define the rule.
fn defaulted<'n>(cx: &mut Parse<'_>, node: &'n Node, keys: &'n [Entry]) -> Option<(&'n Node, Option<Value>)> {
    let known = ["type", "default"];
    for entry in keys.iter().filter(|entry| !known.contains(&entry.key.text.as_str())) {
        let message = format!("a result does not take `{}`", entry.key.text);
        let diagnostic = Diagnostic::error(codes::UNKNOWN_KEY, entry.key_span, message);
        cx.report(diagnostic.suggest(&entry.key.text, known.iter().copied()).hint("it takes `type` and `default`"));
    }
    let (of, default) = (node.get("type"), node.get("default"));
    if of.is_none() || default.is_none() {
        let diagnostic =
            Diagnostic::error(codes::MISSING_KEY, node.span, "a result with a default has both `type` and `default`");
        cx.report(diagnostic.hint("write the type alone where every module defines the rule"));
    }
    Some((of?, Some(default?.value())))
}

fn word(cx: &mut Parse<'_>, node: &Node, scalar: &Scalar) -> Option<Of> {
    if scalar.text.starts_with(LIST_OF) {
        return Some(Of::ListOf(ExprText::after(scalar, LIST_OF.len())));
    }
    Some(Of::Known(match scalar.text.as_str() {
        "any" => Type::any(),
        "text" => Type::any_text(),
        "int" => Type::int(),
        "number" => Type::number(),
        "bool" => Type::bool(),
        "list" => Type::list_of(Type::any()),
        "map" => Type::map_to(Type::any()),
        other => {
            unknown(cx, node, &format!("`{other}`"));
            return None;
        }
    }))
}

fn unknown(cx: &mut Parse<'_>, node: &Node, found: &str) {
    let diagnostic =
        Diagnostic::error(codes::WRONG_TYPE, node.span, format!("expected the type of a rule's value, found {found}"));
    let written = node.as_text().unwrap_or_default();
    let hint = format!("it is {}, a list of the values that may occur, or `list of name`", quoted_list(WORDS.iter().copied()));
    cx.report(diagnostic.suggest(written, WORDS.iter().copied()).hint(hint));
}

impl ResultType {
    /// The type of its value.
    pub(super) fn lower(&self, cx: &mut Lower<'_>) -> Type {
        let of = match &self.of {
            Of::Known(ty) => return ty.clone(),
            Of::ListOf(of) => of,
        };
        let (_, ty, _) = of.lower(cx);
        if ty.is_any() || ty.is_never() {
            return Type::list_of(Type::any());
        }
        let words = match &ty.map {
            Some(map) if ty.is_map() => map.rest.is_none().then(|| Type::words(map.known.keys().cloned())),
            _ => ty.is_list().then(|| ty.item()),
        };
        if words.is_none() {
            let message = format!("expected a map with known keys, or a list, found {}", ty.describe());
            cx.report(Diagnostic::error(codes::TYPE_MISMATCH, of.span(), message));
        }
        Type::list_of(words.unwrap_or_else(Type::any))
    }
}

/// Whether a value is of a type: of its kinds, and among its words. It makes no types: it is asked for every element.
pub(super) fn fits(value: &Value, ty: &Type) -> bool {
    match value {
        Value::Undefined => false,
        Value::Null => ty.null,
        Value::Bool(truth) => {
            if *truth {
                ty.yes
            } else {
                ty.no
            }
        }
        Value::Int(number) => ty.float || ty.int.is_some_and(|range| (range.min..=range.max).contains(number)),
        Value::Float(_) => ty.float,
        Value::Text(text) => match &ty.text {
            Some(Words::Known(words)) => words.contains(text),
            other => other.is_some(),
        },
        Value::List(items) => ty.is_any() || ty.list.as_ref().is_some_and(|list| items.iter().all(|item| fits(item, &list.item))),
        Value::Map(_) => ty.map.is_some(),
    }
}
