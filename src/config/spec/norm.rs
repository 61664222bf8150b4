//! `[norm]`: how activations are normalised.

use super::norm_keys::{
    AVERAGING, BETA_CONSTRAINT, BETA_INIT, BETA_L1, BETA_L2, CENTER, D_MAX, D_RELAXED_AT, DECAY,
    EPSILON, GAMMA_CONSTRAINT, GAMMA_INIT, GAMMA_L1, GAMMA_L2, GROUPS, MAX_NORM, MEAN_INIT,
    NORM_KIND, PRECISE_EXAMPLES, R_MAX, R_MIN, R_RELAXED_AT, RELAX_FROM, RENORM_DECAY,
    RUNNING_VARIANCE, SCALE, TRACK_RUNNING_STATS, VARIANCE_INIT, VIRTUAL_BATCH_SIZE,
};
use crate::config::declare::{choices, settings};

/// `[norm]`
#[derive(Debug, Clone, PartialEq)]
pub struct Norm {
    /// Where hidden layers are normalised.
    pub placement: Placement,
    /// Which of the hidden layers are.
    pub layers: NormLayers,
    /// Whether the state's map in a recurrent layer is normalised, too, each step by itself.
    pub recurrent: bool,
    /// Whether the raw input is normalised as well (without regard to the placement).
    pub on_input: bool,
    /// The layer's own settings; `None` where nothing is normalised.
    pub layer: Option<NormSettings>,
    /// Which statistics an evaluation normalises with; decides nothing for a kind that keeps
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
    /// Where batch normalisation stands relative to the activation of a hidden layer.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
    pub enum Placement {
        /// Nowhere.
        None = "none",
        /// linear → **norm** → activation, as in Ioffe & Szegedy 2015.
        Before = "before",
        /// linear → activation → **norm**.
        After = "after",
        /// **norm** → activation → linear in the branch of a residual block, which adds up without an
        /// activation behind the sum (He et al. 2016b).
        PreActivation = "pre-activation",
        /// The last **norm** of a residual block stands behind its sum, before the activation (He et
        /// al. 2016b, figure 4 (b)).
        AfterAddition = "after-addition",
    }
}

impl Placement {
    /// Whether only a residual network has such a place.
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
    /// Every one.
    All,
    /// The one next to the input.
    First,
    /// The one next to the output layer.
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
    /// Which statistics an evaluation normalises with.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub enum Evaluation {
        /// The running averages of training.
        Running = "running",
        /// The population's, taken with the weights as they stand over many training batches (Ioffe &
        /// Szegedy 2015, Algorithm 2; `PreciseBN` of Wu & Johnson 2021).
        Precise = "precise" {
            /// Training examples that they are taken over, at most; at least 1.
            examples: usize = PRECISE_EXAMPLES,
        },
        /// The evaluated batch's own.
        Batch = "batch",
    }
}

