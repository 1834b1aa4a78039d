//! `given`: one of several cases, by the value of an expression.

use std::borrow::Cow;

use super::parse::{Parse, Shape};
use super::{FormKind, cases};
use crate::data::{Text, Type, Value};
use crate::diag::{Diagnostic, codes, quoted_list};
use crate::engine::yaml::{Entry, Node, NodeKind};
use crate::program::{Answer, Env, ExprText, Fault, Form, Lower, Lowered, Op, Origin, Part, Telling};
use crate::source::Span;

/// More whole numbers than this are not counted through to see whether cases exhaust them.
const MOST_NUMBERS: i128 = 256;

/// The form.
pub(super) const KIND: FormKind = FormKind {
    head: "given",
    options: &["cases", "column", "else"],
    draws: false,
    parse,
    doc: "One of several cases, chosen by the value of an expression. `else` is needed unless the cases exhaust what can occur, \
          and refused where they do; a case that cannot occur is an error. `cases: table, column: name` takes the rows of a fact \
          table as cases: the key of a row is the case, its cell in that column the body.",
    example: "risk: {given: affected, cases: {none: low, internal: low, personal: high}, else: highest}",
    schema: r##"{"given": {"$ref": "#/$defs/expression"}, "cases": {"description": "What holds for each value, by the value; or the name of a table, with `column`.", "examples": ["risk: {given: affected, cases: {none: low}, else: high}"], "anyOf": [{"type": "object", "additionalProperties": {"$ref": "#/$defs/body"}}, {"type": "string"}]}, "column": {"description": "The column of the table whose cells are the cases.", "examples": ["late: {given: rule, cases: rules, column: finding}"], "$ref": "#/$defs/name"}, "else": {"description": "What holds where no case fits.", "examples": ["risk: {given: affected, cases: {none: low}, else: high}"], "$ref": "#/$defs/body"}}"##,
};

fn parse(cx: &mut Parse<'_>, shape: &Shape<'_>) -> Option<Box<dyn Form>> {
    let of = cx.expression(shape.head);
    let otherwise = shape.option("else").map(|node| Some((node.span, body(cx, shape, node)?)));
    let otherwise = otherwise.map_or(Some(None), |read| read.map(Some)).map(Otherwise);
    let Some(node) = shape.option("cases") else {
        cx.report(Diagnostic::error(codes::MISSING_KEY, shape.span, "`given` without `cases`"));
        return None;
    };
    match &node.kind {
        NodeKind::Text(table) => cases::parse(cx, shape, of, (node, table), otherwise),
        NodeKind::Map(entries) => {
            if let Some(column) = shape.entry("column") {
                let message = "`column` chooses from a table, and these cases are written out";
                cx.report(
                    Diagnostic::error(codes::FOREIGN_KEY, column.key_span, message).hint("leave it out, or write `cases: table`"),
                );
            }
            let cases: Vec<_> = entries.iter().map(|entry| case(cx, shape, entry)).collect();
            let cases = cases.into_iter().collect::<Option<Vec<_>>>()?;
            Some(Box::new(Given { span: shape.span, of: of?, cases, otherwise: otherwise? }))
        }
        _ => {
            cx.expected(node, "a map of cases, or the name of a table");
            None
        }
    }
}

fn body(cx: &mut Parse<'_>, shape: &Shape<'_>, node: &Node) -> Option<Box<dyn Form>> {
    if shape.dollar { cx.data(node, shape.position) } else { cx.form(node, shape.position) }
}

fn case(cx: &mut Parse<'_>, shape: &Shape<'_>, entry: &Entry) -> Option<Case> {
    let body = body(cx, shape, &entry.value)?;
    Some(Case { span: entry.key_span, value: entry.key_value.clone(), shown: entry.key.text.clone(), body })
}

struct Case {
    span: Span,
    value: Value,
    /// The value as it is written.
    shown: Text,
    body: Box<dyn Form>,
}

struct Given {
    span: Span,
    of: ExprText,
    cases: Vec<Case>,
    otherwise: Otherwise,
}

/// What holds where no case fits.
pub(super) struct Otherwise(Option<(Span, Box<dyn Form>)>);

impl Form for Given {
    fn span(&self) -> Span {
        self.span
    }

    fn lower(&self, cx: &mut Lower<'_>) -> Lowered {
        let (given, ty, _) = self.of.lower(cx);
        let by_scenario = self.of.text().trim() == "scenario";
        let mut result = Type::never();
        let mut optional = false;
        let mut cases = Vec::with_capacity(self.cases.len());
        for case in &self.cases {
            self.reachable(case, &ty, cx);
            cx.case(&self.of, case.span, &case.value, &case.shown);
            let outside = cx.assumed();
            cx.assume(&self.of, Answer::Equal(case.value.clone()));
            let lowered = match &case.value {
                Value::Text(name) if by_scenario => cx.only_in(name, |cx| case.body.lower(cx)),
                _ => case.body.lower(cx),
            };
            cx.forget(outside);
            optional |= lowered.optional;
            result = result.join(&lowered.ty);
            cases.push((case.value.clone(), lowered.op));
        }
        let covered = |value: &Value| self.cases.iter().any(|case| case.value.equals(value));
        let otherwise = self.otherwise.lower(open_values(&ty, &covered), (self.span, "cases"), cx).map(|lowered| {
            optional |= lowered.optional;
            result = std::mem::take(&mut result).join(&lowered.ty);
            lowered.op
        });
        let places = self.cases.iter().map(|case| case.span).collect();
        Lowered { op: Box::new(GivenOp { span: self.span, of: given, cases, places, otherwise }), ty: result, optional }
    }

