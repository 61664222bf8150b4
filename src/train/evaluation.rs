//! What a network is worth: loss and accuracy over a part of the data, under each of the statistics
//! that a norm layer can be evaluated with.

use std::borrow::Cow;

use super::step::Evaluator;
use crate::config::spec::Evaluation;
use crate::data::batches::{Batch, Part, Prepared};
use crate::event::{BatchResult, Evaluations, Score};
use crate::model::norm::Statistics;
use crate::seed::Streams;

/// Examples per evaluation batch where each example is answered on its own: it bounds memory and
/// decides no number.
const EVALUATION_BATCH: usize = 500;

/// Sums over batches, weighted by their examples.
#[derive(Debug, Default)]
pub(super) struct Running {
    loss: f64,
    correct: usize,
    examples: usize,
}

impl Running {
    pub(super) fn add(&mut self, batch: BatchResult) {
        self.loss += batch.loss * batch.examples as f64;
        self.correct += batch.correct;
        self.examples += batch.examples;
    }

    /// `None` where nothing was added.
    pub(super) fn score(&self) -> Option<Score> {
        (self.examples > 0).then(|| Score {
            loss: self.loss / self.examples as f64,
            accuracy: self.correct as f64 / self.examples as f64,
        })
    }
}

/// A network as its experiment evaluates it.
pub(super) struct Judge<'a> {
    evaluator: Cow<'a, Evaluator>,
    statistics: Statistics,
    size: usize,
}

impl<'a> Judge<'a> {
    /// Judges `evaluator`'s network as `evaluation` says.
    pub(super) fn new(
        evaluator: &'a Evaluator,
        data: &Prepared,
        evaluation: Evaluation,
        population: Population,
    ) -> Self {
        let with = |evaluator, statistics, size| Self {
            evaluator,
            statistics,
            size,
        };
        let same = Cow::Borrowed(evaluator);
        match evaluation {
            _ if !evaluator.sees_batches() => with(same, Statistics::Running, EVALUATION_BATCH),
            Evaluation::Running => with(same, Statistics::Running, EVALUATION_BATCH),
            Evaluation::Precise { .. } => {
                let precise = Cow::Owned(population.precise(evaluator, data));
                with(precise, Statistics::Running, EVALUATION_BATCH)
            }
            Evaluation::Batch => with(same, Statistics::Batch, population.batch_size),
        }
    }

    /// Loss and accuracy over `part`; `None` if it is empty.
    pub(super) fn score(&self, data: &Prepared, part: Part) -> Option<Score> {
        score(&self.evaluator, data, part, self.statistics, self.size)
    }
}

/// The score over `part` with running statistics; `None` if it is empty.
fn with_running(evaluator: &Evaluator, data: &Prepared, part: Part) -> Option<Score> {
    score(evaluator, data, part, Statistics::Running, EVALUATION_BATCH)
}

/// The score over `part` where each batch of `size` examples is normalised with its own
/// statistics. A last batch of one example joins the one before.
fn with_batches(evaluator: &Evaluator, data: &Prepared, part: Part, size: usize) -> Option<Score> {
    score(evaluator, data, part, Statistics::Batch, size)
}

fn score(
    evaluator: &Evaluator,
    data: &Prepared,
    part: Part,
    statistics: Statistics,
    size: usize,
) -> Option<Score> {
    let mut running = Running::default();
    let mut batch = Batch::default();
    let positions = data.positions(part);
    let mut rest = positions;
    while !rest.is_empty() {
        let is_last = rest.len() <= size + 1 && size > 1;
        let (now, later) = rest.split_at(if is_last {
            rest.len()
        } else {
            size.min(rest.len())
        });
        data.fill_part(part, now, &mut batch);
        running.add(evaluator.evaluate(&batch, statistics));
        rest = later;
    }
    running.score()
}

/// How population statistics are recomputed in a trial.
#[derive(Debug, Clone, Copy)]
pub(super) struct Population {
    /// At most so many training examples.
    pub(super) examples: usize,
    /// In batches of so many.
    pub(super) batch_size: usize,
    /// The trial's streams: the examples are drawn once, from `precise`.
    pub(super) streams: Streams,
}

impl Population {
    /// The network with population statistics in the place of the running ones.
    pub(super) fn precise(&self, evaluator: &Evaluator, data: &Prepared) -> Evaluator {
        let sample = data.sample(self.examples, self.streams.stream("precise"));
        // A batch of one has no variance: a rest of one is left out.
        let mut batches = sample
            .chunks(self.batch_size)
            .filter(|chunk| chunk.len() > 1 || self.batch_size == 1);
        evaluator.precise(|| {
            let mut batch = Batch::default();
            data.fill(batches.next()?, &mut batch);
            Some(batch)
        })
    }
}

/// The test score under each statistics; `judged` is the experiment's own, which is all three where
/// no layer looks at a batch.
pub(super) fn under_each(
    evaluator: &Evaluator,
    data: &Prepared,
    population: Population,
    judged: Score,
) -> Evaluations {
    if !evaluator.sees_batches() {
        return Evaluations {
            running: judged,
            precise: judged,
            batch: judged,
        };
    }
    let running = with_running(evaluator, data, Part::Test).unwrap_or(judged);
    let precise = population.precise(evaluator, data);
    Evaluations {
        running,
        precise: with_running(&precise, data, Part::Test).unwrap_or(running),
        batch: with_batches(evaluator, data, Part::Test, population.batch_size).unwrap_or(running),
    }
}
