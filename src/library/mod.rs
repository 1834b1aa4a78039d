//! The standard library: the one table of functions, filters and tests that expressions may use.
//!
//! In: values (when records are made) or types (when a spec is checked). Out: a value or a type, or why there is none. One
//! row serves calls, argument checks, static types, nearest names and the generated reference. Every row is pure and strict:
//! undefined arguments, attributes that an element lacks, text against numbers and results that are not finite are errors.

#![allow(clippy::unnecessary_wraps, reason = "every row has the same two signatures, whether or not it can fail")]

mod arguments;
mod attributes;
mod kinds;
mod known;
mod print;
mod decimal;
mod text;
mod wording;
mod article;
mod numbers;
mod rounding;
mod statistics;
mod queue;
mod queueing;
mod scaling;
mod units;
mod series;
mod matrices;
mod order;
mod sequences;
mod higher_order;
mod predicates;
mod sets;
mod maps;
mod tables;
mod voting;
mod rankings;
mod bidding;
mod waiting;

use std::collections::{BTreeMap, HashMap};
use std::sync::LazyLock;

pub use arguments::{MOST_PARAMS, Misfit, Place};
pub use attributes::{field as attribute_type, get as attribute};
pub use kinds::Kinds;
pub use predicates::{incomparable, never_equal};

use arguments::{Call, TypeCall};

use crate::data::{Text, Type, Value};
use crate::diag::{Code, codes, nearest};

/// How a name is used in an expression.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// `name(x)`.
    Function,
    /// `x | name`.
    Filter,
    /// `x is name`.
    Test,
}

impl Role {
    /// The role in a word, for messages.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Function => "function",
            Self::Filter => "filter",
            Self::Test => "test",
        }
    }

    /// The code of a name that does not exist in this role.
    #[must_use]
    pub fn unknown(self) -> Code {
        match self {
            Self::Function => codes::UNKNOWN_FUNCTION,
            Self::Filter => codes::UNKNOWN_FILTER,
            Self::Test => codes::UNKNOWN_TEST,
        }
    }
}

/// The roles that one row serves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Roles {
    /// Functions only.
    Function,
    /// Filters only.
    Filter,
    /// Functions and filters; a filter's piped value is the first parameter.
    Both,
    /// Tests only; the tested value is the first parameter and the result a boolean.
    Test,
}

impl Roles {
    /// Whether the row serves `role`.
    #[must_use]
    pub fn serves(self, role: Role) -> bool {
        match role {
            Role::Function => matches!(self, Self::Function | Self::Both),
            Role::Filter => matches!(self, Self::Filter | Self::Both),
            Role::Test => self == Self::Test,
        }
    }
}

/// One parameter.
#[derive(Debug, Clone, Copy)]
pub struct Param {
    /// Its name, which is also its keyword.
    pub name: &'static str,
    /// The kinds it takes.
    pub kinds: Kinds,
    /// The kinds that the elements of a list or the values of a map given here must have.
    pub items: Kinds,
    /// Whether a call may leave it out.
    pub optional: bool,
    /// Whether it is given by keyword only. Such parameters come last.
    pub keyword: bool,
}

impl Param {
    const fn need(name: &'static str, kinds: Kinds) -> Self {
        Self { name, kinds, items: Kinds::ANY, optional: false, keyword: false }
    }

    const fn may(name: &'static str, kinds: Kinds) -> Self {
        Self { name, kinds, items: Kinds::ANY, optional: true, keyword: false }
    }

    /// Must be given, and by its name.
    const fn named(name: &'static str, kinds: Kinds) -> Self {
        Self { name, kinds, items: Kinds::ANY, optional: false, keyword: true }
    }

    const fn keyword(name: &'static str, kinds: Kinds) -> Self {
        Self { name, kinds, items: Kinds::ANY, optional: true, keyword: true }
    }

    const fn of(mut self, items: Kinds) -> Self {
        self.items = items;
        self
    }
}

/// One row of the table.
#[derive(Debug)]
pub struct Builtin {
    /// Its name.
    pub name: &'static str,
    /// Other names of the same row.
    pub aliases: &'static [&'static str],
    /// Where it may be used.
    pub roles: Roles,
    /// Its parameters in order.
    pub params: &'static [Param],
    /// Further positional arguments, any number; `None` where it takes none.
    pub rest: Option<Param>,
    /// Keyword arguments of any other name; `None` where it takes none.
    pub open: Option<Param>,
    /// Whether the first argument may be undefined.
    pub lenient: bool,
    /// The type of the result, from the types of the arguments.
    result: Infer,
    /// The result.
    call: Run,
    /// What it does: shapes, units, errors. Markdown, whole sentences.
    pub doc: &'static str,
    /// An expression that uses it.
    pub example: &'static str,
    /// What the example gives, as JSON.
    pub gives: &'static str,
}

