//! Batch normalisation (Ioffe & Szegedy 2015, Algorithm 1).
//!
//! Each feature on its own, with `m` values of it in the batch: one per example of a dense layer,
//! one per example and position of a feature map (their section 3.2).
//!
//! ```text
//! μ  = (1/m) Σ x                     batch mean
//! σ² = (1/m) Σ (x − μ)²              batch variance, biased (÷ m) in every framework
//! x̂  = (x − μ) / √(σ² + ε)
//! ```
//!
//! The variance is taken from the centred values: `mean(x²) − μ²` would lose every digit of it in
//! 32 bits where μ is large against σ. Gradients flow through `μ` and `σ²`; automatic
//! differentiation of the three lines gives them.
//!
//! In a batch of one value, `x − μ` is 0: `x̂` is 0 and no gradient passes to `x`, as in Keras;
//! `PyTorch` refuses.

use burn::tensor::Tensor;

use super::standardised::{Observed, Standardised, along_features};

/// Standardises `x` `[batch, features, …]` with its own statistics.
pub(super) fn standardise<const D: usize>(
    x: Tensor<D>,
    epsilon: f64,
) -> (Standardised<D>, Observed) {
    let features = x.dims()[1];
    let count = x.shape().num_elements() / features;
    let mean = per_feature_mean(x.clone());
    let centred = x - mean.clone();
    let variance = per_feature_mean(centred.clone().square());
    let observed = Observed {
        mean: mean.without_autodiff().reshape([features]),
        variance: variance.clone().without_autodiff().reshape([features]),
        values: count,
        unbiased: None,
    };
    let standardised = Standardised {
        values: centred,
        factor: Some((variance + epsilon).sqrt().recip()),
        shift: None,
    };
    (standardised, observed)
}

/// Standardises `x` `[batch, features, …]` with a given mean and variance, `[features]` each.
pub(super) fn standardise_with<const D: usize>(
    x: Tensor<D>,
    mean: Tensor<1>,
    variance: Tensor<1>,
    epsilon: f64,
) -> Standardised<D> {
    Standardised {
        values: x - along_features(mean),
        factor: Some(along_features((variance + epsilon).sqrt().recip())),
        shift: None,
    }
}

/// The mean over all axes but the second, kept as axes of length 1.
fn per_feature_mean<const D: usize>(x: Tensor<D>) -> Tensor<D> {
    (0..D).filter(|&axis| axis != 1).fold(x, Tensor::mean_dim)
}