settings! {
    /// Settings of one norm layer.
    #[derive(Debug, Clone, Copy, PartialEq)]
    pub struct NormSettings {
        /// What is averaged over.
        pub kind: NormKind = NORM_KIND,
        /// ε, added to the variance under the root.
        pub epsilon: f64 = EPSILON,
        /// γ, the factor on each normalised feature; `None` for a layer that does not scale.
        pub gamma: Option<NormParameter> => |point| {
            point.get(SCALE).then(|| NormParameter {
                init: point.get(GAMMA_INIT),
                l1: point.get(GAMMA_L1),
                l2: point.get(GAMMA_L2),
                constraint: point.get(GAMMA_CONSTRAINT),
            })
        },
        /// β, the shift of each normalised feature; `None` for a layer that does not shift.
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
    /// Batch normalisation with exponential averages, γ from 1 and β from 0.
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

/// γ or β: where it starts, and what holds it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NormParameter {
    /// Initial value of every element.
    pub init: f64,
    /// The loss gains this times the sum of magnitudes.
    pub l1: f64,
    /// The loss gains this times the sum of squares.
    pub l2: f64,
    /// What it is brought back to after each update.
    pub constraint: Constraint,
}

impl NormParameter {
    /// A free parameter that starts at `init`.
    pub fn starting_at(init: f64) -> Self {
        Self { init, l1: 0.0, l2: 0.0, constraint: Constraint::None }
    }
}

choices! {
    /// What a vector of parameters is brought back to after each update (Keras's `constraints`).
    #[derive(Debug, Clone, Copy, PartialEq)]
    pub enum Constraint {
        /// Anything goes.
        None = "none",
        /// Negative elements become 0.
        NonNegative = "non_negative",
        /// A vector longer than `limit` (in the Euclidean norm) is shortened to it.
        MaxNorm = "max_norm" {
            /// The greatest length.
            limit: f64 = MAX_NORM,
        },
        /// The vector gets length 1.
        UnitNorm = "unit_norm",
    }
}

choices! {
    /// What a norm layer takes its mean and variance over.
    #[derive(Debug, Clone, Copy, PartialEq)]
    pub enum NormKind {
        /// The examples of a batch, each feature on its own (Ioffe & Szegedy 2015).
        Batch = "batch" (BatchNorm),
        /// The same, corrected towards the running averages (Ioffe 2017).
        Renorm = "renorm" (Renorm),
        /// The features of an example (Ba et al. 2016).
        Layer = "layer",
        /// The features of an example, in groups (Wu & He 2018).
        Group = "group" {
            /// How many groups; they divide the features.
            groups: usize = GROUPS,
        },
        /// The positions of an example's feature map, each feature on its own (Ulyanov et al. 2016).
        Instance = "instance",
    }
}

impl NormKind {
    /// Whether it subtracts each feature's own mean, and with it any bias added to the feature.
    pub fn cancels_bias(self) -> bool {
        match self {
            Self::Batch(_) | Self::Renorm(_) | Self::Instance => true,
            Self::Layer | Self::Group { .. } => false,
        }
    }

    /// Whether its evaluation can differ from its training: whether it normalises over a batch.
    pub fn depends_on_batch(self) -> bool {
        match self {
            Self::Batch(_) | Self::Renorm(_) => true,
            Self::Layer | Self::Group { .. } | Self::Instance => false,
        }
    }
}

settings! {
    /// Batch normalisation.
    #[derive(Debug, Clone, Copy, PartialEq)]
    pub struct BatchNorm {
        /// The averages kept for evaluation; `None`: none are kept.
        pub averages: Option<Averages> => |point| {
            point.get(TRACK_RUNNING_STATS).then(|| Averages::read(point))
        },
        /// Examples per sub-batch that is normalised on its own in training ("ghost batch
        /// normalisation", Hoffer et al. 2017); `None`: the batch as a whole.
        pub virtual_batch_size: Option<usize> = VIRTUAL_BATCH_SIZE,
    }
}

settings! {
    /// Batch renormalisation; the formulas stand at the layer.
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
        /// The least `r`, in the end.
        pub r_min: f64 = R_MIN,
        /// The greatest `r`, in the end; infinite where nothing limits it, which no experiment may ask
        /// for.
        pub r_max: f64 => |point| point.get(R_MAX).unwrap_or(f64::INFINITY),
        /// The greatest `|d|`, in the end; infinite as above.
        pub d_max: f64 => |point| point.get(D_MAX).unwrap_or(f64::INFINITY),
        /// The step up to which `r` is 1 and `d` is 0: plain batch normalisation.
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
        /// The weights.
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
        /// Every batch so far has the same: the k-th enters with 1/k (`PyTorch`'s `momentum=None`).
        Cumulative = "cumulative",
    }
}

choices! {
    /// The estimate of the variance that feeds the running variance; the batch itself is always
    /// normalised with the biased one.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub enum RunningVariance {
        /// Divided by `n` (Keras).
        Biased = "biased",
        /// Divided by `n − 1` (`PyTorch`, the 2015 paper).
        Unbiased = "unbiased",
    }
}
