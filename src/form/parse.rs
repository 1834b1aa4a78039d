//! YAML nodes to forms: the one grammar of form positions and value positions.

use super::data::{ListData, Literal, MapData, Templated};
use super::modifiers;
use super::position::Position;
use super::{FORMS, FormKind, MODIFIERS, find, pick, say};
use crate::data::Text;
use crate::diag::{Diagnostic, Diagnostics, codes, quoted_list};
use crate::engine::yaml::{Entry, Node, NodeKind};
use crate::program::{ExprText, Form, TemplateText};
use crate::source::Span;

/// Where template files are found.
pub trait Files {
    /// The text of a template file and its place; a missing one is reported at `asked`.
    fn template(&mut self, path: &str, asked: Span, diagnostics: &mut Diagnostics) -> Option<(String, Span)>;
}

/// Forms being parsed.
pub struct Parse<'a> {
    /// What was found wrong.
    pub diagnostics: &'a mut Diagnostics,
    /// Template files.
    pub files: &'a mut dyn Files,
}

/// A mapping that is a form: its head, its options, its modifiers.
pub struct Shape<'n> {
    /// The form.
    pub kind: &'static FormKind,
    /// The place of the whole mapping.
    pub span: Span,
    /// The place of the head key.
    pub head_span: Span,
    /// The main argument.
    pub head: &'n Node,
    /// What the place takes.
    pub position: Position,
    /// Whether keys carry a `$` here.
    pub dollar: bool,
    /// Keys that a row has read already.
    taken: &'static [&'static str],
    entries: &'n [Entry],
}

impl<'n> Shape<'n> {
    /// The entry of an option.
    #[must_use]
    pub fn entry(&self, name: &str) -> Option<&'n Entry> {
        if self.taken.contains(&name) {
            return None;
        }
        self.entries.iter().find(|entry| key_of(entry, self.dollar) == Some(name))
    }

    /// The value of an option.
    #[must_use]
    pub fn option(&self, name: &str) -> Option<&'n Node> {
        self.entry(name).map(|entry| &entry.value)
    }
}

fn is_modifier(name: &str) -> bool {
    MODIFIERS.iter().any(|key| key.name == name)
}

/// The key without its `$`; `None` for a key that is data here.
fn key_of(entry: &Entry, dollar: bool) -> Option<&str> {
    if dollar { entry.key.text.strip_prefix('$').filter(|rest| !rest.starts_with('$')) } else { Some(&entry.key.text) }
}

/// A key of a form as the place spells it.
pub(super) fn spelt(key: &str, dollar: bool) -> String {
    if dollar { format!("${key}") } else { key.to_owned() }
}

