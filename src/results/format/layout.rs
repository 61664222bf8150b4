//! Names of files and folders inside a results folder. Users rely on them: see `results/README.md`.

use std::path::{Path, PathBuf};

use crate::event::Point;
use crate::fs;

/// The name of the file that marks a compact copy.
pub(in crate::results) const COMPACT: &str = "compact.json";

/// A results folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    root: PathBuf,
}

impl Layout {
    /// The results folder at `root`, which need not exist yet. It may come from anyone, so no link inside it
    /// is followed.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        let root = root.into();
        fs::enclose(&root);
        Self { root }
    }

    /// The path of the folder itself.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The experiment with every default filled in.
    pub fn experiment(&self) -> PathBuf {
        self.root.join("experiment.toml")
    }

    /// Versions, machine and times of every run into this folder.
    pub fn manifest(&self) -> PathBuf {
        self.root.join("manifest.json")
    }

    /// The table with one row for each trial.
    pub fn trials_table(&self) -> PathBuf {
        self.root.join("trials.csv")
    }

    /// The table with one row for each condition.
    pub fn summary_table(&self) -> PathBuf {
        self.root.join("summary.csv")
    }

    /// The table with one row for each choice of tuning.
    pub fn tuned_table(&self) -> PathBuf {
        self.root.join("tuned.csv")
    }

    /// The file that marks a compact copy; see `results/format/compact.rs`.
    pub fn compact(&self) -> PathBuf {
        self.root.join(COMPACT)
    }

    /// The tables of a full results folder.
    pub fn tables(&self) -> [PathBuf; 4] {
        [self.trials_table(), self.summary_table(), self.tuned_table(), self.comparisons_table()]
    }

    /// The tables that a compact copy has instead of the folders of the trials.
    pub(in crate::results) fn stacked_tables(&self) -> [PathBuf; 7] {
        [
            self.records_table(),
            self.epochs_table(),
            self.timings_table(),
            self.steps_table(),
            self.layers_table(),
            self.predictions_table(),
            self.pictures_table(),
        ]
    }

    /// In a compact copy: data, device and size of all trials that ended.
    pub(in crate::results) fn records_table(&self) -> PathBuf {
        self.root.join("records.csv")
    }

    /// In a compact copy: the epochs of all trials.
    pub(in crate::results) fn epochs_table(&self) -> PathBuf {
        self.root.join("epochs.csv")
    }

    /// In a compact copy: the wall-clock times of all epochs.
    pub(in crate::results) fn timings_table(&self) -> PathBuf {
        self.root.join("timings.csv")
    }

    /// In a compact copy: the training losses of all trials.
    pub(in crate::results) fn steps_table(&self) -> PathBuf {
        self.root.join("steps.csv")
    }

    /// In a compact copy: the probes' measurements of all trials.
    pub(in crate::results) fn layers_table(&self) -> PathBuf {
        self.root.join("layers.csv")
    }

    /// In a compact copy: the predictions of all trained networks.
    pub(in crate::results) fn predictions_table(&self) -> PathBuf {
        self.root.join("predictions.csv")
    }

    /// In a compact copy: the pictures of all trials.
    pub(in crate::results) fn pictures_table(&self) -> PathBuf {
        self.root.join("pictures.csv")
    }

    /// The table with one row for each comparison.
    pub fn comparisons_table(&self) -> PathBuf {
        self.root.join("comparisons.csv")
    }

    /// The folder of the charts.
    pub fn charts(&self) -> PathBuf {
        self.root.join("charts")
    }

    /// The lock that is held briefly while a trial is claimed or a shared file is written.
    pub fn lock(&self) -> PathBuf {
        self.root.join(".lock")
    }

    /// The lock that is held while charts are drawn, so that the last charts show the last tables.
    pub fn charts_lock(&self) -> PathBuf {
        self.root.join(".lock-charts")
    }

    /// The folder with one file for each live run, locked by it.
    pub fn runs(&self) -> PathBuf {
        self.root.join(".runs")
    }

    /// The folder of the trials' folders, of this experiment and of earlier ones.
    pub fn trials(&self) -> PathBuf {
        self.root.join("trials")
    }

    /// The paths of one trial's files.
    pub fn trial(&self, id: &str) -> TrialLayout {
        TrialLayout { root: self.trials().join(id) }
    }
}

