//! The columns of a table: what may stand in their cells.

use super::facts::constant;
use super::files::Reader;
use super::functions::TYPES;
use super::rego_cells::READS;
use super::sections::names;
use crate::data::{Text, Type, Value};
use crate::diag::{Diagnostic, codes, quoted_list};
use crate::engine::yaml::{Entry, Node, NodeKind};
use crate::form::{Key, bad_name, is_name};
use crate::json;
use crate::record;
use crate::source::Span;

/// The keys of a column that is written as a map.
pub const COLUMN_KEYS: &[Key] = &[
    Key::new("type", r##"{"$ref": "#/$defs/column_type"}"##, "What may stand in its cells, as without the map.")
        .example("note: {type: text, optional: true}")
        .required(),
    Key::new(
        "optional",
        r#"{"type": "boolean"}"#,
        "Whether a row may leave it out (default false). An empty cell of a CSV file is null.",
    )
    .example("note: {type: text, optional: true}"),
    Key::new(
        "reads",
        r#"{"type": "string"}"#,
        "Of a column of Rego: the table whose keys are the paths that the input has. A cell that reads another is an error.",
    )
    .example("must: {type: rego, reads: paths}"),
];

const TEMPLATE: &str = "template";
const DRAW: &str = "draw";
const REGO: &str = "rego";
const REGO_RULES: &str = "rego_rules";
/// The words for columns whose cells are not data, besides the words for types of data.
pub const CELL_TYPES: &[&str] = &[TEMPLATE, DRAW, REGO, REGO_RULES];

/// What may stand in the cells of a column.
#[derive(Debug, Clone)]
pub(super) enum Kind {
    /// Data of a type, by its word.
    Word(&'static str),
    /// One of these values.
    Words(Vec<Value>),
    /// A template.
    Template,
    /// A form in draw position.
    Draw,
    /// A template that gives a part of a Rego module.
    Rego(Part),
}

/// What a cell of Rego is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// What stands between the braces of a rule.
    Condition,
    /// Rules that stand beside others.
    Rules,
}

/// One column.
#[derive(Debug)]
pub(super) struct Column {
    pub(super) name: Text,
    /// Where it is declared.
    pub(super) span: Span,
    pub(super) kind: Kind,
    /// Whether a row may leave it out.
    pub(super) optional: bool,
    /// The table whose keys are the paths that a cell of Rego may read, and where it is named.
    pub(super) reads: Option<(Text, Span)>,
}

impl Kind {
    /// Whether the cells are data, and so a part of the fact's value.
    pub(super) fn is_data(&self) -> bool {
        !matches!(self, Self::Template | Self::Draw | Self::Rego(_))
    }

    /// Whether a value may stand in a cell.
    pub(super) fn takes(&self, value: &Value) -> bool {
        match self {
            Self::Words(words) => words.iter().any(|word| word.equals(value)),
            Self::Word(word) => match value {
                Value::Text(_) => matches!(*word, "any" | "text"),
                Value::Int(_) => matches!(*word, "any" | "int" | "number"),
                Value::Float(_) => matches!(*word, "any" | "number"),
                Value::Bool(_) => matches!(*word, "any" | "bool"),
                Value::List(_) => matches!(*word, "any" | "list"),
                Value::Map(_) => matches!(*word, "any" | "map"),
                Value::Null => *word == "any",
                Value::Undefined => false,
            },
            Self::Template | Self::Draw | Self::Rego(_) => false,
        }
    }

    /// What is known of cells with these values: all that may occur where that is a few values, else what does.
    pub(super) fn ty<'v>(&self, values: impl Iterator<Item = &'v Value>) -> Type {
        let found = Type::join_all(values.map(Type::of));
        match self {
            Self::Words(words) => Type::join_all(words.iter().map(Type::of)).join(&found),
            Self::Word("bool") => Type::bool().join(&found),
            _ if found.is_never() => Type::any(),
            _ => found,
        }
    }

    /// What was expected and what stands there, for a value that may not.
    pub(super) fn misfit(&self, value: &Value, column: &str, span: Span) -> Diagnostic {
        let expected = match self {
            Self::Words(_) => "one of its values",
            Self::Word("any") => "a value",
            Self::Word("text") => "text",
            Self::Word("int") => "an integer",
            Self::Word("number") => "a number",
            Self::Word("bool") => "true or false",
            Self::Word("list") => "a list",
            Self::Word(_) => "a map",
            Self::Template => "a template",
            Self::Draw => "a draw",
            Self::Rego(_) => "Rego",
        };
        let found =
            if let (Self::Words(_), Value::Text(text)) = (self, value) { format!("`{text}`") } else { value.kind().to_owned() };
        let message = format!("expected {expected} in the column `{column}`, found {found}");
        let diagnostic = Diagnostic::error(codes::WRONG_TYPE, span, message);
        let Self::Words(words) = self else { return diagnostic };
        let words: Vec<String> = words.iter().map(written).collect();
        let known = || words.iter().map(String::as_str);
        let diagnostic = value.as_text().into_iter().fold(diagnostic, |one, text| one.suggest(text, known()));
        diagnostic.hint(format!("its values are {}", quoted_list(known())))
    }
}

fn written(value: &Value) -> String {
    let mut out = String::new();
    match value {
        Value::Text(text) => out.push_str(text),
        other => json::write_node(record::Node::of(other), &mut out),
    }
    out
}

