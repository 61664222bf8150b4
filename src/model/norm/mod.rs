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
    /// The batch's own; the layer reports them, so that the running ones can follow.
    Batch,
    /// The running averages.
    Running,
}

/// What a batch was like, per feature: shape `[features]` each, outside the gradient's graph.
#[derive(Debug, Clone)]
pub struct Observed {
    mean: Tensor<1>,
    /// Biased.
    variance: Tensor<1>,
    examples: usize,
}

/// A batch normalisation layer over `[batch, features]`.
#[derive(Module, Debug)]
pub struct BatchNorm {
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
}

impl BatchNorm {
    /// A layer for `features` features, with γ = 1, β = 0, running mean 0 and variance 1.
    pub fn new(features: usize, settings: BatchNormSettings, device: &Device) -> Self {
        let plain = device.clone().without_autodiff();
        Self {
            gamma: Param::from_tensor(Tensor::ones([features], device)),
            beta: Param::from_tensor(Tensor::zeros([features], device)),
            running_mean: Tensor::zeros([features], &plain),
            running_variance: Tensor::ones([features], &plain),
            settings,
        }
    }

    /// Normalises `x` `[batch, features]`; with [`Statistics::Batch`] also returns what it saw.
    /// The layer itself is unchanged: the caller hands the observation to [`BatchNorm::observe`].
    pub fn forward(&self, x: Tensor<2>, statistics: Statistics) -> (Tensor<2>, Option<Observed>) {
        match statistics {
            Statistics::Batch => {
                let examples = x.dims()[0];
                let mean = x.clone().mean_dim(0);
                let centred = x - mean.clone();
                let variance = centred.clone().square().mean_dim(0);
                let y = self.scale_and_shift(centred, variance.clone());
                let observed = Observed {
                    mean: mean.without_autodiff().squeeze_dim(0),
                    variance: variance.without_autodiff().squeeze_dim(0),
                    examples,
                };
                (y, Some(observed))
            }
            Statistics::Running => {
                let centred = x - self.running_mean.clone().unsqueeze();
                let variance = self.running_variance.clone().unsqueeze();
                (self.scale_and_shift(centred, variance), None)
            }
        }
    }

    /// `γ · centred / √(variance + ε) + β`; `centred` is `[batch, features]`, `variance` `[1, features]`.
    fn scale_and_shift(&self, centred: Tensor<2>, variance: Tensor<2>) -> Tensor<2> {
        let normalised = centred / (variance + self.settings.epsilon).sqrt();
        normalised * self.gamma.val().unsqueeze() + self.beta.val().unsqueeze()
    }

    /// Lets the running averages follow a training batch.
    pub fn observe(&mut self, batch: Observed) {
        let decay = self.settings.decay;
        let blend = |old: &Tensor<1>, new: Tensor<1>, weight: f64| {
            old.clone() * decay + new * ((1.0 - decay) * weight)
        };
        let m = batch.examples as f64;
        let unbias = match self.settings.running_variance {
            RunningVariance::Unbiased if batch.examples > 1 => m / (m - 1.0),
            RunningVariance::Unbiased | RunningVariance::Biased => 1.0,
        };
        self.running_mean = blend(&self.running_mean, batch.mean, 1.0);
        self.running_variance = blend(&self.running_variance, batch.variance, unbias);
    }

    /// The running mean and variance, `[features]` each.
    pub fn running(&self) -> (Tensor<1>, Tensor<1>) {
        (self.running_mean.clone(), self.running_variance.clone())
    }
}

#[cfg(test)]
mod tests;
