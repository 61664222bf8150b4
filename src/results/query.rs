//! The content of a results folder, from which charts and reports are made. Plain rows that do not depend on
//! files; `results/reader.rs` reads them.

mod labels;
mod part;

use std::collections::{BTreeMap, HashSet};
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use crate::description::DatasetDescription;
use crate::event::Outcome;
use crate::results::format::schema::{EpochRow, PredictionRow, StepRow, TimingRow};
use crate::units;

pub use crate::config::spec::{Aggregate, Aggregation, Claim, Dataset, Expect, Hypothesis, title};
pub use crate::event::{Picture, PictureKind};
pub use crate::plan::short_name;
pub use labels::Labels;
pub use part::Whole;

/// Every trial of an experiment with its curves.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Results {
    /// The experiment's name.
    pub name: String,
    /// The question that it answers; may be empty.
    pub question: String,
    /// The target of `…_to_target` metrics, as a share from 0 to 1.
    pub target_accuracy: f64,
    /// Dotted keys of the axes; `norm.placement` is always the first, whether or not it is swept.
    pub axes: Vec<String>,
    /// The keys of `[norm]` that are not axes, by their dotted names, with values as tables write them.
    pub norm: BTreeMap<String, String>,
    /// The trials, in the order of the plan, or in the one that was requested for readers.
    pub trials: Vec<TrialCurves>,
    /// The ids of the trials in the order of the plan, where [`Results::trials`] are in another one.
    pub planned: Vec<String>,
    /// The `[tune]` section, if there is one.
    pub tuning: Option<Tuning>,
    /// The `[claim]` section, if there is one.
    pub claim: Option<Claim>,
    /// Warnings about settings that make results hard to interpret, a sentence each.
    pub cautions: Vec<String>,
    /// Number of trials with a damaged `timings.csv`, whose times are left out.
    pub untimed: usize,
    /// What readers see in place of values.
    pub labels: Labels,
    /// The whole experiment, where these are the results of a part of it.
    pub whole: Option<Arc<Whole>>,
}

/// The status of a trial, as files, tables and messages name it, in the order in which it is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum TrialStatus {
    /// Trained to the end.
    Completed,
    /// Its loss became too large or not finite, which is a result as well.
    Diverged,
    /// An error ended the trial.
    Failed,
    /// Stopped together with its run.
    Interrupted,
    /// Being trained by a run.
    Running,
    /// Not started, or its files do not count.
    #[default]
    Pending,
}

impl TrialStatus {
    /// Every status, in the order in which they are counted.
    pub const ALL: [Self; 6] = [
        Self::Completed,
        Self::Diverged,
        Self::Failed,
        Self::Interrupted,
        Self::Running,
        Self::Pending,
    ];

    /// The status's name in files and tables, such as `completed`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Completed => "completed",
            Self::Diverged => "diverged",
            Self::Failed => "failed",
            Self::Interrupted => "interrupted",
            Self::Running => "running",
            Self::Pending => "pending",
        }
    }

    /// Whether the trial has its result.
    pub fn is_finished(self) -> bool {
        matches!(self, Self::Completed | Self::Diverged)
    }

    /// Whether a run trains the trial now, or the next run will.
    pub fn is_left(self) -> bool {
        matches!(self, Self::Interrupted | Self::Running | Self::Pending)
    }

    /// The number of trials with each status; statuses that no trial has are left out.
    pub fn count(trials: impl IntoIterator<Item = Self>) -> Vec<(Self, usize)> {
        let trials: Vec<Self> = trials.into_iter().collect();
        let count = |status| trials.iter().filter(|other| **other == status).count();
        let counts = Self::ALL.map(|status| (status, count(status)));
        counts.into_iter().filter(|(_, count)| *count > 0).collect()
    }
}

impl From<&Outcome> for TrialStatus {
    fn from(outcome: &Outcome) -> Self {
        match outcome {
            Outcome::Completed => Self::Completed,
            Outcome::Diverged { .. } => Self::Diverged,
            Outcome::Failed { .. } => Self::Failed,
            Outcome::Interrupted => Self::Interrupted,
        }
    }
}

impl fmt::Display for TrialStatus {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

impl FromStr for TrialStatus {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|status| status.name() == name);
        found.ok_or_else(|| format!("`{name}` is no outcome of a trial"))
    }
}

impl Results {
    /// The same experiment with these trials instead, as a whole.
    #[must_use]
    pub fn with_trials(&self, trials: Vec<TrialCurves>) -> Self {
        Self {
            name: self.name.clone(),
            question: self.question.clone(),
            target_accuracy: self.target_accuracy,
            axes: self.axes.clone(),
            norm: self.norm.clone(),
            trials,
            planned: self.planned.clone(),
            tuning: self.tuning.clone(),
            claim: self.claim.clone(),
            cautions: self.cautions.clone(),
            untimed: self.untimed,
            labels: self.labels.clone(),
            whole: None,
        }
    }

