//! English wording: names as words, articles, plurals, enumerations, numbers as people write them.

use super::article::article;
use super::decimal::{Decimal, Tie};
use super::print::write_text;
use super::text::need_printable;
use super::{Builtin, Call, Kinds, Misfit, Param, Roles, TypeCall, attributes, known};
use crate::data::{Text, Type, Value};

const TEXT: Kinds = Kinds::TEXT;
const NUMBER: Kinds = Kinds::NUMBER;

pub(super) static ROWS: &[Builtin] = &[
    Builtin::new("words", Roles::Both, &[Param::need("name", TEXT)], any_text, |call| Ok(Value::text(spaced(call.text(0)?))))
        .doc("A name as words: underscores become spaces.", "words('lab_results')", "\"lab results\""),
    Builtin::new("a", Roles::Both, &[Param::need("noun", TEXT)], any_text, with_article).doc(
        "The noun as words with `a` or `an` before it, by sound: an hour, a user, an MRI.",
        "a('open_bucket')",
        "\"an open bucket\"",
    ),
    Builtin::new("plural", Roles::Both, PLURAL, plural_type, plural).doc(
        "The noun as words in the number that `n` asks for, without the number itself; `many` gives an irregular plural.",
        "plural(3, 'policy')",
        "\"policies\"",
    ),
    Builtin::new("listing", Roles::Both, LISTING, listing_type, listing).doc(
        "The elements, or the attribute `of` of each, as an enumeration with `word` (default `and`) before the last. Of \
         nothing: `none`, and an error where that is not given.",
        "listing(['a', 'b', 'c'], word='or')",
        "\"a, b or c\"",
    ),
    Builtin::new("sentence", Roles::Both, &[Param::need("text", TEXT)], any_text, |call| Ok(sentence(call.text(0)?))).doc(
        "The text with a capital at its start and a full stop at its end.",
        "sentence('it works')",
        "\"It works.\"",
    ),
    Builtin::new("num", Roles::Both, NUMBER_AND_DIGITS, digits_type, num).doc(
        "The number as text with at most `digits` decimals (left out: all), without trailing zeros; ties go away from zero.",
        "num(38.0, 1)",
        "\"38\"",
    ),
    Builtin::new("percent", Roles::Both, NUMBER_AND_DIGITS, digits_type, percent).doc(
        "A share as per cent with at most `digits` decimals (default 0): 1 is 100%.",
        "percent(0.285, 1)",
        "\"28.5%\"",
    ),
    Builtin::new("thousands", Roles::Both, &[Param::need("x", NUMBER)], any_text, thousands).doc(
        "The number as text with commas between thousands.",
        "thousands(1234567)",
        "\"1,234,567\"",
    ),
];

static PLURAL: &[Param] = &[Param::need("n", NUMBER), Param::need("noun", TEXT), Param::may("many", TEXT)];
static LISTING: &[Param] = &[
    Param::need("list", Kinds::LIST),
    Param::may("of", TEXT.or(Kinds::INT)),
    Param::may("word", TEXT),
    Param::may("none", TEXT),
];
static NUMBER_AND_DIGITS: &[Param] = &[Param::need("x", NUMBER), Param::may("digits", Kinds::INT)];

const IRREGULAR: &[(&str, &str)] = &[
    ("analysis", "analyses"),
    ("basis", "bases"),
    ("child", "children"),
    ("crisis", "crises"),
    ("criterion", "criteria"),
    ("datum", "data"),
    ("diagnosis", "diagnoses"),
    ("foot", "feet"),
    ("half", "halves"),
    ("hypothesis", "hypotheses"),
    ("leaf", "leaves"),
    ("life", "lives"),
    ("man", "men"),
    ("mouse", "mice"),
    ("person", "people"),
    ("phenomenon", "phenomena"),
    ("shelf", "shelves"),
    ("thesis", "theses"),
    ("tooth", "teeth"),
    ("woman", "women"),
];

fn any_text(call: &TypeCall<'_>) -> Result<Type, Misfit> {
    known::pointwise(call, Type::any_text())
}

fn spaced(name: &str) -> String {
    name.replace('_', " ")
}

fn with_article(call: &Call<'_>) -> Result<Value, String> {
    let noun = spaced(call.text(0)?);
    if noun.trim().is_empty() {
        return Err("`noun` of `a` is empty".to_owned());
    }
    Ok(Value::text(format!("{} {noun}", article(&noun))))
}

