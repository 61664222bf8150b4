//! Metrics from probes inside a network, each a number for one training.
//!
//! Every metric is of the whole network: over its hidden layers, or the mean of them. A value that a probe
//! could not measure (a gradient that is not finite) is missing in `layers.csv`, and then a metric that
//! needs it is missing, too: a mean over the rest would be too good.

use crate::results::query::LayerSeries;
use crate::stats;

/// Only hidden layers have it: it is the gradient at the input of a nonlinearity.
const BACKPROPAGATED: &str = "backpropagated_gradient_norm";
const WEIGHT_GRADIENT: &str = "weight_gradient_norm";

pub(super) const OF_BACKPROPAGATED: &[&str] = &[BACKPROPAGATED];
pub(super) const OF_WEIGHT_GRADIENTS: &[&str] = &[WEIGHT_GRADIENT, BACKPROPAGATED];
pub(super) const OF_UNIT: &[&str] =
    &["unit_pre_activation_p15", "unit_pre_activation_p50", "unit_pre_activation_p85"];
pub(super) const OF_LAYERS: &[&str] =
    &["pre_activation_p15", "pre_activation_p50", "pre_activation_p85"];
pub(super) const OF_SHIFT: &[&str] = &["covariate_shift_relative"];
pub(super) const OF_COSINE: &[&str] = &["covariate_shift_cosine"];
pub(super) const OF_DEAD: &[&str] = &["dead"];
pub(super) const OF_SATURATED: &[&str] = &["saturated"];

/// The smallest 32-bit number above 0, used in place of a gradient of 0, so that one that vanished
/// completely has a logarithm.
const LEAST: f64 = 1.401_298_464_324_817e-45;

fn all<'a>(layers: &'a [LayerSeries], quantity: &str) -> Vec<&'a LayerSeries> {
    let of = layers.iter().filter(|series| series.quantity == quantity);
    of.collect()
}

/// The powers of ten between the largest and the smallest back-propagated gradient of the untrained
/// network's hidden layers.
pub(super) fn gradient_decades(layers: &[LayerSeries], _: &[&str]) -> Option<f64> {
    decades_at(&all(layers, BACKPROPAGATED), 0)
}

/// Its mean over all steps at which it was measured.
pub(super) fn gradient_decades_mean(layers: &[LayerSeries], _: &[&str]) -> Option<f64> {
    let series = all(layers, BACKPROPAGATED);
    let steps = series.iter().map(|series| &series.points);
    // Where one layer has a value, all must have one.
    let mut steps: Vec<usize> = steps.flatten().map(|(step, _)| *step).collect();
    steps.sort_unstable();
    steps.dedup();
    let each = steps.into_iter().map(|step| decades_at(&series, step));
    stats::mean(&each.collect::<Option<Vec<_>>>()?)
}

/// The powers of ten between the weight gradients of the untrained network, without the output layer.
pub(super) fn weight_gradient_decades(layers: &[LayerSeries], _: &[&str]) -> Option<f64> {
    let hidden = all(layers, BACKPROPAGATED);
    let is_hidden = |series: &&LayerSeries| hidden.iter().any(|known| known.layer == series.layer);
    let series: Vec<&LayerSeries> =
        all(layers, WEIGHT_GRADIENT).into_iter().filter(is_hidden).collect();
    decades_at(&series, 0)
}

/// `log₁₀(largest / smallest)` of all series at a step.
fn decades_at(series: &[&LayerSeries], step: usize) -> Option<f64> {
    let at_step = |series: &&LayerSeries| {
        let point = series.points.iter().find(|(at, _)| *at == step);
        point.map(|(_, value)| *value)
    };
    let values: Vec<f64> = series.iter().map(at_step).collect::<Option<_>>()?;
    let largest = stats::maximum(&values).filter(|largest| *largest > 0.0)?;
    let smallest = stats::minimum(&values)?.max(LEAST);
    Some((largest / smallest).log10())
}

/// How far the median of the input of a nonlinearity moves during training: the standard
/// deviation of the median over the probed steps after the first, divided by the mean distance of the 85th from
/// the 15th percentile. Of the probed unit ([`OF_UNIT`]), or of all units of a layer together, then the mean over
/// the hidden layers ([`OF_LAYERS`]).
pub(super) fn drift(layers: &[LayerSeries], percentiles: &[&str]) -> Option<f64> {
    let [low, middle, high] = *percentiles else {
        return None;
    };
    let trained = |quantity: &str, layer: &str| -> Option<Vec<f64>> {
        let mut of = all(layers, quantity).into_iter();
        let series = of.find(|series| series.layer == layer)?;
        let points = series.points.iter().filter(|(step, _)| *step > 0);
        Some(points.map(|(_, value)| *value).collect())
    };
    let of_layer = |median: &LayerSeries| {
        let [low, middle, high] = [low, middle, high].map(|q| trained(q, &median.layer));
        let (low, high) = (stats::mean(&low?)?, stats::mean(&high?)?);
        let range = high - low;
        // A unit with the same value for every example has no range except rounding.
        let rounding = f64::from(f32::EPSILON) * low.abs().max(high.abs());
        let drift = stats::standard_deviation(&middle?)? / range;
        (range > rounding && drift.is_finite()).then_some(drift)
    };
    let drifts = all(layers, middle).into_iter().map(of_layer);
    stats::mean(&drifts.collect::<Option<Vec<_>>>()?)
}

