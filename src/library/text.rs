//! Text to text: case, trimming, splitting, joining, and conversion to text and JSON.

use super::print::{to_text, write_json, write_text};
use super::{Builtin, Call, Kinds, Misfit, Param, Roles, TypeCall, attributes, known};
use crate::data::{Text, Type, Value};

const TEXT: Kinds = Kinds::TEXT;

pub(super) static ROWS: &[Builtin] = &[
    Builtin::new("upper", Roles::Filter, &[Param::need("text", TEXT)], any_text, |call| {
        Ok(Value::text(call.text(0)?.to_uppercase()))
    })
    .doc("The text in capital letters.", "'ok' | upper", "\"OK\""),
    Builtin::new("lower", Roles::Filter, &[Param::need("text", TEXT)], any_text, |call| {
        Ok(Value::text(call.text(0)?.to_lowercase()))
    })
    .doc("The text in small letters.", "'OK' | lower", "\"ok\""),
    Builtin::new("capitalize", Roles::Filter, &[Param::need("text", TEXT)], any_text, |call| Ok(capitalize(call.text(0)?))).doc(
        "The first letter capital, all others small.",
        "'a REPORT' | capitalize",
        "\"A report\"",
    ),
    Builtin::new("title", Roles::Filter, &[Param::need("text", TEXT)], any_text, |call| Ok(title(call.text(0)?))).doc(
        "The first letter of every word capital, all others small.",
        "'data leak' | title",
        "\"Data Leak\"",
    ),
    Builtin::new("trim", Roles::Filter, &[Param::need("text", TEXT), Param::may("chars", TEXT)], any_text, trim).doc(
        "Without white space, or without any of `chars`, at both ends.",
        "'  x ' | trim",
        "\"x\"",
    ),
    Builtin::new("replace", Roles::Filter, REPLACE, any_text, replace).doc(
        "Every `old` replaced by `new`; an empty `old` is an error.",
        "'a-b-c' | replace('-', '/')",
        "\"a/b/c\"",
    ),
    Builtin::new("split", Roles::Filter, SPLIT, split_type, split).doc(
        "The parts between `sep` (left out: between white space, empty parts dropped), after at most `maxsplits` splits.",
        "'a,b,c' | split(',')",
        "[\"a\",\"b\",\"c\"]",
    ),
    Builtin::new("join", Roles::Filter, JOIN, join_type, join).doc(
        "The elements (or an attribute of each) as one text with `d` between. Takes text, numbers and booleans; lists, maps \
         and null are errors.",
        "['a', 1, true] | join(', ')",
        "\"a, 1, true\"",
    ),
    Builtin::new("string", Roles::Filter, &[Param::need("value", Kinds::PRINTED)], any_text, |call| {
        Ok(Value::Text(to_text(call.value(0)?)?))
    })
    .doc("A number or boolean as text, as templates print it.", "1.0 | string", "\"1.0\""),
    Builtin::new("indent", Roles::Filter, INDENT, indent_type, indent).doc(
        "Every line but the first indented by `width` spaces (default 4); `first` and `blank` indent the first line and blank \
         lines, too.",
        "'a\\nb' | indent(2)",
        "\"a\\n  b\"",
    ),
    Builtin::new("json", Roles::Both, &[Param::need("value", Kinds::ANY)], any_text, json).aliases(&["tojson"]).doc(
        "The value as compact JSON text, keys in their order.",
        "{'a': [1, none]} | json",
        "\"{\\\"a\\\":[1,null]}\"",
    ),
];

static REPLACE: &[Param] = &[Param::need("text", TEXT), Param::need("old", TEXT), Param::need("new", TEXT)];
static SPLIT: &[Param] = &[Param::need("text", TEXT), Param::may("sep", TEXT), Param::may("maxsplits", Kinds::INT)];
static JOIN: &[Param] = &[Param::need("list", Kinds::LIST), Param::may("d", TEXT), Param::may("attribute", TEXT.or(Kinds::INT))];
static INDENT: &[Param] = &[
    Param::need("text", TEXT),
    Param::may("width", Kinds::INT),
    Param::may("first", Kinds::BOOL),
    Param::may("blank", Kinds::BOOL),
];

