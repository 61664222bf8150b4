//! An experiment together with its results folder: every trial, its state, its expected time, and
//! why earlier results do not count for it.

use std::path::PathBuf;
use std::sync::Arc;

use crate::config::spec::Experiment;
use crate::description::DatasetDescription;
use crate::error::Result;
use crate::plan::Trial;
use crate::results::format::layout::Layout;
use crate::results::format::schema::TrialRecord;
use crate::results::format::tables;
use crate::results::status::differences::{self, Difference};
use crate::results::status::plan::{self, Found, State};
use crate::results::status::speed::{Expected, Speed};
use crate::results::status::unplanned;

/// The state of every trial of an experiment.
#[derive(Debug, Clone, PartialEq)]
pub struct Overview {
    /// The results folder.
    pub folder: PathBuf,
    /// Dotted keys of the axes, the placement first.
    pub axes: Vec<String>,
    /// Number of conditions.
    pub conditions: usize,
    /// Number of replicates of each.
    pub replicates: u64,
    /// The trials, in the order in which they run.
    pub trials: Vec<PlannedTrial>,
    /// Descriptions of the datasets, as far as they are known without training; filled in by a caller that can
    /// read them.
    pub data: Vec<DatasetDescription>,
    /// The memory that trainings need, as far as it is known; filled in by the caller.
    pub memory: Option<Memory>,
    /// Number of trials in the folder from which the times are estimated.
    pub measured: usize,
}

/// The memory that trainings need.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Memory {
    /// Bytes that a training of the largest condition needs.
    pub bytes: u64,
    /// The label of that condition.
    pub label: String,
    /// Bytes that are available, where that is known.
    pub limit: Option<u64>,
    /// Number of conditions that need more.
    pub too_large: usize,
}

/// One trial.
#[derive(Debug, Clone, PartialEq)]
pub struct PlannedTrial {
    /// The trial's id.
    pub id: String,
    /// The condition's number, from 1.
    pub condition: usize,
    /// The condition's label: `before · batch_size 32`.
    pub label: String,
    /// The replicate's number, from 1.
    pub replicate: u64,
    /// The experiment's base seed.
    pub seed: u64,
    /// The value of each axis; empty where it does not apply in this condition.
    pub axes: Vec<String>,
    /// The state of the trial on disk.
    pub found: Found,
    /// Its expected time; only where it is left to train and other trials were measured.
    pub expected: Option<Expected>,
    /// How it differs from the nearest finished trial on disk; only where it is left to train.
    pub difference: Option<Difference>,
}

impl Overview {
    /// Reads the state of the trials of `plan`.
    pub fn read(experiment: &Experiment, plan: &[Arc<Trial>]) -> Result<Self> {
        let layout = Layout::new(&experiment.output.dir);
        let found = plan::look(&layout, plan)?;
        let mut overview = Self {
            folder: layout.root().to_owned(),
            axes: strings(tables::axis_columns(experiment)),
            conditions: experiment.conditions.len(),
            replicates: experiment.replicates,
            trials: Vec::new(),
            data: Vec::new(),
            memory: None,
            measured: 0,
        };
        let planned = plan.iter().zip(found);
        overview.trials =
            planned.map(|(trial, found)| planned_trial(experiment, trial, found)).collect();
        overview.look_ahead(&layout, plan)?;
        Ok(overview)
    }

    /// Fills in expected times and differences for trials that are left to train.
    fn look_ahead(&mut self, layout: &Layout, plan: &[Arc<Trial>]) -> Result<()> {
        let is_to_do = |trial: &PlannedTrial| trial.found.state.is_to_do();
        if !self.trials.iter().any(is_to_do) {
            return Ok(());
        }
        let others = unplanned::records(layout, plan)?;
        let found: Vec<Found> = self.trials.iter().map(|t| t.found.clone()).collect();
        let speed = Speed::measure(layout, plan, &found, &others)?;
        self.measured = speed.trials();
        let is_new = |(_, found): &(&Arc<Trial>, &Found)| found.state == State::ToDo;
        let finished: Vec<TrialRecord> =
            others.into_iter().filter(|record| record.outcome.is_finished()).collect();
        let new: Vec<&Trial> =
            plan.iter().zip(&found).filter(is_new).map(|(trial, _)| trial.as_ref()).collect();
        let mut differences = differences::to_nearest_recorded(&new, &finished).into_iter();
        for (planned, trial) in self.trials.iter_mut().zip(plan) {
            if is_to_do(planned) {
                planned.expected = speed.expected(trial);
            }
            if planned.found.state == State::ToDo {
                planned.difference = differences.next().flatten();
            }
        }
        Ok(())
    }
}

fn planned_trial(experiment: &Experiment, trial: &Trial, found: Found) -> PlannedTrial {
    PlannedTrial {
        id: trial.id.clone(),
        condition: trial.condition.index + 1,
        label: trial.label.clone(),
        replicate: trial.replicate,
        seed: trial.seed,
        axes: tables::axis_values(experiment, trial),
        found,
        expected: None,
        difference: None,
    }
}

fn strings(texts: Vec<&str>) -> Vec<String> {
    texts.into_iter().map(str::to_owned).collect()
}
