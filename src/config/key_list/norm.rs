//! `[norm]`

use super::{ANY, BELOW_ONE, HIDDEN, Key, NORMALISED, NOT_NEGATIVE, POSITIVE, count};
use crate::config::rule::{Bound, Rule};

const HIDDEN_NORMALISED: &str = "where hidden layers are normalised by `norm.placement`";
const SCALED: &str = "with `norm.scale = true`";
const CENTERED: &str = "with `norm.center = true`";
const BATCH: &str = "with `norm.kind = \"batch\"`";
const RENORM: &str = "with `norm.kind = \"renorm\"`";
const OVER_BATCH: &str = "with `norm.kind = \"batch\"` or `\"renorm\"`";
const TRACKED: &str = "with `norm.kind = \"batch\"`, where running averages are kept";
const AVERAGED: &str = "where running averages are kept";

const AT_LEAST_ONE: Rule = Rule::Number { low: Bound::Including(1.0), high: Bound::Absent };
const SHARE: Rule = Rule::Number { low: Bound::Excluding(0.0), high: Bound::Including(1.0) };
const STEP: Rule = Rule::Whole { least: 0, most: 1_000_000_000 };

pub(super) const KEYS: &[Key] = &[
    Key {
        path: "norm.placement",
        rule: Rule::Choice(&["none", "before", "after", "pre-activation", "after-addition"]),
        default: "`\"before\"`",
        applies: HIDDEN,
        meaning: "Where normalisation stands relative to the activation of every hidden layer; the last two are for residual networks only.",
    },
    Key {
        path: "norm.layers",
        rule: Rule::Positions,
        default: "`\"all\"`",
        applies: HIDDEN_NORMALISED,
        meaning: "Which hidden layers are normalised, counted from 0 at the input.",
    },
    Key {
        path: "norm.recurrent",
        rule: Rule::Flag,
        default: "`false`",
        applies: "with `model.kind = \"rnn\"` and `norm.placement = \"before\"`",
        meaning: "Whether the state's map is normalised, too, each step with statistics of its own (Cooijmans et al. 2017); γ and β are shared by the steps.",
    },
    Key {
        path: "norm.on_input",
        rule: Rule::Flag,
        default: "`false`",
        applies: "",
        meaning: "Whether the raw input is normalised as well.",
    },
    Key {
        path: "norm.kind",
        rule: Rule::Choice(&["batch", "renorm", "layer", "group", "instance"]),
        default: "`\"batch\"`",
        applies: NORMALISED,
        meaning: "What the mean and variance are over: the batch, per feature (`\"renorm\"`: corrected towards the running averages); all features of an example; groups of them; or the positions of one feature's map.",
    },
    Key {
        path: "norm.preset",
        rule: Rule::Choice(&["keras", "pytorch", "paper"]),
        default: "`\"keras\"`",
        applies: NORMALISED,
        meaning: "Whose defaults `decay`, `epsilon`, `running_variance` and `evaluation` take.",
    },
    Key {
        path: "norm.epsilon",
        rule: POSITIVE,
        default: "keras `0.001`, pytorch and paper `1e-5`",
        applies: NORMALISED,
        meaning: "Added to the variance under the root.",
    },
    Key {
        path: "norm.affine",
        rule: Rule::Flag,
        default: "`true`",
        applies: NORMALISED,
        meaning: "PyTorch's name for both of the next two keys: it only sets their defaults.",
    },
    Key {
        path: "norm.scale",
        rule: Rule::Flag,
        default: "`norm.affine`: `true`",
        applies: NORMALISED,
        meaning: "Whether there is a factor γ per feature.",
    },
    Key {
        path: "norm.center",
        rule: Rule::Flag,
        default: "`norm.affine`: `true`",
        applies: NORMALISED,
        meaning: "Whether there is a shift β per feature.",
    },
    Key {
        path: "norm.gamma_init",
        rule: ANY,
        default: "`1.0`",
        applies: SCALED,
        meaning: "Initial value of γ.",
    },
    Key {
        path: "norm.gamma_l1",
        rule: NOT_NEGATIVE,
        default: "`0.0`",
        applies: SCALED,
        meaning: "The loss gains this times the sum of the magnitudes of γ, per layer.",
    },
    Key {
        path: "norm.gamma_l2",
        rule: NOT_NEGATIVE,
        default: "`0.0`",
        applies: SCALED,
        meaning: "The loss gains this times the sum of the squares of γ, per layer.",
    },
    Key {
        path: "norm.gamma_constraint",
        rule: Rule::Choice(&["none", "non_negative", "max_norm", "unit_norm"]),
        default: "`\"none\"`",
        applies: SCALED,
        meaning: "What γ, as one vector per layer, is brought back to after each update: elements of at least 0, a length of at most `norm.max_norm`, or a length of 1.",
    },
    Key {
        path: "norm.beta_init",
        rule: ANY,
        default: "`0.0`",
        applies: CENTERED,
        meaning: "Initial value of β.",
    },
    Key {
        path: "norm.beta_l1",
        rule: NOT_NEGATIVE,
        default: "`0.0`",
        applies: CENTERED,
        meaning: "The same for β.",
    },
    Key {
        path: "norm.beta_l2",
        rule: NOT_NEGATIVE,
        default: "`0.0`",
        applies: CENTERED,
        meaning: "The same for β.",
    },
    Key {
        path: "norm.beta_constraint",
        rule: Rule::Choice(&["none", "non_negative", "max_norm", "unit_norm"]),
        default: "`\"none\"`",
        applies: CENTERED,
        meaning: "The same for β.",
    },
    Key {
        path: "norm.max_norm",
        rule: POSITIVE,
        default: "`2.0`",
        applies: "with the constraint `\"max_norm\"`",
        meaning: "The greatest Euclidean length of γ or β.",
    },
    Key {
        path: "norm.decay_parameters",
        rule: Rule::Flag,
        default: "`true`",
        applies: "with γ or β",
        meaning: "Whether weight decay applies to γ and β.",
    },
    Key {
        path: "norm.learning_rate_factor",
        rule: NOT_NEGATIVE,
        default: "`1.0`",
        applies: "with γ or β",
        meaning: "Factor on the learning rate of γ and β; `0` leaves them as they start.",
    },
    Key {
        path: "norm.track_running_stats",
        rule: Rule::Flag,
        default: "`true`",
        applies: BATCH,
        meaning: "Whether running averages are kept at all.",
    },
    Key {
        path: "norm.averaging",
        rule: Rule::Choice(&["exponential", "cumulative"]),
        default: "`\"exponential\"`",
        applies: TRACKED,
        meaning: "How batches are weighted in the running averages: the latest most, or all the same (PyTorch's `momentum=None`).",
    },
    Key {
        path: "norm.decay",
        rule: BELOW_ONE,
        default: "keras and paper `0.99`, pytorch `0.9`",
        applies: "where exponential running averages are kept",
        meaning: "Weight on the old value of the running averages: Keras's `momentum`, one minus PyTorch's.",
    },
    Key {
        path: "norm.running_variance",
        rule: Rule::Choice(&["biased", "unbiased"]),
        default: "keras `\"biased\"`, pytorch and paper `\"unbiased\"`",
        applies: TRACKED,
        meaning: "Whether the running variance is fed with the sum of squares over n or over n − 1; the batch itself is always normalised with n.",
    },
    Key {
        path: "norm.mean_init",
        rule: ANY,
        default: "`0.0`",
        applies: AVERAGED,
        meaning: "The running mean before the first batch.",
    },
    Key {
        path: "norm.variance_init",
        rule: NOT_NEGATIVE,
        default: "`1.0`",
        applies: AVERAGED,
        meaning: "The running variance before the first batch.",
    },
    Key {
        path: "norm.evaluation",
        rule: Rule::Choice(&["running", "precise", "batch"]),
        default: "keras and pytorch `\"running\"`, paper `\"precise\"`; `\"batch\"` without running averages",
        applies: OVER_BATCH,
        meaning: "Which statistics an evaluation normalises with: the running averages; the population's, taken anew over training batches with the weights as they stand; or those of the evaluated batch.",
    },
    Key {
        path: "norm.precise_examples",
        rule: Rule::Whole { least: 2, most: 1_000_000_000 },
        default: "`10000`",
        applies: "with `norm.evaluation = \"precise\"`",
        meaning: "Training examples that the population statistics are taken over, at most.",
    },
    Key {
        path: "norm.virtual_batch_size",
        rule: count(1_000_000),
        default: "none",
        applies: BATCH,
        meaning: "Examples per sub-batch that is normalised on its own in training (\"ghost batch normalisation\"); it divides `train.batch_size`.",
    },
    Key {
        path: "norm.groups",
        rule: count(65_536),
        default: "`32`",
        applies: "with `norm.kind = \"group\"`",
        meaning: "Groups of features; they divide the features of every normalised layer.",
    },
    Key {
        path: "norm.r_max",
        rule: AT_LEAST_ONE,
        default: "none; must be given",
        applies: RENORM,
        meaning: "The greatest factor `r` that batch renormalisation corrects the deviation by.",
    },
    Key {
        path: "norm.r_min",
        rule: SHARE,
        default: "1 / `norm.r_max`",
        applies: RENORM,
        meaning: "The least `r`.",
    },
    Key {
        path: "norm.d_max",
        rule: NOT_NEGATIVE,
        default: "none; must be given",
        applies: RENORM,
        meaning: "The greatest shift `d`, in running deviations, that batch renormalisation corrects the mean by.",
    },
    Key {
        path: "norm.relax_from",
        rule: STEP,
        default: "`0`",
        applies: RENORM,
        meaning: "The step up to which `r` is 1 and `d` is 0; from there on their limits open linearly.",
    },
    Key {
        path: "norm.r_relaxed_at",
        rule: STEP,
        default: "`0`",
        applies: RENORM,
        meaning: "The step at which `r` reaches its limits.",
    },
    Key {
        path: "norm.d_relaxed_at",
        rule: STEP,
        default: "`0`",
        applies: RENORM,
        meaning: "The step at which `d` reaches its limit.",
    },
    Key {
        path: "norm.renorm_decay",
        rule: BELOW_ONE,
        default: "`norm.decay`",
        applies: RENORM,
        meaning: "`decay` of the averages that `r` and `d` correct towards: Keras 2's `renorm_momentum`.",
    },
];
