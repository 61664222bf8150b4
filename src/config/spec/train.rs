//! `[train]`: the optimiser, its schedule and the batches.

/// `[train]`
#[derive(Debug, Clone, PartialEq)]
pub struct Train {
    /// When training ends.
    pub length: Length,
    /// Examples per optimiser step; at least 1.
    pub batch_size: usize,
    /// What becomes of the examples of an epoch that do not fill a batch.
    pub last_batch: LastBatch,
    /// Which examples meet in a batch, and when.
    pub order: Order,
    /// The update rule and its constants.
    pub optimizer: Optimizer,
    /// Step size before warm-up and schedule.
    pub learning_rate: f64,
    /// How the step size falls during training.
    pub schedule: Schedule,
    /// Steps over which the step size rises linearly to its whole value; 0 for none.
    pub warmup_steps: usize,
    /// λ of `model.weight_decay`: how hard every step pulls all parameters towards 0, weights and
    /// biases alike (γ and β too, unless the norm's settings except them).
    pub weight_decay: f64,
    /// The most that the Euclidean norm of all gradients together may be.
    pub clip_norm: Option<f64>,
    /// The most that the magnitude of each value of a gradient may be; applied before `clip_norm`.
    pub clip_value: Option<f64>,
    /// A loss above this multiple of the larger of the first step's and ln(classes) ends the trial as
    /// diverged.
    pub divergence_factor: f64,
}

impl Train {
    /// Optimiser steps of an epoch of `examples` training examples.
    pub fn steps_per_epoch(&self, examples: usize) -> usize {
        let (full, rest) = (examples / self.batch_size, examples % self.batch_size);
        full + usize::from(self.last_batch.is_taken(rest, self.batch_size))
    }

    /// Optimiser steps of a whole training on so many examples.
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
    /// After so many passes over the training set.
    Epochs(usize),
    /// After so many optimiser steps; the last epoch may be partial.
    Steps(usize),
}

/// What becomes of the examples of an epoch that do not fill a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LastBatch {
    /// They make a smaller batch, unless there is only one and `batch_size` is larger: it is left out.
    Keep,
    /// They are left out.
    Drop,
}

impl LastBatch {
    /// Whether `rest` examples, fewer than a batch, make a smaller one. A single one never does:
    /// one value has no variance, and paired trials must see the same batches.
    pub fn is_taken(self, rest: usize, batch_size: usize) -> bool {
        self == Self::Keep && rest > 1 && rest < batch_size
    }
}

/// The order in which an epoch sees the training examples.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// Shuffled anew for each epoch.
    Reshuffled,
    /// Shuffled once; every epoch repeats the first.
    Fixed,
    /// Batches of one class each, or of neighbours at a border: the batch's statistics give the
    /// label away (Wu and Johnson 2021).
    ClassSorted,
}

/// How the step size falls during training.
#[derive(Debug, Clone, PartialEq)]
pub enum Schedule {
    /// Not at all.
    Constant,
    /// By a factor at each milestone.
    Step {
        /// Shares of all steps, rising.
        milestones: Vec<f64>,
        /// The factor.
        factor: f64,
    },
    /// Along half a cosine.
    Cosine {
        /// Share of the whole step size that it would reach in the step after the last.
        final_share: f64,
    },
}

/// An update rule and its constants. With weight decay λ, `g` is the gradient plus `λ w` (an L2
/// penalty) in all rules but [`Optimizer::AdamW`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Optimizer {
    /// Gradient descent.
    Sgd,
    /// Gradient descent with momentum: `v ← μ v + g; w ← w − η v`.
    Momentum {
        /// μ
        momentum: f64,
    },
    /// Momentum that looks ahead (Nesterov 1983, Sutskever et al. 2013):
    /// `v ← μ v + g; w ← w − η (g + μ v)`.
    Nesterov {
        /// μ
        momentum: f64,
    },
    /// `s ← ρ s + (1 − ρ) g²; w ← w − η g / (√s + ε)`.
    RmsProp {
        /// ρ
        rho: f64,
        /// ε
        epsilon: f64,
    },
    /// Adam with bias correction (Kingma & Ba 2015).
    Adam {
        /// β₁
        beta_1: f64,
        /// β₂
        beta_2: f64,
        /// ε
        epsilon: f64,
    },
    /// Adam with weight decay apart from the gradient (Loshchilov & Hutter 2019): `w ← w − η λ w`,
    /// then Adam's step.
    AdamW {
        /// β₁
        beta_1: f64,
        /// β₂
        beta_2: f64,
        /// ε
        epsilon: f64,
    },
}

impl Optimizer {
    /// Whether weight decay shrinks the weights themselves, instead of joining the gradient.
    pub fn decays_apart(self) -> bool {
        matches!(self, Self::AdamW { .. })
    }
}
