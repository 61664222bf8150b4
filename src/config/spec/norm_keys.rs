//! The keys of `[norm]`, and the settings that they determine.

use super::model::{ARCHITECTURE, has_hidden_layers};
use super::norm::{
    Averaging, Constraint, Evaluation, Norm, NormKind, NormLayers, NormSettings, Placement,
    RunningVariance,
};
use crate::config::declare::{choices, keys};
use crate::config::key::Applies::{self, On, Where, With};
use crate::config::key::DefaultValue::{self, Computed, Flag, Number, Open, PerWord, Text, Whole};
use crate::config::key::{Choice, field_of};
use crate::config::point::{FromValue, Point};
use crate::config::rule::{
    ABOVE_0_TO_1, ANY, BELOW_ONE, Bound, NOT_NEGATIVE, POSITIVE, Rule, STEP, count,
};
use crate::config::value::Value;

keys! { NORM_KEYS:
    PLACEMENT: Placement = "norm.placement", Rule::Choice(Placement::WORDS),
        default Text("before"), only Where("with at least one hidden layer", has_hidden_layers);
        "Where normalisation stands relative to the activation of every hidden layer; the last two are for residual networks only.";
    LAYERS: NormLayers = "norm.layers", Rule::Positions,
        default Text("all"),
        only Where("where hidden layers are normalised by `norm.placement`", normalises_hidden);
        "Which hidden layers are normalised, counted from 0 at the input.";
    RECURRENT: bool = "norm.recurrent", Rule::Flag,
        default Flag(false), only Where("with `model.kind = \"rnn\"` and `norm.placement = \"before\"`", |point| {
            point.has_word(ARCHITECTURE.0, "rnn") && point.has_word(PLACEMENT.0, "before")
        });
        "Whether the state's map is normalised, too, each step with statistics of its own (Cooijmans et al. 2017); γ and β are shared by the steps.";
    ON_INPUT: bool = "norm.on_input", Rule::Flag, default Flag(false);
        "Whether the raw input is normalised as well.";
    NORM_KIND: NormKind = "norm.kind", Rule::Choice(NormKind::WORDS),
        default Text("batch"), only NORMALISED;
        "What the mean and variance are over: the batch, per feature (`\"renorm\"`: corrected towards the running averages); all features of an example; groups of them; or the positions of one feature's map.";
    PRESET: Preset = "norm.preset", Rule::Choice(Preset::WORDS),
        default Text("keras"), only NORMALISED;
        "Whose defaults `decay`, `epsilon`, `running_variance` and `evaluation` take.";
    EPSILON: f64 = "norm.epsilon", POSITIVE,
        default PerWord(PRESET.0, |point| Value::Float(point.get(PRESET).defaults().epsilon)),
        only NORMALISED;
        "Added to the variance under the root.";
    AFFINE: bool = "norm.affine", Rule::Flag, default Flag(true), only NORMALISED;
        "PyTorch's name for both of the next two keys: it only sets their defaults.";
    SCALE: bool = "norm.scale", Rule::Flag,
        default BY_AFFINE, only NORMALISED;
        "Whether there is a factor γ per feature.";
    CENTER: bool = "norm.center", Rule::Flag,
        default BY_AFFINE, only NORMALISED;
        "Whether there is a shift β per feature.";
    GAMMA_INIT: f64 = "norm.gamma_init", ANY, default Number(1.0), only On(SCALE.0);
        "Initial value of γ.";
    GAMMA_L1: f64 = "norm.gamma_l1", NOT_NEGATIVE, default Number(0.0), only On(SCALE.0);
        "The loss gains this times the sum of the magnitudes of γ, per layer.";
    GAMMA_L2: f64 = "norm.gamma_l2", NOT_NEGATIVE, default Number(0.0), only On(SCALE.0);
        "The loss gains this times the sum of the squares of γ, per layer.";
    GAMMA_CONSTRAINT: Constraint = "norm.gamma_constraint", Rule::Choice(Constraint::WORDS),
        default Text("none"), only On(SCALE.0);
        "What γ, as one vector per layer, is brought back to after each update: elements of at least 0, a length of at most `norm.max_norm`, or a length of 1.";
    BETA_INIT: f64 = "norm.beta_init", ANY, default Number(0.0), only On(CENTER.0);
        "Initial value of β.";
    BETA_L1: f64 = "norm.beta_l1", NOT_NEGATIVE, default Number(0.0), only On(CENTER.0);
        "The same for β.";
    BETA_L2: f64 = "norm.beta_l2", NOT_NEGATIVE, default Number(0.0), only On(CENTER.0);
        "The same for β.";
    BETA_CONSTRAINT: Constraint = "norm.beta_constraint", Rule::Choice(Constraint::WORDS),
        default Text("none"), only On(CENTER.0);
        "The same for β.";
    MAX_NORM: f64 = "norm.max_norm", POSITIVE,
        default Number(2.0), only Where("with the constraint `\"max_norm\"`", |point| {
            [GAMMA_CONSTRAINT.0, BETA_CONSTRAINT.0].iter().any(|key| point.has_word(key, "max_norm"))
        });
        "The greatest Euclidean length of γ or β.";
    DECAY_PARAMETERS: bool = "norm.decay_parameters", Rule::Flag,
        default Flag(true), only WITH_PARAMETERS;
        "Whether weight decay applies to γ and β.";
    LEARNING_RATE_FACTOR: f64 = "norm.learning_rate_factor", NOT_NEGATIVE,
        default Number(1.0), only WITH_PARAMETERS;
        "Factor on the learning rate of γ and β; `0` leaves them as they start.";
    TRACK_RUNNING_STATS: bool = "norm.track_running_stats", Rule::Flag,
        default Flag(true), only BATCH;
        "Whether running averages are kept at all.";
    AVERAGING: Averaging = "norm.averaging", Rule::Choice(Averaging::WORDS),
        default Text("exponential"), only TRACKED;
        "How batches are weighted in the running averages: the latest most, or all the same (PyTorch's `momentum=None`).";
    DECAY: f64 = "norm.decay", BELOW_ONE,
        default PerWord(PRESET.0, |point| Value::Float(point.get(PRESET).defaults().decay)), only Where("where exponential running averages are kept", |point| {
            point.has_word(AVERAGING.0, "exponential") || point.has_word(NORM_KIND.0, "renorm")
        });
        "Weight on the old value of the running averages: Keras's `momentum`, one minus PyTorch's.";
    RUNNING_VARIANCE: RunningVariance = "norm.running_variance", Rule::Choice(RunningVariance::WORDS),
        default PerWord(PRESET.0, |point| {
            Value::Text(point.get(PRESET).defaults().running_variance.name().to_owned())
        }), only TRACKED;
        "Whether the running variance is fed with the sum of squares over n or over n − 1; the batch itself is always normalised with n.";
    MEAN_INIT: f64 = "norm.mean_init", ANY, default Number(0.0), only AVERAGED;
        "The running mean before the first batch.";
    VARIANCE_INIT: f64 = "norm.variance_init", NOT_NEGATIVE, default Number(1.0), only AVERAGED;
        "The running variance before the first batch.";
    EVALUATION: Evaluation = "norm.evaluation", Rule::Choice(Evaluation::WORDS),
        default Computed("keras and pytorch `\"running\"`, paper `\"precise\"`; `\"batch\"` without running averages", |point| Some(evaluation(point))),
        only With(NORM_KIND.0, &["batch", "renorm"]);
        "Which statistics an evaluation normalises with: the running averages; the population's, taken anew over training batches with the weights as they stand; or those of the evaluated batch.";
    PRECISE_EXAMPLES: usize = "norm.precise_examples", Rule::Whole { least: 2, most: 1_000_000_000 },
        default Whole(10_000), only field_of(EVALUATION);
        "Training examples that the population statistics are taken over, at most.";
    VIRTUAL_BATCH_SIZE: Option<usize> = "norm.virtual_batch_size", count(1_000_000),
        default Open("none"), only BATCH;
        "Examples per sub-batch that is normalised on its own in training (\"ghost batch normalisation\"); it divides `train.batch_size`.";
    GROUPS: usize = "norm.groups", count(65_536), default Whole(32), only field_of(NORM_KIND);
        "Groups of features; they divide the features of every normalised layer.";
    R_MAX: Option<f64> = "norm.r_max", AT_LEAST_1, default Open("none; must be given"), only RENORM;
        "The greatest factor `r` that batch renormalisation corrects the deviation by.";
    R_MIN: f64 = "norm.r_min", ABOVE_0_TO_1,
        default Computed("1 / `norm.r_max`", |point| {
            Some(Value::Float(point.get(R_MAX).unwrap_or(f64::INFINITY).recip()))
        }), only RENORM;
        "The least `r`.";
    D_MAX: Option<f64> = "norm.d_max", NOT_NEGATIVE,
        default Open("none; must be given"), only RENORM;
        "The greatest shift `d`, in running deviations, that batch renormalisation corrects the mean by.";
    RELAX_FROM: usize = "norm.relax_from", STEP, default Whole(0), only RENORM;
        "The step up to which `r` is 1 and `d` is 0; from there on their limits open linearly.";
    R_RELAXED_AT: usize = "norm.r_relaxed_at", STEP, default Whole(0), only RENORM;
        "The step at which `r` reaches its limits.";
    D_RELAXED_AT: usize = "norm.d_relaxed_at", STEP, default Whole(0), only RENORM;
        "The step at which `d` reaches its limit.";
    RENORM_DECAY: f64 = "norm.renorm_decay", BELOW_ONE,
        default Computed("`norm.decay`", |point| Some(Value::Float(point.get(DECAY)))),
        only RENORM;
        "`decay` of the averages that `r` and `d` correct towards: Keras 2's `renorm_momentum`.";
}

