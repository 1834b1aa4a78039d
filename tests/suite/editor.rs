//! The editor schema is what the tables say, and agrees with the loader about specs.
//!
//! In: `schemas/scenario.schema.json` and every spec of the checkout. Out: a failure where the file is not the generated one
//! (`DICTUM_BLESS=1` renews it), where it refuses a spec that loads, or where it lets a mistake of form pass.

use std::fs;
use std::path::{Path, PathBuf};

use dictum::data::Value;
use dictum::diag::Diagnostics;
use dictum::editor;
use dictum::engine::yaml;
use dictum::form::FORMS;
use dictum::source::Sources;
use jsonschema::Validator;

use super::reference::form_spec;

const FILE: &str = "schemas/scenario.schema.json";

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

pub(super) fn validator() -> Validator {
    jsonschema::validator_for(&serde_json::from_str(&editor::schema().unwrap()).unwrap()).unwrap()
}

/// A spec as the schema sees it.
pub(super) fn read(text: &str) -> serde_json::Value {
    let (mut sources, mut diagnostics) = (Sources::default(), Diagnostics::default());
    let source = sources.add("spec.yaml".to_owned(), text);
    let node = yaml::read(source, &sources, &mut diagnostics).unwrap_or_else(|| panic!("{diagnostics:?}\n{text}"));
    json(&node.value())
}

fn json(value: &Value) -> serde_json::Value {
    match value {
        Value::Undefined | Value::Null => serde_json::Value::Null,
        Value::Bool(truth) => (*truth).into(),
        Value::Int(int) => i64::try_from(*int).unwrap().into(),
        Value::Float(float) => (*float).into(),
        Value::Text(text) => text.as_str().into(),
        Value::List(items) => items.iter().map(json).collect(),
        Value::Map(map) => map.iter().map(|(key, value)| (key.to_string(), json(value))).collect(),
    }
}

/// What the schema says against a spec, shortly.
pub(super) fn faults(validator: &Validator, text: &str) -> Vec<String> {
    validator.iter_errors(&read(text)).map(|error| format!("{}: {error:.300}", error.instance_path())).collect()
}

/// The specs of every `scenarios` folder below here.
fn specs(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if entry.is_dir() {
            specs(&entry, found);
        } else if entry.extension().is_some_and(|ending| ending == "yaml") && entry.parent().unwrap().ends_with("scenarios") {
            found.push(entry);
        }
    }
    found.sort();
}

#[test]
fn the_committed_file_is_the_generated_one() {
    let path = root().join(FILE);
    let generated = editor::schema().unwrap();
    if std::env::var_os("DICTUM_BLESS").is_some() {
        fs::write(&path, &generated).unwrap();
    }
    let committed = fs::read_to_string(&path).unwrap_or_default();
    assert!(committed == generated, "{FILE} is not what the tables say: DICTUM_BLESS=1 cargo test renews it");
}

#[test]
fn it_is_a_json_schema_and_every_reference_leads_somewhere() {
    let schema: serde_json::Value = serde_json::from_str(&editor::schema().unwrap()).unwrap();
    assert!(jsonschema::meta::is_valid(&schema));
    let mut open = vec![&schema];
    let mut references = 0;
    while let Some(value) = open.pop() {
        if let Some(target) = value.get("$ref").and_then(|target| target.as_str()) {
            assert!(schema.pointer(target.trim_start_matches('#')).is_some(), "{target}");
            references += 1;
        }
        match value {
            serde_json::Value::Object(map) => open.extend(map.values()),
            serde_json::Value::Array(items) => open.extend(items),
            _ => {}
        }
    }
    assert!(references > 100);
}

#[test]
fn every_shipped_spec_passes_and_names_it() {
    let validator = validator();
    let mut paths = Vec::new();
    specs(&root().join("scenarios"), &mut paths);
    specs(&root().join("tests/workspaces"), &mut paths);
    assert!(paths.len() > 4, "{paths:?}");
    for path in paths {
        let text = fs::read_to_string(&path).unwrap();
        assert_eq!(faults(&validator, &text), [] as [String; 0], "{}", path.display());
        let named = text.lines().next().and_then(|line| line.strip_prefix("# yaml-language-server: $schema="));
        let named = named.unwrap_or_else(|| panic!("{} does not name its schema", path.display()));
        let leads = path.parent().unwrap().join(named).canonicalize();
        assert_eq!(leads.ok(), root().join(FILE).canonicalize().ok(), "{}", path.display());
    }
}

