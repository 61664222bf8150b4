//! `[model]`

use super::{Reader, as_count, as_whole};
use crate::config::spec::{
    Activation, Architecture, Bias, Block, Cell, Convnet, Head, Init, Model, Resnet, Rnn, Shortcut,
};
use crate::config::value::Value;

/// The network; its defaults are Keras's.
pub(super) fn model(reader: &mut Reader<'_>) -> Model {
    let kind = match reader.text("model.kind", "mlp").as_str() {
        "convnet" => Architecture::Convnet(convnet(reader)),
        "resnet" => Architecture::Resnet(resnet(reader)),
        "rnn" => Architecture::Rnn(rnn(reader)),
        _ => mlp(reader),
    };
    Model {
        activation: activation(reader, &kind),
        kind,
        init: init(reader),
        init_scale: reader.float("model.init_scale", 1.0),
        bias: match reader.text("model.bias", "auto").as_str() {
            "always" => Bias::Always,
            "never" => Bias::Never,
            _ => Bias::Auto,
        },
    }
}

fn mlp(reader: &mut Reader<'_>) -> Architecture {
    let hidden = widths(reader, "model.hidden", &[128, 64]);
    // Dropout stands behind hidden layers only.
    let dropout = if hidden.is_empty() { 0.0 } else { reader.float("model.dropout", 0.0) };
    Architecture::Mlp { hidden, dropout }
}

fn convnet(reader: &mut Reader<'_>) -> Convnet {
    Convnet {
        blocks: blocks(reader),
        head: match reader.text("model.head", "flatten").as_str() {
            "global_average" => Head::GlobalAverage,
            _ => Head::Flatten,
        },
        dense: widths(reader, "model.dense", &[]),
        dropout: reader.float("model.dropout", 0.0),
    }
}

fn resnet(reader: &mut Reader<'_>) -> Resnet {
    Resnet {
        depth: reader.count("model.depth", 20),
        width: reader.count("model.width", 16),
        shortcut: match reader.text("model.shortcut", "a").as_str() {
            "b" => Shortcut::B,
            _ => Shortcut::A,
        },
    }
}

fn rnn(reader: &mut Reader<'_>) -> Rnn {
    Rnn {
        cell: match reader.text("model.cell", "elman").as_str() {
            "gru" => Cell::Gru,
            _ => Cell::Elman,
        },
        units: reader.count("model.units", 64),
    }
}

fn widths(reader: &mut Reader<'_>, key: &'static str, default: &[i64]) -> Vec<usize> {
    let default = default.iter().copied().map(Value::Integer).collect();
    match reader.value(key, Value::List(default)) {
        Value::List(widths) => widths.iter().filter_map(as_whole).map(as_count).collect(),
        _ => Vec::new(),
    }
}

fn blocks(reader: &mut Reader<'_>) -> Vec<Block> {
    let block = |channels| {
        let parts = [("channels", channels), ("stride", 1), ("pool", 2)];
        Value::Table(parts.map(|(name, n)| (name, Value::Integer(n))).to_vec())
    };
    match reader.value("model.blocks", Value::List([8, 16].map(block).to_vec())) {
        Value::List(blocks) => blocks.iter().filter_map(as_block).collect(),
        _ => Vec::new(),
    }
}

fn as_block(value: &Value) -> Option<Block> {
    let Value::Table(parts) = value else {
        return None;
    };
    let part = |name: &str| {
        let (_, value) = parts.iter().find(|(part, _)| *part == name)?;
        as_whole(value).map(as_count)
    };
    Some(Block { channels: part("channels")?, stride: part("stride")?, pool: part("pool")? })
}

/// A network without hidden layers has nothing to apply one to; a gated unit brings its own.
fn activation(reader: &mut Reader<'_>, kind: &Architecture) -> Activation {
    if !kind.has_hidden_layers() {
        return Activation::Identity;
    }
    let default = match kind {
        Architecture::Rnn(Rnn { cell: Cell::Gru, .. }) => return Activation::Tanh,
        Architecture::Rnn(_) => "tanh",
        _ => "relu",
    };
    match reader.text("model.activation", default).as_str() {
        "leaky_relu" => Activation::LeakyRelu { slope: reader.float("model.negative_slope", 0.01) },
        "elu" => Activation::Elu { alpha: reader.float("model.elu_alpha", 1.0) },
        "selu" => Activation::Selu,
        "gelu" => Activation::Gelu,
        "swish" => Activation::Swish,
        "softplus" => Activation::Softplus,
        "sigmoid" => Activation::Sigmoid,
        "tanh" => Activation::Tanh,
        "identity" => Activation::Identity,
        _ => Activation::Relu,
    }
}

fn init(reader: &mut Reader<'_>) -> Init {
    match reader.text("model.init", "glorot_uniform").as_str() {
        "glorot_normal" => Init::GlorotNormal,
        "he_uniform" => Init::HeUniform,
        "he_normal" => Init::HeNormal,
        "lecun_uniform" => Init::LecunUniform,
        "lecun_normal" => Init::LecunNormal,
        "normal" => Init::Normal { std: reader.float("model.init_std", 0.05) },
        "orthogonal" => Init::Orthogonal,
        _ => Init::GlorotUniform,
    }
}
