//! The interface between the trainer and its observers: plain numbers, no formatting, no tensors. The
//! results writer and the progress display need nothing else.

mod prediction;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde::{Deserialize, Serialize};

use crate::plan::Trial;

pub use prediction::{Picture, PictureKind, Prediction};

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
        /// The trial.
        trial: Arc<Trial>,
        /// Optimiser steps it will take if it does not diverge.
        steps: usize,
        /// Examples used for training, validation and test.
        examples: Examples,
        /// Trainable parameters of its network.
        parameters: usize,
        /// Digest of the dataset's content.
        data: String,
    },
    /// An optimiser step was taken. Emitted at every step; observers choose which to keep.
    Step {
        /// The trial.
        trial: Arc<Trial>,
        /// The step's number, from 1.
        step: usize,
        /// The epoch it belongs to, from 1.
        epoch: usize,
        /// Loss and accuracy of the batch.
        batch: BatchResult,
    },
    /// The examples of the next step's batch; only where `checkpoint.order` requests it.
    Order {
        /// The trial.
        trial: Arc<Trial>,
        /// The step's number, from 1.
        step: usize,
        /// The epoch's number, from 1.
        epoch: usize,
        /// Its examples, by their position in the training set from 0.
        examples: Vec<u32>,
    },
    /// The network's tensors at one point of training; only where checkpoints are recorded.
    Checkpoint {
        /// The trial.
        trial: Arc<Trial>,
        /// The point of training.
        point: Point,
        /// Its weights and running statistics.
        tensors: Vec<NamedTensor>,
    },
    /// A probe measured the network.
    Probed {
        /// The trial.
        trial: Arc<Trial>,
        /// Optimiser steps taken before the measurement.
        step: usize,
        /// The measured quantities.
        readings: Vec<Reading>,
    },
    /// What the trained network says of the test set; only where `probe.predictions` requests it.
    Predicted {
        /// The trial.
        trial: Arc<Trial>,
        /// The prediction for each test example, in the order of the test set.
        predictions: Vec<Prediction>,
        /// Sample inputs, mistakes and weights; none where the inputs are no images.
        pictures: Vec<Picture>,
    },
    /// A pass over the training set ended and the network was evaluated.
    EpochEnded {
        /// The trial.
        trial: Arc<Trial>,
        /// The epoch's metrics.
        epoch: EpochResult,
        /// Wall-clock seconds of the epoch.
        seconds: EpochSeconds,
    },
    /// A state from which the trial can resume; emitted after all events of the steps before it.
    State {
        /// The trial.
        trial: Arc<Trial>,
        /// Everything that the rest of its training depends on.
        state: TrainingState,
    },
    /// A trial ended.
    TrialEnded {
        /// The trial.
        trial: Arc<Trial>,
        /// The outcome of the trial.
        outcome: Outcome,
        /// For a failure, where it happened, as far as that is known.
        details: Option<String>,
    },
    /// A trial of this run's queue is trained by another run, or was finished by one.
    TrialPassed {
        /// The trial.
        trial: Arc<Trial>,
        /// Whether the other run has finished the trial.
        is_finished: bool,
    },
    /// A trial is not trained here, since it needs more memory than this machine has for it. Nothing is recorded
    /// of it, so that a larger machine can train it.
    TrialTooLarge {
        /// The trial.
        trial: Arc<Trial>,
        /// How much memory it needs and how much there is, in a sentence.
        reason: String,
    },
    /// Another run took over a trial that this process was training, because this process was suspended for
    /// so long that it counted as dead. The trial is tried again at the end of the sweep.
    TrialTaken {
        /// The trial.
        trial: Arc<Trial>,
    },
    /// Only trials remain that other runs claimed and of which it is not known yet whether those runs
    /// are alive.
    TrialAwaited {
        /// One of these trials.
        trial: Arc<Trial>,
    },
    /// The sweep ended: the last event.
    SweepEnded,
}

/// The point of training at which a checkpoint was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Point {
    /// Before the first step.
    Initial,
    /// After this number of steps.
    Step(usize),
    /// After the last step.
    Final,
}

