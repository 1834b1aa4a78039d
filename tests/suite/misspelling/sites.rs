//! Where words stand in the expressions of specs and templates.
//!
//! In: the files of a workspace. Out: a [`Site`] for each word, with its exact bytes in the file. Places come from the same trees
//! that checking works on, and each is compared with the bytes that stand there.

use dictum::data::Value;
use dictum::diag::Diagnostics;
use dictum::engine::jinja::parse;
use dictum::engine::jinja::tree::{Call, Comparison, Expr, ExprKind, Segment, Stmt, Template};
use dictum::engine::yaml::{self, Node, NodeKind, Places, Scalar};
use dictum::source::{Sources, Span};

/// Keys whose text is a bare expression.
const ASKING: [&str; 11] = ["when", "where", "that", "given", "each", "by", "distinct", "sample", "pick", "shuffle", "share"];

/// What a word is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A literal that a value is compared with.
    Compared,
    /// The key of a case or of a band.
    Case,
    /// `x` in `a.x`, `a['x']`, `selectattr('x')`, `attribute='x'`.
    Attribute,
    /// `x` in `f(x=…)`.
    Keyword,
    /// A part of a place that carries the hash.
    Place,
    /// A bare name.
    Name,
    /// The name of a function, filter or test.
    Callable,
}

impl Kind {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Compared => "compared word",
            Self::Case => "case",
            Self::Attribute => "attribute",
            Self::Keyword => "keyword",
            Self::Place => "place",
            Self::Name => "name",
            Self::Callable => "callable",
        }
    }
}

/// A word in a file.
#[derive(Debug, Clone)]
pub(super) struct Site {
    pub(super) kind: Kind,
    pub(super) file: String,
    pub(super) word: String,
    /// Its first byte in the file.
    pub(super) start: usize,
}

/// Every word of every spec and template among the files.
pub(super) fn of(files: &[(String, Vec<u8>)]) -> Vec<Site> {
    let mut found = Vec::new();
    for (path, content) in files {
        let text = std::str::from_utf8(content).unwrap();
        let mut sources = Sources::default();
        let source = sources.add(path.as_str(), text);
        let mut finder = Finder { file: path, text, sites: &mut found };
        if path.starts_with("scenarios/") {
            let root = yaml::read(source, &sources, &mut Diagnostics::default()).unwrap();
            finder.node(&root, "");
        } else if path.starts_with("templates/") {
            let places = Places::verbatim(Span::new(source, 0..text.len()));
            finder.template(text, &places);
        }
    }
    found
}

struct Finder<'a> {
    file: &'a str,
    text: &'a str,
    sites: &'a mut Vec<Site>,
}

