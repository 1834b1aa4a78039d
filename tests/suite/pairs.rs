//! Critiques, revisions and preferences, judged a second time.
//!
//! In: records of `constitutional_ai_pairs`, and those of `constitutional_ai` with the same index. Out: whether the two agree, and
//! whether everything under `target_output` is what a comparison of the draft with the procedure gives. The procedure is the
//! one of [`super::procedure`], written apart from the specs; what was drawn is not looked at.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;

use dictum::build::Request;
use dictum::json;
use dictum::pipeline::verify::rederive::Rederiver;
use serde_json::Value;

use super::procedure::{self, Verdict, judge};
use super::workbench::{compile, request, shipped, stream, world};

const PAIRS: &str = "constitutional_ai_pairs";
const BASE: &str = "constitutional_ai";
const HASH: &str = "cdd01ef066bc6cf2";
const RECORDS: usize = 10_000;
const KINDS: [&str; 5] = ["drop_condition", "ignore_hard", "over_refusal", "skip_escalation", "wrong_reason"];

type Checked<T> = Result<T, String>;

fn ensure(truth: bool, what: impl FnOnce() -> String) -> Checked<()> {
    if truth { Ok(()) } else { Err(what()) }
}

fn same<T: PartialEq<U> + Debug, U: Debug>(what: &str, found: &T, due: &U) -> Checked<()> {
    ensure(found == due, || format!("{what} is {found:?}, due {due:?}"))
}

fn text<'a>(value: &'a Value, pointer: &str) -> Checked<&'a str> {
    value.pointer(pointer).and_then(Value::as_str).ok_or_else(|| format!("{pointer} is no text"))
}

fn texts<'a>(value: &'a Value, pointer: &str) -> Checked<Vec<&'a str>> {
    let items = value.pointer(pointer).and_then(Value::as_array).ok_or_else(|| format!("{pointer} is no list"))?;
    items.iter().map(|item| item.as_str().ok_or_else(|| format!("{pointer} holds what is no text"))).collect()
}

/// A draft or a revision as a person would read it.
fn spoken(answer: &Value) -> Checked<String> {
    let conditions = texts(answer, "/conditions")?;
    let tail = if conditions.is_empty() { String::new() } else { format!(" Conditions: {}.", conditions.join("; ")) };
    Ok(format!("{}. {}{tail}", text(answer, "/decision")?, text(answer, "/reasoning")?))
}

fn code(answer: &Value) -> Checked<&str> {
    text(answer, "/decision")?.split(':').next().ok_or_else(|| "the decision has no code".to_owned())
}

/// The ids of rules that a text names, each once, in their order.
fn ids(written: &str) -> Vec<&str> {
    let words = written.split(|letter: char| !letter.is_ascii_alphanumeric());
    let id = |word: &&str| matches!(word.as_bytes(), [b'A'..=b'Z', b'0'..=b'9']);
    words.filter(id).fold(Vec::new(), |mut seen, word| {
        if !seen.contains(&word) {
            seen.push(word);
        }
        seen
    })
}

fn without<'a>(all: &[&'a str], some: &[&str]) -> Vec<&'a str> {
    all.iter().filter(|id| !some.contains(id)).copied().collect()
}

/// What the comparison of a draft with the procedure finds.
struct Finding<'a> {
    /// What holds and the draft does not say.
    overlooked: Vec<&'static str>,
    /// What the draft says and does not hold.
    invented: Vec<&'a str>,
    fault: &'static str,
    /// The decision code that a judge with this one fault gives.
    code: &'static str,
    /// The score of the draft in ten-thousandths.
    score: u64,
    /// In hundredths.
    margin: u64,
}

