//! The losses and accuracies that are measured once per epoch and drawn as curves.

use super::axes::{Kind, Quantity};
use super::request::Absent;
use crate::compare::unknown;
use crate::results::format::schema::EpochRow;
use crate::results::query::Results;

/// A column of `epochs.csv`: a loss, or an accuracy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Curve {
    /// The name of its column and of its figure's file.
    pub(super) column: &'static str,
    /// Its title in a chart.
    pub(super) title: &'static str,
}

impl Curve {
    /// The mean loss over the epoch's batches.
    pub(super) const TRAIN_LOSS: Self = Self { column: "train_loss", title: "Training loss" };
    /// The mean accuracy over the epoch's batches.
    pub(super) const TRAIN_ACCURACY: Self =
        Self { column: "train_accuracy", title: "Training accuracy" };
    /// The validation loss after the epoch.
    const VALIDATION_LOSS: Self = Self { column: "validation_loss", title: "Validation loss" };
    /// The validation accuracy after the epoch.
    const VALIDATION_ACCURACY: Self =
        Self { column: "validation_accuracy", title: "Validation accuracy" };
    /// The test loss after the epoch.
    const TEST_LOSS: Self = Self { column: "test_loss", title: "Test loss" };
    /// The test accuracy after the epoch.
    const TEST_ACCURACY: Self = Self { column: "test_accuracy", title: "Test accuracy" };
    /// The loss on training examples after the epoch, evaluated like the others.
    pub(super) const EVALUATED_TRAIN_LOSS: Self =
        Self { column: "evaluated_train_loss", title: "Evaluated training loss" };
    /// The accuracy on training examples after the epoch, evaluated like the others.
    pub(super) const EVALUATED_TRAIN_ACCURACY: Self =
        Self { column: "evaluated_train_accuracy", title: "Evaluated training accuracy" };

    /// All curves, in the order of the files.
    pub(super) const ALL: [Self; 8] = [
        Self::TRAIN_LOSS,
        Self::VALIDATION_LOSS,
        Self::TRAIN_ACCURACY,
        Self::VALIDATION_ACCURACY,
        Self::TEST_LOSS,
        Self::TEST_ACCURACY,
        Self::EVALUATED_TRAIN_LOSS,
        Self::EVALUATED_TRAIN_ACCURACY,
    ];

    /// Whether it is measured while the weights change.
    pub(super) fn is_train(self) -> bool {
        self == Self::TRAIN_LOSS || self == Self::TRAIN_ACCURACY
    }

    /// Whether it is a loss; otherwise it is an accuracy.
    pub(super) fn is_loss(self) -> bool {
        self.column.ends_with("_loss")
    }

    /// The value in a row, in the chart's unit (nats or per cent), finite or not.
    pub(super) fn value(self, row: &EpochRow) -> Option<f64> {
        let scale = if self.is_loss() { 1.0 } else { 100.0 };
        row.value(self.column).map(|value| value * scale)
    }

    /// What its axis measures.
    pub(super) fn quantity(self) -> Quantity {
        if self.is_loss() {
            Quantity::new("Cross-entropy loss (nats)", Kind::Loss)
        } else {
            Quantity::new("Accuracy (%)", Kind::Accuracy)
        }
    }
}

/// The curve of the metric of this name, if it was measured.
pub(super) fn named(results: &Results, name: &str) -> Result<Curve, Absent> {
    let measured = measured(results);
    let found = measured.iter().find(|curve| curve.column == name);
    found.copied().ok_or_else(|| {
        let names: Vec<&str> = measured.iter().map(|curve| curve.column).collect();
        Absent(unknown("metric", name, &names))
    })
}

/// The curves that some epoch of some trial has.
pub(super) fn measured(results: &Results) -> Vec<Curve> {
    let is_measured = |curve: &Curve| {
        let mut rows = results.trials.iter().flat_map(|trial| &trial.epochs);
        rows.any(|row| curve.value(row).is_some_and(f64::is_finite))
    };
    Curve::ALL.into_iter().filter(is_measured).collect()
}

/// The loss and the accuracy that are drawn beside the training ones: those of the validation set where there is one.
pub(super) fn evaluation(results: &Results) -> [Curve; 2] {
    if measured(results).contains(&Curve::VALIDATION_LOSS) {
        [Curve::VALIDATION_LOSS, Curve::VALIDATION_ACCURACY]
    } else {
        [Curve::TEST_LOSS, Curve::TEST_ACCURACY]
    }
}
