//! Strings of a spec: bare expressions and templates, with their places, and how they are lowered.

use std::borrow::Cow;

use super::code::Code;
use super::env::Env;
use super::guard::guards;
use super::lower::Lower;
use super::{Fault, Lowered, Op, Telling, told};
use crate::data::{Text, Type, Value};
use crate::diag::{Diagnostic, codes};
use crate::engine::jinja::tree::{Arithmetic, Expr, ExprKind, Name, Segment, Stmt, Template};
use crate::engine::jinja::{self, parse};
use crate::engine::yaml::{Places, Scalar};
use crate::source::Span;

/// More words than this are not multiplied out.
const MOST_WORDS: usize = 256;

/// A bare expression as a spec holds it.
#[derive(Debug, Clone)]
pub struct ExprText {
    text: Text,
    places: Places,
    /// A comment behind it in its line.
    comment: Option<Span>,
    /// An unquoted `{{ … }}`, which reading has reported.
    reported: bool,
}

/// A template as a spec or a template file holds it.
#[derive(Debug, Clone)]
pub struct TemplateText {
    text: Text,
    places: Places,
    /// A comment behind it in its line.
    comment: Option<Span>,
}

/// A text as it is written, and its free names with their codes: what the plain evaluator needs.
struct Plain {
    text: String,
    places: Places,
    names: Vec<(Text, Code)>,
}

impl Plain {
    fn source(&self) -> told::Source<'_> {
        told::Source { text: &self.text, span: self.places.span(0..self.text.len()), names: &self.names }
    }

    fn values(&self, env: &Env<'_>) -> Result<Vec<(Text, Value)>, Fault> {
        let value = |(name, code): &(Text, Code)| Ok((name.clone(), plain_value(code, env)?));
        self.names.iter().map(value).collect()
    }

    fn fault(&self, failure: jinja::Failure) -> Fault {
        let range = failure.range.unwrap_or(0..self.text.len());
        let diagnostic = Diagnostic::error(failure.code, self.places.span(range), failure.message);
        let endless = failure.code == codes::OUT_OF_FUEL;
        Box::new(if endless { diagnostic.hint("loops inside loops multiply: walk shorter lists") } else { diagnostic })
    }
}

/// A free name for the engine: absent members of `say` and `context` are left out, absent names are undefined.
fn plain_value(code: &Code, env: &Env<'_>) -> Result<Value, Fault> {
    let Code::Map(members, _) = code else { return code.lenient(env).map(Cow::into_owned) };
    let mut entries = Vec::with_capacity(members.len());
    for (key, member) in members {
        let value = plain_value(member, env)?;
        if let (Code::Const(Value::Text(name)), false) = (key, value.is_undefined()) {
            entries.push((name.clone(), value));
        }
    }
    Ok(Value::map(entries))
}

/// A lowered expression that can also be evaluated by the template engine, as the oracle.
struct Expression {
    code: Code,
    plain: Plain,
    /// Whether the engine has our meaning of it (it has not of `**`).
    oracle: bool,
}

impl Op for Expression {
    fn eval<'e>(&'e self, env: &Env<'e>) -> Result<Cow<'e, Value>, Fault> {
        if !(self.oracle && env.frame.shared.plain) {
            return self.code.eval(env);
        }
        let names = self.plain.values(env)?;
        let value = env.frame.shared.engine.evaluate(&self.plain.text, &names);
        value.map(Cow::Owned).map_err(|failure| self.plain.fault(failure))
    }

    fn truth(&self, env: &Env<'_>) -> Result<bool, Fault> {
        if self.oracle && env.frame.shared.plain { Ok(self.eval(env)?.is_true()) } else { self.code.truth(env) }
    }

    fn tell(&self, env: &Env<'_>, telling: &mut Telling) -> Result<usize, Fault> {
        told::expression(&self.code, &self.plain.source(), env, telling)
    }
}

