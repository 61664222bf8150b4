//! Turns gradients into new parameters: clipping, the learning rate of the step, an update
//! rule. burn visits the module and stores each parameter's state; the rules (`rules`) are burn's on a
//! device with its own memory, and fused into one pass on the host.
//!
//! The formulas of the rules are documented at [`Optimizer`](crate::config::spec::Optimizer); they are
//! PyTorch's, and Keras's except for the position of ε (Keras's RMSprop adds it under the root).

mod clipping;
mod fused;
mod rules;
pub mod schedule;
mod state;

use std::sync::Arc;

use burn::module::{Module, ParamGroup, ParamId};
use burn::optim::{GradientsParams, LearningRate, ModuleOptimizer, Optimizer};
use burn::tensor::{Device, Tensor};

use crate::config::spec::{self, Train};
use fused::Fused;
pub use state::StateTensor;

/// How the update is computed. It affects speed, and digits beyond the sixth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arithmetic {
    /// One pass over the values in host memory; for devices that compute there.
    Fused,
    /// burn's own optimisers, tensor by tensor; for any device.
    Tensors,
}

/// Special settings for γ and β of the norm layers.
#[derive(Debug, Clone)]
pub struct NormParameters {
    /// The ids of these parameters.
    pub ids: Vec<ParamId>,
    /// Whether weight decay applies to them.
    pub decay: bool,
    /// Factor on their learning rate.
    pub learning_rate_factor: f64,
}

impl NormParameters {
    /// The settings of all other parameters.
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

/// The parameters in groups with common settings: all of them, or γ and β separately.
struct Groups<'a> {
    train: &'a Train,
    norm: &'a NormParameters,
}

impl Groups<'_> {
    /// An optimiser for all groups; `rule` makes that of a group from its weight decay.
    fn build<O: Optimizer>(&self, rule: impl Fn(f64) -> O) -> ModuleOptimizer {
        let (train, norm) = (self.train, self.norm);
        let scaled = |weight_decay, rate_factor| Scaled { rule: rule(weight_decay), rate_factor };
        let all = ModuleOptimizer::from(scaled(train.weight_decay, 1.0));
        if norm.ids.is_empty() {
            return all;
        }
        let weight_decay = if norm.decay { train.weight_decay } else { 0.0 };
        let apart = scaled(weight_decay, norm.learning_rate_factor);
        all.with_group(ParamGroup::from_ids(norm.ids.clone()), apart, None)
    }
}

/// A rule with a factor on its learning rate.
#[derive(Clone)]
struct Scaled<O> {
    rule: O,
    rate_factor: f64,
}

impl<O: Optimizer> Optimizer for Scaled<O> {
    type State<const D: usize> = O::State<D>;

    fn step<const D: usize>(
        &self,
        rate: LearningRate,
        tensor: Tensor<D>,
        gradient: Tensor<D>,
        state: Option<Self::State<D>>,
    ) -> (Tensor<D>, Option<Self::State<D>>) {
        self.rule.step(rate * self.rate_factor, tensor, gradient, state)
    }

    fn to_device<const D: usize>(state: Self::State<D>, device: &Device) -> Self::State<D> {
        O::to_device(state, device)
    }
}

#[cfg(test)]
pub(crate) mod tests;
