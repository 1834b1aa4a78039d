//! Wording as a phrase grammar: says that name says, with weights, conditions and parts that a scenario words otherwise.
//!
//! In: small specs. Out: a failure where a part has two values in one record, where a condition or a scenario is not heeded, or
//! where the choice of a part hangs on the choice of what names it.

use std::collections::BTreeSet;

use crate::workbench::{Names, compile, names, world};

const RECORDS: u64 = 2_000;

/// The values of every name in the records of a spec with these sections.
fn worded(sections: &str) -> Vec<Names> {
    let record = "record: {input: {context: \"{{ context }}\", says: \"{{ say }}\"}}\n";
    let text = format!("dictum: 1\ndataset: worded\nsize: 10\n{sections}{record}");
    let checked = compile(&world([("scenarios/w.yaml", text)]), "w.yaml").unwrap_or_else(|wrong| panic!("{wrong}"));
    names(&checked, 0, &(0..RECORDS).collect::<Vec<_>>())
}

fn text(names: &Names, say: &str) -> String {
    serde_json::from_str(&names[&format!("say.{say}")]).unwrap()
}

/// How many records there are in which this holds.
fn count(records: &[Names], holds: impl Fn(&Names) -> bool) -> usize {
    records.iter().filter(|names| holds(names)).count()
}

const GRAMMAR: &str = r#"
context: {colour: [red, green], n: {int: 1..9}}
scenarios:
  plain: {weight: 3}
  short: {say: {greeting: [Hi]}}
say:
  greeting: [Hello, Good day]
  opening: ["{{ say.greeting }}, team.", {text: "{{ say.greeting }} all!", weight: 3}]
  request:
    - "{{ say.opening }} It is {{ colour }}."
    - {when: n > 5, text: "{{ say.opening }} Quick: {{ colour }}!", weight: 2}
  echo: "{{ say.greeting }} {{ say.request }}"
"#;

#[test]
fn a_part_has_one_value_in_a_record_whoever_names_it() {
    for names in worded(GRAMMAR) {
        let [greeting, opening, request, echo] = ["greeting", "opening", "request", "echo"].map(|say| text(&names, say));
        assert!(opening == format!("{greeting}, team.") || opening == format!("{greeting} all!"), "{opening}");
        assert!(request.starts_with(&format!("{opening} ")), "{request}");
        assert_eq!(echo, format!("{greeting} {request}"));
    }
}

#[test]
fn conditions_weights_and_scenarios_are_heeded() {
    let records = worded(GRAMMAR);
    for names in &records {
        let number: u32 = names["n"].parse().unwrap();
        assert!(number > 5 || !text(names, "request").contains("Quick"));
        assert_eq!(names["scenario"] == "short", text(names, "greeting") == "Hi");
    }
    let share = |count: usize, of: usize| f64::from(u32::try_from(count).unwrap()) / f64::from(u32::try_from(of).unwrap());
    let loud = count(&records, |names| text(names, "opening").ends_with("all!"));
    assert!((share(loud, records.len()) - 0.75).abs() < 0.04, "{loud}");
    let high: Vec<Names> = records.into_iter().filter(|names| names["n"].parse::<u32>().unwrap() > 5).collect();
    let quick = count(&high, |names| text(names, "request").contains("Quick"));
    assert!((share(quick, high.len()) - 2.0 / 3.0).abs() < 0.06, "{quick}");
}

#[test]
fn a_part_of_one_scenario_is_said_in_it_only() {
    let sections = r#"
scenarios:
  leak: {say: {part: [a laptop, a bucket]}}
  outage: {}
say:
  request: ["We lost data.", {when: scenario == 'leak', text: "We lost {{ say.part }}."}]
"#;
    let records = worded(sections);
    assert!(records.iter().all(|names| names["scenario"] == "leak" || text(names, "request") == "We lost data."));
    assert!(count(&records, |names| text(names, "request").ends_with("laptop.")) > 100);
}

#[test]
fn alternatives_of_an_alternative_do_not_hang_on_the_choice_of_it() {
    let records = worded("say: {request: [[a, b], [c, d]]}\n");
    let said: BTreeSet<String> = records.iter().map(|names| text(names, "request")).collect();
    assert_eq!(said, ["a", "b", "c", "d"].map(str::to_owned).into());
}

#[test]
fn alternatives_under_pick_keep_the_values_of_their_stream() {
    let old = worded("say: {request: [a, b, {text: c, weight: 2}]}\n");
    let new = worded("say: {asked: {pick: [a, b, {text: c, weight: 2}], stream: request}}\n");
    for (old, new) in old.iter().zip(&new) {
        assert_eq!(text(old, "request"), text(new, "asked"));
    }
}