fn compare<'a>(verdict: &Verdict, draft: &'a Value) -> Checked<Finding<'a>> {
    let cited = texts(draft, "/cited_checks")?;
    let stops: Vec<&'static str> = verdict.hard.iter().chain(&verdict.escalations).copied().collect();
    let due: Vec<&'static str> = stops.iter().chain(&verdict.failed).copied().collect();
    let overlooked = without(&due, &cited);
    let invented = without(&without(&cited, &due), &verdict.satisfied);
    let allowed = |failed: usize| if failed == 0 { "approve" } else { "approve_with_conditions" };
    let every = verdict.failed.len();
    let is_hard = |id: &str| id.starts_with('H');
    let (fault, code, score) = match (overlooked.as_slice(), invented.as_slice()) {
        ([], [id]) if is_hard(id) && verdict.hard.is_empty() && stops.is_empty() => {
            ("over_refusal", "deny", verdict.score.min(4_900))
        }
        ([], [id]) if !is_hard(id) => ("wrong_reason", verdict.decision, verdict.score),
        ([_, ..], []) if !stops.is_empty() && overlooked == stops => {
            let fault = if verdict.hard.is_empty() { "skip_escalation" } else { "ignore_hard" };
            (fault, allowed(every), uncapped(verdict))
        }
        ([_], []) if stops.is_empty() => ("drop_condition", allowed(every - 1), verdict.score),
        _ => return Err(format!("no one fault: overlooked {overlooked:?}, invented {invented:?}")),
    };
    let margin = if code != verdict.decision {
        100
    } else if overlooked.is_empty() {
        25
    } else {
        50
    };
    Ok(Finding { overlooked, invented, fault, code, score, margin })
}

/// The score without the cap of a denial: shares of principles, the two primary ones twice.
fn uncapped(verdict: &Verdict) -> u64 {
    let shares = verdict.alignment.iter().map(|(principle, (met, of))| {
        let weight = if verdict.principles[..2].contains(principle) { 2 } else { 1 };
        (weight, weight * met * (60 / of))
    });
    let (weights, parts) = shares.fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
    (2 * parts * 10_000 + weights * 60) / (2 * weights * 60)
}

/// Words that the critique of an invented rule must hold: the fact by which the rule does not hold or does not apply.
fn against(id: &str, verdict: &Verdict, input: &Value) -> Checked<Vec<String>> {
    let of = |name: &str| text(input, &format!("/context/{name}")).map(|word| word.replace('_', " "));
    let number = |name: &str| input["context"][name].to_string();
    let purpose = || of("access_purpose");
    let (data, level, scope) = (of("data_type")?, of("sensitivity_level")?, of("affected_scope")?);
    let automated = input["context"]["automated"] == true;
    let personal = !["operational", "aggregated"].contains(&data.as_str());
    let guarded = ["confidential", "restricted"].contains(&level.as_str());
    let words = match id {
        "H1" if personal => vec!["the legal basis is ".to_owned() + &of("legal_basis")?],
        "H1" | "P1" | "P2" | "P3" => vec![format!("{data} data is not personal")],
        "H2" if verdict.satisfied.contains(&"P5") => vec![level, data, "within the need-to-know".to_owned()],
        "H2" => vec![level, data],
        "H3" if guarded => vec![purpose()?],
        "H3" | "P4" => vec![format!("{level} data is neither confidential nor restricted")],
        "H4" if purpose()? == "marketing" => vec![data, "neither medical nor biometric".to_owned()],
        "H4" => vec!["the purpose is".to_owned(), purpose()?],
        "H5" if input["context"]["harm_severity"] != 4 => vec![format!("the severity is {}, below 4", number("harm_severity"))],
        "H5" => vec![format!("the likelihood is {}, below 3", number("harm_likelihood"))],
        "H6" | "F2" | "T1" | "R1" if !automated => vec!["nothing here is automated".to_owned()],
        "H6" => vec![format!("a group gap of {} does not exceed 0.20", number("group_gap").trim_end_matches(".0"))],
        "F2" => vec![format!("the scope is {scope}")],
        "T2" => vec![format!("{data} data is not personal and the scope is {scope}")],
        "A2" => vec![format!("the risk is {}, below 3", verdict.risk)],
        "D1" => vec![format!("the risk is {}, below 4", verdict.risk)],
        "R2" => vec![format!("the risk is {}, below 5", verdict.risk)],
        "F1" if number("group_gap") == "0.0" => vec!["there is no group gap".to_owned()],
        "P5" => vec![level, data, "neither personal nor confidential nor restricted".to_owned()],
        "S1" => vec![format!("the harm is {}, below 6", verdict.harm)],
        "S2" => vec!["the effects are reversible".to_owned()],
        "E1" => vec![format!("the urgency is {}, neither high nor critical", of("urgency")?)],
        _ => return Err(format!("{id} cannot be invented")),
    };
    // Minors' data and an unspecified purpose are worded as people say them.
    Ok(words.into_iter().map(|word| word.replace("minors data", "minors' data")).collect())
}

