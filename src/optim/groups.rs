//! Groups of parameters with common settings: γ and β of the norm layers may have their own learning rate and
//! weight decay.

use burn::module::{ParamGroup, ParamId};
use burn::optim::{LearningRate, ModuleOptimizer, Optimizer};
use burn::tensor::{Device, Tensor};

use crate::config::spec::Train;

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

/// The group of a parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Group {
    /// γ and β of the norm layers.
    Norm,
    /// All others.
    Other,
}

impl NormParameters {
    /// The group of the parameter with this id.
    pub(super) fn group(&self, id: ParamId) -> Group {
        if self.ids.contains(&id) { Group::Norm } else { Group::Other }
    }
}

/// The parameters in groups with common settings: all of them, or γ and β separately.
pub(super) struct Groups<'a> {
    pub(super) train: &'a Train,
    pub(super) norm: &'a NormParameters,
}

impl Groups<'_> {
    /// An optimiser for all groups; `rule` makes that of a group from its weight decay.
    pub(super) fn build<O: Optimizer>(&self, rule: impl Fn(f64) -> O) -> ModuleOptimizer {
        let (train, norm) = (self.train, self.norm);
        let scaled = |weight_decay, rate_factor| Scaled { rule: rule(weight_decay), rate_factor };
        let all = ModuleOptimizer::from(scaled(train.weight_decay, 1.0));
        if norm.ids.is_empty() {
            return all;
        }
        let apart = scaled(self.norm_weight_decay(), norm.learning_rate_factor);
        all.with_group(ParamGroup::from_ids(norm.ids.clone()), apart, None)
    }

    /// The weight decay of γ and β.
    pub(super) fn norm_weight_decay(&self) -> f64 {
        if self.norm.decay { self.train.weight_decay } else { 0.0 }
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
