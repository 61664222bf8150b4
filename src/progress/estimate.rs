//! Estimates how much of a sweep is finished, and how long the rest will take.

use std::collections::HashMap;

/// The finished share of a sweep, by optimiser steps; every trial has the same weight until it starts.
#[derive(Debug, Default)]
pub(super) struct Estimate {
    pub(super) trials: usize,
    pub(super) ended: usize,
    /// Steps taken and total steps of each running trial, by its id.
    running: HashMap<String, (usize, usize)>,
}

impl Estimate {
    pub(super) fn new(trials: usize) -> Self {
        Self { trials, ..Self::default() }
    }

    pub(super) fn started(&mut self, id: &str, steps: usize) {
        self.running.insert(id.to_owned(), (0, steps));
    }

    pub(super) fn stepped(&mut self, id: &str, step: usize) {
        if let Some(progress) = self.running.get_mut(id) {
            progress.0 = step;
        }
    }

    pub(super) fn end(&mut self, id: &str) {
        self.running.remove(id);
        self.ended += 1;
    }

    /// The finished share, from 0 to 1.
    pub(super) fn share(&self) -> f64 {
        let partial: f64 =
            self.running.values().map(|&(done, planned)| done as f64 / planned.max(1) as f64).sum();
        (self.ended as f64 + partial) / self.trials.max(1) as f64
    }

    /// Seconds left at the average speed so far, after `elapsed` seconds; `None` before anything is finished.
    pub(super) fn seconds_left(&self, elapsed: f64) -> Option<f64> {
        let share = self.share();
        (share > 0.0).then(|| elapsed * (1.0 - share) / share)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_left_follows_from_the_share_that_is_done() {
        let mut estimate = Estimate::new(4);
        assert_eq!(estimate.seconds_left(3.0), None);
        estimate.started("a", 10);
        estimate.started("b", 20);
        estimate.stepped("a", 5);
        assert!((estimate.share() - 0.125).abs() < 1e-12);
        estimate.end("a");
        estimate.stepped("b", 20);
        assert!((estimate.share() - 0.5).abs() < 1e-12);
        assert_eq!(estimate.seconds_left(30.0), Some(30.0));
    }
}