impl Parse<'_> {
    /// Reports a mistake.
    pub fn report(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    /// Reports a value of the wrong kind.
    pub fn expected(&mut self, node: &Node, what: &str) {
        let message = format!("expected {what}, found {}", node.kind_word());
        self.report(if node.is_null() && node.implicit {
            Diagnostic::error(codes::IMPLICIT_NULL, node.span, message).hint("write the value, or leave the key out")
        } else {
            Diagnostic::error(codes::WRONG_TYPE, node.span, message)
        });
    }

    /// Parses what stands in a form position.
    pub fn form(&mut self, node: &Node, position: Position) -> Option<Box<dyn Form>> {
        match (&node.kind, position) {
            (NodeKind::Map(entries), _) => self.mapping(node, entries, position, false, &[]),
            (NodeKind::List(_), Position::Draw) => pick::uniform(self, node),
            (NodeKind::List(items), Position::Say) => say::alternatives(self, node.span, items),
            (NodeKind::Text(scalar), Position::Say) => Some(Box::new(Templated::text(TemplateText::new(scalar)))),
            _ => self.data(node, position),
        }
    }

    /// Parses what stands directly under `give`: a form where a head key stands, data otherwise.
    pub fn given(&mut self, node: &Node, position: Position) -> Option<Box<dyn Form>> {
        match &node.kind {
            NodeKind::Map(entries) if entries.iter().any(|entry| find(&entry.key.text).is_some()) => {
                self.mapping(node, entries, position, false, &[])
            }
            _ => self.data(node, position),
        }
    }

    /// Parses what stands in a value position: data, in which `$` keys make forms.
    pub fn data(&mut self, node: &Node, position: Position) -> Option<Box<dyn Form>> {
        match &node.kind {
            NodeKind::Map(entries) => self.map_data(node, entries, position),
            NodeKind::List(items) => {
                let items = items.iter().map(|item| self.data(item, position)).collect::<Vec<_>>();
                Some(Box::new(ListData::new(node.span, items.into_iter().collect::<Option<_>>()?)))
            }
            NodeKind::Text(scalar) => {
                let template = TemplateText::new(scalar);
                // Text of several lines may be a module, whose faults have lines: a template knows them.
                let plain = template.is_literal() && !scalar.text.contains('\n');
                Some(if plain { Box::new(Literal::of(node)) } else { Box::new(Templated::typed(template)) })
            }
            NodeKind::Null if node.implicit => {
                self.report(unwritten(node));
                None
            }
            _ => Some(Box::new(Literal::of(node))),
        }
    }

    fn map_data(&mut self, node: &Node, entries: &[Entry], position: Position) -> Option<Box<dyn Form>> {
        if entries.iter().any(|entry| key_of(entry, true).is_some()) {
            return self.mapping(node, entries, position, true, &[]);
        }
        let mut fields = Vec::with_capacity(entries.len());
        let mut whole = true;
        for entry in entries {
            let key = entry.key.text.strip_prefix('$').unwrap_or(&entry.key.text);
            match self.data(&entry.value, position) {
                Some(form) => fields.push((Text::from(key), form)),
                None => whole = false,
            }
        }
        whole.then(|| Box::new(MapData::new(node.span, fields)) as Box<dyn Form>)
    }

    /// A row of `first`, `collect` or `say`: a form, less the keys that the row itself has read.
    pub fn row(
        &mut self,
        node: &Node,
        position: Position,
        dollar: bool,
        taken: &'static [&'static str],
    ) -> Option<Box<dyn Form>> {
        match &node.kind {
            NodeKind::Map(entries) if !dollar || entries.iter().any(|entry| key_of(entry, true).is_some()) => {
                self.mapping(node, entries, position, dollar, taken)
            }
            _ if dollar => self.data(node, position),
            _ => self.form(node, position),
        }
    }

    fn mapping(
        &mut self,
        node: &Node,
        entries: &[Entry],
        position: Position,
        dollar: bool,
        taken: &'static [&'static str],
    ) -> Option<Box<dyn Form>> {
        let (head, kind) = self.head(node, entries, dollar)?;
        let known = self.foreign_keys(entries, kind, dollar, taken);
        // In wording a pick chooses among alternatives.
        let worded = position == Position::Say && kind.head == pick::KIND.head;
        if kind.draws && position != Position::Draw && !worded {
            let message = format!("`{}` draws, and {} cannot", spelt(kind.head, dollar), position.what());
            self.report(
                Diagnostic::error(position.drawn(dollar), head.key_span, message)
                    .hint("draw it under `context` or `draw` and read its name here"),
            );
            return None;
        }
        let shape =
            Shape { kind, span: node.span, head_span: head.key_span, head: &head.value, position, dollar, taken, entries };
        self.shaped(&shape, known)
    }

    /// Reads a form with its modifiers; `known` says that no other key stands there.
    fn shaped(&mut self, shape: &Shape<'_>, known: bool) -> Option<Box<dyn Form>> {
        let inner = (shape.kind.parse)(self, shape);
        let whole = modifiers::parse(self, shape, inner, known)?;
        known.then_some(whole)
    }

    /// Reads a row that is a form of one kind, whose head must be there and which stands nowhere else.
    pub(super) fn row_of(&mut self, node: &Node, kind: &'static FormKind) -> Option<Box<dyn Form>> {
        let NodeKind::Map(entries) = &node.kind else {
            self.expected(node, &format!("a map with `{}`", kind.head));
            return None;
        };
        let known = self.foreign_keys(entries, kind, false, &[]);
        let Some(head) = entries.iter().find(|entry| entry.key.text == kind.head) else {
            let diagnostic = Diagnostic::error(codes::MISSING_KEY, node.span, format!("there is no `{}`", kind.head));
            self.report(diagnostic);
            return None;
        };
        let (position, dollar, taken) = (Position::Pure, false, &[]);
        let (head_span, head) = (head.key_span, &head.value);
        self.shaped(&Shape { kind, span: node.span, head_span, head, position, dollar, taken, entries }, known)
    }

    fn head<'n>(&mut self, node: &Node, entries: &'n [Entry], dollar: bool) -> Option<(&'n Entry, &'static FormKind)> {
        let found: Vec<_> = entries.iter().filter_map(|entry| Some((entry, find(key_of(entry, dollar)?)?))).collect();
        // A form may have an option that is a head elsewhere, as `fold` has `give`.
        let is_option = |kind: &FormKind| found.iter().any(|(_, other)| other.options.contains(&kind.head));
        let heads: Vec<_> = found.iter().copied().filter(|(_, kind)| !is_option(kind)).collect();
        match heads.as_slice() {
            [(entry, kind)] => Some((entry, kind)),
            [] => {
                self.no_head(node, entries, dollar);
                None
            }
            [(first, kind), (second, other), ..] => {
                let (one, two) = (spelt(kind.head, dollar), spelt(other.head, dollar));
                let message = format!("`{two}` beside `{one}`: a mapping is one form");
                self.report(
                    Diagnostic::error(codes::FOREIGN_KEY, second.key_span, message)
                        .label(first.key_span, "the first head key")
                        .hint("to write data with such a key, put it under `const`"),
                );
                None
            }
        }
    }

    fn no_head(&mut self, node: &Node, entries: &[Entry], dollar: bool) {
        let heads: Vec<String> = FORMS.iter().map(|kind| spelt(kind.head, dollar)).collect();
        let heads = || heads.iter().map(String::as_str);
        let wrong = entries.iter().filter_map(|entry| Some((entry, key_of(entry, dollar)?)));
        let unknown = wrong.clone().find(|(_, key)| !is_modifier(key)).or_else(|| wrong.clone().next());
        let (span, key) = unknown.map_or((node.span, ""), |(entry, key)| (entry.key_span, key));
        let shown = spelt(key, dollar);
        let message = if key.is_empty() {
            "expected a form, found an empty mapping".to_owned()
        } else {
            format!("`{shown}` is not a form")
        };
        let message = if is_modifier(key) { format!("`{shown}` stands beside a form, and there is none") } else { message };
        if let Some(colon) = colon_in_text(entries, &shown) {
            let message = "text with `: ` in it, which YAML reads as a mapping";
            let hint = format!("quote the text: `{colon}`");
            self.report(Diagnostic::error(codes::COLON_IN_TEXT, node.span, message).hint(hint));
            return;
        }
        let data =
            if dollar { "a key of data that starts with `$` is written `$$`" } else { "data goes under `give` or `const`" };
        self.report(
            Diagnostic::error(codes::UNKNOWN_KEY, span, message)
                .suggest(&shown, heads())
                .hint(format!("a mapping here is a form, with one of {}; {data}", quoted_list(heads()))),
        );
    }

    /// Reports keys that the form does not take; whether all were known.
    fn foreign_keys(&mut self, entries: &[Entry], kind: &FormKind, dollar: bool, taken: &[&str]) -> bool {
        let mut known = true;
        for entry in entries {
            let name = key_of(entry, dollar);
            let fits = name.is_some_and(|name| {
                let modifier = || kind.modifiers().any(|key| key.name == name);
                name == kind.head || kind.options.contains(&name) || modifier() || taken.contains(&name)
            });
            if fits {
                continue;
            }
            known = false;
            let shown = entry.key.text.as_str();
            let options: Vec<String> =
                kind.options.iter().copied().chain(kind.modifiers().map(|key| key.name)).map(|one| spelt(one, dollar)).collect();
            let options = || options.iter().map(String::as_str);
            let modifier = name.is_some_and(is_modifier);
            let elsewhere = modifier || name.is_some_and(|name| FORMS.iter().any(|other| other.options.contains(&name)));
            let code = if elsewhere || name.is_none() { codes::FOREIGN_KEY } else { codes::UNKNOWN_KEY };
            let diagnostic =
                Diagnostic::error(code, entry.key_span, format!("`{}` does not take `{shown}`", spelt(kind.head, dollar)))
                    .suggest(shown, options());
            let head = spelt(kind.head, dollar);
            self.report(match name.filter(|_| modifier) {
                Some("each") => diagnostic.hint(format!("put it around: `each: …, as: x, give: {{{}: …}}`", kind.head)),
                _ => diagnostic.hint(format!("beside `{head}` may stand {}", quoted_list(options()))),
            });
        }
        known
    }

    /// A bare expression, as the keys that ask take one. Other scalars are expressions too (`when: true`).
    pub fn expression(&mut self, node: &Node) -> Option<ExprText> {
        match node.scalar() {
            Some(scalar) if !scalar.text.trim().is_empty() => Some(ExprText::new(&scalar)),
            _ => {
                self.expected(node, "an expression");
                None
            }
        }
    }

    /// A name that expressions can spell.
    pub fn name(&mut self, node: &Node) -> Option<Text> {
        match node.as_text() {
            Some(text) if is_name(text) => Some(Text::from(text)),
            Some(text) => {
                self.report(bad_name(text, node.span));
                None
            }
            None => {
                self.expected(node, "a name");
                None
            }
        }
    }
}

