//! `[norm]`: how activations are normalised.

use super::norm_keys::{
    AVERAGING, BETA_CONSTRAINT, BETA_INIT, BETA_L1, BETA_L2, CENTER, D_MAX, D_RELAXED_AT, DECAY,
    EPSILON, GAMMA_CONSTRAINT, GAMMA_INIT, GAMMA_L1, GAMMA_L2, GROUPS, MAX_NORM, MEAN_INIT,
    NORM_KIND, PRECISE_EXAMPLES, R_MAX, R_MIN, R_RELAXED_AT, RELAX_FROM, RENORM_DECAY,
    RUNNING_VARIANCE, SCALE, TRACK_RUNNING_STATS, VARIANCE_INIT, VIRTUAL_BATCH_SIZE,
};
use crate::config::declare::{choices, settings};

/// The section `[norm]`.
#[derive(Debug, Clone, PartialEq)]
pub struct Norm {
    /// Where the normalisation stands in hidden layers.
    pub placement: Placement,
    /// Which hidden layers are normalised.
    pub layers: NormLayers,
    /// Whether the recurrent map of a recurrent layer is normalised, too, each step separately.
    pub recurrent: bool,
    /// Whether the network's inputs are normalised as well (independently of the placement).
    pub on_input: bool,
    /// The settings of the norm layers; `None` where nothing is normalised.
    pub layer: Option<NormSettings>,
    /// Which statistics evaluation normalises with; without effect for a kind that keeps
    /// none.
    pub evaluation: Evaluation,
    /// Whether weight decay applies to γ and β.
    pub decay_parameters: bool,
    /// Factor on the learning rate of γ and β.
    pub learning_rate_factor: f64,
}

impl Norm {
    /// The settings of the norm layer of hidden layer `index` (from 0) of `count`; `None` where it
    /// has none.
    pub fn of_hidden(&self, index: usize, count: usize) -> Option<NormSettings> {
        let normalised = self.placement != Placement::None && self.layers.includes(index, count);
        self.layer.filter(|_| normalised)
    }

    /// The decay of the exponential averages that an evaluation uses; `None` where it uses none.
    pub fn running_decay(&self) -> Option<f64> {
        let has_norm = self.placement != Placement::None || self.on_input;
        let is_used = has_norm && self.evaluation == Evaluation::Running;
        match self.layer.filter(|_| is_used)?.kind {
            NormKind::Renorm(renorm) => Some(renorm.decay),
            NormKind::Batch(batch) => match batch.averages?.averaging {
                Averaging::Exponential { decay } => Some(decay),
                Averaging::Cumulative => None,
            },
            NormKind::Layer | NormKind::Group { .. } | NormKind::Instance => None,
        }
    }
}

choices! {
    /// Where the normalisation stands relative to the activation of a hidden layer.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
    pub enum Placement {
        /// No normalisation.
        None = "none",
        /// linear → **norm** → activation, as in Ioffe & Szegedy 2015.
        Before = "before",
        /// linear → activation → **norm**.
        After = "after",
        /// **norm** → activation → linear in the branch of a residual block, with no activation after the sum
        /// (He et al. 2016b).
        PreActivation = "pre-activation",
        /// The last **norm** of a residual block stands after its sum, before the activation (He et
        /// al. 2016b, figure 4 (b)).
        AfterAddition = "after-addition",
    }
}

impl Placement {
    /// Whether the placement exists only in a residual network.
    pub fn needs_shortcuts(self) -> bool {
        match self {
            Self::PreActivation | Self::AfterAddition => true,
            Self::None | Self::Before | Self::After => false,
        }
    }
}

/// Which hidden layers are normalised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NormLayers {
    /// All hidden layers.
    All,
    /// The one nearest to the input.
    First,
    /// The one nearest to the output layer.
    Last,
    /// Those at these positions, counted from 0 at the input.
    At(Vec<usize>),
}

impl NormLayers {
    /// Whether hidden layer `index` (from 0) of `count` is one of them.
    pub fn includes(&self, index: usize, count: usize) -> bool {
        match self {
            Self::All => true,
            Self::First => index == 0,
            Self::Last => index + 1 == count,
            Self::At(positions) => positions.contains(&index),
        }
    }
}

