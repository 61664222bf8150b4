//! `[norm]`

use super::Reader;
use crate::config::spec::{BatchNormSettings, Model, Norm, Placement, RunningVariance};

/// Where and how the network `model` is normalised.
pub(super) fn norm(reader: &mut Reader<'_>, model: &Model) -> Norm {
    let placement = placement(reader, model);
    let on_input = reader.flag("norm.on_input", false);
    let somewhere = on_input || placement != Placement::None;
    Norm {
        placement,
        on_input,
        layer: somewhere.then(|| batch_norm(reader)),
    }
}

/// Relative to the activation of hidden layers, so without any there is nowhere to stand.
fn placement(reader: &mut Reader<'_>, model: &Model) -> Placement {
    if !model.kind.has_hidden_layers() {
        return Placement::None;
    }
    match reader.text("norm.placement", "before").as_str() {
        "none" => Placement::None,
        "after" => Placement::After,
        _ => Placement::Before,
    }
}

/// The presets are what `BatchNormalization` of Keras 3 and `BatchNorm1d` of `PyTorch` 2 do when
/// nothing is said.
fn batch_norm(reader: &mut Reader<'_>) -> BatchNormSettings {
    let (decay, epsilon, variance) = match reader.text("norm.preset", "keras").as_str() {
        "pytorch" => (0.9, 1e-5, "unbiased"),
        _ => (0.99, 1e-3, "biased"),
    };
    BatchNormSettings {
        decay: reader.float("norm.decay", decay),
        epsilon: reader.float("norm.epsilon", epsilon),
        running_variance: match reader.text("norm.running_variance", variance).as_str() {
            "unbiased" => RunningVariance::Unbiased,
            _ => RunningVariance::Biased,
        },
    }
}
