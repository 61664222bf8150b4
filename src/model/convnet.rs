//! The convolutional network: blocks in the style of VGG (Simonyan & Zisserman 2015), a head,
//! and fully connected layers.

use burn::module::Module;
use burn::tensor::Tensor;
use burn::tensor::module::max_pool2d;
use burn::tensor::ops::MaxPoolOptions;

use super::builder::Builder;
use super::convolution::{ConvolutionUnit, Kernel};
use super::dense::Dense;
use super::image::images;
use super::norm::NormLayer;
use super::operation::{Operation, activation};
use super::pass::Pass;
use super::placement;
use crate::config::spec::{Activation, Convnet as Settings, Head, Placement, Shape};

/// `image – [convolution, norm and activation, pooling]… – head – dense… – classes`.
///
/// The fields are named so that a parameter's path is its name in a checkpoint.
#[derive(Module, Debug)]
pub struct Convnet {
    input_norm: Option<NormLayer>,
    blocks: Vec<ConvolutionUnit>,
    dense: Vec<DenseUnit>,
    output: Dense,
    #[module(skip)]
    image: Shape,
    #[module(skip)]
    settings: Settings,
    #[module(skip)]
    activation: Activation,
    #[module(skip)]
    placement: Placement,
}

/// A hidden fully connected layer with its normalisation.
#[derive(Module, Debug)]
struct DenseUnit {
    linear: Dense,
    norm: Option<NormLayer>,
}

impl Convnet {
    /// Builds the network for images of shape `image` and `classes` classes. Normalisation of the
    /// raw input is per channel.
    pub fn new(settings: &Settings, image: Shape, classes: usize, builder: &Builder<'_>) -> Self {
        // A network too deep for its images was refused with its configuration.
        let map = match settings.feature_map(image) {
            Ok(map) | Err((_, map)) => map,
        };
        let mut width = match settings.head {
            Head::GlobalAverage => map.channels,
            Head::Flatten => map.features(),
        };
        let mut dense = Vec::new();
        for (i, &units) in settings.dense.iter().enumerate() {
            let (name, layer) = (format!("dense.{i}"), settings.blocks.len() + i);
            dense.push(DenseUnit {
                linear: builder.dense(
                    &format!("{name}.linear"),
                    width,
                    units,
                    builder.hidden_bias(layer),
                ),
                norm: builder.norm(layer, &format!("{name}.norm"), units),
            });
            width = units;
        }
        Self {
            input_norm: builder.input_norm(image.channels),
            blocks: blocks(settings, image, builder),
            dense,
            output: builder.output(width, classes),
            image,
            settings: settings.clone(),
            activation: builder.model.activation,
            placement: builder.norm.placement,
        }
    }

    /// Scaled inputs `[batch, features]` → logits `[batch, classes]`.
    pub fn forward(&self, x: Tensor<2>, pass: &mut Pass) -> Tensor<2> {
        let mut x = pass.normalise(self.input_norm.as_ref(), images(x, self.image));
        for (i, (block, settings)) in self.blocks.iter().zip(&self.settings.blocks).enumerate() {
            x = block.convolution.forward(x);
            x = self.hidden(block.norm.as_ref(), &format!("blocks.{i}"), x, pass);
            if settings.pool > 1 {
                x = max_pool2d(x, MaxPoolOptions::new([settings.pool; 2]));
            }
        }
        let mut x = match self.settings.head {
            Head::GlobalAverage => global_average(x),
            Head::Flatten => x.flatten(1, 3),
        };
        for (i, unit) in self.dense.iter().enumerate() {
            x = unit.linear.forward(x);
            x = self.hidden(unit.norm.as_ref(), &format!("dense.{i}"), x, pass);
            x = pass.drop_out(self.settings.dropout, x);
        }
        if self.dense.is_empty() {
            x = pass.drop_out(self.settings.dropout, x);
        }
        self.output.forward(x)
    }

    fn hidden<const D: usize>(
        &self,
        norm: Option<&NormLayer>,
        layer: &str,
        x: Tensor<D>,
        pass: &mut Pass,
    ) -> Tensor<D> {
        placement::apply(self.placement, norm, self.activation, layer, x, pass)
    }

    /// The same as a list, and the shape of its inputs.
    pub fn operations(&self) -> (Vec<Operation<'_>>, Shape) {
        let hidden = |norm| activation(self.placement, norm, self.activation);
        let mut operations: Vec<_> = self.input_norm.iter().map(Operation::Norm).collect();
        for (block, settings) in self.blocks.iter().zip(&self.settings.blocks) {
            operations.push(Operation::Convolution(&block.convolution));
            operations.extend(hidden(block.norm.as_ref()));
            if settings.pool > 1 {
                operations.push(Operation::MaxPool(settings.pool));
            }
        }
        operations.push(match self.settings.head {
            Head::GlobalAverage => Operation::GlobalAverage,
            Head::Flatten => Operation::Flatten,
        });
        let drops = self.settings.dropout > 0.0;
        let dropout = || drops.then_some(Operation::Dropout(self.settings.dropout));
        for unit in &self.dense {
            operations.push(Operation::Dense(&unit.linear));
            operations.extend(hidden(unit.norm.as_ref()));
            operations.extend(dropout());
        }
        if self.dense.is_empty() {
            operations.extend(dropout());
        }
        operations.push(Operation::Dense(&self.output));
        (operations, self.image)
    }

    /// The norm layers, in the order of the forward pass.
    pub fn norms_mut(&mut self) -> Vec<&mut NormLayer> {
        let blocks = self.blocks.iter_mut().filter_map(|unit| unit.norm.as_mut());
        let dense = self.dense.iter_mut().filter_map(|unit| unit.norm.as_mut());
        let input = self.input_norm.iter_mut();
        input.chain(blocks).chain(dense).collect()
    }
}

fn blocks(settings: &Settings, image: Shape, builder: &Builder<'_>) -> Vec<ConvolutionUnit> {
    let mut inputs = image.channels;
    let mut blocks = Vec::new();
    for (i, block) in settings.blocks.iter().enumerate() {
        let name = format!("blocks.{i}");
        let kernel = Kernel { inputs, outputs: block.channels, side: 3, stride: block.stride };
        blocks.push(ConvolutionUnit {
            convolution: builder.convolution(
                &format!("{name}.convolution"),
                kernel,
                builder.hidden_bias(i),
            ),
            norm: builder.norm(i, &format!("{name}.norm"), block.channels),
        });
        inputs = block.channels;
    }
    blocks
}

/// The mean of every channel: `[batch, channels, height, width]` → `[batch, channels]`.
pub(super) fn global_average(x: Tensor<4>) -> Tensor<2> {
    let [batch, channels, ..] = x.dims();
    x.mean_dim(3).mean_dim(2).reshape([batch, channels])
}
