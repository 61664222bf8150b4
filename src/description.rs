//! What a dataset contains, in plain values: `data` computes it, the manifest stores it, and `plan`, `run`
//! and `report` print it. Nothing here depends on files or tensors.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// A dataset as its reader understood it, before any trial splits or scales it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct DatasetDescription {
    /// Its name in `data.dataset`.
    pub dataset: String,
    /// The columns of a table, in the order of the file; empty for images.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub columns: Vec<ColumnReading>,
    /// Every class, in the order of its number.
    #[serde(default)]
    pub classes: Vec<ClassCount>,
    /// Rows left out because a cell was missing (`data.missing_rows = "drop"`).
    #[serde(default)]
    pub dropped_rows: usize,
    /// Test examples whose inputs also occur in the training set, validation included.
    #[serde(default)]
    pub repeated_test_examples: usize,
    /// What a reader should know before trusting a result, a sentence each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

/// A classifier that always predicts the same class.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ConstantAnswer<'a> {
    /// The name of the class.
    pub class: &'a str,
    /// The share of the test examples that it gets right, from 0 to 1.
    pub accuracy: f64,
}

/// A class that is less of the test set than this is not frequent, however many classes there are.
const FREQUENT: f64 = 0.4;

/// How many times as often as in a balanced test set the largest class may occur before accuracy
/// alone says too little.
const BALANCED: f64 = 1.5;

impl DatasetDescription {
    /// Number of test examples.
    pub fn test_examples(&self) -> usize {
        self.classes.iter().map(|class| class.test).sum()
    }

    /// Number of training examples, validation included.
    pub fn train_examples(&self) -> usize {
        self.classes.iter().map(|class| class.train).sum()
    }

    /// The best classifier that uses no input: it always predicts the class with most test examples, or, in a
    /// tie, the one of these with most training examples. `None` where there is no test example.
    pub fn constant_answer(&self) -> Option<ConstantAnswer<'_>> {
        let total = self.test_examples();
        // In a tie, the first class.
        let classes = self.classes.iter().rev();
        let most = classes.max_by_key(|class| (class.test, class.train))?;
        (total > 0).then(|| ConstantAnswer {
            class: &most.name,
            accuracy: most.test as f64 / total as f64,
        })
    }

    /// Whether one class makes up so much of the test set that a high accuracy may mean nothing.
    pub fn is_unbalanced(&self) -> bool {
        let tested = self.classes.iter().filter(|class| class.test > 0).count();
        // With fewer test examples the set cannot be balanced; a separate note reports it.
        let can_be_balanced = self.test_examples() >= 2 * self.classes.len();
        let is_frequent = |answer: ConstantAnswer<'_>| {
            answer.accuracy >= FREQUENT && answer.accuracy * tested as f64 > BALANCED
        };
        can_be_balanced && self.constant_answer().is_some_and(is_frequent)
    }
}

/// How one column of a table was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ColumnReading {
    /// Its header, else its number from 1.
    pub name: String,
    /// How the network uses it.
    #[serde(flatten)]
    pub role: ColumnRole,
}

/// How the network uses a column of a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "role", rename_all = "lowercase")]
pub enum ColumnRole {
    /// A numeric column: one input.
    Input,
    /// A categorical column: one input for each of its values.
    Category {
        /// How many different values it has.
        values: usize,
    },
    /// The class label.
    Label,
    /// A column that is not used.
    Ignored,
}

/// The number of examples of a class.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClassCount {
    /// The class as the table writes it; its number for images.
    pub name: String,
    /// Number of training examples, validation included.
    pub train: usize,
    /// Number of test examples.
    pub test: usize,
}

/// The files of a named dataset, with their checksums.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct DatasetFiles {
    /// Whether they are the files that were published under that name.
    pub published: bool,
    /// The SHA-256 of each file's unpacked bytes, by its published name without `.gz`.
    pub files: BTreeMap<String, String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Classes with these counts of training and test examples.
    fn described(counts: &[(&str, usize, usize)]) -> DatasetDescription {
        let class = |&(name, train, test): &(&str, usize, usize)| ClassCount {
            name: name.to_owned(),
            train,
            test,
        };
        DatasetDescription {
            classes: counts.iter().map(class).collect(),
            ..DatasetDescription::default()
        }
    }

    #[test]
    fn the_best_constant_prediction_is_the_largest_class_of_the_test_set() {
        let answer = |counts: &[(&str, usize, usize)]| {
            let described = described(counts);
            let answer = described.constant_answer();
            answer.map(|answer| (answer.class.to_owned(), answer.accuracy))
        };
        let sorted = [("a", 0, 50), ("b", 200, 50), ("c", 0, 50)];
        assert_eq!(answer(&sorted), Some(("b".to_owned(), 50.0 / 150.0)));
        let even = [("a", 3, 5), ("b", 3, 5)];
        assert_eq!(answer(&even), Some(("a".to_owned(), 0.5)));
        let rare = [("yes", 10, 190), ("no", 200, 10)];
        assert_eq!(answer(&rare), Some(("yes".to_owned(), 0.95)));
        assert_eq!(answer(&[("a", 3, 0)]), None);
        assert!(described(&rare).is_unbalanced());
        assert!(!described(&sorted).is_unbalanced());
        assert!(!described(&[("a", 5, 2), ("b", 5, 0), ("c", 5, 0)]).is_unbalanced());
    }
}
