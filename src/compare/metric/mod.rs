//! The metrics that can be compared: name, unit, and the score of one training.

mod layers;
mod list;
mod times;
mod unit;

use std::cell::RefCell;

pub use list::METRICS;
pub use unit::{Margin, Unit};

use crate::compare::names::unknown;
use crate::error::{Error, Result};
use crate::results::format::schema::EpochRow;
use crate::results::query::{LayerSeries, Results, TrialCurves, TrialStatus};
use crate::stats::{self, Score};

/// A metric of a training.
#[derive(Debug, Clone, Copy)]
pub struct Metric {
    /// The name by which it is selected.
    pub name: &'static str,
    /// The unit of the values.
    pub unit: Unit,
    higher_is_better: bool,
    is_signed: bool,
    margin: Margin,
    of: Reading,
}

/// How a metric is computed.
#[derive(Debug, Clone, Copy)]
enum Reading {
    /// From the last epoch.
    Last(fn(&EpochRow) -> Option<f64>),
    /// From the first of the epochs with the highest validation accuracy.
    Best(fn(&EpochRow) -> Option<f64>),
    /// The mean of the curve over epochs.
    Area(fn(&EpochRow) -> Option<f64>),
    /// The progress of training when an evaluation first reached the target.
    ToTarget(fn(&TrialCurves, &EpochRow) -> f64),
    /// Seconds of training per step.
    StepTime,
    /// Seconds per step relative to the network without a norm in the same setting and replicate.
    RelativeStepTime,
    /// From probes, with the quantities of `layers.csv` that it uses.
    Layers(fn(&[LayerSeries], &[&str]) -> Option<f64>, &'static [&'static str]),
}

impl Metric {
    /// The metric of this name; otherwise an error that suggests a similar one.
    pub fn named(name: &str) -> Result<Self> {
        let found = METRICS.into_iter().find(|metric| metric.name == name);
        let names = METRICS.map(|metric| metric.name);
        found.ok_or_else(|| Error::Usage(unknown("metric", name, &names)))
    }

    /// Whether a higher value is better.
    pub fn higher_is_better(self) -> bool {
        self.higher_is_better
    }

    /// The quantities of `layers.csv` that it is computed from; without them nothing is measured.
    pub fn needs(self) -> &'static [&'static str] {
        match self.of {
            Reading::Layers(_, needs) => needs,
            _ => &[],
        }
    }

    /// Whether it may be below 0: a difference of two scores, or a cosine.
    pub fn is_signed(self) -> bool {
        self.is_signed
    }

    /// Whether it is a share of correctly classified examples.
    pub fn is_accuracy(self) -> bool {
        self.unit == Unit::Share && self.higher_is_better
    }

    /// Whether it is a time until an event, which may not have happened.
    pub fn is_waited_for(self) -> bool {
        matches!(self.of, Reading::ToTarget(_))
    }

    /// Whether it depends on how the experiment evaluates networks.
    pub fn is_evaluated(self) -> bool {
        let is_inside =
            matches!(self.of, Reading::StepTime | Reading::RelativeStepTime | Reading::Layers(..));
        let others = ["train_", "running_", "precise_", "batch_"];
        !is_inside && !others.iter().any(|start| self.name.starts_with(start))
    }

    /// The metric's default margin.
    pub fn margin(self) -> Margin {
        self.margin
    }

    /// The metric of a reach: the largest value of an axis, in powers of ten, at which this metric is good enough.
    pub(super) fn reach(self) -> Self {
        Self { unit: Unit::Decades, higher_is_better: true, margin: unit::DECADES, ..self }
    }

    /// The metric of a spread: the distance between two scores of this metric; less is better.
    pub(super) fn spread(self) -> Self {
        Self { higher_is_better: false, ..self }
    }

    /// A scorer of these results by this metric. What a score is relative to is that of the whole experiment.
    pub fn scorer(self, results: &Results) -> Scorer<'_> {
        let results = results.whole.as_ref().map_or(results, |whole| &whole.results);
        Scorer {
            metric: self,
            target: results.target_accuracy,
            without_norm: match self.of {
                Reading::RelativeStepTime => times::WithoutNorm::of(results),
                _ => None,
            }
            .map(RefCell::new),
        }
    }

    /// The smallest difference that a training can show: for times until an evaluation, the longest time
    /// between two evaluations; 0 for values that are measured directly.
    pub fn resolution(self, trial: &TrialCurves) -> f64 {
        let Reading::ToTarget(of) = self.of else {
            return 0.0;
        };
        let between = trial.epochs.windows(2);
        let between = between.map(|rows| of(trial, &rows[1]) - of(trial, &rows[0]));
        between.fold(0.0, f64::max)
    }
}

/// Computes the scores of the trials of a folder; it indexes the folder once.
#[derive(Debug)]
pub struct Scorer<'r> {
    metric: Metric,
    target: f64,
    /// Filled when trials are scored.
    without_norm: Option<RefCell<times::WithoutNorm<'r>>>,
}

impl Scorer<'_> {
    /// The metric that it computes.
    pub fn metric(&self) -> Metric {
        self.metric
    }

    /// The score of a trial; diverged if the trial did, whatever it had reached before. `None` where it
    /// has not ended or failed, and where the metric was not measured.
    pub fn score(&self, trial: &TrialCurves) -> Option<Score> {
        match trial.status {
            TrialStatus::Diverged => Some(Score::Diverged),
            TrialStatus::Completed => self.measured(trial).filter(is_finite),
            _ => None,
        }
    }

    fn measured(&self, trial: &TrialCurves) -> Option<Score> {
        let rows = &trial.epochs;
        match self.metric.of {
            Reading::Last(of) => rows.last().and_then(of).map(Score::Value),
            Reading::Best(of) => best(rows).and_then(of).map(Score::Value),
            Reading::Area(of) => {
                let points = rows.iter().map(|row| Some((row.epoch as f64, of(row)?)));
                stats::mean_height(&points.collect::<Option<Vec<_>>>()?).map(Score::Value)
            }
            Reading::ToTarget(of) => {
                let score = |row: &EpochRow| row.validation.accuracy.unwrap_or(row.test.accuracy);
                match rows.iter().find(|row| score(row) >= self.target) {
                    Some(row) => Some(Score::Value(of(trial, row))),
                    None => rows.last().map(|row| Score::Beyond(of(trial, row))),
                }
            }
            Reading::StepTime => times::seconds_per_step(trial).map(Score::Value),
            Reading::RelativeStepTime => {
                let without = self.without_norm.as_ref()?.borrow_mut().like(trial);
                let without = without.and_then(times::seconds_per_step)?;
                times::seconds_per_step(trial).map(|with| Score::Value(with / without))
            }
            Reading::Layers(of, needs) => of(&trial.layers, needs).map(Score::Value),
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
    let rated = trained.filter_map(|row| Some((row.validation.accuracy?, row)));
    let best = rated.reduce(|best, next| if next.0 > best.0 { next } else { best });
    best.map(|(_, row)| row)
}
