//! Tests (`x is odd`) and what comparisons mean for types.
//!
//! A comparison that can never hold is a misfit: a word outside a closed vocabulary, an integer outside a range, text against
//! a number. The same two judgements, [`never_equal`] and [`incomparable`], serve the operators of expressions.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use super::order::order;
use super::{Builtin, Call, Kinds, Misfit, Param, Roles, TypeCall, known};
use crate::data::{Text, Type, Value};
use crate::diag::{codes, nearest, quoted_list};

const ANY: Kinds = Kinds::ANY;
const INT: Kinds = Kinds::INT;
const TEXT: Kinds = Kinds::TEXT;

const fn test(name: &'static str, params: &'static [Param], result: super::Infer, call: super::Run) -> Builtin {
    Builtin::new(name, Roles::Test, params, result, call)
}

pub(super) static ROWS: &[Builtin] = &[
    test("defined", ONE, anything, |call| Ok((!call.value(0)?.is_undefined()).into())).lenient().doc(
        "Whether a name or attribute is there at all.",
        "1 is defined",
        "true",
    ),
    test("undefined", ONE, anything, |call| Ok(call.value(0)?.is_undefined().into())).lenient().doc(
        "Whether a name or attribute is absent.",
        "1 is undefined",
        "false",
    ),
    test("none", ONE, |call| kind_type(call, Kinds::NULL), |call| is_kind(call, Kinds::NULL)).aliases(&["null"]).doc(
        "Whether it is null.",
        "none is none",
        "true",
    ),
    test("boolean", ONE, |call| kind_type(call, Kinds::BOOL), |call| is_kind(call, Kinds::BOOL)).doc(
        "Whether it is a boolean.",
        "true is boolean",
        "true",
    ),
    test("number", ONE, |call| kind_type(call, Kinds::NUMBER), |call| is_kind(call, Kinds::NUMBER)).doc(
        "Whether it is a number.",
        "1.5 is number",
        "true",
    ),
    test("integer", ONE, |call| kind_type(call, INT), |call| is_kind(call, INT)).doc(
        "Whether it is an integer.",
        "1.0 is integer",
        "false",
    ),
    test("float", ONE, |call| kind_type(call, Kinds::FLOAT), |call| is_kind(call, Kinds::FLOAT)).doc(
        "Whether it is a float.",
        "1.0 is float",
        "true",
    ),
    test("string", ONE, |call| kind_type(call, TEXT), |call| is_kind(call, TEXT)).doc(
        "Whether it is text.",
        "'a' is string",
        "true",
    ),
    test("mapping", ONE, |call| kind_type(call, Kinds::MAP), |call| is_kind(call, Kinds::MAP)).doc(
        "Whether it is a map.",
        "{} is mapping",
        "true",
    ),
    test("sequence", ONE, |call| kind_type(call, Kinds::LIST), |call| is_kind(call, Kinds::LIST)).doc(
        "Whether it is a list.",
        "[] is sequence",
        "true",
    ),
    test("true", ONE, anything, |call| Ok(matches!(call.value(0)?, Value::Bool(true)).into())).doc(
        "Whether it is `true` itself.",
        "1 is true",
        "false",
    ),
    test("false", ONE, anything, |call| Ok(matches!(call.value(0)?, Value::Bool(false)).into())).doc(
        "Whether it is `false` itself.",
        "false is false",
        "true",
    ),
    test("odd", INTEGER, pointwise, |call| Ok((call.int_or(0, 0)? % 2 != 0).into())).doc(
        "Whether an integer is odd.",
        "3 is odd",
        "true",
    ),
    test("even", INTEGER, pointwise, |call| Ok((call.int_or(0, 0)? % 2 == 0).into())).doc(
        "Whether an integer is even.",
        "3 is even",
        "false",
    ),
    test("divisibleby", DIVISIBLE, pointwise, divisible).doc(
        "Whether an integer is a multiple of another; a multiple of zero is an error.",
        "9 is divisibleby(3)",
        "true",
    ),
    test("eq", TWO, equal_type, |call| equal(call, true)).aliases(&["equalto", "=="]).doc(
        "Whether both are equal. Text against a number is an error.",
        "1 is eq(1.0)",
        "true",
    ),
    test("ne", TWO, equal_type, |call| equal(call, false)).aliases(&["!="]).doc(
        "Whether both differ. Text against a number is an error.",
        "'a' is ne('a')",
        "false",
    ),
    test("lt", TWO, ordered_type, |call| compare(call, Ordering::is_lt)).aliases(&["lessthan", "<"]).doc(
        "Whether it is less.",
        "1 is lt(2)",
        "true",
    ),
    test("le", TWO, ordered_type, |call| compare(call, Ordering::is_le)).aliases(&["<="]).doc(
        "Whether it is less or equal.",
        "2 is le(2)",
        "true",
    ),
    test("gt", TWO, ordered_type, |call| compare(call, Ordering::is_gt)).aliases(&["greaterthan", ">"]).doc(
        "Whether it is greater.",
        "1 is gt(2)",
        "false",
    ),
    test("ge", TWO, ordered_type, |call| compare(call, Ordering::is_ge)).aliases(&[">="]).doc(
        "Whether it is greater or equal.",
        "2 is ge(2)",
        "true",
    ),
    test("in", IN, in_type, is_in).doc(
        "Whether it is an element of a list, a key of a map or a part of a text.",
        "'a' is in(['a', 'b'])",
        "true",
    ),
    test("startingwith", PART, pointwise, |call| Ok(call.text(0)?.starts_with(call.text(1)?).into())).doc(
        "Whether a text begins with another.",
        "'audit' is startingwith('au')",
        "true",
    ),
    test("endingwith", PART, pointwise, |call| Ok(call.text(0)?.ends_with(call.text(1)?).into())).doc(
        "Whether a text ends with another.",
        "'audit' is endingwith('au')",
        "false",
    ),
    test("lower", WORD, pointwise, |call| Ok((!call.text(0)?.chars().any(char::is_uppercase)).into())).doc(
        "Whether a text has no capital letter.",
        "'ok' is lower",
        "true",
    ),
    test("upper", WORD, pointwise, |call| Ok((!call.text(0)?.chars().any(char::is_lowercase)).into())).doc(
        "Whether a text has no small letter.",
        "'OK' is upper",
        "true",
    ),
];