fn plural(call: &Call<'_>) -> Result<Value, String> {
    let noun = spaced(call.text(1)?);
    let one = call.value(0)?.equals(&Value::Int(1));
    if one || call.get(2).is_none() {
        return Ok(Value::text(if one { noun } else { pluralize(&noun) }));
    }
    Ok(Value::text(call.text(2)?))
}

/// Of few nouns the singulars, where `n` may be one, and the plurals, where it may be another number.
fn plural_type(call: &TypeCall<'_>) -> Result<Type, Misfit> {
    let (numbers, nouns) = (known::numbers(&call.ty(0)), call.ty(1));
    let Some(nouns) = nouns.only_words() else { return Ok(Type::any_text()) };
    let one = numbers.int.is_some_and(|range| range.min <= 1 && range.max >= 1);
    let many = numbers.int.is_some_and(|range| (range.min, range.max) != (1, 1));
    let singulars = Type::words(nouns.iter().filter(|_| one || numbers.float).map(|noun| spaced(noun)));
    let plurals = match call.get(2) {
        Some(given) => given.clone(),
        None => Type::words(nouns.iter().map(|noun| pluralize(&spaced(noun)))),
    };
    Ok(if many || numbers.float { singulars.join(&plurals) } else { singulars })
}

/// The plural of the last word of a noun phrase.
fn pluralize(noun: &str) -> String {
    let (head, last) = noun.rsplit_once(' ').map_or(("", noun), |(head, last)| (head, last));
    let head = if head.is_empty() { String::new() } else { format!("{head} ") };
    let irregular = IRREGULAR.iter().find(|(one, _)| *one == last).map(|(_, many)| (*many).to_owned());
    let before_y = last.strip_suffix('y').filter(|stem| !stem.ends_with(['a', 'e', 'i', 'o', 'u']));
    let hissing = ["s", "x", "z", "ch", "sh"].iter().any(|end| last.ends_with(end));
    let regular = || match before_y {
        Some(stem) if !stem.is_empty() => format!("{stem}ies"),
        _ if hissing => format!("{last}es"),
        _ => format!("{last}s"),
    };
    head + &irregular.unwrap_or_else(regular)
}

fn listing(call: &Call<'_>) -> Result<Value, String> {
    let items = call.list(0)?;
    if items.is_empty() {
        let message = || call.refuse(0, "is empty; `none=` says what to write then");
        return if call.get(3).is_some() { call.text(3).map(Value::text) } else { Err(message()) };
    }
    let path = attributes::path(call, 1)?;
    let word = call.text_or(2, "and")?;
    let mut out = String::new();
    for (at, item) in items.iter().enumerate() {
        if at > 0 && at + 1 == items.len() {
            out.push(' ');
            out.push_str(word);
            out.push(' ');
        } else if at > 0 {
            out.push_str(", ");
        }
        write_text(attributes::keyed(item, path.as_deref())?, &mut out)?;
    }
    Ok(Value::Text(Text::from(out)))
}

fn listing_type(call: &TypeCall<'_>) -> Result<Type, Misfit> {
    let (item, min, max) = known::elements(&call.ty(0));
    let item = attributes::key_type(call, 1, &item)?;
    need_printable(call, 0, &item)?;
    let none = call.get(3).filter(|_| min == 0);
    if max == Some(0) && none.is_none() {
        return Err(call.refuse(0, "is always empty, and `none=` is not given"));
    }
    let single = max.is_some_and(|max| max <= 1) && item.only_words().is_some();
    let some = if single { item } else { Type::any_text() };
    Ok(none.map_or(some.clone(), |none| some.join(none)))
}

fn sentence(text: &str) -> Value {
    let text = text.trim();
    let mut rest = text.chars();
    let first: String = rest.next().map(|first| first.to_uppercase().collect()).unwrap_or_default();
    let end = if text.is_empty() || text.ends_with(['.', '!', '?', '…']) { "" } else { "." };
    Value::text(first + rest.as_str() + end)
}

fn digits_type(call: &TypeCall<'_>) -> Result<Type, Misfit> {
    call.small(1)?;
    any_text(call)
}