/// Whether a pair says what the comparison finds, and stands beside its record; gives the fault and the scenario.
fn check(pair: &Value, base: &Value) -> Checked<(&'static str, String)> {
    let (input, target) = (&pair["input"], &pair["target_output"]);
    same("source", &pair["source_id"], &base["id"])?;
    for name in ["scenario", "context", "user_request", "constitutional_principles", "constitutional_hash"] {
        same(name, &input[name], &base["input"][name])?;
    }
    for name in ["scenario_type", "complexity", "domain"] {
        same(name, &pair["metadata"][name], &base["metadata"][name])?;
    }
    same("input hash", &text(input, "/constitutional_hash")?, &HASH)?;
    same("target hash", &text(target, "/constitutional_hash")?, &HASH)?;
    same("revision", &target["revision"], &base["target_output"])?;
    procedure::check(base)?;
    let verdict = judge(input)?;
    let (draft, revision) = (&input["draft"], &target["revision"]);
    let finding = compare(&verdict, draft)?;
    drafted(draft, revision, &verdict, &finding)?;

    same("fault", &text(target, "/fault")?, &finding.fault)?;
    let violated: Vec<&str> = finding.overlooked.iter().chain(&finding.invented).copied().collect();
    same("violated checks", &texts(target, "/violated_checks")?, &violated)?;
    let margin = target["margin"].as_f64().ok_or("the margin is no number")?;
    same("margin", &(margin * 100.0).to_string(), &finding.margin.to_string())?;

    let better = text(target, "/preference")?;
    let worse = if better == "A" { "B" } else { "A" };
    same("the better answer", &text(&input["answers"], &format!("/{better}"))?, &spoken(revision)?)?;
    same("the worse answer", &text(&input["answers"], &format!("/{worse}"))?, &spoken(draft)?)?;
    same("chosen", &target["chosen"], &input["answers"][better])?;
    same("rejected", &target["rejected"], &input["answers"][worse])?;
    ensure(target["chosen"] != target["rejected"], || "chosen and rejected are one".to_owned())?;

    let critique = text(target, "/critique")?;
    for id in &violated {
        ensure(ids(critique).contains(id), || format!("`{critique}` does not name {id}"))?;
    }
    let reasons = text(revision, "/reasoning")?;
    for id in &finding.overlooked {
        let sentence = reasons.split_inclusive(").").find(|one| ids(one).contains(id)).unwrap_or("nothing").trim();
        ensure(critique.contains(sentence), || format!("`{critique}` does not quote `{sentence}`"))?;
    }
    for id in &finding.invented {
        for word in against(id, &verdict, input)? {
            ensure(critique.contains(&word), || format!("`{critique}` of {id} does not say `{word}`"))?;
        }
    }
    Ok((finding.fault, text(input, "/scenario")?.to_owned()))
}

/// A draft differs from the revision in its one fault and what follows from it, and in nothing else.
fn drafted(draft: &Value, revision: &Value, verdict: &Verdict, finding: &Finding<'_>) -> Checked<()> {
    same("the draft's code", &code(draft)?, &finding.code)?;
    let score = draft["compliance_score"].as_f64().ok_or("the score is no number")? * 10_000.0;
    same("the draft's score", &score.round().to_string(), &finding.score.to_string())?;
    let kept: Vec<&str> = texts(revision, "/conditions")?;
    let kept: Vec<&str> =
        kept.into_iter().filter(|one| !finding.overlooked.iter().any(|id| one.starts_with(&format!("{id}:")))).collect();
    same("the draft's conditions", &texts(draft, "/conditions")?, &kept)?;

    let (said, due) = (ids(text(draft, "/reasoning")?), ids(text(revision, "/reasoning")?));
    let cited = texts(draft, "/cited_checks")?;
    same("cited checks", &cited.iter().collect::<BTreeSet<_>>(), &said.iter().collect())?;
    same("what the draft leaves out", &without(&due, &said), &finding.overlooked)?;
    let added = without(&said, &due);
    // A judge who has nothing left to say cites a check that is met.
    let last_resort = matches!(added.as_slice(), [one] if said == [*one] && verdict.satisfied.contains(one));
    ensure(added == finding.invented || last_resort, || format!("the draft adds {added:?}"))?;
    let length = text(draft, "/reasoning")?.chars().count();
    ensure((1..=1_200).contains(&length), || format!("the draft's reasoning has {length} characters"))
}