static ONE: &[Param] = &[Param::need("value", ANY)];
static INTEGER: &[Param] = &[Param::need("value", INT)];
static DIVISIBLE: &[Param] = &[Param::need("value", INT), Param::need("other", INT)];
static TWO: &[Param] = &[Param::need("value", ANY), Param::need("other", ANY)];
static IN: &[Param] = &[Param::need("value", ANY), Param::need("whole", Kinds::LIST.or(Kinds::MAP).or(TEXT))];
static WORD: &[Param] = &[Param::need("value", TEXT)];
static PART: &[Param] = &[Param::need("value", TEXT), Param::need("part", TEXT)];

/// Why values of the two types can never be equal; `None` where they can, or where nothing is known of one.
#[must_use]
pub fn never_equal(left: &Type, right: &Type) -> Option<Misfit> {
    if left.is_never() || right.is_never() || left.can_equal(right) {
        return None;
    }
    let misfit = |message: String| Misfit::new(codes::NEVER_EQUAL, message);
    let (Some(words), Some(others)) = (left.vocabulary(), right.vocabulary()) else {
        return Some(misfit(match (left.shares_kind(right), left.int, right.int) {
            (true, Some(a), Some(b)) => format!("{} and {} have no value in common", span(a), span(b)),
            (true, _, _) => "the two have no value in common".to_owned(),
            (false, _, _) => format!("{} can never equal {}", left.describe(), right.describe()),
        }));
    };
    // The lone word is the literal, whichever side it stands on.
    let swapped = words.len() == 1 && others.len() > 1;
    let (words, others) = if swapped { (others, words) } else { (words, others) };
    let near = |other: &Text| nearest(other, words.iter().map(Text::as_str));
    let misspelt = others.iter().find_map(|other| Some((other, near(other)?)));
    let strange = misspelt.map(|(other, _)| other).or_else(|| others.first())?;
    let known = quoted_list(words.iter().map(Text::as_str));
    let message = format!("`{strange}` can never occur here, where the values are {known}");
    Some(misfit(message).hint(misspelt.map(|(_, near)| format!("did you mean `{near}`?"))))
}

fn span(range: crate::data::IntRange) -> String {
    if range.min == range.max { range.min.to_string() } else { format!("{}..{}", range.min, range.max) }
}

