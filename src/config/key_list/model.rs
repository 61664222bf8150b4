//! `[model]`

use super::{FROM_0_TO_1, HIDDEN, Key, POSITIVE};
use crate::config::rule::Rule;

pub(super) const KEYS: &[Key] = &[
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
];
