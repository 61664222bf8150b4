//! The operations of a feed-forward network as a list, for the fused step, which computes the same as `forward`.

use super::convolution::Convolution;
use super::dense::Dense;
use super::norm::NormLayer;
use crate::config::spec::{Activation, Placement};

/// One operation.
#[derive(Debug)]
pub enum Operation<'a> {
    /// A fully connected layer, on `[batch, features]`.
    Dense(&'a Dense),
    /// A convolution, on `[batch, channels, height, width]`.
    Convolution(&'a Convolution),
    /// A normalisation.
    Norm(&'a NormLayer),
    /// An activation.
    Activation(Activation),
    /// The largest value of each window of so many rows and columns.
    MaxPool(usize),
    /// The mean of each channel.
    GlobalAverage,
    /// A feature map as features.
    Flatten,
    /// Dropout with this probability, on `[batch, features]`.
    Dropout(f64),
    /// Every `stride`-th row and column, and channels of zeros up to `outputs`.
    ZeroPadded {
        /// Distance between rows and columns that are taken.
        stride: usize,
        /// Number of channels.
        outputs: usize,
    },
    /// The sum of a branch and a shortcut; a shortcut without operations is the identity.
    Residual {
        /// The operations of the branch.
        branch: Vec<Operation<'a>>,
        /// The operations of the shortcut.
        shortcut: Vec<Operation<'a>>,
    },
}

/// An activation and its norm, in the order of the placement; see [`apply`](super::placement::apply).
pub fn activation(
    placement: Placement,
    norm: Option<&NormLayer>,
    activation: Activation,
) -> impl Iterator<Item = Operation<'_>> {
    let norm = norm.map(Operation::Norm);
    let (before, after) = match placement {
        Placement::None => (None, None),
        Placement::Before | Placement::PreActivation | Placement::AfterAddition => (norm, None),
        Placement::After => (None, norm),
    };
    before.into_iter().chain([Operation::Activation(activation)]).chain(after)
}
