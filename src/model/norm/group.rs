//! Normalisation of each example on its own: group normalisation, and layer and instance
//! normalisation as its two ends (Wu & He 2018, section 3).
//!
//! The features of an example stand in `G` groups of equal size, neighbours together; a group's
//! mean and variance are over its features and all their positions, `m` values:
//!
//! ```text
//! μ  = (1/m) Σ x        σ² = (1/m) Σ (x − μ)²        x̂ = (x − μ) / √(σ² + ε)
//! ```
//!
//! | kind | groups | source |
//! |---|---|---|
//! | layer | 1 | Ba et al. 2016 |
//! | group | G | Wu & He 2018 |
//! | instance | one per feature | Ulyanov et al. 2016 |
//!
//! γ and β have one element per feature in all three. So on feature maps layer normalisation is
//! PyTorch's `GroupNorm(1, …)` and Keras's `GroupNormalization(groups=1)`: over channels and
//! positions. PyTorch's `LayerNorm([C, H, W])` has the same `x̂` but γ and β per position; Keras's
//! `LayerNormalization` normalises its last axis only.
//!
//! No batch enters, so training and evaluation are the same, a batch of one is like any other, and
//! nothing is kept.

use burn::tensor::Tensor;

use super::standardised::Standardised;

/// Standardises `x` `[batch, features, …]` in `groups` groups of features; they divide the
/// features.
pub(super) fn standardise<const D: usize>(
    x: Tensor<D>,
    groups: usize,
    epsilon: f64,
) -> Standardised<D> {
    let shape = x.shape();
    let [batch, features] = [shape[0], shape[1]];
    let values = shape.num_elements() / (batch * groups);
    let x = x.reshape([batch, groups, values]);
    let centred = x.clone() - x.mean_dim(2);
    let variance = centred.clone().square().mean_dim(2);
    let factor = (variance + epsilon).sqrt().recip();
    let mut per_feature = [1; D];
    per_feature[..2].copy_from_slice(&[batch, features]);
    Standardised {
        values: centred.reshape(shape),
        factor: Some(factor.repeat_dim(2, features / groups).reshape(per_feature)),
        shift: None,
    }
}
