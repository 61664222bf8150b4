//! What an experiment is, once checked: plain types, every default filled in, nothing optional
//! that must exist. `config/check.rs` is the only place that makes these from a file.
//!
//! A key that means nothing in a condition (an Adam constant under plain gradient descent, a
//! normalisation setting without normalisation) does not exist in that condition's types, nor in
//! its [`Condition::keys`], so it cannot decide anything by accident.

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
    /// Short name; names the default results folder.
    pub name: String,
    /// The question that the experiment answers, in a sentence; may be empty.
    pub question: String,
    /// Base seed of every random stream.
    pub seed: u64,
    /// Repetitions of every condition, each with its own streams; at least 1.
    pub replicates: u64,
    /// Every key that the sweep varies anywhere: those of its product in the file's order, then
    /// those of `when`, then those of `include`.
    pub axes: Vec<Axis>,
    /// The points of the sweep: those of its product, the last axis varying fastest, then those that
    /// it includes; at least one.
    pub conditions: Vec<Arc<Condition>>,
    /// What every trial leaves behind besides its figures.
    pub recording: Arc<Recording>,
    /// What is tuned, if anything is.
    pub tune: Option<Tune>,
    /// What is claimed, if anything is.
    pub claim: Option<Claim>,
    /// Where results go, and how often.
    pub output: Output,
    /// The user's tables that it reads.
    pub tables: Vec<TableFile>,
    /// The experiment as a TOML text with every default filled in; running it repeats this one.
    pub resolved: String,
}

/// A key that the sweep varies.
#[derive(Debug, Clone, PartialEq)]
pub struct Axis {
    /// Dotted key: `norm.placement`.
    pub key: String,
    /// The values that it has in some condition, in the file's order, all different; where it means
    /// nothing in any, those that it was given.
    pub values: Vec<Value>,
}

/// One point of the sweep.
#[derive(Debug, Clone, PartialEq)]
pub struct Condition {
    /// Position in [`Experiment::conditions`], from 0.
    pub index: usize,
    /// The value of each axis, in the order of [`Experiment::axes`]; `None` where the axis means
    /// nothing in this condition (a normalisation key without normalisation).
    pub values: Vec<Option<Value>>,
    /// What the trainer is told.
    pub settings: Settings,
    /// Every key that decides the condition's numbers, with its value: what a trial id is made of.
    pub keys: Keys,
}

/// Everything that decides a trial's numbers, seeds left out.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// `[data]`
    pub data: Data,
    /// `[model]`
    pub model: Model,
    /// `[norm]`
    pub norm: Norm,
    /// `[train]`
    pub train: Train,
}
