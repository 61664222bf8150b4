//! Which classes trained networks take for which, summed over replicates, and how two conditions differ in it.

use crate::results::query::{Predictions, TrialCurves};
use crate::stats::{FEWEST_PAIRS, Interval, SIGNIFICANCE, mean, standard_deviation, t_critical};

/// How often each class is taken for each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Confusion {
    /// Number of networks, each with the same test set.
    pub replicates: usize,
    classes: usize,
    /// `[classes, classes]`: the true class by row, the predicted one by column.
    counts: Vec<usize>,
}

impl Confusion {
    /// The sum over the trials that have predictions; `None` where none has. Every class is below `classes`.
    pub fn of(trials: &[&TrialCurves], classes: usize) -> Option<Self> {
        let all: Vec<&Predictions> =
            trials.iter().filter_map(|trial| trial.predictions.as_ref()).collect();
        let count = |cell: usize| {
            let (label, predicted) = (cell / classes, cell % classes);
            all.iter().map(|of| of.count(label, predicted)).sum()
        };
        let counts = (0..classes * classes).map(count).collect();
        (!all.is_empty()).then_some(Self { replicates: all.len(), classes, counts })
    }

    /// Number of classes.
    pub fn classes(&self) -> usize {
        self.classes
    }

    /// Number of examples of class `label` that were taken for class `predicted`, over all replicates.
    pub fn count(&self, label: usize, predicted: usize) -> usize {
        self.counts[label * self.classes + predicted]
    }

    /// Number of examples of class `label`, over all replicates.
    pub fn total(&self, label: usize) -> usize {
        (0..self.classes).map(|predicted| self.count(label, predicted)).sum()
    }

    /// The share of the examples of class `label` that were taken for class `predicted`, from 0 to 1; `None` where there
    /// is no such example. On the diagonal it is the recall of the class.
    pub fn share(&self, label: usize, predicted: usize) -> Option<f64> {
        let total = self.total(label);
        (total > 0).then(|| self.count(label, predicted) as f64 / total as f64)
    }

    /// Number of mistakes that a class has a part in, as the true or as the predicted one.
    pub fn mistakes(&self, class: usize) -> usize {
        let others = (0..self.classes).filter(|&other| other != class);
        others.map(|other| self.count(class, other) + self.count(other, class)).sum()
    }
}

/// The difference of two conditions in one cell of their matrices.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Change {
    /// The mean over the pairs of the later condition's share minus the earlier one's, from −1 to 1.
    pub mean: f64,
    /// The simultaneous 95 % interval: all cells together lie in theirs with that probability; `None` for one pair.
    pub interval: Option<Interval>,
    /// Whether the difference is more than noise: there are [`FEWEST_PAIRS`] pairs, and the interval leaves out 0.
    pub is_clear: bool,
}

/// The differences of two conditions in all cells.
#[derive(Debug, Clone, PartialEq)]
pub struct Changes {
    /// Number of replicates that both conditions completed.
    pub pairs: usize,
    /// Number of cells that are tested at once.
    pub family: usize,
    classes: usize,
    cells: Vec<Option<Change>>,
}

impl Changes {
    /// The differences `later − earlier`, replicate by replicate; `None` where no replicate has predictions of both, or
    /// they have different test sets. `matrices` is the number of such differences that are shown together: the family is
    /// that of all of their cells.
    pub fn of(
        later: &[&TrialCurves],
        earlier: &[&TrialCurves],
        classes: usize,
        matrices: usize,
    ) -> Option<Self> {
        let pairs = pairs(later, earlier);
        let sizes = |of: &Predictions| -> Vec<usize> {
            (0..classes).map(|label| total(of, label, classes)).collect()
        };
        let totals = sizes(pairs.first()?.0);
        let is_same =
            |(a, b): &(&Predictions, &Predictions)| sizes(a) == totals && sizes(b) == totals;
        if !pairs.iter().all(is_same) {
            return None;
        }
        let family = matrices * classes * totals.iter().filter(|&&total| total > 0).count();
        let cell = |cell: usize| {
            let (label, predicted) = (cell / classes, cell % classes);
            let count = |of: &Predictions| of.count(label, predicted) as f64;
            let differences = pairs.iter().map(|(a, b)| count(a) - count(b));
            change(&differences.collect::<Vec<_>>(), totals[label], family)
        };
        let cells = (0..classes * classes).map(cell).collect();
        Some(Self { pairs: pairs.len(), family, classes, cells })
    }

