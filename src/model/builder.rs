//! What every layer of a network is built with: where its weights come from, whether it has a
//! bias, whether it is normalised. The architectures only say which layers there are.

use burn::tensor::Device;

use super::convolution::{Convolution, Kernel};
use super::dense::{Dense, Weights};
use super::norm::NormLayer;
use super::{init, placement};
use crate::config::spec::{Bias, Model, Norm, Placement};
use crate::seed::Streams;

/// Builds the layers of one network.
///
/// A layer's initial weights come from the stream `init/<its name>`, so that networks that differ
/// in their normalisation start from the same weights; biases start at 0.
#[derive(Debug, Clone, Copy)]
pub struct Builder<'a> {
    /// `[model]`
    pub model: &'a Model,
    /// `[norm]`
    pub norm: &'a Norm,
    /// Where initial weights are drawn from.
    pub streams: &'a Streams,
    /// Where the network lives.
    pub device: &'a Device,
}

impl Builder<'_> {
    /// The fully connected layer called `name`.
    pub fn dense(&self, name: &str, inputs: usize, outputs: usize, bias: bool) -> Dense {
        let mut stream = self.streams.stream(&format!("init/{name}"));
        let (kind, scale) = (self.model.init, self.model.init_scale);
        let weights = Weights {
            weight: init::draw(kind, scale, inputs, outputs, &mut stream),
            bias: vec![0.0; outputs],
        };
        Dense::new(weights, inputs, outputs, bias, self.device)
    }

    /// The convolution called `name`.
    pub fn convolution(&self, name: &str, kernel: Kernel, bias: bool) -> Convolution {
        let mut stream = self.streams.stream(&format!("init/{name}"));
        let (kind, scale) = (self.model.init, self.model.init_scale);
        let weight = init::draw_kernel(kind, scale, kernel, &mut stream);
        Convolution::new(weight, kernel, bias, self.device)
    }

    /// The linear output layer for `classes` classes.
    pub fn output(&self, inputs: usize, classes: usize) -> Dense {
        self.dense("output", inputs, classes, self.model.bias != Bias::Never)
    }

    /// The normalisation called `name` of a hidden layer; `None` where hidden layers have none.
    pub fn norm(&self, name: &str, features: usize) -> Option<NormLayer> {
        let wanted = self.norm.placement != Placement::None;
        self.norm_layer(wanted, name, features)
    }

    /// The normalisation of the raw input, if it is wanted.
    pub fn input_norm(&self, features: usize) -> Option<NormLayer> {
        self.norm_layer(self.norm.on_input, "input_norm", features)
    }

    /// Whether the linear maps of hidden layers carry a bias.
    pub fn hidden_bias(&self) -> bool {
        match self.model.bias {
            Bias::Auto => !placement::cancels_bias(self.norm.placement),
            Bias::Always => true,
            Bias::Never => false,
        }
    }

    fn norm_layer(&self, wanted: bool, name: &str, features: usize) -> Option<NormLayer> {
        let settings = self.norm.layer.filter(|_| wanted)?;
        Some(NormLayer::new(name, features, settings, self.device))
    }
}