fn any_text(call: &TypeCall<'_>) -> Result<Type, Misfit> {
    known::pointwise(call, Type::any_text())
}

/// The first letter capital, all others small.
fn capitalize(text: &str) -> Value {
    let mut rest = text.chars();
    let first: String = rest.next().map(|first| first.to_uppercase().collect()).unwrap_or_default();
    Value::text(first + &rest.as_str().to_lowercase())
}

fn title(text: &str) -> Value {
    let mut out = String::with_capacity(text.len());
    let mut starts = true;
    for c in text.chars() {
        let separates = c.is_whitespace() || matches!(c, '-' | '(' | '{' | '[' | '<');
        match (separates, starts) {
            (true, _) => out.push(c),
            (false, true) => out.extend(c.to_uppercase()),
            (false, false) => out.extend(c.to_lowercase()),
        }
        starts = separates;
    }
    Value::text(out)
}

fn trim(call: &Call<'_>) -> Result<Value, String> {
    let text = call.text(0)?;
    if call.get(1).is_none() {
        return Ok(Value::text(text.trim()));
    }
    let chars = call.text(1)?;
    Ok(Value::text(text.trim_matches(|c| chars.contains(c))))
}

fn replace(call: &Call<'_>) -> Result<Value, String> {
    let old = call.text(1)?;
    if old.is_empty() {
        return Err("`old` of `replace` is empty".to_owned());
    }
    Ok(Value::text(call.text(0)?.replace(old, call.text(2)?)))
}

fn split(call: &Call<'_>) -> Result<Value, String> {
    let text = call.text(0)?;
    let most = match call.int_or(2, -1)? {
        negative if negative < 0 => usize::MAX,
        splits => usize::try_from(splits).unwrap_or(usize::MAX).saturating_add(1),
    };
    if call.get(1).is_some() {
        let sep = call.text(1)?;
        if sep.is_empty() {
            return Err("`sep` of `split` is empty".to_owned());
        }
        return Ok(Value::list(text.splitn(most, sep).map(Value::text)));
    }
    let mut parts = Vec::new();
    let mut left = text.trim_start();
    while !left.is_empty() {
        let cut = if parts.len() + 1 < most { left.find(char::is_whitespace) } else { None };
        let (part, rest) = left.split_at(cut.unwrap_or(left.len()));
        parts.push(Value::text(part));
        left = rest.trim_start();
    }
    Ok(Value::list(parts))
}

fn split_type(call: &TypeCall<'_>) -> Result<Type, Misfit> {
    // Between separators there is at least one part, between white space there may be none.
    let most = call.get(2).and_then(known::only_ints).filter(|splits| splits.min >= 0);
    let most = most.map(|splits| usize::try_from(splits.max).unwrap_or(usize::MAX).saturating_add(1));
    known::pointwise(call, Type::list_between(Type::any_text(), usize::from(call.get(1).is_some()), most))
}

fn join(call: &Call<'_>) -> Result<Value, String> {
    let between = call.text_or(1, "")?;
    let path = attributes::path(call, 2)?;
    let mut out = String::new();
    for (at, item) in call.list(0)?.iter().enumerate() {
        out.push_str(if at == 0 { "" } else { between });
        write_text(attributes::keyed(item, path.as_deref())?, &mut out)?;
    }
    Ok(Value::Text(Text::from(out)))
}

fn join_type(call: &TypeCall<'_>) -> Result<Type, Misfit> {
    let item = attributes::key_type(call, 2, &known::elements(&call.ty(0)).0)?;
    need_printable(call, 0, &item)?;
    Ok(Type::any_text())
}

/// Refuses elements that can never stand in text.
pub(super) fn need_printable(call: &TypeCall<'_>, at: usize, item: &Type) -> Result<(), Misfit> {
    if item.may_print() || item.is_never() {
        return Ok(());
    }
    let message = format!("`{}` takes text, numbers and booleans, found {}", call.builtin.name, item.describe());
    Err(call.misfit(at, crate::diag::codes::NOT_TEXT, message))
}

