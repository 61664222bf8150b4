//! The residual network for small images (He et al. 2015, section 4.2; He et al. 2016b).
//!
//! A 3 × 3 convolution (the stem), three stages of `(depth − 2) / 6` blocks with `width`, 2 `width`
//! and 4 `width` channels, the second and third stage at half the height and width of the one
//! before; then the mean of every channel, and a linear layer. With `f` the activation, `N` a
//! normalisation, `C` a 3 × 3 convolution and `s` the shortcut, a block is
//!
//! ```text
//! none             y = f(    s(x) + C( f(  C(x)))   )
//! before           y = f(    s(x) + N(C( f(N(C(x))))) )      the original (2015)
//! after            y = N(f(  s(x) + C(N(f(  C(x))))  ))      each N behind the f that it preceded
//! pre-activation   y =       s(x) + C( f(N(C( f(N(x))))))    2016b, figure 4 (e)
//! after-addition   y = f(N(  s(x) + C( f(N(C(x))))  ))       2016b, figure 4 (b)
//! ```
//!
//! The stem is `C`, `f(N(C))` or `N(f(C))` accordingly. Under pre-activation it is `C` alone, a
//! last `f(N(·))` stands before the mean, and in the first block of a stage the shortcut starts
//! behind `f(N(x))` too, as in the authors' own program. (With one block a stage, depth 8, that is
//! the same function as under after-addition.)
//!
//! Where a block changes the shape, the shortcut is either parameter-free (A: every second row and
//! column, and channels of zeros behind the given ones) or a 1 × 1 convolution with stride 2 (B),
//! which the original normalises as well (`before` only: behind the others no activation follows
//! that a norm could stand before or after).

use burn::module::Module;
use burn::tensor::Tensor;
use burn::tensor::module::avg_pool2d;
use burn::tensor::ops::AvgPoolOptions;

use super::builder::Builder;
use super::convnet::global_average;
use super::convolution::{ConvolutionUnit, Kernel};
use super::dense::Dense;
use super::image::images;
use super::norm::NormLayer;
use super::operation::{self, Operation};
use super::pass::Pass;
use super::placement;
use crate::config::spec::{Activation, Placement, Resnet as Settings, Shape, Shortcut};

/// `image – stem – 3 × n blocks – mean of every channel – classes`.
///
/// The fields are named so that a parameter's path is its name in a checkpoint.
#[derive(Module, Debug)]
pub struct Resnet {
    input_norm: Option<NormLayer>,
    stem: ConvolutionUnit,
    blocks: Vec<Block>,
    /// With pre-activation: the norm that no convolution follows.
    final_norm: Option<NormLayer>,
    output: Dense,
    #[module(skip)]
    image: Shape,
    #[module(skip)]
    style: Style,
}

/// The common settings of all blocks.
#[derive(Debug, Clone, Copy)]
struct Style {
    activation: Activation,
    placement: Placement,
}

/// Two convolutions and a shortcut around them.
#[derive(Module, Debug)]
struct Block {
    first: ConvolutionUnit,
    second: ConvolutionUnit,
    /// `None` for the identity, and for shortcut A.
    shortcut: Option<ConvolutionUnit>,
    #[module(skip)]
    stride: usize,
    #[module(skip)]
    outputs: usize,
    /// Whether the shortcut starts after the pre-activation.
    #[module(skip)]
    opens_stage: bool,
}

impl Resnet {
    /// Builds the network for images of shape `image` and `classes` classes. Normalisation of the
    /// raw input is per channel.
    pub fn new(settings: &Settings, image: Shape, classes: usize, builder: &Builder<'_>) -> Self {
        let placement = builder.norm.placement;
        let pre = placement == Placement::PreActivation;
        let stem = Kernel { inputs: image.channels, outputs: settings.width, side: 3, stride: 1 };
        let features = 4 * settings.width;
        let last = 6 * settings.blocks_per_stage();
        Self {
            input_norm: builder.input_norm(image.channels),
            stem: unit(builder, 0, "stem", stem, (!pre).then_some(settings.width)),
            blocks: blocks(settings, builder),
            final_norm: pre.then(|| builder.norm(last, "final_norm", features)).flatten(),
            output: builder.output(features, classes),
            image,
            style: Style { activation: builder.model.activation, placement },
        }
    }