    /// The position of an axis, by its dotted key or its short name.
    pub fn axis(&self, name: &str) -> Option<usize> {
        self.axes.iter().position(|axis| axis == name || short_name(axis) == name)
    }

    /// The values of an axis in the conditions in which it applies, in the order of the plan.
    pub fn values(&self, axis: usize) -> Vec<&str> {
        let mut known = HashSet::new();
        let cells = self.trials.iter().filter_map(|trial| trial.axes.get(axis));
        cells.map(String::as_str).filter(|cell| !cell.is_empty() && known.insert(*cell)).collect()
    }

    /// The axes that have several values.
    pub fn varied(&self) -> impl Iterator<Item = usize> {
        (0..self.axes.len()).filter(|axis| self.values(*axis).len() > 1)
    }

    /// The trials of each condition, by the condition's number.
    pub fn conditions(&self) -> BTreeMap<usize, Vec<&TrialCurves>> {
        let mut conditions: BTreeMap<usize, Vec<&TrialCurves>> = BTreeMap::new();
        for trial in &self.trials {
            conditions.entry(trial.condition).or_default().push(trial);
        }
        conditions
    }

    /// A note where wall-clock times are left out.
    pub fn note_of_untimed(&self) -> Option<String> {
        let trials = units::trials(self.untimed);
        let text = format!("the seconds of {trials} are left out: `timings.csv` is damaged");
        (self.untimed > 0).then_some(text)
    }

    /// The value of a key of `[norm]` in a trial; `None` where it does not apply or is not known.
    pub fn norm_of<'a>(&'a self, trial: &'a TrialCurves, key: &str) -> Option<&'a str> {
        let value = match self.axis(key) {
            Some(axis) => trial.axes.get(axis),
            None => trial.norm.as_deref().unwrap_or(&self.norm).get(key),
        };
        value.map(String::as_str).filter(|value| !value.is_empty())
    }

    /// The descriptions of the trials' datasets, each once, in the order of the trials.
    pub fn datasets(&self) -> Vec<&DatasetDescription> {
        let mut datasets: Vec<&DatasetDescription> = Vec::new();
        for data in self.trials.iter().filter_map(|trial| trial.data.as_deref()) {
            if !datasets.contains(&data) {
                datasets.push(data);
            }
        }
        datasets
    }
}

/// A search for the best value of an axis.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tuning {
    /// Dotted key of the axis whose best value is searched.
    pub key: String,
    /// Dotted keys of the axes whose values are compared, each at its own best value.
    pub per: Vec<String>,
    /// The column of `epochs.csv` that determines the best value.
    pub metric: String,
    /// Whether a higher value is better.
    pub higher_is_better: bool,
}

/// One trial and its measurements.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TrialCurves {
    /// The trial's id.
    pub id: String,
    /// The condition's number, from 1.
    pub condition: usize,
    /// The value of each axis as text, in the order of [`Results::axes`]; empty where the axis
    /// does not apply in this condition.
    pub axes: Vec<String>,
    /// The replicate's number, from 1.
    pub replicate: u64,
    /// The status of the trial.
    pub status: TrialStatus,
    /// The description of its dataset; `None` where no run stored one, as in earlier versions.
    pub data: Option<Arc<DatasetDescription>>,
    /// The step at which it diverged.
    pub diverged_step: Option<usize>,
    /// One row for each epoch, in order.
    pub epochs: Vec<EpochRow>,
    /// Wall-clock seconds of each epoch.
    pub seconds: Vec<TimingRow>,
    /// The training loss between epochs; read only where [`Details`] request it.
    pub steps: Vec<StepRow>,
    /// The probes' measurements; read only where [`Details`] request them.
    pub layers: Vec<LayerSeries>,
    /// What the trained network says of the test set; read only where [`Details`] request it.
    pub predictions: Option<Predictions>,
    /// Small pictures; read only where [`Details`] request them.
    pub pictures: Vec<Picture>,
    /// [`Results::norm`] of its own folder, where several folders were combined.
    pub norm: Option<Arc<BTreeMap<String, String>>>,
}

/// The course of one quantity of one layer during training.
#[derive(Debug, Clone, PartialEq)]
pub struct LayerSeries {
    /// The layer, as in checkpoints; `all` for the whole network.
    pub layer: String,
    /// The quantity's name, as in `layers.csv`.
    pub quantity: String,
    /// Optimiser steps taken before the measurement, with its value; in order.
    pub points: Vec<(usize, f64)>,
}