/// A mapping of one sentence to another: text that YAML has taken apart at its colon, quoted.
fn colon_in_text(entries: &[Entry], key: &str) -> Option<String> {
    let [entry] = entries else { return None };
    let value = entry.value.scalar_text().filter(|_| !entry.key.quoted)?;
    if !key.trim().contains(' ') {
        return None;
    }
    let whole = format!("{key}: {value}");
    Some(if whole.contains(['"', '\\']) { format!("'{}'", whole.replace('\'', "''")) } else { format!("\"{whole}\"") })
}

/// The diagnostic for a null that nobody wrote.
#[must_use]
pub fn unwritten(node: &Node) -> Diagnostic {
    Diagnostic::error(codes::IMPLICIT_NULL, node.span, "a key without a value")
        .hint("write the value, or `null` where null is meant")
}

/// The value of a key in a row, with its `$` where rows carry one.
pub(super) fn row_key<'n>(node: &'n Node, name: &str, dollar: bool) -> Option<&'n Node> {
    let NodeKind::Map(entries) = &node.kind else { return None };
    entries.iter().find(|entry| key_of(entry, dollar) == Some(name)).map(|entry| &entry.value)
}

/// Whether expressions can spell a name.
#[must_use]
pub fn is_name(text: &str) -> bool {
    let mut chars = text.chars();
    let head = chars.next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_');
    let words = ["and", "or", "not", "in", "is", "if", "else", "true", "false", "none", "True", "False", "None", "loop"];
    head && chars.all(|c| c.is_ascii_alphanumeric() || c == '_') && !words.contains(&text)
}

/// The diagnostic for a name that expressions cannot spell.
#[must_use]
pub fn bad_name(text: &str, span: Span) -> Diagnostic {
    Diagnostic::error(codes::BAD_NAME, span, format!("`{text}` cannot be a name"))
        .hint("a name has letters, digits and `_`, does not begin with a digit, and is not a word of expressions")
}