    /// Scaled inputs `[batch, features]` → logits `[batch, classes]`.
    pub fn forward(&self, x: Tensor<2>, pass: &mut Pass) -> Tensor<2> {
        let x = pass.normalise(self.input_norm.as_ref(), images(x, self.image));
        let mut x = self.stem.convolution.forward(x);
        let style = self.style;
        if style.placement != Placement::PreActivation {
            x = style.activate(self.stem.norm.as_ref(), "stem", x, pass);
        }
        for (i, block) in self.blocks.iter().enumerate() {
            x = block.forward(style, &format!("blocks.{i}"), x, pass);
        }
        if style.placement == Placement::PreActivation {
            x = style.activate(self.final_norm.as_ref(), "final", x, pass);
        }
        self.output.forward(global_average(x))
    }

    /// The same as a list, and the shape of its inputs.
    pub fn operations(&self) -> (Vec<Operation<'_>>, Shape) {
        let style = self.style;
        let pre = style.placement == Placement::PreActivation;
        let mut operations: Vec<_> = self.input_norm.iter().map(Operation::Norm).collect();
        operations.push(Operation::Convolution(&self.stem.convolution));
        if !pre {
            operations.extend(style.operations(self.stem.norm.as_ref()));
        }
        operations.extend(self.blocks.iter().flat_map(|block| block.operations(style)));
        if pre {
            operations.extend(style.operations(self.final_norm.as_ref()));
        }
        operations.extend([Operation::GlobalAverage, Operation::Dense(&self.output)]);
        (operations, self.image)
    }

    /// The norm layers, in the order of the forward pass.
    pub fn norms_mut(&mut self) -> Vec<&mut NormLayer> {
        let stem = self.stem.norm.iter_mut();
        let blocks = self.blocks.iter_mut().flat_map(Block::norms_mut);
        let input = self.input_norm.iter_mut();
        let last = self.final_norm.iter_mut();
        input.chain(stem).chain(blocks).chain(last).collect()
    }
}

impl Style {
    fn operations(self, norm: Option<&NormLayer>) -> impl Iterator<Item = Operation<'_>> {
        operation::activation(self.placement, norm, self.activation)
    }

    /// The activation called `layer` with its norm, in the order of the placement.
    fn activate(
        self,
        norm: Option<&NormLayer>,
        layer: &str,
        x: Tensor<4>,
        pass: &mut Pass,
    ) -> Tensor<4> {
        placement::apply(self.placement, norm, self.activation, layer, x, pass)
    }
}

impl Block {
    /// `[batch, inputs, height, width]` → `[batch, outputs, ⌈height / stride⌉, ⌈width / stride⌉]`
    fn forward(&self, style: Style, name: &str, x: Tensor<4>, pass: &mut Pass) -> Tensor<4> {
        let (first, second) = (format!("{name}.first"), format!("{name}.second"));
        let (norm_1, norm_2) = (self.first.norm.as_ref(), self.second.norm.as_ref());
        if style.placement == Placement::PreActivation {
            let activated = style.activate(norm_1, &first, x.clone(), pass);
            let source = if self.opens_stage { activated.clone() } else { x };
            let y = self.first.convolution.forward(activated);
            let y = style.activate(norm_2, &second, y, pass);
            return self.second.convolution.forward(y) + self.shortcut(source, pass);
        }
        let y = self.first.convolution.forward(x.clone());
        let y = style.activate(norm_1, &first, y, pass);
        let y = self.second.convolution.forward(y);
        if style.placement == Placement::Before {
            // The original normalises the branch; the activation comes after the addition.
            let y = pass.normalise(norm_2, y) + self.shortcut(x, pass);
            return placement::activate(style.activation, &second, y, pass);
        }
        let y = y + self.shortcut(x, pass);
        style.activate(norm_2, &second, y, pass)
    }

