//! Lists as sets: without repetition, in the order of the first list.

use std::collections::BTreeSet;

use super::{Builtin, Call, Kinds, Misfit, Param, Roles, TypeCall, attributes, known, never_equal};
use crate::data::{Field, Fields, Text, Type, Value};
use crate::diag::nearest;

const LIST: Kinds = Kinds::LIST;
const TEXT: Kinds = Kinds::TEXT;
const KEY: Kinds = Kinds::TEXT.or(Kinds::INT);

pub(super) static ROWS: &[Builtin] = &[
    Builtin::new("unique", Roles::Both, &[Param::need("list", LIST), Param::may("attribute", KEY)], unique_type, unique).doc(
        "Every element once, or the first of every value of an attribute.",
        "[1, 2, 1] | unique",
        "[1,2]",
    ),
    Builtin::new("union", Roles::Both, PAIR, union_type, union).doc(
        "Every element of either list, once.",
        "union(['a', 'b'], ['b', 'c'])",
        "[\"a\",\"b\",\"c\"]",
    ),
    Builtin::new("intersect", Roles::Both, PAIR, intersect_type, |call| Ok(keep(call.list(0)?, call.list(1)?, true))).doc(
        "Every element that is in both lists, once.",
        "intersect(['a', 'b'], ['b', 'c'])",
        "[\"b\"]",
    ),
    Builtin::new("minus", Roles::Both, PAIR, minus_type, |call| Ok(keep(call.list(0)?, call.list(1)?, false))).doc(
        "Every element of `a` that is not in `b`, once.",
        "minus(['a', 'b'], ['b', 'c'])",
        "[\"a\"]",
    ),
    Builtin::new("subset", Roles::Both, PAIR, subset_type, subset).doc(
        "Whether every element of `a` is in `b`.",
        "subset(['a'], ['a', 'b'])",
        "true",
    ),
    Builtin::new("flags", Roles::Both, FLAGS, flags_type, flags).doc(
        "A map with a boolean for every name of `all`: whether it is in `some`. A name in `some` that `all` lacks is an error.",
        "flags(['logs', 'image'], ['image'])",
        "{\"logs\":false,\"image\":true}",
    ),
];

static PAIR: &[Param] = &[Param::need("a", LIST), Param::need("b", LIST)];
static FLAGS: &[Param] = &[Param::need("all", LIST).of(TEXT), Param::need("some", LIST).of(TEXT)];

fn holds(items: &[Value], item: &Value) -> bool {
    items.iter().any(|one| one.equals(item))
}

fn unique(call: &Call<'_>) -> Result<Value, String> {
    let path = attributes::path(call, 1)?;
    let (mut seen, mut kept): (Vec<&Value>, Vec<Value>) = (Vec::new(), Vec::new());
    for item in call.list(0)? {
        let key = attributes::keyed(item, path.as_deref())?;
        if !seen.iter().any(|one| one.equals(key)) {
            seen.push(key);
            kept.push(item.clone());
        }
    }
    Ok(Value::list(kept))
}

fn unique_type(call: &TypeCall<'_>) -> Result<Type, Misfit> {
    let (item, min, max) = known::elements(&call.ty(0));
    let key = attributes::key_type(call, 1, &item)?;
    let most = known::values(&key).map(|values| values.len()).into_iter().chain(max).min();
    Ok(Type::list_between(item, min.min(1), most).distinct())
}

fn union(call: &Call<'_>) -> Result<Value, String> {
    let mut all: Vec<Value> = Vec::new();
    for item in call.list(0)?.iter().chain(call.list(1)?) {
        if !holds(&all, item) {
            all.push(item.clone());
        }
    }
    Ok(Value::list(all))
}

fn union_type(call: &TypeCall<'_>) -> Result<Type, Misfit> {
    let ((a, a_min, a_max), (b, b_min, b_max)) = (known::elements(&call.ty(0)), known::elements(&call.ty(1)));
    let item = a.join(&b);
    let most = known::values(&item).map(|values| values.len());
    let most = most.into_iter().chain(a_max.zip(b_max).map(|(x, y)| x.saturating_add(y))).min();
    Ok(Type::list_between(item, a_min.max(b_min).min(1), most).distinct())
}

/// The elements of `a`, once each, that are (or are not) in `b`.
fn keep(a: &[Value], b: &[Value], inside: bool) -> Value {
    let mut kept: Vec<Value> = Vec::new();
    for item in a {
        if holds(b, item) == inside && !holds(&kept, item) {
            kept.push(item.clone());
        }
    }
    Value::list(kept)
}

