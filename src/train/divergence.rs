//! When a loss has left all bounds.

use crate::event::Outcome;

/// Watches the losses of one trial.
#[derive(Debug, Clone)]
pub struct Watch {
    factor: f64,
    first: Option<f64>,
    last_finite: Option<f64>,
}

impl Watch {
    /// Calls a trial diverged when a training loss is above `factor` times its first, or when any
    /// loss is not finite.
    pub fn new(factor: f64) -> Self {
        Self {
            factor,
            first: None,
            last_finite: None,
        }
    }

    /// Goes on watching after `[first, last]`, the losses of the first step and of the latest.
    pub fn going_on(factor: f64, [first, last]: [f64; 2]) -> Self {
        Self {
            factor,
            first: Some(first),
            last_finite: Some(last),
        }
    }

    /// The losses of the first step and of the latest that did not diverge, if there was one.
    pub fn losses(&self) -> [Option<f64>; 2] {
        [self.first, self.last_finite]
    }

    /// Looks at the loss of training step `step`.
    pub fn training(&mut self, step: usize, loss: f64) -> Option<Outcome> {
        if !loss.is_finite() {
            return Some(
                self.diverged(step, format!("the training loss is {loss} at step {step}")),
            );
        }
        let first = *self.first.get_or_insert(loss);
        if loss > self.factor * first {
            let (loss, first) = (short(loss), short(first));
            let reason = format!(
                "the training loss {loss} at step {step} is more than {} times its start {first}",
                self.factor
            );
            return Some(self.diverged(step, reason));
        }
        self.last_finite = Some(loss);
        None
    }

    /// Looks at the loss of an evaluation on `part` after `step` steps.
    pub fn evaluation(&self, part: &str, step: usize, loss: f64) -> Option<Outcome> {
        (!loss.is_finite())
            .then(|| self.diverged(step, format!("the {part} loss is {loss} after step {step}")))
    }

    fn diverged(&self, step: usize, reason: String) -> Outcome {
        Outcome::Diverged {
            step,
            reason,
            last_finite_loss: self.last_finite,
        }
    }
}

/// Four digits behind the point, or an exponent where that would be long.
fn short(loss: f64) -> String {
    if loss < 1e4 {
        format!("{loss:.4}")
    } else {
        format!("{loss:.3e}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_loss_that_is_not_finite_diverges_with_its_step_and_the_last_finite_loss() {
        let mut watch = Watch::new(1e3);
        assert_eq!(watch.training(1, 2.5), None);
        let outcome = watch.training(2, f64::NAN);
        let Some(Outcome::Diverged {
            step,
            last_finite_loss,
            reason,
        }) = outcome
        else {
            panic!("{outcome:?}")
        };
        assert_eq!((step, last_finite_loss), (2, Some(2.5)));
        assert!(reason.contains("NaN at step 2"), "{reason}");
        assert!(watch.evaluation("test", 2, f64::INFINITY).is_some());
        assert!(watch.evaluation("test", 2, 9e9).is_none());
    }

    #[test]
    fn a_loss_diverges_only_above_the_stated_multiple_of_its_start() {
        let mut watch = Watch::new(10.0);
        assert_eq!(watch.training(1, 2.0), None);
        assert_eq!(watch.training(2, 20.0), None);
        assert!(watch.training(3, 20.1).is_some());
    }

    #[test]
    fn a_first_loss_that_is_not_finite_leaves_no_last_finite_loss() {
        let outcome = Watch::new(10.0).training(1, f64::INFINITY);
        assert!(matches!(
            outcome,
            Some(Outcome::Diverged {
                last_finite_loss: None,
                ..
            })
        ));
    }
}
