//! Loss and accuracy of a network over a part of the data, with each kind of statistics that a norm
//! layer can be evaluated with.

use std::borrow::Cow;

use super::step::Evaluator;
use crate::config::spec::Evaluation;
use crate::data::batches::{Batch, Part, Prepared};
use crate::event::{BatchResult, Evaluations, Prediction, Score, Stop};
use crate::model::norm::Statistics;
use crate::seed::Streams;

/// Examples in an evaluation batch where examples do not affect each other: it limits memory and
/// changes no result. (A network that keeps no running averages is never evaluated with them.)
pub(super) const EVALUATION_BATCH: usize = 500;

/// Sums over batches, weighted by their examples.
#[derive(Debug, Default)]
pub(super) struct Running {
    /// Mean cross-entropy of each batch, times its examples.
    pub(super) loss: f64,
    pub(super) correct: usize,
    pub(super) examples: usize,
}

impl Running {
    pub(super) fn add(&mut self, batch: BatchResult) {
        self.loss += batch.loss * batch.examples as f64;
        self.correct += batch.correct;
        self.examples += batch.examples;
    }

    /// The means; `None` where nothing was added.
    pub(super) fn score(&self) -> Option<Score> {
        (self.examples > 0).then(|| Score {
            loss: self.loss / self.examples as f64,
            accuracy: self.correct as f64 / self.examples as f64,
        })
    }
}

/// A network as its experiment evaluates it. Once `stop` is requested it processes no further batch; its
/// result is then incomplete and must be discarded.
pub(super) struct Scorer<'a> {
    evaluator: Cow<'a, Evaluator>,
    statistics: Statistics,
    size: usize,
    stop: &'a Stop,
}

impl<'a> Scorer<'a> {
    /// Scores `evaluator`'s network with the statistics of `evaluation`.
    pub(super) fn new(
        evaluator: &'a Evaluator,
        data: &Prepared,
        evaluation: Evaluation,
        population: Population,
        stop: &'a Stop,
    ) -> Self {
        let with = |evaluator, statistics, size| Self { evaluator, statistics, size, stop };
        let same = Cow::Borrowed(evaluator);
        match evaluation {
            _ if !evaluator.depends_on_batch() => with(same, Statistics::Running, EVALUATION_BATCH),
            Evaluation::Running => with(same, Statistics::Running, EVALUATION_BATCH),
            Evaluation::Precise { .. } => {
                let precise = Cow::Owned(population.precise(evaluator, data, stop));
                with(precise, Statistics::Running, EVALUATION_BATCH)
            }
            Evaluation::Batch => with(same, Statistics::Batch, population.batch_size),
        }
    }

    /// Loss and accuracy over `part`; `None` if it is empty.
    pub(super) fn score(&self, data: &Prepared, part: Part) -> Option<Score> {
        self.score_with_classes(data, part).map(|(score, _)| score)
    }

    /// As [`Self::score`], with the balanced accuracy: the mean over the classes in `part` of the share of each
    /// that is classified correctly.
    pub(super) fn score_with_classes(&self, data: &Prepared, part: Part) -> Option<(Score, f64)> {
        let mut classes = vec![Class::default(); data.classes()];
        let running = self.predict(data, part, |prediction| {
            let class = &mut classes[prediction.label];
            class.examples += 1;
            class.correct += usize::from(prediction.is_correct());
        });
        Some((running.score()?, balanced_accuracy(&classes)?))
    }

    /// Calls `predicted` with the prediction for every example of `part`, in their order.
    pub(super) fn predict(
        &self,
        data: &Prepared,
        part: Part,
        mut predicted: impl FnMut(Prediction),
    ) -> Running {
        let mut running = Running::default();
        let mut batch = Batch::default();
        let batches = batches(data.positions(part), self.size).into_iter();
        for positions in batches.take_while(|_| !self.stop.is_requested()) {
            data.fill_part(part, positions, &mut batch);
            running.add(self.evaluator.answer(&batch, self.statistics, &mut predicted));
        }
        running
    }
}

/// Number of examples of a class, and number of those that are classified correctly.
#[derive(Debug, Clone, Copy, Default)]
struct Class {
    examples: usize,
    correct: usize,
}

/// The mean of the accuracies of the classes that have examples.
fn balanced_accuracy(classes: &[Class]) -> Option<f64> {
    let classes = classes.iter().filter(|class| class.examples > 0);
    let accuracies: Vec<f64> =
        classes.map(|class| class.correct as f64 / class.examples as f64).collect();
    let sum: f64 = accuracies.iter().sum();
    (!accuracies.is_empty()).then(|| sum / accuracies.len() as f64)
}

/// Batches of `size`; the last may be smaller, or one larger: a single example, which has no
/// variance, is added to the batch before it.
fn batches(positions: &[u32], size: usize) -> Vec<&[u32]> {
    let mut batches = Vec::new();
    let mut rest = positions;
    while !rest.is_empty() {
        let joins = size > 1 && rest.len() == size + 1;
        let (now, later) = rest.split_at(if joins { rest.len() } else { size.min(rest.len()) });
        batches.push(now);
        rest = later;
    }
    batches
}