choices! {
    /// Which statistics evaluation normalises with.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub enum Evaluation {
        /// The running averages of training.
        Running = "running",
        /// Population statistics, computed over many training batches with frozen weights (Ioffe &
        /// Szegedy 2015, Algorithm 2; `PreciseBN` of Wu & Johnson 2021).
        Precise = "precise" {
            /// Most training examples that they are computed over; at least 1.
            examples: usize = PRECISE_EXAMPLES,
        },
        /// The statistics of each evaluated batch.
        Batch = "batch",
    }
}

settings! {
    /// Settings of one norm layer.
    #[derive(Debug, Clone, Copy, PartialEq)]
    pub struct NormSettings {
        /// The set of values that mean and variance are computed over.
        pub kind: NormKind = NORM_KIND,
        /// ε, added to the variance under the root.
        pub epsilon: f64 = EPSILON,
        /// γ, the scale of each normalised feature; `None` for a layer without one.
        pub gamma: Option<NormParameter> => |point| {
            point.get(SCALE).then(|| NormParameter {
                init: point.get(GAMMA_INIT),
                l1: point.get(GAMMA_L1),
                l2: point.get(GAMMA_L2),
                constraint: point.get(GAMMA_CONSTRAINT),
            })
        },
        /// β, the shift of each normalised feature; `None` for a layer without one.
        pub beta: Option<NormParameter> => |point| {
            point.get(CENTER).then(|| NormParameter {
                init: point.get(BETA_INIT),
                l1: point.get(BETA_L1),
                l2: point.get(BETA_L2),
                constraint: point.get(BETA_CONSTRAINT),
            })
        },
    }
}

impl NormSettings {
    /// Batch normalisation with exponential averages, initial γ = 1 and β = 0.
    pub fn batch(decay: f64, epsilon: f64, variance: RunningVariance) -> Self {
        let averages = Averages {
            averaging: Averaging::Exponential { decay },
            variance,
            initial_mean: 0.0,
            initial_variance: 1.0,
        };
        let kind =
            NormKind::Batch(BatchNorm { averages: Some(averages), virtual_batch_size: None });
        Self {
            kind,
            epsilon,
            gamma: Some(NormParameter::starting_at(1.0)),
            beta: Some(NormParameter::starting_at(0.0)),
        }
    }
}

/// γ or β: initial value, regularisation and constraint.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NormParameter {
    /// Initial value of every element.
    pub init: f64,
    /// Weight of the L1 penalty: the loss gains this times the sum of magnitudes.
    pub l1: f64,
    /// Weight of the L2 penalty: the loss gains this times the sum of squares.
    pub l2: f64,
    /// The constraint that is applied after each update.
    pub constraint: Constraint,
}

impl NormParameter {
    /// A parameter without regularisation or constraint, with initial value `init`.
    pub fn starting_at(init: f64) -> Self {
        Self { init, l1: 0.0, l2: 0.0, constraint: Constraint::None }
    }
}

choices! {
    /// A constraint on a vector of parameters, applied after each update (Keras's `constraints`).
    #[derive(Debug, Clone, Copy, PartialEq)]
    pub enum Constraint {
        /// No constraint.
        None = "none",
        /// Negative elements become 0.
        NonNegative = "non_negative",
        /// A vector longer than `limit` (in the Euclidean norm) is shortened to it.
        MaxNorm = "max_norm" {
            /// The greatest length.
            limit: f64 = MAX_NORM,
        },
        /// The vector is scaled to length 1.
        UnitNorm = "unit_norm",
    }
}

choices! {
    /// The set of values that a norm layer computes its mean and variance over.
    #[derive(Debug, Clone, Copy, PartialEq)]
    pub enum NormKind {
        /// The examples of a batch, separately for each feature (Ioffe & Szegedy 2015).
        Batch = "batch" (BatchNorm),
        /// As `Batch`, with a correction towards the running averages (Ioffe 2017).
        Renorm = "renorm" (Renorm),
        /// The features of an example (Ba et al. 2016).
        Layer = "layer",
        /// The features of an example, in groups (Wu & He 2018).
        Group = "group" {
            /// Number of groups; must divide the number of features.
            groups: usize = GROUPS,
        },
        /// The positions of an example's feature map, separately for each feature (Ulyanov et al. 2016).
        Instance = "instance",
    }
}

