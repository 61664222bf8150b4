//! The metrics of epochs: name, unit and column.

use super::axes::{Kind, Quantity};
use super::request::Absent;
use crate::compare::unknown;
use crate::results::format::schema::EpochRow;
use crate::results::query::Results;

/// One column of `epochs.csv`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Metric {
    /// Training loss: mean over the epoch's batches.
    TrainLoss,
    /// Validation loss after the epoch.
    ValidationLoss,
    /// Test loss after the epoch.
    TestLoss,
    /// Training accuracy: mean over the epoch's batches.
    TrainAccuracy,
    /// Validation accuracy after the epoch.
    ValidationAccuracy,
    /// Test accuracy after the epoch.
    TestAccuracy,
    /// Loss on training examples after the epoch, evaluated as the test set is.
    EvaluatedTrainLoss,
    /// Accuracy on training examples, evaluated in the same way.
    EvaluatedTrainAccuracy,
}

impl Metric {
    /// All metrics, in the order of the files.
    pub(super) const ALL: [Self; 8] = [
        Self::TrainLoss,
        Self::ValidationLoss,
        Self::TrainAccuracy,
        Self::ValidationAccuracy,
        Self::TestLoss,
        Self::TestAccuracy,
        Self::EvaluatedTrainLoss,
        Self::EvaluatedTrainAccuracy,
    ];

    /// The name of its column and of its figure's file.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::TrainLoss => "train_loss",
            Self::ValidationLoss => "validation_loss",
            Self::TestLoss => "test_loss",
            Self::TrainAccuracy => "train_accuracy",
            Self::ValidationAccuracy => "validation_accuracy",
            Self::TestAccuracy => "test_accuracy",
            Self::EvaluatedTrainLoss => "evaluated_train_loss",
            Self::EvaluatedTrainAccuracy => "evaluated_train_accuracy",
        }
    }

    /// The name in titles and labels.
    pub(super) fn title(self) -> &'static str {
        match self {
            Self::TrainLoss => "Training loss",
            Self::ValidationLoss => "Validation loss",
            Self::TestLoss => "Test loss",
            Self::TrainAccuracy => "Training accuracy",
            Self::ValidationAccuracy => "Validation accuracy",
            Self::TestAccuracy => "Test accuracy",
            Self::EvaluatedTrainLoss => "Evaluated training loss",
            Self::EvaluatedTrainAccuracy => "Evaluated training accuracy",
        }
    }

    /// Whether it is measured while the weights change.
    pub(super) fn is_train(self) -> bool {
        matches!(self, Self::TrainLoss | Self::TrainAccuracy)
    }

    /// Whether it is a loss; otherwise it is an accuracy.
    pub(super) fn is_loss(self) -> bool {
        matches!(
            self,
            Self::TrainLoss | Self::ValidationLoss | Self::TestLoss | Self::EvaluatedTrainLoss
        )
    }

    /// The value in a row, in the chart's unit (nats or percent), finite or not.
    pub(super) fn value(self, row: &EpochRow) -> Option<f64> {
        match self {
            Self::TrainLoss => row.train_loss,
            Self::ValidationLoss => row.validation_loss,
            Self::TestLoss => Some(row.test_loss),
            Self::TrainAccuracy => row.train_accuracy.map(per_cent),
            Self::ValidationAccuracy => row.validation_accuracy.map(per_cent),
            Self::TestAccuracy => Some(per_cent(row.test_accuracy)),
            Self::EvaluatedTrainLoss => row.evaluated_train_loss,
            Self::EvaluatedTrainAccuracy => row.evaluated_train_accuracy.map(per_cent),
        }
    }

    /// The quantity of its axis.
    pub(super) fn quantity(self) -> Quantity {
        if self.is_loss() {
            Quantity::new("Cross-entropy loss (nats)", Kind::Loss)
        } else {
            Quantity::new("Accuracy (%)", Kind::Accuracy)
        }
    }
}

/// The metric of this name, if it was measured.
pub(super) fn named(results: &Results, name: &str) -> Result<Metric, Absent> {
    let measured = measured(results);
    let found = measured.iter().find(|metric| metric.name() == name);
    found.copied().ok_or_else(|| {
        let names: Vec<&str> = measured.iter().map(|metric| metric.name()).collect();
        Absent(unknown("metric", name, &names))
    })
}

/// The metrics that some epoch of some trial has.
pub(super) fn measured(results: &Results) -> Vec<Metric> {
    let is_measured = |metric: &Metric| {
        let mut rows = results.trials.iter().flat_map(|trial| &trial.epochs);
        rows.any(|row| metric.value(row).is_some_and(f64::is_finite))
    };
    Metric::ALL.into_iter().filter(is_measured).collect()
}

/// The loss and the accuracy to show beside those of training: of the validation set where there is one.
pub(super) fn evaluation(results: &Results) -> [Metric; 2] {
    if measured(results).contains(&Metric::ValidationLoss) {
        [Metric::ValidationLoss, Metric::ValidationAccuracy]
    } else {
        [Metric::TestLoss, Metric::TestAccuracy]
    }
}

fn per_cent(share: f64) -> f64 {
    share * 100.0
}
