//! `[model]`: the network's architecture and initialisation.

use super::blocks::{BLOCKS, Block, default_blocks};
use super::data::Shape;
use crate::config::declare::{choices, keys, settings};
use crate::config::key::Applies::{self, Where, With};
use crate::config::key::DefaultValue::{Computed, Number, Text, Whole, Wholes};
use crate::config::key::{Choice, field_of};
use crate::config::point::Point;
use crate::config::rule::{
    BELOW_ONE, FROM_0_TO_1, List, MOST_LAYERS, NOT_NEGATIVE, Order, POSITIVE, Rule, WIDEST, count,
};
use crate::config::value::Value;

keys! { MODEL_KEYS:
    ARCHITECTURE: Architecture = "model.kind", Rule::Choice(Architecture::WORDS), default Text("mlp");
        "The architecture: fully connected layers, convolutional blocks in the manner of VGG, a residual network for small images (He et al. 2015), or a recurrent layer that reads an image row by row.";
    HIDDEN: Vec<usize> = "model.hidden", Rule::List(&WIDTHS),
        default Wholes(&[128, 64]), only field_of(ARCHITECTURE);
        "Units of each hidden layer; `[]` is a linear classifier.";
    CONV_BLOCKS: Vec<Block> = "model.blocks", Rule::Tables(&BLOCKS),
        default Computed("`[{ channels = 8, stride = 1, pool = 2 }, { channels = 16, stride = 1, pool = 2 }]`", |_| {
            Some(default_blocks())
        }),
        only CONVNET;
        "3 × 3 convolutions with padding 1, each with normalisation and activation as `norm.placement` says and then max-pooling over windows of `pool` × `pool`.";
    HEAD: Head = "model.head", Rule::Choice(Head::WORDS), default Text("flatten"), only CONVNET;
        "What the layers behind the blocks see: every value of the feature map, or the mean of every channel.";
    DENSE: Vec<usize> = "model.dense", Rule::List(&WIDTHS), default Wholes(&[]), only CONVNET;
        "Units of each hidden fully connected layer behind the blocks.";
    DEPTH: usize = "model.depth", Rule::ResnetDepth, default Whole(20), only RESNET;
        "Layers with weights: the first convolution, three stages of n blocks of two, the output layer.";
    // The last stage has four times as many channels, and may be no wider than any other layer.
    WIDTH: usize = "model.width", count(WIDEST / 4), default Whole(16), only RESNET;
        "Channels of the first stage; the second has twice as many, the third four times.";
    SHORTCUT: Shortcut = "model.shortcut", Rule::Choice(Shortcut::WORDS), default Text("a"), only RESNET;
        "How a shortcut reaches a stage of another shape: by leaving out rows and columns and adding channels of zeros, or by a 1 × 1 convolution.";
    CELL: Cell = "model.cell", Rule::Choice(Cell::WORDS), default Text("elman"), only RNN;
        "What a step computes from a row and the state: Elman's simple recurrent layer, or a gated recurrent unit in PyTorch's form.";
    UNITS: usize = "model.units", count(WIDEST), default Whole(64), only RNN;
        "Length of the state.";
    DROPOUT: f64 = "model.dropout", BELOW_ONE, default Number(0.0),
        only Where("with `model.kind = \"mlp\"` and at least one hidden layer, or `\"convnet\"`", |point| {
            has_hidden_layers(point) && has_dropout(point)
        });
        "Share of values set to 0 in training behind every hidden fully connected layer, its normalisation included; in a convnet without such a layer, before the output layer. The others are divided by 1 − `dropout`.";
    ACTIVATION: Activation = "model.activation", Rule::Choice(Activation::WORDS),
        default Computed("`\"relu\"`; elman `\"tanh\"`", |point| {
            let is_recurrent = point.has_word(ARCHITECTURE.0, "rnn");
            Some(Value::Text(if is_recurrent { "tanh" } else { "relu" }.to_owned()))
        }),
        only Where("with at least one hidden layer; not with `model.cell = \"gru\"`, which has its own", |point| {
            has_hidden_layers(point) && !point.has_word(CELL.0, "gru")
        });
        "The nonlinearity of every hidden layer.";
    NEGATIVE_SLOPE: f64 = "model.negative_slope", FROM_0_TO_1,
        default Number(0.01), only field_of(ACTIVATION);
        "Slope for negative inputs.";
    ELU_ALPHA: f64 = "model.elu_alpha", POSITIVE, default Number(1.0), only field_of(ACTIVATION);
        "What very negative inputs become, without its sign.";
    INIT: Init = "model.init", Rule::Choice(Init::WORDS), default Text("glorot_uniform");
        "How initial weights are drawn; the default is Keras's.";
    INIT_STD: f64 = "model.init_std", POSITIVE, default Number(0.05), only field_of(INIT);
        "Standard deviation of the initial weights.";
    INIT_SCALE: f64 = "model.init_scale", POSITIVE, default Number(1.0);
        "Factor on every initial weight.";
    BIAS: Bias = "model.bias", Rule::Choice(Bias::WORDS), default Text("auto");
        "When linear layers carry a bias; `\"auto\"` leaves it out where a normalisation follows directly and would cancel it.";
    WEIGHT_DECAY: f64 = "model.weight_decay", NOT_NEGATIVE, default Number(0.0);
        "How hard every step pulls all weights and biases towards 0: λ of an L2 penalty `λ w` on the gradient, as in PyTorch, unless `train.optimizer` keeps the two apart.";
}

