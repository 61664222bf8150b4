//! What a metric is counted in, and which differences do not matter.

/// What a metric is counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Unit {
    /// From 0 to 1; people read percentage points.
    Share,
    /// Of cross-entropy.
    Nats,
    /// Passes over the training set.
    Epochs,
    /// Optimiser steps.
    Steps,
    /// Wall-clock seconds of training, excluding evaluation.
    Seconds,
    /// Multiples of what the network without a norm takes.
    Ratio,
    /// Powers of ten: a difference of 1 is a factor of 10.
    Decades,
    /// A plain number.
    Number,
}

impl Unit {
    /// By its name in files.
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

    /// As people read it.
    pub fn shown(self) -> &'static str {
        match self {
            Self::Share => "%",
            Self::Ratio => "×",
            other => other.name(),
        }
    }

    /// As people read a difference.
    pub fn of_differences(self) -> &'static str {
        match self {
            Self::Share => "points",
            other => other.shown(),
        }
    }

    /// What a number is multiplied by before people read it.
    pub fn scale(self) -> f64 {
        if self == Self::Share { 100.0 } else { 1.0 }
    }

    /// Whether it is of something that is spent, so that a ratio says more than a difference.
    pub fn is_cost(self) -> bool {
        matches!(self, Self::Epochs | Self::Steps | Self::Seconds | Self::Ratio)
    }
}

impl Unit {
    /// The least difference that can be measured: a mean below it is mostly trainings that needed
    /// nothing, and a multiple of it says nothing.
    pub fn resolution(self) -> f64 {
        match self {
            Self::Epochs | Self::Steps => 1.0,
            _ => f64::MIN_POSITIVE,
        }
    }
}

/// Differences that do not matter.
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
/// Of cross-entropy.
pub(super) const NATS: Margin = Margin::Absolute(0.01);
/// A factor of 1.26, less than the step of any grid of learning rates.
pub(super) const DECADES: Margin = Margin::Absolute(0.1);
/// Between two directions.
pub(super) const COSINE: Margin = Margin::Absolute(0.02);
/// A twentieth: of what takes time, and of what has no scale of its own.
pub(super) const TWENTIETH: Margin = Margin::OfMean(0.05);
