//! Wall-clock times of trainings.

use crate::record::results::{Results, TrialCurves};
use crate::stats;

/// Seconds of training up to the end of an epoch.
pub(super) fn seconds(trial: &TrialCurves, epoch: usize) -> f64 {
    let until_then = trial.seconds.iter().filter(|row| row.epoch <= epoch);
    until_then.map(|row| row.train_seconds).sum()
}

/// Seconds of training by steps: the median over epochs, since a machine that was held up in one of them
/// tells nothing of what a step costs.
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

/// The trial with placement `none` (the first axis) that differs in nothing else: an axis that means
/// nothing without a norm is empty there.
pub(super) fn without_norm<'a>(
    results: &'a Results,
    trial: &TrialCurves,
) -> Option<&'a TrialCurves> {
    let placement = results
        .axes
        .iter()
        .position(|axis| axis == "norm.placement")?;
    let is_alike = |other: &TrialCurves| {
        let cells = trial.axes.iter().zip(&other.axes).enumerate();
        let mut others = cells.filter(|(axis, _)| *axis != placement);
        others.all(|(_, (one, other))| one == other || other.is_empty())
    };
    results.trials.iter().find(|other| {
        other.replicate == trial.replicate
            && other.outcome == "completed"
            && other.axes.get(placement).is_some_and(|cell| cell == "none")
            && is_alike(other)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::schema::{EpochRow, TimingRow};

    #[test]
    fn an_epoch_in_which_the_machine_was_held_up_does_not_count() {
        let epoch = |epoch: usize| EpochRow {
            epoch,
            step: epoch * 10,
            ..EpochRow::default()
        };
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