type Infer = fn(&TypeCall<'_>) -> Result<Type, Misfit>;
type Run = fn(&Call<'_>) -> Result<Value, String>;

impl Builtin {
    const fn new(name: &'static str, roles: Roles, params: &'static [Param], result: Infer, call: Run) -> Self {
        Self {
            name,
            aliases: &[],
            roles,
            params,
            rest: None,
            open: None,
            lenient: false,
            result,
            call,
            doc: "",
            example: "",
            gives: "",
        }
    }

    const fn doc(mut self, doc: &'static str, example: &'static str, gives: &'static str) -> Self {
        self.doc = doc;
        self.example = example;
        self.gives = gives;
        self
    }

    const fn aliases(mut self, aliases: &'static [&'static str]) -> Self {
        self.aliases = aliases;
        self
    }

    const fn rest(mut self, name: &'static str, kinds: Kinds) -> Self {
        self.rest = Some(Param::may(name, kinds));
        self
    }

    const fn open(mut self, name: &'static str, kinds: Kinds) -> Self {
        self.open = Some(Param::may(name, kinds));
        self
    }

    const fn lenient(mut self) -> Self {
        self.lenient = true;
        self
    }

    /// The message of a refusal with the name of the row, where it does not say it already.
    #[must_use]
    pub fn signed(&self, message: String) -> String {
        let name = format!("`{}`", self.name);
        if message.contains(&name) { message } else { format!("{name}: {message}") }
    }
}

/// How a row that takes another function's name (`map`, `select`, `rejectattr` and so on) reaches it, an author's own
/// functions included. [`Library`] reaches the table alone.
pub trait Names {
    /// Calls `name` in `role`.
    ///
    /// # Errors
    /// An unknown name, arguments that do not fit, or whatever the function itself refuses.
    fn call(&self, role: Role, name: &str, args: &[Value], named: &[(Text, Value)]) -> Result<Value, String>;

    /// The type of the result of such a call.
    ///
    /// # Errors
    /// An unknown name or arguments that can never fit.
    fn result(&self, role: Role, name: &str, args: &[Type], named: &[(Text, Type)]) -> Result<Type, Misfit>;
}

/// The names of the table and no others.
#[derive(Debug, Clone, Copy, Default)]
pub struct Library;

impl Names for Library {
    fn call(&self, role: Role, name: &str, args: &[Value], named: &[(Text, Value)]) -> Result<Value, String> {
        let builtin = find(role, name).ok_or_else(|| unknown(role, name, []).message)?;
        invoke(builtin, args, named, self)
    }

    fn result(&self, role: Role, name: &str, args: &[Type], named: &[(Text, Type)]) -> Result<Type, Misfit> {
        let builtin = find(role, name).ok_or_else(|| unknown(role, name, []))?;
        infer(builtin, args, named, self)
    }
}

static FAMILIES: [&[Builtin]; 21] = [
    text::ROWS,
    wording::ROWS,
    numbers::ROWS,
    rounding::ROWS,
    statistics::ROWS,
    queueing::ROWS,
    scaling::ROWS,
    units::ROWS,
    series::ROWS,
    matrices::ROWS,
    order::ROWS,
    sequences::ROWS,
    higher_order::ROWS,
    predicates::ROWS,
    sets::ROWS,
    maps::ROWS,
    tables::ROWS,
    voting::ROWS,
    rankings::ROWS,
    bidding::ROWS,
    waiting::ROWS,
];

/// Looked into at every call by name; never iterated, so that no order depends on it.
static BY_NAME: LazyLock<HashMap<(Role, &'static str), &'static Builtin>> =
    LazyLock::new(|| INDEX.iter().map(|(key, row)| (*key, *row)).collect());

static INDEX: LazyLock<BTreeMap<(Role, &'static str), &'static Builtin>> = LazyLock::new(|| {
    let mut index = BTreeMap::new();
    for row in all() {
        for role in [Role::Function, Role::Filter, Role::Test] {
            if row.roles.serves(role) {
                index.extend([row.name].iter().chain(row.aliases).map(|name| ((role, *name), row)));
            }
        }
    }
    index
});

/// Every row, in the order of the reference.
pub fn all() -> impl Iterator<Item = &'static Builtin> {
    FAMILIES.iter().flat_map(|rows| rows.iter())
}

/// The row of a name or an alias.
#[must_use]
pub fn find(role: Role, name: &str) -> Option<&'static Builtin> {
    BY_NAME.get(&(role, name)).copied()
}

/// Every name and alias of a role, in order.
pub fn names(role: Role) -> impl Iterator<Item = &'static str> {
    INDEX.keys().filter(move |(of, _)| *of == role).map(|(_, name)| *name)
}

