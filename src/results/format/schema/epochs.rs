//! The columns of `epochs.csv`, which are also the fields of a row in JSON: one list, from which rows are
//! written, read and queried.

use serde::{Deserialize, Serialize};

use crate::event::Score;

/// A row of `epochs.csv`.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(from = "Cells", into = "Cells")]
pub struct EpochRow {
    /// From 1; 0 is the untrained network.
    pub epoch: usize,
    /// Optimiser steps taken so far.
    pub step: usize,
    /// The training score: the mean over the epoch's batches, while the weights were changing.
    pub train: ScoreCells,
    /// The validation score after the epoch, with the statistics that `norm.evaluation` names.
    pub validation: ScoreCells,
    /// The test score after the epoch, with the same statistics.
    pub test: Score,
    /// The test score with running averages. It and the score with population statistics are in the
    /// last row of every training that is evaluated with running averages; with `probe.evaluations`, these two
    /// and the next one are in every row.
    pub running_test: ScoreCells,
    /// The test score with population statistics, recomputed with frozen weights.
    pub precise_test: ScoreCells,
    /// The test score with the statistics of each batch of test examples.
    pub batch_test: ScoreCells,
    /// The score on training examples, evaluated like the test set; with `probe.train_evaluation`.
    pub evaluated_train: ScoreCells,
    /// The mean over the classes of the test set of the share of each that is classified correctly;
    /// absent in rows of earlier versions.
    pub test_balanced_accuracy: Option<f64>,
}

/// A score that not every row has. A file that was edited may have one of the two alone.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct ScoreCells {
    /// Mean cross-entropy, in nats.
    pub loss: Option<f64>,
    /// Share classified correctly, 0 to 1.
    pub accuracy: Option<f64>,
}

impl From<Option<Score>> for ScoreCells {
    fn from(score: Option<Score>) -> Self {
        Self { loss: score.map(|score| score.loss), accuracy: score.map(|score| score.accuracy) }
    }
}

impl ScoreCells {
    /// An accuracy without its loss.
    #[cfg(test)]
    pub(crate) fn of_accuracy(accuracy: f64) -> Self {
        Self { loss: None, accuracy: Some(accuracy) }
    }

    /// These cells, those that are empty filled from `other`.
    pub(in crate::results) fn or(self, other: Self) -> Self {
        Self { loss: self.loss.or(other.loss), accuracy: self.accuracy.or(other.accuracy) }
    }
}

/// Declares the columns after `epoch` and `step`, in their order: the type of a cell and its field in
/// a row.
macro_rules! columns {
    ($($column:ident: $type:ty = $($place:ident).+;)+) => {
        /// The cells of a row, under the names of their columns.
        #[derive(Serialize, Deserialize)]
        struct Cells {
            epoch: usize,
            step: usize,
            $($column: $type),+
        }

        impl From<EpochRow> for Cells {
            fn from(row: EpochRow) -> Self {
                Self { epoch: row.epoch, step: row.step, $($column: row.$($place).+),+ }
            }
        }

        impl From<Cells> for EpochRow {
            fn from(cells: Cells) -> Self {
                let mut row = Self { epoch: cells.epoch, step: cells.step, ..Self::default() };
                $(row.$($place).+ = cells.$column;)+
                row
            }
        }

        impl EpochRow {
            /// The first line of the file.
            pub const HEADER: &'static str =
                concat!("epoch,step" $(, ",", stringify!($column))+, "\n");

            /// The columns after `epoch` and `step`.
            pub const COLUMNS: &'static [&'static str] = &[$(stringify!($column)),+];

            /// The value in a column after `epoch` and `step`; `None` where the cell is empty, or where
            /// there is no such column.
            pub fn value(&self, column: &str) -> Option<f64> {
                match column {
                    $(stringify!($column) => self.$($place).+.into(),)+
                    _ => None,
                }
            }
        }
    };
}

columns! {
    train_loss: Option<f64> = train.loss;
    train_accuracy: Option<f64> = train.accuracy;
    validation_loss: Option<f64> = validation.loss;
    validation_accuracy: Option<f64> = validation.accuracy;
    test_loss: f64 = test.loss;
    test_accuracy: f64 = test.accuracy;
    running_test_loss: Option<f64> = running_test.loss;
    running_test_accuracy: Option<f64> = running_test.accuracy;
    precise_test_loss: Option<f64> = precise_test.loss;
    precise_test_accuracy: Option<f64> = precise_test.accuracy;
    batch_test_loss: Option<f64> = batch_test.loss;
    batch_test_accuracy: Option<f64> = batch_test.accuracy;
    evaluated_train_loss: Option<f64> = evaluated_train.loss;
    evaluated_train_accuracy: Option<f64> = evaluated_train.accuracy;
    test_balanced_accuracy: Option<f64> = test_balanced_accuracy;
}