const AT_LEAST_1: Rule = Rule::Number { low: Bound::Including(1.0), high: Bound::Absent };

const NORMALISED: Applies = Where(
    "where something is normalised: hidden layers by `norm.placement`, or the input by `norm.on_input`",
    |point| point.is_on(ON_INPUT) || normalises_hidden(point),
);
const WITH_PARAMETERS: Applies =
    Where("with γ or β", |point| point.is_on(SCALE) || point.is_on(CENTER));
const BATCH: Applies = With(NORM_KIND.0, &["batch"]);
const RENORM: Applies = With(NORM_KIND.0, &["renorm"]);
const TRACKED: Applies =
    Where("with `norm.kind = \"batch\"`, where running averages are kept", is_tracked);
const AVERAGED: Applies = Where("where running averages are kept", |point| {
    is_tracked(point) || point.has_word(NORM_KIND.0, "renorm")
});

/// Whether hidden layers are normalised.
fn normalises_hidden(point: &Point<'_>) -> bool {
    point.value(PLACEMENT.0).is_some() && !point.has_word(PLACEMENT.0, "none")
}

fn is_tracked(point: &Point<'_>) -> bool {
    point.is_on(TRACK_RUNNING_STATS)
}

const BY_AFFINE: DefaultValue =
    Computed("`norm.affine`: `true`", |point| Some(Value::Bool(point.get(AFFINE))));

