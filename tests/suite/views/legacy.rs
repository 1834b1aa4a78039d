//! The layout of the first generator, as a view of every shipped dataset.
//!
//! In: records of each dataset, and what its view `legacy` shows of them. Out: a failure where a key of that layout is missing, or
//! holds something else than the record.

use serde_json::Value;

use super::super::formats::read_jsonl;
use super::super::workbench::{DATASETS, built, request, shipped, stream, world};
use super::{Request, of};

const RECORDS: u64 = 30;

/// Keys that every record of a dataset has in the old layout, as JSON pointers.
fn keys(dataset: &str) -> &'static [&'static str] {
    match dataset {
        "constitutional_ai" => &[
            "/input/scenario",
            "/input/context",
            "/input/user_request",
            "/input/constitutional_principles/0",
            "/target_output/decision",
            "/target_output/reasoning",
            "/target_output/compliance_score",
            "/target_output/principle_alignment",
            "/metadata/scenario_type",
            "/metadata/primary_principle",
            "/metadata/complexity",
            "/metadata/domain",
        ],
        "multi_agent_coordination" => &[
            "/input/coordination_request/scenario",
            "/input/coordination_request/involved_agents/0",
            "/input/coordination_request/task/description",
            "/input/coordination_request/task/priority",
            "/input/coordination_request/constraints/0",
            "/input/coordination_request/priority",
            "/target_output/coordination_plan/communication_protocol",
            "/target_output/coordination_plan/conflict_resolution_method",
            "/target_output/coordination_plan/phases",
            "/target_output/coordination_plan/success_criteria",
            "/target_output/agent_assignments",
            "/target_output/conflict_resolution/resolution_method",
            "/target_output/success_metrics/coordination_efficiency",
            "/target_output/success_metrics/consensus_score",
            "/target_output/success_metrics/constitutional_compliance",
            "/metadata/scenario_type",
            "/metadata/agent_count",
            "/metadata/complexity",
            "/metadata/conflict_level",
        ],
        "performance_optimization" => &[
            "/input/optimization_request/type",
            "/input/optimization_request/current_metrics/throughput_rps",
            "/input/optimization_request/current_metrics/cache_hit_rate",
            "/input/optimization_request/current_metrics/memory_usage_percent",
            "/input/optimization_request/target_metrics/p99_latency_ms",
            "/input/optimization_request/constraints/3",
            "/input/optimization_request/system_context",
            "/target_output/optimization_strategy",
            "/target_output/expected_improvements/meets_targets",
            "/target_output/implementation_plan/0",
            "/target_output/performance_validation",
        ],
        "policy_governance" => &[
            "/input/policy_request/type",
            "/input/policy_request/framework",
            "/input/policy_request/scope",
            "/input/policy_request/context/organization_type",
            "/input/policy_request/context/compliance_requirements/0",
            "/input/policy_request/context/risk_level",
            "/input/policy_request/context/affected_systems/0",
            "/input/policy_request/context/stakeholder_groups/0",
            "/target_output/opa_rule",
            "/target_output/governance_decision/decision",
            "/target_output/governance_decision/conditions",
            "/target_output/governance_decision/rationale",
            "/target_output/governance_decision/review_period",
            "/target_output/governance_decision/escalation_required",
            "/target_output/compliance_assessment/framework_compliance",
            "/target_output/compliance_assessment/constitutional_compliance",
            "/target_output/compliance_assessment/risk_level",
            "/metadata/policy_type",
            "/metadata/framework",
            "/metadata/complexity",
            "/metadata/enforcement_level",
        ],
        "transformer_efficiency" => &[
            "/input/model_config/seq_len",
            "/input/optimization_technique",
            "/input/performance_requirements",
            "/target_output/optimized_config",
            "/target_output/performance_metrics/complexity_reduction",
            "/target_output/performance_metrics/memory_reduction",
            "/target_output/mathematical_analysis/theoretical_bounds",
            "/metadata/technique",
            "/metadata/model_size",
            "/metadata/complexity_class",
        ],
        "wina_optimization" => &[
            "/input/wina_config/target_sparsity",
            "/input/model_architecture/layers",
            "/input/model_architecture/neurons_per_layer",
            "/input/optimization_scenario",
            "/target_output/wina_optimization_result/sparsity_achieved",
            "/target_output/wina_optimization_result/constitutional_compliance",
            "/target_output/optimization_strategy",
            "/target_output/performance_validation",
            "/metadata/scenario",
            "/metadata/model_size",
            "/metadata/optimization_level",
        ],
        other => panic!("{other} has no old layout here"),
    }
}