    /// The same as [`Self::forward`], as a list.
    fn operations(&self, style: Style) -> Vec<Operation<'_>> {
        let first = Operation::Convolution(&self.first.convolution);
        let second = Operation::Convolution(&self.second.convolution);
        let [norm_1, norm_2] =
            [&self.first, &self.second].map(|unit| style.operations(unit.norm.as_ref()));
        let shortcut = self.shortcut_operations();
        let (mut before, mut branch, mut after) = (Vec::new(), Vec::new(), Vec::new());
        match style.placement {
            Placement::PreActivation => {
                // The shortcut starts behind the first activation, or with the block.
                let opening = if self.opens_stage { &mut before } else { &mut branch };
                opening.extend(norm_1);
                branch.push(first);
                branch.extend(norm_2);
                branch.push(second);
            }
            Placement::Before => {
                branch.push(first);
                branch.extend(norm_1);
                branch.push(second);
                branch.extend(self.second.norm.as_ref().map(Operation::Norm));
                after.push(Operation::Activation(style.activation));
            }
            Placement::None | Placement::After | Placement::AfterAddition => {
                branch.push(first);
                branch.extend(norm_1);
                branch.push(second);
                after.extend(norm_2);
            }
        }
        before.push(Operation::Residual { branch, shortcut });
        before.extend(after);
        before
    }

    fn shortcut_operations(&self) -> Vec<Operation<'_>> {
        match &self.shortcut {
            Some(unit) => {
                let norm = unit.norm.as_ref().map(Operation::Norm);
                [Operation::Convolution(&unit.convolution)].into_iter().chain(norm).collect()
            }
            None if self.stride > 1
                || self.second.convolution.kernel().outputs
                    != self.first.convolution.kernel().inputs =>
            {
                vec![Operation::ZeroPadded { stride: self.stride, outputs: self.outputs }]
            }
            None => Vec::new(),
        }
    }

    fn shortcut(&self, x: Tensor<4>, pass: &mut Pass) -> Tensor<4> {
        match &self.shortcut {
            Some(unit) => {
                let x = unit.convolution.forward(x);
                pass.normalise(unit.norm.as_ref(), x)
            }
            None => zero_padded(x, self.stride, self.outputs),
        }
    }

    /// The norm layers, in the order of the forward pass.
    fn norms_mut(&mut self) -> Vec<&mut NormLayer> {
        let shortcut = self.shortcut.as_mut().and_then(|unit| unit.norm.as_mut());
        let branch = [self.first.norm.as_mut(), self.second.norm.as_mut()];
        branch.into_iter().flatten().chain(shortcut).collect()
    }
}

/// Shortcut A: every `stride`-th row and column, from the first, and channels of zeros up to
/// `outputs`; the identity where neither changes anything.
fn zero_padded(x: Tensor<4>, stride: usize, outputs: usize) -> Tensor<4> {
    let x = if stride > 1 {
        avg_pool2d(x, AvgPoolOptions::new([1, 1]).with_stride([stride; 2]))
    } else {
        x
    };
    let [batch, channels, height, width] = x.dims();
    if channels == outputs {
        return x;
    }
    let zeros = Tensor::zeros([batch, outputs - channels, height, width], &x.device());
    Tensor::cat(vec![x, zeros], 1)
}

fn blocks(settings: &Settings, builder: &Builder<'_>) -> Vec<Block> {
    let mut inputs = settings.width;
    let mut blocks = Vec::new();
    for stage in 0..3 {
        for position in 0..settings.blocks_per_stage() {
            let opens_stage = position == 0;
            let stride = if opens_stage && stage > 0 { 2 } else { 1 };
            let outputs = settings.width << stage;
            let ends = [inputs, outputs];
            let index = blocks.len();
            blocks.push(block(settings, builder, index, ends, stride, opens_stage));
            inputs = outputs;
        }
    }
    blocks
}

fn block(
    settings: &Settings,
    builder: &Builder<'_>,
    index: usize,
    [inputs, outputs]: [usize; 2],
    stride: usize,
    opens_stage: bool,
) -> Block {
    let kernel = |inputs, side, stride| Kernel { inputs, outputs, side, stride };
    // A norm before its convolution normalises the convolution's inputs. Hidden layers are
    // counted by their activations: the stem's is the first, unless it has none.
    let (placement, changes) = (builder.norm.placement, inputs != outputs);
    let (seen, layer) = if placement == Placement::PreActivation {
        (inputs, 2 * index)
    } else {
        (outputs, 2 * index + 1)
    };
    let part = |layer: usize, part: &str, kernel, features| {
        unit(builder, layer, &format!("blocks.{index}.{part}"), kernel, features)
    };
    let projected = changes && settings.shortcut == Shortcut::B;
    let shortcut_norm = (placement == Placement::Before).then_some(outputs);
    Block {
        first: part(layer, "first", kernel(inputs, 3, stride), Some(seen)),
        second: part(layer + 1, "second", kernel(outputs, 3, 1), Some(outputs)),
        shortcut: projected
            .then(|| part(layer + 1, "shortcut", kernel(inputs, 1, stride), shortcut_norm)),
        stride,
        outputs,
        opens_stage,
    }
}

/// The convolution called `name` of hidden layer `layer`, with a norm over this many features where
/// there is one.
fn unit(
    builder: &Builder<'_>,
    layer: usize,
    name: &str,
    kernel: Kernel,
    features: Option<usize>,
) -> ConvolutionUnit {
    let bias = builder.hidden_bias(layer);
    ConvolutionUnit {
        convolution: builder.convolution(&format!("{name}.convolution"), kernel, bias),
        norm: features.and_then(|features| builder.norm(layer, &format!("{name}.norm"), features)),
    }
}
