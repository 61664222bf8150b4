//! Estimates how long trials will take, from the times of others.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use rayon::prelude::*;

use crate::config::spec::{Length, Train};
use crate::error::Result;
use crate::event::Examples;
use crate::plan::Trial;
use crate::results::format::files;
use crate::results::format::layout::Layout;
use crate::results::format::manifest::{self, RunEntry};
use crate::results::format::schema::{EpochRow, TrialRecord};
use crate::results::status::fingerprints::{Fingerprint, Fingerprints, at};
use crate::results::status::plan::{Found, State};

/// What an estimated time is based on, the most reliable first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Basis {
    /// Trials of the same condition.
    Condition,
    /// Trials with the same data, network, normalisation and batch size, per optimiser step.
    Network,
    /// All trials of this folder, per optimiser step.
    Folder,
}

impl Basis {
    /// In words, to complete "going by …".
    pub fn words(self) -> &'static str {
        match self {
            Self::Condition => "trials of the same condition",
            Self::Network => "trials of the same network and batch size",
            Self::Folder => "other trials in this folder, by step",
        }
    }
}

/// The time that a trial is expected to take.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Expected {
    /// Wall-clock seconds.
    pub seconds: f64,
    /// What the estimate is based on.
    pub basis: Basis,
}

/// Total seconds and optimiser steps of some trials.
#[derive(Debug, Clone, Copy, Default)]
struct Sum {
    seconds: f64,
    steps: f64,
    trials: f64,
}

impl Sum {
    fn add(&mut self, other: Self) {
        self.seconds += other.seconds;
        self.steps += other.steps;
        self.trials += other.trials;
    }
}

/// Runs with fewer trials for each of those at a time are not used to estimate the time between trials: at their
/// end, some workers wait for the last.
const FEWEST_A_JOB: usize = 20;

/// The times that were measured in a results folder.
#[derive(Debug, Default)]
pub struct Speed {
    trials: usize,
    /// Seconds that a trial takes besides training and evaluation: for its network, its files, its record.
    besides: f64,
    conditions: HashMap<usize, Sum>,
    networks: HashMap<Fingerprint, Sum>,
    folder: Sum,
    /// Training examples by the settings of the data; under the empty fingerprint, those of any trial.
    examples: HashMap<Fingerprint, usize>,
    prints: HashMap<usize, Prints>,
}

/// Fingerprints of parts of a condition's settings.
#[derive(Debug, Clone)]
struct Prints {
    network: Fingerprint,
    data: Fingerprint,
}

impl Speed {
    /// Reads the times of the trials of `plan`, and of other `recorded` ones, that ended.
    pub fn measure(
        layout: &Layout,
        plan: &[Arc<Trial>],
        found: &[Found],
        recorded: &[TrialRecord],
    ) -> Result<Self> {
        let of_plan: Vec<Option<Sum>> = plan
            .par_iter()
            .zip(found)
            .map(|(trial, found)| match &found.state {
                State::Ended(_) | State::Lacking(_) => sum(layout, &trial.id, found.last.as_ref()),
                State::Running(_) | State::Damaged | State::ToDo => Ok(None),
            })
            .collect::<Result<_>>()?;
        let of_others: Vec<Option<Sum>> = recorded
            .par_iter()
            .map(|record| sum(layout, &record.id, record.last.as_ref()))
            .collect::<Result<_>>()?;
        let (prints, prints_of_others) = prints(plan, recorded);
        let mut speed = Self { prints, ..Self::default() };
        for ((trial, found), sum) in plan.iter().zip(found).zip(of_plan) {
            let condition = trial.condition.index;
            if let (Some(sum), Some(prints)) = (sum, speed.prints.get(&condition).cloned()) {
                speed.add(&prints, found.examples, sum);
                if found.state.is_done() {
                    speed.conditions.entry(condition).or_default().add(sum);
                }
            }
        }
        for ((record, prints), sum) in recorded.iter().zip(prints_of_others).zip(of_others) {
            if let Some(sum) = sum {
                speed.add(&prints, Some(record.examples), sum);
            }
        }
        speed.besides = besides(&manifest::read(layout)?.runs, speed.folder);
        Ok(speed)
    }

    fn add(&mut self, prints: &Prints, examples: Option<Examples>, sum: Sum) {
        self.trials += 1;
        self.folder.add(sum);
        let network = self.networks.entry(prints.network.clone());
        network.or_default().add(sum);
        if let Some(examples) = examples {
            self.examples.insert(prints.data.clone(), examples.train);
            self.examples.insert(Fingerprint::new(), examples.train);
        }
    }

    /// Number of trials that were measured.
    pub fn trials(&self) -> usize {
        self.trials
    }

