//! Every key that an experiment file knows, once: what it may be, its default, when it applies and
//! what it means. The unknown-key check, the suggestions and the tables of `configs/README.md` all
//! live on this list.

use super::rule::{Bound, Rule};

/// One key.
#[derive(Debug)]
pub(super) struct Key {
    /// Dotted: `train.batch_size`.
    pub(super) path: &'static str,
    /// What its value may be.
    pub(super) rule: Rule,
    /// The default, as Markdown.
    #[cfg_attr(
        not(test),
        expect(dead_code, reason = "documentation, compared with `configs/README.md`")
    )]
    pub(super) default: &'static str,
    /// Where it means something, as it completes "applies only …"; empty: everywhere.
    pub(super) applies: &'static str,
    /// What it is, in a sentence.
    #[cfg_attr(
        not(test),
        expect(dead_code, reason = "documentation, compared with `configs/README.md`")
    )]
    pub(super) meaning: &'static str,
}

impl Key {
    /// Whether the sweep may vary it.
    pub(super) fn can_be_swept(&self) -> bool {
        ["data.", "model.", "norm.", "train."]
            .iter()
            .any(|section| self.path.starts_with(section))
    }

    /// Whether it decides a trial's numbers by itself, and so belongs to its id. The preset only
    /// sets defaults of keys that do.
    pub(super) fn decides_numbers(&self) -> bool {
        self.can_be_swept() && self.path != "norm.preset"
    }
}

const POSITIVE: Rule = Rule::Number {
    low: Bound::Excluding(0.0),
    high: Bound::Absent,
};
const BELOW_ONE: Rule = Rule::Number {
    low: Bound::Including(0.0),
    high: Bound::Excluding(1.0),
};
const FROM_0_TO_1: Rule = Rule::Number {
    low: Bound::Including(0.0),
    high: Bound::Including(1.0),
};
const SEED: Rule = Rule::Whole {
    least: 0,
    most: i64::MAX,
};

const fn count(most: i64) -> Rule {
    Rule::Whole { least: 1, most }
}

const HIDDEN: &str = "with at least one hidden layer";
const NORMALISED: &str = "where something is normalised: hidden layers by `norm.placement`, or the input by `norm.on_input`";

