//! The multi-layer perceptron.

use burn::module::Module;
use burn::tensor::{Device, Tensor};

use super::dense::{Dense, Weights};
use super::norm::NormLayer;
use super::pass::Pass;
use super::{init, placement};
use crate::config::spec::{Activation, Bias, Model, Norm, Placement};
use crate::seed::Streams;

/// `inputs – hidden… – classes`, with normalisation on the raw input and in every hidden layer
/// where the experiment says so. The output layer is linear and never normalised.
///
/// The fields are named so that a parameter's path is its name in a checkpoint.
#[derive(Module, Debug)]
pub struct Mlp {
    input_norm: Option<NormLayer>,
    /// The hidden layers, then the output layer.
    layers: Vec<Dense>,
    /// One per hidden layer.
    norms: Vec<Option<NormLayer>>,
    #[module(skip)]
    activation: Activation,
    #[module(skip)]
    placement: Placement,
}

impl Mlp {
    /// Builds the network for `inputs` features and `classes` classes. The weights of layer `i`
    /// come from the stream `init/layer.i`, so that networks that differ in their normalisation
    /// start from the same weights; biases start at 0.
    pub fn new(
        model: &Model,
        norm: &Norm,
        hidden: &[usize],
        [inputs, classes]: [usize; 2],
        streams: &Streams,
        device: &Device,
    ) -> Self {
        let draw = |layer: usize, from: usize, to: usize| {
            let mut stream = streams.stream(&format!("init/layer.{layer}"));
            Weights {
                weight: init::draw(model.init, model.init_scale, from, to, &mut stream),
                bias: vec![0.0; to],
            }
        };
        Self::with_weights(model, norm, hidden, [inputs, classes], device, draw)
    }

    /// Builds the network with the weights that `weights` gives for each linear layer, from its
    /// position (counted from the input), inputs and outputs.
    pub fn with_weights(
        model: &Model,
        norm: &Norm,
        hidden: &[usize],
        [inputs, classes]: [usize; 2],
        device: &Device,
        weights: impl Fn(usize, usize, usize) -> Weights,
    ) -> Self {
        let norm_layer = |wanted: bool, name: &str, features: usize| {
            norm.layer
                .filter(|_| wanted)
                .map(|settings| NormLayer::new(name, features, settings, device))
        };
        let hidden_bias = match model.bias {
            Bias::Auto => !placement::cancels_bias(norm.placement),
            Bias::Always => true,
            Bias::Never => false,
        };
        let mut widths = vec![inputs];
        widths.extend(hidden);
        widths.push(classes);
        let dense = |layer: usize| {
            let (from, to) = (widths[layer], widths[layer + 1]);
            let bias = if layer < hidden.len() {
                hidden_bias
            } else {
                model.bias != Bias::Never
            };
            Dense::new(weights(layer, from, to), from, to, bias, device)
        };
        let normalised = norm.placement != Placement::None;
        Self {
            input_norm: norm_layer(norm.on_input, "input_norm", inputs),
            layers: (0..=hidden.len()).map(dense).collect(),
            norms: (0..hidden.len())
                .map(|layer| norm_layer(normalised, &format!("norms.{layer}"), hidden[layer]))
                .collect(),
            activation: model.activation,
            placement: norm.placement,
        }
    }

    /// Scaled inputs `[batch, inputs]` → logits `[batch, classes]`.
    pub fn forward(&self, x: Tensor<2>, pass: &mut Pass) -> Tensor<2> {
        let mut x = pass.normalise(self.input_norm.as_ref(), x);
        for (i, layer) in self.layers.iter().enumerate() {
            x = layer.forward(x);
            // The output layer is the one without a place for a norm.
            let Some(norm) = self.norms.get(i) else { break };
            let name = format!("layers.{i}");
            x = placement::apply(
                self.placement,
                norm.as_ref(),
                self.activation,
                &name,
                x,
                pass,
            );
        }
        x
    }

    /// The norm layers, in the order of a pass.
    pub fn norms_mut(&mut self) -> Vec<&mut NormLayer> {
        let hidden = self.norms.iter_mut().flatten();
        self.input_norm.iter_mut().chain(hidden).collect()
    }
}
