//! Explanations say what happened.
//!
//! In: the shipped datasets and small specs. Out: a failure where an explained value is not the record's, where a named draw
//! does not draw it, where a row is said to have fired that did not, or where the command answers otherwise than it says.

use dictum::data::Value;
use dictum::explain::{Explanation, document, explain};
use dictum::form::FORMS;
use dictum::pipeline::check::Checked;
use dictum::pipeline::expand::Expander;
use dictum::pipeline::load::Workspace as Loaded;
use dictum::pipeline::plan::plan;
use dictum::pipeline::sound;
use dictum::program::Role;
use dictum::random::{Address, Key, Stream};
use dictum::source::Sources;
use serde_json::Value as Json;

use crate::reference::form_spec;
use crate::workbench::{DATASETS, ROOT, canonical, files, shipped, world};
use crate::workspace::Workspace;

/// A dataset with the texts that its places lie in.
fn loaded<P: AsRef<std::path::Path>, C: Into<Vec<u8>>>(
    files: impl IntoIterator<Item = (P, C)>,
    spec: &str,
) -> (Checked, Sources) {
    let world = world(files);
    let workspace = Loaded { world: &world, root: ROOT.into() };
    let mut sources = Sources::default();
    let checked = sound(&workspace, spec, &mut sources, &mut dictum::diag::Diagnostics::default());
    (checked.unwrap(), sources)
}

/// Every dataset that tests build.
fn all() -> Vec<(Checked, Sources)> {
    let own = DATASETS.iter().map(|name| loaded(shipped(name), &format!("{name}.yaml")));
    own.chain([loaded(files("tests/workspaces/incident"), "incident_response.yaml")]).collect()
}

fn record(checked: &Checked, seed: u64, index: u64) -> Value {
    let plan = plan(checked, seed, index, 1);
    Expander::new(&plan, false).record(index, |_, _| Ok(())).unwrap().value
}

fn explained(checked: &Checked, seed: u64, index: u64) -> Explanation {
    let (told, wrong) = explain(checked, seed, index);
    assert!(wrong.is_empty(), "{wrong:?}");
    told.unwrap()
}

/// The paths of all leaves.
fn leaves(value: &Value, path: &str, found: &mut Vec<String>) {
    let inner = |key: &str| if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
    match value {
        Value::Map(map) => map.iter().for_each(|(key, value)| leaves(value, &inner(key), found)),
        Value::List(items) => items.iter().enumerate().for_each(|(at, value)| leaves(value, &inner(&at.to_string()), found)),
        _ => found.push(path.to_owned()),
    }
}

/// The explanation of the whole record, as programs read it.
fn json(told: &Explanation, sources: &Sources) -> Json {
    let place = told.find("").unwrap();
    serde_json::from_str(&canonical(&document(told, &place, sources))).unwrap()
}

#[test]
fn every_value_is_that_of_the_record() {
    for (checked, _) in all() {
        for (seed, index) in [(0, 0), (0, 3), (7, 41), (0, 999_999_999)] {
            let (told, record) = (explained(&checked, seed, index), record(&checked, seed, index));
            let name = &checked.spec.name;
            assert_eq!(told.find("").unwrap().value, record, "{name}#{index}");
            let mut paths = Vec::new();
            leaves(&record, "", &mut paths);
            for path in paths {
                // A key with a dot in it has no path.
                let Some(value) = record.at(&path) else { continue };
                let place = told.find(&path).unwrap();
                assert_eq!(place.value, *value, "{name}#{index} {path}");
                let origin = told.origins.get(place.at).unwrap();
                assert_eq!(origin.value.at(&place.inside), Some(value), "{name}#{index} {path}");
            }
        }
    }
}

#[test]
fn every_name_has_the_value_of_this_world() {
    for (checked, _) in all() {
        let told = explained(&checked, 0, 5);
        let plan = plan(&checked, 0, 5, 1);
        let mut tried = 0;
        let made = Expander::new(&plan, false).record(5, |frame, _| {
            for (at, slot) in frame.shared.slots.iter().enumerate() {
                // What no record reads may be at fault; then it is not told either.
                let (value, origin) = (frame.slot(at).ok(), told.names.get(&slot.name));
                let Some((value, origin)) = value.zip(origin) else { continue };
                assert_eq!(told.origins.get(*origin).unwrap().value, *value, "{}#5 {}", checked.spec.name, slot.name);
                tried += 1;
            }
            Ok(())
        });
        assert!(made.is_ok() && tried == told.names.len() && tried > 10, "{tried} of {}", told.names.len());
    }
}

