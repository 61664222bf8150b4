//! The events of a sweep as JSON, one on each line, for programs: `run --message-format json`.
//! `results/README.md` explains every field.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde::Serialize;

use crate::error::Result;
use crate::event::{BatchResult, EpochResult, EpochSeconds, Event, Observer, Outcome, Score};
use crate::plan::Trial;
use crate::units::for_json;

/// Version of the lines. New events and new fields may be added in the same version: readers
/// must ignore those that they do not know.
pub const VERSION: u32 = 1;

/// The steps of a running trial are reported at most this often.
const INTERVAL: Duration = Duration::from_secs(1);

#[derive(Serialize)]
struct Line<'a> {
    version: u32,
    #[serde(flatten)]
    message: Message<'a>,
}

/// The content of a line.
#[derive(Serialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
enum Message<'a> {
    SweepStarted {
        results: &'a Path,
        to_run: usize,
        skipped: usize,
    },
    TrialStarted {
        #[serde(flatten)]
        trial: Name<'a>,
        steps: usize,
        parameters: usize,
        train_examples: usize,
        validation_examples: usize,
        test_examples: usize,
    },
    Progress {
        #[serde(flatten)]
        trial: Name<'a>,
        epoch: usize,
        step: usize,
        steps: Option<usize>,
        loss: f64,
        accuracy: f64,
    },
    EpochEnded {
        #[serde(flatten)]
        trial: Name<'a>,
        epoch: usize,
        step: usize,
        train_loss: Option<f64>,
        train_accuracy: Option<f64>,
        validation_loss: Option<f64>,
        validation_accuracy: Option<f64>,
        test_loss: f64,
        test_accuracy: f64,
        train_seconds: f64,
        evaluation_seconds: f64,
    },
    TrialEnded {
        #[serde(flatten)]
        trial: Name<'a>,
        outcome: &'static str,
        message: Option<&'a str>,
        diverged_step: Option<usize>,
        log: Option<PathBuf>,
    },
    TrialPassed {
        #[serde(flatten)]
        trial: Name<'a>,
        is_finished: bool,
    },
    TrialTooLarge {
        #[serde(flatten)]
        trial: Name<'a>,
        reason: &'a str,
    },
    TrialTaken {
        #[serde(flatten)]
        trial: Name<'a>,
    },
    SweepEnded(Counts),
}

/// The trial of a line.
#[derive(Serialize)]
struct Name<'a> {
    trial: &'a str,
    label: &'a str,
    condition: usize,
    replicate: u64,
}

impl<'a> Name<'a> {
    fn of(trial: &'a Trial) -> Self {
        Self {
            trial: &trial.id,
            label: &trial.label,
            condition: trial.condition.index + 1,
            replicate: trial.replicate,
        }
    }
}

/// Numbers of trials of this run by outcome.
#[derive(Debug, Clone, Copy, Default, Serialize)]
struct Counts {
    completed: usize,
    diverged: usize,
    failed: usize,
    interrupted: usize,
    elsewhere: usize,
    too_large: usize,
    not_started: usize,
    skipped: usize,
}

/// Writes the lines through `print`.
pub struct Messages<P, L> {
    print: P,
    log_of: L,
    results: PathBuf,
    counts: Counts,
    /// The total steps of each running trial, by its id, and the time of its last report.
    running: HashMap<String, (usize, Instant)>,
}

impl<P: FnMut(&str) -> Result<()>, L: Fn(&Trial) -> PathBuf> Messages<P, L> {
    /// Messages of a run into the folder `results`; `log_of` gives the path of a failed trial's log.
    pub fn new(print: P, results: &Path, log_of: L) -> Self {
        Self {
            print,
            log_of,
            results: results.to_owned(),
            counts: Counts::default(),
            running: HashMap::new(),
        }
    }

    fn emit(&mut self, message: Message<'_>) -> Result<()> {
        let line = Line { version: VERSION, message };
        // Writing plain values to memory: serialising cannot fail.
        let text = serde_json::to_string(&line).unwrap_or_default();
        (self.print)(&format!("{}\n", for_json(&text)))
    }