enum Piece {
    Raw(Text),
    Emit(Code, Span),
}

/// A template without statements: literal pieces and values in turn.
struct Segments {
    pieces: Vec<Piece>,
    length: usize,
    plain: Plain,
    /// Its name in the engine, where that has our meaning of it.
    oracle: Option<String>,
}

impl Op for Segments {
    fn eval<'e>(&'e self, env: &Env<'e>) -> Result<Cow<'e, Value>, Fault> {
        if let (Some(name), true) = (&self.oracle, env.frame.shared.plain) {
            return render(name, &self.plain, env);
        }
        let mut out = String::with_capacity(self.length + 16 * self.pieces.len());
        for piece in &self.pieces {
            match piece {
                Piece::Raw(text) => out.push_str(text),
                Piece::Emit(code, span) => {
                    let value = code.eval(env)?;
                    jinja::print(&value, &mut out)
                        .map_err(|reason| Box::new(Diagnostic::error(codes::NOT_TEXT, *span, reason)))?;
                }
            }
        }
        Ok(Cow::Owned(Value::Text(Text::from(out))))
    }

    fn tell(&self, env: &Env<'_>, telling: &mut Telling) -> Result<usize, Fault> {
        let emitted = self.pieces.iter().filter_map(|piece| if let Piece::Emit(code, _) = piece { Some(code) } else { None });
        told::template(self.eval(env)?.into_owned(), emitted, &self.plain.source(), env, telling)
    }
}

/// A template with statements, rendered by the engine.
struct Statements {
    name: String,
    plain: Plain,
}

impl Op for Statements {
    fn eval<'e>(&'e self, env: &Env<'e>) -> Result<Cow<'e, Value>, Fault> {
        render(&self.name, &self.plain, env)
    }

    fn tell(&self, env: &Env<'_>, telling: &mut Telling) -> Result<usize, Fault> {
        let read = self.plain.names.iter().map(|(_, code)| code);
        told::template(self.eval(env)?.into_owned(), read, &self.plain.source(), env, telling)
    }
}

fn render<'e>(name: &str, plain: &Plain, env: &Env<'_>) -> Result<Cow<'e, Value>, Fault> {
    let names = plain.values(env)?;
    let mut out = String::new();
    env.frame.shared.engine.render(name, &names, &mut out).map_err(|failure| plain.fault(failure))?;
    Ok(Cow::Owned(Value::Text(Text::from(out))))
}

fn has_power(expr: &Expr) -> bool {
    let mut found = false;
    expr.walk(&mut |one| found |= matches!(one.kind, ExprKind::Arithmetic(Arithmetic::Power, ..)));
    found
}

impl ExprText {
    /// The expression in a scalar.
    #[must_use]
    pub fn new(scalar: &Scalar) -> Self {
        let reported = !scalar.quoted && scalar.text.starts_with("{{");
        Self { text: scalar.text.clone(), places: scalar.places.clone(), comment: scalar.comment, reported }
    }

    /// The expression inside a scalar that is one whole `{{ … }}`.
    #[must_use]
    pub fn inside_braces(scalar: &Scalar) -> Option<Self> {
        let inner = scalar.text.trim().strip_prefix("{{")?.strip_suffix("}}")?;
        let offset = scalar.text.find(inner)?;
        Some(Self { text: Text::from(inner), places: scalar.places.from(offset), comment: None, reported: false })
    }

    /// The expression that follows the first bytes of a scalar.
    #[must_use]
    pub fn after(scalar: &Scalar, offset: usize) -> Self {
        let text = Text::from(scalar.text.get(offset..).unwrap_or_default());
        Self { text, places: scalar.places.from(offset), comment: scalar.comment, reported: false }
    }

    /// Its place.
    #[must_use]
    pub fn span(&self) -> Span {
        self.places.span(0..self.text.len())
    }

