//! The syntax tree of a module to its outline: what each rule reads of the input and which names it uses.

use std::collections::BTreeMap;

use regorus::Value as Rego;
use regorus::unstable::{Expr, Literal, Module, Query, Ref, Rule as Node, RuleAssign, RuleBody, RuleHead, Span};

use super::reads::{Comparison, Kind, Rule};
use super::{Fault, Outline};
use crate::data::Text;
use crate::diag::codes;

/// Builtins whose value is another in every run, or comes from outside.
const IRREPRODUCIBLE: &[&str] = &["rand.intn", "time.now_ns", "opa.runtime", "http.send", "net.lookup_ip_addr", "uuid.rfc4122"];

/// The outline of a module.
///
/// # Errors
/// What is not reproducible.
pub(super) fn outline(module: &Module) -> Result<Outline, Fault> {
    let package = chain(&module.package.refr).map(|(root, path, ..)| joined(&root, &path)).unwrap_or_default();
    let mut outline = Outline { package: format!("data.{package}"), ..Outline::default() };
    let mut constants: BTreeMap<Text, Rego> = BTreeMap::new();
    for node in &module.policy {
        let mut walk = Walk::default();
        let name = walk.rule(node);
        if let Some(fault) = walk.fault {
            return Err(fault);
        }
        outline.comparisons.extend(walk.comparisons);
        outline.may_conflict |= !agrees(node, &name, &mut constants);
        let own = format!("{}.", outline.package);
        // `data.this.package.name` is the rule `name`.
        walk.rule.names = walk.rule.names.into_iter().map(|name| name.strip_prefix(&own).map_or(name.clone(), first)).collect();
        let rule = outline.rules.entry(name).or_default();
        rule.reads.extend(&walk.rule.reads);
        rule.names.extend(walk.rule.names);
    }
    Ok(outline)
}

/// Whether a definition cannot give its rule a value other than the definitions before it: all of them give one constant. The
/// compiled program takes two values for none, and hides a conflict that way.
fn agrees(node: &Node, name: &Text, constants: &mut BTreeMap<Text, Rego>) -> bool {
    let Node::Spec { head, bodies, .. } = node else { return true };
    let (assign, keyed) = match head {
        RuleHead::Set { .. } => return true,
        RuleHead::Compr { refr, assign, .. } => (assign, matches!(**refr, Expr::RefBrack { .. } | Expr::RefDot { .. })),
        RuleHead::Func { assign, .. } => (assign, false),
    };
    let constant = |assign: &RuleAssign| match &*assign.value {
        Expr::String { value, .. } | Expr::RawString { value, .. } | Expr::Number { value, .. } | Expr::Bool { value, .. } => {
            Some(value.clone())
        }
        other => closed(other).then(|| Rego::from(other.span().text())),
    };
    let given = match assign {
        None => Some(Rego::Bool(true)),
        Some(assign) => constant(assign),
    };
    let Some(given) = given.filter(|_| !keyed) else { return false };
    let chained = bodies.iter().any(|body| body.is_else);
    let same = constants.entry(name.clone()).or_insert_with(|| given.clone()) == &given;
    // What an `else` gives is another value; beside a second definition it may conflict.
    same && !chained
}

/// Whether an expression reads nothing, so that it has one value.
fn closed(expr: &Expr) -> bool {
    match expr {
        Expr::String { .. } | Expr::RawString { .. } | Expr::Number { .. } | Expr::Bool { .. } | Expr::Null { .. } => true,
        Expr::Array { items, .. } | Expr::Set { items, .. } => items.iter().all(|item| closed(item)),
        Expr::Object { fields, .. } => fields.iter().all(|(_, key, value)| closed(key) && closed(value)),
        Expr::Call { fcn, params, .. } => matches!(&**fcn, Expr::Var { span, .. } if span.text() == "set") && params.is_empty(),
        _ => false,
    }
}

/// Moves every place towards the beginning.
pub(super) fn shift(outline: &mut Outline, by: usize) {
    for rule in outline.rules.values_mut() {
        rule.reads.paths.values_mut().for_each(|at| *at = at.saturating_sub(by));
        rule.reads.whole = rule.reads.whole.map(|at| at.saturating_sub(by));
    }
    outline.comparisons.iter_mut().for_each(|one| one.at = one.at.saturating_sub(by));
}

