//! The columns of every CSV file and the fields of every JSON file in a results folder: nothing
//! else defines a column. `results/README.md` explains them to users; a test compares the two.
//!
//! Numbers are plain, units stand in the names, an empty cell means "does not apply". Losses are
//! mean cross-entropies in nats, accuracies are shares from 0 to 1.

mod epochs;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use epochs::{EpochRow, ScoreCells};

use crate::event::{Examples, Outcome};
use crate::fs::FilePrefix;
use crate::stats;

/// Version of the files' format. A reader refuses a higher one.
pub const SCHEMA_VERSION: u32 = 1;

/// A row of `steps.csv`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StepRow {
    /// From 1.
    pub step: usize,
    /// From 1.
    pub epoch: usize,
    /// Of the batch, before the update.
    pub loss: f64,
    /// Of the batch, before the update.
    pub accuracy: f64,
}

impl StepRow {
    /// The first line of the file.
    pub const HEADER: &'static str = "step,epoch,loss,accuracy\n";
}

/// A row of `timings.csv`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TimingRow {
    /// From 1; 0 is the evaluation of the untrained network.
    pub epoch: usize,
    /// From the epoch's first step to its last.
    pub train_seconds: f64,
    /// Spent in evaluation.
    pub evaluation_seconds: f64,
}

impl TimingRow {
    /// The first line of the file.
    pub const HEADER: &'static str = "epoch,train_seconds,evaluation_seconds\n";
}

/// A row of `layers.csv`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LayerRow {
    /// The trial's id.
    pub trial: String,
    /// Optimiser steps taken before the probe looked.
    pub step: usize,
    /// The layer, as in checkpoints; `all` for the whole network.
    pub layer: String,
    /// What was read.
    pub quantity: String,
    /// The number.
    pub value: f64,
}

impl LayerRow {
    /// The first line of the file.
    pub const HEADER: &'static str = "trial,step,layer,quantity,value\n";
}

/// A row of `records.csv` in a compact copy, behind the trial's id: what a report says of a trial
/// that ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FactRow {
    /// The name of its dataset.
    pub dataset: String,
    /// Digest of the dataset's bytes.
    pub data: String,
    /// Training examples.
    pub train_examples: usize,
    /// Validation examples.
    pub validation_examples: usize,
    /// Test examples.
    pub test_examples: usize,
    /// Trainable parameters.
    pub parameters: usize,
    /// The kind of the device that trained it.
    pub device: String,
    /// The vector instruction set that trained it; empty where an earlier version did.
    #[serde(default)]
    pub instruction_set: String,
}

impl FactRow {
    /// The first line of the file, behind the column of the trial.
    pub const HEADER: &'static str = "dataset,data,train_examples,validation_examples,\
         test_examples,parameters,device,instruction_set\n";

    /// What a record says.
    pub(in crate::results) fn of(record: TrialRecord) -> Self {
        let name = record.settings.get("data.dataset");
        Self {
            dataset: name.and_then(|name| name.as_str()).unwrap_or_default().to_owned(),
            data: record.data,
            train_examples: record.examples.train,
            validation_examples: record.examples.validation,
            test_examples: record.examples.test,
            parameters: record.parameters,
            device: record.device,
            instruction_set: record.instruction_set,
        }
    }
}

/// A row of `order.csv`: one batch.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderRow {
    /// From 1.
    pub step: usize,
    /// From 1.
    pub epoch: usize,
    /// Where the batch begins in `order.bin`, counted in examples from 0.
    pub first: usize,
    /// Examples in the batch.
    pub examples: usize,
}

impl OrderRow {
    /// The first line of the file.
    pub const HEADER: &'static str = "step,epoch,first,examples\n";
}

