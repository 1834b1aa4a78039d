//! Efficiency techniques of transformers, costed a second time from the emitted input alone.
//!
//! In: records of `transformer_efficiency` as JSON. Out: what is wrong with a record. Nothing here is read from the specs. FLOPs and
//! bytes are integers of 128 bits; patterns of attention are counted pair by pair where that is possible; sums are added term by term.

#![allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "all numbers here are small")]

use std::cmp::Ordering;
use std::collections::BTreeMap;

use dictum::build::Request;
use serde_json::Value;

use crate::figures::{self, Outcome, at, near, number, same, text, texts, truth};
use crate::workbench::{request, shipped, stream, world};

mod options;

use options::options;

const RECORDS: u64 = 20_000;

fn whole(value: &Value, pointer: &str) -> Outcome<u128> {
    figures::whole(value, pointer).map(u128::from)
}

/// What an option costs, and which requirements it breaks.
#[derive(Debug, Clone)]
struct Choice {
    method: &'static str,
    flops: u128,
    bytes: u128,
    error: Option<f64>,
    fails: Vec<&'static str>,
}

/// The input of a record, with the numbers that most formulas take.
struct Case<'a> {
    input: &'a Value,
    n: u128,
    d: u128,
    h: u128,
    layers: u128,
    width: u128,
    causal: bool,
    limit: Option<f64>,
    memory: Option<f64>,
}

impl<'a> Case<'a> {
    fn read(input: &'a Value) -> Outcome<Self> {
        let of = |name: &str| whole(input, &format!("/model_config/{name}"));
        let need = |name: &str| number(input, &format!("/performance_requirements/{name}")).ok();
        Ok(Self {
            input,
            n: of("seq_len")?,
            d: of("dim")?,
            h: of("heads")?,
            layers: of("layers")?,
            width: if text(input, "/model_config/dtype")? == "fp32" { 4 } else { 2 },
            causal: truth(input, "/performance_requirements/causal")?,
            limit: need("error_limit"),
            memory: need("memory_limit_mib").map(|mib| (mib * 1_048_576.0).floor()),
        })
    }

    fn of(&self, name: &str) -> Outcome<u128> {
        whole(self.input, &format!("/technique_parameters/{name}"))
    }

    fn method(&self) -> Outcome<&'a str> {
        text(self.input, "/technique_parameters/method")
    }

    fn allowed(&self, needs: &[&str]) -> Outcome<bool> {
        let allowed = texts(self.input, "/performance_requirements/allowed_changes")?;
        Ok(needs.iter().all(|need| allowed.contains(need)))
    }

    fn exact(&self) -> Outcome<bool> {
        truth(self.input, "/performance_requirements/exact")
    }

    fn too_large(&self, bytes: u128) -> bool {
        self.memory.is_some_and(|memory| bytes as f64 > memory)
    }

    /// Multiply-adds are counted twice: eight n d^2 for Q, K, V, O and sixteen for an MLP of ratio four.
    fn linear(&self) -> u128 {
        (8 + 16) * self.n * self.d * self.d
    }

    /// Pairs that softmax attention scores.
    fn pairs(&self) -> u128 {
        if self.causal { self.n * (self.n + 1) / 2 } else { self.n * self.n }
    }

    /// Scores and their use: two FLOPs a multiply-add, twice over the width.
    fn softmax(&self) -> u128 {
        4 * self.pairs() * self.d
    }

    fn half(&self) -> Outcome<u128> {
        Ok(self.of("window")? / 2)
    }

    /// Pairs within a band, with `global` first rows and columns, counted row by row.
    fn banded(&self, global: u128) -> Outcome<u128> {
        let (n, half) = (self.n, self.half()?);
        let row = |i: u128| {
            let (from, to) = (i.saturating_sub(half), if self.causal { i } else { (i + half).min(n - 1) });
            if i < global {
                return if self.causal { i + 1 } else { n };
            }
            // The band, and those global columns that it does not reach.
            to - from + 1 + global.min(from)
        };
        Ok((0..n).map(row).sum())
    }

    fn blocks(&self) -> Outcome<u128> {
        Ok((self.n * 8 * self.of("block")?).min(self.n * self.n))
    }
}

/// The best relative error of rank k where the singular values fall like i to the power of -alpha.
fn rank_error(k: u128, n: u128, alpha: f64, sums: &mut Sums) -> f64 {
    let kept = sums.to(k, alpha);
    (1.0 - kept / sums.to(n, alpha)).max(0.0).sqrt()
}

