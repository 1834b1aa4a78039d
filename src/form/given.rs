//! `given`: one of several cases, by the value of an expression.

use std::borrow::Cow;

use super::FormKind;
use super::parse::{Parse, Shape};
use crate::data::{Text, Type, Value};
use crate::diag::{Diagnostic, codes, quoted_list};
use crate::engine::yaml::NodeKind;
use crate::program::{Answer, Env, ExprText, Fault, Form, Lower, Lowered, Op};
use crate::source::Span;

/// More whole numbers than this are not counted through to see whether cases exhaust them.
const MOST_NUMBERS: i128 = 256;

/// The form.
pub(super) const KIND: FormKind = FormKind {
    head: "given",
    options: &["cases", "else"],
    draws: false,
    parse,
    doc: "One of several cases, chosen by the value of an expression. `else` is needed unless the cases exhaust what can occur, \
          and refused where they do; a case that cannot occur is an error.",
    example: "risk: {given: affected, cases: {none: low, internal: low, personal: high}, else: highest}",
    schema: r##"{"given": {"$ref": "#/$defs/expression"}, "cases": {"type": "object", "additionalProperties": {"$ref": "#/$defs/body"}}, "else": {"$ref": "#/$defs/body"}}"##,
};

fn parse(cx: &mut Parse<'_>, shape: &Shape<'_>) -> Option<Box<dyn Form>> {
    let given = cx.expression(shape.head);
    let body = |cx: &mut Parse<'_>, node| {
        if shape.dollar { cx.data(node, shape.position) } else { cx.form(node, shape.position) }
    };
    let otherwise = shape.option("else").map(|node| (node.span, body(cx, node)));
    let cases = match shape.option("cases") {
        None => {
            cx.report(Diagnostic::error(codes::MISSING_KEY, shape.span, "`given` without `cases`"));
            None
        }
        Some(node) => match &node.kind {
            NodeKind::Map(entries) => {
                let read: Vec<_> = entries
                    .iter()
                    .map(|entry| {
                        let form = body(cx, &entry.value)?;
                        Some(Case {
                            span: entry.key_span,
                            value: entry.key_value.clone(),
                            shown: entry.key.text.clone(),
                            body: form,
                        })
                    })
                    .collect();
                read.into_iter().collect::<Option<Vec<_>>>()
            }
            _ => {
                cx.expected(node, "a map of cases");
                None
            }
        },
    };
    let otherwise = match otherwise {
        Some((span, form)) => Some((span, form?)),
        None => None,
    };
    Some(Box::new(Given { span: shape.span, of: given?, cases: cases?, otherwise }))
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
    otherwise: Option<(Span, Box<dyn Form>)>,
}

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
        let open = self.open_values(&ty);
        let otherwise = match (&self.otherwise, open) {
            (Some((_, form)), Open::Some(_) | Open::Unknown) => {
                let lowered = form.lower(cx);
                optional |= lowered.optional;
                result = result.join(&lowered.ty);
                Some(lowered.op)
            }
            (Some((span, _)), Open::None) => {
                let message = "this `else` is never reached: the cases exhaust what can occur";
                cx.report(Diagnostic::error(codes::NEEDLESS_ELSE, *span, message).hint("leave it out"));
                None
            }
            (None, Open::None) => None,
            (None, open) => {
                let hint = match &open {
                    Open::Some(words) => format!("no case for {}", quoted_list(words.iter().map(Text::as_str))),
                    _ => "the value can be anything: add an `else`".to_owned(),
                };
                let message = "these cases do not exhaust what can occur, and there is no `else`";
                cx.report(Diagnostic::error(codes::MISSING_ELSE, self.span, message).hint(hint));
                None
            }
        };
        Lowered { op: Box::new(GivenOp { span: self.span, of: given, cases, otherwise }), ty: result, optional }
    }

    fn draws(&self) -> bool {
        self.cases.iter().any(|case| case.body.draws()) || self.otherwise.as_ref().is_some_and(|(_, form)| form.draws())
    }
}

/// What the cases leave open.
enum Open {
    None,
    Some(Vec<Text>),
    Unknown,
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

    fn open_values(&self, ty: &Type) -> Open {
        let covered = |value: &Value| self.cases.iter().any(|case| case.value.equals(value));
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
}

struct GivenOp {
    span: Span,
    of: Box<dyn Op>,
    cases: Vec<(Value, Box<dyn Op>)>,
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
}
