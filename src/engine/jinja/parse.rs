//! Text to [`Expr`] and [`Template`]: the conversion from the template engine's syntax tree.
//!
//! In: the decoded text of a scalar or file and the places of its bytes. Out: our tree, or a diagnostic that points at the byte
//! at fault. Syntax that the language leaves out is refused here, by name.

use std::ops::Range;

use minijinja::machinery::{Span as At, ast, parse, parse_expr};
use minijinja::syntax::SyntaxConfig;

use super::tree::{Arithmetic, Call, Comparison, Expr, ExprKind, Logic, Name, Segment, Stmt, Template};
use super::{bounds, convert, keyword};
use crate::data::{Text, Value};
use crate::diag::{Diagnostic, codes};
use crate::engine::yaml::Places;
use crate::library::Role;
use crate::source::Span;

type Parsed<T> = Result<T, Box<Diagnostic>>;

/// Parses a bare expression, as the keys that ask (`when`, `that`, `given`, …) hold one.
///
/// # Errors
/// A diagnostic at the byte that does not parse or that the language leaves out.
pub fn expression(text: &str, places: &Places) -> Parsed<Expr> {
    let reader = Reader { text, places };
    if text.trim_start().starts_with("{{") {
        let whole = reader.span(0..text.len());
        return Err(Box::new(
            Diagnostic::error(codes::EXPRESSION_SYNTAX, whole, "expected a bare expression, found `{{ … }}`")
                .hint("this key takes an expression as it is: leave the braces out"),
        ));
    }
    reader.bounded(text, true)?;
    let spelt = keyword::spell(text);
    let tree = parse_expr(&spelt).map_err(|error| reader.syntax_error(&error, text))?;
    reader.expr(&tree)
}

/// Parses a template: text with `{{ … }}` and `{% … %}`.
///
/// # Errors
/// A diagnostic at the byte that does not parse or that the language leaves out.
pub fn template(text: &str, places: &Places) -> Parsed<Template> {
    let reader = Reader { text, places };
    reader.bounded(text, false)?;
    let spelt = keyword::spell(text);
    let tree = parse(&spelt, "template", syntax()).map_err(|error| reader.syntax_error(&error, text))?;
    let ast::Stmt::Template(root) = tree else {
        return Ok(Template::Segments(vec![Segment::Raw(Text::from(text))]));
    };
    let mut stmts = reader.stmts(&root.children)?;
    if let [Stmt::Emit(_)] = stmts.as_slice()
        && let Some(Stmt::Emit(only)) = stmts.pop()
    {
        return Ok(Template::Typed(only));
    }
    let plain = stmts.iter().all(|stmt| matches!(stmt, Stmt::Raw(_) | Stmt::Emit(_)));
    if !plain {
        return Ok(Template::Statements(stmts));
    }
    let segment = |stmt| match stmt {
        Stmt::Raw(text) => Some(Segment::Raw(text)),
        Stmt::Emit(expr) => Some(Segment::Emit(expr)),
        _ => None,
    };
    Ok(Template::Segments(stmts.into_iter().filter_map(segment).collect()))
}

/// The whitespace rules of our templates: nothing is trimmed but the line break after a block tag.
pub(super) fn syntax() -> SyntaxConfig {
    let builder = &mut SyntaxConfig::builder();
    builder.keep_trailing_newline(true).trim_blocks(true).lstrip_blocks(true);
    builder.build().unwrap_or_default()
}

/// The parser's words with the marks that an author writes, and what was likely meant.
fn in_our_words(detail: &str, found: &str) -> (String, Option<&'static str>) {
    if detail == "unexpected end of input, expected end of block" {
        return (
            "a block that is never closed".to_owned(),
            Some("`{% if %}` ends with `{% endif %}`, `{% for %}` with `{% endfor %}`"),
        );
    }
    if let Some(name) = detail.strip_prefix("unknown statement ") {
        return (format!("`{{% {name} %}}` without a beginning, or no statement at all"), None);
    }
    let marks = [
        ("end of variable block", "`}}`"),
        ("start of variable block", "`{{`"),
        ("end of block", "`%}`"),
        ("start of block", "`{%`"),
    ];
    let message = marks.iter().fold(detail.to_owned(), |text, (words, mark)| text.replace(words, mark));
    let hint = match found.chars().next() {
        Some('=') => Some("compare with `==`"),
        Some('&' | '|' | '!') => Some("conditions are joined with `and`, `or` and `not`"),
        _ => None,
    };
    (message, hint)
}

