//! The language reference says what the program does.
//!
//! In: the tables of forms, keys and library functions, `docs/language.md` and `README.md`. Out: a failure where an example does
//! not give what it says, or where a generated part is not what the tables say (`DICTUM_BLESS=1` renews it).

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use dictum::diag::{Diagnostic, Diagnostics};
use dictum::form::{FORMS, FormKind, Key, MODIFIERS};
use dictum::json;
use dictum::library::{self, Builtin, Kinds, Param, Role};
use dictum::pipeline;
use dictum::pipeline::expand::Expander;
use dictum::pipeline::load::dataset_name;
use dictum::pipeline::load::{KEY_TABLES, TOP_KEYS, TopKey, Workspace};
use dictum::pipeline::plan::plan;
use dictum::pipeline::verify::expectations::Tally;
use dictum::record::Record;
use dictum::source::Sources;
use dictum::world::MemoryWorld;

use super::examples::Examples;
use super::markdown::{Block, blocks};

const FILE: &str = "docs/language.md";

/// The first records of a spec, verified, or what is wrong with it.
fn records(spec: &str, count: u64) -> Result<Vec<Record>, String> {
    records_beside(spec, &[], count)
}

/// The same beside other files, each with its path in the workspace.
fn records_beside(spec: &str, others: &[(String, &str)], count: u64) -> Result<Vec<Record>, String> {
    let world =
        MemoryWorld::default().with("/w/scenarios/example.yaml", spec).with("/w/templates/reasoning.j2", "Because it is so.\n");
    let beside = others.iter().filter(|(_, text)| *text != spec);
    let world = beside.fold(world, |world, (path, text)| world.with(format!("/w/{path}"), *text));
    let workspace = Workspace { world: &world, root: "/w".into() };
    let (mut sources, mut diagnostics) = (Sources::default(), Diagnostics::default());
    let checked = pipeline::sound(&workspace, "example.yaml", &mut sources, &mut diagnostics);
    let checked = checked.ok_or_else(|| messages(diagnostics))?;
    let plan = plan(&checked, 0, 0, count);
    let mut expander = Expander::new(&plan, false);
    let mut record = |index| pipeline::record(&checked, &mut expander, &mut Tally::default(), index).map_err(messages);
    (0..count).map(&mut record).collect()
}

fn messages(wrong: impl IntoIterator<Item = Diagnostic>) -> String {
    wrong.into_iter().map(|one| one.message).collect::<Vec<_>>().join("; ")
}

/// What the first records of a spec have under `value`.
fn values(spec: &str, count: u64) -> Result<Vec<serde_json::Value>, String> {
    let read = |record: &Record| serde_json::from_str::<serde_json::Value>(&json::canonical(record)).unwrap()["value"].take();
    Ok(records(spec, count)?.iter().map(read).collect())
}

/// The first block of a language in a Markdown text.
fn block<'t>(text: &'t str, language: &str) -> &'t str {
    let (_, rest) = text.split_once(&format!("\n```{language}\n")).unwrap();
    let (block, _) = rest.split_once("```\n").unwrap();
    block
}

/// What an example of a form reads: sections of a spec.
fn around(head: &str) -> &'static str {
    match head {
        "sample" => "facts: {proofs: [logs_saved, image_taken, timeline]}\n",
        "object" => "facts: {panel: [triage, legal]}\n",
        "row" => "facts: {cities: [{name: Bern, people: 134000}, {name: Geneva, people: 203000}]}\n",
        "given" => "context: {affected: [none, internal, personal, medical]}\n",
        "first" => "context: {personal: {bool: 0.5}, contained: {bool: 0.5}}\n",
        "collect" => "context: {contained: {bool: 0.5}}\n",
        "only" => "context: {people: {int: 1..500}}\n",
        "fold" => "facts: {duties: [{hours: 3}, {hours: 5}]}\n",
        "give" => "facts: {duties: [{todo: contain it}, {todo: tell them}]}\n",
        "policy" => {
            "facts: {rule: \"package a\\nimport rego.v1\\ndefault allow := false\\nallow if input.hours < 9\\n\"}\ncontext: {hours: {int: 1..9}}\n"
        }
        "with" => {
            "context: {role: [manager, auditor]}\nderive:\n  decision: {given: role, cases: {manager: allow, auditor: deny}}\n"
        }
        _ => "",
    }
}

