//! Trains one trial with burn: the loop, its evaluation and its end.

mod budget;
pub mod divergence;
mod evaluation;
pub mod memory;
mod position;
mod predictions;
mod probe;
mod run;
pub mod step;
mod stored;

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::config::spec::Condition;
use crate::data::batches::Prepared;
use crate::data::{self, Dataset, DatasetSize};
use crate::description::DatasetDescription;
use crate::device::spread::Devices;
use crate::error::{Error, Result};
use crate::event::{Admission, Event, Outcome, Stop, Trainer, TrainingState};
use crate::optim::Arithmetic;
use crate::plan::Trial;
use crate::plan::kernels::Kernels;
use crate::units;
use budget::{Budget, Share};
use memory::Estimate;
use run::Run;
use step::Learner;

/// Identifies a loaded dataset: the settings that determine its content.
type DatasetKey = String;

/// A dataset in memory, with its digest.
#[derive(Clone)]
struct Loaded {
    dataset: Arc<Dataset>,
    digest: String,
    description: DatasetDescription,
}

impl Loaded {
    fn bytes(&self) -> u64 {
        DatasetSize::of(&self.dataset).bytes()
    }
}

/// Trains trials with burn.
pub struct BurnTrainer {
    devices: Devices,
    threads: usize,
    arithmetic: Arithmetic,
    kernels: Kernels,
    datasets: Mutex<BTreeMap<DatasetKey, Loaded>>,
    /// Bytes of memory that all trainings together may take; `None` without a limit.
    memory: Option<u64>,
    budget: Budget,
}

impl BurnTrainer {
    /// A trainer on `devices` that gives each trial `threads` threads for its kernels.
    pub fn new(devices: Devices, threads: usize) -> Self {
        Self {
            arithmetic: if devices.compute_in_host_memory() {
                Arithmetic::Fused
            } else {
                Arithmetic::Tensors
            },
            kernels: Kernels::Composed,
            devices,
            threads,
            datasets: Mutex::default(),
            memory: None,
            budget: Budget::default(),
        }
    }

    /// The same trainer, which computes the steps with these kernels; fused ones need a device that computes in host
    /// memory, and a processor with vectors. Without this call, they are composed.
    #[must_use]
    pub fn with_kernels(mut self, kernels: Kernels) -> Self {
        if self.devices.compute_in_host_memory() && crate::kernels::available() {
            self.kernels = kernels;
        }
        self
    }

    /// The kernels that compute the steps.
    pub fn kernels(&self) -> Kernels {
        self.kernels
    }

    /// The same trainer with a limit on the host's memory in bytes: as many trials are
    /// trained at a time as fit, and one that does not fit alone is not trained. The memory of other
    /// devices is not known.
    #[must_use]
    pub fn within(mut self, bytes: Option<u64>) -> Self {
        self.memory = bytes.filter(|_| self.devices.compute_in_host_memory());
        self
    }

    /// The memory that a trial needs; `None` where its dataset is not known yet.
    pub fn estimate(&self, trial: &Trial) -> Option<Estimate> {
        let settings = &trial.condition.settings;
        let content = key(&trial.condition);
        let facts = self.lock().get(&content).map(|loaded| DatasetSize::of(&loaded.dataset));
        let facts = facts.or_else(|| DatasetSize::of_settings(&settings.data))?;
        Some(memory::estimate(settings, &trial.recording, facts))
    }

    /// Why a trial does not fit into memory even alone; `None` where it does, as far as
    /// that is known.
    pub fn too_large(&self, trial: &Trial) -> Option<String> {
        let (takes, most) = (self.estimate(trial)?.alone(), self.memory?);
        (takes > most).then(|| {
            format!(
                "it takes about {} of memory, and there is {}",
                units::size(takes),
                units::size(most)
            )
        })
    }

