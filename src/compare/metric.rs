//! What may be compared: each figure by its name, with its unit, and what one training scored.

use super::unknown;
use crate::error::{Error, Result};
use crate::record::results::{Results, TrialCurves};
use crate::record::schema::EpochRow;
use crate::stats::{self, Score};

/// What a metric is counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// From 0 to 1; people read percentage points.
    Share,
    /// Of cross-entropy.
    Nats,
    /// Passes over the training set.
    Epochs,
    /// Optimiser steps.
    Steps,
    /// Wall-clock seconds of training; evaluation is no part of them.
    Seconds,
    /// Multiples of what the network without a norm takes.
    Ratio,
}

impl Unit {
    /// By its name in files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Share => "share",
            Self::Nats => "nats",
            Self::Epochs => "epochs",
            Self::Steps => "steps",
            Self::Seconds => "seconds",
            Self::Ratio => "ratio",
        }
    }

    /// As people read it.
    pub fn shown(self) -> &'static str {
        match self {
            Self::Share => "%",
            Self::Ratio => "×",
            other => other.name(),
        }
    }

    /// As people read a difference.
    pub fn of_differences(self) -> &'static str {
        match self {
            Self::Share => "points",
            other => other.shown(),
        }
    }

    /// What a number is multiplied by before people read it.
    pub fn scale(self) -> f64 {
        if self == Self::Share { 100.0 } else { 1.0 }
    }
}

/// Differences that do not matter.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Margin {
    /// Up to this, in the metric's unit.
    Absolute(f64),
    /// Up to this share of the mean of both sides.
    OfMean(f64),
}

/// A figure of a training.
#[derive(Debug, Clone, Copy)]
pub struct Metric {
    /// By which it is asked for.
    pub name: &'static str,
    /// What it is counted in.
    pub unit: Unit,
    of: Reading,
}

/// Where a metric comes from.
#[derive(Debug, Clone, Copy)]
enum Reading {
    /// The last epoch.
    Last(fn(&EpochRow) -> Option<f64>),
    /// The first of the epochs with the highest validation accuracy.
    Best(fn(&EpochRow) -> Option<f64>),
    /// The mean height of the curve against epochs.
    Area(fn(&EpochRow) -> Option<f64>),
    /// How far it had come when an evaluation first showed the target.
    ToTarget(fn(&TrialCurves, &EpochRow) -> f64),
    /// Seconds of training a step.
    StepTime,
    /// Likewise, by those of the network without a norm in the same setting and replicate.
    RelativeStepTime,
}

/// Every metric.
pub const METRICS: [Metric; 15] = [
    metric(
        "test_accuracy",
        Unit::Share,
        Reading::Last(|row| Some(row.test_accuracy)),
    ),
    metric(
        "validation_accuracy",
        Unit::Share,
        Reading::Last(|row| row.validation_accuracy),
    ),
    metric(
        "train_accuracy",
        Unit::Share,
        Reading::Last(|row| row.train_accuracy),
    ),
    metric(
        "test_loss",
        Unit::Nats,
        Reading::Last(|row| Some(row.test_loss)),
    ),
    metric(
        "validation_loss",
        Unit::Nats,
        Reading::Last(|row| row.validation_loss),
    ),
    metric(
        "train_loss",
        Unit::Nats,
        Reading::Last(|row| row.train_loss),
    ),
    metric(
        "best_test_accuracy",
        Unit::Share,
        Reading::Best(|row| Some(row.test_accuracy)),
    ),
    metric(
        "best_validation_accuracy",
        Unit::Share,
        Reading::Best(|row| row.validation_accuracy),
    ),
    metric(
        "test_accuracy_area",
        Unit::Share,
        Reading::Area(|row| Some(row.test_accuracy)),
    ),
    metric(
        "validation_accuracy_area",
        Unit::Share,
        Reading::Area(|row| row.validation_accuracy),
    ),
    metric(
        "epochs_to_target",
        Unit::Epochs,
        Reading::ToTarget(|_, row| row.epoch as f64),
    ),
    metric(
        "steps_to_target",
        Unit::Steps,
        Reading::ToTarget(|_, row| row.step as f64),
    ),
    metric(
        "seconds_to_target",
        Unit::Seconds,
        Reading::ToTarget(|trial, row| seconds(trial, row.epoch)),
    ),
    metric("seconds_per_step", Unit::Seconds, Reading::StepTime),
    metric(
        "relative_seconds_per_step",
        Unit::Ratio,
        Reading::RelativeStepTime,
    ),
];

