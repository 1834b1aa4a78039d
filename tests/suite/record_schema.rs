//! The schema that is inferred from a record: every record keeps it, and what is no such record breaks it.
//!
//! In: the shipped specs. Out: a failure that names the record and the violation, or the mutation that was let pass.

use dictum::build::Request;
use dictum::data::{Map, Value};
use dictum::digest::Digest;
use dictum::engine::json_schema::Schema;
use dictum::pipeline::check::Checked;
use dictum::pipeline::expand::Expander;
use dictum::pipeline::manifest::Manifest;
use dictum::pipeline::plan::plan;
use dictum::record::{Node, Record};

use super::workbench::{SHIPPED, built, compile, files, formats, request, world};

const RECORDS: u64 = 1_000;

/// What becomes of a part of a record: another value, or none.
type Mutation = fn(&Value) -> Option<Value>;

fn records(checked: &Checked) -> Vec<Record> {
    let plan = plan(checked, 0, 0, RECORDS);
    let mut expander = Expander::new(&plan, false);
    (0..RECORDS).map(|index| expander.record(index, |_, _| Ok(())).unwrap()).collect()
}

/// A record in which the part at a path is another one. A part that is not there yet is added.
fn mutated(value: &Value, path: &[&str], mutation: Mutation) -> Value {
    let [key, rest @ ..] = path else { return mutation(value).unwrap() };
    let mut changed = Map::default();
    let old = value.as_map().unwrap();
    for (name, part) in old {
        let part = match rest {
            _ if name != key => Some(part.clone()),
            [] => mutation(part),
            rest => Some(mutated(part, rest, mutation)),
        };
        if let Some(part) = part {
            changed.insert(name.clone(), part);
        }
    }
    if old.get(key).is_none() {
        changed.insert((*key).into(), mutation(&Value::Null).unwrap());
    }
    Value::Map(changed.into())
}

#[test]
fn every_shipped_record_keeps_the_schema_of_its_forms() {
    for (folder, name, path) in SHIPPED {
        let checked = compile(&world(files(folder)), path).unwrap();
        let schema = Schema::compile_text(&checked.inferred).unwrap();
        for record in records(&checked) {
            let violations = schema.violations(record.root());
            assert!(violations.is_empty(), "{name}, record {}: {violations:?}", record.index);
            assert!(schema.accepts(record.root()));
        }
    }
}

#[test]
fn what_no_form_gives_is_refused() {
    let word: Mutation = |_| Some(Value::text("employe"));
    let gone: Mutation = |_| None;
    let more: Mutation = |_| Some(Value::Int(1));
    let null: Mutation = |_| Some(Value::Null);
    let mutations: [(usize, &[&str], Mutation); 10] = [
        (0, &["input", "context", "user_role"], word),
        (0, &["input", "scenario"], word),
        (0, &["target_output", "escalations"], word),
        (0, &["target_output", "reasoning"], gone),
        (0, &["input", "context", "note"], more),
        (0, &["note"], more),
        (0, &["input", "context", "harm_severity"], |_| Some(Value::Int(5))),
        (1, &["input", "context", "people"], |_| Some(Value::Int(200_001))),
        (1, &["input", "context", "contained"], null),
        (1, &["input"], gone),
    ];
    for (at, path, mutation) in mutations {
        let (folder, name, spec) = SHIPPED[at];
        let checked = compile(&world(files(folder)), spec).unwrap();
        let schema = Schema::compile_text(&checked.inferred).unwrap();
        let record = &records(&checked)[7];
        assert!(schema.accepts(record.root()));
        let changed = mutated(&record.value, path, mutation);
        assert_ne!(changed, record.value);
        assert!(!schema.accepts(Node::of(&changed)), "{name}: {path:?} was let pass");
    }
}

#[test]
fn the_schema_stands_in_the_folder_of_every_format_and_in_its_manifest() {
    for (folder, name, path) in SHIPPED {
        let inferred = compile(&world(files(folder)), path).unwrap().inferred;
        let all = built(&world(files(folder)), request());
        let one = built(&world(files(folder)), Request { formats: formats("csv"), ..request() });
        let roots = ["json/", "jsonl/", "csv/", "parquet/"].map(|root| (&all, root));
        for (files, root) in roots.into_iter().chain([(&one, "")]) {
            let text = &files[&format!("{root}schemas/{name}.schema.json")];
            assert_eq!(std::str::from_utf8(text).unwrap(), inferred);
            let manifest = Manifest::parse(&files[&format!("{root}dictum-manifest.json")]).unwrap();
            let listed = &manifest.datasets[name].files[&format!("schemas/{name}.schema.json")];
            assert_eq!((listed.bytes, listed.sha256), (text.len() as u64, Digest::of(text)));
        }
    }
}
