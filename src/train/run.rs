//! The training loop of one trial: epochs, evaluation, divergence, and the events that tell of them.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::divergence::Watch;
use super::evaluation::{self, Judge, Population, Running};
use super::probe::{Probes, Surroundings};
use super::step::{Inspection, Learner};
use crate::config::spec::{Evaluation, Length, Train};
use crate::data::batches::{self, Batch, Part, Prepared};
use crate::error::{Error, Result};
use crate::event::{BatchResult, EpochResult, EpochSeconds, Event, Outcome, Point, Stop};
use crate::optim::schedule;
use crate::plan::Trial;

/// Training examples over which population statistics are recomputed for probes, where the
/// experiment's own evaluation is not a precise one.
const PRECISE_EXAMPLES: usize = 10_000;

type Tell<'a> = &'a mut (dyn FnMut(Event) + Send);

/// A trial under way.
pub(super) struct Run<'a> {
    trial: &'a Arc<Trial>,
    data: Prepared,
    digest: String,
    learner: Learner,
    stop: &'a Stop,
    watch: Watch,
    total_steps: usize,
    steps: usize,
    batch: Batch,
    population: Population,
    probes: Option<Probes>,
    /// Spent on probes and checkpoints in this epoch.
    looked: Duration,
}

impl<'a> Run<'a> {
    /// A trial about to start.
    pub(super) fn new(
        trial: &'a Arc<Trial>,
        data: Prepared,
        digest: String,
        learner: Learner,
        stop: &'a Stop,
    ) -> Result<Self> {
        let settings = &trial.condition.settings;
        let train = &settings.train;
        let population = Population {
            examples: match settings.norm.evaluation {
                Evaluation::Precise { examples } => examples,
                Evaluation::Running | Evaluation::Batch => PRECISE_EXAMPLES,
            },
            batch_size: train.batch_size,
            streams: trial.streams(),
        };
        let probe = trial.recording.probe.as_ref();
        Ok(Self {
            trial,
            probes: probe.map(|probe| Probes::new(probe, settings, population, &data)),
            population,
            total_steps: total_steps(train, data.counts().train)?,
            data,
            digest,
            learner,
            stop,
            watch: Watch::new(train.divergence_factor),
            steps: 0,
            batch: Batch::default(),
            looked: Duration::ZERO,
        })
    }

    /// Trains until the last step, divergence or a request to stop.
    pub(super) fn finish(&mut self, tell: Tell<'_>) -> Outcome {
        self.announce(tell);
        if self.trial.recording.checkpoint.initial {
            self.keep(Point::Initial, tell);
        }
        let mut outcome = self.close_epoch(0, &Running::default(), 0.0, tell);
        let mut epoch = 0;
        while outcome.is_none() && self.steps < self.total_steps {
            epoch += 1;
            outcome = self.epoch(epoch, tell);
        }
        let outcome = outcome.unwrap_or(Outcome::Completed);
        if outcome == Outcome::Completed {
            self.probe(&self.learner.inspection(), None, tell);
            if self.trial.recording.checkpoint.last {
                self.keep(Point::Final, tell);
            }
        }
        outcome
    }

    fn keep(&self, point: Point, tell: Tell<'_>) {
        tell(Event::Checkpoint {
            trial: Arc::clone(self.trial),
            point,
            tensors: self.learner.tensors(),
        });
    }

    /// Lets the probes look at the network `before` step `step`, which was taken with
    /// `learning_rate`, or at the last one if there is no step.
    fn probe(&self, before: &Inspection, step: Option<(usize, f64)>, tell: Tell<'_>) {
        let Some(probes) = &self.probes else { return };
        let after = self.learner.inspection();
        let around = Surroundings {
            before,
            evaluator: &before.evaluator(),
            step: step.map(|(step, learning_rate)| (&after, step, &self.batch, learning_rate)),
        };
        tell(Event::Probed {
            trial: Arc::clone(self.trial),
            step: step.map_or(self.steps, |(step, _)| step - 1),
            readings: probes.measure(&around, &self.data),
        });
    }

    fn announce(&self, tell: Tell<'_>) {
        tell(Event::TrialStarted {
            trial: Arc::clone(self.trial),
            steps: self.total_steps,
            examples: self.data.counts(),
            parameters: self.learner.parameters(),
            data: self.digest.clone(),
        });
    }

