//! The placement of normalisation relative to the activation.

use burn::tensor::Tensor;

use super::activation;
use super::norm::NormLayer;
use super::pass::{Pass, Site};
use crate::config::spec::{Activation, Placement};

/// An activation and its norm, in the order of the placement. In the hidden layer called `layer` of a plain
/// network, `x` is the linear map's output, `[batch, features, …]`; the placements of a residual network are
/// documented in its file.
pub fn apply<const D: usize>(
    placement: Placement,
    norm: Option<&NormLayer>,
    kind: Activation,
    layer: &str,
    x: Tensor<D>,
    pass: &mut Pass,
) -> Tensor<D> {
    match placement {
        Placement::None => activate(kind, layer, x, pass),
        Placement::Before | Placement::PreActivation | Placement::AfterAddition => {
            let x = pass.normalise(norm, x);
            activate(kind, layer, x, pass)
        }
        Placement::After => {
            let x = activate(kind, layer, x, pass);
            pass.normalise(norm, x)
        }
    }
}

/// The nonlinearity of the layer called `layer`; its inputs and outputs are recorded for probes.
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

/// Whether a bias of the linear maps would be subtracted again with the mean (Ioffe & Szegedy
/// 2015, section 3.2): whether on every path from it a normalisation comes before a nonlinearity.
/// In a residual network that holds for sums, too, since a shortcut changes a constant only into
/// another one.
pub fn cancels_bias(placement: Placement) -> bool {
    match placement {
        Placement::None | Placement::After => false,
        Placement::Before | Placement::PreActivation | Placement::AfterAddition => true,
    }
}