/// All of them, in the order of `configs/README.md` and of a resolved experiment.
pub(super) const KEYS: &[Key] = &[
    Key {
        path: "name",
        rule: Rule::Name,
        default: "the file's name without its extension",
        applies: "",
        meaning: "Short name; names the default results folder.",
    },
    Key {
        path: "question",
        rule: Rule::Text,
        default: "`\"\"`",
        applies: "",
        meaning: "The question that the experiment answers, in a sentence; stands on top of the charts.",
    },
    Key {
        path: "replicates",
        rule: count(10_000),
        default: "`3`",
        applies: "",
        meaning: "Repetitions of every condition. Replicate k draws from the same random streams in every condition, so differences are paired.",
    },
    Key {
        path: "seed",
        rule: SEED,
        default: "`0`",
        applies: "",
        meaning: "Base seed of every random stream.",
    },
    Key {
        path: "data.dataset",
        rule: Rule::Choice(&["glyphs", "mnist", "fashion-mnist"]),
        default: "required",
        applies: "",
        meaning: "Generated digits (no files, no network), handwritten digits, or articles of clothing; 28 × 28 pixels, 10 classes each.",
    },
    Key {
        path: "data.train_examples",
        rule: count(1_000_000),
        default: "glyphs `6000`, else all",
        applies: "",
        meaning: "Training examples: how many glyphs are generated, or how many of a file's are used, from the first on. Validation is split off these.",
    },
    Key {
        path: "data.test_examples",
        rule: count(1_000_000),
        default: "glyphs `2000`, else all",
        applies: "",
        meaning: "Test examples, likewise.",
    },
    Key {
        path: "data.validation",
        rule: Rule::Share,
        default: "`0.1`",
        applies: "",
        meaning: "How much of the training examples is held out for validation. `5000` is a count, `0.1` a share, rounded down.",
    },
    Key {
        path: "data.split",
        rule: Rule::Choice(&["per_replicate", "fixed"]),
        default: "`\"per_replicate\"`",
        applies: "where `data.validation` is not 0",
        meaning: "Whether each replicate draws its own validation examples or all share one draw.",
    },
    Key {
        path: "data.input_scaling",
        rule: Rule::Choice(&["unit", "standardize", "none"]),
        default: "`\"unit\"`",
        applies: "",
        meaning: "How a byte x becomes an input: x / 255, (x − mean) / std over all pixels of the training examples, or x.",
    },
    Key {
        path: "data.difficulty",
        rule: FROM_0_TO_1,
        default: "`0.5`",
        applies: "with `data.dataset = \"glyphs\"`",
        meaning: "0 is clean and upright, 1 is barely legible.",
    },
    Key {
        path: "data.seed",
        rule: SEED,
        default: "`0`",
        applies: "with `data.dataset = \"glyphs\"`",
        meaning: "Seed of the generator; the same glyphs in every replicate.",
    },
    Key {
        path: "model.kind",
        rule: Rule::Choice(&["mlp"]),
        default: "`\"mlp\"`",
        applies: "",
        meaning: "The architecture: fully connected layers.",
    },
    Key {
        path: "model.hidden",
        rule: Rule::Widths,
        default: "`[128, 64]`",
        applies: "",
        meaning: "Units of each hidden layer; `[]` is a linear classifier.",
    },
    Key {
        path: "model.activation",
        rule: Rule::Choice(&["relu", "leaky_relu", "gelu", "sigmoid", "tanh", "identity"]),
        default: "`\"relu\"`",
        applies: HIDDEN,
        meaning: "The nonlinearity of every hidden layer.",
    },
    Key {
        path: "model.negative_slope",
        rule: FROM_0_TO_1,
        default: "`0.01`",
        applies: "with `model.activation = \"leaky_relu\"`",
        meaning: "Slope for negative inputs.",
    },
    Key {
        path: "model.init",
        rule: Rule::Choice(&[
            "glorot_uniform",
            "glorot_normal",
            "he_uniform",
            "he_normal",
            "lecun_uniform",
            "lecun_normal",
            "normal",
            "orthogonal",
        ]),
        default: "`\"glorot_uniform\"`",
        applies: "",
        meaning: "How initial weights are drawn; the default is Keras's.",
    },
    Key {
        path: "model.init_std",
        rule: POSITIVE,
        default: "`0.05`",
        applies: "with `model.init = \"normal\"`",
        meaning: "Standard deviation of the initial weights.",
    },
    Key {
        path: "model.init_scale",
        rule: POSITIVE,
        default: "`1.0`",
        applies: "",
        meaning: "Factor on every initial weight.",
    },
    Key {
        path: "model.bias",
        rule: Rule::Choice(&["auto", "always", "never"]),
        default: "`\"auto\"`",
        applies: "",
        meaning: "When linear layers carry a bias; `\"auto\"` leaves it out where a normalisation follows directly and would cancel it.",
    },
    Key {
        path: "norm.placement",
        rule: Rule::Choice(&["none", "before", "after"]),
        default: "`\"before\"`",
        applies: HIDDEN,
        meaning: "Where batch normalisation stands relative to the activation of every hidden layer.",
    },
    Key {
        path: "norm.on_input",
        rule: Rule::Flag,
        default: "`false`",
        applies: "",
        meaning: "Whether the raw input is batch-normalised as well.",
    },
    Key {
        path: "norm.preset",
        rule: Rule::Choice(&["keras", "pytorch"]),
        default: "`\"keras\"`",
        applies: NORMALISED,
        meaning: "Whose defaults the next three keys take.",
    },
    Key {
        path: "norm.decay",
        rule: BELOW_ONE,
        default: "keras `0.99`, pytorch `0.9`",
        applies: NORMALISED,
        meaning: "Weight on the old value of the running statistics: Keras's `momentum`, one minus PyTorch's.",
    },
    Key {
        path: "norm.epsilon",
        rule: POSITIVE,
        default: "keras `0.001`, pytorch `1e-5`",
        applies: NORMALISED,
        meaning: "Added to the variance under the root.",
    },
    Key {
        path: "norm.running_variance",
        rule: Rule::Choice(&["biased", "unbiased"]),
        default: "keras `\"biased\"`, pytorch `\"unbiased\"`",
        applies: NORMALISED,
        meaning: "Whether the running variance is fed with the sum of squares over n or over n − 1; the batch itself is always normalised with n.",
    },
    Key {
        path: "train.epochs",
        rule: count(1_000_000),
        default: "`10`",
        applies: "without `train.steps`",
        meaning: "Passes over the training set.",
    },
    Key {
        path: "train.steps",
        rule: count(1_000_000_000),
        default: "none",
        applies: "",
        meaning: "Optimiser steps, instead of epochs; the last epoch may be partial.",
    },
    Key {
        path: "train.batch_size",
        rule: count(1_000_000),
        default: "`32`",
        applies: "",
        meaning: "Examples per optimiser step.",
    },
    Key {
        path: "train.last_batch",
        rule: Rule::Choice(&["keep", "drop"]),
        default: "`\"keep\"`",
        applies: "",
        meaning: "Whether the examples of an epoch that do not fill a batch make a smaller one.",
    },
    Key {
        path: "train.optimizer",
        rule: Rule::Choice(&["adam", "sgd", "momentum", "rmsprop"]),
        default: "`\"adam\"`",
        applies: "",
        meaning: "The update rule.",
    },
    Key {
        path: "train.learning_rate",
        rule: POSITIVE,
        default: "adam and rmsprop `0.001`, sgd and momentum `0.01`",
        applies: "",
        meaning: "Step size; the defaults are Keras's.",
    },
    Key {
        path: "train.momentum",
        rule: BELOW_ONE,
        default: "`0.9`",
        applies: "with `train.optimizer = \"momentum\"`",
        meaning: "Weight on the old velocity.",
    },
    Key {
        path: "train.rho",
        rule: BELOW_ONE,
        default: "`0.9`",
        applies: "with `train.optimizer = \"rmsprop\"`",
        meaning: "Weight on the old mean square of the gradient.",
    },
    Key {
        path: "train.beta_1",
        rule: BELOW_ONE,
        default: "`0.9`",
        applies: "with `train.optimizer = \"adam\"`",
        meaning: "Weight on the old mean of the gradient.",
    },
    Key {
        path: "train.beta_2",
        rule: BELOW_ONE,
        default: "`0.999`",
        applies: "with `train.optimizer = \"adam\"`",
        meaning: "Weight on the old mean square of the gradient.",
    },
    Key {
        path: "train.optimizer_epsilon",
        rule: POSITIVE,
        default: "`1e-7`",
        applies: "with `train.optimizer = \"adam\"` or `\"rmsprop\"`",
        meaning: "Added to the root of the mean square; the default is Keras's.",
    },
    Key {
        path: "train.divergence_factor",
        rule: Rule::Number {
            low: Bound::Excluding(1.0),
            high: Bound::Absent,
        },
        default: "`1000.0`",
        applies: "",
        meaning: "A loss above this multiple of the first step's ends the trial as `diverged`.",
    },
    Key {
        path: "output.dir",
        rule: Rule::Folder,
        default: "`results/<name>`",
        applies: "",
        meaning: "The results folder, relative to the working directory.",
    },
    Key {
        path: "output.log_every_steps",
        rule: count(1_000_000_000),
        default: "`50`",
        applies: "",
        meaning: "A row in `steps.csv` every so many steps.",
    },
    Key {
        path: "output.target_accuracy",
        rule: Rule::Number {
            low: Bound::Excluding(0.0),
            high: Bound::Including(1.0),
        },
        default: "`0.97`",
        applies: "",
        meaning: "The accuracy whose first reaching is reported as epochs and seconds to target.",
    },
];
