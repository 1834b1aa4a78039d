//! Policies that run: the shipped rules, held against an evaluation and a decision of their own.
//!
//! In: records of `policy_governance` as a trainer reads them. Out: every module compiles and answers its cases as stated, every
//! label follows from the module's verdict on the facts in the input, and no rule opens where a fact is missing.

mod decision;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::thread;

use dictum::build::Request;
use dictum::data::{Text, Value};
use dictum::engine::rego::{self, Question, Version};
use dictum::json;

use super::workbench::{request, shipped, stream, world};

const DATASET: &str = "policy_governance";
const RECORDS: u64 = 10_000;
/// One record in so many is evaluated by the interpreter, too.
const INTERPRETED: usize = 25;
const RULES: [&str; 3] = ["allow", "applicable", "violations"];

/// What a module answers.
fn answers(module: &str, input: &Value, plain: bool) -> Result<Arc<[Value]>, String> {
    let rules = RULES.map(Text::from);
    let question = Question { module, version: Version::V1, rules: &rules, optional: &[], fitting: false, plain };
    rego::answers(&question, input).map_err(|fault| fault.message)
}

fn at<'v>(value: &'v Value, path: &str) -> &'v Value {
    value.at(path).unwrap_or_else(|| panic!("no `{path}`"))
}

fn text<'v>(value: &'v Value, path: &str) -> &'v str {
    at(value, path).as_text().unwrap()
}

fn texts(value: &Value, path: &str) -> Vec<String> {
    at(value, path).as_list().unwrap().iter().map(|one| one.as_text().unwrap().to_owned()).collect()
}

fn lines(count: u64) -> Vec<String> {
    let text = stream(&world(shipped("policy_governance")), DATASET, Request { size: Some(count), ..request() });
    text.lines().map(str::to_owned).collect()
}

/// The input that the rule of a record is evaluated on.
fn document(record: &Value) -> Value {
    let context = at(record, "input.policy_request.context");
    let facts = at(context, "facts").clone();
    let facts = facts.with("constitutional_hash", at(record, "input.constitutional_hash").clone());
    facts.with("constitutional_principles", at(context, "principles").clone())
}

/// Paths of the input that lines of a module read, by whether they decide that a rule applies.
fn reads(module: &str) -> (BTreeSet<String>, BTreeSet<String>) {
    let paths = |line: &str| {
        let parts = line.split("input.").skip(1);
        let path =
            |part: &str| part.split(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != '.').next().unwrap_or("").to_owned();
        parts.map(path).collect::<Vec<_>>()
    };
    let (mut applies, mut must) = (BTreeSet::new(), BTreeSet::new());
    for line in module.lines() {
        let open = line.starts_with("applicable") || line.starts_with("in_scope") || line.contains("_exempt if");
        if open { &mut applies } else { &mut must }.extend(paths(line));
    }
    (applies, must)
}

/// Everything that is wrong with one record.
fn wrong(number: usize, line: &str) -> Vec<String> {
    let record = json::read(line).unwrap();
    let module = text(&record, "target_output.opa_rule");
    let mut wrong = Vec::new();
    let mut expect = |holds: bool, what: String| {
        if !holds {
            wrong.push(format!("{}: {what}", text(&record, "id")));
        }
    };
    for case in at(&record, "test_cases").as_list().unwrap() {
        let input = json::read(text(case, "input")).unwrap();
        let stated: Vec<&Value> = RULES.iter().map(|rule| at(case, &format!("expected.{rule}"))).collect();
        for plain in [false, true].into_iter().take(1 + usize::from(number.is_multiple_of(INTERPRETED))) {
            let found = answers(module, &input, plain);
            expect(
                found.as_ref().is_ok_and(|found| found.iter().eq(stated.iter().copied())),
                format!("{case:?} gives {found:?}"),
            );
        }
    }
    let input = document(&record);
    let verdict = answers(module, &input, false).unwrap();
    for mistake in decision::mistakes(&record, &verdict) {
        expect(false, mistake);
    }
    let (applies, must) = reads(module);
    for path in must.difference(&applies).filter(|path| input.at(path).is_some()) {
        let less = answers(module, &input.without(path).unwrap(), false).unwrap();
        let opened = verdict[0] == Value::Bool(false) && less[0] == Value::Bool(true);
        expect(!opened, format!("without `{path}` it is allowed"));
    }
    let nothing = answers(module, &Value::map([]), false).unwrap();
    expect(nothing[0] == Value::Bool(false), "an empty input is allowed".to_owned());
    wrong
}