#[test]
fn the_example_of_every_form_passes() {
    let validator = validator();
    for kind in FORMS {
        assert_eq!(faults(&validator, &form_spec(kind)), [] as [String; 0], "{}", kind.head);
    }
}

const DATASET: &str = "dictum: 1\ndataset: d\nsize: 1\nrecord: {input: \"{{ context }}\"}\n";

#[test]
fn what_loads_passes() {
    let validator = validator();
    for more in [
        "",
        "use: [a.yaml]",
        "facts: {a: [1, {b: null}]}",
        "facts: {a: {csv: a.csv}, b: {csv: a.csv, columns: {c: [x, y], d: {type: int, optional: true}}}, e: {f: {csv: 1, rows: 2}}}",
        "facts: {a: {columns: {b: int, c: template, d: draw}, rows: {e: {b: 1, c: \"{{ x }}\", d: {int: 1..9}}}}, f: {columns: {b: any}, rows: [{b: []}]}}",
        "derive: {a: {given: b, cases: c, column: d, else: 1}, e: {give: {f: {$given: b, $cases: c.d, $column: e}}}}",
        "context: {a: [x, y], b: {pick: [{give: {c: 1}, weight: 0.5}, {give: null}]}, c: 3, d: {int: {min: 1, max: \"{{ c }}\"}}}",
        "draw: {a: {sample: \"x + y\", share: \"{{ b }}\"}, b: {near: 5, share: 0.5, else: {given: c, cases: {1: {int: 3}}, else: [1, 2]}}}",
        "derive: {a: {each: b, as: [k, v], where: k, key: \"{{ k }}\", let: {c: {given: k, cases: {x: [1]}}}, give: {x: {pick: {}}}}}",
        "derive: {a: {give: {b: {pick: 1}}}, b: [1, {$when: a, $give: 2}], c: {const: {pick: \"{{ x }}\"}}}",
        "say: {a: hello, b: [x, {when: true, weight: 2, text: y}, {give: z}, [u, v]], c: {file: x.j2}}",
        "say: {a: {pick: [x, {when: true, text: y}], stream: old}, b: {given: c, cases: {d: [x, y]}, else: z}}",
        "derive: {a: {fold: b, as: [k, v], into: c, start: {d: []}, let: {e: \"{{ v }}\"}, give: {d: \"{{ c.d + [e] }}\"}}}",
        "derive: {a: {only: [{when: b, give: 1}, {give: {fold: b, as: x, into: y, start: 0, give: \"{{ y }}\"}}]}}",
        "scenarios: {a: {weight: 0.5, context: {b: [1]}, checks: [{id: c, that: d}]}, b: {}}",
        "functions: {f: {args: [x], give: \"{{ x }}\"}, g: {args: {x: int, y: [a, b], z: {w: any}}, first: [{give: 1}]}}",
        "examples: {a b: {set: {scenario: x}, want: {y: [1]}}}",
        "expect: [{share: x, every: 0.1..1}, {share: {x: {true: 0..0.5}}, by: y, at_size: 9}, {distinct: x | length, at_least: 1}]",
    ] {
        assert_eq!(faults(&validator, &format!("{DATASET}{more}\n")), [] as [String; 0], "{more}");
    }
    assert_eq!(faults(&validator, "dictum: 1\nfacts: {a: 1}\n"), [] as [String; 0]);
    let record = "dictum: 1\ndataset: d\nsize: 1\nrecord:\n  pick: 1\n  a: {$first: [{$when: b, $give: {c: {$each: d, $as: e, $give: f}}}, 3]}\n  $$b: 2\n";
    assert_eq!(faults(&validator, record), [] as [String; 0]);
}

