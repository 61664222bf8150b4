//! What a dataset holds, in plain values: `data` makes it, the manifest keeps it, and `plan`, `run`
//! and `report` show it beside the numbers. Nothing here depends on files or tensors.

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
    /// Test examples whose inputs also stand in the training set, validation included.
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
    /// Test examples.
    pub fn test_examples(&self) -> usize {
        self.classes.iter().map(|class| class.test).sum()
    }

    /// Training examples, validation included.
    pub fn train_examples(&self) -> usize {
        self.classes.iter().map(|class| class.train).sum()
    }

    /// The best classifier that uses no input: that of the class with most test examples, of
    /// equals the one with most training examples. `None` where there is no test example.
    pub fn constant_answer(&self) -> Option<ConstantAnswer<'_>> {
        let total = self.test_examples();
        // Of equals the first.
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
        // Fewer test examples than that cannot be balanced; a note of their own reports them.
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
    /// What became of it.
    #[serde(flatten)]
    pub role: ColumnRole,
}

/// What a column of a table is to the network.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "role", rename_all = "lowercase")]
pub enum ColumnRole {
    /// A number: one input.
    Input,
    /// One input for each of its values.
    Category {
        /// How many different values it has.
        values: usize,
    },
    /// The class.
    Label,
    /// Not read.
    Ignored,
}

/// How often a class occurs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClassCount {
    /// As it stands in the table; its number for images.
    pub name: String,
    /// Training examples, validation included.
    pub train: usize,
    /// Test examples.
    pub test: usize,
}

/// The files of a dataset with a name, by what they hold.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct DatasetFiles {
    /// Whether they hold what was published under that name.
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
    fn the_best_answer_that_looks_at_no_input_is_the_largest_class_of_the_test_set() {
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
