//! The metrics of each scenario.

use serde_json::Value;

use super::{Probe, allocated, drifted, macs, places, published, reduction, share};
use crate::figures::{Outcome, at, near, number, same, text, whole};

/// Whether the metrics of a record follow from its scene.
pub(super) fn metrics(scene: &Value, found: &Value, pct: u64) -> Outcome<()> {
    match text(scene, "/type")? {
        "weight_informed_gating" | "teal_comparison" | "svd_transformation" => gating(scene, found, pct),
        "threshold_drift" => drift(scene, found, pct),
        "gflops_reduction" | "context_length_effect" => compute(scene, found, pct),
        "batch_effect" => traffic(scene, found, pct),
        "sparsity_allocation" => {
            let (remaining, highest) = allocated(scene, pct)?;
            near("down_proj", number(found, "/down_proj_sparsity_pct")?, remaining, 4)?;
            near("highest", number(found, "/highest_sparsity_pct")?, highest, 4)
        }
        "accuracy_preservation" => accuracy(scene, found, pct),
        _ => deployment(scene, found, pct),
    }
}

fn gating(scene: &Value, found: &Value, pct: u64) -> Outcome<()> {
    let (probe, method) = (Probe::read(scene)?, text(scene, "/method")?);
    let keep = probe.keep(pct);
    let kept = probe.kept(method, keep);
    same("kept columns", &(whole(found, "/kept_columns")? as usize), &keep)?;
    let norms = at(found, "/column_norms")?.as_array().ok_or("no norms")?;
    for (j, norm) in norms.iter().enumerate() {
        near("norm", norm.as_f64().ok_or("no norm")?, (probe.norm_square(j) as f64).sqrt() / probe.unit, 4)?;
    }
    near("relative error", number(found, "/relative_output_error")?, probe.relative(&kept), 4)?;
    let orthogonal = probe.off_diagonal() == 0;
    same("orthogonal", &at(found, "/orthogonal_columns")?.as_bool(), &Some(orthogonal))?;
    let teal = probe.kept("teal", keep);
    if orthogonal && probe.lost(&probe.kept("wina", keep)) > probe.lost(&teal) {
        return Err("WINA loses to TEAL on orthogonal columns".to_owned());
    }
    if text(scene, "/type")? == "teal_comparison" {
        same("kept by WINA", &places(found, "/wina_kept_indices")?, &kept)?;
        same("kept by TEAL", &places(found, "/teal_kept_indices")?, &teal)?;
        near("error of WINA", number(found, "/wina_squared_error")?, probe.error(&kept), 9)?;
        near("error of TEAL", number(found, "/teal_squared_error")?, probe.error(&teal), 9)?;
        let better = match probe.lost(&kept).cmp(&probe.lost(&teal)) {
            std::cmp::Ordering::Less => "wina",
            std::cmp::Ordering::Equal => "tie",
            std::cmp::Ordering::Greater => "teal",
        };
        same("better method", &text(found, "/better_method")?, &better)?;
    } else {
        same("kept", &places(found, "/kept_indices")?, &kept)?;
        near("error", number(found, "/squared_error")?, probe.error(&kept), 9)?;
    }
    if let Ok(guarantee) = text(found, "/guarantee") {
        let norms: Vec<i128> = (0..probe.columns()).map(|j| probe.norm_square(j)).collect();
        let equal = norms.iter().all(|norm| *norm == norms[0]);
        let due = if !orthogonal {
            "none"
        } else if equal {
            "same_as_teal"
        } else {
            "never_worse_than_teal"
        };
        same("guarantee", &guarantee, &due)?;
        near("off diagonal", number(found, "/off_diagonal_after")?, probe.off_diagonal() as f64 / probe.unit.powi(2), 9)?;
    }
    Ok(())
}

fn drift(scene: &Value, found: &Value, pct: u64) -> Outcome<()> {
    let (probe, keep, passing) = drifted(scene, pct)?;
    same("passing", &places(found, "/threshold_kept_indices")?, &passing)?;
    same("kept", &places(found, "/top_k_kept_indices")?, &probe.kept(text(scene, "/method")?, keep))?;
    let n = probe.columns() as f64;
    near("intended", number(found, "/intended_sparsity_pct")?, 100.0 * (n - keep as f64) / n, 2)?;
    near("realised", number(found, "/realised_sparsity_pct")?, 100.0 * (n - passing.len() as f64) / n, 2)?;
    near("drift", number(found, "/drift_pct")?, 100.0 * (keep as f64 - passing.len() as f64) / n, 2)?;
    near("error", number(found, "/threshold_squared_error")?, probe.error(&passing), 9)
}

