//! A dataset made from another one: records of one index, joined by id.
//!
//! In: workspaces of two and three datasets. Out: that what is read of the used dataset is its own record as it is built
//! alone, whatever the threads and wherever a build begins; that faults can be put in without moving anything else; and that
//! what a label rests on is found across both.

use dictum::build::Request;
use dictum::world::MemoryWorld;
use serde_json::{Value, json};

use super::workbench::{ROOT, build_at, built, compile, names, request, stream, world};

const RULES: &str = "\
dictum: 1
facts: {limit: 5}
derive:
  too_high: \"{{ level > limit }}\"
";

const BASE: &str = "\
dictum: 1
dataset: base
size: 300
use: [rules.yaml]
context:
  level: {int: 1..9}
  role: [manager, auditor]
scenarios:
  calm: {}
  urgent: {weight: 2, context: {hours: {int: 1..12}}}
derive:
  hard: {collect: [{when: too_high, give: H1}, {when: role == 'auditor' and level == 1, give: H2}]}
  decision: {first: [{when: hard, give: deny}, {give: allow}]}
say:
  request: [\"{{ role }} asks for {{ level }}\", \"level {{ level }}, please\"]
record:
  input: {context: \"{{ context }}\", scenario: \"{{ scenario }}\", request: \"{{ say.request }}\"}
  target_output: {decision: \"{{ decision }}\", broken: \"{{ hard }}\"}
";

const PAIRS: &str = "\
dictum: 1
dataset: pairs
size: 300
use: [rules.yaml, base.yaml]
context:
  level: {int: 1..9}
  fault: [ignored, none]
derive:
  draft:
    given: fault
    cases:
      ignored: {with: {base.hard: []}, give: \"{{ base.record.target_output }}\"}
      none: \"{{ base.record.target_output }}\"
  late: {when: base.hours is defined, give: \"{{ base.hours > 6 }}\"}
  higher: {with: {base.level: \"{{ level }}\"}, give: [\"{{ base.decision }}\", \"{{ base.context.role }}\", \"{{ base.limit }}\"]}
record:
  joined: \"{{ base.record.id }}\"
  input: {base: \"{{ base.record.input }}\", fault: \"{{ fault }}\", own: \"{{ level }}\", own_high: \"{{ too_high }}\", say: \"{{ base.say.request }}\"}
  target_output: {draft: \"{{ draft }}\", better: \"{{ base.decision }}\", late: {$when: late is defined, $give: \"{{ late }}\"}, higher: \"{{ higher }}\"}
  metadata: {scenario: \"{{ base.scenario }}\", text: \"{{ base.scenario }}/{{ base.say.request }}\"}
";

fn workspace(pairs: &str) -> MemoryWorld {
    world([("scenarios/rules.yaml", RULES), ("scenarios/base.yaml", BASE), ("scenarios/pairs.yaml", pairs)])
}

fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn what_is_read_is_the_used_datasets_own_record() {
    let world = workspace(PAIRS);
    let base = lines(&stream(&world, "base", request()));
    let text = stream(&world, "pairs", request());
    let pairs = lines(&text);
    assert_eq!((base.len(), pairs.len()), (300, 300));
    let mut seen = [0; 3];
    for (base, pair) in base.iter().zip(&pairs) {
        let context = &base["input"]["context"];
        assert_eq!(pair["joined"], base["id"]);
        assert_eq!(pair["input"]["base"], base["input"]);
        assert_eq!(pair["input"]["say"], base["input"]["request"]);
        assert_eq!(pair["metadata"]["scenario"], base["input"]["scenario"]);
        assert_eq!(pair["target_output"]["better"], base["target_output"]["decision"]);
        let hours = context["hours"].as_u64();
        assert_eq!(pair["target_output"].get("late").and_then(Value::as_bool), hours.map(|hours| hours > 6));
        let draft = match pair["input"]["fault"].as_str() {
            Some("ignored") => json!({"decision": "allow", "broken": []}),
            _ => base["target_output"].clone(),
        };
        assert_eq!(pair["target_output"]["draft"], draft);
        seen[0] += usize::from(draft != base["target_output"]);
        let own = pair["input"]["own"].as_u64().unwrap();
        let deny = own > 5 || (context["role"] == "auditor" && own == 1);
        assert_eq!(pair["target_output"]["higher"], json!([if deny { "deny" } else { "allow" }, context["role"], 5]));
        seen[1] += usize::from(pair["input"]["own"] != context["level"]);
        seen[2] += usize::from(hours.is_some());
    }
    assert!(seen.iter().all(|times| *times > 40), "{seen:?}");
    assert_eq!(text, stream(&world, "pairs", Request { plain: true, ..request() }), "the template engine says otherwise");
}

#[test]
fn threads_and_ranges_change_nothing() {
    let world = workspace(PAIRS);
    let whole = stream(&world, "pairs", Request { threads: Some(1), size: Some(2500), ..request() });
    assert_eq!(whole, stream(&world, "pairs", Request { threads: Some(2), size: Some(2500), ..request() }));
    let part = stream(&world, "pairs", Request { from: 1100, count: Some(40), ..request() });
    let expected: Vec<&str> = whole.lines().skip(1100).take(40).collect();
    assert_eq!(part.lines().collect::<Vec<_>>(), expected);
    let other = stream(&world, "pairs", Request { seed: 4, ..request() });
    let base = lines(&stream(&world, "base", Request { seed: 4, ..request() }));
    assert!(lines(&other).iter().zip(&base).all(|(pair, base)| pair["input"]["base"] == base["input"]), "one seed for both");
}

#[test]
fn a_used_record_meets_its_own_plan_and_a_plan_may_read_it() {
    let base = format!("{BASE}aim: {{decision: {{pick: {{deny: 2, allow: 1}}}}}}\n");
    let pairs = format!("{PAIRS}require: [{{id: apart, that: level != base.level}}]\n");
    let files = [("base", base.as_str()), ("rules", RULES), ("pairs", pairs.as_str())];
    let world = world(files.map(|(name, text)| (format!("scenarios/{name}.yaml"), text)));
    let base = lines(&stream(&world, "base", request()));
    let pairs = lines(&stream(&world, "pairs", request()));
    let denied = base.iter().filter(|record| record["target_output"]["decision"] == "deny").count();
    assert_eq!(denied, 200, "two of three are planned");
    for (base, pair) in base.iter().zip(&pairs) {
        assert_eq!(pair["input"]["base"], base["input"]);
        assert_eq!(pair["target_output"]["better"], base["target_output"]["decision"]);
        assert_ne!(pair["input"]["own"], base["input"]["context"]["level"]);
    }
}

#[test]
fn a_build_of_both_names_every_file_that_each_was_made_of() {
    let output = built(&workspace(PAIRS), request());
    let (_, manifest) = output.iter().find(|(path, _)| path.ends_with("dictum-manifest.json")).unwrap();
    let manifest: Value = serde_json::from_slice(manifest).unwrap();
    let text = manifest["datasets"]["pairs"].to_string();
    for file in ["scenarios/base.yaml", "scenarios/pairs.yaml", "scenarios/rules.yaml"] {
        assert!(text.contains(file), "{file} is missing from {text}");
    }
    assert!(
        ["pairs", "base"].iter().all(|name| output.keys().any(|path| path.contains(&format!("{name}/")))),
        "{:?}",
        output.keys()
    );
}

#[test]
fn datasets_stand_on_datasets_and_may_be_renamed() {
    let judge = "\
dictum: 1
dataset: judge
size: 200
use: [{first: pairs.yaml}, {origin: base.yaml}]
context: {strict: {bool: 0.5}}
derive:
  same: \"{{ origin.decision == first.draft.decision }}\"
  healed: {with: {first.fault: none}, give: \"{{ first.draft.decision }}\"}
record:
  input: {context: \"{{ context }}\", fault: \"{{ first.fault }}\"}
  verdict: \"{{ same }}\"
  healed: \"{{ healed }}\"
  ids: [\"{{ first.record.id }}\", \"{{ first.record.joined }}\", \"{{ origin.record.id }}\"]
examples:
  worked: {set: {first.fault: none, origin.decision: deny, first.draft: {decision: deny}}, want: {same: true}}
";
    let files = [("base", BASE), ("rules", RULES), ("pairs", PAIRS), ("judge", judge)];
    let world = world(files.map(|(name, text)| (format!("scenarios/{name}.yaml"), text)));
    let base = lines(&stream(&world, "base", request()));
    let judged = lines(&stream(&world, "judge", request()));
    let ignored = judged.iter().filter(|one| one["verdict"] == false).count();
    assert!(ignored > 20, "{ignored}");
    for (at, (judge, base)) in judged.iter().zip(&base).enumerate() {
        let id = |name: &str| format!("{name}_{at:06}");
        assert_eq!(judge["ids"], json!([id("pairs"), id("base"), id("base")]));
        assert_eq!(judge["healed"], base["target_output"]["decision"]);
        if judge["input"]["fault"] == "none" {
            assert_eq!(judge["verdict"], json!(true));
        }
    }
}

#[test]
fn the_addresses_of_the_two_are_their_own() {
    let world = workspace(PAIRS);
    let indices: Vec<u64> = (0..50).collect();
    let own = |path: &str| {
        let checked = compile(&world, path).unwrap_or_else(|wrong| panic!("{wrong}"));
        names(&checked, 0, &indices).into_iter().map(|names| names["level"].clone()).collect::<Vec<_>>()
    };
    assert_ne!(own("base.yaml"), own("pairs.yaml"), "`level` is drawn for each dataset by itself");
}

#[test]
fn a_fault_of_the_used_dataset_is_told_with_the_place_that_reads_it() {
    let base = BASE.replace("hard: {collect", "ratio: \"{{ 10 // (level - 5) }}\"\n  hard: {collect");
    let pairs = PAIRS
        .replace("late: {when", "ratio: \"{{ base.ratio }}\"\n  late: {when")
        .replace("metadata: {", "metadata: {ratio: \"{{ ratio }}\", ");
    let world =
        world([("scenarios/rules.yaml", RULES.to_owned()), ("scenarios/base.yaml", base), ("scenarios/pairs.yaml", pairs)]);
    let wrong = build_at(&world, ROOT, Request { datasets: vec!["pairs".to_owned()], ..request() }).err().unwrap();
    assert!(wrong.contains("division-by-zero") && wrong.contains("read here as `base.ratio`"), "{wrong}");
}

#[test]
fn the_language_reference_shows_a_dataset_from_a_dataset_that_builds() {
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/language.md")).unwrap();
    let (_, text) = text.split_once("## Other worlds").unwrap();
    let blocks: Vec<&str> = text.split("```yaml\n").skip(1).take(2).map(|rest| rest.split("```").next().unwrap()).collect();
    let world = world([("scenarios/access.yaml", blocks[0]), ("scenarios/access_pairs.yaml", blocks[1])]);
    let pairs = lines(&stream(&world, "access_pairs", request()));
    let differ = pairs.iter().filter(|pair| pair["target_output"]["differs"] == true);
    let differ: Vec<_> = differ.map(|pair| (&pair["input"]["fault"], &pair["target_output"]["draft"])).collect();
    assert!(!differ.is_empty() && differ.iter().all(|one| *one == (&json!("blind_to_level"), &json!("allow"))), "{differ:?}");
}
