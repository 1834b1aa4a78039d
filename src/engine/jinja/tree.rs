//! Our own tree of expressions and templates, with exact places.
//!
//! The template engine's syntax tree is unstable and its places are approximate; it is converted to this one at once and seen
//! nowhere else.

use crate::data::{Text, Value};
use crate::library::Role;
use crate::source::Span;

/// An expression and where it stands.
#[derive(Debug, Clone)]
pub struct Expr {
    /// Its place in the file.
    pub span: Span,
    /// What it is.
    pub kind: ExprKind,
}

/// A name with its place.
#[derive(Debug, Clone)]
pub struct Name {
    /// The name.
    pub text: Text,
    /// Its place.
    pub span: Span,
}

/// The kinds of expression.
#[derive(Debug, Clone)]
pub enum ExprKind {
    /// A bare name.
    Var(Text),
    /// A literal.
    Const(Value),
    /// `[a, b]`.
    List(Vec<Expr>),
    /// `{'a': b}`.
    Map(Vec<(Expr, Expr)>),
    /// `a.b`.
    Attr(Box<Expr>, Name),
    /// `a[b]`.
    Item(Box<Expr>, Box<Expr>),
    /// `a[b:c]`.
    Slice(Box<Expr>, [Option<Box<Expr>>; 2]),
    /// `not a`.
    Not(Box<Expr>),
    /// `-a`.
    Negate(Box<Expr>),
    /// `a and b`, `a or b`: gives an operand.
    Logic(Logic, Box<Expr>, Box<Expr>),
    /// `a + b` and its like.
    Arithmetic(Arithmetic, Box<Expr>, Box<Expr>),
    /// `a < b <= c`: one or more comparisons in a chain.
    Compare(Box<Expr>, Vec<(Comparison, Expr)>),
    /// `a if b else c`.
    If(Box<[Expr; 3]>),
    /// `f(a, k=b)`, `a | f(b)`, `a is f(b)`: the piped or tested value is the first argument.
    Call(Call),
}

/// A use of a function, filter or test.
#[derive(Debug, Clone)]
pub struct Call {
    /// Which of the three.
    pub role: Role,
    /// Its name.
    pub name: Name,
    /// Arguments by position.
    pub args: Vec<Expr>,
    /// Arguments by keyword.
    pub named: Vec<(Name, Expr)>,
}

/// `and` or `or`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Logic {
    /// Both.
    And,
    /// Either.
    Or,
}

/// Arithmetic on numbers; `+` also joins lists, `~` joins text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arithmetic {
    /// `+`.
    Add,
    /// `-`.
    Subtract,
    /// `*`.
    Multiply,
    /// `/`: always a float.
    Divide,
    /// `//`: rounds down.
    FloorDivide,
    /// `%`: takes the sign of the divisor.
    Remainder,
    /// `**`.
    Power,
    /// `~`.
    Concat,
}

impl Arithmetic {
    /// The operator as it is written.
    #[must_use]
    pub fn symbol(self) -> &'static str {
        match self {
            Self::Add => "+",
            Self::Subtract => "-",
            Self::Multiply => "*",
            Self::Divide => "/",
            Self::FloorDivide => "//",
            Self::Remainder => "%",
            Self::Power => "**",
            Self::Concat => "~",
        }
    }
}

/// How two values are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// `==`.
    Equal,
    /// `!=`.
    NotEqual,
    /// `<`.
    Less,
    /// `<=`.
    AtMost,
    /// `>`.
    Greater,
    /// `>=`.
    AtLeast,
    /// `in`.
    In,
    /// `not in`.
    NotIn,
}

/// A parsed template.
#[derive(Debug, Clone)]
pub enum Template {
    /// One whole `{{ … }}` and nothing else: keeps its type.
    Typed(Expr),
    /// Literal text and `{{ … }}` in turn.
    Segments(Vec<Segment>),
    /// A template with statements, which the template engine renders.
    Statements(Vec<Stmt>),
}

/// A piece of a template without statements.
#[derive(Debug, Clone)]
pub enum Segment {
    /// Text as it is.
    Raw(Text),
    /// A value printed into the text.
    Emit(Expr),
}

/// A template statement.
#[derive(Debug, Clone)]
pub enum Stmt {
    /// Text as it is.
    Raw(Text),
    /// `{{ e }}`.
    Emit(Expr),
    /// `{% for x in e if c %}…{% else %}…{% endfor %}`.
    For {
        /// Loop names: one, or two for the entries of a map.
        targets: Vec<Name>,
        /// What is walked.
        iter: Expr,
        /// Which elements are taken.
        filter: Option<Expr>,
        /// The body.
        body: Vec<Self>,
        /// What stands there when nothing was walked.
        otherwise: Vec<Self>,
    },
    /// `{% if c %}…{% else %}…{% endif %}`.
    If {
        /// The condition.
        test: Expr,
        /// When true.
        body: Vec<Self>,
        /// When false.
        otherwise: Vec<Self>,
    },
    /// `{% set x = e %}`.
    Set(Name, Expr),
    /// `{% break %}` or `{% continue %}`.
    Jump,
}

impl Expr {
    /// Calls `f` on this expression and on every one inside it.
    pub fn walk<'a>(&'a self, f: &mut impl FnMut(&'a Self)) {
        f(self);
        for inner in self.children() {
            inner.walk(f);
        }
    }

    /// The expressions directly inside this one.
    #[must_use]
    pub fn children(&self) -> Vec<&Self> {
        match &self.kind {
            ExprKind::Var(_) | ExprKind::Const(_) => Vec::new(),
            ExprKind::List(items) => items.iter().collect(),
            ExprKind::Map(entries) => entries.iter().flat_map(|(key, value)| [key, value]).collect(),
            ExprKind::Attr(inner, _) | ExprKind::Not(inner) | ExprKind::Negate(inner) => vec![&**inner],
            ExprKind::Item(a, b) | ExprKind::Logic(_, a, b) | ExprKind::Arithmetic(_, a, b) => vec![&**a, &**b],
            ExprKind::Slice(inner, bounds) => {
                std::iter::once(&**inner).chain(bounds.iter().flatten().map(|one| &**one)).collect()
            }
            ExprKind::Compare(first, rest) => std::iter::once(&**first).chain(rest.iter().map(|(_, one)| one)).collect(),
            ExprKind::If(parts) => parts.iter().collect(),
            ExprKind::Call(call) => call.args.iter().chain(call.named.iter().map(|(_, one)| one)).collect(),
        }
    }
}
