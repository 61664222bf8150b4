//! `[train]`

use super::{BELOW_ONE, Key, POSITIVE, count};
use crate::config::rule::{Bound, Rule};

pub(super) const KEYS: &[Key] = &[
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
        path: "train.order",
        rule: Rule::Choice(&["reshuffled", "fixed", "class_sorted"]),
        default: "`\"reshuffled\"`",
        applies: "",
        meaning: "The order of the training examples: shuffled anew for each epoch, shuffled once for all, or sorted by class, so that a batch holds one class (or those at a border) and its statistics give the label away.",
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
];
