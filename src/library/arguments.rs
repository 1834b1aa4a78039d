//! Arguments bound to parameters, the same way for values and for types.
//!
//! In: the positional and keyword arguments of a call. Out: a [`Call`] or a [`TypeCall`] whose required arguments are there
//! and of a fitting kind, or a [`Misfit`] that says which argument is wrong.

use super::{Builtin, Kinds, Names, Param};
use crate::data::{Map, Text, Type, Value};
use crate::diag::{Code, codes, nearest, quoted_list};

/// No row has more parameters; what exceeds them is `rest` or `open`.
pub const MOST_PARAMS: usize = 8;

/// The greatest count that a parameter such as `digits` takes.
const MOST_SMALL: usize = 1000;

/// Which argument of a call, as written there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// A positional argument; a filter's piped value or a test's tested value is number 0.
    At(usize),
    /// The value of a keyword argument.
    Named(Text),
    /// The keyword itself.
    Keyword(Text),
}

/// Why a call can never work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misfit {
    /// The argument to blame; `None` for the call as a whole.
    pub place: Option<Place>,
    /// One lower-case phrase, no full stop.
    pub message: String,
    /// How to mend it.
    pub hint: Option<String>,
    /// The kind of mistake.
    pub code: Code,
}

impl Misfit {
    pub(super) fn new(code: Code, message: impl Into<String>) -> Self {
        Self { place: None, message: message.into(), hint: None, code }
    }

    pub(super) fn at(mut self, place: Place) -> Self {
        self.place = Some(place);
        self
    }

    pub(super) fn hint(mut self, hint: Option<String>) -> Self {
        self.hint = hint;
        self
    }
}

/// What [`bind`] asks of an argument, be it a value or a type.
pub(super) trait Argument {
    fn fits(&self, kinds: Kinds) -> bool;
    /// Describes what its elements (of a map, its values) are where they do not fit.
    fn unfit_items(&self, kinds: Kinds) -> Option<String>;
    fn describe(&self) -> String;
    fn is_undefined(&self) -> bool;
}

impl Argument for Value {
    fn fits(&self, kinds: Kinds) -> bool {
        kinds.takes(self)
    }

    fn unfit_items(&self, kinds: Kinds) -> Option<String> {
        let wrong = match self {
            Self::List(items) => items.iter().find(|item| !kinds.takes(item)),
            Self::Map(map) => map.values().find(|item| !kinds.takes(item)),
            _ => None,
        };
        wrong.map(|wrong| wrong.kind().to_owned())
    }

    fn describe(&self) -> String {
        self.kind().to_owned()
    }

    fn is_undefined(&self) -> bool {
        Self::is_undefined(self)
    }
}

impl Argument for Type {
    fn fits(&self, kinds: Kinds) -> bool {
        kinds.may_take(self)
    }

    fn unfit_items(&self, kinds: Kinds) -> Option<String> {
        let item = if self.is_list() { self.item() } else { self.values() };
        let one_kind = self.is_list() || self.is_map();
        (one_kind && !kinds.may_take(&item)).then(|| item.describe())
    }

    fn describe(&self) -> String {
        Self::describe(self)
    }

    fn is_undefined(&self) -> bool {
        false
    }
}

/// Arguments in the order of the parameters.
#[derive(Debug)]
pub(super) struct Bound<'a, T> {
    slots: [Option<&'a T>; MOST_PARAMS],
    rest: &'a [T],
    named: &'a [(Text, T)],
    positional: usize,
    builtin: &'static Builtin,
}

impl<'a, T> Bound<'a, T> {
    /// Arguments that need no checks, one a parameter.
    pub(super) fn of_slots(builtin: &'static Builtin, slots: [Option<&'a T>; MOST_PARAMS]) -> Self {
        Self { slots, rest: &[], named: &[], positional: 0, builtin }
    }

    pub(super) fn get(&self, at: usize) -> Option<&'a T> {
        self.slots.get(at).copied().flatten()
    }

    pub(super) fn rest(&self) -> &'a [T] {
        self.rest
    }

    /// The keyword arguments that are no parameters.
    pub(super) fn open(&self) -> impl Iterator<Item = &'a (Text, T)> {
        let later = self.builtin.params.get(self.positional..).unwrap_or(&[]);
        self.named.iter().filter(move |(name, _)| later.iter().all(|param| param.name != name.as_str()))
    }

    /// Where the argument of a parameter is written.
    fn place(&self, at: usize) -> Place {
        match self.builtin.params.get(at) {
            Some(param) if at >= self.positional => Place::Named(Text::from(param.name)),
            _ => Place::At(at),
        }
    }
}

