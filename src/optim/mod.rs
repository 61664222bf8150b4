//! Turns gradients into new parameters: clipping, the learning rate of the step, an update
//! rule. burn visits the module and stores each parameter's state; the rules (`rules`) are burn's on a
//! device with its own memory, and fused into one pass on the host.
//!
//! The formulas of the rules are documented at [`Optimizer`](crate::config::spec::Optimizer); they are
//! PyTorch's, and Keras's except for the position of ε (Keras's RMSprop adds it under the root).

mod clipping;
mod fused;
mod groups;
mod rules;
pub mod schedule;
mod state;

use std::sync::Arc;

use burn::module::Module;
use burn::optim::{GradientsParams, ModuleOptimizer};

use crate::config::spec::{self, Train};
use fused::Fused;
use groups::Groups;
pub use groups::NormParameters;
pub use state::StateTensor;

/// How the update is computed. It affects speed, and digits beyond the sixth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arithmetic {
    /// One pass over the values in host memory; for devices that compute there.
    Fused,
    /// burn's own optimisers, tensor by tensor; for any device.
    Tensors,
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
    let (rule, groups) = (rules::of(train.optimizer), Groups { train, norm });
    let rules = match arithmetic {
        Arithmetic::Fused => {
            groups.build(|weight_decay| Fused { rule: Arc::clone(&rule), weight_decay })
        }
        Arithmetic::Tensors => rule.of_burn(&groups),
    };
    Updater { rules, train: train.clone(), total_steps, steps: 0 }
}

impl Updater {
    /// Takes the next step: returns `module` with its parameters updated by `gradients`. A caller that
    /// keeps no other reference to the module's weights avoids a copy.
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

/// How many values the rule of `optimizer` keeps for each parameter.
pub fn values_kept(optimizer: spec::Optimizer) -> usize {
    let keeps = rules::of(optimizer).keeps();
    usize::from(keeps.first) + usize::from(keeps.second)
}

#[cfg(test)]
pub(crate) mod tests;
