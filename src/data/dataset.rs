//! A loaded dataset, from any source: inputs and labels, in memory.
//!
//! Nothing here depends on a file format, and nothing is scaled: the batches are.

use sha2::{Digest, Sha256};

use super::split;
use crate::config::spec::Shape;
use crate::description::{ColumnReading, ColumnRole};
use crate::error::{Error, Result};
use crate::seed::Streams;
use crate::units::hexadecimal;

/// The raw inputs of all examples, not yet scaled; they are scaled per batch.
#[derive(Debug, Clone, PartialEq)]
pub enum Inputs {
    /// The pixels of images, `[count, features]`, row-major.
    Bytes(Vec<u8>),
    /// The columns of a generated table, `[count, features]`, row-major; every number is finite.
    Numbers(Vec<f32>),
    /// The columns of a table from a file, `[count, features]`, row-major: the numbers of the file, which 32 bits
    /// would round before they are scaled.
    Doubles(Vec<f64>),
}

/// The raw inputs of one example, `[features]`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Row<'a> {
    /// Of an image.
    Bytes(&'a [u8]),
    /// Of a generated table.
    Numbers(&'a [f32]),
    /// Of a table from a file.
    Doubles(&'a [f64]),
}

/// Examples before scaling.
#[derive(Debug, Clone, PartialEq)]
pub struct Examples {
    /// The shape of one example; its inputs are the channel planes one after the other, each
    /// row by row.
    pub shape: Shape,
    /// Number of classes; every label is below it.
    pub classes: usize,
    /// The inputs before scaling.
    pub inputs: Inputs,
    /// The label of each example, counted from 0.
    pub labels: Vec<u8>,
}

impl Examples {
    /// Number of examples.
    pub fn count(&self) -> usize {
        self.labels.len()
    }

    /// Number of inputs per example: 784 for an image of 28×28.
    pub fn features(&self) -> usize {
        self.shape.features()
    }

    /// The inputs of example `index`, which must be below [`Examples::count`].
    pub fn input(&self, index: usize) -> Row<'_> {
        let features = self.features();
        let range = index * features..(index + 1) * features;
        match &self.inputs {
            Inputs::Bytes(bytes) => Row::Bytes(&bytes[range]),
            Inputs::Numbers(numbers) => Row::Numbers(&numbers[range]),
            Inputs::Doubles(numbers) => Row::Doubles(&numbers[range]),
        }
    }

    /// Reads a byte of (nearly) every cache line of example `index`, whose value does not matter: the processor fetches the lines
    /// of several examples at the same time, and each of them alone where they are used one after the other.
    pub(super) fn touch(&self, index: usize) {
        const LINE: usize = 64;
        if let Row::Bytes(bytes) = self.input(index) {
            for line in bytes.chunks(LINE) {
                std::hint::black_box(line[0]);
            }
        }
    }

    /// Number of examples of each class.
    pub fn class_counts(&self) -> Vec<usize> {
        let mut counts = vec![0; self.classes];
        for &label in &self.labels {
            counts[usize::from(label)] += 1;
        }
        counts
    }

    /// The examples at `positions`, in that order.
    #[must_use]
    pub fn pick(&self, positions: &[usize]) -> Self {
        let features = self.features();
        Self {
            inputs: match &self.inputs {
                Inputs::Bytes(bytes) => Inputs::Bytes(rows(bytes, features, positions)),
                Inputs::Numbers(numbers) => Inputs::Numbers(rows(numbers, features, positions)),
                Inputs::Doubles(numbers) => Inputs::Doubles(rows(numbers, features, positions)),
            },
            labels: rows(&self.labels, 1, positions),
            ..*self
        }
    }

    /// Splits the positions of `order`, which is random, into those that stay and the `held` that are held out;
    /// see [`split::hold_out`].
    pub(super) fn hold_out(
        &self,
        order: Vec<usize>,
        held: usize,
        stratify: bool,
    ) -> (Vec<usize>, Vec<usize>) {
        let class_of = |position: usize| usize::from(self.labels[position]);
        let classes = split::Classes { count: self.classes, class_of: &class_of };
        split::hold_out(order, held, stratify.then_some(&classes))
    }

    /// Keeps only the first `limit` examples, or with `stratify` the first of each class in
    /// proportion, if there is a limit; `key` names it in the error when there are fewer examples.
    pub fn keep(
        &mut self,
        limit: Option<usize>,
        stratify: bool,
        key: &str,
        dataset: &str,
    ) -> Result<()> {
        let Some(limit) = limit else {
            return Ok(());
        };
        let most = self.count();
        if limit > most {
            return Err(too_many(key, limit, dataset, most));
        }
        if stratify {
            let (kept, _) = self.hold_out((0..most).collect(), most - limit, true);
            *self = self.pick(&kept);
            return Ok(());
        }
        let inputs = limit * self.features();
        cut(&mut self.labels, limit);
        match &mut self.inputs {
            Inputs::Bytes(bytes) => cut(bytes, inputs),
            Inputs::Numbers(numbers) => cut(numbers, inputs),
            Inputs::Doubles(numbers) => cut(numbers, inputs),
        }
        Ok(())
    }
}

/// The rows of `row` items at `positions`.
fn rows<T: Copy>(items: &[T], row: usize, positions: &[usize]) -> Vec<T> {
    let mut picked = Vec::with_capacity(positions.len() * row);
    for &position in positions {
        picked.extend_from_slice(&items[position * row..(position + 1) * row]);
    }
    picked
}

fn cut<T>(items: &mut Vec<T>, length: usize) {
    items.truncate(length);
    items.shrink_to_fit();
}

/// The error for a `key` that requests more examples than a dataset has or can generate.
pub(super) fn too_many(key: &str, asked: usize, dataset: &str, most: usize) -> Error {
    Error::Data(format!(
        "`{key} = {asked}` is more than the dataset `{dataset}` has; the most is {most}"
    ))
}

/// A training set and a test set.
#[derive(Debug, Clone, PartialEq)]
pub struct Dataset {
    /// The name used in experiment files, folders and messages.
    pub name: &'static str,
    /// The training set, from which validation is split off.
    pub train: Examples,
    /// The test set, which is never trained on.
    pub test: Examples,
    /// The name of each class, in the order of its number: as the table writes it; its number
    /// for images and generated tables.
    pub class_names: Vec<String>,
    /// How each column of a table in a file was read, in the order of the file; empty for others.
    pub columns: Vec<ColumnReading>,
    /// Number of rows of a table that were left out because a cell was missing, in both parts together.
    pub dropped_rows: usize,
    /// Warnings on how the data was read, a sentence each.
    pub notes: Vec<String>,
}

impl Dataset {
    /// A dataset whose classes are named by their numbers and which has no columns.
    pub(super) fn new(name: &'static str, train: Examples, test: Examples) -> Self {
        Self {
            name,
            class_names: (0..train.classes).map(|class| class.to_string()).collect(),
            train,
            test,
            columns: Vec::new(),
            dropped_rows: 0,
            notes: Vec::new(),
        }
    }

    /// The name of the column of an input; its number from 1 where there are no
    /// columns.
    pub(super) fn column_of(&self, input: usize) -> String {
        let width = |role: &ColumnRole| match role {
            ColumnRole::Input => 1,
            ColumnRole::Category { values } => *values,
            ColumnRole::Label | ColumnRole::Ignored => 0,
        };
        let mut next = 0;
        let mut columns = self.columns.iter();
        let found = columns.find(|column| {
            next += width(&column.role);
            next > input
        });
        found.map_or_else(|| (input + 1).to_string(), |column| column.name.clone())
    }

    /// The same examples in a random order, since those of the files may be
    /// sorted: so the first of them are a random part, and so is each batch that is cut from them. The order is
    /// the same for all replicates and depends only on the number of examples.
    #[must_use]
    pub(super) fn in_random_order(self) -> Self {
        let shuffled = |examples: &Examples, part: &str| {
            let mut order: Vec<usize> = (0..examples.count()).collect();
            let mut stream = Streams::shared(0).stream(&format!("{}/order/{part}", self.name));
            stream.shuffle(&mut order);
            examples.pick(&order)
        };
        Self { train: shuffled(&self.train, "train"), test: shuffled(&self.test, "test"), ..self }
    }

    /// The first 16 hexadecimal digits of SHA-256 over all inputs and labels, their kind and their
    /// shape: two datasets with the same digest train the same networks.
    pub fn digest(&self) -> String {
        let mut hash = Sha256::new();
        for part in [&self.train, &self.test] {
            let shape = part.shape;
            for size in [shape.channels, shape.height, shape.width, part.classes, part.count()] {
                hash.update((size as u64).to_le_bytes());
            }
            match &part.inputs {
                Inputs::Bytes(bytes) => {
                    hash.update(b"bytes");
                    hash.update(bytes);
                }
                Inputs::Numbers(numbers) => {
                    hash.update(b"numbers");
                    for number in numbers {
                        hash.update(number.to_le_bytes());
                    }
                }
                Inputs::Doubles(numbers) => {
                    hash.update(b"doubles");
                    for number in numbers {
                        hash.update(number.to_le_bytes());
                    }
                }
            }
            hash.update(&part.labels);
        }
        hexadecimal(&hash.finalize()[..8])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn three() -> Examples {
        Examples {
            shape: Shape { channels: 1, height: 1, width: 2 },
            classes: 4,
            inputs: Inputs::Bytes(vec![1, 2, 3, 4, 5, 6]),
            labels: vec![0, 3, 3],
        }
    }

    #[test]
    fn a_limit_keeps_the_first_examples() {
        let mut examples = three();
        examples.keep(Some(2), false, "data.train_examples", "x").unwrap();
        assert_eq!(examples.inputs, Inputs::Bytes(vec![1, 2, 3, 4]));
        assert_eq!(examples.labels, [0, 3]);
        assert_eq!(examples.input(1), Row::Bytes(&[3, 4]));
        assert_eq!(examples.class_counts(), [1, 0, 0, 1]);
    }

    #[test]
    fn a_limit_keeps_the_share_of_each_class_on_request() {
        let mut examples = Examples {
            inputs: Inputs::Numbers((0..20u8).map(f32::from).collect()),
            labels: vec![0, 0, 0, 0, 0, 0, 0, 0, 3, 3],
            ..three()
        };
        examples.keep(Some(5), true, "data.train_examples", "x").unwrap();
        assert_eq!(examples.labels, [0, 0, 0, 0, 3]);
        assert_eq!(examples.input(4), Row::Numbers(&[16.0, 17.0]));
    }

    #[test]
    fn a_limit_above_the_count_names_key_value_and_maximum() {
        let error = three().keep(Some(4), false, "data.train_examples", "mnist");
        assert_eq!(
            error.unwrap_err().to_string(),
            "`data.train_examples = 4` is more than the dataset `mnist` has; the most is 3"
        );
    }

    #[test]
    fn a_limit_equal_to_the_count_or_absent_changes_nothing() {
        for limit in [None, Some(3)] {
            let mut examples = three();
            examples.keep(limit, false, "data.train_examples", "x").unwrap();
            assert_eq!(examples, three());
        }
    }

    #[test]
    fn a_digest_changes_with_anything_that_decides_numbers() {
        let digest = |change: &dyn Fn(&mut Examples)| {
            let mut test = three();
            change(&mut test);
            let train = three();
            Dataset::new("x", train, test).digest()
        };
        let doubles = |last: f64| Inputs::Doubles(vec![1.0, 2.0, 3.0, 4.0, 5.0, last]);
        let numbers = |last: f32| Inputs::Numbers(vec![1.0, 2.0, 3.0, 4.0, 5.0, last]);
        let digests = [
            digest(&|_| {}),
            digest(&|test| test.labels[0] = 1),
            digest(&|test| test.classes = 5),
            digest(&|test| test.inputs = Inputs::Bytes(vec![1, 2, 3, 4, 5, 7])),
            digest(&|test| test.inputs = numbers(6.0)),
            digest(&|test| test.inputs = numbers(6.000_001)),
            digest(&|test| test.inputs = doubles(6.0)),
            digest(&|test| test.inputs = doubles(6.000_000_000_001)),
            digest(&|test| (test.shape.height, test.shape.width) = (2, 1)),
        ];
        for (index, digest) in digests.iter().enumerate() {
            assert!(!digests[..index].contains(digest), "number {index}");
        }
    }
}