    /// The difference in a cell; `None` where no test example has the class `label`.
    pub fn cell(&self, label: usize, predicted: usize) -> Option<Change> {
        self.cells[label * self.classes + predicted]
    }

    /// The cells with their classes: the true one, the predicted one.
    pub fn cells(&self) -> impl Iterator<Item = (usize, usize, Change)> {
        let cells = self.cells.iter().enumerate();
        cells.filter_map(|(cell, change)| {
            Some((cell / self.classes, cell % self.classes, (*change)?))
        })
    }
}

/// The replicates of which both sides have predictions.
fn pairs<'a>(
    later: &[&'a TrialCurves],
    earlier: &[&'a TrialCurves],
) -> Vec<(&'a Predictions, &'a Predictions)> {
    let pair = |one: &&'a TrialCurves| {
        let other = earlier.iter().find(|other| other.replicate == one.replicate)?;
        Some((one.predictions.as_ref()?, other.predictions.as_ref()?))
    };
    later.iter().filter_map(pair).collect()
}

fn total(of: &Predictions, label: usize, classes: usize) -> usize {
    (0..classes).map(|predicted| of.count(label, predicted)).sum()
}

/// The standard deviation of the difference of two numbers that are rounded to whole ones, `√(2 / 12)`.
const ROUNDING: f64 = 0.408_248_290_463_863;