fn compute(scene: &Value, found: &Value, pct: u64) -> Outcome<()> {
    let [linear, head, attention] = macs(scene)?;
    for (name, due) in [("linear", linear), ("head", head), ("attention", attention)] {
        same(name, &u128::from(whole(found, &format!("/{name}_macs_per_token"))?), &due)?;
    }
    let saved = reduction(scene, pct)?;
    near("reduction", number(found, "/gflops_reduction")?, saved, 4)?;
    if saved > pct as f64 / 100.0 {
        return Err("more is saved than is dropped".to_owned());
    }
    let target = number(scene, "/targets/reduction_target")?;
    let total = (linear + head + attention) as f64;
    near("needed", number(found, "/needed_sparsity_pct")?, 100.0 * target * total / linear as f64, 1)?;
    if text(scene, "/type")? == "gflops_reduction" {
        near("dense", number(found, "/dense_gmacs_per_token")?, total / 1e9, 2)?;
        near("sparse", number(found, "/sparse_gmacs_per_token")?, (total - pct as f64 / 100.0 * linear as f64) / 1e9, 2)
    } else {
        near("attention share", number(found, "/attention_share")?, attention as f64 / total, 4)?;
        let alone = pct as f64 / 100.0 * linear as f64 / (linear + head) as f64;
        near("reduction alone", number(found, "/gflops_reduction_without_context")?, alone, 4)
    }
}

fn traffic(scene: &Value, found: &Value, pct: u64) -> Outcome<()> {
    let saving = |batch: u64| (0..batch).fold(1.0, |saving, _| saving * pct as f64 / 100.0);
    let batch = whole(scene, "/current_metrics/batch_size")?;
    near("saving", number(found, "/traffic_saving")?, saving(batch), 4)?;
    near("loaded", number(found, "/loaded_share")?, 1.0 - saving(batch), 4)?;
    let target = number(scene, "/targets/traffic_saving_target")?;
    let largest = [1, 2, 4, 8, 16].into_iter().filter(|batch| saving(*batch) >= target - 1e-12).max();
    same("largest batch", &at(found, "/largest_passing_batch")?.as_u64(), &largest)
}

fn accuracy(scene: &Value, found: &Value, pct: u64) -> Outcome<()> {
    let (model, method) = (text(scene, "/model_architecture/model")?, text(scene, "/method")?);
    near("share", number(found, "/accuracy_preservation")?, share(scene, method, pct)?, 3)?;
    near("mean", number(found, "/mean_accuracy")?, published(model, method, pct)?, 2)?;
    near("dense", number(found, "/dense_mean_accuracy")?, published(model, method, 0)?, 2)?;
    let other = if method == "wina" { "teal" } else { "wina" };
    near("other share", number(found, "/other_method_accuracy_preservation")?, share(scene, other, pct)?, 3)?;
    let evidence = if [25, 40, 50, 65].contains(&pct) { "published_v1" } else { "interpolated" };
    same("evidence", &text(found, "/evidence")?, &evidence)
}

fn deployment(scene: &Value, found: &Value, pct: u64) -> Outcome<()> {
    near("reduction", number(found, "/gflops_reduction")?, reduction(scene, pct)?, 4)?;
    let method = text(scene, "/method")?;
    if text(scene, "/model_architecture/model")? == "synthetic" {
        let probe = Probe::read(scene)?;
        let kept = probe.kept(method, probe.keep(pct));
        same("kept", &places(found, "/kept_indices")?, &kept)?;
        near("relative error", number(found, "/relative_output_error")?, probe.relative(&kept), 4)?;
    } else {
        near("share", number(found, "/accuracy_preservation")?, share(scene, method, pct)?, 3)?;
        let evidence = if [25, 40, 50, 65].contains(&pct) { "published_v1" } else { "interpolated" };
        same("evidence", &text(found, "/evidence")?, &evidence)?;
    }
    let batch = whole(scene, "/current_metrics/batch_size")?;
    near("saving", number(found, "/traffic_saving")?, (pct as f64 / 100.0).powi(batch as i32), 4)
}
