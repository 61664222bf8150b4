//! The question that this program asks, as code: where does normalisation stand relative to the
//! activation?

use burn::tensor::Tensor;

use super::activation;
use super::norm::BatchNorm;
use super::pass::Pass;
use crate::config::spec::{Activation, Placement};

/// What follows the linear map of a hidden layer; `x` is its output, `[batch, features]`.
pub fn apply(
    placement: Placement,
    norm: Option<&BatchNorm>,
    kind: Activation,
    x: Tensor<2>,
    pass: &mut Pass,
) -> Tensor<2> {
    match placement {
        Placement::None => activation::apply(kind, x),
        Placement::Before => activation::apply(kind, pass.normalise(norm, x)),
        Placement::After => pass.normalise(norm, activation::apply(kind, x)),
    }
}

/// Whether a normalisation directly follows the linear map, so that a bias there would be
/// subtracted again with the mean (Ioffe & Szegedy 2015, section 3.2).
pub fn cancels_bias(placement: Placement) -> bool {
    placement == Placement::Before
}
