//! Types and functions in the words of hovers and lists.
//!
//! In: a type, a function of the library or of a spec. Out: a line of text. What must hold: a line stays a line: long lists of words
//! and fields are cut, with how many there are.

use crate::data::{Fields, IntRange, Text, Type, Words};
use crate::library::{Builtin, Param, Role};
use crate::program::{Means, Name, Section};

/// Words and fields shown of one type.
const MOST_SHOWN: usize = 12;
/// How deep lists and maps are shown.
const MOST_LEVELS: usize = 3;

/// What is known of a value, in words: `'mail' or 'phone'`, `an integer from 0 to 96`.
pub(super) fn kind(ty: &Type) -> String {
    at_level(ty, 0)
}

fn at_level(ty: &Type, level: usize) -> String {
    if ty.is_any() || level > MOST_LEVELS {
        return "any value".to_owned();
    }
    let mut kinds = Vec::new();
    match &ty.text {
        Some(Words::Known(words)) => kinds.push(cut(words.iter().map(|word| format!("'{word}'")), words.len(), " or ")),
        Some(Words::Any) => kinds.push("text".to_owned()),
        None => {}
    }
    match (ty.yes, ty.no) {
        (true, true) => kinds.push("true or false".to_owned()),
        (true, false) => kinds.push("true".to_owned()),
        (false, true) => kinds.push("false".to_owned()),
        (false, false) => {}
    }
    if ty.float {
        kinds.push("a number".to_owned());
    } else if let Some(range) = ty.int {
        kinds.push(integer(range));
    }
    if let Some(list) = &ty.list {
        let item = if list.item.is_any() || list.item.is_never() { String::new() } else { at_level(&list.item, level + 1) };
        kinds.push(if item.is_empty() { "a list".to_owned() } else { format!("a list of {item}") });
    }
    kinds.extend(ty.map.as_ref().map(|fields| map(fields, level)));
    if ty.null {
        kinds.push("null".to_owned());
    }
    if kinds.is_empty() { "no value".to_owned() } else { kinds.join(" or ") }
}

fn integer(range: IntRange) -> String {
    let far = i128::from(i64::MAX);
    match (range.min > -far, range.max < far) {
        (true, true) if range.min == range.max => range.min.to_string(),
        (true, true) => format!("an integer from {} to {}", range.min, range.max),
        (true, false) => format!("an integer from {} on", range.min),
        (false, true) => format!("an integer up to {}", range.max),
        (false, false) => "an integer".to_owned(),
    }
}

fn map(fields: &Fields, level: usize) -> String {
    if fields.known.is_empty() {
        let rest = fields.rest.as_ref().filter(|rest| !rest.is_any());
        return rest.map_or_else(|| "a map".to_owned(), |rest| format!("a map to {}", at_level(rest, level + 1)));
    }
    let optional = |one: bool| if one { "?" } else { "" };
    let names = fields.known.iter().map(|(name, field)| format!("`{name}`{}", optional(field.optional)));
    format!("a map with {}", cut(names, fields.known.len(), ", "))
}

fn cut(list: impl Iterator<Item = String>, all: usize, joint: &str) -> String {
    let shown: Vec<String> = list.take(MOST_SHOWN).collect();
    let more = all - shown.len();
    let shown = shown.join(joint);
    if more == 0 { shown } else { format!("{shown}{joint}{more} more") }
}

/// What a name stands for, in a word or two.
pub(super) fn means(means: Means) -> &'static str {
    match means {
        Means::Entry(Section::Context) => "context",
        Means::Entry(Section::Draw) => "draw",
        Means::Entry(Section::Derive) => "derived",
        Means::Entry(Section::Say) => "wording",
        Means::Fact => "fact",
        Means::Param => "parameter",
        Means::File => "used file",
        Means::Dataset => "used dataset",
        Means::Reserved => "name of the language",
        Means::Local => "local name",
        Means::Field => "field",
        Means::Function => "function of the spec",
        Means::Builtin(Role::Function) => "function",
        Means::Builtin(Role::Filter) => "filter",
        Means::Builtin(Role::Test) => "test",
    }
}

