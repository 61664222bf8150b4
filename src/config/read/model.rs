//! `[model]`

use super::{Reader, as_count, as_whole};
use crate::config::spec::{Activation, Architecture, Bias, Init, Model};
use crate::config::value::Value;

/// The network; its defaults are Keras's.
pub(super) fn model(reader: &mut Reader<'_>) -> Model {
    // There is one architecture so far; its name is read so that it counts as part of the identity.
    reader.text("model.kind", "mlp");
    let hidden = hidden(reader);
    Model {
        activation: activation(reader, &hidden),
        kind: Architecture::Mlp { hidden },
        init: init(reader),
        init_scale: reader.float("model.init_scale", 1.0),
        bias: match reader.text("model.bias", "auto").as_str() {
            "always" => Bias::Always,
            "never" => Bias::Never,
            _ => Bias::Auto,
        },
    }
}

fn hidden(reader: &mut Reader<'_>) -> Vec<usize> {
    let default = Value::List(vec![Value::Integer(128), Value::Integer(64)]);
    match reader.value("model.hidden", default) {
        Value::List(widths) => widths.iter().filter_map(as_whole).map(as_count).collect(),
        _ => Vec::new(),
    }
}

/// A network without hidden layers has nothing to apply one to.
fn activation(reader: &mut Reader<'_>, hidden: &[usize]) -> Activation {
    if hidden.is_empty() {
        return Activation::Identity;
    }
    match reader.text("model.activation", "relu").as_str() {
        "leaky_relu" => Activation::LeakyRelu {
            slope: reader.float("model.negative_slope", 0.01),
        },
        "gelu" => Activation::Gelu,
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
        "normal" => Init::Normal {
            std: reader.float("model.init_std", 0.05),
        },
        "orthogonal" => Init::Orthogonal,
        _ => Init::GlorotUniform,
    }
}