fn first(path: &str) -> Text {
    Text::from(path.split('.').next().unwrap_or(path))
}

fn place(span: &Span) -> usize {
    usize::try_from(span.start).unwrap_or(0)
}

fn joined(root: &str, path: &[Text]) -> String {
    std::iter::once(root).chain(path.iter().map(Text::as_str)).collect::<Vec<_>>().join(".")
}

/// A reference: its root, the certain part of its path, whether that is all of it, and its place.
type Chain = (Text, Vec<Text>, bool, usize);

/// Takes a reference apart; `None` for other expressions.
fn chain(expr: &Expr) -> Option<Chain> {
    match expr {
        Expr::Var { span, .. } => Some((Text::from(span.text()), Vec::new(), true, place(span))),
        Expr::RefDot { refr, field, .. } => {
            let (root, path, whole, at) = chain(refr)?;
            Some(step(root, path, whole, at, Some(Text::from(field.0.text()))))
        }
        Expr::RefBrack { refr, index, .. } => {
            let (root, path, whole, at) = chain(refr)?;
            let key = match &**index {
                Expr::String { value: Rego::String(key), .. } => Some(Text::from(&**key)),
                _ => None,
            };
            Some(step(root, path, whole, at, key))
        }
        _ => None,
    }
}

fn step(root: Text, mut path: Vec<Text>, whole: bool, at: usize, key: Option<Text>) -> Chain {
    let goes_on = whole && key.is_some();
    path.extend(key.filter(|_| goes_on));
    (root, path, goes_on, at)
}

/// A walk through one rule.
#[derive(Default)]
struct Walk {
    rule: Rule,
    comparisons: Vec<Comparison>,
    fault: Option<Fault>,
}

impl Walk {
    /// Walks through a rule; gives its name.
    fn rule(&mut self, node: &Node) -> Text {
        match node {
            Node::Default { refr, args, value, .. } => {
                self.all(args);
                self.expr(value);
                name_of(refr)
            }
            Node::Spec { head, bodies, .. } => {
                for body in bodies {
                    self.body(body);
                }
                match head {
                    RuleHead::Compr { refr, assign, .. } => {
                        self.assign(assign.as_ref());
                        self.keys_of(refr)
                    }
                    RuleHead::Set { refr, key, .. } => {
                        self.maybe(key.as_ref());
                        self.keys_of(refr)
                    }
                    RuleHead::Func { refr, args, assign, .. } => {
                        self.all(args);
                        self.assign(assign.as_ref());
                        name_of(refr)
                    }
                }
            }
        }
    }

    /// The computed keys in the head of a rule, such as `x` in `name[x]`.
    fn keys_of(&mut self, refr: &Expr) -> Text {
        if let Expr::RefBrack { refr: inner, index, .. } = refr {
            self.expr(index);
            return self.keys_of(inner);
        }
        name_of(refr)
    }

    fn assign(&mut self, assign: Option<&RuleAssign>) {
        self.maybe(assign.map(|assign| &assign.value));
    }

    fn body(&mut self, body: &RuleBody) {
        self.assign(body.assign.as_ref());
        self.query(&body.query);
    }

