//! What is told of a place: names with their types and sampled values, functions, keys.
//!
//! In: a place, or a name, a function, a key. Out: Markdown. What must hold: what is told is what the tables and the last good
//! compile say; a value is shortened, never made up.

use std::fmt::Write as _;

use super::analysis::{Analysis, Sample};
use super::describe;
use super::sight::Place;
use crate::data::Value;
use crate::json;
use crate::library::{self, Builtin, Role};
use crate::program::{Means, Name, Noted};
use crate::record::Node;
use crate::source::Span;

/// Characters of a value that are shown.
const MOST_SHOWN: usize = 300;

/// What is told of a place, and where what it is about stands; nothing of what is no name.
pub(super) fn at(place: &Place<'_>) -> Option<(Span, String)> {
    if let Some((span, noted)) = place.read() {
        return Some((span, of_noted(place.analysis, noted)));
    }
    if let Some((span, name)) = place.given() {
        return Some((span, of_name(place.analysis, name)));
    }
    let (span, noted) = place.local_given()?;
    Some((span, of_noted(place.analysis, noted)))
}

fn of_noted(analysis: &Analysis, noted: &Noted) -> String {
    let own = |name: &Name| name.means == noted.means && name.name == noted.name;
    match noted.means {
        Means::Builtin(role) => library::find(role, &noted.name).map_or_else(String::new, |row| of_builtin(row, role)),
        Means::Function => analysis.notes.name(&noted.name).map_or_else(String::new, |name| of_name(analysis, name)),
        // What is known at one place may be more, or less, than what is known of the name.
        _ => match analysis.notes.names.iter().find(|name| own(name)) {
            Some(name) if noted.ty.is_any() => of_name(analysis, name),
            Some(name) => of_name(analysis, &Name { ty: noted.ty.clone(), ..name.clone() }),
            None => {
                let name =
                    Name { name: noted.name.clone(), means: noted.means, ty: noted.ty.clone(), given: None, args: Vec::new() };
                of_name(analysis, &name)
            }
        },
    }
}

/// What is told of a name of a spec.
pub(super) fn of_name(analysis: &Analysis, name: &Name) -> String {
    let means = describe::means(name.means);
    if name.means == Means::Function {
        let mut text = format!("```\n{}\n```\n{means}; gives {}", describe::function(name), describe::kind(&name.ty));
        for (arg, ty) in &name.args {
            let _ = write!(text, "\n- `{arg}`: {}", describe::kind(ty));
        }
        return text;
    }
    let mut text = format!("**`{}`** ({means})\n\n{}", name.name, describe::kind(&name.ty));
    if name.means == Means::Reserved
        && let Some(doc) = describe::reserved(&name.name)
    {
        let _ = write!(text, "\n\n{doc}");
    }
    // A local name may hide a sample of another.
    if name.means != Means::Local
        && let Some((value, sample)) = analysis.sample(&name.name)
    {
        let _ = write!(text, "\n\n{}", sampled(&value, sample));
    }
    text
}

fn sampled(value: &Value, sample: &Sample) -> String {
    let mut shown = String::new();
    json::write_node(Node::of(value), &mut shown);
    if let Some((cut, _)) = shown.char_indices().nth(MOST_SHOWN) {
        shown.truncate(cut);
        shown.push('…');
    }
    let whose = match &sample.record {
        None => "The value".to_owned(),
        Some((index, scenario)) if scenario.is_empty() => format!("In record {index}"),
        Some((index, scenario)) => format!("In record {index} (`{scenario}`)"),
    };
    format!("{whose}:\n```json\n{shown}\n```")
}

/// What is told of a function, filter or test of the library.
pub(super) fn of_builtin(row: &Builtin, role: Role) -> String {
    let call = describe::builtin(row, role);
    let mut text = format!("```\n{call}\n```\n{}\n", row.doc);
    for param in row.params {
        let _ = write!(text, "\n- `{}`: {}", param.name, param.kinds.describe());
    }
    let _ = write!(text, "\n\n`{}` gives `{}`", row.example, row.gives);
    text
}
