//! `[checkpoint]`

use super::{Key, count};
use crate::config::rule::Rule;

pub(super) const KEYS: &[Key] = &[
    Key {
        path: "checkpoint.initial",
        rule: Rule::Flag,
        default: "`false`",
        applies: "",
        meaning: "Whether each trial keeps its untrained network.",
    },
    Key {
        path: "checkpoint.final",
        rule: Rule::Flag,
        default: "`false`",
        applies: "",
        meaning: "Whether each trial keeps its network at the end.",
    },
    Key {
        path: "checkpoint.every",
        rule: count(1_000_000_000),
        default: "none",
        applies: "",
        meaning: "Keep the network after every so many steps, and with it the place from which a training that was killed goes on.",
    },
    Key {
        path: "checkpoint.order",
        rule: Rule::Flag,
        default: "as `checkpoint.initial`",
        applies: "",
        meaning: "Whether each trial keeps which example stood where in which batch.",
    },
];
