//! What the trials of one condition scored, for figures of one number a trial.

use super::arrangement::axis_name;
use super::axes::{Kind, Quantity};
use super::request::Absent;
use super::series;
use crate::compare::metric::{METRICS, Metric, Scorer, Unit};
use crate::compare::unknown;
use crate::results::query::TrialCurves;
use crate::stats::{self, Score};
use crate::units::capitalised;

/// The scores of one condition, in the unit that people read.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Scores {
    /// Those with a number.
    pub(super) values: Vec<f64>,
    /// Those of which only a lower bound is known.
    pub(super) beyond: Vec<f64>,
    /// How many diverged.
    pub(super) diverged: usize,
}

impl Scores {
    /// Of these trials.
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

    /// Over those with a number; none where a time was waited for in vain, since without the longest
    /// ones it would flatter.
    fn mean(&self) -> Option<f64> {
        let known: &[f64] = if self.beyond.is_empty() { &self.values } else { &[] };
        stats::mean(known)
    }

    /// What stands for all of them: of times to a target the median by Kaplan and Meier, of any other metric
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

/// The metric of this name; an error that suggests one.
pub(super) fn named(name: &str) -> Result<Metric, Absent> {
    Metric::named(name).map_err(|_| {
        let names = METRICS.map(|metric| metric.name);
        Absent(unknown("metric", name, &names))
    })
}

/// As an axis names it, with its unit: `Test accuracy (%)`; `Epochs to target` has it in its name.
pub(super) fn label(metric: Metric) -> String {
    if metric.name.starts_with(metric.unit.name()) {
        return words(metric);
    }
    format!("{} ({})", words(metric), metric.unit.shown())
}

/// By words: `Test accuracy`.
pub(super) fn words(metric: Metric) -> String {
    capitalised(&axis_name(metric.name))
}

/// Its axis.
pub(super) fn quantity(metric: Metric) -> Quantity {
    let kind = match metric.unit {
        Unit::Share => Kind::Accuracy,
        Unit::Nats => Kind::Loss,
        _ => Kind::FromZero,
    };
    Quantity {
        is_count: matches!(metric.unit, Unit::Epochs | Unit::Steps),
        ..Quantity::new(&label(metric), kind)
    }
}
