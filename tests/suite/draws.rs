//! What the forms that draw promise of whole runs of records.
//!
//! In: a few draws as YAML. Out: a failure where a walk repeats a value too early, moves when it may not, or depends on the
//! attempt; where a bound or a grid is left; where computed weights choose otherwise than written ones.

use std::collections::BTreeSet;

use dictum::pipeline::expand::Expander;
use dictum::pipeline::plan::plan;
use serde_json::Value;

use super::workbench::{Names, compile, names, world};

/// The values of every name in these records of a spec with these sections.
fn drawn(sections: &str, indices: std::ops::Range<u64>) -> Vec<Names> {
    let text = format!("dictum: 1\ndataset: drawn\nsize: 10\n{sections}\nrecord: {{input: \"{{{{ context }}}}\"}}\n");
    let checked = compile(&world([("scenarios/a.yaml", text)]), "a.yaml").unwrap_or_else(|wrong| panic!("{wrong}"));
    names(&checked, 0, &indices.collect::<Vec<_>>())
}

fn column(records: &[Names], name: &str) -> Vec<String> {
    records.iter().map(|names| names[name].clone()).collect()
}

fn distinct(values: &[String]) -> usize {
    values.iter().collect::<BTreeSet<_>>().len()
}

#[test]
fn a_walk_repeats_nothing_before_everything_has_come() {
    let sections = "facts: {names: [ada, ben, cem, dua, eva, fay, gus]}
context:
  listed: {permutation: [a, b, c, d, e]}
  named: {permutation: names}
  ranged: {permutation: -3..8}
  wide: {permutation: 0..18446744073709551614}
  both: {permutation: {who: names, hour: 1..3}}
  nested: {object: {inner: {permutation: names}}}";
    let records = drawn(sections, 0..420);
    for (name, length) in [("listed", 5), ("named", 7), ("ranged", 12), ("both", 21), ("nested", 7)] {
        let values = column(&records, name);
        let passes: Vec<&[String]> = values.chunks(length).collect();
        assert!(passes.iter().all(|pass| distinct(pass) == length), "{name}: {values:?}");
        assert!(passes.windows(2).any(|pair| pair[0] != pair[1]), "{name} has one order only");
    }
    assert_eq!(distinct(&column(&records, "wide")), records.len());
    assert_ne!(
        column(&records, "named"),
        column(&records, "nested").iter().map(|one| one[10..15].to_owned()).collect::<Vec<_>>()
    );
}

#[test]
fn scenarios_and_elements_have_walks_of_their_own() {
    let sections = "facts: {panel: [x, y]}
context:
  case: {permutation: [1, 2, 3, 4, 5, 6, 7]}
  each_case: {each: panel, as: p, permutation: 1..11}
scenarios: {one: {weight: 2}, two: {}, three: {context: {case: {permutation: [10, 20, 30]}}}}";
    let records = drawn(sections, 0..400);
    for (scenario, length) in [("one", 7), ("two", 7), ("three", 3)] {
        let own: Vec<Names> = records.iter().filter(|names| names["scenario"] == scenario).cloned().collect();
        assert!(column(&own, "case").chunks_exact(length).all(|pass| distinct(pass) == length), "{scenario}");
        let elements: Vec<Vec<Value>> = own.iter().map(|names| serde_json::from_str(&names["each_case"]).unwrap()).collect();
        for at in 0..2 {
            let walk: Vec<String> = elements.iter().map(|values| values[at].to_string()).collect();
            assert!(walk.chunks_exact(11).all(|pass| distinct(pass) == 11), "{scenario}");
        }
        assert!(elements.iter().any(|values| values[0] != values[1]));
    }
}

#[test]
fn a_walk_is_never_redrawn() {
    let text = "dictum: 1\ndataset: drawn\nsize: 10\ncontext:\n  walk: {permutation: 1..1000}\n  free: {int: 1..1000000000}\nrecord: {input: \"{{ context }}\"}\n";
    let checked = compile(&world([("scenarios/a.yaml", text)]), "a.yaml").unwrap();
    let plan = plan(&checked, 0, 0, 10);
    let mut expander = Expander::new(&plan, false);
    for index in 0..50 {
        let made = expander.record(index, |frame, _| {
            let walk = |attempt| {
                let mut at = frame.at;
                at.address = at.address.attempt(attempt);
                let cells: Vec<_> = frame.shared.slots.iter().map(|_| std::cell::OnceCell::new()).collect();
                let frame = dictum::program::Frame::new(frame.shared, &cells, at, &[]);
                [0, 1].map(|slot| frame.slot(slot).unwrap().clone())
            };
            let [first, again] = [walk(0), walk(5)];
            assert_eq!(first[0], again[0]);
            assert_ne!(first[1], again[1]);
            Ok(())
        });
        made.unwrap();
    }
}