/// How a trial recomputes population statistics.
#[derive(Debug, Clone, Copy)]
pub(super) struct Population {
    /// Most training examples.
    pub(super) examples: usize,
    /// Batch size.
    pub(super) batch_size: usize,
    /// The trial's streams: the examples are drawn once, from stream `precise`.
    pub(super) streams: Streams,
}

impl Population {
    /// The evaluation that uses these statistics.
    fn evaluation(&self) -> Evaluation {
        Evaluation::Precise { examples: self.examples }
    }

    /// The network with population statistics in place of the running ones; computed from a part of the examples
    /// once `stop` is requested.
    pub(super) fn precise(&self, evaluator: &Evaluator, data: &Prepared, stop: &Stop) -> Evaluator {
        let sample = data.sample(self.examples, self.streams.stream("precise"));
        let mut batches = batches(&sample, self.batch_size).into_iter();
        evaluator.precise(|| {
            if stop.is_requested() {
                return None;
            }
            let mut batch = Batch::default();
            data.fill(batches.next()?, &mut batch);
            Some(batch)
        })
    }
}

/// The test score with each kind of statistics; `own` is that of the experiment's evaluation `by`, and
/// of all three where no layer depends on a batch. Without running averages there is no score with them, and
/// a score that is not finite is left out.
pub(super) fn under_each(
    evaluator: &Evaluator,
    data: &Prepared,
    population: Population,
    by: Evaluation,
    own: Score,
    stop: &Stop,
) -> Evaluations {
    if !evaluator.depends_on_batch() {
        return Evaluations { running: Some(own), precise: Some(own), batch: Some(own) };
    }
    let under = |evaluation: Evaluation, is_own: bool| {
        if is_own {
            return Some(own).filter(|score| score.loss.is_finite());
        }
        finite(evaluator, data, evaluation, population, stop)
    };
    let keeps_averages = !evaluator.running().is_empty();
    Evaluations {
        running: keeps_averages
            .then(|| under(Evaluation::Running, by == Evaluation::Running))
            .flatten(),
        precise: under(population.evaluation(), matches!(by, Evaluation::Precise { .. })),
        batch: under(Evaluation::Batch, by == Evaluation::Batch),
    }
}

/// The scores that accompany `own`, a test score with running averages: that of the same network with
/// population statistics. A network without batch statistics has one score for both;
/// `None` where a network uses batch statistics and keeps no averages; no score with population statistics
/// where a batch is a single example.
pub(super) fn beside_running(
    evaluator: &Evaluator,
    data: &Prepared,
    population: Population,
    own: Score,
    stop: &Stop,
) -> Option<Evaluations> {
    let precise = if !evaluator.depends_on_batch() {
        Some(own)
    } else if evaluator.running().is_empty() {
        return None;
    } else if population.batch_size == 1 {
        // A batch of one example has no variance after a dense layer, so there are no population statistics.
        None
    } else {
        finite(evaluator, data, population.evaluation(), population, stop)
    };
    Some(Evaluations { running: Some(own), precise, batch: None })
}

/// The test score with `evaluation`, if its loss is finite.
fn finite(
    evaluator: &Evaluator,
    data: &Prepared,
    evaluation: Evaluation,
    population: Population,
    stop: &Stop,
) -> Option<Score> {
    let score = Scorer::new(evaluator, data, evaluation, population, stop).score(data, Part::Test);
    score.filter(|score| score.loss.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn balanced_accuracy_weighs_every_class_alike() {
        let class = |correct, examples| Class { examples, correct };
        // All examples of the majority are correct, and one of twenty others.
        let classes = [class(380, 380), class(1, 20), class(0, 0)];
        let balanced = balanced_accuracy(&classes).expect("a mean");
        assert!((balanced - 0.525).abs() < 1e-12, "{balanced}");
        assert_eq!(balanced_accuracy(&[class(0, 0)]), None);
    }

    #[test]
    fn a_last_example_on_its_own_joins_the_batch_before_it() {
        let lengths = |count: u32, size: usize| -> Vec<usize> {
            let positions: Vec<u32> = (0..count).collect();
            let batches = batches(&positions, size);
            assert_eq!(batches.concat(), positions);
            batches.into_iter().map(<[u32]>::len).collect()
        };
        assert_eq!(lengths(9, 4), [4, 5]);
        assert_eq!(lengths(10, 4), [4, 4, 2]);
        assert_eq!(lengths(8, 4), [4, 4]);
        assert_eq!(lengths(5, 4), [5]);
        assert_eq!(lengths(3, 4), [3]);
        assert_eq!(lengths(1, 4), [1]);
        assert_eq!(lengths(3, 1), [1, 1, 1]);
        assert!(lengths(0, 4).is_empty());
    }
}
