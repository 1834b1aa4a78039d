//! The rules of addresses, each on the smallest spec that shows it.

use dictum::pipeline::check::Checked;
use serde_json::Value;

use super::indices;
use crate::workbench::{Names, compile, names, world};

/// A spec with these draws.
fn checked(facts: &str, draws: &str) -> Result<Checked, String> {
    let text = format!(
        "dictum: 1\ndataset: addressed\nsize: 10\nuse: [facts.yaml]\ncontext:\n{draws}record: {{input: {{context: \"{{{{ context }}}}\"}}}}\n"
    );
    let module = format!("dictum: 1\nfacts: {facts}\n");
    compile(&world([("scenarios/a.yaml", text), ("scenarios/facts.yaml", module)]), "a.yaml")
}

/// The values of a spec with these draws, in every record that tests look at.
fn drawn(facts: &str, draws: &str) -> Vec<Names> {
    names(&checked(facts, draws).unwrap_or_else(|wrong| panic!("{wrong}")), 0, &indices())
}

fn json(names: &Names, name: &str) -> Value {
    serde_json::from_str(&names[name]).unwrap()
}

fn list(names: &Names, name: &str) -> Vec<Value> {
    json(names, name).as_array().unwrap().clone()
}

#[test]
fn levels_of_each_do_not_commute() {
    let facts = "{sides: [a, b, c, d]}";
    let draws = "  w: {each: sides, as: i, give: {each: sides, as: j, int: 0..999999999999}}\n";
    for names in drawn(facts, draws) {
        let rows = list(&names, "w");
        for (i, j) in (0..4).flat_map(|i| (0..i).map(move |j| (i, j))) {
            assert_ne!(rows[i][j], rows[j][i], "w[{i}][{j}]");
        }
    }
}

#[test]
fn the_first_element_is_not_the_draw_without_each() {
    let facts = "{one: [a], by: {0: a}}";
    let base = "  alone: {int: 0..999999999999}\n";
    let wide = "  alone: {each: one, as: e, int: 0..999999999999}\n";
    let deep = "  alone: {each: one, as: e, give: {each: one, as: f, int: 0..999999999999}}\n";
    let keyed = "  alone: {each: by, as: e, int: 0..999999999999}\n";
    let all = [base, wide, deep, keyed].map(|draws| drawn(facts, draws));
    for record in 0..indices().len() {
        let [base, wide, deep, keyed] = all.each_ref().map(|records| json(&records[record], "alone"));
        let numbers = [&base, &wide[0], &deep[0][0], &keyed[0]];
        for (at, number) in numbers.iter().enumerate() {
            assert!(number.is_number() && !numbers[..at].contains(number), "{numbers:?}");
        }
    }
}

#[test]
fn lists_are_addressed_by_index() {
    let draws = "  d: {each: walked, as: e, object: {p: {int: 0..999999}, q: [x, y, z]}}\n  \
                 f: {each: walked, as: e, where: e != 'b', int: 0..999999}\n";
    let short = drawn("{walked: [a, b, c]}", draws);
    let long = drawn("{walked: [a, b, c, e]}", draws);
    let renamed = drawn("{walked: [a, b, other]}", draws);
    for ((short, long), renamed) in short.iter().zip(&long).zip(&renamed) {
        assert_eq!(list(short, "d"), list(long, "d")[..3]);
        assert_eq!(list(short, "d"), list(renamed, "d"));
        // What `where` leaves out still counts.
        assert_eq!(list(short, "f")[..], list(long, "f")[..2]);
    }
}

#[test]
fn maps_and_key_loops_are_addressed_by_key() {
    let over_map = "  d: {each: walked, as: [key, value], object: {k: {give: \"{{ key }}\"}, p: {int: 0..999999}}}\n";
    let few = drawn("{walked: {a: 1, b: 2}}", over_map);
    let more = drawn("{walked: {new: 0, b: 2, a: 7}}", over_map);
    let by_key = "  d: {each: walked, as: e, key: \"{{ e }}\", let: {l: {int: 0..999999}}, object: {p: {int: 0..999999}, l2: {give: \"{{ l }}\"}}}\n";
    let short = drawn("{walked: [a, b]}", by_key);
    let long = drawn("{walked: [new, b, a]}", by_key);
    for record in 0..indices().len() {
        let [few, more] = [&few, &more].map(|all| list(&all[record], "d"));
        assert_eq!((&few[0], &few[1]), (&more[2], &more[1]));
        let [short, long] = [&short, &long].map(|all| json(&all[record], "d"));
        assert_eq!((&short["a"], &short["b"]), (&long["a"], &long["b"]));
        assert_ne!(long["new"]["p"], long["a"]["p"]);
    }
}

