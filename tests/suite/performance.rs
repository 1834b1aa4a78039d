//! The performance labels, computed a second time.
//!
//! In: records of `performance_optimization` as JSON. Out: whether every number and label of a record follows from its `input`.
//! The model, the techniques and the rules are written here anew (`model`), so that an error in one of the two shows.

use std::fmt::Debug;

use serde_json::{Value, json};

mod built;
mod model;

use model::{Around, Metrics, Parts};

fn at<'a>(value: &'a Value, pointer: &str) -> Result<&'a Value, String> {
    value.pointer(pointer).ok_or_else(|| format!("{pointer} is missing"))
}

fn text<'a>(value: &'a Value, pointer: &str) -> Result<&'a str, String> {
    at(value, pointer)?.as_str().ok_or_else(|| format!("{pointer} is not text"))
}

fn whole(value: &Value, pointer: &str) -> Result<u32, String> {
    let number = at(value, pointer)?.as_u64().and_then(|number| u32::try_from(number).ok());
    number.ok_or_else(|| format!("{pointer} is not a natural number"))
}

fn number(value: &Value, pointer: &str) -> Result<f64, String> {
    at(value, pointer)?.as_f64().ok_or_else(|| format!("{pointer} is not a number"))
}

fn flag(value: &Value, pointer: &str) -> Result<bool, String> {
    at(value, pointer)?.as_bool().ok_or_else(|| format!("{pointer} is not a boolean"))
}

fn same<T: PartialEq + Debug>(what: &str, found: &T, due: &T) -> Result<(), String> {
    if found == due { Ok(()) } else { Err(format!("{what} is {found:?}, due {due:?}")) }
}

/// Whether a number is the due one, rounded to so many decimals.
fn rounded(what: &str, found: f64, due: f64, decimals: i32) -> Result<(), String> {
    let within = 0.5 * 10_f64.powi(-decimals) * (1.0 + 1e-6) + due.abs() * 1e-9;
    if (found - due).abs() <= within { Ok(()) } else { Err(format!("{what} is {found}, due {due}")) }
}

/// One change on offer, judged.
struct Offer {
    technique: String,
    parts: Parts,
    metrics: Metrics,
    met: usize,
    broken: Vec<&'static str>,
    helps: bool,
    verdict: &'static str,
    cost: u32,
}

/// A service and what is on offer for it.
struct Case {
    around: Around,
    parts: Parts,
    metrics: Metrics,
    targets: [bool; 5],
    bottleneck: &'static str,
    options: Vec<Offer>,
    stated: usize,
}

fn count(targets: [bool; 5]) -> usize {
    targets.into_iter().filter(|met| *met).count()
}

impl Case {
    fn judge(scenario: &Value) -> Result<Self, String> {
        let (around, parts) = Around::read(scenario)?;
        let metrics = around.measure(&parts);
        let targets = around.targets(&parts, &metrics);
        let bottleneck = around.bottleneck(&parts, &metrics);
        let limits = at(scenario, "/constraints")?;
        let (no_schema, no_code) = (flag(limits, "/no_schema_change")?, flag(limits, "/no_code_change")?);
        let stated = 4 + usize::from(no_schema) + usize::from(no_code);
        let mut case = Self { around, parts, metrics, targets, bottleneck, options: Vec::new(), stated };
        for (technique, offer) in at(scenario, "/options")?.as_object().ok_or("options are no map")? {
            let option = case.option(technique, offer, limits)?;
            case.options.push(option);
        }
        Ok(case)
    }

