//! Any network: one line per architecture.

use burn::module::Module;
use burn::tensor::{Device, Tensor};

use super::mlp::Mlp;
use super::norm::{NormLayer, Observed};
use super::pass::Pass;
use crate::config::spec::{Architecture, Settings, Shape};
use crate::seed::Streams;

/// A network of one of the architectures.
#[derive(Module, Debug)]
pub enum Network {
    /// Fully connected layers.
    Mlp(Mlp),
}

impl Network {
    /// Builds the network of `settings` for inputs of `shape` and `classes` classes, its initial
    /// weights drawn from `streams`.
    pub fn new(
        settings: &Settings,
        shape: Shape,
        classes: usize,
        streams: &Streams,
        device: &Device,
    ) -> Self {
        let (model, norm) = (&settings.model, &settings.norm);
        match &model.kind {
            Architecture::Mlp { hidden } => Self::Mlp(Mlp::new(
                model,
                norm,
                hidden,
                [shape.features(), classes],
                streams,
                device,
            )),
        }
    }

    /// Scaled inputs `[batch, features]` (an image's channel planes one after the other, each row
    /// by row) → logits `[batch, classes]`.
    pub fn forward(&self, x: Tensor<2>, pass: &mut Pass) -> Tensor<2> {
        match self {
            Self::Mlp(network) => network.forward(x, pass),
        }
    }

    /// The norm layers, in the order of a pass.
    pub fn norms_mut(&mut self) -> Vec<&mut NormLayer> {
        match self {
            Self::Mlp(network) => network.norms_mut(),
        }
    }

    /// Lets the running statistics follow a training pass; `observed` in the order of the pass.
    pub fn observe(&mut self, observed: Vec<Option<Observed>>) {
        for (norm, batch) in self.norms_mut().into_iter().zip(observed) {
            if let Some(batch) = batch {
                norm.observe(batch);
            }
        }
    }
}
