//! Whole trainings as `run` does them, with their events and files in a temporary folder.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::commands::say;
use crate::config::spec::Experiment;
use crate::data::Dataset;
use crate::device::spread::Devices;
use crate::error::{Error, Result};
use crate::event::{Event, Observer, Stop};
use crate::plan::kernels::Kernels;
use crate::plan::{self, Trial};
use crate::results::format::layout::Layout;
use crate::results::format::manifest::RunEntry;
use crate::results::recovery::survey::{Selection, survey};
use crate::results::writer::Writer;
use crate::runner::{self, Sweep};
use crate::stats;
use crate::train::BurnTrainer;

/// Number of epochs of a training, the first of which is not measured.
pub(super) const EPOCHS: usize = 6;

/// Number of examples that are tested after each epoch.
const TESTED: usize = 32;

/// Seconds of training for each step of each of the `trials` of `experiment` on `dataset`; `None` for a trial that did
/// not complete.
pub(super) fn seconds_per_step(
    experiment: &Experiment,
    trials: &[Arc<Trial>],
    dataset: &Dataset,
    kernels: Kernels,
) -> Result<Vec<Option<f64>>> {
    let folder = tempfile::tempdir();
    let folder = folder.map_err(|e| Error::io("create", &std::env::temp_dir(), e))?;
    let mut experiment = experiment.clone();
    experiment.output.dir = folder.path().join("bench");
    let trainer = BurnTrainer::new(Devices::open("cpu")?, 1).with_kernels(kernels);
    for trial in trials {
        trainer.provide(&trial.condition, || Ok(dataset.clone()))?;
    }
    let epochs = train(&experiment, trials, &trainer)?;
    let seconds = |trial: &Arc<Trial>| {
        let epochs = epochs.seconds.get(&trial.id);
        let seconds = epochs.and_then(|seconds| stats::median(seconds));
        if seconds.is_none() {
            say(&format!("note: a training with placement {} did not complete", trial.label));
        }
        seconds
    };
    Ok(trials.iter().map(seconds).collect())
}

/// Trains the trials into the experiment's folder.
fn train(experiment: &Experiment, trials: &[Arc<Trial>], trainer: &BurnTrainer) -> Result<Epochs> {
    let plan = plan::trials(experiment);
    let survey = survey(&Layout::new(&experiment.output.dir), &plan, &Selection::default())?;
    let (entry, stop) = (RunEntry::begin("cpu", trainer.kernels(), 1, 1), Stop::default());
    let mut writer = Writer::open(experiment, &plan, entry, &survey, false, &stop)?;
    writer.begin(trials, |trial| trainer.digest(&trial.condition))?;
    let gate = writer.gate();
    let skipped = plan.len() - trials.len();
    let sweep = Sweep { trials, skipped, alone: 0, jobs: 1, max_failures: None };
    let mut epochs = Epochs::default();
    runner::run(&sweep, trainer, gate.as_ref(), &stop, &mut [&mut writer, &mut epochs])?;
    Ok(epochs)
}

/// The first examples of a dataset, `train` for training.
pub(super) fn first(dataset: &Dataset, train: usize) -> Dataset {
    let positions = |most: usize, count: usize| -> Vec<usize> { (0..most.min(count)).collect() };
    Dataset {
        name: dataset.name,
        train: dataset.train.pick(&positions(train, dataset.train.count())),
        test: dataset.test.pick(&positions(TESTED, dataset.test.count())),
        class_names: dataset.class_names.clone(),
        columns: Vec::new(),
        dropped_rows: 0,
        notes: Vec::new(),
    }
}

/// Collects the seconds of a step in each epoch, by the trials' ids.
#[derive(Default)]
struct Epochs {
    seconds: BTreeMap<String, Vec<f64>>,
}

impl Observer for Epochs {
    fn observe(&mut self, event: &Event) -> Result<()> {
        if let Event::EpochEnded { trial, epoch, seconds } = event
            && epoch.epoch > 1
        {
            let steps = epoch.step as f64 / epoch.epoch as f64;
            self.seconds.entry(trial.id.clone()).or_default().push(seconds.train / steps);
        }
        Ok(())
    }
}
