//! The multi-layer perceptron.

use burn::module::Module;
use burn::tensor::Tensor;

use super::builder::Builder;
use super::dense::Dense;
use super::norm::NormLayer;
use super::operation::{Operation, activation};
use super::pass::Pass;
use super::placement;
use crate::config::spec::{Activation, Bias, Placement};

/// `inputs – hidden… – classes`, with normalisation of the inputs and of every hidden layer
/// where the experiment sets it. The output layer is linear and never normalised.
///
/// The fields are named so that a parameter's path is its name in a checkpoint.
#[derive(Module, Debug)]
pub struct Mlp {
    input_norm: Option<NormLayer>,
    /// The hidden layers, then the output layer.
    layers: Vec<Dense>,
    /// One entry for each hidden layer.
    norms: Vec<Option<NormLayer>>,
    #[module(skip)]
    activation: Activation,
    #[module(skip)]
    placement: Placement,
    #[module(skip)]
    dropout: f64,
}

impl Mlp {
    /// Builds the network for `inputs` features and `classes` classes. The weights of layer `i`,
    /// counted from the input, come from the stream `init/layer.i`. In training, `dropout` is the
    /// share of each hidden layer's values that is dropped.
    pub fn new(
        hidden: &[usize],
        dropout: f64,
        [inputs, classes]: [usize; 2],
        builder: &Builder<'_>,
    ) -> Self {
        let mut widths = vec![inputs];
        widths.extend(hidden);
        widths.push(classes);
        let dense = |layer: usize| {
            let bias = if layer < hidden.len() {
                builder.hidden_bias(layer)
            } else {
                builder.model.bias != Bias::Never
            };
            let (from, to) = (widths[layer], widths[layer + 1]);
            builder.dense(&format!("layer.{layer}"), from, to, bias)
        };
        let norm = |layer: usize| builder.norm(layer, &format!("norms.{layer}"), hidden[layer]);
        Self {
            input_norm: builder.input_norm(inputs),
            layers: (0..=hidden.len()).map(dense).collect(),
            norms: (0..hidden.len()).map(norm).collect(),
            activation: builder.model.activation,
            placement: builder.norm.placement,
            dropout,
        }
    }

    /// Scaled inputs `[batch, inputs]` → logits `[batch, classes]`.
    pub fn forward(&self, x: Tensor<2>, pass: &mut Pass) -> Tensor<2> {
        let mut x = pass.normalise(self.input_norm.as_ref(), x);
        for (i, layer) in self.layers.iter().enumerate() {
            x = layer.forward(x);
            // The output layer has no entry for a norm.
            let Some(norm) = self.norms.get(i) else { break };
            let name = format!("layers.{i}");
            x = placement::apply(self.placement, norm.as_ref(), self.activation, &name, x, pass);
            x = pass.drop_out(self.dropout, x);
        }
        x
    }

    /// Number of inputs.
    pub fn inputs(&self) -> usize {
        self.layers.first().map_or(0, |layer| layer.weight().dims()[0])
    }

    /// The same as a list.
    pub fn operations(&self) -> Vec<Operation<'_>> {
        let mut operations: Vec<_> = self.input_norm.iter().map(Operation::Norm).collect();
        for (i, layer) in self.layers.iter().enumerate() {
            operations.push(Operation::Dense(layer));
            let Some(norm) = self.norms.get(i) else { break };
            operations.extend(activation(self.placement, norm.as_ref(), self.activation));
            if self.dropout > 0.0 {
                operations.push(Operation::Dropout(self.dropout));
            }
        }
        operations
    }

    /// The norm layers, in the order of the forward pass.
    pub fn norms_mut(&mut self) -> Vec<&mut NormLayer> {
        let hidden = self.norms.iter_mut().flatten();
        self.input_norm.iter_mut().chain(hidden).collect()
    }
}
