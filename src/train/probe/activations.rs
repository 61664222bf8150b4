//! The inputs and outputs of each nonlinearity: mean, spread and percentiles, dead and
//! saturated units.
//!
//! Measured on the fixed examples with the batch's own statistics, over examples, positions and
//! features together; `unit_…` is one unit of the last hidden layer alone, as in figure 1 of Ioffe &
//! Szegedy (2015).

use super::{Moment, Readings};
use crate::config::spec::Activation;
use crate::model::pass::{Site, Tap};

/// Percentiles that are measured: the middle ones of the 2015 paper, and those with 96 % between
/// them.
const PERCENTILES: [u32; 5] = [2, 15, 50, 85, 98];

pub(super) fn measure(moment: &Moment<'_>, readings: &mut Readings) {
    let taps = moment.network.record(moment.examples);
    for tap in &taps {
        let mut values = numbers(tap);
        let name = match tap.site {
            Site::PreActivation => "pre_activation",
            Site::Activation => "activation",
        };
        if tap.site == Site::Activation {
            idle(moment.activation, tap, &values, readings);
        }
        distribution(&tap.layer, name, &mut values, readings);
    }
    let mut inputs = taps.iter().filter(|tap| tap.site == Site::PreActivation);
    if let Some(last) = inputs.next_back() {
        let features = last.values.dims()[1];
        let unit = numbers(last).into_iter().skip(moment.settings.unit);
        let mut values: Vec<f64> = unit.step_by(features).collect();
        if moment.settings.unit < features {
            percentiles(&last.layer, "unit_pre_activation", &mut values, readings);
        }
    }
}

/// Mean, standard deviation and [`PERCENTILES`] of `values`, which are sorted.
pub(super) fn distribution(layer: &str, name: &str, values: &mut [f64], readings: &mut Readings) {
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    let variance = values.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / count;
    readings.push(layer, &format!("{name}_mean"), mean);
    readings.push(layer, &format!("{name}_std"), variance.sqrt());
    percentiles(layer, name, values, readings);
}

fn percentiles(layer: &str, name: &str, values: &mut [f64], readings: &mut Readings) {
    values.sort_unstable_by(f64::total_cmp);
    for percent in PERCENTILES {
        let value = percentile(values, f64::from(percent) / 100.0);
        readings.push(layer, &format!("{name}_p{percent}"), value);
    }
}

/// Linear interpolation between the order statistics, as numpy does by default; `sorted` ascending.
fn percentile(sorted: &[f64], share: f64) -> f64 {
    let Some(last) = sorted.len().checked_sub(1) else {
        return f64::NAN;
    };
    let place = share * last as f64;
    let below = place.floor();
    let (low, high) = (sorted[below as usize], sorted[(below as usize + 1).min(last)]);
    low + (place - below) * (high - low)
}

/// The share of units that no example makes active (ReLU), or the share of values beyond 99 % of
/// the way from the middle of the range to either end (sigmoid, tanh).
fn idle(kind: Activation, tap: &Tap, values: &[f64], readings: &mut Readings) {
    let features = tap.values.dims()[1];
    match kind {
        Activation::Relu => {
            let is_dead =
                |unit: &usize| values.iter().skip(*unit).step_by(features).all(|&x| x <= 0.0);
            let dead = (0..features).filter(is_dead).count();
            readings.push(&tap.layer, "dead", dead as f64 / features as f64);
        }
        Activation::Sigmoid => saturated(&tap.layer, values, |a| 2.0 * a - 1.0, readings),
        Activation::Tanh => saturated(&tap.layer, values, |a| a, readings),
        _ => {}
    }
}

/// `symmetric` maps the activation's range to −1…1.
fn saturated(layer: &str, values: &[f64], symmetric: impl Fn(f64) -> f64, readings: &mut Readings) {
    let beyond = values.iter().filter(|&&a| symmetric(a).abs() > 0.99);
    let share = beyond.count() as f64 / values.len() as f64;
    readings.push(layer, "saturated", share);
}

/// `[rows, features]`, row-major.
fn numbers(tap: &Tap) -> Vec<f64> {
    let data = tap.values.to_data().convert::<f64>();
    data.as_slice::<f64>().map(<[f64]>::to_vec).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_numpys() {
        // numpy.percentile([1, 2, 4, 8, 16], [2, 15, 50, 85, 98])
        let sorted = [1.0, 2.0, 4.0, 8.0, 16.0];
        let expected = [1.08, 1.6, 4.0, 11.2, 15.36];
        for (percent, expected) in PERCENTILES.into_iter().zip(expected) {
            let found = percentile(&sorted, f64::from(percent) / 100.0);
            assert!((found - expected).abs() < 1e-12, "{percent}: {found}");
        }
        assert!(percentile(&[], 0.5).is_nan());
    }
}