    /// Its text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Parses it.
    ///
    /// # Errors
    /// A diagnostic at the byte at fault.
    pub fn parse(&self) -> Result<Expr, Box<Diagnostic>> {
        parse::expression(&self.text, &self.places).map_err(|error| cut_off(error, self.span(), self.comment))
    }

    /// Parses and lowers it; a mistake is reported and stands for any value.
    pub fn lower(&self, cx: &mut Lower<'_>) -> (Box<dyn Op>, Type, Option<Expr>) {
        cx.note_sight(self.span());
        match self.parse() {
            Ok(expr) => {
                let (op, ty) = lower_whole(&expr, &self.text, &self.places, cx);
                (op, ty, Some(expr))
            }
            Err(diagnostic) => {
                if !self.reported {
                    cx.report(*diagnostic);
                }
                (Lowered::refused().op, Type::any(), None)
            }
        }
    }
}

/// Adds to a syntax error at the end of a text that the comment behind it may belong to it.
fn cut_off(error: Box<Diagnostic>, text: Span, comment: Option<Span>) -> Box<Diagnostic> {
    let at_the_end = |error: &Diagnostic| {
        error.message.starts_with("unexpected end") || error.primary.as_ref().is_some_and(|at| at.span.end >= text.end)
    };
    match comment.filter(|_| at_the_end(&error)) {
        Some(comment) => {
            let hint = "` #` begins a comment: quote the whole value if what follows belongs to it";
            Box::new((*error).label(comment, "not part of it").hint(hint))
        }
        None => error,
    }
}

fn lower_whole(expr: &Expr, text: &str, places: &Places, cx: &mut Lower<'_>) -> (Box<dyn Op>, Type) {
    let roots = std::mem::take(&mut cx.roots);
    let (code, ty) = cx.expr(expr);
    let names = std::mem::replace(&mut cx.roots, roots);
    let plain = Plain { text: text.to_owned(), places: places.clone(), names };
    (Box::new(Expression { code, plain, oracle: !has_power(expr) }), ty)
}

impl TemplateText {
    /// The template in a scalar.
    #[must_use]
    pub fn new(scalar: &Scalar) -> Self {
        Self { text: scalar.text.clone(), places: scalar.places.clone(), comment: scalar.comment }
    }

    /// A template file's whole text.
    #[must_use]
    pub fn file(text: &str, span: Span) -> Self {
        Self { text: Text::from(text), places: Places::verbatim(span), comment: None }
    }

    /// Its place.
    #[must_use]
    pub fn span(&self) -> Span {
        self.places.span(0..self.text.len())
    }

    /// Its text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The place of a range of bytes of its text.
    #[must_use]
    pub fn span_of(&self, range: std::ops::Range<usize>) -> Span {
        self.places.span(range)
    }

    /// Whether it holds nothing to evaluate.
    #[must_use]
    pub fn is_literal(&self) -> bool {
        !self.text.contains("{{") && !self.text.contains("{%") && !self.text.contains("{#")
    }

    /// The name that it is exactly, if it is one, with the path inside it: `{{ name }}` or `{{ name.path }}`.
    #[must_use]
    pub fn held(&self) -> Option<&str> {
        let inner = self.text.strip_prefix("{{")?.strip_suffix("}}")?.trim();
        let path = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '.';
        if !inner.chars().all(path) {
            return None;
        }
        Some(inner).filter(|path| path.split('.').all(|part| !part.is_empty()))
    }

    /// Parses and lowers it. One whole `{{ … }}` keeps its type unless `text` asks for text; anything else is text.
    pub fn lower(&self, cx: &mut Lower<'_>, text: bool) -> Lowered {
        cx.texts.push(self.clone());
        cx.note_sight(self.span());
        if self.is_literal() {
            return Lowered::constant(self.span(), Value::Text(self.text.clone()));
        }
        let parsed = match parse::template(&self.text, &self.places) {
            Ok(parsed) => parsed,
            Err(diagnostic) => {
                cx.report(*cut_off(diagnostic, self.span(), self.comment));
                return Lowered::refused();
            }
        };
        match parsed {
            Template::Typed(expr) if !text => self.typed(&expr, cx),
            Template::Typed(expr) => self.segments(vec![Segment::Emit(expr)], cx),
            Template::Segments(segments) => {
                if !text {
                    self.warn_almost_typed(&segments, cx);
                }
                self.segments(segments, cx)
            }
            Template::Statements(stmts) => self.statements(&stmts, cx),
        }
    }

