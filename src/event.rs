//! The only words between the trainer and its observers: plain numbers, no display policy, no
//! tensors. The results writer and the progress display need nothing else.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde::{Deserialize, Serialize};

use crate::plan::Trial;

/// Something that happened in a sweep. `Arc<Trial>` names the trial it happened to.
#[derive(Debug, Clone)]
pub enum Event {
    /// The sweep begins: so many trials will be trained, so many were finished before.
    SweepStarted {
        /// Trials that this run will train.
        to_run: usize,
        /// Trials found finished and skipped.
        skipped: usize,
    },
    /// A trial begins.
    TrialStarted {
        /// Which.
        trial: Arc<Trial>,
        /// Optimiser steps it will take if it does not diverge.
        steps: usize,
        /// Examples used for training, validation and test.
        examples: Examples,
        /// Trainable parameters of its network.
        parameters: usize,
        /// Digest of the dataset.
        data: String,
    },
    /// An optimiser step was taken (every step; observers thin them out).
    Step {
        /// Which trial.
        trial: Arc<Trial>,
        /// The step, from 1.
        step: usize,
        /// The epoch it belongs to, from 1.
        epoch: usize,
        /// The batch.
        batch: BatchResult,
    },
    /// The batch of the step that follows; only where the order is recorded.
    Order {
        /// Of which trial.
        trial: Arc<Trial>,
        /// The step, from 1.
        step: usize,
        /// The epoch, from 1.
        epoch: usize,
        /// Its examples, by their position in the training set from 0.
        examples: Vec<u32>,
    },
    /// The network as it stands; only where checkpoints are recorded.
    Checkpoint {
        /// Of which trial.
        trial: Arc<Trial>,
        /// When.
        point: Point,
        /// Its weights and running statistics.
        tensors: Vec<NamedTensor>,
    },
    /// A probe looked inside the network.
    Probed {
        /// Of which trial.
        trial: Arc<Trial>,
        /// Optimiser steps taken before it looked.
        step: usize,
        /// What it read.
        readings: Vec<Reading>,
    },
    /// A pass over the training set ended and the network was evaluated.
    EpochEnded {
        /// Which trial.
        trial: Arc<Trial>,
        /// Its figures.
        epoch: EpochResult,
        /// Wall-clock seconds it took.
        seconds: EpochSeconds,
    },
    /// The trial can go on from here: told after all events of the steps before it.
    State {
        /// Which.
        trial: Arc<Trial>,
        /// What the rest of its training depends on.
        state: TrainingState,
    },
    /// A trial ended.
    TrialEnded {
        /// Which.
        trial: Arc<Trial>,
        /// How.
        outcome: Outcome,
        /// Of a failure: where it happened, as far as that is known.
        details: Option<String>,
    },
    /// A trial that was to be trained is left to another run, or was finished by one.
    TrialPassed {
        /// Which.
        trial: Arc<Trial>,
        /// Whether it is finished.
        is_finished: bool,
    },
    /// A trial is not trained here, since it takes more memory than this machine has for it. Nothing is recorded
    /// of it: a larger machine can train it.
    TrialTooLarge {
        /// Which.
        trial: Arc<Trial>,
        /// How much it takes and how much there is, in a sentence.
        reason: String,
    },
    /// A trial under way was taken over by another run, since this process stood still for so long that
    /// it was taken for dead. It gets another turn at the end of the sweep.
    TrialTaken {
        /// Which.
        trial: Arc<Trial>,
    },
    /// Nothing else is left to train, and of a trial it is not clear yet whether the run that claimed it
    /// is alive.
    TrialAwaited {
        /// Which.
        trial: Arc<Trial>,
    },
    /// The sweep ended: nothing more will come.
    SweepEnded,
}

/// When a network was kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Point {
    /// Before the first step.
    Initial,
    /// After so many steps.
    Step(usize),
    /// After the last step.
    Final,
}

/// A tensor of a network, with the name and the layout that `PyTorch` would give it.
#[derive(Debug, Clone, PartialEq)]
pub struct NamedTensor {
    /// `layers.0.weight`
    pub name: String,
    /// Length of each axis.
    pub shape: Vec<usize>,
    /// Row-major.
    pub values: Vec<f32>,
}