/// A whole spec around the example of a form.
pub(super) fn form_spec(kind: &FormKind) -> String {
    let (name, _) = kind.example.split_once(':').unwrap();
    let around = around(kind.head);
    let section = if kind.draws { "context:\n" } else { "derive:\n" };
    // What stands around may have begun the section.
    let section = if around.contains(section) { "" } else { section };
    let head = "dictum: 1\ndataset: example\nsize: 1\n";
    format!("{head}{around}{section}  {}\nrecord: {{value: \"{{{{ {name} }}}}\"}}\n", kind.example)
}

#[test]
fn the_example_of_every_form_builds() {
    for kind in FORMS {
        let spec = form_spec(kind);
        let values = values(&spec, 20).unwrap_or_else(|wrong| panic!("{wrong}\n{spec}"));
        assert!(values.iter().all(|value| !value.is_null()), "{}", kind.head);
        assert!(kind.doc.ends_with('.'), "{}", kind.head);
    }
}

#[test]
fn the_example_of_every_library_function_gives_what_it_says() {
    let mut wrong = Vec::new();
    for row in library::all() {
        let quoted = row.example.replace('\'', "''");
        let spec = format!(
            "dictum: 1\ndataset: example\nsize: 1\nderive:\n  value: '{{{{ {quoted} }}}}'\nrecord: {{value: '{{{{ value }}}}'}}\n"
        );
        let says: serde_json::Value = serde_json::from_str(row.gives).unwrap();
        match values(&spec, 1) {
            // Kinds count: in this comparison 1 is not 1.0.
            Ok(given) if given == [says] => {}
            Ok(given) => wrong.push(format!("{}: `{}` gives {given:?}, not {}", row.name, row.example, row.gives)),
            Err(why) => wrong.push(format!("{}: `{}`: {why}", row.name, row.example)),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_reference_is_up_to_date() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(FILE);
    let committed = fs::read_to_string(&path).unwrap();
    let examples = Examples::read();
    let parts: [(&str, String); 5] = [
        ("keys", top_keys(&examples)),
        ("tables", tables(&examples)),
        ("forms", forms(&examples)),
        ("modifiers", lines(MODIFIERS.iter().map(|key| line(key, "")))),
        ("library", rows()),
    ];
    let renewed = parts.iter().fold(committed.clone(), |text, (name, part)| replace(&text, name, part));
    if std::env::var_os("DICTUM_BLESS").is_some() {
        fs::write(&path, &renewed).unwrap();
        return;
    }
    assert!(committed == renewed, "{FILE} is not what the tables say: DICTUM_BLESS=1 cargo test renews it");
}

#[test]
fn the_spec_in_the_readme_gives_the_output_in_the_readme() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let readme = fs::read_to_string(&path).unwrap();
    let (spec, shown) = (block(&readme, "yaml"), block(&readme, "json"));
    assert_eq!(spec.lines().count(), 10);
    let mut built = String::new();
    for record in records(spec, 3).unwrap() {
        json::write_node(record.root(), &mut built);
        built.push('\n');
    }
    if std::env::var_os("DICTUM_BLESS").is_some() {
        let (before, after) = readme.split_once(&format!("```json\n{shown}")).unwrap();
        fs::write(&path, format!("{before}```json\n{built}{after}")).unwrap();
        return;
    }
    assert_eq!(shown, built, "DICTUM_BLESS=1 cargo test renews it");
}

/// The file that a block is: with a path, or a dataset under its own name.
fn file<'t>(block: &Block<'t>) -> Option<(String, &'t str)> {
    match (block.value("file"), dataset_name(block.text)) {
        (Some(path), _) => Some((path.to_owned(), block.text)),
        (None, Some(name)) if block.language == "yaml" => Some((format!("scenarios/{name}.yaml"), block.text)),
        _ => None,
    }
}

