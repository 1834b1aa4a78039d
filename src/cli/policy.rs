//! `dictum policy`: the rules of the workspace, tested and evaluated.
//!
//! `policy test` prints a table on standard output, or a JSON object a rule with the keys of [`RuleReport`]; `policy eval` prints
//! the answers of one rule's module as a JSON object.

use std::fmt::Write as _;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use clap::{Subcommand, ValueHint};

use super::Exit;
use super::messages::{Ending, Messages};
use super::progress::{count, plural};
use super::table::{Column, table};
use super::terminal;
use crate::build::policies::{Chosen, MODULE, RuleReport, choose, report};
use crate::build::{Failure, Selected, select};
use crate::data::{Text, Value};
use crate::diag::Diagnostics;
use crate::engine::rego::{self, Question, Version};
use crate::json;
use crate::pipeline::load::{Overrides, Workspace};
use crate::record::Node;
use crate::source::Sources;

const COLUMNS: [Column; 7] = [
    ("DATASET", false),
    ("RULE", false),
    ("MODULES", true),
    ("CASES", true),
    ("PASSED", true),
    ("LINES", true),
    ("COVERAGE", true),
];

pub(super) const EXAMPLES: &str = "\
Examples:
  dictum policy test                                       every rule of the workspace
  dictum policy eval late_notice --input case.json         one rule on one input";

const TEST_EXAMPLES: &str = "\
Examples:
  dictum policy test
  dictum policy test reviews -n 1000                       the cases of a thousand records
  dictum policy test --message-format json                 a JSON object a rule";

const EVAL_EXAMPLES: &str = "\
The module is that of the first records which holds the rule with the fewest others; it is shown on standard error.

Examples:
  dictum policy eval late_notice --input case.json
  echo '{\"hours\": 80}' | dictum policy eval rules/late.rego --input -";

/// What to do with policies.
#[derive(Subcommand)]
pub(super) enum Args {
    /// Evaluate the test cases of every rule, and print which pass and which lines of the rule they reach
    #[command(after_help = TEST_EXAMPLES)]
    Test(PolicyTest),
    /// Evaluate one rule for an input, and print its answers as JSON
    #[command(after_help = EVAL_EXAMPLES)]
    Eval(PolicyEval),
}

/// Arguments of `policy test`.
#[derive(clap::Args)]
pub(super) struct PolicyTest {
    /// Datasets whose rules to test [default: all that have some]
    #[arg(value_name = "DATASET")]
    pub(super) datasets: Vec<String>,

    /// Records of each dataset whose modules and cases are evaluated
    #[arg(short = 'n', long, value_name = "N", default_value_t = 300, value_parser = clap::value_parser!(u64).range(1..))]
    pub(super) count: u64,
}

/// Arguments of `policy eval`.
#[derive(clap::Args)]
pub(super) struct PolicyEval {
    /// The key of a rule, the name of a dataset, or a file that ends in `.rego`
    #[arg(value_name = "RULE")]
    pub(super) rule: String,

    /// The input document, a JSON file, or `-` for standard input
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(super) input: PathBuf,

    /// Datasets to look for the rule in [default: all]
    #[arg(long = "dataset", value_name = "DATASET")]
    pub(super) datasets: Vec<String>,
}

pub(super) fn run(workspace: &Workspace<'_>, current: &Path, args: &Args, messages: &Messages) -> Exit {
    match args {
        Args::Test(args) => test(workspace, args, messages),
        Args::Eval(args) => eval(workspace, current, args, messages),
    }
}

fn test(workspace: &Workspace<'_>, args: &PolicyTest, messages: &Messages) -> Exit {
    let mut sources = Sources::default();
    let mut diagnostics = Diagnostics::default();
    let mut notes = Vec::new();
    let selected = select(workspace, &args.datasets, &Overrides::default(), &mut sources, &mut diagnostics);
    let result = selected.and_then(|selected| {
        let mut rules = Vec::new();
        for one in selected.iter().filter(|one| !one.checked.policies.is_empty()) {
            rules.extend(report(&one.checked, args.count, &mut diagnostics).map_err(refused)?);
        }
        let cases: u64 = rules.iter().map(|rule| rule.cases).sum();
        let keys = rules.iter().filter(|rule| rule.rule != MODULE).count();
        notes.push(match rules.len() {
            0 => "no record of these datasets holds a policy".to_owned(),
            _ => format!("{} of {} evaluated", plural(cases, "test case"), plural(keys as u64, "rule")),
        });
        print(&rules, messages)?;
        Ok(Vec::<()>::new())
    });
    messages.end(&Ending { notes, ..Ending::new("policy test", sources, diagnostics, result) })
}

fn refused(fault: rego::Fault) -> Failure {
    Failure::Other { doing: "evaluate a policy", cause: fault.message }
}

