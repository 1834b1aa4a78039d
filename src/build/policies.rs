//! The rules of policies and their test cases, as `dictum policy` shows them.
//!
//! In: a checked dataset whose records hold modules. Out: for each rule how many of its cases pass and which lines of it they
//! reach, summed over the first records, or the answers of one module to one input.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::data::{Text, Value};
use crate::diag::{Diagnostic, Diagnostics, codes};
use crate::engine::rego;
use crate::json;
use crate::pipeline::check::{Checked, HeldPolicy};
use crate::pipeline::expand::Expander;
use crate::pipeline::plan::plan;
use crate::pipeline::record;
use crate::pipeline::verify::expectations::Tally;
use crate::pipeline::verify::policies::mistake;

/// What stands in a module before its first rule of a table.
pub const MODULE: &str = "(module)";

/// One rule with the outcome of its cases.
#[derive(Debug, Serialize)]
pub struct RuleReport {
    /// The dataset.
    pub dataset: String,
    /// The key of its row; `(module)` for what all modules share.
    pub rule: String,
    /// Modules that it stands in.
    pub modules: u64,
    /// Its cases.
    pub cases: u64,
    /// Cases that came out as they should.
    pub passed: u64,
    /// Lines of it, in one module.
    pub lines: usize,
    /// Lines that its cases reached.
    pub covered: usize,
    /// Lines that they never reached, as one module has them.
    pub missed: Vec<String>,
}

/// What is known of a rule so far.
#[derive(Default)]
struct Found {
    modules: u64,
    cases: u64,
    passed: u64,
    lines: BTreeMap<usize, String>,
    covered: BTreeSet<usize>,
}

/// Makes the first `most` records, evaluates the cases of their modules and sums them up by rule. What is wrong with a record
/// goes to `diagnostics`, each mistake once.
///
/// # Errors
/// A module that the engine does not take.
pub fn report(checked: &Checked, most: u64, diagnostics: &mut Diagnostics) -> Result<Vec<RuleReport>, rego::Fault> {
    let keys: Vec<Text> = checked.rule_rows.iter().map(|row| row.key.clone()).collect();
    let mut found: BTreeMap<String, Found> = BTreeMap::new();
    let mut told = BTreeSet::new();
    let (mut failed, mut differing) = (BTreeMap::new(), Vec::new());
    records(checked, most, &mut |made| {
        match made {
            Ok(record) => {
                for policy in &checked.policies {
                    cover(policy, record, &keys, &mut found, &mut differing)?;
                }
            }
            Err(wrong) => {
                for one in wrong {
                    if one.code == codes::POLICY_TEST {
                        *failed.entry(rule_of(&one.message, &keys).to_owned()).or_insert(0) += 1;
                    }
                    if told.insert((one.code, one.primary.as_ref().map(|label| label.span))) {
                        diagnostics.push(one);
                    }
                }
            }
        }
        Ok(false)
    })?;
    for message in differing {
        diagnostics.push(Diagnostic::error(codes::POLICY_TEST, checked.spec.name_span, message));
    }
    for (rule, count) in failed {
        found.entry(rule).or_default().cases += count;
    }
    let order = |rule: &str| keys.iter().position(|key| key == rule).map_or(0, |at| at + 1);
    let mut reports: Vec<RuleReport> = found.into_iter().map(|(rule, found)| found.report(checked, rule)).collect();
    reports.sort_by_key(|one| order(&one.rule));
    Ok(reports)
}

impl Found {
    fn report(self, checked: &Checked, rule: String) -> RuleReport {
        let missed = self.lines.iter().filter(|(at, _)| !self.covered.contains(at)).map(|(_, line)| line.clone()).collect();
        RuleReport {
            dataset: checked.spec.name.to_string(),
            rule,
            modules: self.modules,
            cases: self.cases,
            passed: self.passed,
            lines: self.lines.len(),
            covered: self.covered.len(),
            missed,
        }
    }
}

/// What is made of a record, or of what is wrong with it; whether that is enough.
type Visit<'v> = dyn FnMut(Result<&Value, Vec<Diagnostic>>) -> Result<bool, rego::Fault> + 'v;

/// Visits the first records of a dataset until `visit` says that it is enough.
fn records(checked: &Checked, most: u64, visit: &mut Visit<'_>) -> Result<(), rego::Fault> {
    let plan = plan(checked, 0, 0, most);
    let mut expander = Expander::new(&plan, false);
    let mut tally = Tally::default();
    for index in 0..most {
        let enough = match record(checked, &mut expander, &mut tally, index) {
            Ok(record) => visit(Ok(&record.value))?,
            Err(wrong) => visit(Err(wrong))?,
        };
        if enough {
            break;
        }
    }
    Ok(())
}

