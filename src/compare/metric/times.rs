//! Wall-clock times of training.

use std::collections::BTreeMap;

use crate::compare::meeting::Meeting;
use crate::results::query::{Results, TrialCurves, TrialStatus};
use crate::stats;

/// Seconds of training up to the end of an epoch.
pub(super) fn seconds(trial: &TrialCurves, epoch: usize) -> f64 {
    let until_then = trial.seconds.iter().filter(|row| row.epoch <= epoch);
    until_then.map(|row| row.train_seconds).sum()
}

/// Seconds of training per step: the median over epochs, so that an epoch in which the machine was busy
/// does not affect it.
pub(super) fn seconds_per_step(trial: &TrialCurves) -> Option<f64> {
    let (mut costs, mut before) = (Vec::new(), 0);
    for row in &trial.epochs {
        let steps = row.step.saturating_sub(before);
        before = row.step;
        let time = trial.seconds.iter().find(|time| time.epoch == row.epoch);
        if let Some(time) = time.filter(|_| steps > 0) {
            costs.push(time.train_seconds / steps as f64);
        }
    }
    stats::median(&costs)
}

/// The trials without a norm, to find for each other trial the one that differs in nothing else.
#[derive(Debug)]
pub(super) struct WithoutNorm<'r> {
    /// The axis of the placement.
    placement: usize,
    trials: Vec<&'r TrialCurves>,
    /// The cells of these trials except the placement, by replicate, with the positions of the trials.
    found: BTreeMap<u64, (Meeting<'r>, Vec<usize>)>,
}

impl<'r> WithoutNorm<'r> {
    /// Indexes these results; `None` where the placement is not an axis.
    pub(super) fn of(results: &'r Results) -> Option<Self> {
        let mut axes = results.axes.iter();
        let placement = axes.position(|axis| axis == "norm.placement")?;
        let is_one = |trial: &&TrialCurves| {
            let cell = trial.axes.get(placement);
            trial.status == TrialStatus::Completed && cell.is_some_and(|cell| cell == "none")
        };
        let trials: Vec<&TrialCurves> = results.trials.iter().filter(is_one).collect();
        let mut found: BTreeMap<u64, (Meeting<'r>, Vec<usize>)> = BTreeMap::new();
        for (at, trial) in trials.iter().enumerate() {
            let (meeting, places) = found.entry(trial.replicate).or_default();
            meeting.push(others(trial, placement));
            places.push(at);
        }
        Some(Self { placement, trials, found })
    }

    /// The first one that differs from `trial` in nothing else: an axis that does not apply without a norm
    /// is empty there.
    pub(super) fn like(&mut self, trial: &TrialCurves) -> Option<&'r TrialCurves> {
        let cells = others(trial, self.placement);
        let (meeting, places) = self.found.get_mut(&trial.replicate)?;
        let is_alike = |other: &&TrialCurves| {
            let pairs = cells.iter().zip(others(other, self.placement));
            let mut pairs = pairs.map(|(one, other)| *one == other || other.is_empty());
            pairs.all(|alike| alike)
        };
        let met = meeting.of(&cells).into_iter();
        met.map(|at| self.trials[places[at]]).find(is_alike)
    }
}

/// All cells except that of the placement.
fn others(trial: &TrialCurves, placement: usize) -> Vec<&str> {
    let cells = trial.axes.iter().enumerate();
    let others = cells.filter(|(axis, _)| *axis != placement);
    others.map(|(_, cell)| cell.as_str()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::format::schema::{EpochRow, TimingRow};

    #[test]
    fn an_epoch_in_which_the_machine_was_held_up_does_not_count() {
        let epoch = |epoch: usize| EpochRow { epoch, step: epoch * 10, ..EpochRow::default() };
        let took = |(index, seconds): (usize, &f64)| TimingRow {
            epoch: index + 1,
            train_seconds: *seconds,
            evaluation_seconds: 1.0,
        };
        let trial = TrialCurves {
            epochs: (0..=3).map(epoch).collect(),
            seconds: [0.2, 100.0, 0.4].iter().enumerate().map(took).collect(),
            ..TrialCurves::default()
        };
        let cost = seconds_per_step(&trial).expect("timed");
        assert!((cost - 0.04).abs() < 1e-12, "{cost}");
        assert_eq!(seconds_per_step(&TrialCurves::default()), None);
    }
}
