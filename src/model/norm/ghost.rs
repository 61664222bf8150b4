//! Ghost batch normalisation (Hoffer et al. 2017, Algorithm 1; Keras 2's `virtual_batch_size`):
//! in training, consecutive sub-batches are normalised each with its own statistics, so that the
//! noise of normalisation does not fade as the optimiser's batch grows. γ and β are shared.
//!
//! ```text
//! x̂ of sub-batch s = (x − μₛ) / √(σₛ² + ε)        s = 1 … k
//! ```
//!
//! The running averages move **once** per batch, by the plain means `(1/k) Σ μₛ` and
//! `(1/k) Σ σₛ²`, as in Keras 2 (Hoffer et al. average the sub-batches one after the other, the
//! later ones with more weight). Where the running variance is unbiased, each `σₛ²` first gets its
//! own `m / (m − 1)`.
//!
//! A batch that is not a multiple of the sub-batch size makes as many whole sub-batches as fit,
//! and of the rest a smaller one; but a single example, which has no variance, joins the last
//! whole one.

use std::ops::Range;

use burn::tensor::Tensor;

use super::standardised::{Observed, Standardised, bessel};

/// Standardises each sub-batch of `size` examples of `x` `[batch, features, …]`.
pub(super) fn standardise<const D: usize>(
    x: Tensor<D>,
    size: usize,
    epsilon: f64,
) -> (Standardised<D>, Observed) {
    let shape = x.shape();
    let [batch, features] = [shape[0], shape[1]];
    let positions = shape.num_elements() / (batch * features);
    let flat = x.reshape([batch, features, positions]);
    let mut sums = Sums::new(features, &flat);
    let (mut parts, mut start) = (Vec::new(), 0);
    for (count, size) in cut(batch, size) {
        let end = start + count * size;
        let rows = flat.clone().slice_dim(0, start..end);
        parts.push(standardise_equal(rows, count, epsilon, &mut sums));
        start = end;
    }
    let standardised =
        Standardised { values: Tensor::cat(parts, 0).reshape(shape), factor: None, shift: None };
    (standardised, sums.observed(batch * positions))
}

/// The sub-batches of `size` examples of a batch, as ranges of its examples.
pub fn sub_batches(batch: usize, size: usize) -> Vec<Range<usize>> {
    let sizes = cut(batch, size).into_iter().flat_map(|(count, size)| vec![size; count]);
    let mut start = 0;
    let range = |size| {
        start += size;
        start - size..start
    };
    sizes.map(range).collect()
}

/// `batch` examples as runs of equal sub-batches: `(how many, of what size)`, none of them empty.
fn cut(batch: usize, size: usize) -> Vec<(usize, usize)> {
    let (whole, rest) = (batch / size, batch % size);
    let runs = match rest {
        _ if whole == 0 => [(0, size), (1, rest)],
        1 => [(whole - 1, size), (1, size + 1)],
        _ => [(whole, size), (usize::from(rest > 0), rest)],
    };
    runs.into_iter().filter(|&(count, _)| count > 0).collect()
}

/// Standardises `rows` `[examples, features, positions]` as `count` equal sub-batches.
fn standardise_equal(rows: Tensor<3>, count: usize, epsilon: f64, sums: &mut Sums) -> Tensor<3> {
    let shape = rows.dims();
    let [examples, features, positions] = shape;
    let size = examples / count;
    let x = rows.reshape([count, size, features, positions]);
    let mean = x.clone().mean_dims(&[1, 3]);
    let centred = x - mean.clone();
    let variance = centred.clone().square().mean_dims(&[1, 3]);
    sums.add([mean, variance.clone()], size * positions);
    let values = centred * (variance + epsilon).sqrt().recip();
    values.reshape(shape)
}

/// Sums over sub-batches, `[features]` each, outside the gradient's graph.
struct Sums {
    count: usize,
    mean: Tensor<1>,
    variance: Tensor<1>,
    unbiased: Tensor<1>,
}

impl Sums {
    fn new(features: usize, like: &Tensor<3>) -> Self {
        let plain = like.device().without_autodiff();
        let zero = Tensor::zeros([features], (&plain, like.dtype()));
        Self { count: 0, mean: zero.clone(), variance: zero.clone(), unbiased: zero }
    }

    /// Adds the mean and biased variance of sub-batches with `values` values per feature,
    /// `[sub-batches, 1, features, 1]` each.
    fn add(&mut self, [mean, variance]: [Tensor<4>; 2], values: usize) {
        let [count, _, features, _] = mean.dims();
        let sum = |of: Tensor<4>| of.without_autodiff().sum_dim(0).reshape([features]);
        let variance = sum(variance);
        self.count += count;
        self.mean = self.mean.clone() + sum(mean);
        self.variance = self.variance.clone() + variance.clone();
        self.unbiased = self.unbiased.clone() + variance * bessel(values);
    }

    fn observed(self, values: usize) -> Observed {
        let share = 1.0 / self.count as f64;
        Observed {
            mean: self.mean * share,
            variance: self.variance * share,
            values,
            unbiased: Some(self.unbiased * share),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rest_makes_a_smaller_sub_batch_unless_it_is_a_single_example() {
        for (batch, size, runs) in [
            (8, 4, vec![(2, 4)]),
            (10, 4, vec![(2, 4), (1, 2)]),
            (9, 4, vec![(1, 4), (1, 5)]),
            (5, 4, vec![(1, 5)]),
            (3, 4, vec![(1, 3)]),
            (1, 4, vec![(1, 1)]),
            (3, 1, vec![(3, 1)]),
        ] {
            assert_eq!(cut(batch, size), runs, "{batch} in {size}s");
        }
    }
}
