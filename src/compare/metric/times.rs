//! Wall-clock times of trainings.

use crate::record::results::{Results, TrialCurves};

/// Seconds of training up to the end of an epoch.
pub(super) fn seconds(trial: &TrialCurves, epoch: usize) -> f64 {
    let until_then = trial.seconds.iter().filter(|row| row.epoch <= epoch);
    until_then.map(|row| row.train_seconds).sum()
}

/// Seconds of training by steps.
pub(super) fn seconds_per_step(trial: &TrialCurves) -> Option<f64> {
    let last = trial.epochs.last().filter(|row| row.step > 0)?;
    Some(seconds(trial, last.epoch) / last.step as f64)
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
