//! `[claim]`

use super::Key;
use crate::config::rule::Rule;

const CLAIMED: &str = "with `claim.tests`";

pub(super) const KEYS: &[Key] = &[
    Key {
        path: "claim.statement",
        rule: Rule::Text,
        default: "required with `claim.tests`",
        applies: CLAIMED,
        meaning: "What people say, in a sentence: \"Batch normalisation needs fewer epochs\".",
    },
    Key {
        path: "claim.source",
        rule: Rule::Text,
        default: "none",
        applies: CLAIMED,
        meaning: "Who says it.",
    },
    Key {
        path: "claim.figure",
        rule: Rule::Name,
        default: "none",
        applies: CLAIMED,
        meaning: "The chart that shows it, by its file's name in `charts/` without the ending: `differences`, or with what `bn-lab plot` is asked, `final-by-batch_size` and `to-target-by-seconds`.",
    },
    Key {
        path: "claim.about_evaluation",
        rule: Rule::Flag,
        default: "`false`",
        applies: CLAIMED,
        meaning: "Whether the claim is about how networks are evaluated. Without it, a difference between test scores that turns round or loses more than half under the population's statistics is given as an effect of how the network is evaluated, and counts neither for the claim nor against it.",
    },
    Key {
        path: "claim.tests",
        rule: Rule::Hypotheses,
        default: "`[]`: nothing is claimed",
        applies: "",
        meaning: "What must be true if it holds, described below; the first is the headline, whose effect is shown.",
    },
];