/// Sums of i to the power of -2 alpha, added term by term once for each exponent.
#[derive(Default)]
struct Sums(BTreeMap<u64, Vec<f64>>);

impl Sums {
    fn to(&mut self, n: u128, alpha: f64) -> f64 {
        let sums = self.0.entry(alpha.to_bits()).or_insert_with(|| {
            let terms = (1..=32_768).scan(0.0, |sum, i| {
                *sum += f64::from(i).powf(-2.0 * alpha);
                Some(*sum)
            });
            std::iter::once(0.0).chain(terms).collect()
        });
        sums[usize::try_from(n).unwrap()]
    }
}

fn technique(method: &str) -> &'static str {
    match method {
        "performer" => "performer_attention",
        "sliding_window" | "longformer" | "bigbird" | "windowed_cache" => "sparse_attention",
        "flash_attention" => "flash_attention",
        "int8_cache" | "int8_weights" | "int4_weights" => "quantization",
        "grouped_kv_heads" => "grouped_query_attention",
        "grouped_int8_cache" | "pruned_2_4_int8" => "comprehensive",
        "half_precision" => "mixed_precision",
        "pruned_2_4" => "pruning",
        "student_model" => "knowledge_distillation",
        "no_change" => "no_change",
        "none_fits" => "none_fits",
        _ => "low_rank_approximation",
    }
}

/// Whether the target of a record follows from its input.
fn check(record: &Value, sums: &mut Sums) -> Outcome<()> {
    let id = text(record, "/id")?;
    compare(record, sums).map_err(|reason| format!("{id}: {reason}"))
}

fn compare(record: &Value, sums: &mut Sums) -> Outcome<()> {
    let (input, target) = (at(record, "/input")?, at(record, "/target_output")?);
    let case = Case::read(input)?;
    let (all, flops_before, bytes_before) = options(&case, sums)?;
    let feasible: Vec<&Choice> = all.iter().filter(|choice| choice.fails.is_empty()).collect();
    let rule = text(input, "/performance_requirements/rule")?;
    let cost = |choice: &Choice| match rule {
        "fewest_flops" => choice.flops,
        "fewest_bytes" => choice.bytes,
        _ => 0,
    };
    let best = feasible.iter().copied().reduce(|best, one| if cost(one).cmp(&cost(best)) == Ordering::Less { one } else { best });
    let recommended = best.map_or("none_fits", |best| best.method);
    let method = case.method()?;
    let offer = all.iter().find(|choice| choice.method == method).ok_or_else(|| format!("{method} is no option"))?;
    same("technique", &text(input, "/optimization_technique")?, &technique(method))?;
    same("method", &text(target, "/recommended_method")?, &recommended)?;
    same("strategy", &text(target, "/optimization_strategy")?, &technique(recommended))?;
    same("failed requirements", &texts(target, "/failed_requirements")?, &offer.fails)?;
    let verdict = match (offer.fails.is_empty(), method == recommended) {
        (false, _) => "reject",
        (true, true) => "adopt",
        (true, false) => "adopt_another",
    };
    same("verdict", &text(target, "/verdict")?, &verdict)?;
    let found = at(target, "/optimized_metrics")?;
    same("FLOPs before", &whole(found, "/flops_before")?, &flops_before)?;
    same("FLOPs after", &whole(found, "/flops_after")?, &offer.flops)?;
    near("end to end", number(found, "/end_to_end_reduction_ratio")?, flops_before as f64 / offer.flops as f64, 4)?;
    same("bytes before", &whole(found, "/memory_before_bytes")?, &bytes_before)?;
    same("bytes after", &whole(found, "/memory_after_bytes")?, &offer.bytes)?;
    near("memory", number(found, "/memory_reduction_ratio")?, bytes_before as f64 / offer.bytes as f64, 4)?;
    let linear = ["performer", "linformer", "nystromformer", "sliding_window", "longformer", "bigbird", "windowed_cache"];
    let class = if linear.contains(&method) { "linear" } else { "quadratic" };
    same("class", &text(found, "/complexity_class")?, &class)?;
    match (found.get("approximation_error_ratio").and_then(Value::as_f64), offer.error) {
        (Some(found), Some(due)) => near("error", found, due, 6)?,
        (None, None) => {}
        (found, due) => return Err(format!("error is {found:?}, due {due:?}")),
    }
    details(&case, found, offer, bytes_before)
}