fn indent_type(call: &TypeCall<'_>) -> Result<Type, Misfit> {
    call.small(1)?;
    any_text(call)
}

fn indent(call: &Call<'_>) -> Result<Value, String> {
    let margin = " ".repeat(call.small_or(1, 4)?);
    let text = call.text(0)?;
    let text = text.strip_suffix('\n').unwrap_or(text);
    let mut out = String::new();
    for (at, line) in text.split('\n').enumerate() {
        out.push_str(if at == 0 { "" } else { "\n" });
        let wanted = (at > 0 || call.truth(2)) && (!line.trim_end().is_empty() || call.truth(3));
        out.push_str(if wanted { &margin } else { "" });
        out.push_str(line);
    }
    Ok(Value::Text(Text::from(out)))
}

fn json(call: &Call<'_>) -> Result<Value, String> {
    let mut out = String::new();
    write_json(call.value(0)?, &mut out)?;
    Ok(Value::Text(Text::from(out)))
}

#[cfg(test)]
mod tests {
    use super::super::testing::*;
    use super::*;
    use crate::diag::codes;

    #[test]
    fn case_and_parts() {
        assert_eq!(run("capitalize", &[text("éTÉ in Paris")]).unwrap(), text("Été in paris"));
        assert_eq!(run("title", &[text("foo-bar (baz)")]).unwrap(), text("Foo-Bar (Baz)"));
        assert_eq!(run("split", &[text(" a  b c ")]).unwrap(), texts(&["a", "b", "c"]));
        assert_eq!(run_with("split", &[text("a b  c")], &[("maxsplits", Value::Int(1))]).unwrap(), texts(&["a", "b  c"]));
        assert_eq!(run("split", &[text("a,b,c"), text(","), Value::Int(1)]).unwrap(), texts(&["a", "b,c"]));
        assert_eq!(run("trim", &[text("--x-"), text("-")]).unwrap(), text("x"));
        assert_eq!(run("indent", &[text("a\n\nb\n"), Value::Int(2), Value::Bool(true)]).unwrap(), text("  a\n\n  b"));
    }

    #[test]
    fn join_prints_scalars_and_refuses_the_rest() {
        let mixed = Value::list([text("a"), Value::Int(1), Value::Float(1.0), Value::Bool(true)]);
        assert_eq!(run("join", &[mixed, text(", ")]).unwrap(), text("a, 1, 1.0, true"));
        assert!(run("join", &[Value::list([texts(&["a"])])]).unwrap_err().contains("listing"));
        assert!(run("join", &[Value::list([Value::Null])]).is_err());
        assert_eq!(run_with("join", &[votes(), text("+")], &[("attribute", text("weight"))]).unwrap(), text("3+4+5"));
        assert_eq!(misfit("join", &[Type::list_of(Type::list_of(Type::int()))]).code, codes::NOT_TEXT);
        let typo = typed_with("join", &[votes_type()], &[("attribute", words(&["wieght"]))]).unwrap_err();
        assert_eq!((typo.code, typo.hint.unwrap()), (codes::UNDEFINED_ATTRIBUTE, "did you mean `weight`?".to_owned()));
    }

    #[test]
    fn closed_vocabularies_stay_closed() {
        assert_eq!(typed("upper", &[words(&["a", "b"])]), words(&["A", "B"]));
        assert_eq!(typed("replace", &[words(&["a_b", "c"]), words(&["_"]), words(&[" "])]), words(&["a b", "c"]));
        assert_eq!(typed("upper", &[Type::any_text()]), Type::any_text());
        assert_eq!(typed("string", &[Type::int_range(1, 2)]), words(&["1", "2"]));
    }

    #[test]
    fn json_is_compact_and_escaped() {
        let value = map(&[("b", Value::list([Value::Null, Value::Float(1.0)])), ("a", text("\"\n\u{1}é"))]);
        assert_eq!(run("json", &[value]).unwrap(), text("{\"b\":[null,1.0],\"a\":\"\\\"\\n\\u0001é\"}"));
    }
}