    /// One pass over the training set, or what is left of the steps; `Some` ends the trial.
    fn epoch(&mut self, epoch: usize, tell: Tell<'_>) -> Option<Outcome> {
        let train = &self.trial.condition.settings.train;
        let started = Instant::now();
        let mut running = Running::default();
        let order = self.data.order(epoch, train, &self.trial.streams());
        let moves = self.data.moves(epoch, &self.trial.streams());
        let ranges = batches::ranges(order.len(), train.batch_size, train.last_batch);
        for range in ranges {
            if self.stop.is_requested() {
                return Some(Outcome::Interrupted);
            }
            if self.steps == self.total_steps {
                break;
            }
            if self.trial.recording.checkpoint.order {
                self.tell_order(epoch, &order[range.clone()], tell);
            }
            self.data
                .fill_training(&order, range, &moves, &mut self.batch);
            let batch = self.step(tell);
            tell(Event::Step {
                trial: Arc::clone(self.trial),
                step: self.steps,
                epoch,
                batch,
            });
            if let Some(diverged) = self.watch.training(self.steps, batch.loss) {
                return Some(diverged);
            }
            running.add(batch);
            let every = self.trial.recording.checkpoint.every;
            if every.is_some_and(|every| self.steps.is_multiple_of(every)) {
                let looking = Instant::now();
                self.keep(Point::Step(self.steps), tell);
                self.looked += looking.elapsed();
            }
        }
        // What probes and checkpoints take is no part of training.
        let looked = std::mem::take(&mut self.looked);
        let seconds = started.elapsed().saturating_sub(looked).as_secs_f64();
        self.close_epoch(epoch, &running, seconds, tell)
    }

    /// Takes an optimiser step on the batch, with the probes that are due around it.
    fn step(&mut self, tell: Tell<'_>) -> BatchResult {
        let probes = self.probes.as_ref();
        let is_due = probes.is_some_and(|probes| probes.are_due(self.steps));
        let before = is_due.then(|| self.learner.inspection());
        let batch = self.learner.step(&self.batch);
        self.steps += 1;
        if let Some(before) = before {
            let looking = Instant::now();
            let train = &self.trial.condition.settings.train;
            let rate = schedule::learning_rate(train, self.steps, self.total_steps);
            self.probe(&before, Some((self.steps, rate)), tell);
            self.looked += looking.elapsed();
        }
        batch
    }

    fn tell_order(&self, epoch: usize, examples: &[u32], tell: Tell<'_>) {
        tell(Event::Order {
            trial: Arc::clone(self.trial),
            step: self.steps + 1,
            epoch,
            examples: examples.to_vec(),
        });
    }

    /// Evaluates and tells of the epoch; `Some` if an evaluation's loss is not finite.
    fn close_epoch(
        &mut self,
        epoch: usize,
        running: &Running,
        train_seconds: f64,
        tell: Tell<'_>,
    ) -> Option<Outcome> {
        let started = Instant::now();
        let evaluator = self.learner.evaluator();
        let by = self.trial.condition.settings.norm.evaluation;
        let judge = Judge::new(&evaluator, &self.data, by, self.population);
        let validation = judge.score(&self.data, Part::Validation);
        let test = judge.score(&self.data, Part::Test);
        for (part, score) in [("validation", validation), ("test", test)] {
            if let Some(diverged) =
                score.and_then(|s| self.watch.evaluation(part, self.steps, s.loss))
            {
                return Some(diverged);
            }
        }
        // A dataset always has a test set; an empty one would have nothing to tell of.
        let test = test?;
        let is_asked = self.trial.recording.evaluations;
        let evaluations = is_asked
            .then(|| evaluation::under_each(&evaluator, &self.data, self.population, by, test));
        tell(Event::EpochEnded {
            trial: Arc::clone(self.trial),
            epoch: EpochResult {
                epoch,
                step: self.steps,
                train: running.score(),
                validation,
                test,
                evaluations,
            },
            seconds: EpochSeconds {
                train: train_seconds,
                evaluation: started.elapsed().as_secs_f64(),
            },
        });
        None
    }
}

/// How many optimiser steps a trial takes on `examples` training examples.
pub(super) fn total_steps(train: &Train, examples: usize) -> Result<usize> {
    let per_epoch = train.steps_per_epoch(examples);
    if per_epoch == 0 {
        return Err(Error::Data(format!(
            "`train.batch_size = {}`: the {examples} training examples left by validation never make a batch",
            train.batch_size
        )));
    }
    Ok(match train.length {
        Length::Epochs(epochs) => epochs * per_epoch,
        Length::Steps(steps) => steps,
    })
}