/// What only some scenarios tell.
fn details(case: &Case<'_>, found: &Value, offer: &Choice, bytes_before: u128) -> Outcome<()> {
    let told = at(found, "/details")?;
    if let Ok(before) = whole(told, "/attention_flops_before") {
        let after = offer.flops - case.layers * case.linear();
        same("attention before", &before, &(case.layers * case.softmax()))?;
        same("attention after", &whole(told, "/attention_flops_after")?, &after)?;
        near("attention alone", number(told, "/attention_reduction_ratio")?, before as f64 / after as f64, 4)?;
    }
    if let Ok(naive) = number(told, "/naive_length_ratio") {
        let size = match offer.method {
            "performer" => "features",
            "linformer" => "projection_rank",
            _ => "landmarks",
        };
        near("length over size", naive, case.n as f64 / case.of(size)? as f64, 4)?;
    }
    if let Ok(ratio) = number(told, "/hbm_access_ratio") {
        let (n, head, memory) = (case.n as f64, (case.d / case.h) as f64, case.of("sram_elements")? as f64);
        near("HBM accesses", ratio, (n * head + n * n) / (n * n * head * head / memory), 2)?;
    }
    if let Ok(pairs) = whole(told, "/scored_pairs") {
        let due = match offer.method {
            "sliding_window" => case.banded(0)?,
            "longformer" => case.banded(case.of("global_tokens")?)?,
            "bigbird" => case.blocks()?,
            _ => case.n * case.n,
        };
        same("pairs", &pairs, &due)?;
        near("sparsity", number(told, "/pair_sparsity")?, 1.0 - due as f64 / (case.n * case.n) as f64, 4)?;
    }
    if let Ok(bits) = whole(told, "/stored_bits").and_then(|bits| i32::try_from(bits).map_err(|wrong| wrong.to_string()))
        && bits < 16
    {
        let step = 2.0 * number(case.input, "/technique_parameters/full_scale")? / (2f64.powi(bits) - 1.0);
        near("step", number(told, "/quantisation_step")?, step, 6)?;
        near("mean square", number(told, "/mean_squared_error")?, step * step / 12.0, 9)?;
        near("SQNR", number(told, "/sqnr_db")?, 6.02 * f64::from(bits), 2)?;
    }
    if let Ok(count) = whole(told, "/weight_count") {
        same("weights", &(count * case.width), &bytes_before)?;
    }
    Ok(())
}

#[test]
fn every_record_follows_from_its_input() {
    let text =
        stream(&world(shipped("transformer_efficiency")), "transformer_efficiency", Request { size: Some(RECORDS), ..request() });
    let mut sums = Sums::default();
    let records = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let checked: Vec<Outcome<()>> = records.map(|record| check(&record, &mut sums)).collect();
    assert_eq!(checked.len() as u64, RECORDS);
    let wrong: Vec<String> = checked.into_iter().filter_map(Result::err).collect();
    assert!(wrong.is_empty(), "{} records are wrong, the first: {}", wrong.len(), wrong[0]);
}

/// Figures that are known from elsewhere.
#[test]
fn known_figures_come_out() {
    let input = |n: u64, d: u64, h: u64, window: u64| {
        serde_json::json!({
            "model_config": {"seq_len": n, "dim": d, "heads": h, "layers": 1, "dtype": "fp16"},
            "technique_parameters": {"window": window, "block": 64},
            "performance_requirements": {"causal": false},
        })
    };
    let wide = input(4096, 1024, 16, 512);
    let case = Case::read(&wide).unwrap();
    assert_eq!(case.banded(0).unwrap(), 2_035_456);
    assert_eq!(case.blocks().unwrap() * 8, case.n * case.n);
    assert_eq!(Case::read(&input(1024, 512, 8, 256)).unwrap().banded(0).unwrap(), 246_656);
    let end_to_end = |n: u64, d: u64, m: u128| {
        let input = input(n, d, d / 64, 128);
        let case = Case::read(&input).unwrap();
        (case.linear() + case.softmax()) as f64 / (case.linear() + 8 * case.n * m * case.d) as f64
    };
    for (n, d, m, due) in [(1024, 512, 64, 1.28), (2048, 768, 64, 1.405), (4096, 1024, 64, 1.633), (16384, 1024, 256, 3.385)] {
        assert!((end_to_end(n, d, m) - due).abs() < 5.1e-4, "{n} {d} {m}: {}", end_to_end(n, d, m));
    }
}