/// Asserts that every part of every origin is what it is said to be.
fn sound_parts(told: &Explanation) {
    for origin in told.origins.iter() {
        for part in &origin.parts {
            let inner = told.origins.get(part.at).unwrap();
            let place = format!("{}#{}: {} of {}", told.dataset, told.index, part.name, origin.form);
            match part.role {
                Role::Result => assert_eq!(inner.value, origin.value, "{place}"),
                Role::Field => assert_eq!(origin.value.at(&part.name), Some(&inner.value), "{place}"),
                Role::Condition => assert_eq!(part.holds, Some(inner.value.is_true()), "{place}"),
                Role::Name | Role::Argument => {}
            }
        }
    }
}

#[test]
fn every_form_tells_of_itself() {
    for kind in FORMS {
        let files = [("scenarios/example.yaml", form_spec(kind)), ("templates/reasoning.j2", "Because.\n".to_owned())];
        let (checked, _) = loaded(files, "example.yaml");
        // These are ways to write data, and are told as what they hold.
        let form = match kind.head {
            "give" => "expression",
            "const" | "file" => "literal",
            head => head,
        };
        for index in 0..10 {
            let told = explained(&checked, 0, index);
            assert_eq!(told.find("").unwrap().value, record(&checked, 0, index), "{}", kind.head);
            sound_parts(&told);
            let found = told.origins.iter().find(|origin| origin.form == form);
            let found = found.unwrap_or_else(|| panic!("{} is not told", kind.head));
            assert!(found.span.is_some(), "{} has no place", kind.head);
            assert_eq!(found.drawn.is_some(), kind.draws && kind.head != "object", "{}", kind.head);
        }
    }
}

#[test]
fn every_part_is_what_it_is_said_to_be() {
    for (checked, _) in all() {
        for index in 0..12 {
            let told = explained(&checked, 0, index);
            sound_parts(&told);
        }
    }
}

/// The stream of an address.
fn stream(draw: &Json) -> Stream {
    let path = draw["path"].as_array().unwrap().iter().map(|part| part.as_str().unwrap());
    let attempt = u32::try_from(draw["attempt"].as_u64().unwrap()).unwrap();
    let mut address = Address::record(draw["index"].as_u64().unwrap()).attempt(attempt);
    for element in draw["elements"].as_array().unwrap() {
        address = match element.as_u64() {
            Some(at) => address.element(u32::try_from(at).unwrap()),
            None => address.keyed(element.as_str().unwrap()),
        };
    }
    Key::new(draw["seed"].as_u64().unwrap(), path).stream(address)
}

/// What a plain draw gives at its address: of picks, and of integers in a range.
fn drawn(origin: &Json, all: &[Json]) -> Option<Json> {
    let (details, mut stream) = (&origin["details"], stream(&origin["draw"]));
    let argument = |key: &str| {
        let part = origin["parts"].as_array()?.iter().find(|part| part["role"] == "argument" && part["name"] == key)?;
        Some(all[usize::try_from(part["origin"].as_u64()?).ok()?]["value"].clone())
    };
    let detail = |key: &str| Some(details[key].clone()).filter(|value| !value.is_null()).or_else(|| argument(key));
    match origin["form"].as_str()? {
        "pick" => {
            let options = detail("options")?;
            let options = options.as_array()?;
            let at = match details["weights"].as_array() {
                None => stream.below(options.len() as u64),
                Some(weights) => {
                    let sum = |total: &mut u64, weight: &Json| {
                        *total += weight.as_u64().unwrap();
                        Some(*total)
                    };
                    let cumulative: Vec<u64> = weights.iter().scan(0, sum).collect();
                    stream.weighted(&cumulative) as u64
                }
            };
            options.get(usize::try_from(at).ok()?).cloned()
        }
        "int" if details["scale"].is_null() => {
            let (min, max) = (detail("min")?.as_i64()?, detail("max")?.as_i64()?);
            let step = details["step"].as_i64().unwrap_or(1);
            let number = i128::from(min) + i128::from(step) * stream.int(0, i128::from((max - min) / step));
            Some(Json::from(i64::try_from(number).ok()?))
        }
        _ => None,
    }
}

