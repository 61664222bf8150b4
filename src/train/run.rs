//! The training loop of one trial: epochs, evaluation, divergence, and the events that report them.

use std::sync::Arc;
use std::time::Instant;

use super::evaluation::{self, Population, Scorer};
use super::position::{Extent, Position};
use super::predictions;
use super::probe::{Next, Probes};
use super::step::{Inspection, Learner};
use super::stored::Stored;
use crate::config::spec::{Evaluation, Train};
use crate::data::batches::{self, Batch, Part, Prepared};
use crate::error::{Error, Result};
use crate::event::{
    BatchResult, EpochResult, EpochSeconds, Event, Outcome, Point, Stop, TrainingState,
};
use crate::optim::schedule;
use crate::plan::Trial;

/// Training examples over which population statistics are recomputed for probes and after the last
/// step, where the experiment's own evaluation is not a precise one.
const PRECISE_EXAMPLES: usize = 10_000;

type Emit<'a> = &'a mut (dyn FnMut(Event) + Send);

/// A running trial.
pub(super) struct Run<'a> {
    trial: &'a Arc<Trial>,
    data: Prepared,
    digest: String,
    learner: Learner,
    stop: &'a Stop,
    extent: Extent,
    at: Position,
    /// Numbers of epochs and steps in the state that was last emitted.
    last_emitted: Option<[usize; 2]>,
    batch: Batch,
    population: Population,
    probes: Option<Probes>,
}

