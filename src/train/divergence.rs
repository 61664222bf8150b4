//! Decides when a trial counts as diverged.
//!
//! ```text
//! diverged: loss not finite, or loss > factor · max(first, ln classes)
//! ```
//!
//! `first` is the loss of the first step, in nats, and `ln classes` the loss of uniform predictions,
//! which is where training usually begins. The first loss alone would be unsuitable: on a small
//! batch it may be 0 by chance, and every later loss exceeds any multiple of that.

use crate::event::Outcome;

/// Follows the losses of one trial.
#[derive(Debug, Clone)]
pub struct LossMonitor {
    factor: f64,
    /// `ln classes`.
    guessing: f64,
    first: Option<f64>,
    last_finite: Option<f64>,
}

impl LossMonitor {
    /// Treats a trial with `classes` classes as diverged when a training loss exceeds `factor` times its
    /// initial value (see above), or when any loss is not finite.
    pub fn new(factor: f64, classes: usize) -> Self {
        Self { factor, guessing: (classes.max(2) as f64).ln(), first: None, last_finite: None }
    }

    /// The monitor after `[first, last]`, the losses of the first step and of the latest.
    #[must_use]
    pub fn resumed(self, [first, last]: [f64; 2]) -> Self {
        Self { first: Some(first), last_finite: Some(last), ..self }
    }

    /// The losses of the first step and of the latest that did not diverge, if there was one.
    pub fn losses(&self) -> [Option<f64>; 2] {
        [self.first, self.last_finite]
    }

    /// Checks the loss of training step `step`.
    pub fn training(&mut self, step: usize, loss: f64) -> Option<Outcome> {
        if !loss.is_finite() {
            return Some(
                self.diverged(step, format!("the training loss is {loss} at step {step}")),
            );
        }
        let first = *self.first.get_or_insert(loss);
        if loss > self.factor * first.max(self.guessing) {
            let reason = format!(
                "the training loss {} at step {step} is more than {} times {}",
                short(loss),
                self.factor,
                self.beginning(first)
            );
            return Some(self.diverged(step, reason));
        }
        self.last_finite = Some(loss);
        None
    }

    /// What the loss is compared with, in words.
    fn beginning(&self, first: f64) -> String {
        if first >= self.guessing {
            format!("its start {}", short(first))
        } else {
            format!("{}, the loss of guessing among the classes", short(self.guessing))
        }
    }

    /// Checks the loss of an evaluation on `part` after `step` steps.
    pub fn evaluation(&self, part: &str, step: usize, loss: f64) -> Option<Outcome> {
        (!loss.is_finite())
            .then(|| self.diverged(step, format!("the {part} loss is {loss} after step {step}")))
    }

    fn diverged(&self, step: usize, reason: String) -> Outcome {
        Outcome::Diverged { step, reason, last_finite_loss: self.last_finite }
    }
}

/// Four decimals, or an exponent where that would be long.
fn short(loss: f64) -> String {
    if loss < 1e4 { format!("{loss:.4}") } else { format!("{loss:.3e}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_loss_that_is_not_finite_diverges_with_its_step_and_the_last_finite_loss() {
        let mut monitor = LossMonitor::new(1e3, 10);
        assert_eq!(monitor.training(1, 2.5), None);
        let outcome = monitor.training(2, f64::NAN);
        let Some(Outcome::Diverged { step, last_finite_loss, reason }) = outcome else {
            panic!("{outcome:?}")
        };
        assert_eq!((step, last_finite_loss), (2, Some(2.5)));
        assert!(reason.contains("NaN at step 2"), "{reason}");
        assert!(monitor.evaluation("test", 2, f64::INFINITY).is_some());
        assert!(monitor.evaluation("test", 2, 9e9).is_none());
    }

    #[test]
    fn a_loss_diverges_only_above_the_stated_multiple_of_its_start() {
        let mut monitor = LossMonitor::new(10.0, 2);
        assert_eq!(monitor.training(1, 2.0), None);
        assert_eq!(monitor.training(2, 20.0), None);
        assert!(monitor.training(3, 20.1).is_some());
    }

    #[test]
    fn a_first_loss_of_nothing_is_no_yardstick() {
        let mut monitor = LossMonitor::new(1000.0, 2);
        assert_eq!(monitor.training(1, 0.0), None);
        assert_eq!(monitor.training(2, 54.0), None, "a hard batch");
        assert_eq!(monitor.training(3, 693.0), None);
        let mut again = LossMonitor::new(1000.0, 2).resumed([0.0, 693.0]);
        for monitor in [&mut monitor, &mut again] {
            let Some(Outcome::Diverged { reason, .. }) = monitor.training(4, 694.0) else {
                panic!("694 is more than 1000 · ln 2")
            };
            assert_eq!(
                reason,
                "the training loss 694.0000 at step 4 is more than 1000 times 0.6931, the loss of guessing among the classes"
            );
        }
    }

    #[test]
    fn a_first_loss_above_that_of_guessing_decides_alone() {
        for (first, classes) in [(2.5, 10), (10f64.ln(), 10), (0.7, 2)] {
            let mut monitor = LossMonitor::new(10.0, classes);
            assert_eq!(monitor.training(1, first), None);
            assert_eq!(monitor.training(2, 10.0 * first), None);
            assert!(monitor.training(3, 10.01 * first).is_some());
        }
    }

    #[test]
    fn a_first_loss_that_is_not_finite_leaves_no_last_finite_loss() {
        let outcome = LossMonitor::new(10.0, 2).training(1, f64::INFINITY);
        assert!(matches!(outcome, Some(Outcome::Diverged { last_finite_loss: None, .. })));
    }
}
