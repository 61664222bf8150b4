//! The types of a checked experiment: plain values with every default filled in, and no `Option` for a
//! value that must exist. `config/check.rs` is the only place that creates them from a file.
//!
//! A key that does not apply in a condition (an Adam constant with plain gradient descent, a
//! normalisation setting without normalisation) does not exist in that condition's types, nor in
//! its [`Condition::keys`], so it cannot have an effect by accident.

mod blocks;
mod claim;
mod condition_keys;
mod data;
mod model;
mod norm;
mod norm_keys;
mod output;
mod recording;
mod table;
mod train;
mod tune;

pub use self::blocks::Block;
pub use self::claim::*;
pub use self::condition_keys::*;
pub use self::data::*;
pub use self::model::*;
pub use self::norm::*;
pub(in crate::config) use self::norm_keys::*;
pub use self::output::*;
pub use self::recording::*;
pub use self::table::*;
pub use self::train::*;
pub use self::tune::*;

use std::sync::Arc;

use super::key::{Choice, Key};
use super::value::Value;

/// Every key, in the order of `configs/README.md` and of a resolved experiment.
pub(in crate::config) const SECTIONS: [&[&Key]; 12] = [
    TOP_KEYS,
    DATA_KEYS,
    TABLE_KEYS,
    GENERATOR_KEYS,
    MODEL_KEYS,
    NORM_KEYS,
    TRAIN_KEYS,
    TUNE_KEYS,
    CLAIM_KEYS,
    CHECKPOINT_KEYS,
    PROBE_KEYS,
    OUTPUT_KEYS,
];

/// How the word of a setting is written in prose: `MNIST`, `ReLU`; `None` where it is the word itself.
pub fn title(word: &str) -> Option<&'static str> {
    let lists = [
        Dataset::TITLES,
        Architecture::TITLES,
        Cell::TITLES,
        Activation::TITLES,
        Init::TITLES,
        NormKind::TITLES,
        Preset::TITLES,
        Optimizer::TITLES,
    ];
    let mut titles = lists.into_iter().flatten();
    titles.find(|(known, _)| *known == word).map(|(_, title)| *title)
}

/// One checked experiment file.
#[derive(Debug, Clone, PartialEq)]
pub struct Experiment {
    /// Short name; determines the default results folder.
    pub name: String,
    /// The question that the experiment answers, in a sentence; may be empty.
    pub question: String,
    /// Base seed of every random stream.
    pub seed: u64,
    /// Number of replicates of every condition, each with its own random streams; at least 1.
    pub replicates: u64,
    /// Every key that the sweep varies anywhere: those of its product in the file's order, then
    /// those of `when`, then those of `include`.
    pub axes: Vec<Axis>,
    /// The points of the sweep: those of its product, the last axis varying fastest, then those that
    /// it includes; at least one.
    pub conditions: Vec<Arc<Condition>>,
    /// What every trial records besides its metrics.
    pub recording: Arc<Recording>,
    /// The `[tune]` section, if there is one.
    pub tune: Option<Tune>,
    /// The `[claim]` section, if there is one.
    pub claim: Option<Claim>,
    /// Results folder and logging.
    pub output: Output,
    /// The user's tables that it reads.
    pub tables: Vec<TableFile>,
    /// The experiment as a TOML text with every default filled in; running it reproduces this one.
    pub resolved: String,
}

/// A key that the sweep varies.
#[derive(Debug, Clone, PartialEq)]
pub struct Axis {
    /// The key's dotted path: `norm.placement`.
    pub key: String,
    /// The values that occur in some condition, in the file's order, all different; where the key applies
    /// in none, the given values.
    pub values: Vec<Value>,
}

/// One point of the sweep.
#[derive(Debug, Clone, PartialEq)]
pub struct Condition {
    /// Position in [`Experiment::conditions`], from 0.
    pub index: usize,
    /// The value of each axis, in the order of [`Experiment::axes`]; `None` where the key does not apply
    /// in this condition (a normalisation key without normalisation).
    pub values: Vec<Option<Value>>,
    /// The settings that the trainer receives.
    pub settings: Settings,
    /// Every key that determines the condition's numbers, with its value; trial ids are computed from it.
    pub keys: Keys,
}

/// Everything that determines a trial's numbers, except seeds.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// The section `[data]`.
    pub data: Data,
    /// The section `[model]`.
    pub model: Model,
    /// The section `[norm]`.
    pub norm: Norm,
    /// The section `[train]`.
    pub train: Train,
}
