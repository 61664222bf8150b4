//! The multi-layer perceptron.

use burn::module::{Module, Param};
use burn::tensor::{Device, Tensor, TensorData, module::linear};

use super::init;
use super::norm::{BatchNorm, Observed};
use super::pass::Pass;
use super::placement;
use crate::config::spec::{Activation, Architecture, Bias, Model, Norm, Placement};
use crate::seed::Streams;

/// A linear map `y = x W + b`.
#[derive(Module, Debug)]
pub struct Dense {
    /// W `[inputs, outputs]`
    weight: Param<Tensor<2>>,
    /// b `[outputs]`, starts at 0
    bias: Option<Param<Tensor<1>>>,
}

/// Initial values of a [`Dense`] layer.
#[derive(Debug, Clone, PartialEq)]
pub struct Weights {
    /// W, row-major `[inputs, outputs]`
    pub weight: Vec<f32>,
    /// b `[outputs]`; unused by a layer without bias
    pub bias: Vec<f32>,
}

impl Dense {
    fn new(weights: Weights, inputs: usize, outputs: usize, bias: bool, device: &Device) -> Self {
        let Weights {
            weight,
            bias: values,
        } = weights;
        let weight = Tensor::from_data(TensorData::new(weight, [inputs, outputs]), device);
        let vector = || Tensor::from_data(TensorData::new(values, [outputs]), device);
        Self {
            weight: Param::from_tensor(weight),
            bias: bias.then(|| Param::from_tensor(vector())),
        }
    }

    /// `[batch, inputs]` → `[batch, outputs]`
    fn forward(&self, x: Tensor<2>) -> Tensor<2> {
        linear(x, self.weight.val(), self.bias.as_ref().map(Param::val))
    }
}

/// A hidden layer: linear map, activation, and normalisation where the placement says.
#[derive(Module, Debug)]
pub struct Hidden {
    dense: Dense,
    norm: Option<BatchNorm>,
}

/// `inputs – hidden… – classes`, with normalisation on the raw input and in every hidden layer
/// where the experiment says so. The output layer is linear and never normalised.
#[derive(Module, Debug)]
pub struct Mlp {
    input_norm: Option<BatchNorm>,
    hidden: Vec<Hidden>,
    output: Dense,
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
        inputs: usize,
        classes: usize,
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
        Self::with_weights(model, norm, inputs, classes, device, draw)
    }

    /// Builds the network with the weights that `weights` gives for each linear layer, from its
    /// position (counted from the input), inputs and outputs.
    pub fn with_weights(
        model: &Model,
        norm: &Norm,
        inputs: usize,
        classes: usize,
        device: &Device,
        weights: impl Fn(usize, usize, usize) -> Weights,
    ) -> Self {
        let Architecture::Mlp { hidden: widths } = &model.kind;
        let dense = |layer: usize, from: usize, to: usize, bias: bool| {
            Dense::new(weights(layer, from, to), from, to, bias, device)
        };
        let norm_layer = |wanted: bool, features: usize| {
            norm.layer
                .filter(|_| wanted)
                .map(|settings| BatchNorm::new(features, settings, device))
        };
        let hidden_bias = match model.bias {
            Bias::Auto => !placement::cancels_bias(norm.placement),
            Bias::Always => true,
            Bias::Never => false,
        };
        let mut from = inputs;
        let mut hidden = Vec::with_capacity(widths.len());
        for (layer, &width) in widths.iter().enumerate() {
            hidden.push(Hidden {
                dense: dense(layer, from, width, hidden_bias),
                norm: norm_layer(norm.placement != Placement::None, width),
            });
            from = width;
        }
        Self {
            input_norm: norm_layer(norm.on_input, inputs),
            hidden,
            output: dense(widths.len(), from, classes, model.bias != Bias::Never),
            activation: model.activation,
            placement: norm.placement,
        }
    }

    /// Scaled inputs `[batch, inputs]` → logits `[batch, classes]`.
    pub fn forward(&self, x: Tensor<2>, pass: &mut Pass) -> Tensor<2> {
        let mut x = pass.normalise(self.input_norm.as_ref(), x);
        for layer in &self.hidden {
            x = layer.dense.forward(x);
            x = placement::apply(
                self.placement,
                layer.norm.as_ref(),
                self.activation,
                x,
                pass,
            );
        }
        self.output.forward(x)
    }

    /// Lets the running statistics follow a training pass; `observed` in the order of the pass.
    pub fn observe(&mut self, observed: Vec<Observed>) {
        let norms = self.input_norm.iter_mut().chain(
            self.hidden
                .iter_mut()
                .filter_map(|layer| layer.norm.as_mut()),
        );
        for (norm, batch) in norms.zip(observed) {
            norm.observe(batch);
        }
    }
}
