//! `[model]`: the network.

use super::Shape;

/// `[model]`
#[derive(Debug, Clone, PartialEq)]
pub struct Model {
    /// The architecture.
    pub kind: Architecture,
    /// The nonlinearity after every hidden layer.
    pub activation: Activation,
    /// How initial weights are drawn.
    pub init: Init,
    /// Factor on every initial weight.
    pub init_scale: f64,
    /// When linear layers carry a bias.
    pub bias: Bias,
}

/// A network architecture.
#[derive(Debug, Clone, PartialEq)]
pub enum Architecture {
    /// Fully connected layers.
    Mlp {
        /// Units of each hidden layer; may be empty (a linear classifier).
        hidden: Vec<usize>,
        /// Share of each hidden layer's values that a training step drops, in `[0, 1)`.
        dropout: f64,
    },
    /// Convolutional blocks, then fully connected layers.
    Convnet(Convnet),
    /// Residual blocks.
    Resnet(Resnet),
    /// A recurrent layer over the rows of an image.
    Rnn(Rnn),
}

impl Architecture {
    /// Whether there is a hidden layer: something to activate and to normalise.
    pub fn has_hidden_layers(&self) -> bool {
        !self.hidden_features().is_empty()
    }

    /// How many features each hidden layer has, from the input on: units, or channels.
    pub fn hidden_features(&self) -> Vec<usize> {
        match self {
            Self::Mlp { hidden, .. } => hidden.clone(),
            Self::Convnet(net) => {
                let channels = net.blocks.iter().map(|block| block.channels);
                channels.chain(net.dense.iter().copied()).collect()
            }
            Self::Resnet(net) => net.hidden_features(),
            Self::Rnn(net) => vec![net.units],
        }
    }

    /// Whether the inputs must be images.
    pub fn needs_images(&self) -> bool {
        match self {
            Self::Mlp { .. } => false,
            Self::Convnet(_) | Self::Resnet(_) | Self::Rnn(_) => true,
        }
    }
}

/// A convolutional network in the manner of VGG (Simonyan & Zisserman 2015).
#[derive(Debug, Clone, PartialEq)]
pub struct Convnet {
    /// The convolutional blocks, from the input on; at least one.
    pub blocks: Vec<Block>,
    /// What becomes of the last feature map.
    pub head: Head,
    /// Units of each hidden fully connected layer behind it; may be empty.
    pub dense: Vec<usize>,
    /// Share of the values that a training step drops behind each of those layers, or, where
    /// there is none, of the output layer's inputs; in `[0, 1)`.
    pub dropout: f64,
}

impl Convnet {
    /// The feature map behind the blocks for images of shape `image`.
    ///
    /// # Errors
    ///
    /// The first block, counted from 0, whose pooling window is larger than its feature map, and
    /// the map's shape there.
    pub fn feature_map(&self, image: Shape) -> Result<Shape, (usize, Shape)> {
        let mut map = image;
        for (index, block) in self.blocks.iter().enumerate() {
            // 3 × 3 with padding 1 keeps the size; a stride of s keeps every s-th, from the first.
            map = Shape {
                channels: block.channels,
                height: map.height.div_ceil(block.stride),
                width: map.width.div_ceil(block.stride),
            };
            if map.height.min(map.width) < block.pool {
                return Err((index, map));
            }
            map.height /= block.pool;
            map.width /= block.pool;
        }
        Ok(map)
    }
}

/// A 3 × 3 convolution with padding 1, normalisation and activation as the placement says, and
/// max-pooling.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Block {
    /// Output channels.
    pub channels: usize,
    /// Of the convolution, along both axes.
    pub stride: usize,
    /// Side and stride of the pooling window; 1 for none. What does not fill a window is left out.
    pub pool: usize,
}

/// How a feature map becomes a row of values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Head {
    /// The mean of every channel.
    GlobalAverage,
    /// All values, channel by channel, each row by row.
    Flatten,
}

/// A residual network for small images (He et al. 2015, section 4.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Resnet {
    /// Layers with weights, shortcuts not counted: 6 n + 2.
    pub depth: usize,
    /// Channels of the first stage; twice and four times as many in the others.
    pub width: usize,
    /// How a shortcut reaches a stage of another shape.
    pub shortcut: Shortcut,
}

impl Resnet {
    /// n: the blocks of each of the three stages.
    pub fn blocks_per_stage(&self) -> usize {
        self.depth.saturating_sub(2) / 6
    }

    /// Channels of every convolution in the order of a pass, shortcuts left out.
    fn hidden_features(&self) -> Vec<usize> {
        let stages = (0..3).flat_map(|stage| {
            let channels = self.width << stage;
            std::iter::repeat_n(channels, 2 * self.blocks_per_stage())
        });
        std::iter::once(self.width).chain(stages).collect()
    }
}

/// What a shortcut does where the shape changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shortcut {
    /// Leaves out every second row and column and adds channels of zeros; no parameters.
    A,
    /// A 1 × 1 convolution with stride 2.
    B,
}

/// A recurrent network that reads an image row by row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rnn {
    /// What a step computes.
    pub cell: Cell,
    /// Length of the state.
    pub units: usize,
}

/// What a step of a recurrent layer computes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cell {
    /// Elman's simple recurrent network, 1990.
    Elman,
    /// The gated recurrent unit (Cho et al. 2014).
    Gru,
}

impl Cell {
    /// Values that each unit's step is computed from.
    pub fn gates(self) -> usize {
        match self {
            Self::Elman => 1,
            Self::Gru => 3,
        }
    }
}

/// A nonlinearity `f`, applied to each element.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Activation {
    /// `max(0, x)`
    Relu,
    /// `x` if `x > 0`, else `slope · x`
    LeakyRelu {
        /// Slope for negative inputs.
        slope: f64,
    },
    /// `x` if `x > 0`, else `α (eˣ − 1)`
    Elu {
        /// α
        alpha: f64,
    },
    /// `λ · elu(x)` with the fixed λ and α under which activations normalise themselves
    Selu,
    /// `x Φ(x)`, exact
    Gelu,
    /// `x / (1 + e⁻ˣ)`, also called `SiLU`
    Swish,
    /// `ln(1 + eˣ)`
    Softplus,
    /// `1 / (1 + e⁻ˣ)`
    Sigmoid,
    /// `tanh x`
    Tanh,
    /// `x`
    Identity,
}

/// How the initial weights of a layer with `fan_in` inputs and `fan_out` outputs are drawn.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Init {
    /// Uniform in `±√(6 / (fan_in + fan_out))`
    GlorotUniform,
    /// Normal with variance `2 / (fan_in + fan_out)`
    GlorotNormal,
    /// Uniform in `±√(6 / fan_in)`
    HeUniform,
    /// Normal with variance `2 / fan_in`
    HeNormal,
    /// Uniform in `±√(3 / fan_in)`
    LecunUniform,
    /// Normal with variance `1 / fan_in`
    LecunNormal,
    /// Normal with a given standard deviation
    Normal {
        /// Standard deviation.
        std: f64,
    },
    /// A random matrix with orthonormal rows or columns, whichever are fewer
    Orthogonal,
}

/// When linear layers carry a bias. The output layer follows `Never`, else always has one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bias {
    /// Except where a normalisation follows directly and would cancel it.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}