/// Binds arguments to the parameters of a row.
pub(super) fn bind<'a, T: Argument>(
    builtin: &'static Builtin,
    args: &'a [T],
    named: &'a [(Text, T)],
) -> Result<Bound<'a, T>, Misfit> {
    let params = builtin.params;
    let by_position = by_position(builtin);
    let positional = args.len().min(by_position);
    let rest = args.get(positional..).unwrap_or(&[]);
    if !rest.is_empty() && builtin.rest.is_none() {
        let message = format!("`{}` takes at most {}, found {}", builtin.name, count(by_position), args.len());
        return Err(Misfit::new(codes::BAD_ARGUMENTS, message).at(Place::At(by_position)));
    }
    let mut bound = Bound { slots: [None; MOST_PARAMS], rest, named, positional, builtin };
    for (slot, arg) in bound.slots.iter_mut().zip(args).take(positional) {
        *slot = Some(arg);
    }
    for (name, value) in named {
        let at = params.iter().skip(positional).position(|param| param.name == name.as_str());
        match at.and_then(|at| bound.slots.get_mut(at + positional)) {
            Some(slot) => *slot = Some(value),
            None if builtin.open.is_some() => {}
            None => return Err(refuse_keyword(builtin, name)),
        }
    }
    check(&bound)?;
    Ok(bound)
}

/// Values in the order of the parameters, as [`places`] says; checked like any others.
pub(super) fn bind_placed<'a>(
    builtin: &'static Builtin,
    slots: [Option<&'a Value>; MOST_PARAMS],
) -> Result<Bound<'a, Value>, Misfit> {
    let bound = Bound { positional: builtin.params.len(), ..Bound::of_slots(builtin, slots) };
    check(&bound)?;
    Ok(bound)
}

/// The parameter of each argument, the positional ones first; `None` where a call has others than its parameters, or does not fit.
pub(super) fn places(builtin: &'static Builtin, positional: usize, named: &[Text]) -> Option<Vec<usize>> {
    if builtin.rest.is_some() || builtin.open.is_some() || positional > by_position(builtin) {
        return None;
    }
    let place = |name: &Text| builtin.params.iter().position(|param| param.name == name.as_str());
    (0..positional).map(Some).chain(named.iter().map(place)).collect()
}

/// How many parameters a positional argument can reach.
fn by_position(builtin: &Builtin) -> usize {
    builtin.params.iter().take_while(|param| !param.keyword).count()
}

fn refuse_keyword(builtin: &'static Builtin, name: &Text) -> Misfit {
    let known = || builtin.params.iter().map(|param| param.name);
    let misfit = if known().any(|param| param == name.as_str()) {
        Misfit::new(codes::BAD_ARGUMENTS, format!("`{name}` of `{}` is given twice", builtin.name))
    } else {
        let hint = match nearest(name, known()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("it takes {}", quoted_list(known())),
        };
        Misfit::new(codes::BAD_ARGUMENTS, format!("`{}` takes no `{name}`", builtin.name)).hint(Some(hint))
    };
    misfit.at(Place::Keyword(name.clone()))
}

fn check<T: Argument>(bound: &Bound<'_, T>) -> Result<(), Misfit> {
    let builtin = bound.builtin;
    for (at, param) in builtin.params.iter().enumerate() {
        match bound.get(at) {
            Some(value) if at == 0 && builtin.lenient && value.is_undefined() => {}
            Some(value) => check_one(builtin, param, value).map_err(|misfit| misfit.at(bound.place(at)))?,
            None if param.optional => {}
            None => {
                let message = format!("`{}` needs `{}`, which takes {}", builtin.name, param.name, param.kinds.describe());
                return Err(Misfit::new(codes::BAD_ARGUMENTS, message));
            }
        }
    }
    if let Some(param) = &builtin.rest {
        for (at, value) in bound.rest.iter().enumerate() {
            let place = Place::At(by_position(builtin) + at);
            check_one(builtin, param, value).map_err(|misfit| misfit.at(place))?;
        }
    }
    if let Some(param) = &builtin.open {
        for (name, value) in bound.open() {
            check_one(builtin, param, value).map_err(|misfit| misfit.at(Place::Named(name.clone())))?;
        }
    }
    Ok(())
}

