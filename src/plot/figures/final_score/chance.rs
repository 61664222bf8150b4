//! Finds conditions that stayed at chance: no better than untrained networks. Such a training has
//! not diverged, but its learning rate is not a stable one.

use crate::compare::metric::Metric;
use crate::compare::{baseline, tune};
use crate::plot::chart::{Along, Reference};
use crate::plot::figures::arrangement::{shown, unique};
use crate::plot::figures::scored::Scores;
use crate::results::query::{Results, TrialCurves};

/// A reference at the accuracy of always predicting the largest class, for an axis of accuracies; `None`
/// where no class is so frequent that an accuracy may look better than it is.
pub(in crate::plot::figures) fn constant_answer(
    metric: Metric,
    trials: &[&TrialCurves],
    of: Along,
) -> Option<Reference> {
    let shown = baseline::worth_showing(metric, trials)?;
    let at = shown.score * 100.0;
    let always = match shown.class {
        Some(class) => format!("always “{class}”"),
        None => "always the same class".to_owned(),
    };
    Some(Reference { of, low: at, high: at, label: format!("{always}: {at:.1} %") })
}

/// The conditions that learned nothing, with the accuracy of chance.
pub(super) struct AtChance {
    /// Mean accuracy of the untrained networks, in percent.
    untrained: f64,
    /// The names of the conditions, in a sentence.
    pub(super) note: String,
}

impl AtChance {
    /// A reference at the accuracy of the untrained networks.
    pub(super) fn reference(&self) -> Reference {
        Reference {
            of: Along::Y,
            low: self.untrained,
            high: self.untrained,
            label: format!("untrained: {:.0} %", self.untrained),
        }
    }
}

/// Those of these conditions (line, value, scores) that learned nothing; `None` where all learned something, or
/// the metric is no accuracy.
pub(super) fn of(
    results: &Results,
    metric: Metric,
    conditions: &[(String, String, Scores)],
) -> Option<AtChance> {
    // For untrained networks only plain accuracy is known.
    if !metric.is_accuracy() || metric.name == baseline::BALANCED {
        return None;
    }
    let untrained = tune::chance(results)? * 100.0;
    let floor = tune::floor(results) * 100.0;
    let is_at_chance = |scores: &Scores| scores.middle(metric).is_some_and(|mean| mean <= floor);
    let found = || conditions.iter().filter(|(.., scores)| is_at_chance(scores));
    let lines = unique(found().map(|(line, ..)| line));
    let of_line = |line: &String| {
        let values = found().filter(|(of, ..)| of == line);
        let values: Vec<String> = values.map(|(_, value, _)| shown(value)).collect();
        format!("{line} at {}", values.join(", "))
    };
    let parts: Vec<String> = lines.into_iter().map(of_line).collect();
    (!parts.is_empty())
        .then(|| AtChance { untrained, note: format!("stayed at chance: {}", parts.join("; ")) })
}
