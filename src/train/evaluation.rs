//! What a network is worth: loss and accuracy over a part of the data, under each of the statistics
//! that a norm layer can be evaluated with.

use super::step::Evaluator;
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

/// The score over `part` with running statistics; `None` if it is empty.
pub(super) fn with_running(evaluator: &Evaluator, data: &Prepared, part: Part) -> Option<Score> {
    score(evaluator, data, part, Statistics::Running, EVALUATION_BATCH)
}

/// The score over `part` where each batch of `size` examples is normalised with its own
/// statistics. A last batch of one example joins the one before.
pub(super) fn with_batches(
    evaluator: &Evaluator,
    data: &Prepared,
    part: Part,
    size: usize,
) -> Option<Score> {
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

/// The test score under each statistics; `running` is known already.
pub(super) fn under_each(
    evaluator: &Evaluator,
    data: &Prepared,
    population: Population,
    running: Score,
) -> Evaluations {
    if !evaluator.keeps_statistics() {
        return Evaluations {
            running,
            precise: running,
            batch: running,
        };
    }
    let precise = population.precise(evaluator, data);
    Evaluations {
        running,
        precise: with_running(&precise, data, Part::Test).unwrap_or(running),
        batch: with_batches(evaluator, data, Part::Test, population.batch_size).unwrap_or(running),
    }
}
