//! What may be written at a place in an expression: names, attributes, words, functions, filters, tests.
//!
//! In: what is being written ([`Spot`]) and what is in sight. Out: the protocol's items, each with what is known of it. What must
//! hold: every item would be understood there; the nearest names come first.

use lsp_types::{CompletionItem, CompletionItemKind as Icon, Documentation, MarkupContent, MarkupKind};

use super::cursor::Spot;
use super::describe;
use super::hover;
use super::sight::Place;
use crate::data::Type;
use crate::library::{self, Role};
use crate::program::{Means, Name, Section};

/// The items for a spot.
pub(super) fn items(spot: &Spot<'_>, place: &Place<'_>) -> Vec<CompletionItem> {
    match spot {
        Spot::Name => names(place),
        Spot::Attribute(object) => fields(&place.type_of(object)),
        Spot::Key(object) => keys(&place.type_of(object)),
        Spot::Word(operand) => words(&place.type_of(operand)),
        Spot::Filter => functions(place, Role::Filter, "2"),
        Spot::Test => functions(place, Role::Test, "2"),
    }
}

fn item(label: &str, icon: Icon, rank: &str, detail: String) -> CompletionItem {
    CompletionItem {
        label: label.to_owned(),
        kind: Some(icon),
        detail: Some(detail),
        sort_text: Some(format!("{rank}{label}")),
        ..CompletionItem::default()
    }
}

fn documented(item: CompletionItem, text: String) -> CompletionItem {
    let markup = MarkupContent { kind: MarkupKind::Markdown, value: text };
    CompletionItem { documentation: Some(Documentation::MarkupContent(markup)), ..item }
}

fn names(place: &Place<'_>) -> Vec<CompletionItem> {
    let mut items: Vec<CompletionItem> = Vec::new();
    for local in place.locals() {
        // An inner name hides none, but one place may be lowered for several readers.
        if !items.iter().any(|item| item.label == local.name.as_str()) {
            items.push(item(&local.name, Icon::VARIABLE, "0", describe::kind(&local.ty)));
        }
    }
    // `say.x` and `params.x` are written after their dot.
    let bare = place.names().into_iter().filter(|name| !name.name.contains('.') && name.means != Means::Function);
    for name in bare {
        let rank = if name.means == Means::Reserved { "2" } else { "1" };
        let detail = format!("{}: {}", describe::means(name.means), describe::kind(&name.ty));
        items.push(documented(item(&name.name, icon(name), rank, detail), hover::of_name(place.analysis, name)));
    }
    items.extend(functions(place, Role::Function, "3"));
    items
}

fn icon(name: &Name) -> Icon {
    match name.means {
        Means::Fact | Means::Param => Icon::CONSTANT,
        Means::Entry(Section::Derive) => Icon::PROPERTY,
        Means::Entry(_) => Icon::FIELD,
        Means::File | Means::Dataset => Icon::MODULE,
        Means::Function | Means::Builtin(_) => Icon::FUNCTION,
        Means::Reserved => Icon::KEYWORD,
        Means::Local | Means::Field => Icon::VARIABLE,
    }
}

/// The functions of the spec, which serve in every role, and those of the library.
fn functions(place: &Place<'_>, role: Role, rank: &str) -> Vec<CompletionItem> {
    let own = place.names().into_iter().filter(|name| name.means == Means::Function);
    let own = own.map(|name| {
        let item = item(&name.name, Icon::FUNCTION, "1", describe::function(name));
        documented(item, hover::of_name(place.analysis, name))
    });
    // `==` and its like are tests, too, and nobody writes them behind `is`.
    let named = |name: &&str| name.starts_with(|c: char| c.is_ascii_alphabetic());
    let rows = library::names(role).filter(named).filter_map(|name| Some((name, library::find(role, name)?)));
    let rows = rows.map(|(name, row)| {
        documented(item(name, Icon::FUNCTION, rank, describe::builtin(row, role)), hover::of_builtin(row, role))
    });
    own.chain(rows).collect()
}

fn fields(ty: &Type) -> Vec<CompletionItem> {
    let Some(fields) = &ty.map else { return Vec::new() };
    // The order of the file says more than that of letters.
    let known = fields.known.iter().enumerate();
    known.map(|(at, (name, field))| item(name, Icon::FIELD, &format!("{at:04}"), describe::kind(&field.ty))).collect()
}

fn keys(ty: &Type) -> Vec<CompletionItem> {
    fields(ty).into_iter().map(|item| CompletionItem { kind: Some(Icon::VALUE), ..item }).collect()
}

/// The words that a value can be, or, of a list, that its elements can be.
fn words(ty: &Type) -> Vec<CompletionItem> {
    let elements = ty.item();
    let words = ty.vocabulary().into_iter().chain(elements.vocabulary()).flatten();
    words.map(|word| item(word, Icon::ENUM_MEMBER, "", "can occur".to_owned())).collect()
}
