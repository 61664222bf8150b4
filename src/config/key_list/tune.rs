//! `[tune]`

use super::Key;
use crate::config::rule::Rule;

const TUNED: &str = "with `tune.key`";

pub(super) const KEYS: &[Key] = &[
    Key {
        path: "tune.key",
        rule: Rule::SweptKey,
        default: "none: nothing is tuned",
        applies: "",
        meaning: "The swept key of which the best value is looked for.",
    },
    Key {
        path: "tune.per",
        rule: Rule::SweptKeys,
        default: "`norm.placement` where it is swept, else `[]`",
        applies: TUNED,
        meaning: "The swept keys whose values are compared, each at its own best value.",
    },
    Key {
        path: "tune.metric",
        rule: Rule::Choice(&["validation_accuracy", "validation_loss"]),
        default: "`\"validation_accuracy\"`",
        applies: TUNED,
        meaning: "What decides, after the last epoch: the mean over the completed replicates.",
    },
    Key {
        path: "tune.budget",
        rule: Rule::Whole { least: 2, most: 100_000 },
        default: "as many as the sweep gives",
        applies: TUNED,
        meaning: "How many values of `tune.key` each group tries; the `count` of its range, where that is left out.",
    },
];
