//! What is known of a trial under way: its epoch, its loss and accuracy.

use crate::event::{BatchResult, EpochResult};
use crate::plan::Trial;
use crate::units::percent;

/// The state of one trial under way.
#[derive(Debug, Clone, Default)]
pub(super) struct Training {
    /// The epoch, from 1; 0 before the first step.
    epoch: usize,
    /// Number of epochs; `None` where a number of steps ends the training.
    epochs: Option<usize>,
    pub(super) step: usize,
    pub(super) steps: usize,
    /// The sums over the epoch's batches so far.
    sums: Sums,
    /// The last test accuracy.
    pub(super) tested: Option<f64>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Sums {
    loss: f64,
    correct: usize,
    examples: usize,
}

impl Training {
    pub(super) fn of(trial: &Trial, steps: usize) -> Self {
        Self { epochs: trial.epochs(), steps, ..Self::default() }
    }

    pub(super) fn stepped(&mut self, epoch: usize, step: usize, batch: BatchResult) {
        if epoch != self.epoch {
            self.sums = Sums::default();
        }
        (self.epoch, self.step) = (epoch, step);
        self.sums.loss += batch.loss * batch.examples as f64;
        self.sums.correct += batch.correct;
        self.sums.examples += batch.examples;
    }

    pub(super) fn evaluated(&mut self, epoch: &EpochResult) {
        self.tested = Some(epoch.test.accuracy);
    }

    /// `4/10`; the epoch alone where a number of steps ends the training.
    pub(super) fn epoch(&self) -> String {
        match self.epochs {
            // As wide at the first epoch as at the last.
            Some(epochs) => format!("{:>1$}/{epochs}", self.epoch, epochs.to_string().len()),
            None => self.epoch.to_string(),
        }
    }

    /// The mean loss over the epoch's batches so far, while the weights were changing, as Keras prints it; `None`
    /// before the first one.
    pub(super) fn loss(&self) -> Option<String> {
        let Sums { loss, examples, .. } = self.sums;
        (examples > 0).then(|| format!("{:.4}", loss / examples as f64))
    }

    /// The accuracy over the same batches.
    pub(super) fn accuracy(&self) -> Option<String> {
        let Sums { correct, examples, .. } = self.sums;
        (examples > 0).then(|| percent(correct as f64 / examples as f64))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loss_and_accuracy_are_means_over_the_epoch_so_far() {
        let mut training = Training { epochs: Some(10), ..Training::default() };
        assert_eq!((training.epoch(), training.loss()), (" 0/10".to_owned(), None));
        let batch = |loss, correct, examples| BatchResult { loss, correct, examples };
        training.stepped(1, 1, batch(3.0, 0, 10));
        training.stepped(2, 2, batch(1.0, 6, 10));
        // A last batch of another size counts by its examples.
        training.stepped(2, 3, batch(4.0, 0, 5));
        assert_eq!(training.epoch(), " 2/10");
        assert_eq!(training.loss().as_deref(), Some("2.0000"));
        assert_eq!(training.accuracy().as_deref(), Some("40.0 %"));
        training.epochs = None;
        assert_eq!(training.epoch(), "2");
    }
}
