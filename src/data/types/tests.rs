//! What types know, by example.

use super::*;

#[test]
fn joining_two_maps_makes_lone_fields_optional() {
    let a = Type::map_of([("id", Type::words(["x"])), ("n", Type::int_range(0, 3))]);
    let b = Type::map_of([("id", Type::words(["y"]))]);
    let both = a.join(&b);
    let id = both.field("id").unwrap();
    assert!(!id.optional);
    assert_eq!(id.ty.vocabulary().unwrap().len(), 2);
    assert!(both.field("n").unwrap().optional);
    assert!(both.field("m").is_none());
}

#[test]
fn disjoint_words_and_ranges_never_equal() {
    assert!(!Type::words(["a"]).can_equal(&Type::words(["b"])));
    assert!(!Type::int_range(0, 3).can_equal(&Type::int_range(4, 9)));
    assert!(!Type::words(["1"]).can_equal(&Type::int_range(1, 1)));
    assert!(Type::float().can_equal(&Type::int_range(1, 1)));
    assert!(Type::any().can_equal(&Type::words(["b"])));
}

#[test]
fn truth_follows_from_what_is_known() {
    assert_eq!(Type::list_between(Type::int(), 1, Some(3)).truths(), (true, false));
    assert_eq!(Type::truth(true).truths(), (true, false));
    assert_eq!(Type::words(["a", ""]).truths(), (true, true));
    assert_eq!(Type::int_range(1, 5).truths(), (true, false));
}

#[test]
fn any_stays_any() {
    assert!(Type::any().is_any());
    assert!(Type::any().join(&Type::words(["a"])).is_any());
    assert!(Type::words(["a"]).join(&Type::any()).is_any());
    assert!(Type::any().item().is_any());
    assert!(Type::any().field("x").unwrap().ty.is_any());
    assert!(!Type::words(["a"]).is_any());
}