struct Reader<'a> {
    text: &'a str,
    places: &'a Places,
}

impl Reader<'_> {
    /// The place of bytes of the text; the parser counts a character that it does not know as one byte.
    fn span(&self, range: Range<usize>) -> Span {
        self.places.span(self.text.floor_char_boundary(range.start)..self.text.ceil_char_boundary(range.end))
    }

    fn at(&self, at: At) -> Span {
        self.span(at.start_offset as usize..at.end_offset as usize)
    }

    fn bounded(&self, text: &str, is_expression: bool) -> Parsed<()> {
        bounds::too_deep(text, is_expression).map_or(Ok(()), |range| Err(self.too_deep(range)))
    }

    fn too_deep(&self, range: Range<usize>) -> Box<Diagnostic> {
        let message = "too many operators, brackets or blocks inside one another";
        Box::new(Diagnostic::error(codes::TOO_DEEP, self.span(range), message).hint("name the parts under `derive`"))
    }

    fn syntax_error(&self, error: &minijinja::Error, text: &str) -> Box<Diagnostic> {
        let range = error.range().unwrap_or(0..text.len());
        let detail = error.detail().map_or_else(|| error.kind().to_string(), str::to_owned);
        if detail.contains("recursion limit") {
            return self.too_deep(range);
        }
        let found = text.get(range.clone()).unwrap_or_default();
        let (message, hint) = in_our_words(&detail, found);
        let diagnostic = Diagnostic::error(codes::EXPRESSION_SYNTAX, self.span(range), message);
        Box::new(hint.into_iter().fold(diagnostic, Diagnostic::hint))
    }

    fn unsupported<T>(&self, at: At, what: &str, instead: &str) -> Parsed<T> {
        Err(Box::new(
            Diagnostic::error(codes::UNSUPPORTED_SYNTAX, self.at(at), format!("{what} is not part of the language"))
                .hint(instead),
        ))
    }

    fn name(&self, id: &str, at: At) -> Name {
        Name { text: Text::from(id), span: self.at(at) }
    }

    /// The place of the keyword before a value: the parser keeps the value's only, which begins at the `=` at the earliest.
    fn keyword(&self, key: &str, value: At) -> Option<Span> {
        let start = self.text.get(..value.start_offset as usize)?.rfind(key)?;
        Some(self.span(start..start + key.len()))
    }

    fn exprs(&self, list: &[ast::Expr<'_>]) -> Parsed<Vec<Expr>> {
        list.iter().map(|one| self.expr(one)).collect()
    }

    fn boxed(&self, expr: &ast::Expr<'_>) -> Parsed<Box<Expr>> {
        self.expr(expr).map(Box::new)
    }

    fn expr(&self, expr: &ast::Expr<'_>) -> Parsed<Expr> {
        let own = self.at(expr.span());
        let kind = self.kind(expr)?;
        // The parser's places of compound expressions begin at the token before; the union of the parts is exact.
        let span = match &kind {
            ExprKind::Compare(first, rest) => rest.iter().fold(first.span, |all, (_, one)| all.union(one.span)),
            ExprKind::Logic(_, a, b) | ExprKind::Arithmetic(_, a, b) => a.span.union(b.span),
            ExprKind::If(parts) => {
                let [test, yes, no] = &**parts;
                yes.span.union(test.span).union(no.span)
            }
            ExprKind::Attr(inner, name) => inner.span.union(name.span),
            ExprKind::Item(inner, key) => inner.span.union(key.span).union(own),
            ExprKind::Call(call) if call.role != Role::Function => {
                call.args.first().map_or(own, |piped| piped.span.union(own).union(call.name.span))
            }
            _ => own,
        };
        Ok(Expr { span, kind })
    }

    fn kind(&self, expr: &ast::Expr<'_>) -> Parsed<ExprKind> {
        Ok(match expr {
            ast::Expr::Var(var) => ExprKind::Var(Text::from(var.id)),
            ast::Expr::Const(literal) => ExprKind::Const(self.literal(&literal.value, literal.span())?),
            ast::Expr::List(list) => ExprKind::List(self.exprs(&list.items)?),
            ast::Expr::Tuple(tuple) => return self.unsupported(tuple.span(), "a tuple", "write a list: `[a, b]`"),
            ast::Expr::Map(map) => {
                let entries = map.keys.iter().zip(&map.values);
                ExprKind::Map(entries.map(|(key, value)| Ok((self.map_key(key)?, self.expr(value)?))).collect::<Parsed<_>>()?)
            }
            ast::Expr::GetAttr(get) => {
                // The span covers the whole path; the name is its end.
                let span = self.at(get.span());
                let end = get.span().end_offset as usize;
                let name = self.span(end.saturating_sub(get.name.len())..end);
                let inner = self.boxed(&get.expr)?;
                let name = if name.start < span.start { span } else { name };
                ExprKind::Attr(inner, Name { text: Text::from(get.name), span: name })
            }
            ast::Expr::GetItem(get) => ExprKind::Item(self.boxed(&get.expr)?, self.boxed(&get.subscript_expr)?),
            ast::Expr::Slice(slice) => {
                if let Some(step) = &slice.step {
                    return self.unsupported(
                        step.span(),
                        "a slice with a step",
                        "leave the step out, or pick the elements with `select`",
                    );
                }
                let bound = |one: &Option<ast::Expr<'_>>| one.as_ref().map(|expr| self.boxed(expr)).transpose();
                ExprKind::Slice(self.boxed(&slice.expr)?, [bound(&slice.start)?, bound(&slice.stop)?])
            }
            ast::Expr::UnaryOp(unary) => self.unary(unary)?,
            ast::Expr::BinOp(binary) => self.binary(binary)?,
            ast::Expr::Compare(compare) => {
                let rest = compare.ops.iter().map(|one| Ok((comparison(one.op), self.expr(&one.expr)?)));
                ExprKind::Compare(self.boxed(&compare.expr)?, rest.collect::<Parsed<_>>()?)
            }
            ast::Expr::IfExpr(choice) => {
                let (test, yes) = (self.expr(&choice.test_expr)?, self.expr(&choice.true_expr)?);
                let Some(no) = &choice.false_expr else {
                    return Err(Box::new(
                        Diagnostic::error(codes::MISSING_ELSE, yes.span.union(test.span), "inline `if` without `else`")
                            .hint("without `else` the value would be undefined when the condition is false"),
                    ));
                };
                ExprKind::If(Box::new([test, yes, self.expr(no)?]))
            }
            ast::Expr::Filter(filter) => {
                let Some(piped) = &filter.expr else {
                    return self.unsupported(filter.span(), "a filter block", "pipe a value: `{{ x | filter }}`");
                };
                self.call(Role::Filter, filter.name, filter.span(), Some(piped), &filter.args)?
            }
            ast::Expr::Test(test) => self.call(Role::Test, test.name, test.span(), Some(&test.expr), &test.args)?,
            ast::Expr::Call(call) => match &call.expr {
                ast::Expr::Var(function) => self.call(Role::Function, function.id, function.span(), None, &call.args)?,
                _ => {
                    return self.unsupported(
                        call.span(),
                        "calling a method",
                        "use a filter or a function: `x | upper`, `pairs(x)`",
                    );
                }
            },
        })
    }

    /// A key of a map literal must be a quoted text: `{id: 1}` would read the variable `id`.
    fn map_key(&self, key: &ast::Expr<'_>) -> Parsed<Expr> {
        let key = self.expr(key)?;
        match &key.kind {
            ExprKind::Var(name) => Err(Box::new(
                Diagnostic::error(
                    codes::UNSUPPORTED_SYNTAX,
                    key.span,
                    format!("the key `{name}` of a map literal is not quoted"),
                )
                .hint(format!("write `'{name}'`: without quotes it would read a variable")),
            )),
            _ => Ok(key),
        }
    }

    fn literal(&self, value: &minijinja::Value, at: At) -> Parsed<Value> {
        convert::from_engine(value).map_err(|reason| Box::new(Diagnostic::error(codes::EXPRESSION_SYNTAX, self.at(at), reason)))
    }

    fn unary(&self, unary: &ast::Spanned<ast::UnaryOp<'_>>) -> Parsed<ExprKind> {
        let inner = self.boxed(&unary.expr)?;
        Ok(match unary.op {
            ast::UnaryOpKind::Not => ExprKind::Not(inner),
            ast::UnaryOpKind::Neg => match inner.kind {
                ExprKind::Const(Value::Int(number)) => ExprKind::Const(Value::Int(-number)),
                ExprKind::Const(Value::Float(number)) => ExprKind::Const(Value::Float(-number)),
                _ => ExprKind::Negate(inner),
            },
        })
    }

    fn binary(&self, binary: &ast::Spanned<ast::BinOp<'_>>) -> Parsed<ExprKind> {
        use ast::BinOpKind as Op;
        let (left, right) = (self.boxed(&binary.left)?, self.boxed(&binary.right)?);
        let arithmetic = |op| ExprKind::Arithmetic(op, left.clone(), right.clone());
        let compare = |op| ExprKind::Compare(left.clone(), vec![(op, (*right).clone())]);
        Ok(match binary.op {
            Op::ScAnd => ExprKind::Logic(Logic::And, left, right),
            Op::ScOr => ExprKind::Logic(Logic::Or, left, right),
            Op::Add => arithmetic(Arithmetic::Add),
            Op::Sub => arithmetic(Arithmetic::Subtract),
            Op::Mul => arithmetic(Arithmetic::Multiply),
            Op::Div => arithmetic(Arithmetic::Divide),
            Op::FloorDiv => arithmetic(Arithmetic::FloorDivide),
            Op::Rem => arithmetic(Arithmetic::Remainder),
            Op::Pow => arithmetic(Arithmetic::Power),
            Op::Concat => arithmetic(Arithmetic::Concat),
            Op::Eq => compare(Comparison::Equal),
            Op::Ne => compare(Comparison::NotEqual),
            Op::Lt => compare(Comparison::Less),
            Op::Lte => compare(Comparison::AtMost),
            Op::Gt => compare(Comparison::Greater),
            Op::Gte => compare(Comparison::AtLeast),
            Op::In => compare(Comparison::In),
        })
    }

    fn call(&self, role: Role, name: &str, at: At, piped: Option<&ast::Expr<'_>>, args: &[ast::CallArg<'_>]) -> Parsed<ExprKind> {
        let own = self.at(at);
        let start = at.start_offset as usize;
        let name = Name { text: Text::from(name), span: self.span(start..start + name.len()) };
        let mut call = Call { role, name, args: Vec::new(), named: Vec::new() };
        call.args.extend(piped.map(|one| self.expr(one)).transpose()?);
        for arg in args {
            match arg {
                ast::CallArg::Pos(expr) => call.args.push(self.expr(expr)?),
                ast::CallArg::Kwarg(key, expr) => {
                    let value = self.expr(expr)?;
                    let text = Text::from(keyword::written(key));
                    let span = self.keyword(&text, expr.span()).unwrap_or(value.span);
                    call.named.push((Name { text, span }, value));
                }
                ast::CallArg::PosSplat(_) | ast::CallArg::KwargSplat(_) => {
                    return Err(Box::new(
                        Diagnostic::error(
                            codes::UNSUPPORTED_SYNTAX,
                            own,
                            "spreading arguments with `*` is not part of the language",
                        )
                        .hint("write the arguments one by one"),
                    ));
                }
            }
        }
        Ok(ExprKind::Call(call))
    }

    fn stmts(&self, list: &[ast::Stmt<'_>]) -> Parsed<Vec<Stmt>> {
        list.iter().map(|stmt| self.stmt(stmt)).collect()
    }

    fn stmt(&self, stmt: &ast::Stmt<'_>) -> Parsed<Stmt> {
        let leave_out =
            |at: At, what: &str| self.unsupported(at, what, "use the forms of the spec (`say`, `derive`, `functions`)");
        match stmt {
            ast::Stmt::EmitRaw(raw) => Ok(Stmt::Raw(Text::from(raw.raw))),
            ast::Stmt::EmitExpr(emit) => self.expr(&emit.expr).map(Stmt::Emit),
            ast::Stmt::ForLoop(each) => Ok(Stmt::For {
                targets: self.targets(&each.target)?,
                iter: self.expr(&each.iter)?,
                filter: each.filter_expr.as_ref().map(|one| self.expr(one)).transpose()?,
                body: self.stmts(&each.body)?,
                otherwise: self.stmts(&each.else_body)?,
            }),
            ast::Stmt::IfCond(choice) => Ok(Stmt::If {
                test: self.expr(&choice.expr)?,
                body: self.stmts(&choice.true_body)?,
                otherwise: self.stmts(&choice.false_body)?,
            }),
            ast::Stmt::Set(set) => match &set.target {
                ast::Expr::Var(var) => Ok(Stmt::Set(self.name(var.id, var.span()), self.expr(&set.expr)?)),
                _ => self.unsupported(set.span(), "setting several names at once", "write one `{% set %}` for each"),
            },
            ast::Stmt::Continue(_) | ast::Stmt::Break(_) => Ok(Stmt::Jump),
            ast::Stmt::Template(inner) => leave_out(inner.span(), "a nested template"),
            ast::Stmt::WithBlock(inner) => leave_out(inner.span(), "`{% with %}`"),
            ast::Stmt::SetBlock(inner) => leave_out(inner.span(), "a `{% set %}` block"),
            ast::Stmt::AutoEscape(inner) => leave_out(inner.span(), "`{% autoescape %}`"),
            ast::Stmt::FilterBlock(inner) => leave_out(inner.span(), "`{% filter %}`"),
            ast::Stmt::Block(inner) => leave_out(inner.span(), "`{% block %}`"),
            ast::Stmt::Import(inner) => leave_out(inner.span(), "`{% import %}`"),
            ast::Stmt::FromImport(inner) => leave_out(inner.span(), "`{% from %}`"),
            ast::Stmt::Extends(inner) => leave_out(inner.span(), "`{% extends %}`"),
            ast::Stmt::Include(inner) => leave_out(inner.span(), "`{% include %}`"),
            ast::Stmt::Macro(inner) => leave_out(inner.span(), "`{% macro %}`"),
            ast::Stmt::CallBlock(inner) => leave_out(inner.span(), "`{% call %}`"),
            ast::Stmt::Do(inner) => leave_out(inner.span(), "`{% do %}`"),
        }
    }

    fn targets(&self, target: &ast::Expr<'_>) -> Parsed<Vec<Name>> {
        let one = |expr: &ast::Expr<'_>| match expr {
            ast::Expr::Var(var) => Ok(self.name(var.id, var.span())),
            other => self.unsupported(
                other.span(),
                "this loop target",
                "write one name, or two for pairs: `{% for key, value in pairs(x) %}`",
            ),
        };
        match target {
            ast::Expr::Tuple(pair) if pair.items.len() == 2 => pair.items.iter().map(one).collect(),
            single => one(single).map(|name| vec![name]),
        }
    }
}

fn comparison(op: ast::CompareOpKind) -> Comparison {
    match op {
        ast::CompareOpKind::Eq => Comparison::Equal,
        ast::CompareOpKind::Ne => Comparison::NotEqual,
        ast::CompareOpKind::Lt => Comparison::Less,
        ast::CompareOpKind::Lte => Comparison::AtMost,
        ast::CompareOpKind::Gt => Comparison::Greater,
        ast::CompareOpKind::Gte => Comparison::AtLeast,
        ast::CompareOpKind::In => Comparison::In,
        ast::CompareOpKind::NotIn => Comparison::NotIn,
    }
}