/// Everything that the rest of a trial's training depends on, beyond its settings: a training that
/// goes on from it gives the same numbers as one that was never interrupted.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TrainingState {
    /// Weights, running statistics and the optimiser's averages, under names of the trainer's own.
    pub tensors: Vec<NamedTensor>,
    /// Counters and sums, under names of the trainer's own.
    pub numbers: BTreeMap<String, serde_json::Value>,
}

/// One number that a probe read.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    /// The layer, as in checkpoints: `layers.0`; `all` for the whole network.
    pub layer: String,
    /// What was read; `results/README.md` lists the quantities.
    pub quantity: String,
    /// The number, finite.
    pub value: f64,
}

/// Counts of examples.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Examples {
    /// Used for training.
    pub train: usize,
    /// Held out of the training set.
    pub validation: usize,
    /// The test set.
    pub test: usize,
}

/// What one optimiser step saw, before its update.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BatchResult {
    /// Mean cross-entropy of the batch, in nats.
    pub loss: f64,
    /// Examples classified correctly.
    pub correct: usize,
    /// Examples in the batch.
    pub examples: usize,
}

/// The figures of one epoch.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct EpochResult {
    /// The epoch, from 1; 0 is the untrained network.
    pub epoch: usize,
    /// Optimiser steps taken so far.
    pub step: usize,
    /// Mean over the epoch's batches while the weights were changing, as Keras prints it;
    /// `None` at epoch 0.
    pub train: Option<Score>,
    /// After the epoch, with the statistics that `norm.evaluation` names; `None` without a validation
    /// set.
    pub validation: Option<Score>,
    /// After the epoch, with the statistics that `norm.evaluation` names.
    pub test: Score,
    /// The mean over the classes of the test set of the share of each that is classified correctly;
    /// evaluated as [`EpochResult::test`] is.
    pub balanced_test: Option<f64>,
    /// The test score under each statistics: where that is recorded, and after the last step of a
    /// training that is evaluated with running averages (without that of each batch).
    pub evaluations: Option<Evaluations>,
    /// On training examples, as the test score is taken; only where that is recorded, and finite.
    pub evaluated_train: Option<Score>,
}

/// The test score under each statistics that a norm layer can be evaluated with.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Evaluations {
    /// Running averages; `None` where none are kept.
    pub running: Option<Score>,
    /// Population statistics, recomputed with frozen weights.
    pub precise: Option<Score>,
    /// Those of each batch of test examples, as large as a training batch.
    pub batch: Option<Score>,
}

/// Loss and accuracy over a set of examples.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Score {
    /// Mean cross-entropy, in nats.
    pub loss: f64,
    /// Share classified correctly, 0 to 1.
    pub accuracy: f64,
}

/// Wall-clock seconds of one epoch.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct EpochSeconds {
    /// From the epoch's first step to its last.
    pub train: f64,
    /// Spent in evaluation.
    pub evaluation: f64,
}

/// How a trial ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Outcome {
    /// Trained to the end.
    Completed,
    /// The loss left all bounds: a finding.
    Diverged {
        /// The step at which it was seen.
        step: usize,
        /// What was seen, in a sentence.
        reason: String,
        /// The last finite loss before, in nats; `None` if the first was not finite.
        last_finite_loss: Option<f64>,
    },
    /// An error ended it.
    Failed {
        /// The error's text.
        message: String,
    },
    /// The user stopped the sweep.
    Interrupted,
}

impl Outcome {
    /// `completed`, `diverged`, `failed`, `interrupted`
    pub fn name(&self) -> &'static str {
        match self {
            Self::Completed => "completed",
            Self::Diverged { .. } => "diverged",
            Self::Failed { .. } => "failed",
            Self::Interrupted => "interrupted",
        }
    }

    /// Whether the trial has its result: a later run keeps it and trains it no more.
    pub fn is_finished(&self) -> bool {
        matches!(self, Self::Completed | Self::Diverged { .. })
    }
}

/// Asks every running trial to stop at its next step.
#[derive(Debug, Clone, Default)]
pub struct Stop {
    by_user: Arc<AtomicBool>,
    by_program: Arc<AtomicBool>,
    /// Of one trial alone.
    of_trial: Arc<AtomicBool>,
}