/// A tensor of a network, with the name and the layout that `PyTorch` would give it.
#[derive(Debug, Clone, PartialEq)]
pub struct NamedTensor {
    /// `layers.0.weight`
    pub name: String,
    /// Size of each axis.
    pub shape: Vec<usize>,
    /// Values in row-major order.
    pub values: Vec<f32>,
}

/// Everything that the rest of a trial's training depends on, besides its settings: training that
/// resumes from it gives the same numbers as training that was never interrupted.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TrainingState {
    /// Weights, running statistics and the optimiser's averages, under names that only the trainer interprets.
    pub tensors: Vec<NamedTensor>,
    /// Counters and sums, under names that only the trainer interprets.
    pub numbers: BTreeMap<String, serde_json::Value>,
}

/// One number that a probe measured.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    /// The layer, as in checkpoints: `layers.0`; `all` for the whole network.
    pub layer: String,
    /// The quantity's name; `results/README.md` lists them.
    pub quantity: String,
    /// The value; always finite.
    pub value: f64,
}

/// Numbers of examples.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Examples {
    /// Training examples.
    pub train: usize,
    /// Validation examples, held out of the training set.
    pub validation: usize,
    /// Test examples.
    pub test: usize,
}

/// Loss and accuracy of one optimiser step's batch, before its update.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BatchResult {
    /// Mean cross-entropy of the batch, in nats.
    pub loss: f64,
    /// Number of examples classified correctly.
    pub correct: usize,
    /// Number of examples in the batch.
    pub examples: usize,
}

/// The metrics of one epoch.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct EpochResult {
    /// The epoch, from 1; 0 is the untrained network.
    pub epoch: usize,
    /// Optimiser steps taken so far.
    pub step: usize,
    /// Mean over the epoch's batches while the weights were changing, as Keras prints it;
    /// `None` at epoch 0.
    pub train: Option<Score>,
    /// Measured after the epoch, with the statistics that `norm.evaluation` names; `None` without a validation
    /// set.
    pub validation: Option<Score>,
    /// Measured after the epoch, with the statistics that `norm.evaluation` names.
    pub test: Score,
    /// Balanced accuracy: the mean over the classes of the test set of the share of each that is classified
    /// correctly; evaluated as [`EpochResult::test`] is.
    pub balanced_test: Option<f64>,
    /// The test score under each kind of statistics: where `probe.evaluations` requests it, and after the
    /// last step of a training that is evaluated with running averages (then without batch statistics).
    pub evaluations: Option<Evaluations>,
    /// Score on training examples, evaluated as the test score is; only where that is recorded, and finite.
    pub evaluated_train: Option<Score>,
}

/// The test score under each statistics that a norm layer can be evaluated with.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Evaluations {
    /// With running averages; `None` where none are kept.
    pub running: Option<Score>,
    /// With population statistics, recomputed with frozen weights.
    pub precise: Option<Score>,
    /// With the statistics of each batch of test examples, as large as a training batch.
    pub batch: Option<Score>,
}

/// Loss and accuracy over a set of examples.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Score {
    /// Mean cross-entropy, in nats.
    pub loss: f64,
    /// Share classified correctly, from 0 to 1.
    pub accuracy: f64,
}

/// Wall-clock seconds of one epoch.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct EpochSeconds {
    /// Training: from the epoch's first step to its last.
    pub train: f64,
    /// Evaluation.
    pub evaluation: f64,
}

/// How a trial ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Outcome {
    /// Trained to the end.
    Completed,
    /// The loss exceeded all bounds or was not finite; a result, not an error.
    Diverged {
        /// The step at which it was detected.
        step: usize,
        /// What was detected, in a sentence.
        reason: String,
        /// The last finite loss before it, in nats; `None` if the first loss was not finite.
        last_finite_loss: Option<f64>,
    },
    /// Ended by an error.
    Failed {
        /// The error's message.
        message: String,
    },
    /// Stopped because the user stopped the sweep.
    Interrupted,
}

