//! The policy engine on its own: what it answers, what it refuses, and that its two ways agree.

#![allow(clippy::unwrap_used, reason = "a test may stop")]

use super::*;
use crate::data::{Text, Value};
use crate::diag::codes;

const BREACH: &str = r#"package acgs.breach
import rego.v1
default allow := false
allow if { constitutional_compliance; count(applicable) > 0; count(violations) == 0 }
constitutional_compliance if { input.constitutional_hash == "cdd0"; count(input.constitutional_principles) > 0 }
applicable contains "late" if { input.incident.personal_data == true; input.incident.risk != "unlikely" }
violations contains "late" if { "late" in applicable; not late_ok }
late_ok if { input.incident.hours <= 72 }
"#;

fn value(json: &str) -> Value {
    crate::json::read(json).unwrap()
}

fn rules(names: &[&str]) -> Vec<Text> {
    names.iter().map(|name| Text::from(*name)).collect()
}

fn ask(module: &str, names: &[&str], input: &str, plain: bool) -> Result<Vec<Value>, Fault> {
    let rules = rules(names);
    let question = Question { module, version: Version::V1, rules: &rules, optional: &[], fitting: false, plain };
    answers(&question, &value(input)).map(|values| values.to_vec())
}

fn both(module: &str, names: &[&str], input: &str) -> Vec<Value> {
    let compiled = ask(module, names, input, false).unwrap();
    assert_eq!(compiled, ask(module, names, input, true).unwrap(), "{input}");
    assert_eq!(compiled, ask(module, names, input, false).unwrap(), "remembered: {input}");
    compiled
}

const RESULTS: &[&str] = &["allow", "applicable", "violations"];

#[test]
fn modules_are_answered_alike_compiled_interpreted_and_remembered() {
    let case = |hours: &str, hash: &str| {
        let input = format!(
            r#"{{"constitutional_hash": "{hash}", "constitutional_principles": ["privacy"], "incident": {{"personal_data": true, "risk": "high", "hours": {hours}}}}}"#
        );
        both(BREACH, RESULTS, &input)
    };
    let late = Value::list([Value::text("late")]);
    assert_eq!(case("72", "cdd0"), [Value::Bool(true), late.clone(), Value::list([])]);
    assert_eq!(case("73", "cdd0"), [Value::Bool(false), late.clone(), late.clone()]);
    assert_eq!(case("71", "other"), [Value::Bool(false), late.clone(), Value::list([])]);
    // Text is ordered after every number, so a limit is exceeded rather than met.
    assert_eq!(case("\"12\"", "cdd0"), [Value::Bool(false), late.clone(), late]);
    assert_eq!(both(BREACH, RESULTS, "{}"), [Value::Bool(false), Value::list([]), Value::list([])]);
}

