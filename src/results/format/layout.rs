//! Names of files and folders inside a results folder. Promises to users: see `results/README.md`.

use std::path::{Path, PathBuf};

use crate::event::Point;
use crate::fs;

/// The file that marks a compact copy.
pub(in crate::results) const COMPACT: &str = "compact.json";

/// A results folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    root: PathBuf,
}

impl Layout {
    /// The results folder at `root`, which need not exist yet. It may come from anybody: no link in it is
    /// followed any more.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        let root = root.into();
        fs::enclose(&root);
        Self { root }
    }

    /// The folder itself.
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

    /// One row a trial.
    pub fn trials_table(&self) -> PathBuf {
        self.root.join("trials.csv")
    }

    /// One row a condition.
    pub fn summary_table(&self) -> PathBuf {
        self.root.join("summary.csv")
    }

    /// One row a choice, where something was tuned.
    pub fn tuned_table(&self) -> PathBuf {
        self.root.join("tuned.csv")
    }

    /// That this is a compact copy; see `results/format/compact.rs`.
    pub fn compact(&self) -> PathBuf {
        self.root.join(COMPACT)
    }

    /// The tables of a whole results folder.
    pub fn tables(&self) -> [PathBuf; 4] {
        [self.trials_table(), self.summary_table(), self.tuned_table(), self.comparisons_table()]
    }

    /// The tables that a compact copy has instead of the folders of the trials.
    pub(in crate::results) fn stacked_tables(&self) -> [PathBuf; 5] {
        [
            self.records_table(),
            self.epochs_table(),
            self.timings_table(),
            self.steps_table(),
            self.layers_table(),
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

    /// In a compact copy: the seconds of all epochs.
    pub(in crate::results) fn timings_table(&self) -> PathBuf {
        self.root.join("timings.csv")
    }

    /// In a compact copy: the training losses of all trials.
    pub(in crate::results) fn steps_table(&self) -> PathBuf {
        self.root.join("steps.csv")
    }

    /// In a compact copy: what probes read of all trials.
    pub(in crate::results) fn layers_table(&self) -> PathBuf {
        self.root.join("layers.csv")
    }

    /// One row a comparison, where there is something to compare.
    pub fn comparisons_table(&self) -> PathBuf {
        self.root.join("comparisons.csv")
    }

    /// The charts.
    pub fn charts(&self) -> PathBuf {
        self.root.join("charts")
    }

    /// Held for an instant by whoever claims a trial or writes what all runs share.
    pub fn lock(&self) -> PathBuf {
        self.root.join(".lock")
    }

    /// Held by whoever draws the charts: the last to draw shows the last tables.
    pub fn charts_lock(&self) -> PathBuf {
        self.root.join(".lock-charts")
    }

    /// One file for each run that is alive, locked by it.
    pub fn runs(&self) -> PathBuf {
        self.root.join(".runs")
    }

    /// The folders of the trials, of this experiment and of earlier ones.
    pub fn trials(&self) -> PathBuf {
        self.root.join("trials")
    }

    /// The files of one trial.
    pub fn trial(&self, id: &str) -> TrialLayout {
        TrialLayout { root: self.trials().join(id) }
    }
}

/// Where a second training is left for a look. No id looks like it.
const AGAIN: &str = "again";

/// How the folder of a run in that of a trial begins.
pub(in crate::results) const OF_RUN: &str = ".run-";

/// The folder of one trial.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrialLayout {
    root: PathBuf,
}

impl TrialLayout {
    /// The folder at `root`, of a trial or of a run in one.
    pub(in crate::results) fn at(root: PathBuf) -> Self {
        Self { root }
    }

    /// The folder itself.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Settings, outcome and figures; written last, so that its presence means "ended".
    pub fn trial(&self) -> PathBuf {
        self.root.join("trial.json")
    }

    /// How often its training began without coming to an end.
    pub(in crate::results) fn attempts(&self) -> PathBuf {
        self.root.join("attempts.txt")
    }

    /// Who trains it, while somebody does.
    pub fn running(&self) -> PathBuf {
        self.root.join("running.json")
    }

    /// Where its training can go on from, while it is not finished.
    pub fn state(&self) -> PathBuf {
        self.root.join("state.safetensors")
    }

    /// Why it failed.
    pub fn failure_log(&self) -> PathBuf {
        self.root.join("failure.log")
    }

    /// One row an epoch.
    pub fn epochs(&self) -> PathBuf {
        self.root.join("epochs.csv")
    }

    /// One row every so many steps.
    pub fn steps(&self) -> PathBuf {
        self.root.join("steps.csv")
    }

    /// Where the files of a second training are left for a look that gave other numbers than the first.
    #[must_use]
    pub fn again(&self) -> Self {
        Self { root: self.root.join(AGAIN) }
    }

    /// Where the files of `run` grow while it trains the trial.
    #[must_use]
    pub(in crate::results) fn of_run(&self, run: &str) -> Self {
        Self { root: self.root.join(format!("{OF_RUN}{run}")) }
    }

    /// What the probes read.
    pub fn layers(&self) -> PathBuf {
        self.root.join("layers.csv")
    }

    /// One row a batch: where it stands in [`TrialLayout::order_examples`].
    pub fn order(&self) -> PathBuf {
        self.root.join("order.csv")
    }

    /// The examples of all batches, one after the other: little-endian 32-bit positions in the
    /// training set.
    pub fn order_examples(&self) -> PathBuf {
        self.root.join("order.bin")
    }

    /// The networks that were kept.
    pub fn checkpoints(&self) -> PathBuf {
        self.root.join("checkpoints")
    }

    /// The network that was kept at `point`.
    pub fn checkpoint(&self, point: Point) -> PathBuf {
        let name = match point {
            Point::Initial => "initial".to_owned(),
            Point::Step(step) => format!("step-{step}"),
            Point::Final => "final".to_owned(),
        };
        self.checkpoints().join(format!("{name}.safetensors"))
    }

    /// What stands here only while the trial is unfinished: its claim, its state, why it failed,
    /// how often it began.
    pub(in crate::results) fn of_unfinished(&self) -> [PathBuf; 4] {
        [self.running(), self.state(), self.failure_log(), self.attempts()]
    }

    /// Wall-clock seconds of each epoch; the only file of a trial that differs between two runs.
    pub fn timings(&self) -> PathBuf {
        self.root.join("timings.csv")
    }
}