/// The mean over layers and steps: of the change in the gradient of a layer's weights when the layers below
/// are updated, relative to its length, or of the cosine between the two gradients.
pub(super) fn mean_of_all(layers: &[LayerSeries], quantities: &[&str]) -> Option<f64> {
    let series = layers.iter().filter(|s| quantities.contains(&&s.quantity[..]));
    let values: Vec<f64> = series.flat_map(|s| &s.points).map(|(_, v)| *v).collect();
    stats::mean(&values)
}

/// The mean over layers at the end of training: of the share of dead units, or of the share of
/// saturated values.
pub(super) fn mean_at_end(layers: &[LayerSeries], quantities: &[&str]) -> Option<f64> {
    let series = layers.iter().filter(|s| quantities.contains(&&s.quantity[..]));
    let ends = series.map(|series| series.points.last().map(|(_, value)| *value));
    stats::mean(&ends.collect::<Option<Vec<_>>>()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn series(layer: &str, quantity: &str, points: &[(usize, f64)]) -> LayerSeries {
        LayerSeries {
            layer: layer.to_owned(),
            quantity: quantity.to_owned(),
            points: points.to_vec(),
        }
    }

    fn near(found: Option<f64>, expected: f64) {
        let found = found.expect("a number");
        assert!((found - expected).abs() < 1e-12, "{found} is not {expected}");
    }

    #[test]
    fn gradients_that_shrink_a_thousandfold_are_three_decades_apart() {
        let layers = [
            series("0", BACKPROPAGATED, &[(0, 0.001), (9, 0.5)]),
            series("1", BACKPROPAGATED, &[(0, 0.1), (9, 5.0)]),
            series("2", BACKPROPAGATED, &[(0, 1.0), (9, 0.05)]),
            series("0", WEIGHT_GRADIENT, &[(0, 2.0)]),
            series("1", WEIGHT_GRADIENT, &[(0, 20.0)]),
            series("2", WEIGHT_GRADIENT, &[(0, 4.0)]),
            series("output", WEIGHT_GRADIENT, &[(0, 1e6)]),
        ];
        near(gradient_decades(&layers, &[]), 3.0);
        near(gradient_decades_mean(&layers, &[]), 2.5);
        near(weight_gradient_decades(&layers, &[]), 1.0);
    }

    #[test]
    fn a_gradient_that_vanished_altogether_has_a_size_and_one_that_is_missing_has_none() {
        let vanished =
            [series("0", BACKPROPAGATED, &[(0, 0.0)]), series("1", BACKPROPAGATED, &[(0, 1.0)])];
        near(gradient_decades(&vanished, &[]), -LEAST.log10());
        let missing = [
            series("0", BACKPROPAGATED, &[(9, 1.0)]),
            series("1", BACKPROPAGATED, &[(0, 1.0), (9, 1.0)]),
        ];
        assert_eq!(gradient_decades(&missing, &[]), None);
        assert_eq!(gradient_decades_mean(&missing, &[]), None);
        assert_eq!(gradient_decades(&[], &[]), None);
        let nothing_flows = [series("0", BACKPROPAGATED, &[(0, 0.0)])];
        assert_eq!(gradient_decades(&nothing_flows, &[]), None);
    }

    #[test]
    fn a_drift_is_the_deviation_of_the_median_by_the_range_the_untrained_network_left_out() {
        let layers = |prefix: &str| {
            let name = |p: &str| format!("{prefix}pre_activation_{p}");
            [
                series("1", &name("p15"), &[(0, -9.0), (1, -1.0), (2, 0.0)]),
                series("1", &name("p50"), &[(0, 77.0), (1, 0.0), (2, 1.0)]),
                series("1", &name("p85"), &[(0, 9.0), (1, 1.0), (2, 2.0)]),
            ]
        };
        // The deviation of 0 and 1 is √½; both ranges are 2.
        near(drift(&layers("unit_"), OF_UNIT), 0.5_f64.sqrt() / 2.0);
        let still = ["p15", "p50", "p85"].map(|p| {
            let at = if p == "p15" { 0.0 } else { 1.0 };
            series("0", &format!("pre_activation_{p}"), &[(1, at), (2, at)])
        });
        let both = [&layers("")[..], &still].concat();
        near(drift(&both, OF_LAYERS), 0.5_f64.sqrt() / 4.0);
        assert_eq!(drift(&both, OF_UNIT), None, "no unit was probed");
    }

    #[test]
    fn a_unit_that_is_the_same_for_all_examples_has_no_drift() {
        let constant = |p: &str, off: f64| {
            let points = [(1, 4.0 + off), (2, 5.0 + off)];
            series("0", &format!("unit_pre_activation_{p}"), &points)
        };
        let layers = [constant("p15", 0.0), constant("p50", 0.0), constant("p85", 2e-7)];
        assert_eq!(drift(&layers, OF_UNIT), None);
    }

    #[test]
    fn shifts_are_over_layers_and_steps_and_shares_at_the_end() {
        let layers = [
            series("1", "covariate_shift_relative", &[(0, 0.2), (9, 0.4)]),
            series("2", "covariate_shift_relative", &[(0, 0.6), (9, 1.2)]),
            series("1", "covariate_shift_cosine", &[(0, 1.0), (9, 0.5)]),
            series("1", "dead", &[(0, 0.9), (9, 0.25)]),
            series("2", "dead", &[(0, 0.9), (9, 0.75)]),
            series("1", "saturated", &[(0, 0.1), (9, 0.3)]),
        ];
        near(mean_of_all(&layers, OF_SHIFT), 0.6);
        near(mean_of_all(&layers, OF_COSINE), 0.75);
        near(mean_at_end(&layers, OF_DEAD), 0.5);
        near(mean_at_end(&layers, OF_SATURATED), 0.3);
        assert_eq!(mean_at_end(&[], OF_DEAD), None);
    }
}