#[test]
fn cells_of_tables_are_addressed_by_the_key_of_their_row() {
    let draws = "  d: {each: ids, as: id, key: \"{{ id }}\", given: id, cases: rules, column: how}\n  \
                 e: {given: chosen, cases: rules, column: how}\n  chosen: [a, b]\n";
    let table = |rows: &str| format!("{{ids: [a, b], rules: {{columns: {{how: draw}}, rows: {{{rows}}}}}}}");
    let (a, b, c) = ("a: {how: {int: 0..99999999}}", "b: {how: {int: 0..99999999}}", "c: {how: {int: 0..9}}");
    let few = drawn(&table(&format!("{a}, {b}")), draws);
    let more = drawn(&table(&format!("{c}, {b}, {a}")), draws);
    let other = drawn(&table(&format!("{a}, b: {{how: {{bool: 0.5}}}}")), draws);
    for ((few, more), other) in few.iter().zip(&more).zip(&other) {
        assert_eq!(few, more);
        assert_eq!(json(few, "d")["a"], json(other, "d")["a"]);
        assert_ne!(json(few, "d")["a"], json(few, "d")["b"]);
        assert!(few["chosen"] != "\"a\"" || few["e"] == other["e"]);
    }
}

#[test]
fn indices_seeds_and_names_give_other_values() {
    let draws = "  a: {int: 0..999999999999}\n  b: {int: 0..999999999999}\n";
    let mut seen = std::collections::BTreeSet::new();
    for names in drawn("{nothing: []}", draws) {
        assert!(seen.insert(names["a"].clone()) && seen.insert(names["b"].clone()));
    }
}

#[test]
fn a_stream_in_a_loop_keeps_the_level_of_the_loop() {
    let facts = "{sides: [a, b, c]}";
    let streamed = "  w: {each: sides, as: i, give: {int: 0..999999999999, stream: old}}\n";
    let named = "  w: {each: sides, as: i, object: {old: {int: 0..999999999999}}}\n";
    for (streamed, named) in drawn(facts, streamed).iter().zip(drawn(facts, named)) {
        let named: Vec<Value> = list(&named, "w").iter().map(|one| one["old"].clone()).collect();
        assert_eq!(list(streamed, "w"), named);
    }
}

#[test]
fn an_entry_that_is_first_read_in_a_void_attempt_keeps_its_address() {
    // `x` reads `later`, then `y`, which is not lowered yet: the attempt at `x` is void, but `later` is done.
    let draws = |order: &str| {
        format!(
            "  whole: {{object: {{x: {{int: {{min: 0, max: \"{{{{ {order} }}}}\"}}}}, y: {{int: 1..99}}}}}}\n  later: {{int: 1..999999}}\n"
        )
    };
    let (void, plain) = (drawn("{nothing: []}", &draws("later + y")), drawn("{nothing: []}", &draws("y + later")));
    assert_eq!(void, plain);
    for names in void {
        assert_ne!(json(&names, "later"), json(&names, "whole")["y"]);
    }
}

#[test]
fn two_draws_at_one_address_are_refused() {
    let taken = "  a: {int: 0..9}\n  b: {int: 0..9, stream: a}\n";
    let shared = "  a: {int: 0..9, stream: old}\n  b: {bool: 0.5, stream: old}\n";
    let quota = "  a: {int: 0..9, stream: scenario}\n";
    let rows = "  a: {collect: [{int: 0..9, stream: x}, {int: 0..9, stream: x}]}\n";
    let fields = "  a: {object: {b: {int: 0..9}, c: {int: 0..9, stream: b}}}\n";
    let local = "  a: {let: {b: {int: 0..9}}, object: {c: {int: 0..9, stream: b}, d: \"{{ b }}\"}}\n";
    for draws in [taken, shared, quota, rows, fields, local] {
        let wrong = checked("{nothing: []}", draws).err().unwrap_or_else(|| panic!("{draws} passes"));
        assert!(wrong.contains("error[name-collision]"), "{wrong}");
    }
    // Cases and scenarios of one entry share its address: never two of them are drawn in one record.
    let cases = "  a: [x, y]\n  b: {given: a, cases: {x: {int: 0..9}, y: {int: 0..99}}}\n";
    assert!(checked("{nothing: []}", cases).is_ok());
}
