//! `[output]`

use super::{Key, count};
use crate::config::rule::{Bound, Rule};

pub(super) const KEYS: &[Key] = &[
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
        rule: Rule::Number { low: Bound::Excluding(0.0), high: Bound::Including(1.0) },
        default: "`0.97`",
        applies: "",
        meaning: "The accuracy whose first reaching is reported as epochs and seconds to target.",
    },
];
