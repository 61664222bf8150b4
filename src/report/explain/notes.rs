//! Explanations of the numbers of a trace, a sentence each.

use std::cmp::Ordering;

use super::norm_input;
use super::numbers::exact;
use crate::explain::{BatchTrace, Estimate};

/// Multiples of ε from which σ² is so large that ε has no visible effect.
const PLENTY: f64 = 100.0;

/// A gradient below this share of what one example's would be without statistics is nearly zero.
const HARDLY_ANY: f64 = 1e-3;

/// One to three sentences on these numbers.
pub(super) fn all(walk: &BatchTrace) -> Vec<String> {
    let others = [gradient(walk), running(walk)];
    std::iter::once(statistics(walk)).chain(others.into_iter().flatten()).collect()
}

fn is_same(numbers: &[f64]) -> bool {
    numbers.windows(2).all(|pair| pair[0].partial_cmp(&pair[1]) == Some(Ordering::Equal))
}

/// The effect of the normalisation on the values.
fn statistics(walk: &BatchTrace) -> String {
    let z = norm_input(walk);
    let unit = &walk.unit;
    match walk.norm_input() {
        _ if unit.gamma == 0.0 => {
            format!("γ = 0: y is β whatever {z} is, and no gradient reaches {z} until γ has moved.")
        }
        [_] => {
            let refusal = match unit.running_variance {
                Estimate::Unbiased => " PyTorch refuses such a batch in training.",
                Estimate::Biased => "",
            };
            format!(
                "A batch of one: {z} is its own mean, so y is β and no gradient reaches {z}.{refusal}"
            )
        }
        all if is_same(all) => {
            let epsilon = exact(unit.epsilon);
            format!(
                "All {z} are equal: σ² is 0, y is β, and only ε = {epsilon} keeps the gradients finite."
            )
        }
        [_, _] if walk.batch.variance > PLENTY * unit.epsilon => format!(
            "Of two values x̂ tells only which one is larger, and next to no gradient reaches {z}."
        ),
        _ => format!("Σ d{z} = 0: adding the same number to every {z} changes no y."),
    }
}

/// The effect of the normalisation on the gradient.
fn gradient(walk: &BatchTrace) -> Option<String> {
    let z = norm_input(walk);
    let entering = walk.norm_input();
    let back = &walk.gradients;
    if entering.len() < 3 || is_same(entering) || walk.unit.gamma == 0.0 {
        return None;
    }
    if is_same(&back.y) {
        return Some(format!(
            "A dy that is the same for all is subtracted again with its mean: d{z} is 0."
        ));
    }
    let without_statistics = (walk.unit.gamma / walk.batch.deviation).abs();
    let is_reached = |gradient: &&f64| gradient.abs() > HARDLY_ANY * without_statistics;
    let reached = back.norm_input.iter().filter(is_reached).count();
    (back.is_largest_output && reached > 1).then(|| {
        format!("L is one example's output, yet d{z} reaches the others: μ and σ² tie the batch together.")
    })
}

/// Why evaluation gives other numbers than training.
fn running(walk: &BatchTrace) -> Option<String> {
    let moved = exact((1e4 * (1.0 - walk.unit.decay)).round() / 100.0);
    (walk.unit.decay > 0.0).then(|| {
        format!("Evaluation differs: one batch moves the running averages {moved} % of the way to its own.")
    })
}
