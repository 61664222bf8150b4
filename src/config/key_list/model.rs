//! `[model]`

use super::{BELOW_ONE, FROM_0_TO_1, Key, NOT_NEGATIVE, POSITIVE, count};
use crate::config::rule::{Rule, WIDEST};

const CONVNET: &str = "with `model.kind = \"convnet\"`";
const RESNET: &str = "with `model.kind = \"resnet\"`";
const RNN: &str = "with `model.kind = \"rnn\"`";
/// Four times as many channels are as wide as any layer may be.
const MOST_WIDTH: i64 = 16_384;

pub(super) const KEYS: &[Key] = &[
    Key {
        path: "model.kind",
        rule: Rule::Choice(&["mlp", "convnet", "resnet", "rnn"]),
        default: "`\"mlp\"`",
        applies: "",
        meaning: "The architecture: fully connected layers, convolutional blocks in the manner of VGG, a residual network for small images (He et al. 2015), or a recurrent layer that reads an image row by row.",
    },
    Key {
        path: "model.hidden",
        rule: Rule::Widths,
        default: "`[128, 64]`",
        applies: "with `model.kind = \"mlp\"`",
        meaning: "Units of each hidden layer; `[]` is a linear classifier.",
    },
    Key {
        path: "model.blocks",
        rule: Rule::Blocks,
        default: "`[{ channels = 8, stride = 1, pool = 2 }, { channels = 16, stride = 1, pool = 2 }]`",
        applies: CONVNET,
        meaning: "3 × 3 convolutions with padding 1, each with normalisation and activation as `norm.placement` says and then max-pooling over windows of `pool` × `pool`.",
    },
    Key {
        path: "model.head",
        rule: Rule::Choice(&["flatten", "global_average"]),
        default: "`\"flatten\"`",
        applies: CONVNET,
        meaning: "What the layers behind the blocks see: every value of the feature map, or the mean of every channel.",
    },
    Key {
        path: "model.dense",
        rule: Rule::Widths,
        default: "`[]`",
        applies: CONVNET,
        meaning: "Units of each hidden fully connected layer behind the blocks.",
    },
    Key {
        path: "model.depth",
        rule: Rule::ResnetDepth,
        default: "`20`",
        applies: RESNET,
        meaning: "Layers with weights: the first convolution, three stages of n blocks of two, the output layer.",
    },
    Key {
        path: "model.width",
        rule: count(MOST_WIDTH),
        default: "`16`",
        applies: RESNET,
        meaning: "Channels of the first stage; the second has twice as many, the third four times.",
    },
    Key {
        path: "model.shortcut",
        rule: Rule::Choice(&["a", "b"]),
        default: "`\"a\"`",
        applies: RESNET,
        meaning: "How a shortcut reaches a stage of another shape: by leaving out rows and columns and adding channels of zeros, or by a 1 × 1 convolution.",
    },
    Key {
        path: "model.cell",
        rule: Rule::Choice(&["elman", "gru"]),
        default: "`\"elman\"`",
        applies: RNN,
        meaning: "What a step computes from a row and the state: Elman's simple recurrent layer, or a gated recurrent unit in PyTorch's form.",
    },
    Key {
        path: "model.units",
        rule: count(WIDEST),
        default: "`64`",
        applies: RNN,
        meaning: "Length of the state.",
    },
    Key {
        path: "model.dropout",
        rule: BELOW_ONE,
        default: "`0.0`",
        applies: "with `model.kind = \"mlp\"` and at least one hidden layer, or `\"convnet\"`",
        meaning: "Share of values set to 0 in training behind every hidden fully connected layer, its normalisation included; in a convnet without such a layer, before the output layer. The others are divided by 1 − `dropout`.",
    },
    Key {
        path: "model.activation",
        rule: Rule::Choice(&[
            "relu",
            "leaky_relu",
            "elu",
            "selu",
            "gelu",
            "swish",
            "softplus",
            "sigmoid",
            "tanh",
            "identity",
        ]),
        default: "`\"relu\"`; elman `\"tanh\"`",
        applies: "with at least one hidden layer; not with `model.cell = \"gru\"`, which has its own",
        meaning: "The nonlinearity of every hidden layer.",
    },
    Key {
        path: "model.negative_slope",
        rule: FROM_0_TO_1,
        default: "`0.01`",
        applies: "with `model.activation = \"leaky_relu\"`",
        meaning: "Slope for negative inputs.",
    },
    Key {
        path: "model.elu_alpha",
        rule: POSITIVE,
        default: "`1.0`",
        applies: "with `model.activation = \"elu\"`",
        meaning: "What very negative inputs become, without its sign.",
    },
    Key {
        path: "model.init",
        rule: Rule::Choice(&[
            "glorot_uniform",
            "glorot_normal",
            "he_uniform",
            "he_normal",
            "lecun_uniform",
            "lecun_normal",
            "normal",
            "orthogonal",
        ]),
        default: "`\"glorot_uniform\"`",
        applies: "",
        meaning: "How initial weights are drawn; the default is Keras's.",
    },
    Key {
        path: "model.init_std",
        rule: POSITIVE,
        default: "`0.05`",
        applies: "with `model.init = \"normal\"`",
        meaning: "Standard deviation of the initial weights.",
    },
    Key {
        path: "model.init_scale",
        rule: POSITIVE,
        default: "`1.0`",
        applies: "",
        meaning: "Factor on every initial weight.",
    },
    Key {
        path: "model.bias",
        rule: Rule::Choice(&["auto", "always", "never"]),
        default: "`\"auto\"`",
        applies: "",
        meaning: "When linear layers carry a bias; `\"auto\"` leaves it out where a normalisation follows directly and would cancel it.",
    },
    Key {
        path: "model.weight_decay",
        rule: NOT_NEGATIVE,
        default: "`0.0`",
        applies: "",
        meaning: "How hard every step pulls all weights and biases towards 0: λ of an L2 penalty `λ w` on the gradient, as in PyTorch; with `train.optimizer = \"adamw\"`, apart from the gradient.",
    },
];
