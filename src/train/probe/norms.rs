//! The norm layers: γ, β, and how far the running statistics are from population statistics.
//!
//! Population statistics are recomputed with frozen weights ([`Evaluator::precise`]). With `σ̃² = σ² +
//! ε`, as the layer adds it, the error of the mean is `(running − population) / σ̃` of the population,
//! as the root of the mean square over features; that of the variance is the geometric mean of `σ̃²`
//! running ÷ population. So a feature that is constant, which the layer divides by `√ε`, counts as
//! the layer sees it.
//!
//! [`Evaluator::precise`]: crate::train::step::Evaluator::precise

use super::activations::distribution;
use super::{Moment, Readings};
use crate::event::Stop;
use crate::train::step::RunningStatistics as Statistics;

/// Measures parameters and statistics of every norm layer.
pub(super) fn measure(moment: &Moment<'_>, readings: &mut Readings) {
    let running = moment.evaluator.running();
    affine(moment, readings);
    if running.is_empty() {
        return;
    }
    // A probe must complete, so it ignores requests to stop.
    let never = Stop::default();
    let precise = moment.population.precise(moment.evaluator, moment.data, &never).running();
    for (running, population) in running.iter().zip(&precise) {
        let [mean_error, variance_ratio] = distance(running, population);
        readings.push(&running.layer, "running_mean_error", mean_error);
        readings.push(&running.layer, "running_variance_ratio", variance_ratio);
    }
}

fn distance(running: &Statistics, population: &Statistics) -> [f64; 2] {
    let (mut square, mut log) = (0.0, 0.0);
    let of = |statistics: &Statistics, i: usize| statistics.variance[i] + statistics.epsilon;
    for (i, mean) in running.mean.iter().enumerate() {
        square += (mean - population.mean[i]).powi(2) / of(population, i);
        log += (of(running, i) / of(population, i)).ln();
    }
    let features = running.mean.len() as f64;
    [(square / features).sqrt(), (log / features).exp()]
}

/// Mean, spread and percentiles of γ and β over features.
fn affine(moment: &Moment<'_>, readings: &mut Readings) {
    let norms = moment.evaluator.norm_names();
    for tensor in moment.network.tensors() {
        let Some((layer, parameter)) = tensor.name.rsplit_once('.') else {
            continue;
        };
        let quantity = match parameter {
            "weight" => "gamma",
            "bias" => "beta",
            _ => continue,
        };
        if norms.iter().any(|name| name == layer) {
            let mut values: Vec<f64> = tensor.values.iter().map(|&x| f64::from(x)).collect();
            distribution(layer, quantity, &mut values, readings);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_constant_feature_counts_as_the_layer_sees_it() {
        let statistics = |mean: [f64; 2], variance: [f64; 2]| Statistics {
            layer: "norms.0".to_owned(),
            mean: mean.into(),
            variance: variance.into(),
            epsilon: 0.01,
        };
        let running = statistics([1.0, 0.5], [0.99, 0.03]);
        let population = statistics([0.0, 0.5], [3.99, 0.0]);
        let [mean_error, variance_ratio] = distance(&running, &population);
        // √((1² / 4 + 0) / 2), and √((1 / 4) · (0.04 / 0.01)).
        assert!((mean_error - 0.125f64.sqrt()).abs() < 1e-12, "{mean_error}");
        assert!((variance_ratio - 1.0).abs() < 1e-12, "{variance_ratio}");
    }
}