#[test]
fn the_address_of_a_draw_draws_its_value() {
    let mut tried = 0;
    let mut attempts = 0;
    let mut inside = 0;
    for (checked, sources) in all() {
        for index in [1, 5, 17] {
            let told = json(&explained(&checked, 3, index), &sources);
            let origins = told["origins"].as_array().unwrap();
            for origin in origins.iter().filter(|origin| !origin["draw"].is_null()) {
                let Some(value) = drawn(origin, origins) else { continue };
                assert_eq!(value, origin["value"], "{}#{index}: {origin}", checked.spec.name);
                tried += 1;
                attempts += usize::from(origin["draw"]["attempt"] != 0);
                inside += usize::from(origin["draw"]["elements"] != serde_json::json!([]));
            }
        }
    }
    // Enough of each kind, so that the test means something.
    assert!(tried > 150 && attempts > 30 && inside > 10, "{tried} draws, {attempts} of later attempts, {inside} in loops");
}

const SMALL: &str = "\
dictum: 1
dataset: small
size: 20
facts: {limits: {gold: 30, silver: 60, bronze: 90}}
context:
  rank: [gold, silver, bronze]
  hours: {int: 1..90}
  tip: {when: hours > 45, pick: [call, wait]}
derive:
  late: \"{{ rank != 'bronze' and hours > limits[rank] }}\"
  duties:
    collect:
      - {when: hours > 20, give: log}
      - {when: late, give: warn}
      - {when: rank == 'gold' and hours > 80, give: escalate}
  urgency:
    first:
      - {when: late and rank == 'gold', give: highest}
      - {when: late, give: high}
      - {when: hours > 70, give: medium}
      - {give: low}
  price: {given: rank, cases: {gold: 3, silver: 2}, else: 1}
