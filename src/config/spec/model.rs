//! `[model]`: the network.

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
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Architecture {
    /// Fully connected layers.
    Mlp {
        /// Units of each hidden layer; may be empty (a linear classifier).
        hidden: Vec<usize>,
    },
}

impl Architecture {
    /// Whether there is a hidden layer: something to activate and to normalise.
    pub fn has_hidden_layers(&self) -> bool {
        match self {
            Self::Mlp { hidden } => !hidden.is_empty(),
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
    /// `x Φ(x)`, exact
    Gelu,
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
