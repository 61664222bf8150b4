//! The update rules, one file for each, and the table of them ([`of`]).
//!
//! A rule is written twice: as a loop over plain slices ([`Rule::at`]), which the fused optimiser
//! runs on devices whose memory is the host's, and as burn's own optimiser ([`Rule::of_burn`]) for
//! all others, which also checks the loop in the tests.
//!
//! In every rule `w` are the weights, `g` the gradient and `η` the learning rate. Weight decay enters
//! in one of two ways: `g ← g + λ w` (an L2 penalty), or `w ← κ w` before the update (decoupled).
//! Running means are written as `m ← m + (1 − β)(x − m)`: with `1 − β` rounded only once, the
//! weights in the mean still add up to the bias that Adam corrects.
//!
//! The loops make one pass over the weights and are compiled once per vector width ([`vectorised`](crate::kernels::vectorised)).
//! Each element is computed separately, in 32-bit floats, so the vector width does not affect
//! the result.

mod adam;
mod momentum;
mod rms_prop;
mod sgd;

use std::fmt::Debug;
use std::sync::Arc;

use burn::optim::ModuleOptimizer;
use burn::optim::decay::WeightDecayConfig;

use super::groups::Groups;
use crate::config::spec::Optimizer;

/// An update rule with its constants.
pub(super) trait Rule: Debug + Send + Sync {
    /// Which running values it keeps for each weight.
    fn keeps(&self) -> Keeps;

    /// Whether weight decay multiplies the weights, instead of being added to the gradient.
    fn decouples_weight_decay(&self) -> bool;

    /// The update of a step.
    fn at(&self, step: Step) -> Box<dyn Apply>;

    /// The same rule as an optimiser of burn.
    fn of_burn(&self, groups: &Groups<'_>) -> ModuleOptimizer;
}

/// The rule of `[train]`. A new optimiser is a variant in `config/spec/train.rs`, a file beside this one and a match
/// arm here.
pub(super) fn of(optimizer: Optimizer) -> Arc<dyn Rule> {
    match optimizer {
        Optimizer::Sgd => Arc::new(sgd::Sgd),
        Optimizer::Momentum { momentum } => {
            Arc::new(momentum::Momentum::<false> { factor: momentum })
        }
        Optimizer::Nesterov { momentum } => {
            Arc::new(momentum::Momentum::<true> { factor: momentum })
        }
        Optimizer::RmsProp { rho, epsilon } => Arc::new(rms_prop::RmsProp { rho, epsilon }),
        Optimizer::Adam { beta_1, beta_2, epsilon } => {
            Arc::new(adam::Adam::<false> { beta_1, beta_2, epsilon })
        }
        Optimizer::AdamW { beta_1, beta_2, epsilon } => {
            Arc::new(adam::Adam::<true> { beta_1, beta_2, epsilon })
        }
    }
}

/// The running values of a rule: as many numbers as weights for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Keeps {
    /// The running mean of the gradient, or the velocity.
    pub(super) first: bool,
    /// The running mean of the squared gradient.
    pub(super) second: bool,
}

/// What a rule's constants of one step depend on.
#[derive(Debug, Clone, Copy)]
pub(super) struct Step {
    pub(super) learning_rate: f64,
    pub(super) decay: Decay,
    /// The number of this step, from 1.
    pub(super) number: usize,
}

/// A rule with its constants for one step.
pub trait Apply: Send + Sync {
    /// Updates weights and running values in place, each element on its own: a parameter may be updated in parts. A weight
    /// of 0 with a gradient of 0 and running values of 0 stays 0.
    fn apply(&self, values: Values<'_>);
}

/// Number of values between addresses with the same last 12 bits.
///
/// By these bits a processor decides whether a load reads what an earlier store, not yet done, writes. If an array is
/// read where, modulo 4 KiB, another one has just been written, the load waits for the store: the update of a perceptron took
/// three times as long in one process of three. The four arrays
/// of [`Values`] lie a quarter of this distance apart where that counts: in fused steps of fully connected layers.
pub const ALIASES: usize = 4096 / size_of::<f32>();

/// Distance modulo 4 KiB of arrays that are updated together.
pub const APART: usize = ALIASES / 4;

/// Weights that are updated. Running values that the rule does not keep are empty.
#[derive(Debug)]
pub struct Values<'a> {
    /// The weights.
    pub weights: &'a mut [f32],
    /// Their gradient.
    pub gradient: &'a [f32],
    /// The running mean of the gradient, or the velocity.
    pub first: &'a mut [f32],
    /// The running mean of the squared gradient.
    pub second: &'a mut [f32],
}

/// Weight decay of one step; `λ = 0, κ = 1` is none.
#[derive(Debug, Clone, Copy)]
pub(super) struct Decay {
    /// λ, added to the gradient.
    pub(super) penalty: f32,
    /// κ, multiplied into the weights.
    pub(super) keep: f32,
}

/// Running values below this become 0. Those of a dead unit shrink for ever, and arithmetic
/// on numbers below 1e-38 is ten times as slow as on others.
const SMALLEST: f32 = 1e-30;

fn flushed(value: f32) -> f32 {
    if value.abs() < SMALLEST { 0.0 } else { value }
}

/// Weight decay for burn's optimisers where it is an L2 penalty.
fn penalty(weight_decay: f64) -> Option<WeightDecayConfig> {
    (weight_decay != 0.0).then(|| WeightDecayConfig::new(weight_decay as f32))
}
