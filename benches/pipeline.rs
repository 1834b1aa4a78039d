//! How fast the pipeline is, stage by stage and as a whole, on shipped datasets; throughput in records, and in rules where policies are evaluated.
//!
//! `cargo bench` measures, `cargo bench -- --quick` only roughly. Nothing here is a test: speed depends on the machine.

#![allow(missing_docs, reason = "criterion declares the groups")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a benchmark may stop")]

use std::hint::black_box;
use std::io::{Sink, Write, sink};
use std::path::Path;
use std::sync::atomic::AtomicBool;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use dictum::diag::Diagnostics;
use dictum::engine::rego::{self, Question, Version};
use dictum::pipeline::check::Checked;
use dictum::pipeline::emit::output::{Output, Target};
use dictum::pipeline::emit::{FORMATS, Format, Head, format};
use dictum::pipeline::expand::Expander;
use dictum::pipeline::load::Workspace;
use dictum::pipeline::plan::{Plan, plan};
use dictum::pipeline::verify::expectations::{Judge, Tally};
use dictum::pipeline::{self, Making, make};
use dictum::record::Record;
use dictum::source::Sources;
use dictum::world::SystemWorld;

const SPEC: &str = "constitutional_ai.yaml";
/// The datasets that are made as a whole.
const SPECS: [&str; 7] = [
    SPEC,
    "constitutional_ai_pairs.yaml",
    "multi_agent_coordination.yaml",
    "performance_optimization.yaml",
    "policy_governance.yaml",
    "transformer_efficiency.yaml",
    "wina_optimization.yaml",
];
/// Records of the stages; of the whole ten times as many, so that all threads have work.
const RECORDS: u64 = 1024;

fn checked(spec: &str) -> Checked {
    let world = SystemWorld::default();
    let workspace = Workspace { world: &world, root: Path::new(env!("CARGO_MANIFEST_DIR")).to_path_buf() };
    let (mut sources, mut diagnostics) = (Sources::default(), Diagnostics::default());
    let checked = pipeline::sound(&workspace, spec, &mut sources, &mut diagnostics);
    checked.unwrap_or_else(|| panic!("{diagnostics:?}"))
}

fn target(checked: &Checked, format: &'static dyn Format) -> Target {
    let head = Head { dataset: &checked.spec.name, title: None, constitutional_hash: None, record: &checked.record };
    Target { format, encoder: format.encoder(&head).unwrap() }
}

fn made(plan: &Plan<'_>) -> Vec<Record> {
    let mut expander = Expander::new(plan, false);
    (0..plan.count).map(|index| expander.record(index, |_, _| Ok(())).unwrap()).collect()
}

fn stages(criterion: &mut Criterion) {
    let checked = checked(SPEC);
    let plan = plan(&checked, 0, 0, RECORDS);
    criterion.bench_function("load and check", |bencher| bencher.iter(|| self::checked(SPEC)));

    let mut group = criterion.benchmark_group("stages, one thread");
    group.throughput(Throughput::Elements(RECORDS)).sample_size(20);
    group.bench_function("expand", |bencher| bencher.iter(|| made(&plan)));
    group.bench_function("expand and verify", |bencher| {
        bencher.iter(|| {
            let (mut expander, mut tally) = (Expander::new(&plan, false), Tally::default());
            for index in 0..RECORDS {
                black_box(pipeline::record(&checked, &mut expander, &mut tally, index).unwrap());
            }
        });
    });
    let records = made(&plan);
    for format in FORMATS {
        let target = target(&checked, *format);
        group.bench_function(format!("emit {}", format.name()), |bencher| {
            bencher.iter(|| {
                let mut writer = target.encoder.writer(nowhere()).unwrap();
                writer.write(target.encoder.encode(&records).unwrap()).unwrap();
                writer.finish().unwrap();
            });
        });
    }
    group.finish();
}

fn whole(criterion: &mut Criterion) {
    for spec in SPECS {
        whole_of(criterion, spec);
    }
}

fn whole_of(criterion: &mut Criterion, spec: &str) {
    let checked = checked(spec);
    let plan = plan(&checked, 0, 0, 10 * RECORDS);
    let targets = [target(&checked, format("jsonl").unwrap())];
    let stop = AtomicBool::new(false);
    let mut group = criterion.benchmark_group(format!("whole, JSONL in memory: {}", checked.spec.name));
    group.throughput(Throughput::Elements(plan.count)).sample_size(10);
    for threads in [1, 2] {
        let pool = dictum::ordered::Pool::new(threads).unwrap();
        let making = Making { pool: &pool, plain: false, stop: &stop };
        group.bench_function(format!("{threads} threads"), |bencher| {
            bencher.iter(|| {
                let mut output = Output::open(&targets, vec![nowhere()]).unwrap();
                let mut judge = Judge::new(&checked, || Box::new(|| Err(std::io::Error::other("nothing spills"))));
                make(&plan, &targets, &mut output, &mut judge, &making, &mut |_| {}).unwrap();
                judge.judge(&mut Diagnostics::default()).unwrap();
                output.finish().unwrap()
            });
        });
    }
    group.finish();
}

/// Rules a second: new to the engine, of a known shape with other constants, and with an input that differs.
fn rules(criterion: &mut Criterion) {
    let module = |package: usize, limit: usize| {
        format!(
            "package p{package}\nimport rego.v1\ndefault allow := false\n\
             allow if {{ count(applicable) > 0; count(violations) == 0 }}\n\
             applicable contains \"late\" if {{ input.system in [\"ehr\", \"crm\"]; input.incident.risk != \"unlikely\" }}\n\
             violations contains \"late\" if {{ \"late\" in applicable; not late_ok }}\nlate_ok if {{ input.incident.hours <= {limit} }}\n"
        )
    };
    let input = |hours: usize| {
        let text = format!("{{\"system\": \"ehr\", \"incident\": {{\"risk\": \"high\", \"hours\": {hours}}}}}");
        dictum::json::read(&text).unwrap()
    };
    let names = ["allow", "violations"].map(dictum::data::Text::from);
    let ask = |module: &str, input: &dictum::data::Value, plain: bool| {
        let question = Question { module, version: Version::V1, rules: &names, optional: &[], fitting: true, plain };
        rego::answers(&question, input).unwrap()
    };
    let mut group = criterion.benchmark_group("rules, one thread");
    group.throughput(Throughput::Elements(1));
    let mut number = 0;
    let mut next = move || {
        number += 1;
        number
    };
    let first = input(71);
    group.bench_function("a new rule", |bencher| bencher.iter(|| black_box(ask(&module(next(), 72), &first, false))));
    group.bench_function("other constants", |bencher| bencher.iter(|| black_box(ask(&module(0, next()), &first, false))));
    group.bench_function("another input", |bencher| bencher.iter(|| black_box(ask(&module(0, 72), &input(next()), false))));
    group.bench_function("interpreted", |bencher| bencher.iter(|| black_box(ask(&module(0, 72), &first, true))));
    group.finish();
}

fn nowhere() -> Box<dyn Write + Send> {
    let nowhere: Sink = sink();
    Box::new(nowhere)
}

criterion_group!(benches, stages, rules, whole);
criterion_main!(benches);