/// Without running averages, evaluation can only use the batch's statistics.
fn evaluation(point: &Point<'_>) -> Value {
    let is_untracked = point.has_word(NORM_KIND.0, "batch") && !is_tracked(point);
    let word = if is_untracked { "batch" } else { point.get(PRESET).defaults().evaluation };
    Value::Text(word.to_owned())
}

choices! {
    /// The framework or paper whose defaults are used.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub(in crate::config) enum Preset {
        /// `BatchNormalization` of Keras 3.
        Keras = "keras" as "Keras",
        /// `BatchNorm1d` of `PyTorch` 2.
        Pytorch = "pytorch" as "PyTorch",
        /// Ioffe & Szegedy (2015). The paper evaluates with population statistics, taken after training;
        /// its moving averages only "track the accuracy", with weights that it does not state (Keras's
        /// stand here), nor does it state ε (`PyTorch`'s).
        Paper = "paper" as "the 2015 paper",
    }
}

/// The defaults of a preset.
struct PresetDefaults {
    decay: f64,
    epsilon: f64,
    running_variance: RunningVariance,
    evaluation: &'static str,
}

impl Preset {
    fn defaults(self) -> PresetDefaults {
        let (decay, epsilon, running_variance, evaluation) = match self {
            Self::Keras => (0.99, 1e-3, RunningVariance::Biased, "running"),
            Self::Pytorch => (0.9, 1e-5, RunningVariance::Unbiased, "running"),
            Self::Paper => (0.99, 1e-5, RunningVariance::Unbiased, "precise"),
        };
        PresetDefaults { decay, epsilon, running_variance, evaluation }
    }
}

impl FromValue for NormLayers {
    fn from_value(value: Option<&Value>, point: &Point<'_>) -> Option<Self> {
        match value? {
            Value::Text(word) => match word.as_str() {
                "all" => Some(Self::All),
                "first" => Some(Self::First),
                "last" => Some(Self::Last),
                _ => None,
            },
            positions => Vec::from_value(Some(positions), point).map(Self::At),
        }
    }
}

impl Norm {
    /// Reads `[norm]` at a point of the sweep.
    pub(in crate::config) fn read(point: &Point<'_>) -> Self {
        // The placement is relative to the activation of hidden layers, so without any there is none.
        let placement =
            if has_hidden_layers(point) { point.get(PLACEMENT) } else { Placement::None };
        let on_input = point.get(ON_INPUT);
        let is_normalised = on_input || placement != Placement::None;
        let layer = is_normalised.then(|| NormSettings::read(point));
        Self {
            placement,
            layers: point.get(LAYERS),
            recurrent: point.get(RECURRENT),
            on_input,
            evaluation: if layer.is_some_and(|layer| layer.kind.depends_on_batch()) {
                point.get(EVALUATION)
            } else {
                Evaluation::Running
            },
            layer,
            decay_parameters: point.get(DECAY_PARAMETERS),
            learning_rate_factor: point.get(LEARNING_RATE_FACTOR),
        }
    }
}