/// What a trained network says of the test set: how often each class is taken for each, and the mistakes.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Predictions {
    counts: BTreeMap<(u8, u8), usize>,
    wrong: Vec<PredictionRow>,
    total: usize,
}

impl Predictions {
    /// Adds the prediction for the next example.
    pub fn add(&mut self, row: PredictionRow) {
        *self.counts.entry((row.label, row.predicted)).or_default() += 1;
        self.total += 1;
        if row.label != row.predicted {
            self.wrong.push(row);
        }
    }

    /// Number of test examples of class `label` that are taken for class `predicted`.
    pub fn count(&self, label: usize, predicted: usize) -> usize {
        let key = u8::try_from(label).ok().zip(u8::try_from(predicted).ok());
        key.and_then(|key| self.counts.get(&key)).copied().unwrap_or(0)
    }

    /// The largest class, true or predicted; `None` where there are no examples.
    pub fn largest_class(&self) -> Option<usize> {
        let classes = self.counts.keys().map(|&(label, predicted)| label.max(predicted));
        classes.max().map(usize::from)
    }

    /// The misclassified examples, in the order of the test set.
    pub fn wrong(&self) -> &[PredictionRow] {
        &self.wrong
    }

    /// Number of test examples.
    pub fn total(&self) -> usize {
        self.total
    }

    /// The share that is classified correctly, from 0 to 1; `None` where there are no examples.
    pub fn accuracy(&self) -> Option<f64> {
        let correct = self.total - self.wrong.len();
        (self.total > 0).then(|| correct as f64 / self.total as f64)
    }
}

/// What is read besides the epochs: large files that most tables and charts do not need.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Details {
    /// Whether `steps.csv` is read.
    pub steps: bool,
    /// The quantities of `layers.csv` that are read; none where empty.
    pub layers: Vec<&'static str>,
    /// Whether `predictions.csv` and `pictures.csv` are read.
    pub predictions: bool,
    /// Whether all quantities of `layers.csv` are read.
    pub all_layers: bool,
}

impl Details {
    /// Whether any quantity of `layers.csv` is read.
    pub fn has_layers(&self) -> bool {
        self.all_layers || !self.layers.is_empty()
    }

    /// Whether this quantity of `layers.csv` is read.
    pub fn wants(&self, quantity: &str) -> bool {
        self.all_layers || self.layers.contains(&quantity)
    }

    /// Adds the details of `more`.
    pub fn add(&mut self, more: Self) {
        self.steps |= more.steps;
        self.predictions |= more.predictions;
        self.all_layers |= more.all_layers;
        for quantity in more.layers {
            if !self.layers.contains(&quantity) {
                self.layers.push(quantity);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn results(cells: &[[&str; 2]]) -> Results {
        let trial = |(index, cells): (usize, &[&str; 2])| TrialCurves {
            condition: index / 2 + 1,
            axes: cells.map(str::to_owned).to_vec(),
            ..TrialCurves::default()
        };
        Results {
            axes: ["norm.placement", "norm.decay"].map(str::to_owned).to_vec(),
            trials: cells.iter().enumerate().map(trial).collect(),
            ..Results::default()
        }
    }

    #[test]
    fn a_status_is_read_by_the_name_that_it_is_written_by() {
        for status in TrialStatus::ALL {
            assert_eq!(status.name().parse(), Ok(status));
        }
        let unknown: Result<TrialStatus, String> = "finished".parse();
        assert_eq!(unknown, Err("`finished` is no outcome of a trial".to_owned()));
    }

    #[test]
    fn statuses_are_counted_in_their_order_without_those_that_no_trial_has() {
        use TrialStatus::{Completed, Failed, Pending};
        let counts = TrialStatus::count([Pending, Completed, Failed, Completed]);
        assert_eq!(counts, [(Completed, 2), (Failed, 1), (Pending, 1)]);
    }

    #[test]
    fn an_axis_is_found_by_both_names_and_has_values_where_it_applies() {
        let results = results(&[["none", ""], ["none", ""], ["before", "0.9"], ["after", "0.9"]]);
        assert_eq!([results.axis("norm.decay"), results.axis("decay")], [Some(1); 2]);
        assert_eq!(results.axis("momentum"), None);
        assert_eq!(results.values(0), ["none", "before", "after"]);
        assert_eq!(results.values(1), ["0.9"]);
        assert_eq!(results.varied().collect::<Vec<_>>(), [0]);
        let conditions = results.conditions().into_values().map(|trials| trials.len());
        assert_eq!(conditions.collect::<Vec<_>>(), [2, 2]);
    }
}