say:
  request: [\"After {{ hours }} h.\", \"It took {{ hours }} h.\"]
record:
  input: {context: \"{{ context }}\", request: \"{{ say.request }}\"}
  target_output: {urgency: \"{{ urgency }}\", duties: \"{{ duties }}\", price: \"{{ price }}\"}
";

fn small() -> (Checked, Sources) {
    loaded([("scenarios/small.yaml", SMALL)], "small.yaml")
}

#[test]
fn the_row_that_is_named_is_the_one_that_fired() {
    let (checked, sources) = small();
    let line = |place: &Json| SMALL.lines().nth(usize::try_from(place["line"].as_u64().unwrap()).unwrap() - 1).unwrap();
    let mut rows = std::collections::BTreeSet::new();
    for index in 0..200 {
        let told = json(&explained(&checked, 0, index), &sources);
        let named = |name: &str| {
            let origins = told["origins"].as_array().unwrap().iter();
            let found: Vec<&Json> = origins.filter(|one| one["name"] == name && !one["section"].is_null()).collect();
            assert_eq!(found.len(), 1, "each name is told once");
            found[0].clone()
        };
        let value = |name: &str| named(name)["value"].clone();
        let (rank, hours) = (value("rank"), value("hours").as_i64().unwrap());
        let late = match rank.as_str().unwrap() {
            "gold" => hours > 30,
            "silver" => hours > 60,
            _ => false,
        };
        let row = match (late, rank == "gold", hours > 70) {
            (true, true, _) => 1,
            (true, false, _) => 2,
            (false, _, true) => 3,
            _ => 4,
        };
        let urgency = named("urgency");
        assert_eq!((&urgency["chosen"]["row"], &urgency["chosen"]["of"]), (&Json::from(row), &Json::from(4)), "{index}");
        // The place of the row is the line that gives the value.
        assert!(line(&urgency["chosen"]["at"]).contains(&format!("give: {}}}", urgency["value"].as_str().unwrap())));
        // Each row up to that one was asked, and no later one.
        let asked = |origin: &Json| -> Vec<(u64, bool)> {
            let parts = origin["parts"].as_array().unwrap().iter().filter(|part| part["role"] == "condition");
            parts.map(|part| (part["row"].as_u64().unwrap(), part["holds"].as_bool().unwrap())).collect()
        };
        let expected: Vec<(u64, bool)> = (1..=row.min(3)).map(|one| (one, one == row)).collect();
        assert_eq!(asked(&urgency), expected, "{index}");
        // Every rule of the list was asked; those that voted are its elements, in order.
        let votes = [hours > 20, late, rank == "gold" && hours > 80];
        let duties = named("duties");
        assert_eq!(asked(&duties), (1..).zip(votes).collect::<Vec<(u64, bool)>>());
        let fields = duties["parts"].as_array().unwrap().iter().filter(|part| part["role"] == "field");
        let voted: Vec<u64> = fields.map(|part| part["row"].as_u64().unwrap()).collect();
        assert_eq!(voted, (1..).zip(votes).filter(|(_, votes)| *votes).map(|(row, _)| row).collect::<Vec<u64>>());
        // A case names its key, and where nothing fits, it is the else.
        let price = named("price");
        let key = if rank == "bronze" { "else" } else { "case" };
        assert_eq!(price["details"][key], rank);
        // An absent name says why it is absent.
        let tip = told["origins"].as_array().unwrap().iter().find(|origin| origin["name"] == "tip");
        assert_eq!(tip.is_some(), hours > 45);
        rows.insert(row);
    }
    assert_eq!(rows.len(), 4, "every row fires somewhere");
}

#[test]
fn names_that_are_not_reached_are_not_read() {
    let (checked, _) = small();
    for index in 0..50 {
        let told = explained(&checked, 0, index);
        let late = told.origins.get(told.find("late").unwrap().at).unwrap();
        let reads: Vec<&str> = late.parts.iter().map(|part| part.name.as_str()).collect();
        let bronze = told.find("rank").unwrap().value == Value::text("bronze");
        let limit = format!("limits.{}", told.find("rank").unwrap().value.as_text().unwrap());
        assert_eq!(reads, if bronze { vec!["rank"] } else { vec!["rank", "hours", limit.as_str()] });
    }
}

fn workspace() -> Workspace {
    Workspace::new().file("scenarios/small.yaml", SMALL)
}

#[test]
fn a_record_is_a_tree_with_values_rows_draws_and_places() {
    let workspace = workspace();
    let told = workspace.run(&["explain", "small#3", "target_output.urgency"]).ends(0);
    assert!(told.stderr.starts_with("small#3, seed 0"), "{}", told.stderr);
    let previewed = workspace.run(&["preview", "small", "--index", "3", "--field", "target_output.urgency"]).ends(0).stdout;
    assert!(told.stdout.starts_with(&format!("target_output.urgency = {}", previewed.trim())), "{}", told.stdout);
    for part in ["└─ urgency = ", "derive, first: row ", "hours = ", "drawn at small.hours#3", "scenarios/small.yaml:"] {
        assert!(told.stdout.contains(part), "{part} in\n{}", told.stdout);
    }
    assert!(!told.stdout.contains('\u{1b}'));
    let colored = workspace.run(&["explain", "small#3", "urgency", "--color", "always"]).ends(0).stdout;
    assert!(colored.contains("\u{1b}[1;34murgency\u{1b}[0m = "), "{colored}");
    let flat = workspace.run(&["explain", "small#3", "urgency", "--depth", "0"]).ends(0).stdout;
    assert_eq!(flat.lines().count(), 1, "{flat}");
    let first = workspace.run(&["explain", "small"]).ends(0);
    assert!(first.stderr.starts_with("small#0, seed 0") && first.stdout.starts_with("record = "), "{first:?}");
    let other = workspace.run(&["explain", "small#3", "hours", "--seed", "8"]).ends(0);
    assert!(other.stderr.starts_with("small#3, seed 8"), "{}", other.stderr);
}

#[test]
fn any_index_answers_at_once_and_fields_may_lie_inside_of_values() {
    let workspace = workspace();
    let far = workspace.run(&["explain", "small#18446744073709551615", "input.context.hours"]).ends(0);
    assert!(far.stdout.contains("drawn at small.hours#18446744073709551615"), "{}", far.stdout);
    let inside = workspace.run(&["explain", "small#0", "limits.gold"]).ends(2);
    assert!(inside.stderr.contains("small#0 has no `limits`"), "{}", inside.stderr);
    let element = workspace.run(&["explain", "small#3", "duties.0"]).ends(0).stdout;
    assert!(element.starts_with("duties.0 = \"log\"   "), "{element}");
}

#[test]
fn programs_read_one_object() {
    let workspace = workspace();
    let told = workspace.run(&["explain", "small#3", "target_output.price", "--message-format", "json"]).ends(0);
    let object: Json = serde_json::from_str(&told.stdout).unwrap();
    let keys: Vec<&str> = object.as_object().unwrap().keys().map(String::as_str).collect();
    let mut expected = vec!["dataset", "index", "seed", "attempts", "planned", "field", "value", "origins"];
    expected.sort_unstable();
    let mut sorted = keys.clone();
    sorted.sort_unstable();
    assert_eq!(sorted, expected);
    assert_eq!((&object["dataset"], &object["index"]), (&Json::from("small"), &Json::from(3)));
    assert_eq!(object["value"], object["origins"][0]["value"]);
    assert_eq!(object["origins"][0]["at"]["file"], "scenarios/small.yaml");
    let summary: Json = serde_json::from_str(&told.stderr).unwrap();
    assert_eq!((&summary["summary"]["command"], &summary["summary"]["exit"]), (&Json::from("explain"), &Json::from(0)));
}

#[test]
fn mistakes_are_told_with_the_nearest_name() {
    let workspace = workspace();
    let says = |args: &[&str], exit: i32, part: &str| {
        let told = workspace.run(args).ends(exit);
        assert!(told.stderr.contains(part), "{args:?}: {}", told.stderr);
        assert_eq!(told.stdout, "", "{args:?}");
    };
    says(&["explain", "smal#3"], 1, "did you mean `small`?");
    says(&["explain", "smal"], 2, "`smal` is neither the code of a diagnostic nor a dataset; did you mean `small`?");
    says(&["explain", "unknwon-key"], 2, "did you mean `unknown-key`?");
    says(&["explain", "small#three"], 2, "expected an index behind `small#`");
    says(&["explain", "small#-1"], 2, "expected an index behind `small#`");
    says(&["explain", "small#3", "target_output.urgncy"], 2, "did you mean `urgency`?");
    says(&["explain", "small#3", "urgncy"], 2, "did you mean `urgency`?");
    says(&["explain", "small#3", "input.context.colour"], 2, "`input.context` has no `colour`");
    says(&["explain", "unknown-key", "input"], 2, "`unknown-key` is a code");
    says(&["explain", "unknown-key", "--seed", "3"], 2, "change nothing about a code");
    says(&["explain", "--list", "small"], 2, "cannot be used with");
}

#[test]
fn what_is_wrong_with_a_record_is_told_beside_it() {
    let broken = SMALL.replace("say:\n", "checks: [{id: never_low, that: urgency != 'low'}]\nsay:\n");
    let workspace = Workspace::new().file("scenarios/small.yaml", &broken);
    let low = (0..20).find(|index| {
        let told = workspace.run(&["preview", "small", "--index", &index.to_string(), "--field", "target_output.urgency"]);
        told.stdout.trim() == "\"low\""
    });
    let told = workspace.run(&["explain", &format!("small#{}", low.unwrap()), "urgency"]).ends(1);
    assert!(told.stdout.starts_with("urgency = \"low\"   derive, first: row 4 of 4"), "{}", told.stdout);
    assert!(told.stderr.contains("error[check-failed]"), "{}", told.stderr);
    assert!(told.stderr.ends_with("1 error\nfor more on a code: `dictum explain check-failed`\n"), "{}", told.stderr);
}

#[test]
fn codes_need_no_workspace() {
    let nowhere = Workspace::new();
    let page = nowhere.run(&["explain", "unknown-key"]).ends(0).stdout;
    assert!(page.starts_with("unknown-key: a key that the language does not have at this place\n\n"), "{page}");
    assert!(page.contains("\nWrong:\n\n    contxt: ") && page.contains("\nRight:\n\n    context: "), "{page}");
    let object: Json =
        serde_json::from_str(&nowhere.run(&["explain", "file-missing", "--message-format", "json"]).ends(0).stdout).unwrap();
    assert_eq!(object["wrong"][1]["file"], "scenarios/constitution.yaml");
    let listed = nowhere.run(&["explain"]).ends(0).stdout;
    assert_eq!(listed.lines().count(), 1 + dictum::diag::codes::ALL.len());
    assert_eq!(nowhere.run(&["explain", "--list"]).ends(0).stdout, listed);
    let lines = nowhere.run(&["explain", "--list", "--message-format", "json"]).ends(0).stdout;
    assert!(lines.lines().all(|line| serde_json::from_str::<Json>(line).unwrap()["meaning"].is_string()));
    let near = nowhere.run(&["explain", "unknwon-key"]).ends(2).stderr;
    assert!(near.contains("did you mean `unknown-key`?"), "{near}");
    let lost = nowhere.run(&["explain", "reviews#3"]).ends(2).stderr;
    assert!(lost.contains("no workspace"), "{lost}");
}