    fn typed(&self, expr: &Expr, cx: &mut Lower<'_>) -> Lowered {
        let trimmed = |at: usize, dash: &str| at + usize::from(self.text.get(at..).is_some_and(|rest| rest.starts_with(dash)));
        let open = self.text.find("{{").map_or(0, |at| trimmed(at + 2, "-"));
        let close = self.text.rfind("}}").unwrap_or(self.text.len());
        let inner = self.text.get(open..close).unwrap_or_default();
        let inner = inner.strip_suffix('-').unwrap_or(inner);
        let (op, ty) = lower_whole(expr, inner, &self.places.from(open), cx);
        Lowered { op, ty, optional: false }
    }

    /// `"{{ x }} "`: the space makes it text, which is seldom meant.
    fn warn_almost_typed(&self, segments: &[Segment], cx: &mut Lower<'_>) {
        let blank = |segment: &Segment| matches!(segment, Segment::Raw(text) if text.trim().is_empty());
        let emits = segments.iter().filter(|segment| matches!(segment, Segment::Emit(_))).count();
        if emits == 1 && segments.len() > 1 && segments.iter().all(|one| blank(one) || matches!(one, Segment::Emit(_))) {
            let diagnostic =
                Diagnostic::warning(codes::ALMOST_TYPED, self.span(), "white space around `{{ … }}` makes this text");
            let broken = self.text.ends_with('\n');
            let mend = if broken { "a block ends with a line break: write `|-` or quotes" } else { "remove it" };
            cx.report(diagnostic.hint(format!("{mend} to keep the value's type, or write `text:` to say that text is meant")));
        }
    }

    fn segments(&self, segments: Vec<Segment>, cx: &mut Lower<'_>) -> Lowered {
        let roots = std::mem::take(&mut cx.roots);
        let mut words = Some(vec![Text::default()]);
        let mut pieces = Vec::with_capacity(segments.len());
        let mut power = false;
        for segment in segments {
            match segment {
                Segment::Raw(text) => {
                    words = extend(words, [&text]);
                    pieces.push(Piece::Raw(text));
                }
                Segment::Emit(expr) => {
                    let (code, ty) = cx.expr(&expr);
                    power |= has_power(&expr);
                    printable(&ty, expr.span, cx);
                    words = ty.only_words().and_then(|known| extend(words, known));
                    pieces.push(Piece::Emit(code, expr.span));
                }
            }
        }
        let names = std::mem::replace(&mut cx.roots, roots);
        let length = pieces.iter().map(|piece| if let Piece::Raw(text) = piece { text.len() } else { 0 }).sum();
        let plain = Plain { text: self.text.to_string(), places: self.places.clone(), names };
        let oracle = (!power).then(|| cx.template(&self.text));
        let ty = words.map_or_else(Type::any_text, Type::words);
        Lowered::new(Segments { pieces, length, plain, oracle }, ty)
    }

    fn statements(&self, stmts: &[Stmt], cx: &mut Lower<'_>) -> Lowered {
        let roots = std::mem::take(&mut cx.roots);
        walk(stmts, cx);
        let names = std::mem::replace(&mut cx.roots, roots);
        let plain = Plain { text: self.text.to_string(), places: self.places.clone(), names };
        let name = cx.template(&self.text);
        Lowered::new(Statements { name, plain }, Type::any_text())
    }
}