/// Reads `columns`; `None` after a mistake.
pub(super) fn read(node: &Node, reader: &mut Reader<'_>) -> Option<Vec<Column>> {
    let NodeKind::Map(entries) = &node.kind else {
        let message = format!("expected a map of columns with their types, found {}", node.kind_word());
        reader.report(
            Diagnostic::error(codes::WRONG_TYPE, node.span, message)
                .hint("a fact with `columns` is a table: `{columns: {name: text}, rows: {key: {name: …}}}`"),
        );
        return None;
    };
    let columns: Vec<_> = entries.iter().map(|entry| column(entry, reader)).collect();
    let columns = columns.into_iter().collect::<Option<Vec<Column>>>()?;
    let rego = columns.iter().find(|column| matches!(column.kind, Kind::Rego(_)));
    let (Some(rego), Some(taken)) = (rego, columns.iter().find(|column| column.name == READS)) else { return Some(columns) };
    let message = "a row with Rego has `reads` already: the paths that it reads";
    let diagnostic = Diagnostic::error(codes::NAME_COLLISION, taken.span, message).label(rego.span, "a column of Rego");
    reader.report(diagnostic.hint("choose another name"));
    None
}

fn column(entry: &Entry, reader: &mut Reader<'_>) -> Option<Column> {
    if !is_name(&entry.key.text) {
        reader.report(bad_name(&entry.key.text, entry.key_span));
        return None;
    }
    let column = |kind, optional, reads| Column { name: entry.key.text.clone(), span: entry.key_span, kind, optional, reads };
    if !matches!(entry.value.kind, NodeKind::Map(_)) {
        return Some(column(kind(&entry.value, reader)?, false, None));
    }
    let known = Key::names(COLUMN_KEYS);
    let mut whole = true;
    for part in names(&entry.value, &entry.key.text, reader) {
        if !known.contains(&part.key.text.as_str()) {
            let message = format!("a column does not take `{}`", part.key.text);
            let diagnostic = Diagnostic::error(codes::UNKNOWN_KEY, part.key_span, message);
            reader.report(
                diagnostic.suggest(&part.key.text, known.iter().copied()).hint("it takes `type`, `optional` and `reads`"),
            );
            whole = false;
        }
    }
    let optional = match entry.value.get("optional") {
        None => Some(false),
        Some(node) => node.as_bool().or_else(|| {
            let message = format!("expected true or false, found {}", node.kind_word());
            reader.report(Diagnostic::error(codes::WRONG_TYPE, node.span, message));
            None
        }),
    };
    let Some(node) = entry.value.get("type") else {
        if whole {
            let message = format!("the column `{}` has no `type`", entry.key.text);
            reader.report(Diagnostic::error(codes::MISSING_KEY, entry.key_span, message));
        }
        return None;
    };
    let kind = kind(node, reader)?;
    let reads = entry.value.get("reads").map(|node| table(node, &kind, reader));
    Some(column(kind, optional?, reads.map_or(Some(None), |read| read.map(Some))?)).filter(|_| whole)
}

/// The table of paths beside a column of Rego.
fn table(node: &Node, kind: &Kind, reader: &mut Reader<'_>) -> Option<(Text, Span)> {
    if !matches!(kind, Kind::Rego(_)) {
        let message = "`reads` says what a column of Rego reads, and this column has none";
        reader.report(Diagnostic::error(codes::FOREIGN_KEY, node.span, message));
        return None;
    }
    let name = node.as_text().filter(|name| name.split('.').all(is_name));
    if name.is_none() {
        let message = format!("expected the name of a table, found {}", node.kind_word());
        reader.report(Diagnostic::error(codes::WRONG_TYPE, node.span, message));
    }
    Some((Text::from(name?), node.span))
}

fn kind(node: &Node, reader: &mut Reader<'_>) -> Option<Kind> {
    let known = || TYPES.iter().chain(CELL_TYPES).copied();
    let hint = || format!("a column is {}, or a list of the values that may occur", quoted_list(known()));
    match &node.kind {
        NodeKind::List(words) => vocabulary(node, words, reader),
        NodeKind::Text(word) => match word.text.as_str() {
            TEMPLATE => Some(Kind::Template),
            DRAW => Some(Kind::Draw),
            REGO => Some(Kind::Rego(Part::Condition)),
            REGO_RULES => Some(Kind::Rego(Part::Rules)),
            other => match TYPES.iter().find(|one| **one == other) {
                Some(word) => Some(Kind::Word(word)),
                None => {
                    let diagnostic = Diagnostic::error(codes::WRONG_TYPE, node.span, format!("unknown type `{other}`"));
                    reader.report(diagnostic.suggest(other, known()).hint(hint()));
                    None
                }
            },
        },
        _ => {
            let message = format!("expected the type of a column, found {}", node.kind_word());
            reader.report(Diagnostic::error(codes::WRONG_TYPE, node.span, message).hint(hint()));
            None
        }
    }
}

fn vocabulary(node: &Node, words: &[Node], reader: &mut Reader<'_>) -> Option<Kind> {
    if words.is_empty() {
        reader.report(Diagnostic::error(codes::EMPTY_CHOICE, node.span, "a column that no value may stand in"));
        return None;
    }
    if let Some(inner) = words.iter().find(|word| word.is_collection()) {
        let message = format!("expected a value of the column, found {}", inner.kind_word());
        reader.report(Diagnostic::error(codes::WRONG_TYPE, inner.span, message));
        return None;
    }
    let whole = words.iter().all(|word| constant(word, reader, "a value of a column", "write the values that may occur"));
    whole.then(|| Kind::Words(words.iter().map(Node::value).collect()))
}