#[test]
fn bounds_and_grids_are_kept() {
    let sections = "context:
  base: {int: 5..9}
  normal: {normal: 50, sd: 30, min: 0, max: 100, digits: 0}
  tilted: {normal: \"{{ base }}\", sd: \"{{ base / 2 }}\", min: \"{{ base - 1 }}\", max: \"{{ base + 1 }}\", step: 0.25}
  lognormal: {lognormal: 20, sigma: 1, max: 60, digits: 1}
  exponential: {exponential: 4, min: 1, digits: 2}
  counted: {poisson: 4, min: 2, max: 6}
  rank: {zipf: 5, s: 0.8}
  word: {zipf: [often, seldom, never], s: 3}
  still: {normal: -0.001, sd: 0, digits: 1}
  near: {near: [0.25, 1], step: 0.25, within: 0.5}";
    let records = drawn(sections, 0..3000);
    let numbers = |name: &str| column(&records, name).iter().map(|one| one.parse::<f64>().unwrap()).collect::<Vec<_>>();
    let assert_between = |name: &str, min: f64, max: f64, step: f64| {
        let values = numbers(name);
        let fits = |value: &f64| (min..=max).contains(value) && (value / step - (value / step).round()).abs() < 1e-9;
        assert!(values.iter().all(fits), "{name}: {values:?}");
        assert!(values.contains(&min) && values.contains(&max), "{name} never reaches its ends");
    };
    // The lower end is included, the upper one not.
    assert_between("normal", 0.0, 99.0, 1.0);
    assert_between("counted", 2.0, 6.0, 1.0);
    assert_between("rank", 1.0, 5.0, 1.0);
    assert_between("near", -0.25, 1.5, 0.25);
    for (at, value) in numbers("tilted").iter().enumerate() {
        let base: f64 = records[at]["base"].parse().unwrap();
        assert!((base - 1.0..base + 1.0).contains(value) && (value * 4.0).fract() == 0.0, "{base}: {value}");
    }
    assert!(numbers("lognormal").iter().all(|value| (0.0..60.0).contains(value)));
    assert!(numbers("exponential").iter().all(|value| *value >= 1.0));
    assert!(column(&records, "lognormal").iter().all(|value| value.len() <= 4), "digits are exact");
    assert!(column(&records, "still").iter().all(|value| value == "0.0"));
    let often = column(&records, "word").iter().filter(|word| *word == "\"often\"").count();
    // 1 of 1 + 1/8 + 1/27: 0.86 of 3,000, standard deviation 19.
    assert!(often.abs_diff(2582) < 95, "{often}");
}

#[test]
fn computed_weights_choose_as_written_ones_do() {
    let written = drawn("context: {a: {pick: [{give: x, weight: 3}, {give: y, weight: 0.5}, {give: z}]}}", 0..300);
    let computed = "facts: {half: 0.5}
context: {a: {pick: [{give: x, weight: \"{{ 6 * half }}\"}, {give: y, weight: \"{{ half }}\"}, {give: \"{{ 'z' }}\"}]}}";
    assert_eq!(column(&drawn(computed, 0..300), "a"), column(&written, "a"));
    let mapped = drawn("context: {a: {pick: {x: 3, y: 0.5, z: 1}}}", 0..300);
    assert_eq!(column(&mapped, "a"), column(&written, "a"));
}

#[test]
fn a_choice_may_be_anything() {
    let sections = "context:
  level: {int: 1..3}
  a:
    pick:
      - {give: {int: 10..19}, weight: \"{{ level }}\"}
      - {give: {int: 20..29}}
      - {give: {kind: map, level: \"{{ level }}\", more: {$int: 1..5}}, weight: 2}
      - {give: never, weight: \"{{ 0 * level }}\"}";
    let records = drawn(sections, 0..600);
    let values: Vec<Value> = records.iter().map(|names| serde_json::from_str(&names["a"]).unwrap()).collect();
    let mut seen = [0_usize; 3];
    for (value, names) in values.iter().zip(&records) {
        match value.as_i64() {
            Some(number) => {
                assert!((10..30).contains(&number));
                seen[usize::from(number > 19)] += 1;
            }
            None => {
                assert_eq!(value["level"].to_string(), names["level"]);
                assert!((1..=5).contains(&value["more"].as_i64().unwrap()));
                seen[2] += 1;
            }
        }
    }
    // Weights of 2, 1 and 2 on average over the levels, in shares that depend on the level.
    assert!(seen.iter().all(|count| *count > 80), "{seen:?}");
    // The choice and the draw inside it are not the same randomness.
    let tens: BTreeSet<i64> = values.iter().filter_map(Value::as_i64).filter(|number| *number < 20).collect();
    assert_eq!(tens.len(), 10);
}

#[test]
fn rows_are_drawn_by_their_column() {
    let sections = "facts:
  cities: [{name: bern, people: 3}, {name: genf, people: 1.5}, {name: ghost, people: 0}]
  keyed: {x: {size: small}, y: {size: large}}
context:
  any: {row: cities}
  weighed: {row: cities, weight: people}
  part: {row: \"cities | rejectattr('name', 'eq', any.name) | list\", weight: people, when: any.name != 'ghost'}
  held: {row: keyed}
  name: {give: \"{{ weighed.name }}\"}
derive: {genf: \"{{ weighed.name == 'genf' }}\", large: \"{{ held.size == 'large' }}\"}";
    let sections = format!("{sections}\nchecks: [{{id: read, that: genf == genf and large == large}}]");
    let records = drawn(&sections, 0..900);
    let name = |text: &String| serde_json::from_str::<Value>(text).unwrap()["name"].as_str().unwrap().to_owned();
    let count =
        |column_name: &str, wanted: &str| column(&records, column_name).iter().map(name).filter(|one| one == wanted).count();
    // Standard deviations of 14; bounds at five.
    for wanted in ["bern", "genf", "ghost"] {
        assert!(count("any", wanted).abs_diff(300) < 70);
    }
    assert!(count("weighed", "bern").abs_diff(600) < 70 && count("weighed", "ghost") == 0);
    for names in records.iter().filter(|names| names.contains_key("part")) {
        assert_ne!(name(&names["part"]), name(&names["any"]));
    }
    assert_eq!(distinct(&column(&records, "held")), 2);
}