    fn option(&self, technique: &str, offer: &Value, limits: &Value) -> Result<Offer, String> {
        let (parts, added, cost) = self.around.changed(technique, offer, &self.parts)?;
        let metrics = self.around.measure(&parts);
        let schema = technique == "query_index";
        let code = ["batching", "async_offload", "parallelise", "memory_pooling"].contains(&technique);
        let rules = [
            ("memory_limit_mb", parts.resident > self.around.limit),
            ("max_servers", parts.pool > whole(limits, "/max_servers")?),
            ("max_added_latency_ms", added > number(limits, "/max_added_latency_ms")?),
            ("budget_units", cost > whole(limits, "/budget_units")?),
            ("no_schema_change", schema && flag(limits, "/no_schema_change")?),
            ("no_code_change", code && flag(limits, "/no_code_change")?),
        ];
        let broken: Vec<_> = rules.into_iter().filter(|rule| rule.1).map(|rule| rule.0).collect();
        let before = Around::spent(self.bottleneck, &self.parts, &self.metrics);
        let after = Around::spent(self.bottleneck, &parts, &metrics);
        let fell = if before.is_infinite() { after.is_finite() } else { after <= 0.9 * before };
        let met = count(self.around.targets(&parts, &metrics));
        let helps = self.bottleneck != "none" && fell;
        if met == 5 && !helps && self.bottleneck != "none" {
            return Err(format!("{technique} meets all targets without touching {}", self.bottleneck));
        }
        let verdict = match (self.bottleneck, broken.is_empty(), met) {
            ("none", ..) => "unneeded",
            (_, false, _) => "rejected",
            (_, true, 5) => "sufficient",
            _ => "insufficient",
        };
        Ok(Offer { technique: technique.to_owned(), parts, metrics, met, broken, helps, verdict, cost })
    }

    /// The change to make; `None` to leave the service as it is.
    fn recommended(&self) -> Option<&Offer> {
        let tail = |metrics: &Metrics| if metrics.stable { (1000.0 * metrics.end_to_end).round() } else { f64::INFINITY };
        let unchanged = (None, count(self.targets), tail(&self.metrics));
        let fits = |one: &&Offer| one.helps && one.broken.is_empty() && one.metrics.stable;
        let open: Vec<_> = self.options.iter().filter(fits).collect();
        let stays = self.metrics.stable || open.is_empty();
        let changes = open.into_iter().map(|one| (Some(one), one.met, tail(&one.metrics)));
        let contenders: Vec<_> = stays.then_some(unchanged).into_iter().chain(changes).collect();
        let most = contenders.iter().map(|one| one.1).max()?;
        let best = contenders.into_iter().filter(|one| one.1 == most);
        best.reduce(|best, one| if one.2 < best.2 { one } else { best })?.0
    }
}

/// Whether a record says what the model says.
fn check(record: &Value) -> Result<(), String> {
    compare(record).map_err(|reason| format!("{}: {reason}", text(record, "/id").unwrap_or("?")))
}

fn compare(record: &Value) -> Result<(), String> {
    let (input, target) = (at(record, "/input")?, at(record, "/target_output")?);
    for half in [input, target] {
        same("hash", &text(half, "/constitutional_hash")?, &"cdd01ef066bc6cf2")?;
    }
    let scenario = at(input, "/optimization_scenario")?;
    let case = Case::judge(scenario)?;
    described("before", at(scenario, "/current_metrics")?, &case.parts, &case.metrics)?;
    same("bottleneck", &text(target, "/bottleneck")?, &case.bottleneck)?;
    let due: Vec<Value> = case.options.iter().map(assessment).collect();
    same("assessments", at(target, "/assessments")?, &Value::from(due))?;
    proposed(scenario, target, &case)?;
    let best = case.recommended();
    let technique = best.map_or("none", |one| one.technique.as_str());
    same("recommendation", &text(target, "/optimization_strategy/technique")?, &technique)?;
    same("cost", &whole(target, "/optimization_strategy/cost_units")?, &best.map_or(0, |one| one.cost))?;
    let (parts, metrics) = best.map_or((&case.parts, &case.metrics), |one| (&one.parts, &one.metrics));
    described("after", at(target, "/optimized_metrics")?, parts, metrics)?;
    let [fast, carried, cached, tidy, busy] = case.around.targets(parts, metrics);
    let overall = fast && carried && cached && tidy && busy;
    let due = json!({"p99_latency_ms": fast, "throughput_rps": carried, "cache_hit_rate": cached, "memory_efficiency": tidy,
        "utilisation": busy, "overall": overall});
    same("targets met", at(target, "/meets_targets")?, &due)?;
    if case.metrics.stable && metrics.stable {
        rounded("improvement", number(target, "/improvement_factor")?, case.metrics.p99 / metrics.p99, 3)?;
    } else {
        same("improvement", &target.pointer("/improvement_factor"), &None)?;
    }
    reasoned(target, &case, overall)
}

