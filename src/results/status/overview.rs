//! An experiment beside its results folder: every trial, how it stands, how long it will take, and
//! why what was trained before does not count for it.

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

/// Every trial of an experiment, as it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Overview {
    /// The results folder.
    pub folder: PathBuf,
    /// Dotted keys of the axes, the placement first.
    pub axes: Vec<String>,
    /// How many conditions there are.
    pub conditions: usize,
    /// How often each is repeated.
    pub replicates: u64,
    /// The trials, in the order in which they run.
    pub trials: Vec<PlannedTrial>,
    /// What the datasets hold, as far as that is known without training; to be filled in by who can
    /// read them.
    pub data: Vec<DatasetDescription>,
    /// What trainings take of memory, as far as that is known; to be filled in likewise.
    pub memory: Option<Memory>,
    /// How many trials in the folder the expected times go by.
    pub measured: usize,
}

/// What trainings take of memory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Memory {
    /// Bytes that a training of the largest condition takes.
    pub bytes: u64,
    /// That condition in words.
    pub label: String,
    /// Bytes that there are, where that is known.
    pub limit: Option<u64>,
    /// Conditions that take more.
    pub too_large: usize,
}

/// One trial.
#[derive(Debug, Clone, PartialEq)]
pub struct PlannedTrial {
    /// The trial's id.
    pub id: String,
    /// The condition's number, from 1.
    pub condition: usize,
    /// The condition in words: `before · batch_size 32`.
    pub label: String,
    /// The repetition, from 1.
    pub replicate: u64,
    /// The experiment's base seed.
    pub seed: u64,
    /// The value of each axis; empty where it means nothing in this condition.
    pub axes: Vec<String>,
    /// How it stands.
    pub found: Found,
    /// How long it will take; only where it is to do and anything was measured.
    pub expected: Option<Expected>,
    /// What tells it from the nearest finished trial on disk; only where it is to do.
    pub difference: Option<Difference>,
}

impl Overview {
    /// Reads how the trials of `plan` stand.
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

    /// Fills in what concerns trials that are to do.
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
