//! The statistics that batch normalisation keeps for evaluation.
//!
//! Once per training batch,
//!
//! ```text
//! running ← decay · running + (1 − decay) · batch        exponential
//! running ← (1 − 1/k) · running + (1/k) · batch          cumulative, at the k-th batch
//! ```
//!
//! `decay` is the weight on the **old** value: Keras's `momentum`, one minus `PyTorch`'s. The
//! cumulative average is `PyTorch`'s `momentum=None`; the first batch replaces the initial values
//! wholly. The variance that enters is biased in Keras (÷ m) and unbiased in `PyTorch` and in the
//! 2015 paper (÷ (m − 1)); that of a single value is 0 under either (÷ 0 is not attempted).

use burn::module::Module;
use burn::tensor::Tensor;

use super::standardised::{Observed, bessel};
use crate::config::spec::{Averages, Averaging, RunningVariance};

/// A running mean and variance, `[features]` each; not trained.
#[derive(Module, Debug)]
pub(super) struct Running {
    pub(super) mean: Tensor<1>,
    pub(super) variance: Tensor<1>,
    #[module(skip)]
    batches: usize,
}

impl Running {
    /// Statistics that no batch has changed yet.
    pub(super) fn new(mean: Tensor<1>, variance: Tensor<1>) -> Self {
        Self { mean, variance, batches: 0 }
    }

    /// Replaces the values; the number of batches is kept.
    pub(super) fn replace(&mut self, mean: Tensor<1>, variance: Tensor<1>) {
        self.mean = mean;
        self.variance = variance;
    }

    /// Both averages, with `PyTorch`'s names.
    pub(super) fn averages_mut(&mut self) -> [(&'static str, &mut Tensor<1>); 2] {
        [("running_mean", &mut self.mean), ("running_var", &mut self.variance)]
    }

    /// The number of batches so far: it determines the weight of the next one in a cumulative average.
    pub(super) fn batches_mut(&mut self) -> &mut usize {
        &mut self.batches
    }

    /// Updates the averages with a training batch.
    pub(super) fn follow(&mut self, averages: &Averages, batch: Observed) {
        self.batches += 1;
        let decay = decay(averages.averaging, self.batches);
        let variance = match (averages.variance, batch.unbiased) {
            (RunningVariance::Biased, _) => batch.variance,
            (RunningVariance::Unbiased, Some(unbiased)) => unbiased,
            (RunningVariance::Unbiased, None) => batch.variance * bessel(batch.values),
        };
        self.mean = blend(self.mean.clone(), batch.mean, decay);
        self.variance = blend(self.variance.clone(), variance, decay);
    }
}

/// The weight on the old value at the batch with this number, from 1.
pub fn decay(averaging: Averaging, batch: usize) -> f64 {
    match averaging {
        Averaging::Exponential { decay } => decay,
        Averaging::Cumulative => 1.0 - 1.0 / batch as f64,
    }
}

/// The weighted mean `decay · old + (1 − decay) · new`.
pub(super) fn blend(old: Tensor<1>, new: Tensor<1>, decay: f64) -> Tensor<1> {
    old * decay + new * (1.0 - decay)
}