#[test]
fn every_whole_spec_in_the_reference_builds() {
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(FILE)).unwrap();
    // All of them stand in one workspace.
    let files: Vec<(String, &str)> = blocks(&text).iter().filter_map(file).collect();
    let datasets: Vec<&str> = files.iter().map(|(_, text)| *text).filter(|text| dataset_name(text).is_some()).collect();
    assert!(datasets.len() > 15);
    let modules = files.iter().filter(|(_, text)| dataset_name(text).is_none());
    for name in modules.map(|(path, _)| path.rsplit('/').next().unwrap()) {
        assert!(datasets.iter().any(|spec| spec.contains(name)), "no dataset of the reference reads {name}");
    }
    for spec in datasets {
        assert_eq!(records_beside(spec, &files, 100).map(|records| records.len()), Ok(100), "{spec}");
    }
}

/// Puts a part between its two markers.
fn replace(text: &str, name: &str, part: &str) -> String {
    let (open, close) = (format!("<!-- generated: {name} -->\n"), format!("<!-- end: {name} -->\n"));
    let (before, rest) = text.split_once(&open).unwrap_or_else(|| panic!("{FILE} has no {open}"));
    let (_, after) = rest.split_once(&close).unwrap_or_else(|| panic!("{FILE} has no {close}"));
    format!("{before}{open}\n{part}\n{close}{after}")
}

fn top_keys(examples: &Examples) -> String {
    let line = |top: &TopKey| {
        let line = line(&top.key, &examples.link("", top.key.name));
        if top.module { line } else { format!("{line} *Datasets only.*") }
    };
    lines(TOP_KEYS.iter().map(line))
}

/// A key, what it says, and a link to its example.
fn line(key: &Key, link: &str) -> String {
    let required = if key.required { " (required)" } else { "" };
    let link = if link.is_empty() { String::new() } else { format!(" ({link})") };
    format!("- **`{}`**{required}: {}{link}", key.name, key.doc)
}

fn lines(lines: impl Iterator<Item = String>) -> String {
    lines.flat_map(|line| [line, "\n".to_owned()]).collect()
}

fn tables(examples: &Examples) -> String {
    let keys = |owner: &str, keys: &[Key]| lines(keys.iter().map(|key| line(key, &examples.link(owner, key.name))));
    let parts: Vec<String> =
        KEY_TABLES.iter().map(|table| format!("### {}\n\n{}", table.title, keys(table.definition, table.keys))).collect();
    parts.join("\n")
}

fn forms(examples: &Examples) -> String {
    let part = |kind: &FormKind| {
        let option = |name: &&str| match examples.link(kind.head, name) {
            link if link.is_empty() => format!("`{name}`"),
            link => format!("`{name}` ({link})"),
        };
        let options: Vec<String> = kind.options.iter().map(option).collect();
        let options = if options.is_empty() { String::new() } else { format!(" Options: {}.", options.join(", ")) };
        let draws = if kind.draws { "Draws." } else { "Computes." };
        format!("### `{}`\n\n{}\n\n```yaml\n{}\n```\n\n{draws}{options}\n", kind.head, kind.doc, kind.example)
    };
    FORMS.iter().map(part).collect::<Vec<_>>().join("\n")
}

fn rows() -> String {
    library::all().map(row).collect()
}

fn row(row: &Builtin) -> String {
    let roles = [Role::Function, Role::Filter, Role::Test].into_iter().filter(|role| row.roles.serves(*role));
    let roles: Vec<&str> = roles.map(Role::word).collect();
    let also: Vec<String> = row.aliases.iter().map(|alias| format!(", also `{alias}`")).collect();
    let mut line = format!("- **`{}`** ({}{}): {}\n", row.name, roles.join(", "), also.concat(), row.doc);
    let mut params: Vec<String> = row.params.iter().map(param).collect();
    params.extend(row.rest.map(|rest| format!("`{}`… ({})", rest.name, rest.kinds.describe())));
    params.extend(row.open.map(|open| format!("`{}=`… ({})", open.name, open.kinds.describe())));
    let params = if params.is_empty() { String::new() } else { format!("Takes {}. ", params.join(", ")) };
    let _ = writeln!(line, "  {params}`{}` → `{}`", row.example, row.gives);
    line
}

fn param(param: &Param) -> String {
    let mut kind = param.kinds.describe();
    if param.items != Kinds::ANY {
        let _ = write!(kind, ", each {}", param.items.describe());
    }
    if param.keyword {
        kind.push_str(", by keyword");
    }
    if param.optional {
        kind.push_str(", optional");
    }
    format!("`{}` ({kind})", param.name)
}
