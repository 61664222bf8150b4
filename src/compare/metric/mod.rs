//! What may be compared: each metric by its name, with its unit, and what one training scored.

mod layers;
mod list;
mod times;
mod unit;

use std::cell::RefCell;

pub use list::METRICS;
pub use unit::{Margin, Unit};

use super::unknown;
use crate::error::{Error, Result};
use crate::results::format::schema::EpochRow;
use crate::results::query::{LayerSeries, Results, TrialCurves, TrialStatus};
use crate::stats::{self, Score};

/// A metric of a training.
#[derive(Debug, Clone, Copy)]
pub struct Metric {
    /// By which it is asked for.
    pub name: &'static str,
    /// What it is counted in.
    pub unit: Unit,
    higher_is_better: bool,
    margin: Margin,
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
    /// What probes read, and the quantities of `layers.csv` that it takes.
    Layers(fn(&[LayerSeries], &[&str]) -> Option<f64>, &'static [&'static str]),
}

impl Metric {
    /// The metric of this name; otherwise an error that suggests one.
    pub fn named(name: &str) -> Result<Self> {
        let found = METRICS.into_iter().find(|metric| metric.name == name);
        let names = METRICS.map(|metric| metric.name);
        found.ok_or_else(|| Error::Usage(unknown("metric", name, &names)))
    }

    /// Whether more of it is better.
    pub fn higher_is_better(self) -> bool {
        self.higher_is_better
    }

    /// The quantities of `layers.csv` that it is made of: read them, or nothing is measured.
    pub fn needs(self) -> &'static [&'static str] {
        match self.of {
            Reading::Layers(_, needs) => needs,
            _ => &[],
        }
    }

    /// Whether it is a share of examples that were classified correctly.
    pub fn is_accuracy(self) -> bool {
        self.unit == Unit::Share && self.higher_is_better
    }

    /// Whether it is a time until something happens, which may not have happened yet.
    pub fn is_waited_for(self) -> bool {
        matches!(self.of, Reading::ToTarget(_))
    }

    /// Whether it is made of scores that were taken as the experiment evaluates.
    pub fn is_evaluated(self) -> bool {
        let is_inside =
            matches!(self.of, Reading::StepTime | Reading::RelativeStepTime | Reading::Layers(..));
        let others = ["train_", "running_", "precise_", "batch_"];
        !is_inside && !others.iter().any(|start| self.name.starts_with(start))
    }

    /// The margin where none is given.
    pub fn margin(self) -> Margin {
        self.margin
    }

    /// The largest value of an axis, in powers of ten, at which this metric is good enough.
    pub(super) fn reach(self) -> Self {
        Self { unit: Unit::Decades, higher_is_better: true, margin: unit::DECADES, ..self }
    }

    /// The distance between two scores of this metric: less is steadier.
    pub(super) fn spread(self) -> Self {
        Self { higher_is_better: false, ..self }
    }

    /// What computes the scores of these results by this metric.
    pub fn scorer(self, results: &Results) -> Scorer<'_> {
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

    /// The smallest difference that a training shows: of times until an evaluation shows something, the longest time
    /// from one to the next; 0 for what is measured as such.
    pub fn resolution(self, trial: &TrialCurves) -> f64 {
        let Reading::ToTarget(of) = self.of else {
            return 0.0;
        };
        let between = trial.epochs.windows(2);
        let between = between.map(|rows| of(trial, &rows[1]) - of(trial, &rows[0]));
        between.fold(0.0, f64::max)
    }
}

/// Computes the scores of the trials of a folder, through which it has looked once.
#[derive(Debug)]
pub struct Scorer<'r> {
    metric: Metric,
    target: f64,
    /// Filled as trials are looked up.
    without_norm: Option<RefCell<times::WithoutNorm<'r>>>,
}

impl Scorer<'_> {
    /// By which it scores.
    pub fn metric(&self) -> Metric {
        self.metric
    }

    /// What a trial scored. One that diverged did so, whatever it had reached before. `None` where it
    /// has not ended or failed, and where this figure is not measured.
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
