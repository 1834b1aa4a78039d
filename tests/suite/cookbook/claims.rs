//! What each recipe claims of its records, asked of all of them.
//!
//! In: the records of a recipe's dataset, at its full size. Out: a failure with the number that is not as claimed.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;

use dictum::pipeline::load::Overrides;
use serde_json::Value;

use super::Told;

/// A recipe's dataset, and what must hold of its records.
type Claim = (&'static str, fn(&Told<'_>));

pub(super) const CLAIMS: &[Claim] = &[
    ("boxes", |Told { records, .. }| {
        let of = |animal| records.iter().filter(move |one| context(one)["animal"] == animal);
        let sits = |one: &&Value| context(one)["sits_in_box"] == true;
        within(share(of("cat").filter(sits).count(), of("cat").count()), 0.85..=0.95);
        within(share(of("dog").filter(sits).count(), of("dog").count()), 0.0..=0.2);
    }),
    ("feet", |Told { records, .. }| {
        let pairs: Vec<(f64, f64)> = records.iter().map(|one| (number(one, "height_cm"), number(one, "foot_cm"))).collect();
        within(correlation(&pairs), 0.45..=0.55);
    }),
    ("notices", |Told { records, .. }| {
        let near = |one: &&Value| [24, 72].iter().any(|limit| (int(one, "hours") - limit).abs() <= 1);
        within(share(records.iter().filter(near).count(), records.len()), 0.44..=0.57);
        for hours in [23, 24, 25, 71, 72, 73] {
            let count = records.iter().filter(|one| int(one, "hours") == hours).count();
            assert!(count > 25, "{hours} h: {count} times");
        }
    }),
    ("relay", |told| {
        let records = &told.records;
        for one in records {
            let runs = context(one)["runs"].as_object().unwrap();
            assert_eq!(runs.keys().collect::<Vec<_>>(), ["Ada", "Bo", "Cleo"]);
            let sum: f64 = runs.values().map(|run| run["seconds"].as_f64().unwrap()).sum();
            assert!((sum - target(one)["seconds"].as_f64().unwrap()).abs() < 1e-6);
        }
        let joined = told.changed(&[("[Ada, Bo, Cleo]", "[Zoe, Bo, Ada, Cleo]")]);
        let bo = |one: &Value| context(one)["runs"]["Bo"].clone();
        assert!(joined.iter().map(bo).eq(records.iter().map(bo)), "who joins changes the times of others");
    }),
    ("baskets", |Told { records, .. }| {
        let lengths = tally(records.iter().map(|one| list(&context(one)["basket"]).len().to_string()));
        assert_eq!(lengths.keys().collect::<Vec<_>>(), ["1", "2", "3", "4"]);
        for one in records {
            let coupons = list(&context(one)["coupons"]);
            assert_eq!(distinct(coupons.iter()), coupons.len());
            let cents: i64 = list(&context(one)["basket"]).iter().map(|thing| thing["cents"].as_i64().unwrap()).sum();
            assert_eq!(target(one)["total_cents"], cents);
        }
    }),
    ("insured", |Told { records, .. }| {
        for one in records {
            let parcel = context(one)["kind"] == "parcel";
            assert_eq!(context(one).get("value").is_some(), parcel);
            assert_eq!(target(one).get("premium").is_some(), parcel);
        }
    }),
    ("times_table", |Told { records, .. }| {
        assert_eq!(distinct(records.iter().map(|one| &one["input"]["sum"])), 144);
    }),
    ("downloads", |Told { records, .. }| {
        let files = tally(records.iter().map(|one| text(one, "file").to_owned()));
        assert!(["readme", "manual", "samples", "sources", "drivers"].windows(2).all(|pair| files[pair[0]] > files[pair[1]]));
        let small = records.iter().filter(|one| int(one, "bytes") < 1_000_000).count();
        within(share(small, records.len()), 0.45..=0.55);
        let below = records.iter().filter(|one| number(one, "seconds") < 30.0).count();
        within(share(below, records.len()), 0.44..=0.54);
    }),
    ("ferries", |Told { records, .. }| {
        let islands = tally(records.iter().map(|one| one["input"]["island"]["name"].as_str().unwrap().to_owned()));
        assert!(islands["Hven"] > islands["Tresco"] && islands["Tresco"] > islands["Foula"], "{islands:?}");
        let asked = |one: &Value| target(one)["answer"] == "ask a fisher";
        assert!(records.iter().all(|one| asked(one) == (one["input"]["island"]["name"] == "Foula")));
    }),
    ("meetings", |Told { records, .. }| {
        for one in records {
            assert!(int(one, "begins") < int(one, "ends"));
            assert!(int(one, "chairs") >= int(one, "people") - 5);
        }
        assert!(records.iter().any(|one| target(one)["standing"] != 0));
    }),
    ("umbrellas", |Told { records, .. }| {
        let advice = tally(records.iter().map(|one| target(one)["advice"].as_str().unwrap().to_owned()));
        assert_eq!(advice.keys().collect::<Vec<_>>(), ["go", "raincoat", "stay_in", "umbrella"]);
        let gale = |one: &&Value| int(one, "wind") >= 8;
        assert!(records.iter().filter(gale).all(|one| target(one)["advice"] == "stay_in"));
    }),
    ("forms", |Told { records, .. }| {
        let verdict = |one: &Value| target(one)["verdict"].clone();
        for one in records {
            let expected = match (context(one)["signed"] == true, context(one)["dated"] == true && int(one, "pages") <= 5) {
                (false, _) => "return",
                (true, false) => "mend",
                (true, true) => "accept",
            };
            assert_eq!(verdict(one), expected);
        }
    }),
    ("aquarium", |Told { records, .. }| {
        let broken = tally(records.iter().flat_map(|one| list(&target(one)["broken"])).map(|id| id.as_str().unwrap().to_owned()));
        assert_eq!(broken.len(), 3, "{broken:?}");
        let well = |one: &Value| target(one)["advice"] == "all is well";
        assert!(records.iter().all(|one| well(one) == list(&target(one)["broken"]).is_empty()));
    }),
    ("piggy_bank", |Told { records, .. }| {
        let verdicts = tally(records.iter().map(|one| target(one)["verdict"].as_str().unwrap().to_owned()));
        assert!(verdicts.values().all(|count| *count > 30), "{verdicts:?}");
        for one in records {
            let mut level = 0;
            let moves = list(&context(one)["moves"]).iter().map(|by| by.as_i64().unwrap());
            let levels = std::iter::once(0).chain(moves.map(|by| {
                level += by;
                level
            }));
            assert_eq!(target(one)["levels"], levels.collect::<Value>());
        }
    }),
    ("film_night", |Told { records, .. }| {
        let again = records.iter().filter(|one| target(one)["outcome"] == "vote_again");
        let tied = records.iter().filter(|one| list(&target(one)["ahead"]).len() > 1);
        assert_eq!(again.clone().count(), tied.count());
        assert!(again.count() > 5);
    }),
    ("receipts", |Told { records, .. }| {
        for one in records {
            let (cents, percent) = (int(one, "cents"), int(one, "vat_percent"));
            // Half up, in whole numbers.
            let expected = (2 * cents * percent + 100 + percent) / (2 * (100 + percent));
            assert_eq!(target(one)["vat_cents"], expected);
        }
    }),
    ("luggage", |Told { records, .. }| {
        for one in records {
            let volume = |one: &Value| ["w", "h", "d"].iter().map(|side| one[side].as_i64().unwrap()).product::<i64>();
            let volumes: Vec<i64> = list(&context(one)["boxes"]).iter().map(volume).collect();
            let fitting = volumes.iter().filter(|volume| **volume <= int(one, "litres") * 1000).count();
            assert_eq!(target(one)["fitting"], fitting);
            assert_eq!(target(one)["largest_cm3"], *volumes.iter().max().unwrap());
        }
    }),
    ("museum", |Told { records, .. }| {
        for one in records {
            let advice = target(one)["advice"].as_str().unwrap();
            let expected = match (target(one)["price"].as_i64().unwrap(), context(one)["day"].as_str().unwrap()) {
                (0, _) => "go today",
                (4, "sunday") => "a card would save you 4",
                _ => "come on a Sunday: it costs 4 instead of 9",
            };
            assert_eq!(advice, expected);
        }
    }),
    ("ripe", |told| {
        let records = &told.records;
        let chance = told.changed(&[("aim: ", "# "), ("expect:", "# "), ("  - {share: state}", "# ")]);
        let unripe = chance.iter().filter(|one| target(one)["state"] == "unripe").count();
        within(share(unripe, chance.len()), 0.6..=0.73);
        for prefix in [3, 150, 300] {
            let states = tally(records[..prefix].iter().map(|one| target(one)["state"].as_str().unwrap().to_owned()));
            assert!(states.len() == 3 && states.values().all(|count| *count == prefix / 3), "{states:?}");
        }
    }),
    ("chests", |told| {
        let records = &told.records;
        let chance = told.changed(&[
            ("aim: ", "# "),
            ("{given: aim.found, cases: {treasure: {int: 5..9}}, else: {int: 0..9}}", "{int: 0..9}"),
            ("{given: aim.found, cases: {treasure: {int: 150..300}}, else: {int: 1..300}}", "{int: 1..300}"),
        ]);
        let treasures = chance.iter().filter(|one| target(one)["found"] == "treasure").count();
        within(share(treasures, chance.len()), 0.02..=0.08);
        let found = tally(records.iter().map(|one| target(one)["found"].as_str().unwrap().to_owned()));
        assert_eq!(found, [("books", 100), ("dust", 50), ("treasure", 50)].map(|(name, n)| (name.to_owned(), n)).into());
    }),
    ("postcards", |Told { records, .. }| {
        let sunny = records.iter().filter(|one| context(one)["weather"] == "sun").count();
        within(share(sunny, records.len()), 0.7..=0.8);
        within(share(distinct(records.iter().map(|one| &one["input"]["text"])), records.len()), 0.6..=0.9);
    }),
    ("sightings", |Told { records, .. }| {
        let dusk = |one: &Value| one["input"]["report"].as_str().unwrap().to_lowercase().contains("at dusk");
        assert!(records.iter().all(|one| dusk(one) == (context(one)["dusk"] == true)));
        let reports = distinct(records.iter().map(|one| &one["input"]["report"]));
        assert!(reports > 100, "{reports} sentences of a dozen phrases");
    }),
    ("cooking", |Told { records, .. }| {
        for one in records {
            let plan = target(one)["plan"].as_str().unwrap();
            assert_eq!(plan.lines().count(), 5, "{plan}");
            assert!(plan.contains(&format!("\n- {} g of rice\n", 80 * int(one, "guests"))), "{plan}");
        }
    }),
    ("capitals", |Told { records, .. }| {
        let letters = tally(records.iter().map(|one| target(one)["letter"].as_str().unwrap().to_owned()));
        assert!(letters.len() == 3 && letters.values().all(|count| (45..90).contains(count)), "{letters:?}");
        let options = |one: &Value| distinct(list(&one["input"]["options"]).iter());
        assert!(records.iter().all(|one| options(one) == 3));
        let norway = records.iter().find(|one| one["input"]["country"] == "Norway").unwrap();
        let right = "ABC".find(target(norway)["letter"].as_str().unwrap()).unwrap();
        assert_eq!(list(&norway["input"]["options"])[right], "Oslo");
    }),
    ("sums", |Told { records, .. }| {
        assert!(records.iter().all(|one| target(one)["total"] == int(one, "a") + int(one, "b")));
    }),
    ("speed_rules", |Told { records, .. }| {
        let limits = records.iter().filter(|one| context(one)["facts"]["speed"] == int(one, "limit")).count();
        assert!(limits > 5, "{limits} at the limit");
        for one in records {
            let facts = &context(one)["facts"];
            let expected = facts["speed"].as_i64().unwrap() > int(one, "limit") && facts["ambulance"] == false;
            assert_eq!(target(one)["fine"], expected);
            assert_eq!(list(&one["test_cases"]).len(), 3);
        }
    }),
    ("harbour", |Told { records, .. }| {
        let answers = tally(records.iter().map(|one| target(one)["answer"].as_str().unwrap().to_owned()));
        assert_eq!(answers.len(), 3, "{answers:?}");
        assert!(
            records.iter().all(|one| (target(one)["answer"] == "enter") == (target(one)["spare_cm"].as_i64().unwrap() >= 30))
        );
    }),
    ("change_pairs", |Told { records, .. }| {
        for (at, one) in records.iter().enumerate() {
            assert_eq!(one["about"], format!("change_{at:06}"));
            let (chosen, rejected) = (target(one)["chosen"].as_i64().unwrap(), target(one)["rejected"].as_i64().unwrap());
            let price = one["input"]["asked"]["context"]["price"].as_i64().unwrap();
            assert_ne!(chosen, rejected);
            assert_eq!(chosen - rejected, one["input"]["misread_as"].as_i64().unwrap() - price);
        }
    }),
    ("mail_size", |told| {
        let sent = |one: &Value| target(one)["sent"] == (int(one, "megabytes") <= one["input"]["limit"].as_i64().unwrap());
        assert!(told.records.iter().all(|one| one["input"]["limit"] == 25 && sent(one)));
        let strict = told.with(Overrides { profile: Some("strict".to_owned()), params: Vec::new() });
        assert!(strict.iter().all(|one| one["input"]["limit"] == 10 && sent(one)));
        let quick = told.with(Overrides { profile: Some("quick".to_owned()), params: Vec::new() });
        assert_eq!(quick[..], told.records[..20]);
    }),
    ("allotments", |told| {
        let old = told.changed(&[
            ("stream: gardens ", "# "),
            ("dataset: allotments", "dataset: gardens"),
            ("crop: {pick: [beans, kale, squash], stream: vegetable}", "vegetable: [beans, kale, squash]"),
        ]);
        let crops = |records: &[Value], name: &str| records.iter().map(|one| context(one)[name].clone()).collect::<Vec<_>>();
        assert_eq!(crops(&told.records, "crop"), crops(&old, "vegetable"));
    }),
];