impl Outcome {
    /// The outcome's name in files: `completed`, `diverged`, `failed`, `interrupted`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Completed => "completed",
            Self::Diverged { .. } => "diverged",
            Self::Failed { .. } => "failed",
            Self::Interrupted => "interrupted",
        }
    }

    /// Whether the trial has its result: a later run keeps it and does not train it again.
    pub fn is_finished(&self) -> bool {
        matches!(self, Self::Completed | Self::Diverged { .. })
    }
}

/// A request that every running trial stop at its next step.
#[derive(Debug, Clone, Default)]
pub struct Stop {
    by_user: Arc<AtomicBool>,
    by_program: Arc<AtomicBool>,
    /// Raised to stop one trial only.
    of_trial: Arc<AtomicBool>,
}

impl Stop {
    /// A stop that the user requests by raising `flag`, for example from a signal handler.
    pub fn on(flag: Arc<AtomicBool>) -> Self {
        Self { by_user: flag, ..Self::default() }
    }

    /// The stop of one trial: raised with this one, or when `flag` is raised.
    #[must_use]
    pub fn of_trial(&self, flag: Arc<AtomicBool>) -> Self {
        Self { of_trial: flag, ..self.clone() }
    }

    /// Requests the stop for a reason inside the program.
    pub fn request(&self) {
        self.by_program.store(true, Ordering::Relaxed);
    }

    /// Whether a stop was requested.
    pub fn is_requested(&self) -> bool {
        self.is_requested_by_user()
            || self.by_program.load(Ordering::Relaxed)
            || self.of_trial.load(Ordering::Relaxed)
    }

    /// Whether the user requested the stop.
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
    /// It has; the memory is reserved until the value is dropped.
    Granted(Box<dyn Reservation + 'a>),
    /// It has not, even with no other trial: how much is missing, in a sentence.
    TooLarge(String),
    /// The sweep was stopped while the trial waited for others to end.
    Stopped,
}

/// Memory reserved for one trial, until it is dropped.
pub trait Reservation {}

impl Reservation for () {}

/// Trains one trial: with burn (`train`), or from a script in tests (`scripted`).
pub trait Trainer: Sync {
    /// Waits until the machine has memory for `trial` beside those under way. Called before the trial is claimed:
    /// a trial that waits is not under way, and another run may train it meanwhile.
    fn admit(&self, _trial: &Trial, _stop: &Stop) -> Admission<'_> {
        Admission::Granted(Box::new(()))
    }

    /// Trains `trial`, emitting its events, until it ends or `stop` is requested. An `Err` is a failure of
    /// this trial only; divergence is an [`Outcome`]. With `from`, a state that an earlier training of the
    /// same trial emitted, training resumes there, and no event before that state is emitted again, except
    /// [`Event::TrialStarted`].
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
    /// Yes; resuming from the state that an interrupted training left, if there is one.
    Granted(Option<TrainingState>),
    /// No: another run trains it.
    Elsewhere,
    /// No: another run has claimed it, and it is not known yet whether that run is alive.
    Unclear,
    /// No: another run has finished it meanwhile.
    Finished,
    /// The sweep was stopped while the claim waited for the folder's lock.
    Stopped,
}

/// Called before each trial: the results folder, which records the leases of all runs.
pub trait Leases: Sync {
    /// Leases `trial` to this run until [`Event::TrialEnded`] reports its end.
    fn claim(&self, trial: &Arc<Trial>) -> crate::error::Result<Lease>;

    /// The flag that is raised once another run has taken over a trial that was granted.
    fn taken(&self, _: &Trial) -> Arc<AtomicBool> {
        Arc::default()
    }

    /// Whether this run still holds the lease of a trial that was granted; an error where that cannot be read.
    fn holds(&self, _: &Trial) -> crate::error::Result<bool> {
        Ok(true)
    }

    /// Gives up a trial whose lease this run has lost, so that it can be claimed again.
    fn leave(&self, _: &Trial) -> crate::error::Result<()> {
        Ok(())
    }
}

/// Receives the events of a sweep: the results writer, the progress display.
pub trait Observer {
    /// Handles one event. An error ends the sweep: there is no use in training what cannot be recorded.
    fn observe(&mut self, event: &Event) -> crate::error::Result<()>;
}