/// The misfit of a name that does not exist; `own` are the author's functions, which are suggested first.
#[must_use]
pub fn unknown<'a>(role: Role, name: &str, own: impl IntoIterator<Item = &'a str>) -> Misfit {
    let known = names(role).map(|name| -> &'a str { name });
    let hint = nearest(name, own.into_iter().chain(known)).map(|near| format!("did you mean `{near}`?"));
    let others = [Role::Function, Role::Filter, Role::Test];
    let elsewhere = others.into_iter().find(|other| *other != role && find(*other, name).is_some());
    let hint = elsewhere.map(|other| format!("`{name}` is a {}", other.word())).or(hint);
    Misfit { place: None, message: format!("there is no {} `{name}`", role.word()), hint, code: role.unknown() }
}

/// Calls a row.
///
/// # Errors
/// Arguments that do not fit, or whatever the row itself refuses; one lower-case phrase.
pub fn invoke(builtin: &'static Builtin, args: &[Value], named: &[(Text, Value)], scope: &dyn Names) -> Result<Value, String> {
    let args = arguments::bind(builtin, args, named).map_err(|misfit| misfit.message)?;
    (builtin.call)(&Call { builtin, args, scope })
}

/// Calls a row with values in the order of its parameters; `None` where one is not given.
///
/// # Errors
/// Arguments that do not fit, or whatever the row refuses.
pub fn invoke_placed(
    builtin: &'static Builtin,
    slots: [Option<&Value>; MOST_PARAMS],
    scope: &dyn Names,
) -> Result<Value, String> {
    let args = arguments::bind_placed(builtin, slots).map_err(|misfit| misfit.message)?;
    (builtin.call)(&Call { builtin, args, scope })
}

/// The parameter of each argument of a call, the positional ones first; `None` where it has others than its parameters, or does
/// not fit.
#[must_use]
pub fn places(builtin: &'static Builtin, positional: usize, named: &[Text]) -> Option<Vec<usize>> {
    arguments::places(builtin, positional, named)
}

/// The type of the result of a call.
///
/// # Errors
/// Arguments of which no value can fit. What may fit is left to the run.
pub fn infer(builtin: &'static Builtin, args: &[Type], named: &[(Text, Type)], scope: &dyn Names) -> Result<Type, Misfit> {
    let args = arguments::bind(builtin, args, named)?;
    (builtin.result)(&TypeCall { builtin, args, scope })
}

#[cfg(test)]
mod testing;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_complete_and_every_name_is_unique() {
        let mut seen = std::collections::BTreeSet::new();
        for row in all() {
            assert!(row.params.len() <= arguments::MOST_PARAMS, "{}", row.name);
            assert!(row.doc.ends_with('.') && !row.example.is_empty() && !row.gives.is_empty(), "{}", row.name);
            for role in [Role::Function, Role::Filter, Role::Test] {
                for name in [row.name].iter().chain(row.aliases).filter(|_| row.roles.serves(role)) {
                    assert!(seen.insert((role, *name)), "{name} twice");
                }
            }
            let first_optional = row.params.iter().position(|param| param.optional).unwrap_or(row.params.len());
            assert!(row.params.iter().skip(first_optional).all(|param| param.optional), "{}", row.name);
        }
    }

    #[test]
    fn unknown_names_get_the_nearest_one_or_the_role_they_have() {
        assert_eq!(unknown(Role::Filter, "uppr", []).hint.unwrap(), "did you mean `upper`?");
        assert_eq!(unknown(Role::Filter, "scroe", ["score"]).hint.unwrap(), "did you mean `score`?");
        assert_eq!(unknown(Role::Test, "flags", []).hint.unwrap(), "`flags` is a function");
    }
}
