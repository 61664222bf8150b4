//! The training loop of one trial: epochs, evaluation, divergence, and the events that tell of them.

use std::sync::Arc;
use std::time::Instant;

use super::divergence::Watch;
use super::step::{Evaluator, Learner};
use crate::config::spec::{Length, Train};
use crate::data::batches::{self, Batch, Part, Prepared};
use crate::error::{Error, Result};
use crate::event::{BatchResult, EpochResult, EpochSeconds, Event, Outcome, Score, Stop};
use crate::model::norm::Statistics;
use crate::plan::Trial;

/// Examples per evaluation batch. It bounds memory and decides no number: each example is
/// answered on its own.
const EVALUATION_BATCH: usize = 500;

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
        let train = &trial.condition.settings.train;
        Ok(Self {
            trial,
            total_steps: total_steps(train, data.counts().train)?,
            data,
            digest,
            learner,
            stop,
            watch: Watch::new(train.divergence_factor),
            steps: 0,
            batch: Batch::default(),
        })
    }

    /// Trains until the last step, divergence or a request to stop.
    pub(super) fn finish(&mut self, tell: Tell<'_>) -> Outcome {
        self.announce(tell);
        let mut outcome = self.close_epoch(0, &Running::default(), 0.0, tell);
        let mut epoch = 0;
        while outcome.is_none() && self.steps < self.total_steps {
            epoch += 1;
            outcome = self.epoch(epoch, tell);
        }
        outcome.unwrap_or(Outcome::Completed)
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
        let order = self.data.order(epoch, &self.trial.streams());
        for range in batches::ranges(order.len(), train.batch_size, train.last_batch) {
            if self.stop.is_requested() {
                return Some(Outcome::Interrupted);
            }
            if self.steps == self.total_steps {
                break;
            }
            self.data.fill(&order[range], &mut self.batch);
            let batch = self.learner.step(&self.batch);
            self.steps += 1;
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
        }
        self.close_epoch(epoch, &running, started.elapsed().as_secs_f64(), tell)
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
        let validation = self.evaluate(&evaluator, Part::Validation);
        let test = self.evaluate(&evaluator, Part::Test);
        for (part, score) in [("validation", validation), ("test", test)] {
            if let Some(diverged) =
                score.and_then(|s| self.watch.evaluation(part, self.steps, s.loss))
            {
                return Some(diverged);
            }
        }
        // A dataset always has a test set; an empty one would have nothing to tell of.
        let test = test?;
        tell(Event::EpochEnded {
            trial: Arc::clone(self.trial),
            epoch: EpochResult {
                epoch,
                step: self.steps,
                train: running.score(),
                validation,
                test,
            },
            seconds: EpochSeconds {
                train: train_seconds,
                evaluation: started.elapsed().as_secs_f64(),
            },
        });
        None
    }

    /// Loss and accuracy over a part of the data, with running statistics; `None` if it is empty.
    fn evaluate(&mut self, evaluator: &Evaluator, part: Part) -> Option<Score> {
        let mut running = Running::default();
        for positions in self.data.positions(part).chunks(EVALUATION_BATCH) {
            self.data.fill_part(part, positions, &mut self.batch);
            running.add(evaluator.evaluate(&self.batch, Statistics::Running));
        }
        running.score()
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

/// Sums over batches, weighted by their examples.
#[derive(Debug, Default)]
struct Running {
    loss: f64,
    correct: usize,
    examples: usize,
}

impl Running {
    fn add(&mut self, batch: BatchResult) {
        self.loss += batch.loss * batch.examples as f64;
        self.correct += batch.correct;
        self.examples += batch.examples;
    }

    /// `None` where nothing was added.
    fn score(&self) -> Option<Score> {
        (self.examples > 0).then(|| Score {
            loss: self.loss / self.examples as f64,
            accuracy: self.correct as f64 / self.examples as f64,
        })
    }
}