/// Evaluates the cases of a record's module once more and notes, rule by rule, how they come out and what they reach; what differs
/// goes to `wrong`.
fn cover(
    policy: &HeldPolicy,
    record: &Value,
    keys: &[Text],
    found: &mut BTreeMap<String, Found>,
    wrong: &mut Vec<String>,
) -> Result<(), rego::Fault> {
    let Some(module) = record.at(&policy.module).and_then(Value::as_text) else { return Ok(()) };
    let Some(cases) = policy.tests.as_ref().and_then(|path| record.at(path)?.as_list()) else { return Ok(()) };
    let text = |case: &Value, key: &str| case.at(key).and_then(Value::as_text).unwrap_or_default().to_owned();
    let inputs: Vec<Value> = cases.iter().filter_map(|case| json::read(&text(case, "input")).ok()).collect();
    // By the interpreter: the record was made by what is compiled.
    let question = policy.question(module, true);
    let coverage = rego::coverage(&question, &inputs)?;
    for case in cases {
        let one = found.entry(rule_of(&text(case, "name"), keys).to_owned()).or_default();
        one.cases += 1;
        match mistake(&question, case)? {
            None => one.passed += 1,
            Some(message) => wrong.push(message),
        }
    }
    for (rule, at, number, line) in blocks(module, keys) {
        let one = found.entry(rule.to_owned()).or_default();
        one.modules += u64::from(at == 0);
        if coverage.covered.contains(&number) {
            one.covered.insert(at);
        } else if !coverage.missed.contains(&number) {
            continue;
        }
        one.lines.entry(at).or_insert_with(|| line.to_owned());
    }
    Ok(())
}

/// The lines of a module with the rule that each belongs to: the one named last, in this line or above. With each its place among
/// the lines of its rule, and its number in the module.
fn blocks<'m>(module: &'m str, keys: &'m [Text]) -> Vec<(&'m str, usize, u32, &'m str)> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let mut rule = MODULE;
    let mut lines = Vec::new();
    for (number, line) in (1..).zip(module.lines()) {
        let named = rule_of(line, keys);
        rule = if named == MODULE { rule } else { named };
        let at = counts.entry(rule).or_default();
        lines.push((rule, *at, number, line.trim()));
        *at += 1;
    }
    lines
}

/// The rule that a text names, the longest of several; the module where it names none.
fn rule_of<'k>(text: &str, keys: &'k [Text]) -> &'k str {
    let named = keys.iter().filter(|key| text.contains(key.as_str())).max_by_key(|key| key.len());
    named.map_or(MODULE, Text::as_str)
}

/// The module of a dataset that holds a rule (or any module, for the name of the dataset) with the fewest other rules in it.
pub struct Chosen {
    /// The record that it was taken from, by index.
    pub index: u64,
    /// The text of the module.
    pub module: String,
    /// The rules that are asked for.
    pub rules: Vec<Text>,
    /// Those among them that the module need not define.
    pub optional: Vec<Text>,
    /// The version of Rego.
    pub version: rego::Version,
}

/// Finds a module among the first `most` records; `None` where none of them holds the rule.
///
/// # Errors
/// A module that the engine does not take.
pub fn choose(checked: &Checked, rule: &str, most: u64) -> Result<Option<Chosen>, rego::Fault> {
    let any = checked.spec.name == rule;
    let keys: Vec<Text> = checked.rule_rows.iter().map(|row| row.key.clone()).collect();
    let mut best: Option<(usize, Chosen)> = None;
    let mut index = 0;
    records(checked, most, &mut |made| {
        for policy in made.iter().flat_map(|_| &checked.policies) {
            let module = made.as_ref().ok().and_then(|record| record.at(&policy.module)).and_then(Value::as_text);
            let Some(module) = module.filter(|module| any || blocks(module, &keys).iter().any(|(one, ..)| *one == rule)) else {
                continue;
            };
            if best.as_ref().is_none_or(|(length, _)| module.len() < *length) {
                let (rules, optional) = (policy.rules.clone(), policy.optional.clone());
                let chosen = Chosen { index, module: module.to_owned(), rules, optional, version: policy.version };
                best = Some((module.len(), chosen));
            }
        }
        index += 1;
        Ok(best.is_some() && index >= most.min(200))
    })?;
    Ok(best.map(|(_, chosen)| chosen))
}