    fn step(&mut self, trial: &Trial, epoch: usize, step: usize, batch: BatchResult) -> Result<()> {
        let Some((steps, last_emitted)) = self.running.get_mut(&trial.id) else {
            return Ok(());
        };
        if last_emitted.elapsed() < INTERVAL {
            return Ok(());
        }
        *last_emitted = Instant::now();
        let steps = *steps;
        self.emit(Message::Progress {
            trial: Name::of(trial),
            epoch,
            step,
            steps: (steps > 0).then_some(steps),
            loss: batch.loss,
            accuracy: batch.correct as f64 / batch.examples.max(1) as f64,
        })
    }

    fn epoch(&mut self, trial: &Trial, epoch: &EpochResult, seconds: EpochSeconds) -> Result<()> {
        let loss = |score: Option<Score>| score.map(|score| score.loss);
        let accuracy = |score: Option<Score>| score.map(|score| score.accuracy);
        self.emit(Message::EpochEnded {
            trial: Name::of(trial),
            epoch: epoch.epoch,
            step: epoch.step,
            train_loss: loss(epoch.train),
            train_accuracy: accuracy(epoch.train),
            validation_loss: loss(epoch.validation),
            validation_accuracy: accuracy(epoch.validation),
            test_loss: epoch.test.loss,
            test_accuracy: epoch.test.accuracy,
            train_seconds: seconds.train,
            evaluation_seconds: seconds.evaluation,
        })
    }

    fn ended(&mut self, trial: &Trial, outcome: &Outcome) -> Result<()> {
        self.running.remove(&trial.id);
        self.counts.not_started = self.counts.not_started.saturating_sub(1);
        let (count, message, diverged_step) = match outcome {
            Outcome::Completed => (&mut self.counts.completed, None, None),
            Outcome::Diverged { step, reason, .. } => {
                (&mut self.counts.diverged, Some(reason.as_str()), Some(*step))
            }
            Outcome::Failed { message } => (&mut self.counts.failed, Some(message.as_str()), None),
            Outcome::Interrupted => (&mut self.counts.interrupted, None, None),
        };
        *count += 1;
        let is_failed = matches!(outcome, Outcome::Failed { .. });
        let log = is_failed.then(|| (self.log_of)(trial));
        self.emit(Message::TrialEnded {
            trial: Name::of(trial),
            outcome: outcome.name(),
            message,
            diverged_step,
            log,
        })
    }
}

impl<P: FnMut(&str) -> Result<()>, L: Fn(&Trial) -> PathBuf> Observer for Messages<P, L> {
    fn observe(&mut self, event: &Event) -> Result<()> {
        match event {
            Event::SweepStarted { to_run, skipped } => {
                self.counts.not_started = *to_run;
                self.counts.skipped = *skipped;
                let results = self.results.clone();
                self.emit(Message::SweepStarted {
                    results: &results,
                    to_run: *to_run,
                    skipped: *skipped,
                })
            }
            Event::TrialStarted { trial, steps, examples, parameters, .. } => {
                let now = Instant::now();
                self.running.insert(trial.id.clone(), (*steps, now));
                self.emit(Message::TrialStarted {
                    trial: Name::of(trial),
                    steps: *steps,
                    parameters: *parameters,
                    train_examples: examples.train,
                    validation_examples: examples.validation,
                    test_examples: examples.test,
                })
            }
            Event::Step { trial, step, epoch, batch } => self.step(trial, *epoch, *step, *batch),
            Event::EpochEnded { trial, epoch, seconds } => self.epoch(trial, epoch, *seconds),
            Event::TrialEnded { trial, outcome, .. } => self.ended(trial, outcome),
            Event::TrialPassed { trial, is_finished } => {
                self.counts.not_started = self.counts.not_started.saturating_sub(1);
                self.counts.elsewhere += 1;
                self.emit(Message::TrialPassed {
                    trial: Name::of(trial),
                    is_finished: *is_finished,
                })
            }
            Event::TrialTooLarge { trial, reason } => {
                self.counts.not_started = self.counts.not_started.saturating_sub(1);
                self.counts.too_large += 1;
                self.emit(Message::TrialTooLarge { trial: Name::of(trial), reason })
            }
            Event::TrialTaken { trial } => {
                self.running.remove(&trial.id);
                self.emit(Message::TrialTaken { trial: Name::of(trial) })
            }
            Event::Order { .. }
            | Event::Checkpoint { .. }
            | Event::State { .. }
            | Event::Probed { .. }
            | Event::Predicted { .. }
            | Event::TrialAwaited { .. } => Ok(()),
            Event::SweepEnded => {
                let counts = self.counts;
                self.emit(Message::SweepEnded(counts))
            }
        }
    }
}
