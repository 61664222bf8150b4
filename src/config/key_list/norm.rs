//! `[norm]`

use super::{BELOW_ONE, HIDDEN, Key, NORMALISED, POSITIVE};
use crate::config::rule::Rule;

pub(super) const KEYS: &[Key] = &[
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
];
