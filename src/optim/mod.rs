//! What turns gradients into new parameters: clipping, the learning rate of the step, an update
//! rule. burn walks the module and keeps each parameter's state; the rules are burn's on a device
//! with memory of its own, and ours, fused into one pass, on the host.
//!
//! The formulas of the rules stand at [`spec::Optimizer`]; they are PyTorch's, and Keras's up to
//! where ε stands (Keras's RMSprop adds it under the root).

mod clipping;
mod fused;
mod kernels;
mod memory;
pub mod schedule;
mod tensors;

use burn::module::{Module, ParamGroup, ParamId};
use burn::optim::{GradientsParams, ModuleOptimizer, Optimizer};

use crate::config::spec::{self, Train};
use fused::Fused;
pub use memory::Remembered;
use tensors::Scaled;

/// How the update is computed. It decides speed, and digits beyond the sixth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arithmetic {
    /// One pass over the values in the host's memory; for devices that compute there.
    Fused,
    /// burn's own optimisers, tensor by tensor; for any device.
    Tensors,
}

/// What is different for γ and β of the norm layers.
#[derive(Debug, Clone)]
pub struct NormParameters {
    /// Which parameters they are.
    pub ids: Vec<ParamId>,
    /// Whether weight decay applies to them.
    pub decay: bool,
    /// Factor on their learning rate.
    pub learning_rate_factor: f64,
}

impl NormParameters {
    /// Treated like all others.
    pub fn like_others() -> Self {
        Self { ids: Vec::new(), decay: true, learning_rate_factor: 1.0 }
    }
}

/// Updates a module's parameters, step after step.
pub struct Updater {
    rules: ModuleOptimizer,
    train: Train,
    total_steps: usize,
    steps: usize,
}

/// An updater for a training of `total_steps` steps, without state yet.
pub fn build(
    train: &Train,
    norm: &NormParameters,
    total_steps: usize,
    arithmetic: Arithmetic,
) -> Updater {
    let rules = match arithmetic {
        Arithmetic::Fused => groups(train, norm, |weight_decay, rate_factor| Fused {
            rule: train.optimizer,
            weight_decay,
            rate_factor,
        }),
        Arithmetic::Tensors => burns_own(train, norm),
    };
    Updater { rules, train: train.clone(), total_steps, steps: 0 }
}

impl Updater {
    /// Takes the next step: `module` with its parameters moved against `gradients`. A caller who
    /// keeps no other handle on the module's weights spares them a copy.
    pub fn step<M: Module>(&mut self, module: M, mut gradients: GradientsParams) -> M {
        self.steps += 1;
        if let Some(limit) = self.train.clip_value {
            clipping::by_value(&module, &mut gradients, limit);
        }
        if let Some(limit) = self.train.clip_norm {
            clipping::by_norm(&module, &mut gradients, limit);
        }
        let rate = schedule::learning_rate(&self.train, self.steps, self.total_steps);
        self.rules.step(rate, module, gradients)
    }
}

/// One rule for all parameters, or a second one for γ and β where they are treated differently.
/// `rule` makes it from a weight decay and a factor on the learning rate.
fn groups<O: Optimizer>(
    train: &Train,
    norm: &NormParameters,
    rule: impl Fn(f64, f64) -> O,
) -> ModuleOptimizer {
    let all = ModuleOptimizer::from(rule(train.weight_decay, 1.0));
    if norm.ids.is_empty() {
        return all;
    }
    let weight_decay = if norm.decay { train.weight_decay } else { 0.0 };
    let apart = rule(weight_decay, norm.learning_rate_factor);
    all.with_group(ParamGroup::from_ids(norm.ids.clone()), apart, None)
}

fn burns_own(train: &Train, norm: &NormParameters) -> ModuleOptimizer {
    match train.optimizer {
        spec::Optimizer::Sgd => scaled(train, norm, tensors::descent),
        spec::Optimizer::Momentum { momentum } => {
            scaled(train, norm, |decay| tensors::momentum(momentum, false, decay))
        }
        spec::Optimizer::Nesterov { momentum } => {
            scaled(train, norm, |decay| tensors::momentum(momentum, true, decay))
        }
        spec::Optimizer::RmsProp { rho, epsilon } => {
            scaled(train, norm, |decay| tensors::rms_prop(rho, epsilon, decay))
        }
        spec::Optimizer::Adam { beta_1, beta_2, epsilon } => {
            scaled(train, norm, |decay| tensors::adam([beta_1, beta_2, epsilon], decay))
        }
        spec::Optimizer::AdamW { beta_1, beta_2, epsilon } => {
            scaled(train, norm, |decay| tensors::adam_w([beta_1, beta_2, epsilon], decay))
        }
    }
}

fn scaled<O: Optimizer>(
    train: &Train,
    norm: &NormParameters,
    rule: impl Fn(f64) -> O,
) -> ModuleOptimizer {
    groups(train, norm, |decay, rate_factor| Scaled { rule: rule(decay), rate_factor })
}

#[cfg(test)]
mod tests;