/// `trial.json`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TrialRecord {
    /// [`SCHEMA_VERSION`]
    pub schema: u32,
    /// The trial's id.
    pub id: String,
    /// From 1.
    pub replicate: u64,
    /// The experiment's base seed.
    pub seed: u64,
    /// Every key that decides the numbers, with its value.
    pub settings: BTreeMap<String, serde_json::Value>,
    /// The kind of the device that trained it.
    pub device: String,
    /// The vector instruction set of its processor (`avx512`, `avx2`, else the architecture), which
    /// decides the last digits of its numbers; empty in records of earlier versions.
    #[serde(default)]
    pub instruction_set: String,
    /// Digest of the dataset's bytes.
    pub data: String,
    /// Counts of examples.
    pub examples: Examples,
    /// Trainable parameters.
    pub parameters: usize,
    /// What it was asked to leave behind besides its figures, item by item.
    #[serde(default)]
    pub recording: Vec<String>,
    /// How it ended.
    pub outcome: Outcome,
    /// The last epoch's row, where there was one.
    pub last: Option<EpochRow>,
    /// The row with the highest validation accuracy (the first of equals), where there is a
    /// validation set.
    pub best: Option<EpochRow>,
    /// What its files were when it ended, those that differ in every training left out: one that is
    /// another now was torn or changed. Empty in records of earlier versions.
    #[serde(default)]
    pub files: BTreeMap<String, FilePrefix>,
}

impl TrialRecord {
    /// Drops what the plan knows as well and what no table needs: of a large sweep, all records are
    /// kept at once.
    pub(in crate::results) fn forget_details(&mut self) {
        self.settings.clear();
        self.files.clear();
        self.recording = Vec::new();
    }
}

/// A row of `trials.csv`. The axes, one column each under their dotted keys, stand between
/// [`TrialRow::FIRST`] and [`TrialRow::LAST`].
#[derive(Debug, Clone, PartialEq)]
pub struct TrialRow<'a> {
    /// The trial's id.
    pub trial: String,
    /// The condition's number, from 1.
    pub condition: usize,
    /// From 1.
    pub replicate: u64,
    /// The experiment's base seed.
    pub seed: u64,
    /// Value of each axis, `norm.placement` first (whether or not it is swept).
    pub axes: Vec<String>,
    /// What the trial left when it ended; all further columns are made from it.
    pub record: Option<&'a TrialRecord>,
}

impl TrialRow<'_> {
    /// Columns before the axes.
    pub const FIRST: [&'static str; 4] = ["trial", "condition", "replicate", "seed"];
    /// Columns after the axes.
    pub const LAST: [&'static str; 17] = [
        "outcome",
        "diverged_step",
        "parameters",
        "epochs",
        "steps",
        "train_loss",
        "train_accuracy",
        "validation_loss",
        "validation_accuracy",
        "test_loss",
        "test_accuracy",
        "best_epoch",
        "best_validation_accuracy",
        "best_test_loss",
        "best_test_accuracy",
        "precise_test_loss",
        "precise_test_accuracy",
    ];
    /// How many of [`TrialRow::LAST`] a table of the oldest readable version has: later columns were
    /// added at the end.
    pub const LAST_OF_OLDEST: usize = 15;
}

/// The figures that `summary.csv` gives for each condition, each under [`STATISTICS`] of the completed
/// trials.
pub const SUMMARY_METRICS: [&str; 10] = [
    "train_loss",
    "train_accuracy",
    "validation_loss",
    "validation_accuracy",
    "test_loss",
    "test_accuracy",
    "best_epoch",
    "best_test_accuracy",
    "precise_test_loss",
    "precise_test_accuracy",
];

/// A statistic of some values, where it has an answer.
pub type Statistic = fn(&[f64]) -> Option<f64>;

/// What the columns of a figure in `summary.csv` end with, and what they are of its values.
pub const STATISTICS: [(&str, Statistic); 8] = [
    ("mean", stats::mean),
    ("std", stats::standard_deviation),
    ("min", stats::minimum),
    ("max", stats::maximum),
    ("median", stats::median),
    ("iqm", stats::interquartile_mean),
    ("low", |values| interval(values).map(|interval| interval.low)),
    ("high", |values| interval(values).map(|interval| interval.high)),
];

