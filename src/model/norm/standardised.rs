//! The output of standardisation in every kind of layer: standardised values, and the statistics that were used.

use burn::tensor::Tensor;

/// `x̂ = values · factor + shift`. Factor and shift are kept separate, so that γ and β can be merged
/// into them while they are small: one pass over the batch for each, not two.
pub(super) struct Standardised<const D: usize> {
    /// The values, in the input's shape.
    pub(super) values: Tensor<D>,
    /// Broadcasts to `values`; `None` for 1.
    pub(super) factor: Option<Tensor<D>>,
    /// Broadcasts to `values`; `None` for 0.
    pub(super) shift: Option<Tensor<D>>,
}

/// The statistics of a batch, per feature: shape `[features]` each, outside the gradient's graph.
#[derive(Debug, Clone)]
pub struct Observed {
    /// Batch mean; with sub-batches, the mean of theirs.
    pub mean: Tensor<1>,
    /// Biased batch variance; with sub-batches, the mean of theirs.
    pub variance: Tensor<1>,
    /// Values per feature in the batch: examples, times positions of a feature map.
    pub values: usize,
    /// The unbiased variance, where it is not `variance · values / (values − 1)`: the mean of those
    /// of the sub-batches.
    pub unbiased: Option<Tensor<1>>,
}

/// Reshapes `[features]` to `[1, features, 1, …]`.
pub(super) fn along_features<const D: usize>(values: Tensor<1>) -> Tensor<D> {
    let mut shape = [1; D];
    shape[1] = values.dims()[0];
    values.reshape(shape)
}

/// The factor from the biased variance of `values` values to the unbiased one: `m / (m − 1)`. The
/// variance of a single value stays 0.
pub fn bessel(values: usize) -> f64 {
    if values > 1 { values as f64 / (values - 1) as f64 } else { 1.0 }
}