#[test]
fn every_rule_answers_as_stated_and_every_label_follows_from_it() {
    let lines = lines(RECORDS);
    assert_eq!(lines.len() as u64, RECORDS);
    let (one, other) = lines.split_at(lines.len() / 2);
    let checked = |lines: &[String]| lines.iter().enumerate().flat_map(|(at, line)| wrong(at, line)).collect::<Vec<_>>();
    let found = thread::scope(|scope| {
        let other = scope.spawn(|| checked(other));
        [checked(one), other.join().unwrap()].concat()
    });
    assert!(found.is_empty(), "{} mistakes, the first: {}", found.len(), found[0]);
    let records: Vec<Value> = lines.iter().map(|line| json::read(line).unwrap()).collect();
    balanced(&records);
}

/// Every rule is kept and broken, and rules differ from record to record.
fn balanced(records: &[Value]) {
    let mut seen: BTreeMap<String, [u32; 2]> = BTreeMap::new();
    for record in records {
        let broken = texts(record, "target_output.compliance_assessment.violations");
        for id in texts(record, "target_output.compliance_assessment.applicable") {
            let counts = seen.entry(id.clone()).or_default();
            counts[usize::from(broken.contains(&id))] += 1;
        }
    }
    assert_eq!(seen.len(), 34, "rules that apply somewhere");
    assert!(seen.values().all(|[kept, broken]| *kept > 0 && *broken > 0), "{seen:?}");
    let first: BTreeSet<&str> = records[..1000].iter().map(|record| text(record, "target_output.opa_rule")).collect();
    assert!(first.len() >= 800, "{} different rules in 1,000 records", first.len());
    let several = records.iter().filter(|record| texts(record, "input.policy_request.context.requirements").len() > 1).count();
    assert!(several * 10 >= records.len() * 3, "{several} of {} have several rules", records.len());
}

#[test]
fn shapes_threads_and_the_interpreter_give_one_text() {
    let made = |plain: bool, threads: usize| {
        let request = Request { size: Some(60), plain, threads: Some(threads), ..request() };
        stream(&world(shipped("policy_governance")), DATASET, request)
    };
    let text = made(false, 1);
    assert_eq!(text.lines().count(), 60);
    assert!(text == made(false, 2) && text == made(true, 2));
}

#[test]
fn a_role_outside_the_list_decides_as_any_other() {
    let roles = ["clinician", "developer", "auditor", "processor_staff", "analyst"];
    let mut tried = 0;
    for line in lines(2_000) {
        let record = json::read(&line).unwrap();
        let input = document(&record);
        let (Some(role), Some(allowed)) = (input.at("user.role"), input.at("resource.allowed_roles")) else { continue };
        let allowed = allowed.as_list().unwrap();
        if allowed.contains(role) {
            continue;
        }
        let module = text(&record, "target_output.opa_rule");
        let verdict = answers(module, &input, false).unwrap();
        for other in roles.map(Value::text).into_iter().filter(|role| !allowed.contains(role)) {
            assert_eq!(answers(module, &input.clone().with("user.role", other), false).unwrap(), verdict);
            tried += 1;
        }
    }
    assert!(tried > 10, "{tried} swaps");
}

#[test]
fn the_ways_to_fail_open_are_closed() {
    let module = |must: &str| {
        format!(
            "package a\nimport rego.v1\ndefault allow := false\nallow if {{ count(applicable) > 0; count(violations) == 0 }}\n\
             applicable contains \"r\" if {{ input.on == true }}\nviolations contains \"r\" if {{ \"r\" in applicable; not r_ok }}\n\
             r_ok if {{ {must} }}\n"
        )
    };
    let allowed = |must: &str, input: &str| answers(&module(must), &json::read(input).unwrap(), false).unwrap()[0].clone();
    let (yes, no) = (Value::Bool(true), Value::Bool(false));
    assert_eq!(allowed("input.hours <= 72", r#"{"on": true, "hours": 72}"#), yes);
    assert_eq!(allowed("input.hours <= 72", r#"{"on": true, "hours": 73}"#), no);
    // A missing fact breaks the rule; a rule that asks `> 72` for a violation would not fire.
    assert_eq!(allowed("input.hours <= 72", r#"{"on": true}"#), no);
    assert_eq!(allowed("input.user.mfa == true", r#"{"on": true, "user": {}}"#), no);
    // Text is ordered behind every number.
    assert_eq!(allowed("input.hours <= 72", r#"{"on": true, "hours": "12"}"#), no);
    // An empty input is not allowed: nothing applies.
    assert_eq!(allowed("input.hours <= 72", "{}"), no);
}
