//! The scores of one condition, for figures with one number for each trial.

use super::arrangement::axis_name;
use super::axes::{Kind, Quantity};
use super::request::Absent;
use super::series;
use crate::compare::metric::{METRICS, Metric, Scorer, Unit};
use crate::compare::unknown;
use crate::results::query::TrialCurves;
use crate::stats::{self, Score};
use crate::units::capitalised;

/// The scores of one condition, in the unit for people.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Scores {
    /// Known scores.
    pub(super) values: Vec<f64>,
    /// Lower bounds of scores that are known to be larger.
    pub(super) beyond: Vec<f64>,
    /// Number of trials that diverged.
    pub(super) diverged: usize,
}

impl Scores {
    /// The scores of these trials.
    pub(super) fn of(by: &Scorer<'_>, trials: &[&TrialCurves]) -> Self {
        let mut scores = Self::default();
        let scale = by.metric().unit.scale();
        for trial in trials {
            match by.score(trial) {
                Some(Score::Value(value)) => scores.values.push(value * scale),
                Some(Score::Beyond(value)) => scores.beyond.push(value * scale),
                Some(Score::Diverged) => scores.diverged += 1,
                None => {}
            }
        }
        scores
    }

    /// Number of trials that have a score or diverged.
    pub(super) fn ended(&self) -> usize {
        self.values.len() + self.beyond.len() + self.diverged
    }

    /// The mean of known scores; `None` where a target was not reached, since without the longest
    /// times it would be too good.
    fn mean(&self) -> Option<f64> {
        let known: &[f64] = if self.beyond.is_empty() { &self.values } else { &[] };
        stats::mean(known)
    }

    /// The average: for times to a target the median by Kaplan and Meier, for any other metric
    /// the mean.
    pub(super) fn middle(&self, metric: Metric) -> Option<f64> {
        if !metric.is_waited_for() {
            return self.mean();
        }
        let reached = self.values.iter().map(|&value| Score::Value(value));
        let beyond = self.beyond.iter().map(|&value| Score::Beyond(value));
        let never = std::iter::repeat_n(Score::Diverged, self.diverged);
        stats::median_time(&reached.chain(beyond).chain(never).collect::<Vec<_>>())
    }

    /// The interval of the mean; a median of times has none.
    pub(super) fn spread(&self, metric: Metric) -> Option<(f64, f64)> {
        if metric.is_waited_for() {
            return None;
        }
        self.mean()?;
        series::spread(&self.values, quantity(metric).bounds)
    }
}

/// The metric of this name; an error that suggests a similar one.
pub(super) fn named(name: &str) -> Result<Metric, Absent> {
    Metric::named(name).map_err(|_| {
        let names = METRICS.map(|metric| metric.name);
        Absent(unknown("metric", name, &names))
    })
}

/// The label of an axis, with the unit: `Test accuracy (%)`; `Epochs to target` contains it.
pub(super) fn label(metric: Metric) -> String {
    if metric.name.starts_with(metric.unit.name()) {
        return words(metric);
    }
    format!("{} ({})", words(metric), metric.unit.shown())
}

/// The metric in words: `Test accuracy`.
pub(super) fn words(metric: Metric) -> String {
    capitalised(&axis_name(metric.name))
}

/// The quantity of its axis.
pub(super) fn quantity(metric: Metric) -> Quantity {
    let kind = match metric.unit {
        _ if metric.is_signed() => Kind::Plain,
        Unit::Share => Kind::Accuracy,
        Unit::Nats => Kind::Loss,
        _ => Kind::FromZero,
    };
    Quantity {
        is_count: matches!(metric.unit, Unit::Epochs | Unit::Steps),
        ..Quantity::new(&label(metric), kind)
    }
}
