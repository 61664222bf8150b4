//! `[norm]`

use super::{Reader, as_count, as_whole};
use crate::config::spec::{
    Architecture, Averages, Averaging, BatchNorm, Constraint, Evaluation, Model, Norm, NormKind,
    NormLayers, NormParameter, NormSettings, Placement, Renorm, RunningVariance,
};
use crate::config::value::Value;

/// Where and how the network `model` is normalised.
pub(super) fn norm(reader: &mut Reader<'_>, model: &Model) -> Norm {
    let placement = placement(reader, model);
    let layers = match placement {
        Placement::None => NormLayers::All,
        _ => layers(reader),
    };
    let recurrent = matches!(model.kind, Architecture::Rnn(_)) && placement == Placement::Before;
    let recurrent = recurrent && reader.flag("norm.recurrent", false);
    let on_input = reader.flag("norm.on_input", false);
    let somewhere = on_input || placement != Placement::None;
    let mut norm = Norm {
        placement,
        layers,
        recurrent,
        on_input,
        layer: None,
        evaluation: Evaluation::Running,
        decay_parameters: true,
        learning_rate_factor: 1.0,
    };
    if somewhere {
        let preset = Preset::read(reader);
        let layer = layer(reader, &preset);
        norm.evaluation = evaluation(reader, &layer.kind, &preset);
        if layer.gamma.or(layer.beta).is_some() {
            norm.decay_parameters = reader.flag("norm.decay_parameters", true);
            norm.learning_rate_factor = reader.float("norm.learning_rate_factor", 1.0);
        }
        norm.layer = Some(layer);
    }
    norm
}

/// Relative to the activation of hidden layers, so without any there is nowhere to stand.
fn placement(reader: &mut Reader<'_>, model: &Model) -> Placement {
    if !model.kind.has_hidden_layers() {
        return Placement::None;
    }
    match reader.text("norm.placement", "before").as_str() {
        "none" => Placement::None,
        "after" => Placement::After,
        "pre-activation" => Placement::PreActivation,
        "after-addition" => Placement::AfterAddition,
        _ => Placement::Before,
    }
}

fn layers(reader: &mut Reader<'_>) -> NormLayers {
    match reader.value("norm.layers", Value::Text("all".to_owned())) {
        Value::List(positions) => {
            let positions = positions.iter().filter_map(as_whole);
            NormLayers::At(positions.map(as_count).collect())
        }
        Value::Text(word) if word == "first" => NormLayers::First,
        Value::Text(word) if word == "last" => NormLayers::Last,
        _ => NormLayers::All,
    }
}

/// Defaults that belong together.
struct Preset {
    decay: f64,
    epsilon: f64,
    running_variance: &'static str,
    evaluation: &'static str,
}

impl Preset {
    /// What `BatchNormalization` of Keras 3 and `BatchNorm1d` of `PyTorch` 2 do when nothing is
    /// said, and what Ioffe & Szegedy (2015) describe. The paper evaluates with population
    /// statistics, taken after training; its moving averages only "track the accuracy", with
    /// weights that it does not state (Keras's stand here), nor does it state ε (`PyTorch`'s).
    fn read(reader: &mut Reader<'_>) -> Self {
        let (decay, epsilon, running_variance, evaluation) =
            match reader.text("norm.preset", "keras").as_str() {
                "pytorch" => (0.9, 1e-5, "unbiased", "running"),
                "paper" => (0.99, 1e-5, "unbiased", "precise"),
                _ => (0.99, 1e-3, "biased", "running"),
            };
        Self { decay, epsilon, running_variance, evaluation }
    }
}

fn layer(reader: &mut Reader<'_>, preset: &Preset) -> NormSettings {
    let kind = match reader.text("norm.kind", "batch").as_str() {
        "renorm" => NormKind::Renorm(renorm(reader, preset)),
        "layer" => NormKind::Layer,
        "group" => NormKind::Group { groups: reader.count("norm.groups", 32) },
        "instance" => NormKind::Instance,
        _ => NormKind::Batch(batch(reader, preset)),
    };
    let affine = reader.flag("norm.affine", true);
    NormSettings {
        kind,
        epsilon: reader.float("norm.epsilon", preset.epsilon),
        gamma: parameter(reader, affine, &GAMMA),
        beta: parameter(reader, affine, &BETA),
    }
}