impl<'a> Run<'a> {
    /// A trial that is about to start.
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
            extent: extent(train, data.counts().train)?,
            at: Position::start(train, data.classes()),
            data,
            digest,
            learner,
            stop,
            last_emitted: None,
            batch: Batch::default(),
        })
    }

    /// Trains until the last step, divergence or a request to stop, starting from the beginning or from a state
    /// that an earlier training of this trial emitted.
    pub(super) fn finish(
        &mut self,
        from: Option<TrainingState>,
        emit: Emit<'_>,
    ) -> Result<Outcome> {
        let mut outcome = if let Some(state) = from {
            self.restore(state)?;
            self.announce(emit);
            None
        } else {
            self.announce(emit);
            self.evaluate_untrained(emit)
        };
        while outcome.is_none() && !self.at.is_at_end(self.extent) {
            outcome = self.epoch(emit)?;
        }
        let outcome = outcome.unwrap_or(Outcome::Completed);
        if outcome == Outcome::Completed {
            self.probe(&self.learner.inspection(), None, emit);
            if self.trial.recording.predictions {
                self.predict(emit);
            }
            if self.trial.recording.checkpoint.last {
                self.keep(Point::Final, emit);
            }
        }
        Ok(outcome)
    }

    /// Reports what the trained network says of every test example, evaluated as the test score is.
    fn predict(&self, emit: Emit<'_>) {
        // It must complete, as a probe must, so it ignores requests to stop.
        let never = Stop::default();
        let evaluator = self.learner.evaluator();
        let by = self.trial.condition.settings.norm.evaluation;
        let scorer = Scorer::new(&evaluator, &self.data, by, self.population, &never);
        let mut predictions = Vec::with_capacity(self.data.counts().test);
        scorer.predict(&self.data, Part::Test, |prediction| predictions.push(prediction));
        let pictures = predictions::pictures(&self.data, &predictions, &self.learner.tensors());
        emit(Event::Predicted { trial: Arc::clone(self.trial), predictions, pictures });
    }

    fn evaluate_untrained(&self, emit: Emit<'_>) -> Option<Outcome> {
        if self.trial.recording.checkpoint.initial {
            self.keep(Point::Initial, emit);
        }
        self.evaluate(0, emit)
    }

    fn restore(&mut self, state: TrainingState) -> Result<()> {
        let train = &self.trial.condition.settings.train;
        let mut state = Stored::new(state);
        self.at = Position::restore(&mut state, train, self.extent, self.data.classes())?;
        self.learner.restore(&mut state, self.at.steps)?;
        state.finish()
    }

    /// Emits everything that the rest of the training depends on, once for each step.
    fn emit_state(&mut self, emit: Emit<'_>) -> Result<()> {
        let place = [self.at.epochs, self.at.steps];
        if self.last_emitted.replace(place) == Some(place) {
            return Ok(());
        }
        let mut state = TrainingState::default();
        self.at.save(&mut state.numbers);
        self.learner.save(&mut state)?;
        emit(Event::State { trial: Arc::clone(self.trial), state });
        Ok(())
    }

    fn keep(&self, point: Point, emit: Emit<'_>) {
        emit(Event::Checkpoint {
            trial: Arc::clone(self.trial),
            point,
            tensors: self.learner.tensors(),
        });
    }

    /// Measures the network `before` step `step`, which was taken with
    /// `learning_rate`, or at the end of training if there is no step.
    fn probe(&self, before: &Inspection, step: Option<(usize, f64)>, emit: Emit<'_>) {
        let Some(probes) = &self.probes else { return };
        let after = self.learner.inspection();
        let next = step.map(|(step, learning_rate)| Next {
            step,
            batch: &self.batch,
            learning_rate,
            network: &after,
        });
        emit(Event::Probed {
            trial: Arc::clone(self.trial),
            step: step.map_or(self.at.steps, |(step, _)| step - 1),
            readings: probes.measure(before, next, &self.data),
        });
    }

    fn announce(&self, emit: Emit<'_>) {
        emit(Event::TrialStarted {
            trial: Arc::clone(self.trial),
            steps: self.extent.total,
            examples: self.data.counts(),
            parameters: self.learner.parameters(),
            data: self.digest.clone(),
        });
    }

    /// One pass over the training set, or over the rest of it or of the steps, and its evaluation;
    /// `Some` ends the trial.
    fn epoch(&mut self, emit: Emit<'_>) -> Result<Option<Outcome>> {
        let train = &self.trial.condition.settings.train;
        let epoch = self.at.epochs + 1;
        self.at.stopwatch.start();
        let order = self.data.order(epoch, train, &self.trial.streams());
        let moves = self.data.moves(epoch, &self.trial.streams());
        let ranges = batches::ranges(order.len(), train.batch_size, train.last_batch);
        for range in ranges.into_iter().skip(self.at.steps_of_epoch(self.extent)) {
            if self.stop.is_requested() {
                return self.interrupt(emit).map(Some);
            }
            if self.at.steps == self.extent.total {
                break;
            }
            if self.trial.recording.checkpoint.order {
                self.emit_order(epoch, &order[range.clone()], emit);
            }
            self.data.fill_training(&order, range, &moves, &mut self.batch);
            let batch = self.step(emit);
            emit(Event::Step { trial: Arc::clone(self.trial), step: self.at.steps, epoch, batch });
            if let Some(diverged) = self.at.losses.training(self.at.steps, batch.loss) {
                return Ok(Some(diverged));
            }
            self.at.running.add(batch);
            self.keep_if_due(emit)?;
        }
        if self.stop.is_requested() {
            return self.interrupt(emit).map(Some);
        }
        let ended = self.evaluate(epoch, emit);
        if ended == Some(Outcome::Interrupted) {
            // Treated as a request before the evaluation, which is repeated when training resumes.
            return self.interrupt(emit).map(Some);
        }
        self.at.close_epoch();
        Ok(ended)
    }

    /// Emits checkpoint and state where they are due after this step.
    fn keep_if_due(&mut self, emit: Emit<'_>) -> Result<()> {
        let every = self.trial.recording.checkpoint.every;
        if every.is_some_and(|every| self.at.steps.is_multiple_of(every)) {
            let began = Instant::now();
            self.keep(Point::Step(self.at.steps), emit);
            self.emit_state(emit)?;
            self.at.stopwatch.leave_out(began);
        }
        Ok(())
    }

    /// Ends the training so that it can be resumed; before its first step there is nothing to resume.
    fn interrupt(&mut self, emit: Emit<'_>) -> Result<Outcome> {
        if self.at.steps > 0 {
            self.emit_state(emit)?;
        }
        Ok(Outcome::Interrupted)
    }

    /// Takes an optimiser step on the batch, with the probes that are due around it.
    fn step(&mut self, emit: Emit<'_>) -> BatchResult {
        let probes = self.probes.as_ref();
        let is_due = probes.is_some_and(|probes| probes.are_due(self.at.steps));
        let before = is_due.then(|| self.learner.inspection());
        let batch = self.learner.step(&self.batch);
        self.at.steps += 1;
        if let Some(before) = before {
            let began = Instant::now();
            let train = &self.trial.condition.settings.train;
            let rate = schedule::learning_rate(train, self.at.steps, self.extent.total);
            self.probe(&before, Some((self.at.steps, rate)), emit);
            self.at.stopwatch.leave_out(began);
        }
        batch
    }

    fn emit_order(&self, epoch: usize, examples: &[u32], emit: Emit<'_>) {
        emit(Event::Order {
            trial: Arc::clone(self.trial),
            step: self.at.steps + 1,
            epoch,
            examples: examples.to_vec(),
        });
    }

    /// Evaluates the network and reports the epoch; `Some` if an evaluation's loss is not finite, or a stop was
    /// requested meanwhile: then nothing is reported.
    fn evaluate(&self, epoch: usize, emit: Emit<'_>) -> Option<Outcome> {
        let train_seconds = self.at.stopwatch.seconds();
        let started = Instant::now();
        let evaluator = self.learner.evaluator();
        let by = self.trial.condition.settings.norm.evaluation;
        let scorer = Scorer::new(&evaluator, &self.data, by, self.population, self.stop);
        let validation = scorer.score(&self.data, Part::Validation);
        let (test, balanced) = scorer.score_with_classes(&self.data, Part::Test).unzip();
        if self.stop.is_requested() {
            return Some(Outcome::Interrupted);
        }
        for (part, score) in [("validation", validation), ("test", test)] {
            if let Some(diverged) =
                score.and_then(|s| self.at.losses.evaluation(part, self.at.steps, s.loss))
            {
                return Some(diverged);
            }
        }
        // A dataset always has a test set; without one there would be nothing to report.
        let test = test?;
        let recording = &self.trial.recording;
        let train = || scorer.score(&self.data, Part::Train);
        let evaluated_train = recording.train_evaluation.then(train).flatten();
        let (data, population) = (&self.data, self.population);
        let each = || evaluation::under_each(&evaluator, data, population, by, test, self.stop);
        let recorded = recording.evaluations.then(each);
        let evaluation_seconds = started.elapsed().as_secs_f64();
        // Afterwards, so that the measured time contains only what the experiment requires.
        let last = || evaluation::beside_running(&evaluator, data, population, test, self.stop);
        let is_last = self.at.steps == self.extent.total && by == Evaluation::Running;
        let evaluations = recorded.or_else(|| is_last.then(last).flatten());
        if self.stop.is_requested() {
            return Some(Outcome::Interrupted);
        }
        emit(Event::EpochEnded {
            trial: Arc::clone(self.trial),
            epoch: EpochResult {
                epoch,
                step: self.at.steps,
                train: self.at.running.score(),
                validation,
                test,
                balanced_test: balanced,
                evaluations,
                evaluated_train: evaluated_train.filter(|score| score.loss.is_finite()),
            },
            seconds: EpochSeconds { train: train_seconds, evaluation: evaluation_seconds },
        });
        None
    }
}

/// Number of optimiser steps of a trial on `examples` training examples.
pub(super) fn extent(train: &Train, examples: usize) -> Result<Extent> {
    let per_epoch = train.steps_per_epoch(examples);
    if per_epoch == 0 {
        return Err(Error::Data(format!(
            "`train.batch_size = {}`: the {examples} training examples left by validation never make a batch",
            train.batch_size
        )));
    }
    Ok(Extent { examples, per_epoch, total: train.steps(examples) })
}
