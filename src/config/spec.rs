//! What an experiment is, once checked: plain types, every default filled in, nothing optional
//! that must exist. `config/check.rs` is the only place that makes these from a file.
//!
//! A key that means nothing in a condition (an Adam constant under plain gradient descent, a
//! normalisation setting without normalisation) does not exist in that condition's types, nor in
//! its [`Condition::keys`], so it cannot decide anything by accident.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::value::Value;

/// One checked experiment file.
#[derive(Debug, Clone, PartialEq)]
pub struct Experiment {
    /// Short name; names the default results folder.
    pub name: String,
    /// The question that the experiment answers, in a sentence; may be empty.
    pub question: String,
    /// Base seed of every random stream.
    pub seed: u64,
    /// Repetitions of every condition, each with its own streams; at least 1.
    pub replicates: u64,
    /// The keys that the sweep varies, in the file's order.
    pub axes: Vec<Axis>,
    /// The points of the sweep, the last axis varying fastest; at least one.
    pub conditions: Vec<Condition>,
    /// Where results go, and how often.
    pub output: Output,
    /// The experiment as a TOML text with every default filled in; running it repeats this one.
    pub resolved: String,
}

/// A key that the sweep varies.
#[derive(Debug, Clone, PartialEq)]
pub struct Axis {
    /// Dotted key: `norm.placement`.
    pub key: String,
    /// Its values, in the file's order, all different.
    pub values: Vec<Value>,
}

/// One point of the sweep.
#[derive(Debug, Clone, PartialEq)]
pub struct Condition {
    /// Position in [`Experiment::conditions`], from 0.
    pub index: usize,
    /// The value of each axis, in the order of [`Experiment::axes`]; `None` where the axis means
    /// nothing in this condition (a normalisation key without normalisation).
    pub values: Vec<Option<Value>>,
    /// What the trainer is told.
    pub settings: Settings,
    /// Every key that decides the condition's numbers, with its value: what a trial id is made of.
    pub keys: BTreeMap<String, Value>,
}

/// Everything that decides a trial's numbers, seeds left out.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// `[data]`
    pub data: Data,
    /// `[model]`
    pub model: Model,
    /// `[norm]`
    pub norm: Norm,
    /// `[train]`
    pub train: Train,
}

/// `[data]`
#[derive(Debug, Clone, PartialEq)]
pub struct Data {
    /// Which dataset.
    pub dataset: Dataset,
    /// Take only the first so many training examples (before validation is split off).
    pub train_examples: Option<usize>,
    /// Take only the first so many test examples.
    pub test_examples: Option<usize>,
    /// How much of the training set is held out for validation.
    pub validation: Validation,
    /// Whether each replicate draws its own validation split.
    pub split: Split,
    /// How bytes become inputs.
    pub input_scaling: InputScaling,
}

/// A dataset and what only it needs.
#[derive(Debug, Clone, PartialEq)]
pub enum Dataset {
    /// Generated digits; no files, no network.
    Glyphs {
        /// 0 = clean and upright, 1 = barely legible.
        difficulty: f64,
        /// Seed of the generator, shared by all replicates.
        seed: u64,
    },
    /// Handwritten digits (LeCun, Cortes, Burges).
    Mnist,
    /// Articles of clothing (Zalando).
    FashionMnist,
}

impl Dataset {
    /// Training glyphs that are generated where `data.train_examples` does not say.
    pub const GLYPHS_TRAIN: u32 = 6_000;
    /// Test glyphs that are generated where `data.test_examples` does not say.
    pub const GLYPHS_TEST: u32 = 2_000;

    /// The name used in experiment files, folders and messages.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Glyphs { .. } => "glyphs",
            Self::Mnist => "mnist",
            Self::FashionMnist => "fashion-mnist",
        }
    }
}

/// How much of the training set is held out.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Validation {
    /// So many examples; 0 for none.
    Count(usize),
    /// A share of the training set, in `(0, 1)`, rounded down to whole examples.
    Fraction(f64),
}

impl Validation {
    /// How many of `total` training examples are held out.
    pub fn of(self, total: usize) -> usize {
        match self {
            Self::Count(count) => count,
            Self::Fraction(share) => (total as f64 * share) as usize,
        }
    }
}

/// Which examples are held out for validation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Split {
    /// Each replicate draws its own.
    PerReplicate,
    /// All replicates share one.
    Fixed,
}

/// How a raw byte `x` in 0…255 becomes an input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InputScaling {
    /// `x / 255`
    Unit,
    /// `(x − mean) / std`, over all pixels of the training examples used
    Standardize,
    /// `x`
    None,
}

/// `[model]`
#[derive(Debug, Clone, PartialEq)]
pub struct Model {
    /// The architecture.
    pub kind: Architecture,
    /// The nonlinearity after every hidden layer.
    pub activation: Activation,
    /// How initial weights are drawn.
    pub init: Init,
    /// Factor on every initial weight.
    pub init_scale: f64,
    /// When linear layers carry a bias.
    pub bias: Bias,
}