/// The change of a share, from the differences of counts among `total` examples.
///
/// The interval is Student's t for the mean difference with a confidence of `1 − 0.05 / family` (Bonferroni), where the
/// standard deviation counts as at least [`ROUNDING`]: counts are whole numbers, and a few of them may differ by the same
/// number by chance.
fn change(differences: &[f64], total: usize, family: usize) -> Option<Change> {
    let size = (total > 0).then_some(total as f64)?;
    let centre = mean(differences)?;
    let confidence = 1.0 - SIGNIFICANCE / family as f64;
    let interval = standard_deviation(differences).and_then(|spread| {
        let t = t_critical(confidence, differences.len() - 1)?;
        let half = t * spread.max(ROUNDING) / (differences.len() as f64).sqrt();
        Some(Interval { low: (centre - half) / size, high: (centre + half) / size })
    });
    let leaves_out_0 = interval.is_some_and(|within| within.low > 0.0 || within.high < 0.0);
    let is_clear = leaves_out_0 && differences.len() >= FEWEST_PAIRS;
    Some(Change { mean: centre / size, interval, is_clear })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::format::schema::PredictionRow;

    #[derive(serde::Deserialize)]
    struct Reference {
        classes: usize,
        trials: Vec<ReferenceTrial>,
        confusion: Vec<Vec<usize>>,
        normalized: Vec<Vec<f64>>,
    }

    #[derive(serde::Deserialize)]
    struct ReferenceTrial {
        label: Vec<u8>,
        predicted: Vec<u8>,
    }

    #[derive(serde::Deserialize)]
    struct File {
        before: Reference,
        none: Reference,
        difference: Vec<Vec<f64>>,
        low: Vec<Vec<f64>>,
        high: Vec<Vec<f64>>,
    }

    fn file() -> File {
        let text = include_str!("../../tests/reference/confusion_sklearn.json");
        serde_json::from_str(text).unwrap()
    }

    fn trial(replicate: u64, label: &[u8], predicted: &[u8]) -> TrialCurves {
        let mut predictions = Predictions::default();
        for (example, (&label, &predicted)) in label.iter().zip(predicted).enumerate() {
            let (probability, label_probability) = (0.5, 0.5);
            let row = PredictionRow { example, label, predicted, probability, label_probability };
            predictions.add(row);
        }
        TrialCurves { replicate, predictions: Some(predictions), ..TrialCurves::default() }
    }

    fn trials(of: &Reference) -> Vec<TrialCurves> {
        let trials = of.trials.iter().zip(1..);
        trials.map(|(of, replicate)| trial(replicate, &of.label, &of.predicted)).collect()
    }

    #[test]
    fn matrices_are_those_of_scikit_learn() {
        let file = file();
        for reference in [&file.before, &file.none] {
            let trials = trials(reference);
            let trials: Vec<&TrialCurves> = trials.iter().collect();
            let confusion = Confusion::of(&trials, reference.classes).unwrap();
            assert_eq!(confusion.replicates, reference.trials.len());
            for (label, row) in reference.confusion.iter().enumerate() {
                for (predicted, &count) in row.iter().enumerate() {
                    assert_eq!(confusion.count(label, predicted), count);
                    let share = confusion.share(label, predicted).unwrap();
                    assert!((share - reference.normalized[label][predicted]).abs() < 1e-12);
                }
            }
        }
    }

    #[test]
    fn differences_and_intervals_are_those_of_scikit_learn_and_scipy() {
        let file = file();
        let [later, earlier] = [&file.before, &file.none].map(trials);
        let [later, earlier] = [&later, &earlier].map(|all| all.iter().collect::<Vec<_>>());
        let changes = Changes::of(&later, &earlier, file.before.classes, 1).unwrap();
        assert_eq!(changes.pairs, file.before.trials.len());
        let mut clear = 0;
        for (label, predicted, change) in changes.cells() {
            let close = |one: f64, of: &[Vec<f64>]| (one - of[label][predicted]).abs() < 1e-9;
            let interval = change.interval.unwrap();
            assert!(close(change.mean, &file.difference), "{label} {predicted}: {change:?}");
            assert!(close(interval.low, &file.low), "{label} {predicted}: {change:?}");
            assert!(close(interval.high, &file.high), "{label} {predicted}: {change:?}");
            let leaves_out = file.low[label][predicted] > 0.0 || file.high[label][predicted] < 0.0;
            assert_eq!(change.is_clear, leaves_out);
            clear += usize::from(change.is_clear);
        }
        assert!(clear > 0 && clear < changes.family, "{clear} of {}", changes.family);
    }

    #[test]
    fn few_replicates_and_equal_counts_prove_nothing() {
        // Each of two replicates takes all but one example for the other class.
        let later: Vec<TrialCurves> = (1..=5).map(|k| trial(k, &[0; 50], &[1; 50])).collect();
        let earlier: Vec<TrialCurves> = (1..=5).map(|k| trial(k, &[0; 50], &[0; 50])).collect();
        let [later, earlier] = [&later, &earlier].map(|all| all.iter().collect::<Vec<_>>());
        let changes = Changes::of(&later, &earlier, 2, 1).unwrap();
        let change = changes.cell(0, 1).unwrap();
        assert!(change.interval.unwrap().low > 0.5 && !change.is_clear, "{change:?}");
        assert_eq!((changes.family, changes.cell(1, 0)), (2, None));
        assert_eq!(Changes::of(&later, &earlier, 2, 3).unwrap().family, 6, "of three matrices");
        // A single example more in each of six replicates.
        let change = super::change(&[1.0; 6], 1000, 100).unwrap();
        assert!(!change.is_clear, "{change:?}");
        assert!(super::change(&[5.0; 6], 1000, 100).unwrap().is_clear);
        assert_eq!(super::change(&[1.0], 10, 100).unwrap().interval, None);
    }

    #[test]
    fn only_pairs_on_one_test_set_are_compared() {
        let one = trial(1, &[0, 1], &[0, 0]);
        let other_set = trial(1, &[0, 0], &[0, 0]);
        let other_replicate = trial(2, &[0, 1], &[0, 0]);
        let none = TrialCurves { replicate: 1, ..TrialCurves::default() };
        assert!(Changes::of(&[&one], &[&one], 2, 1).is_some());
        for other in [&other_set, &other_replicate, &none] {
            assert!(Changes::of(&[&one], &[other], 2, 1).is_none());
        }
        assert_eq!(Confusion::of(&[&none], 2), None);
    }

    #[test]
    fn a_class_has_part_in_mistakes_on_either_side() {
        let one = trial(1, &[0, 0, 1, 2], &[0, 1, 2, 2]);
        let confusion = Confusion::of(&[&one], 3).unwrap();
        assert_eq!([0, 1, 2].map(|class| confusion.mistakes(class)), [1, 2, 1]);
        assert_eq!((confusion.total(0), confusion.classes()), (2, 3));
        assert_eq!(Confusion::of(&[&one], 4).unwrap().share(3, 0), None);
    }
}