fn intersect_type(call: &TypeCall<'_>) -> Result<Type, Misfit> {
    let ((a, _, a_max), (b, _, b_max)) = (known::elements(&call.ty(0)), known::elements(&call.ty(1)));
    if let Some(misfit) = never_equal(&a, &b) {
        return Err(call.blame(1, misfit));
    }
    no_misspelt(call, &a, &b)?;
    let item = match (a.only_words(), b.only_words()) {
        (Some(words), Some(others)) => Type::words(words.intersection(others).cloned()),
        _ => match (known::only_ints(&a), known::only_ints(&b)) {
            (Some(x), Some(y)) => Type::int_range(x.min.max(y.min), x.max.min(y.max)),
            _ => a,
        },
    };
    let values = known::values(&item).map(|values| values.len());
    Ok(Type::list_between(item, 0, a_max.into_iter().chain(b_max).chain(values).min()).distinct())
}

/// Refuses a word that every list `b` holds, that no list `a` has, and that is nearly a word of `a`.
fn no_misspelt(call: &TypeCall<'_>, a: &Type, b: &Type) -> Result<(), Misfit> {
    let (Some(words), Some(certain)) = (a.only_words(), known::certain_words(&call.ty(1))) else { return Ok(()) };
    let near = |word: &&Text| nearest(word, words.iter().map(Text::as_str)).is_some();
    let strange = certain.iter().filter(|word| !words.contains(*word)).find(near);
    let misfit = strange.filter(|_| b.only_words().is_some()).and_then(|word| never_equal(a, &Type::words([word.clone()])));
    misfit.map_or(Ok(()), |misfit| Err(call.blame(1, misfit)))
}

fn minus_type(call: &TypeCall<'_>) -> Result<Type, Misfit> {
    let ((a, _, a_max), (b, _, _)) = (known::elements(&call.ty(0)), known::elements(&call.ty(1)));
    if let Some(misfit) = never_equal(&a, &b) {
        return Err(call.blame(1, misfit));
    }
    no_misspelt(call, &a, &b)?;
    let item = match (a.only_words(), known::certain_words(&call.ty(1))) {
        (Some(words), Some(gone)) => Type::words(words.difference(&gone).cloned()),
        _ => a,
    };
    if item.vocabulary().is_some_and(BTreeSet::is_empty) {
        return Ok(Type::list_between(Type::never(), 0, Some(0)));
    }
    let values = known::values(&item).map(|values| values.len());
    Ok(Type::list_between(item, 0, a_max.into_iter().chain(values).min()).distinct())
}

fn subset(call: &Call<'_>) -> Result<Value, String> {
    let whole = call.list(1)?;
    Ok(call.list(0)?.iter().all(|item| holds(whole, item)).into())
}

fn subset_type(call: &TypeCall<'_>) -> Result<Type, Misfit> {
    let (part, whole) = (known::elements(&call.ty(0)).0, known::elements(&call.ty(1)).0);
    // A word that is always in `a` and never in `b` decides the answer alone.
    let certain = known::certain_words(&call.ty(0)).unwrap_or_default();
    let strange = certain.into_iter().find(|word| whole.only_words().is_some_and(|words| !words.contains(word)));
    let part = strange.map_or(part, |word| Type::words([word]));
    match never_equal(&whole, &part) {
        Some(misfit) => Err(call.blame(0, misfit)),
        None => Ok(Type::bool()),
    }
}

fn flags(call: &Call<'_>) -> Result<Value, String> {
    let (all, some) = (call.list(0)?, call.list(1)?);
    if let Some(strange) = some.iter().find(|item| !holds(all, item)) {
        return Err(format!("`{}` is not one of `all`", strange.as_text().unwrap_or_default()));
    }
    let names = all.iter().filter_map(Value::as_text);
    Ok(Value::map(names.map(|name| (Text::from(name), holds(some, &Value::text(name)).into()))))
}

fn flags_type(call: &TypeCall<'_>) -> Result<Type, Misfit> {
    let (all, fewest, _) = known::elements(&call.ty(0));
    let some = known::elements(&call.ty(1)).0;
    let Some(names) = all.only_words() else { return Ok(Type::map_to(Type::bool())) };
    for strange in some.vocabulary().into_iter().flatten().filter(|word| !names.contains(*word)) {
        if let Some(misfit) = never_equal(&all, &Type::words([strange.clone()])) {
            return Err(call.blame(1, misfit));
        }
    }
    let flag = |name: &Text| {
        let ty = if some.is_never() { Type::truth(false) } else { Type::bool() };
        (name.clone(), Field { ty, optional: fewest < names.len() })
    };
    Ok(Type::of_fields(Fields { known: names.iter().map(flag).collect(), rest: None }))
}