/// A network architecture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Architecture {
    /// Fully connected layers.
    Mlp {
        /// Units of each hidden layer; may be empty (a linear classifier).
        hidden: Vec<usize>,
    },
}

/// A nonlinearity `f`, applied to each element.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Activation {
    /// `max(0, x)`
    Relu,
    /// `x` if `x > 0`, else `slope · x`
    LeakyRelu {
        /// Slope for negative inputs.
        slope: f64,
    },
    /// `x Φ(x)`, exact
    Gelu,
    /// `1 / (1 + e⁻ˣ)`
    Sigmoid,
    /// `tanh x`
    Tanh,
    /// `x`
    Identity,
}

/// How the initial weights of a layer with `fan_in` inputs and `fan_out` outputs are drawn.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Init {
    /// Uniform in `±√(6 / (fan_in + fan_out))`
    GlorotUniform,
    /// Normal with variance `2 / (fan_in + fan_out)`
    GlorotNormal,
    /// Uniform in `±√(6 / fan_in)`
    HeUniform,
    /// Normal with variance `2 / fan_in`
    HeNormal,
    /// Uniform in `±√(3 / fan_in)`
    LecunUniform,
    /// Normal with variance `1 / fan_in`
    LecunNormal,
    /// Normal with a given standard deviation
    Normal {
        /// Standard deviation.
        std: f64,
    },
    /// A random matrix with orthonormal rows or columns, whichever are fewer
    Orthogonal,
}

/// When linear layers carry a bias. The output layer follows `Never`, else always has one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bias {
    /// Except where a normalisation follows directly and would cancel it.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// `[norm]`
#[derive(Debug, Clone, PartialEq)]
pub struct Norm {
    /// Where hidden layers are normalised.
    pub placement: Placement,
    /// Whether the raw input is normalised as well (without regard to the placement).
    pub on_input: bool,
    /// The layer's own settings; `None` where nothing is normalised.
    pub layer: Option<BatchNormSettings>,
}

/// Where batch normalisation stands relative to the activation of a hidden layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Placement {
    /// Nowhere.
    None,
    /// linear → **norm** → activation, as in Ioffe & Szegedy 2015.
    Before,
    /// linear → activation → **norm**.
    After,
}

impl Placement {
    /// `none`, `before`, `after`
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Before => "before",
            Self::After => "after",
        }
    }
}

/// Settings of one batch normalisation layer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BatchNormSettings {
    /// Weight on the **old** value in `running ← decay · running + (1 − decay) · batch`: Keras's
    /// `momentum`, one minus PyTorch's.
    pub decay: f64,
    /// ε, added to the variance under the root.
    pub epsilon: f64,
    /// Which variance estimate is stored for evaluation.
    pub running_variance: RunningVariance,
}

/// The estimate of the variance that feeds the running variance; the batch itself is always
/// normalised with the biased one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunningVariance {
    /// Divided by `n` (Keras).
    Biased,
    /// Divided by `n − 1` (PyTorch, the 2015 paper).
    Unbiased,
}

/// `[train]`
#[derive(Debug, Clone, PartialEq)]
pub struct Train {
    /// When training ends.
    pub length: Length,
    /// Examples per optimiser step; at least 1.
    pub batch_size: usize,
    /// What becomes of the examples of an epoch that do not fill a batch.
    pub last_batch: LastBatch,
    /// The update rule and its constants.
    pub optimizer: Optimizer,
    /// Step size.
    pub learning_rate: f64,
    /// A loss above this multiple of the first step's ends the trial as diverged.
    pub divergence_factor: f64,
}

impl Train {
    /// Optimiser steps of an epoch of `examples` training examples.
    pub fn steps_per_epoch(&self, examples: usize) -> usize {
        let (full, rest) = (examples / self.batch_size, examples % self.batch_size);
        full + usize::from(self.last_batch.is_taken(rest, self.batch_size))
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

/// An update rule and its constants.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Optimizer {
    /// Gradient descent.
    Sgd,
    /// Gradient descent with momentum: `v ← μ v + g; w ← w − η v`.
    Momentum {
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
    /// Adam with bias correction.
    Adam {
        /// β₁
        beta_1: f64,
        /// β₂
        beta_2: f64,
        /// ε
        epsilon: f64,
    },
}

/// `[output]`: nothing here decides a number, so nothing here is part of a trial's id.
#[derive(Debug, Clone, PartialEq)]
pub struct Output {
    /// The results folder.
    pub dir: PathBuf,
    /// A row in `steps.csv` every so many steps; at least 1.
    pub log_every_steps: usize,
    /// The accuracy whose first reaching is reported as "epochs and seconds to target".
    pub target_accuracy: f64,
}
