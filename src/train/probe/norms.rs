//! The norm layers: γ, β, and how far the running statistics are from the population's.
//!
//! Population statistics are recomputed with frozen weights ([`Evaluator::precise`]). The error of
//! the mean is in units of the population's standard deviation, as the root of the mean square over
//! features; that of the variance is the geometric mean of running ÷ population.
//!
//! [`Evaluator::precise`]: crate::train::step::Evaluator::precise

use super::{Moment, Readings};

/// Keeps the ratio of two variances finite where a feature is constant.
const FLOOR: f64 = 1e-12;

/// Reads parameters and statistics of every norm layer.
pub(super) fn measure(moment: &Moment<'_>, readings: &mut Readings) {
    let running = moment.evaluator.running();
    affine(moment, readings);
    if running.is_empty() {
        return;
    }
    let precise = moment
        .population
        .precise(moment.evaluator, moment.data)
        .running();
    for ((layer, mean, variance), (_, true_mean, true_variance)) in running.iter().zip(&precise) {
        let features = mean.len() as f64;
        let (mut square, mut log) = (0.0, 0.0);
        for i in 0..mean.len() {
            let spread = true_variance[i].max(FLOOR);
            square += (mean[i] - true_mean[i]).powi(2) / spread;
            log += (variance[i].max(FLOOR) / spread).ln();
        }
        readings.push(layer, "running_mean_error", (square / features).sqrt());
        readings.push(layer, "running_variance_ratio", (log / features).exp());
    }
}

/// Mean and spread of γ and β over features.
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
            let count = tensor.values.len() as f64;
            let values = || tensor.values.iter().map(|&x| f64::from(x));
            let mean = values().sum::<f64>() / count;
            let variance = values().map(|x| (x - mean).powi(2)).sum::<f64>() / count;
            readings.push(layer, &format!("{quantity}_mean"), mean);
            readings.push(layer, &format!("{quantity}_std"), variance.sqrt());
        }
    }
}