fn check_one<T: Argument>(builtin: &Builtin, param: &Param, value: &T) -> Result<(), Misfit> {
    // Said only when something is wrong: this runs at every call.
    let what = || format!("`{}` of `{}`", param.name, builtin.name);
    if value.is_undefined() {
        return Err(Misfit::new(codes::UNDEFINED_NAME, format!("{} is undefined", what())));
    }
    if !value.fits(param.kinds) {
        let message = format!("{}: expected {}, found {}", what(), param.kinds.describe(), value.describe());
        return Err(Misfit::new(codes::TYPE_MISMATCH, message));
    }
    if param.items == Kinds::ANY {
        return Ok(());
    }
    match value.unfit_items(param.items) {
        Some(found) => {
            let message = format!("{}: expected elements that are {}, found {found}", what(), param.items.describe());
            Err(Misfit::new(codes::TYPE_MISMATCH, message))
        }
        None => Ok(()),
    }
}

/// A parameter in messages: "`x` of `sqrt`".
fn argument_name(builtin: &Builtin, at: usize) -> String {
    let name = builtin.params.get(at).map_or("argument", |param| param.name);
    format!("`{name}` of `{}`", builtin.name)
}

fn count(arguments: usize) -> String {
    if arguments == 1 { "1 argument".to_owned() } else { format!("{arguments} arguments") }
}

/// A call with values. Accessors count parameters from 0; those that return a `Result` fail where the kind is wrong.
pub(super) struct Call<'a> {
    pub(super) builtin: &'static Builtin,
    pub(super) args: Bound<'a, Value>,
    pub(super) scope: &'a dyn Names,
}

impl<'a> Call<'a> {
    pub(super) fn get(&self, at: usize) -> Option<&'a Value> {
        self.args.get(at)
    }

    pub(super) fn value(&self, at: usize) -> Result<&'a Value, String> {
        self.get(at).ok_or_else(|| format!("`{}` lacks argument {}", self.builtin.name, at + 1))
    }

    fn wrong(&self, at: usize, expected: &str) -> String {
        let found = self.get(at).map_or("nothing", Value::kind);
        format!("{}: expected {expected}, found {found}", argument_name(self.builtin, at))
    }

    /// What is wrong with an argument whose kind fits: "`x` of `sqrt` is negative".
    pub(super) fn refuse(&self, at: usize, why: &str) -> String {
        format!("{} {why}", argument_name(self.builtin, at))
    }

    /// The elements of a list of numbers, at least one, as floats.
    pub(super) fn floats(&self, at: usize) -> Result<Vec<f64>, String> {
        let floats = self.list(at)?.iter().map(|item| item.as_float().ok_or_else(|| self.wrong(at, "numbers")));
        let floats = floats.collect::<Result<Vec<f64>, String>>()?;
        if floats.is_empty() { Err(self.refuse(at, "is empty")) } else { Ok(floats) }
    }

    /// A result that is a number, or an error that lays it on an argument.
    pub(super) fn finite(&self, at: usize, result: f64) -> Result<Value, String> {
        if result.is_finite() { Ok(Value::Float(result)) } else { Err(self.refuse(at, "gives no finite number")) }
    }

    pub(super) fn text(&self, at: usize) -> Result<&'a str, String> {
        self.get(at).and_then(Value::as_text).ok_or_else(|| self.wrong(at, "text"))
    }

    pub(super) fn float(&self, at: usize) -> Result<f64, String> {
        self.get(at).and_then(Value::as_float).ok_or_else(|| self.wrong(at, "a number"))
    }

    pub(super) fn list(&self, at: usize) -> Result<&'a [Value], String> {
        self.get(at).and_then(Value::as_list).ok_or_else(|| self.wrong(at, "a list"))
    }

    pub(super) fn map(&self, at: usize) -> Result<&'a Map, String> {
        self.get(at).and_then(Value::as_map).ok_or_else(|| self.wrong(at, "a map"))
    }

    pub(super) fn int_or(&self, at: usize, default: i128) -> Result<i128, String> {
        match self.get(at) {
            Some(value) => value.as_int().ok_or_else(|| self.wrong(at, "an integer")),
            None => Ok(default),
        }
    }

    /// A count from 0 to 1,000.
    pub(super) fn small_or(&self, at: usize, default: usize) -> Result<usize, String> {
        let Some(value) = self.get(at) else { return Ok(default) };
        let number = value.as_int().ok_or_else(|| self.wrong(at, "an integer"))?;
        let small = usize::try_from(number).ok().filter(|number| *number <= MOST_SMALL);
        small.ok_or_else(|| self.refuse(at, &format!("is from 0 to {MOST_SMALL}, found {number}")))
    }

    pub(super) fn text_or(&self, at: usize, default: &'a str) -> Result<&'a str, String> {
        if self.get(at).is_some() { self.text(at) } else { Ok(default) }
    }

    pub(super) fn truth(&self, at: usize) -> bool {
        self.get(at).is_some_and(Value::is_true)
    }
}