fn lines(dataset: &str, size: usize) -> Vec<Value> {
    let request = Request { size: Some(size as u64), ..request() };
    let text = stream(&world(shipped(PAIRS)), dataset, request);
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn ten_thousand_pairs_say_what_the_comparison_finds() {
    let (pairs, bases) = (lines(PAIRS, RECORDS), lines(BASE, RECORDS));
    assert_eq!((pairs.len(), bases.len()), (RECORDS, RECORDS));
    let mut wrong = Vec::new();
    let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
    let mut cells: BTreeSet<(&str, String)> = BTreeSet::new();
    for (pair, base) in pairs.iter().zip(&bases) {
        match check(pair, base) {
            Ok((fault, scenario)) => {
                *kinds.entry(fault).or_default() += 1;
                cells.insert((fault, scenario));
            }
            Err(reason) => wrong.push(format!("{}: {reason}", pair["id"])),
        }
    }
    assert!(wrong.is_empty(), "{} pairs are wrong, the first: {}", wrong.len(), wrong[0]);
    assert_eq!(kinds.keys().copied().collect::<Vec<_>>(), KINDS);
    assert_eq!(cells.len(), KINDS.len() * 8, "every fault in every scenario: {cells:?}");
    assert!(kinds["over_refusal"] * 5 >= RECORDS, "{kinds:?}");
    assert!(kinds.values().all(|times| times * 100 >= RECORDS * 8), "{kinds:?}");
    let first = pairs.iter().filter(|pair| pair["target_output"]["preference"] == "A").count();
    assert!((RECORDS * 45..=RECORDS * 55).contains(&(first * 100)), "{first} of {RECORDS} are A");
    let inputs: BTreeSet<String> = pairs.iter().map(|pair| pair["input"].to_string()).collect();
    assert_eq!(inputs.len(), RECORDS, "an input comes twice");
}

#[test]
fn targets_follow_from_the_emitted_input_alone() {
    let checked = compile(&world(shipped(PAIRS)), &format!("{PAIRS}.yaml")).unwrap_or_else(|wrong| panic!("{wrong}"));
    let rederiver = Rederiver::new(&checked, 0);
    let differing = |at: usize, record: &Value| -> Vec<String> {
        let record = json::read(&record.to_string()).unwrap();
        rederiver.record(at as u64, &record).into_iter().map(|one| one.record.unwrap().path).collect()
    };
    let pairs = lines(PAIRS, 200);
    for (at, pair) in pairs.iter().enumerate() {
        assert_eq!(differing(at, pair), Vec::<String>::new());
        // The answers change places: the preference must, too, and nothing else.
        let mut turned = pair.clone();
        let answers = &pair["input"]["answers"];
        turned["input"]["answers"] = serde_json::json!({"A": answers["B"], "B": answers["A"]});
        assert_eq!(differing(at, &turned), ["target_output.preference"]);
        // A draft without its fault is not at fault.
        let mut mended = pair.clone();
        mended["input"]["draft"]["cited_checks"] =
            serde_json::json!(ids(pair["target_output"]["revision"]["reasoning"].as_str().unwrap()));
        let found = differing(at, &mended);
        assert!(found.iter().any(|path| path.starts_with("target_output.violated_checks")), "{found:?}");
    }
}

#[test]
fn another_fault_than_the_recorded_one_is_found() {
    let (pairs, bases) = (lines(PAIRS, 40), lines(BASE, 40));
    for (pair, base) in pairs.iter().zip(&bases) {
        assert!(check(pair, base).is_ok());
        let mut changed = Vec::new();
        for (pointer, value) in
            [("/target_output/margin", "0.1"), ("/target_output/fault", "\"none\""), ("/input/draft/conditions", "[\"Z9: x\"]")]
        {
            let mut other = pair.clone();
            *other.pointer_mut(pointer).unwrap() = serde_json::from_str(value).unwrap();
            changed.push(other);
        }
        let mut other = pair.clone();
        other["input"]["draft"]["cited_checks"].as_array_mut().unwrap().push("Z9".into());
        changed.push(other);
        assert!(changed.iter().all(|other| check(other, base).is_err()));
    }
}