/// Folder for the files of a second training that gave other numbers. It cannot be a trial's id.
const AGAIN: &str = "again";

/// Prefix of the name of a run's folder inside that of a trial.
pub(in crate::results) const OF_RUN: &str = ".run-";

/// The folder of one trial.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrialLayout {
    root: PathBuf,
}

impl TrialLayout {
    /// The folder at `root`, of a trial or of a run inside it.
    pub(in crate::results) fn at(root: PathBuf) -> Self {
        Self { root }
    }

    /// The path of the folder itself.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The record: settings, outcome and metrics; written last, so that its presence means "ended".
    pub fn trial(&self) -> PathBuf {
        self.root.join("trial.json")
    }

    /// Counter of trainings that began without coming to an end.
    pub(in crate::results) fn attempts(&self) -> PathBuf {
        self.root.join("attempts.txt")
    }

    /// The claim of the run that trains the trial.
    pub fn running(&self) -> PathBuf {
        self.root.join("running.json")
    }

    /// The state from which an unfinished training can resume.
    pub fn state(&self) -> PathBuf {
        self.root.join("state.safetensors")
    }

    /// The log of a failure.
    pub fn failure_log(&self) -> PathBuf {
        self.root.join("failure.log")
    }

    /// The table with one row for each epoch.
    pub fn epochs(&self) -> PathBuf {
        self.root.join("epochs.csv")
    }

    /// The table with one row for each logged step.
    pub fn steps(&self) -> PathBuf {
        self.root.join("steps.csv")
    }

    /// The files of a second training that gave other numbers than the first, kept for inspection.
    #[must_use]
    pub fn again(&self) -> Self {
        Self { root: self.root.join(AGAIN) }
    }

    /// The folder in which `run` writes while it trains the trial.
    #[must_use]
    pub(in crate::results) fn of_run(&self, run: &str) -> Self {
        Self { root: self.root.join(format!("{OF_RUN}{run}")) }
    }

    /// The table of the probes' measurements.
    pub fn layers(&self) -> PathBuf {
        self.root.join("layers.csv")
    }

    /// What the trained network says of every test example.
    pub fn predictions(&self) -> PathBuf {
        self.root.join("predictions.csv")
    }

    /// Sample inputs, mistakes and first-layer weights.
    pub fn pictures(&self) -> PathBuf {
        self.root.join("pictures.csv")
    }

    /// The table with one row for each batch: its position in [`TrialLayout::order_examples`].
    pub fn order(&self) -> PathBuf {
        self.root.join("order.csv")
    }

    /// The examples of all batches, one after the other: little-endian 32-bit positions in the
    /// training set.
    pub fn order_examples(&self) -> PathBuf {
        self.root.join("order.bin")
    }

    /// The folder of the checkpoints.
    pub fn checkpoints(&self) -> PathBuf {
        self.root.join("checkpoints")
    }

    /// The checkpoint of `point`.
    pub fn checkpoint(&self, point: Point) -> PathBuf {
        let name = match point {
            Point::Initial => "initial".to_owned(),
            Point::Step(step) => format!("step-{step}"),
            Point::Final => "final".to_owned(),
        };
        self.checkpoints().join(format!("{name}.safetensors"))
    }

    /// The files that exist only while the trial is unfinished: its claim, its state, its failure log and
    /// its attempts.
    pub(in crate::results) fn of_unfinished(&self) -> [PathBuf; 4] {
        [self.running(), self.state(), self.failure_log(), self.attempts()]
    }

    /// The table of wall-clock times; the only file of a trial that differs between two runs.
    pub fn timings(&self) -> PathBuf {
        self.root.join("timings.csv")
    }
}
