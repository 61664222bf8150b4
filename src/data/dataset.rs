//! What a loaded dataset is, whatever it was made from: bytes and labels, in memory.
//!
//! Nothing here knows a file format, and nothing is scaled: batches do that.

use sha2::{Digest, Sha256};

use crate::config::spec::Shape;
use crate::error::{Error, Result};

/// Images as raw bytes, kept as they came; scaled per batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Examples {
    /// What one example looks like; its inputs are the channel planes one after the other, each
    /// row by row.
    pub shape: Shape,
    /// Number of classes; every label is below it.
    pub classes: usize,
    /// `[count, features]`, row-major.
    pub inputs: Vec<u8>,
    /// One class per example, counted from 0.
    pub labels: Vec<u8>,
}

impl Examples {
    /// How many examples there are.
    pub fn count(&self) -> usize {
        self.labels.len()
    }

    /// Inputs per example: 784 for an image of 28×28.
    pub fn features(&self) -> usize {
        self.shape.features()
    }

    /// The inputs of example `index`, which must be below [`Examples::count`].
    pub fn input(&self, index: usize) -> &[u8] {
        &self.inputs[index * self.features()..][..self.features()]
    }

    /// How often each class occurs.
    pub fn class_counts(&self) -> Vec<usize> {
        let mut counts = vec![0; self.classes];
        for &label in &self.labels {
            counts[usize::from(label)] += 1;
        }
        counts
    }

    /// Keeps only the first `limit` examples, if there is a limit; `key` names it in the error
    /// when there are fewer.
    pub fn keep_first(&mut self, limit: Option<usize>, key: &str, dataset: &str) -> Result<()> {
        let Some(limit) = limit else {
            return Ok(());
        };
        let most = self.count();
        if limit > most {
            return Err(too_many(key, limit, dataset, most));
        }
        self.labels.truncate(limit);
        self.inputs.truncate(limit * self.features());
        self.labels.shrink_to_fit();
        self.inputs.shrink_to_fit();
        Ok(())
    }
}

/// The error for a `key` that asks for more examples than a dataset has or makes.
pub(super) fn too_many(key: &str, asked: usize, dataset: &str, most: usize) -> Error {
    Error::Data(format!(
        "`{key} = {asked}` is more than the dataset `{dataset}` has; the most is {most}"
    ))
}

/// A training set and a test set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dataset {
    /// The name used in experiment files, folders and messages.
    pub name: &'static str,
    /// What validation is split off from and the network learns from.
    pub train: Examples,
    /// What the network is judged by, and never learns from.
    pub test: Examples,
}

impl Dataset {
    /// The first 16 hexadecimal digits of SHA-256 over all inputs and labels: two datasets with
    /// the same sum train the same networks.
    pub fn digest(&self) -> String {
        let mut hash = Sha256::new();
        for part in [&self.train, &self.test] {
            hash.update((part.features() as u64).to_le_bytes());
            hash.update((part.count() as u64).to_le_bytes());
            hash.update(&part.inputs);
            hash.update(&part.labels);
        }
        let sum = hash.finalize();
        sum[..8]
            .iter()
            .fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn three() -> Examples {
        Examples {
            shape: Shape {
                channels: 1,
                height: 1,
                width: 2,
            },
            classes: 4,
            inputs: vec![1, 2, 3, 4, 5, 6],
            labels: vec![0, 3, 3],
        }
    }

    #[test]
    fn a_limit_keeps_the_first_examples() {
        let mut examples = three();
        examples
            .keep_first(Some(2), "data.train_examples", "x")
            .unwrap();
        assert_eq!(examples.inputs, [1, 2, 3, 4]);
        assert_eq!(examples.labels, [0, 3]);
        assert_eq!(examples.input(1), [3, 4]);
        assert_eq!(examples.class_counts(), [1, 0, 0, 1]);
    }

    #[test]
    fn a_limit_above_the_count_names_key_value_and_maximum() {
        let error = three().keep_first(Some(4), "data.train_examples", "mnist");
        assert_eq!(
            error.unwrap_err().to_string(),
            "`data.train_examples = 4` is more than the dataset `mnist` has; the most is 3"
        );
    }

    #[test]
    fn a_limit_equal_to_the_count_or_absent_changes_nothing() {
        for limit in [None, Some(3)] {
            let mut examples = three();
            examples
                .keep_first(limit, "data.train_examples", "x")
                .unwrap();
            assert_eq!(examples, three());
        }
    }
}
