//! `with`: the same names in a world where one of them differs.
//!
//! In: specs that ask for counterfactuals in every shape the language allows. Out: that draws keep their values, that what
//! follows from a changed name is derived again and nothing else, and that the template engine itself gives the same bytes.

use std::collections::BTreeMap;

use dictum::build::Request;
use serde_json::{Value, json};

use super::workbench::{Names, compile, names, request, stream, world};

const HEAD: &str = "dictum: 1\ndataset: worlds\nsize: 60\n";
const RECORD: &str = "record: {input: {context: \"{{ context }}\", shadow: \"{{ shadow }}\"}}\n";

/// Roles, levels and what follows from them.
const CLERK: &str = "\
context:
  role: [manager, auditor, clerk]
  level: {int: 1..9}
  noise: {int: 0..1000000}
draw:
  shadow: {int: {min: \"{{ level }}\", max: \"{{ level + 5 }}\"}}
derive:
  limit: \"{{ 6 if role == 'manager' else 3 }}\"
  decision: {first: [{when: level > limit, give: deny}, {give: allow}]}
  both: \"{{ decision ~ ':' ~ role ~ ':' ~ noise }}\"
";

type Record = BTreeMap<String, Value>;

/// Every name of 60 records, with these derivations beside those of the clerk.
fn derived(more: &str) -> Vec<Record> {
    records(&format!("{HEAD}{CLERK}{more}{RECORD}"))
}

fn records(spec: &str) -> Vec<Record> {
    let world = world([("scenarios/worlds.yaml", spec)]);
    let checked = compile(&world, "worlds.yaml").unwrap_or_else(|wrong| panic!("{wrong}"));
    let plain = |plain| stream(&world, "worlds", Request { plain, ..request() });
    assert_eq!(plain(false), plain(true), "the template engine says otherwise");
    let indices: Vec<u64> = (0..60).collect();
    names(&checked, 7, &indices).into_iter().map(read).collect()
}

fn read(names: Names) -> Record {
    let value = |text: String| serde_json::from_str(&text).unwrap_or(Value::String(text));
    names.into_iter().map(|(name, text)| (name, value(text))).collect()
}

fn decision(role: &str, level: u64) -> &'static str {
    if level > if role == "manager" { 6 } else { 3 } { "deny" } else { "allow" }
}

fn level(record: &Record) -> u64 {
    record["level"].as_u64().unwrap()
}

fn role(record: &Record) -> &str {
    record["role"].as_str().unwrap()
}

#[test]
fn a_changed_name_changes_what_follows_from_it_and_nothing_else() {
    let records = derived(
        "  as_auditor: {with: {role: auditor}, give: \"{{ both }}\"}
  raised:
    with: {level: \"{{ 9 if level < 5 else 1 }}\"}
    give: {decision: \"{{ decision }}\", shadow: \"{{ shadow }}\", context: \"{{ context }}\"}
",
    );
    let mut changed = 0;
    for record in records {
        let expected = format!("{}:auditor:{}", decision("auditor", level(&record)), record["noise"]);
        assert_eq!(record["as_auditor"], json!(expected));
        let raised = if level(&record) < 5 { 9 } else { 1 };
        let context = json!({"role": role(&record), "level": raised, "noise": record["noise"]});
        // The shadow was drawn by the level, and is kept.
        let expected = json!({"decision": decision(role(&record), raised), "shadow": record["shadow"], "context": context});
        assert_eq!(record["raised"], expected);
        changed += u32::from(record["decision"] != record["raised"]["decision"]);
    }
    assert!(changed > 10);
}

#[test]
fn what_is_derived_can_differ_and_worlds_lie_in_one_another() {
    let records = derived(
        "  strict: {with: {limit: 4}, give: \"{{ decision }}\"}
  twice: {with: {role: manager}, give: {with: {level: \"{{ level + limit - 6 }}\"}, give: [\"{{ both }}\", \"{{ limit }}\"]}}
  thrice: {with: {level: 5}, give: [\"{{ strict }}\", \"{{ decision }}\"]}
  back: {with: {level: 9}, give: {with: {level: 1}, give: \"{{ decision }}\"}}
",
    );
    for record in records {
        let own = level(&record);
        assert_eq!(record["strict"], json!(if own > 4 { "deny" } else { "allow" }));
        // The inner value is that of the world around it, where the limit is a manager's.
        let both = format!("{}:manager:{}", decision("manager", own), record["noise"]);
        assert_eq!(record["twice"], json!([both, 6]));
        assert_eq!(record["thrice"], json!(["deny", decision(role(&record), 5)]));
        assert_eq!(record["back"], json!("allow"));
    }
}

#[test]
fn values_come_from_loop_names_and_results_go_into_functions() {
    let functions = "functions:
  count_denials: {args: [xs], give: \"{{ xs | select('eq', 'deny') | list | length }}\"}
";
    let more = "  by_role:
    each: \"['manager', 'auditor', 'clerk']\"
    as: one
    key: \"{{ one }}\"
    let: {there: {with: {role: \"{{ one }}\"}, give: \"{{ decision }}\"}}
    give: \"{{ there }}\"
  denials: \"{{ count_denials([by_role.manager, by_role.auditor, by_role.clerk]) }}\"
  kept: {let: {here: \"{{ role }}\"}, with: {role: clerk}, give: \"{{ here ~ '/' ~ role }}\"}
  some:
    each: \"[1, 9]\"
    as: at
    with: {level: {when: at > level, give: \"{{ at }}\"}}
    give: \"{{ level }}\"
";
    for record in records(&format!("{HEAD}{CLERK}{more}{functions}{RECORD}")) {
        let own = level(&record);
        let each = ["manager", "auditor", "clerk"].map(|role| decision(role, own));
        assert_eq!(record["by_role"], json!({"manager": each[0], "auditor": each[1], "clerk": each[2]}));
        assert_eq!(record["denials"], json!(each.iter().filter(|one| **one == "deny").count()));
        assert_eq!(record["kept"], json!(format!("{}/clerk", role(&record))), "a local name keeps its world");
        assert_eq!(record["some"], json!([own, 9]), "an absent value leaves the name as it is");
    }
}

#[test]
fn the_best_of_the_allowed_changes_is_found_by_trying_each() {
    let spec = "\
facts:
  techniques: [{name: cache, code: true}, {name: index, code: false}, {name: scale, code: false}]
context:
  db_ms: {int: 10..80}
  servers: {int: 1..4}
  frozen: {bool: 0.5}
derive:
  metrics: {give: {p99: \"{{ db_ms * 4 / servers }}\"}}
  options:
    each: techniques
    as: t
    let:
      change:
        given: t.name
        cases: {cache: {give: {db_ms: 10}}, index: {give: {db_ms: \"{{ max(10, db_ms // 2) }}\"}}, scale: {give: {servers: 4}}}
      after: {with: \"{{ change }}\", give: \"{{ metrics }}\"}
      broken: {collect: [{when: frozen and t.code, give: no_code_change}]}
    give: {technique: \"{{ t.name }}\", broken: \"{{ broken }}\", after: \"{{ after }}\", factor: \"{{ div(metrics.p99, after.p99) }}\"}
  best: \"{{ argmax(rows(options, broken=[]), 'factor') }}\"
record: {input: \"{{ context }}\", target_output: {best: \"{{ best.technique }}\", after: \"{{ best.after }}\"}}
";
    for record in records(&format!("{HEAD}{spec}")) {
        let number = |name: &str| record[name].as_f64().unwrap();
        let (db, servers) = (number("db_ms"), number("servers"));
        let p99 = |db: f64, servers: f64| db * 4.0 / servers;
        let frozen = record["frozen"].as_bool().unwrap();
        let tried =
            [("cache", p99(10.0, servers)), ("index", p99((db / 2.0).floor().max(10.0), servers)), ("scale", p99(db, 4.0))];
        let allowed = tried.into_iter().filter(|(name, _)| !(frozen && *name == "cache"));
        let best = allowed.reduce(|best, one| if one.1 < best.1 { one } else { best }).unwrap();
        assert_eq!(record["best"]["technique"], json!(best.0));
        assert_eq!(record["best"]["after"]["p99"].as_f64(), Some(best.1));
    }
}

#[test]
fn examples_see_other_worlds_and_scenarios_keep_their_own_entries() {
    let spec = "\
scenarios:
  mild: {derive: {limit: \"{{ 4 if role == 'clerk' else 8 }}\"}}
  plain: {}
say:
  reply: [\"{{ decision }} at {{ level }}\", \"{{ level }}: {{ decision }}\"]
examples:
  worked: {set: {scenario: mild, level: 6, role: manager}, want: {decision: allow, demoted: deny}}
  plain: {set: {scenario: plain, level: 5, role: auditor}, want: {decision: deny, demoted: deny}}
record:
  input: {context: \"{{ context }}\", shadow: \"{{ shadow }}\", scenario: \"{{ scenario }}\"}
  said: {$with: {level: 9, decision: deny}, $give: {text: \"{{ say.reply }}\", here: \"{{ level }}\"}}
  word: {$with: {say.reply: hello}, $give: \"{{ say.reply }}\"}
";
    let more = "  demoted: {with: {role: clerk}, give: \"{{ decision }}\"}\n";
    for record in records(&format!("{HEAD}{CLERK}{more}{spec}")) {
        let limit = if record["scenario"] == "mild" { 4 } else { 3 };
        assert_eq!(record["demoted"], json!(if level(&record) > limit { "deny" } else { "allow" }));
        let made = &record["record"];
        let own = level(&record).to_string();
        let spoken = record["say.reply"].as_str().unwrap();
        // The same alternative is said in the other world.
        let expected = if spoken.starts_with(&format!("{own}:")) { "9: deny" } else { "deny at 9" };
        assert_eq!((&made["said"]["text"], &made["said"]["here"]), (&json!(expected), &json!(9)));
        assert_eq!(made["word"], json!("hello"));
    }
}
