//! What each option costs, and which requirements it breaks.

use super::{Case, Choice, Sums, rank_error, whole};
use crate::figures::{Outcome, number, text};

/// A row of options: method, what is counted (twice), error where one follows, what must be allowed.
type Row<'a> = (&'static str, u128, u128, Option<f64>, &'a [&'a str]);

fn attention(case: &Case<'_>, sums: &mut Sums) -> Outcome<Vec<Choice>> {
    let Case { n, d, h, .. } = *case;
    let (features, rank, marks) = (case.of("features")?, case.of("projection_rank")?, case.of("landmarks")?);
    let norm = number(case.input, "/technique_parameters/qk_norm_sq")?;
    let alpha = number(case.input, "/technique_parameters/spectrum_alpha")?;
    let (band, global, blocks) = (case.banded(0)?, case.banded(case.of("global_tokens")?)?, case.blocks()?);
    let kernel = (norm.exp_m1() / features as f64).sqrt();
    let rows = [
        ("flash_attention", case.softmax(), 2 * h * n * 4, Some(0.0)),
        ("performer", 8 * n * features * d, (h * 2 * n * features + features * d) * case.width, Some(kernel)),
        ("linformer", 8 * n * rank * d, h * n * rank * case.width, Some(rank_error(rank, n, alpha, sums))),
        (
            "nystromformer",
            8 * n * marks * d + 2 * n * marks * marks * h,
            h * (2 * n * marks + marks * marks) * case.width,
            Some(rank_error(marks, n, alpha, sums)),
        ),
        ("sliding_window", 4 * band * d, h * band * case.width, None),
        ("longformer", 4 * global * d, h * global * case.width, None),
        ("bigbird", 4 * blocks * d, h * blocks * case.width, None),
    ];
    let reach = case.layers * if case.causal { case.half()? } else { case.of("window")? };
    let exact = case.exact()?;
    let judged = |(method, work, bytes, error): (&'static str, u128, u128, Option<f64>)| {
        let fails = named([
            ("not_exact", exact && method != "flash_attention"),
            ("no_causal_form", case.causal && ["linformer", "nystromformer", "bigbird"].contains(&method)),
            ("error_not_derivable", case.limit.is_some() && error.is_none()),
            ("over_error_limit", case.limit.zip(error).is_some_and(|(limit, error)| error > limit)),
            ("too_little_coverage", case.limit.is_none() && method == "sliding_window" && reach < n),
            ("over_memory_limit", case.too_large(bytes)),
        ]);
        Choice { method, flops: case.layers * (case.linear() + work), bytes, error, fails }
    };
    Ok(rows.map(judged).to_vec())
}

