//! Keys outside all sections.

use super::{Key, SEED, count};
use crate::config::rule::Rule;

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
];
