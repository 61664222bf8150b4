//! The curves of one condition's replicates → one line with its band.

use std::collections::BTreeMap;

use super::metric::Metric;
use crate::plot::chart::{Point, Series, Span};
use crate::plot::palette::Key;
use crate::record::results::TrialCurves;
use crate::stats;

/// The confidence of the band around a mean.
const CONFIDENCE: f64 = 0.95;

/// Mean and band of `metric` over the completed trials, from epoch `first` on, and the epochs at
/// which the others diverged. The marks' heights are set once the axis is known.
pub(super) fn series(
    label: &str,
    key: Key,
    trials: &[&TrialCurves],
    metric: Metric,
    first: usize,
) -> Series {
    let mut points = Vec::new();
    let mut band = Vec::new();
    for (epoch, values) in values_by_epoch(trials, metric, first) {
        let x = epoch as f64;
        let Some(y) = stats::mean(&values).filter(|mean| mean.is_finite()) else {
            continue;
        };
        points.push(Point { x, y });
        band.extend(spread(&values, metric).map(|(low, high)| Span { x, low, high }));
    }
    Series {
        label: label.to_owned(),
        key,
        points,
        band,
        ended: diverged(trials),
        ..Series::default()
    }
}

/// How many values of completed trials are not finite, and so in no line.
pub(super) fn not_finite(trials: &[&TrialCurves], metric: Metric) -> usize {
    completed(trials)
        .flat_map(|trial| &trial.epochs)
        .filter_map(|row| metric.value(row))
        .filter(|value| !value.is_finite())
        .count()
}

/// The trials that ran to their end.
pub(super) fn completed<'a>(trials: &'a [&TrialCurves]) -> impl Iterator<Item = &'a TrialCurves> {
    trials
        .iter()
        .copied()
        .filter(|trial| trial.outcome == "completed")
}

fn values_by_epoch(
    trials: &[&TrialCurves],
    metric: Metric,
    first: usize,
) -> BTreeMap<usize, Vec<f64>> {
    let mut by_epoch: BTreeMap<usize, Vec<f64>> = BTreeMap::new();
    for row in completed(trials).flat_map(|trial| &trial.epochs) {
        let value = metric.value(row).filter(|value| value.is_finite());
        if let Some(value) = value.filter(|_| row.epoch >= first) {
            by_epoch.entry(row.epoch).or_default().push(value);
        }
    }
    by_epoch
}

/// The band at one epoch: none for one replicate, the two themselves for two, and from three on
/// the t interval of the mean, cut where the metric itself ends.
fn spread(values: &[f64], metric: Metric) -> Option<(f64, f64)> {
    let (low, high) = match values.len() {
        0 | 1 => return None,
        2 => (stats::minimum(values)?, stats::maximum(values)?),
        _ => {
            let interval = stats::t_interval(values, CONFIDENCE)?;
            (interval.low, interval.high)
        }
    };
    let bounds = metric.bounds();
    let (low, high) = (low.max(bounds.low), high.min(bounds.high));
    (low.is_finite() && high.is_finite()).then_some((low, high))
}

fn diverged(trials: &[&TrialCurves]) -> Vec<Point> {
    let steps = trials.iter().find_map(|trial| steps_an_epoch(trial));
    trials
        .iter()
        .filter(|trial| trial.outcome == "diverged")
        .map(|trial| Point {
            x: ended_at(trial, steps),
            y: 0.0,
        })
        .collect()
}

/// Optimiser steps an epoch, from the first trained epoch.
fn steps_an_epoch(trial: &TrialCurves) -> Option<f64> {
    let row = trial
        .epochs
        .iter()
        .find(|row| row.epoch > 0 && row.step > 0)?;
    Some(row.step as f64 / row.epoch as f64)
}

/// The epoch, a fraction where it can be told, at which a diverged trial ended: at most one after
/// its last complete epoch.
fn ended_at(trial: &TrialCurves, steps_an_epoch: Option<f64>) -> f64 {
    let last = trial.epochs.last().map_or(0, |row| row.epoch) as f64;
    match (trial.diverged_step, steps_an_epoch) {
        (Some(step), Some(steps)) => (step as f64 / steps).clamp(last, last + 1.0),
        _ => last,
    }
}
