//! The question that this program asks, as code: where does normalisation stand relative to the
//! activation?

use burn::tensor::Tensor;

use super::activation;
use super::norm::NormLayer;
use super::pass::{Pass, Site};
use crate::config::spec::{Activation, Placement};

/// What follows the linear map of the hidden layer called `layer`; `x` is the map's output,
/// `[batch, features, …]`.
pub fn apply<const D: usize>(
    placement: Placement,
    norm: Option<&NormLayer>,
    kind: Activation,
    layer: &str,
    x: Tensor<D>,
    pass: &mut Pass,
) -> Tensor<D> {
    let x = match placement {
        Placement::Before => pass.normalise(norm, x),
        Placement::None | Placement::After => x,
    };
    let x = activate(kind, layer, x, pass);
    match placement {
        Placement::After => pass.normalise(norm, x),
        Placement::None | Placement::Before => x,
    }
}

/// The nonlinearity of the layer called `layer`, with a probe's ear on either side.
pub fn activate<const D: usize>(
    kind: Activation,
    layer: &str,
    x: Tensor<D>,
    pass: &mut Pass,
) -> Tensor<D> {
    let x = pass.tap(layer, Site::PreActivation, x);
    let x = activation::apply(kind, x);
    pass.tap(layer, Site::Activation, x)
}

/// Whether a normalisation directly follows the linear map, so that a bias there would be
/// subtracted again with the mean (Ioffe & Szegedy 2015, section 3.2).
pub fn cancels_bias(placement: Placement) -> bool {
    placement == Placement::Before
}
