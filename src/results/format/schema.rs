//! The columns of every CSV file and the fields of every JSON file in a results folder: nothing
//! else defines a column. `results/README.md` explains them to users; a test compares the two.
//!
//! Numbers have no unit, names state the unit, an empty cell means "does not apply". Losses are
//! mean cross-entropies in nats, accuracies are shares from 0 to 1.

mod epochs;
mod predictions;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use epochs::{EpochRow, ScoreCells};
pub(in crate::results) use predictions::{PICTURES, PREDICTIONS};
pub use predictions::{PictureRow, PredictionRow};

use crate::event::{Examples, Outcome};
use crate::fs::FilePrefix;
use crate::plan::{self, kernels::Kernels};
use crate::stats;

/// Version of the files' format. A reader refuses a higher one.
pub const SCHEMA_VERSION: u32 = 1;

/// A row of `steps.csv`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StepRow {
    /// The optimiser step, from 1.
    pub step: usize,
    /// The epoch, from 1.
    pub epoch: usize,
    /// Loss of the batch, before the update.
    pub loss: f64,
    /// Accuracy of the batch, before the update.
    pub accuracy: f64,
}

impl StepRow {
    /// The header line of the file.
    pub const HEADER: &'static str = "step,epoch,loss,accuracy\n";
}

/// A row of `timings.csv`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TimingRow {
    /// The epoch, from 1; 0 is the evaluation of the untrained network.
    pub epoch: usize,
    /// Seconds from the epoch's first step to its last.
    pub train_seconds: f64,
    /// Seconds of evaluation.
    pub evaluation_seconds: f64,
}

impl TimingRow {
    /// The header line of the file.
    pub const HEADER: &'static str = "epoch,train_seconds,evaluation_seconds\n";
}

/// A row of `layers.csv`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LayerRow {
    /// The trial's id.
    pub trial: String,
    /// Optimiser steps taken before the measurement.
    pub step: usize,
    /// The layer, as in checkpoints; `all` for the whole network.
    pub layer: String,
    /// The quantity's name.
    pub quantity: String,
    /// The value.
    pub value: f64,
}

impl LayerRow {
    /// The header line of the file.
    pub const HEADER: &'static str = "trial,step,layer,quantity,value\n";
}

/// A row of `records.csv` in a compact copy, without the column of the trial's id: the facts of a trial
/// that ended, for reports.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FactRow {
    /// The name of its dataset.
    pub dataset: String,
    /// Digest of the dataset's content.
    pub data: String,
    /// Number of training examples.
    pub train_examples: usize,
    /// Number of validation examples.
    pub validation_examples: usize,
    /// Number of test examples.
    pub test_examples: usize,
    /// Number of trainable parameters.
    pub parameters: usize,
    /// The kind of the device that trained it.
    pub device: String,
    /// The vector instruction set of its processor; empty in records of earlier versions.
    #[serde(default)]
    pub instruction_set: String,
    /// The kernels that trained it; copies made by earlier versions have none.
    #[serde(default = "Kernels::of_earlier_versions")]
    pub kernels: Kernels,
}

impl FactRow {
    /// The header line of the file, without the column of the trial.
    pub const HEADER: &'static str = "dataset,data,train_examples,validation_examples,\
         test_examples,parameters,device,instruction_set,kernels\n";

    /// The facts in a record.
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
            kernels: record.kernels,
        }
    }
}

/// A row of `order.csv`: one batch.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderRow {
    /// The optimiser step, from 1.
    pub step: usize,
    /// The epoch, from 1.
    pub epoch: usize,
    /// The batch's position in `order.bin`, counted in examples from 0.
    pub first: usize,
    /// Number of examples in the batch.
    pub examples: usize,
}

impl OrderRow {
    /// The header line of the file.
    pub const HEADER: &'static str = "step,epoch,first,examples\n";
}

