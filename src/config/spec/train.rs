//! `[train]`: the optimiser, its schedule and the batches.

use super::model::WEIGHT_DECAY;
use crate::config::declare::{choices, keys, settings};
use crate::config::key::Applies::Where;
use crate::config::key::DefaultValue::{Number, Numbers, Open, PerWord, Text, Whole};
use crate::config::key::{Choice, field_of};
use crate::config::rule::{
    ABOVE_0_TO_1, BELOW_ONE, BETWEEN_0_AND_1, Bound, FROM_0_TO_1, List, Order as Between, POSITIVE,
    Rule, STEP, count,
};
use crate::config::value::Value;

keys! { TRAIN_KEYS:
    EPOCHS: usize = "train.epochs", count(1_000_000), default Whole(10),
        only Where("without `train.steps`", |point| point.value(STEPS.0).is_none());
        "Passes over the training set.";
    STEPS: Option<usize> = "train.steps", count(1_000_000_000), default Open("none");
        "Optimiser steps, instead of epochs; the last epoch may be partial.";
    BATCH_SIZE: usize = "train.batch_size", count(1_000_000), default Whole(32);
        "Examples per optimiser step.";
    LAST_BATCH: LastBatch = "train.last_batch", Rule::Choice(LastBatch::WORDS), default Text("keep");
        "Whether the examples of an epoch that do not fill a batch make a smaller one.";
    ORDER: Order = "train.order", Rule::Choice(Order::WORDS), default Text("reshuffled");
        "The order of the training examples: shuffled anew for each epoch, shuffled once for all, or sorted by class, so that a batch holds one class (or those at a border) and its statistics give the label away.";
    OPTIMIZER: Optimizer = "train.optimizer", Rule::Choice(Optimizer::WORDS), default Text("adam");
        "The update rule. `\"adamw\"` keeps weight decay apart from the gradient.";
    LEARNING_RATE: f64 = "train.learning_rate", POSITIVE,
        default PerWord(OPTIMIZER.0, |point| {
            Value::Float(point.get(OPTIMIZER).default_learning_rate())
        });
        "Step size before warm-up and schedule; the defaults are Keras's.";
    SCHEDULE: Schedule = "train.schedule", Rule::Choice(Schedule::WORDS), default Text("constant");
        "How the step size falls during training.";
    SCHEDULE_MILESTONES: Vec<f64> = "train.schedule_milestones", Rule::List(&MILESTONES),
        default Numbers(&[0.5, 0.75]), only field_of(SCHEDULE);
        "After which shares of all steps it falls.";
    SCHEDULE_FACTOR: f64 = "train.schedule_factor", ABOVE_0_TO_1,
        default Number(0.1), only field_of(SCHEDULE);
        "By which factor it falls at each milestone.";
    FINAL_SHARE: f64 = "train.final_learning_rate_share", FROM_0_TO_1,
        default Number(0.0), only field_of(SCHEDULE);
        "The share of it that is left at the end.";
    WARMUP_STEPS: usize = "train.warmup_steps", STEP, default Whole(0);
        "Steps over which the step size rises linearly to its whole value.";
    CLIP_NORM: Option<f64> = "train.clip_norm", POSITIVE, default Open("none");
        "The most that the Euclidean norm of all gradients together may be; larger ones are scaled down.";
    CLIP_VALUE: Option<f64> = "train.clip_value", POSITIVE, default Open("none");
        "The most that the magnitude of each value of a gradient may be; larger ones are cut, before `train.clip_norm`.";
    MOMENTUM: f64 = "train.momentum", BELOW_ONE, default Number(0.9), only field_of(OPTIMIZER);
        "Weight on the old velocity.";
    RHO: f64 = "train.rho", BELOW_ONE, default Number(0.9), only field_of(OPTIMIZER);
        "Weight on the old mean square of the gradient.";
    BETA_1: f64 = "train.beta_1", BELOW_ONE, default Number(0.9), only field_of(OPTIMIZER);
        "Weight on the old mean of the gradient.";
    BETA_2: f64 = "train.beta_2", BELOW_ONE, default Number(0.999), only field_of(OPTIMIZER);
        "Weight on the old mean square of the gradient.";
    OPTIMIZER_EPSILON: f64 = "train.optimizer_epsilon", POSITIVE,
        default Number(1e-7), only field_of(OPTIMIZER);
        "Added to the root of the mean square; the default is Keras's.";
    DIVERGENCE_FACTOR: f64 = "train.divergence_factor",
        Rule::Number { low: Bound::Excluding(1.0), high: Bound::Absent }, default Number(1000.0);
        "A training loss above this multiple of the first step's, or of ln(classes) where that is larger, ends the trial as `diverged`; so does one that is not finite.";
}

const MILESTONES: List = List::new(
    BETWEEN_0_AND_1,
    (1, 100),
    Between::Rising,
    "a list of 1 to 100 rising shares, each above 0 and below 1",
);

