//! Conditions that learnt nothing: no better than networks before their first step. Such a training has
//! not diverged, and yet its learning rate is no stable one.

use crate::compare::metric::{Metric, Unit};
use crate::plot::chart::{Along, Reference};
use crate::plot::figures::arrangement::{shown, unique};
use crate::plot::figures::scored::Scores;
use crate::record::results::Results;
use crate::stats;

/// An accuracy within so many points of the untrained networks' mean is one of chance: that mean wavers,
/// and so does the share of the most frequent class.
const POINTS: f64 = 3.0;

/// What learnt nothing, and what that is measured by.
pub(super) struct AtChance {
    /// Mean accuracy of the untrained networks, in per cent.
    untrained: f64,
    /// The conditions, in words.
    pub(super) note: String,
}

impl AtChance {
    /// The accuracy of the untrained networks.
    pub(super) fn reference(&self) -> Reference {
        Reference {
            of: Along::Y,
            low: self.untrained,
            high: self.untrained,
            label: format!("untrained: {:.0} %", self.untrained),
        }
    }
}

/// Which of these conditions (line, value, scores) learnt nothing; `None` where all learnt something, or
/// the metric is no accuracy.
pub(super) fn of(
    results: &Results,
    metric: Metric,
    conditions: &[(String, String, Scores)],
) -> Option<AtChance> {
    if metric.unit != Unit::Share {
        return None;
    }
    let rows = results
        .trials
        .iter()
        .filter_map(|trial| trial.epochs.first());
    let untrained = rows.filter(|row| row.epoch == 0);
    let untrained: Vec<f64> = untrained.map(|row| row.test_accuracy * 100.0).collect();
    let untrained = stats::mean(&untrained)?;
    let is_at_chance = |scores: &Scores| {
        let mean = scores.mean();
        mean.is_some_and(|mean| mean < untrained + POINTS)
    };
    let found = || {
        conditions
            .iter()
            .filter(|(.., scores)| is_at_chance(scores))
    };
    let lines = unique(found().map(|(line, ..)| line));
    let of_line = |line: &String| {
        let values = found().filter(|(of, ..)| of == line);
        let values: Vec<String> = values.map(|(_, value, _)| shown(value)).collect();
        format!("{line} at {}", values.join(", "))
    };
    let parts: Vec<String> = lines.into_iter().map(of_line).collect();
    (!parts.is_empty()).then(|| AtChance {
        untrained,
        note: format!("learnt nothing: {}", parts.join("; ")),
    })
}
