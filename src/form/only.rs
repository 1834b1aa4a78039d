//! `only`: the one row that applies.

use std::borrow::Cow;

use super::FormKind;
use super::first::{Row, rows, tell_condition};
use super::parse::{Parse, Shape};
use crate::data::{Type, Value};
use crate::diag::{Diagnostic, codes};
use crate::program::{Env, ExprText, Fault, Form, Lower, Lowered, Op, Origin, Part, Telling};
use crate::source::Span;

/// The form.
pub(super) const KIND: FormKind = FormKind {
    head: "only",
    options: &[],
    draws: false,
    parse,
    doc: "Rows of `when` and a form, of which at most one may apply to a record: two that do are an error, in whatever order they \
          stand. The last row may go without `when`: it is the else. Where there is none, one row must apply.",
    example: "size: {only: [{when: people < 100, give: small}, {when: people >= 100, give: large}]}",
    schema: r##"{"only": {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/body"}}}"##,
};

fn parse(cx: &mut Parse<'_>, shape: &Shape<'_>) -> Option<Box<dyn Form>> {
    let rows = rows(cx, shape)?;
    let others = rows.split_last().map_or(&[][..], |(_, others)| others);
    for row in others.iter().filter(|row| row.when.is_none()) {
        cx.report(
            Diagnostic::error(codes::MISSING_KEY, row.span, "a row of `only` without `when` that is not the last one")
                .hint("the last row may go without `when`: it applies where no other does"),
        );
    }
    others.iter().all(|row| row.when.is_some()).then(|| Box::new(Only { span: shape.span, rows }) as Box<dyn Form>)
}

struct Only {
    span: Span,
    rows: Vec<Row>,
}

impl Form for Only {
    fn span(&self) -> Span {
        self.span
    }

    fn lower(&self, cx: &mut Lower<'_>) -> Lowered {
        let mut ty = Type::never();
        let mut optional = false;
        let mut asked: Vec<Asked<'_>> = Vec::with_capacity(self.rows.len());
        let mut op = OnlyOp { span: self.span, rows: Vec::with_capacity(self.rows.len()), otherwise: None };
        for row in &self.rows {
            let lowered = row.lower(cx);
            ty = ty.join(&lowered.body.ty);
            optional |= lowered.body.optional;
            match (&row.when, lowered.when) {
                (Some(text), Some(when)) => {
                    let this = Asked { text, always: !lowered.truths.1, ever: lowered.truths.0 };
                    if let Some(other) = asked.iter().find(|other| other.overlaps(&this)) {
                        let message = "this row of `only` applies beside another one";
                        cx.report(
                            Diagnostic::error(codes::ROWS_OVERLAP, text.span(), message)
                                .label(other.text.span(), "wherever one of them does, so does the other")
                                .hint("at most one row may apply; `first` takes the first of several"),
                        );
                    }
                    asked.push(this);
                    op.rows.push(RowOp { span: text.span(), when, body: lowered.body.op });
                }
                _ => {
                    if let Some(other) = asked.iter().find(|other| other.always) {
                        let diagnostic = Diagnostic::error(codes::UNREACHABLE, row.span, "this row is never reached");
                        cx.report(diagnostic.label(other.text.span(), "this row always applies"));
                    }
                    op.otherwise = Some(lowered.body.op);
                }
            }
        }
        Lowered { op: Box::new(op), ty, optional }
    }

    fn draws(&self) -> bool {
        self.rows.iter().any(|row| row.body.draws())
    }
}

/// A condition, as far as it can be seen before any record.
struct Asked<'r> {
    text: &'r ExprText,
    always: bool,
    ever: bool,
}

impl Asked<'_> {
    /// Whether both are sure to hold for one record, if one of them ever does.
    fn overlaps(&self, other: &Self) -> bool {
        let same = || self.text.text().split_whitespace().eq(other.text.text().split_whitespace());
        self.ever && other.ever && (self.always || other.always || same())
    }
}

struct RowOp {
    span: Span,
    when: Box<dyn Op>,
    body: Box<dyn Op>,
}

struct OnlyOp {
    span: Span,
    rows: Vec<RowOp>,
    otherwise: Option<Box<dyn Op>>,
}

impl Op for OnlyOp {
    fn eval<'e>(&'e self, env: &Env<'e>) -> Result<Cow<'e, Value>, Fault> {
        let mut found: Option<(usize, &RowOp)> = None;
        for (number, row) in (1..).zip(&self.rows) {
            if !row.when.truth(env)? {
                continue;
            }
            if let Some((first, other)) = found {
                let message = format!("the rows {first} and {number} of `only` both apply");
                let diagnostic = Diagnostic::error(codes::ROWS_OVERLAP, row.span, message).label(other.span, "this one, too");
                return Err(Box::new(diagnostic.hint("at most one row may apply; `first` takes the first of several")));
            }
            found = Some((number, row));
        }
        match found.map(|(_, row)| &row.body).or(self.otherwise.as_ref()) {
            Some(body) => body.eval(env),
            None => Err(Box::new(
                Diagnostic::error(codes::MISSING_ELSE, self.span, "no row of `only` applies")
                    .hint("end with a row without `when`: it is the else"),
            )),
        }
    }

    fn tell(&self, env: &Env<'_>, telling: &mut Telling) -> Result<usize, Fault> {
        let mut origin = Origin::new("only", Some(self.span), self.eval(env)?.into_owned());
        let of = self.rows.len() + usize::from(self.otherwise.is_some());
        let mut chosen = self.otherwise.as_ref().map(|body| (of, body, None));
        for (number, row) in (1..).zip(&self.rows) {
            if tell_condition(Some(&*row.when), number, env, telling, &mut origin)? {
                chosen = Some((number, &row.body, Some(row.span)));
            }
        }
        if let Some((number, body, place)) = chosen {
            let node = body.tell(env, telling)?;
            origin = origin.chosen(number, of, place).part(Part::result("give", node).of_row(number));
        }
        Ok(telling.add(origin))
    }
}