    fn draws(&self) -> bool {
        self.cases.iter().any(|case| case.body.draws()) || self.otherwise.0.as_ref().is_some_and(|(_, form)| form.draws())
    }
}

/// What the cases leave open.
pub(super) enum Open {
    /// Nothing.
    None,
    /// These values.
    Some(Vec<Text>),
    /// What cannot be counted.
    Unknown,
}

impl Otherwise {
    /// Whether there is one.
    pub(super) fn is_there(&self) -> bool {
        self.0.is_some()
    }

    /// Lowers it; it is needed where something is left open, and refused where nothing is. The place of the whole form and the
    /// word for its cases go into the messages.
    pub(super) fn lower(&self, open: Open, (whole, what): (Span, &str), cx: &mut Lower<'_>) -> Option<Lowered> {
        match (&self.0, open) {
            (Some((_, form)), Open::Some(_) | Open::Unknown) => return Some(form.lower(cx)),
            (Some((span, _)), Open::None) => {
                let message = format!("this `else` is never reached: the {what} exhaust what can occur");
                cx.report(Diagnostic::error(codes::NEEDLESS_ELSE, *span, message).hint("leave it out"));
            }
            (None, Open::None) => {}
            (None, open) => {
                let hint = match &open {
                    Open::Some(words) => format!("no case for {}", quoted_list(words.iter().map(Text::as_str))),
                    _ => "the value can be anything: add an `else`".to_owned(),
                };
                let message = format!("these {what} do not exhaust what can occur, and there is no `else`");
                cx.report(Diagnostic::error(codes::MISSING_ELSE, whole, message).hint(hint));
            }
        }
        None
    }
}

impl Given {
    fn reachable(&self, case: &Case, ty: &Type, cx: &mut Lower<'_>) {
        if ty.is_any() || ty.is_never() || ty.can_equal(&Type::of(&case.value)) {
            return;
        }
        let message = format!("the case `{}` cannot occur", case.shown);
        let mut diagnostic = Diagnostic::error(codes::UNREACHABLE, case.span, message);
        if let (Some(vocabulary), Value::Text(text)) = (ty.vocabulary(), &case.value) {
            let words = || vocabulary.iter().map(Text::as_str);
            diagnostic = diagnostic.suggest(text, words()).hint(format!("what occurs is {}", quoted_list(words())));
        }
        cx.report(diagnostic.label(self.of.span(), "by this value"));
    }
}

/// The values of a type that no case covers.
pub(super) fn open_values(ty: &Type, covered: &dyn Fn(&Value) -> bool) -> Open {
    if ty.is_any() || ty.is_never() || ty.float || ty.list.is_some() || ty.map.is_some() {
        return Open::Unknown;
    }
    let mut open = Vec::new();
    let mut check = |value: Value, shown: &str| {
        if !covered(&value) {
            open.push(Text::from(shown));
        }
    };
    if ty.null {
        check(Value::Null, "null");
    }
    if ty.yes {
        check(Value::Bool(true), "true");
    }
    if ty.no {
        check(Value::Bool(false), "false");
    }
    if let Some(range) = ty.int {
        if range.max.saturating_sub(range.min) > MOST_NUMBERS {
            return Open::Unknown;
        }
        for number in range.min..=range.max {
            check(Value::Int(number), &number.to_string());
        }
    }
    if ty.text.is_some() {
        let Some(words) = ty.vocabulary() else { return Open::Unknown };
        for word in words {
            check(Value::Text(word.clone()), word);
        }
    }
    if open.is_empty() { Open::None } else { Open::Some(open) }
}

struct GivenOp {
    span: Span,
    of: Box<dyn Op>,
    cases: Vec<(Value, Box<dyn Op>)>,
    /// Where each case is written.
    places: Vec<Span>,
    otherwise: Option<Box<dyn Op>>,
}

impl Op for GivenOp {
    fn eval<'e>(&'e self, env: &Env<'e>) -> Result<Cow<'e, Value>, Fault> {
        let value = self.of.eval(env)?;
        let case = self.cases.iter().find(|(one, _)| one.equals(&value)).map(|(_, op)| op);
        match case.or(self.otherwise.as_ref()) {
            Some(op) => op.eval(env),
            None => Err(Box::new(Diagnostic::error(codes::MISSING_ELSE, self.span, "no case fits, and there is no `else`"))),
        }
    }

    fn tell(&self, env: &Env<'_>, telling: &mut Telling) -> Result<usize, Fault> {
        let value = self.of.eval(env)?.into_owned();
        let origin = Origin::new("given", Some(self.span), self.eval(env)?.into_owned());
        let origin = telling.argument("given", &*self.of, env, origin)?;
        let of = self.cases.len() + usize::from(self.otherwise.is_some());
        let found = self.cases.iter().position(|(one, _)| one.equals(&value));
        let chosen = match found {
            Some(at) => self.cases.get(at).map(|(case, op)| (at + 1, self.places.get(at).copied(), "case", case.clone(), op)),
            None => self.otherwise.as_ref().map(|op| (of, None, "else", value, op)),
        };
        let Some((number, place, key, case, op)) = chosen else { return Ok(telling.add(origin)) };
        let node = op.tell(env, telling)?;
        let origin = origin.chosen(number, of, place).detail(key, case).part(Part::result(key, node).of_row(number));
        Ok(telling.add(origin))
    }
}