/// Of the mean, by Student's t.
fn interval(values: &[f64]) -> Option<stats::Interval> {
    stats::t_interval(values, 1.0 - stats::SIGNIFICANCE)
}

/// The columns of `tuned.csv` after those of the axes, the tuned one left out.
pub const TUNED_COLUMNS: [&str; 11] = [
    "tuned",
    "metric",
    "values",
    "chosen",
    "edge",
    "largest_stable",
    "metric_mean",
    "n",
    "diverged",
    "test_accuracy_mean",
    "test_accuracy_std",
];

/// The columns of a comparison, after those of the axes that are not compared.
pub const COMPARISON_COLUMNS: [&str; 32] = [
    "by",
    "metric",
    "a",
    "b",
    "pairs",
    "measured",
    "missing",
    "diverged_a",
    "diverged_b",
    "difference_mean",
    "difference_std",
    "difference_low",
    "difference_high",
    "test",
    "p",
    "p_floor",
    "p_holm",
    "comparisons",
    "wins",
    "ties",
    "losses",
    "superiority",
    "superiority_low",
    "superiority_high",
    "margin",
    "verdict",
    "better",
    "replicates_needed",
    "population_difference_mean",
    "population_difference_low",
    "population_difference_high",
    "population_verdict",
];

/// The fields of a condition beside its comparisons, after those of the axes.
pub const DESCRIPTION_COLUMNS: [&str; 15] = [
    "n",
    "beyond",
    "diverged",
    "missing",
    "longest",
    "mean",
    "median",
    "interquartile_mean",
    "std",
    "min",
    "max",
    "t_low",
    "t_high",
    "bca_low",
    "bca_high",
];

/// The columns of `bn-lab claims --format csv`: a row a comparison.
pub const CLAIM_COLUMNS: [&str; 32] = [
    "results",
    "statement",
    "ruling",
    "test",
    "name",
    "setting",
    "by",
    "metric",
    "unit",
    "a",
    "b",
    "pairs",
    "measured",
    "missing",
    "diverged_a",
    "diverged_b",
    "mean_a",
    "mean_b",
    "difference_mean",
    "difference_low",
    "difference_high",
    "p",
    "p_holm",
    "wins",
    "ties",
    "losses",
    "margin",
    "outcome",
    "replicates_needed",
    "population_difference_mean",
    "population_difference_low",
    "population_difference_high",
];

pub(in crate::results) const EPOCHS: &str = "epochs.csv";
pub(in crate::results) const STEPS: &str = "steps.csv";
pub(in crate::results) const TIMINGS: &str = "timings.csv";
pub(in crate::results) const LAYERS: &str = "layers.csv";
pub(in crate::results) const ORDER: &str = "order.csv";
pub(in crate::results) const ORDER_EXAMPLES: &str = "order.bin";

/// The files that grow, with their first lines, and whether every trial has them.
pub(in crate::results) const GROWING: [(&str, &str, bool); 6] = [
    (EPOCHS, EpochRow::HEADER, true),
    (STEPS, StepRow::HEADER, true),
    (TIMINGS, TimingRow::HEADER, true),
    (LAYERS, LayerRow::HEADER, false),
    (ORDER, OrderRow::HEADER, false),
    (ORDER_EXAMPLES, "", false),
];

/// The bytes of a row, its line end included.
pub(in crate::results) fn csv_row<T: Serialize>(row: &T) -> Vec<u8> {
    let mut writer = csv::WriterBuilder::new().has_headers(false).from_writer(Vec::new());
    // Plain numbers into memory: neither serialising nor flushing can fail.
    drop(writer.serialize(row));
    writer.into_inner().unwrap_or_default()
}