fn named<const N: usize>(rules: [(&'static str, bool); N]) -> Vec<&'static str> {
    rules.into_iter().filter(|rule| rule.1).map(|rule| rule.0).collect()
}

fn cache(case: &Case<'_>) -> Outcome<Vec<Choice>> {
    let (batch, groups) = (case.of("batch")?, case.of("kv_heads")?);
    let window = case.of("window")?.min(case.n);
    // (method, KV heads, tokens held, int8, what must be allowed)
    let rows: [(&'static str, u128, u128, bool, &[&str]); 5] = [
        ("no_change", case.h, case.n, false, &[]),
        ("int8_cache", case.h, case.n, true, &["quantized_cache"]),
        ("grouped_kv_heads", groups, case.n, false, &["grouped_heads"]),
        ("grouped_int8_cache", groups, case.n, true, &["quantized_cache", "grouped_heads"]),
        ("windowed_cache", case.h, window, false, &["window"]),
    ];
    let judge = |(method, heads, span, int8, needs): (&'static str, u128, u128, bool, &[&str])| {
        let cells = 2 * case.layers * heads * (case.d / case.h) * span * batch;
        // A scale of two bytes for every 128 bytes.
        let bytes = if int8 { cells + cells / 128 * 2 } else { cells * case.width };
        let fails = named([
            ("not_allowed", !case.allowed(needs)?),
            ("not_exact", case.exact()? && method == "windowed_cache"),
            ("over_memory_limit", case.too_large(bytes)),
        ]);
        let error = match method {
            "no_change" => Some(0.0),
            "int8_cache" => Some(1.0 / 255.0),
            _ => None,
        };
        let flops = case.layers * batch * (24 * case.d * case.d + 4 * span * case.d);
        Ok(Choice { method, flops, bytes, error, fails })
    };
    rows.into_iter().map(judge).collect()
}

/// Weights of all layers and the embedding.
fn weights(layers: u128, d: u128, vocabulary: u128) -> u128 {
    layers * 12 * d * d + vocabulary * d
}

fn half_error(case: &Case<'_>) -> Outcome<Option<f64>> {
    Ok(Some(if text(case.input, "/model_config/dtype")? == "fp16" { 0.0 } else { 0.5_f64.powi(11) }))
}

fn edge(case: &Case<'_>) -> Outcome<Vec<Choice>> {
    let vocabulary = whole(case.input, "/model_config/vocabulary_size")?;
    let all = weights(case.layers, case.d, vocabulary);
    let (small_layers, small_d) = (case.of("student_layers")?, case.of("student_dim")?);
    let before = case.layers * (case.linear() + case.softmax());
    let small = small_layers * (24 * case.n * small_d * small_d + 4 * case.pairs() * small_d);
    let sparse =
        |needs: &[&str]| case.allowed(needs).map(|skips| before - if skips { case.layers * case.linear() / 2 } else { 0 });
    // In 2:4 form four weights hold two values and two indices of two bits.
    let rows: [Row<'_>; 6] = [
        ("no_change", before, all * case.width, Some(0.0), &[]),
        ("half_precision", before, all * 2, half_error(case)?, &["half_precision"]),
        ("int8_weights", before, all + all / 128 * 2, Some(1.0 / 255.0), &["int8_kernels"]),
        ("pruned_2_4", sparse(&["sparse_kernels"])?, all / 4 * 36 / 8, None, &["sparse_kernels"]),
        (
            "pruned_2_4_int8",
            sparse(&["int8_kernels", "sparse_kernels"])?,
            all / 4 * 20 / 8 + all / 2 / 128 * 2,
            None,
            &["int8_kernels", "sparse_kernels"],
        ),
        ("student_model", small, weights(small_layers, small_d, vocabulary) * case.width, None, &["retraining"]),
    ];
    let judge = |(method, flops, bytes, error, needs): Row<'_>| {
        let fails = named([("not_supported", !case.allowed(needs)?), ("over_memory_limit", case.too_large(bytes))]);
        Ok(Choice { method, flops, bytes, error, fails })
    };
    rows.into_iter().map(judge).collect()
}

fn ranks(case: &Case<'_>, sums: &mut Sums) -> Outcome<Vec<Choice>> {
    let columns = if text(case.input, "/technique_parameters/matrix")? == "mlp" { 4 * case.d } else { case.d };
    let alpha = number(case.input, "/technique_parameters/spectrum_alpha")?;
    let dense = case.d * columns;
    let limit = case.limit.ok_or("no error limit")?;
    let rows =
        [("no_change", 1), ("low_rank_sixteenth", 16), ("low_rank_eighth", 8), ("low_rank_quarter", 4), ("low_rank_half", 2)];
    let judge = |(method, part): (&'static str, u128)| {
        let rank = case.d / part;
        let stored = if part == 1 { dense } else { rank * (case.d + columns) };
        let error = if part == 1 { 0.0 } else { rank_error(rank, case.d, alpha, sums) };
        let fails = named([("over_error_limit", error > limit), ("no_saving", part != 1 && stored >= dense)]);
        Choice { method, flops: 2 * case.n * stored, bytes: stored * case.width, error: Some(error), fails }
    };
    Ok(rows.map(judge).to_vec())
}

fn stored(case: &Case<'_>) -> Outcome<Vec<Choice>> {
    let all = weights(case.layers, case.d, whole(case.input, "/model_config/vocabulary_size")?);
    let limit = case.limit.ok_or("no error limit")?;
    let rows = [
        ("no_change", all * case.width, Some(0.0)),
        ("half_precision", all * 2, half_error(case)?),
        ("int8_weights", all + all / 128 * 2, Some(1.0 / 255.0)),
        ("int4_weights", all / 2 + all / 128 * 2, Some(1.0 / 15.0)),
    ];
    let flops = case.layers * (case.linear() + case.softmax());
    let judge = |(method, bytes, error): (&'static str, u128, Option<f64>)| {
        let fails = named([("over_error_limit", error.is_some_and(|error| error > limit))]);
        Choice { method, flops, bytes, error, fails }
    };
    Ok(rows.map(judge).to_vec())
}

/// All options of a record, and FLOPs and bytes as they are.
pub(super) fn options(case: &Case<'_>, sums: &mut Sums) -> Outcome<(Vec<Choice>, u128, u128)> {
    let first = |all: Vec<Choice>| (all[0].flops, all[0].bytes, all);
    let (flops, bytes, all) = match text(case.input, "/scenario")? {
        "causal_chat_decoding" | "kv_cache_limit" | "batch_serving" => first(cache(case)?),
        "edge_memory_limit" => first(edge(case)?),
        "rank_selection" => first(ranks(case, sums)?),
        "quantisation_baseline" => first(stored(case)?),
        _ => (case.layers * (case.linear() + case.softmax()), case.h * case.n * case.n * case.width, attention(case, sums)?),
    };
    Ok((all, flops, bytes))
}
