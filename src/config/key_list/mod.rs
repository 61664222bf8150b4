//! Every key that an experiment file knows, once: what it may be, its default, when it applies and
//! what it means. The unknown-key check, the suggestions and the tables of `configs/README.md` all
//! live on this list.

mod checkpoint;
mod claim;
mod data;
mod model;
mod norm;
mod output;
mod probe;
mod top;
mod train;
mod tune;

use super::rule::{Bound, Rule};
use super::tables::SUMS;

/// One key.
#[derive(Debug)]
pub(in crate::config) struct Key {
    /// Dotted: `train.batch_size`.
    pub(in crate::config) path: &'static str,
    /// What its value may be.
    pub(in crate::config) rule: Rule,
    /// The default, as Markdown.
    #[cfg_attr(
        not(test),
        expect(dead_code, reason = "documentation, compared with `configs/README.md`")
    )]
    pub(in crate::config) default: &'static str,
    /// Where it means something, as it completes "applies only …"; empty: everywhere.
    pub(in crate::config) applies: &'static str,
    /// What it is, in a sentence.
    #[cfg_attr(
        not(test),
        expect(dead_code, reason = "documentation, compared with `configs/README.md`")
    )]
    pub(in crate::config) meaning: &'static str,
}

impl Key {
    /// Whether the sweep may vary it.
    pub(in crate::config) fn can_be_swept(&self) -> bool {
        self.path != SUMS
            && ["data.", "model.", "norm.", "train."]
                .iter()
                .any(|section| self.path.starts_with(section))
    }

    /// Whether it decides a trial's numbers by itself, and so belongs to its id. Some keys only set
    /// defaults of keys that do.
    pub(in crate::config) fn decides_numbers(&self) -> bool {
        self.can_be_swept() && !["norm.preset", "norm.affine"].contains(&self.path)
    }
}

pub(super) const POSITIVE: Rule = Rule::Number { low: Bound::Excluding(0.0), high: Bound::Absent };
pub(super) const NOT_NEGATIVE: Rule =
    Rule::Number { low: Bound::Including(0.0), high: Bound::Absent };
pub(super) const ANY: Rule = Rule::Number { low: Bound::Absent, high: Bound::Absent };
pub(super) const BELOW_ONE: Rule =
    Rule::Number { low: Bound::Including(0.0), high: Bound::Excluding(1.0) };
pub(super) const FROM_0_TO_1: Rule =
    Rule::Number { low: Bound::Including(0.0), high: Bound::Including(1.0) };
pub(super) const SEED: Rule = Rule::Whole { least: 0, most: i64::MAX };

pub(super) const fn count(most: i64) -> Rule {
    Rule::Whole { least: 1, most }
}

pub(super) const HIDDEN: &str = "with at least one hidden layer";
pub(super) const NORMALISED: &str = "where something is normalised: hidden layers by `norm.placement`, or the input by `norm.on_input`";

/// One table per section, in the order of `configs/README.md` and of a resolved experiment.
const TABLES: [&[Key]; 10] = [
    top::KEYS,
    data::KEYS,
    model::KEYS,
    norm::KEYS,
    train::KEYS,
    tune::KEYS,
    claim::KEYS,
    checkpoint::KEYS,
    probe::KEYS,
    output::KEYS,
];

/// Every key, in the order of the tables.
pub(in crate::config) fn all() -> impl Iterator<Item = &'static Key> {
    TABLES.into_iter().flatten()
}
