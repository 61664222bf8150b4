//! A results folder, read: what the charts and the report are made from. Plain rows without any
//! knowledge of files; `record/reader.rs` fills them.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::description::DatasetDescription;
use crate::results::format::schema::{EpochRow, StepRow, TimingRow};
use crate::units;

pub use crate::config::spec::{Claim, Expect, Hypothesis, Over, Take};
pub use crate::plan::short_name;

/// Every trial of an experiment with its curves.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Results {
    /// The experiment's name.
    pub name: String,
    /// The question that it answers; may be empty.
    pub question: String,
    /// The accuracy whose first reaching is reported, as a share from 0 to 1.
    pub target_accuracy: f64,
    /// Dotted keys of the axes; `norm.placement` is always the first, whether or not it is swept.
    pub axes: Vec<String>,
    /// What the keys of `[norm]` are that are not axes, by their dotted names, as tables write values.
    pub norm: BTreeMap<String, String>,
    /// The trials, in the order of the plan.
    pub trials: Vec<TrialCurves>,
    /// What is tuned, if anything is.
    pub tuning: Option<Tuning>,
    /// What is claimed, if anything is.
    pub claim: Option<Claim>,
    /// What a reader should know of the settings before believing their results, a sentence each.
    pub cautions: Vec<String>,
    /// How many trials have a damaged `timings.csv`, whose seconds are left out.
    pub untimed: usize,
}

impl Results {
    /// What to say where seconds are left out.
    pub fn note_of_untimed(&self) -> Option<String> {
        let trials = units::trials(self.untimed);
        let text = format!("the seconds of {trials} are left out: `timings.csv` is damaged");
        (self.untimed > 0).then_some(text)
    }

    /// The value of a key of `[norm]` in a trial; `None` where it means nothing there or is not known.
    pub fn norm_of<'a>(&'a self, trial: &'a TrialCurves, key: &str) -> Option<&'a str> {
        let axis = self.axes.iter().position(|axis| axis == key);
        let value = match axis {
            Some(axis) => trial.axes.get(axis),
            None => trial.norm.as_deref().unwrap_or(&self.norm).get(key),
        };
        value.map(String::as_str).filter(|value| !value.is_empty())
    }

    /// What the datasets of the trials hold, each once, in the order of the trials.
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

/// The search for the best value of an axis.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tuning {
    /// Dotted key of the axis whose best value is looked for.
    pub key: String,
    /// Dotted keys of the axes whose values are compared, each at its own best value.
    pub per: Vec<String>,
    /// The column of `epochs.csv` that decides.
    pub metric: String,
    /// Whether more of it is better.
    pub higher_is_better: bool,
}

/// One trial and what was measured in each of its epochs.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TrialCurves {
    /// The trial's id.
    pub id: String,
    /// The condition's number, from 1.
    pub condition: usize,
    /// The value of each axis as text, in the order of [`Results::axes`]; empty where the axis
    /// means nothing in this condition.
    pub axes: Vec<String>,
    /// The repetition, from 1.
    pub replicate: u64,
    /// `completed`, `diverged`, `failed`, `interrupted`, or `pending` where it has not been run.
    pub outcome: String,
    /// What its dataset holds; `None` where no run told of it, as in earlier versions.
    pub data: Option<Arc<DatasetDescription>>,
    /// The step at which it diverged.
    pub diverged_step: Option<usize>,
    /// One row an epoch, in order.
    pub epochs: Vec<EpochRow>,
    /// Wall-clock seconds of each epoch.
    pub seconds: Vec<TimingRow>,
    /// The training loss between epochs; read only where [`Details`] ask for it.
    pub steps: Vec<StepRow>,
    /// What probes read inside the network; likewise.
    pub layers: Vec<LayerSeries>,
    /// [`Results::norm`] of its own folder, where several folders were put together.
    pub norm: Option<Arc<BTreeMap<String, String>>>,
}

/// One quantity of one layer, as training goes on.
#[derive(Debug, Clone, PartialEq)]
pub struct LayerSeries {
    /// The layer, as in checkpoints; `all` for the whole network.
    pub layer: String,
    /// What was read, as in `layers.csv`.
    pub quantity: String,
    /// Optimiser steps taken before the probe looked, and the number; in order.
    pub points: Vec<(usize, f64)>,
}

/// What is read besides the curves of the epochs: large files that most tables and charts do not need.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Details {
    /// Whether `steps.csv` is read.
    pub steps: bool,
    /// The quantities of `layers.csv` that are read; none where empty.
    pub layers: Vec<&'static str>,
}

impl Details {
    /// What is read for `more`, too.
    pub fn add(&mut self, more: Self) {
        self.steps |= more.steps;
        for quantity in more.layers {
            if !self.layers.contains(&quantity) {
                self.layers.push(quantity);
            }
        }
    }
}