fn print(rules: &[RuleReport], messages: &Messages) -> Result<(), Failure> {
    let text = if messages.is_json() {
        let lines: Result<Vec<String>, _> =
            rules.iter().map(|rule| serde_json::to_string(rule).map(|line| line + "\n")).collect();
        let failed = |error: serde_json::Error| Failure::Other { doing: "write the table", cause: error.to_string() };
        lines.map_err(failed)?.concat()
    } else if rules.is_empty() {
        String::new()
    } else {
        shown(rules, messages.colors_data())
    };
    terminal::print(text.as_bytes())
}

/// The table, and below it the lines that no case reaches.
fn shown(rules: &[RuleReport], color: bool) -> String {
    let rows: Vec<[String; 7]> = rules.iter().map(row).collect();
    let mut out = table(&COLUMNS, &rows, color);
    for rule in rules.iter().filter(|rule| !rule.missed.is_empty()) {
        let _ = writeln!(out, "\n{}: no case reaches", rule.rule);
        for missed in &rule.missed {
            let _ = writeln!(out, "  {missed}");
        }
    }
    out
}

fn row(rule: &RuleReport) -> [String; 7] {
    let percent = (rule.covered * 100).checked_div(rule.lines).unwrap_or(100);
    [
        rule.dataset.clone(),
        rule.rule.clone(),
        count(rule.modules),
        count(rule.cases),
        count(rule.passed),
        count(rule.lines as u64),
        format!("{percent} %"),
    ]
}

fn eval(workspace: &Workspace<'_>, current: &Path, args: &PolicyEval, messages: &Messages) -> Exit {
    let mut sources = Sources::default();
    let mut diagnostics = Diagnostics::default();
    let result = evaluated(workspace, current, args, messages, &mut sources, &mut diagnostics).map(|()| Vec::<()>::new());
    messages.end(&Ending::new("policy eval", sources, diagnostics, result))
}

fn evaluated(
    workspace: &Workspace<'_>,
    current: &Path,
    args: &PolicyEval,
    messages: &Messages,
    sources: &mut Sources,
    diagnostics: &mut Diagnostics,
) -> Result<(), Failure> {
    let text = if args.input.as_os_str() == "-" {
        let mut text = String::new();
        let read = std::io::stdin().read_to_string(&mut text);
        read.map_err(|error| Failure::Other { doing: "read standard input", cause: error.to_string() })?;
        text
    } else {
        utf8(workspace.world.read(&current.join(&args.input))?, &args.input)?
    };
    let input = json::read(&text).map_err(|error| Failure::Usage(format!("the input is not JSON: {error}")))?;
    let is_file = Path::new(&args.rule).extension().is_some_and(|extension| extension == "rego");
    let chosen = if is_file {
        let path = Path::new(&args.rule);
        of_file(utf8(workspace.world.read(&current.join(path))?, path)?)?
    } else {
        let selected = select(workspace, &args.datasets, &Overrides::default(), sources, diagnostics)?;
        of_rule(&selected, &args.rule, messages)?
    };
    let Chosen { module, rules, optional, version, .. } = &chosen;
    let question = Question { module, version: *version, rules, optional, fitting: false, plain: true };
    let answers = rego::answers(&question, &input).map_err(refused)?;
    let defined = chosen.rules.iter().zip(answers.iter()).filter(|(_, answer)| !answer.is_undefined());
    let value = Value::map(defined.map(|(rule, answer)| (rule.clone(), answer.clone())));
    let mut out = String::new();
    json::write_node(Node::of(&value), &mut out);
    out.push('\n');
    terminal::print(out.as_bytes())
}

fn utf8(bytes: Vec<u8>, path: &Path) -> Result<String, Failure> {
    String::from_utf8(bytes).map_err(|_| Failure::Usage(format!("`{}` is not UTF-8 text", path.display())))
}

/// All rules of a module in a file, whichever version it is written in.
fn of_file(module: String) -> Result<Chosen, Failure> {
    let read = |version| rego::module(&module, version).map(|outline| (version, outline));
    let (version, outline) = read(Version::V1).or_else(|fault| read(Version::V0).map_err(|_| fault)).map_err(refused)?;
    let rules: Vec<Text> = outline.rules.into_keys().collect();
    Ok(Chosen { index: 0, module, rules, optional: Vec::new(), version })
}

/// The module of the dataset that has the rule.
fn of_rule(selected: &[Selected], rule: &str, messages: &Messages) -> Result<Chosen, Failure> {
    let known = || selected.iter().flat_map(|one| one.checked.rule_rows.iter().map(|row| row.key.as_str()));
    for one in selected {
        let has = one.checked.spec.name == rule || one.checked.rule_rows.iter().any(|row| row.key == rule);
        if let Some(chosen) =
            has.then(|| choose(&one.checked, rule, one.checked.spec.size)).transpose().map_err(refused)?.flatten()
        {
            messages.say(&format!("the module of {}#{}:\n{}", one.checked.spec.name, chosen.index, chosen.module));
            return Ok(chosen);
        }
    }
    let nearest = crate::diag::nearest(rule, known());
    let hint = nearest.map_or_else(String::new, |name| format!("; did you mean `{name}`?"));
    Err(Failure::Usage(format!("no record of the workspace holds a rule `{rule}`{hint}")))
}