/// The same call with types.
pub(super) struct TypeCall<'a> {
    pub(super) builtin: &'static Builtin,
    pub(super) args: Bound<'a, Type>,
    pub(super) scope: &'a dyn Names,
}

impl<'a> TypeCall<'a> {
    pub(super) fn get(&self, at: usize) -> Option<&'a Type> {
        self.args.get(at)
    }

    /// The type of an argument; any value where it was left out.
    pub(super) fn ty(&self, at: usize) -> Type {
        self.get(at).cloned().unwrap_or_else(Type::any)
    }

    /// The one text that an argument can be: a literal.
    pub(super) fn literal(&self, at: usize) -> Option<&'a str> {
        super::known::literal(self.get(at)?)
    }

    /// A misfit of an argument whose kind fits and that can still never do.
    pub(super) fn refuse(&self, at: usize, why: &str) -> Misfit {
        self.misfit(at, codes::BAD_ARGUMENTS, format!("{} {why}", argument_name(self.builtin, at)))
    }

    /// Refuses what [`Call::small_or`] always refuses.
    pub(super) fn small(&self, at: usize) -> Result<(), Misfit> {
        let most = i128::try_from(MOST_SMALL).unwrap_or(i128::MAX);
        match self.get(at).filter(|ty| ty.is_int()).and_then(|ty| ty.int) {
            Some(range) if range.max < 0 || range.min > most => {
                Err(self.refuse(at, &format!("is from 0 to {MOST_SMALL}, found {}", range.min)))
            }
            _ => Ok(()),
        }
    }

    /// A misfit of the argument of a parameter.
    pub(super) fn misfit(&self, at: usize, code: Code, message: impl Into<String>) -> Misfit {
        self.blame(at, Misfit::new(code, message))
    }

    /// Lays a misfit on the argument of a parameter.
    pub(super) fn blame(&self, at: usize, misfit: Misfit) -> Misfit {
        misfit.at(self.args.place(at))
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{misfit, run, text, words};
    use super::*;
    use crate::library::{Library, Role, find, invoke};

    #[test]
    fn arguments_bind_by_position_and_by_keyword() {
        assert_eq!(run("round", &[Value::Float(2.345), Value::Int(1)]).unwrap(), Value::Float(2.3));
        let round = find(Role::Filter, "round").unwrap();
        let named = [(Text::from("precision"), Value::Int(1))];
        assert_eq!(invoke(round, &[Value::Float(2.345)], &named, &Library).unwrap(), Value::Float(2.3));
        let wrong = [(Text::from("precison"), Value::Int(1))];
        assert!(invoke(round, &[Value::Float(2.3)], &wrong, &Library).unwrap_err().contains("takes no `precison`"));
        let both = invoke(round, &[Value::Float(2.3), Value::Int(1)], &named, &Library);
        assert_eq!(both.unwrap_err(), "`precision` of `round` is given twice");
    }

    #[test]
    fn missing_surplus_and_unfit_arguments_are_named() {
        assert_eq!(run("upper", &[]).unwrap_err(), "`upper` needs `text`, which takes text");
        assert_eq!(run("upper", &[text("a"), text("b")]).unwrap_err(), "`upper` takes at most 1 argument, found 2");
        assert_eq!(run("upper", &[Value::Int(1)]).unwrap_err(), "`text` of `upper`: expected text, found an integer");
        assert_eq!(run("upper", &[Value::Undefined]).unwrap_err(), "`text` of `upper` is undefined");
        assert!(
            run("mean", &[Value::list([text("a")])]).unwrap_err().contains("expected elements that are a number, found text")
        );
        let found = misfit("mean", &[Type::list_of(words(&["a"]))]);
        assert_eq!((found.code, found.place), (codes::TYPE_MISMATCH, Some(Place::At(0))));
    }
}
