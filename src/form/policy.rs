//! `policy`: a Rego module, evaluated.
//!
//! In: a text that is a module (`policy: rule`), the input document and the rules whose values are wanted, with their types. Out:
//! a map of those values, and, where there are `tests`, the list of all test cases with their answers as `tests`. A module is
//! text like any other: where it does not parse or cannot be evaluated, the fault points at the template or the table cell that
//! the line came from.

mod results;
mod tests;

use std::borrow::Cow;
use std::sync::Arc;

use super::FormKind;
use super::parse::{Parse, Shape};
use super::position::Position;
use crate::data::{Field, Fields, Map, Text, Type, Value};
use crate::diag::{Diagnostic, codes, quoted_list};
use crate::engine::rego::{self, Question, Version};
use crate::engine::yaml::Node;
use crate::program::{Env, ExprText, Fault, Form, Lower, Lowered, Op, Origin, Part, PolicyForm, Telling, rendered};
use crate::source::Span;
use results::ResultType;
use tests::Test;

/// The form.
pub(super) const KIND: FormKind = FormKind {
    head: "policy",
    options: &["input", "results", "rego_version", "tests"],
    draws: false,
    parse,
    doc: "A Rego module, evaluated: an expression that gives its text, the `input` document, and `results`, the rules of its \
          package that are wanted, each with the type of its value: `bool`, `text`, `int`, `number`, `list`, `map`, `any`, a list of \
          the values that may occur, or `list of name` (words that are keys of the table or map `name`, or elements of that \
          list); `{type: bool, default: false}` is for a rule that not every module defines. The value is a map of the results; sets are lists in the engine's order. Every result must have a value for every \
          input. `rego_version: v0` reads a module without `if`. `tests` are cases that are evaluated with every record and again \
          when it is verified: `name`, with changes of the input (`set: {path: value}`, `drop: [path]`, or `on: document` in its \
          place) and what must come out (`want: {allow: false}`); `each`, `let` and `when` stand beside as with any form. Their \
          outcome is the list `tests`: maps of `name`, `input` (as JSON text, because absent is not null) and `expected`.",
    example: "verdict: {policy: rule, input: {hours: \"{{ hours }}\"}, results: {allow: bool}, tests: [{name: nothing known, drop: [hours], want: {allow: false}}]}",
    schema: r##"{"policy": {"$ref": "#/$defs/expression"}, "input": {"description": "The document that the rules read as `input`.", "examples": ["verdict: {policy: rule, input: {hours: '{{ hours }}'}, results: {allow: bool}}"], "$ref": "#/$defs/data"}, "results": {"description": "The rules that are wanted, each with its type; `{type: …, default: …}` for one that not every module defines.", "examples": ["verdict: {policy: rule, input: {hours: '{{ hours }}'}, results: {allow: bool, violations: list of rules}}"], "type": "object", "minProperties": 1, "additionalProperties": {"anyOf": [{"type": "string"}, {"type": "array", "minItems": 1}, {"type": "object", "properties": {"type": {"description": "The type of what the rule gives.", "examples": ["escalate: {type: bool, default: false}"]}, "default": {"description": "What stands in where a module does not define the rule.", "examples": ["escalate: {type: bool, default: false}"]}}, "required": ["type", "default"], "additionalProperties": false}]}}, "rego_version": {"description": "The version of Rego that the modules are written in (default `v1`).", "examples": ["verdict: {policy: rule, input: {hours: '{{ hours }}'}, results: {allow: bool}, rego_version: v0}"], "enum": ["v0", "v1"]}, "tests": {"description": "Cases that are evaluated with every record, each with a changed input.", "examples": ["verdict: {policy: rule, input: {hours: '{{ hours }}'}, results: {allow: bool}, tests: [{name: nothing known, drop: [hours], want: {allow: false}}]}"], "type": "array", "minItems": 1, "items": {"type": "object", "required": ["name"], "properties": {"name": {"description": "The name of the case, for messages and for the record.", "examples": ["{name: as drawn}"], "type": ["string", "number"]}, "on": {"description": "The whole input of the case, instead of a changed one.", "examples": ["{name: nothing known, on: {}}"], "$ref": "#/$defs/data"}, "set": {"description": "Values of the input that differ, by path; or an expression that gives such a map.", "examples": ["{name: much later, set: {incident.hours: 200}}"], "type": ["object", "string"]}, "drop": {"description": "Paths that the input lacks. Absent is not null.", "examples": ["{name: no owner, drop: [owner]}"], "anyOf": [{"type": "array"}, {"type": "string"}]}, "want": {"description": "What must come out, by rule; without it what comes out is written down.", "examples": ["{name: nothing known, on: {}, want: {allow: false}}"], "type": "object"}, "each": {"description": "An expression that gives a list or a map: one case is made for each of its elements.", "examples": ["{each: paths, as: path, name: 'without {{ path }}', drop: ['{{ path }}']}"], "$ref": "#/$defs/expression"}, "as": {"description": "The name of the element, or two names: of key (or index) and element.", "examples": ["{each: paths, as: path, name: 'without {{ path }}', drop: ['{{ path }}']}"]}, "where": {"description": "Which elements are taken.", "examples": ["{each: paths, as: path, where: path != 'owner', name: 'without {{ path }}', drop: ['{{ path }}']}"], "$ref": "#/$defs/expression"}, "let": {"description": "Local names of the case.", "examples": ["{name: much later, let: {limit: '{{ hours + 1 }}'}, set: {incident.hours: '{{ limit }}'}}"], "type": "object"}, "when": {"description": "Whether there is such a case.", "examples": ["{name: no owner, when: owner, drop: [owner]}"], "$ref": "#/$defs/expression"}}, "additionalProperties": false}}}"##,
};

