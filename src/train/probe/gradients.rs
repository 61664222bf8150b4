//! How large gradients and updates are, layer by layer.
//!
//! Two norms that are easily confused (Glorot & Bengio 2010, figures 7 and 8): that of
//! the gradient with respect to a layer's **weights**, and that of the gradient that flows **back**
//! to the input of its nonlinearity. At the start of training the second shrinks towards the
//! input in a deep network while the first is nearly the same in all layers.

use std::collections::BTreeMap;

use super::{LEAST_NORM, Moment, Readings, distance, norm, quotient};
use crate::event::NamedTensor;

/// Measures the norms, on the batch of the next step.
pub(super) fn measure(moment: &Moment<'_>, readings: &mut Readings) {
    let Some((next, slope)) = moment.next() else {
        return;
    };
    let after = by_name(next.network.tensors());
    let before = by_name(moment.network.tensors());
    for gradient in slope.gradients.iter().filter(|g| is_weight(g)) {
        let layer = layer_of(&gradient.name);
        readings.push(layer, "weight_gradient_norm", norm(&gradient.values));
        let weights = before.get(&gradient.name).zip(after.get(&gradient.name));
        if let Some((old, new)) = weights {
            let size = norm(&old.values);
            readings.push(layer, "weight_norm", size);
            readings.push(
                layer,
                "update_ratio",
                quotient(distance(&new.values, &old.values), size, LEAST_NORM),
            );
        }
    }
    for (layer, value) in &slope.back_propagated {
        readings.push(layer, "backpropagated_gradient_norm", *value);
    }
}

/// Whether a parameter is the weight of a linear map: a matrix, or the kernels of a convolution.
pub(super) fn is_weight(tensor: &NamedTensor) -> bool {
    tensor.shape.len() >= 2
}

/// The layer that a weight belongs to, as activations name it: `layers.0` of `layers.0.weight`,
/// `blocks.0` of `blocks.0.convolution.weight`.
pub(super) fn layer_of(name: &str) -> &str {
    let layer = name.rsplit_once('.').map_or(name, |(layer, _)| layer);
    let map = [".convolution", ".linear"];
    let inner = map.iter().find_map(|map| layer.strip_suffix(map));
    inner.unwrap_or(layer)
}

fn by_name(tensors: Vec<NamedTensor>) -> BTreeMap<String, NamedTensor> {
    tensors.into_iter().map(|t| (t.name.clone(), t)).collect()
}