/// Why values of the two types have no order; `None` where they may have one.
#[must_use]
pub fn incomparable(left: &Type, right: &Type) -> Option<Misfit> {
    let number = |ty: &Type| ty.int.is_some() || ty.float;
    let boolean = |ty: &Type| ty.yes || ty.no;
    let ordered = (number(left) && number(right))
        || (left.text.is_some() && right.text.is_some())
        || (left.list.is_some() && right.list.is_some())
        || (boolean(left) && boolean(right));
    if ordered || left.is_never() || right.is_never() {
        return None;
    }
    Some(Misfit::new(codes::TYPE_MISMATCH, format!("{} and {} have no order", left.describe(), right.describe())))
}

fn anything(_: &TypeCall<'_>) -> Result<Type, Misfit> {
    Ok(Type::bool())
}

fn pointwise(call: &TypeCall<'_>) -> Result<Type, Misfit> {
    known::pointwise(call, Type::bool())
}

fn is_kind(call: &Call<'_>, kinds: Kinds) -> Result<Value, String> {
    Ok(kinds.takes(call.value(0)?).into())
}

/// Both answers, or the one that is possible.
fn kind_type(call: &TypeCall<'_>, kinds: Kinds) -> Result<Type, Misfit> {
    let ty = call.ty(0);
    let (yes, no) = (kinds.may_take(&ty), kinds.other().may_take(&ty));
    Ok(if yes == no { Type::bool() } else { Type::truth(yes) })
}

fn divisible(call: &Call<'_>) -> Result<Value, String> {
    let remainder = call.int_or(0, 0)?.checked_rem(call.int_or(1, 0)?);
    remainder.map(|remainder| (remainder == 0).into()).ok_or_else(|| "division by zero".to_owned())
}

fn equal(call: &Call<'_>, wanted: bool) -> Result<Value, String> {
    let (a, b) = (call.value(0)?, call.value(1)?);
    let mixed = |a: &Value, b: &Value| TEXT.takes(a) && Kinds::NUMBER.takes(b);
    if mixed(a, b) || mixed(b, a) {
        return Err("text is compared with a number".to_owned());
    }
    Ok((a.equals(b) == wanted).into())
}

fn equal_type(call: &TypeCall<'_>) -> Result<Type, Misfit> {
    match never_equal(&call.ty(0), &call.ty(1)) {
        Some(misfit) => Err(call.blame(1, misfit)),
        None => Ok(Type::bool()),
    }
}

fn compare(call: &Call<'_>, holds: fn(Ordering) -> bool) -> Result<Value, String> {
    Ok(holds(order(call.value(0)?, call.value(1)?)?).into())
}

fn ordered_type(call: &TypeCall<'_>) -> Result<Type, Misfit> {
    match incomparable(&call.ty(0), &call.ty(1)) {
        Some(misfit) => Err(call.blame(1, misfit)),
        None => known::pointwise(call, Type::bool()),
    }
}

fn is_in(call: &Call<'_>) -> Result<Value, String> {
    let (item, whole) = (call.value(0)?, call.value(1)?);
    whole.contains(item).map(Value::Bool).ok_or_else(|| format!("{} cannot be in {}", item.kind(), whole.kind()))
}

fn in_type(call: &TypeCall<'_>) -> Result<Type, Misfit> {
    let (item, whole) = (call.ty(0), call.ty(1));
    if whole.is_any() || whole.is_never() {
        return Ok(Type::bool());
    }
    let mut members = if whole.list.is_some() { known::elements(&whole).0 } else { Type::never() };
    members = members.join(&known::keys(&whole));
    if whole.text.is_some() {
        members = members.join(&Type::any_text());
    }
    let strange = item.only_words().and_then(|words| misspelt(&whole, words));
    let members = strange.as_ref().map_or(members, |word| Type::words([word.clone()]));
    match never_equal(&item, &members) {
        Some(misfit) => Err(call.blame(usize::from(strange.is_some()), misfit)),
        None => Ok(Type::bool()),
    }
}