fn parse(cx: &mut Parse<'_>, shape: &Shape<'_>) -> Option<Box<dyn Form>> {
    if !shape.position.computes() {
        let message = "`policy` computes, and cannot stand where values are drawn or worded";
        cx.report(
            Diagnostic::error(codes::WRONG_POSITION, shape.head_span, message)
                .hint("put it under `derive` and read its name here"),
        );
        return None;
    }
    let of = cx.expression(shape.head);
    let input = required(cx, shape, "input", "what the module reads as `input`").map(|node| cx.data(node, Position::Pure));
    let results = required(cx, shape, "results", "the rules that are wanted, such as `results: {allow: bool}`")
        .map(|node| results::parse(cx, node));
    let version = shape.option("rego_version").map_or(Some(Version::default()), |node| version(cx, node));
    let results = results.flatten();
    let names: Vec<Text> = results.iter().flatten().map(|one| one.name.clone()).collect();
    let tests = shape.option("tests").map(|node| tests::parse(cx, node, &names));
    Some(Box::new(Policy {
        span: shape.span,
        of: of?,
        input: input??,
        results: results?,
        version: version?,
        tests: tests.map_or(Some(None), |read| read.map(Some))?,
    }))
}

fn required<'n>(cx: &mut Parse<'_>, shape: &Shape<'n>, key: &str, hint: &str) -> Option<&'n Node> {
    let found = shape.option(key);
    if found.is_none() {
        cx.report(Diagnostic::error(codes::MISSING_KEY, shape.span, format!("`policy` without `{key}`")).hint(hint));
    }
    found
}

fn version(cx: &mut Parse<'_>, node: &Node) -> Option<Version> {
    let word = node.as_text().unwrap_or_default();
    let found = Version::ALL.iter().find(|(name, _)| *name == word).map(|(_, version)| *version);
    if found.is_none() {
        let known = quoted_list(Version::ALL.iter().map(|(name, _)| *name));
        let message = format!("expected a version of Rego, found {}", node.kind_word());
        let diagnostic = Diagnostic::error(codes::WRONG_TYPE, node.span, message);
        cx.report(diagnostic.hint(format!("it is one of {known}; without it, modules are v1, as since OPA 1.0")));
    }
    found
}

struct Policy {
    span: Span,
    of: ExprText,
    input: Box<dyn Form>,
    results: Vec<ResultType>,
    version: Version,
    tests: Option<Vec<Test>>,
}

impl Form for Policy {
    fn span(&self) -> Span {
        self.span
    }

