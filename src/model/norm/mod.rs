//! Batch normalisation: the subject of this program.
//!
//! # In training
//!
//! For a batch `x` of shape `[batch, features]`, each feature on its own (Ioffe & Szegedy 2015,
//! Algorithm 1), with `m` the number of examples:
//!
//! ```text
//! μ  = (1/m) Σ x                     batch mean
//! σ² = (1/m) Σ (x − μ)²              batch variance, biased (÷ m) in every framework
//! x̂  = (x − μ) / √(σ² + ε)
//! y  = γ x̂ + β
//! ```
//!
//! Gradients flow through `μ` and `σ²`; automatic differentiation of the four lines gives them.
//!
//! # For evaluation
//!
//! `μ` and `σ²` are replaced by running averages, updated once per training batch:
//!
//! ```text
//! running ← decay · running + (1 − decay) · batch        starting from mean 0, variance 1
//! ```
//!
//! `decay` is the weight on the **old** value. Conventions elsewhere:
//!
//! | | this layer | Keras | PyTorch |
//! |---|---|---|---|
//! | weight on the old value | `decay` | `momentum` | `1 − momentum` |
//! | its default | by preset | 0.99 | 0.9 |
//! | ε | by preset | 1e-3 | 1e-5 |
//! | variance that feeds the running one | `running_variance` | biased, ÷ m | unbiased, ÷ (m − 1) |
//!
//! # A batch of one example
//!
//! `x − μ` is 0, so the layer outputs `β` and passes no gradient to its input, as Keras does;
//! PyTorch refuses. Its variance is 0 under either estimate (÷ 0 is not attempted).

use burn::module::{Module, Param};
use burn::tensor::{Device, Tensor};

use crate::config::spec::{BatchNormSettings, RunningVariance};

/// Which statistics normalise: always said by the caller, never guessed from a device or a flag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Statistics {
    /// The batch's own, as optimiser step `step` (from 1) sees it.
    Training {
        /// The step; schedules count by it.
        step: usize,
    },
    /// The batch's own, for an evaluation.
    Batch,
    /// The running averages.
    Running,
}

/// What a batch was like, per feature: shape `[features]` each, outside the gradient's graph.
#[derive(Debug, Clone)]
pub struct Observed {
    /// Batch mean.
    pub mean: Tensor<1>,
    /// Biased batch variance.
    pub variance: Tensor<1>,
    /// Values per feature that they were taken over: examples, times positions of a feature map.
    pub values: usize,
}

/// A normalisation layer over `[batch, features, …]`: everything behind the second axis is
/// positions of a feature map, and belongs to its feature.
#[derive(Module, Debug)]
pub struct NormLayer {
    /// γ `[features]`, starts at 1.
    gamma: Param<Tensor<1>>,
    /// β `[features]`, starts at 0.
    beta: Param<Tensor<1>>,
    /// `[features]`, starts at 0; not trained.
    running_mean: Tensor<1>,
    /// `[features]`, starts at 1; not trained.
    running_variance: Tensor<1>,
    #[module(skip)]
    settings: BatchNormSettings,
    /// Its place in the network, as in checkpoints: `norms.0`.
    #[module(skip)]
    name: String,
}

impl NormLayer {
    /// A layer called `name` for `features` features, with γ = 1, β = 0, running mean 0 and
    /// variance 1.
    pub fn new(name: &str, features: usize, settings: BatchNormSettings, device: &Device) -> Self {
        let plain = device.clone().without_autodiff();
        Self {
            gamma: Param::from_tensor(Tensor::ones([features], device)),
            beta: Param::from_tensor(Tensor::zeros([features], device)),
            running_mean: Tensor::zeros([features], &plain),
            running_variance: Tensor::ones([features], &plain),
            settings,
            name: name.to_owned(),
        }
    }

    /// Its place in the network, as in checkpoints: `norms.0`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Normalises `x` `[batch, features, …]`; with a batch's statistics also returns what it saw.
    /// The layer itself is unchanged: the caller hands the observation of a training pass to
    /// [`NormLayer::observe`].
    pub fn forward<const D: usize>(
        &self,
        x: Tensor<D>,
        statistics: Statistics,
    ) -> (Tensor<D>, Option<Observed>) {
        match statistics {
            Statistics::Training { .. } | Statistics::Batch => {
                let [features, values] = [x.dims()[1], x.shape().num_elements() / x.dims()[1]];
                let mean = per_feature_mean(x.clone());
                let centred = x - mean.clone();
                let variance = per_feature_mean(centred.clone().square());
                let y = self.scale_and_shift(centred, variance.clone());
                let observed = Observed {
                    mean: mean.without_autodiff().reshape([features]),
                    variance: variance.without_autodiff().reshape([features]),
                    values,
                };
                (y, Some(observed))
            }
            Statistics::Running => {
                let centred = x - along_features(self.running_mean.clone());
                let variance = along_features(self.running_variance.clone());
                (self.scale_and_shift(centred, variance), None)
            }
        }
    }

    /// `γ · centred / √(variance + ε) + β`; `variance` has one value per feature, and the rank of
    /// `centred`.
    fn scale_and_shift<const D: usize>(
        &self,
        centred: Tensor<D>,
        variance: Tensor<D>,
    ) -> Tensor<D> {
        let normalised = centred / (variance + self.settings.epsilon).sqrt();
        normalised * along_features(self.gamma.val()) + along_features(self.beta.val())
    }

    /// Lets the running averages follow a training batch.
    pub fn observe(&mut self, batch: Observed) {
        let decay = self.settings.decay;
        let blend = |old: &Tensor<1>, new: Tensor<1>, weight: f64| {
            old.clone() * decay + new * ((1.0 - decay) * weight)
        };
        let m = batch.values as f64;
        let unbias = match self.settings.running_variance {
            RunningVariance::Unbiased if batch.values > 1 => m / (m - 1.0),
            RunningVariance::Unbiased | RunningVariance::Biased => 1.0,
        };
        self.running_mean = blend(&self.running_mean, batch.mean, 1.0);
        self.running_variance = blend(&self.running_variance, batch.variance, unbias);
    }

    /// The running mean and variance, `[features]` each; `None` for a layer that keeps none.
    pub fn running(&self) -> Option<(Tensor<1>, Tensor<1>)> {
        Some((self.running_mean.clone(), self.running_variance.clone()))
    }

    /// Replaces the running mean and variance, `[features]` each; a layer that keeps none ignores
    /// them.
    pub fn set_running(&mut self, mean: Tensor<1>, variance: Tensor<1>) {
        self.running_mean = mean;
        self.running_variance = variance;
    }

    /// γ `[features]`; `None` for a layer that does not scale.
    pub fn gamma(&self) -> Option<&Param<Tensor<1>>> {
        Some(&self.gamma)
    }

    /// β `[features]`; `None` for a layer that does not shift.
    pub fn beta(&self) -> Option<&Param<Tensor<1>>> {
        Some(&self.beta)
    }
}

/// The mean over all axes but the second, kept as axes of length 1.
fn per_feature_mean<const D: usize>(x: Tensor<D>) -> Tensor<D> {
    (0..D).filter(|&axis| axis != 1).fold(x, Tensor::mean_dim)
}

/// `[features]` → `[1, features, 1, …]`
fn along_features<const D: usize>(values: Tensor<1>) -> Tensor<D> {
    let mut shape = [1; D];
    shape[1] = values.dims()[0];
    values.reshape(shape)
}

#[cfg(test)]
mod tests;