impl NormKind {
    /// Whether it subtracts each feature's own mean, which cancels any bias added to the feature.
    pub fn cancels_bias(self) -> bool {
        match self {
            Self::Batch(_) | Self::Renorm(_) | Self::Instance => true,
            Self::Layer | Self::Group { .. } => false,
        }
    }

    /// Whether it normalises over a batch, so that evaluation can differ from training.
    pub fn depends_on_batch(self) -> bool {
        match self {
            Self::Batch(_) | Self::Renorm(_) => true,
            Self::Layer | Self::Group { .. } | Self::Instance => false,
        }
    }
}

settings! {
    /// Settings of batch normalisation.
    #[derive(Debug, Clone, Copy, PartialEq)]
    pub struct BatchNorm {
        /// The averages kept for evaluation; `None` where none are kept.
        pub averages: Option<Averages> => |point| {
            point.get(TRACK_RUNNING_STATS).then(|| Averages::read(point))
        },
        /// Examples per sub-batch that is normalised separately in training ("ghost batch
        /// normalisation", Hoffer et al. 2017); `None` for the whole batch.
        pub virtual_batch_size: Option<usize> = VIRTUAL_BATCH_SIZE,
    }
}

settings! {
    /// Settings of batch renormalisation; the formulas are documented at the layer.
    #[derive(Debug, Clone, Copy, PartialEq)]
    pub struct Renorm {
        /// Weight on the old value of the averages kept for evaluation.
        pub decay: f64 = DECAY,
        /// Weight on the old value of the averages that `r` and `d` correct towards.
        pub renorm_decay: f64 = RENORM_DECAY,
        /// The running mean before the first batch.
        pub initial_mean: f64 = MEAN_INIT,
        /// The running variance before the first batch.
        pub initial_variance: f64 = VARIANCE_INIT,
        /// The final lower limit of `r`.
        pub r_min: f64 = R_MIN,
        /// The final upper limit of `r`; infinite without a limit, which is not possible in an
        /// experiment file.
        pub r_max: f64 => |point| point.get(R_MAX).unwrap_or(f64::INFINITY),
        /// The final limit of `|d|`; infinite without a limit.
        pub d_max: f64 => |point| point.get(D_MAX).unwrap_or(f64::INFINITY),
        /// The step up to which `r` is 1 and `d` is 0, which is plain batch normalisation.
        pub relax_from: usize = RELAX_FROM,
        /// The step from which `r` has its final limits.
        pub r_relaxed_at: usize = R_RELAXED_AT,
        /// The step from which `d` has its final limit.
        pub d_relaxed_at: usize = D_RELAXED_AT,
    }
}

settings! {
    /// How the statistics of training batches are averaged.
    #[derive(Debug, Clone, Copy, PartialEq)]
    pub struct Averages {
        /// The weights of the batches.
        pub averaging: Averaging = AVERAGING,
        /// Which variance estimate is stored for evaluation.
        pub variance: RunningVariance = RUNNING_VARIANCE,
        /// The running mean before the first batch.
        pub initial_mean: f64 = MEAN_INIT,
        /// The running variance before the first batch.
        pub initial_variance: f64 = VARIANCE_INIT,
    }
}

choices! {
    /// The weight of a batch in the running averages.
    #[derive(Debug, Clone, Copy, PartialEq)]
    pub enum Averaging {
        /// `running ← decay · running + (1 − decay) · batch`
        Exponential = "exponential" {
            /// Weight on the **old** value: Keras's `momentum`, one minus `PyTorch`'s.
            decay: f64 = DECAY,
        },
        /// Equal weights: the k-th batch enters with 1/k (`PyTorch`'s `momentum=None`).
        Cumulative = "cumulative",
    }
}

choices! {
    /// The variance estimate that enters the running variance; the batch itself is always
    /// normalised with the biased one.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub enum RunningVariance {
        /// Divided by `n` (Keras).
        Biased = "biased",
        /// Divided by `n − 1` (`PyTorch`, the 2015 paper).
        Unbiased = "unbiased",
    }
}