impl Finder<'_> {
    /// Notes a word that stands in `span`, alone or in quotes.
    fn add(&mut self, kind: Kind, word: &str, span: Span) {
        if word.is_empty() {
            return;
        }
        let there = &self.text[span.range()];
        let offset = there.find(word).unwrap_or_else(|| panic!("`{word}` does not stand in `{there}` of {}", self.file));
        assert!(there.len() <= word.len() + 2, "the place of `{word}` is `{there}` in {}", self.file);
        let start = span.range().start + offset;
        self.sites.push(Site { kind, file: self.file.to_owned(), word: word.to_owned(), start });
    }

    fn node(&mut self, node: &Node, key: &str) {
        match &node.kind {
            NodeKind::Map(entries) => {
                for entry in entries {
                    let inner = entry.key.text.trim_start_matches('$');
                    if key == "share" {
                        // A name and the bands of its values.
                        self.expression(&entry.key);
                        self.keys(&entry.value);
                        continue;
                    }
                    if inner == "cases" {
                        self.keys(&entry.value);
                    }
                    self.node(&entry.value, inner);
                }
            }
            NodeKind::List(items) if key == "places" => {
                for item in items {
                    self.place(item.as_scalar().unwrap());
                }
            }
            NodeKind::List(items) => items.iter().for_each(|item| self.node(item, "")),
            NodeKind::Text(scalar) if scalar.text.contains("{{") || scalar.text.contains("{%") => {
                self.template(&scalar.text, &scalar.places);
            }
            NodeKind::Text(scalar) if ASKING.contains(&key) => self.expression(scalar),
            _ => {}
        }
    }

    /// The keys of cases and bands.
    fn keys(&mut self, node: &Node) {
        for entry in node.as_map().unwrap_or_default() {
            self.add(Kind::Case, &entry.key.text, entry.key_span);
        }
    }

    fn place(&mut self, scalar: &Scalar) {
        let mut at = 0;
        for part in scalar.text.split('.') {
            self.add(Kind::Place, part, scalar.places.span(at..at + part.len()));
            at += part.len() + 1;
        }
    }

    fn expression(&mut self, scalar: &Scalar) {
        self.expr(&parse::expression(&scalar.text, &scalar.places).unwrap());
    }

    fn template(&mut self, text: &str, places: &Places) {
        match parse::template(text, places).unwrap() {
            Template::Typed(expr) => self.expr(&expr),
            Template::Segments(segments) => {
                for segment in &segments {
                    if let Segment::Emit(expr) = segment {
                        self.expr(expr);
                    }
                }
            }
            Template::Statements(stmts) => self.stmts(&stmts),
        }
    }

    fn stmts(&mut self, stmts: &[Stmt]) {
        for stmt in stmts {
            match stmt {
                Stmt::Raw(_) | Stmt::Jump => {}
                Stmt::Emit(expr) | Stmt::Set(_, expr) => self.expr(expr),
                Stmt::For { iter, filter, body, otherwise, .. } => {
                    self.expr(iter);
                    if let Some(filter) = filter {
                        self.expr(filter);
                    }
                    self.stmts(body);
                    self.stmts(otherwise);
                }
                Stmt::If { test, body, otherwise } => {
                    self.expr(test);
                    self.stmts(body);
                    self.stmts(otherwise);
                }
            }
        }
    }

    fn expr(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Var(name) => self.add(Kind::Name, name, expr.span),
            ExprKind::Attr(_, name) => self.add(Kind::Attribute, &name.text, name.span),
            ExprKind::Item(_, key) => self.literal(Kind::Attribute, key),
            ExprKind::Compare(first, rest) => self.comparison(first, rest),
            ExprKind::Call(call) => self.call(call),
            _ => {}
        }
        expr.children().into_iter().for_each(|inner| self.expr(inner));
    }

    fn literal(&mut self, kind: Kind, expr: &Expr) {
        if let ExprKind::Const(Value::Text(word)) = &expr.kind {
            self.add(kind, word, expr.span);
        }
    }

    fn comparison(&mut self, first: &Expr, rest: &[(Comparison, Expr)]) {
        let mut left = first;
        for (op, right) in rest {
            if matches!(op, Comparison::Equal | Comparison::NotEqual | Comparison::In | Comparison::NotIn) {
                self.literal(Kind::Compared, left);
                self.literal(Kind::Compared, right);
                if let ExprKind::List(items) = &right.kind {
                    for item in items {
                        self.literal(Kind::Compared, item);
                    }
                }
            }
            left = right;
        }
    }

    fn call(&mut self, call: &Call) {
        let name = call.name.text.as_str();
        self.add(Kind::Callable, name, call.name.span);
        if ["selectattr", "rejectattr"].contains(&name) {
            for (kind, one) in [Kind::Attribute, Kind::Callable, Kind::Compared].into_iter().zip(call.args.iter().skip(1)) {
                self.literal(kind, one);
            }
        }
        for (key, value) in &call.named {
            if ["attribute", "of"].contains(&key.text.as_str()) {
                self.literal(Kind::Attribute, value);
            }
            self.add(Kind::Keyword, &key.text, key.span);
        }
    }
}