settings! {
    /// The section `[train]`.
    #[derive(Debug, Clone, PartialEq)]
    pub struct Train {
        /// When training ends.
        pub length: Length => |point| match point.get(STEPS) {
            Some(steps) => Length::Steps(steps),
            None => Length::Epochs(point.get(EPOCHS)),
        },
        /// Examples per optimiser step; at least 1.
        pub batch_size: usize = BATCH_SIZE,
        /// How examples that do not fill a batch at the end of an epoch are handled.
        pub last_batch: LastBatch = LAST_BATCH,
        /// The order of the training examples.
        pub order: Order = ORDER,
        /// The update rule and its constants.
        pub optimizer: Optimizer = OPTIMIZER,
        /// The learning rate before warm-up and schedule.
        pub learning_rate: f64 = LEARNING_RATE,
        /// How the learning rate falls during training.
        pub schedule: Schedule = SCHEDULE,
        /// Steps over which the learning rate rises linearly to its full value; 0 for none.
        pub warmup_steps: usize = WARMUP_STEPS,
        /// Weight decay λ on all parameters, weights and biases alike (γ and β too, unless the norm's settings
        /// exclude them).
        pub weight_decay: f64 = WEIGHT_DECAY,
        /// The greatest Euclidean norm of all gradients together.
        pub clip_norm: Option<f64> = CLIP_NORM,
        /// The greatest magnitude of each value of a gradient; applied before `clip_norm`.
        pub clip_value: Option<f64> = CLIP_VALUE,
        /// A loss above this multiple of the larger of the first step's and ln(classes) ends the trial as
        /// diverged.
        pub divergence_factor: f64 = DIVERGENCE_FACTOR,
    }
}

impl Train {
    /// Optimiser steps of an epoch of `examples` training examples.
    pub fn steps_per_epoch(&self, examples: usize) -> usize {
        let (full, rest) = (examples / self.batch_size, examples % self.batch_size);
        full + usize::from(self.last_batch.is_taken(rest, self.batch_size))
    }

    /// Optimiser steps of a whole training on `examples` training examples.
    pub fn steps(&self, examples: usize) -> usize {
        match self.length {
            Length::Epochs(epochs) => epochs * self.steps_per_epoch(examples),
            Length::Steps(steps) => steps,
        }
    }
}

/// When training ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Length {
    /// After this number of passes over the training set.
    Epochs(usize),
    /// After this number of optimiser steps; the last epoch may be partial.
    Steps(usize),
}

choices! {
    /// How examples that do not fill a batch at the end of an epoch are handled.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub enum LastBatch {
        /// They form a smaller batch, except a single example with `batch_size` above 1, which is dropped.
        Keep = "keep",
        /// These examples are dropped.
        Drop = "drop",
    }
}

impl LastBatch {
    /// Whether `rest` examples, fewer than a batch, form a smaller one. A single one never does:
    /// one value has no variance, and paired trials must see the same batches.
    pub fn is_taken(self, rest: usize, batch_size: usize) -> bool {
        self == Self::Keep && rest > 1 && rest < batch_size
    }
}

choices! {
    /// The order of the training examples in an epoch.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub enum Order {
        /// Shuffled for each epoch.
        Reshuffled = "reshuffled",
        /// Shuffled once; every epoch repeats the first.
        Fixed = "fixed",
        /// Batches of one class each, or of two adjacent ones where a class ends: the batch's statistics reveal
        /// the label (Wu and Johnson 2021).
        ClassSorted = "class_sorted",
    }
}

choices! {
    /// How the learning rate falls during training.
    #[derive(Debug, Clone, PartialEq)]
    pub enum Schedule {
        /// Constant.
        Constant = "constant",
        /// Multiplied by a factor at each milestone.
        Step = "step" {
            /// Shares of all steps, increasing.
            milestones: Vec<f64> = SCHEDULE_MILESTONES,
            /// The factor at each milestone.
            factor: f64 = SCHEDULE_FACTOR,
        },
        /// Along half a cosine.
        Cosine = "cosine" {
            /// Share of the full learning rate that it would reach in the step after the last.
            final_share: f64 = FINAL_SHARE,
        },
    }
}

choices! {
    /// An update rule and its constants. With weight decay λ, `g` is the gradient plus `λ w` (an L2
    /// penalty) in all rules but [`Optimizer::AdamW`].
    #[derive(Debug, Clone, Copy, PartialEq)]
    pub enum Optimizer {
        /// Adam with bias correction (Kingma & Ba 2015).
        Adam = "adam" as "Adam" {
            /// β₁
            beta_1: f64 = BETA_1,
            /// β₂
            beta_2: f64 = BETA_2,
            /// ε
            epsilon: f64 = OPTIMIZER_EPSILON,
        },
        /// Adam with decoupled weight decay (Loshchilov & Hutter 2019): `w ← w − η λ w`,
        /// then Adam's step.
        AdamW = "adamw" as "AdamW" {
            /// β₁
            beta_1: f64 = BETA_1,
            /// β₂
            beta_2: f64 = BETA_2,
            /// ε
            epsilon: f64 = OPTIMIZER_EPSILON,
        },
        /// Gradient descent.
        Sgd = "sgd" as "SGD",
        /// Gradient descent with momentum: `v ← μ v + g; w ← w − η v`.
        Momentum = "momentum" as "SGD with momentum" {
            /// μ
            momentum: f64 = MOMENTUM,
        },
        /// Nesterov momentum (Nesterov 1983, Sutskever et al. 2013):
        /// `v ← μ v + g; w ← w − η (g + μ v)`.
        Nesterov = "nesterov" as "SGD with Nesterov momentum" {
            /// μ
            momentum: f64 = MOMENTUM,
        },
        /// `s ← ρ s + (1 − ρ) g²; w ← w − η g / (√s + ε)`.
        RmsProp = "rmsprop" as "RMSprop" {
            /// ρ
            rho: f64 = RHO,
            /// ε
            epsilon: f64 = OPTIMIZER_EPSILON,
        },
    }
}

impl Optimizer {
    /// The default learning rate, which is Keras's.
    fn default_learning_rate(self) -> f64 {
        match self {
            Self::Sgd | Self::Momentum { .. } | Self::Nesterov { .. } => 0.01,
            Self::Adam { .. } | Self::AdamW { .. } | Self::RmsProp { .. } => 0.001,
        }
    }
}