    fn lower(&self, cx: &mut Lower<'_>) -> Lowered {
        let (of, ty, _) = self.of.lower(cx);
        let input = self.input.lower(cx);
        wrong_kind(cx, self.of.span(), "the text of a module", &ty, ty.is_text());
        wrong_kind(cx, self.input.span(), "a map for `input`", &input.ty, input.ty.is_map());
        let types: Vec<Type> = self.results.iter().map(|one| one.lower(cx)).collect();
        let fields = || self.results.iter().map(|one| one.name.clone()).zip(types.iter().cloned());
        let mut known: Fields = fields_of(fields());
        let tests = self.tests.as_ref().map(|tests| {
            let case = [("name", Type::any_text()), ("input", Type::any_text()), ("expected", Type::map_of(fields()))];
            let ty = Type::list_of(Type::map_of(case));
            known.known.insert(Text::from("tests"), Field { ty, optional: false });
            tests.iter().map(|test| (test.span, test.form.lower(cx).op)).collect()
        });
        let names: Vec<Text> = self.results.iter().map(|one| one.name.clone()).collect();
        let defaults: Vec<Value> = self.results.iter().map(|one| one.default.clone().unwrap_or_default()).collect();
        for (result, ty) in self.results.iter().zip(&types) {
            if let Some(default) = result.default.as_ref().filter(|default| !results::fits(default, ty)) {
                let message = format!("the default of `{}` is {}, and no {}", result.name, default.kind(), ty.describe());
                cx.report(Diagnostic::error(codes::TYPE_MISMATCH, result.span, message));
            }
        }
        let optional = optional(&self.results);
        let places = self.results.iter().map(|one| one.span).zip(types).collect();
        let op = PolicyOp {
            span: self.of.span(),
            of,
            input: input.op,
            asked: Asked { span: self.of.span(), version: self.version, names, optional, defaults, places },
            tests,
        };
        Lowered::new(op, Type::of_fields(known))
    }

    fn draws(&self) -> bool {
        false
    }

    fn policy(&self) -> Option<PolicyForm<'_>> {
        let rules = self.results.iter().map(|one| one.name.clone()).collect();
        let optional = optional(&self.results);
        Some(PolicyForm { module: self.of.text().trim(), rules, optional, version: self.version, tests: self.tests.is_some() })
    }
}

/// The rules that a module need not define.
fn optional(results: &[ResultType]) -> Vec<Text> {
    results.iter().filter(|one| one.default.is_some()).map(|one| one.name.clone()).collect()
}

fn fields_of(fields: impl Iterator<Item = (Text, Type)>) -> Fields {
    Fields { known: fields.map(|(name, ty)| (name, Field { ty, optional: false })).collect(), rest: None }
}

fn wrong_kind(cx: &mut Lower<'_>, span: Span, expected: &str, ty: &Type, fits: bool) {
    if !fits && !ty.is_any() && !ty.is_never() {
        let message = format!("expected {expected}, found {}", ty.describe());
        cx.report(Diagnostic::error(codes::TYPE_MISMATCH, span, message));
    }
}

/// What is asked of the module, for every input alike.
struct Asked {
    span: Span,
    version: Version,
    names: Vec<Text>,
    /// Those among them that a module need not define.
    optional: Vec<Text>,
    /// What each is then; undefined where it must be defined.
    defaults: Vec<Value>,
    /// The place and the type of each result.
    places: Vec<(Span, Type)>,
}

struct PolicyOp {
    span: Span,
    of: Box<dyn Op>,
    input: Box<dyn Op>,
    asked: Asked,
    tests: Option<Vec<(Span, Box<dyn Op>)>>,
}

impl Op for PolicyOp {
    fn eval<'e>(&'e self, env: &Env<'e>) -> Result<Cow<'e, Value>, Fault> {
        let module = self.of.eval(env)?;
        let Some(module) = module.as_text() else {
            let message = format!("expected the text of a module, found {}", module.kind());
            return Err(Box::new(Diagnostic::error(codes::TYPE_MISMATCH, self.span, message)));
        };
        let input = self.input.eval(env)?;
        let mut verdict = self.asked.verdict(module, &input, true, env)?;
        if let Some(rows) = &self.tests {
            let mut cases = Vec::new();
            for (span, row) in rows {
                tests::cases(&*row.eval(env)?, &input, *span, &mut |case| {
                    cases.push(self.asked.tested(module, case, *span, env)?);
                    Ok(())
                })?;
            }
            verdict.push_new(Text::from("tests"), Value::list(cases));
        }
        Ok(Cow::Owned(Value::Map(Arc::new(verdict))))
    }