fn batch(reader: &mut Reader<'_>, preset: &Preset) -> BatchNorm {
    let tracked = reader.flag("norm.track_running_stats", true);
    BatchNorm {
        averages: tracked.then(|| averages(reader, preset)),
        virtual_batch_size: reader.optional_count("norm.virtual_batch_size"),
    }
}

fn averages(reader: &mut Reader<'_>, preset: &Preset) -> Averages {
    let averaging = match reader.text("norm.averaging", "exponential").as_str() {
        "cumulative" => Averaging::Cumulative,
        _ => Averaging::Exponential { decay: reader.float("norm.decay", preset.decay) },
    };
    let variance = reader.text("norm.running_variance", preset.running_variance);
    Averages {
        averaging,
        variance: match variance.as_str() {
            "unbiased" => RunningVariance::Unbiased,
            _ => RunningVariance::Biased,
        },
        initial_mean: reader.float("norm.mean_init", 0.0),
        initial_variance: reader.float("norm.variance_init", 1.0),
    }
}

/// Limits that were not given are infinite here, and refused as a combination.
fn renorm(reader: &mut Reader<'_>, preset: &Preset) -> Renorm {
    let decay = reader.float("norm.decay", preset.decay);
    let r_max = reader.optional_float("norm.r_max").unwrap_or(f64::INFINITY);
    Renorm {
        decay,
        renorm_decay: reader.float("norm.renorm_decay", decay),
        initial_mean: reader.float("norm.mean_init", 0.0),
        initial_variance: reader.float("norm.variance_init", 1.0),
        r_min: reader.float("norm.r_min", r_max.recip()),
        r_max,
        d_max: reader.optional_float("norm.d_max").unwrap_or(f64::INFINITY),
        relax_from: reader.count("norm.relax_from", 0),
        r_relaxed_at: reader.count("norm.r_relaxed_at", 0),
        d_relaxed_at: reader.count("norm.d_relaxed_at", 0),
    }
}

/// The keys of γ or of β.
struct ParameterKeys {
    present: &'static str,
    init: &'static str,
    default_init: f64,
    l1: &'static str,
    l2: &'static str,
    constraint: &'static str,
}

const GAMMA: ParameterKeys = ParameterKeys {
    present: "norm.scale",
    init: "norm.gamma_init",
    default_init: 1.0,
    l1: "norm.gamma_l1",
    l2: "norm.gamma_l2",
    constraint: "norm.gamma_constraint",
};

const BETA: ParameterKeys = ParameterKeys {
    present: "norm.center",
    init: "norm.beta_init",
    default_init: 0.0,
    l1: "norm.beta_l1",
    l2: "norm.beta_l2",
    constraint: "norm.beta_constraint",
};

fn parameter(reader: &mut Reader<'_>, affine: bool, keys: &ParameterKeys) -> Option<NormParameter> {
    if !reader.flag(keys.present, affine) {
        return None;
    }
    Some(NormParameter {
        init: reader.float(keys.init, keys.default_init),
        l1: reader.float(keys.l1, 0.0),
        l2: reader.float(keys.l2, 0.0),
        constraint: match reader.text(keys.constraint, "none").as_str() {
            "non_negative" => Constraint::NonNegative,
            "max_norm" => Constraint::MaxNorm { limit: reader.float("norm.max_norm", 2.0) },
            "unit_norm" => Constraint::UnitNorm,
            _ => Constraint::None,
        },
    })
}

/// Only a kind over batches has a choice; without running averages it is the batch.
fn evaluation(reader: &mut Reader<'_>, kind: &NormKind, preset: &Preset) -> Evaluation {
    let default = match kind {
        NormKind::Batch(BatchNorm { averages: None, .. }) => "batch",
        NormKind::Batch(_) | NormKind::Renorm(_) => preset.evaluation,
        NormKind::Layer | NormKind::Group { .. } | NormKind::Instance => {
            return Evaluation::Running;
        }
    };
    match reader.text("norm.evaluation", default).as_str() {
        "precise" => {
            Evaluation::Precise { examples: reader.count("norm.precise_examples", 10_000) }
        }
        "batch" => Evaluation::Batch,
        _ => Evaluation::Running,
    }
}