const CONVNET: Applies = With(ARCHITECTURE.0, &["convnet"]);
const RESNET: Applies = With(ARCHITECTURE.0, &["resnet"]);
const RNN: Applies = With(ARCHITECTURE.0, &["rnn"]);

/// The rule of lists of hidden layers' widths.
const WIDTHS: List = List::new(
    count(WIDEST),
    (0, MOST_LAYERS),
    Order::Any,
    "a list of at most 100 whole numbers from 1 to 65536, or `[]`",
);

/// Whether there is a hidden layer, to which activation and normalisation apply. Only a network of fully
/// connected layers can lack one.
pub(in crate::config) fn has_hidden_layers(point: &Point<'_>) -> bool {
    point.value(HIDDEN.0).as_deref() != Some(&Value::List(Vec::new()))
}

fn has_dropout(point: &Point<'_>) -> bool {
    ["mlp", "convnet"].iter().any(|word| point.has_word(ARCHITECTURE.0, word))
}

/// The section `[model]`.
#[derive(Debug, Clone, PartialEq)]
pub struct Model {
    /// The architecture.
    pub kind: Architecture,
    /// The nonlinearity after every hidden layer.
    pub activation: Activation,
    /// The distribution of initial weights.
    pub init: Init,
    /// Factor on every initial weight.
    pub init_scale: f64,
    /// Which linear layers have a bias.
    pub bias: Bias,
}

impl Model {
    /// Reads `[model]` at a point of the sweep.
    pub(in crate::config) fn read(point: &Point<'_>) -> Self {
        let kind = point.get(ARCHITECTURE);
        Self {
            activation: match &kind {
                // The GRU defines its own activation.
                Architecture::Rnn(Rnn { cell: Cell::Gru, .. }) => Activation::Tanh,
                Architecture::Mlp { .. }
                | Architecture::Convnet(_)
                | Architecture::Resnet(_)
                | Architecture::Rnn(Rnn { cell: Cell::Elman, .. }) => {
                    let is_used = kind.has_hidden_layers();
                    if is_used { point.get(ACTIVATION) } else { Activation::Identity }
                }
            },
            kind,
            init: point.get(INIT),
            init_scale: point.get(INIT_SCALE),
            bias: point.get(BIAS),
        }
    }
}

choices! {
    /// A network architecture.
    #[derive(Debug, Clone, PartialEq)]
    pub enum Architecture {
        /// Fully connected layers.
        Mlp = "mlp" as "perceptron" {
            /// Units of each hidden layer; may be empty (a linear classifier).
            hidden: Vec<usize> = HIDDEN,
            /// Dropout rate of each hidden layer, in `[0, 1)`.
            dropout: f64 = DROPOUT,
        },
        /// Convolutional blocks, then fully connected layers.
        Convnet = "convnet" as "convolutional network" (Convnet),
        /// Residual blocks.
        Resnet = "resnet" as "residual network" (Resnet),
        /// A recurrent layer over the rows of an image.
        Rnn = "rnn" as "recurrent network" (Rnn),
    }
}

impl Architecture {
    /// Whether there is a hidden layer, to which activation and normalisation apply.
    pub fn has_hidden_layers(&self) -> bool {
        !self.hidden_features().is_empty()
    }