/// A word that every list of the type holds and that is nearly one of `words`: misspelt, even though others may match. A word
/// far from all of them may be meant for another dataset.
fn misspelt(list: &Type, words: &BTreeSet<Text>) -> Option<Text> {
    let near = |word: &Text| nearest(word, words.iter().map(Text::as_str)).is_some();
    known::certain_words(list)?.into_iter().find(|word| !words.contains(word) && near(word))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{ints, map, test, text, texts, words};
    use super::*;
    use crate::library::{Library, Names, Place, Role};

    fn typed(name: &str, args: &[Type]) -> Result<Type, Misfit> {
        Library.result(Role::Test, name, args, &[])
    }

    #[test]
    fn kinds_are_told_apart() {
        assert_eq!(test("integer", &[Value::Float(1.0)]).unwrap(), Value::Bool(false));
        assert_eq!(test("defined", &[Value::Undefined]).unwrap(), Value::Bool(false));
        assert_eq!(test("undefined", &[Value::Undefined]).unwrap(), Value::Bool(true));
        assert!(test("none", &[Value::Undefined]).is_err());
        assert_eq!(typed("none", &[Type::any_text()]).unwrap(), Type::truth(false));
        assert_eq!(typed("none", &[Type::any()]).unwrap(), Type::bool());
        assert_eq!(typed("string", &[Type::any_text()]).unwrap(), Type::truth(true));
        assert_eq!(typed("integer", &[Type::number()]).unwrap(), Type::bool());
    }

    #[test]
    fn comparisons_are_strict() {
        assert_eq!(test("==", &[Value::Int(1), Value::Float(1.0)]).unwrap(), Value::Bool(true));
        assert!(test("eq", &[Value::Int(1), text("1")]).is_err());
        assert!(test("lt", &[Value::Int(1), text("1")]).is_err());
        assert_eq!(test("in", &[text("a"), map(&[("a", Value::Null)])]).unwrap(), Value::Bool(true));
        assert!(test("in", &[Value::Int(1), text("123")]).is_err());
        assert_eq!(test("in", &[Value::Float(1.0), ints(&[1])]).unwrap(), Value::Bool(true));
        assert!(test("divisibleby", &[Value::Int(1), Value::Int(0)]).is_err());
    }

    #[test]
    fn comparisons_that_never_hold_are_misfits() {
        let typo = typed("eq", &[words(&["approve", "deny"]), words(&["aprove"])]).unwrap_err();
        assert_eq!(
            (typo.code, typo.place, typo.hint.as_deref()),
            (codes::NEVER_EQUAL, Some(Place::At(1)), Some("did you mean `approve`?"))
        );
        assert_eq!(
            typed("ne", &[Type::int_range(0, 3), Type::int_range(7, 7)]).unwrap_err().message,
            "0..3 and 7 have no value in common"
        );
        assert_eq!(typed("eq", &[Type::any_text(), Type::int()]).unwrap_err().code, codes::NEVER_EQUAL);
        assert_eq!(typed("lt", &[Type::any_text(), Type::int()]).unwrap_err().code, codes::TYPE_MISMATCH);
        assert_eq!(typed("gt", &[Type::int_range(3, 5), Type::int_range(1, 1)]).unwrap(), Type::truth(true));
        assert!(typed("eq", &[Type::any(), words(&["x"])]).is_ok());
        assert!(typed("eq", &[Type::never(), words(&["x"])]).is_ok());
    }

    #[test]
    fn membership_knows_its_words() {
        let safeguards = Type::list_of(words(&["audit_log", "review"]));
        assert!(typed("in", &[words(&["audit_log"]), safeguards.clone()]).is_ok());
        assert_eq!(typed("in", &[words(&["audit_lgo"]), safeguards]).unwrap_err().hint.unwrap(), "did you mean `audit_log`?");
        let literal = Type::of(&texts(&["personal", "medcal"]));
        let typo = typed("in", &[words(&["none", "personal", "medical"]), literal]).unwrap_err();
        assert_eq!((typo.place, typo.hint.as_deref()), (Some(Place::At(1)), Some("did you mean `medical`?")));
        assert!(typed("in", &[words(&["none", "personal"]), Type::of(&texts(&["personal", "genetic"]))]).is_ok());
        let keyed = Type::map_of([(Text::from("gdpr"), Type::int())]);
        assert_eq!(typed("in", &[words(&["gpdr"]), keyed]).unwrap_err().code, codes::NEVER_EQUAL);
        assert!(typed("in", &[words(&["x"]), Type::any_text()]).is_ok());
    }
}