    /// The time that a trial of the same plan will take; `None` where nothing was measured.
    pub fn expected(&self, trial: &Trial) -> Option<Expected> {
        let condition = trial.condition.index;
        if let Some(sum) = self.conditions.get(&condition) {
            let seconds = sum.seconds / sum.trials + self.besides;
            return Some(Expected { seconds, basis: Basis::Condition });
        }
        let prints = self.prints.get(&condition)?;
        let any = Fingerprint::new();
        let examples = self.examples.get(&prints.data).or(self.examples.get(&any))?;
        let steps = steps(&trial.condition.settings.train, *examples) as f64;
        let (sum, basis) = match self.networks.get(&prints.network) {
            Some(sum) => (sum, Basis::Network),
            None => (&self.folder, Basis::Folder),
        };
        Some(Expected { seconds: sum.seconds / sum.steps * steps + self.besides, basis })
    }
}

/// Seconds of a trial that are not in its `timings.csv`, from the `runs` that trained the trials whose total is
/// `sum`; 0 where there are too few.
fn besides(runs: &[RunEntry], sum: Sum) -> f64 {
    let (mut seconds, mut trained) = (0.0, 0);
    for run in runs.iter().filter(|run| run.trained >= FEWEST_A_JOB * run.jobs.max(1)) {
        seconds += run.wall_seconds.unwrap_or_default() * run.jobs.max(1) as f64;
        trained += if run.wall_seconds.is_some() { run.trained } else { 0 };
    }
    // Up to a tenth of the trials may be of other runs.
    if sum.trials == 0.0 || (trained as f64) < 0.9 * sum.trials {
        return 0.0;
    }
    (seconds / trained as f64 - sum.seconds / sum.trials).max(0.0)
}

/// The time and the steps of a trial that ended; `None` where it took no step.
fn sum(layout: &Layout, id: &str, last: Option<&EpochRow>) -> Result<Option<Sum>> {
    let steps = last.map_or(0, |last| last.step);
    if steps == 0 {
        return Ok(None);
    }
    let rows = files::timings(&layout.trial(id))?.unwrap_or_default();
    let seconds: f64 = rows.iter().map(|row| row.train_seconds + row.evaluation_seconds).sum();
    Ok((seconds > 0.0).then_some(Sum { seconds, steps: steps as f64, trials: 1.0 }))
}

/// Number of optimiser steps of a whole training.
fn steps(train: &Train, examples: usize) -> usize {
    match train.length {
        Length::Steps(steps) => steps,
        Length::Epochs(epochs) => epochs * train.steps_per_epoch(examples),
    }
}

/// The fingerprints of each condition's settings, and of each recorded trial's.
fn prints(plan: &[Arc<Trial>], recorded: &[TrialRecord]) -> (HashMap<usize, Prints>, Vec<Prints>) {
    let mut known = Fingerprints::default();
    let mut conditions: BTreeMap<usize, Fingerprint> = BTreeMap::new();
    for trial in plan {
        let condition = &trial.condition;
        conditions.entry(condition.index).or_insert_with(|| {
            let settings = condition.keys.iter();
            known.add(settings)
        });
    }
    let others = recorded.iter().map(|record| {
        let settings = record.settings.iter();
        known.add(settings)
    });
    let others: Vec<Fingerprint> = others.collect();
    let data = known.places(|key| key.starts_with("data."));
    let network = known.places(|key| {
        let is_of = |section| key.starts_with(section);
        ["data.", "model.", "norm."].iter().any(is_of) || key == "train.batch_size"
    });
    let part = |print: &[u32], places: &[usize]| places.iter().map(|&p| at(print, p)).collect();
    let parts =
        |print: Fingerprint| Prints { network: part(&print, &network), data: part(&print, &data) };
    let of_plan = conditions.into_iter().map(|(index, print)| (index, parts(print)));
    (of_plan.collect(), others.into_iter().map(parts).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::kernels::Kernels;

    #[test]
    fn the_time_besides_training_is_estimated_from_runs_of_many_trials() {
        let run = |trained: usize, wall_seconds: f64| RunEntry {
            trained,
            wall_seconds: Some(wall_seconds),
            ..RunEntry::begin("cpu", Kernels::default(), 2, 1)
        };
        let sum = |trials: f64| Sum { seconds: trials * 0.002, steps: trials * 10.0, trials };
        let close = |one: f64, other: f64| (one - other).abs() < 1e-9;
        // 2 · 4 s for 1000 trials are 8 ms each, 2 ms of which are training.
        assert!(close(besides(&[run(1000, 4.0)], sum(1000.0)), 0.006));
        assert!(close(besides(&[run(1000, 4.0), run(3, 60.0)], sum(1003.0)), 0.006));
        assert!(close(besides(&[run(39, 60.0)], sum(39.0)), 0.0));
        assert!(close(besides(&[run(1000, 4.0)], sum(2000.0)), 0.0));
        assert!(close(besides(&[run(1000, 0.5)], sum(1000.0)), 0.0));
        assert!(close(besides(&[], Sum::default()), 0.0));
    }
}