impl Stop {
    /// A stop that a person asks for by raising `flag`, from a signal handler say.
    pub fn on(flag: Arc<AtomicBool>) -> Self {
        Self { by_user: flag, ..Self::default() }
    }

    /// The stop of one trial: this one, or when `flag` is raised.
    #[must_use]
    pub fn of_trial(&self, flag: Arc<AtomicBool>) -> Self {
        Self { of_trial: flag, ..self.clone() }
    }

    /// Asks, for a reason that the program met itself.
    pub fn request(&self) {
        self.by_program.store(true, Ordering::Relaxed);
    }

    /// Whether it was asked.
    pub fn is_requested(&self) -> bool {
        self.is_requested_by_user()
            || self.by_program.load(Ordering::Relaxed)
            || self.of_trial.load(Ordering::Relaxed)
    }

    /// Whether a person asked.
    pub fn is_requested_by_user(&self) -> bool {
        self.by_user.load(Ordering::Relaxed)
    }
}

/// The text of a caught panic.
pub fn panic_text(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| panic.downcast_ref::<String>().cloned());
    text.unwrap_or_else(|| "it panicked without a message".to_owned())
}

/// Whether this machine has room for a trial.
pub enum Admission<'a> {
    /// It has, until the reservation is dropped.
    Granted(Box<dyn Reservation + 'a>),
    /// It has not, however few others are trained: how much is missing, in a sentence.
    TooLarge(String),
    /// The sweep was stopped while the trial waited for others to end.
    Stopped,
}

/// What is kept free of the machine's memory for one trial, until it is dropped.
pub trait Reservation {}

impl Reservation for () {}

/// Trains one trial: burn in earnest (`train`), or a script in tests (`scripted`).
pub trait Trainer: Sync {
    /// Waits until the machine has room for `trial` beside those under way. Asked before the trial is claimed:
    /// one that waits is not under way, and another run may train it meanwhile.
    fn admit(&self, _trial: &Trial, _stop: &Stop) -> Admission<'_> {
        Admission::Granted(Box::new(()))
    }

    /// Trains `trial`, emitting what happens, until it ends or `stop` is requested. An `Err` is a
    /// failure of this trial only; divergence is an [`Outcome`]. `from` is a state that an earlier
    /// training of the same trial told of: it goes on there, and what was told before it is not
    /// told again, [`Event::TrialStarted`] apart.
    fn train(
        &self,
        trial: &Arc<Trial>,
        from: Option<TrainingState>,
        stop: &Stop,
        emit: &mut (dyn FnMut(Event) + Send),
    ) -> crate::error::Result<Outcome>;
}

/// Whether a trial may be trained here and now.
#[derive(Debug, Clone, PartialEq)]
pub enum Lease {
    /// Yes; from the state that an interrupted training left, if there is one.
    Granted(Option<TrainingState>),
    /// Another run trains it.
    Elsewhere,
    /// Another run has claimed it, and it is not clear yet whether that run is alive.
    Unclear,
    /// It has its result: another run has trained it meanwhile.
    Finished,
    /// The sweep was stopped while this one waited for its turn to ask.
    Stopped,
}

/// Asked before each trial: the results folder, where the leases of all runs stand.
pub trait Leases: Sync {
    /// Leases `trial` to this run until [`Event::TrialEnded`] tells of its end.
    fn claim(&self, trial: &Arc<Trial>) -> crate::error::Result<Lease>;

    /// The flag that is raised once another run has taken over a trial that was granted.
    fn taken(&self, _: &Trial) -> Arc<AtomicBool> {
        Arc::default()
    }

    /// Whether a trial that was granted is still this run's; an error where that cannot be told.
    fn holds(&self, _: &Trial) -> crate::error::Result<bool> {
        Ok(true)
    }

    /// Gives up a trial that was granted and is not this run's any more, so that it can be claimed again.
    fn leave(&self, _: &Trial) -> crate::error::Result<()> {
        Ok(())
    }
}

/// What follows the events of a sweep: the results writer, the progress display.
pub trait Observer {
    /// Takes note. An error ends the sweep: what cannot be recorded need not be trained.
    fn observe(&mut self, event: &Event) -> crate::error::Result<()>;
}