/// Keys that only records have which can fill them truthfully.
fn seldom(dataset: &str) -> &'static [&'static str] {
    match dataset {
        "performance_optimization" => &[
            "/input/optimization_request/current_metrics/p50_latency_ms",
            "/input/optimization_request/current_metrics/p95_latency_ms",
            "/input/optimization_request/current_metrics/p99_latency_ms",
            "/target_output/expected_improvements/improvement_factor",
        ],
        "transformer_efficiency" => &["/target_output/performance_metrics/approximation_error"],
        "wina_optimization" => &[
            "/input/wina_config/gflops_reduction_target",
            "/input/wina_config/accuracy_preservation_threshold",
            "/input/model_architecture/activation_function",
            "/target_output/wina_optimization_result/gflops_reduction",
            "/target_output/wina_optimization_result/accuracy_preservation",
        ],
        _ => &[],
    }
}

#[test]
fn every_dataset_of_the_old_generator_has_its_keys() {
    // It made no pairs.
    for dataset in DATASETS.into_iter().filter(|dataset| *dataset != "constitutional_ai_pairs") {
        let world = world(shipped(dataset));
        let files = built(&world, Request { size: Some(RECORDS), ..of("legacy") });
        let shown = read_jsonl(&files[&format!("jsonl/data/{dataset}/train-00000-of-00001.jsonl")]);
        let records = read_jsonl(stream(&world, dataset, Request { size: Some(RECORDS), ..request() }).as_bytes());
        assert_eq!((shown.len(), records.len()), (30, 30), "{dataset}");
        for (shown, record) in shown.iter().zip(&records) {
            let id = &record["id"];
            assert_eq!(&shown["id"], id);
            for key in keys(dataset).iter().chain(&["/input/constitutional_hash", "/target_output/constitutional_hash"]) {
                assert!(shown.pointer(key).is_some_and(|value| !value.is_null()), "{id}: no {key}");
            }
            for hash in ["/input/constitutional_hash", "/target_output/constitutional_hash"] {
                assert_eq!(shown.pointer(hash), record.pointer(hash), "{id}");
            }
        }
        for key in seldom(dataset) {
            assert!(shown.iter().any(|one| one.pointer(key).is_some()), "{dataset}: never {key}");
        }
    }
}

/// Values of the old layout beside those that they come from.
#[test]
fn the_old_layout_holds_the_values_of_the_record() {
    type Pair = (&'static str, &'static str, fn(&Value) -> Value);
    let same: fn(&Value) -> Value = Value::clone;
    let share: fn(&Value) -> Value = |percent| (percent.as_f64().unwrap() / 100.0).into();
    let pairs: [(&str, &[Pair]); 3] = [
        (
            "performance_optimization",
            &[
                (
                    "/input/optimization_request/current_metrics/p99_latency_ms",
                    "/input/optimization_scenario/current_metrics/p99_latency_ms",
                    same,
                ),
                (
                    "/input/optimization_request/target_metrics/cache_hit_rate",
                    "/input/optimization_scenario/targets/cache_hit_rate",
                    share,
                ),
                ("/target_output/expected_improvements/meets_targets", "/target_output/meets_targets/overall", same),
                ("/target_output/expected_improvements/p99_latency_ms", "/target_output/optimized_metrics/p99_latency_ms", same),
            ],
        ),
        (
            "transformer_efficiency",
            &[
                (
                    "/target_output/performance_metrics/approximation_error",
                    "/target_output/optimized_metrics/approximation_error_ratio",
                    same,
                ),
                ("/target_output/optimized_config/method", "/target_output/recommended_method", same),
            ],
        ),
        (
            "wina_optimization",
            &[
                ("/input/wina_config/target_sparsity", "/input/wina_scenario/sparsity_pct", share),
                ("/input/wina_config/gflops_reduction_target", "/input/wina_scenario/targets/reduction_target", same),
                (
                    "/target_output/wina_optimization_result/gflops_reduction",
                    "/target_output/optimized_metrics/gflops_reduction",
                    same,
                ),
            ],
        ),
    ];
    for (dataset, pairs) in pairs {
        let world = world(shipped(dataset));
        let [records, shown] = [None, Some("legacy".to_owned())].map(|view| {
            let request = Request { size: Some(200), view, ..request() };
            read_jsonl(stream(&world, dataset, request).as_bytes())
        });
        for (record, shown) in records.iter().zip(&shown) {
            for (new, old, change) in pairs {
                assert_eq!(shown.pointer(new).cloned(), record.pointer(old).map(change), "{}: {new}", record["id"]);
            }
        }
    }
}
