//! Internal covariate shift as a shift of gradients (Santurkar et al. 2018, definition 2.1).
//!
//! For layer `i`, with the batch of the step that follows and parameters before (`θ`) and after
//! (`θ′`) it:
//!
//! ```text
//! G  = ∇_{W_i} L(θ_1, …, θ_k)
//! G′ = ∇_{W_i} L(θ′_1, …, θ′_{i−1}, θ_i, …, θ_k)
//! ```
//!
//! `covariate_shift` is `‖G − G′‖` (0 where there is none), `covariate_shift_relative` the same by
//! `‖G‖`, `covariate_shift_cosine` the cosine between them (1 where there is none). A layer's norm,
//! γ and β belong to the layer. The quotient and the cosine are left out where a gradient vanished.

use super::gradients::{is_weight, layer_of};
use super::{LEAST_NORM, Moment, Readings, distance, norm, quotient};
use crate::event::NamedTensor;

/// Measures the shift of every layer.
pub(super) fn measure(moment: &Moment<'_>, readings: &mut Readings) {
    let Some((next, here)) = moment.next() else {
        return;
    };
    for gradient in here.gradients.iter().filter(|g| is_weight(g)) {
        let own = depth(&gradient.name);
        let updated = moment.network.with_parameters_of(next.network, |name| depth(name) < own);
        let there = updated.slope(next.batch, next.step);
        let same = |other: &&NamedTensor| other.name == gradient.name;
        if let Some(shifted) = there.gradients.iter().find(same) {
            let layer = layer_of(&gradient.name);
            let shift = distance(&gradient.values, &shifted.values);
            let (size, shifted_size) = (norm(&gradient.values), norm(&shifted.values));
            let smaller = size.min(shifted_size);
            let cosine = dot(&gradient.values, &shifted.values) / (size * shifted_size);
            let cosine = if smaller > LEAST_NORM { cosine } else { f64::NAN };
            readings.push(layer, "covariate_shift", shift);
            readings.push(layer, "covariate_shift_relative", quotient(shift, size, LEAST_NORM));
            readings.push(layer, "covariate_shift_cosine", cosine);
        }
    }
}

/// The depth of a parameter in the network: the part of the network that its name begins with,
/// then the numbers in its name and its position in a residual block. `norms.2` belongs to `layers.2`.
fn depth(name: &str) -> (usize, Vec<usize>) {
    let part = match name.split('.').next().unwrap_or_default() {
        "input_norm" => 0,
        "stem" => 1,
        "dense" | "final_norm" => 3,
        "output" => 4,
        // The hidden layers: `layers` and their `norms`, `blocks`.
        _ => 2,
    };
    let place = name.split('.').filter_map(|part| match part {
        "first" | "shortcut" => Some(0),
        "second" => Some(1),
        number => number.parse().ok(),
    });
    (part, place.collect())
}

fn dot(a: &[f32], b: &[f32]) -> f64 {
    let products = a.iter().zip(b);
    products.map(|(&a, &b)| f64::from(a) * f64::from(b)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_norm_is_as_deep_as_its_layer_and_the_inputs_norm_is_first() {
        assert_eq!(depth("norms.2.weight"), depth("layers.2.bias"));
        assert!(depth("norms.2.weight") < depth("layers.10.weight"));
        let in_order = [
            "input_norm.weight",
            "stem.convolution.weight",
            "blocks.0.convolution.weight",
            "blocks.2.first.convolution.weight",
            "blocks.2.second.norm.weight",
            "blocks.3.shortcut.convolution.weight",
            "dense.0.linear.weight",
            "output.weight",
        ];
        assert!(in_order.map(depth).is_sorted_by(|a, b| a < b));
    }
}