fn context(record: &Value) -> &Value {
    &record["input"]["context"]
}

fn target(record: &Value) -> &Value {
    &record["target_output"]
}

fn int(record: &Value, name: &str) -> i64 {
    context(record)[name].as_i64().unwrap()
}

fn number(record: &Value, name: &str) -> f64 {
    context(record)[name].as_f64().unwrap()
}

fn text<'r>(record: &'r Value, name: &str) -> &'r str {
    context(record)[name].as_str().unwrap()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().unwrap()
}

fn share(some: usize, all: usize) -> f64 {
    assert!(all > 0);
    f64::from(u32::try_from(some).unwrap()) / f64::from(u32::try_from(all).unwrap())
}

#[track_caller]
fn within(share: f64, band: RangeInclusive<f64>) {
    assert!(band.contains(&share), "{share} is not within {band:?}");
}

fn tally(values: impl Iterator<Item = String>) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for value in values {
        *counts.entry(value).or_default() += 1;
    }
    counts
}

fn distinct<'v>(values: impl Iterator<Item = &'v Value>) -> usize {
    values.map(ToString::to_string).collect::<BTreeSet<_>>().len()
}

/// Pearson's coefficient of correlation.
fn correlation(pairs: &[(f64, f64)]) -> f64 {
    let n = f64::from(u32::try_from(pairs.len()).unwrap());
    let (mean_x, mean_y) = (pairs.iter().map(|pair| pair.0).sum::<f64>() / n, pairs.iter().map(|pair| pair.1).sum::<f64>() / n);
    let sum = |of: &dyn Fn(f64, f64) -> f64| pairs.iter().map(|(x, y)| of(x - mean_x, y - mean_y)).sum::<f64>();
    sum(&|x, y| x * y) / (sum(&|x, _| x * x) * sum(&|_, y| y * y)).sqrt()
}
