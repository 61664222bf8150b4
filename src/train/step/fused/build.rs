//! From the operations of a network to the layers of a fused one.

use std::collections::BTreeMap;

use burn::module::{Param, ParamId};
use burn::tensor::Tensor;

use super::activation::Kind;
use super::buffer::Map;
use super::convolution::Convolution;
use super::dense::Dense;
use super::layer::{Chain, Layer};
use super::norm_activation::NormActivation;
use super::normalisation::{Affine, Norm};
use super::parameter::{Layout, Parameter};
use super::reshaping::{Dropout, Flatten, GlobalAverage, MaxPool, ZeroPadded};
use super::residual::Residual;
use super::state::{Id, NormId, State};
use crate::config::spec::{Constraint, NormKind, NormParameter};
use crate::event::NamedTensor;
use crate::kernels::Piecewise;
use crate::model::norm::NormLayer;
use crate::model::operation::Operation;
use crate::optim::{Group, Updater};

/// What the layers are built from, and the parameters and normalisations so far.
pub(super) struct Builder<'a> {
    /// The parameters of the network, by id.
    pub(super) tensors: BTreeMap<ParamId, NamedTensor>,
    /// The optimiser that updates the parameters; `None` for a network that is only evaluated.
    pub(super) updater: Option<&'a Updater>,
    pub(super) state: State,
}

impl Builder<'_> {
    /// The layers of `operations` on inputs of shape `map`, which has the border that the first one needs, and the shape of
    /// their output; `None` where one of them has no fused form. `norm_follows`: whether a normalisation that is not among
    /// them follows the last one.
    pub(super) fn chain(
        &mut self,
        operations: &[Operation<'_>],
        mut map: Map,
        norm_follows: bool,
    ) -> Option<(Chain, Map)> {
        let mut chain = Chain::default();
        let mut rest = operations;
        while let Some((first, behind)) = rest.split_first() {
            let mut behind = behind;
            let layer: Box<dyn Layer> = match first {
                Operation::Norm(norm) => {
                    let norm = Some(self.norm(norm, map.channels)?);
                    let activation = activation_at_start(&mut behind, |_| true);
                    let kind = activation.unwrap_or(Kind::Piecewise(Piecewise::IDENTITY));
                    Box::new(NormActivation::new(norm, kind, map, border(behind)))
                }
                Operation::Activation(activation) => {
                    let kind = Kind::of(*activation);
                    Box::new(NormActivation::new(None, kind, map, border(behind)))
                }
                Operation::Dense(dense) => {
                    let ends = dense.weight().dims();
                    let weight = self.parameter(dense.weight(), Layout::Dense)?;
                    Box::new(Dense::new(weight, self.vector(dense.bias())?, ends))
                }
                Operation::Convolution(convolution) => {
                    let layout = Layout::Kernel { step: map.step };
                    let weight = self.parameter(convolution.weight(), layout)?;
                    let parameters = (weight, self.vector(convolution.bias())?);
                    let is_normalised = match behind.first() {
                        Some(next) => matches!(next, Operation::Norm(_)),
                        None => norm_follows,
                    };
                    Box::new(Convolution::new(parameters, is_normalised, convolution.kernel(), map))
                }
                Operation::MaxPool(side) => Box::new(MaxPool::new(*side, map, border(behind))),
                Operation::GlobalAverage => Box::new(GlobalAverage::new(map)),
                Operation::Flatten => Box::new(Flatten::new(map)),
                Operation::Dropout(probability) => Box::new(Dropout::new(*probability, map)),
                Operation::ZeroPadded { stride, outputs } => {
                    Box::new(ZeroPadded::new(*stride, *outputs, map))
                }
                Operation::Residual { branch, shortcut } => {
                    // Branch, its normalisation, shortcut: the order of `norms_mut`, which `observed` relies on.
                    let (branch, norm) = match branch.split_last() {
                        Some((Operation::Norm(norm), before)) => (before, Some(norm)),
                        _ => (branch.as_slice(), None),
                    };
                    // Only a convolution leaves the gradient of its output, which the shortcut reads, unchanged.
                    let Some(Operation::Convolution(_)) = branch.last() else { return None };
                    let (branch, output) = self.chain(branch, map, norm.is_some())?;
                    let norm = match norm {
                        Some(norm) => Some(self.norm(norm, output.channels)?),
                        None => None,
                    };
                    let (shortcut, _) = self.chain(shortcut, map, false)?;
                    let activation =
                        activation_at_start(&mut behind, Kind::derivative_follows_from_output);
                    let activation = activation.map_or(Piecewise::IDENTITY, Kind::piecewise);
                    let output = output.bordered(border(behind));
                    Box::new(Residual::new((branch, norm), shortcut, activation, output))
                }
            };
            map = layer.output();
            chain.push(layer);
            rest = behind;
        }
        Some((chain, map))
    }

    fn norm(&mut self, layer: &NormLayer, channels: usize) -> Option<NormId> {
        let settings = layer.settings();
        let NormKind::Batch(kind) = settings.kind else { return None };
        if [settings.gamma, settings.beta].into_iter().flatten().any(is_regularised) {
            return None;
        }
        let gamma = self.vector(layer.gamma())?;
        let beta = self.vector(layer.beta())?;
        let affine = Affine { gamma, beta };
        self.state.norms.push(Norm::new(layer.name(), channels, kind, settings.epsilon, affine));
        Some(self.state.norms.len() - 1)
    }

    /// A vector of parameters, if there is one; `None` where the network does not have it.
    #[expect(
        clippy::option_option,
        reason = "a parameter that is missing differs from no parameter"
    )]
    fn vector(&mut self, parameter: Option<&Param<Tensor<1>>>) -> Option<Option<Id>> {
        match parameter {
            Some(parameter) => self.parameter(parameter, Layout::Vector).map(Some),
            None => Some(None),
        }
    }

    fn parameter<const D: usize>(
        &mut self,
        parameter: &Param<Tensor<D>>,
        layout: Layout,
    ) -> Option<Id> {
        let id = parameter.id;
        let (group, keeps) = match self.updater {
            Some(updater) => (updater.group(id), updater.keeps()),
            None => (Group::Other, [false; 2]),
        };
        let tensor = self.tensors.get(&id)?;
        let parameter = Parameter::new(tensor, layout, group, keeps);
        Some(self.state.parameters.add(parameter))
    }
}

/// The activation at the start of `operations`, which is taken away from them, if it is one that `suits`.
fn activation_at_start(
    operations: &mut &[Operation<'_>],
    suits: impl Fn(Kind) -> bool,
) -> Option<Kind> {
    let Some((Operation::Activation(activation), behind)) = operations.split_first() else {
        return None;
    };
    let kind = Some(Kind::of(*activation)).filter(|&kind| suits(kind))?;
    *operations = behind;
    Some(kind)
}

/// The zeros that the first of `operations` reads around its input.
pub(super) fn border(operations: &[Operation<'_>]) -> usize {
    match operations.first() {
        Some(Operation::Convolution(convolution)) => convolution.kernel().padding(),
        Some(Operation::Residual { branch, shortcut }) => border(branch).max(border(shortcut)),
        _ => 0,
    }
}

fn is_regularised(parameter: NormParameter) -> bool {
    parameter.l1 > 0.0 || parameter.l2 > 0.0 || parameter.constraint != Constraint::None
}