#[test]
fn what_a_module_does_not_read_changes_no_answer() {
    let with = |extra: &str| {
        let input = format!(
            r#"{{"constitutional_hash": "cdd0", "constitutional_principles": ["privacy"], "incident": {{"personal_data": true, "risk": "high", "hours": 9{extra}}}}}"#
        );
        both(BREACH, RESULTS, &input)
    };
    assert_eq!(with(""), with(r#", "id": 7"#));
}

#[test]
fn a_condition_tells_the_paths_that_it_reads() {
    let paths = |text: &str| {
        let outline = condition(text, Version::V1).unwrap();
        let reads = outline.reads();
        (reads.paths.keys().map(ToString::to_string).collect::<Vec<_>>(), reads.whole.is_some())
    };
    assert_eq!(paths("input.a.b == 1; not helper"), (vec!["a.b".to_owned()], false));
    assert_eq!(paths(r#"input["a"].b in input.c[_].d"#), (vec!["a.b".to_owned(), "c".to_owned()], false));
    assert_eq!(paths("some x in input.list; x == input[input.key]"), (vec!["key".to_owned(), "list".to_owned()], true));
    assert_eq!(paths("every x in [e | e := input.n[_]] { x > input.least }"), (vec!["least".to_owned(), "n".to_owned()], false));
    assert_eq!(paths("count(object.get(input, \"a\", [])) > 0"), (vec![], true));
}

#[test]
fn a_condition_reads_through_the_rules_that_it_uses() {
    let must = condition("ok; input.a", Version::V1).unwrap();
    let helpers = definitions("ok if input.b\nok if deeper(input.c)\ndeeper(x) if x == input.d\n", Version::V1).unwrap();
    let reads = must.reads_through(&[&must, &helpers]);
    assert_eq!(reads.paths.keys().map(Text::as_str).collect::<Vec<_>>(), ["a", "b", "c", "d"]);
    assert_eq!(must.reads().paths.get("a"), Some(&4));
}

#[test]
fn faults_point_at_the_byte() {
    let at = |text: &str| condition(text, Version::V1).unwrap_err();
    assert_eq!(at("input.a == 1; input.b >").code, codes::REGO_SYNTAX);
    let random = at("input.a == 1; rand.intn(\"x\", 3) == 1");
    assert_eq!((random.code, random.at), (codes::REGO_IRREPRODUCIBLE, Some(14)));
    assert_eq!(at("time.now_ns() > input.a").code, codes::REGO_IRREPRODUCIBLE);
    assert_eq!(at("a } other if { b").message, "a condition cannot define rules");
    let old = module("package a\nallow { input.x }\n", Version::V1).unwrap_err();
    assert_eq!(old.code, codes::REGO_SYNTAX);
    assert!(module("package a\nallow { input.x }\n", Version::V0).is_ok());
    assert_eq!(module("allow := 1\n", Version::V1).unwrap_err().code, codes::REGO_SYNTAX);
}

#[test]
fn what_cannot_be_evaluated_is_told() {
    let code =
        |module: &str, names: &[&str], input: &str| [false, true].map(|plain| ask(module, names, input, plain).unwrap_err().code);
    let both = |one| [one, one];
    let conflict = "package a\nx := 1 if input.p\nx := 2 if input.q\n";
    assert_eq!(code(conflict, &["x"], r#"{"p": true, "q": true}"#), both(codes::POLICY_EVALUATION));
    assert_eq!(ask(conflict, &["x"], r#"{"q": true}"#, false).unwrap(), [Value::Int(2)]);
    assert_eq!(ask(conflict, &["x"], "{}", false).unwrap(), [Value::Undefined]);
    // The compiled program would take the conflict for an undefined value, and the default would hide it.
    let hidden = "package a\ndefault allow := false\nallow if x == 1\nx := 1 if input.p\nx := 2 if input.q\n";
    assert_eq!(code(hidden, &["allow"], r#"{"p": true, "q": true}"#), both(codes::POLICY_EVALUATION));
    let keyed = "package a\ndefault allow := false\nallow if x.k == 1\nx[\"k\"] := v if some v in input.p\n";
    assert_eq!(code(keyed, &["allow"], r#"{"p": [1, 2]}"#), both(codes::POLICY_EVALUATION));
    assert_eq!(code(conflict, &["y"], "{}"), both(codes::POLICY_RULE_MISSING));
    assert_eq!(code("package a\nx if y == 1\n", &["x"], "{}"), both(codes::REGO_INVALID));
    let endless = "package a\nx := count([1 | some i in input.n; some j in input.n; some k in input.n; some l in input.n; i + j + k + l > 0])\n";
    let numbers = format!("{{\"n\": [{}]}}", (0..200).map(|n| n.to_string()).collect::<Vec<_>>().join(","));
    assert_eq!(ask(endless, &["x"], &numbers, false).unwrap_err().code, codes::POLICY_ENDLESS);
}

#[test]
fn an_input_of_another_kind_is_told_where_it_must_fit() {
    let rules = rules(&["allow"]);
    let question = Question { module: BREACH, version: Version::V1, rules: &rules, optional: &[], fitting: true, plain: false };
    let input = value(r#"{"constitutional_hash": "cdd0", "incident": {"hours": "12"}}"#);
    let fault = answers(&question, &input).unwrap_err();
    assert_eq!(fault.code, codes::POLICY_INPUT);
    assert_eq!(fault.message, "`input.incident.hours` is text, and the rule compares it with a number");
}

#[test]
fn with_is_left_to_the_interpreter() {
    let module = "package a\nimport rego.v1\ninner if input.x == 1\nouter if inner with input.x as 1\n";
    assert_eq!(ask(module, &["outer"], r#"{"x": 2}"#, false).unwrap(), [Value::Bool(true)]);
}

#[test]
fn coverage_tells_lines_apart() {
    let rules = rules(&["allow", "violations"]);
    let question = Question { module: BREACH, version: Version::V1, rules: &rules, optional: &[], fitting: false, plain: false };
    let found = coverage(&question, &[value("{}")]).unwrap();
    assert!(found.covered.contains(&4) && found.missed.contains(&8), "{found:?}");
}