/// What a name of the language is.
pub(super) fn reserved(name: &str) -> Option<&'static str> {
    Some(match name {
        "scenario" => "The name of the record's scenario.",
        "index" => "The number of the record in its dataset, from 0 on.",
        "context" => "The map of all entries of `context`.",
        "say" => "The map of all wording; each is read as `say.name`.",
        "record" => "The record as it is written; checks, expectations and views read it.",
        "params" => "The map of all parameters; each is read as `params.name`.",
        "aim" => "The planned labels; draws read `aim.name`, which is null where nothing is planned.",
        _ => return None,
    })
}

/// How a function of the library is called, in a role.
pub(super) fn builtin(row: &Builtin, role: Role) -> String {
    let params: Vec<&Param> = row.params.iter().collect();
    let (first, rest) = match (role, params.split_first()) {
        (Role::Function, _) | (_, None) => (None, params.as_slice()),
        (_, Some((first, rest))) => (Some(*first), rest),
    };
    let mut args: Vec<String> = rest.iter().filter(|param| !param.keyword).map(|param| param_text(param)).collect();
    args.extend(row.rest.map(|rest| format!("…{}", rest.name)));
    args.extend(rest.iter().filter(|param| param.keyword).map(|param| param_text(param)));
    args.extend(row.open.map(|open| format!("…name={}", open.name)));
    let args = args.join(", ");
    let name = row.name;
    let call = if args.is_empty() && role != Role::Function { name.to_owned() } else { format!("{name}({args})") };
    match (role, first) {
        (Role::Filter, Some(first)) => format!("{} | {call}", first.name),
        (Role::Test, Some(first)) => format!("{} is {call}", first.name),
        _ => call,
    }
}

fn param_text(param: &Param) -> String {
    let name = if param.keyword { format!("{}=", param.name) } else { param.name.to_owned() };
    if param.optional { format!("[{name}]") } else { name }
}

/// How a function of a spec is called.
pub(super) fn function(name: &Name) -> String {
    let args: Vec<&str> = name.args.iter().map(|(arg, _): &(Text, Type)| arg.as_str()).collect();
    format!("{}({})", name.name, args.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::library;

    #[test]
    fn types_say_what_may_occur() {
        let numbers = Type::words((0..20).map(|number| format!("w{number:02}")));
        assert_eq!(kind(&Type::words(["a", "b"])), "'a' or 'b'");
        assert!(kind(&numbers).ends_with("'w11' or 8 more"), "{}", kind(&numbers));
        assert_eq!(kind(&Type::int_range(0, 96)), "an integer from 0 to 96");
        assert_eq!(kind(&Type::int()), "an integer");
        assert_eq!(kind(&Type::bool().join(&Type::null())), "true or false or null");
        assert_eq!(kind(&Type::list_of(Type::words(["a"]))), "a list of 'a'");
        assert_eq!(kind(&Type::map_of([("id", Type::any_text())])), "a map with `id`");
        assert_eq!(kind(&Type::map_to(Type::number())), "a map to a number");
        assert_eq!((kind(&Type::any()), kind(&Type::never())), ("any value".to_owned(), "no value".to_owned()));
    }

    #[test]
    fn functions_show_how_they_are_called() {
        let shown = |role, name| builtin(library::find(role, name).unwrap(), role);
        assert_eq!(shown(Role::Filter, "upper"), "text | upper");
        assert!(shown(Role::Function, "listing").starts_with("listing("), "{}", shown(Role::Function, "listing"));
        for row in library::all() {
            for role in [Role::Function, Role::Filter, Role::Test].into_iter().filter(|role| row.roles.serves(*role)) {
                assert!(builtin(row, role).contains(row.name));
            }
        }
    }
}
