//! What is measured once an epoch: its name, its unit, and where it stands in a row.

use super::axes::{Kind, Quantity};
use super::request::Absent;
use crate::compare::unknown;
use crate::results::format::schema::EpochRow;
use crate::results::query::Results;

/// One column of `epochs.csv`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Metric {
    /// Mean over the epoch's batches.
    TrainLoss,
    /// After the epoch.
    ValidationLoss,
    /// After the epoch.
    TestLoss,
    /// Mean over the epoch's batches.
    TrainAccuracy,
    /// After the epoch.
    ValidationAccuracy,
    /// After the epoch.
    TestAccuracy,
    /// On training examples, after the epoch and evaluated as the others are.
    EvaluatedTrainLoss,
    /// Likewise.
    EvaluatedTrainAccuracy,
}

impl Metric {
    /// All of them, in the order of the files.
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

    /// Name of its column and of its figure's file.
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

    /// As a reader knows it.
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

    /// The value in a row, in the chart's unit (nats or per cent), finite or not.
    pub(super) fn value(self, row: &EpochRow) -> Option<f64> {
        match self {
            Self::TrainLoss => row.train.loss,
            Self::ValidationLoss => row.validation.loss,
            Self::TestLoss => Some(row.test.loss),
            Self::TrainAccuracy => row.train.accuracy.map(per_cent),
            Self::ValidationAccuracy => row.validation.accuracy.map(per_cent),
            Self::TestAccuracy => Some(per_cent(row.test.accuracy)),
            Self::EvaluatedTrainLoss => row.evaluated_train.loss,
            Self::EvaluatedTrainAccuracy => row.evaluated_train.accuracy.map(per_cent),
        }
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

/// The metric of this name, if it was measured.
pub(super) fn named(results: &Results, name: &str) -> Result<Metric, Absent> {
    let measured = measured(results);
    let found = measured.iter().find(|metric| metric.name() == name);
    found.copied().ok_or_else(|| {
        let names: Vec<&str> = measured.iter().map(|metric| metric.name()).collect();
        Absent(unknown("metric", name, &names))
    })
}

/// Those that some epoch of some trial has.
pub(super) fn measured(results: &Results) -> Vec<Metric> {
    let is_measured = |metric: &Metric| {
        let mut rows = results.trials.iter().flat_map(|trial| &trial.epochs);
        rows.any(|row| metric.value(row).is_some_and(f64::is_finite))
    };
    Metric::ALL.into_iter().filter(is_measured).collect()
}

/// The loss and the accuracy that stand beside the training ones: of the validation set where there is one.
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