#[test]
fn what_cannot_load_is_refused() {
    let validator = validator();
    for more in [
        "contxt: {a: 1}",
        "facts: {a: \"{{ b }}\"}",
        "facts: {a-b: 1}",
        "facts: {a: {csv: a.csv, rows: []}}",
        "facts: {a: {columns: {b: integer}, rows: [{b: 1}]}}",
        "facts: {a: {columns: {b: {optional: true}}, rows: [{b: 1}]}}",
        "facts: {a: {columns: {b: int}}}",
        "facts: {a: {columns: {b: int}, rows: {}}}",
        "derive: {a: {given: b, cases: [c], column: d}}",
        "context: {a: {pikc: [1]}}",
        "context: {a: {pick: [1], sample: [2]}}",
        "context: {a: {int: 1..2, digits: 3}}",
        "context: {a: {bool: 1.5}}",
        "context: {a: {pick: {x: -1}}}",
        "context: {a: []}",
        "derive: {a: {int: 1..2}}",
        "derive: {a: {given: x, cases: {y: {pick: [1]}}}}",
        "derive: {a: {each: b, give: c}}",
        "derive: {a: {where: b, give: c}}",
        "derive: {a: {fold: b, as: c, into: d, start: 0, give: 1, each: e}}",
        "derive: {a: {only: []}}",
        "derive: {a: {give: {pick: [1], b: 2}}}",
        "say: {a: []}",
        "say: {a: [{weight: 2}]}",
        "scenarios: {a: {aim: 1}}",
        "functions: {f: {give: 1}}",
        "functions: {f: {args: {x: integer}, give: 1}}",
        "checks: [{id: a}]",
        "checks: {id: a, that: b}",
        "examples: {a: {set: {b: 1}}}",
        "expect: [{share: x}, {distinct: x}]",
        "expect: [{share: x, every: 0.5}]",
    ] {
        assert!(!faults(&validator, &format!("{DATASET}{more}\n")).is_empty(), "{more}");
    }
    for whole in [
        "facts: {a: 1}",
        "dictum: 2",
        "dictum: 1\ndataset: d\nsize: 1",
        "dictum: 1\nsize: 3",
        "dictum: 1\nrecord: {}",
        "dictum: 1\ndataset: d\nsize: -1\nrecord: {}",
        "dictum: 1\ndataset: d\nsize: 1\nrecord: {a: {$pick: [1]}}",
        "dictum: 1\ndataset: d\nsize: 1\nrecord: {a: {$give: 1, b: 2}}",
        "- dictum",
    ] {
        assert!(!faults(&validator, whole).is_empty(), "{whole}");
    }
}

/// Every place where the schema says what a key is: the key and what may stand behind it.
fn properties<'s>(schema: &'s serde_json::Value, found: &mut Vec<(&'s str, &'s serde_json::Value)>) {
    match schema {
        serde_json::Value::Object(map) => {
            let properties = map.get("properties").and_then(|properties| properties.as_object());
            found.extend(properties.into_iter().flatten().map(|(name, property)| (name.as_str(), property)));
            map.values().for_each(|inner| self::properties(inner, found));
        }
        serde_json::Value::Array(items) => items.iter().for_each(|inner| properties(inner, found)),
        _ => {}
    }
}

/// Everything that stands behind a key somewhere in a value.
fn behind<'v>(value: &'v serde_json::Value, key: &str, found: &mut Vec<&'v serde_json::Value>) {
    match value {
        serde_json::Value::Object(map) => {
            found.extend(map.get(key));
            map.values().for_each(|inner| behind(inner, key, found));
        }
        serde_json::Value::Array(items) => items.iter().for_each(|inner| behind(inner, key, found)),
        _ => {}
    }
}

#[test]
fn every_key_has_a_description_and_an_example_that_fits() {
    let schema: serde_json::Value = serde_json::from_str(&editor::schema().unwrap()).unwrap();
    let mut found = Vec::new();
    properties(&schema, &mut found);
    assert!(found.len() > 500, "{}", found.len());
    let mut wrong = std::collections::BTreeSet::new();
    for (name, property) in found {
        let target = property.get("$ref").and_then(|target| schema.pointer(target.as_str().unwrap().trim_start_matches('#')));
        let said = |key: &str| property.get(key).or_else(|| target?.get(key));
        let description = said("description").and_then(|text| text.as_str()).unwrap_or_default();
        let example = said("examples").and_then(|list| list[0].as_str()).unwrap_or_default();
        if !description.ends_with(['.', ')']) || example.is_empty() {
            wrong.insert(format!("`{name}`: description `{description}`, example `{example}`"));
            continue;
        }
        // A form is written with its keys bare, and means the same where they carry a `$`.
        let bare = name.trim_start_matches('$');
        let text = if example.starts_with('{') { format!("[{example}]") } else { example.to_owned() };
        let text = read(&text);
        let mut values = Vec::new();
        behind(&text, bare, &mut values);
        let part = serde_json::json!({"$defs": schema["$defs"], "allOf": [property]});
        let validator = jsonschema::validator_for(&part).unwrap();
        if !values.iter().any(|value| validator.is_valid(value)) {
            wrong.insert(format!("`{name}`: `{example}` does not fit"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
