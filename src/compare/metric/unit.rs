//! The units of metrics, and the differences that do not matter.

/// The unit of a metric.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Unit {
    /// A share from 0 to 1; printed in percent, differences in percentage points.
    Share,
    /// Cross-entropy in nats.
    Nats,
    /// Passes over the training set.
    Epochs,
    /// Optimiser steps.
    Steps,
    /// Wall-clock seconds of training, excluding evaluation.
    Seconds,
    /// Multiples of the time of the network without a norm.
    Ratio,
    /// Powers of ten: a difference of 1 is a factor of 10.
    Decades,
    /// A plain number.
    Number,
}

impl Unit {
    /// The unit's name in files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Share => "share",
            Self::Nats => "nats",
            Self::Epochs => "epochs",
            Self::Steps => "steps",
            Self::Seconds => "seconds",
            Self::Ratio => "ratio",
            Self::Decades => "decades",
            Self::Number => "number",
        }
    }

    /// The unit's name in text.
    pub fn shown(self) -> &'static str {
        match self {
            Self::Share => "%",
            Self::Ratio => "×",
            other => other.name(),
        }
    }

    /// The unit of a difference in text.
    pub fn of_differences(self) -> &'static str {
        match self {
            Self::Share => "points",
            other => other.shown(),
        }
    }

    /// The factor by which a number is multiplied for text.
    pub fn scale(self) -> f64 {
        if self == Self::Share { 100.0 } else { 1.0 }
    }

    /// Whether it is a cost, so that a ratio is more useful than a difference.
    pub fn is_cost(self) -> bool {
        matches!(self, Self::Epochs | Self::Steps | Self::Seconds | Self::Ratio)
    }
}

impl Unit {
    /// The smallest meaningful value: a mean below it comes mostly from trainings that needed
    /// none, and a multiple of it is meaningless.
    pub fn resolution(self) -> f64 {
        match self {
            Self::Epochs | Self::Steps => 1.0,
            _ => f64::MIN_POSITIVE,
        }
    }
}

/// The margin within which differences do not matter.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Margin {
    /// Up to this, in the metric's unit.
    Absolute(f64),
    /// Up to this share of the mean of both sides.
    OfMean(f64),
}

/// 0.2 percentage points: about the standard error of an accuracy of 96 % on 10 000 examples.
pub(super) const POINTS: Margin = Margin::Absolute(0.002);
/// A hundredth of the units of a layer.
pub(super) const UNITS: Margin = Margin::Absolute(0.01);
/// For losses, in nats.
pub(super) const NATS: Margin = Margin::Absolute(0.01);
/// A factor of 1.26, less than the step of any grid of learning rates.
pub(super) const DECADES: Margin = Margin::Absolute(0.1);
/// For the cosine between two directions.
pub(super) const COSINE: Margin = Margin::Absolute(0.02);
/// 5 %: for times, and for quantities without a scale of their own.
pub(super) const TWENTIETH: Margin = Margin::OfMean(0.05);