fn extend<'a>(words: Option<Vec<Text>>, more: impl IntoIterator<Item = &'a Text>) -> Option<Vec<Text>> {
    let more: Vec<&Text> = more.into_iter().collect();
    let words = words.filter(|words| words.len() * more.len() <= MOST_WORDS)?;
    Some(words.iter().flat_map(|head| more.iter().map(move |tail| Text::from(format!("{head}{tail}")))).collect())
}

/// Only text, numbers and booleans may stand in text.
fn printable(ty: &Type, span: Span, cx: &mut Lower<'_>) {
    if ty.is_any() || ty.is_never() || ty.may_print() {
        return;
    }
    let message = format!("only text, numbers and booleans may stand in text, found {}", ty.describe());
    let diagnostic = Diagnostic::error(codes::NOT_TEXT, span, message);
    let hint = if ty.list.is_some() { "join it: `listing(x)` or `x | join(', ')`" } else { "name the part that is meant" };
    cx.report(diagnostic.hint(hint));
}

/// Checks the statements of a template; what they bind is in sight below them.
fn walk(stmts: &[Stmt], cx: &mut Lower<'_>) {
    block(Vec::new(), cx, |cx| stmts.iter().for_each(|stmt| one(stmt, cx)));
}

fn one(stmt: &Stmt, cx: &mut Lower<'_>) {
    match stmt {
        Stmt::Raw(_) | Stmt::Jump => {}
        Stmt::Emit(expr) => {
            let (_, ty) = engine_expr(expr, cx);
            printable(&ty, expr.span, cx);
        }
        Stmt::If { test, body, otherwise } => {
            engine_expr(test, cx);
            cx.guarded(guards(test), |cx| {
                walk(body, cx);
                walk(otherwise, cx);
            });
        }
        Stmt::For { targets, iter, filter, body, otherwise } => {
            let (_, ty) = engine_expr(iter, cx);
            let names = targets.iter().cloned().zip(elements(&ty, targets.len())).collect();
            block(names, cx, |cx| {
                cx.bind("loop", Type::any());
                if let Some(filter) = filter {
                    engine_expr(filter, cx);
                }
                cx.guarded(filter.as_ref().is_some_and(guards), |cx| walk(body, cx));
            });
            walk(otherwise, cx);
        }
        Stmt::Set(name, expr) => {
            let (_, ty) = engine_expr(expr, cx);
            cx.binds_own(&name.text, name.span);
            cx.bind(&name.text, ty);
        }
    }
}

/// What is known of the names of a loop over a value of this type.
fn elements(ty: &Type, names: usize) -> Vec<Type> {
    let single = match &ty.map {
        _ if ty.is_any() => Type::any(),
        Some(map) if map.rest.is_none() => Type::words(map.known.keys().cloned()),
        Some(_) => Type::any_text(),
        None => ty.item(),
    };
    if names == 1 { vec![single] } else { vec![Type::any(); names] }
}

/// An expression inside statements: evaluated by the engine, so `**` would be the platform's.
fn engine_expr(expr: &Expr, cx: &mut Lower<'_>) -> (Code, Type) {
    if has_power(expr) {
        cx.report(
            Diagnostic::error(
                codes::UNSUPPORTED_SYNTAX,
                expr.span,
                "`**` in a template with statements differs between machines",
            )
            .hint("write `pow(x, y)`"),
        );
    }
    cx.expr(expr)
}

/// Statements with names that the template binds itself: in sight, but not free.
fn block(names: Vec<(Name, Type)>, cx: &mut Lower<'_>, lower: impl FnOnce(&mut Lower<'_>)) {
    let before: Vec<Text> = cx.roots.iter().map(|(name, _)| name.clone()).collect();
    let own = cx.engine_scope(|cx| {
        for (name, ty) in names {
            cx.binds_own(&name.text, name.span);
            cx.bind(&name.text, ty);
        }
        lower(cx);
    });
    cx.roots.retain(|(name, _)| before.contains(name) || !own.contains(name));
}
