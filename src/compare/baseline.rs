//! The baseline of a network: the best classifier that uses no input.

use super::metric::Metric;
use crate::description::DatasetDescription;
use crate::results::query::TrialCurves;
use crate::stats;

/// The metric in which every class has the same weight.
pub const BALANCED: &str = "test_balanced_accuracy";

/// The classifier that always predicts the same class.
#[derive(Debug, Clone, PartialEq)]
pub struct Baseline {
    /// The class, where the score depends on it.
    pub class: Option<String>,
    /// Its score, from 0 to 1.
    pub score: f64,
}

/// The share of the largest class in the test set, on average over these trials; `None`
/// where some dataset has no description, as in folders of earlier versions.
pub fn majority<'a>(trials: impl IntoIterator<Item = &'a TrialCurves>) -> Option<f64> {
    let share = |trial: &TrialCurves| Some(trial.data.as_deref()?.constant_answer()?.accuracy);
    let shares: Option<Vec<f64>> = trials.into_iter().map(share).collect();
    stats::mean(&shares?)
}

/// The baseline that a chart of this metric shows: where the trials have one dataset, and one class
/// is so frequent in its test set that an accuracy may look better than it is.
pub fn worth_showing(metric: Metric, trials: &[&TrialCurves]) -> Option<Baseline> {
    let first = trials.first()?.data.as_deref()?;
    let is_same = |trial: &&TrialCurves| trial.data.as_deref() == Some(first);
    let is_shown = metric.is_accuracy() && first.is_unbalanced() && trials.iter().all(is_same);
    is_shown.then(|| of(metric, first)).flatten()
}

fn of(metric: Metric, data: &DatasetDescription) -> Option<Baseline> {
    let answer = data.constant_answer()?;
    if metric.name != BALANCED {
        return Some(Baseline { class: Some(answer.class.to_owned()), score: answer.accuracy });
    }
    // All examples of one class are classified correctly, and none of any other.
    let tested = data.classes.iter().filter(|class| class.test > 0).count();
    Some(Baseline { class: None, score: 1.0 / tested as f64 })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::description::ClassCount;

    fn trial(no: usize, yes: usize) -> TrialCurves {
        let class = |name: &str, test| ClassCount { name: name.to_owned(), train: test, test };
        TrialCurves {
            data: Some(Arc::new(DatasetDescription {
                classes: vec![class("no", no), class("yes", yes)],
                ..DatasetDescription::default()
            })),
            ..TrialCurves::default()
        }
    }

    #[test]
    fn the_largest_class_is_the_bar_where_it_is_known() {
        let (rare, even) = (trial(19, 1), trial(10, 10));
        assert_eq!(majority([&rare, &rare]), Some(0.95));
        assert_eq!(majority([&rare, &TrialCurves::default()]), None);
        let shown = |metric: &str, trials: &[&TrialCurves]| {
            let metric = Metric::named(metric).expect("a metric");
            worth_showing(metric, trials).map(|shown| (shown.class, shown.score))
        };
        let no = Some("no".to_owned());
        assert_eq!(shown("test_accuracy", &[&rare]), Some((no, 0.95)));
        assert_eq!(shown(BALANCED, &[&rare]), Some((None, 0.5)));
        assert_eq!(shown("dead_share", &[&rare]), None);
        assert_eq!(shown("accuracy_gap", &[&rare]), None);
        assert_eq!(shown("test_accuracy", &[&even]), None);
        assert_eq!(shown("test_accuracy", &[&rare, &even]), None);
    }
}