    fn query(&mut self, query: &Query) {
        for stmt in &query.stmts {
            for with in &stmt.with_mods {
                self.expr(&with.r#as);
            }
            match &stmt.literal {
                Literal::SomeVars { .. } => {}
                Literal::SomeIn { key, value, collection, .. } => {
                    self.maybe(key.as_ref());
                    self.expr(value);
                    self.expr(collection);
                }
                Literal::Expr { expr, .. } | Literal::NotExpr { expr, .. } => self.expr(expr),
                Literal::Every { domain, query, .. } => {
                    self.expr(domain);
                    self.query(query);
                }
            }
        }
    }

    fn all(&mut self, list: &[Ref<Expr>]) {
        for one in list {
            self.expr(one);
        }
    }

    fn maybe(&mut self, expr: Option<&Ref<Expr>>) {
        if let Some(expr) = expr {
            self.expr(expr);
        }
    }

    fn expr(&mut self, expr: &Expr) {
        match expr {
            Expr::String { .. } | Expr::RawString { .. } | Expr::Number { .. } | Expr::Bool { .. } | Expr::Null { .. } => {}
            Expr::Var { .. } | Expr::RefDot { .. } | Expr::RefBrack { .. } => self.reference(expr),
            Expr::Array { items, .. } | Expr::Set { items, .. } => self.all(items),
            Expr::Object { fields, .. } => fields.iter().for_each(|(_, key, value)| {
                self.expr(key);
                self.expr(value);
            }),
            Expr::ArrayCompr { term, query, .. } | Expr::SetCompr { term, query, .. } => {
                self.expr(term);
                self.query(query);
            }
            Expr::ObjectCompr { key, value, query, .. } => {
                self.expr(key);
                self.expr(value);
                self.query(query);
            }
            Expr::Call { fcn, params, span, .. } => {
                self.call(fcn, span);
                self.all(params);
            }
            Expr::UnaryExpr { expr, .. } => self.expr(expr),
            Expr::BoolExpr { lhs, rhs, .. } => {
                self.compare(lhs, rhs);
                self.compare(rhs, lhs);
                self.expr(lhs);
                self.expr(rhs);
            }
            Expr::BinExpr { lhs, rhs, .. } | Expr::ArithExpr { lhs, rhs, .. } | Expr::AssignExpr { lhs, rhs, .. } => {
                self.expr(lhs);
                self.expr(rhs);
            }
            Expr::Membership { key, value, collection, .. } => {
                self.maybe(key.as_ref());
                self.expr(value);
                self.expr(collection);
            }
        }
    }

    fn reference(&mut self, expr: &Expr) {
        if let Some((root, path, whole, at)) = chain(expr) {
            match root.as_str() {
                "input" if path.is_empty() => self.rule.reads.whole = self.rule.reads.whole.or(Some(at)),
                "input" => {
                    let path = Text::from(path.join("."));
                    self.rule.reads.paths.entry(path).or_insert(at);
                }
                "data" => {
                    self.rule.names.insert(Text::from(joined(&root, &path)));
                }
                _ => {
                    self.rule.names.insert(root);
                }
            }
            if whole {
                return;
            }
        }
        // The computed keys inside.
        match expr {
            Expr::RefDot { refr, .. } => self.inner(refr),
            Expr::RefBrack { refr, index, .. } => {
                self.expr(index);
                self.inner(refr);
            }
            _ => {}
        }
    }

    /// What stands before a key: a reference has been noted as a whole, anything else is walked.
    fn inner(&mut self, refr: &Expr) {
        match refr {
            Expr::Var { .. } => {}
            Expr::RefDot { refr, .. } => self.inner(refr),
            Expr::RefBrack { refr, index, .. } => {
                self.expr(index);
                self.inner(refr);
            }
            other => self.expr(other),
        }
    }

    fn call(&mut self, function: &Expr, span: &Span) {
        let Some((root, path, ..)) = chain(function) else { return self.expr(function) };
        let name = joined(&root, &path);
        if IRREPRODUCIBLE.contains(&name.as_str()) && self.fault.is_none() {
            let message = format!("`{name}` gives another value in every run");
            let fault = Fault::new(codes::REGO_IRREPRODUCIBLE, message).at(place(span));
            self.fault = Some(fault.hint("pass what it would give as a part of the input"));
        }
        self.rule.names.insert(if path.is_empty() || root == "data" { Text::from(name) } else { root });
    }

    /// Notes a path of the input that is compared with a constant.
    fn compare(&mut self, path: &Expr, constant: &Expr) {
        let (kind, span) = match constant {
            Expr::String { span, .. } | Expr::RawString { span, .. } => (Kind::Text, span),
            Expr::Number { span, .. } => (Kind::Number, span),
            Expr::Bool { span, .. } => (Kind::Bool, span),
            _ => return,
        };
        if let Some((root, path, true, at)) = chain(path)
            && root == "input"
            && !path.is_empty()
        {
            self.comparisons.push(Comparison { path: Text::from(path.join(".")), kind, at: at.min(place(span)) });
        }
    }
}

/// The name of the rule that a head defines.
fn name_of(refr: &Expr) -> Text {
    match chain(refr) {
        Some((root, path, ..)) if path.is_empty() => root,
        // `a.b := 1` defines a part of `a`.
        Some((root, ..)) => root,
        None => Text::default(),
    }
}