fn decimal(call: &Call<'_>) -> Result<Decimal, String> {
    Decimal::of(call.value(0)?).ok_or_else(|| format!("`{}` takes a number", call.builtin.name))
}

fn num(call: &Call<'_>) -> Result<Value, String> {
    let number = decimal(call)?;
    Ok(Value::text(number.rounded(call.small_or(1, 1000)?, Tie::AwayFromZero).trimmed().write("")))
}

fn percent(call: &Call<'_>) -> Result<Value, String> {
    let number = decimal(call)?.hundredfold();
    Ok(Value::text(number.rounded(call.small_or(1, 0)?, Tie::AwayFromZero).trimmed().write("") + "%"))
}

fn thousands(call: &Call<'_>) -> Result<Value, String> {
    Ok(Value::text(decimal(call)?.trimmed().write(",")))
}

#[cfg(test)]
mod tests {
    use super::super::testing::*;
    use super::*;

    #[test]
    fn enumerations() {
        assert_eq!(run("listing", &[texts(&["a"])]).unwrap(), text("a"));
        assert_eq!(run("listing", &[texts(&["a", "b"])]).unwrap(), text("a and b"));
        assert_eq!(run_with("listing", &[votes()], &[("of", text("option"))]).unwrap(), text("a, b and a"));
        assert!(run("listing", &[texts(&[])]).unwrap_err().contains("none="));
        assert_eq!(run_with("listing", &[texts(&[])], &[("none", text("nothing"))]).unwrap(), text("nothing"));
        assert!(run("listing", &[votes()]).is_err());
        let typo = typed_with("listing", &[votes_type()], &[("of", words(&["optoin"]))]).unwrap_err();
        assert_eq!(typo.hint.unwrap(), "did you mean `option`?");
        let none = typed_with("listing", &[Type::list_between(words(&["x"]), 0, Some(1))], &[("none", words(&["-"]))]);
        assert_eq!(none.unwrap(), words(&["x", "-"]));
    }

    #[test]
    fn nouns() {
        assert_eq!(run("a", &[text("expired_certificate")]).unwrap(), text("an expired certificate"));
        assert_eq!(typed("a", &[words(&["user", "hour"])]), words(&["a user", "an hour"]));
        for (noun, many) in
            [("server", "servers"), ("policy", "policies"), ("day", "days"), ("batch", "batches"), ("data_person", "data people")]
        {
            assert_eq!(run("plural", &[Value::Int(2), text(noun)]).unwrap(), text(many));
        }
        assert_eq!(run("plural", &[Value::Int(1), text("server")]).unwrap(), text("server"));
        assert_eq!(run("plural", &[Value::Int(0), text("ox"), text("oxen")]).unwrap(), text("oxen"));
        assert_eq!(typed("plural", &[Type::int_range(1, 900), words(&["server"])]), words(&["server", "servers"]));
        assert_eq!(typed("plural", &[Type::int_range(2, 900), words(&["server"])]), words(&["servers"]));
        assert_eq!(typed("plural", &[Type::int_range(1, 1), words(&["server"])]), words(&["server"]));
        assert_eq!(typed("plural", &[Type::int(), words(&["ox"]), words(&["oxen"])]), words(&["ox", "oxen"]));
        assert_eq!(run("sentence", &[text(" it works ")]).unwrap(), text("It works."));
    }

    #[test]
    fn numbers_as_people_write_them() {
        assert_eq!(run("num", &[Value::Float(38.0)]).unwrap(), text("38"));
        assert_eq!(run("num", &[Value::Float(38.25), Value::Int(1)]).unwrap(), text("38.3"));
        assert_eq!(run("num", &[Value::Float(-0.01), Value::Int(1)]).unwrap(), text("0"));
        assert_eq!(run("percent", &[Value::Float(0.5)]).unwrap(), text("50%"));
        assert_eq!(run("percent", &[Value::Int(1), Value::Int(2)]).unwrap(), text("100%"));
        assert_eq!(run("thousands", &[Value::Float(1234.5)]).unwrap(), text("1,234.5"));
        assert_eq!(
            run("num", &[Value::Float(1.0), Value::Int(-1)]).unwrap_err(),
            "`digits` of `num` is from 0 to 1000, found -1"
        );
        assert_eq!(misfit("percent", &[Type::float(), Type::int_range(-1, -1)]).place, Some(crate::library::Place::At(1)));
    }
}