    /// Number of features (units or channels) of each hidden layer, starting at the input.
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

settings! {
    /// A convolutional network in the style of VGG (Simonyan & Zisserman 2015).
    #[derive(Debug, Clone, PartialEq)]
    pub struct Convnet {
        /// The convolutional blocks, starting at the input; at least one.
        pub blocks: Vec<Block> = CONV_BLOCKS,
        /// How the last feature map is converted into a row.
        pub head: Head = HEAD,
        /// Units of each hidden fully connected layer after it; may be empty.
        pub dense: Vec<usize> = DENSE,
        /// Dropout rate after each of those layers, or, where there is none, of the output layer's
        /// inputs; in `[0, 1)`.
        pub dropout: f64 = DROPOUT,
    }
}

impl Convnet {
    /// The shape of the feature map after the blocks for images of shape `image`.
    ///
    /// # Errors
    ///
    /// The first block, counted from 0, whose pooling window is larger than its feature map, and
    /// the map's shape there.
    pub fn feature_map(&self, image: Shape) -> Result<Shape, (usize, Shape)> {
        let mut map = image;
        for (index, block) in self.blocks.iter().enumerate() {
            // 3 × 3 with padding 1 keeps the size; a stride of s keeps every s-th position, from the first.
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

choices! {
    /// How a feature map is converted into a row of values.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub enum Head {
        /// All values in order: by channel, then by row.
        Flatten = "flatten",
        /// Global average pooling: the mean of every channel.
        GlobalAverage = "global_average",
    }
}

settings! {
    /// A residual network for small images (He et al. 2015, section 4.2).
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub struct Resnet {
        /// Number of layers with weights, without shortcuts: 6 n + 2.
        pub depth: usize = DEPTH,
        /// Channels of the first stage; the others have twice and four times as many.
        pub width: usize = WIDTH,
        /// How a shortcut is adapted where the shape changes.
        pub shortcut: Shortcut = SHORTCUT,
    }
}

impl Resnet {
    /// n: the blocks of each of the three stages.
    pub fn blocks_per_stage(&self) -> usize {
        self.depth.saturating_sub(2) / 6
    }

    /// Channels of every convolution in the order of the forward pass, without shortcuts.
    fn hidden_features(&self) -> Vec<usize> {
        let stages = (0..3).flat_map(|stage| {
            let channels = self.width << stage;
            std::iter::repeat_n(channels, 2 * self.blocks_per_stage())
        });
        std::iter::once(self.width).chain(stages).collect()
    }
}

choices! {
    /// How a shortcut is adapted where the shape changes.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub enum Shortcut {
        /// Drops every second row and column and adds channels of zeros; has no parameters.
        A = "a",
        /// A 1 × 1 convolution with stride 2.
        B = "b",
    }
}

settings! {
    /// A recurrent network that reads an image row by row, as a sequence.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub struct Rnn {
        /// The recurrent cell.
        pub cell: Cell = CELL,
        /// Number of units: the length of the state.
        pub units: usize = UNITS,
    }
}

choices! {
    /// The cell of a recurrent layer.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub enum Cell {
        /// Elman's simple recurrent network (1990).
        Elman = "elman" as "Elman",
        /// The gated recurrent unit (Cho et al. 2014).
        Gru = "gru" as "GRU",
    }
}

impl Cell {
    /// Number of values that each unit's step is computed from: 1, or the GRU's 3 gates.
    pub fn gates(self) -> usize {
        match self {
            Self::Elman => 1,
            Self::Gru => 3,
        }
    }
}

choices! {
    /// A nonlinearity `f`, applied to each element.
    #[derive(Debug, Clone, Copy, PartialEq)]
    pub enum Activation {
        /// `max(0, x)`
        Relu = "relu" as "ReLU",
        /// `x` if `x > 0`, else `slope · x`
        LeakyRelu = "leaky_relu" as "leaky ReLU" {
            /// Slope for negative inputs.
            slope: f64 = NEGATIVE_SLOPE,
        },
        /// `x` if `x > 0`, else `α (eˣ − 1)`
        Elu = "elu" as "ELU" {
            /// α
            alpha: f64 = ELU_ALPHA,
        },
        /// `λ · elu(x)` with the fixed λ and α under which activations normalise themselves
        Selu = "selu" as "SELU",
        /// `x Φ(x)`, exact
        Gelu = "gelu" as "GELU",
        /// `x / (1 + e⁻ˣ)`, also called `SiLU`
        Swish = "swish" as "Swish",
        /// `ln(1 + eˣ)`
        Softplus = "softplus",
        /// `1 / (1 + e⁻ˣ)`
        Sigmoid = "sigmoid",
        /// `tanh x`
        Tanh = "tanh",
        /// `x`, unchanged
        Identity = "identity" as "no nonlinearity",
    }
}

impl Activation {
    /// The names of all, in the order of the documentation.
    pub const NAMES: &'static [&'static str] = <Self as Choice>::WORDS;
}

choices! {
    /// How the initial weights of a layer with `fan_in` inputs and `fan_out` outputs are drawn.
    #[derive(Debug, Clone, Copy, PartialEq)]
    pub enum Init {
        /// Uniform in `±√(6 / (fan_in + fan_out))`
        GlorotUniform = "glorot_uniform" as "Glorot's uniform rule",
        /// Normal with variance `2 / (fan_in + fan_out)`
        GlorotNormal = "glorot_normal" as "Glorot's normal rule",
        /// Uniform in `±√(6 / fan_in)`
        HeUniform = "he_uniform" as "He's uniform rule",
        /// Normal with variance `2 / fan_in`
        HeNormal = "he_normal" as "He's normal rule",
        /// Uniform in `±√(3 / fan_in)`
        LecunUniform = "lecun_uniform" as "LeCun's uniform rule",
        /// Normal with variance `1 / fan_in`
        LecunNormal = "lecun_normal" as "LeCun's normal rule",
        /// Normal with a given standard deviation
        Normal = "normal" {
            /// Standard deviation.
            std: f64 = INIT_STD,
        },
        /// A random matrix with orthonormal rows or columns, whichever are fewer
        Orthogonal = "orthogonal",
    }
}

choices! {
    /// Which linear layers have a bias. The output layer has none with `Never`, and one otherwise.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub enum Bias {
        /// Every layer except those before a normalisation, which would cancel the bias.
        Auto = "auto",
        /// Every layer.
        Always = "always",
        /// No layer.
        Never = "never",
    }
}
