//! The classes of a test set and their names.

use crate::compare::confusion::Confusion;
use crate::results::query::TrialCurves;
use crate::units;

/// Most classes that a matrix shows.
const MOST: usize = 20;

/// Most classes that there can be: predictions store a class in a byte. A damaged description may list any number.
const LARGEST: usize = 256;

/// Longest name of a class, in characters.
const LONGEST: usize = 24;

/// The classes of datasets whose files number them, in that order, as their authors name them.
const NAMED: [(&str, [&str; 10]); 2] = [
    (
        "cifar10",
        ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"],
    ),
    (
        "fashion-mnist",
        [
            "T-shirt/top",
            "trouser",
            "pullover",
            "dress",
            "coat",
            "sandal",
            "shirt",
            "sneaker",
            "bag",
            "ankle boot",
        ],
    ),
];

/// The classes of a test set.
pub(super) struct Classes {
    names: Vec<String>,
}

impl Classes {
    /// The classes of the dataset of these trials; numbered where no run described it.
    pub(super) fn of(trials: &[&TrialCurves]) -> Self {
        let described = trials.iter().find_map(|trial| trial.data.as_deref());
        let largest = trials.iter().filter_map(|trial| trial.predictions.as_ref()?.largest_class());
        let count = largest.max().map_or(0, |largest| largest + 1);
        let count = count.max(described.map_or(0, |data| data.classes.len())).min(LARGEST);
        let named = NAMED.iter().find(|(name, _)| described.is_some_and(|d| d.dataset == *name));
        let name = |class: usize| {
            let known = named.and_then(|(_, names)| names.get(class)).copied();
            let told = described.and_then(|data| data.classes.get(class));
            let told = known.or(told.map(|class| class.name.as_str()));
            told.map_or(class.to_string(), |name| units::cut(name, LONGEST).into_owned())
        };
        Self { names: (0..count).map(name).collect() }
    }

    /// Number of classes.
    pub(super) fn count(&self) -> usize {
        self.names.len()
    }

    /// The name of a class.
    pub(super) fn name(&self, class: usize) -> &str {
        self.names.get(class).map_or("?", String::as_str)
    }

    /// The classes that a matrix shows, in their order: all, or those with most mistakes over these matrices.
    pub(super) fn shown(&self, matrices: &[Confusion]) -> Vec<usize> {
        let mut shown: Vec<usize> = (0..self.count()).collect();
        if shown.len() <= MOST {
            return shown;
        }
        let mistakes = |class: &usize| -> usize {
            matrices.iter().map(|matrix| matrix.mistakes(*class)).sum()
        };
        shown.sort_by_key(|class| (std::cmp::Reverse(mistakes(class)), *class));
        shown.truncate(MOST);
        shown.sort_unstable();
        shown
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::description::{ClassCount, DatasetDescription};

    #[test]
    fn a_description_with_more_classes_than_predictions_can_have_is_cut() {
        let class = |name: usize| ClassCount { name: name.to_string(), train: 1, test: 1 };
        let classes = (0..200_000).map(class).collect();
        let data = DatasetDescription { classes, ..DatasetDescription::default() };
        let trial = TrialCurves { data: Some(Arc::new(data)), ..TrialCurves::default() };
        let classes = Classes::of(&[&trial]);
        assert_eq!((classes.count(), classes.name(255)), (LARGEST, "255"));
    }
}
