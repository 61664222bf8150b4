//! The size of a dataset, for estimates of memory.

use super::dataset::{Dataset, Inputs};
use super::origin::Origin;
use crate::config::spec::{Data, Shape};

/// The size of a dataset, known before or after loading.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DatasetSize {
    /// The shape of one example.
    pub shape: Shape,
    /// Number of classes.
    pub classes: usize,
    /// Number of training examples, validation included, and test examples together.
    pub examples: usize,
    /// Number of bytes of one value in memory.
    pub value: usize,
}

impl DatasetSize {
    /// Size in bytes of the dataset in memory: its inputs, and a byte for each label; clamped to
    /// 64 bits.
    pub fn bytes(self) -> u64 {
        let each = self.shape.features() as f64 * self.value as f64 + 1.0;
        (self.examples as f64 * each).ceil() as u64
    }

    /// The size as far as it follows from the settings; `None` for a table in a file.
    pub fn of_settings(data: &Data) -> Option<Self> {
        let (shape, classes, [train, test], value) = match Origin::of(&data.dataset) {
            Origin::Published(source, files) => {
                (source.shape, source.train.len(), source.examples(&files), 1)
            }
            Origin::Generated(set) => {
                (set.shape, set.classes, set.examples.map(|count| count as usize), set.value)
            }
            Origin::Table(_) => return None,
        };
        let train = data.train_examples.unwrap_or(train);
        let examples = train.saturating_add(data.test_examples.unwrap_or(test));
        Some(Self { shape, classes, examples, value })
    }

    /// The size of a loaded dataset.
    pub fn of(dataset: &Dataset) -> Self {
        Self {
            shape: dataset.train.shape,
            classes: dataset.train.classes,
            examples: dataset.train.count() + dataset.test.count(),
            value: match dataset.train.inputs {
                Inputs::Bytes(_) => 1,
                Inputs::Numbers(_) => 4,
                Inputs::Doubles(_) => 8,
            },
        }
    }
}