#[cfg(test)]
mod tests {
    use super::super::testing::*;
    use super::*;
    use crate::diag::codes;

    #[test]
    fn sets_keep_the_order_of_the_first_list() {
        assert_eq!(run("union", &[texts(&["b", "a"]), texts(&["c", "a"])]).unwrap(), texts(&["b", "a", "c"]));
        assert_eq!(run("minus", &[ints(&[3, 1, 3, 2]), ints(&[1])]).unwrap(), ints(&[3, 2]));
        assert_eq!(run("intersect", &[ints(&[3, 1]), Value::list([Value::Float(1.0)])]).unwrap(), ints(&[1]));
        assert_eq!(run_with("unique", &[votes()], &[("attribute", text("option"))]).unwrap().as_list().unwrap().len(), 2);
        assert!(run_with("unique", &[votes()], &[("attribute", text("x"))]).is_err());
        assert_eq!(run("subset", &[ints(&[]), ints(&[])]).unwrap(), Value::Bool(true));
        assert!(run("flags", &[texts(&["a"]), texts(&["b"])]).unwrap_err().contains("`b`"));
    }

    #[test]
    fn words_flow_through_sets() {
        let (a, b) = (Type::of(&texts(&["a", "b"])), Type::of(&texts(&["b", "c"])));
        assert_eq!(typed("union", &[a.clone(), b.clone()]).item(), words(&["a", "b", "c"]));
        assert_eq!(typed("intersect", &[a.clone(), b.clone()]).item(), words(&["b"]));
        assert_eq!(typed("minus", &[a.clone(), b.clone()]).item(), words(&["a"]));
        assert_eq!(typed("minus", &[a.clone(), Type::list_of(words(&["b"]))]).item(), words(&["a", "b"]));
        // Two of two words, but it may be the same one twice.
        let drawn = Type::list_between(words(&["a", "b"]), 2, Some(2));
        assert_eq!(typed("minus", &[a.clone(), drawn]).item(), words(&["a", "b"]));
        let (six, nine) = (Type::list_of(Type::int_range(0, 6)), Type::list_of(Type::int_range(5, 9)));
        assert_eq!(typed("intersect", &[six, nine]), Type::list_between(Type::int_range(5, 6), 0, Some(2)).distinct());
        assert_eq!(misfit("minus", &[a, Type::of(&texts(&["z"]))]).code, codes::NEVER_EQUAL);
    }

    #[test]
    fn misspelt_words_among_others_are_misfits() {
        let guards = Type::list_of(words(&["audit_log", "review", "consent"]));
        for name in ["minus", "intersect"] {
            let typo = misfit(name, &[guards.clone(), Type::of(&texts(&["review", "audit_lgo"]))]);
            assert_eq!((typo.code, typo.hint.as_deref()), (codes::NEVER_EQUAL, Some("did you mean `audit_log`?")));
            assert!(typed(name, &[guards.clone(), Type::of(&texts(&["review", "something_else"]))]).is_list());
        }
        let typo = misfit("subset", &[Type::of(&texts(&["review", "consnet"])), guards.clone()]);
        assert_eq!((typo.place, typo.hint.as_deref()), (Some(crate::library::Place::At(0)), Some("did you mean `consent`?")));
        assert_eq!(misfit("subset", &[Type::of(&texts(&["review", "something_else"])), guards]).code, codes::NEVER_EQUAL);
    }

    #[test]
    fn flags_have_one_boolean_a_word() {
        let proofs = Type::of(&texts(&["logs_saved", "timeline"]));
        let has = typed("flags", &[proofs.clone(), Type::list_of(words(&["timeline"]))]);
        assert_eq!(has.field("logs_saved").unwrap(), Field { ty: Type::bool(), optional: false });
        assert!(has.field("logs_svaed").is_none());
        let typo = misfit("flags", &[proofs, Type::of(&texts(&["timelin"]))]);
        assert_eq!((typo.code, typo.hint.as_deref()), (codes::NEVER_EQUAL, Some("did you mean `timeline`?")));
    }
}
