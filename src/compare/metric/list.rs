//! The list of metrics, one on each line.

use super::Reading::{self, Area, Best, Last, Layers, RelativeStepTime, StepTime, ToTarget};
use super::unit::{COSINE, DECADES, Margin, NATS, POINTS, TWENTIETH, UNITS, Unit};
use super::{Metric, layers, times};

/// Every metric.
pub const METRICS: [Metric; 32] = [
    more("test_accuracy", Unit::Share, POINTS, Last(|row| Some(row.test.accuracy))),
    more("validation_accuracy", Unit::Share, POINTS, Last(|row| row.validation.accuracy)),
    more("train_accuracy", Unit::Share, POINTS, Last(|row| row.train.accuracy)),
    more("test_balanced_accuracy", Unit::Share, POINTS, Last(|row| row.test_balanced_accuracy)),
    less("test_loss", Unit::Nats, NATS, Last(|row| Some(row.test.loss))),
    less("validation_loss", Unit::Nats, NATS, Last(|row| row.validation.loss)),
    less("train_loss", Unit::Nats, NATS, Last(|row| row.train.loss)),
    more("best_test_accuracy", Unit::Share, POINTS, Best(|row| Some(row.test.accuracy))),
    more("best_validation_accuracy", Unit::Share, POINTS, Best(|row| row.validation.accuracy)),
    more("test_accuracy_area", Unit::Share, POINTS, Area(|row| Some(row.test.accuracy))),
    more("validation_accuracy_area", Unit::Share, POINTS, Area(|row| row.validation.accuracy)),
    less("epochs_to_target", Unit::Epochs, TWENTIETH, ToTarget(|_, row| row.epoch as f64)),
    less("steps_to_target", Unit::Steps, TWENTIETH, ToTarget(|_, row| row.step as f64)),
    less(
        "seconds_to_target",
        Unit::Seconds,
        TWENTIETH,
        ToTarget(|trial, row| times::seconds(trial, row.epoch)),
    ),
    less("seconds_per_step", Unit::Seconds, TWENTIETH, StepTime),
    less("relative_seconds_per_step", Unit::Ratio, TWENTIETH, RelativeStepTime),
    signed(less(
        "accuracy_gap",
        Unit::Share,
        POINTS,
        Last(|row| Some(row.evaluated_train.accuracy? - row.test.accuracy)),
    )),
    signed(less(
        "loss_gap",
        Unit::Nats,
        NATS,
        Last(|row| Some(row.test.loss - row.evaluated_train.loss?)),
    )),
    more("running_test_accuracy", Unit::Share, POINTS, Last(|row| row.running_test.accuracy)),
    more("precise_test_accuracy", Unit::Share, POINTS, Last(|row| row.precise_test.accuracy)),
    less("precise_test_loss", Unit::Nats, NATS, Last(|row| row.precise_test.loss)),
    more("batch_test_accuracy", Unit::Share, POINTS, Last(|row| row.batch_test.accuracy)),
    signed(less(
        "running_gap",
        Unit::Share,
        POINTS,
        Last(|row| Some(row.precise_test.accuracy? - row.running_test.accuracy?)),
    )),
    less(
        "gradient_decades",
        Unit::Decades,
        DECADES,
        Layers(layers::gradient_decades, layers::OF_BACKPROPAGATED),
    ),
    less(
        "gradient_decades_mean",
        Unit::Decades,
        DECADES,
        Layers(layers::gradient_decades_mean, layers::OF_BACKPROPAGATED),
    ),
    less(
        "weight_gradient_decades",
        Unit::Decades,
        DECADES,
        Layers(layers::weight_gradient_decades, layers::OF_WEIGHT_GRADIENTS),
    ),
    less("median_drift", Unit::Number, TWENTIETH, Layers(layers::drift, layers::OF_UNIT)),
    less("activation_drift", Unit::Number, TWENTIETH, Layers(layers::drift, layers::OF_LAYERS)),
    less("covariate_shift", Unit::Number, TWENTIETH, Layers(layers::mean_of_all, layers::OF_SHIFT)),
    signed(more(
        "covariate_shift_cosine",
        Unit::Number,
        COSINE,
        Layers(layers::mean_of_all, layers::OF_COSINE),
    )),
    less("dead_share", Unit::Share, UNITS, Layers(layers::mean_at_end, layers::OF_DEAD)),
    less("saturated_share", Unit::Share, UNITS, Layers(layers::mean_at_end, layers::OF_SATURATED)),
];

/// A metric of which more is better.
const fn more(name: &'static str, unit: Unit, margin: Margin, of: Reading) -> Metric {
    Metric { name, unit, higher_is_better: true, is_signed: false, margin, of }
}

/// A metric of which less is better.
const fn less(name: &'static str, unit: Unit, margin: Margin, of: Reading) -> Metric {
    Metric { higher_is_better: false, ..more(name, unit, margin, of) }
}

/// It may be below 0.
const fn signed(metric: Metric) -> Metric {
    Metric { is_signed: true, ..metric }
}