const fn metric(name: &'static str, unit: Unit, of: Reading) -> Metric {
    Metric { name, unit, of }
}

impl Metric {
    /// The metric of this name; otherwise an error that suggests one.
    pub fn named(name: &str) -> Result<Self> {
        let found = METRICS.into_iter().find(|metric| metric.name == name);
        let names = METRICS.map(|metric| metric.name);
        found.ok_or_else(|| Error::Usage(unknown("metric", name, &names)))
    }

    /// Whether more of it is better: of accuracies alone.
    pub fn higher_is_better(self) -> bool {
        self.unit == Unit::Share
    }

    /// Whether it is a time until something happens, which may not have happened yet.
    pub fn is_waited_for(self) -> bool {
        matches!(self.of, Reading::ToTarget(_))
    }

    /// The margin where none is given: 0.2 percentage points, about the standard error of an accuracy of
    /// 96 % on 10 000 examples; 0.01 nats; a twentieth of what takes time.
    pub fn margin(self) -> Margin {
        match self.unit {
            Unit::Share => Margin::Absolute(0.002),
            Unit::Nats => Margin::Absolute(0.01),
            _ => Margin::OfMean(0.05),
        }
    }

    /// What a trial scored. One that diverged did so, whatever it had reached before. `None` where it
    /// has not ended or failed, and where this figure is not measured.
    pub fn score(self, results: &Results, trial: &TrialCurves) -> Option<Score> {
        match trial.outcome.as_str() {
            "diverged" => Some(Score::Diverged),
            "completed" => self.measured(results, trial).filter(is_finite),
            _ => None,
        }
    }

    fn measured(self, results: &Results, trial: &TrialCurves) -> Option<Score> {
        let rows = &trial.epochs;
        match self.of {
            Reading::Last(of) => rows.last().and_then(of).map(Score::Value),
            Reading::Best(of) => best(rows).and_then(of).map(Score::Value),
            Reading::Area(of) => {
                let points = rows.iter().map(|row| Some((row.epoch as f64, of(row)?)));
                stats::mean_height(&points.collect::<Option<Vec<_>>>()?).map(Score::Value)
            }
            Reading::ToTarget(of) => {
                let score = |row: &EpochRow| row.validation_accuracy.unwrap_or(row.test_accuracy);
                match rows
                    .iter()
                    .find(|row| score(row) >= results.target_accuracy)
                {
                    Some(row) => Some(Score::Value(of(trial, row))),
                    None => rows.last().map(|row| Score::Beyond(of(trial, row))),
                }
            }
            Reading::StepTime => seconds_per_step(trial).map(Score::Value),
            Reading::RelativeStepTime => {
                let without = without_norm(results, trial).and_then(seconds_per_step)?;
                seconds_per_step(trial).map(|with| Score::Value(with / without))
            }
        }
    }
}

fn is_finite(score: &Score) -> bool {
    match score {
        Score::Value(value) | Score::Beyond(value) => value.is_finite(),
        Score::Diverged => true,
    }
}

fn best(rows: &[EpochRow]) -> Option<&EpochRow> {
    let trained = rows.iter().filter(|row| row.epoch > 0);
    let rated = trained.filter_map(|row| Some((row.validation_accuracy?, row)));
    let best = rated.reduce(|best, next| if next.0 > best.0 { next } else { best });
    best.map(|(_, row)| row)
}

/// Seconds of training up to the end of an epoch.
fn seconds(trial: &TrialCurves, epoch: usize) -> f64 {
    let until_then = trial.seconds.iter().filter(|row| row.epoch <= epoch);
    until_then.map(|row| row.train_seconds).sum()
}

fn seconds_per_step(trial: &TrialCurves) -> Option<f64> {
    let last = trial.epochs.last().filter(|row| row.step > 0)?;
    Some(seconds(trial, last.epoch) / last.step as f64)
}

/// The trial with placement `none` (the first axis) that differs in nothing else: an axis that means
/// nothing without a norm is empty there.
fn without_norm<'a>(results: &'a Results, trial: &TrialCurves) -> Option<&'a TrialCurves> {
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