    /// Waits until a trial fits into memory beside those under way; `None` where the sweep is stopped.
    fn share(&self, trial: &Trial, stop: &Stop) -> Option<Share<'_>> {
        let takes = self.estimate(trial).map_or(0, |estimate| estimate.trial);
        let datasets: u64 = self.lock().values().map(Loaded::bytes).sum();
        let most = self.memory.unwrap_or(u64::MAX);
        let most = most.saturating_sub(memory::PROGRAM.saturating_add(datasets));
        self.budget.take(takes, most, stop)
    }

    /// Provides the dataset of a condition, loaded once before the sweep begins, so that a
    /// missing file ends the program before anything is trained.
    pub fn provide(
        &self,
        condition: &Condition,
        load: impl FnOnce() -> Result<Dataset>,
    ) -> Result<()> {
        let mut datasets = self.lock();
        if let Entry::Vacant(place) = datasets.entry(key(condition)) {
            let dataset = load()?;
            place.insert(Loaded {
                digest: dataset.digest(),
                description: data::describe(&dataset),
                dataset: Arc::new(dataset),
            });
        }
        Ok(())
    }

    /// Whether `trial` can be trained on its dataset: checks that need the
    /// number of its examples.
    pub fn check(&self, trial: &Trial) -> Result<()> {
        let settings = &trial.condition.settings;
        let data = self.prepare(trial)?;
        let steps = run::extent(&settings.train, data.counts().train)?.total;
        let warmup = settings.train.warmup_steps;
        if warmup > 0 && warmup >= steps {
            return Err(Error::Data(format!(
                "`train.warmup_steps = {warmup}`: the training has {steps} steps; leave some at the whole learning rate"
            )));
        }
        Ok(())
    }

    /// Number of training examples of `condition`'s dataset, validation included, if it was provided.
    pub fn examples(&self, condition: &Condition) -> Option<usize> {
        let loaded = self.loaded(condition).ok()?;
        Some(loaded.dataset.train.count())
    }

    /// The digest of a condition's dataset, if it was provided.
    pub fn digest(&self, condition: &Condition) -> Option<String> {
        self.lock().get(&key(condition)).map(|loaded| loaded.digest.clone())
    }

    /// Descriptions of the provided datasets of these trials, by their digests, with the classes
    /// that some replicate holds out completely.
    pub fn describe(&self, trials: &[Arc<Trial>]) -> BTreeMap<String, DatasetDescription> {
        let datasets = self.lock();
        let mut described: BTreeMap<String, DatasetDescription> = BTreeMap::new();
        let mut seen = HashSet::new();
        for trial in trials {
            let settings = &trial.condition.settings.data;
            let Some(loaded) = datasets.get(&key(&trial.condition)) else {
                continue;
            };
            let description = described
                .entry(loaded.digest.clone())
                .or_insert_with(|| loaded.description.clone());
            let held_out = (settings.validation, settings.split, trial.seed, trial.replicate);
            if seen.insert(format!("{} {held_out:?}", loaded.digest)) {
                let streams = trial.streams();
                data::note_held_out(description, &loaded.dataset, settings, trial.seed, &streams);
            }
        }
        described
    }

    fn prepare(&self, trial: &Trial) -> Result<Prepared> {
        let dataset = self.loaded(&trial.condition)?.dataset;
        Prepared::new(dataset, &trial.condition.settings.data, trial.seed, &trial.streams())
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<DatasetKey, Loaded>> {
        // Entries are inserted in one operation, so a panic cannot leave the map inconsistent.
        self.datasets.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn loaded(&self, condition: &Condition) -> Result<Loaded> {
        self.lock()
            .get(&key(condition))
            .cloned()
            .ok_or_else(|| Error::Data("the trial's dataset was not loaded".to_owned()))
    }
}

fn key(condition: &Condition) -> DatasetKey {
    condition.settings.data.content()
}

impl Trainer for BurnTrainer {
    fn admit(&self, trial: &Trial, stop: &Stop) -> Admission<'_> {
        if let Some(reason) = self.too_large(trial) {
            return Admission::TooLarge(reason);
        }
        match self.share(trial, stop) {
            Some(share) => Admission::Granted(Box::new(share)),
            None => Admission::Stopped,
        }
    }

    fn train(
        &self,
        trial: &Arc<Trial>,
        from: Option<TrainingState>,
        stop: &Stop,
        emit: &mut (dyn FnMut(Event) + Send),
    ) -> Result<Outcome> {
        // A separate pool, so that kernels that split their work use this trial's threads only.
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(self.threads)
            .build()
            .map_err(|e| Error::no_thread("a trial", &e))?;
        pool.install(|| self.train_here(trial, from, stop, emit))
    }
}

impl BurnTrainer {
    /// Trains on the threads of the pool that this is called in.
    fn train_here(
        &self,
        trial: &Arc<Trial>,
        from: Option<TrainingState>,
        stop: &Stop,
        emit: &mut (dyn FnMut(Event) + Send),
    ) -> Result<Outcome> {
        let settings = &trial.condition.settings;
        let streams = trial.streams();
        let data = self.prepare(trial)?;
        let assigned = self.devices.assign();
        let device = assigned.differentiable();
        let steps = run::extent(&settings.train, data.counts().train)?.total;
        let how = (self.arithmetic, self.kernels);
        let learner = Learner::of(settings, &data, steps, how, streams, device);
        let mut run = Run::new(trial, data, self.loaded(&trial.condition)?.digest, learner, stop)?;
        run.finish(from, emit)
    }
}

#[cfg(test)]
mod tests;