    fn tell(&self, env: &Env<'_>, telling: &mut Telling) -> Result<usize, Fault> {
        let value = self.eval(env)?.into_owned();
        let mut origin = Origin::new("policy", Some(self.span), value.clone());
        origin = telling.argument("policy", &*self.of, env, origin)?;
        origin = telling.argument("input", &*self.input, env, origin)?;
        for (name, found) in value.as_map().into_iter().flat_map(Map::iter) {
            let place = self.asked.names.iter().position(|one| one == name).and_then(|at| self.asked.places.get(at));
            let told = Origin::new("rule", place.map(|(span, _)| *span), found.clone());
            origin.parts.push(Part::field(name, telling.add(told)));
        }
        Ok(telling.add(origin))
    }
}

impl Asked {
    /// The results for an input, each of its type.
    fn verdict(&self, module: &str, input: &Value, fitting: bool, env: &Env<'_>) -> Result<Map, Fault> {
        let plain = env.frame.shared.plain;
        let (rules, optional) = (&self.names, &self.optional);
        let question = Question { module, version: self.version, rules, optional, fitting, plain };
        let answers = rego::answers(&question, input).map_err(|fault| self.fault(module, fault, env))?;
        let mut verdict = Map::with_capacity(answers.len() + 1);
        let defaults = self.defaults.iter();
        for (((name, answer), (place, ty)), default) in self.names.iter().zip(answers.iter()).zip(&self.places).zip(defaults) {
            let answer = if answer.is_undefined() { default } else { answer };
            if answer.is_undefined() {
                let diagnostic = Diagnostic::error(codes::POLICY_RESULT, *place, format!("`{name}` is undefined for this input"));
                return Err(Box::new(diagnostic.hint(format!("say what it is otherwise: `default {name} := false`"))));
            }
            if !results::fits(answer, ty) {
                let message = format!("`{name}` is {}, and is said to be {}", crate::json::shown(Some(answer)), ty.describe());
                return Err(Box::new(Diagnostic::error(codes::POLICY_RESULT, *place, message)));
            }
            verdict.push_new(name.clone(), answer.clone());
        }
        Ok(verdict)
    }

    /// A case with its answers.
    fn tested(&self, module: &str, case: tests::Case<'_>, span: Span, env: &Env<'_>) -> Result<Value, Fault> {
        let told = |fault: Fault| Box::new(fault.label(span, format!("in the test `{}`", case.name)));
        let expected = self.verdict(module, &case.input, false, env).map_err(told)?;
        for (name, wanted) in case.want.into_iter().flat_map(Map::iter) {
            let found = expected.get(name);
            if found != Some(wanted) {
                let (wanted, found) = (crate::json::shown(Some(wanted)), crate::json::shown(found));
                let message = format!("the test `{}` wants `{name}` to be {wanted}, and it is {found}", case.name);
                return Err(Box::new(Diagnostic::error(codes::POLICY_TEST, span, message)));
            }
        }
        let mut text = String::new();
        crate::json::write_node(crate::record::Node::of(&case.input), &mut text);
        Ok(Value::map([
            (Text::from("name"), Value::Text(case.name)),
            (Text::from("input"), Value::Text(Text::from(text))),
            (Text::from("expected"), Value::Map(Arc::new(expected))),
        ]))
    }

    /// A fault of the engine, at what the line of the module was rendered from; of a rule that is missing, where it is named.
    fn fault(&self, module: &str, fault: rego::Fault, env: &Env<'_>) -> Fault {
        let named = |name: &Text| fault.code == codes::POLICY_RULE_MISSING && fault.message.ends_with(&format!("`{name}`"));
        let missing = self.names.iter().position(named).and_then(|at| self.places.get(at)).map(|(span, _)| *span);
        let place = fault.at.and_then(|at| rendered::place(env.frame.shared.texts, module, at)).or(missing);
        let diagnostic = Diagnostic::error(fault.code, place.unwrap_or(self.span), fault.message);
        let diagnostic = if place.is_some() { diagnostic.label(self.span, "evaluated here") } else { diagnostic };
        let diagnostic = fault.hint.into_iter().fold(diagnostic, Diagnostic::hint);
        let line = fault.at.and_then(|at| rendered::line(module, at));
        Box::new(
            line.into_iter().fold(diagnostic, |one, (number, line)| one.hint(format!("line {number} of the module: `{line}`"))),
        )
    }
}
