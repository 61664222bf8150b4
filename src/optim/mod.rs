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

use burn::module::{Module, ParamId};
use burn::optim::{GradientsParams, ModuleOptimizer};

use crate::config::spec::{self, Train};
use fused::Fused;
use groups::Groups;
pub use groups::{Group, NormParameters};
use rules::Rule;
pub use rules::{ALIASES, APART, Apply, Values};
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
    rule: Arc<dyn Rule>,
    norm: NormParameters,
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
    Updater { rules, rule, norm: norm.clone(), train: train.clone(), total_steps, steps: 0 }
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
        self.rules.step(self.rate(), module, gradients)
    }

    /// The learning rate of the present step.
    fn rate(&self) -> f64 {
        schedule::learning_rate(&self.train, self.steps, self.total_steps)
    }

    /// The next step, for a caller that keeps weights and running values itself, in host memory.
    pub fn next_update(&mut self) -> Update {
        self.steps += 1;
        let rate = self.rate();
        let groups = Groups { train: &self.train, norm: &self.norm };
        let of = |rate: f64, weight_decay: f64| {
            Fused { rule: Arc::clone(&self.rule), weight_decay }.at(rate, self.steps)
        };
        Update {
            others: of(rate, self.train.weight_decay),
            norms: of(rate * self.norm.learning_rate_factor, groups.norm_weight_decay()),
            clip_value: self.train.clip_value,
            clip_norm: self.train.clip_norm,
        }
    }

    /// Whether the rule keeps the first and the second running value of each weight.
    pub fn keeps(&self) -> [bool; 2] {
        let keeps = self.rule.keeps();
        [keeps.first, keeps.second]
    }

    /// The group of a parameter.
    pub fn group(&self, parameter: ParamId) -> Group {
        self.norm.group(parameter)
    }

    /// Sets the number of steps that were taken, for a caller that keeps the running values itself.
    pub fn continue_after(&mut self, steps: usize) {
        self.steps = steps;
    }
}

/// One step: the update of each group of parameters, and what is to be done to their gradients before.
pub struct Update {
    others: Box<dyn Apply>,
    norms: Box<dyn Apply>,
    clip_value: Option<f64>,
    clip_norm: Option<f64>,
}

impl Update {
    /// The update of a group.
    pub fn of(&self, group: Group) -> &dyn Apply {
        match group {
            Group::Norm => &*self.norms,
            Group::Other => &*self.others,
        }
    }

    /// Whether the gradients of all parameters must be known before any is updated.
    pub fn clips(&self) -> bool {
        self.clip_value.is_some() || self.clip_norm.is_some()
    }

    /// Clips the gradients of all parameters; see `clipping.rs`.
    pub fn clip(&self, gradients: &mut [&mut [f32]]) {
        clipping::in_host_memory(gradients, self.clip_value, self.clip_norm);
    }
}

/// How many values the rule of `optimizer` keeps for each parameter.
pub fn values_kept(optimizer: spec::Optimizer) -> usize {
    let keeps = rules::of(optimizer).keeps();
    usize::from(keeps.first) + usize::from(keeps.second)
}

#[cfg(test)]
pub(crate) mod tests;