/// The content of `trial.json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TrialRecord {
    /// [`SCHEMA_VERSION`]
    pub schema: u32,
    /// The trial's id.
    pub id: String,
    /// The numbers version, which is part of its id; records of earlier versions have none.
    #[serde(default = "plan::unrecorded_numbers_version")]
    pub numbers_version: u32,
    /// The replicate, from 1.
    pub replicate: u64,
    /// The experiment's base seed.
    pub seed: u64,
    /// Every key that determines the numbers, with its value.
    pub settings: BTreeMap<String, serde_json::Value>,
    /// The kind of the device that trained it.
    pub device: String,
    /// The kernels that trained it; records of earlier versions have none.
    #[serde(default = "Kernels::of_earlier_versions")]
    pub kernels: Kernels,
    /// The vector instruction set of its processor (`avx512`, `avx2`, else the architecture), which
    /// affects the last digits of its numbers; empty in records of earlier versions.
    #[serde(default)]
    pub instruction_set: String,
    /// Digest of the dataset's content.
    pub data: String,
    /// Numbers of examples.
    pub examples: Examples,
    /// Number of trainable parameters.
    pub parameters: usize,
    /// What was recorded besides its metrics, item by item.
    #[serde(default)]
    pub recording: Vec<String>,
    /// The outcome of the trial.
    pub outcome: Outcome,
    /// The last epoch's row, where there was one.
    pub last: Option<EpochRow>,
    /// The row with the highest validation accuracy (the first one in a tie), where there is a
    /// validation set.
    pub best: Option<EpochRow>,
    /// The lengths and checksums of its files when it ended, except those that differ in every training: a file
    /// that differs now was truncated or changed. Empty in records of earlier versions.
    #[serde(default)]
    pub files: BTreeMap<String, FilePrefix>,
}

impl TrialRecord {
    /// Drops what the plan contains as well and what no table needs: all records of a large sweep are in
    /// memory at once.
    pub(in crate::results) fn forget_details(&mut self) {
        self.settings.clear();
        self.files.clear();
        self.recording = Vec::new();
    }
}

/// A row of `trials.csv`. The axes, one column for each dotted key, are between
/// [`TrialRow::FIRST`] and [`TrialRow::LAST`].
#[derive(Debug, Clone, PartialEq)]
pub struct TrialRow<'a> {
    /// The trial's id.
    pub trial: String,
    /// The condition's number, from 1.
    pub condition: usize,
    /// The replicate, from 1.
    pub replicate: u64,
    /// The experiment's base seed.
    pub seed: u64,
    /// Value of each axis, `norm.placement` first (whether or not it is swept).
    pub axes: Vec<String>,
    /// The trial's record, if it ended; all further columns are computed from it.
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
    /// Number of columns of [`TrialRow::LAST`] in a table of the oldest readable version: later columns were
    /// added at the end.
    pub const LAST_OF_OLDEST: usize = 15;
}

/// The metrics in `summary.csv`, each with the [`STATISTICS`] over the completed trials of a
/// condition.
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

/// A statistic of some values; `None` where it is not defined.
pub type Statistic = fn(&[f64]) -> Option<f64>;

/// The suffixes of a metric's columns in `summary.csv`, with the statistics that they contain.
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

/// The confidence interval of the mean by Student's t.
fn interval(values: &[f64]) -> Option<stats::Interval> {
    stats::t_interval(values, 1.0 - stats::SIGNIFICANCE)
}

/// The columns of `tuned.csv` after those of the axes, without the tuned one.
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

/// The fields of a condition besides its comparisons, after those of the axes.
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

/// The columns of `bn-lab claims --format csv`, with one row for each comparison.
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

/// The files that are appended to, with their header lines, and whether every trial has them.
pub(in crate::results) const GROWING: [(&str, &str, bool); 8] = [
    (EPOCHS, EpochRow::HEADER, true),
    (STEPS, StepRow::HEADER, true),
    (TIMINGS, TimingRow::HEADER, true),
    (LAYERS, LayerRow::HEADER, false),
    (PREDICTIONS, PredictionRow::HEADER, false),
    (PICTURES, PictureRow::HEADER, false),
    (ORDER, OrderRow::HEADER, false),
    (ORDER_EXAMPLES, "", false),
];

/// The bytes of a row, including its line end.
pub(in crate::results) fn csv_row<T: Serialize>(row: &T) -> Vec<u8> {
    let mut writer = csv::WriterBuilder::new().has_headers(false).from_writer(Vec::new());
    // Writing plain numbers to memory: neither serialising nor flushing can fail.
    drop(writer.serialize(row));
    writer.into_inner().unwrap_or_default()
}