fn assessment(option: &Offer) -> Value {
    json!({"technique": option.technique, "verdict": option.verdict, "violated_constraints": option.broken, "helps": option.helps})
}

fn proposed(scenario: &Value, target: &Value, case: &Case) -> Result<(), String> {
    let name = text(scenario, "/proposed")?;
    let option = case.options.iter().find(|one| one.technique == name).ok_or("the proposal is not on offer")?;
    same("proposal", at(target, "/proposal")?, &assessment(option))?;
    let (broken, stated) = (u8::try_from(option.broken.len()), u8::try_from(case.stated));
    let (broken, stated) = (f64::from(broken.unwrap()), f64::from(stated.unwrap()));
    rounded("compliance", number(target, "/constitutional_compliance")?, (stated - broken) / stated, 4)
}

fn described(when: &str, found: &Value, parts: &Parts, due: &Metrics) -> Result<(), String> {
    let plain = [
        ("throughput_rps", due.served),
        ("capacity_rps", due.capacity),
        ("utilisation", due.utilisation),
        ("servers", f64::from(parts.pool)),
        ("service_ms", due.service),
        ("cache_hit_rate", 100.0 * parts.hit),
        ("memory_efficiency", due.efficiency),
        ("memory_usage_percent", due.usage),
    ];
    let timed = [
        ("p50_latency_ms", due.p50),
        ("p95_latency_ms", due.p95),
        ("p99_latency_ms", due.p99),
        ("mean_latency_ms", due.mean),
        ("end_to_end_p99_ms", due.end_to_end),
        ("requests_in_system", due.in_system),
    ];
    let timed: &[_] = if due.stable { &timed } else { &[] };
    for (name, value) in plain.iter().chain(timed) {
        rounded(&format!("{name} {when}"), number(found, &format!("/{name}"))?, *value, 3)?;
    }
    rounded("hit ratio", number(found, "/cache_hit_ratio")?, parts.hit, 5)?;
    same("status", &text(found, "/status")?, &if due.stable { "stable" } else { "unstable" })?;
    let keys = found.as_object().map_or(0, serde_json::Map::len);
    same(&format!("number of metrics {when}"), &keys, &(plain.len() + timed.len() + 2))
}

/// The reasoning states the tail, the verdict and the outcome.
fn reasoned(target: &Value, case: &Case, overall: bool) -> Result<(), String> {
    let reasoning = text(target, "/reasoning")?;
    let phrase = match text(target, "/proposal/verdict")? {
        "unneeded" => "is not needed.",
        "rejected" => "is rejected: it breaks ",
        "sufficient" => "is enough: ",
        _ => "is not enough: ",
    };
    let told = reasoning.contains("Leave the service as it is.") || reasoning.contains("it meets every target.");
    if !reasoning.contains(phrase) || told != overall {
        return Err(format!("the reasoning does not fit: {reasoning}"));
    }
    let stated = reasoning.strip_prefix("The p99 is ").or_else(|| reasoning.strip_prefix("The p99 of a whole page is "));
    let tail = stated.and_then(|rest| rest.split(' ').next()).map(str::parse::<f64>);
    match tail {
        Some(Ok(tail)) if case.metrics.stable => rounded("the p99 of the reasoning", tail, case.metrics.end_to_end, 2),
        None if !case.metrics.stable => Ok(()),
        _ => Err(format!("the reasoning states no tail: {reasoning}")),
    }
}
